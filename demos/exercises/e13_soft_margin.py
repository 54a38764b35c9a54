# %% [markdown]
"""
# 13. A classifier with a soft margin

A line is to separate two classes of points x ∈ ℝ², labelled y = 1 and y = -1: f(x) = w · x + b should be above 1 for the
first, and below -1 for the second. Not every point can have this margin, so it is soft: a point that comes short of it pays.
It pays the softplus, log(1 + eᵗ), which is the max{t, 0} of (1) with a rounded corner:

    loss = |w|² + Σᵢ softplus(1 - yᵢ (w · xᵢ + b))

The first term asks for a wide margin. The sum is the loss (4) of the lecture.

Write `loss`, so that it works for numbers and for Values, and then `train`, which finds its minimum. Every derivative of the
loss is to be smaller than 0.001 there. Both are to be right also where `exp` is too large for a float: `autograd.softplus` is.

Lesson: `moons`.
"""

# %%
from autograd import grad


def loss(w, b, xs, ys):
    """The loss for w, a list of two, and b; xs are points, lists of two, ys labels."""
    raise NotImplementedError("write loss")


def train(xs, ys):
    """The tuple (w, b) with the smallest loss: a list of two floats, and a float."""
    raise NotImplementedError("write train")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 13
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e13_soft_margin.py"), 13)
