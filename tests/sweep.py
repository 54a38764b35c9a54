"""Every row at thousands of points, value and derivatives up to third order in every mode, against closed forms in mpmath.

`python -m tests.sweep [POINTS [SEED [ROW ...]]]` counts what was tried, what is wrong without a word, and what is an error
although the truth is a float. Points: subnormal, huge, close to every singularity, ties, -0.0.
"""
import itertools
import math
import random
import sys
from collections import Counter

import mpmath
import numpy as np

import autograd
from autograd import Value, grad, gradients, jvp, ops
from tests.truth import TRUTH, mp, mpf

ARITY = {"sum": 3, "dot": 5, "max": 2, "select": 3}
SPECIAL = [0.0, -0.0, 5e-324, 1e-320, 2.3e-308, 1e-300, 1e-160, 1e-100, 1e-50, 1e-17, 1e-16, 1e-9, 1e-8, 1e-4, 0.5, 1.0, 1.5,
           2.0, 3.0, 19.0, 27.3, 36.8, 40.0, 300.0, 354.0, 708.0, 709.7, 745.0, 1e3, 1e8, 1e16, 1e50, 1e77, 1e100, 1e154, 1e155,
           1e200, 1e300, 1e308, 1.7e308, 1.7976931348623157e308]
TINY, HUGE = mpf(10) ** -303, mpf(2) ** 1023 * mpf("1.9")


def arity(name):
    return ARITY.get(name, ops.TABLE[name].arity)


def number(rng):
    """A float, special or of any exponent."""
    x = rng.choice(SPECIAL)
    kind = rng.randrange(6)
    if kind == 0:
        x = rng.gauss(0, 1)
    elif kind == 1:
        x = 10 ** rng.uniform(-323, 308.2)
    elif kind == 2:
        x = 10 ** rng.uniform(-5, 5)
    elif kind == 3:
        x = rng.choice([1.0, 0.5, math.pi / 2, math.pi, 2.0]) + rng.choice([0, 1, -1]) * 10 ** rng.uniform(-17, -1)
    return x * rng.choice([1, -1])


def point(name, rng):
    """Inputs of a row."""
    x = [number(rng) for _ in range(arity(name))]
    if name == "select":
        x[0] = rng.choice([0.0, 1.0])
    elif name in ("pow", "power_log"):
        x[0] = abs(x[0]) if rng.random() < 0.8 else x[0]
        if rng.random() < 0.4:
            x[1] = float(rng.randrange(-4, 5))
        if name == "power_log":
            x[2] = rng.choice([1.0, 2.0])
    elif len(x) > 1 and rng.random() < 0.2:
        x[1] = x[0]                                     # a tie
    return tuple(x)


def reverse(f, i):
    return grad(f, i)


def forward(f, i):
    return lambda *x: jvp(f, x, tuple(float(j == i) for j in range(len(x))))[1]


def derivative(op, inputs, modes, x):
    """That derivative at x; the last input of power_log is a count, not a variable."""
    f = op
    if op.name == "power_log":
        f, x = (lambda a, b, n=x[2]: op(a, b, n)), x[:2]
    for i, mode in zip(inputs, modes):
        f = mode(f, i)
    return f(*x)


def size_of(name, order, x, truth):
    """How large the numbers are whose difference the truth is: rounding is seen beside these.

    The condition of a row is its user's affair: an input's own rounding by half a unit counts.
    """
    f, size, step = TRUTH[name], abs(truth), mpf(10) ** -25
    for i in range(len(x)):
        near = [*x[:i], x[i] * (1 + step), *x[i + 1:]]
        try:
            size = max(size, abs(f(order, *near) - truth) / step / 4)
        except (ArithmeticError, ValueError, TypeError):            # at the edge of the domain
            pass
    if name in ("sum", "dot", "add", "sub") and not sum(order):
        size = max(size, *map(abs, x), *([abs(x[0] * x[2]), abs(x[1] * x[3])] if name == "dot" else []))
    return size


def judge(name, order, x, got):
    """None where `got` is right; else "wrong", or "refused" for an error where the truth is a float."""
    with mp.workdps(60):
        exact = tuple(map(mpf, x))
        try:
            truth = TRUTH[name](order, *exact)
        except (ZeroDivisionError, ValueError, mpmath.libmp.ComplexResult, OverflowError):
            truth = None
        if truth is None or isinstance(truth, mpmath.mpc) or not mp.isfinite(truth):
            return None if not isinstance(got, float) or math.isnan(got) or math.isinf(got) else "wrong"
        if not isinstance(got, float):
            return "refused" if abs(truth) < HUGE else None
        if abs(truth) >= HUGE:
            return None if not abs(got) < 1e308 else "wrong"
        if not math.isfinite(got):
            return "wrong"
        error = abs(mpf(got) - truth)
        return None if error <= 4e-13 * size_of(name, order, exact, truth) + TINY else "wrong"


def tries(name):
    """All pairs of derivative (how often for each input) and modes."""
    n = arity(name) - (name == "power_log")             # whose last input is a count
    for order in (0, 1, 2, 3):
        if n == 5 and order == 3:
            continue
        for inputs in itertools.product(range(n), repeat=order):
            for modes in itertools.product((reverse, forward), repeat=order):
                yield inputs, modes


def in_domain(op, x):
    try:
        y = op(*x)
    except (ArithmeticError, ValueError):
        return False
    return math.isfinite(y)


def sweep(name, points, seed):
    """Counts, and the faults, (verdict, inputs, modes, point, got)."""
    rng, op = random.Random(f"{name} {seed}"), ops.TABLE[name]
    counts, faults = Counter(), []
    every = list(tries(name))
    for _ in range(points):
        x = point(name, rng)
        if not in_domain(op, x):
            continue
        for inputs, modes in every if len(every) < 20 else rng.sample(every, 20):
            try:
                got = derivative(op, inputs, modes, x)
            except (ArithmeticError, ValueError) as error:
                got = error
            order = tuple(inputs.count(i) for i in range(len(x)))
            verdict = judge(name, order, x, got)
            if verdict == "refused" and name in ("pow", "power_log") and (abs(x[0]) < 1e-100 or abs(x[1]) > 1e100):
                verdict = None                          # 0 times what overflows is an error
            counts[verdict or "right"] += 1
            if verdict:
                faults.append((verdict, order, "".join(m.__name__[0] for m in modes), x, got))
    return counts, faults


def compiled(name, points, seed):
    """The same for compiled programs: recorded at one point, run at others, one by one and as samples."""
    rng, op = random.Random(f"compiled {name} {seed}"), ops.TABLE[name]
    counts, faults = Counter(), []
    xs = [x for x in (point(name, rng) for _ in range(points)) if in_domain(op, x)]
    if name == "power_log":
        xs = [x for x in xs if x[2] == 1.0]
    for inputs in {i for i, _ in tries(name) if len(i) < 3}:
        order = tuple(inputs.count(i) for i in range(len(xs[0])))
        program = recorded(op, inputs, {"select": (1.0, 2.0, 3.0)}.get(name, (0.6, 0.7, 1.0, 0.4, 0.9)[:len(order)]))
        for x in xs if program else ():
            for as_samples in (False, True):
                try:
                    theta = np.array(x)
                    got = float(program(np.zeros(0), theta[None])[0] if as_samples else program(np.zeros(0), theta))
                except (ArithmeticError, ValueError) as error:
                    got = error
                verdict = judge(name, order, x, got)
                counts[verdict or "right"] += 1
                if verdict:
                    faults.append((verdict, order, "samples" if as_samples else "one", x, got))
    return counts, faults


def recorded(op, inputs, x):
    """The derivative, recorded at x and compiled; None where it is a constant number."""
    variables = [Value(a) for a in x]
    y = op(*variables[:-1], x[-1]) if op.name == "power_log" else op(*variables)
    for i in inputs:
        try:
            y = gradients(y, variables[i], create_graph=True)
        except ValueError:                              # not in the graph: it does not depend on it
            return None
    return None if y.is_leaf else autograd.compile(y, [], variables)


def main(points=300, seed=1, *names):
    total = Counter()
    for name in names or sorted(TRUTH):
        for run in (sweep, compiled):
            counts, faults = run(name, int(points), seed)
            total += counts
            print(f"{name:13} {run.__name__:8}", dict(counts))
            for verdict in ("wrong", "refused"):
                for fault in [f for f in faults if f[0] == verdict][:4]:
                    print("     ", *fault)
    print("all", dict(total))


if __name__ == "__main__":
    main(*sys.argv[1:])
