# %% [markdown]
"""
# 4. A new row of the table

An operation of your own is one row: its value, and one partial derivative for each input, as a function of the output `y` and
the inputs. This one is the length of the vector (a, b):

    y = √(a² + b²)

Write its partial derivatives `by_a` and `by_b`. They will be given floats, and for derivatives of second order Values. So
write them with operators and with functions of `autograd`. Both orders are checked.

Lesson: `derivative`.
"""

# %%
import math

from autograd import operation


def by_a(y, a, b):
    """∂y/∂a"""
    raise NotImplementedError("write by_a")


def by_b(y, a, b):
    """∂y/∂b"""
    raise NotImplementedError("write by_b")


length = operation("length", lambda a, b: math.sqrt(a * a + b * b), by_a, by_b)


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 4
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e04_operation.py"), 4)
