"""A descent is diagnosed from its path: which way it went, how far, and where it ended."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from demos.exercises.checkers.asking import Stopped, Student, Wrong
from demos.exercises.checkers.comparing import gradient

Cause = tuple[str, Callable[[], bool]]


SLOW = 2.0                              # seconds of the processor, after which a right answer is asked no more
STOPS = ("it stops too early here, and did not on other points: look at the condition by which it stops; every derivative has to be "
         "small, by its size")


class Descent:
    """The points at which a student's code took the loss, where it could be seen, and the point that it gave.

    loss    the right loss, of a list of numbers
    names   what the numbers are called
    """

    samples = (0, 0)                    # the fewest over which the loss was taken, and how many there are

    def __init__(self, way: Any, end: Sequence[float], loss: Callable[[list[float]], float], names: Sequence[str]) -> None:
        self.end, self.loss, self.names = list(end), loss, names
        self.way: list[list[float]] = []
        for point in way if isinstance(way, list) else []:
            if isinstance(point, list) and len(point) == len(end) and all(isinstance(x, (int, float)) for x in point):
                if not self.way or point != self.way[-1]:
                    self.way.append(point)

    def causes(self) -> Iterator[Cause]:
        """Mistakes of a descent, and whether each is this one's, to be asked in this order."""
        yield f"the loss is taken over {self.samples[0]} of the {self.samples[1]} points", lambda: self.samples[0] < self.samples[1]
        yield f"the steps of {', '.join(self.wrong_way())} go uphill, the others downhill", lambda: bool(self.wrong_way())
        yield "one coordinate is taken with the derivative of another", self.exchanged
        yield "the gradient is taken once, where it began, and not anew at each step", self.once
        yield "it diverges: the steps are too long; the loss is a sum over all points", self.diverges
        yield "it goes uphill: a + before the learning rate", self.uphill
        yield "it does not move from where it began", self.stays
        yield "the steps are not those of the gradient at the point where it is: the gradient is kept from before, or added up", self.kept
        yield "it gives back the point where it began, not the one where it ended", self.gives_first
        yield f"the steps do not change {', '.join(self.still())}; the others are at the minimum", lambda: bool(self.still())
        yield "what comes back is not a minimum, and the loss of this file was never asked on the way there", lambda: not self.way
        yield "it gives back something else than the point where its steps ended", self.other_end
        yield "the first step does not go against the gradient: a derivative is wrong, or stands in the wrong place, or it is that of another loss", self.no_gradient
        yield "it swings back and forth: the steps are too long", self.swings
        yield ("it stopped too early: at each step the loss was still falling; take more steps, or longer ones", self.falling)
        yield "it ends before the minimum: the loss is smaller than where it began, and its derivatives are not yet 0", self.near

    def stops(self) -> bool:
        """Whether it went downhill or nowhere, and ended within three steps or while the loss was falling."""
        begun = self.way[0] if self.way else [0.0] * len(self.end)
        return bool(self.way) and all(map(math.isfinite, self.end)) and self.loss(self.end) <= self.loss(begun) and (len(self.way) <= 3 or self.falling())

    def wrong_way(self) -> list[str]:
        """The names of the numbers whose steps go along their derivative, where others go against it."""
        for k in range(min(len(self.way) - 1, 20)):
            slopes = self.slopes(k)
            if not all(abs(d) > 0.01 for d in slopes):
                continue
            ratios = [(b - a) / d for a, b, d in zip(self.way[k], self.way[k + 1], slopes)]
            same = all(math.isclose(abs(r), abs(ratios[0]), rel_tol=1e-3) for r in ratios)
            up = [name for name, ratio in zip(self.names, ratios) if ratio > 0]
            if same and 0 < len(up) < len(ratios):
                return up
        return []

    def no_gradient(self) -> bool:
        """Whether the first step is across the gradient, not along it."""
        return len(self.way) > 1 and abs(self.cosine(0)) < 0.99

    def other_end(self) -> bool:
        """Whether it gives back something else than the last point of its way, and a worse one."""
        if len(self.way) < 3:
            return False
        last, step = self.way[-1], math.dist(self.way[-1], self.way[-2])
        return math.dist(last, self.end) > 3 * step + 1e-9 and self.loss(self.end) > self.loss(last)

    def slopes(self, k: int) -> list[float]:
        return gradient(self.loss, self.way[k])

    def diverges(self) -> bool:
        if not all(map(math.isfinite, self.end)):
            return True
        return len(self.way) > 1 and self.loss(self.end) > 10 * self.loss(self.way[0]) + 1.0 and self.cosine(0) < -0.9

    def uphill(self) -> bool:
        """Whether the first step goes along the gradient, not against it."""
        return len(self.way) > 1 and self.cosine(0) > 0.999

    def cosine(self, k: int) -> float:
        """The cosine of the angle between step k and the gradient there; 0 where one of them is nothing."""
        step, slopes = [b - a for a, b in zip(self.way[k], self.way[k + 1])], self.slopes(k)
        size = math.hypot(*step) * math.hypot(*slopes)
        return sum(a * b for a, b in zip(step, slopes)) / size if size and math.isfinite(size) else 0.0

    def stays(self) -> bool:
        return len(self.way) == 1 and self.way[0] == self.end

    def kept(self) -> bool:
        """Whether the first step is downhill, and a later one along the sum of all gradients so far, or along the first again."""
        if len(self.way) < 4 or self.cosine(0) > -0.999 or self.returns():
            return False
        k = next((k for k in range(1, min(len(self.way) - 1, 60)) if self.cosine(k) > -0.98), None)
        return k is not None and self.along(k)

    def returns(self) -> bool:
        """Whether it comes back to a point where it was: it tries steps of several lengths, and its way shows those that it did not take."""
        return len({tuple(point) for point in self.way}) < len(self.way)

    def along(self, k: int) -> bool:
        """Whether step k goes along the sum of the gradients up to there, or along the first."""
        step = [b - a for a, b in zip(self.way[k], self.way[k + 1])]
        total = [sum(parts) for parts in zip(*(self.slopes(j) for j in range(k + 1)))]
        return any(abs(_cosine(step, g)) > 0.9999 for g in (total, self.slopes(0)))

    def once(self) -> bool:
        """Whether the loss was asked at one point only, and the end lies along the gradient there."""
        if len(self.way) != 1 or not all(map(math.isfinite, self.end)):
            return False
        return abs(_cosine([b - a for a, b in zip(self.way[0], self.end)], self.slopes(0))) > 0.99999

    def gives_first(self) -> bool:
        return len(self.way) > 2 and self.end == self.way[0] and self.loss(self.way[-1]) < 0.9 * self.loss(self.end)

    def still(self) -> list[str]:
        """The names of the numbers that never change, where all others are at their minimum; empty where it is not so."""
        slopes = gradient(self.loss, self.end)
        left = [name for name, slope in zip(self.names, slopes) if abs(slope) > 1e-3]
        begun = self.way[0] if self.way else [0.0] * len(self.end)
        same = [name for name, a, b in zip(self.names, begun, self.end) if a == b]
        return left if left and len(left) < len(self.names) and {*left} <= {*same} else []

    def exchanged(self) -> bool:
        if len(self.way) < 2:
            return False
        step, slopes = [b - a for a, b in zip(self.way[0], self.way[1])], self.slopes(0)
        return abs(_cosine(step, slopes)) < 0.98 and math.isclose(math.hypot(*sorted(step)), math.hypot(*step)) and \
            _proportional(sorted(map(abs, step)), sorted(map(abs, slopes)))

    def swings(self) -> bool:
        if len(self.way) < 6 or self.returns():
            return False
        late = [[b - a for a, b in zip(self.way[k], self.way[k + 1])] for k in range(-4, -1)]
        return all(_cosine(a, b) < -0.9 for a, b in zip(late, late[1:])) and math.hypot(*late[-1]) > 1e-3

    def falling(self) -> bool:
        return len(self.way) > 2 and all(self.loss(b) <= self.loss(a) for a, b in zip(self.way[-3:], self.way[-2:])) and \
            self.loss(self.end) <= self.loss(self.way[-1]) + 1e-12 and self.cosine(0) < -0.9

    def near(self) -> bool:
        """Whether what it gave is a point on the way of a plain descent from 0: the loss lies between."""
        begun = self.way[0] if self.way else [0.0] * len(self.end)
        slopes = gradient(self.loss, self.end)
        return self.loss(self.end) < self.loss(begun) and math.hypot(*slopes) < math.hypot(*gradient(self.loss, begun))


def in_descent(wrong: Wrong, student: Student, probe: str, loss: Callable[[list[float]], float], names: Sequence[str]) -> Wrong:
    """What went wrong in a descent, with its cause from the path where the path shows it."""
    if isinstance(wrong, Stopped) or not any(word in str(wrong) for word in ("Overflow", "too large", "inf", "nan", "domain")):
        return wrong
    path = student.raw(probe, "the way")
    descent = Descent(path, [math.inf] * len(names), loss, names)
    wrong.mistake = "it goes uphill: a + before the learning rate" if descent.uphill() else \
        "it diverges: the steps are too long; the loss is a sum over all points" if len(descent.way) > 1 else wrong.mistake
    return wrong


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    size = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b)) / size if size and math.isfinite(size) else 0.0


def _proportional(a: Sequence[float], b: Sequence[float]) -> bool:
    return _cosine(a, b) > 0.99999
