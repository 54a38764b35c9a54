"""The programs of tests/styles, compiled, beside NumPy by hand.

`python -m tests.benchmarks styles` runs all; words after it choose by name or family:
`python -m tests.benchmarks styles rnn "alternating minus"`.

    ratio    time of the compiled program / time of NumPy by hand, value and gradient
    error    the larger relative error beside eager, at the recorded point and at another
    lines    of the compiled program's source
    us/node  microseconds to compile, for each scalar of the graph
"""
from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import autograd
from autograd.graph import topological_order
from tests.benchmarks.timing import collector
from tests.styles import STYLES, Case, Style
from tests.styles.case import by_hand, compiled, eager, error, other_point, record

ROUNDS, SECONDS = 3, 0.12                       # of each program; in each round
NEAR, FAR, LONG = 1.25, 2.0, 300                # the bars of the summary


class Row(NamedTuple):
    """What is printed for one program."""
    style: Style
    ratio: float
    milliseconds: float                         # of the compiled program
    error: float
    lines: int
    per_node: float                             # microseconds
    nodes: int


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """The ratio of the two medians, each the least of a few rounds of alternating calls, and
    our time in ms."""
    start = time.perf_counter()
    ours(), theirs()
    calls = int(SECONDS / (time.perf_counter() - start)) + 3
    least = [math.inf, math.inf]
    for _ in range(ROUNDS):
        times: tuple[list[float], list[float]] = [], []
        for k in range(calls):
            for side in (0, 1) if k % 2 else (1, 0):
                start = time.perf_counter()
                (ours, theirs)[side]()
                times[side].append(time.perf_counter() - start)
        least = [min(a, statistics.median(b)) for a, b in zip(least, times)]
    return least[0] / least[1], 1e3 * least[0]


def measure(chosen: Style) -> Row:
    """Compile one program in its large size, compare it with eager and time it."""
    case = chosen.make(*chosen.large)
    with collector(False):
        output, parameters, inputs = record(case)
        nodes = len(topological_order(*(output if case.listed else [output])))
        start = time.process_time()
        program = autograd.compile(output, parameters, inputs)
        compiling = time.process_time() - start
    worst = max(difference(case, program, theta) for theta in (case.theta, other_point(case.theta)))
    theta = case.theta
    found, ms = math.nan, math.nan              # where it raises there is nothing to time
    if worst < math.inf:
        found, ms = ratio(lambda: compiled(case, program, theta), lambda: by_hand(case, theta))
    lines = len(program.source.splitlines())
    gc.collect()
    return Row(chosen, found, ms, worst, lines, 1e6 * compiling / nodes, nodes)


def difference(case: Case, program: Any, theta: Any) -> float:
    """The error of a program beside eager; infinite where one of the two raises."""
    wanted = eager(case, theta)
    assert error(by_hand(case, theta), wanted) < 1e-8, "NumPy by hand is wrong"
    try:
        return error(compiled(case, program, theta), wanted)
    except (ArithmeticError, ValueError, TypeError):
        return math.inf


def print_row(row: Row) -> None:
    mark = "  WRONG" if not row.error < 1e-10 else ""
    print(f"  {row.style.name:38}{row.ratio:8.2f}{row.milliseconds:10.3f}{row.error:10.1e}"
          f"{row.lines:8,}{row.per_node:9.1f}{row.nodes:9,}{mark}", flush=True)


def print_summary(rows: list[Row]) -> None:
    """Median, mean, and how many programs keep within the bars."""
    ratios = [row.ratio for row in rows if row.ratio == row.ratio] or [math.nan]
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    longest = max(rows, key=lambda row: row.lines)
    print(f"\n{len(rows)} programs: median ratio {statistics.median(ratios):.2f}, "
          f"geometric mean {mean:.2f}")
    print(f"  at most {NEAR}: {sum(r <= NEAR for r in ratios)}, above {FAR:g}: "
          f"{sum(r > FAR for r in ratios)}, wrong: {sum(not r.error < 1e-10 for r in rows)}")
    print(f"  more than {LONG} lines: {sum(row.lines > LONG for row in rows)}, longest "
          f"{longest.lines:,} ({longest.style.name})")
    print(f"  compile time: median {statistics.median(row.per_node for row in rows):.1f}, "
          f"at most {max(row.per_node for row in rows):.1f} us a node")


def main(*words: str) -> None:
    """Measure and print all programs, or those whose name or family holds one of the words."""
    chosen = [s for s in STYLES.values()
              if not words or any(word in s.name or word in s.family for word in words)]
    if not chosen:
        raise SystemExit(f"no program is called {' or '.join(words)}")
    print(f"\n  {'program':38}{'ratio':>8}{'ms':>10}{'error':>10}"
          f"{'lines':>8}{'us/node':>9}{'nodes':>9}")
    rows, families = [], dict.fromkeys(s.family for s in chosen)
    for family in families:
        print(family)
        for style in chosen:
            if style.family == family:
                rows.append(measure(style))
                print_row(rows[-1])
    print_summary(rows)
