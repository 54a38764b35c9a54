"""Numbers, labels, titles, formulas and names as people read them."""
from __future__ import annotations

import math
import random
import re
import subprocess
import sys
import xml.dom.minidom

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd
from autograd import Value
from autograd.ops import TABLE
from autograd.graph import topological_order
from autograd.words.labels import clean, latex_name, shorten
from autograd.words.numbers import compact, fixed
from autograd.words.titles import roles, titles
from tests.expressions import HOSTILE, UNARY, expression


@given(st.floats(-1e308, 1e308) | st.sampled_from([math.inf, -math.inf]))
def test_numbers_are_short_and_close(x):
    for text in (fixed(x), compact(x)):
        assert len(text) <= 14
        if math.isfinite(x):
            if text == "0.0000":                                # what rounding leaves of a zero
                assert abs(x) < 1e-15
                continue
            assert float(text) == pytest.approx(x, rel=6e-4, abs=5.1e-5 if abs(x) >= 5e-4 else 0)
            assert math.copysign(1, float(text)) == math.copysign(1, x)
        else:
            assert float(text) == x


@pytest.mark.parametrize("label", HOSTILE)
def test_a_clean_label_is_one_line_that_xml_allows(label):
    text = clean(label)
    assert len(text) == len(label)
    assert all(c >= " " and c not in "\x7f\x85\u2028\u2029\ufffe\uffff" and not 0xD800 <= ord(c) < 0xE000 for c in text)
    assert len(shorten(text)) <= 24
    text.encode()


def test_titles_are_labels_then_short_formulas_then_numbered():
    a, b = Value(2.0, label="a"), Value(3.0)
    c = a * b
    long = c.tanh() + c.sin() + c.cos() + c.exp()
    found = titles(topological_order(long * long))
    assert found[a] == "a" and found[b] == "3" and found[c] == "a * 3"
    assert found[long].startswith("t")


def test_biases_are_parameters_only_beside_weights():
    a, b, w = (Value(1.0, label=name) for name in "abw")
    assert roles([a, b], [])[b] == "input"
    assert roles([a, b, w], []) == {a: "input", b: "parameter", w: "parameter"}


def test_latex_names():
    assert latex_name("alpha_2") == r"\alpha_{2}" and latex_name("W[0, 1]".replace(", ", "][")) == "W_{0, 1}"
    assert latex_name("a_b") == r"\mathrm{a\_b}"


# expression --------------------------------------------------------------------------------------------------------------

def evaluated(text: str, names: dict[str, float]) -> float:
    """The number that a printed formula with its `where` lines stands for."""
    formula, *parts = text.splitlines()
    scope = {**{name: getattr(autograd, name) for name in UNARY}, **names}
    for part in parts:
        name, _, rest = part.strip().removeprefix("where ").partition(" = ")
        scope[name] = eval(rest, scope)
    return eval(formula, scope)


@pytest.mark.parametrize("seed", range(25))
def test_a_formula_computes_what_the_graph_computes(seed):
    y, xs = expression(seed)
    assert evaluated(autograd.expression(y), {x.label: x.data for x in xs}) == pytest.approx(y.data, rel=1e-4, abs=1e-6)


def test_shared_parts_have_names_and_labels_are_used_for_them():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    c = a + b
    assert autograd.expression(c * c) == "t1 * t1\n  where t1 = a + b"
    c.label = "c"
    assert autograd.expression(c * c.tanh()) == "c * tanh(c)\n  where c = a + b"
    assert autograd.expression(a) == "a" and autograd.expression(Value(2.5)) == "2.5"


def test_a_part_is_never_named_like_a_label_of_the_user():
    t1 = Value(1.0, label="t1")
    c = t1 + 1
    assert autograd.expression(c * c) == "t2 * t2\n  where t2 = t1 + 1"


def test_the_formula_of_a_large_graph_is_refused_in_one_line_and_a_shared_one_stays_small():
    v = Value(1.0, label="x")
    for _ in range(3000):
        v = v + v * 0.001
    assert autograd.expression(v) == ("a formula of 6,001 Values, too long to write out; expression(value, limit=6001) does")
    assert len(autograd.expression(v, limit=10_000)) < 200_000      # 2**3000 terms, were it not for the names


def test_wrong_arguments_of_expression():
    with pytest.raises(TypeError, match="needs a Value, got str 'x'"):
        autograd.expression("x")
    with pytest.raises(ValueError, match="'text' or 'latex'"):
        autograd.expression(Value(1.0), "html")


# name ----------------------------------------------------------------------------------------------------------------------

def test_names_of_variables_lists_arrays_and_dicts_become_labels():
    x, labelled = Value(1.0), Value(2.0, label="mine")
    w, W, d = [Value(0.0), [Value(1.0)]], np.array([[Value(1.0), Value(2.0)]]), {"k": Value(3.0)}
    _hidden = Value(0.0)
    autograd.name(locals())
    assert x.label == "x" and labelled.label == "mine" and w[0].label == "w[0]" and w[1][0].label == "w[1][0]"
    assert W[0, 1].label == "W[0, 1]" and d["k"].label == "d['k']" and _hidden.label == ""


def test_names_of_a_model_are_its_parameters_names_and_a_list_in_itself_ends():
    class Model:
        def __init__(self):
            self.p = Value(1.0)

        def named_parameters(self):
            yield "inner.p", self.p
    model, loop = Model(), []
    loop.append(loop)
    autograd.name({"model": model, "loop": loop, "Model": Model})
    assert model.p.label == "inner.p"
    with pytest.raises(TypeError, match="namespace"):
        autograd.name([model])


def test_importing_autograd_loads_no_graphviz():
    script = "import autograd, nn, sys; assert 'graphviz' not in sys.modules; autograd.draw; assert 'graphviz' in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert {"draw", "play", "explain", "expression", "name", "draw_network"} <= set(dir(autograd))
    with pytest.raises(AttributeError, match="no attribute 'drawing'"):
        autograd.drawing


def test_random_is_left_alone():
    random.seed(5)
    before = random.getstate()
    y, _ = expression(1)
    autograd.draw(y), autograd.explain(y, wrt=y), autograd.expression(y), autograd.play(y)
    assert random.getstate() == before


@pytest.mark.parametrize("name", [*HOSTILE, "\ngraph{{a--b}}//", "{0.__class__}", "{}", "\x1b[31m", "\ud800", "\\input{x}", "\0"])
def test_a_hostile_name_of_an_operation_is_one_line_of_text(name, tmp_path):
    """Of a node made by hand, and in the text of a row of one's own."""
    a = Value(2.0, label="a")
    y = Value(2.0, (a,), name) * a
    own = autograd.operation("mine", lambda x: x, lambda y, x: 1.0, symbol=name,
                             text=name.replace("{", "{{").replace("}", "}}") + "({0})")
    try:
        for v in (y, own(a) * a):
            text = autograd.expression(v)
            assert text.encode() and not re.search("[\0-\x1f]", text.replace("\n  where t1 =", ""))
            autograd.draw(v).write(tmp_path / "graph.svg")
            svg = (tmp_path / "graph.svg").read_text(encoding="utf-8")
            assert xml.dom.minidom.parseString(svg) and "<script" not in svg and autograd.draw(v).source.encode()
        latex = autograd.expression(y, "latex")
        assert "\\input" not in latex and not re.search("[\0-\x1f]", latex)
    finally:
        del TABLE["mine"]
