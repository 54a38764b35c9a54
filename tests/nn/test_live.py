"""fit(..., live=True): what it draws is what the model computes, and it changes nothing."""
from __future__ import annotations

import base64
import io
import random
import re
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest

import nn
import nn.train
from autograd import Value
from nn.live import Live, Plane, boundary, in_characters, over_the_plane, png, shades
from nn.train import prepared


def problem(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(0, 1, (20, 2))
    Y = np.where(X[:, 0] > X[:, 1], 1.0, -1.0) if seed % 2 else X[:, 0] - 0.3 * X[:, 1]
    return nn.MLP(2, [4, 1], activation="tanh", seed=seed), X, Y


def branching(p, x):
    return p[0] * x[0] + p[1] if x[1] > 0 else p[2] * x[1]


def drawn(monkeypatch, draw):
    made = []
    monkeypatch.setattr(nn.train, "Live", lambda *given: made.append(Live(*given, draw=draw)) or made[-1])
    monkeypatch.setattr(nn.live, "PAUSE", 0.0)
    return made


@pytest.mark.parametrize("seed", range(6))
def test_losses_and_parameters_are_the_same_with_and_without(monkeypatch, seed):
    net, X, Y = problem(seed)
    other, _, _ = problem(seed)
    shown = []
    drawn(monkeypatch, shown.append)
    settings = {"epochs": 7, "batch_size": 6, "seed": seed}
    assert nn.fit(net, X, Y, live=True, **settings) == nn.fit(other, X, Y, **settings)
    assert [p.data for p in net.parameters()] == [p.data for p in other.parameters()]
    assert len(shown) == 7
    for picture in shown:
        ET.fromstring(picture)
    assert "epoch 7 of 7" in shown[-1] and ("<path" in shown[-1]) == bool(seed % 2)


@pytest.mark.parametrize("model", [nn.MLP(2, [3, 1], activation="relu", seed=4), nn.MLP(2, [3, 2], activation="tanh", seed=5),
                                   nn.Function(branching, [1.0, 0.5, -2.0])], ids=["relu", "two outputs", "branches"])
def test_the_plane_has_the_models_output(model):
    X = np.random.default_rng(0).normal(0, 1, (15, 2))
    Y = np.zeros((15, 2)) if "MLP" in repr(model) and len(model.parameters()) == 17 else np.linspace(0, 1, 15)
    plane = Plane(prepared(model, X, Y, "squared"))
    theta = np.array([p.data for p in model.parameters()]) + 0.1
    values = plane.values(theta)
    for p, number in zip(model.parameters(), theta.tolist()):
        p.data = number
    rng = random.Random(1)
    for _ in range(20):
        r, c = rng.randrange(plane.size), rng.randrange(plane.size)
        x = plane.low + (plane.high - plane.low) * np.array([(c + 0.5), plane.size - r - 0.5]) / plane.size
        out = model(x.tolist())
        out = out[0] if isinstance(out, list) else out
        assert values[r, c] == pytest.approx(out.data, rel=1e-9, abs=1e-12)


def test_an_image_is_a_png_of_these_pixels():
    pixels = shades(np.linspace(-1, 1, 30).reshape(5, 6))
    data = png(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    body = re.search(rb"IDAT(.*)....\0\0\0\0IEND", data, re.DOTALL)
    rows = np.frombuffer(zlib.decompress(body[1]), np.uint8).reshape(5, 1 + 3 * 6)
    assert (rows[:, 1:].reshape(5, 6, 3) == pixels).all() and pixels[0, 0, 0] > pixels[0, 0, 2] and pixels[-1, -1, 2] > pixels[-1, -1, 0]


def test_a_drawing_that_fails_stops_nothing(monkeypatch):
    net, X, Y = problem(1)

    def broken(_):
        raise RuntimeError("no display")
    drawn(monkeypatch, broken)
    assert len(nn.fit(net, X, Y, epochs=3, live=True)) == 3


def test_a_terminal_gets_characters_and_a_file_nothing(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self): return True
    for stream, lines in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        net, X, Y = problem(3)
        nn.fit(net, X, Y, epochs=3, live=True)
        assert ("epoch 3 of 3, loss" in stream.getvalue()) == lines
    text = in_characters("note", np.arange(100.0).reshape(10, 10))
    assert text[-1] == "note" and text[0][0] == " " and text[-2][-1] == "@"


def test_other_samples_than_of_the_plane_have_their_losses(monkeypatch):
    shown = []
    drawn(monkeypatch, shown.append)
    nn.fit(nn.MLP(1, [1], seed=1), [[1.0], [2.0]], [1.0, 2.0], epochs=3, live=True)
    assert len(shown) == 3 and "polyline" in shown[-1] and "<image" not in shown[-1]


def test_live_is_true_or_false():
    net, X, Y = problem(1)
    with pytest.raises(TypeError, match="live must be True or False"):
        nn.fit(net, X, Y, live="yes")


def test_a_notebook_redraws_one_cell(monkeypatch):
    display = pytest.importorskip("IPython.display")
    shown = []

    class Handle:
        def update(self, html): shown.append(("update", html.data))
    monkeypatch.setattr("IPython.get_ipython", lambda: type("Shell", (), {"kernel": True})())
    monkeypatch.setattr(display, "display", lambda html, display_id: shown.append(("new", html.data)) or Handle())
    monkeypatch.setattr(nn.live, "PAUSE", 0.0)
    net, X, Y = problem(1)
    nn.fit(net, X, Y, epochs=3, live=True)
    assert [kind for kind, _ in shown] == ["new", "update", "update"] and all(svg.startswith("<svg") for _, svg in shown)


def test_values_of_a_model_stay_as_they_were_when_only_looked_at():
    model = nn.Function(branching, [1.0, 0.5, -2.0])
    X, Y = [[1.0, 1.0], [1.0, -1.0]], [1.0, 2.0]
    with pytest.warns(UserWarning):
        history = nn.fit(model, X, Y, epochs=2, live=True)
    other = nn.Function(branching, [1.0, 0.5, -2.0])
    with pytest.warns(UserWarning):
        assert history == nn.fit(other, X, Y, epochs=2)
    assert [p.data for p in model.parameters()] == [p.data for p in other.parameters()] and isinstance(model.parameters()[0], Value)


# The picture ---------------------------------------------------------------------------------------

def squares_and_circles(text):
    return len(re.findall(r'<rect [^>]*stroke="white"', text)), len(re.findall("<circle ", text))


@pytest.mark.parametrize("seed", range(4))
def test_each_sample_is_drawn_by_its_class_where_it_lies(seed):
    net, X, Y = problem(seed)
    plane = Plane(prepared(net, X, Y, "squared"))
    parts = over_the_plane(plane, plane.values(np.array([p.data for p in net.parameters()])))
    high = int((Y > (Y.min() + Y.max()) / 2).sum())
    assert squares_and_circles("".join(parts)) == (high, 20 - high)
    marks = [part for part in parts if part.startswith(("<rect", "<circle"))]
    for part, x in zip(marks, X):
        where = [float(n) for n in re.findall(r'c?[xy]="(-?[\d.]+)"', part)]
        corner = 4 if part.startswith("<rect") else 0
        assert where == pytest.approx([a - corner for a in plane.place(x)], abs=0.051)
        assert all(0 <= n <= 320 for n in where)


def test_colours_are_full_where_the_output_is_farthest_from_the_centre():
    net, X, Y = problem(1)
    plane = Plane(prepared(net, X, Y, "squared"))
    for values in (np.linspace(-3, 7, 48 * 48).reshape(48, 48), np.linspace(-0.2, 0.1, 48 * 48).reshape(48, 48)):
        data = base64.b64encode(png(shades(values / np.abs(values).max()))).decode()
        assert data in over_the_plane(plane, values)[0]
    assert base64.b64encode(png(np.full((48, 48, 3), 255, np.uint8))).decode() in over_the_plane(plane, np.zeros((48, 48)))[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_boundary_runs_between_neighbours_of_different_signs(seed):
    level = np.random.default_rng(seed).choice([-1.0, 0.0, 2.0], (6, 6))
    cell = 320 / 6
    found = {(kind, round(float(y) / cell), round(float(x) / cell)) for x, y, kind in re.findall(r"M([\d.]+),([\d.]+)([vh])", boundary(level))}
    wanted = {("v", r, c + 1) for r in range(6) for c in range(5) if (level[r, c] > 0) != (level[r, c + 1] > 0)}
    wanted |= {("h", r + 1, c) for r in range(5) for c in range(6) if (level[r, c] > 0) != (level[r + 1, c] > 0)}
    assert found == wanted and len(re.findall("M", boundary(level))) == len(wanted)
    assert set(re.findall(r"[vh]([\d.]+)", boundary(level))) == {f"{cell:.1f}"}


@pytest.mark.parametrize("epochs, between, pictures", [(1, 0.0, 1), (5, 0.0, 2), (5, 0.390625, 3), (5, 0.40625, 5), (5, 9.0, 5)])
def test_it_draws_at_most_every_four_tenths_of_a_second_and_at_the_end(monkeypatch, epochs, between, pictures):
    net, X, Y = problem(1)
    shown, now = [], [1000.0]
    monkeypatch.setattr(nn.live.time, "monotonic", lambda: now[0])
    bar = Live(prepared(net, X, Y, "squared"), epochs, lambda: (np.array([p.data for p in net.parameters()]), [1.0]), draw=shown.append)
    for done in range(1, epochs + 1):
        bar.show(done, "note")
        now[0] += between
    assert len(shown) == pictures and f"epoch {epochs} of {epochs}, note" in shown[-1]


def test_what_ended_early_is_drawn_once_more():
    net, X, Y = problem(1)
    for losses, pictures in (([], 0), ([2.0, 1.5], 1), ([2.0, 1.5, 1.25], 0)):
        shown = []
        Live(prepared(net, X, Y, "squared"), 3, lambda losses=losses: (np.array([p.data for p in net.parameters()]), losses), draw=shown.append).close()
        assert len(shown) == pictures
    assert "epoch 2 of 3, loss 1.5" in (Live(prepared(net, X, Y, "squared"), 3, lambda: (np.zeros(17), [2.0, 1.5]), draw=shown.append).close() or shown[-1])


def test_lines_of_a_terminal_are_written_over_those_before():
    class Terminal(io.StringIO):
        def isatty(self): return True
    net, X, Y = problem(1)
    bar = Live(prepared(net, X, Y, "squared"), 3, lambda: (np.zeros(17), []), draw=None)
    bar.stream = Terminal()
    bar.write(["a", "b", "c"])
    assert bar.stream.getvalue() == "\ra\x1b[K\n\rb\x1b[K\n\rc\x1b[K\n"
    bar.write(["d"])
    assert bar.stream.getvalue().endswith("\x1b[3A\rd\x1b[K\n") and bar.lines == 1
