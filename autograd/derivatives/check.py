"""check_gradients: derivatives compared with finite differences, and the wrong rule named.

1. The truth never comes from the table's partials: it comes from values of the function at
   neighbouring points, and from a step into the complex plane (differences.py).
2. Reverse mode uses the partials recorded going forward, forward mode those of the table: so both
   are compared.
3. Where a total is wrong, each operation on the way is compared by itself (culprits.py).
"""
from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.compat.messages import choice, function, truth
from autograd.compat.numbers import number
from autograd.derivatives.culprits import find_culprits, find_kinks
from autograd.derivatives.differences import Estimate, Floats, complex_step, derivatives_by_values
from autograd.derivatives.level import Function, Level, data_of
from autograd.derivatives.report import KINK, OK, UNCLEAR, WRONG, Derivative, Report
from autograd.derivatives.structure import Leaf, Nested, Structure, flatten, rebuild


@told(OF_TRANSFORMS)
def check_gradients(f: Function, *args: Nested, order: int = 2, rtol: float = 1e-6,
                    raising: bool = True) -> Report:
    """A Report of f at `args`: derivatives by reverse and forward mode beside finite differences.

    order 1 compares first derivatives, 2 also second ones (with finite differences of the
    gradient). Two numbers agree when they differ by at most `rtol`, relative, plus the estimated
    error of the finite difference. A disagreement at a kink (relu at 0, a tie in maximum) is
    reported as a kink, one that no finite difference can decide as unclear.

    Raises AssertionError with the table, which names the operation at fault, when a derivative is
    wrong; with raising=False the Report, which is then false, comes back.

    >>> print(check_gradients(lambda x: x ** 3, 2.0, order=1))
                         reverse           forward  finite difference       +-
    d f / d x                 12                12                 12  1.2e-12  ok
    """
    function(f, "check_gradients takes")
    choice(order, (1, 2), "order")
    truth(raising, "raising")
    first = Check(f, *point_of(args), checked_tolerance(rtol))
    names = first_names(first, args)
    report = first.report(names)
    if order == 2:
        report = with_second_order(report, first, names)
    if raising and not report:
        raise AssertionError(f"derivatives differ\n{report}")
    return report


def point_of(args: tuple[Nested, ...]) -> tuple[list[float], Structure]:
    """The numbers of the arguments in one list, and how they are nested."""
    leaves, structure = flatten(args, "argument")
    if not leaves:
        raise ValueError("there is no number among the arguments to differentiate with respect to")
    return [data_of(x) for x in leaves], structure


def checked_tolerance(rtol: float) -> float:
    """rtol as a float. Raises ValueError unless it is from 0 to below 1."""
    x = number(rtol, "rtol")
    if not 0 <= x < 1:
        raise ValueError(f"rtol must be 0 or a positive number below 1, such as 1e-6, got {rtol!r}:"
                         " a difference of 1 times the derivative would let everything pass")
    return x


class Check(NamedTuple):
    """A function, and the point at which its derivatives are compared."""
    f: Function
    point: list[float]
    structure: Structure
    rtol: float

    def record(self, point: Floats) -> Level:
        """f recorded at a point, all of its arguments being variables."""
        args = rebuild(self.structure, point)
        return unchecked(self.f, args)

    def values(self, point: Floats) -> list[float]:
        """The numbers that f returns at a point."""
        return [data_of(y) for y in self.record(point).results]

    def report(self, names: Sequence[Sequence[str]]) -> Report:
        """The Jacobian of f by all methods; names[i][j] is the name of derivative (i, j)."""
        level = self.record(self.point)
        derivatives = list(self.derivatives(level, names))
        wrong = any(d.is_wrong(self.rtol) for d in derivatives)
        culprits = find_culprits(level.results, self.rtol) if wrong else []
        kinks = find_kinks(level.results, max(1.0, *map(abs, self.point)))
        excused = bool(kinks) and not culprits
        judged = [d._replace(verdict=verdict(d, self.rtol, excused)) for d in derivatives]
        return Report(judged, kinks, culprits)

    def derivatives(self, level: Level, names: Sequence[Sequence[str]]) -> Iterator[Derivative]:
        """Every derivative by all three methods, row by row of the Jacobian."""
        reverse = level.matrix("reverse")
        level.create_graph = True               # forward mode takes its partials from the table
        forward = level.matrix("forward")
        columns = [self.expected(level, j) for j in range(len(self.point))]
        for i, row in enumerate(names):
            for j, name in enumerate(row):
                by_modes = data_of(reverse[i][j]), data_of(forward[i][j])
                yield Derivative(name, *by_modes, columns[j][i])

    def expected(self, level: Level, j: int) -> list[Estimate]:
        """The derivative of each result with respect to variable j, from values alone."""
        sharp = complex_step(level.order, level.variables[j], level.results)
        return derivatives_by_values(self.values, self.point, j, sharp, len(level.results))


def unchecked(f: Function, args: Sequence[Nested]) -> Level:
    """f recorded, all arguments being variables; a derivative may be NaN, which is a finding."""
    level = Level(f, args, tuple(range(len(args))))
    level.finite = False
    return level


def verdict(derivative: Derivative, rtol: float, excused: bool) -> str:
    """OK, WRONG, KINK or UNCLEAR: a difference at a kink is excused where no rule is wrong."""
    if derivative.is_wrong(rtol):
        return KINK if excused and not derivative.differs_by_mode() else WRONG
    return UNCLEAR if derivative.is_unclear() else OK


def with_second_order(first: Report, check: Check, names: Sequence[Sequence[str]]) -> Report:
    """The Report of first order, and after it what there is to say of second order."""
    def jacobian(*args: Nested) -> list[list[Leaf]]:
        return unchecked(check.f, args).matrix("reverse")

    second = check._replace(f=jacobian).report(second_names(names))
    named = {culprit.op for culprit in first.culprits}
    culprits = first.culprits + [c for c in second.culprits if c.op not in named]
    if not second and not culprits:     # what the graph of the gradient lacks, that of f shows
        culprits = find_culprits(check.record(check.point).results, check.rtol)
    return Report(first.derivatives + second.derivatives, first.kinks + second.kinks, culprits)


# Names --------------------------------------------------------------------------------------------

def first_names(check: Check, args: Sequence[Nested]) -> list[list[str]]:
    """What the derivatives are called, such as `d f / d w[1]`, a row for each result of f."""
    outputs = check.record(check.point).outputs.paths("f")
    arguments = zip(argument_names(check.f, len(args)), check.structure.parts)
    inputs = [path for name, structure in arguments for path in structure.paths(name)]
    return [[f"d {y} / d {x}" for x in inputs] for y in outputs]


def second_names(names: Sequence[Sequence[str]]) -> list[list[str]]:
    """What the second derivatives are called: `d2 f / d w[1] d x`, a row for each first one."""
    inputs = [name.partition(" / ")[2] for name in names[0]] if names else []
    return [[f"d2{first[1:]} {x}" for x in inputs] for row in names for first in row]


def argument_names(f: Function, n: int) -> list[str]:
    """The names of the n arguments, from the signature of f where it has as many."""
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        names = []
    return names if len(names) == n else [f"x{i}" for i in range(n)]
