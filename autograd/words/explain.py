"""The chain rule in words and in LaTeX, for one output and one Value it was computed from.

Where there are few paths from wrt to the output: the sum over the paths of the products of the
local derivatives. Where there are many: node by node from the output back, each derivative as the
sum over what uses the node. The numbers are the recorded local derivatives; the formulas are the
same rows of the table, applied to symbols.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.messages import at_least
from autograd.formulas.symbol import in_latex
from autograd.value import Value
from autograd.words.between import MANY, Between, Use, between, list_paths
from autograd.words.labels import plural, shorten
from autograd.words.notation import NUMBERED, Notation, notations
from autograd.words.numbers import bracketed, compact, grad_of
from autograd.words.steps import LayerExplanation, explain_layer

PATHS = 8                           # up to so many paths are written out; with more, nodes
NODES = 40                          # nodes that are written out
NAMES = 20                          # names t1, t2, ... that are explained
USES = 12                           # terms of one node's sum that are written out


@dataclass
class Explanation:
    """How an output depends on wrt: print it, or let Jupyter show it in words and as mathematics.

    total       the derivative of the output with respect to wrt, which is wrt.grad after
                output.backward() where no other pass has been added
    paths       the number of paths from wrt to the output
    products    the product of the local derivatives along each path; empty where there are too many
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

    def _repr_markdown_(self) -> str:
        """The words as they are printed, and below them the equations."""
        return f"```text\n{self}\n```\n\n$$ {self.latex} $$"


@overload
def explain(output: Value, wrt: Value, paths: int = PATHS, *,
            through: None = None) -> Explanation: ...


@overload
def explain(output: Value, wrt: Sequence[Any], paths: int = PATHS, *,
            through: Iterable[Value] | None = None) -> LayerExplanation: ...


@told(OF_PICTURES)
def explain(output: Value, wrt: Any, paths: int = PATHS, *,
            through: Iterable[Value] | None = None) -> Explanation | LayerExplanation:
    """The derivative of the output with respect to `wrt`, by the chain rule, in words.

    wrt     a Value; or a vector or a matrix of Values, as lists or a NumPy array: then the way from
            scalars to the lecture's (7) or (8) is written out, step by step, and every step holds
            the numbers of its two sides
    paths   up to so many paths from a Value to the output are written out
    through of a vector or a matrix: the weighted sums z that follow; found where it is not given

    With at most `paths` paths from wrt to the output it is a sum over paths; with more, there is a
    sum for each node. No grad is touched. Raises TypeError when one is not a Value, ValueError when
    the output does not depend on wrt, a derivative on the way does not exist, or the entries of a
    vector or a matrix have no common place in a layer.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> print(explain(y, wrt=x))
    y depends on x along 3 paths; dy/dx is the sum of the products of local derivatives along them.
      1. x -> x * x (input 1) -> y:  x * 1 = 3 * 1 = 3
      2. x -> x * x (input 2) -> y:  x * 1 = 3 * 1 = 3
      3. x -> 2 * x -> y:  2 * 1 = 2
    Sum: dy/dx = 3 + 3 + 2 = 8. This is x.grad after y.backward().
    """
    paths = at_least(paths, "paths", 0)
    if isinstance(wrt, (list, tuple)) or getattr(wrt, "shape", None):
        return explain_layer(output, wrt, through)
    return explain_value(output, wrt, paths)


def explain_value(output: Value, wrt: Value, paths: int) -> Explanation:
    """The same for a single Value: by its paths to the output, or node by node."""
    part = between(output, wrt)
    text, latex = notations(part)
    products: list[float] = []
    if output is wrt:
        products = [1.0]
        lines = [f"The output is {text.name(wrt)} itself: {text.derivative(wrt)} = 1."]
        equations = [f"{latex.derivative(wrt)} = 1"]
    elif part.paths <= paths:
        every = list(list_paths(part))
        products = [math.prod(use.local for use in path) for path in every]
        lines = path_lines(part, every, products, text)
        equations = path_equations(part, every, latex)
    else:
        lines, equations = node_lines(part, text), node_equations(part, latex)
    explained = numbered_in(lines, text)
    lines[-1:-1] = [f"  where {text.name(v)} = {shorten(text.formula(v), 100)}" for v in explained]
    equations += [f"{latex.name(v)} = {latex.formula(v)}" for v in explained]
    return Explanation(part.total, part.paths, products, lines, equations)


# Path by path --------------------------------------------------------------------------------

def path_lines(part: Between, every: Sequence[Sequence[Use]], products: Sequence[float],
               text: Notation) -> list[str]:
    """A line for each path, and their sum."""
    y, x, dy_dx = text.name(part.output), text.name(part.wrt), text.derivative(part.wrt)
    along = f"{y} depends on {x} along {plural(part.paths, 'path')}; {dy_dx} is"
    total = f"{dy_dx} = {compact(part.total)}. {where_it_is(part, text)}"
    if part.paths == 1:
        first, last = f"{along} the product of local derivatives along it.", f"So {total}"
    else:
        first = f"{along} the sum of the products of local derivatives along them."
        last = f"Sum: {dy_dx} = {' + '.join(map(bracketed, products))}"
        last += total.removeprefix(dy_dx)
    lines = [one_path(k, path, product, text)
             for k, (path, product) in enumerate(zip(every, products), 1)]
    return [first, *lines, last]


def one_path(k: int, path: Sequence[Use], product: float, text: Notation) -> str:
    """Path number k: the way, its factors as formulas and as numbers, and the product."""
    way = " -> ".join([text.name(path[0].source), *[one_use(use, text) for use in path]])
    stages = [text.product(path), text.product_of_numbers(path), compact(product)]
    if len(path) == 1:                          # no product: its one factor, without parentheses
        stages = [str(text.local(path[0])), compact(product)]
    return f"  {k}. {way}:  {' = '.join(dict.fromkeys(stages))}"


def one_use(use: Use, text: Notation) -> str:
    """The name of what uses a Value; where it does so more than once, as which input."""
    count = sum(u is use.source for u in use.target.inputs)
    name = text.name(use.target)
    return f"{name} (input {use.i + 1})" if count > 1 else name


def path_equations(part: Between, every: Sequence[Sequence[Use]], latex: Notation) -> list[str]:
    """The sum over paths with symbols, with numbers, and its value."""
    left = latex.derivative(part.wrt)
    symbols = " + ".join(latex.product(path) for path in every)
    numbers = " + ".join(latex.product_of_numbers(path) for path in every)
    equations = [symbols, numbers, in_latex(compact(part.total))]
    if part.paths > 1:
        rule = r"\sum_{\mathrm{paths}}\ \prod_{\mathrm{edges}}\ \frac{\partial v}{\partial u}"
        equations.insert(0, rule)
    return [f"{left} = {right}" for right in equations]


# Node by node --------------------------------------------------------------------------------

def shown_nodes(part: Between) -> tuple[list[Value], int]:
    """The nodes to write out, from the output back; and how many before the last one are not."""
    nodes = [v for v in reversed(part.order) if v is not part.output]
    if len(nodes) <= NODES:
        return nodes, 0
    return [*nodes[:NODES - 1], part.wrt], len(nodes) - NODES


def node_lines(part: Between, text: Notation) -> list[str]:
    """One line for each node between the output and wrt, and one for each name that needs it."""
    y, x = text.name(part.output), text.name(part.wrt)
    count = plural(part.paths, "path")
    if part.paths > MANY:
        count = "more than a million paths"
    nodes, left_out = shown_nodes(part)
    lines = [f"  {one_node(part, v, text)}" for v in nodes]
    if left_out:
        lines.insert(-1, f"  ... {plural(left_out, 'node')} more ...")
    first = (f"{y} depends on {x} along {count}, too many to write out. From {y} back, each "
             "derivative is the sum over what uses the Value:")
    last = f"So {text.derivative(part.wrt)} = {compact(part.total)}. {where_it_is(part, text)}"
    return [first, *lines, last]


def node_equations(part: Between, latex: Notation) -> list[str]:
    """The same sums in LaTeX."""
    nodes, left_out = shown_nodes(part)
    equations = [one_node(part, v, latex) for v in nodes]
    if left_out:
        equations.insert(-1, rf"\cdots = \mathrm{{{left_out}\ more}}")
    return [*equations, f"{latex.derivative(part.wrt)} = {in_latex(compact(part.total))}"]


def one_node(part: Between, v: Value, notation: Notation) -> str:
    """The derivative with respect to one Value: the sum over its uses of upstream times local."""
    uses = part.uses[v][:USES]
    symbols = [f"{notation.derivative(use.target)}{notation.sign}{notation.local(use):power}"
               for use in uses]
    numbers = [notation.sign.join(map(notation.number, [part.derivative[use.target], use.local]))
               for use in uses]
    if len(part.uses[v]) > USES:
        symbols.append(notation.left_out)
        numbers.append(notation.left_out)
    value = notation.plain_number(part.derivative[v])
    return f"{notation.derivative(v)} = {' + '.join(symbols)} = {' + '.join(numbers)} = {value}"


def numbered_in(lines: Sequence[str], text: Notation) -> list[Value]:
    """The Values whose names t1, t2, ... are in the lines, and in the formulas of these."""
    by_name = {str(name): v for v, name in text.names.items() if text.is_numbered(v)}
    named: dict[str, Value] = {}
    todo = list(lines)
    while todo and len(named) < NAMES:
        for name in NUMBERED.findall(todo.pop()):
            if name in by_name and name not in named:
                named[name] = by_name[name]
                todo.append(text.formula(by_name[name]))
    return [named[name] for name in by_name if name in named]


def where_it_is(part: Between, text: Notation) -> str:
    """How the total and wrt.grad go together."""
    x, y = text.name(part.wrt), text.name(part.output)
    grad = grad_of(part.wrt)
    if grad is None:
        return f"This is {x}.grad after {y}.backward()."
    if math.isclose(grad, part.total, rel_tol=1e-12, abs_tol=1e-300):
        return f"This is {x}.grad."
    return f"{x}.grad holds {compact(grad)}: it has another pass in it, or one from another output."
