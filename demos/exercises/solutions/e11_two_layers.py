"""11. Backpropagation through two layers: a solution."""
import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def backpropagate(W1, b1, W2, b2, x, y):
    """The gradients of ℓ for one sample, a dict: "dz2", "dW2", "db2", "dz1", "dW1", "db1".

    Each is an array of the shape of what the derivative is taken with respect to.
    """
    z1 = W1 @ x + b1
    f1 = sigmoid(z1)
    z2 = W2 @ f1 + b2
    dz2 = z2 - y
    dz1 = f1 * (1 - f1) * (W2.T @ dz2)      # (7); D₁ is diagonal, so * does for it
    return {"dz2": dz2, "dW2": np.outer(dz2, f1), "db2": dz2,       # (8)
            "dz1": dz1, "dW1": np.outer(dz1, x), "db1": dz1}
