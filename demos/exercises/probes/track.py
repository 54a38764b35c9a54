"""Questions to the engine that a student builds, step by step. What they give are numbers, and words of `check_engine`."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import check_engine
from demos.exercises.marking.channel import kind
from demos.exercises.marking.desk import Desk

examiner = check_engine                 # ours, whatever happens to the engine's

EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "a + b": lambda a, b: a + b, "a * b": lambda a, b: a * b, "a * b + a": lambda a, b: a * b + a,
    "(a + b) * (a * b)": lambda a, b: (a + b) * (a * b), "a * a": lambda a, b: a * a, "a + a + b": lambda a, b: a + a + b,
    "h * h + h, with h = a * b": lambda a, b: twice(a * b), "2 * a + b * 3": lambda a, b: 2 * a + b * 3,
    "1 + a": lambda a, b: 1 + a, "a - b": lambda a, b: a - b, "a / b": lambda a, b: a / b, "a ** 3": lambda a, b: a ** 3,
    "-a * b": lambda a, b: -a * b, "1 - a": lambda a, b: 1 - a, "2 / a": lambda a, b: 2 / a,
    "tanh(a * b)": lambda a, b: (a * b).tanh(), "exp(a) + a": lambda a, b: a.exp() + a, "log(a * b)": lambda a, b: (a * b).log(),
    "relu(a - b) * a": lambda a, b: (a - b).relu() * a, "tanh(a) / (exp(b) + 1)": lambda a, b: a.tanh() / (b.exp() + 1)}


def twice(h: Any) -> Any:
    return h * h + h


def made(desk: Desk, text: str, p: Sequence[float]) -> tuple[list[Any], Any]:
    value = desk.get("Value")
    leaves = [value(x) for x in p]
    return leaves, EXPRESSIONS[text](*leaves)


def value(desk: Desk, x: float) -> Any:
    v = desk.get("Value")(x)
    return [v.data, v.grad]


def data(desk: Desk, text: str, p: list[float]) -> Any:
    return made(desk, text, p)[1].data


def inputs(desk: Desk, text: str, p: list[float]) -> Any:
    """For each input of the result: 0 or 1 for the leaves a and b, else what it is."""
    leaves, y = made(desk, text, p)
    return [next((k for k, v in enumerate(leaves) if u is v), kind(u)) for u in y.inputs]


def leaf_inputs(desk: Desk) -> Any:
    return len(tuple(desk.get("Value")(1.0).inputs))


def partials(desk: Desk, text: str, p: list[float]) -> Any:
    return list(made(desk, text, p)[1].partials)


def nodes_of(y: Any) -> list[Any]:
    """All nodes behind y, in any order, told apart by what they are."""
    found, todo = {id(y): y}, [y]
    while todo:
        for u in todo.pop().inputs:
            if hasattr(u, "inputs") and id(u) not in found:
                found[id(u)] = u
                todo.append(u)
    return list(found.values())


def order(desk: Desk, text: str, p: list[float]) -> Any:
    """Of the order of an expression: how many nodes there should be, and for each the places of its inputs in the list."""
    _, y = made(desk, text, p)
    return _places(list(desk.get("order")(y)), y)


def chain(desk: Desk, n: int) -> Any:
    v = desk.get("Value")(1.0)
    for _ in range(n):
        v = v + v
    return len(list(desk.get("order")(v)))


def _places(found: list[Any], y: Any) -> Any:
    place = {id(v): k for k, v in enumerate(found)}
    return [len(nodes_of(y)), len(found), len(place), found[-1] is y,
            [[place.get(id(u), -1) for u in v.inputs if hasattr(u, "inputs")] for v in found]]


def grads(desk: Desk, text: str, p: list[float], again: bool = False) -> Any:
    """The grads of a and b after backward; `again` lets a second expression of new Values come first."""
    if again:
        made(desk, text, p)[1].backward()
    leaves, y = made(desk, text, p)
    y.backward()
    return [v.grad for v in leaves]


def twice_back(desk: Desk, text: str, p: list[float]) -> Any:
    """The grads of a and b after a second backward of the same graph."""
    leaves, y = made(desk, text, p)
    y.backward()
    y.backward()
    return [v.grad for v in leaves]


def engine(desk: Desk) -> Any:
    """Whether `check_engine` finds nothing wrong, and the first fault in words."""
    report = examiner(desk.get("Value"))
    return [bool(report), str(report.faults[0]) if report.faults else "", ", ".join(report.missing)]


def numbered(parameters: Sequence[Any]) -> None:
    """Give the parameters small different numbers, always the same."""
    for k, v in enumerate(parameters):
        v.data = ((7 * k) % 11 - 5) / 6


def neuron(desk: Desk, x: list[float]) -> Any:
    """How many parameters a neuron has, its output, and the gradients."""
    made_one = desk.get("Neuron")(len(x))
    parameters = list(made_one.parameters())
    numbered(parameters)
    y = made_one(x)
    y.backward()
    return [len(parameters), y.data, [v.grad for v in parameters]]


def random_neurons(desk: Desk) -> Any:
    """The parameters of two new neurons, in one list."""
    return [v.data for _ in range(2) for v in desk.get("Neuron")(3).parameters()]


def network(desk: Desk, sizes: list[int], x: list[float]) -> Any:
    """The same for an MLP with these sizes and one output."""
    model = desk.get("MLP")(sizes[0], sizes[1:])
    parameters = list(model.parameters())
    numbered(parameters)
    y = model(x)
    y = y[0] if isinstance(y, (list, tuple)) else y
    y.backward()
    return [len(parameters), y.data, [v.grad for v in parameters]]


def train(desk: Desk, xs: list[list[float]], ys: list[float], steps: int, rate: float) -> Any:
    """What train gives for a small network with numbered parameters, and the parameters after it."""
    model = desk.get("MLP")(2, [2, 1])
    numbered(list(model.parameters()))
    losses = desk.get("train")(model, xs, ys, steps, rate)
    return [losses, [v.data for v in model.parameters()]]


def forward(desk: Desk, text: str, p: list[float]) -> Any:
    """forward(y, a), forward(y, b)."""
    leaves, y = made(desk, text, p)
    return [desk.get("forward")(y, v) for v in leaves]


def matrices(desk: Desk, w: list[list[float]], x: list[list[float]], b: list[list[float]]) -> Any:
    """The data of sum([[0.7, -1.3]] @ tanh(W @ X + b)), and the gradients of all three."""
    matrix = desk.get("Matrix")
    V, W, X, B = matrix([[0.7, -1.3]]), matrix(w), matrix(x), matrix(b)
    y = (V @ (W @ X + B).tanh()).sum()
    y.backward()
    return [y.data, W.grad, X.grad, B.grad]


def compiled(desk: Desk, text: str, p: list[float], points: list[list[float]]) -> Any:
    """compile(y, [a, b]) at other points: (y, derivatives) each; and how many Values were made meanwhile."""
    leaves, y = made(desk, text, p)
    f = desk.get("compile")(y, leaves)
    value, count = desk.get("Value"), [0]
    given = value.__init__

    def counted(self: Any, *arguments: Any, **options: Any) -> None:
        count[0] += 1
        given(self, *arguments, **options)
    value.__init__ = counted
    try:
        found = [f(*point) for point in points]
    finally:
        value.__init__ = given
    return [[[z, list(slopes)] for z, slopes in found], count[0]]
