# %% [markdown]
"""
# Twelve misconceptions: before and after

Take the quiz before the first lesson and after the last one: the page remembers your score. Takes a second or two.

**Goals.** You know which misconceptions are yours, and which lesson is about each.

**In class:** 15 minutes before the course, 15 minutes after it.
"""

# %% tags=["hide-input"]
import math

import numpy as np

import nn
from autograd import Value, draw, grad, maximum, relu
from autograd.derivatives.gradients import pullback, pushforward
from autograd.graph import topological_order
from demos.lesson import Lesson

lesson = Lesson("quiz", keeps_score=True)

# %% [markdown]
"""
Answer all twelve. Every answer is computed when this page is made, none is typed in.

## 1. A Value that is used twice
"""

# %%
a = Value(3.0)
y = a * a + a
y.backward()
lesson.ask("y = a · a + a at a = 3. What is dy/da after y.backward()?", a.grad,
           wrong={1.0: "that is the contribution of the last use only: `=` instead of `+=`",
                  6.0: "that is the contribution of a · a only", 4.0: "a · a uses a twice"},
           why="2a + 1. Contributions of all uses are added up. Lesson `chain_rule`.")

# %% tags=["hide-input"]
a.label, y.label = "a", "y"
lesson.show(draw(y), "twice", "Three edges lead back to a.")

# %% [markdown]
"""
## 2. The order of the backward pass
"""

# %%
a = Value(1.0)
b = a + a
c = b + b
order = topological_order(c)
lesson.ask("b = a + a, c = b + b. Backpropagation has reached b through one of its two edges. May b pass its derivative on to a now?",
           order.index(b) > order.index(c), wrong={"yes": "it would pass on a part, and then the rest as if it were new"},
           why="A node passes on once, when all its users have contributed: hence the topological order. Lesson `chain_rule`.")

# %% [markdown]
"""
## 3. Two passes
"""

# %%
w = Value(2.0)
(w * w).backward()
(w * w).backward()
lesson.ask("A training loop computes (w · w).backward() twice at w = 2 and forgets to reset the grads. What is w.grad?", w.grad,
           wrong={4.0: "backward adds to the grad of a leaf"},
           why="4 + 4. Reset the grads in every step. Lessons `chain_rule` and `descent`.")

# %% [markdown]
"""
## 4. Data that change after the forward pass
"""

# %%
x = Value(3.0)
y = x * x
x.data = 5.0
y.backward()
lesson.ask("x = 3, y = x · x, and then x.data = 5. What does y.backward() give for x.grad?", x.grad,
           wrong={10.0: "the graph was recorded at 3"}, why="The gradient belongs to the recorded numbers. Lesson `derivative`.")

# %% [markdown]
"""
## 5. Names and nodes
"""

# %%
x = Value(2.0)
y = x
y = y + 1.0
y = y * x
lesson.ask("x = Value(2.0); y = x; y = y + 1.0; y = y * x. How many operations are in the graph of y?",
           sum(bool(v.inputs) for v in topological_order(y)), within=0.001,
           wrong={1: "the name y was given away again, but what it stood for is still in the graph", 3: "y = x is not an operation"},
           why="A name is not a node: `y = x` records nothing. Lesson `derivative`.")

# %% [markdown]
"""
## 6. Functions from elsewhere
"""


# %%
def through_math(x):
    try:
        return math.exp(x).__class__.__name__
    except TypeError:
        return "an error"


lesson.ask("x = Value(1.0). What does `math.exp(x)` give?", through_math(Value(1.0)),
           choices=("a Value", "float", "an error"), wrong={"float": "in some libraries; the derivative would be lost silently",
                                                            "a Value": "math knows only floats"},
           why="math is not recorded: use autograd.exp. Lesson `derivative`.")

# %% [markdown]
"""
## 7. Where there is no derivative
"""

# %%
a, b = Value(1.0), Value(1.0)
(relu(Value(0.0)) + maximum(a, b)).backward()
lesson.ask("What does the engine return for the derivative of max(0, t) at t = 0?", grad(relu)(0.0),
           wrong={0.5: "a possible choice, but libraries take 0", 1.0: "a possible choice, but libraries take 0"},
           why=f"A convention. And in a tie, max(a, b) with a = b gives a the derivative {a.grad:g} and b {b.grad:g}. "
               "Lesson `neuron`.")

# %% [markdown]
"""
## 8. Depth
"""


# %%
def first_over_last(activation, depth=12, width=16):
    net = nn.MLP(width, [width] * depth, activation=[activation] * depth, init="xavier", seed=5)
    layers = nn.matrix.parameters(net)
    x = np.random.default_rng(5).normal(size=(1, width))
    zs, fs = nn.matrix.forward(layers, x)
    found = nn.matrix.backward(layers, zs, fs, np.ones((1, width)))
    return float(np.abs(found[0].dz).mean() / np.abs(found[-1].dz).mean())


ratio = first_over_last("sigmoid")
lesson.ask("A network of 12 layers with sigmoids. How large are the derivatives in the first layer, compared with the last?",
           "less than a thousandth" if ratio < 1e-3 else "about as large" if ratio < 10 else "larger",
           choices=("larger", "about as large", "less than a thousandth"),
           wrong={"about as large": "each layer multiplies by σ', which is at most 1/4"},
           why="Vanishing gradients. Lesson `backpropagation`.")

# %% [markdown]
"""
## 9. A weight that is 0
"""

# %%
w, x = Value(0.0), 3.0
((w * x - 1.0) ** 2).backward()
lesson.ask("A weight is exactly 0. Can its derivative be different from 0?", w.grad != 0.0,
           wrong={"no": "the derivative with respect to w does not contain w, but what w is multiplied by"},
           why=f"Here ℓ = (w · 3 - 1)² at w = 0 has the derivative {w.grad:g}. A weight of 0 is still connected. "
               "Lesson `backpropagation`.")

# %% [markdown]
"""
## 10. Equal neurons
"""

# %%
net = nn.MLP(2, [4, 1], "tanh", seed=0)
for p in net.parameters():
    p.data = 0.3
for _ in range(10):
    net.zero_grad()
    ((net([1.0, 2.0]) - 1.0) ** 2).backward()
    for p in net.parameters():
        p.data -= 0.01 * p.grad
lesson.ask("All weights of a network start with the same number. How many different neurons does a hidden layer of 4 have after "
           "training?",
           len({tuple(p.data for p in (*n.w, n.b)) for n in net.layers[0].neurons}), within=0.001,
           wrong={4: "nothing tells them apart"}, why="Equal neurons get equal derivatives. Lesson `neuron`.")

# %% [markdown]
"""
## 11. What derivatives cost
"""


# %%
def operations(values):
    return sum(bool(v.inputs) for v in topological_order(*(v for v in values if isinstance(v, Value))))


x = [Value(0.1 + 0.001 * i) for i in range(200)]
y = x[0]
for v in x[1:]:
    y = (y * v).tanh()
order = topological_order(y)
reverse = operations([y, *pullback(order, x, {y: 1.0}, True)]) / operations([y])
forward = sum(operations([y, *pushforward(order, [y], {v: 1.0}, True)]) / operations([y]) - 1 for v in x)
lesson.ask("A function of 200 inputs takes 1 second. About how many seconds does its whole gradient take, by backpropagation?",
           reverse, factor=2.5, wrong={200.0: "that is forward mode: a sweep for each input"},
           why=f"A small multiple, for any number of inputs. (Forward mode takes about {forward:.0f} here.) Lessons `forward_reverse` "
               "and `proof`.")

# %% [markdown]
"""
## 12. A step that is too long
"""

# %%
w, before = 1.0, 1.0
w = w - 1.5 * 2 * w
lesson.ask("ℒ(w) = w² at w = 1, a step of gradient descent with α = 1.5. Is the loss smaller after it?", w**2 < before**2,
           wrong={"yes": "the gradient says which way is down, not how far"},
           why=f"w is {w:g} now, and the loss {w**2:g}. It goes in the right direction and much too far. Lesson `descent`.")

# %% [markdown]
"""
## To try

- For each question you missed, change the numbers in the code until you can predict the answer.
- Which of the twelve does the person next to you find hardest? Explain it to each other.
- Write a thirteenth question, with `lesson.ask(question, answer)`, whose answer is computed.
"""
