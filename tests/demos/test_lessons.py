"""What holds for every lesson: its form, that it runs, its page, and the order in which ideas come."""
import ast
import json
import html
import os
import re
import shutil
import subprocess
import sys
from functools import cache

import pytest

from demos.asking import Question
from demos.__main__ import run_all
from demos.runner import HERE, ORDER, cells
from tests.browser import CHROMIUM, Browser

WIDE = 100                              # columns of code that a page shows on a screen of 1280 points
SOURCES = {name: (HERE / f"{name}.py").read_text(encoding="utf-8") for name in ORDER}
CELLS = {name: cells(source) for name, source in SOURCES.items()}
TEXTS = {name: "\n\n".join(cell.text for cell in some if cell.markdown) for name, some in CELLS.items()}


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium to look with")
    b = Browser(1280, 800)
    yield b
    b.close()


# Form ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ORDER)
def test_it_opens_with_a_title_and_a_promise_and_ends_with_things_to_try(name):
    first, last = CELLS[name][0], CELLS[name][-1]
    assert re.match(r"# .+\n\n(.+\n)*.+", first.text) and first.markdown
    assert "Takes" in first.text.split("\n\n")[1]
    assert last.markdown and re.search(r"^## To try\n\n(- .+\n?(  .+\n?)*){2,}", last.text, re.MULTILINE)
    assert f'lesson = Lesson("{name}"' in SOURCES[name]


@pytest.mark.parametrize("name", ORDER)
def test_lines_fit_the_page(name):
    for cell in CELLS[name]:
        most = WIDE if cell.is_code else 127 if cell.markdown else 135     # a question's cell is not shown
        wide = [(cell.line + i + 1, line) for i, line in enumerate(cell.text.split("\n")) if len(line) > most]
        assert not wide
    for text in re.findall(r"^(?:    .*\n?)+", TEXTS[name], re.MULTILINE):                 # blocks of formulas
        assert max(map(len, text.split("\n"))) <= WIDE + 4


@pytest.mark.parametrize("name", ORDER)
def test_a_notebook_reads_the_same_cells(name):
    jupytext = pytest.importorskip("jupytext")
    notebook = jupytext.reads(SOURCES[name], fmt="py:percent")
    found = [(cell.source.strip("\n"), cell.cell_type == "markdown") for cell in notebook.cells if cell.source.strip()]
    assert found == [(cell.text.strip("\n"), cell.markdown) for cell in CELLS[name]]


@pytest.mark.parametrize("name", ORDER)
def test_a_text_is_whole(name):
    """Nothing of Python's quotes is left in it, as the r of r\"\"\" would be."""
    for cell in CELLS[name]:
        assert not (cell.markdown and re.search(r"^r?$|[\"']{3}", cell.text.split("\n")[-1]))


@pytest.mark.parametrize("name", ORDER)
def test_no_line_of_a_paragraph_begins_like_a_list(name):
    """`1. That is` at the beginning of a line would open a list, `- 4` as well."""
    for paragraph in re.split(r"\n\n+", TEXTS[name]):
        first, *rest = paragraph.split("\n")
        if not re.match(r" {4}|[-|]|\d+\. ", first):
            assert not [line for line in rest if re.match(r"\s*([-+*>]|#+|\d+[.)])\s", line)]


# Running ---------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ORDER)
def test_it_runs_and_writes_to_its_own_folder(name, lesson):
    small = lesson(name)
    written = {path.relative_to(small.folder).parts[:2] for path in small.folder.rglob("*") if path.is_file()}
    assert written == {("out", name)}
    assert (small.folder / small.ran.page).exists() and small.ran.shown


@pytest.mark.parametrize("name", ORDER)
def test_its_page_is_whole_and_asks_for_nothing(name, lesson, browser):
    small = lesson(name)
    assert not re.search(r'<script src|<link|(?:src|href)="(?!data:|#part-\d+"|[\w./-]+\.(html|svg)")', small.page)
    policy = re.search('<meta http-equiv="Content-Security-Policy" content="(.*?)">', small.page)[1]
    assert policy.startswith("default-src 'none'; ") and "http" not in policy and "script-src 'unsafe" not in policy
    for frame in map(html.unescape, re.findall('srcdoc="(.*?)"', small.page, re.S)):        # which its page's policy binds, too
        assert re.search("script-src '(.*?)'", frame)[1] in policy
    browser.open(small.folder / small.ran.page)
    browser.run("document.querySelectorAll('.later').forEach(hidden => hidden.classList.remove('later'))")
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == [] and browser.errors == []
    assert browser.run("document.images.length") == len(small.ran.shown)
    assert browser.run("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert browser.run("[...document.images].every(image => image.alt.length > 10)")
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert browser.run("[...document.querySelectorAll('pre')].every(pre => pre.scrollWidth <= pre.clientWidth)")    # none is cut
    assert browser.run("[...document.querySelectorAll('figure.play')].every(f => f.scrollWidth <= f.clientWidth)")   # nor scrolls
    for part in re.findall(r'href="#([^"]+)"', small.page):
        assert f'id="{part}"' in small.page
    for link in re.findall(r'href="([^"#]+)"', small.page):
        assert (small.folder / small.ran.page).parent.joinpath(link).exists()


def test_a_lesson_is_a_script(tmp_path):
    """Run by its file, from another folder, as an editor does it."""
    done = subprocess.run([sys.executable, HERE / "derivative.py"], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(HERE.parent), "DEMOS_SMALL": "1"})
    assert done.returncode == 0, done.stderr
    assert "by the graph 23.0" in done.stdout and list((tmp_path / "out" / "derivative").glob("*.png"))


def test_a_picture_shows_itself_in_a_notebook(lesson):
    formats = {shown.path.suffix: shown for shown in lesson("neuron").ran.shown}
    folder = lesson("neuron").folder
    for suffix, kind in ((".svg", "image/svg+xml"), (".png", "image/png")):
        shown = formats[suffix]
        bundle = shown._replace(path=folder / shown.path)._repr_mimebundle_()
        assert len(bundle[kind]) > 500 and bundle["text/plain"] == shown.caption


# The gallery -----------------------------------------------------------------------------------------------------------------

def test_the_gallery_leads_to_every_lesson(tmp_path_factory, lesson, browser, monkeypatch, capsys):
    """From a file, offline: cards in the order of teaching, each with a picture, a time, and a link that leads to its page."""
    folder = tmp_path_factory.mktemp("gallery")
    done = {}
    for name in ORDER:
        small = lesson(name)
        shutil.copytree(small.folder / "out" / name, folder / "out" / name)
        done[name] = small.ran
    monkeypatch.chdir(folder)
    monkeypatch.setattr("demos.__main__.run", lambda name, small, course: done[name])
    assert run_all(True) == 0 and f"the gallery of {len(ORDER)} lessons" in capsys.readouterr().out
    browser.open(folder / "out" / "index.html")
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == [] and browser.errors == []
    cards = json.loads(browser.run("""JSON.stringify([...document.querySelectorAll("a.card")].map(card => ({
        link: card.getAttribute("href"), title: card.querySelector("h3").textContent,
        width: card.querySelector("img").naturalWidth, text: card.textContent})))"""))
    assert [card["link"] for card in cards] == [f"{name}/index.html" for name in ORDER]
    for i, (name, card) in enumerate(zip(ORDER, cards)):
        assert card["title"] == f"{i + 1}. {done[name].title}" and card["width"] > 0
        assert f"{done[name].seconds:.1f} seconds" in card["text"] and "Takes" in card["text"]
    browser.follow(f'a[href="{ORDER[1]}/index.html"]', done[ORDER[1]].title)
    assert browser.run('document.querySelector("h1").textContent') == done[ORDER[1]].title


# Ideas, in the order of teaching ---------------------------------------------------------------------------------------------

IDEAS = {                               # the lesson that says what it is; no text before that may use the word
    "difference quotient": "derivative", "node": "derivative", "leaves": "derivative", "partial derivative": "derivative",
    "backpropagation": "derivative", "local derivative": "derivative", "chain rule": "chain_rule", "user": "chain_rule", "topological order": "chain_rule",
    "neuron": "neuron", "activation function": "neuron", "weights": "neuron", "bias": "neuron", "loss": "descent",
    "gradient descent": "descent", "learning rate": "descent", "epoch": "descent", "mini-batch": "sgd", "momentum": "sgd",
    "outer product": "backpropagation", "transpose": "backpropagation", "vanishing gradients": "backpropagation",
    "recursion": "chain_rule", "hidden": "neuron", "fully connected": "neuron", "training data": "descent", "cotangent": "forward_reverse",
    "Jacobian": "forward_reverse", "Hessian": "forward_reverse", "hinge loss": "moons", "margin": "moons",
    "L2 regularization": "moons", "weight decay": "moons", "optimizer": "moons", "overfitting": "moons", "logits": "digits",
    "softmax": "digits", "cross-entropy": "digits", "confusion matrix": "digits", "dead ReLU": "digits", "expression swell": "tensors",
    "straight-through estimator": "tensors", "eigenvalue": "pytorch_intro", "embedding": "gpt",
    "attention": "gpt", "perplexity": "gpt", "bigram": "gpt", "temperature": "gpt", "eigenvector": "newton", "saddle point": "newton",
    "quadratic convergence": "newton", "Taylor polynomial": "taylor", "Taylor arithmetic": "taylor",
}


def said(cell):
    """What a cell says to a reader: its text, or its questions, their reasons, and its captions."""
    if cell.markdown:
        return cell.text
    calls = [node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("lesson.")]
    return " ".join(node.value for call in calls for node in ast.walk(call)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str))


@cache
def bodies():
    """What each lesson says, without the opening and the headings."""
    return {name: " ".join(re.sub(r"^#.*", "", "\n".join(map(said, some[1:])), flags=re.MULTILINE).split())
            for name, some in CELLS.items()}


@pytest.mark.parametrize("idea, home", IDEAS.items(), ids=IDEAS)
def test_an_idea_is_said_once_and_before_it_is_needed(idea, home):
    """Where a term is explained it is in italics: once in the course, and no text before that uses the term."""
    italics = re.compile(rf"(?<!\*)\*{idea}(e?s)?\*(?!\*)", re.IGNORECASE)
    assert {name: len(italics.findall(body)) for name, body in bodies().items() if italics.search(body)} == {home: 1}
    course = " ".join(bodies().values())
    assert not re.search(rf"\b{idea}(e?s)?\b", course[:italics.search(course).start()], re.IGNORECASE)


# For lecturers ---------------------------------------------------------------------------------------------------------------

TEACHING = (HERE / "TEACHING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "minutes"), re.findall(r"^\| `(\w+)` \| (\d+) \| .+ \|$", TEACHING, re.MULTILINE))
def test_the_page_for_lecturers_has_the_minutes_of_each_lesson(name, minutes):
    """A new lesson may stand there later."""
    assert f"**In class:** {minutes} minutes" in CELLS[name][0].text


@pytest.mark.parametrize("name", ORDER)
def test_the_minutes_are_about_what_reading_and_answering_take(name):
    """At 150 words and 12 lines of code a minute, a minute for a question, and two for a page to play with."""
    text, asked = TEXTS[name].split(), sum(cell.asks for cell in CELLS[name])
    code = [cell.text for cell in CELLS[name] if cell.is_code and not cell.folded]
    lines, played = sum(cell.count("\n") + 1 for cell in code), sum(cell.count("lesson.play(") for cell in code)
    needed = len(text) / 150 + lines / 12 + asked + 2 * played
    stated = int(re.search(r"\*\*In class:\*\* (\d+)", CELLS[name][0].text)[1])
    assert 0.6 * stated <= needed <= 1.25 * stated, needed


@pytest.mark.parametrize("name", ORDER)
def test_a_lesson_says_what_one_can_do_after_it(name):
    assert "\n\n**Goals.** You " in CELLS[name][0].text


@pytest.mark.parametrize("name", ORDER)
def test_somebody_does_something_in_every_section(name):
    """A question, or a page to play with, in each part of a lesson."""
    sections, idle = [["", False]], []
    for cell in CELLS[name]:
        for part in re.split(r"^(?=## )", cell.text, flags=re.MULTILINE) if cell.markdown else [cell.text]:
            if cell.markdown and part.startswith("## "):
                sections.append([part.partition("\n")[0], False])
            elif not cell.markdown and re.search(r"^lesson\.(ask|play|page)\(", part, re.MULTILINE):
                sections[-1][1] = True
    idle = [title for title, active in sections[1:] if not active and title != "## To try"]
    assert idle == []


def test_the_worksheets_have_every_question_and_its_answer(tmp_path, lesson):
    from demos.runner import write_worksheets
    ran = [lesson(name).ran for name in ("derivative", "chain_rule")]
    write_worksheets(ran, tmp_path / "worksheets.html")
    page = (tmp_path / "worksheets.html").read_text(encoding="utf-8")
    assert page.count('class="sheet"') == sum(len(one.asked) for one in ran) and page.count("<h2") == 3, page[-3000:]
    questions, answers = page.split(">Answers</h2>")
    assert "What is dc/da?" in questions and "Answer" not in answers.split("<script")[0] and ">23<" not in questions


def test_long_choices_of_a_worksheet_wrap(tmp_path, browser):
    from demos.page import Page
    page = Page("Worksheets")
    choices = tuple(f"a choice of several words, number {k}" for k in range(6))
    page.sheet([Question("Which one?", choices[0], choices, {}, "", 0.0, 1.0)])
    page.write(tmp_path / "sheet.html")
    browser.open(tmp_path / "sheet.html")
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
