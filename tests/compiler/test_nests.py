"""Arguments and results of jit as flat lists: nests drawn at random come back whole, row by row, and from their bytes."""
import ast
import gc
import marshal
import random
import sys
import time
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler.jit import choices, guards
from autograd.compiler.jit.branch import form_of, in_a_row, listed
from autograd.compiler.jit.choices import either, is_total, negation
from autograd.compiler.jit.flat import (BOOL, FLOAT, INT, LARGEST, Unfit, build, flatten, flatten_result, kinds_of, numbers, of_values, with_kinds,
                                        without_values)
from autograd.compiler.jit.guards import Truth, noticing
from autograd.compiler.jit.lookups import Lookups
from autograd.compiler.jit.quick import Template, blocks
from autograd.compiler.jit.sampled import columns, part_of, reduced, stacked

Pair = namedtuple("Pair", "left right")
SEEDS = range(25)


def nest(rng, depth=3, arrays=True):
    """A nest of numbers, and of what stands in a key."""
    kinds = ["float", "int", "text", "none", "true", *["array", "ints", "bools"] * arrays]
    if depth:
        kinds += ["list", "tuple", "dict", "pair", "row", "list"]
    kind = rng.choice(kinds)
    size = rng.randrange(4)
    return {"float": lambda: rng.uniform(-5, 5), "int": lambda: rng.randrange(-9, 9), "text": lambda: rng.choice(["a", "bc"]), "none": lambda: None,
            "true": lambda: rng.choice([True, False]),
            "array": lambda: np.random.default_rng(rng.randrange(99)).normal(size=(size, rng.randrange(1, 3))),
            "ints": lambda: np.arange(size), "bools": lambda: np.arange(size) > 1,
            "list": lambda: [nest(rng, depth - 1, arrays) for _ in range(size)], "tuple": lambda: tuple(nest(rng, depth - 1, arrays) for _ in range(size)),
            "dict": lambda: {rng.choice(["x", "y", 3, (1, 2)]): nest(rng, depth - 1, arrays) for _ in range(size)},
            "pair": lambda: Pair(nest(rng, depth - 1, arrays), nest(rng, depth - 1, arrays)),
            "row": lambda: [rng.uniform(-5, 5) for _ in range(size)]}[kind]()


def same(a, b):
    """Whether two nests are equal, kinds of numbers left out: in a key an int is a float."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and np.array_equal(a, b)
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return a == b and isinstance(a, (bool, np.bool_)) == isinstance(b, (bool, np.bool_))


def array(entries, shape):
    return np.array(entries, float).reshape(shape)


def without_pairs(x):
    """Named tuples as lists: marshal writes none."""
    if isinstance(x, dict):
        return {k: without_pairs(v) for k, v in x.items()}
    return type(x)(map(without_pairs, x)) if type(x) in (list, tuple) else list(map(without_pairs, x)) if isinstance(x, tuple) else x


def count(x):
    if isinstance(x, np.ndarray):
        return x.size * (x.dtype != bool)
    if isinstance(x, (list, tuple)):
        return sum(map(count, x))
    return sum(map(count, x.values())) if isinstance(x, dict) else int(isinstance(x, (int, float)) and not isinstance(x, bool))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_nest_comes_back_from_its_key_and_its_numbers(seed):
    rng = random.Random(seed)
    for _ in range(20):
        x, leaves = nest(rng), []
        key = flatten(x, leaves)
        flat = numbers(leaves)
        assert flat.shape == (count(x),) and flat.dtype == float and len(kinds_of(key)) == len(flat)
        assert same(build(key, iter(flat.tolist()), array), x)
        again = []
        assert flatten(x, again) == key and np.array_equal(numbers(again), flat)
        assert set(kinds_of(key)) <= {FLOAT, INT} and all(n == int(n) for n, kind in zip(flat.tolist(), kinds_of(key)) if kind == INT)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_in_a_nest_are_found_at_their_places(seed):
    rng, x = random.Random(seed), []
    leaves = [rng.choice([1.5, np.arange(3.0), Value(float(rng.randrange(9)))]) for _ in range(9)]
    plain, places, values = without_values(leaves)
    flat = numbers(plain)
    assert [flat[i] for i in places] == [v.data for v in values] and len(flat) == sum(getattr(leaf, "size", 1) for leaf in leaves)
    assert values == [leaf for leaf in leaves if isinstance(leaf, Value)] and not x
    made = of_values([1, 2, 3, 4, 5, 6], (2, 3))
    assert made.dtype == object and made.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("x", [LARGEST, -LARGEST, [LARGEST, 0], [0, -LARGEST], np.array([LARGEST, -LARGEST])])
def test_the_largest_ints(x):
    flatten(x, [])
    too_large = (lambda n: n + (1 if n > 0 else -1)) if not isinstance(x, np.ndarray) else None
    for wrong in ([x + 1, x - 1] if too_large is None else [[too_large(n) if n else n for n in x] if isinstance(x, list) else too_large(x)]):
        with pytest.raises(Unfit, match="int too large"):
            flatten(wrong, [])


@pytest.mark.parametrize("x", [np.float32(1), np.int32(1), np.uint64(1), np.zeros(2, np.float16), np.zeros(2, np.uint64), np.array(["a"]), 1j, {1, 2}, len])
def test_what_no_program_takes(x):
    for wrong in (x, [1.0, x], {"a": (x,)}):
        with pytest.raises(Unfit):
            flatten(wrong, [])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_result_for_each_sample_is_one_of_columns(seed):
    rng = random.Random(seed)
    x, leaves = nest(rng), []
    key = flatten_result(x, leaves)
    flat = np.hstack([np.ravel(leaf) for leaf in leaves]) if leaves else np.empty(0)
    rows = np.array([flat + 10 * i for i in range(3)]).reshape(3, -1)
    found = columns(key, rows, [0])

    def of_row(found, i, like):
        if isinstance(like, dict):
            return {k: of_row(found[k], i, like[k]) for k in like}
        if isinstance(like, (list, tuple)):
            items = [of_row(f, i, part) for f, part in zip(found, like)]
            return type(like)(*items) if hasattr(like, "_fields") else type(like)(items)
        return found[i]
    assert same(of_row(found, 0, x), x)
    later = []
    flatten_result(of_row(found, 2, x), later)
    moved = np.hstack([np.ravel(leaf) for leaf in later]) if later else flat
    are_numbers = [kind in (FLOAT, INT) for kind in _kinds(key)]
    assert np.array_equal(moved[are_numbers], (flat + 20)[are_numbers])


def _kinds(key):
    """The kind of each number of a result's key."""
    if type(key) is str:
        return [key]
    if key[0] in ("=", "array="):
        return []
    if key[0] == "array":
        return [FLOAT] * int(np.prod(key[1]))
    return [key[1]] * key[2] if type(key[2]) is int else [k for part in key[2] for k in _kinds(part)]


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (0,)])
@pytest.mark.parametrize("kind, dtype", [(FLOAT, float), (INT, int), (BOOL, bool)])
def test_a_part_of_the_columns(shape, kind, dtype):
    rows, at = np.arange(40.0).reshape(4, 10), [1]
    part = part_of(rows, shape, kind, at)
    size = int(np.prod(shape))
    assert at == [1 + size] and part.shape == (4, *shape) and part.dtype == dtype
    assert np.array_equal(part.reshape(4, -1), rows[:, 1:1 + size].astype(dtype))


@pytest.mark.parametrize("seed", SEEDS)
def test_each_number_of_a_result_gets_its_kind(seed):
    rng = random.Random(seed)
    x, leaves = nest(rng), []
    key = flatten_result(x, leaves)
    total = sum(np.size(leaf) for leaf in leaves)
    asked, at = [], [0]
    new = with_kinds(key, lambda kind, i: asked.append(i) or "v", at)
    assert at == [total] and sorted(set(asked)) == [i for i in range(total) if i in asked] and all(0 <= i < total for i in asked)
    assert with_kinds(key, lambda kind, i: kind, [0]) == with_kinds(with_kinds(key, lambda kind, i: kind, [0]), lambda kind, i: kind, [0])
    assert [k for k in _kinds(new) if k != FLOAT] == ["v"] * sum(type(leaf) is not np.ndarray for leaf in leaves)


def test_the_kind_of_an_array_of_ints_is_that_of_all_its_numbers():
    key = flatten_result([1.0, np.arange(3), 2.0], [])
    for changed in range(5):
        new = with_kinds(key, lambda kind, i: "f" if i == changed else kind, [0])
        assert new[2][1] == ("array", (3,), "f" if changed in (1, 2, 3) else INT)


@pytest.mark.parametrize("seed", SEEDS)
def test_results_are_stacked_and_reduced_as_arrays_are(seed):
    rng = np.random.default_rng(seed)
    found = [{"a": rng.normal(), "b": [rng.normal(size=2), (rng.normal(),)], "c": Pair(rng.normal(), 1.0)} for _ in range(4)]
    both = stacked(found)
    assert np.array_equal(both["a"], [x["a"] for x in found]) and np.array_equal(both["b"][0], [x["b"][0] for x in found])
    assert type(both["b"]) is list and type(both["b"][1]) is tuple and type(both["c"]) is Pair
    for how in ("sum", "mean"):
        total = reduced(both, how)
        assert total["a"] == pytest.approx(getattr(np, how)([x["a"] for x in found])) and type(total["a"]) is float
        assert total["b"][0] == pytest.approx(getattr(np, how)([x["b"][0] for x in found], axis=0))
        assert total["c"] == pytest.approx(Pair(getattr(np, how)([x["c"].left for x in found]), 1.0 if how == "mean" else 4.0))


# Bytes ---------------------------------------------------------------------------------------------

def plain_numbers(x):
    if isinstance(x, (list, tuple)):
        return [n for item in x for n in plain_numbers(item)]
    if isinstance(x, dict):
        return [n for item in x.values() for n in plain_numbers(item)]
    return [x] if isinstance(x, (int, float)) and not isinstance(x, bool) else []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_template_reads_the_numbers_of_nests_that_differ_in_nothing_else(seed):
    rng = random.Random(seed)
    for _ in range(15):
        x = [without_pairs(nest(rng, 3, arrays=False)) for _ in range(rng.randrange(1, 6))]
        written = marshal.dumps(x, 2)
        template = Template(written)
        assert np.hstack(template.numbers(written)).tolist() == plain_numbers(x)

        def moved(x):
            if isinstance(x, (list, tuple)):
                return type(x)(map(moved, x))
            if isinstance(x, dict):
                return {k: moved(v) for k, v in x.items()}
            return x + 1 if isinstance(x, (int, float)) and not isinstance(x, bool) else x
        assert np.hstack(template.numbers(marshal.dumps(moved(x), 2))).tolist() == plain_numbers(moved(x))
        for other in ([x], [*x, None], [None, *x[1:]] if x[0] is not None else [True, *x[1:]], (*x,)):
            bytes_of_other = marshal.dumps(other, 2)
            assert len(bytes_of_other) != len(written) or template.numbers(bytes_of_other) is None


@pytest.mark.parametrize("rows, width, gap", [(1, 1, 0), (3, 4, 0), (5, 2, 1), (40, 3, 2), (17, 1, 1)])
def test_numbers_at_regular_places_are_one_block(rows, width, gap):
    x = [[float(i * width + j) for j in range(width)] + [None] * gap for i in range(rows)]
    template = Template(marshal.dumps(x, 2))
    assert len(template.blocks) == 1 and (template.blocks[0].rows, template.blocks[0].columns) == (rows, width)
    assert np.hstack(template.numbers(marshal.dumps(x, 2))).tolist() == list(map(float, range(rows * width)))
    assert blocks([]) == []


@pytest.mark.parametrize("x", [1j, {1, 2}, b"ab", ...])
def test_a_nest_of_something_else_has_no_template(x):
    with pytest.raises(ValueError, match="no template for"):
        Template(marshal.dumps([1.0, x], 2))


# What is noticed while recording -----------------------------------------------------------------

@pytest.mark.parametrize("places, found", [([3, 4, 5], slice(3, 6)), ([0], slice(0, 1)), ([3, 5], None), ([4, 3], None), ([], None), ([3, 3], None)])
def test_places_in_a_row_are_a_slice(places, found):
    assert in_a_row(places) == found if found else in_a_row(places).tolist() == places and in_a_row(places).dtype == int


@pytest.mark.parametrize("text, total", [("x + y", True), ("x - y", True), ("x * y", True), ("x / 2", True), ("x / 2.5", True), ("x / 0", False), ("x / y", False),
                                         ("x ** 2", True), ("x ** 0", True), ("x ** -1", False), ("x ** 2.0", False), ("x ** y", False), ("x // 2", False),
                                         ("x % 2", False), ("x / 'a'", False), ("x @ y", False), ("x ** 1", True)])
def test_operators_that_are_defined_for_any_number(text, total):
    node = ast.parse(text, mode="eval").body
    assert is_total(node.op, node.right) is total


def conditions(numbers):
    return [Truth("lt", Value(x), 0.0) for x in numbers]


@pytest.mark.parametrize("numbers", [(a, b, c) for a in (-1.0, 1.0) for b in (-1.0, 1.0) for c in (-1.0, 1.0)])
def test_conditions_of_conditions(numbers):
    def truth(x):
        return bool(x.data) if isinstance(x, Truth) else x
    for n in (1, 2, 3):
        parts = [lambda x=x: Truth("lt", Value(x), 0.0) for x in numbers[:n]]
        expected = [x < 0 for x in numbers[:n]]
        assert truth(either(*parts)) is any(expected) and truth(choices.both(*parts)) is all(expected)
        for k in range(n):                                  # what is no condition decides at once
            plain = [*parts[:k], lambda: True, *parts[k:]]
            assert either(*plain) is True and truth(choices.both(*plain)) is all(expected)
            plain = [*parts[:k], lambda: False, *parts[k:]]
            assert choices.both(*plain) is False and truth(either(*plain)) is any(expected)
    for condition, x in zip(conditions(numbers), numbers):
        assert truth(negation(condition)) is (x >= 0) and negation(x) is (not x)
    found = either(*[lambda x=x: Truth("lt", Value(x), 0.0) for x in numbers])
    kind, left, right = found.comparison
    assert kind == "ne" and right == 0.0 and 0 <= left.data <= 3 and bool(left.data) is any(x < 0 for x in numbers)


def noticed(what):
    with noticing(set(), Lookups([])) as notes:
        what(notes)
    return notes


@pytest.mark.parametrize("kind", ["lt", "le", "gt", "ge", "eq", "ne"])
@pytest.mark.parametrize("a, b", [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)])
def test_a_comparison_is_a_guard_and_one_with_nan_a_refusal(kind, a, b):
    outcomes = []
    notes = noticed(lambda notes: outcomes.append(notes.compared(kind, Value(a), b)))
    assert outcomes == [getattr(float, f"__{kind}__")(a, b)] and len(notes.guards) == 1 and notes.refusals == []
    guard, = notes.guards
    for x, y in ((1.0, 2.0), (2.0, 1.0), (1.0, 1.0)):
        assert bool(guard.allowed & guards.how(x, y)) is (getattr(float, f"__{kind}__")(x, y) is outcomes[0])
    huge = Value(1e308) * 10.0
    nan = huge - huge
    notes = noticed(lambda notes: notes.compared(kind, nan, b))
    assert notes.guards == [] and len(notes.refusals) == 1 and notes.refusals[0].startswith("compares NaN")


def test_what_is_chosen_is_noted_inside_of_tuples_too():
    a, b, c, d = (Value(float(i)) for i in range(4))
    found = Value(0.0), (Value(1.0), c)
    by = ("lt", a, 0.0)
    notes = noticed(lambda notes: notes.chose(found, (a, (b, c)), (d, (2.0, d)), by))
    assert notes.chosen == {found[0]: (a, d), found[1][0]: (b, 2.0)}
    assert {v: of[:3] for v, of in notes.chosen_by.items()} == {found[0]: by, found[1][0]: by}


def test_what_a_function_returned_that_is_no_value_is_made():
    v, made = Value(1.0), set()
    results, key = listed([v, 2.0, np.array([3.0, 4.0])], made)
    assert [x.data for x in results] == [1.0, 2.0, 3.0, 4.0] and results[0] is v and made == set(results[1:])


def test_small_programs_are_scalars():
    from autograd.compiler.jit.branch import SMALL
    assert form_of([Value(0.0)] * SMALL) == "scalars" and form_of([Value(0.0)] * (SMALL + 1)) is None


def test_a_constant_array_of_bools_comes_once_for_each_sample():
    f = ag.jit(lambda w, x: (w * x, np.array([[True], [False]]), {"a": np.array([False, True])}, "a", None), samples=(1,))
    for _ in range(3):
        y, a, d, text, nothing = f(2.0, np.array([1.0, 2.0, 3.0]))
        assert y.tolist() == [2, 4, 6] and a.dtype == bool and a.tolist() == [[[True], [False]]] * 3
        assert d["a"].tolist() == [[False, True]] * 3 and text == ["a"] * 3 and nothing == [None] * 3


def test_what_the_garbage_collector_calls_belongs_to_no_function(monkeypatch):
    times, unraisable, thresholds = [], [], gc.get_threshold()
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)

    def note(phase, info):
        times.append(time.perf_counter())
    gc.callbacks.append(note)
    gc.set_threshold(1)
    try:
        found = choices.quietly(lambda: ([], [], [], [], [], []), lambda: ([], [], []))
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(note)
    assert (found, unraisable, bool(times)) == ([([],) * 6, ([],) * 3], [], True)
