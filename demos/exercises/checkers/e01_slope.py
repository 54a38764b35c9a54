"""Checks exercise 1: the quotient with the step that was asked for."""
import math

from demos.exercises.checkers.asking import Part, call, draw
from demos.exercises.checkers.comparing import all_close, cause, compare, derivative
from demos.exercises.marking.policy import ENGINES, GRADIENTS, Policy
from demos.exercises.mutations.suspects import suspects

POLICY = Policy((((*GRADIENTS, *ENGINES), "it uses {name}: here the quotient itself is wanted"),))
HINTS = ("The change of f is a difference of two of its values. At which two points?",
         "From x - h to x + h the input changes by more than h.",
         "A slope is a change over a change: f's between the two points, over the distance of the two points. Mind the parentheses "
         "around each of them.")


def quotient(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


MISTAKES = [
    ("it looks to one side only, from x to x + h", lambda f, x, h: (f(x + h) - f(x)) / h),
    ("it looks to one side only, from x - h to x", lambda f, x, h: (f(x) - f(x - h)) / h),
    ("it looks to one side only, and divides by the 2 h of both sides", lambda f, x, h: (f(x + h) - f(x)) / (2 * h)),
    ("only h is divided by 2: parentheses are missing", lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h),
    ("only one of the two values is divided: parentheses are missing", lambda f, x, h: f(x + h) - f(x - h) / (2 * h)),
    ("only one of the two values is divided, and only by 2: parentheses are missing", lambda f, x, h: f(x + h) - f(x - h) / 2 * h),
    ("it takes another step than h", lambda f, x, h: derivative(f, x)),
    ("it goes h / 2 to each side, not h", lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / h),
    ("it goes 2 h to each side, not h", lambda f, x, h: (f(x + 2 * h) - f(x - 2 * h)) / (4 * h)),
    ("it goes 2 h to each side, and divides by 2 h", lambda f, x, h: (f(x + 2 * h) - f(x - 2 * h)) / (2 * h)),
    ("it looks from x to x + 2 h, not to both sides", lambda f, x, h: (f(x + 2 * h) - f(x)) / (2 * h)),
    ("it takes more points than x - h and x + h",
     lambda f, x, h: (8 * (f(x + h) - f(x - h)) - f(x + 2 * h) + f(x - 2 * h)) / (12 * h)),
    ("the quotient is missing: this is the change of f", lambda f, x, h: f(x + h) - f(x - h)),
    ("the quotient is missing, and one side: this is the change of f from x to x + h", lambda f, x, h: f(x + h) - f(x)),
    ("the change of f is multiplied, not divided", lambda f, x, h: (f(x + h) - f(x - h)) * 2 * h),
    ("a sum of the two values, where their difference belongs", lambda f, x, h: (f(x + h) + f(x - h)) / (2 * h)),
    ("this is the second derivative: a difference of differences", lambda f, x, h: (f(x + h) - 2 * f(x) + f(x - h)) / h**2),
    ("both values are taken at the same place: their difference is 0", lambda f, x, h: 0.0),
    ("it divides by x, not by the change of the input", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * x)),
    ("it divides by h², not by the change of the input", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h**2)),
    ("h - x in place of x - h", lambda f, x, h: (f(x + h) - f(h - x)) / (2 * h)),
    ("x and h have changed places", lambda f, x, h: (f(h + x) - f(h - x)) / (2 * x)),
    ("it divides by 2, not by 2 h", lambda f, x, h: (f(x + h) - f(x - h)) / 2),
    ("f is taken at h, not at x", lambda f, x, h: derivative(f, h)),
    ("f(x) is divided by h: the change of f is missing", lambda f, x, h: f(x) / h),
    ("f(h) is subtracted, where f(x - h) belongs", lambda f, x, h: (f(x + h) - f(h)) / (2 * h)),
    ("f is taken of the difference of the points, where the difference of its values belongs", lambda f, x, h: f(2 * h) / (2 * h)),
    ("it is 1 whatever f is: h is added to the values of f, or f is not taken at all", lambda f, x, h: 1.0),
    ("h² stands where h should", lambda f, x, h: (f(x + h * h) - f(x - h * h)) / (2 * h * h)),
    ("h² stands where h should, inside f", lambda f, x, h: (f(x + h * h) - f(x - h * h)) / (2 * h)),
    ("x is multiplied by 1 + h and 1 - h, where h is added and subtracted", lambda f, x, h: (f(x * (1 + h)) - f(x * (1 - h))) / (2 * h)),
    ("x is multiplied by h, where h is added and subtracted", lambda f, x, h: (f(x * h) - f(-x * h)) / (2 * h)),
    ("it is an extrapolation from two steps: more than the quotient that was asked for",
     lambda f, x, h: (4 * quotient(f, x, h / 2) - quotient(f, x, h)) / 3),
    ("it is an extrapolation from two steps: more than the quotient that was asked for",
     lambda f, x, h: (4 * quotient(f, x, h) - quotient(f, x, 2 * h)) / 3),
    ("the quotient is rounded to a whole number", lambda f, x, h: round(quotient(f, x, h))),
    ("this is the mean of the two values, where their difference over the distance belongs", lambda f, x, h: (f(x + h) + f(x - h)) / 2),
    ("the size of h is taken: a negative step divides by a negative number", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * abs(h))),
    ("the size of the change is taken: a slope may be negative", lambda f, x, h: abs(f(x + h) - f(x - h)) / (2 * h)),
    ("the quotient is cut off to a whole number, by // or int(...)", lambda f, x, h: (f(x + h) - f(x - h)) // (2 * h)),
    ("the quotient is cut off to a whole number, by // or int(...)", lambda f, x, h: int(quotient(f, x, h))),
    ("this is f itself", lambda f, x, h: f(x))]


CURVES = (math.exp, math.sin, math.cosh)                # of all together mistakes show: none of them is odd, even, or rising alone


def points(student, function):
    rng = student.random(function.__name__)
    found = [(function, draw(rng), draw(rng, 0.1, 0.5)) for _ in range(3)]
    found.append((function, draw(rng, 0.3, 1.5), -draw(rng, 0.1, 0.3)))                  # a negative step looks to both sides too
    return [*found, (math.cosh, -1.25, 0.25)] if function is math.cosh else found        # there the slope is negative


def on(function):
    def check(student):
        mine = points(student, function)
        got = [student.number("slope", *point) for point in mine]
        if not all_close(got, [quotient(*point) for point in mine]) and "all" not in student.memo:
            student.memo["all"] = [(point, student.number("slope", *point)) for f in CURVES for point in points(student, f)]
        asked = student.memo.get("all", list(zip(mine, got)))
        every, numbers = [point for point, _ in asked], [y for _, y in asked]
        known = [(said, lambda wrong=wrong: [wrong(*point) for point in every]) for said, wrong in MISTAKES]
        more = suspects("e01_slope", ("slope",), lambda names: [names["slope"](*point) for point in every])
        compare([call("slope", *point) for point in mine], got, [quotient(*point) for point in mine], by="the central quotient is",
                said=lambda: cause(numbers, [quotient(*point) for point in every], known, more))
    return check


PARTS = [Part("the sine", on(math.sin)), Part("the exponential", on(math.exp)), Part("a curve that opens upward", on(math.cosh))]
