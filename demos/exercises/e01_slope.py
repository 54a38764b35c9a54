# %% [markdown]
"""
# 1. The slope of a curve

A slope can be found without any rule for it, by *finite differences*: change the input a little, and see how much `f` changes.
The *central difference quotient* looks to both sides. It is the change of `f` from `x - h` to `x + h`, over the change of the
input.

Write `slope`. Such quotients tell whether a derivative is right.

Lesson: `derivative`.
"""


# %%
def slope(f, x, h):
    """The central difference quotient of the function f at x, with the step h."""
    raise NotImplementedError("write slope")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 1
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e01_slope.py"), 1)
