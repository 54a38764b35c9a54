"""Training to look at while it goes on: the loss of each epoch, and the output over the plane.

1. In a notebook one picture is redrawn; in a terminal, characters; elsewhere nothing is shown.
2. Whatever cannot be drawn is left out: looking never stops what it looks at, nor changes it.
"""
from __future__ import annotations

import base64
import math
import struct
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn.branches import watched
from nn.changes import assign
from nn.progress import Bar
from nn.steps import Task

PAUSE = 0.4                     # seconds between two pictures
SIZE, FEW = 48, 20              # numbers along a side of the plane; by graphs
SIDE = 320                      # pixels of the plane, and of the height of all
MARGIN = 0.12
POSITIVE, NEGATIVE, INK = "#0072B2", "#D55E00", "#37474F"
SHADES = " .:-=+*#%@"           # of a terminal, from low to high
ACROSS, DOWN = 44, 16           # characters of the plane in a terminal
Draw = Callable[[str], None]


class Live(Bar):
    """A bar that draws what a training is doing, at most every 0.4 seconds and at the end.

    task, theta_and_losses   what is trained; a function of its parameters now, and losses so far
    draw                     where a picture goes; None for a notebook's cell or the terminal
    """

    def __init__(self, task: Task, total: int,
                 theta_and_losses: Callable[[], tuple[np.ndarray, Sequence[float]]],
                 draw: Draw | None = None) -> None:
        super().__init__(total, False)
        self.task, self.now = task, theta_and_losses
        self.draw = draw or notebook_cell()
        self.in_text = self.draw is None and self._is_terminal()
        self.plane = Plane(task) if task.X.ndim == 2 and task.X.shape[1] == 2 else None
        self.drawn_at, self.lines = 0.0, 0

    def show(self, done: int, note: str = "") -> None:
        """Draw, if it is time to."""
        time_now = time.monotonic()
        if done < self.total and time_now - self.drawn_at < PAUSE:
            return
        self.drawn_at = time_now
        self.picture(f"epoch {done} of {self.total}, {note}")

    def close(self) -> None:
        """Draw once more where training ended before its last epoch."""
        _, losses = self.now()
        if losses and len(losses) < self.total:
            self.picture(f"epoch {len(losses)} of {self.total}, loss {losses[-1]:.6g}")

    def picture(self, note: str) -> None:
        """Draw what there is to see now."""
        theta, losses = self.now()
        try:
            values = self.plane.values(theta) if self.plane else None
            if self.draw is not None:
                self.draw(svg(losses, note, self.plane, values))
            elif self.in_text:
                self.write(in_characters(note, values))
        except Exception:                               # what cannot be drawn is left out
            self.draw, self.in_text = None, False

    def write(self, lines: Sequence[str]) -> None:
        """Write lines over those of last time."""
        up = f"\x1b[{self.lines}A" if self.lines else ""
        self.stream.write(up + "".join(f"\r{line}\x1b[K\n" for line in lines))
        self.stream.flush()
        self.lines = len(lines)


def notebook_cell() -> Draw | None:
    """What shows HTML in this notebook's cell, instead of what it showed before; None elsewhere."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not getattr(shell, "kernel", None):
        return None
    from IPython.display import HTML, display
    handle: list[Any] = []

    def draw(html: str) -> None:
        if handle:
            handle[0].update(HTML(html))
        else:
            handle.append(display(HTML(html), display_id=True))
    return draw


# The plane ---------------------------------------------------------------------

class Plane:
    """The output of a model over the part of the plane that has the samples.

    low, high   its corners, (2,) each
    size        numbers along a side
    threshold   where two classes part, None for numbers or more classes
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        low, high = task.X.min(0).astype(float), task.X.max(0).astype(float)
        room = MARGIN * np.where(high > low, high - low, 1.0)
        self.low, self.high = low - room, high + room
        labels = np.unique(task.Y.reshape(len(task.Y), -1)[:, 0])
        self.middle = float(labels[0] + labels[-1]) / 2
        logits = getattr(task.loss, "__name__", "") in ("binary_cross_entropy", "hinge")
        self.centre = 0.0 if logits else self.middle
        self.has_classes = len(labels) == 2
        self.program = self.compiled()
        self.size = SIZE if self.program else FEW

    def compiled(self) -> Any:
        """A program of the first output; None where one graph does not stand for all samples."""
        x = [Value(number) for number in self.task.X[0].tolist()]
        try:
            with watched() as choices:
                output = first(self.task.model(list(x)))
            return None if choices else autograd.compile([output], self.task.parameters, x)
        except Exception:                               # as a model that looks its inputs up
            return None

    def values(self, theta: np.ndarray) -> np.ndarray:
        """The first output, (size, size), from the upper left."""
        steps = (np.arange(self.size) + 0.5) / self.size
        xs = self.low[0] + (self.high - self.low)[0] * steps
        ys = self.high[1] - (self.high - self.low)[1] * steps
        points = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
        if self.program:
            found = self.program(theta, points)
        else:
            assign(self.task.parameters, theta)
            found = np.array([first(self.task.model(p)).data for p in points.tolist()])
        return np.reshape(found, (self.size, self.size))

    def place(self, sample: np.ndarray) -> tuple[float, float]:
        """Where a sample stands, in pixels."""
        x, y = (sample - self.low) / (self.high - self.low)
        return float(x * SIDE), float((1 - y) * SIDE)


def first(output: Any) -> Any:
    """The only output of a model, or the first of several."""
    return output[0] if isinstance(output, (list, tuple)) else output


# Pictures ----------------------------------------------------------------------

def svg(losses: Sequence[float], note: str, plane: Plane | None,
        values: np.ndarray | None) -> str:
    """The plane and the losses, as an <svg> element."""
    left = SIDE + 40 if values is not None else 10
    parts = [curve(losses, left)]
    if plane is not None and values is not None:
        parts += over_the_plane(plane, values)
    parts.append(f'<text x="10" y="{SIDE + 30}" font-size="18" fill="{INK}">{note}</text>')
    width, height = left + 420, SIDE + 42
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="Arial, Liberation Sans, sans-serif">'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>')


def curve(losses: Sequence[float], left: int) -> str:
    """The loss of each epoch as a line; on a logarithmic scale where it falls far."""
    shown = [loss for loss in losses if math.isfinite(loss)]
    if not shown:
        return ""
    far = min(shown) > 0 and max(shown) > 30 * min(shown)
    heights = [math.log10(loss) if far else loss for loss in shown]
    low, high = (min(heights) if far else min(0.0, *heights, 0.0)), max(heights)
    step = max(len(shown) // 400, 1)
    places = [*range(0, len(shown), step), len(shown) - 1]
    points = " ".join(f"{left + 70 + 330 * i / max(len(shown) - 1, 1):.1f},"
                      f"{SIDE - 20 - (SIDE - 40) * (heights[i] - low) / ((high - low) or 1):.1f}"
                      for i in places)
    scale = " (log scale)" if far else ""
    return (f'<rect x="{left + 66}" y="16" width="338" height="{SIDE - 32}" fill="none" '
            f'stroke="{INK}"/><polyline points="{points}" fill="none" stroke="{POSITIVE}" '
            f'stroke-width="3"/><text x="{left + 60}" y="26" font-size="16" text-anchor="end" '
            f'fill="{INK}">{max(shown):.3g}</text><text x="{left + 235}" y="{SIDE + 4}" '
            f'font-size="16" text-anchor="middle" fill="{INK}">loss of each epoch{scale}</text>')


def over_the_plane(plane: Plane, values: np.ndarray) -> list[str]:
    """The output in colours, its boundary, and the samples."""
    scale = float(np.abs(values - plane.centre).max()) or 1.0
    picture = png(shades((values - plane.centre) / scale))
    data = base64.b64encode(picture).decode()
    parts = [f'<image x="0" y="0" width="{SIDE}" height="{SIDE}" preserveAspectRatio="none" '
             f'href="data:image/png;base64,{data}"/>']
    if plane.has_classes:
        parts.append(boundary(values - plane.centre))
    for x, y in zip(plane.task.X, plane.task.Y.reshape(len(plane.task.Y), -1)[:, 0]):
        cx, cy = plane.place(x)
        color = POSITIVE if y > plane.middle else NEGATIVE
        look = f'fill="{color}" stroke="white"'
        if y > plane.middle:
            parts.append(f'<rect x="{cx - 4:.1f}" y="{cy - 4:.1f}" width="8" height="8" {look}/>')
        else:
            parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4.5" {look}/>')
    return parts


def boundary(level: np.ndarray) -> str:
    """Where the sign of a grid changes, as a path along its cells."""
    n, above = len(level), level > 0
    cell = SIDE / n
    upright = [f"M{(c + 1) * cell:.1f},{r * cell:.1f}v{cell:.1f}"
               for r, c in np.argwhere(above[:, 1:] != above[:, :-1])]
    level_ones = [f"M{c * cell:.1f},{(r + 1) * cell:.1f}h{cell:.1f}"
                  for r, c in np.argwhere(above[1:] != above[:-1])]
    return (f'<path d="{"".join(upright + level_ones)}" stroke="{INK}" stroke-width="2.5" '
            'fill="none" stroke-linecap="round"/>')


def shades(part: np.ndarray) -> np.ndarray:
    """White at 0, blue towards 1 and orange towards -1: (n, n, 3) bytes."""
    blue, orange = [np.array([int(color[k:k + 2], 16) for k in (1, 3, 5)])
                    for color in (POSITIVE, NEGATIVE)]
    amount = 0.85 * np.clip(np.abs(np.nan_to_num(part)), 0, 1)[..., None] ** 0.8
    target = np.where(part[..., None] > 0, blue, orange)
    return np.uint8(255 + (target - 255) * amount)              # type: ignore[no-any-return]


def png(pixels: np.ndarray) -> bytes:
    """An image of (height, width, 3) bytes as a PNG file."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def in_characters(note: str, values: np.ndarray | None) -> list[str]:
    """The plane as lines of characters, darker where the output is larger, and a note."""
    if values is None:
        return [note]
    low, high = float(values.min()), float(values.max())
    part = (values - low) / ((high - low) or 1.0)
    rows = np.linspace(0, len(values) - 1, DOWN).astype(int)
    columns = np.linspace(0, len(values) - 1, ACROSS).astype(int)
    marks = np.minimum((part[np.ix_(rows, columns)] * len(SHADES)).astype(int), len(SHADES) - 1)
    return ["".join(SHADES[k] for k in row) for row in marks.tolist()] + [note]
