"""Checks exercise 12: the polynomial, and whether the derivatives of the loss are 0 at what fit gives."""
import itertools
from math import cos, isfinite, radians, sin

from demos.exercises.checkers.asking import Part, Wrong, as_number, as_vector, call, draw, draws
from demos.exercises.checkers.comparing import TWO, all_close, cause, close, compare, gradient, minimum
from demos.exercises.checkers.descents import SLOW, STOPS, Descent, in_descent
from demos.exercises.marking.policy import Policy
from demos.exercises.mutations.suspects import suspects

POLICY = Policy()
HINTS = ("Write out p(x) for n = 2, and go through the list c as it stands there.",
         "The coefficient at place 2k - 1 goes with cos(k x), the one at 2k with sin(k x), and the first one with 1.",
         "The loss is a sum over all points, so more points make a larger gradient: take a shorter step for more of them, and go on "
         "until the derivatives are small.")
LOST = "a coefficient went through float(...), .data or a function of math, and its derivative is lost"


def waves(x, n):
    return [1.0] + [wave(k * x) for k in range(1, n + 1) for wave in (cos, sin)]


def p(c, x):
    return sum(ci * wave for ci, wave in zip(c, waves(x, len(c) // 2)))


def grouped(c):
    """c, if it was read as a₀, all aₖ, all bₖ."""
    n = len(c) // 2
    return [c[0]] + [y for k in range(1, n + 1) for y in (c[k], c[n + k])]


def swapped(c):
    return [c[0]] + [y for k in range(1, len(c) // 2 + 1) for y in (c[2 * k], c[2 * k - 1])]


def one_wave(c, x):
    return c[0] + sum(ci * wave for ci, wave in zip(c[1:], [cos(x), sin(x)] * (len(c) // 2)))


def times_k(c, x):
    """cos(x) and sin(x) times k, where k belongs inside."""
    return c[0] + sum(k * (c[2 * k - 1] * cos(x) + c[2 * k] * sin(x)) for k in range(1, len(c) // 2 + 1))


def powers(c, x):
    return c[0] + sum(c[2 * k - 1] * cos(x)**k + c[2 * k] * sin(x)**k for k in range(1, len(c) // 2 + 1))


def shifted(c, x):
    """k begins at 0 for the first pair."""
    return c[0] + sum(c[2 * k - 1] * cos((k - 1) * x) + c[2 * k] * sin((k - 1) * x) for k in range(1, len(c) // 2 + 1))


def from_zero(c, x):
    """k goes from 0 to n - 1, in the indices too."""
    return c[0] + sum(c[2 * k - 1] * cos(k * x) + c[2 * k] * sin(k * x) for k in range(len(c) // 2))


def by_place(c, x):
    """The place in the list stands for k."""
    return c[0] + sum(c[i] * (cos if i % 2 else sin)(i * x) for i in range(1, len(c)))


def by_first_place(c, x):
    """The place of aₖ in the list stands for k, in both waves."""
    return c[0] + sum(c[i] * cos(i * x) + c[i + 1] * sin(i * x) for i in range(1, len(c) - 1, 2))


def summed_inside(c, x):
    return c[0] + sum(c[2 * k - 1] * cos(k + x) + c[2 * k] * sin(k + x) for k in range(1, len(c) // 2 + 1))


MISTAKES = [
    ("k is the place in the list, where two places have the same k", by_first_place),
    ("k is added to x, where it should be a factor: cos(k x)", summed_inside),
    ("cos and sin have changed places", lambda c, x: p(swapped(c), x)),
    ("the k in cos(k x) and sin(k x) is missing", one_wave),
    ("k stands before the waves, not inside", times_k),
    ("k is an exponent, where it belongs inside: cos(k x)", powers),
    ("k begins at 0, where the first wave has k = 1", shifted),
    ("k goes from 0 to n - 1, where it should go from 1 to n", from_zero),
    ("k is the place in the list, where two places have the same k", by_place),
    ("c is read as a₀, a₁, a₂, ..., b₁, b₂, ...; its order is a₀, a₁, b₁, a₂, b₂, ...", lambda c, x: p(grouped(c), x)),
    ("k stands before the sine, not inside", lambda c, x: p(c, x) + sum(c[2 * k] * (k * sin(x) - sin(k * x)) for k in range(1, len(c) // 2 + 1))),
    ("k stands before the cosine, not inside", lambda c, x: p(c, x) + sum(c[2 * k - 1] * (k * cos(x) - cos(k * x)) for k in range(1, len(c) // 2 + 1))),
    ("the cosine stands in both places", lambda c, x: p(c, x) + sum(c[2 * k] * (cos(k * x) - sin(k * x)) for k in range(1, len(c) // 2 + 1))),
    ("the sine stands in both places", lambda c, x: p(c, x) + sum(c[2 * k - 1] * (sin(k * x) - cos(k * x)) for k in range(1, len(c) // 2 + 1))),
    ("k begins at 2, where the first wave has k = 1",
     lambda c, x: c[0] + sum(c[2 * k - 1] * cos((k + 1) * x) + c[2 * k] * sin((k + 1) * x) for k in range(1, len(c) // 2 + 1))),
    ("a₀ is halved", lambda c, x: p(c, x) - c[0] / 2),
    ("a₀ stands in every term of the sum, where it is added once", lambda c, x: p(c, x) + (len(c) // 2 - 1) * c[0]),
    ("a₀ is missing", lambda c, x: p(c, x) - c[0]),
    ("a₀ is counted twice", lambda c, x: p(c, x) + c[0]),
    ("a₀ is multiplied by x or by a wave", lambda c, x: p(c, x) - c[0] + c[0] * cos(x)),
    ("a₀ is multiplied by x", lambda c, x: p(c, x) - c[0] + c[0] * x),
    ("the last wave is missing: k goes from 1 to n, n included", lambda c, x: p(c[:-2], x) if len(c) > 3 else c[0]),
    ("the last sine is missing", lambda c, x: p([*c[:-1], 0.0], x)),
    ("the sines are missing", lambda c, x: p([y if i % 2 or i == 0 else 0.0 for i, y in enumerate(c)], x)),
    ("the cosines are missing", lambda c, x: p([y if i % 2 == 0 else 0.0 for i, y in enumerate(c)], x)),
    ("the sines have the wrong sign", lambda c, x: p([y if i % 2 or i == 0 else -y for i, y in enumerate(c)], x)),
    ("this is a polynomial of powers of x, not of waves", lambda c, x: sum(ci * x**k for k, ci in enumerate(c))),
    ("only the first wave is there", lambda c, x: p(c[:3], x)),
    ("only the last wave is there: the sum begins anew each time", lambda c, x: c[-2] * cos((len(c) // 2) * x) + c[-1] * sin((len(c) // 2) * x)),
    ("only a₀ and the last wave are there: the sum begins anew each time",
     lambda c, x: c[0] + c[-2] * cos((len(c) // 2) * x) + c[-1] * sin((len(c) // 2) * x)),
    ("x is divided by k", lambda c, x: c[0] + sum(c[2 * k - 1] * cos(x / k) + c[2 * k] * sin(x / k) for k in range(1, len(c) // 2 + 1))),
    ("x is read in turns or degrees, not in radians", lambda c, x: p(c, 6.283185307179586 * x)),
    ("the indices of c are off: c[k] and c[k + 1] stand where c[2 k - 1] and c[2 k] should",
     lambda c, x: c[0] + sum(c[k] * cos(k * x) + c[k + 1] * sin(k * x) for k in range(1, len(c) // 2 + 1))),
    ("x is read in degrees", lambda c, x: p(c, radians(x))),
    ("the waves have the factor π: cos(k π x)", lambda c, x: p(c, 3.141592653589793 * x))]


def two_mistakes():
    """The coefficients in another order, and another mistake besides."""
    for order, words in ((swapped, MISTAKES[2][0]), (grouped, next(said for said, _ in MISTAKES if said.startswith("c is read as")))):
        for said, wrong in MISTAKES[3:]:
            yield f"{TWO}{words}; and {said}", lambda c, x, wrong=wrong, order=order: wrong(order(c), x)


def polynomial(student):
    for n in (3, 2, 1):                             # three waves first: there every mistake shows
        rng = student.random(n)
        points = [(draws(rng, 2 * n + 1), draw(rng)) for _ in range(3)]
        got, right = [student.number("polynomial", *point) for point in points], [p(*point) for point in points]
        known = [(said, lambda wrong=wrong: [wrong(*point) for point in points]) for said, wrong in (*MISTAKES, *two_mistakes())
                 if n > 1 or said in ALWAYS]
        mutants = suspects("e12_trigonometric", ("polynomial",), lambda names: [names["polynomial"](*point) for point in points],
                           {"waves": "the list of waves"}) if n > 1 else ()
        compare([call("polynomial", *point) for point in points], got, right, by="it should be",
                said=lambda: cause(got, right, known, mutants) or by_coefficient(student))
    on_values(student, *points[0])


ALWAYS = {said for said, _ in MISTAKES if not said.startswith(("the k in", "c is read", "only", "k stands", "k is an exp", "x is divided"))}


def by_coefficient(student):
    """What is wrong with the part of one coefficient, from the polynomials that have this one alone; "" where each is right."""
    xs = [0.4, 1.1, 2.3, -0.7]
    try:
        parts = [[student.number("polynomial", [float(i == j) for j in range(7)], x) for x in xs] for i in range(8)]
    except Wrong:
        return ""
    if any(parts[7]):
        return "where all coefficients are 0, it gives something else than 0"
    columns = [*zip(*(waves(x, 3) for x in xs))]
    wrong = [i for i in range(7) if not all_close(parts[i], columns[i])]
    if not wrong:
        return "with one coefficient alone it is right, and with several it is not: the parts are not added"
    i, names = wrong[0], ["1", "cos(x)", "sin(x)", "cos(2 x)", "sin(2 x)", "cos(3 x)", "sin(3 x)"]
    ratios = [a / b for a, b in zip(parts[i], columns[i])]
    which = f"the part of c[{i}], for one," if len(wrong) > 1 else f"the part of c[{i}] alone"
    if all(close(ratio, ratios[0]) for ratio in ratios):
        return f"{which} is {ratios[0]:.4g} times what it should be"
    another = next((name for name, column in zip(names, columns) if all_close(parts[i], column)), "")
    return f"{which} is {another}, which is another wave" if another else f"{which} is wrong"


def on_values(student, c, x):
    asked = call("polynomial", c, x)
    found = student.run("e12.on_values", f"{asked} with Values", c, x)
    if found is None:
        raise Wrong(f"{asked} gives a plain number when c holds Values", mistake=LOST)
    compare([f"{asked}: the derivative with respect to c[{i}]" for i in range(len(c))],
            as_vector(found[1], len(c), "the derivatives"), waves(x, len(c) // 2), more=[(LOST, found[1])])


def points_for(student, n, which):
    """Points that no polynomial fits exactly. At c = 0 some derivatives of the loss are 0 for the second kind, and all are
    negative for the third: there a descent that looks at one of them, or at their signs, stops at once. The third are fitted so well
    that the loss itself becomes small, long before its derivatives do."""
    rng = student.random(f"fit {n}" if which == 0 else f"fit {n}, {which}")
    xs = sorted(draws(rng, 8 + 4 * n, 0.0, 6.28))
    c = draws(rng, 2 * n + 1)
    if which:
        rng.shuffle(xs)                                         # a point's y stays with its x
    if which == 2:
        return xs, [2.5 + 2 * cos(x) + 1.5 * sin(x) + round(0.01 * x, 2) for x in xs]
    ys = [round(p(c, 0.0) + x - 0.3 * x * x * (x - 6) / 6, 2) for x in xs]
    return xs, [y - sum(ys) / len(ys) for y in ys] if which else ys


def fit(student):
    had = 0.0
    for n, which in ((1, 0), (1, 2), (2, 0), (1, 1)):
        if which and had > SLOW / which:
            continue                                # it is right, and slow: there is no time for more
        xs, ys = points_for(student, n, which)
        asked = f"fit(xs, ys, {n})"
        names = ["a₀", *(f"{letter}{'₀₁₂'[k]}" for k in range(1, n + 1) for letter in "ab")]

        def loss(c):
            return sum((p(c, x) - y)**2 for x, y in zip(xs, ys))
        try:
            answer, way, samples, seconds = student.run("e12.fit", asked, xs, ys, n)
        except Wrong as wrong:
            raise in_descent(wrong, student, "e12.way", loss, names) from None
        had += as_number(seconds, asked)
        answer = as_vector(answer, 2 * n + 1, asked)
        descent = Descent(way, answer, loss, names)
        first = [(STOPS, descent.stops)] if which else []
        minimum(asked, names, answer, loss, itertools.chain(first, causes(answer, descent, loss, xs, ys, n, samples)))


def causes(answer, descent, loss, xs, ys, n, samples):
    sums = [sum(y * wave for y, wave in zip(ys, column)) * (2.0 if k else 1.0) / len(xs)
            for k, column in enumerate(zip(*(waves(x, n) for x in xs)))]
    yield ("these are sums like 2/m Σ y cos(k x), which are right for evenly spaced points only",
           lambda: all_close(answer, sums, 1e-4))
    yield "nothing was fitted: all coefficients are 0", lambda: not any(answer)
    yield ("the coefficients are rounded, and the minimum lies between such numbers",
           lambda: all(abs(c) < 100 for c in answer) and any(
               all(c == round(c, digits) for c in answer) and at_minimum(loss, answer, len(xs) * (2 * n + 1) / 10**digits)
               for digits in range(1, 5)))
    yield ("the x are sorted, or turned round, without their y: a point gets the y of another",
           lambda: any(at_minimum(lambda c, order=order: sum((p(c, x) - y)**2 for x, y in zip(order, ys)), answer)
                       for order in (sorted(xs), sorted(xs, reverse=True), xs[::-1]) if order != xs))
    yield "cos and sin have changed places in what is fitted", lambda: at_minimum(lambda c: loss(swapped(c)), answer)
    yield ("the coefficients are in the order a₀, a₁, a₂, ..., b₁, b₂, ...; it should be a₀, a₁, b₁, a₂, b₂, ...",
           lambda: n > 1 and at_minimum(lambda c: loss([c[0], c[1], c[n + 1], c[2], c[n + 2]]), answer))
    yield ("only some of the coefficients are fitted: the others are 0",
           lambda: 0.0 in answer and all(abs(d) < 1e-3 or x == 0.0 for d, x in zip(gradient(loss, answer), answer)))
    yield ("it is the minimum of the sum of absolute errors, not of the squares",
           lambda: at_minimum(lambda c: sum(abs(p(c, x) - y) for x, y in zip(xs, ys)), answer, 0.2))
    yield ("it is the minimum for the first points alone, not for all of them",
           lambda: any(at_minimum(lambda c: sum((p(c, x) - y)**2 for x, y in zip(xs[:m], ys[:m])), answer) for m in range(2 * n + 1, len(xs))))
    yield ("it is the minimum of a loss with something added that keeps the coefficients small",
           lambda: ridge(answer, gradient(loss, answer)))
    descent.samples = (samples, len(xs))
    yield from descent.causes()


def ridge(answer, slopes):
    """Whether the gradient is a negative multiple of the coefficients."""
    ratios = [d / x for d, x in zip(slopes, answer) if abs(x) > 1e-6]
    return len(ratios) > 1 and ratios[0] < 0 and all(close(r, ratios[0], 1e-2, 1e-3) for r in ratios)


def at_minimum(loss, c, tolerance=2e-3):
    return all(isfinite(x) for x in c) and all(abs(slope) < tolerance for slope in gradient(loss, c))


PARTS = [Part("the polynomial", polynomial), Part("the fit", fit, 2.0)]
