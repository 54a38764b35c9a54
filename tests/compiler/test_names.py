"""An operation of one's own may have any name: compiled source calls it by one that nothing else in there has."""
import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler.printers.names import called
from autograd.ops import TABLE

NAMES = ["theta", "x", "m", "t", "np", "math", "grad", "value", "value_and_grad", "ones", "find", "base64", "len", "float", "range",
         "print", "values", "total", "START", "P", "I", "v1", "v2", "dv1", "x1", "b1", "f1", "W1", "z1", "dz1", "d", "v", "g", "i",
         "op_theta", "op_", "λ", "é", "match", "_", "cube_of_it"]


@pytest.fixture
def own():
    before = set(TABLE)
    yield ag.operation
    for name in set(TABLE) - before:
        del TABLE[name]


def graphs(op):
    """A few graphs with the operation: straight-line code, a layer, a loop, lines of scalars."""
    P = [Value(0.1 * i, label=f"w{i}") for i in range(6)]
    X = [Value(0.3 * i + 0.1, label=op.name) for i in range(3)]
    yield op(P[0] * X[0] + P[1]), P, X
    yield sum(op(sum(P[3 * k + j] * X[j] for j in range(3))) ** 2 for k in range(2)), P, X
    state = Value(0.0)
    for t in range(40):
        state = op(P[0] * state + P[1] * X[t % 3]) + P[2]
    yield state, P, X


@pytest.mark.parametrize("forms", [{}, {"numpy": "np.tanh({0})"}], ids=["called", "printed"])
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_of_any_name_compiles(own, name, forms):
    op = own(name, math.tanh, lambda y, a: 1 - y * y, **forms)
    for y, P, X in graphs(op):
        program = ag.compile(y, P, X)
        theta, x = np.array([p.data for p in P]), np.array([v.data for v in X])
        value, gradient = program.value_and_grad(theta, x)
        for p in P:
            p.grad = 0
        y.backward()
        assert value == pytest.approx(y.data, abs=1e-13) and gradient == pytest.approx([p.grad for p in P], abs=1e-13)
        assert program.value_and_grad(theta, np.array([x, x]))[0] == pytest.approx(2 * value)
        alone = {}
        exec(program.source, alone)                             # the source runs by itself, too
        assert np.ravel(alone["value"](theta, x[None]))[0] == pytest.approx(value, abs=1e-13)


def test_names_in_the_source_are_different():
    names = [*NAMES, *(f"op_{name}" for name in NAMES), *(f"op_op_{name}" for name in NAMES)]
    assert len(set(map(called, set(names)))) == len(set(names)) and called("cube_of_it") == "cube_of_it"


@pytest.mark.parametrize("name", ["class", "lambda", "None", "True", "async", "__debug__", "ﬁ", "a b", "", "1a", "a.b", "a\n", 3, None,
                                  b"a", ["a"]])
def test_what_is_no_name_is_refused(own, name):
    with pytest.raises(ValueError, match="must be a Python identifier"):
        own(name, math.tanh, lambda y, a: 1 - y * y)
