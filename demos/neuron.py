# %% [markdown]
"""
# The neuron and the network

The lecture, part 1 of 4: activation functions, one neuron, and the fully connected network, with the lecture's figures 1
and 2. Takes a few seconds.

**Goals.** You can compute a neuron and its derivatives by hand; you can read and write the formula of a fully connected
network, with the shape of every matrix in it; you know why initial weights are drawn at random.

**In class:** 35 minutes. **The lecture:** Jeff Calder, Mathematics of Image and Data Analysis (Math 5467), Lecture 22:
Neural Networks. Its formulas keep their numbers, (1) to (8), in all four parts.
"""

# %% tags=["hide-input"]
import numpy as np

import nn
from autograd import Value, draw, exp, grad, maximum, relu, sigmoid
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("neuron", cover="figure2")

# %%
lesson.ask("From the last lesson: y = w x + b with w = 3, x = 2, b = 1. What is the derivative of y with respect to w?",
           grad(lambda w: w * 2.0 + 1.0)(3.0), wrong={3.0: "that is w, the derivative with respect to x", 7.0: "that is y itself"},
           why="w is multiplied by x. The building block of this lesson is such a sum, and a function around it.")

# %% [markdown]
r"""
## Activation functions

A *neural network* is a function with *parameters*: numbers that can be adjusted until the function does what it should. It
is made of simple building blocks. The smallest is the *neuron*,

$$f(x) = \sigma(\omega^T x + b), \qquad f: \mathbb{R}^n \to \mathbb{R}$$

($\mathbb{R}$ stands for the real numbers, $\mathbb{R}^n$ for the vectors of `n` of them.) It takes a vector `x` of `n`
numbers and returns one number. Its parameters are the *weights* $\omega \in \mathbb{R}^n$ (`w` in the code), one for each
input, and the *bias* $b \in \mathbb{R}$. The weighted sum $\omega^T x = \omega_1 x_1 + \dots + \omega_n x_n$ is linear in
$x$: twice the inputs give twice the sum. The *activation function* $\sigma: \mathbb{R} \to \mathbb{R}$ that follows is not
linear. Two common choices are the rectified linear unit, *ReLU*, and the *sigmoid*:

$$\sigma(t) = \max\{t, 0\} \qquad (1)$$

$$\sigma(t) = \frac{1}{1 + e^{-t}} \qquad (2)$$

Both are operations of the engine, so their derivatives are known.
"""

# %%
lesson.ask("At 0, ReLU has slope 0 on the left and slope 1 on the right. Which number does the engine return as its "
           "derivative there?", grad(relu)(0.0),
           why="ReLU has no derivative there. Any number from 0 to 1 would do (the slope of a line that touches the graph at 0 from "
               "below, a *subgradient*). Most libraries, PyTorch as well, choose 0, as here: σ'(0) = 0.")

# %%
for t in (-2.0, 0.0, 2.0):
    print(f"t = {t:4}   relu {relu(t)}, slope {grad(relu)(t)}"
          f"   sigmoid {sigmoid(t):.4f}, slope {grad(sigmoid)(t):.4f}")

# %%
a, b = Value(2.0), Value(2.0)
maximum(a, b).backward()

# %%
lesson.ask("A tie: a = b = 2 and y = max(a, b). What share of the derivative goes to a, the first of the two?", a.grad,
           wrong={0.5: "sharing it equally would be allowed as well, but here the whole derivative goes to one of them"},
           why="In a tie the first gets all of it. Like σ'(0) = 0 this is a convention, and libraries differ: PyTorch's "
               "`torch.maximum` gives each 0.5.")

# %% [markdown]
r"""
Written out, (2) is a graph of several operations, and the chain rule goes through all of them. On paper:

$$\sigma'(t) = \frac{e^{-t}}{(1 + e^{-t})^2} = \frac{1}{1 + e^{-t}} \cdot\ \frac{e^{-t}}{1 + e^{-t}}
= \sigma(t) (1 - \sigma(t))$$

All three agree:
"""


# %%
def written_out(t):
    return 1 / (1 + exp(-t))


t = 0.7
print("the operation       ", grad(sigmoid)(t))
print("(2) written out     ", grad(written_out)(t))
print("σ(t) (1 - σ(t))     ", sigmoid(t) * (1 - sigmoid(t)))

# %%
lesson.ask("σ' = σ (1 - σ). What is the largest slope that the sigmoid has anywhere?", grad(sigmoid)(0.0),
           wrong={1.0: "that is the slope of ReLU on the right", 0.5: "that is σ(0); the slope is σ(0) (1 - σ(0))"},
           why="At 0, where σ = 1/2. Remember this number: it matters in deep networks.")

# %% tags=["hide-input"]
ts = np.linspace(-6, 6, 601).tolist()
slopes = {sigma: [grad(sigma)(t) for t in ts] for sigma in (relu, sigmoid)}

# %% tags=["hide-input"]
figure, axes = plots.plots(2, 2, size=(15, 7.8), sharex="col")
formulas = (r"(1) ReLU,  $\max\{t, 0\}$", r"(2) sigmoid,  $1 / (1 + e^{-t})$")
for sigma, formula, (top, bottom) in zip(slopes, formulas, axes.T):
    plots.dress(top, formula)
    top.plot(ts, [sigma(t) for t in ts], color=plots.BLUE, linewidth=4)
    plots.dress(bottom, x="t")
    slope = np.array(slopes[sigma])
    jumps = np.abs(np.diff(slope, append=slope[-1])) > 0.5      # no line where it jumps
    bottom.plot(ts, np.where(jumps, np.nan, slope), color=plots.RED, linewidth=4)
axes[0, 0].set_ylabel(r"$\sigma(t)$", fontsize=23)
axes[1, 0].set_ylabel(r"$\sigma'(t)$", fontsize=23)
relu_slope = axes[1, 0]
relu_slope.plot(0, 1, "o", color=plots.RED, mfc="white", markeredgewidth=3, markersize=12)
relu_slope.plot(0, 0, "o", color=plots.RED, markersize=13)
relu_slope.text(0.5, 0.08, r"$\sigma'(0) = 0$", fontsize=23, color=plots.RED)
lesson.show(figure, "figure1",
            "Figure 1. Blue: the activation functions; below a threshold they are 0, or close "
            "to it. Red: their derivatives, computed by the engine point by point.")

# %%
steep = max(ts, key=lambda t: relu(t) - sigmoid(t) if t < 0 else -1.0)
lesson.ask("Look at the red curves: for which t does ReLU learn nothing at all, because its derivative is exactly 0?",
           "t ≤ 0" if all((grad(relu)(t) == 0) == (t <= 0) for t in ts) else "for none", choices=("t ≤ 0", "t > 0", "for none"),
           wrong={"for none": "that is the sigmoid: its slope is small far from 0, but never exactly 0"},
           why="At t = 0 by convention. The sigmoid's derivative is small where t is far below 0, but never 0.")

# %% [markdown]
"""
## A neuron by hand

Here is a neuron with two inputs. Its parameters are Values, because we want derivatives with respect to them.
"""

# %%
x = [2.0, -1.0]
w = [Value(0.5, label="w1"), Value(-1.5, label="w2")]
b = Value(-2.0, label="b")
z = w[0] * x[0] + w[1] * x[1] + b
f = sigmoid(z)
z.label, f.label = "z", "f"
f.backward()

# %%
lesson.ask("w = (0.5, -1.5), x = (2, -1), b = -2. What is z = wᵀx + b?", z.data, wrong={-2.0: "(-1.5) · (-1) is +1.5"},
           why="1 + 1.5 - 2.")

# %%
lesson.ask("With the sigmoid, σ'(z) = σ(z) (1 - σ(z)) is about 0.235 here. What is the derivative of f with respect to w2?",
           w[1].grad, within=0.03,
           wrong={b.grad: "that is the derivative with respect to b; w2 is multiplied by x2, which is -1"},
           why="σ'(z) times what w2 is multiplied by, x2 = -1.")

# %%
lesson.show(draw(f), "neuron", "The neuron as a graph, after backward().")

# %%
lesson.play(f, "play", "The neuron, step by step. Drag w2 until f is above 0.9.")

# %% [markdown]
"""
`nn.Neuron` holds such parameters and computes the same. It records `wᵀx + b` as *one* operation, a `dot`, instead of a
product for each weight and their sum. The graph is smaller, and its derivatives are the same. (In PyTorch this is
`torch.nn.Linear(2, 1)` and `torch.sigmoid`. There `x` may be a tensor with a row for each sample; here it is a list with the
inputs of one.)
"""

# %%
neuron = nn.Neuron(2, "sigmoid", seed=1)
for mine, its in zip([*w, b], neuron.parameters()):
    its.data = mine.data
g = neuron(x)
g.backward()
print("by hand  ", f.data, [p.grad for p in [*w, b]])
print("nn.Neuron", g.data, [p.grad for p in neuron.parameters()])
print("operations:", g.op, "of", g.inputs[0].op)

# %%
lesson.ask("nn.Neuron with n inputs: how many operations does it record?", sum(bool(v.inputs) for v in topological_order(g)),
           within=0.001, wrong={5: "that is the graph written out by hand: two products, two sums and the sigmoid"},
           why="One dot and one activation, for any n.")

# %% [markdown]
r"""
## The network

Several neurons with the same inputs form a *layer*. Their weights are the rows of a matrix `W`, their biases a vector `b`. A
*fully connected* network with `L` layers passes the numbers of each layer on to the next:

$$f_k = \sigma_k(W_k f_{k-1} + b_k), \quad k = 1, \dots, L \qquad (3)$$

(Entry $i$ of $W f$ is the sum of $W(i,j) f(j)$ over $j$: the weighted sum of neuron $i$.)

- $f_0 \in \mathbb{R}^{n_0}$ is the input $x$, and $f_L \in \mathbb{R}^{n_L}$ the output of the network;
- $f_k \in \mathbb{R}^{n_k}$ for $k = 1, \dots, L - 1$ are the values at the *hidden* layers; layer $k$ has $n_k$ neurons;
- the weights $W_k \in \mathbb{R}^{n_k \times n_{k-1}}$, a matrix with $n_k$ rows and $n_{k-1}$ columns, and the biases
  $b_k \in \mathbb{R}^{n_k}$ are the learnable parameters.
"""

# %%
lesson.ask("W₁ has 2 rows and 6 columns. How many numbers must the input f₀ have?", np.zeros((2, 6)).shape[1], within=0.001,
           wrong={2: "that is the number of neurons, and the length of f₁", 12: "these are the weights"},
           why="One for each column: in W₁ f₀ each row of W₁ is multiplied by f₀, entry by entry.")

# %% [markdown]
"""
In plain Python a layer is one line, and the network a loop. `nn.MLP` (*multi-layer perceptron*) does the same and holds the
parameters. It counts layers from 0: `layers.0` has `W₁` and `b₁`. Here is the network of figure 2 with its three hidden
layers. Its last layer is *linear*: it has no `σ`.
"""

# %%
WIDTHS = [6, 2, 6, 4, 1]                        # n₀, ..., n₄
net = nn.MLP(WIDTHS[0], WIDTHS[1:], "sigmoid", output="linear", init="xavier", seed=1)
shapes = {name: array.shape for name, array in net.state_dict().items()}

# %%
lesson.ask("The widths are 6, 2, 6, 4, 1. What is the shape of W₃, the matrix of the third layer?",
           "{} x {}".format(*shapes["layers.2.weight"]), choices=("6 x 4", "4 x 6", "6 x 2", "4 x 1"),
           wrong={"6 x 4": "it takes 6 numbers, so it has 6 columns"}, why="n₃ = 4 rows and n₂ = 6 columns.")

# %%
lesson.ask("How many parameters does this network have, weights and biases together?", len(net.parameters()), within=0.001,
           wrong={sum(m * n for m, n in zip(WIDTHS, WIDTHS[1:])): "these are the weights; add the biases"},
           why="Each layer has nₖ nₖ₋₁ weights and nₖ biases.")


# %%
def layer(W, b, f):
    return [sum((w * fj for w, fj in zip(row, f)), bi) for row, bi in zip(W, b)]


for name, shape in shapes.items():
    print(f"{name:17} {shape}")
print(len(net.parameters()), "parameters\n")

x = [0.5, -0.3, 0.8, -0.9, 0.1, 0.4]
f = x
for k in range(1, len(WIDTHS)):
    neurons = net.layers[k - 1].neurons
    f = layer([n.w for n in neurons], [n.b for n in neurons], f)
    f = [sigmoid(z) for z in f] if k < len(WIDTHS) - 1 else f
print("(3) by hand", f[0].data)
print("nn.MLP     ", net(x).data)

# %%
lesson.ask("In a picture with a node for each number and a line for each weight: how many lines lead from layer 1 to layer 2?",
           len(net.layers[1].neurons) * len(net.layers[1].neurons[0].w), within=0.001,
           wrong={8: "that is the number of nodes; each of the 2 is connected to each of the 6"}, why="n₂ n₁ = 6 · 2, the entries "
           "of W₂.")

# %% tags=["hide-input"]
figure, ax = plots.plot(size=(14, 7.5))
last, gap, half = len(WIDTHS) - 1, 2.2, max(WIDTHS) / 2
places = [[(gap * k, (n - 1) / 2 - i) for i in range(n)] for k, n in enumerate(WIDTHS)]
for left, right in zip(places, places[1:]):
    for a in left:
        for c in right:
            ax.plot(*zip(a, c), color=plots.GRAY, linewidth=1.4, zorder=1)
for k, column in enumerate(places):
    kind = "input" if k == 0 else "output" if k == last else "hidden"
    color, marker, area = {"input": (plots.RED, "s", 900),
                           "hidden": (plots.BLUE, "o", 1100),
                           "output": (plots.GREEN, "D", 800)}[kind]
    ax.scatter(*zip(*column), s=area, color=color, marker=marker, edgecolors="black",
               linewidths=1.5, zorder=2)
    ax.text(gap * k, -half - 0.6, f"$n_{k} = {len(column)}$", ha="center", fontsize=25)
for place, name in ((0, "input $f_0$"), (last / 2, "hidden layers $f_1, f_2, f_3$"),
                    (last, f"output $f_{last}$")):
    ax.text(gap * place, half + 0.3, name, ha="center", fontsize=25)
ax.set(xlim=(-1.1, gap * last + 1.1), ylim=(-half - 1.0, half + 1.0))
ax.set_axis_off()
lesson.show(figure, "figure2",
            "Figure 2. A fully connected network with three hidden layers. A line is a "
            "weight, an entry of some W; each node except the inputs is a neuron with a bias.")

# %%
lesson.ask("Which layer has the most parameters, counted with its biases?",
           max(range(1, 5), key=lambda k: len(net.layers[k - 1].parameters())), choices=("1", "2", "3", "4"),
           why="Layer 3: 4 · 6 + 4 = 28. It is not the widest one that counts, but the product of two neighbours.")

# %%
lesson.show(net.draw(x), "figure2-at-work",
            "The same network for one sample: in each neuron its value, and the derivative of the "
            "output with respect to it. The larger a weight, the wider its line; it is dashed "
            "where the weight is negative.")

# %%
rng = np.random.default_rng(0)
A1, A2, v = rng.normal(size=(3, 2)), rng.normal(size=(2, 3)), rng.normal(size=2)
lesson.ask("Suppose there were no σ: f₁ = W₁x + b₁ and f₂ = W₂f₁ + b₂. What kind of function of x is f₂?",
           "W x + b with a single matrix W" if np.allclose(A2 @ (A1 @ v), (A2 @ A1) @ v) else "a polynomial of degree 2",
           choices=("W x + b with a single matrix W", "a polynomial of degree 2"),
           wrong={"a polynomial of degree 2": "the weights are multiplied by each other, the inputs are not"},
           why="f₂ = (W₂W₁) x + (W₂b₁ + b₂). Without activation functions many layers can do no more than one: "
               "that is what σ is for.")

# %%
linear = net.layers[-1].neurons[0]
lesson.ask("The output is f₄ = W₄ f₃ + b₄, without σ. What is its derivative with respect to f₃(2), the second neuron of layer 3?",
           "W₄(1,2)" if abs(grad(lambda v: sum(w.data * v for w in linear.w[1:2]))(0.3) - linear.w[1].data) < 1e-12 else "f₃(2)",
           choices=("W₄(1,2)", "f₃(2)", "1"), wrong={"f₃(2)": "that is the derivative with respect to W₄(1,2)"},
           why="The weight on the line between them. The picture counts from 0: f₃(2) is n2.1 there, and W₄ belongs to layers.3.")

# %% [markdown]
"""
## Initial weights

Why are initial weights drawn at random, and not simply set to the same number? Take a network 2-3-1 whose weights are all
0.5, and look at the derivatives of its three hidden neurons.
"""


# %%
def equal_neurons():
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    for p in net.parameters():
        p.data = 0.5
    for _ in range(20):                             # 20 steps downhill on (f - 2)²
        net.zero_grad()
        ((net([1.0, -0.4]) - 2.0) ** 2).backward()
        for p in net.parameters():
            p.data -= 0.01 * p.grad
    return net


equal = equal_neurons()
different = {tuple(p.data for p in (*n.w, n.b)) for n in equal.layers[0].neurons}

# %%
lesson.ask("After 20 training steps, how many different neurons are there among the three hidden ones?", len(different),
           within=0.001,
           wrong={3: "nothing tells them apart: each has the same weights, the same inputs and the same derivatives"},
           why="Equal neurons have equal derivatives, so they stay equal: the layer is one neuron, three times. "
               "Random weights break this symmetry.")

# %%
for n in equal.layers[0].neurons:
    print([round(p.data, 4) for p in (*n.w, n.b)])

# %% [markdown]
"""
`seed` chooses the random numbers. `init="xavier"` scales them by the widths of the layers: if the activation function has
slope 1 at 0, the numbers then neither grow nor shrink much from layer to layer. The sigmoid has slope 1/4 there, so its
numbers differ less and less from sample to sample, and its derivatives shrink. Part 4 looks at this.
"""

# %% [markdown]
"""
## To try

- Which `w` and `b` make a neuron with two inputs compute "and" for inputs 0 and 1, to within 0.1? And "or"? Why is there none
  for "exactly one of them"?
- Set all weights of `equal_neurons` to 0 instead of 0.5, biases included. Which parameters still move?
- Draw a network 2-16-16-1 with a sample of your own.
"""
