"""A program of a field, compiled in every way, held to the engine at the recorded point and at others."""
from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from autograd import Value
from autograd.graph import topological_order
from tests.compiler import agree
from tests.compiler.fields import (  # noqa: F401  (they fill FIELDS)
    algebra, decisions, learning, loops, machines, physics, sciences, sequences, signals)
from tests.compiler.languages import Run
from tests.compiler.fields.style import FIELDS, Asked, Given, Style, flat, refilled

NAMES = list(FIELDS)
BOUND = 1e-10
LARGE = 20_000                                  # Values; larger graphs are left out


class Case(NamedTuple):
    """A program: f of pieces of parameters and of inputs, which pieces there are, and their domains."""
    name: str
    f: Callable[[Any, Any], Any]
    pieces: list[Any]                           # of floats: the recorded point
    given: list[Any]                            # the same of the inputs
    bounds: list[tuple[float, float]]
    limits: list[tuple[float, float]]
    order: list[int]                            # where each number of theta stands among the parameters
    loops: bool
    rng: random.Random

    @property
    def theta(self) -> list[float]:
        return flat(self.pieces)

    @property
    def x(self) -> list[float]:
        return flat(self.given)

    def elsewhere(self) -> list[float]:
        """Other parameters within their domains."""
        return [self.rng.uniform(a, b) for a, b in self.bounds]

    def sample(self) -> list[float]:
        return [self.rng.uniform(a, b) for a, b in self.limits]

    def graph(self, theta: Sequence[float], x: Sequence[float]) -> tuple[Value, list[Value], list[Value]]:
        """The output, parameters in their order, and inputs, recorded."""
        P, X = [Value(float(t)) for t in theta], [Value(float(t)) for t in x]
        output = self.f(Given(refilled(self.pieces, iter(P))), Given(refilled(self.given, iter(X))))
        return output if isinstance(output, Value) else Value(float(output)), [P[i] for i in self.order], X


def case(seed: int, steps: int | None = None, name: str | None = None) -> Case:
    """The case of a seed, with another length of time if one is given."""
    name = NAMES[seed % len(NAMES)] if name is None else name
    s = Style(seed, steps)
    f = FIELDS[name](s)
    rng = random.Random(f"point {seed}")
    p, x = Asked(rng, Value), Asked(rng, Value)
    f(p, x)

    def numbers(pieces: Any) -> Any:
        return [numbers(piece) if isinstance(piece, list) else piece.data for piece in pieces]
    order = list(range(len(p.bounds)))
    if s.flip(0.2):
        s.numbers.shuffle(order)
    return Case(name, f, numbers(p.pieces), numbers(x.pieces), p.bounds, x.bounds, order, s.loops, rng)


def mixed(c: Case, rng: random.Random, others: Callable[[], Case]) -> Case:
    """A case with something odd about it: tied, fixed, moved or shared parameters, or two cases in one."""
    way = rng.choice(["plain", "plain", "marked", "moved", "two", "repeated"])
    if way == "marked":
        return marked(c, rng)
    if way == "moved" and c.pieces and len(c.theta) < 60:
        return moved(c, rng)
    if way == "two":
        return both(c, others(), rng)
    return both(c, c, rng) if way == "repeated" else c


def marked(c: Case, rng: random.Random) -> Case:
    """A case in which some parameters stand for others, for numbers, or for something made of them."""
    n, f, pieces, bounds = len(c.theta), c.f, c.pieces, c.bounds
    often = rng.choice([0.1, 0.3, 0.8])
    marks = [rng.choice(["tied", "zero", "one", "fixed", "minus", "double", "plus", "leaf"]) if rng.random() < often else ""
             for _ in range(n)]
    near, fixed = [rng.randrange(n) for _ in range(n)], list(c.theta)

    def changed(leaves: list[Any], i: int) -> Any:
        v, mark = leaves[i], marks[i]
        if mark in ("zero", "one"):
            return 0.0 if mark == "zero" and bounds[i][0] <= 0 else 1.0
        made = {"tied": lambda: leaves[near[i]] if bounds[near[i]] == bounds[i] else v, "fixed": lambda: fixed[i],
                "minus": lambda: -v if bounds[i][0] < 0 else v, "double": lambda: 0.5 * v + 0.5 * v, "plus": lambda: v + 0.0,
                "leaf": lambda: Value(fixed[i])}
        return made[mark]() if mark else v

    def other(p: Any, x: Any) -> Any:
        leaves = flat(list(p.rest))
        return f(Given(refilled(pieces, iter([changed(leaves, i) for i in range(n)]))), x)
    return c._replace(f=other)


def moved(c: Case, rng: random.Random) -> Case:
    """A case with some of its parameters among the inputs."""
    theta, f, pieces, given = c.theta, c.f, c.pieces, c.given
    inputs = sorted(rng.sample(range(len(theta)), rng.randint(1, len(theta))))
    stay = [i for i in range(len(theta)) if i not in inputs]

    def other(p: Any, x: Any) -> Any:
        kept, rest = p.vector(), list(x.rest)
        leaves = dict(zip(stay, kept)) | dict(zip(inputs, rest[-1]))
        return f(Given(refilled(pieces, iter([leaves[i] for i in range(len(leaves))]))), Given(rest[:len(given)]))
    return c._replace(f=other, pieces=[[theta[i] for i in stay]], given=[*given, [theta[i] for i in inputs]],
                      bounds=[c.bounds[i] for i in stay], limits=[*c.limits, *(c.bounds[i] for i in inputs)],
                      order=list(range(len(stay))))


def both(a: Case, b: Case, rng: random.Random) -> Case:
    """Two cases in one, beside each other or one after the other, with parameters of their own or shared."""
    na, ga, low = len(a.pieces), len(a.given), min([low for low, _ in b.bounds], default=0.0)
    f, g, way, pieces = a.f, b.f, rng.choice(["plus", "minus", "times", "chained"]), b.pieces
    count = len(flat(pieces))
    shared = rng.random() < 0.4 and count <= len(a.theta)

    def other(p: Any, x: Any) -> Any:
        ps, xs = list(p.rest), list(x.rest)
        first = f(Given(ps[:na]), Given(xs[:ga]))
        second = flat(ps[:na])[:count] if shared else flat(ps[na:])
        if way == "chained" and second and low < 0:
            second[-1] = ag.tanh(first)
        second = g(Given(refilled(pieces, iter(second))), Given(xs[ga:]))
        return first + second if way in ("plus", "chained") else first - second if way == "minus" else 0.5 * first * second
    more = [] if shared else b.pieces
    bounds = a.bounds + ([] if shared else b.bounds)
    return a._replace(name=f"{a.name} {way} {b.name}", f=other, pieces=a.pieces + more, given=a.given + b.given, bounds=bounds,
                      limits=a.limits + b.limits, order=list(range(len(bounds))))


def truth(c: Case, theta: Sequence[float], rows: Sequence[Sequence[float]]) -> tuple[Any, Any, float] | None:
    """The values of all rows, the gradient and the scale, by the engine; None outside of a domain."""
    values, gradient, scale = [], 0.0, 1.0
    for row in rows:
        try:
            output, P, _ = c.graph(theta, row)
            value, g, size = agree.eager(output, P)
        except (ArithmeticError, ValueError):
            return None
        values.append(value)
        gradient, scale = gradient + g, scale + size
    if not (np.isfinite(values).all() and np.isfinite(gradient).all() and scale < 1e12):
        return None
    return np.array(values), gradient, scale


def is_edge(c: Case, theta: Sequence[float], rows: Any, wanted: Any) -> bool:
    """Whether the engine itself gives another gradient very near: at a kink, or in chaos."""
    for sign in (1, -1):
        near = [t * (1 + sign * 1e-13 * c.rng.uniform(0.5, 1)) for t in theta]
        found = truth(c, near, rows)
        if found is None or np.abs(found[1] - wanted[1]).max(initial=0.0) > 1e-8 * wanted[2]:
            return True
    return False


def compare(what: str, got: Any, wanted: Any, scale: float, bound: float = BOUND) -> str:
    """What is wrong; "" where nothing is."""
    got, wanted = np.asarray(got, dtype=float).ravel(), np.asarray(wanted, dtype=float).ravel()
    if got.shape != wanted.shape:
        return f"{what}: {got.shape} instead of {wanted.shape}"
    gap = np.abs(got - wanted)
    if len(gap) and not gap.max() <= bound * scale:
        i = int(np.argmax(gap))
        return f"{what}[{i}]: {got[i]!r} instead of {wanted[i]!r} (scale {scale:.3g})"
    return ""


class Faults:
    """What was found wrong with a case."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.crashed: list[str] = []
        self.refused: list[str] = []
        self.compared = 0
        self.lines = 0

    def look(self, *found: str) -> None:
        self.compared += len(found)
        self.wrong += [text for text in found if text]


def compiled(c: Case, faults: Faults, ways: Sequence[str]) -> None:
    """Compile the graph in several forms, and compare them at several points."""
    rows = [c.x] + [c.sample() for _ in range(2)] if c.given else [[]]
    points = [c.theta, c.elsewhere(), c.elsewhere()]
    wanted = [truth(c, t, rows) for t in points]
    if wanted[0] is None:
        return
    for way in ways:
        output, P, X = c.graph(c.theta, c.x)
        try:
            with agree.form(way if way in ("arrays", "straight") else "own"):
                program = ag.compile(output, P, X, form=way if way in ("matrices", "scalars") else None,
                                     target="c" if way == "c" else "numpy")
            if way == "own":
                faults.lines = program.source.count("\n")
            program.verify(points=2, seed=1)
        except AssertionError as error:
            if not all(t is not None and is_edge(c, t, rows, w) for t, w in zip(points[:1], wanted[:1])):
                faults.look(f"{way}: verify: {error}")
            continue
        except Exception as error:
            one_sided = "holds only the sides" in str(error)
            (faults.refused if one_sided else faults.crashed).append(f"{way}: {type(error).__name__}: {error}")
            continue
        for theta, want in zip(points, wanted):
            if want is None:
                continue
            t = np.array(theta)[c.order]
            given = (t,) if not c.given else (t, np.array(rows))
            try:
                value, gradient = program.value_and_grad(*given)
                values = program(*given)
            except Exception as error:
                faults.crashed.append(f"{way} runs: {type(error).__name__}: {error}")
                continue
            found = [compare(f"{way} value", value, want[0].sum(), want[2]), compare(f"{way} values", values, want[0], want[2]),
                     compare(f"{way} gradient", gradient, want[1], want[2])]
            if any(found) and is_edge(c, theta, rows, want):
                continue
            faults.look(*found)


def product_with_hessian(c: Case) -> Case:
    """What the gradient of a case gives in one direction, as a case: its gradient is the Hessian's product with it."""
    direction = [c.rng.uniform(-1, 1) for _ in c.theta]

    def f(p: Any, x: Any) -> Any:
        pieces = list(p.rest)
        output = c.f(Given(pieces), x)
        order = set(topological_order(output)) if isinstance(output, Value) else set()
        used = [(v, d) for v, d in zip(flat(pieces), direction) if v in order]
        first = ag.gradients(output, [v for v, _ in used], create_graph=True) if used else []
        return sum((g * d for g, (_, d) in zip(first, used)), Value(0.0))
    return c._replace(f=f)


def in_language(c: Case) -> Run | None:
    """A case at three points as a run of another language, held to the engine; None where it has no value at one."""
    rows = [c.x] + [c.sample() for _ in range(2)] if c.given else [[]]
    points = [c.theta, c.elsewhere(), c.elsewhere()]
    wanted = [truth(c, t, rows) for t in points]
    if any(w is None or w[2] > 1e4 or is_edge(c, t, rows, w) for t, w in zip(points, wanted)):
        return None
    graph = c.graph(c.theta, c.x)
    return Run(ag.compile(*graph), [np.array(t)[c.order] for t in points], np.array(rows) if c.given else None, False,
               [(w[0].sum(), w[1]) for w in wanted if w], graph)


def as_arrays(pieces: Any) -> Any:
    return [np.array(piece, dtype=float) if isinstance(piece, list) else piece for piece in pieces]


def jitted(c: Case, faults: Faults, way: str) -> None:
    """The same by jit: value, value and gradient, gradient, with lists or arrays, alone or with samples."""
    n, f = len(c.pieces), c.f

    def call(*pieces: Any) -> Any:
        return f(Given(pieces[:n]), Given(pieces[n:]))

    def place(pieces: Any, given: Any) -> Any:
        return (as_arrays(pieces) + as_arrays(given)) if "arrays" in way else [*pieces, *given]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        _jitted(c, faults, way, call, place)
    faults.refused += [f"jit {way}: {str(w.message)[:150]}" for w in said if issubclass(w.category, Warning)
                       and "jit runs" in str(w.message)]
    others = [str(w.message)[:150] for w in said if "jit runs" not in str(w.message)]
    faults.crashed += [f"jit {way}: warning {text}" for text in others]


def _jitted(c: Case, faults: Faults, way: str, call: Any, place: Any) -> None:
    with_samples = "samples" in way and c.given
    wrt = tuple(range(len(c.pieces)))
    plain = ag.value_and_grad(call, wrt) if "grad" in way else call
    where = tuple(range(len(c.pieces), len(c.pieces) + len(c.given))) if with_samples else ()
    fast = ag.jit(ag.value_and_grad(call, wrt) if "grad" in way else call, samples=where,
                  reduce="sum" if with_samples else None)
    for k in range(4):
        theta = c.theta if k in (0, 3) else c.elsewhere()
        pieces = refilled(c.pieces, iter(theta))
        rows = [c.x if j == 0 else c.sample() for j in range(3)] if with_samples else [c.x if k == 0 else c.sample()]
        wanted = truth(c, theta, rows)
        if wanted is None:
            continue
        one = [refilled(c.given, iter(row)) for row in rows]
        try:
            if with_samples:
                stacked = [np.array([row[i] for row in one]) for i in range(len(c.given))]
                got = fast(*(as_arrays(pieces) if "arrays" in way else pieces), *stacked)
            else:
                got = fast(*place(pieces, one[0]))
        except Exception as error:
            try:
                for row in one:
                    plain(*place(pieces, row))
            except Exception:
                continue
            faults.crashed.append(f"jit {way}: {type(error).__name__}: {error}")
            continue
        if "grad" in way:
            gradient = np.zeros(len(c.theta))
            flat_g = np.array(flat(list(got[1]))) if wrt else np.zeros(0)
            gradient = flat_g[c.order] if len(flat_g) == len(c.theta) else flat_g
            found = [compare(f"jit {way} value", got[0], wanted[0].sum(), wanted[2]),
                     compare(f"jit {way} gradient", gradient, wanted[1], wanted[2])]
        else:
            got = got.data if isinstance(got, Value) else got
            found = [compare(f"jit {way} value", got, wanted[0].sum(), wanted[2])]
        if any(found) and is_edge(c, theta, rows, wanted):
            continue
        faults.look(*found)


def odd_case(seed: int, rng: random.Random) -> Case:
    """The case of a seed, with something odd about it more often than not."""
    return mixed(case(seed), rng, lambda: case(rng.randrange(10 ** 6)))


def tried(seed: int, name: str | None = None) -> tuple[Case | None, Faults]:
    """What is wrong with the case of a seed, some of the ways picked by it."""
    faults, rng = Faults(), random.Random(f"ways {seed}")
    try:
        c = odd_case(seed, rng) if name is None else case(seed, name=name)
        output, _, _ = c.graph(c.theta, c.x)
    except (ArithmeticError, ValueError, TypeError) as error:
        faults.crashed.append(f"eager: {type(error).__name__}: {error}")
        return None, faults
    if len(topological_order(output)) > LARGE or not math.isfinite(output.data):
        return c, faults
    compiled(c, faults, ["own", rng.choice(["arrays", "arrays", "straight", "matrices", "scalars"])] + ["c"] * (rng.random() < 0.05))
    if rng.random() < 0.4:
        second = product_with_hessian(c)
        output, _, _ = second.graph(c.theta, c.x)
        if len(topological_order(output)) < LARGE:
            compiled(second, faults, ["own"])
    if rng.random() < 0.5:
        jitted(c, faults, rng.choice(["lists", "arrays", "lists grad", "arrays grad", "lists grad samples",
                                      "arrays grad samples", "arrays samples"]))
    return c, faults
