"""From an empty file: an engine, its networks, and a first compiler: a solution of the track."""
import math
import random

import numpy as np


class Value:
    """A number that remembers where it came from."""

    def __init__(self, data, inputs=(), partials=(), row=""):
        self.data, self.grad = data, 0.0
        self.inputs, self.partials, self.row = inputs, partials, row

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "add")

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "mul")

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data**(n - 1),), f"pow {n}")

    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + -value(other)
    def __rsub__(self, other): return value(other) - self
    def __truediv__(self, other): return self * value(other)**-1
    def __rtruediv__(self, other): return value(other) / self

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, (self,), (1 - y * y,), "tanh")

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,), "exp")

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")

    def backward(self):
        nodes = order(self)
        for v in nodes:
            if v.inputs:
                v.grad = 0.0                # leaves add up, as in the lecture's training loop
        self.grad = 1.0
        for v in reversed(nodes):
            for u, partial in zip(v.inputs, v.partials):
                u.grad += partial * v.grad


def value(x):
    return x if isinstance(x, Value) else Value(x)


def order(output):
    """All nodes behind output, each after its inputs."""
    found, seen, stack = [], set(), [(output, False)]
    while stack:
        v, inputs_done = stack.pop()
        if inputs_done:
            found.append(v)
        elif v not in seen:
            seen.add(v)
            stack.append((v, True))
            stack.extend((u, False) for u in v.inputs)
    return found


class Neuron:
    def __init__(self, n, activation=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(n)]
        self.b, self.activation = Value(0.0), activation

    def __call__(self, x):
        z = sum((w * t for w, t in zip(self.w, x)), self.b)
        return z.tanh() if self.activation else z

    def parameters(self): return [*self.w, self.b]


class MLP:
    def __init__(self, n, sizes):
        sizes = [n, *sizes]
        self.layers = [[Neuron(m, k < len(sizes) - 2) for _ in range(sizes[k + 1])]
                       for k, m in enumerate(sizes[:-1])]

    def __call__(self, x):
        for layer in self.layers:
            x = [neuron(x) for neuron in layer]
        return x[0] if len(x) == 1 else x

    def parameters(self):
        return [p for layer in self.layers for neuron in layer for p in neuron.parameters()]


def train(model, xs, ys, steps, rate):
    losses = []
    for _ in range(steps):
        loss = sum((model(x) - y)**2 for x, y in zip(xs, ys))
        losses.append(loss.data)
        for p in model.parameters():
            p.grad = 0.0
        loss.backward()
        for p in model.parameters():
            p.data -= rate * p.grad
    return losses


def forward(y, x):
    """dy/dx, from the inputs to the output."""
    tangents = {}
    for v in order(y):
        tangents[v] = sum(d * tangents[u] for u, d in zip(v.inputs, v.partials)) + float(v is x)
    return tangents[y]


class Matrix:
    """A Value whose data is a matrix; `pull` turns its grad into those of its inputs."""

    def __init__(self, data, inputs=(), pull=None):
        self.data = np.array(data, dtype=float)
        self.grad, self.inputs, self.pull = np.zeros_like(self.data), inputs, pull

    def __matmul__(self, other):
        return Matrix(self.data @ other.data, (self, other),
                      lambda g: (g @ other.data.T, self.data.T @ g))

    def __add__(self, other):
        return Matrix(self.data + other.data, (self, other),
                      lambda g: (g, g.sum(axis=1, keepdims=True)))

    def tanh(self):
        y = np.tanh(self.data)
        return Matrix(y, (self,), lambda g: (g * (1 - y * y),))

    def sum(self):
        return Matrix(self.data.sum(), (self,), lambda g: (g * np.ones_like(self.data),))

    def backward(self):
        self.grad = np.ones_like(self.data)
        for v in reversed(order(self)):
            for u, g in zip(v.inputs, v.pull(v.grad) if v.pull else ()):
                u.grad = u.grad + g


FORWARD = {"add": "{0} + {1}", "mul": "{0} * {1}", "tanh": "math.tanh({0})",
           "exp": "math.exp({0})", "log": "math.log({0})", "relu": "max({0}, 0.0)"}
LOCAL = {"add": ("1.0", "1.0"), "mul": ("{1}", "{0}"), "tanh": ("(1 - {y} * {y})",),
         "exp": ("{y}",), "log": ("(1 / {0})",), "relu": ("float({0} > 0)",)}


def compile(y, inputs):
    """A function of numbers that gives y and its derivatives with respect to the inputs."""
    nodes = order(y)
    names = {v: f"v{k}" for k, v in enumerate(nodes)}
    for k, v in enumerate(inputs):
        names[v] = f"x{k}"
    lines, back = [], []
    for v in nodes:
        name, ins = names[v], [names[u] for u in v.inputs]
        row, _, n = v.row.partition(" ")
        if v.inputs:
            text = f"{ins[0]}**{n}" if n else FORWARD[row].format(*ins)
            lines.append(f"{name} = {text}")
        elif v not in inputs:
            lines.append(f"{name} = {v.data!r}")
        local = (f"({n} * {ins[0]}**({n} - 1))",) if n else LOCAL.get(row, ())
        for u, d in zip(ins, local):
            back.insert(0, f"d{u} += d{name} * {d.format(*ins, y=name)}")
    zeros = " = ".join(f"d{name}" for name in {**dict.fromkeys(names.values())}) + " = 0.0"
    lines += [zeros, f"d{names[y]} = 1.0", *back]
    answer = f"return {names[y]}, [{', '.join(f'd{names[v]}' for v in inputs)}]"
    head = f"def compiled({', '.join(f'x{k}' for k in range(len(inputs)))}):"
    made = {"math": math}
    exec("\n    ".join([head, *lines, answer]), made)
    return made["compiled"]
