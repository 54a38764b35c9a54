"""Value: a number that remembers how it was computed.

1. Going forward an operation records its inputs and its partial derivatives, as numbers: `backward` uses these, so the
   gradient is that of the recorded pass whatever happens to a leaf's data afterwards.
2. A number used as an operand stays a float among the inputs: it is no node and has no partial (None).
3. Inputs are ordered, no closure is kept and nothing points forward: a graph dies with its last reference.
4. One object a node. The collector's time grows with the number of tracked objects, so the first two inputs and partials
   lie in slots of their own; only an operation of many inputs keeps tuples (then `_b` and `_db` are None).
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from autograd import ops
from autograd.compat.copying import Copied
from autograd.compat.micrograd import Closure, MicrogradNames, by_hand
from autograd.operation import Operation, Undefined, labels, number, partial_at, partials_at     # partial_at: for other rooms

Number = Union[float, int, np.floating, np.integer]
UNREACHED = float("0.0")            # the grad of a Value that no backward pass has reached: 0.0, known by its identity

_new = object.__new__


class Value(Copied, MicrogradNames):
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
    _a: Any
    _b: Any
    _da: Any
    _db: Any

    def __init__(self, data: Number, inputs: Iterable[Value | Number] = (), op: Any = "", label: str = "") -> None:
        self._data = _checked(data, label)
        self._grad = UNREACHED
        self.op, self.label = "", label
        self._a = self._b = self._da = self._db = None
        if inputs or op:                                    # a node made by hand
            operands = tuple(operand(x) for x in _sequence(inputs))
            op, partials = by_hand(self._data, operands, op)
            self._set_inputs(op, operands, partials)

    # What a Value holds -----------------------------------------------------------------------------------------------

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
    def partials(self) -> tuple[Any, ...]:
        """The derivative by each input as recorded, in their order; None for a number, which has none."""
        a, da = self._a, self._da
        if type(da) is Closure:
            return (Undefined("a _backward function set by hand has no partials: only backward() can use it"),) * len(a)
        return () if a is None else da if type(a) is tuple else (da,) if self._b is None else (da, self._db)

    def __repr__(self) -> str:
        return f"Value(data={self._data}, grad={self._grad})"

    def __float__(self, *digits: Any) -> float:
        name = f" {self.label!r}" if self.label else ""
        raise TypeError(f"as a plain number the Value{name} of data {self._data} would lose its derivative: write v.data if "
                        "you want the number, and autograd.sin(v), not math.sin(v), for an operation")

    __int__ = __round__ = __trunc__ = __float__

    def __format__(self, form: str) -> str:
        return format(self._data, form) if form else str(self)

    if TYPE_CHECKING:                                       # differentiate.py puts it here
        def backward(self, seed: Number = 1.0) -> None:
            """Back propagate from here; see differentiate.backward."""

    # Operators. The hottest ones are written out; a test holds them to their rows -------------------------------------

    def __add__(self, other: Any) -> Value:
        if type(other) is Value and not OPEN:
            v = _new(Value)
            v._data = self._data + other._data
            v._da = v._db = 1.0
        elif type(other) is float and not OPEN:
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
        if type(other) is Value and not OPEN:
            v = _new(Value)
            v._db = a = self._data
            v._da = b = other._data
            v._data = a * b
        elif type(other) is float and not OPEN:
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
        if type(other) is Value and not OPEN:
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
        if OPEN:
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

    def __radd__(self, other: Any) -> Value:
        if type(other) is int and other == 0 and not OPEN:                # every sum() starts with 0 + ...
            v = _new(Value)
            v._data = 0.0 + self._data
            v._a = 0.0
            v._da = None
            v._db = 1.0
            v._b = self
            v.op = _add
            v.label = ""
            v._grad = UNREACHED
            return v
        return _either(_add, other, self)

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

    # The operations of one input as methods; NumPy calls these for arrays of Values: np.exp(a) ------------------------

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

    # What the bases of Value need -------------------------------------------------------------------------------------

    def _fields(self) -> tuple:
        reached = None if self._grad is UNREACHED else self._grad
        return self._data, reached, self.op, self.label, self._a, self._b, self._da, self._db

    @classmethod
    def _restore(cls, data: float, grad: float | None, *rest: Any) -> Value:
        v = _new(cls)
        v._data, v._grad = data, UNREACHED if grad is None else grad
        v.op, v.label, v._a, v._b, v._da, v._db = rest
        return v

    def _set_inputs(self, op: Operation, inputs: tuple[Value | float, ...], partials: Sequence[Any]) -> None:
        self.op = op
        if len(inputs) == 1:
            (self._a,), (self._da,) = inputs, partials
        elif len(inputs) == 2:
            (self._a, self._b), (self._da, self._db) = inputs, partials
        else:
            self._a, self._da = inputs, tuple(partials)


_add, _mul, _sub, _relu = ops.add, ops.mul, ops.sub, ops.relu


# Recording ------------------------------------------------------------------------------------------------------------

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
        raise op.explain(error, numbers, labels(inputs)) from None
    if type(y) is not float:
        y = number(y, f"the result of {op.name}")
    v = _new(Value)
    v._data, v._grad, v.op, v.label = y, UNREACHED, "", ""
    v._a = v._b = v._da = v._db = None
    if is_recording():
        v._set_inputs(op, inputs, partials_at(op, y, numbers, inputs))
    return v


def operand(x: Any) -> Value | float:
    """x as an input of an operation: a Value as it is, a number as a float. Raises TypeError for anything else."""
    return x if type(x) is Value or isinstance(x, Value) else number(x, "an operand")


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


def _sequence(inputs: Any) -> Any:
    if isinstance(inputs, (str, bytes)) or not isinstance(inputs, Iterable):
        raise TypeError(f"inputs of a Value must be a tuple of Values, got {inputs!r}; a label goes by name: label=...")
    return inputs


# Recording on and off -------------------------------------------------------------------------------------------------

class Block:
    """One `with no_grad()` at work: open until it is left, wherever and in whatever order blocks are left."""
    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open = True


OPEN: set[Block] = set()            # the blocks open anywhere: while there are none, every thread records
_entered: ContextVar[tuple[Block, ...]] = ContextVar("entered", default=())     # those entered in this thread or task


def is_recording() -> bool:
    """Whether operations are recorded here: no block of no_grad that was entered in this thread or task is open."""
    return not OPEN or not any(block.open for block in _entered.get())


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, nothing is recorded: results are leaves. It holds for this thread or asynchronous task alone.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """
    block = Block()
    _entered.set((*(b for b in _entered.get() if b.open), block))
    OPEN.add(block)
    try:
        yield
    finally:
        block.open = False
        OPEN.discard(block)
