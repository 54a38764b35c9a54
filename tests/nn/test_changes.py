"""Interrupts: whatever line Ctrl-C comes at, models, optimizers and files are as before or as after, never in between."""
import subprocess
import sys

import numpy as np
import pytest

import nn
from nn.changes import finish
from nn.train import Training
from tests.nn.injection import places, run

XS, YS = nn.data.sine(6)


def network(seed=1):
    return nn.MLP(1, [3, 1], activation="tanh", seed=seed)


def state(net, optimizer):
    return [p.data for p in net.parameters()], optimizer.iteration, [m.tolist() for m in optimizer.memory]


@pytest.mark.parametrize("interrupts", [1, 2, 3])
def test_a_change_is_finished_and_the_interrupt_goes_on(interrupts):
    done, calls = [], iter(range(interrupts))

    def change():
        for i in range(5):
            if i == 3 and next(calls, None) is not None:
                raise KeyboardInterrupt
            done[i:] = [i]
    with pytest.raises(KeyboardInterrupt):
        finish(change)
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("compiled", [False, True])
def test_an_optimizer_is_not_ahead_of_the_parameters(compiled):
    class Interrupted(nn.SGD):
        def update(self, theta, gradient):
            result = super().update(theta, gradient)
            if self.iteration == 3:
                raise KeyboardInterrupt
            return result
    net, other, optimizer, same = network(), network(), Interrupted(0.01, momentum=0.5), nn.SGD(0.01, momentum=0.5)
    with pytest.raises(KeyboardInterrupt):
        nn.fit(net, XS, YS, optimizer=optimizer, epochs=10, compiled=compiled)
    nn.fit(other, XS, YS, optimizer=same, epochs=2, compiled=compiled)
    assert state(net, optimizer) == state(other, same)


@pytest.mark.parametrize("compiled", [False, True])
def test_fit_interrupted_anywhere_has_the_state_after_an_iteration(compiled):
    def fit(net, optimizer):
        nn.fit(net, XS, YS, "squared", optimizer, epochs=2, batch_size=3, seed=0, compiled=compiled, callback=seen)

    def seen(epoch, loss, model):
        pass
    legal = [state(network(), nn.SGD(0.01, momentum=0.5))]

    class Followed(nn.SGD):
        def update(self, theta, gradient):
            result = super().update(theta, gradient)
            legal.append((result.tolist(), self.iteration, [m.tolist() for m in self.memory]))
            return result
    net = network()
    fit(net, Followed(0.01, momentum=0.5))
    assert len(legal) == 5
    lines = run(lambda: fit(network(), nn.SGD(0.01, momentum=0.5)), {-1})
    for at in places(lines, 60):
        net, optimizer = network(), nn.SGD(0.01, momentum=0.5)
        net.parameters()[2].grad = 4.0
        run(lambda net=net, optimizer=optimizer: fit(net, optimizer), at)
        assert state(net, optimizer) in legal, at
        assert [p.grad for p in net.parameters()][:4] == [0.0, 0.0, 4.0, 0.0], at


def test_a_step_interrupted_anywhere_is_made_or_not():
    def make():
        net, optimizer = network(), nn.SGD(0.1, momentum=0.5)
        for i, p in enumerate(net.parameters()):
            p.grad = i + 1.0
        optimizer.step(net.parameters())
        return net, optimizer
    net, optimizer = make()
    legal = [state(net, optimizer)]
    lines = run(lambda: optimizer.step(net.parameters()), {-1}, ("nn", "autograd"))
    legal.append(state(net, optimizer))
    assert legal[0] != legal[1]
    for at in places(lines, 80):
        net, optimizer = make()
        run(lambda net=net, optimizer=optimizer: optimizer.step(net.parameters()), at, ("nn", "autograd"))
        assert state(net, optimizer) in legal, at


def test_loading_interrupted_anywhere_is_done_or_not(tmp_path):
    network(5).save(tmp_path / "net.npz")
    legal = [[p.data for p in network(seed).parameters()] for seed in (1, 5)]
    lines = run(lambda: network(1).load(tmp_path / "net.npz"), {-1}, ("nn", "autograd"))
    for at in places(lines, 80):
        net = network(1)
        run(lambda net=net: net.load(tmp_path / "net.npz"), at, ("nn", "autograd"))
        assert [p.data for p in net.parameters()] in legal, at


@pytest.mark.parametrize("unnamed", [True, False])
def test_saving_interrupted_anywhere_leaves_one_whole_file(tmp_path, monkeypatch, unnamed):
    if not unnamed:
        monkeypatch.setattr(nn.files, "_write_unnamed", lambda *_: False)
    path, net = tmp_path / "net.npz", network(5)
    net.save(path)
    new = path.read_bytes()
    network(1).save(path)
    old = path.read_bytes()
    for at in places(run(lambda: net.save(path), {-1}), 100):
        path.write_bytes(old)
        run(lambda: net.save(path), at)
        assert path.read_bytes() in (old, new), at
        assert [p.name for p in tmp_path.iterdir()] == ["net.npz"], at


def test_an_interrupted_trial_leaves_the_parameters_alone():
    """Parameters are moved a little while a program is tried: a second Ctrl-C must not keep them there."""
    net = network()
    before = [p.data for p in net.parameters()]
    calls = iter(range(100))

    def loss(f, y):
        if next(calls) >= 8:                    # 6 targets, 1 recording, then the trial
            raise KeyboardInterrupt
        return (f - y) ** 2
    with pytest.raises(KeyboardInterrupt):
        nn.fit(net, XS, YS, loss)
    assert [p.data for p in net.parameters()] == before


def test_a_broken_stderr_does_not_stop_training(monkeypatch):
    class Broken:
        def isatty(self):
            return True

        def write(self, text):
            raise BrokenPipeError
    net, other = network(), network()
    monkeypatch.setattr("sys.stderr", Broken())
    nn.fit(net, XS, YS, epochs=3)
    monkeypatch.undo()
    nn.fit(other, XS, YS, epochs=3)
    assert [p.data for p in net.parameters()] == [p.data for p in other.parameters()]


WITHOUT_STDERR = """
import sys, nn
{}
net = nn.MLP(1, [2, 1], seed=1)
for loss in ("squared", lambda f, y: f - y if f > y else y - f):
    for progress in (None, True):
        assert len(nn.fit(net, *nn.data.sine(6), loss, epochs=3, progress=progress)) == 3
print("trained")
"""


@pytest.mark.parametrize("stderr", ["sys.stderr.close()", "sys.stderr = None", "import os; os.close(2)"])
def test_fit_without_stderr(stderr):
    program = [sys.executable, "-c", WITHOUT_STDERR.format(stderr)]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.stdout == "trained\n" and done.returncode in (0, 120)          # 120: Python could not flush stderr at its end


@pytest.mark.parametrize("line", range(1, 8))
def test_a_second_interrupt_at_each_line_after_the_loop(line):
    """The first comes in the third iteration, the second when what settles runs again."""
    def loss(f, y):
        if next(calls) == len(np.unique(YS)) + 1 + 6 + 1:           # targets, a trial, two iterations
            sys.settrace(second)
            fits[0].f_trace = second
            raise KeyboardInterrupt
        return (f - y) ** 2

    def second(frame, event, argument):
        if event == "line" and frame is fits[0]:
            lines.append(frame.f_lineno)
            if len(lines) == line:
                raise KeyboardInterrupt
        return second if frame is fits[0] else None

    def first(frame, event, argument):
        if frame.f_code is Training.run_and_settle.__code__:
            fits.append(frame)
    calls, fits, lines, net, other = iter(range(1000)), [], [], network(), network()
    before = sys.gettrace()
    sys.settrace(first)
    try:
        with pytest.raises(KeyboardInterrupt):
            nn.fit(net, XS, YS, loss, nn.SGD(0.01), epochs=10, batch_size=3, seed=0, compiled=False)
    finally:
        sys.settrace(before)
    nn.fit(other, XS, YS, "squared", nn.SGD(0.01), epochs=1, batch_size=3, seed=0, compiled=False)
    assert [p.data for p in net.parameters()] == [p.data for p in other.parameters()]
    assert lines
