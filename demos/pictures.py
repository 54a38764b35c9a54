# %% [markdown]
"""
# Pictures and words: everything the engine can show

Every kind of picture on one page: a neuron, an expression, networks, a loss of many thousand Values collapsed to a few nodes,
pages that play the backward pass, and the chain rule in words. Takes a few seconds.

**Goals.** You can draw any Value or network, collapse what is too large, and let the engine explain a derivative in words.

**In class:** 20 minutes, or as a reference.
"""

# %% tags=["hide-input"]
import random
from contextlib import suppress

import autograd
import nn
from autograd import Value
from autograd.graph import topological_order
from autograd.pictures import PictureError
from demos.lesson import Lesson

lesson = Lesson("pictures", cover="network-sample")
drawn = {}


def show(picture, name, caption):
    """Show a picture; a PNG and its DOT, the text it is made from, are written as well."""
    drawn[name] = picture
    picture.write(lesson.out / f"{name}.dot")
    shown = lesson.show(picture, name, caption)
    with suppress(PictureError):                            # a PNG needs Graphviz, an SVG may not
        picture.write(lesson.out / f"{name}.png")
    return shown


# %% [markdown]
"""
## A Value and all it was made from

`draw` takes any Value. Every Value is a card with its label, its data and, once `backward` was called, its gradient. An edge
carries its local derivative. The bias below is chosen so that the local derivative of `tanh` is exactly 1/2.
"""


# %%
def neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.881373587019543, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


o = neuron()
o.backward()

# %%
lesson.ask("o = tanh(x1 w1 + x2 w2 + b), and the local derivative of tanh is 1/2 here. x1 = 2, w1 = -3. What is do/dw1?",
           next(v for v in topological_order(o) if v.label == "w1").grad,
           wrong={-1.5: "that is do/dx1", 0.5: "times what w1 is multiplied by"}, why="1/2 times x1.")

# %%
show(autograd.draw(o), "neuron", "A neuron, tanh(w · x + b), after backward().")

# %% [markdown]
"""
In a longer expression the operations are fields of the cards, to save width. This is the expression in micrograd's README.
`autograd.name(locals())` gives each Value the name of its variable, so that you need not write labels.
"""


# %%
def readme_expression():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    autograd.name(locals())
    return g


g = readme_expression()
g.backward()
show(autograd.draw(g), "readme", "micrograd's expression, one Value for each operation.")

# %% [markdown]
"""
## A dot, closed and open

A neuron of `nn` is two nodes: one *dot*, `w · x + b`, and its activation. `open_dots=True` draws the products and their sum.
"""

# %%
f = nn.Neuron(3, "tanh", seed=2)([Value(d) for d in (1.0, -2.0, 0.5)])
lesson.ask("A neuron of nn with 3 inputs has 3 weights, 3 inputs and a bias as leaves. How many operations does it record?",
           sum(bool(v.inputs) for v in topological_order(f)), within=0.001,
           wrong={7: "three products, three sums and tanh would be seven; nn records the sum of products as one operation"},
           why="One dot and one activation.")

# %%
x = [Value(d, label=f"x.{i}") for i, d in enumerate([1.0, -2.0, 0.5])]
f = nn.Neuron(3, "tanh", seed=2)(x)
f.label = "f"
f.backward()
show(autograd.draw(f), "dot", "nn's neuron: one dot and its activation.")

# %%
show(autograd.draw(f, open_dots=True), "dot-opened", "The same with open_dots=True.")

# %% [markdown]
"""
## Networks

A network draws itself, in columns as in the lecture's figure 2. Blue lines are positive weights, orange dashed ones negative
weights. The larger a weight, the wider its line.
"""

# %%
figure2 = nn.MLP(6, [2, 6, 4, 1], activation="tanh", seed=22)
show(figure2.draw(), "network", "The network of the lecture's figure 2, with its weights.")

# %% [markdown]
"""
With a sample, each neuron shows its data and the derivative of the output with respect to it.
"""

# %%
lesson.ask("In the picture of a network 6-2-6-4-1, how many lines are there? (One for each weight.)",
           sum(len(n.w) for layer in figure2.layers for n in layer.neurons), within=0.001,
           wrong={19: "that is the number of nodes", 65: "that includes the biases"}, why="6·2 + 2·6 + 6·4 + 4·1.")

# %%
sample = [0.5, -0.3, 0.8, -0.9, 0.1, 0.4]
show(figure2.draw(sample), "network-sample", "The same network for one sample.")

# %%
moons = nn.MLP(2, [16, 16, 1], seed=1337)
show(moons.draw([0.5, -0.3]), "moons", "The network for the two moons, for one sample.")

# %% [markdown]
"""
## A loss over many samples

micrograd's moons as plain scalar code: the hinge loss over all points, with L2 regularization. Nobody can look at so many
Values one by one. `draw` collapses them to neurons: it recognizes a neuron by the labels of its parameters, and puts what it
computes for all samples into one node.
"""


# %%
def scalar_neuron(neuron, x, relu):
    z = sum((wi * xi for wi, xi in zip(neuron.w, x)), neuron.b)
    return z.relu() if relu else z


def moons_loss(samples, labels=True):
    net = nn.MLP(2, [16, 16, 1], seed=1337)
    if not labels:
        for p in net.parameters():
            p.label = ""
    rng = random.Random(1)
    losses = []
    for _ in range(samples):
        x = [Value(rng.uniform(-1, 1)), Value(rng.uniform(-1, 1))]
        for k, layer in enumerate(net.layers):
            x = [scalar_neuron(neuron, x, relu=k < 2) for neuron in layer.neurons]
        losses.append((1 + -rng.choice([-1, 1]) * x[0]).relu())
    loss = sum(losses) * (1.0 / samples) + 1e-4 * sum(p * p for p in net.parameters())
    loss.label = "loss"
    loss.backward()
    return loss


SAMPLES = lesson.size(100, 5)
loss = moons_loss(SAMPLES)

# %%
lesson.ask(f"The loss of a 2-16-16-1 network over {SAMPLES} samples, one scalar at a time: how many Values are behind it?",
           len(topological_order(loss)), factor=3, why="Within a factor of 3 counts as right.")

# %%
print(f"{len(topological_order(loss)):,} Values")
show(autograd.draw(loss), "loss", "Neurons hold what they computed for all samples.")

# %% [markdown]
"""
Coarser still, `level="layer"`:
"""

# %%
show(autograd.draw(loss, level="layer"), "loss-layers", "The loss, by layers.")

# %% [markdown]
"""
To look into one neuron, name it: `expand="layers.1.neurons.2"`. Here in a smaller network, over 3 samples:
"""


# %%
def small_loss():
    net = nn.MLP(2, [4, 4, 1], activation="tanh", seed=3)
    loss = autograd.sum([nn.losses.squared(net([0.5 * i, 1.0]), 1.0) for i in range(3)])
    loss.label = "loss"
    loss.backward()
    return loss


opened = autograd.draw(small_loss(), expand="layers.1.neurons.2")
show(opened, "loss-opened", "One neuron of a layer is open; the others are closed.")

# %% [markdown]
"""
Without labels no neurons can be recognized. Then operations of the same kind and depth are collapsed:
"""

# %%
unlabelled = moons_loss(SAMPLES, labels=False)
show(autograd.draw(unlabelled), "loss-unlabelled", "The same loss, without labels.")

# %% [markdown]
"""
## Pages that play

`play` writes a page that goes through the forward and the backward pass, step by step. With the key `p` you predict each
number before you see it. Here is the neuron.
"""

# %%
lesson.play(neuron(), "play-neuron", "The neuron, step by step.")

# %%
autograd.play(readme_expression(), lesson.out / "play-readme.html")
print(lesson.out / "play-readme.html")

# %% [markdown]
"""
Open [micrograd's expression](play-readme.html) as a page of its own.

## Words

`explain` writes out the chain rule for one input, path by path.
"""


# %%
def labelled(output, label):
    return next(v for v in topological_order(output) if v.label == label)


# %%
lesson.ask("How many paths lead from a to the result g of micrograd's expression?",
           autograd.explain(g, wrt=labelled(g, "a")).paths, factor=2,
           why="Too many to write out. Within a factor of 2 counts as right.")

# %%
print(autograd.explain(o, wrt=labelled(o, "x1")))

# %% [markdown]
"""
`expression` writes the formula that a Value stands for. Where there are too many paths to read, `explain` goes from Value to
Value instead, as backpropagation does.
"""

# %%
print(autograd.expression(g))
print()
print(autograd.explain(g, wrt=labelled(g, "a")))

# %% [markdown]
"""
## To try

- Draw an expression of your own, and play it with the person next to you, in turns, in predict mode.
- Draw `moons_loss(3)` with `expand="layers.0.neurons.0"`. How many nodes are there for one sample?
- Print `drawn["dot"].source`, the text a picture is made from. Which line is the edge from `x.0`, and where is its local
  derivative?
"""
