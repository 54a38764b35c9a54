# %% [markdown]
"""
# Handwritten digits: a network of scalars reads real data

A network of 32 and 10 neurons on 64 pixels, every weight a Value you can look at, learns to read handwritten digits. What it
gets wrong, what its neurons look for, and which pixels are responsible for an answer. Takes about ten seconds.

**Goals.** You can explain softmax and cross-entropy; you can train and test a classifier fairly; you can ask which inputs an
output depends on; you know what a dead ReLU is.

**In class:** 45 minutes.
"""

# %% tags=["hide-input"]
import time

import numpy as np

import autograd
import nn
from autograd import Value, draw, gradients
from autograd.graph import topological_order
from demos import plots
from demos.lesson import DATA, Lesson

lesson = Lesson("digits")

# %%
lesson.ask("From the last lesson: the score of a sample is -0.2 and its label is 1. What does it cost, max(0, 1 - y f)?",
           max(0.0, 1 - 1 * -0.2), wrong={0.8: "1 - (-0.2)"}, why="1.2. For ten classes we need another loss.")

# %% [markdown]
"""
## The data

1,797 images of 8 x 8 pixels, and for each the digit that was meant: the test set of *Optical Recognition of Handwritten
Digits*, by E. Alpaydin and C. Kaynak (UCI Machine Learning Repository, 1998, CC BY 4.0). A pixel is a number from 0 for
paper to 16 for ink. We divide by 16, because inputs of about 1 suit the initial weights.
"""

# %%
rows = np.loadtxt(DATA / "digits.csv.gz", delimiter=",")
xs, ys = rows[:, :64] / 16, rows[:, 64].astype(int)
print("images", xs.shape, "  pixels from", xs.min(), "to", xs.max())
print("of each digit:", np.bincount(ys))

# %%
lesson.ask("How many inputs does a network need that takes all pixels of one image?", xs.shape[1], within=0.001,
           wrong={8: "8 rows of 8 pixels"}, why="8 · 8.")

# %% tags=["hide-input"]
some = range(lesson.size(20, 10))
figure = plots.images([(xs[i].reshape(8, 8), str(ys[i])) for i in some], columns=10, size=1.6)
lesson.show(figure, "samples",
            "The first images and their digits: what the network is given, and the right answers.")

# %%
lesson.ask("Someone classifies these images by guessing. What share is classified correctly, on average?",
           1 / len(np.unique(ys)), within=0.05, why="One in ten. This is what the network has to beat.")

# %% [markdown]
"""
## Scalars all the way

The network is the lecture's (3): `z₁ = W₁x + b₁`, `f₁ = max(z₁, 0)`, `f₂ = W₂f₁ + b₂`. Its ten outputs are the *logits*, one
for each digit. *Softmax* turns them into ten probabilities, `exp(zₖ) / Σⱼ exp(zⱼ)`. The loss is the *cross-entropy*: minus the
logarithm of the probability that the network assigned to the right digit. (Added up over all images, it is minus the logarithm
of the probability of all right answers together. PyTorch's `cross_entropy` takes the logits as well, and has softmax inside.)
"""

# %%
net = nn.MLP(64, [32, 10], init="he", seed=0)
x = [Value(pixel, label=f"x{i}") for i, pixel in enumerate(xs[0])]
logits = net(x)
loss = nn.losses.cross_entropy(logits, ys[0])

# %%
lesson.ask("All ten probabilities are 1/10. What is the cross-entropy, -log p? (log is the natural logarithm.)", np.log(10),
           wrong={1.0: "that is the logarithm to base 10", 0.1: "that is p itself"}, why="log 10. An untrained network is near it.")

# %%
print("parameters:", len(net.parameters()))
print("Values behind the loss of one image:", len(topological_order(loss)))
print(f"loss {loss.data:.3f}; with ten equal probabilities it is log 10 = {np.log(10):.3f}")
lesson.show(draw(logits), "network", "The graph of the ten logits, drawn by layers.")

# %%
lesson.ask("How many of the 2,410 parameters are in the first layer, 64 inputs and 32 neurons?", len(net.layers[0].parameters()),
           within=0.001, wrong={2048: "and a bias for each neuron"}, why="32 · 64 + 32.")

# %% [markdown]
"""
You can look at each of these Values. Here are two weights of one neuron after a backward pass: one for the pixel with the
most ink, one for the pixel in the upper left corner. This is (8) at work: the derivative with respect to a weight is the
derivative with respect to the neuron's `z` (the same as for its bias) times the input of that weight.
"""

# %%
loss.backward()

# %%
corner = max(net.layers[0].neurons, key=lambda n: abs(n.b.grad)).w[0]
lesson.ask("The pixel in the upper left corner is 0, paper. What is the derivative of the loss with respect to a weight on it?",
           abs(corner.grad), why="dz · 0. Where there is no ink, nothing is learned.")

# %%
neuron = max(net.layers[0].neurons, key=lambda n: abs(n.b.grad))
for pixel in (int(xs[0].argmax()), 0):
    w, dz = neuron.w[pixel], neuron.b.grad
    print(f"{w.label}: data {w.data:.4f}, grad {w.grad:.4f}; "
          f"dz · x = {dz:.4f} · {x[pixel].data} = {dz * x[pixel].data + 0.0:.4f}")

# %% [markdown]
"""
## Training

How well it reads must be judged on images it has never seen. So a part of the data, drawn at random, is set aside for the
test. No step of the training looks at it.
"""

# %%
order = np.random.default_rng(1).permutation(len(xs))
train, test = order[:1400], order[1400:]
print(f"{len(train)} images to learn from, {len(test)} for the test")

# %%
lesson.ask("By how many percentage points does the accuracy on the test images change if one more image is classified correctly?",
           100 / len(test), within=0.1, wrong={1.0: "that would be 100 images"},
           why="So differences of half a percentage point mean one or two images.")

# %% [markdown]
"""
For the test we need the ten probabilities of many images. They were recorded for one image, with the pixels as inputs, and
`autograd.compile` turns this graph into a program that takes any number of images at once. We compare it with the scalars
for a few images.
"""

# %%
program = autograd.compile(nn.softmax(logits), net.parameters(), inputs=x)


def probabilities(net, images):
    return program([p.data for p in net.parameters()], images)


def accuracy(net, chosen):
    return np.mean(probabilities(net, xs[chosen]).argmax(axis=1) == ys[chosen])


few = xs[test[:5]]
by_scalars = np.array([[p.data for p in nn.softmax(net(image))] for image in few.tolist()])
difference = np.abs(probabilities(net, few) - by_scalars).max()
print(f"the program and the scalars differ by {difference:.0e}")
print(f"before training, {accuracy(net, test):.1%} of the test images are classified correctly")

# %% [markdown]
"""
Mini-batches of 32 images, and the lecture's momentum. The loss is a sum over the images of a batch, so the learning rate is
small: `α = 0.005` here corresponds to 0.16 for the mean.
"""

# %%
lesson.ask("1,400 images in mini-batches of 32: how many steps does an epoch have? (The last mini-batch is smaller.)",
           -(-len(train) // 32), within=0.001, wrong={43: "43 full mini-batches, and one of 24 images"}, why="1,400 / 32 = 43.75.")

# %%
def learn(net, train, epochs, after_epoch=None):
    descent = nn.GradientDescent(0.005, momentum=0.9)
    nn.fit(net, xs[train], ys[train], "cross_entropy", descent, epochs, batch_size=32,
           seed=0, callback=after_epoch)


def keep(epoch, loss, net):
    seen.append((loss / len(train), accuracy(net, train), accuracy(net, test)))


epochs, seen = lesson.size(30, 5), []
began = nn.matrix.parameters(net)[0].W
start = time.perf_counter()
learn(net, train, epochs, keep)
seconds = time.perf_counter() - start

# %%
lesson.ask("1,400 images, 30 epochs, 2,410 parameters: what share of the test images is classified correctly at the end?",
           seen[-1][2], within=0.02, wrong={1.0: "a few are hard to read for people as well"},
           why="Any answer within two percent counts as right.")

# %%
lesson.ask("After the first epoch the training has seen each image once. Is the accuracy on the test images then already above "
           "one half?", seen[0][2] > 0.5, wrong={"no": "44 steps are enough for a first impression"},
           why="44 steps of momentum have been taken.")

# %%
print("epoch  loss per image  training       test")
for epoch in sorted({e for e in (1, 2, 3, 5, 10, 20, epochs) if e <= epochs}):
    print("{:5} {:14.4f} {:10.1%} {:10.1%}".format(epoch, *seen[epoch - 1]))
print(f"\n{seen[-1][2]:.1%} of the test images are classified correctly")

# %%
lesson.ask("After how many epochs are more than 95% of the test images classified correctly for the first time?",
           next(e for e, row in enumerate(seen, 1) if row[2] > 0.95 or e == len(seen)), factor=1.6,
           why="The table and the figure show it. (Any answer within a factor of 1.6 counts as right.)")

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2, size=(17, 7.5))
epoch = np.arange(1, len(seen) + 1)
plots.dress(left, "Loss per image", "epoch")
left.semilogy(epoch, [row[0] for row in seen], color=plots.BLUE, linewidth=4)
plots.dress(right, "Accuracy, %", "epoch")
_, of_training, of_test = 100 * np.array(seen).T
right.plot(epoch, of_training, "-", color=plots.BLUE, linewidth=4, label="training images")
right.plot(epoch, of_test, "--", color=plots.RED, linewidth=4, label="test images")
plots.legend(right, loc="lower right")
lesson.show(figure, "training",
            "The loss keeps falling; the accuracy on the test images soon gains little.")

# %%
later = [row[2] for row in seen[len(seen) // 2:]]
lesson.ask("In the second half of the training: does the accuracy on the test images still move by more than two percentage points?",
           max(later) - min(later) > 0.02, why=f"It moves by {100 * (max(later) - min(later)):.1f}. The loss still falls, on the "
           f"images "
           "that are learned: the network becomes surer of what it already classifies correctly.")

# %% [markdown]
"""
### What the compiler saves

Without `compiled=True`, the default, `fit` would record a graph for every image in every epoch. Measured on a few images:
"""

# %%
few = train[:lesson.size(60, 20)]
start = time.perf_counter()
for image, digit in zip(xs[few].tolist(), ys[few].tolist()):
    nn.losses.cross_entropy(net(image), digit).backward()
eager = (time.perf_counter() - start) / len(few) * len(train)
net.zero_grad()

# %%
lesson.ask("By what factor is an epoch faster with the compiled program than with a graph for each image?",
           eager / (seconds / epochs),
           factor=4, why="Measured on the machine that made this page. (Any answer within a factor of 4 counts as right.)")

# %%
print(f"on this machine an epoch takes {seconds / epochs:.3f} s, the test included;")
print(f"with a graph for each image about {eager:.1f} s, "
      f"and all {epochs} epochs {eager * epochs:.0f} s")

# %% [markdown]
"""
### Was it luck?

Other initial weights, and other images set aside:
"""

# %%
shares = []
for seed in range(2, lesson.size(6, 3)):
    order = np.random.default_rng(seed).permutation(len(xs))
    other = nn.MLP(64, [32, 10], init="he", seed=seed)
    learn(other, order[:1400], epochs)
    shares.append(accuracy(other, order[1400:]))

# %%
lesson.ask("Is any of these networks below 90%?", bool(min(shares) < 0.9), why="The result does not depend on one lucky draw.")

# %%
print("accuracy:", "  ".join(f"{share:.1%}" for share in shares))

# %% [markdown]
"""
One caution remains. These digits come from thirteen people, and a random split leaves handwriting of each person both among
the training images and among the test images. The handwriting of somebody else would be harder to read.

## The mistakes

The *confusion matrix* has a row for each digit that was written, and a column for each that was predicted.
"""

# %%
p = probabilities(net, xs[test])
read = p.argmax(axis=1)
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (ys[test], read), 1)
missed = confusion.sum(axis=1) - confusion.diagonal()

# %%
lesson.ask("Which digit is misread most often?", int(missed.argmax()), choices=[str(digit) for digit in range(10)],
           why=f"{missed.max()} of {confusion[missed.argmax()].sum()} test images of it. The matrix shows what they are taken for.")

# %%
print("written   read " + "".join(f"{digit:5}" for digit in range(10)))
for digit in range(10):
    print(f"{digit:7}        " + "".join(f"{n or '·':>5}" for n in confusion[digit]))

# %%
lesson.ask("The numbers on the diagonal are images classified correctly. How many mistakes are there, all in all?", int(missed.sum()),
           factor=1.6, why="All numbers off the diagonal, added up. (Any answer within a factor of 1.6 counts as right.)")

# %%
wrong = np.flatnonzero(read != ys[test])
wrong = wrong[np.argsort(-p[wrong, read[wrong]])]           # the surest first
for i in wrong[:12]:
    written = ys[test[i]]
    print(f"image {test[i]:4}: a {written}, probability {p[i, written]:.3f}, "
          f"is taken for a {read[i]}, probability {p[i, read[i]]:.3f}")

# %%
sure = np.mean([p[i, read[i]] > 0.5 for i in wrong])
lesson.ask("In how many of its mistakes does the network give the wrong digit more than half of the probability?",
           "in most of them" if sure > 0.5 else "in few of them", choices=("in few of them", "in most of them"),
           why=f"In {sure:.0%}. A network is not unsure because it is wrong.")

# %% tags=["hide-input"]
figure = plots.images([(xs[test[i]].reshape(8, 8),
                        f"a {ys[test[i]]}, read {read[i]}\np = {p[i, read[i]]:.2f}")
                       for i in wrong[:lesson.size(12, 6)]], columns=6, size=2.6)
lesson.show(figure, "mistakes",
            "What was written, what was predicted, and with what probability.")

# %%
among = np.mean(probabilities(net, xs[train]).argmax(axis=1) != ys[train]), np.mean(read != ys[test])
lesson.ask("Is the share of mistakes among the training images smaller, larger, or about the same?",
           "smaller" if among[0] < 0.7 * among[1] else "larger" if among[0] > 1.4 * among[1] else "about the same",
           choices=("smaller", "about the same", "larger"), why=f"{among[0]:.1%}, instead of {among[1]:.1%}. These images were "
           f"learned.")

# %% [markdown]
"""
## What the neurons look for

A neuron of the first layer has 64 weights, one for each pixel, so they are a picture too. Blue: ink here raises the neuron's
`z`. Red: ink here lowers it. Above each is the digit whose logit it raises most.

A pixel that is paper in every training image keeps its initial weight, because the derivative was 0 each time. And if a
neuron's `z` is below 0 for every training image, what is its derivative?
"""

# %%
layers = nn.matrix.parameters(net)
W1, W2 = layers[0].W, layers[1].W
f1 = nn.matrix.forward(layers, xs[train])[1][1]
dead, votes = f1.max(axis=0) == 0, W2.argmax(axis=0)
still = [abs(p.grad) for n, off in zip(net.layers[0].neurons, dead) if off for p in (*n.w, n.b)]

# %%
lesson.ask("A ReLU neuron has z < 0 for every training image. What are the derivatives of the loss with respect to its weights?",
           max(still, default=0.0), why="σ'(z) = 0, for each image. Such a neuron does not learn any more.")

# %% [markdown]
"""
A *dead ReLU* passes nothing on, neither forward nor backward. A step that is too long, early in training, can cause this.
"""

# %%
print("dead ReLUs:", dead.sum(), "of", len(dead))
print("pixels that are always paper:      ", np.flatnonzero(xs[train].max(axis=0) == 0))
print("pixels whose weights never changed:", np.flatnonzero((W1 == began).all(axis=0)))

# %%
lesson.ask(f"{dead.sum()} of the 32 neurons are dead. How many parameters of the first layer do not learn any more?",
           int(dead.sum()) * 65,
           within=0.001, wrong={int(dead.sum()): "each neuron has 64 weights and a bias", int(dead.sum()) * 64: "and the bias of "
           "each"},
           why="65 for each of them.") if dead.any() else lesson.ask("Is any of the neurons dead?", False)

# %% tags=["hide-input"]
ordered = np.lexsort((votes, dead))[:lesson.size(None, 8)]
figure = plots.images([(W1[i].reshape(8, 8), "dead" if dead[i] else f"for {votes[i]}")
                       for i in ordered], columns=8, size=1.9, cmap="RdBu", limit=np.abs(W1).max())
lesson.show(figure, "weights",
            "The neurons of the first layer, in the order of the digits whose logits they raise.")

# %%
moved_by = np.abs(W1 - began).mean(axis=1)
lesson.ask("Which weights have moved farther from where they began, those of the dead neurons or those of the others?",
           "those of the others" if not dead.any() or moved_by[dead].mean() < moved_by[~dead].mean() else "those of the dead neurons",
           choices=("those of the dead neurons", "those of the others"), why="A dead neuron stops learning early. Its picture "
           "still looks "
           "much like random numbers.")

# %% [markdown]
"""
## Which pixels are responsible

The pixels are Values as well, so the derivatives of a logit with respect to all pixels are one call: `gradients(logit, x)`.
They say what a little more ink would do, at each place in *this* image. A network of ReLUs is piecewise linear, so a finite
difference agrees to rounding, as long as no ReLU switches on the way.
"""


# %%
def speak(image, digit, against=None):
    """The derivatives of the digit's logit, or of its lead over another, by pixel."""
    x = [Value(pixel) for pixel in image.tolist()]
    f = net(x)
    return np.array(gradients(f[digit] if against is None else f[digit] - f[against], x))


image, digit, h = xs[test[0]], ys[test[0]], 1e-4
slopes = speak(image, digit)
pixel = np.abs(slopes).argmax()
moved = image + h * (np.arange(64) == pixel)
quotient = (net(moved)[digit].data - net(image)[digit].data) / h

# %%
lesson.ask("An image has 64 pixels. How many backward passes does it take to find the derivative of one logit with respect to all of "
           "them?", 64 // slopes.size, within=0.001, wrong={64: "one pass gives the derivatives with respect to all leaves"},
           why="The pixels are leaves, like the weights: one call of `gradients` returned all 64.")

# %%
print(f"pixel {pixel}: by the graph {slopes[pixel]:.8f}, by a finite difference {quotient:.8f}")

# %%
lesson.ask(f"The derivative of the logit with respect to pixel {pixel} is {slopes[pixel]:.2f}. By how much does the logit change "
           f"if the "
           "pixel gets 0.01 more ink?", 0.01 * slopes[pixel], within=0.03, wrong={slopes[pixel]: "that is for 1 more"},
           why="The derivative times the change. It is exact as long as no ReLU switches.")

# %% tags=["hide-input"]
right = test[read == ys[test]]
some = right[np.unique(ys[right], return_index=True)[1]]                # the first of each digit
figure = plots.image_pairs([(xs[i].reshape(8, 8), str(ys[i])) for i in some],
                           [(speak(xs[i], ys[i]).reshape(8, 8), "") for i in some], size=1.6)
lesson.show(figure, "pixels",
            "Blue: more ink here raises the logit of the digit above. Red: it lowers it.")

# %%
image_of = next(i for i in right if ys[i] == 0)
ink = xs[image_of] > 0.5
towards = speak(xs[image_of], 0)[ink].mean()
lesson.ask("Look at the 0 in the figure. Does more ink on its ring, on average, raise or lower the logit of 0?",
           "raise" if towards > 0 else "lower", choices=("raise", "lower"), why="Blue is where more ink raises it.")

# %% [markdown]
"""
And for a mistake: which pixels made the network choose the wrong digit instead of the right one?
"""

# %% tags=["hide-input"]
some = [(xs[test[i]], ys[test[i]], read[i]) for i in wrong[:6]]
figure = plots.image_pairs([(image.reshape(8, 8), f"a {a}, read {b}") for image, a, b in some],
                           [(speak(image, b, a).reshape(8, 8), f"{b}, not {a}")
                            for image, a, b in some], size=2.4)
lesson.show(figure, "why",
            "Blue: more ink here favors the predicted digit. Red: it favors the written one.")

# %%
i = wrong[0]
lead = speak(xs[test[i]], read[i], ys[test[i]])
lesson.ask("Of the 64 pixels of the first mistake: for about how many would more ink favor the wrong digit?",
           int((lead > 0).sum()),
           factor=1.4, wrong={64: "blue pixels only"}, why="The blue ones. (Any answer within a factor of 1.4 counts as right.)")

# %% [markdown]
"""
## To try

- Take a mistake and move its pixels against the last picture: `image - 0.001 * speak(image, b, a)`. How far until it is
  classified correctly? And how little does it take to have a well written digit misread?
- Begin with small steps, `nn.GradientDescent(lambda j: 0.005 * min(1, (j + 1) / 200), momentum=0.9)`. How many dead ReLUs are
  there now?
- Give the hidden layer 8 neurons instead of 32, in both networks. Which digits are now confused?
- Turn every test image upside down, `xs[test][:, ::-1]`. Which digits are still recognized, and what becomes of 6 and 9?
"""
