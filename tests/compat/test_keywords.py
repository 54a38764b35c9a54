"""A name that no argument has: the message says what to write instead."""
import re

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compat import keywords

V = Value(2.0, label="v")
Y = V * V
CALLS = {                                   # calls with a hole for one more argument by name
    "OF_CONSTRUCTOR": [lambda **k: Value(1.0, **k), lambda **k: Value(6.0, (V, V), "*", **k)],
    "OF_BACKWARD": [Y.backward, lambda **k: ag.backward(Y, **k)],
    "OF_TRANSFORMS": [lambda f=f, **k: f(abs, **k) for f in (ag.grad, ag.value_and_grad, ag.hessian, ag.jit)]
    + [lambda **k: ag.gradients(Y, V, **k), lambda **k: ag.compile(Y, [V], **k)],
    "OF_PICTURES": [lambda f=f, **k: f(Y, **k) for f in (ag.draw, ag.play, ag.frames, ag.expression)],
}
HAVE = {**dict.fromkeys(CALLS["OF_TRANSFORMS"][:2], ["has_aux"]), CALLS["OF_TRANSFORMS"][4]: ["create_graph"], CALLS["OF_PICTURES"][1]: ["path"]}      # gradients, play
ROWS = [(call, name, says) for table, calls in CALLS.items() for call in calls
        for name, says in {**getattr(keywords, table), "nothing_such": None}.items()]


@pytest.mark.parametrize("call, name, says", ROWS)
def test_a_name_that_there_is_not_is_told(call, name, says):
    before = (V.grad, V.label)
    if name in HAVE.get(call, ()):
        return
    with pytest.raises(TypeError, match=rf"^\w+ has no argument '{name}': " + re.escape(says or "")):
        call(**{name: True})
    assert (V.grad, V.label) == before


def test_other_numbers_of_arguments_show_the_call():
    with pytest.raises(TypeError, match=r"^grad\(f, argnums=0, has_aux=False\) was called otherwise: missing a required argument: 'f'$"):
        ag.grad()
    with pytest.raises(TypeError, match=r"^jvp\(f, primals, tangents\) was called otherwise: too many"):
        ag.jvp(abs, (1.0,), (1.0,), 3)


def test_a_type_error_inside_stays_as_it_is():
    def f(x):
        return x + "a"
    with pytest.raises(TypeError, match="operand must be a real number, got str"):
        ag.grad(f)(1.0)

    @keywords.told({})
    def raising():
        raise TypeError("mine")
    with pytest.raises(TypeError, match="^mine$"):
        raising()


def test_micrograds_names_still_work():
    y = Value(6.0, _children=(V, V), _op="*")
    assert y._prev == {V} and y._op == "*"
    y = Value(6.0, np.array([V, V]), _op="*")
    assert y.inputs == (V, V)
    for op in (3, 2.5, V, {"*"}, len):
        with pytest.raises(TypeError, match="op of a Value must be an operation, its name"):
            Value(6.0, (V, V), op)


# NumPy's functions -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["isnan", "isfinite", "isinf", "signbit", "log2", "log10", "cbrt", "exp2", "rint", "deg2rad",
                                  "spacing", "modf", "frexp"])
def test_a_function_of_numpy_without_a_derivative_says_so(name):
    with pytest.raises(TypeError, match=rf"^np\.{name} is not defined for Values: "):
        getattr(np, name)(V)


def test_functions_of_numpy_that_have_one_are_operations():
    for name in ("exp", "log", "sin", "tanh", "sqrt", "arctan", "negative", "absolute", "square", "log1p", "expm1", "cosh"):
        y = getattr(np, name)(V)
        assert isinstance(y, Value) and y.data == pytest.approx(getattr(np, name)(2.0), rel=1e-15), name
    numbers = np.array([1.0, 2.0])
    for found in (numbers * V, V * numbers, np.multiply(numbers, V), np.add(V, V) + numbers, numbers.astype(np.float32) ** V):
        assert found.dtype == object and isinstance(found[0], Value)
    for scalar in (np.float64(3.0), np.int64(3), np.float32(3.0)):
        assert isinstance(scalar * V, Value) and (scalar - V).data == 1.0 and (scalar > V)
    assert np.maximum(V, 1.0) is V and np.add.reduce([V, V, 1.0]).data == 5.0
    with pytest.raises(TypeError, match=r"an array of floats cannot hold a Value: write a = a \+ v"):
        numbers += V
    with pytest.raises(ValueError, match="log"):
        np.log(Value(-1.0))


def test_one_number_has_no_length():
    with pytest.raises(TypeError, match="the Value 'v' of data 2.0 is one number and has no len"):
        len(V)
    assert np.array(V).shape == () and np.array([V, Y]).shape == (2,) and np.array([[V], [1.0]]).shape == (2, 1)


def test_long_floats_and_outputs_that_are_values():
    """Each would call the same function of NumPy's again and again."""
    for f in (lambda: np.longdouble(3.0) + V, lambda: np.array([3.0], dtype=np.longdouble)[0] * V, lambda: V ** np.longdouble(2.0)):
        assert isinstance(f(), Value)
    assert (np.array([1.0, 2.0], dtype=np.longdouble) * V)[1].data == 4.0
    for f in (lambda: np.sin(V, Y), lambda: np.add(V, V, Y), lambda: np.multiply(1.0, 2.0, out=V)):
        with pytest.raises(TypeError, match="not defined for Values"):
            f()
    assert (V.data, Y.data) == (2.0, 4.0)
