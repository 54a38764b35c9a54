"""Ctrl-C at the lines of what changes something: afterwards there is the state before or after, and everything still works."""
import contextlib
import math
import sys
import threading

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compat.finishing import AGAIN, finish
from autograd.derivatives.level import VARIABLES_AT_WORK
from autograd.recording import OPEN, is_recording
from tests.nn.injection import places, run


def written_back():
    xs = [Value(float(i)) for i in range(5)]
    program = ag.compile(ag.sum([v * v for v in xs]), xs)
    return lambda: program.write_back(np.arange(5) + 10.0), lambda: [v.data for v in xs] in ([0, 1, 2, 3, 4], [10, 11, 12, 13, 14])


def passed():
    x, w = Value(2.0), Value(3.0)
    y = ag.tanh(x * w) + x
    y.backward()
    before = x.grad, w.grad
    return y.backward, lambda: (x.grad, w.grad) in (before, (2 * before[0], 2 * before[1]))


def jitted():
    def f(w, x):
        return ag.tanh(w[0] * x) * (2.0 if x > 0 else w[1])
    compiled = ag.jit(ag.value_and_grad(f))

    def right():
        return all(np.allclose(np.hstack(compiled([0.3, 0.1], x)), np.hstack(ag.value_and_grad(f)([0.3, 0.1], x))) for x in (0.5, -0.5))
    return lambda: (compiled([0.3, 0.1], 0.7), compiled([0.3, 0.1], -0.7)), right


def watched():
    def watch():
        with ag.detect_anomaly():
            x = Value(2.0)
            (x * x + ag.exp(x)).backward()
    return watch, lambda: (Value(1e308) * 10.0).data == math.inf


def differentiated():
    return lambda: ag.hessian(lambda p: p[0] * p[1])([1.0, 2.0]), lambda: not VARIABLES_AT_WORK


@pytest.mark.parametrize("case", [written_back, passed, jitted, watched, differentiated])
def test_an_interrupt_leaves_the_state_before_or_after(case):
    lines = run(case()[0], (), ("autograd",))
    hook = sys.getprofile()
    for at in places(lines, 6):
        action, holds = case()
        run(action, at, ("autograd",))
        assert holds(), at
        assert is_recording() and sys.getprofile() is hook, at
        assert ag.grad(lambda v: v ** 3)(2.0) == 12.0 and not VARIABLES_AT_WORK, at


def silent():
    with ag.no_grad():
        Value(2.0) * 3.0


def noted():
    with ag.lines() as made:
        Value(2.0) * 3.0
    return made


@pytest.mark.parametrize("block", [silent, noted, lambda: watched()[0]()], ids=["no_grad", "lines", "detect_anomaly"])
def test_an_interrupt_at_any_line_of_a_block_ends_it(block):
    """Also at the very last: what ends a block is written in C."""
    before = Value._set_inputs
    lines = run(block, (), ("autograd", "contextlib"))
    assert lines > 5
    for at in [*({i} for i in range(1, lines + 1)), *({i, j} for i in range(1, lines + 1) for j in (i + 1, i + 4))]:
        run(block, at, ("autograd", "contextlib"))
        x = Value(2.0)
        y = x * x * x
        y.backward()
        assert is_recording() and x.grad == 12.0 and not OPEN and sys.getprofile() is None, at
        assert Value._set_inputs is before and (Value(1e300) * 1e300).data == math.inf, at
        with pytest.raises(ag.AnomalyError), ag.detect_anomaly():
            Value(1e300) * 1e300
        with ag.lines() as made:
            z = x * 1.0
        assert z in made, at
        with ag.no_grad():
            assert (x * 2.0).is_leaf, at


def test_a_block_is_entered_once_and_decorates():
    block = ag.no_grad()
    with block, pytest.raises(RuntimeError, match=r"a block of no_grad\(\) is entered once: call no_grad\(\) again"):
        block.__enter__()
    with pytest.raises(RuntimeError, match="entered once"), block:
        pass

    @ag.no_grad()
    def factorial(n):
        return Value(1.0) if n == 0 else factorial(n - 1) * n
    assert factorial(5).data == 120 and factorial(5).is_leaf and is_recording()
    with contextlib.ExitStack() as stack:
        stack.enter_context(ag.no_grad())
        assert not is_recording()
    assert is_recording()
    with pytest.raises(TypeError, match=r"no_grad\(\) decorates a function, got int"):
        ag.no_grad()(3)


def test_a_block_may_end_in_another_thread():
    def inside():
        with ag.no_grad():
            yield
    block = inside()
    next(block)
    assert not is_recording()
    thread = threading.Thread(target=block.close)
    thread.start()
    thread.join()
    assert is_recording()


def test_a_change_is_made_to_its_end():
    for interrupts in range(AGAIN + 2):
        made = []

        def change(made=made, interrupts=interrupts):
            made.append(0)
            if len(made) <= interrupts:
                raise KeyboardInterrupt
            made.append("end")
        if interrupts:
            with pytest.raises(KeyboardInterrupt):
                finish(change)
        else:
            finish(change)
        assert ("end" in made) == (interrupts <= AGAIN)


def test_an_optimizer_and_grads_are_changed_at_once():
    def updated():
        optimizer = nn.Adam(0.1)
        return lambda: optimizer.update(np.ones(2), np.ones(2)), lambda: (optimizer.iteration, len(optimizer.memory)) in ((0, 0), (1, 2))

    def zeroed():
        net = nn.MLP(2, [2, 1], seed=1)
        for p in net.parameters():
            p.grad = 3.0
        return net.zero_grad, lambda: len({p.grad for p in net.parameters()}) == 1
    for case, stride in ((updated, 1), (zeroed, 7)):
        for at in range(1, run(case()[0], ()) + 1, stride):
            action, holds = case()
            run(action, {at})
            assert holds(), (case, at)


def test_an_interrupt_of_detect_anomaly_never_locks_the_thread():
    action = watched()[0]
    for at in range(1, 40):
        run(action, {at}, ("autograd",))
        assert (Value(1e308) * 10.0).data == math.inf
