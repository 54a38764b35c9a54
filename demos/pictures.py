"""Every kind of picture: a neuron, an expression, networks, a loss over 100 samples, a page to play, words."""
from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import Value
from autograd.graph import topological_order
from autograd.render.dot import PictureError
from demos.page import Page

CAPTIONS = {
    "neuron": "A neuron, tanh(w . x + b), after backward()",
    "readme": "micrograd's README expression, one Value for each operation",
    "dot": "nn's neuron: one dot and its activation",
    "dot-opened": "The same with open_dots=True: the products and their sum",
    "network": "The lecture's network of figure 2, 6-2-6-4-1, with its weights",
    "network-sample": "The same for one sample: data and gradient in each neuron",
    "moons": "The network for the moons, 2-16-16-1, for one sample",
    "loss": "The loss over 100 samples of the moons, as plain scalar code: neurons hold all samples",
    "loss-layers": "The same with level='layer'",
    "loss-opened": "One neuron of a layer opened: expand='layers.1.neurons.2'",
    "loss-unlabelled": "The same loss without any labels: operations of a kind and depth",
}


def neuron() -> Value:
    """A neuron with two inputs, of weights at which the local derivative of tanh is 1/2."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.881373587019543, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def readme_expression() -> Value:
    """The expression of micrograd's README; its Values are named by autograd.name."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    autograd.name(locals())
    return g


def scalar_neuron(neuron: nn.Neuron, x: list[Value], relu: bool) -> Value:
    """A neuron as one writes it at first: a product for each weight, and sums."""
    z = sum((wi * xi for wi, xi in zip(neuron.w, x)), neuron.b)
    return z.relu() if relu else z


def moons_loss(labels: bool = True) -> Value:
    """micrograd's demo as plain scalar code, 65,000 Values: hinge loss over 100 points and a penalty on the parameters."""
    net = nn.MLP(2, [16, 16, 1], seed=1337)
    if not labels:
        for p in net.parameters():
            p.label = ""
    rng = random.Random(1)
    losses = []
    for _ in range(100):
        x = [Value(rng.uniform(-1, 1)), Value(rng.uniform(-1, 1))]
        for k, layer in enumerate(net.layers):
            x = [scalar_neuron(neuron, x, relu=k < 2) for neuron in layer.neurons]
        losses.append((1 + -rng.choice([-1, 1]) * x[0]).relu())
    loss = sum(losses) * (1.0 / 100) + 1e-4 * sum(p * p for p in net.parameters())
    loss.label = "loss"
    loss.backward()
    return loss


def small_loss() -> Value:
    """A loss over 3 samples of a network 2-4-4-1."""
    net = nn.MLP(2, [4, 4, 1], activation="tanh", seed=3)
    loss = autograd.sum([nn.losses.squared(net([0.5 * i, 1.0]), 1.0) for i in range(3)])
    loss.label = "loss"
    loss.backward()
    return loss


def pictures() -> dict[str, Callable[[], Any]]:
    """Every picture by name, as a function that draws it."""
    figure2 = nn.MLP(6, [2, 6, 4, 1], activation="tanh", seed=22)
    moons = nn.MLP(2, [16, 16, 1], seed=1337)
    dot = nn.Neuron(3, "tanh", seed=2)([Value(d, label=f"x.{i}") for i, d in enumerate([1.0, -2.0, 0.5])])
    dot.label = "f"
    expression, one, loss = readme_expression(), neuron(), moons_loss()
    for v in (one, expression, dot):
        v.backward()
    return {
        "neuron":          lambda: autograd.draw(one),
        "readme":          lambda: autograd.draw(expression),
        "dot":             lambda: autograd.draw(dot),
        "dot-opened":      lambda: autograd.draw(dot, open_dots=True),
        "network":         figure2.draw,
        "network-sample":  lambda: figure2.draw([0.5, -0.3, 0.8, -0.9, 0.1, 0.4]),
        "moons":           lambda: moons.draw([0.5, -0.3]),
        "loss":            lambda: autograd.draw(loss),
        "loss-layers":     lambda: autograd.draw(loss, level="layer"),
        "loss-opened":     lambda: autograd.draw(small_loss(), expand="layers.1.neurons.2"),
        "loss-unlabelled": lambda: autograd.draw(moons_loss(labels=False)),
    }


def main(out: Path) -> None:
    """Write every picture as SVG and PNG, two pages to play, and a gallery of all to `out`."""
    page = Page("Pictures and words", "What autograd.draw, draw_network, play, explain and expression make of a graph.")
    for name, draw in pictures().items():
        picture = draw()
        picture.write(out / f"{name}.dot")
        try:
            picture.write(out / f"{name}.png")
            svg = picture.write(out / f"{name}.svg").read_text(encoding="utf-8")
        except PictureError as error:
            page.text(f"{CAPTIONS[name]}: {error}")
            continue
        page.heading(CAPTIONS[name])
        page.figure(svg, f"{name}.svg, {name}.png")
        print(f"{out / name}.svg   {picture.note}")
    words(page)
    for name, value in (("play-neuron", neuron()), ("play-readme", readme_expression())):
        autograd.play(value, out / f"{name}.html")
        page.html(f'<p><a href="{name}.html">{name}.html</a>: the forward and the backward pass, step by step</p>')
    page.write(out / "index.html")
    print(f"the gallery is {out / 'index.html'}")


def words(page: Page) -> None:
    """Add what explain and expression say of the neuron and of the README's expression."""
    o, g = neuron(), readme_expression()
    x1 = next(v for v in topological_order(o) if v.label == "x1")
    a = next(v for v in topological_order(g) if v.label == "a")
    page.heading("explain(o, wrt=x1)")
    page.code(str(autograd.explain(o, wrt=x1)))
    page.heading("expression(g), and explain(g, wrt=a)")
    page.code(autograd.expression(g))
    page.code(str(autograd.explain(g, wrt=a)))
