"""Checks exercise 10: every step against the formula, from the student's own points."""
import itertools

from demos.exercises.checkers.asking import Part, Wrong, as_matrix, at, draw, draws, shape_of
from demos.exercises.checkers.comparing import all_close, combination, compare, derivative
from demos.exercises.marking.policy import Policy
from demos.exercises.mutations.suspects import suspects
from demos.exercises.probes.e10 import FUNCTIONS

POLICY = Policy(((("nn", "torch", "jax", "optax", "tensorflow", "scipy"),
                  "it uses {name}: here the steps are to be written, not bought"),))
HINTS = ("Write one step of plain descent first: w - α times the gradient at w.",
         "Momentum needs the point before: keep it beside w, and move both on after each step.",
         "In the first step the point before is the first point itself, so the momentum is 0 there. Keep a new list for every point.")
STEPS = 6


def slope(f, w):
    return [derivative(lambda t: f([*w[:i], t, *w[i + 1:]]), x) for i, x in enumerate(w)]


def vector(*terms):
    """The sum of some (factor, list)."""
    return [sum(factor * x[i] for factor, x in terms) for i in range(len(terms[0][1]))]


def on(name, n):
    def check(student):
        f, rng = FUNCTIONS[name], student.random(name)
        start, alpha, beta = draws(rng, n), draw(rng, 0.03, 0.1), draw(rng, 0.3, 0.9)
        where = at(f=f, w=start, alpha=alpha, beta=beta, steps=STEPS)
        asked = "descend(f, w, alpha, beta, steps)"
        points, _ = student.run("e10.descend", asked, name, start, alpha, beta, STEPS)
        way = way_of(points, n, asked, where)
        if not all_close(way[0], start):
            raise Wrong(f"w⁰ is {way[0]}; it should be {start}", where, mistake=first_mistake(way, start, f, alpha, beta))
        steps = Steps(f, way, alpha, beta)
        names = [f"step {j + 1}, w[{i}]" for j in range(STEPS) for i in range(n)]
        flat = [x for w in way[1:] for x in w]
        compare(names, flat, steps.of(lambda s: s.right), [(said, lambda wrong=wrong: steps.of(wrong)) for said, wrong in MISTAKES],
                where, by="with a gradient from finite differences it should be",
                more=[*steps.sums(), *suspects("e10_momentum", ("descend",), lambda names: [x for w in names["descend"](f, [*start], alpha, beta, STEPS)[1:]
                                                                          for x in w], {"w, before": "the step"})])
        at_rest(student, name, n)
    return check


def at_rest(student, name, n):
    """Steps are taken however small the gradient is."""
    start, where = [1e-4] * n, at(w=[1e-4] * n, alpha=1e-3, beta=0.5, steps=STEPS)
    points, _ = student.run("e10.descend", "descend(f, w, alpha, beta, steps)", name, start, 1e-3, 0.5, STEPS)
    way_of(points, n, "descend(f, w, alpha, beta, steps) for a small gradient", where)


def way_of(points, n, asked, where):
    """The points as lists. Raises Wrong where they are not steps + 1 points of n numbers."""
    length = len(points) if type(points) in (list, tuple) else None
    if shape_of(points) == (n,):
        raise Wrong(f"{asked} has the shape {(n,)}; it should be {(STEPS + 1, n)}", where,
                    mistake="only one point comes back, where all are asked for")
    try:
        entries = as_matrix(points, (STEPS + 1, n), asked)
    except Wrong as wrong:
        if length is not None and length != STEPS + 1 and wrong.mistake != "a `return` is missing":
            wrong.mistake = {STEPS: "a point is missing: the first one, or the last", STEPS + 2: "a point too many"}.get(
                length, "there are too few points: it stops too early" if length < STEPS else "there are too many points")
        raise
    return [entries[j * n:(j + 1) * n] for j in range(STEPS + 1)]


STEPS_CAME = "these are the steps, and not the points to which they lead"


def steps_of(way, start, f, alpha, beta):
    """Whether the list holds the steps, in place of the points, with the first point or a step of 0 before them, or without."""
    for begin in (way[0] == start or not any(way[0]), 0):
        steps, w, right = way[int(begin):], [*start], True
        last = [0.0] * len(start)
        for step in steps:
            right = right and all_close(step, vector((-alpha, slope(f, w)), (beta, last)))
            w, last = vector((1, w), (1, step)), step
        if right:
            return True
    return False


def first_mistake(way, start, f, alpha, beta):
    if all(w == way[0] for w in way):
        return "the points are one and the same list, which is changed in place; keep a new list for every point"
    if all_close(way[0], vector((1, start), (-alpha, slope(f, start)))):
        return "the list begins after the first step; w⁰ belongs in it"
    if all_close(way[-1], start):
        return "the points come in the wrong order: the last one is the first"
    if steps_of(way, start, f, alpha, beta):
        return STEPS_CAME
    if not any(way[0]):
        return "it begins at 0, where it should begin at w"
    return "the first point is changed in place: keep a new list for every point"


class Step:
    """One step: the points w, before and first, the numbers α and β, and what the formula has there."""

    def __init__(self, f, way, j, alpha, beta):
        self.f, self.way, self.j, self.a, self.b = f, way, j, alpha, beta
        self.w, self.before, self.start, self.next = way[j], way[max(j - 1, 0)], way[0], way[j + 1]
        self.g = slope(f, self.w)
        self.before_g = slope(f, self.before)
        self.d = vector((1, self.w), (-1, self.before))
        self.right = self.make(-alpha, self.g, beta, self.d)

    def make(self, a, g, b, d):
        """w + a g + b d"""
        return vector((1, self.w), (a, g), (b, d))

    def slopes(self):
        return [slope(self.f, w) for w in self.way[:self.j + 1]]


class Steps:
    """All steps of a way, and what a rule would make of each."""

    def __init__(self, f, way, alpha, beta):
        self.all = [Step(f, way, j, alpha, beta) for j in range(STEPS)]

    def sums(self):
        """In words, what the steps are made of, where they are a sum of gradient and momentum with other factors."""
        took = [x - y for s in self.all for x, y in zip(s.next, s.w)]
        came, first = [x for s in self.all for x in s.next], self.all[0]
        if steps_of([s.w for s in self.all] + [self.all[-1].next], first.start, first.f, first.a, first.b):
            return [(STEPS_CAME, came)]
        for (words, gradient), (also, momentum) in itertools.product(GRADIENTS, MOMENTA):
            said = combination(took, [("the gradient", [x for s in self.all for x in gradient(s)], -self.all[0].a),
                                      ("the last step", [x for s in self.all for x in momentum(s)], self.all[0].b)])
            whole = "; ".join(x for x in (words, also, said) if x)
            if said or words or also:
                if said or all_close(took, [x for s in self.all for x in vector((-s.a, gradient(s)), (s.b, momentum(s)))]):
                    return [(f"two things: {whole}" if ";" in whole else whole, came)]
        return []

    def of(self, rule):
        return [x for step in self.all for x in rule(step)]


def nesterov(s):
    ahead = vector((1, s.w), (s.b, s.d))
    return s.make(-s.a, slope(s.f, ahead), s.b, s.d)


def one_by_one(s):
    """Each coordinate moves before the next one's derivative is taken."""
    w = [*s.w]
    for i in range(len(w)):
        w[i] += -s.a * slope(s.f, w)[i] + s.b * s.d[i]
    return w


def accumulated(s):
    return s.make(-s.a, vector(*((1, g) for g in s.slopes())), s.b, s.d)


def unit(s):
    size = sum(x * x for x in s.g)**0.5
    return s.make(-s.a / size, s.g, s.b, s.d)


GRADIENTS = [("", lambda s: s.g), ("the gradient is taken at the first point all the time", lambda s: slope(s.f, s.start)),
             ("the gradient is taken at wʲ⁻¹, not at wʲ", lambda s: s.before_g),
             ("the gradients are not reset: each step takes the sum of all so far", lambda s: vector(*((1, g) for g in s.slopes()))),
             ("the gradient is taken at wʲ + β (wʲ - wʲ⁻¹), as Nesterov does, not at wʲ", lambda s: slope(s.f, vector((1, s.w), (s.b, s.d)))),
             ("only the sign of the gradient is used", lambda s: [(x > 0) - (x < 0) for x in s.g]),
             ("all coordinates move by the first one's derivative", lambda s: s.g[:1] * len(s.w)),
             ("all coordinates move by the last one's derivative", lambda s: s.g[-1:] * len(s.w)),
             ("the gradient's entries have changed places", lambda s: s.g[::-1]),
             ("all coordinates move by the sum of the derivatives", lambda s: [sum(s.g)] * len(s.w))]
MOMENTA = [("", lambda s: s.d), ("all coordinates have the momentum of the first", lambda s: s.d[:1] * len(s.w)),
           ("all coordinates have the momentum of the last", lambda s: s.d[-1:] * len(s.w)),
           ("only the first coordinate has a momentum", lambda s: [s.d[0], *[0.0] * (len(s.w) - 1)]),
           ("only the last coordinate has a momentum", lambda s: [*[0.0] * (len(s.w) - 1), s.d[-1]]),
           ("the momentum is taken from the first point, not from the point before", lambda s: vector((1, s.w), (-1, s.start))),
           ("the momentum takes the step before the last", lambda s: vector((1, s.before), (-1, s.way[max(s.j - 2, 0)]))),
           ("the momentum's size is taken, without its sign", lambda s: [abs(x) for x in s.d]),
           ("the momentum is that of the first step all the time", lambda s: vector((1, s.way[1]), (-1, s.start)) if s.j else s.d),
           ("all coordinates have the momentum of all, their sum", lambda s: [sum(s.d)] * len(s.w))]


def zero(s):
    return [0.0] * len(s.w)


MISTAKES = [
    ("it does not move: all points are the first one", lambda s: s.start),
    ("it goes uphill: a + before α", lambda s: s.make(s.a, s.g, s.b, s.d)),
    ("momentum is missing", lambda s: s.make(-s.a, s.g, 0, s.d)),
    ("momentum is missing, and it goes uphill", lambda s: s.make(s.a, s.g, 0, s.d)),
    ("the gradient is missing: only the momentum is there", lambda s: s.make(0, s.g, s.b, s.d)),
    ("the momentum has the wrong sign", lambda s: s.make(-s.a, s.g, -s.b, s.d)),
    ("the momentum is added without β", lambda s: s.make(-s.a, s.g, 1, s.d)),
    ("the momentum has the factor 1 - β, not β", lambda s: s.make(-s.a, s.g, 1 - s.b, s.d)),
    ("α and β have changed places", lambda s: s.make(-s.b, s.g, s.a, s.d)),
    ("the momentum is β wʲ, not β times the last step", lambda s: s.make(-s.a, s.g, s.b, s.w)),
    ("the momentum is β wʲ⁻¹, not β times the last step", lambda s: s.make(-s.a, s.g, s.b, s.before)),
    ("the momentum looks forward from the point before: the step begins at wʲ⁻¹, not at wʲ",
     lambda s: vector((1, s.before), (-s.a, s.g), (s.b, s.d))),
    ("β times the gradient before, not β times the step before", lambda s: s.make(-s.a, vector((1, s.g), (s.b, s.before_g if s.j else zero(s))),
                                                                                 0, s.d)),
    ("β times the gradient before, not β times the step before", lambda s: s.make(-s.a, s.g, -s.b * s.a, s.before_g)),
    ("the gradient is added with β: it is not times α", lambda s: s.make(-s.a, s.g, -s.b, s.before_g)),
    ("the gradient is taken at the first point all the time", lambda s: s.make(-s.a, slope(s.f, s.start), s.b, s.d)),
    ("the gradient is taken at wʲ⁻¹, not at wʲ", lambda s: s.make(-s.a, s.before_g, s.b, s.d)),
    ("the gradients are not reset: each step takes the sum of all so far", accumulated),
    ("α is missing", lambda s: s.make(-1, s.g, s.b, s.d)),
    ("w⁻¹ is 0 in the first step, where it should be w⁰", lambda s: s.make(-s.a, s.g, s.b, s.d if s.j else s.w)),
    ("the momentum is multiplied by α too", lambda s: s.make(-s.a, s.g, s.a * s.b, s.d)),
    ("the gradient is multiplied by α twice", lambda s: s.make(-s.a**2, s.g, s.b, s.d)),
    ("the gradient is multiplied by α twice, and there is no momentum", lambda s: s.make(-s.a**2, s.g, 0, s.d)),
    ("the momentum is β times this step's gradient, not β times the last step", lambda s: s.make(-s.a * (1 + s.b), s.g, 0, s.d)),
    ("the momentum is divided by β", lambda s: s.make(-s.a, s.g, 1 / s.b, s.d)),
    ("the gradient is multiplied by β too", lambda s: s.make(-s.a * s.b, s.g, s.b, s.d)),
    ("the gradient is multiplied by 1 - β: an average of gradients, not the formula above", lambda s: s.make(-s.a * (1 - s.b), s.g, s.b, s.d)),
    ("the gradient is divided by its length: the formula has the gradient itself", unit),
    ("only the sign of the gradient is used", lambda s: s.make(-s.a, [(x > 0) - (x < 0) for x in s.g], s.b, s.d)),
    ("the gradient is taken at wʲ + β (wʲ - wʲ⁻¹), as Nesterov does, not at wʲ", nesterov),
    ("wʲ⁻¹ is w⁰ in every step", lambda s: s.make(-s.a, s.g, s.b, vector((1, s.w), (-1, s.start)))),
    ("one coordinate moves before the derivative with respect to the next is taken: take the whole gradient first", one_by_one),
    ("α becomes smaller with every step; it stays the same", lambda s: s.make(-s.a / (s.j + 1), s.g, s.b, s.d)),
    ("β is raised to a power; it stays the same", lambda s: s.make(-s.a, s.g, s.b**(s.j + 1), s.d)),
    ("f itself stands where its gradient should", lambda s: s.make(-s.a, [s.f(s.w)] * len(s.w), s.b, s.d)),
    ("the gradient of the bowl is taken, whatever f is", lambda s: s.make(-s.a, slope(FUNCTIONS["bowl"], s.w), s.b, s.d)),
    ("the gradient of the valley is taken, whatever f is", lambda s: s.make(-s.a, slope(FUNCTIONS["valley"], s.w), s.b, s.d)),
    ("the sum of the last two points, where their difference belongs", lambda s: s.make(-s.a, s.g, s.b, vector((1, s.w), (1, s.before)))),
    ("only the first coordinate moves", lambda s: [s.right[0], *s.w[1:]]),
    ("only the last coordinate moves", lambda s: [*s.w[:-1], s.right[-1]]),
    ("the first step is missing: w¹ is w⁰, and all others come one too late", lambda s: s.w if s.j == 0 else s.right),
    ("the momentum is in the first step too, though no step was before it", lambda s: s.make(-s.a * (1 + s.b * (s.j == 0)), s.g, s.b, s.d)),
    ("the momentum is that of the first step all the time", lambda s: s.make(-s.a, s.g, s.b, vector((1, s.way[1]), (-1, s.start))
                                                                             if s.j else s.d)),
    ("the momentum takes the step before the last", lambda s: s.make(-s.a, s.g, s.b, vector((1, s.before), (-1, s.way[max(s.j - 2, 0)])))),
    ("the gradient's entries have changed places", lambda s: s.make(-s.a, s.g[::-1], s.b, s.d)),
    ("the step is there, without the point it begins at", lambda s: vector((-s.a, s.g), (s.b, s.d)))]

PARTS = [Part("the bowl", on("bowl", 2)), Part("the valley", on("valley", 2)), Part("a function of three numbers", on("trough", 3))]
