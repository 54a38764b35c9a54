# %% [markdown]
"""
# What a derivative is

The slope of a function: first by finite differences, then as a limit, then exactly, from a graph of the operations that made
the number. Takes a second or two.

**Goals.** You can say what a derivative and a partial derivative are, and find both by finite differences; you can draw the
computational graph of an expression and go backward through it by hand; you know what a `Value` records, and what it does
not.

**In class:** 45 minutes. You need no more than the derivatives of `x²` and `sin(x)`, and the product rule.
"""

# %% tags=["hide-input"]
import math
import textwrap

from autograd import Value, grad, operation, sin
from autograd.ops import TABLE
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("derivative", cover="slope")

# %%
lesson.ask("To warm up: at 2 o'clock a train is 150 km from home, at 3 o'clock 210 km. How fast is it on average, in km/h?",
           (210 - 150) / (3 - 2), wrong={210.0: "that is where it is, not how fast it moves"},
           why="The change of the distance divided by the change of the time. A slope is the same quotient, for any function.")

# %% [markdown]
"""
## Slopes

A straight line has the same *slope* everywhere: how much it rises for each unit to the right. A curve has another slope at
each point. To measure it at `x`, take a second point a little further on, at `x + h`, and the slope of the line through
both: the change of `f` divided by the change of `x`. It is called the *difference quotient*.
"""

# %%
lesson.ask("A straight line goes through the points (1, 2) and (3, 8). What is its slope?", (8 - 2) / (3 - 1),
           wrong={6.0: "it rises by 6, but on the way from 1 to 3", 1 / 3: "the change of y divided by the change of x"},
           why="It rises by 6 while x grows by 2.")

# %% [markdown]
"""
Here are a function and a point. (`def f(x): return ...` is how Python says `f(x) = ...`, and `x**3` is x³.)
"""


# %%
def f(x):
    return x**3 - 4 * x + 5


x, h = 3.0, 0.001
print("f(x)       ", f(x))
print("f(x + h)   ", f(x + h))

# %%
lesson.ask("With these two numbers and h = 0.001, what is the slope of f at x = 3, roughly?", (f(x + h) - f(x)) / h,
           wrong={f(x): "that is f(3), the value and not the slope",
                  f(x + h) - f(x): "that is the change of f; divide it by h"},
           why="It is the change of f, divided by h.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Lines through two points of the curve", "x", "f(x)", size=(13, 6))
along = [1.6 + i / 100 for i in range(301)]
ax.plot(along, [f(t) for t in along], color=plots.BLUE, linewidth=5, label="f(x) = x³ - 4x + 5")
for width, color in ((1.4, plots.ORANGE), (0.7, plots.GREEN), (0.001, "black")):
    slope = (f(x + width) - f(x)) / width
    line = [f(x) + slope * (t - x) for t in along]
    ax.plot(along, line, "--" if width > 0.01 else "-", color=color, linewidth=3,
            label=f"h = {width:g}: slope {slope:.2f}")
    ax.plot(x + width, f(x + width), "o", color=color, markersize=13)
ax.plot(x, f(x), "o", color="black", markersize=15)
ax.set_ylim(-10, 100)
plots.legend(ax, loc="upper left")
lesson.show(figure, "secants", "The closer the second point comes, the closer the line comes to "
            "the direction of the curve at x = 3. The black line has practically reached it.")

# %%
lesson.ask("The second point moves closer: h = 1.4, 0.7, 0.001. Which whole number do the slopes in the picture tend to?",
           round((f(x + 1e-6) - f(x)) / 1e-6), within=0.001, wrong={9: "x² is not the slope", 27: "x³ is not the slope"},
           why="Next we find this number on paper.")

# %% [markdown]
r"""
## The derivative

On paper, put $x + h$ into $f$, multiply out, and see what is left of the quotient:

$$\frac{f(x + h) - f(x)}{h} = \frac{(x + h)^3 - 4 (x + h) - x^3 + 4 x}{h} = 3 x^2 - 4 + 3 x h + h^2$$

The smaller $h$ is, the less the last two terms count. What remains is the *derivative* of $f$ at $x$, the *limit* of the
quotient as $h$ goes to 0:

$$f'(x) = \frac{df}{dx} = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h} = 3 x^2 - 4$$

(A function has a derivative where this limit exists, the same from both sides. $|x|$ has none at 0: its slope is -1 on the
left and 1 on the right.)

So the quotient comes close but does not reach the derivative. Why not take the smallest `h` there is? Below,
`slope_on_paper` is $3x^2 - 4$. The *central* quotient looks to both sides, from $x - h$ to $x + h$.
"""

# %%
lesson.ask("The quotient is 3x² - 4 + 3xh + h². At x = 3 and h = 0.1, how far is it from the derivative?",
           (f(3.1) - f(3.0)) / 0.1 - 23, within=0.01, wrong={0.9: "and h²", 23.91: "that is the quotient itself"},
           why="3xh + h² = 0.9 + 0.01. With h = 0.01 it is 0.0901.")

# %% [markdown]
"""
If you do not know Python: these few signs are most of what the lessons use.

| Python | how to read it |
| --- | --- |
| `for k in range(1, 16):` | for k = 1, 2, ..., 15, one after another: the indented lines below. `range(n)` is 0, ..., n - 1 |
| `errors.append((a, b))` | put the pair (a, b) at the end of the list `errors`, which was empty at first: `errors = []` |
| `[g(t) for t in ts]` | the list of all g(t), for t in the list `ts`. `sum(g(t) for t in ts)` is Σ g(t) |
| `ts[0]`, `ts[-1]`, `ts[3:]` | the first entry, the last one, all from the fourth on: entries are counted from 0 |
| `lambda t: t**2` | the function t ↦ t², without a name |
| `x += 1`, `x == 1` | x becomes x + 1; the question whether x is 1 |
| `f"{h:.0e} {a:.3f}"` | text with numbers put in: `h` as 1e-03, which is 10⁻³, and `a` with 3 decimals |
| `a, b = 2, 3` | a = 2 and b = 3 |
"""

# %%
lesson.ask("The next cell begins its loop with `for k in range(1, 16):` and takes h = 10⁻ᵏ. How many step sizes are these?",
           len(range(1, 16)), within=0.001, wrong={16: "`range` stops before its second number"}, why="k = 1, ..., 15.")

# %%
def slope_on_paper(x):
    return 3 * x**2 - 4


exact = slope_on_paper(x)
errors = []
for k in range(1, 16):
    h = 10.0**-k
    one_sided = (f(x + h) - f(x)) / h
    central = (f(x + h) - f(x - h)) / (2 * h)
    errors.append((h, abs(one_sided - exact), abs(central - exact)))

# %%
steps = {"10⁻³": 2, "10⁻⁸": 7, "10⁻¹⁵": 14}
lesson.ask("Three step sizes h for the quotient. Which one gives the smallest error on a computer?",
           min(steps, key=lambda h: errors[steps[h]][1]), choices=list(steps),
           wrong={"10⁻¹⁵": "f(x + h) and f(x) then agree in nearly all of their 16 digits, and their difference is rounding",
                  "10⁻³": "the curve bends noticeably between x and x + h"},
           why="A smaller h is better only up to a point. The table shows where it turns.")

# %%
print("h       error, one-sided   error, central")
for h, e1, e2 in errors:
    print(f"{h:.0e}  {e1:16.1e}   {e2:14.1e}")

for i, name in ((1, "one-sided"), (2, "central")):
    best = min(errors, key=lambda row: row[i])
    print(f"{name}: h = {best[0]:.0e} is best, with an error of {best[i]:.0e}")


# %% tags=["hide-input"]
def times_smaller(i):
    """How many times smaller the error is in the second row; 1 where there is none."""
    return errors[0][i] / errors[1][i] if errors[1][i] else 1.0

# %%
lesson.ask("Look at the first two rows. When h becomes ten times smaller, by what factor does the error of the one-sided quotient "
           "fall, roughly?", times_smaller(1), within=0.15,
           wrong={100.0: "that is the central quotient"},
           why="Its error is 3xh + h², and for a small h the first term is nearly all of it: about a constant times h.")

# %% tags=["hide-input"]
figure, ax = plots.plot("The error of a difference quotient", "h", "error of the slope")
shown = [[max(e, 1e-16) for e in row] for row in errors]        # an error of 0 has no logarithm
hs, one_sided, central = zip(*shown)
ax.loglog(hs, one_sided, "o-", color=plots.BLUE, linewidth=4, markersize=11,
          label="one-sided: (f(x + h) - f(x)) / h")
ax.loglog(hs, central, "s--", color=plots.RED, linewidth=4, markersize=11,
          label="central: (f(x + h) - f(x - h)) / 2h")
plots.legend(ax)
lesson.show(figure, "quotients", "Large h: the curve bends. Small h: rounding.")

# %%
lesson.ask("And the error of the central quotient, by what factor?", times_smaller(2), within=0.05,
           wrong={10.0: "that is the one-sided quotient; in the figure the red line is twice as steep as the blue one"},
           why="Its error is h² here: from -h and from h the terms 3xh cancel. The figure has logarithmic scales, where each "
               "mark is ten times the one before; on them h is a line of slope 1, and h² one of slope 2.")

# %% [markdown]
"""
At first the error falls with `h`. Then it grows again: a *float*, Python's kind of number, has about 16 digits, `f(x + h)`
and `f(x)` agree in more and more of them, and what remains after the subtraction is rounding error. It is divided by `h`,
too: an error of 10⁻¹⁵ becomes one of 10⁻¹⁵ / h. The best `h` is where both errors are equally large. With one side it is
about 10⁻⁸; the central quotient, whose error falls with `h²`, can do with a longer step, about 10⁻⁵, and is far more
accurate.

Finite differences can check a derivative. To compute one we want something better.
"""

# %%
lesson.ask("f(x + h) - f(x) is off by 10⁻¹⁵, because of rounding. By how much is the quotient off for h = 10⁻¹⁰?", 1e-15 / 1e-10,
           factor=1.5, wrong={1e-15: "it is divided by h"}, why="10⁻¹⁵ / 10⁻¹⁰ = 10⁻⁵, about what the table says.")

# %% [markdown]
"""
## More than one input: partial derivatives

Most functions have several inputs. For each of them in turn we can ask: how fast does the function change with this one,
while all others are held fixed? This is the *partial derivative* with respect to that input, written with a round ∂ and
found in the same way:

    ∂f/∂u = the limit of (f(u + h, v) - f(u, v)) / h  as h goes to 0, with v held fixed

The list of all partial derivatives of a function is its *gradient*. Take the area of a rectangle with the sides `u` and `v`:
"""


# %%
def area(u, v):
    return u * v


h = 0.001
print("longer in u: the area grows by", round(area(3 + h, 5) - area(3, 5), 9))

# %%
lesson.ask("The rectangle has the sides u = 3 and v = 5. What is ∂(uv)/∂u, the growth of the area per unit of u?",
           (area(3 + h, 5) - area(3, 5)) / h, wrong={3.0: "that is ∂(uv)/∂v", 15.0: "that is the area itself",
                                                    8.0: "only u changes", 0.005: "divide it by h"},
           why="With v held fixed, uv is a line in u, of slope v. Likewise ∂(uv)/∂v = u.")

# %% [markdown]
"""
## A number that remembers

A `Value` is a number that remembers how it was computed. Otherwise you use it like any other number. (Its counterpart in
PyTorch is `torch.tensor(2.0, requires_grad=True)`; the lesson `pytorch_intro` has them side by side.)
"""


# %%
def make(a, b, c):
    return a * b + c


a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
d = make(a, b, c)
d.label = "d"
print(d)

# %%
inputs = ["its label" if v.label else "the product a * b" for v in d.inputs]
lesson.ask("d was computed as a * b + c. What are the inputs of the operation that made d?",
           "a * b and c" if "the product a * b" in inputs and d.inputs[1] is c else "a, b and c",
           choices=("a, b and c", "a * b and c", "only c"),
           wrong={"a, b and c": "a and b went into the product; only the product went into d"},
           why="Each Value remembers one operation and its inputs. The inputs remember theirs.")

# %%
print("the last operation:", d.op)
print("its inputs:        ", d.inputs)

# %% [markdown]
r"""
Behind `d` there is a *computational graph*. Its *nodes* are Values: the *leaves* `a`, `b` and `c`, which were given, and the
results of the operations. For a single operation the partial derivatives with respect to its inputs are known:

$$y = u + v: \qquad \frac{\partial y}{\partial u} = 1, \quad \frac{\partial y}{\partial v} = 1$$

$$y = u v: \qquad \frac{\partial y}{\partial u} = v, \quad \frac{\partial y}{\partial v} = u$$

A partial derivative of a single operation is also called a *local derivative*. `backward()` starts at `d` with `dd/dd = 1`
and goes back through the graph, which is why it is called *backpropagation*. At each operation it multiplies the derivative
that has arrived by the local derivative. (Why multiply? If `d` changes by 1 per unit of `a * b`, and `a * b` by -3 per unit
of `a`, then `d` changes by 1 · (-3) per unit of `a`.) What it finds for a Value is stored in that Value's `grad`, short
for gradient.

"""

# %%
lesson.ask("d = a * b + c. What is the local derivative of d with respect to its first input, the product a * b?", d.partials[0],
           wrong={-6.0: "that is the product itself", -3.0: "that is b, one operation further back"},
           why="d is a sum: it changes by 1 per unit of a * b.")

# %% [markdown]
"""
Go through it once by hand. In the page below, press the right arrow; with the key `p` you predict each number yourself.
"""

# %%
lesson.play(d, "play", "The forward pass and the backward pass of d = a * b + c, step by step.")

# %%
d.backward()
lesson.ask("d = a * b + c at a = 2, b = -3, c = 10. What is the derivative of d with respect to a?", a.grad,
           wrong={a.data: "that is a itself", -a.data: "that is -a", 1.0: "1 is the local derivative of the sum; the product "
                  "comes next on the way to a", d.data: "that is d itself", -6.0: "that is a * b"},
           why="d changes by 1 per unit of a * b, and a * b changes by b per unit of a: 1 * b.")

# %%
for v in (a, b, c):
    print(f"dd/d{v.label} = {v.grad}")

# %%
lesson.ask("a is increased from 2 to 2.001. By how much does d change?", make(2.001, -3, 10) - make(2, -3, 10), within=0.01,
           wrong={-3.0: "that is the change per 1; a changes by 0.001 only", 0.003: "dd/da is negative"},
           why=f"dd/da times the change of a: {a.grad:g} · 0.001.")

# %% [markdown]
"""
Finite differences agree, for each leaf in turn:
"""

# %%
h = 1e-6
for v, moved in ((a, make(2 + h, -3, 10)), (b, make(2, -3 + h, 10)), (c, make(2, -3, 10 + h))):
    quotient = (moved - make(2, -3, 10)) / h
    print(f"{v.label}: finite difference {quotient:.6f}, by the graph {v.grad}")

# %% [markdown]
"""
## The function we began with

Give `f` a `Value` instead of a float, and call `backward()`. There is no `h` to choose.
"""

# %%
x = Value(3.0, label="x")
y = f(x)
y.backward()

# %%
lesson.ask("How far is x.grad from the slope on paper, f'(3) = 3 · 3² - 4?", abs(x.grad - slope_on_paper(3.0)),
           why="The graph applies the rules that you apply on paper, so it gives the derivative and not an estimate of it.")

# %%
print("by the graph", x.grad)
print("on paper    ", slope_on_paper(3.0))

# %% [markdown]
"""
`grad` does these steps for any function: `grad(f)` is the function `f'`. Here is one that takes longer on paper.
"""


# %%
def g(x):
    return sin(x) * x**2 / 10


xs = [i / 50 - 4 for i in range(401)]
slopes = [grad(g)(x) for x in xs]

# %%
lesson.ask("g(x) = sin(x) x² / 10. Without computing it: what is g'(0)?", grad(g)(0.0),
           why="x² is flat at 0, and sin(x) is 0 there: both terms of the product rule are 0.")

# %%
print("g'(0) =", grad(g)(0.0), "  g'(2) =", grad(g)(2.0))

# %%
lesson.ask("At x = 2, is g rising or falling as x grows?", "rising" if g(2.001) > g(2.0) else "falling",
           choices=("rising", "falling"), why="g'(2) is positive: the sign of the slope says which.")

# %% tags=["hide-input"]
figure, ax = plots.plot("A function and its derivative", "x")
ax.plot(xs, [g(x) for x in xs], color=plots.BLUE, linewidth=4, label="g(x) = sin(x) x² / 10")
ax.plot(xs, slopes, "--", color=plots.RED, linewidth=4,
        label="g'(x), one backward pass for each point")
at = 2.0
ax.plot([at - 1, at + 1], [g(at) - grad(g)(at), g(at) + grad(g)(at)], color="black", linewidth=3)
ax.plot(at, g(at), "o", color="black", markersize=13)
ax.annotate(f"slope {grad(g)(at):.2f}", (at, g(at)), (at - 2.3, g(at) + 0.35), fontsize=20,
            arrowprops={"arrowstyle": "->", "linewidth": 2})
plots.legend(ax)
lesson.show(figure, "slope", "Where the blue curve rises, the red one is above 0; where the blue "
            "curve is level, the red one is 0.")

# %%
level = [i for i in range(1, len(xs)) if slopes[i - 1] * slopes[i] < 0]
turns = [(g(xs[i - 1]) - g(xs[i - 3])) * (g(xs[i + 2]) - g(xs[i])) < 0 for i in level]
lesson.ask("Look at the places where the red curve crosses 0. What does the blue curve do there?",
           "it turns: a peak or a valley" if all(turns) else "it crosses 0 as well",
           choices=("it crosses 0 as well", "it turns: a peak or a valley", "it is steepest"),
           wrong={"it is steepest": "there the red curve is farthest from 0"},
           why="A slope that changes its sign means: up before, down after, or the other way round.")

# %% [markdown]
"""
## What is recorded, and what is not

Four things surprise nearly everybody once. Predict each of them. The first: a variable's name is not a node.
"""

# %%
x = Value(3.0)
y = x
y = y * 2
y.backward()

# %%
lesson.ask("x = Value(3.0), then y = x, then y = y * 2, and y.backward(). What is x.grad?", x.grad,
           wrong={0.0: "the name y first stood for x itself, and so the product has x as its input",
                  1.0: "1 is y.grad; the product multiplies it by 2"},
           why="`y = y * 2` makes a new Value and gives it the name y. The Value x is still there, as its input.")

# %% [markdown]
"""
The second: what happens when a number is changed after the graph was recorded?
"""

# %%
x = Value(3.0)
y = x * x
x.data = 10.0
y.backward()

# %%
lesson.ask("x = Value(3.0) and y = x * x. Then x.data = 10.0, and y.backward(). What is x.grad?", x.grad,
           wrong={20.0: "that is the derivative at 10, but y was recorded at 3"},
           why="y is still 9, the number that was recorded at x = 3, and so is its derivative 2 · 3. "
               "To move on to another point, compute y again.")

# %% [markdown]
"""
The third: functions that know nothing about Values.
"""


# %%
def try_math():
    try:
        math.sin(Value(1.0))
    except TypeError as error:
        return f"TypeError: {error}"
    return "no error"


said = try_math()

# %%
lesson.ask("What does `math.sin(Value(1.0))` give?", "an error" if said.startswith("TypeError") else "a number",
           choices=("a Value with its derivative", "a number", "an error"),
           wrong={"a number": "that would lose the derivative without a word",
                  "a Value with its derivative": "math.sin is written in C and knows only floats"},
           why="Use `autograd.sin`: it takes floats as well as Values.")

# %%
print(textwrap.fill(said, 90))

# %% [markdown]
"""
And the fourth: no formula is needed. What is differentiated is a program, with loops and decisions. (`while y < 100:`
repeats the indented line as long as `y` is below 100.)
"""


# %%
def doubled(x):
    y = x
    while y < 100:
        y = 2 * y
    return y


x = Value(3.0)
y = doubled(x)
y.backward()

# %%
lesson.ask("Starting with x = 3, the loop doubles y until it is 100 or more: 6, 12, 24, 48, 96, 192. What is dy/dx?", x.grad,
           wrong={192.0: "that is y itself", 2.0: "each of the six doublings brings a factor of 2", 12.0: "factors multiply: 2⁶"},
           why="The graph has the six products that were computed; near x = 3 the loop is the function 64 x. (At x = 3.125 one "
               "doubling less is enough. There y jumps, and has no derivative.)")

# %% [markdown]
"""
## The table

How does the engine know derivatives? Only those of single operations are written down, in a *table* with one row for
each: its value, and its partial derivative with respect to each input, as a function of the output `y` and the inputs. All
other derivatives follow from the graph. So you can add an operation of your own with one row, and everything the engine does
works for it. The rows are written with Python's operators and with other operations of the table. (A few rows, such as
`bell`, are there because they occur in derivatives of others.)
"""

# %%
lesson.ask("How many rows does the table have, about? Think of everything that `autograd` can differentiate.", len(TABLE), factor=2,
           why="Any answer within a factor of 2 counts as right. All other derivatives are put together from these.")

# %%
print(f"{len(TABLE)} rows:\n{textwrap.fill(' '.join(TABLE), 90)}")

cube_root = operation("cube_root", lambda a: a ** (1 / 3), lambda y, a: y / (3 * a))

# %%
lesson.ask("The cube root of 8 is 2. By the row above, y / (3 a), what is its derivative at 8?", grad(cube_root)(8.0),
           why="2 / (3 · 8). On paper: the derivative of y = a^(1/3) is 1/3 · a^(-2/3), which is y / (3 a).")

# %%
h = 1e-5
print("the cube root of 8      ", cube_root(8.0))
print("its derivative          ", grad(cube_root)(8.0))
print("by finite differences   ", (cube_root(8 + h) - cube_root(8 - h)) / (2 * h))

# %% [markdown]
"""
## To try

- Change `f`, and `slope_on_paper` with it, and run the lesson again. Which `h` is best now? For which `f` is the central
  quotient exact?
- Let `make` return `a * b + a`. What is `dd/da`, on paper and by the graph? There are two ways from `a` to `d`: the next
  lesson is about them.
- Add a row with two inputs, such as `a² b`, and two partial derivatives. Check each with finite differences.
"""
