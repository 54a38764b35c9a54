"""The chain rule in words and in LaTeX, for one output and one Value it was computed from.

Where there are few paths from x to the output: the sum over all paths of the products of local derivatives. Where there are
many: node by node from the output back, each derivative as the sum over what uses the node. Paths are counted before any is
walked. The numbers are the recorded partials; the symbols are the same rows of the table, applied to symbols.
"""
from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.graph import depends_on, topological_order
from autograd.formulas.text import Text
from autograd.words.words import (as_name, compact, grad_of, latex_name, number_text, plural, shorten, titles, write)
from autograd.formulas.symbol import Symbol, in_latex, written
from autograd.operation import Undefined
from autograd.value import Value

PATHS = 8                           # as many paths are written out; where there are more, nodes
NODES = 40                          # as many nodes are written out


@dataclass
class Explanation:
    """How an output depends on x: print it, or let Jupyter show it as mathematics.

    total       d output / d x, which is x.grad after output.backward() where no other pass has been added
    paths       the number of paths from x to the output
    products    the product of the local derivatives along each path; empty where there are too many paths
    lines       the explanation in words
    equations   the same in LaTeX, one formula a line
    """
    total: float
    paths: int
    products: list[float]
    lines: list[str]
    equations: list[str]

    @property
    def latex(self) -> str:
        """All equations as one LaTeX display, each on a line of its own."""
        rows = r" \\ ".join(equation.replace("=", "&=", 1) for equation in self.equations)
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"

    def __str__(self) -> str:
        return "\n".join(self.lines)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"$$ {self.latex} $$"


@dataclass
class Edge:
    """One use of a Value: by which other, its local derivative as number, text and LaTeX."""
    source: Value
    target: Value
    partial: float
    text: Text
    tex: Text


def explain(output: Value, wrt: Value, paths: int = PATHS) -> Explanation:
    """The derivative of the output by `wrt`, explained by the chain rule with symbols and with numbers.

    With at most `paths` paths from wrt to the output, the sum over paths; with more, sums node by node. No grad is touched.
    Raises TypeError when one is no Value, ValueError when the output does not depend on wrt or a derivative on the way does
    not exist.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> print(explain(y, wrt=x))
    y depends on x along 3 paths; dy/dx is the sum over them of the products of the local derivatives.
      1. x -> x * x -> y:  1 * x = 1 * 3 = 3
      2. x -> x * x -> y:  1 * x = 1 * 3 = 3
      3. x -> 2 * x -> y:  1 * 2 = 2
    Sum: dy/dx = 3 + 3 + 2 = 8. This is x.grad after y.backward().
    """
    for v, what in ((output, "the output"), (wrt, "wrt")):
        if not isinstance(v, Value):
            raise TypeError(f"{what} of explain must be a Value, got {type(v).__name__} {shorten(repr(v), 60)}")
    order = topological_order(output)
    between = depends_on(order, [wrt])
    if wrt not in between or output not in between:
        raise ValueError(f"the output does not depend on wrt ({wrt!r}, label {wrt.label!r}): it was not computed from it")
    order = [v for v in order if v in between]
    return Story(output, wrt, order, paths).told()


class Story:
    """What explain finds out, and how it says it."""

    def __init__(self, output: Value, wrt: Value, order: Sequence[Value], most: int) -> None:
        self.output, self.wrt, self.order, self.most = output, wrt, order, most
        self.into = set(order)
        self.count = self.count_paths()
        self.derivative = self.derivatives()
        self.total = self.derivative[wrt]
        self.products: list[float] = []
        everything = topological_order(output)
        if len(everything) > 5000:
            near = [*order[:1], *order[-NODES:]]
            everything = list(dict.fromkeys([u for v in near for u in (*v.inputs, v) if isinstance(u, Value)]))
        self.names = self.find_names(everything)
        self.tex = self.find_tex(everything)

    def find_names(self, values: Sequence[Value]) -> dict[Value, str]:
        """A name for each Value; without labels the output is y and wrt is x."""
        taken = {v.label for v in values}
        known = {v: letter if letter not in taken else letter + "'"
                 for v, letter in ((self.output, "y"), (self.wrt, "x")) if not v.label}
        return titles(values, known=known)

    def find_tex(self, values: Sequence[Value]) -> dict[Value, Text]:
        """The same names as LaTeX."""
        found: dict[Value, Text] = {}
        for v in values:
            name = self.names[v]
            inside = all(type(u) is float or u in found for u in v.inputs)
            if v.label or v in (self.output, self.wrt) or re.fullmatch(r"t\d+", name) or not inside:
                found[v] = Text(latex_name(name))
            elif v.is_leaf:
                found[v] = number_text(v.data, "latex")
            else:
                found[v] = write(v, "latex", [number_text(u, "latex") if type(u) is float else found[u]  # type: ignore[index]
                                              for u in v.inputs])
        return found

    def count_paths(self) -> int:
        """The number of paths, or one more than can matter."""
        enough = max(self.most + 1, 10 ** 6)
        counts = dict.fromkeys(self.order, 0)
        counts[self.wrt] = 1
        for v in self.order:
            if v is not self.wrt:
                counts[v] = min(enough, sum(counts[u] for u in v.inputs if u in self.into))          # type: ignore[index]
        return counts[self.output]

    def written_by_paths(self) -> bool:
        return self.count <= self.most

    def derivatives(self) -> dict[Value, float]:
        """d output / d v for each Value between wrt and the output, from the recorded partials."""
        found = dict.fromkeys(self.order, 0.0)
        found[self.output] = 1.0
        for v in reversed(self.order):
            if v is not self.wrt:
                for i, u in enumerate(v.inputs):
                    if u in self.into:
                        found[u] += found[v] * recorded(v, i)                                       # type: ignore[index]
        return found

    # In words and in LaTeX -------------------------------------------------------------------------------------------------

    def told(self) -> Explanation:
        lines, equations = self.by_paths() if self.written_by_paths() else self.by_nodes()
        return Explanation(self.total, self.count, self.products, lines, equations)

    def edge(self, v: Value, i: int) -> Edge:
        """Input i of v with its local derivative."""
        u: Any = v.inputs[i]
        return Edge(u, v, recorded(v, i), symbolic(v, i, "text", self.written), symbolic(v, i, "latex", self.written))

    def written(self, v: Value, language: str) -> Text:
        if language == "latex":
            return self.tex.get(v) or Text(r"\cdots")
        return as_name(shorten(self.names.get(v, "...")))

    def of(self, v: Value, language: str = "text") -> str:
        """dy/dv as a name."""
        top, bottom = (self.written(u, language) for u in (self.output, v))
        if language == "text":
            return f"d{top:atom}/d{bottom:atom}"
        return rf"\frac{{\partial {top:atom}}}{{\partial {bottom:atom}}}"

    def by_paths(self) -> tuple[list[str], list[str]]:
        """One line for each path."""
        y, x = self.written(self.output, "text"), self.written(self.wrt, "text")
        if self.output is self.wrt:
            self.products = [1.0]
            return [f"The output is {x} itself: {self.of(self.wrt)} = 1."], [self.of(self.wrt, "latex") + " = 1"]
        lines = [f"{y} depends on {x} along {plural(self.count, 'path')}; {self.of(self.wrt)} is "
                 + ("the product of the local derivatives along it." if self.count == 1
                    else "the sum over them of the products of the local derivatives.")]
        tex, numbers = [], []
        for k, path in enumerate(self.all_paths()):
            product = math.prod(e.partial for e in reversed(path))
            way = " -> ".join([x, *[self.written(e.target, "text") for e in path]])
            factors = product_of([e.text for e in reversed(path)], " * ")
            values = " * ".join(bracketed(e.partial) for e in reversed(path))
            lines.append(f"  {k + 1}. {way}:  " + " = ".join(dict.fromkeys([factors, values, compact(product)])))
            self.products.append(product)
            tex.append(product_of([e.tex for e in reversed(path)], r" \cdot "))
            numbers.append(r" \cdot ".join(tex_number(e.partial) for e in reversed(path)))
        total = " + ".join(map(bracketed, self.products))
        said = f"Sum: {self.of(self.wrt)} = {total} = {compact(self.total)}" if self.count > 1 else \
               f"So {self.of(self.wrt)} = {compact(self.total)}"
        lines.append(f"{said}. {self.where()}")
        left = self.of(self.wrt, "latex")
        name = [rf"{left} = \sum_{{\mathrm{{paths}}}}\ \prod_{{\mathrm{{edges}}}}\ \frac{{\partial v}}{{\partial u}}"] \
            if self.count > 1 else []
        sums = [f"{left} = {' + '.join(parts)}" for parts in (tex, numbers)]
        return lines, [*name, *sums, f"{left} = {in_latex(compact(self.total))}"]

    def all_paths(self) -> list[list[Edge]]:
        """The paths from wrt to the output, each a list of edges; there are few. Walked from the output back, iteratively."""
        found: list[list[Edge]] = []
        edges = {v: [self.edge(v, i) for i, u in enumerate(v.inputs) if u in self.into] if v is not self.wrt else []
                 for v in self.order}
        todo: list[tuple[Value, tuple[Any, ...]]] = [(self.output, ())]
        while todo:
            v, tail = todo.pop()                                # tail is (edge, tail): paths share what they have in common
            if v is self.wrt:
                path = []
                while tail:
                    path.append(tail[0])
                    tail = tail[1]
                found.append(path)
            todo += [(e.source, (e, tail)) for e in reversed(edges[v])]
        return found

    def by_nodes(self) -> tuple[list[str], list[str]]:
        """One line for each node between the output and wrt, from the output back."""
        y, x = self.written(self.output, "text"), self.written(self.wrt, "text")
        many = plural(self.count, "path") if self.count < 10 ** 6 else "more than a million paths"
        lines = [f"{y} depends on {x} along {many}, too many to write out. From {y} back, each derivative is the "
                 "sum over what uses the Value:"]
        uses: dict[Value, list[tuple[Value, int]]] = {v: [] for v in self.order}
        for v in self.order:
            if v is not self.wrt:
                for i, u in enumerate(v.inputs):
                    if u in self.into:
                        uses[u].append((v, i))                                                      # type: ignore[index]
        nodes = [v for v in reversed(self.order) if v is not self.output]
        left_out = len(nodes) - NODES
        shown = nodes if left_out <= 0 else [*nodes[:NODES - 1], self.wrt]
        equations = []
        for k, v in enumerate(shown):
            if left_out > 0 and k == NODES - 1:
                lines.append(f"  ... {plural(left_out, 'node')} more ...")
                equations.append(rf"\cdots = \mathrm{{{left_out}\ more}}")
            self.one_node(v, uses[v], lines, equations)
        for v in reversed(shown):
            if re.fullmatch(r"t\d+", self.names.get(v, "")) and not v.label and not v.is_leaf:
                formula = write(v, "text", [number_text(u) if type(u) is float else self.written(u, "text")  # type: ignore
                                            for u in v.inputs])
                lines.append(f"  where {self.names[v]} = {shorten(formula, 100)}")
        lines.append(f"So {self.of(self.wrt)} = {compact(self.total)}. {self.where()}")
        return lines, [*equations, f"{self.of(self.wrt, 'latex')} = {in_latex(compact(self.total))}"]

    def one_node(self, v: Value, uses: Sequence[tuple[Value, int]], lines: list[str], equations: list[str]) -> None:
        """The derivative by one Value: the sum over its uses of upstream times local."""
        some = uses[:12]
        more = f" + ... {len(uses) - 12} more" if len(uses) > 12 else ""
        edges = [self.edge(w, i) for w, i in some]
        symbols = " + ".join(f"{self.of(e.target)} * {e.text:power}" for e in edges)
        numbers = " + ".join(f"{bracketed(self.derivative[e.target])} * {bracketed(e.partial)}" for e in edges)
        lines.append(f"  {self.of(v)} = {symbols}{more} = {numbers}{more} = {compact(self.derivative[v])}")
        tex = " + ".join(rf"{self.of(e.target, 'latex')} \cdot {e.tex:power}" for e in edges)
        values = " + ".join(rf"{tex_number(self.derivative[e.target])} \cdot {tex_number(e.partial)}" for e in edges)
        dots = r" + \cdots" if more else ""
        equations.append(f"{self.of(v, 'latex')} = {tex}{dots} = {values}{dots} = {in_latex(compact(self.derivative[v]))}")

    def where(self) -> str:
        """How the total and x.grad go together."""
        x, y = self.written(self.wrt, "text"), self.written(self.output, "text")
        grad = grad_of(self.wrt)
        if grad is None:
            return f"This is {x}.grad after {y}.backward()."
        if math.isclose(grad, self.total, rel_tol=1e-12, abs_tol=1e-300):
            return f"This is {x}.grad."
        return f"{x}.grad holds {compact(grad)}: it has another pass in it, or one from another output."


def recorded(v: Value, i: int) -> float:
    """The recorded partial of v by input i. Raises ValueError where it does not exist or was never recorded."""
    if v.closure is not None:
        raise ValueError(f"{v.op!r} has a _backward of its own instead of local derivatives: there is nothing to explain")
    p = v.partials[i]
    if isinstance(p, Undefined):
        raise ValueError(p.message)
    return 0.0 if p is None else p


def symbolic(v: Value, i: int, language: str, name: Callable[[Value, str], Text]) -> Text:
    """The partial of v by input i, from its row of the table applied to symbols; `name` gives the symbol of a Value."""
    def symbol(u: Any) -> Any:
        return u if type(u) is float else Symbol(name(u, language), language)
    try:
        found = v.op.partial(i, symbol(v), [symbol(u) for u in v.inputs])                           # type: ignore[union-attr]
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        found = None                                            # an operation without rules or without a printed form
    return written(recorded(v, i) if found is None else found, language)


def product_of(factors: Sequence[Text], times: str) -> str:
    """A product as text, with the parentheses that its factors need."""
    return times.join(f"{f:product}" if n == 0 else f"{f:power}" for n, f in enumerate(factors))


def bracketed(x: float) -> str:
    """A number as a factor or term: a negative one in parentheses."""
    text = compact(x)
    return f"({text})" if text.startswith("-") else text


def tex_number(x: float) -> str:
    text = in_latex(compact(x))
    return rf"({text})" if text.startswith("-") else text


