"""Compiled programs beside NumPy written by hand (hand.py), the eager engine, and peers where they are installed.

Peers are never needed: casadi (SX function of the same scalar graph), torch and jax (the matrix form written with arrays)
are compared when they can be imported, and named as missing when not.
"""
from __future__ import annotations

import gc
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Value
from tests.benchmarks import hand
from tests.benchmarks.eager import MICROGRAD, POINTS, SIDES, WEIGHTS, moons_in_plain_scalars
from tests.benchmarks.gpt import HEADS, SHAPES, encode, flat, gpt_loss, gpt_parameters
from tests.benchmarks.peers import micrograd_value
from tests.benchmarks.timing import collector

ROUNDS = 400
RNG = np.random.default_rng(0)


class Case(NamedTuple):
    """A computation: how its loss is recorded from parameters, its parameters, and the same by hand."""
    name: str
    bar: float                                          # the time allowed, as a multiple of NumPy by hand
    theta: list[float]
    loss: Callable[[Callable[[Any], Any], list[Any]], Any]      # loss(exp/log/..., parameters)
    by_hand: Callable[[np.ndarray], tuple[float, np.ndarray]]
    inputs: list[float] = []                            # of the recorded sample
    x: np.ndarray | None = None                         # (m, I): the samples the program is run for


# The computations, in plain scalar code -------------------------------------------------------------------------------------

def network(p: list[Any], sizes: list[int], x: Any) -> list[Any]:
    """The outputs of a network with ReLU, its parameters laid out as a list: each neuron's weights, then its bias."""
    at = 0
    for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        rows = [p[at + i * (n_in + 1):at + (i + 1) * (n_in + 1)] for i in range(n_out)]
        at += n_out * (n_in + 1)
        z = [sum((w * xi for w, xi in zip(row, x)), row[-1]) for row in rows]
        x = [relu(v) for v in z] if k < len(sizes) - 2 else z
    return x


def relu(v: Any) -> Any:
    return v.relu() if hasattr(v, "relu") else v.fmax(0) if hasattr(v, "fmax") else max(v, 0.0)


def exp(v: Any) -> Any:
    return v.exp()


def log(v: Any) -> Any:
    return v.log()


def cross_entropy(z: list[Any], y: int, shift: float) -> Any:
    """-log softmax(z)[y], shifted by a number near the largest."""
    e = [exp(v - shift) for v in z]
    return -log(e[y] / sum(e))


def moons() -> Case:
    theta = [number for layer in WEIGHTS for weights, b in layer for number in [*weights, b]]
    X, y = np.array(POINTS), np.array(SIDES)

    def loss(p: list[Any]) -> Any:
        losses = [relu(1.0 + network(p, [2, 16, 16, 1], x)[0] * -side) for x, side in zip(POINTS, SIDES)]
        return sum(losses) * (1 / len(losses)) + 1e-4 * sum(v * v for v in p)
    return Case("(a) moons 2-16-16-1, 100 samples, hinge and L2", 1.0, theta, loss, lambda t: hand.moons(t, X, y))


def lecture() -> Case:
    x = np.linspace(-1, 1, 100)
    y = np.sin(math.pi * x)
    theta = RNG.uniform(-1, 1, 301).tolist()

    def loss(p: list[Any]) -> Any:
        return sum(abs(network(p, [1, 100, 1], [xi])[0] - yi) for xi, yi in zip(x.tolist(), y.tolist()))
    return Case("(b) 1-100-1, 100 points, sum of absolute errors", 1.0, theta, loss, lambda t: hand.lecture(t, x, y))


def classes() -> Case:
    X, labels = RNG.normal(size=(64, 64)), RNG.integers(0, 10, 64)
    theta = (0.3 * RNG.normal(size=2410)).tolist()

    def loss(p: list[Any]) -> Any:
        return sum(cross_entropy(network(p, [64, 32, 10], x), y, 5.0) for x, y in zip(X.tolist(), labels.tolist()))
    return Case("(c) 64-32-10, softmax and cross-entropy, 64 samples", 1.0, theta, loss, lambda t: hand.classes(t, X, labels))


def classes_by_sample() -> Case:
    m = 1000
    X, labels = RNG.normal(size=(m, 64)), RNG.integers(0, 10, m)
    theta = (0.3 * RNG.normal(size=2410)).tolist()

    def loss(p: list[Any], x: list[Any]) -> Any:
        z = network(p, [64, 32, 10], x[:64])
        return log(sum(exp(v) for v in z)) - sum(y * v for y, v in zip(x[64:], z))
    x = np.hstack((X, np.eye(10)[labels]))
    return Case("(c) recorded for one sample, run for 1,000", 1.0, theta, loss, lambda t: hand.classes(t, X, labels),
                x[0].tolist(), x)


def gpt() -> Case:
    tokens = encode("andrea")
    theta = [float(v) for v in flat(gpt_parameters(float))]

    def loss(p: list[Any]) -> Any:
        rest = iter(p)
        return gpt_loss({name: [[next(rest) for _ in range(m)] for _ in range(n)] for name, (n, m) in SHAPES.items()}, tokens)
    return Case("(d) one step of a small GPT, a name of six letters", 1.5, theta, loss,
                lambda t: hand.gpt(t, tokens, SHAPES, HEADS))


# Peers -----------------------------------------------------------------------------------------------------------------------

def casadi_peer(case: Case) -> Callable[[], Any] | None:
    """CasADi's SX function of the same scalar graph and its gradient; None where it is not installed or does not apply."""
    try:
        import casadi as ca
    except ImportError:
        return None

    class SX:
        """A CasADi scalar with the methods that plain scalar code asks for; `data` is a number to shift by."""
        def __init__(self, v: Any) -> None: self.v = v
        def __add__(self, o: Any) -> SX: return SX(self.v + getattr(o, "v", o))
        def __mul__(self, o: Any) -> SX: return SX(self.v * getattr(o, "v", o))
        def __sub__(self, o: Any) -> SX: return SX(self.v - getattr(o, "v", o))
        def __rsub__(self, o: Any) -> SX: return SX(o - self.v)
        def __truediv__(self, o: Any) -> SX: return SX(self.v / getattr(o, "v", o))
        def __pow__(self, n: float) -> SX: return SX(self.v ** n)
        def __neg__(self) -> SX: return SX(-self.v)
        def __abs__(self) -> SX: return SX(ca.fabs(self.v))
        def relu(self) -> SX: return SX(ca.fmax(self.v, 0))
        def exp(self) -> SX: return SX(ca.exp(self.v))
        def log(self) -> SX: return SX(ca.log(self.v))
        __radd__, __rmul__ = __add__, __mul__
        data = 0.0

    p = ca.SX.sym("p", len(case.theta))
    x = ca.SX.sym("x", len(case.inputs))
    leaves = [SX(p[i]) for i in range(len(case.theta))]
    y = case.loss(leaves, [SX(x[i]) for i in range(len(case.inputs))]).v if case.inputs else case.loss(leaves).v
    f = ca.Function("f", [p, x], [y, ca.gradient(y, p)])
    theta = np.array(case.theta)
    if case.x is None:
        return lambda: f(theta, [])
    mapped, columns = f.map(len(case.x)), np.ascontiguousarray(case.x.T)
    return lambda: mapped(theta, columns)


def jax_peer(case: Case) -> Callable[[], Any] | None:
    """jax.jit of the matrix form of (a) and (b), in float64; None where jax is not installed."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    if case.name.startswith("(a)"):
        X, y, sizes = jnp.array(POINTS), jnp.array(SIDES), [2, 16, 16, 1]
    elif case.name.startswith("(b)"):
        X, sizes = jnp.linspace(-1, 1, 100)[:, None], [1, 100, 1]
        y = jnp.sin(math.pi * X[:, 0])
    else:
        return None

    def loss(theta: Any) -> Any:
        f, at = X, 0
        for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
            rows = theta[at:at + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
            at += rows.size
            f = f @ rows[:, :-1].T + rows[:, -1]
            f = jnp.maximum(f, 0) if k < len(sizes) - 2 else f
        if case.name.startswith("(b)"):
            return jnp.abs(f[:, 0] - y).sum()
        return jnp.maximum(1 - y * f[:, 0], 0).mean() + 1e-4 * (theta @ theta)
    both, theta = jax.jit(jax.value_and_grad(loss)), jnp.array(case.theta)
    return lambda: jax.block_until_ready(both(theta))


def torch_peer(case: Case) -> Callable[[], Any] | None:
    """PyTorch's eager matrix form of (d); None where torch is not installed."""
    if not case.name.startswith("(d)"):
        return None
    try:
        import torch
    except ImportError:
        return None
    tokens, size = encode("andrea"), SHAPES["query"][0] // HEADS
    T, given, wanted = len(tokens) - 1, torch.tensor(tokens[:-1]), torch.tensor(tokens[1:])
    theta = torch.tensor(case.theta, dtype=torch.float64, requires_grad=True)
    mask = torch.full((T, T), -math.inf, dtype=torch.float64).triu(1)

    def normalized(x: Any) -> Any:
        return x * ((x * x).mean(1, keepdim=True) + 1e-5) ** -0.5

    def step() -> Any:
        theta.grad, at, P = None, 0, {}
        for name, (n, m) in SHAPES.items():
            P[name] = theta[at:at + n * m].reshape(n, m)
            at += n * m
        x = normalized(P["tokens"][given] + P["positions"][:T])
        h = normalized(x)
        q, k, v = ((h @ P[name].T).reshape(T, HEADS, size).transpose(0, 1) for name in ("query", "key", "value"))
        a = torch.softmax(q @ k.transpose(1, 2) / size ** 0.5 + mask, 2)
        x = (a @ v).transpose(0, 1).reshape(T, -1) @ P["out"].T + x
        x = torch.relu(normalized(x) @ P["up"].T) @ P["down"].T + x
        loss = torch.nn.functional.cross_entropy(x @ P["logits"].T, wanted)
        loss.backward()
        return loss
    return step


# Measuring -------------------------------------------------------------------------------------------------------------------

def measured(functions: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median time of each function in ms, called in turn; each goes first in every other round."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for k in range(rounds):
        for name, f in list(functions.items())[::1 if k % 2 else -1]:
            start = time.perf_counter()
            f()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(t) for name, t in times.items()}


def timed(f: Callable[[], Any]) -> tuple[Any, float]:
    """The result of f and the time it took in ms."""
    start = time.perf_counter()
    found = f()
    return found, 1e3 * (time.perf_counter() - start)


def compare(case: Case) -> None:
    """Print one computation's times: compiled, by hand, eager, and by peers."""
    parameters, inputs = [Value(t) for t in case.theta], [Value(t) for t in case.inputs]
    record = lambda: case.loss(parameters, inputs) if inputs else case.loss(parameters)

    def eager() -> None:
        record().backward()
    with collector(False):
        eager_time = statistics.median(timed(eager)[1] for _ in range(5))
        loss = record()
        compile_time = statistics.median(timed(lambda: autograd.compile(loss, parameters, inputs))[1] for _ in range(3))
    program = autograd.compile(loss, parameters, inputs)
    theta = program.parameters
    value, gradient = program.value_and_grad(theta, case.x)
    wanted, wanted_gradient = case.by_hand(theta)
    assert abs(value - wanted) <= 1e-11 * abs(wanted)
    assert abs(gradient - wanted_gradient).max() <= 1e-11 * abs(wanted_gradient).max()

    print(f"\n{case.name}\n  {program}")
    others = {"by hand": lambda: case.by_hand(theta)}
    for name, peer in {"casadi SX": casadi_peer, "jax.jit": jax_peer, "torch, matrices": torch_peer}.items():
        if (f := peer(case)) is not None:
            others[name] = f
    for name, f in others.items():                      # one at a time: each peer leaves the caches in a state of its own
        found = measured({"compiled": lambda: program.value_and_grad(theta, case.x), name: f}, ROUNDS)
        bar = f", bar {case.bar}" if name == "by hand" else ""
        ours, theirs = found["compiled"], found[name]
        print(f"  {name:18} {theirs:9.4f} ms   compiled {ours:9.4f} ms, {ours / theirs:.2f} of it{bar}")
    samples = 1 if case.x is None else len(case.x)
    print(f"  {'eager':18} {eager_time:9.2f} ms   compiled is {samples * eager_time / found['compiled']:,.0f} times as fast")
    print(f"  {'compile':18} {compile_time:9.2f} ms   {compile_time / eager_time:.1f} times one eager step, bar 4")


def beside_micrograd() -> None:
    """(a) beside micrograd with the collector off."""
    case = moons()
    parameters = [Value(t) for t in case.theta]
    program = autograd.compile(case.loss(parameters), parameters)
    theta = program.parameters
    loss = moons_in_plain_scalars(micrograd_value())
    with collector(False):
        slow = statistics.median(timed(lambda: loss().backward())[1] for _ in range(5))
    gc.collect()
    fast = measured({"compiled": lambda: program.value_and_grad(theta)}, ROUNDS)["compiled"]
    print(f"\n(a) beside {MICROGRAD}, collector off: {slow:.0f} ms, compiled {slow / fast:,.0f} times as fast, bar 1,000")


def narrow() -> None:
    """A chain of 100,000 dependent operations."""
    x, w = Value(0.3), Value(1.01)

    def chain() -> Value:
        v = x
        for _ in range(25_000):
            v = (v * w + 0.1).tanh() * 0.9
        return v

    def eager() -> None:
        chain().backward()
    with collector(False):
        slow = statistics.median(timed(eager)[1] for _ in range(5))
        output = chain()
        program, compiling = timed(lambda: autograd.compile(output, [x, w]))
    fast = measured({"compiled": lambda: program.value_and_grad(program.parameters)}, 20)["compiled"]
    print(f"\nchain of 100,000 dependent operations: eager {slow:.0f} ms, compiled {fast:.1f} ms, "
          f"{slow / fast:.1f} times as fast, bar 5; compile {compiling / slow:.1f} times one eager step, bar 4")


def growth(sizes: Iterable[int] = (100, 200, 400, 800, 1600)) -> None:
    """Time and memory of compiling the moons loss over more and more samples."""
    print("\ncompile time and memory as the graph grows (moons)")
    for m in sizes:
        parameters = [Value(t) for t in moons().theta]
        points = [(math.sin(i), math.cos(1.7 * i)) for i in range(m)]
        loss = sum((1.0 + network(parameters, [2, 16, 16, 1], x)[0]).relu() for x in points)
        _, t = timed(lambda: autograd.compile(loss, parameters))
        tracemalloc.start()
        program = autograd.compile(loss, parameters)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        nodes = program._tape.recorded
        print(f"  {nodes:9,} Values: {t:8.0f} ms, {1e3 * t / nodes:.1f} us and {peak / nodes:.0f} bytes a Value at the peak")
        del loss, program


def main() -> None:
    """Print all of it."""
    for make in (moons, lecture, classes, classes_by_sample, gpt):
        compare(make())
    beside_micrograd()
    narrow()
    growth()
