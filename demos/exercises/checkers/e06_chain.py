"""Checks exercise 6: each node's derivative, by a finite difference of what lies between the node and the output."""
import numpy as np

from demos.exercises.checking import as_dict, as_number, call, compare, derivative, draw

NODES = ("y", "v", "u", "w", "x")                       # from the output back


def check(student):
    rng = np.random.default_rng(4)
    points = draw(rng, 4, 2).tolist()
    answers = [as_dict(student.ask("derivatives", x, w), NODES, call("derivatives", x, w)) for x, w in points]
    for node in NODES:
        asked = [f'{call("derivatives", *point)}["{node}"]' for point in points]
        compare(asked, [as_number(answer[node], what) for answer, what in zip(answers, asked)],
                [truth(node, *point) for point in points],
                [(said, [wrong(x, w) for x, w in points]) for said, wrong in SUSPECTS.get(node, [])])


def truth(node, x, w):
    """dy/d(node) by finite differences: the node takes other values, and what it is computed from stays as it was."""
    u, v = x * w, x * w + x
    from_node = {"y": lambda y: y, "v": lambda v: u * v, "u": lambda u: u * (u + x),
                 "w": lambda w: x * w * (x * w + x), "x": lambda x: x * w * (x * w + x)}
    return derivative(from_node[node], {"y": u * v, "v": v, "u": u, "w": w, "x": x}[node])


SUSPECTS = {
    "y": [("this is the value of y, not its derivative by itself", lambda x, w: x * w * (x * w + x))],
    "v": [("this is v, the other factor is u", lambda x, w: x * w + x)],
    "u": [("only one part is there: u has two users, y and v", lambda x, w: x * w + x),
          ("only one part is there: u has two users, y and v", lambda x, w: x * w)],
    "w": [("w reaches y through u; this is the derivative of u by w alone", lambda x, w: x),
          ("this is the value of w, not the derivative of y by it", lambda x, w: w)],
    "x": [("only the part through u is there: x has two users, u and v", lambda x, w: w * (2 * x * w + x)),
          ("only the part through v is there: x has two users, u and v", lambda x, w: x * w),
          ("this is the value of x, not the derivative of y by it", lambda x, w: x)]}
