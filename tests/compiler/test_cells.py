"""Which scalars became which cells: against the numbers that the program's arrays hold, and the graph itself."""
from __future__ import annotations

import random

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.graph import topological_order
from tests.styles import STYLES
from tests.styles.case import record


def network(seed):
    """A network, one of nn's or a plain one, with the numbers of one sample and of its target as inputs."""
    rng = random.Random(seed)
    widths = [rng.randint(1, 4) for _ in range(rng.randint(2, 4))]
    x = [Value(rng.uniform(-1, 1), label=f"x{j}") for j in range(widths[0])]
    t = [Value(rng.uniform(-1, 1)) for _ in range(widths[-1])]
    if seed % 2:
        net = nn.MLP(widths[0], widths[1:], activation=rng.choice(["tanh", "relu", "sigmoid"]), seed=seed)
        out, parameters = net(list(x)), net.parameters()
    else:
        parameters, out = [], x
        for n, m in zip(widths, widths[1:]):
            w = [[Value(rng.uniform(-1, 1)) for _ in range(n)] for _ in range(m)]
            b = [Value(rng.uniform(-1, 1)) for _ in range(m)]
            parameters += [p for row in w for p in row] + b
            out = [(sum(wi * oi for wi, oi in zip(row, out)) + bi).tanh() for row, bi in zip(w, b)]
    outs = out if isinstance(out, list) else [out]
    loss = sum(((o - y) ** 2 for o, y in zip(outs, t)), Value(0.5))
    return loss, parameters, [*x, *t]


@pytest.mark.parametrize("seed", range(60))
def test_each_cell_holds_the_number_of_its_scalar_and_each_scalar_has_a_cell(seed):
    loss, parameters, inputs = network(seed)
    program = autograd.compile(loss, parameters, inputs, form="matrices")
    found = program.correspondence()
    assert found.order == topological_order(loss)
    held = program._code.variables((program.parameters, np.array([v.data for v in inputs])))
    held["x"] = np.array([v.data for v in inputs])
    for block in found.blocks:
        numbers = np.ravel(held[block.name])
        assert len(numbers) == len(block.cells) == np.prod(block.shape)
        for number, places, main in zip(numbers, block.cells, block.mains):
            if main is not None:
                assert main in places and found.order[main].data == pytest.approx(number, rel=1e-12, abs=1e-12), block.name
    somewhere = {k for block in found.blocks for places in block.cells for k in places}
    left_out = [v for k, v in enumerate(found.order) if k not in somewhere and v.data != 0.5]
    assert left_out == []
    kinds = {v: "parameters" for v in parameters} | {v: "inputs" for v in inputs}
    for block in found.blocks:
        for places in block.cells:
            assert {kinds.get(found.order[k], "forward") for k in places} <= {block.kind}


@pytest.mark.parametrize("seed", range(30))
def test_the_lines_are_those_of_the_program_and_name_what_they_compute_and_read(seed):
    loss, parameters, inputs = network(seed)
    program = autograd.compile(loss, parameters, inputs, form="matrices")
    rows = program.correspondence().rows
    source = program.source.split("def value_and_grad")[1]
    at = [source.index(row.text) for row in rows]
    assert at == sorted(at)
    names = {block.name for block in program.correspondence().blocks}
    for row in rows:
        code = row.text.partition("#")[0]
        left, sign, right = code.strip().partition("= ")
        name = left.rstrip(" +-").partition("[")[0]
        if row.part != "backward":
            assert name in row.blocks
        elif name != "grad":
            assert name.removeprefix("d") in row.blocks or name not in {f"d{n}" for n in names}
        for used in names:
            if used != "x" and f" {used} " in f" {right} " and sign:
                assert used in row.uses, row


def test_the_lectures_lines_are_told_apart():
    net = nn.MLP(2, [3, 2, 1], activation="tanh", seed=1)
    x, t = [Value(1.0), Value(2.0)], Value(1.0)
    loss = nn.losses.squared(net(x), t)                         # held: a program does not keep its graph
    rows = autograd.compile(loss, net.parameters(), [*x, t]).correspondence().rows
    kinds = {row.text.split()[0]: row.kind for row in rows if row.kind and "+=" not in row.text}
    assert kinds == {"z1": "product", "z2": "product", "z3": "product", "db3": "sum", "dW3": "outer", "db2": "sum",
                     "dW2": "outer", "dz2": "transposed", "dz1": "transposed", "db1": "sum", "dW1": "outer"}


def test_a_graph_that_is_gone_is_said():
    program = autograd.compile(Value(2.0) * Value(3.0) + 1.0, [])
    with pytest.raises(ValueError, match="the graph is gone"):
        program.correspondence()


@pytest.mark.parametrize("name", sorted(STYLES))
def test_a_program_of_any_style_has_its_cells_and_a_page(name):
    style = STYLES[name]
    case = style.make(*style.small)
    output, parameters, inputs = record(case)
    program = autograd.compile(output, parameters, inputs)
    found = program.correspondence()
    held = {}
    if hasattr(program._code, "variables"):
        held = program._code.variables((program.parameters, *[np.array([v.data for v in inputs])] * bool(inputs)))
    for block in found.blocks:
        assert len(block.cells) == np.prod(block.shape)
        for number, main in zip(np.ravel(held.get(block.name, [])), block.mains):
            if main is not None and block.name not in ("x", "theta"):
                assert found.order[main].data == pytest.approx(number, rel=1e-9, abs=1e-9), block.name
    if len(found.order) <= 2000:
        assert len(autograd.matrices_page(program).html.encode()) < 300_000
