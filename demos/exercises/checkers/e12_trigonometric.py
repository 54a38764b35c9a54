"""Checks exercise 12: the polynomial, and whether the derivatives of the loss are 0 at what fit gives."""
from math import cos, sin

import numpy as np

from autograd import Value
from demos.exercises.checking import Wrong, as_array, call, check_minimum, compare, draw


def waves(x, n):
    return np.array([1.0] + [wave(k * x) for k in range(1, n + 1) for wave in (cos, sin)])


def check(student):
    rng = np.random.default_rng(11)
    for n in (1, 2, 3):
        check_polynomial(student, rng, n)
    for n in (1, 2):
        check_fit(student, rng, n)


def check_polynomial(student, rng, n):
    points = [(draw(rng, 2 * n + 1), draw(rng)) for _ in range(3)]
    order = [0, *(i for k in range(1, n + 1) for i in (2 * k, 2 * k - 1))]
    grouped = [0, *range(1, 2 * n, 2), *range(2, 2 * n + 1, 2)]          # a₀, all aₖ, all bₖ
    compare([call("polynomial", c, x) for c, x in points],
            [student.number("polynomial", c.tolist(), x) for c, x in points],
            [c @ waves(x, n) for c, x in points],
            [("cos and sin have changed places", [c[order] @ waves(x, n) for c, x in points]),
             ("the k in cos(k x) and sin(k x) is missing", [c @ waves(x, 1)[[0] + [1, 2] * n] for c, x in points]),
             ("c is read as a₀, a₁, a₂, ..., b₁, b₂, ...; its order is a₀, a₁, b₁, a₂, b₂, ...",
              [c @ waves(x, n)[grouped] for c, x in points]),
             ("a₀ is halved", [c @ waves(x, n) - c[0] / 2 for c, x in points]),
             ("a₀ is missing", [c[1:] @ waves(x, n)[1:] for c, x in points]),
             ("the last wave is missing: k goes from 1 to n, n included", [c[:-2] @ waves(x, n - 1) for c, x in points])],
            by="it should be")
    c, x = points[0]
    values = [Value(ci) for ci in c]
    y = student.ask("polynomial", values, x)
    if not isinstance(y, Value):
        raise Wrong(f"{call('polynomial', c, x)} gives a plain number when c holds Values: its derivatives are lost",
                    "Perhaps: a coefficient went through float(...), .data or a function of math.")


def check_fit(student, rng, n):
    xs = np.sort(draw(rng, 8 + 4 * n, low=0.0, high=6.28))
    ys = np.array([draw(rng, 2 * n + 1) @ waves(0.0, n) + x for x in xs]).round(2)       # no polynomial fits these exactly
    answer = as_array(student.ask("fit", xs.tolist(), ys.tolist(), n), (2 * n + 1,), f"fit(xs, ys, {n})")
    table = np.array([waves(x, n) for x in xs])

    names = ["a₀", *(f"{letter}{'₀₁₂'[k]}" for k in range(1, n + 1) for letter in "ab")]
    sums = table.T @ ys * np.array([1.0] + [2.0] * 2 * n) / len(xs)
    check_minimum(f"fit(xs, ys, {n})", names, answer, lambda c: float(np.sum((table @ c - ys)**2)),
                  [("these are sums like 2/m Σ y cos(k x), which are right for evenly spaced points only", sums),
                   ("nothing was fitted: all coefficients are 0", np.zeros(2 * n + 1))])
