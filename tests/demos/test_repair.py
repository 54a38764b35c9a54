"""A cause that is found by a change of the student's own file: true, in words, with its line, and never what should stand there."""
import ast
import time

import pytest

from demos.exercises import mark_file
from demos.exercises.catalogue import solution_source
from demos.exercises.marking import repairs
from demos.exercises.mutations.repair import Written, edits, transplants
from tests.demos.later import LATER
from tests.demos.unseen import FOUND, IN_PLACE


@pytest.mark.parametrize("name, source, words", FOUND, ids=[f"{name}-{words}" for name, _, words in FOUND])
def test_a_wrong_answer_that_no_rule_foresees_is_told_its_line(name, source, words, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    result = mark_file(name, path)
    assert not result.solved and words in result.mistake, result


@pytest.mark.parametrize("name, source, words, false", LATER, ids=[f"{name}-{words}" for name, _, words, _ in LATER])
def test_a_cause_is_true_at_fresh_points_and_told(name, source, words, false, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    result = mark_file(name, path)
    assert not result.solved and words in result.mistake and not (false and false in result.mistake), result


def test_the_search_for_a_cause_does_not_depend_on_the_time_it_has(tmp_path, monkeypatch):
    """A process that looks ten times as slow as it is brings the same words."""
    name, source, words, _ = LATER[1]
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    real = repairs.Search.screen
    monkeypatch.setattr(repairs.Search, "screen", lambda *arguments: (time.sleep(0.2), real(*arguments))[1])
    assert words in mark_file(name, path).mistake


def test_an_import_that_nothing_uses_breaks_no_rule(tmp_path):
    path = tmp_path / "e03_record.py"
    path.write_text("from autograd import Value, grad, sin\n\n\ndef value_and_derivatives(a, b):\n    A, B = Value(a), Value(b)\n"
                    "    y = A * B**2 + sin(A * B)\n    y.backward()\n    return y.data, A.grad, B.grad\n", encoding="utf-8")
    assert mark_file("e03_record", path).solved


@pytest.mark.parametrize("name, source", IN_PLACE, ids=[name for name, _ in IN_PLACE])
def test_whoever_changes_the_arrays_that_were_handed_over_is_told_so(name, source, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    assert "in place" in mark_file(name, path).mistake


@pytest.mark.parametrize("wrong, right", [
    ("a - b", "a + b"), ("a * b", "a / b"), ("a * b * a", "a * b"), ("f(a)", "a"), ("sin(a)", "cos(a)"), ("a[1]", "a[1 + 1]"), ("(a, b)", "(b, a)"),
    ("a @ b", "a.T @ b"), ("a < b", "a <= b"), ("a", "a ** 2"), ("a * b", "b"), ("range(a)", "range(1, a)"), ("max(0.0, a)", "a"), ("a // b", "a / b")])
def test_an_edit_leads_from_the_wrong_line_to_the_right_one(wrong, right):
    tree = ast.parse(f"def g(a, b):\n    return {wrong}\n")
    written = Written(tree)
    assert ast.unparse(ast.parse(f"def g(a, b):\n    return {right}\n")) in {written.with_(edit) for edit in edits(tree)}


@pytest.mark.parametrize("wrong, right", [
    ("s = b\n    for x in a:\n        s = x\n    return s", "s = b\n    for x in a:\n        s += x\n    return s"),
    ("s = b\n    for x in a:\n        s += x\n        s /= 2\n    return s", "s = b\n    for x in a:\n        s += x\n    s /= 2\n    return s"),
    ("g = h(a)\n    for x in b:\n        a = a - g\n    return a", "for x in b:\n        g = h(a)\n        a = a - g\n    return a"),
    ("c = a\n    c[0] = 1\n    return c", "c = list(a)\n    c[0] = 1\n    return c"),
    ("a = a + 1\n    b = a * 2\n    return b", "b = a * 2\n    a = a + 1\n    return b")])
def test_an_edit_moves_lines(wrong, right):
    tree = ast.parse(f"def g(a, b):\n    {wrong}\n")
    written = Written(tree)
    assert ast.unparse(ast.parse(f"def g(a, b):\n    {right}\n")) in {written.with_(edit) for edit in edits(tree)}


def test_what_came_with_the_exercise_is_left_alone():
    tree = ast.parse("def given(a):\n    return a * 2\n\n\ndef g(a):\n    return a\n")
    given = frozenset([ast.dump(tree.body[0])])
    assert all(edit.line > 2 for edit in edits(tree, given)) and any(edit.line < 3 for edit in edits(tree))


def test_a_piece_of_the_solution_is_never_said():
    tree = ast.parse("import math\n\n\ndef df(x):\n    return math.sin(2 * x) / 7\n")
    said = [edit.words for edit in transplants(tree, ast.parse(solution_source("e02_by_hand")), frozenset())]
    assert said and all("cos" not in words and "is not what belongs there" in words for words in said)
