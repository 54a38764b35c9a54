"""Timings that can be compared: in one process, in alternating rounds, as medians with their range."""
from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Times = dict[str, list[float]]


@contextmanager
def collector(on: bool) -> Iterator[None]:
    """Inside, Python's cyclic garbage collector is on or off."""
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if before else gc.disable)()


def milliseconds(f: Callable[[], object]) -> float:
    """The time of one call."""
    start = time.perf_counter()
    f()
    return (time.perf_counter() - start) * 1e3


def alternating(rounds: int, calls: dict[str, Callable[[], list[float]]]) -> Times:
    """The times that each call reports, gathered over rounds in which each has its turn."""
    times: Times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name] += call()
            gc.collect()
    return times


def print_times(title: str, times: Times, bars: dict[str, float]) -> None:
    """A line for each name: median and range, and how many times as long the first one took, beside the bar for it."""
    print(title)
    ours = next(iter(times))
    for name, found in times.items():
        median = statistics.median(found)
        line = f"  {name:<34}{median:9.2f} ms   ({min(found):.2f} to {max(found):.2f})"
        if name != ours:
            ratios = [theirs / mine for theirs, mine in zip(found, times[ours])]
            line += f"   {median / statistics.median(times[ours]):6.2f} times ours ({min(ratios):.2f} to {max(ratios):.2f})"
            line += f", bar {bars[name]:g}" if name in bars else ""
        print(line)
