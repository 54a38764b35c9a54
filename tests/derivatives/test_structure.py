"""Flat lists and back: every structure survives the round trip."""
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.derivatives.structure import flatten, rebuild, rebuild_matrix

numbers = st.floats(-1e6, 1e6)
nested = st.recursive(numbers, lambda part: st.lists(part, max_size=3) | st.lists(part, max_size=3).map(tuple), max_leaves=8)


@given(nested)
def test_round_trip(x):
    leaves, structure = flatten(x, "x")
    assert rebuild(structure, leaves) == x and structure.size == len(leaves)


@given(nested)
def test_paths_lead_to_the_leaves(x):
    leaves, structure = flatten(x, "x")
    assert [eval(path, {"x": x}) for path in structure.paths("x")] == leaves


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 1)])
def test_arrays(shape):
    a = np.arange(float(np.prod(shape))).reshape(shape)
    leaves, structure = flatten(a, "a")
    again = rebuild(structure, leaves)
    assert again.shape == shape and again.dtype == float and np.array_equal(again, a)
    if shape:
        assert [eval(path, {"a": a}) for path in structure.paths("a")] == leaves


def test_arrays_of_values_and_of_whole_numbers():
    v = Value(1.0)
    leaves, structure = flatten(np.array([v, 2]), "x")
    again = rebuild(structure, leaves)
    assert again.dtype == object and again[0] is v and again[1] == 2.0
    assert rebuild(*reversed(flatten(np.array([1, 2]), "x"))).dtype == float


def test_named_tuples_keep_their_type():
    Point = namedtuple("Point", "x y")
    leaves, structure = flatten(Point(1, [2, 3]), "p")
    assert rebuild(structure, leaves) == Point(1.0, [2.0, 3.0]) and isinstance(rebuild(structure, leaves), Point)


def test_a_matrix_holds_the_columns_inside_the_rows():
    _, rows = flatten([1.0, np.zeros(2)], "rows")
    _, columns = flatten((1.0, np.zeros(3)), "columns")
    a, b = rebuild_matrix(rows, columns, [[10.0 * i + j for j in range(4)] for i in range(3)])
    assert a[0] == 0.0 and a[1].tolist() == [1, 2, 3]
    assert b[0].tolist() == [10, 20] and b[1].tolist() == [[11, 12, 13], [21, 22, 23]]


@pytest.mark.parametrize("x, where", [([1, ["a"]], r"x\[1\]\[0\].*str"), (None, "x .*NoneType"), ({"a": [1, "2"]}, r"x\['a'\]\[1\].*str"),
                                      (np.array([1j]), "x, an entry of an array.*complex"), ((1, {2}), r"x\[1\].*set")])
def test_errors_say_where(x, where):
    with pytest.raises(TypeError, match=where):
        flatten(x, "x")
