"""One number times what many share: of x1 * (a * b) and x2 * (a * b), written as (x1 * a) * b and
(x2 * a) * b, the product a * b is computed once.

Derivatives of derivatives are full of it: what comes back through a sum of w1 * x1 + w2 * x2 has
the factor x1 for w1 and x2 for w2, and goes on through the same operations with either. The
second derivatives of a logistic regression become X.T @ (s * X), with s once for each sample.

1. A number is drawn out of products, quotients, negations, and out of sums all of whose terms have
   the same one.
2. The numbers of the data decide nothing: nodes that do the same either all let theirs go or none.
"""
from __future__ import annotations

from itertools import chain
from typing import Optional

from autograd import ops
from autograd.compiler.recognize.affine import is_moderate
from autograd.compiler.recognize.group import earliest, groups
from autograd.compiler.recognize.record import CONSTANT, NODE, Node, Tape

FEWEST = 0.05  # looked at where so large a part of the nodes are numbers times what many share
GAIN = 0.9  # worth it where at most so many of the nodes are left

Scaled = tuple[int, int]  # the ids of a number and of what it multiplies


def with_shared(tape: Tape) -> Tape:
    """The tape with numbers drawn out, where many nodes are the same without them."""
    factors: dict[int, set[int]] = {}
    kinds, numbers = tape.kinds, tape.constants
    for op, args in tape.nodes.values():
        if op is ops.mul and kinds[args[0]] == CONSTANT and kinds[args[1]] == NODE and (
            numbers[args[0]] == 0.0 or is_moderate(numbers[args[0]])
        ):
            factors.setdefault(args[1], set()).add(args[0])
    shared = {i for i, some in factors.items() if len(some) > 1}
    if sum(len(factors[i]) for i in shared) < FEWEST * len(tape.nodes):
        return tape
    found = Drawer(tape, shared).drawn()
    return found if len(found.nodes) <= GAIN * len(tape.nodes) else tape


class Drawer:
    """Draws numbers out of the nodes of a tape; `shared` is what several numbers multiply."""

    def __init__(self, tape: Tape, shared: set[int]) -> None:
        self.tape, self.shared = tape, shared
        self.kinds = list(tape.kinds)
        self.scaled: dict[int, Scaled] = {}
        self.nodes: dict[int, Node] = {}
        self.known: dict[Node, int] = {}

    def drawn(self) -> Tape:
        """The tape with what is needed then."""
        for group in groups(self.tape, earliest(self.tape)):
            nodes = list(zip(group.ids, group.args))
            moved = [self.without(group.op, args) for _, args in nodes]
            involved = [any(a in self.scaled for a in args) for _, args in nodes]
            together = all(new for new, some in zip(moved, involved) if some)
            for (i, args), new, some in zip(nodes, moved, involved):
                if new is not None and (together or not some):
                    number, node = new
                    core = node if isinstance(node, int) else self.node(node)
                    self.scaled[i] = number, core
                    self.nodes[i] = ops.mul, self.scaled[i]
                else:
                    self.nodes[i] = group.op, args
        return self.tape._replace(kinds=self.kinds, nodes=self.needed())

    def node(self, new: Node) -> int:
        """The id of a node; the same is there once."""
        if new not in self.known:
            self.known[new] = len(self.kinds)
            self.nodes[len(self.kinds)] = new
            self.kinds.append(NODE)
        return self.known[new]

    def without(self, op: object, args: tuple[int, ...]) -> Optional[tuple[int, Node | int]]:
        """The number of a node, and the node without it; None where it has none."""
        if op is ops.mul and args[1] in self.shared and self.kinds[args[0]] == CONSTANT:
            return args[0], args[1]
        found = self.of_products(self.pairs(op, args))
        if not found or len({number for number, _ in found}) > 1:
            return None
        cores = [core for _, core in found]
        if op is ops.dot:
            left, right = zip(*cores)
            return found[0][0], (ops.dot, left + right)
        return found[0][0], (op, tuple(chain.from_iterable(cores)))  # type: ignore[return-value]

    def of_products(self, pairs: list[tuple[int, ...]]) -> list[tuple[int, tuple[int, ...]]]:
        """The number of each product and its factors without it; [] where one has no number."""
        found = []
        for pair in pairs:
            product = self.of_product(pair)
            if product is None:
                return []
            found.append(product)
        return found

    def pairs(self, op: object, args: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The products of a sum, each as its factors; [] for an operation that keeps numbers."""
        if op is ops.dot:
            n = len(args) // 2
            return list(zip(args[:n], args[n:]))
        if op is ops.mul:
            return [args]
        if op is ops.div:
            return [args] if args[1] not in self.scaled else []
        if op in (ops.sum, ops.add, ops.sub, ops.neg):
            return [(a,) for a in args]
        return []

    def of_product(self, factors: tuple[int, ...]) -> Optional[tuple[int, tuple[int, ...]]]:
        """The number of a product of which one factor has one, and its factors without it."""
        some = [k for k, i in enumerate(factors) if i in self.scaled]
        if len(some) != 1:
            return None
        number, core = self.scaled[factors[some[0]]]
        return number, tuple(core if k == some[0] else i for k, i in enumerate(factors))

    def needed(self) -> dict[int, Node]:
        """The nodes that the outputs need, inputs before what uses them."""
        order: dict[int, Node] = {}
        stack = list(reversed(self.tape.outputs))
        while stack:
            i = stack[-1]
            if i in order or i not in self.nodes:
                stack.pop()
                continue
            missing = [a for a in self.nodes[i][1] if a in self.nodes and a not in order]
            if missing:
                stack += reversed(missing)
            else:
                order[stack.pop()] = self.nodes[i]
        return order
