"""Programs as JavaScript, run by node: equal to eager, whatever they are made of; and what one reads and calls."""
from __future__ import annotations

import subprocess

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.compiler.languages import (BOUND, KINDS, NODE, Run, difference, idioms_with_a_form, in_node, of_kind, of_random,
                                      of_style)
from tests.compiler.test_source import network, recurrent
from tests.styles import STYLES

needs_node = pytest.mark.skipif(NODE is None, reason="no node on PATH")
FAMILIES = sorted({style.family for style in STYLES.values()})


def of(program: str) -> str:
    """What a program in JavaScript says after its functions of arrays."""
    return program[program.index("// The program"):]


@needs_node
@pytest.mark.parametrize("how", [None, "matrices", "scalars"])
def test_programs_of_every_kind_agree_with_eager(how):
    runs = [of_kind(name, how) for name in KINDS]
    for name, run, got in zip(KINDS, runs, in_node(runs)):
        assert difference(run, got) < BOUND, name


@needs_node
@pytest.mark.parametrize("family", FAMILIES)
def test_programs_in_students_styles_agree_with_eager(family):
    chosen = [style for style in STYLES.values() if style.family == family]
    runs = [of_style(style.make(*style.small)) for style in chosen]
    for style, run, got in zip(chosen, runs, in_node(runs)):
        assert difference(run, got) < BOUND, style.name


@needs_node
@pytest.mark.parametrize("how", ["own", "arrays", "straight"])
def test_random_programs_agree_with_numpy(how):
    runs = [of_random(seed, how) for seed in range(500, 530)]
    for seed, run, got in zip(range(500, 530), runs, in_node(runs)):
        assert difference(run, got) < BOUND, seed


def test_a_network_reads_as_in_numpy():
    z, P, x = network([3, 5, 4, 2], "plain", ag.tanh)
    source = of(ag.compile(sum(v * v for v in z), P, x).source_in("javascript"))
    for line in ['const z1 = einsum("mk,hk->mh", x, W1);', "increase(z1, b1);",
                 "const f1 = map((z1) => Math.tanh(z1), z1);", "(6)", "(3)", "(7)", "(8)"]:
        assert line in source, source


def test_a_recurrent_network_is_a_loop():
    source = of(recurrent(100, 4, [0.01 * i for i in range(100)]).source_in("javascript"))
    assert "for (let t = 0; t < 99; t++) {" in source and "for (let t = 98; t >= 0; t--) {" in source
    assert len(source[source.index("function value"):].splitlines()) < 120


@needs_node
def test_a_file_can_be_required(tmp_path):
    w, x = Value(2.0), Value(3.0)
    program = ag.compile((w * x - 1) ** 2, [w], [x])
    (tmp_path / "program.js").write_text(program.source_in("javascript"), encoding="utf-8")
    script = "const p = require('./program.js'); console.log(p.value([2], [[3], [1]]), p.value_and_grad([2], [[3], [1]])[1][0])"
    done = subprocess.run([NODE, "-e", script], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.stdout.split() == ["[", "25,", "1", "]", "32"], done


@needs_node
def test_a_program_without_samples_takes_one_row():
    w, x = [Value(0.5), Value(-0.25)], [Value(1.5), Value(2.0)]
    program = ag.compile(ag.tanh(w[0] * x[0] + w[1] * x[1]), w, x, samples=False)
    point, row = np.array([0.5, -0.25]), np.array([1.5, 2.0])
    run = Run(program, [point], row, False, [program.value_and_grad(point, row)])
    assert difference(run, in_node([run])[0]) < BOUND


@needs_node
@pytest.mark.parametrize("word", ["new", "var", "map", "einsum", "Math", "arguments", "sum", "number", "m", "samples", "pow"])
def test_a_label_that_means_something_in_javascript_is_another_name(word):
    w = Value(0.7)
    a = ag.tanh(w)
    a.label = word
    program = ag.compile(a * a + ag.exp(a), [w])
    run = Run(program, [np.array([0.7])], None, False, [program.value_and_grad([0.7])])
    assert difference(run, in_node([run])[0]) < BOUND


def test_what_has_no_form_in_javascript_says_so():
    odd = ag.operation("odd_one", lambda a: a * 3, lambda y, a: 3.0 + 0 * a)
    w = Value(2.0)
    program = ag.compile(odd(w) * w, [w])
    with pytest.raises(LookupError, match="'odd_one' has no form in 'javascript'.*javascript=..."):
        program.source_in("javascript")
    with pytest.raises(ValueError, match="language must be one of .*'javascript'.*, got 'cobol'"):
        program.source_in("cobol")


@needs_node
@pytest.mark.parametrize("first", [2210, 3000])
def test_programs_of_everyday_work_are_the_same_in_javascript(first):
    runs = idioms_with_a_form(range(first, first + 20))
    for run, got in zip(runs, in_node(runs)):
        assert difference(run, got) < BOUND, run.program
