"""play: its page in a real browser, and its layout and data without one."""
from __future__ import annotations

import html
import json
import re
import time

import pytest

import autograd
from autograd import Value
from autograd.graph import topological_order
from autograd.pictures.labelling import Area
from autograd.pictures.layout import PAGE, Arrangement, arrange, roomier
from autograd.pictures.strip import Strip, spread
from autograd.pictures.style import LONGEST_ON_PAGE
from autograd.words.labels import clean, shorten
from autograd.words.typeset import as_text
from autograd.words.numbers import compact, fixed as as_fixed
from tests.browser import CHROMIUM, Browser
from tests.expressions import HOSTILE, expression, neuron

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


def fixed(browser: Browser) -> list[list[str]]:
    """The data and grad rows of every card, in topological order."""
    return browser.run("[...document.querySelectorAll('.card')].map(c => [c.querySelector('.data').textContent,"
                       " c.querySelector('.grad').textContent])")


def text(browser: Browser, id: str) -> str:
    return browser.run(f"document.getElementById('{id}').textContent")


def quiet(browser: Browser, file) -> bool:
    """No error in the console, and the page asked for nothing but itself."""
    return browser.errors == [] and set(browser.requests) <= {file.resolve().as_uri()}


# In the browser ------------------------------------------------------------------------------------------------------------

@needs_browser
@pytest.mark.parametrize("seed", range(12))
def test_stepping_to_the_end_shows_every_grad_as_backward_leaves_it(browser, tmp_path, seed):
    y, _ = expression(seed)
    file = tmp_path / "page.html"
    autograd.play(y, file)
    assert all(v.grad == 0 for v in topological_order(y))
    browser.open(file)
    order = topological_order(y)
    operations = sum(v.op != "" for v in order)
    assert text(browser, "count") == f"step 0 / {2 * operations + 1}"
    for _ in range(2 * operations + 1):
        browser.press("ArrowRight")
    y.backward()
    assert fixed(browser) == [[f"data {as_fixed(v.data)}", f"grad {as_fixed(v.grad)}"] for v in order]
    assert text(browser, "how").startswith("Done")
    browser.press("Home")
    assert all(grad == "grad –" for _, grad in fixed(browser))
    assert quiet(browser, file)


@needs_browser
def test_a_step_tells_node_local_derivative_and_what_is_added(browser, tmp_path):
    a = Value(0.5, label="a")
    b = a * a
    b.label = "b"
    c = (b + a).tanh()
    c.label = "c"
    browser.open(autograd.play(c, tmp_path / "page.html").path)
    browser.press("ArrowRight")
    assert text(browser, "what") == "Forward 1 of 3: b" and text(browser, "how") == "b = a * a = 0.5 * 0.5 = 0.25"
    browser.press("End")
    rows = browser.run("[...document.querySelectorAll('#table tr')].slice(1).map(r => [...r.cells].map(c => c.textContent))")
    g = 1 - c.data ** 2
    assert text(browser, "what").startswith("Backward 3 of 3: b passes its grad")
    assert [row[0] for row in rows] == ["a", "a"] and rows[0][1] == "a = 0.5"
    assert [row[3] for row in rows] == [f"a.grad: {compact(g)} + {compact(g / 2)} = {compact(1.5 * g)}",
                                        f"a.grad: {compact(1.5 * g)} + {compact(g / 2)} = {compact(2 * g)}"]
    assert "Backward 3 of 3" in text(browser, "live") and "a.grad" in text(browser, "live")
    browser.press("ArrowLeft")
    assert text(browser, "what").startswith("Backward 2 of 3")


@needs_browser
def test_predict_mode_takes_the_right_number_and_refuses_a_wrong_one(browser, tmp_path):
    file = tmp_path / "page.html"
    y, _ = neuron()
    autograd.play(y, file)
    browser.open(file)
    browser.press("p")

    def answer(typed: str) -> str:
        browser.run("document.getElementById('answer').value = ''")
        browser.write(typed)
        browser.press("Enter")
        return text(browser, "verdict")

    browser.press("ArrowRight")
    assert text(browser, "question") == "x1 * w1 = 2 * (-3) =" and ["data –", "grad –"] in fixed(browser)
    assert "-6" not in text(browser, "how") and "-6" not in text(browser, "live")
    browser.press("ArrowRight")                                 # not before the number was typed
    assert text(browser, "count").startswith("step 1 /")
    assert answer("6") == "✗ 6 is wrong, try again: the sign is wrong"
    assert answer("six").startswith("type a number")
    assert text(browser, "count").startswith("step 1 /")
    assert answer("−6") == "✓ right: -6" and text(browser, "how").endswith("= -6")
    browser.press("ArrowRight")
    assert answer("0").startswith("✓")
    for _ in range(3):                                          # sums are not asked for, tanh is
        browser.press("ArrowRight")
    assert answer("0,71").startswith("✓")                       # a comma, two digits
    browser.press("ArrowRight")                                 # o.grad = 1, nothing to predict
    browser.press("ArrowRight")
    assert "0.5" not in text(browser, "table")
    assert answer("0.7").startswith("✗") and answer("1/2").startswith("✓")
    assert text(browser, "question") == ""                      # 1 × 0.5 is not worth asking
    assert "grad 0.5000" in [grad for _, grad in fixed(browser)]
    assert text(browser, "score") == "2 of 4 right at once"
    browser.press("ArrowLeft")                                  # what was seen once is not asked again
    browser.press("ArrowLeft")
    assert browser.run("document.getElementById('answer').hidden") and ["data 0.7071", "grad –"] in fixed(browser)
    assert quiet(browser, file)


@needs_browser
def test_the_whole_of_predict_mode_by_keyboard(browser, tmp_path):
    """A student who types every number right comes to the end, and is told so each time."""
    y, _ = expression(3, operations=5, leaves=2)
    file = tmp_path / "page.html"
    autograd.play(y, file)
    browser.open(file)
    browser.press("p")
    steps = int(text(browser, "count").rpartition("/")[2])
    answers = 0
    for _ in range(steps):
        browser.press("ArrowRight")
        while not browser.run("document.getElementById('question').hidden || document.getElementById('ask').hidden"):
            shown = text(browser, "question")
            value = browser.run(truth_of(shown))
            browser.write(repr(value))
            browser.press("Enter")
            assert text(browser, "verdict").startswith("✓"), (shown, value)
            answers += 1
    assert text(browser, "count") == f"step {steps} / {steps}" and answers > steps
    assert text(browser, "score") == f"{answers} of {answers} right at once"
    y.backward()
    assert [grad for _, grad in fixed(browser)] == [f"grad {as_fixed(v.grad)}" for v in topological_order(y)]
    assert quiet(browser, file)


@needs_browser
@pytest.mark.parametrize("w, x, typed", [(0.00079166, 2.0, "0.0016"), (0.333349, 3.0, "0.9999")])
def test_what_follows_from_the_digits_shown_is_right(browser, tmp_path, w, x, typed):
    y = Value(w, label="w") * Value(x, label="x")
    browser.open(autograd.play(y.tanh(), tmp_path / "page.html").path)
    browser.press("p")
    browser.press("ArrowRight")
    browser.write(typed)
    browser.press("Enter")
    assert text(browser, "verdict").startswith("✓")


@needs_browser
def test_two_tries_a_hint_and_then_the_number(browser, tmp_path):
    a, b = Value(2.0, label="a"), Value(-0.5, label="b")
    y = (a * b + a) * 3.0
    y.label = "y"
    browser.open(autograd.play(y, tmp_path / "page.html").path)
    browser.press("End")
    browser.run("document.getElementById('slider').value = 4")
    browser.run("document.getElementById('slider').dispatchEvent(new Event('input'))")
    browser.press("p")
    for answers in (["3"], []):                                 # y, then the sum: its 1 is not worth asking
        browser.press("ArrowRight")
        for typed in answers:
            browser.write(typed)
            browser.press("Enter")
            assert text(browser, "verdict") == f"✓ right: {typed}"
    browser.press("ArrowRight")                                 # a * b: b, then 3 × b, then the sum
    answers = [("-0.5", "✓"), ("-1.5", "✓"), ("-1.5", "put in its place"), ("7", "it is 1.5")]
    for typed, verdict in answers:
        browser.write(typed)
        browser.press("Enter")
        assert verdict in text(browser, "verdict")
    assert text(browser, "score") == "3 of 4 right at once"


@needs_browser
def test_one_chooses_what_is_asked_for(browser, tmp_path):
    browser.open(autograd.play(neuron()[0], tmp_path / "page.html").path)
    browser.press("p")
    browser.run("document.getElementById('ask-forward').click()")
    browser.press("ArrowRight")
    assert text(browser, "question") == "" and text(browser, "how").endswith("= -6")


@needs_browser
@pytest.mark.parametrize("name, grads, told", [
    ("right", [32, 16, 4, 1], "Done: every grad is the derivative of d"),
    ("overwrite", [4, 4, 4, 1], "Wrong from b on: its grad is 4 instead of 16. Where a Value"),
    ("unordered", [16, 16, 4, 1], "Wrong from a on: its grad is 16 instead of 32. It passed"),
    ("recursive", [80, 16, 4, 1], "Wrong from a on: its grad is 80 instead of 32. A Value with several paths"),
    ("unreset", [112, 40, 8, 1], "Wrong from c on: its grad is 8 instead of 4. The grads of"),
])
def test_a_pass_with_a_mistake_says_where_it_goes_wrong(browser, tmp_path, name, grads, told):
    a = Value(2.0, label="a")
    b = a + a
    c = b + b
    d = b * c
    b.label, c.label, d.label = "b", "c", "d"
    file = tmp_path / "page.html"
    browser.open(autograd.play(d, file).path)
    browser.run(f"(s => {{ s.value = '{name}'; s.dispatchEvent(new Event('change')); }})"
                "(document.getElementById('pass'))")
    browser.press("End")
    right = [32, 16, 4, 1]
    shown = [f"grad {g:.4f}" if g == r else f"{g} ≠ {r}" for g, r in zip(grads, right)]
    assert [grad for _, grad in fixed(browser)] == shown
    assert text(browser, "how").startswith(told)
    assert quiet(browser, file)


@needs_browser
def test_the_wheel_zooms_and_f_shows_all_again(browser, tmp_path):
    browser.open(autograd.play(neuron()[0], tmp_path / "page.html").path)
    width = "Number(document.getElementById('graph').getAttribute('viewBox').split(' ')[2])"
    before = browser.run(width)
    browser.run("document.getElementById('graph').dispatchEvent(new WheelEvent('wheel', {deltaY: -200}))")
    assert browser.run(width) < 0.8 * before
    browser.press("f")
    assert browser.run(width) == before


@needs_browser
@pytest.mark.parametrize("seed", range(6))
def test_text_reads_from_the_last_row_and_leaves_no_card(browser, tmp_path, seed):
    """24 pixels on a projector of 1920 by 1080."""
    y, _ = expression(seed, operations=6)
    browser.size(1920, 1080)
    try:
        browser.open(autograd.play(y, tmp_path / "page.html").path)
        for key in ("ArrowRight", "End"):
            browser.press(key)
            sizes = browser.run(SIZES)
            assert min(sizes) >= 24, sizes
            assert browser.run(OVERFLOWS) == []
    finally:
        browser.size(1280, 720)


SIZES = """[...document.querySelectorAll('.card text, .partial text')]
    .map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""
OVERFLOWS = """[...document.querySelectorAll('.card')].flatMap(card => {
    const box = card.querySelector('.box').getBoundingClientRect();
    return [...card.querySelectorAll('text')].filter(t => {
      const r = t.getBoundingClientRect();
      return r.left < box.left - 1 || r.right > box.right + 1;
    }).map(t => t.textContent);
  })"""


def truth_of(question: str) -> str:
    """JavaScript that works a question out from the story in the page: data by number, the rest as the engine says."""
    return """(() => {
      const story = JSON.parse(document.getElementById('data').textContent), nodes = story.nodes, q = %s;
      const ops = nodes.map((_, i) => i).filter(i => nodes[i].op !== undefined);
      const step = Number(document.getElementById('slider').value), n = ops.length;
      if (step <= n) return Number(nodes[ops[step - 1]].data);
      const grads = nodes.map(() => 0); grads[nodes.length - 1] = 1;
      const back = ops.slice().reverse();
      for (const i of back.slice(0, step - n - 2)) {
        nodes[i].inputs.forEach((u, k) => { grads[u] += grads[i] * nodes[i].partials[k]; });
      }
      const v = nodes[back[step - n - 2]], g = grads[back[step - n - 2]];
      const row = [...document.querySelectorAll('#table tr')].slice(1).findIndex(r => r.textContent.includes('?'));
      if (q.startsWith('local')) return v.partials[row];
      if (q.startsWith('upstream')) return g * v.partials[row];
      v.inputs.forEach((u, k) => { if (k <= row) grads[u] += g * v.partials[k]; });
      return grads[v.inputs[row]];
    })()""" % json.dumps(question)


@needs_browser
def test_the_show_button_the_slider_and_play(browser, tmp_path):
    file = tmp_path / "page.html"
    autograd.play(neuron()[0], file)
    browser.open(file)
    browser.press("p")
    browser.press("ArrowRight")
    browser.run("document.getElementById('show').click()")
    assert text(browser, "verdict") == "it is -6" and text(browser, "score") == "0 of 1 right at once"
    browser.run("document.getElementById('predict').click()")
    browser.run("(s => { s.value = 11; s.dispatchEvent(new Event('input')); })(document.getElementById('slider'))")
    assert text(browser, "how").startswith("Done")
    browser.press("Home")
    browser.run("document.activeElement.blur()")
    browser.press(" ")
    assert text(browser, "run") == "pause"
    time.sleep(2.2)
    assert text(browser, "count").startswith("step 1 ")
    browser.press(" ")
    assert text(browser, "run") == "play" and quiet(browser, file)


@needs_browser
def test_hostile_labels_run_no_script_and_are_shown_as_they_are(browser, tmp_path):
    total = Value(0.0, label="start")
    for label in HOSTILE:
        total = total + Value(1.0, label=label) * 2.0
    total.label = HOSTILE[0]
    file = tmp_path / "page.html"
    autograd.play(total, file)
    browser.open(file)
    browser.call("Page.addScriptToEvaluateOnNewDocument", source="window.alert = () => { window.alerted = true; }")
    browser.open(file)
    for key in ("End", "p", "Home", "ArrowRight"):
        browser.press(key)
    assert browser.run("window.alerted") is None
    assert browser.run("document.querySelectorAll('script').length") == 2
    assert browser.run("document.querySelectorAll('img, iframe, object, b').length") == 0
    titles = browser.run("[...document.querySelectorAll('.card .title')].map(t => t.firstChild.textContent)")
    for label in HOSTILE:
        assert shorten(as_text(clean(label)), LONGEST_ON_PAGE) in titles
    assert quiet(browser, file)


@needs_browser
def test_infinite_numbers_and_negative_zeros(browser, tmp_path):
    a = Value(1e200, label="a")
    y = (a * a) * Value(-0.0, label="z").exp() + a * -0.0
    y.label = "y"
    file = tmp_path / "page.html"
    autograd.play(y, file)
    browser.open(file)
    browser.press("End")
    y.backward()
    order = topological_order(y)
    assert fixed(browser) == [[f"data {as_fixed(v.data)}", f"grad {as_fixed(v.grad)}"] for v in order]
    assert quiet(browser, file)


@needs_browser
def test_everything_fits_on_a_projector_and_text_stays_readable(browser, tmp_path):
    y, _ = expression(5, operations=30)
    for value in (neuron()[0], y):
        browser.open(autograd.play(value, tmp_path / "page.html").path)
        for _ in range(3):
            browser.press("ArrowRight")
        assert browser.run("(d => d.scrollWidth <= innerWidth && d.scrollHeight <= innerHeight)(document.documentElement)")
        height = browser.run("document.querySelector('.card.now .title').getBoundingClientRect().height")
        assert height >= 14
        inside = browser.run("(() => { const c = document.querySelector('.card.now').getBoundingClientRect(), m = "
                             "document.querySelector('main').getBoundingClientRect(); return c.left >= m.left - 1 && "
                             "c.right <= m.right + 1 && c.top >= m.top - 1 && c.bottom <= m.bottom + 1; })()")
        assert inside


# Without a browser -----------------------------------------------------------------------------------------------------------

def test_the_page_is_one_small_file_that_names_no_address():
    y, _ = expression(2, operations=60)
    page = autograd.play(y)
    assert len(topological_order(y)) >= 60 and len(page.html.encode()) < 200_000 and page.path is None
    addresses = set(re.findall(r"https?://[^\"'\s<]+", page.html))
    assert addresses == {"http://www.w3.org/2000/svg"}          # a name, not a request
    assert "default-src 'none'" in page.html and "unsafe-inline" not in page.html


def test_the_page_shows_in_jupyter_in_a_frame():
    page = autograd.play(neuron()[0])
    shown = page._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and 'sandbox="allow-scripts"' in shown
    assert html.unescape(re.search('srcdoc="(.*?)"', shown, re.DOTALL)[1]) == page.html


@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_ends_the_data_or_becomes_a_part_of_the_template(label):
    y = Value(1.0, label=label) * 2
    y.label = label
    page = autograd.play(y).html
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(data)["nodes"][0]["title"] == shorten(as_text(clean(label)), LONGEST_ON_PAGE) or not label.strip()
    assert not set("<>&\u2028\u2029") & set(data) and page.count("<script") == 2
    page.encode()


def test_what_cannot_be_played_is_said():
    with pytest.raises(TypeError, match="play needs a Value, got float 2.0"):
        autograd.play(2.0)
    with pytest.raises(ValueError, match="a leaf has no pass to play"):
        autograd.play(Value(1.0))
    v = Value(1.0)
    for _ in range(400):
        v = v + 1
    with pytest.raises(ValueError, match="401 Values are too many to step through"):
        autograd.play(v)
    with pytest.raises(ValueError, match="derivative of sqrt"):
        autograd.play(Value(0.0).sqrt())


def graph(seed: int, operations: int = 25) -> tuple[list[tuple[float, float]], list[list[int]]]:
    """Sizes and inputs of the cards of a random expression."""
    order = topological_order(expression(seed, operations=operations)[0])
    place = {v: i for i, v in enumerate(order)}
    inputs = [[place[u] for u in v.inputs if isinstance(u, Value)] for v in order]
    return [(150.0 + 10 * (i % 5), 90.0) for i in range(len(order))], inputs


def box(layout, sizes, i: int) -> tuple[float, float, float, float]:
    (w, h), x, y = sizes[i], layout.x[i], layout.y[i]
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def widths(inputs: list[list[int]]) -> list[list[float]]:
    return [[60.0] * len(sources) for sources in inputs]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("downwards, bands", [(False, 1), (False, 3), (True, 1), (True, 2)])
def test_cards_do_not_overlap_and_arrows_run_from_card_to_card(seed, downwards, bands):
    sizes, inputs = graph(seed)
    layout = Arrangement(Strip(inputs), sizes, widths(inputs), downwards, bands).layout()
    boxes = [box(layout, sizes, i) for i in range(len(sizes))]
    for i, a in enumerate(boxes):
        assert a[0] >= 0 and a[1] >= 0 and a[2] <= layout.width and a[3] <= layout.height
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for i, arrows in enumerate(layout.arrows):
        for j, arrow in zip(inputs[i], arrows):
            way, near = arrow.points, 0.2
            out, into = (boxes[j][3], boxes[i][1]) if downwards else (boxes[j][2], boxes[i][0])
            assert way[0][downwards] == pytest.approx(out, abs=near)
            assert way[-1][downwards] == pytest.approx(into, abs=near)
            assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in way)


@pytest.mark.parametrize("seed", range(10))
def test_a_long_arrow_passes_no_card(seed):
    sizes, inputs = graph(seed)
    layout = Arrangement(Strip(inputs), sizes, widths(inputs), downwards=False, bands=1).layout()
    boxes = [box(layout, sizes, i) for i in range(len(sizes))]
    for arrows in layout.arrows:
        for arrow in arrows:
            way = arrow.points
            assert [x for x, _ in way] == sorted(x for x, _ in way)
            for x, y in way[1:-1]:
                assert not any(b[0] < x < b[2] and b[1] < y < b[3] for b in boxes)


def test_a_chain_is_laid_out_in_bands_like_lines_of_text():
    sizes, inputs = [(150.0, 80.0)] * 20, [[i - 1] if i else [] for i in range(20)]
    layout = arrange(sizes, inputs, widths(inputs))
    assert len(set(layout.y)) > 1 and min(1920 / layout.width, 720 / layout.height) > 24 / 18
    for direction, downwards in (("TB", True), ("LR", False)):
        assert arrange(sizes, inputs, widths(inputs), direction).downwards == downwards


@pytest.mark.parametrize("seed", range(20))
def test_a_strip_takes_the_room_across_that_the_page_has_and_is_shown_as_large(seed):
    sizes, inputs = graph(seed, operations=9)
    narrow = Arrangement(Strip(inputs), sizes, widths(inputs), downwards=seed % 2 == 1, bands=1)
    wide = roomier(narrow, PAGE)
    assert wide.scale(PAGE) == pytest.approx(narrow.scale(PAGE)) and wide.length == narrow.length
    assert wide.depth > narrow.depth or roomier(wide, PAGE) is wide or max(map(len, wide.strip.columns)) == 1
    assert wide.depth <= PAGE.width / narrow.scale(PAGE) + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_labels_cover_no_card_and_few_other_labels(seed):
    sizes, inputs = graph(seed, operations=12)
    layout = arrange(sizes, inputs, widths(inputs))
    cards = [Area(x, y, w, h) for x, y, (w, h) in zip(layout.x, layout.y, sizes)]
    labels = [Area(*arrow.label, 60.0, 22.0) for arrows in layout.arrows for arrow in arrows]
    assert all(label.overlap(card) < 5 for label in labels for card in cards)
    covered = sum(a.overlap(b) > 60 for i, a in enumerate(labels) for b in labels[:i])
    assert covered <= len(labels) // 3


def test_spread_moves_as_little_as_order_and_room_allow():
    assert spread([0, 10, 20], [2, 2, 2]) == [0, 10, 20]
    assert spread([5, 5], [2, 2]) == [4, 6]
    assert spread([9, 1], [2, 2]) == [4, 6]


@needs_browser
def test_max_and_select_are_told_with_the_numbers_that_they_compare(browser, tmp_path):
    a, b, i = Value(1.5, label="a"), Value(-2.5, label="b"), Value(1.0, label="i")
    y = autograd.max([a, b, 0.5]) * autograd.select(i, [a, b])
    browser.open(autograd.play(y, tmp_path / "page.html").path)
    browser.press("ArrowRight")
    assert text(browser, "how") == "max(a, b, 0.5) = max(1.5, -2.5, 0.5) = 1.5"
    browser.press("ArrowRight")
    assert text(browser, "how") == "select(i, a, b) = select(1, 1.5, -2.5) = -2.5"


@needs_browser
@pytest.mark.parametrize("make", [lambda xs: autograd.sum(xs), lambda xs: autograd.dot(xs[:8], xs[8:])])
def test_the_table_of_many_inputs_stays_on_the_screen(browser, tmp_path, make):
    y = make([Value(i * 0.5, label=f"x{i}") for i in range(16)])
    browser.size(1920, 1080)
    try:
        browser.open(autograd.play(y, tmp_path / "page.html").path)
        browser.press("End")
        high, told = browser.run("[document.documentElement.scrollHeight, document.getElementById('table').textContent]")
        assert high <= 1080 and all(f"x{i}.grad" in told for i in range(16))
        assert browser.run("document.querySelectorAll('#table tr').length") <= 9
        browser.press("Home")
        browser.press("p")
        asked = browser.run("document.getElementById('question').textContent")
        assert "local derivative" not in asked or "x0" in asked
    finally:
        browser.size(1280, 720)
