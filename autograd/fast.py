"""The hottest pieces of value.py, graph.py, backward.py and operation.py, written out for speed.

1. Importing this file replaces the plain pieces. Without it everything works the same, slower.
2. Each piece gives what the plain one gives, to the bit; tests hold both together.
3. Where anything is unusual (an error, no_grad, a subclass, an array), the plain piece takes over.

What makes it fast in CPython: fields are set one after another on an object that `__new__` made, no
function is called that can be written out, and loops are `while True`, which warms up in one call.
In here v is the new Value, a and b are the data of its inputs, y is its own, p is a partial.
"""
from __future__ import annotations

import builtins
import operator
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from itertools import repeat
from typing import Any

from autograd import graph, ops, value
from autograd.compat import methods
from autograd.compat.messages import entries
from autograd.compat.micrograd import Closure
from autograd.compat.numbers import number, seed_of
from autograd.operation import ARITHMETIC, LEAF, Operation
from autograd.recording import OPEN
from autograd.compat.numbers import UNREACHED
from autograd.value import Value

EMPTY, NAMELESS = (), ""
new, total, times = object.__new__, builtins.sum, operator.mul
set_grad = vars(Value)["_grad"].__set__
plain_init, plain_record, plain_call = Value.__init__, value.record, Operation.__call__
plain_dot, plain_sum = ops.dot_of, ops.sum_of
plain_compared = methods._compared
SCALARS = {Value, float, int}
_add, _sub, _mul, _pow, _relu, _dot = ops.add, ops.sub, ops.mul, ops.pow, ops.relu, ops.dot


# A Value ------------------------------------------------------------------------------------------

def init(self: Value, data: Any, inputs: Any = (), op: Any = "", label: str = "",
         **others: Any) -> None:
    """Value.__init__."""
    leaf = inputs is EMPTY and op is NAMELESS and not others
    if leaf and type(data) is float and data == data and type(label) is str:
        self._data = data
        self._grad = UNREACHED
        self.op = LEAF
        self.label = label
        self._first = self._second = self._first_partial = self._second_partial = None
    else:
        plain_init(self, data, inputs, op, label, **others)


def set_data(self: Value, data: Any) -> None:
    """The setter of Value.data."""
    if type(data) is float and data == data:
        self._data = data
    else:
        self._data = value._checked(data, self.label)


def lt(self: Value, other: Any) -> Any:
    """Value < other."""
    return self._data < (other._data if type(other) is Value else plain_compared(other))


def le(self: Value, other: Any) -> Any:
    """Value <= other."""
    return self._data <= (other._data if type(other) is Value else plain_compared(other))


def gt(self: Value, other: Any) -> Any:
    """Value > other."""
    return self._data > (other._data if type(other) is Value else plain_compared(other))


def ge(self: Value, other: Any) -> Any:
    """Value >= other."""
    return self._data >= (other._data if type(other) is Value else plain_compared(other))


# Operations, each straight from its row to a node -------------------------------------------------

@cache
def unary(op: Operation) -> Callable[[Any], Value]:
    """The function that records an operation of one input on a Value."""
    forward = op.forward

    def method(self: Any) -> Value:
        if OPEN:
            return plain_record(op, (self,))
        a = self._data
        try:
            y = forward(a)
            p, = op.partials
            p = p and p(y, a)
        except ARITHMETIC:
            return plain_record(op, (self,))
        if type(y) is not float:
            return plain_record(op, (self,))
        v: Value = new(Value)
        v._data = y
        v._first = self
        v._first_partial = p
        v._second = v._second_partial = None
        v.op = op
        v.label = ""
        v._grad = UNREACHED
        return v
    return method


@cache
def left(op: Operation) -> Callable[[Any, Any], Value]:
    """The function that records an operation of two inputs, a Value and whatever comes second."""
    forward = op.forward

    def method(self: Any, other: Any) -> Value:
        if OPEN:
            return value._binary(op, self, other)
        a = self._data
        kind = type(other)
        try:
            if kind is Value:
                b = other._data
                y = forward(a, b)
                p, q = op.partials
                q = q and q(y, a, b)
            elif kind is float or kind is int:
                b = other = float(other)
                y = forward(a, b)
                p, q = op.partials[0], None
            else:
                return value._binary(op, self, other)
            p = p and p(y, a, b)
        except ARITHMETIC:
            return value._binary(op, self, other)
        if type(y) is not float:
            return value._binary(op, self, other)
        v: Value = new(Value)
        v._data = y
        v._first = self
        v._first_partial = p
        v._second = other
        v._second_partial = q
        v.op = op
        v.label = ""
        v._grad = UNREACHED
        return v
    return method


@cache
def right(op: Operation) -> Callable[[Any, Any], Value]:
    """The function that records an operation of two inputs, a number first and a Value second."""
    forward = op.forward

    def method(self: Any, other: Any) -> Value:
        kind = type(other)
        if OPEN or kind is not float and kind is not int:
            return value._binary(op, other, self)
        b = self._data
        try:
            a = float(other)
            y = forward(a, b)
            p = op.partials[1]
            p = p and p(y, a, b)
        except ARITHMETIC:
            return value._binary(op, other, self)
        if type(y) is not float:
            return value._binary(op, other, self)
        v: Value = new(Value)
        v._data = y
        v._first = a
        v._first_partial = None
        v._second = self
        v._second_partial = p
        v.op = op
        v.label = ""
        v._grad = UNREACHED
        return v
    return method


def call(self: Operation, *inputs: Any) -> Any:
    """Operation.__call__: at once where there is one input or two, floats or Values."""
    n = len(inputs)
    if n == 1 and self.arity == 1:
        kind = type(inputs[0])
        if kind is Value:
            return unary(self)(inputs[0])
        if kind is float:
            try:
                return self.forward(inputs[0])
            except ARITHMETIC:
                return plain_call(self, *inputs)
    elif n == 2 and self.arity == 2:
        a, b = inputs
        if type(a) is type(b) is float:
            try:
                return self.forward(a, b)
            except ARITHMETIC:
                return plain_call(self, *inputs)
        if type(a) is Value and type(b) in SCALARS:
            return left(self)(a, b)
        if type(b) is Value and type(a) in SCALARS:
            return right(self)(b, a)
    return plain_call(self, *inputs)


def record(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """value.record."""
    if op.arity == len(inputs) == 1 and type(inputs[0]) is Value:
        return unary(op)(inputs[0])
    return plain_record(op, inputs)


add_anything, mul_anything, sub_anything = left(_add), left(_mul), left(_sub)
pow_anything = left(_pow)
add_on_the_right = right(_add)


# The six that make up most graphs, written out ---------------------------------------------------

def add(self: Value, other: Any) -> Value:
    """Value + other."""
    if type(other) is Value and not OPEN:
        v: Value = new(Value)
        v._data = self._data + other._data
        v._first_partial = v._second_partial = 1.0
    elif type(other) is float and not OPEN:
        v = new(Value)
        v._data = self._data + other
        v._first_partial = 1.0
        v._second_partial = None
    else:
        return add_anything(self, other)
    v._first = self
    v._second = other
    v.op = _add
    v.label = ""
    v._grad = UNREACHED
    return v


def mul(self: Value, other: Any) -> Value:
    """Value * other."""
    if type(other) is Value and not OPEN:
        v: Value = new(Value)
        v._second_partial = a = self._data
        v._first_partial = b = other._data
        v._data = a * b
    elif type(other) is float and not OPEN:
        v = new(Value)
        v._data = self._data * other
        v._first_partial = other
        v._second_partial = None
    else:
        return mul_anything(self, other)
    v._first = self
    v._second = other
    v.op = _mul
    v.label = ""
    v._grad = UNREACHED
    return v


def sub(self: Value, other: Any) -> Value:
    """Value - other."""
    if type(other) is Value and not OPEN:
        v: Value = new(Value)
        v._data = self._data - other._data
        v._first_partial = 1.0
        v._second_partial = -1.0
        v._first = self
        v._second = other
        v.op = _sub
        v.label = ""
        v._grad = UNREACHED
        return v
    return sub_anything(self, other)


def radd(self: Value, other: Any) -> Value:
    """other + Value."""
    if type(other) is int and other == 0 and not OPEN:          # every sum() starts with 0 + ...
        v: Value = new(Value)
        v._data = 0.0 + self._data
        v._first = 0.0
        v._first_partial = None
        v._second = self
        v._second_partial = 1.0
        v.op = _add
        v.label = ""
        v._grad = UNREACHED
        return v
    return add_on_the_right(self, other)


def relu(self: Value) -> Value:
    """max(x, 0), the lecture's (1); its derivative at 0 is 0."""
    if OPEN:
        return plain_record(_relu, (self,))
    v: Value = new(Value)
    a = self._data
    if a <= 0:
        v._data = v._first_partial = 0.0
    else:
        v._data = a
        v._first_partial = 1.0 if a > 0 else 0.0                # NaN is not above 0
    v._first = self
    v._second = None
    v._second_partial = None
    v.op = _relu
    v.label = ""
    v._grad = UNREACHED
    return v


def pow(self: Value, other: Any) -> Value:
    """Value ** other."""
    kind = type(other)
    if kind is not int and kind is not float or OPEN:
        return pow_anything(self, other)
    a = self._data
    try:
        y = a ** other
        b = other * 1.0
        p = b * a ** (b - 1.0) if b else 0.0
    except ARITHMETIC:
        return pow_anything(self, other)
    if type(y) is not float:                                    # (-8) ** 0.5 is a complex number
        return pow_anything(self, other)
    v: Value = new(Value)
    v._data = y
    v._first = self
    v._first_partial = p
    v._second = b
    v._second_partial = None
    v.op = _pow
    v.label = ""
    v._grad = UNREACHED
    return v


# Sums ---------------------------------------------------------------------------------------------

def sum(values: Iterable[Any]) -> Any:
    """The sum of Values and numbers as one node; a float when there are only numbers."""
    inputs = tuple(entries(values, "what is summed"))
    if len(inputs) < 3 or OPEN or not all(map(operator.is_, map(type, inputs), repeat(Value))):
        return plain_sum(inputs)
    v: Value = new(Value)
    v._data = total([u._data for u in inputs], 0.0)
    v._first = inputs
    v._first_partial = (1.0,) * len(inputs)
    v._second = v._second_partial = None
    v.op = ops.sum
    v.label = ""
    v._grad = UNREACHED
    return v


def dot(w: Iterable[Any], x: Iterable[Any], b: Any = 0.0) -> Any:
    """w . x + b as one node, the lecture's neuron before its activation; a float for numbers.

    w and x have n entries each; b is a scalar. Raises ValueError when the lengths differ.
    """
    w = entries(w, "the weights of dot", ordered=True)
    x = entries(x, "the inputs of dot", ordered=True)
    return _affine([tuple(w)], tuple(x), [b])[0]


def affine(W: Iterable[Iterable[Any]], x: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    """W x + b as a list of dot nodes, one for each row of W: the lecture's (6).

    W has m rows of n entries, x n entries, b m entries. Raises ValueError when lengths do not fit.
    """
    rows, x, b = ops.affine_lists(W, x, b)
    ops.check_rows(rows, b)
    return _affine(rows, x, b)


def _affine(rows: list[Any], x: Any, b: list[Any]) -> list[Any]:
    numbers, partials, known = _inputs_of_affine(x)
    if OPEN or not known:
        return [plain_dot(w, x, c) for w, c in zip(rows, b)]
    n, x = len(x), numbers[0]
    neurons = []
    for w, c in zip(rows, b):
        try:
            weights = [u._data for u in w]                  # weights and bias are Values
            y = total(map(times, weights, numbers[1])) + c._data
        except (AttributeError, TypeError):                 # TypeError: of the class Value itself
            weights = []
        if len(weights) != n or n == 0:
            neurons.append(plain_dot(w, x, c))
            continue
        v: Value = new(Value)
        v._data = y
        v._first_partial = (*numbers[1], *(partials or weights), 1.0)
        v._first = (*w, *x, c)
        v._second = v._second_partial = None
        v.op = _dot
        v.label = ""
        v._grad = UNREACHED
        neurons.append(v)
    return neurons


def _inputs_of_affine(x: tuple[Any, ...]) -> tuple[tuple[Any, Any], Any, bool]:
    """x and its numbers; its partials, if they are not the weights; whether x is all Values or all
    numbers."""
    try:
        return (x, [u._data for u in x]), None, True
    except AttributeError:
        if any(isinstance(u, Value) for u in x):
            return (x, ()), None, False
        numbers = tuple([u if type(u) is float else number(u, "an entry of the inputs of dot")
                         for u in x])
        return (numbers, numbers), (None,) * len(x), True


# The walk and the sweep ---------------------------------------------------------------------------

def topological_order(*outputs: Any) -> list[Any]:
    """graph.topological_order: down along first inputs, and up until another one is not seen."""
    order: list[Any] = []
    seen: set[Any] = set()
    path: list[Any] = []                                    # from an output down to the parent of v
    rest: dict[Any, Any] = {}                               # the inputs to come, if there are many
    push, pop, emit, enter = path.append, path.pop, order.append, seen.add
    for v in outputs:
        if v in seen:
            continue
        enter(v)
        while True:
            while True:
                a = v._first
                if a is None or type(a) is tuple or a in seen or type(a) is float:
                    break
                enter(a)
                push(v)
                v = a
            while True:
                b = v._second
                if b is None and type(v._first) is tuple:
                    b = _next_unseen(v, rest, seen)
                if b is not None and b not in seen and type(b) is not float:
                    enter(b)
                    push(v)
                    v = b
                    break
                emit(v)
                if not path:
                    v = None
                    break
                v = pop()
            if v is None:
                break
    return order


def _next_unseen(v: Any, rest: dict[Any, Any], seen: set[Any]) -> Any:
    """The next input of v, an operation of many inputs, that is not seen yet."""
    if v not in rest:
        if seen.issuperset(v._first):
            return None
        unseen = [u for u in v._first if u not in seen and type(u) is not float]
        if not unseen:
            return None
        rest[v] = iter(unseen)
    for u in rest[v]:
        if u not in seen:
            return u
    return None


def wiring(order: Iterable[Any], place: dict[Any, int]) -> list[tuple[int, ...]]:
    """graph.wiring: only a number that is new is not in `place` yet."""
    found: list[tuple[int, ...]] = []
    emit = found.append
    for v in order:
        a, b = v._first, v._second
        try:
            if b is not None:
                emit((place[a], place[b]))
            elif a is None:
                emit(())
            elif type(a) is tuple:
                emit(tuple([place[u] for u in a]))
            else:
                emit((place[a],))
        except KeyError:
            emit(tuple([place.setdefault(u, len(place)) for u in v.inputs]))
    return found


def backward(output: Any, seed: Any = 1.0, **others: Any) -> None:
    """Backpropagate from `output`, a Value, with the derivative `seed`; see Value.backward."""
    seed = seed_of(output, seed, others)
    order = topological_order(output)
    before = [v._grad for v in order]
    try:
        for v in order:
            if v._first is not None:
                v._grad = 0.0
        output._grad += seed
        sweep(reversed(order))
    except BaseException:
        deque(map(set_grad, order, before), maxlen=0)       # in C, where nothing interrupts it
        raise


def sweep(values: Iterable[Any]) -> None:
    """Reverse mode on the grads themselves: each Value's grad goes on to its inputs."""
    for v in values:
        b = v._second
        if b is not None:
            g = v._grad
            p = v._first_partial
            if p is not None:
                v._first._grad += g * p
            p = v._second_partial
            if p is not None:
                b._grad += g * p
            continue
        a = v._first
        if a is None:
            if type(v._first_partial) is Closure:           # a leaf with a function of its own
                v._first_partial.function()
            continue
        g, p = v._grad, v._first_partial
        if type(a) is not tuple:
            if p is not None:
                a._grad += g * p
        elif g == 0.0 and v.op is _dot and v._data - v._data == 0.0:
            continue                # behind a dead ReLU: all factors of a finite sum are finite
        else:
            for u, q in zip(a, p):
                if q is not None:
                    u._grad += g * q


# What they replace --------------------------------------------------------------------------------

def _replace() -> None:
    pieces: dict[Any, dict[str, Any]] = {
        Value: {"__init__": init, "data": vars(Value)["data"].setter(set_data),
                "backward": backward,
                "__lt__": lt, "__le__": le, "__gt__": gt, "__ge__": ge,
                "__add__": add, "__sub__": sub, "__mul__": mul, "__radd__": radd,
                "__truediv__": left(ops.div), "__pow__": pow,
                "__rsub__": right(ops.sub), "__rmul__": right(ops.mul),
                "__rtruediv__": right(ops.div), "__rpow__": right(ops.pow),
                "__neg__": unary(ops.neg), "__abs__": unary(ops.abs)},
        Operation: {"__call__": call},
        value: {"record": record, "backward": backward},
        graph: {"topological_order": topological_order, "wiring": wiring},
        import_module("autograd.backward"): {"topological_order": topological_order,
                                             "backward": backward},
    }
    unaries = [name for name in vars(methods.Methods) if name in ops.BUILT_IN]
    pieces[Value] |= {name: unary(ops.TABLE[name]) for name in unaries}
    pieces[Value]["relu"] = relu
    for owner, names in pieces.items():
        for name, piece in names.items():
            setattr(owner, name, piece)
    for name, method in pieces[Value].items():
        if name != "data":                              # pickled and shown as what it replaces
            method.__module__, method.__qualname__ = Value.__module__, f"Value.{name}"


_replace()
