"""Random programs of loops, compiled, against eager; and some that were once compiled wrongly."""
from __future__ import annotations

import pytest

from tests.compiler.programs import Text, fault, program, shrunk

ONCE_WRONG = {
    "the terms of two sums come in different orders": ("""
        A = [sin(p[i % 2] * 0.5 + p[(i + 1) % 2] * 0.5) for i in range(60)]
        return sum(a * a for a in A)""", 2),
    "products with zero in different orders": ("""
        A = [sin(p[1] * 0.0 + p[0] * 0.0 + p[1]), sin(p[0] * 0.0 + p[1] * 0.0 + p[1])]
        return sum(a * a for a in A)""", 2),
    "the sum of all parameters": ("""
        return ag.sum(p)""", 3),
    "a table used by columns and, in part, by rows": ("""
        y = sum(sigmoid(p[i] - D[j]) * (1 + i) for j in range(2) for i in range(12))
        return y + sum(c * c for c in [cos(p[i] - D[j]) for i in range(12) for j in range(3)])
        """, 12),
    "a long sum with constants in between": ("""
        H = 0.0
        for i in range(100):
            q = sigmoid(p[0] * D[i] + p[1])
            H -= q * log(q) + (1 - q) * log(1 - q)
        return H""", 2),
}


def explained(text: Text, problem: str) -> str:
    """The fault, and the shortest program that has it."""
    return f"seed {text.seed}: {problem}\n{text.source}\n\nshortened:\n{shrunk(text).source}"


@pytest.mark.parametrize("start", range(0, 80, 10))
def test_random_programs_of_loops_compile_to_what_eager_gives(start):
    for seed in range(start, start + 10):
        text = program(seed)
        if (problem := fault(text)):
            pytest.fail(explained(text, problem))


@pytest.mark.parametrize("name", ONCE_WRONG)
def test_a_program_once_compiled_wrongly(name):
    lines, parameters = ONCE_WRONG[name]
    source = "def loss(p, x):" + lines.replace("\n    ", "\n")
    problem = fault(Text(source, parameters, 0, 0, 0))
    assert problem is None, f"{problem}\n{source}"
