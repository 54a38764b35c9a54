"""Places as views and views as text: the text, evaluated by NumPy, takes exactly the places it was made of."""
from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.compiler.arrays.places import (Strided, contiguous, factor, inverse, places_of, shape_from, slicing,
                                             strided, teams, without_broadcast)
from autograd.compiler.printers.printer import sliced
from autograd.formulas.text import Text


def text_of(name, source, places, batched):
    found = slicing(places, source)
    return found and sliced(Text(name), found, batched)


@given(source=st.lists(st.integers(1, 5), min_size=1, max_size=3), shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
       strides=st.lists(st.integers(0, 12), min_size=3, max_size=3), base=st.integers(0, 20), batched=st.booleans())
@settings(max_examples=500)
def test_the_text_of_slices_takes_their_places(source, shape, strides, base, batched):
    source = tuple(source)
    shape = [n if st else 1 for n, st in zip(shape, strides)]
    places = Strided(tuple(shape), base, tuple(st if n > 1 else 0 for n, st in zip(shape, strides)))
    expected = places_of(places)
    if expected.max() >= prod(source):
        return
    text = text_of("a", source, places, batched)
    if text is None:
        return                                              # then they are gathered
    m = 3
    a = np.arange(m * prod(source)).reshape(m, *source) if batched else np.arange(prod(source)).reshape(source)
    if batched:
        expected = expected + (np.arange(m) * prod(source)).reshape(-1, *[1] * expected.ndim)
    assert eval(text, {"a": a, "m": m, "np": np}).tolist() == expected.tolist(), text


@pytest.mark.parametrize("source, places, text", [
    ((48,), Strided((16, 2), 0, (3, 1)), "a.reshape(16, 3)[:, 0:2]"), ((48,), Strided((16,), 2, (3,)), "a[2:48:3]"),
    ((337,), Strided((16, 16), 48, (17, 1)), "a[48:320].reshape(16, 17)[:, 0:16]"),
    ((4, 6), Strided((6, 4), 0, (1, 6)), "a.T"), ((4,), Strided((4, 1), 0, (1, 0)), "a[:, None]"),
    ((5,), Strided((), 3, ()), "a[3]"), ((4, 6), Strided((4,), 2, (6,)), "a[:, 2]")])
def test_slices_as_a_person_would_write_them(source, places, text):
    assert text_of("a", source, places, False) == text


@given(axes=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), min_size=1, max_size=3), base=st.integers(0, 9))
def test_a_view_is_recognised_and_nothing_else(axes, base):
    view = Strided(tuple(n for n, _ in axes), base, tuple(st if n > 1 else 0 for n, st in axes))
    places = places_of(view)
    assert strided(places) == view
    found = factor(places.ravel())
    if found is not None:
        again = places_of(Strided(tuple(n for n, _ in found), base, tuple(st for _, st in found)))
        assert again.ravel().tolist() == places.ravel().tolist()
    if places.size > 3 and places.ndim == 1:
        places[-1] += 1
        assert strided(places) is None


def test_small_helpers():
    assert contiguous((2, 3, 4)) == (12, 4, 1) and contiguous((1, 3)) == (0, 1)
    assert shape_from({4, 12}, 24) == (2, 3, 4) and shape_from({5, 4}, 20) == (20,)
    assert without_broadcast(Strided((5, 3), 2, (0, 4))) == Strided((3,), 2, (4,))
    assert inverse(np.array([2, 0, 1]), (3,)).tolist() == [1, 2, 0] and inverse(np.array([0, 0, 1]), (3,)) is None
    a, b = teams(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3]), 2, 4)
    assert a.tolist() == [0, 1] and b.tolist() == [0, 0, 1, 1]
