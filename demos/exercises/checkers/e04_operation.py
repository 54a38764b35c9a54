"""Checks exercise 4: both partials on floats, and then the row, in both orders."""
from math import sqrt

from demos.exercises.checkers.asking import Part, Wrong, as_matrix, as_number, as_vector, call, draws
from demos.exercises.checkers.comparing import compare, exactly, related
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects

POLICY = derive("the partial derivatives are to be written as formulas", values=True)
HINTS = ("y is the root of a sum of squares: the chain rule has an outer and an inner derivative.",
         "The derivative of √s with respect to s is 1 / (2 √s), and √s is y, which is handed to you.",
         "The 2 of the root and the 2 of the square cancel. What is left has one input above and y below.")


def y(a, b):
    return sqrt(a * a + b * b)


def slopes(a, b):
    return [a / y(a, b), b / y(a, b)]


def of(i):
    """The check of the partial with respect to input i."""
    name = ("by_a", "by_b")[i]

    def check(student):
        points = [[x * abs(t) for x, t in zip(signs, draws(student.random(k), 2, 0.2))]
                  for k, signs in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1)))]
        ys = [y(*p) for p in points]
        got = [student.run("call", call(name, round(r, 6), *p), name, r, *p) for r, p in zip(ys, points)]
        names = [call(name, round(r, 6), *p) for r, p in zip(ys, points)]
        numbers = [as_number(x, what) for x, what in zip(got, names)]
        expected = [slopes(*p)[i] for p in points]
        compare(names, numbers, expected, [
            ("this is the partial derivative with respect to the other input", [slopes(*p)[1 - i] for p in points]),
            ("the inner derivative is missing: the sum of squares has one too", [0.5 / r for r in ys]),
            ("this is the derivative of the sum of squares; the root has one too", [2 * p[i] for p in points]),
            ("the 2 of the inner derivative is missing beside the 1/2 of the root", [p[i] / (2 * r) for r, p in zip(ys, points)]),
            ("the 1/2 of the root is missing beside the 2 of the inner derivative", [2 * p[i] / r for r, p in zip(ys, points)]),
            ("the inner derivative is added, where it should be a factor", [p[i] + 0.5 / r for r, p in zip(ys, points)]),
            ("the inner derivative is added, where it should be a factor", [2 * p[i] + 0.5 / r for r, p in zip(ys, points)]),
            ("it is multiplied by y, not divided", [p[i] * r for r, p in zip(ys, points)]),
            ("it is divided by y², not by y", [p[i] / r**2 for r, p in zip(ys, points)]),
            ("it is divided by y³: that is a term of the second derivative", [p[i] / r**3 for r, p in zip(ys, points)]),
            ("the numerator is squared: the derivative of a² is 2a", [p[i]**2 / r for r, p in zip(ys, points)]),
            ("the inner derivative is missing: this is 1 / y", [1 / r for r in ys]),
            ("the division by y is missing", [p[i] for p in points]),
            ("both inputs stand in the numerator; the other one is held fixed", [(p[0] + p[1]) / r for r, p in zip(ys, points)]),
            ("this is the other input over y²", [p[1 - i] / r**2 for r, p in zip(ys, points)]),
            ("the root of the numerator's square has lost the sign of the input", [abs(p[i]) / r for r, p in zip(ys, points)]),
            ("one input is divided by the other", [p[i] / p[1 - i] for p in points]),
            ("y stands for the sum of squares, as if no root had been taken", [p[i] / (2 * r * r) for r, p in zip(ys, points)]),
            ("the arguments are read in another order: y comes first, then a and b", [(r, p[0])[i] / p[1] for r, p in zip(ys, points)]),
            ("this is a second derivative", [p[1 - i]**2 / r**3 for r, p in zip(ys, points)]),
            ("the sum of the inputs stands where the root of the sum of squares should", [p[i] / (p[0] + p[1]) for p in points]),
            ("the sum of the sizes stands where the root of the sum of squares should", [p[i] / (abs(p[0]) + abs(p[1])) for p in points]),
            ("this is 1 or -1, the sign of the input: the other input is forgotten", [p[i] / abs(p[i]) for p in points]),
            ("y stands above and the square of the input below, upside down", [r / p[i]**2 for r, p in zip(ys, points)]),
            ("the other input is subtracted from y, as if y were the sum of the inputs' parts", [(r - p[1 - i]) / p[i] for r, p in zip(ys, points)]),
            ("this is y itself", ys)],
            more=[*related(numbers, expected, [("a", [a for a, _ in points]), ("b", [b for _, b in points]), ("y", ys)]),
                  *suspects("e04_operation", (name,), lambda names: [names[name](r, *p) for r, p in zip(ys, points)])])
        exactly(numbers, expected, name)
    return check


CHANGED = "the line `length = operation(...)` was changed; leave it as it was"
FLOATS = "a function of math, .data or float(...) loses the derivative of second order; write it with operators, or with autograd.sqrt"


def row(student):
    for i in range(2):
        p = draws(student.random(i), 2, 0.3)
        asked = call("length", *p)
        found = student.run("e04.row", asked, *p)
        if found is None:
            raise Wrong("`length` is not an operation any more", mistake=CHANGED)
        compare([asked], [as_number(found[0], asked)], [y(*p)], by="it should be",
                more=[(CHANGED, [as_number(found[0], asked)])])
        got = as_vector(found[1], 2, f"the derivatives of {asked}")
        if [round(x, 6) for x in got] != [round(x, 6) for x in slopes(*p)]:
            raise Wrong(f"the derivatives of {asked} are {got[0]:.6g}, {got[1]:.6g}, though by_a and by_b are right", mistake=CHANGED)


def second(student):
    p = draws(student.random("second"), 2, 0.3)
    asked, (a, b) = f"the second derivatives of {call('length', *p)}", p
    got = as_matrix(student.run("e04.second", asked, *p), (2, 2), asked)
    r3 = y(a, b)**3
    expected = [b * b / r3, -a * b / r3, -a * b / r3, a * a / r3]
    names = [f"∂²y/∂{u}∂{v} at a = {a:g}, b = {b:g}" for u in "ab" for v in "ab"]
    compare(names, got, expected, [
        (FLOATS, [0.0] * 4), (FLOATS, [1 / y(a, b), 0.0, 0.0, 1 / y(a, b)])], more=[(FLOATS, got)])


def row_value(student):
    row(student)
    second(student)


PARTS = [Part("∂y/∂a", of(0)), Part("∂y/∂b", of(1)), Part("the row, to second order", row_value)]
