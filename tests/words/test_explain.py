"""explain: its numbers are the gradient, its LaTeX is LaTeX."""
from __future__ import annotations

import math
import re
import time

import pytest

import autograd
from autograd import Value
from tests.expressions import HOSTILE, expression, neuron


@pytest.mark.parametrize("seed", range(40))
def test_the_sum_over_paths_and_the_sums_over_nodes_are_the_gradient(seed):
    y, xs = expression(seed)
    paths = [autograd.explain(y, wrt=x, paths=10 ** 5) for x in xs]
    nodes = [autograd.explain(y, wrt=x, paths=0) for x in xs]
    assert all(x._grad is autograd.value.UNREACHED for x in xs)                     # no grad is touched
    y.backward()
    for x, by_paths, by_nodes in zip(xs, paths, nodes):
        for found in (by_paths, by_nodes):
            assert found.total == pytest.approx(x.grad, rel=1e-12, abs=1e-14)
        lines = [line for line in by_paths.lines[1:-1] if " where " not in line]
        assert len(by_paths.products) == by_paths.paths == len(set(lines))
        assert math.fsum(by_paths.products) == pytest.approx(x.grad, rel=1e-12, abs=1e-14)
        assert [float(line.replace(":", "=").rpartition("=")[2]) for line in lines] == pytest.approx(
            by_paths.products, rel=6e-4, abs=6e-5)
        assert by_nodes.products == [] and "too many to write out" in str(by_nodes)


def test_the_number_of_paths_is_counted_without_walking_them():
    x = v = Value(1.0, label="x")
    for _ in range(200):
        v = v * 0.5 + v * 0.5
    found = autograd.explain(v, wrt=x)
    assert "more than a million paths" in str(found) and found.total == 1.0
    assert len(found.lines) < 70
    a = x + x
    assert autograd.explain(a * a, wrt=x).paths == 4


def test_a_path_through_a_long_chain_is_walked_in_linear_time():
    x = v = Value(0.5, label="x")
    for _ in range(20_000):
        v = v * 1.0
    start = time.process_time()
    assert autograd.explain(v, wrt=x).total == 1.0
    assert time.process_time() - start < 10


def test_a_neuron_in_words_and_numbers():
    o, leaves = neuron()
    found = str(autograd.explain(o, wrt=leaves["x1"]))
    assert "w1 * 1 * 1 * (1 - o**2) = (-3) * 1 * 1 * 0.5 = -1.5" in found
    assert "This is x1.grad after o.backward()." in found
    o.backward()
    assert "This is x1.grad." in str(autograd.explain(o, wrt=leaves["x1"]))
    o.backward()
    assert "x1.grad holds -3: it has another pass in it" in str(autograd.explain(o, wrt=leaves["x1"]))


def test_the_derivative_by_an_intermediate_value_and_by_itself():
    a = Value(3.0, label="a")
    b = a * a
    assert autograd.explain(b * b, wrt=b).total == 18.0
    assert autograd.explain(b, wrt=b).total == 1.0


def test_what_cannot_be_explained_is_said():
    a, b = Value(2.0, label="a"), Value(0.0, label="b")
    with pytest.raises(ValueError, match="does not depend on wrt"):
        autograd.explain(a * 2, wrt=b)
    with pytest.raises(TypeError, match="wrt of explain must be a Value, got float 2.0"):
        autograd.explain(a * 2, wrt=2.0)
    with pytest.raises(ValueError, match="derivative of sqrt"):
        autograd.explain(b.sqrt(), wrt=b)


def test_an_operation_without_a_printed_derivative_shows_the_number():
    a = Value(2.0, label="a")
    given = Value(7.0, (a,), (3.5,))
    given.label = "g"
    assert autograd.explain(given, wrt=a).total == 3.5
    assert "3.5" in str(autograd.explain(given, wrt=a))


@pytest.mark.filterwarnings("ignore:Glyph", "ignore:Font")
@pytest.mark.parametrize("labels", [None, HOSTILE], ids=["plain", "hostile"])
def test_every_equation_is_latex(labels):
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    for k, label in enumerate(labels or range(12)):
        y, xs = expression(k, operations=2 if labels else 6)
        if labels:
            xs[0].label = label
        for paths in (0, 50)[:1 if labels else 2]:
            for equation in autograd.explain(y, wrt=xs[0], paths=paths).equations:
                parser.parse(f"${equation}$")
        for line in autograd.expression(y, "latex").split(r" \\ "):
            parser.parse(f"${line}$")


def test_every_name_that_stands_for_a_formula_is_explained():
    for seed in range(12):
        y, xs = expression(seed)
        for paths in (0, 10 ** 4):
            text = str(autograd.explain(y, wrt=xs[0], paths=paths))
            explained = re.findall(r"where (t\d+) =", text)
            assert set(re.findall(r"\bt\d+\b", text)) == set(explained)
            assert len(explained) == len(set(explained))


def test_equal_paths_say_which_input_they_take():
    x = Value(3.0, label="x")
    text = str(autograd.explain(x * x, wrt=x))
    assert "x -> y (input 1):  x = 3" in text and "x -> y (input 2):  x = 3" in text


def test_jupyter_gets_words_and_mathematics():
    o, leaves = neuron()
    found = autograd.explain(o, wrt=leaves["x1"])
    text = found._repr_markdown_()
    assert text.startswith(f"```text\n{found}\n```") and r"$$ \begin{aligned}" in text
    assert text.count("&=") == len(found.equations)
    assert r"\frac{\partial o}{\partial x_{1}}" in text


def test_a_call_needs_no_parentheses_and_one_factor_is_no_product():
    a, b = Value(0.7, label="a"), Value(-1.3, label="b")
    assert "b * (sigmoid(a * b) * (1 - sigmoid(a * b))) * 3" in str(autograd.explain((a * b).sigmoid() * 3.0, wrt=a))
    assert "(1 - tanh(a + b)**2) * 1" in str(autograd.explain((a + b).tanh() + b, wrt=a))
    assert ":  y * log(a) = -0.5671\n" in str(autograd.explain(a ** b, wrt=b))


@pytest.mark.parametrize("taken, names", [("", ("y", "x")), ("y", ("f", "x")), ("x", ("y", "u")), ("yx", ("f", "u")), ("yfx", ("g", "u"))])
def test_an_unlabelled_value_gets_a_letter_that_no_label_has(taken, names):
    """An input that the student calls y: df/dy, and never dy'/dx."""
    others = [Value(2.0, label=letter) for letter in taken]
    x = Value(3.0)
    output = x
    for v in others:
        output = output * v
    said = str(autograd.explain(output * 2.0, wrt=x))
    assert "'" not in said and f"d{names[0]}/d{names[1]} = " in said


def test_an_input_called_y_is_called_y():
    y = Value(2.0, label="y")
    assert "Sum: df/dy = 2 + 2 = 4." in str(autograd.explain(y * y, wrt=y))
