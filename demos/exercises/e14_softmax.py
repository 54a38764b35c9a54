# %% [markdown]
"""
# 14. Softmax and cross-entropy

A network that tells n classes apart gives n scores z. The *softmax* makes probabilities of them, and the *cross-entropy* is
the loss for a sample whose class is known:

    pᵢ = exp(zᵢ) / Σⱼ exp(zⱼ)        ℓ = -log p(label)

Its gradient with respect to the scores is short. Find it on paper. Then write `loss_and_gradient`, with NumPy, so that it also
works for scores of 1000, where exp is too large for a float, and for scores far apart, such as 1000 and -1000, where some p is
0 as a float, and has no logarithm. The softmax does not change when the same number is taken from all scores. The array z
itself stays as it is.

Lesson: `digits`.
"""

# %%
import numpy as np


def loss_and_gradient(z, label):
    """The tuple (ℓ, ∂ℓ/∂z) for an array z of n scores; label is a class, 0 to n - 1."""
    raise NotImplementedError("write loss_and_gradient")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 14
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e14_softmax.py"), 14)
