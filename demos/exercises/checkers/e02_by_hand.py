"""Checks exercise 2: the derivative, as a formula."""
from math import cos, degrees, radians, sin

from demos.exercises.checkers.asking import Part, Wrong, call, draws, show
from demos.exercises.checkers.comparing import OFF, combination, compare, derivative, exactly, in_terms, related
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects

POLICY = derive("the rule is to be found with pen and paper")
HINTS = ("f is a quotient. Which rule has the derivative of a quotient?",
         "Call the numerator u and the denominator v, and write down u' and v' first.",
         "The rule for u / v has two terms in its numerator, with a - between them, and the square of v below.")
WORDS = {"u, v": "the line that sets u and v", "(u, v)": "the line that sets u and v",
         "(du, dv)": "the derivatives of numerator and denominator", "return": "the quotient rule"}


def f(x):
    return sin(x) / (1 + x**2)


def df(x):
    u, v, du, dv = parts(x)
    return (du * v - u * dv) / v**2


def parts(x):
    return sin(x), 1 + x**2, cos(x), 2 * x


MISTAKES = [
    ("this is the derivative of the numerator only", lambda x, u, v, du, dv: du),
    ("this is the derivative of the denominator only", lambda x, u, v, du, dv: dv),
    ("this is the derivative of the numerator only, and the denominator as it was", lambda x, u, v, du, dv: du / v),
    ("this is one derivative over the other: a quotient has a rule of its own", lambda x, u, v, du, dv: du / dv),
    ("this is the product of the derivatives: a quotient has a rule of its own", lambda x, u, v, du, dv: du * dv),
    ("the denominator has to be squared", lambda x, u, v, du, dv: (du * v - u * dv) / v),
    ("the denominator is missing", lambda x, u, v, du, dv: du * v - u * dv),
    ("a + where the quotient rule has a -", lambda x, u, v, du, dv: (du * v + u * dv) / v**2),
    ("the rule of a product, where a quotient is", lambda x, u, v, du, dv: du * v + u * dv),
    ("the derivative of x² is 2x", lambda x, u, v, du, dv: (du * v - u * x) / v**2),
    ("the derivative of x² is 2x, not 2", lambda x, u, v, du, dv: (du * v - u * 2) / v**2),
    ("the derivative of 1 + x² has no 1: constants vanish", lambda x, u, v, du, dv: (du * v - u * (1 + dv)) / v**2),
    ("the derivative of 1 + x² is not x²", lambda x, u, v, du, dv: (du * v - u * x * x) / v**2),
    ("the derivative of sin has the sign +", lambda x, u, v, du, dv: (-du * v - u * dv) / v**2),
    ("the derivative of sin is cos, not sin", lambda x, u, v, du, dv: (u * v - u * dv) / v**2),
    ("sin and cos have changed places", lambda x, u, v, du, dv: (u * v - du * dv) / v**2),
    ("the derivative of sin is missing: cos stands nowhere", lambda x, u, v, du, dv: (v - u * dv) / v**2),
    ("the terms of the numerator are paired wrongly: u' goes with v, and v' with u",
     lambda x, u, v, du, dv: (u * v - du * dv) / v**2),
    ("the terms of the numerator are paired wrongly: u' goes with v, and v' with u",
     lambda x, u, v, du, dv: (du * dv - u * v) / v**2),
    ("the square of x is missing in the denominator", lambda x, u, v, du, dv: (du * (1 + x) - u) / (1 + x)**2),
    ("1 + x² is read as 1 - x²", lambda x, u, v, du, dv: (du * (1 - x * x) + u * dv) / (1 - x * x)**2),
    ("parentheses are missing: only the second term is divided", lambda x, u, v, du, dv: du * v - u * dv / v**2),
    ("only the first term of the numerator is there", lambda x, u, v, du, dv: du * v / v**2),
    ("only the second term of the numerator is there", lambda x, u, v, du, dv: -u * dv / v**2),
    ("the denominator is squared in the wrong place: 1 + x⁴", lambda x, u, v, du, dv: (du * v - u * dv) / (1 + x**4)),
    ("the power of the denominator is not 2", lambda x, u, v, du, dv: (du * v - u * dv) / v**3),
    ("the numerator's u is missing beside v'", lambda x, u, v, du, dv: (du * v - dv) / v**2),
    ("the second derivative, not the first", lambda x, u, v, du, dv: derivative(df, x)),
    ("x is read in degrees; math and NumPy take radians", lambda x, u, v, du, dv: df(radians(x))),
    ("x is turned into degrees; math and NumPy take radians", lambda x, u, v, du, dv: df(degrees(x))),
    ("x is cut off to a whole number", lambda x, u, v, du, dv: df(int(x))),
    ("x is rounded to a whole number", lambda x, u, v, du, dv: df(round(x))),
    ("the denominator is 1 + x³, where 1 + x² belongs", lambda x, u, v, du, dv: (du * v - u * dv) / (1 + x**3)**2),
    ("the sine is squared in the second term", lambda x, u, v, du, dv: (du * v - u**2 * dv) / v**2),
    ("the cosine is squared in the first term", lambda x, u, v, du, dv: (du**2 * v - u * dv) / v**2),
    ("tan stands where cos should", lambda x, u, v, du, dv: (u / du * v - u * dv) / v**2),
    ("the derivative of sin is not tan", lambda x, u, v, du, dv: u / du / v),
    ("x is read in degrees in the sine and cosine", lambda x, u, v, du, dv: (cos(radians(x)) * v - sin(radians(x)) * dv) / v**2),
    ("the derivative of 1 / v is taken as 1 / v', in a product of u and 1 / v", lambda x, u, v, du, dv: du / v + u / dv),
    ("the derivative of 1 / v is taken as -1 / v²: the inner derivative v' is missing", lambda x, u, v, du, dv: du / v - u / v**2),
    ("the derivative of 1 / v has a minus, and the inner derivative v' is missing too", lambda x, u, v, du, dv: du / v + u / v**2),
    ("this is the derivative of cos(x) / (1 + x²)", lambda x, u, v, du, dv: (-u * v - du * dv) / v**2),
    ("the derivative of the numerator is divided by the square of v'", lambda x, u, v, du, dv: (du * v - u * dv) / dv**2),
    ("it is divided by the square of the numerator, where that of the denominator belongs",
     lambda x, u, v, du, dv: (du * v - u * dv) / u**2),
    ("this is f itself", lambda x, u, v, du, dv: u / v)]


def check(student):
    xs = [*draws(student.random(), 6), *draws(student.random("far"), 2, 3.3, 6.0)]      # where x sin(x) is negative too
    got = [student.number("df", x) for x in xs]
    terms = [("u' v / v²", [cos(x) / (1 + x**2) for x in xs], 1.0), ("u v' / v²", [2 * x * sin(x) / (1 + x**2)**2 for x in xs], -1.0)]
    sums = combination(got, terms)
    compare([call("df", x) for x in xs], got, list(map(df, xs)),
            [(said, lambda wrong=wrong: [wrong(x, *parts(x)) for x in xs]) for said, wrong in MISTAKES],
            more=[*related(got, list(map(df, xs)), [("x", xs), ("sin x", list(map(sin, xs))), ("cos x", list(map(cos, xs))), ("1 + x²", [1 + x * x for x in xs])]),
                  *of_terms(xs, got), *[(f"for the numerator u and the denominator v: {sums}", got)] * bool(sums),
                  *suspects("e02_by_hand", ("df",), lambda names: list(map(names["df"], xs)), WORDS)])
    by_formula(student, xs, got)


def of_terms(xs, got):
    """One of the two terms of the quotient rule has a factor too much, or lacks one."""
    first, second = [cos(x) / (1 + x**2) for x in xs], [-2 * x * sin(x) / (1 + x**2)**2 for x in xs]
    known = [("x", xs), ("sin x", list(map(sin, xs))), ("cos x", list(map(cos, xs))), ("1 + x²", [1 + x * x for x in xs])]
    for name, term, other in (("first", first, second), ("second", second, first)):
        for said, _ in related([x - y for x, y in zip(got, other)], term, known):
            if said.startswith(f"{OFF}times"):
                yield f"in u'/v - u v'/v², the {name} term is the right one {said.removeprefix(OFF)}", got
    if said := in_terms(got, first, second, [1 + x * x for x in xs]):
        yield said, got


def by_formula(student, xs, got):
    """Raise Wrong where df is a difference quotient: it takes f or the sine near x, or is right to some digits only."""
    for x in xs[:3]:
        of_f, of_sin = student.raw("e02.points", call("df", x), x)
        near = [t for t in [*of_f, *of_sin] if isinstance(t, float) and t != x and abs(t - x) < 0.3 and abs(t) != abs(x)]
        if near and (any(t in of_f for t in near) or len(near) > 1):
            raise Wrong(f"{call('df', x)} takes {'f' if near[0] in of_f else 'the sine'} at {near[0]:.10g}",
                        mistake="it is a difference quotient; its numbers are right, but here the rule is wanted, as a formula")
    exactly(got, list(map(df, xs)), "df")


def at_zero(student):
    compare(["df(0)"], [student.number("df", 0.0)], [df(0.0)])
    compare(["df(3)"], [student.number("df", 3)], [df(3.0)])


PARTS = [Part("the derivative", check, 2.0), Part("at 0, and at a whole number", at_zero)]
