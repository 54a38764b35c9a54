# %% [markdown]
"""
# 9. The gradients of a neuron

The neuron of the lecture, with the sigmoid (2) as its activation:

    f = σ(w · x + b)        σ(t) = 1 / (1 + e⁻ᵗ)

It learns with ∂f/∂w and ∂f/∂b, and hands ∂f/∂x back to the layer before. Write `neuron_gradients`, which computes all three
with NumPy, and leaves w and x as they are. Note that σ'(t) = σ(t) (1 - σ(t)).

Lesson: `neuron`.
"""

# %%
import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def neuron_gradients(w, b, x):
    """The tuple (∂f/∂w, ∂f/∂b, ∂f/∂x) for arrays w and x of shape (n,) and a float b."""
    raise NotImplementedError("write neuron_gradients")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 9
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e09_neuron.py"), 9)
