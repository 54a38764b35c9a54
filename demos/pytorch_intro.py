# %% [markdown]
"""
# PyTorch and this engine, line by line

The steps of a first PyTorch notebook, from one derivative to a trained neuron, written for both: which names are the same,
and which differ. Where PyTorch is installed (`pip install -e '.[torch]'`), its numbers appear beside ours. Takes a few
seconds.

**Goals.** You can translate a training loop between PyTorch and scalars; you know why and when gradients are reset; you can
choose a learning rate for a quadratic loss from its curvature; you know where the two differ.

**In class:** 50 minutes.
"""

# %% tags=["hide-input"]
import numpy as np

import nn
from autograd import Value, exp, grad, operation, sigmoid, sin, vjp
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("pytorch_intro")

# %%
lesson.ask("From the last lesson: C = A B with A of shape (2, 3), and ∂L/∂C is G. What is the shape of ∂L/∂A?",
           "{} x {}".format(*(np.ones((2, 4)) @ np.ones((3, 4)).T).shape), choices=("2 x 3", "3 x 2", "2 x 4"), why="That of A.")

# %% [markdown]
"""
If PyTorch is missing, its functions below, whose names begin with `torch_`, are there to read and do not run.

Both use the same numbers: a Python float has 64 bits, and PyTorch is told to use as many (`dtype=torch.float64`; its default
is 32). So the results should agree to about 16 digits.
"""

# %% tags=["hide-input"]
try:
    import torch
except ImportError:
    torch = None
    print("PyTorch is not installed, so its column is missing: pip install -e '.[torch]'")

differences = []


def beside(name, ours, twin):
    """Print our numbers; with PyTorch, those of twin() beside them, and the difference."""
    theirs = twin() if torch else []
    for i, a in enumerate(ours):
        line = f"{name if i == 0 else '':14} here {shown(a)}"
        if torch:
            differences.append(abs(a - theirs[i]))
            line += f"   PyTorch {shown(theirs[i])}   difference {differences[-1]:.0e}"
        print(line)


def shown(number):
    return f"{round(number, 13) + 0.0:18.13f}"              # + 0.0: no minus before 0


# %% [markdown]
"""
## One derivative

A `Value` records what is done with it. A PyTorch *tensor* is an array that does so on request: `requires_grad=True`.
"""

# %%
lesson.ask("A Python float has 64 bits, with 53 for its digits. How many decimal digits are that, about?", 53 * np.log10(2),
           within=0.08,
           why="53 · log₁₀ 2. PyTorch's default of 32 bits has about 7.")

# %%
def cube():
    x = Value(4.0)
    y = x**3
    y.backward()
    return [x.grad]


def torch_cube():
    x = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)
    y = x**3
    y.backward()
    return [x.grad.item()]


# %%
lesson.ask("y = x³. What is dy/dx at x = 4?", cube()[0], wrong={64.0: "that is y", 12.0: "3x; the rule gives 3x²"}, why="3 · 4².")

# %%
beside("dy/dx", cube(), torch_cube)

# %% [markdown]
"""
## Many numbers

Now `y = exp(sin(x₁³)) + exp(sin(x₂³)) + exp(sin(x₃³))` at 1, 2, 3. In PyTorch the three numbers
are one tensor, and each operation takes all of them. Here each number is a Value with operations of its own. In both, a single
`backward()` gives all three derivatives.
"""

# %%
xs = [Value(1.0), Value(2.0), Value(3.0)]
sum(x**3 for x in xs).backward()
lesson.ask("How many grads of leaves does one `backward()` fill here?", sum(x.grad != 0 for x in xs), within=0.001,
           wrong={1: "all leaves behind the output get their derivative"}, why="One pass, all three.")


# %%
def three():
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    y = sum(exp(sin(x**3)) for x in xs)
    y.backward()
    return [x.grad for x in xs]


def torch_three():
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = torch.exp(torch.sin(x**3)).sum()
    y.backward()
    return x.grad.tolist()


slopes = three()


def derivative_of_first(x2):
    xs = [Value(1.0), Value(x2), Value(3.0)]
    sum(exp(sin(x**3)) for x in xs).backward()
    return xs[0].grad


# %%
lesson.ask("y = exp(sin(x₁³)) + exp(sin(x₂³)) + exp(sin(x₃³)). Does ∂y/∂x₁ change when only x₂ changes?",
           derivative_of_first(2.0) != derivative_of_first(-0.7),
           why="Each term contains one of the x: the derivative with respect to x₁ is that of the first term.")

# %%
beside("dy/dx", slopes, torch_three)
xs = np.array([1.0, 2.0, 3.0])
print("on paper, 3x² cos(x³) exp(sin x³):",
      3 * xs**2 * np.cos(xs**3) * np.exp(np.sin(xs**3)))

# %% [markdown]
"""
## Gradients add up

Now a second function of the same `x`. The derivative of `x³` at 4 was 48.
"""

# %%
lesson.ask("And the derivative of x² at 4?", grad(lambda x: x**2)(4.0), wrong={16.0: "that is x²"}, why="2x.")


# %%
def twice():
    x = Value(4.0)
    (x**3).backward()
    (x**2).backward()
    without_reset = x.grad
    x.grad = 0
    (x**2).backward()
    return [without_reset, x.grad]


def torch_twice():
    x = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)
    (x**3).backward()
    (x**2).backward()
    without_reset = x.grad.item()
    x.grad.zero_()
    (x**2).backward()
    return [without_reset, x.grad.item()]


accumulated = twice()

# %%
lesson.ask("(x³).backward() and then (x²).backward(), at x = 4 and without a reset. What is x.grad?", accumulated[0],
           wrong={8.0: "backward adds to the grad of a leaf", 48.0: "the second pass adds to it"},
           why="48 + 8: `backward` adds to the leaves. PyTorch does the same, on purpose: the gradients of many samples are summed "
               "this way. Reset them before you start anew.")

# %%
beside("without, with", accumulated, torch_twice)

# %% [markdown]
"""
## Gradient descent by hand

The function `f(x, y) = x²/2 + y⁴/4` has its minimum at (0, 0). Each step goes against the gradient: `p ← p - α ∂f/∂p`, the
lecture's (5). The update itself must not be recorded. Here `p.data` is a plain float, so nothing is. In PyTorch `p` is the
tensor itself, and `torch.no_grad()` stops the recording.
"""

# %%
x, y = Value(2.0), Value(1.5)
f = x**2 / 2 + y**4 / 4
f.backward()
lesson.ask("What is ∂f/∂y at (2, 1.5)?", y.grad, wrong={1.5: "y⁴/4 has the derivative y³", 3.375 / 4: "the 4 and the 1/4 cancel"},
           why="y³.")

# %%
alpha, steps = 0.2, 60


def descend():
    x, y = Value(2.0), Value(1.5)
    path = [(x.data, y.data)]
    for _ in range(steps):
        f = x**2 / 2 + y**4 / 4
        f.backward()
        for p in (x, y):
            p.data -= alpha * p.grad
            p.grad = 0
        path.append((x.data, y.data))
    return path


path = descend()

# %%
lesson.ask("α = 0.2, and the path begins at (2, 1.5). The derivative of f with respect to x is x. What is x after the first step?",
           path[1][0], wrong={2.4: "against the derivative: minus", 0.4: "that is the length of the step"}, why="2 - 0.2 · 2.")


# %%
def torch_descend():
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        f = x**2 / 2 + y**4 / 4
        f.backward()
        with torch.no_grad():
            for p in (x, y):
                p -= alpha * p.grad
                p.grad.zero_()
    return [x.item(), y.item()]

# %%
lesson.ask(f"After {steps} steps from (2, 1.5): which coordinate is closer to 0?",
           "x" if abs(path[-1][0]) < abs(path[-1][1]) else "y", choices=("x", "y"),
           wrong={"y": "near 0 the derivative y³ is tiny, and so are the steps"},
           why="Along x each step removes the same share, α, of what is left. Along y the derivative is y³.")

# %%
print("step         x          y")
for k in (0, 1, 2, 5, 10, 20, 40, steps):
    print(f"{k:4} {path[k][0]:10.6f} {path[k][1]:10.6f}")
print()
beside("the end", path[-1], torch_descend)

# %%
lesson.ask("Read the column x: by what factor is it multiplied in each step?", path[3][0] / path[2][0],
           wrong={0.2: "that is the share α that is taken away"}, why="1 - α = 0.8. So it converges like 0.8ʲ.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Gradient descent on x²/2 + y⁴/4", "x", "y")
a, b = np.meshgrid(np.linspace(-0.6, 2.3, 200), np.linspace(-0.6, 1.7, 200))
heights = [0.001, 0.01, 0.05, 0.2, 0.5, 1, 1.75, 2.5, 3.25]
lines = ax.contour(a, b, a**2 / 2 + b**4 / 4, levels=heights, colors=plots.GRAY, linewidths=1.5)
ax.clabel(lines, heights[2:], fontsize=15)
ax.plot(*zip(*path), "o-", color=plots.RED, linewidth=3, markersize=11,
        label=f"{steps} steps from (2, 1.5)")
ax.plot(0, 0, "*", color=plots.BLUE, markersize=30, label="the minimum")
ax.set_aspect("equal")
plots.legend(ax, loc="upper left")
lesson.show(figure, "descent",
            "First across the contour lines, then slowly along the flat floor of the valley.")

# %%
lesson.ask("At y = 0.1 the derivative with respect to y is y³. How long is a step there, with α = 0.2?",
           0.2 * grad(lambda y: y**4 / 4)(0.1),
           wrong={0.02: "that is α y", 0.001: "that is the derivative; times α"}, why="0.2 · 0.001. The path converges, but slowly.")

# %% [markdown]
"""
## A quartic for the sine

Now a fit: a polynomial of degree 4, with the coefficients `c₀ ... c₄` as parameters, should follow `sin(x)` from -π to π.
The loss is the sum of the squared residuals at some points, as in the lecture's (4). (A *residual* is the difference between
the model's value and the target.)

In which variable should we fit, and with which learning rate? This loss is quadratic in `c`. Its second derivatives form the
matrix `2AᵀA`, where the columns of `A` are the powers of the variable. Its *eigenvalues* (the numbers `λ` with `H v = λ v` for
some `v` other than 0) say how strongly the loss is curved, in the directions `v`. If `α` is above `2 / largest`, each step
overshoots further than the last. If `α` is below it and the smallest eigenvalue is much smaller, there is hardly any
progress in that direction. So what counts is their ratio.
"""

# %%
x = np.linspace(-np.pi, np.pi, 41)
t = x / np.pi
y = np.sin(x)


def curvatures(variable):
    A = np.vander(variable, 5, increasing=True)
    return np.linalg.eigvalsh(2 * A.T @ A)


conditions = {name: curvatures(v)[-1] / curvatures(v)[0] for name, v in (("x", x), ("x/π", t))}

# %%
lesson.ask("x runs from -π to π, t = x/π from -1 to 1. In which variable are the eigenvalues closer together?",
           min(conditions, key=conditions.get), choices=("x", "x/π"),
           wrong={"x": "π⁴ is about 97, so the powers of x have very different sizes"}, why="The powers of t are all at most 1.")

# %%
for name, variable in (("x", x), ("t = x/π", t)):
    mu, lam = curvatures(variable)[[0, -1]]
    print(f"powers of {name:8} eigenvalues from {mu:.2g} to {lam:.2g}, "
          f"ratio {lam / mu:.0f}; α below {2 / lam:.5f}")

# %% [markdown]
r"""
So we fit in `t = x/π`. For a quadratic function with eigenvalues from `μ` to `λ` the best settings are known (Polyak 1964),
for gradient descent and for the lecture's momentum:

$$\text{plain:} \quad \alpha = \frac{2}{\lambda + \mu}$$

$$\text{momentum:} \quad \alpha = \left(\frac{2}{\sqrt{\lambda} + \sqrt{\mu}}\right)^2, \qquad
\beta = \left(\frac{\sqrt{\lambda} - \sqrt{\mu}}{\sqrt{\lambda} + \sqrt{\mu}}\right)^2$$
"""

# %%
mu, lam = curvatures(t)[[0, -1]]
plain = 2 / (lam + mu)
best = (2 / (lam**0.5 + mu**0.5)) ** 2
beta = ((lam**0.5 - mu**0.5) / (lam**0.5 + mu**0.5)) ** 2
print(f"plain: α = {plain:.5f}; with momentum: α = {best:.5f}, β = {beta:.3f}")

# %%
lesson.ask("By what factor do both the slowest and the fastest direction shrink with this plain α? (It is |1 - α μ| = |1 - α λ|.)",
           abs(1 - plain * mu), within=0.01, why="Just below 1, because λ is much larger than μ: that is why momentum is worth "
           "having here.")

# %% [markdown]
"""
From here on an optimizer takes the steps. In both libraries the loop is the same: loss, reset, backward, step.
"""

# %%
start = np.random.default_rng(4).uniform(-1, 1, 5).tolist()
steps = lesson.size(400, 250)


def polynomial(c, t):
    return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * c[4])))


def fit(optimizer):
    c, losses = [Value(number) for number in start], []
    for _ in range(steps):
        loss = sum((polynomial(c, ti) - yi) ** 2 for ti, yi in zip(t.tolist(), y.tolist()))
        for p in c:
            p.grad = 0
        loss.backward()
        optimizer.step(c)
        losses.append(loss.data)
    return [p.data for p in c], losses


# %%
lesson.ask("How many derivatives does one `loss.backward()` compute here for the optimizer?", len(start), within=0.001,
           wrong={41: "that is the number of points"}, why="One for each of the coefficients c₀ ... c₄.")


# %%
def torch_fit():
    c = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([c], lr=best, momentum=beta)
    T, Y = torch.tensor(t), torch.tensor(y)
    for _ in range(steps):
        loss = ((polynomial(c, T) - Y) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return c.tolist()


_, slow_losses = fit(nn.GradientDescent(plain))
c, losses = fit(nn.GradientDescent(best, momentum=beta))

# %%
lesson.ask("The sine is an odd function: sin(-x) = -sin(x). What should the coefficients c₀, c₂ and c₄ be?",
           round(max(abs(c[k]) for k in (0, 2, 4)), 6), why="Even powers cannot help to fit an odd function at symmetric points.")

# %%
beside("c0 ... c4", c, torch_fit)

# %%
lesson.ask("The slope of sin(πt) at 0 is π. Is c₁, the slope of the quartic there, larger or smaller?",
           "smaller" if c[1] < np.pi else "larger", choices=("smaller", "larger"),
           why="The quartic has to be near the sine everywhere, not only at 0: a smaller slope there makes up for more elsewhere.")

# %% [markdown]
"""
A least squares problem can also be solved directly, with linear algebra.
"""

# %%
exact = np.polyfit(t, y, 4)[::-1]
lowest = float(np.sum((polynomial(exact, t) - y) ** 2))
print("least squares ", *(f"{number:11.8f}" for number in np.round(exact, 8) + 0.0))
print("found         ", *(f"{number:11.8f}" for number in np.round(c, 8) + 0.0))
print(f"largest difference {np.abs(exact - c).max():.0e}")
print(f"the loss above its minimum after {steps} steps: {slow_losses[-1] - lowest:.0e}, "
      f"with momentum {max(losses[-1] - lowest, 0):.0e}")

# %%
lesson.ask("After these steps, which run is closer to the minimum of the loss?",
           "with momentum" if losses[-1] < slow_losses[-1] else "plain", choices=("plain", "with momentum"),
           why="The right picture shows both.")

# %% tags=["hide-input"]
figure, (left, right) = plots.plots(1, 2, size=(17, 7.5))
plots.dress(left, "The sine and the quartic found", "t = x/π")
fine = np.linspace(t[0], t[-1], 201)
left.plot(t, y, "o", color=plots.GRAY, markersize=9, label="sin(πt), the data")
left.plot(fine, polynomial(start, fine), ":", color=plots.RED, linewidth=4, label="the start")
left.plot(fine, polynomial(c, fine), color=plots.BLUE, linewidth=4, label="found")
plots.legend(left)
plots.dress(right, "The loss above its minimum", "step")
for found, label, color, style in ((slow_losses, "gradient descent", plots.RED, "--"),
                                   (losses, "with momentum", plots.BLUE, "-")):
    above = np.maximum(np.array(found) - lowest, 1e-16)
    right.semilogy(above, style, color=color, linewidth=4, label=label)
plots.legend(right)
lesson.show(figure, "quartic",
            "Momentum overshoots at first, then gains more in each step; the floor is rounding.")

# %%
lesson.ask("In which run does the loss above its minimum go up and down on its way?",
           "with momentum" if np.sum(np.diff(losses[:100]) > 0) > np.sum(np.diff(slow_losses[:100]) > 0) else "gradient descent",
           choices=("gradient descent", "with momentum"), why="Momentum overshoots and comes back, and is faster all the same.")

# %% [markdown]
"""
## A perceptron

One neuron, `f(x) = σ(w · x - b)` with the sigmoid `σ`, should give 0 on one cloud of points and 1 on another. The loss is the
sum of `(f(xᵢ) - yᵢ)²`. The optimizer is *Adam*: it divides each component of a smoothed gradient by its typical size.
"""

# %%
lesson.ask("w and b start at 0. What is f(x) = σ(w · x - b) then, for every point?", sigmoid(0.0), wrong={0.0: "σ(0) is not 0"},
           why="σ(0) = 1/2: no decision yet.")

# %%
rng = np.random.default_rng(3)
red, blue = rng.normal((-0.4, 0.0), 0.6, (40, 2)), rng.normal((2.0, 1.6), 0.6, (40, 2))
points = np.vstack([red, blue])
labels = np.repeat([0.0, 1.0], 40)
steps = lesson.size(200, 60)


def perceptron():
    w, b = [Value(0.0), Value(0.0)], Value(0.0)
    optimizer = nn.Adam(0.1)
    for _ in range(steps):
        fs = [sigmoid(w[0] * x0 + w[1] * x1 - b) for x0, x1 in points.tolist()]
        loss = sum((f - yi) ** 2 for f, yi in zip(fs, labels.tolist()))
        for p in (*w, b):
            p.grad = 0
        loss.backward()
        optimizer.step([*w, b])
    return [w[0].data, w[1].data, b.data]


# %%
steep = Value(0.0)
(1000.0 * steep).backward()
nn.Adam(0.1).step([steep])
lesson.ask("Adam with learning rate 0.1, one parameter, and a derivative of 1,000. How long is the first step?", abs(steep.data),
           wrong={100.0: "that would be gradient descent"},
           why="The derivative is divided by its own size. So each parameter moves by about the learning rate, whatever the size of "
               "its derivative.")


# %%
def torch_perceptron():
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    X, Y = torch.tensor(points), torch.tensor(labels)
    optimizer = torch.optim.Adam([w, b], lr=0.1)
    for _ in range(steps):
        f = torch.sigmoid(X @ w - b)
        loss = ((f - Y) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [*w.tolist(), b.item()]


w0, w1, b = perceptron()

# %%
beside("w0, w1, b", [w0, w1, b], torch_perceptron)

# %%
score = points @ [w0, w1] - b
share = np.mean((score > 0) == (labels == 1))
lesson.ask("What share of the points does the neuron classify correctly? (1 is all of them.)", share, within=0.03,
           wrong={0.5: "that is guessing"}, why="The clouds lie far enough apart for a line between them. (Any answer within 3 "
           "percent counts as right.)")

# %%
print(f"{share:.1%} of the points are classified correctly by the line w · x = b")

# %%
lesson.ask("What shape has the boundary w · x = b in the plane?",
           "a straight line" if abs((points[0] + points[1]) @ [w0, w1] - points[0] @ [w0, w1] - points[1] @ [w0,
           w1]) < 1e-9 else "a curve",
           choices=("a straight line", "a curve"), wrong={"a curve": "σ does not bend it: σ is 1/2 exactly where w · x - b is 0"},
           why="w · x is linear in x.")

# %% tags=["hide-input"]
figure, ax = plots.plot("σ(w · x - b), and the line where it is ½", "x₀", "x₁", size=(13, 9))
plots.region(ax, lambda xs: xs @ [w0, w1] - b, points, labels == 1)
lesson.show(figure, "perceptron",
            "Red: below ½. Blue: above. The decision boundary of one neuron is a straight line.")

# %%
twice = np.mean(((points @ [2 * w0, 2 * w1] - 2 * b) > 0) == (score > 0))
lesson.ask("w and b are doubled. Does the decision boundary move?", bool(twice < 1),
           why="w · x = b is the same line. But σ is steeper: the network is surer of the same decisions.")

# %% [markdown]
"""
## Where they differ

A graph that is recorded, gradients that add up, a loop of four lines: so far all is the same. Now for what is not. First:
who keeps a gradient?
"""


# %%
def middle():
    w = Value(2.0)
    h = 3.0 * w
    (h**2).backward()
    return [w.grad, h.grad]


def torch_middle():
    w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    h = 3.0 * w
    h.retain_grad()                                     # else h.grad would be None
    (h**2).backward()
    return [w.grad.item(), h.grad.item()]


# %%
lesson.ask("h = 3w at w = 2, and y = h². What is h.grad, the derivative with respect to a number in the middle?", middle()[1],
           wrong={36.0: "that is w.grad", 0.0: "in PyTorch it would be None; here every Value keeps its grad"},
           why="2h. PyTorch keeps the grads of leaves only, unless `h.retain_grad()` was called before. And a grad that nobody has "
               "computed is None there, 0 here.")

# %%
beside("w.grad, h.grad", middle(), torch_middle)

# %% [markdown]
"""
Second: what if a number changes after it was used? PyTorch changes tensors *in place*, `h += 1` or `h.zero_()`, which saves
memory: `h` is the same tensor afterwards, with other numbers.
"""

# %%
h = Value(1.0)
g = h
h += 1.0
lesson.ask("h = Value(1.0); g = h; h += 1. Is g now 2 as well?", g.data == 2.0,
           wrong={"yes": "it would be in PyTorch, for tensors"}, why="Here `h += 1` makes a new Value; g still has the old one.")

# %% [markdown]
"""
PyTorch records the tensors that its rules need, and counts the changes of each: if one of them has changed before the backward
pass needs it, that is an error. Here `h += 1` makes a new Value, and the local derivatives are recorded as numbers. Only
`x.data = ...` changes a Value, and the graph does not notice. `x.data` exists in PyTorch as well, and goes past the
counter there:
"""


# %%
def changed():
    x = Value(3.0)
    y = x * x
    x.data = 10.0
    y.backward()
    return x.grad


def torch_changed():
    x = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    y = x * x
    x.data.fill_(10.0)
    y.backward()
    return x.grad.item()


# %%
late = sum(d * 1.0 for d in (10.0, 10.0))               # both local derivatives, taken at x = 10
lesson.ask("x = 3 and y = x · x, then x.data becomes 10, and y.backward(). Here x.grad is 6. PyTorch recorded the tensor x, not its "
           "local derivatives. What does it give?", late,
           wrong={changed(): "that is recorded here; there x is read in the backward pass"},
           why="2 · 10, for a y that is 9: a wrong derivative, and no error. So in PyTorch leave `.data` alone: "
               "inside `with torch.no_grad():` a change is counted.")

# %%
print("here", changed(), " PyTorch", torch_changed() if torch else "not installed")

# %% [markdown]
"""
Third: to look at a gradient on its way back, or to change it. In PyTorch one registers a *hook*, a function that is called
with the gradient of `h`. Here all grads are still in the graph after the pass, so that looking takes no hook. To change one,
write an operation that does nothing forward, and something else backward.
"""


# %%
def turned():
    turn = operation("turn", lambda a: a + 0.0, lambda y, a: -1.0)
    w = Value(2.0)
    (turn(3.0 * w) ** 2).backward()
    return [w.grad]


def torch_turned():
    w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    h = 3.0 * w
    h.register_hook(lambda g: -g)
    (h**2).backward()
    return [w.grad.item()]


# %%
lesson.ask("y = (3w)² at w = 2 has dy/dw = 36. A hook on h = 3w turns the sign of the gradient. What is w.grad?", turned()[0],
           wrong={36.0: "the hook changes what goes on from h to w", -12.0: "that is what leaves h; times 3"},
           why="2h = 12 arrives at h, -12 goes on, and 3 · (-12) arrives at w.")

# %%
beside("w.grad", turned(), torch_turned)

# %% [markdown]
"""
Fourth: an operation of your own. Here it is a row of the table, with a partial derivative for each input. In PyTorch it is a
`torch.autograd.Function`, which itself multiplies by the gradient `g` that arrives, since for arrays there is more to do
than one multiplication: see the lesson `tensors`.
"""

# %%
cube_root = operation("cube_root", lambda a: a ** (1 / 3), lambda y, a: y / (3 * a))


def torch_cube_root():
    class CubeRoot(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            y = a ** (1 / 3)
            ctx.save_for_backward(a, y)
            return y

        @staticmethod
        def backward(ctx, g):
            a, y = ctx.saved_tensors
            return g * y / (3 * a)

    a = torch.tensor(8.0, dtype=torch.float64, requires_grad=True)
    CubeRoot.apply(a).backward()
    return [a.grad.item()]


# %%
lesson.ask("`backward(ctx, g)` returns g · y / (3a). Which of these does it compute?",
           "a vjp" if abs(vjp(cube_root, 8.0)[1](5.0)[0] - 5.0 * 2 / 24) < 1e-12 else "a partial derivative",
           choices=("a partial derivative", "a vjp", "a jvp"),
           wrong={"a partial derivative": "that is y / (3a), the row here", "a jvp": "that takes a tangent forward"},
           why="The gradient that arrives times the Jacobian, which for one number is the derivative y / (3a).")

# %%
beside("d cube_root", [grad(cube_root)(8.0)], torch_cube_root)

# %% [markdown]
"""
Fifth: costs. PyTorch calls a function of C++ or of the graphics card for each operation, which takes some microseconds
however few numbers there are; so programs work with few, large arrays. Here each number is an operation of its own, until
`jit` or `fit` compiles them to arrays.
"""

# %%
v = [Value(0.001 * i) for i in range(100)]
y = sum(a * a for a in v)
lesson.ask("The sum of the squares of 100 numbers, `sum(a * a for a in v)`: how many operations does it record here? "
           "(In PyTorch, `(v * v).sum()` records 2.)",
           sum(bool(u.inputs) for u in topological_order(y)), within=0.02,
           wrong={100: "and the additions"}, why="100 products, and an addition for each of them: `sum` begins with 0.")

# %% [markdown]
"""
## What corresponds to what

| PyTorch | here |
| --- | --- |
| `torch.tensor(4.0, requires_grad=True)` | `Value(4.0)` |
| a tensor of n numbers | a list of n Values, or a NumPy array of them |
| `y.backward()`, `x.grad` | the same |
| `x.item()`, `x.grad.item()` | `x.data`, `x.grad` |
| `x.grad.zero_()`, `x.grad = None` | `x.grad = 0`, `x.grad = None` |
| `with torch.no_grad(): p -= alpha * p.grad` | `p.data -= alpha * p.grad` |
| `torch.no_grad()` | `autograd.no_grad()` |
| `torch.optim.SGD([c], lr=0.1, momentum=0.9)` | `nn.GradientDescent(0.1, momentum=0.9)` |
| `torch.optim.Adam([w, b], lr=0.1)` | `nn.Adam(0.1)` |
| `optimizer.step()` | `optimizer.step(parameters)` |
| `optimizer.zero_grad()`, `model.zero_grad()` | `model.zero_grad()`, or `p.grad = 0` for each |
"""

# %%
lesson.ask("PyTorch needs `torch.no_grad()` around `p -= alpha * p.grad`. Why not here, for `p.data -= alpha * p.grad`?",
           "p.data is a float" if type(Value(1.0).data) is float else "no_grad is called by itself",
           choices=("p.data is a float", "no_grad is called by itself", "the graph is too small"),
           why="A float records nothing. In PyTorch `p` is the tensor itself.")

# %% [markdown]
"""
| PyTorch, more | here |
| --- | --- |
| `torch.autograd.grad(y, x, create_graph=True)` | `gradients(y, x, create_graph=True)` |
| `y.backward(retain_graph=True)`, to go back twice | `y.backward()`: a graph is never freed under you |
| `h.retain_grad()` | not needed: every Value has its grad |
| `x.detach()`, `x.requires_grad_(False)` | `x.detach()`; a plain number has no derivative |
| `h.register_hook(f)` | look at `h.grad` afterwards; to change it, `operation(...)` |
| `torch.autograd.Function` | `autograd.operation(...)` |
| `torch.autograd.gradcheck`, `torch.autograd.detect_anomaly` | `check_gradients`, `detect_anomaly` |
| `torch.func.jvp`, `vjp`, `jacrev`, `hessian` | `jvp`, `vjp`, `jacobian`, `hessian` |
| `torch.nn.Linear`, `model.state_dict()` | `nn.Layer`, `model.state_dict()`: the same shapes |
| `torch.compile(f)` | `autograd.jit(f)` |
"""

# %%
if torch:
    print(f"{len(differences)} numbers compared with PyTorch {torch.__version__}; "
          f"the largest difference is {max(differences):.0e}")
else:
    print("nothing compared: PyTorch is not installed")

# %% [markdown]
"""
## To try

- Set `alpha` of the descent to 0.85, and then to 0.9, where the engine stops with an error: read it. A step takes `y` to
  `y (1 - α y²)`: from which `y` on does it diverge?
- Fit in `x`: write `t = x` instead of `t = x / np.pi`, and take ten times as many steps. Are they enough?
- Remove the reset in `fit`. What happens to the loss?
- Move the two clouds together until no line can separate them. What becomes of `w`?
"""
