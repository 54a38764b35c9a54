"""`python -m tests.compiler.fields COUNT FIRST`: try programs, and print those that are not as they should be."""
from __future__ import annotations

import sys
import time
from collections import Counter

from tests.compiler.fields.check import tried


def main(count: str = "200", first: str = "0") -> None:
    """Try the seeds from FIRST on."""
    wrong: Counter[str] = Counter()
    crashed: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    compared, start = 0, time.perf_counter()
    for seed in range(int(first), int(first) + int(count)):
        c, faults = tried(seed)
        name = c.name if c else "?"
        compared += faults.compared
        for kind, found in (("WRONG", faults.wrong), ("CRASH", faults.crashed), ("refused", faults.refused)):
            for text in found[:2]:
                print(f"{seed} {name} {kind} {text[:300]}", flush=True)
        if faults.lines > 300:
            print(f"{seed} {name} LONG {faults.lines} lines", flush=True)
        wrong[name] += bool(faults.wrong)
        crashed[name] += bool(faults.crashed)
        refused[name] += bool(faults.refused)
    print(f"{count} programs, {compared} comparisons, {wrong.total()} wrong, {crashed.total()} crashed, "
          f"{refused.total()} refused; {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
