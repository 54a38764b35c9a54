"""What a projector shows of pictures and pages, measured in Chromium: the size of text, what overlaps, what leaves its
card or the screen, and contrast.

`python -m tests.pictures.measure [COUNT [FIRST]]` measures `play` and `draw` for COUNT random expressions, networks and
collapsed graphs at 1920 x 1080 and 1280 x 720, and prints each fault. `python -m tests.pictures.measure students COUNT FIRST` does
so for expressions as students write them, in each step of each backward pass, in predict mode, and while a leaf is changed.
"""
from __future__ import annotations

import json
import pathlib
import random
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import autograd
import nn
from autograd import Value
from tests.browser import Browser
from tests.expressions import expression
from tests.pictures.students import student

SCREENS = {(1920, 1080): 24.0, (1280, 720): 16.0}       # the height of text that is wanted, in pixels
MANY = 20                                               # Values, beyond which text may be smaller
CONTRAST = 4.5                                          # WCAG 2, AA

# All texts that are shown, with what is behind them; positions in pixels of the screen.
MEASURE = r"""(() => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const color = text => (text.match(/[\d.]+/g) || []).map(Number);
  const opacity = e => { let o = 1; for (; e && e.nodeType === 1; e = e.parentElement) o *= parseFloat(getComputedStyle(e).opacity); return o; };
  const fills = [...document.querySelectorAll('svg rect, svg polygon, svg ellipse, svg circle, svg path')].map(e => {
    const s = getComputedStyle(e);
    return {e, r: box(e), fill: s.fill === 'none' ? null : color(s.fill), o: opacity(e) * parseFloat(s.fillOpacity)};
  }).filter(f => f.fill && f.o > 0.05 && f.fill[3] !== 0);
  const behind = (e, x, y) => {
    let found = [255, 255, 255];
    for (const f of fills) {
      if (!(f.e.compareDocumentPosition(e) & 4) || x < f.r[0] || x > f.r[2] || y < f.r[1] || y > f.r[3]) continue;
      found = found.map((c, k) => c + (f.fill[k] - c) * f.o);
    }
    return found;
  };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const texts = [];
  for (const e of document.querySelectorAll('svg text')) {
    const words = e.textContent.trim(), r = box(e), style = getComputedStyle(e);
    if (!words || r[2] <= r[0] || style.display === 'none' || style.visibility === 'hidden') continue;
    const screen = box(e.ownerSVGElement);
    if (r[2] < screen[0] || r[3] < screen[1] || r[0] > screen[2] || r[1] > screen[3]) continue;
    const m = e.getScreenCTM(), o = opacity(e), back = behind(e, (r[0] + r[2]) / 2, (r[1] + r[3]) / 2);
    const front = color(style.fill).map((c, k) => back[k] + (c - back[k]) * o), [a, b] = [light(front.slice(0, 3)), light(back)];
    texts.push({words, r, size: parseFloat(style.fontSize) * Math.hypot(m.a, m.b), contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
                kind: e.getAttribute('class') || '', group: (e.closest('.card, .node, .edge, .partial') || e).id || '',
                cut: r[0] < screen[0] - 1 || r[1] < screen[1] - 1 || r[2] > screen[2] + 1 || r[3] > screen[3] + 1});
  }
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || !e.childNodes.length || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), r = box(e);
    if (r[2] - r[0] < 2 || style.visibility === 'hidden' || style.display === 'none' || ['SCRIPT', 'STYLE', 'TITLE', 'OPTION'].includes(e.tagName)) continue;
    if (e.classList.contains('quiet') || e.disabled) continue;
    let p = e, back = [255, 255, 255];
    for (; p && p.nodeType === 1; p = p.parentElement) { const c = color(getComputedStyle(p).backgroundColor); if (c.length && c[3] !== 0) { back = c.slice(0, 3); break; } }
    const [a, b] = [light(color(style.color).slice(0, 3)), light(back)];
    texts.push({words: e.textContent.trim().slice(0, 60), r, size: parseFloat(style.fontSize), contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
                kind: 'html', group: '', beyond: e.scrollWidth > e.clientWidth + 1 && style.overflow !== 'visible' && e.clientWidth > 0});
  }
  const cards = [...document.querySelectorAll('.node:has(> rect)')].map(c => {
    const rows = [...c.querySelectorAll('rect')].map(box), r = [0, 1].map(k => Math.min(...rows.map(b => b[k])));
    return {r: [...r, ...[2, 3].map(k => Math.max(...rows.map(b => b[k])))], texts: [...c.querySelectorAll('text')].map(t => [t.textContent, box(t)])};
  });
  for (const c of document.querySelectorAll('.card')) cards.push(({r: box(c.querySelector('.box')), texts: [...c.querySelectorAll('text')].map(t => [t.textContent, box(t)])}));
  const heads = [...document.querySelectorAll('.line')].filter(g => !g.closest('defs')).map(g => { const p = g.querySelector('path'); if (!p || !p.getTotalLength) return null;
    const s = document.documentElement.dataset.ready && p.getAttribute('marker-start'), at = p.getPointAtLength(s ? 0 : p.getTotalLength()), m = p.getScreenCTM();
    return [at.x * m.a + m.e, at.y * m.d + m.f]; }).filter(Boolean);
  return JSON.stringify({texts, cards, heads, wide: document.documentElement.scrollWidth, high: document.documentElement.scrollHeight});
})()"""


class Fault(NamedTuple):
    """Something that is wrong: kind, on which page, what."""
    kind: str
    where: str
    what: str


def faults(browser: Browser, where: str, least: float) -> Iterator[Fault]:
    """What is wrong with what the browser shows; text of pictures has to be `least` pixels high."""
    width, height = browser.run("innerWidth"), browser.run("innerHeight")
    found = json.loads(browser.run(MEASURE))
    texts = found["texts"]
    if found["wide"] > width + 1 or found["high"] > height + 1:
        yield Fault("overflow", where, f"the page is {found['wide']} x {found['high']}")
    for text in texts:
        yield from faults_of(text, where, least if text["kind"] != "html" else 0.6 * least)
    for card in found["cards"]:
        for words, r in card["texts"]:
            if r[2] > r[0] and (r[0] < card["r"][0] - 1 or r[2] > card["r"][2] + 1):
                yield Fault("overflow", where, f"{words!r} leaves its card")
    yield from overlaps([t for t in texts if t["kind"] != "html"], found["heads"], where)


def faults_of(text: dict[str, Any], where: str, least: float) -> Iterator[Fault]:
    """What is wrong with one text."""
    if text["size"] < least - 0.05:
        yield Fault("small", where, f"{text['size']:.1f} px: {text['words']!r} {text['kind']}")
    if text["contrast"] < CONTRAST:
        yield Fault("contrast", where, f"{text['contrast']:.2f}: {text['words']!r} {text['kind']}")
    if text.get("cut"):
        yield Fault("cut", where, f"{text['words']!r} {text['kind']} lies across the edge of the picture")
    if text.get("beyond"):
        yield Fault("overflow", where, f"cut off: {text['words']!r}")


def overlaps(texts: list[dict[str, Any]], heads: list[list[float]], where: str) -> Iterator[Fault]:
    """Texts of a picture that lie on each other, or on an arrowhead."""
    for i, a in enumerate(texts):
        for b in texts[i + 1:]:
            in_one_line = a["group"] == b["group"] and a["r"][1] == b["r"][1]
            if shared(a["r"], b["r"]) and not in_one_line:
                yield Fault("overlap", where, f"{a['words']!r} and {b['words']!r}")
        left, top, right, bottom = a["r"]
        for x, y in heads:
            if a["words"].startswith("∂") and left - 2 < x < right + 2 and top + 3 < y < bottom - 3:
                yield Fault("overlap", where, f"{a['words']!r} lies on an arrowhead")


def shared(a: list[float], b: list[float]) -> bool:
    """Whether two boxes share more than a rim: a fifth of the height of a line, and two pixels across."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return across > 2 and high > 0.25 * min(a[3] - a[1], b[3] - b[1])


# What is measured ------------------------------------------------------------------------------------

def small(seed: int) -> tuple[Value, int]:
    """An expression of at most 20 Values, and how many it has."""
    rng = random.Random(seed)
    while True:
        y, _ = expression(seed, operations=rng.randint(3, 12), leaves=rng.randint(2, 4))
        count = size_of(y)
        if count <= MANY:
            if rng.random() < 0.7:
                y.backward()
            return y, count
        seed += 1000


def size_of(y: Value) -> int:
    from autograd.graph import topological_order
    return len(topological_order(y))


def in_slide(svg: str, width: int, height: int) -> str:
    """A page that shows a picture as large as a slide is."""
    return ("<!DOCTYPE html><meta charset='utf-8'><style>html,body{margin:0;height:100%;overflow:hidden}"
            f"svg{{display:block;width:{width}px;height:{height}px}}</style>{svg}")


def network(seed: int) -> tuple[Any, list[float]]:
    """A network and a sample."""
    rng = random.Random(seed)
    widths = [rng.randint(2, 5) for _ in range(rng.randint(2, 3))]
    return nn.MLP(rng.randint(1, 4), widths, seed=seed), [rng.uniform(-1, 1) for _ in range(4)]


def pictures(seed: int) -> Iterator[tuple[str, str, bool]]:
    """Pictures as SVG with a name, and whether their text has to be large."""
    y, count = small(seed)
    yield f"draw {seed} ({count})", autograd.draw(y).svg(), True
    sheet = autograd.draw(y, hide=("data", "grad", "local"))
    yield f"worksheet {seed} ({count})", sheet.svg(), False
    yield f"solution {seed} ({count})", sheet.solution.svg(), False
    net, x = network(seed)
    x = x[:len(net.layers[0].neurons[0].w)]
    few = sum(len(layer.neurons) for layer in net.layers) + len(x) <= MANY
    yield f"network {seed}", net.draw().svg(), few
    yield f"network with numbers {seed}", net.draw(x).svg(), few
    out = net(x)
    loss = autograd.sum([v * v for v in (out if isinstance(out, list) else [out])])
    loss.backward()
    for level in ("neuron", "layer"):
        yield f"{level}s {seed} ({size_of(loss)})", autograd.draw(loss, level=level).svg(), few


def measure(browser: Browser, seed: int, folder: pathlib.Path) -> Iterator[Fault]:
    """All faults of the pictures and pages of a seed."""
    for (width, height), least in SCREENS.items():
        browser.size(width, height)
        for where, svg, is_large in pictures(seed):
            file = folder / "picture.html"
            file.write_text(in_slide(svg, width, height), encoding="utf-8")
            browser.open(file)
            yield from faults(browser, f"{where} at {width}", least if is_large else 0.0)
        y, count = small(seed)
        file = folder / "page.html"
        autograd.play(y, file)
        browser.open(file)
        last = browser.run("Number(document.getElementById('slider').max)")
        for step in (0, 1, last // 2, last // 2 + 2, last):
            browser.run(f"(s => {{ s.value = {step}; s.dispatchEvent(new Event('input')); }})(document.getElementById('slider'))")
            yield from faults(browser, f"play {seed} ({count}) step {step} at {width}", least)


# Every state of a page of `play` --------------------------------------------------------------------

def states(browser: Browser) -> Iterator[str]:
    """Brings a page of `play` into every state that a lecture shows, one after the other, and says into which."""
    last = browser.run("Number(document.getElementById('slider').max)")
    for step in range(last + 1):
        slide(browser, step)
        yield f"step {step}"
    for mistake in ("overwrite", "unordered", "recursive", "unreset"):
        yield from mistaken(browser, mistake)
    yield from touched(browser)
    yield from predicted(browser)


def slide(browser: Browser, step: int) -> None:
    browser.run(f"(s => {{ s.value = {step}; s.dispatchEvent(new Event('input')); }})(document.getElementById('slider'))")


def mistaken(browser: Browser, mistake: str) -> Iterator[str]:
    """A backward pass with a mistake: its end, and the step in the middle."""
    browser.run(f"(s => {{ s.value = '{mistake}'; s.dispatchEvent(new Event('change')); }})(document.getElementById('pass'))")
    last = browser.run("Number(document.getElementById('slider').max)")
    for step in (3 * last // 4, last):
        slide(browser, step)
        yield f"{mistake} {step}"


def touched(browser: Browser) -> Iterator[str]:
    """The first leaf, with its slider, and finite differences in it."""
    browser.run("(s => { s.value = 'right'; s.dispatchEvent(new Event('change')); })(document.getElementById('pass'))")
    browser.run("document.querySelector('.card[tabindex]').focus()")
    browser.press("Enter")
    yield "leaf"
    browser.run("document.getElementById('leaf-nudge').click()")
    yield "nudge"
    browser.press("Escape")


def predicted(browser: Browser) -> Iterator[str]:
    """Each question of predict mode: before an answer, after a wrong one, and solved."""
    browser.press("Home")
    browser.run("document.getElementById('predict').click()")
    more = "!document.getElementById('next').disabled || !document.getElementById('check').hidden"
    while browser.run(more):
        if browser.run("document.getElementById('check').hidden"):
            browser.run("document.getElementById('next').click()")
        else:
            where = browser.run("document.getElementById('count').textContent")
            yield f"predict {where}"
            browser.run("(document.getElementById('answer').value = '12.5', document.getElementById('check').click())")
            yield f"predict wrong {where}"
            browser.run("document.getElementById('check').hidden || document.getElementById('show').click()")
    yield "predict done"


def measure_student(browser: Browser, seed: int, folder: pathlib.Path) -> Iterator[Fault]:
    """All faults of `draw`, a worksheet, and all states of `play` for an expression as students write it."""
    y, count = student(seed)
    sheet = autograd.draw(y, hide=("data", "grad", "local"))
    shown = {"draw": (autograd.draw(y), True), "worksheet": (sheet, False), "solution": (sheet.solution, False)}
    autograd.play(y, folder / "play.html")
    for (width, height), least in SCREENS.items():
        browser.size(width, height)
        for name, (picture, is_large) in shown.items():
            (folder / "picture.html").write_text(in_slide(picture.svg(), width, height), encoding="utf-8")
            browser.open(folder / "picture.html")
            yield from faults(browser, f"{name} of student {seed} ({count}) at {width}", least if is_large else 0.0)
        browser.open(folder / "play.html")
        for state in states(browser):
            yield from faults(browser, f"play of student {seed} ({count}) {state} at {width}", least)


def main(*arguments: str) -> None:
    of_students = arguments[:1] == ("students",)
    count, first = (*map(int, arguments[of_students:]), *(40, 5000)[len(arguments) - of_students:])
    browser = Browser()
    seen: dict[str, int] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(first, first + count):
                for fault in (measure_student if of_students else measure)(browser, seed, pathlib.Path(folder)):
                    seen[fault.kind] = seen.get(fault.kind, 0) + 1
                    print(*fault, sep=" | ", flush=True)
    finally:
        browser.close()
    print(f"{count} seeds: {seen or 'no faults'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
