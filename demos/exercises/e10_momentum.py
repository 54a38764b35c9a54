# %% [markdown]
"""
# 10. Gradient descent with momentum

The lecture's gradient descent (5), and the momentum that it adds to it:

    wʲ⁺¹ = wʲ - α ∂f/∂w + β (wʲ - wʲ⁻¹)

The gradient is taken at wʲ. The first step has no step before it: let w⁻¹ = w⁰ there. Write `descend`. The derivatives may
come from `autograd.grad`. It is checked step by step on the `bowl`, on the `valley`, and on a function of three numbers.

Lesson: `sgd`.
"""

# %%
from autograd import grad


def bowl(w):
    return w[0]**2 + w[0] * w[1] + 2 * w[1]**2


def valley(w):
    return 0.1 * (w[0] - w[1]**2)**2 + 0.3 * w[0]**2 + w[1] + 0.1 * w[1]**4


def descend(f, w, alpha, beta, steps):
    """The list [w⁰, w¹, ...] of steps + 1 points, each a list of floats.

    f takes a list of numbers and gives a number; w is the point to begin at.
    """
    raise NotImplementedError("write descend")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 10
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e10_momentum.py"), 10)
