# %% [markdown]
"""
# 8. Repair a broken backward

Here is a whole engine, in some twenty lines. Its `backward` is broken in three ways, and the check shows them one after
another: repair one, and you see the next.

Repair `backward`. Nothing else is wrong. It is to be called as often as one likes: every call gives every node the
derivative of the output with respect to it, whatever was in `grad` before.

Lesson: `chain_rule`.
"""


# %%
class Node:
    """A number that remembers its inputs, and the local derivative with respect to each."""

    def __init__(self, data, inputs=(), partials=()):
        self.data, self.inputs, self.partials, self.grad = data, inputs, partials, 0.0

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), (other.data, self.data))


def order(output):
    """All nodes behind output, each after its inputs."""
    found = []

    def visit(node):
        if node not in found:
            for v in node.inputs:
                visit(v)
            found.append(node)
    visit(output)
    return found


def backward(output):
    """Set the grad of every node v behind output to d output / dv."""
    output.grad = 1.0
    for node in order(output):
        for v, partial in zip(node.inputs, node.partials):
            v.grad = partial * node.grad


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 8
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e08_backward.py"), 8)
