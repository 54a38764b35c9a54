# %% [markdown]
"""
# 11. Backpropagation through two layers

A network as in (3) and (6), its hidden layer with the sigmoid, its output without an activation, and half the squared error as
its loss:

    z₁ = W₁ x + b₁      f₁ = σ(z₁)      z₂ = W₂ f₁ + b₂      ℓ = ½ |z₂ - y|²

Begin with ∂ℓ/∂z₂, and derive (7) and (8) for this network on paper, entry by entry: which of the z₂ does z₁(j) reach, and by
which weight? Then write `backpropagate`, with NumPy. It leaves the arrays it is given as they are.

Lesson: `backpropagation`.
"""

# %%
import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def backpropagate(W1, b1, W2, b2, x, y):
    """The gradients of ℓ for one sample, a dict: "dz2", "dW2", "db2", "dz1", "dW1", "db1".

    Each is an array of the shape of what the derivative is taken with respect to.
    """
    raise NotImplementedError("write backpropagate")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 11
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e11_two_layers.py"), 11)
