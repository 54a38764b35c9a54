"""The programs that the workbench offers; the first one is there when it opens."""
from __future__ import annotations

EXAMPLES = {
    "A neuron": '''\
from autograd import Value

x = Value(2.0)
w = Value(-3.0)
b = Value(7.0)
y = (w * x + b).tanh()
y.backward()

print("dy/dx =", x.grad)
''',
    "Used twice": '''\
from autograd import Value

a = Value(3.0)
b = a + a           # two ways from a to b
c = b * a           # and one more from a to c
c.backward()

print("dc/da =", a.grad)
''',
    "A sigmoid by hand": '''\
from autograd import Value, exp

z = Value(0.5)
s = 1 / (1 + exp(-z))
s.backward()

print("ds/dz      =", z.grad)
print("s (1 - s)  =", s.data * (1 - s.data))
''',
    "A squared error": '''\
from autograd import Value

xs, ys = [1.0, 2.0], [2.0, 3.5]
w, b = Value(0.5), Value(0.0)

loss = 0.0
for x, y in zip(xs, ys):
    loss += (w * x + b - y) ** 2
loss.backward()

print("dloss/dw =", w.grad, "   dloss/db =", b.grad)
''',
    "Gradient descent": '''\
from autograd import Value

w = Value(4.0)
for step in range(8):
    loss = (w - 1) ** 2 + 1
    w.grad = 0
    loss.backward()
    print(f"step {step}: w = {w.data:.4f}, loss = {loss.data:.4f}")
    w.data -= 0.2 * w.grad
''',
    "Newton's square root": '''\
from autograd import Value

a = Value(2.0)
x = 1.0
for _ in range(3):                      # a program with a loop
    x = (x + a / x) / 2
x.backward()

print("root", x.data, "   derivative", a.grad)
print("1 / (2 sqrt(a)) =", 0.5 / 2 ** 0.5)
''',
    "An operation of your own": '''\
from autograd import Value, operation

cube_root = operation("cube_root", lambda a: a ** (1 / 3),
                      lambda y, a: y / (3 * a))
a = Value(8.0)
root = cube_root(a)
root.backward()
print(root.data, a.grad)
''',
    "Derivatives of derivatives": '''\
from autograd import grad, hessian, sin

def f(x):
    return x ** 3 * sin(x)

print("f'(2)   =", grad(f)(2.0))
print("f''(2)  =", grad(grad(f))(2.0))
print("Hessian of x² y at (1, 2):")
print(hessian(lambda v: v[0] ** 2 * v[1])([1.0, 2.0]))
''',
    "Check an engine": '''\
from autograd import check_engine

class Number:                           # an engine of your own: what is wrong with it?
    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs
        self.pass_on = lambda: None

    def __mul__(self, other):
        out = Number(self.data * other.data, (self, other))
        def pass_on():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad
        out.pass_on = pass_on
        return out

    def backward(self):
        self.grad = 1.0
        self.pass_on()

for fault in check_engine(Number).faults:
    print(fault)
''',
}
