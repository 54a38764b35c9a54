"""Sums of numbers times a few of some nodes each, here these, there those: with zeros for those
that are missing they are a matrix product.

Words of a sentence, pixels that are not black, neighbours in a graph: nodes that meet in a sum, or
in two sums that share one, are a team, such as the weights of a neuron. A sum is about all nodes
of its team.
"""
from __future__ import annotations

from itertools import chain
from math import prod
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import inner
from autograd.compiler.arrays.places import factor, teams
from autograd.compiler.recognize.record import CONSTANT
from autograd.ops import Operation

FEWEST = 8  # so many sums make a matrix,
SPARSE, DENSE = 40, 100_000  # with so many entries a term, and in all
FULL = 8  # with so few entries a term there may be any number
FEW, FEW_FULL = 2, 16  # so few terms are gathered where a matrix had so many entries a term
LOOKED_UP = 10  # and with so many, where each row has some of its own
ONE_TEAM = 1.5  # teams are one where that makes at most so many times the entries
TEAMS = 1000  # with more teams, gaps are not looked for
GAPS = 1.5  # nodes are completed to a slice where it is not more than so many times as many

Dots = list[tuple[np.ndarray, np.ndarray, np.ndarray]]  # ids, and rows of left and right factors


class Filler:
    """Fills up sums of one group; `planner` knows where nodes are."""

    def __init__(self, planner: Any) -> None:
        self.planner, self.place_of = planner, planner.place_of
        # sums, and what each is besides its numbers, and these numbers; where there are any
        self.added: tuple[np.ndarray, np.ndarray] | None = None

    def filled(self, op: Operation, ids: list[int], args: list[tuple[int, ...]]) -> Dots:
        """Sums as dots of numbers with all nodes of a team; [] where that is not worth it."""
        if len(ids) < FEWEST or not self.has_numbers(op, args[0]):
            return []
        lengths = np.fromiter(map(len, args), np.intp) // (1 + (op is ops.dot))
        flat = np.fromiter(chain.from_iterable(args), np.intp)
        nodes, factors = self.with_factors(op, flat, lengths)
        if nodes is None:
            return []
        alone = self.planner.kinds[nodes] == CONSTANT
        if alone.any() and not alone.all():
            return self.beside_numbers(ids, lengths, nodes, factors, alone)
        return self.of_nodes(ids, lengths, nodes, factors)

    def beside_numbers(
        self, ids: list[int], lengths: np.ndarray, nodes: np.ndarray, factors: np.ndarray,
        alone: np.ndarray,
    ) -> Dots:
        """The same of sums in which some terms are numbers `alone`, which are added afterwards."""
        planner, row_of = self.planner, np.repeat(np.arange(len(ids)), lengths)
        left = lengths - np.bincount(row_of[alone], minlength=len(ids))
        if (left < 1).any():
            return []
        found = self.of_nodes([*range(len(ids))], left, nodes[~alone], factors[~alone])
        if not found:
            return []
        offsets = np.bincount(
            row_of[alone], planner.numbers[nodes[alone]] * factors[alone], len(ids))
        fresh, numbers = planner.fresh(len(ids)), planner.constants(offsets)
        self.added = np.array(ids), np.stack((fresh, numbers), axis=1)
        return [(fresh[rows], some, matrix) for rows, some, matrix in found]

    def of_nodes(
        self, ids: list[int], lengths: np.ndarray, nodes: np.ndarray, factors: np.ndarray
    ) -> Dots:
        """The same of sums of these nodes, one after the other, times these factors."""
        if not self.planner.in_one_block(nodes):
            return []
        if (lengths == lengths[0]).all():
            nodes, factors = self.sorted_rows(len(ids), nodes, factors)
            if factor(self.place_of[nodes]) is not None:
                return []
        row_of = np.repeat(np.arange(len(ids)), lengths)
        columns, column_of = np.unique(nodes, return_inverse=True)
        row_team, column_team = teams(row_of, column_of, len(ids), len(columns))
        entries = int((np.bincount(column_team) * np.bincount(row_team)).sum())
        whole = len(ids) * len(columns)
        own = entries == len(nodes) and whole < LOOKED_UP * entries
        if whole <= ONE_TEAM * entries or own and are_looked_up(factors, lengths):
            row_team, column_team = np.zeros_like(row_team), np.zeros_like(column_team)
            entries = whole
        if not self.is_worth(lengths, entries):
            return []
        columns, column_team = self.without_gaps(columns, column_team)
        return self.dots(np.array(ids), (row_of, nodes, factors), (columns, row_team, column_team))

    def is_worth(self, lengths: np.ndarray, entries: int) -> bool:
        """Whether sums of these lengths are a matrix with so many entries; for one or two terms in
        each, gathers are faster than a large one.
        """
        terms = int(lengths.sum())
        if (lengths <= FEW).all() and entries > FEW_FULL * terms:
            return False
        return terms < entries < max(FULL * terms, min(SPARSE * terms, DENSE))

    def has_numbers(self, op: Operation, args: tuple[int, ...]) -> bool:
        """Whether an operation is a sum, or a dot with a number in its first product."""
        first = self.planner.kinds[[args[0], args[len(args) // 2]]]
        return op is ops.sum or op is ops.dot and bool((first == CONSTANT).any())

    def sorted_rows(
        self, count: int, nodes: np.ndarray, factors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Terms of `count` sums of one length, those of each in the order of their places."""
        places = self.place_of[nodes].reshape(count, -1)
        if (places[:, 1:] >= places[:, :-1]).all():
            return nodes, factors
        order = np.argsort(places, axis=1, kind="stable")
        found = (np.take_along_axis(x.reshape(count, -1), order, 1) for x in (nodes, factors))
        nodes, factors = (x.ravel() for x in found)
        return nodes, factors

    def dots(self, ids: np.ndarray, terms: Any, found: Any) -> Dots:
        """Sums, whose terms are given as row, node and factor, as dots with all nodes of their
        teams, one after the other for each size of a team.
        """
        (row_of, nodes, factors), (columns, row_team, column_team) = terms, found
        wide = np.bincount(column_team)
        order = np.lexsort((self.place_of[columns], column_team))
        starts = np.concatenate(([0], np.cumsum(wide)))
        at = np.empty(len(columns), np.intp)  # of each column in its team
        at[order] = np.arange(len(columns)) - starts[column_team[order]]
        column_of, dots = np.searchsorted(columns, nodes), []
        for n in np.unique(wide):
            rows, some = np.nonzero(wide[row_team] == n)[0], wide[row_team[row_of]] == n
            matrix = np.zeros((len(ids), n))
            np.add.at(matrix, (row_of[some], at[column_of[some]]), factors[some])
            table = columns[order[starts[row_team[rows], None] + np.arange(n)]]
            dots.append((ids[rows], table, self.planner.constants(matrix[rows])))
        return dots

    def without_gaps(self, columns: np.ndarray, team: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nodes of teams, and the team of each; with those between where few are missing."""
        planner, count = self.planner, int(team.max()) + 1
        if count > TEAMS:
            return columns, team
        of, places = planner.ids[int(planner.array_of[columns[0]])]
        id_at = np.full(prod(inner(planner.source(columns))), -1)
        id_at[places] = of
        every, teams_of = [], []
        for k in range(count):
            found = np.sort(self.place_of[columns[team == k]])
            step = int(np.gcd.reduce(np.diff(found))) or 1
            every.append(np.arange(found[0], found[-1] + 1, step))
            teams_of.append(np.full(len(every[-1]), k))
            if len(every[-1]) > GAPS * len(found):
                return columns, team
        new = id_at[np.concatenate(every)]
        if len(np.unique(new)) < len(new) or (new < 0).any():
            return columns, team
        order = np.argsort(new)
        return new[order], np.concatenate(teams_of)[order]

    def with_factors(self, op: Operation, flat: np.ndarray, lengths: np.ndarray) -> Any:
        """The nodes in all sums, one after the other, and the number each is multiplied by; None
        for the nodes where there are others.
        """
        if op is ops.sum:
            return flat, np.ones(len(flat))
        starts = np.cumsum(2 * lengths) - 2 * lengths
        on_the_left = np.arange(len(flat)) - np.repeat(starts, 2 * lengths) < np.repeat(
            lengths, 2 * lengths)
        sides = flat[on_the_left], flat[~on_the_left]
        for nodes, factors in (sides, sides[::-1]):
            if (self.planner.kinds[factors] == CONSTANT).all():
                return nodes, self.planner.numbers[factors]
        return None, None


def are_looked_up(factors: np.ndarray, lengths: np.ndarray) -> bool:
    """Whether the factors of rows of these lengths differ from row to row, as if looked up."""
    return all_differ(
        factors.reshape(len(lengths), -1) if (lengths == lengths[0]).all() else factors
    )


def all_differ(rows: np.ndarray) -> bool:
    """Whether no row is there twice."""
    return len(np.unique(rows, axis=0)) == len(rows)
