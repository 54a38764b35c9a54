"""matrices_page in Chromium: what is pointed at is marked in the graph, in the blocks and in the lines; and lines of one's own."""
from __future__ import annotations

import inspect
import json
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from tests.pictures.test_play import needs_browser, quiet


def network():
    net = nn.MLP(2, [3, 2, 1], activation="tanh", seed=1)
    with autograd.lines() as made:
        x, t = [Value(1.0, label="x1"), Value(2.0, label="x2")], Value(1.0, label="y")
        out = net(list(x))
        loss = (out - t) ** 2
    return loss, net.parameters(), [*x, t], made


LOSSES = {
    "squared": lambda out, t, ws: (out - t) ** 2,
    "turned": lambda out, t, ws: (t - out) ** 2,
    "hinge": lambda out, t, ws: (1 - t * out).relu(),
    "halved": lambda out, t, ws: 0.5 * (t - out) * (t - out) + 0.01 * autograd.sum([w * w for w in ws]),
    "logistic": lambda out, t, ws: autograd.softplus(out) - t * out,
    "twice": lambda out, t, ws: (out - t) ** 2 + abs(out + 2 * t - 0.5),
}


def by_hand(weights, x, f):
    """A layer in plain loops."""
    out = []
    for row in weights:
        z = row[-1]
        for w, u in zip(row, x):
            z = z + w * u
        out.append(f(z))
    return out


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("hand", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_cell_is_the_scalar_that_the_program_computes_there(loss, hand, samples):
    """The lines of the program are run, and each array is laid on the data of its Values: no cell is empty."""
    net = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    rows = [[[*n.w, n.b] for n in layer.neurons] for layer in net.layers]
    xs = [[Value(0.3 + s, label="x1"), Value(-0.7 * s + 0.2, label="x2")] for s in range(samples)]
    ts = [Value(1.0 - 0.4 * s, label="t") for s in range(samples)]
    total = []
    for x, t in zip(xs, ts):
        out = by_hand(rows[1], by_hand(rows[0], x, autograd.tanh), lambda z: z)[0] if hand else net(x)
        total.append(LOSSES[loss](out, t, net.layers[0].neurons[0].w))
    y = autograd.sum(total) if samples > 1 else total[0]
    inputs = [v for x, t in zip(xs, ts) for v in (*x, t)]
    program = autograd.compile(y, net.parameters(), inputs, form="matrices")
    found = program.correspondence()
    names: dict = {}
    text = re.sub(r"return [^\n]*\n", "return dict(locals())\n", program.source.split("def value_and_grad")[0])
    exec(text, names)
    arrays = names["value"](np.array([p.data for p in net.parameters()]), np.array([[v.data for v in inputs]]))
    for block in found.blocks:
        data = [found.order[main].data for main in block.mains]             # no main is missing
        assert np.allclose(np.ravel(arrays[block.name]), data, atol=1e-12), block.name


def marked(browser) -> dict:
    """The titles of what is marked: scalars, blocks, edges, lines of NumPy, own lines; and what is told."""
    return json.loads(browser.run("""JSON.stringify((() => {
      const all = (q, f) => [...document.querySelectorAll(q)].map(f);
      return {scalars: all('.scalar.on', s => s.textContent), blocks: all('.block.on', b => b.textContent),
              read: all('.block.read', b => b.textContent), edges: all('.edge.on', e => 1).length,
              rows: all('#rows li.on', l => l.textContent), lines: all('#lines li.on', l => l.textContent),
              cells: all('.cell.on', c => 1).length, told: document.getElementById('told').textContent};
    })())"""))


def focus(browser, list_: str, start: str) -> dict:
    browser.run(f"[...document.querySelectorAll('{list_} li')].find(l => l.textContent.startsWith({json.dumps(start)})).focus()")
    return marked(browser)


@needs_browser
def test_lines_blocks_and_scalars_lead_to_each_other(browser, tmp_path):
    loss, parameters, inputs, made = network()
    program = autograd.compile(loss, parameters, inputs, form="matrices")
    file = tmp_path / "page.html"
    page = autograd.matrices_page(program, file, lines=made)
    assert len(page.html.encode()) < 300_000
    browser.open(file)
    seen = focus(browser, "#rows", "z2 = f1 @ W2.T")
    assert seen["blocks"] == ["z2"] and sorted(seen["read"]) == ["W2", "b2", "f1"]
    assert seen["edges"] == 2 * (3 + 3 + 1)                         # for each dot its weights, its inputs, its bias
    assert "the bundle is the matrix W2" in seen["told"] and len(seen["lines"]) == 1 and "out = net" in seen["lines"][0]
    seen = focus(browser, "#rows", "dz1 = ")
    assert "W2 transposed" in seen["told"] and seen["edges"] == 3 * 2 + 3 and set(seen["blocks"]) == {"z1", "f1"}
    seen = focus(browser, "#rows", "dW2 = ")
    assert "outer product" in seen["told"] and seen["edges"] == 6 and seen["blocks"] == ["W2"]
    seen = focus(browser, "#lines", str(made[loss].number))
    assert "made 2 scalars" in seen["told"] and seen["cells"] >= 1
    number = next(i for i, v in enumerate(program.correspondence().order) if v is parameters[7])
    x, y = browser.run(f"(r => [r.left + r.width / 2, r.top + r.height / 2])"
                       f"(document.querySelectorAll('.scalar')[{number}].querySelector('rect').getBoundingClientRect())")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    seen = marked(browser)
    assert len(seen["scalars"]) == 1 and seen["cells"] == 1 and "It is W1[2, 1]." in seen["told"]
    assert quiet(browser, file)


@needs_browser
def test_flowing_ends_in_the_cells_and_comes_back(browser, tmp_path):
    loss, parameters, inputs, _ = network()
    file = tmp_path / "page.html"
    autograd.matrices_page(autograd.compile(loss, parameters, inputs), file)
    browser.open(file)
    inside = """(() => { const slider = document.getElementById('slider');
      slider.value = %d; slider.dispatchEvent(new Event('input'));
      const box = e => e.getBoundingClientRect(), cells = [...document.querySelectorAll('.cell')].map(box);
      return [...document.querySelectorAll('.scalar rect')].map(box).filter(s => cells.some(c =>
        s.left >= c.left - 1 && s.right <= c.right + 1 && s.top >= c.top - 1 && s.bottom <= c.bottom + 1)).length; })()"""
    count = len(autograd.compile(loss, parameters, inputs).correspondence().order)
    assert browser.run(inside % 1000) == count
    assert browser.run(inside % 0) == 0
    assert quiet(browser, file)


@needs_browser
@pytest.mark.parametrize("widths", [(3, [4, 3, 2]), (4, [8, 8, 2]), (2, [16, 16, 1])])
def test_operations_and_lines_are_read_from_the_last_row_whatever_the_number_of_weights(browser, tmp_path, widths):
    net, file = nn.MLP(*widths, seed=1), tmp_path / "page.html"
    x = [Value(0.1 * i, label=f"x{i + 1}") for i in range(widths[0])]
    out = net(x)
    loss = autograd.sum([v * v for v in (out if isinstance(out, list) else [out])])
    autograd.matrices_page(autograd.compile(loss, net.parameters(), x), file)
    browser.size(1920, 1080)
    browser.open(file)
    sizes = json.loads(browser.run("""JSON.stringify([...document.querySelectorAll('.scalar:not(.parameter) text')].map(t =>
      getComputedStyle(t).display === 'none' ? 0 : parseFloat(getComputedStyle(t).fontSize)))"""))
    assert min(sizes) >= 15 and sorted(sizes)[len(sizes) // 2] >= 18
    assert browser.run("parseFloat(getComputedStyle(document.querySelector('#rows li:last-child')).fontSize)") >= 22
    inside = browser.run("""[...document.querySelectorAll('.scalar')].every(s => {
      const [t, r] = ['text', 'rect'].map(q => s.querySelector(q).getBoundingClientRect());
      return t.width === 0 || (t.left >= r.left - 1 && t.right <= r.right + 1); })""")
    assert inside and browser.run("document.getElementById('texts').scrollWidth <= document.getElementById('texts').clientWidth")
    assert quiet(browser, file)


def test_lines_are_those_that_made_the_values():
    with autograd.lines() as made:
        here = inspect.currentframe().f_lineno + 1
        a = Value(2.0)
        b = a * 3.0 \
            + 1.0
        c = [sum(x * x for x in (a, b)), b.tanh()]
    after = a + b
    assert made[a].number == here and made[b].number in (here + 1, here + 2)
    assert made[c[0]].number == made[c[1]].number == here + 3
    assert made[c[1]].text.startswith("c = [sum(") and made[a].file == __file__
    assert after not in made


def test_what_cannot_be_shown_is_said():
    with pytest.raises(TypeError, match="needs a program of autograd.compile"):
        autograd.matrices_page(Value(1.0))
    x = Value(1.0)
    y = x
    for _ in range(2000):
        y = y * x
    with pytest.raises(ValueError, match="2,001 Values are too many"):
        autograd.matrices_page(autograd.compile(y, [x]))
