"""Checks exercise 7: the order itself, and what going back along it gives, against finite differences."""
import numpy as np

from autograd import Value
from autograd.graph import topological_order
from demos.exercises.checking import Wrong, all_close, apart, call, draw, gradient, kind, unusable


def check(student):
    check_order(student, lambda p: p[0] * p[1] + p[0], np.array([1.5, 1.5]))        # two nodes with the same number
    check_order(student, lambda p: (p[0] + p[1]) * p[0], np.array([-1.0, -0.5]))    # a sum smaller than what it adds
    rng = np.random.default_rng(7)
    for n in (1, 3, 6, 10):
        steps = [(int(rng.integers(3)), *rng.integers(0, 2 + k, 2).tolist()) for k in range(n)]
        check_order(student, lambda p, steps=steps: build(p, steps), draw(rng, 2))
    x = y = Value(1.0, label="x")
    for _ in range(5_000):
        y = y + 1.0
    label(y)
    found = student.ask("order", y)
    if student.raised_limit:
        raise Wrong("order raises Python's limit of recursion", "Perhaps: a list of your own, a stack, in place of calls.")
    if len(as_values(found)) != 5_001 or found[0] is not x or found[-1] is not y:
        raise Wrong("order is wrong for a chain of 5,000 operations")


def build(leaves, steps):
    """An expression of the leaves: each step adds or multiplies two of the numbers so far, or doubles one."""
    numbers = list(leaves)
    for kind_of_step, i, j in steps:
        a, b = numbers[i], numbers[j]
        numbers.append(a + b if kind_of_step == 0 else a * b if kind_of_step == 1 else a * 2.0)
    return numbers[-1] + numbers[0] * numbers[-1] + numbers[1]


def label(output):
    for k, v in enumerate(topological_order(output)):
        v.label = f"v{k}"


def written(output):
    """A graph in words."""
    return ", ".join(f"{v.label} = " + (f" {v.op} ".join(getattr(u, "label", str(u)) for u in v.inputs) or f"{v.data:g}")
                     for v in topological_order(output))


def as_values(found):
    if not isinstance(found, (list, tuple)):
        raise unusable("order(output)", found, "a list")
    for v in found:
        if not isinstance(v, Value):
            raise Wrong(f"{kind(v)} is in the list, and is no Value",
                        "Perhaps: it comes from `inputs`, where plain numbers stand too." if isinstance(v, float) else "")
    return found


def check_order(student, f, p):
    leaves = [Value(x) for x in p]
    output = f(leaves)
    label(output)
    found = as_values(student.ask("order", output))
    problem = what_is_wrong(found, topological_order(output))
    if problem:
        got, truth = sweep(found, output, leaves), gradient(f, p)
        place = next((i for i in range(len(leaves)) if not all_close(got[i], truth[i])), None)
        names = ", ".join(v.label or "another" for v in found) or "empty"
        raise Wrong(f"{call('order', output)}: {problem}", f"The graph is {written(output)}.", f"The list is {names}.",
                    "" if place is None else f"Going back along it, the derivative by {leaves[place].label} comes out as "
                    "{}; by finite differences it is {}.".format(*apart(got[place], truth[place])))


def what_is_wrong(found, right):
    """In words, why found is no topological order of the nodes in right; "" where it is one."""
    place = {v: k for k, v in enumerate(found)}
    for v in found:
        if v not in right:
            return f"{v.label or 'a Value'} is in the list, and not behind the output"
    for v in right:
        if v not in place:
            return f"{v.label} is missing"
        if found.count(v) > 1:
            return f"{v.label} stands in the list {found.count(v)} times"
        for u in v.inputs:
            if isinstance(u, Value) and place.get(u, -1) > place[v]:
                return f"{v.label} stands before its input {u.label}"
    return ""


def sweep(order, output, leaves):
    """The derivatives with respect to the leaves, as going back along the list gives them."""
    grads = dict.fromkeys([*order, *leaves], 0.0) | {output: 1.0}
    for v in reversed(order):
        for u, partial in zip(v.inputs, v.partials):
            if partial is not None:
                grads[u] = grads.get(u, 0.0) + partial * grads[v]
    return [grads[v] for v in leaves]
