"""What can be asked about a function: the statement, the file to begin with, and the parts that are checked."""
from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from demos.exercises.checkers.asking import NotBegun, Part, Student, Wrong, as_dict, as_number, at, call, unusable
from demos.exercises.checkers.comparing import all_close, cause, close, compare, exactly
from demos.exercises.marking.policy import Policy, derive
from demos.exercises.own.steps import COMMUTE, SYMBOLS, Graph

Make = Callable[[Mapping[str, float]], Graph]


class Kind(NamedTuple):
    """What is asked: the task in words, the lines to be completed, the parts, the policy, three hints."""
    task: Callable[[Graph, random.Random], str]
    lines: Callable[[Graph], str]
    parts: Callable[[Graph, Make, random.Random], list[Part]]
    policy: Policy
    hints: tuple[str, str, str]


def listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def near(point: Mapping[str, float], rng: random.Random, make: Make) -> Graph:
    """The graph at another point near this one, at which the function is defined."""
    for _ in range(100):
        moved = {name: round(x + rng.uniform(-0.4, 0.4) * max(1.0, abs(x)), 2) for name, x in point.items()}
        try:
            graph = make(moved)
            if math.isfinite(graph.value()) and all(map(math.isfinite, graph.grads().values())):
                return graph
        except (ArithmeticError, ValueError):
            continue
    return make(point)


# grad ------------------------------------------------------------------------------------------------------------------------

def grad_task(graph: Graph, rng: random.Random) -> str:
    return (f"    {graph.out} = {graph.steps[-1].whole}\n\nFind the derivatives of {graph.out} with respect to {listed(graph.leaves)} with pen and paper, and "
            "write them as `derivatives`, with floats.")


def grad_lines(graph: Graph) -> str:
    keys = ", ".join(f'"{name}"' for name in graph.leaves)
    return (f"def derivatives({', '.join(graph.leaves)}):\n    \"\"\"The derivatives of {graph.out}: a dict with the keys {keys}.\"\"\"\n"
            '    raise NotImplementedError("write derivatives")')


def grad_parts(graph: Graph, make: Make, rng: random.Random) -> list[Part]:
    graphs = [graph, *(near(graph.point, rng, make) for _ in range(3))]

    def of(name: str) -> Callable[[Student], None]:
        def check(student: Student) -> None:
            asked = [call("derivatives", *g.point.values()) for g in graphs]
            answers = [as_dict(student.call("derivatives", *g.point.values()), graph.leaves, a) for g, a in zip(graphs, asked)]
            names = [f'{a}["{name}"]' for a in asked]
            got, right = [as_number(x[name], n) for x, n in zip(answers, names)], [g.grads()[name] for g in graphs]
            known = [(f"this is the derivative with respect to {other}", [g.grads()[other] for g in graphs])
                     for other in graph.leaves if other != name]
            known.append((f"this is the value of {graph.out}, not a derivative", [g.value() for g in graphs]))
            known.append((f"it begins with the value of {graph.out}, where the derivative of {graph.out} with respect to itself is 1",
                          [g.value() * x for g, x in zip(graphs, right)]))
            known += [(f"the factor {other} is too much", [g.point[other] * x for g, x in zip(graphs, right)]) for other in graph.leaves]
            slipped = slips(graph, graphs, name)
            known += [slip for slip in slipped if slip[0].endswith(("is missing", "is there")) and "local" not in slip[0]]
            compare(names, got, right, known, by="it should be", more=slipped)
            exactly(got, right, f'derivatives(...)["{name}"]')
        return check
    return [Part(f"the derivative with respect to {name}", of(name)) for name in graph.leaves]


def slips(graph: Graph, graphs: list[Graph], name: str) -> list[tuple[str, Any]]:
    """The mistakes in the backward pass, with what each gives at all points."""
    return [(said, lambda wrong=wrong: [wrong(g)[name] for g in graphs]) for said, wrong in graph.mistakes()]


# graph -----------------------------------------------------------------------------------------------------------------------

def graph_task(graph: Graph, rng: random.Random) -> str:
    return (f"    {graph.out} = {graph.steps[-1].whole}\n\nWrite its computational graph: one entry for each operation, with its inputs, which are "
            f"{listed(graph.leaves)}, numbers, or names of your own for other operations. What is computed once stands there once. The last "
            f'one is "{graph.out}". So {graph.out} = a * b + 2 is\n\n    GRAPH = {{"p": ("*", "a", "b"), "{graph.out}": ("+", "p", 2)}}')


def graph_lines(graph: Graph) -> str:
    return "GRAPH = None                # {name: (operation, input, ...), ...}"


def graph_parts(graph: Graph, make: Make, rng: random.Random) -> list[Part]:
    def check(student: Student) -> None:
        found = begun(student, "GRAPH")
        if not isinstance(found, dict):
            raise unusable("GRAPH", found, "a dict")
        rows = {str(name): entry(str(name), row) for name, row in found.items()}
        if graph.out not in rows:
            raise Wrong(f"GRAPH has no entry {graph.out}", mistake=f"the last operation is called {graph.out}")
        right = [form(graph, step.name) for step in graph.inner()]
        got = {name: form_of(rows, name, {*graph.leaves}, ()) for name in rows}
        explain_graph(got, right, {form(graph, s.name): s.whole for s in graph.inner()})
    return [Part("the graph", check)]


def entry(name: str, row: Any) -> tuple[Any, ...]:
    if type(row) not in (tuple, list) or not row or not isinstance(row[0], str):
        raise Wrong(f"GRAPH[{name!r}] is {row!r}", mistake="an entry is an operation and its inputs, in parentheses")
    return tuple(row)


def form(graph: Graph, name: Any) -> Any:
    """A node as nested tuples, the same for every way to name the nodes; inputs of + and * in one order."""
    if not isinstance(name, str) or name in graph.leaves:
        return name
    step = graph.named(name)
    return normal(step.op or step.name, [form(graph, u) for u in step.inputs]) if step.inputs else step.value


def form_of(rows: dict[str, tuple[Any, ...]], name: Any, leaves: set[str], path: tuple[Any, ...]) -> Any:
    """The same for an entry of a student's graph. Raises Wrong where the graph goes in a circle, or names what is not there."""
    if name in path:
        raise Wrong(f"GRAPH goes in a circle at {name}", mistake="an operation uses itself")
    if isinstance(name, (int, float)):
        return float(name)
    if name in leaves:
        return name
    if name not in rows:
        raise Wrong(f"GRAPH has no entry {name!r}", mistake=f"{name} is neither an input nor an entry")
    op, *inputs = rows[name]
    return normal(SYMBOLS.get(op, op), [form_of(rows, u, leaves, (*path, name)) for u in inputs])


def normal(op: str, inputs: list[Any]) -> Any:
    return (op, *(sorted(inputs, key=repr) if op in COMMUTE else inputs))


def explain_graph(got: dict[str, Any], right: list[Any], texts: dict[Any, str]) -> None:
    """Raise Wrong where the forms of the entries are not those of the graph."""
    forms = list(got.values())
    missing = [x for x in right if x not in forms]
    twice = [name for name, x in got.items() if forms.count(x) > max(right.count(x), 1)]
    if not missing and twice:
        raise Wrong(f"{' and '.join(twice)} are the same", mistake="what is computed once stands there twice: a node may have several users")
    if missing:
        x = missing[0]
        near_by = next((y for y in forms if sorted(map(repr, y[1:])) == sorted(map(repr, x[1:]))), None)
        mistake = "an operation is missing, or has other inputs"
        if near_by is not None:
            mistake = "the inputs have changed places" if near_by[0] == x[0] else f"the operation is another one: {near_by[0]}"
        raise Wrong(f"no entry is {texts.get(x, x)}", mistake=mistake)
    extra = [name for name, y in got.items() if y not in right]
    if extra:
        raise Wrong(f"{extra[0]} is not in the graph", mistake="an operation is too much")


# order -----------------------------------------------------------------------------------------------------------------------

def steps_text(graph: Graph, rng: random.Random) -> str:
    lines = [f"    {step.name} = {step.text}" for step in graph.inner()]
    rng.shuffle(lines)
    return "\n".join(lines)


def order_task(graph: Graph, rng: random.Random) -> str:
    return (f"The steps of a computation from {listed(graph.leaves)} to `{graph.steps[-1].name}`, shuffled:\n\n{steps_text(graph, rng)}\n\n"
            "Give the order in which the backward pass may go through all nodes, inputs included: from the output back, and each node after "
            "all of its users.")


def order_parts(graph: Graph, make: Make, rng: random.Random) -> list[Part]:
    def check(student: Student) -> None:
        found = begun(student, "ORDER")
        if type(found) not in (list, tuple):
            raise unusable("ORDER", found, "a list")
        found, names = [str(name) for name in found], [*graph.places]
        for name in names:
            if found.count(name) != 1:
                mistake = "a node is missing" if name not in found else "a node is gone through twice"
                raise Wrong(f"{name} stands in ORDER {found.count(name)} times", mistake=mistake)
        strange = [name for name in found if name not in names]
        if strange:
            raise Wrong(f"{strange[0]} is not a node", mistake="a name that is not in the computation")
        early = [(step.name, u) for step in graph.inner() for u in step.inputs if isinstance(u, str) and found.index(u) < found.index(step.name)]
        if early:
            forward = all(found.index(u) < found.index(step.name) for step in graph.inner() for u in step.inputs if isinstance(u, str))
            raise Wrong(f"{early[0][1]} stands before its user {early[0][0]}", mistake="this is the order of the forward pass" if forward
                        else "a node hands on its gradient before all of its users have added to it")
    return [Part("the order", check)]


# fault -----------------------------------------------------------------------------------------------------------------------

def planted(graph: Graph, rng: random.Random) -> tuple[str, dict[str, float], str]:
    """A mistake in the backward pass, the gradients with it, and the node where it shows first."""
    right = graph.grads()
    found = []
    for said, wrong in graph.mistakes():
        grads = wrong(graph)
        off = [step.name for step in reversed(graph.steps) if not close(grads[step.name], right[step.name], 1e-3, 1e-3)]
        if off:
            found.append((said, grads, off[0]))
    if not found:
        raise ValueError("no mistake in the backward pass would show at this point; take other inputs")
    return rng.choice(found)


def fault_task(graph: Graph, rng: random.Random) -> str:
    lines = [f"    {step.name:4} {'= ' + step.text if step.inputs else '':24} {step.value:>10.4g}" for step in graph.steps]
    return ("A computation, step by step, with its values:\n\n" + "\n".join(lines) + "\n\nA backward pass gave these gradients. One step of it "
            f"went wrong:\n\n{wrong_table(graph, rng)}\n\nFind the node at which it went wrong: the first wrong gradient, from the output back.")


def wrong_table(graph: Graph, rng: random.Random) -> str:
    grads = planted(graph, random.Random(rng.random()))[1]
    return "\n".join(f"    {step.name:4} {grads[step.name]:>10.4g}" for step in reversed(graph.steps))


def fault_parts(graph: Graph, make: Make, rng: random.Random) -> list[Part]:
    _, grads, node = planted(graph, random.Random(rng.random()))
    right = graph.grads()

    def check(student: Student) -> None:
        found = begun(student, "FAULT")
        if not isinstance(found, str) or found not in graph.places:
            raise Wrong(f"FAULT is {found!r}", mistake="it is the name of a node, in quotes")
        if found != node:
            follows = not close(grads[found], right[found], 1e-3, 1e-3)
            raise Wrong(f"the gradient of {found} is {'wrong, but' if follows else 'right'}"
                        f"{' follows from the one of a user, which is wrong already' if follows else ''}",
                        mistake="it went wrong before that" if follows else "add up what its users hand on: it is what stands there")
    return [Part("the fault", check)]


# predict ---------------------------------------------------------------------------------------------------------------------

def predict_task(graph: Graph, rng: random.Random) -> str:
    where = ", ".join(f"{name} = {x:g}" for name, x in graph.point.items())
    return (f"    {graph.out} = {graph.steps[-1].whole}\n\nat {where}. Without running anything: predict {graph.out}, and its derivatives with respect to "
            f"{listed(graph.leaves)}. Five per cent off is near enough.")


def predict_lines(graph: Graph) -> str:
    return "PREDICTION = {" + ", ".join(f'"{name}": None' for name in (graph.out, *graph.leaves)) + "}"


def predict_parts(graph: Graph, make: Make, rng: random.Random) -> list[Part]:
    right = {**graph.grads(), graph.out: graph.value()}

    def of(name: str) -> Callable[[Student], None]:
        def check(student: Student) -> None:
            found = as_dict(begun(student, "PREDICTION"), [graph.out, *graph.leaves], "PREDICTION")
            if found[name] is None:
                raise NotBegun("begin here: set PREDICTION")
            got = as_number(found[name], f"PREDICTION[{name!r}]")
            if not close(got, right[name], 0.05, 0.01):
                known = [(f"this is the derivative with respect to {other}", [right[other]]) for other in graph.leaves if other != name]
                known += [(f"this is the value of {graph.out}", [right[graph.out]])] * (name != graph.out)
                known += [(said, [wrong(graph)[name]]) for said, wrong in graph.mistakes()] * (name != graph.out)
                near_by = [(said, [got]) for said, numbers in known if close(got, numbers[0], 0.02, 0.005)
                           and not all_close(numbers, [right[name]])]
                raise Wrong(f"PREDICTION[{name!r}] is {got:g}: not right yet",
                            at(**graph.point), mistake="the sign is the wrong way round" if close(got, -right[name], 0.05) else
                            cause([got], [right[name]], near_by))
        return check
    return [Part("the value" if name == graph.out else f"the derivative with respect to {name}", of(name))
            for name in (graph.out, *graph.leaves)]


def begun(student: Student, name: str) -> Any:
    """What stands under that name in the student's file. Raises NotBegun where it is None."""
    found = student.run("look", name, name)
    if found is None:
        raise NotBegun(f"begin here: set {name}")
    return found


BY_HAND = derive("this is to be done by hand", values=True)
KINDS: dict[str, Kind] = {
    "grad": Kind(grad_task, grad_lines, grad_parts, BY_HAND, (
        "Name the steps from the inputs to the result, one operation each.", "Write the local derivative of each step beside it.",
        "Multiply along each way from the result back to the input, and add up the ways.")),
    "graph": Kind(graph_task, graph_lines, graph_parts, BY_HAND, (
        "Which operation is done last? That is the result.", "Go on with its inputs, until only the given names and numbers are left.",
        "Where the same expression stands twice, it is one node with two users, unless it is written and computed twice.")),
    "order": Kind(order_task, lambda graph: "ORDER = None                # a list of names", order_parts, BY_HAND, (
        "The output comes first.", "A node may come when all steps that use it are in the list.",
        "Cross out a step when it is in the list; take next a name that stands in no step that is left.")),
    "fault": Kind(fault_task, lambda graph: "FAULT = None                # the name of a node, in quotes", fault_parts, BY_HAND, (
        "Begin at the output, whose gradient is 1.", "For each node add up, over its users, the local derivative times the user's gradient.",
        "The first node where your sum is not what stands there is the one.")),
    "predict": Kind(predict_task, predict_lines, predict_parts, BY_HAND, (
        "Compute the steps one after the other, with two digits.", "Which way does the result go if the input grows a little?",
        "A derivative is the change of the result over the change of the input, for a small change."))}
