"""Programs as C, compiled where there is a C compiler: equal to eager, errors as NumPy's, and a folder nobody else can write to."""
from __future__ import annotations

import math
import os
import shutil
import stat

import numpy as np
import pytest

import autograd as ag
from autograd import Value, jit, tanh, value_and_grad
from autograd.compiler.printers import native
from tests.benchmarks.growth import anything
from tests.compiler.languages import BOUND, KINDS, Run, difference, idioms_with_a_form, in_c, of_kind, of_random, of_style
from tests.compiler.test_source import network, recurrent
from tests.styles import STYLES
from tests.test_ops import SIZES, point_of

CC = next((found for found in map(shutil.which, native.COMPILERS) if found), None)
needs_cc = pytest.mark.skipif(CC is None, reason="no C compiler")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(native.tempfile, "tempdir", str(tmp_path))


@needs_cc
@pytest.mark.parametrize("how", [None, "matrices", "scalars"])
def test_programs_of_every_kind_agree_with_eager(how):
    runs = [of_kind(name, how) for name in KINDS]
    for name, run, got in zip(KINDS, runs, in_c(runs)):
        assert difference(run, got) < BOUND, name


@needs_cc
@pytest.mark.parametrize("name", STYLES)
def test_a_program_in_a_students_style_agrees_with_eager(name):
    run = of_style(STYLES[name].make(*STYLES[name].small))
    assert difference(run, in_c([run])[0]) < BOUND


@needs_cc
@pytest.mark.parametrize("how", ["own", "arrays", "straight"])
@pytest.mark.parametrize("seed", range(900, 912))
def test_random_programs_agree_with_numpy(seed, how):
    run = of_random(seed, how)
    assert difference(run, in_c([run])[0]) < BOUND


@needs_cc
def test_every_row_of_the_table_is_the_same_in_c():
    import hypothesis
    for name in sorted(ag.ops.BUILT_IN - {"sum", "dot"}):
        op, points = ag.ops.TABLE[name], []

        @hypothesis.settings(max_examples=15, deadline=None, database=None)
        @hypothesis.given(point_of(op))
        def collect(point):
            points.append(point)
        collect()
        for point in points[:1] + points[-1:]:
            P = [Value(x) for x in point]
            y = op(*P)
            program = ag.compile(y, P, target="c")
            for other in points:
                try:
                    expected = op.value(*other)
                except ArithmeticError:
                    continue
                size = SIZES.get(name, lambda *x: 0.0)(*other)
                if math.isfinite(expected):
                    assert program(list(other)) == pytest.approx(expected, rel=1e-12, abs=1e-300 + 1e-12 * size), (name, other)


def test_a_network_reads_as_the_lecture():
    z, P, x = network([6, 5, 4, 2], "plain", ag.tanh)
    source = ag.compile(sum(v * v for v in z), P, x).source_in("c")
    for line in ["// z1: m x 5  (6)", "double sum = b1[7 * j];", "sum += x[6 * i + k] * W1[7 * j + k];",
                 "f1[5 * i + j] = tanh(z1[5 * i + j]);", "(7)", "(8)"]:
        assert line in source, source
    loop = recurrent(50, 4, [0.1 * i for i in range(50)]).source_in("c")
    assert "for (long t = 0; t < 49; t++) {" in loop and "for (long t = 48; t >= 0; t--) {" in loop


@needs_cc
def test_numbers_outside_of_a_domain_are_the_errors_of_numpy():
    w = [Value(2.0), Value(3.0)]
    program = ag.compile(ag.log(w[0]) + 1 / w[1], w, target="c")
    assert program.value_and_grad([2.0, 3.0])[0] == pytest.approx(math.log(2) + 1 / 3)
    with pytest.raises(ValueError, match="outside the domain"):
        program.value_and_grad([-1.0, 3.0])
    with pytest.raises(ZeroDivisionError):
        program.value_and_grad([2.0, 0.0])
    with pytest.raises(ValueError, match="NaN"):
        program.value_and_grad([math.nan, 1.0])
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        program([1.0])
    assert program([2.0, 3.0]) == pytest.approx(math.log(2) + 1 / 3)


@needs_cc
def test_arrays_of_any_layout_and_any_number_of_samples():
    z, P, x = network([3, 5, 2], "plain", ag.tanh)
    loss = sum(v * v for v in z)
    program, other = ag.compile(loss, P, x, target="c"), ag.compile(loss, P, x)
    theta, X = other.parameters, np.random.default_rng(0).normal(size=(7, 6))
    for rows in (X[:, ::2], X[::2, :3], np.asfortranarray(X[:, :3]), X[:1, :3], X[:0, :3], X[0, :3]):
        value, gradient = program.value_and_grad(np.repeat(theta, 2)[::2], rows)
        wanted = other.value_and_grad(theta, rows)
        assert value == pytest.approx(wanted[0], rel=1e-12) and np.allclose(gradient, wanted[1], rtol=1e-11, atol=1e-13)
        assert np.allclose(program(theta, rows), other(theta, rows), rtol=1e-12)


@needs_cc
def test_a_program_without_samples_and_one_of_several_outputs():
    w, x = [Value(0.5), Value(-0.25)], [Value(1.5), Value(2.0)]
    y = ag.tanh(w[0] * x[0] + w[1] * x[1])
    point, row = np.array([0.5, -0.25]), np.array([1.5, 2.0])
    one, wanted = ag.compile(y, w, x, samples=False, target="c"), ag.compile(y, w, x, samples=False)
    assert one.value_and_grad(point, row)[0] == pytest.approx(wanted.value_and_grad(point, row)[0], rel=1e-14)
    both = [y, y * w[0]]
    several = ag.compile(both, w, x, target="c")
    assert np.allclose(several(point, row[None]), [[y.data, y.data * 0.5]], rtol=1e-14)
    assert several.verify() == 3


@needs_cc
@pytest.mark.parametrize("word", ["int", "i", "s1", "double", "NULL", "INFINITY", "M_PI", "memory", "result", "sum", "square"])
def test_a_label_that_means_something_in_c_is_another_name(word):
    w = Value(0.7)
    a = ag.tanh(w)
    a.label = word
    y = a * a + ag.exp(a)
    run = Run(ag.compile(y, [w]), [np.array([0.7])], None, False, [ag.compile(y, [w]).value_and_grad([0.7])], (y, [w]))
    assert difference(run, in_c([run])[0]) < BOUND


@needs_cc
def test_long_straight_code_is_compiled_quickly_and_right(monkeypatch):
    """With -O1, 7,000 lines took gcc five seconds, and their run three times as long as without instructions of this machine alone."""
    given, build = [], native.build
    monkeypatch.setattr(native, "build", lambda cc, flags, *others: (given.append(flags), build(cc, flags, *others)))
    for operations, level, lines in ((30, "-O3", (0, 1_000)), (600, "-O1", (1_000, 3_000)), (1_400, "-O0", (3_000, 5_000))):
        y, P = anything(operations)
        program, other = ag.compile(y, P, target="c"), ag.compile(y, P)
        assert lines[0] < other.source_in("c").count("\n") <= lines[1]
        assert given[-1][0] == level and ("-march=native" in given[-1]) == (level == "-O3")
        got, wanted = program.value_and_grad(program.parameters), other.value_and_grad(program.parameters)
        assert got[0] == pytest.approx(wanted[0], rel=1e-11) and np.allclose(got[1], wanted[1], rtol=1e-9, atol=1e-11)


@needs_cc
def test_the_same_program_is_compiled_once_in_a_folder_of_ones_own(tmp_path, monkeypatch):
    w = Value(2.0)
    ag.compile(w * w, [w], target="c")
    path = native.folder()
    assert path.parent == tmp_path and stat.S_IMODE(path.stat().st_mode) == 0o700 and len(list(path.iterdir())) == 1
    monkeypatch.setattr(native, "build", lambda *args: pytest.fail("compiled again"))
    assert ag.compile(w * w, [w], target="c").value_and_grad([3.0]) == (9.0, [6.0])


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_a_folder_that_others_can_write_to_or_that_is_a_link_is_not_used(tmp_path):
    path = native.folder()
    os.chmod(path, 0o777)
    assert native.folder() != path
    os.chmod(path, 0o700)
    assert native.folder() == path
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert native.folder() not in (path, tmp_path / "elsewhere")


def test_without_a_c_compiler_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    w = Value(2.0)
    with pytest.raises(RuntimeError, match=r"needs a C compiler.*install one \(gcc, clang\).*CC"):
        ag.compile(w * w, [w], target="c")
    assert ag.compile(w * w, [w]).source_in("c").count("value_and_grad") == 1
    with pytest.raises(ValueError, match="target must be 'numpy' or 'c', got 'fortran'"):
        ag.compile(w * w, [w], target="fortran")


def test_an_operation_of_ones_own_is_printed_by_its_form_in_c():
    w = Value(8.0)
    with_form = ag.operation("root_three", lambda a: math.copysign(abs(a) ** (1 / 3), a), lambda y, a: 1 / (3 * y * y), c="cbrt({0})")
    if CC:
        assert ag.compile(with_form(w) * w, [w], target="c").value_and_grad([27.0])[0] == pytest.approx(81.0)
    without = ag.operation("odd_three", lambda a: a * 3, lambda y, a: 3.0 + 0 * a)
    with pytest.raises(LookupError, match="'odd_three' has no form in 'c'.*c=..."):
        ag.compile(without(w) * w, [w]).source_in("c")


@needs_cc
def test_programs_of_everyday_work_are_the_same_in_c():
    runs = idioms_with_a_form(range(8))
    for run, got in zip(runs, in_c(runs)):
        assert difference(run, got) < BOUND, run.program


@needs_cc
def test_a_jitted_function_runs_as_c():
    def f(w, xs):
        h = 0.0
        for x in xs:
            h = tanh(w[0] * h + w[1] * x) if x > w[2] else h - x
        return h * h
    gradient = value_and_grad(f)
    in_c = jit(gradient, target="c")
    for xs in ([1.0, -2.0, 0.5], [0.3, 0.2, -1.0], [1.0, 2.0, 3.0]):
        given = [0.5, -1.0, 0.1], xs
        assert in_c(*given) == (pytest.approx(gradient(*given)[0]), pytest.approx(gradient(*given)[1]))
    assert not in_c.refused and {type(p._code) for p in in_c.programs} == {native.Native}


@needs_cc
@pytest.mark.parametrize("reduce", [None, "mean"])
def test_samples_of_a_jitted_function_run_as_c(reduce):
    f = value_and_grad(lambda w, x: (w[0] * x if x > w[1] else -x) ** 2)
    in_numpy, in_c = (jit(f, samples=(1,), reduce=reduce, target=target) for target in ("numpy", "c"))
    for xs in ([1.0, -2.0, 0.5], [0.3, 0.2, -1.0, 4.0]):
        (y, dy), (z, dz) = in_numpy([0.5, 0.1], xs), in_c([0.5, 0.1], xs)
        np.testing.assert_allclose(z, y)
        np.testing.assert_allclose(dz, dy)
    assert {type(p._code) for p in in_c.programs} == {native.Native}


def test_jit_without_a_c_compiler_says_what_to_do_before_anything_runs(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(RuntimeError, match="C compiler"):
        jit(lambda x: x, target="c")
    with pytest.raises(ValueError, match="target must be"):
        jit(lambda x: x, target="fortran")
