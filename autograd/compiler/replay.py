"""What a program has computed, once more operation by operation: to say where it went wrong.

A program runs as arrays, and what NumPy says of them names no operation. Its tape has every
operation of the graph, so Values can go the same way again, sample by sample: they say which
operation it was, of which numbers and labels. It works where the graph is gone, and takes time only
where something is wrong.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.recognize.record import Tape
from autograd.derivatives.anomaly import is_anomaly
from autograd.value import Value

MOST = 2_000_000                    # operations that are run again


class Given(NamedTuple):
    """What a program was called with, and the labels of parameters and inputs."""
    theta: np.ndarray
    x: np.ndarray | None
    labels: Sequence[str]


def replayed(tape: Tape, theta: Sequence[float], x: Sequence[float],
             labels: Sequence[str]) -> list[Value]:
    """The outputs for one sample as Values, of the operations on the tape.

    Raises what an operation raises outside its domain.
    """
    found: dict[int, Any] = dict(tape.constants)
    for i, number, label in zip((*tape.parameters, *tape.inputs), (*theta, *x), labels):
        found[i] = Value(number, label=label)           # a program refuses NaN before it runs
    for i, (op, arguments) in tape.nodes.items():
        inputs = [found[k] for k in arguments]
        if op is ops.dot:
            half = len(inputs) // 2
            found[i] = ops.dot_of(inputs[:half], inputs[half:])
        else:
            found[i] = op(*inputs)
        if isinstance(found[i], Value):
            found[i].label = tape.labels.get(i, "")
    return [y if isinstance(y, Value) else Value(y) for y in (found[i] for i in tape.outputs)]


def samples_of(tape: Tape, x: np.ndarray | None) -> Iterator[tuple[str, list[float]]]:
    """Each sample as a list of numbers, and what to call it: no more than can be run again soon."""
    if x is None:
        yield "", []
        return
    rows = x if x.ndim == 2 else x[None]
    for k, row in enumerate(rows[:MOST // (len(tape.nodes) + 1)].tolist()):
        yield (f" in sample {k}" if len(rows) > 1 else ""), row


def run(tape: Tape, given: Given, row: Sequence[float], backward: bool) -> None:
    """Run the operations for one sample, and backward where the gradient is asked for."""
    outputs = replayed(tape, given.theta.tolist(), row, given.labels)
    if backward:
        outputs[0].backward()


def refusal(tape: Tape, given: Given, backward: bool) -> str:
    """What the first operation outside its domain says, and in which sample; "" for none."""
    for where, row in samples_of(tape, given.x):
        try:
            run(tape, given, row, backward)
        except (ArithmeticError, ValueError) as error:
            return f"{error}{where}"
    return ""


def look(found: Any, tape: Tape, given: Given, backward: bool) -> None:
    """Inside detect_anomaly: where there is an anomaly in what a program has found, run its
    operations again as Values. The block raises AnomalyError at the first that gives one.
    """
    parts = found if isinstance(found, tuple) else (found,)
    if any(map(is_anomaly, np.concatenate([np.ravel(part) for part in parts]).tolist())):
        for _, row in samples_of(tape, given.x):
            run(tape, given, row, backward)
