"""What Python and NumPy ask of a number besides arithmetic: comparisons, formats, methods.

Whatever would silently lose the derivative raises TypeError: float(v), int(v), math.sin(v). So do
`v == 0` and `if v` where the data is 0. As any object, a Value equals only itself, and is true:
lists, sets and dicts of Values need that.
"""
from __future__ import annotations

import sys
from typing import Any, NoReturn

from autograd import ops
from autograd.compat.habits import OF_NUMPY, OF_VALUE, missing
from autograd.compat.display import card
from autograd.compat.numbers import is_array, is_numpy_scalar, number

NO_MATRIX = ("{} is one number, and @ is for matrices: write * for a product, "
             "autograd.dot(w, x) for two lists")


class Methods:
    """A base of Value. NumPy calls the methods for arrays of Values: np.exp(a)."""
    __slots__ = ()
    data: float
    label: str

    def __lt__(self, other: Any) -> Any: return self.data < _compared(other)
    def __le__(self, other: Any) -> Any: return self.data <= _compared(other)
    def __gt__(self, other: Any) -> Any: return self.data > _compared(other)
    def __ge__(self, other: Any) -> Any: return self.data >= _compared(other)

    def __eq__(self, other: object) -> Any:
        return _same("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _same("!=", self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        if self.data == 0:
            raise TypeError(f"{shown(self)} is an object, and true, whatever its number: write "
                            "v.data != 0 for the number, v is not None for whether there is one")
        return True

    def _repr_html_(self) -> str: return card(self)

    def __format__(self, form: str) -> str:
        try:
            return format(self.data, form) if form else str(self)
        except ValueError:
            raise ValueError(f"the format {form!r} does not fit {shown(self)}, a float: write one "
                             "such as .3f") from None

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(missing("a Value", name, OF_VALUE))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return for_numpy(ufunc, method, inputs, options)

    def __len__(self) -> int:
        raise TypeError(f"{shown(self)} is one number and has no len(): a list of Values has one")

    # No __getitem__, which could say as much of v[0]: NumPy would then take a Value for a sequence,
    # and hide what __float__ says when somebody plots Values.

    def item(self) -> float: return self.data
    def conjugate(self) -> Any: return self             # NumPy's std asks for it

    def __float__(self, *digits: Any) -> NoReturn:
        raise TypeError(f"as a plain number {shown(self)} would lose its "
                        "derivative: write v.data if you want the number, and autograd.sin(v), "
                        "not math.sin(v), for an operation")

    __int__ = __round__ = __trunc__ = __float__

    def __floordiv__(self, other: Any) -> NoReturn:
        raise TypeError(f"// and % have no derivative that means anything: write v.data // n for "
                        f"the number of {shown(self)}")

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    def __matmul__(self, other: Any) -> NoReturn:
        raise TypeError(NO_MATRIX.format(shown(self)))

    __rmatmul__ = __matmul__

    # The operations of one input

    def abs(self) -> Any: return ops.abs(self)
    def exp(self) -> Any: return ops.exp(self)
    def log(self) -> Any: return ops.log(self)
    def log1p(self) -> Any: return ops.log1p(self)
    def expm1(self) -> Any: return ops.expm1(self)
    def sqrt(self) -> Any: return ops.sqrt(self)
    def sin(self) -> Any: return ops.sin(self)
    def cos(self) -> Any: return ops.cos(self)
    def tan(self) -> Any: return ops.tan(self)
    def asin(self) -> Any: return ops.asin(self)
    def acos(self) -> Any: return ops.acos(self)
    def atan(self) -> Any: return ops.atan(self)
    def sinh(self) -> Any: return ops.sinh(self)
    def cosh(self) -> Any: return ops.cosh(self)
    def tanh(self) -> Any: return ops.tanh(self)
    def sigmoid(self) -> Any: return ops.sigmoid(self)
    def relu(self) -> Any: return ops.relu(self)
    def leaky_relu(self) -> Any: return ops.leaky_relu(self)
    def elu(self) -> Any: return ops.elu(self)
    def softplus(self) -> Any: return ops.softplus(self)
    def erf(self) -> Any: return ops.erf(self)
    def gelu(self) -> Any: return ops.gelu(self)
    def stop_gradient(self) -> Any: return ops.stop_gradient(self)
    detach = stop_gradient
    arcsin, arccos, arctan, absolute, fabs = asin, acos, atan, abs, abs


def shown(v: Any) -> str:
    """A Value in a message."""
    name = f" {v.label!r}" if v.label else ""
    return f"the Value{name} of data {v.data}"


def for_numpy(ufunc: Any, method: str, inputs: Any, options: Any) -> Any:
    """What a function of NumPy's gives for Values: it calls their methods and operators.

    Raises TypeError where there are none, as for np.isnan.
    """
    arrays = [_array_of(x) for x in inputs]
    try:
        if any(isinstance(x, Methods) for x in options.get("out", ())):
            raise TypeError("no Value can be written to")
        return getattr(ufunc, method)(*arrays, **options)
    except TypeError as error:
        if error.__traceback__ is None or error.__traceback__.tb_next is not None:
            raise                                           # not NumPy's own
        instead = OF_NUMPY.get(ufunc.__name__, f"of the numbers alone, np.{ufunc.__name__}(v.data)")
        if "out" in options:                                # a += v, or np.sin(v, w)
            instead = "an array of floats cannot hold a Value: write a = a + v, not a += v"
        raise TypeError(f"np.{ufunc.__name__} is not defined for Values: {instead}") from None
    except ValueError:
        if ufunc.__name__ != "matmul":
            raise
        value = next(x for x in inputs if isinstance(x, Methods))
        raise TypeError(NO_MATRIX.format(shown(value))) from None


def _array_of(x: Any) -> Any:
    """A Value as an array of shape (), long floats as floats, complex too; all else as it is."""
    np = sys.modules["numpy"]
    if not isinstance(x, Methods):
        kinds = {np.dtype(np.longdouble): float, np.dtype(np.clongdouble): complex}
        kind = kinds.get(getattr(x, "dtype", None))
        return x if kind is None else np.asarray(x, dtype=kind)
    array = np.empty((), dtype=object)
    array[()] = x
    return array


def _same(sign: str, v: Any, other: Any) -> Any:
    """NotImplemented: Python compares identities. Raises TypeError beside an equal number."""
    if (isinstance(other, (int, float)) or is_numpy_scalar(other)) and v.data == other:
        raise TypeError(f"{shown(v)} {sign} {other} compares identities, not numbers: write "
                        f"v.data {sign} {other}, or v <= {other} <= v where v may be a number")
    return NotImplemented


def _compared(x: Any) -> Any:
    if is_array(x):                                     # for each entry
        return sys.modules["numpy"].reshape([_compared(y) for y in x.ravel().tolist()], x.shape)
    return x.data if isinstance(x, Methods) else number(x, "what a Value is compared with")
