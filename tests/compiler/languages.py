"""What the tests of printers share: programs in other languages, run beside NumPy's.

By hand: `python -m tests.compiler.languages javascript 1000 [FIRST]` tries random programs.
"""
from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from tests.compiler import idioms, programs
from tests.compiler.agree import form
from tests.styles.case import Case, eager, other_point, record

NODE = shutil.which("node")
BOUND = 1e-10


class Run(NamedTuple):
    """A program at some points, and what it should give there: a value and a gradient, or values."""
    program: Any
    points: list[np.ndarray]
    samples: np.ndarray | None
    listed: bool
    wanted: list[Any]
    graph: Any = None


def of_style(case: Case) -> Run:
    """A program of tests/styles at two points, and what the engine gives there, Value by Value."""
    output, parameters, inputs = record(case)
    program = ag.compile(output, parameters, inputs)
    points = [case.theta, other_point(case.theta)]
    return Run(program, points, case.samples, case.listed, [eager(case, p) for p in points],
               (output, parameters, inputs))


def of_random(seed: int, how: str = "own") -> Run:
    """A random program at two points, and what NumPy's program gives there."""
    text = programs.program(seed)
    loss = programs.function(text.source, text.parameters)
    rng = np.random.default_rng(text.seed)
    theta = rng.uniform(-1, 1, text.parameters)
    rows = rng.uniform(-1, 1, (max(text.rows, 1), text.inputs))
    points = [theta, theta + rng.uniform(-0.3, 0.3, text.parameters)]
    outputs, P, X, listed = programs.graph(loss, theta, rows[0])
    with form(how):
        program = ag.compile(outputs if listed else outputs[0], P, X)
    given = (rows,) if text.inputs else ()
    call = program if listed else program.value_and_grad
    return Run(program, points, rows if text.inputs else None, listed,
               [call(point, *given) for point in points], (outputs if listed else outputs[0], P, X))


def of_idiom(seed: int) -> Run | None:
    """A program of everyday work at some points, and what the engine gives there; None without one."""
    trials = idioms.trials(seed)
    b, which = idioms.build(seed), trials[0].which
    P, X = ([b.leaves[i] for i in places] for places in which[:2])
    graph = (b.outputs if b.listed else b.outputs[0], P, X, random.Random(seed).choice([None, "matrices"]))
    points, wanted = [], []
    for trial in trials:
        fixed = [x if i in which.parameters else y for i, (x, y) in enumerate(zip(trial.numbers, trials[0].numbers))]
        trial = trial._replace(numbers=fixed)
        found = [idioms.truth(seed, None, row, which) for row in trial.rows()]
        if None not in found and not any(idioms.chaotic(seed, None, row, which) for row in trial.rows()):
            values, gradients, _ = zip(*found)
            points.append(trial.arguments()[0])
            wanted.append(np.array(values if X else values[0]) if b.listed else (np.sum(values), sum(gradients)))
    try:
        program = ag.compile(*graph)
    except ValueError as error:
        if "holds only the sides" in str(error):
            return None
        raise
    samples = np.atleast_2d(trials[0].arguments()[1]) if X else None
    return Run(program, points, samples, b.listed, wanted, graph) if points else None


def idioms_with_a_form(seeds: Iterable[int]) -> list[Run]:
    """Programs of everyday work without the operation that only Python knows."""
    runs = [run for run in map(of_idiom, seeds) if run is not None]
    return [run for run in runs if "blend_of_tests" not in run.program.source]


PLACES = [3, 0, 0, 5, 1, 4, 2, 2, 5, 3, 1, 0]
KINDS = {                                                       # a loss of 12 parameters p and 6 inputs x
    "any places of each sample": lambda p, x: sum(w * ag.sin(x[k]) for w, k in zip(p, PLACES)),
    "a bias that is subtracted": lambda p, x: sum(
        ag.relu(sum(w * v for w, v in zip(p[3 * i:], x[3:])) - p[9 + i]) ** 2 for i in range(3)),
    "a product that is subtracted": lambda p, x: sum(
        ag.tanh(p[9 + i] - sum(w * v for w, v in zip(p[3 * i:3 * i + 3], x))) for i in range(3)),
    "any places of parameters": lambda p, x: sum(p[k] * p[2 * k] * v for k in PLACES for v in x[:2]),
    "any places of what is computed": lambda p, x: chosen([ag.tanh(w * v) for w, v in zip(p, x * 2)]),
    "sums of unequal lengths": lambda p, x: sum(
        ag.exp(sum(p[j] * x[j % 6] for j in range(i + 1))) for i in range(12)),
    "distances": lambda p, x: sum(abs(p[i] - x[i % 6]) * abs(p[i] - p[5]) for i in range(12)),
    "a loop of each sample": lambda p, x: looped(p, x),
    "powers": lambda p, x: sum((w * w + 1) ** e + (v * v + 1) ** w for e, w, v in
                               zip([2, 3, -1, 0.5, -1.5, 4] * 2, p, x * 2)),
    "the largest": lambda p, x: ag.max([w * v for w, v in zip(p, x * 2)]) * ag.maximum(p[0], x[0]),
    "a choice": lambda p, x: sum(ag.where(v, w * v, w) for w, v in zip(p, [*x[:3], 0.0, 1.0])),
    "no use of inputs": lambda p, x: sum(w ** 2 for w in p),
    "a number": lambda p, x: p[0] * 0.0 + 3.0,
}


def chosen(h: Any) -> Any:
    """A sum of products of some numbers with others from here and there."""
    return sum(u * h[k] for u, k in zip(h, PLACES))


def looped(p: Any, x: Any) -> Any:
    """A recurrence over 40 steps whose state has three numbers."""
    h = [x[0], x[1], x[2]]
    for t in range(40):
        h = [ag.tanh(sum(w * u for w, u in zip(p[3 * i:3 * i + 3], h)) - 0.1 * p[9 + i]) for i in range(3)]
    return sum(v * v for v in h) + h[0] * x[5]


def of_kind(name: str, how: str | None) -> Run:
    """A program of some kind at two points, and what the engine gives there."""
    rng = np.random.default_rng(5)
    theta, rows = rng.uniform(-1, 1, 12), rng.uniform(-1, 1, (4, 6))
    case = Case(theta, KINDS[name], None, rows)
    output, parameters, inputs = record(case)
    points = [theta, other_point(theta)]
    return Run(ag.compile(output, parameters, inputs, form=how), points, rows, False,
               [eager(case, point) for point in points], (output, parameters, inputs, how))


def in_node(runs: Sequence[Run]) -> list[list[Any]]:
    """For each run and point what JavaScript gives: [value, gradient], or values of a list."""
    lines = ["const results = [];"]
    for run in runs:
        x = "" if run.samples is None else ", " + json.dumps(run.samples.tolist())
        lines += ["{", run.program.source_in("javascript")]
        for point in run.points:
            call = f"({json.dumps(point.tolist())}{x})"
            if run.listed:
                lines.append(f"results.push(program.value{call});")
            else:
                lines.append(f"{{ const [y, d] = program.value_and_grad{call};"
                             f"results.push([y, Array.from(d), program.value{call}]); }}")
        lines.append("}")
    lines.append("console.log(JSON.stringify(results, (_, y) => "
                 "typeof y === 'number' && !Number.isFinite(y) ? String(y) : y));")
    done = subprocess.run([NODE, "-"], input="\n".join(lines), capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = iter(json.loads(done.stdout))
    return [[next(found) for _ in run.points] for run in runs]


def in_jax(runs: Sequence[Run]) -> list[list[Any]]:
    """The same by JAX: its own gradient of the program, which must be the program's gradient, too."""
    import jax
    results = []
    for run in runs:
        f, own, found = run.program.jax(), {}, []
        exec(run.program.source_in("jax"), own)                                 # noqa: S102
        given = () if run.samples is None else (run.samples,)
        both, single = jax.jit(jax.value_and_grad(f)), jax.jit(f)
        for point in run.points:
            if run.listed:
                found.append(np.asarray(single(point, *given)))
                continue
            y, d = both(point, *given)
            value, gradient = jax.jit(own["value_and_grad"])(jax.numpy.asarray(point), *given)
            assert worst(value, y) < BOUND and worst(gradient, d) < BOUND, "not JAX's own gradient"
            found.append([y, d, own["value"](jax.numpy.asarray(point), *given)])
        results.append(found)
    return results


def in_c(runs: Sequence[Run]) -> list[list[Any]]:
    """The same by C, compiled here."""
    results = []
    for run in runs:
        program = ag.compile(*run.graph, target="c")
        given = () if run.samples is None else (run.samples,)
        results.append([program(point, *given) if run.listed else
                        [*program.value_and_grad(point, *given), program(point, *given)]
                        for point in run.points])
    return results


def worst(got: Any, wanted: Any) -> float:
    """The largest difference, relative to the largest entry (1 if that is smaller)."""
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    if got.size != wanted.size:
        return float("inf")
    gap = abs(got.ravel() - wanted.ravel()).max(initial=0.0)
    return float(gap / max(1.0, abs(wanted).max(initial=0.0)))


def difference(run: Run, got: Sequence[Any]) -> float:
    """How far what a language gave is from what is wanted."""
    if run.listed:
        return max(worst(g, w) for g, w in zip(got, run.wanted))
    return max(max(worst(np.sum(values), w[0]), worst(y, w[0]), worst(d, w[1]))
               for (y, d, values), w in zip(got, run.wanted))


RUNNERS = {"javascript": in_node, "jax": in_jax, "c": in_c}


def main(language: str, count: str = "100", first: str = "0") -> None:
    """Try random programs and print the seeds of those that differ."""
    wrong = 0
    for seed in range(int(first), int(first) + int(count), 20):
        seeds = range(seed, min(seed + 20, int(first) + int(count)))
        for how in ("own", "arrays", "straight"):
            runs = [of_random(s, how) for s in seeds]
            for s, run, got in zip(seeds, runs, RUNNERS[language](runs)):
                if not difference(run, got) < BOUND:
                    wrong += 1
                    print(f"seed {s}, {how}: {difference(run, got)}", flush=True)
    print(f"{wrong} of {count} random programs differ in {language}")


if __name__ == "__main__":
    main(*sys.argv[1:])
