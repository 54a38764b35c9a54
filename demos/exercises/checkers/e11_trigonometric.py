"""Checks exercise 11: the polynomial, and whether all derivatives of the loss are 0 at what fit gives, by finite differences."""
from math import cos, sin

import numpy as np

from autograd import Value
from demos.exercises.checking import Wrong, as_array, as_number, at, call, compare, draw, gradient


def waves(x, n):
    return np.array([1.0] + [wave(k * x) for k in range(1, n + 1) for wave in (cos, sin)])


def check(student):
    rng = np.random.default_rng(11)
    for n in (1, 2, 3):
        check_polynomial(student, rng, n)
    for n in (1, 3):
        check_fit(student, rng, n)


def check_polynomial(student, rng, n):
    points = [(draw(rng, 2 * n + 1), draw(rng)) for _ in range(3)]
    order = [0, *(i for k in range(1, n + 1) for i in (2 * k, 2 * k - 1))]
    compare([call("polynomial", c, x) for c, x in points],
            [student.number("polynomial", c.tolist(), x) for c, x in points],
            [c @ waves(x, n) for c, x in points],
            [("cos and sin have changed places", [c[order] @ waves(x, n) for c, x in points]),
             ("the k in cos(k x) and sin(k x) is missing", [c @ waves(x, 1)[[0] + [1, 2] * n] for c, x in points]),
             ("a₀ is missing", [c[1:] @ waves(x, n)[1:] for c, x in points]),
             ("the last wave is missing: k goes from 1 to n, and n is included", [c[:-2] @ waves(x, n - 1) for c, x in points])],
            by="it should be")
    c, x = points[0]
    values = [Value(ci) for ci in c]
    y = student.ask("polynomial", values, x)
    if not isinstance(y, Value):
        raise Wrong(f"{call('polynomial', c, x)} gives a plain number when c holds Values: its derivatives are lost",
                    "Perhaps: a coefficient went through float(...), .data or a function of math.")


def check_fit(student, rng, n):
    xs = np.sort(draw(rng, 12 + 8 * n, low=0.0, high=6.28))
    ys = np.array([draw(rng, 2 * n + 1) @ waves(0.0, n) + x for x in xs]).round(2)       # no polynomial fits these exactly
    answer = as_array(student.ask("fit", xs.tolist(), ys.tolist(), n), (2 * n + 1,), f"fit(xs, ys, {n})")
    table = np.array([waves(x, n) for x in xs])

    def loss(c):
        return float(np.sum((table @ c - ys)**2))
    slopes = gradient(loss, answer) if np.isfinite(answer).all() else np.full(2 * n + 1, np.nan)
    if not (abs(slopes) <= 1e-3).all():
        i = int(np.argmax(~(abs(slopes) <= 1e-3)))
        name = "a₀" if i == 0 else f"{'ba'[i % 2]}{'₀₁₂₃'[(i + 1) // 2]}"
        sums = table.T @ ys * 2 / len(xs)
        why = ("Perhaps: the learning rate is too large; the loss is a sum, and its gradient grows with the points."
               if not np.isfinite(slopes).all() else
               "Perhaps: these are sums like 2/m Σ y cos(k x), right for evenly spaced points only."
               if np.allclose(answer[1:], sums[1:]) else
               f"Perhaps: it stopped too early; the loss is {loss(answer):.6g} there.")
        raise Wrong(f"fit(xs, ys, {n}): the derivative of the loss by {name} is {slopes[i]:.4g} by finite differences, and not 0",
                    at(c=answer), why)
