"""Checks exercise 15: each rule by itself, then derivatives of derivatives and a Newton step."""
from math import cos, sin

from demos.exercises.checkers.asking import Part, Wrong, as_number, draw
from demos.exercises.checkers.comparing import OFF, close, compare, derivative, exactly, in_terms, related
from demos.exercises.marking.policy import ENGINES, NO_ENGINE, Policy
from demos.exercises.mutations.suspects import suspects
from demos.exercises.probes.e15 import EXPRESSIONS

WHY = "it uses {name}: here the rules of dual numbers are wanted"
POLICY = Policy(((NO_ENGINE, WHY), (ENGINES, WHY), (("numpy.gradient",), WHY)), "it uses complex numbers: here dual numbers are wanted")
HINTS = ("Every rule has two lines: the value as for numbers, and the tangent by the rule of differentiation.",
         "Where a dual number may hold another, write values and tangents with operators and with this file's sin and cos, never with "
         "those of math.",
         "derivative asks f at the dual number with the tangent 1. newton_step needs f' and f'': f' is a function too, and derivative "
         "can be asked for its derivative.")
DUAL = ("__mul__", "__truediv__", "sin", "derivative", "newton_step")


def f(text):
    return lambda x: EXPRESSIONS[text](x, sin)


def slope(text):
    return {"x * x": lambda x: 2 * x, "(x + 2) * x * 3": lambda x: 6 * x + 6, "1 / x": lambda x: -1 / x**2, "x / 4": lambda x: 0.25,
            "(x * x + 1) / (x + 3)": lambda x: (2 * x * (x + 3) - x * x - 1) / (x + 3)**2, "sin(x)": cos,
            "sin(3 * x)": lambda x: 3 * cos(3 * x), "x * x * x * x - 3 * x + sin(x)": lambda x: 4 * x**3 - 3 + cos(x),
            "x * sin(x * x) / (2 - sin(x))": lambda x: ((sin(x * x) + 2 * x * x * cos(x * x)) * (2 - sin(x)) + x * sin(x * x) * cos(x))
            / (2 - sin(x))**2}[text]


def inner_missing(x):
    """The derivative of x sin(x²) / (2 - sin(x)) where the sine forgets the derivative of what is inside."""
    u, v = x * sin(x * x), 2 - sin(x)
    return ((sin(x * x) + x * cos(x * x)) * v + u * cos(x)) / v**2


TANGENTS = {
    "x * x": [("the product rule has two terms", lambda x: x),
              ("the tangents are multiplied: the product rule has values too", lambda x: 1.0),
              ("a - between the two terms of the product rule", lambda x: 0.0),
              ("the tangents are added: the product rule has values too", lambda x: 2.0),
              ("this is the value, not the tangent", lambda x: x * x)],
    "(x + 2) * x * 3": [("the first term of the product rule is there twice: that is right for squares only", lambda x: 12 * x),
                        ("the second term of the product rule is there twice: that is right for squares only", lambda x: 12 * x + 24),
                        ("the tangent of a plain number is 0, not 1", lambda x: 6 * x + 6 + 3 * (x + 2) * x / 3),
                        ("the tangent is not multiplied by the plain number", lambda x: 2 * x + 2)],
    "1 / x": [("the square of the denominator is missing", lambda x: -1.0),
              ("the square of the denominator is missing: it is there once", lambda x: -1 / x),
              ("the square of the denominator is missing, and the -", lambda x: 1 / x),
              ("the sign is wrong: the - of the quotient rule is missing, or its terms have changed places", lambda x: 1 / x**2),
              ("the tangents are divided: a quotient has a rule of its own", lambda x: 0.0),
              ("this is the value, not the tangent", lambda x: 1 / x)],
    "(x * x + 1) / (x + 3)": [
        ("the tangents are divided: a quotient has a rule of its own", lambda x: 2 * x),
        ("the - of the quotient rule is missing", lambda x: (2 * x * (x + 3) + x * x + 1) / (x + 3)**2),
        ("the sign of the quotient rule is the wrong way round", lambda x: -(2 * x * (x + 3) - x * x - 1) / (x + 3)**2),
        ("the square of the denominator is missing", lambda x: 2 * x * (x + 3) - x * x - 1),
        ("the denominator is there, and not its square", lambda x: (2 * x * (x + 3) - x * x - 1) / (x + 3)),
        ("it is divided by the square of the numerator, where that of the denominator belongs",
         lambda x: (2 * x * (x + 3) - x * x - 1) / (x * x + 1)**2),
        ("only the term of the numerator is there", lambda x: 2 * x / (x + 3)),
        ("the terms of the numerator are paired wrongly", lambda x: (2 * x * (x * x + 1) - (x + 3)) / (x + 3)**2)],
    "sin(x)": [("the derivative of sin is cos", sin), ("the derivative of sin has the sign +", lambda x: -cos(x)),
               ("the tangent is not computed: it is that of the input", lambda x: 1.0), ("the tangent is lost: it is 0", lambda x: 0.0),
               ("the sine is taken of the tangent", lambda x: sin(1.0)),
               ("the cosine is taken of the tangent, not of the value", lambda x: cos(1.0))],
    "sin(3 * x)": [("the tangent of what is inside the sine is missing: the chain rule", lambda x: cos(3 * x)),
                   ("the cosine is taken of the tangent, not of the value", lambda x: cos(3.0)),
                   ("the tangent is added to the cosine, where it should be a factor", lambda x: cos(3 * x) + 3),
                   ("the cosine is missing: only the tangent of what is inside is there", lambda x: 3.0)],
    "x * sin(x * x) / (2 - sin(x))": [("the tangent of what is inside the sine is missing: the chain rule", inner_missing)]}
VALUES = [("this is a sum, or the tangent, where the value should stand", slope)]


def rules(*texts):
    """The value and the tangent of expressions at dual numbers with the tangent 1: `derivative` need not be written yet."""
    def check(student):
        xs = [draw(student.random(i), 0.5) for i in range(4)]
        for text in texts:
            names = [f"{text} for the dual number ({x:g}, 1)" for x in xs]
            duals = [student.run("e15.dual", name, text, x) for name, x in zip(names, xs)]
            if any(d[2:] != [x, 1.0] for d, x in zip(duals, xs)):
                raise Wrong(f"{names[0]} changes the dual number it is computed from",
                            mistake="a rule changes `self` or `other`, where it should give a new Dual")
            for k, (part, truth) in enumerate((("value", f(text)), ("tangent", slope(text)))):
                asked = [f"the {part} of {name}" for name in names]
                got = [as_number(d[k], name) for d, name in zip(duals, asked)]
                known = TANGENTS.get(text, []) if k else [(said, make(text)) for said, make in VALUES]
                compare(asked, got, list(map(truth, xs)), [(said, lambda wrong=wrong: list(map(wrong, xs))) for said, wrong in known],
                        by="it should be", more=of_quotient(text, xs, got) if k and text == PAIR else mutants(lambda names: [part_of(names, text, x, part) for x in xs]))
            exactly(got, list(map(slope(text), xs)), f"the tangent of {text}")
            plain = [as_number(student.run("e15.on_float", f"{text} on a float", text, x), f"{text} on a float") for x in xs[:1]]
            compare([f"{text} for the float {xs[0]:g}"], plain, [f(text)(xs[0])], by="it should be",
                    more=[("sin of a plain number is a plain number", plain)])
    return check


PAIR = "(x * x + 1) / (x + 3)"


def of_quotient(text, xs, got):
    """By what the terms of the tangent of that quotient are off."""
    v = [x + 3 for x in xs]
    said = in_terms(got, [2 * x / y for x, y in zip(xs, v)], [-(x * x + 1) / y**2 for x, y in zip(xs, v)], v)
    yield from [(said, got)] if said else []
    yield from mutants(lambda names: [part_of(names, text, x, "tangent") for x in xs])


def part_of(names, text, x, part):
    return getattr(EXPRESSIONS[text](names["Dual"](x, 1.0), names["sin"]), part)


def mutants(ask):
    return suspects("e15_dual", DUAL, ask, {"tangent": "the tangent of the product", "return": "what is returned", "y": "the value"})


ALL = ("x * x", "(x * x + 1) / (x + 3)", "sin(3 * x)", "x * sin(x * x) / (2 - sin(x))", "x * x * x * x - 3 * x + sin(x)")


def first(student):
    xs = [draw(student.random(i), 0.5) for i in range(4)]
    asked = [(text, x) for text in ALL for x in xs]
    names = [f"the derivative of {text} at {x:g}" for text, x in asked]
    found = [student.run("e15.first", name, text, x) for name, (text, x) in zip(names, asked)]
    got = [as_number(answer, name) for (answer, _), name in zip(found, names)]
    right, at, values = [slope(text)(x) for text, x in asked], [x for _, x in asked], [f(text)(x) for text, x in asked]

    def elsewhere(move):
        return lambda: [slope(text)(move(x)) for text, x in asked]
    compare(names, got, right, [
        ("this is the value, not the tangent", values),
        ("the tangent begins at 0, where dx/dx is 1, or f is asked at a plain number", [0.0] * len(at)),
        ("this is x times the derivative: the tangent begins at x, where dx/dx is 1, or the result is multiplied by x", [x * d for x, d in zip(at, right)]),
        ("f is asked at x + 1, and not at x", elsewhere(lambda x: x + 1)), ("f is asked at x - 1, and not at x", elsewhere(lambda x: x - 1)),
        ("f is asked at 2 x, and not at x", elsewhere(lambda x: 2 * x)), ("f is asked at -x, and not at x", elsewhere(lambda x: -x)),
        ("f is asked at 1, whatever x is", elsewhere(lambda x: 1.0)), ("f is asked at 0, whatever x is", elsewhere(lambda x: 0.0)),
        ("value and tangent are added", [y + d for y, d in zip(values, right)]),
        ("f is asked at 1 with the tangent x: value and tangent have changed places", lambda: [slope(text)(1.0) * x for text, x in asked])],
        more=[*related(got, right, [("x", at), ("f(x)", values)]),
              *mutants(lambda names: [names["derivative"](lambda t: EXPRESSIONS[text](t, names["sin"]), x) for text, x in asked])])
    if not all(any(any(duals) for (_, duals), (other, _) in zip(found, asked) if other == text) for text in ALL):
        raise Wrong("derivative never asks a function at a dual number",
                    mistake="it is a difference quotient; here the tangent of a dual number is wanted")
    exactly(got, right, "derivative")


def second(student):
    xs = [draw(student.random(i), 0.5) for i in range(3)]
    for text in ALL:
        names = [f"the second derivative of {text} at {x:g}" for x in xs]
        got = [as_number(student.run("e15.second", name, text, x), name) for name, x in zip(names, xs)]
        right = [derivative(slope(text), x) for x in xs]
        lost = "a tangent is lost on the way: a rule uses .value, float(...) or math where a dual number may stand"
        compare(names, got, right, [(lost, got)])       # the first derivatives are right


def newton(student):
    xs = [*[draw(student.random(i), 0.5) for i in range(4)], *[-draw(student.random(i), 0.5) for i in range(4)]]     # f'' has both signs
    for text in ALL[-2:]:
        names = [f"newton_step for {text} from {x:g}" for x in xs]
        found = [student.run("e15.newton", name, text, x) for name, x in zip(names, xs)]
        got = [as_number(answer, name) for (answer, _), name in zip(found, names)]
        d, dd, value = list(map(slope(text), xs)), [derivative(slope(text), x) for x in xs], list(map(f(text), xs))
        right = [x - a / b for x, a, b in zip(xs, d, dd)]
        compare(names, got, right, [
            ("it goes the wrong way: a + before f'/f''", [x + a / b for x, a, b in zip(xs, d, dd)]),
            ("f over f', which looks for a zero of f, not of f'", [x - y / a for x, y, a in zip(xs, value, d)]),
            ("f over f'', where f' belongs above", [x - y / b for x, y, b in zip(xs, value, dd)]),
            ("this is the step, without the x it begins at", [-a / b for a, b in zip(d, dd)]),
            ("this is the step, without the x it begins at", [a / b for a, b in zip(d, dd)]),
            ("f' times f'', where it should be divided", [x - a * b for x, a, b in zip(xs, d, dd)]),
            ("f'' over f', upside down", [x - b / a for x, a, b in zip(xs, d, dd)]),
            ("a step of plain descent: f'' is missing", [x - a for x, a in zip(xs, d)]),
            ("f'' alone is subtracted", [x - b for x, b in zip(xs, dd)]),
            ("the step of f'' divided by its absolute value", [x - a / abs(b) for x, a, b in zip(xs, d, dd)]),
            ("the square of f' stands where f'' should", [x - 1 / a for x, a in zip(xs, d)]),
            ("the third derivative stands where the second belongs, and the second where the first does", lambda: [x - b / derivative(lambda t: derivative(slope(text), t), x)
                                                                  for x, b in zip(xs, dd)]),
            ("f' over f, where f' over f'' belongs", [x - a / y for x, a, y in zip(xs, d, value)]),
            ("f' is taken of f'(x): that is not f'', the derivative of f'",
             lambda: [x - a / slope(text)(a) for x, a in zip(xs, d)]),
            ("f' is taken of f'(x): that is not f'', the derivative of f'", lambda: [x - slope(text)(a) for x, a in zip(xs, d)]),
            ("f'' is taken at f'(x), where it belongs at x", lambda: [x - a / derivative(slope(text), a) for x, a in zip(xs, d)]),
            ("this is a step of Halley's method for a zero of f: f stands in it, and a Newton step for f' has only f' and f''",
             [x - 2 * y * a / (2 * a * a - y * b) for x, y, a, b in zip(xs, value, d, dd)]),
            ("two steps, where one is asked for", lambda: again(text, xs, 2)),
            ("it goes on to the end, where one step is asked for", lambda: again(text, xs, 60)),
            ("it goes on to the end, where one step is asked for", lambda: again(text, xs, 20)),
            ("it goes on to the end, where one step is asked for", lambda: again(text, xs, 10)),
            ("half the step", [x - a / (2 * b) for x, a, b in zip(xs, d, dd)]),
            *[(f"the step is {k:.4g} times f', where f' over f'' belongs", [x - k * a for x, a in zip(xs, d)]) for k in [(xs[0] - got[0]) / d[0]]],
            ("x is multiplied: it should be the difference of x and the step", [x * a / b for x, a, b in zip(xs, d, dd)])],
            by="it should be",
            more=[*of_step(xs, got, right, [("f'", d), ("f''", dd), ("f", value), ("x", xs)]), *mutants(lambda names: [names["newton_step"](lambda t: EXPRESSIONS[text](t, names["sin"]), x) for x in xs])])
        if not any(nested for _, nested in found):
            raise Wrong("newton_step never calls f with a dual number in a dual number",
                        mistake="the second derivative comes from a difference quotient; take the derivative of the derivative")
        if not all(close(a, b, 1e-7, 1e-7) for a, b in zip(got, right)):
            raise Wrong("newton_step is right to some digits only", mistake="a difference quotient stands in it")


SIZE = "the size of the step is wrong: it is"


def of_step(xs, got, right, known):
    """What the step is, where it is the right one times something."""
    steps, wanted = [x - y for x, y in zip(xs, got)], [x - y for x, y in zip(xs, right)]
    ratios = [a / b for a, b in zip(steps, wanted)]
    if all(close(r, ratios[0]) for r in ratios):
        yield f"{SIZE} {ratios[0]:.4g} times what it should be", got
    for said, _ in related(steps, wanted, known):
        yield said.replace(OFF.strip(), f"{SIZE} the right one"), got


def again(text, xs, times):
    for _ in range(times):
        xs = [x - slope(text)(x) / derivative(slope(text), x) for x in xs]
    return xs


PARTS = [Part("the product", rules("x * x", "(x + 2) * x * 3")), Part("the quotient", rules("(x * x + 1) / (x + 3)", "1 / x", "x / 4")),
         Part("the sine", rules("sin(x)", "sin(3 * x)", "x * sin(x * x) / (2 - sin(x))")), Part("the derivative", first),
         Part("derivatives of derivatives", second), Part("the Newton step", newton)]
