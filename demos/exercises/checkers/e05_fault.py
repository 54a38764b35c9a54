"""Checks exercise 5: the gradient check on tables with other wrong partials, and the partial that was repaired."""
from __future__ import annotations

from math import asinh, cos, cosh, sqrt
from typing import Any, NamedTuple

from demos.exercises.checkers.asking import Part, Wrong, as_tuple, call, draw, show
from demos.exercises.checkers.comparing import close, compare, exactly
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects
from demos.exercises.probes.e05 import INPUTS, OTHERS, RUINS, honest, quotient, ruined

POLICY = derive("difference quotients are to find the wrong partial, and the right one is to be a formula")
HINTS = ("Compare every partial with a difference quotient of its row's value, at some inputs, and give back the one that differs.",
         "At a single point a wrong partial may be right by chance, and a difference quotient is right to about 1e-8 only.",
         "Only the input in question moves by h, all others stay. Compare at two or three points, with a tolerance such as 1e-6.")
POINTS = [[0.7, 1.6], [1.3, 0.6], [2.1, 0.9]]
FAULT = ("asinh", 0)


def table(student):
    """The student's TABLE has the one fault it had."""
    found = student.raw("e05.partials", "reading TABLE", POINTS)
    rows, wrong = honest(), []
    for name, i, numbers in found if isinstance(found, list) else []:
        if (name, i) == FAULT:
            right = [1 / sqrt(1 + a * a) for a, _ in POINTS]
        elif name in rows and i < INPUTS.get(name, 1):
            right = [rows[name][1 + i](None, *p[:INPUTS.get(name, 1)]) for p in POINTS]
        else:
            right = []
        if len(right) != len(numbers) or not all(close(a, b) for a, b in zip(numbers, right)):
            wrong.append((name, i))
    if wrong != [FAULT] or len(found) != sum(INPUTS.get(name, 1) for name in rows) + 1:
        raise Wrong(f"TABLE has {len(wrong)} wrong partials; it had one", mistake="it was repaired, or changed; leave it as it was")


def cases(student):
    rng, rows = student.random(), honest()
    for k in range(8):
        new = k in (2, 7)
        name = rng.choice(sorted(OTHERS if new else rows))
        yield name, rng.randrange(INPUTS.get(name, 1)), [*RUINS][k % len(RUINS)], new


def others(student):
    table(student)
    asked = []
    for case in cases(student):
        found, points, others = student.run("e05.fault", "at_fault(table)", *case)
        asked.append(Answer(*case, found if found is None else as_pair(found), points, others))
    wrong = [answer for answer in asked if answer.found != answer.expected]
    if wrong:
        answer = wrong[0]
        point = POINTS[0][:INPUTS.get(answer.name, 1)]
        raise Wrong(f"at_fault gave {show(answer.found)}; the partial of {answer.name!r} with respect to input {answer.i} is the wrong "
                    "one", f"In another table: a partial that {answer.words}. At {show(point)} it gives {answer.rule(point):.6g}; by "
                    f"finite differences it is {answer.right(point):.6g}.", mistake=why(asked, wrong))


class Answer(NamedTuple):
    """A table with one wrong partial, what at_fault gave, and the inputs for which it asked the value of that row."""
    name: str
    i: int
    words: str
    new: bool
    found: Any
    points: Any
    others: Any

    @property
    def tried(self):
        """The inputs for which the values of single rows were asked, as far as they are numbers."""
        return [[p for p in rows if isinstance(p, list) and all(isinstance(x, float) for x in p)]
                for rows in (self.points, self.others) if isinstance(rows, list)]

    @property
    def expected(self):
        return self.name, self.i

    @property
    def first(self):
        """The first partial of the table."""
        return next(iter(honest(self.new))), 0

    @property
    def last(self):
        """The first partial of the last row; a student's TABLE has one row more, the fault's."""
        return [*honest(self.new)][-1], 0

    def rule(self, point):
        forward, *partials = ruined(self.name, self.i, self.words, self.new)[self.name]
        return partials[self.i](forward(*point), *point)

    def right(self, point):
        forward = honest(self.new)[self.name][0]
        return quotient(forward, self.i)(None, *point)

    def places(self):
        """The inputs that were tried, those apart that differ by more than a step."""
        found = []
        for p in self.points if isinstance(self.points, list) else []:
            if all(isinstance(x, float) for x in p) and not any(
                    len(p) == len(q) and max(abs(x - y) for x, y in zip(p, q)) < 0.05 for q in found):
                found.append(p)
        return found

    def moved(self, k):
        """Whether input k was moved by a step."""
        points = self.points if isinstance(self.points, list) else []
        return any(0 < abs(p[k] - q[k]) < 0.05 for p in points for q in points[:50] if len(p) == len(q) > k)


def as_pair(found):
    return tuple(as_tuple(found, 2, "at_fault(table)"))


def why(asked, wrong):
    """In words, why at_fault found something else. It must not tell whether that is the fault of TABLE."""
    found, nothing = [a.found for a in asked], [a for a in wrong if a.found is None]
    if all(x is None for x in found):
        return "nothing is ever found: the tolerance is too large, or a `return` is missing, or it returns too early"
    if all(x == found[0] for x in found):
        return "it gives the same for every table: it looks at TABLE, and not at the table it is given, or computes nothing"
    if (said := why_quotient(asked)) and not len(nothing) == len(wrong):
        return said
    if all(a.found == a.first for a in asked):
        return ("the first partial is always taken for a wrong one: the tolerance is too small for a difference quotient, or the quotient "
                "is wrong, or the condition the wrong way round")
    if all(a.found == a.last for a in asked):
        return "it gives the last row of every table"
    if all(a.found == (a.name, a.i + 1) for a in wrong) and len(wrong) == len(asked):
        return "the input is counted from 1, not from 0"
    if all(a.found == (a.i, a.name) for a in asked):
        return "the tuple is the wrong way round: the name comes first"
    if all(a.found and a.found[0] == a.name for a in wrong):
        return "the row is right, and the input is not"
    if len(nothing) == len(wrong):
        return why_nothing(asked, wrong)
    return "a right partial is taken for a wrong one: the quotient, the tolerance or the comparison is wrong"


def differences(answer):
    """By how much inputs differ that were tried for one row: a list for each two of them."""
    return [[abs(x - y) for x, y in zip(p, q)] for rows in answer.tried for p in rows[:12] for q in rows[:12]
            if len(p) == len(q) and p != q]


def why_quotient(asked):
    """In words, what is wrong with the points of the difference quotient; "" where nothing is to be seen."""
    moves = [move for a in asked for move in differences(a)]
    if not any(rows for a in asked for rows in a.tried):
        return ""
    if not moves:
        return "no input is moved: the step is too small for a float, or the moved list is one and the same as the other"
    if all(len(move) < 2 or all(move) for move in moves) and any(len(move) > 1 for move in moves):
        return "both inputs move at once, where only the one in question should"
    second = [[move for move in differences(a) if len(move) == 2 and max(move) < 0.05] for a in asked if a.found and a.found[1] == 1]
    if len(second) > 1 and all(moves and not any(move[1] for move in moves) for moves in second):
        return "only the first input is ever moved, whichever partial is looked at"
    if min(max(move) for move in moves) > 0.01:
        return "the step of the difference quotient is too large"
    if max(min(filter(None, move)) for move in moves if any(move)) < 1e-9:
        return "the step of the difference quotient is so small that only rounding is left of the difference"
    return ""


def why_nothing(asked, wrong):
    """In words, why some faults are not found."""
    if not wrong[0].places():
        return "not all rows of the table are tried"
    if all(a.i == 1 for a in wrong) and not any(a.moved(1) for a in wrong):
        return "only the partial with respect to the first input of each row is looked at"
    if all(len(a.places()) == 1 and close(a.rule(a.places()[0]), a.right(a.places()[0]), 1e-3, 1e-3) for a in wrong
           if len(a.places()[0]) == INPUTS.get(a.name, 1)):
        return "it was tried at one point only, where a wrong rule may be right"
    points = [p for a in wrong for p in a.places()]
    if all(a.rule(p) < a.right(p) for a in wrong for p in a.places() if len(p) == INPUTS.get(a.name, 1)) and points:
        return "a partial that is too small is not noticed: the size of the difference is wanted, abs(...)"
    if all(a.rule(p) > a.right(p) for a in wrong for p in a.places() if len(p) == INPUTS.get(a.name, 1)) and points:
        return "a partial that is too large is not noticed: the size of the difference is wanted, abs(...)"
    if not all(any(abs(a.rule(p) - a.right(p)) > 1e-3 for p in a.places() if len(p) == INPUTS.get(a.name, 1)) for a in wrong):
        return "some faults are not noticed: they hardly show at the points where it looks, or the tolerance is too large for them"
    return "some faults are not noticed: the tolerance is too large for them, or the difference is not compared by its size"


def own(student):
    found = student.run("e05.fault_of_own", "at_fault(TABLE)")
    if found is None or as_pair(found) != FAULT:
        raise Wrong(f"at_fault gave {show(found)} for TABLE, and that partial is right" if found else "at_fault found nothing in TABLE",
                    mistake="the tolerance is too large, or it is tried at points where the wrong rule is nearly right"
                    if found is None else "a right partial is taken for a wrong one")


def repair(student):
    """Only now: what this says gives the fault away."""
    rng = student.random("repair")
    xs = [draw(rng, 0.3) for _ in range(4)]
    ys = [asinh(x) for x in xs]
    names = [call("right_partial", y, x) for y, x in zip(ys, xs)]
    got = [student.number("right_partial", y, x) for y, x in zip(ys, xs)]
    right = [1 / sqrt(1 + x * x) for x in xs]
    compare(names, got, right, [
        ("this is what stands in TABLE, and is wrong", [1 / sqrt(1 + y * y) for y in ys]),
        ("the root is missing", [1 / (1 + x * x) for x in xs]),
        ("the root is missing, and it takes the output, where the input belongs", [1 / (1 + y * y) for y in ys]),
        ("the root is above, where it should be below", [sqrt(1 + x * x) for x in xs]),
        ("a - where a + belongs: this is the derivative of another function", [1 / sqrt(abs(1 - x * x)) for x in xs]),
        ("this is the value of the operation", ys),
        ("this is the derivative of tanh or of 1 / cosh: asinh is another function", [1 / cosh(x) for x in xs]),
        ("this is the derivative of tanh: asinh is another function", [1 / cosh(x)**2 for x in xs]),
        ("this is the derivative of tanh: asinh is another function", [1 - y * y for y in ys]),
        ("this is the derivative of sin or of cos: asinh is another function", [cos(x) for x in xs]),
        ("this is the derivative of sinh: asinh is another function", [cosh(x) for x in xs]),
        ("this is x over the root: the derivative of the root itself", [x / sqrt(1 + x * x) for x in xs]),
        ("the 1 and the square stand outside of the root", [1 / (1 + x) for x in xs]),
        ("the square is missing", [1 / sqrt(1 + x) for x in xs]),
        ("the square is missing, and it takes the output, where the input belongs", [1 / sqrt(1 + y) for y in ys])],
        more=suspects("e05_fault", ("right_partial",), lambda names: [names["right_partial"](y, x) for y, x in zip(ys, xs)]))
    exactly(got, right, "right_partial")


def found_and_repaired(student):
    own(student)
    repair(student)


PARTS = [Part("faults in other tables", others, 2.0), Part("the fault in TABLE, and its repair", found_and_repaired, 2.0)]
