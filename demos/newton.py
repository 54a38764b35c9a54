# %% [markdown]
"""
# Newton's method: second derivatives, and what they buy

Gradient descent, momentum and Newton's method go down a curved valley. How fast each comes near the lowest point, what
Newton's method has to compute for that, and where it goes astray. Takes a few seconds.
"""

# %%
import numpy as np

from autograd import grad, hessian, hvp
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("newton")

# %% [markdown]
"""
## A curved valley

A function of two variables, with its lowest point at (0, 0). The floor of the valley is the curve `y = x²/2`; it falls gently
along the floor and steeply from both sides.

We know two ways down, with the learning rate `α` and the momentum `β` of the lecture. Each is a function from the last two
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


MOST = 1000                                             # steps


def path(step, f=valley, start=START):
    """The points a method visits, (steps + 1, 2), until the gradient is below 1e-13."""
    points = [np.array(start), np.array(start)]         # the first step has no momentum
    while len(points) <= MOST + 1 and np.abs(grad(f)(points[-1])).max() > 1e-13:
        points.append(step(points[-1], points[-2]))
    return np.array(points[1:])


paths = {"gradient descent": path(descent), "momentum": path(momentum)}
for name, points in paths.items():
    arrived = "to get there" if len(points) <= MOST else "and not there yet"
    print(f"{name:16} {len(points) - 1:4} steps {arrived}")

# %% [markdown]
"""
## A parabola in place of the function

The gradient says how `f` changes for a small step `s`. It does not say how long the step may be: for that one has to know how
the gradient itself changes. That is told by the derivatives of the derivatives, `∂²f/∂pᵢ∂pⱼ`, a matrix: the *Hessian* `H`.
Near a point `p` with gradient `g`

    f(p + s)  ≈  f(p) + gᵀs + ½ sᵀH s

The right side is a parabola, in two variables. Where all eigenvalues of `H` are above 0 it has one lowest point. There its
gradient by `s` is 0, so `H s = -g`. *Newton's method* goes to that point: it has no learning rate, but a system of linear
equations to solve.
"""


# %%
def newton(p, before):
    return p - np.linalg.solve(hessian(valley)(p), grad(valley)(p))


p = np.array(START)
print("gradient        ", grad(valley)(p))
print("Hessian         ", hessian(valley)(p).tolist())
print("its eigenvalues ", np.linalg.eigvalsh(hessian(valley)(p)).round(3))
print("Newton goes to  ", newton(p, p).round(4))
paths["Newton"] = path(newton)
print(f"and needs {len(paths['Newton']) - 1} steps to get there")

# %% tags=["hide-input"]
AREA = (-2.1, 1.9), (-1.2, 1.8)
LEVELS = [0.02, 0.1, 0.3, 0.7, 1.5, 3, 5, 8, 12]


def contours(ax, f, xs, ys, levels, color="#999999", style="-", width=2):
    x, y = np.meshgrid(np.linspace(*xs, 300), np.linspace(*ys, 300))
    ax.contour(x, y, f((x, y)), levels, colors=color, linestyles=style, linewidths=width)
    ax.grid(False)


def parabola(q):
    """The right side above, for points q = p + s, arrays."""
    s, t = q[0] - p[0], q[1] - p[1]
    (a, b), (_, d) = hessian(valley)(p)
    g = grad(valley)(p)
    return valley(p) + g[0] * s + g[1] * t + (a * s**2 + 2 * b * s * t + d * t**2) / 2


figure, ax = plots.plot("One step of Newton's method", "x", "y", size=(13, 8.5))
contours(ax, valley, *AREA, LEVELS)
depth = float(parabola(newton(p, p)))
contours(ax, parabola, *AREA, [depth + k**2 for k in (1, 2, 3)], plots.PURPLE, "--", 3.5)
ax.plot(*np.array([p, newton(p, p)]).T, "o-", color="black", linewidth=4, markersize=14)
for place, word in ((p, "p"), (newton(p, p), "lowest point of the parabola")):
    ax.annotate(word, place, place + [0.08, -0.03], fontsize=22,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8})
ax.plot(0, 0, "*", color=plots.GREEN, markersize=30)
lesson.show(figure, "parabola", "Gray: the function. Purple, dashed: the parabola with the "
            "same value, gradient and Hessian at p. The star is where we want to go.")

# %% [markdown]
"""
## Three ways down

Gradient descent creeps along the floor: where the valley is steep the step must be small, and small it is along the floor as
well. Momentum is faster, and overshoots. Newton's method takes the curvature into account. It does not go down at each step,
though: it goes to the lowest point of the parabola, and the function may be higher there.
"""

# %%
print("f along Newton's path:", *(f"{valley(point):.2g}" for point in paths["Newton"]))

# %% tags=["hide-input"]
figure, ax = plots.plot("Three ways down", "x", "y", size=(14, 9))
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

# %% [markdown]
"""
## Right digits

How far is each from (0, 0) after k steps? The table has the number of right digits, `-log₁₀` of the distance.
"""


# %%
def distances(name):
    return np.linalg.norm(paths[name], axis=1)


def digits(name, k):
    return f"{-np.log10(distances(name)[k]):.1f}" if k < len(paths[name]) else ""


print("   k", *(f"{name:>17}" for name in paths))
for k in (0, 1, 2, 3, 4, 5, 6, 10, 50, 100, 200, 500, 900):
    print(f"{k:4}", *(f"{digits(name, k):>17}" for name in paths))

# %% [markdown]
"""
The first two gain about as many digits in each step as in the one before: each step multiplies the distance by about the same
factor, which is below 1. That is *linear convergence*. The factor can be foretold. Near the lowest point `f` is almost a
parabola with the gradient `H p`, and a step of gradient descent leads to `p - α H p`: along an eigenvector of `H` with
eigenvalue `λ` it multiplies by `1 - α λ`. The smallest `λ` is the slowest. The largest sets a limit to `α`, for `1 - α λ` must
stay above -1; and farther up the valley is steeper than here, so that `α` has to be smaller still. With momentum the factor is
`√β`, where `β` is large enough.

Newton's last steps about double the number of digits: the distance is *squared* each time, up to a factor that stays bounded.
That is *quadratic convergence*. The table ends where the gradient is below 1e-13; one step more would double the digits again.
"""

# %%
eigenvalues = np.linalg.eigvalsh(hessian(valley)([0.0, 0.0]))
print("eigenvalues of the Hessian at (0, 0):", eigenvalues)
print("at the start:                        ", np.linalg.eigvalsh(hessian(valley)(START)).round(1))


def factor(name, steps=110, window=22):
    """The mean factor of a step, by the largest distances in two windows: one swings."""
    e = distances(name)
    e = e[:np.sum(e > 1e-10)]                           # before rounding has its say
    steps, window = min(steps, len(e) // 2), min(window, len(e) // 4)
    return (e[-window:].max() / e[-window - steps:-steps].max()) ** (1 / steps)


factors = {name: factor(name) for name in ("gradient descent", "momentum")}
foretold = {"gradient descent": 1 - ALPHA * eigenvalues[0], "momentum": BETA**0.5}
for name in factors:
    print(f"{name:16} measured {factors[name]:.4f}, foretold {foretold[name]:.4f}")
e = distances("Newton")
squared = e[1:] / e[:-1] ** 2
print("Newton: each distance over the square of the last:", *(f"{r:.2f}" for r in squared))

# %% tags=["hide-input"]
figure, ax = plots.plot("Distance from the lowest point", "step", "on a logarithmic scale")
for name, (color, marker, style) in WAYS.items():
    ax.semilogy(distances(name)[:121], style, color=color, linewidth=4, marker=marker,
                markevery=1 if name == "Newton" else 10, markersize=13, label=name)
plots.legend(ax)
lesson.show(figure, "distances", "A line that is straight, or swings about a straight one, "
            "is linear convergence. Newton's falls the faster, the lower it is.")

# %% [markdown]
"""
## The price

With n variables the Hessian has n² entries, and each step solves n equations, in about n³/3 multiplications. For two variables
that is nothing. For networks:
"""

# %%
print("network          parameters   entries of the Hessian          GB")
for sizes in ((2, 16, 16, 1), (64, 32, 10), (784, 128, 10), (784, 1000, 10)):
    n = sum(inputs * outputs + outputs for inputs, outputs in zip(sizes[:-1], sizes[1:]))
    print(f"{'-'.join(map(str, sizes)):15} {n:11,} {n**2:24,} {8 * n**2 / 1e9:11,.3f}")

# %% [markdown]
"""
But to *multiply* `H` by a vector one does not need `H`. `H v` is the derivative of the gradient in the direction `v`, and
costs about as much as a few gradients, however many variables there are. `hvp` computes it.

And products are enough to solve `H s = -g`. The *method of conjugate gradients* needs about n of them at most, and far fewer
where the eigenvalues of `H` lie close together. Here it is in a long valley, of many variables.
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
        x = x + (r @ r) / (d @ Ad) * d                  # to the lowest point along d
        left = r - (r @ r) / (d @ Ad) * Ad
        d, r = left + (left @ left) / (r @ r) * d, left
    return x, used


def step_by_products(p):
    def times(v):
        return hvp(long_valley, (p,), (v,))
    return conjugate_gradients(times, -grad(long_valley)(p))


p = np.full(lesson.size(100, 20), -0.6)
by_hessian = np.linalg.solve(hessian(long_valley)(p), -grad(long_valley)(p))
by_products, _ = step_by_products(p)
difference = np.abs(by_hessian - by_products).max()
print(f"the first step, with and without the Hessian: {difference:.0e} apart")

print(f"\nstep         f   products H v     (the Hessian has {len(p)} columns)")
products = []
while np.linalg.norm(grad(long_valley)(p)) > 1e-10 and len(products) < 20:
    s, used = step_by_products(p)
    p = p + s
    products.append(used)
    print(f"{len(products):4} {long_valley(p):9.1e} {used:14}")

# %% [markdown]
"""
## Where it goes astray

Newton's method looks for a place where the gradient is 0. That may be a *saddle*: lowest in one direction, highest in another.
Near it the Hessian has a negative eigenvalue, and the parabola no lowest point; what solves `H s = -g` is a saddle of the
parabola. This function has two lowest points, at (±1, 0), and a saddle between, at (0, 0):
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
for name, points in ASTRAY.items():
    x, y = end = points[-1]
    print(f"{name:9} {len(points) - 1} steps to ({x:.4f}, {y:.4f}), "
          f"f = {two_hollows(end):.4f}, "
          f"eigenvalues there {np.linalg.eigvalsh(hessian(two_hollows)(end))}")

# %% tags=["hide-input"]
figure, ax = plots.plot("To the saddle, and past it", "x", "y", size=(13, 7.5))
contours(ax, two_hollows, (-1.7, 1.7), (-0.6, 1.2),
         [-0.24, -0.2, -0.15, -0.08, 0, 0.1, 0.25, 0.45, 0.7])
for name, color, style in (("Newton", "black", "^-"), ("with |λ|", plots.BLUE, "s--")):
    ax.plot(*ASTRAY[name].T, style, color=color, linewidth=4, markersize=13, label=name)
ax.plot([-1, 1], [0, 0], "*", color=plots.GREEN, markersize=30, zorder=5)
ax.plot(0, 0, "X", color=plots.RED, markersize=20, zorder=5, label="the saddle")
plots.legend(ax)
lesson.show(figure, "saddle", "Stars: the two lowest points. Newton's method walks into "
            "the saddle and stays, for the gradient is 0 there.")

# %% [markdown]
"""
The loss of a network has many saddles, and its gradient is known only from a mini-batch. That, and the price, is why networks
are trained with gradients alone.

## To try

- Begin at (0.1, 0.1). With which `ALPHA` is gradient descent fastest, by the eigenvalues? And by trying?
- Begin at (-1, 1.6). Are both eigenvalues above 0 there? Does Newton's method still arrive?
- Make the valley steeper, 50 in place of 5, and `ALPHA` ten times smaller. Which of the three ways minds?
"""
