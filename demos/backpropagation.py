# %% [markdown]
"""
# Backpropagation

The lecture, part 4 of 4: how the derivatives of a network are computed when each layer is a matrix. The lecture's Theorem 1,
"Back propagation", derived scalar by scalar and checked. Takes a few seconds.

**Goals.** You can derive (7) and (8) entry by entry; you can state the shape of every matrix in them; you can say why deep
networks of sigmoids learn slowly, and why a weight that is 0 still learns.

**In class:** 45 minutes.
"""

# %% tags=["hide-input"]
import numpy as np

import nn
from autograd import Value, dot, draw, explain, grad, sigmoid
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("backpropagation", cover="vanishing")

# %%
lesson.ask("From the lesson `chain_rule`: y = u², u = 3x, at x = 1. What is dy/dx?", grad(lambda x: (3 * x) ** 2)(1.0),
           wrong={6.0: "that is dy/du = 2u; times du/dx = 3", 9.0: "dy/du is 2u = 6, and du/dx is 3"}, why="2u · 3 = 6 · 3.")

# %% [markdown]
r"""
## One layer, scalar by scalar

Write $z_k$ for the argument of $\sigma_k$ in (3), and $\frac{\partial \mathcal{L}}{\partial z_k} \in \mathbb{R}^{n_k}$ for
the gradient of $\mathcal{L}$ with respect to $z_k$:

$$z_k = W_k f_{k-1} + b_k, \quad f_k = \sigma_k(z_k) \qquad (6)$$

Take `z1` with two entries, `f1 = σ(z1)`, and `z2 = W f1 + b` with three. `ℒ` stands for everything that follows; any
function of `z2` would do. (`dot(w, f, b)` is the operation that `nn.Neuron` uses; `enumerate(row, 1)` numbers the entries of
a row from 1.)
"""

# %%
lesson.ask("W takes the two entries of f1 to the three entries of z2. What is its shape?",
           "{} x {}".format(*np.zeros((3, 2)).shape), choices=("2 x 3", "3 x 2", "3 x 3"),
           wrong={"2 x 3": "the rows of W belong to z2, the columns to f1"}, why="A row for each entry of z2, a column for each "
           "of f1.")

# %%
z1 = [Value(0.5, label="z1(1)"), Value(-1.0, label="z1(2)")]
W = [[Value(number, label=f"W({i},{j})") for j, number in enumerate(row, 1)]
     for i, row in enumerate([[1.0, -2.0], [0.5, 1.5], [-1.0, 0.8]], 1)]
b = [Value(number, label=f"b({i})") for i, number in enumerate([0.1, -0.2, 0.3], 1)]

f1 = [sigmoid(z) for z in z1]
z2 = [dot(row, f1, bi) for row, bi in zip(W, b)]
loss = dot([2.0, -1.0, 3.0], z2)

for name, values in (("f1", f1), ("z2", z2)):
    for i, v in enumerate(values, 1):
        v.label = f"{name}({i})"
loss.label = "ℒ"
loss.backward()

# %%
lesson.ask("Here ℒ = 2 z2(1) - z2(2) + 3 z2(3). What is ∂ℒ/∂z2(3)?", z2[2].grad, wrong={z2[2].data: "that is z2(3) itself"},
           why="The factor that z2(3) is multiplied by. Everything below begins with these three numbers, 2, -1 and 3.")

# %%
picture = draw(z2[1], parameters=[*W[1], b[1]])

# %%
behind = set(topological_order(z2[1]))
lesson.ask("Take the graph up to z2(2) alone, without the other two entries of z2. How many entries of W are in it?",
           sum(w in behind for row in W for w in row), within=0.001,
           wrong={6: "only row 2 of W goes into z2(2)", 3: "b(2) is no entry of W"}, why="W(2,1) and W(2,2), row 2 of W.")

# %% tags=["hide-input"]
lesson.show(picture, "layer", "The graph up to one entry of z2, with the gradients of ℒ.")

# %%
lesson.ask("The edge from f1(1) to z2(2) carries the local derivative ∂z2(2)/∂f1(1). Which entry of W is it?",
           next(w.label for row in W for w in row if w.data == z2[1].partials[next(k for k,
           u in enumerate(z2[1].inputs) if u is f1[0])]),
           choices=[w.label for row in W for w in row], wrong={"W(1,2)": "first the row, the neuron of z2; then the column, the "
           "entry of f1"},
           why="z2(2) = W(2,1) f1(1) + W(2,2) f1(2) + b(2).")

# %% [markdown]
r"""
With `i` for a row of `W` and `j` for a column, each neuron is

$$z_2(i) = \sum_j W(i,j)\, f_1(j) + b(i)$$

**A weight** `W(i,j)` goes into one neuron only, so there is one path from it to `ℒ`, through `z2(i)`. What is the local
derivative on this path? **A bias** `b(i)` has the same path, with local derivative 1.
"""

# %%
lesson.ask("∂z2(i)/∂W(i,j): what is it?", {f1[1].data: "f1(j)", W[2][1].data: "W(i,j)", 1.0: "1"}[z2[2].partials[1]],
           choices=("W(i,j)", "f1(j)", "z1(j)", "1"),
           wrong={"W(i,j)": "that is the derivative with respect to the other factor, f1(j)",
                  "z1(j)": "the weight multiplies what comes out of σ, not what went in"},
           why="The derivative of a product with respect to one factor is the other factor.")

# %% [markdown]
r"""
So

$$\frac{\partial \mathcal{L}}{\partial W(i,j)} = \frac{\partial \mathcal{L}}{\partial z_2(i)}\, f_1(j) \qquad
\frac{\partial \mathcal{L}}{\partial b(i)} = \frac{\partial \mathcal{L}}{\partial z_2(i)}$$
"""

# %%
for i in range(3):
    for j in range(2):
        product = z2[i].grad * f1[j].data
        print(f"{W[i][j].label}: {z2[i].grad:7.4f} · {f1[j].data:.4f} = {product:7.4f}"
              f"   the engine: {W[i][j].grad:7.4f}")

# %%
z1_again = [Value(0.5), Value(-1.0)]
zero = Value(0.0)
dot([2.0, -1.0, 3.0], [dot([zero, -2.0], [sigmoid(z) for z in z1_again]), 0.0, 0.0]).backward()

# %%
lesson.ask("Suppose W(1,1) were 0. Is its derivative then 0 as well?", zero.grad == 0.0,
           wrong={"yes": "∂ℒ/∂W(1,1) = ∂ℒ/∂z2(1) · f1(1), and W(1,1) does not occur in it"},
           why="A weight of 0 is not a missing connection: it passes nothing on now, and the next step moves it.")

# %% [markdown]
"""
**An entry** `z1(j)` goes into `f1(j)` only, with local derivative `σ'(z1(j))`. From there, how many paths lead to `ℒ`?
"""

# %%
lesson.ask("How many paths are there from z1(1) to ℒ in this small layer?", explain(loss, wrt=z1[0]).paths, within=0.001,
           wrong={1: "f1(1) is used by every neuron of the next layer", 2: "2 is the number of entries of z1",
                  6: "6 is the number of weights; z1(1) meets the first column of W only"},
           why="One through each z2(i), with local derivative W(i,1).")

# %% [markdown]
r"""
Add up over the paths:

$$\frac{\partial \mathcal{L}}{\partial z_1(j)} = \sigma'(z_1(j)) \sum_i W(i,j)\, \frac{\partial \mathcal{L}}{\partial z_2(i)}$$

The engine says the same about `z1(1)`. (`f1(1) * (1 - f1(1))` is σ'(z1(1)), because σ' = σ (1 - σ).)
"""

# %%
lesson.ask("z1(2) is -1, and z1(1) is 0.5. Which of the two has the larger factor σ'?",
           "z1(1)" if f1[0].data * (1 - f1[0].data) > f1[1].data * (1 - f1[1].data) else "z1(2)", choices=("z1(1)", "z1(2)"),
           wrong={"z1(2)": "σ is steepest at 0, and flatter the further away"}, why="0.5 is nearer to 0, where σ' is largest.")

# %%
print(explain(loss, wrt=z1[0]))
lesson.write(f"$$ {explain(loss, wrt=z1[0]).latex} $$")

# %%
lesson.play(loss, "play", "The layer, step by step. With p you predict each number. Then drag "
            "W(1,1) to 0: what is its grad?")

# %% [markdown]
"""
## Theorem 1

Now read these formulas as matrices. All products of an entry of `∂ℒ/∂z2` with an entry of `f1` are a column times a row, an
*outer product*: a matrix of rank one, whose rows are all multiples of one row. And `Σᵢ W(i,j) ∂ℒ/∂z2(i)` runs down a column
of `W`. (The *transpose* `Wᵀ` has the columns of `W` as its rows; `f1ᵀ` is `f1` written as a row. In NumPy `W.T` is the
transpose, `A @ B` the product of matrices, and `np.outer(u, v)` the outer product.)
"""

# %%
dz2 = np.array([z.grad for z in z2])
W_numbers = np.array([[w.data for w in row] for row in W])
column_sums = np.array([sum(W_numbers[i, j] * dz2[i] for i in range(3)) for j in range(2)])

# %%
lesson.ask("Σᵢ W(i,j) ∂ℒ/∂z2(i), for all j at once: which product is it?",
           "Wᵀ ∂ℒ/∂z2" if np.allclose(W_numbers.T @ dz2, column_sums) else "W ∂ℒ/∂z2",
           choices=("W ∂ℒ/∂z2", "Wᵀ ∂ℒ/∂z2", "∂ℒ/∂z2 f1ᵀ"),
           wrong={"W ∂ℒ/∂z2": "W has 2 columns and ∂ℒ/∂z2 has 3 entries",
                  "∂ℒ/∂z2 f1ᵀ": "that is the matrix of all ∂ℒ/∂W(i,j)"},
           why="W z sums along the rows of W; here the sum runs down a column, which is a row of Wᵀ.")

# %% [markdown]
r"""
The factors $\sigma'$ go on a diagonal. Let $D_k$ be the diagonal $n_k \times n_k$ matrix

$$D_k = \text{diag}(\sigma_k'(z_k))$$

With $k$ and $k - 1$ instead of 2 and 1, and nothing else changed, this proves the lecture's **Theorem 1** (Back propagation).
For $k = 2, \dots, L$

$$\frac{\partial \mathcal{L}}{\partial z_{k-1}} = D_{k-1} W_k^T \frac{\partial \mathcal{L}}{\partial z_k} \qquad (7)$$

$$\frac{\partial \mathcal{L}}{\partial W_k} = \frac{\partial \mathcal{L}}{\partial z_k} f_{k-1}^T \quad \text{and} \quad
\frac{\partial \mathcal{L}}{\partial b_k} = \frac{\partial \mathcal{L}}{\partial z_k} \qquad (8)$$

"""

# %%
D = np.diag([sigmoid(v.data) * (1 - sigmoid(v.data)) for v in z1])
lesson.ask("D₁ for our z1 with two entries: how many of its entries are not 0?", np.count_nonzero(D), within=0.001,
           wrong={4: "a diagonal matrix is 0 off the diagonal"}, why="σ'(z1(1)) and σ'(z1(2)), on the diagonal.")

# %% [markdown]
"""
The lesson `proof` goes through it line by line, for any network. `explain` writes down the same way for any layer of yours,
when you give it a vector or a matrix of Values instead of a single one. Here it is for our `z1`.
"""

# %%
explained = explain(loss, wrt=z1)


def typeset(steps, first=1):
    return "\n\n".join(f"**{k}.** {step.reason}\n\n$${step.latex}$$"
                       for k, step in enumerate(steps, first))


lesson.write(typeset(explained.steps[:3]))

# %%
lesson.ask("How many numbers ∂z2(i)/∂z1(j) are there in this small layer?",
           sum(map(len, explained.steps[1].left)),
           within=0.001, wrong={5: "each of the 3 with respect to each of the 2"},
           why="3 · 2: a matrix with a row for each z2(i) and a column for each z1(j).")

# %%
lesson.write(f"{typeset(explained.steps[3:], 4)}\n\n$${explained.numbers}$$")

# %%
lesson.ask("`explain(loss, wrt=b)` does the same for b. What is its last line?",
           explain(loss, wrt=b).steps[-1].text, choices=("∂ℒ/∂b = ∂ℒ/∂z2", "∂ℒ/∂b = D ∂ℒ/∂z2", "∂ℒ/∂b = ∂ℒ/∂z2 f1ᵀ"),
           wrong={"∂ℒ/∂b = ∂ℒ/∂z2 f1ᵀ": "that is the line for W", "∂ℒ/∂b = D ∂ℒ/∂z2": "b is added to z2, outside of any σ"},
           why="The second half of (8).")

# %%
def data(values):
    return np.array([v.data for v in values])


def grads(values):
    return np.array([v.grad for v in values])


D1 = np.diag([grad(sigmoid)(z.data) for z in z1])
by_7 = D1 @ np.array([data(row) for row in W]).T @ dz2
by_8 = np.outer(dz2, data(f1))
print("(7)\n", by_7, "\nthe engine\n", grads(z1))
print("\n(8)\n", by_8, "\nthe engine\n", np.array([grads(row) for row in W]))

# %%
ranks = np.linalg.matrix_rank(by_8)
lesson.ask("What is the rank of the matrix ∂ℒ/∂W of (8), for one sample?", int(ranks), within=0.001,
           wrong={2: "all its rows are multiples of f1ᵀ"}, why="A column times a row: each row is a multiple of f1ᵀ.")

# %% [markdown]
"""
## A whole network

In a network (7) goes back layer by layer, from `∂ℒ/∂z_L` to `∂ℒ/∂z₁`, and (8) gives the rest, for `k = 1` as well. Here it is
for the network of figure 2, one sample, and `ℓ(f, y) = (f - y)²`.
"""

# %%
WIDTHS = [6, 2, 6, 4, 1]
net = nn.MLP(WIDTHS[0], WIDTHS[1:], activation="sigmoid", seed=22)
x, y = [0.5, -0.3, 0.8, -0.9, 0.1, 0.4], 1.0
output = net(x).data

# %%
lesson.ask(f"The last layer is linear, so f = z_L. The output is f = {output:.3f} and y = 1. What is ∂ℒ/∂z_L, "
           "where it all begins?", 2 * (output - y),
           wrong={output - y: "the derivative of (f - y)² has a factor 2", 2 * (y - output): "f - y, not y - f",
                  (output - y) ** 2: "that is the loss itself"}, why="2 (f - y).")

# %%
state, last = net.state_dict(), len(WIDTHS) - 1
Ws = {k: state[f"layers.{k - 1}.weight"] for k in range(1, last + 1)}
bs = {k: state[f"layers.{k - 1}.bias"] for k in range(1, last + 1)}
zs, fs = {}, {0: np.array(x)}
for k in range(1, last + 1):                                    # forward
    zs[k] = Ws[k] @ fs[k - 1] + bs[k]                           # (6)
    fs[k] = sigmoid(zs[k]) if k < last else zs[k]               # (3)

# %%
lesson.ask("Going back from ∂ℒ/∂z₄ to ∂ℒ/∂z₁: how many times is (7) used?", last - 1, within=0.001,
           wrong={4: "the loss gives ∂ℒ/∂z₄ itself"}, why="From 4 to 3, to 2, to 1.")

# %%
layer_of_24 = np.zeros((4, 6))
lesson.ask("A layer with 6 inputs and 4 neurons: W f takes 24 multiplications, one for each weight. How many do (7) and (8) take "
           "together, D left out?", 2 * layer_of_24.size, within=0.001,
           wrong={24: "that is one of the two; each weight occurs in both"},
           why="24 for Wᵀ ∂ℒ/∂z, and 24 for the outer product. So going back costs about twice as much as going forward.")

# %%
dz, theorem = 2 * (fs[last] - y), {}
for k in range(last, 0, -1):                                    # backward
    theorem[k] = np.outer(dz, fs[k - 1]), dz                    # (8)
    if k > 1:
        D = np.diag([grad(sigmoid)(z) for z in zs[k - 1]])
        dz = D @ Ws[k].T @ dz                                   # (7)

((net(x) - y) ** 2).backward()
print("               entries   engine and theorem differ by at most")
for k in range(1, last + 1):
    neurons = net.layers[k - 1].neurons
    for name, ours, its in ((f"∂ℒ/∂W{k}", theorem[k][0], [grads(n.w) for n in neurons]),
                            (f"∂ℒ/∂b{k}", theorem[k][1], grads(n.b for n in neurons))):
        print(f"{name:14} {ours.size:7}   {abs(ours - its).max():.1e}")

# %% [markdown]
"""
`nn.matrix` has these loops for any network, and for many samples at once: the samples are the rows of a matrix, and (8) is
summed over them as (4) is. `nn.matrix.compare` finds each derivative in three ways: the engine, which knows
nothing of matrices; the theorem, which knows nothing of graphs; and finite differences, which know neither.
"""

# %%
lesson.ask("20 samples as the rows of a matrix. What is the shape of ∂ℒ/∂W₁ in this network, n₀ = 6 and n₁ = 2?",
           "{} x {}".format(*theorem[1][0].shape), choices=("2 x 6", "20 x 2 x 6", "40 x 6"),
           wrong={"20 x 2 x 6": "(4) sums over the samples, and so does its gradient"}, why="That of W₁, for any number of samples.")

# %%
rng = np.random.default_rng(22)
X = rng.uniform(-1, 1, (20, WIDTHS[0]))
Y = np.sin(np.pi * X.sum(axis=1))
comparison = nn.matrix.compare(net, X, Y, loss="squared")
for row in comparison.table(most=13):
    print("".join(f"{entry:>21}" for entry in row))
print(f"\n{len(comparison)} derivatives; relative to the largest, they differ by at most")
print(f"    engine and theorem             {comparison.theorem_difference:.1e}")
print(f"    engine and finite differences  {comparison.quotient_difference:.1e}")

# %%
off = comparison.quotient_difference / comparison.theorem_difference
lesson.ask("Three ways to each derivative. Which one is less exact than the other two?",
           "finite differences" if off > 100 else "none of them", choices=("the engine", "the theorem", "finite differences",
           "none of them"),
           why="The engine and the theorem differ by rounding only. A finite difference has an error of its own, as in the first "
           "lesson.")

# %% [markdown]
"""
So (7) and (8) are what backpropagation through a graph of scalars does when the graph is that of a network (3). They are
worth having: computers are very fast at matrix products. In the lesson `compiler` the engine finds these matrices by itself,
in code that was written with scalars.

In PyTorch `loss.backward()` computes (7) and (8) themselves. A graph there has a node for a whole layer: `torch.nn.Linear`
is one operation on arrays, and its backward rule is `Wᵀ` times what arrives, and the outer product with its input, summed
over the samples. `loss.backward()` here goes from number to number, and finds the same entries one by one.

## Your own arrays

Have you written (7) and (8) with NumPy yourself? `nn.matrix.check` compares your arrays with the graph and says what is
wrong. Here somebody forgot the factor `Dₖ₋₁`.
"""

# %%
X, Y = np.array([[0.5, -0.3]]), np.array([[1.0]])
two = nn.MLP(2, [3, 1], activation="tanh", seed=2)
(W1, b1, _), (W2, b2, _) = nn.matrix.parameters(two)
f = np.tanh(X @ W1.T + b1)
dz2 = 2 * (f @ W2.T + b2 - Y)
dz1 = dz2 @ W2
marks = nn.matrix.check(two, X, Y, dW2=dz2.T @ f, dz1=dz1, dW1=dz1.T @ X)

# %%
lesson.ask("dW2, dz1 and dW1 were computed without D. Which of the three is right all the same?",
           next(mark.name for mark in marks if mark.right), choices=("dW2", "dz1", "dW1"),
           wrong={"dW1": "dW1 is computed from dz1"}, why="(8) for the last layer takes no D of the layers before it.")

# %%
print(marks)

# %% [markdown]
"""
## Depth

(7) multiplies by `Wₖᵀ` and by `Dₖ₋₁` once for each layer. With the sigmoid no entry of `D` is larger than 1/4.
"""


# %%
def sizes(activation, depth=12, width=16, init="xavier"):
    """The size of ∂ℒ/∂zₖ in each layer of a deep network, averaged over its neurons."""
    net = nn.MLP(width, [width] * depth, activation=[activation] * depth, init=init, seed=5)
    x = np.random.default_rng(5).normal(size=(1, width))
    layers = nn.matrix.parameters(net)
    zs, fs = nn.matrix.forward(layers, x)
    gradients = nn.matrix.backward(layers, zs, fs, np.ones((1, width)))
    return [float(np.abs(one.dz).mean()) for one in gradients]


of = {name: sizes(name) for name in ("sigmoid", "tanh")}

# %%
lesson.ask("12 layers of sigmoids, with Xavier's initial weights. By what factor is the derivative in the first layer "
           "smaller than in the last one?", of["sigmoid"][-1] / of["sigmoid"][0], factor=10,
           wrong={4.0: "that is a single layer; there are eleven between the two"},
           why=f"About 4 to the power of 11, which is {4**11:,}. "
               "Any answer within a factor of ten counts as right.")

# %%
print("layer    sigmoid       tanh")
for k, (a, b) in enumerate(zip(*of.values()), 1):
    print(f"{k:5} {a:10.1e} {b:10.1e}")

# %%
lesson.ask("And with tanh: is the derivative in the first layer more than a hundred times smaller than in the last?",
           of["tanh"][-1] / of["tanh"][0] > 100, wrong={"yes": "tanh has slope 1 at 0, four times that of the sigmoid"},
           why=f"It is {of['tanh'][-1] / of['tanh'][0]:.1f} times smaller.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Vanishing gradients", "layer k", "mean size of ∂ℒ/∂zₖ, logarithmic")
for (name, found), color, style in zip(of.items(), (plots.RED, plots.BLUE), ("o-", "s--")):
    ax.semilogy(range(1, len(found) + 1), found, style, color=color, linewidth=4, markersize=12,
                label=name)
plots.legend(ax)
lesson.show(figure, "vanishing", "From right to left the derivatives go back through the layers. "
            "With sigmoids each layer takes most of them away; with tanh, which has slope 1 at 0, "
            "they stay about as they are.")

# %%
per_layer = (of["sigmoid"][-1] / of["sigmoid"][0]) ** (1 / 11)
lesson.ask("Read the red line: by about what factor does the derivative fall with each layer further back?", per_layer, within=0.25,
           wrong={10.0: "it takes more than a layer and a half for a factor of ten"}, why="σ' is at most 1/4, and Xavier's weights "
           "hardly change the size.")

# %% [markdown]
"""
This is the problem of *vanishing gradients*: the first layers of a deep network of sigmoids hardly learn. An activation with
slope 1 at 0, weights of the right size, and connections that skip layers, called residual connections, are what is done
about it. (If the weights are too large, the product over the layers grows instead: exploding gradients.)
"""

# %% [markdown]
"""
## To try

- Put a second `σ` after `z2` in the small layer and derive what changes. Which of the formulas still hold as they are?
- Print `sizes("relu")` and `sizes("relu", init="he")`. Do the gradients vanish?
- Write the backward pass of a 2-4-3-1 network with NumPy and make a mistake on purpose. Does `nn.matrix.check` find it?
"""
