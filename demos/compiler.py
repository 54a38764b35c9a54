# %% [markdown]
"""
# The compiler: finding the matrices in a graph of scalars

Code is written with one scalar at a time; the compiler finds the lecture's (3), (6), (7) and (8) in its graph and writes them
down as NumPy. Step by step on a layer of three neurons, then on the loss of a whole data set, with times beside NumPy written
by hand. Takes about ten seconds.

**Goals.** You can read the NumPy that a graph of scalars compiles to, beside the lecture's formulas; you can say how matrices
are found in a graph; you know what a recorded graph does not contain.

**In class:** 55 minutes.
"""

# %% tags=["hide-input"]
import re
import statistics
import textwrap
import time
import warnings
from collections import Counter

import numpy as np

import autograd
import nn
from autograd import Value, draw, jit, relu, value_and_grad
from autograd.compiler.recognize.group import groups, levels
from autograd.compiler.recognize.record import record
from autograd.compiler.recognize.shape import plan
from autograd.compiler.arrays.structure import Contract
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("compiler")

# %%
lesson.ask("From the lesson `backpropagation`: for one sample ∂ℒ/∂W is a column times a row. For m samples with the rows in matrices "
           "dZ and X, which product is it?", "dZᵀ X" if (np.ones((5, 3)).T @ np.ones((5, 4))).shape == (3, 4) else "dZ Xᵀ",
           choices=("dZᵀ X", "dZ Xᵀ", "X dZᵀ"), why="The sum over the samples is inside the product. You will find this line "
           "again below.")

# %% [markdown]
"""
## One line

Here is a layer, `z = Wx + b`, one scalar at a time, then ReLU, then a squared error. Nothing in it says "matrix".
"""


# %%
def layer(W, b, f):
    return [sum((w * fj for w, fj in zip(row, f)), bi) for row, bi in zip(W, b)]


def squared(f, y):
    return sum((fi - yi) ** 2 for fi, yi in zip(f, y))


def error(W, b, x, y):
    return squared([relu(z) for z in layer(W, b, x)], y)


# %%
lesson.ask("What is squared([3.0, 1.0], [1.0, 0.0])?", squared([3.0, 1.0], [1.0, 0.0]), wrong={3.0: "the differences are squared"},
           why="2² + 1². Numbers in, a number out: the same functions take Values.")

# %% [markdown]
"""
`value_and_grad` makes a function that returns the error and its gradient, here with respect to arguments 0 and 1, and `jit`
compiles that when it is first called. `error` is written for one sample; `samples=(2, 3)` says that `x` and `y` have many, and
`reduce="sum"` that we want the sum over them. That is all: this line is what you need in a program of your own.
"""

# %%
step = jit(value_and_grad(error, (0, 1)), samples=(2, 3), reduce="sum")

# %%
lesson.ask("`error` was written for one sample of four inputs. With a hundred samples, what is the shape of the derivative with "
           "respect to `W`?", "(3, 4)", choices=("(3, 4)", "(100, 3, 4)"), why="It is the gradient of a sum: one matrix like `W`.")

# %%
draws = np.random.default_rng(0)
weights, biases = draws.uniform(-1, 1, (3, 4)), draws.uniform(-1, 1, 3)
xs, ys = draws.uniform(-1, 1, (100, 4)), draws.uniform(-1, 1, (100, 3))


def one_by_one():
    """The same with a graph for each sample."""
    graph = value_and_grad(error, (0, 1))
    values, gradients = zip(*(graph(weights, biases, x, y) for x, y in zip(xs, ys)))
    return sum(values), [sum(parts) for parts in zip(*gradients)]


value, (dW, db) = step(weights, biases, xs, ys)
scalar_value, (scalar_dW, scalar_db) = one_by_one()
difference_of_jit = max(abs(dW - scalar_dW).max(), abs(db - scalar_db).max())
print(f"a hundred samples: value {value:.6f}, by graphs {scalar_value:.6f}")
print(f"of {dW.size + db.size} derivatives none differs by more than {difference_of_jit:.0e}")

# %%
lesson.ask("How many derivatives did `step` return?", dW.size + db.size, within=0.001, wrong={1500: "those of the samples are "
           "added up"},
           why="12 of W and 3 of b.")

# %% [markdown]
"""
What has it found? A program in NumPy, which you can read. By the end of this lesson you know every line of it. `A @ B` is the
product of matrices, `A * B` multiplies entry by entry, and `A.T` is the transpose.
"""


# %% tags=["hide-input"]
def shown(program):
    """The source of value_and_grad."""
    return program.source[program.source.index("def value_and_grad"):].rstrip()


# %%
print(shown(step.programs[0]))

# %%
lesson.ask("How many matrix products, @, are in this program?", shown(step.programs[0]).count(" @ "), within=0.001,
           why="Forward one for W x. Backward the one for dW, and in some programs one that adds up the samples.")

# %% [markdown]
"""
## A layer of three neurons

(More of NumPy's signs: `x[:, 0:4]` are columns 0 to 3 of `x`, `theta[0:12].reshape(3, 4)` is 12 numbers laid out in 3 rows of
4, and `z > 0` is 1 where that is true, else 0. The comment behind a line is its shape, and the equation of the lecture.)

`jit` does in one go what we now do by hand: it calls the function with Values instead of numbers, which records a graph, and
compiles the graph. Here is that graph.
"""


# %%
def values(name, numbers):
    """A Value for each number, labelled name0, name1, ..."""
    return [Value(number, label=f"{name}{i}") for i, number in enumerate(numbers)]


rng = np.random.default_rng(1)
W = [values(f"w{i}", rng.uniform(-1, 1, 4)) for i in range(3)]
b = values("b", rng.uniform(-1, 1, 3))
x, y = values("x", [1.0, -2.0, 0.5, 3.0]), values("y", [1.0, 0.0, 1.0])

f = [relu(z) for z in layer(W, b, x)]
loss = squared(f, y)

# %% [markdown]
"""
`autograd.compile` takes the output; the *parameters*, with respect to which we want derivatives; and the *inputs*, the
numbers of one sample, which will be replaced by those of other samples. It returns a *program*. Its source has two functions,
`value` and `value_and_grad`.
"""

# %%
lesson.ask("Three neurons with four inputs, ReLU, a squared error: about how many Values are in the graph of `loss`?",
           len(topological_order(loss)), factor=1.6,
           why="Any answer within a factor of 1.6 counts as right. The program below has a dozen lines.")

# %%
parameters = [w for row in W for w in row] + b
program = autograd.compile(loss, parameters, inputs=x + y)

# %%
print(shown(program))

# %%
lesson.ask("Four inputs and three targets for each sample, and 15 parameters. How many columns has the array `x` of samples?",
           len(x + y), within=0.001, wrong={4: "the targets are inputs of the program, too", 22: "the parameters are in theta"},
           why="The inputs, and then the targets.")

# %% [markdown]
"""
`theta` holds all parameters in one array, in the order in which they were given; `x` holds the samples, one in each row, with
the four inputs and then the three targets. Since samples are rows, the lecture's `W f` is `f @ W.T` here, and each line works
on all `m` samples.
"""


# %%
def line(program, start):
    """The line of value_and_grad that begins so, without its comment."""
    lines = [text.strip() for text in shown(program).split("\n")]
    return next(text for text in lines if text.startswith(start)).partition("#")[0].rstrip()


lines_of = {line(program, start): formula for formula, start in (
    ("z = W x + b", "z1 ="), ("∂ℒ/∂W = ∂ℒ/∂z xᵀ", "dW1 ="), ("∂ℒ/∂z = D ∂ℒ/∂f", "dz1 ="))}

# %%
lesson.ask(f"Which formula is the line `{line(program, 'dW1 =')}`?", lines_of[line(program, "dW1 =")],
           choices=list(lines_of.values()), why="A matrix product with the transpose of dz: the outer products of (8), summed over "
           "the samples.")

# %%
for formula, start in (("(6)   z = Wx + b", "z1 ="),
                       ("         with its bias", "z1 +="),
                       ("(3)   f = σ(z), minus y", "v1 ="),
                       ("      ∂ℒ/∂f = 2 (f - y)", "dv1 ="),
                       ("      ∂ℒ/∂z = D ∂ℒ/∂f", "dz1 ="),
                       ("(8)   ∂ℒ/∂W = ∂ℒ/∂z xᵀ", "dW1 ="),
                       ("(8)   ∂ℒ/∂b = ∂ℒ/∂z", "db1 =")):
    print(f"{formula:26} {line(program, start)}")

# %%
lesson.ask("A diagonal matrix D times a vector g: how many multiplications does it take, for n entries, if D is not written out? "
           "n = 3.",
           len(np.diag(np.ones(3)) @ np.ones(3)), within=0.001, wrong={9: "the entries off the diagonal are 0"},
           why="One for each entry: diag(s) g is s * g.")

# %% [markdown]
"""
`(z1 > 0)` is the derivative of ReLU, 0 or 1: the diagonal of `D`. Multiplying by a diagonal matrix means multiplying entry by
entry, so `D` itself is never formed. The sums over the samples are inside `dz1.T @ ...` and `ones @ dz1`.

(7) needs a second layer. It has no `σ`, and `v1` is its `z` minus `y`. So `dv1` below is the `∂ℒ/∂z` of that layer.
"""

# %%
W2 = [values(f"u{i}", rng.uniform(-1, 1, 3)) for i in range(3)]
b2 = values("c", rng.uniform(-1, 1, 3))
more = [w for row in W2 for w in row] + b2
second_loss = squared(layer(W2, b2, f), y)
two_layers = autograd.compile(second_loss, parameters + more, inputs=x + y)
print("(7)  ", line(two_layers, "dz1 ="))
print("(8)  ", line(two_layers, "dW2 ="))
print("(8)  ", line(two_layers, "dW1 ="))

# %%
lesson.page(autograd.matrices_page(two_layers), "matrices",
            "Press flow: the scalars move into their arrays. Then point at a line of NumPy, "
            "such as the one for dz1, and see which edges it stands for.")

# %%
lesson.ask("The line for dz1 has `@ W2`, without a transpose. Why?", "the samples are rows" if "@ W2 *" in line(two_layers,
           "dz1 =") else "W2 is symmetric",
           choices=("the samples are rows", "W2 is symmetric", "(7) has no transpose"),
           why="(7) is D Wᵀ dz for a column dz. For a row it is dzᵀ W D: the transpose of the same equation.")

# %% [markdown]
"""
The program and the graph are two ways to the same numbers:
"""

# %%
loss.backward()
value, gradient = program.value_and_grad(program.parameters, [v.data for v in x + y])
difference = max(abs(g - p.grad) for g, p in zip(gradient, parameters))
print("loss by the graph  ", loss.data)
print("loss by the program", value)
print(f"of {len(gradient)} derivatives none differs by more than {difference:.0e}")

# %%
lesson.ask("Does the program agree with the graph to rounding?", bool(difference < 1e-12), why="Both apply the same table of "
           "partial derivatives.")

# %% [markdown]
"""
## How it finds them

In four steps, each in a file of `autograd/compiler`. First, **flatten** (`record.py`): a chain of additions becomes one sum,
and a sum of products one `dot`. Then it no longer matters how `w · x` was written.
"""


# %%
def count(names):
    return ", ".join(f"{n} {name}" for name, n in Counter(names).items())


tape = record([loss], parameters, x + y)
print("as recorded:", count(v.op.name for v in topological_order(loss) if v.inputs))
print("flattened:  ", count(op.name for op, _ in tape.nodes.values()))

# %%
lesson.ask("12 products and 15 additions were recorded for W x + b and the error. How many dots are left of the part W x + b?",
           sum(op.name == "dot" for op, _ in tape.nodes.values()), within=0.001, why="One for each neuron. A sum of products is a "
           "dot.")

# %% [markdown]
"""
Second, **group** (`group.py`): nodes with the same operation, equally deep in the graph, belong together. None of them
depends on another, so a group can be computed at once.
"""

# %%
found = groups(tape, levels(tape))

# %%
lesson.ask("The layer has three neurons. How many dots are in the group of the `z`?",
           len(next(group for group in found if group.op.name == "dot").ids), within=0.001,
           wrong={12: "that is the number of products; each neuron is one dot of four of them"}, why="One for each neuron.")

# %%
for group in found:
    print(f"{len(group.ids)} x {group.op.name}")

# %%
lesson.ask("Which group has to be computed first?", found[0].op.name, choices=list(dict.fromkeys(group.op.name for group in found)),
           why="The others take its results: groups are in a topological order, like Values.")

# %% [markdown]
"""
Third, **look at the places** (`shape.py`). All numbers that the program starts with stand in one row: the parameters, then the
inputs. Here are the places of the arguments of the group of dots:
"""

# %%
dots = next(group for group in found if group.op.name == "dot")
print(f"{'weights':22}inputs")
for places in dots.args:
    left, right = places[:4], places[4:]
    print(*(f"{i:3}" for i in left), "     ", *(f"{i:3}" for i in right))

product = next(array for array in plan(tape, found).arrays if isinstance(array.op, Contract))
weights, inputs = (factor.op.places for factor in product.inputs)
(rows, columns), (down, right) = weights.shape, weights.strides
print(f"\nweights: place {weights.base} + {down} i + {right} j,  i < {rows}, j < {columns}")
print(f"inputs:  place {inputs.base} + {inputs.strides[0]} j among the inputs, for every i")

# %%
lesson.ask("Weight W(i,j) is at place 4 i + j. At which place is W(2,3), counted from 0?", weights.base + down * 2 + right * 3,
           within=0.001,
           why="4 · 2 + 3. NumPy calls 4 and 1 the *strides* of the matrix.")

# %% [markdown]
"""
The places of the weights form a grid with constant steps: a part of `theta`, seen as a matrix. Those of the inputs are the
same for every neuron. And the dots of all rows of a matrix with the same vector are a matrix product. Where places follow no
such rule, they are listed and gathered one by one, which is slower, but just as right.

Fourth, **write it down** (`emit.py`): forward a line for each group, and backward, from the last group to the first, a line
for its derivatives. These come from the same table of partial derivatives that `backward()` uses. In short:
"""

# %%
print(program)

# %%
lesson.ask("The graph was recorded for one sample. How many rows may the array `x` of samples have?",
           "any number" if program.value_and_grad(program.parameters, np.zeros((5, 7)))[1].size == 15 else "one",
           choices=("one", "any number"), why="m is the number of rows that it is given.")

# %% [markdown]
"""
## One sample recorded, any number run

`m` does not occur in what we wrote. The graph of one sample was recorded, with its numbers as inputs. The program takes a
matrix with a row for each sample, and adds up values and gradients over the samples, as in (4).
"""

# %%
five = rng.uniform(-1, 1, (5, len(x + y)))
value, gradient = program.value_and_grad(program.parameters, five)

for p in parameters:
    p.grad = 0
total = 0.0
for row in five:                                # the same with a graph for each sample
    one = squared([relu(z) for z in layer(W, b, row[:4])], row[4:])
    one.backward()                              # the leaves add up
    total += one.data
difference_of_five = max(abs(g - p.grad) for g, p in zip(gradient, parameters))

# %%
lesson.ask("The program runs on five samples. Does its gradient agree with five graphs, one for each sample, to rounding?",
           bool(difference_of_five < 1e-12), why="The leaves add up the five passes, and the program sums over the five rows.")

# %%
print("each sample's loss   ", program(program.parameters, five))
print("their sum            ", value, "  by graphs", total)
print(f"of {len(gradient)} derivatives none differs by more than {difference_of_five:.0e}")

# %% [markdown]
"""
This is what `nn.fit` did in the lessons on the lecture: it records the loss of the first sample, compiles it, and from then
on runs the program. With `compiled=False` it builds a graph for each sample, with the same losses up to rounding. Here are
both on the toy example, on this machine, compile time included:
"""

# %%
xs, ys = nn.data.sine(100)
epochs, histories = lesson.size(20, 3), {}
for compiled in (False, True):
    net = nn.MLP(1, [100, 1], init="he", seed=2)
    start = time.perf_counter()
    descent = nn.GradientDescent(0.0001)
    history = nn.fit(net, xs, ys, "absolute", descent, epochs, compiled=compiled)
    ms = 1e3 * (time.perf_counter() - start) / epochs
    print(f"compiled={compiled!s:6} {ms:8.2f} ms an epoch, last loss {history[-1]}")
    histories[compiled] = history

# %%
lesson.ask("Are the two last losses equal to ten digits?",
           bool(abs(histories[True][-1] - histories[False][-1]) < 1e-10 * histories[True][-1]),
           why="Compiling changes the order of additions, so the last digits may differ, and nothing else.")

# %% [markdown]
"""
## A whole data set

And if there are no inputs, because the loss was recorded over a whole data set? Then the samples have to be found as well.
Here is the loss of the two moons again, a network 2-16-16-1 with the hinge loss and L2 regularization: the example that comes
with micrograd, a scalar engine of a hundred lines from which many people have learned. All of it is scalars.
"""

# %%
M = lesson.size(100, 20)
X, labels = nn.data.moons(M, noise=0.1, random_state=1)
Y = 2.0 * labels - 1
net = nn.MLP(2, [16, 16, 1], seed=1)            # used for its parameters alone
parameters = net.parameters()


def output(x):
    for k, part in enumerate(net.layers):
        z = layer([n.w for n in part.neurons], [n.b for n in part.neurons], x)
        x = [relu(zi) for zi in z] if k < 2 else z
    return x[0]


def moons_loss():
    hinges = [relu(1 - y * output(x)) for x, y in zip(X.tolist(), Y.tolist())]
    return sum(hinges) * (1 / M) + 1e-4 * sum(p * p for p in parameters)


moons = moons_loss()
moons.label = "loss"

# %%
lesson.ask(f"The loss over {M} samples of a network 2-16-16-1, scalar by scalar: how many Values is it?",
           len(topological_order(moons)), factor=3, why="Any answer within a factor of 3 counts as right.")

# %%
print(f"{len(topological_order(moons)):,} Values")

# %%
outputs = [output(x) for x in X.tolist()]
lesson.show(draw(outputs, level="layer"), "graph",
            "The graph of the outputs for all samples, with a box for each layer.")

# %%
lesson.ask("In the source that follows there will be three matrix products forward. Why three?",
           "one for each layer" if len(net.layers) == 3 else "one for each sample", choices=("one for each layer", "one for each "
           "sample", "one for each neuron"),
           why="All samples and all neurons of a layer go through one product.")

# %%
start = time.perf_counter()
moons_program = autograd.compile(moons, parameters)
print(textwrap.fill(str(moons_program), 92))
print(f"compiled in {time.perf_counter() - start:.2f} seconds on this machine")

# %%
lesson.ask("About how many lines does the function `value_and_grad` have for these 65,000 Values?",
           len(shown(moons_program).split("\n")), factor=1.7,
           why="About as many as a person would write. (Any answer within a factor of 1.7 counts as right.)")

# %%
source = shown(moons_program)
forward = source.partition("# backward")[0].rstrip()
print(forward)

# %%
lesson.ask("The backward part comes next. Which layer's derivative dW is computed first?",
           re.search(r"\bdW(\d)", source.removeprefix(forward))[1], choices=("1", "2", "3"),
           wrong={"1": "that is where it ends: it goes back from the loss"}, why="(7) goes from the last layer to the first.")

# %%
print(source.removeprefix(forward).strip("\n"))

path = lesson.out / "program.py"
path.write_text(moons_program.source, encoding="utf-8")
print(f"\nthe whole source: {path}")

# %%
lesson.ask("How often does @ stand in the whole function, forward and backward?", source.count(" @ "), factor=1.4,
           why="Forward in z₁, z₂, z₃, and in θ·θ of the regularization. Backward (8) takes a product for each layer and (7) one "
           "from layer 2 to layer 1; W₃ has one row only, so that ∂ℒ/∂z₂ takes none. Some programs add up a bias's samples with "
           "one, too. (Any answer within a factor of 1.4 counts as right.)")

# %% [markdown]
"""
`X1` and `c1` are constants, the points and their labels; they are part of the source, which runs by itself. In the first
layer the compiler has put a column of ones beside the points, so that `b₁` is one more column of `W₁`. The parameters are in
`theta` as they were given, each neuron's weights and then its bias: hence the slices. Read on from there, and you find (6),
(3), (7) and (8) again.
"""

# %%
moons.backward()
theta = moons_program.parameters
value, gradient = moons_program.value_and_grad(theta)
moons_difference = max(abs(g - p.grad) for g, p in zip(gradient, parameters))
print("loss by the graph  ", moons.data)
print("loss by the program", value)
print(f"of {len(gradient)} derivatives none differs by more than {moons_difference:.0e}")

# %%
lesson.ask("Is the difference of rounding size, below 1e-12?", bool(moons_difference < 1e-12), why="Two orders of the same additions.")

# %% [markdown]
"""
They differ in the last digits, if at all, because a matrix product adds in another order than a chain of additions.

## How fast is it?

The standard is what a careful person writes with NumPy, with the lecture at hand:
"""

# %%
lesson.ask("`theta[48:320]` holds W₂ and b₂ of the network 2-16-16-1. How many numbers are that?", len(theta[48:320]), within=0.001,
           wrong={256: "and a bias for each of the 16 neurons"}, why="16 · 17. The first layer has 16 · 3 = 48.")

# %%
def by_hand(theta):
    W1, W2, W3 = theta[:48].reshape(16, 3), theta[48:320].reshape(16, 17), theta[320:]
    z1 = X @ W1[:, :2].T + W1[:, 2]                         # (6)
    f1 = np.maximum(z1, 0)                                  # (3)
    z2 = f1 @ W2[:, :16].T + W2[:, 16]
    f2 = np.maximum(z2, 0)
    margin = 1 - Y * (f2 @ W3[:16] + W3[16])
    loss = np.maximum(margin, 0).sum() / M + 1e-4 * (theta @ theta)

    dz3 = (margin > 0) * -Y / M
    dz2 = np.outer(dz3, W3[:16]) * (z2 > 0)                 # (7)
    dz1 = dz2 @ W2[:, :16] * (z1 > 0)
    gradient = 2e-4 * theta
    dW1, dW2 = gradient[:48].reshape(16, 3), gradient[48:320].reshape(16, 17)
    dW1[:, :2] += dz1.T @ X                                 # (8)
    dW1[:, 2] += dz1.sum(0)
    dW2[:, :16] += dz2.T @ f1
    dW2[:, 16] += dz2.sum(0)
    gradient[320:336] += dz3 @ f2
    gradient[336] += dz3.sum()
    return loss, gradient


print(f"differs from the program by at most {abs(by_hand(theta)[1] - gradient).max():.0e}")

# %%
lesson.ask("`gradient = 2e-4 * theta` begins the backward pass by hand. The derivative of which term of the loss is it?",
           "the regularization" if np.allclose(2e-4 * theta, 2 * 1e-4 * theta) else "the hinge loss",
           choices=("the hinge loss", "the regularization"), why="1e-4 Σ θ² has the derivative 2e-4 θ.")

# %% [markdown]
"""
*Eager* is what the engine does without compiling: it builds the graph and goes back through it, again in every step. The
three take turns, so that whatever else this machine is doing affects all of them; the median of each counts.
"""


# %%
def medians(ways, rounds):
    """The median time of each way in ms; in a round each has its turn, of so many calls."""
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (calls, way) in ways.items():
            start = time.perf_counter()
            for _ in range(calls):
                way()
            times[name].append(1e3 * (time.perf_counter() - start) / calls)
    return {name: statistics.median(found) for name, found in times.items()}


ways = {"scalars, eager": (1, lambda: moons_loss().backward()),
        "NumPy by hand": (100, lambda: by_hand(theta)),
        "compiled": (100, lambda: moons_program.value_and_grad(theta))}
times = medians(ways, rounds=lesson.size(15, 2))

# %%
lesson.ask("By what factor is the compiled program faster than the scalars, on the machine that made this page?",
           times["scalars, eager"] / times["compiled"], factor=4, why="Any answer within a factor of 4 counts as right.")

# %%
print(f"the loss and its {len(theta)} derivatives, on this machine")
for name, t in times.items():
    print(f"{name:16} {t:9.3f} ms   {t / times['compiled']:8.1f} times as long as compiled")

# %%
lesson.ask("And by what factor is NumPy by hand faster than the scalars?", times["scalars, eager"] / times["NumPy by hand"], factor=4,
           why="The price of one Python object for each number. (Any answer within a factor of 4 counts as right.)")

# %% tags=["hide-input"]
title = f"The loss and its {len(theta)} derivatives"
figure, ax = plots.plot(title, "ms, on a logarithmic scale", size=(13, 5))
bars = ax.barh(list(times), list(times.values()), height=0.6,
               color=(plots.GRAY, plots.GREEN, plots.BLUE))
ax.bar_label(bars, [f"{t:.3g} ms" for t in times.values()], padding=8, fontsize=21)
ax.invert_yaxis()
ax.set_xscale("log")
ax.set_xlim(min(times.values()) / 3, max(times.values()) * 6)
ax.tick_params(axis="y", labelsize=21)
lesson.show(figure, "times", "Medians, measured on this machine in turns.")

# %%
lesson.ask("Is the compiled program within a factor of 2 of NumPy by hand?", bool(times["compiled"] < 2 * times["NumPy by hand"]),
           why="It runs the same products; what differs is how the pieces are put together.")

# %% [markdown]
"""
## What it cannot see

The graph contains what *was* computed. A Python `if` leaves no trace in it, only the branch that was taken. Here is `|x|`,
recorded at a positive `x`:
"""


# %%
def size(x):
    if x > 0:                                   # Python looks at x.data, and chooses
        return x
    return -x


w, x = Value(1.0, label="w"), Value(2.0, label="x")
by_if = autograd.compile(w * size(x), [w], [x])
by_abs = autograd.compile(w * abs(x), [w], [x])

# %%
lesson.ask("size(x) is x if x > 0 and -x otherwise. It was recorded at x = 2. What does the program return for x = -3, with w = 1?",
           float(np.ravel(by_if([1.0], [-3.0]))[0]),
           wrong={3.0: "the branch for negative numbers was never recorded"}, why="The recorded branch is x. This is wrong, silently.")

# %%
by_jit = jit(lambda w, x: w * size(x))
for number in (2.0, -3.0):
    print(f"|{number}|: by if {by_if([1.0], [number])}, by abs {by_abs([1.0], [number])}, "
          f"by if under jit {by_jit(1.0, number)}")

# %%
lesson.ask("And `jit(...)(1.0, -3.0)`, with the `if`?", by_jit(1.0, -3.0), wrong={-3.0: "that was `compile`, which sees one branch"},
           why="It reads the `if`, and records both branches.")

# %% [markdown]
"""
So use the operations `abs`, `relu`, `maximum`, `minimum` and `where`, which are in the graph and choose again for each
number, or `jit`, which reads your `if` and makes it a `where`, or checks on every call how it comes out. (`torch.compile`
checks in the same way, and calls these checks guards; under JAX's `jit` an `if` on a number that is traced is an error.)
`nn.fit` notices when a model looks at a Value's number, and tries a few samples both ways before it trusts a program. Here is
a model of our own, a class with parameters, that chooses with `if`:
"""


# %%
class Kinked(nn.Module):
    def __init__(self):
        self.w = Value(0.5, label="w")

    def __call__(self, x):
        return self.w * size(x)


kinked = Kinked()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nn.fit(kinked, [1.0, -1.0], [1.0, 1.0], "squared", nn.GradientDescent(0.1), epochs=50)
print(str(caught[0].message).replace("; ", ";\n").replace(". ", ".\n").replace(": ", ":\n", 1))
print("w =", kinked.w.data)

# %%
lesson.ask("w · |x| has to be 1 at x = 1 and at x = -1. Which w did the model learn?", kinked.w.data, within=0.05,
           why="`fit` noticed the `if`, and kept recording a graph for each sample.")

# %% [markdown]
"""
The other thing to know: what was recorded for one sample is run for each sample, and summed. Regularization inside of the
loss of one sample is therefore counted `m` times. With `nn.fit` it belongs in the optimizer, `weight_decay=`.
"""

# %%
w, x, y = Value(3.0, label="w"), Value(0.0, label="x"), Value(0.0, label="y")
penalized = autograd.compile((w * x - y) ** 2 + 0.1 * w * w, [w], [x, y])
samples, penalty = rng.uniform(-1, 1, (5, 2)), 0.1 * 3.0 * 3.0
wanted = sum((3.0 * xi - yi) ** 2 for xi, yi in samples) + penalty
given = penalized.value_and_grad([3.0], samples)[0]
print("five samples, regularized once     ", wanted)
print("the program on five samples        ", given)
print("the same minus four times that term", given - 4 * penalty)

# %% [markdown]
"""
## To try

- Write `layer` with the terms of the sum in another order, or with `b` first. Does the source change?
- Compile a layer with two inputs instead of four, and print its source. For so few numbers arrays cost more than they save:
  what you see is straight-line code.
- Compile a loss of your own, and look for the matrices in `program.source`.
- Record the moons with `tanh` instead of ReLU (and change `by_hand`). What is `D` now, and how much slower is each of the
  three?
"""
