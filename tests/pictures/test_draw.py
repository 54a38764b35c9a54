"""draw: what is on the picture, read back from its DOT and its SVG."""
from __future__ import annotations

import html
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import autograd
import nn
from autograd import Value
from autograd.graph import topological_order
from autograd.pictures.neurons import find_neurons
from autograd.pictures.style import BLANK
from autograd.words.labels import clean, short_name, shorten
from autograd.words.numbers import compact
from tests.expressions import HOSTILE, expression
from tests.pictures.conftest import needs_dot
from tests.pictures.students import student

SVG = "{http://www.w3.org/2000/svg}"


def nodes(source: str) -> dict[str, str]:
    """The attributes of each node of a DOT text, as one string."""
    return dict(re.findall(r"^\t+(\w+) \[(label=.*)\]$", source, re.MULTILINE))


def edges(source: str) -> list[tuple[str, str, str]]:
    """(from, to, attributes) of each edge."""
    return re.findall(r"^\t+([\w:]+) -> ([\w:]+)(?: \[(.*)\])?$", source, re.MULTILINE)


def cards(source: str) -> dict[str, str]:
    return {name: text for name, text in nodes(source).items() if "data " in text}


def shown(card: str) -> list[str]:
    """The rows of a card as text."""
    rows = re.findall(r"<TR>(.*?)</TR>", card)
    return [html.unescape(re.sub("<[^>]*>", " ", row)).strip() for row in rows]


# Operations ----------------------------------------------------------------------------------------------------------------

def test_a_neuron_has_its_numbers_roles_and_local_derivatives():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
    o = (x * w + b).tanh()
    o.label = "o"
    before = cards(autograd.draw(o).source)
    assert all(shown(card)[2] == "grad –" for card in before.values())          # not 0: no pass has come
    o.backward()
    source = autograd.draw(o).source
    found = [shown(card) for card in cards(source).values()]
    assert [rows[0].split() for rows in found] == [["x", "input"], ["w", "parameter"], ["x", "*", "w"], ["b", "parameter"],
                                                   ["x", "*", "w", "+", "b"], ["o", "output"]]
    assert found[1][1:] == ["data -3.0000", f"grad {w.grad:.4f}"]
    labels = re.findall(r"<TD>(∂ [^<]*)</TD>", source)
    assert labels == ["∂ -3", "∂ 2", "∂ 1", "∂ 1", f"∂ {1 - o.data ** 2:.4f}"]


def test_an_input_used_twice_has_two_edges_and_a_number_is_no_node():
    a = Value(3.0, label="a")
    source = autograd.draw(a * a + 2).source
    assert [(x, y) for x, y, _ in edges(source)] == [("v0", "v1o"), ("v0", "v1o"), ("v1o", "v1"), ("v1", "v2o"), ("v2o", "v2")]
    assert 'label="+ 2"' in nodes(source)["v2o"] and len(cards(source)) == 3
    assert 'label="2 −"' in nodes(autograd.draw(2 - a).source)["v1o"]


def test_numbers_of_a_dot_are_plain_nodes_without_derivative():
    w = [Value(1.0, label="w0"), Value(2.0, label="w1")]
    source = autograd.draw(autograd.dot(w, [0.5, -1.5], 0.0)).source
    assert [n for n, text in nodes(source).items() if "class=number" in text] == ["v2c2", "v2c3"]
    assert len(re.findall("edgetooltip=.local derivative", source)) == 2


@pytest.mark.parametrize("numbers", [False, True])
def test_an_opened_dot_has_the_data_and_grad_of_its_products(numbers):
    w = [Value(2.0, label="w0"), Value(3.0, label="w1")]
    x = [5.0, 7.0] if numbers else [Value(5.0, label="x0"), Value(7.0, label="x1")]
    y = autograd.dot(w, x, Value(1.0, label="b")) * 10
    y.backward()
    if not numbers:
        w[0].data = 100.0                                       # the picture is that of the recorded pass
    found = [shown(card) for card in cards(autograd.draw(y, open_dots=True).source).values()]
    products = [rows[1:] for rows in found if "w0 *" in rows[0] or "w1 *" in rows[0]]
    assert products[:2] == [["data 10.0000", "grad 10.0000"], ["data 21.0000", "grad 10.0000"]]
    assert "Σ" in autograd.draw(y, open_dots=True).source


@pytest.mark.parametrize("seed", range(8))
def test_every_value_and_every_use_is_drawn(seed):
    y, _ = expression(seed)
    order = topological_order(y)
    source = autograd.draw(y, level="operation").source
    assert len(cards(source)) == len(order)
    uses = sum(isinstance(u, Value) for v in order for u in v.inputs)
    assert len(re.findall("edgetooltip=.local derivative", source)) == uses


def test_the_same_expression_gives_the_same_bytes_in_another_process():
    script = ("import autograd, nn\nfrom tests.expressions import expression\nfrom tests.pictures.test_draw import moons_loss\n"
              "print(autograd.draw(expression(3)[0]).source, autograd.draw(moons_loss(3, 3)).source)\n"
              "print(autograd.play(expression(3)[0]).html, autograd.draw(moons_loss(3, 3, labels=False)).source)\n"
              "print(autograd.draw_network(nn.MLP(2, [3, 1], seed=1), [1, 2]).source)")
    def run(seed: str) -> bytes:
        return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True,
                              env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PATH": ""}).stdout
    first = run("1")
    assert len(first) > 20_000 and first == run("2")


@needs_dot
@pytest.mark.parametrize("rankdir", [None, "LR", "TB"])
def test_edges_end_at_their_nodes_and_text_reads_on_a_slide(rankdir):
    for seed in range(4):
        y, _ = expression(seed, operations=6)
        svg = ET.fromstring(autograd.draw(y, rankdir=rankdir).svg())
        width, height = (float(svg.get(name).removesuffix("pt")) for name in ("width", "height"))
        assert 20 * min(1920 / width, 1080 / height) >= (22 if rankdir is None else 15)
        sizes = {float(t.get("font-size")) for t in svg.iter(f"{SVG}text")}
        assert min(sizes) >= 20
    with pytest.raises(ValueError, match="rankdir must be 'LR', 'TB' or None, got 'RL'"):
        autograd.draw(y, rankdir="RL")


def test_a_worksheet_has_blanks_and_tells_no_number_that_is_asked_for():
    x, w = Value(2.5, label="x"), Value(-3.25, label="w")
    y = (x * w).tanh()
    y.backward()
    source = autograd.draw(y, hide=("grad", "local")).source
    rows = [shown(card) for card in cards(source).values()]
    assert all(row[2] == f"grad {BLANK}" for row in rows) and rows[0][1] == "data 2.5000"
    assert source.count(f"∂ {BLANK}") == 3 and "-3.25" not in source.replace("data -3.2500", "")
    hidden = [shown(card) for card in cards(autograd.draw(y, hide=["data"]).source).values()]
    assert [row[1] for row in hidden] == ["data 2.5000", "data -3.2500", f"data {BLANK}", f"data {BLANK}"]
    for wrong in ("grad", ("grads",)):
        with pytest.raises(ValueError, match="hide must be a tuple of some of"):
            autograd.draw(y, hide=wrong)


def of_three():
    x, w, b = Value(2.5, label="x"), Value(-3.25, label="w"), Value(0.125, label="b")
    return (x * w + b).tanh()


def of_six():
    xs = [Value(0.5 + i, label=f"x{i}") for i in range(6)]
    return autograd.dot(xs[:3], xs[3:])


def places(svg):
    """Where the rows of cards stand, and the middle of each label."""
    rows = re.findall(r'<rect x="[^"]*" y="[^"]*" width="[^"]*" height="26.0"', svg)
    return rows, re.findall(r'<text x="([^"]*)" y="([^"]*)"[^>]*>∂', svg)


@pytest.mark.parametrize("make, crowded", [(of_three, False), (of_six, True)])
def test_a_worksheet_and_its_solution_lie_on_each_other(make, crowded):
    """Where blanks would crowd their arrows, arrows have numbers, and the blanks stand below."""
    y = make()
    y.backward()
    sheet = autograd.draw(y, hide=("grad", "local"))
    blank, solved = sheet.svg(), sheet.solution.svg()
    assert places(blank) == places(solved)
    assert (f"∂(1) {BLANK}" in blank, f"∂ {BLANK}" in blank) == (crowded, not crowded)
    assert BLANK not in solved and f"grad {1:.4f}" in solved
    assert {compact(local) for local in y.partials if local} <= set(re.findall(r"∂(?:\(\d+\))? ([-.\de]+)", solved))
    assert autograd.draw(y).solution is None


ELSEWHERE = "also from paths or passes not drawn here"


@pytest.mark.parametrize("seed", range(40))
def test_a_picture_names_the_operations_whose_grad_comes_from_paths_that_are_not_drawn(seed):
    """Of a whole graph none; of a part, those that something beside it uses, as finite differences say."""
    y, _ = expression(seed)
    y.backward()
    assert ELSEWHERE not in autograd.draw(y, level="operation").svg()
    order = topological_order(y)
    part = order[len(order) * 2 // 3]
    if part.is_leaf:
        return
    within = topological_order(part)
    beside = dict.fromkeys([u for u in within if u.inputs and u is not part], 0.0)          # what they get from outside
    for v in order:
        for u, local in zip(v.inputs, v.partials):
            if not any(v is w for w in within) and any(u is w for w in beside):
                beside[u] += v.grad * (local or 0.0)
    count = sum(abs(more) > 1e-9 for more in beside.values())
    svg = html.unescape(autograd.draw(part, level="operation").svg())
    lines = [words for words in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if ELSEWHERE in words]
    assert len(lines) == (count > 0)
    if 0 < count <= 3:
        assert lines[0].count(",") == count - 1


def test_a_grad_that_cancels_to_its_rounding_comes_from_the_edges_drawn():
    x = Value(1.0, label="x") * 1.0
    y = 0.1 * x + 0.2 * x - 0.3 * x                             # the grad of x is 0.1 + 0.2 - 0.3, in some order
    y.backward()
    assert ELSEWHERE not in autograd.draw(y).svg()


def test_the_operations_whose_grad_comes_from_elsewhere_are_called_as_on_their_cards():
    z = [Value(0.5, label="z1(1)"), Value(-1.0, label="z1(2)")]
    f = [v.sigmoid() for v in z]
    first, second = (autograd.dot(w, f) for w in ([Value(0.5), Value(1.5)], [1.0, -2.0]))
    (first * second).backward()
    svg = html.unescape(autograd.draw(first).svg())
    assert f"grad of sigmoid(z1(1)), sigmoid(z1(2)): {ELSEWHERE}" in svg
    assert all(f">{title}<" in svg for title in ("sigmoid(z1(1))", "sigmoid(z1(2))"))


@pytest.mark.parametrize("seed", [16, 17, 23])
def test_a_hand_can_write_into_the_blanks_of_a_worksheet(seed):
    """On A4, 277 x 190 mm without its margins, a line of a card is 8 mm high, and its blank 15 mm wide; 4.4 x 13 mm once."""
    svg = autograd.draw(student(seed)[0], hide=("data", "grad", "local")).svg()
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    scale = min(277 / width, 190 / height)
    lowest = min(map(float, re.findall(r'height="([\d.]+)" rx="0.0"', svg)))
    assert scale * lowest >= 8 and scale * len(BLANK) * 0.556 * 20 >= 15


def test_a_grad_of_an_earlier_pass_is_named_and_a_worksheet_says_nothing():
    a = Value(2.0, label="a")
    b = a * 3.0
    b.label = "b"
    y = b.tanh()
    b.backward()
    assert f"grad of b: {ELSEWHERE}" in autograd.draw(y).svg()
    assert ELSEWHERE not in autograd.draw(y, hide=("grad",)).svg()
    y.backward()
    assert ELSEWHERE not in autograd.draw(y).svg()                    # a.grad is the sum of two passes, as a leaf's is
    (y * y).backward()
    assert ELSEWHERE not in autograd.draw(y).svg()


def test_several_outputs_and_wrong_ones():
    a = Value(1.0, label="a")
    b, c = a + 1, a * 2
    assert autograd.draw([b, c]).source.count("output") >= 2
    for wrong, kind in (("x", "str"), (None, "NoneType"), ([b, 2.0], "float")):
        with pytest.raises(TypeError, match=f"draw needs a Value or a list of Values, got {kind}"):
            autograd.draw(wrong)
    with pytest.raises(ValueError, match="level must be 'operation', 'neuron', 'layer' or None"):
        autograd.draw(b, level="layers")


def test_a_value_with_a_backward_of_its_own_is_drawn_without_running_it():
    a = Value(2.0, label="a")
    v = Value(4.0, (a,), "square")
    ran = []
    v._backward = lambda: ran.append(1)
    assert "∂ ?" in autograd.draw(v).source and not ran
    assert "square" in autograd.draw(v).source


# Escaping ------------------------------------------------------------------------------------------------------------------

@needs_dot
@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_text_in_the_svg_and_nothing_else(label):
    v = Value(1.0, label=label) * Value(2.0, label="w")
    v.label, label = label, short_name(label)
    svg = ET.fromstring(autograd.draw(v).pipe(format="svg", encoding="utf-8"))
    tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "ellipse", "text", "a"}
    words = ["".join(t.itertext()) for t in svg.iter(f"{SVG}text")]
    expected = shorten(clean(label))
    squeezed = [w.replace("\xa0", " ") for w in words]
    assert squeezed.count(expected) == 2 or not expected.strip()
    titles = ["".join(t.itertext()) for t in svg.iter(f"{SVG}title")]
    assert any(clean(label)[:300] in t for t in titles)
    assert "onerror" not in {name for element in svg.iter() for name in element.attrib}


@needs_dot
def test_the_svg_has_titles_in_words_ids_and_classes():
    a = Value(3.0, label="a")
    svg = ET.fromstring(autograd.draw(a * a).svg())
    titles = ["".join(t.itertext()) for t in svg.iter(f"{SVG}title")]
    assert "a: input, data 3, no grad yet" in titles and "a: input, data 3, no grad yet → operation ×" in titles
    groups = {g.get("id"): g.get("class") for g in svg.iter(f"{SVG}g")}
    assert groups["v0"] == "node input" and groups["v1o"] == "node operation"


# Collapsed -----------------------------------------------------------------------------------------------------------------

class PlainNeuron:
    """A neuron as micrograd writes it: products and sums, no dot."""

    def __init__(self, rng: random.Random, nin: int, name: str, relu: bool, bias_first: bool) -> None:
        self.w = [Value(rng.uniform(-1, 1), label=name and f"{name}.w.{i}") for i in range(nin)]
        self.b, self.relu, self.bias_first = Value(0.1, label=name and f"{name}.b"), relu, bias_first

    def __call__(self, x):
        products = (wi * xi for wi, xi in zip(self.w, x))
        z = sum(products, self.b) if self.bias_first else sum(products) + self.b
        return z.relu() if self.relu else z


def moons_loss(samples: int, width: int = 16, labels: bool = True, bias_first: bool = True) -> Value:
    """micrograd's demo in plain scalar code: a network 2-width-width-1, hinge loss and a penalty on the parameters."""
    rng = random.Random(0)
    sizes = [2, width, width, 1]
    layers = [[PlainNeuron(rng, sizes[k], f"layers.{k}.neurons.{i}" if labels else "", k < 2, bias_first)
               for i in range(sizes[k + 1])] for k in range(3)]
    losses = []
    for _ in range(samples):
        f = [Value(rng.uniform(-1, 1)) for _ in range(2)]
        for layer in layers:
            f = [neuron(f) for neuron in layer]
        losses.append((1 + -rng.choice([-1, 1]) * f[0]).relu())
    penalty = 1e-4 * sum(p * p for layer in layers for n in layer for p in [*n.w, n.b])
    total = sum(losses) * (1.0 / samples) + penalty
    total.label = "loss"
    return total


@pytest.mark.parametrize("bias_first", [True, False])
def test_neurons_are_found_in_plain_code_with_all_their_samples(bias_first):
    loss = moons_loss(5, 4, bias_first=bias_first)
    neurons, owner = find_neurons(topological_order(loss))
    assert len(neurons) == 9 and all(len(n.outputs) == 5 for n in neurons.values())
    assert {n.activation for n in neurons.values()} == {"ReLU", "linear"}
    nodes_of_one = sum(2 * len(n.weights) + (not bias_first) + (n.activation == "ReLU") for n in neurons.values())
    assert len(owner) == sum(n.size for n in neurons.values()) + 5 * nodes_of_one
    hidden = neurons["layers.1.neurons.2"]
    assert hidden.sources[3][0] is neurons["layers.0.neurons.3"].outputs[0]


def test_neurons_are_found_in_dots_and_agree_with_the_model():
    model = nn.MLP(3, [4, 2], activation="tanh", output="sigmoid", seed=1)
    x = [Value(0.1), Value(0.2), Value(0.3)]
    y = model(x)
    neurons, _ = find_neurons(topological_order(*y))
    assert list(neurons) and neurons["layers.1.neurons.1"].outputs == [y[1]]
    assert neurons["layers.0.neurons.0"].activation == "tanh" and neurons["layers.0.neurons.0"].sources[2] == [x[2]]
    assert [n.size for n in neurons.values()] == [4] * 4 + [5] * 2


def test_the_sum_of_two_samples_of_a_linear_neuron_belongs_to_neither():
    w, b = Value(2.0, label="neurons.0.w.0"), Value(1.0, label="neurons.0.b")
    first, second = w * 3.0 + b, w * 4.0 + b
    total = first + second + 0.0
    neurons, owner = find_neurons(topological_order(total))
    assert neurons["neurons.0"].outputs == [first, second]
    assert total not in owner and total.inputs[0] not in owner
    penalty = w * w
    assert penalty not in find_neurons(topological_order(penalty + first))[1]


def test_a_loss_over_a_data_set_collapses_to_neurons_and_says_so():
    loss = moons_loss(20, 8)
    picture = autograd.draw(loss)
    size = len(topological_order(loss))
    assert picture.note == f"{size:,} Values collapsed to neurons, 20 samples in one; expand='NAME' opens one"
    found = nodes(picture.source)
    assert sum("class=neuron" in text for text in found.values()) == 17
    assert sum("20 samples" in text for text in found.values()) >= 17
    assert picture.note not in picture.source and "loss" in picture.source      # a caption, not on the slide
    weighted = [a for *_, a in edges(picture.source) if "weight " in a]
    assert len(weighted) == 2 * 8 + 8 * 8 + 8
    weights = [v.data for v in topological_order(loss) if ".w." in v.label]
    assert sum("dashed" in a for a in weighted) == sum(w < 0 for w in weights)


def test_layers_say_what_they_hold():
    source = autograd.draw(moons_loss(20, 8), level="layer").source
    for text in ("8 neurons (ReLU)", "24 parameters", "72 parameters", "9 parameters", "20 samples", "105 nodes"):
        assert text in source


def test_numbers_as_inputs_of_a_model_are_shown():
    model = nn.MLP(2, [8, 1], seed=1)
    loss = autograd.sum([nn.losses.squared(model([0.1 * i, 1.0]), 1.0) for i in range(10)])
    for level in (None, "layer"):
        source = autograd.draw(loss, level=level).source
        assert ("10 numbers" if level is None else "20 numbers") in source


def test_expand_opens_one_neuron_with_right_numbers_or_one_layer():
    model = nn.MLP(2, [6, 6, 1], activation="tanh", seed=3)
    x = [Value(1.0, label="x0"), Value(-2.0, label="x1")]
    y = model(x)
    y.backward()
    source = autograd.draw(y, expand="layers.1.neurons.2").source
    assert "neuron 2, opened" in source
    w, f = model.layers[1].neurons[2].w, [u for u in topological_order(y) if str(u.op) == "tanh"][:6]
    rows = [shown(card) for card in cards(source).values()]
    product = next(r for r in rows if r[0].endswith("w.4 * n0.4"))
    assert product[1] == f"data {w[4].data * f[4].data:.4f}"
    opened = autograd.draw(y, level="layer", expand="layers.0").source
    assert opened.count("class=neuron") == 6 and opened.count("class=layer") == 2


def test_expand_shows_one_of_many_samples():
    source = autograd.draw(moons_loss(10, 4), expand="layers.2.neurons.0").source
    assert "opened (1 of 10 samples)" in source


def test_an_unknown_name_to_expand_is_said_with_known_ones():
    with pytest.raises(ValueError, match="no neuron or layer 'layers.9' to expand; there are 'layers.0.neurons.0'"):
        autograd.draw(moons_loss(1, 2), expand="layers.9")
    with pytest.raises(ValueError, match="there are none: no parameter is labelled"):
        autograd.draw(expression(1)[0], expand="x")


def test_without_labels_operations_of_a_kind_and_depth_are_one_node():
    loss = moons_loss(10, 8, labels=False)
    picture = autograd.draw(loss)
    assert "collapsed to operations of a kind and depth" in picture.note
    held = [int(n.replace(",", "")) for n in re.findall(r">([\d,]+) nodes<", picture.source)]
    single = sum("data " in text for text in nodes(picture.source).values() if "class=operations" in text)
    operations = sum(v.op != "" for v in topological_order(loss))
    assert sum(held) + single == operations and len(nodes(picture.source)) < 40


def test_a_long_irregular_chain_is_collapsed_by_kind():
    v = Value(0.5, label="x")
    for i in range(20_000):
        v = (v.tanh(), v * 1.01, v + 0.1)[i % 3]
    picture = autograd.draw(v)
    assert len(nodes(picture.source)) < 10 and "20,001 Values" in picture.note


def test_too_many_nodes_one_by_one_are_refused_unless_forced():
    v = Value(1.0, label="x")
    for _ in range(2500):
        v = v + 1
    with pytest.raises(ValueError, match="2,501 Values are too many to draw one by one: leave level out"):
        autograd.draw(v, level="operation")
    assert len(cards(autograd.draw(v, level="operation", force=True).source)) == 2501


class Counted(Value):
    """A Value that counts how often a walk asks for its inputs."""
    __slots__ = ()
    asked = 0

    @property
    def inputs(self):
        type(self).asked += 1
        return super().inputs


@pytest.mark.parametrize("task", ["draw", "collapse", "expression"])
def test_work_is_linear_in_the_nodes(task):
    def work(n: int) -> int:
        v = Counted(0.5, label="x")
        for _ in range(n):
            v = Counted(0.1, (v, v), "+")
        Counted.asked = 0
        {"draw": lambda: autograd.draw(v, level="operation", force=True), "collapse": lambda: autograd.draw(v, level="neuron"),
         "expression": lambda: autograd.expression(v, limit=10 ** 6)}[task]()
        return Counted.asked
    small, large = work(300), work(3000)
    assert 0 < small and large < 11 * small


# Networks ------------------------------------------------------------------------------------------------------------------

def test_a_network_is_columns_of_neurons_and_a_line_for_each_weight():
    model = nn.MLP(6, [2, 6, 4, 1], activation="tanh", seed=2)
    source = model.draw().source
    assert source == autograd.draw_network(model).source and "layout=neato" not in source
    circles = [text for text in nodes(source).values() if "shape=\"circle\"" in text]
    assert len(circles) == 6 + 2 + 6 + 4 + 1
    weights = [p.data for name, p in model.named_parameters() if ".w." in name]
    lines = edges(source)
    assert len(lines) == len(weights) == 6 * 2 + 2 * 6 + 6 * 4 + 4
    assert sum("dashed" in a for *_, a in lines) == sum(w < 0 for w in weights)
    widths = {float(re.search(r"weight (\S+)\"", a)[1]): float(re.search(r'penwidth="(\S+)"', a)[1]) for *_, a in lines}
    by_size = sorted(widths, key=abs)
    assert [widths[w] for w in by_size] == sorted(widths.values())
    assert "layers.2" in source and "4 neurons, tanh" in source


def test_a_network_shows_data_and_gradient_for_a_sample_and_touches_no_grad():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=2)
    x = [Value(0.5, label="u"), Value(-1.0, label="v")]
    source = model.draw(x).source
    assert all(p.grad == 0 for p in model.parameters())
    y = model(x)
    y.backward()
    hidden = [v for v in topological_order(y) if str(v.op) == "tanh"]
    for v in [*hidden, *x]:
        assert f"{v.data:.2f}</FONT>&#160;&#160;" in source and f">{v.grad:.2f}</FONT>" in source
    import numpy as np
    assert model.draw(np.array([0.5, -1.0])).source == model.draw([0.5, -1.0]).source
    several = nn.MLP(2, [3], seed=1)
    assert "gradient of the sum of the outputs" in several.draw([1, 2]).note
    assert "gradient of the loss" in model.draw([1, 2], loss=lambda f: (f - 1) ** 2).note


def test_lone_layers_and_neurons_and_wide_layers():
    assert len(edges(nn.Layer(2, 3).draw().source)) == 6 and len(edges(nn.Neuron(4).draw([1, 2, 3, 4]).source)) == 4
    wide = nn.MLP(100, [30, 1]).draw().source
    assert "⋮ 83 more" in wide and len(edges(wide)) == 17 * 17 + 17
    with pytest.raises(TypeError, match="parameters are named like nn's"):
        autograd.draw_network(object())
