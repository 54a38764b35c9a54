"""How much is written out: one more than fits, and it is left out, and said."""
import re

import pytest

import autograd as ag
from autograd import Value
from autograd.words import explain as explaining
from autograd.words.labels import as_name, clean, is_call, latex_name, plural, short_name, shorten
from autograd.words.numbers import bracketed, compact
from autograd.words.steps import Step


@pytest.mark.parametrize("paths, written", [(1, True), (2, True), (8, True), (9, False)])
def test_paths_that_are_written_out(paths, written):
    x = Value(2.0, label="x")
    found = ag.explain(ag.sum([x * float(k + 1) for k in range(paths)]), wrt=x)
    assert (found.products == [float(k + 1) for k in range(paths)]) is written and ("too many to write out" in str(found)) is not written
    assert found.paths == paths and found.total == sum(range(paths + 1))


@pytest.mark.parametrize("uses", [9, 11, 12, 13, 20])
def test_terms_of_a_sum_that_are_written_out(uses):
    x = Value(2.0, label="x")
    y = ag.sum([x * (k + 2.0) for k in range(uses)])
    last = next(line for line in ag.explain(y, wrt=x).lines if line.strip().startswith("dy/dx = "))
    _, symbols, numbers, value = last.split(" = ")
    left_out = uses > 12
    for terms in (symbols, numbers):
        assert terms.count(" + ") == min(uses, 12) - 1 + left_out and terms.endswith("...") is left_out
    assert [float(n) for n in re.findall(r"1 \* ([\d.]+)", numbers)] == [k + 2.0 for k in range(min(uses, 12))]
    assert float(value) == sum(k + 2.0 for k in range(uses))


@pytest.mark.parametrize("depth", [5, 38, 39, 40, 41, 42, 60])
def test_nodes_that_are_written_out(depth):
    """A ladder: `depth` Values, each the sum of two uses of the one before; the output is not counted, x is."""
    x = v = Value(1.0, label="x")
    nodes = 1
    while nodes < depth:
        v = v * 0.5 + v * 0.5
        nodes += 3
    y = ag.explain(v, wrt=x)
    inner = nodes - 1                                    # without the output
    lines = [line for line in y.lines if line.startswith("  d") or line.startswith("  ...")]
    if y.paths > 8:
        if inner <= 40:
            assert len(lines) == inner and "more ..." not in str(y)
        else:
            assert len(lines) == 41 and lines[-2] == f"  ... {plural(inner - 40, 'node')} more ..." and " dv/dx" not in lines[-1]
            assert y.equations.count(rf"\cdots = \mathrm{{{inner - 40}\ more}}") == 1
        assert re.match(r"  d\w+/dx = ", lines[-1])
    assert y.total == 1.0


def test_what_is_shown_of_nodes():
    class Part:
        def __init__(self, n):
            self.order = list(range(n))
            self.wrt, self.output = 0, n - 1
    for n in (2, 40, 41, 42, 43, 100):
        nodes, left_out = explaining.shown_nodes(Part(n))
        assert nodes[-1] == 0 and len(nodes) + left_out == n - 1 and len(nodes) == min(n - 1, 40)
        assert nodes[:-1] == list(range(n - 2, n - 1 - len(nodes), -1))


@pytest.mark.parametrize("n", range(1, 40))
def test_a_text_is_shortened_in_its_middle(n):
    text = "".join(chr(0x41 + i) for i in range(n))
    short = shorten(text)
    assert (short == text) == (n <= 24) and len(short) == min(n, 24)
    assert n <= 24 or (short.startswith(text[:15] + "…") and short.endswith(text[-8:]))


@pytest.mark.parametrize("n, text", [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes"), (1000, "1,000 nodes"), (1234567, "1,234,567 nodes")])
def test_plurals(n, text):
    assert plural(n, "node") == text


@pytest.mark.parametrize("label, name", [("layers.0.neurons.0.b", "b1(1)"), ("layers.2.neurons.10.w.0", "W3(11,1)"), ("layers.0.neurons.0.w.9", "W1(1,10)"),
                                         ("layers.0.neurons.0.w", "layers.0.neurons.0.w"), ("xlayers.0.neurons.0.b", "xlayers.0.neurons.0.b")])
def test_parameters_are_called_as_in_the_lecture(label, name):
    assert short_name(label) == name


@pytest.mark.parametrize("label, level", [("a + b", "sum"), ("a", "atom"), ("-", "atom"), ("sin(a + b)", "atom"), ("a b", "sum"), ("-a", "sum"), ("f(a)(b)", "atom")])
def test_a_label_that_is_a_formula_is_a_sum(label, level):
    assert as_name(label).level == level


@pytest.mark.parametrize("label, call", [("f()", True), ("f(a)", True), ("f((a) + (b))", True), ("f(a", False), ("f a)", False), ("2(a)", False), ("f(a)(b)", False),
                                         ("f(a) + g(b)", False), ("(a)", False), ("f(a))", False), ("f((a)", False)])
def test_what_is_one_call(label, call):
    assert is_call(label) is call


@pytest.mark.parametrize("label, text", [("a\x1fb", "a␟b"), ("a\x20b", "a b"), ("\x00", "␀"), ("\u202a", "\ufffd"), ("\u202e", "\ufffd"), ("\u2029", "\ufffd"), ("é", "é"),
                                         ("\ue000", "\ufffd"), ("\x85", "\ufffd"), ("漢", "漢"), ("\n", "␊")])
def test_clean_labels(label, text):
    assert clean(label) == text


@pytest.mark.parametrize("label, latex", [("x", "x"), ("x12", "x_{12}"), ("x_1", "x_{1}"), ("w[0][2]", "w_{0, 2}"), ("alpha1", r"\alpha_{1}"), ("alphas", r"\mathrm{alphas}"),
                                          ("W2(1,3)", "W^{(2)}_{1,3}"), ("W(1,3)", "W_{1,3}"), ("a_b", r"\mathrm{a\_b}"), ("50%", r"\mathrm{50\%}"), ("", r"\mathrm{\_}"),
                                          ("b1(2)", "b^{(1)}_{2}"), ("Omega", r"\Omega")])
def test_names_in_latex(label, latex):
    assert latex_name(label) == latex


@pytest.mark.parametrize("x", [1.0, -1.0, 0.0, 123456.0, 1234567.0, 1e-5, 0.5, -2.25, 1e300, 1 / 3])
def test_compact_numbers_read_back(x):
    assert float(compact(x).replace("−", "-").replace(",", "")) == pytest.approx(x, rel=5e-4)
    assert bracketed(x).startswith("(") == (x < 0)


@pytest.mark.parametrize("left, right, apart", [([1.0, 2.0], [1.0, 2.0], 0.0), ([2.0, 4.0], [2.0, 3.0], 0.25), ([[1e-6]], [[2e-6]], 0.5), ([100.0], [-100.0], 2.0),
                                                (0.0, 0.0, 0.0), ([0.0], [0.0], 0.0), ([], [], 0.0), (4e5, 3e5, 0.25), ([[0.0, -8.0]], [[2.0, -8.0]], 0.25)])
def test_how_far_the_sides_of_a_step_are_apart(left, right, apart):
    step = Step("a = b", "a = b", "why", left, right)
    assert step.difference == pytest.approx(apart, rel=1e-12) and step.holds == (apart == 0.0)
    assert Step("", "", "", right, left).difference == step.difference


def test_sides_of_other_lengths_are_not_equal():
    assert not Step("", "", "", [1.0, 2.0], [1.0]).holds and Step("", "", "", [1.0, 1e9], [1.0, 1e9 * (1 + 1e-15)]).holds
