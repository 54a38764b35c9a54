"""Checks exercise 5: the gradient check on tables with other wrong partials, and the partial that was repaired."""
import numpy as np

from demos.exercises.checking import Wrong, as_tuple, call, close, compare, derivative, draw, fresh, show

RUINS = {                                               # what is made of a right partial d, given the inputs
    "is 10 % too large": lambda d, y, *inputs: 1.1 * d,
    "has the wrong sign": lambda d, y, *inputs: -d,
    "is right only where the first input is 1": lambda d, y, *inputs: d * inputs[0],
    "is right only where the value is 1": lambda d, y, *inputs: d * y}


def check(student):
    table = fresh(student.get("TABLE"))
    rng = np.random.default_rng(9)
    faults = student.attempt("reading TABLE", lambda: [(name, i) for name, row in table.items() for i in range(len(row) - 1)
                                                       if not right(row, i, rng)])
    if len(faults) != 1:
        raise Wrong(f"TABLE has {len(faults)} wrong partials; it had one", "Perhaps: it was repaired; leave it as it was.")
    name, i = faults[0]
    honest = {key: (row[0], *(quotient(row[0], j) for j in range(len(row) - 1))) for key, row in table.items()}
    others = []
    for k in range(8):
        other = str(rng.choice([key for key in honest if key != name]))
        j = int(rng.integers(len(honest[other]) - 1))
        words, ruin = list(RUINS.items())[k % len(RUINS)]
        row = list(honest[other])
        row[1 + j] = lambda y, *inputs, d=row[1 + j], ruin=ruin: ruin(d(y, *inputs), y, *inputs)
        others.append(({**honest, other: tuple(row)}, other, j, f"In another table: a partial that {words}."))
    for question in others:
        check_answer(student, *question, others=others)
    check_answer(student, table, name, i)               # only now: what this says when it fails gives the fault away
    check_repair(student, table[name], i, rng)


def check_answer(student, table, name, i, which="", others=()):
    found = student.ask("at_fault", table)
    if found is None or tuple(as_tuple(found, 2, "at_fault(table)")) != (name, i):
        forward, partial, point = table[name][0], table[name][1 + i], (0.7, 1.6)[:len(table[name]) - 1]
        raise Wrong(f"at_fault gave {show(found)}; the partial of {name!r} by input {i} is the wrong one",
                    f"{which} At {show(point)} it gives {partial(forward(*point), *point):.6g}; by finite differences it is "
                    f"{quotient(forward, i)(None, *point):.6g}.".strip(), f"Perhaps: {why(student, found, which, others)}")


def why(student, found, which, others):
    """In words, why at_fault found something else. It must not tell whether that is the fault of TABLE."""
    if "only" in which:                                 # the tables before, with other faults, went well
        return "it was tried at one point only, where a wrong rule may be right."
    if found is None:
        return "nothing was found: is the tolerance too large, or a `return` missing?"
    if all(student.ask("at_fault", table) == found for table, *_ in others):
        return "it gives the same for every table: does it look at TABLE, and not at the table it is given?"
    return "the tolerance is too small for a difference quotient, or too large for the fault."


def check_repair(student, row, i, rng):
    points = [draw(rng, len(row) - 1, low=0.3).tolist() for _ in range(4)]
    ys = [row[0](*point) for point in points]
    compare([call("right_partial", y, *point) for y, point in zip(ys, points)],
            [student.number("right_partial", y, *point) for y, point in zip(ys, points)],
            [quotient(row[0], i)(y, *point) for y, point in zip(ys, points)],
            [("this is what stands in TABLE, and is wrong", [row[1 + i](y, *point) for y, point in zip(ys, points)])])


def quotient(forward, i):
    """The partial of forward by input i, as a rule that takes finite differences."""
    return lambda y, *inputs: derivative(lambda t: forward(*inputs[:i], t, *inputs[i + 1:]), inputs[i])


def right(row, i, rng):
    """Whether partial i of a row agrees with finite differences at some points."""
    points = [draw(rng, len(row) - 1, low=0.3).tolist() for _ in range(3)]
    return all(close(row[1 + i](row[0](*p), *p), quotient(row[0], i)(None, *p)) for p in points)
