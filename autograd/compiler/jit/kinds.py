"""Which kind of number a Value stands for in the function as it was written: float, int or bool.

1. Where a choice is an operation (`0 if x < 0 else x`, max(0, x)), its kind may depend on the
   numbers, and with it that of a result: these choices become guards again.
2. isinstance, type and their like are answered for that kind.
"""
from __future__ import annotations

from typing import Any

from autograd import ops
from autograd.compiler.jit.guards import Notes, Truth, Whole
from autograd.value import Value

ARITHMETIC = {ops.add, ops.sub, ops.mul, ops.neg, ops.abs, ops.sum, ops.dot, ops.identity}
MOST = 8                                # choices that become guards for the sake of kinds
Kind = Any                              # float, int, bool; None: not known, or not always the same


def kind_of(x: Any, notes: Notes) -> Kind:
    """The kind of a number; None where it depends on the numbers, or is not known."""
    if not isinstance(x, Value):
        return plain_kind(x)
    known, stack = notes.kinds, [x]
    while stack:
        v = stack[-1]
        parts = parts_of(v, notes)
        kinds = [known.get(u, MISSING) if isinstance(u, Value) else constant_kind(u, v, notes)
                 for u in parts]
        if v not in notes.chosen and float in kinds or not parts:
            known[v] = float
        elif MISSING in kinds:
            stack.append(parts[kinds.index(MISSING)])
            continue
        else:
            known[v] = joint_kind(kinds, v in notes.chosen)
        stack.pop()
    return known[x]


MISSING = object()


def parts_of(v: Value, notes: Notes) -> tuple[Any, ...]:
    """What the kind of v depends on; () where it is a float."""
    if type(v) in (Truth, Whole):
        return (True,) if type(v) is Truth else (1,)
    if v in notes.chosen:
        return notes.chosen[v]
    return v.inputs if v.op in ARITHMETIC else ()


def plain_kind(x: Any) -> Kind:
    """The kind of a number that is not a Value."""
    return next((kind for kind in (float, bool, int) if isinstance(x, kind)), float)


def constant_kind(x: Any, v: Value, notes: Notes) -> Kind:
    """The kind of a number among the parts of v. Among inputs ints are floats: either is
    possible."""
    if type(v) in (Truth, Whole) or v in notes.chosen:
        return plain_kind(x)
    return None if float(x).is_integer() else float


def joint_kind(kinds: list[Kind], is_choice: bool) -> Kind:
    """The kind of one of several numbers, or of their sum, none of which is a float."""
    if None in kinds or is_choice and len(set(kinds)) > 1:
        return None
    return kinds[0] if is_choice or len(kinds) == 1 else int


def settle(results: list[Value], notes: Notes) -> set[int]:
    """Make guards of the choices that the kinds of results depend on; the places of the results
    whose kinds depend on too many: they are floats."""
    found: dict[int, list[Value]] = {}
    for i, v in enumerate(results):
        if kind_of(v, notes) is None:
            choices = choices_for(v, notes)
            if choices:
                found[i] = choices
    every = dict.fromkeys(v for choices in found.values() for v in choices)
    if len(every) > MOST or any(v not in notes.chosen_by for v in every):
        return set(found)
    for v in every:
        notes.compared(*notes.chosen_by[v])
    return set()


def choices_for(v: Value, notes: Notes) -> list[Value]:
    """The choices that the kind of v depends on."""
    found, seen, stack = [], {v}, [v]
    while stack:
        u = stack.pop()
        parts = parts_of(u, notes)
        if u in notes.chosen and len({kind_of(p, notes) for p in parts}) > 1:
            found.append(u)
        new = [p for p in parts if isinstance(p, Value) and p not in seen
               and kind_of(p, notes) is None]
        seen.update(new)
        stack += new
    return found


def type_for(x: Any, notes: Notes) -> type:
    """What type(x) is as the function was written; what cannot be said is a refusal."""
    if not isinstance(x, Value) or not notes.is_number(x):
        return Value if isinstance(x, Value) else type(x)
    kind = kind_of(x, notes)
    if kind is None:
        notes.refuse("asks what kind of number it has")
    return kind or float
