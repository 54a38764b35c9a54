r"""From scalars to the lecture's (6)-(8): one layer step by step, in words, LaTeX and numbers.

Each step has two sides. The left one is a sweep back through the graph, or the data of a Value;
the right one is computed from W, f, b and the derivatives of the step before: a step that is
wrong does not hold. Nested lists of floats, no NumPy.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd.formulas.symbol import in_latex
from autograd.value import Value
from autograd.words.labels import clean, latex_name, short_name
from autograd.words.layers import Layer, layer_of, sweep
from autograd.words.numbers import compact

CLOSE = 1e-9                        # sides that differ by less, relative to the largest, are equal
MOST = 6                            # rows and columns of a matrix whose numbers are shown
INDEX = re.compile(r"(.+?)(\(\d+(,\d+)*\)|(\[\d+\])+|_?\d+(_\d+)?)")
LETTER = re.compile(r"(?<![A-Za-z])[ZWFUB](?![A-Za-z])|ℒ|\\L(?![a-z])")       # to be named
LOSSES = {"", "loss", "L", "ℒ"}

Numbers = Any                       # a number, or nested lists of numbers


class Step(NamedTuple):
    """A step: text, LaTeX, its reason, and the numbers of its two sides."""
    text: str
    latex: str
    reason: str
    left: Numbers
    right: Numbers

    @property
    def difference(self) -> float:
        """How far the two sides are apart, relative to the largest number in them."""
        left, right = flat(self.left), flat(self.right)
        scale = max(map(abs, [*left, *right]), default=0.0)
        apart = max((abs(p - q) for p, q in zip(left, right)), default=0.0)
        return apart / scale if scale else 0.0

    @property
    def holds(self) -> bool:
        """Whether its two sides are equal, to rounding."""
        return len(flat(self.left)) == len(flat(self.right)) and self.difference <= CLOSE


@dataclass
class LayerExplanation:
    """How an output depends on a vector or a matrix: print it, or let Jupyter typeset it.

    steps       from one entry to all of them at once; each holds its two sides as numbers
    gradient    the derivatives of the output with respect to wrt, in the shape of wrt
    heading     what is explained, in a sentence
    numbers     the last step with its numbers, in LaTeX; empty where a matrix is too large to show
    """
    steps: list[Step]
    gradient: Numbers
    heading: str
    numbers: str

    @property
    def holds(self) -> bool:
        """Whether the two sides of every step are equal, to rounding."""
        return all(step.holds for step in self.steps)

    @property
    def equations(self) -> list[str]:
        """The steps in LaTeX, and the last one with its numbers."""
        return [step.latex for step in self.steps] + [self.numbers] * bool(self.numbers)

    @property
    def latex(self) -> str:
        """All equations as one LaTeX display, each on a line of its own."""
        rows = r" \\ ".join(equation.replace("=", "&=", 1) for equation in self.equations)
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"

    def __str__(self) -> str:
        width = max(len(step.text) for step in self.steps)
        lines = [f"  {k}. {step.text:{width}}   {step.reason}"
                 for k, step in enumerate(self.steps, 1)]
        return "\n".join([self.heading, *lines])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        """The steps, each with its reason, and the last one with its numbers."""
        parts = [f"**{k}.** {step.reason}\n\n$${step.latex}$$"
                 for k, step in enumerate(self.steps, 1)]
        return "\n\n".join([self.heading, *parts, *[f"$${self.numbers}$$"] * bool(self.numbers)])


def explain_layer(output: Value, wrt: Any, through: Iterable[Value] | None = None) \
        -> LayerExplanation:
    """The way from scalars to (6), (7) or (8) for a vector or a matrix of Values.

    `through` are the weighted sums that follow wrt; they are found where they are not given.
    Raises TypeError and ValueError as `layer_of`.
    """
    layer = layer_of(output, wrt, through)
    names = names_of(output, layer)
    write = {"u": inputs, "b": biases}.get(layer.kind, weights)
    steps = [Step(*(names.put(text) for text in row[:3]), *row[3:]) for row in write(output, layer)]
    heading = names.put("How ℒ depends on {}".format({"u": "U", "b": "B"}.get(layer.kind, "W")))
    return LayerExplanation(steps, steps[-1].left, f"{heading}, from scalars to matrices.",
                            in_numbers(steps[-1], layer, output, names))


# Names ---------------------------------------------------------------------------------------

class Names(NamedTuple):
    """What the capital letters of the rows below stand for, in text and in LaTeX."""
    text: dict[str, str]
    latex: dict[str, str]

    def put(self, row: str) -> str:
        """A row with its names: LaTeX where it has a backslash."""
        names = self.latex if "\\" in row else self.text
        return LETTER.sub(lambda found: names[found[0]], row)


def names_of(output: Value, layer: Layer) -> Names:
    """The names of the labels, where all entries share one; those of the lecture otherwise."""
    loss = output.label if output.label not in LOSSES else ""
    found = {"Z": common(layer.zs, "z"), "F": common(layer.fs, "f"),
             "W": common(layer.weights, "W"), "B": "b", "U": "u"}
    if layer.kind in "ub":
        found[layer.kind.upper()] = common(layer.wrt, layer.kind)
    if len(set(found.values())) < len(found):           # two have the same name
        found = {"Z": "z", "F": "f", "W": "W", "B": "b", "U": "u"}
    latex = {key: latex_name(name) for key, name in found.items()}
    latex_loss = latex_name(loss) if loss else r"\mathcal{L}"
    return Names({**found, "ℒ": clean(loss) or "ℒ"}, {**latex, r"\L": latex_loss, "ℒ": latex_loss})


def common(rows: Sequence[Sequence[Any]], otherwise: str) -> str:
    """The name that the labels of all entries have in common: W of W(1,1), W(1,2), ..."""
    labels = [short_name(u.label) for row in rows for u in row if isinstance(u, Value)]
    matches = [INDEX.fullmatch(label) for label in labels]
    bases = {match[1] if match else "" for match in matches}
    base = bases.pop() if len(bases) == 1 else ""
    return base if re.fullmatch(r"[^\W\d_]\w*", base) else otherwise


# What the steps are made of ------------------------------------------------------------------

def flat(numbers: Numbers) -> list[float]:
    """The numbers of nested lists, from left to right."""
    if not isinstance(numbers, list):
        return [float(numbers)]
    return [x for row in numbers for x in flat(row)]


def data(xs: Iterable[Any]) -> list[float]:
    """The numbers of Values, numbers as they are."""
    return [x.data if isinstance(x, Value) else float(x) for x in xs]


def dot(p: Iterable[float], q: Iterable[float]) -> float:
    """The sum of the products of entries."""
    return sum(a * b for a, b in zip(p, q))


def outer(p: Sequence[float], q: Sequence[float]) -> list[list[float]]:
    """The column p times the row q."""
    return [[a * b for b in q] for a in p]


def turned(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The transpose."""
    return [list(column) for column in zip(*rows)]


def times(rows: Iterable[Sequence[float]], x: Sequence[float]) -> list[float]:
    """The matrix of these rows times the column x."""
    return [dot(row, x) for row in rows]


def diagonal(entries: Sequence[float]) -> list[list[float]]:
    """The diagonal matrix with these entries."""
    return [[x if i == j else 0.0 for j in range(len(entries))] for i, x in enumerate(entries)]


def scaled(factors: Sequence[float], rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """The rows, each times its factor: a diagonal matrix times a matrix."""
    return [[factor * x for x in row] for factor, row in zip(factors, rows)]


def added(matrices: Sequence[Sequence[Sequence[float]]]) -> list[list[float]]:
    """The sum of matrices."""
    return [[sum(entries) for entries in zip(*rows)] for rows in zip(*matrices)]


SUM = r"\frac{\partial \L}{\partial Z(i)}"


def inputs(output: Value, layer: Layer) -> list[tuple[Any, ...]]:
    """The rows of (7); without D where f is u itself, in a layer after a linear one."""
    linear = layer.fs[0][0] is layer.wrt[0][0]
    s, S = ("", "") if linear else (" σ'(U(j))", r"\, \sigma'(U(j))")
    inner, Inner = ("U(l)", "U(l)") if linear else ("σ(U(l))", r"\sigma(U(l))")
    d_u, z_u = r"\frac{\partial \L}{\partial U(j)}", r"\frac{\partial Z(i)}{\partial U(j)}"
    found = numbers_of_inputs(output, layer)
    z, by_u, du, chained, substituted, right = found
    rows = [
        (f"Z(i) = Σₗ W(i,l) {inner} + B(i)", rf"Z(i) = \sum_l W(i,l)\, {Inner} + B(i)",
         "(6), entry by entry", data(layer.zs[0]), z),
        (f"∂Z(i)/∂U(j) = W(i,j){s}", f"{z_u} = W(i,j){S}",
         "in the sum only the term l = j has U(j)", *by_u),
        ("∂ℒ/∂U(j) = Σᵢ ∂ℒ/∂Z(i) · ∂Z(i)/∂U(j)", rf"{d_u} = \sum_i {SUM}\, {z_u}",
         "chain rule: U(j) goes into every Z(i)", du, chained),
        (f"∂ℒ/∂U(j) = Σᵢ ∂ℒ/∂Z(i) W(i,j){s}", rf"{d_u} = \sum_i {SUM}\, W(i,j){S}", "substitute",
         du, substituted)]
    if not linear:
        rows.append((f"∂ℒ/∂U(j) ={s} Σᵢ ∂ℒ/∂Z(i) W(i,j)",
                     rf"{d_u} = \sigma'(U(j)) \sum_i {SUM}\, W(i,j)",
                     "the factor does not depend on i", du, right))
    D, whole = ("", "") if linear else ("D ", r"\mathrm{diag}(\sigma'(U))\, ")
    d_u, d_z = r"\frac{\partial \L}{\partial U}", r"\frac{\partial \L}{\partial Z}"
    rows.append((f"∂ℒ/∂U = {D}Wᵀ ∂ℒ/∂Z" + ",  D = diag(σ'(U))" * (not linear),
                 f"{d_u} = {whole}W^T {d_z}",
                 "all entries at once: the sum runs down a column of W. (7)", du, right))
    return rows


def numbers_of_inputs(output: Value, layer: Layer) -> tuple[Numbers, ...]:
    """W f + b; both sides of dz/du; dL/du; and it by the chain rule, by terms, and by D and W."""
    z, f, u, W = layer.zs[0], layer.fs[0], layer.wrt[0], layer.W
    grads = sweep(output, [*u, *z])
    dz, du = [grads[v] for v in z], [grads[v] for v in u]
    swept = [sweep(v, u) for v in z]
    by_u = [[found.get(one, 0.0) for one in u] for found in swept]
    slope = slopes(f, u)
    terms = turned(scaled(slope, turned(W)))
    by_D = [s * x for s, x in zip(slope, times(turned(W), dz))]
    return (weighted_sums(W, f, layer.b[0]), (by_u, terms), du,
            times(turned(by_u), dz), times(turned(terms), dz), by_D)


def slopes(f: Sequence[Value], u: Sequence[Value]) -> list[float]:
    """The derivative of each f(j) with respect to its u(j)."""
    return [sweep(p, [q])[q] for p, q in zip(f, u)]


def weighted_sums(W: Sequence[Sequence[float]], f: Sequence[Any], b: Sequence[float]) \
        -> list[float]:
    """W f + b in numbers."""
    return [z + bias for z, bias in zip(times(W, data(f)), b)]


def weights(output: Value, layer: Layer) -> list[tuple[Any, ...]]:
    """The rows of (8) for W; with several samples, summed over them."""
    straight, many = layer.kind == "W", len(layer.zs) > 1
    w, W = ("W(i,l)", "W(i,j)") if straight else ("W(l,i)", "W(j,i)")
    S, s = (r"\sum_s ", "Σₛ ") if many else ("", "")
    d_w = rf"\frac{{\partial \L}}{{\partial {W}}}"
    z_w = rf"\frac{{\partial Z(i)}}{{\partial {W}}}"
    whole, product = (r"\frac{\partial \L}{\partial Z}\, F^T", "∂ℒ/∂Z Fᵀ") if straight \
        else (r"F \left(\frac{\partial \L}{\partial Z}\right)^T", "F (∂ℒ/∂Z)ᵀ")
    at_once = "all entries at once: a column times a row, " + (
        "added up over the samples s" if many else "a matrix of rank one") + ". (8)"
    z, dW, by_w, chained, right = numbers_of_weights(output, layer)
    return [
        (f"Z(i) = Σₗ {w} F(l) + B(i)", rf"Z(i) = \sum_l {w}\, F(l) + B(i)",
         "(6), entry by entry" + ", for each sample" * many, [data(one) for one in layer.zs], z),
        (f"∂Z(i)/∂{W} = F(j)", rf"{z_w} = F(j)", f"in the sum only the term l = j has {W}",
         by_w, [[data(f)] * len(layer.W) for f in layer.fs]),
        (f"∂ℒ/∂{W} = {s}∂ℒ/∂Z(i) · ∂Z(i)/∂{W}", rf"{d_w} = {S}{SUM}\, {z_w}",
         f"chain rule: {W} goes into Z(i) only" + ", once in each sample" * many, dW, chained),
        (f"∂ℒ/∂{W} = {s}∂ℒ/∂Z(i) F(j)", rf"{d_w} = {S}{SUM}\, F(j)", "substitute", dW, right),
        (f"∂ℒ/∂W = {s}{product}", rf"\frac{{\partial \L}}{{\partial W}} = {S}{whole}", at_once,
         dW if straight else turned(dW), right if straight else turned(right))]


def numbers_of_weights(output: Value, layer: Layer) -> tuple[Numbers, ...]:
    """W f + b of each sample; dL/dW; dz/dW; its product with dL/dz; and the outer products' sum."""
    entries = layer.wrt if layer.kind == "W" else turned(layer.wrt)
    grads = sweep(output, [w for row in entries for w in row])
    dW, dz = picked(grads, entries), picked(grads, layer.zs)
    z = [weighted_sums(layer.W, f, b) for f, b in zip(layer.fs, layer.b)]
    by_w = [by_own_weights(sample, entries) for sample in layer.zs]
    chained = added(list(map(scaled, dz, by_w)))
    return z, dW, by_w, chained, added(list(map(outer, dz, map(data, layer.fs))))


def picked(grads: Mapping[Value, float], rows: Iterable[Sequence[Value]]) -> list[list[float]]:
    """The derivative for each Value of some rows."""
    return [[grads[v] for v in row] for row in rows]


def by_own_weights(zs: Iterable[Value], rows: Iterable[Sequence[Value]]) -> list[list[float]]:
    """The derivatives of each sum with respect to the weights of its own row."""
    return [picked(sweep(z, row), [row])[0] for z, row in zip(zs, rows)]


def biases(output: Value, layer: Layer) -> list[tuple[Any, ...]]:
    """The rows of (8) for b."""
    b, many = layer.wrt[0], len(layer.zs) > 1
    grads = sweep(output, b)
    db = [grads[u] for u in b]
    dz = [sum(grads[z[i]] for z in layer.zs) for i in range(len(b))]
    by_b = [sweep(z, [u])[u] for z, u in zip(layer.zs[0], b)]
    S, s = (r"\sum_s ", "Σₛ ") if many else ("", "")
    d_b = r"\frac{\partial \L}{\partial B(i)}"
    return [
        ("Z(i) = Σₗ W(i,l) F(l) + B(i)", r"Z(i) = \sum_l W(i,l)\, F(l) + B(i)",
         "(6), entry by entry" + (", for each sample" if many else ""), [data(z) for z in layer.zs],
         [[u.data + rest for u, rest in zip(b, bs)] for bs in layer.b]),
        ("∂Z(i)/∂B(i) = 1", r"\frac{\partial Z(i)}{\partial B(i)} = 1", "B(i) is a term of Z(i)",
         by_b, [1.0] * len(b)),
        (f"∂ℒ/∂B(i) = {s}∂ℒ/∂Z(i) · ∂Z(i)/∂B(i)",
         rf"{d_b} = {S}{SUM}\, \frac{{\partial Z(i)}}{{\partial B(i)}}",
         "chain rule: B(i) goes into Z(i) only", db, [p * q for p, q in zip(dz, by_b)]),
        (f"∂ℒ/∂B = {s}∂ℒ/∂Z",
         rf"\frac{{\partial \L}}{{\partial B}} = {S}\frac{{\partial \L}}{{\partial Z}}",
         "substitute, for all entries at once. (8)", db, dz)]


# With numbers --------------------------------------------------------------------------------

def in_numbers(last: Step, layer: Layer, output: Value, names: Names) -> str:
    """The last step of one sample with its matrices in numbers; empty where they are too large."""
    z, f, u = layer.zs[0], layer.fs[0], layer.wrt[0]
    if len(layer.zs) > 1 or max(len(z), len(f), len(u)) > MOST:
        return ""
    grads = sweep(output, [*z, *(v for row in layer.wrt for v in row)])
    dz = [[grads[v]] for v in z]
    left = last.latex.partition("=")[0].strip()
    shown = r"\, ".join(map(in_brackets, factors_of(layer, dz)))
    if layer.kind == "b":
        return f"{left} = {shown}"
    result = turned([last.left]) if layer.kind == "u" else last.left
    return f"{left} = {shown} = {in_brackets(result)}"


def factors_of(layer: Layer, dz: list[list[float]]) -> list[list[list[float]]]:
    """The matrices whose product is the gradient of one sample, given the column dL/dz."""
    f, u = layer.fs[0], layer.wrt[0]
    if layer.kind == "b":
        return [dz]
    if layer.kind == "W":
        return [dz, [data(f)]]
    if layer.kind == "W transposed":
        return [turned([data(f)]), turned(dz)]
    if f[0] is u[0]:                                    # a linear layer before: no D
        return [turned(layer.W), dz]
    return [diagonal(slopes(f, u)), turned(layer.W), dz]


def in_brackets(numbers: Sequence[Sequence[float]]) -> str:
    """A matrix of numbers in LaTeX."""
    rows = r" \\ ".join(" & ".join(in_latex(compact(x + 0.0)) for x in row) for row in numbers)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
