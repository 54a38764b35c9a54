# %% [markdown]
"""
# What a derivative is

The slope of a function: first by nudging its input and looking, then exactly, from a graph of the operations that made the
number. Takes a second or two.
"""

# %%
import textwrap

import numpy as np

from autograd import Value, draw, grad, operation, sin
from autograd.ops import TABLE
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("derivative")

# %% [markdown]
"""
## Nudge it and look

Here is a function, and a place. How much does `f(x)` change when `x` changes by a little, `h`? The change of `f` over the
change of `x` is a slope: the *difference quotient*.
"""


# %%
def f(x):
    return x**3 - 4 * x + 5


def slope_on_paper(x):
    return 3 * x**2 - 4


x, h = 3.0, 0.001
print("f(x)       ", f(x))
print("f(x + h)   ", f(x + h))
print("the slope  ", (f(x + h) - f(x)) / h)

# %% [markdown]
"""
With pen and paper the slope is `f'(x) = 3x² - 4`, which is `slope_on_paper`. The quotient comes near to it and does not reach
it: it is the slope of a line through two points of the curve, and the derivative is what that slope tends to as `h` goes to 0.

So why not take the smallest `h` there is?
"""

# %%
exact = slope_on_paper(x)
print("h         one-sided           error      central             error")
errors = []
for k in range(1, 16):
    h = 10.0**-k
    one_sided = (f(x + h) - f(x)) / h
    central = (f(x + h) - f(x - h)) / (2 * h)
    errors.append((h, abs(one_sided - exact), abs(central - exact)))
    _, e1, e2 = errors[-1]
    print(f"{h:.0e}  {one_sided:18.12f}  {e1:.1e}    {central:18.12f}  {e2:.1e}")

for i, name in ((1, "one-sided"), (2, "central")):
    best = min(errors, key=lambda row: row[i])
    print(f"{name}: h = {best[0]:.0e} is best, and still {best[i]:.0e} off")

# %% [markdown]
"""
First the error falls with `h`. Then it grows again: `f(x + h)` and `f(x)` agree in ever more digits, a float has only about
16 of them, and what is left after the subtraction is rounding. The *central* quotient looks to both sides and is far better:
its error falls with `h²`.

A nudge can check a derivative. To find one we want something better.
"""

# %% tags=["hide-input"]
figure, ax = plots.plot("The error of a difference quotient", "h", "error of the slope")
hs, one_sided, central = np.maximum(errors, 1e-16).T    # an error of 0 has no logarithm
ax.loglog(hs, one_sided, "o-", color=plots.BLUE, linewidth=4, markersize=11,
          label="one-sided: (f(x + h) - f(x)) / h")
ax.loglog(hs, central, "s--", color=plots.RED, linewidth=4, markersize=11,
          label="central: (f(x + h) - f(x - h)) / 2h")
plots.legend(ax)
lesson.show(figure, "quotients", "Too large an h: the curve bends. Too small an h: rounding.")

# %% [markdown]
"""
## A number that remembers

A `Value` is a number that remembers how it was computed. Reckon with it as with any number:
"""


# %%
def make(a, b, c):
    return a * b + c


a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
d = make(a, b, c)
print(d)
print("the last operation:", d.op)
print("its inputs:        ", d.inputs)

# %% [markdown]
"""
So behind `d` there is a graph. Its *nodes* are Values: the *leaves* `a`, `b`, `c`, which were given, and what the operations
made of them. And for a single operation everybody knows the derivative by each input, its *partial derivative*:

    y = u + v       dy/du = 1       dy/dv = 1
    y = u * v       dy/du = v       dy/dv = u

`backward()`, or *back propagation*, starts at `d` with `dd/dd = 1` and goes back through the graph. At each operation it
multiplies the derivative by the partial of the input: `d` changes by 1 for each 1 of `a * b`, and `a * b` by `b` for each 1 of
`a`, so `d` changes by `1 * b` for each 1 of `a`. The derivative of `d` by each Value is left in that Value's `grad` (short for
gradient).
"""

# %%
d.label = "d"
d.backward()
for v in (a, b, c):
    print(f"dd/d{v.label} = {v.grad}")

# %%
lesson.show(draw(d), "graph",
            "Each Value with its data and its grad, each edge with the partial there. Leaves are "
            "marked as inputs: they go into the whole graph.")

# %% [markdown]
"""
Nudging agrees, for each leaf in turn:
"""

# %%
h = 1e-6
for v, nudged in ((a, make(2 + h, -3, 10)), (b, make(2, -3 + h, 10)), (c, make(2, -3, 10 + h))):
    print(f"{v.label}: nudged {(nudged - make(2, -3, 10)) / h:.6f}, by the graph {v.grad}")

# %% [markdown]
"""
## The same for the function we began with

Give `f` a `Value`, and ask. The answer is that of pen and paper to the last digit, with no `h` to choose.
"""

# %%
x = Value(3.0, label="x")
y = f(x)
y.backward()
print("by the graph      ", x.grad)
print("with pen and paper", slope_on_paper(3.0))

# %% [markdown]
"""
`grad` does these steps for any function: `grad(f)` is the function `f'`. Here it is for one that takes longer on paper.
"""


# %%
def g(x):
    return sin(x) * x**2 / 10


xs = [i / 50 - 4 for i in range(401)]
slopes = [grad(g)(x) for x in xs]
print("g'(0) =", grad(g)(0.0), "  g'(2) =", grad(g)(2.0))

# %% tags=["hide-input"]
figure, ax = plots.plot("A function and its derivative", "x")
ax.plot(xs, [g(x) for x in xs], color=plots.BLUE, linewidth=4, label="g(x) = sin(x) x² / 10")
ax.plot(xs, slopes, "--", color=plots.RED, linewidth=4,
        label="g'(x), a backward pass for each point")
at = 2.0
ax.plot([at - 1, at + 1], [g(at) - grad(g)(at), g(at) + grad(g)(at)], color="black", linewidth=3)
ax.plot(at, g(at), "o", color="black", markersize=13)
ax.annotate(f"slope {grad(g)(at):.2f}", (at, g(at)), (at - 2.3, g(at) + 0.35), fontsize=20,
            arrowprops={"arrowstyle": "->", "linewidth": 2})
plots.legend(ax)
lesson.show(figure, "slope",
            "Where the blue curve rises, the red one is above 0; where blue is level, red is 0.")

# %% [markdown]
"""
## The table

Where does the engine know derivatives from? Only those of single operations are written down, in a *table* with a row for
each: its value, and its partial derivative by each input, as a function of the output `y` and the inputs. All others follow by
going through the graph. So whoever adds a row has all that the engine can do, for an operation of their own. The partials are
written with operators and with operations of the table.
"""

# %%
print(f"{len(TABLE)} rows:\n{textwrap.fill(' '.join(TABLE), 90)}")

cube_root = operation("cube_root", lambda a: a ** (1 / 3), lambda y, a: y / (3 * a))

h = 1e-5
print("\nthe cube root of 8:", cube_root(8.0))
print("its slope by its row", grad(cube_root)(8.0))
print("nudged              ", (cube_root(8 + h) - cube_root(8 - h)) / (2 * h))

# %% [markdown]
"""
## To try

- Change `f`, and `slope_on_paper` with it, and run the lesson again. Which `h` is best now? For which `f` is the central
  quotient exact?
- Let `make` give `a * b + a`. What is `dd/da`, on paper and by the graph? There are two ways from `a` to `d`: the next lesson
  is about them.
- Add a row with two inputs, such as `a² b`, and two partials. Nudge each input.
"""
