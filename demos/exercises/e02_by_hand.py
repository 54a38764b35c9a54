# %% [markdown]
"""
# 2. The derivative of a new operation

Nobody has written down the derivative of this one for you:

    f(x) = sin(x) / (1 + x²)

Find it with pen and paper, then write it as `df`. Three rules are enough: that of `sin`, that of a square, and that of a
quotient.

Lesson: `derivative`.
"""

# %%
import math


def f(x):
    return math.sin(x) / (1 + x**2)


def df(x):
    """The derivative of f at the float x."""
    raise NotImplementedError("write df")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 2
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e02_by_hand.py"), 2)
