"""How things show themselves in a notebook: Values, networks, training, programs and comparisons, and the progress bar."""
import re
import sys
import types
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.display import curve, table, ticks
from nn.progress import Bar
from tests.expressions import HOSTILE


def parsed(html):
    """HTML as a tree; it has to be well-formed."""
    return ElementTree.fromstring(f"<div>{html}</div>")


def words(html):
    return " ".join(" ".join(parsed(html).itertext()).split())


@pytest.mark.parametrize("make, shown", [
    (lambda x, w: x, "x data 2 grad 0"), (lambda x, w: w, "a leaf data -3 grad 0"), (lambda x, w: x * w, "x * · data -6 grad 0"),
    (lambda x, w: autograd.tanh(x), "tanh(x) data 0.964028 grad 0"), (lambda x, w: x * 2, "x * 2.0 data 4 grad 0"),
    (lambda x, w: -x, "-(x) data -2 grad 0"), (lambda x, w: autograd.sum([x] * 9), "sum(x, x, x, x, ...) data 18 grad 0"),
])
def test_a_value_is_a_card(make, shown):
    assert words(make(Value(2.0, label="x"), Value(-3.0))._repr_html_()) == shown


def test_a_value_shows_its_label_beside_its_operation():
    x = Value(2.0, label="x")
    y = x * x
    y.label = "y"
    y.backward()
    assert words(y._repr_html_()) == "y = x * x data 4 grad 1"
    assert repr(x) == "Value(data=2.0, grad=4.0, label='x')"


@pytest.mark.parametrize("label", [label for label in HOSTILE if label.isprintable()])
def test_labels_are_escaped(label):
    v = Value(1.0, label=label)
    assert "<script" not in v._repr_html_() and "<img" not in (v * v)._repr_html_()
    parsed((v * v)._repr_html_())


def test_a_network_is_a_table_of_shapes_and_parameters():
    net = nn.MLP(2, [16, 8, 1], ["tanh", "relu"], seed=1)
    shown = words(net._repr_html_())
    assert "1 2 → 16 tanh W1 (16, 2), b1 (16,) 48" in shown and "2 16 → 8 relu W2 (8, 16), b2 (8,) 136" in shown
    assert "3 8 → 1 linear W3 (1, 8), b3 (1,) 9" in shown and f"MLP: {len(net.parameters())} parameters" in shown
    assert "weight (16, 2) 32" in words(net.layers[0]._repr_html_())


def test_a_model_of_ones_own_is_a_table_too():
    class Line(nn.Module):
        def __init__(self):
            self.slope, self.offsets = Value(2.0), [Value(1.0), Value(0.0)]

    assert "Line: 3 parameters" in words(Line()._repr_html_())


def test_a_history_is_a_plot_of_its_losses():
    net = nn.MLP(1, [1], seed=0)
    history = nn.fit(net, [[0.0], [1.0]], [0.0, 2.0], epochs=30, optimizer=nn.GradientDescent(0.1))
    tree = parsed(history._repr_html_())
    line = next(element for element in tree.iter() if element.tag.endswith("polyline"))
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert len(points) == 30 and all(a < b for (a, _), (b, _) in zip(points, points[1:]))
    assert points[-1][1] > points[0][1]                                 # y downwards: the loss falls
    assert "30 epochs" in words(history._repr_html_()) and "no epoch yet" in nn.train.History()._repr_html_()


@pytest.mark.parametrize("losses", [[1.0], [1.0, 1.0], [0.0, 0.0], [np.inf, 1.0, np.nan, 2.0], [1e-9, 1.0], [-1.0, 5.0], [1e300, 1.0],
                                    [5e-324, 1.0], list(range(1, 2000))])
def test_any_losses_make_a_plot_inside_its_frame(losses):
    tree = parsed(curve(losses, "epoch", "loss"))
    for text in re.findall(r'points="([^"]*)"', curve(losses, "epoch", "loss")):
        for a, b in (map(float, point.split(",")) for point in text.split()):
            assert 0 <= a <= 720 and 0 <= b <= 360
    assert tree is not None and "nan" not in curve(losses, "epoch", "loss")


def test_losses_far_apart_are_on_a_logarithmic_scale():
    assert "logarithmic" in curve([100.0, 1.0], "epoch", "loss") and "logarithmic" not in curve([100.0, 50.0], "epoch", "loss")
    assert "no finite numbers" in curve([np.nan], "epoch", "loss")


@pytest.mark.parametrize("low, high", [(0, 1), (1, 2), (1, 7), (-3.2, 8.9), (0.001, 0.0017), (1, 1e6), (-8, -7.99)])
def test_ticks_are_round_and_lie_between(low, high):
    found = ticks(low, high)
    assert 2 <= len(found) <= 9 and all(low - 1e-9 <= x <= high + 1e-9 for x in found)


def test_a_program_shows_its_source():
    program = autograd.compile(autograd.tanh(Value(1.0, label="a") * 2), [])
    shown = words(program._repr_html_().replace("<br>", ""))
    assert "def value" in shown and "scalar Values became" in shown


def test_a_program_shows_its_source_without_pygments_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygments", None)
    program = autograd.compile(Value(1.0) * 2, [])
    assert "<pre style" in program._repr_html_() and "def value" in program._repr_html_()


def test_a_comparison_prints_as_a_table_of_a_few_rows_and_shows_one():
    net = nn.MLP(2, [16, 16, 1], "tanh", seed=1)
    compared = nn.matrix.compare(net, [[0.5, 0.1], [0.2, 0.3]], [1.0, 0.0])
    assert len(compared) == 337 and len(repr(compared)) < 3000 and repr(compared) == str(compared)
    html = compared._repr_html_()
    assert "W1(1,1)" in words(html) and f"of {len(compared)} rows" in words(html) and len(html) < 8000


def test_a_table_escapes_its_cells():
    assert words(table(["<b>"], [["&", 1]], "<note>")) == "<b> & 1 <note>"


# The progress bar ------------------------------------------------------------------------------------------------------------

class Front:
    """What shows HTML in a notebook: it keeps what it was given."""

    def __init__(self, fails=False):
        self.shown, self.fails = [], fails

    def __call__(self, bundle, raw, display_id):
        return self.update(bundle, raw) or self

    def update(self, bundle, raw):
        if self.fails:
            raise RuntimeError("closed")
        self.shown.append(bundle["text/html"])


def in_notebook(monkeypatch, front, kernel=True):
    shell = types.SimpleNamespace(**({"kernel": object()} if kernel else {}))
    ipython, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    ipython.get_ipython, display.display = lambda: shell, front
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)


def test_in_a_notebook_the_bar_is_html_that_moves(monkeypatch, capsys):
    front = Front()
    in_notebook(monkeypatch, front)
    nn.fit(nn.MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 2.0], epochs=4)
    assert front.shown and 'max="4" value="4"' in front.shown[-1] and capsys.readouterr().err == ""


def test_in_ipython_on_a_terminal_there_is_none_of_it(monkeypatch):
    front = Front()
    in_notebook(monkeypatch, front, kernel=False)
    bar = Bar(2)
    bar.show(2)
    assert front.shown == [] and bar.display is None


def test_a_front_end_that_fails_stops_the_bar_and_nothing_else(monkeypatch):
    in_notebook(monkeypatch, Front(fails=True))
    bar = Bar(2)
    bar.show(2)
    assert not bar.wanted
    bar.close()
