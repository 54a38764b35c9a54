"""The lesson on tensors: its vjps against finite differences, its formulas against known numbers, its tape against the engine."""
import numpy as np
import pytest

from autograd import Value, gradients


@pytest.fixture
def names(lesson):
    return lesson("tensors").names


def quotients(f, g, *arrays, h=1e-6):
    """dL/dx for each array, L = sum(g f), by finite differences."""
    found = []
    for k, a in enumerate(arrays):
        d = np.zeros_like(a)
        for at in np.ndindex(a.shape):
            sides = []
            for step in (h, -h):
                moved = [b.copy() for b in arrays]
                moved[k][at] += step
                sides.append((g * f(*moved)).sum())
            d[at] = (sides[0] - sides[1]) / (2 * h)
        found.append(d)
    return found


def test_scalars_agree_with_finite_differences(names):
    rng = np.random.default_rng(7)
    for f, shapes, of in ((np.matmul, [(2, 3), (3, 4)], (2, 4)), (names["softmax"], [(5,)], (5,)), (names["layer_norm"], [(6,)], (6,)),
                          (names["convolve"], [(7,), (3,)], (5,)), (lambda X, b: X + b, [(4, 2), (2,)], (4, 2))):
        arrays, g = [rng.normal(size=shape) for shape in shapes], rng.normal(size=of)
        for a, b in zip(names["by_scalars"](f, g, *arrays), quotients(f, g, *arrays)):
            assert a == pytest.approx(b, rel=1e-6, abs=1e-8)


def test_the_vjps_of_the_puzzles_are_those_of_the_scalars(lesson):
    lines = [line for line in lesson("tensors").printed.split("\n") if line.startswith("largest difference from the scalar")]
    assert len(lines) == 6
    assert all(float(line.split("engine ")[1].split(",")[0]) < 1e-14 for line in lines)


def test_the_tape_agrees_with_the_engine(names):
    rng = np.random.default_rng(3)
    for _ in range(20):
        tape = names["Tape"]()
        numbers = [tape.leaf(float(x)) for x in rng.normal(size=3)]
        values = [Value(tape.numbers[n]) for n in numbers]
        leaves = list(values)
        for _ in range(15):
            i, j = rng.integers(len(numbers), size=2)
            multiply = rng.random() < 0.5
            numbers.append((tape.mul if multiply else tape.add)(numbers[i], numbers[j]))
            values.append(values[i] * values[j] if multiply else values[i] + values[j])
        y = values[-1] + 0.0 * sum(leaves)                      # every leaf is in the graph
        assert tape.back(numbers[-1])[:3] == pytest.approx(gradients(y, leaves), rel=1e-12, abs=1e-12)


def test_the_formula_the_graph_and_pen_and_paper_agree(names):
    """l_2 = 4 x (1 - x) and l_3 = 16 x (1 - x) (1 - 2 x)^2."""
    rows = {row[0]: row for row in names["rows"]}
    x = 0.2
    assert rows[2][3] == pytest.approx(4 - 8 * x) and rows[2][4] == pytest.approx(4 - 8 * x)
    wanted = 16 * (1 - 10 * x + 24 * x**2 - 16 * x**3)
    assert rows[3][3] == pytest.approx(wanted) and rows[3][4] == pytest.approx(wanted)
    assert all(row[3] == pytest.approx(row[4], rel=1e-10) for row in rows.values())
    assert rows[7][1] > 20 * rows[7][2]


def test_pytorch_agrees(names):
    pytest.importorskip("torch")
    assert len(names["differences"]) == 6 and max(names["differences"]) < 1e-12
