"""nn.playground in Chromium: it trains as nn.fit does, tells why a weight moved, and asks for nothing from anywhere."""
from __future__ import annotations

import copy
import json
import random
import time

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from tests.browser import CHROMIUM, Browser
from tests.formulas.test_javascript import in_node, needs_node
from tests.pictures.measure import faults

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


class Plain(nn.Module):
    """A network as micrograd's notebook writes one: one scalar after another, without labels."""

    def __init__(self, widths, seed):
        rng = random.Random(seed)
        self.layers = [[([Value(rng.uniform(-1, 1)) for _ in range(n)], Value(0.1)) for _ in range(m)]
                       for n, m in zip(widths, widths[1:])]

    def __call__(self, x):
        for k, layer in enumerate(self.layers):
            sums = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in layer]
            x = sums if k == len(self.layers) - 1 else [s.tanh() for s in sums]
        return x[0] if len(x) == 1 else x


def waves(p, x):
    u = autograd.sin(p["w"] * x[0] * x[1]) * p["a"] + p["b"] * x[0] ** 2
    return u + 1 / (1 + autograd.exp(-(p["v"][0] * x[0] + p["v"][1] * x[1]))) - p["v"][1]


def circles(p, x):
    distance = autograd.sqrt((x[0] - p[0]) ** 2 + (x[1] - p[1]) ** 2 + 0.01)
    return p[2] * (p[3] - distance)


def problem(seed):
    """A model, data, and how it is trained, drawn at random."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(12, 50))
    X, kind = rng.normal(0, rng.choice([0.3, 1.0, 2.0]), (m, 2)), ["hinge", "squared", "binary_cross_entropy",
                                                                   "absolute", "cross_entropy"][seed % 5]
    labels = (X[:, 0] * X[:, 1] > 0).astype(float)
    Y = {"hinge": 2 * labels - 1, "binary_cross_entropy": labels, "squared": 2 * labels - 1,
         "absolute": np.sin(X[:, 0]) + X[:, 1], "cross_entropy": rng.integers(0, 3, m)}[kind]
    nout = 3 if kind == "cross_entropy" else 1
    activation = str(rng.choice(["tanh", "relu", "sigmoid", "softplus", "gelu"]))
    models = [lambda: nn.MLP(2, [4, nout], activation=activation, seed=seed),
              lambda: nn.MLP(2, [5, 3, nout], activation=activation, seed=seed),
              lambda: Plain([2, 3, nout], seed),
              lambda: nn.Function(waves, {"w": 1.5, "a": 0.3, "b": -0.2, "v": [0.5, -1.0]}),
              lambda: nn.Function(circles, [0.1, -0.1, 1.0, 0.8])]
    model = models[seed // 5 % (5 if nout == 1 else 3)]()
    optimizer = [nn.GradientDescent(0.004), nn.GradientDescent(0.003, momentum=0.6),
                 nn.GradientDescent(0.003, momentum=0.5, nesterov=True, weight_decay=0.01), nn.Adam(0.01)][seed % 4]
    return model, X, Y, {"loss": kind, "optimizer": optimizer, "batch_size": [None, 8, 5][seed % 3], "seed": seed}


def state(browser: Browser, script: str):
    return json.loads(browser.run(f"JSON.stringify({script})"))


def quiet(browser: Browser, file) -> bool:
    return browser.errors == [] and set(browser.requests) <= {file.resolve().as_uri()}


def fitted(model, X, Y, settings, epochs):
    """The losses and the parameters of `fit`, on a copy of the model and of the optimizer's memory."""
    history = nn.fit(model, X, Y, epochs=epochs, **{**settings, "optimizer": copy.deepcopy(settings["optimizer"])})
    return list(history), [p.data for p in model.parameters()]


@needs_browser
@pytest.mark.parametrize("seed", range(20))
def test_the_page_trains_as_fit_does(browser, tmp_path, seed):
    model, X, Y, settings = problem(seed)
    file = tmp_path / "page.html"
    page = nn.playground(model, X, Y, file, **settings)
    assert len(page.html.encode()) < 300_000
    before = [p.data for p in model.parameters()]
    browser.open(file)
    for _ in range(12):
        browser.press("e")
    browser.press("ArrowRight")                             # one mini-batch more is not yet an epoch
    losses = state(browser, "playground.losses")
    if settings["batch_size"] is None:
        assert len(losses) == 13
        losses.pop()
    assert before == [p.data for p in model.parameters()] and all(p.grad == 0 for p in model.parameters())
    history, _ = fitted(model, X, Y, settings, 12)
    assert losses == pytest.approx(history, rel=1e-9, abs=1e-12)
    assert quiet(browser, file)


@needs_browser
@pytest.mark.parametrize("seed", [1, 3, 7, 9, 12, 16])
def test_noise_test_data_and_other_weights_are_those_that_the_page_says_in_python(browser, tmp_path, seed):
    model, X, Y, settings = problem(seed)
    file = tmp_path / "page.html"
    nn.playground(model, X, Y, file, noise=0.1, test=0.2, **settings)
    browser.open(file)
    browser.run("(s => { s.value = 2; s.dispatchEvent(new Event('change')); })(document.getElementById('weights'))")
    for _ in range(5):
        browser.press("e")
    code = browser.run("document.getElementById('code').textContent")
    names = {"nn": nn, "net": model, "xs": X, "ys": Y}
    exec(code, names)
    assert state(browser, "playground.losses") == pytest.approx(list(names["history"]), rel=1e-9, abs=1e-12)
    assert state(browser, "playground.theta") == pytest.approx([p.data for p in model.parameters()], rel=1e-9, abs=1e-12)
    held = np.random.default_rng(seed).permutation(len(X))[:round(0.2 * len(X))]
    loss = nn.losses.LOSSES[settings["loss"]]
    noisy = names["xs"]
    expected = sum(loss(model(noisy[i].tolist()), float(Y[i]) if settings["loss"] != "cross_entropy" else int(Y[i])).data
                   for i in held)
    assert state(browser, "playground.tests")[-1] == pytest.approx(expected, rel=1e-9)
    assert quiet(browser, file)


@needs_browser
@pytest.mark.parametrize("seed", range(10))
def test_the_samples_and_paths_of_a_weight_add_up_to_its_gradient(browser, tmp_path, seed):
    """Of the last step: the shares of the samples, and the products along all paths, against backward()."""
    model, X, Y, settings = problem(seed)
    file = tmp_path / "page.html"
    nn.playground(model, X, Y, file, **settings)
    browser.open(file)
    browser.press("e")
    browser.press("ArrowRight")
    parameters, loss = model.parameters(), nn.losses.LOSSES[settings["loss"]]
    last = state(browser, "(({theta, batch, plain, move}) => ({theta, batch, plain, move}))(playground.last)")
    for p, number in zip(parameters, last["theta"]):
        p.data, p.grad = number, 0
    for place in range(0, len(parameters), max(1, len(parameters) // 4)):
        told = state(browser, f"playground.why({place})")
        assert told["shares"] == pytest.approx([one[place] for one in gradients(model, loss, X, Y, last["batch"])], rel=1e-9, abs=1e-12)
        assert sum(told["shares"]) == pytest.approx(last["plain"][place], rel=1e-9, abs=1e-9)
        for share, paths in zip(told["shares"], told["paths"]):
            assert sum(path["product"] for path in paths) == pytest.approx(share, rel=1e-9, abs=1e-12)
            assert all(np.prod(path["locals"]) == pytest.approx(path["product"], rel=1e-9) for path in paths)
    assert quiet(browser, file)


def gradients(model, loss, X, Y, batch):
    """The gradient of each sample's loss, by the engine."""
    for i in batch:
        parameters = model.parameters()
        for p in parameters:
            p.grad = 0
        loss(model(X[i].tolist()), Y[i].tolist()).backward()
        yield [p.grad for p in parameters]


@needs_browser
def test_what_is_typed_wrong_is_marked_and_changes_nothing(browser, tmp_path):
    model, X, Y, settings = problem(0)
    file = tmp_path / "page.html"
    nn.playground(model, X, Y, file, **settings)
    browser.open(file)
    for name, texts in {"rate": ["", "-1", "abc", "0", "1e999"], "momentum": ["2", "-0.1"], "batch": ["0.5", "-3"],
                        "seed": ["-1", "1.5"]}.items():
        for text in texts:
            browser.run(f"(i => {{ i.value = {json.dumps(text)}; i.dispatchEvent(new Event('change')); }})(document.getElementById('{name}'))")
            assert browser.run(f"document.getElementById('{name}').classList.contains('wrong')"), (name, text)
    assert state(browser, "playground.settings.rate") == 0.004
    browser.run("(i => { i.value = '1e300'; i.dispatchEvent(new Event('change')); })(document.getElementById('rate'))")
    for _ in range(4):
        browser.press("e")
    assert "smaller learning rate" in browser.run("document.getElementById('numbers').textContent")
    browser.run("(i => { i.value = '0,004'; i.dispatchEvent(new Event('change')); })(document.getElementById('rate'))")
    browser.run("document.getElementById('reset').click()")
    browser.press("e")
    assert state(browser, "playground.losses") == pytest.approx(fitted(model, X, Y, settings, 1)[0], rel=1e-9)
    assert quiet(browser, file)


@needs_browser
def test_it_trains_until_it_is_paused_and_the_words_follow(browser, tmp_path):
    model, X, Y, settings = problem(2)
    file = tmp_path / "page.html"
    nn.playground(model, X, Y, file, **settings)
    browser.open(file)
    browser.press(" ")
    for _ in range(200):
        if state(browser, "playground.losses.length") > 5:
            break
        time.sleep(0.05)
    browser.press(" ")
    losses = state(browser, "playground.losses")
    time.sleep(0.2)
    assert len(losses) > 5 and state(browser, "playground.losses") == losses
    assert losses == pytest.approx(fitted(model, X, Y, settings, len(losses))[0], rel=1e-9, abs=1e-12)
    assert f"# history[-1] is {losses[-1]}"[:20] in browser.run("document.getElementById('code').textContent")
    assert browser.run("document.getElementById('numbers').textContent").startswith(f"epoch {len(losses)};")
    assert quiet(browser, file)


@needs_browser
@pytest.mark.parametrize("width, height", [(1920, 1080), (1280, 720)])
def test_its_text_reads_and_nothing_leaves_the_page(browser, tmp_path, width, height):
    browser.size(width, height)
    try:
        for seed in (1, 9, 17):
            model, X, Y, settings = problem(seed)
            file = tmp_path / "page.html"
            nn.playground(model, X, Y, file, title="A playground", **settings)
            browser.open(file)
            browser.press("e")
            assert [f for f in faults(browser, str(seed), 24.0 * width / 1920) if f.kind != "small" or "canvas" in f.what] == []
            size = browser.run("Math.min(...[...document.querySelectorAll('main *, header *')].filter(e => e.children.length === 0 && "
                               "e.textContent.trim() && e.tagName !== 'OPTION' && e.tagName !== 'title').map(e => parseFloat(getComputedStyle(e).fontSize)))")
            assert size >= 15
    finally:
        browser.size(1280, 720)


@needs_browser
def test_a_model_may_leave_an_input_and_a_parameter_out(browser, tmp_path):
    model = nn.Function(lambda p, x: p["a"] * x[0], {"a": 0.5, "unused": 2.0})
    X, Y = np.array([[1.0, 5.0], [2.0, -1.0], [-1.0, 0.0]]), np.array([2.0, 4.0, -2.0])
    file = tmp_path / "page.html"
    nn.playground(model, X, Y, file, optimizer=nn.GradientDescent(0.05))
    browser.open(file)
    browser.run("(s => { s.value = 1; s.dispatchEvent(new Event('change')); })(document.getElementById('parameter'))")
    browser.press("e")
    assert "no path" in browser.run("document.getElementById('of-paths').textContent")
    assert state(browser, "playground.theta") == pytest.approx([0.5 + 0.05 * 2 * 1.5 * 6, 2.0]) and quiet(browser, file)


@needs_browser
def test_texts_of_the_user_are_text(browser, tmp_path):
    evil = "<img src=x onerror=alert(1)></script>"
    f = nn.Function(lambda p, x: p[evil] * x[0] + x[1], {evil: 0.5})
    file = tmp_path / "page.html"
    nn.playground(f, [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0], file, title=evil)
    browser.open(file)
    assert browser.run("document.querySelector('img')") is None
    assert browser.run("document.getElementById('name').textContent") == evil and quiet(browser, file)


# Numbers that are drawn ------------------------------------------------------------------------------------

@needs_node
def test_the_page_draws_what_numpy_draws():
    from autograd.pictures.page import read
    seeds = [0, 1, 2, 41, 2**32 - 1, 2**32, 10**20, 2**130 + 7]
    got = in_node(f"(() => {{ {read('random.js')}\nreturn {seeds and [f'{s}' for s in seeds]}.map(s => {{ const g = new Generator(s);"
                  "return [g.permutation(7), g.random(), g.permutation(1), g.permutation(33), g.permutation(300), g.random()]; }); })()")
    for seed, found in zip(seeds, got):
        g = np.random.default_rng(seed)
        expected = [g.permutation(7).tolist(), g.random(), g.permutation(1).tolist(), g.permutation(33).tolist(),
                    g.permutation(300).tolist(), g.random()]
        assert found == expected, seed


# Without a browser -------------------------------------------------------------------------------------------

def branching(p, x):
    return p[0] * x[0] if x[1] > 0 else p[0] * x[1]


@pytest.mark.parametrize("change, error, words", [
    ({"xs": [[1.0], [2.0]]}, ValueError, "each sample needs two numbers, but xs has shape"),
    ({"xs": [1.0, 2.0]}, ValueError, "each sample needs two numbers"),
    ({"model": nn.Function(branching, [1.0])}, ValueError, "cannot train this model.*compares Values"),
    ({"test": 1.0}, ValueError, "test must be a number from 0 to below 1"),
    ({"test": ([[1.0, 2.0]],)}, ValueError, "a pair"),
    ({"test": ([[1.0]], [1.0])}, ValueError, "the xs of test has shape"),
    ({"noise": -1.0}, ValueError, "noise must be a number 0 or above"),
    ({"seed": -1}, ValueError, "seed must be a whole number"),
    ({"batch_size": 0}, ValueError, "batch_size must be a whole number"),
    ({"optimizer": nn.GradientDescent(lambda j: 0.1)}, TypeError, "learning_rate that is a number"),
    ({"optimizer": "adam"}, TypeError, "nn.GradientDescent and nn.Adam"),
    ({"parameters": [1.0]}, TypeError, "has parameters of its own"),
    ({"model": lambda p, x: x[0], "parameters": [1.0]}, TypeError, "must compute with Values"),
    ({"model": lambda p, x: p[0] * x[0], "parameters": ["a"]}, TypeError, r"parameters\[0\] must be a number"),
])
def test_what_does_not_fit_is_said_and_changes_nothing(change, error, words, tmp_path):
    net = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    before = [(p.data, p.grad) for p in net.parameters()]
    arguments = {"model": net, "xs": [[0.0, 1.0], [1.0, 0.5]], "ys": [1.0, 0.0], "path": tmp_path / "page.html", **change}
    with pytest.raises(error, match=words):
        nn.playground(**arguments)
    assert not arguments["path"].exists() and before == [(p.data, p.grad) for p in net.parameters()]


def test_the_same_call_gives_the_same_bytes_and_shows_in_a_notebook():
    pages = [nn.playground(nn.MLP(2, [3, 1], activation="tanh", seed=1), *nn.data.xor()) for _ in range(2)]
    assert pages[0].html == pages[1].html
    assert pages[0]._repr_html_().startswith("<iframe srcdoc=") and "http" not in pages[0].html.replace("http://www.w3.org", "").replace("http-equiv", "")
