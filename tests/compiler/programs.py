"""Random programs as source text: loops of every kind, recurrences, mixed signs, ifs over data.

    program(seed)       the text of `def loss(p, x): ...`, as a student might write it
    fault(text)         what is wrong with its compiled form beside eager, or None
    shrunk(text)        the shortest text, by leaving out lines, that has a fault still

Run many by hand: `python -m tests.compiler.programs 1000`, or from a seed on: `... 1000 5000`.

Names in a text: p parameters, x inputs of a sample, D numbers, Z numbers of which many are 0,
V numbers as plain Values, K places of parameters. All of these lists have 300 entries.
"""
from __future__ import annotations

import random
import re
import sys
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from autograd import Value
from tests.compiler.agree import eager, form

N = 300
LENGTHS = [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 32, 33, 50, 63, 64, 65, 100, 129, 200, 300]
CONSTANTS = ["2", "0.5", "-1.5", "3", "0.1", "1", "-1", "0.25"]
UNARY = ["tanh({})", "sin({})", "cos({})", "exp(tanh({}))", "sigmoid({})", "relu({})", "abs({})",
         "log(1 + ({}) ** 2)", "sqrt(1 + ({}) ** 2)", "softplus({})", "-({})", "({}) ** 2",
         "maximum({}, 0.1)", "minimum(0.3, {})", "1 / (1 + exp(-({})))"]
BINARY = ["{} * {}", "{} * {}", "{} * {}", "{} + {}", "{} - {}", "{} / (2 + ({}) ** 2)",
          "({} - {}) ** 2", "maximum({}, {})", "minimum({}, {})", "2 * {} * {}", "{} * {} / 7",
          "0.5 * {} - {}", "-{} * {}", "3 - {} * {}", "tanh({} * {})", "relu({} - {})"]
TERNARY = ["{} * {} + {}", "{} * {} * {}", "{} * {} - {}", "{} - {} * {}", "{} + {} + {}",
           "{} - {} - {}", "({} + {}) * {}", "tanh({} * {} + {})"]
BOUNDED = ["tanh({})", "sin({})", "0.5 * tanh({})", "sigmoid({})", "relu(tanh({}))", "cos({}) / 2"]
IFS = ["Z[{i}]", "Z[{i}] != 0", "D[{i}] > 0", "D[{i}] > 1", "{i} % 2 == 0", "{i} % 3", "{i} > 2",
       "{i} < 5", "K[{i}] > 1"]


class Text(NamedTuple):
    """A random program: its source, and the sizes of its arguments."""
    source: str
    parameters: int
    inputs: int
    rows: int                                       # samples; 0 without inputs
    seed: int


class Writer:
    """Writes statements; knows which names stand for scalars and for lists (with their lengths)."""

    def __init__(self, rng: random.Random, parameters: int, inputs: int) -> None:
        self.rng, self.parameters, self.inputs = rng, parameters, inputs
        self.lines: list[str] = []
        self.scalars: list[str] = []
        self.lists: dict[str, int] = {}
        self.count = 0

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def put(self, depth: int, *lines: str) -> None:
        self.lines += ["    " * (depth + 1) + line for line in lines]

    # Expressions ---------------------------------------------------------------------------------

    def atom(self, i: str = "", extra: tuple[str, ...] = ()) -> str:
        """A name or a number; `i` is the variable of a loop around, `extra` names are likely."""
        pick = self.rng.random
        if extra and pick() < 0.3:
            return self.rng.choice(extra)
        choices = [f"p[{self.rng.randrange(self.parameters)}]", self.rng.choice(CONSTANTS)]
        if i:
            choices += [f"p[{i} % {self.parameters}]", f"p[K[{i}]]"]
            choices += [f"D[{i}]", f"D[{i}]", f"Z[{i}]", self.rng.choice([f"D[{i}]", f"V[{i}]"])]
            choices += [f"{name}[{i} % {n}]" for name, n in self.lists.items()]
        if self.inputs:
            choices += [f"x[{self.rng.randrange(self.inputs)}]"] * 2
        if self.scalars and pick() < 0.2:
            return self.rng.choice(self.scalars)
        return self.rng.choice(choices)

    def expression(self, i: str = "", extra: tuple[str, ...] = (), deep: int = 2) -> str:
        if deep == 0 or self.rng.random() < 0.15:
            return self.atom(i, extra)
        shape = self.rng.choice(self.rng.choice([UNARY, BINARY, BINARY, TERNARY]))
        return shape.format(*[self.inner(i, extra, deep) for _ in range(shape.count("{}"))])

    def inner(self, i: str, extra: tuple[str, ...], deep: int) -> str:
        if self.rng.random() < 0.7:
            return self.atom(i, extra)
        return f"({self.expression(i, extra, deep - 1)})"

    def bounded(self, text: str) -> str:
        return self.rng.choice(BOUNDED).format(text)

    def length(self, most: int = N) -> int:
        if self.rng.random() < 0.3:
            return self.rng.randint(1, most)
        return self.rng.choice([n for n in LENGTHS if n <= most])

    def loop(self, i: str, n: int) -> str:
        """The head of a loop over 0 to n - 1, in some order."""
        span = self.rng.choice([f"range({n})"] * 4 + [f"reversed(range({n}))"])
        return f"for {i} in {span}:"

    def start(self) -> str:
        return self.rng.choice(["0", "0.0", "0.0", self.atom(), "1.0"])

    # Statements ----------------------------------------------------------------------------------

    def accumulate(self, depth: int, s: str, i: str, extra: tuple[str, ...] = ()) -> None:
        """One or two lines that add to s, or take away from it, perhaps under an if over data."""
        def line() -> str:
            e = self.expression(i, extra)
            if self.rng.random() < 0.2:
                e, f = self.expression(i, extra), self.expression(i, extra, 1)
                return f"{s} = {s} {self.rng.choice('+-')} ({e}) {self.rng.choice('+-')} ({f})"
            return self.rng.choice([f"{s} += {e}", f"{s} -= {e}", f"{s} = {s} + ({e})",
                                    f"{s} = {s} - ({e})", f"{s} = ({e}) + {s}"])
        if self.rng.random() < 0.35:
            self.put(depth, f"if {self.rng.choice(IFS).format(i=i)}:")
            self.put(depth + 1, line())
            if self.rng.random() < 0.5:
                self.put(depth, "else:")
                self.put(depth + 1, line())
        else:
            self.put(depth, *[line() for _ in range(self.rng.choice([1, 1, 2]))])

    def settle(self, s: str, n: int) -> None:
        """A sum becomes a scalar of a size that can be used further."""
        self.put(0, self.rng.choice([f"{s} = {s} / {n}", f"{s} = tanh({s} / {n})",
                                     f"{s} = {s} * {1 / n:.3g}", f"{s} = {self.bounded(s)}"]))
        self.scalars.append(s)

    def sum_in_a_loop(self) -> None:
        s, n = self.fresh("s"), self.length()
        self.put(0, f"{s} = {self.start()}", self.loop("i", n))
        self.accumulate(1, s, "i")
        self.settle(s, n)

    def sum_of_a_generator(self) -> None:
        s, n = self.fresh("g"), self.length()
        head = self.rng.choice(["sum(", "ag.sum("])
        rest = self.rng.choice(["", "", " if Z[i]", " if i % 3"])
        self.put(0, f"{s} = {head}{self.expression('i')} for i in range({n}){rest})")
        self.settle(s, n)

    def list_of_values(self) -> None:
        name, n = self.fresh("A"), self.length(129)
        self.put(0, f"{name} = [{self.bounded(self.expression('i'))} for i in range({n})]")
        self.lists[name] = n

    def recurrence(self) -> None:
        """A scalar carried through time, perhaps with a sum at each step, or kept in a list."""
        h, n = self.fresh("h"), self.length()
        s = self.fresh("s") if self.rng.random() < 0.4 else ""
        kept = self.fresh("H") if self.rng.random() < 0.3 else ""
        self.put(0, f"{h} = {self.start()}")
        self.put(0, *([f"{s} = 0.0"] if s else []), *([f"{kept} = []"] if kept else []))
        self.put(0, self.loop("t", n))
        step = self.bounded(self.expression("t", (h, h)))
        form = self.rng.choice(["{h} = {e}", "{h} = 0.5 * {h} + {e}", "{h} = {h} - 0.1 * {e}",
                                "{h} += 0.1 * {e}", "{h} = {h} * 0.9 - {e}",
                                "{h} = {h} * sigmoid(p[0]) + {e}"])
        if self.rng.random() < 0.2:
            self.put(1, f"if {self.rng.choice(IFS).format(i='t')}:")
            self.put(2, form.format(h=h, e=step))
        else:
            self.put(1, form.format(h=h, e=step))
        if s:
            self.accumulate(1, s, "t", (h,))
        if kept:
            self.put(1, f"{kept}.append({h})")
            self.lists[kept] = n
        self.scalars.append(h)
        if s:
            self.settle(s, n)

    def two_states(self) -> None:
        a, b, n = self.fresh("a"), self.fresh("b"), self.length(200)
        first = self.bounded(self.expression("t", (a, b)))
        second = self.bounded(self.expression("t", (a, b)))
        self.put(0, f"{a}, {b} = {self.start()}, {self.atom()}", self.loop("t", n))
        self.put(1, self.rng.choice([
            f"{a}, {b} = {b}, {first}", f"{a}, {b} = {first}, {second}",
            f"{a}, {b} = {a} + 0.1 * {b}, {b} - 0.1 * {first}"]))
        self.scalars += [a, b]

    def vector_recurrence(self) -> None:
        """A hidden state of k numbers through time, weights shared between the turns."""
        h, k, n = self.fresh("B"), self.rng.randint(1, 5), self.length(50)
        at = self.rng.randrange(self.parameters)
        w = f"p[({at} + i * {k} + j) % {self.parameters}]"
        e = self.rng.choice([
            f"sum({w} * {h}[j] for j in range({k})) + {self.expression('t')}",
            f"{self.atom('t')} - sum({w} * {h}[j] / {k} for j in range({k}))",
            f"sum(({w} * {h}[j] for j in range({k})), {self.atom('i')}) + p[0] * D[t]",
            f"{h}[i] + {w.replace('j', '0')} * ({h}[i - 1] - {h}[i])"])
        self.put(0, f"{h} = [{self.start()}] * {k}")
        s = self.fresh("s") if self.rng.random() < 0.4 else ""
        if s:
            self.put(0, f"{s} = 0.0")
        self.put(0, self.loop("t", n))
        self.put(1, f"{h} = [{self.bounded(e)} for i in range({k})]")
        if s:
            self.put(1, f"{s} {self.rng.choice('+-')}= ({h}[0] - D[t]) ** 2")
            self.settle(s, n)
        self.lists[h] = k

    def layer(self) -> None:
        """z = b; z = z + w * x for each; one neuron after another."""
        name, n, m = self.fresh("C"), self.length(33), self.length(17)
        at, wide = self.rng.randrange(self.parameters), self.rng.choice([m, m, 1])
        w = f"p[({at} + i * {wide} + j) % {self.parameters}]"
        lists = list(self.lists.items())
        source = f"D[(i * {m} + j) % {N}]"
        if lists and self.rng.random() < 0.5:
            other, size = self.rng.choice(lists)
            source = f"{other}[j % {size}]"
        ragged = ["range(i)", "range(i + 1)", f"range(i % {m})"]
        span = self.rng.choice([f"range({m})"] * 4 + ragged)
        self.put(0, f"{name} = []", f"for i in range({n}):")
        start = self.rng.choice(["0.0", "0", self.atom("i"), f"p[i % {self.parameters}]"])
        self.put(1, f"z = {start}")
        self.put(1, f"for j in {span}:")
        term = self.rng.choice(["z = z + {w} * {x}", "z += {w} * {x}", "z -= {w} * {x}",
                                "z = z - {x} * {w} / 3", "z = z + 2 * {w} * {x}",
                                "z += ({w} - {x}) ** 2", "z = {w} * {x} + z"]).format(w=w, x=source)
        if self.rng.random() < 0.25:
            self.put(2, f"if Z[(i + j) % {N}]:")
            self.put(3, term)
        else:
            self.put(2, term)
        self.put(1, f"{name}.append({self.bounded('z')})")
        self.lists[name] = n

    def extreme(self) -> None:
        """The largest of a list, or a log-sum-exp shifted by it."""
        if not self.lists:
            return self.list_of_values()
        name = self.rng.choice(list(self.lists))
        m, f = self.fresh("m"), self.rng.choice(["maximum", "minimum"])
        self.put(0, f"{m} = {name}[0]", f"for v in {name}[1:]:")
        self.put(1, self.rng.choice([f"{m} = {f}({m}, v)", f"{m} = {f}(v, {m})"]))
        if self.rng.random() < 0.5:
            self.put(0, f"{m} = {m} + log(sum(exp(v - {m}) for v in {name})) - {name}[0]")
        self.scalars.append(m)

    def neighbours(self) -> None:
        if not self.lists:
            return self.list_of_values()
        name, n = self.rng.choice(list(self.lists.items()))
        s = self.fresh("s")
        self.put(0, f"{s} = {self.start()}", f"for u, v in zip({name}, {name}[1:]):")
        self.put(1, self.rng.choice([
            f"{s} += (u - v) ** 2", f"{s} -= u * v", f"{s} += abs(u - v)",
            f"{s} = {s} - 1 / (1 + (u - v) ** 2)", f"{s} += maximum(u, v)"]))
        self.settle(s, n)

    def pairs(self) -> None:
        if not self.lists:
            return self.list_of_values()
        name, n = self.rng.choice(list(self.lists.items()))
        s, n = self.fresh("s"), min(n, 12)
        self.put(0, f"{s} = 0", f"for i in range({n}):")
        self.put(1, self.rng.choice(["for j in range(i):", f"for j in range(i + 1, {n}):",
                                     f"for j in range({n}):"]))
        self.put(2, self.rng.choice([
            f"{s} -= 1 / sqrt(0.1 + ({name}[i] - {name}[j]) ** 2)", f"{s} += {name}[i] * {name}[j]",
            f"{s} += D[i] * {name}[i] * {name}[j] * D[j]", f"{s} += abs({name}[i] - {name}[j])"]))
        self.settle(s, n * n)

    def prefix_sums(self) -> None:
        name, s, n = self.fresh("A"), self.fresh("c"), self.length(129)
        self.put(0, f"{name}, {s} = [], {self.start()}", f"for i in range({n}):")
        self.put(1, f"{s} {self.rng.choice('+-')}= {self.bounded(self.expression('i'))} / {n}")
        self.put(1, f"{name}.append({s})")
        self.lists[name] = n

    def stencil(self) -> None:
        """u_i + r (u_(i-1) - 2 u_i + u_(i+1)), again and again."""
        if not self.lists:
            return self.list_of_values()
        name, n = self.rng.choice(list(self.lists.items()))
        if n < 3:
            return self.prefix_sums()
        u, r = self.fresh("B"), self.rng.choice(["0.1", f"0.2 * sigmoid({self.atom()})"])
        self.put(0, f"{u} = {name}[:]", f"for t in range({self.length(17)}):")
        self.put(1, f"{u} = [{u}[0]] + [{u}[i] + {r} * ({u}[i - 1] - 2 * {u}[i] + {u}[i + 1])"
                    f" for i in range(1, {n - 1})] + [{u}[{n - 1}]]")
        self.lists[u] = n

    def product(self) -> None:
        q, n = self.fresh("q"), self.length(100)
        self.put(0, f"{q} = 1.0", self.loop("i", n))
        step = self.bounded(self.expression("i"))
        self.put(1, f"{q} = {q} * ({self.rng.choice(['1', '0.98'])} - 0.02 * {step})")
        self.scalars.append(q)

    def list_recurrence(self) -> None:
        """The next entry of a list from the last two."""
        h, n = self.fresh("H"), self.length(129)
        step = self.bounded(self.expression("t", (f"{h}[-1]", f"{h}[-2]")))
        self.put(0, f"{h} = [{self.start()}, {self.atom()}]", f"for t in range({n}):")
        self.put(1, f"{h}.append({self.rng.choice(['', f'{h}[-2] - 0.1 * '])}{step})")
        self.lists[h] = n + 2

    def in_place(self) -> None:
        """Sweeps over a list whose entries are replaced as they are computed (Gauss-Seidel)."""
        if not self.lists:
            return self.list_of_values()
        name, n = self.rng.choice(list(self.lists.items()))
        u, n = self.fresh("B"), min(n, 12)
        self.put(0, f"{u} = {name}[:{n}]", f"for t in range({self.length(12)}):")
        self.put(1, f"for i in range({n}):")
        self.put(2, self.rng.choice([
            f"{u}[i] = 0.5 * {u}[i] + 0.2 * {u}[i - 1]", f"{u}[i] -= 0.1 * p[0] * {u}[i - 1]",
            f"{u}[i] = tanh({u}[i - 1] + D[t] * {u}[i])", f"{u}[i] = {u}[i] * 0.9 - D[i] / 9"]))
        self.lists[u] = n

    def table(self) -> None:
        """A table filled from its upper left corner, each entry from its neighbours."""
        name, n, m = self.fresh("C"), self.rng.randint(2, 9), self.rng.randint(2, 9)
        cost = self.bounded(f"p[i % {self.parameters}] - D[j]")
        self.put(0, f"{name} = [[{self.atom()}] * {m} for i in range({n})]")
        self.put(0, f"for i in range(1, {n}):")
        self.put(1, f"for j in range(1, {m}):")
        self.put(2, f"{name}[i][j] = {cost} + " + self.rng.choice([
            f"minimum({name}[i - 1][j], {name}[i][j - 1])",
            f"0.5 * {name}[i - 1][j] - 0.4 * {name}[i][j - 1]",
            f"maximum({name}[i - 1][j - 1], {name}[i][j - 1] - 0.1)"]))
        self.put(0, f"{name} = {name}[-1]")
        self.lists[name] = m

    def descent(self) -> None:
        """Gradient descent, unrolled: a loop over data in a loop over epochs."""
        w, n = self.fresh("w"), self.length(17)
        rate = self.rng.choice(["0.1", "0.01 * p[-1]", "0.1 / (1 + t)"])
        self.put(0, f"{w} = {self.atom()}", f"for t in range({self.rng.randint(1, 6)}):")
        self.put(1, f"for i in range({n}):")
        self.put(2, f"{w} = {w} - {rate} * ({w} * D[i] - {self.atom('i')}) * D[i]")
        self.scalars.append(w)

    def tree(self) -> None:
        """Pairs of neighbours become one, until one is left."""
        if not self.lists:
            return self.list_of_values()
        name, a = self.rng.choice(list(self.lists)), self.fresh("A")
        e = self.rng.choice(["u + v", "u * v", "maximum(u, v)", "tanh(u - v)", "u - 0.5 * v"])
        self.put(0, f"{a} = {name}[:]", f"while len({a}) > 1:")
        self.put(1, f"rest = {a}[len({a}) // 2 * 2:]")
        self.put(1, f"{a} = [{e} for u, v in zip({a}[::2], {a}[1::2])] + rest")
        self.scalars.append(f"{a}[0]")

    def rotated(self) -> None:
        """Sums of the same kind whose terms come in other orders, or of other parameters."""
        name, n, m = self.fresh("A"), self.length(65), self.rng.randint(1, 4)
        c = self.rng.choice(["0.5 * ", "", "D[j] * ", "0.0 * ", "-"])
        turn = self.rng.choice(["i + j", "i - j", "i * j", "j * j + i", "i // 2 + j"])
        e = f"sum({c}p[({turn}) % {self.parameters}] for j in range({m}))"
        self.put(0, f"{name} = [{self.bounded(e)} for i in range({n})]")
        self.lists[name] = n

    def penalty(self) -> None:
        s = self.fresh("r")
        self.put(0, f"{s} = " + self.rng.choice([
            "sum(w * w for w in p)", "0.1 * sum(abs(w) for w in p)", "ag.sum(p)", "sum(p)",
            "ag.dot(p, p)", "sum(w ** 2 / 2 for w in p) - p[0]", "ag.dot(p, D[:len(p)], p[0])"]))
        self.scalars.append(s)

    def loss_in_one_chain(self) -> None:
        """A loss over rows of data, then penalties with += on the same variable."""
        s, n, m = self.fresh("L"), self.length(65), self.rng.randint(1, 5)
        w = self.rng.choice(["w", "D[(i + j) % 300] * w"])
        self.put(0, f"{s} = 0.0", f"for i in range({n}):")
        self.put(1, f"z = sum({w} * D[(i * {m} + j) % {N}] for j, w in enumerate(p[:{m}]))")
        self.put(1, self.rng.choice([
            f"{s} = {s} - Z[i] * log(sigmoid(z)) - (1 - Z[i]) * log(1 - sigmoid(z))",
            f"{s} += (z - D[i]) ** 2 / {n}", f"{s} -= -abs(z - D[i])",
            f"{s} = {s} + softplus(z) - Z[i] * z", f"{s} += log(1 + exp(-D[i] * z))"]))
        for _ in range(self.rng.randint(0, 2)):
            self.put(0, self.rng.choice([
                f"{s} += 0.1 * sum(w * w for w in p)", f"{s} -= p[0] * p[-1]",
                f"{s} = {s} + {self.expression()}"]))
            if self.rng.random() < 0.5:
                self.put(0, "for w in p:")
                self.put(1, self.rng.choice([f"{s} += 0.01 * abs(w)", f"{s} -= 0.1 * w",
                                             f"{s} += 0.5 * w ** 2"]))
        self.settle(s, n)

    def used_twice(self) -> None:
        """A table of parameters and data, summed by rows and again, in part, by columns."""
        s, n, m = self.fresh("s"), self.length(17), self.rng.randint(1, 9)
        P = self.parameters
        cell = f"p[i % {P}] " + self.rng.choice(["- D[j]", "* D[j]", f"* p[j % {P}]"])
        self.put(0, f"{s} = 0.0")
        for _ in range(self.rng.randint(2, 3)):
            rows = f"for i in range({self.rng.choice([n, n, 1, (n + 1) // 2])})"
            columns = f"for j in range({self.rng.choice([m, m, 1, (m + 1) // 2])})"
            loops = self.rng.choice([f"{rows} {columns}", f"{columns} {rows}"])
            shapes = ["sigmoid({})", "cos({}) ** 2", "sin({}) * D[i]", "tanh({}) * D[j]"]
            f = self.rng.choice(shapes)
            self.put(0, f"{s} {self.rng.choice('+-')}= sum({f.format(cell)} {loops})")
        self.settle(s, n * m)

    BLOCKS = [sum_in_a_loop, sum_in_a_loop, sum_of_a_generator, list_of_values, list_of_values,
              recurrence, recurrence, two_states, vector_recurrence, layer, layer, extreme,
              neighbours, pairs, prefix_sums, stencil, product, penalty, loss_in_one_chain,
              list_recurrence, in_place, table, descent, tree, rotated, used_twice, used_twice]

    def output(self) -> str:
        """The scalar that is returned, of most of what there is."""
        parts = self.scalars + [f"sum({name})" for name in self.lists]
        parts += [f"sum(v * v for v in {name}) / {n}" for name, n in self.lists.items()]
        chosen = [e for e in parts if self.rng.random() < 0.8] or parts[-1:] or [self.expression()]
        signs = [self.rng.choice(["+ ", "- ", "+ 2 * ", "- 0.5 * "]) for _ in chosen]
        return " ".join(sign + e for sign, e in zip(signs, chosen)).removeprefix("+ ")


def program(seed: int) -> Text:
    """The random program of this number."""
    rng = random.Random(seed)
    parameters = rng.choice([1, 2, 3, 4, 6, 10, 25, 60])
    inputs = rng.choice([0, 0, 0, 1, 2, 5])
    writer = Writer(rng, parameters, inputs)
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 6])):
        rng.choice(Writer.BLOCKS)(writer)
    if rng.random() < 0.1 and (writer.lists or len(writer.scalars) > 1):
        names = rng.choice([list(writer.lists), writer.scalars])
        parts = [f"*{name}" if name in writer.lists else name for name in names] or ["p[0]"]
        writer.put(0, f"return [{', '.join(parts)}]")
    elif rng.random() < 0.1:
        writer.put(0, f"y = {writer.output()} + sum(p) / 9",
                   "g = ag.gradients(y, p, create_graph=True)",
                   "return sum(v * v for v in g) / len(g)")
    else:
        writer.put(0, f"return {writer.output()}")
    source = "\n".join(["def loss(p, x):", *writer.lines])
    return Text(source, parameters, inputs, rng.choice([1, 2, 9, 20]) if inputs else 0, seed)


# Compiled beside eager -----------------------------------------------------------------------

def function(source: str, seed: int = 0) -> Any:
    """The function `loss` of a text, with its data."""
    rng = np.random.default_rng(12345)
    D = rng.uniform(-1.5, 1.5, N).round(3)
    Z = np.where(rng.random(N) < 0.4, rng.integers(0, 2, N), 0)
    Z = np.where(rng.random(N) < 0.2, D, Z)
    names = {name: getattr(ag, name) for name in ag.__all__ if not name.startswith("draw")
             and name not in ("abs", "sum", "pow", "explain", "expression", "play", "name")}
    names |= {"ag": ag, "D": D.tolist(), "Z": Z.tolist(), "V": [Value(d) for d in D[::-1]]}
    count = int(m.group(1)) if (m := re.search(r"# parameters (\d+)", source)) else seed
    names["K"] = rng.integers(0, max(count, 1), N).tolist()
    exec(source, names)                                                         # noqa: S102
    return names["loss"]


def graph(loss: Any, theta: Any, x: Any) -> tuple[list[Value], list[Value], list[Value], bool]:
    """Outputs, parameters and inputs of a program recorded at theta and x; whether it is a list."""
    P, X = [Value(float(t)) for t in theta], [Value(float(e)) for e in x]
    found = loss(P, X)
    listed = isinstance(found, list)
    outputs = [v if isinstance(v, Value) else Value(v) for v in (found if listed else [found])]
    return outputs, P, X, listed


def wanted(loss: Any, theta: Any, rows: Any) -> tuple[np.ndarray, np.ndarray, float]:
    """Values (m, K), gradient summed over samples and outputs, and the scale of both."""
    values, gradient, scale = [], np.zeros(len(theta)), 1.0
    for x in rows:
        outputs, P, _, _ = graph(loss, theta, x)
        values.append([v.data for v in outputs])
        _, g, size = eager(ag.sum(outputs), P)
        gradient, scale = gradient + g, scale + size
    return np.array(values), gradient, scale


def fault(text: Text, forms: tuple[str, ...] = ("own", "arrays")) -> str | None:
    """What is wrong with the compiled program, at the recorded point or others, or None."""
    loss = function(text.source, text.parameters)
    rng = np.random.default_rng(text.seed)
    theta = rng.uniform(-1, 1, text.parameters)
    rows = rng.uniform(-1, 1, (max(text.rows, 1), text.inputs))
    points = [theta, theta + rng.uniform(-0.3, 0.3, text.parameters)]
    expected = [wanted(loss, at, rows) for at in points]
    for name in forms:
        outputs, P, X, listed = graph(loss, theta, rows[0])
        x = rows if text.inputs else None
        try:
            with form(name):
                compiled = ag.compile(outputs if listed else outputs[0], P, X)
            found = [differs(compiled, at, x, listed, *want)
                     for at, want in zip(points, expected)]
        except Exception as error:                                              # noqa: BLE001
            return f"{name}: {type(error).__name__}: {error}"
        if any(found) and not excused(loss, compiled, points, rows, x, listed):
            return f"{name}: {found[0] or found[1]}"
    return None


def excused(loss: Any, compiled: Any, points: Any, rows: Any, x: Any, listed: bool) -> bool:
    """Whether a difference is one of rounding: a tie that it broke, or a chaotic program."""
    third = points[0] - 0.7 * (points[1] - points[0])
    everywhere = [*points, third]
    expected = [wanted(loss, at, rows) for at in everywhere]
    wrong = [at for at, want in zip(everywhere, expected)
             if differs(compiled, at, x, listed, *want)]
    return len(wrong) < 2 or any(chaotic(loss, at, rows, *want)
                                 for at, want in zip(everywhere, expected))


def chaotic(loss: Any, theta: Any, rows: Any, values: Any, gradient: Any, _: float) -> bool:
    """Whether rounding alone moves eager's own numbers: then no two ways to compute agree."""
    values_near, gradient_near, _ = wanted(loss, theta * (1 + 1e-14), rows)
    return apart(values_near, values, 0.0, 1e-11) or apart(gradient_near, gradient, 0.0, 1e-11)


def apart(got: Any, want: Any, scale: float, bound: float = 1e-10) -> bool:
    """Whether two arrays differ by more than `bound` of the largest entry, and beyond rounding."""
    gap = np.abs(np.asarray(got) - want)
    gap = gap.max() if gap.size else 0.0
    return not (gap <= bound * max(1.0, np.abs(want).max(initial=0.0)) or gap <= 1e-13 * scale)


def differs(compiled: Any, theta: Any, rows: Any, listed: bool, values: Any, gradient: Any,
            scale: float) -> str | None:
    """Where a program's numbers are not the given ones, to 1e-10 and beyond rounding."""
    arguments = (theta,) if rows is None else (theta, rows)
    got = np.asarray(compiled(*arguments), dtype=float)
    if apart(got.reshape(values.shape), values, scale):
        return f"value {got.ravel()[:4]}, eager {values.ravel()[:4]}"
    if listed:
        return None
    value, slope = compiled.value_and_grad(*arguments)
    if apart(value, values.sum(), scale):
        return f"summed value {value}, eager {values.sum()}"
    if not isinstance(slope, np.ndarray) or slope.shape != gradient.shape:
        return f"gradient is {type(slope).__name__} of shape {np.shape(slope)}"
    if apart(slope, gradient, scale):
        worst = int(np.argmax(np.abs(slope - gradient)))
        return f"gradient[{worst}] {slope[worst]}, eager {gradient[worst]}"
    return None


# Shorter programs with the same fault --------------------------------------------------------

def shorter(text: Text) -> Any:
    """The texts that lack one line and what stands inside it, or loop for fewer turns."""
    lines = text.source.split("\n")
    for at in range(1, len(lines)):
        depth = len(lines[at]) - len(lines[at].lstrip())
        end = at + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
            end += 1
        if not lines[at].lstrip().startswith("return"):
            yield text._replace(source="\n".join(lines[:at] + lines[end:]))
    for match in re.finditer(r"range\((\d+)\)", text.source):
        n = int(match.group(1))
        for less in sorted({n // 2, n - 1} - {0, n}):
            yield text._replace(source=f"{text.source[:match.start(1)]}{less}"
                                       f"{text.source[match.end(1):]}")
    *rest, last = lines
    parts = re.split(r" (?=[+-] (?:2 \* |0\.5 \* )?(?:[a-zA-Z]\w*|sum\())", last.strip())
    for k in range(1, len(parts)):
        yield text._replace(source="\n".join(rest + ["    " + " ".join(parts[:k] + parts[k + 1:])]))
    if text.rows > 1:
        yield text._replace(rows=text.rows - 1 if text.rows < 4 else text.rows // 2)


def shrunk(text: Text, forms: tuple[str, ...] = ("own", "arrays")) -> Text:
    """A text as short as leaving out lines and turns makes it, with a fault still."""
    better = True
    while better:
        better = False
        for candidate in shorter(text):
            try:
                failing = fault(candidate, forms)
            except Exception:                                                   # noqa: BLE001
                continue                                # no program any more
            if failing:
                text, better = candidate, True
                break
    return text


def main(count: int = 1000, first: int = 0) -> None:
    """Try `count` programs and print those with a fault, as short as they become."""
    wrong = 0
    for seed in range(first, first + count):
        text = program(seed)
        if (problem := fault(text)):
            wrong += 1
            short = shrunk(text)
            print(f"# seed {seed}: {problem}\n# shortened: {fault(short)}; "
                  f"{short.parameters} parameters, {short.rows} rows\n{short.source}\n", flush=True)
    print(f"{wrong} of {count} programs are wrong")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
