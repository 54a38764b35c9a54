"""Checks exercise 13: the loss on floats and on Values, and whether its derivatives are 0 at what train gives."""
import numpy as np

from autograd import Value, gradients
from demos.exercises.checking import Wrong, as_array, as_number, as_tuple, at, check_minimum, compare, draw, gradient


def softplus(t):
    return np.logaddexp(0.0, t)


def plain(p, xs, ys):
    return float(p[:2] @ p[:2] + softplus(1 - ys * (xs @ p[:2] + p[2])).sum())


def check(student):
    rng = np.random.default_rng(12)
    (xs, ys), p = samples(rng, 3), draw(rng, 3)
    for scale in (1, -2, 1000, -1000):                  # with one of the last two, some point is far on the wrong side
        check_loss(student, xs, ys, p * [scale, scale, 1])
    xs, ys = samples(rng, 20)
    w, b = as_tuple(student.ask("train", xs.tolist(), ys.tolist()), 2, "train(xs, ys)")
    p = np.array([*as_array(w, (2,), "w from train(xs, ys)"), as_number(b, "b from train(xs, ys)")])
    check_minimum("train(xs, ys)", ["w₁", "w₂", "b"], p, lambda p: plain(p, xs, ys))


def samples(rng, m):
    ys = np.where(np.arange(m) % 2, 1.0, -1.0)
    return (draw(rng, m, 2) + np.outer(ys, [0.8, 0.5])).round(2), ys


def check_loss(student, xs, ys, p):
    w, b = p[:2], float(p[2])
    where, f = at(w=w, b=b, xs=xs, ys=ys), xs @ w + b
    arguments = xs.tolist(), ys.tolist()
    penalty, t = float(w @ w), 1 - ys * f
    got = as_number(student.ask("loss", w.tolist(), b, *arguments), "loss(w, b, xs, ys)")
    compare(["the loss"], [got], [plain(p, xs, ys)],
            [("the first term, |w|², is missing", softplus(t).sum()),
             ("the first term is |w|², not half of it", penalty / 2 + softplus(t).sum()),
             ("b² stands in the first term, which has w only", penalty + b * b + softplus(t).sum()),
             ("this is |w| or w, not its square", np.sqrt(penalty) + softplus(t).sum()),
             ("the margin is missing: the 1 in 1 - y f(x)", penalty + softplus(-ys * f).sum()),
             ("a + in place of a - in 1 - y f(x)", penalty + softplus(1 + ys * f).sum()),
             ("the label y is missing in 1 - y f(x)", penalty + softplus(1 - f).sum()),
             ("b is missing in f(x)", penalty + softplus(1 - ys * (xs @ w)).sum()),
             ("this is the mean over the samples, not the sum", penalty + softplus(t).mean()),
             ("|w|² is counted once for each sample", len(ys) * penalty + softplus(t).sum()),
             ("this is the hinge, max{t, 0}, not the soft plus", penalty + np.maximum(t, 0).sum())],
            where, by="it should be")
    values = [Value(x) for x in p]
    y = student.ask("loss", values[:2], values[2], *arguments)
    if not isinstance(y, Value):
        raise Wrong("loss gives a plain number when w and b are Values: its derivatives are lost",
                    "Perhaps: a function of math, or float(...); use those of autograd.")
    compare(["∂loss/∂w₁", "∂loss/∂w₂", "∂loss/∂b"], student.attempt("the gradient of loss", slopes_of, y, values),
            gradient(lambda p: plain(p, xs, ys), p),
            [("only |w|² is in the graph: the rest went through math, float(...) or .data", [*2 * w, 0.0])], where)


def slopes_of(y, values):
    """The derivatives of y; 0 by what is not behind it."""
    return [gradients(y + 0.0 * v, v) for v in values]
