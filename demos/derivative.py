# %% [markdown]
"""
# What a derivative is

The slope of a function: first by finite differences, then exactly, from a graph of the operations that made the number.
Takes a second or two.

**Goals.** You can say what a derivative is and find one by finite differences; you can draw the computational graph of an
expression and go backward through it by hand; you know what a `Value` records, and what it does not.

**In class:** 40 minutes.
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
## Finite differences

Here are a function and a point; Python writes `x**3` for x³. How much does `f(x)` change when `x` changes by a small number
`h`? The change of `f` divided by the change of `x` is the slope of a line through two points of the curve. It is called the
*difference quotient*.
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

# %%
print("the slope  ", (f(x + h) - f(x)) / h)

# %% [markdown]
"""
On paper the slope is `f'(x) = 3x² - 4`, written below as `slope_on_paper`. The quotient comes close but does not reach it. The
derivative is the number that the quotient tends to as `h` goes to 0.

So why not take the smallest `h` there is?
"""

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
steps = {"1e-03": 2, "1e-08": 7, "1e-15": 14}
lesson.ask("Three step sizes h for the quotient above. Which one gives the smallest error on a computer?",
           min(steps, key=lambda h: errors[steps[h]][1]), choices=list(steps),
           wrong={"1e-15": "f(x + h) and f(x) then agree in nearly all of their 16 digits, and their difference is rounding",
                  "1e-03": "the curve bends noticeably between x and x + h"},
           why="A smaller h is better only up to a point: the table shows where it turns.")

# %%
print("h       error, one-sided   error, central")
for h, e1, e2 in errors:
    print(f"{h:.0e}  {e1:16.1e}   {e2:14.1e}")

for i, name in ((1, "one-sided"), (2, "central")):
    best = min(errors, key=lambda row: row[i])
    print(f"{name}: h = {best[0]:.0e} is best, with an error of {best[i]:.0e}")

# %%
lesson.ask("Look at the first two rows. When h becomes ten times smaller, by what factor does the error of the one-sided quotient "
           "fall, roughly?", errors[0][1] / errors[1][1], within=0.15,
           wrong={100.0: "that is the central quotient"}, why="Its error is about a constant times h.")

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
lesson.ask("And the error of the central quotient, by what factor?", errors[0][2] / errors[1][2], within=0.05,
           wrong={10.0: "that is the one-sided quotient; in the figure the red line is twice as steep as the blue one"},
           why="Its error is about a constant times h²: the figure has logarithmic scales, so that h² is a line of slope 2.")

# %% [markdown]
"""
At first the error falls with `h`. Then it grows again: a float has about 16 digits, `f(x + h)` and `f(x)` agree in more and
more of them, and what remains after the subtraction is rounding error. The *central* quotient looks to both sides. It is far
more accurate, because its error falls with `h²`.

Finite differences can check a derivative. To compute one we want something better.
"""

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
results of the operations. The derivative of one operation with respect to each of its inputs, the *partial derivative*, is
known. It is written with a round ∂, and the other inputs are held fixed:

$$y = u + v: \qquad \frac{\partial y}{\partial u} = 1, \quad \frac{\partial y}{\partial v} = 1$$

$$y = u v: \qquad \frac{\partial y}{\partial u} = v, \quad \frac{\partial y}{\partial v} = u$$

A partial derivative of a single operation is also called a *local derivative*. `backward()` starts at `d` with `dd/dd = 1`
and goes back through the graph, which is why it is called *backpropagation*. At each operation it multiplies the derivative
that has arrived by the local derivative. What it finds for a Value is stored in that Value's `grad`, short for gradient.

Go through it once by hand. In the page below, press the right arrow; with the key `p` you predict each number yourself.
"""

# %%
lesson.play(d, "play", "The forward pass and the backward pass of d = a * b + c, step by step.")

# %%
d.backward()
lesson.ask("d = a * b + c at a = 2, b = -3, c = 10. What is the derivative of d with respect to a?", a.grad,
           wrong={a.data: "that is a itself", -a.data: "that is -a", 1.0: "1 is the local derivative of the sum; the product "
                  "comes next on the way to a", d.data: "that is d itself", -6.0: "that is a * b"},
           why="d changes by 1 for each 1 of a * b, and a * b changes by b for each 1 of a: 1 * b.")

# %%
for v in (a, b, c):
    print(f"dd/d{v.label} = {v.grad}")

# %%
lesson.ask("a is increased from 2 to 2.001. By how much does d change?", make(2.001, -3, 10) - make(2, -3, 10), within=0.01,
           wrong={-3.0: "that is the change per 1; a changes by 0.001 only", 0.003: "dd/da is negative"},
           why="dd/da times the change of a: -3 · 0.001.")

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

Three things surprise nearly everybody once. Predict each of them. The first: a variable's name is not a node.
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
## The table

How does the engine know derivatives? Only those of single operations are written down, in a *table* with one row for
each: its value, and its partial derivative with respect to each input, as a function of the output `y` and the inputs. All
other derivatives follow from the graph. So you can add an operation of your own with one row, and everything the engine does
works for it. The rows are written with Python's operators and with other operations of the table.
"""

# %%
print(f"{len(TABLE)} rows:\n{textwrap.fill(' '.join(TABLE), 90)}")

cube_root = operation("cube_root", lambda a: a ** (1 / 3), lambda y, a: y / (3 * a))

# %%
lesson.ask("The cube root of 8 is 2. By the row above, y / (3 a), what is its derivative at 8?", grad(cube_root)(8.0),
           why="2 / (3 · 8).")

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
