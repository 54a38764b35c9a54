# %% [markdown]
"""
# Neural networks: the lecture, with its figures, and its theorem in numbers

From one neuron to back propagation in matrix form: the lecture's formulas with their numbers, its three figures drawn anew,
and its theorem derived, and checked, scalar by scalar. Takes five to ten seconds.
"""

# %%
import numpy as np

import nn
from autograd import Value, dot, draw, exp, explain, grad, relu, sigmoid
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("lecture", cover="figure3")

# %% [markdown]
"""
## The neuron

A *neural network* is a function with *parameters*, numbers that can be changed until the function does what it should. It is
made of simple parts. The smallest is the *neuron*,

    f(x) = σ(wᵀx + b)

It takes `n` numbers `x` and gives one. Its parameters are the *weights* `w`, one for each input, and the *bias* `b`. So first
it does something linear, a weighted sum. Then comes the *activation function* `σ`, which is not linear. Two common choices
are the rectified linear unit, *ReLU*, and the *sigmoid*:

    σ(t) = max{t, 0}                (1)
    σ(t) = 1 / (1 + e⁻ᵗ)            (2)

Both are operations of the engine. Their derivatives, then, cost no work on paper:
"""

# %%
for t in (-2.0, 0.0, 2.0):
    print(f"t = {t:4}   relu {relu(t)}, slope {grad(relu)(t)}"
          f"   sigmoid {sigmoid(t):.4f}, slope {grad(sigmoid)(t):.4f}")

# %% [markdown]
"""
At 0 ReLU has no derivative: its slope is 0 on the left and 1 on the right. An engine has to hand back some number, and most
take 0, as here: `σ'(0) = 0`.

Written out, (2) is a graph of several operations, and the chain rule goes through all of them. With pen and paper one can
also find `σ' = σ (1 - σ)`. All three agree:
"""


# %%
def written_out(t):
    return 1 / (1 + exp(-t))


t = 0.7
print("the operation       ", grad(sigmoid)(t))
print("(2) written out     ", grad(written_out)(t))
print("σ(t) (1 - σ(t))     ", sigmoid(t) * (1 - sigmoid(t)))

# %%
ts = np.linspace(-6, 6, 601).tolist()
slopes = {sigma: [grad(sigma)(t) for t in ts] for sigma in (relu, sigmoid)}

# %% tags=["hide-input"]
figure, axes = plots.plots(2, 2, size=(15, 8.5), sharex="col")
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
            "Figure 1. In blue the activation functions: below a threshold they give 0, or "
            "close to it. In red their derivatives, each point found by the engine.")

# %% [markdown]
"""
Here is a neuron with two inputs, built by hand. The parameters are Values, since we shall want derivatives by them.
"""

# %%
x = [2.0, -1.0]
w = [Value(0.5, label="w1"), Value(-1.5, label="w2")]
b = Value(-2.0, label="b")
z = w[0] * x[0] + w[1] * x[1] + b
f = sigmoid(z)
z.label, f.label = "z", "f"
f.backward()
lesson.show(draw(f), "neuron", "The neuron as a graph.")

# %% [markdown]
"""
`nn.Neuron` holds such parameters, and computes the same. It records `w · x + b` as *one* operation, a `dot`, in place of a
product for each weight and their sum: a smaller graph with the same derivatives.
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

# %% [markdown]
"""
## The network

Several neurons that look at the same inputs are a *layer*. Their weights are the rows of a matrix `W`, their biases a vector
`b`. A *fully connected* network with `L` layers hands the numbers of each layer to the next:

    fₖ = σₖ(Wₖ fₖ₋₁ + bₖ),    k = 1, ..., L                (3)

- `f₀` is the input `x`, with `n₀` numbers; `f_L` is the output;
- `fₖ` for `k = 1, ..., L - 1` are the values of the *hidden* layers; layer `k` has `nₖ` neurons;
- `Wₖ`, with `nₖ` rows and `nₖ₋₁` columns, and `bₖ`, with `nₖ` entries, are the parameters to be learned.

In plain Python a layer is one line, and the network a loop. `nn.MLP` is the same, with the parameters in its keeping (the
name is for *multi-layer perceptron*). It counts from 0: `layers.0` has `W₁` and `b₁`. Here is the network of figure 2, which
has three hidden layers; its last layer is *linear*, that is, without a `σ`.
"""


# %%
def layer(W, b, f):
    return [sum((w * fj for w, fj in zip(row, f)), bi) for row, bi in zip(W, b)]


WIDTHS = [6, 2, 6, 4, 1]                        # n₀, ..., n₄
net = nn.MLP(WIDTHS[0], WIDTHS[1:], "sigmoid", output="linear", init="xavier", seed=1)
for name, array in net.state_dict().items():
    print(f"{name:17} {array.shape}")
print(len(net.parameters()), "parameters\n")

x = [0.5, -0.3, 0.8, -0.9, 0.1, 0.4]
f = x
for k in range(1, len(WIDTHS)):
    neurons = net.layers[k - 1].neurons
    f = layer([n.w for n in neurons], [n.b for n in neurons], f)
    f = [sigmoid(z) for z in f] if k < len(WIDTHS) - 1 else f
print("(3) by hand", f[0].data)
print("nn.MLP     ", net(x).data)

# %% [markdown]
"""
Initial weights are drawn at random: neurons that begin alike would stay alike, for they would have the same derivatives.
`seed` says which draw. `init="xavier"` chooses their size by the widths of the layers: with an activation function of slope 1
at 0 the numbers then neither grow nor fade. (That of the sigmoid is 1/4: through many layers they would fade.)
"""

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
            "weight, an entry of some W; each node but the inputs is a neuron with a bias.")

# %%
lesson.show(net.draw(x), "figure2-at-work",
            "The same network at work on one sample: in each neuron its value, and the "
            "derivative of the output by it. A line is the wider the larger its weight, "
            "and dashed where it is negative.")

# %% [markdown]
"""
## Loss

What should the network do? *Training data* say it: samples `xᵢ`, each with the `yᵢ` that is wanted there. The *loss* `ℒ`
measures how far the network is from that. Typically it is a sum over the samples,

    ℒ(W₁, b₁, ..., W_L, b_L) = Σᵢ ℓ(f_L(xᵢ), yᵢ),    i = 1, ..., m                (4)

It is a function of the *parameters*; the data are given. Here `yᵢ = sin(πxᵢ)` at points from -1 to 1, and `ℓ(f, y) = |f -
y|`. A small network will do for now, 1-8-1 with ReLU.
"""


# %%
def total_loss(net, xs, ys):
    return sum(abs(net(x) - y) for x, y in zip(xs, ys))                 # (4)


few_xs, few_ys = nn.data.sine(21)
small = nn.MLP(1, [8, 1], seed=4)
loss = total_loss(small, few_xs, few_ys)
print("loss", loss.data, "of", len(small.parameters()), "parameters")

# %% [markdown]
"""
## Gradient descent

The *gradient* `∂ℒ/∂Wₖ` is a matrix as large as `Wₖ`; its entry `(i, j)` is the derivative of `ℒ` by `Wₖ(i, j)`. So for
`∂ℒ/∂bₖ`, a vector. The gradient says which way `ℒ` rises. *Gradient descent* goes the other way, step by step, `j = 0, 1,
...`:

    Wₖʲ⁺¹ = Wₖʲ - α ∂ℒ/∂Wₖ    and    bₖʲ⁺¹ = bₖʲ - α ∂ℒ/∂bₖ                (5)

`α > 0` is the *learning rate*. In scalars there is nothing to it: one backward pass, and (5) for each parameter. Then the
grads are set to 0, which `zero_grad()` does for all of them.
"""

# %%
alpha = 0.003
by_hand = []
for j in range(5):
    loss = total_loss(small, few_xs, few_ys)
    loss.backward()
    for p in small.parameters():
        p.data -= alpha * p.grad                # (5)
    small.zero_grad()
    by_hand.append(loss.data)
print("by hand", *(f"{number:.6f}" for number in by_hand))

# %% [markdown]
"""
`nn.fit` is this loop. What it calls an *epoch* is one pass over the samples, and here one step, since each step takes all of
them. It gives back the loss of each epoch.
"""

# %%
same = nn.MLP(1, [8, 1], seed=4)
fit_losses = nn.fit(same, few_xs, few_ys, "absolute", nn.GradientDescent(alpha), epochs=5)
print("nn.fit ", *(f"{number:.6f}" for number in fit_losses))

# %% [markdown]
"""
The numbers agree. But `fit` does not build a graph in each step: it *compiles* one, to a program for arrays. How this is
done, and what is gained by it, is for the next lesson.

## The toy example

The lecture fits `sin(πx)` with a network of 2 layers with 100 hidden neurons, the loss being the sum of absolute errors over
evenly spaced points. The graph of a hidden neuron `max{wx + b, 0}` bends at `x = -b/w`. All biases are 0 at first, which
would put all bends at 0; so let us spread them evenly over the interval.
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


print("loss of the untrained network", error(network()))

# %% [markdown]
"""
How large should `α` be? The slope of `|f - y|` is 1 or -1, however near `f` is to `y`. So steps do not get shorter by
themselves as the network gets better: with a large `α` it goes on jumping to and fro, and with a small one it takes long. The
way out is an `α` that falls, here evenly on a logarithmic scale:
"""


# %%
def falling(alpha, steps, to=0.003):
    """The learning rate of step j: alpha at first, at the end `to` times as much."""
    return lambda j: alpha * to ** (j / steps)


def train(learning_rate, **options):
    net = network()
    descent = nn.GradientDescent(learning_rate)
    return net, nn.fit(net, xs, ys, "absolute", descent, EPOCHS, **options)


# %%
ALPHA = 0.006
for name, rate in (("large", ALPHA), ("small", ALPHA * 0.003)):
    print(f"α {name} throughout: loss {error(train(rate)[0]):7.3f}")

# %%
net = network()
after = {0: [net(x).data for x in xs]}          # its outputs after so many epochs


def keep(epoch, loss, net):
    if epoch + 1 in (20, EPOCHS):
        after[epoch + 1] = [net(x).data for x in xs]


descent, descent_history = train(falling(ALPHA, EPOCHS), callback=keep)
print(f"α falling:          loss {error(descent):7.3f}")

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

# %% [markdown]
"""
## Stochastic gradient descent

With a million samples a single step of (5) would be a long computation. *Stochastic gradient descent*, SGD, takes the loss
over a random subset `I` of the samples in its place, a *mini-batch*, another one in each step:

    ℒ̃ = Σᵢ ℓ(f_L(xᵢ), yᵢ),    i in I

One shuffles the samples and cuts them into mini-batches; when all have had their turn, the epoch is over. Is the gradient of
a mini-batch any good? Below is the cosine of the angle between it and the whole gradient: 1 where they point the same way, 0
where they have nothing to do with each other. All mini-batches together give the whole loss, and the whole gradient.
"""

# %%
BATCH = 20
net = network()


def loss_and_gradient(places):
    loss = sum(abs(net(xs[i]) - ys[i]) for i in places)
    net.zero_grad()
    loss.backward()
    return loss.data, np.array([p.grad for p in net.parameters()])


def cosine(u, v):
    return u @ v / np.sqrt((u @ u) * (v @ v))


whole, whole_gradient = loss_and_gradient(range(len(xs)))
order = np.random.default_rng(0).permutation(len(xs))
parts = [loss_and_gradient(I) for I in order.reshape(-1, BATCH)]
for number, gradient in parts:
    print(f"mini-batch: loss {number:8.4f}, cosine {cosine(gradient, whole_gradient):.3f}")
print(f"sum of these {sum(number for number, _ in parts):.4f}, loss {whole:.4f}")
rest = abs(sum(gradient for _, gradient in parts) - whole_gradient).max()
print(f"sum of their gradients and the gradient: at most {rest:.0e} apart")

# %% [markdown]
"""
So each mini-batch gives a rougher direction for a part of the work, and an epoch has several steps in place of one. `fit`
draws mini-batches when it is told how large they are:
"""

# %%
steps = EPOCHS * len(xs) // BATCH
sgd, sgd_history = train(falling(0.012, steps), batch_size=BATCH, seed=0)
print(f"gradient descent  {EPOCHS:6} steps, loss {error(descent):.3f}")
print(f"mini-batches      {steps:6} steps, loss {error(sgd):.3f}")

# %% [markdown]
"""
## Momentum

Another trick is *momentum*: to the step of (5) add `β` times the step before, `0 ≤ β ≤ 1` (below 1, or nothing ever slows
down).

    Wₖʲ⁺¹ = Wₖʲ - α ∂ℒ/∂Wₖ + β (Wₖʲ - Wₖʲ⁻¹)

and so for `bₖ`. Steps to and fro cancel; steps that go the same way add up, at most to `1/(1 - β)` times as much. So `α`
should be smaller. By hand, on the small network, beside `fit`:
"""

# %%
beta = 0.9
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

# %% [markdown]
"""
And now the three on the toy example, from the same initial network. In an epoch each goes over all samples once; mini-batches
take several steps for that. Each has an `α` of its own, so large that it overshoots at first.
"""

# %%
momentum = network()
optimizer = nn.GradientDescent(falling(0.0008, EPOCHS), momentum=beta)
momentum_history = nn.fit(momentum, xs, ys, "absolute", optimizer, EPOCHS)

runs = {"gradient descent (5)": (descent, descent_history),
        f"mini-batches of {BATCH}": (sgd, sgd_history),
        f"momentum, β = {beta}": (momentum, momentum_history)}
for name, (net, history) in runs.items():
    print(f"{name:21} from {error(network()):.1f}, in the first 20 epochs up to "
          f"{max(history[:20]):6.1f}, at the end {error(net):.3f}")

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

# %% [markdown]
"""
## Back propagation, scalar by scalar

How do the derivatives come about when a layer is a matrix? Let us write `zₖ` for what stands inside of `σₖ` in (3):

    zₖ = Wₖ fₖ₋₁ + bₖ,    fₖ = σₖ(zₖ)                (6)

Take `z1` with two entries, `f1 = σ(z1)`, and `z2 = W f1 + b` with three. `ℒ` stands for all that comes after; any function of
`z2` would do. (`dot(w, f, b)` is the operation that `nn.Neuron` uses.)
"""

# %%
z1 = [Value(0.5, label="z1(1)"), Value(-1.0, label="z1(2)")]
W = [[Value(number, label=f"W({i},{j})") for j, number in enumerate(row, 1)]
     for i, row in enumerate([[1.0, -2.0], [0.5, 1.5], [-1.0, 0.8]], 1)]
b = [Value(number, label=f"b({i})") for i, number in enumerate([0.1, -0.2, 0.3], 1)]

f1 = [sigmoid(z) for z in z1]
z2 = [dot(row, f1, bi) for row, bi in zip(W, b)]
loss = dot([2.0, -1.0, 3.0], z2)

for name, values in (("f1", f1), ("z2", z2)):
    for i, v in enumerate(values, 1):
        v.label = f"{name}({i})"
loss.label = "ℒ"
loss.backward()

# %%
picture = draw(z2[1], parameters=[*W[1], b[1]])
lesson.show(picture, "layer", "The graph up to one of the three, with the grads from ℒ.")

# %% [markdown]
"""
With `i` for a row of `W` and `j` for a column, each neuron is

    z2(i) = Σⱼ W(i,j) f1(j) + b(i)

**A weight** `W(i,j)` goes into one neuron alone. So it has one way to `ℒ`, through `z2(i)`, and the partial there is `f1(j)`.
**A bias** `b(i)` has the same way, with partial 1:

    ∂ℒ/∂W(i,j) = ∂ℒ/∂z2(i) · f1(j)        ∂ℒ/∂b(i) = ∂ℒ/∂z2(i)
"""

# %%
for i in range(3):
    for j in range(2):
        product = z2[i].grad * f1[j].data
        print(f"{W[i][j].label}: {z2[i].grad:7.4f} · {f1[j].data:.4f} = {product:7.4f}"
              f"   the engine: {W[i][j].grad:7.4f}")

# %% [markdown]
"""
**An entry** `z1(j)` goes into `f1(j)` alone, with partial `σ'(z1(j))`. From there it has three ways, one through each
`z2(i)`, with partial `W(i,j)`. So we add up over `i`:

    ∂ℒ/∂z1(j) = σ'(z1(j)) Σᵢ W(i,j) ∂ℒ/∂z2(i)

The engine says the same for `z1(1)`. (`sech` is 1/cosh, and `(0.5 * sech(0.5 * t))**2` is
`σ(t) (1 - σ(t))` in a form that is exact for any `t`.)
"""

# %%
print(str(explain(loss, wrt=z1[0])).replace("; ", ";\n").replace(":  ", ":\n       "))

# %% [markdown]
"""
## Theorem 1

Now look at these formulas as matrices. All products of an entry of `∂ℒ/∂z2` with one of `f1` are a column times a row: a
matrix of *rank one*. And `Σᵢ W(i,j) ∂ℒ/∂z2(i)` runs down a column of `W`: this is `Wᵀ` times a vector. The factors `σ'` go on
a diagonal:

    Dₖ = diag(σₖ'(zₖ))

With `k` and `k - 1` in the place of 2 and 1, and nothing else changed, we have proved the lecture's **Theorem 1** (back
propagation). For `k = 2, ..., L`

    ∂ℒ/∂zₖ₋₁ = Dₖ₋₁ Wₖᵀ ∂ℒ/∂zₖ                                (7)

    ∂ℒ/∂Wₖ = ∂ℒ/∂zₖ fₖ₋₁ᵀ    and    ∂ℒ/∂bₖ = ∂ℒ/∂zₖ            (8)
"""


# %%
def data(values):
    return np.array([v.data for v in values])


def grads(values):
    return np.array([v.grad for v in values])


dz2 = grads(z2)
D1 = np.diag([grad(sigmoid)(z.data) for z in z1])
by_7 = D1 @ np.array([data(row) for row in W]).T @ dz2
by_8 = np.outer(dz2, data(f1))
print("(7)\n", by_7, "\nthe engine\n", grads(z1))
print("\n(8)\n", by_8, "\nthe engine\n", np.array([grads(row) for row in W]))

# %% [markdown]
"""
In a whole network (7) goes back layer by layer, from `∂ℒ/∂z_L` to `∂ℒ/∂z₁`, and (8) gives the rest, for `k = 1` as well. Here
it is for the network of figure 2, one sample, and `ℓ(f, y) = (f - y)²`. As the last layer is linear, all begins with `∂ℒ/∂z_L
= 2(f - y)`.
"""

# %%
net = nn.MLP(WIDTHS[0], WIDTHS[1:], activation="sigmoid", seed=22)
x, y = [0.5, -0.3, 0.8, -0.9, 0.1, 0.4], 1.0

state, last = net.state_dict(), len(WIDTHS) - 1
Ws = {k: state[f"layers.{k - 1}.weight"] for k in range(1, last + 1)}
bs = {k: state[f"layers.{k - 1}.bias"] for k in range(1, last + 1)}
zs, fs = {}, {0: np.array(x)}
for k in range(1, last + 1):                                    # forward
    zs[k] = Ws[k] @ fs[k - 1] + bs[k]                           # (6)
    fs[k] = sigmoid(zs[k]) if k < last else zs[k]               # (3)

dz, theorem = 2 * (fs[last] - y), {}
for k in range(last, 0, -1):                                    # backward
    theorem[k] = np.outer(dz, fs[k - 1]), dz                    # (8)
    if k > 1:
        D = np.diag([grad(sigmoid)(z) for z in zs[k - 1]])
        dz = D @ Ws[k].T @ dz                                   # (7)

((net(x) - y) ** 2).backward()
print("               entries   engine and theorem differ by at most")
for k in range(1, last + 1):
    neurons = net.layers[k - 1].neurons
    for name, ours, its in ((f"∂ℒ/∂W{k}", theorem[k][0], [grads(n.w) for n in neurons]),
                            (f"∂ℒ/∂b{k}", theorem[k][1], grads(n.b for n in neurons))):
        print(f"{name:14} {ours.size:7}   {abs(ours - its).max():.1e}")

# %% [markdown]
"""
`nn.matrix` has these loops for any network, and for many samples at once: the samples are the rows of a matrix, and (8) is
summed over them, as (4) is. `nn.matrix.compare` lays three ways to each derivative side by side: the engine, which knows
nothing of matrices; the theorem, which knows nothing of graphs; and nudging, which knows neither.
"""

# %%
rng = np.random.default_rng(22)
X = rng.uniform(-1, 1, (20, WIDTHS[0]))
Y = np.sin(np.pi * X.sum(axis=1))
comparison = nn.matrix.compare(net, X, Y, loss="squared")
for row in comparison.table(most=13):
    print("".join(f"{entry:>21}" for entry in row))
print(f"\n{len(comparison)} derivatives; relative to the largest, they differ by at most")
print(f"    engine and theorem             {comparison.theorem_difference:.1e}")
print(f"    engine and finite differences  {comparison.quotient_difference:.1e}")

# %% [markdown]
"""
So back propagation through a graph of scalars and the theorem are one and the same; the theorem is what the graph comes to
when it was made by (3). This is worth having: computers are very fast at matrix products. In the next lesson the engine finds
these matrices by itself, in code that was written with scalars.

## To try

- Change `falling` so that `α` falls to a hundredth, or a hundred-thousandth, of what it was. What do the three losses become?
- Leave out the spreading of the bends in `network()`. How far does each of the three get now?
- Give the toy network 10 hidden neurons in place of 100, or the activation `"tanh"`. Which learning rate suits it?
- Put a second `σ` after `z2` in the small layer and derive what changes. Which of the formulas still hold as they are?
"""
