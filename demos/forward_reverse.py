# %% [markdown]
"""
# Forward and reverse mode: what derivatives cost

The chain rule works in two directions. One gives the derivatives by one input, the other those of one output. What each costs,
counted in operations, and why networks are trained with the second. Takes a few seconds.
"""

# %%
from collections import Counter

from autograd import Value, draw, jacobian, jvp, sin, vjp
from autograd.derivatives.gradients import pullback, pushforward
from autograd.graph import topological_order
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("forward_reverse")

# %% [markdown]
"""
## Forward: how fast does everything move?

Here is a function of two inputs with two outputs. Let `a` move with speed 1 while `b` stands still: how fast does each Value
move? For the inputs we know. For all others the chain rule says it, from the inputs on: the speeds of what goes into an
operation, each times the partial derivative there, added up. Such a speed is called a *tangent*.
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


def edges(v):
    """The inputs of v, each with the partial derivative of v by it."""
    return [(u, d) for u, d in zip(v.inputs, v.partials) if d is not None]


def forward(order, tangents):
    moving = dict(tangents)
    for v in order:
        if v.inputs:
            moving[v] = sum(d * moving[u] for u, d in edges(v))
    return moving


by_a = forward(order, {a: 1.0, b: 0.0})
by_b = forward(order, {a: 0.0, b: 1.0})
lesson.show(draw(y), "graph", "The graph of both outputs, with the partial on each edge.")

# %% [markdown]
"""
## Reverse: how much does an output feel?

Reverse mode is backpropagation: from one output back, with a derivative of 1 there and 0 at the other. What arrives at a
Value is the derivative of that output by it, its *cotangent*. Where the forward sweep collects from the inputs, this one hands
on to them. Each goes along every edge once, and multiplies by the same partials.
"""


# %%
def reverse(order, cotangents):
    felt = dict.fromkeys(order, 0.0) | cotangents
    for v in reversed(order):
        for u, d in edges(v):
            felt[u] += d * felt[v]
    return felt


of_y1 = reverse(order, {y[0]: 1.0})
of_y2 = reverse(order, {y[1]: 1.0})
print("                tangent if          cotangent of")
print("Value      data     a moves  b moves      y1       y2")
for v in order:
    print(f"{v.label:5} {v.data:9.4f} {by_a[v]:11.4f} {by_b[v]:8.4f} "
          f"{of_y1[v]:10.4f} {of_y2[v]:8.4f}")

# %% [markdown]
"""
## Columns and rows

All derivatives of all outputs by all inputs make a matrix, the *Jacobian* `J`, a row for each output. In the table it is there
twice: in the tangents of `y1` and `y2`, and in the cotangents of `a` and `b`. A forward sweep gives a *column*, a reverse
sweep a *row*.

More than that: a sweep takes any speeds `t` of the inputs and gives `J t`, the derivative in that direction. `jvp` (Jacobian
times vector) is this sweep, and `vjp` the other, which gives `cᵀJ`. `jacobian` makes the whole matrix, in either way.
"""

# %%
point = (1.5, 2.0)
print("column of a:    ", jvp(function, point, (1.0, 0.0))[1])
print("column of b:    ", jvp(function, point, (0.0, 1.0))[1])
print("direction 3, -1:", jvp(function, point, (3.0, -1.0))[1])

_, pull = vjp(function, *point)
print("row of y1:      ", pull([1.0, 0.0]))
print("row of y2:      ", pull([0.0, 1.0]))

for mode in ("forward", "reverse"):
    J = jacobian(lambda x: function(*x), mode=mode)([1.5, 2.0])
    print(f"{mode}:        ", J)

# %% [markdown]
"""
## What it costs

Now a function of n inputs and m outputs, with long work in between that all share. `pushforward` and `pullback` are the
engine's own two sweeps. Here they compute with Values, so that each multiplication, addition and partial derivative of a sweep
is a node of a graph, and can be counted. The tables say how many times as many operations as the function all derivatives
take, the function itself not counted:
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
    """How many operations these Values took: all in their graph that are no leaves."""
    nodes = topological_order(*(v for v in values if isinstance(v, Value)))
    return sum(bool(v.inputs) for v in nodes)


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
for name, found in (("inputs, 1 output", by_inputs), ("outputs, 1 input", by_outputs)):
    print(f"{name:>18}  forward  reverse")
    for size, cost in found.items():
        print(f"{size:18}  {cost['forward']:7.1f}  {cost['reverse']:7.1f}")

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
lesson.show(figure, "costs", "Forward mode grows with the number of inputs, reverse mode "
            "with that of outputs.")

# %% [markdown]
"""
One sweep of either mode costs a small multiple of the function. Here a step of the function is two operations, `sin` and `*`.
Forward, its derivative takes a `cos`, two multiplications and an addition; in reverse, one multiplication more. The difference
is how many sweeps there are: one for each input, or one for each output. So `jacobian`, unless told, takes the fewer.
"""

# %% [markdown]
"""
## Networks

A network's loss is one number, with as many inputs as there are parameters. Here is the hinge loss of one sample, by networks
of growing width, written with one scalar at a time:
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


print("network        parameters   forward   reverse")
by_width = {}
for n in lesson.size((2, 4, 8, 16), (2, 4)):
    parameters, loss = network_loss([2, n, n, n, 1])
    cost = by_width[n] = costs(parameters, [loss])
    print(f"{f'2-{n}-{n}-{n}-1':13} {len(parameters):11} "
          f"{cost['forward']:9.1f} {cost['reverse']:9.1f}")

# %% [markdown]
"""
Forward mode costs more with every parameter (less than a whole sweep for each, as tangents that are 0 are left out here).
Reverse mode does not notice how many there are. That is why networks are trained with it.

## What reverse mode pays with

Forward mode goes along with the function. When the last operation that takes a Value is done, that Value and its tangent may
be forgotten. Reverse mode begins when the function has ended, and needs the partial derivatives of all its operations: it has
to keep them. How many results must be held at once?
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
    few, all_ = memory[steps] = (held(topological_order(u)), operations([u]))
    print(f"{steps:5} steps: forward mode holds {few}, reverse mode {all_:,}")

# %% [markdown]
"""
## Both, one after the other

`H v`, the Hessian times a vector, is a forward sweep through the graph of the gradient. So it costs a small multiple of the
function, too, however many inputs there are, as Newton's method needs it. The whole Hessian takes a forward sweep for each.
"""

# %%
print("inputs   gradient   H v   whole Hessian")
second = {}
for n in SIZES[:5]:
    x = inputs(n)
    y = long_function(x, 1)
    g = pullback(topological_order(*y), x, {y[0]: 1.0}, True)
    order = topological_order(*g)
    Hv = pushforward(order, g, dict.fromkeys(x, 1.0), True)
    H = [d for v in x for d in pushforward(order, g, {v: 1.0}, True)]
    second[n] = [beyond(y, [found]) for found in (g, Hv, H)]
    print(f"{n:6} {second[n][0]:10.1f} {second[n][1]:5.1f} {second[n][2]:15.1f}")

# %% [markdown]
"""
## To try

- Which mode is the better one for 10 inputs and 10 outputs of `long_function`? Guess first.
- Nest `jvp` in `jvp` for a second derivative, then once more for the third. How do the operations grow?
- Reverse mode could keep only every tenth Value, and compute the others again from there. What would that cost, and save?
"""
