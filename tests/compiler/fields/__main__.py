"""`python -m tests.compiler.fields COUNT FIRST`: try programs, and print those that are not as they should be;
`python -m tests.compiler.fields COUNT FIRST LANGUAGE`: the same in "c", "javascript" or "jax";
`python -m tests.compiler.fields lines SEED`: programs whose source is long, or longer where their loops are.
"""
from __future__ import annotations

import random
import sys
import time
from collections import Counter

import autograd as ag
from autograd.graph import topological_order
from tests.compiler.fields.check import LARGE, NAMES, case, in_language, odd_case, tried
from tests.compiler.languages import BOUND, RUNNERS, difference


def compared(count: int, first: int) -> None:
    """Try the seeds from `first` on."""
    found: Counter[str] = Counter()
    start = time.perf_counter()
    for seed in range(first, first + count):
        c, faults = tried(seed)
        name = c.name if c else "?"
        for kind, texts in (("WRONG", faults.wrong), ("CRASH", faults.crashed), ("refused", faults.refused)):
            found[kind] += bool(texts)
            for text in texts[:2]:
                print(f"{seed} {name} {kind} {text[:300]}", flush=True)
        if faults.lines > 300:
            print(f"{seed} {name} LONG {faults.lines} lines", flush=True)
        found["compared"] += faults.compared
    print(f"{count} programs, {found['compared']} comparisons, {found['WRONG']} wrong, {found['CRASH']} crashed, "
          f"{found['refused']} refused; {time.perf_counter() - start:.0f} s")


def translated(count: int, first: int, language: str) -> None:
    """Try the seeds from `first` on in another language, twenty in one process."""
    wrong = tried_ = 0
    for begin in range(first, first + count, 20):
        runs = {}
        for seed in range(begin, min(begin + 20, first + count)):
            try:
                c = odd_case(seed, random.Random(f"ways {seed}"))
                run = in_language(c) if len(topological_order(c.graph(c.theta, c.x)[0])) < LARGE else None
            except (ArithmeticError, ValueError):
                continue
            if run is not None:
                runs[seed, c.name] = run
        for key, run, got in zip(runs, runs.values(), RUNNERS[language](list(runs.values()))):
            tried_ += 1
            gap = difference(run, got)
            if not gap < BOUND:
                wrong += 1
                print(*key, language, gap, flush=True)
    print(f"{tried_} programs in {language}, {wrong} wrong")


def lengths(seed: int) -> None:
    """The lines of each field's program at 10, 50 and 200 steps, where these grow or are more than 300."""
    found, total = 0, 0
    for name in NAMES:
        try:
            if not case(seed, name=name).loops:
                continue
            graphs = [case(seed, steps, name) for steps in (10, 50, 200)]
            lines = [ag.compile(*c.graph(c.theta, c.x)).source.count("\n") for c in graphs
                     if len(topological_order(c.graph(c.theta, c.x)[0])) <= 3 * LARGE]
        except (ArithmeticError, ValueError):
            continue
        total += 1
        if lines and (max(lines) > 300 or len(lines) > 1 and lines[-1] > lines[-2] + 15):
            found += 1
            print(f"{name:28} {lines}", flush=True)
    print(f"{found} of {total} with loops")


def main(count: str = "200", first: str = "0", language: str = "") -> None:
    """What is asked for on the command line."""
    if count == "lines":
        lengths(int(first))
    elif language:
        translated(int(count), int(first), language)
    else:
        compared(int(count), int(first))


if __name__ == "__main__":
    main(*sys.argv[1:])
