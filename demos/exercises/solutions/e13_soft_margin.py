"""13. A classifier with a soft margin: a solution."""
from autograd import grad, softplus


def loss(w, b, xs, ys):
    """The loss for w, a list of two, and b; xs are points, lists of two, ys labels."""
    margins = [y * (w[0] * x[0] + w[1] * x[1] + b) for x, y in zip(xs, ys)]
    return w[0]**2 + w[1]**2 + sum(softplus(1 - margin) for margin in margins)


def train(xs, ys):
    """The tuple (w, b) with the smallest loss: a list of two floats, and a float."""
    w, b, alpha = [0.0, 0.0], 0.0, 1 / len(xs)          # the loss is a sum over the points
    for _ in range(300):
        dw, db = grad(loss, argnums=(0, 1))(w, b, xs, ys)
        w, b = [wi - alpha * di for wi, di in zip(w, dw)], b - alpha * db
    return w, b
