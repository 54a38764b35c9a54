# %% [markdown]
"""
# Pictures and words: everything the engine can show

Every kind of picture on one page: a neuron, an expression, networks, a loss of many thousand Values collapsed to a few nodes,
pages that play the backward pass, and the chain rule in words. Takes a few seconds.

**Goals.** You can draw any Value or network, collapse what is too large, and let the engine explain a derivative in words.

**In class:** 35 minutes, or as a reference.
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


# %%
lesson.ask("A graph is drawn with a node for each Value. How many nodes does a * b + c have?",
           len(topological_order(Value(1.0) * Value(2.0) + Value(3.0))), within=0.001, wrong={3: "and the product, and the sum"},
           why="Three leaves and two operations.")

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

# %%
lesson.ask("In the picture: what is do/dx2? Its weight w2 is 1.", next(v for v in topological_order(o) if v.label == "x2").grad,
           wrong={0.0: "that is do/dw2, since x2 is 0"}, why="1/2 times w2.")

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

# %%
lesson.ask("How many operations does this expression record?", sum(bool(v.inputs) for v in topological_order(g)), factor=1.35,
           why="Count the signs; x += ... is one, too. (Any answer within a factor of 1.35 counts as right.)")

# %%
show(autograd.draw(g), "readme", "micrograd's expression, one Value for each operation.")

# %%
a, b = (next(v for v in topological_order(g) if v.label == name) for name in "ab")
lesson.ask("Look at the two leaves: with respect to which is the derivative of g larger?", "b" if abs(b.grad) > abs(a.grad) else "a",
           choices=("a", "b"), why=f"{a.grad:.1f} and {b.grad:.1f}: the same numbers as in micrograd's README.")

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

# %%
lesson.ask("The edge from the third weight to the dot carries its local derivative. Which number is it? The third input is x.2 "
           "= 0.5.",
           f.inputs[0].partials[next(k for k, v in enumerate(f.inputs[0].inputs) if v.label.endswith("w.2"))],
           wrong={next(v.data for v in f.inputs[0].inputs if v.label.endswith("w.2")): "that is the weight itself"},
           why="What the weight is multiplied by.")

# %%
show(autograd.draw(f), "dot", "nn's neuron: one dot and its activation.")

# %%
lesson.ask(f"f = {f.data:.3f}. Which local derivative does tanh have, 1 - f²?", f.partials[0], within=0.02,
           wrong={f.data: "that is f"}, why="It is on the edge between the dot and f.")

# %%
show(autograd.draw(f, open_dots=True), "dot-opened", "The same with open_dots=True.")

# %%
lesson.ask("Does opening the dot change the derivatives?", any(abs(v.grad - p) > 1e-12 for v, p in zip(
    f.inputs[0].inputs, [f.inputs[0].grad * d for d in f.inputs[0].partials])), why="It is the same record, drawn with more nodes.")

# %% [markdown]
"""
## Networks

A network draws itself, in columns as in the lecture's figure 2. Blue lines are positive weights, orange dashed ones negative
weights. The larger a weight, the wider its line.
"""

# %%
figure2 = nn.MLP(6, [2, 6, 4, 1], activation="tanh", seed=22)
lesson.ask("A network 6-2-6-4-1 has a node for each number in each layer. How many nodes?", sum((6, 2, 6, 4, 1)), within=0.001,
           wrong={13: "the inputs are nodes, too"}, why="6 + 2 + 6 + 4 + 1.")

# %%
show(figure2.draw(), "network", "The network of the lecture's figure 2, with its weights.")

# %%
negative = [w.data < 0 for layer in figure2.layers for n in layer.neurons for w in n.w]
lesson.ask("How many of its weights are negative?", sum(negative), factor=1.35, why=f"The dashed lines, {sum(negative)} of "
           f"{len(negative)}. "
           "(Any answer within a factor of 1.35 counts as right.)")

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
lesson.ask("And in a network 2-16-16-1, how many lines?", 2 * 16 + 16 * 16 + 16 * 1, within=0.001, wrong={337: "that includes the "
           "biases"},
           why="2·16 + 16·16 + 16·1: the limit of what an eye can follow.")

# %%
show(moons.draw([0.5, -0.3]), "moons", "The network for the two moons, for one sample.")

# %%
weights = [w.data for layer in moons.layers for n in layer.neurons for w in n.w]
lesson.ask("About what share of the lines is dashed, for a negative weight? (1 is all of them.)",
           sum(w < 0 for w in weights) / len(weights),
           within=0.15, why="Initial weights are drawn evenly around 0.")

# %% [markdown]
"""
## A loss over many samples

micrograd's moons as plain scalar code: the hinge loss over all points, with L2 regularization. Nobody can look at so many
Values one by one. `draw` collapses them to neurons: it recognizes a neuron by the labels of its parameters, and puts what it
computes for all samples into one node.
"""


# %% tags=["hide-input"]
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
           len(topological_order(loss)), factor=3, why="Any answer within a factor of 3 counts as right.")

# %%
show(autograd.draw(loss), "loss", "Neurons hold what they computed for all samples.")

# %%
lesson.ask("Each neuron is one node here. How many Values does it stand for, on average? (33 neurons.)",
           len(topological_order(loss)) / 33, factor=2, wrong={1.0: "and what it computed for all samples"},
           why="For each sample a few products, sums and a ReLU. (Any answer within a factor of 2 counts as right.)")

# %% [markdown]
"""
Coarser still, `level="layer"`:
"""

# %%
show(autograd.draw(loss, level="layer"), "loss-layers", "The loss, by layers.")

# %%
lesson.ask("Neurons are named like parameters, counted from 0. What is the third neuron of the second layer called?",
           figure2.layers[1].neurons[2].b.label.rpartition(".")[0],
           choices=("layers.1.neurons.2", "layers.2.neurons.3", "layers.2.neurons.1"), wrong={"layers.2.neurons.3": "counted from 0"},
           why="Layer 1, neuron 2.")

# %% [markdown]
"""
To look into one neuron, name it: `expand="layers.1.neurons.2"`. Here in a smaller network, over 3 samples:
"""


# %%
def small_loss():
    net = nn.MLP(2, [3, 3, 1], activation="tanh", seed=3)
    loss = autograd.sum([nn.losses.squared(net([0.5 * i, 1.0]), 1.0) for i in range(3)])
    loss.label = "loss"
    loss.backward()
    return loss


# %%
small = small_loss()
lesson.ask("This network, 2-3-3-1 with tanh, and the squared errors of 3 samples: how many Values are behind the loss?",
           len(topological_order(small)), factor=2, why="Few enough to look at, if most of it stays closed. "
           "(Any answer within a factor of 2 counts as right.)")

# %%
opened = autograd.draw(small_loss(), expand="layers.1.neurons.2")
show(opened, "loss-opened", "One neuron of a layer is open; the others are closed.")

# %%
lesson.ask("The open neuron has three inputs. How many parameters does it have?", len(nn.Neuron(3, "tanh").parameters()), within=0.001,
           wrong={3: "and its bias"}, why="Three weights and a bias.")

# %% [markdown]
"""
Without labels no neurons can be recognized. Then operations of the same kind and depth are collapsed:
"""

# %%
unlabelled = moons_loss(SAMPLES, labels=False)
show(autograd.draw(unlabelled), "loss-unlabelled", "The same loss, without labels.")

# %%
lesson.ask("Is the loss without labels the same number as before?", unlabelled.data == loss.data, why="Labels are for pictures "
           "and words only.")

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
           why="Too many to write out. Any answer within a factor of 2 counts as right.")

# %%
print(autograd.explain(o, wrt=labelled(o, "x1")))
lesson.write(f"$$ {autograd.explain(o, wrt=labelled(o, 'x1')).latex} $$")

# %% tags=["hide-input"]
w1 = labelled(o, "w1")
(product,) = [v for v in topological_order(o) if any(u is w1 for u in v.inputs)]

# %%
lesson.ask("With respect to w1 instead of x1, a single factor of this product changes. What is it then?",
           product.partials[[u is w1 for u in product.inputs].index(True)], wrong={w1.data: "that is the factor for x1"},
           why="The derivative of x1 w1 with respect to w1 is x1. The way from the product to o is the same.")

# %% [markdown]
"""
`expression` writes the formula that a Value stands for. Where there are too many paths to read, `explain` goes from Value to
Value instead, as backpropagation does.
"""

# %%
print(autograd.expression(g))

# %%
lesson.ask("In what follows each derivative is computed once. How many multiplications by a local derivative does that take?",
           sum(len(v.inputs) for v in topological_order(g)), factor=1.6, why="One for each edge, instead of one for each step of "
           "each path.")

# %%
said = str(autograd.explain(g, wrt=labelled(g, "a"))).split("\n")
print(*said[:12], "...", *said[-2:], sep="\n")

# %% [markdown]
"""
## To try

- Draw an expression of your own, and play it with the person next to you, in turns, in predict mode.
- Draw `moons_loss(3)` with `expand="layers.0.neurons.0"`. How many nodes are there for one sample?
- Print `drawn["dot"].source`, the text a picture is made from. Which line is the edge from `x.0`, and where is its local
  derivative?
"""
