"""What a check of derivatives says: their table, the kinks, and the operations at fault."""
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from autograd.derivatives.differences import Estimate

OK, KINK, UNCLEAR, WRONG = "ok", "kink", "unclear", "WRONG"
FIRST_HEADS, SECOND_HEADS = ("reverse", "forward"), ("rev. over rev.", "fwd. over rev.")
NOBODY_AT_FAULT = ("wrong: no single operation is at fault; does the function give the same value "
                   "twice, and does its graph hold all that it depends on?")


class Derivative(NamedTuple):
    """One derivative by all methods. verdict is "ok", "kink", "unclear" or "WRONG"."""
    name: str
    reverse: float
    forward: float
    expected: Estimate
    verdict: str = OK

    def is_wrong(self, rtol: float) -> bool:
        """Whether one of the two modes disagrees with the finite difference."""
        both = (self.reverse, self.forward)
        return not all(self.expected.agrees(x, rtol) for x in both)

    def differs_by_mode(self) -> bool:
        """Whether the two modes differ by more than rounding. NaN differs from nothing."""
        largest = max(abs(self.reverse), abs(self.forward))
        return abs(self.reverse - self.forward) > 1e-9 * largest

    def is_unclear(self) -> bool:
        """Whether the finite difference is too coarse to tell."""
        largest = max(abs(self.reverse), abs(self.forward), abs(self.expected.value))
        return not self.expected.error <= max(1e-4 * largest, 1e-7)

    def __str__(self) -> str:
        return (f"{self.reverse:17.10g} {self.forward:17.10g} {self.expected.value:18.10g} "
                f"{self.expected.error:8.1e}  {self.verdict}")


class Culprit(NamedTuple):
    """An operation whose rule is wrong, for one of its inputs.

    node is its place, from 0, in the topological order of f, or of its gradient.
    """
    node: int
    op: str
    input: int
    point: tuple[float, ...]
    rule: float
    expected: float
    what: str = "rule"

    def __str__(self) -> str:
        at = ", ".join(f"{x:.6g}" for x in self.point)
        return (f"node {self.node}, `{self.op}`, input {self.input}: {self.what} gives "
                f"{self.rule:.10g}, finite difference {self.expected:.10g}, at ({at})")


class Report:
    """What `check_gradients` says: true when no derivative is wrong; prints as a table.

    derivatives  every derivative, of first order and then of second
    kinks        in words, the operations so close to a kink that a finite difference straddles it
    culprits     the operations with a wrong rule
    """

    def __init__(self, derivatives: Iterable[Derivative], kinks: Iterable[str],
                 culprits: Iterable[Culprit]) -> None:
        self.derivatives = list(derivatives)
        self.kinks = list(dict.fromkeys(kinks))
        self.culprits = list(culprits)

    def __bool__(self) -> bool:
        return not self.culprits and all(d.verdict != WRONG for d in self.derivatives)

    def __str__(self) -> str:
        first = [d for d in self.derivatives if not d.name.startswith("d2")]
        second = [d for d in self.derivatives if d.name.startswith("d2")]
        lines = self._table(first, FIRST_HEADS) + self._table(second, SECOND_HEADS)
        lines += [f"kink: {kink}" for kink in self.kinks]
        lines += [f"wrong: {culprit}" for culprit in self.culprits]
        if not self and not self.culprits:
            lines.append(NOBODY_AT_FAULT)
        return "\n".join(lines)

    __repr__ = __str__

    def _table(self, derivatives: list[Derivative], heads: tuple[str, str]) -> list[str]:
        if not derivatives:
            return []
        width = max(10, *(len(d.name) for d in self.derivatives))
        head = f"{'':{width}} {heads[0]:>17} {heads[1]:>17} {'finite difference':>18} {'+-':>8}"
        return [head, *(f"{d.name:{width}} {d}" for d in derivatives)]
