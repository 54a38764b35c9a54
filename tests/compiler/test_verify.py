"""The check that does not trust the compiler finds what is wrong, and says where."""
from __future__ import annotations

import gc
import random

import pytest

import autograd as ag
from autograd import Value, compile
from tests.compiler.agree import form


def network():
    rng = random.Random(0)
    P = [Value(rng.uniform(-1, 1), label=f"p{i}") for i in range(16)]
    x = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    h = [ag.tanh(sum((w * u for w, u in zip(P[3 * i:3 * i + 3], x)), P[9 + i])) for i in range(3)]
    out = ag.exp(sum(w * u for w, u in zip(P[12:15], h)) * 0.5) - P[15]
    out.label = "out"
    return out, P, x


def broken(program, right, wrong):
    code = program._code
    assert right in code.text
    changes = {"text": code.text.replace(right, wrong)}
    for text in ("on_arrays", "forward"):
        changes[text] = getattr(code, text).replace(right, wrong)
    program._code = code._replace(**changes)
    return program


def test_a_right_program_agrees_at_all_points():
    out, P, x = network()
    for name in ("arrays", "straight"):
        with form(name):
            assert compile(out, P, x).verify(points=5) == 5
            assert compile([out, P[0] * x[0]], P, x).verify([out, P[0] * x[0]], points=2) == 2


@pytest.mark.parametrize("right, wrong, where", [
    ("np.tanh(z1)", "np.sin(z1)", r"f1\[0, 0\] \(operation tanh\)"), ("b1 = theta[9:12]", "b1 = theta[8:11]", r"z1\[0, 0\]"),
    ("dz1 = ", "dz1 = 1.001 * ", r"the derivative with respect to parameter 0 \(a leaf, 'p0',\)")])
def test_the_first_cell_that_differs_is_named(right, wrong, where):
    out, P, x = network()
    with form("arrays"):
        program = compile(out, P, x)
    with pytest.raises(AssertionError, match=where):
        broken(program, right, wrong).verify()


def test_a_program_does_not_keep_its_graph():
    out, P, x = network()
    program = compile(out, P, x)
    del out
    gc.collect()
    with pytest.raises(ValueError, match="graph is gone"):
        program.verify()


def test_points_outside_of_a_domain_are_left_out():
    a = Value(0.01)
    assert 1 <= compile(ag.log(a), [a]).verify(ag.log(a), points=30) < 30
