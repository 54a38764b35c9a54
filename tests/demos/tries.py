"""What lessons propose to try, done as a student would: `python -m tests.demos.tries [LESSON...]` runs each and says what came of it.

A Try names a proposal by its first words, what is changed in the lesson's file, and what must then be so. Cells that draw are
left out. Those that take long stop before the cell that has `until`.
"""
from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from demos.lesson import SMALL, Lesson
from demos.runner import HERE, cells

Names = dict[str, Any]
FIGURE = "(a) Training iterations"


class Try(NamedTuple):
    """A proposal of a lesson."""
    lesson: str
    proposal: str
    edits: tuple[tuple[str, str], ...]
    holds: Callable[[Names], Any]
    until: str = ""
    small: bool = True


def columns(names: Names) -> dict[str, bool]:
    """Whether each wrong algorithm of `chain_rule` is wrong for its first expression."""
    return {title: title in names["parts"] for title in names["WRONG"]}


def best(names: Names, way: int) -> tuple[float, float]:
    """The step size with the smallest error, and the error."""
    row = min(names["errors"], key=lambda row: row[way])
    return row[0], row[way]


def doubled(*lines: str) -> tuple[tuple[str, str], ...]:
    """`doubled_twice` with other lines; the last three stay as they are."""
    return (("    b = a + a\n    c = b + b\n", "".join(f"    {line}\n" for line in lines)),)


def run(one: Try) -> Names:
    """What the cells define, with the edits; raises what a cell raises."""
    source = (HERE / f"{one.lesson}.py").read_text(encoding="utf-8")
    for old, new in one.edits:
        assert source.count(old) >= 1, f"{one.lesson} has no {old!r}"
        source = source.replace(old, new)
    module = types.ModuleType(f"demos.{one.lesson}")
    module.__file__ = str(HERE / f"{one.lesson}.py")
    sys.modules[module.__name__] = module
    os.environ[SMALL] = "1" if one.small else ""
    for cell in cells(source):
        if one.until and one.until in cell.text:
            break
        if not cell.markdown and "plots.plot" not in cell.text:
            exec(compile(cell.text, f"{one.lesson}:{cell.line}", "exec"), module.__dict__)
    return module.__dict__


def losses_found(names: Names) -> list[float]:
    return list(names["found"].values())


VALLEY = "START, ALPHA, BETA = [-1.5, -0.5], 0.03, 0.8"
SPREAD = "        neuron.b.data = -place * neuron.w[0].data\n"
EXP = '''    def exp(self):
        e = math.exp(self.data)
        return Number(e, (self,), (e,))

    def __pow__(self, n):
        return Number(self.data**n, (self,), (n * self.data**(n - 1),))

    def __truediv__(self, other): return self * as_number(other)**-1

    def tanh(self):'''
TRIES = [
    Try("derivative", "Change `f`", (("x**3 - 4 * x + 5", "x**2 - 4 * x + 5"), ("3 * x**2 - 4", "2 * x - 4")),
        lambda n: best(n, 2)[1] < 1e-13 < best(n, 1)[1] and best(n, 2)[0] == 0.1),
    Try("derivative", "Change `f`", (("x**3 - 4 * x + 5", "x**5"), ("3 * x**2 - 4", "5 * x**4")), lambda n: best(n, 1)[0] < 1e-6),
    Try("derivative", "Let `make` return", (("return a * b + c", "return a * b + a"),), lambda n: n["a"].grad == -3 + 1),
    Try("derivative", "Add a row", (), lambda n: n["grad"](n["operation"]("a2b", lambda a, b: a * a * b, lambda y, a, b: 2 * a * b,
                                                                           lambda y, a, b: a * a), argnums=(0, 1))(2.0, 3.0) == (12, 4)),
    Try("chain_rule", "Put an expression", doubled("b = a * a", "c = sin(b) * a + b"), lambda n: all(columns(n).values())),
    Try("chain_rule", "Find an expression", doubled("b = a + 1", "c = b * a"),
        lambda n: columns(n)["= not +="] and not columns(n)["no order"]),
    Try("chain_rule", "`recurses` gives", doubled("b = a - 3 * a", "c = b + b"), lambda n: (
        lambda a: n["recurses"](n["c"])[a] < n["right"](n["c"])[a])(n["topological_order"](n["c"])[0])),
    Try("build", "Add `exp`", (("    def tanh(self):", EXP),), lambda n: not n["mine"].faults and "x.exp()" in str(n["mine"])),
    Try("build", "Leave out the reset", (("    for v in nodes:\n        v.grad = 0.0\n    output.grad", "    output.grad"),),
        lambda n: n["losses"][-1] < 0.1 and "backward() twice" in str(n["mine"])),
    Try("neuron", "Set all weights", (("        p.data = 0.5\n", "        p.data = 0.0\n"),),
        lambda n: [p.data != 0 for p in n["equal"].parameters()] == [False] * 12 + [True]),
    Try("neuron", "Which `w` and `b`", (("w = [Value(0.5, label=\"w1\"), Value(-1.5, label=\"w2\")]", "w = [Value(10.0), Value(10.0)]"),
                                        ("b = Value(-2.0, label=\"b\")", "b = Value(-15.0)"), ("x = [2.0, -1.0]", "x = [1.0, 1.0]")),
        lambda n: n["g"].data > 0.9 and n["sigmoid"](10 - 15.0) < 0.1),
    Try("descent", "Change `falling`", (("to=0.003", "to=0.00001"),), lambda n: min(losses_found(n)) < 1, FIGURE, small=False),
    Try("descent", "Leave out the spreading", ((SPREAD, "        pass\n"),), lambda n: min(losses_found(n)) > 1, FIGURE, small=False),
    Try("descent", "Give the toy network", (("HIDDEN = 100", "HIDDEN = 10"),), lambda n: min(losses_found(n)) > 1, FIGURE, small=False),
    Try("sgd", "Mini-batches of 5", (("BATCH = 20", "BATCH = 5"),), lambda n: n["error"](n["sgd"]) < n["error"](n["descent"]),
        "By hand, on the small", small=False),
    Try("sgd", "`β = 0.99`", (("alpha, beta = 0.003, 0.9", "alpha, beta = 0.003, 0.99"), ("falling(0.0008,", "falling(0.00008,")),
        lambda n: n["momentum_history"][0] > n["momentum_history"][49], "After which of the three", small=False),
    Try("sgd", "Cut the mini-batches", (("np.random.default_rng(0).permutation(len(xs))", "np.arange(len(xs))"),),
        lambda n: max(n["cosine"](g, n["whole_gradient"]) for _, g in n["parts"]) < 0.96, "steps = EPOCHS"),
    Try("backpropagation", "Put a second `σ`", (("loss = dot([2.0, -1.0, 3.0], z2)", "loss = dot([2.0, -1.0, 3.0], [sigmoid(z) for z in z2])"),),
        lambda n: n["explained"].holds and abs(n["by_8"] - [n["grads"](row) for row in n["W"]]).max() < 1e-12),
    Try("backpropagation", "Print `sizes", (), lambda n: n["sizes"]("relu")[0] < 0.01 < 0.3 < n["sizes"]("relu", init="he")[0]),
    Try("proof", "Write the fifteen lines", (), lambda n: n["lines"].ordered(n["names"]).gap() is None),
    Try("proof", "`lines.with_fault(seed)`", (("with_fault(seed=8)", "with_fault(seed=11)"),), lambda n: not n["another"].holds),
    Try("proof", "What is the bound", (), lambda n: 1 + 2 + 2 * 2 == 7 > n["c"]),       # division has p = 2: 1/b, and -y times it
    Try("forward_reverse", "Which mode is cheaper", (), lambda n: (lambda x: (lambda found: found["forward"] < found["reverse"])(
        n["costs"](x, n["long_function"](x, 10))))(n["inputs"](10))),
    Try("moons", "In `train` give", (('fit(net, xs, ys, "hinge"', 'fit(net, xs, (ys + 1) / 2, "binary_cross_entropy"'),),
        lambda n: n["losses"][-1] < n["losses"][0], "few, labels"),
    Try("moons", "How small", (("[16, 16, 1], seed=seed", "[4, 4, 1], seed=seed"),), lambda n: n["accuracy"](n["stages"][-1], n["xs"], n["ys"]) > 0.8,
        "few, labels"),
    Try("moons", "Train with", (("nn.data.moons(100, noise=0.1", "nn.data.spiral(100, noise=0.1"),), lambda n: n["losses"][-1] < n["losses"][0],
        "few, labels"),
    Try("digits", "Begin with small steps", (("nn.GradientDescent(0.005, momentum=0.9)",
                                              "nn.GradientDescent(lambda j: 0.005 * min(1, (j + 1) / 200), momentum=0.9)"),),
        lambda n: n["dead"].sum() < 8, "Which pixels are responsible", small=False),
    Try("digits", "Give the hidden layer", (("nn.MLP(64, [32, 10]", "nn.MLP(64, [8, 10]"),), lambda n: 0.5 < n["seen"][-1][2] < 0.97,
        "confusion matrix", small=False),
    Try("tensors", "Derive the vjp", (), lambda n: n["by_scalars"](lambda x: x.max(), 2.0, n["np"].array([1.0, 3.0]))[0].tolist() == [0, 2]),
    Try("tensors", "Cross-entropy after", (), lambda n: abs(n["by_scalars"](lambda z: -n["np"].log(n["softmax"](z))[2], 1.0, n["z"])[0]
                                                           - n["softmax"](n["z"]) + n["np"].eye(5)[2]).max() < 1e-12),
    Try("pytorch_intro", "Set `alpha`", (("alpha, steps = 0.2, 60", "alpha, steps = 0.85, 60"),), lambda n: abs(n["path"][-1][1]) < 0.2, "A quartic"),
    Try("pytorch_intro", "Fit in `x`", (("t = x / np.pi", "t = x"),), lambda n: n["slow_losses"][-1] > n["losses"][-1], "rng = np.random"),
    Try("pytorch_intro", "Remove the reset", (("        for p in c:\n            p.grad = 0\n        loss", "        loss"),),
        lambda n: n["losses"][-1] > 1e6, "The sine is an odd"),
    Try("compiler", "Write `layer`", (("sum((w * fj for w, fj in zip(row, f)), bi)", "bi + sum(fj * w for w, fj in [*zip(row, f)][::-1])"),),
        lambda n: " @ W1.T" in n["shown"](n["program"]), "second_loss = squared"),
    Try("compiler", "Compile a layer", (("rng.uniform(-1, 1, 4)) for i in range(3)]", "rng.uniform(-1, 1, 2)) for i in range(3)]"),
                                        ("[1.0, -2.0, 0.5, 3.0]", "[1.0, -2.0]")), lambda n: " @ " not in n["shown"](n["program"]), "lines_of = "),
    Try("gpt", "Leave out the table", (('added(W["letters"][token], W["places"][place])', 'W["letters"][token]'),),
        lambda n: n["table"][[*n["table"]][-1]] < n["table"]["knows nothing"], "## New names", small=False),
    Try("gpt", "Set `HEADS` to 1", (("SIZE, HEADS, PLACES = 16, 4, 16", "SIZE, HEADS, PLACES = 16, 1, 16"),), lambda n: n["weights"].shape[0] == 1),
    Try("newton", "Begin at (0.1, 0.1)", ((VALLEY, VALLEY.replace("[-1.5, -0.5], 0.03", "[0.1, 0.1], 2 / 11")),),
        lambda n: len(n["paths"]["gradient descent"]) < 200, "def long_valley"),
    Try("newton", "Begin at (-1, 1.6)", ((VALLEY, VALLEY.replace("[-1.5, -0.5]", "[-1.0, 1.6]")),),
        lambda n: min(n["np"].linalg.eigvalsh(n["hessian"](n["valley"])([-1.0, 1.6]))) < 0 and abs(n["paths"]["Newton"][-1]).max() < 1e-6,
        "def long_valley"),
    Try("newton", "Make the valley steeper", ((VALLEY, VALLEY.replace("0.03", "0.003")), ("x**2 / 2 + 5 * (y", "x**2 / 2 + 50 * (y")),
        lambda n: len(n["paths"]["Newton"]) < 12 < 1000 < len(n["paths"]["momentum"]), "def long_valley"),
    Try("taylor", "Write `many = c`", (("return exp(sin(x))", "return 1 / (1 + x * x)"), ("many = [float(g) for g in exponential(sine(40))[0]]", "many = c")),
        lambda n: n["error"](2.0, 9) > n["error"](2.0, 3) > n["error"](0.5, 9)),
    Try("taylor", "With `many = c`", (("CENTER, DEGREE = 0.0,", "CENTER, DEGREE = 1.0,"), ("many = [float(g) for g in exponential(sine(40))[0]]", "many = c")),
        lambda n: n["error"](2.0, 3) < 1),
    Try("pictures", "Draw `moons_loss(3)`", (), lambda n: "layers.0.neurons.0" in n["autograd"].draw(
        n["moons_loss"](3), expand="layers.0.neurons.0").source),
    Try("pictures", "Print `drawn", (), lambda n: "x.0" in n["drawn"]["dot"].source and "->" in n["drawn"]["dot"].source),
]


def main(lessons: list[str]) -> int:
    """How many proposals do not give what they must; a line for each."""
    Lesson.show = lambda self, picture, name, caption="": None      # type: ignore[method-assign]
    failed, before = 0, os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for one in TRIES:
            if lessons and one.lesson not in lessons:
                continue
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    said = "holds" if one.holds(run(one)) else "DOES NOT HOLD"
            except Exception as error:
                said = f"FAILS: {error!r}"[:200]
            failed += said != "holds"
            print(f"{one.lesson:16} {one.proposal:28} {said}", flush=True)
        os.chdir(before)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
