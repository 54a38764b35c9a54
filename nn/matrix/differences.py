"""How a wrong array differs from the right one, where no known mistake gives it.

Each statement is true of the numbers, and claims no cause: which entries are wrong, in what order
the right numbers stand, by which factors rows and columns are off.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np

CLOSE = 1e-6                    # relative to the largest entry
NEAR = 1e-2                     # the same, for numbers that are nearly right
FEW = 3                         # rows, columns or entries that are listed
SUBSETS = 8                     # samples of which every choice is tried

Words = Callable[[np.ndarray, np.ndarray, tuple[str, str]], str]


def difference(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str],
               factors: Mapping[str, tuple[float, str]]) -> str:
    """What is said of an array of the right shape that no known mistake gives.

    lines       what a row and a column are called
    factors     numbers by which all of it may be off besides, with what is said
    """
    at = np.unravel_index(np.abs(given - graph).argmax(), graph.shape)
    largest = (f"the largest difference is at {in_words(at)}: {given[at]:.6g} was given, "
               f"the graph has {graph[at]:.6g}")
    found = how(given, graph, lines)
    if not found:
        found = next(_with_factor(given, graph, lines, factors), "")
    return f"{found}; {largest}" if found else f"wrong, by no mistake that is known here; {largest}"


def how(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """In words, how the numbers differ; "" where nothing simple can be said."""
    if not graph.any():
        return ""
    rules: tuple[Words, ...] = (_scaled_lines, _elsewhere, _powers, _near, _some_entries)
    return exactly_how(given, graph, lines) or next(
        filter(None, (rule(given, graph, lines) for rule in rules)), "")


def exactly_how(given: np.ndarray, graph: np.ndarray,
                lines: tuple[str, str] = ("row", "column")) -> str:
    """The same, where most of the numbers are right, or stand there in another form."""
    rules: tuple[Words, ...] = (_rounded, _one_entry, _some_lines, _reordered, _added, _cut)
    return next(filter(None, (rule(given, graph, lines) for rule in rules)), "")


def _with_factor(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str],
                 factors: Mapping[str, tuple[float, str]]) -> Iterator[str]:
    """What can be said once a factor, or a transpose, is taken away."""
    exact: tuple[Words, ...] = (_one_entry, _some_lines, _reordered)
    turned = given.ndim == 2 and given.shape == given.shape[::-1]
    for array, words in ((given, ""), *(((given.T, "transposed"),) if turned else ())):
        for factor, also in (*((1.0, "") for _ in words[:1]), *factors.values()):
            for rule in exact:
                said = rule(array / factor, graph, lines)
                if said:
                    yield "; and ".join(x for x in (words, also, said) if x)


def _wrong(given: np.ndarray, graph: np.ndarray) -> np.ndarray:
    """Which entries are wrong."""
    wrong: np.ndarray = np.abs(given - graph) > CLOSE * np.abs(graph).max(initial=0.0)
    return wrong


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and not _wrong(a, b).any()


def _rounded(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    for digits in range(1, 7):
        if np.abs(given - np.round(graph, digits)).max() < 1e-9 * 10.0**-digits and given.any():
            return f"rounded to {digits} digits behind the point"
    return ""


def _one_entry(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    wrong = _wrong(given, graph)
    if wrong.sum() != 1 or wrong.size < 2:
        return ""
    at = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"all entries are right but one, {in_words(at)}{_off(given[at], graph[at])}"


def _some_lines(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """All is right but a few rows or columns."""
    wrong = _wrong(given, graph)
    for axis in range(graph.ndim if graph.ndim > 1 else 0):
        bad: np.ndarray = np.array([np.take(wrong, i, axis).any()
                                    for i in range(wrong.shape[axis])])
        if 0 < bad.sum() <= min(FEW, (len(bad) - 1) / 1.5):
            which = np.flatnonzero(bad)
            theirs, ours = np.take(given, which, axis), np.take(graph, which, axis)
            many = "s" if len(which) > 1 else ""
            return (f"all is right but {lines[axis]}{many} {', '.join(str(i + 1) for i in which)}"
                    f"{_off(theirs, ours)}")
    return ""


def _off(given: np.ndarray, graph: np.ndarray) -> str:
    """By what a wrong part differs, as the rest of a sentence."""
    if not np.any(given):
        return ", where 0 stands"
    ratio = float((given * graph).sum() / (graph * graph).sum()) if np.any(graph) else 0.0
    if np.size(graph) < 2:
        ratio = next((c for c in (-1.0, 2.0, 0.5) if abs(ratio - c) < CLOSE), 0.0)
    if not ratio or _wrong(np.asarray(given), ratio * np.asarray(graph)).any():
        return ""
    return ", where the sign is wrong" if abs(ratio + 1) < CLOSE \
        else f", which is {ratio:.6g} times what it should be"


def _reordered(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """Rows or columns are right, and stand in another order."""
    for axis in range(graph.ndim):
        if graph.shape[axis] < 2 or graph.ndim == 1 and graph.size < 3:
            continue
        places = _places(np.moveaxis(given, axis, 0), np.moveaxis(graph, axis, 0),
                         CLOSE * np.abs(graph).max())
        k = next((i for i, place in enumerate(places) if i != place), None)
        if k is not None:
            word = lines[axis] if graph.ndim > 1 else "entry"
            plural = f"{word}s" if graph.ndim > 1 else "entries"
            return (f"the {plural} are right, and stand in another order: {word} "
                    f"{places[k] + 1} stands at place {k + 1}")
    return ""


def _places(theirs: np.ndarray, ours: np.ndarray, near: float) -> list[int]:
    """For each row of an array the row of another that it is; empty where it is none of them."""
    free, places = list(range(len(ours))), []
    for y in theirs:
        i = next((i for i in free if np.abs(y - ours[i]).max() <= near), None)
        if i is None:
            return []
        free.remove(i)
        places.append(i)
    return places


def _added(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    rest = given - graph
    if rest.size > 2 and np.ptp(rest) < CLOSE * np.abs(graph).max():
        return f"{rest.flat[0]:.6g} is added to every entry"
    for axis in range(graph.ndim if graph.ndim > 1 else 0):
        if graph.shape[axis] > 1 and np.ptp(rest, axis=axis).max() < CLOSE * np.abs(graph).max():
            return f"to all {lines[axis]}s the same is added"
    return ""


def _cut(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """Large entries, or those of one sign, are cut off."""
    for sign, word in ((1, "negative"), (-1, "positive")):
        if graph.size > 2 and _same(given, np.maximum(sign * graph, 0) * sign):
            return f"the {word} entries are set to 0, and the others are right"
    most = np.abs(given).max()
    if graph.size > 1 and most and _same(given, most * np.sign(graph)):
        return f"only the signs are right: the size is {most:.6g} everywhere"
    if 0 < most < np.abs(graph).max() and _same(given, np.clip(graph, -most, most)):
        kept = int((~_wrong(given, graph)).sum())
        if kept > 1 or kept and graph.size > 3:
            return f"cut off at {most:.6g}: the {kept} smaller entries are right"
    return ""


def _scaled_lines(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """Each row, or each column, is a multiple of the right one."""
    for axis in range(graph.ndim if graph.ndim > 1 else 0):
        ours, theirs = np.moveaxis(graph, axis, 0), np.moveaxis(given, axis, 0)
        if min(np.count_nonzero(row) for row in ours) < 2 or len(ours) < 2:
            continue
        factors = [float((a * b).sum() / (b * b).sum()) for a, b in zip(theirs, ours)]
        scaled = np.array([c * row for c, row in zip(factors, ours)])
        if _same(given, np.moveaxis(scaled, 0, axis)):
            return f"each {lines[axis]} is a multiple of the right one: {_listed(factors)} times"
    return ""


def _elsewhere(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    """The right numbers, in other places."""
    if graph.size < 3 or not _same(np.sort(given, axis=None), np.sort(graph, axis=None)):
        return ""
    by_columns = graph.ndim == 2 and (_same(given.ravel(), graph.ravel("F"))
                                      or _same(given.ravel("F"), graph.ravel()))
    if by_columns:
        return "the right numbers, by columns where rows belong: a reshape is not a transpose"
    return "the right numbers, in other places"


def _powers(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    if graph.size < 2:
        return ""
    with np.errstate(all="ignore"):
        others = (("the squares of the right numbers", graph**2),
                  ("the cubes of the right numbers", graph**3),
                  ("running sums of the right numbers", np.cumsum(graph, axis=0)),
                  ("running sums of the right numbers", np.cumsum(graph, axis=-1)),
                  ("one over the right numbers", 1 / graph),
                  ("the roots of the right numbers' sizes", np.sqrt(np.abs(graph))))
    return next((said for said, x in others if np.isfinite(x).all() and _same(given, x)), "")


def _near(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    off = np.abs(given - graph).max() / np.abs(graph).max()
    if off > NEAR:
        return ""
    return (f"nearly right: no entry is off by more than {100 * off:.2g} % of the largest one, as "
            "in a difference quotient, in rounded numbers, or after a small step")


def _some_entries(given: np.ndarray, graph: np.ndarray, lines: tuple[str, str]) -> str:
    wrong = _wrong(given, graph)
    right = int((~wrong & (graph != 0)).sum())
    if not 1 < right < wrong.size or wrong.size < 4:
        return ""
    listed = [in_words(at) for at in np.argwhere(wrong)]
    if len(listed) <= FEW:
        return f"all entries are right but {' and '.join(listed)}"
    said = f"{int((~wrong).sum())} of {wrong.size} entries are right"
    return f"{said}, and wrong is {listed[0]} first"


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{x:.4g}" for x in numbers[:8]) + (", ..." if len(numbers) > 8 else "")


def in_words(at: tuple[np.intp, ...] | np.ndarray) -> str:
    """The place of an entry, counted from 1."""
    return f"({', '.join(str(int(i) + 1) for i in at)})"


# What an array is the sum of ----------------------------------------------------------------------

def weights(array: np.ndarray, parts: np.ndarray) -> np.ndarray | None:
    """How often each part is in an array that should be their sum; None where it is no such sum.

    Where the parts do not determine that, some of them may be left out, or one twice, or turned.
    """
    A, y = parts.reshape(len(parts), -1).T, array.reshape(-1)
    if len(parts) < 2 or not array.any():
        return None
    if np.linalg.matrix_rank(A, tol=1e-9 * np.abs(A).max(initial=1e-300)) == len(parts):
        c: np.ndarray = np.linalg.lstsq(A, y, rcond=None)[0]
        spare = np.count_nonzero(A.any(axis=1)) > len(parts)
        tidy = bool(np.all(np.abs(2 * c - np.round(2 * c)) < 1e-5))
        return c if _same(y, A @ c) and _same(A @ c, y) and (spare or tidy) else None
    fits = [sign * c for c in _choices(len(parts)) for sign in (1.0, -1.0, 1 / len(parts))
            if _same(y, sign * (A @ c))]
    return fits[0] if len(fits) == 1 else None


def _choices(n: int) -> Iterator[np.ndarray]:
    """One part of n twice or turned round, and all ways to leave some out."""
    for row in np.eye(n):
        yield from (np.ones(n) + row, np.ones(n) - 2 * row)
    for some in product((0.0, 1.0), repeat=n) if n <= SUBSETS else ():
        if 0 < sum(some) < n:
            yield np.array(some)


def weighted(c: np.ndarray, part: str) -> str:
    """In words, which parts of a sum are left out, or too often in it; "" where all are alike."""
    c = np.where(np.abs(c) < 1e-9 * np.abs(c).max(), 0.0, c)
    usual = float(np.median(c[c != 0]))
    odd = [i for i, x in enumerate(c) if abs(x - usual) > 1e-5 * abs(usual)]
    also = "" if abs(usual - 1) < 1e-5 else f"; and the others have the factor {usual:.6g}"
    left = [str(i + 1) for i in odd if not c[i]]
    if not odd:
        return ""
    if len(left) == len(odd) > 1:
        return f"{part}s {', '.join(left)} are left out{also}"
    halves = 2 * c[odd] / usual
    if len(odd) > (len(c) + 1) / 2 or np.abs(halves - np.round(halves)).max() > 1e-4:
        return (f"{part}s are not summed alike: they have the factors {_listed([*c])}, where 1 "
                "belongs")
    words = [f"{part} {i + 1} {_times(float(c[i] / usual))}" for i in odd[:FEW]]
    more = f", and {len(odd) - FEW} more" if len(odd) > FEW else ""
    return f"{' and '.join(words)}{more}{also}"


def _times(c: float) -> str:
    if abs(c) < 1e-5:
        return "is left out"
    return {2.0: "is counted twice", -1.0: "has the wrong sign"}.get(
        round(c, 4), f"has the factor {c:.4g}")
