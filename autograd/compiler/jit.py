"""jit: a function of numbers, recorded and compiled at its first call, run as a program after.

1. Nothing is silently different: a first call is eager and the program must give the same; guards
   are checked on every call; later calls are compared with eager now and then.
2. What cannot be compiled runs as it was written, with one warning that says why.
"""
from __future__ import annotations

import functools
import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import compiler
from autograd.compiler.flat import (FLOAT, Unfit, build, flatten, of_numbers, of_samples,
                                    of_values)
from autograd.compiler.guards import REMEDY, Checks, noticing
from autograd.compiler.reach import Reach
from autograd.derivatives.level import VARIABLES_AT_WORK
from autograd.derivatives.structure import holds_value
from autograd.graph import topological_order
from autograd.value import Value

BRANCHES = 32                       # more are not recorded
Function = Callable[..., Any]


class Refused(Exception):
    """What was recorded cannot stand for other numbers."""


class Branch:
    """One recording of a function, compiled, with the guards under which it holds."""

    def __init__(self, f: Function, key: Any, leaves: list[float]) -> None:
        over = gradient_of(f)
        self.argnums: Any
        function, self.argnums = over or (f, None)
        variables = [Value(x) for x in leaves]
        args = build(key, iter(variables), of_values)
        VARIABLES_AT_WORK.update(variables)
        try:
            with noticing() as notes:
                returned = function(*args)
        except TypeError as error:
            raise Refused(notes.refusals[0] if notes.refusals else str(error)) from None
        finally:
            VARIABLES_AT_WORK.difference_update(variables)
        results: list[Any] = []
        self.key = flatten(returned, results)
        if notes.refusals:
            raise Refused(notes.refusals[0])
        outputs = [x if isinstance(x, Value) else Value(x) for x in results]
        self.lines = [g.line for g in notes.guards]
        compared = [x for g in notes.guards for x in (g.a, g.b) if isinstance(x, Value)]
        known = set(variables)
        order = topological_order(*outputs, *compared)
        self.outside = [v for v in order if v.is_leaf and v not in known]
        arguments = [*variables, *self.outside]
        self.checks = Checks(notes.guards, arguments)
        self.guard = self.program = None
        if self.checks.outputs:
            self.guard = compiler.compile(self.checks.outputs, arguments)
        self.count = len(outputs)
        if over is not None and self.key != FLOAT:
            raise Refused("has a gradient of more than one number")
        if outputs:
            self.program = compiler.compile(outputs[0] if over else outputs, arguments)

    def numbers(self, leaves: list[float]) -> Any:
        """The numbers the program is given: the leaves, then Values from outside."""
        return np.array(leaves + [v.data for v in self.outside], dtype=float)

    def holds(self, theta: Any) -> bool:
        """Whether every guard comes out as recorded; raises what the program raises."""
        outputs = np.empty((1, 0)) if self.guard is None else self.guard(theta)[None]
        return bool(self.checks.hold(theta[None], outputs)[0] == 1)

    def run(self, key: Any, theta: Any) -> Any:
        """What the function returns for these numbers."""
        if self.argnums is None:
            found = self.program(theta).tolist() if self.program is not None else []
            return build(self.key, iter(found), of_numbers)
        assert self.program is not None
        y, gradient = self.program.value_and_grad(theta)
        parts = build(key, iter(gradient.tolist()), of_numbers)
        if isinstance(self.argnums, tuple):
            return y, tuple(parts[i] for i in self.argnums)
        return y, parts[self.argnums]


def gradient_of(f: Function) -> tuple[Function, Any] | None:
    """The function and argnums of value_and_grad(function, argnums); None for another function."""
    if getattr(f, "__qualname__", "") != "value_and_grad.<locals>.value_and_gradient":
        return None
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
    return cells["f"].cell_contents, cells["argnums"].cell_contents


class Jitted:
    """A function that is compiled for each structure of its arguments; see jit."""

    def __init__(self, f: Function) -> None:
        functools.update_wrapper(self, f)
        self.f = f
        self.branches: dict[Any, list[Branch]] = {}
        self.reach: Reach | None = None
        self.refused = ""
        self.calls = 0

    def __call__(self, *args: Any, **named: Any) -> Any:
        nests = [id(x) for x in args if isinstance(x, (list, dict, tuple, np.ndarray))]
        aliased = len(set(nests)) < len(nests)          # f may ask whether a is b, or change one
        if self.refused or named or aliased or holds_value(args):
            return self.f(*args, **named)
        leaves: list[Any] = []
        try:
            key = flatten(args, leaves)
            hash(key)
        except (TypeError, OverflowError) as error:
            return self.give_up(str(error), args)
        if self.reach is None or not self.reach.same():
            self.branches.clear()
            self.reach = Reach(self.f)
            if self.reach.refusals:
                return self.give_up(self.reach.refusals[0], args)
        known = self.branches.setdefault(key, [])
        try:
            for branch in known:
                theta = branch.numbers(leaves)
                if branch.holds(theta):
                    return self.checked(branch.run(key, theta), args)
        except (ArithmeticError, ValueError):
            return self.f(*args)
        return self.first(key, leaves, args, known)

    def checked(self, result: Any, args: Any) -> Any:
        """The result, now and then compared with an eager one."""
        self.calls += 1
        if self.calls & (self.calls - 1) or not self.calls:
            return result
        eager = self.f(*args)
        if not agrees(eager, result):
            self.give_up("the compiled program gives other numbers than the function", None)
            return eager
        return result

    def first(self, key: Any, leaves: list[Any], args: Any, known: list[Branch]) -> Any:
        """The eager result; the branch that was taken is recorded."""
        if len(known) >= BRANCHES:
            line = known[-1].lines[-1] if known[-1].lines else "arguments that index"
            return self.give_up(f"more than {BRANCHES} branches at {line}; {REMEDY}", args)
        result = self.f(*args)
        after: list[Any] = []
        states = random.getstate(), np.random.get_state()
        try:
            if flatten(args, after) != key or after != leaves:
                raise Refused("changes its arguments")
            branch = Branch(self.f, key, leaves)
            theta = branch.numbers(leaves)
            if not agrees(result, branch.run(key, theta)):
                raise Refused("the compiled program gives other numbers than the function")
            if self.reach is None or not self.reach.same():
                raise Refused("changes what it refers to")
        except (ArithmeticError, ValueError):           # at the edge of a domain: eager, this time
            return result
        except Exception as error:
            self.give_up(str(error), None)
            return result
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
        known.append(branch)
        return result

    def give_up(self, reason: str, args: Any) -> Any:
        """Run the function as it was written from now on, and say why."""
        self.refused = reason
        name = getattr(self.f, "__name__", "the function")
        warnings.warn(f"jit runs {name} without compiling: {reason}", stacklevel=4)
        return None if args is None else self.f(*args)


def agrees(a: Any, b: Any) -> bool:
    """Whether two results have one structure, and the same numbers up to rounding."""
    x: list[Any] = []
    y: list[Any] = []
    try:
        flatten(a, x)
        flatten(b, y)
    except Unfit:
        return False
    same_kind = type(a) is type(b) or isinstance(a, (int, float)) and isinstance(b, (int, float))
    if len(x) != len(y) or not same_kind:
        return False
    p, q = np.array([x, y], dtype=float)
    return bool(np.allclose(p, q, rtol=1e-7, atol=1e-9))


def over_samples(f: Function, samples: Sequence[int]) -> Function:
    """f for each sample of the arguments `samples`, its results with a leading axis."""
    @functools.wraps(f)
    def each(*args: Any) -> Any:
        sizes = {len(args[i]) for i in samples}
        if len(sizes) != 1:
            raise ValueError(f"arguments of samples have {sorted(sizes)} samples")
        keys, columns = [], []
        for k in range(sizes.pop()):
            one = [x[k] if i in samples else x for i, x in enumerate(args)]
            leaves: list[Any] = []
            keys.append(flatten(f(*one), leaves))
            columns.append(leaves)
        if len(set(keys)) != 1:
            raise ValueError("results of samples differ in structure, or there are none")
        return build(keys[0], iter(np.array(columns).T), of_samples)
    return each


def jit(f: Function | None = None, samples: Sequence[int] = ()) -> Any:
    """f, recorded and compiled when it is first called, and run as a program after that.

    f takes and returns numbers, and lists, tuples, dicts and arrays of numbers; it is plain Python.
    Comparisons are checked on every call, and another branch is recorded when it is met. What
    cannot be compiled (v.data, random numbers, the clock, changed globals) runs as it was written,
    with one warning. `jit(value_and_grad(f))` and the other transforms work as f does.

    samples     the arguments with a leading axis of samples: f is written for one, and every
                result has a leading axis, one gradient for each sample, too

    >>> @jit
    ... def distance(x):
    ...     return -x if x < 0 else x
    >>> distance(3.0), distance(2.0), distance(-2.0), distance(-5.0)
    (3.0, 2.0, 2.0, 5.0)
    """
    if f is None:
        return lambda function: jit(function, samples)
    jitted = Jitted(f)
    return over_samples(jitted, samples) if samples else jitted
