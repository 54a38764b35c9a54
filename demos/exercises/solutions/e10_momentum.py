"""10. Gradient descent with momentum: a solution."""
from autograd import grad


def descend(f, w, alpha, beta, steps):
    """The list [w⁰, w¹, ...] of steps + 1 points, each a list of floats.

    f takes a list of numbers and gives a number; w is the point to begin at.
    """
    points, before = [w], w
    for _ in range(steps):
        gradient = grad(f)(w)
        w, before = [wi - alpha * gi + beta * (wi - bi) for wi, gi, bi in zip(w, gradient, before)], w
        points.append(w)                                # a new list for each step; the old ones stay as they are
    return points
