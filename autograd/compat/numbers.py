"""What counts as a number, and the messages for anything else.

NumPy is not imported here: an array can only come from somebody who has loaded it.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.compat.keywords import OF_BACKWARD, refuse_names
from autograd.compat.messages import described
from autograd.compat.messages import text as text

UNREACHED = float("0.0")            # the grad of a Value no backward pass has reached: this object

HINTS = {
    "str": "; convert it with float(...)",
    "NoneType": "; did a function forget to return its result?",
    "complex": "; Values are real: keep the real and the imaginary part in two Values",
    "ndarray": "; use one Value for each entry, or x.item() for an array of one number",
    "list": "; use one Value for each entry",
    "tuple": "; use one Value for each entry",
    "Decimal": "; convert it with float(...)",
    "Fraction": "; convert it with float(...)",
    "generator": "; use one Value for each entry",
    "set": "; use one Value for each entry of a list",
    "dict": "; use one Value for each entry",
    "Tensor": "; use x.item() for the number of a tensor",
    "Value": "; it is a Value already: use it as it is, or its .data for a new leaf",
}


def number(x: Any, what: str = "data") -> float:
    """x as a float. Raises TypeError unless x is an int, a float or a real NumPy scalar."""
    if not isinstance(x, (float, int)) and not is_numpy_scalar(x):
        hint = HINTS.get(type(x).__name__, "")
        raise TypeError(f"{what} must be a real number, got {described(x)}{hint}")
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(f"{what} is an int too large for a float") from None


def seed_of(output: Any, seed: Any, others: Mapping[str, Any]) -> float:
    """The seed of a backward pass from a Value, as a float.

    Raises TypeError for what is not a Value or a number, and for `others`, unknown arguments.
    """
    if others:
        refuse_names("backward", others, OF_BACKWARD, "output and seed")
    if not hasattr(type(output), "__operation__"):
        raise TypeError(f"backward needs a Value to go back from, got {described(output)}")
    return number(seed, "seed")


def is_array(x: Any) -> bool:
    """Whether x is a NumPy array."""
    np = sys.modules.get("numpy")
    return np is not None and isinstance(x, np.ndarray)


def is_numpy_scalar(x: Any) -> bool:
    """Whether x is a real number of NumPy's: a float, an integer or a bool; a timedelta is none."""
    np = sys.modules.get("numpy")
    return np is not None and isinstance(x, (np.floating, np.integer, np.bool_)) \
        and not isinstance(x, np.timedelta64)


def label_of(label: object) -> str:
    """A label. Raises TypeError for what is not a string."""
    return text(label, "the label of a Value")


def with_labels(order: list[Any], operations: list[Any] | None = None) -> list[Any]:
    """Values, each with a label that is text and an operation, all of which may be given. Raises
    TypeError: both may be set at any time.
    """
    kinds = set(map(type, [v.op for v in order] if operations is None else operations))
    if {type(v.label) for v in order} <= {str} and all(hasattr(k, "check_arity") for k in kinds):
        return order
    for v in order:
        if not hasattr(type(v.op), "check_arity"):
            raise TypeError("the op of a Value must be an operation, such as autograd.mul, got "
                            f"{described(v.op)} as v.op of a Value of data {v.data}")
        if not isinstance(v.label, str):
            raise TypeError(f"the label of a Value must be a string, got {described(v.label)} as "
                            f"v.label of a Value of data {v.data}")
    return order


def listed(numbers: Sequence[float]) -> str:
    """The numbers to six digits, for a message."""
    return ", ".join(f"{x:.6g}" for x in numbers)


def labels(inputs: Sequence[Any]) -> str:
    """The labels among the inputs, for a message."""
    names = [repr(x.label) for x in inputs if getattr(x, "label", "")]
    return f" (inputs {', '.join(names)})" if names else ""


def error_at(op: Any, numbers: Sequence[float], error: Exception,
             inputs: Sequence[Any] = ()) -> Exception:
    """The same kind of error, with operation, inputs and domain in its message.

    Operation and inputs are attributes, too, so that `draw(error)` can show the graph up to it.
    """
    what = f"needs {op.domain or 'other inputs'}"
    kind: type[Exception] = ValueError
    if isinstance(error, ZeroDivisionError):
        kind = ZeroDivisionError
    if isinstance(error, OverflowError):
        kind, what = OverflowError, "the result is too large for a float"
    found = kind(f"{op.name}({listed(numbers)}){labels(inputs)}: {what}")
    vars(found).update(operation=op, inputs=tuple(inputs))
    return found


def on_arrays(function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """The function for each entry of arrays, broadcasting; an array of floats, or of Values.

    What is masked stays masked.
    """
    np = sys.modules["numpy"]
    try:
        shapes = [np.shape(x) for x in inputs]
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"the arrays {', '.join(map(described, inputs))} do not fit each other: "
                         "give arrays of one shape, whose rows have one length") from None
    result = np.frompyfunc(function, len(inputs), 1)(*inputs)
    if any(np.asarray(x).dtype == object for x in inputs):
        return result
    return np.asanyarray(result).astype(float)[()]
