"""Where a graph begins, and what in it is a number: the columns in which the compiler reads it."""
from __future__ import annotations

import re

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile
from autograd.compiler.recognize.columns import Columns


def parameters(n=6):
    return [Value(0.3 * i - 0.7) for i in range(n)]


def lines_of(program):
    """The source, its variables numbered as they come."""
    names = {}
    return re.sub(r"\bd?v\d+\b", lambda m: names.setdefault(m[0], f"name{len(names)}"), program.source)


FORMS = {"difference": lambda p, c: sum((v - c) ** 2 for v in p), "less it": lambda p, c: sum((c - v) ** 2 for v in p),
         "product": lambda p, c: sum((v * c).tanh() for v in p), "factor of a difference": lambda p, c: sum(((v - c) * c).exp() for v in p),
         "quotient": lambda p, c: sum(abs(v / c) for v in p), "weights": lambda p, c: (p[0] * c - p[1] * c + p[2]) ** 2,
         "loop": lambda p, c: ag.tanh(sum(p, start=c) - c)}


@pytest.mark.parametrize("number", [2.5, -1.0, 1.0])
@pytest.mark.parametrize("form", FORMS)
def test_a_constant_is_the_same_as_a_number_and_as_a_value(form, number):
    sources = set()
    for c in (number, Value(number), Value(number) * 1.0):
        p = parameters()
        y = FORMS[form](p, c)
        program = compile(y, p)
        assert program.verify(y)
        sources.add(lines_of(program))
    assert len(sources) == 1


def test_numbers_have_places_after_those_of_the_values_each_once():
    x = Value(2.0)
    y = (x * 3.0 + 3.0) ** 2
    columns = Columns([y], [x])
    assert columns.args == [(), (0, 4), (1, 4), (2, 5)]
    assert columns.number == [None, None, None, None, 3.0, 2.0]
    assert columns.uses.tolist() == [1, 1, 1, 1, 2, 1]
    assert columns.place_of(3.0) == 4 and columns.place_of(7.0) == 6 and columns.number[6] == 7.0


def test_what_only_a_computed_parameter_was_made_of_is_left_out():
    a, b = Value(0.4), Value(-0.3)
    h = (a * b).tanh() * a                                     # a parameter, though it was computed
    y = (h * b + h).sin()
    columns = Columns([y], [h, b])
    place = columns.place
    assert columns.args[place[h]] == () and columns.uses[place[a]] == 0 and columns.uses[place[h]] == 2
    value, gradient = compile(y, [h, b]).value_and_grad(np.array([h.data, b.data]))
    z = np.cos(h.data * b.data + h.data)
    assert abs(value - y.data) < 1e-15 and np.allclose(gradient, [z * (b.data + 1), z * h.data], rtol=1e-14)


def test_what_is_computed_from_numbers_alone_is_a_number():
    c, x = Value(0.5), Value(1.5)
    k = c
    for _ in range(50):
        k = (k * 1.1).sin()
    y = k * x
    columns = Columns([y], [x])
    assert columns.number[columns.place[k]] == k.data and columns.number[columns.place[x]] is columns.number[columns.place[y]] is None
    value, gradient = compile(y, [x]).value_and_grad(np.array([3.0]))
    assert value == pytest.approx(3.0 * k.data, rel=1e-15) and gradient.tolist() == pytest.approx([k.data], rel=1e-15)


def test_a_loop_may_be_longer_than_what_looks_alike_in_it():
    """Five rows of a matrix that look alike are not turns of a loop; the steps that multiply by it are."""
    W, x = parameters(25), [Value(0.1 * i) for i in range(5)]
    for _ in range(14):
        for i in range(5):
            x[i] = x[i] - 0.1 * ag.tanh(sum(w * u for w, u in zip(W[5 * i:5 * i + 5], x)))
    y = sum(v * v for v in x)
    program = compile(y, W)
    assert "for t in range(1" in program.source and program.verify(y)
