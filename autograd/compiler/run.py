"""Last room: the program, compiled source with its arrays, and the checks on what it is given."""
from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.compat.finishing import finish
from autograd.compat.messages import at_least, choice, described, entries, printed
from autograd.compiler.printers import c as in_c
from autograd.compiler.printers import javascript
from autograd.compiler.printers import jax as in_jax
from autograd.compiler.cells import Correspondence, correspondence
from autograd.compiler.display import highlighted
from autograd.compiler.printers.emit import Blocks, one_by_one
from autograd.compiler.printers.native import Native
from autograd.compiler.recognize.record import Tape
from autograd.compiler.replay import Given, look, refusal
from autograd.compiler.printers.scalar import Straight
from autograd.compiler.verify import Ends, verify
from autograd.derivatives.anomaly import is_watched
from autograd.recording import OPEN
from autograd.value import Value

FEW_SAMPLES = 8  # for more, straight-line code runs on arrays of samples


PRINTERS = {
    "numpy": Blocks.source,
    "jax": in_jax.source,
    "javascript": javascript.source,
    "c": in_c.source,
}
LANGUAGES = tuple(PRINTERS)
FLOAT64 = np.dtype(np.float64)


def strict() -> np.errstate:
    """Inside, NumPy raises outside of a domain, and goes on with infinity after an overflow."""
    return np.errstate(divide="raise", invalid="raise", over="ignore", under="ignore")


def _fast_errstate() -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """Functions that enter strict() and leave it, in a fifth of its time where NumPy
    lets us.
    """

    def enter() -> np.errstate:
        state = strict()
        state.__enter__()
        return state

    try:
        from numpy._core.umath import _extobj_contextvar as variable

        state = enter()
        kept = variable.get()
        state.__exit__(None, None, None)
        return partial(variable.set, kept), variable.reset
    except (ImportError, AttributeError, LookupError):
        return enter, lambda state: state.__exit__(None, None, None)


raising, as_before = _fast_errstate()


class Loose(weakref.ref[Value]):
    """A weak reference to a Value, which a pickle and a deep copy leave behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type, (None,)                # NoneType: called like a reference, it gives None


class Program:
    """A graph as NumPy source: its value, and all derivatives with respect to the parameters.

    program.value_and_grad(theta, x)   a float and an array (P,): summed over the samples, as in the
                                       lecture's (4)
    program(theta, x)                  the value for one sample, or (m,) for m; (K,) or (m, K) for K
                                       outputs
    program.parameters                 the parameters' present data, (P,), in the order they were
                                       given
    program.write_back(theta)          set the parameters' data
    program.verify()                   compare it with the graph, Value by Value, at several points
    program.source                     the source, which runs by itself

    theta is (P,); x is (I,) for one sample or (m, I), and is left out when the graph was compiled
    without inputs. What was recorded for one sample is run for each and summed, so L2
    regularization recorded inside a sample's loss counts m times: weight decay belongs in the
    optimizer. If-statements of Python are not recorded, only the branch taken.

    Sums may be taken in another order than in the graph, so results agree with it to rounding,
    not to the bit. Raises TypeError for what is not an array of real numbers; ValueError for a
    different shape, for NaN, and for what is outside an operation's domain, such as the log of a
    negative number; ZeroDivisionError for 1 / 0. An overflow gives inf, as in NumPy.
    """

    def __init__(
        self,
        code: Blocks | Straight | Native,
        tape: Tape,
        outputs: Sequence[Value],
        parameters: Sequence[Value],
        inputs: Sequence[Value],
        listed: bool = False,
    ) -> None:
        self._code, self._tape = code, tape
        self._outputs = [Loose(v) for v in outputs]  # a program does not keep its graph
        self._values = list(parameters)
        self._given = [Loose(v) for v in inputs]
        self._inputs = len(inputs)
        self._samples = tape.samples  # whether x has a row for each sample
        self._labels = [v.label for v in (*parameters, *inputs)]
        self._listed = listed  # whether the outputs were given as a list
        self._single = len(tape.outputs) == 1
        self._functions: dict[bool, dict[str, Any]] = {}  # by whether they run on arrays
        self._shape = (len(self._values),)
        # whether there are loops on Python's floats in code for arrays
        self._floats = isinstance(code, Blocks) and code.has_float_loops
        self._fast: Any = None  # value_and_grad of code for arrays that takes theta alone

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle has: its functions are made anew when it is run."""
        return {**vars(self), "_functions": {}, "_fast": None}

    @property
    def parameters(self) -> np.ndarray:
        """The present data of the parameters, (P,)."""
        return np.array([p.data for p in self._values], dtype=float)

    def write_back(self, theta: Any) -> None:
        """Set the data of the parameters to theta, (P,): all or, where it does not fit, none."""
        with np.errstate(over="ignore"):
            theta = self._checked_theta(theta)

        def change() -> None:
            for p, t in zip(self._values, theta.tolist()):
                p.data = t
        finish(change)

    def __call__(self, theta: Any, x: Any = None) -> Any:
        """The value, a float or (m,); for K outputs (K,) or (m, K)."""
        found, x, one = self._run("value", theta, x)
        if OPEN and is_watched():
            look(found, self._tape, Given(np.asarray(theta), x, self._labels), False)
        if self._listed and len(self._tape.outputs) == 1:
            found = np.expand_dims(found, -1)
        found = found if x is None else found[0] if one else found
        if x is not None and np.may_share_memory(found, x):
            found = found.copy()  # an output that is an input
        return float(found) if np.ndim(found) == 0 else found

    def value_and_grad(self, theta: Any, x: Any = None) -> tuple[float, np.ndarray]:
        """The value summed over the samples, and its gradient with respect to theta, (P,)."""
        if not self._single:
            raise TypeError(
                f"a program of {len(self._tape.outputs)} outputs has no gradient; compile the sum "
                "of the outputs, or each one by itself"
            )
        if OPEN and is_watched():
            return self._checked_run(theta, x)
        fast = self._fast
        if (
            fast is None
            or x is not None
            or type(theta) is not np.ndarray
            or theta.dtype is not FLOAT64
            or theta.shape != self._shape
        ):
            return self._quick(theta, x) or self._checked_run(theta, x)
        token = raising()
        try:
            size = theta.dot(theta)
            found: tuple[float, np.ndarray] = fast(theta)
            if size == size:
                return found
        except (ArithmeticError, ValueError):
            pass
        finally:
            as_before(token)
        return self._checked_run(theta, x)

    def _checked_run(self, theta: Any, x: Any) -> tuple[float, np.ndarray]:
        """The same with all checks and messages."""
        found: tuple[float, np.ndarray]
        found, x, _ = self._run("value_and_grad", theta, x)
        if OPEN and is_watched():
            look(found, self._tape, Given(np.asarray(theta), x, self._labels), True)
        return found

    def _quick(self, theta: Any, x: Any) -> tuple[float, np.ndarray] | None:
        """The result for arrays as they should be where all is well; None where there is something
        to check or to say.
        """
        if type(theta) is not np.ndarray or theta.dtype is not FLOAT64:
            return None
        if theta.shape != self._shape:
            return None
        return (self._quick_straight if type(self._code) is Straight else self._quick_arrays)(
            theta, x)

    def _quick_straight(self, theta: np.ndarray, x: Any) -> tuple[float, np.ndarray] | None:
        """The result of straight-line code where all is well; see _quick."""
        if self._samples or (x is not None) != bool(self._inputs):
            return None
        if x is not None and not self._is_data(x):
            return None
        numbers = [theta.tolist()] if x is None else [theta.tolist(), x.tolist()]
        try:
            y, d = self._function("value_and_grad", False)(*numbers)
            finite = sum(map(sum, numbers)) + sum(d) + y
        except (ArithmeticError, ValueError):
            return None
        return (y, np.array(d, dtype=float)) if finite - finite == 0 and type(y) is float else None

    def _quick_arrays(self, theta: np.ndarray, x: Any) -> tuple[float, np.ndarray] | None:
        """The result of array code where all is well; see _quick."""
        if x is None:
            if self._inputs:
                return None
        elif not self._is_data(x):
            return None
        function = self._function("value_and_grad", False)
        if not self._inputs and not self._floats:
            self._fast = function
        token = raising()
        try:
            size = theta.dot(theta)
            if x is None:
                found: tuple[float, np.ndarray] = function(theta)
            else:
                flat = x.ravel()
                size = size + flat.dot(flat)
                found = function(theta, x)
            if self._floats:
                # floats give NaN where arrays raise
                size = size + found[0] + found[1].sum()
            return found if size == size else None  # a NaN: _run says where
        except (ArithmeticError, ValueError):
            return None
        finally:
            as_before(token)

    def unchecked(self, with_gradient: bool) -> Callable[..., tuple[float, np.ndarray]]:
        """A function of theta, and x if there is data, that gives the value and the gradient; or
        0.0 and all outputs. It checks nothing: NaN goes through, or raises ValueError or
        ArithmeticError, as inside of `raising()`.
        """
        name = "value_and_grad" if with_gradient else "value"
        run = self._function(name, False)
        if type(self._code) is not Straight:
            found: Callable[..., tuple[float, np.ndarray]] = run
            return found if with_gradient else lambda *given: (0.0, np.ravel(run(*given)).copy())

        def on_floats(*given: np.ndarray) -> tuple[float, np.ndarray]:
            numbers = run(*[x.tolist() for x in given])
            y, d = numbers if with_gradient else (0.0, numbers)
            return y, np.array(d, dtype=float)
        return on_floats

    def _is_data(self, x: Any) -> bool:
        """Whether x is an array as it should be."""
        return (
            type(x) is np.ndarray
            and x.dtype is FLOAT64
            and x.ndim == 1 + self._samples
            and x.shape[-1] == self._inputs > 0
        )

    def _run(self, name: str, theta: Any, x: Any) -> tuple[Any, np.ndarray | None, bool]:
        """The result of a function of the program, for `value` with a first axis of samples where
        there is x; x as it was used, and whether it was one sample.
        """
        with strict():
            theta, x, one = self._checked(theta, x)
            try:
                if isinstance(self._code, Straight):
                    return self._run_straight(name, theta, x), x, one
                function = self._function(name, True)
                return function(theta) if x is None else function(theta, x), x, one
            except (ArithmeticError, ValueError) as error:
                by_zero = isinstance(error, ZeroDivisionError) or str(error).endswith(
                    (" divide", "divide by zero")
                )
                given = Given(theta, x, self._labels)
                said = refusal(self._tape, given, name == "value_and_grad") or (
                    f"({error}); evaluate the graph with Values to see where")
                raise (ZeroDivisionError if by_zero else ValueError)(
                    f"outside the domain of an operation: {said}") from None

    def _run_straight(self, name: str, theta: np.ndarray, x: np.ndarray | None) -> Any:
        """Straight-line code: on floats for each of a few samples, on one array for each input for
        many.
        """
        given = (theta,) if x is None else (theta, x)
        try:
            if x is None or not self._samples:
                on_floats = self._function(name, False)
                return self._of_one(name, on_floats(*[a.tolist() for a in given]))
            if 0 < len(x) <= FEW_SAMPLES:
                return self._of_few(name, theta, x)
        except OverflowError:  # Python's floats raise where NumPy's go on with infinity
            pass
        if x is None or not self._samples:
            return self._of_one(name, self._function(name, True)(*map(list, given)))
        return self._of_many(name, theta, x)

    def _of_few(self, name: str, theta: np.ndarray, x: np.ndarray) -> Any:
        """Straight-line code on floats, sample after sample."""
        function, numbers = self._function(name, False), theta.tolist()
        runs = [self._of_one(name, function(numbers, row)) for row in x.tolist()]
        if name == "value":
            return np.array(runs)
        return sum(y for y, _ in runs), np.sum([d for _, d in runs], axis=0)

    def _of_many(self, name: str, theta: np.ndarray, x: np.ndarray) -> Any:
        """Straight-line code on one array for each input."""
        found = self._function(name, True)(list(theta), list(x.T))
        if name == "value":
            values = np.stack([np.broadcast_to(y, len(x)) for y in found], axis=1)
            return values[:, 0] if self._single else values
        y, d = found
        return float(np.broadcast_to(y, len(x)).sum()), np.array(
            [np.broadcast_to(g, len(x)).sum() for g in d], dtype=float
        )

    def _of_one(self, name: str, found: Any) -> Any:
        """What straight-line code gave for one sample, as floats and an array. Raises ValueError
        for NaN (inf - inf).
        """
        y, d = (0.0, found) if name == "value" else found
        numbers = np.array(d, dtype=float)
        size = numbers.dot(numbers) + y
        if size != size:
            raise ValueError("the result is NaN")
        if name == "value":
            return numbers[0] if self._single else numbers
        return float(y), numbers

    def _function(self, name: str, arrays: bool) -> Any:
        if arrays not in self._functions:
            self._functions[arrays] = self._code.namespace(arrays)
        return self._functions[arrays][name]

    def _checked(self, theta: Any, x: Any) -> tuple[np.ndarray, np.ndarray | None, bool]:
        theta = self._checked_theta(theta)
        if not self._inputs:
            if x is not None:
                raise TypeError(
                    "this program was compiled without inputs: call it with theta alone"
                )
            return theta, None, False
        if x is None:
            raise TypeError(
                f"this program has {self._inputs} inputs: give x, ({self._inputs},) "
                f"or (m, {self._inputs})"
            )
        x = _floats(x, "x")
        if x.shape[-1:] != (self._inputs,) or x.ndim > 2:
            raise ValueError(
                f"x must have shape ({self._inputs},) or (m, {self._inputs}), got {x.shape}"
            )
        if not self._samples and x.ndim > 1:
            raise ValueError(f"this program has no samples: x must be ({self._inputs},), "
                             f"got {x.shape}")
        self._no_nan(x, "x", self._labels[len(self._values) :])
        if not self._samples:
            return theta, x, False
        return theta, x if x.ndim == 2 else x[None], x.ndim == 1

    def _checked_theta(self, given: Any) -> np.ndarray:
        theta = _floats(given, "theta")
        if theta.shape != (len(self._values),):
            raise ValueError(
                f"theta must have shape ({len(self._values)},), one number for each parameter, "
                f"got {theta.shape}"
            )
        self._no_nan(theta, "theta", self._labels)
        return theta

    def _no_nan(self, array: np.ndarray, name: str, labels: Sequence[str]) -> None:
        """Raise ValueError where there is a NaN. A sum of squares is NaN exactly then, and is the
        fastest to have.
        """
        flat = array.ravel()
        square = flat.dot(flat)
        if square != square:
            at = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
            label = labels[at[-1]]
            raise ValueError(
                f"{name}[{', '.join(map(str, at))}]{f' ({label[:60]!r})' if label else ''} is NaN"
            )

    def verify(
        self,
        output: Value | Sequence[Value] | None = None,
        points: int = 3,
        seed: int = 0,
        exact: bool | None = None,
    ) -> int:
        """At how many points the program was compared with the graph it was compiled from; all must
        agree.

        The graph is evaluated Value by Value, at the recorded point and at others near it.
        `output` need be given only where the graph is held nowhere else. With `exact`, graph and
        program run on fractions, for graphs of rational operations (+, *, /, relu, max, ...); None:
        on floats, and small rational graphs at one more point on fractions. Raises AssertionError
        that names the first cell that differs, ValueError where the graph is gone or not rational.
        """
        outputs = self._recorded_outputs(output)
        points, seed = at_least(points, "points"), at_least(seed, "seed", 0)
        choice(exact, (True, False, None), "exact")
        inputs = [v for v in (r() for r in self._given) if v is not None]
        return verify(self, Ends(outputs, self._values, inputs), points, seed, exact)

    def _recorded_outputs(self, output: Any) -> list[Value]:
        """The outputs of the graph, as they were given or as they are still held somewhere."""
        given = [r() for r in self._outputs]
        if output is not None:
            given = [output] if isinstance(output, Value) else entries(output, "output", "Values")
        if len(given) != len(self._outputs) or not all(isinstance(v, Value | None) for v in given):
            raise TypeError(f"output must be what was compiled, {len(self._outputs)} Values in "
                            f"order, got {described(output)}")
        outputs = [v for v in given if v is not None]
        if len(outputs) < len(self._outputs):
            raise ValueError("the graph is gone: give its output, verify(output)")
        return outputs

    def correspondence(self) -> Correspondence:
        """Which scalars of the graph became which cells of which arrays, and which line computes
        them; see autograd.matrices_page. Raises ValueError where the graph is gone.
        """
        outputs = [v for v in (r() for r in self._outputs) if v is not None]
        given = [v for v in (r() for r in self._given) if v is not None]
        if len(outputs) < len(self._outputs) or len(given) < len(self._given):
            raise ValueError("the graph is gone: hold its output and inputs in variables")
        code = self._code.blocks if isinstance(self._code, Native) else self._code
        return correspondence(code, self._tape, outputs, self._values, given)

    @property
    def source(self) -> str:
        """The source that runs, with the numbers it uses: it can be copied into a file."""
        return self._code.source()

    def source_in(self, language: str) -> str:
        """The same program as source that runs by itself: "numpy", "jax", "javascript" or "c".

        JAX's is a module of pure functions, value and value_and_grad of theta (and x, (m, I)).
        JavaScript is one statement, `const program = ...`: then `program.value_and_grad(theta, x)`
        gives [value, gradient], summed over the samples, and `program.value(theta, x)` the value
        of each sample (a list for several outputs). theta is a list of P numbers, x a list of m
        samples, each a list of I numbers, left out where there are no inputs; the gradient is a
        Float64Array. Node can `require` the file. Where Python raises, there is NaN or infinity.
        C has the functions value(theta, x, m, result) and value_and_grad(theta, x, m, result,
        grad), which give 0, or the number of a fault.

        Raises ValueError for another language, LookupError for an operation of one's own that has
        no form in it.
        """
        if not isinstance(language, str) or language not in LANGUAGES:
            raise ValueError(f"language must be one of {LANGUAGES}, got {printed(language)}")
        if language == "numpy" and not isinstance(self._code, Native):
            return self.source
        code = self._code
        if isinstance(code, Native):
            return PRINTERS[language](code.blocks)
        if isinstance(code, Straight):
            code = language == "jax" and code.as_arrays() or one_by_one(self._tape)
        return PRINTERS[language](code)

    def jax(self) -> Callable[..., Any]:
        """The program as a pure function of JAX, f(theta) or f(theta, x), for its own jit, grad,
        vmap and sharding.

        f returns the value summed over the samples, so that jax.grad(f) is the program's gradient;
        for K outputs (K,) or (m, K), not summed. x is one sample (I,) or m of them (m, I).
        JAX is set to floats of 64 bits. Where a program raises for numbers outside of a domain,
        f gives NaN. Raises ImportError where JAX is not installed.
        """
        try:
            import jax  # noqa: F401
        except ImportError:
            raise ImportError(
                "program.jax() needs JAX: pip install 'scalar-autograd[jax]', or pip install jax"
            ) from None
        return in_jax.pure(self.source_in("jax"), self._tape, self._listed)

    def __str__(self) -> str:
        return (
            f"{self._tape.recorded} scalar Values became {self._code.summary()}; "
            f"{len(self._values)} parameters, {self._inputs} inputs"
        )

    def __repr__(self) -> str:
        return f"<Program: {self}>"

    def _repr_html_(self) -> str:
        return highlighted(self.source, str(self))


def _floats(x: Any, name: str) -> np.ndarray:
    """x as a float64 array. Raises TypeError for anything but an array of real numbers, ValueError
    for NaN.
    """
    if isinstance(x, np.ndarray) and x.dtype == np.float64:
        return x
    try:
        array = np.asarray(x)
        if array.dtype == object and any(isinstance(e, Value) for e in array.ravel()):
            raise TypeError(
                f"{name} must hold numbers, not Values: a program computes with arrays; see "
                "program.parameters"
            )
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must be an array of real numbers, got {described(x)}"
        )
    return array.astype(np.float64)
