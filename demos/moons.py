# %% [markdown]
"""
# Two moons: a network learns the decision boundary between two classes

micrograd's demo, with its data, network, loss and learning rates. What the hinge loss asks for, how the decision boundary
develops, and what L2 regularization does. Takes a few seconds.

**Goals.** You can explain the hinge loss by its margin; you can read a decision boundary; you recognize overfitting, and
know how L2 regularization (weight decay) acts against it.

**In class:** 40 minutes.
"""

# %% tags=["hide-input"]
import numpy as np

import nn
from autograd import Value, grad, relu
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("moons", cover="stages")

# %%
lesson.ask("From the last lesson: a loss of 337 parameters. How many sweeps back give its whole gradient?",
           len([hinge_graph.backward() for hinge_graph in [relu(1 - 0.5 * Value(0.3))]]), within=0.001,
           wrong={337: "that is forward mode"}, why="One, for any number of parameters: there is one output, the loss.")

# %% [markdown]
"""
## The data

A hundred points in the plane, on two half circles, each moved a little at random. Those of the upper one have the label
`y = -1`, those of the lower one `y = 1`.
"""

# %%
SEED = 1337                                             # micrograd's
xs, ys = nn.data.moons(100, noise=0.1, random_state=SEED)
ys = 2 * ys - 1                                         # 0 and 1 become -1 and 1
m = len(xs)
print("samples", xs.shape, "  labels", ys.shape)
print("the first:", xs[0].round(2), "with label", ys[0])

# %%
lesson.ask("Half of the points belong to each moon. How many labels are -1?", int(np.sum(ys == -1)), within=0.001, why="m = 100.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Two moons", "x₁", "x₂", size=(12, 6.6))
for label, color, marker in ((-1, plots.RED, "o"), (1, plots.BLUE, "s")):
    ax.scatter(*xs[ys == label].T, s=140, color=color, marker=marker, edgecolors="white",
               label=f"y = {label}")
ax.set_aspect("equal")
plots.legend(ax)
lesson.show(figure, "data", "Two classes, and no straight line that separates them.")

# %%
line, _, _, _ = np.linalg.lstsq(np.column_stack([xs, np.ones(m)]), ys, rcond=None)
by_a_line = np.mean(np.sign(np.column_stack([xs, np.ones(m)]) @ line) == ys)
lesson.ask("A single neuron can only draw a straight line. The best line by least squares classifies what share of the points "
           "correctly? (1 is all of them.)", by_a_line, within=0.08,
           wrong={1.0: "the ends of the moons reach behind each other", 0.5: "that is guessing"},
           why="So a single neuron is not enough. It takes a hidden layer.")

# %% [markdown]
"""
## A score, a margin, a loss

The network has two inputs and one output, the *score* `f(x)`. Its sign is the predicted class. What should the loss be? We
would like few wrong predictions. But their number does not change when the parameters change a little, so its derivative is
0 and says nothing about where to go.

Look at the *margin* `y f(x)` instead. It is above 0 where the prediction is correct, and it grows as the score moves further
to its side. The *hinge loss* asks for a margin of at least 1:

    ℓ(f, y) = max(0, 1 - y f)
"""


# %%
def hinge(f, y):
    return relu(1 - y * f)


# %%
lesson.ask("A sample with label y = 1 has the score f = 0.5, so it is classified correctly. What does it cost?", hinge(0.5, 1),
           wrong={0.0: "its margin is 0.5, and the hinge loss asks for 1"}, why="1 - y f = 1 - 0.5.")

# %%
lesson.ask("And with label y = -1 and score f = -2: what is dℓ/df?", grad(hinge)(-2.0, -1) + 0.0,
           wrong={1.0: "its margin is 2, which is above 1"}, why="Its margin is above 1, so the loss is 0 around it.")

# %%
print("label  score  margin   loss  dℓ/df")
for y, f in ((1, 2.0), (1, 1.5), (1, 0.5), (1, -0.5), (-1, -2.0), (-1, -0.5), (-1, 1.0)):
    print(f"{y:5} {f:6} {y * f:7} {hinge(f, y):6} {grad(hinge)(f, y) + 0:6}")

# %% [markdown]
"""
Where the margin is above 1, the derivative is 0: such a sample has no influence on the step. All others have the derivative
`-y`: they push the score up where the label is 1, down where it is -1, and all with the same strength.
"""

# %%
lesson.ask("A sample has the label -1 and the score 0.3. Which way does gradient descent push its score?",
           "down" if grad(hinge)(0.3, -1) > 0 else "up", choices=("up", "down"),
           wrong={"up": "the derivative is -y = 1, and the step goes against it"}, why="Its margin is -0.3: it is on the wrong "
           "side of 0.")

# %% tags=["hide-input"]
figure, ax = plots.plot("What a sample costs", "margin  y f(x)", size=(12, 6.5))
margins = np.linspace(-2, 3, 501).tolist()
ax.plot(margins, [hinge(t, 1) for t in margins], color=plots.BLUE, linewidth=5,
        label="hinge loss")
ax.plot(margins, [t <= 0 for t in margins], "--", color=plots.RED, linewidth=5,
        label="1 for a wrong prediction, else 0")
ax.axvline(1, color="black", linestyle=":", linewidth=3)
ax.annotate("no influence from here on", (1.05, 1.6), fontsize=20)
plots.legend(ax)
lesson.show(figure, "hinge", "The number of wrong predictions is level almost everywhere; the "
            "hinge loss has a slope.")

# %%
lesson.ask("Suppose the loss were the dashed red line. What would be its derivative at the margin -1?",
           ((t := [float(s <= 0) for s in (-1.001, -0.999)])[1] - t[0]) / 0.002,
           wrong={-1.0: "that is the blue line"}, why="0, as nearly everywhere: it does not say in which direction to go.")

# %% [markdown]
r"""
## micrograd's loss, and ours

The network has two hidden layers of 16 ReLU neurons. micrograd's loss is the mean over the samples plus *L2 regularization*,
a term that grows with the parameters:

$$\frac{1}{m} \sum_{i=1}^m \ell(f(x_i), y_i) + c \sum \theta^2, \qquad m = 100, \quad c = 0.0001$$

Its learning rate falls from 1 to 0.1 over 100 epochs.
"""

# %%
lesson.ask("The learning rate falls from 1 to 0.1 on a straight line. What is it after 50 of the 100 epochs?", 1.0 - 0.9 * 50 / 100,
           wrong={0.5: "it ends at 0.1, not at 0"}, why="1 - 0.9 · 50/100.")

# %% [markdown]
"""
Here it is as a loop over scalars, one graph for each step:
"""

# %%
EPOCHS, L2 = 100, 1e-4


def network(seed=SEED):
    return nn.MLP(2, [16, 16, 1], seed=seed)


def rate(epoch):
    return 1.0 - 0.9 * epoch / EPOCHS


def step_by_scalars(net, epoch):
    losses = [(1 + -y * net(x)).relu() for x, y in zip(xs.tolist(), ys.tolist())]
    loss = sum(losses) * (1 / m) + L2 * sum(p * p for p in net.parameters())
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data -= rate(epoch) * p.grad
    return loss.data


net, STEPS = network(), lesson.size(5, 2)

# %%
lesson.ask("A network 2-16-16-1: how many parameters?", len(net.parameters()), within=0.001,
           wrong={304: "these are the weights; add a bias for each neuron"}, why="16 · 3 + 16 · 17 + 17.")

# %%
for epoch in range(STEPS):
    print(f"epoch {epoch + 1}: loss {step_by_scalars(net, epoch):.4f}")

# %% [markdown]
"""
The lecture's loss (4) is the *sum* over the samples, and so is that of `nn.fit`. How do the two fit together?
"""

# %%
lesson.ask("The sum over m = 100 samples is 100 times the mean, and so is its gradient. By what factor must the learning rate "
           "change, so that the steps stay the same?", 1 / m, wrong={
               float(m): "the gradient has become larger, so the rate must become smaller",
               1.0: "α times a gradient that is 100 times as large is a step 100 times as long"}, why="1/m.")

# %% [markdown]
"""
With this learning rate, `m` times smaller, the regularization must be `m` times as large to weigh as much: `m c Σ θ²`. Its
derivative is `2 m c θ`. The *optimizer*, the part of `fit` that takes the steps, adds it to the gradient if you set
`weight_decay=2 * m * L2`. *Weight decay* is the name for L2 regularization in an optimizer. (The
`weight_decay` of `torch.optim.SGD` adds the same: the number you give there, times θ.)

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
train(net, xs, ys, L2, rate, STEPS)
difference = np.abs(theta(net) - by_scalars).max()
print(f"after {STEPS} epochs, the largest difference of a parameter: {difference:.1e}")

# %%
lesson.ask("m = 100 and c = 0.0001. Which number is `weight_decay=2 * m * L2`?", 2 * m * L2, wrong={L2: "times 2 m"},
           why="The derivative of m c θ² with respect to θ is 2 m c θ.")

# %% [markdown]
"""
## A hundred epochs

After each epoch we keep the matrices of the network. With the lecture's (3) they give the scores of many points at once, one
in each row.
"""


# %%
def scores(layers, points):
    f = points
    for W, b, sigma in layers:
        z = f @ W.T + b
        f = np.maximum(z, 0) if sigma else z            # the last layer has no ReLU
    return f[:, 0]


def accuracy(layers, xs, ys):
    """The share of the samples that are classified correctly, with a margin above 0."""
    return np.mean(ys * scores(layers, xs) > 0)


net = network()
stages = [nn.matrix.parameters(net)]
history = train(net, xs, ys, L2, rate, EPOCHS,
                callback=lambda epoch, loss, net: stages.append(nn.matrix.parameters(net)))
losses = np.array(history) / m
margins = [ys * scores(layers, xs) for layers in stages]
active = [int(np.sum(t < 1)) for t in margins]

# %%
lesson.ask(f"At the start {active[0]} of the 100 samples have a margin below 1 and influence the step. How many still do after "
           "10 epochs?", active[10], factor=2, wrong={active[0]: "more and more samples reach the margin of 1"},
           why="Only points near the decision boundary still move it. (Any answer within a factor of 2 counts as right.)")

# %%
print("epochs   mean hinge loss   margin below 1   accuracy")
for k in (0, 1, 3, 10, 30, EPOCHS - 1):
    print(f"{k:6} {losses[k]:17.4f} {np.sum(margins[k] < 1):16} "
          f"{accuracy(stages[k], xs, ys):10.0%}")

# %%
reached = [k for k in range(1, len(losses)) if accuracy(stages[k], xs, ys) == 1.0]
lesson.ask("A sample has the margin 0.4. It is classified correctly; does it still contribute to the gradient?", grad(hinge)(0.4,
           1) != 0,
           wrong={"no": "the hinge loss asks for a margin of 1"}, why="So training goes on after the accuracy has reached 100%.")

# %% [markdown]
"""
The third column counts the samples that still contribute to the gradient. There are fewer and fewer of them: late in
training only points near the decision boundary move it. Since the steps are large, the loss goes up and down. Where no
sample is left, only the regularization still changes the parameters.
"""

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2, size=(17, 7.2))
plots.dress(left, "Mean hinge loss", "epoch", "on a logarithmic scale")
left.semilogy(np.where(losses > 0, losses, np.nan), color=plots.BLUE, linewidth=4)
plots.dress(right, f"Samples, of {m}", "epoch")
for level, label, color, style in ((1, "with a margin below 1", plots.BLUE, "-"),
                                   (0, "with a margin below 0", plots.RED, "--")):
    right.plot([np.sum(t < level) for t in margins], style, color=color, linewidth=4,
               label=label)
plots.legend(right)
lesson.show(figure, "training", "A sample with a margin below 0 is classified wrongly; one with a "
            "margin below 1 still contributes. The line of the loss ends where the loss is 0.")

# %%
lesson.ask("In how many of the steps does the loss go up instead of down?", int(np.sum(np.diff(losses) > 0)), factor=1.7,
           wrong={0: "look at the left picture: its line is jagged"}, why="The steps are long. (Within a factor of 1.7 counts as "
           "right.)")

# %% [markdown]
"""
## The decision boundary

The *decision region* of a class is the part of the plane where the network predicts it. The *decision boundary* between
them, where the score is 0, is drawn in black.
"""


# %%
def bends(layers, points=400):
    """How often the slope of the score changes along a line, and in how many places it could."""
    line = np.column_stack([np.linspace(-1, 2, points), np.full(points, 0.25)])
    slopes = np.diff(scores(layers, line))
    return int(np.sum(np.abs(np.diff(slopes)) > 1e-6)), points - 2


kinks, places = bends(stages[EPOCHS])

# %%
lesson.ask("The network consists of weighted sums and ReLUs. What is its decision boundary made of?",
           "straight pieces" if kinks < places / 4 else "smooth curves", choices=("straight pieces", "smooth curves"),
           wrong={"smooth curves": "max{t, 0} has a kink and is linear everywhere else, and so are sums of such functions"},
           why="The score is linear in between, and has a kink where one of the ReLUs switches.")

# %% tags=["hide-input"]
figure, axes = plots.plots(2, 2, size=(16, 9.6))
for ax, k in zip(axes.ravel(), (1, 10, 30, EPOCHS)):
    plots.dress(ax, f"epoch {k}: accuracy {accuracy(stages[k], xs, ys):.0%}")
    plots.region(ax, lambda points: scores(stages[k], points), xs, ys > 0, dot=90)
lesson.show(figure, "stages", "The darker, the larger the score. At first the decision boundary is "
            "almost a line; then it bends around the moons.")

# %%
first = next((str(k) for k in (1, 10, 30, EPOCHS) if accuracy(stages[k], xs, ys) == 1.0), "none of them")
lesson.ask("In which of the four pictures are all points for the first time on their side?", first,
           choices=("1", "10", "30", str(EPOCHS), "none of them"), why="The titles say it: accuracy 100%.")

# %% [markdown]
"""
## What regularization is for

In the example above it makes little difference:
"""

# %%
without = network()
train(without, xs, ys, 0.0, rate, EPOCHS)
for name, one in (("with", net), ("without", without)):
    share = accuracy(nn.matrix.parameters(one), xs, ys)
    print(f"{name:7} regularization: accuracy {share:.0%}, |θ| {np.linalg.norm(theta(one)):.2f}")

# %% [markdown]
"""
The moons lie well apart, and any boundary between them will do. So take a harder case: half as many points, moved three
times as far, so that the moons overlap. Some points now lie on the wrong side by chance. A decision boundary that bends
around each of them fits the samples and misses the moons: that is *overfitting*.

You cannot see it in the training samples. It takes new points, from the same moons, that the network was not trained on: a
*test set*.
"""

# %%
lesson.ask("A network classifies 1,840 of the 2,000 new points correctly. What is its accuracy?", 1840 / 2000, within=0.001,
           wrong={0.08: "that is the share of its mistakes"}, why="1,840 / 2,000, or 92%.")

# %%
few, labels = nn.data.moons(50, noise=0.3, random_state=1)
fresh, fresh_labels = nn.data.moons(2000, noise=0.3, random_state=2)
labels, fresh_labels = 2 * labels - 1, 2 * fresh_labels - 1
LONG = lesson.size(2000, 400)

penalized, sizes = {}, {}
for c in (0.0, 0.0001, 0.001, 0.003, 0.01, 0.03):
    net = network(seed=3)
    train(net, few, labels, c, lambda epoch: 0.5 - 0.45 * epoch / LONG, LONG)
    layers = nn.matrix.parameters(net)
    own, others = accuracy(layers, few, labels), accuracy(layers, fresh, fresh_labels)
    penalized[c], sizes[c] = (layers, own, others), np.linalg.norm(theta(net))

# %%
lesson.ask("50 training points, and six strengths c of the regularization from 0 to 0.03. Which has the best accuracy on the "
           "training points themselves?", "the smallest" if penalized[0.0][1] >= max(row[1] for row in penalized.values())
           else "one in the middle", choices=("the smallest", "one in the middle", "the largest"),
           wrong={"one in the middle": "that is the one which is best on new points"},
           why="Without regularization the network fits the noise in its samples, too.")

# %%
best = max(penalized, key=lambda c: penalized[c][2])
order = sorted(penalized)
lesson.ask("And which has the best accuracy on new points?",
           "the smallest" if best == order[0] else "the largest" if best == order[-1] else "one in the middle",
           choices=("the smallest", "one in the middle", "the largest"),
           wrong={"the smallest": "it has learned the noise, too", "the largest": "it can hardly learn anything"},
           why="The table shows it.")

# %%
print("        c    |θ|   accuracy, training   accuracy, new points")
for c, (_, own, others) in penalized.items():
    print(f"{c:9} {sizes[c]:6.2f} {own:20.0%} {others:22.1%}")

# %%
lesson.ask("Which strength c leaves the parameters largest?", f"{max(sizes, key=sizes.get):g}",
           choices=[f"{c:g}" for c in sorted(sizes)],
           wrong={"0.03": "regularization pulls the parameters towards 0"}, why="Without regularization nothing holds them back: "
           "look at |θ|.")

# %% [markdown]
"""
Regularization keeps the parameters small, and with small parameters the score cannot change quickly. To have a margin of 1
on both sides of a sharp bend it would have to. So the boundary bends gently. Without regularization the network learns the
noise, too; with too much of it, it cannot even learn the moons. What is best for new points lies in between. (Here it was
chosen by these very points, so its accuracy is a little too optimistic.)
"""

# %%
lesson.ask("A hundred times the regularization, c = 0.01 instead of 0.0001: is |θ| at the end smaller or larger?",
           "smaller" if sizes[0.01] < sizes[0.0001] else "larger", choices=("smaller", "larger"),
           why=f"{sizes[0.01]:.2f} instead of {sizes[0.0001]:.2f}: see the table.")

# %% tags=["hide-input"]
figure, axes = plots.plots(1, 3, size=(15, 4.6))
for ax, c in zip(axes, (0.0, best, 0.03)):
    layers, own, others = penalized[c]
    plots.dress(ax, f"c = {c:g}: {own:.0%}, new {others:.1%}")
    plots.region(ax, lambda points: scores(layers, points), few, labels > 0, dot=100)
lesson.show(figure, "penalty", "No regularization, the best strength of the table, and too much. "
            "In the titles: accuracy on the training points drawn here, and on new points.")

# %% [markdown]
"""
## A network to touch

The page below trains a network on 60 samples, in the page itself: press train. The middle shows each of its units over the
plane; the boundary is where the output is 0. Click a weight to see which samples moved it, and along which paths. The losses
are those of `fit`, to rounding.
"""

# %%
lesson.ask("Its network is 2-6-6-1. How many parameters does it train?",
           len(nn.MLP(2, [6, 6, 1]).parameters()), wrong={54: "and the biases?", 13: "that is how many neurons it has"},
           why="Weights 2 · 6 + 6 · 6 + 6 · 1 and biases 6 + 6 + 1.")

# %%
touched = nn.MLP(2, [6, 6, 1], activation="tanh", seed=1)
page = nn.playground(touched, xs[:60], ys[:60], loss="hinge", optimizer=nn.GradientDescent(0.005),
                     batch_size=20, test=0.25)
lesson.page(page, "playground", "Train it, step by step or all at once; change the learning rate, "
            "the batch size or the noise, and begin anew.")

# %% [markdown]
"""
## To try

- In `train` give `fit` the labels `(ys + 1) / 2` and the loss `"binary_cross_entropy"` (the steps by scalars keep the hinge
  loss and now differ). Is there still a sample without any influence?
- How small can the network be? Try 2-4-4-1 and 2-3-1.
- Train with `nn.data.spiral` or `nn.data.circles` instead of the moons.
"""
