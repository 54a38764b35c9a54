# %% [markdown]
"""
# 12. Fit a trigonometric polynomial

Points (xᵢ, yᵢ) are given. Look for the sum of waves

    p(x) = a₀ + a₁ cos(x) + b₁ sin(x) + ... + aₙ cos(n x) + bₙ sin(n x)

that fits them best, with the smallest sum of squared errors. The coefficients are in one list,
`c = [a₀, a₁, b₁, a₂, b₂, ..., aₙ, bₙ]`.

Write `polynomial`, and then `fit`, by gradient descent (5) or in any other way. You are at the minimum when every derivative
of the loss is 0; smaller than 0.001 is near enough.

Lessons: `descent`, `backpropagation`.
"""

# %%
from math import cos, sin

from autograd import grad


def polynomial(c, x):
    """p(x) for a float x; the coefficients in c are numbers or Values."""
    raise NotImplementedError("write polynomial")


def loss(c, xs, ys):
    return sum((polynomial(c, x) - y)**2 for x, y in zip(xs, ys))


def fit(xs, ys, n):
    """The list of the 2n + 1 coefficients with the smallest loss, as floats."""
    raise NotImplementedError("write fit")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 12
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e12_trigonometric.py"), 12)
