"""The track from an empty file: each step runs on the earlier ones, wrong engines get the misconception behind them."""
import ast

import pytest

from demos.exercises import main
from demos.exercises.catalogue import SOLUTIONS
from demos.exercises.marking import repairs
from demos.exercises.mutations.mutate import mutants
from demos.exercises.track.command import mark_engine
from demos.exercises.track.steps import STEPS

ENGINE = (SOLUTIONS / "engine.py").read_text(encoding="utf-8")
NEEDED = {1: [], 4: ["Value", "value"], 7: ["Value", "value", "order"], 8: ["Value", "value", "order", "Neuron"],
          9: ["Value", "value", "order", "Neuron", "MLP"], 10: ["Value", "value", "order", "Neuron", "MLP", "train"],
          11: ["Value", "value", "order", "Neuron", "MLP", "train", "forward"],
          12: ["Value", "value", "order", "Neuron", "MLP", "train", "forward", "Matrix"]}


@pytest.fixture
def marked(tmp_path):
    def marked(source, steps=12):
        (tmp_path / "engine.py").write_text(source, encoding="utf-8")
        return mark_engine(tmp_path / "engine.py", steps)
    return marked


def test_there_are_twelve_steps_with_a_task_and_three_hints():
    assert len(STEPS) == 12 and all(step.task and len({*step.hints}) == 3 for step in STEPS)


def test_the_solution_passes_all_steps(marked):
    result = marked(ENGINE)
    assert result.solved, result


@pytest.mark.parametrize("step", NEEDED)
def test_an_engine_is_as_far_as_what_it_has(step, marked):
    tree = ast.parse(ENGINE)
    kept = [node for node in tree.body if isinstance(node, ast.Import) or getattr(node, "name", None) in NEEDED[step]]
    result = marked("\n".join(ast.unparse(node) for node in kept))
    done = next(k for k, part in enumerate(result.parts) if not part.right)
    assert done == step - 1, result


def test_an_empty_file_is_at_the_first_step(marked):
    result = marked("")
    assert "the name Value is missing" in result.mistake and result.score == 0


@pytest.mark.parametrize("old, new, step, said", [
    ("u.grad += partial * v.grad", "u.grad = partial * v.grad", 5, "used twice"),
    ("for v in reversed(nodes):", "for v in nodes:", 5, ""),
    ("(other.data, self.data)", "(self.data, other.data)", 3, "the other factor"),
    ("(1 - y * y,)", "(1 - y,)", 6, ""),
    ("float(self.data > 0)", "1.0", 6, ""),
    ("elif v not in seen:", "else:", 4, "seen has to be remembered"),
    ("return found\n", "return found[::-1]\n", 4, ""),
    ("[*self.w, self.b]", "[self.b, *self.w]", 7, "the bias comes first"),
    ("z.tanh() if self.activation else z", "z", 7, "the tanh is missing"),
    ("random.uniform(-1, 1)", "0.5", 7, "weights begin at random"),
    ("k < len(sizes) - 2", "True", 8, "no activation"),
    ("            p.grad = 0.0\n", "            pass\n", 9, "add up"),
    ("p.data -= rate", "p.data += rate", 9, "uphill"),
    ("float(v is x)", "0.0", 10, "tangent 1"),
    ("self.data.T @ g", "self.data @ g.T", 11, ""),
    ("g.sum(axis=1, keepdims=True)", "g", 11, "the shape is (2, 4)"),
    ("lines.append(f\"{name} = {text}\")", "lines.append(f\"{name} = {v.data!r}\")", 12, "numbers of the recorded point"),
    ("    return made[\"compiled\"]", "    def f(*xs):\n        vs = [Value(x) for x in xs]\n        return made['compiled'](*xs)\n    return f", 12,
     "floats alone")])
def test_a_wrong_engine_stops_at_its_step_with_the_mistake(old, new, step, said, marked):
    assert ENGINE.count(old) >= 1
    result = marked(ENGINE.replace(old, new, 1))
    done = next(k for k, part in enumerate(result.parts) if not part.right)
    assert done == step - 1 and result.mistake and said in result.mistake, result


def test_mutants_of_the_engine_are_not_accepted(marked, monkeypatch):
    monkeypatch.setattr(repairs, "cause", lambda *arguments, few=False: "")         # only the verdicts matter here
    functions = ("__add__", "__mul__", "backward", "tanh")
    found = [m for m in mutants(ENGINE, functions) if m.kind in ("sign", "factor", "statement")]
    accepted = [m.said for m in found if marked(m.source, 11).solved]
    assert len(found) > 15 and len(accepted) <= 3, accepted     # some are equivalent, such as no reset before the first backward


def test_the_engine_may_not_be_bought(marked):
    assert "the engine is your own" in marked("from autograd import Value\n").mistake


def test_an_engine_that_hangs_or_exits_gets_a_verdict(marked):
    assert "does not end" in marked("class Value:\n    def __init__(self, x):\n        while True: pass\n").mistake
    assert marked("import os\nos._exit(0)\n").mistake


def test_the_command_shows_the_next_step_and_hints(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["track"]) == 1
    assert "# Step 1: A Value" in capsys.readouterr().out
    (tmp_path / "exercises" / "engine.py").write_text(ENGINE, encoding="utf-8")
    assert main(["track"]) == 0 and "All done" in capsys.readouterr().out
    (tmp_path / "exercises" / "engine.py").write_text("class Value: pass\n", encoding="utf-8")
    assert main(["track", "hint"]) == 0 and "Step 1, hint 1 of 3" in capsys.readouterr().out
