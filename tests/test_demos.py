"""demos: the list, what an unknown name says, how a lesson is run and becomes a page, and the gallery."""
import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos import __main__ as command
from demos import notebooks, page, runner
from demos.lesson import Lesson
from demos.page import Page

ROOT = Path(__file__).parent.parent

LESSON = '''# %% [markdown]
"""
# A lesson <of {name}>

What it is about,
in two lines. Takes a second.

More.
"""

# %%
from demos.lesson import Lesson

lesson = Lesson("{name}")


class Picture:
    def write(self, path):
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><title>{name}</title></svg>')
        return path


print("before", 1 < 2)
lesson.show(Picture(), "first", "The <first> picture")
print("after")

# %% tags=["hide-input"]
print(lesson.size("large", "little"))
{last}
'''


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A course of three lessons of its own, in a folder of its own: the second one fails in its last line."""
    pytest.importorskip("markdown_it")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "lessons"
    folder.mkdir()
    for name, last in (("one", ""), ("two", "1 / 0"), ("three", "")):
        (folder / f"{name}.py").write_text(LESSON.format(name=name, last=last), encoding="utf-8")
    monkeypatch.setattr(runner, "HERE", folder)
    monkeypatch.setattr(command, "ORDER", ("one", "two", "three"))
    monkeypatch.setattr(command, "NEEDED", {"markdown_it": "write their pages with markdown-it-py"})
    return tmp_path


# The command -----------------------------------------------------------------------------------------------------------------

def test_the_list_has_every_lesson_in_order_with_its_title(capsys):
    assert command.main([]) == 0
    listed = capsys.readouterr().out
    names = re.findall(r"^  (\w+) +\S", listed, re.MULTILINE)
    assert names == [*runner.ORDER, "exercises", "notebooks", "site"]
    for name in runner.ORDER:
        title, summary = runner.opening(name)
        assert re.search(rf"^  {name} +{re.escape(title)}$", listed, re.MULTILINE) and "Takes" in summary
    assert names[:4] == ["derivative", "chain_rule", "build", "neuron"]


def test_every_file_of_a_lesson_is_in_the_course():
    written = {path.stem for path in runner.HERE.glob("*.py") if path.read_text(encoding="utf-8").startswith("# %%")}
    assert written == set(runner.ORDER)


@pytest.mark.parametrize("arguments", [["mons"], ["page"], ["moons", "lecture"], ["../moons"], ["--smal"], ["all", "moons"]])
def test_an_unknown_name_lists_the_known_ones(arguments, capsys):
    assert command.main(arguments) == 1
    said = capsys.readouterr().err
    assert f"no demo {' '.join(arguments)!r}" in said and "chain_rule" in said


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_the_list(flag, capsys):
    assert command.main([flag]) == 0 and "chain_rule" in capsys.readouterr().out


def run_in(folder, *arguments, **options):
    """python -m demos in a process of its own."""
    return subprocess.run([sys.executable, "-m", "demos", *arguments], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **options})


def test_a_terminal_without_greek_letters_shows_question_marks(tmp_path):
    pytest.importorskip("matplotlib")
    done = run_in(tmp_path, "derivative", "--small", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "= 3 x? - 4" in done.stdout and "by the graph 23.0" in done.stdout
    assert "3x²" in (tmp_path / "out" / "derivative" / "index.html").read_text(encoding="utf-8")


def test_a_pipe_that_is_closed_early_is_no_error(tmp_path):
    pytest.importorskip("matplotlib")
    with subprocess.Popen([sys.executable, "-m", "demos", "all", "--small"], cwd=tmp_path, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert b"Error" not in process.stderr.read()
    assert process.returncode == 1


@pytest.mark.parametrize("arguments", [["derivative"], ["all"]])
def test_where_no_page_can_be_written_one_line_says_so(arguments, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "out").write_text("a file")
    done = run_in(tmp_path, *arguments)
    assert done.returncode == 1 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert "which cannot be made here" in done.stderr


@pytest.mark.parametrize("arguments", [["moons"], ["all"]])
def test_without_matplotlib_one_line_says_what_to_do(arguments, tmp_path):
    block = ("import sys; sys.modules['matplotlib'] = None; sys.path.insert(0, sys.argv[1])\n"
             "from demos.__main__ import main; sys.exit(main(sys.argv[2:]))")
    done = subprocess.run([sys.executable, "-c", block, str(ROOT), *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "pip install '.[demos]'" in done.stderr
    assert not list(tmp_path.iterdir())


def test_all_runs_the_others_when_one_fails_and_says_where(lessons, capsys):
    assert command.main(["all", "--small"]) == 1
    said = capsys.readouterr()
    line = (lessons / "lessons" / "two.py").read_text().split("\n").index("1 / 0") + 1
    assert f'two.py", line {line}, in <module>' in said.err and "ZeroDivisionError" in said.err and "failed: two" in said.err
    assert "the gallery of 2 lessons" in said.out
    text = (lessons / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a class="card" href="([^"]*)"', text) == ["one/index.html", "three/index.html"]
    assert text.index("A lesson &lt;of one&gt;") < text.index("A lesson &lt;of three&gt;")
    assert text.count("What it is about, in two lines. Takes a second.") == 2 and "More." not in text


def test_a_card_of_the_gallery_reads_markdown(lessons, capsys):
    path = lessons / "lessons" / "one.py"
    path.write_text(path.read_text().replace("What it is about", "What `+=` is about"))
    command.main(["all"])
    assert "<p>What <code>+=</code> is about, in two lines." in (lessons / "out" / "index.html").read_text(encoding="utf-8")


def test_all_lets_go_of_what_a_lesson_defined(lessons, monkeypatch, capsys):
    kept = []
    monkeypatch.setattr(command, "write_gallery", lambda ran, path: kept.extend(ran))
    command.main(["all"])
    assert [one.name for one in kept] == ["one", "three"] and not any(one.names for one in kept)
    assert not {"demos.one", "demos.three"} & set(sys.modules)


def test_one_lesson_that_fails_leaves_no_page(lessons):
    page = lessons / "out" / "two" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("of a run before")
    with pytest.raises(ZeroDivisionError):
        command.main(["two"])
    assert not page.exists()


def test_ctrl_c_ends_with_one_line(lessons, monkeypatch, capsys):
    (lessons / "lessons" / "one.py").write_text(LESSON.format(name="one", last="raise KeyboardInterrupt"))
    assert command.main(["one"]) == 130
    assert capsys.readouterr().err == "\nstopped\n"


@pytest.mark.parametrize("module", [notebooks, page, runner])
def test_the_examples_in_the_demos_own_modules(module):
    pytest.importorskip("markdown_it")
    done = doctest.testmod(module)
    assert done.attempted and not done.failed


# A lesson and its page -------------------------------------------------------------------------------------------------------

def test_a_lesson_prints_its_text_and_what_its_cells_print(lessons, capsys):
    assert command.main(["one"]) == 0
    printed = capsys.readouterr().out
    order = ["# A lesson <of one>", "in two lines.", "before True", f"picture: {Path('out/one/first.svg')}", "after", "large"]
    assert [printed.index(text) for text in order] == sorted(printed.index(text) for text in order)


def test_in_the_course_a_page_leads_to_the_next_and_the_one_before(lessons, capsys):
    (lessons / "lessons" / "two.py").write_text(LESSON.format(name="two", last=""))
    command.main(["all"])
    pages = {name: (lessons / "out" / name / "index.html").read_text(encoding="utf-8") for name in ("one", "two", "three")}
    ways = {name: re.findall(r'<a href="([^"]+)">(\w+):', text.split("</nav>")[0]) for name, text in pages.items()}
    contents = ("../index.html", "Contents")
    assert ways == {"one": [("../two/index.html", "Next"), contents], "three": [("../two/index.html", "Previous"), contents],
                    "two": [("../one/index.html", "Previous"), ("../three/index.html", "Next"), contents]}
    assert "<nav>" not in runner.run("one").page.read_text(encoding="utf-8")


def test_small_settings_are_for_one_run_only(lessons, capsys):
    command.main(["one", "--small"])
    command.main(["three"])
    printed = capsys.readouterr().out
    assert printed.index("little") < printed.index("# A lesson <of three>") < printed.index("large")


def test_the_page_has_text_code_output_and_pictures_in_their_places(lessons):
    text = runner.run("one").page.read_text(encoding="utf-8")
    order = ["<title>A lesson &lt;of one&gt;</title>", "<h1>A lesson &lt;of one&gt;</h1>", "<p>More.</p>",
             'class="s">&quot;one&quot;</span>', '<pre class="out">before True</pre>', "<img ",
             "The &lt;first&gt; picture</figcaption>", '<pre class="out">after</pre>', "<details>",
             "&quot;large&quot;", "</details>", '<pre class="out">large</pre>']
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert text.count("<h1") == 1 and text.count("<img") == 1


def test_a_file_may_begin_with_a_byte_order_mark(lessons):
    path = lessons / "lessons" / "one.py"
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert runner.opening("one")[0] == "A lesson <of one>" and runner.run("one").title == "A lesson <of one>"


def test_a_lesson_is_compiled_by_its_own_lines_alone(lessons):
    """As a script it would have no `from __future__ import annotations`, so it has none here."""
    (lessons / "lessons" / "one.py").write_text(LESSON.format(name="one", last="def f(x: Undefined): pass"))
    with pytest.raises(NameError, match="Undefined"):
        runner.run("one")


def test_the_cover_is_the_picture_that_is_named_or_the_last_one(tmp_path, monkeypatch):
    class Picture:
        def write(self, path):
            return path

    monkeypatch.chdir(tmp_path)
    for cover, wanted in (("a", "a"), ("", "b"), ("no such", "b")):
        lesson = Lesson("one", cover=cover)
        assert lesson.cover is None
        lesson.show(Picture(), "a")
        lesson.show(Picture(), "b")
        assert lesson.cover.path.stem == wanted


def test_cells_keep_their_lines():
    source = '# %% [markdown]\n"""\n# T\n"""\n\n# %%\n\nx = 1\n\n# %% tags=["hide-input"]\ny = 2\n# %%\n\n'
    assert runner.cells(source) == [("# T", 1, True, False), ("\nx = 1", 6, False, False), ("y = 2", 10, False, True)]


def test_a_wide_graph_is_not_shown_too_small(tmp_path):
    (tmp_path / "graph.svg").write_text('<?xml version="1.0"?>\n<svg width="3000pt" height="100pt"></svg>')
    made = Page("graph")
    made.figure(tmp_path / "graph.svg", "A graph.")
    assert '<img style="min-width: 1800pt; max-height: max(40rem, 60pt)" ' in str(made)


def test_a_page_escapes_its_texts_and_embeds_its_pictures(tmp_path):
    pytest.importorskip("markdown_it")
    (tmp_path / "p.svg").write_text('<?xml version="1.0"?><svg width="1"></svg>')
    made = Page("a < b")
    made.markdown("# <h>\n\n<script>alert(1)</script> and [a link](play.html)")
    made.cell("x < 1")
    made.output("<&>")
    made.figure(tmp_path / "p.svg", 'a "caption"')
    made.write(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>a &lt; b</title>" in text and "<h1>&lt;h&gt;</h1>" in text and "<script" not in text
    assert '<pre class="in">x &lt; <span class="m">1</span></pre>' in text and '<pre class="out">&lt;&amp;&gt;</pre>' in text
    assert '<a href="play.html">' in text and 'alt="a &quot;caption&quot;" src="data:image/svg+xml,%3Csvg ' in text
