"""Which column each node stands in: after everything that it uses.

Two forms of the same idea: for nodes in topological order, known by their places (`ranks`), and for
groups, which may use each other in turn (`columns_of`).
"""
from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from autograd.pictures.groups import Key

Links = dict[Key, list[Key]]
LATE = ("operations", "leaves")     # such groups, if no neuron is before them, stand late


def ranks(inputs: Sequence[Sequence[int]], most: int = 0) -> list[int]:
    """The column of each node: after all its inputs; a leaf stands just before its first use.

    With `most`, leaves that would make a column longer than that stand in one before it.
    """
    rank: list[int] = []
    first_use: dict[int, int] = {}
    for i, sources in enumerate(inputs):
        rank.append(max((rank[j] for j in sources), default=-1) + 1)
        for j in sources:
            first_use[j] = min(first_use.get(j, rank[i]), rank[i])
    for i, sources in enumerate(inputs):
        if not sources and i in first_use:
            rank[i] = first_use[i] - 1
    if most:
        spread_leaves(rank, inputs, most)
    return rank


def spread_leaves(rank: list[int], inputs: Sequence[Sequence[int]], most: int) -> None:
    """Move the first leaves of each column of more than `most` nodes to columns before it.

    >>> places = [0] * 8
    >>> spread_leaves(places, [[]] * 8, most=3)
    >>> places
    [0, 0, 1, 1, 1, 2, 2, 2]
    """
    r = max(rank)
    while r >= min(rank):
        column = [i for i, own in enumerate(rank) if own == r]
        leaves = [i for i in column if not inputs[i]]
        parts = max(ceil(len(column) / most), 1)
        for i in leaves[:len(column) - ceil(len(column) / parts)]:
            rank[i] -= 1
        r -= 1
    first = min(rank)
    rank[:] = [r - first for r in rank]


def columns_of(groups: Sequence[Key], edges: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """The column of each group; inputs come first, what needs no neuron as late as possible."""
    before: Links = {key: [] for key in groups}
    after: Links = {key: [] for key in groups}
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    order = sorted_by_use(before, after)
    place: dict[Key, int] = {}
    for key in order:
        place[key] = max((place[a] + 1 for a in before[key] if a in place), default=0)
    put_late(place, order, before, after)
    place.update((key, 0) for key in groups if key.kind == "input")
    used = sorted(set(place.values()))
    return {key: used.index(column) for key, column in place.items()}


def put_late(place: dict[Key, int], order: Sequence[Key], before: Links, after: Links) -> None:
    """Let what needs no neuron stand just before what uses it."""
    late = needs_no_neuron(order, before)
    for key in reversed(order):
        if key in late and after[key]:
            place[key] = max(place[key], min(place[b] for b in after[key]) - 1)


def needs_no_neuron(order: Sequence[Key], before: Links) -> set[Key]:
    """Operations and leaves that have no neuron and no input among what they come from."""
    late: set[Key] = set()
    known: set[Key] = set()
    for key in order:
        if key.kind in LATE and all(a in late for a in before[key] if a in known):
            late.add(key)
        known.add(key)
    return late


def sorted_by_use(before: Links, after: Links) -> list[Key]:
    """The groups, used ones first; those that use each other in turn, as they come."""
    missing = {key: len(sources) for key, sources in before.items()}
    ready = [key for key, count in missing.items() if count == 0]
    for key in ready:                                           # grows while it is walked
        for b in after[key]:
            missing[b] -= 1
            if missing[b] == 0:
                ready.append(b)
    done = set(ready)
    return ready + [key for key in before if key not in done]
