"""12. A classifier with a soft margin: a solution."""
from autograd import grad, softplus


def loss(w, b, xs, ys):
    """The loss for w, a list of two, and b; xs is a list of points, each a list of two, ys their labels."""
    penalty = w[0]**2 + w[1]**2
    return penalty + sum(softplus(1 - y * (w[0] * x[0] + w[1] * x[1] + b)) for x, y in zip(xs, ys))


def train(xs, ys):
    """The tuple (w, b) with the smallest loss: a list of two floats, and a float."""
    w, b, alpha = [0.0, 0.0], 0.0, 1 / len(xs)
    for _ in range(300):
        dw, db = grad(loss, argnums=(0, 1))(w, b, xs, ys)
        w, b = [wi - alpha * di for wi, di in zip(w, dw)], b - alpha * db
    return w, b
