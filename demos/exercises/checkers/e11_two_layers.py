"""Checks exercise 11: each gradient against finite differences of what lies between it and the loss."""
import numpy as np

from demos.exercises.checking import as_array, as_dict, at, compare, draw, entries, gradient

KEYS = ("dz2", "dW2", "db2", "dz1", "dW1", "db1")       # from the loss back


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def check(student):
    rng = np.random.default_rng(14)
    for n0, n1, n2 in ((2, 2, 2), (3, 2, 1), (1, 3, 2)):                # a square one first: there no shape is wrong
        arrays = [draw(rng, *shape) for shape in ((n1, n0), (n1,), (n2, n1), (n2,), (n0,), (n2,))]
        where = at(**dict(zip(("W1", "b1", "W2", "b2", "x", "y"), arrays)))
        answer = as_dict(student.ask("backpropagate", *arrays), KEYS, "backpropagate")
        truth = truths(*arrays)
        mistakes = suspects(*arrays) if n0 == n1 == n2 else {}
        for key in KEYS:
            got = as_array(answer[key], truth[key].shape, key)
            compare(entries(key, got), got, truth[key], mistakes.get(key, ()), where)


def truths(W1, b1, W2, b2, x, y):
    """The gradients by finite differences."""
    def after_z2(z2):
        return 0.5 * float((z2 - y) @ (z2 - y))

    def after_z1(z1, W2=W2, b2=b2):
        return after_z2(W2 @ sigmoid(z1) + b2)

    z1 = W1 @ x + b1
    return {"dz2": gradient(after_z2, W2 @ sigmoid(z1) + b2), "dz1": gradient(after_z1, z1),
            "dW2": gradient(lambda W2: after_z1(z1, W2), W2), "db2": gradient(lambda b2: after_z1(z1, W2, b2), b2),
            "dW1": gradient(lambda W1: after_z1(W1 @ x + b1), W1), "db1": gradient(lambda b1: after_z1(W1 @ x + b1), b1)}


def suspects(W1, b1, W2, b2, x, y):
    """What well-known mistakes give, in a network whose matrices are all square."""
    z1 = W1 @ x + b1
    f1 = sigmoid(z1)
    d = f1 * (1 - f1)
    dz2 = W2 @ f1 + b2 - y
    back = W2.T @ dz2
    f2 = sigmoid(W2 @ f1 + b2)
    return {"dz2": [("this is the error without the square: half the square of t has the derivative t", np.sign(dz2)),
                    ("there is a sigmoid at the output, which has no activation", f2 - y),
                    ("there is a sigmoid at the output, which has no activation", f2 * (1 - f2) * (f2 - y))],
            "dz1": [("D₁ of (7) is missing, the σ'(z₁)", back),
                    ("σ stands where σ' should, in D₁", f1 * back),
                    ("σ' is taken at f₁, not at z₁", sigmoid(f1) * (1 - sigmoid(f1)) * back),
                    ("z₁ (1 - z₁) in place of f₁ (1 - f₁)", z1 * (1 - z1) * back),
                    ("W₂ where (7) has its transpose", d * (W2 @ dz2))],
            "dW2": [("z₁ stands where f₁ should", np.outer(dz2, z1))],
            "dW1": [("f₁ stands where x should", np.outer(d * back, f1)),
                    ("z₁ stands where x should", np.outer(d * back, z1))],
            "db1": [("dz₂ stands where dz₁ should", dz2)]}
