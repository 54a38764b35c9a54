"""The source of a network reads as the lecture: (3) and (6) forward, (7) and (8) backward; and what was found is said."""
from __future__ import annotations

import random
import re

import pytest

import autograd as ag
from autograd import Value, compile
from autograd.compiler.recognize.group import groups, levels
from autograd.compiler.recognize.record import CONSTANT, INPUT, NODE, PARAMETER, record


def network(sizes, style, activation):
    rng = random.Random(0)
    x = [Value(0.1 * i) for i in range(sizes[0])]
    P, z = [], x
    for k, (n, rows) in enumerate(zip(sizes, sizes[1:])):
        W, b = [[Value(rng.uniform(-1, 1)) for _ in range(n)] for _ in range(rows)], [Value(0.1) for _ in range(rows)]
        P += [p for w, c in zip(W, b) for p in (*w, c)]
        z = ag.affine(W, z, b) if style == "dot" else [sum((w * u for w, u in zip(row, z)), c) for row, c in zip(W, b)]
        z = [activation(v) for v in z] if k < len(sizes) - 2 else z
    return z, P, x


def lines_of(program):
    text = program.source
    return [line.split("#")[0].strip() for line in text[text.index("def value_and_grad"):].splitlines()]


@pytest.mark.parametrize("style", ["plain", "dot"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_network_reads_as_the_lecture(style, outputs):
    z, P, x = network([3, 5, 4, outputs], style, ag.relu)
    found = lines_of(compile(sum(v * v for v in z), P, x))
    third = ["z3 = f2 @ W3", "z3 += b3", "dW3 = dz3 @ f2", "db3 = dz3.sum()"] if outputs == 1 else \
        ["z3 = f2 @ W3.T", "z3 += b3", "dW3 = dz3.T @ f2", "db3 = ones @ dz3"]
    for line in ["z1 = x @ W1.T", "z1 += b1", "f1 = np.maximum(z1, 0)", "z2 = f1 @ W2.T", "z2 += b2",
                 "f2 = np.maximum(z2, 0)",     # (3), (6)
                 "dz1 = dz2 @ W2 * (z1 > 0)",
                 # (7)
                 "dW2 = dz2.T @ f1", "db2 = ones @ dz2", "dW1 = dz1.T @ x", "db1 = ones @ dz1",
                 *third]:                            # (8)
        assert line in found, (line, found)
    order = [found.index(line) for line in ("z1 = x @ W1.T", "z2 = f1 @ W2.T", "dz1 = dz2 @ W2 * (z1 > 0)")]
    assert order == sorted(order) and len(found) < 45


def test_factors_in_either_order_give_the_same_source():
    w, x = [Value(0.1 * i) for i in range(12)], [Value(1.0) for _ in range(3)]
    sources = [compile(sum(abs(sum(first(w[3 * i + j], x[j]) for j in range(3))) for i in range(4)), w, x).source
               for first in (lambda a, b: a * b, lambda a, b: b * a)]
    assert sources[0] == sources[1] and "z1 = x @ W1.T" in sources[0]


def test_plain_code_and_dot_nodes_give_the_same_source():
    sources = [compile(sum(abs(v) for v in z), P, x).source for z, P, x in
               (network([3, 5, 4, 2], style, ag.tanh) for style in ("plain", "dot"))]
    assert sources[0] == sources[1]


def test_shapes_sections_and_docstrings_are_in_the_source():
    z, P, x = network([3, 5, 4, 2], "dot", ag.sigmoid)
    source = compile(sum(v * v for v in z), P, x).source
    for part in ("# (m, 5)", "# (5, 3)", "# forward", "# backward",
                 '"""The output and its gradient with respect to theta, summed over the samples'):
        assert part in source
    compile(sum(v * v for v in z), P, x).source.encode("ascii")


def test_labels_of_single_nodes_are_names():
    z, P, x = network([3, 5, 4, 2], "dot", ag.tanh)
    loss = sum(v * v for v in z)
    loss.label = "loss"
    total = ag.exp(loss) + loss
    total.label = "the total"
    lines = lines_of(compile(total, P, x))
    assert any(line.startswith("loss = ") for line in lines) and any(line.startswith("the_total = ") for line in lines)


def test_a_data_set_is_folded_back_to_its_samples():
    rng = random.Random(0)
    z, P, _ = network([2, 4, 3, 1], "dot", ag.relu)
    total = 0.0
    for _ in range(12):
        x, start = [rng.uniform(-1, 1), rng.uniform(-1, 1)], 0
        for n, rows in ((2, 4), (4, 3), (3, 1)):
            W = [P[start + i * (n + 1):start + (i + 1) * (n + 1)] for i in range(rows)]
            start += rows * (n + 1)
            x = [sum((w * u for w, u in zip(row, x)), row[-1]) for row in W]
            x = [ag.relu(v) for v in x] if rows > 1 else x
        total = total + ag.relu(1 - x[0])
    program = compile(total, P)
    assert "3 of them matrix products (12 x 4, 12 x 3, 12)" in str(program)
    assert "dz1 = dz2 @ W2 * (z1 > 0)" in lines_of(program)


# The first rooms -------------------------------------------------------------------------------------------------------------

def test_a_chain_of_additions_of_products_is_recorded_as_one_dot():
    w, x = [Value(float(i)) for i in range(4)], [Value(2.0) for _ in range(4)]
    tape = record([sum((a * b for a, b in zip(w, x)), 1.0)], w, x)
    assert [(op.name, len(args)) for op, args in tape.nodes.values()] == [("dot", 8), ("add", 2)]
    assert [tape.kinds[a] for a in next(iter(tape.nodes.values()))[1]] == [PARAMETER] * 4 + [INPUT] * 4


def test_a_sum_that_is_used_twice_is_kept():
    a, b = Value(1.0), Value(2.0)
    s = a + b
    tape = record([s * s + s + a], [a, b], [])
    assert sorted(op.name for op, _ in tape.nodes.values()) == ["add", "dot", "sum", "sum"] or \
        [op.name for op, _ in tape.nodes.values()].count("sum") >= 1
    assert len({args for _, args in tape.nodes.values()}) == len(tape.nodes)


def test_what_is_computed_from_constants_alone_is_a_constant():
    a, b = Value(2.0), Value(3.0)
    tape = record([ag.exp(b) * a + ag.tanh(ag.sum([b, b, 1.0]))], [a], [])
    assert len(tape.nodes) == 2 and not any(op.name == "exp" for op, _ in tape.nodes.values())
    assert tape.kinds.count(CONSTANT) == len(tape.constants) and tape.kinds.count(NODE) == len(tape.nodes)


def test_the_same_operation_on_the_same_arguments_is_recorded_once():
    a = Value(2.0)
    tape = record([ag.exp(a) * ag.sin(ag.exp(a))], [a], [])
    assert sorted(op.name for op, _ in tape.nodes.values()) == ["exp", "mul", "sin"]


def test_groups_come_in_an_order_in_which_arguments_come_first():
    z, P, x = network([3, 5, 4, 2], "plain", ag.tanh)
    tape = record([sum(v * v for v in z)], P, x)
    done = {i for i, kind in enumerate(tape.kinds) if kind != NODE}
    for _, ids, args in groups(tape, levels(tape)):
        assert all(a in done for row in args for a in row)
        done |= set(ids)
    assert len(done) == len(tape.kinds)


@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 4, 1)])
def test_a_network_for_the_board_comes_in_the_form_one_asks_for(sizes):
    z, P, x = network(list(sizes), "plain", ag.sigmoid)
    loss = (z[0] - 1.0) ** 2
    matrices, scalars = (compile(loss, P, x, form=form) for form in ("matrices", "scalars"))
    assert "z1 = x @ W1.T" in lines_of(matrices) and not any("@" in line for line in lines_of(scalars))
    (a, g), (b, h) = (p.value_and_grad(p.parameters, [0.5, -1.0]) for p in (matrices, scalars))
    assert a == pytest.approx(b, rel=1e-14) and g == pytest.approx(h, rel=1e-13)
    with pytest.raises(ValueError, match="form must be 'matrices', 'scalars' or None, got 'arrays'"):
        compile(loss, P, x, form="arrays")


# Loops ---------------------------------------------------------------------------------------------------------------------------

def recurrent(steps, size, data):
    P = [Value(0.01 * (i % 7) - 0.02) for i in range(size * size + 3 * size)]
    W = [P[size * i:size * i + size] for i in range(size)]
    U, b, V = (P[size * (size + k):size * (size + k) + size] for k in range(3))
    h, loss = [0.0] * size, 0.0
    for x in data[:steps]:
        h = [ag.tanh(sum(w * u for w, u in zip(row, h)) + u * x + c) for row, u, c in zip(W, U, b)]
        loss += (sum(v * u for v, u in zip(V, h)) - x) ** 2
    return compile(loss, P)


def test_a_recurrent_network_is_a_loop_in_as_many_lines_for_any_number_of_steps():
    rng = random.Random(0)
    data = [rng.uniform(-1, 1) for _ in range(200)]
    found = [lines_of(recurrent(steps, 8, data)) for steps in (10, 100, 200)]
    assert len({len(lines) for lines in found}) == 1 and len(found[0]) < 60
    for steps, lines in zip((10, 100, 200), found):
        turns = steps - 1                               # the first one starts from 0
        assert f"for t in range({turns}):" in lines and f"for t in reversed(range({turns})):" in lines
        assert any(line.startswith("h1[t + 1] = np.tanh(") for line in lines)
        assert any(line.startswith("dW") and line.endswith(f".T @ h1[0:{turns}]") for line in lines)


def test_a_recurrence_of_one_number_reads_as_one_would_write_it():
    a, level, data = Value(0.4), 0.5, [0.1 * (i % 7) for i in range(50)]
    for x in data:
        level = (1 - a) * level + a * x
    lines = lines_of(compile(level, [a]))
    assert any(line.startswith("for t in range(4") for line in lines) and len(lines) < 60
    assert sum(line.startswith("s1 = ") for line in lines) == 2 and lines.count("h1.append(s1)") == 1


def test_what_no_turn_after_needs_is_done_for_all_turns_at_once():
    rng = random.Random(1)
    lines = lines_of(recurrent(30, 8, [rng.uniform(-1, 1) for _ in range(30)]))
    loop = lines.index("for t in range(29):")
    outside = [line for line in lines[:loop] + lines[loop + 4:] if "h1 @" in line or line.startswith("z")]
    assert any("h1 @ " in line for line in outside)


@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 4, 1]])
@pytest.mark.parametrize("given", ["samples", "one point"])
def test_the_lines_of_a_network_for_the_board_carry_the_lectures_numbers(sizes, given):
    z, P, x = network(sizes, "plain", ag.sigmoid)
    program = compile((z[0] - 1.0) ** 2, P, x if given == "samples" else (), form="matrices")
    text = program.source[program.source.index("def value_and_grad"):]
    found = {line.split(" = ")[0].strip(): number[0] for line in text.splitlines()
             if (number := re.search(r"\(\d\)", line.partition("#")[2]))}
    assert found["z1"] == "(6)" and found["f1"] == "(3)" and found["dW1"] == found["dW2"] == "(8)" and found["dz1"] == "(7)"
    assert found["v1" if given == "samples" else "v2"] == "(6)", text


def test_names_that_would_be_the_same_are_told_apart_by_a_letter():
    rng = random.Random(0)
    source = recurrent(20, 4, [rng.uniform(-1, 1) for _ in range(20)]).source
    assert "W2b = theta[24:28]" in source and "_ =" not in source.replace("W1_ =", "")
    w = Value(0.5)
    a, b = ag.tanh(w), ag.tanh(w * 2)
    a.label = b.label = "part"
    lines = lines_of(compile(a * b + ag.exp(a) * ag.exp(b), [w], form="matrices"))
    assert any(line.startswith("part2 = ") for line in lines), lines
