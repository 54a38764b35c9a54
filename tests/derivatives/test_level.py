"""Levels: transforms inside transforms, in threads and coroutines, know each other's variables and never mix."""
import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import Value, grad, jvp
from autograd.derivatives.level import VARIABLES_AT_WORK, Level


def forward(f):
    """The derivative of f, a function of one number, in forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


def test_a_transform_in_a_thread_of_the_function_sees_the_variables_of_the_function():
    def f(x):
        with ThreadPoolExecutor(1) as pool:
            return x * pool.submit(grad(lambda y: x * y * y), 3.0).result()          # x * 2 x y = 6 x^2
    assert grad(f)(2.0) == 24.0 and forward(f)(2.0) == 24.0


def test_transforms_at_work_in_many_threads_do_not_mix():
    def third(x):
        return grad(grad(grad(lambda t: t ** 5)))(x)
    with ThreadPoolExecutor(8) as pool:
        points = [1.0 + 0.01 * i for i in range(200)]
        assert list(pool.map(third, points)) == [third(x) for x in points]
    assert not VARIABLES_AT_WORK


def test_transforms_at_work_in_coroutines_do_not_mix():
    async def slope(x):
        def f(t):
            return t * grad(lambda y: t * y)(x)                                      # t * t
        await asyncio.sleep(0)
        return grad(f)(x)

    async def all_of_them():
        return await asyncio.gather(*[slope(float(x)) for x in range(20)])
    assert asyncio.run(all_of_them()) == [2.0 * x for x in range(20)]


def test_what_an_argument_was_computed_from_is_not_walked(monkeypatch):
    """Newton's steps on Values, each with a derivative of its own, take a time linear in their number."""
    x = Value(2.0)
    for _ in range(100):
        x = x - 0.001 * grad(lambda t: t * t)(x)
    inputs, looked_at = Value.inputs, []
    monkeypatch.setattr(Value, "inputs", property(lambda v: looked_at.append(v) or inputs.fget(v)))
    grad(lambda t: t * t)(x)
    assert 0 < len(looked_at) < 50


def test_no_variable_stays_at_work_when_the_function_raises():
    for error in (ValueError, KeyboardInterrupt):
        def f(x, error=error):
            raise error
        with pytest.raises(error):
            grad(f)(1.0)
    assert not VARIABLES_AT_WORK


def test_the_order_holds_what_was_computed_from_the_variables_alone():
    w = Value(3.0)
    level = Level(lambda x: [w * w * x, w + 1.0, 2.0], (2.0,), 0)
    assert [str(v.op) for v in level.order] == ["*"] and [v.inputs[1] for v in level.order] == level.variables
    assert level.matrix("forward") == level.matrix("reverse") == [[9.0], [0.0], [0.0]]
