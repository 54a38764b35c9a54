"""The numbers that lessons quote in words are those that their code finds."""
import ast
import math
import re

import pytest

import nn
from autograd.graph import topological_order
from demos.runner import HERE, ORDER, cells


def best(errors, way):
    """The step size with the smallest error."""
    return min(errors, key=lambda row: row[way])[0]


def near(said, found, within=0.05):
    return math.isclose(said, found, rel_tol=within)


def softmax_rule(names):
    """Whether the vjp of a softmax of five numbers, p (g - g·p), takes 19 operations."""
    p, g = names["as_values"]([0.1, 0.2, 0.3, 0.2, 0.2]), names["np"].array([1.0, -2.0, 0.5, 3.0, 1.5])
    return sum(bool(v.inputs) for v in topological_order(*(p * (g - g @ p)))) == 19


QUOTED = [                              # (lesson, what it says, whether that is so)
    ("derivative", "With one side it is about 10⁻⁸", lambda n: best(n["errors"], 1) == 1e-8),
    ("derivative", "with a longer step, about 10⁻⁵", lambda n: best(n["errors"], 2) == 1e-5),
    ("derivative", "12, 24, 48, 96, 192", lambda n: n["doubled"](3.0) == 192 and n["doubled"](3.124) / 3.124 == 64),
    ("derivative", "At x = 3.125 one", lambda n: n["doubled"](3.125) / 3.125 == 32),
    ("chain_rule", "cos(9) is about -0.911", lambda n: near(-0.911, math.cos(9), 1e-3)),
    ("build", "y is about 0.762", lambda n: near(0.762, math.tanh(1.0), 1e-3)),
    ("build", "Four samples", lambda n: len(n["samples"]) == 4),
    ("build", "three\nnumbers to be found", lambda n: len(n["parameters"]) == 3),
    ("neuron", "is about 0.235 here", lambda n: near(0.235, n["grad"](n["sigmoid"])(0.5 * 2 - 1.5 * -1 - 2), 1e-3)),
    ("sgd", "five times as many", lambda n: 1_000_000 / (2000 * len(n["xs"])) == 5),
    ("sgd", "-0.1 · 1.9 = -0.19 there", lambda n: near(0.81, abs(n["by_lecture"] - n["by_torch"]), 1e-9)),
    ("backpropagation", "With the sigmoid no entry of `D` is larger than 1/4", lambda n: n["grad"](n["sigmoid"])(0.0) == 0.25),
    ("backpropagation", "more than a layer and a half", lambda n: 1.5 < 1 / math.log10(n["per_layer"]) < 2),
    ("proof", "fifteen lines", lambda n: len(n["lines"]) == 15),
    ("forward_reverse", "2 cos(3), about -1.98", lambda n: near(-1.98, 2 * math.cos(3), 1e-3)),
    ("forward_reverse", "Forward, its derivative takes a `cos`, two multiplications and an addition",
     lambda n: near(4 / 2, n["by_inputs"][1]["forward"], 0.05)),
    ("forward_reverse", "in reverse, one more multiplication", lambda n: near(5 / 2, n["by_inputs"][1]["reverse"], 0.05)),
    ("moons", "a loss of 337 parameters", lambda n: len(n["network"]().parameters()) == 337),
    ("moons", "A hundred points in the plane", lambda n: len(n["xs"]) == 100),
    ("moons", "half as many points", lambda n: len(n["few"]) == 50),
    ("digits", "1,797 images of 8 x 8 pixels", lambda n: n["xs"].shape == (1797, 64)),
    ("digits", "A pixel is a number from 0 for paper\nto 16 for ink", lambda n: n["xs"].max() == 1 and n["xs"].min() == 0),
    ("digits", "the 2,410 parameters", lambda n: len(n["net"].parameters()) == 2410),
    ("digits", "`α = 0.005` here corresponds to 0.16 for the mean", lambda n: near(0.16, 0.005 * 32, 1e-9)),
    ("digits", "43 full mini-batches, and one of 24 images", lambda n: divmod(len(n["train"]), 32) == (43, 24)),
    ("tensors", "The Jacobian has 25 entries; this takes 19 operations", softmax_rule),
    ("pytorch_intro", "π⁴ is about 97", lambda n: near(97, math.pi**4, 0.005)),
    ("pytorch_intro", "default of 32 bits has about 7", lambda n: round(24 * math.log10(2)) == 7),
    ("compiler", "12 products and 15 additions were recorded",
     lambda n: [sum(v.op.name == name for v in topological_order(n["loss"]) if v.inputs) for name in ("mul", "add")] == [12, 15]),
    ("gpt", "√12.5, about 3.54", lambda n: near(3.54, 12.5**0.5, 2e-3)),
    ("gpt", "log 4, about 1.39", lambda n: near(1.39, math.log(4), 5e-3)),
    ("gpt", "Nine matrices", lambda n: len(n["initial"]) == 9),
    ("newton", "0.89 instead of 0.97: nearly four times as many",
     lambda n: near(0.97, 1 - n["ALPHA"], 1e-3) and 3.5 < math.log(n["BETA"]**0.5) / math.log(1 - n["ALPHA"]) < 4),
    ("newton", "about 100,000 parameters", lambda n: near(1e5, len(nn.MLP(784, [128, 10]).parameters()), 0.02)),
    ("taylor", "0, 1, 0, -1/6, 0, 1/120", lambda n: [float(s) for s in n["sine"](5)] == pytest.approx([0, 1, 0, -1 / 6, 0, 1 / 120])),
]
SOURCES = {name: (HERE / f"{name}.py").read_text(encoding="utf-8") for name in ORDER}


def words(text):
    """A text with single spaces; a string that goes on in the next line is one."""
    return " ".join(re.sub(r'"\s*\n\s*f?"', "", text).split())


@pytest.mark.parametrize("name, said, holds", QUOTED, ids=[f"{name}: {said}" for name, said, _ in QUOTED])
def test_a_quoted_number_is_the_one_that_is_found(name, said, holds, lesson):
    assert words(said) in words(SOURCES[name])
    assert holds(lesson(name).names)


@pytest.mark.parametrize("name", ORDER)
def test_each_approximate_number_in_a_question_is_held(name):
    """`about 1.39` is typed, not computed."""
    asked = [node.value for cell in cells(SOURCES[name]) if cell.asks for node in ast.walk(ast.parse(cell.text))
             if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = {number for text in asked for number in re.findall(r"\babout (-?\d+\.\d+)", text)}
    held = " ".join(said for lesson, said, _ in QUOTED if lesson == name)
    assert [number for number in found if number not in held] == []
