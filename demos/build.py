# %% [markdown]
"""
# An engine of your own

The smallest engine that deserves the name, built in five steps: a number that remembers, operators, an order, the backward
pass, and a formula that learns with it. An examiner checks it at the end. Takes a few seconds.

**Goals.** You can write reverse mode from an empty file in forty lines; you can say what each of the lines is for, and what
goes wrong without it.

**In class:** 45 minutes, typing along.
"""

# %% tags=["hide-input"]
import math
import random

from autograd import Value, check_engine, draw
from autograd.graph import topological_order
from demos.lesson import Lesson

lesson = Lesson("build")

# %%
x = Value(1.0)
lesson.ask("From the last lesson: x is used by three operations. How many contributions are added up in x.grad?",
           sum(u is x for v in topological_order(x.exp() + x.sin() * x.cos()) for u in v.inputs),
           within=0.001, why="One for each use. This is what `+=` is for in the engine that you are about to write.")

# %% [markdown]
"""
## A number that remembers

A number, where it came from, and how it changes with each of its inputs: the local derivatives.

In Python such a thing is described by a *class*. `Number(2.0)` makes an object of it and runs `__init__`, whose first
argument `self` is the new object; `self.data` is a number that the object keeps. What is not given is `()`, empty: a leaf.
"""

# %%
lesson.ask("A leaf was given, not computed. How many inputs does it record?", len(Value(2.0).inputs), within=0.001,
           wrong={1: "it is not an input of itself"}, why="None, and no local derivative. A product will record two of each.")


# %%
class Number:
    """A number, the Numbers it was computed from, and its local derivative with respect to each."""

    def __init__(self, data, inputs=(), partials=()):
        self.data, self.inputs, self.partials = data, inputs, partials
        self.grad = 0.0


def mul(a, b):
    return Number(a.data * b.data, (a, b), (b.data, a.data))


a, b = Number(2.0), Number(-3.0)
c = mul(a, b)

# %%
lesson.ask("c = mul(a, b) with a = 2, b = -3. What is the local derivative of c with respect to a, c.partials[0]?", c.partials[0],
           wrong={2.0: "that is a, the derivative with respect to b", -6.0: "that is c itself"}, why="The other factor, b.")

# %%
lesson.ask("Afterwards a.data is set to 100. What is c.partials[1] then?", (setattr(a, "data", 100.0), c.partials[1])[1],
           wrong={100.0: "it was computed when c was made, and stored"},
           why="The local derivatives were recorded with the numbers of that moment.")

# %% [markdown]
"""
## Operators

With `__add__` and `__mul__` you write formulas as usual: for `a + b` Python calls `a.__add__(b)`. A plain number becomes a
Number first. And with the plain number on the left, as in `2 * x`? Python asks it first, and it knows no Numbers.
"""

# %%
def as_number(x):
    return x if isinstance(x, Number) else Number(x)

# %%
class Asked:
    def __rmul__(self, other):
        return "x.__rmul__(2)"


asked = {"x.__rmul__(2)": 2 * Asked()}
lesson.ask("x is a Number. Which method does Python end up calling for `2 * x`?",
           next(name for name, got in asked.items() if got == name), choices=("x.__mul__(2)", "x.__rmul__(2)", "(2).__mul__(x) alone"),
           wrong={"(2).__mul__(x) alone": "the int does not know Numbers, and says so", "x.__mul__(2)": "x is on the right"},
           why="r is for right: x is to the right of the operator.")

# %%
class Number:
    """A number that remembers how it was computed."""

    def __init__(self, data, inputs=(), partials=()):
        self.data, self.inputs, self.partials = data, inputs, partials
        self.grad = 0.0

    def __add__(self, other):
        other = as_number(other)
        return Number(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = as_number(other)
        return Number(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Number(t, (self,), (1 - t * t,))

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + -1.0 * as_number(other)
    def __rsub__(self, other): return other + -1.0 * self

    def backward(self):
        backward(self)


x = Number(0.5)
y = (2 * x).tanh()

# %%
lesson.ask("y = tanh(2 x) at x = 0.5: y is about 0.762. What is the local derivative that tanh records?", y.partials[0], within=0.03,
           wrong={y.data: "that is y; the derivative is 1 - y²", 2 * y.partials[0]: "the 2 belongs to the product"}, why="1 - y².")

# %% [markdown]
"""
## An order

Inputs before the operation: walk the graph with a list of what is still to do. Each node is put on the list twice, the second
time when all its inputs have been listed. (`todo.pop()` takes the last entry off the list `todo`, and `todo += [...]` puts
entries at its end. `set()` is a set that is empty: `seen` holds the nodes that were met before.)
"""


# %%
def order(output):
    """All Numbers behind the output, each after its inputs."""
    found, seen, todo = [], set(), [(output, False)]
    while todo:
        v, inputs_done = todo.pop()
        if inputs_done:
            found.append(v)
        elif v not in seen:
            seen.add(v)
            todo.append((v, True))
            todo += [(u, False) for u in v.inputs]
    return found


x = Number(3.0)
u = x * x
y = u + x
names = {x: "x", u: "u", y: "y"}
listed = ", ".join(names[v] for v in order(y))

# %%
lesson.ask("u = x · x, y = u + x. What does order(y) return?", listed, choices=("y, u, x", "x, u, y", "u, x, y", "x, x, u, y"),
           wrong={"x, x, u, y": "`seen` makes sure that every node is listed only once", "y, u, x": "that is the order of the "
           "backward pass"}, why="Inputs first.")

# %% [markdown]
"""
## The backward pass

Three lines do the work. The first resets everything behind the output, the second is the *seed*, dy/dy = 1, the third passes
on.
"""


# %%
def backward(output):
    """Set the grad of every Number behind the output to the derivative of the output."""
    nodes = order(output)
    for v in nodes:
        v.grad = 0.0
    output.grad = 1.0
    for v in reversed(nodes):
        for u, partial in zip(v.inputs, v.partials):
            u.grad += partial * v.grad


backward(y)

# %%
lesson.ask("y = x · x + x at x = 3. What is x.grad?", x.grad,
           wrong={6.0: "that is the part through u", 1.0: "that is the direct part", 9.0: "that is u"}, why="3 + 3 through u, and 1.")

# %%
lesson.ask("In the last line, `+=` is replaced by `=`. Which derivative would be wrong for y = x · x + x?",
           "x" if len({id(v) for v in y.inputs}) == 2 and sum(w is x for v in (y, u) for w in v.inputs) > 1 else "u",
           choices=("u", "x", "y"), why="x is used three times; u and y are used at most once.")

# %%
h, f = 1e-6, lambda x: x * x + x
print("by the graph        ", x.grad)
print("finite difference   ", (f(3.0 + h) - f(3.0 - h)) / (2 * h))

# %% [markdown]
"""
The same expression in the package's engine, to play with:
"""

# %%
v = Value(3.0, label="x")
w = v * v
w.label = "u"
z = w + v
z.label = "y"
lesson.play(z, "play", "The forward and the backward pass, step by step.")

# %%
z.backward()
lesson.show(draw(z), "graph", "Every Value with its data and its gradient.")

# %%
at = Number(-1.0)
backward(at * at + at)
lesson.ask("y = x · x + x again, now at x = -1. What is x.grad? (In the page above you can drag x to -1.)", at.grad,
           wrong={7.0: "that is at 3; the local derivatives of x · x are x and x"}, why="-1 - 1 through u, and 1.")

# %% [markdown]
"""
## It learns

Four samples: "and" for inputs -1 and 1, where -1 means no and 1 means yes. The formula `tanh(w1 x1 + w2 x2 + b)` has three
numbers to be found. Each step moves them a little against the derivative of the sum of the squared errors: where more of a
number would raise the sum, it becomes smaller. The next four lessons take this loop apart.
"""

# %%
lesson.ask("The formula tanh(w1 x1 + w2 x2 + b) with w1 = w2 = 1 and b = -1, for the inputs (1, 1). What is the sign of the output?",
           "positive" if (1.0 * 1 + 1.0 * 1 - 1.0) > 0 else "negative", choices=("positive", "negative"),
           why="tanh(1 + 1 - 1) is above 0. For the other three inputs the sum is below 0: so \"and\" can be written this way.")

# %%
samples = [((-1.0, -1.0), -1.0), ((-1.0, 1.0), -1.0), ((1.0, -1.0), -1.0), ((1.0, 1.0), 1.0)]
rng = random.Random(0)
w1, w2, b = parameters = [Number(rng.uniform(-1, 1)) for _ in range(3)]
losses = []
for _ in range(lesson.size(200, 60)):
    loss = Number(0.0)
    for (x1, x2), target in samples:
        off = (w1 * x1 + w2 * x2 + b).tanh() - target
        loss = loss + off * off
    backward(loss)
    for p in parameters:
        p.data -= 0.1 * p.grad
    losses.append(loss.data)
outputs = [(w1 * x1 + w2 * x2 + b).tanh().data for (x1, x2), _ in samples]

# %%
lesson.ask("\"And\" is 1 only if both inputs are 1. After training, what is the sign of b?",
           "negative" if b.data < 0 else "positive", choices=("negative", "positive"),
           wrong={"positive": "three of the four targets are -1, so b pulls towards -1"},
           why="w1 + w2 + b must be positive, and w1 - w2 + b negative.")

# %%
print(f"loss {losses[0]:.3f} at first, {losses[-1]:.4f} at the end")
for (inputs, target), output in zip(samples, outputs):
    print(inputs, "target", target, f"output {output:6.3f}")

# %%
decided = sum((output > 0) == (target > 0) for output, (_, target) in zip(outputs, samples))
lesson.ask("How many of the four outputs have the sign of their target?", decided, within=0.001,
           why="The sign is the decision. A longer training moves the outputs closer to -1 and 1, but changes no decision.")

# %% [markdown]
"""
## The examiner

`check_engine` tries a class like this one on many expressions, and names the misconception where it finds a mistake. First
yours:
"""


# %%
class Overwrites(Number):
    """The same, with = instead of +=."""

    def __add__(self, other):
        other = other if isinstance(other, Number) else Overwrites(other)
        return Overwrites(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Overwrites(other)
        return Overwrites(self.data * other.data, (self, other), (other.data, self.data))

    def backward(self):
        nodes = order(self)
        for v in nodes:
            v.grad = 0.0
        self.grad = 1.0
        for v in reversed(nodes):
            for u, partial in zip(v.inputs, v.partials):
                u.grad = partial * v.grad


mine, spoilt = check_engine(Number), check_engine(Overwrites)

# %%
lesson.ask("Does the examiner find a fault in Number?", bool(mine.faults),
           why="It has no `exp` and no division yet, which is not a fault; nor is what a note says: here each backward starts anew, "
               "where micrograd adds. And in Overwrites? See below.")

# %%
print(mine)
print()
print(spoilt.faults[0])

# %% [markdown]
"""
The package's own engine is the same idea: `autograd/value.py` has the number and its inputs, `autograd/ops.py` the
derivatives, once for each operation, and `autograd/backward.py` the backward pass along a topological order. One thing
differs: your `backward` resets all nodes, also the leaves. The package's leaves add up over passes, as PyTorch's do.

In PyTorch a tensor's `grad_fn` takes the part of your Number: `grad_fn.next_functions` are the inputs, and instead of the
local derivatives it keeps the tensors from which its backward rule computes them. micrograd keeps a function, a *closure*,
for each node instead.

## To try

- Add `exp`, and division as `a * b**-1`. Let the examiner look at it.
- Leave out the reset. Does the training notice? Does the examiner?
- The exercises from here on build each piece again, from an empty file, and check every step.
"""
