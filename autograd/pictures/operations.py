"""The scene of a graph in full: a card for every Value, an edge for every use of one.

A Value that is used twice as an input has two edges. A number that is one of two operands stands
beside the operation's sign; of more operands it is a node without a derivative.
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograd import ops
from autograd.compat.messages import described, entries
from autograd.operation import TABLE, Operation
from autograd.pictures.scene import Edge, Node, Scene
from autograd.value import Value, record
from autograd.words.labels import (
    LONGEST_TITLE,
    LONGEST_TOOLTIP,
    as_name,
    clean,
    shorten,
)
from autograd.words.local import recorded_or_none
from autograd.words.numbers import compact, grad_of, number_text
from autograd.words.titles import NO_TITLES, roles, symbol_of, titles


@dataclass
class Drawing:
    """A scene that grows, Value by Value.

    title, role     of each Value
    node            the name of each Value's node
    prefix          what names of new nodes begin with
    cards           how many there are
    """
    scene: Scene
    title: Mapping[Value, str]
    role: Mapping[Value, str]
    node: dict[Value, str] = field(default_factory=dict)
    prefix: str = "v"
    cards: int = 0

    def add_card(self, **about: Any) -> Node:
        """A new card."""
        node = Node(name=f"{self.prefix}{self.cards}", **about)
        self.cards += 1
        self.scene.nodes.append(node)
        return node

    def add_edges(self, target: str, inputs: Sequence[Any],
                  partials: Sequence[float | None]) -> None:
        """An edge from each input: a Value, the name of a node, or a number that has no sign."""
        for k, (u, local) in enumerate(zip(inputs, partials)):
            if not isinstance(u, float):
                source = self.node.get(u, u)
                self.scene.edges.append(Edge(source, target, "use", local))
            elif len(inputs) > 2 and u != 0:
                self.add_number(f"{target}c{k}", u, target)

    def add_number(self, name: str, x: float, target: str) -> None:
        """A node for a number, and its edge."""
        shown = compact(x)
        node = Node(name, shown, "number", f"the number {shown}", "text")
        self.scene.nodes.insert(-1, node)                       # before the card that uses it
        self.scene.edges.append(Edge(name, target, "number"))


def operations(outputs: Sequence[Value], order: Sequence[Value],
               parameters: Sequence[Value] | None = None, open_dots: bool = False,
               longest: int = LONGEST_TITLE, known: Mapping[Value, str] = NO_TITLES) -> Scene:
    """The scene of all Values of an order.

    With `open_dots` a dot is its products and their sum; `longest` is the length of a title, and
    `known` are titles that some Values have.
    """
    title = titles(order, longest, known)
    scene = Scene(f"graph of {shorten(title[order[-1]]) or 'a Value'}")
    drawing = Drawing(scene, title, roles(order, outputs, parameters))
    for v in order:
        add_value(drawing, v, open_dots)
    return scene


def add_value(drawing: Drawing, v: Value, open_dots: bool = False) -> None:
    """Add v, whose inputs have nodes, to a drawing."""
    op: Any = v.op
    inputs: Sequence[Any] = v.inputs
    local = recorded_or_none(v)
    if open_dots and op is ops.dot:
        op, inputs, local = ops.sum, *add_products(drawing, v, local)
    title, role, grad = drawing.title[v], drawing.role[v], grad_of(v)
    node = drawing.add_card(title=title, role=role, data=v.data, grad=grad,
                            sign=sign_of(op, inputs), words=in_words(title, role, op, v.data, grad))
    drawing.node[v] = node.name
    drawing.add_edges(node.name, inputs, local)


def add_products(drawing: Drawing, v: Value, local: Sequence[float | None]) -> tuple[Any, Any]:
    """Add the products of a dot, each a card; the inputs and local derivatives of their sum.

    Inputs of a dot are w1, ..., wn, x1, ..., xn, b.
    """
    inputs = v.inputs
    n = len(inputs) // 2
    held = data_when_recorded(inputs, local)
    grad = grad_of(v)
    products = []
    for i, j in zip(range(n), range(n, 2 * n)):
        factors = [inputs[i], inputs[j]]
        title = product_title(drawing, factors)
        data = held[i] * held[j]
        node = drawing.add_card(title=title, role="intermediate", data=data, grad=grad,
                                sign=sign_of(ops.mul, factors),
                                words=in_words(title, "intermediate", ops.mul, data, grad))
        drawing.add_edges(node.name, factors, [local[i], local[j]])
        products.append(node.name)
    if isinstance(inputs[-1], float) and inputs[-1] == 0.0:
        return products, [1.0] * n
    return [*products, inputs[-1]], [*[1.0] * n, local[-1]]


def product_title(drawing: Drawing, factors: Sequence[Any]) -> str:
    """The product of two inputs as a title, '' where that is too long."""
    names = [as_name(drawing.title[u]) if isinstance(u, Value) else number_text(u)
             for u in factors]
    title = " * ".join(f"{name:power}" for name in names)
    return title * (len(title) <= LONGEST_TITLE)


def data_when_recorded(inputs: Sequence[Any], local: Sequence[float | None]) -> list[float]:
    """What the factors of a dot held when it was recorded, whatever they hold today.

    The local derivative with respect to w_i is x_i, and the other way round. Only where x_i is a
    number, which has no derivative, must w_i's data of today do.
    """
    n = len(inputs) // 2
    partner = [*local[n:2 * n], *local[:n]]
    held = []
    for u, recorded in zip(inputs, partner):
        if recorded is not None:
            held.append(recorded)
        else:
            held.append(u.data if isinstance(u, Value) else u)
    return held


def sign_of(op: Any, inputs: Sequence[Any]) -> str:
    """The sign of an operation, with a number that is one of two operands: × 2. '' for a leaf."""
    if not inputs:
        return ""
    sign = symbol_of(op)
    if len(inputs) == 2:
        a, b = inputs
        if isinstance(b, float):
            return f"{sign} {compact(b)}"
        if isinstance(a, float):
            return f"{compact(a)} {sign}"
    return sign


def in_words(title: str, role: str, op: Any, data: float, grad: float | None) -> str:
    """What a card shows, as a sentence."""
    parts = [role]
    if op:
        parts.append(f"by {name_of(op)}")
    parts.append(f"data {compact(data)}")
    if grad is None:
        parts.append("no grad yet")
    else:
        parts.append(f"grad {compact(grad)}")
    return shorten(f"{title or 'a Value'}: {', '.join(parts)}", LONGEST_TOOLTIP)


def name_of(op: Any) -> str:
    """The name of an operation of the table; of another what its user calls it."""
    name: str = getattr(op, "name", "")
    return name if name in TABLE else clean(op)


def with_circles(scene: Scene) -> Scene:
    """The same scene with each operation as a circle of its own, before its Value."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for node, into in zip(scene.nodes, scene.edges_into()):
        if node.sign:
            circle, words = f"{node.name}o", f"operation {node.sign}"
            nodes.append(Node(circle, node.sign, "operation", words, "circle"))
            edges += [replace(scene.edges[k], target=circle) for k in into]
            edges.append(Edge(circle, node.name, "result"))
        nodes.append(replace(node, sign=""))
    return replace(scene, nodes=nodes, edges=edges)


def failed(error: Any) -> Any:
    """A Value for the operation that an error came from, NaN as its data; the error for another."""
    if hasattr(error, "value"):
        return error.value
    if not any(isinstance(x, Value) for x in getattr(error, "inputs", ())):
        return error
    row = error.operation
    here = Operation(row.name, lambda *inputs: math.nan, (None,) * len(error.inputs), row.symbol,
                     row.text)
    v = record(here, error.inputs)
    v.label = "error"
    return v


def outputs_of(value: Any, what: str) -> list[Value]:
    """A Value, or a list of Values, as a list. Raises TypeError for anything else."""
    outputs = [failed(value) if isinstance(value, BaseException) else value]
    if isinstance(value, (list, tuple)):
        outputs = list(value)
    if not outputs:
        raise TypeError(f"{what} needs a Value or a list of Values, got an empty list")
    for v in outputs:
        if not isinstance(v, Value):
            raise TypeError(f"{what} needs a Value or a list of Values, got {described(v)}")
    return outputs


def checked_parameters(parameters: Any) -> list[Value] | None:
    """The Values to mark as parameters, as a list; None for none. Raises TypeError."""
    if parameters is None:
        return None
    found: list[Value] = entries(parameters, "parameters", "Values")
    for i, v in enumerate(found):
        if not isinstance(v, Value):
            raise TypeError(f"parameters[{i}] must be a Value, got {described(v)}")
    return found
