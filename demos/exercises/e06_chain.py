# %% [markdown]
"""
# 6. The chain rule, node by node

A small graph, from the leaves `x` and `w` to the output `y`:

    u = x w
    v = u + x
    y = u v

Do by hand what `backward` does. Begin with dy/dy = 1 and go back. The derivative of `y` with respect to a
node is a sum over the node's users: the partial derivative of the user with respect to the node, times the derivative of `y`
with respect to the user. Write `derivatives`, with
floats and without Values.

Lesson: `chain_rule`.
"""


# %%
def derivatives(x, w):
    """dy/dv for every node v: a dict with the keys "y", "v", "u", "w", "x"."""
    raise NotImplementedError("write derivatives")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 6
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e06_chain.py"), 6)
