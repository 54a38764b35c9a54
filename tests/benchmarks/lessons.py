"""The lesson on a GPT: a thousand steps with scalars, really taken, beside the same steps compiled."""
from __future__ import annotations

import contextlib
import io
import os
import tempfile
import time
from typing import Any

from demos.runner import HERE, cells, execute, source

BLOCK, BAR = 50, 10                     # so many steps one way, then the same the other way


def defined(lesson: str, last: str) -> dict[str, Any]:
    """What the cells of a lesson define, up to the one that defines `last`; its pictures are thrown away."""
    names: dict[str, Any] = {"__name__": lesson}
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        try:
            path = HERE / f"{lesson}.py"
            for cell in cells(source(path)):
                if not cell.markdown and last not in names:
                    execute(cell, path, names)
        finally:
            os.chdir(before)
    return names


def main() -> None:
    """Print the seconds of each way, and how many times as long the scalars take."""
    names = defined("gpt", "one_by_one")
    taken, steps = names["training"][:names["STEPS"]], {"compiled": names["step"], "scalars": names["eager"]}
    W, optimizer = dict.fromkeys(steps, names["initial"]), {way: names["adam"]() for way in steps}
    seconds, losses = dict.fromkeys(steps, 0.0), {way: list[float]() for way in steps}
    for i in range(0, len(taken), BLOCK):
        for way, step in steps.items():
            start = time.perf_counter()
            for name in taken[i:i + BLOCK]:
                loss, gradient = step(W[way], names["tokens"](name))
                W[way] = optimizer[way].update(W[way], gradient)
                losses[way].append(loss)
            seconds[way] += time.perf_counter() - start
    apart = max(abs(a - b) for a, b in zip(*losses.values()))
    whole = seconds["compiled"] + names["compiling"]
    print(f"a GPT of {names['PARAMETERS']} parameters, {len(taken)} steps; no loss differs by more than {apart:.0e}")
    print(f"  compiled {seconds['compiled']:8.2f} s, and {names['compiling']:.2f} s to compile {len(names['step'].programs)} lengths")
    print(f"  scalars  {seconds['scalars']:8.2f} s   {seconds['scalars'] / whole:6.1f} times as long, bar {BAR}")
