r"""The proof of Theorem 1, line by line: from scalars to (7) and (8), with numbers for each side.

Each line is an equation between arrays. Its left side comes from the graph of one sample, its right
side is computed as it is written, index by index or as matrices. W_k(i,j) joins neuron j of layer
k-1 to neuron i of layer k. In LaTeX and text K stands for the layer k, P for k-1.
"""
from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd
from nn.checks import listed, shown, whole
from nn.layers import MLP
from nn.losses import Loss, find_loss
from nn.matrix.formulas import activate, derivative, parameters
from nn.samples import as_array, samples

CLOSE = 1e-9                    # relative: two sides that differ by less are equal


class Facts(NamedTuple):
    """The numbers of one sample around layer k; all from the graph but W, b, slope and sigma.

    W, b        of layer k                      z, f    of layer k-1 (f is the input where k is 1)
    zk          z_k                             dzk, dz, dW, db     dL with respect to these
    by_W        dz_k(i)/dW_k(i,j) (n_k, n_k-1)  by_b    dz_k(i)/db_k(i) (n_k,)
    by_z        dz_k(i)/dz_k-1(j)               slope   sigma'(z_k-1)
    sigma       sigma_k-1
    """
    W: np.ndarray
    b: np.ndarray
    z: np.ndarray
    f: np.ndarray
    zk: np.ndarray
    dzk: np.ndarray
    dz: np.ndarray
    dW: np.ndarray
    db: np.ndarray
    by_W: np.ndarray
    by_b: np.ndarray
    by_z: np.ndarray
    slope: np.ndarray
    sigma: Callable[[np.ndarray], np.ndarray]


Side = Callable[[Facts], Any]


class Row(NamedTuple):
    """One line of the proof, for any layer: the lines it needs, and how its sides are computed."""
    name: str
    text: str
    latex: str
    reason: str
    needs: tuple[str, ...]
    left: Side
    right: Side


def _each(a: Facts, entry: Callable[[int, int], float]) -> np.ndarray:
    """The matrix of entry(i, j), one number at a time."""
    rows, columns = a.W.shape
    return np.array([[entry(i, j) for j in range(columns)] for i in range(rows)])


def _each_j(a: Facts, entry: Callable[[int], float]) -> np.ndarray:
    return np.array([entry(j) for j in range(a.W.shape[1])])


def _each_i(a: Facts, entry: Callable[[int], float]) -> np.ndarray:
    return np.array([entry(i) for i in range(a.W.shape[0])])


def _sum_i(a: Facts, term: Callable[[int], float]) -> float:
    return sum(term(i) for i in range(a.W.shape[0]))


def _sum_l(a: Facts, term: Callable[[int], float]) -> float:
    return sum(term(j) for j in range(a.W.shape[1]))


L_W, L_B = r"\frac{\partial L}{\partial W_K(i,j)}", r"\frac{\partial L}{\partial b_K(i)}"
L_Z, L_P = r"\frac{\partial L}{\partial z_K(i)}", r"\frac{\partial L}{\partial z_P(j)}"
Z_P = r"\frac{\partial z_K(i)}{\partial z_P(j)}"
SLOPE = r"\sigma'(z_P(j))"

TABLE = (
    Row("6", "zK(i) = Σₗ WK(i,l) fP(l) + bK(i)", r"z_K(i) = \sum_l W_K(i,l)\, f_P(l) + b_K(i)",
        "(6), entry by entry", (),
        lambda a: a.zk,
        lambda a: _each_i(a, lambda i: _sum_l(a, lambda l: a.W[i, l] * a.f[l]) + a.b[i])),
    Row("W1", "∂zK(i)/∂WK(i,j) = fP(j)", r"\frac{\partial z_K(i)}{\partial W_K(i,j)} = f_P(j)",
        "in the sum only the term l = j has W(i,j)", ("6",),
        lambda a: a.by_W, lambda a: _each(a, lambda i, j: a.f[j])),
    Row("W2", "∂L/∂WK(i,j) = ∂L/∂zK(i) · ∂zK(i)/∂WK(i,j)",
        L_W + " = " + L_Z + r"\, \frac{\partial z_K(i)}{\partial W_K(i,j)}",
        "chain rule: W(i,j) goes into z(i) only", (),
        lambda a: a.dW, lambda a: _each(a, lambda i, j: a.dzk[i] * a.by_W[i, j])),
    Row("W3", "∂L/∂WK(i,j) = ∂L/∂zK(i) · fP(j)", L_W + " = " + L_Z + r"\, f_P(j)",
        "substitute", ("W1", "W2"),
        lambda a: a.dW, lambda a: _each(a, lambda i, j: a.dzk[i] * a.f[j])),
    Row("8W", "∂L/∂WK = ∂L/∂zK fPᵀ",
        r"\frac{\partial L}{\partial W_K} = \frac{\partial L}{\partial z_K}\, f_P^T",
        "all entries at once: a column times a row, a matrix of rank one. (8)", ("W3",),
        lambda a: a.dW, lambda a: np.outer(a.dzk, a.f)),
    Row("b1", "∂zK(i)/∂bK(i) = 1", r"\frac{\partial z_K(i)}{\partial b_K(i)} = 1",
        "b(i) is a term of z(i)", ("6",), lambda a: a.by_b, lambda a: np.ones(len(a.b))),
    Row("b2", "∂L/∂bK(i) = ∂L/∂zK(i) · ∂zK(i)/∂bK(i)",
        L_B + " = " + L_Z + r"\, \frac{\partial z_K(i)}{\partial b_K(i)}",
        "chain rule: b(i) goes into z(i) only", (),
        lambda a: a.db, lambda a: _each_i(a, lambda i: a.dzk[i] * a.by_b[i])),
    Row("8b", "∂L/∂bK = ∂L/∂zK",
        r"\frac{\partial L}{\partial b_K} = \frac{\partial L}{\partial z_K}",
        "substitute. This proves (8)", ("b1", "b2"), lambda a: a.db, lambda a: a.dzk),
    Row("z1", "zK(i) = Σₗ WK(i,l) σ(zP(l)) + bK(i)",
        r"z_K(i) = \sum_l W_K(i,l)\, \sigma(z_P(l)) + b_K(i)",
        "for (7): f = σ(z) in the layer before", ("6",),
        lambda a: a.zk,
        lambda a: _each_i(a, lambda i: _sum_l(a, lambda l: a.W[i, l] * a.sigma(a.z)[l]) + a.b[i])),
    Row("z2", "∂zK(i)/∂zP(j) = WK(i,j) σ'(zP(j))", Z_P + " = W_K(i,j)\\, " + SLOPE,
        "in the sum only the term l = j has z(j)", ("z1",),
        lambda a: a.by_z, lambda a: _each(a, lambda i, j: a.W[i, j] * a.slope[j])),
    Row("z3", "∂L/∂zP(j) = Σᵢ ∂L/∂zK(i) · ∂zK(i)/∂zP(j)",
        L_P + r" = \sum_i " + L_Z + r"\, " + Z_P,
        "chain rule: z(j) goes into every z(i) of the next layer", (),
        lambda a: a.dz, lambda a: _each_j(a, lambda j: _sum_i(
            a, lambda i: a.dzk[i] * a.by_z[i, j]))),
    Row("z4", "∂L/∂zP(j) = Σᵢ ∂L/∂zK(i) WK(i,j) σ'(zP(j))",
        L_P + r" = \sum_i " + L_Z + r"\, W_K(i,j)\, " + SLOPE, "substitute", ("z2", "z3"),
        lambda a: a.dz, lambda a: _each_j(a, lambda j: _sum_i(
            a, lambda i: a.dzk[i] * a.W[i, j] * a.slope[j]))),
    Row("z5", "∂L/∂zP(j) = σ'(zP(j)) Σᵢ ∂L/∂zK(i) WK(i,j)",
        L_P + " = " + SLOPE + r" \sum_i " + L_Z + r"\, W_K(i,j)",
        "the factor does not depend on i", ("z4",),
        lambda a: a.dz, lambda a: _each_j(a, lambda j: a.slope[j] * _sum_i(
            a, lambda i: a.dzk[i] * a.W[i, j]))),
    Row("z6", "∂L/∂zP(j) = σ'(zP(j)) [WKᵀ ∂L/∂zK](j)",
        L_P + " = " + SLOPE + r" \left[ W_K^T \frac{\partial L}{\partial z_K} \right](j)",
        "the sum runs down column j of W, which is row j of Wᵀ", ("z5",),
        lambda a: a.dz, lambda a: _each_j(a, lambda j: a.slope[j] * (a.W.T @ a.dzk)[j])),
    Row("7", "∂L/∂zP = DP WKᵀ ∂L/∂zK,  DP = diag(σ'(zP))",
        r"\frac{\partial L}{\partial z_P} = D_P W_K^T \frac{\partial L}{\partial z_K}, \quad "
        r"D_P = \mathrm{diag}(\sigma'(z_P))",
        "all entries at once. This proves (7)", ("z6",),
        lambda a: a.dz, lambda a: np.diag(a.slope) @ a.W.T @ a.dzk),
)

# What may stand in a line instead of what is right: the line, its text, its LaTeX, its right side.
FALSE = (
    ("W1", "∂zK(i)/∂WK(i,j) = WK(i,j)",
     r"\frac{\partial z_K(i)}{\partial W_K(i,j)} = W_K(i,j)", lambda a: a.W),
    ("W3", "∂L/∂WK(i,j) = ∂L/∂zK(i) · zP(j)", L_W + " = " + L_Z + r"\, z_P(j)",
     lambda a: np.outer(a.dzk, a.z)),
    ("b1", "∂zK(i)/∂bK(i) = bK(i)", r"\frac{\partial z_K(i)}{\partial b_K(i)} = b_K(i)",
     lambda a: a.b),
    ("z2", "∂zK(i)/∂zP(j) = WK(i,j)", Z_P + " = W_K(i,j)", lambda a: a.W),
    ("z2", "∂zK(i)/∂zP(j) = WK(i,j) σ(zP(j))", Z_P + r" = W_K(i,j)\, \sigma(z_P(j))",
     lambda a: a.W * a.sigma(a.z)),
    ("z3", "∂L/∂zP(j) = ∂L/∂zK(1) · ∂zK(1)/∂zP(j)",
     L_P + r" = \frac{\partial L}{\partial z_K(1)}\, \frac{\partial z_K(1)}{\partial z_P(j)}",
     lambda a: a.dzk[0] * a.by_z[0]),
    ("z5", "∂L/∂zP(j) = σ'(zP(j)) Σᵢ WK(i,j)", L_P + " = " + SLOPE + r" \sum_i W_K(i,j)",
     lambda a: a.slope * a.W.sum(axis=0)),
    ("7", "∂L/∂zP = WKᵀ ∂L/∂zK",
     r"\frac{\partial L}{\partial z_P} = W_K^T \frac{\partial L}{\partial z_K}",
     lambda a: a.W.T @ a.dzk),
)


class Line(NamedTuple):
    """A line of a proof for one network: text, LaTeX, its reason, and the numbers of its sides."""
    name: str
    text: str
    latex: str
    reason: str
    needs: tuple[str, ...]
    left: np.ndarray
    right: np.ndarray

    @property
    def difference(self) -> float:
        """How far its sides are apart, relative to the larger one."""
        scale = max(np.abs(self.left).max(), np.abs(self.right).max())
        return float(np.abs(self.left - self.right).max() / scale) if scale else 0.0

    @property
    def holds(self) -> bool:
        """Whether its two sides are equal, to rounding."""
        return self.difference <= CLOSE

    def __str__(self) -> str:
        return f"{self.text:50}  {self.reason}"


class Proof(list[Line]):
    """The lines that prove (7) and (8) for one layer of one network.

    It prints as text; `latex` typesets it, and Jupyter shows that. What students do with it:
    bring `shuffled` lines in order, where `gap` says what is missing; `fill` in a side; find the
    line of `with_fault` that does not hold.
    """

    def __init__(self, lines: Iterable[Line], facts: Facts, k: int) -> None:
        super().__init__(lines)
        self.facts, self.k = facts, k

    @property
    def holds(self) -> bool:
        """Whether every line holds in numbers."""
        return all(line.holds for line in self)

    def line(self, name: str) -> Line:
        """The line of that name. Raises KeyError for another."""
        for line in self:
            if isinstance(name, str) and line.name == name:
                return line
        raise KeyError(f"no line {shown(name)}; there are {', '.join(line.name for line in self)}")

    def shuffled(self, seed: int) -> Proof:
        """The same lines in another order."""
        lines = list(self)
        random.Random(whole(seed, "seed", 0)).shuffle(lines)
        return self.ordered(line.name for line in lines)

    def ordered(self, names: Iterable[str]) -> Proof:
        """The lines of these names in this order."""
        listed_names: list[Any] = listed(names, "names", "names of lines")
        return Proof([self.line(name) for name in listed_names], self.facts, self.k)

    def with_fault(self, seed: int) -> Proof:
        """The same lines, but one of them is false for this network: find it. `holds` tells."""
        rows = {row.name: row for row in TABLE}
        false = [_line(rows[name]._replace(text=text, latex=latex, right=right), self.facts, self.k)
                 for name, text, latex, right in FALSE]
        rng = random.Random(whole(seed, "seed", 0))
        chosen = rng.choice([line for line in false if not line.holds])
        lines = [chosen if line.name == chosen.name else line for line in self]
        return Proof(lines, self.facts, self.k)

    def gap(self) -> Line | None:
        """The first line that stands before one it needs; None where the order is that of a proof.

        >>> import nn
        >>> lines = proof(nn.MLP(2, [3, 1], "tanh", seed=0), [0.5, -1.0], [1.0])
        >>> lines.gap() is None, lines.ordered(line.name for line in lines[::-1]).gap().name
        (True, '7')
        """
        seen: set[str] = set()
        for line in self:
            if not seen.issuperset(line.needs):
                return line
            seen.add(line.name)
        return None

    def fill(self, name: str, array: object) -> bool:
        """Whether an array is what stands on the right side of a line."""
        given, right = as_array(array, "array", "numbers"), self.line(name).right
        if given.dtype.kind not in "fiub":
            raise TypeError(f"array must hold real numbers, got {shown(array)}")
        return given.shape == right.shape and bool(
            np.abs(given - right).max() <= 1e-6 * (np.abs(right).max() or 1.0))

    @property
    def latex(self) -> str:
        """All lines as one LaTeX display."""
        rows = [rf"{line.latex.replace('=', '&=', 1)} && \text{{{_words(line.reason)}}}"
                for line in self]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"

    def __str__(self) -> str:
        return "\n".join(f"{number:2}. {line}" for number, line in enumerate(self, 1))

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"$$ {self.latex} $$"


def _words(text: str) -> str:
    """A reason as the text of a formula: Greek letters and signs in it are mathematics."""
    return text.replace("σ", r"$\sigma$").replace("ᵀ", "$^T$")


def proof(model: MLP, x: object, y: object, loss: str | Loss = "squared", k: int | None = None) \
        -> Proof:
    """The proof of (7) and (8) at layer k for one sample, with the numbers of the model in it.

    x is one sample and y its target; k goes from 2 to the number of layers, the last one if not
    given. Raises TypeError where a layer is not of the form (3), ValueError for another k.

    >>> import nn
    >>> lines = proof(nn.MLP(2, [3, 1], "tanh", seed=0), [0.5, -1.0], [1.0])
    >>> lines.holds
    True
    >>> print(lines.line("z2").text)
    ∂z2(i)/∂z1(j) = W2(i,j) σ'(z1(j))
    """
    L = len(parameters(model))
    k = L if k is None else whole(k, "k", 2)
    if not 2 <= k <= L:
        raise ValueError(f"the theorem is about layers 2 to L; this network has {L}; got k = {k}")
    facts = facts_of(model, samples(x, "x").astype(float).ravel(), y, find_loss(loss), k)
    return Proof([_line(row, facts, k) for row in TABLE], facts, k)


def _line(row: Row, facts: Facts, k: int) -> Line:
    def numbered(text: str) -> str:
        return text.replace("K", str(k)).replace("P", str(k - 1))

    latex = row.latex.replace("_K", f"_{{{k}}}").replace("_P", f"_{{{k - 1}}}")
    sides = (np.asarray(side(facts), dtype=float) for side in (row.left, row.right))
    return Line(row.name, numbered(row.text), latex, row.reason, row.needs, *sides)


def facts_of(model: MLP, x: np.ndarray, y: Any, loss: Loss, k: int) -> Facts:
    """The numbers of one sample around layer k, by the graph."""
    layers = parameters(model)
    f: list[Any] = x.tolist()
    zs, fs = [], [f]
    for layer, (_, _, sigma) in zip(model.layers, layers):
        z = [autograd.dot(neuron.w, f, neuron.b) for neuron in layer.neurons]
        f = [sigma(v) if sigma else autograd.identity(v) for v in z]
        zs.append(z)
        fs.append(f)
    output = loss(f if len(f) > 1 else f[0], y.tolist() if isinstance(y, np.ndarray) else y)
    W, b, _ = layers[k - 1]
    neurons, zk, zp = model.layers[k - 1].neurons, zs[k - 1], zs[k - 2]
    z_before, f_before = _data(zp), _data(fs[k - 1])
    before = layers[k - 2].sigma
    return Facts(
        W=W, b=b, z=z_before, f=f_before, zk=_data(zk),
        dzk=_gradient(output, zk), dz=_gradient(output, zp),
        dW=np.array([_gradient(output, n.w) for n in neurons]),
        db=_gradient(output, [n.b for n in neurons]),
        by_W=np.array([_gradient(v, n.w) for v, n in zip(zk, neurons)]),
        by_b=np.array([_gradient(v, [n.b])[0] for v, n in zip(zk, neurons)]),
        by_z=np.array([_gradient(v, zp) for v in zk]),
        slope=derivative(before, z_before, f_before), sigma=lambda t: activate(before, t))


def _data(values: Sequence[Any]) -> np.ndarray:
    return np.array([v.data for v in values])


def _gradient(output: Any, values: Sequence[Any]) -> np.ndarray:
    return np.array(autograd.gradients(output, list(values)), dtype=float)
