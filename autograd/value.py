"""Value: a number that remembers how it was computed.

1. In the forward pass each operation records its inputs and its partial derivatives, as numbers.
   `backward` uses these: later changes of a leaf's data do not change the gradient.
2. A number used as an operand stays a float among the inputs: not a node, and its partial is None.
3. A Value points to its inputs, never to what uses it: a graph is freed with its last reference.
4. A node is one object: the garbage collector's time grows with the number of objects.
5. Everything here is plain; `fast.py` replaces what is hot.
6. The base classes hold what others expect of a Value: `copy`, `pickle`, NumPy, micrograd's code.
"""
from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from autograd import ops
from autograd.backward import backward
from autograd.compat.copying import Copies
from autograd.compat.methods import Methods
from autograd.compat.micrograd import Closure, MicrogradNames, by_hand, inputs_and_op
from autograd.compat.numbers import UNREACHED, error_at, is_array, label_of, number
from autograd.operation import ARITHMETIC, LEAF, Operation, partials_at
from autograd.recording import is_recording

Number = Any            # a float, an int, or a real NumPy scalar


class Value(Copies, Methods, MicrogradNames):
    """A scalar, and the operation and inputs it was computed from.

    data    a real number; ints and NumPy scalars become floats
    inputs  what it was computed from: Values and numbers, in order; () for a leaf
    op      the operation that computed it; LEAF, which is false and prints '', for a leaf
    label   a name for pictures and messages
    grad    the derivative of the last output of `backward` with respect to this Value: summed over
            passes in a leaf until it is set to 0 or None, of the latest pass in any other Value

    Raises TypeError when `data` is not a real number, ValueError when it is NaN.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """
    __slots__ = ("_data", "_grad", "op", "label", "_first", "_second", "_first_partial",
                 "_second_partial", "__weakref__")
    _data: float                # the number
    _grad: float                # what `backward` left here
    op: Operation               # the operation that computed it
    label: str                  # its name, "" for none
    _first: Any                 # its first input; a tuple of all if more than two; None in a leaf
    _second: Any                # its second input
    _first_partial: Any         # the partial for each, stored in the same way
    _second_partial: Any

    def __init__(self, data: Number, inputs: Iterable[Value | Number] = (), op: Any = "",
                 label: str = "", **others: Any) -> None:
        self.label = label_of(label)
        self._data = _checked(data, label)
        self._grad = UNREACHED                          # 0.0: no backward pass has come here
        self._set_inputs(LEAF, (), ())
        inputs, op = inputs_and_op(inputs, op, others)  # micrograd calls them _children and _op
        if inputs or op:                                # a node made by hand, as in micrograd
            self._set_inputs(*by_hand(self._data, inputs, op, operand))

    # What a Value holds ---------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number itself. Setting it changes this Value alone, not what was computed from it."""
        return self._data

    @data.setter
    def data(self, data: Number) -> None:
        self._data = _checked(data, self.label)

    @property
    def grad(self) -> float:
        """The derivative that `backward` left here, 0.0 at first. Setting 0 or None resets it."""
        return self._grad

    @grad.setter
    def grad(self, grad: Number | None) -> None:
        self._grad = UNREACHED if grad is None else number(grad, "grad") or UNREACHED

    @property
    def is_leaf(self) -> bool:
        """Whether nothing computed it: its data was given."""
        return self._first is None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What this Value was computed from, Values and floats in order; () for a leaf."""
        if self._first is None:
            return ()
        if type(self._first) is tuple:
            return self._first
        return (self._first,) if self._second is None else (self._first, self._second)

    @property
    def partials(self) -> tuple[Any, ...]:
        """The recorded derivative with respect to each input, in order; None for a plain number."""
        if self.closure is not None:
            return (Closure.undefined,) * len(self.inputs)
        if type(self._first) is tuple:
            return tuple(self._first_partial)
        return (self._first_partial, self._second_partial)[:len(self.inputs)]

    @property
    def closure(self) -> Closure | None:
        """What stands in for the partials where `_backward` was set by hand, as in micrograd."""
        partial = self._first_partial
        return partial if isinstance(partial, Closure) else None

    def backward(self, seed: Number = 1.0, **others: Any) -> None:
        """Backpropagate from here: afterwards v.grad is seed * d self / d v for every Value v that
        this one was computed from.

        A leaf adds the new derivative to the grad it has; any other Value replaces it. Raises
        ValueError when a derivative on the way does not exist; all grads then stay as they were.
        """
        backward(self, seed, **others)

    # Operators ------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Value: return _binary(ops.add, self, other)
    def __sub__(self, other: Any) -> Value: return _binary(ops.sub, self, other)
    def __mul__(self, other: Any) -> Value: return _binary(ops.mul, self, other)
    def __truediv__(self, other: Any) -> Value: return _binary(ops.div, self, other)
    def __pow__(self, other: Any) -> Value: return _binary(ops.pow, self, other)
    def __radd__(self, other: Any) -> Value: return _binary(ops.add, other, self)
    def __rsub__(self, other: Any) -> Value: return _binary(ops.sub, other, self)
    def __rmul__(self, other: Any) -> Value: return _binary(ops.mul, other, self)
    def __rtruediv__(self, other: Any) -> Value: return _binary(ops.div, other, self)
    def __rpow__(self, other: Any) -> Value: return _binary(ops.pow, other, self)
    def __neg__(self) -> Value: return record(ops.neg, (self,))
    def __abs__(self) -> Value: return record(ops.abs, (self,))
    def __pos__(self) -> Value: return self

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Value:
        return record(op, tuple(operand(x) for x in inputs))

    def __repr__(self) -> str:
        named = f", label={self.label!r}" if self.label else ""
        computed = f", op={str(self.op)!r}" if self.op else ""
        return f"Value(data={self._data}, grad={self._grad}{named}{computed})"

    # How its slots are filled ---------------------------------------------------------------------

    def _set_inputs(self, op: Operation, inputs: Sequence[Any], partials: Any) -> None:
        """Make this the result of an operation; one or two inputs get slots of their own."""
        self.op = op
        self._first = self._second = self._first_partial = self._second_partial = None
        if len(inputs) > 2 or isinstance(partials, Closure):
            self._first, self._first_partial = tuple(inputs) or None, partials
        elif len(inputs) == 2:
            self._first, self._second = inputs
            self._first_partial, self._second_partial = partials
        elif len(inputs) == 1:
            (self._first,), (self._first_partial,) = inputs, partials

    @staticmethod
    def set_grads(grads: Mapping[Value, float]) -> None:
        """Set the grads of many Values, all or none: Ctrl-C does not interrupt a loop inside C."""
        deque(map(_set_grad, grads.keys(), grads.values()), maxlen=0)


_set_grad = vars(Value)["_grad"].__set__


# Recording ----------------------------------------------------------------------------------------

def record(op: Operation, inputs: tuple[Value | float, ...]) -> Value:
    """The Value of an operation on Values and floats, with its inputs and partials.

    Raises ValueError, ZeroDivisionError or OverflowError outside the operation's domain, TypeError
    for the wrong number of inputs. A partial that does not exist (sqrt at 0) is no error here, but
    in a backward pass that needs it.
    """
    op.check_arity(inputs)
    numbers = [x if isinstance(x, float) else x._data for x in inputs]
    try:
        y = number(op.forward(*numbers), f"the result of {op.name}")
    except ARITHMETIC as error:
        raise error_at(op, numbers, error, inputs) from None
    v = Value(0.0)
    v._data = y                             # may be NaN, as inf - inf is: Value(y) refuses it
    if is_recording():
        v._set_inputs(op, inputs, partials_at(op, y, numbers, inputs))
    return v


def operand(x: Any) -> Value | float:
    """x as an input of an operation: a Value as it is, a number as a float. Raises TypeError."""
    return x if isinstance(x, Value) else number(x, "an operand")


def _binary(op: Operation, a: Any, b: Any) -> Value:
    if is_array(a) or is_array(b):
        return cast(Value, NotImplemented)      # so NumPy applies it to each entry
    return record(op, (operand(a), operand(b)))


def _checked(data: Any, label: str) -> float:
    checked = number(data, f"data of Value {label!r}" if label else "data of a Value")
    if checked != checked:
        raise ValueError(f"data of Value {label!r} is NaN: look where it was computed, for every "
                         "result of it is NaN too")
    return checked
