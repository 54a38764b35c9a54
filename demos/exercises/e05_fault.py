# %% [markdown]
"""
# 5. Find the wrong rule

Below is the table of a small engine. A row holds the value of an operation, and one partial derivative for each of its inputs,
as a function of the output `y` and the inputs. One of the partials is wrong. Do not look for it by eye: let a gradient check
find it.

1. Write `at_fault`, which finds the wrong partial of any such table by difference quotients. It will be tried on tables with
   other wrong partials too, one in each. All operations are defined for positive inputs.
2. When it has found the one below, write what should stand there as `right_partial`, and leave the table as it is.

Lesson: `derivative`.
"""

# %%
from math import asinh, atan2, cosh, exp, hypot, log, log1p, sqrt, tanh

TABLE = {                                   # name: value, partial derivative for each input
    "mul":      (lambda a, b: a * b,        lambda y, a, b: b,      lambda y, a, b: a),
    "div":      (lambda a, b: a / b,        lambda y, a, b: 1 / b,  lambda y, a, b: -y / b),
    "pow":      (lambda a, b: a**b,         lambda y, a, b: b * y / a,
                                            lambda y, a, b: y * log(a)),
    "hypot":    (hypot,                     lambda y, a, b: a / y,  lambda y, a, b: b / y),
    "atan2":    (atan2,                     lambda y, a, b: b / (a * a + b * b),
                                            lambda y, a, b: -a / (a * a + b * b)),
    "sqrt":     (sqrt,                      lambda y, a: 0.5 / y),
    "tanh":     (tanh,                      lambda y, a: 1 - y * y),
    "gauss":    (lambda a: exp(-a * a),     lambda y, a: -2 * a * y),
    "log_cosh": (lambda a: log(cosh(a)),    lambda y, a: tanh(a)),
    "softplus": (lambda a: log1p(exp(a)),   lambda y, a: 1 - exp(-y)),
    "asinh":    (asinh,                     lambda y, a: 1 / sqrt(1 + y * y)),
    "softsign": (lambda a: a / (1 + a),     lambda y, a: (1 - y)**2),
}


def at_fault(table):
    """The tuple (name, i) of the wrong partial: the row, and the input, counted from 0."""
    raise NotImplementedError("write at_fault")


def right_partial(y, *inputs):
    """What should stand in TABLE in place of the wrong partial."""
    raise NotImplementedError("write right_partial")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 5
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e05_fault.py"), 5)
