# %% [markdown]
r"""
# From scalars to tensors: vjp puzzles

A library for tensors has one backward rule for each operation on arrays: its vjp. Six of them as puzzles, each checked
against the scalar engine, which knows no arrays. Then symbolic, numeric and automatic differentiation side by side; tape,
graph and source transformation; and the ways to leave a graph. Takes a few seconds.

**Goals.** You can derive the vjp of an array operation and check it; you can say how the three ways of differentiation, and
the three ways to implement the automatic one, differ; you know when a derivative stops on purpose.

**In class:** 45 minutes; the puzzles also as homework.
"""

# %% tags=["hide-input"]
import numpy as np

import autograd
from autograd import Value, gradients, operation, stop_gradient
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("tensors", cover="swell")

try:
    import torch
except ImportError:
    torch = None
    print("PyTorch is not installed, so its column is missing: pip install -e '.[torch]'")

# %%
lesson.ask("From the lesson `forward_reverse`: a function of 5 inputs with 2 outputs. Its Jacobian has a row for each output. Which "
           "shape has it?", "{} x {}".format(*np.zeros((2, 5)).shape), choices=("2 x 5", "5 x 2"), why="2 rows, 5 columns.")

# %% [markdown]
r"""
## What a vjp is

Let $y = f(x)$ be an operation on arrays, and $L$ any number computed from $y$. Backpropagation arrives at $y$ with the array
$g = \partial L / \partial y$, of the shape of $y$, and has to go on with $\partial L / \partial x$, of the shape of $x$. By
the chain rule

$$\frac{\partial L}{\partial x_j} = \sum_i g_i\, \frac{\partial y_i}{\partial x_j}, \qquad
\frac{\partial L}{\partial x} = J^T g$$

The function from $g$ to $\partial L / \partial x$ is the *vjp* of $f$, the vector-Jacobian product: the Jacobian itself is
never written down. (This is what the `backward` of a `torch.autograd.Function` computes.)
"""

# %%
x = np.zeros(1000)
lesson.ask("y = sin(x), entry by entry, for an x of 1,000 numbers. How many entries does the Jacobian have?", x.size**2, within=0.001,
           wrong={1000: "these are the entries that are not 0"},
           why="All but 1,000 of them are 0. The vjp is g · cos(x): 1,000 multiplications.")

# %% [markdown]
r"""
To check one, take $L = \sum g \cdot y$, so that $\partial L / \partial y$ is $g$, and let the scalar engine find
$\partial L / \partial x$, entry by entry.
"""

# %%
rng = np.random.default_rng(0)
as_values = np.vectorize(Value, otypes=[object])
differences = []


def by_scalars(f, g, *arrays):
    """dL/dx for each array x, by a graph of scalars, where L = sum(g * f(*arrays))."""
    values = [as_values(a) for a in arrays]
    np.asarray(g * f(*values), dtype=object).sum().backward()
    return [np.vectorize(lambda v: v.grad, otypes=[float])(array) for array in values]


# %%
lesson.ask("y = 3x with a single number x, and g = 2. What is ∂L/∂x for L = g y?", by_scalars(lambda x: 3 * x, 2.0, np.array(1.0))[0],
           wrong={3.0: "that is dy/dx; times g", 2.0: "that is g = ∂L/∂y; times dy/dx"}, why="g times the derivative: 2 · 3.")


# %%
def by_torch(f, g, *arrays):
    """The same by PyTorch, with f written for tensors."""
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    f(*tensors).backward(torch.tensor(g))
    return [t.grad.numpy() for t in tensors]


def check(f, g, arrays, mine, twin):
    """Print how far the arrays of a vjp are from the scalar engine's, and from PyTorch's."""
    found = by_scalars(f, g, *arrays)
    off = max(np.abs(a - b).max() for a, b in zip(found, mine))
    line = f"largest difference from the scalar engine {off:.0e}"
    if torch:
        theirs = by_torch(twin, g, *arrays)
        differences.append(max(np.abs(a - b).max() for a, b in zip(theirs, mine)))
        line += f", from PyTorch {differences[-1]:.0e}"
    print(line)
    return found


# %% [markdown]
r"""
## The matrix product

$C = A B$ with $A$ of shape (2, 3) and $B$ of shape (3, 4). What arrives is $G$, of the shape of $C$.
"""

# %%
A, B, G = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
right_A, right_B = by_scalars(np.matmul, G, A, B)
for_A = {"G Bᵀ": G @ B.T, "Aᵀ G": A.T @ G, "B Gᵀ": B @ G.T}

# %%
lesson.ask("What is ∂L/∂A? (Shapes help: it must have the shape of A.)",
           next(name for name, a in for_A.items() if a.shape == right_A.shape and np.allclose(a, right_A)), choices=list(for_A),
           wrong={"Aᵀ G": "its shape is (3, 4), that of B", "B Gᵀ": "its shape is (3, 2): it is transposed"},
           why="C(i,k) = Σⱼ A(i,j) B(j,k), so A(i,j) reaches C(i,k) for every k, each time with B(j,k). This is (7) and (8) of the "
               "lecture.")

# %%
check(np.matmul, G, (A, B), (G @ B.T, A.T @ G), lambda a, b: a @ b)

# %% [markdown]
r"""
## A sum, and a broadcast

$s = \sum_i x_i$ makes one number of many. A broadcast makes many of one: $Y = X + b$ adds the row $b$ to each of the rows of
$X$.
"""

# %%
X, b, G = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=(5, 3))
_, right_b = by_scalars(lambda X, b: X + b, G, X, b)
for_b = {"G": G, "the sum of the rows of G": G.sum(axis=0),
         "the mean of the rows of G": G.mean(axis=0)}

# %%
lesson.ask("Y = X + b with X of shape (5, 3) and b of shape (3,). What is ∂L/∂b?",
           next(name for name, a in for_b.items() if a.shape == right_b.shape and np.allclose(a, right_b)), choices=list(for_b),
           wrong={"G": "it has the shape of X; b was used in five rows", "the mean of the rows of G": "contributions are added up"},
           why="b is used five times, and the contributions of a Value that is used several times are added.")

# %%
check(lambda X, b: X + b, G, (X, b), (G, G.sum(axis=0)), lambda X, b: X + b)

# %%
x = rng.normal(size=4)
g = np.array(3.0)
right, = by_scalars(lambda x: x.sum(), g, x)

# %%
lesson.ask("s = x₁ + x₂ + x₃ + x₄, and ∂L/∂s = 3. What is ∂L/∂x₂?", right[1],
           wrong={0.75: "the sum is not a mean: each x has the derivative 1"},
           why="The vjp of a sum is a broadcast, and the vjp of a broadcast is a sum.")

# %%
check(lambda x: x.sum(), g, (x,), (np.full(4, 3.0),), lambda x: x.sum())

# %% [markdown]
r"""
## Softmax

$p_i = e^{z_i} / \sum_j e^{z_j}$. Each $p_i$ depends on every $z_j$: $\partial p_i / \partial z_j = p_i (\delta_{ij} - p_j)$,
where $\delta_{ij}$ is 1 for $i = j$ and 0 otherwise.
"""

# %%
z, g = rng.normal(size=5), rng.normal(size=5)


def softmax(z):
    e = np.exp(z)
    return e / e.sum()


p = softmax(z)
right, = by_scalars(softmax, g, z)
for_z = {"p g": p * g, "p (g - g·p)": p * (g - g @ p), "p (1 - p) g": p * (1 - p) * g}

# %%
lesson.ask("What is ∂L/∂z? (g·p is a number, the inner product.)",
           next(name for name, a in for_z.items() if np.allclose(a, right)), choices=list(for_z),
           wrong={"p (1 - p) g": "that is the diagonal of the Jacobian only", "p g": "that leaves out -pᵢ pⱼ"},
           why="Σᵢ gᵢ pᵢ (δᵢⱼ - pⱼ) = pⱼ gⱼ - pⱼ Σᵢ gᵢ pᵢ. The Jacobian has 25 entries; this takes 19 operations.")

# %%
lesson.ask("All entries of g are equal, g = (2, 2, 2, 2, 2). What is ∂L/∂z₁?",
           by_scalars(softmax, np.full(5, 2.0), z)[0][0],
           why="The probabilities sum to 1 whatever z is, so Σ 2 pᵢ = 2 does not change.")

# %%
check(softmax, g, (z,), (p * (g - g @ p),), lambda z: torch.softmax(z, 0))

# %% [markdown]
r"""
## Layer norm

$\hat{x} = (x - \mu) / s$ with the mean $\mu$ and the standard deviation $s$ of $x$ (plus a small number, left out here). Both
depend on every entry of $x$.
"""

# %%
x, g = rng.normal(size=6), rng.normal(size=6)


def layer_norm(x):
    centered = x - x.sum() / len(x)
    return centered / ((centered**2).sum() / len(x)) ** 0.5


normal, s = layer_norm(x), x.std()
right, = by_scalars(layer_norm, g, x)
for_x = {"g / s": g / s, "(g - mean(g)) / s": (g - g.mean()) / s,
         "(g - mean(g) - x̂ mean(g x̂)) / s": (g - g.mean() - normal * (g * normal).mean()) / s}

# %%
lesson.ask("What is ∂L/∂x?", next(name for name, a in for_x.items() if np.allclose(a, right)), choices=list(for_x),
           wrong={"g / s": "μ and s depend on x as well", "(g - mean(g)) / s": "that accounts for μ; s depends on x as well"},
           why="One term for each of the three ways in which xⱼ gets into the result: directly, through μ, and through s.")

# %%
lesson.ask("x is multiplied by 10. What happens to ∂L/∂x?",
           "divided by 10" if np.allclose(by_scalars(layer_norm, g, 10 * x)[0], right / 10) else "it stays the same",
           choices=("divided by 10", "it stays the same", "multiplied by 10"),
           why="The output does not change, so a tenfold x needs ten times the change for the same effect.")

# %%
check(layer_norm, g, (x,), (for_x["(g - mean(g) - x̂ mean(g x̂)) / s"],),
      lambda x: torch.nn.functional.layer_norm(x, x.shape, eps=0.0))

# %% [markdown]
r"""
## Convolution

$y_i = \sum_k w_k\, x_{i+k}$: the kernel $w$ slides along $x$. (Libraries call this a convolution; mathematicians, a
correlation.)
"""

# %%
x, w = rng.normal(size=7), rng.normal(size=3)
g = rng.normal(size=5)


def convolve(x, w):
    return np.array([(x[i:i + len(w)] * w).sum() for i in range(len(x) - len(w) + 1)])


right_x, right_w = by_scalars(convolve, g, x, w)
for_w = {"g slides along x": np.correlate(x, g, "valid"),
         "w slides along g": np.correlate(g, w, "valid")}

# %%
lesson.ask("x has 7 entries, w has 3, y and g have 5. What is ∂L/∂w?",
           next(name for name, a in for_w.items() if a.shape == right_w.shape and np.allclose(a, right_w)), choices=list(for_w),
           why="∂L/∂wₖ = Σᵢ gᵢ xᵢ₊ₖ: again a convolution, with g as its kernel.")

# %%
moved = convolve(x + np.eye(7)[3], w) - convolve(x, w)
lesson.ask("x₄ is in the middle of x₁, ..., x₇. How many of the yᵢ depend on it?", np.count_nonzero(moved), within=0.001,
           wrong={5: "the kernel has three entries, so three positions of it cover x₄"},
           why="So ∂L/∂x₄ is a sum of three terms, with the entries of w in reverse order: a convolution with the flipped kernel.")

# %%
check(convolve, g, (x, w), (np.convolve(g, w, "full"), np.correlate(x, g, "valid")),
      lambda x, w: torch.nn.functional.conv1d(x[None, None], w[None, None])[0, 0])

# %%
b = rng.normal(size=3)
lesson.ask("Six rules. For which operation is the vjp the same whatever the numbers in x are?",
           "x + b" if np.array_equal(by_scalars(lambda x: x + b, np.ones(3), np.zeros(3))[0], by_scalars(lambda x: x + b,
           np.ones(3), b)[0])
           else "softmax", choices=("x + b", "softmax", "layer norm"),
           why="A sum is linear: nothing of the forward pass has to be kept for it. Softmax keeps p, layer norm keeps x̂ and s.")

# %% [markdown]
r"""
## Symbolic, numeric, automatic

Three ways to differentiate a program. Take the iteration $l_{n+1} = 4\, l_n (1 - l_n)$, starting with $l_1 = x$.

- **Symbolic**: apply the rules to the formula, and get a formula.
- **Numeric**: a finite difference.
- **Automatic**: apply the rules to the numbers of one run.
"""


# %%
def logistic(x, n):
    l = x
    for _ in range(n - 1):
        l = 4 * l * (1 - l)
    return l


# %%
lesson.ask("l₂ = 4x (1 - x). What is its derivative at x = 0.2?", autograd.grad(lambda x: logistic(x, 2))(0.2),
           wrong={3.2: "that is 4 (1 - x); the product rule has two terms", 0.64: "that is l₂ itself"}, why="4 - 8x.")


# %%
def written(n):
    """The formula of l_n, a tree of nested tuples: sums and products of x and numbers."""
    if n == 1:
        return "x"
    before = written(n - 1)
    return ("*", ("*", 4.0, before), ("-", 1.0, before))


def derive(tree):
    """The derivative of a formula with respect to x, by the rules, as a formula."""
    if not isinstance(tree, tuple):
        return 1.0 if tree == "x" else 0.0
    sign, a, b = tree
    if sign == "-":
        return ("-", derive(a), derive(b))
    return ("+", ("*", derive(a), b), ("*", a, derive(b)))


def size(tree):
    """How many operations a formula has."""
    return 1 + size(tree[1]) + size(tree[2]) if isinstance(tree, tuple) else 0


def evaluate(tree, x):
    if not isinstance(tree, tuple):
        return x if tree == "x" else tree
    sign, a, b = tree[0], evaluate(tree[1], x), evaluate(tree[2], x)
    return a * b if sign == "*" else a + b if sign == "+" else a - b


# %%
lesson.ask("l₂ = 4 · x · (1 - x) has 3 operations. How many does l₃ = 4 · l₂ · (1 - l₂) have, with l₂ written out both times?",
           size(written(3)), within=0.001, wrong={6: "l₂ occurs twice"}, why="3 and twice 3. In a graph l₂ would be "
           "computed once.")


# %%
def automatic(x, n):
    """The derivative of l_n, and the number of operations of its graph with the sweep back."""
    v = Value(x)
    y = logistic(v, n)
    d = gradients(y, v, create_graph=True)
    return d.data, sum(bool(u.inputs) for u in topological_order(y, d))


rows, h = [], 1e-6
for n in range(2, lesson.size(11, 8)):
    by_graph, steps = automatic(0.2, n)
    difference = (logistic(0.2 + h, n) - logistic(0.2 - h, n)) / (2 * h)
    formula = derive(written(n))
    rows.append((n, size(formula), steps, evaluate(formula, 0.2), by_graph, difference))

# %%
lesson.ask("n = 7: the formula of the derivative, by the rules and without simplification. How many operations does it have?",
           next(row[1] for row in rows if row[0] == 7), factor=3,
           wrong={row[2]: "that is the size of the graph; in a formula everything that is used twice is written twice"
                  for row in rows if row[0] == 7},
           why="Any answer within a factor of 3 counts as right. This growth is called *expression swell*.")

# %%
print(" n   formula   graph      symbolic     automatic   finite difference")
for n, swollen, steps, symbolic, by_graph, difference in rows:
    print(f"{n:2} {swollen:9} {steps:7} {symbolic:13.6f} {by_graph:13.6f} {difference:19.6f}")

# %%
lesson.ask("Which of the three results is not exact (to rounding)?",
           "the finite difference" if abs(rows[-1][5] - rows[-1][3]) > 100 * abs(rows[-1][4] - rows[-1][3]) else "none",
           choices=("the formula", "the graph", "the finite difference", "none"),
           why="The graph applies the same rules as the formula, but to numbers, and each shared part is computed once.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Expression swell", "n", "operations, on a logarithmic scale")
ax.semilogy([row[0] for row in rows], [row[1] for row in rows], "o-", color=plots.RED, linewidth=4,
            markersize=12, label="the formula of the derivative")
ax.semilogy([row[0] for row in rows], [row[2] for row in rows], "s--", color=plots.BLUE,
            linewidth=4, markersize=12, label="the graph, with the sweep back")
plots.legend(ax)
lesson.show(figure, "swell", "A formula writes out whatever is used twice; a graph shares it.")

# %%
lesson.ask("By about what factor does the formula of the derivative grow with each further n?", rows[-1][1] / rows[-2][1],
           within=0.25,
           wrong={1.0: "the red line rises"}, why="The graph only gets a fixed number of further operations: its line bends.")

# %% [markdown]
r"""
## Tape, graph, source

Three ways to implement automatic differentiation in reverse mode.

**A tape** records each operation in the order in which it happens. Going back is going through the tape backward. ADOL-C and
TensorFlow's `GradientTape` work this way. Here is one in a few lines:
"""

# %%
u, v = Value(2.0), Value(-3.0)
lesson.ask("For u · v: how many local derivatives does a tape record?", len((u * v).partials), within=0.001, why="One for each "
           "input: v and u.")

# %%
class Tape:
    """A list of operations: for each, its inputs by number, and the local derivatives."""

    def __init__(self):
        self.steps, self.numbers = [], []

    def leaf(self, number):
        return self.put(number, [])

    def put(self, number, inputs):
        self.numbers.append(number)
        self.steps.append(inputs)
        return len(self.numbers) - 1

    def mul(self, i, j):
        a, b = self.numbers[i], self.numbers[j]
        return self.put(a * b, [(i, b), (j, a)])

    def add(self, i, j):
        return self.put(self.numbers[i] + self.numbers[j], [(i, 1.0), (j, 1.0)])

    def back(self, output):
        grads = [0.0] * len(self.steps)
        grads[output] = 1.0
        for n in reversed(range(len(self.steps))):
            for i, local in self.steps[n]:
                grads[i] += local * grads[n]
        return grads


# %%
trial = Tape()
p, q = trial.leaf(2.0), trial.leaf(-3.0)
trial.add(trial.mul(p, q), trial.mul(p, p))
lesson.ask("a b + a² is recorded, with a and b as leaves. How many entries does the tape have?", len(trial.steps), within=0.001,
           wrong={3: "and the two leaves"}, why="Two leaves, two products and a sum.")

# %%
tape = Tape()
a, b = tape.leaf(2.0), tape.leaf(-3.0)
c = tape.add(tape.mul(a, b), tape.mul(a, a))
print("by the tape: ", tape.back(c)[:2])
u, v = Value(2.0), Value(-3.0)
print("by the graph:", gradients(u * v + u * u, [u, v]))

# %%
found = list(range(len(tape.steps)))
lesson.ask("A graph needs a topological sort before it goes back. Does a tape?",
           any(i >= n for n in found for i, _ in tape.steps[n]), wrong={"yes": "an operation is recorded after its inputs"},
           why="It was written in a topological order.")

# %% [markdown]
r"""
**A graph** links each result to its inputs, as PyTorch and Values do. What nobody refers to any more is freed by itself, and
several outputs can share a part. **Source transformation** reads the program and writes another one that computes the
derivative, ahead of time. `autograd.compile` does this from a recorded graph, JAX from a trace, its recording of the
function; Tapenade reads source code, and Enzyme what a compiler has made of it.
"""

# %%
u, v = Value(2.0), Value(-3.0)
program = autograd.compile(u * v + u * u, [u, v])
source = program.source

# %%
lesson.ask("The source of the derivative of u v + u² is written once and then run for other numbers. Does it record anything when it "
           "runs?", "Value" in source, wrong={"yes": "the order and the rules are already written into the program"},
           why="It is a plain program of numbers: no graph, no tape.")

# %%
print(source)

# %% [markdown]
r"""
## Ways to leave a graph

Sometimes a derivative is to stop on purpose: a target that is computed by the network itself, a number that is only looked
at, a function without a useful derivative.
"""

# %%
x = Value(3.0)
y = x * x.detach()
y.backward()

# %%
lesson.ask("y = x · x.detach() at x = 3. `detach` gives the number of x without its history. What is dy/dx?", x.grad,
           wrong={6.0: "only one of the two factors is connected to x", 0.0: "the other factor is still x"},
           why="The detached factor counts as the constant 3.")

# %%
x = Value(3.0)
with autograd.no_grad():
    looked_at = x * x
(x * x + stop_gradient(x**3)).backward()
print("what was computed inside no_grad is a leaf:", looked_at.is_leaf)
print("the derivative of x² + stop_gradient(x³) at 3:", x.grad)

# %% [markdown]
r"""
The other way round, a **custom rule** gives a derivative to a function whose own derivative is of no use. Rounding has
derivative 0 wherever it has one. The *straight-through estimator* pretends that it is 1:
"""

# %%
straight = operation("straight_through_round", lambda a: float(round(a)), lambda y, a: 1.0)
x = Value(2.6)
y = straight(x) ** 2
y.backward()

# %%
lesson.ask("y = round(x)² at x = 2.6, with the custom rule that the derivative of round is 1. What is dy/dx?", x.grad,
           wrong={0.0: "that is the true derivative; the custom rule says otherwise",
                  5.2: "the square has been taken of round(x) = 3"},
           why="2 · round(2.6) · 1. Networks with rounded weights are trained this way.")

# %%
print(f"y = {y.data}, dy/dx = {x.grad}")
if torch:
    t = torch.tensor(2.6, dtype=torch.float64, requires_grad=True)
    ((t + (t.round() - t).detach()) ** 2).backward()
    print(f"in PyTorch, t + (round(t) - t).detach(): {t.grad.item()}")

# %% [markdown]
r"""
| to leave a graph | PyTorch | here |
| --- | --- | --- |
| the number alone | `t.item()` | `v.data` |
| without its history | `t.detach()` | `v.detach()` |
| inside a function | `t.detach()` | `stop_gradient(v)` |
| record nothing for a while | `with torch.no_grad():` | `with autograd.no_grad():` |
| a rule of your own | `torch.autograd.Function` | `autograd.operation(...)` |

## To try

- Derive the vjp of a transpose, of `reshape`, of `x.max()`, and of `x / |x|`, and check each with `check`.
- Cross-entropy after softmax: show that the vjp is `p - y`. How many operations does it save?
- Add `sub` to `Tape`, and let it find the derivative of l₅₀ at 0.2. Is it that of `automatic(0.2, 50)`?
- Write `derive` so that it drops products with 0 and factors 1. How much smaller do the formulas become?
"""
