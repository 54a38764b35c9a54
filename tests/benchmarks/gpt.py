"""A small GPT in plain scalar code, in the manner of microgpt: one layer, 16 dimensions, 4 heads, letters as tokens.

The code knows nothing of the engine: give it Values of any class with + - * / **, exp, log and relu.
A name of six letters makes about 60,000 nodes; the loss is the mean cross-entropy of the next letter.
"""
from __future__ import annotations

import random
from typing import Any
from collections.abc import Callable

DIMENSIONS, HEADS, POSITIONS, VOCABULARY = 16, 4, 8, 27        # the letters a to z, and one token for start and end
BOUNDARY = 26

Parameters = dict[str, list[list[Any]]]

SHAPES = {"tokens": (VOCABULARY, DIMENSIONS), "positions": (POSITIONS, DIMENSIONS),
          "query": (DIMENSIONS, DIMENSIONS), "key": (DIMENSIONS, DIMENSIONS), "value": (DIMENSIONS, DIMENSIONS),
          "out": (DIMENSIONS, DIMENSIONS), "up": (4 * DIMENSIONS, DIMENSIONS), "down": (DIMENSIONS, 4 * DIMENSIONS),
          "logits": (VOCABULARY, DIMENSIONS)}


def gpt_parameters(value: Callable[[float], Any], seed: int = 42) -> Parameters:
    """The matrices of SHAPES as lists of rows, with entries value(number) drawn from a normal distribution."""
    draw = random.Random(seed)
    return {name: [[value(draw.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in SHAPES.items()}


def flat(parameters: Parameters) -> list[Any]:
    """All entries of all matrices, in the order of SHAPES, row after row."""
    return [p for matrix in parameters.values() for row in matrix for p in row]


def encode(name: str) -> list[int]:
    """The tokens of a name of letters a to z, with the boundary before and after."""
    return [BOUNDARY, *(ord(letter) - ord("a") for letter in name), BOUNDARY]


def gpt_loss(parameters: Parameters, tokens: list[int]) -> Any:
    """The mean over positions of -log p(next token), one Value."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    losses = []
    for position, (token, following) in enumerate(zip(tokens, tokens[1:])):
        p = softmax(gpt_logits(parameters, token, position, keys, values))
        losses.append(-p[following].log())
    return (1 / len(losses)) * sum(losses)


def gpt_logits(parameters: Parameters, token: int, position: int, keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
    """The logits of the next token; appends this position's key and value to those of the positions before."""
    x = [t + p for t, p in zip(parameters["tokens"][token], parameters["positions"][position])]
    x = normalized(x)
    h = normalized(x)
    query = linear(parameters["query"], h)
    keys.append(linear(parameters["key"], h))
    values.append(linear(parameters["value"], h))
    attended = [y for head in range(HEADS) for y in attention(head, query, keys, values)]
    x = added(x, linear(parameters["out"], attended))
    hidden = [z.relu() for z in linear(parameters["up"], normalized(x))]
    x = added(x, linear(parameters["down"], hidden))
    return linear(parameters["logits"], x)


def attention(head: int, query: list[Any], keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
    """What one head reads: the values so far, weighted by softmax(q . k / sqrt(d))."""
    size = DIMENSIONS // HEADS
    part = slice(head * size, (head + 1) * size)
    weights = softmax([sum(q * k for q, k in zip(query[part], key[part])) / size ** 0.5 for key in keys])
    return [sum(w * v[j] for w, v in zip(weights, values)) for j in range(part.start, part.stop)]


def linear(W: list[list[Any]], x: list[Any]) -> list[Any]:
    """W x."""
    return [sum(wi * xi for wi, xi in zip(w, x)) for w in W]


def normalized(x: list[Any]) -> list[Any]:
    """x divided by its root mean square."""
    mean = sum(xi * xi for xi in x) / len(x)
    scale = (mean + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(x: list[Any]) -> list[Any]:
    """exp(x) over its sum, shifted by the largest so that nothing overflows."""
    largest = max(xi.data for xi in x)
    exps = [(xi - largest).exp() for xi in x]
    total = sum(exps)
    return [e / total for e in exps]


def added(x: list[Any], y: list[Any]) -> list[Any]:
    """x + y."""
    return [xi + yi for xi, yi in zip(x, y)]


def train(value: Callable[[float], Any], names: list[str], rate: float = 0.5) -> list[float]:
    """The losses of one step of gradient descent for each name, from the initial parameters."""
    parameters = gpt_parameters(value)
    losses = []
    for name in names:
        loss = gpt_loss(parameters, encode(name))
        loss.backward()
        for p in flat(parameters):
            p.data -= rate * p.grad
            p.grad = 0
        losses.append(loss.data)
    return losses
