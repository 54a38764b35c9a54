"""Functions that are hard to compile, each with what happens between its calls.

A case is the source of a module with a function f; `change(k)`, called before call k, changes what f reads. All calls
of the jitted f in one copy of the module must give what f gives in another, and leave the same `state()` behind.
"""
from __future__ import annotations

import linecache
import math
import sys
import types
import warnings
from typing import Any

import numpy as np

from autograd import jit

X = [(float(x),) for x in (2, 3, -1, 0.5, 0, -4, 7, 1.5, 2, 3, -2.5, 6, 0.25, -0.75, 11, 5, 4, 1)]

PRELUDE = """
import math, random, time, threading, copy, functools, itertools, operator, collections, contextlib, sys, os
import numpy as np
import autograd
from autograd import *
import builtins
max, min, sum, abs, pow = builtins.max, builtins.min, builtins.sum, builtins.abs, builtins.pow
def change(k): pass
def state(): return None
args = None
transform = lambda f: f
"""

CASES: dict[str, str] = {}


def case(name: str, source: str) -> None:
    assert name not in CASES
    CASES[name] = source


# Branches
case("abs by if", "def f(x):\n if x < 0: return -x\n return x")
case("leaky", "def f(x):\n return x if x > 0 else 0.01 * x")
case("huber", "def f(x):\n d = x - 1\n if abs(d) < 1: return 0.5 * d * d\n return abs(d) - 0.5\ntransform = value_and_grad")
case("two ifs", "def f(x):\n y = 0\n if x > 1: y += x * x\n if x < 3: y -= x\n return y\ntransform = value_and_grad")
case("max min sorted", "def f(x):\n return sorted([x, 1.0, x * x])[1] + max(x, 0.5) - min([x, 2.0, -x])")
case("clip", "def f(x): return max(-1.0, min(1.0, x)) * x\ntransform = value_and_grad")
case("newton", "def f(x):\n a = 1 + x * x\n y = a\n while abs(y * y - a) > 1e-9: y = 0.5 * (y + a / y)\n return y\ntransform = value_and_grad")
case("bisection", "def f(x):\n lo, hi = 0.0, 20.0\n while hi - lo > 1e-3:\n  m = (lo + hi) / 2\n  if m * m * m < x * x + 1: lo = m\n  else: hi = m\n return lo")
case("early exit", "def f(x):\n t = 0.0\n for k in range(20):\n  t = t + x * x / (k + 1)\n  if t > 10: return t\n return t + k")
case("early stopping", "def f(x):\n best, w = 1e9, 0.0\n for k in range(30):\n  w = w - 0.1 * (w - x)\n  loss = (w - x) ** 2\n  if best - loss < 1e-3: break\n  best = loss\n return w, best, k")
case("truth as data", "def f(x): return (x > 0) * x + (x < 1) - (x == 2) + 2 * (x != 3) + (x >= 0.5) * (x <= 3)")
case("truth returned", "def f(x): return x > 1, [x <= 1, x == 2.0], {'a': not x > 0}")
case("accuracy", "def f(x):\n s = [x - 1, x * x - 2, 3 - x]\n y = [1, -1, 1]\n return sum([(a > 0) == (b > 0) for a, b in zip(s, y)]) / 3")
case("and or not", "def f(x):\n return 1.0 * x if x > 0 and x < 3 else 2 * x if x > 5 or x < -2 else 3.0 if not x > 0.2 else x ** 3")
case("chained", "def f(x): return x * x if -1 < x < 3 else x")
case("bit operators of truths", "def f(x): return ((x > 0) & (x < 3)) * x + ((x < 0) | (x > 5)) - ((x > 1) ^ (x > 2))")
case("truth as index", "def f(x): return [x, -x][x < 0] + (1.0, x)[int(x > 2)]")
case("if of a number", "def f(x): return 1 / x if x else 7.0")
case("equal to zero under grad", "def f(x): return 5.0 * x if x == 0 else x * x\ntransform = grad")
case("if of a Value under grad", "def f(x): return x * 3 if x else x * 5\ntransform = grad")
case("where of a truth", "def f(x): return where(x > 1, x * x, -x)\ntransform = value_and_grad")
case("any all", "def f(x): return x if any([x > 3, x < -3]) else x * x if all([x > 0, x < 2]) else 0.0")
case("count", "def f(x): return [x > 0, x > 1, x > 2].count(True) * x")
case("in a list", "def f(x): return x * 2 if x in [2.0, 3.0] else x")
case("index in list", "def f(x): return [2.0, 3.0, x].index(x) + x")
case("argmax", "def f(x):\n v = [x, 1.0, -x]\n return v.index(max(v)) * x")
case("np argmax", "def f(x): return np.argmax(np.array([x, 1.0, -x])) * x")
case("np where", "def f(x): return np.where(np.array([x, 1.0, -x]) > 0, np.array([x, x, x]) * 2, 0.0).sum()")
case("np max sort", "def f(x): return np.array([x, 1.0, -x]).max() + np.sort(np.array([x, 1.0, -x]))[1]")
case("match", "def f(x):\n match x:\n  case 2.0: return x * 100\n  case 3.0: return x + 1\n  case _: return x")
case("filter", "def f(x): return sum(filter(lambda v: v > 0, [x, -x, x - 1]))")
case("comprehension", "def f(x): return sum(v * v for v in [x, -x, x - 1, 2.0] if v > 0.5)")
case("dict of functions", "def f(x): return {True: lambda v: v * v, False: lambda v: -v}[bool(x > 1)](x)")
case("nan", "def f(x): return x if x > float('nan') else -x")
case("is True", "def f(x): return x if (x > 0) is True else -x")

# What it reads
case("closure over a list", "s = [2.0]\ndef change(k): s[0] = 2.0 + k // 3\ndef f(x): return x * s[0]")
case("global number", "s = 2.0\ndef change(k):\n global s\n s = 2.0 + k // 3\ndef f(x): return x * s")
case("nonlocal", "def make():\n s = 1.0\n def f(x): return x * s\n def change(k):\n  nonlocal s\n  s = 1.0 + k // 4\n return f, change\nf, change = make()")
case("default list", "def f(x, s=[3.0]): return x * s[0]\ndef change(k): f.__wrapped__ if 0 else d.__setitem__(0, 3.0 + k // 3)\nd = f.__defaults__[0]")
case("defaults replaced", "def g(x, s=3.0): return x * s\ndef f(x): return g(x)\ndef change(k): g.__defaults__ = (3.0 + k // 3,)")
case("keyword default", "def g(x, *, s=3.0): return x * s\ndef f(x): return g(x)\ndef change(k): g.__kwdefaults__['s'] = 3.0 + k // 3")
case("code replaced", "def g(x): return x * 2\ndef h(x): return x * 5\ndef f(x): return g(x)\ndef change(k): g.__code__ = h.__code__ if k > 3 else g.__code__")
case("function replaced", "def g(x): return x * 2\ndef f(x): return g(x)\ndef change(k):\n global g\n g = (lambda x: x * 2) if k < 5 else (lambda x: -x)")
case("attribute", "class C: pass\nc = C()\nc.s = 2.0\ndef f(x): return x * c.s\ndef change(k): c.s = 2.0 + k // 3")
case("attribute of attribute", "class C: pass\nc = C()\nc.d = C()\nc.d.s = [1.0]\ndef f(x): return x * c.d.s[0]\ndef change(k): c.d.s[0] = 2.0 + k // 3")
case("getattr", "class C: pass\nc = C()\nc.s = 2.0\nname = 's'\ndef f(x): return x * getattr(c, name)\ndef change(k): c.s = 2.0 + k // 3")
case("slots", "class C: __slots__ = ('s',)\nc = C()\nc.s = 2.0\ndef f(x): return x * c.s\ndef change(k): c.s = 2.0 + k // 3")
case("private slots of a base", "class B:\n __slots__ = ('__s',)\n def set(self, s): self.__s = s\n def get(self): return self.__s\nclass C(B): __slots__ = ()\nc = C()\nc.set(1.0)\ndef f(x): return x * c.get()\ndef change(k): c.set(1.0 + k // 3)")
case("class attribute", "class C: s = 2.0\nc = C()\ndef f(x): return x * c.s\ndef change(k): C.s = 2.0 + k // 3")
case("class list of a base", "class B: s = [2.0]\nclass C(B): pass\ndef f(x): return x * C.s[0]\ndef change(k): B.s[0] = 2.0 + k // 3")
case("property over a global", "s = 1.0\nclass C:\n @property\n def p(self): return s\nc = C()\ndef f(x): return x * c.p\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("static and class methods", "s = 1.0\nclass C:\n t = 2.0\n @staticmethod\n def a(x): return x * s\n @classmethod\n def b(cls, x): return x * cls.t\ndef f(x): return C.a(x) + C().b(x)\ndef change(k):\n global s\n s = 1.0 + k // 3\n C.t = 2.0 + k // 5")
case("__getattr__", "s = {'p': 1.0}\nclass C:\n def __getattr__(self, name): return s[name]\nc = C()\ndef f(x): return x * c.p\ndef change(k): s['p'] = 1.0 + k // 3")
case("__call__", "class C:\n def __init__(self): self.s = 1.0\n def __call__(self, x): return x * self.s\nf = C()\ng = f\ndef change(k): g.s = 1.0 + k // 3")
case("bound method", "class C:\n def __init__(self): self.s = 1.0\n def go(self, x): return x * self.s\nc = C()\nf = c.go\ndef change(k): c.s = 1.0 + k // 3")
case("partial", "s = [1.0]\nf = functools.partial(lambda s, x: s[0] * x, s)\ndef change(k): s[0] = 1.0 + k // 3")
case("globals()", "s = 1.0\ndef f(x): return x * globals()['s']\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("eval", "s = 1.0\ndef f(x): return x * eval('s')\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("eval by another name", "s = 1.0\nbuilt = builtins\ndef f(x): return x * built.eval('s')\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("import inside", "import types as t\nmodule = t.ModuleType('jit_settings')\nsys.modules['jit_settings'] = module\nmodule.s = 1.0\ndef f(x):\n import jit_settings\n return x * jit_settings.s\ndef change(k): module.s = 1.0 + k // 3")
case("from import inside", "import types as t\nmodule = t.ModuleType('jit_settings')\nsys.modules['jit_settings'] = module\nmodule.s = 1.0\ndef f(x):\n from jit_settings import s\n return x * s\ndef change(k): module.s = 1.0 + k // 3")
case("a module in a module", "import types as t\na, b = t.ModuleType('a'), t.ModuleType('b')\na.b = b\nb.s = 1.0\ndef f(x): return x * a.b.s\ndef change(k): b.s = 1.0 + k // 3")
case("getattr of a module", "import types as t\na = t.ModuleType('a')\na.s = 1.0\nwhich = 's'\ndef f(x): return x * getattr(a, which)\ndef change(k): a.s = 1.0 + k // 3")
case("attrgetter", "import types as t\na = t.ModuleType('a')\na.s = 1.0\nget = operator.attrgetter('s')\ndef f(x): return x * get(a)\ndef change(k): a.s = 1.0 + k // 3")
case("sys.modules", "s = 1.0\nme = __name__\ndef f(x): return x * sys.modules[me].s\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("environment", "def f(x): return x * float(os.environ['JIT_CASE'])\ndef change(k): os.environ['JIT_CASE'] = str(1.0 + k // 3)")
case("getenv", "def f(x): return x * float(os.getenv('JIT_CASE'))\ndef change(k): os.environ['JIT_CASE'] = str(1.0 + k // 3)")
case("array", "s = np.array([1.0, 2.0])\ndef f(x): return x * s[1]\ndef change(k): s[1] = 2.0 + k // 3")
case("array of objects", "s = np.array([Value(1.0), 2.0], dtype=object)\ndef f(x): return x * s[1]\ndef change(k): s[1] = 2.0 + k // 3")
case("deque", "s = collections.deque([1.0], maxlen=1)\ndef f(x): return x * s[0]\ndef change(k): s.append(2.0 + k // 3)")
case("deque of lists", "s = collections.deque([[1.0]])\ndef f(x): return x * s[0][0]\ndef change(k): s[0][0] = 2.0 + k // 3")
case("array module", "from array import array\ns = array('d', [1.0])\ndef f(x): return x * s[0]\ndef change(k): s[0] = 2.0 + k // 3")
case("bytearray", "s = bytearray([1])\ndef f(x): return x * s[0]\ndef change(k): s[0] = 1 + k // 3")
case("defaultdict", "s = collections.defaultdict(float)\ndef f(x): return x * s['a']\ndef change(k): s['a'] = 2.0 + k // 3")
case("counter", "s = collections.Counter('aab')\ndef f(x): return x * s['a']\ndef change(k): s['a'] = 2 + k // 3")
case("set", "s = {1.0}\ndef f(x): return x * sum(s)\ndef change(k): s.add(k // 3)")
case("list of its own class", "class L(list): pass\ns = L([1.0])\ns.t = 2.0\ndef f(x): return x * s[0] * s.t\ndef change(k):\n s[0] = 1.0 + k // 3\n s.t = 2.0 + k // 5")
case("int becomes float", "s = [2]\ndef f(x): return x * s[0] if isinstance(s[0], int) else -x\ndef change(k): s[0] = 2 if k < 4 else 2.0")
case("zero gets a sign", "s = [0.0]\ndef f(x): return x * math.copysign(1.0, s[0])\ndef change(k): s[0] = 0.0 if k < 4 else -0.0")
case("mappingproxy", "import types as t\nd = {'s': 1.0}\nm = t.MappingProxyType(d)\ndef f(x): return x * m['s']\ndef change(k): d['s'] = 1.0 + k // 3")
case("dict view", "d = {'s': 1.0}\nv = d.values()\ndef f(x): return x * sum(v)\ndef change(k): d['s'] = 1.0 + k // 3")
case("memoryview", "b = bytearray([1])\nm = memoryview(b)\ndef f(x): return x * m[0]\ndef change(k): b[0] = 1 + k // 3")
case("view of an array", "base = np.array([1.0, 2.0])\ns = base[1:]\ndef f(x): return x * s[0]\ndef change(k): base[1] = 1.0 + k // 3")
case("closure in a decorator", "s = [1.0]\ndef d(g):\n @functools.wraps(g)\n def h(*a): return g(*a) * s[0]\n return h\n@d\ndef g(x): return x\ndef f(x): return g(x)\ndef change(k): s[0] = 1.0 + k // 3")
case("closure in a decorator of this project's function", "s = [1.0]\nt = 2.0\ndef d(g):\n @functools.wraps(g)\n def h(*a): return g(*a) * s[0] * t\n return h\ng = d(autograd.sin)\ng.__module__ = 'autograd.ops'\ndef f(x): return g(x)\ndef change(k):\n global t\n s[0] = 1.0 + k // 3\n t = 2.0 + k // 4")
for _name in ("nn", "test"):
    case(f"a module of one's own called {_name}", f"import types as t\nm = t.ModuleType('{_name}')\nm.__file__ = '/home/me/{_name}.py'\nexec('s = 1.0\\ndef scaled(x): return x * s\\n', vars(m))\nscaled = m.scaled\ndef f(x): return scaled(x)\ndef change(k): m.s = 1.0 + k // 3")
case("data read in a package of one's own called nn", "import types as t\nm = t.ModuleType('nn.engine')\nm.__file__ = '/home/me/nn/engine.py'\nexec('def scaled(x, w): return x * x if w.data > 2 else x * w.data\\n', vars(m))\nscaled = m.scaled\nw = Value(1.0)\ndef f(x): return scaled(x, w)\ntransform = value_and_grad\ndef change(k): w.data = 1.0 + k // 3")
case("a dataclass", "import dataclasses\n@dataclasses.dataclass\nclass P:\n a: float\n b: float = 2.0\ns = [1.0]\ndef f(x): return P(x).a * P(x, s[0]).b\ndef change(k): s[0] = 1.0 + k // 3")
case("lru_cache", "s = [1.0]\n@functools.lru_cache\ndef g(k): return k * s[0]\ndef f(x): return x * g(2)\ndef change(k): s[0] = 1.0 + k // 3")
case("contextvar", "import contextvars\nv = contextvars.ContextVar('v', default=1.0)\ndef f(x): return x * v.get()\ndef change(k): v.set(1.0 + k // 3)")
case("thread local", "l = threading.local()\nl.s = 1.0\ndef f(x): return x * l.s\ndef change(k): l.s = 1.0 + k // 3")
case("weakref", "import weakref\nclass C: pass\nc = C()\nc.s = 1.0\nr = weakref.ref(c)\ndef f(x): return x * r().s\ndef change(k): c.s = 1.0 + k // 3")
case("weak dict", "import weakref\nclass C: pass\nc = C()\nc.s = 1.0\nr = weakref.WeakValueDictionary(c=c)\ndef f(x): return x * r['c'].s\ndef change(k): c.s = 1.0 + k // 3")
case("globals of a function", "s = 1.0\ndef g(): pass\ndef f(x): return x * g.__globals__['s']\ndef change(k):\n global s\n s = 1.0 + k // 3")
case("closure cell of a function", "def make():\n s = 1.0\n def g(): return s\n def change(k):\n  nonlocal s\n  s = 1.0 + k // 3\n return g, change\ng, change = make()\ndef f(x): return x * g.__closure__[0].cell_contents")
case("frame", "def f(x):\n s = 2.0\n return g(x)\ndef g(x): return x * sys._getframe(1).f_locals['s']")
case("an iterator", "it = itertools.count()\ndef f(x): return x * next(it)")
case("a generator outside", "g = (i for i in range(1000))\ndef f(x): return x * next(g)")
case("a generator method", "def make():\n k = 0\n while True:\n  k += 1\n  yield k\ng = make()\ndef f(x): return x + g.__next__()")
case("a bound append", "log = []\nadd = log.append\ndef f(x):\n add(1)\n return x * len(log)\ndef state(): return len(log)")
case("grows a list", "log = []\ndef f(x):\n log.append(1.0)\n return x\ndef state(): return log")
case("grows on one branch", "log = []\ndef f(x):\n if x < 0: log.append(x)\n return x\ndef state(): return log")
case("counts calls", "n = [0]\ndef f(x):\n n[0] += 1\n return x * n[0]\ndef state(): return n")
case("a cache", "d = {}\ndef f(x):\n if 'a' not in d: d['a'] = 3.0\n return x * d['a']\ndef state(): return d")
case("memo of numbers", "d = {}\ndef f(x):\n if x not in d: d[x] = x * x\n return d[x]\ndef state(): return sorted(d.items())")
case("nonlocal counter", "def make():\n n = 0\n def f(x):\n  nonlocal n\n  n += 1\n  return x * n\n return f\nf = make()")
case("global counter", "n = 0\ndef f(x):\n global n\n n += 1\n return x\ndef state(): return n")
case("attribute counter", "class C:\n n = 0\n def __call__(self, x):\n  self.n += 1\n  return x\nc = C()\ndef f(x): return c(x)\ndef state(): return c.n")
case("last result kept", "last = {'y': 0.0}\ndef f(x):\n y = x * x\n last['y'] = y\n return y\ndef state(): return last['y']")
case("prints", "import io\nout = io.StringIO()\ndef f(x):\n print('hi', file=out)\n return x\ndef state(): return out.getvalue()")
case("writes to a StringIO", "import io\nout = io.StringIO()\ndef f(x):\n out.write('a')\n return x\ndef state(): return out.getvalue()")
case("writes to stdout kept", "import io\nwrite = io.StringIO().write\ndef f(x): return x + write('a')")
case("random", "def f(x): return x + random.random()\ndef change(k): random.seed(k)")
case("a Random", "r = random.Random(0)\ndef f(x): return x + r.random()")
case("numpy generator", "r = np.random.default_rng(0)\ndef f(x): return x + r.random()")
case("numpy random", "def f(x): return x + np.random.rand()\ndef change(k): np.random.seed(k)")
case("from random import", "from random import random as r\ndef f(x): return x + r()\ndef change(k): random.seed(k)")
case("dropout", "def f(x): return sum(v * 2 for v in [x, x * x, -x, 1.0] if random.random() < 0.5)\ndef change(k): random.seed(k)\ntransform = grad")
case("clock", "t = [0.0]\nclock = time\ndef f(x): return x + 0 * clock.perf_counter()")
case("shuffled", "def f(x):\n v = [x, 2 * x, 3 * x]\n random.shuffle(v)\n return v[0]\ndef change(k): random.seed(k)")
case("id", "s = [1.0]\ndef f(x): return x * (id(s) % 7) * 0")
case("file", "import tempfile\npath = tempfile.mktemp()\ndef change(k): open(path, 'w').write(str(k))\ndef f(x): return x * float(open(path).read())")
case("threads", "def f(x):\n out = []\n def go(): out.append(x * x if x > 0 else -x)\n t = threading.Thread(target=go)\n t.start()\n t.join()\n return out[0]")
case("pool", "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)\ndef f(x): return pool.submit(lambda v: v * v if v > 0 else -v, x).result()")

# Values from outside
case("a Value outside", "w = Value(3.0)\ndef f(x): return x * w.data\ndef change(k): w.data = 3.0 + k // 3")
case("gradient beside a Value outside", "w = Value(3.0)\ndef f(x): return x * x * w\ntransform = value_and_grad\ndef change(k): w.data = 3.0 + k // 3")
case("a computed Value outside", "v = Value(3.0)\nw = v * 2\ndef f(x): return x * x * w\ntransform = value_and_grad\ndef change(k): v.data = 3.0 + k // 3")
case("a Value replaced", "w = [Value(3.0)]\ndef f(x): return x * x * w[0]\ntransform = value_and_grad\ndef change(k): w[0] = Value(3.0 + k // 3)")
case("inner gradient by a Value outside", "w = Value(3.0)\ndef f(x): return x * grad(lambda v: v * v * w)(2.0)\ntransform = value_and_grad\ndef change(k): w.data = 3.0 + k // 3")
case("inner jit", "w = Value(3.0)\ng = jit(grad(lambda v: v * v * w))\ndef f(x): return x * g(2.0) + g(x)\ndef change(k): w.data = 3.0 + k // 3")
case("compares a Value outside", "w = Value(3.0)\ndef f(x): return x * x if w > 4 else -x\ndef change(k): w.data = 3.0 + k // 3")
case("sets data", "w = Value(3.0)\ndef f(x):\n w.data = 5.0\n return x * x\ntransform = value_and_grad\ndef state(): return w.data")
case("sets data by x", "w = Value(3.0)\ndef f(x):\n w.data = w.data + 1\n return x * w.data\ndef state(): return w.data")
case("backward inside", "def f(x):\n v = Value(2.0)\n (v * v).backward()\n return x * v.grad")
case("no_grad inside", "def f(x):\n with no_grad(): m = max(x, 1.0) if x > 0 else x * x\n return x - m")
case("a Value made inside", "def f(x): return x * Value(2.0).data")
case("stop_gradient", "def f(x): return x * stop_gradient(x)\ntransform = value_and_grad")
case("data in a gradient", "def f(x): return x * x.data\ntransform = value_and_grad")
case("data compared", "def f(x): return x * x if x.data > 1 else x\ntransform = value_and_grad")
case("data in math", "def f(x): return x * math.exp(x.data)\ntransform = value_and_grad")
case("gradients inside", "def f(x):\n y = x * x\n return gradients(y, x, create_graph=True) * x\ntransform = value_and_grad")
case("kind of an argument", "def f(x): return x * x if isinstance(x, float) else x * 2.0")
case("type of an argument", "def f(x): return x * x if type(x) is float else x * 2.0")
case("hasattr", "def f(x): return x * x if hasattr(x, 'is_integer') else x * 2.0")
case("try attribute", "def f(x):\n try: return x * x.is_integer()\n except AttributeError: return x * 2.0")
case("float", "def f(x): return float(x) * x")
case("int", "def f(x): return int(x) * x")
case("round", "def f(x): return round(x) + x")
case("floor", "def f(x): return math.floor(x) + x")
case("floor division", "def f(x): return x // 2 + x % 3")
case("divmod", "def f(x): return sum(divmod(x, 2))")
case("math", "def f(x): return math.sin(x) * x")
case("text", "def f(x): return len(f'{x}') * x")
case("str", "def f(x): return len(str(x)) * x")
case("hash", "def f(x): return {2.0: 10.0, 3.0: 20.0}.get(x, 1.0) * x")
case("deepcopy", "def f(x): return copy.deepcopy(x) * x")
case("deepcopy of a nest", "def f(x): return copy.deepcopy([x, [x * x]])[1][0] * x\ntransform = value_and_grad")
case("copy", "def f(x): return copy.copy(x) * x")

# Errors
case("raises", "def f(x):\n if x < 0: raise ValueError('negative')\n return x * x")
case("asserts", "def f(x):\n assert x >= 0, 'negative'\n return x * x")
case("catches a domain", "def f(x):\n try: return log(x)\n except ValueError: return -7.0 * x")
case("catches a division", "def f(x):\n try: return 1 / x\n except ZeroDivisionError: return 5.0")
case("suppresses", "def f(x):\n y = x * 2\n with contextlib.suppress(ZeroDivisionError, ValueError): y = log(x) / (x - 2)\n return y")
case("domain", "def f(x): return log(x) + sqrt(x)")
case("division", "def f(x): return 1 / (x - 2) + x")
case("overflow", "def f(x): return exp(x * 100) * 0 + x")
case("overflow caught", "def f(x):\n try: return exp(x * 200)\n except OverflowError: return 0.0")
case("an unused logarithm", "def f(x):\n log(x)\n return x * x\ntransform = value_and_grad")
case("an unused quotient on a branch", "def f(x):\n if x > 1: y = 1 / (x - 2)\n return x * x")
case("times zero", "def f(x): return 0.0 * log(x) + x")
case("cancelled", "def f(x): return 1 / (x - 2) - 1 / (x - 2) + x")
case("complex", "def f(x): return x ** 0.5")
case("index error", "def f(x): return [1.0, 2.0][int(x > 1) + int(x > 2)]")
case("key error caught", "def f(x):\n try: return {True: x}[bool(x > 1)]\n except KeyError: return -x")
case("finally", "def f(x):\n y = [x]\n try:\n  if x > 2: return y[0] * 3\n finally: y.append(1)\n return y[0]")
case("generator inside", "def g(x):\n for k in range(5):\n  if x * k > 4: return\n  yield x * k\ndef f(x): return sum(g(x))")
case("generator returned", "def f(x): return (x * k for k in range(3))")
case("recursion", "def g(x, n): return x if n == 0 or x > 50 else g(x * x + 1, n - 1)\ndef f(x): return g(x, 4)")
case("jit of itself", "def f(x): return x if x > 30 else f(x * x + 1.5)")
case("recursion by number", "def g(x): return 1.0 if x <= 0 else x * g(x - 1)\ndef f(x): return g(x)")
case("returns None", "def f(x): return None")
case("returns a string", "def f(x): return 'positive' if x > 0 else 'not'")
case("returns nested", "def f(x): return {'a': [x, (x * x, 1)], 'b': np.array([x, 2.0]), 'c': None, 'd': 'text', 'e': x > 1}")
case("returns nothing of x", "def f(x): return 3, 4.0, [True]")
case("returns an object", "class C: pass\ndef f(x):\n c = C()\n return [c, x][1:]")
case("returns a function", "def f(x): return [lambda: x][:0]")
case("grows and shrinks", "def f(x):\n v = []\n while len(v) < 3 or v[-1] < 10 and len(v) < 9: v.append(abs(x) * len(v) + 1)\n return v")
case("stack", "def f(x):\n s = [x, 2.0, 3.0]\n while len(s) > 1: s.append(s.pop() * s.pop() + (1 if s and s[0] > 0 else 0))\n return s[0]")


def _args(name: str, source: str, calls: list[Any]) -> None:
    case(name, source)
    ARGUMENTS[name] = calls


ARGUMENTS: dict[str, list[Any]] = {}
_args("an int that indexes", "t = [1.0, 5.0, 7.0]\ndef f(i, x): return t[i] * x", [((k * 7 % 3), 2.0 + k) for k in range(12)])
_args("a negative index", "t = [1.0, 5.0, 7.0]\ndef f(i, x): return t[i] * x", [((-1, 2, -3, 0, 1, -2)[k % 6], 2.0 + k) for k in range(12)])
_args("an int in arithmetic", "def f(i, x): return i * x + i ** 2 - i / 2 + 2 ** i", [(k, 2.0 + k) for k in range(-3, 9)])
_args("floor and mod of an int", "def f(i, x): return (i // 2) * x + i % 3 + (-i) // 2 + divmod(i, 3)[0] + (i & 1) + (i << 2)", [(k % 5, 2.0 + k) for k in range(12)])
_args("range of an int", "def f(n, x):\n for k in range(n): x = x * 1.5 + k\n return x", [(k % 5, 2.0 + k) for k in range(12)])
_args("a list times an int", "def f(n, x): return sum([x] * n)", [(k % 4, 2.0 + k) for k in range(12)])
_args("an int as key", "d = {0: 1.0, 1: -1.0, 2: 5.0}\ndef f(i, x): return d[i] * x + d.get(i, 0)", [(k % 3, 2.0 + k) for k in range(12)])
_args("an int compared", "def f(i, x): return x * x if i == 1 else -x if i > 1 else x", [(k % 4, 2.0 + k) for k in range(12)])
_args("an int is in", "def f(i, x): return x * x if i in (1, 2) else -x", [(k % 4, 2.0 + k) for k in range(12)])
_args("an int returned", "def f(i, x): return i, i + 1, [i * 2, x]", [(k % 4, 2.0 + k) for k in range(12)])
_args("an int in text", "w = {'w0': 1.0, 'w1': 2.0, 'w2': 5.0}\ndef f(i, x): return w[f'w{i}'] * x", [(k % 3, 2.0 + k) for k in range(12)])
_args("a slice", "def f(i, v): return sum(v[:i]) - sum(v[i:]) + v[-i - 1]", [(k % 4, [1.0 * k, 2.0, 3.0, 4.0]) for k in range(12)])
_args("two tokens", "def f(a, b, P): return log(P[a][b]) + P[b][a]\ntransform = lambda f: value_and_grad(f, 2)", [(k % 3, k * 5 % 3, [[1.0 + i + j * k for j in range(3)] for i in range(3)]) for k in range(12)])
_args("tokens", "def f(P, ts): return sum(P[a][b] * P[b][a] for a, b in zip(ts, ts[1:]))\ntransform = value_and_grad", [([[1.0 + i + j * k for j in range(3)] for i in range(3)], [k % 3, k * 5 % 3, 1, (k + 1) % 3]) for k in range(12)])
_args("tokens of an array", "def f(P, ts): return sum(P[a, b] for a, b in zip(ts, ts[1:]))\ntransform = value_and_grad", [(np.array([[1.0 + i + j * k for j in range(3)] for i in range(3)]), np.array([k % 3, k * 5 % 3, 1, (k + 1) % 3])) for k in range(12)])
_args("cross-entropy", "def f(w, x, y):\n z = [sum(a * b for a, b in zip(r, x)) for r in w]\n m = max(z)\n e = [exp(v - m) for v in z]\n return -log(e[y] / sum(e))\ntransform = value_and_grad", [([[0.1 * k, -1.0], [1.0, 0.3 * k], [0.5, -0.2 * k]], [1.0, 0.1 * k], k % 3) for k in range(12)])
_args("classes by if", "def f(w, x, y): return (w * x if y == 1 else w * w if y == 2 else w) ** 2\ntransform = value_and_grad", [(1.0 + k, 2.0, k % 3) for k in range(12)])
_args("another length", "def f(v): return sum(a * b for a, b in zip(v, v[1:]))", [([float(k + j) for j in range(k % 4)],) for k in range(12)])
_args("another length under grad", "def f(v): return sum(a * a for a in v) + 1.0\ntransform = grad", [([float(k + j) for j in range(1 + k % 4)],) for k in range(12)])
_args("keywords", "def f(x, y=2.0, *, z=3.0): return x * y - z", [((1.0 + k,), {"y": 3.0 + k} if k % 2 else {"z": 1.0 * k, "y": 2.0}) for k in range(12)])
_args("the same object", "def f(a, b): return 1.0 + a[0] if a is b else b[0] * 2", [((lambda v, k=k: (v, v if k % 3 else [1.0 * k]))([1.0 * k])) for k in range(12)])
_args("the same object inside", "def f(a, b): return 1.0 + a[0][0] if a[0] is b[0] else b[0][0] * 2", [((lambda v, k=k: ([v], [v if k % 3 else [1.0 * k]]))([1.0 * k])) for k in range(12)])
_args("changes an argument", "def f(v):\n v[0] += 1\n return v[0] * 2", [([1.0 * k],) for k in range(6)])
_args("changes an argument on a branch", "def f(v):\n if v[0] > 3: v[0] = 0.0\n return v[0] * 2", [([1.0 * k],) for k in range(6)])
_args("changes an array", "def f(v):\n v += 1\n return v * 2", [(np.array([1.0 * k]),) for k in range(6)])
_args("appends to an argument", "def f(v):\n v.append(1.0)\n return sum(v)", [([1.0 * k],) for k in range(6)])
_args("changes one through another", "def f(a, b):\n a[0] = 5.0\n return b[0]", [((lambda v: (v, v))([1.0 * k])) for k in range(6)])
_args("reads after the change", "def f(a):\n b = list(a)\n b[0] = 9.0\n return a[0] + b[0]", [([1.0 * k],) for k in range(6)])
_args("a flag", "def f(x, training): return x * 2 if training else x", [(1.0 + k, bool(k % 2)) for k in range(8)])
_args("a string", "def f(x, kind): return x * x if kind == 'square' else -x", [(1.0 + k, "square" if k % 2 else "neg") for k in range(8)])
_args("none", "def f(x, b): return x if b is None else x + b", [(1.0 + k, None if k % 2 else 3.0) for k in range(8)])
_args("a function", "def f(g, x): return g(x) * 2", [(abs if k % 2 else math.floor, 1.0 + k) for k in range(8)])
_args("an object", "class C:\n def __init__(self, s): self.s = s\ndef f(c, x): return c.s * x", [(types.SimpleNamespace(s=1.0 + k), 2.0) for k in range(8)])
_args("int or float", "def f(x): return x * 3 if isinstance(x, int) else x / 2", [((k if k % 2 else float(k)),) for k in range(8)])
_args("large ints", "def f(n, x): return (n % 10) * x", [(2 ** 60 + k, 2.0) for k in range(8)])
_args("infinite and nan", "def f(x, y): return x * y if x > y else x - y", [(a, b) for a in (math.inf, -math.inf, math.nan, 1.0) for b in (math.inf, math.nan, 0.0)])
_args("minus zero", "def f(x): return 1 / (x * 1e300 * 1e300 + 1) if x else math.copysign(3.0, x)", [(0.0,), (-0.0,), (0.0,), (-0.0,), (1.0,)])
_args("ties", "def f(x, y): return max(x, y) + 2 * min(x, y) + sorted([y, x])[0]\ntransform = lambda f: value_and_grad(f, (0, 1))", [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2)])
_args("sums near a tie", "def f(v): return 1.0 if sum(v) > 0.6 else 2.0 if sum(v) < 0.6 else 3.0", [([0.1, 0.2, 0.3],), ([0.3, 0.2, 0.1],), ([0.2, 0.2, 0.2],), ([0.6, 0.0, 0.0],), ([0.1, 0.2, 0.4],)])
_args("a matrix", "def f(A, v): return A @ v + v.sum() * A.mean(0)", [(np.arange(4.0).reshape(2, 2) + k, np.array([1.0, 2.0 * k])) for k in range(8)])
_args("named tuples", "def f(p): return p._replace(x=p.x * p.y)", [(__import__("collections").namedtuple("P", "x y")(1.0 + k, 2.0),) for k in range(1)])
_args("other keys", "def f(d): return {name: v * 2 for name, v in d.items()}", [({"a": 1.0, "b": 2.0} if k % 2 else {"b": 1.0 * k, "a": 3.0},) for k in range(6)])
_args("a range", "def f(r): return sum(r) * 1.0", [(range(k),) for k in range(4)])
_args("booleans in a list", "def f(x, mask): return sum(v for v, m in zip(x, mask) if m)", [([1.0 * k, 2.0, 3.0], [bool(k & 1), bool(k & 2), True]) for k in range(8)])


def made(name: str, known: bool = True) -> types.ModuleType:
    """A fresh copy of a case, whose source can be found or not."""
    source = PRELUDE + CASES[name]
    file = f"<{name}>" if known else f"<{name}, no source>"
    linecache.cache[file] = (len(source), None, source.splitlines(True) if known else [], file)
    module = types.ModuleType(f"case_{abs(hash(name))}")
    sys.modules[module.__name__] = module
    exec(compile(source, file, "exec"), vars(module))
    return module


def outcome(call: Any) -> Any:
    try:
        return "gave", call()
    except Exception as error:
        return "raised", type(error)


def history(name: str, jitted: bool, known: bool = True) -> tuple[list[Any], Any, list[str]]:
    """What all calls gave, what they left behind, and the warnings."""
    module: Any = made(name, known)
    copies = __import__("copy").deepcopy
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        f = module.transform(module.f)
        if jitted:
            f = jit(f)
            if name == "jit of itself":
                module.f = f
        given = []
        for k, args in enumerate(ARGUMENTS.get(name, X)):
            args, named = args if len(args) == 2 and isinstance(args[1], dict) and isinstance(args[0], tuple) else (args, {})
            args = args if name in ("an object", "a function") else copies(args)
            module.change(k)
            given.append((outcome(lambda: f(*args, **named)), args))
        left = module.state()
    return given, left, [str(w.message) for w in found]


def numbers_alike(a: Any, b: Any) -> bool:
    """Whether two results are the same up to rounding, and of the same kinds."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(numbers_alike, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(numbers_alike(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and all(map(numbers_alike, a.ravel().tolist(), b.ravel().tolist()))
    if isinstance(a, bool) or isinstance(b, (bool, np.bool_)):
        return bool(a) == bool(b) and isinstance(b, (bool, np.bool_))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return isinstance(a, int) == isinstance(b, int) and (a == b or a != a and b != b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12))
    if isinstance(a, np.generic) or isinstance(b, np.generic):
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)
    return a == b or type(a) is type(b) and not isinstance(a, (str, type(None)))
