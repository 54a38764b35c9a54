"""First room: a recorded graph as a flat list of operations, in which sums and products stand
together.

Sums come in the normal form of normal.py; here each becomes as few nodes as possible: a dot for
the products of each pair of kinds (weights with data, weights with nodes, ...), a sum for other
terms, one addition or subtraction of these. Everything is named by a number, its id.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from autograd import ops
from autograd.compat.micrograd import Handmade
from autograd.compiler.normal import Flattener, Linear, Side, Term
from autograd.graph import topological_order
from autograd.ops import Operation
from autograd.value import Value

PARAMETER, INPUT, CONSTANT, NODE = range(4)  # what an id stands for

# An operation and the ids it is applied to; a dot has its left factors, then its right factors, and
# no rest.
Node = tuple[Operation, tuple[int, ...]]


class Tape(NamedTuple):
    """The flat program: ids 0 .. len(kinds) - 1."""

    kinds: list[int]  # PARAMETER, INPUT, CONSTANT or NODE
    nodes: dict[int, Node]  # by id, in an order in which every input comes before its use
    constants: dict[int, float]  # the number of each constant
    # ids of the parameters; of an input for a parameter that is an input, too
    parameters: list[int]
    inputs: list[int]
    outputs: list[int]
    zero: int  # the id of the constant 0
    labels: dict[int, str]
    recorded: int  # how many Values the graph had
    samples: bool = False  # whether the inputs have an axis of samples


def record(
    outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value],
    samples: bool = True,
) -> Tape:
    """The graph of the outputs as a Tape. Parameters and inputs are where it begins, even if they
    were computed.
    """
    tape = numbered(outputs, parameters, inputs)[0]
    return tape._replace(samples=samples and bool(inputs))


def places_and_ids(
    outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value]
) -> dict[int, int]:
    """The id of each Value that has one, by its place in the topological order of the outputs."""
    return numbered(outputs, parameters, inputs)[1]


def numbered(
    outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value]
) -> tuple[Tape, dict[int, int]]:
    """The Tape, and the id of each place of the topological order that has one."""
    order = topological_order(*outputs)
    place = {v: i for i, v in enumerate(order)}
    begin = {place[v] for v in (*parameters, *inputs) if v in place}
    args = [_args(v, place) for v in order]
    for i in begin:
        args[i] = ()
    ends = [place[v] for v in outputs]
    uses = _uses(args, ends)
    constant = _constants(order, args, begin)
    op = [v.op for v in order]
    linears = Flattener(op, args, uses, {*begin, *ends}, constant).linears()
    numbering = _Numbering(constant)
    numbering.leaves(place, parameters, inputs)
    for i, v in enumerate(order):
        if uses[i] and i not in numbering.ids:
            numbering.add(i, v, args[i], linears)
    return numbering.tape(ends, parameters, inputs, len(order)), numbering.ids


def _args(v: Value, place: dict[Value, int]) -> tuple[Term, ...]:
    """The inputs of v: the place in the order for a Value, the float itself for a number."""
    inputs = v.inputs
    if not inputs:
        return ()
    if v.closure is not None:
        raise ValueError(
            "a Value with a _backward function set by hand cannot be compiled: define its "
            "operation with autograd.operation"
        )
    return tuple([u if type(u) is float else place[u] for u in inputs])


def _uses(args: list[tuple[Term, ...]], outputs: list[int]) -> list[int]:
    """How often each place is used by what the outputs need; 0 for what they do not need."""
    uses = [0] * len(args)
    for i in outputs:
        uses[i] += 1
    for i in range(len(args) - 1, -1, -1):
        if uses[i]:
            for u in args[i]:
                if type(u) is int:
                    uses[u] += 1
    return uses


def _constants(
    order: list[Value], args: list[tuple[Term, ...]], begin: set[int]
) -> list[Optional[float]]:
    """The number of each place that is a leaf or computed from such alone; None for all others."""
    found: list[Optional[float]] = [None] * len(args)
    for i, used in enumerate(args):
        for u in used:
            if type(u) is int and found[u] is None:
                break
        else:
            if i not in begin:
                found[i] = order[i].data
    return found


class _Numbering:
    """Gives ids to places and numbers, and makes the nodes of a Tape."""

    def __init__(self, constant: list[Optional[float]]) -> None:
        self.constant = constant
        self.kinds: list[int] = []
        self.nodes: dict[int, Node] = {}
        self.constants: dict[int, float] = {}
        self.labels: dict[int, str] = {}
        self.by_number: dict[float, int] = {}
        self.known: dict[Node, int] = {}
        self.ids: dict[int, int] = {}  # id by place
        self.parameters: list[int] = []
        self.inputs: list[int] = []

    def fresh(self, kind: int) -> int:
        """A new id."""
        self.kinds.append(kind)
        return len(self.kinds) - 1

    def number(self, x: float) -> int:
        """The id of a number."""
        found = self.by_number.get(x)
        if found is None:
            found = self.by_number[x] = self.fresh(CONSTANT)
            self.constants[found] = x
        return found

    def of(self, t: Term) -> int:
        """The id of a term: a place, or a number."""
        return self.ids[t] if type(t) is int else self.number(t)

    def node(self, op: Operation, arguments: tuple[int, ...]) -> int:
        """The id of a node; the same operation on the same arguments is computed once."""
        new = op, arguments
        found = self.known.get(new)
        if found is None:
            found = self.known[new] = len(self.kinds)
            self.kinds.append(NODE)
            self.nodes[found] = new
        return found

    # The graph --------------------------------------------------------------------------------

    def leaves(
        self, place: dict[Value, int], parameters: Sequence[Value], inputs: Sequence[Value]
    ) -> None:
        """Give ids to parameters and inputs; a parameter that is an input, too, has the input's
        number.
        """
        self.parameters = [self.fresh(PARAMETER) for _ in parameters]
        self.inputs = [self.fresh(INPUT) for _ in inputs]
        for values, numbered in ((parameters, self.parameters), (inputs, self.inputs)):
            for v, i in zip(values, numbered):
                if v in place:
                    self.ids[place[v]] = i
                if v.label:
                    self.labels[i] = v.label

    def add(
        self, i: int, v: Value, args: tuple[Term, ...], linears: dict[int, Optional[Linear]]
    ) -> None:
        """Give an id to a place; none if it went into the sum above it."""
        number = self.constant[i]
        if number is not None:
            self.ids[i] = self.number(number)
        elif i in linears:
            linear = linears[i]
            if linear is None:
                return
            self.ids[i] = self.linear(*linear)
        elif isinstance(v.op, Handmade) or not isinstance(v.op, Operation):
            raise ValueError(
                f"a Value made by hand with operation {str(v.op)!r} cannot be compiled, for the "
                "operation cannot be computed again: define it with autograd.operation"
            )
        else:
            self.ids[i] = self.node(v.op, tuple([self.of(t) for t in args]))
        if v.label:
            self.labels.setdefault(self.ids[i], v.label)

    def tape(
        self, ends: list[int], parameters: Sequence[Value], inputs: Sequence[Value], recorded: int
    ) -> Tape:
        """The finished Tape; `ends` are the places of the outputs."""
        chosen = self.parameters
        if set(parameters) & set(inputs):
            where = dict(zip(inputs, self.inputs))
            chosen = [where.get(v, p) for v, p in zip(parameters, self.parameters)]
        return Tape(
            self.kinds,
            self.nodes,
            self.constants,
            chosen,
            self.inputs,
            [self.ids[i] for i in ends],
            self.number(0.0),
            self.labels,
            recorded,
        )

    # Sums -------------------------------------------------------------------------------------

    def linear(self, plus: Side, minus: Side) -> int:
        """The node of a sum: what is added less what is subtracted."""
        shift = self.shift(plus)
        added = self.terms(plus)
        if not minus.left and not minus.rest and not minus.scaled:
            return self.total(added, shift)
        shift -= self.shift(minus)
        taken = self.terms(minus)
        if not taken:
            return self.total(added, shift)
        less = taken[0] if len(taken) == 1 else self.total(taken, 0.0)
        if not added and not shift:
            return self.node(ops.neg, (less,))
        more = added[0] if len(added) == 1 and not shift else self.total(added, shift)
        return self.node(ops.sub, (more, less))

    def shift(self, side: Side) -> float:
        """The sum of the numbers among the terms, which are left out of them."""
        if not side.rest:
            return 0.0
        found = [t if type(t) is float else self.constant[t] for t in side.rest]
        side.rest = [t for t, number in zip(side.rest, found) if number is None]
        return sum([number for number in found if number is not None])

    def total(self, terms: list[int], shift: float) -> int:
        """The sum of some nodes and a number."""
        if shift or not terms:
            terms = [*terms, self.number(shift)]
        if len(terms) == 2 and any(self.is_dot(i) for i in terms):
            return self.node(ops.add, (terms[0], terms[1]))
        if len(terms) == 1 and (self.is_dot(terms[0]) or shift or self.kinds[terms[0]] == CONSTANT):
            return terms[0]
        # a sum of one term, too: sums of 1, 2, 3 terms are alike
        return self.node(ops.sum, tuple(terms))

    def is_dot(self, i: int) -> bool:
        """Whether an id is a dot, or a number times a dot."""
        return i in self.nodes and (self.nodes[i][0] is ops.dot or self.nodes[i][0] is ops.mul)

    def terms(self, side: Side) -> list[int]:
        """The terms of one sign as nodes: a dot for the products of each pair of kinds, then the
        rest.
        """
        rest = [self.of(t) for t in side.rest]
        if not side.left and not side.scaled:
            return rest
        ids, kinds, number = self.ids, self.kinds, self.number
        left = [ids[t] if type(t) is int else number(t) for t in side.left]
        right = [ids[t] if type(t) is int else number(t) for t in side.right]
        # the parameter on the left: so all neurons of a layer look alike
        pairs = [(b, a) if kinds[a] > kinds[b] else (a, b) for a, b in zip(left, right)]
        found = self.scaled(side, pairs) if side.scaled else []
        classes: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for pair in pairs:
            classes.setdefault((kinds[pair[0]], kinds[pair[1]]), []).append(pair)
        self.share_zeros(classes)
        weights_of_data = classes.get((PARAMETER, CONSTANT))
        biases = [i for i in rest if self.kinds[i] == PARAMETER]
        if weights_of_data and len(biases) == 1 and lies_beside(biases[0], weights_of_data):
            # a bias beside data is a weight whose input is 1
            weights_of_data.append((biases[0], self.number(1.0)))
            rest.remove(biases[0])
        dots = {which: self.dot(classes[which]) for which in sorted(classes)}
        data = [which for which in ((PARAMETER, CONSTANT), (PARAMETER, INPUT)) if which in dots]
        if data and len(biases) == 1 and biases[0] in rest and len(dots) > 1:
            rest.remove(biases[0])  # what the data give, bias included, needs no turn before
            dots[data[0]] = self.node(ops.add, (biases[0], dots[data[0]]))
        return [*found, *dots.values(), *rest]

    def scaled(self, side: Side, pairs: list[tuple[int, int]]) -> list[int]:
        """Scaled products as nodes: one number times dots where all have the same, else products
        that go among the pairs.
        """
        if len({number for number, _, _ in side.scaled}) == 1:
            inside = Side()
            inside.left, inside.right = (
                [a for _, a, _ in side.scaled],
                [b for _, _, b in side.scaled],
            )
            number = self.number(side.scaled[0][0])
            return [self.node(ops.mul, (number, i)) for i in self.terms(inside)]
        for factor, a, b in side.scaled:
            pairs.append((self.number(factor), self.node(ops.mul, (self.of(a), self.of(b)))))
        return []

    def share_zeros(self, classes: dict[tuple[int, int], list[tuple[int, int]]]) -> None:
        """Put weights times 0 to the weights times nodes: what is 0 in one sample is a node in
        another.
        """
        zeros = classes.get((PARAMETER, CONSTANT), [])
        for kind in (NODE, INPUT):
            if (
                (PARAMETER, kind) in classes
                and zeros
                and all(self.constants[b] == 0.0 for _, b in zeros)
            ):
                classes[PARAMETER, kind] += classes.pop((PARAMETER, CONSTANT))
                return

    def dot(self, products: list[tuple[int, int]]) -> int:
        """The sum of some products as a node."""
        if len(products) == 1 and self.kinds[products[0][0]] == CONSTANT:
            return self.node(ops.mul, products[0])
        return self.node(ops.dot, (*[a for a, _ in products], *[b for _, b in products]))


def lies_beside(bias: int, products: list[tuple[int, int]]) -> bool:
    """Whether a bias is a neighbour of the weights of some products among the parameters."""
    weights = [a for a, _ in products]
    return bias - 1 == max(weights) or bias + 1 == min(weights)
