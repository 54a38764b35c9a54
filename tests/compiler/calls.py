"""Calls at random of functions that are put together from what is hard to compile, for `jit`.

`python -m tests.compiler.calls COUNT FIRST` compares so many with eager, from that seed on: arguments change their kind
and their length, alias each other and hold NaN, and what a function reads changes between calls.
"""
from __future__ import annotations

import copy
import linecache
import random
import sys
import types
import warnings
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import grad, jit, value_and_grad
from autograd.compiler.jit.sampled import stacked
from tests.compiler.hostile import PRELUDE, numbers_alike, outcome

Point = namedtuple("Point", "x y")              # one class for both copies of a module
OUTSIDE = """
import dataclasses
S = [1.5, -0.5]
T = 2.0
D = {"b": 1.0, "a": 3.0}
LOG = []
class C: pass
c = C()
c.s, c.t = 0.5, [1.0, 2.0]
w = Value(0.75)
from tests.compiler.calls import Point
@dataclasses.dataclass
class Pair:
    x: float
    y: float = 2.0
def helper(v, s=[2.0], *, k=1): return v * s[0] if v > 0 else v * k
def countdown(v, n): return v if n == 0 or v < -4 else countdown(v - 1, n - 1)
def chunks(v):
    for e in v:
        if e > 2: return
        yield e * 2
inner = jit(lambda v: v * v if v > 1 else 1 - v)
slope = jit(grad(lambda v: v * v * T))
def f(x, v, k=1, opt=None):
    y = 0.0
"""

# statements that add something to y, of a number x, a list of numbers v, an int k, and opt, which may be anything
PIECES = [
    "y += -x if x < 0 else x", "y += helper(x)", "y += helper(x, k=k)", "y = y + (0.5 * x * x if abs(x) < 1 else abs(x) - 0.5)",
    "y += max(v, default=0.0)", "y += max(-1.0, min(x, 1.0))", "y += sorted(v + [x])[0] if v else 1", "y += sum(sorted(v, reverse=True)[:2])",
    "z = 1.0 + x * x\n    while z * z - (1 + x * x) > 1e-6: z = 0.5 * (z + (1 + x * x) / z)\n    y += z",
    "for e in v:\n        if y > 4: break\n        y += e * e", "best, at = -9.0, 0\n    for i, e in enumerate(v):\n        if e > best: best, at = e, i\n    y += best * at",
    "y += countdown(x, k)", "y += sum(chunks(v))", "y += next((e for e in v if e > 0.5), -1.0)", "y += S[k % 2] * x", "y += T * x",
    "y += sum(D.values()) * x", "y += [n for n in D].index('a') * x", "y += c.s * x + c.t[0]", "y += w.data * x", "y += inner(x)", "y += slope(x)",
    "try: y += log(x)\n    except ValueError: y -= 1", "try: y += 1 / x\n    except ZeroDivisionError: y += 7", "y += v[k] if -len(v) <= k < len(v) else 0",
    "y += x if opt is None else -x", "y += x * 2 if opt else x", "y += x if isinstance(opt, str) else 0", "y += opt * x if isinstance(opt, (int, float)) else 1",
    "y += Point(x, y).x + Pair(x).y", "acc = []\n    for e in v: acc.append(e if not acc else acc[-1] + e)\n    y += acc[-1] if acc else 0.0",
    "y += len(v) * x", "y += (x > 1) * x + (x == 2)", "y += bool(x) + (not x)", "y += x // 2 + x % 2", "y += int(x > 0) + k", "y += round(x)",
    "y += math.floor(x)", "y += {True: 1.0, False: x}[x > 1]", "y += {1: x, 2: -x}.get(k, 0.5)", "y += x ** k", "y += k ** 2 * 1.0 + k // 2",
    "y += sum(a * b for a, b in zip(v, v[::-1]))", "v = list(v)\n    v.append(x)\n    y += v[-1] * v[0]", "y += v.count(x) + (x in v)",
    "y += float(np.float64(1.5)) * x", "y += np.array(v).sum() if v else 0.0", "y += (lambda a, b=x: a * b)(T)", "y += functools.reduce(lambda a, b: a * b, v, 1.0)",
    "y += sum(itertools.accumulate(v))", "y += any(e > 1 for e in v) * x", "y += all([e < 2 for e in v]) * x", "y += x if x == x else 3.0",
    "a, *rest = v or [0.0]\n    y += a - len(rest)", "y += maximum(x, 0.5) + minimum(x, 1.0)", "y += where(x > 0, x, 0.1 * x)", "y += relu(x) + abs(x)",
    "y += stop_gradient(x) * x", "if k == 2: return x", "if x > 3: return y", "if v and v[0] > 2: return [y, x]", "y += 1 if v is opt else 0",
    "assert x < 8, 'too large'", "if x < -5: raise KeyError(k)", "match k:\n        case 0: y += x\n        case 1: y -= x\n        case _: y *= 2",
    "d = {}\n    for e in v: d[len(d)] = e\n    y += sum(d.values())", "y += len({1, 2, k}) * x", "LOG.append(1) if x > 5 else None\n    y += len(LOG)",
    "global T\n    y += T", "y = y if y < 10 else y / 2", "y -= min([x, 1, 0])", "y += max(x, 1)", "y *= -1 if x < 0 else 1", "y += abs(k) * 0.5",
]
RESULTS = ["y", "y", "y", "[y, x]", "{'y': y, 'k': k}", "(y, x > 0)", "y, len(v)", "np.array([y, x])", "y if x > 0 else 0", "[e * y for e in v]", "Point(y, x)"]
CHANGES = ["S[0] = 3.0", "S[1] = 2", "T = 5.0", "T = 2", "D['b'] = 4.0", "D['c'] = 1.0", "D = {'a': 3.0, 'b': 1.0}", "c.s = 1.0", "c.t[0] = 9.0", "c.t = [4.0]", "w.data = 2.0",
           "helper.__defaults__[0][0] = 4.0", "helper = lambda v, **k: -v", "S.append(1.0)", "helper.__kwdefaults__ = {'k': 3}", "pass"]


def source(seed: int) -> str:
    """A module with a function f and a function change()."""
    rng = random.Random(seed)
    body = "".join(f"    {piece}\n" for piece in rng.sample(PIECES, rng.randint(1, 4)))
    text = OUTSIDE + body + f"    return {rng.choice(RESULTS)}\n"
    if "global T" in text:
        text = text.replace("    global T\n", "").replace("    y = 0.0\n", "    global T\n    y = 0.0\n")
    names = "global T, D, helper"
    return text + f"def change(i):\n    {names}\n" + "".join(f"    if i == {i}:\n        with contextlib.suppress(TypeError): {rng.choice(CHANGES)}\n" for i in rng.sample(range(1, 20), 3))


def arguments(rng: random.Random) -> Callable[[], tuple[list[Any], dict[str, Any]]]:
    """What makes the arguments of one call after another: mostly alike, now and then odd."""
    odd = rng.choice([0.05, 0.2, 0.5])
    length = rng.randrange(4)

    def number() -> Any:
        if rng.random() < odd:
            return rng.choice([0.0, -0.0, 1, 2, True, np.float64(0.5), np.int64(3), float("nan"), float("inf"), -7.5, 9.0, 1e-300, 1e200])
        return rng.choice([rng.gauss(0, 2), rng.gauss(0, 2), 1.0, 2.0, 0.5])

    def call() -> tuple[list[Any], dict[str, Any]]:
        x, v = number(), [number() for _ in range(rng.randrange(4) if rng.random() < odd else length)]
        if rng.random() < odd / 3:
            v = rng.choice([tuple(v), np.array(v, float), [[e] for e in v]])
        k = rng.choice([0, 1, 2, 1, 1, -1, 1.0, True, 5]) if rng.random() < odd else rng.randrange(3)
        opt = rng.choice([None, "text", True, 2, 2.0, v, [1.0]]) if rng.random() < odd else None
        return rng.choice([([x, v, k], {"opt": opt}), ([x, v], {"opt": opt, "k": k}), ([x], {"k": k, "v": v}), ([x, v, k, opt], {})] if rng.random() < odd else [([x, v, k, opt], {})])
    return call


def module_of(seed: int) -> Any:
    """A module with the function of a seed."""
    text, name = PRELUDE + source(seed), f"<calls {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    module = types.ModuleType(f"calls_{seed}")
    sys.modules[module.__name__] = module
    exec(compile(text, name, "exec"), vars(module))
    return module


def compare(seed: int, count: int = 24) -> str:
    """What is wrong with jit at the calls of this seed, "" where nothing is."""
    rng = random.Random(seed)
    transform = rng.choice([lambda f: f, lambda f: f, value_and_grad, grad, lambda f: value_and_grad(f, 1)])
    one, two = module_of(seed), module_of(seed)
    eager, jitted, call = transform(one.f), jit(transform(two.f)), arguments(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(count):
            one.change(i)
            two.change(i)
            args, named = call()
            if hasattr(eager, "differentiated") and rng.random() < 0.9:         # takes no keywords, which is an error
                args, named = [*args, *({"v": [], "k": 1, "opt": None} | named).values()][:4], {}
            first, again = copy.deepcopy((args, named)), copy.deepcopy((args, named))
            a, b = outcome(lambda: eager(*first[0], **first[1])), outcome(lambda: jitted(*again[0], **again[1]))
            if not numbers_alike(a, b) or not numbers_alike([one.S, one.T, one.LOG], [two.S, two.T, two.LOG]):
                return f"seed {seed}, call {i}, {args} {named}: eager {a}, jit {b} ({jitted.refused or 'compiled'})"
    return f"refused: {jitted.refused}" if jitted.refused else ""


def compare_samples(seed: int, count: int = 8) -> str:
    """The same for jit(..., samples=(0, 1)): samples of several structures, some of which change something."""
    rng = random.Random(seed)
    over = rng.choice([None, None, 0, 1])
    of = (lambda f: f) if over is None else (lambda f: lambda x, v, k, opt: value_and_grad(lambda x, v: f(x, v, k, opt), over)(x, v))
    one, two = module_of(seed), module_of(seed)
    eager, jitted, call = of(one.f), jit(of(two.f), samples=(0, 1)), arguments(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(count):
            one.change(i)
            two.change(i)
            rows = [([*args, *({"v": [], "k": 1, "opt": None} | named).values()][:4])[:2] for args, named in (call() for _ in range(rng.randint(1, 6)))]
            rest = [rng.randrange(3), rng.choice([None, None, True, "text", 2.0])]
            each = [outcome(lambda row=row: eager(*copy.deepcopy(row), *rest)) for row in rows]
            found = outcome(lambda: jitted(*map(list, zip(*copy.deepcopy(rows))), *rest))
            raised = next((a for a in each if a[0] == "raised"), None)
            if raised:
                if found[0] != "raised":
                    return f"seed {seed}, call {i}, {rows}, {rest}: eager {raised}, jit {found} ({jitted.refused or 'compiled'})"
                return ""                                   # what was left behind before the error is another question
            try:
                expected = stacked([a[1] for a in each])
            except Exception:
                return ""                                   # results of several structures
            if found[0] == "raised" and found[1] in (ValueError, RuntimeError, TypeError):
                return ""
            if found[0] == "raised" or not same_numbers(expected, found[1]) or not same_numbers([one.S, one.T, one.LOG], [two.S, two.T, two.LOG]):
                return f"seed {seed}, call {i}, {rows}, {rest}: eager {expected}, jit {found} ({jitted.refused or 'compiled'})"
    return f"refused: {jitted.refused}" if jitted.refused else ""


def same_numbers(a: Any, b: Any) -> bool:
    """Whether two nests hold the same numbers up to rounding."""
    if isinstance(a, dict):
        return list(a) == list(b) and all(same_numbers(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same_numbers, a, b))
    return np.shape(a) == np.shape(b) and np.allclose(np.asarray(a, float), np.asarray(b, float), rtol=1e-9, atol=1e-12, equal_nan=True)


def main(count: int = 1000, first: int = 0) -> None:
    found = [compare(seed) if seed % 3 else compare_samples(seed) for seed in range(first, first + count)]
    wrong = [text for text in found if text and not text.startswith("refused")]
    refused = [text.partition(" (")[0] for text in found if text.startswith("refused")]
    print("\n".join(wrong))
    print(f"{count} functions: {len(wrong)} differ, {len(refused)} are refused")
    for reason in sorted(set(refused), key=refused.count, reverse=True):
        print(f"  {refused.count(reason):5} {reason}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
