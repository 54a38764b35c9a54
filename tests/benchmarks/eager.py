"""The eager engine beside micrograd and a Value in microgpt's layout: a loss and its gradient, memory, and a long chain.

The ratios depend on the state of the garbage collector more than on anything else, so both are given: off, and on in the
loop people write, where the last loss is still referenced while the next graph is built.
"""
from __future__ import annotations

import copy
import gc
import pickle
import random
import tracemalloc
from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from nn import MLP
from tests.benchmarks.gpt import encode, gpt_loss, gpt_parameters
from tests.benchmarks.peers import TupleValue, micrograd_value
from tests.benchmarks.timing import alternating, collector, milliseconds, print_times

SIZES = [2, 16, 16, 1]
DRAW = random.Random(1)
POINTS = [(DRAW.uniform(-1, 1), DRAW.uniform(-1, 1)) for _ in range(100)]
SIDES = [DRAW.choice([-1.0, 1.0]) for _ in POINTS]
WEIGHTS = [[([DRAW.uniform(-1, 1) for _ in range(m)], 0.0) for _ in range(n)] for m, n in zip(SIZES, SIZES[1:])]

MICROGRAD, MICROGPT = "micrograd", "a Value in microgpt's layout"
Loss = Callable[[], Any]


def moons_in_plain_scalars(value: Callable[[float], Any]) -> Loss:
    """The loss of micrograd's moons network, 2-16-16-1, for 100 points, in plain scalar operations: 65,818 nodes."""
    network = [[([value(w) for w in weights], value(b)) for weights, b in layer] for layer in WEIGHTS]
    parameters = [p for layer in network for weights, b in layer for p in [*weights, b]]

    def loss() -> Any:
        losses = []
        for x, side in zip(POINTS, SIDES):
            f: Any = x
            for k, layer in enumerate(network):
                z = [sum((wi * xi for wi, xi in zip(weights, f)), b) for weights, b in layer]
                f = [v.relu() for v in z] if k < 2 else z
            losses.append((1.0 + f[0] * -side).relu())
        return sum(losses) * (1 / len(losses)) + 1e-4 * sum(p * p for p in parameters)
    return loss


def moons_in_neurons() -> Loss:
    """The same loss with nn's neurons: a neuron is a dot and an activation."""
    model = MLP(SIZES[0], SIZES[1:])
    parameters = model.parameters()
    for p, number in zip(parameters, (x for layer in WEIGHTS for weights, b in layer for x in [*weights, b])):
        p.data = number

    def loss() -> Any:
        losses = [(1.0 + model(x) * -side).relu() for x, side in zip(POINTS, SIDES)]
        return autograd.sum(losses) * (1 / len(losses)) + 1e-4 * autograd.dot(parameters, parameters)
    return loss


def gpt_step(value: Callable[[float], Any]) -> Loss:
    """The loss of the small GPT on a name of six letters: about 60,000 nodes."""
    parameters = gpt_parameters(value)
    return lambda: gpt_loss(parameters, encode("andrea"))


def step(loss: Loss) -> Any:
    """One loss and its gradient."""
    output = loss()
    output.backward()
    return output


def dropped(loss: Loss) -> Callable[[], list[float]]:
    """A round of one step, whose graph is dropped."""
    return lambda: [milliseconds(lambda: step(loss) and None)]


def kept(loss: Loss) -> Callable[[], list[float]]:
    """A round of four steps, each while the last loss is still referenced; the first is not counted."""
    def round_of_steps() -> list[float]:
        held = [None]

        def keep() -> None:
            held[0] = step(loss)
        return [milliseconds(keep) for _ in range(4)][1:]
    return round_of_steps


def compare(title: str, losses: dict[str, Loss], off: dict[str, float], on: dict[str, float]) -> None:
    """Times of each loss and its gradient, the collector off and on, after checking that the losses agree."""
    found = [loss().data for loss in losses.values()]
    assert max(found) - min(found) < 1e-10, found
    for state, rounds, way, bars in [("off", 9, dropped, off), ("on, the last loss kept", 4, kept, on)]:
        gc.collect()
        with collector(state != "off"):
            print_times(f"{title}, collector {state}", alternating(rounds, {name: way(f) for name, f in losses.items()}), bars)


def chain(n: int) -> tuple[Value, Value]:
    """A leaf, and what n operations one after the other make of it."""
    x = v = Value(1.0)
    for _ in range(n // 2):
        v = v * 0.5 + 1.0
    return x, v


def print_memory() -> None:
    """The bytes of a recorded node, and how long a chain of 1,000,000 operations takes."""
    chain(1000)
    tracemalloc.start()
    ends = chain(100_000)
    size, _ = tracemalloc.get_traced_memory()
    ends[1].backward()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"bytes a node: {size / 100_000:.0f} in the graph (bar 200), {peak / 100_000:.0f} at the peak of backward")
    del ends

    held: list[Any] = []
    with collector(False):
        for what, work in [("forward", lambda: held.extend(chain(1_000_000))), ("backward", lambda: held[1].backward()),
                           ("copy.deepcopy", lambda: held.append(copy.deepcopy(held[1]))),
                           ("pickle, dumps and loads", lambda: held.append(pickle.loads(pickle.dumps(held[1])))),
                           ("deletion of all three", held.clear)]:
            print(f"chain of 1,000,000 operations, {what}: {milliseconds(work) / 1e3:.2f} s")


def main() -> None:
    """Print all of it."""
    peer = micrograd_value()
    plain = {MICROGRAD: moons_in_plain_scalars(peer), MICROGPT: moons_in_plain_scalars(TupleValue)}
    compare("moons, plain scalar operations", {"autograd": moons_in_plain_scalars(Value), **plain},
            off={MICROGRAD: 2, MICROGPT: 1.5}, on={MICROGRAD: 8, MICROGPT: 1.5})
    compare("moons, nn's neurons", {"autograd": moons_in_neurons(), **plain}, off={MICROGRAD: 7, MICROGPT: 5}, on={})
    compare("GPT, plain scalar operations", {"autograd": gpt_step(Value), MICROGPT: gpt_step(TupleValue)}, off={}, on={})
    print_memory()
