# %% [markdown]
"""
# Forward and reverse mode: what derivatives cost

The chain rule works in two directions. One gives the derivatives with respect to one input, the other the derivatives of one
output. What each costs, counted in operations, and why networks are trained with the second. Takes a few seconds.

**Goals.** You can carry tangents forward and cotangents backward through a graph; you can say which mode is cheaper for a
given function; you know what reverse mode pays for it.

**In class:** 40 minutes.
"""

# %% tags=["hide-input"]
from collections import Counter

from autograd import Value, draw, jacobian, jvp, sin, vjp
from autograd.derivatives.gradients import pullback, pushforward
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("forward_reverse")

# %%
f, x = (lambda t: t**2), Value(3.0)
lesson.ask("x = 3 moves with speed 2, and y = x². How fast does y move?", jvp(f, (3.0,), (2.0,))[1],
           wrong={6.0: "that is dy/dx; x moves with speed 2", 9.0: "that is y"}, why="dy/dx times the speed of x: 6 · 2.")

# %% [markdown]
"""
## Forward: how fast does everything move?

Here is a function of two inputs with two outputs. Let `a` move with speed 1 while `b` stands still. How fast does each Value
move? For the inputs we know. For the others the chain rule tells us, starting from the inputs: add up the speeds of the
inputs of an operation, each multiplied by its local derivative. Such a speed is called a *tangent*.
"""


# %%
def function(a, b):
    u = a * b
    v = sin(u)
    return [v + a, v * b]


a, b = Value(1.5, label="a"), Value(2.0, label="b")
y = function(a, b)
order = topological_order(*y)
for v, name in zip(order, ("a", "b", "u", "v", "y1", "y2")):
    v.label = name

# %%
lesson.ask("y2 = v b. The edges into y2 carry ∂y2/∂v and ∂y2/∂b. What is ∂y2/∂v, with b = 2?", y[1].partials[0],
           wrong={order[3].data: "that is v, the derivative with respect to b"}, why="The other factor.")


# %%
def edges(v):
    """The inputs of v, each with its local derivative."""
    return [(u, d) for u, d in zip(v.inputs, v.partials) if d is not None]


def forward(order, tangents):
    moving = dict(tangents)
    for v in order:
        if v.inputs:
            moving[v] = sum(d * moving[u] for u, d in edges(v))
    return moving


by_a = forward(order, {a: 1.0, b: 0.0})
by_b = forward(order, {a: 0.0, b: 1.0})

# %%
lesson.ask("u = a b at a = 1.5, b = 2. When a moves with speed 1 and b stands still, how fast does u move?", by_a[order[2]],
           wrong={1.5: "that is ∂u/∂b, for when b moves"}, why="1 times ∂u/∂a = b.")

# %%
lesson.show(draw(y), "graph", "The graph of both outputs, with the local derivative on each edge.")

# %%
lesson.ask("y1 = v + a, and v moves with the speed 2 cos(3), about -1.98, when a moves with speed 1. How fast does y1 move?",
           by_a[y[0]],
           within=0.03, wrong={by_a[y[0]] - 1: "a is also added directly, and moves with speed 1"},
           why="The speeds of both inputs of the sum are added.")

# %% [markdown]
"""
## Reverse: how much does an output depend on it?

Reverse mode is backpropagation: it goes back from one output, starting with 1 there and 0 at the other output. What arrives
at a Value is the derivative of that output with respect to it, its *cotangent*. Where the forward sweep collects from the
inputs, this one distributes to them. Both use each edge once, and multiply by the same local derivatives.
"""


# %%
def reverse(order, cotangents):
    found = dict.fromkeys(order, 0.0) | cotangents
    for v in reversed(order):
        for u, d in edges(v):
            found[u] += d * found[v]
    return found


of_y1 = reverse(order, {y[0]: 1.0})
of_y2 = reverse(order, {y[1]: 1.0})

# %%
lesson.ask("y1 = sin(u) + a depends on a directly and through u. How many sweeps back give the derivatives of y1 with respect to a "
           "and b?", 2 // sum(v in of_y1 for v in (a, b)), within=0.001, wrong={2: "one sweep from y1 reaches every Value"},
           why="One sweep gives the derivatives of one output with respect to everything.")

# %%
print("                tangent if          cotangent of")
print("Value      data     a moves  b moves      y1       y2")
for v in order:
    print(f"{v.label:5} {v.data:9.4f} {by_a[v]:11.4f} {by_b[v]:8.4f} "
          f"{of_y1[v]:10.4f} {of_y2[v]:8.4f}")

# %% [markdown]
r"""
## Columns and rows

All derivatives of all outputs with respect to all inputs form a matrix, the *Jacobian* of the function. For
$y: \mathbb{R}^n \to \mathbb{R}^m$ it has a row for each output and a column for each input:

$$J(i,j) = \frac{\partial y_i}{\partial x_j}, \qquad J \in \mathbb{R}^{m \times n}$$

"""

# %%
lesson.ask("A function of 3 inputs with 2 outputs: how many entries does its Jacobian have?",
           sum(map(len, jacobian(lambda x: [x[0] * x[1], x[1] + x[2]])([1.0, 2.0, 3.0]))), within=0.001,
           why="2 rows of 3 partial derivatives.")

# %% [markdown]
"""
The table contains it twice: in the tangents of `y1` and `y2`, and in the cotangents of `a` and `b`.
"""

# %%
point = (1.5, 2.0)
J = jacobian(lambda x: function(*x), mode="forward")([1.5, 2.0])
column_of_a = jvp(function, point, (1.0, 0.0))[1]

# %%
lesson.ask("What does one forward sweep, with a moving and b standing still, give of the Jacobian?",
           "a column" if [row[0] for row in J] == column_of_a else "a row", choices=("a row", "a column", "all of it"),
           wrong={"a row": "a row belongs to one output: that is a sweep back"},
           why="All outputs, with respect to one input.")

# %% [markdown]
"""
More than that: a forward sweep takes any speeds `t` of the inputs and gives `J t`, the derivative in that direction. `jvp`
(Jacobian times vector) is this sweep. `vjp` (vector times Jacobian) is the sweep back, which gives `cᵀJ`. `jacobian`
computes the whole matrix, in either way. (In PyTorch, `backward` is a vjp; `torch.func` has all three, under the same names
or as `jacfwd` and `jacrev`.)
"""

# %%
print("column of a:    ", jvp(function, point, (1.0, 0.0))[1])
print("column of b:    ", jvp(function, point, (0.0, 1.0))[1])
print("direction 3, -1:", jvp(function, point, (3.0, -1.0))[1])

_, pull = vjp(function, *point)
print("row of y1:      ", pull([1.0, 0.0]))
print("row of y2:      ", pull([0.0, 1.0]))

for mode in ("forward", "reverse"):
    J = jacobian(lambda x: function(*x), mode=mode)([1.5, 2.0])
    print(f"{mode}:        ", J)

# %%
lesson.ask("In the direction (3, -1): what is the first entry of J t, computed from the columns?", 3 * J[0][0] - J[0][1], within=0.03,
           why="3 times the column of a minus the column of b. One sweep gives it at once, without the columns.")

# %% [markdown]
"""
In matrices: a program of steps 1, ..., N has the Jacobian `J = J_N ⋯ J₂ J₁`, the chain rule for functions of many variables.
Forward mode computes `J_N (⋯ (J₂ (J₁ t)))`, from the right; reverse mode computes `(((cᵀJ_N) ⋯) J₂) J₁`, from the left. Both
multiply a vector by a matrix only, never a matrix by a matrix.
"""

# %%
lesson.ask("J₁ and J₂ have 100 rows and 100 columns. (cᵀJ₂) J₁ takes 2 · 100² multiplications. How many does the product J₂J₁ alone "
           "take?", 100 * 100 * 100, within=0.02,
           wrong={20_000: "that is with a vector", 10_000: "each entry is a sum of 100 products"},
           why="100³, fifty times as many: the order of the products matters, and both modes avoid this one.")

# %% [markdown]
"""
## What it costs

Now a function of n inputs and m outputs, with a long computation in between that all outputs share. `pushforward` and
`pullback` are the engine's own two sweeps. Here they compute with Values, so that each multiplication, addition and partial
derivative of a sweep is a node of a graph and can be counted. The tables give the operations for all derivatives as a
multiple of those for the function itself.
"""

# %%
SIZES, STEPS = lesson.size(([1, 2, 4, 8, 16, 32, 64], 256), ([1, 2, 4, 8], 32))


def long_function(x, m):
    u = x[0]
    for i in range(STEPS):
        u = sin(u * x[i % len(x)])
    outputs = [u]
    for _ in range(m - 1):
        outputs.append(sin(outputs[-1]))
    return outputs


def operations(values):
    """How many operations these Values took: all in their graph that are not leaves."""
    nodes = topological_order(*(v for v in values if isinstance(v, Value)))
    return sum(bool(v.inputs) for v in nodes)


# %%
x = [Value(0.9), Value(1.1)]
lesson.ask(f"`long_function` takes {STEPS} steps of two operations, `*` and `sin`. How many operations does it take for 2 inputs "
           f"and 3 "
           "outputs? (Each further output is one more `sin`.)", operations(long_function(x, 3)), within=0.001,
           wrong={2 * STEPS: "and two more for the outputs 2 and 3"}, why="The outputs share the long part.")


# %%
def costs(x, y):
    """By mode, the operations for all dy/dx, as a multiple of those for y."""
    order = topological_order(*y)
    columns = [pushforward(order, y, {v: 1.0}, True) for v in x]   # a sweep for each input
    rows = [pullback(order, x, {v: 1.0}, True) for v in y]         # a sweep for each output
    return {"forward": beyond(y, columns), "reverse": beyond(y, rows)}


def beyond(y, sweeps):
    """The operations of the sweeps as a multiple of those for y."""
    return operations(y + [d for found in sweeps for d in found]) / operations(y) - 1


def inputs(n):
    return [Value(0.9 + 0.1 * i / n) for i in range(n)]


x = {n: inputs(n) for n in SIZES}
by_inputs = {n: costs(x[n], long_function(x[n], 1)) for n in SIZES}
by_outputs = {m: costs(x[1], long_function(x[1], m)) for m in SIZES}
MANY = SIZES[-1]

# %%
lesson.ask(f"{MANY} inputs and 1 output. Which mode needs fewer operations for all derivatives?",
           min(by_inputs[MANY], key=by_inputs[MANY].get), choices=("forward", "reverse"),
           wrong={"forward": "it needs a sweep for each input"}, why="One sweep back gives all of them.")

# %%
lesson.ask(f"1 input and {MANY} outputs. Which one now?", min(by_outputs[MANY], key=by_outputs[MANY].get),
           choices=("forward", "reverse"), wrong={"reverse": "it needs a sweep for each output"},
           why="One sweep forward gives all of them.")

# %%
lesson.ask(f"In reverse mode with 1 output: the derivatives with respect to {MANY} inputs take how many times as many operations as "
           "the function?", by_inputs[MANY]["reverse"], within=0.5,
           wrong={float(MANY): "that would be forward mode, with a sweep for each input"},
           why="A small multiple, and it is the same for any number of inputs. This is the *cheap gradient principle*.")

# %%
for name, found in (("inputs, 1 output", by_inputs), ("outputs, 1 input", by_outputs)):
    print(f"{name:>18}  forward  reverse")
    for size, cost in found.items():
        print(f"{size:18}  {cost['forward']:7.1f}  {cost['reverse']:7.1f}")

# %%
twice = by_inputs[MANY]["forward"] / by_inputs[MANY // 2]["forward"]
lesson.ask(f"Read the first table: from {MANY // 2} to {MANY} inputs, by what factor does the cost of forward mode grow?", twice,
           within=0.15,
           wrong={1.0: "that is reverse mode"}, why="Twice as many inputs, twice as many sweeps.")

# %% tags=["hide-input"]
figure, axes = plots.plots(1, 2, size=(16, 8), sharey=True)
WAYS = {"forward": (plots.BLUE, "o-"), "reverse": (plots.RED, "s--")}
for ax, found, what in ((axes[0], by_inputs, "inputs, 1 output"),
                        (axes[1], by_outputs, "outputs, 1 input")):
    plots.dress(ax, "", f"number of {what}")
    for mode, (color, style) in WAYS.items():
        multiples = [cost[mode] for cost in found.values()]
        ax.loglog(SIZES, multiples, style, color=color, linewidth=4, markersize=13,
                  label=f"{mode} mode")
    ax.set_xticks(SIZES, [str(n) for n in SIZES])
    ticks = [1, 2, 5, 10, 20, 50, 100, 200]
    ax.set_yticks(ticks, [str(t) for t in ticks])
    ax.minorticks_off()
axes[0].set_ylabel("operations / the function's own", fontsize=20)
plots.legend(axes[0], loc="upper left")
figure.suptitle("What all derivatives cost", fontsize=26)
lesson.show(figure, "costs", "Forward mode grows with the number of inputs, reverse mode with the "
            "number of outputs.")

# %%
same = min(SIZES, key=lambda n: abs(by_inputs[n]["forward"] - by_inputs[n]["reverse"]))
lesson.ask("Left: for how many inputs do the two modes cost about the same?", same, within=0.001,
           why="One sweep each. From two inputs on, reverse mode is cheaper for one output.")

# %% [markdown]
"""
One sweep of either mode costs a small multiple of the function. Here a step of the function is two operations, `sin` and
`*`. Forward, its derivative takes a `cos`, two multiplications and an addition; in reverse, one more multiplication. The
difference is the number of sweeps: one for each input, or one for each output. Unless you choose, `jacobian` takes the mode
with fewer.
"""

# %%
x = inputs(4)
y = long_function(x, 8)
mode = min(costs(x, y).items(), key=lambda item: item[1])[0]
lesson.ask("A function of 4 inputs with 8 outputs: which mode takes fewer operations for the whole Jacobian?", mode,
           choices=("forward", "reverse"), wrong={"reverse": "8 sweeps, instead of 4"}, why="4 sweeps instead of 8.")

# %% [markdown]
"""
## Networks

A network's loss is one number, with as many inputs as there are parameters. Here is a loss of one sample, max(0, 1 - f), by
networks of growing width, written with one scalar at a time:
"""


# %%
def network_loss(widths):
    """The parameters and the loss of a network with tanh, for the sample (0.5, -0.3)."""
    f, parameters = [0.5, -0.3], []
    for n_in, n_out in zip(widths, widths[1:]):
        W = [[Value((7 * i + 3 * j) % 11 / 11 - 0.4) for j in range(n_in)]
             for i in range(n_out)]
        f = [sum(w * x for w, x in zip(row, f)).tanh() for row in W]
        parameters += [w for row in W for w in row]
    return parameters, (1 - f[0]).relu()


by_width, numbers = {}, {}
for n in lesson.size((2, 4, 8, 16), (2, 4)):
    parameters, loss = network_loss([2, n, n, n, 1])
    by_width[n], numbers[n] = costs(parameters, [loss]), len(parameters)
widest = max(by_width)

# %%
lesson.ask(f"A network 2-{widest}-{widest}-{widest}-1 has {numbers[widest]} weights. By what factor is reverse mode cheaper than "
           "forward mode here?", by_width[widest]["forward"] / by_width[widest]["reverse"], factor=3,
           why="Any answer within a factor of 3 counts as right. For the largest networks of today it would be many billions.")

# %%
print("network        parameters   forward   reverse")
for n, cost in by_width.items():
    print(f"{f'2-{n}-{n}-{n}-1':13} {numbers[n]:11} "
          f"{cost['forward']:9.1f} {cost['reverse']:9.1f}")

# %% [markdown]
"""
Forward mode costs more with every parameter (less than a whole sweep for each, since tangents that are 0 are left out here).
The cost of reverse mode does not depend on how many there are. That is why networks are trained with it.
"""

# %%
x = inputs(64)
y = long_function(x, 10)
sweeps = [pullback(topological_order(*y), x, {v: 1.0}, True) for v in y]
lesson.ask("A network with 64 parameters and 10 outputs. How many sweeps back give all derivatives of all outputs?", len(sweeps),
           within=0.001, wrong={64: "that is forward mode", 1: "a sweep begins at one output"}, why="One for each output. A loss "
           "is a single one.")

# %% [markdown]
"""
## What reverse mode pays with

Forward mode accompanies the function: once the last user of a Value is computed, the Value and its tangent can be forgotten.
Reverse mode begins when the function has ended, and needs the local derivatives of all its operations, so it has to keep
them. How many results must be kept at once?
"""


# %%
def held(order):
    """The most results of operations that, at one time, a later operation still takes."""
    last = {u: i for i, v in enumerate(order) for u, _ in edges(v)}
    ends = Counter(i for u, i in last.items() if u.inputs)
    now = most = 0
    for i, v in enumerate(order):
        now += bool(v.inputs)
        most = max(most, now)
        now -= ends[i]
    return most


memory = {}
for steps in lesson.size((16, 256, 4096), (16, 64)):
    u = v = Value(0.9)
    for _ in range(steps):
        u = sin(u * v)
    memory[steps] = (held(topological_order(u)), operations([u]))
longest = max(memory)

# %%
lesson.ask(f"The loop u = sin(u * v) takes {longest} steps, two operations each. How many results must reverse mode keep?",
           memory[longest][1], within=0.01, wrong={longest: "each step has two operations"},
           why="All of them. This is why memory limits the training of large networks.")

# %%
for steps, (few, all_) in memory.items():
    print(f"{steps:5} steps: forward mode keeps {few}, reverse mode {all_:,}")

# %% [markdown]
"""
## Both, one after the other

`H v`, the *Hessian* (the matrix of all second derivatives) times a vector, is a forward sweep through the graph of the
gradient. So it, too, costs a small multiple of the function, for any number of inputs. The whole Hessian takes one forward
sweep for each input.
"""

# %%
second = {}
for n in SIZES[:5]:
    x = inputs(n)
    y = long_function(x, 1)
    g = pullback(topological_order(*y), x, {y[0]: 1.0}, True)
    order = topological_order(*g)
    Hv = pushforward(order, g, dict.fromkeys(x, 1.0), True)
    H = [d for v in x for d in pushforward(order, g, {v: 1.0}, True)]
    second[n] = [beyond(y, [found]) for found in (g, Hv, H)]

# %%
lesson.ask("The number of inputs doubles. What happens to the cost of H v?",
           "it stays about the same" if second[max(second)][1] < 1.5 * second[1][1] else "it doubles",
           choices=("it stays about the same", "it doubles", "it grows fourfold"),
           wrong={"it grows fourfold": "the Hessian has four times as many entries, but H v does not compute them"},
           why="It is one sweep back and one sweep forward.")

# %%
print("inputs   gradient   H v   whole Hessian")
for n, row in second.items():
    print(f"{n:6} {row[0]:10.1f} {row[1]:5.1f} {row[2]:15.1f}")

# %% [markdown]
"""
## To try

- Which mode is cheaper for 10 inputs and 10 outputs of `long_function`? Predict first.
- Nest `jvp` in `jvp` for a second derivative, then once more for the third. How does the number of operations grow?
- Reverse mode could keep only every tenth Value and compute the others again from there (*checkpointing*, in PyTorch
  `torch.utils.checkpoint`). What would that cost, and what would it save?
"""
