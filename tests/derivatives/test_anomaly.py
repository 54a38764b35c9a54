"""detect_anomaly names the first NaN or infinity: operation, numbers, labels, and the line of the user's code."""
import asyncio
import copy
import math
import pickle
import threading

import pytest

import autograd as ag
from autograd import AnomalyError, Value, detect_anomaly, ops, value
from autograd.recording import is_recording


def the_line_of(function, extra=1):
    return function.__code__.co_firstlineno + extra


def test_the_first_infinity_of_the_forward_pass_is_named():
    x = Value(1e200, label="x")

    def f():
        a = x + 1
        b = a * x                                           # the line
        return b - b
    with pytest.raises(AnomalyError) as error, detect_anomaly():
        f()
    text = str(error.value)
    assert text.startswith("forward pass: mul(1e+200, 1e+200) (inputs 'x') is inf, recorded in ") and "b = a * x" in text
    assert error.value.line == (__file__, the_line_of(f, 2)) and error.value.value.op is ops.mul
    assert math.isnan(f().data)                             # outside, as ever


def test_infinity_may_be_allowed_and_nan_then_is_the_first():
    x = Value(1e200, label="x")
    with detect_anomaly(infinite=False):
        y = x * x
        assert y.data == math.inf
        with pytest.raises(AnomalyError, match=r"sub\(inf, inf\).* is nan"):
            y - y


@pytest.mark.parametrize("differentiate", [
    lambda f, x: f(x).backward(), lambda f, x: ag.backward(f(x)), lambda f, x: ag.gradients(f(x), x),
    lambda f, x: ag.grad(f)(x.data), lambda f, x: ag.vjp(f, x.data)[1](1.0), lambda f, x: ag.hessian(f)(x.data),
    lambda f, x: ag.jvp(f, (x.data,), (1e200,)), lambda f, x: ag.jvp(ag.grad(f), (x.data,), (1.0,))])
def test_the_first_infinity_of_the_backward_pass_is_named(differentiate):
    x = Value(1e-300, label="x")

    def f(x):
        a = ag.sqrt(x * 1e-20)                              # 0.5 / 1e-160
        return a * 1e155
    with pytest.raises(AnomalyError) as error, detect_anomaly():
        differentiate(f, x)
    assert str(error.value).startswith(("backward pass: sqrt and its input of data 1e-320 give inf", "in the derivative of sqrt: "))
    assert "a = ag.sqrt(x * 1e-20)" in str(error.value) and x.grad == 0.0


def test_a_value_recorded_before_the_block_is_named_without_its_line():
    x = Value(1e-320, label="x")
    y = ag.sqrt(x) * 1e200
    with detect_anomaly(), pytest.raises(AnomalyError, match="sqrt and its input 'x' of data 1e-320 give inf.*recorded before the block"):
        y.backward()
    y.backward()
    assert x.grad == math.inf


def test_what_is_right_is_right_inside_too():
    def f(v):
        w = [ag.tanh(a * b) for a, b in zip(v, v[1:])]
        return ag.sum(w) + ag.dot(v, v) + ag.max(v) + ag.relu(v[0]) + v[1] ** 3 - 2 / v[2] + ag.affine([v], v, [1.0])[0]
    x = [0.3, -0.7, 1.1]
    found = ag.value_and_grad(f)(x), ag.hessian(f)(x), ag.jvp(f, (x,), (x,))
    with detect_anomaly():
        assert (ag.value_and_grad(f)(x), ag.hessian(f)(x), ag.jvp(f, (x,), (x,))) == found
        leaves = [Value(a) for a in x]
        f(leaves).backward()
    assert [v.grad for v in leaves] == found[0][1]


def test_nothing_is_left_behind():
    assert is_recording()
    before = Value._set_inputs, Value.backward, vars(value)["record"]
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        Value(1.0) / 0
    with detect_anomaly(), detect_anomaly(infinite=False):
        Value(1e200) * 1e200
    assert is_recording()                                       # what follows a block puts everything back
    assert (Value._set_inputs, Value.backward, vars(value)["record"]) == before and not ag.recording.OPEN
    with pytest.raises(TypeError, match="infinite must be True or False, got int 1"), detect_anomaly(1):
        pass


def test_it_holds_for_one_thread_and_one_task():
    with detect_anomaly():
        found = []
        thread = threading.Thread(target=lambda: found.append((Value(1e200) * 1e200).data))
        thread.start()
        thread.join()
    assert found == [math.inf]

    async def watched():
        with detect_anomaly():
            await asyncio.sleep(0.01)
            with pytest.raises(AnomalyError):
                Value(1e200) * 1e200

    async def free():
        await asyncio.sleep(0.005)
        return (Value(1e200) * 1e200).data

    async def both():
        return await asyncio.gather(watched(), free())
    assert asyncio.run(both()) == [None, math.inf]


def test_networks_are_watched():
    import nn
    net = nn.MLP(2, [3, 1], seed=1)
    net.layers[0].neurons[0].w[0].data = 1e308
    with pytest.raises(AnomalyError, match="forward pass: dot"), detect_anomaly():
        net([1e10, 1.0])


# The graph up to an error ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("fail, words", [
    (lambda a, b: ag.log(a * b), "log"), (lambda a, b: (a * b) / (a - a), "÷"), (lambda a, b: ag.exp(a * b * -1e4), "exp"),
    (lambda a, b: (a * b) ** 0.5, "**"), (lambda a, b: ag.select(a * b, [a, b]), "select")])
def test_draw_shows_the_graph_up_to_an_error(fail, words):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    with pytest.raises((ValueError, ArithmeticError)) as error:
        fail(a, b)
    source = ag.draw(error.value).source
    assert words in source and "a * b" in source and "nan" in source and "error" in source
    assert a.grad == 0.0 and (a * b).data == -6.0


def test_draw_shows_the_graph_up_to_an_anomaly():
    x = Value(1e200, label="x")
    with pytest.raises(AnomalyError) as error, detect_anomaly():
        x * x
    assert "inf" in ag.draw(error.value).source


def test_draw_of_another_error_says_so():
    with pytest.raises(TypeError, match="draw needs a Value or a list of Values, got ValueError"):
        ag.draw(ValueError("nothing of ours"))
    with pytest.raises(ValueError) as error:
        ag.log(-1.0)                                        # of numbers alone
    with pytest.raises(TypeError, match="draw needs a Value"):
        ag.draw(error.value)


def test_a_compiled_function_is_watched_as_it_was_written():
    f = ag.jit(lambda x: ag.exp(x) * x)
    g = ag.jit(lambda w, x: w * x - 2 * x, samples=(1,))
    assert f(1.0) == math.e and g(1.0, [1.0, 0.0]).tolist() == [-1.0, 0.0]
    x = Value(1e200)
    with pytest.raises(AnomalyError, match=r"mul\(.*\) is inf, recorded in .*test_anomaly.py"), detect_anomaly():
        ag.jit(lambda w, x: w * x, samples=(1,))(x, [1e200, 1.0])
    with pytest.raises(AnomalyError, match="is inf"), detect_anomaly():
        ag.jit(ag.grad(lambda x: x * 1e200 * x))(1e160)
    assert f(1.0) == math.e


def test_an_error_is_copied_and_sent_to_another_process():
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        Value(1e308, label="big") * 10
    for copied in (pickle.loads(pickle.dumps(caught.value)), copy.deepcopy(caught.value)):
        assert type(copied) is AnomalyError and str(copied) == str(caught.value) and copied.line == caught.value.line
        assert copied.value.data == math.inf and copied.value.inputs[0].label == "big"
