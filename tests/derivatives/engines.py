"""Two small engines as text, to be changed by replacing a piece of them, and the mutants made that way."""
import math

CLOSURES = '''
class Value:
    def __init__(self, data, children=(), op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = tuple(children)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad  # second factor
        out._backward = _backward
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float))
        out = Value(self.data ** n, (self,))
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(self.data, 0.0), (self,))
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))
        def _backward():
            self.grad += out.data * out.grad  # exp
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,))
        def _backward():
            self.grad += 1 / self.data * out.grad
        out._backward = _backward
        return out

    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __truediv__(self, other): return self * other ** -1
    def __radd__(self, other): return self + other
    def __rsub__(self, other): return (-self) + other
    def __rmul__(self, other): return self * other
    def __rtruediv__(self, other): return self ** -1 * other

    def backward(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()
'''

TUPLES = '''
class Value:
    def __init__(self, data, inputs=(), partials=()):
        self.data, self.inputs, self.partials, self.grad = data, inputs, partials, None

    def __add__(self, other):
        b = as_value(other)
        return Value(self.data + b.data, (self, b), (1.0, 1.0))

    def __sub__(self, other):
        b = as_value(other)
        return Value(self.data - b.data, (self, b), (1.0, -1.0))

    def __mul__(self, other):
        b = as_value(other)
        return Value(self.data * b.data, (self, b), (b.data, self.data))

    def __truediv__(self, other):
        b = as_value(other)
        return Value(self.data / b.data, (self, b), (1 / b.data, -self.data / b.data ** 2))

    def __pow__(self, other):
        b = as_value(other)
        y = self.data ** b.data
        slope = y * math.log(self.data) if self.data > 0 else 0.0
        return Value(y, (self, b), (b.data * self.data ** (b.data - 1), slope))

    def __neg__(self): return Value(-self.data, (self,), (-1.0,))
    def relu(self): return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))
    def log(self): return Value(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,))

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, (self,), (1 - y * y,))

    def __radd__(self, other): return as_value(other) + self
    def __rsub__(self, other): return as_value(other) - self
    def __rmul__(self, other): return as_value(other) * self
    def __rtruediv__(self, other): return as_value(other) / self
    def __rpow__(self, other): return as_value(other) ** self

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                order.append(v)
            elif id(v) not in seen:
                seen.add(id(v))
                stack.append((v, True))
                stack.extend((u, False) for u in v.inputs)
        for v in order:
            if v.inputs: v.grad = None
        self.grad = 1.0
        for v in reversed(order):
            for u, p in zip(v.inputs, v.partials):
                u.grad = (u.grad or 0.0) + p * (v.grad or 0.0)

def as_value(x): return x if isinstance(x, Value) else Value(float(x))
'''

C, T = CLOSURES, TUPLES
ORDER = C[C.index("        topo, visited"):]
T_ORDER = T[T.index("        order, seen"):T.index("def as_value")]
WALK_DOWN = '''        self.grad = 1.0
        def go(v):
            v._backward()
            for child in v._prev: go(child)
        go(self)
'''
VISIT_DOWN = '''        self.grad, seen = 1.0, set()
        def go(v):
            if v in seen: return
            seen.add(v)
            v._backward()
            for child in v._prev: go(child)
        go(self)
'''
BREADTH = '''        self.grad, seen, queue = 1.0, {self}, [self]
        for v in queue:
            v._backward()
            for child in v._prev:
                if child not in seen:
                    seen.add(child)
                    queue.append(child)
'''
PUSH = '''        self.pass_on(1.0)

    def pass_on(self, g):
        self.grad = (self.grad or 0.0) + g
        for u, p in zip(self.inputs, self.partials): u.pass_on(p * g)

'''
STACK = '''        self.grad, stack = 1.0, [self]
        while stack:
            v = stack.pop()
            for u, p in zip(v.inputs, v.partials):
                u.grad = (u.grad or 0.0) + p * (v.grad or 0.0)
                stack.append(u)

'''
ENDLESS = '''        while True: self.grad = 1.0

'''
TAPE = "        TAPE.append(self)\n"
VISIT_ONCE = '''        order, stack, flow = [], [self], {}
        while stack:
            v = stack.pop()
            if v not in order:
                order.append(v)
                stack.extend(reversed(v.inputs))
        flow[self] = 1.0
        for v in order:
            v.grad = (v.grad or 0.0) + flow.get(v, 0.0)
            for u, p in zip(v.inputs, v.partials): flow[u] = flow.get(u, 0.0) + p * flow.get(v, 0.0)

'''
ARRIVALS = '''        waiting, stack, seen = {}, [self], {id(self)}
        while stack:
            for u in stack.pop().inputs:
                waiting[id(u)] = waiting.get(id(u), 0) + 1
                if id(u) not in seen:
                    seen.add(id(u))
                    stack.append(u)
        flow, ready = {id(self): 1.0}, [self]
        for v in ready:
            g = flow[id(v)]
            v.grad = (v.grad or 0.0) + g
            for u, p in zip(v.inputs, v.partials):
                flow[id(u)] = flow.get(id(u), 0.0) + p * g
                waiting[id(u)] -= 1
                if waiting[id(u)] >= 0: ready.append(u)

'''
# kind, engine, what is replaced, what by
MUTANTS = [
    ("no +=", C, "+= out.grad", "= out.grad"),
    ("no +=", C, "            self.grad += out.grad", "            self.grad = out.grad"),
    ("no +=", C, "            other.grad += out.grad", "            other.grad = out.grad"),
    ("no +=", C, "+= other.data", "= other.data"),
    ("no +=", C, "other.grad += self.data", "other.grad = self.data"),
    ("no +=", C, ".grad += ", ".grad = "),
    ("no +=", C, "self.grad += (1 - t", "self.grad = (1 - t"),
    ("no +=", C, "self.grad += (out", "self.grad = (out"),
    ("no +=", C, "self.grad += n", "self.grad = n"),
    ("no +=", T, "(u.grad or 0.0) + p", "p"),
    ("repeated", T, "zip(v.inputs, v.partials)", "dict(zip(v.inputs, v.partials)).items()"),
    ("repeated", C, "            other.grad += self.data", "            if other is not self: other.grad += self.data"),
    ("no order", C, "in reversed(topo)", "in topo"),
    ("no order", T, "in reversed(order)", "in order"),
    ("no order", C, ORDER, VISIT_DOWN),
    ("no order", C, ORDER, BREADTH),
    ("no order", C, "                for child in v._prev:\n                    build(child)\n                topo.append(v)",
     "                topo.insert(0, v)\n                for child in v._prev:\n                    build(child)"),
    ("no order", C, "            v._backward()\n", "            pass\n        self._backward()\n"),
    ("no visited", C, ORDER, WALK_DOWN),
    ("no visited", C, "if v not in visited", "if True"),
    ("no visited", C, "                visited.add(v)\n", ""),
    ("no visited", T, T_ORDER, STACK),
    ("no visited", T, "elif id(v) not in seen", "else"),
    ("equal", C, "if v not in visited:\n                visited.add(v)", "if v.data not in visited:\n                visited.add(v.data)"),
    ("equal", T, "id(v)", "v.data"),
    ("state", C, "    def backward(self):\n        topo, visited = [], set()", "    def backward(self, topo=[], visited=set()):"),
    ("seed", C, "        self.grad = 1.0\n", ""),
    ("seed", C, "self.grad = 1.0", "self.grad = self.data"),
    ("seed", T, "        self.grad = 1.0\n", ""),
    ("seed", T, "self.grad = 1.0", "self.grad = 2.0"),
    ("chain rule", C, "other.data * out.grad", "other.data"),
    ("chain rule", C, "(1 - t ** 2) * out.grad", "(1 - t ** 2)"),
    ("chain rule", C, "(n - 1) * out.grad", "(n - 1)"),
    ("chain rule", C, "self.grad += out.data * out.grad", "self.grad += out.data"),
    ("chain rule", T, "p * (v.grad or 0.0)", "p"),
    ("chain rule", C, "+= out.grad", "+= 1.0"),
    ("in place", C, "        out = Value(self.data + other.data, (self, other))", "        self.data += other.data\n        out = Value(self.data, (self, other))"),
    ("in place", T, "        y = math.exp(self.data)", "        y = self.data = math.exp(self.data)"),
    ("in place", T, "    def __neg__", "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n    def __neg__"),
    ("reflected", T, "as_value(other) - self", "self - as_value(other)"),
    ("reflected", T, "as_value(other) / self", "self / as_value(other)"),
    ("reflected", T, "as_value(other) ** self", "self ** as_value(other)"),
    ("reflected", C, "return (-self) + other", "return self - other"),
    ("reflected", C, "return self ** -1 * other", "return self / other"),
    ("reflected", C, "def __radd__(self, other): return self + other", "def __radd__(self, other): return other + self"),
    ("sign", T, "return as_value(other) - self", "return Value(other - self.data, (self,), (1.0,))"),
    ("exponential", T, "return as_value(other) ** self", "return Value(other ** self.data, (self,), (self.data * other ** (self.data - 1),))"),
    ("sign", T, "(1.0, -1.0)", "(1.0, 1.0)"),
    ("sign", C, "return self + (-other)", "return self + other"),
    ("operands", C, "return self + (-other)", "return other + (-self) if isinstance(other, Value) else self + -other"),
    ("sign", T, "(-1.0,)", "(1.0,)"),
    ("division", T, "-self.data / b.data ** 2", "self.data / b.data ** 2"),
    ("division", T, "-self.data / b.data ** 2", "-self.data / b.data"),
    ("division", T, "(1 / b.data, -self.data / b.data ** 2)", "(b.data, self.data)"),
    ("operands", C, "return self * other ** -1", "return other * self ** -1 if isinstance(other, Value) else self * other ** -1"),
    ("power", C, "n * self.data ** (n - 1)", "n * self.data ** n"),
    ("power", C, "n * self.data ** (n - 1)", "self.data ** (n - 1)"),
    ("power", C, "n * self.data ** (n - 1)", "(n - 1) * self.data ** (n - 1)"),
    ("power", C, "n * self.data ** (n - 1)", "(n - 1) * self.data ** n"),
    ("exponent", T, "(b.data * self.data ** (b.data - 1), slope)", "(b.data * self.data ** (b.data - 1), 0.0)"),
    ("exponent", T, "y * math.log(self.data) if", "y * self.data if"),
    ("exponent", T, "Value(y, (self, b), (b.data * self.data ** (b.data - 1), slope))", "Value(y, (self,), (b.data * self.data ** (b.data - 1),))"),
    ("relu", C, "out.data > 0", "out.data >= 0"),
    ("relu", T, "1.0 if self.data > 0 else 0.0", "1.0"),
    ("in for out", C, "self.grad += out.data * out.grad", "self.grad += self.data * out.grad"),
    ("in for out", C, "1 - t ** 2", "1 - self.data ** 2"),
    ("in for out", T, "(1 / self.data,)", "(1 / math.log(self.data),)"),
    ("factor", C, "(1 - t ** 2)", "2 * (1 - t ** 2)"),
    ("factor", T, "(self, b), (1.0, 1.0)", "(self, b), (1.0, 0.5)"),
    ("sign", C, "(1 - t ** 2)", "(t ** 2 - 1)"),
    ("lost", C, "            other.grad += self.data * out.grad  # second factor\n", ""),
    ("grad", C, "self.grad += other.data * out.grad", "self.grad += other.grad * out.grad"),
    ("grad", C, "self.grad += other.data * out.grad\n            other.grad += self.data",
     "self.grad += other.grad * out.grad\n            other.grad += self.grad"),
    ("data", T, "(1.0 if self.data > 0 else 0.0,)", "(max(self.data, 0.0),)"),
    ("operands", T, "Value(self.data - b.data, (self, b)", "Value(b.data - self.data, (self, b)"),
    ("exponential", C, "self.grad += out.data * out.grad", "self.grad += self.data * math.exp(self.data - 1) * out.grad"),
    ("local", T, "        b = as_value(other)\n        return Value(self.data * b.data",
     "        if not isinstance(other, Value): return Value(self.data * other, (self,), (1.0,))\n"
     "        b = as_value(other)\n        return Value(self.data * b.data"),
    ("no visited", T, T_ORDER, ARRIVALS),
    ("same", T, "(self, b), (b.data, self.data)", "(self, b), (b.data, b.data)"),
    ("saved", C, "        def _backward():\n            self.grad += other.data * out.grad\n            other.grad += self.data",
     "        Value.last = self.data, other.data\n        def _backward():\n            self.grad += Value.last[1] * out.grad\n"
     "            other.grad += Value.last[0]"),
    ("same", T, "(self, b), (b.data, self.data)", "(self, b), (self.data, self.data)"),
    ("no +=", T, "u.grad = (u.grad or 0.0) + p * (v.grad or 0.0)",
     "u.grad = (0.0 if u.inputs else u.grad or 0.0) + p * (v.grad or 0.0)"),
    ("combined", T, "u.grad = (u.grad or 0.0) + p * (v.grad or 0.0)",
     "u.grad = p * (v.grad or 0.0) if u.grad is None else max(u.grad, p * (v.grad or 0.0))"),
    ("no order", T, T_ORDER, VISIT_ONCE),
    ("local", T, "    def __neg__", "    def __abs__(self): return Value(abs(self.data), (self,), (1.0,))\n\n    def __neg__"),
    ("rule", T, "    def __neg__", "    def softplus(self): return Value(math.log1p(math.exp(self.data)), (self,), (1 / (1 + math.exp(self.data)),))\n\n    def __neg__"),
    ("rule", T, "    def __neg__", "    def gelu(self): return Value(self.data / (1 + math.exp(-1.702 * self.data)), (self,), (1.0 / (1 + math.exp(-1.702 * self.data)),))\n\n"
     "    def __neg__"),
    ("lost", T, "(self, b), (b.data, self.data)", "(self, b), (b.data,)"),
    ("rule", C, "(1 - t ** 2)", "(1 - t)"),
    ("swapped", T, "(b.data, self.data)", "(self.data, b.data)"),
    ("value", C, "math.log(self.data)", "math.log10(self.data)"),
    ("error", C, "1 / self.data * out.grad", "1 / self.date * out.grad"),
    ("endless", T, T_ORDER, ENDLESS),
    ("shape", C, "self.grad = 0.0\n", "pass\n"),
]

# the ways in which right engines differ, and the notes that they get
RIGHT = [
    (C, "", "", {"no reset", "stale", "depth"}),
    (T, "", "", set()),
    (T, T_ORDER, PUSH, {"depth", "every path"}),
    (C, "out.data > 0", "self.data >= 0", {"no reset", "stale", "depth", "relu at 0"}),
    (C, "self._prev = tuple(children)", "self._prev = set(children)", {"no reset", "stale", "depth"}),
    (C, "    def __neg__(self): return self * -1\n", "", {"no reset", "stale", "depth"}),
    (C, "    def __radd__(self, other): return self + other\n", "", {"no reset", "stale", "depth"}),
    (T, "            if v.inputs: v.grad = None", "            v.grad = None", {"replaced"}),
    (T, "            if v.inputs: v.grad = None", "            pass", {"no reset"}),
    (T, "    def __truediv__", "    def __eq__(self, other): return self.data == other.data\n    __hash__ = object.__hash__\n    def __truediv__", set()),
]


def engine(source, old="", new=""):
    """The class Value of an engine with a piece replaced."""
    assert old in source, old
    names = {"math": math}
    exec(source.replace(old, new) if old else source, names)
    return names["Value"]
