"""The twelve steps from an empty file to an engine with a compiler: what each asks for, and how it is checked.

What is right comes from autograd and from finite differences, on the same expressions. Where a backward is wrong, `check_engine` names
the misconception.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from math import tanh
from typing import Any, NamedTuple

from autograd import Value, grad
from demos.exercises.checkers.asking import (Part, Student, Wrong, as_matrix, as_number, as_tuple, as_vector, call, draw, draws,
                                             entries)
from demos.exercises.checkers.comparing import all_close, compare, gradient
from demos.exercises.marking.policy import ENGINES, NO_ENGINE, Policy
from demos.exercises.probes.track import EXPRESSIONS

POLICY = Policy((((*NO_ENGINE, *(name for name in ENGINES if name != "nn")), "it uses {name}: here the engine is your own"),), allows=("exec", "eval", "compile"))


class Step(NamedTuple):
    """A step: its title, its task, how it is checked, and three hints."""
    title: str
    task: str
    check: Callable[[Student], None]
    hints: tuple[str, str, str]


def point(student: Student, tag: Any, low: float = 0.3) -> list[float]:
    return draws(student.random(tag), 2, low)


def right(text: str, p: Sequence[float]) -> float:
    return EXPRESSIONS[text](*map(Value, p)).data


def slopes(text: str, p: Sequence[float]) -> list[float]:
    return list(grad(EXPRESSIONS[text], argnums=(0, 1))(*p))


def value(student: Student) -> None:
    for x in (2.0, -0.5):
        data, grad = as_tuple(student.run("track.value", f"Value({x:g})", x), 2, "Value")
        compare([f"Value({x:g}).data"], [as_number(data, "data")], [x], by="it should be")
        compare([f"Value({x:g}).grad"], [as_number(grad, "grad")], [0.0], by="it should be",
                more=[("nothing is known of a derivative yet, so grad begins at 0", [as_number(grad, "grad")])])


def operators(student: Student) -> None:
    for text in ("a + b", "a * b", "(a + b) * (a * b)", "2 * a + b * 3", "1 + a"):
        p = point(student, text)
        got = as_number(student.run("track.data", f"{text}, for Values", text, p), f"the data of {text}")
        compare([f"the data of {text} for a, b = {p}"], [got], [right(text, p)], by="it should be")
    for text in ("a + b", "a * b"):
        found = student.run("track.inputs", f"({text}).inputs", text, point(student, text))
        if list(found) != [0, 1]:
            raise Wrong(f"({text}).inputs is {found}, not the two Values a and b", mistake="the inputs are the Values themselves, in order, "
                        "not copies and not their numbers")
    if student.run("track.leaf_inputs", "Value(1.0).inputs") != 0:
        raise Wrong("Value(1.0).inputs is not empty", mistake="a Value that comes from no operation has no inputs")


def partials(student: Student) -> None:
    for text, local in (("a + b", lambda a, b: [1.0, 1.0]), ("a * b", lambda a, b: [b, a]), ("a * a", lambda a, b: [a, a])):
        p = point(student, text)
        got = as_vector(student.run("track.partials", f"({text}).partials", text, p), 2, f"({text}).partials")
        compare([f"({text}).partials[{i}] for a, b = {p}" for i in range(2)], got, local(*p), [
            ("the partial derivative with respect to a factor is the other factor", [p[0], p[1]] if text == "a * b" else [0.0, 0.0])],
            by="it should be")


def order(student: Student) -> None:
    for text in ("a * b + a", "h * h + h, with h = a * b", "(a + b) * (a * b)"):
        nodes, length, distinct, last, places = student.run("track.order", f"order({text})", text, point(student, text))
        problems = [
            (distinct < length, "a node that is used twice is taken twice: what has been seen has to be remembered"),
            (length < nodes, "not all nodes are there"), (not last, "the output comes last"),
            (any(k > i or k < 0 for i, its in enumerate(places) for k in its), "a node stands before one of its inputs")]
        for wrong, mistake in problems:
            if wrong:
                raise Wrong(f"order of {text} is not a topological order", mistake=mistake)
    n = student.run("track.chain", "order of a chain of 3,000 doublings", 3_000)
    if n != 3_001:
        raise Wrong(f"order of a chain of 3,000 doublings has {n} nodes, not 3,001", mistake="a node is there twice, or not at all")


def backward(student: Student) -> None:
    wrong: Wrong | None = None
    for text in ("a + b", "a * b", "a * b + a", "a * a", "a + a + b", "h * h + h, with h = a * b", "(a + b) * (a * b)"):
        try:
            check_grads(student, text)
        except Wrong as found:
            wrong = wrong or found
    if wrong:
        examined(student, wrong)
    text = "h * h + h, with h = a * b"
    p = point(student, text, 0.5)
    got = as_vector(student.run("track.twice_back", f"a second backward() of {text}", text, p), 2, "the grads")
    once = slopes(text, p)
    if not all_close(got, [2 * x for x in once]):       # leaves may add up, as micrograd's do
        compare([f"y = {text}, a, b = {p}: after a second y.backward(), {x}.grad" for x in "ab"], got, once,
                more=[("what the first call has left in the nodes between is handed on again", got)])


def check_grads(student: Student, text: str) -> None:
    p = point(student, text, 0.5)
    got = as_vector(student.run("track.grads", f"backward() of {text}", text, p), 2, "the grads")
    names = [f"y = {text}, a, b = {p}: after y.backward(), {x}.grad" for x in "ab"]
    compare(names, got, slopes(text, p), [("nothing arrives at the leaves", [0.0, 0.0])])


def examined(student: Student, wrong: Wrong) -> None:
    """Raise what is wrong, with the misconception that `check_engine` finds behind it."""
    fine, fault, _ = student.raw("track.engine", "check_engine(Value)")
    if not fine and isinstance(fault, str) and "why: " in fault:
        shown, _, why = fault.partition("\nwhy: ")
        wrong = Wrong(shown.removeprefix("wrong: "), mistake=why)
    raise wrong


def table(student: Student) -> None:
    wrong: Wrong | None = None
    for text in ("a - b", "1 - a", "-a * b", "a / b", "2 / a", "a ** 3", "tanh(a * b)", "exp(a) + a", "log(a * b)", "relu(a - b) * a",
                 "tanh(a) / (exp(b) + 1)"):
        p = point(student, text, 0.5)
        try:
            got = as_number(student.run("track.data", f"{text}, for Values", text, p), f"the data of {text}")
            compare([f"the data of {text} for a, b = {p}"], [got], [right(text, p)], by="it should be")
            check_grads(student, text)
        except Wrong as found:
            if " raised " in str(found):                # an operation that is not there yet
                raise
            wrong = wrong or found
    if wrong:
        examined(student, wrong)


def numbered(count: int) -> list[float]:
    return [((7 * k) % 11 - 5) / 6 for k in range(count)]


def neuron(student: Student) -> None:
    x = draws(student.random(), 3)

    def out(p: Sequence[float]) -> float:
        return tanh(sum(w * t for w, t in zip(p, x)) + p[3])
    p = numbered(4)
    count, y, grads = student.run("track.neuron", "a Neuron of 3 inputs", x)
    if count != 4:
        raise Wrong(f"a neuron with 3 inputs has {count} parameters", mistake="three weights and a bias are four")
    right_y = out(p)
    other = out([*p[1:], p[0]])
    compare(["the output of the neuron"], [as_number(y, "the output")], [right_y], [
        ("the tanh is missing", [sum(w * t for w, t in zip(p, x)) + p[3]]), ("the bias is missing", [out([*p[:3], 0.0])]),
        ("the bias comes first in parameters(); weights first, then the bias", [other])], by="it should be")
    compare([f"the gradient of parameter {k}" for k in range(4)], as_vector(grads, 4, "the gradients"), gradient(out, p))
    first = [as_number(w, "a parameter") for w in student.run("track.random_neurons", "two new neurons")]
    if len({w for w in first if w}) <= 3:
        raise Wrong("two new neurons have the same weights", mistake="weights begin at random, or all neurons learn the same")


def mlp_of(sizes: Sequence[int], p: Sequence[float], x: Sequence[float]) -> float:
    """The network with the parameters layer by layer, neuron by neuron, weights before the bias; tanh in every layer but the last."""
    values, rest = list(x), list(p)
    for k, size in enumerate(sizes[1:]):
        out = []
        for _ in range(size):
            n = len(values)
            z = sum(w * t for w, t in zip(rest, values)) + rest[n]
            out.append(z if k == len(sizes) - 2 else tanh(z))
            rest = rest[n + 1:]
        values = out
    return values[0]


def mlp(student: Student) -> None:
    for sizes in ([2, 3, 1], [2, 2, 2, 1]):
        x = draws(student.random(sizes), 2)
        count = sum((n + 1) * m for n, m in zip(sizes, sizes[1:]))
        asked = f"MLP({sizes[0]}, {sizes[1:]})"
        got, y, grads = student.run("track.network", asked, sizes, x)
        if got != count:
            raise Wrong(f"{asked} has {got} parameters, not {count}", mistake="every neuron has a weight for each input, and a bias")
        p = numbered(count)
        compare([f"the output of {asked}"], [as_number(y, "the output")], [mlp_of(sizes, p, x)],
                [("the last layer has a tanh too; it has no activation", [tanh(mlp_of(sizes, p, x))])], by="it should be")
        compare([f"{asked}: the gradient of parameter {k}" for k in range(count)], as_vector(grads, count, "the gradients"),
                gradient(lambda q: mlp_of(sizes, q, x), p))


def train(student: Student) -> None:
    rng, steps, rate = student.random(), 8, 0.05
    xs = [draws(rng, 2) for _ in range(4)]
    ys = [draw(rng, -1.0, 1.0) for _ in xs]

    def loss(p: Sequence[float]) -> float:
        return sum((mlp_of([2, 2, 1], p, x) - y)**2 for x, y in zip(xs, ys))

    def path(step: Callable[[list[float], list[float], list[float]], list[float]]) -> list[float]:
        """The losses along steps; a step takes p, the gradient there, and the sum of all gradients so far."""
        p, losses, total = numbered(9), [], [0.0] * 9
        for _ in range(steps):
            losses.append(loss(p))
            g = gradient(loss, p)
            total = [a + b for a, b in zip(total, g)]
            p = step(p, g, total)
        return losses
    found, _ = student.run("track.train", "train(model, xs, ys, steps, rate)", xs, ys, steps, rate)
    got = as_vector(found, steps, "the list of losses")
    straight = path(lambda p, g, total: [a - rate * b for a, b in zip(p, g)])
    compare([f"the loss before step {k + 1}" for k in range(steps)], got, straight, [
        ("the grads are not set to 0 between the steps: they add up", lambda: path(lambda p, g, total: [a - rate * b for a, b in zip(p, total)])),
        ("it goes uphill: a + before the learning rate", lambda: path(lambda p, g, total: [a + rate * b for a, b in zip(p, g)])),
        ("it does not move: the parameters stay as they are", [straight[0]] * steps),
        ("the mean over the samples, where the loss is their sum", lambda: [x / 4 for x in path(lambda p, g, total: [
            a - rate * b / 4 for a, b in zip(p, g)])]),
        ("the losses are those after the steps, not before", lambda: [*straight[1:], loss_after(loss, straight, path, rate)])],
        by="it should be")


def loss_after(loss: Any, straight: list[float], path: Any, rate: float) -> float:
    last: list[float] = []

    def step(p: list[float], g: list[float], total: list[float]) -> list[float]:
        last[:] = [a - rate * b for a, b in zip(p, g)]
        return list(last)
    path(step)
    return float(loss(last))


def forward(student: Student) -> None:
    for text in ("a * b + a", "h * h + h, with h = a * b", "tanh(a) / (exp(b) + 1)"):
        p = point(student, text, 0.5)
        got = as_vector(student.run("track.forward", f"forward(y, a) for y = {text}", text, p), 2, "forward")
        compare([f"forward(y, {x}) for y = {text}, a, b = {p}" for x in "ab"], got, slopes(text, p),
                [("both are 0: the input itself has the tangent 1", [0.0, 0.0])])


def matrix(student: Student) -> None:
    rng = student.random()
    w, x, b = [draws(rng, 3) for _ in range(2)], [draws(rng, 4) for _ in range(3)], [[draw(rng)] for _ in range(2)]
    y, *grads = student.run("track.matrices", "sum(V @ tanh(W @ X + b)) with Matrix", w, x, b)

    def out(flat: Sequence[float]) -> float:
        W, X, B = [flat[i * 3:i * 3 + 3] for i in range(2)], [flat[6 + i * 4:10 + i * 4] for i in range(3)], flat[18:20]
        return sum(v * tanh(sum(W[i][k] * X[k][j] for k in range(3)) + B[i]) for i, v in enumerate((0.7, -1.3)) for j in range(4))
    flat = [t for rows in (w, x, b) for row in rows for t in row]
    compare(["sum(V @ tanh(W @ X + b)), with V = [[0.7, -1.3]]"], [as_number(y, "the data of the sum")], [out(flat)], by="it should be")
    every = gradient(out, flat)
    for name, shape, got, start in (("W", (2, 3), grads[0], 0), ("X", (3, 4), grads[1], 6), ("b", (2, 1), grads[2], 18)):
        numbers = as_matrix(got, shape, f"{name}.grad")
        compare(entries(f"{name}.grad", shape), numbers, every[start:start + shape[0] * shape[1]])


def compiler(student: Student) -> None:
    for text in ("a * b + a", "h * h + h, with h = a * b", "tanh(a) / (exp(b) + 1)", "2 * a + b * 3"):
        p, points = point(student, text, 0.5), [point(student, (text, k), 0.5) for k in range(3)]
        found, count = student.run("track.compiled", f"compile(y, [a, b]) for y = {text}", text, p, points)
        for q, (y, its) in zip(points, found):
            asked = call("compiled", *q)
            compare([f"y = {text}: {asked}: y"], [as_number(y, "y")], [right(text, q)],
                    [("the numbers of the recorded point are in the program, where its arguments should be", [right(text, p)])],
                    by="it should be")
            compare([f"y = {text}: {asked}: ∂y/∂{x}" for x in "ab"], as_vector(its, 2, "the derivatives"), slopes(text, q),
                    [("these are the derivatives at the recorded point", slopes(text, p))])
        if count:
            raise Wrong(f"the compiled function of {text} makes {count} Values", mistake="it records a graph again; a compiled function "
                        "computes with floats alone")


STEPS = (
    Step("A Value", "Open an empty file, `engine.py`. Write a class `Value` that holds a number: `Value(2.0).data` is 2.0, and "
         "`Value(2.0).grad` is 0.0.", value,
         ("A class with __init__.", "Two attributes, data and grad.", "grad has the value 0.0 at first.")),
    Step("+ and *", "Let Values be added and multiplied, with one another and with plain numbers, from both sides: `a + b`, `a * b`, `2 * a`, "
         "`1 + a`. The result is a Value, and its `inputs` are the two Values it came from, in order. A plain number becomes a Value of its "
         "own. A Value that comes from no operation has no inputs.", operators,
         ("__add__ and __mul__ give a new Value.", "__radd__ and __rmul__ are asked where the left side is a plain number.",
          "Turn what is not a Value into one first; then hand both over as inputs.")),
    Step("Local derivatives", "Let each result remember, beside its inputs, its local derivatives: `(a * b).partials` is the tuple of the "
         "derivatives of the product with respect to `a` and to `b`, as numbers.", partials,
         ("They are known when the operation is done.", "For a sum both are 1.", "For a product each is the other factor.")),
    Step("The order", "Write a function `order(v)`: all nodes behind v, v included, each once, and after all of its inputs. Without recursion: "
         "graphs are deep.", order,
         ("This is exercise 7.", "A stack of your own, and a set of what has been seen.",
          "Put a node in the list when all of its inputs are there.")),
    Step("Backward", "Write `v.backward()`: it sets the `grad` of every node behind v to the derivative of v with respect to it. From the output "
         "back, each node hands on to its inputs.", backward,
         ("This is exercise 8.", "The output's own grad is 1. A node that is used twice gets two parts.",
          "Go through order(v) backwards, and add partial times grad to the grad of each input.")),
    Step("The table", "The other operations: `a - b`, `-a`, `a / b`, `a ** 3` for a plain exponent, with plain numbers on the left too, and the "
         "methods `tanh()`, `exp()`, `log()` and `relu()`. Each is a value and its local derivatives.", table,
         ("One function can make a Value of data, inputs and partials.", "a - b is a + -1 * b, and a / b is a * b ** -1.",
          "The derivative of tanh is 1 - tanh², of exp itself, of log 1 over its input, of relu 1 or 0.")),
    Step("A neuron", "A class `Neuron(n)`: n weights, random, and a bias, all of them Values. Called with n numbers or Values it gives "
         "tanh(w · x + b). `parameters()` is the list of the weights and then the bias.", neuron,
         ("__call__ makes an object callable.", "A sum of products, the bias, then tanh().", "random.uniform(-1, 1) for each weight.")),
    Step("A network", "A class `MLP(n, sizes)`, where sizes are the numbers of neurons in its layers: `MLP(2, [3, 1])`. tanh in all layers but "
         "the last, which has no activation. Called, it gives the one output, or a list of them. `parameters()` goes layer by layer.", mlp,
         ("A layer is a list of neurons.", "The outputs of a layer are the inputs of the next.",
          "Give Neuron another argument that leaves the tanh out.")),
    Step("Training", "A function `train(model, xs, ys, steps, rate)`: gradient descent on the sum of the squared errors over all samples. It gives "
         "the list of the losses, each before its step.", train,
         ("Forward, backward, step.", "Before each backward all grads are 0 again.", "p.data -= rate * p.grad for every parameter.")),
    Step("Forward mode", "A function `forward(y, x)`: the derivative of y with respect to a leaf x, by going through the order from the inputs to "
         "the output, with a tangent for each node.", forward,
         ("The tangent of x is 1, that of all other leaves 0.", "A node's tangent is the sum of its partials times its inputs' tangents.",
          "order(y) is the right order for it; the last tangent is the answer.")),
    Step("A Value that holds a matrix", "A class `Matrix(rows)` on NumPy, with `@`, `+` (a column is added to every column), `tanh()`, `sum()` and "
         "`backward()`. `grad` has the shape of `data`.", matrix,
         ("Instead of partials, each operation may keep a function from its grad to the grads of its inputs.",
          "For C = A @ B they are G @ B.T and A.T @ G.", "What was broadcast going forward is summed going back.")),
    Step("A first compiler", "A function `compile(y, inputs)`: it turns the graph of y into the source of a Python function of plain numbers, one "
         "line for each node, forward and then backward, runs `exec` on it, and gives that function. Called with numbers it gives "
         "`(y, [the derivatives with respect to the inputs])`, at any point, and makes no Value.", compiler,
         ("Each Value has to know its operation, not only its numbers.", "A name for each node: v0, v1, ... in the order.",
          "For the backward pass write one line for each edge, with the local derivative as a formula of names.")))
PARTS = [Part(step.title, step.check) for step in STEPS]
