# %% [markdown]
"""
# Loss and gradient descent

The lecture, part 2 of 4: what a network should do is written as a loss, and gradient descent makes it small. The lecture's
toy example, with figure 3. Takes about five seconds.

**Goals.** You can write the loss of a network over its training data; you can take a step of gradient descent by hand and in
code; you can tell from a loss curve that the learning rate is too large or too small.

**In class:** 30 minutes.
"""

# %% tags=["hide-input"]
import math

import numpy as np

import nn
from autograd import Value, grad
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("descent", cover="figure3")

# %%
lesson.ask("From the last lesson: a layer with 3 inputs and 2 neurons. How many parameters does it have?",
           len(nn.MLP(3, [2]).parameters()), within=0.001, wrong={6: "these are the weights; each neuron has a bias as well"},
           why="2 · 3 weights and 2 biases. Training is the search for good values of these numbers.")

# %% [markdown]
r"""
## Loss

The task is given by *training data* $(x_i, y_i)$, $i = 1, \dots, m$: samples $x_i \in \mathbb{R}^{n_0}$, each with the output
$y_i \in \mathbb{R}^{n_L}$ that we want for it. The output $f_L \in \mathbb{R}^{n_L}$ of the network is fed into a *loss*
function, which measures how well the network does:

$$\mathcal{L}: \mathbb{R}^{n_L} \to \mathbb{R}$$

Typically the loss is a sum over the samples, where $f_L(x)$ stands for the output when the input is $f_0 = x$:

$$\mathcal{L}(W_1, b_1, \dots, W_L, b_L) = \sum_{i=1}^m \ell(f_L(x_i), y_i) \qquad (4)$$

Here $\ell: \mathbb{R}^{n_L} \times \mathbb{R}^{n_L} \to \mathbb{R}$ is the loss of one sample. (The lecture writes
$\mathcal{L}$ for both: as a function of the network's output, and, in (4), of its parameters.) What is varied are the
*parameters*; the data are fixed. Here $y_i = \sin(\pi x_i)$ at points from -1 to 1, and $\ell(f, y) = |f - y|$. A small
network will do for now, 1-8-1 with ReLU. (Where is the tensor with all samples? Here each sample goes through the network by
itself, number by number, and the sum over the samples is part of the graph. `nn.fit`, below, makes arrays of it.)
"""

# %%
lesson.ask("At one sample the network returns f = 0.3, and y = 0.5. What is ℓ(f, y) = |f - y|?", abs(0.3 - 0.5),
           wrong={-0.2: "the absolute value"}, why="The distance of the output from the target.")

# %%
def total_loss(net, xs, ys):
    return sum(abs(net(x) - y) for x, y in zip(xs, ys))                 # (4)


few_xs, few_ys = nn.data.sine(21)
small = nn.MLP(1, [8, 1], seed=4)
loss = total_loss(small, few_xs, few_ys)

# %%
lesson.ask("The loss (4) of this 1-8-1 network is a function of how many variables?", len(small.parameters()), within=0.001,
           wrong={1: "x is not a variable of the loss: the samples are fixed",
                  21: "that is the number of samples; they are fixed"},
           why="8 weights and 8 biases in the first layer, 8 weights and 1 bias in the second.")

# %%
print("loss", loss.data, "of", len(small.parameters()), "parameters")

# %% [markdown]
r"""
## One step

The *gradient* $\frac{\partial \mathcal{L}}{\partial W_k}$ is the $n_k \times n_{k-1}$ matrix whose $(i, j)$ entry is the
partial derivative of $\mathcal{L}$ with respect to $W_k(i, j)$. Likewise
$\frac{\partial \mathcal{L}}{\partial b_k} \in \mathbb{R}^{n_k}$ is the vector whose entry $i$ is the partial derivative of
$\mathcal{L}$ with respect to $b_k(i)$.
"""

# %%
rises = {"(1, 0)": 3.0, "(0, 1)": 4.0, "(0.6, 0.8)": 3 * 0.6 + 4 * 0.8}
lesson.ask("ℒ(u, v) = 3u + 4v has the gradient (3, 4). Which of these steps, all of length 1, makes ℒ rise most?",
           max(rises, key=rises.get), choices=list(rises),
           wrong={"(0, 1)": "it rises by 4", "(1, 0)": "it rises by 3"},
           why="It rises by 3 · 0.6 + 4 · 0.8 = 5. This is the step in the direction of the gradient: (3, 4) is 5 · (0.6, 0.8).")

# %% [markdown]
r"""
The gradient points in the direction in which $\mathcal{L}$ increases fastest: a small step $s$ changes $\mathcal{L}$ by about
$\nabla \mathcal{L} \cdot s = |\nabla \mathcal{L}|\, |s| \cos\varphi$, where $\nabla \mathcal{L}$ is the list of all partial
derivatives and $\varphi$ the angle between the two. *Gradient descent* goes the other way, step by step, $j = 0, 1, \dots$:

$$W_k^{j+1} = W_k^j - \alpha \frac{\partial \mathcal{L}}{\partial W_k} \quad \text{and} \quad b_k^{j+1} = b_k^j - \alpha
\frac{\partial \mathcal{L}}{\partial b_k} \qquad (5)$$

$\alpha > 0$ is the time step, also called the *learning rate*. ($j$ counts the steps: it is an index, not a power. "Time
step", because (5) is Euler's method for the differential equation $dW_k/dt = -\partial \mathcal{L} / \partial W_k$.) First
with a single parameter:
"""

# %%
w = Value(1.0, label="w")
loss = (w - 3.0) ** 2
loss.label = "loss"
loss.backward()

# %%
lesson.ask("ℒ(w) = (w - 3)² at w = 1, and α = 0.25. What is w after one step of (5)?", w.data - 0.25 * w.grad,
           wrong={w.data + 0.25 * w.grad: "that is uphill: the step is minus α times the derivative",
                  3.0: "that is the minimum; one step goes half of the way"},
           why="The derivative is 2 (w - 3) = -4, and 1 - 0.25 · (-4) = 2.")

# %% [markdown]
"""
Now with all parameters of the network. In scalars this is all there is to it: one backward pass, and (5) for each parameter.
Then the grads are set to 0, which `zero_grad()` does for all of them. What if you forget that?
"""


# %%
def losses_of(steps, alpha, reset=True):
    """The losses on the way down, with the reset of the grads or without it."""
    net, found = nn.MLP(1, [8, 1], seed=4), []
    for j in range(steps):
        loss = total_loss(net, few_xs, few_ys)
        loss.backward()
        for p in net.parameters():
            p.data -= alpha * p.grad            # (5)
        if reset:
            net.zero_grad()
        found.append(loss.data)
    return found


alpha = 0.003
by_hand, forgotten = losses_of(5, alpha), losses_of(40, alpha, reset=False)
with_reset = losses_of(40, alpha)

# %%
lesson.ask("Suppose the grads are never set to 0. What is then subtracted in each step?",
           "α times the sum of all gradients so far" if forgotten[1] == with_reset[1] and forgotten[2] != with_reset[2]
           else "the same as before",
           choices=("the same as before", "α times the sum of all gradients so far", "0"),
           wrong={"the same as before": "backward adds to the grads of the leaves, it does not overwrite them"},
           why="The leaves add up the passes of backward. So the reset belongs in every step.")

# %%
print("by hand      ", *(f"{number:.6f}" for number in by_hand))
print(f"after 40 steps: with the reset {with_reset[-1]:.3f}, without {forgotten[-1]:.3f}")

# %% [markdown]
"""
`nn.fit` is this loop. What it calls an *epoch* is one pass over the samples. Here an epoch is one step, since each step
takes all samples. It returns the loss of each epoch.
"""

# %%
same = nn.MLP(1, [8, 1], seed=4)
fit_losses = nn.fit(same, few_xs, few_ys, "absolute", nn.GradientDescent(alpha), epochs=5)
print("nn.fit       ", *(f"{number:.6f}" for number in fit_losses))

# %%
lesson.ask("21 samples, and each epoch is one step. How many samples does the network see in these five epochs, repetitions counted?",
           5 * len(few_xs), within=0.001, wrong={5: "each step takes all samples"}, why="All 21 of them, five times.")

# %% [markdown]
"""
The numbers agree. But `fit` does not build a new graph in each step: it *compiles* one into a program for arrays. How, and
how much faster that is, the lesson `compiler` shows. (PyTorch's losses take the *mean* over the samples unless told
otherwise, with `reduction="sum"`. Their gradients are `m` times smaller, and their learning rates `m` times larger.)

## A step that is too long

The gradient is the slope *here*. It says nothing about how far it stays so. Take the parabola again, `ℒ(w) = (w - 3)²`.
"""


# %%
def distances(alpha, steps=8):
    """|w - 3| after each step of (5) from w = 1."""
    w, found = 1.0, []
    for _ in range(steps):
        w -= alpha * 2 * (w - 3)
        found.append(abs(w - 3))
    return found


# %%
lesson.ask("From which learning rate on does gradient descent move away from the minimum of (w - 3)²? "
           "(Each step multiplies the distance by |1 - 2α|.)",
           max(a / 1000 for a in range(1, 3000) if distances(a / 1000)[-1] < 2 + 1e-9), within=0.01,
           wrong={0.5: "with 0.5 it arrives in a single step"},
           why="For α between 1/2 and 1 it jumps over the minimum and still comes closer. Beyond 1 every step takes it "
               "farther away, although it always goes in the direction of the negative gradient.")

# %%
for a in (0.1, 0.5, 0.9, 1.1):
    print(f"α = {a}:", *(f"{d:8.4f}" for d in distances(a)))

# %% [markdown]
r"""
## The toy example

The lecture fits $\sin(\pi x)$ with a 2-layer network with 100 hidden neurons. The loss is

$$\mathcal{L} = \sum_{i=1}^m |f_L(x_i) - \sin(\pi x_i)|$$

for evenly spaced points $-1 = x_1 \leq x_2 \leq \dots \leq x_m = 1$. The graph of a hidden neuron $\max\{wx + b, 0\}$ consists
of two straight pieces that meet in a kink at $x = -b/w$. `nn.MLP` sets all biases to 0 at first, which would put all kinks at
0, so we spread them evenly over the interval.
"""

# %%
w, b = 4.0, -1.0
kink = next(t / 1000 for t in range(-1000, 1000) if max(w * (t + 1) / 1000 + b, 0.0) > 0)
lesson.ask("Where is the kink of max{4x - 1, 0}?", kink, wrong={-0.25: "at 4x - 1 = 0", 1.0: "that is -b alone; divide it by w"},
           why="At x = -b/w = 1/4.")

# %%
HIDDEN = 100
EPOCHS = lesson.size(2000, 100)
xs, ys = nn.data.sine(100)                      # -1 = x₁ ≤ x₂ ≤ ... ≤ x₁₀₀ = 1, and sin(πx)


def network():
    net = nn.MLP(1, [HIDDEN, 1], init="he", seed=2)         # "he" is "xavier" for ReLU
    for neuron, place in zip(net.layers[0].neurons, np.linspace(-1, 1, HIDDEN)):
        neuron.b.data = -place * neuron.w[0].data
    return net


def error(net):
    """The loss, as a number."""
    return sum(abs(net(x).data - y) for x, y in zip(xs, ys))


print("loss of the untrained network", error(network()))

# %%
lesson.ask("The absolute loss |f - y|: f is 0.5 too large. What is its derivative with respect to f?", grad(abs)(0.5),
           wrong={0.5: "that is the loss itself"}, why="The slope of |t| is 1 for t > 0, and -1 for t < 0; at t = 0 the engine "
           "takes 0.")

# %% [markdown]
"""
How large should `α` be? The slope of `|f - y|` is 1 or -1, however close `f` is to `y`. So the steps do not get shorter by
themselves as the network gets better.
"""


# %%
def falling(alpha, steps, to=0.003):
    """The learning rate of step j: alpha at first, `to` times as much at the end."""
    return lambda j: alpha * to ** (j / steps)


def train(learning_rate, **options):
    net = network()
    descent = nn.GradientDescent(learning_rate)
    return net, nn.fit(net, xs, ys, "absolute", descent, EPOCHS, **options)


# %%
lesson.ask("`falling(0.006, 2000)` is a function of the step j. What is the learning rate of the last step, j = 2000?",
           falling(0.006, 2000)(2000), wrong={0.003: "`to` is the factor at the end, not the learning rate"},
           why="0.006 times 0.003.")

# %%
ALPHA = 0.006
constant = {name: error(train(rate)[0])
            for name, rate in (("large", ALPHA), ("small", ALPHA * 0.003))}
net = network()
after = {0: [net(x).data for x in xs]}          # its outputs after so many epochs


def keep(epoch, loss, net):
    if epoch + 1 in (20, EPOCHS):
        after[epoch + 1] = [net(x).data for x in xs]


descent, descent_history = train(falling(ALPHA, EPOCHS), callback=keep)
found = {f"a large one throughout, {ALPHA}": constant["large"],
         f"a small one throughout, {ALPHA * 0.003:g}": constant["small"],
         "one that falls from the large to the small": error(descent)}

# %%
lesson.ask("Three learning rates, the same number of steps. Which one ends with the smallest loss?",
           min(found, key=found.get), choices=list(found),
           wrong={list(found)[0]: "it keeps jumping back and forth across the minimum", list(found)[1]: "it is still on its way"},
           why="Long steps at first, to get there; short ones at the end, to settle.")

# %%
for name, value in found.items():
    print(f"{name:42} loss {value:7.3f}")

# %%
lesson.ask("100 samples, and at the end a loss of about this size. How far is the network from sin(πx) at one sample, on average?",
           error(descent) / len(xs), factor=1.6, wrong={error(descent): "that is the sum over all samples"},
           why="The loss (4) is a sum: divide it by m = 100.")

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2)
plots.dress(left, "(a) Training iterations", "j", "the loss, on a logarithmic scale")
left.semilogy(descent_history, color=plots.BLUE, linewidth=2.5)
plots.dress(right, "(b) Neural network vs target", "x")
right.plot(xs, ys, color="black", linewidth=10, alpha=0.25, label=r"target $\sin(\pi x)$")
looks = ((plots.GRAY, ":"), (plots.ORANGE, "--"), (plots.BLUE, "-"))
for (epochs, outputs), (color, style) in zip(after.items(), looks):
    label = f"after {epochs} steps" if epochs else "untrained"
    right.plot(xs, outputs, style, color=color, linewidth=4, label=label)
right.set_ylim(-1.6, 2.6)
plots.legend(right, loc="upper left")
lesson.show(figure, "figure3",
            f"Figure 3. A 2-layer network with {HIDDEN} hidden neurons, fitted to sin(πx). "
            f"The loss went from {descent_history[0]:.1f} to {error(descent):.2f}.")

# %%
kinks = [-neuron.b.data / neuron.w[0].data for neuron in descent.layers[0].neurons if neuron.w[0].data]
lesson.ask("(b) shows straight pieces, if you look closely. How many kinks can this network have at most between -1 and 1?", HIDDEN,
           within=0.001, why=f"One for each hidden neuron. Here {sum(-1 < k < 1 for k in kinks)} of them lie between -1 and 1.")

# %% [markdown]
"""
## To try

- Change `falling` so that `α` falls to a hundredth, or a hundred-thousandth, of its initial value. What becomes of the loss?
- Leave out the spreading of the kinks in `network()`. How good does the fit get now?
- Give the toy network 10 hidden neurons instead of 100, or the activation `"tanh"`. Which learning rate suits it?
"""
