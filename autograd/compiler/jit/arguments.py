"""The arguments of a call as one array of numbers, and how they look: what recordings are kept by.

1. Each argument is looked at by itself: an array is taken as it is, a nest by its Template.
2. Nothing is known by its identity: lists change. A list that came again is compared number by
   number with a copy, which takes an eighth of the time of reading it again.
"""
from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.jit.flat import (FLOAT, INT, LARGEST, build, flatten, kinds_of, numbers,
                                        of_values, without_values)
from autograd.compiler.jit.quick import Template, builder, call_reader, list_reader, reader
from autograd.value import Value

READERS = 8                             # of nests of arrays, at one place
READINGS = 4                            # of calls, as long as arrays have the same shapes
LONG = 500                              # bytes of a list that is worth a copy
LONG_DATA = 4000                        # bytes from which on that is worth more than one reading
FLOAT64 = np.dtype(np.float64)
VALUES, LISTS = {Value}, {list}
NESTS = (list, tuple, dict, np.ndarray)


class Signature:
    """How the arguments of a call look. Arguments that look alike have the same object.

    key     the key of (args, named)
    same    for each argument the first one that is the same object
    given   the places of Values among the numbers
    """

    def __init__(self, key: Any, same: tuple[int, ...], given: tuple[int, ...] = ()) -> None:
        self.key, self.same, self.given = key, same, given

    def apart(self, argnums: tuple[int, ...]) -> Signature:
        """The same where some arguments are objects of their own: a transform differentiates with
        respect to each of its arguments, whichever others they were."""
        first: dict[int, int] = {}
        same = [i if i in argnums else first.setdefault(k, i) for i, k in enumerate(self.same)]
        return Signature(self.key, tuple(same), self.given)

    def arguments(self, leaves: Iterable[Any]) -> tuple[Any, Any]:
        """Arguments with these Values."""
        args, named = build(self.key, iter(leaves), of_values)
        return tuple(args[i] for i in self.same), named

    def filled(self, theta: Any) -> tuple[Any, Any]:
        """Arguments with these numbers."""
        args, named = builder(self.key)(theta)
        return tuple(args[i] for i in self.same), named

    def places(self, argnums: tuple[int, ...]) -> list[int]:
        """The places among the leaves of some arguments' own."""
        counts = [len(kinds_of(part)) for part in argument_keys(self.key)]
        starts = np.cumsum([0, *counts])
        return [i for k in argnums for i in range(starts[k], starts[k + 1])]


def argument_keys(key: Any) -> list[Any]:
    """The keys of the arguments without names."""
    args = key[2][0]
    return [args[1]] * args[2] if type(args[2]) is int else list(args[2])


def same_objects(args: tuple[Any, ...]) -> tuple[int, ...]:
    """For each argument the first one that is the same list, tuple, dict or array."""
    if len(args) == 1:
        return (0,)
    first: dict[int, int] = {}
    return tuple([first.setdefault(id(x), i) if isinstance(x, NESTS) else i
                  for i, x in enumerate(args)])


class Part:
    """How one argument looks; arguments that look alike have the same object."""

    def __init__(self, key: Any) -> None:
        self.key = key


Found = tuple[Part, list[Any]]          # and the numbers, in parts


class Snapshot(NamedTuple):
    """A list of floats, or of lists of floats, that came again, and what was found of it.

    No float in it is an int: so nothing but a float is equal to one of them, and 0.0 and -0.0 are
    not among them.
    """
    copy: list[Any]
    found: Found

    def is_of(self, x: list[Any]) -> bool:
        """Whether x holds the same numbers in lists."""
        try:
            same = x == self.copy
        except Exception:               # what does not compare with a float
            return False
        return same and (type(self.copy[0]) is float or set(map(type, x)) == LISTS)


def snapshot(x: list[Any], found: Found) -> Snapshot | None:
    """The Snapshot of a list; None where there cannot be one."""
    kind, inside, items = found[0].key
    if inside != FLOAT and not all(key[:2] == (list, FLOAT) for key in items):
        return None
    flat = np.concatenate(found[1])
    if not np.all(flat % 1.0):
        return None
    return Snapshot(x[:] if inside == FLOAT else [row[:] for row in x], (found[0], [flat]))


class Slot:
    """What stood at one place among the arguments of earlier calls.

    parts   the Part of each key, for all places
    """

    def __init__(self, parts: dict[Any, Part]) -> None:
        self.parts = parts
        self.templates: dict[int, list[tuple[Template, Part]]] = {}     # by the length in bytes
        self.arrays: dict[tuple[int, ...], Part] = {}                   # by shape
        self.readers: list[tuple[Callable[[Any], Any], Part]] = []      # of nests of arrays
        self.snapshot: Snapshot | None = None
        self.written, self.repeated = b"", 0

    def part(self, key: Any) -> Part:
        """The Part of a key."""
        return self.parts.get(key) or self.parts.setdefault(key, Part(key))

    def find(self, x: Any) -> Found | None:
        """How x looks, and its numbers; None where there are Values among them.

        Raises TypeError for what cannot be compiled for.
        """
        kind = type(x)
        if kind is np.ndarray:
            part = self.arrays.get(x.shape) if x.dtype is FLOAT64 else None
            return (part, [x.ravel()]) if part else self.walked(x, b"")
        if kind is float:
            return self.part(FLOAT), [(x,)]
        if kind is int and -LARGEST <= x <= LARGEST:
            return self.part(INT), [(x,)]
        if kind is list and self.snapshot is not None:
            if self.snapshot.is_of(x):
                return self.snapshot.found
            self.snapshot, self.repeated = None, 0
        return self.of_nest(x)

    def of_nest(self, x: Any) -> Found | None:
        """The same of what is neither an array nor one number: by one of the readers, or of its
        bytes, or by a walk."""
        for read, part in self.readers:
            pieces = read(x)
            if pieces is not None:
                return part, pieces
        try:
            written = marshal.dumps(x, 2)
        except ValueError:
            return self.walked(x, b"")
        return self.read(x, written) or self.walked(x, written)

    def read(self, x: Any, written: bytes) -> Found | None:
        """What is found by a Template."""
        for template, part in self.templates.get(len(written), ()):
            pieces = template.numbers(written)
            if pieces is None:
                continue
            if type(x) is list and len(written) > LONG:
                self.repeated = self.repeated + 1 if written == self.written else 0
                self.written = written
                if self.repeated == 1:
                    self.snapshot = snapshot(x, (part, pieces))
            return part, pieces
        return None

    def walked(self, x: Any, written: bytes) -> Found | None:
        """What is found by a walk; it leaves a Template."""
        leaves: list[Any] = []
        key = flatten(x, leaves)
        if not VALUES.isdisjoint(map(type, leaves)):
            return None
        part, flat = self.part(key), numbers(leaves)
        self.learn(x, part, written, len(flat))
        return part, [flat]

    def learn(self, x: Any, part: Part, written: bytes, count: int) -> None:
        """Know from now on how to read what looks like x."""
        if type(x) is np.ndarray:
            if x.dtype is FLOAT64:
                self.arrays[x.shape] = part
            return
        read = reader(part.key) if len(self.readers) < READERS else None
        if read is not None and read(x) is not None:
            self.readers.append((read, part))
            return
        with suppress(ValueError, IndexError, RecursionError):      # other things, or nothing
            template = Template(written)
            if template.count == count:
                self.templates.setdefault(len(written), []).append((template, part))


class Reading:
    """Calls in which numbers and nests of arrays look alike: `read` gives all numbers, and how the
    rest looks, for which there is a Signature each."""

    def __init__(self, read: Callable[..., Any]) -> None:
        self.read = read
        self.signatures: dict[Any, Signature] = {}

    def knows(self, args: tuple[Any, ...], named: dict[str, Any], signature: Signature) -> bool:
        """Whether it reads these arguments; if so, it knows their signature from now on."""
        read = self.read(args, named)
        if read is not None:
            self.signatures[read[1]] = signature
        return read is not None


def template_of(args: tuple[Any, ...], keys: list[Any]) -> Template | None:
    """How arguments are read as one nest; None where some are arrays, where all are numbers, and
    where data are so long that a copy to compare them with is worth more."""
    if not any(type(key) is tuple for key in keys):
        return None
    try:
        written = marshal.dumps(args, 2)
        lengths = [len(marshal.dumps(x, 2)) for x in args[1:]]
        return Template(written) if max(lengths, default=0) <= LONG_DATA else None
    except (ValueError, IndexError, RecursionError):
        return None


class Arguments:
    """The arguments of earlier calls of one function."""

    def __init__(self) -> None:
        self.parts: dict[Any, Part] = {}
        self.slots: list[Slot] = []
        self.names: dict[str, Slot] = {}
        self.signatures: dict[Any, Signature] = {}
        self.readings: list[Reading] = []

    def find(self, args: tuple[Any, ...], named: dict[str, Any]
             ) -> tuple[Signature, Any, list[Value]]:
        """The Signature of arguments, their numbers, and the Values among them.

        Raises TypeError for arguments that cannot be compiled for.
        """
        for reading in self.readings:
            read = reading.read(args, named)
            if read is not None and (known := reading.signatures.get(read[1])) is not None:
                return known, read[0], []
        found = self.slots_of(args, named)
        parts: list[Any] = []
        pieces: list[Any] = []
        for slot, x in found:
            got = slot.find(x)
            if got is None:
                return self.with_values(args, named)
            parts.append(got[0])
            pieces += got[1]
        at = (*parts, *named, same_objects(args))
        signature = self.signatures.get(at)
        if signature is None:
            signature = self.signatures[at] = Signature(flatten((args, named), []), at[-1])
        elif not any(signature in reading.signatures.values() for reading in self.readings):
            self.learn(signature, [slot for slot, _ in found], args, named)
        theta = np.concatenate(pieces, dtype=float) if pieces else np.empty(0)
        return signature, theta, []

    def reading(self, args: tuple[Any, ...]) -> tuple[Callable[..., Any], Any] | None:
        """What reads these arguments, and what it finds beside their numbers; None for nothing."""
        for reading in self.readings:
            found = reading.read(args, {})
            if found is not None and found[1] in reading.signatures:
                return reading.read, found[1]
        return None

    def learn(self, signature: Signature, slots: list[Slot], args: tuple[Any, ...],
              named: dict[str, Any]) -> None:
        """Know from now on how to read a call, one that came before."""
        for reading in self.readings:
            if reading.knows(args, named, signature):
                return
        if slots and len(self.readings) < READINGS:
            keys = [*argument_keys(signature.key), *signature.key[2][1][2]]
            template = None if named else template_of(args, keys)
            read = (call_reader(keys, [slot.find for slot in slots], tuple(named))
                    if template is None else list_reader(keys, template))
            self.readings.append(Reading(read))
            self.readings[-1].knows(args, named, signature)

    def with_values(self, args: tuple[Any, ...], named: dict[str, Any]
                    ) -> tuple[Signature, Any, list[Value]]:
        """The same where there are Values."""
        leaves: list[Any] = []
        key = flatten((args, named), leaves)
        leaves, places, values = without_values(leaves)
        at = key, same_objects(args), tuple(places)
        return self.signatures.setdefault(at, Signature(*at)), numbers(leaves), values

    def slots_of(self, args: tuple[Any, ...], named: dict[str, Any]) -> list[tuple[Slot, Any]]:
        """Each argument with its slot."""
        while len(self.slots) < len(args):
            self.slots.append(Slot(self.parts))
        found = list(zip(self.slots, args))
        for name, x in named.items():
            if name not in self.names:
                self.names[name] = Slot(self.parts)
            found.append((self.names[name], x))
        return found
