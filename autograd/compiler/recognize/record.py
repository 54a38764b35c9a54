"""First room: a recorded graph as a flat list of operations, in which sums and products stand
together.

Sums come in the normal form of normal.py; here each becomes as few nodes as possible: a dot for
the products of each pair of kinds (weights with data, weights with nodes, ...), a sum for other
terms, one addition or subtraction of these. Everything is named by a number, its id.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import numpy as np

from autograd import ops
from autograd.compat.micrograd import Closure, Handmade
from autograd.compiler.recognize.affine import Weighted
from autograd.compiler.recognize.columns import Columns
from autograd.compiler.recognize.normal import NOTHING, SUMS, Flattener, Linear, Side
from autograd.ops import Operation
from autograd.recording import ONE_SIDED
from autograd.value import Value

PARAMETER, INPUT, CONSTANT, NODE = range(4)  # what an id stands for
NONE = -1  # instead of an id
NEIGHBOURS = 5  # terms of a sum, among which a 0 may be one that is missing
OFTEN = 4  # nodes with a 0 are like others where these are so many times as many

# An operation and the ids it is applied to; a dot has its left factors, then its right factors, and
# no rest.
Node = tuple[Operation, tuple[int, ...]]

# Left and right factors of products, by the kinds of both.
Classes = dict[tuple[int, int], tuple[list[int], list[int]]]


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
    samples: bool = True, order: list[Value] | None = None,
) -> Tape:
    """The graph of the outputs as a Tape. Parameters and inputs are where it begins, even if they
    were computed. `order` is the topological order of the outputs, where it is known.
    """
    tape = numbered(outputs, parameters, inputs, order)[0]
    return tape._replace(samples=samples and bool(inputs))


def without_zeros(tape: Tape) -> Tape:
    """The tape with sums of what is not 0."""
    changed = {
        i: without_zero(tape, op, args) for i, (op, args) in tape.nodes.items()
        if op in SUMS and len(args) <= NEIGHBOURS and tape.zero in args
    }
    return tape._replace(nodes={**tape.nodes, **changed})


def without_zero(tape: Tape, op: Operation, args: tuple[int, ...]) -> Node:
    """A node with a 0 among its arguments as a shorter sum; itself where it is none."""
    zero = tape.zero
    if op is ops.sum:
        return op, tuple([a for a in args if a != zero]) or args[:1]
    if op is ops.dot and zero in args[:2] and is_difference(tape, args):
        return less_zero(zero, *args[:2])
    if op is ops.sub:
        return less_zero(zero, *args)
    if op is ops.add:
        return ops.sum, (args[0] if args[1] == zero else args[1],)
    return op, args


def is_difference(tape: Tape, args: tuple[int, ...]) -> bool:
    """Whether a dot is a - b, that of a and b with 1 and -1."""
    return len(args) == 4 and [tape.constants.get(a) for a in args[2:]] == [1.0, -1.0]


def less_zero(zero: int, a: int, b: int) -> Node:
    """The difference a - b, one of which is 0."""
    return (ops.neg, (b,)) if a == zero else (ops.sum, (a,))


def places_and_ids(
    outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value]
) -> dict[int, int]:
    """The id of each Value that has one, by its place in the topological order of the outputs."""
    ids = numbered(outputs, parameters, inputs)[1]
    return {place: i for place, i in enumerate(ids) if i != NONE}


def numbered(
    outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value],
    order: list[Value] | None = None,
) -> tuple[Tape, list[int]]:
    """The Tape, and the id of each place of the topological order, NONE where it has none."""
    columns = Columns(outputs, (*parameters, *inputs), order)
    refuse_closures(columns)
    refuse_one_sided(columns.order)
    flattener = Flattener(columns)
    linears = flattener.linears()
    numbering = _Numbering(columns)
    numbering.leaves(parameters, inputs)
    numbering.note_biases(linears)
    turned = turn_even(columns, linears)
    op, args, ids, order = columns.op, columns.args, numbering.ids, columns.order
    sum_at = linears.get
    for i in nodes_among(columns, flattener.inside):
        numbering.add(i, op[i], args[i], sum_at(i))
        if order[i].label:
            numbering.labels.setdefault(ids[i], order[i].label)
    for i in turned:
        ids[i] = NONE  # its number is not in the program, but less it
    return numbering.tape(parameters, inputs), ids[: len(order)]


def nodes_among(columns: Columns, inside: bytearray) -> list[int]:
    """The places that become nodes: used, not inside a sum, and not where the program begins."""
    found = columns.uses[: len(inside)] > 0
    found[np.frombuffer(inside, bool)] = False
    found[list(columns.begin)] = False
    return np.flatnonzero(found).tolist()  # type: ignore[no-any-return]


def turn_even(columns: Columns, linears: dict[int, Linear]) -> list[int]:
    """Turn numbers less sums, such as t - (w * x + b), of which only the square, the absolute value
    or the cosine is used: (t - f)**2 becomes (f - t)**2, as others write it. What comes back are
    the places that are turned; those with a label stay as they are, and a number less one other
    beside differences of two others, for these are neighbours and it is the end of their row.
    """
    less = numbers_less(columns.number, linears)
    if not less:
        return []
    turned = []
    users = columns.users_of(less)
    for v, used in [(columns.order[i], columns.args[i]) for i in np.unique(users).tolist()]:
        t = used[0]
        if t in less and is_even(v.op, used, columns.number):
            if columns.uses[t] == 1 + (v.op is ops.mul) and not columns.order[t].label:
                turned.append(t)
                number, terms = less[t]
                linears[t] = terms, NOTHING if number.is_empty() else number
    return turned


def numbers_less(
    number: list[Optional[float]], linears: dict[int, Linear]
) -> dict[int, Linear]:
    """The sums, by place, that are a number less terms that vary; not the ends of rows."""
    less = {
        t: linear for t, linear in linears.items()
        if linear[1] is not NOTHING and is_number_less(linear, number)
    }
    longer = {t: linear for t, linear in less.items() if number_of_terms(linear[1]) > 1}
    if len(longer) < len(less) and any(is_difference_of_two(x, number) for x in linears.values()):
        return longer
    return less


def is_number_less(linear: Linear, number: list[Optional[float]]) -> bool:
    """Whether a sum is a number less terms that vary."""
    plus, minus = linear
    if plus.has_products() or minus.is_empty():
        return False
    return all([number[t] is not None for t in plus.rest])


def number_of_terms(side: Side) -> int:
    """How many terms of one sign there are."""
    return len(side.left) + len(side.scaled) + len(side.rest)


def is_difference_of_two(linear: Linear, number: list[Optional[float]]) -> bool:
    """Whether a sum is one term that varies less another one."""
    return all([
        len(side.rest) == 1 and number[side.rest[0]] is None and not side.has_products()
        for side in linear
    ])


def is_even(op: Any, args: tuple[int, ...], number: list[Optional[float]]) -> bool:
    """Whether an operation gives the same for its first argument and for the negated one."""
    if op is ops.mul:
        return args[0] == args[1]
    if op is not ops.pow:
        return op is ops.abs or op is ops.cos
    exponent = number[args[1]]
    return exponent is not None and exponent % 2 == 0


def refuse_closures(columns: Columns) -> None:
    """Raise ValueError for a Value whose derivative is a function that was set by hand."""
    if Closure.made and any(
        used and v.closure is not None for v, used in zip(columns.order, columns.args)
    ):
        raise ValueError(
            "a Value with a _backward function set by hand cannot be compiled: define its "
            "operation with autograd.operation"
        )


def refuse_one_sided(order: list[Value]) -> None:
    """Raise ValueError for a derivative that holds for one side of a choice alone."""
    if ONE_SIDED and not ONE_SIDED.isdisjoint(order):
        raise ValueError(
            "a derivative of where, max or select that was made with create_graph, or by a "
            "transform on Values, cannot be compiled: its graph holds only the sides chosen by "
            "the numbers it was recorded with; autograd.jit(autograd.grad(f)) compiles all sides"
        )


def is_handmade(op: Any) -> bool:
    """Whether an operation is only a name, which cannot be computed."""
    return isinstance(op, Handmade) or not isinstance(op, Operation)


class _Numbering:
    """Gives ids to places and numbers, and makes the nodes of a Tape."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.value = columns, columns.number
        self.kinds: list[int] = []
        self.nodes: dict[int, Node] = {}
        self.constants: dict[int, float] = {}
        self.labels: dict[int, str] = {}
        self.by_number: dict[float, int] = {}
        self.known: dict[Node, int] = {}
        self.ids: list[int] = [NONE] * len(self.value)  # id by place
        self.parameters: list[int] = []
        self.inputs: list[int] = []
        # first and last weight that a bias is added to, where they differ
        self.beside: dict[int, tuple[int, int]] = {}
        # what nodes with a number in them are the difference of, as at the ends of a row: u - 1, or
        # 0 - u; an id is an int, a number a float
        self.others: dict[int, tuple[int | float, int | float]] = {}

    def fresh(self, kind: int) -> int:
        """A new id."""
        self.kinds.append(kind)
        return len(self.kinds) - 1

    def number(self, x: Any) -> int:
        """The id of a number."""
        found = self.by_number.get(x)
        if found is None:
            found = self.by_number[x] = self.fresh(CONSTANT)
            self.constants[found] = x
        return found

    def place_of(self, number: float) -> int:
        """The place of a number."""
        place = self.columns.place_of(number)
        if place == len(self.ids):
            self.ids.append(NONE)
        return place

    def ids_of(self, terms: Sequence[int]) -> list[int]:
        """The ids of terms; a number gets one where it is first used."""
        ids = self.ids
        found = list(map(ids.__getitem__, terms))
        if NONE in found:
            for k, t in enumerate(terms):
                if ids[t] == NONE:
                    ids[t] = self.number(self.value[t])
                found[k] = ids[t]
        return found

    def node(self, op: Operation, arguments: tuple[int, ...]) -> int:
        """The id of a node; the same operation on the same arguments is computed once."""
        new = op, arguments
        fresh = len(self.kinds)
        found = self.known.setdefault(new, fresh)
        if found == fresh:
            self.kinds.append(NODE)
            self.nodes[found] = new
        return found

    # The graph --------------------------------------------------------------------------------

    def leaves(self, parameters: Sequence[Value], inputs: Sequence[Value]) -> None:
        """Give ids to parameters and inputs; a parameter that is an input, too, has the input's
        number.
        """
        self.parameters = [self.fresh(PARAMETER) for _ in parameters]
        self.inputs = [self.fresh(INPUT) for _ in inputs]
        place = self.columns.place
        for values, numbered in ((parameters, self.parameters), (inputs, self.inputs)):
            for v, i in zip(values, numbered):
                if v in place:
                    self.ids[place[v]] = i
                if v.label:
                    self.labels[i] = v.label

    def add(self, i: int, op: Operation, args: tuple[int, ...], linear: Optional[Linear]) -> None:
        """Give an id to a place."""
        ids, number = self.ids, self.value[i]
        if number is not None:
            ids[i] = self.number(number)
        elif linear is not None:
            ids[i] = self.linear(*linear)
        elif op is ops.max and len(args) == 1:  # the largest of one number
            ids[i] = ids[args[0]]
        elif type(op) is not Operation and is_handmade(op):
            raise ValueError(
                f"a Value made by hand with operation {str(op)!r} cannot be compiled, for the "
                "operation cannot be computed again: define it with autograd.operation"
            )
        else:
            known = (ids[args[0]],) if len(args) == 1 else tuple([ids[t] for t in args])
            ids[i] = self.node(op, tuple(self.ids_of(args)) if NONE in known else known)

    def tape(self, parameters: Sequence[Value], inputs: Sequence[Value]) -> Tape:
        """The finished Tape."""
        chosen = self.parameters
        if set(parameters) & set(inputs):
            where = dict(zip(inputs, self.inputs))
            chosen = [where.get(v, p) for v, p in zip(parameters, self.parameters)]
        self.like_others()
        return Tape(
            self.kinds,
            self.nodes,
            self.constants,
            chosen,
            self.inputs,
            [self.ids[i] for i in self.columns.ends],
            self.number(0.0),
            self.labels,
            len(self.columns.order),
        )

    def like_others(self) -> None:
        """Make differences from numbers of the nodes that are used as differences mostly are."""
        nodes, count = self.nodes, Counter[Any]()
        if not self.others or not self.has_differences():
            return
        roles: dict[int, Any] = {}
        for op, args in nodes.values():
            if len(args) > NEIGHBOURS:
                continue
            for slot, i in enumerate(args):
                if i in nodes:
                    role = op, len(args) if op.arity is None else slot
                    count[role, nodes[i][0]] += 1
                    if i in self.others:
                        roles.setdefault(i, role)
        for i, role in roles.items():  # an argument of each is among its own
            other = self.difference(*self.others[i])
            if count[role, other[0]] > OFTEN * count[role, nodes[i][0]]:
                nodes[i] = other

    def has_differences(self) -> bool:
        """Whether there are so many differences that nodes with a number may be like them."""
        kinds = self.kinds
        found = [
            op for op, args in self.nodes.values()
            if op is ops.sub or op is ops.dot and len(args) == 4
        ]
        if len(found) <= OFTEN or found.count(ops.sub) > OFTEN:
            return len(found) > OFTEN
        terms = [x for pair in self.others.values() for x in pair]
        return any(isinstance(x, int) and kinds[x] == PARAMETER for x in terms)

    # Sums -------------------------------------------------------------------------------------

    def linear(self, plus: Side, minus: Side) -> int:
        """The node of a sum: what is added less what is subtracted."""
        if minus is NOTHING:
            if len(plus.left) == 1 and len(plus.rest) < 2 and not plus.scaled:
                return self.one_product_and_more(plus)
            products = plus.has_products()
            if not plus.rest:
                return self.total(self.terms(plus), 0.0, products)
            shift = self.shift(plus)
            return self.shifted(self.terms(plus), shift, products)
        if minus.left or minus.rest:
            self.move_weights(plus, minus)
        shift, products = self.shift(plus), plus.has_products()
        added, taken = self.terms(plus), []
        if minus.has_products() or minus.rest:
            shift -= self.shift(minus)
            taken = self.terms(minus)
        if not taken:
            return self.shifted(added, shift, products)
        less = taken[0] if len(taken) == 1 else self.total(taken, 0.0, minus.has_products())
        return self.less(added, shift, products, less)

    def less(self, added: list[int], shift: float, products: bool, less: int) -> int:
        """The sum of some nodes and a number, less another node."""
        if not added and not shift:
            found = self.node(ops.neg, (less,))
            self.others[found] = 0.0, less
            return found
        alone = len(added) == 1 and not shift
        more = added[0] if alone else self.total(added, shift, products)
        found = self.node(ops.sub, (more, less))
        if not added and self.kinds[less] == PARAMETER:
            self.others[found] = more, less
        return found

    def shifted(self, added: list[int], shift: float, products: bool) -> int:
        """The sum of some nodes and a number."""
        zero = self.number(0.0)
        found = self.total(added, shift, products)
        if len(added) == 1 and found != added[0]:
            self.others[found] = added[0], -shift
        elif len(added) == 2 and added[1] == zero and not shift:
            self.others[found] = added[0], added[1]
        return found

    def difference(self, a: int | float, b: int | float) -> Node:
        """a - b, of which one is a number, as the difference of two such things would be."""
        i, j = [x if isinstance(x, int) else self.number(x) for x in (a, b)]
        if PARAMETER in (self.kinds[i], self.kinds[j]):
            return ops.dot, (i, j, self.number(1.0), self.number(-1.0))
        return ops.sub, (i, j)

    def move_weights(self, plus: Side, minus: Side) -> None:
        """Put what is subtracted among what is added, its numbers negated, where both are
        parameters and parameters times numbers alone: they are one dot. A bias stays one.
        """
        more = self.weights(plus)
        less = self.weights(minus) if more else []
        if less:
            kept = self.bias_of(plus, minus) if len(more) + len(less) > NEIGHBOURS else []
            more = more[len(kept) :]  # what stands alone is the first
            plus.left = [t for t, _ in (*more, *less)]
            plus.right = [self.place_of(x) for _, x in more] + [self.place_of(-x) for _, x in less]
            plus.rest = [t for t in plus.rest if self.is_number(t)] + kept
            minus.left, minus.right = [], []
            minus.rest = [t for t in minus.rest if self.is_number(t)]

    def bias_of(self, plus: Side, minus: Side) -> list[int]:
        """The one term that is added and is no product, in a list; [] where there are others."""
        bare = [t for t in plus.rest if not self.is_number(t)]
        return bare if len(bare) == 1 and all(map(self.is_number, minus.rest)) else []

    def weights(self, side: Side) -> Weighted:
        """The terms of a side, each with its number; [] where they are not all parameters."""
        value, parameter = self.value, self.parameter
        found: Weighted = [(t, 1.0) for t in side.rest if value[t] is None]
        if side.scaled or None in [parameter(t) for t, _ in found]:
            return []
        for a, b in zip(side.left, side.right):
            if value[a] is not None:
                a, b = b, a
            number = value[b]
            if number is None or parameter(a) is None:
                return []
            found.append((a, number))
        return found

    def is_number(self, t: int) -> bool:
        """Whether a term is a number, not a node or a leaf."""
        return self.value[t] is not None

    def shift(self, side: Side) -> float:
        """The sum of the numbers among the terms, which are left out of them; but a 0 stays where
        it stands beside few terms: at the ends of a row it is the neighbour that is missing.
        """
        value, found, left, zeros = self.value, 0.0, [], []
        for t in side.rest:
            number = value[t]
            if number is None:
                left.append(t)
            elif number == 0.0:
                zeros.append(t)
            else:
                found += number
        if zeros and left and len(side.rest) <= NEIGHBOURS and not side.has_products():
            left = [t for t in side.rest if value[t] is None or t in zeros]
        side.rest = left
        return found

    def total(self, terms: list[int], shift: float, products: bool) -> int:
        """The sum of some nodes and a number; whether there are products among them."""
        if shift or not terms:
            terms = [*terms, self.number(shift)]
        first = terms[0]
        if len(terms) == 2 and products and (self.is_dot(first) or self.is_dot(terms[1])):
            return self.node(ops.add, (first, terms[1]))
        if len(terms) == 1 and (shift or self.kinds[first] == CONSTANT or self.is_dot(first)):
            return first
        # a sum of one term, too: sums of 1, 2, 3 terms are alike
        return self.node(ops.sum, tuple(terms))

    def is_dot(self, i: int) -> bool:
        """Whether an id is a dot, or a number times a dot."""
        node = self.nodes.get(i)
        return node is not None and (node[0] is ops.dot or node[0] is ops.mul)

    def terms(self, side: Side) -> list[int]:
        """The terms of one sign as nodes: a dot for the products of each pair of kinds, then the
        rest.
        """
        rest = self.ids_of(side.rest)
        if not side.left and not side.scaled:
            return rest
        left, right = self.ids_of(side.left), self.ids_of(side.right)
        if len(left) == 1 and not side.scaled:
            found_one = self.one_product(left[0], right[0], rest)
            if found_one is not None:
                return [found_one]
        found = self.scaled(side, left, right) if side.scaled else []
        classes = self.classes(left, right)
        if len(classes) > 1:
            self.share_zeros(classes)
        bias = self.bias_alone(classes, rest) if rest else None
        if len(classes) == 1:
            (products,) = classes.values()
            return [*found, self.dot(*products), *rest]
        dots = {which: self.dot(*classes[which]) for which in sorted(classes)}
        if bias is not None:
            self.add_to_data(bias, dots, rest)
        return [*found, *dots.values(), *rest]

    def bias_alone(self, classes: Classes, rest: list[int]) -> Optional[int]:
        """The bias among the other terms. None where there is none any more: one beside data is a
        weight whose input is 1.
        """
        weights_of_data = classes.get((PARAMETER, CONSTANT))
        if not weights_of_data and len(classes) == 1:
            return None
        if weights_of_data:
            self.merge_rest(rest, *weights_of_data)
        bias = self.bias(rest) if rest else None
        if bias is None or not weights_of_data or not self.lies_beside(bias, weights_of_data[0]):
            return bias
        weights_of_data[0].append(bias)
        weights_of_data[1].append(self.number(1.0))
        rest.remove(bias)
        return None

    def add_to_data(self, bias: int, dots: dict[tuple[int, int], int], rest: list[int]) -> None:
        """Add a bias to the product of weights with data: what these give, bias included, needs no
        turn before.
        """
        for which in ((PARAMETER, INPUT), (PARAMETER, CONSTANT)):
            if which in dots:
                rest.remove(bias)
                dots[which] = self.node(ops.add, (bias, dots[which]))
                break

    def one_product_and_more(self, side: Side) -> int:
        """The node of one product, alone or beside a number or another term: the shortest sums."""
        a, b = self.ids[side.left[0]], self.ids[side.right[0]]
        if a == NONE or b == NONE:
            a, b = self.ids_of((side.left[0], side.right[0]))
        if not side.rest:
            return self.product(a, b)
        (term,) = side.rest
        number = self.value[term]
        if number is not None:
            return self.product_and_number(a, b, number)
        other = self.ids[term]
        both = self.one_product(a, b, [other])
        product = self.product(a, b) if both is None else both
        zero = self.number(0.0)
        if both is not None:
            return both
        found = self.node(ops.add, (product, other))
        if other == zero:
            self.others[found] = product, other
        return found

    def product_and_number(self, a: int, b: int, number: float) -> int:
        """The node of one product and a number."""
        product, _ = self.product(a, b), self.number(0.0)
        if not number:
            return product
        found = self.node(ops.add, (product, self.number(number)))
        self.others[found] = product, -number
        return found

    def product(self, a: int, b: int) -> int:
        """The node of a product. The parameter, or the number, is on the left, as in `classes`."""
        kind, other = self.kinds[a], self.kinds[b]
        if kind > other:
            a, b, kind = b, a, other
        return self.node(ops.mul if kind == CONSTANT else ops.dot, (a, b))

    def one_product(self, a: int, b: int, rest: list[int]) -> Optional[int]:
        """The node of one product and nothing else, or of w * x + b; None where it is another sum.
        """
        if not rest:
            return self.product(a, b)
        kinds = self.kinds
        if kinds[a] > kinds[b]:
            a, b = b, a
        bias = rest[0]
        of_data = kinds[a] == PARAMETER and kinds[b] == CONSTANT
        if of_data and len(rest) == 1 and kinds[bias] == PARAMETER and bias != a:
            if self.lies_beside(bias, [a]):
                return self.node(ops.dot, (a, bias, b, self.number(1.0)))
        return None

    def merge_rest(self, rest: list[int], weights: list[int], data: list[int]) -> None:
        """Put parameters that are weights as well among the weights, times 1."""
        if len(weights) == 1:
            return
        known = weights if len(rest) == 1 else set(weights)
        for i in [i for i in rest if i in known]:
            rest.remove(i)
            weights.append(i)
            data.append(self.number(1.0))

    def bias(self, terms: list[int]) -> Optional[int]:
        """The one parameter among some terms; None where there is another number of them."""
        biases = [i for i in terms if self.kinds[i] == PARAMETER]
        return biases[0] if len(biases) == 1 else None

    def classes(self, left: list[int], right: list[int]) -> Classes:
        """The products left[k] * right[k] by the kinds of their factors.

        The parameter is on the left: so all neurons of a layer look alike.
        """
        kind = self.kinds.__getitem__
        if len(left) == 1:
            a, b = kind(left[0]), kind(right[0])
            return {(b, a): (right, left)} if a > b else {(a, b): (left, right)}
        on_the_left, on_the_right = set(map(kind, left)), set(map(kind, right))
        if len(on_the_left) == len(on_the_right) == 1:
            (a,), (b,) = on_the_left, on_the_right
            return {(b, a): (right, left)} if a > b else {(a, b): (left, right)}
        found: Classes = {}
        for i, j in zip(left, right):
            a, b = kind(i), kind(j)
            if a > b:
                a, b, i, j = b, a, j, i
            some = found.get((a, b))
            if some is None:
                some = found[a, b] = [], []
            some[0].append(i)
            some[1].append(j)
        return found

    def scaled(self, side: Side, left: list[int], right: list[int]) -> list[int]:
        """Scaled products as nodes: one number times dots where all have the same, else products
        that go among the others, left and right.
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
            left.append(self.number(factor))
            right.append(self.node(ops.mul, tuple(self.ids_of((a, b)))))
        return []

    def share_zeros(self, classes: Classes) -> None:
        """Put weights times 0 to the weights times nodes: what is 0 in one sample is a node in
        another.
        """
        zeros = classes.get((PARAMETER, CONSTANT), ([], []))
        for kind in (NODE, INPUT):
            if (
                (PARAMETER, kind) in classes
                and zeros[1]
                and all(self.constants[b] == 0.0 for b in zeros[1])
            ):
                for some, more in zip(classes[PARAMETER, kind], classes.pop((PARAMETER, CONSTANT))):
                    some += more
                return

    def dot(self, left: list[int], right: list[int]) -> int:
        """The sum of some products as a node."""
        if len(left) > 1:
            left, right = self.merged(left, right)
        if len(left) == 1 and self.kinds[left[0]] == CONSTANT:
            return self.node(ops.mul, (left[0], right[0]))
        return self.node(ops.dot, tuple(left + right))

    def merged(self, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
        """Products in which nothing is multiplied by two numbers: by their sum instead."""
        kinds = self.kinds
        if kinds[left[0]] == CONSTANT:
            right, left = self.merged(right, left) if kinds[right[0]] != CONSTANT else (right, left)
        elif kinds[right[0]] == CONSTANT and len(set(left)) < len(left):
            sums: dict[int, float] = {}
            for i, j in zip(left, right):
                sums[i] = sums.get(i, 0.0) + self.constants[j]
            return list(sums), list(map(self.number, sums.values()))
        return left, right

    def lies_beside(self, bias: int, weights: list[int]) -> bool:
        """Whether a bias is a neighbour of some weights among the parameters, or of those it is
        added to elsewhere.
        """
        first, last = self.beside.get(bias, (weights[0], weights[0]))
        return bias - 1 == max(last, *weights) or bias + 1 == min(first, *weights)

    def note_biases(self, linears: dict[int, Linear]) -> None:
        """Note the first and last weight that a bias is added to, where not always to the same."""
        before: dict[int, Side] = {}
        parameters = {t for t in self.columns.begin if self.parameter(t) is not None}
        for plus, minus in linears.values():
            for side in (plus,) if minus is NOTHING else (plus, minus):
                if not side.left or parameters.isdisjoint(side.rest):
                    continue
                biases = parameters.intersection(side.rest)
                for bias in biases if len(biases) == 1 else ():
                    other = before.setdefault(bias, side)
                    if side.left != other.left and side.right != other.right:
                        self.note_bias(self.ids[bias], side, other)

    def note_bias(self, bias: int, side: Side, other: Side) -> None:
        """Note the first and last weight beside a bias in two sums."""
        terms = [*side.left, *side.right, *other.left, *other.right]
        some = [i for i in map(self.parameter, terms) if i is not None]
        some += self.beside.get(bias, ())
        if some:
            self.beside[bias] = min(some), max(some)

    def parameter(self, t: int) -> Optional[int]:
        """The id of a term that is a parameter; None for any other."""
        i = self.ids[t]
        return i if i != NONE and self.kinds[i] == PARAMETER else None
