"""Answers as students write them, each with what its cause has to say; RIGHT stands for an answer that has to pass.

Each is put in place of the functions of the same names in its exercise (`put_in`): the rest of the file stays as it is.
"""
import ast

from tests.demos.battery import RIGHT


def waves(ks="range(1, n + 1)", odd="cos", even="sin", stop="max(abs(t) for t in g)"):
    """An answer to exercise 12, right as it is: which k the sum takes, the functions in it, and what has to be small."""
    return f"""\
def polynomial(c, x):
    n = len(c) // 2
    s = c[0]
    for k in {ks}:
        s = s + c[2 * k - 1] * {odd}(k * x) + c[2 * k] * {even}(k * x)
    return s
def fit(xs, ys, n):
    c = [0.0] * (2 * n + 1)
    rate = 0.5 / len(xs)
    for step in range(3000):
        g = grad(lambda c: loss(c, xs, ys))(c)
        c = [a - rate * b for a, b in zip(c, g)]
        if {stop} < 1e-4:
            break
    return c
"""


def put_in(stub: str, answer: str) -> str:
    """The file of an exercise with the functions, methods and names of an answer in place of its own."""
    lines, edits, extra = stub.split("\n"), [], []
    theirs = answer.split("\n")
    old = {name_of(node): node for node in ast.parse(stub).body if name_of(node)}
    for node in ast.parse(answer).body:
        text = "\n".join(theirs[node.lineno - 1:node.end_lineno])
        if isinstance(node, ast.ClassDef) and node.name in old:
            own = {name_of(method): method for method in old[node.name].body}
            edits += [(own[method.name], "\n".join(theirs[method.lineno - 1:method.end_lineno])) for method in node.body]
        elif name_of(node) in old:
            edits.append((old[name_of(node)], "\n".join([*extra, text])))
            extra = []
        else:
            extra.append(text)
    for node, text in sorted(edits, key=lambda edit: -edit[0].lineno):
        lines[node.lineno - 1:node.end_lineno] = text.split("\n")
    return "\n".join(lines)


def name_of(node):
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return getattr(node, "name", None)


FRESH = [
    ("e01_slope", 'two mistakes: sign and divided by h', 'a factor 2 too many', """\
def slope(f, x, h):
    return (f(x - h) - f(x + h)) / h
"""),
    ("e02_by_hand", 'two: sign plus and no square', 'two mistakes: a + where a - belongs', """\
def df(x):
    return (math.cos(x) * (1 + x**2) + 2 * x * math.sin(x)) / (1 + x**2)
"""),
    ("e03_record", 'returns y itself', 'a Value comes back', """\
from autograd import sin
def value_and_derivatives(a, b):
    a = Value(a); b = Value(b)
    y = a * b**2 + sin(a * b)
    y.backward()
    return y, a.grad, b.grad
"""),
    ("e03_record", 'returns Values of derivatives', 'a Value comes back', """\
from autograd import sin
def value_and_derivatives(a, b):
    a = Value(a); b = Value(b)
    y = a * b**2 + sin(a * b)
    y.backward()
    return y.data, Value(a.grad), Value(b.grad)
"""),
    ("e03_record", 'returns the y of a decoy, by hand', 'a formula by hand', """\
import math
from autograd import sin
def value_and_derivatives(a, b):
    va = Value(a); vb = Value(b)
    q = va * vb**2 + sin(va * vb)
    q.backward()
    return q.data, b**2 + b * math.cos(a * b), 2 * a * b + a * math.cos(a * b)
"""),
    ("e03_record", 'decoy of the right graph, by hand', 'a formula by hand', """\
import math
from autograd import sin
def value_and_derivatives(a, b):
    va = Value(a); vb = Value(b)
    q = va * vb**2 + sin(va * vb)
    q.backward()
    return (a * b**2 + math.sin(a * b), b**2 + b * math.cos(a * b), 2 * a * b + a * math.cos(a * b))
"""),
    ("e08_backward", 'reset of inputs per node', 'what other users gave them is gone', """\
def backward(output):
    output.grad = 1.0
    for node in reversed(order(output)):
        for v in node.inputs: v.grad = 0.0
        for v, partial in zip(node.inputs, node.partials):
            v.grad += partial * node.grad
"""),
    ("e08_backward", 'breadth first', 'the order is missing', """\
def backward(output):
    for n in order(output): n.grad = 0.0
    output.grad = 1.0
    queue, seen = [output], {id(output)}
    for node in queue:
        for v, partial in zip(node.inputs, node.partials):
            v.grad += partial * node.grad
            if id(v) not in seen:
                seen.add(id(v)); queue.append(v)
"""),
    ("e08_backward", 'grad multiplied in place', 'the parts are multiplied', """\
def backward(output):
    nodes = order(output)
    for n in nodes: n.grad = 1.0
    for node in reversed(nodes):
        for v, partial in zip(node.inputs, node.partials):
            v.grad *= partial * node.grad
"""),
    ("e09_neuron", 'tanh used', 'tanh stands where the sigmoid', """\
def neuron_gradients(w, b, x):
    f = np.tanh(w @ x + b)
    d = f * (1 - f)
    return d * x, d, d * w
"""),
    ("e11_two_layers", "relu'", 'the derivative of relu', """\
def backpropagate(W1, b1, W2, b2, x, y):
    z1 = W1 @ x + b1
    f1 = sigmoid(z1)
    z2 = W2 @ f1 + b2
    dz2 = z2 - y
    dz1 = (W2.T @ dz2) * (z1 > 0)
    dW2 = np.outer(dz2, f1)
    dW1 = np.outer(dz1, x)
    return {"dz2": dz2, "dW2": dW2, "db2": dz2, "dz1": dz1, "dW1": dW1, "db1": dz1}
"""),
    ("e12_trigonometric", 'k from 0', 'k goes from 0 to n - 1', waves(ks="range(n)")),
    ("e12_trigonometric", 'stops when the first derivative is small', 'the condition by which it stops', waves(stop="abs(g[0])")),
    ("e12_trigonometric", 'no abs in the stop', 'the condition by which it stops', waves(stop="max(g)")),
    ("e12_trigonometric", 'two: sin/cos swapped and range(1,n)', 'two mistakes: cos and sin have changed places; and the last wave',
     waves(ks="range(1, n)", odd="sin", even="cos")),
    ("e13_soft_margin", 'stops when w0 settles', 'the condition by which it stops', """\
from autograd import softplus
def loss(w, b, xs, ys):
    total = w[0]**2 + w[1]**2
    for x, y in zip(xs, ys):
        f = w[0] * x[0] + w[1] * x[1] + b
        total = total + softplus(1 - y * f)
    return total
def train(xs, ys):
    p = [0.0, 0.0, 0.0]
    g = grad(lambda p: loss(p[:2], p[2], xs, ys))
    rate = 1.0 / (2 + 0.25 * sum(x[0]**2 + x[1]**2 + 1 for x in xs))
    for _ in range(20000):
        d = g(p)
        if abs(d[0]) < 1e-4:
            break
        p = [a - rate * t for a, t in zip(p, d)]
    return p[:2], p[2]
"""),
    ("e14_softmax", 'z[0] subtracted', 'wherever it stands', """\
def loss_and_gradient(z, label):
    s = z - z[0]
    e = np.exp(s)
    p = e / np.sum(e)
    loss = np.log(np.sum(e)) - s[label]
    g = p.copy()
    g[label] -= 1
    return loss, g
"""),
    ("e15_dual", 'sin of tangent', 'the sine is taken of the tangent', """\
class Dual:
    def __mul__(self, other):
        other = dual(other)
        return Dual(self.value * other.value, self.tangent * other.value + self.value * other.tangent)
    def __truediv__(self, other):
        other = dual(other)
        return Dual(self.value / other.value, (self.tangent * other.value - self.value * other.tangent) / (other.value * other.value))
def sin(x):
    if isinstance(x, Dual):
        return Dual(sin(x.value), sin(x.tangent))
    return math.sin(x)
def derivative(f, x):
    return dual(f(Dual(x, 1.0))).tangent
def newton_step(f, x):
    d1 = derivative(f, x)
    d2 = derivative(lambda t: derivative(f, t), x)
    return x - d1 / d2
"""),
    ("e01_slope", 'two: one-sided and upside down', 'and it is upside down', """\
def slope(f, x, h):
    return h / (f(x + h) - f(x))
"""),
    ("e01_slope", 'second arg uses same side', 'at the same place', """\
def slope(f, x, h):
    forward = f(x + h)
    backward = f(x + h)
    return (forward - backward) / (2 * h)
"""),
    ("e02_by_hand", 'two: sin/cos swapped, denominator not squared', 'two mistakes: the denominator has to be squared; and sin and cos', """\
def df(x):
    return (math.sin(x) * (1 + x**2) - math.cos(x) * 2 * x) / (1 + x**2)
"""),
    ("e03_record", 'parentheses a (b² + sin(ab))', 'multiplies the sine too', """\
from autograd import sin
def value_and_derivatives(a, b):
    va, vb = Value(a), Value(b)
    y = va * (vb**2 + sin(va * vb))
    y.backward()
    return y.data, va.grad, vb.grad
"""),
    ("e03_record", 'two: math.sin of data, swapped', 'two mistakes: only the term a b²', """\
import math
def value_and_derivatives(a, b):
    va, vb = Value(a), Value(b)
    y = va * vb**2 + math.sin(a * b)
    y.backward()
    return y.data, vb.grad, va.grad
"""),
    ("e04_operation", '1/(2y) with a added', 'the inner derivative is added', """\
def by_a(y, a, b): return a + 1 / (2 * y)
def by_b(y, a, b): return b + 1 / (2 * y)
"""),
    ("e05_fault", 'right_partial takes square root of y', 'the square is missing, and', """\
def right_partial(y, a): return 1 / sqrt(1 + y)
def at_fault(table):
    for name, (f, *ps) in table.items():
        for i, p in enumerate(ps):
            for x in ([0.7, 1.3], [1.7, 0.6]):
                x = x[:len(ps)]
                u = x[:]; u[i] += 1e-6
                d = x[:]; d[i] -= 1e-6
                if abs((f(*u) - f(*d)) / 2e-6 - p(f(*x), *x)) > 1e-4: return name, i
"""),
    ("e03_record", 'linear decoy carrying hand numbers', 'numbers found by hand stand in the graph', """\
import math
def value_and_derivatives(a, b):
    p, q = Value(a), Value(b)
    da = b**2 + b * math.cos(a * b); db = 2 * a * b + a * math.cos(a * b)
    y = da * (p - a) + db * (q - b) + (a * b**2 + math.sin(a * b))
    y.backward()
    return y.data, p.grad, q.grad
"""),
    ("e03_record", 'grad set by hand', 'a formula by hand', """\
import math
from autograd import sin
def value_and_derivatives(a, b):
    p, q = Value(a), Value(b)
    y = p * q**2 + sin(p * q)
    y.backward()
    p.grad = b**2 + b * math.cos(a * b); q.grad = 2 * a * b + a * math.cos(a * b)
    return y.data, p.grad, q.grad
"""),
    ("e03_record", 'two graphs', RIGHT, """\
from autograd import sin
def one(a, b, which):
    a, b = Value(a), Value(b)
    y = a * b**2 + sin(a * b)
    y.backward()
    return y.data, (a, b)[which].grad
def value_and_derivatives(a, b):
    y, da = one(a, b, 0)
    return y, da, one(a, b, 1)[1]
"""),
    ("e03_record", 'terms apart, grads add up', RIGHT, """\
from autograd import sin
def value_and_derivatives(a, b):
    a, b = Value(a), Value(b)
    p = a * b * b
    q = sin(a * b)
    p.backward()
    q.backward()
    return p.data + q.data, a.grad, b.grad
"""),
    ("e03_record", 'import backward', RIGHT, """\
from autograd import sin
from autograd.backward import backward
def value_and_derivatives(a, b):
    a, b = Value(a), Value(b)
    y = sin(a * b) + a * b * b
    backward(y)
    return y.data, a.grad, b.grad
"""),
    ("e04_operation", 'partial of another row', 'autograd.find', """\
import autograd
def by_a(y, a, b): return autograd.find("sqrt").partial(0, y, (a * a + b * b,)) * 2 * a
def by_b(y, a, b): return autograd.find("sqrt").partial(0, y, (a * a + b * b,)) * 2 * b
"""),
    ("e06_chain", 'exact differences: quadratic in w, central differences with h = 1', 'a difference of two values', """\
def derivatives(x, w):
    Y = lambda x, w: (x * w) * (x * w + x)
    return {"y": 1.0, "v": x * w, "u": 2 * x * w + x, "w": (Y(x, w + 1) - Y(x, w - 1)) / 2, "x": (Y(x + 1, w) - Y(x - 1, w)) / 2}
"""),
    ("e09_neuron", 'finite differences with Richardson', 'it is a difference quotient', """\
def neuron_gradients(w, b, x):
    F = lambda w, b, x: float(sigmoid(w @ x + b))
    def d(g):
        D = lambda h: (g(h) - g(-h)) / (2 * h)
        t = [D(0.2 / 2**k) for k in range(7)]
        for j in range(1, 7): t = [(4**j * q - p) / (4**j - 1) for p, q in zip(t, t[1:])]
        return t[0]
    E = np.eye(len(w))
    return np.array([d(lambda h: F(w + h * e, b, x)) for e in E]), d(lambda h: F(w, b + h, x)), np.array([d(lambda h: F(w, b, x + h * e)) for e in E])
"""),
]
