"""14. Softmax and cross-entropy: a solution."""
import numpy as np


def loss_and_gradient(z, label):
    """The tuple (ℓ, ∂ℓ/∂z) for an array z of n scores; label is a class, 0 to n - 1."""
    z = z - z.max()                     # changes no probability, and exp(z) is at most 1
    log_p = z - np.log(np.exp(z).sum())
    gradient = np.exp(log_p)
    gradient[label] -= 1                # p - y, where y is 1 at the label and 0 elsewhere
    return -log_p[label], gradient
