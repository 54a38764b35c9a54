"""What marking comes to: parts with points, the mistake's name, hints that are asked for one by one. Never a solution."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SOLVED, NOT_BEGUN, NOT_RIGHT = "solved", "not yet begun", "not right yet"


@dataclass(frozen=True)
class PartResult:
    """One part of an exercise: its points, and what is wrong with it."""
    title: str
    points: float
    most: float
    message: str = ""                   # what was asked, what came, what should have come; "" when it is right
    mistake: str = ""                   # the mistake's name, in words; "" where the cause is not known

    @property
    def right(self) -> bool:
        return not self.message


@dataclass(frozen=True)
class Result:
    """An answer that was marked."""
    exercise: str
    state: str
    parts: tuple[PartResult, ...] = ()
    message: str = ""                   # of the first part that is wrong, or why nothing could be asked
    mistake: str = ""
    hints: tuple[str, ...] = ()         # three levels; each says more
    printed: str = ""                   # by the student's code
    seconds: float = 0.0
    seed: str = field(default="", compare=False)
    note: str = field(default="", compare=False)        # where it was checked, if that matters

    @property
    def solved(self) -> bool:
        return self.state == SOLVED

    @property
    def score(self) -> float:
        """The points of all parts that are right."""
        return sum(part.points for part in self.parts)

    @property
    def most(self) -> float:
        return sum(part.most for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON has it."""
        return {"exercise": self.exercise, "state": self.state, "score": self.score, "max_score": self.most,
                "message": self.message, "mistake": self.mistake, "hints": list(self.hints),
                "seconds": round(self.seconds, 3), "printed": self.printed,
                "parts": [{"title": p.title, "score": p.points, "max_score": p.most, "message": p.message, "mistake": p.mistake}
                          for p in self.parts]}

    def __bool__(self) -> bool:
        return self.solved

    def __str__(self) -> str:
        lines = [f"{self.exercise}: {self.state}"]
        if len(self.parts) > 1 and self.state == NOT_RIGHT:
            lines += [f"  {'right' if p.right else 'not yet':8} {p.title}" for p in self.parts]
        lines += [f"  {line}" for line in self.message.splitlines()]
        if self.mistake:
            lines.append(f"  Perhaps: {self.mistake}.")
        if self.note and not self.solved:
            lines.append(f"  {self.note}")
        return "\n".join(lines)

    __repr__ = __str__

    def hint(self, level: int = 1) -> str:
        """The hint of that level, 1 to 3; each says more, and none is the solution."""
        return self.hints[min(max(level, 1), len(self.hints)) - 1] if self.hints else "No hint: this one is solved."
