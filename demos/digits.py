# %% [markdown]
"""
# Handwritten digits: a network of scalars reads real data

A network of 32 and 10 neurons on 64 pixels, every weight a Value one can look at, learns to read digits that people wrote by
hand. What it gets wrong, what its neurons look for, and which pixels speak for an answer. Takes about ten seconds.
"""

# %%
import time

import numpy as np

import autograd
import nn
from autograd import Value, draw, gradients
from autograd.graph import topological_order
from demos import plots
from demos.lesson import DATA, Lesson

lesson = Lesson("digits")

# %% [markdown]
"""
## The data

1,797 images of 8 x 8 pixels, and for each the digit that was meant: the test set of *Optical Recognition of Handwritten
Digits*, by E. Alpaydin and C. Kaynak (UCI Machine Learning Repository, 1998, CC BY 4.0). A pixel is a number from 0, paper, to
16, ink. We divide by 16: inputs of about 1 suit the initial weights.
"""

# %%
rows = np.loadtxt(DATA / "digits.csv.gz", delimiter=",")
xs, ys = rows[:, :64] / 16, rows[:, 64].astype(int)
print("images", xs.shape, "  pixels from", xs.min(), "to", xs.max())
print("of each digit:", np.bincount(ys))

# %% tags=["hide-input"]
some = range(lesson.size(20, 10))
figure = plots.images([(xs[i].reshape(8, 8), str(ys[i])) for i in some], columns=10, size=1.6)
lesson.show(figure, "samples",
            "The first images and their digits: what the network is given, and what it should say.")

# %% [markdown]
"""
## Scalars all the way

The network is the lecture's (3): `z₁ = W₁x + b₁`, `f₁ = max(z₁, 0)`, `f₂ = W₂f₁ + b₂`. Its ten outputs are the *logits*, one
for each digit. *Softmax* makes ten probabilities of them, `exp(zₖ) / Σⱼ exp(zⱼ)`, and the loss is the *cross-entropy*: -log of
the probability that the network gave to the right digit.
"""

# %%
net = nn.MLP(64, [32, 10], init="he", seed=0)
x = [Value(pixel, label=f"x{i}") for i, pixel in enumerate(xs[0])]
logits = net(x)
loss = nn.losses.cross_entropy(logits, ys[0])
print("parameters:", len(net.parameters()))
print("Values behind the loss of one image:", len(topological_order(loss)))
print(f"loss {loss.data:.3f}; with ten equal probabilities it is log 10 = {np.log(10):.3f}")
lesson.show(draw(logits), "network", "The graph of the ten logits, drawn by layers.")

# %% [markdown]
"""
Every one of these Values can be asked. Here are two weights of one neuron after a backward pass, that of the pixel with the
most ink and that of the pixel in the upper left corner. The theorem's (8) is at work: the derivative by a weight is the
derivative by the neuron's `z`, which is that by its bias, times what comes in. Where there is no ink, nothing is learned.
"""

# %%
loss.backward()
neuron = max(net.layers[0].neurons, key=lambda n: abs(n.b.grad))
for pixel in (int(xs[0].argmax()), 0):
    w, dz = neuron.w[pixel], neuron.b.grad
    print(f"{w.label}: data {w.data:.4f}, grad {w.grad:.4f}; "
          f"dz · x = {dz:.4f} · {x[pixel].data} = {dz * x[pixel].data + 0.0:.4f}")

# %% [markdown]
"""
## Training

Whether it can read is to be judged by images it has never seen. So a part of the data, drawn at random, is put aside for the
test; no step of the training looks at it.

To test, we need the ten probabilities of many images. They were recorded for one image, with the pixels as inputs, and
`autograd.compile` makes a program of that graph which takes any number of images at once. It is the network's own graph that
runs, whatever it is made of; `nn.matrix.forward` would do as well, for networks of the form (3). We check a few images against
the scalars. Guessing would be right for one image in ten.
"""

# %%
order = np.random.default_rng(1).permutation(len(xs))
train, test = order[:1400], order[1400:]
program = autograd.compile(nn.softmax(logits), net.parameters(), inputs=x)


def probabilities(net, images):
    return program([p.data for p in net.parameters()], images)


def accuracy(net, chosen):
    return np.mean(probabilities(net, xs[chosen]).argmax(axis=1) == ys[chosen])


few = xs[test[:5]]
by_scalars = np.array([[p.data for p in nn.softmax(net(image))] for image in few.tolist()])
difference = np.abs(probabilities(net, few) - by_scalars).max()
print(f"{len(train)} images to learn from, {len(test)} for the test")
print(f"the program and the scalars differ by {difference:.0e}")
print(f"before training {accuracy(net, test):.1%} of the test images are read rightly")

# %% [markdown]
"""
Mini-batches of 32 images, and the lecture's momentum. The loss is a sum over the images of a batch, so the learning rate is
small: `α = 0.005` here is 0.16 for their mean.
"""


# %%
def learn(net, train, epochs, after_epoch=None):
    descent = nn.GradientDescent(0.005, momentum=0.9)
    nn.fit(net, xs[train], ys[train], "cross_entropy", descent, epochs, batch_size=32,
           seed=0, callback=after_epoch)


def keep(epoch, loss, net):
    seen.append((loss / len(train), accuracy(net, train), accuracy(net, test)))
    if epoch + 1 in (1, 2, 3, 5, 10, 20, epochs):
        print("{:5} {:14.4f} {:10.1%} {:10.1%}".format(epoch + 1, *seen[-1]))


epochs, seen = lesson.size(30, 5), []
began = nn.matrix.parameters(net)[0].W
print("epoch  loss per image  training       test")
start = time.perf_counter()
learn(net, train, epochs, keep)
seconds = time.perf_counter() - start
print(f"\n{seen[-1][2]:.1%} of the test images are read rightly")

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2, size=(17, 7.5))
epoch = np.arange(1, len(seen) + 1)
plots.dress(left, "Loss per image", "epoch")
left.semilogy(epoch, [row[0] for row in seen], color=plots.BLUE, linewidth=4)
plots.dress(right, "Read rightly, %", "epoch")
_, of_training, of_test = 100 * np.array(seen).T
right.plot(epoch, of_training, "-", color=plots.BLUE, linewidth=4, label="training images")
right.plot(epoch, of_test, "--", color=plots.RED, linewidth=4, label="test images")
plots.legend(right, loc="lower right")
lesson.show(figure, "training",
            "The loss keeps falling; the share of test images read rightly soon gains little.")

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
print(f"on this machine an epoch takes {seconds / epochs:.3f} s, the test included;")
print(f"eagerly about {eager:.1f} s, and all {epochs} epochs {eager * epochs:.0f} s")

# %% [markdown]
"""
### Was it luck?

Other initial weights, and other images put aside:
"""

# %%
shares = []
for seed in range(2, lesson.size(6, 3)):
    order = np.random.default_rng(seed).permutation(len(xs))
    other = nn.MLP(64, [32, 10], init="he", seed=seed)
    learn(other, order[:1400], epochs)
    shares.append(accuracy(other, order[1400:]))
print("read rightly:", "  ".join(f"{share:.1%}" for share in shares))

# %% [markdown]
"""
One caution remains. These digits come from thirteen people, and a random split leaves the hand of each among the training
images and among the test images. Someone else's would be harder to read.

## The mistakes

The *confusion matrix*: a row for each digit that was written, a column for each that was read.
"""

# %%
p = probabilities(net, xs[test])
read = p.argmax(axis=1)
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (ys[test], read), 1)
print("written   read " + "".join(f"{digit:5}" for digit in range(10)))
for digit in range(10):
    print(f"{digit:7}        " + "".join(f"{n or '·':>5}" for n in confusion[digit]))

# %%
wrong = np.flatnonzero(read != ys[test])
wrong = wrong[np.argsort(-p[wrong, read[wrong]])]           # the surest first
for i in wrong[:12]:
    written = ys[test[i]]
    print(f"image {test[i]:4}: a {written}, to which it gives {p[i, written]:.3f}, "
          f"is read as {read[i]} with probability {p[i, read[i]]:.3f}")

# %% tags=["hide-input"]
figure = plots.images([(xs[test[i]].reshape(8, 8),
                        f"a {ys[test[i]]}, read {read[i]}\np = {p[i, read[i]]:.2f}")
                       for i in wrong[:lesson.size(12, 6)]], columns=6, size=2.6)
lesson.show(figure, "mistakes",
            "What was written, what was read, and how sure the network was of it.")

# %% [markdown]
"""
## What the neurons look for

A neuron of the first layer has 64 weights, one for each pixel: they are a picture too. Blue: ink here raises the neuron's `z`.
Red: ink here lowers it. Over each stands the digit whose logit it raises the most.

A pixel that is paper in every training image has the weight it began with, for its derivative was 0 each time. And a neuron
whose `z` has come below 0 for every training image is *asleep*: its ReLU passes nothing on, forward or back, so that it learns
no more. A large step early in the training puts some of them to sleep.
"""

# %%
layers = nn.matrix.parameters(net)
W1, W2 = layers[0].W, layers[1].W
f1 = nn.matrix.forward(layers, xs[train])[1][1]
asleep, votes = f1.max(axis=0) == 0, W2.argmax(axis=0)
print("neurons asleep:", asleep.sum(), "of", len(asleep))
print("pixels that are always paper:      ", np.flatnonzero(xs[train].max(axis=0) == 0))
print("pixels whose weights never changed:", np.flatnonzero((W1 == began).all(axis=0)))

# %% tags=["hide-input"]
ordered = np.lexsort((votes, asleep))[:lesson.size(None, 8)]
figure = plots.images([(W1[i].reshape(8, 8), "asleep" if asleep[i] else f"for {votes[i]}")
                       for i in ordered], columns=8, size=1.9, cmap="RdBu", limit=np.abs(W1).max())
lesson.show(figure, "weights",
            "The neurons of the first layer, in the order of the digits they speak for.")

# %% [markdown]
"""
## Which pixels speak for the digit

The pixels are Values as well, so the derivative of a logit by each pixel is one call: `gradients(logit, x)`. It says what a
little more ink would do, there, in *this* image. A network of ReLUs is piecewise linear, so nudging a pixel must agree to
rounding, as long as no ReLU changes its mind on the way:
"""


# %%
def speak(image, digit, against=None):
    """The derivative of the digit's logit, or of its lead, with respect to each pixel."""
    x = [Value(pixel) for pixel in image.tolist()]
    f = net(x)
    return np.array(gradients(f[digit] if against is None else f[digit] - f[against], x))


image, digit, h = xs[test[0]], ys[test[0]], 1e-4
slopes = speak(image, digit)
pixel = np.abs(slopes).argmax()
nudged = image + h * (np.arange(64) == pixel)
quotient = (net(nudged)[digit].data - net(image)[digit].data) / h
print(f"pixel {pixel}: by the graph {slopes[pixel]:.8f}, nudged {quotient:.8f}")

# %% tags=["hide-input"]
right = test[read == ys[test]]
some = right[np.unique(ys[right], return_index=True)[1]]                # the first of each digit
figure = plots.image_pairs([(xs[i].reshape(8, 8), str(ys[i])) for i in some],
                           [(speak(xs[i], ys[i]).reshape(8, 8), "") for i in some], size=1.6)
lesson.show(figure, "pixels",
            "Blue: more ink here speaks for the digit above. Red: it speaks against it.")

# %% [markdown]
"""
And for a mistake: which pixels made the network read the wrong digit, and not the right one?
"""

# %% tags=["hide-input"]
some = [(xs[test[i]], ys[test[i]], read[i]) for i in wrong[:6]]
figure = plots.image_pairs([(image.reshape(8, 8), f"a {a}, read {b}") for image, a, b in some],
                           [(speak(image, b, a).reshape(8, 8), f"{b}, not {a}")
                            for image, a, b in some], size=2.4)
lesson.show(figure, "why",
            "Blue: more ink here speaks for what was read. Red: for what was written.")

# %% [markdown]
"""
## To try

- Take a mistake and move its pixels against the last picture: `image - 0.001 * speak(image, b, a)`. How far until it is read
  rightly? And how little does it take to have a well written digit misread?
- Begin with small steps, `nn.GradientDescent(lambda j: 0.005 * min(1, (j + 1) / 200), momentum=0.9)`. How many neurons are
  asleep now?
- Give the hidden layer 8 neurons in place of 32, in both networks. Which digits are now confused?
- Give every test image half a turn, `xs[test][:, ::-1]`. Which digits are still read, and what becomes of 6 and 9?
"""
