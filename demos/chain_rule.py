# %% [markdown]
"""
# The chain rule on a graph

Derivatives multiply along a path and add up over paths. Why backpropagation needs an order, `+=` and a reset: four wrong
algorithms run beside the right one, and the first place where each goes wrong. Takes a few seconds.

**Goals.** You can find a derivative by multiplying along paths and adding over paths; you can write backpropagation in ten
lines; you recognize four classic mistakes by the numbers they give.

**In class:** 50 minutes.
"""

# %% tags=["hide-input"]
import time

from autograd import Value, draw, explain, grad, maximum, sin
from autograd.graph import topological_order
from autograd.words.titles import titles
from demos import plots
from demos.lesson import Lesson

lesson = Lesson("chain_rule")

# %%
lesson.ask("From the last lesson: y = x² at x = 3. What is dy/dx?", grad(lambda x: x**2)(3.0),
           wrong={9.0: "that is y itself"}, why="2x. On a graph, this is the local derivative of the one operation that made y.")

# %% [markdown]
r"""
## Along a path: multiply

`backward` multiplied by the local derivative at each operation. If `u` changes by du/dx per unit of `x`, and `y` by dy/du
per unit of `u`, then `y` changes by the product of both per unit of `x`. This is the *chain rule*:

$$\frac{dy}{dx} = \frac{dy}{du} \cdot\ \frac{du}{dx}$$

(It holds where both derivatives exist; dy/du is taken at $u = u(x)$.) `v.partials` holds the local derivative of `v` with
respect to each of its inputs, in order. Here `u = x²` and `y = sin(u)` at `x = 3`.
"""

# %%
x = Value(3.0, label="x")
u = x**2
y = sin(u)
u.label, y.label = "u", "y"
y.backward()

# %%
lesson.ask("dy/du = cos(9) is about -0.911. What is dy/dx?", x.grad, within=0.03,
           wrong={y.partials[0]: "that is dy/du", u.partials[0]: "that is du/dx",
                  y.partials[0] + u.partials[0]: "along a path derivatives are multiplied, not added"},
           why="Times du/dx = 2x = 6.")

# %%
print("du/dx =", u.partials[0])
print("dy/du =", y.partials[0])
print("product", y.partials[0] * u.partials[0], "  x.grad", x.grad)

# %% [markdown]
r"""
## Over all paths: add

What if `x` reaches `y` in two ways, through `u` and through `v`? A small change `h` of `x` changes `u` by about h du/dx and
`v` by about h dv/dx, and `y` by the sum of what each of these causes:

$$\frac{dy}{dx} = \frac{\partial y}{\partial u} \frac{du}{dx} + \frac{\partial y}{\partial v} \frac{dv}{dx}$$

(Here the partial derivatives of `y` have to be continuous, as those of all operations are, except at kinks such as that of
max{t, 0} at 0.) Apply this again and again, back to `x`, and it becomes a sum over all *paths* in the graph: the derivative of
`y` with respect to `x` is the sum, over all paths from `x` to `y`, of the product of the local derivatives along each.

"""

# %%
x = Value(1.0)
u, v = x**2, 3 * x
(u * v).backward()
lesson.ask("u = x² and v = 3x, y = u v, at x = 1. What is dy/dx?", x.grad,
           wrong={6.0: "that is the part through u, v · 2x", 3.0: "that is the part through v, u · 3"},
           why="Through u: ∂y/∂u · du/dx = v · 2x = 6. Through v: u · 3 = 3. (On paper y = 3x³.)")

# %% [markdown]
"""
Now let `a` reach the output in more than one way: `b` uses `a` twice, and `c` uses `b` twice. **Put an expression of your
own here**; what follows is computed from it, up to "When nobody notices".
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
a = topological_order(c)[0]                             # the first leaf

# %%
lesson.ask("How many paths lead from the first leaf, a, to the output c?", explain(c, wrt=a).paths, within=0.001,
           wrong={2: "two from a to b, and for each of them two from b to c", 1: "a + a uses a twice: these are two edges"},
           why="For b = a + a and c = b + b: two from a to b, times two from b to c.")

# %%
lesson.ask("A sum has the local derivative 1 with respect to each input. What is dc/da?", a.grad,
           wrong={1.0: "that is one path; add up over all of them", 2.0: "that is db/da"},
           why="The sum over all paths of the product along each path.")

# %%
lesson.show(draw(c), "graph", "Each edge carries its local derivative. "
            "A Value that is used twice has two edges.")

# %%
lesson.play(c, "play", "The same expression, step by step. The menu has passes with a mistake: "
            "try them.")

# %% [markdown]
"""
`explain` says it in words, and as formulas: with symbols, with numbers, and the sum.
"""

# %%
print(explain(c, wrt=a))
lesson.write(f"$$ {explain(c, wrt=a).latex} $$")

# %%
v = first = Value(1.0)
for _ in range(10):
    v = v + v
lesson.ask("Two doublings make 4 paths. How many do ten doublings make?", explain(v, wrt=first).paths, within=0.001,
           wrong={20: "each doubling multiplies the number of paths by 2", 100: "2 to the power of 10"}, why="2¹⁰.")

# %% [markdown]
r"""
## Backpropagation in ten lines

Following each path separately would take too long: every further `+` of this kind doubles the number of paths. So add up *at
each node*. Its *users* are the nodes that have it as an input. Every path from a node `u` to the output begins with an edge
to one of its users, so the sum over all paths can be taken user by user:

$$\frac{\partial y}{\partial u} = \sum_{v\ \text{uses}\ u} \frac{\partial v}{\partial u}\, \frac{\partial y}{\partial v}$$

Once all users have contributed, the derivative of the node is complete, and it is passed on, once.

A *topological order* lists the inputs of each operation before the operation. Read backward, it lists the users of a node
before the node: exactly what is needed. In the code, `grads` is a table from nodes to numbers (a Python *dict*, at first with
0.0 for each), and `grads[u] += d * grads[v]` adds to the number that is there. `zip` makes pairs of the entries of two lists,
and `reversed` goes through a list from its end.
"""

# %%
lesson.ask("b = a + a and c = b + b. How many contributions must reach b before its derivative is complete?",
           sum(u is c.inputs[0] for v in topological_order(c) for u in v.inputs), within=0.001,
           wrong={1: "c = b + b uses b twice"}, why="One along each edge from b to its users. Only then is it passed on to a.")

# %%
def edges(v):
    """The inputs of v, each with its local derivative; numbers have none."""
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


order = ", ".join(name(c, v) for v in topological_order(c))
backward = ", ".join(name(c, v) for v in reversed(topological_order(c)))

# %%
lesson.ask("Which of these is a topological order of the graph?", order,
           choices=(backward, order), wrong={backward: "here each operation comes before its inputs; this is the backward order"},
           why="Inputs first. `sweep` goes through it backward.")

# %%
print("order:", order)
for v, g in right(c).items():
    print(f"derivative with respect to {name(c, v)}: {g}   the engine: {v.grad}")

# %%
lesson.ask("How many multiplications by a local derivative does the sweep make on this graph?",
           sum(len(edges(v)) for v in topological_order(c)), within=0.001,
           wrong={3: "that is the number of nodes; there is one multiplication for each edge",
                  8: "that is along every path: four paths of two edges"},
           why="One for each edge, however many paths there are.")

# %% [markdown]
"""
## What `+`, `*` and max do

Three operations are worth knowing by heart, because you then see at a glance how a derivative goes back through a graph. Say
the derivative 10 arrives at a node with the inputs `u = 3` and `v = -4`:

| operation | to u | to v | in words |
| --- | --- | --- | --- |
| `u + v` | 10 | 10 | hands it on, as it is |
| `u * v` | 10 · v = -40 | 10 · u = 30 | multiplies it by the *other* input |
| `max(u, v)` | 10 | 0 | gives all of it to the larger input |
"""


# %%
u, v = Value(3.0), Value(-4.0)
(10 * (u * v + maximum(u, v))).backward()

# %%
lesson.ask("y = 10 (u v + max(u, v)) at u = 3, v = -4. What is ∂y/∂u? Both rows of the table count.", u.grad,
           wrong={-40.0: "max gives its derivative to u as well", 10.0: "that is by max alone",
                  40.0: "the product brings 10 · v = -40"},
           why="-40 through the product and 10 through max.")

# %%
w, x = Value(0.01), Value(1000.0)
(w * x).backward()
lesson.ask("w = 0.01 is multiplied by the input x = 1000. Which of the two has the larger derivative?",
           "w" if w.grad > x.grad else "x", choices=("w", "x"), wrong={"x": "its derivative is w = 0.01"},
           why="The other input, 1000. So the derivative with respect to a weight is as large as the data: one reason to scale data "
               "before training.")

# %% [markdown]
"""
## Four ways to get it wrong

Each of these has been written many times. The first assigns where it should add. The second ignores the order: whenever a
node receives a contribution, it passes on all that it has *so far*. It is a *recursion*: its function `back` calls itself,
for each input of `v`.
"""


# %%
def assigns(output):
    grads = dict.fromkeys(topological_order(output), 0.0)
    grads[output] = 1.0
    for v in reversed(topological_order(output)):
        for u, d in edges(v):
            grads[u] = d * grads[v]                     # = instead of +=
    return grads


def recurses(output):
    grads = dict.fromkeys(topological_order(output), 0.0)

    def back(v):
        for u, d in edges(v):
            grads[u] += d * grads[v]
            back(u)                                     # at once, though more may still come
    grads[output] = 1.0
    back(output)
    return grads


# %%
lesson.ask(f"The right dc/da is {right(c)[a]:g}. What does the first algorithm give, with = instead of +=?", assigns(c)[a],
           wrong={right(c)[a]: "it keeps only the last contribution at each node", 2.0: "b keeps one contribution of two"},
           why="Each node keeps only the contribution that came last.")


# %%
lesson.ask("And the second one, which passes on at once, without an order?", recurses(c)[a],
           wrong={right(c)[a]: "a node passes on what it has after each contribution, and so passes on parts of it twice"},
           why="For a doubled twice: b passes on 1, and then 2, each time along both edges to a: 2 · 1 + 2 · 2.")

# %% [markdown]
"""
The third and the fourth go back twice: the third forgets to reset the leaves in between, the fourth forgets to reset
anything.
"""

# %%
def keeps_leaves(output):
    grads = right(output)
    for v in grads:
        if v.inputs:
            grads[v] = 0.0                              # the leaves keep what the first pass left
    return sweep(output, grads)


def keeps_all(output):
    return sweep(output, right(output))                 # nothing is reset between two passes


# %%
lesson.ask("The third algorithm goes back twice and resets all nodes but the leaves. What does it give for a?", keeps_leaves(c)[a],
           wrong={right(c)[a]: "the leaf still has the 4 of the first pass"}, why="4 from each pass.")

# %% [markdown]
"""
For every node, the right number and the four wrong ones, from the output back to the leaves. A star marks a wrong number.

The last column goes back twice *on purpose*, as if to add up the derivatives of two outputs. Then the leaves should have
twice their derivative, and all other nodes what the last pass gave; the column is compared with that.
"""


# %%
def twice(output):
    grads = right(output)
    return {v: g if v.inputs else 2 * g for v, g in grads.items()}


WRONG = {"= not +=": (assigns, right), "no order": (recurses, right),
         "leaves kept": (keeps_leaves, right), "twice": (keeps_all, twice)}


def different(g, wanted):
    return abs(g - wanted) > 1e-9 * max(1.0, abs(wanted))


# %%
lesson.ask("The fourth algorithm resets nothing: its second pass finds 2 in b and 4 in a. What does it leave in b?",
           keeps_all(c)[c.inputs[0]], wrong={2.0: "b still has the 2 of the first pass"},
           why="2 of the first pass, and 1 + 1 of the second. So b passes on 4 instead of 2.")


# %%
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

# %%
lesson.ask("Which node is right in all five columns?",
           next(name(c, v) for v in topological_order(c) if not any(different(wrong(c)[v], wanted(c)[v])
                                                                     for wrong, wanted in WRONG.values())),
           choices=[name(c, v) for v in topological_order(c)],
           why="Each algorithm begins with 1 at the output. The mistakes show from there on, going back.")

# %% [markdown]
"""
## Where they go wrong, and why

Going back from the output, the first star in a column shows where its algorithm went wrong. The stars after it are
consequences.
"""


# %% tags=["hide-input"]
def users(output, u):
    """The nodes that use u, each with its local derivative; twice if it uses u twice."""
    order = reversed(topological_order(output))
    return [(v, d) for v in order for w, d in edges(v) if w is u]


def handed_on(output):
    """How often the recursion passes on each node's gradient, and what it was each time."""
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
    return (f"{name(output, u)} is used {len(shares)} times, "
            f"and gets {parts} = {sum(shares):.4g}. `=` keeps only the last, {shares[-1]:.4g}.")


def why_recurses(output, u):
    early = next(v for v, d in users(output, u) if len(handed_on(output)[v]) > 1)
    seen = handed_on(output)[early]
    parts = ", then ".join(f"{g:.4g}" for g in seen)
    return (f"{name(output, early)} passed on what it had so far {len(seen)} times: {parts}."
            f"\n    {name(output, u)} received all of these; only the last is complete.")


def why_keeps_leaves(output, u):
    return (f"{name(output, u)} had {right(output)[u]:.4g} from the pass before, "
            "and this one was added: reset the grads first.")


def why_keeps_all(output, u):
    if u is output or not u.inputs:
        return f"{name(output, u)} got contributions from nodes that still held the first pass."
    left = right(output)[u]
    return (f"{name(output, u)} began the second pass with {left:.4g} from the first,"
            f"\n    and so passes on {keeps_all(output)[u]:.4g} instead of {left:.4g}.")


WHY = {"= not +=": why_assigns, "no order": why_recurses,
       "leaves kept": why_keeps_leaves, "twice": why_keeps_all}


def say_why(output, parts):
    for title in WRONG:
        if title in parts:
            u = parts[title]
            print(f"{title:12} goes wrong at {name(output, u)}:\n    {WHY[title](output, u)}")
        else:
            print(f"{title:12} gives the right numbers here.")


first = {title: name(c, u) for title, u in parts.items()}

# %%
lesson.ask("At which node does `=` instead of `+=` go wrong first, going back from c?",
           first.get("= not +=", "nowhere"), choices=[*(name(c, v) for v in topological_order(c)), "nowhere"],
           why="In the backward pass it is the first node that is used more than once.")

# %%
say_why(c, parts)

# %% [markdown]
"""
## When nobody notices

Here every node is used exactly once: `tanh(w * x + b)`. (The *hyperbolic tangent*, tanh(t) = (eᵗ - e⁻ᵗ) / (eᵗ + e⁻ᵗ), takes
every number to one between -1 and 1; its derivative is 1 - tanh²(t). You will meet it again.)
"""


# %%
def a_tree():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(7.0, label="b")
    return (w * x + b).tanh()


tree = a_tree()


# %%
lesson.ask("In a graph where every node is used once: is the result of `=` instead of `+=` wrong?",
           any(different(assigns(tree)[v], right(tree)[v]) for v in topological_order(tree)),
           wrong={"yes": "with one contribution there is nothing to add up"},
           why="That is why such a mistake can go unnoticed for a long time: test with a Value that is used twice.")

# %%
say_why(tree, table(tree))

# %%
lesson.ask("How many of the four algorithms give the right numbers for this tree?",
           sum(not any(different(wrong(tree)[v], wanted(tree)[v]) for v in right(tree)) for wrong, wanted in WRONG.values()),
           within=0.001, why="The first two: nothing is used twice. The other two go back twice, and a tree does not help there.")

# %% [markdown]
"""
And a graph that is not a tree: `x` is used in two places, and `h` three times.
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

# %%
lesson.ask("x = 2, w = -1.5, h = w x = -3, and y = h² + h x. What is dy/dh?", right(y)[y.inputs[0].inputs[0]],
           wrong={-6.0: "that is the part through h²; h is also a factor of h x", 2.0: "that is the part through h x"},
           why="2h + x.")

# %%
say_why(y, table(y))

# %%
lesson.ask("Is there a column without a star, an algorithm that is right for this graph?",
           any(not any(different(wrong(y)[v], wanted(y)[v]) for v in right(y)) for wrong, wanted in WRONG.values()),
           why="Test backpropagation on a graph like this one: shared nodes, and two passes.")

# %% [markdown]
"""
## An order is also fast

Recursion can be made right: pass on each contribution separately, never a sum, so that it goes along every path. Count its
steps on `a + a`, doubled `n` times. The sweep in topological order uses each edge once.
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


# %%
lesson.ask("a is doubled 8 times: v = v + v. The sweep in order takes 2 · 8 = 16 steps. How many steps does it take along every "
           "path?", along_every_path(chain(8))[1], within=0.1,
           wrong={256: "that is the number of paths, and the last step of each; there are steps before"},
           why="2 + 4 + 8 + ... + 256. The number of paths doubles with every addition.")

# %%
counts = []
for n in range(2, lesson.size(17, 9)):
    output = chain(n)
    total, steps = along_every_path(output)
    in_order = sum(len(edges(v)) for v in topological_order(output))
    assert total == right(output)[topological_order(output)[0]]
    counts.append((n, steps, in_order))

print(" n   steps along paths   steps in order")
for n, steps, in_order in counts:
    print(f"{n:2} {steps:19} {in_order:16}")

# %%
days = counts[-1][1] * 2.0 ** (40 - counts[-1][0]) / 1e6 / 86400
lesson.ask("At a million steps a second: how many days would n = 40 take along every path?", days, factor=3,
           why="Any answer within a factor of 3 counts as right. In order it takes 80 steps.")

# %% tags=["hide-input"]
figure, ax = plots.plot("Steps to the derivative of a, doubled n times", "n",
                        "steps, on a logarithmic scale")
ns, along, ordered = zip(*counts)
ax.semilogy(ns, along, "o-", color=plots.RED, linewidth=4, markersize=10, label="along every path")
ax.semilogy(ns, ordered, "s--", color=plots.BLUE, linewidth=4, markersize=10, label="in order")
plots.legend(ax)
lesson.show(figure, "steps",
            "The number of paths doubles with every addition; the number of edges grows by two.")

# %%
growth = [after[1] / before[1] for before, after in zip(counts[3:], counts[4:])]
lesson.ask("The red line is straight, and the scale is logarithmic. What does that say about the number of steps?",
           "it is multiplied by a constant" if max(growth) - min(growth) < 0.1 else "it grows by a constant",
           choices=("it grows by a constant", "it is multiplied by a constant"),
           wrong={"it grows by a constant": "that is the blue curve: two more steps for each n"},
           why=f"By about {growth[-1]:.2f} for each further addition.")

# %% [markdown]
"""
Recursion has another limit: Python stops it after about a thousand nested calls. The engine therefore finds the order
without recursion, and a long chain is not a problem.
"""

# %%
v = x = Value(1.0)
for _ in range(100):
    v = v + 1
v.backward()
lesson.ask("v = x, and then v = v + 1 a hundred times. What is dv/dx?", x.grad,
           wrong={100.0: "the local derivatives along a path are multiplied, not added", 101.0: "that is v itself"},
           why="One path, and each local derivative on it is 1.")

# %%
LONG = lesson.size(100_000, 5_000)
v = x = Value(1.0)
for _ in range(LONG):
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

Leaves add up the passes, so that the derivatives of a sum can be collected term by term. All other nodes hold the latest
pass. Before a new start you reset the leaves.
"""

# %%
a = Value(3.0, label="a")
y = a * a * a
y.backward()
once = a.grad
y.backward()
two_passes = a.grad

# %%
lesson.ask("y = a³ at a = 3, so dy/da = 27. y.backward() is called twice, without a reset. What is a.grad?", two_passes,
           wrong={once: "a second pass adds to a leaf, it does not overwrite it",
                  sweep(y, right(y))[a]: "that would be without any reset; the engine resets the nodes in between"},
           why="Exactly twice the derivative. `a.grad = 0` resets it.")

# %%
print("one pass:            ", once)
print("two passes:          ", two_passes, "  nothing reset:", sweep(y, right(y))[a])
a.grad = 0
y.backward()
print("reset, and one pass: ", a.grad)

# %% [markdown]
"""
PyTorch's leaves add up as well. But PyTorch frees what it has recorded while it goes back: there a second pass over the same
graph is an error, unless the first was `y.backward(retain_graph=True)`. Here a graph lives as long as a variable refers to it.
"""

# %% [markdown]
"""
## To try

- Put an expression of your own into `doubled_twice` and run the lesson again. Which columns get a star?
- Find an expression for which `=` is wrong and the missing order is not.
- `recurses` gives `a` a larger number than the right one above. Can it ever give a smaller one?
"""
