"""Engines in many styles as text; wrong ones, each by one misconception, with the kinds that name it; right ones."""
import math

OPS = '''
    def __radd__(self, o): return self.w(o) + self
    def __rsub__(self, o): return self.w(o) - self
    def __rmul__(self, o): return self.w(o) * self
    def __rtruediv__(self, o): return self.w(o) / self
    def __rpow__(self, o): return self.w(o) ** self
'''
LOCAL = '''
    def __add__(self, o): o = self.w(o); return self.make(self.data + o.data, (self, o), (1.0, 1.0))
    def __sub__(self, o): o = self.w(o); return self.make(self.data - o.data, (self, o), (1.0, -1.0))
    def __mul__(self, o): o = self.w(o); return self.make(self.data * o.data, (self, o), (o.data, self.data))
    def __truediv__(self, o): o = self.w(o); return self.make(self.data / o.data, (self, o), (1 / o.data, -self.data / o.data ** 2))
    def __pow__(self, o):
        if not isinstance(o, (int, float)): raise TypeError("numbers only")
        return self.make(self.data ** o, (self,), (o * self.data ** (o - 1),))
    def __neg__(self): return self.make(-self.data, (self,), (-1.0,))
    def exp(self): y = math.exp(self.data); return self.make(y, (self,), (y,))
    def log(self): return self.make(math.log(self.data), (self,), (1 / self.data,))
    def tanh(self): y = math.tanh(self.data); return self.make(y, (self,), (1 - y * y,))
    def sigmoid(self): y = 1 / (1 + math.exp(-self.data)); return self.make(y, (self,), (y * (1 - y),))
    def sin(self): return self.make(math.sin(self.data), (self,), (math.cos(self.data),))
    def sqrt(self): y = math.sqrt(self.data); return self.make(y, (self,), (0.5 / y,))
    def relu(self): return self.make(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))
    __radd__ = __add__
    __rmul__ = __mul__
    def __rsub__(self, o): return self.w(o) - self
    def __rtruediv__(self, o): return self.w(o) / self
'''
STYLES = {}
STYLES["dataclass"] = '''
from dataclasses import dataclass, field
@dataclass(eq=False)
class V:
    data: float
    parents: list = field(default_factory=list)
    locals_: list = field(default_factory=list)
    grad: float = 0.0
    def w(self, o): return o if isinstance(o, V) else V(o)
    def make(self, d, ps, ls): return V(d, list(ps), list(ls))
''' + LOCAL + '''
    def backward(self):
        order = []; seen = set()
        def dfs(n):
            if id(n) in seen: return
            seen.add(id(n))
            for p in n.parents: dfs(p)
            order.append(n)
        dfs(self)
        for n in order: n.grad = 0.0 if n.parents else n.grad
        self.grad = 1.0
        while order:
            n = order.pop()
            for p, l in zip(n.parents, n.locals_):
                p.grad += l * n.grad
'''
STYLES["kahn"] = '''
from collections import deque, Counter
class V:
    __slots__ = ("data", "grad", "ins", "ds")
    def __init__(self, data, ins=(), ds=()):
        self.data, self.grad, self.ins, self.ds = data, 0.0, ins, ds
    def w(self, o): return o if isinstance(o, V) else V(o)
    def make(self, d, ps, ls): return V(d, ps, ls)
''' + LOCAL + '''
    def backward(self):
        uses = Counter(); todo = [self]; met = {self}
        while todo:
            n = todo.pop()
            for u in n.ins:
                uses[u] += 1
                if u not in met: met.add(u); todo.append(u)
        self.grad = 1.0
        ready = deque([self])
        while ready:
            n = ready.popleft()
            for u, d in zip(n.ins, n.ds):
                u.grad += d * n.grad
                uses[u] -= 1
                if not uses[u]: ready.append(u)
'''
STYLES["tape"] = '''
TAPE = []
class V:
    def __init__(self, data): self.data = float(data); self.grad = 0.0
    def w(self, o): return o if isinstance(o, V) else V(o)
    def make(self, d, ps, ls):
        out = V(d)
        TAPE.append((out, ps, ls))
        return out
''' + LOCAL + '''
    def backward(self):
        self.grad = 1.0
        for out, ps, ls in reversed(TAPE):
            for p, l in zip(ps, ls): p.grad += l * out.grad
        TAPE.clear()
'''
STYLES["subclass"] = '''
class V:
    def __init__(self, data, *args): self.data = data; self.args = args; self.grad = 0.0
    def pull(self): pass
    def w(self, o): return o if isinstance(o, V) else V(o)
    def __add__(self, o): return Add(self, self.w(o))
    def __sub__(self, o): return Sub(self, self.w(o))
    def __mul__(self, o): return Mul(self, self.w(o))
    def __truediv__(self, o): return Div(self, self.w(o))
    def __pow__(self, o): return Pow(self, self.w(o))
    def __neg__(self): return Neg(self)
    def exp(self): return Exp(self)
    def log(self): return Log(self)
    def tanh(self): return Tanh(self)
    def relu(self): return Relu(self)
''' + OPS + '''
    def backward(self):
        nodes, seen = [], set()
        def visit(n):
            if n in seen: return
            seen.add(n)
            [visit(a) for a in n.args]
            nodes.append(n)
        visit(self)
        for n in nodes: n.grad = 0.0
        self.grad = 1.0
        for n in nodes[::-1]: n.pull()
class Add(V):
    def __init__(self, a, b): super().__init__(a.data + b.data, a, b)
    def pull(self): a, b = self.args; a.grad += self.grad; b.grad += self.grad
class Sub(V):
    def __init__(self, a, b): super().__init__(a.data - b.data, a, b)
    def pull(self): a, b = self.args; a.grad += self.grad; b.grad -= self.grad
class Mul(V):
    def __init__(self, a, b): super().__init__(a.data * b.data, a, b)
    def pull(self): a, b = self.args; a.grad += self.grad * b.data; b.grad += self.grad * a.data
class Div(V):
    def __init__(self, a, b): super().__init__(a.data / b.data, a, b)
    def pull(self): a, b = self.args; a.grad += self.grad / b.data; b.grad -= self.grad * self.data / b.data
class Pow(V):
    def __init__(self, a, b): super().__init__(a.data ** b.data, a, b)
    def pull(self):
        a, b = self.args
        a.grad += self.grad * b.data * a.data ** (b.data - 1)
        if a.data > 0: b.grad += self.grad * self.data * math.log(a.data)
class Neg(V):
    def __init__(self, a): super().__init__(-a.data, a)
    def pull(self): self.args[0].grad -= self.grad
class Exp(V):
    def __init__(self, a): super().__init__(math.exp(a.data), a)
    def pull(self): self.args[0].grad += self.grad * self.data
class Log(V):
    def __init__(self, a): super().__init__(math.log(a.data), a)
    def pull(self): self.args[0].grad += self.grad / self.args[0].data
class Tanh(V):
    def __init__(self, a): super().__init__(math.tanh(a.data), a)
    def pull(self): self.args[0].grad += self.grad * (1 - self.data ** 2)
class Relu(V):
    def __init__(self, a): super().__init__(a.data if a.data > 0 else 0.0, a)
    def pull(self): self.args[0].grad += self.grad if self.data > 0 else 0.0
'''
STYLES["table"] = '''
import operator
RULES = {
    "add": (operator.add, lambda a, b: (1.0, 1.0)),
    "sub": (operator.sub, lambda a, b: (1.0, -1.0)),
    "mul": (operator.mul, lambda a, b: (b, a)),
    "truediv": (operator.truediv, lambda a, b: (1 / b, -a / b ** 2)),
    "pow": (operator.pow, lambda a, b: (b * a ** (b - 1), a ** b * math.log(a) if a > 0 else 0.0)),
    "neg": (operator.neg, lambda a: (-1.0,)),
}
FUNCTIONS = {
    "exp": (math.exp, lambda a: (math.exp(a),)),
    "log": (math.log, lambda a: (1 / a,)),
    "tanh": (math.tanh, lambda a: (1 - math.tanh(a) ** 2,)),
    "relu": (lambda a: max(0.0, a), lambda a: (float(a > 0),)),
    "cos": (math.cos, lambda a: (-math.sin(a),)),
}
class V:
    def __init__(self, data, how=None, args=()):
        self.data, self.how, self.args, self.grad = data, how, args, 0
    def backward(self):
        order = {}
        def go(n):
            if id(n) not in order:
                for a in n.args: go(a)
                order[id(n)] = n
        go(self)
        grads = {k: 0.0 for k in order}
        grads[id(self)] = 1.0
        for k in reversed(order):
            n = order[k]
            if n.args:
                for a, d in zip(n.args, n.how(*[a.data for a in n.args])):
                    grads[id(a)] += d * grads[k]
        for k, n in order.items(): n.grad = grads[k]
def apply(value, rule, *args):
    args = [a if isinstance(a, V) else V(a) for a in args]
    return V(value(*[a.data for a in args]), rule, args)
for name, (value, rule) in RULES.items():
    setattr(V, f"__{name}__", lambda *args, value=value, rule=rule: apply(value, rule, *args))
    setattr(V, f"__r{name}__", lambda b, a, value=value, rule=rule: apply(value, rule, a, b))
for name, (value, rule) in FUNCTIONS.items():
    setattr(V, name, lambda a, value=value, rule=rule: apply(value, rule, a))
'''
STYLES["numpy"] = '''
import numpy as np
class V:
    def __init__(self, data, _prev=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self._prev = _prev
        self._vjp = None
    def __add__(self, other):
        other = other if isinstance(other, V) else V(other)
        out = V(self.data + other.data, (self, other))
        out._vjp = lambda g: (g, g)
        return out
    def __mul__(self, other):
        other = other if isinstance(other, V) else V(other)
        out = V(self.data * other.data, (self, other))
        out._vjp = lambda g: (g * other.data, g * self.data)
        return out
    def __pow__(self, k):
        out = V(self.data ** k, (self,))
        out._vjp = lambda g: (g * k * self.data ** (k - 1),)
        return out
    def tanh(self):
        t = np.tanh(self.data)
        out = V(t, (self,))
        out._vjp = lambda g: (g * (1.0 - np.square(t)),)
        return out
    def exp(self):
        e = np.exp(self.data)
        out = V(e, (self,))
        out._vjp = lambda g: (g * e,)
        return out
    def relu(self):
        out = V(np.maximum(self.data, 0), (self,))
        out._vjp = lambda g: (np.where(self.data > 0, g, 0),)
        return out
    def __neg__(self): return self * (-1.0)
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return (-self) + other
    def __truediv__(self, other): return self * (other ** -1.0)
    def __rtruediv__(self, other): return other * self ** -1.0
    __radd__ = __add__
    __rmul__ = __mul__
    def backward(self):
        seq, mark = [], set()
        stack = [(self, iter(self._prev))]
        mark.add(self)
        while stack:
            node, it = stack[-1]
            for p in it:
                if p not in mark:
                    mark.add(p)
                    stack.append((p, iter(p._prev)))
                    break
            else:
                seq.append(node)
                stack.pop()
        self.grad = np.ones_like(self.data)
        for node in reversed(seq):
            if node._vjp is not None:
                for p, g in zip(node._prev, node._vjp(node.grad)):
                    p.grad = p.grad + g
'''
STYLES["counter"] = '''
import heapq, itertools
_count = itertools.count()
class V:
    def __init__(self, data, links=()):
        self.data = data
        self.grad = None
        self.links = links
        self.number = next(_count)
    def w(self, o): return o if isinstance(o, V) else V(o)
    def make(self, d, ps, ls): return V(d, tuple(zip(ps, ls)))
''' + LOCAL + '''
    def backward(self):
        self.grad = 1.0
        heap, pushed = [(-self.number, self)], {self.number}
        while heap:
            _, n = heapq.heappop(heap)
            for parent, d in n.links:
                parent.grad = d * n.grad if parent.grad is None else parent.grad + d * n.grad
                if parent.number not in pushed:
                    pushed.add(parent.number)
                    heapq.heappush(heap, (-parent.number, parent))
'''
STYLES["closures"] = '''
class V:
    """slots, and closures that take the gradient"""
    __slots__ = ["data", "grad", "back", "kids", "__weakref__"]
    def __init__(self, data, kids=(), back=None):
        self.data = data
        self.grad = 0
        self.kids = kids
        self.back = back
    def w(self, o): return o if isinstance(o, V) else V(o)
    def __add__(self, o):
        o = self.w(o)
        def back(g):
            self.grad += g
            o.grad += g
        return V(self.data + o.data, [self, o], back)
    def __sub__(self, o):
        o = self.w(o)
        def back(g):
            self.grad += g
            o.grad -= g
        return V(self.data - o.data, [self, o], back)
    def __mul__(self, o):
        o = self.w(o)
        def back(g):
            self.grad += g * o.data
            o.grad += g * self.data
        return V(self.data * o.data, [self, o], back)
    def __truediv__(self, o):
        o = self.w(o)
        def back(g):
            self.grad += g / o.data
            o.grad -= g * self.data / (o.data * o.data)
        return V(self.data / o.data, [self, o], back)
    def __pow__(self, n):
        if isinstance(n, V): return (self.log() * n).exp()
        def back(g): self.grad += g * n * self.data ** (n - 1)
        return V(self.data ** n, [self], back)
    def __neg__(self):
        def back(g): self.grad -= g
        return V(-self.data, [self], back)
    def log(self):
        def back(g): self.grad += g / self.data
        return V(math.log(self.data), [self], back)
    def exp(self):
        e = math.exp(self.data)
        def back(g): self.grad += g * e
        return V(e, [self], back)
    def relu(self):
        on = self.data > 0
        def back(g): self.grad += g * on
        return V(self.data * on, [self], back)
    def tanh(self):
        t = math.tanh(self.data)
        def back(g): self.grad += g * (1 - t * t)
        return V(t, [self], back)
''' + OPS + '''
    def backward(self):
        done, order = set(), []
        def sort(n):
            done.add(id(n))
            for k in n.kids:
                if id(k) not in done: sort(k)
            order.insert(0, n)
        sort(self)
        self.grad = 1
        for n in order:
            if n.back: n.back(n.grad)
'''


def changed(style, *pairs):
    """An engine in a style with pieces replaced: old, new, old, new, ..."""
    source = STYLES[style]
    for old, new in zip(pairs[::2], pairs[1::2]):
        assert old in source, (style, old)
        source = source.replace(old, new)
    return source


# name, the kinds that name it, engine
WRONG = [
    ("dataclass compares fields in a list", ["equal"], changed("dataclass", "@dataclass(eq=False)", "@dataclass", "seen = set()", "seen = []", "if id(n) in seen: return\n            seen.add(id(n))", "if n in seen: return\n            seen.append(n)")),
    ("one list of parents for all", ["state", "shared"], changed("dataclass", "def make(self, d, ps, ls): return V(d, list(ps), list(ls))", "KEEP = []\n    def make(self, d, ps, ls):\n        V.KEEP.extend(zip(ps, ls)); return V(d, [p for p, _ in V.KEEP], [l for _, l in V.KEEP])")),
    ("late binding in a table of operators", ["value"], STYLES["table"].replace("lambda *args, value=value, rule=rule:", "lambda *args:").replace("lambda b, a, value=value, rule=rule:", "lambda b, a:")),
    ("tape never cleared", ["state"], changed("tape", "        TAPE.clear()\n", "")),
    ("tape walked forward", ["no order"], changed("tape", "reversed(TAPE)", "TAPE")),
    ("Kahn: a repeated input counted off once", ["repeated", "no order", "lost"], changed("kahn", "                uses[u] -= 1\n                if not uses[u]: ready.append(u)", "            for u in set(n.ins):\n                uses[u] -= 1\n                if not uses[u]: ready.append(u)")),
    ("Kahn without counting", ["no visited"], changed("kahn", "                if not uses[u]: ready.append(u)", "                ready.append(u)")),
    ("uses counted when made, dead branches too", ["dead"], changed("kahn", '"ins", "ds")', '"ins", "ds", "uses")', "self.ins, self.ds = data, 0.0, ins, ds", "self.ins, self.ds = data, 0.0, ins, ds\n        self.uses = 0\n        for u in ins: u.uses += 1", "                uses[u] -= 1\n                if not uses[u]:", "                u.uses -= 1\n                if not u.uses:")),
    ("mul: swapped", ["rule", "swapped"], changed("subclass", "a.grad += self.grad * b.data; b.grad += self.grad * a.data", "a.grad += self.grad * a.data; b.grad += self.grad * b.data")),
    ("Sub inherits Add's rule", ["sign"], changed("subclass", "a.grad += self.grad; b.grad -= self.grad", "a.grad += self.grad; b.grad += self.grad")),
    ("division without the square", ["division"], changed("table", "-a / b ** 2", "-a / b")),
    ("power of a Value without log", ["exponent"], changed("table", "a ** b * math.log(a) if a > 0 else 0.0", "a ** b")),
    ("one gradient array for all", ["shared", "state"], changed("numpy", "def __init__(self, data, _prev=()):", "def __init__(self, data, _prev=(), grad=np.zeros(())):", "self.grad = np.zeros_like(self.data)", "self.grad = grad", "self.grad = np.ones_like(self.data)", "self.grad[...] = 1", "p.grad = p.grad + g", "p.grad += g")),
    ("gradients are integers", ["rounded"], changed("numpy", "np.zeros_like(self.data)", "np.zeros((), dtype=int)", "p.grad = p.grad + g", "p.grad = (p.grad + g).astype(int)")),
    ("aliased gradient arrays", ["shared", "no order", "no +=", "state", "in place"], changed("numpy", "p.grad = p.grad + g", "p.grad = g if not p.grad.any() else np.add(p.grad, g, out=p.grad)")),
    ("rsub is sub", ["reflected"], changed("table", 'lambda b, a, value=value, rule=rule: apply(value, rule, a, b)', 'lambda *args, value=value, rule=rule: apply(value, rule, *args)')),
    ("rtruediv the wrong way round", ["reflected"], changed("numpy", "return other * self ** -1.0", "return self * other ** -1.0")),
    ("sorted by data", ["no order", "equal"], changed("counter", "heap, pushed = [(-self.number, self)]", "heap, pushed = [(-self.data, id(self), self)]", "_, n = heapq", "_, _, n = heapq", "(-parent.number, parent)", "(-parent.data, id(parent), parent)")),
    ("oldest first", ["no order"], changed("counter", "-self.number", "self.number", "-parent.number", "parent.number")),
    ("grad reset at each contribution", ["no +="], changed("dataclass", "p.grad += l * n.grad", "p.grad = 0.0; p.grad += l * n.grad")),
    ("average of contributions", ["no +=", "combined"], changed("dataclass", "p.grad += l * n.grad", "p.grad = (p.grad + l * n.grad) / 2 if p.grad else l * n.grad")),
    ("weak references", ["weak", "freed", "lost"], "import weakref\n" + changed("closures", "self.kids = kids", "self.kids = [weakref.ref(k) for k in kids]", "for k in n.kids:\n                if id(k)", "for k in [k() for k in n.kids if k()]:\n                if id(k)") .replace("self.grad += g * o.data\n            o.grad += g * self.data", "a, b = A(), B()\n            if a: a.grad += g * yb\n            if b: b.grad += g * ya").replace("        def back(g):\n            a, b", "        A, B, ya, yb = weakref.ref(self), weakref.ref(o), self.data, o.data\n        def back(g):\n            a, b").replace("self.grad += g\n            o.grad += g\n", "a, b = A(), B()\n            if a: a.grad += g\n            if b: b.grad += g\n").replace("o = self.w(o)\n        def back(g):\n            a, b = A(), B()\n            if a: a.grad += g\n", "o = self.w(o)\n        A, B = weakref.ref(self), weakref.ref(o)\n        def back(g):\n            a, b = A(), B()\n            if a: a.grad += g\n")),
    ("tanh of the output again", ["in for out"], changed("subclass", "1 - self.data ** 2", "1 - math.tanh(self.data) ** 2")),
    ("power rule for exp", ["exponential"], changed("table", "lambda a: (math.exp(a),)", "lambda a: (a * math.exp(a - 1),)")),
    ("sigmoid's derivative is itself", ["rule", "in for out"], changed("dataclass", "(y * (1 - y),)", "(y,)")),
    ("sigmoid's derivative of the input", ["rule", "in for out"], changed("kahn", "(y * (1 - y),)", "(self.data * (1 - self.data),)")),
    ("sin' is -cos", ["sign"], changed("tape", "(math.cos(self.data),)", "(-math.cos(self.data),)")),
    ("cos' is sin", ["sign"], changed("table", "-math.sin(a)", "math.sin(a)")),
    ("sqrt' forgets the half", ["factor"], changed("counter", "0.5 / y", "1 / y")),
    ("relu lets pass positive gradients only", ["negative"], changed("closures", "self.grad += g * on", "self.grad += g if g > 0 and on else 0")),
    ("relu is abs", ["value"], changed("closures", "self.data * on", "abs(self.data)")),
    ("power by out over x fails at 0", ["zero", "error"], changed("subclass", "self.grad * b.data * a.data ** (b.data - 1)", "self.grad * b.data * self.data / a.data")),
    ("neg changes its operand", ["in place"], changed("closures", "    def __neg__(self):\n        def back(g): self.grad -= g\n        return V(-self.data, [self], back)", "    def __neg__(self):\n        self.data = -self.data\n        return self")),
    ("numbers are not wrapped", ["number", "error"], changed("closures", "    def __mul__(self, o):\n        o = self.w(o)\n", "    def __mul__(self, o):\n", "return V(self.data * o.data, [self, o], back)", "return V(self.data * (o.data if isinstance(o, V) else o), [self, o], back)")),
    ("gradients clipped", ["clipped", "rule"], changed("counter", "parent.grad = d * n.grad if parent.grad is None else parent.grad + d * n.grad", "parent.grad = max(-1.0, min(1.0, (parent.grad or 0.0) + d * n.grad))")),
    ("chain rule adds", ["chain rule"], changed("tape", "p.grad += l * out.grad", "p.grad += l + out.grad")),
    ("out.data for out.grad", ["chain rule"], changed("subclass", "a.grad += self.grad * b.data; b.grad += self.grad * a.data", "a.grad += self.data * b.data; b.grad += self.data * a.data")),
    ("the input's own grad for the output's", ["chain rule"], changed("dataclass", "p.grad += l * n.grad", "p.grad += l * p.grad")),
    ("the output's own rule is not run", ["nothing"], changed("closures", "for n in order:", "for n in order[1:]:")),
    ("operands copied", ["nothing"], changed("kahn", "def make(self, d, ps, ls): return V(d, ps, ls)", "def make(self, d, ps, ls): return V(d, [V(p.data, p.ins, p.ds) for p in ps], ls)")),
    ("Value wrapped again", ["lost", "copied"], changed("closures", "def w(self, o): return o if isinstance(o, V) else V(o)", "def w(self, o): return V(o.data if isinstance(o, V) else o)")),
    ("by levels from the output", ["no order"], changed("dataclass", "        dfs(self)\n", "        order, level = [], [self]\n        while level:\n            order += [n for n in level if n not in order]\n            level = [p for n in level for p in n.parents if p not in order]\n        order.reverse()\n")),
    ("hash and == by data", ["equal"], changed("subclass", "    def pull(self): pass\n    def w", "    def pull(self): pass\n    def __eq__(self, o): return self.data == o.data\n    def __hash__(self): return hash(self.data)\n    def w").replace("class Add(V)", "class Add(V)")),
    ("finite differences with a large step", ["rule", "factor"], changed("table", "lambda a: (math.exp(a),)", "lambda a: ((math.exp(a + 0.1) - math.exp(a)) / 0.1,)")),
    ("logs in base 10", ["value"], changed("table", '"log": (math.log,', '"log": (math.log10,')),
    ("log' of log10", ["factor"], changed("table", "(1 / a,)", "(1 / (a * math.log(10)),)")),
    ("exponent rounded", ["power", "rounded", "value"], changed("numpy", "out = V(self.data ** k, (self,))", "k = int(k); out = V(self.data ** k, (self,))")),
    ("division gives nothing to its divisor", ["division", "lost"], changed("closures", "            o.grad -= g * self.data / (o.data * o.data)\n", "")),
    ("+ as | of grads", ["no +=", "combined"], changed("closures", "self.grad += g\n            o.grad += g", "self.grad = max(self.grad, g)\n            o.grad = max(o.grad, g)")),
    ("exp times its input", ["rule"], changed("dataclass", "(y,))\n    def log", "(y * self.data,))\n    def log")),
    ("Kahn counts nodes, not uses", ["no order"], changed("kahn", "                uses[u] += 1\n                if u not in met: met.add(u); todo.append(u)", "                if u not in met: uses[u] += 1; met.add(u); todo.append(u)").replace("if not uses[u]: ready", "if uses[u] == 0: ready")),
    ("tape without its last entry", ["nothing"], changed("tape", "reversed(TAPE):", "reversed(TAPE[:-1]):")),
    ("tape stops at an unused operation", ["dead"], changed("tape", "            for p, l in zip", "            if out.grad == 0: break\n            for p, l in zip")),
    ("div: output instead of quotient over b", ["division"], changed("subclass", "self.grad * self.data / b.data", "self.grad * self.data")),
    ("power times output", ["power"], changed("subclass", "self.grad * b.data * a.data ** (b.data - 1)", "self.grad * b.data * self.data")),
    ("tanh 1 + y2", ["rule"], changed("subclass", "1 - self.data ** 2", "1 + self.data ** 2")),
    ("log' is x", ["rule", "in for out"], changed("subclass", "self.grad / self.args[0].data", "self.grad * self.args[0].data")),
    ("relu >= of the output", ["relu"], changed("subclass", "self.grad if self.data > 0 else 0.0", "self.grad if self.data >= 0 else 0.0")),
    ("sub (1, 1)", ["sign"], changed("table", "(1.0, -1.0)", "(1.0, 1.0)")),
    ("neg 1", ["sign"], changed("table", "(-1.0,)", "(1.0,)")),
    ("log of the exponent", ["exponent", "error"], changed("table", "math.log(a) if", "math.log(b) if")),
    ("quotient upside down", ["division"], changed("table", "-a / b ** 2", "-b / a ** 2")),
    ("overwrites", ["no +="], changed("numpy", "p.grad = p.grad + g", "p.grad = g")),
    ("mul drops g", ["chain rule"], changed("numpy", "(g * other.data, g * self.data)", "(other.data, self.data)")),
    ("inputs zipped backwards", ["swapped"], changed("numpy", "zip(node._prev, node._vjp(node.grad))", "zip(reversed(node._prev), node._vjp(node.grad))")),
    ("marked by data", ["equal"], changed("numpy", "mark.add(p)", "mark.add(float(p.data))", "if p not in mark", "if float(p.data) not in mark")),
    ("not reversed", ["no order"], changed("numpy", "reversed(seq)", "seq")),
    ("itself left out in add", ["repeated"], changed("closures", "            self.grad += g\n            o.grad += g\n", "            self.grad += g\n            if o is not self: o.grad += g\n")),
    ("everybody gets the output's gradient", ["chain rule"], changed("closures", "n.back(n.grad)", "n.back(self.grad)")),
    ("seed after the walk", ["nothing", "seed"], changed("closures", "        self.grad = 1\n        for n in order:\n            if n.back: n.back(n.grad)\n", "        for n in order:\n            if n.back: n.back(n.grad)\n        self.grad = 1\n")),
    ("visited by data", ["equal"], changed("closures", "done.add(id(n))", "done.add(n.data)", "if id(k) not in done", "if k.data not in done")),
    ("appended and not reversed", ["no order"], changed("closures", "order.insert(0, n)", "order.append(n)")),
    ("zeroed after the seed", ["nothing", "seed"], changed("dataclass", "        for n in order: n.grad = 0.0 if n.parents else n.grad\n        self.grad = 1.0\n", "        self.grad = 1.0\n        for n in order: n.grad = 0.0\n")),
    ("only the first parent", ["lost"], changed("counter", "                    heapq.heappush(heap, (-parent.number, parent))", "                    heapq.heappush(heap, (-parent.number, parent))\n                break")),
    ("only the first contribution", ["combined", "no +="], changed("counter", "parent.grad = d * n.grad if parent.grad is None else parent.grad + d * n.grad", "parent.grad = d * n.grad if parent.grad is None else parent.grad")),
    ("gradients kept by data", ["equal"], changed("table", "id(n)", "n.data", "id(a)", "a.data", "id(self)", "self.data")),
    ("sigmoid s(1+s)", ["rule"], changed("counter", "(y * (1 - y),)", "(y * (1 + y),)")),
    ("tanh's value is another", ["value"], changed("closures", "t = math.tanh(self.data)", "t = (math.exp(self.data) - 1) / (math.exp(self.data) + 1)")),
    ("mul adds", ["value"], changed("counter", "self.make(self.data * o.data", "self.make(self.data + o.data")),
    ("radd ignores", ["reflected"], changed("closures", "return self.w(o) + self", "return self")),
    ("rsub adds", ["reflected"], changed("subclass", "return self.w(o) - self", "return -(self + self.w(o))")),
    ("neg has no inputs", ["lost"], changed("closures", "return V(-self.data, [self], back)", "return V(-self.data)")),
    ("subtraction of numbers adds", ["sign"], changed("counter", "def __sub__(self, o): o = self.w(o);", "def __sub__(self, o): o = o if isinstance(o, V) else V(-o);")),
    ("leaky value, derivative 0", ["value"], changed("tape", "max(self.data, 0.0)", "(self.data if self.data > 0 else 0.01 * self.data)")),
    ("data cut to integers", ["rounded", "value"], changed("kahn", "self.data, self.grad, self.ins, self.ds = data,", "self.data, self.grad, self.ins, self.ds = int(data),")),
    ("visited on the class", ["state"], changed("closures", '    def __init__(self, data, kids', '    done = set()\n    def __init__(self, data, kids', "done, order = set(), []", "done, order = V.done, []")),
    ("abs of the base", ["value", "power"], changed("numpy", "self.data ** k, (self,)", "abs(self.data) ** k, (self,)")),
    ("both go to self", ["misplaced"], changed("closures", "            self.grad += g * o.data\n            o.grad += g * self.data\n", "            self.grad += g * o.data\n            self.grad += g * self.data\n")),
    ("tape of closures, list popped from the front", ["no order"], changed("tape", "for out, ps, ls in reversed(TAPE):\n            for p", "while TAPE:\n            out, ps, ls = TAPE.pop(0)\n            for p")),
    ("squares the gradient", ["chain rule", "rule"], changed("tape", "p.grad += l * out.grad", "p.grad += l * out.grad ** 2")),
    ("divides by the gradient", ["chain rule", "rule"], changed("tape", "p.grad += l * out.grad", "p.grad += l / out.grad if out.grad else 0")),
    ("subtracts contributions", ["combined", "sign"], changed("kahn", "u.grad += d * n.grad", "u.grad -= d * n.grad")),
    ("multiplies contributions", ["combined"], changed("kahn", "u.grad += d * n.grad", "u.grad = u.grad * d * n.grad if u.grad else d * n.grad")),
    ("half a gradient to each of two", ["factor"], changed("counter", "tuple(zip(ps, ls))", "tuple(zip(ps, [l / len(ls) for l in ls]))")),
    ("gradients normalized", ["rule", "clipped", "negative"], changed("counter", "parent.grad = d * n.grad if parent.grad is None else parent.grad + d * n.grad", "parent.grad = math.copysign(1.0, d * n.grad)")),
    ("learning rate inside", ["factor"], changed("dataclass", "p.grad += l * n.grad", "p.grad += 0.01 * l * n.grad")),
    ("descends already", ["sign", "factor", "combined"], changed("dataclass", "p.grad += l * n.grad", "p.grad -= l * n.grad")),
    ("updates data in backward", ["in place"], changed("dataclass", "p.grad += l * n.grad", "p.grad += l * n.grad; p.data -= 0.1 * l * n.grad")),
    ("a constant counts as 0 in mul", ["number", "value", "error", "lost"], changed("closures", "    def __mul__(self, o):\n        o = self.w(o)\n", "    def __mul__(self, o):\n        if not isinstance(o, V): return V(self.data * o)\n        o = self.w(o)\n")),
]


RIGHT = [("base " + k, s) for k, s in STYLES.items()]
RIGHT += [
    ("lazy", '''
class V:
    """data is computed when asked for"""
    def __init__(self, data, f=None, args=()):
        self._d, self.f, self.args, self.g = data, f, args, 0.0
    @property
    def data(self):
        if self._d is None: self._d = FORWARD[self.f](*[a.data for a in self.args])
        return self._d
    @data.setter
    def data(self, d): self._d = d
    @property
    def grad(self): return self.g
    @grad.setter
    def grad(self, g): self.g = g
    def __add__(self, o): return V(None, "+", (self, lift(o)))
    def __mul__(self, o): return V(None, "*", (self, lift(o)))
    def __radd__(self, o): return lift(o) + self
    def __rmul__(self, o): return lift(o) * self
    def exp(self): return V(None, "exp", (self,))
    def backward(self, g=1.0):
        self.g += g
        for a, d in zip(self.args, BACK[self.f](*[a.data for a in self.args]) if self.args else ()):
            a.backward(g * d)
def lift(o): return o if isinstance(o, V) else V(o)
FORWARD = {"+": lambda a, b: a + b, "*": lambda a, b: a * b, "exp": math.exp}
BACK = {"+": lambda a, b: (1, 1), "*": lambda a, b: (b, a), "exp": lambda a: (math.exp(a),)}
'''),
    ("symbolic", '''
class V:
    """derivatives are expressions, built anew for each leaf"""
    def __init__(self, data, op=None, args=()): self.data, self.op, self.args, self.grad = data, op, args, 0.0
    def __add__(self, o): o = lift(o); return V(self.data + o.data, "+", (self, o))
    def __mul__(self, o): o = lift(o); return V(self.data * o.data, "*", (self, o))
    def __neg__(self): return self * -1.0
    def __sub__(self, o): return self + -lift(o)
    def __radd__(self, o): return lift(o) + self
    def __rmul__(self, o): return lift(o) * self
    def __rsub__(self, o): return lift(o) - self
    def d(self, x):
        if self is x: return 1.0
        if self.op == "+": return sum(a.d(x) for a in self.args)
        if self.op == "*":
            a, b = self.args
            return a.d(x) * b.data + a.data * b.d(x)
        return 0.0
    def leaves(self):
        return {self} if not self.args else set().union(*[a.leaves() for a in self.args])
    def backward(self):
        for leaf in self.leaves(): leaf.grad += self.d(leaf)
def lift(o): return o if isinstance(o, V) else V(o)
'''),
    ("Fractions", "from fractions import Fraction\n" + STYLES["dataclass"].replace("    def w(self", "    def __post_init__(self): self.data = Fraction(self.data)\n    def w(self").replace("(1.0, 1.0)", "(1, 1)").replace("(1.0, -1.0)", "(1, -1)").replace("grad: float = 0.0", "grad: Fraction = Fraction(0)").replace("self.grad = 1.0", "self.grad = Fraction(1)")),
    ("float32", changed("numpy", "np.float64", "np.float32")),
    ("gradients are Values", '''
class V:
    def __init__(self, data, back=()):
        self.data, self.back, self.grad = data, back, None
    def __add__(self, o): o = lift(o); return V(self.data + o.data, ((self, lambda g: g), (o, lambda g: g)))
    def __mul__(self, o): o = lift(o); return V(self.data * o.data, ((self, lambda g: g * o), (o, lambda g: g * self)))
    def __neg__(self): return V(-self.data, ((self, lambda g: -g),))
    def __sub__(self, o): return self + (-lift(o))
    def __radd__(self, o): return lift(o) + self
    def __rmul__(self, o): return lift(o) * self
    def __rsub__(self, o): return lift(o) - self
    def exp(self):
        y = V(math.exp(self.data))
        y.back = ((self, lambda g: g * y),)
        return y
    def backward(self):
        order, seen = [], set()
        def go(n):
            if n not in seen:
                seen.add(n)
                for p, _ in n.back: go(p)
                order.append(n)
        go(self)
        self.grad = V(1.0)
        for n in reversed(order):
            for p, f in n.back:
                g = f(n.grad)
                p.grad = g if p.grad is None else p.grad + g
def lift(o): return o if isinstance(o, V) else V(o)
'''),
    ("graph freed after backward", changed("dataclass", "                p.grad += l * n.grad\n", "                p.grad += l * n.grad\n            if n.locals_ is None: raise RuntimeError('backward a second time')\n            if n.parents: n.locals_ = None\n").replace("for p, l in zip(n.parents, n.locals_):", "for p, l in zip(n.parents, n.locals_ or []):").replace("for n in order: n.grad", "if self.locals_ is None: raise RuntimeError('backward through the graph a second time')\n        for n in order: n.grad")),
    ("hash-consing", changed("table", "def apply(value, rule, *args):\n    args = [a if isinstance(a, V) else V(a) for a in args]\n    return V(value(*[a.data for a in args]), rule, args)", "import weakref\nMADE = weakref.WeakValueDictionary()\ndef apply(value, rule, *args):\n    args = [a if isinstance(a, V) else V(a) for a in args]\n    key = (rule, *map(id, args))\n    out = MADE.get(key)\n    if out is None:\n        out = MADE[key] = V(value(*[a.data for a in args]), rule, args)\n    return out")),
    ("neutral elements left out", changed("closures", "    def __add__(self, o):\n", "    def __add__(self, o):\n        if not isinstance(o, V) and o == 0: return self\n", "    def __mul__(self, o):\n", "    def __mul__(self, o):\n        if not isinstance(o, V) and o == 1: return self\n")),
    ("all gradients anew", changed("kahn", "        self.grad = 1.0\n", "        for u in met: u.grad = 0.0\n        self.grad = 1.0\n")),
    ("leaf gradients only", changed("table", "for k, n in order.items(): n.grad = grads[k]", "for k, n in order.items():\n            if not n.args: n.grad += grads[k]")),
    ("frozen with gradients elsewhere", '''
from dataclasses import dataclass
GRADS = {}
@dataclass(frozen=True, eq=False)
class V:
    data: float
    ins: tuple = ()
    ds: tuple = ()
    @property
    def grad(self): return GRADS.get(self, 0.0)
    def w(self, o): return o if isinstance(o, V) else V(o)
    def make(self, d, ps, ls): return V(d, ps, ls)
''' + LOCAL + '''
    def backward(self):
        order, seen = [], set()
        def go(n):
            if n not in seen:
                seen.add(n)
                for p in n.ins: go(p)
                order.append(n)
        go(self)
        GRADS.clear()
        GRADS[self] = 1.0
        for n in reversed(order):
            for p, l in zip(n.ins, n.ds): GRADS[p] = GRADS.get(p, 0.0) + l * GRADS.get(n, 0.0)
'''),
    ("relu half at 0", changed("closures", "self.grad += g * on", "self.grad += g * (on + 0.5 * (self.data == 0))")),
    ("a class made by a function, methods by lambda", '''
def engine():
    def init(self, data, prev=(), d=()): self.__dict__.update(data=data, grad=0.0, prev=prev, d=d)
    w = lambda o: o if isinstance(o, C) else C(o)
    def back(self, g=1.0):
        order = []
        visited = []
        def walk(n):
            if any(n is m for m in visited): return
            visited.append(n); [walk(p) for p in n.prev]; order.append(n)
        walk(self)
        vars(self)["grad"] = g
        [setattr(p, "grad", p.grad + d * n.grad) for n in order[::-1] for p, d in zip(n.prev, n.d)]
    C = type("Scalar", (), dict(__init__=init, backward=back,
        __add__=lambda a, b: (lambda b: C(a.data + b.data, (a, b), (1, 1)))(w(b)),
        __mul__=lambda a, b: (lambda b: C(a.data * b.data, (a, b), (b.data, a.data)))(w(b)),
        __radd__=lambda a, b: w(b) + a, __rmul__=lambda a, b: w(b) * a, __neg__=lambda a: a * -1,
        __sub__=lambda a, b: a + -w(b), __rsub__=lambda a, b: w(b) + -a))
    return C
V = engine()
'''),
    ("data in a list, grad in a list", '''
class V:
    def __init__(self, data, back=lambda g: None, kids=()):
        self.cell = [float(data), 0.0]; self.push = back; self.kids = kids
    data = property(lambda s: s.cell[0], lambda s, d: s.cell.__setitem__(0, d))
    grad = property(lambda s: s.cell[1], lambda s, g: s.cell.__setitem__(1, g))
    def __add__(self, o):
        o = o if type(o) is V else V(o)
        return V(self.data + o.data, lambda g: (self.take(g), o.take(g)), (self, o))
    def __mul__(self, o):
        o = o if type(o) is V else V(o)
        return V(self.data * o.data, lambda g: (self.take(g * o.data), o.take(g * self.data)), (self, o))
    __radd__, __rmul__ = __add__, __mul__
    def take(self, g): self.cell[1] += g
    def backward(self):
        depth = {}
        def height(n):
            if n not in depth: depth[n] = 1 + max(map(height, n.kids), default=0)
            return depth[n]
        height(self)
        self.grad = 1.0
        for n in sorted(depth, key=depth.get, reverse=True): n.push(n.grad)
'''),
    ("grads returned through a queue of tuples", changed("kahn", "class V:", "class V:\n    '''counts down uses'''")),
    ("generators as backward", '''
class V:
    def __init__(self, data, gen=None, kids=()): self.data, self.grad, self.gen, self.kids = data, 0.0, gen, kids
    def __add__(self, o):
        o = o if isinstance(o, V) else V(o)
        def gen():
            g = yield
            self.grad += g; o.grad += g
            yield
        return V(self.data + o.data, gen, (self, o))
    def __mul__(self, o):
        o = o if isinstance(o, V) else V(o)
        def gen():
            g = yield
            self.grad += g * o.data; o.grad += g * self.data
            yield
        return V(self.data * o.data, gen, (self, o))
    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def backward(self):
        seen, order = set(), []
        todo = [(self, 0)]
        while todo:
            n, i = todo.pop()
            if i == 0:
                if id(n) in seen: continue
                seen.add(id(n))
            if i < len(n.kids):
                todo += [(n, i + 1), (n.kids[i], 0)]
            else: order.append(n)
        self.grad = 1.0
        for n in reversed(order):
            if n.gen:
                it = n.gen(); next(it); it.send(n.grad)
'''),
    ("zeroes inner gradients on the way", changed("closures", "if n.back: n.back(n.grad)", "if n.back:\n                g, n.grad = n.grad, 0\n                n.back(g)")),
    ("counts paths, slow", '''
class V:
    def __init__(self, data, terms=()): self.data, self.terms, self.grad = data, terms, 0.0
    def __add__(self, o): o = o if isinstance(o, V) else V(o); return V(self.data + o.data, ((self, 1.0), (o, 1.0)))
    def __mul__(self, o): o = o if isinstance(o, V) else V(o); return V(self.data * o.data, ((self, o.data), (o, self.data)))
    __radd__, __rmul__ = __add__, __mul__
    def backward(self):
        for leaf, d in self.paths(): leaf.grad += d

    def paths(self):
        if not self.terms: yield self, 1.0
        for u, d in self.terms:
            for leaf, g in u.paths(): yield leaf, d * g
'''),
    ("Decimal", "from decimal import Decimal\n" + STYLES["kahn"].replace("self.data, self.grad, self.ins, self.ds = data, 0.0, ins, ds", "self.data, self.grad, self.ins, self.ds = Decimal(data), Decimal(0), ins, [Decimal(d) for d in ds]").replace("        self.grad = 1.0", "        self.grad = Decimal(1)")),
    ("forward mode inside", '''
class V:
    """keeps derivatives with respect to all leaves"""
    def __init__(self, data, d=None):
        self.data = data
        self.grad = 0
        self.d = {self: 1.0} if d is None else d
    def __add__(self, o):
        o = o if isinstance(o, V) else V(o)
        return V(self.data + o.data, {k: self.d.get(k, 0) + o.d.get(k, 0) for k in {**self.d, **o.d}})
    def __mul__(self, o):
        o = o if isinstance(o, V) else V(o)
        return V(self.data * o.data, {k: self.d.get(k, 0) * o.data + self.data * o.d.get(k, 0) for k in {**self.d, **o.d}})
    def tanh(self):
        t = math.tanh(self.data)
        return V(t, {k: (1 - t * t) * g for k, g in self.d.items()})
    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def __neg__(self): return self * -1
    def __sub__(self, o): return self + o * -1
    def backward(self):
        for k, g in self.d.items(): k.grad += g
'''),
    ("float subclass", '''
class V(float):
    def __new__(cls, data, *_): return float.__new__(cls, data)
    def __init__(self, data, args=()): self.data, self.args, self.grad = float(data), args, 0.0
    def __add__(self, o): return V(self.data + float(o), ((self, 1.0), (o, 1.0)))
    def __mul__(self, o): return V(self.data * float(o), ((self, float(o)), (o, self.data)))
    __radd__, __rmul__ = __add__, __mul__
    def __hash__(self): return id(self)
    def __eq__(self, o): return self is o
    def backward(self):
        order, seen = [], set()
        def go(v):
            if isinstance(v, V) and id(v) not in seen:
                seen.add(id(v)); [go(u) for u, _ in v.args]; order.append(v)
        go(self)
        self.grad = 1.0
        for v in reversed(order):
            for u, d in v.args:
                if isinstance(u, V): u.grad += d * v.grad
'''),
]


def made(source):
    """The class V of an engine."""
    names = {"math": math}
    exec(source, names)
    return names["V"]
