"""Wrong answers made by the computer and rare ones made by hand: none is accepted, and nearly all get a cause."""
import ast

import pytest

from demos.exercises import NAMES, mark_file
from demos.exercises.catalogue import asked_for, solution_source
from demos.exercises.mutations.mutate import RULES, mutants
from tests.demos.rare import RARE

EQUIVALENT = {"e09_neuron": 2}          # w @ x is x @ w, and w.T is w


@pytest.mark.parametrize("name", ["e01_slope", "e02_by_hand", "e04_operation", "e09_neuron"])
def test_every_mutant_of_a_solution_is_refused_with_a_cause(name, tmp_path):
    path, accepted, unnamed = tmp_path / f"{name}.py", [], []
    found = mutants(solution_source(name), tuple(asked_for(name)))
    for mutant in found:
        path.write_text(mutant.source, encoding="utf-8")
        result = mark_file(name, path)
        accepted += [mutant.said] * result.solved
        unnamed += [mutant.said] * (not result.solved and not result.mistake)
    assert len(found) > 10 and len(accepted) <= EQUIVALENT.get(name, 0) and not unnamed, (accepted, unnamed)


@pytest.mark.parametrize("name", RARE)
def test_a_rare_answer_gets_the_right_verdict_and_nearly_always_a_cause(name, tmp_path):
    path, unnamed, wrong = tmp_path / f"{name}.py", [], 0
    for what, source, right in RARE[name]:
        path.write_text(source, encoding="utf-8")
        result = mark_file(name, path)
        assert result.solved == bool(right), (what, result)
        wrong += not right
        unnamed += [what] * (not right and not result.mistake)
    assert len(unnamed) <= 1, unnamed


def test_rare_answers_are_many():
    assert sum(map(len, RARE.values())) >= 200 and set(RARE) == set(NAMES)


@pytest.mark.parametrize("kind", RULES)
def test_every_kind_of_mistake_is_made_somewhere_and_is_python(kind):
    source = ("def f(a, b):\n    y = -a * b.T @ a / sin(b) - a[0]**2\n    y += max(a, b)\n    v.grad = y\n"
              "    for i in range(3):\n        y = y + i\n        y = y - i\n    return (a, b) if a < 1 else y\n")
    found = [m for m in mutants(source, ("f",)) if m.kind == kind]
    assert found and all(m.source != ast.unparse(ast.parse(source)) for m in found)
    for mutant in found:
        ast.parse(mutant.source)
