"""Checks exercise 8: the repaired engine against finite differences of the same expressions on floats."""
import numpy as np

from autograd import Value
from autograd.graph import topological_order
from demos.exercises.checking import Wrong, as_number, at, compare, draw, gradient

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
        leaves, y = student.attempt(f"y = {text}", build, student, f, p)
        suspects = [("it goes from inputs to output, but users have to come before what they use", sweep(f, p, back=False)),
                    ("= where += is needed: a node used twice gets two parts", sweep(f, p, add=False))]
        for said in ("backward(y)", "a second backward(y)"):
            student.ask("backward", y)
            grads = [as_number(student.attempt(f"{name}.grad", lambda v=v: v.grad), f"{name}.grad after {said}")
                     for name, v in zip(names, leaves)]
            if said == "a second backward(y)":
                suspects = [("something is left from the first call", grads)]
            truth = gradient(lambda q: f(*q), p)
            compare([f"y = {text}: after {said}, {name}.grad" for name in names], grads, truth, suspects,
                    at(**dict(zip(names, p))))


def build(student, f, p):
    leaves = [student.get("Node")(float(x)) for x in p]
    if f(*p.tolist()) != (y := f(*leaves)).data:
        raise Wrong("the engine computes other values than before", "Perhaps: Node was changed; only backward is broken.")
    return leaves, y


def sweep(f, p, back=True, add=True):
    """The gradients of a broken sweep: going forward, or assigning where it should add."""
    leaves = [Value(x) for x in p]
    nodes = topological_order(f(*leaves))
    grads = dict.fromkeys(nodes, 0.0) | {nodes[-1]: 1.0}
    for v in reversed(nodes) if back else nodes:
        for u, partial in zip(v.inputs, v.partials):
            grads[u] = partial * grads[v] + (grads[u] if add else 0.0)
    return [grads[v] for v in leaves]
