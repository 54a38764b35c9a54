"""Functions at random, as people write them: branches, loops, indices, closures, helpers, nests; for `jit`.

`python -m tests.compiler.functions COUNT FIRST` compares so many with eager, from that seed on, at many points each.
"""
from __future__ import annotations

import linecache
import math
import random
import sys
import types
import warnings
from typing import Any

from autograd import grad, hessian, jit, jvp, value_and_grad

PRELUDE = "from autograd import *\nimport builtins, math\nimport numpy as np\nmax, min, sum, abs = builtins.max, builtins.min, builtins.sum, builtins.abs\n"


class Writer:
    """Writes one function f(w, x, k): a list of numbers, a dict with numbers and a list, an int."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.fresh = 0

    def pick(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def number(self) -> str:
        return self.pick("0.5", "2", "-1.5", "3", "0.1", "1", "s[0]", "t")

    def leaf(self, names: list[str]) -> str:
        return self.pick("w[0]", "w[1]", "w[2]", "x['a']", "x['b'][0]", "x['b'][1]", self.number(), *names, *names)

    def expression(self, names: list[str], depth: int = 2) -> str:
        if depth == 0:
            return self.leaf(names)
        e = lambda: self.expression(names, depth - 1)
        return self.pick(
            lambda: f"{e()} + {e()}", lambda: f"{e()} - ({e()})", lambda: f"({e()}) * ({e()})", lambda: f"-({e()})",
            lambda: f"({e()}) / (1 + ({e()}) ** 2)", lambda: f"sin({e()})", lambda: f"tanh({e()})", lambda: f"abs({e()})",
            lambda: f"max({e()}, {e()})", lambda: f"min({e()}, {e()}, {e()})", lambda: f"relu({e()})",
            lambda: f"({e()} if {self.condition(names)} else {e()})", lambda: f"helper({e()})",
            lambda: f"sum([{e()}, {e()}])", lambda: f"sum(v * {self.leaf(names)} for v in w)", lambda: "w[k]",
            lambda: "table[k]", lambda: "x['b'][k % 2]", lambda: f"where({self.condition1(names)}, {e()}, {e()})",
            lambda: f"({self.condition1(names)}) * ({e()})", lambda: f"[{e()}, {e()}, {e()}][k]",
            lambda: f"sorted([{e()}, {e()}, {e()}])[1]", lambda: f"log(1 + ({e()}) ** 2)", lambda: f"exp(-abs({e()}))",
            lambda: f"(lambda a: a * {self.leaf(names)} if a > 0 else a)({e()})", lambda: e(),
        )()

    def condition1(self, names: list[str]) -> str:
        return f"{self.leaf(names)} {self.pick('<', '>', '<=', '>=', '==', '!=')} {self.leaf(names)}"

    def condition(self, names: list[str]) -> str:
        c = lambda: self.condition1(names)
        return self.pick(c, c, c, lambda: f"{c()} and {c()}", lambda: f"{c()} or {c()}", lambda: f"not {c()}",
                         lambda: f"-1 < {self.leaf(names)} < 1", lambda: f"k == {self.pick(0, 1, 2)}", lambda: "flag",
                         lambda: f"{self.leaf(names)} in (0.5, 2)", lambda: f"bool({c()})", lambda: f"any([{c()}, {c()}])")()

    def name(self) -> str:
        self.fresh += 1
        return f"v{self.fresh}"

    def block(self, names: list[str], indent: str, depth: int) -> list[str]:          # noqa: C901
        """Statements; the names bound after them."""
        names = list(names)
        for _ in range(self.rng.randint(1, 3)):
            kind = self.pick("assign", "assign", "augmented", "if", "if", "for", "while", "append", "return", "both", self.pick("try", "if", "if", "for"))
            e = lambda: self.expression(names, self.rng.randint(0, 2))
            put = lambda text: self.lines.append(indent + text)
            if kind == "assign" or not names:
                new = self.name()
                put(f"{new} = {e()}")
                names.append(new)
            elif kind == "augmented":
                put(f"{self.pick(*names)} {self.pick('+=', '-=', '*=')} {e()}")
            elif kind == "if" and depth:
                put(f"if {self.condition(names)}:")
                self.inner(names, indent, depth)
                if self.pick(True, False):
                    put("else:")
                    self.inner(names, indent, depth)
            elif kind == "both":
                new = self.name()
                put(f"if {self.condition(names)}:\n{indent}    {new} = {e()}\n{indent}else:\n{indent}    {new} = {e()}")
                names.append(new)
            elif kind == "for" and depth:
                put(f"for j in range({self.pick('2', '3', 'k', 'len(w)')}):")
                self.inner(names, indent, depth)
                if self.pick(True, False):
                    put(f"    if {self.condition(names)}: {self.pick('break', 'continue')}")
            elif kind == "while" and depth:
                v = self.pick(*names)
                put(f"{v} = abs({v})\n{indent}n = 0\n{indent}while {v} > 0.6 and n < 5:\n{indent}    {v} = {v} * 0.5\n{indent}    n += 1")
            elif kind == "append":
                new = self.name()
                put(f"{new} = [{e()}]\n{indent}for v in w:\n{indent}    if v > {e()}: {new}.append(v * {self.leaf(names)})\n{indent}{new} = sum({new})")
                names.append(new)
            elif kind == "return" and depth < 2:
                put(f"if {self.condition(names)}: return {e()}")
            elif kind == "try":
                new = self.name()
                put(f"try: {new} = log({e()})\n{indent}except ValueError: {new} = {e()}")
                names.append(new)
        return names

    def inner(self, names: list[str], indent: str, depth: int) -> None:
        before = len(self.lines)
        self.block(names, indent + "    ", depth - 1)
        if len(self.lines) == before:
            self.lines.append(indent + "    pass")

    def source(self) -> str:
        helper = self.pick("return v if v > 0 else 0.1 * v", "if v < 1: return v * v\n    return 2 * v - 1",
                           "y = v\n    if v > 0.3: y = y * s[0]\n    return y", "return v * t",
                           "if v > 1: return 1.0\n    elif v < -1: return -1.0\n    return v")
        names = self.block([], "    ", 2)
        result = self.expression(names)
        self.lines.append(f"    return {self.scalar(result)}")
        return (PRELUDE + f"s = [{self.number_only()}]\nt = {self.number_only()}\ntable = [1.0, -2.0, 0.5]\n"
                f"def helper(v):\n    {helper}\ndef f(w, x, k, flag=False):\n" + "\n".join(self.lines) + "\n")

    def scalar(self, result: str) -> str:
        return f"{result} + 0.0 * w[0]"

    def number_only(self) -> str:
        return self.pick("0.5", "2.0", "-1.5", "1.0")


def module_of(seed: int, known: bool = True) -> Any:
    """A module with the function of a seed, whose source can be found or not."""
    source, name = Writer(seed).source(), f"<function {seed}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True) if known else [], name)
    module = types.ModuleType(f"function_{seed}")
    sys.modules[module.__name__] = module
    exec(compile(source, name, "exec"), vars(module))
    return module


def arguments(rng: random.Random) -> list[Any]:
    number = lambda: rng.choice([rng.gauss(0, 1), rng.gauss(0, 1), round(rng.gauss(0, 1)) * 1.0, 0.5, 0.0])
    return [[number() for _ in range(3)], {"a": number(), "b": [number(), number()]}, rng.randrange(3)]


def outcome(f: Any, args: Any) -> Any:
    try:
        return f(*args)
    except Exception as error:
        return type(error)


def alike(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, type) or isinstance(b, type):
        return a is b
    return a == b or a != a and b != b or math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-9)


def compare(seed: int, points: int = 12) -> str:
    """What is wrong with jit at a function of this seed, "" where nothing is; raises for what the writer did wrong."""
    rng = random.Random(seed)
    known = rng.random() < 0.8
    transform = rng.choice([lambda f: f, value_and_grad, value_and_grad, lambda f: grad(f, (0, 1)), lambda f: value_and_grad(f, 1),
                            lambda f: hessian(f), lambda f: hessian(f, 1), lambda f: lambda w, x, k: jvp(lambda w, x: f(w, x, k), (w, x), ([1.0, 0.5, -1.0], {"a": 0.5, "b": [1.0, 2.0]}))])
    one, two = module_of(seed, known), module_of(seed, known)
    eager, jitted = transform(one.f), jit(transform(two.f))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(points):
            if rng.random() < 0.1:
                one.s[0] = two.s[0] = rng.choice([0.5, 2.0, -1.0])
            if rng.random() < 0.1:
                one.t = two.t = rng.choice([0.5, 2.0, -1.0])
            args = arguments(rng)
            a, b = outcome(eager, args), outcome(jitted, args)
            if not alike(a, b):
                return f"seed {seed}, call {k}, {args}: eager {a}, jit {b} ({jitted.refused or 'compiled'})"
    return "" if not jitted.refused else f"refused: {jitted.refused}"


def compare_samples(seed: int, m: int = 7) -> str:
    """What is wrong with jit(..., samples=(1, 2)) at a function of this seed, "" where nothing is."""
    rng = random.Random(seed)
    transform = rng.choice([lambda f: f, value_and_grad, lambda f: grad(f, 1)])
    one, two = module_of(seed), module_of(seed)
    eager, jitted = transform(one.f), jit(transform(two.f), samples=(1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(4):
            w = arguments(rng)[0]
            rows = [arguments(rng)[1:] for _ in range(m)]
            each = [outcome(eager, [w, *row]) for row in rows]
            found = outcome(jitted, [w, *map(list, zip(*rows))])
            wrong = [e for e in each if isinstance(e, type)]
            expected = wrong[0] if wrong else each
            if wrong and found in wrong or not wrong and alike(expected, unstacked(found, m)):
                continue
            return f"seed {seed}: eager {expected}, jit {found} ({jitted.refused or 'compiled'})"
    return "" if not jitted.refused else f"refused: {jitted.refused}"


def unstacked(x: Any, m: int) -> Any:
    """Results of samples, one by one."""
    if isinstance(x, type):
        return x
    if isinstance(x, dict):
        parts = {name: unstacked(part, m) for name, part in x.items()}
        return [{name: part[k] for name, part in parts.items()} for k in range(m)]
    if isinstance(x, (list, tuple)):
        parts = [unstacked(part, m) for part in x]
        return [type(x)(part[k] for part in parts) for k in range(m)]
    return x.tolist()


def main(count: int = 1000, first: int = 0) -> None:
    wrong, refused = [], {}
    for seed in range(first, first + count):
        found = compare(seed) if seed % 4 else compare_samples(seed)
        if found.startswith("refused"):
            reason = found.partition(" (<function")[0]
            refused[reason] = refused.get(reason, 0) + 1
        elif found:
            wrong.append(found)
            print(found, flush=True)
    print(f"{count} functions: {len(wrong)} differ, {sum(refused.values())} are refused")
    for reason, n in sorted(refused.items(), key=lambda item: -item[1]):
        print(f"  {n:5} {reason}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
