"""Checks exercise 8: the repaired engine, on expressions that show one mistake after another."""
from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from demos.exercises.checkers.asking import Part, Wrong, as_number, at, draws
from demos.exercises.checkers.comparing import all_close, compare, derivative, fits
from demos.exercises.marking.policy import ENGINES, NO_ENGINE, Policy
from demos.exercises.mutations.suspects import suspects
from demos.exercises.probes.e08 import EXPRESSIONS, names_of, trace

POLICY = Policy(((NO_ENGINE, "it uses {name}: here this engine's own backward is to be repaired"),
                 (ENGINES, "it uses {name}: here this engine's own backward is to be repaired")),
                "it uses complex numbers: here backward is to be repaired")
HINTS = ("Three questions: in which order are the nodes gone through, what happens to a node that is used twice, and what is in grad "
         "when backward begins?",
         "A node may hand its grad on when it is complete: when all of its users have added to it.",
         "Users first, that is from the output back; each user adds its part; and before that every grad behind the output is 0.")


class Sweep:
    """A backward, right or wrong, on the graph that f makes: what stands in the grads after it.

    back, add, reset    the three things that were broken: from the output back, +=, and which grads are set to 0 first
    """

    def __init__(self, f, p, back=True, add=True, reset="all", seed=1.0, late=False, swap=False):
        self.p, self.back, self.add, self.reset, self.seed, self.late, self.swap = p, back, add, reset, seed, late, swap
        self.nodes = graph(f, p)

    def __call__(self, before):
        """The grads after a backward, when those before it were these."""
        nodes, kept = self.nodes, {"all": [], "none": range(len(before)), "leaves": range(len(self.p), len(before)),
                                   "inner": range(len(self.p))}[self.reset]
        grads = [x if k in kept else 0.0 for k, x in enumerate(before)]
        grads[-1] = 0.0 if self.late else self.seed
        for k in reversed(range(len(nodes))) if self.back else range(len(nodes)):
            inputs, partials = nodes[k]
            for u, partial in zip(inputs, partials[::-1] if self.swap else partials):
                grads[u] = partial * grads[k] + (grads[u] if self.add else 0.0)
        return grads


def graph(f, p):
    """For each node that f goes through at p: the numbers of its inputs, and its partials."""
    nodes, numbers = [], []

    class Node:
        def __init__(self, x, inputs=(), partials=()):
            self.x, self.place = x, len(nodes)
            nodes.append((inputs, partials))
            numbers.append(x)

        def __add__(self, other):
            return Node(self.x + other.x, (self.place, other.place), (1.0, 1.0))

        def __mul__(self, other):
            return Node(self.x * other.x, (self.place, other.place), (other.x, self.x))
    f(*[Node(x) for x in p])
    return nodes


ORDER = ("only the output hands on its grad: it goes from inputs to output, but users have to come before what they use, or it stops "
         "after the output")
AT_EACH_PATH = "all paths are gone, and a node hands on what it has each time it comes up: users have to come first, and each node once"
ADD = "= where += is needed: a node that is used twice gets two parts"
RESET = "what was in grad before is still in it: the grads are not set to 0 first"


def mistakes():
    """Each broken backward in words, and how to make it."""
    yield "output.grad is never 1, or all grads are set to 0 after that", dict(late=True)
    yield "the two partials have changed places", dict(swap=True)
    for seed in (2.0, -1.0):
        yield f"output.grad begins at {seed:g}, where dy/dy is 1", dict(seed=seed)
    some = {"leaves": "the grads of the nodes between are not set to 0, only those of the leaves",
            "inner": "the grads of the leaves are not set to 0, only those of the nodes between", "none": RESET}
    for back, add, reset in itertools.product((True, False), (True, False), ("all", "none", "leaves", "inner")):
        said = [ORDER] * (not back) + [ADD] * (not add) + [some.get(reset, "")] * (reset != "all")
        if said:
            yield "; and ".join(said[:2]), dict(back=back, add=add, reset=reset)


def recursive(f, p):
    """A backward that calls itself on the inputs at once: it hands on a node's whole grad each time it comes there."""
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]

    def visit(k):
        for u, partial in zip(*nodes[k]):
            grads[u] += partial * grads[k]
            visit(u)
    visit(len(nodes) - 1)
    return grads


def queued(f, p):
    """A backward that puts the inputs of each node in a queue: a node comes up once for each path."""
    nodes = graph(f, p)
    grads, queue = [0.0] * (len(nodes) - 1) + [1.0], [len(nodes) - 1]
    while queue and len(queue) < 500:
        k = queue.pop(0)
        for u, partial in zip(*nodes[k]):
            grads[u] += partial * grads[k]
            queue.append(u)
    return grads


def walked(f, p, first_in):
    """A backward that goes from the output to inputs, each node once and as it is met, from a queue or from a stack."""
    nodes = graph(f, p)
    grads, todo, seen = [0.0] * (len(nodes) - 1) + [1.0], [len(nodes) - 1], {len(nodes) - 1}
    while todo:
        k = todo.pop(0 if first_in else -1)
        for u, partial in zip(*nodes[k]):
            grads[u] += partial * grads[k]
            if u not in seen:
                seen.add(u)
                todo.append(u)
    return grads


def stacked(f, p):
    """A backward that puts the inputs of each node on a stack: a node comes up once for each path."""
    nodes = graph(f, p)
    grads, stack, count = [0.0] * (len(nodes) - 1) + [1.0], [len(nodes) - 1], 0
    while stack and count < 500:
        k, count = stack.pop(), count + 1
        for u, partial in zip(*nodes[k]):
            grads[u] += partial * grads[k]
            stack.append(u)
    return grads


def emptied(f, p):
    """A backward that sets the grads of a node's inputs to 0 when it comes to the node, and then adds."""
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u in nodes[k][0]:
            grads[u] = 0.0
        for u, partial in zip(*nodes[k]):
            grads[u] += partial * grads[k]
    return grads


def multiplied(f, p):
    """A backward that multiplies the parts of a node, where they should be added."""
    nodes = graph(f, p)
    grads = [1.0] * len(nodes)
    for k in reversed(range(len(nodes))):
        for u, partial in zip(*nodes[k]):
            grads[u] *= partial * grads[k]
    return grads


def one_input(f, p, which):
    """A backward that hands something on to one input of each node only."""
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u, partial in list(zip(*nodes[k]))[which:][:1]:
            grads[u] += partial * grads[k]
    return grads


def last_part(f, p):
    """A backward that takes each input of a node once, with its last partial."""
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u, partial in dict(zip(*nodes[k])).items():
            grads[u] += partial * grads[k]
    return grads


def swept(names, f, p):
    """The grads after the backward of another file of this kind."""
    nodes = trace(f, [names["Node"](x) for x in p], "abc")[0]
    names["backward"](nodes[-1])
    return [v.grad for v in nodes]


def signed(rng, n):
    """Numbers away from 0, of both signs."""
    return [x * sign for x, sign in zip(draws(rng, n, 0.5), (1, -1, 1))]


def truths(f, p):
    """The derivatives of f with respect to all that it goes through, by finite differences: each takes other values."""
    count = len(trace(f, p, "abc")[0])
    return [derivative(lambda t: trace(f, p, "abc", k, t)[0][-1], 0.0) for k in range(count)]


def run(student, text, p, actions):
    """The grads after each of the actions, as numbers; and the names of the nodes."""
    names = names_of(text)
    found = student.run("e08.grads", f"backward for y = {text}", text, p, actions)
    labels = trace(EXPRESSIONS[text], p, names)[1]
    data = [as_number(x, "node.data") for x in found[0]]
    if data != trace(EXPRESSIONS[text], p, names)[0]:
        raise Wrong("the engine computes other values than before", mistake="Node was changed; only backward is broken")
    return [[as_number(x, f"{label}.grad") for x, label in zip(grads, labels)] for grads in found[1:]], labels


def first(student, texts):
    """Compare the grads after one call; a mistake is named where it explains those of all expressions."""
    if "first" not in student.memo:
        student.memo["first"] = [ask_first(student, text) for text in EXPRESSIONS]
    asked = student.memo["first"]
    wrong = [x for x in asked if not all_close(x.grads, x.right)]
    for x in asked:
        if x.text in texts and x in wrong:
            known = []
            if all(all_close(y.grads, [0.0] * len(y.grads)) for y in asked):
                known = [("output.grad is never 1, or all grads are set to 0 after that", x.grads)]
            flat = [g for y in wrong for g in y.grads]
            for said, rule in rules():
                if fits(flat, lambda rule=rule: [g for y in wrong for g in rule(y.f, y.p)], [g for y in wrong for g in y.right]):
                    known.append((said, x.grads))
            compare([f"y = {x.text}: after backward(y), {label}.grad" for label in x.labels], x.grads, x.right, known,
                    at(**dict(zip(x.labels, x.p))), more=suspects("e08_backward", ("backward",), lambda names: swept(names, x.f, x.p)))


class First(NamedTuple):
    """An expression, and the grads of its nodes after one call."""
    text: str
    f: Any
    p: list[float]
    grads: list[float]
    labels: list[str]
    right: list[float]


def ask_first(student, text):
    f, p = EXPRESSIONS[text], signed(student.random(text), len(names_of(text)))
    (grads,), labels = run(student, text, p, ["backward"])
    return First(text, f, p, grads, labels, truths(f, p))


def rules():
    """Each broken backward in words, and what it leaves in the grads, for an expression and a point."""
    for said, how in mistakes():
        yield said, lambda f, p, how=how: Sweep(f, p, **how)([0.0] * len(graph(f, p)))
    yield ("it calls itself on the inputs at once: a node that is used twice hands on its grad twice, once too early",
           recursive)
    yield AT_EACH_PATH, queued
    yield AT_EACH_PATH, stacked
    for first_in in (True, False):
        yield ("a node hands on its grad when it is met, and not after all of its users: the order is missing in which users come first",
               lambda f, p, first_in=first_in: walked(f, p, first_in))
    yield "the grads of a node's inputs are set to 0 when it is its turn: what other users gave them is gone", emptied
    yield "only the first input of each node gets a part", lambda f, p: one_input(f, p, 0)
    yield "only the last input of each node gets a part", lambda f, p: one_input(f, p, -1)
    yield "the parts are multiplied, where they should be added", multiplied
    yield "an input that stands twice in a product or sum gets one part, where it should get both", last_part
    for said, part, begin in WRONG_PARTS:
        yield said, lambda f, p, part=part, begin=begin: with_parts(f, p, part, begin)
    yield "the largest part is kept, where all should be added", largest
    yield "only the first part of a node counts, where all should be added", first_part
    yield ("output.grad begins at its data, where dy/dy is 1",
           lambda f, p: Sweep(f, p, seed=trace(f, p, "abc")[0][-1])([0.0] * len(graph(f, p))))
    yield ("only the leaves keep their grad: those of the nodes between are set to 0 at the end",
           lambda f, p: [x if k < len(p) else 0.0 for k, x in enumerate(truths(f, p))])


class Edge(NamedTuple):
    """What a backward knows when it goes from a node, a user, to one of its inputs."""
    partial: float
    grad: float                         # of the user
    user: float                         # its data
    input: float
    to_leaf: bool
    from_output: bool


# Wrong parts, each in words and as a function of an Edge, and where the grads begin; the right one is partial * grad, from 0
WRONG_PARTS = [
    ("the data of the user stands where its grad should", lambda e: e.partial * e.user, 0.0),
    ("the partials are added up, and not multiplied by the grad of the user", lambda e: e.partial, 0.0),
    ("the partial and the grad of the user are added, where they should be multiplied", lambda e: e.partial + e.grad, 0.0),
    ("the partial is missing: the grad of the user is handed on as it is", lambda e: e.grad, 0.0),
    ("the data of the input stands where the partial should", lambda e: e.input * e.grad, 0.0),
    ("all grads but that of the output are 0: nothing is handed on, or it is set to 0 again, or multiplied by 0", lambda e: 0.0, 0.0),
    ("only the inputs of the output get a part: theirs get none", lambda e: e.partial * e.grad if e.from_output else 0.0, 0.0),
    ("the leaves get no part", lambda e: 0.0 if e.to_leaf else e.partial * e.grad, 0.0),
    ("only the leaves get a part", lambda e: e.partial * e.grad if e.to_leaf else 0.0, 0.0),
    ("parts are subtracted, where they should be added", lambda e: -e.partial * e.grad, 0.0),
    ("every grad begins at 1, and only that of the output should", lambda e: e.partial * e.grad, 1.0),
]


def with_parts(f, p, part, begin):
    """A backward in the right order that adds part(edge) to the grad of each input."""
    nodes, data = graph(f, p), trace(f, p, "abc")[0]
    grads = [begin] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u, partial in zip(*nodes[k]):
            grads[u] += part(Edge(partial, grads[k], data[k], data[u], u < len(p), k == len(nodes) - 1))
    return grads


def first_part(f, p):
    """A backward that sets a grad where it is 0, and leaves it where it is not."""
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u, partial in zip(*nodes[k]):
            grads[u] = grads[u] or partial * grads[k]
    return grads


def largest(f, p):
    nodes = graph(f, p)
    grads = [0.0] * (len(nodes) - 1) + [1.0]
    for k in reversed(range(len(nodes))):
        for u, partial in zip(*nodes[k]):
            grads[u] = max(grads[u], partial * grads[k])
    return grads


def once(student):
    first(student, ["w * x + b"])


def leaf_twice(student):
    first(student, ["a * a + a * b"])


def node_twice(student):
    first(student, ["h * h + h * a, with h = a * b", "h * h * h, with h = a + b", "s + s * a, with s = h + h, h = a * b"])


def again(student):
    """Called again, and when every grad was 7 before, twice, lest every other call does nothing."""
    for text in ("a * a + a * b", "h * h + h * a, with h = a * b"):
        f, p = EXPRESSIONS[text], signed(student.random(text), len(names_of(text)))
        actions = ["backward", "backward", "seven", "backward", "seven", "backward"]
        found, labels = run(student, text, p, actions)
        right, saids = truths(f, p), ["after backward(y)", "after a second backward(y)", *["when every grad was 7, after backward(y)"] * 2]
        befores = [[0.0] * len(labels), found[0], *[[7.0] * len(labels)] * 2]
        wrong = [(before, grads) for before, grads in zip(befores, found) if not all_close(grads, right)]
        known = [(said, rule) for said, rule in left_behind(f, p, right)
                 if all(all_close(grads, rule(before)) for before, grads in wrong)]
        for said, before, grads in zip(saids, befores, found):
            compare([f"y = {text}: {said}, {label}.grad" for label in labels], grads, right,
                    [(words, rule(before)) for words, rule in known], at(**dict(zip(labels, p))))


def left_behind(f, p, right):
    """Each broken backward in words, and what it leaves in the grads, given those before."""
    yield "backward did nothing in this call", lambda before: before
    yield "output.grad grows with each call: += where = belongs", lambda before: Sweep(f, p, seed=before[-1] + 1.0)(before)
    yield RESET, lambda before: [x + y for x, y in zip(before, right)]
    for words, how in mistakes():
        yield words, lambda before, how=how: Sweep(f, p, **how)(before)
    yield RESET + ", and output.grad grows with each call", lambda before: Sweep(f, p, reset="none", seed=before[-1] + 1.0)(before)


def two_outputs(student):
    """Two expressions of the same leaves, one after the other."""
    text = "a * a + a * b"
    f, g, p = EXPRESSIONS[text], EXPRESSIONS["b * (a + b)"], draws(student.random(), 2, 0.5)
    (_, grads), _ = run(student, text, p, ["backward", "again", "backward"])
    labels = [*trace(g, p, "ab")[1][:-1], "z"]
    both = [x + y for x, y in zip(truths(g, p), [*truths(f, p)[:2], *[0.0] * len(labels)])]
    compare([f"z = b * (a + b), of the leaves of y = {text}: after backward(y), backward(z), {label}.grad" for label in labels],
            grads, truths(g, p), [("something is left from backward(y) in the grads of the leaves", both)])


PARTS = [Part("every node used once", once), Part("a leaf used twice", leaf_twice), Part("nodes used twice", node_twice),
         Part("called again", again), Part("another output of the same leaves", two_outputs)]
