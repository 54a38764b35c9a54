"""Exercises from a teacher's own function: right answers pass, every mistake on the way back is caught and named."""
import random
from pathlib import Path

import pytest

import autograd
from demos.exercises import exercise, main
from demos.exercises.marking.result import NOT_BEGUN
from demos.exercises.own.kinds import KINDS, planted

INPUTS = {"x": 1.5, "w": -0.5, "b": 0.25}
FUNCTIONS = [lambda x, w, b: autograd.tanh(x * w + b) * x, lambda x, w, b: autograd.exp(w) * x + x / (b + 2.0),
             lambda x, w, b: (x - w)**2 * autograd.sin(b) - w, lambda x, w, b: autograd.sigmoid(x * w) * autograd.sigmoid(x * b) + 1.0]


def random_function(seed):
    """A function of three numbers: some operations, each on what was computed before."""
    rng = random.Random(seed)
    steps = [(rng.randrange(6), rng.random(), rng.random()) for _ in range(rng.randrange(3, 8))]

    def f(x, w, b):
        values = [x, w, b]
        for kind, s, t in steps:
            u, v = values[int(s * len(values))], values[-1 - int(t * min(3, len(values)))]
            values.append([lambda: u + v, lambda: u * v, lambda: u - 0.5 * v, lambda: autograd.sin(u) * v, lambda: autograd.tanh(u) + v,
                           lambda: u * 2.0 + v][kind]())
        return values[-1] + 0.3 * x + 0.1 * w + 0.2 * b
    f.__name__ = f"f{seed}"
    return f


def answer_of(ex, change=lambda graph: graph.grads()):
    """An answer to an exercise: the derivatives that a way of going back gives, at any point."""
    def derivatives(x, w, b):
        grads = change(ex.make({"x": x, "w": w, "b": b}))
        return {name: grads[name] for name in "xwb"}
    return derivatives


@pytest.mark.parametrize("seed", range(25))
def test_right_derivatives_pass_and_every_mistake_on_the_way_back_is_named(seed):
    ex = exercise(random_function(seed), INPUTS, "grad")
    assert ex.check(derivatives=answer_of(ex)).solved
    graph, tried = ex.make(INPUTS), 0
    for said, wrong in graph.mistakes():
        right, got = graph.grads(), wrong(graph)
        if any(abs(right[name] - got[name]) > 1e-3 for name in "xwb"):
            result = ex.check(derivatives=answer_of(ex, wrong))
            assert not result.solved and result.mistake, said
            tried += 1
    assert tried >= 3


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("seed", ["", "a", "b"])
def test_an_order_a_graph_and_a_fault_are_found_by_looking(f, seed):
    order = exercise(f, INPUTS, "order", seed=seed)
    names = [step.name for step in order.make(order.inputs).steps]
    assert order.check(ORDER=names[::-1]).solved
    assert order.check(ORDER=names).mistake == "this is the order of the forward pass"
    assert order.check(ORDER=names[::-1][:-1]).mistake == "a node is missing"
    graph = exercise(f, INPUTS, "graph", seed=seed)
    rows = {step.name: (step.op, *step.inputs) for step in graph.make(graph.inputs).inner()}
    assert graph.check(GRAPH=rows).solved
    first = next(iter(rows))
    assert graph.check(GRAPH={name: row for name, row in rows.items() if name != "y"}).mistake == "the last operation is called y"
    assert graph.check(GRAPH={**rows, "twin": rows[first]}).mistake.startswith("what is computed once stands there twice")
    fault = exercise(f, INPUTS, "fault", seed=seed)
    node = planted(fault.make(fault.inputs), random.Random(fault._rng().random()))[2]
    assert fault.check(FAULT=node).solved and node in fault.text
    assert fault.check(FAULT="y").mistake and fault.check(FAULT="nobody").mistake


@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_prediction_may_be_five_per_cent_off(f):
    ex = exercise(f, INPUTS, "predict")
    graph = ex.make(INPUTS)
    right = {**{name: graph.grads()[name] for name in "xwb"}, "y": graph.value()}
    assert ex.check(PREDICTION={name: 1.03 * x for name, x in right.items()}).solved
    assert ex.check(PREDICTION={**right, "x": -right["x"]}).mistake == "the sign is the wrong way round"
    assert not ex.check(PREDICTION={**right, "y": right["y"] + 5}).solved


@pytest.mark.parametrize("ask", KINDS)
def test_files_are_written_marked_and_never_overwritten(ask, tmp_path):
    ex = exercise(FUNCTIONS[0], INPUTS, ask, name="mine")
    path, page = ex.write(tmp_path)
    assert path.name == f"mine_{ask}.py" and ex.mark(path).state == NOT_BEGUN
    assert "<iframe" in page.read_text(encoding="utf-8") and "://" not in page.read_text(encoding="utf-8").replace("http://www.w3.org", "")
    with pytest.raises(FileExistsError):
        ex.write(tmp_path)


def test_a_file_is_marked_in_a_process_of_its_own_with_its_policy(tmp_path):
    ex = exercise(FUNCTIONS[1], INPUTS, "grad", name="mine")
    path = tmp_path / "mine_grad.py"
    path.write_text("from math import exp\ndef derivatives(x, w, b):\n    return {'x': exp(w) + 1 / (b + 2), 'w': exp(w) * x, 'b': -x / (b + 2)**2}\n")
    assert ex.mark(path).solved
    path.write_text("import autograd\ndef derivatives(x, w, b):\n    return dict(zip('xwb', autograd.grad(lambda x, w, b: x)(x, w, b)))\n")
    assert "autograd.grad" in ex.mark(path).mistake
    path.write_text("def derivatives(x, w, b):\n    while True: pass\n")
    assert "does not end" in ex.mark(path, seconds=1.0).mistake


def test_variants_differ_by_student_and_are_the_same_for_the_same_one():
    ex = exercise(FUNCTIONS[0], INPUTS, "grad")
    assert ex.variant("ada").inputs == ex.variant("ada").inputs != ex.variant("bob").inputs
    assert ex.variant("ada").stub == ex.variant("ada").stub


@pytest.mark.parametrize("arguments, error, said", [
    ((lambda x: x, {"x": 1.0}, "essay"), ValueError, "one of grad"), ((lambda x: 3.0, {"x": 1.0}, "grad"), TypeError, "not a Value"),
    ((lambda x: x + 0.0, {"x": 1.0, "w": 2.0}, "grad"), TypeError, "positional"), ((lambda x: autograd.log(x), {"x": -1.0}, "grad"), ValueError, "log")])
def test_what_cannot_be_asked_is_said_to_the_teacher(arguments, error, said):
    with pytest.raises(error, match=said):
        exercise(*arguments)


def test_the_command_writes_and_marks_the_exercises_of_a_teachers_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("teacher.py").write_text("from demos.exercises import exercise\ndef square(x):\n    return x * x\n"
                                  "first = exercise(square, {'x': 3.0})\nsecond = exercise(square, {'x': 3.0}, 'order')\n")
    assert main(["own", "teacher.py", "--out", "given", "--seed", "ada"]) == 0
    assert {path.name for path in Path("given").iterdir()} == {"square_grad.py", "square_grad.html", "square_order.py", "square_order.html"}
    Path("given/square_grad.py").write_text("def derivatives(x):\n    return {'x': 2 * x}\n")
    assert main(["own", "teacher.py", "--file", "given/square_grad.py"]) == 0
    Path("given/square_grad.py").write_text("def derivatives(x):\n    return {'x': x}\n")
    assert main(["own", "teacher.py", "--file", "given/square_grad.py"]) == 1
    assert "Perhaps: " in capsys.readouterr().out


# Names ------------------------------------------------------------------------------------------------------------------------

def test_an_input_may_be_called_y():
    """Then the result is called out, in the statement and in what is checked."""
    f = exercise(lambda x, y: x * y + 2.0, {"x": 1.5, "y": 0.5}, ask="graph", name="f")
    assert "out = x * y + 2" in f.text and '"out"' in f.text
    assert f.check(GRAPH={"p": ("*", "x", "y"), "out": ("+", "p", 2)}).solved
    g = exercise(lambda x, y: x * y, {"x": 1.5, "y": 0.5}, ask="predict", name="g")
    assert g.check(PREDICTION={"out": 0.75, "x": 0.5, "y": 1.5}).solved and "predict out" in g.text


@pytest.mark.parametrize("f, wrong, words", [
    (lambda a: a + a, lambda a: 1.0, "a stands twice in a + a, and only one part is there"),
    (lambda a: a * a, lambda a: a, "a stands twice in a * a, and only one part is there"),
    (lambda a: (a + a) * a, lambda a: 2 * a, "the part of a through (a + a) * a is missing"),
    (lambda a: a * a + a, lambda a: (a * a + a) * (2 * a + 1), "it begins with the value of y")])
def test_a_sum_over_paths_that_lacks_one_is_told_which(f, wrong, words):
    made = exercise(f, {"a": 0.7}, ask="grad", name="f")
    assert words in made.check(derivatives=lambda a: {"a": wrong(a)}).mistake


def test_a_node_that_is_computed_twice_may_stand_there_twice_and_not_three_times():
    f = exercise(lambda a: (a * a) + (a * a), {"a": 0.7}, ask="graph", name="f")
    rows = {"p": ("*", "a", "a"), "q": ("*", "a", "a"), "y": ("+", "p", "q")}
    assert f.check(GRAPH=rows).solved and not f.check(GRAPH={**rows, "r": ("*", "a", "a")}).solved
