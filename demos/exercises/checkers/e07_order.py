"""Checks exercise 7: the order itself, on graphs that show one mistake each, and on random ones."""
from collections import Counter

from autograd import Value
from demos.exercises.checkers.asking import Odd, Part, Stopped, Wrong, draws, unusable
from demos.exercises.marking.policy import ENGINES, Policy
from demos.exercises.probes.e07 import graph

POLICY = Policy(((("autograd.graph", "autograd.topological_order", "autograd.backward", "autograd.derivatives", "autograd.gradients",
                   "autograd.compile", "autograd.pictures", "autograd.fast", "graphlib", "networkx", *ENGINES),
                  "it uses {name}: here the order is to be found, not asked for"),))
HINTS = ("A node may be put in the list when all of its inputs are in it.",
         "Go down from the output along the inputs, remember what has been seen, and put a node in the list when you come back to it.",
         "Without recursion: a stack holds what is to be done. Put a node there twice, once to be opened (then its inputs go on top of "
         "it) and once to be put in the list.")
TWINS = ([[1, 0, 1], [0, 2, 0]], [1.5, 1.5])            # a * b + a, both with the same number
SUM = ([[0, 0, 1], [1, 2, 0]], [-1.0, -0.5])            # (a + b) * a, a sum smaller than what it adds
SHORTCUT = ([[1, 0, 1], [1, 2, 1], [0, 3, 0], [0, 4, 2]], [0.5, 2.0])   # a node used near the output and far from it
ZERO = ([[1, 0, 1], [0, 2, 1]], [0.0, 1.5])             # a * b + b, where a and a * b are 0
DOUBLED = ([[2, 0, 0], [0, 2, 1]], [0.5, 2.0])          # a * 2.0 + b: a plain number among the inputs


def listed(found):
    """What came, as numbers of nodes or words. Raises Wrong where it is not a list."""
    if isinstance(found, str):
        raise unusable("order(output)", None if found == "None" else Odd(found), "a list")
    if not isinstance(found, (list, tuple)):
        raise unusable("order(output)", found, "a list")
    if found and all(isinstance(v, str) and v.startswith("float") for v in found):
        raise Wrong(f"{found[0]} is in the list, and is not a Value", mistake="the list holds the numbers of the nodes, not the nodes")
    for v in found:
        if isinstance(v, str) and v != "another Value":
            number = "plain numbers are among the inputs, and are not nodes; pass them over"
            raise Wrong(f"{v} is in the list, and is not a Value", mistake=number if v.startswith("float") else "only Values belong there")
    return found


def on(*graphs):
    """Ask for the order of some graphs, and raise Wrong for the first that has none, with a mistake that explains them all."""
    def check(student):
        wrong, fine, lists = [], 0, []
        for steps, p in graphs:
            _, nodes = graph(steps, p)
            found = listed(student.run("e07.order", "order(output)", steps, p))
            problem = "a Value is in the list that is not behind the output" if "another Value" in found else \
                first_problem(found, inputs_of(nodes))
            fine += not problem
            lists.append((found, nodes))
            if problem:
                again = listed(student.run("e07.order", "order(output)", steps, p))
                if Counter(again) != Counter(found):        # another order alone is that of a set
                    raise Wrong("order gives another list when it is asked again about the same graph", mistake=LEFT)
                wrong.append((problem, found, nodes))
            if fine and "another Value" in found:
                raise Wrong("the list holds nodes of the graph before", mistake=LEFT)
        if wrong:
            problem, found, nodes = wrong[0]
            names = ", ".join(name(v) for v in found) or "empty"
            raise Wrong(f"order({name(len(nodes) - 1)}): {problem}", f"The graph is {written(nodes)}.", f"The list is {names}.",
                        mistake=explained(wrong, lists))
    return check


LEFT = "something is left from the call before, such as a list in a default argument or outside of the function"
SORTED = "it is sorted by the numbers, not by who uses whom"


def explained(wrong, lists):
    """The first mistake that explains all wrong lists, or at least the first of them; a sorted one only where the right ones are sorted too."""
    saids = [[said for said, true in mistakes(found, nodes, inputs_of(nodes)) if true] for _, found, nodes in wrong]
    if not all(isinstance(k, int) for found, _ in lists for k in found) or \
            any([*found] != sorted(found, key=lambda k: nodes[k].data) for found, nodes in lists):
        saids = [[said for said in each if said != SORTED] for each in saids]
    return next((said for said in saids[0] if all(said in others for others in saids)), next(iter(saids[0]), ""))


def name(v):
    return f"v{v}" if isinstance(v, int) else "another"


def written(nodes):
    """A graph in words."""
    return ", ".join(f"{v.label} = " + (f" {v.op} ".join(getattr(u, "label", str(u)) for u in v.inputs) or f"{v.data:g}")
                     for v in nodes)


def inputs_of(nodes):
    """For each node, by number, the numbers of its inputs that are nodes."""
    place = {v: k for k, v in enumerate(nodes)}
    return [[place[u] for u in v.inputs if isinstance(u, Value)] for v in nodes]


def first_problem(found, inputs):
    place = {v: k for k, v in enumerate(found)}
    for v, its in enumerate(inputs):
        if v not in place:
            return f"{name(v)} is missing"
        if list(found).count(v) > 1:
            return f"{name(v)} stands in the list {list(found).count(v)} times"
        for u in its:
            if place.get(u, -1) > place[v]:
                return f"{name(v)} stands before its input {name(u)}"
    return ""


def mistakes(found, nodes, inputs):
    """Mistakes in words, and whether each explains the list."""
    found, last = list(found), len(nodes) - 1
    if "another Value" in found:
        yield "a node is made anew, or copied; the list holds the nodes themselves", True
        return
    yield "it is the wrong way round: inputs come first, and the output last", not first_problem(found[::-1], inputs)
    missing, numbers = {*range(len(nodes))} - {*found}, [v.data for v in nodes]
    leaves = {k for k, its in enumerate(inputs) if not its}
    twice = [v for v, count in Counter(found).items() if count > 1]
    met, backwards = [*walks(inputs, last)], found[::-1]
    yield "the list is empty", not found
    yield "the output itself is missing", missing == {last}
    yield "only the output is there: its inputs are not followed", set(found) == {last}
    yield "a node whose number is 0 is left out: 0 counts as false, and it is a node", bool(missing) and all(numbers[k] == 0 for k in missing)
    yield "only the inputs of the output are there: theirs are missing", bool(missing) and {*found} <= {last, *inputs[last]}
    yield "nodes with the same number are taken for one: nodes are told apart by what they are, not by their number", \
        bool(missing) and all(any(numbers[k] == numbers[j] for j in found) for k in missing)
    yield "leaves are left out; they are nodes too", missing == leaves
    yield "nodes are missing: the search ends too early, and not all inputs are followed, or what it found is not all given back", bool(missing)
    yield "the output stands there twice", twice == [last]
    yield "a node that several others use is taken several times: what has been seen has to be remembered", bool(twice)
    yield SORTED, not twice and sorted(found, key=lambda k: numbers[k]) == found
    yield ("a node is put in the list when it is first met, and not after all of its inputs: one that is used near the output and far "
           "from it stands at the wrong place"), found in met or backwards in met
    yield ("a node counts as seen when it is put on the stack, and not when it is taken from it: one that is met again below an input does "
           "not come before it"), found in [marked_early(inputs, last, turn) for turn in (1, -1)]
    yield "a node stands before one of its inputs, and belongs after them", not missing and not twice


def marked_early(inputs, last, turn):
    """The list of a search that puts a node in it after its inputs, and marks them when it puts them on its stack."""
    found, seen, stack = [], {last}, [(last, False)]
    while stack:
        v, done = stack.pop()
        if done:
            found.append(v)
            continue
        stack.append((v, True))
        for u in inputs[v][::turn]:
            if u not in seen:
                seen.add(u)
                stack.append((u, False))
    return found


def walks(inputs, last):
    """The orders in which searches meet the nodes: depth first and breadth first, inputs from left and from right."""
    for turn in (1, -1):
        for end in (-1, 0):
            for late in (False, True):
                seen, todo, order = set() if late else {last}, [last], []
                while todo:
                    v = todo.pop(end)
                    if late and v in seen:
                        continue
                    seen.add(v)
                    order.append(v)
                    for u in inputs[v][::turn]:
                        if u not in seen:
                            todo.append(u)
                            if not late:
                                seen.add(u)
                yield order
        order = []

        def visit(v, order=order, turn=turn):
            if v not in order:
                order.append(v)
                for u in inputs[v][::turn]:
                    visit(u)
        visit(last)
        yield order


def random_graphs(student):
    rng = student.random()
    graphs = []
    for n in (3, 6, 10, 14):
        steps = [[rng.randrange(3), rng.randrange(2 + k), rng.randrange(2 + k)] for k in range(n)]
        k = n + 1                                       # so that the last one is used, and used again
        steps += [[1, 0, k], [0, k, k + 1], [0, k + 2, 1]]
        graphs.append((steps, draws(rng, 2)))
    on(*graphs)(student)


def deep(student):
    """A chain, which recursion cannot walk, and a graph with 2 ** 40 paths."""
    found = listed(student.run("e07.chain", "order of a chain of 5,000 operations", 5_000))
    if student.raised_limit:
        raise Wrong("order raises Python's limit of recursion", mistake="it recurses; a list of your own, a stack, needs no limit")
    if found != [*range(5_001)]:
        raise Wrong("order is wrong for a chain of 5,000 operations", mistake=what_is_wrong_in_chain(student, found))


def what_is_wrong_in_chain(student, found):
    if found == [*range(5_001)][::-1]:
        return "it is the wrong way round: inputs come first, and the output last"
    if listed(student.raw("e07.chain", "order of a chain with labels", 5_000, True)) == [*range(5_001)]:
        return "nodes with the same label, or none, are taken for one: nodes are told apart by what they are, not by their label"
    return "it stops on the way: an error is caught, or the depth is limited" if len(found) < 5_001 else ""


def ladder(student):
    try:
        found = listed(student.run("e07.ladder", "order of a chain of 40 doublings, y = x + x", 40))
    except Stopped as stopped:
        raise Stopped(str(stopped), mistake="every path is followed again: what has been seen has to be remembered") from None
    if found != [*range(41)]:
        raise Wrong("order is wrong for a chain of 40 doublings",
                    mistake="a node that is used twice is taken twice: what has been seen has to be remembered"
                    if len(found) > 41 else "")


PARTS = [Part("small graphs", on(TWINS, SUM, DOUBLED, SHORTCUT, ZERO)), Part("graphs with many users", random_graphs), Part("deep graphs", deep),
         Part("many paths", ladder)]
