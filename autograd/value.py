"""Value: a number that remembers how it was computed.

1. Going forward an operation records its inputs and its partial derivatives, as numbers: `backward` uses these, so the
   gradient is that of the recorded pass whatever happens to a leaf's data afterwards.
2. A number used as an operand stays a float among the inputs: it is no node and has no partial (None).
3. Inputs are ordered, no closure is kept and nothing points forward: a graph dies with its last reference.
4. One object a node. The collector's time grows with the number of tracked objects, so the first two inputs and partials
   lie in slots of their own; only an operation of many inputs keeps tuples (then `_b` and `_db` are None).
"""
from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Union

import numpy as np

from autograd import ops
from autograd.graph import topological_order
from autograd.ops import Operation, number

Number = Union[float, int, np.floating, np.integer]
UNREACHED = float("0.0")            # the grad of a Value that no backward pass has reached: 0.0, known by its identity

_recording = True                   # False inside no_grad()
_new = object.__new__


class Value:
    """A scalar, and the operation and inputs it was computed from.

    data    a real number; ints and NumPy scalars become floats
    inputs  what it was computed from: Values and numbers, in order; () for a leaf
    op      the operation that computed it, '' for a leaf; prints as its symbol
    label   a name for pictures and messages
    grad    the derivative of the last output of `backward` by this Value: summed over passes in a leaf until it is set
            to 0 or None, of the latest pass in any other Value

    Raises TypeError when `data` is no real number, ValueError when it is NaN.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """
    __slots__ = ("_data", "_grad", "op", "label", "_a", "_b", "_da", "_db", "__weakref__")

    op: Operation | str

    def __init__(self, data: Number, inputs: Iterable[Value | Number] = (), op: Any = "", label: str = "") -> None:
        self._data = _checked(data, label)
        self._grad = UNREACHED
        self.op, self.label = "", label
        self._a = self._b = self._da = self._db = None
        if inputs or op:
            _place(self, tuple(operand(x) for x in _sequence(inputs)), op)

    # What a Value holds ----------------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number itself. Setting it changes this Value alone, not what was computed from it."""
        return self._data

    @data.setter
    def data(self, data: Number) -> None:
        self._data = data if type(data) is float and data == data else _checked(data, self.label)

    @property
    def grad(self) -> float:
        """The derivative that `backward` left here; 0.0 at first. Set it to 0 or None to reset it."""
        return self._grad

    @grad.setter
    def grad(self, grad: Number | None) -> None:
        self._grad = UNREACHED if grad is None or grad == 0 else number(grad, "grad")

    @property
    def inputs(self) -> tuple[Value | float, ...]:
        """What this Value was computed from, in order; () for a leaf."""
        a, b = self._a, self._b
        return () if a is None else a if type(a) is tuple else (a,) if b is None else (a, b)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The derivative by each input as recorded, in their order; None for a number, which has none."""
        a, da = self._a, self._da
        return () if a is None else da if type(a) is tuple else (da,) if self._b is None else (da, self._db)

    def __repr__(self) -> str:
        return f"Value(data={self._data}, grad={self._grad})"

    def __float__(self) -> float:
        return self._data

    # Operators. The hottest ones are written out; a test holds them to their rows ------------------------------------------

    def __add__(self, other: Any) -> Value:
        if type(other) is Value and _recording:
            v = _new(Value)
            v._data = self._data + other._data
            v._da = v._db = 1.0
        elif type(other) is float and _recording:
            v = _new(Value)
            v._data = self._data + other
            v._da = 1.0
            v._db = None
        else:
            return _either(_add, self, other)
        v._a = self
        v._b = other
        v.op = _add
        v.label = ""
        v._grad = UNREACHED
        return v

    def __mul__(self, other: Any) -> Value:
        if type(other) is Value and _recording:
            v = _new(Value)
            v._db = a = self._data
            v._da = b = other._data
            v._data = a * b
        elif type(other) is float and _recording:
            v = _new(Value)
            v._data = self._data * other
            v._da = other
            v._db = None
        else:
            return _either(_mul, self, other)
        v._a = self
        v._b = other
        v.op = _mul
        v.label = ""
        v._grad = UNREACHED
        return v

    def __sub__(self, other: Any) -> Value:
        if type(other) is Value and _recording:
            v = _new(Value)
            v._data = self._data - other._data
            v._da = 1.0
            v._db = -1.0
            v._a = self
            v._b = other
            v.op = _sub
            v.label = ""
            v._grad = UNREACHED
            return v
        return _either(_sub, self, other)

    def relu(self) -> Value:
        """max(x, 0), the lecture's (1); its derivative at 0 is 0."""
        if not _recording:
            return record(_relu, (self,))
        v = _new(Value)
        a = self._data
        if a <= 0:
            v._data = v._da = 0.0
        else:
            v._data = a
            v._da = 1.0
        v._a = self
        v._b = None
        v._db = None
        v.op = _relu
        v.label = ""
        v._grad = UNREACHED
        return v

    def __radd__(self, other: Any) -> Value: return _either(_add, other, self)
    def __rmul__(self, other: Any) -> Value: return _either(_mul, other, self)
    def __rsub__(self, other: Any) -> Value: return _either(_sub, other, self)
    def __truediv__(self, other: Any) -> Value: return _either(ops.div, self, other)
    def __rtruediv__(self, other: Any) -> Value: return _either(ops.div, other, self)
    def __pow__(self, other: Any) -> Value: return _either(ops.pow, self, other)
    def __rpow__(self, other: Any) -> Value: return _either(ops.pow, other, self)
    def __neg__(self) -> Value: return record(ops.neg, (self,))
    def __pos__(self) -> Value: return self
    def __abs__(self) -> Value: return record(ops.abs, (self,))

    def __lt__(self, other: Any) -> bool: return self._data < _compared(other)
    def __le__(self, other: Any) -> bool: return self._data <= _compared(other)
    def __gt__(self, other: Any) -> bool: return self._data > _compared(other)
    def __ge__(self, other: Any) -> bool: return self._data >= _compared(other)

    # The operations of one input as methods; NumPy calls these for arrays of Values: np.exp(a) -------------------------------

    def abs(self) -> Value: return record(ops.abs, (self,))
    def exp(self) -> Value: return record(ops.exp, (self,))
    def log(self) -> Value: return record(ops.log, (self,))
    def log1p(self) -> Value: return record(ops.log1p, (self,))
    def expm1(self) -> Value: return record(ops.expm1, (self,))
    def sqrt(self) -> Value: return record(ops.sqrt, (self,))
    def sin(self) -> Value: return record(ops.sin, (self,))
    def cos(self) -> Value: return record(ops.cos, (self,))
    def tan(self) -> Value: return record(ops.tan, (self,))
    def asin(self) -> Value: return record(ops.asin, (self,))
    def acos(self) -> Value: return record(ops.acos, (self,))
    def atan(self) -> Value: return record(ops.atan, (self,))
    def sinh(self) -> Value: return record(ops.sinh, (self,))
    def cosh(self) -> Value: return record(ops.cosh, (self,))
    def tanh(self) -> Value: return record(ops.tanh, (self,))
    def sigmoid(self) -> Value: return record(ops.sigmoid, (self,))
    def leaky_relu(self) -> Value: return record(ops.leaky_relu, (self,))
    def elu(self) -> Value: return record(ops.elu, (self,))
    def softplus(self) -> Value: return record(ops.softplus, (self,))
    def erf(self) -> Value: return record(ops.erf, (self,))
    def gelu(self) -> Value: return record(ops.gelu, (self,))
    arcsin, arccos, arctan, absolute, fabs = asin, acos, atan, abs, abs     # NumPy's names for them

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Value:
        return record(op, tuple(operand(x) for x in inputs))

    # Copies and pickles, without recursion -----------------------------------------------------------------------------------

    def __copy__(self) -> Value:
        return _restore(*self._fields())

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        def copied(x: Any) -> Any:
            return tuple(map(copied, x)) if type(x) is tuple else memo.get(id(x), x)
        for v in topological_order(self):
            if id(v) not in memo:
                kind, data, grad, op, label, a, b, da, db = v._fields()
                memo[id(v)] = _restore(kind, data, grad, op, label, copied(a), copied(b), da, db)
        return memo[id(self)]

    def __reduce__(self) -> Any:
        if self in _saved_with_inputs or self._a is None:
            return _restore, self._fields()
        return _restore_after, (_Ancestors(self), *self._fields())

    def _fields(self) -> tuple:
        reached = None if self._grad is UNREACHED else self._grad
        return type(self), self._data, reached, self.op, self.label, self._a, self._b, self._da, self._db

    # What code written for micrograd and microgpt asks for ---------------------------------------------------------------------

    @property
    def _prev(self) -> set[Value]:
        return set(self._children)

    @property
    def _children(self) -> tuple[Value, ...]:
        return tuple(x for x in self.inputs if isinstance(x, Value))

    @property
    def _op(self) -> str:
        if self.op is ops.pow and type(self._b) is float:
            return f"**{self._b:g}"
        return str(self.op)

    @property
    def _local_grads(self) -> tuple[float, ...]:
        return tuple(p for p, x in zip(self.partials, self.inputs) if isinstance(x, Value))     # type: ignore[misc]

    @property
    def _backward(self) -> Any:
        return lambda: self._spread()

    @_backward.setter
    def _backward(self, function: Any) -> None:
        if self._a is None:
            raise ValueError("_backward belongs to a Value with inputs: Value(data, (a, b), 'name')")
        self._a, self._b, self._da, self._db = self.inputs, None, _Closure(function), None

    def _spread(self) -> None:
        """Add grad times partial to the grad of each input: one step of back propagation."""
        for u, p in zip(self.inputs, self.partials):
            if p is not None:
                u._grad += self._grad * p                       # type: ignore[union-attr]


_add, _mul, _sub, _relu, _sum, _dot = ops.add, ops.mul, ops.sub, ops.relu, ops.sum, ops.dot
_total, _times = builtins.sum, operator.mul


# Recording -------------------------------------------------------------------------------------------------------------------

def record(op: Operation, inputs: tuple[Value | float, ...]) -> Value:
    """The Value of an operation on Values and floats, with its inputs and partials.

    Raises ValueError, ZeroDivisionError or OverflowError outside the operation's domain, TypeError for a wrong number of
    inputs. A partial that does not exist (sqrt at 0) is an error in the backward pass that needs it, not here.
    """
    if op.arity is not None and len(inputs) != op.arity:
        raise TypeError(f"{op.name} takes {op.arity} input{'s' * (op.arity != 1)}, got {len(inputs)}")
    numbers = [x if type(x) is float else x._data for x in inputs]                              # type: ignore[union-attr]
    try:
        y = op.forward(*numbers)
    except (ArithmeticError, ValueError) as error:
        raise op.explain(error, numbers, _names(inputs)) from None
    if type(y) is not float:
        y = number(y, f"the result of {op.name}")
    v = _new(Value)
    v._data, v._grad, v.op, v.label = y, UNREACHED, "", ""
    v._a = v._b = v._da = v._db = None
    if _recording:
        v.op = op
        _set_inputs(v, inputs, [None if type(x) is float else partial_at(op, i, y, numbers, inputs)
                                for i, x in enumerate(inputs)])
    return v


def sum(values: Iterable[Value | Number]) -> Value | float:
    """The sum of Values and numbers as one node; a float when there are only numbers."""
    inputs = tuple([x if type(x) is Value else operand(x) for x in values])
    return record(_sum, inputs) if any(type(x) is not float for x in inputs) else ops.sum(*inputs)


def dot(w: Iterable[Value | Number], x: Iterable[Value | Number], b: Value | Number = 0.0) -> Value | float:
    """w . x + b as one node, the neuron of the lecture before its activation; a float when there are only numbers.

    w and x have n entries each; b is a scalar. Raises ValueError when the lengths differ.
    """
    return affine((w,), x, (b,))[0]


def affine(W: Iterable[Iterable[Value | Number]], x: Iterable[Value | Number],
           b: Iterable[Value | Number]) -> list[Value | float]:
    """W x + b as a list of dot nodes, one for each row of W: the lecture's (6).

    W has m rows of n entries, x n entries, b m entries. Raises ValueError when the lengths do not fit.
    """
    W, x, b = list(W), tuple(x), list(b)
    if len(W) != len(b):
        raise ValueError(f"W x + b needs an entry of b for each row of W, got {len(b)} entries and {len(W)} rows")
    try:
        xs: Sequence[float] = [u._data for u in x]                                              # type: ignore[union-attr]
        dx: Sequence[float | None] | None = None            # the partials by x are the weights
    except AttributeError:
        xs = x = tuple([u if isinstance(u, Value) else operand(u) for u in x])                  # type: ignore[assignment]
        dx = (None,) * len(x)                               # x has numbers, which have no partials
        if any(isinstance(u, Value) for u in x):
            return [_dot_of_anything(w, x, c) for w, c in zip(W, b)]
    found: list[Value | float] = []
    for w, c in zip(W, b):
        w = tuple(w)
        try:
            ws = [u._data for u in w]                       # weights and bias are Values, as in a network
            v = _new(Value)
            v._data = _total(map(_times, ws, xs)) + c._data                                     # type: ignore[union-attr]
        except AttributeError:
            found.append(_dot_of_anything(w, x, c))
            continue
        if len(w) != len(x) or not _recording:
            found.append(_dot_of_anything(w, x, c))
            continue
        v._da = (*xs, *(dx or ws), 1.0)
        v._a = (*w, *x, c)
        v._b = None
        v._db = None
        v.op = _dot
        v.label = ""
        v._grad = UNREACHED
        found.append(v)
    return found


def _dot_of_anything(w: tuple, x: tuple, c: Any) -> Value | float:
    if len(w) != len(x):
        raise ValueError(f"dot needs as many weights as inputs, got {len(w)} weights and {len(x)} inputs")
    inputs = (*map(operand, w), *map(operand, x), operand(c))
    return ops.dot(*inputs) if all(type(u) is float for u in inputs) else record(_dot, inputs)


def partial_at(op: Operation, i: int, y: float, numbers: Sequence[float], inputs: Sequence[Any]) -> Any:
    """The partial for input i as a number, or an Undefined that raises when it is used."""
    try:
        return op.partial(i, y, numbers)
    except (ArithmeticError, ValueError) as error:
        what = f"the derivative of {op.name} by input {i} at {', '.join(f'{x:.6g}' for x in numbers)}{_names(inputs)}"
        return Undefined(f"{what} does not exist or is too large for a float ({error}); {op.name} needs {op.domain}")


class Undefined:
    """A partial that does not exist. Multiplying by it raises: a graph may hold one as long as no derivative needs it."""
    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __rmul__(self, other: Any) -> Any:
        raise ValueError(self.message)

    __mul__ = __rmul__


class _Closure:
    """In the place of partials: a function in micrograd's manner that itself adds to the grads of the inputs."""
    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function

    def __iter__(self) -> Iterator[float]:
        self.function()
        return iter(())


def operand(x: Any) -> Value | float:
    """x as an input of an operation: a Value as it is, a number as a float. Raises TypeError for anything else."""
    return x if isinstance(x, Value) else number(x, "an operand")


def _either(op: Operation, a: Any, b: Any) -> Any:
    """op on a Value and a number, in either order. An array is left to NumPy, which comes back for each entry."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return NotImplemented
    return record(op, (operand(a), operand(b)))


def _compared(x: Any) -> float:
    return x._data if isinstance(x, Value) else number(x, "what a Value is compared with")


def _checked(data: Any, label: str) -> float:
    data = number(data, f"data of Value {label!r}" if label else "data of a Value")
    if data != data:
        raise ValueError(f"data of Value {label!r} is NaN: look where it was computed, for every result of it is NaN too")
    return data


def _names(inputs: Sequence[Any]) -> str:
    labels = [x.label for x in inputs if isinstance(x, Value) and x.label]
    return f" (inputs {', '.join(map(repr, labels))})" if labels else ""


def _sequence(inputs: Any) -> Any:
    if isinstance(inputs, (str, bytes)) or not isinstance(inputs, Iterable):
        raise TypeError(f"inputs of a Value must be a tuple of Values, got {inputs!r}; a label goes by name: label=...")
    return inputs


def _set_inputs(v: Value, inputs: tuple, partials: Any) -> None:
    if len(inputs) <= 2:
        v._a, v._b = (*inputs, None, None)[:2]
        v._da, v._db = (*partials, None, None)[:2]
    else:
        v._a, v._da = inputs, tuple(partials)


def _place(v: Value, inputs: tuple, op: Any) -> None:
    """Make v a node by hand, as micrograd's Value(data, children, op) and microgpt's Value(data, children, local_grads)."""
    if not inputs:
        raise ValueError(f"a Value with an operation ({op!r}) needs inputs: a leaf has neither")
    if isinstance(op, (tuple, list)):
        if len(op) != len(inputs):
            raise ValueError(f"{len(inputs)} inputs need as many local derivatives, got {len(op)}")
        v.op, partials = ops.Operation("given", None, (None,) * len(inputs), symbol="?"), [number(p) for p in op]  # type: ignore
    else:
        v.op = _known(op, len(inputs)) or ops.Operation(str(op) or "?", _no_rule(op), (None,) * len(inputs))
        numbers = [x if type(x) is float else x._data for x in inputs]
        if v.op.name in ops.TABLE:
            partials = [partial_at(v.op, i, v._data, numbers, inputs) for i in range(len(inputs))]
        else:
            partials = [Undefined(f"no derivative is known for operation {str(op)!r}: define it with autograd.operation, "
                                  "or set _backward of the Value")] * len(inputs)
    _set_inputs(v, inputs, [None if type(x) is float else p for x, p in zip(inputs, partials)])


def _known(op: Any, n: int) -> Operation | None:
    rows = [op] if isinstance(op, Operation) else [row for row in ops.TABLE.values() if str(op) in (row.name, row.symbol)]
    return next((row for row in rows if row.arity in (n, None)), None)


def _no_rule(op: Any) -> Any:
    def forward(*inputs: float) -> float:
        raise ValueError(f"operation {str(op)!r} was given by name only: define it with autograd.operation to compute it again")
    return forward


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, nothing is recorded: results are leaves. It holds for the whole process, threads included.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """
    global _recording
    before, _recording = _recording, False
    try:
        yield
    finally:
        _recording = before


# Pickling: a Value is saved after its ancestors, so that no save is nested in another -----------------------------------------

_saved_with_inputs: set[Value] = set()          # Values whose inputs the pickler has saved already


class _Ancestors:
    """All Values that one Value was computed from, pickled as a flat list in topological order."""
    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __reduce__(self) -> Any:
        return list, (), None, self._one_by_one()

    def _one_by_one(self) -> Iterator[Value]:
        order = topological_order(self.value)[:-1]
        _saved_with_inputs.update(order)        # true of each by the time the pickler comes to it
        try:
            yield from order
        finally:
            _saved_with_inputs.difference_update(order)


def _restore(kind: type, data: float, grad: float | None, op: Any, label: str, a: Any, b: Any, da: Any, db: Any) -> Value:
    v = _new(kind)
    v._data, v._grad, v.op, v.label = data, UNREACHED if grad is None else grad, op, label
    v._a, v._b, v._da, v._db = a, b, da, db
    return v


def _restore_after(ancestors: list[Value], *fields: Any) -> Value:
    return _restore(*fields)
