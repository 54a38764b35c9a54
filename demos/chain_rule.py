# %% [markdown]
"""
# The chain rule on a graph

Derivatives multiply along a path and add up over paths. Why backpropagation needs an order, `+=` and a reset: four wrong
algorithms run beside the right one, and the first place where each goes astray. Takes a few seconds.
"""

# %%
import time

from autograd import Value, draw, explain, sin
from autograd.graph import topological_order
from autograd.words.titles import titles
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("chain_rule")

# %% [markdown]
r"""
## Along a path: multiply

`backward` multiplied the derivative by the partial at each operation. That has a name, the *chain rule*:

$$\frac{dy}{dx} = \frac{dy}{du} \cdot\ \frac{du}{dx}$$

`v.partials` holds the partial derivative of `v` by each of its inputs, in order.
"""

# %%
x = Value(3.0, label="x")
u = x**2
y = sin(u)
u.label, y.label = "u", "y"
y.backward()
print("du/dx =", u.partials[0])
print("dy/du =", y.partials[0])
print("product", y.partials[0] * u.partials[0], "  x.grad", x.grad)

# %% [markdown]
"""
## Over all paths: add

Now `a` reaches the output in more than one way: `b` takes `a` twice, and `c` takes `b` twice. Each way brings its own change,
and the changes add up. **Put an expression of your own here**; this section and the next three are computed from it.
"""


# %%
def doubled_twice():
    a = Value(3.0, label="a")
    b = a + a
    c = b + b
    b.label, c.label = "b", "c"
    return c


c = doubled_twice()
c.backward()
lesson.show(draw(c), "graph", "Each edge carries the partial derivative there. "
            "What is taken twice has two edges.")

# %% [markdown]
"""
`explain` says it in words.
"""

# %%
a = topological_order(c)[0]                             # the first leaf
print(explain(c, wrt=a))

# %% [markdown]
"""
## Backpropagation in ten lines

To go along each path would take too long: every further `+` of this kind doubles their number. So add up *at each node*: when
all of its *users*, the nodes that take it as an input, have handed it their parts, its derivative is whole, and is handed on
once.

A *topological order* has the inputs of each operation before the operation. Backwards it has the users first: just what is
needed.
"""


# %%
def edges(v):
    """The inputs of v, each with the partial derivative of v by it; numbers have none."""
    return [(u, d) for u, d in zip(v.inputs, v.partials) if d is not None]


def sweep(output, grads):
    """Go back through the graph once, adding to the grads that are there."""
    grads[output] = 1.0
    for v in reversed(topological_order(output)):
        for u, d in edges(v):
            grads[u] += d * grads[v]
    return grads


def right(output):
    return sweep(output, dict.fromkeys(topological_order(output), 0.0))


def name(output, v):
    """What the picture of the output calls v."""
    return titles(topological_order(output))[v]


print("order:", ", ".join(name(c, v) for v in topological_order(c)))
for v, g in right(c).items():
    print(f"derivative by {name(c, v)}: {g}   the engine: {v.grad}")

# %% [markdown]
"""
## Four ways to get it wrong

Each of these has been written many times. The first assigns where it should add. The second takes no order: it hands on what
a node has *so far*, each time somebody adds to it. The third and fourth go back twice: the third forgets to set the leaves to
0 before, the fourth forgets all the nodes between.
"""


# %%
def assigns(output):
    grads = dict.fromkeys(topological_order(output), 0.0)
    grads[output] = 1.0
    for v in reversed(topological_order(output)):
        for u, d in edges(v):
            grads[u] = d * grads[v]                     # = in place of +=
    return grads


def recurses(output):
    grads = dict.fromkeys(topological_order(output), 0.0)

    def back(v):
        for u, d in edges(v):
            grads[u] += d * grads[v]
            back(u)                                     # at once, though more may still come for u
    grads[output] = 1.0
    back(output)
    return grads


def keeps_leaves(output):
    grads = right(output)
    for v in grads:
        if v.inputs:
            grads[v] = 0.0                              # the leaves keep what the first pass left
    return sweep(output, grads)


def keeps_all(output):
    return sweep(output, right(output))                 # nothing is set to 0 between two passes


# %% [markdown]
"""
For every node the right number and the four wrong ones, from the output back to the leaves. A star marks where a column is
wrong.

The last column goes back twice *on purpose*, as one does to add up the derivatives of two outputs. There the leaves should
have twice their derivative, and the nodes between what the last pass gave; it is measured against that.
"""


# %%
def twice(output):
    grads = right(output)
    return {v: g if v.inputs else 2 * g for v, g in grads.items()}


WRONG = {"= not +=": (assigns, right), "no order": (recurses, right),
         "leaves kept": (keeps_leaves, right), "twice": (keeps_all, twice)}


def different(g, wanted):
    return abs(g - wanted) > 1e-9 * max(1.0, abs(wanted))


def table(output):
    """Print the gradient of each node by each algorithm; return the first node where each parts."""
    found = {title: (wrong(output), wanted(output)) for title, (wrong, wanted) in WRONG.items()}
    grads, parts = right(output), {}
    width = max(len(name(output, v)) for v in grads)
    print(" " * width, f"{'right':>10}", *(f"{title:>13}" for title in found))
    for v in reversed(topological_order(output)):
        row = f"{name(output, v):{width}} {grads[v]:10.4g}"
        for title, (got, wanted) in found.items():
            wrong = different(got[v], wanted[v])
            row += f"{got[v]:13.4g}" + ("*" if wrong else " ")
            if wrong:
                parts.setdefault(title, v)
        print(row)
    return parts


parts = table(c)

# %% [markdown]
"""
## Where they part, and why

Going back from the output, the first star of a column is where its algorithm went wrong; what lies behind only follows.
"""


# %% tags=["hide-input"]
def users(output, u):
    """The nodes that take u, each with its partial derivative by u; twice if it takes u twice."""
    order = reversed(topological_order(output))
    return [(v, d) for v in order for w, d in edges(v) if w is u]


def handed_on(output):
    """How often the recursion hands on each node's gradient, and what it was each time."""
    grads = dict.fromkeys(topological_order(output), 0.0)
    seen = {v: [] for v in grads}

    def back(v):
        seen[v].append(grads[v])
        for u, d in edges(v):
            grads[u] += d * grads[v]
            back(u)
    grads[output] = 1.0
    back(output)
    return seen


def why_assigns(output, u):
    shares = [d * right(output)[v] for v, d in users(output, u)]
    parts = " + ".join(f"{s:.4g}" for s in shares)
    return (f"{name(output, u)} is taken {len(shares)} times, "
            f"and gets {parts} = {sum(shares):.4g}. `=` keeps only the last, {shares[-1]:.4g}.")


def why_recurses(output, u):
    early = next(v for v, d in users(output, u) if len(handed_on(output)[v]) > 1)
    seen = handed_on(output)[early]
    parts = ", then ".join(f"{g:.4g}" for g in seen)
    return (f"{name(output, early)} handed on what it had so far {len(seen)} times: {parts}."
            f"\n    {name(output, u)} got its part of each; only the last is whole.")


def why_keeps_leaves(output, u):
    return (f"{name(output, u)} had {right(output)[u]:.4g} from the pass before, "
            "and this one was added: zero the grads first.")


def why_keeps_all(output, u):
    if u is output or not u.inputs:
        return f"{name(output, u)} got parts from nodes that still held the first pass."
    left = right(output)[u]
    return (f"{name(output, u)} began the second pass with {left:.4g} from the first,"
            f"\n    and so hands on {keeps_all(output)[u]:.4g} in place of {left:.4g}.")


WHY = {"= not +=": why_assigns, "no order": why_recurses,
       "leaves kept": why_keeps_leaves, "twice": why_keeps_all}


def say_why(output, parts):
    for title in WRONG:
        if title in parts:
            u = parts[title]
            print(f"{title:12} parts at {name(output, u)}:\n    {WHY[title](output, u)}")
        else:
            print(f"{title:12} gives the right numbers here.")


say_why(c, parts)

# %% [markdown]
"""
## When nobody notices

In a graph where every node is used once, the first two give the right numbers: that is why such a mistake can live for long.
"""


# %%
def a_tree():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(7.0, label="b")
    return (w * x + b).tanh()


tree = a_tree()
say_why(tree, table(tree))

# %% [markdown]
"""
And one that is no tree, with the same `x` in two places and a node between that is used three times:
"""


# %%
def shared():
    x, w = Value(2.0, label="x"), Value(-1.5, label="w")
    h = x * w
    s = h * h
    y = s + h * x
    h.label, s.label, y.label = "h", "s", "y"
    return y


y = shared()
say_why(y, table(y))

# %% [markdown]
"""
## An order is also fast

Recursion can be made right: hand on each part by itself and never a sum, so that it goes along every path. Count its steps on
`a + a`, doubled `n` times; the sweep in order touches each edge once.
"""


# %%
def chain(n):
    v = Value(1.0)
    for _ in range(n):
        v = v + v
    return v


def along_every_path(output):
    """The gradient of the one leaf, and how many steps it took."""
    total, steps, waiting = 0.0, 0, [(output, 1.0)]
    while waiting:
        v, share = waiting.pop()
        total += share if not v.inputs else 0.0
        for u, d in edges(v):
            waiting.append((u, d * share))
            steps += 1
    return total, steps


print(" n    derivative   steps along paths   steps in order")
counts = []
for n in range(2, lesson.size(17, 9)):
    output = chain(n)
    total, steps = along_every_path(output)
    in_order = sum(len(edges(v)) for v in topological_order(output))
    assert total == right(output)[topological_order(output)[0]]
    counts.append((n, steps, in_order))
    print(f"{n:2} {total:13.0f} {steps:19} {in_order:16}")

# %% tags=["hide-input"]
figure, ax = plots.plot("Steps to the derivative of a, doubled n times", "n",
                        "steps, on a logarithmic scale")
ns, along, ordered = zip(*counts)
ax.semilogy(ns, along, "o-", color=plots.RED, linewidth=4, markersize=10, label="along every path")
ax.semilogy(ns, ordered, "s--", color=plots.BLUE, linewidth=4, markersize=10, label="in order")
plots.legend(ax)
lesson.show(figure, "steps",
            "The number of paths doubles with every addition; the number of edges grows by two.")

# %% [markdown]
"""
Recursion has one more limit: Python stops it after some thousand calls. The order is therefore found without recursion, and
a long chain is no trouble.
"""

# %%
v = x = Value(1.0)
for _ in range(lesson.size(100_000, 5_000)):
    v = v + 1
try:
    recurses(v)
except RecursionError as error:
    print("recursion:", type(error).__name__)
start = time.perf_counter()
v.backward()
print(f"in order:  dv/dx = {x.grad}, {time.perf_counter() - start:.2f} seconds")

# %% [markdown]
"""
## What the engine does

Leaves add up over passes: so the derivatives of a sum can be gathered part by part, as the next lesson does. All other nodes
hold the latest pass. Before a new start the leaves are set to 0.
"""

# %%
a = Value(3.0, label="a")
y = a * a * a
y.backward()
print("one pass:            ", a.grad)
y.backward()
print("two passes:          ", a.grad, "  nothing reset:", sweep(y, right(y))[a])
a.grad = 0
y.backward()
print("reset, and one pass: ", a.grad)

# %% [markdown]
"""
## To try

- Put an expression of your own in place of `doubled_twice` and run the lesson again. Which columns get a star?
- Find an expression for which `=` is wrong and the missing order is not.
- `recurses` gives `a` a larger number than the right one above. Can it ever give a smaller one?
"""
