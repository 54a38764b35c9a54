# %% [markdown]
"""
# Stochastic gradient descent and momentum

The lecture, part 3 of 4: steps that look at a few samples only, and steps that remember the step before. The toy example
again, with three ways down. Takes about five seconds.

**Goals.** You can say what a mini-batch and an epoch are and how many steps an epoch has; you can write the update with
momentum for weights and biases; you can choose a learning rate that suits each.

**In class:** 30 minutes.
"""

# %% tags=["hide-input"]
import numpy as np

import nn
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("sgd", cover="descents")

# %%
lesson.ask("From the last lesson: w = 2, the derivative of the loss with respect to w is 3, and α = 0.1. What is w after one step?",
           2 - 0.1 * 3, wrong={2 + 0.1 * 3: "that is uphill"}, why="w - α ∂ℒ/∂w.")

# %% [markdown]
"""
The network, the data and the learning rate that falls are those of part 2.
"""

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


def falling(alpha, steps, to=0.003):
    """The learning rate of step j: alpha at first, `to` times as much at the end."""
    return lambda j: alpha * to ** (j / steps)


def train(learning_rate, **options):
    net = network()
    descent = nn.GradientDescent(learning_rate)
    return net, nn.fit(net, xs, ys, "absolute", descent, EPOCHS, **options)


# %%
lesson.ask("`train` takes 2,000 steps with all 100 samples. How many times is ℓ evaluated for one sample?", 2000 * len(xs),
           within=0.001, why="2,000 · 100. With a million samples each step alone would take five times as many.")

# %% [markdown]
r"""
## Mini-batches

With a million samples one step of (5) would be a long computation, since the loss involves all of them. *Stochastic gradient
descent*, SGD, takes the gradient of the loss over a random subset $I \subset \{1, \dots, m\}$ of the samples, a *mini-batch*:

$$\tilde{\mathcal{L}}(W_1, b_1, \dots, W_L, b_L) = \sum_{i \in I} \ell(f_L(x_i), y_i)$$

The mini-batch changes in every step: one shuffles the samples and cuts them into mini-batches. One pass over all the
mini-batches is an epoch, and training proceeds for some number of epochs, say 100. Where each sample is in $I$ with the same
probability, $|I| / m$, the gradient of $\tilde{\mathcal{L}}$ is on average $|I| / m$ times that of $\mathcal{L}$.
"""

# %%
BATCH = 20
order = np.random.default_rng(0).permutation(len(xs))       # 0, ..., 99, shuffled
batches = order.reshape(-1, BATCH)                          # cut into rows of 20

# %%
lesson.ask("100 samples in mini-batches of 20. How many steps does one epoch have?", len(batches), within=0.001,
           wrong={1: "that was gradient descent with all samples in each step", 20: "that is the size of a mini-batch"},
           why="Each sample has its turn once in an epoch.")

# %% [markdown]
"""
Is the gradient of a mini-batch any good? Below is the cosine of the angle between it and the full gradient: 1 where they point
in the same direction, 0 where they are perpendicular.
"""

# %%
net = network()


def loss_and_gradient(places):
    loss = sum(abs(net(xs[i]) - ys[i]) for i in places)
    net.zero_grad()
    loss.backward()
    return loss.data, np.array([p.grad for p in net.parameters()])


def cosine(u, v):
    return u @ v / np.sqrt((u @ u) * (v @ v))           # u @ v is the inner product


whole, whole_gradient = loss_and_gradient(range(len(xs)))
parts = [loss_and_gradient(I) for I in batches]
rest = abs(sum(gradient for _, gradient in parts) - whole_gradient).max()

# %%
lesson.ask("The gradients of the five mini-batches are added up, all at the same parameters. What is the sum?",
           "the full gradient" if rest < 1e-9 else "five times the full gradient",
           choices=("the full gradient", "five times the full gradient", "neither"),
           wrong={"five times the full gradient": "each sample is in one mini-batch only"},
           why="The loss is a sum over the samples, and so is its gradient.")

# %%
for number, gradient in parts:
    print(f"mini-batch: loss {number:8.4f}, cosine {cosine(gradient, whole_gradient):.3f}")
print(f"sum of these {sum(number for number, _ in parts):.4f}, loss {whole:.4f}")
print(f"sum of their gradients and the full gradient: at most {rest:.0e} apart")

# %% [markdown]
"""
So each mini-batch gives a rougher direction for a fraction of the work, and an epoch has several steps instead of one. `fit`
draws mini-batches when you tell it their size:
"""

# %%
steps = EPOCHS * len(xs) // BATCH
descent, descent_history = train(falling(0.006, EPOCHS))
sgd, sgd_history = train(falling(0.012, steps), batch_size=BATCH, seed=0)

# %%
lesson.ask(f"{EPOCHS} epochs each: with all samples in every step, or with mini-batches of {BATCH}. Which ends with the "
           "smaller loss?", "mini-batches" if error(sgd) < error(descent) else "all samples",
           choices=("all samples", "mini-batches"),
           wrong={"all samples": "its directions are better, but it takes only one step in each epoch"},
           why="For the same number of passes over the data it takes five times as many steps.")

# %%
print(f"all samples       {EPOCHS:6} steps, loss {error(descent):.3f}")
print(f"mini-batches      {steps:6} steps, loss {error(sgd):.3f}")

# %%
lesson.ask("And the work: by how much does an epoch of mini-batches evaluate more samples than an epoch of full steps?",
           sum(map(len, batches)) / len(xs) - 1, wrong={5.0: "five times the steps, each with a fifth of the samples"},
           why="Not at all: five steps with 20 samples each.")

# %% [markdown]
r"""
## Momentum

*Momentum* adds $\beta$ times the previous step, $W_k^j - W_k^{j-1}$, to the step of (5). It can speed up convergence. The
momentum parameter is $\beta \in [0, 1]$; in practice it is below 1, or nothing would ever slow down.

$$W_k^{j+1} = W_k^j - \alpha \frac{\partial \mathcal{L}}{\partial W_k} + \beta (W_k^j - W_k^{j-1})$$

$$b_k^{j+1} = b_k^j - \alpha \frac{\partial \mathcal{L}}{\partial b_k} + \beta (b_k^j - b_k^{j-1})$$

Steps in opposite directions cancel in part. What about steps in the same direction?
"""


# %%
def step_lengths(beta, steps=200):
    """The steps on a constant slope of 1 with α = 1."""
    step, found = 0.0, []
    for _ in range(steps):
        step = 1 + beta * step
        found.append(step)
    return found


# %%
lesson.ask("On a slope that is the same everywhere, with β = 0.9: how long do the steps eventually become, compared with the "
           "first one?", step_lengths(0.9)[-1], wrong={1.9: "that is the second step; the third adds to it again"},
           why="1 + 0.9 + 0.9² + ... = 1 / (1 - 0.9). So α should be smaller with momentum.")

# %%
lengths = step_lengths(0.9)
print("steps with β = 0.9:", *(f"{s:.3f}" for s in lengths[:6]), "...", f"{lengths[-1]:.3f}")

# %%
signs = [(-1.0) ** j for j in range(200)]
swing = 0.0
for g in signs:
    swing = g + 0.9 * swing
lesson.ask("And on a slope that changes its sign in each step, +1, -1, +1, ...: how long do the steps become?", abs(swing),
           within=0.03, wrong={1.0: "the step before points the other way and is partly taken back", 10.0: "that was the constant "
           "slope"},
           why="1 - 0.9 + 0.81 - ... = 1 / (1 + 0.9). Momentum lengthens steps that agree, and shortens those that do not.")

# %% [markdown]
"""
By hand, on the small network of part 2, beside `fit`:
"""

# %%
def total_loss(net, xs, ys):
    return sum(abs(net(x) - y) for x, y in zip(xs, ys))                 # (4)


few_xs, few_ys = nn.data.sine(21)
alpha, beta = 0.003, 0.9
small = nn.MLP(1, [8, 1], seed=4)
before = {p: p.data for p in small.parameters()}
by_hand_too = []
for j in range(5):
    loss = total_loss(small, few_xs, few_ys)
    loss.backward()
    for p in small.parameters():
        step = -alpha * p.grad + beta * (p.data - before[p])
        before[p] = p.data
        p.data += step
    small.zero_grad()
    by_hand_too.append(loss.data)
print("by hand", *(f"{number:.6f}" for number in by_hand_too))

same = nn.MLP(1, [8, 1], seed=4)
optimizer = nn.GradientDescent(alpha, momentum=beta)
fit_losses_too = nn.fit(same, few_xs, few_ys, "absolute", optimizer, epochs=5)
print("nn.fit ", *(f"{number:.6f}" for number in fit_losses_too))

# %%
lesson.ask("Momentum needs W^{j-1}, but at the first step there is no step before. How long is that step, compared with (5)?",
           step_lengths(0.9)[0], wrong={1.9: "that is the second step", 0.0: "α times the gradient is still there"},
           why="The same: the term with β is 0. So the first two losses of `by hand` are those of part 2.")

# %%
by_lecture = by_torch = 0.0
v = previous = 0.0
for a in (1.0, 0.1):                                    # the learning rate falls
    step = -a * 1.0 + 0.9 * previous
    v = 0.9 * v + 1.0
    by_lecture, by_torch, previous = by_lecture + step, by_torch - a * v, step
lesson.ask("PyTorch's SGD keeps v ← βv + gradient, and steps by -αv. The gradient is 1 in both of two steps, β = 0.9, and α falls "
           "from 1 to 0.1. By how much do the two ways to write momentum end apart?", abs(by_lecture - by_torch),
           wrong={0.0: "that is so with a constant α: then -αv is the lecture's step"},
           why="The second step is -0.1 + 0.9 · (-1) = -1 here, which carries the old α along, and -0.1 · 1.9 = -0.19 there. As "
               "long as α does not change, the two are the same.")

# %% [markdown]
"""
## Three ways down

All three on the toy example, from the same initial network. In an epoch each goes over all samples once. Each has an `α` of
its own, so large that it overshoots at first.
"""

# %%
momentum = network()
optimizer = nn.GradientDescent(falling(0.0008, EPOCHS), momentum=beta)
momentum_history = nn.fit(momentum, xs, ys, "absolute", optimizer, EPOCHS)

runs = {"gradient descent (5)": (descent, descent_history),
        f"mini-batches of {BATCH}": (sgd, sgd_history),
        f"momentum, β = {beta}": (momentum, momentum_history)}

# %%
lesson.ask("Which of the three has the largest loss at the end?", max(runs, key=lambda name: error(runs[name][0])),
           choices=list(runs), why="The figure shows how the three get there.")

# %%
for name, (net, history) in runs.items():
    print(f"{name:21} from {error(network()):.1f}, in the first 20 epochs up to "
          f"{max(history[:20]):6.1f}, at the end {error(net):.3f}")

# %%
lesson.ask("Which of the three reaches the largest loss in its first 20 epochs?", max(runs, key=lambda name: max(runs[name][1][:20])),
           choices=list(runs), why="Each has a learning rate so large that it overshoots at first. The figure shows it on the left.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Three ways down", "epoch", "the loss, on a logarithmic scale")
width = EPOCHS // 20
middles = range(width // 2, EPOCHS, width)
looks = ((plots.BLUE, "o-"), (plots.RED, "s--"), (plots.GREEN, "^-."))
for (name, (net, history)), (color, style) in zip(runs.items(), looks):
    ax.semilogy(history, color=color, linewidth=1.5, alpha=0.25)
    medians = np.median(np.array(history).reshape(-1, width), axis=1)
    ax.semilogy(middles, medians, style, color=color, linewidth=4, markersize=11,
                label=f"{name}: {error(net):.2f} at the end")
plots.legend(ax)
lesson.show(figure, "descents",
            f"Pale: the loss of each epoch. Strong: its median over each {width} epochs.")

# %%
lesson.ask("After which of the three runs has the network taken the most steps?",
           max({"gradient descent (5)": EPOCHS, f"mini-batches of {BATCH}": steps, f"momentum, β = {beta}": EPOCHS}.items(),
               key=lambda item: item[1])[0], choices=list(runs), why=f"{steps:,}, instead of {EPOCHS:,}. All have seen each sample as "
           "often: an axis of epochs compares the work, one of steps would not.")

# %% [markdown]
"""
## To try

- Mini-batches of 5, or of 50: which learning rate does each need, and which is best after the same number of epochs?
- `β = 0.99` with `α` ten times smaller: what do the first 50 epochs look like?
- Cut the mini-batches without shuffling, `order = np.arange(len(xs))`. How do the five cosines change, and why?
"""
