"""Numbers against what they should be, and what a wrong number says of the mistake behind it.

1. What is right comes from finite differences, or from formulas that tests hold equal to them.
2. A mistake is named only where its numbers are the student's at every point: "this is what comes out when ...". Where nothing
   fits, what is known is said: which numbers are right, and how the others differ.
"""
from __future__ import annotations

import contextlib
import contextvars
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd.derivatives.differences import finite_difference
from demos.exercises.checkers.asking import Student, Wrong, show

Floats = Sequence[float]
Suspects = Iterable[tuple[str, Any]]        # what to say, and the numbers that such a mistake gives (or a function that does)


_looking: contextvars.ContextVar[bool] = contextvars.ContextVar("looking for causes", default=True)


@contextlib.contextmanager
def undiagnosed() -> Iterator[None]:
    """Within it, what is wrong gets no cause: where many answers are tried, only whether they are right is asked."""
    token = _looking.set(False)
    try:
        yield
    finally:
        _looking.reset(token)


_only: contextvars.ContextVar[str] = contextvars.ContextVar("the only cause looked for", default="")


@contextlib.contextmanager
def only(said: str) -> Iterator[None]:
    """Within it, this cause is looked for and no other: whether it explains the numbers of other points, too."""
    token = _only.set(said)
    try:
        yield
    finally:
        _only.reset(token)


def derivative(f: Callable[[float], float], x: float) -> float:
    """f'(x) by finite differences; nan where f cannot be computed near x."""
    try:
        found = finite_difference(lambda t: [f(t)], x)
    except (ArithmeticError, ValueError):
        return math.nan
    return found[0].value if found else math.nan


def gradient(f: Callable[[list[float]], float], p: Floats) -> list[float]:
    """The derivatives of f with respect to each number of the list p, by finite differences."""
    def along(i: int) -> Callable[[float], float]:
        return lambda t: f([*p[:i], t, *p[i + 1:]])
    return [derivative(along(i), x) for i, x in enumerate(p)]


def close(a: float, b: float, rtol: float = 1e-6, atol: float = 1e-8) -> bool:
    """Whether two numbers agree, to the precision of finite differences."""
    return a == b or abs(a - b) <= atol + rtol * abs(b)                 # False for nan


def all_close(a: Floats, b: Floats, rtol: float = 1e-6, atol: float = 1e-8) -> bool:
    return len(a) == len(b) and all(close(x, y, rtol, atol) for x, y in zip(a, b))


def compare(names: Sequence[str], got: Floats, expected: Floats, suspects: Suspects = (), where: str = "",
            by: str = "by finite differences it is", more: Suspects = (), said: Callable[[], str] | None = None) -> None:
    """Raise Wrong for the first of the numbers `got` that is not as expected.

    names     what each number is called
    suspects  well-known mistakes: what to say, and the numbers that each would give, or a function that computes them
    more      mistakes made by the computer out of a right answer, tried after what numbers alone say
    where     the inputs, in words
    said      finds the cause, where it takes more than these numbers
    """
    if len(got) == len(expected) and all_close(got, expected):
        return
    if not _looking.get():
        raise Wrong(names[0])
    i = next(i for i, (a, b) in enumerate(zip(got, expected)) if not close(a, b))
    a, b = apart(got[i], expected[i])
    mistake = said() if said else cause(got, expected, suspects, more)
    wrong = Wrong(f"{names[i]} is {a}; {by} {b}", where, mistake=mistake or which(names, got, expected))
    wrong.claimed = bool(mistake)
    raise wrong


def cause(got: Floats, expected: Floats, suspects: Suspects = (), more: Suspects = ()) -> str:
    """The mistake whose numbers these are; how they differ from the right ones where no mistake is known for them; or ""."""
    return next((said for said in causes(got, expected, suspects, more) if said and _only.get() in ("", said)), "")


def causes(got: Floats, expected: Floats, suspects: Suspects = (), more: Suspects = ()) -> Iterator[str]:
    """All that explains the numbers, the most telling first; and "" where something does not."""
    yield from (said for said, numbers in suspects if fits(got, numbers, expected))
    yield resemblance(got, expected)
    yield from (said for said, numbers in more if fits(got, numbers, expected))
    yield scaled(got, expected, suspects, more)
    yield composed(got, expected, suspects)
    yield partly(got, expected)


def fits(got: Floats, numbers: Any, expected: Floats) -> bool:
    """Whether a mistake's numbers are those that came, and not the right ones."""
    try:
        numbers = list(map(float, numbers() if callable(numbers) else numbers))
    except (ArithmeticError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return False
    return all_close(got, numbers) and not all_close(numbers, expected)


def resemblance(got: Floats, expected: Floats) -> str:
    """In words, how wrong numbers are related to the right ones; "" where they are not."""
    if any(map(math.isnan, got)) or any(map(math.isinf, got)):
        return "something overflowed, or was divided by 0"
    if len(got) > 1 and all_close(got, [0.0] * len(got)):
        return "nothing arrives: all numbers are 0"
    if all_close(got, [-y for y in expected]):
        return "the sign is the wrong way round"
    if any(list(got) == [round(y, digits) for y in expected] for digits in range(7)):
        return "it is rounded"
    if any(expected) and all(abs(a - b) <= 1e-4 * max(abs(b), 1e-3) for a, b in zip(got, expected)):
        return "it is nearly right, and not to the last digits: a difference quotient stands in it, or a number is rounded"
    return next((said for said, true in _relations(got, expected) if true), "") if len(got) > 1 else ""


def _relations(got: Floats, expected: Floats) -> list[tuple[str, bool]]:
    ratios = sorted(a / b for a, b in zip(got, expected) if b)
    ratio = ratios[len(ratios) // 2] if ratios else 0.0
    off = got[0] - expected[0]
    factor = {2.0: "a factor 2 too many: all are twice what they should be",
              0.5: "a factor 2 is missing: all are half of what they should be",
              -2.0: "two things: the sign is the wrong way round, and a factor 2 too many",
              -0.5: "two things: the sign is the wrong way round, and a factor 2 is missing"}.get(
        round(ratio, 6), f"a factor: all are {ratio:.4g} times what they should be")
    distinct = len({round(y, 9) for y in expected}) > 1
    return [
        (factor, ratio != 0 and all_close(got, [ratio * y for y in expected])),
        ("it is upside down: one over what it should be", all_close([a * b for a, b in zip(got, expected)], [1.0] * len(got))),
        ("it is the same number everywhere, whatever the input", distinct and all_close(got, [got[0]] * len(got))),
        (f"all are off by the same number, {off:.4g}", all_close([a - off for a in got], expected)),
        ("the right numbers, in the wrong places", all_close(sorted(got), sorted(expected))),
    ]


def scaled(got: Floats, expected: Floats, suspects: Suspects, more: Suspects) -> str:
    """A known mistake together with a sign or a factor 2, in words; "" where there is none."""
    for factor, said in ((-1.0, "and the sign is the wrong way round"), (2.0, "and a factor 2 too many"),
                         (0.5, "and a factor 2 is missing")):
        for words, numbers in (*suspects, *more):
            if fits([x / factor for x in got], numbers, expected):
                return f"{words}, {said}"
    if all(got):
        for words, numbers in (*suspects, *more):
            if fits([1 / x for x in got], numbers, expected):
                return f"{words}, and it is upside down"
    return ""


TWO = "two mistakes: "


def composed(got: Floats, expected: Floats, suspects: Suspects) -> str:
    """Two known mistakes that give these numbers together, in words; "" where no two do.

    What one mistake adds to the right numbers, or by what it multiplies them, the other one does too.
    """
    if len(got) < 3 or len({round(x, 9) for x in got}) < 3:
        return ""
    known = list(_numbers_of(suspects, expected))[:80]
    for i, (said, a) in enumerate(known):
        for also, b in known[i + 1:]:
            if said != also and (all(close(x, y + z - e) for x, y, z, e in zip(got, a, b, expected))
                                 or all(close(x * e, y * z) for x, y, z, e in zip(got, a, b, expected))):
                return f"{TWO}{said}; and {also}"
    return ""


def _numbers_of(suspects: Suspects, expected: Floats) -> Iterator[tuple[str, Floats]]:
    """Each mistake with the numbers it gives, where they are not the right ones, and not all alike."""
    for said, numbers in suspects:
        try:
            found = list(map(float, numbers() if callable(numbers) else numbers))
        except (ArithmeticError, ValueError, TypeError, IndexError, KeyError, AttributeError):
            continue
        alike = len({round(x, 9) for x in found}) < 2
        if len(found) == len(expected) and all(map(math.isfinite, found)) and not alike and not all_close(found, expected):
            yield said, found


def combination(got: Floats, terms: Sequence[tuple[str, Floats, float]], plain: bool = False) -> str:
    """In words, how often each of some terms is in the numbers, and how often it should be; "" where they are no such sum.

    terms   what a term is called, its numbers, and how often it belongs there
    plain   where two terms are off, both have to be off by a sign or a factor 2, or be missing: other factors are of another mistake
    """
    columns = [list(numbers) for _, numbers, _ in terms]
    factors = _solved([[sum(a * b for a, b in zip(u, v)) for v in columns] for u in columns],
                      [sum(a * b for a, b in zip(u, got)) for u in columns])
    if len(got) <= len(terms) or not factors:
        return ""
    if not all_close(got, [sum(k * column[i] for k, column in zip(factors, columns)) for i in range(len(got))]):
        return ""
    wrong = [(name, round(k, 6) + 0.0, right) for k, (name, _, right) in zip(factors, terms) if not close(k, right, 1e-5, 1e-5)]
    if len(terms) > 1 and factors[0] and all(right and close(k * terms[0][2], right * factors[0]) for k, (_, _, right) in zip(factors, terms)):
        return ""                                                           # the whole is off by that factor: others say so
    if plain and len(wrong) > 1 and not all(abs(k) in (0.0, 0.5, 1.0, 2.0) for _, k, _ in wrong):
        return ""
    return "; ".join(f"{name} is missing" if k == 0 else f"{name} has the factor {k:.4g}, where {right:.4g} belongs"
                     for name, k, right in wrong)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a small system of linear equations; empty where it has none."""
    rows = [[*row, y] for row, y in zip(matrix, right)]
    for i in range(len(rows)):
        k = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[k] = rows[k], rows[i]
        if abs(rows[i][i]) < 1e-12:
            return []
        for k in range(len(rows)):
            if k != i:
                factor = rows[k][i] / rows[i][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


Quantities = Sequence[tuple[str, Floats]]           # what numbers of the exercise are called, and what they are for each number compared


def related(got: Floats, expected: Floats, quantities: Quantities) -> Iterator[tuple[str, Floats]]:
    """What was got, in words, where it is the right number times, or plus, a product of the exercise's own quantities.

    It is given as a mistake whose numbers are those that came, to be tried after the known ones.
    """
    if len(got) < 3 or all_close(got, expected):
        return
    finite = all(map(math.isfinite, (*got, *expected)))
    for how, wrong in (("times", [a / b if b else math.nan for a, b in zip(got, expected)]), ("plus", [a - b for a, b in zip(got, expected)])):
        if finite and (said := monomial(wrong, quantities, how)):
            yield f"{OFF}{how} {said}", got
            return


OFF = "it is the right number "


def monomial(numbers: Floats, quantities: Quantities, how: str) -> str:
    """In words, the product of at most two quantities, or powers of them, and a small number, that the numbers are; "" where they are none."""
    if len({round(x, 9) for x in numbers}) < 2 or not all(map(math.isfinite, numbers)):
        return ""
    single = [(name, power, xs) for power in (1, -1, 2, -2) for name, xs in quantities]
    for first, second in ((one, two) for two in (None, *single) for one in single):
        name, power, xs = first
        if second and (second[0] == name or second[1] < power):
            continue
        try:
            product = [x**power * (y**second[1] if second else 1.0) for x, y in zip(xs, second[2] if second else xs)]
        except (ZeroDivisionError, OverflowError):
            continue
        for factor, words in ((1.0, ""), (-1.0, "-"), (2.0, "2 "), (0.5, "½ "), (-2.0, "-2 "), (-0.5, "-½ ")):
            if all(math.isclose(x, factor * y, rel_tol=1e-5, abs_tol=1e-7) for x, y in zip(numbers, product)):
                return words + _powers([first, *([second] if second else [])])
    return ""


def _powers(factors: Sequence[tuple[str, int, Floats]]) -> str:
    """A product of powers as text: those with negative exponents behind a stroke."""
    def power(name: str, n: int) -> str:
        return (f"({name})" if " " in name else name) + ("²" if abs(n) == 2 else "")
    above = " ".join(power(name, n) for name, n, _ in factors if n > 0)
    below = [power(name, n) for name, n, _ in factors if n < 0]
    return f"{above or '1'} / {below[0] if len(below) == 1 else '(' + ' '.join(below) + ')'}" if below else above


def in_terms(got: Floats, first: Floats, second: Floats, v: Floats) -> str:
    """In words, by what each of the two terms of the quotient rule is off, where that is a power of v and a small number; or "".

    first, second    the terms as they should be: u'/v and -u v'/v²
    """
    factors = [(f, n) for n in range(-3, 4) for f in (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)]
    for one, other in sorted(itertools.product(factors, factors), key=lambda pair: sum(abs(n) + (f != 1.0) for f, n in pair)):
        numbers = [one[0] * x * z**one[1] + other[0] * y * z**other[1] for x, y, z in zip(first, second, v)]
        if all_close(got, numbers) and len(got) > 3:
            off = [f"the {name} term is the right one times {_power_of_v(*by)}" for name, by in (("first", one), ("second", other)) if by != (1.0, 0)]
            return f"in u'/v - u v'/v², {', and '.join(off)}" if off else ""
    return ""


def _power_of_v(factor: float, n: int) -> str:
    power = "v" + {1: "", 2: "²", 3: "³"}[abs(n)] if n else ""
    number = {1.0: "", -1.0: "-", 2.0: "2 ", -2.0: "-2 ", 0.5: "½ ", -0.5: "-½ "}[factor]
    if not n:
        return f"{factor:g}"
    return number + power if n > 0 else f"{number.strip() if number.strip(' -') else number + '1'} / {power}"


SOME = "some of these numbers are right, and others are not: "


def which(names: Sequence[str], got: Floats, expected: Floats) -> str:
    """In words, which of several numbers are right and which are not; "" where all are wrong, or their names do not tell them apart."""
    right = [name for name, a, b in zip(names, got, expected) if close(a, b)]
    wrong = [name for name in names if name not in right]
    if not right or not wrong or {*right} & {*wrong} or len({*names}) < len(names):
        return ""
    few, said = (right, "right is") if len(right) <= len(wrong) else (wrong, "wrong is")
    listed = f"{said} {', '.join(few)}"
    return f"{SOME}{listed}" if len(listed) < 70 else f"{SOME}{len(right)} of {len(names)} are right"


def partly(got: Floats, expected: Floats) -> str:
    """What is known where no mistake fits: which of several numbers are right, and which only in size."""
    size = [close(abs(a), abs(b)) for a, b in zip(got, expected)]
    if len(got) > 1 and all(size):
        return "the sizes are right, and some of the signs are not"
    return ""


def apart(a: float, b: float) -> tuple[str, str]:
    """Two different numbers as text, with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 8, 10, 17):
        shown = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if shown[0] != shown[1]:
            break
    return shown


def exactly(got: Floats, expected: Floats, what: str) -> None:
    """Raise Wrong where numbers are right to some digits only, as those of a difference quotient are.

    expected comes from a formula here, not from finite differences, and is right to the last digits.
    """
    scale = max(map(abs, expected), default=1.0) + 1.0
    worst = max((abs(a - b) for a, b in zip(got, expected)), default=0.0)
    if worst > 2e-12 * scale:
        digits = -math.log10(worst / scale)
        raise Wrong(f"{what} is right to {digits:.0f} digits, and not to the last ones",
                    mistake="it is a difference quotient, or rounded; here the derivative itself is wanted, as a formula")


def no_quotient(student: Student, name: str, most: int, *arguments: Any) -> None:
    """Raise Wrong where a function takes the exponential at more numbers than the most that its formula needs."""
    count = student.raw("e09.exponents", name, name, *arguments)
    if isinstance(count, int) and count > most:
        raise Wrong(f"{name} takes the exponential at {count} numbers; a formula takes it at {most}",
                    mistake="it is a difference quotient; its numbers are right, but here the derivative itself is wanted, as a formula")


def minimum(asked: str, names: Sequence[str], x: Floats, loss: Callable[[list[float]], float],
            causes: Iterable[tuple[str, Callable[[], bool]]] = ()) -> None:
    """Raise Wrong unless every derivative of loss at x is smaller than 0.001, by finite differences.

    causes    mistakes, and whether each is the one, asked in this order
    """
    if not all(map(math.isfinite, x)) or not math.isfinite(loss([*x])):
        raise Wrong(f"{asked} gave {show([*x])}", mistake="it diverges: the steps are too long; the loss is a sum over all points")
    slopes = gradient(loss, x)
    if not all(abs(slope) <= 1e-3 for slope in slopes):
        if not _looking.get():
            raise Wrong(asked)
        i = max(range(len(x)), key=lambda i: abs(slopes[i]) if slopes[i] == slopes[i] else math.inf)
        raise Wrong(f"{asked}: the derivative of the loss with respect to {names[i]} is {slopes[i]:.4g} by finite differences, "
                    "and not 0", "at " + ", ".join(f"{name} = {y:.6g}" for name, y in zip(names, x)),
                    mistake=next((said for said, true in causes if true()), ""))
