"""Checks exercise 8: the repaired engine against finite differences of the same expressions on floats."""
import numpy as np

from autograd import Value
from demos.exercises.checking import Wrong, as_number, at, compare, derivative, draw

EXPRESSIONS = {                                         # rising: used once, a leaf used twice, nodes between used twice
    "w * x + b": lambda w, x, b: w * x + b,
    "a * a + a * b": lambda a, b: a * a + a * b,
    "h * h + h * a, with h = a * b": lambda a, b: (a * b) * (a * b) + (a * b) * a,
    "s + s * a, with s = h + h, h = a * b": lambda a, b: doubled(a * b, a)}


def doubled(h, a):
    s = h + h
    return s + s * a


def check(student):
    rng = np.random.default_rng(8)
    for text, f in EXPRESSIONS.items():
        names = f.__code__.co_varnames[:f.__code__.co_argcount]
        p = draw(rng, len(names), low=0.5)
        nodes, labels = build(student, f, p, names)
        first = called(student, f"y = {text}: after backward(y)", nodes, labels, f, p, [
            ("it goes from inputs to output, but users have to come before what they use", sweep(f, p, back=False)),
            ("= where += is needed: a node used twice gets two parts", sweep(f, p, add=False))])
        called(student, f"y = {text}: after a second backward(y)", nodes, labels, f, p,
               left("something is left from the first call", f, p, first))
        for _ in range(2):                              # twice, lest every other call does nothing
            for v in nodes:
                student.attempt("node.grad = 7.0", setattr, v, "grad", 7.0)
            called(student, f"y = {text}: when every grad was 7, after backward(y)", nodes, labels, f, p,
                   left("what was in grad before is still in it", f, p, np.full(len(nodes), 7.0)))
    two_outputs(student, draw(rng, 2, low=0.5))


def two_outputs(student, p):
    """Two expressions of the same leaves, one after the other."""
    f, g = EXPRESSIONS["a * a + a * b"], lambda a, b: b * (a + b)
    nodes, labels = build(student, f, p, "ab")
    others, other_labels = build(student, g, p, "ab", leaves=nodes[:2])
    called(student, "y = a * a + a * b: after backward(y)", nodes, labels, f, p)
    both = np.array(truths(g, p)) + [*truths(f, p)[:2], *[0.0] * (len(others) - 2)]
    called(student, "z = b * (a + b) of the same leaves: after backward(y), backward(z)", others, [*other_labels[:-1], "z"],
           g, p, [("something is left from backward(y)", both)])


def called(student, said, nodes, labels, f, p, suspects=()):
    """Call backward on the last of the nodes, and compare the grad of each; returns them."""
    student.ask("backward", nodes[-1])
    grads = [as_number(student.attempt(f"{label}.grad", lambda: v.grad), f"{said}, {label}.grad")
             for label, v in zip(labels, nodes)]
    compare([f"{said}, {label}.grad" for label in labels], grads, truths(f, p), suspects, at(**dict(zip(labels, p))))
    return np.array(grads)


# Expressions -----------------------------------------------------------------------------------------------------------------

def trace(f, leaves, names, k=None, t=0.0):
    """The numbers or nodes that f goes through, leaves first, and what each is called; the one numbered k is moved by t."""
    found, labels = [], []

    class Traced:
        def __init__(self, x, label):
            self.x, self.label = x + t if len(found) == k else x, label
            found.append(self.x)
            labels.append(label)

        def __add__(self, other):
            return Traced(self.x + other.x, f"({self.label} + {other.label})")

        def __mul__(self, other):
            return Traced(self.x * other.x, f"({self.label} * {other.label})")

    f(*map(Traced, leaves, names))
    return found, [*labels[:-1], "y"]


def build(student, f, p, names, leaves=None):
    """The student's nodes of f at p, and what each is called."""
    leaves = leaves or [student.attempt("Node(1.0)", student.get("Node"), float(x)) for x in p]
    nodes, labels = student.attempt("building a graph of Nodes", trace, f, leaves, names)
    data = student.attempt("node.data", lambda: [v.data for v in nodes])
    if data != trace(f, p.tolist(), names)[0]:
        raise Wrong("the engine computes other values than before", "Perhaps: Node was changed; only backward is broken.")
    return nodes, labels


def truths(f, p):
    """The derivatives of f by all that it goes through, by finite differences: each takes other values, and what follows."""
    count = len(trace(f, p.tolist(), "abc")[0])
    return [derivative(lambda t: trace(f, p.tolist(), "abc", k, t)[0][-1], 0.0) for k in range(count)]


def sweep(f, p, back=True, add=True, before=0.0):
    """The gradients of a broken sweep: going forward, assigning where it should add, or adding to what was there before."""
    nodes = trace(f, [Value(x) for x in p], "abc")[0]
    grads = dict(zip(nodes, np.broadcast_to(before, len(nodes)).tolist())) | {nodes[-1]: 1.0}
    for v in reversed(nodes) if back else nodes:
        for u, partial in zip(v.inputs, v.partials):
            grads[u] = partial * grads[v] + (grads[u] if add else 0.0)
    return [grads[v] for v in nodes]


def left(said, f, p, before):
    """What it gives when the leaves, the nodes between, or both are not set to 0 first."""
    leaf = np.arange(len(before)) < len(p)
    return [(said, sweep(f, p, before=before * kept)) for kept in (np.ones(len(before)), leaf, ~leaf)]
