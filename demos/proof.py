# %% [markdown]
r"""
# The proof of Theorem 1, line by line

The lecture's last pages: (7) and (8) proved index by index, every line typeset and evaluated for any network you like. Then
all layers by induction, many samples, and the theorem that a gradient costs only a small multiple of the function. Takes a
few seconds.

**Goals.** You can prove (7) and (8) on the board, without notes; you can find a wrong line in a proof by evaluating it; you
can state and prove the cheap gradient principle.

**In class:** 45 minutes, with the lines on cards.
"""

# %% tags=["hide-input"]
import random

import numpy as np

import nn
from autograd import Value, exp, sin, tanh
from autograd.derivatives.gradients import pullback
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("proof", cover="cost")

# %%
small_net = nn.MLP(1, [1, 1], "tanh", seed=0)
k_values = [k for k in range(1, 10) if 2 <= k <= len(small_net.layers)]
lesson.ask("From the last lesson: a network has L = 2 layers. For how many k does (7) say something? (It is for k = 2, ..., L.)",
           len(k_values), within=0.001, why="For k = 2: from ∂ℒ/∂z₂ to ∂ℒ/∂z₁.")

# %% [markdown]
r"""
## What we prove

A network (3) with $L$ layers, one sample, and a loss $\mathcal{L}$ of its output. Layer $k$ computes

$$z_k = W_k f_{k-1} + b_k, \qquad f_k = \sigma_k(z_k)$$

Theorem 1 says how the derivatives with respect to $z_{k-1}$, $W_k$ and $b_k$ come from those with respect to $z_k$. The lines
below are printed for $k = 2$, so that they can be evaluated; with $k$ and $k - 1$ instead of 2 and 1 they are those of the
lecture. As on its last pages, $\mathcal{L}$ is written as a plain $L$ in them. Here is a network of random shape. Change
`SEED` for another one: everything below is computed from it.
"""

# %%
lesson.ask("Layer 2 has three neurons, layer 1 has four. What is the shape of W₂?", "{} x {}".format(*np.zeros((3, 4)).shape),
           choices=("3 x 4", "4 x 3"), wrong={"4 x 3": "rows for the layer that W₂ leads to, columns for the one before"},
           why="n₂ x n₁.")

# %%
SEED = 5


def random_network(seed):
    """A network of random depth, widths, activations and parameters; a sample and its target."""
    draw = random.Random(seed)
    widths = [draw.randint(2, 4) for _ in range(draw.randint(3, 5))]
    sigmas = [draw.choice(["tanh", "sigmoid", "sin", "softplus"]) for _ in widths[2:]] + ["linear"]
    net = nn.MLP(widths[0], widths[1:], activation=sigmas, seed=seed)
    for p in net.parameters():
        p.data = draw.gauss(0.0, 1.0)
    x = [draw.gauss(0.0, 1.0) for _ in range(widths[0])]
    return net, x, [draw.gauss(0.0, 1.0) for _ in range(widths[-1])]


net, x, y = random_network(SEED)
lines = nn.matrix.proof(net, x, y, k=2)
W, facts = lines.facts.W, lines.facts
print("widths", [len(x), *(len(layer.neurons) for layer in net.layers)])

# %%
lesson.ask("W₂ of this network: how many entries does it have?", W.size, within=0.001,
           why=f"It has {W.shape[0]} rows, one for each neuron of layer 2, and {W.shape[1]} columns, one for each neuron of layer 1.")


# %% tags=["hide-input"]
def typeset(chosen, first=1):
    """The lines, numbered, each with its reason and how far apart its two sides are in numbers."""
    return "\n\n".join(f"**{i}.** {line.reason} ({in_numbers(line)})\n\n$${line.latex}$$"
                       for i, line in enumerate(chosen, first))


def in_numbers(line):
    return f"in numbers, the sides differ by {line.difference:.0e}" if line.difference \
        else "in numbers, the sides are equal"


names = [line.name for line in lines]
print(f"{len(lines)} lines; the largest difference of two sides is "
      f"{max(line.difference for line in lines):.0e}")

# %% [markdown]
r"""
## The weights and the biases: (8)

Begin with (6), entry by entry. Its first half has the shapes $z_k, b_k \in \mathbb{R}^{n_k}$ and
$W_k \in \mathbb{R}^{n_k \times n_{k-1}}$, so

$$z_k(i) = \sum_{l=1}^{n_{k-1}} W_k(i,l)\, f_{k-1}(l) + b_k(i)$$

How does $z_k(i)$ depend on $W_k(i,j)$?
"""

# %%
by_W = {"f₁(j)": np.allclose(facts.by_W, facts.f[None, :]), "W₂(i,j)": np.allclose(facts.by_W, W)}
lesson.ask("z₂(i) = Σₗ W₂(i,l) f₁(l) + b₂(i). What is ∂z₂(i)/∂W₂(i,j)?", next(name for name, holds in by_W.items() if holds),
           choices=("f₁(j)", "W₂(i,j)", "Σₗ f₁(l)"),
           wrong={"Σₗ f₁(l)": "only the term l = j has W₂(i,j)", "W₂(i,j)": "that is the derivative with respect to f₁(j)"},
           why="Only the term l = j has W₂(i,j), and its other factor is f₁(j).")

# %%
lesson.write(typeset(lines[:5]))

# %%
lesson.ask("z₂(i) = Σₗ W₂(i,l) f₁(l) + b₂(i). What is ∂z₂(i)/∂b₂(i)?", (lambda b: (sum(
    [facts.W[0, j] * facts.f[j] for j in range(len(facts.f))], b).backward(), b.grad)[1])(Value(0.5)),
           wrong={0.0: "b₂(i) is one of the terms"}, why="b₂(i) is in the sum once, without a factor.")

# %% [markdown]
r"""
Line 5 is the first half of (8). The bias is simpler:
"""

# %%
lesson.write(typeset(lines[5:8], 6))

# %%
moved = W + 0.1 * (np.arange(W.size).reshape(W.shape) == 0)         # W₂(1,1) alone has changed
lesson.ask("The chain rule for W₂(i,j) has no sum: there is one path only. Into how many entries of z₂ does W₂(1,1) go?",
           np.count_nonzero(moved @ facts.f - W @ facts.f), within=0.001,
           wrong={W.shape[0]: "W₂(1,1) stands in row 1 only, and row 1 makes z₂(1)"}, why="Into z₂(1).")

# %% [markdown]
r"""
This proves (8). On the board, for any $k$:

$$\frac{\partial L}{\partial W_k(i,j)} = \frac{\partial L}{\partial z_k(i)} \cdot\ \frac{\partial z_k(i)}{\partial W_k(i,j)}
= \frac{\partial L}{\partial z_k(i)} f_{k-1}(j), \qquad
\frac{\partial L}{\partial b_k(i)} = \frac{\partial L}{\partial z_k(i)}\,
\underbrace{\frac{\partial z_k(i)}{\partial b_k(i)}}_{=1} = \frac{\partial L}{\partial z_k(i)}$$

## Back to the layer before: (7)

Now $f_{k-1} = \sigma(z_{k-1})$. Each $z_{k-1}(j)$ goes into *every* $z_k(i)$, so the chain rule adds up over $i$:

$$z_k(i) = \sum_{l=1}^{n_{k-1}} W_k(i,l)\, \sigma(z_{k-1}(l)) + b_k(i)$$
"""

# %%
choices = {"W₂(i,j)": W, "W₂(i,j) σ'(z₁(j))": W * facts.slope, "σ'(z₁(j))": np.ones_like(W) * facts.slope}
lesson.ask("z₂(i) = Σₗ W₂(i,l) σ(z₁(l)) + b₂(i). What is ∂z₂(i)/∂z₁(j)?",
           next(name for name, value in choices.items() if np.allclose(value, facts.by_z)), choices=list(choices),
           wrong={"W₂(i,j)": "that is the derivative with respect to f₁(j); z₁(j) is inside σ",
                  "σ'(z₁(j))": "σ(z₁(j)) is multiplied by W₂(i,j)"}, why="The chain rule inside one term of the sum.")

# %%
lesson.write(typeset(lines[8:12], 9))

# %%
lesson.ask("In Σᵢ ∂ℒ/∂z₂(i) W₂(i,j) σ'(z₁(j)): which factor can be taken out of the sum?",
           "σ'(z₁(j))" if lines.line("z5").holds else "W₂(i,j)", choices=("∂ℒ/∂z₂(i)", "W₂(i,j)", "σ'(z₁(j))"),
           wrong={"W₂(i,j)": "it depends on i", "∂ℒ/∂z₂(i)": "it depends on i"}, why="It does not depend on i.")

# %%
lesson.write(typeset(lines[12:], 13))

# %%
v = np.arange(1.0, 1 + len(facts.slope))
by_a_matrix = np.diag(facts.slope) @ v
lesson.ask("In the last line, what does D₁ do to a vector?",
           "it multiplies entry j by σ'(z₁(j))" if np.allclose(by_a_matrix, facts.slope * v) else "it adds up its entries",
           choices=("it multiplies entry j by σ'(z₁(j))", "it adds up its entries", "it transposes it"),
           why="A diagonal matrix does no more. So line 15 is line 14 for all j at once.")

# %% [markdown]
r"""
This proves (7). On the board, for any $k$:

$$\begin{aligned} \frac{\partial L}{\partial z_{k-1}(j)}
&= \sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} \frac{\partial z_k(i)}{\partial z_{k-1}(j)}
= \sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} W_k(i,j)\, \sigma'(z_{k-1}(j)) \\
&= \sigma'(z_{k-1}(j)) \sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} W_k(i,j)
= \sigma'(z_{k-1}(j)) \left[ W_k^T \frac{\partial L}{\partial z_k} \right](j) \\
&= \Big( \underbrace{\text{diag}(\sigma'(z_{k-1}))}_{D_{k-1}} W_k^T \frac{\partial L}{\partial z_k} \Big)(j) \end{aligned}$$

The numbers in each line are those of the graph, and no line depends on the depth, the widths or the activation functions. So
the same lines hold for every network:
"""

# %%
lesson.ask("What did the proof use about σ?", "that it has a derivative" if all(line.holds for line in lines) else "that it is tanh",
           choices=("that it is tanh", "that it has a derivative", "that its slope is at most 1"),
           wrong={"that it is tanh": "no line uses which function σ is"}, why="And not even the same σ in each layer.")

# %%
NETWORKS = lesson.size(100, 10)
worst = {name: 0.0 for name in names}
checked = 0
for seed in range(NETWORKS):
    model, sample, target = random_network(seed)
    for k in range(2, len(model.layers) + 1):
        for line in nn.matrix.proof(model, sample, target, k=k):
            worst[line.name] = max(worst[line.name], line.difference)
            checked += 1
print(f"{checked} lines of {NETWORKS} random networks; "
      f"the largest difference of two sides is {max(worst.values()):.0e}")

# %%
lesson.ask("If one of the fifteen lines were wrong for some network, how large would the largest difference be, roughly?",
           "of the size of the derivatives" if not lines.with_fault(seed=1).holds else "of the size of rounding",
           choices=("of the size of rounding", "of the size of the derivatives"),
           wrong={"of the size of rounding": "that is what you see when all lines hold"},
           why="A false line is off by a visible amount in nearly every network. Numbers do not prove a line, but they find a "
           "wrong one.")

# %% [markdown]
r"""
## Put the lines in order

Here are four lines of the proof of (7), shuffled. `lines.ordered(names).gap()` says which line comes before one that it
needs.
"""

# %%
chain = lines.ordered(["z2", "z3"])
lesson.ask("A line that puts ∂z₂(i)/∂z₁(j) = W₂(i,j) σ'(z₁(j)) into a sum: where does it have to come?",
           "after that line" if lines.ordered(["6", "z1", "z3", "z4", "z2"]).gap() is not None else "anywhere",
           choices=("before that line", "after that line", "anywhere"), why="A line may use what comes before it.")

# %%
four = lines.ordered(["z3", "z5", "z2", "z4"])
lesson.write(typeset(four))

# %%
orders = {"1, 2, 3, 4": ["z3", "z5", "z2", "z4"], "3, 1, 4, 2": ["z2", "z3", "z4", "z5"],
          "1, 4, 3, 2": ["z3", "z4", "z2", "z5"], "2, 4, 1, 3": ["z5", "z4", "z3", "z2"]}
before = ["6", "z1"]                                # these two come first in each case
lesson.ask("In which order do they make a proof?",
           next(name for name, order in orders.items() if lines.ordered(before + order).gap() is None), choices=list(orders),
           wrong={"1, 4, 3, 2": "line 4 puts line 3 into line 1, so line 3 has to come before"},
           why="Line 4 puts line 3 into line 1, and line 2 takes a factor out of line 4.")

# %%
for name, order in orders.items():
    gap = lines.ordered(before + order).gap()
    print(f"{name}:", "a proof" if gap is None else f"a gap before {gap.text}")

# %% [markdown]
r"""
## Fill the gap

Compute one entry yourself, with the numbers of a small layer:
$\frac{\partial L}{\partial z_1(1)} = \sigma'(z_1(1)) \sum_i \frac{\partial L}{\partial z_2(i)} W_2(i,1)$.
"""

# %%
slope = 0.25
column, upstream = np.array([2.0, -1.0]), np.array([3.0, 2.0])
print("σ'(z₁(1)) =", slope)
print("W₂(1,1), W₂(2,1) =", *column)
print("∂L/∂z₂(1), ∂L/∂z₂(2) =", *upstream)

# %%
lesson.ask("What is ∂L/∂z₁(1)?", slope * column @ upstream,
           wrong={column @ upstream: "σ'(z₁(1)) is missing", slope * column[0] * upstream[0]: "there are two paths: add up over i",
                  slope * column.sum(): "what comes from above, ∂L/∂z₂(i), is missing"},
           why="0.25 · (3 · 2 + 2 · (-1)).")

# %% [markdown]
r"""
For the network above, a whole vector: `fill` says whether an array is the right side of a line.
"""

# %%
print(lines.fill("7", facts.slope * (W.T @ facts.dzk)), lines.fill("7", W.T @ facts.dzk))

# %%
lesson.ask("The second array was not accepted. What does it lack?",
           "σ'(z₁)" if lines.fill("7", facts.slope * (W.T @ facts.dzk)) else "the transpose",
           choices=("σ'(z₁)", "the transpose", "a factor of 2"), why="W₂ᵀ ∂ℒ/∂z₂ is ∂ℒ/∂f₁: the factor D₁ is missing.")

# %% [markdown]
r"""
## Find the wrong line

One of these lines is false. Which one? You may evaluate both sides: that is what a proof with numbers is for.
"""

# %%
faulty = lines.with_fault(seed=1)
shown = faulty.ordered(["W1", "W3", "b1", "z2", "z3", "z5", "7"])
lesson.write("\n\n".join(f"**{i}.** ${line.latex}$" for i, line in enumerate(shown, 1)))

# %%
lesson.ask("Which line is false?", next(i for i, line in enumerate(shown, 1) if not line.holds),
           choices=[str(i) for i in range(1, len(shown) + 1)], why="The two sides, evaluated:")

# %%
for i, line in enumerate(shown, 1):
    print(f"{i}. {line.text:44} sides differ by {line.difference:.0e}")

# %%
another = lines.with_fault(seed=8).ordered(["W1", "W3", "b1", "z2", "z3", "z5", "7"])
lesson.write("\n\n".join(f"**{i}.** ${line.latex}$" for i, line in enumerate(another, 1)))

# %%
lesson.ask("And here?", next(i for i, line in enumerate(another, 1) if not line.holds),
           choices=[str(i) for i in range(1, len(another) + 1)], why="`with_fault(seed=...)` makes more of these.")

# %% [markdown]
r"""
## All layers, by induction

(7) is one step, from layer $k$ to layer $k-1$. The claim for the whole network: going back from the output, the formulas give
$\partial\mathcal{L}/\partial z_k$ for *every* $k$.
"""

# %%
L = len(net.layers)
layers = nn.matrix.parameters(net)
zs, fs = nn.matrix.forward(layers, np.array(x))
df = 2 * (fs[-1] - y)                               # of the squared error

# %%
lesson.ask("An induction needs a first case. Which one is it here?",
           "∂ℒ/∂z_L" if np.allclose(nn.matrix.proof(net, x, y, k=L).facts.dzk, df) else "∂ℒ/∂z₁",
           choices=("∂ℒ/∂z₁", "∂ℒ/∂z_L"), wrong={"∂ℒ/∂z₁": "that is where it ends: we go back from the output"},
           why="∂ℒ/∂z_L = D_L ∂ℒ/∂f_L. The loss gives ∂ℒ/∂f_L.")

# %% [markdown]
r"""
**Base.** $\partial\mathcal{L}/\partial z_L = D_L\, \partial\mathcal{L}/\partial f_L$, because $f_L(i) = \sigma_L(z_L(i))$
depends on $z_L(i)$ only. Here the last layer is linear, so $D_L$ is the identity.

**Step.** If $\partial\mathcal{L}/\partial z_k$ is right, (7) gives the right $\partial\mathcal{L}/\partial z_{k-1}$, and (8)
the right $\partial\mathcal{L}/\partial W_k$ and $\partial\mathcal{L}/\partial b_k$.

So they are right for all $k = L, L-1, \dots, 1$. In numbers, for each layer of the network above:
"""

# %%
dz = df
for k in range(L, 1, -1):
    step = nn.matrix.proof(net, x, y, k=k)
    off = np.abs(dz - step.facts.dzk).max()
    print(f"k = {k}: ∂ℒ/∂z{k} differs by {off:.0e}, all lines hold: {step.holds}")
    dz = step.line("7").right                       # the next step begins with what (7) gives

# %%
absolute = [nn.matrix.proof(net, x, y, loss="absolute", k=k).holds for k in range(2, L + 1)]
lesson.ask("With another loss, such as Σ |f - y|: which part of the induction changes?", "the base" if all(absolute) else "the step",
           choices=("the base", "the step", "both"), wrong={"the step": "(7) and (8) do not contain the loss"},
           why="Only ∂ℒ/∂f_L, where it begins. The lines hold for that loss as well.")

# %% [markdown]
r"""
## Many samples

The loss (4) is a sum over $m$ samples, so each gradient is the sum of the gradients of the samples. Write the $z_k$ of the
samples as the rows of a matrix $Z_k$, and the $f_k$ as the rows of $F_k$. The sum of outer products is then one product of
matrices:

$$\frac{\partial \mathcal{L}}{\partial W_k} = \sum_{s=1}^m \frac{\partial \ell_s}{\partial z_k} f_{k-1}^T
= \left( \frac{\partial \mathcal{L}}{\partial Z_k} \right)^T F_{k-1}$$
"""

# %%
draw = np.random.default_rng(SEED)
X = draw.normal(size=(5, len(x)))
Y = draw.normal(size=(5, len(y)))
each = [nn.matrix.proof(net, row, target, k=2).facts for row, target in zip(X, Y)]
summed = sum(np.outer(one.dzk, one.f) for one in each)
product = np.array([one.dzk for one in each]).T @ np.array([one.f for one in each])

# %%
lesson.ask("5 samples. What is the shape of ∂ℒ/∂W₂?", "that of W₂" if summed.shape == W.shape else "5 times as large",
           choices=("that of W₂", "5 times as large"), wrong={"5 times as large": "the samples are summed over"},
           why="The sum over the samples is inside the matrix product.")

# %%
print("the sum over the samples and the product of matrices differ by",
      f"{np.abs(summed - product).max():.0e}")
print(nn.matrix.check(net, X, Y, dW2=product))

# %% [markdown]
r"""
## What a gradient costs

**Theorem** (cheap gradient principle; Baur and Strassen 1983, Griewank 1989). *Let $f$ be computed by $N$ operations. Then
$f$ and all its partial derivatives together can be computed by at most $c\, N$ operations, where $c$ depends on the kinds of
operations, but not on $N$ and not on the number of inputs.*

**Proof.** Reverse mode does for each operation $v$ with $r$ inputs: (a) compute its value, 1 operation; (b) compute its local
derivatives, $p$ operations; (c) for each input one multiplication, upstream times local, and at most one addition, $2r$
operations. That is $1 + p + 2r$ for each operation of $f$, and nothing else. So $c = \max(1 + p + 2r)$ over the kinds of
operations. ∎

For our functions made of $+$, $\cdot$, $\sin$, $\exp$ and $\tanh$:
"""

# %%
KINDS = {"+": (2, 0), "·": (2, 0), "sin": (1, 1), "exp": (1, 0), "tanh": (1, 2)}   # inputs r, p
c = max(1 + p + 2 * r for r, p in KINDS.values())

# %%
lesson.ask("A product has r = 2 inputs, and its local derivatives are numbers that are there already, so p = 0. What is 1 + p + 2r?",
           1 + KINDS["·"][1] + 2 * KINDS["·"][0], why="This is the largest of the five kinds, too: c = 5.")


# %%
def random_function(seed, inputs, operations):
    """A function of so many inputs, made of so many random operations."""
    draw = random.Random(seed)
    x = [Value(draw.uniform(-1, 1)) for _ in range(inputs)]
    made = list(x)
    for _ in range(operations):
        a, b = draw.choice(made[-20:]), draw.choice(made)
        made.append(draw.choice([lambda: a + b, lambda: a * b, lambda: sin(a), lambda: tanh(b),
                                 lambda: exp(-1.0 * a * a)])())
    return x, made[-1]


def operations(values):
    return sum(bool(v.inputs) for v in topological_order(*values))


def cost(x, y):
    """Operations for f and its gradient together, as a multiple of those for f."""
    gradient = pullback(topological_order(y), x, {y: 1.0}, True)
    return operations([y, *(d for d in gradient if isinstance(d, Value))]) / operations([y])


costs = {n: [cost(*random_function(seed, n, 300)) for seed in range(lesson.size(40, 5))]
         for n in (1, 10, 100)}

# %%
lesson.ask("Random functions of 1, 10 and 100 inputs, 300 operations each. Does any of them need more than c = 5 times its "
           "operations for its gradient?", max(map(max, costs.values())) > c, why="The theorem holds for all functions.")

# %%
for n, found in costs.items():
    print(f"{n:3} inputs: between {min(found):.2f} and {max(found):.2f} times the function; "
          f"bound {c}")

# %%
lesson.ask("A function of a million inputs takes 10 million operations of these kinds. How many operations, in millions, suffice for "
           "the function and its gradient, by the theorem?", c * 10, within=0.001,
           wrong={5.0: "c times the operations, not c times the inputs"}, why="c N = 5 · 10 million, for a million derivatives.")

# %% tags=["hide-input"]
figure, ax = plots.plot("What a gradient costs", "number of inputs",
                        "operations for f and its gradient / for f")
for n, found in costs.items():
    ax.semilogx([n] * len(found), found, "o", color=plots.BLUE, markersize=12, alpha=0.5)
ax.axhline(c, color=plots.RED, linewidth=4, linestyle="--")
ax.annotate("the bound of the theorem", (1, c), (1, c - 0.35), fontsize=20, color=plots.RED)
ax.set_ylim(0, c + 0.6)
lesson.show(figure, "cost", "Each dot is a random function. The cost does not grow with the number "
            "of inputs.")

# %%
most = max(map(max, costs.values()))
lesson.ask("Read the figure: which multiple of the function's operations does the most expensive of these functions need?", most,
           within=0.08,
           wrong={5.0: "that is the bound; not every operation is a product of two Values"},
           why="The bound is for the worst case, a function of products only.")

# %% [markdown]
r"""
## To try

- Write the fifteen lines on cards, shuffle them, and put them in order on the table. `lines.ordered([...]).gap()` is the
  judge.
- `lines.with_fault(seed)` for other seeds: find the wrong line without evaluating it.
- Which line changes when the layer is `f = σ(W f + b) + f`, a residual layer? Derive the new (7).
- What is the bound `c` if division is allowed, with local derivatives `1/b` and `-y/b`?
"""
