"""detect_anomaly: the first NaN or infinity, traced to its operation and the line that wrote it.

1. Inside a block every operation takes the plain path, and every pass goes edge by edge: it costs
   a few times as much, and nothing outside a block.
2. It holds for one thread or task, as no_grad does; functions of the core are replaced while a
   block is open anywhere, and do what they always do for everybody else.
"""
from __future__ import annotations

import linecache
import math
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from importlib import import_module
from typing import Any
from weakref import WeakKeyDictionary

from autograd.compat.finishing import finish
from autograd.compat.messages import truth
from autograd.compat.numbers import labels, listed
from autograd.derivatives import gradients
from autograd.recording import OPEN, Block
from autograd.value import Value

Line = tuple[str, int]              # a file and the number of a line


class AnomalyError(RuntimeError):
    """The first NaN or infinity inside detect_anomaly(). draw(error) shows the graph up to it.

    value   the Value it was found at
    line    the file, and the number of the line, that recorded that Value
    """

    def __init__(self, message: str, value: Value, line: Line | None) -> None:
        super().__init__(message)
        self.value, self.line = value, line

    def __reduce__(self) -> tuple[Any, ...]:
        """What a copy is made of: a process pool sends its errors as pickles."""
        return type(self), (*self.args, self.value, self.line)


class Watch:
    """One block at work: which numbers are anomalies, and which line recorded which Value."""

    def __init__(self, infinite: bool) -> None:
        self.infinite = infinite
        self.lines: WeakKeyDictionary[Value, Line] = WeakKeyDictionary()
        self.differentiated: Value | None = None        # the Value whose local derivatives a
                                                        # transform is recording

    def is_anomaly(self, x: Any) -> bool:
        """Whether a number is NaN, or infinite where that counts."""
        x = x.data if isinstance(x, Value) else x
        return bool(x != x or self.infinite and math.isinf(x))

    def recorded(self, v: Value) -> None:
        """Note the line of a new Value. Raises AnomalyError when its data is an anomaly."""
        of, where = self.differentiated, "forward pass"
        line = self.lines.get(of) if of is not None else line_of_user()
        if line is not None:
            self.lines[v] = line
        if of is not None:
            where = f"in the derivative of {of.op.name}"
        if self.is_anomaly(v.data):
            numbers = [x.data if isinstance(x, Value) else x for x in v.inputs]
            raise AnomalyError(
                f"{where}: {v.op.name}({listed(numbers)}){labels(v.inputs)} is {v.data}, "
                f"{spelt(line)}", v, line)

    def passed(self, v: Value, u: Value, cotangent: Any, partial: Any, sent: Any) -> None:
        """Raises AnomalyError when what v has passed on to its input u is an anomaly."""
        if self.is_anomaly(sent):
            self.differentiated = None
            name = f" {u.label!r}" if u.label else ""
            line = self.lines.get(v)
            raise AnomalyError(
                f"backward pass: {v.op.name} and its input{name} of data {u.data} give "
                f"{number_of(sent)}: {number_of(cotangent)} times the local derivative "
                f"{number_of(partial)}, {spelt(line)}", v, line)


def number_of(x: Any) -> str:
    """A number of a pass, to six digits."""
    return f"{x.data if isinstance(x, Value) else x:.6g}"


def line_of_user() -> Line:
    """The line that is running outside this package and nn."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in ("autograd", "nn"):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def spelt(line: Line | None) -> str:
    """A line for a message, with its source where that is available."""
    if line is None:
        return "recorded before the block of detect_anomaly was entered"
    source = linecache.getline(*line).strip()
    return f"recorded in {line[0]}, line {line[1]}" + (f": {source}" if source else "")


# The block ----------------------------------------------------------------------------------------

_watches: ContextVar[tuple[Watching, ...]] = ContextVar("watches", default=())
_lock = threading.RLock()           # a Ctrl-C may leave it locked: the same thread goes on
_before: list[tuple[Any, str, Any]] = []


class Watching(Block):
    """A block with a Watch. Functions of the core are put back when no block is open any more."""

    def __init__(self, watch: Watch) -> None:
        super().__init__("detect_anomaly")
        self.watch = watch

    def anew(self) -> Watching:
        return Watching(Watch(self.watch.infinite))

    def left(self) -> None:
        _put_back()

    def entered(self) -> None:
        with _lock:
            if not is_any_watching():
                finish(_put_all_back)                   # what an interrupt has left half replaced
                _replace()
            OPEN.add(self)                              # so every operation takes the plain path
        _watches.set((*(block for block in _watches.get() if not block.closed), self))


def detect_anomaly(infinite: bool = True) -> Watching:
    """Inside, the first operation or step of a pass that gives NaN or infinity is an AnomalyError.

    It names the operation, the numbers and labels of its inputs, and the line of your code. The
    graph up to it is `error.value`, which `draw(error)` shows. With infinite=False only NaN counts.
    A function that jit compiled runs as it was written; so does a step of `fit`, and a program of
    `compile` operation by operation, where what they gave holds an anomaly. Grads stay as they were
    before the pass that failed.

    >>> x = Value(1e200, label="x")
    >>> with detect_anomaly():                              # doctest: +ELLIPSIS
    ...     y = x * x - x * x
    Traceback (most recent call last):
    autograd...AnomalyError: forward pass: mul(1e+200, 1e+200) (inputs 'x', 'x') is inf, recorded...
    """
    return Watching(Watch(truth(infinite, "infinite")))


def watch_here() -> Watch | None:
    """The watch of the innermost open block of this thread or task."""
    for block in reversed(_watches.get()):
        if not block.closed:
            return block.watch
    if _before:
        _put_back()
    return None


def _put_back() -> None:
    """Put back the functions of the core, if no thread is in a block."""
    with _lock:
        if not is_any_watching():
            finish(_put_all_back)


def is_any_watching() -> bool:
    """Whether a block is open in any thread."""
    return any(isinstance(block, Watching) and not block.closed for block in tuple(OPEN))


def _put_all_back() -> None:
    for owner, name, method in reversed(_before):
        setattr(owner, name, method)
    _before.clear()


def is_watched() -> bool:
    """Whether this thread or task is inside a block."""
    return watch_here() is not None


def is_anomaly(x: float) -> bool:
    """Whether a number is an anomaly to the block at work in this thread or task."""
    watch = watch_here()
    return watch is not None and watch.is_anomaly(x)


def _replace() -> None:
    """Replace functions of the core by those that look at each number."""
    _put(Value, "_set_inputs", _looking(Value._set_inputs))
    for module in (import_module("autograd.backward"), gradients):
        _put(module, "reverse", _edge_by_edge(vars(module)["reverse"], 1))
        _put(module, "forward", _edge_by_edge(vars(module)["forward"], 0))
    fast: Any = sys.modules.get("autograd.fast")
    if fast is not None:
        _put(fast, "sweep", _value_by_value(fast.sweep))


def _put(owner: Any, name: str, function: Any) -> None:
    _before.append((owner, name, vars(owner)[name]))
    setattr(owner, name, function)


def _looking(plain: Callable[..., None]) -> Callable[..., None]:
    def method(self: Value, op: Any, inputs: Sequence[Any], partials: Any) -> None:
        plain(self, op, inputs, partials)
        watch = watch_here()
        if watch is not None and op:
            watch.recorded(self)
    return method


def _edge_by_edge(plain: Callable[..., None], back: int) -> Callable[..., None]:
    """A sweep, in reverse or in forward mode, that looks at the number each edge has changed."""
    def sweep(order: Sequence[Any], table: dict[Any, Any], edges: Any) -> None:
        watch = watch_here()
        if watch is None:
            return plain(order, table, edges)

        def looking(v: Any) -> Iterator[tuple[Any, Any]]:
            watch.differentiated = v
            for u, partial in edges(v):
                yield u, partial
                sent, source = (u, v) if back else (v, u)
                if sent in table and source in table:
                    watch.passed(v, u, table[source], partial, table[sent])
        try:
            plain(order, table, looking)
        finally:
            watch.differentiated = None
        return None
    return sweep


def _value_by_value(plain: Callable[[Iterable[Any]], None]) -> Callable[[Iterable[Any]], None]:
    """The sweep of fast.py that looks at the grads of inputs after each Value."""
    def sweep(values: Iterable[Any]) -> None:
        watch = watch_here()
        if watch is None:
            return plain(values)
        for v in values:
            plain((v,))
            edges = [] if v.closure else zip(v.inputs, v.partials)
            for u, partial in edges:
                if partial is not None:
                    watch.passed(v, u, v.grad, partial, u.grad)
        return None
    return sweep
