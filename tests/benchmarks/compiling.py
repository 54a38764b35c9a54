"""How long compiling takes beside another checkout of the project: `python -m tests.benchmarks compiling PATH [NAME ...]`.

Both are loaded into one process and take turns, with the collector off; a time is that of the process, whatever else the machine
does. Graphs are recorded anew for each turn, now the one first, now the other: of two equal ones, the first compiles up to a fifth
more slowly, for it lies scattered in memory. The programs are what students write: plain scalars, loops and lists, and no name that only one of both knows.
"""
from __future__ import annotations

import gc
import importlib
import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.timing import collector

ROUNDS = 15                                             # compilations by each
SECONDS = 20                                            # at most for a program
Numbers = list[float]
R = random.Random(3)


def draw(n: int) -> Numbers:
    return [R.uniform(-1, 1) for _ in range(n)]


# The programs: a function of parameters, and how many there are -------------------------------------------------------------------

def layer(p: Any, x: list[Any], n: int) -> list[Any]:
    """The next n neurons: a weight for each x, then a bias."""
    neurons = []
    for _ in range(n):
        weights = [next(p) for _ in x]
        z = next(p)
        for w, v in zip(weights, x):
            z = z + w * v
        neurons.append(z)
    return neurons


POINTS = [(math.cos(0.3 * i) + 0.1 * R.gauss(0, 1), math.sin(0.3 * i)) for i in range(100)]
DATA = [draw(4) for _ in range(200)]


def moons(p: list[Any]) -> Any:
    losses = []
    for i, point in enumerate(POINTS):
        q = iter(p)
        hidden = [z.relu() for z in layer(q, [z.relu() for z in layer(q, list(point), 16)], 16)]
        losses.append((1.0 + layer(q, hidden, 1)[0] * (-1) ** i).relu())
    return sum(losses) * (1 / len(losses)) + 1e-4 * sum(v * v for v in p)


def lecture(p: list[Any]) -> Any:
    loss = 0
    for i in range(100):
        x, q = i / 50 - 1, iter(p)
        loss = loss + abs(layer(q, [z.relu() for z in layer(q, [x], 100)], 1)[0] - math.sin(math.pi * x))
    return loss


def sines(p: list[Any]) -> Any:
    y = p[0]
    for _ in range(20_000):
        y = y.sin()
    return y


def affine_chain(p: list[Any]) -> Any:
    y = p[0]
    for _ in range(20_000):
        y = y * p[1] + 1
    return y


def recurrent(p: list[Any]) -> Any:
    h: list[Any] = [0.0] * 8
    for t in range(60):
        h = [z.tanh() for z in layer(iter(p), [*DATA[t], *h], 8)]
    return (sum(w * v for w, v in zip(p[-8:], h)) - 0.5) ** 2


def gpt(p: list[Any]) -> Any:
    from tests.benchmarks.gpt import SHAPES, encode, gpt_loss
    rest = iter(p)
    return gpt_loss({name: [[next(rest) for _ in range(m)] for _ in range(n)] for name, (n, m) in SHAPES.items()}, encode("andrea"))


def line(p: list[Any]) -> Any:
    loss = 0
    for x, y, *_ in DATA:
        loss += (p[0] * x + p[1] - y) ** 2
    return loss / len(DATA)


def logistic(p: list[Any]) -> Any:
    loss = 0
    for x in DATA:
        y = 1 / (1 + (-layer(iter(p), x, 1)[0]).exp())
        loss -= y.log() if x[0] > 0 else (1 - y).log()
    return loss / len(DATA)


def softmax(p: list[Any]) -> Any:
    loss = 0
    for i, x in enumerate(DATA):
        e = [z.exp() for z in layer(iter(p), x, 3)]
        loss = loss - (e[i % 3] / sum(e)).log()
    return loss


def polynomial(p: list[Any]) -> Any:
    loss = 0
    for x, y, *_ in DATA:
        f = 0
        for c in p:
            f = f * x + c
        loss = loss + (f - y) ** 2
    return loss


def bodies(p: list[Any]) -> Any:
    places = list(zip(p[::2], p[1::2]))
    return sum(1 / ((a - c) ** 2 + (b - d) ** 2 + 0.01) ** 0.5 for (a, b), (c, d) in combinations(places, 2))


def pendulum(p: list[Any]) -> Any:
    angle, speed = p[0], p[1]
    for _ in range(500):
        speed = speed - 0.01 * (p[2] * angle.sin() + p[3] * speed)
        angle = angle + 0.01 * speed
    return angle ** 2


def ratings(p: list[Any]) -> Any:
    rows = [p[i:i + 4] for i in range(0, len(p), 4)]
    r, loss = random.Random(5), 0
    for _ in range(400):
        user, film = rows[r.randrange(30)], rows[30 + r.randrange(20)]
        loss += (sum(a * b for a, b in zip(user, film)) - r.randint(1, 5)) ** 2
    return loss + 0.1 * sum(v ** 2 for v in p)


def image(p: list[Any]) -> Any:
    rows = [p[i:i + 24] for i in range(0, 24 * 24, 24)]
    loss = 0
    for i in range(1, 23):
        for j in range(1, 23):
            neighbours = rows[i - 1][j] + rows[i + 1][j] + rows[i][j - 1] + rows[i][j + 1]
            loss = loss + (rows[i][j] - neighbours / 4) ** 2
    return loss


def neuron(p: list[Any]) -> Any:
    return (p[0] * 0.5 + p[1] * -1.5 + p[2]).tanh()


def xor(p: list[Any]) -> Any:
    loss = 0
    for x, y, wanted in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
        q = iter(p)
        loss = loss + (layer(q, [z.tanh() for z in layer(q, [x, y], 3)], 1)[0] - wanted) ** 2
    return loss


PROGRAMS: dict[str, tuple[Callable[[list[Any]], Any], int]] = {
    "moons, 2-16-16-1": (moons, 337), "1-100-1": (lecture, 301), "GPT": (gpt, 4192), "sines": (sines, 1), "y * x + 1": (affine_chain, 2),
    "recurrent": (recurrent, 112), "line": (line, 2), "logistic": (logistic, 5), "softmax": (softmax, 15), "polynomial": (polynomial, 6),
    "bodies": (bodies, 80), "pendulum": (pendulum, 4), "ratings": (ratings, 200), "image": (image, 576), "neuron": (neuron, 3), "xor": (xor, 13)}


# Two checkouts in one process -----------------------------------------------------------------------------------------------------

def ours() -> dict[str, ModuleType]:
    """The modules of the project that are loaded."""
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("autograd", "nn")}


class Side:
    """A checkout: its own modules, which are the loaded ones while it works."""

    def __init__(self, root: Path) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.use()
        sys.path.insert(0, str(root))
        self.autograd = importlib.import_module("autograd")
        if not str(self.autograd.__file__).startswith(str(root)):
            raise SystemExit(f"there is no autograd in {root}")
        self.modules = ours()
        for program, n in PROGRAMS.values():            # much is imported only when it is first used
            if n < 20:
                self.seconds(self.recorded(program, draw(n)))
                self.modules = ours()
        sys.path.remove(str(root))

    def use(self) -> None:
        """Make its modules the loaded ones."""
        for name in ours():
            del sys.modules[name]
        sys.modules.update(self.modules)

    def recorded(self, program: Callable[[list[Any]], Any], theta: Numbers) -> tuple[Any, list[Any]]:
        """The output of a program at theta, and its parameters."""
        self.use()
        p = [self.autograd.Value(t) for t in theta]
        return program(p), p

    def seconds(self, graph: tuple[Any, list[Any]]) -> float:
        """How long it compiles."""
        self.use()
        start = time.process_time()
        self.autograd.compile(*graph)
        return time.process_time() - start


def compare(here: Side, there: Side, name: str) -> tuple[float, float]:
    """The median time of a compilation here and there, in ms."""
    program, n = PROGRAMS[name]
    theta = [0.3 * t for t in draw(n)]
    sides = [here, there]
    times: dict[Side, Numbers] = {here: [], there: []}
    start = time.monotonic()
    while len(times[here]) < ROUNDS and time.monotonic() - start < SECONDS:
        graphs = [(side, side.recorded(program, theta)) for side in sides]
        for side, graph in graphs:
            times[side].append(1e3 * min(side.seconds(graph) for _ in range(1 if n > 20 else 3)))
        sides.reverse()
    return statistics.median(times[here]), statistics.median(times[there])


def main(path: str = "", *names: str) -> None:
    """Print a line for each program, of all or of those named. Raises SystemExit without a checkout to compare with."""
    if not path:
        raise SystemExit("say where the other checkout is: python -m tests.benchmarks compiling PATH")
    unknown = [name for name in names if name not in PROGRAMS]
    if unknown:
        raise SystemExit(f"no program {unknown[0]!r}; there are {', '.join(PROGRAMS)}")
    loaded = ours()
    here, there = Side(Path(__file__).resolve().parents[2]), Side(Path(path).resolve())
    ratios = []
    print("compiling               here     there     of it")
    for name in names or PROGRAMS:
        with collector(False):
            mine, theirs = compare(here, there, name)
        gc.collect()
        ratios.append(mine / theirs)
        print(f"  {name:<18}{mine:8.2f} ms{theirs:7.2f} ms{mine / theirs:8.2f}", flush=True)
    print(f"  geometric mean{statistics.geometric_mean(ratios):29.2f}")
    here.use()
    sys.modules.update(loaded)
