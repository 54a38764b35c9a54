"""Checks exercise 3: the value, and the derivatives that the graph gives."""
from math import cos, sin

from demos.exercises.checkers.asking import Part, Wrong, as_number, as_tuple, call, draws
from demos.exercises.checkers.comparing import TWO, all_close, close, compare
from demos.exercises.marking.channel import Recorded
from demos.exercises.marking.policy import ENGINES, GRADIENTS, Policy
from demos.exercises.mutations.suspects import suspects

POLICY = Policy((((*(name for name in GRADIENTS if name not in ("Value.backward", "autograd.backward")), *ENGINES),
                  "it uses {name}: here the graph of Values is wanted, and its `backward`"),))
HINTS = ("Make a Value of each input, compute with these as with numbers, and ask the result.",
         "Every step has to be in the graph, the sine too: what math computes is a plain number.",
         "After backward() on the result, the derivative stands in the grad of each input; the number of a Value is its data.")


def f(a, b):
    return a * b**2 + sin(a * b)


def slopes(a, b):
    return [b**2 + b * cos(a * b), 2 * a * b + a * cos(a * b)]


VALUES = [
    ("a b in place of a b²", lambda a, b: a * b + sin(a * b)),
    ("(a b)² in place of a b²", lambda a, b: (a * b)**2 + sin(a * b)),
    ("a² b in place of a b²", lambda a, b: a * a * b + sin(a * b)),
    ("2 b in place of b²", lambda a, b: a * 2 * b + sin(a * b)),
    ("the sine is missing around a b", lambda a, b: a * b**2 + a * b),
    ("sin(a) b in place of sin(a b)", lambda a, b: a * b**2 + sin(a) * b),
    ("sin(a + b) in place of sin(a b)", lambda a, b: a * b**2 + sin(a + b)),
    ("sin(b) in place of sin(a b)", lambda a, b: a * b**2 + sin(b)),
    ("sin(a) in place of sin(a b)", lambda a, b: a * b**2 + sin(a)),
    ("the cosine in place of the sine", lambda a, b: a * b**2 + cos(a * b)),
    ("a - in place of the +", lambda a, b: a * b**2 - sin(a * b)),
    ("a stands before parentheses, and multiplies the sine too", lambda a, b: a * (b**2 + sin(a * b))),
    ("b stands before parentheses, and multiplies the sine too", lambda a, b: b * (a * b + sin(a * b))),
    ("the sine is taken of the whole sum", lambda a, b: sin(a * b**2 + a * b)),
    ("the sine is taken of a b² too", lambda a, b: sin(a * b**2) + sin(a * b)),
    ("a product in place of the sum", lambda a, b: a * b**2 * sin(a * b)),
    ("the term with the sine is missing", lambda a, b: a * b**2),
    ("the term a b² is missing", lambda a, b: sin(a * b)),
    ("this is dy/dy, which is 1, where y should stand", lambda a, b: 1.0),
    ("this is ∂y/∂a, where y should stand", lambda a, b: slopes(a, b)[0]),
    ("this is ∂y/∂b, where y should stand", lambda a, b: slopes(a, b)[1]),
    ("a and b have changed places", lambda a, b: b * a**2 + sin(a * b))]
SLOPES = [
    ("backward() was not called, or on something else, or after the grads were read", lambda a, b: [0, 0]),
    ("backward() was called twice, and the grads of leaves add up, or with another seed than 1", lambda a, b: [2 * d for d in slopes(a, b)]),
    ("only the term a b² is differentiated: the sine is not in the graph, for that of math gives a plain number, or backward() was called on a b² alone", lambda a, b: [b * b, 2 * a * b]),
    ("the square is not in the graph", lambda a, b: [b * b + b * cos(a * b), a * cos(a * b)]),
    ("only the sine is in the graph, or backward() was called on it alone", lambda a, b: [b * cos(a * b), a * cos(a * b)]),
    ("backward begins with y, where dy/dy is 1", lambda a, b: [f(a, b) * d for d in slopes(a, b)]),
    ("one of the two terms is differentiated twice: backward() was called on it too, and the grads of leaves add up",
     lambda a, b: [2 * b * b + b * cos(a * b), 4 * a * b + a * cos(a * b)]),
    ("one of the two terms is differentiated twice: backward() was called on it too, and the grads of leaves add up",
     lambda a, b: [b * b + 2 * b * cos(a * b), 2 * a * b + 2 * a * cos(a * b)]),
    ("∂y/∂a and ∂y/∂b have changed places", lambda a, b: slopes(a, b)[::-1]),
    ("∂y/∂a stands in both places", lambda a, b: slopes(a, b)[:1] * 2),
    ("∂y/∂b stands in both places", lambda a, b: slopes(a, b)[1:] * 2),
    ("the inputs themselves stand where their grads should", lambda a, b: [a, b]),
    ("∂y/∂a is 0: a is not in the graph, or is another Value than the one that was read", lambda a, b: [0, slopes(a, b)[1]]),
    ("∂y/∂b is 0: b is not in the graph, or is another Value than the one that was read", lambda a, b: [slopes(a, b)[0], 0]),
    ("the grad of a b stands where that of a should", lambda a, b: [cos(a * b), slopes(a, b)[1]]),
    ("the grad of a b stands where that of b should", lambda a, b: [slopes(a, b)[0], cos(a * b)]),
    ("y stands where a derivative should", lambda a, b: [f(a, b), slopes(a, b)[0]]),
    ("the b² is a number here, not b * b of the Value: its derivative is missing", lambda a, b: [b * b + b * cos(a * b), a * cos(a * b)]),
    ("the graph computes something else than y", lambda a, b: [b + b * cos(a * b), a + a * cos(a * b)])]


def answers(student):
    if "answers" not in student.memo:
        points = [draws(student.random(), 2), *(draws(student.random(i), 2, 0.3) for i in range(2))]
        student.memo["answers"] = [(p, as_tuple(student.call("value_and_derivatives", *p), 3, call("value_and_derivatives", *p)))
                                   for p in points]
    return student.memo["answers"]


def floats(names, found):
    """Raise Wrong for the first number that is a Value."""
    for name, x in zip(names, found):
        if isinstance(x, Recorded):
            raise Wrong(f"{name} is a Value; it should be a float", mistake="a Value comes back, where its number belongs, a float")


def value(student):
    found = answers(student)
    names = [f"{call('value_and_derivatives', *p)}: y" for p, _ in found]
    floats(names, [y for _, (y, *_) in found])
    compare(names, [as_number(y, name) for name, (_, (y, *_)) in zip(names, found)], [f(*p) for p, _ in found],
            [(said, lambda wrong=wrong: [wrong(*p) for p, _ in found]) for said, wrong in VALUES], by="it should be",
            more=mutants(lambda names: [names["value_and_derivatives"](*p)[0] for p, _ in found]))


def derivatives(student):
    found = answers(student)
    names = [f"{call('value_and_derivatives', *p)}: ∂y/∂{x}" for p, _ in found for x in "ab"]
    floats(names, [d for _, (_, *slope) in found for d in slope])
    got = [as_number(d, name) for d, name in zip((d for _, (_, *slope) in found for d in slope), names)]
    sums, total = [], [0.0, 0.0]
    for p, _ in found:
        total = [a + b for a, b in zip(total, slopes(*p))]
        sums += total
    compare(names, got, [d for p, _ in found for d in slopes(*p)],
            [*[(said, lambda wrong=wrong: [d for p, _ in found for d in wrong(*p)]) for said, wrong in SLOPES],
             *[(f"{TWO}{said}; and ∂y/∂a and ∂y/∂b have changed places", lambda wrong=wrong: [d for p, _ in found for d in wrong(*p)[::-1]])
               for said, wrong in SLOPES],
             ("the grads of earlier calls are still there: make new Values in each call", sums)],
            more=mutants(lambda names: [d for p, _ in found for d in names["value_and_derivatives"](*p)[1:]]))
    if not student.called & {"Value.backward", "autograd.backward"}:
        raise Wrong("the derivatives are right, but no `backward` was called", mistake=BY_HAND)
    from_the_graph(student)


BY_HAND = "they come from a formula by hand; here the graph should find them, with backward()"


def from_the_graph(student):
    """Where `backward` leaves three times as much in the grads, three times as much comes back, and its graph is that of y."""
    a, b, other, factor = 0.83, -1.37, [1.19, 0.71], 3.0
    asked = call("value_and_derivatives", a, b)
    found, outputs = student.run("e03.followed", asked, a, b, other, factor)
    got = [as_number(d, asked) for d in as_tuple(found, 3, asked)[1:]]
    if not all_close(got, [factor * d for d in slopes(a, b)]):
        raise Wrong("the derivatives are right, and `backward` was called, but they are not what it left in the grads", mistake=BY_HAND)
    numbers = [y for y in outputs if isinstance(y, float)]
    if not any(close(y, f(*other)) for y in (*numbers, sum(numbers))):
        raise Wrong("the derivatives are right, but the graph on which `backward` was called does not compute y",
                    mistake="numbers found by hand stand in the graph; it should compute a b² + sin(a b) from the Values")


def mutants(ask):
    return suspects("e03_record", ("value_and_derivatives",), ask, {"return": "what is returned", "y": "the formula of y",
                                                                    "(a, b)": "the line that makes the Values"})


PARTS = [Part("the value", value), Part("the derivatives", derivatives, 2.0)]
