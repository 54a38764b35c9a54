"""Whether the graph of one sample stands for the others: not where a model chooses by its numbers.

A graph holds what was computed. Of an if-statement only the branch that was taken is in it, of
`v.data` only the number. So while a sample is recorded this file watches for both:

    with watched() as choices:
        output = loss(model(x), y)
    # now choices says where, as text; empty means that the graph is right for all numbers

and `Recorded.is_current` tells later whether recording again would give the same graph: a number
that the model uses may have been changed, such as the weight of a term of the loss.
"""
from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from autograd import Value
from nn.changes import finish

LOOKS = {
    "__lt__": "compares Values", "__le__": "compares Values", "__gt__": "compares Values",
    "__ge__": "compares Values", "__eq__": "compares Values", "__ne__": "compares Values",
    "__bool__": "asks whether a Value is true", "data": "reads v.data",
}
OURS = ("autograd", "nn")       # what these packages do with a Value's number is in the graph

Hook = Callable[[FrameType, str, Any], None]


def _codes() -> dict[CodeType, str]:
    """The code of the methods of Value that look at its number, with what to call that."""
    codes = {}
    for name, says in LOOKS.items():
        method = vars(Value).get(name)
        code = getattr(getattr(method, "fget", method), "__code__", None)
        if code is not None:
            codes[code] = says
    return codes


@contextmanager
def watched() -> Iterator[list[str]]:
    """A list that, while the block runs, fills with the places that look at a Value's number.

    It uses Python's hook for profilers or, where one is at work, that for debuggers; both belong to
    one thread. Where both are taken nothing is seen.
    """
    choices: list[str] = []
    codes = _codes()

    def on_event(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in codes:
            caller = frame.f_back
            if caller is not None and _package(caller) not in OURS:
                choices.append(f"{codes[frame.f_code]} {_place(caller)}")

    install = _free_hook()
    try:
        install(on_event)
        yield choices
    finally:
        finish(lambda: install(None))


def _free_hook() -> Callable[[Hook | None], None]:
    if sys.getprofile() is None:
        return sys.setprofile
    if sys.gettrace() is None:
        return lambda hook: sys.settrace(hook)
    return lambda hook: None            # nothing will be seen


def _package(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return str(name).partition(".")[0]


def _place(frame: FrameType) -> str:
    """Where the frame is: file, line and what stands there."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, line).strip()
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"in {name}, line {line}" + (f" ({text[:60]})" if text else "")


class Recorded:
    """The graph of one sample's loss.

    output      the loss
    known       the Values that stand for parameters and for the sample's numbers
    constants   all other leaves, with their data when they were recorded
    """

    def __init__(self, output: Value, known: Sequence[Value]) -> None:
        self.output = output
        self.known = set(known)
        self.constants = [(v, v.data) for v in leaves(output) if v not in self.known]

    def is_current(self, again: Value) -> bool:
        """Whether a newer recording of the same sample is the same, graph and constants."""
        if any(v.data != number for v, number in self.constants):
            return False
        return same_graph(self.output, again, self.known)


def leaves(output: Value) -> Iterator[Value]:
    """The leaves that the output was computed from, each once."""
    waiting, seen = [output], {output}
    while waiting:
        v = waiting.pop()
        inputs = v.inputs
        if not inputs:
            yield v
        for x in inputs:
            if isinstance(x, Value) and x not in seen:
                seen.add(x)
                waiting.append(x)


def same_graph(a: Value, b: Value, known: set[Value]) -> bool:
    """Whether two graphs have equal operations and numbers, the known leaves at the same places."""
    waiting = [(a, b)]
    partner: dict[Value, Value] = {}
    while waiting:
        a, b = waiting.pop()
        if a is b:
            continue
        if a in partner:
            if partner[a] is not b:
                return False
            continue
        if a in known or b in known or not _alike(a, b):
            return False
        partner[a] = b
        waiting += [(x, y) for x, y in zip(a.inputs, b.inputs) if isinstance(x, Value)]
    return True


def _alike(a: Value, b: Value) -> bool:
    """Whether two Values are made in the same way, as far as can be seen without their inputs."""
    if a.op != b.op or len(a.inputs) != len(b.inputs):
        return False
    if not a.inputs:
        return a.data == b.data
    return all(_same_operand(x, y) for x, y in zip(a.inputs, b.inputs))


def _same_operand(x: Value | float, y: Value | float) -> bool:
    """Whether both are Values, which are compared later, or equal numbers."""
    if isinstance(x, Value) or isinstance(y, Value):
        return isinstance(x, Value) and isinstance(y, Value)
    return x == y
