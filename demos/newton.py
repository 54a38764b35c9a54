# %% [markdown]
"""
# Newton's method: second derivatives, and what they buy

Gradient descent, momentum and Newton's method in a curved valley. How fast each of them converges to the minimum, what
Newton's method has to compute for that, and where it fails. Takes a few seconds.

**Goals.** You can derive Newton's step from a quadratic approximation; you can tell linear from quadratic convergence; you
know what second derivatives cost, and how to use them without the whole Hessian.

**In class:** 40 minutes.
"""

# %% tags=["hide-input"]
import numpy as np

from autograd import grad, hessian, hvp
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("newton")

# %%
lesson.ask("From the lesson `derivative`: f(x) = x³. What is its second derivative at x = 2, the derivative of 3x²?",
           grad(grad(lambda x: x**3))(2.0), wrong={8.0: "that is f(2)", 6.0: "6x, at x = 2"},
           why="6x. It says how fast the slope changes.")

# %% [markdown]
"""
## A curved valley

A function of two variables, with its minimum at (0, 0). The floor of the valley is the curve `y = x²/2`. Along the floor the
function falls gently, and from both sides steeply.

We know two methods, with the learning rate `α` and the momentum `β` of the lecture. Each is a function from the last two
points to the next.
"""

# %%
START, ALPHA, BETA = [-1.5, -0.5], 0.03, 0.8


def valley(p):
    x, y = p
    return x**2 / 2 + 5 * (y - x**2 / 2) ** 2


def descent(p, before):
    return p - ALPHA * grad(valley)(p)                  # the lecture's (5)


def momentum(p, before):
    return p - ALPHA * grad(valley)(p) + BETA * (p - before)


# %%
lesson.ask("f(x, y) = x²/2 + 5 (y - x²/2)². On the floor of the valley, at (1, 0.5): what is f?", valley([1.0, 0.5]),
           wrong={0.0: "only the second term is 0 there"}, why="1/2: on the floor y = x²/2 only the first term is left.")

# %%
MOST = 1000                                             # steps


def path(step, f=valley, start=START):
    """The points a method visits, (steps + 1, 2), until the gradient is below 1e-13."""
    points = [np.array(start), np.array(start)]         # the first step has no momentum
    while len(points) <= MOST + 1 and np.abs(grad(f)(points[-1])).max() > 1e-13:
        points.append(step(points[-1], points[-2]))
    return np.array(points[1:])


paths = {"gradient descent": path(descent), "momentum": path(momentum)}

# %%
lesson.ask("α = 0.03 and β = 0.8. Which of the two needs fewer steps until the gradient is below 1e-13?",
           min(paths, key=lambda name: len(paths[name])), choices=list(paths),
           why="Along the floor of the valley all steps go the same way, and momentum adds them up.")

# %%
for name, points in paths.items():
    arrived = "to converge" if len(points) <= MOST else "and not converged yet"
    print(f"{name:16} {len(points) - 1:4} steps {arrived}")

# %%
lesson.ask("Gradient descent takes how many times as many steps as momentum here?",
           (len(paths["gradient descent"]) - 1) / (len(paths["momentum"]) - 1), within=0.2,
           why="The quotient of the two numbers. In the lecture's words: momentum can help to speed up convergence.")

# %% [markdown]
"""
## A quadratic approximation

The gradient says how `f` changes for a small step `s`. It does not say how long the step may be: for that we have to know
how the gradient itself changes. The second derivatives `∂²f/∂pᵢ∂pⱼ` tell us. They form a matrix, the Hessian `H`. Near a
point `p` with gradient `g`

    f(p + s)  ≈  f(p) + gᵀs + ½ sᵀH s

The right side is a quadratic function of `s`. An eigenvalue of `H` is a number `λ` with `H v = λ v` for some `v` other than
0, which is called an *eigenvector*: in its direction, with length 1, the function is curved like `λ t²/2`. If all
eigenvalues of `H` are above 0, it has one minimum. There its gradient with respect to `s` is 0, so `H s = -g`. *Newton's
method* goes to that point: it has no learning rate, but it solves a system of linear equations in each step.
"""


# %%
def newton(p, before):
    return p - np.linalg.solve(hessian(valley)(p), grad(valley)(p))


p = np.array(START)

# %%
lesson.ask("First in one variable: f(x) = x² - 6x, and Newton's method starts at x = 10. Where is it after one step?",
           10.0 - grad(lambda x: x**2 - 6 * x)(10.0) / grad(grad(lambda x: x**2 - 6 * x))(10.0),
           wrong={-4.0: "divide the gradient, 14, by the second derivative, 2"},
           why="f is quadratic itself, so the approximation is exact: one step leads to the minimum.")

# %%
print("gradient        ", grad(valley)(p))
print("Hessian         ", hessian(valley)(p).tolist())
print("its eigenvalues ", np.linalg.eigvalsh(hessian(valley)(p)).round(3))
print("Newton goes to  ", newton(p, p).round(4))
paths["Newton"] = path(newton)
print(f"and needs {len(paths['Newton']) - 1} steps to converge")

# %%
lesson.ask("Newton's step solves H s = -g. For two variables, how many equations are that?", len(hessian(valley)(START)),
           within=0.001, why="One for each variable.")

# %% tags=["hide-input"]
AREA = (-2.1, 1.9), (-1.2, 1.8)
LEVELS = [0.02, 0.1, 0.3, 0.7, 1.5, 3, 5, 8, 12]


def contours(ax, f, xs, ys, levels, color="#999999", style="-", width=2):
    x, y = np.meshgrid(np.linspace(*xs, 300), np.linspace(*ys, 300))
    ax.contour(x, y, f((x, y)), levels, colors=color, linestyles=style, linewidths=width)
    ax.grid(False)


def parabola(q):
    """The quadratic function above, for points q = p + s, arrays."""
    s, t = q[0] - p[0], q[1] - p[1]
    (a, b), (_, d) = hessian(valley)(p)
    g = grad(valley)(p)
    return valley(p) + g[0] * s + g[1] * t + (a * s**2 + 2 * b * s * t + d * t**2) / 2


figure, ax = plots.plot("One step of Newton's method", "x", "y", size=(13, 8.5))
contours(ax, valley, *AREA, LEVELS)
depth = float(parabola(newton(p, p)))
contours(ax, parabola, *AREA, [depth + k**2 for k in (1, 2, 3)], plots.PURPLE, "--", 3.5)
ax.plot(*np.array([p, newton(p, p)]).T, "o-", color="black", linewidth=4, markersize=14)
for place, word in ((p, "p"), (newton(p, p), "minimum of the approximation")):
    ax.annotate(word, place, place + [0.08, -0.03], fontsize=22,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8})
ax.plot(0, 0, "*", color=plots.GREEN, markersize=30)
lesson.show(figure, "parabola", "Gray: the function. Purple, dashed: the quadratic function with "
            "the same value, gradient and Hessian at p. The star is the minimum of the function.")

# %%
lesson.ask("Does this first step lead to the minimum of f, to three digits?", bool(np.abs(newton(p, p)).max() < 1e-3),
           wrong={"yes": "it leads to the minimum of the purple, dashed approximation"},
           why="f is not quadratic. The next step uses the gradient and the Hessian at the new point.")

# %% [markdown]
"""
## Three ways down

Gradient descent creeps along the floor: because the valley is steep, the steps must be short, and so they are along the
floor as well. Momentum is faster, and overshoots. Newton's method takes the curvature into account.
"""

# %%
lesson.ask("Does Newton's method go downhill in every step here?",
           all(valley(b) <= valley(a) for a, b in zip(paths["Newton"], paths["Newton"][1:])),
           wrong={"yes": "it goes to the minimum of the approximation, and the function may be higher there"},
           why="f along its path: " + ", ".join(f"{valley(point):.2g}" for point in paths["Newton"]) + ".")

# %% tags=["hide-input"]
figure, ax = plots.plot("Three ways down", "x", "y", size=(14, 8))
contours(ax, valley, *AREA, LEVELS)
WAYS = {"gradient descent": (plots.RED, "o", "-"), "momentum": (plots.BLUE, "s", "--"),
        "Newton": ("black", "^", "-")}
for name, (color, marker, style) in WAYS.items():
    points = paths[name][:61]
    ax.plot(*points.T, style, color=color, marker=marker, linewidth=3.5, markersize=11,
            label=f"{name}, {len(points) - 1} steps")
ax.plot(0, 0, "*", color=plots.GREEN, markersize=30, zorder=5)
plots.legend(ax, loc="lower right")
lesson.show(figure, "paths", "The first sixty steps of each.")

# %%
lesson.ask("After sixty steps: is gradient descent within 0.1 of the minimum?",
           bool(np.linalg.norm(paths["gradient descent"][:61][-1]) < 0.1), why=f"Its distance is "
           f"{np.linalg.norm(paths['gradient descent'][:61][-1]):.2f}; with momentum "
           f"{np.linalg.norm(paths['momentum'][:61][-1]):.1e}.")

# %% [markdown]
"""
## Correct digits

How far is each from (0, 0) after k steps? The table has the number of correct digits, `-log₁₀` of the distance.
"""


# %%
def distances(name):
    return np.linalg.norm(paths[name], axis=1)


def digits(name, k):
    return f"{-np.log10(distances(name)[k]):.1f}" if k < len(paths[name]) else ""


last = distances("Newton")[-3:]

# %%
lesson.ask("At some point Newton's method has 2 correct digits. How many does it have after two more steps, roughly?",
           2 * round(np.log(last[2]) / np.log(last[1])) ** 2, within=0.1,
           wrong={4.0: "that is after one step", 6.0: "each step doubles the number of digits"},
           why="The distance is squared in each step, so the number of correct digits doubles: 2, 4, 8.")

# %%
print("   k", *(f"{name:>17}" for name in paths))
for k in (0, 1, 2, 3, 4, 5, 6, 10, 50, 100, 200, 500, 900):
    print(f"{k:4}", *(f"{digits(name, k):>17}" for name in paths))

# %%
e = distances("gradient descent")
some = min(100, len(e) // 2 - 1)
lesson.ask(f"Read the column of gradient descent: how many digits does it gain in {some} steps?", np.log10(e[some] / e[2 * some]),
           within=0.2, why=f"About the same number in each {some} steps: this is what the next paragraph calls linear convergence.")

# %% [markdown]
"""
The first two gain about the same number of digits in each step: each step multiplies the distance by about the same factor,
which is below 1. This is *linear convergence*. The factor can be predicted. Near the minimum `f` is almost quadratic, with
gradient `H p`, and a step of gradient descent leads to `p - α H p`: along an eigenvector of `H` with eigenvalue `λ` it
multiplies by `1 - α λ`. The direction of the smallest `λ` is the slowest. The largest `λ` limits `α`, because `1 - α λ` must
stay above -1. (Away from the minimum the valley is steeper, so `α` has to be smaller still.) With momentum the factor is
`√β`, if `β` is large enough. (Along the eigenvector the distances obey `dⱼ₊₁ = (1 + β - αλ) dⱼ - β dⱼ₋₁`. So they go like
powers of the roots `r` of `r² - (1 + β - αλ) r + β = 0`; the product of the two roots is `β`, and where they are complex, both
have the size `√β`.)

In Newton's last steps the number of digits about doubles: the distance is *squared* each time, up to a bounded factor. This
is *quadratic convergence*. It holds near a minimum where `H` has no eigenvalue 0 and does not change abruptly, because the
approximation leaves out terms of third order only. The table ends where the gradient is below 1e-13; another step would
double the digits again.
"""

# %%
eigenvalues = np.linalg.eigvalsh(hessian(valley)([0.0, 0.0]))
print("eigenvalues of the Hessian at (0, 0):", eigenvalues)
print("at the start:                        ", np.linalg.eigvalsh(hessian(valley)(START)).round(1))


# %%
lesson.ask("Along the floor λ = 1, and α = 0.03. By what factor does a step of gradient descent multiply the distance?",
           1 - ALPHA * eigenvalues[0], within=0.002, wrong={0.03: "that is the part that a step removes"}, why="1 - α λ.")


# %%
def factor(name, steps=110, window=22):
    """The mean factor of a step, by the largest distances in two windows: one swings."""
    e = distances(name)
    e = e[:np.sum(e > 1e-10)]                           # before rounding dominates
    steps, window = min(steps, len(e) // 2), min(window, len(e) // 4)
    return (e[-window:].max() / e[-window - steps:-steps].max()) ** (1 / steps)


factors = {name: factor(name) for name in ("gradient descent", "momentum")}
predicted = {"gradient descent": 1 - ALPHA * eigenvalues[0], "momentum": BETA**0.5}
for name in factors:
    print(f"{name:16} measured {factors[name]:.4f}, predicted {predicted[name]:.4f}")
e = distances("Newton")
squared = e[1:] / e[:-1] ** 2
print("Newton: each distance over the square of the last:", *(f"{r:.2f}" for r in squared))

# %%
lesson.ask("With momentum the factor is √β. What is it for β = 0.8?", BETA**0.5, within=0.01, wrong={0.8: "the square root"},
           why="0.89 instead of 0.97: nearly four times as many digits for each step.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Distance from the minimum", "step", "on a logarithmic scale")
for name, (color, marker, style) in WAYS.items():
    ax.semilogy(distances(name)[:121], style, color=color, linewidth=4, marker=marker,
                markevery=1 if name == "Newton" else 10, markersize=13, label=name)
plots.legend(ax)
lesson.show(figure, "distances", "A line that is straight, or oscillates about a straight one, is "
            "linear convergence. Newton's line falls ever more steeply.")

# %%
lesson.ask("Which of the three lines bends downward more and more?",
           "Newton" if max(squared[-3:]) < 10 else "momentum", choices=("gradient descent", "momentum", "Newton"),
           why="Its distance is squared in each step; a constant factor would be a straight line.")

# %% [markdown]
"""
## The price

With n variables the Hessian has n² entries, and each step solves n equations, in about n³/3 multiplications. For two
variables that is little. And for networks?
"""

# %%
lesson.ask("A network 784-128-10 has about 100,000 parameters. How many gigabytes does its Hessian take, at 8 bytes an entry?",
           8 * (784 * 128 + 128 + 128 * 10 + 10) ** 2 / 1e9, factor=1.5, why="8 · 10⁵ · 10⁵ bytes are 80 GB.")

# %%
print("network          parameters   entries of the Hessian          GB")
for sizes in ((2, 16, 16, 1), (64, 32, 10), (784, 128, 10), (784, 1000, 10)):
    n = sum(inputs * outputs + outputs for inputs, outputs in zip(sizes[:-1], sizes[1:]))
    print(f"{'-'.join(map(str, sizes)):15} {n:11,} {n**2:24,} {8 * n**2 / 1e9:11,.3f}")

# %%
lesson.ask("H v gives one combination of the columns of H. How many such products give all columns, for 100 variables?",
           len(np.eye(100)), within=0.001, why="H e₁, ..., H e₁₀₀. If a method needs only a few products, it saves the rest.")

# %% [markdown]
"""
But to *multiply* `H` by a vector you do not need `H` itself. `H v` is the derivative of the gradient in the direction `v`,
and costs about as much as a few gradients, for any number of variables. `hvp` computes it. (In PyTorch,
`torch.func.jvp(torch.func.grad(f), (p,), (v,))`; `torch.func.hessian` is our `hessian`.)

Such products are enough to solve `H s = -g`. The *method of conjugate gradients* needs at most about n of them, and far fewer
if the eigenvalues of `H` lie close together. Here it is in a long valley with many variables.
"""


# %%
def long_valley(p):
    steps = sum(a**2 / 2 + 5 * (b - a**2 / 2) ** 2 for a, b in zip(p[:-1], p[1:]))
    return steps + p[-1] ** 2 / 2


def conjugate_gradients(times, b, accuracy=1e-10):
    """x with A x = b, where times(x) is A x, A positive; and the number of products."""
    x, r, used = np.zeros_like(b), b, 0
    d = r                                               # the first direction
    while np.linalg.norm(r) > accuracy * np.linalg.norm(b) and used < 2 * len(b):
        Ad, used = times(d), used + 1
        x = x + (r @ r) / (d @ Ad) * d                  # to the minimum along d
        left = r - (r @ r) / (d @ Ad) * Ad
        d, r = left + (left @ left) / (r @ r) * d, left
    return x, used


# %%
lesson.ask("A matrix with the eigenvalues 1, 1, 1, 10, 10, 10, so only two different ones. How many products does the method of "
           "conjugate gradients take?", conjugate_gradients(lambda v: np.array([1.0, 1, 1, 10, 10, 10]) * v, np.arange(1.0, 7))[1],
           within=0.001, wrong={6: "that is the number of variables"}, why="One for each different eigenvalue.")


# %%
def step_by_products(p):
    def times(v):
        return hvp(long_valley, (p,), (v,))
    return conjugate_gradients(times, -grad(long_valley)(p))


p = np.full(lesson.size(100, 20), -0.6)
by_hessian = np.linalg.solve(hessian(long_valley)(p), -grad(long_valley)(p))
by_products, _ = step_by_products(p)
difference = np.abs(by_hessian - by_products).max()
print(f"the first step, with and without the Hessian: {difference:.0e} apart")

products, heights = [], []
while np.linalg.norm(grad(long_valley)(p)) > 1e-10 and len(products) < 20:
    s, used = step_by_products(p)
    p = p + s
    products.append(used)
    heights.append(long_valley(p))

# %%
lesson.ask(f"The Hessian of this valley has {len(p)} columns. How many products H v does the first Newton step take without it?",
           products[0], factor=2, why="Far fewer than columns. (Any answer within a factor of 2 counts as right.)")

# %%
print(f"step         f   products H v     (the Hessian has {len(p)} columns)")
for k, (height, used) in enumerate(zip(heights, products), 1):
    print(f"{k:4} {height:9.1e} {used:14}")

# %%
lesson.ask("How many products do all Newton steps take together?", sum(products), factor=1.5,
           why="The column on the right, added up. (Any answer within a factor of 1.5 counts as right.)")

# %% [markdown]
"""
## Where it fails

Newton's method looks for a point where the gradient is 0. That can be a *saddle point*: a minimum in one direction, a maximum
in another. Near it the Hessian has a negative eigenvalue, and the quadratic approximation has no minimum; the solution of
`H s = -g` is its saddle point. This function has two minima, at (±1, 0), and a saddle point between them, at (0, 0):
"""


# %%
def two_hollows(p):
    x, y = p
    return x**4 / 4 - x**2 / 2 + y**2 / 2


def newton_there(p, before):
    return p - np.linalg.solve(hessian(two_hollows)(p), grad(two_hollows)(p))


def turned_round(p, before):
    """Newton's step with |λ| for each eigenvalue λ: down along a negative one, too."""
    eigenvalues, V = np.linalg.eigh(hessian(two_hollows)(p))
    return p - V @ ((V.T @ grad(two_hollows)(p)) / np.abs(eigenvalues))


ASTRAY = {"Newton": path(newton_there, two_hollows, [0.4, 1.0]),
          "with |λ|": path(turned_round, two_hollows, [0.4, 1.0])}
ends = {name: points[-1] for name, points in ASTRAY.items()}

# %%
lesson.ask("Newton's method starts at (0.4, 1.0), to the right of the saddle point at (0, 0). Where does it end?",
           "at (0, 0)" if np.linalg.norm(ends["Newton"]) < 1e-6 else "at (1, 0)", choices=("at (0, 0)", "at (1, 0)", "at (-1, 0)"),
           wrong={"at (1, 0)": "that is the closer minimum, but the gradient is 0 at the saddle point as well"},
           why="It solves for a gradient of 0, and does not ask whether that is a minimum.")

# %%
for name, points in ASTRAY.items():
    x, y = end = points[-1]
    print(f"{name:9} {len(points) - 1} steps to ({x:.4f}, {y:.4f}), "
          f"f = {two_hollows(end):.4f}, "
          f"eigenvalues there {np.linalg.eigvalsh(hessian(two_hollows)(end))}")

# %%
signs = np.sign(np.linalg.eigvalsh(hessian(two_hollows)(ends["Newton"])))
lesson.ask("At (0, 0) one eigenvalue of the Hessian is negative and one positive. What is this point?",
           "a saddle point" if set(signs) == {-1.0, 1.0} else "a minimum", choices=("a minimum", "a maximum", "a saddle point"),
           why="Down along one eigenvector, up along the other.")

# %% tags=["hide-input"]
figure, ax = plots.plot("To the saddle, and past it", "x", "y", size=(13, 7.5))
contours(ax, two_hollows, (-1.7, 1.7), (-0.6, 1.2),
         [-0.24, -0.2, -0.15, -0.08, 0, 0.1, 0.25, 0.45, 0.7])
for name, color, style in (("Newton", "black", "^-"), ("with |λ|", plots.BLUE, "s--")):
    ax.plot(*ASTRAY[name].T, style, color=color, linewidth=4, markersize=13, label=name)
ax.plot([-1, 1], [0, 0], "*", color=plots.GREEN, markersize=30, zorder=5)
ax.plot(0, 0, "X", color=plots.RED, markersize=20, zorder=5, label="the saddle point")
plots.legend(ax)
lesson.show(figure, "saddle", "Stars: the two minima. Newton's method converges to the saddle "
            "point, because the gradient is 0 there.")

# %%
lesson.ask("With |λ| instead of λ the path ends elsewhere. Where?", "({:.0f}, {:.0f})".format(*(ends["with |λ|"] + 0.0)),
           choices=("(-1, 0)", "(0, 0)", "(1, 0)"), why="Along the negative eigenvalue it now goes down instead of up.")

# %% [markdown]
"""
The loss of a network has many saddle points, and its gradient is known only from a mini-batch. For these reasons, and
because of the price, networks are trained with gradients alone.

## To try

- Begin at (0.1, 0.1). With which `ALPHA` is gradient descent fastest, according to the eigenvalues? And by experiment?
- Begin at (-1, 1.6). Are both eigenvalues above 0 there? Does Newton's method still converge to the minimum?
- Make the valley steeper, 50 instead of 5, and `ALPHA` ten times smaller. Which of the three methods suffers?
"""
