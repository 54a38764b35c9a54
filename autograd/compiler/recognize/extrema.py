"""The largest and the smallest of many numbers.

maximum(maximum(a, b), c), as a loop over a list records it, becomes one node of many arguments: so
lists of different lengths look alike. As arrays it is a few halvings: of each pair of neighbours
the larger one, until one is left; of equal ones that is the first, as in the chain.
"""
from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.recognize.record import NODE, Node, Tape
from autograd.operation import Operation

SMALLEST = Operation("smallest", min, lambda i, y, inputs: None)  # of many; stands in tapes alone
OF_MANY = {ops.maximum: ops.max, ops.minimum: SMALLEST}
OF_TWO = {ops.max: ops.maximum, SMALLEST: ops.minimum}


def with_extrema(tape: Tape) -> Tape:
    """The tape with one node for each chain of maxima, and of minima, that nobody else uses."""
    nodes = tape.nodes
    chained = [
        i for i, (op, args) in nodes.items()
        if op in OF_MANY and any(a in nodes and nodes[a][0] is op for a in args)
    ]
    if not chained:
        return tape
    new = joined(tape, chained)
    for i, (op, args) in new.items():  # those of two, too: all lists look alike
        if op in OF_MANY and all(tape.kinds[a] == NODE for a in args):
            new[i] = OF_MANY[op], args
    return tape._replace(nodes=new)


def joined(tape: Tape, chained: list[int]) -> dict[int, Node]:
    """The nodes of a tape, where a chained one that takes in others has their arguments."""
    nodes, new = tape.nodes, dict(tape.nodes)
    uses = Counter([a for _, args in nodes.values() for a in args] + tape.outputs)
    for i in chained:  # inner ones come first
        op, args = nodes[i]
        terms: list[int] = []
        for a in args:
            if a in new and nodes[a][0] is op and uses[a] == 1:
                terms += new.pop(a)[1]
            else:
                terms.append(a)
        if len(terms) > 2:
            new[i] = OF_MANY[op], tuple(terms)
    return new


def halved(planner: Any, op: Operation, ids: np.ndarray, args: np.ndarray) -> None:
    """Plan the largest or smallest number of each row of arguments, by halvings."""
    while args.shape[1] > 2:
        pairs = args.shape[1] // 2
        half = planner.fresh(len(ids) * pairs)
        two = args[:, : 2 * pairs].reshape(-1, 2)
        planner.each(OF_TWO[op], half, two)
        args = np.hstack((half.reshape(-1, pairs), args[:, 2 * pairs :]))
    planner.each(OF_TWO[op], ids, args)
