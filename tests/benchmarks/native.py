"""Programs compiled as C beside C written by hand (hand.c, with -O3), and lines of scalars as C beside the same in Python.

`python -m tests.benchmarks native`. JAX, where it is installed: program.jax() under jit beside jax.jit of the matrix form.
"""
from __future__ import annotations

import ctypes
import math
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.compiler.printers.native import c_compiler
from tests.benchmarks.compiler import POINTS, ROUNDS, SIDES, Case, jax_peer, lecture, measured, moons

HAND = Path(__file__).with_name("hand.c")


def by_hand(case: Case, flags: list[str]) -> Callable[[], tuple[float, np.ndarray]]:
    """A benchmark by hand, called as compiled programs are: a gradient of its own each time."""
    library = Path(tempfile.mkdtemp()) / "hand.so"
    subprocess.run([c_compiler(), *flags, "-shared", "-fPIC", str(HAND), "-o", str(library), "-lm"], check=True)
    moon = case.name.startswith("(a)")
    function = getattr(ctypes.CDLL(str(library)), "moons" if moon else "lecture")
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_long, ctypes.c_void_p]
    x = np.array(POINTS, dtype=float) if moon else np.linspace(-1, 1, 100)
    y = np.array(SIDES, dtype=float) if moon else np.sin(math.pi * x)
    theta = np.array(case.theta)

    def call() -> tuple[float, np.ndarray]:
        gradient = np.empty(len(theta))
        value = function(theta.ctypes.data, x.ctypes.data, y.ctypes.data, len(x), gradient.ctypes.data)
        return value, gradient
    return call


def beside_c(case: Case) -> None:
    """Print a case's times as C by the compiler and by hand."""
    parameters = [Value(t) for t in case.theta]
    loss = case.loss(parameters)
    program, numpy = ag.compile(loss, parameters, target="c"), ag.compile(loss, parameters)
    theta = program.parameters
    plain, native = by_hand(case, ["-O3"]), by_hand(case, ["-O3", "-march=native"])
    value, gradient = program.value_and_grad(theta)
    for wanted in (plain(), native()):
        assert abs(value - wanted[0]) <= 1e-11 * abs(value)
        assert abs(gradient - wanted[1]).max() <= 1e-11 * abs(gradient).max()
    found = measured({"c": lambda: program.value_and_grad(theta), "plain": plain, "native": native,
                      "numpy": lambda: numpy.value_and_grad(theta)}, 3 * ROUNDS)
    print(f"\n{case.name}\n  as C {found['c']:.4f} ms, as NumPy {found['numpy']:.4f} ms")
    for name, words in (("plain", "by hand, -O3"), ("native", "by hand, -O3 -march=native")):
        print(f"  {words:28} {found[name]:.4f} ms, as C {found['c'] / found[name]:.2f} of it, bar 2")


def beside_jax(case: Case) -> None:
    """Print a case's times under jax.jit; nothing without JAX."""
    peer = jax_peer(case)
    if peer is None:
        return
    import jax
    parameters = [Value(t) for t in case.theta]
    program = ag.compile(case.loss(parameters), parameters)
    both, theta = jax.jit(jax.value_and_grad(program.jax())), jax.numpy.array(case.theta)
    ours = lambda: jax.block_until_ready(both(theta))
    assert np.allclose(ours()[1], peer()[1], rtol=1e-10, atol=1e-12)
    found = measured({"ours": ours, "peer": peer}, ROUNDS)
    print(f"  {'jax.jit of the matrix form':28} {found['peer']:.4f} ms, "
          f"program.jax() {found['ours'] / found['peer']:.2f} of it, bar 1")


def irregular(operations: int, seed: int = 0) -> tuple[Any, list[Value]]:
    """A graph of operations on any two numbers before: nothing to put into arrays."""
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1)) for _ in range(10)]
    values: list[Any] = list(parameters)
    for _ in range(operations):
        a, b = rng.choice(values[-30:]), rng.choice(values[-30:])
        values.append(rng.choice([lambda: a * b, lambda: 0.6 * a + 0.4 * b, lambda: a - 0.5 * b,
                                  lambda: ag.maximum(a, b) * 0.9, lambda: ag.tanh(a)])())
    return ag.tanh(values[-1] + values[-2]), parameters


def straight(operations: int) -> None:
    """Print how lines of scalars run as C and as Python."""
    output, parameters = irregular(operations)
    python = ag.compile(output, parameters, form="scalars")
    native = ag.compile(output, parameters, form="scalars", target="c")
    theta = python.parameters
    assert np.allclose(python.value_and_grad(theta)[1], native.value_and_grad(theta)[1], rtol=1e-9, atol=1e-12)
    found = measured({"python": lambda: python.value_and_grad(theta), "c": lambda: native.value_and_grad(theta)}, 200)
    print(f"  {operations:6,} irregular operations: lines of Python {found['python']:8.4f} ms, as C {found['c']:.4f} ms, "
          f"{found['python'] / found['c']:.1f} times as fast, bar 18")


def main() -> None:
    """Print all of it."""
    for make in (moons, lecture):
        beside_c(make())
        beside_jax(make())
    print("\nstraight-line programs")
    for operations in (60, 300, 1_000, 2_000):
        straight(operations)
