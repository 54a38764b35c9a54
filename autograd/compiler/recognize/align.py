"""Turns of a loop whose nodes stand in another order than those of the turn before.

The order of nodes is that in which the graph is walked from its outputs. The last turns may be
walked in another order than those before, such as the cells of a ring, of which one after the
other is reached from both sides. A node is found again by its arguments: it takes from the nodes
that are at its position what the node at this position took in the turn before.
Legend: tables have a row for each turn; wires as in repeat.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import numpy as np

from autograd.compiler.recognize.group import Group

OUTSIDE = -1
UNKNOWN = -1  # an argument from outside that is another one in each turn
Tables = list[np.ndarray]


def lengths_of(group: Group) -> np.ndarray:
    """How many arguments each node of a group has."""
    return np.array([*map(len, group.args)])


def aligned(
    turn: Sequence[Group], ids: Tables, args: Tables, wires: Tables, last: int
) -> Optional[tuple[Tables, Tables]]:
    """Copies of the nodes and arguments of turns, in which those after turn `last` have its order
    as far as they can; None where the next one cannot. `turn`: the groups of one.
    """
    count, done = len(ids[0]), last
    if last + 1 == count or last == 0 or max([table.shape[1] for table in ids]) == 1:
        return None
    lengths = [*map(lengths_of, turn)]
    ids, args = ([table.copy() for table in tables] for tables in (ids, args))
    while done + 1 < count and align_turn(ids, args, wires, lengths, (last, done + 1)):
        done += 1
    return None if done == last else (ids, args)


def align_turn(
    ids: Tables, args: Tables, wires: Tables, lengths: Sequence[np.ndarray], turns: tuple[int, int]
) -> bool:
    """Put the nodes of the second turn in the order of the first one; whether that can be."""
    last, t = turns
    for g, its in enumerate(lengths):
        wanted = expected(ids, args[g], wires[g][last], turns)
        order = order_of(wanted, args[g][t], its)
        if order is None:
            return False
        rows = np.split(args[g][t], np.cumsum(its)[:-1])
        ids[g][t] = ids[g][t][order]
        args[g][t] = np.concatenate([rows[k] for k in order])
    return True


def expected(
    ids: Tables, args: np.ndarray, wires: np.ndarray, turns: tuple[int, int]
) -> np.ndarray:
    """The arguments that the nodes of a group should have in the second turn, by its wires in the
    first one.
    """
    last, t = turns
    found = np.where(args[last] == args[last - 1], args[last], UNKNOWN)
    for e in np.flatnonzero(wires[:, 0] != OUTSIDE).tolist():
        lag, group, position = wires[e].tolist()
        found[e] = ids[group][t - lag, position]
    return found


def order_of(wanted: np.ndarray, args: np.ndarray, lengths: np.ndarray) -> Optional[list[int]]:
    """Which node has the arguments wanted for each position; None where there is none, or more."""
    if ((wanted == args) | (wanted == UNKNOWN)).all():
        return list(range(len(lengths)))
    edges = np.cumsum(lengths)[:-1]
    rows, found = np.split(args, edges), list[int]()
    by_look: dict[bytes, dict[bytes, int]] = {}  # for known arguments at these places, the node
    for row in np.split(wanted, edges):
        known = row != UNKNOWN
        look = known.tobytes()
        if look not in by_look:
            by_look[look] = nodes_by_arguments(rows, known)
        k = by_look[look].get(row[known].tobytes())
        if k is None:
            return None
        found.append(k)
    return found if len(set(found)) == len(found) else None


def nodes_by_arguments(rows: Sequence[np.ndarray], known: np.ndarray) -> dict[bytes, int]:
    """The number of each node with so many arguments, by those at some places."""
    return {row[known].tobytes(): k for k, row in enumerate(rows) if len(row) == len(known)}
