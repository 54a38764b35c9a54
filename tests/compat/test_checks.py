"""The checks of arguments at their edges: what just fits, what just does not, and what is said of it."""
import array
import inspect
import io
import math
import os
import sys
import warnings
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compat import messages
from autograd.compat.display import titled
from autograd.compat.hips import warn_of_another_autograd
from autograd.compat.keywords import refuse_names, told
from autograd.compat.messages import at_least, choice, described, entries, function, path_of, printed, text, truth, within
from autograd.compat.numbers import error_at, is_array, is_numpy_scalar, label_of, listed, number, on_arrays, with_labels


# Words of messages ------------------------------------------------------------------------------------

@pytest.mark.parametrize("length", range(50, 75))
def test_what_is_described_takes_at_most_sixty_characters(length):
    text = "x" * (length - 2)                               # with its quotes: length
    whole = described(text).removeprefix("str ")
    if length < 60:
        assert whole == repr(text)
    else:
        assert whole == repr(text)[:56] + " ..." and len(whole) == 60


@pytest.mark.parametrize("length", range(55, 65))
def test_short_text_is_printed_as_it_is(length):
    text = "x" * length
    assert printed(text) == (repr(text) if length < 60 else described(text))


def test_what_is_described_has_no_address_and_no_second_line():
    class Other:
        def __repr__(self):
            return "<Other at 0x7f00aB>\nand more"
    assert described(Other()) == "Other <Other>and more"


@pytest.mark.parametrize("error", [ValueError, RecursionError, KeyError])
def test_a_repr_that_raises_is_described_all_the_same(error):
    class Hidden:
        def __repr__(self):
            raise error("no")
    assert described(Hidden()) == f"Hidden that {error.__name__} keeps from being shown"


# Checks --------------------------------------------------------------------------------------------------

def refused(error, check, *arguments, **named):
    with pytest.raises(error) as caught:
        check(*arguments, **named)
    return str(caught.value)


@pytest.mark.parametrize("f", [len, lambda: 0, math.sin, ag.sin, [].append])
def test_functions_are_functions(f):
    assert function(f, "grad needs") is f


@pytest.mark.parametrize("f", [3, None, int, Value, "sin", Value(1.0)])
def test_what_is_no_function_is_refused(f):
    assert refused(TypeError, function, f, "grad needs") == f"grad needs the function itself, f and not f(x); got {described(f)}"


@pytest.mark.parametrize("x", [True, False, np.True_, np.False_])
def test_a_truth_is_a_bool(x):
    assert truth(x, "live") is bool(x)


@pytest.mark.parametrize("x", [0, 1, None, "True", [], 1.0, np.array([True])])
def test_a_truth_is_nothing_else(x):
    assert refused(TypeError, truth, x, "live") == f"live must be True or False, got {described(x)}"


@pytest.mark.parametrize("x", [1, True, "b", None])
def test_a_choice_is_one_of_its_kind(x):
    kinds = (True, "a", None) if x == 1 and x is not True else (1, "a")
    assert refused(ValueError, choice, x, kinds, "what") == f"what must be {', '.join(map(repr, kinds[:-1]))} or {kinds[-1]!r}, got {printed(x)}"
    assert choice(x, ("z", x), "what") is x and choice(x, iter([x, "z"]), "what") is x


@pytest.mark.parametrize("x", [np.array([1, 2]), [1], {1: 2}])
def test_an_array_is_no_choice(x):
    assert "must be 1 or 2, got " in refused(ValueError, choice, x, (1, 2), "what")


def test_nests_are_a_hundred_deep_at_most():
    assert within("x" + "[0]" * 99, "key") == "x" + "[0]" * 99 + "['key']"
    assert refused(ValueError, within, "x" + "[0]" * 100, 1).startswith(("x" + "[0]" * 20)[:60] + "... is nested 100 deep")


@pytest.mark.parametrize("x", ["a.html", Path("a.html"), "ä b.svg", os.sep + "a"])
def test_a_path(x):
    assert path_of(x) == Path(x)


@pytest.mark.parametrize("x, error", [(3, TypeError), (None, TypeError), (b"a", TypeError), ("", ValueError), ("a\0b", ValueError), ("a\nb", ValueError)])
def test_what_is_no_path(x, error):
    assert refused(error, path_of, x, "file").startswith("file must be a file name, such as 'page.html', got ")


@pytest.mark.parametrize("x", [[1, 2], (1, 2), {1: 0, 2: 0}.keys(), {1, 2}, iter([1, 2]), np.array([1, 2]), deque([1, 2]), array.array("d", [1, 2]), range(1, 3)])
def test_what_has_entries(x):
    assert entries(x, "xs") == [1, 2]


@pytest.mark.parametrize("x", ["12", b"12", bytearray(b"1"), memoryview(b"1"), {1: 2}, list, 3, None, io.StringIO("1\n"), np.array(2.0), Value(1.0)])
def test_what_has_no_entries(x):
    assert refused(TypeError, entries, x, "xs", "numbers") == f"xs must be a list of numbers, got {described(x)}"


@pytest.mark.parametrize("x", [{1, 2}, frozenset({1})])
def test_a_set_has_no_order(x):
    assert refused(TypeError, entries, x, "xs", ordered=True).endswith(f"got {described(x)}: a set has no order")
    assert entries(x, "xs", ordered=False) == list(x) == entries(x, "xs") and entries([3], "xs", ordered=True) == [3]


@pytest.mark.parametrize("least", [0, 1, 5])
@pytest.mark.parametrize("kind", [int, np.int64, np.uint8])
def test_an_int_is_at_least_that(least, kind):
    found = at_least(kind(least), "n", least)
    assert found == least and type(found) is int
    if kind is not np.uint8:
        assert refused(ValueError, at_least, kind(least - 1), "n", least) == f"n must be at least {least}, got {least - 1}"
    assert at_least(1, "n") == 1 and refused(ValueError, at_least, 0, "n")


def test_an_int_is_at_most_the_largest_index():
    assert at_least(sys.maxsize, "n") == sys.maxsize
    assert refused(ValueError, at_least, sys.maxsize + 1, "n").startswith(f"n must be at most {sys.maxsize}, got int ")


@pytest.mark.parametrize("n", [True, False, 2.0, "2", None, [2], np.array([2, 3]), np.array(2.5), Value(2.0), Fraction(2)])
def test_what_is_no_int(n):
    assert refused(TypeError, at_least, n, "n") == f"n must be an int, got {described(n)}"


@pytest.mark.parametrize("x", [2, 2.0, True, np.float32(2), np.int8(2), np.True_, np.float64(2)])
def test_a_number(x):
    assert number(x) == float(x) and type(number(x)) is float


@pytest.mark.parametrize("x, hint", [("2", "convert it with float"), (None, "did a function forget"), (2j, "Values are real"), (np.array([2.0]), "x.item()"),
                                     ([2], "for each entry"), (Decimal(2), "convert it"), (Fraction(2), "convert it"), (Value(2.0), "its .data"),
                                     (np.timedelta64(2, "s"), ""), (np.complex64(2), "")])
def test_what_is_no_number(x, hint):
    said = refused(TypeError, number, x, "the seed")
    assert said.startswith(f"the seed must be a real number, got {described(x)}") and hint in said


def test_an_int_too_large_for_a_float():
    assert number(2 ** 1023) == 2.0 ** 1023
    assert refused(OverflowError, number, 10 ** 309, "x") == "x is an int too large for a float"


def test_arrays_and_numbers_of_numpy_are_told_apart():
    assert is_array(np.array(1.0)) and not is_array(np.float64(1.0)) and not is_array([1.0])
    assert is_numpy_scalar(np.float64(1.0)) and not is_numpy_scalar(np.array(1.0)) and not is_numpy_scalar(1.0)
    assert not is_numpy_scalar(np.timedelta64(1, "s")) and not is_numpy_scalar(np.complex128(1)) and not is_numpy_scalar(np.str_("a"))


@pytest.mark.parametrize("check, x", [(text, 3), (label_of, b"x"), (label_of, None)])
def test_what_is_no_text(check, x):
    said = refused(TypeError, check, x, *["a name"] * (check is text))
    assert said == f"{'a name' if check is text else 'the label of a Value'} must be a string, got {described(x)}"


def test_labels_of_text_alone():
    class Name(str):
        pass
    values = [Value(1.0, label="a"), Value(2.0, label="")]
    values[1].label = Name("b")
    assert with_labels(values) is values
    values[0].label = 3
    assert refused(TypeError, with_labels, values) == "the label of a Value must be a string, got int 3 as v.label of a Value of data 1.0"


@pytest.mark.parametrize("error, kind, says", [(ValueError(), ValueError, "needs an input above 0"), (ZeroDivisionError(), ZeroDivisionError, "needs an input above 0"),
                                               (OverflowError(), OverflowError, "the result is too large for a float")])
def test_an_error_in_a_domain(error, kind, says):
    v = Value(-1.0, label="v")
    found = error_at(ag.log, [-1.0], error, [v])
    assert type(found) is kind and str(found) == f"log(-1) (inputs 'v'): {says}" and found.operation is ag.log and found.inputs == (v,)
    assert str(error_at(ag.log, [-1.0, 0.123456789], error)) == f"log(-1, 0.123457): {says}" and listed([1, 2]) == "1, 2"


def test_a_function_for_each_entry():
    found = on_arrays(lambda a, b: a + b, [np.array([1.0, 2.0]), np.array([[10.0], [20.0]])])
    assert found.dtype == float and found.tolist() == [[11, 12], [21, 22]]
    of_values = on_arrays(lambda a, b: a + b, [np.array([Value(1.0)]), 2.0])
    assert of_values.dtype == object and of_values[0].data == 3.0
    masked = on_arrays(lambda a: -a, [np.ma.array([1.0, 2.0], mask=[False, True])])
    assert masked.mask.tolist() == [False, True] and type(on_arrays(abs, [np.array(-2.0)])) is np.float64


# Calls -----------------------------------------------------------------------------------------------------

def test_the_first_name_that_there_is_not():
    assert refused(TypeError, refuse_names, "f", {"lr": 1, "b": 2}, {"lr": "write rate="}, "x and y") == "f has no argument 'lr': write rate="
    assert refused(TypeError, refuse_names, "f", {"b": 2}, {"lr": "write rate="}, "x and y") == "f has no argument 'b': there are x and y"
    assert refuse_names("f", {}, {}, "x") is None


def test_a_type_error_of_the_function_itself_is_kept_from_deep_inside():
    @told({})
    def outer(x):
        return int(x)
    assert refused(TypeError, outer, None).startswith("int()")         # raised in C: one frame more than a call that does not fit
    assert refused(TypeError, outer) == "outer(x) was called otherwise: missing a required argument: 'x'"
    assert refused(TypeError, outer, 1, y=2) == "outer has no argument 'y': there are outer(x)"
    assert outer("3") == 3 and outer.__name__ == "outer"


@pytest.mark.parametrize("arguments, named, error, says", [
    ((0, 1.0), {}, TypeError, "partial of mul takes i, y, inputs: "),
    ((0, 1.0, 3), {}, TypeError, "inputs of mul must be a list"),
    ((2, 6.0, (2.0, 3.0)), {}, ValueError, "mul has no input 2: i goes from 0 to 1"),
    ((3, 6.0, (2.0, 3.0)), {}, ValueError, "mul has no input 3: i goes from 0 to 1"),
    (("0", 6.0, (2.0, 3.0)), {}, TypeError, "i, the place of an input, must be an int, got str '0'"),
    ((0, 6.0, (2.0, "3")), {}, TypeError, "input 1 of mul must be a number, a Value or an array, got str '3'"),
    ((0, 6.0, (2.0, [3.0])), {}, TypeError, "input 1 of mul must be a number, a Value or an array, got list [3.0]"),
    ((0, 6.0, (2.0, None)), {}, TypeError, "input 1 of mul must be a number, a Value or an array, got NoneType None"),
    ((0, 6.0, (2.0, 3.0, 4.0)), {}, TypeError, "mul"),
])
def test_a_wrong_call_of_a_rule(arguments, named, error, says):
    if says.startswith("input 1"):
        row = ag.operation("fussy_mul", lambda a, b: a * b, lambda y, a, b: b + 1.0, lambda y, a, b: a, symbol="fussy")
        try:
            assert refused(error, row.partial, *arguments).startswith(says.replace("mul", "fussy_mul"))
        finally:
            ag.ops.TABLE.pop("fussy_mul")
    else:
        assert says in refused(error, ag.mul.partial, *arguments, **named)


def test_a_rule_that_raises_is_not_blamed_on_the_call():
    def rule(y, x):
        raise ValueError("from inside")
    row = ag.operation("raising_rule", lambda x: x, rule)
    try:
        assert refused(ValueError, row.partial, 0, 1.0, (1.0,)) == "from inside"
        assert refused(ValueError, row.partial, 0, 1.0, (np.float64(1.0),)) == "from inside"
        assert refused(ValueError, row.partial, 0, 1.0, (Value(1.0),)) == "from inside"
    finally:
        ag.ops.TABLE.pop("raising_rule")


@pytest.mark.parametrize("arguments, error, says", [
    (("french", "a", "b"), ValueError, "language must be 'text', 'numpy', 'latex', 'javascript' or 'c', got 'french'"),
    (("numpy",), TypeError, "add"), (("numpy", 1.0, 2.0), TypeError, "input 0 of add must be a Text, such as Text('a', 'atom'), got float 1.0"),
    (("numpy", "a", "b"), TypeError, "input 0 of add must be a Text, such as Text('a', 'atom'), got str 'a'"),
])
def test_a_wrong_call_of_write(arguments, error, says):
    assert says in refused(error, ag.add.write, *arguments)


@pytest.mark.parametrize("v, says", [
    (Value(1.0), "a leaf"), (Value(1.0, label="x"), "x"), (Value(1.0, label="x" * 50), "x" * 40),
    (Value(1.0, label="a") * Value(2.0, label="b"), "a * b"), (Value(1.0) * 2.0, "· * 2.0"), (ag.sin(Value(1.0, label="t" * 30)), f"sin({'t' * 20})"),
    (ag.sum([Value(1.0, label=x) for x in "abcd"]), "sum(a, b, c, d)"), (ag.sum([Value(1.0, label=x) for x in "abcde"]), "sum(a, b, c, d, ...)"),
    (ag.minimum(Value(1.0, label="a"), Value(2.0, label="b")), "min(a, b)"),
])
def test_the_title_of_a_card(v, says):
    assert titled(v) == says
    if not v.is_leaf:
        v.label = "y"
        assert titled(v) == f"y = {says}"


# By hand ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("grad, partial", [(2.0, 3.0), (-0.5, 4.0)])
def test_backward_of_one_node_adds_grad_times_partial(grad, partial):
    a = Value(1.5, label="a")
    y = a * partial
    a.grad, y.grad = 0.25, grad
    y._backward()
    assert a.grad == 0.25 + grad * partial


def test_a_closure_that_is_set_is_the_one_that_comes_back():
    a = Value(1.5)
    y = a * 2.0

    def mine():
        a.grad += 7.0 * y.grad
    y._backward = mine
    assert y._backward is mine
    (y * 3.0).backward()
    assert a.grad == 21.0
    (y * 3.0).backward()
    assert a.grad == 42.0                                   # leaves accumulate


def test_a_closure_that_raises_leaves_the_grads_as_they_were():
    a, b = Value(1.5), Value(2.0)
    y = a * b

    def broken():
        a.grad += 1.0
        raise RuntimeError("mine")
    y._backward = broken
    a.grad, b.grad = 5.0, 6.0
    with pytest.raises(RuntimeError, match="^mine$"):
        (y * 3.0).backward()
    assert (a.grad, b.grad) == (5.0, 6.0)
    assert "_backward of a Value must be a function without arguments, got int 3" in refused(TypeError, setattr, y, "_backward", 3)


def test_the_warning_beside_another_autograd_points_at_the_import(tmp_path):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warn_of_another_autograd(str(tmp_path))
        assert heard == []
        (tmp_path / "tracer.py").touch()
        warn_of_another_autograd(str(tmp_path))
    assert len(heard) == 1 and str(tmp_path) in str(heard[0].message) and heard[0].filename != inspect.getfile(messages)
