"""Checks exercise 6: the derivative of y with respect to each node, from the output back."""
from demos.exercises.checkers.asking import Part, Wrong, as_dict, as_number, call, draws
from demos.exercises.checkers.comparing import close, combination, compare, exactly, related
from demos.exercises.marking.policy import ENGINES, NO_ENGINE, Policy, derive
from demos.exercises.mutations.suspects import suspects

POLICY = Policy(((NO_ENGINE, "it uses {name}: here floats and the chain rule are wanted, without the engine"), *derive("").groups,
                 (ENGINES, "it uses {name}")), "it uses complex numbers: here the chain rule is wanted")
HINTS = ("Go back from y. For each node, ask first: who uses it?",
         "A node with two users gets two terms, one from each; u and x have two.",
         "Each term is the derivative of y with respect to the user, times the partial derivative of the user with respect to the "
         "node. The users of u are y and v; those of x are u and v.")
NODES = ("y", "v", "u", "w", "x")                       # from the output back
WORDS = {"dy": "dy/dy", "dv": "dy/dv", "du": "dy/du", "dw": "dy/dw", "dx": "dy/dx", "u": "u", "v": "v"}


def truth(x, w):
    u = x * w
    v = u + x
    du = v + u
    return {"y": 1.0, "v": u, "u": du, "w": x * du, "x": w * du + u}


# Mistakes for a node, given what came for the nodes after it (d), so that a mistake is named where it was made
MISTAKES = {
    "y": [("this is the value of y, not its derivative with respect to itself", lambda x, w, d: x * w * (x * w + x)),
          ("this is the derivative of y with respect to x, where that of y with respect to itself belongs", lambda x, w, d: d["x"]),
          ("this is the derivative of y with respect to w, where that of y with respect to itself belongs", lambda x, w, d: d["w"])],
    "v": [("this is v, the other factor is u", lambda x, w, d: x * w + x),
          ("this is the value of y", lambda x, w, d: x * w * (x * w + x)),
          ("dy/dv is 1 only for a sum; here y is a product", lambda x, w, d: 1.0),
          ("the term through u is too much: v does not use itself, and u is not behind it", lambda x, w, d: x * w + x * w + x)],
    "u": [("only the term through y is there: u has two users, y and v", lambda x, w, d: x * w + x),
          ("only the term through v is there: u has two users, y and v", lambda x, w, d: d["v"]),
          ("the partial derivative of v with respect to u is 1, not x", lambda x, w, d: x * w + x + x * d["v"]),
          ("the partial derivative of v with respect to u is 1, not u", lambda x, w, d: x * w + x + x * w * d["v"]),
          ("the two terms are multiplied, where they should be added", lambda x, w, d: (x * w + x) * d["v"]),
          ("the part through v is the partial derivative alone, without dy/dv", lambda x, w, d: x * w + x + 1),
          ("a - between the two terms", lambda x, w, d: x * w + x - d["v"]),
          ("the term through v is counted twice", lambda x, w, d: x * w + x + 2 * d["v"]),
          ("v and u have changed places, and one term is there", lambda x, w, d: x * w)],
    "w": [("w reaches y through u; this is the derivative of u with respect to w alone", lambda x, w, d: x),
          ("this is the value of w, not the derivative of y with respect to it", lambda x, w, d: w),
          ("this is w times dy/du; the partial derivative of u with respect to w is x", lambda x, w, d: w * d["u"]),
          ("this is dy/du: the partial derivative of u with respect to w is missing", lambda x, w, d: d["u"]),
          ("only the way through y is there, not that through v", lambda x, w, d: x * (x * w + x)),
          ("it uses dy/dv, where w has the user u", lambda x, w, d: x * d["v"]),
          ("a term through v is too much: w has the one user u", lambda x, w, d: x * d["u"] + d["v"])],
    "x": [("only the part through u is there: x has two users, u and v", lambda x, w, d: w * d["u"]),
          ("only the part through v is there: x has two users, u and v", lambda x, w, d: d["v"]),
          ("this is the value of x, not the derivative of y with respect to it", lambda x, w, d: x),
          ("x times dy/du; the partial derivative of u with respect to x is w", lambda x, w, d: x * d["u"] + d["v"]),
          ("the partial derivative of u with respect to x is missing", lambda x, w, d: d["u"] + d["v"]),
          ("the part through v is the partial derivative alone, without dy/dv", lambda x, w, d: w * d["u"] + 1),
          ("the part through u is the partial derivative alone, without dy/du", lambda x, w, d: w + d["v"]),
          ("a - between the two parts", lambda x, w, d: w * d["u"] - d["v"]),
          ("both parts are partial derivatives alone: w + 1", lambda x, w, d: w + 1),
          ("the two parts are multiplied, where they should be added", lambda x, w, d: w * d["u"] * d["v"]),
          ("the partial derivative of v with respect to x is 1, not x", lambda x, w, d: w * d["u"] + x * d["v"]),
          ("this stands for w: x and w have changed places", lambda x, w, d: x * d["u"])]}


def of(node):
    def check(student):
        points = draws(student.random(), 2), draws(student.random(1), 2), draws(student.random(2), 2)
        names = [f'{call("derivatives", *p)}["{node}"]' for p in points]
        found = [as_dict(student.call("derivatives", *p), NODES, call("derivatives", *p)) for p in points]
        got = [as_number(answer[node], name) for answer, name in zip(found, names)]
        right = [truth(*p)[node] for p in points]
        compare(names, got, right, suspected(student, node, points, found),
                more=[*related(got, right, [("x", [x for x, _ in points]), ("w", [w for _, w in points]), ("u", [x * w for x, w in points]),
                                            ("v", [x * w + x for x, w in points])]),
                      *suspects("e06_chain", ("derivatives",), lambda names: [names["derivatives"](*p)[node] for p in points], WORDS)])
        student.memo[node] = True
        exactly(got, right, f'the derivative with respect to {node}')
        far(student, node)
    return check


def far(student, node):
    """Where x is tiny or w huge, a difference of two values of y has lost its digits, and the chain rule has not."""
    for p in ((3e-7, 1.3), (1.1, 4e8)):
        asked = call("derivatives", *p)
        got = as_number(as_dict(student.call("derivatives", *p), NODES, asked)[node], asked)
        if abs(got - truth(*p)[node]) > 1e-11 * abs(truth(*p)[node]):
            raise Wrong(f'{asked}["{node}"] is {got!r}; it should be {truth(*p)[node]!r}',
                        mistake="it is a difference of two values of y, or rounded; here the derivative itself is wanted, by the chain rule")


FOLLOWS = {"u": lambda x, w, d: (x * w + x) * d["y"] + d["v"], "v": lambda x, w, d: x * w * d["y"], "w": lambda x, w, d: x * d["u"],
           "x": lambda x, w, d: w * d["u"] + d["v"]}


def suspected(student, node, points, found):
    """Mistakes with the right derivatives of the nodes after this one, then what follows from those that came."""
    for other in NODES:
        if other != node and all(close(answer[a], truth(*p)[b]) for p, answer in zip(points, found) for a, b in ((node, other), (other, node))
                                 if isinstance(answer[a], (int, float))):
            yield f"dy/d{node} and dy/d{other} have changed places", [as_number(answer[node], node) for answer in found]
    for said, wrong in MISTAKES[node]:
        yield said, lambda wrong=wrong: [wrong(*p, truth(*p)) for p in points]
    if node in "ux":
        through = ("y" if node == "u" else "u", "v")
        parts = [[x * w + x if node == "u" else w * truth(x, w)["u"] for x, w in points], [truth(x, w)["v"] for x, w in points]]
        sums = combination([as_number(answer[node], node) for answer in found],
                           [(f"the part through {user}", part, 1.0) for user, part in zip(through, parts)], plain=True)
        if sums:
            yield sums, [as_number(answer[node], node) for answer in found]
    earlier = [n for n in NODES[:NODES.index(node)] if n not in student.memo]
    if earlier:
        def own():
            return [FOLLOWS[node](*p, {n: as_number(answer[n], n) for n in NODES}) for p, answer in zip(points, found)]
        yield f"this step is right, and follows from dy/d{earlier[0]}, which is wrong; mend that first", own


PARTS = [Part(f"the derivative with respect to {node}", of(node)) for node in NODES]
