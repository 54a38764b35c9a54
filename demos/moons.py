# %% [markdown]
"""
# Two moons: a network learns the decision boundary between two classes

micrograd's demo, with its data, network, loss and learning rates. What the hinge loss wants, how the boundary comes about, and
what a penalty on the parameters is good for. Takes a few seconds.
"""

# %%
import numpy as np

import nn
from autograd import grad, relu
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("moons", cover="stages")

# %% [markdown]
"""
## The data

A hundred points in the plane, on two half circles, each moved a little at random. Those of the upper one have the label
`y = -1`, those of the lower one `y = 1`. No straight line parts them: a single neuron could not do it.
"""

# %%
SEED = 1337                                             # micrograd's
xs, ys = nn.data.moons(100, noise=0.1, random_state=SEED)
ys = 2 * ys - 1                                         # 0 and 1 become -1 and 1
m = len(xs)
print("samples", xs.shape, "  labels", ys.shape)
print("the first:", xs[0].round(2), "with label", ys[0])

# %% tags=["hide-input"]
figure, ax = plots.plot("Two moons", "x₁", "x₂", size=(12, 6.6))
for label, color, marker in ((-1, plots.RED, "o"), (1, plots.BLUE, "s")):
    ax.scatter(*xs[ys == label].T, s=140, color=color, marker=marker, edgecolors="white",
               label=f"y = {label}")
ax.set_aspect("equal")
plots.legend(ax)
lesson.show(figure, "data", "Two classes, and no straight line between them.")

# %% [markdown]
"""
## A score, a margin, a loss

The network has two inputs and one output, the *score* `f(x)`. Its sign is the guess. What should the loss be? We would like
few wrong guesses; but their number does not change when the parameters move a little, so its derivative is 0 and says
nothing about where to go.

Look at the *margin* `y f(x)` instead. It is above 0 where the guess is right, and the larger, the farther the score lies on
its side. The *hinge loss* asks for a margin of at least 1:

    ℓ(f, y) = max(0, 1 - y f)
"""


# %%
def hinge(f, y):
    return relu(1 - y * f)


print("label  score  margin   loss  dℓ/df")
for y, f in ((1, 2.0), (1, 1.5), (1, 0.5), (1, -0.5), (-1, -2.0), (-1, -0.5), (-1, 1.0)):
    print(f"{y:5} {f:6} {y * f:7} {hinge(f, y):6} {grad(hinge)(f, y) + 0:6}")

# %% [markdown]
"""
Where the margin is above 1, the derivative is 0: such a sample is content, and has no say in the step. All others pull with
the same strength, `-y`, on the score: up where the label is 1, down where it is -1.
"""

# %% tags=["hide-input"]
figure, ax = plots.plot("What a sample costs", "margin  y f(x)", size=(12, 6.5))
margins = np.linspace(-2, 3, 501).tolist()
ax.plot(margins, [hinge(t, 1) for t in margins], color=plots.BLUE, linewidth=5,
        label="hinge loss")
ax.plot(margins, [t <= 0 for t in margins], "--", color=plots.RED, linewidth=5,
        label="1 for a wrong guess, else 0")
ax.axvline(1, color="black", linestyle=":", linewidth=3)
ax.annotate("content from here on", (1.05, 1.6), fontsize=20)
plots.legend(ax)
lesson.show(figure, "hinge", "The number of wrong guesses is level almost everywhere; the "
            "hinge loss has a slope to go down.")

# %% [markdown]
"""
## micrograd's loss, and ours

The network has two hidden layers of 16 ReLU neurons. micrograd's loss is the mean over the samples, plus a *penalty* that
grows with the parameters:

    (1/m) Σᵢ ℓ(f(xᵢ), yᵢ)  +  c Σ θ²          m = 100,  c = 0.0001

Its learning rate falls from 1 to 0.1 over 100 epochs. Here it is as a loop over scalars, each step one graph:
"""

# %%
EPOCHS, PENALTY = 100, 1e-4


def network(seed=SEED):
    return nn.MLP(2, [16, 16, 1], seed=seed)


def rate(epoch):
    return 1.0 - 0.9 * epoch / EPOCHS


def step_by_scalars(net, epoch):
    losses = [(1 + -y * net(x)).relu() for x, y in zip(xs.tolist(), ys.tolist())]
    loss = sum(losses) * (1 / m) + PENALTY * sum(p * p for p in net.parameters())
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data -= rate(epoch) * p.grad
    return loss.data


net, STEPS = network(), lesson.size(5, 2)
print(len(net.parameters()), "parameters")
for epoch in range(STEPS):
    print(f"epoch {epoch + 1}: loss {step_by_scalars(net, epoch):.4f}")

# %% [markdown]
"""
The lecture's loss (4) is the *sum* over the samples, and so it is with `nn.fit`. A sum is `m` times the mean, and so is its
gradient: the same step needs a learning rate `m` times smaller. With this rate, 1/m, the penalty must be `m` times as large
to weigh as much: `m c Σ θ²`. Its derivative is `2 m c θ`, and the optimizer adds that to the gradient when it is told
`weight_decay=2 * m * PENALTY`.

So these are the same steps, and here `fit` takes them, with a program compiled from the loss of one sample:
"""


# %%
def train(net, xs, ys, c, rate, epochs, callback=None):
    m = len(xs)
    descent = nn.GradientDescent(lambda epoch: rate(epoch) / m, weight_decay=2 * m * c)
    return nn.fit(net, xs, ys, "hinge", descent, epochs, callback=callback)


def theta(net):
    return np.array([p.data for p in net.parameters()])


by_scalars, net = theta(net), network()
train(net, xs, ys, PENALTY, rate, STEPS)
difference = np.abs(theta(net) - by_scalars).max()
print(f"after {STEPS} epochs, the largest difference of a parameter: {difference:.1e}")

# %% [markdown]
"""
## A hundred epochs

After each epoch we keep the matrices of the network. With the lecture's (3) they give the scores of many points at once, each
a row.
"""


# %%
def scores(layers, points):
    f = points
    for W, b, sigma in layers:
        z = f @ W.T + b
        f = np.maximum(z, 0) if sigma else z            # the last layer has no ReLU
    return f[:, 0]


def accuracy(layers, xs, ys):
    """The share of the samples with a margin above 0."""
    return np.mean(ys * scores(layers, xs) > 0)


net = network()
stages = [nn.matrix.parameters(net)]
history = train(net, xs, ys, PENALTY, rate, EPOCHS,
                callback=lambda epoch, loss, net: stages.append(nn.matrix.parameters(net)))
losses = np.array(history) / m
margins = [ys * scores(layers, xs) for layers in stages]

print("epochs   mean hinge loss   margin below 1   accuracy")
for k in (0, 1, 3, 10, 30, EPOCHS - 1):
    print(f"{k:6} {losses[k]:17.4f} {np.sum(margins[k] < 1):16} "
          f"{accuracy(stages[k], xs, ys):10.0%}")

# %% [markdown]
"""
The third column counts the samples that still have a say in the gradient. They become fewer: late in the training only points
near the boundary move it, and as the steps are large, the loss goes up and down. Where no sample is left, only the penalty
still moves the parameters.
"""

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2)
plots.dress(left, "Mean hinge loss", "epoch", "on a logarithmic scale")
left.semilogy(np.where(losses > 0, losses, np.nan), color=plots.BLUE, linewidth=4)
plots.dress(right, f"Samples, of {m}", "epoch")
for level, label, color, style in ((1, "with a margin below 1", plots.BLUE, "-"),
                                   (0, "with a margin below 0", plots.RED, "--")):
    right.plot([np.sum(t < level) for t in margins], style, color=color, linewidth=4,
               label=label)
plots.legend(right)
lesson.show(figure, "training", "A sample with a margin below 0 is guessed wrong; one "
            "below 1 is still pushed. The line of the loss ends where the loss is 0.")

# %% [markdown]
"""
## The decision boundary on its way

The *decision region* of a class is the part of the plane where the network guesses it; the boundary, where the score is 0, is
drawn in black. Each ReLU adds a fold to the score, so the boundary is made of straight pieces.
"""

# %% tags=["hide-input"]
figure, axes = plots.plots(2, 2, size=(16, 9.6))
for ax, k in zip(axes.ravel(), (1, 10, 30, EPOCHS)):
    plots.dress(ax, f"epoch {k}: accuracy {accuracy(stages[k], xs, ys):.0%}")
    plots.region(ax, lambda points: scores(stages[k], points), xs, ys > 0, dot=90)
lesson.show(figure, "stages", "The darker, the larger the score. At first the boundary is "
            "nearly a line; then it bends round the moons.")

# %% [markdown]
"""
## What the penalty is good for

Above one can do without it:
"""

# %%
without = network()
train(without, xs, ys, 0.0, rate, EPOCHS)
for name, one in (("with", net), ("without", without)):
    share = accuracy(nn.matrix.parameters(one), xs, ys)
    print(f"{name:7} the penalty: accuracy {share:.0%}, |θ| {np.linalg.norm(theta(one)):.2f}")

# %% [markdown]
"""
The moons lie well apart, and any boundary between them will do. So take a harder case: half as many points, moved three times
as far, so that the moons overlap. Some points now lie on the wrong side by accident. A boundary that bends round each of
these is right about the samples and wrong about the moons: that is *overfitting*.

Whether it happens cannot be seen in the samples themselves. It takes fresh points, from the same moons, that the network was
not trained on.
"""

# %%
few, labels = nn.data.moons(50, noise=0.3, random_state=1)
fresh, fresh_labels = nn.data.moons(2000, noise=0.3, random_state=2)
labels, fresh_labels = 2 * labels - 1, 2 * fresh_labels - 1
LONG = lesson.size(2000, 400)

print("penalty c    |θ|   accuracy on its samples   on fresh points")
penalized = {}
for c in (0.0, 0.0001, 0.001, 0.003, 0.01, 0.03):
    net = network(seed=3)
    train(net, few, labels, c, lambda epoch: 0.5 - 0.45 * epoch / LONG, LONG)
    layers = nn.matrix.parameters(net)
    own, others = accuracy(layers, few, labels), accuracy(layers, fresh, fresh_labels)
    penalized[c] = (layers, own, others)
    print(f"{c:9} {np.linalg.norm(theta(net)):6.2f} {own:20.0%} {others:20.1%}")

# %% [markdown]
"""
The penalty keeps the parameters small, and small parameters make a score that cannot change fast. To reach a margin of 1 on
both sides of a sharp bend it would have to: so the boundary bends gently. Without it the network learns the accidents too.
With too much it cannot even learn the moons. Between lies what is best for points it has never seen (here it was chosen by
these very points, so it is a little flattered).
"""

# %% tags=["hide-input"]
best = max(penalized, key=lambda c: penalized[c][2])
figure, axes = plots.plots(1, 3, size=(15, 4.6))
for ax, c in zip(axes, (0.0, best, 0.03)):
    layers, own, others = penalized[c]
    plots.dress(ax, f"c = {c:g}: {own:.0%}, fresh {others:.1%}")
    plots.region(ax, lambda points: scores(layers, points), few, labels > 0, dot=100)
lesson.show(figure, "penalty", "No penalty, the best one of the table, and too much. In the"
            " titles: accuracy on the samples drawn here, and on fresh points.")

# %% [markdown]
"""
## To try

- In `train` give `fit` the labels `(ys + 1) / 2` and the loss `"binary_cross_entropy"` (the steps by scalars keep the hinge
  and now differ). Is there a sample that has no say any more?
- How small may the network be? Try 2-4-4-1 and 2-3-1.
- Train with `nn.data.spiral` or `nn.data.circles` in the place of the moons.
"""
