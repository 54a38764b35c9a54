"""Checks exercise 12: the loss on floats and on Values, and whether its derivatives are 0 at what train gives."""
import numpy as np

from autograd import Value, gradients
from demos.exercises.checking import Wrong, as_array, as_number, as_tuple, at, compare, draw, gradient


def softplus(t):
    return np.logaddexp(0.0, t)


def plain(p, xs, ys):
    return float(p[:2] @ p[:2] + softplus(1 - ys * (xs @ p[:2] + p[2])).sum())


def check(student):
    rng = np.random.default_rng(12)
    for spread in (1.0, 1.0, 300.0):
        check_loss(student, *samples(rng, 3), draw(rng, 3), spread)
    xs, ys = samples(rng, 20)
    w, b = as_tuple(student.ask("train", xs.tolist(), ys.tolist()), 2, "train(xs, ys)")
    p = np.array([*as_array(w, (2,), "w from train(xs, ys)"), as_number(b, "b from train(xs, ys)")])
    slopes = gradient(lambda p: plain(p, xs, ys), p) if np.isfinite(p).all() else np.full(3, np.nan)
    if not (abs(slopes) <= 1e-3).all():
        i = int(np.argmax(~(abs(slopes) <= 1e-3)))
        raise Wrong(f"train(xs, ys): the derivative of the loss by {('w[0]', 'w[1]', 'b')[i]} is {slopes[i]:.4g} by finite "
                    "differences, and not 0", at(w=p[:2], b=p[2]),
                    "Perhaps: it stopped too early, or the learning rate is too small." if np.isfinite(slopes).all()
                    else "Perhaps: the learning rate is too large.")


def samples(rng, m):
    ys = np.where(np.arange(m) % 2, 1.0, -1.0)
    return (draw(rng, m, 2) + np.outer(ys, [0.8, 0.5])).round(2), ys


def check_loss(student, xs, ys, p, spread):
    w, b = (p[:2] * spread).round(2), float(p[2])
    p = np.array([*w, b])
    where, f = at(w=w, b=b, xs=xs, ys=ys), xs @ w + b
    arguments = xs.tolist(), ys.tolist()
    penalty, t = float(w @ w), 1 - ys * f
    asked = f"loss({', '.join(('w', 'b', 'xs', 'ys'))})"
    compare([asked], [as_number(student.ask("loss", w.tolist(), b, *arguments), asked)], [plain(p, xs, ys)],
            [("the first term, |w|², is missing", softplus(t).sum()),
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
    compare(["∂loss/∂w[0]", "∂loss/∂w[1]", "∂loss/∂b"], student.attempt("the gradient of loss", slopes_of, y, values),
            gradient(lambda p: plain(p, xs, ys), p), where=where)


def slopes_of(y, values):
    """The derivatives of y; 0 by what is not behind it."""
    return [gradients(y + 0.0 * v, v) for v in values]
