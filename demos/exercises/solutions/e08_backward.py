"""8. Repair a broken backward: a solution."""


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
    nodes = order(output)
    for node in nodes:
        node.grad = 0.0                 # what an earlier call left
    output.grad = 1.0
    for node in reversed(nodes):        # users first: a grad is whole when handed on
        for v, partial in zip(node.inputs, node.partials):
            v.grad += partial * node.grad   # each user adds its part
