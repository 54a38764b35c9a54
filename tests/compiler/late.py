"""Functions of which the 6th, 18th or 101st call is unlike those before: another branch, kind, length or state outside.

Cases as in hostile.py, whose harness runs them.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.compiler.hostile import CASES, _args

LATE = (5, 17, 100)
CALLS = 104
U: Callable[[int], Any] = lambda k: (1.0 + (k * 37 % 23) / 4,)      # the usual argument of call k
Z = {5: (0.0,), 17: (-1.0,), 100: (0.0,)}                           # out of many domains
NPF = np.float32
HOSTILE = set(CASES)


def late(name: str, source: str) -> None:
    """A case with one number, which is negative or 0 in late calls."""
    _args(f"late {name}", source, [((-1.75, 3.5, 0.0)[LATE.index(k)],) if k in LATE else U(k) for k in range(CALLS)])


def argsl(name: str, source: str, usual: Callable[[int], Any], odd: dict[int, Any]) -> None:
    """A case whose arguments are usual(k), but for the odd calls."""
    _args(f"late {name}", source, [odd[k] if k in odd else usual(k) for k in range(CALLS)])


late("max with key", "def f(x): return max([x, -x, 1.0], key=lambda v: v * v - v) + min([x, 3.0], key=abs)")
late("max default", "def f(x): return max([v for v in (x, x - 3) if v > 0], default=7.0)")
late("median", "import statistics\ndef f(x): return statistics.median([x, 1.0, 2.5])")
late("compress", "def f(x): return sum(itertools.compress([x, 2.0, 3.0], [x > 1, x < 3, True]))")
late("while else", "def f(x):\n k = 0\n while k < 6:\n  if x + k > 4: break\n  k += 1\n else: k = 50\n return x * k")
late("continue", "def f(x):\n t = 0.0\n for v in (x, -x, 2 * x):\n  if v < 1: continue\n  t += v\n return t\ntransform = value_and_grad")
late("np isnan", "def f(x): return 1.0 if np.isnan(x) else x")
late("pow builtin", "import builtins\ndef f(x): return builtins.pow(x, 2) + builtins.pow(2.0, x)")
late("json", "import json\ndef f(x): return json.loads(json.dumps([x]))[0] * 2")
late("collatz like", "def f(x):\n n = 0\n while x > 1 and n < 50:\n  x = x / 2 if x > 2 else x - 0.3\n  n += 1\n return x, n")
late("dataclass field", "import dataclasses\n@dataclasses.dataclass\nclass C:\n lr: float = 1.0\n w: list = dataclasses.field(default_factory=lambda: [1.0])\nc = C()\ndef f(x): return x * c.lr * c.w[0]\ndef change(k):\n if k == 17: c.lr = 5.0\n if k == 100: c.w[0] = 2.0")
late("enum", "import enum\nclass M(enum.Enum):\n A = 1\n B = 2\nmode = M.A\ndef f(x): return x if mode is M.A else -x\ndef change(k):\n global mode\n mode = M.B if k == 17 else M.A")
late("class replaced __class__", "class A: \n def go(self, x): return x\nclass B:\n def go(self, x): return -x\nc = A()\ndef f(x): return c.go(x)\ndef change(k):\n if k == 17: c.__class__ = B")
late("method replaced on class", "class A: \n def go(self, x): return x\nc = A()\ndef f(x): return c.go(x)\ndef change(k):\n if k == 17: A.go = lambda self, x: -x")
late("sys.modules swapped", "import types as t\nm = t.ModuleType('jit_other4')\nsys.modules['jit_other4'] = m\nm.lr = 1.0\ndef f(x):\n import jit_other4\n return x * jit_other4.lr\ndef change(k):\n if k == 17:\n  n = t.ModuleType('jit_other4'); n.lr = 7.0; sys.modules['jit_other4'] = n")
late("autograd patched", "autograd.my_scale = 1.0\ndef f(x): return autograd.my_scale * x\ndef change(k): autograd.my_scale = 1.0 + (k == 17)")
late("global unbound first", "def f(x): return x * late_name\ndef change(k):\n global late_name\n if k == 5: late_name = 2.0\n if k == 17: late_name = 3.0")
late("simple namespace", "import types as t\nc = t.SimpleNamespace(s=t.SimpleNamespace(v=[1.0]))\ndef f(x): return x * c.s.v[0]\ndef change(k): c.s.v[0] = 1.0 + (k == 17)")
late("lru_cache reads late", "s = [1.0]\n@functools.lru_cache(None)\ndef g(): return s[0]\ndef f(x): return x * g()\ndef change(k):\n if k == 17: s[0] = 2.0\n if k == 50: g.cache_clear()")
late("functools.cache method", "class C:\n s = 1.0\n @functools.cache\n def g(self, k): return self.s * k\nc = C()\ndef f(x): return x * c.g(2)\ndef change(k):\n if k == 17: C.s = 2.0\n if k == 50: C.g.cache_clear()")
late("partial args replaced", "p = functools.partial(lambda s, x: s * x, 2.0)\ndef f(x): return p(x)\ndef change(k):\n if k == 17: p.__setstate__((p.func, (5.0,), {}, {}))")
late("doc string", "def g(): 'a'\ndef f(x): return x * len(g.__doc__)\ndef change(k):\n if k == 17: g.__doc__ = 'abc'")
late("name of a function", "def g(): pass\ndef f(x): return x * len(g.__name__)\ndef change(k):\n if k == 17: g.__name__ = 'abc'")
late("logging", "import logging\nlog_ = logging.getLogger('jit_case')\ndef f(x):\n log_.warning('x') if 0 else None\n return x * log_.level\ndef change(k): log_.setLevel(10 * (1 + (k == 17)))")
late("thread with result list", "def f(x):\n out = [0.0]\n def go(): out[0] = x * 3 if x > 0 else x * x\n t = threading.Thread(target=go); t.start(); t.join()\n return out[0]\ntransform = value_and_grad")
late("executor map", "from concurrent.futures import ThreadPoolExecutor\ndef f(x):\n with ThreadPoolExecutor(2) as p: return sum(p.map(lambda v: v * v if v > 0 else v, [x, -x, 1.0]))")
late("mutual recursion", "def a(x): return x if x < 1 else b(x / 2)\ndef b(x): return x * 3 if x < 2 else a(x - 0.5)\ndef f(x): return a(x)")
late("memoized fib by number", "def f(x):\n memo = {}\n def fib(n):\n  if n < 2: return x * n\n  if n not in memo: memo[n] = fib(n - 1) + fib(n - 2)\n  return memo[n]\n return fib(10)\ntransform = value_and_grad")
late("suppress late", "def f(x):\n y = x\n with contextlib.suppress(ValueError): y = sqrt(x) * 3\n return y")
late("isinstance Value", "def f(x): return x * 2 if isinstance(x, Value) else x * 3")
late("type name", "def f(x): return x * len(type(x).__name__)")
late("kind by __class__", "def f(x): return x * 2 if x.__class__ is float else x * 3")
late("return int or float", "def f(x): return 1 if x > 2 else 1.0")
late("return bool or int", "def f(x): return True if x > 2 else 1")
late("int times float choice", "def f(x): return (3 if x > 2 else 5.0) * 1")
late("range of choice", "def f(x):\n n = 2 if x > 2 else 3\n t = 0.0\n for k in range(n): t += x\n return t")
late("choice of int type", "def f(x):\n n = 2 if x > 2 else 3.5\n return x if isinstance(n, int) else -x")
late("choice slice", "def f(x):\n n = 1 if x > 2 else 2\n return sum([x, x, x][:n])")
late("choice of shared lists", "def f(x):\n a, b = [x], [2.0]\n v = a if x > 2 else b\n v[0] = 9.0\n return a[0] + b[0]")
late("choice then is", "def f(x):\n a, b = [x], [2.0]\n v = a if x > 2 else b\n return 1.0 if v is a else 2.0")
late("choice of functions", "def f(x):\n g = sin if x > 2 else cos\n return g(x)\ntransform = value_and_grad")
late("dict by sign", "def f(x): return {1: x, -1: 2.0, 0: 9.0}[(x > 0) - (x < 0)]")
late("type()", "def f(x): return type('C', (), {'s': 2.0}).s * x")
late("globals via function", "s = 1.0\ndef f(x): return x * f2.__globals__['s']\nf2 = f\ndef change(k):\n global s\n s = 1.0 + (k == 17)")
late("batch norm running mean", "run = {'mean': 0.0}\ndef f(x):\n run['mean'] = 0.9 * run['mean'] + 0.1 * x\n return x - run['mean']\ndef state(): return run")
late("step counter learning rate", "t = [0]\ndef f(x):\n t[0] += 1\n return x / t[0]\ndef state(): return t")
late("unpack star", "def f(x):\n a, *b = [x, x * 2, 3.0]\n return a * sum(b)")
late("map star", "def f(x): return sum(map(lambda a, b: a * b if a > b else b, [x, 2.0], [1.0, x]))")
late("sum start", "def f(x): return sum([x, 2.0], x) + sum([[x], [2.0]], [])[1]")
argsl("int to float pow", "def f(x): return x ** 2 + 10 ** x", U, {5: (3,), 17: (0,), 100: (-2,)})
argsl("float32 first", "def f(x): return x * x / 3 + 0.1", lambda k: (NPF(1.1 + k),), {5: (1.1,), 17: (2,), 100: (np.float16(2),)})
argsl("float32 array", "def f(v): return (v * v / 3).sum()", lambda k: (np.array([1.1, 2.2 + k], dtype=np.float32),), {5: (np.array([1.1, 2.2]),), 17: (np.array([1, 2]),), 100: (np.array([1.1], dtype=np.float16),)})
argsl("nan late", "def f(x): return x if x > 1 else -x", U, {5: (math.nan,), 17: (math.inf,), 100: (-math.inf,)})
argsl("dict keys returned", "def f(d): return list(d)", lambda k: ({1: 1.0 * k},), {5: ({1.0: 3.0},), 17: ({True: 4.0},)})
argsl("none late", "def f(x, m): return x if m is None else x * m", lambda k: (1.0 * k, None), {5: (1.0, 3.0), 17: (1.0, 0), 100: (2.0, False)})
argsl("kwargs order", "def f(**k): return list(k.values())[0] * 2", lambda k: ((), {'a': 1.0 * k, 'b': 5.0}), {5: ((), {'b': 5.0, 'a': 1.0}), 17: ((), {'c': 3.0})})
argsl("varargs", "def f(*v): return sum(v) * len(v)", lambda k: (1.0 * k, 2.0), {5: (1.0,), 17: (1.0, 2.0, 3.0), 100: ()})
argsl("index arithmetic", "def f(v, i): return v[(i + 1) % 3] - v[i - 1]", lambda k: ([1.0 * k, 2.0, 3.0], k % 3), {5: ([1.0, 2.0, 3.0], 7), 17: ([1.0, 2.0, 3.0], -2)})
argsl("counts by token", "def f(ts):\n c = [0, 0, 0]\n for t in ts: c[t] += 1\n return c", lambda k: ([k % 3, k * 5 % 3, 1],), {5: ([0, 0, 0],), 17: ([-1, 0, 0],)})
argsl("int power", "def f(a): return a ** 3, 2 ** a", lambda k: (k % 9,), {5: (10 ** 6,) if 0 else (40,), 17: (0,), 100: (-1,)})
argsl("int bits", "def f(a): return a & 3, a | 4, a ^ 1, a >> 1, ~a, a.bit_length()", lambda k: (k,), {5: (-4,), 17: (2 ** 40,)})
argsl("array row index", "def f(v, i, j): return v[i] @ v[j]", lambda k: (np.arange(6.0).reshape(3, 2) + k, k % 3, 1), {5: (np.arange(6.0).reshape(3, 2), -1, 0), 17: (np.arange(6.0).reshape(3, 2), 3, 0)})
argsl("array ints divided", "def f(v): return v / 2, v // 2, v % 2", lambda k: (np.arange(3) + k,), {5: (np.arange(3.0) - 1,), 17: (np.arange(3) - 2,)})
argsl("uint8 wraps", "def f(v): return v * 100", lambda k: (np.arange(3, dtype=np.uint8) + np.uint8(k),), {5: (np.arange(3),)})
argsl("aliased inside one", "def f(a): return 1.0 if a[0] is a[1] else 2.0 + a[0][0]", lambda k: ([[1.0 * k], [1.0]],), {5: (lambda v: ([v, v],))([3.0])})
argsl("aliased numbers", "def f(a, b): return 1.0 if a is b else 2.0 * a", lambda k: (1.0 * k, 2.5 + k), {5: (lambda v: (v, v))(3.25)})
argsl("unicode strings same length", "def f(x, s): return x if s == 'é' else -x", lambda k: (1.0 * k, 'é'), {5: (1.0, 'è'), 17: (1.0, 'e')})
argsl("newton until converged", "def f(a):\n x = a\n for _ in range(100):\n  y = (x + a / x) / 2\n  if y == x: break\n  x = y\n return x", lambda k: (2.0 + k,), {5: (1.0,), 17: (1e10,), 100: (1e-10,)})
argsl("relu first negative", "def f(x): return 0 if x < 0 else x", U, {0: (-1.0,), 1: (2.5,), 2: (2.25,)})
argsl("max first negative", "def f(x): return max(0, x)", U, {0: (-1.0,), 1: (2.5,), 2: (2.25,)})
argsl("twice max", "def f(x): return 2 * max(0, x)", U, {0: (-1.0,), 1: (2.3,), 2: (2.25,)})
argsl("kind first", "def f(x): return x * 2 if isinstance(x, float) and x > 6 else x * 3", U, {0: (1.0,)})
argsl("kind type", "def f(x): return x * 2 if type(x) is float and x > 6 else x * 3", U, {0: (1.0,)})
argsl("kind hasattr", "def f(x): return x * 2 if not hasattr(x, 'data') and x > 6 else x * 3", U, {0: (1.0,)})
argsl("kind callable class", "def f(x): return x * 2 if x.__class__ is float and x > 6 else x * 3", U, {0: (1.0,)})
argsl("kind match", "def f(x):\n match x:\n  case float() if x > 6: return x * 2\n  case _: return x * 3", U, {0: (1.0,)})
argsl("kind map type", "def f(x): return x * 2 if list(map(type, [x]))[0] is float and x > 6 else x * 3", U, {0: (1.0,)})
argsl("kind dispatch", "d = {float: lambda v: v * 2 if v > 6 else v * 3}\ndef f(x): return d.get(type(x), lambda v: v * 3)(x)", U, {0: (1.0,)})
argsl("kind Value", "def f(x): return x * 3 if isinstance(x, Value) or x < 6 else x * 2", U, {0: (1.0,)})
argsl("kind of truth", "def f(x): return x * 3 if not isinstance(x > 6, bool) or x < 6 else x * 2", U, {0: (1.0,)})
argsl("kind of int", "def f(n, x): return x * 3 if not isinstance(n, int) or x < 6 else x * 2", lambda k: (1, U(k)[0]), {0: (1, 1.0)})
argsl("kind choice int", "def f(x):\n n = 3 if x > 2 else 5\n return x * 3 if not isinstance(n, int) or x < 6 else x * 2", U, {0: (1.0,)})
argsl("choice list scale", "def f(x, s):\n a, b = [x], [2.0]\n v = a if x > 2 else b\n v[0] = v[0] * s\n return a[0] + b[0]", lambda k: (U(k)[0], 2.0), {0: (3.0, 1.0), 1: (3.0, 2.0)})
argsl("choice list if scale", "def f(x, s):\n a, b = [x], [2.0]\n v = a\n if x > 2: v = b\n v[0] = v[0] * s\n return a[0] + b[0]", lambda k: (U(k)[0], 2.0), {0: (3.0, 1.0), 1: (3.0, 2.0)})
argsl("store in nested by index", "def f(i, x):\n h = [[0.0, 0.0], [0.0, 0.0]]\n h[i][1] = x\n return h[0][1] + 2 * h[1][1]", lambda k: (k % 2, 1.0 + k), {0: (0, 0.0)})
argsl("augment nested by index", "def f(i, x):\n h = [[0.0, 0.0], [0.0, 0.0]]\n h[i][1] += x\n return h[0][1] + 2 * h[1][1]", lambda k: (k % 2, 1.0 + k), {0: (0, 0.0)})
argsl("shadowed exp counts", "def f(x):\n log_ = []\n def exp(v):\n  log_.append(v)\n  return v\n y = exp(x) if x > 0 else x\n return y + len(log_)", U, {5: (-1.0,), 6: (-2.0,)})
argsl("shadowed abs counts", "def f(x):\n log_ = []\n abs = lambda v: log_.append(v) or v\n if x > 0: y = abs(x)\n else: y = x * 1.0\n return y + len(log_)", U, {5: (-1.0,), 6: (-2.0,)})
argsl("method named exp counts", "class C:\n def __init__(self): self.n = 0\n def exp(self, v):\n  self.n += 1\n  return v\ndef f(x):\n c = C()\n y = c.exp(x) if x > 0 else x\n return y + c.n", U, {5: (-1.0,), 6: (-2.0,)})
argsl("property counts", "class C:\n n = 0\n @property\n def p(self):\n  self.n += 1\n  return 1.0\ndef f(x):\n c = C()\n y = c.p if x > 0 else x\n return y + c.n", U, {5: (-1.0,), 6: (-2.0,)})
argsl("getitem counts", "class C:\n n = 0\n def __getitem__(self, i):\n  self.n += 1\n  return 1.0\ndef f(x):\n c = C()\n y = c[0] if x > 0 else x\n return y + c.n", U, {5: (-1.0,), 6: (-2.0,)})
argsl("mul counts", "class C:\n n = 0\n def __mul__(self, i):\n  self.n += 1\n  return 1.0\ndef f(x):\n c = C()\n y = c * 2 if x > 0 else x\n return y + c.n", U, {5: (-1.0,), 6: (-2.0,)})
argsl("compare counts", "class C:\n n = 0\n def __lt__(self, i):\n  self.n += 1\n  return True\ndef f(x):\n c = C()\n y = 1.0 if x > 0 and c < 3 else x\n return y + c.n", U, {5: (-1.0,), 6: (-2.0,)})
argsl("and side effects", "def f(x):\n log_ = []\n def max(a, b):\n  log_.append(1)\n  return a\n y = 1.0 if x > 0 and max(x, 1) > 3 else x\n return y + len(log_)", U, {5: (-1.0,), 6: (-2.0,)})
late("list with arrays reshaped", "s = [np.arange(6.0).reshape(2, 3)]\ndef f(x): return x * s[0][0].sum()\ndef change(k):\n if k == 17: s[0] = s[0].reshape(3, 2)")
late("list with arrays retyped", "s = [np.arange(6)]\ndef f(x): return x * s[0][1]\ndef change(k):\n if k == 17: s[0] = s[0].view(float)")
late("dict of arrays reshaped", "s = {'w': np.arange(6.0).reshape(2, 3)}\ndef f(x): return x * s['w'][0].sum()\ndef change(k):\n if k == 17: s['w'] = s['w'].reshape(3, 2)")
late("list with bytearray", "s = [bytearray(b'ab')]\ndef f(x): return x * s[0][0]\ndef change(k):\n if k == 17: s[0][0] = 7")
argsl("dict int keys loop", "def f(d): return sum(i * v for i, v in d.items())", lambda k: ({3: 1.0 * k, 4: 2.0},), {5: ({4: 1.0, 3: 9.0},), 17: ({7: 1.0, 8: 1.0},), 100: ({True: 2.0, 4: 1.0},)})
argsl("dict float keys loop", "def f(d): return sum(i * v for i, v in d.items())", lambda k: ({3.0: 1.0 * k, 4.5: 2.0},), {5: ({4.5: 1.0, 3.0: 9.0},), 17: ({7.0: 1.0, 8.0: 1.0},)})
argsl("int float division exact", "def f(a, b): return a / b", lambda k: (k % 4, 5), {5: (2 ** 53 - 1, 3), 17: (9007199254740991, 2)})
argsl("int or float clip", "def f(x): return min(max(x, 0), 5)", lambda k: (k - 9.5,), {0: (-4.0,), 1: (2.5,), 2: (9.5,)})
argsl("adjacency", "def f(e, x):\n t = 0.0\n for i, j in e: t += x[i] * x[j]\n return t\ntransform = lambda f: value_and_grad(f, 1)", lambda k: ([[0, 1], [1, 2]], [1.0 + k, 2.0, 3.0]), {5: ([[2, 1], [0, 0]], [1.0, 2.0, 3.0]), 17: ([[0, 1]], [1.0, 2.0, 3.0]), 100: ([[-1, 0], [1, 1]], [1.0, 2.0, 3.0])})
argsl("recursion on int", "def g(n, x): return x if n <= 0 else x * g(n - 1, x)\ndef f(n, x): return g(n, x)", lambda k: (k % 3, 1.0 + k), {5: (0, 1.0), 17: (-1, 2.0), 100: (2.5, 1.0)})
argsl("table of mixed", "def f(i, x):\n t = [x, 3, True]\n return t[i] * 2", lambda k: (k % 3, 1.0 + k), {})
argsl("table of dicts", "def f(i, x): return [{'a': x}, {'a': 2.0}][i]['a']", lambda k: (k % 2, 1.5 + k), {})
argsl("hinge plain", "def f(w, xs):\n t = 0\n for x in xs: t += max(0, 1 - w * x)\n return t", lambda k: (0.1 * k - 1, [1.0, -2.0, 0.5]), {0: (-9.0, [-1.0, -1.0, -1.0])})
argsl("sum of relu plain", "def f(v): return sum(max(0, a) for a in v)", lambda k: ([(k * 7 + i * 5) % 11 - 5.5 for i in range(12)],), {0: ([-1.0] * 12,)})
argsl("accuracy float", "def f(v): return sum(1.0 if a > 0 else 0 for a in v)", lambda k: ([(k * 7 + i * 5) % 11 - 5.5 for i in range(12)],), {0: ([-1.0] * 12,)})
argsl("clip int", "def f(x): return 1 if x > 1 else -1 if x < -1 else x", lambda k: ((k * 7) % 5 - 2.25,), {0: (3.0,)})
argsl("clip int scaled", "def f(x): return 3 * (1 if x > 1 else -1 if x < -1 else x)", lambda k: ((k * 7) % 5 - 2.25,), {0: (3.0,)})
argsl("sign times", "def f(x): return ((x > 0) - (x < 0)) * x", lambda k: ((k * 7) % 5 - 2.0,), {0: (0.0,)})
argsl("abs of int", "def f(n, x): return max(n, x), abs(n)", lambda k: (k % 5 - 2, (k * 7) % 5 - 2.25), {0: (-3, -3.5)})
late("metaclass attribute", "class M(type):\n s = 1.0\nclass A(metaclass=M): pass\ndef f(x): return x * A.s\ndef change(k): M.s = 1.0 + (k == 17)")
late("metaclass property", "g = [1.0]\nclass M(type):\n @property\n def s(cls): return g[0]\nclass A(metaclass=M): pass\ndef f(x): return x * A.s\ndef change(k): g[0] = 1.0 + (k == 17)")
late("math patched", "import types as t\ndef f(x): return math.tau * x\ndef change(k): math.tau = 6.0 if k == 17 else 6.283185307179586")
late("numpy constant patched", "def f(x): return np.my_scale * x\nnp.my_scale = 1.0\ndef change(k): np.my_scale = 1.0 + (k == 17)")
late("stdlib module patched attr", "functools.my_scale = 1.0\ndef f(x): return functools.my_scale * x\ndef change(k): functools.my_scale = 1.0 + (k == 17)")
late("builtins patched", "def f(x): return my_builtin * x\nbuiltins.my_builtin = 1.0\ndef change(k): builtins.my_builtin = 1.0 + (k == 17)")
late("function attribute", "def g(x): return x * g.s\ng.s = 1.0\ndef f(x): return g(x)\ndef change(k): g.s = 1.0 + (k == 17)")
late("own attribute", "def f(x): return x * me.s\nme = f\nf.s = 1.0\ndef change(k): me.s = 1.0 + (k == 17)")
late("nested list same value other identity", "a = [1.0]\nb = [[1.0]]\ndef f(x): return x if b[0] is a else -x\ndef change(k): b[0] = a if k == 17 else [1.0]")
late("aliasing outside", "a = [1.0]\nb = [a, [1.0]]\ndef f(x):\n return x * (b[0] is b[1])\ndef change(k): b[1] = a if k == 17 else [1.0]")
late("Value label", "w = Value(2.0, label='a')\ndef f(x): return x * len(w.label)\ndef change(k): w.label = 'abc' if k == 17 else 'a'")

for _name, _of in {"condition": "3.0 if 1 / x > 5 else 2.0", "tanh": "tanh(1 / x)", "twice": "1 / (1 / x)", "relu": "relu(log(x))",
                   "mul zero": "0 * log(x) + 1", "clip": "max(-1.0, min(1.0, 1 / x))", "unused": "[1 / x, x][1]"}.items():
    argsl(f"domain {_name}", f"def f(x): return {_of}", U, Z)
    argsl(f"domain grad {_name}", f"def f(x): return x * ({_of})\ntransform = value_and_grad", U, Z)

for _name, _source in {
    "bases of a class": "class A: a = 1.0\nclass B: a = 2.0\nclass C(A): pass\no = C()\ndef f(x): return x * o.a\ndef change(k):\n if k == 17: C.__bases__ = (B,)",
    "class of a class": "class M1(type): s = 1.0\nclass M2(type): s = 2.0\nclass C(metaclass=M1): pass\ndef f(x): return x * C.s\ndef change(k):\n if k == 17: C.__class__ = M2",
    "attribute of a float": "class F(float): pass\nq = F(2.0)\nq.a = 1.0\ndef f(x): return x * q * q.a\ndef change(k): q.a = 1.0 + (k == 17)",
    "method of a float": "class F(float):\n def half(self): return float(self) / 2\nq = F(2.0)\ndef f(x): return x * q.half()\ndef change(k):\n if k == 17: F.half = lambda self: 9.0",
    "attribute of a text": "class S(str): pass\ns = S('a')\ns.w = 1.0\ndef f(x): return x * s.w\ndef change(k): s.w = 1.0 + (k == 17)",
    "IntEnum": "import enum\nclass M(enum.IntEnum):\n A = 1\n B = 2\nmode = M.A\ndef f(x): return x * mode if mode == M.A else x - mode\ndef change(k):\n global mode\n mode = M.B if k == 17 else M.A",
    "module that raises KeyError": "import types as t\nm, d = t.ModuleType('m'), {'a': 1.0}\nm.__getattr__ = lambda n: d[n]\ndef f(x): return x * m.a\ndef change(k): d['a'] = 1.0 + (k == 17)",
    "object that raises KeyError": "d = {'a': 1.0}\nclass C:\n def __getattribute__(self, n): return d[n]\no = C()\ndef f(x): return x * o.a\ndef change(k): d['a'] = 1.0 + (k == 17)",
    "context of decimal": "import decimal\ndef f(x): return x * float(decimal.Decimal(1) / decimal.Decimal(3))\ndef change(k): decimal.getcontext().prec = 3 if k == 17 else 28",
    "settings of NumPy": "def f(x): return x * 2 if np.geterr()['under'] == 'ignore' else x\ndef change(k): np.seterr(under='warn' if k == 17 else 'ignore')",
    "np vectorize": "a = 2.0\ng = np.vectorize(lambda v: v * a)\ndef f(x): return float(g(3.0)) * x\ndef change(k):\n global a\n a = 2.0 + (k == 17)",
    "np frompyfunc": "a = 2.0\ng = np.frompyfunc(lambda v: v * a, 1, 1)\ndef f(x): return g(x)\ndef change(k):\n global a\n a = 2.0 + (k == 17)",
    "np poly1d": "q = np.poly1d([1.0, 2.0])\ndef f(x): return q(x)\ndef change(k): q.coeffs[0] = 1.0 + (k == 17)",
    "super object": "class A: a = 1.0\nclass B(A): a = 2.0\ns = super(B, B())\ndef f(x): return x * s.a\ndef change(k): A.a = 1.0 + (k == 17)",
    "abc registered": "import abc\nclass A(abc.ABC): pass\nclass C: pass\no = C()\ndef f(x): return x * 2 if isinstance(o, A) else x * 3\ndef change(k):\n if k == 17: A.register(C)",
    "abc of the library registered": "class C: pass\no = C()\ndef f(x): return x * 2 if isinstance(o, collections.abc.Sized) else x * 3\ndef change(k):\n if k == 17: collections.abc.Sized.register(C)",
    "__dict__ replaced": "class C: pass\no = C()\no.a = 1.0\ndef f(x): return x * o.a\ndef change(k):\n if k == 17: o.__dict__ = {'a': 5.0}",
    "equal texts that are two": "s = t = 'ab'\ndef f(x): return x if s is t else -x\ndef change(k):\n global s\n s = ''.join(['a', 'b']) if k == 17 else t",
    "equal ints that are two": "a = b = 10 ** 10\ndef f(x): return x if a is b else -x\ndef change(k):\n global a\n a = int('1' + '0' * 10) if k == 17 else b",
    "NaNs that are two": "nan = float('nan')\nw = [nan]\ndef f(x): return x if nan in w else -x\ndef change(k): w[0] = float('nan') if k == 17 else nan",
    "overflow of a slope": "def f(x):\n try: return exp(x * 300)\n except OverflowError: return -1.0\ntransform = value_and_grad",
}.items():
    late(_name, _source)

for _name, _of in {"indexed": "x * [1.0, 2.0, 3.0][n]", "counted": "x * len(range(n))", "printed": "x * bin(n).count('1')"}.items():
    argsl(f"differentiated {_name}", f"def f(n, x): return {_of}\ntransform = value_and_grad", lambda k: (k % 3, 1.5), {})

LATE_CASES = [name for name in CASES if name not in HOSTILE]
