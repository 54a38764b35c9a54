"""jit(f, samples=...): f is written for one sample, and runs for all of them in one program.

A sample is a row of numbers. Rows of one structure go together; of these, each branch takes those
at which its guards hold, and a new branch is recorded for the first that is left.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import compiler
from autograd.compat.messages import described, entries
from autograd.compiler.jit.arguments import VALUES, Signature, argument_keys, same_objects
from autograd.compiler.jit.branch import Branch
from autograd.compiler.jit.flat import (BOOL, FLOAT, INT, flatten, flatten_result, kinds_of,
                                        numbers, skeleton, with_kinds)
from autograd.compiler.jit.guards import Notes, notes_here
from autograd.compiler.jit.jitted import Jitted
from autograd.compiler.jit.lookups import Lookups
from autograd.compiler.jit.quick import builder
from autograd.compiler.jit.reach import TRANSPARENT, Reach
from autograd.compiler.run import Program
from autograd.derivatives.anomaly import is_watched
from autograd.derivatives.level import VARIABLES_AT_WORK, positions
from autograd.derivatives.transforms import Differentiated
from autograd.recording import OPEN
from autograd.value import Value


class RowsBranch(Branch):
    """A branch whose program takes many rows of numbers.

    columns   the places, among the numbers of the arguments, of those of a sample
    summed    whether results are summed over the rows: then a program gives the gradient of the sum
    """

    def __init__(self, f: Callable[..., Any], signature: Signature, theta: Any,
                 reach: Reach, expected: Any, samples: frozenset[int], summed: bool) -> None:
        self.samples, self.summed = samples, summed
        self.columns = signature.places(tuple(sorted(samples)))
        super().__init__(f, signature, theta, reach, expected, keeps_graph=expected is None)

    def transform_of(self, f: Callable[..., Any]) -> Differentiated | None:
        """The transform, where one gradient is asked for; else each sample has its own, one of many
        results."""
        over = super().transform_of(f)
        if not self.summed or over is None:
            return None
        count = len(argument_keys(self.signature.key))
        return over if self.samples.isdisjoint(positions(over.argnums, count)) else None

    def lookups_of(self, variables: list[Value]) -> Lookups:
        """By rows of the unit matrix, as each sample has another index."""
        return Lookups(variables, fetches=False)

    def compiled(self, outputs: list[Value], every: list[Value]) -> Program:
        """The program of some outputs, whose inputs are the numbers of a sample."""
        self.place_inputs(every)
        return compiler.program(outputs, [every[i] for i in self.shared],
                                [every[i] for i in self.inputs])

    def place_inputs(self, every: list[Value]) -> None:
        """Note which numbers a program takes once, and which for each sample."""
        count = len(self.lookups.arguments())
        looked_up = range(len(every) - count, len(every))
        self.inputs = [*self.columns, *looked_up]
        chosen = {*self.inputs, *self.wrt}
        self.shared = [*self.wrt, *(i for i in range(len(every)) if i not in chosen)]

    def differentiable(self, order: list[Value], every: list[Value], looked_up: list[Value],
                       notes: Notes) -> list[Value]:
        """Compile the result of which there is a gradient, the last in a topological order; what
        the gradient is with respect to."""
        self.place_inputs(every)
        self.program = compiler.program(order[-1], [every[i] for i in self.shared],
                                        [every[i] for i in self.inputs], order=order)
        return [every[i] for i in self.wrt]

    def full_rows(self, rows: Any) -> Any:
        """Rows of all numbers a program needs."""
        outside = np.array([v.data for v in self.outside], dtype=float)
        parts = [rows, np.broadcast_to(outside, (len(rows), len(outside)))]
        return np.concatenate((*parts, *self.lookups.rows_for(rows)), axis=1)

    def hold_at(self, full: Any) -> Any:
        """For each row 1, 0 or -1, as `holds`."""
        outputs = np.empty((len(full), 0))
        if self.guard is not None:
            outputs = self.guard(full[0, self.shared], full[:, self.inputs])
        holds = np.ones(len(full), int)
        if self.checks.count:
            holds = self.checks.hold(full, outputs[:, :self.compared])
        return np.where(self.lookups.within(full), holds, 0)

    def run_at(self, full: Any) -> Any:
        """The results for rows, a row for each; where there is a transform their sum, in one."""
        if self.over is not None:
            y, gradient = self.of_rows(full)
            return np.array([[y, *gradient] if self.over.with_value else gradient])
        if self.program is None:
            return np.empty((len(full), 0))
        found = self.program(full[0, self.shared], full[:, self.inputs])
        if not np.isfinite(found).all():
            raise ArithmeticError("a result is not finite")
        self.check_whole(found)
        return found

    def of_rows(self, full: Any) -> tuple[float, Any]:
        """The sum of the values for rows, and its gradient."""
        assert self.program is not None
        y, gradient = self.program.value_and_grad(full[0, self.shared], full[:, self.inputs])
        if not np.isfinite(y) or not np.isfinite(gradient).all():
            raise ArithmeticError("a result is not finite")
        return y, gradient[:len(self.wrt)]

    def raw(self, theta: Any) -> tuple[float, Any]:
        """The value and the gradient of one sample."""
        return self.of_rows(theta[None])

    def given(self, theta: Any) -> tuple[Any, Any] | None:
        """The numbers of one sample."""
        rows = theta[None]
        return (self.full_rows(rows)[0], None) if self.lookups.within(rows).all() else None

    def run(self, given: tuple[Any, Any], values: Sequence[Value] = ()) -> Any:
        """The result of one sample."""
        if self.over is not None:
            return super().run(given)
        return self.build(self.run_at(given[0][None])[0])


class Sampled(Jitted):
    """A function of one sample, for all samples of some arguments."""

    def __init__(self, f: Callable[..., Any], samples: Sequence[int], reduce: str | None) -> None:
        super().__init__(f)
        self.samples, self.reduce = frozenset(samples), reduce
        self.signatures: dict[Any, Signature] = {}

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        bound = self.f.__get__(instance, owner)
        return self if instance is None else Sampled(bound, sorted(self.samples), self.reduce)

    def __call__(self, *args: Any, **named: Any) -> Any:
        m = self.count(args)
        rows = None
        if not self.refused and notes_here() is None and not (OPEN and is_watched()):
            try:
                rows = Rows(args, named, self.samples)
            except TypeError as error:
                self.give_up(str(error))
        if rows is None or rows.have_values or not self.is_current():
            each = stacked([self.f(*self.sample(args, k), **named) for k in range(m)])
            return reduced(each, self.reduce)
        found: list[Any] = [None] * m
        for places in rows.groups():
            first = self.sample(args, places[0])
            key = self.signature(first, named)
            self.run_group(key, places, rows.of(places), (args, named), found)
        return joined(found, self.reduce, m)

    def signature(self, first: tuple[Any, ...], named: Any) -> Signature:
        """How the arguments of a sample look."""
        at = flatten((first, named), []), same_objects(first)
        return self.signatures.setdefault(at, Signature(*at))

    def sample(self, args: tuple[Any, ...], k: int) -> tuple[Any, ...]:
        """The arguments of sample k."""
        return tuple([x[k] if i in self.samples else x for i, x in enumerate(args)])

    def count(self, args: tuple[Any, ...]) -> int:
        """How many samples there are.

        Raises ValueError where arguments have different numbers of them, there are none, or there
        is no such argument; TypeError for an argument without samples.
        """
        sizes = sorted({size_of(args, i) for i in self.samples})
        if len(sizes) > 1 or sizes == [0]:
            raise ValueError(f"arguments of samples have {' and '.join(map(str, sizes))} samples")
        return sizes[0]

    def run_group(self, key: Signature, places: list[int], rows: Any, given: Any,
                  found: list[Any]) -> None:
        """Find the results of samples of one structure, (key, row) for each; `rows` are their
        numbers."""
        left = np.arange(len(places))
        tried = 0
        while len(left) and not self.refused:
            known = self.known.get(key, [])
            for branch in known[tried:]:
                if len(left):
                    left = self.by_branch(branch, left, places, rows, given, found)
            tried = len(known)
            if len(left) and not self.refused:
                k, left = left[0], left[1:]
                one = self.sample(given[0], places[k])
                with self.lock:
                    found[places[k]] = of_one(self.first(key, rows[k], one, given[1]))
        self.eagerly(left, places, given, found)

    def eagerly(self, left: Any, places: list[int], given: Any, found: list[Any]) -> None:
        """Find the results of some samples one by one."""
        for k in left:
            one = self.sample(given[0], places[k])
            found[places[k]] = of_one(self.f(*one, **given[1]))

    def by_branch(self, branch: Branch, left: Any, places: list[int], rows: Any,
                  given: Any, found: list[Any]) -> Any:
        """The samples that are left when a branch has taken its own."""
        assert isinstance(branch, RowsBranch)
        try:
            full = branch.full_rows(rows[left])
            holds = branch.hold_at(full)
            if (holds == 1).any() and branch.outside and VARIABLES_AT_WORK:
                holds[:] = -1
            taken = holds == 1
            results = branch.run_at(full[taken]) if taken.any() else ()
        except (ArithmeticError, ValueError):
            self.eagerly(left, places, given, found)
            return left[:0]
        key = branch.result_key()
        for k, row in zip(left[taken], results):
            found[places[k]] = key, row
        self.eagerly(left[holds < 0], places, given, found)
        return left[holds == 0]

    def check_result(self, result: Any) -> None:
        """Raise TypeError for Values."""
        of_one(result)

    def branch(self, signature: Signature, theta: Any, reach: Reach, result: Any) -> Branch:
        """A recording, compiled for many rows."""
        summed = self.reduce is not None
        return RowsBranch(self.f, signature, theta, reach, result, self.samples, summed)

    def unproved(self, signature: Signature, theta: Any, reach: Reach) -> Branch:
        """A recording before f has run."""
        return self.branch(signature, theta, reach, None)


class Rows:
    """The numbers of samples, each with its structure.

    have_values     whether there are Values among them
    """

    def __init__(self, args: tuple[Any, ...], named: Any, samples: frozenset[int]) -> None:
        self.parts: list[Any] = []          # for each argument a row, or a list of rows
        self.keys: list[list[Any]] = []
        self.have_values = False
        for i, x in enumerate(args):
            if i not in samples:
                self.parts.append(self.flat(x)[1])
            elif isinstance(x, np.ndarray) and x.dtype.kind in "fi" and x.dtype.itemsize == 8:
                self.keys.append([None] * len(x))
                self.parts.append(list(x.reshape(len(x), -1).astype(float)))
            else:
                pairs = [self.flat(item) for item in x]
                self.keys.append([key for key, _ in pairs])
                self.parts.append([row for _, row in pairs])
        self.parts.append(self.flat(named)[1])

    def flat(self, x: Any) -> tuple[Any, Any]:
        """The key and the numbers of something."""
        leaves: list[Any] = []
        key = flatten(x, leaves)
        if not set(map(type, leaves)).isdisjoint(VALUES):
            self.have_values = True
            return key, np.empty(0)
        return key, numbers(leaves)

    def groups(self) -> list[list[int]]:
        """The places of samples of one structure each."""
        found: dict[Any, list[int]] = {}
        for k, keys in enumerate(zip(*self.keys)):
            found.setdefault(keys, []).append(k)
        return list(found.values())

    def of(self, places: list[int]) -> Any:
        """All numbers of some samples, a row for each."""
        n = len(places)
        parts = [np.array([part[k] for k in places]).reshape(n, -1) if isinstance(part, list)
                 else np.broadcast_to(part, (n, len(part))) for part in self.parts]
        return np.concatenate(parts, axis=1)


def size_of(args: Sequence[Any], i: int) -> int:
    """The number of samples in argument i. Raises TypeError or ValueError where there are none."""
    if i >= len(args):
        raise ValueError(f"samples names argument {i}, but there are {len(args)} arguments; they "
                         "count from 0")
    what = f"argument {i}, which samples names,"
    if not hasattr(args[i], "__getitem__"):             # what is read only once, or has no order
        raise TypeError(f"{what} must be a list of samples, got {described(args[i])}")
    return len(entries(args[i], what, "samples"))


TRANSPARENT.add(Sampled)


def of_one(result: Any) -> tuple[Any, Any]:
    """The key and the numbers of one sample's result."""
    leaves: list[Any] = []
    key = flatten_result(result, leaves)
    if not VALUES.isdisjoint(map(type, leaves)):
        raise TypeError("a function of one sample must return numbers to be stacked, it returned a "
                        "Value: return v.data, or take value_and_grad of it")
    return key, numbers(leaves)


def joined(found: list[Any], reduce: str | None, m: int) -> Any:
    """Results of one structure as one: their sum or mean, or arrays with a leading axis.

    Raises ValueError where they have different structures.
    """
    found = [x for x in found if x is not None]         # several may have one result, a sum
    key = found[0][0]
    if any(other is not key and skeleton(other) != skeleton(key) for other, _ in found):
        raise ValueError("results of samples differ in structure")
    rows = np.array([row for _, row in found])
    if reduce is None:
        return columns(joint_key([key for key, _ in found]), rows, [0])
    return builder(floats_of(key))(rows.sum(axis=0) / (m if reduce == "mean" else 1))


def joint_key(keys: list[Any]) -> Any:
    """The key of results of one structure together, in which a leaf is an int, or a bool, where it
    is in all of them."""
    distinct = list({id(key): key for key in keys}.values())
    if len(distinct) == 1:
        return distinct[0]
    kinds = list(zip(*map(kinds_of, distinct)))

    def joint(kind: str, i: int) -> str:
        among = set(kinds[i])
        return kind if len(among) == 1 else FLOAT if FLOAT in among else INT
    return with_kinds(distinct[0], joint, [0])


def floats_of(key: Any) -> Any:
    """The key of a sum: all numbers are floats."""
    if type(key) is str:
        return FLOAT
    if key[0] in ("=", "array="):
        return key
    if key[0] == "array":
        return *key[:2], "f"
    return *key[:2], key[2] if type(key[2]) is int else tuple(map(floats_of, key[2]))


def reduced(x: Any, reduce: str | None) -> Any:
    """Stacked results, summed over the samples or their mean."""
    if reduce is None:
        return x
    if isinstance(x, dict):
        return {name: reduced(part, reduce) for name, part in x.items()}
    if isinstance(x, (list, tuple)):
        items = [reduced(part, reduce) for part in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    total = x.sum(axis=0) if reduce == "sum" else x.sum(axis=0) / len(x)
    return float(total) if isinstance(total, np.generic) else total


def columns(key: Any, rows: Any, at: list[int]) -> Any:
    """The nest of a key, filled with columns of rows."""
    m = len(rows)
    if type(key) is str or key[0] == "array":
        shape = () if type(key) is str else key[1]
        start = at[0]
        at[0] += int(np.prod(shape))
        part = rows[:, start:at[0]].reshape(m, *shape)
        kind = key if type(key) is str else key[2]
        return np.rint(part).astype(int) if kind == INT else part != 0 if kind == BOOL else part
    if key[0] in ("=", "array="):
        return [key[2]] * m
    if type(key[2]) is int:
        return key[0]([columns(key[1], rows, at) for _ in range(key[2])])
    items = [columns(part, rows, at) for part in key[2]]
    if key[0] is dict:
        return dict(zip(key[1], items))
    return key[0](*items) if key[1] == "*" else key[0](items)


def stacked(found: list[Any]) -> Any:
    """Results of one structure as one, whose numbers are arrays, of Values where they are."""
    if isinstance(found[0], dict):
        return {name: stacked([x[name] for x in found]) for name in found[0]}
    if isinstance(found[0], (list, tuple)):
        items = [stacked(list(column)) for column in zip(*found)]
        kind = type(found[0])
        return kind(*items) if hasattr(kind, "_fields") else kind(items)
    return np.array(found)
