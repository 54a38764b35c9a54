"""Every structural operation has a form in every language: the programs that the tests of each language run have all of them."""
from __future__ import annotations

import pytest

from autograd.compiler.arrays.array import Array, Structural
from autograd.compiler.arrays.loop import Loop
from autograd.compiler.arrays.pattern import Pattern
from autograd.compiler.arrays.reverse import topological_order
from tests.compiler.languages import KINDS, of_kind, of_style
from tests.styles import STYLES

IN_STYLES = "balance_after_each_payment"                            # of single numbers, not of samples


def kinds_of(base):
    """All classes below a class."""
    return {found for kind in base.__subclasses__() for found in (kind, *kinds_of(kind))}


def operations(program):
    """The kinds of structural operations in a program, forward and backward, bodies of loops included."""
    lines = program._code.lines
    left, seen = [x for x in (lines.value, lines.gradient) if isinstance(x, Array)], set()
    while left:
        new = set(topological_order([left.pop()])) - seen
        seen |= new
        for loop in [x.op for x in new if isinstance(x.op, Loop)]:
            left += [u for x in loop.local() for u in (x, *x.inputs) if isinstance(u, Array)]
    return {type(x.op) for x in seen if isinstance(x.op, Structural)}


@pytest.fixture(scope="module")
def programs():
    style = STYLES[IN_STYLES]
    return [*[of_kind(name, "matrices").program for name in KINDS], of_style(style.make(*style.small)).program]


def test_the_programs_that_every_language_runs_have_every_structural_operation(programs):
    ours = {kind for kind in kinds_of(Structural) - {Pattern} if kind.__module__.startswith("autograd")}      # no other test's
    assert ours == set().union(*map(operations, programs))


@pytest.mark.parametrize("language", ["numpy", "jax", "javascript", "c"])
def test_every_structural_operation_has_a_form_in_every_language(programs, language):
    assert all(len(program.source_in(language)) > 100 for program in programs)
