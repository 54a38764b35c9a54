"""Last room: the program, compiled source with its arrays, and the checks on what it is given."""
from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.emit import Source
from autograd.compiler.record import Tape
from autograd.compiler.shape import Plan
from autograd.value import Number, Value

INLINE = 400                        # arrays of up to so many numbers are spelt out in `source`


class Program:
    """A graph as NumPy source that computes its value and all derivatives by the parameters.

    program.value_and_grad(theta, x)   a float and an array (P,): summed over the samples, as in the lecture's (4)
    program(theta, x)                  the value for one sample, or (m,) for m; (K,) or (m, K) for K outputs
    program.parameters                 the parameters' present data, (P,), in the order they were given
    program.write_back(theta)          set the parameters' data
    program.source                     the source, which runs by itself

    theta is (P,); x is (I,) for one sample or (m, I), and is left out when the graph was compiled without inputs. What was
    recorded for one sample is run for each and summed, so a penalty on the parameters recorded inside a sample's loss
    counts m times: weight decay belongs in the optimizer. If-statements of Python are not recorded, only the branch taken.

    Sums may be taken in another order than in the graph, so results agree with it to rounding, not to the bit. What is
    outside an operation's domain (log of a negative number, 0 / 0) raises ValueError; an overflow gives inf, as in NumPy.
    """

    def __init__(self, tape: Tape, plan: Plan, source: Source, parameters: Sequence[Value], inputs: Sequence[Value]) -> None:
        self._tape, self._plan, self._source = tape, plan, source
        self._values = list(parameters)
        self._inputs = len(inputs)
        self._single = len(tape.outputs) == 1
        namespace: dict[str, Any] = {"np": np, **source.arrays, **source.functions}
        exec(compile(source.text, "<autograd program>", "exec"), namespace)
        self._value, self._value_and_grad = namespace["value"], namespace.get("value_and_grad")

    @property
    def parameters(self) -> np.ndarray:
        """The present data of the parameters, (P,)."""
        return np.array([p._data for p in self._values], dtype=float)

    def write_back(self, theta: Any) -> None:
        """Set the data of the parameters to theta, (P,)."""
        for p, t in zip(self._values, self._checked_theta(theta).tolist()):
            p._data = t

    def __call__(self, theta: Any, x: Any = None) -> Any:
        """The value, a float or (m,); for K outputs (K,) or (m, K)."""
        theta, x, one = self._checked(theta, x)
        found = self._run(self._value, theta, x)
        if self._single:
            if x is None:
                return float(found)
            found = np.broadcast_to(np.asarray(found, dtype=float), len(x))
            return float(found[0]) if one else found.copy()
        return found[0] if one else found

    def value_and_grad(self, theta: Any, x: Any = None) -> tuple[float, np.ndarray]:
        """The value summed over the samples, and its derivatives by the parameters, (P,)."""
        if self._value_and_grad is None:
            raise TypeError(f"a program of {len(self._tape.outputs)} outputs has no gradient; compile the sum of the outputs, "
                            "or each one by itself")
        theta, x, _ = self._checked(theta, x)
        return self._run(self._value_and_grad, theta, x)

    def _run(self, function: Any, theta: np.ndarray, x: np.ndarray | None) -> Any:
        try:
            with np.errstate(divide="raise", invalid="raise", over="ignore", under="ignore"):
                return function(theta) if x is None else function(theta, x)
        except FloatingPointError as error:
            raise ValueError(f"outside the domain of an operation: NumPy found {error}; evaluate the graph with Values to see "
                             "where") from None

    def _checked(self, theta: Any, x: Any) -> tuple[np.ndarray, np.ndarray | None, bool]:
        theta = self._checked_theta(theta)
        if not self._inputs:
            if x is not None:
                raise TypeError("this program was compiled without inputs: call it with theta alone")
            return theta, None, False
        if x is None:
            raise TypeError(f"this program has {self._inputs} inputs: give x, ({self._inputs},) or (m, {self._inputs})")
        x = _floats(x, "x")
        if x.shape[-1:] != (self._inputs,) or x.ndim > 2:
            raise ValueError(f"x must have shape ({self._inputs},) or (m, {self._inputs}), got {x.shape}")
        return theta, x if x.ndim == 2 else x[None], x.ndim == 1

    def _checked_theta(self, theta: Any) -> np.ndarray:
        theta = _floats(theta, "theta")
        if theta.shape != (len(self._values),):
            raise ValueError(f"theta must have shape ({len(self._values)},), one number for each parameter, got {theta.shape}")
        return theta

    @property
    def source(self) -> str:
        """The NumPy source that runs, with the arrays it uses: it can be copied into a file."""
        arrays = [f"{name} = {_spelt(array)}" for name, array in self._source.arrays.items()]
        needs = [f"# {name}: autograd.{name} or your own operation of that name" for name in self._source.functions]
        head = ["import numpy as np"] + (["import base64"] if any("base64" in a for a in arrays) else [])
        return "\n".join([*head, "", *needs, *arrays, "", "", self._source.text])

    def __str__(self) -> str:
        blocks = [b for b in self._plan.blocks if b.op is not None]
        products = [b for b in blocks if b.kind == "matmul"]
        shapes = ", ".join(f"{' x '.join(map(str, b.shape))}" for b in products[:12])
        return (f"{self._tape.recorded} scalar Values became {len(blocks)} array operations, {len(products)} of them matrix products"
                + (f" ({shapes}{', ...' if len(products) > 12 else ''})" if products else "")
                + f"; {len(self._values)} parameters, {self._inputs} inputs")

    def __repr__(self) -> str:
        return f"<Program: {self}>"


def _floats(x: Any, name: str) -> np.ndarray:
    """x as a float64 array. Raises TypeError for what is no array of real numbers, ValueError for NaN."""
    if isinstance(x, np.ndarray) and x.dtype == np.float64:
        return x
    if isinstance(x, Value) or isinstance(x, (list, tuple)) and any(isinstance(e, Value) for e in x):
        raise TypeError(f"{name} must hold numbers, not Values: a program computes with arrays; see program.parameters")
    try:
        array = np.asarray(x)
        if array.dtype.kind not in "fiub":
            raise TypeError
        return array.astype(np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of real numbers, got {type(x).__name__} {str(x)[:60]}") from None


def _spelt(array: np.ndarray) -> str:
    """An array as Python source."""
    if array.size <= INLINE:
        return f"np.array({array.tolist()!r})".replace("inf", "np.inf").replace("nan", "np.nan")
    packed = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return f"np.frombuffer(base64.b64decode({packed!r}), dtype={array.dtype.str!r}).reshape({array.shape})"
