"""How compile time and memory grow with a graph: microseconds and bytes per node, in each family of programs, up to 2,000,000 nodes.

Each graph is recorded and compiled in a process of its own, so that its memory is its own. A family whose time per node more than
doubles from the smallest size to the largest is marked: it does not grow linearly. At the end: how long a C compiler takes for
straight code, which has no loop to keep it short.
"""
from __future__ import annotations

import gc
import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd
from autograd import Value
from autograd.compiler.printers import native
from autograd.graph import topological_order

SIZES = (100_000, 1_000_000, 2_000_000)                # nodes
LINES = (1_000, 10_000, 30_000, 100_000)                # of straight code in C
LIMIT = 600                                             # seconds for a graph
Made = tuple[Any, list[Value]]                          # an output and its parameters


def weights(n: int) -> list[Value]:
    r = random.Random(0)
    return [Value(r.gauss(0.0, 0.1)) for _ in range(n)]


def layer(w: list[Value], x: list[Any]) -> list[Value]:
    """A layer of as many neurons as w has rows: tanh(w x + b), in plain scalars."""
    step = len(x) + 1
    return [sum((a * b for a, b in zip(w[i:], x)), w[i + step - 1]).tanh() for i in range(0, len(w), step)]


def mlp(n: int) -> Made:
    """Two wide layers, of one sample: three nodes for each weight, its leaf included."""
    k = round(math.sqrt(n / 3))
    x, w1, w2 = [0.01 * (i % 7) for i in range(k // 2)], weights(k * (k // 2 + 1)), weights(k // 2 * (k + 1))
    return sum(v * v for v in layer(w2, layer(w1, x))), w1 + w2


def samples(n: int) -> Made:
    """A small network over a data set, sample by sample."""
    w1, w2, r, total = weights(40), weights(9), random.Random(1), Value(0.0)
    for _ in range(n // 110):
        z = layer(w2, layer(w1, [r.gauss(0, 1) for _ in range(4)]))[0]
        total = total + (z - r.gauss(0, 1)) ** 2
    return total, w1 + w2


def deep(n: int) -> Made:
    """Layers of 8 neurons, one after another, each with weights of its own."""
    x: list[Any] = [0.1 * i for i in range(8)]
    kept: list[Value] = []
    for _ in range(n // 220):
        w = weights(72)
        kept += w
        x = layer(w, x)
    return sum(v * v for v in x), kept


def recurrent(n: int) -> Made:
    """A recurrent network of 8 neurons: the same weights at every time."""
    w, h = weights(80), [0.0] * 8
    for t in range(n // 152):
        h = layer(w, [*h, math.sin(t)])
    return sum(v * v for v in h), w


def prefix_sums(n: int) -> Made:
    """Every sum from the first parameter on, squared."""
    p, s, total = weights(n // 4), Value(0.0), Value(0.0)
    for v in p:
        s = s + v
        total = total + s * s
    return total, p


def random_walk(n: int) -> Made:
    """A walk whose steps depend on where it is."""
    w, x, r, total = weights(2), Value(0.0), random.Random(2), Value(0.0)
    for _ in range(n // 7):
        x = x + w[0] * r.gauss(0, 1) + w[1] * x.tanh()
        total = total + x * x
    return total, w


def recurrence(n: int) -> Made:
    """The logistic map."""
    a, x = Value(3.2), Value(0.3)
    p = [a, x]
    for _ in range(n // 3):
        x = a * x * (1 - x)
    return x, p


def sums(n: int) -> Made:
    """A sum of squared residuals, two parameters each."""
    p, total = weights(n // 3), Value(0.0)
    for a, b in zip(p[::2], p[1::2]):
        total = total + (a - b) ** 2
    return total, p


def anything(n: int) -> Made:
    """Operations at random on Values at random: straight code."""
    r, p = random.Random(3), weights(20)
    made = list(p)
    for _ in range(n):
        a, b = r.choice(made[-50:]), r.choice(made[-50:])
        made.append(r.choice([lambda: a * b, lambda: (a + b).tanh(), lambda: a - b, lambda: a.sin()])())
    return sum(made[-50:]), p


FAMILIES: dict[str, Callable[[int], Made]] = {
    f.__name__: f for f in (mlp, samples, deep, recurrent, prefix_sums, random_walk, recurrence, sums)}


def resident() -> int:
    """The largest memory of this process until now, in bytes (kilobytes on Linux, bytes on macOS)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measured(family: str, n: int) -> dict[str, float]:
    """Nodes, microseconds per node to record and to compile, bytes per node of the graph and of compiling beside it, lines of source."""
    gc.disable()
    before, start = resident(), time.process_time()
    output, parameters = FAMILIES[family](n)
    recorded, after = time.process_time() - start, resident()
    nodes = len(topological_order(output))
    start = time.process_time()
    program = autograd.compile(output, parameters)
    compiled = time.process_time() - start
    return {"nodes": nodes, "record": recorded / nodes * 1e6, "compile": compiled / nodes * 1e6, "graph": (after - before) / nodes,
            "compiling": (resident() - after) / nodes, "lines": program.source.count("\n")}


def in_a_process(family: str, n: int) -> dict[str, float] | None:
    """What `measured` gives in a process of its own; None when it took longer than the limit."""
    code = f"import json; from tests.benchmarks.growth import measured; print(json.dumps(measured({family!r}, {n})))"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT, check=True)
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def straight_code(lines: int) -> None:
    """Print the seconds a C compiler takes for a program of about that many lines of straight code."""
    output, parameters = anything(lines // 3)
    text = autograd.compile(output, parameters).source_in("c")
    flags = native.flags_for(text.count("\n"))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        native.build(native.c_compiler(), flags, text, Path(folder) / "program.so")
        print(f"  {text.count(chr(10)):9,} lines  {flags[0]}  {time.perf_counter() - start:7.2f} s", flush=True)


def main(*names: str) -> None:
    """Print a line for each family and size, of all families or of those named."""
    print("family              nodes   record  compile      graph  compiling    source")
    print("                            µs/node  µs/node bytes/node bytes/node     lines")
    for family in names or FAMILIES:
        first = 0.0
        for n in SIZES:
            found = in_a_process(family, n)
            if found is None:
                print(f"{family:<14}{n:>11,}   not done after {LIMIT} s", flush=True)
                break
            first = first or found["compile"]
            mark = f"   {found['compile'] / first:.1f} times the first" if found["compile"] > 2 * first else ""
            print(f"{family:<14}{found['nodes']:>11,}{found['record']:9.2f}{found['compile']:9.2f}{found['graph']:11.0f}"
                  f"{found['compiling']:11.0f}{found['lines']:10,}{mark}", flush=True)
    if not names:
        print("straight code under a C compiler")
        for lines in LINES:
            straight_code(lines)
