"""9. The gradients of a neuron: a solution."""
import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def neuron_gradients(w, b, x):
    """The tuple (∂f/∂w, ∂f/∂b, ∂f/∂x) for arrays w and x of shape (n,) and a float b."""
    f = sigmoid(w @ x + b)
    dz = f * (1 - f)                    # ∂f/∂z for z = w · x + b, a factor of all three
    return dz * x, dz, dz * w
