"""The table's JavaScript, run by node, against the table itself."""
from __future__ import annotations

import json
import math
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import ops
from autograd.formulas.javascript import arithmetic, rule
from autograd.formulas.symbol import in_javascript
from autograd.ops import BUILT_IN, TABLE
from tests.test_ops import SIZES, arity, point_of

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on PATH")
rows = [TABLE[name] for name in sorted(BUILT_IN)]


def in_node(expression: str):
    """The value of a JavaScript expression of numbers and arrays."""
    program = ("const plain = x => Array.isArray(x) ? x.map(plain) : Number.isFinite(x) ? x : String(x);"
               f"console.log(JSON.stringify(plain({expression})))")
    done = subprocess.run([NODE, "-"], input=program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def computed(op, inputs, points):
    """For each point the value and the partials, as JavaScript computes them."""
    source = arithmetic([rule(op, inputs)])
    numbers = ", ".join(f"[{', '.join(map(in_javascript, point))}]" for point in points)
    return in_node(f"(([value, partials]) => [{numbers}].map(x => [value(x), ...partials(value(x), x)]))({source}[0])")


@needs_node
@pytest.mark.parametrize("op", rows, ids=str)
def test_value_and_partials_of_each_row_agree_with_python(op):
    @settings(max_examples=6, deadline=None)
    @given(st.lists(point_of(op), min_size=4, max_size=20))
    def check(points):
        for point, got in zip(points, computed(op, [None] * arity(op), points)):
            y = op(*point)
            expected = [y, *[op.partial(i, y, point) or 0.0 for i in range(len(point))]]
            size = SIZES.get(op.name, lambda *x: 0.0)(*point) * (op.name in ("sum", "dot"))
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-300 + 1e-12 * size), point
    check()


@needs_node
@pytest.mark.parametrize("op, point", [
    (ops.relu, (0.0,)), (ops.leaky_relu, (0.0,)), (ops.elu, (0.0,)), (ops.abs, (0.0,)), (ops.sign, (-0.0,)),
    (ops.maximum, (2.0, 2.0)), (ops.minimum, (2.0, 2.0)), (ops.greater, (1.0, 1.0)), (ops.sigmoid, (-800.0,)),
    (ops.sigmoid, (800.0,)), (ops.tanh, (300.0,)), (ops.softplus, (-745.0,)), (ops.erfc, (2.0,)), (ops.erf, (-2.0,)),
    (ops.erfc, (-3.0,)), (ops.erf, (1e-300,)), (ops.gelu, (-30.0,)), (ops.erf, (0.0,)), (ops.pow, (1.0, math.inf)),
])
def test_where_a_branch_decides_or_a_number_is_far_out(op, point):
    y = op(*point)
    expected = [y, *[op.partial(i, y, point) or 0.0 for i in range(len(point))]]
    got = computed(op, [None] * len(point), [point])[0]
    assert list(map(float, got)) == pytest.approx(expected, rel=1e-12, abs=0, nan_ok=True)


@needs_node
@pytest.mark.parametrize("op", rows, ids=str)
def test_what_is_not_a_finite_number_ends_no_script(op):
    """A page computes on with NaN where an operation before was outside its domain."""
    count = arity(op)
    points = [(number,) * count for number in (math.nan, math.inf, -math.inf)]
    points += [tuple(math.nan if k == i else 1.0 for k in range(count)) for i in range(count)]
    for point, got in zip(points, computed(op, [None] * count, points)):
        assert len(got) == 1 + count
        if op.name in ("erf", "erfc", "gelu", "tanh", "sigmoid") and math.isnan(point[0]):
            assert got == ["NaN"] * 2


@needs_node
@pytest.mark.parametrize("exponent", [-2.0, 0.0, 1.0, 2.0, 3.0, 0.5])
def test_numbers_stay_numbers(exponent):
    got = computed(ops.pow, [None, exponent], [(1.7,), (0.3,)])
    for (a,), row in zip([(1.7,), (0.3,)], got):
        assert row == pytest.approx([a ** exponent, exponent * a ** (exponent - 1)], rel=1e-12)
    assert computed(ops.dot, [None, -3.0, -1.0, None, 0.0], [(2.0, 5.0)]) == [[-17.0, -1.0, -3.0]]


@needs_node
@pytest.mark.parametrize("x", [0.1, -2.0, -0.0, 1e300, 5e-324, 1e16, 2.0 ** 60])
def test_numbers_are_exact(x):
    got = in_node(f"[1 - {in_javascript(x)}, -{in_javascript(x)}]")
    assert list(map(float, got)) == [1 - x, -x]


@pytest.fixture
def own():
    before = set(TABLE)
    yield ops.operation
    for name in set(TABLE) - before:
        del TABLE[name]


def test_a_row_of_ones_own_needs_a_form_and_rules_that_have_one(own):
    square = own("square", lambda a: a * a, lambda y, a: 2 * a)
    assert rule(square, [None]) == ""
    curve = own("curve", math.sin, lambda y, a: math.cos(a), javascript="Math.sin({0})")
    assert rule(curve, [None]) == ""                            # its rule takes numbers alone
    uses = own("uses", lambda a: a ** 3 / 3, lambda y, a: square(a), javascript="{0:atom} ** 3 / 3")
    assert rule(uses, [None]) == ""


@needs_node
def test_a_row_of_ones_own_with_a_form(own):
    cube = own("cube", lambda a: a ** 3, lambda y, a: 3 * a * a, javascript="{0:atom} ** 3")
    assert computed(cube, [None], [(-2.0,)]) == [[-8.0, 12.0]]
    below = own("below", lambda a: -cube(a), lambda y, a: -cube(a), javascript="-{0:atom}")
    assert computed(below, [None], [(2.0,)]) == [[-2.0, -8.0]]  # -a ** 3 would be no JavaScript


def test_no_form_ends_the_script_it_stands_in(own):
    bad = own("bad", lambda a: a, lambda y, a: 1.0, javascript="{0} </script><script>/**/")
    source = arithmetic([rule(bad, [None])])
    assert "</" not in source and "<script" not in source and "<!--" not in source
