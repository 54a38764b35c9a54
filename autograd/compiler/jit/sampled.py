"""jit(f, samples=...): f is written for one sample, and runs for all of them in one program.

A sample is a row of numbers. Rows of one structure go together; of these, each branch takes those
at which its guards hold, and a new branch is recorded for the first that is left. Where the numbers
of each sample are among those of all arguments is found out once for all arguments that look alike.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from autograd import compiler
from autograd.compat.messages import described, entries
from autograd.compiler.jit.arguments import VALUES, Signature, argument_keys, same_objects
from autograd.compiler.jit.branch import Branch, How, agree, checked_finite
from autograd.compiler.jit.flat import (BOOL, FLOAT, INT, flatten, flatten_result, in_a_row,
                                        kinds_of, numbers, skeleton, with_kinds)
from autograd.compiler.jit.guards import Notes
from autograd.compiler.jit.jitted import CHECKED, DIFFERENT, Jitted
from autograd.compiler.jit.lookups import Lookups
from autograd.compiler.jit.quick import builder
from autograd.compiler.jit.reach import TRANSPARENT, Reach
from autograd.compiler.run import Program
from autograd.derivatives.level import VARIABLES_AT_WORK, positions
from autograd.derivatives.transforms import Differentiated
from autograd.value import Value


LISTED = {list, tuple, np.ndarray}
LAYOUTS = 32                            # arguments that look different; more go sample by sample


class Batch(NamedTuple):
    """Samples of one structure: all numbers of the first one, and (m, n) those that are each
    sample's own, whose places among all are `own`."""
    first: Any
    columns: Any
    own: Any

    def of(self, chosen: Any) -> Batch:
        """Some of the samples."""
        return self._replace(columns=self.columns[chosen])

    def rows(self) -> Any:
        """All numbers of each sample."""
        found = np.repeat(self.first[None], len(self.columns), axis=0)
        found[:, self.own] = self.columns
        return found

    def row(self, k: int) -> Any:
        """All numbers of one sample."""
        found = self.first.copy()
        found[self.own] = self.columns[k]
        return found


class Given(NamedTuple):
    """What a program takes for a batch, and all numbers of each sample, where guards need them."""
    theta: Any
    X: Any
    full: Any


class Wrong(Exception):
    """A program gives other numbers than the function."""


class Open:
    """Samples of one structure, of which some are left.

    left    which samples have no result yet
    eager   those of them that only the function can tell
    tried   how many branches have been tried
    """

    def __init__(self, key: Signature, places: Sequence[int], batch: Batch) -> None:
        self.key, self.places, self.batch = key, places, batch
        self.left = np.arange(len(places))
        self.eager: set[int] = set()
        self.tried = 0

    def for_programs(self) -> Any:
        """Those that are left, without those that only the function can tell."""
        if not self.eager:
            return self.left
        return self.left[[i not in self.eager for i in self.left.tolist()]]

    def remove(self, done: Any) -> None:
        """Note that some of those that were left have a result now."""
        if len(done) < len(self.left):
            self.left = np.setdiff1d(self.left, done, assume_unique=True)
        else:
            self.left = self.left[:0]

    def next_place(self) -> float:
        """The place of the first sample that is left, infinity where none is."""
        return self.places[self.left[0]] if len(self.left) else math.inf


class RowsBranch(Branch):
    """A branch whose program takes many rows of numbers.

    columns   the places, among the numbers of the arguments, of those of a sample
    summed    whether results are summed over the rows: then a program gives the gradient of the sum
    """

    def __init__(self, f: Callable[..., Any], signature: Signature, theta: Any,
                 reach: Reach, how: How, expected: Any = None) -> None:
        self.samples, self.summed = how.samples, how.summed
        self.columns = signature.places(tuple(sorted(how.samples)))
        super().__init__(f, signature, theta, reach, how, expected)

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

    def changeable(self, variables: list[Value], reach: Reach) -> None:
        """None: samples are computed side by side, and may change nothing."""

    def compiled(self, outputs: list[Value], every: list[Value]) -> Program:
        """The program of some outputs, whose inputs are the numbers of a sample."""
        return compiler.program(outputs, [every[i] for i in self.shared], self.inputs_of(every),
                                target=self.target)

    def depends_on(self, notes: Notes, variables: list[Value], results: list[Value], reach: Reach
                   ) -> tuple[list[Value], list[Value]]:
        """The topological order of what is to be computed; the Values that it depends on."""
        order, every = super().depends_on(notes, variables, results, reach)
        self.place_inputs(every)
        return order, every

    def inputs_of(self, every: list[Value]) -> list[Value]:
        """The inputs of a program: at least one, so that it has an axis of samples."""
        return [every[i] for i in self.inputs] or [Value(0.0)]

    def place_inputs(self, every: list[Value]) -> None:
        """Note which numbers a program takes once, and which for each sample."""
        count = len(self.lookups.arguments())
        looked_up = range(len(every) - count, len(every))
        self.inputs = [*self.columns, *looked_up]
        chosen = {*self.inputs, *self.wrt}
        self.shared = [*self.wrt, *(i for i in range(len(every)) if i not in chosen)]
        self.taken_once, self.of_each = in_a_row(self.shared), in_a_row(self.inputs)

    def differentiable(self, order: list[Value], every: list[Value], looked_up: list[Value],
                       notes: Notes) -> list[Value]:
        """Compile the result of which there is a gradient, the last in a topological order; what
        the gradient is with respect to."""
        self.program = compiler.program(order[-1], [every[i] for i in self.shared],
                                        self.inputs_of(every), target=self.target, order=order)
        return [every[i] for i in self.wrt]

    def full_rows(self, rows: Any) -> Any:
        """Rows of all numbers a program needs."""
        outside = np.array([v.data for v in self.outside], dtype=float)
        parts = [rows, np.broadcast_to(outside, (len(rows), len(outside)))]
        return np.concatenate((*parts, *self.lookups.rows_for(rows)), axis=1)

    def given_at(self, batch: Batch) -> Given:
        """The numbers it needs for some samples."""
        if self.lookups.bounds or self.checks.count:
            return self.given_of(self.full_rows(batch.rows()))
        every = batch.first
        if self.outside:
            every = np.concatenate((every, [v.data for v in self.outside]))
        return Given(every[self.taken_once], with_a_column(batch.columns), None)

    def given_of(self, full: Any) -> Given:
        """The same of rows of all numbers."""
        return Given(full[0, self.taken_once], with_a_column(full[:, self.of_each]), full)

    def hold_at(self, given: Given) -> Any:
        """For each sample 1, 0 or -1, as `holds`."""
        theta, X, full = given
        outputs = None if self.guard is None else self.guard(theta, X)
        holds = np.ones(len(X), int)
        if self.checks.count:
            outputs = np.empty((len(X), 0)) if outputs is None else outputs[:, :self.compared]
            holds = self.checks.hold(full, outputs)
        return holds if full is None else np.where(self.lookups.within(full), holds, 0)

    def run_at(self, theta: Any, X: Any) -> Any:
        """The results for samples, a row for each; where there is a transform their sum, in one."""
        if self.over is not None:
            y, gradient = self.of_rows(theta, X)
            return (np.concatenate(((y,), gradient)) if self.over.with_value else gradient)[None]
        if self.program is None:
            return np.empty((len(X), 0))
        found = self.program(theta, X)
        checked_finite(found)
        self.check_whole(found)
        return found

    def of_rows(self, theta: Any, X: Any) -> tuple[float, Any]:
        """The sum of the values for samples, and its gradient."""
        assert self.program is not None
        y, gradient = self.program.value_and_grad(theta, X)
        checked_finite(gradient)
        if y - y != 0:
            raise ArithmeticError("the result is not finite")
        return y, gradient[:len(self.wrt)]

    def raw(self, theta: Any) -> tuple[float, Any]:
        """The value and the gradient of one sample."""
        return self.of_rows(*self.given_of(theta[None])[:2])

    def given(self, theta: Any) -> tuple[Any, Any] | None:
        """The numbers of one sample."""
        rows = theta[None]
        return (self.full_rows(rows)[0], None) if self.lookups.within(rows).all() else None

    def run(self, given: tuple[Any, Any], values: Sequence[Value] = ()) -> Any:
        """The result of one sample."""
        if self.over is not None:
            return super().run(given)
        return self.build(self.run_at(*self.given_of(given[0][None])[:2])[0])


def with_a_column(X: Any) -> Any:
    """X, or zeros where its samples have no numbers."""
    return X if X.shape[1] else np.zeros((len(X), 1))


class Sampled(Jitted):
    """A function of one sample, for all samples of some arguments."""

    branch_kind = RowsBranch

    def __init__(self, f: Callable[..., Any], samples: Sequence[int], reduce: str | None,
                 target: str = "numpy") -> None:
        super().__init__(f, target)
        self.samples, self.reduce = frozenset(samples), reduce
        self.how = How(target, self.samples, reduce is not None)
        self.signatures: dict[Any, Signature] = {}
        self.layouts: dict[Signature, list[Group]] = {}

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        bound = self.f.__get__(instance, owner)
        return Sampled(bound, sorted(self.samples), self.reduce, self.how.target)

    def __call__(self, *args: Any, **named: Any) -> Any:
        m = self.count(args)
        groups = None
        takes = not named or not hasattr(self.f, "differentiated")      # no keywords: an error
        if takes and self.uses_programs():
            try:
                groups = self.groups(args, named)
            except TypeError as error:
                self.give_up(str(error))
        if groups is None or not self.is_current():
            each = stacked([self.f(*self.sample(args, k), **named) for k in range(m)])
            return reduced(each, self.reduce)
        found: list[Any] = [None] * m
        try:
            self.run_groups(groups, (args, named), found)
        except Wrong:
            found = [of_one(self.f(*self.sample(args, k), **named)) for k in range(m)]
        return joined(found, self.reduce, m)

    def groups(self, args: tuple[Any, ...], named: Any) -> list[Open] | None:
        """Samples of one structure each: how one looks, their places, and their numbers; None where
        there are Values among them. Raises TypeError for what cannot be compiled for."""
        if len(self.layouts) < LAYOUTS and all(type(args[i]) in LISTED for i in self.samples):
            signature, theta, values = self.arguments.find(args, named)
            if values:
                return None
            groups = self.layouts.get(signature)
            if groups is None:
                groups = self.layouts[signature] = self.layout(*signature.filled(
                    np.arange(float(len(theta)))))
            return [Open(group.key, group.places,
                         Batch(theta.take(group.first), theta.take(group.columns), group.own))
                    for group in groups]
        rows = Rows(args, named, self.samples)
        if rows.have_values:
            return None
        found = []
        for places in rows.groups():
            key, own = self.looks(self.sample(args, places[0]), named)
            every = rows.of(places)
            found.append(Open(key, places, Batch(every[0], every.take(own, axis=1), own)))
        return found

    def layout(self, args: tuple[Any, ...], named: Any) -> list[Group]:
        """Where the numbers of samples are, in arguments whose numbers are their own places."""
        rows = Rows(args, named, self.samples)
        found = []
        for places in rows.groups():
            key, own = self.looks(self.sample(args, places[0]), named)
            every = rows.of(places).astype(int)
            found.append(Group(key, places, every[0], every.take(own, axis=1), own))
        return found

    def looks(self, one: tuple[Any, ...], named: Any) -> tuple[Signature, Any]:
        """How a sample looks, and the places of the numbers that are its own."""
        key = self.signature(one, named)
        return key, np.array(key.places(tuple(sorted(self.samples))), dtype=int)

    def from_then_on(self, k: int, given: Any, found: list[Any]) -> None:
        """Find the results of the samples after k, at which f changed what it refers to.

        Raises RuntimeError where some of them are in a sum already.
        """
        if any(b.over is not None for branches in self.known.values() for b in branches):
            if any(x is not None for j, x in enumerate(found) if j != k):
                raise RuntimeError("the function changes what it refers to at one sample, where "
                                   "others are in a sum already: call it for each sample, without "
                                   "samples=")
        for j, x in enumerate(found):
            if j > k or x is None:
                found[j] = of_one(self.f(*self.sample(given[0], j), **given[1]))

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

    def run_groups(self, groups: list[Open], given: Any, found: list[Any]) -> None:
        """Find the results of all samples, (key, row) for each. Those that only the function can
        tell come in their order, when all before them are found: it may change what it refers to.
        Raises Wrong where a program gives other numbers than the function."""
        while True:
            for group in groups:
                known = self.known.get(group.key, [])
                for branch in known[group.tried:]:
                    if len(group.left):
                        self.by_branch(branch, group, given, found)
                group.tried = len(known)
            group = min(groups, key=Open.next_place)
            if not len(group.left):
                return
            k = group.places[group.left[0]]
            found[k] = of_one(self.by_function(group, self.sample(given[0], k), given[1]))
            if self.reach is not None and not self.reach.same():
                return self.from_then_on(k, given, found)

    def by_function(self, group: Open, one: tuple[Any, ...], named: Any) -> Any:
        """The result of the first sample that is left."""
        i, group.left = group.left[0], group.left[1:]
        if i in group.eager or self.refused:
            return self.f(*one, **named)
        with self.lock:
            return self.first(group.key, group.batch.row(i), one, named)

    def by_branch(self, branch: Branch, group: Open, given: Any, found: list[Any]) -> None:
        """Find the results of those samples that a branch is for."""
        assert isinstance(branch, RowsBranch)
        tried = group.for_programs()
        if not len(tried) or self.refused:
            return
        try:
            batch = group.batch if len(tried) == len(group.places) else group.batch.of(tried)
            numbers = branch.given_at(batch)
            holds = branch.hold_at(numbers)
            if branch.outside and VARIABLES_AT_WORK:
                holds[holds == 1] = -1
            taken = holds == 1
            group.eager.update(tried[holds < 0].tolist())
            if not taken.any():
                return
            self.check(branch, group, tried[taken][0], given)
            X = numbers.X if taken.all() else numbers.X[taken]
            results = branch.run_at(numbers.theta, X)
        except (ArithmeticError, ValueError):
            group.eager.update(tried.tolist())
            return
        key = branch.result_key()
        for i, row in zip(tried[taken].tolist(), results):
            found[group.places[i]] = key, row
        group.remove(tried[taken])

    def check(self, branch: Branch, group: Open, i: int, given: Any) -> None:
        """Compare a branch with the function at a sample: the first time, where it was recorded
        before the function had run, and now and then. Raises Wrong where they differ."""
        self.calls += 1
        if self.calls not in CHECKED and not branch.is_unproved:
            return
        branch.is_unproved = False
        at = branch.given(group.batch.row(i))
        args, named = deepcopy((self.sample(given[0], group.places[i]), given[1]))
        if at is None or not agree(self.f(*args, **named), branch.run(at)):
            self.give_up(DIFFERENT)
            raise Wrong

    def check_result(self, result: Any) -> None:
        """Raise TypeError for Values."""
        of_one(result)


class Group(NamedTuple):
    """Samples of one structure, by their places: how one looks, where its numbers are among those
    of all arguments, and, (m, n), where those of each sample's own are; `own` as in Batch."""
    key: Signature
    places: Sequence[int]
    first: Any
    columns: Any
    own: Any


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
    return len(args[i] if type(args[i]) is list else entries(args[i], what, "samples"))


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
    return sum_builder(key)(rows.sum(axis=0) / (m if reduce == "mean" else 1))


@lru_cache(64)
def sum_builder(key: Any) -> Callable[..., Any]:
    """A function that gives a sum of results with this key."""
    return builder(floats_of(key))


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


def part_of(rows: Any, shape: tuple[int, ...], kind: str, at: list[int]) -> Any:
    """The next columns of rows as arrays of a shape, of ints or bools where these are the kind."""
    start = at[0]
    at[0] += int(np.prod(shape))
    part = rows[:, start:at[0]].reshape(len(rows), *shape)
    if kind == INT:
        return np.rint(part).astype(int)
    return part != 0 if kind == BOOL else part


def columns(key: Any, rows: Any, at: list[int]) -> Any:
    """The nest of a key, filled with columns of rows."""
    if type(key) is str:
        return part_of(rows, (), key, at)
    if key[0] == "array":
        return part_of(rows, key[1], key[2], at)
    if key[0] == "=":
        return [key[2]] * len(rows)
    if key[0] == "array=":
        return np.array([np.frombuffer(key[2], dtype=bool).reshape(key[1])] * len(rows))
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
    try:
        return np.array(found)
    except ValueError:
        raise ValueError(f"samples have results of different shapes, {described(found[0])} and "
                         f"{described(found[-1])}: return the same shape for each") from None
