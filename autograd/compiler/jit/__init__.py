"""jit: a function of numbers, recorded and compiled at its first call, run as a program after."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.compat.messages import at_least, choice, entries, function
from autograd.compiler import TARGETS
from autograd.compiler.jit.jitted import Jitted
from autograd.compiler.jit.sampled import Sampled
from autograd.compiler.printers.native import c_compiler


@told(OF_TRANSFORMS)
def jit(f: Callable[..., Any] | None = None, samples: Sequence[int] = (),
        reduce: str | None = None, target: str = "numpy") -> Any:
    """f, recorded and compiled when it is first called, and run as a program after that.

    f takes and returns numbers, and lists, tuples, dicts and arrays of numbers; it is plain Python.
    `jit(value_and_grad(f))` and the other transforms work as f does.

    f may also work with Values: those it refers to, such as the parameters of a model, and Values
    and Modules among its arguments. A Value it returns is one node, and backward() on it fills in
    grads. f may be a whole training step, with backward(), new data for parameters (one that it has
    changed cannot be used in it again), and numbers that it keeps in lists and dicts.

    An `if` whose sides only return or assign numbers, `max`, `min`, `x > 0` as a number and tables
    indexed by an int among the arguments are operations of one program. Any other comparison is
    checked on every call, and leads to another branch, as is what f reads from outside. What cannot
    be compiled (random numbers, the clock, printing, float(x)) runs as it was written, with one
    warning that says why. Where floats would raise OverflowError, a program goes on with infinity.

    samples     the arguments with a leading axis of samples: f is written for one, and every
                result has a leading axis, one gradient for each sample, too
    reduce      "sum" or "mean" of the results over the samples: value_and_grad then gives the loss
                (4) of a network and its gradient
    target      "numpy", or "c": the programs are compiled by the C compiler of this machine

    >>> distance = jit(lambda x: -x if x < 0 else x)
    >>> distance(3.0), distance(2.0), distance(-2.0), distance(-5.0)
    (3.0, 2.0, 2.0, 5.0)
    """
    samples = tuple(at_least(i, "each of samples", 0) for i in entries(samples, "samples", "ints"))
    if f is None:
        return lambda g: jit(g, samples, reduce, target)
    function(f, "jit takes")
    choice(reduce, ("sum", "mean", None), "reduce")
    if reduce and not samples:
        raise ValueError(f"reduce={reduce!r} is over samples: write samples=, the places of the "
                         "arguments with an axis of samples")
    choice(target, TARGETS, "target")
    if target == "c":
        c_compiler()                            # an error where there is none
    return Sampled(f, samples, reduce, target) if samples else Jitted(f, target)
