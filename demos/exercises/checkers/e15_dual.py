"""Checks exercise 15: each rule by itself, then derivatives of derivatives and a Newton step."""
from math import cos, sin

import numpy as np

from demos.exercises.checking import Wrong, as_number, compare, derivative, draw


def check(student):
    rng = np.random.default_rng(15)
    xs = draw(rng, 4, low=0.5).tolist()
    found = expressions(student)
    for text, f in found.items():
        check_rules(student, text, f, xs)
    for text, f in found.items():
        check_first(student, text, f, xs)
    for text, f in found.items():
        check_second(student, text, f, xs)
    for text, f in list(found.items())[-2:]:
        check_newton(student, text, f, xs)


def expressions(student):
    """Functions of a dual number, from one operation each to all of them together."""
    def sine(x):
        return student.get("sin")(x)
    found = {"x * x": lambda x: x * x,
             "(x + 2) * x * 3": lambda x: (x + 2.0) * x * 3.0,
             "1 / x": lambda x: 1.0 / x,
             "(x * x + 1) / (x + 3)": lambda x: (x * x + 1.0) / (x + 3.0),
             "sin(x)": sine,
             "x * sin(x * x) / (2 - sin(x))": lambda x: x * sine(x * x) / (2.0 - sine(x)),
             "x * x * x * x - 3 * x + sin(x)": lambda x: x * x * x * x - 3.0 * x + sine(x)}
    for text, f in found.items():
        f.__name__ = text                               # what a message calls it
    return found


def check_rules(student, text, f, xs):
    """The value and the tangent of f at dual numbers with the tangent 1: `derivative` need not be written yet."""
    duals = [student.do(f"{text} for the dual number ({x:g}, 1)", lambda x: f(student.get("Dual")(x, 1.0)), x) for x in xs]
    plain = on_floats(student, text, f)
    for part, truth in (("value", plain), ("tangent", lambda x: derivative(plain, x))):
        names = [f"the {part} of {text} for the dual number ({x:g}, 1)" for x in xs]
        got = [as_number(student.attempt(name, getattr, d, part), name) for name, d in zip(names, duals)]
        compare(names, got, [truth(x) for x in xs],
                [(said, [wrong(x) for x in xs]) for said, wrong in SUSPECTS.get(text, []) if part == "tangent"])


def on_floats(student, text, f):
    return lambda x: as_number(student.attempt(f"{text} on a float", f, x), text)


def check_first(student, text, f, xs):
    plain = on_floats(student, text, f)
    compare([f"the derivative of {text} at {x:g}" for x in xs],
            [as_number(student.ask("derivative", f, x), f"the derivative of {text}") for x in xs],
            [derivative(plain, x) for x in xs], [("this is the value, not the tangent", [plain(x) for x in xs])])


def inner_missing(x):
    """The derivative of x sin(x²) / (2 - sin(x)) where the sine forgets the derivative of what is inside."""
    u, v = x * sin(x * x), 2 - sin(x)
    return ((sin(x * x) + x * cos(x * x)) * v + u * cos(x)) / v**2


SUSPECTS = {
    "x * x": [("the product rule has two terms", lambda x: x),
              ("the tangents are multiplied: the product rule has values too", lambda x: 1.0)],
    "1 / x": [("the square of the denominator is missing", lambda x: -1.0),
              ("the - of the quotient rule is missing", lambda x: 1 / x**2)],
    "sin(x)": [("the derivative of sin is cos", sin)],
    "x * sin(x * x) / (2 - sin(x))": [("the tangent of what is inside the sine is missing: the chain rule", inner_missing)]}


def check_second(student, text, f, xs):
    def first(t):
        return student.module.derivative(f, t)
    first.__name__ = f"the derivative of {text}"
    plain = on_floats(student, text, first)
    got = [as_number(student.ask("derivative", first, x), f"the derivative of the derivative of {text}") for x in xs]
    compare([f"the second derivative of {text} at {x:g}" for x in xs], got, [derivative(plain, x) for x in xs],
            [("a tangent is lost on the way: do the rules use .value where a dual number may stand?", np.zeros(len(xs)))])


def check_newton(student, text, f, xs):
    def first(t):
        return as_number(student.module.derivative(f, t), text)
    nested = []                                         # whether f was ever called with a dual number in a dual number

    def watched(x):
        nested.append(hasattr(x, "value") and hasattr(x.value, "value"))
        return f(x)
    watched.__name__ = text
    got = [student.number("newton_step", watched, x) for x in xs]
    d, dd = np.array([first(x) for x in xs]), np.array([derivative(first, x) for x in xs])
    value = np.array([f(x) for x in xs])
    compare([f"newton_step for {text} from {x:g}" for x in xs], got, xs - d / dd,
            [("it goes the wrong way: a + before f'/f''", xs + d / dd),
             ("f over f', which looks for a zero of f, not of f'", xs - value / d),
             ("this is the step, without the x it begins at", -d / dd),
             ("this is the step, without the x it begins at", d / dd),
             ("f' times f'', where it should be divided", xs - d * dd),
             ("f'' over f', upside down", xs - dd / d)],
            by="with a second derivative by finite differences it is")
    if not any(nested):
        raise Wrong("newton_step never calls f with a dual number in a dual number",
                    "Perhaps: the second derivative comes from a difference quotient; take the derivative of the derivative.")
