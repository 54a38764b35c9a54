# %% [markdown]
"""
# 3. Let the graph do it

This time without pen and paper. Compute

    y = a b² + sin(a b)

with Values, so that the graph remembers how, and let `backward` find both derivatives. Write `value_and_derivatives`: floats
go in, and floats come out.

Lesson: `derivative`.
"""

# %%
from autograd import Value


def value_and_derivatives(a, b):
    """The tuple (y, ∂y/∂a, ∂y/∂b) for two floats a and b."""
    raise NotImplementedError("write value_and_derivatives")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 3
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e03_record.py"), 3)
