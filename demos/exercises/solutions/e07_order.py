"""7. A topological order: a solution."""
from autograd import Value


def order(output):
    """The list of all Values behind output, each after its inputs; output is the last."""
    found, seen, stack = [], set(), [(output, False)]
    while stack:
        v, inputs_done = stack.pop()
        if inputs_done:
            found.append(v)
        elif v not in seen:
            seen.add(v)
            stack.append((v, True))     # comes up again when all above it is done
            stack.extend((u, False) for u in v.inputs if isinstance(u, Value))
    return found
