"""However arguments are read, by a walk, as bytes, by a reader or beside a copy, they are the same numbers."""
import copy
import random
from collections import namedtuple

import numpy as np
import pytest

from autograd import Value, jit, value_and_grad
from autograd.compiler.jit.arguments import Arguments, same_objects
from autograd.compiler.jit.flat import flatten, numbers

Point = namedtuple("Point", "x y")


class Rows(list):
    """A list of another kind."""


def walked(args, named):
    """What a walk through all arguments finds, and the kind of each number."""
    leaves = []
    return flatten((args, named), leaves), numbers(leaves).tobytes()


def same(found, args, named):
    expected = walked(args, named)
    signature, theta, values = found
    assert values == [] and signature.same == same_objects(args)
    assert (signature.key, theta.tobytes()) == expected


def number(rng):
    return rng.choice([rng.uniform(-2, 2), rng.uniform(-2, 2), float(rng.randrange(3)), -0.0, rng.randrange(-3, 9)])


def nest(rng, depth):
    """A nest as people write them: rows of one length, tables of ints, dicts of them, and what is mixed."""
    kind = rng.randrange(10 if depth else 3)
    n, m = rng.randrange(1, 4), rng.randrange(1, 40)
    of = lambda make: [make() for _ in range(n)]
    if kind == 0:
        return number(rng)
    if kind == 1:
        return [rng.uniform(-2, 2) for _ in range(m)]
    if kind == 2:
        return np.array([rng.uniform(-2, 2) for _ in range(m)]).reshape(rng.choice([(m,), (1, m), (m, 1)]))
    if kind == 3:
        return [[rng.uniform(-2, 2) for _ in range(m)] for _ in range(4 * n)]
    if kind == 4:
        return {rng.choice(["w", "b", 1, 0.5, None, (1, 2)]): nest(rng, depth - 1) for _ in range(n)}
    if kind == 5:
        return tuple(of(lambda: nest(rng, depth - 1)))
    if kind == 6:
        return Point(nest(rng, depth - 1), nest(rng, depth - 1))
    if kind == 9:
        return np.array([rng.randrange(-3, 27) for _ in range(m)])
    if kind == 7:
        return [rng.randrange(27) for _ in range(m)]
    return of(lambda: rng.choice([nest(rng, depth - 1), "text", None, True]))


def changed(x, rng):
    """x with one thing changed somewhere, in place where that is possible."""
    if isinstance(x, np.ndarray):
        x.ravel()[rng.randrange(x.size)] = number(rng)
        return x
    if isinstance(x, (list, dict)) and x:
        at = rng.randrange(len(x)) if isinstance(x, list) else rng.choice(list(x))
        x[at] = changed(x[at], rng)
        return x
    if isinstance(x, float):
        return rng.choice([number(rng), -x, int(x), np.float64(x), x + 0.0, x * (1 + 1e-15)])
    return x


@pytest.mark.parametrize("seed", range(150))
def test_what_is_found_of_changing_arguments_is_what_a_walk_finds(seed):
    rng = random.Random(seed)
    arguments = Arguments()
    args, named = tuple(nest(rng, 2) for _ in range(rng.randrange(1, 4))), {"k": nest(rng, 1)} if seed % 3 else {}
    for _ in range(12):
        for _ in range(rng.randrange(1, 4)):
            same(arguments.find(args, named), args, named)
        args = tuple(changed(x, rng) if rng.random() < 0.7 else copy.deepcopy(x) for x in args)
        if rng.random() < 0.3:                              # two arguments that are one object, or are not any more
            args = (*args[:-1], args[0]) if args[-1] is not args[0] else (*args[:-1], copy.deepcopy(args[-1]))


@pytest.mark.parametrize("change", [
    lambda x: x[-1].__setitem__(-1, 0.25), lambda x: x[0].__setitem__(0, -0.0), lambda x: x[0].append(1.5),
    lambda x: x.append(x[0]), lambda x: x.pop(), lambda x: x[3].__setitem__(2, 3), lambda x: x.reverse(),
    lambda x: x[3].__setitem__(2, True), lambda x: x.__setitem__(1, tuple(x[1])), lambda x: x[2].clear(),
    lambda x: x[0].__setitem__(0, x[0][0] * (1 + 2e-16)), lambda x: x[0].__setitem__(1, float("nan")),
], ids=range(12))
@pytest.mark.parametrize("integral", [False, True])
def test_a_list_that_came_again_is_never_stale(change, integral):
    x = [[i + j / 8 + (not integral) / 16 for j in range(8)] for i in range(60)]
    short, arguments, together = x[:20], Arguments(), Arguments()
    for _ in range(4):
        same(arguments.find((1.0, x), {}), (1.0, x), {})
        same(together.find((short, 1.0), {}), (short, 1.0), {})
    assert (arguments.slots[1].snapshot is not None) == (not integral)
    assert together.slots[0].snapshot is None           # it is read with the rest
    change(x)
    change(short)
    for _ in range(4):
        same(arguments.find((1.0, x), {}), (1.0, x), {})
        same(together.find((short, 1.0), {}), (short, 1.0), {})


@pytest.mark.parametrize("odd", [Rows, lambda row: [Value(v) for v in row], lambda row: np.array(row, dtype=object)])
@pytest.mark.parametrize("given", [lambda x: (x,), lambda x: (1.0, x)], ids=["first", "second"])
def test_a_row_of_another_kind_in_a_list_that_came_again_is_seen(odd, given):
    x = [[i + j / 8 + 1 / 16 for j in range(8)] for i in range(60)]
    arguments = Arguments()
    for _ in range(4):
        arguments.find(given(x), {})
    x[5] = odd(x[5])
    if odd is Rows:
        with pytest.raises(TypeError, match="Rows is neither a number nor a list"):
            arguments.find(given(x), {})
    elif type(x[5]) is list:
        signature, _, values = arguments.find(given(x), {})
        assert len(values) == len(signature.given) > 0
    else:
        same(arguments.find(given(x), {}), given(x), {})


def test_numbers_of_one_size_in_dicts_with_number_keys_stay_apart():
    f = jit(value_and_grad(lambda d: d[0] * d[1] * d[1]))
    for d in ({0: 2.0, 1: 3.0}, {0: 2.5, 1: 3.0}, {1: 3.0, 0: 2.0}, {0: 2.0, 1: -3.0, 5: 1.0}, {0: 1.0, 1: 1.0}):
        for _ in range(3):
            assert f(d) == value_and_grad(lambda d: d[0] * d[1] * d[1])(d)
    assert not f.refused and len(f.programs) == 3


def test_nests_of_arrays_are_told_apart():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    nests = [{"a": a, "b": b}, {"b": b, "a": a}, {"a": a, "b": 1.0},
             {"a": a.T, "b": b}, {"a": a[:, ::-1], "b": b}, {"a": a, "b": b, "c": 1.0}, {"a": a, "b": [1.0]},
             {"a": a, "b": b.astype(int)}, {"a": a.reshape(3, 2), "b": b}, (a, b), [a, b], Point(a, b), {"a": a, "b": 1}]
    arguments = Arguments()
    for x in nests * 3:
        same(arguments.find((x,), {}), (x,), {})
    for x in ({"a": a, "b": 2 * a}, {"b": a, "a": 2 * a}):
        same(arguments.find((x,), {}), (x,), {})
    a[0, 0] = 7.0
    for x in nests:
        same(arguments.find((x,), {}), (x,), {})
    assert len({arguments.find((x,), {})[0] for x in nests}) == 11     # whatever their strides are
    with pytest.raises(TypeError, match="float32 has a precision"):
        arguments.find(({"a": a, "b": b.astype(np.float32)},), {})


def test_an_int_that_is_too_large_for_a_float_is_refused():
    arguments = Arguments()
    for x in (3, [3, 4], np.array([3, 4]), np.array([5, 6])):
        same(arguments.find((x,), {}), (x,), {})
    for x in (2 ** 53 + 1, -2 ** 53 - 1, [2 ** 53 + 1] * 2, np.array([2 ** 53 + 1, 2])):
        with pytest.raises(TypeError, match="too large for a float"):
            arguments.find((x,), {})
