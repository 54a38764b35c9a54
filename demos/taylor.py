# %% [markdown]
"""
# Taylor polynomials: derivatives of derivatives

A derivative is a function, and has a derivative itself. Repeated derivatives at one point give polynomials that follow a
function over a longer and longer distance. Takes a few seconds.

**Goals.** You can compute derivatives of any order by nesting `grad`; you can write a Taylor polynomial and estimate its
error; you know why nesting is for low orders only.

**In class:** 30 minutes.
"""

# %% tags=["hide-input"]
import math
from fractions import Fraction

from autograd import Value, draw, exp, grad, gradients, sin
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("taylor")

# %%
lesson.ask("f(x) = exp(2x). What is f'(0)?", grad(lambda x: exp(2 * x))(0.0), wrong={1.0: "that is f(0); the chain rule brings a "
           "factor"},
           why="2 exp(2x). And f' has a derivative itself: 4 exp(2x).")

# %% [markdown]
"""
## A derivative is a graph, too

`grad(f)` is a function like any other: it computes with numbers that remember how they were computed. So `grad(grad(f))` is
the second derivative, and so on.

`gradients` shows how this works. With `create_graph=True` (PyTorch's `torch.autograd.grad` has the same option) the backward
pass computes with Values, and its result is a graph: here `f' = exp(sin x) · cos x`. It contains the graph of `f`, because
`exp` is its own derivative and is used again.
"""


# %%
def f(x):
    return exp(sin(x))


x = Value(0.5, label="x")
slope = gradients(f(x), x, create_graph=True)
slope.label = "f'(x)"

# %%
lesson.ask("The graph of f' = exp(sin x) · cos x, with x as its only leaf: how many operations does it need, if nothing is computed "
           "twice?", sum(bool(v.inputs) for v in topological_order(slope)), within=0.001,
           wrong={5: "exp(sin x) and sin x are there already: exp is its own derivative"}, why="sin, exp, cos and a product.")

# %%
print("f'(0.5) ", slope.data, "  by grad:", grad(f)(0.5))
print("f''(0.5)", gradients(slope, x), "  by grad:", grad(grad(f))(0.5))
lesson.show(draw(slope), "slope", "The graph of the derivative of exp(sin x).")

# %%
lesson.ask("What is the second derivative of exp(2x) at 0?", grad(grad(lambda x: exp(2 * x)))(0.0), wrong={2.0: "that is the first"},
           why="2 · 2: each derivative brings another factor of 2.")

# %% [markdown]
"""
## The polynomial with the same derivatives

Which polynomial has at `a` the same value as `f`, the same slope, the same second derivative, and so on up to the n-th? At
`a` the power `(x - a)ⁿ` has only one derivative that is not 0: the n-th.
"""


# %%
def derivatives(f, a, n):
    """f(a), f'(a), f''(a), ..., up to the n-th derivative."""
    found = []
    for _ in range(n + 1):
        found.append(f(a))
        f = grad(f)
    return found


# %%
lesson.ask("What is the third derivative of (x - 2)³ at x = 2?", derivatives(lambda x: (x - 2.0) ** 3, 2.0, 3)[3],
           wrong={1.0: "each derivative brings a factor down: 3, 2, 1", 3.0: "that factor comes from the first derivative only",
                  0.0: "the first and second derivatives are 0 there, the third is not"}, why="3 · 2 · 1.")

# %%
for n in (1, 2, 3, 4):
    print(f"(x - 2)^{n} at 2:", derivatives(lambda x: (x - 2.0) ** n, 2.0, 5))

# %% [markdown]
"""
It is n!, the product 1 · 2 · ... · n. So `(x - a)ⁿ` times `f⁽ⁿ⁾(a)/n!` has the n-th derivative of `f` and changes no other.
The sum of these terms is the *Taylor polynomial*:

    f(a)  +  f'(a) (x - a)  +  f''(a)/2 (x - a)²  +  ...  +  f⁽ⁿ⁾(a)/n! (x - a)ⁿ
"""

# %%
lesson.ask("f = exp and a = 0: every derivative is 1 there. What is the coefficient of x³?",
           derivatives(exp, 0.0, 3)[3] / math.factorial(3), wrong={1.0: "divide by 3!", 1 / 3: "3! is 6"},
           why="The third derivative is 1, and 3! is 6.")

# %%
CENTER, DEGREE = 0.0, lesson.size(11, 9)


def coefficients(f, a, n):
    return [d / math.factorial(k) for k, d in enumerate(derivatives(f, a, n))]


def polynomial(c, x):
    return sum(ck * (x - CENTER) ** k for k, ck in enumerate(c))


c = coefficients(f, CENTER, DEGREE)
for degree in range(0, DEGREE + 1, 3):
    print(f"degree {degree}: {polynomial(c[:degree + 1], 0.5):.12f} at x = 0.5")
print(f"the function: {f(0.5):.12f}")

# %%
lesson.ask("From degree to degree in this list: does the error at x = 0.5 become smaller each time?",
           all(abs(polynomial(c[:k + 4], 0.5) - f(0.5)) < abs(polynomial(c[:k + 1], 0.5) - f(0.5)) for k in range(0, DEGREE - 2, 3)),
           why="0.5 is close to the center. The figure shows what happens farther away.")

# %% tags=["hide-input"]
title = f"Taylor polynomials of exp(sin x) around {CENTER:g}"
figure, ax = plots.plot(title, "x", size=(14, 8.5))
xs = [i / 80 - 2.5 for i in range(401)]
ax.plot(xs, [f(x) for x in xs], color="black", linewidth=9, alpha=0.3, label="exp(sin x)")
for degree, color, style in zip((1, 3, 5, 9), plots.COLORS, ("--", "-.", ":", "-")):
    ys = [polynomial(c[:degree + 1], x) for x in xs]
    ax.plot(xs, ys, style, color=color, linewidth=4, label=f"degree {degree}")
ax.plot(CENTER, c[0], "o", color="black", markersize=16)
ax.set_ylim(-1, 4)
plots.legend(ax, loc="upper center")
lesson.show(figure, "polynomials", "Near the center all follow the function; the higher "
            "the degree, the longer a polynomial stays close to it.")

# %%
at = {degree: abs(polynomial(c[:degree + 1], -2.0) - f(-2.0)) for degree in (1, 3, 5, 9)}
lesson.ask("At x = -2: which of the four polynomials is farthest from the function?", f"degree {max(at, key=at.get)}",
           choices=[f"degree {degree}" for degree in at],
           why="Their errors there: " + ", ".join(f"{error:.2g} for degree {degree}" for degree, error in at.items()) + ".")

# %% [markdown]
r"""
## Are they right?

These coefficients are known exactly. `g = exp(sin x)` has the derivative `g' = cos x · g`. Insert power series for the
functions, `g₀ + g₁ x + g₂ x² + ...` and so on, and compare the coefficients of each power of x:

$$n\, g_n = \sum_{k=1}^n k\, s_k\, g_{n-k}, \qquad s_k \text{ the coefficients of } \sin x$$

With fractions there is no rounding. Floats round, and that is the only difference.
"""


# %%
def sine(n):
    """The coefficients of sin x around 0, up to the n-th: 0, 1, 0, -1/6, 0, 1/120, ..."""
    return [Fraction((0, 1, 0, -1)[k % 4], math.factorial(k)) for k in range(n + 1)]


def exponential(s):
    """The coefficients of exp(s(x)), where s(0) = 0, and the number of multiplications."""
    g, count = [s[0] + 1], 0
    for n in range(1, len(s)):
        g.append(sum(k * s[k] * g[n - k] for k in range(1, n + 1)) / n)
        count += 2 * n
    return g, count


exact, _ = exponential(sine(DEGREE))

# %%
lesson.ask("sin x = x - x³/6 + ..., so s₁ = 1 and s₂ = 0. With g₀ = 1 and g₁ = 1, what is g₂ by this formula?", float(exact[2]),
           wrong={1.0: "divide by n = 2"}, why="2 g₂ = 1 · s₁ g₁ + 2 · s₂ g₀ = 1.")

# %%
print(" n              by grad         exact   difference")
for n, (found, true) in enumerate(zip(c, exact)):
    print(f"{n:2} {found:20.16f} {true!s:>13} {float(abs(Fraction(found) - true)):12.0e}")

# %%
most = max(float(abs(Fraction(found) - true)) for found, true in zip(c, exact))
lesson.ask("Where do the differences in the last column come from?", "rounding" if most < 1e-14 else "the method",
           choices=("rounding", "the method", "too small a step h"), wrong={"too small a step h": "there is no h in `grad`"},
           why="They are of the size of the last digit of a float.")

# %% [markdown]
"""
## The error

A polynomial of degree n leaves out all terms from `xⁿ⁺¹` on. Near the center these are small. Further away the powers of `x`
grow, and it takes more terms until the coefficients fall faster than the powers grow. The series above gives as many
coefficients as we like.
"""

# %%
many = [float(g) for g in exponential(sine(40))[0]]
PLACES = (0.5, 1.0, 2.0)


def error(x, degree):
    return abs(polynomial(many[:degree + 1], x) - f(x))


# %%
lesson.ask("At x = 2, degree 1 and degree 3: does the higher degree have the smaller error?", error(2.0, 3) < error(2.0, 1),
           why="Far from the center the error first grows with the degree, and falls only later.")

# %%
print("degree", *(f"{f'x = {x:g}':>10}" for x in PLACES))
for degree in (1, 3, 5, 9, 15, 20, 30, 40):
    print(f"{degree:6}", *(f"{error(x, degree):10.0e}" for x in PLACES))

# %%
needed = next((degree for degree in range(41) if error(0.5, degree) < 1e-9), 40)
lesson.ask("Which degree is needed at x = 0.5 for an error below 1e-9?", needed, within=0.2,
           why="Read the column for 0.5: it falls by a factor of 3 or 4 with each degree.")

# %% tags=["hide-input"]
figure, ax = plots.plot("The error of the polynomials", "degree", "on a logarithmic scale")
for x, color, style in zip(PLACES, plots.COLORS, ("o-", "s--", "^-.")):
    ax.semilogy([max(error(x, degree), 1e-17) for degree in range(41)], style, color=color,
                linewidth=3.5, markersize=9, label=f"at x = {x:g}")
plots.legend(ax)
lesson.show(figure, "errors", "In the end it falls everywhere, down to the accuracy of a float; "
            "far from the center it rises first.")

# %%
floor = round(math.log10(max(error(0.5, 40), 1e-17)))
lesson.ask("Near which power of ten do the curves stop falling? Give the exponent.", floor, within=0.1,
           wrong={abs(floor): "the errors are far below 1"},
           why="10⁻¹⁵ or 10⁻¹⁶ is the accuracy of a float.")

# %% [markdown]
"""
## What it costs

The graph of a derivative contains the graph before and, for its Values, local derivatives, products, and sums where a Value
has several users. Some of these are there already, as `exp` is its own derivative. The next derivative does the same to all
of them.
"""


# %%
def sizes(f, a, n):
    """How many Values f(a), f'(a), ..., the n-th derivative are made of."""
    x = Value(a)
    y, found = f(x), []
    for _ in range(n):
        found.append(len(topological_order(y)))
        y = gradients(y, x, create_graph=True)
    return [*found, len(topological_order(y))]


counts = sizes(f, CENTER, DEGREE)
by_series = [exponential(sine(n))[1] for n in range(DEGREE + 1)]

# %%
lesson.ask("By what factor does the graph grow with each further derivative, roughly?", counts[-1] / counts[-2], within=0.35,
           wrong={1.0: "the Values bring local derivatives and products"},
           why="A constant factor for each order: the cost grows exponentially with the order.")

# %%
print("order   Values   times as many   multiplications of the series")
for n in range(1, DEGREE + 1):
    print(f"{n:5} {counts[n]:8,} {counts[n] / counts[n - 1]:15.2f} {by_series[n]:31}")

# %%
growth = counts[-1] / counts[-2]
lesson.ask(f"If the growth goes on like this: how many Values does the derivative of order {DEGREE + 10} have?",
           counts[-1] * growth**10,
           factor=30,
           why=f"{counts[-1]:,} · {growth:.1f}¹⁰. Any answer within a factor of 30 counts as right: any such number is far too large.")

# %% tags=["hide-input"]
figure, ax = plots.plot("What a derivative of high order costs", "order",
                        "on a logarithmic scale")
orders = range(1, DEGREE + 1)
ax.semilogy(orders, counts[1:], "o-", color=plots.RED, linewidth=4, markersize=12,
            label="Values in the graph of the derivative")
ax.semilogy(orders, by_series[1:], "s--", color=plots.BLUE, linewidth=4, markersize=12,
            label="multiplications with series")
plots.legend(ax)
lesson.show(figure, "costs", "Each further order multiplies the work of nesting; it only adds "
            "to the work with series.")

# %%
lesson.ask("And how many multiplications do the first 20 coefficients take with series?", exponential(sine(20))[1], factor=1.5,
           why="2 + 4 + ... + 40. (Any answer within a factor of 1.5 counts as right.)")

# %% [markdown]
"""
So nesting is for the first few orders: a second derivative, as in the lesson `newton`, costs a few times as much as the
first. If you need the twentieth derivative, compute with power series instead of numbers. `exponential` above is such an
operation: it takes the coefficients of its input and returns those of its output, in about n² multiplications. This is
called *Taylor arithmetic*.

## To try

- Write `many = c`, and choose another `f`: `exp(-x * x)`, `1 / (1 + x * x)`. Up to the degree of `c`, does the error still
  fall at x = 2? (The exact column stays that of exp(sin x).)
- With `many = c` and `CENTER = 1.0`: is the polynomial of degree 3 better at x = 2 now?
- Write `product(a, b)` for two series, and `reciprocal(a)`. What are the coefficients of `1 / cos x`?
"""
