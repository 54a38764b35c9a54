"""First room: a recorded graph as a flat list of operations, in which sums and products stand together.

What people write as w1 * x1 + w2 * x2 + b is recorded as a chain of additions of products. Here a chain of additions that
nobody else uses becomes one sum, and the products in it that nobody else uses become one dot: the normal form in which the
next room finds matrices. Everything is named by a number, its id.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.graph import topological_order
from autograd.compat.micrograd import Handmade
from autograd.ops import Operation
from autograd.value import Value

PARAMETER, INPUT, CONSTANT, NODE = range(4)             # what an id stands for
WEIGHT_AND_DATUM = {PARAMETER, CONSTANT}


# An operation and the ids it is applied to; a dot has its left factors, then its right factors, and no rest.
Node = tuple[Operation, tuple[int, ...]]


class Tape(NamedTuple):
    """The flat program: ids 0 .. len(kinds) - 1."""
    kinds: list[int]                # PARAMETER, INPUT, CONSTANT or NODE
    nodes: dict[int, Node]          # by id, in an order in which every input comes before its use
    constants: dict[int, float]     # the number of each constant
    parameters: list[int]           # ids of the parameters; of an input for a parameter that is an input, too
    inputs: list[int]
    outputs: list[int]
    zero: int                       # the id of the constant 0
    labels: dict[int, str]
    recorded: int                   # how many Values the graph had


def record(outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value]) -> Tape:
    """The graph of the outputs as a Tape. Parameters and inputs are where it begins, even if they were computed."""
    order = topological_order(*outputs)
    place = {v: i for i, v in enumerate(order)}
    begin = {place[v] for v in (*parameters, *inputs) if v in place}
    args = [_args(v, place) for v in order]
    for i in begin:
        args[i] = ()
    uses = _uses(args, [place[v] for v in outputs])
    roots = _flatten([v.op for v in order], args, uses, {*begin, *(place[v] for v in outputs)})
    return _numbered(order, place, args, uses, roots, outputs, parameters, inputs)


def _args(v: Value, place: dict[Value, int]) -> tuple[Any, ...]:
    """The inputs of v: the place in the order for a Value, the float itself for a number."""
    if v.closure is not None:
        raise ValueError("a Value with a _backward function set by hand cannot be compiled: define "
                         "its operation with autograd.operation")
    return tuple([u if type(u) is float else place[u] for u in v.inputs])


def _uses(args: list[tuple[Any, ...]], outputs: list[int]) -> list[int]:
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


def _flatten(op: list[Any], args: list[tuple[Any, ...]], uses: list[int], kept: set[int]
             ) -> dict[int, tuple[list, list, list] | None]:
    """For each sum: its left factors, right factors and other terms; None for a Value that went into the sum above it."""
    roots: dict[int, tuple[list, list, list] | None] = {}
    chains = (ops.add, ops.sum, ops.dot)
    for root in range(len(args) - 1, -1, -1):
        if root in roots or not args[root] or op[root] not in chains:
            continue
        left: list[Any] = []
        right: list[Any] = []
        rest: list[Any] = []
        stack = [root]
        while stack:
            t = stack.pop()
            if type(t) is int and (t == root or uses[t] == 1 and args[t] and t not in kept):
                kind = op[t]
                if kind is ops.mul:
                    roots[t] = None
                    left.append(args[t][0])
                    right.append(args[t][1])
                    continue
                if kind in chains:
                    roots[t] = None
                    if kind is ops.dot:
                        n = len(args[t]) // 2
                        left += args[t][:n]
                        right += args[t][n:-1]
                        stack.append(args[t][-1])
                    else:
                        stack += reversed(args[t])
                    continue
            if type(t) is int or t:                     # a number 0 in a sum is nothing
                rest.append(t)
        roots[root] = (left, right, rest)
    return roots


def _numbered(order: list[Value], place: dict[Value, int], args: list, uses: list[int], roots: dict, outputs: Sequence[Value],
              parameters: Sequence[Value], inputs: Sequence[Value]) -> Tape:
    kinds: list[int] = []
    nodes: dict[int, Node] = {}
    constants: dict[int, float] = {}
    labels: dict[int, str] = {}
    by_number: dict[float, int] = {}
    known: dict[Node, int] = {}
    ids: dict[int, int] = {}                            # id by place

    def fresh(kind: int) -> int:
        kinds.append(kind)
        return len(kinds) - 1

    def of(t: Any) -> int:
        """The id of an argument: a place, or a number."""
        if type(t) is int:
            return ids[t]
        found = by_number.get(t)
        if found is None:
            found = by_number[t] = fresh(CONSTANT)
            constants[found] = t
        return found

    def kind(t: Any) -> int:
        return kinds[ids[t]] if type(t) is int else CONSTANT

    def constant(used: Iterable[Any]) -> bool:
        for t in used:
            if type(t) is int and kinds[ids[t]] != CONSTANT:
                return False
        return True

    def weights_of_data(left: list, right: list) -> bool:
        for a, b in zip(left, right):
            if {kind(a), kind(b)} != WEIGHT_AND_DATUM:
                return False
        return True

    def node(op: Operation, arguments: tuple[int, ...]) -> int:
        new = op, arguments
        found = known.get(new)
        if found is None:                               # the same operation on the same arguments is computed once
            found = known[new] = len(kinds)
            kinds.append(NODE)
            nodes[found] = new
        return found

    def total(left: list, right: list, rest: list) -> int:
        """The sum of the products of left and right and of the rest, as few nodes."""
        if left and len(rest) == 1 and kind(rest[0]) == PARAMETER and weights_of_data(left, right):
            left, right, rest = [*left, *rest], [*right, 1.0], []           # a bias beside data is a weight whose input is 1
        terms = [of(t) for t in rest]
        if not left and not terms:
            return of(0.0)
        if left:
            factors = _sides([ids[t] if type(t) is int else of(t) for t in left],
                             [ids[t] if type(t) is int else of(t) for t in right], kinds)
            terms.insert(0, node(ops.dot, factors))
        if left and len(terms) == 2:
            return node(ops.add, (terms[0], terms[1]))
        if left and len(terms) == 1:
            return terms[0]
        return node(ops.sum, tuple(terms))              # a sum of one term, too: sums of 1, 2, 3 terms are alike

    parameter_ids = [fresh(PARAMETER) for _ in parameters]
    input_ids = [fresh(INPUT) for _ in inputs]
    for values, numbered in ((parameters, parameter_ids), (inputs, input_ids)):      # an input that is a parameter, too:
        for v, i in zip(values, numbered):                                           # its number is the input's
            if v in place:
                ids[place[v]] = i
            if v.label:
                labels[i] = v.label
    for i, v in enumerate(order):
        if i in ids or not uses[i]:
            continue
        sides = roots.get(i, ())
        if sides is None:                                   # it went into the sum above it
            continue
        if all(map(constant, sides)) if sides else constant(args[i]):       # a leaf, or computed from constants alone
            ids[i] = of(v.data)
        elif not sides:
            if isinstance(v.op, Handmade):
                raise ValueError(f"a Value made by hand with operation {v.op.name!r} cannot be compiled, for the operation "
                                 "cannot be computed again: define it with autograd.operation")
            ids[i] = node(v.op, tuple([of(t) for t in args[i]]))                     # type: ignore[arg-type]
        else:
            ids[i] = total(*sides)
        if v.label:
            labels.setdefault(ids[i], v.label)
    chosen = [input_ids[inputs.index(v)] if v in inputs else p for v, p in zip(parameters, parameter_ids)] \
        if set(parameters) & set(inputs) else parameter_ids
    return Tape(kinds, nodes, constants, chosen, input_ids, [ids[place[v]] for v in outputs], of(0.0), labels, len(order))


def _sides(left: list[int], right: list[int], kinds: list[int]) -> tuple[int, ...]:
    """The factors of a dot, each product with the parameter on the left: so all neurons of a layer look alike."""
    for k, (a, b) in enumerate(zip(left, right)):
        if kinds[a] > kinds[b]:
            left[k], right[k] = b, a
    return (*left, *right)
