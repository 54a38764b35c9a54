"""10. Gradient descent with momentum: a solution."""
from autograd import grad


def bowl(w):
    return w[0]**2 + w[0] * w[1] + 2 * w[1]**2


def valley(w):
    return 0.1 * (w[0] - w[1]**2)**2 + 0.3 * w[0]**2 + w[1] + 0.1 * w[1]**4


def descend(f, w, alpha, beta, steps):
    """The list [w⁰, w¹, ...] of steps + 1 points, each a list of floats.

    f takes a list of numbers and gives a number; w is the point to begin at.
    """
    points, before = [w], w
    for _ in range(steps):
        gradient = grad(f)(w)
        w, before = [wi - alpha * gi + beta * (wi - bi)
                     for wi, gi, bi in zip(w, gradient, before)], w
        points.append(w)            # a new list each time: the old ones stay as they are
    return points
