"""Checks exercise 4: both partials on floats, and then the row, in both modes and both orders."""
import numpy as np

from autograd import Operation, check_gradients
from demos.exercises.checking import Wrong, as_number, call, compare, draw, gradient


def length(p):
    return float(np.sqrt(p[0] * p[0] + p[1] * p[1]))


def check(student):
    points = draw(np.random.default_rng(5), 3, 2)
    for i, name in enumerate(("by_a", "by_b")):
        arguments = [(round(length(p), 6), *p.tolist()) for p in points]        # y is shown, so it is rounded
        expected = np.array([gradient(length, p) for p in points])
        ys = np.array([length(p) for p in points])
        got = [student.number(name, length(p), *p.tolist()) for p in points]
        compare([call(name, *a) for a in arguments], got, expected[:, i],
                [("this is the partial derivative by the other input", expected[:, 1 - i]),
                 ("the inner derivative is missing: the sum of squares has one too", 0.5 / ys),
                 ("this is the derivative of the sum of squares; the root has one too", 2 * points[:, i]),
                 ("the numerator is squared: the derivative of a² is 2a", points[:, i]**2 / ys)])
    second_order(student, points)


def second_order(student, points):
    row = student.get("length")
    if not isinstance(row, Operation):
        raise Wrong("`length` is not an operation any more", CHANGED)
    for p in points:
        asked = call("length", *p.tolist())
        compare([asked], [as_number(student.attempt(asked, row, *p.tolist()), asked)], [length(p)],
                [(CHANGED.removeprefix("Perhaps: ").rstrip("."), [as_number(row(*p.tolist()), asked)])], by="it should be")
        for order, said in ((1, "the derivatives of `length` are wrong, though by_a and by_b are right"),
                            (2, "the derivatives of second order are wrong")):
            report = student.attempt(asked, lambda: check_gradients(row, *p.tolist(), order=order, raising=False))
            if not report:
                what = str(report.culprits[0] if report.culprits else report).partition(", ")[2]
                raise Wrong(said, what, CHANGED if order == 1 else FLOATS)


CHANGED = "Perhaps: the line `length = operation(...)` was changed; leave it as it was."
FLOATS = "Perhaps: by_a or by_b uses math or float(...); write it with operators, or with autograd.sqrt."
