"""Why an array of back propagation is wrong: each explanation is computed and compared with it.

The first sort of explanation that fits is given: it follows from another wrong array that was
given; one mistake in its own step, or a wrong sign or factor; one mistake in a step before it that
was not given, in one layer or in all; any multiple; such a mistake and a wrong factor. What is not
equal to the array is not said, so where several fit, all of them give these numbers.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from nn.losses import squared
from nn.matrix.differences import exactly_how, in_words, weighted, weights
from nn.matrix.mistakes import ALL, Mistake, layers_of, slope_words
from nn.matrix.steps import RULES, Arrays, Place, Problem, Rule, run

CLOSE = 1e-6                    # relative to the largest entry
PER_SAMPLE = ("z", "f", "df", "dz")
OWN = {"dz": ("dz", "D", "df")}         # the steps that belong to an array; else its own alone
REACH = {                               # the steps in which two mistakes are looked for
    "dz": ("D", "df", "dz"), "df": ("D", "df", "dz"), "dW": ("D", "df", "dz", "dW"),
    "db": ("D", "df", "dz", "db")}
Context = Mapping[Place, np.ndarray]


class Found(NamedTuple):
    """An explanation: its kind and what is said."""
    kind: str
    words: str


def equal(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays have one shape and the same numbers, to what rounding leaves."""
    if a.shape != b.shape:
        return False
    scale = np.abs(b).max(initial=0.0)
    return bool(np.abs(a - b).max(initial=0.0) <= CLOSE * scale + 1e-300)


def fitted(place: Place, array: np.ndarray, graph: np.ndarray) -> np.ndarray:
    """The array in the shape of the graph's: without axes of length 1, samples as rows."""
    turned = place[0] == "dW" and array.ndim == 2       # its rows are neurons, even if there is one
    if array.shape != graph.shape and np.squeeze(array).shape == np.squeeze(graph).shape \
            and not turned:
        array = np.reshape(array, graph.shape)
    columns = place[0] in PER_SAMPLE and array.ndim == 2 and array.shape == graph.shape[::-1]
    if columns and (array.shape != graph.shape or equal(array.T, graph)):
        array = array.T
    return array


class Explainer:
    """Explains the arrays of one student.

    graph   what the engine has at each place
    given   the student's arrays
    usable  those among them that have the right shape, so that others can be computed from them
    """

    def __init__(self, problem: Problem, graph: Context, given: Context) -> None:
        self.problem, self.graph, self.given = problem, graph, given
        self.usable = {p: array for p, array in given.items() if array.shape == graph[p].shape}
        self.mistakes = [*ALL, *layers_of(problem)]
        self.forward = {p: array for p, array in graph.items() if p[0] in ("z", "f")}

    def explain(self, place: Place) -> list[Found]:
        """The explanations of a wrong array; none where no mistake gives it."""
        return self._explain(place, self.given[place])

    def _explain(self, place: Place, array: np.ndarray) -> list[Found]:
        sorts: tuple[Callable[[Place, np.ndarray], list[Found]], ...] = (
            self.follows, self.here, self.earlier, self.multiple, self.scaled, self.parts,
            self.by_shape, self.two)
        for sort in sorts:
            found = sort(place, array)
            if found:
                return found
        if place[0] == "dW" and array.ndim == 2 and array.shape == self.graph[place].shape[::-1]:
            return self.transposed(place, array)
        return []

    # The sorts -----------------------------------------------------------------------------------

    def follows(self, place: Place, array: np.ndarray) -> list[Found]:
        """That an array is right for the wrong arrays it was computed from."""
        computed = self._computed(place, self._others(place))
        if not equal(array, computed):
            return []
        wrong = [p for p in self._others(place) if not equal(self.usable[p], self.graph[p])]
        matters = [p for p in wrong if not equal(computed, self._computed(place, {
            q: self.usable[q] for q in self._others(place) if q != p}))]
        names = " and ".join(f"{step}{k}" for step, k in matters or wrong)
        return [Found("follows", f"follows from your {names}; its own step is right")]

    def here(self, place: Place, array: np.ndarray) -> list[Found]:
        """One mistake in the array's own step, or one in what was done with it afterwards."""
        return self.own(place, array) + self.changed(place, array)

    def own(self, place: Place, array: np.ndarray) -> list[Found]:
        """One mistake in the array's own step."""
        steps = OWN.get(place[0], (place[0],))
        return self._matching(place, array, [m for m in self.mistakes if m.step in steps],
                              [[place[1]]])

    def changed(self, place: Place, array: np.ndarray) -> list[Found]:
        """A wrong sign or factor, a transpose, weight decay."""
        for right in (self._computed(place, self._others(place)), self.graph[place]):
            found = (wrong_factor(array, right, self.facts())
                     or self.transposed_or_decayed(place, array, right)
                     or sizes(array, right)
                     or self.step_taken(place, array, right)
                     or self.updated(place, array))
            if found:
                return found
        return []

    def transposed_or_decayed(self, place: Place, array: np.ndarray,
                              right: np.ndarray) -> list[Found]:
        """That the gradient of a matrix of weights is transposed, or has weight decay added."""
        step, k = place
        if step not in ("dW", "db") or array.shape != right.shape:
            return []
        if step == "dW" and equal(array, right.T):
            return [Found("transposed", "transposed")]
        layer = self.problem.layers[k - 1]
        return weight_decay(array - right, layer.W if step == "dW" else layer.b, f"{step[1]}{k}")

    def step_taken(self, place: Place, array: np.ndarray, right: np.ndarray) -> list[Found]:
        """That it is the parameter after a step, not the gradient."""
        if place[0] not in ("dW", "db") or array.shape != right.shape:
            return []
        layer, k = self.problem.layers[place[1] - 1], place[1]
        name, parameter = ("W", layer.W) if place[0] == "dW" else ("b", layer.b)
        c = multiple_of(array - parameter, right)
        if c is None or not c or np.count_nonzero(right) < 2:
            return []
        return [Found("the parameter", f"this is {name}{k} after a step of {abs(c):.6g} times its "
                                       "gradient, not the gradient")]

    def updated(self, place: Place, array: np.ndarray) -> list[Found]:
        """That W of the layer above had been moved by a step before it was used."""
        step, k = place
        if step in ("z", "f") or k == self.problem.L or array.shape != self.graph[place].shape:
            return []
        above = self.graph["dz", k + 1] @ self.graph["dW", k + 1]
        moved = run(self.problem, {}, place, {("df", k): lambda a, k: above})
        assert moved is not None
        c = multiple_of(array - self.graph[place], moved[place])
        if c is None or not c or np.count_nonzero(moved[place]) < 2:
            return []
        return [Found("updated W", f"W{k + 1} had been moved by a step of {abs(c):.6g} before it "
                                   "was used: compute all gradients first")]

    def earlier(self, place: Place, array: np.ndarray) -> list[Found]:
        """One mistake in any step that was not given: in one layer, or in all of them."""
        layers = list(range(1, self.problem.L + 1))
        return (self._matching(place, array, self.mistakes, [[k] for k in layers])
                or self._matching(place, array, self.mistakes, [layers]))

    def multiple(self, place: Place, array: np.ndarray) -> list[Found]:
        """The right array times any number."""
        for right in (self._computed(place, self._others(place)), self.graph[place]):
            c = multiple_of(array, right)
            if c is not None and np.count_nonzero(right) > 1:       # one number is of any other
                return [Found("factor", f"{c:.6g} times what it should be")]
        return []

    def parts(self, place: Place, array: np.ndarray) -> list[Found]:
        """That a sample, or a neuron of the layer above, is not in a sum, or too often."""
        if array.shape != self.graph[place].shape:
            return []
        for context in (self._others(place), {}):
            for part, parts in self._parts(place, context):
                c = weights(array, parts)
                words = "" if c is None else weighted(c, part)
                if words:
                    return [Found("part of a sum", words)]
        return []

    def _parts(self, place: Place, context: Context) -> Iterator[tuple[str, np.ndarray]]:
        """What the parts are called of which an array is the sum, and the parts."""
        step, k = place
        if step in ("dW", "db"):
            dz = self._computed(("dz", k), context)
            f = self._computed(("f", k - 1), context) if k > 1 else self.problem.X
            yield "sample", (dz[:, :, None] * f[:, None, :] if step == "dW" else dz)
        if step not in ("z", "f") and k < self.problem.L:
            dz, W = self._computed(("dz", k + 1), context), self.problem.layers[k].W
            alone = [run(self.problem, {p: x for p, x in context.items() if p[1] != k}, place,
                         {("df", k): lambda a, k, i=i: np.outer(dz[:, i], W[i])})  # type: ignore[misc]
                     for i in range(len(W))]
            yield f"layer {k + 1}'s neuron", np.array([a[place] for a in alone if a])

    def two(self, place: Place, array: np.ndarray) -> list[Found]:
        """Two mistakes in different steps."""
        if array.shape == self.graph[place].shape and exactly_how(array, self.graph[place]):
            return []                                       # which is likelier
        options = [((m.step, k), m) for m in self.mistakes if m.step in REACH.get(place[0], ())
                   for k in (place[1], place[1] + 1) if k <= self.problem.L]
        for (at, a), (beside, b) in combinations(options, 2):
            if at != beside and self._give(place, array, {at: a, beside: b}):
                one, other = self._said(a, [at[1]]), self._said(b, [beside[1]])
                words = f"{one.words}; and {other.words}"
                return [Found(one.kind, words), Found(other.kind, words)]
        return []

    def _give(self, place: Place, array: np.ndarray, mistakes: Mapping[Place, Mistake]) -> bool:
        """Whether these mistakes together, none of them alone, give the array."""
        try:
            with np.errstate(all="ignore"):
                arrays = run(self.problem, self.forward, place,
                             {at: m.rule for at, m in mistakes.items()})
        except (ValueError, KeyError, IndexError):          # shapes that do not go together
            return False
        return arrays is not None and equal(array, np.asarray(arrays[place]))

    def by_shape(self, place: Place, array: np.ndarray) -> list[Found]:
        """What the shape of a db alone tells."""
        if place[0] != "db" or array.shape == self.graph[place].shape:
            return []
        if array.shape == (self.problem.m,):
            return [Found("wrong axis", "summed over the wrong axis: it has an entry for each "
                                        "sample, and should have one for each neuron")]
        return [] if array.ndim else [Found("total", "summed over samples and neurons: one number")]

    def scaled(self, place: Place, array: np.ndarray) -> list[Found]:
        """One mistake, and a wrong sign or factor as well."""
        for kind, (c, words) in self.facts().items():
            found = self.own(place, array / c) or self.earlier(place, array / c)
            if found:
                return [Found(one.kind, f"{one.words}; and {words}") for one in found] \
                    + [Found(kind, f"{found[0].words}; and {words}")]
        return []

    def transposed(self, place: Place, array: np.ndarray) -> list[Found]:
        """That a dW is transposed, and what else is wrong with it."""
        words = f"transposed: dW{place[1]} has the shape of W{place[1]}, {self.graph[place].shape}"
        turned = array.T
        if equal(turned, self.graph[place]):
            return [Found("transposed", words)]
        more = self.follows(place, turned) or self.here(place, turned) \
            or self.earlier(place, turned)
        return [Found("transposed", f"{words}; and {one.words}") for one in more[:1]] \
            + [Found(one.kind, f"{words}; and {one.words}") for one in more]

    # What they stand on --------------------------------------------------------------------------

    def _others(self, place: Place) -> dict[Place, np.ndarray]:
        return {p: array for p, array in self.usable.items() if p != place}

    def _computed(self, place: Place, context: Context) -> np.ndarray:
        """The array by the right rules, from arrays that are given."""
        arrays = run(self.problem, context, place)
        assert arrays is not None                           # right rules always apply
        return arrays[place]

    def facts(self) -> dict[str, tuple[float, str]]:
        """Wrong factors by their kind, with what is said."""
        m, facts = self.problem.m, dict(FACTORS)
        if self.problem.loss is squared:
            facts["half"] = (0.5, "half of it: the derivative of (f - y)² is 2 (f - y)")
        if m > 1:
            facts["divided by m"] = (1 / m, f"divided by m = {m}: the loss (4) is a sum over the "
                                            "samples, not their mean")
            facts["times m"] = (float(m), f"multiplied by m = {m}")
        facts.update(self._means())
        return facts

    def _means(self) -> dict[str, tuple[float, str]]:
        """The factors of a mean over samples and outputs, and of one that drops a 2 as well."""
        m, n = self.problem.m, len(self.problem.layers[-1].b)
        sums = "the loss (4) sums over samples and outputs"
        found: dict[str, tuple[float, str]] = {}
        if n > 1:
            found["divided by n"] = (1 / n, f"divided by n = {n}, the number of outputs: {sums}")
        if m > 1 and n > 1:
            found["divided by m n"] = (
                1 / (m * n), f"divided by m n = {m * n}, as in a mean: {sums}")
        if m > 1 and self.problem.loss is squared:
            found["half, divided by m"] = (
                0.5 / m, f"divided by 2 m = {2 * m}: the loss (4) is the sum of (f - y)²")
        return found

    def _matching(self, place: Place, array: np.ndarray, mistakes: Sequence[Mistake],
                  choices: Sequence[list[int]]) -> list[Found]:
        """The mistakes that give the array when made in some layers: with the student's, else
        with the right arrays before."""
        others = self._others(place)
        for context in ([others, {}] if others else [{}]):
            found = [self._said(mistake, layers) for layers in choices for mistake in mistakes
                     if self._gives(place, array, mistake, layers, context)]
            if found:
                return found
        return []

    def _gives(self, place: Place, array: np.ndarray, mistake: Mistake, layers: list[int],
               context: Context) -> bool:
        """Whether the mistake in these layers gives the array."""
        applied = []

        def rule(a: Arrays, k: int) -> Any:
            value = mistake.rule(a, k)
            applied.append(value is not None)
            return RULES[mistake.step](a, k) if value is None and len(layers) > 1 else value

        wrong: dict[Place, Rule] = {(mistake.step, k): rule for k in layers}
        try:
            with np.errstate(all="ignore"):
                arrays = run(self.problem, context, place, wrong)
        except (ValueError, KeyError, IndexError):          # shapes that do not go together
            return False
        return arrays is not None and any(applied) and equal(array, np.asarray(arrays[place]))

    def _said(self, mistake: Mistake, layers: list[int]) -> Found:
        k = layers[0]
        if len(layers) > 1:
            words = mistake.words.format(k="k", p="k-1", n="k+1", before="f of the layer before",
                                         slope="σ'(z)")
            return Found(mistake.kind, f"in all layers: {words}")
        return Found(mistake.kind, mistake.words.format(
            k=k, p=k - 1, n=k + 1, before=f"f{k - 1}" if k > 1 else "x",
            slope=slope_words(self.problem.layers[k - 1].sigma, k)))


FACTORS = {
    "sign":  (-1.0, "the sign is wrong"),
    "half":  (0.5, "half of what it should be"),
    "twice": (2.0, "twice what it should be"),
}


def wrong_factor(array: np.ndarray, right: np.ndarray,
                 facts: Mapping[str, tuple[float, str]]) -> list[Found]:
    """That an array is the right one times a number."""
    c = multiple_of(array, right)
    if c is None:
        return []
    if c == 0:
        return [Found("zero", "all zeros: no derivative has arrived")]
    for sign, before in ((1, ""), (-1, "the sign is wrong, and it is ")):
        found = [Found(kind, before + words) for kind, (factor, words) in facts.items()
                 if abs(c - sign * factor) <= CLOSE * abs(c)]
        if found:
            return found
    return []


def sizes(array: np.ndarray, right: np.ndarray) -> list[Found]:
    """That only signs are wrong."""
    if array.shape != right.shape or not equal(np.abs(array), np.abs(right)):
        return []
    wrong = np.argwhere(array * right < 0)
    if len(wrong) == 1:
        words = f"all is right but the sign of one entry, {in_words(wrong[0])}"
    elif (array >= 0).all():
        words = "the signs are lost: all are positive"
    else:
        words = exactly_how(array, right) or (
            f"the sizes are right, and {len(wrong)} of {array.size} signs are wrong")
    return [Found("sign", words)]


def multiple_of(array: np.ndarray, right: np.ndarray) -> float | None:
    """The number c for which an array is c times the right one; None where there is none."""
    if array.shape != right.shape or not right.any():
        return None
    c = float((array * right).sum() / (right * right).sum())
    return c if equal(array, c * right) else None


def weight_decay(rest: np.ndarray, W: np.ndarray, name: str) -> list[Found]:
    """That what is too much is a multiple of the parameters of that name."""
    if not W.any() or np.count_nonzero(W) < 2:
        return []
    c = float((rest * W).sum() / (W * W).sum())
    if not equal(rest, c * W):
        return []
    return [Found("weight decay",
                  f"{c:.6g} {name} is added to it: weight decay is not part of this loss")]
