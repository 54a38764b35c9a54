"""Checks exercise 10: every step against the formula, with the gradient at the student's own points by finite differences."""
import numpy as np

from demos.exercises.checking import as_array, at, compare, draw, gradient


def bowl(w):
    return w[0]**2 + w[0] * w[1] + 2 * w[1]**2


def valley(w):
    return 0.1 * (w[0] - w[1]**2)**2 + 0.3 * w[0]**2 + w[1] + 0.1 * w[1]**4


def check(student):
    rng = np.random.default_rng(10)
    for f in (bowl, valley):
        start, alpha, beta, steps = draw(rng, 2), draw(rng, low=0.03, high=0.1), draw(rng, low=0.3, high=0.9), 6
        where = at(f=f, w=start, alpha=alpha, beta=beta, steps=steps)
        got = as_array(student.ask("descend", f, start.tolist(), alpha, beta, steps), (steps + 1, 2),
                       "descend(f, w, alpha, beta, steps)")
        compare([f"w⁰[{i}]" for i in range(2)], got[0], start,
                [("the points are one and the same list, changed in place", got[-1])], where, by="it should be")
        w, before = got[:-1], got[[0, *range(steps - 1)]]
        slope = np.array([gradient(f, x) for x in w])
        down, momentum = -alpha * slope, beta * (w - before)
        origin = np.array([0 * start, *before[1:]])
        names = [f"step {j + 1}, w[{i}]" for j in range(steps) for i in range(2)]
        compare(names, got[1:], w + down + momentum,
                [("it goes uphill: a + before α", w - down + momentum),
                 ("momentum is missing", w + down),
                 ("the momentum has the wrong sign", w + down - momentum),
                 ("the momentum is added without β", w + down + w - before),
                 ("β times the gradient before, not β times the step before",
                  w + down - beta * np.array([0 * slope[0], *slope[:-1]]) * alpha),
                 ("the gradient is taken at the first point all the time", w - alpha * slope[0] + momentum),
                 ("α is missing", w - slope + momentum),
                 ("w⁻¹ is 0 in the first step, where it should be w⁰", w + down + beta * (w - origin)),
                 ("the momentum is multiplied by α too", w + down + alpha * momentum),
                 ("the gradient is multiplied by 1 - β: an average of gradients, not the formula above",
                  w + (1 - beta) * down + momentum),
                 ("the gradient is taken at wʲ + β (wʲ - wʲ⁻¹), as Nesterov does, not at wʲ",
                  w - alpha * np.array([gradient(f, x) for x in w + momentum]) + momentum),
                 ("wʲ⁻¹ is w⁰ in every step", w + down + beta * (w - start))],
                where, by="with a gradient by finite differences it should be")
