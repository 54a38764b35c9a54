# %% [markdown]
"""
# A tiny GPT makes up names

The kind of network behind the large language models, in plain scalar operations: embedding, attention, a small network, and
nothing hidden. It learns from a few thousand names to make up new ones: one scalar at a time, and then compiled, by one line
more. Takes about twenty seconds.

**Goals.** You can explain embedding, attention and residual connections with numbers you have seen; you can compare a
language model with counting, by its perplexity; you know what compiling saves.

**In class:** 50 minutes.
"""

# %% tags=["hide-input"]
import math
import random
import textwrap
import time

import numpy as np

import nn
from autograd import exp, jit, log, relu, value_and_grad
from demos import plots
from demos.lesson import DATA, Lesson

lesson = Lesson("gpt")

# %%
lesson.ask("From the lesson `digits`: a network gives the right class the probability 1/4. What is the cross-entropy, -log(1/4)?",
           math.log(4),
           within=0.02, wrong={0.25: "that is the probability"}, why="log 4, about 1.39. A GPT is a classifier, too: its classes "
           "are letters.")

# %% [markdown]
"""
## Names

First names from the US census of 1990 (public domain; `demos/data/README.md` says where they come from). For the network a
name is a list of *tokens*: a number for each letter, and one more number that stands before the first letter and after the
last. One name in ten is held out: the network will be tested on names it has not seen.
"""

# %%
names = (DATA / "names.txt").read_text().split()
names = [name for name in names if len(name) <= lesson.size(15, 4)]
random.Random(1).shuffle(names)
held_out, training = names[:len(names) // 10], names[len(names) // 10:]

END, TOKENS = 26, 27


def tokens(name):
    return [END, *(ord(letter) - ord("a") for letter in name), END]


# %%
lesson.ask("How many tokens does the name \"emma\" have?", len(tokens("emma")), within=0.001,
           wrong={4: "one more stands before the first letter, and one after the last"}, why="4 letters, and the mark on both sides.")

# %%
print(f"{len(training)} names to learn from, {len(held_out)} held out")
print("some of them:", *training[:8])
print(f"{training[0]} is {tokens(training[0])}")

# %%
lesson.ask("How many different tokens are there?", TOKENS, within=0.001, wrong={26: "and the mark before and after a name"},
           why="26 letters and the mark.")

# %% [markdown]
"""
## The network, in scalars

Its only task: given the letters so far, predict the next one. Each letter is first turned into 16 numbers, its *embedding*,
a row of a table that is learned like any other weight. A row for the position of the letter is added to it.

Nine matrices contain everything that the network learns. They are arrays of plain numbers.
"""

# %%
SIZE, HEADS, PLACES = 16, 4, 16
SHAPES = {"letters": (TOKENS, SIZE), "places": (PLACES, SIZE),                          # embedding
          "query": (SIZE, SIZE), "key": (SIZE, SIZE),                                   # attention
          "value": (SIZE, SIZE), "out": (SIZE, SIZE),
          "up": (4 * SIZE, SIZE), "down": (SIZE, 4 * SIZE), "logits": (TOKENS, SIZE)}

draw = random.Random(42)
initial = {name: np.array([[draw.gauss(0, 0.08) for _ in range(columns)] for _ in range(rows)])
           for name, (rows, columns) in SHAPES.items()}
PARAMETERS = sum(matrix.size for matrix in initial.values())
print(PARAMETERS, "parameters")

# %%
lesson.ask("Each of the 27 tokens has a row of 16 numbers. How many parameters does the table of letters have?",
           initial["letters"].size,
           within=0.001, why="27 · 16.")

# %% [markdown]
"""
Three small pieces. `linear` is `W x`. `normalized` divides a vector by its root mean square, so that numbers neither vanish
nor explode on their way. `softmax` turns any numbers into probabilities; it subtracts the largest first, so that no `exp`
overflows.
"""


# %%
def linear(matrix, x):
    return [sum(w * xi for w, xi in zip(row, x)) for row in matrix]


def normalized(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(z):
    top = max(z)
    powers = [exp(zi - top) for zi in z]
    total = sum(powers)
    return [p / total for p in powers]


def added(x, y):
    return [xi + yi for xi, yi in zip(x, y)]


# %%
lesson.ask("What does `normalized` make of the 3 in (3, 4)? The root mean square is √12.5, about 3.54.", normalized([3.0, 4.0])[0],
           within=0.02,
           wrong={0.6: "that divides by the length, 5; here it is the root of the mean"}, why="3 / 3.54.")

# %% [markdown]
r"""
*Attention* lets a letter look back. It has a *query*; every letter so far, itself included, has a *key*. Where the two match
(a large dot product), the weight is large, and the letter takes much of the *value* stored there. With the query $q_t$ of the
letter at position $t$, and keys $k_s$ and values $v_s$ of $d$ numbers each, for $s = 0, \dots, t$:

$$a_{ts} = \frac{\exp(q_t \cdot k_s / \sqrt{d})}{\sum_{r \le t} \exp(q_t \cdot k_r / \sqrt{d})}, \qquad
\text{out}_t = \sum_{s \le t} a_{ts} v_s$$

Dividing by the root keeps the dot products about as large as the entries. Four *heads* do this side by side, each with $d =
4$ of the 16 numbers, so that one can look for vowels while another looks for the beginning. (PyTorch has these pieces as
operations on arrays of all letters at once: `torch.nn.Embedding`, `torch.nn.RMSNorm` for `normalized`, and
`scaled_dot_product_attention` with `is_causal=True`. Here one letter comes after the other, and `memory` keeps keys and
values.)
"""

# %%
lesson.ask("Softmax of four equal numbers, (5, 5, 5, 5): what is each weight?", softmax([5.0] * 4)[0],
           wrong={1.0: "the weights add up to 1"}, why="Equal numbers get equal weights, and these add up to 1.")


# %%
def attention(W, x, memory):
    query = linear(W["query"], x)
    memory["keys"].append(linear(W["key"], x))
    memory["values"].append(linear(W["value"], x))
    read = []
    for part in heads():
        fits = [sum(q * k for q, k in zip(query[part], key[part])) / (SIZE // HEADS) ** 0.5
                for key in memory["keys"]]
        weights = softmax(fits)
        memory["weights"].append(weights)
        read += [sum(w * v for w, v in zip(weights, column))
                 for column in zip(*(value[part] for value in memory["values"]))]
    return linear(W["out"], read)


def heads():
    return [slice(i, i + SIZE // HEADS) for i in range(0, SIZE, SIZE // HEADS)]


def new_memory():
    return {"keys": [], "values": [], "weights": []}


# %%
lesson.ask("The first token can look only at itself. What is its attention weight?", softmax([0.3])[0], why="Softmax of a single "
           "number is 1.")

# %% [markdown]
"""
The whole network. The result of attention is added to what was there, and so is the result of a network of two layers (3).
These are *residual connections*: each part adds its own contribution to a stream of numbers.

All of it is plain Python. Given numbers it returns numbers; given Values it records a graph.
"""

# %%
lesson.ask("A part of the network returns only zeros. What does `added(x, part)` pass on for x = (2, -1)? Give the first number.",
           added([2.0, -1.0], [0.0, 0.0])[0], wrong={0.0: "x itself is still there"},
           why="x itself: so a residual connection carries numbers forward, and derivatives back, past any part.")

# %%
def next_letter(W, token, memory):
    """The logits of the token after this one; memory holds what attention kept of those before."""
    place = len(memory["keys"])
    x = normalized(added(W["letters"][token], W["places"][place]))
    x = added(x, attention(W, normalized(x), memory))
    hidden = [relu(z) for z in linear(W["up"], normalized(x))]
    x = added(x, linear(W["down"], hidden))
    return linear(W["logits"], x)


def name_loss(W, name):
    """The mean of -log(probability of the token that follows) over the tokens of a name."""
    memory, losses = new_memory(), []
    for token, following in zip(name, name[1:]):
        p = softmax(next_letter(W, token, memory))
        losses.append(-log(p[following]))
    return sum(losses) / len(losses)


loss = name_loss(initial, tokens("emma"))

# %%
lesson.ask("A network that knows nothing gives each of the 27 tokens the same probability. What is its loss, -log(1/27)?",
           math.log(TOKENS), within=0.05, wrong={math.log10(TOKENS): "that is the logarithm to base 10; log is the natural one"},
           why="log 27.")

# %%
print(f"emma: loss {loss:.4f}")
print(f"a network that knows nothing gives each of {TOKENS} tokens the same probability: "
      f"log {TOKENS} = {math.log(TOKENS):.4f}")

# %%
lesson.ask("The loss is the mean of -log p. What is exp(-loss), the probability of a token, for `emma` before training?",
           math.exp(-loss), within=0.15,
           why="About 1/27: it knows nothing yet.")

# %% [markdown]
"""
`value_and_grad` makes a function that returns the loss and its gradient, a matrix of derivatives for each of the nine. It
records a graph of Values, goes back through it, and throws it away. Are the derivatives right? Compare with finite
differences, for one weight in each matrix.
"""

# %%
eager = value_and_grad(name_loss)
_, gradient = eager(initial, tokens("emma"))
for name, matrix in initial.items():
    at, h = np.unravel_index(np.abs(gradient[name]).argmax(), matrix.shape), 1e-5
    moved = [{**initial, name: matrix.copy()} for _ in range(2)]
    moved[0][name][at] += h
    moved[1][name][at] -= h
    above, below = (name_loss(W, tokens("emma")) for W in moved)
    print(f"{name:8} {at[0]:2}, {at[1]:2}   by the graph {gradient[name][at]:12.9f}   "
          f"finite difference {(above - below) / (2 * h):12.9f}")

# %% [markdown]
"""
(The first two rows agree for a reason: emma has one a, at position 4, so that row 0 of the letters and row 4 of the
positions go into the same sum, and into no other.)
"""

# %%
lesson.ask("The name emma has no q. Are the derivatives with respect to the row of q all 0?",
           not np.any(gradient["letters"][ord("q") - ord("a")]),
           wrong={"no": "that row was not used for this name"}, why="What is not used does not learn in this step.")

# %% [markdown]
"""
## One line more

Thousands of Values for every letter, in every step, and the next name records the same ones with other letters. `jit`
records a graph when it first meets a length, compiles it to matrices, and from then on runs the program. Which letters a
name has is data: the rows of the table are fetched by their places. The line below is all that changes; above a `def` it
would be written `@jit`.
"""

# %%
step = jit(value_and_grad(name_loss))

# %%
start = time.perf_counter()
for length in sorted({len(name) for name in names}):
    step(initial, tokens("a" * length))
compiling = time.perf_counter() - start

# %%
four = jit(value_and_grad(name_loss))
for name in ("emma", "anna"):
    four(initial, tokens(name))
lesson.ask("\"emma\" and \"anna\" have four letters each. How many programs do they need, if the letters are data?",
           len(four.programs), within=0.001,
           wrong={2: "the graph is the same, only the rows that are fetched differ"}, why="One program for each length.")

# %%
print(f"{len(step.programs)} lengths compiled in {compiling:.1f} seconds; for 4 letters:")
program = four.programs[0]
print(textwrap.fill(str(program), 90), "\n")

value, compiled = four(initial, tokens("emma"))
off = max(np.abs(compiled[name] - gradient[name]).max() for name in initial)
print(f"emma: loss {value:.4f}; of {PARAMETERS} derivatives none is off by more than {off:.0e}")

# %%
lesson.ask("How many matrix products does the forward part of this program have, more or less?",
           program.source[program.source.index("# forward"):program.source.index("# backward")].count(" @ "), factor=1.8,
           why="One for each use of a matrix, and two for attention. (Any answer within a factor of 1.8 counts as right.)")

# %% [markdown]
"""
The program has matrices where the graph had scalars. Here are its products: all letters of the name go through each of them
at once. Those with three axes are attention, for all heads at once: every query with every key, then the weights with the
values.
"""

# %%
source = program.source
forward = source[source.index("# forward"):source.index("# backward")]
for line in forward.split("\n"):
    if " @ " in line:
        line = " ".join(line.split())
        print(line if len(line) < 90 else line.replace(" @ ", "\n     @ "))

# %% [markdown]
"""
## A thousand steps

One name at a time, as the smallest GPTs are trained, with Adam and a learning rate that falls to 0. The loop takes either of
the two ways of making a step.
"""

# %%
lesson.ask("The learning rate falls on a straight line from 0.01 to 0 over 1,000 steps. What is it at step 500?",
           0.01 * (1 - 500 / 1000),
           why="Half of 0.01.")

# %%
STEPS = lesson.size(1000, 60)


def adam():
    return nn.Adam(lambda step: 0.01 * (1 - step / STEPS), beta1=0.85, beta2=0.99)


def train(step, examples):
    """The parameters after a step for each example, the losses, and the seconds each step took."""
    W, optimizer, losses, seconds = initial, adam(), [], []
    for example in examples:
        start = time.perf_counter()
        loss, gradient = step(W, example)
        W = optimizer.update(W, gradient)
        losses.append(loss)
        seconds.append(time.perf_counter() - start)
    return W, losses, seconds


one_by_one, losses, seconds = train(step, [tokens(name) for name in training[:STEPS]])
print(f"{STEPS} steps in {sum(seconds):.1f} seconds, {compiling:.1f} more to compile")

# %%
lesson.ask("Is the mean loss of the last 50 steps below that of the first 50?", bool(np.mean(losses[-50:]) < np.mean(losses[:50])),
           why=f"{np.mean(losses[:50]):.2f} at first, {np.mean(losses[-50:]):.2f} at the end.")

# %% [markdown]
"""
And with scalars? A few steps are enough: their losses have to be the same, and their times, scaled by the length of the
names, tell how long all of them would have taken.
"""

# %%
TRIED = lesson.size(20, 2)
_, scalar_losses, scalar_seconds = train(eager, [tokens(name) for name in training[:TRIED]])
print(f"{TRIED} losses, of which none differs by more than "
      f"{max(abs(a - b) for a, b in zip(losses, scalar_losses)):.0e}")

def letters_in(names):
    return sum(len(name) + 1 for name in names)


all_scalars = sum(scalar_seconds) * letters_in(training[:STEPS]) / letters_in(training[:TRIED])
ratio = all_scalars / (sum(seconds) + compiling)

# %%
lesson.ask("By what factor is the compiled training faster than the scalars on the machine that made this page, compile time "
           "included?", ratio, factor=4, why="Any answer within a factor of 4 counts as right.")

# %%
print(f"{STEPS} steps with scalars would take {all_scalars:.0f} seconds on this machine,\n"
      f"{ratio:.0f} times as long, compile time included")

# %% [markdown]
"""
## Many names at once

A program takes any number of samples, one in each row: `samples=(1,)` says that argument 1 now has many names, and
`reduce="mean"` that we want the mean of their losses. So now the same number of steps, from the same initial weights, but
each with 32 names of one length.
"""

# %%
lesson.ask("32 names of five letters, as an array of tokens: how many columns?", len(tokens("marie")), within=0.001,
           wrong={5: "and the mark before and after"}, why="5 + 2; the rows are the samples.")

# %%
BATCH = 32
chooser = random.Random(7)
LENGTHS = {len(name) for name in training}
by_length = {n: [name for name in training if len(name) == n] for n in LENGTHS}


def batch():
    """Names of one length, that of a name drawn from all: an array of tokens (32, length + 2)."""
    same = by_length[len(chooser.choice(training))]
    some = same if len(same) < BATCH else chooser.sample(same, BATCH)
    return np.array([tokens(name) for name in some])


batch_step = jit(value_and_grad(name_loss), samples=(1,), reduce="mean")
in_batches, batch_losses, batch_seconds = train(batch_step, [batch() for _ in range(STEPS)])

# %%
lesson.ask(f"{STEPS} steps with one name each took {sum(seconds):.1f} seconds. How many seconds do {STEPS} steps with 32 names take?",
           sum(batch_seconds), factor=2.5, wrong={32 * sum(seconds): "products of larger matrices cost less for each name"},
           why="32 times the names, in far less than 32 times the time.")

# %%
print(f"{STEPS} steps with {BATCH} names each in {sum(batch_seconds):.1f} seconds")

# %% [markdown]
"""
What have they learned? We take the mean of -log(probability) of a token, the cross-entropy, over the names that were held
out, and exp of it, the *perplexity*: as if choosing among so many equally likely tokens. Beside it stands what counting
achieves: how often each letter occurs, how often it follows the letter before it (*bigrams*), and how often it follows that
letter at that position. A network that is better than the last of these must look further back than one letter.
"""


# %%
lesson.ask("A cross-entropy of 2 per token: what is the perplexity?", math.exp(2.0), within=0.02, wrong={2.0: "exp of it",
           4.0: "exp, not 2²"},
           why="e². As if choosing among seven or eight equally likely letters.")

# %%
losses_of = jit(name_loss, samples=(1,))


def held_out_loss(W):
    letters = np.array([len(name) + 1 for name in held_out])
    return letters @ losses_of(W, [tokens(name) for name in held_out]) / letters.sum()


def counted(names):
    """How often each token follows each at each place: (PLACES, 27, 27)."""
    count = np.zeros((PLACES, TOKENS, TOKENS))
    for name in names:
        for place, (token, following) in enumerate(zip(tokens(name), tokens(name)[1:])):
            count[place, token, following] += 1
    return count


def shares(count, of_all):
    """The share of each token among those that follow, drawn a little to the share of all."""
    return (count + 10 * of_all) / (count.sum(-1, keepdims=True) + 10)


seen, asked = counted(training), counted(held_out)

# %%
first = {letter: seen[0, END, ord(letter) - ord("a")] for letter in "amqx"}
lesson.ask("With which of these letters do the most names begin?", max(first, key=first.get), choices=list(first),
           why="Counting knows this, too: it is what a network has to beat.")

# %%
letters = shares(seen.sum((0, 1)), 1 / TOKENS)
pairs = shares(seen.sum(0), letters)
placed = shares(seen, pairs)


def loss_of_counting(p):
    return float(-(asked * np.log(p)).sum() / asked.sum())


table = {"knows nothing": math.log(TOKENS),
         "letters": loss_of_counting(letters),
         "bigrams": loss_of_counting(pairs),
         "bigrams, by position": loss_of_counting(placed),
         f"GPT, {len(losses)} names one by one": held_out_loss(one_by_one),
         f"GPT, {STEPS} steps of {BATCH} names": held_out_loss(in_batches)}
last = list(table)[-1]

# %%
lesson.ask("A network that knows nothing has a perplexity of 27. What is the perplexity of the GPT trained in batches, on new names?",
           math.exp(table[last]), factor=1.5, why="Any answer within a factor of 1.5 counts as right.")

# %%
lesson.ask(f"Is the GPT that saw {len(losses)} names one by one better than counting bigrams by position?",
           table[list(table)[-2]] < table["bigrams, by position"], why="The table shows all of them.")

# %%
for who, loss in table.items():
    print(f"{who:30} {loss:.3f}   perplexity {math.exp(loss):4.1f}")

# %%
lesson.ask("Which row of the table has the smallest loss on new names?", min(table, key=table.get), choices=list(table),
           why="More names for each step, and all letters before the next one.")

# %% tags=["hide-input"]
figure, ax = plots.plot("The loss while it learns", "step", "-log(probability), mean over 50 steps")
width = min(50, STEPS // 4)
for found, label, color, style in ((losses, "one name a step", plots.BLUE, "-"),
                                   (batch_losses, f"{BATCH} names a step", plots.RED, "--")):
    smooth = np.convolve(found, np.ones(width) / width, "valid")
    ax.plot(np.arange(width, len(found) + 1), smooth, style, color=color, linewidth=4, label=label)
for who, style in zip(list(table)[:4], ("-", "--", "-.", ":")):
    ax.axhline(table[who], color="black", linestyle=style, linewidth=2.5, label=who)
plots.legend(ax, loc="upper right", ncols=2)
lesson.show(figure, "loss", "Black lines: what counting achieves.")

# %%
counting = list(table)[:4]
lesson.ask("Which way of counting has the smallest loss on new names?", min(counting, key=table.get), choices=counting,
           why="It knows the letter before and the position. It does not know the letters before that one.")

# %% [markdown]
"""
## New names

Compute the probabilities of the first letter, draw one, feed it back, and continue until the network predicts the end of the
name. The *temperature* divides the logits.
"""

# %%
sharper = max(softmax([2.0 / 0.5, 1.0 / 0.5])) > max(softmax([2.0, 1.0]))
lesson.ask("The temperature is lowered from 1 to 0.5. What happens to the likely letters?",
           "they become more likely" if sharper else "they become less likely",
           choices=("they become more likely", "they become less likely"),
           why="The differences of the logits are doubled. Close to 0 only the most likely letter is left.")


# %%
def make_up(W, rng, temperature=0.6):
    memory, name, token = new_memory(), "", END
    while len(name) < PLACES - 1:
        z = next_letter(W, token, memory)
        token = rng.choices(range(TOKENS), softmax([zi / temperature for zi in z]))[0]
        if token == END:
            break
        name += chr(token + ord("a"))
    return name


# %%
odds = (lambda p: p[0] / p[1])(softmax([1.0 / 0.5, 0.0]))
lesson.ask("Two letters have logits that differ by 1. At temperature 0.5, how many times as likely is the first?", odds, within=0.03,
           wrong={math.e: "that is at temperature 1"}, why="exp(1 / 0.5) = e².")

# %%
made = {}
for who, W in (("before training", initial), ("one by one", one_by_one),
               ("in batches", in_batches)):
    rng = random.Random(3)
    made[who] = [make_up(W, rng) for _ in range(lesson.size(25, 3))]
    new = sum(name not in names for name in made[who])
    print(f"{who}: {new} of {len(made[who])} are not in the list")
    for i in range(0, len(made[who]), 5):
        print("   ", " ".join(f"{name or '(nothing)':15}" for name in made[who][i:i + 5]))

# %%
lesson.ask("Are more than half of the names that it made up in batches new, not in the list?",
           sum(name not in names for name in made["in batches"]) > len(made["in batches"]) / 2, why="It has not learned the list "
           "by heart.")

# %% [markdown]
"""
## Where it looks

The weights of attention are numbers like all others, so look at them. Each row belongs to the letter that looks back, each
column to a letter that it can look at. Each row adds up to 1. (`.` is the token before the name.)
"""

# %% tags=["hide-input"]
shown = "christina"
memory = new_memory()
for token in tokens(shown)[:-1]:
    next_letter(in_batches, token, memory)
n = len(shown) + 1
weights = np.zeros((HEADS, n, n))
for i, found in enumerate(memory["weights"]):
    weights[i % HEADS, i // HEADS, :len(found)] = found

# %%
above = weights[:, ~np.tri(n, dtype=bool)]
lesson.ask("May a letter look at the letters after it?", bool(above.any()),
           wrong={"yes": "it would then be given what it has to predict"}, why="All weights above the diagonal are 0.")

# %% tags=["hide-input"]
figure, axes = plots.plots(1, HEADS, size=(4.6 * HEADS + 1, 5.4))
for head, ax in zip(range(HEADS), axes.ravel()):
    ax.imshow(weights[head], cmap="Blues", vmin=0, vmax=1)
    ax.set_title(f"head {head + 1}", fontsize=23)
    ax.set_xticks(range(n), list("." + shown), fontsize=22)
    ax.set_yticks(range(n), list("." + shown), fontsize=22)
    ax.grid(False)
lesson.show(figure, "attention", "Dark: a large weight. A row for each letter that looks back, a "
            "column for each that is looked at.")

# %%
lesson.ask("The weights in a row add up to what?", float(weights[0, -1].sum()), why="They come out of softmax.")

# %% [markdown]
"""
## To try

- Leave out the table of positions. What loss does it reach, and why does it not fail altogether?
- Set `HEADS` to 1. What do the pictures of attention look like then?
- Give it another list of words: cities, plants, the words of your own language (27 tokens are a to z and the end).
- Set `STEPS` to 4,000. Which of the last two rows of the table gains more, and why?
"""
