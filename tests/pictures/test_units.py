"""Which Values of a recorded sample are units, and what links them."""
from __future__ import annotations

import random

import pytest

import autograd
import nn
from autograd import Value
from autograd.pictures.units import find_units


def recorded(f, *numbers):
    """Units of f(p, x), as title: (kind, column, {source's title: weight's label}, own parameters)."""
    p = [Value(number, label=f"p{i}") for i, number in enumerate(numbers)]
    x = [Value(0.5, label="x1"), Value(-0.3, label="x2")]
    units = find_units([f(p, x)], x, p)
    return {u.title: (u.kind, u.column, {units[i].title: w and w.label for i, w in u.links}, [q.label for q in u.own]) for u in units}


@pytest.mark.parametrize("seed", range(20))
def test_the_units_of_a_network_are_its_neurons(seed):
    rng = random.Random(seed)
    widths = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
    net = nn.MLP(2, widths, activation=rng.choice(["relu", "tanh", "linear", "gelu"]), seed=seed)
    x = [Value(0.5, label="x1"), Value(-0.3, label="x2")]
    out = net(list(x))
    units = find_units(out if isinstance(out, list) else [out], x, net.parameters())
    assert len(units) == 2 + sum(widths)
    by_column = [[u for u in units if u.column == k] for k in range(len(widths) + 1)]
    assert [len(column) for column in by_column] == [2, *widths]
    for k, layer in enumerate(net.layers):
        for neuron, unit in zip(layer.neurons, by_column[k + 1]):
            assert [w for _, w in unit.links] == neuron.w and unit.own == [neuron.b]
            assert [units[i] for i, _ in unit.links] == by_column[k]
            assert unit.kind == ("output" if k == len(widths) - 1 else "unit")


def test_a_plain_network_has_the_same_units():
    def f(p, x):
        h = [(p[0] * x[0] + p[1] * x[1] + p[2]).tanh(), (p[3] * x[0] + x[1] * p[4] - p[5]).relu()]
        return p[6] * h[0] - p[7] * h[1] + p[8]
    units = recorded(f, *range(1, 10))
    assert list(units.values()) == [("input", 0, {}, []), ("input", 0, {}, []),
                                    ("unit", 1, {"x1": "p0", "x2": "p1"}, ["p2"]), ("unit", 1, {"x1": "p3", "x2": "p4"}, ["p5"]),
                                    ("output", 2, dict(zip(list(units)[2:4], ["p6", "p7"])), ["p8"])]


@pytest.mark.parametrize("f, wanted", [
    (lambda p, x: p[0] * x[0] + p[1] * x[1], {}),                                                   # nothing bends
    (lambda p, x: p[0] * (x[0] * x[1]) + p[1], {"x1 * x2": {"x1": None, "x2": None}}),              # a product of inputs
    (lambda p, x: p[0] * x[0] ** 2 + p[1], {"x1**2": {"x1": None}}),
    (lambda p, x: p[0] / (x[0] + 3.0) + x[1], {"p0 / (x1 + 3)": {"x1": None}}),
    (lambda p, x: x[0] / p[0] + x[1] * p[1], {}),                                                   # a quotient by a parameter
    (lambda p, x: p[1] * (1 / (1 + autograd.exp(-(p[0] * x[0])))), {"1 / (1 + exp(-(p0 * x1)))": {"x1": "p0"}}),
    (lambda p, x: autograd.dot([x[0], p[0]], [x[1], x[0]], p[1]) * 2.0, 1),                         # a dot of inputs
])
def test_what_bends_the_plane_is_a_unit(f, wanted):
    units = {title: u for title, u in recorded(f, 1.0, 2.0).items() if u[0] == "unit"}
    if wanted == 1:
        assert len(units) == 1
    else:
        assert [u[2] for u in units.values()] == list(wanted.values())


def test_what_its_author_named_is_a_unit():
    def f(p, x):
        z = p[0] * x[0] + p[1] * x[1]
        z.label = "z"
        return 2.0 * z
    assert recorded(f, 1.0, 2.0)["z"] == ("unit", 1, {"x1": "p0", "x2": "p1"}, [])
