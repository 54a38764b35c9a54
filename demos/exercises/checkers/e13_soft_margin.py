"""Checks exercise 13: the loss on floats and on Values, and whether its derivatives are 0 at what train gives."""
import itertools
from math import exp, log1p

from demos.exercises.checkers.asking import Part, Wrong, as_number, as_tuple, as_vector, at, draw, draws
from demos.exercises.checkers.comparing import close, combination, compare, gradient, minimum
from demos.exercises.checkers.descents import SLOW, STOPS, Descent, in_descent
from demos.exercises.marking.policy import Policy
from demos.exercises.mutations.suspects import suspects

POLICY = Policy()
HINTS = ("Write f(x) = w · x + b for one point first, then what this point pays, then the sum.",
         "A point pays softplus(1 - y f(x)): little where y f(x) is above 1, and more the further it is below.",
         "w₁² + w₂² is counted once, not once for each point. For train, take the gradient with respect to w and to b, and a step "
         "that is shorter for more points.")
LOST = "a function of math, float(...) or .data loses the derivatives; use the functions of autograd"


def softplus(t):
    return max(t, 0.0) + log1p(exp(-abs(t)))


def f(w, b, x):
    return w[0] * x[0] + w[1] * x[1] + b


def margins(w, b, xs, ys):
    return [y * f(w, b, x) for x, y in zip(xs, ys)]


def square(w):
    return w[0]**2 + w[1]**2


def loss(w, b, xs, ys):
    return square(w) + sum(softplus(1 - m) for m in margins(w, b, xs, ys))


def with_points(pay):
    """A loss with the right first term, and what each point pays as a function of w, b, x, y."""
    return lambda w, b, xs, ys: square(w) + sum(pay(w, b, x, y) for x, y in zip(xs, ys))


def pays(w, b, xs, ys):
    return sum(softplus(1 - m) for m in margins(w, b, xs, ys))


MISTAKES = [
    ("the first term, |w|², is missing", pays),
    ("the first term is |w|², not half of it", lambda w, b, xs, ys: square(w) / 2 + pays(w, b, xs, ys)),
    ("b² stands in the first term, which has w only", lambda w, b, xs, ys: square(w) + b * b + pays(w, b, xs, ys)),
    ("this is |w| or w, not its square", lambda w, b, xs, ys: square(w)**0.5 + pays(w, b, xs, ys)),
    ("the first term is |w₁| + |w₂|, not the sum of the squares", lambda w, b, xs, ys: abs(w[0]) + abs(w[1]) + pays(w, b, xs, ys)),
    ("the first term is w₁ + w₂, not the sum of the squares", lambda w, b, xs, ys: w[0] + w[1] + pays(w, b, xs, ys)),
    ("the first term is the square of the sum, not the sum of the squares", lambda w, b, xs, ys: (w[0] + w[1])**2 + pays(w, b, xs, ys)),
    ("only w₁ stands in the first term", lambda w, b, xs, ys: w[0]**2 + pays(w, b, xs, ys)),
    ("only w₂ stands in the first term", lambda w, b, xs, ys: w[1]**2 + pays(w, b, xs, ys)),
    ("the first term is subtracted", lambda w, b, xs, ys: -square(w) + pays(w, b, xs, ys)),
    ("the first term is b², where it should be |w|²", lambda w, b, xs, ys: b * b + pays(w, b, xs, ys)),
    ("the largest of what the points pay is taken, not the sum",
     lambda w, b, xs, ys: square(w) + max(softplus(1 - m) for m in margins(w, b, xs, ys))),
    ("the margin is missing: the 1 in 1 - y f(x)", with_points(lambda w, b, x, y: softplus(-y * f(w, b, x)))),
    ("a + in place of a - in 1 - y f(x)", with_points(lambda w, b, x, y: softplus(1 + y * f(w, b, x)))),
    ("y f(x) - 1 in place of 1 - y f(x)", with_points(lambda w, b, x, y: softplus(y * f(w, b, x) - 1))),
    ("softplus(y f(x)): the 1 - is missing", with_points(lambda w, b, x, y: softplus(y * f(w, b, x)))),
    ("the label y is missing in 1 - y f(x)", with_points(lambda w, b, x, y: softplus(1 - f(w, b, x)))),
    ("the label is subtracted, where it should be a factor: 1 - y f(x)", with_points(lambda w, b, x, y: softplus(1 - (y - f(w, b, x))))),
    ("the difference of y and f(x), where 1 - y f(x) belongs", with_points(lambda w, b, x, y: softplus(y - f(w, b, x)))),
    ("b is missing in f(x)", with_points(lambda w, b, x, y: softplus(1 - y * f(w, 0, x)))),
    ("b is subtracted in f(x)", with_points(lambda w, b, x, y: softplus(1 - y * f(w, -b, x)))),
    ("y is a factor of w · x only, and not of b", with_points(lambda w, b, x, y: softplus(1 - (y * f(w, 0, x) + b)))),
    ("y is a factor of w · x only, and not of b", with_points(lambda w, b, x, y: softplus(1 - y * f(w, 0, x) + b))),
    ("parentheses are missing: (1 - y) f(x)", with_points(lambda w, b, x, y: softplus((1 - y) * f(w, b, x)))),
    ("w₁ and w₂ have changed places", with_points(lambda w, b, x, y: softplus(1 - y * f(w[::-1], b, x)))),
    ("only the first coordinate stands in w · x", with_points(lambda w, b, x, y: softplus(1 - y * (w[0] * x[0] + b)))),
    ("only the second coordinate stands in w · x", with_points(lambda w, b, x, y: softplus(1 - y * (w[1] * x[1] + b)))),
    ("y stands before the softplus, not inside", with_points(lambda w, b, x, y: y * softplus(1 - f(w, b, x)))),
    ("y stands before the softplus too", with_points(lambda w, b, x, y: y * softplus(1 - y * f(w, b, x)))),
    ("this is the mean over the samples, not the sum", lambda w, b, xs, ys: square(w) + pays(w, b, xs, ys) / len(xs)),
    ("all is divided by the number of samples", lambda w, b, xs, ys: loss(w, b, xs, ys) / len(xs)),
    ("|w|² is counted once for each sample", lambda w, b, xs, ys: len(ys) * square(w) + pays(w, b, xs, ys)),
    ("this is the hinge, max{t, 0}, not the softplus", with_points(lambda w, b, x, y: max(1 - y * f(w, b, x), 0.0))),
    ("this is the squared hinge, not the softplus", with_points(lambda w, b, x, y: max(1 - y * f(w, b, x), 0.0)**2)),
    ("this is the squared error of f(x) and y, not the softplus of the margin", with_points(lambda w, b, x, y: (f(w, b, x) - y)**2)),
    ("the softplus is missing: this is the sum of 1 - y f(x)", with_points(lambda w, b, x, y: 1 - y * f(w, b, x))),
    ("the 1 + is missing in the softplus: log(eᵗ) is t", with_points(lambda w, b, x, y: 1 - y * f(w, b, x))),
    ("the logarithm is missing: this is 1 + eᵗ", with_points(lambda w, b, x, y: 1 + exp(1 - y * f(w, b, x)))),
    ("the logarithm and the 1 are missing: this is eᵗ", with_points(lambda w, b, x, y: exp(1 - y * f(w, b, x)))),
    ("the sum is in the softplus, where each point has its own", lambda w, b, xs, ys: square(w) + softplus(
        sum(1 - m for m in margins(w, b, xs, ys)))),
    ("only the last point pays", lambda w, b, xs, ys: square(w) + softplus(1 - margins(w, b, xs, ys)[-1])),
    ("only the first point pays", lambda w, b, xs, ys: square(w) + softplus(1 - margins(w, b, xs, ys)[0])),
    ("the points do not pay: only |w|² is there", lambda w, b, xs, ys: square(w)),
    ("only the last point is there: the sum, and |w|² with it, is overwritten", lambda w, b, xs, ys: softplus(1 - margins(w, b, xs, ys)[-1])),
    ("only the first point is there, without |w|²", lambda w, b, xs, ys: softplus(1 - margins(w, b, xs, ys)[0])),
    ("the sum is subtracted", lambda w, b, xs, ys: square(w) - pays(w, b, xs, ys)),
    ("this is the sigmoid, not the softplus", with_points(lambda w, b, x, y: 1 / (1 + exp(-(1 - y * f(w, b, x)))))),
    ("the 1 stands outside of the softplus, where it belongs in 1 - y f(x)", with_points(lambda w, b, x, y: 1 + softplus(-y * f(w, b, x)))),
    ("this is a hinge with a small slope on its flat side, not the softplus",
     with_points(lambda w, b, x, y: max(1 - y * f(w, b, x), 0.01 * (1 - y * f(w, b, x))))),
    ("2 - y f(x) in place of 1 - y f(x)", with_points(lambda w, b, x, y: softplus(2 - y * f(w, b, x)))),
    ("w₁ stands where w₂ should, in w · x", with_points(lambda w, b, x, y: softplus(1 - y * (w[0] * (x[0] + x[1]) + b)))),
    ("2 |w|² in place of |w|²", lambda w, b, xs, ys: 2 * square(w) + pays(w, b, xs, ys))]


def samples(rng, m):
    ys = [1.0 if i % 2 else -1.0 for i in range(m)]
    return [[round(draw(rng) + 0.8 * y, 2), round(draw(rng) + 0.5 * y, 2)] for y in ys], ys


def check_loss(student):
    rng = student.random()
    cases = []
    for scale in (1, -2, 0.5, 1.5):
        (xs, ys), (*w, b) = samples(rng, 3), draws(rng, 3)
        cases.append(([scale * x for x in w], b, xs, ys))
    compare_at(student, cases)


def far(student):
    """With one of these, some point is far on the wrong side."""
    rng = student.random()
    (xs, ys), (*w, b) = samples(rng, 3), draws(rng, 3)
    compare_at(student, [([scale * x for x in w], b, xs, ys) for scale in (1000, -1000)])


def compare_at(student, cases):
    got = [as_number(student.call("loss", *case), "loss(w, b, xs, ys)") for case in cases]
    right = [loss(*case) for case in cases]
    wrong = next((case for case, x, y in zip(cases, got, right) if not close(x, y)), cases[0])
    where = at(**dict(zip(("w", "b", "xs", "ys"), wrong)))
    compare(["the loss"] * len(cases), got, right,
            [(said, lambda rule=rule: [rule(*case) for case in cases]) for said, rule in MISTAKES], where, by="it should be",
            more=[*sums(got, cases), *suspects("e13_soft_margin", ("loss",), lambda names: [names["loss"](*case) for case in cases],
                                               {"margins": "the margins"})])


def sums(got, cases):
    """In words, how often each term is in the loss, where it is a sum of these terms."""
    said = combination(got, [("|w|²", [square(case[0]) for case in cases], 1.0), ("the sum over the points", [pays(*case) for case in cases], 1.0)])
    return [(said, got)] if said else []


def on_values(student):
    rng = student.random("Values")
    (xs, ys), (*w, b) = samples(rng, 3), draws(rng, 3)
    where = at(w=w, b=b, xs=xs, ys=ys)
    found = student.run("e13.on_values", "loss with Values", w, b, xs, ys)
    if found is None:
        raise Wrong("loss gives a plain number when w and b are Values", mistake=LOST)
    compare(["∂loss/∂w₁", "∂loss/∂w₂", "∂loss/∂b"], as_vector(found[1], 3, "the gradient of loss"),
            gradient(lambda p: loss(p[:2], p[2], xs, ys), [*w, b]),
            [("only |w|² is in the graph: the rest went through math, float(...) or .data", [2 * w[0], 2 * w[1], 0.0])], where,
            more=[(LOST, found[1])])


def mirrored(rng, m, axis):
    """Samples in pairs that differ by the sign of one coordinate: at w = 0 the derivative with respect to its weight is 0."""
    xs, ys = samples(rng, m)
    pairs = [(x, [-t if k == axis else t for k, t in enumerate(x)]) for x in xs]
    return [x for pair in pairs for x in pair], [y for y in ys for _ in "12"]


def train(student):
    rng = student.random("train")
    had = 0.0
    for i, (xs, ys) in enumerate((samples(rng, 20), mirrored(rng, 4, 0), mirrored(rng, 4, 1))):
        if had < SLOW:
            had += trained(student, xs, ys, again=i > 0)


def trained(student, xs, ys, again):
    """Check what train gives for these samples; the seconds it needed."""
    asked, names = "train(xs, ys)", ["w₁", "w₂", "b"]

    def of_list(p):
        return loss(p[:2], p[2], xs, ys)
    try:
        answer, way, seen, seconds = student.run("e13.train", asked, xs, ys)
    except Wrong as wrong:
        raise in_descent(wrong, student, "e12.way", of_list, names) from None
    w, b = as_tuple(answer, 2, asked)
    p = [*as_vector(w, 2, f"w from {asked}"), as_number(b, f"b from {asked}")]
    descent = Descent(way, p, of_list, names)
    first = [(STOPS, descent.stops)] if again else []
    minimum(asked, names, p, of_list, itertools.chain(first, causes(p, descent, xs, ys, seen)))
    return as_number(seconds, asked)


def causes(p, descent, xs, ys, seen):
    def of(wrong):
        return lambda: all(abs(d) < 2e-3 for d in gradient(lambda q: wrong(q[:2], q[2], xs, ys), p))
    descent.samples = (seen, len(xs))
    yield "nothing was trained: w and b are 0", lambda: not any(p)
    yield f"the loss is taken over {seen} of the {len(xs)} points", lambda: seen < len(xs)
    yield "one coordinate is taken with the derivative of another", descent.exchanged
    yield "it diverges: the steps are too long; the loss is a sum over all points", descent.diverges
    yield f"the steps do not change {', '.join(descent.still())}; the others are at the minimum", lambda: bool(descent.still())
    for said, wrong in MISTAKES:
        if wrong is not loss and not said.startswith(("only the", "the points do not", "the 1 + is", "the softplus is missing")):
            yield f"it is the minimum of another loss: {said}", of(wrong)
    yield from descent.causes()


PARTS = [Part("the loss", check_loss), Part("the loss with Values", on_values), Part("points far on the wrong side", far),
         Part("the training", train, 2.0)]
