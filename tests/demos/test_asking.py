"""Questions of a lesson: what counts as right, what is said, and that a page, a terminal and a notebook wait for an answer."""
import builtins
import json
import os
import subprocess
import sys

import pytest

from autograd import Value
from demos import asking
from demos.asking import number, put, question
from demos.runner import HERE
from tests.browser import CHROMIUM, Browser


def test_a_number_is_right_when_it_is_near():
    asked = question("How much?", 1 / 3, wrong={3.0: "upside down"}, why="A third.")
    assert asked.verdict(asked.read("1/3")) == "Right: 0.333333. A third."
    assert asked.is_right(0.33) and not asked.is_right(0.3) and not asked.is_right(-1 / 3)
    assert asked.verdict(3.0) == "Not 3, but 0.333333. Upside down. A third."
    assert asked.verdict(None) == "Answer: 0.333333. A third."


def test_a_number_may_be_asked_for_to_an_order_of_magnitude():
    asked = question("How many?", 1000.0, factor=10)
    assert [asked.is_right(n) for n in (99, 101, 9999, 10001, 0, -1000)] == [False, True, True, False, False, False]


def test_zero_has_to_be_zero():
    assert question("?", 0.0).is_right(0.0) and not question("?", 0.0).is_right(0.01)


@pytest.mark.parametrize("typed, wanted", [("a", "one"), ("B", "two"), ("two", "two"), ("a)", "one")])
def test_a_choice_is_its_letter_or_its_words(typed, wanted):
    assert question("?", "two", choices=("one", "two")).read(typed) == wanted


def test_a_bool_is_yes_or_no_and_a_value_its_number():
    assert question("?", True).choices == ("yes", "no") and question("?", True).answer == "yes"
    assert question("?", Value(2.5)).answer == 2.5


def test_a_wrong_number_that_is_the_answer_after_all_is_not_called_wrong():
    assert question("?", 2.0, wrong={2.0: "no", 3.0: "no"}).wrong == {3.0: "no"}


@pytest.mark.parametrize("typed, wanted", [("0.5", 0.5), (" -3 ", -3.0), ("1/4", 0.25), ("0,5", 0.5), ("1e-3", 0.001), ("−2", -2.0)])
def test_numbers_as_students_type_them(typed, wanted):
    assert number(typed) == wanted


@pytest.mark.parametrize("typed", ["", "x", "1/0", "1/2/3", "nan", "inf"])
def test_what_is_no_number_is_told_what_is(typed):
    with pytest.raises(ValueError, match="type a number, such as"):
        number(typed)


@pytest.mark.parametrize("answer, choices, error", [("three", ("one", "two"), ValueError), ("a word", (), TypeError),
                                                    ([1.0], (), TypeError)])
def test_an_answer_that_nobody_can_give_is_an_error(answer, choices, error):
    with pytest.raises(error):
        question("?", answer, choices=choices)


# Where somebody is there ------------------------------------------------------------------------------------------------------

def test_a_plain_run_asks_nobody(monkeypatch, capsys):
    monkeypatch.setattr(builtins, "input", lambda prompt: pytest.fail("asked"))
    put(question("How much is 1 + 1?", 2))
    assert capsys.readouterr().out == "? How much is 1 + 1?\n  Answer: 2.\n"


def test_a_terminal_waits_until_what_is_typed_can_be_read(monkeypatch, capsys):
    typed = iter(["two", "3"])
    monkeypatch.setenv(asking.ASK, "1")
    monkeypatch.setattr(builtins, "input", lambda prompt: next(typed))
    put(question("How much is 1 + 1?", 2, wrong={3: "one too many"}))
    printed = capsys.readouterr().out
    assert "type a number, such as" in printed and printed.endswith("  Not 3, but 2. One too many.\n")


@pytest.mark.parametrize("error", [EOFError, NotImplementedError])
def test_a_notebook_without_a_keyboard_shows_the_answer(error, monkeypatch, capsys):
    def nobody(prompt):
        raise error
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    monkeypatch.setattr(builtins, "input", nobody)
    put(question("How much is 1 + 1?", 2))
    assert capsys.readouterr().out.endswith("  Answer: 2.\n")


def test_a_lesson_asks_on_the_terminal(tmp_path):
    """Nothing after a question is printed before the prediction was made."""
    done = subprocess.run([sys.executable, "-m", "demos", "derivative", "--ask", "--small"], cwd=tmp_path, input="60\n3\n23\n23\n0.91\n15\nc\n",
                          capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HERE.parent)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("Right: 3. ") < done.stdout.index("def f(x)") < done.stdout.index("Right: 23. ") < done.stdout.index("On paper")
    assert done.stdout.count("your prediction") > 5 and "1e-15" in done.stdout


# On a page --------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium to look with")
    b = Browser(1280, 800)
    yield b
    b.close()


@pytest.fixture
def page(browser, tmp_path):
    """A page with two sections: two questions in the first one."""
    pytest.importorskip("markdown_it")
    from demos.page import Page
    made = Page("Questions")
    made.markdown("## One")
    made.question(question("How much is `1 + 1`?", 2, wrong={3: "one <b>too</b> many"}, why="Count."))
    made.output("between")
    made.question(question("Which?", "b < c", choices=("a", "b < c")))
    made.output("behind")
    made.markdown("## Two")
    made.output("another section")
    made.write(tmp_path / "page.html")
    browser.open(tmp_path / "page.html")
    return browser


def seen(browser):
    return json.loads(browser.run("""JSON.stringify([...document.querySelectorAll("pre, .ask")]
        .filter(e => e.offsetParent !== null).map(e => e.textContent))"""))


def predict(browser, text, form=0):
    browser.run(f"""(form => {{ form.querySelector("input").value = {json.dumps(text)}; form.requestSubmit(); }})
        (document.forms[{form}])""")


def test_what_follows_is_hidden_up_to_the_next_section(page):
    assert seen(page) == ["How much is 1 + 1?", "another section"] and page.errors == []


def test_a_prediction_shows_what_follows_up_to_the_next_question(page):
    predict(page, "3")
    assert seen(page) == ["How much is 1 + 1?", "between", "Which?", "another section"]
    assert page.run("document.querySelector('.verdict').textContent") == "Not 3, but 2. One <b>too</b> many. Count."
    page.run("document.forms[1].querySelectorAll('button')[1].click()")
    assert seen(page)[3] == "behind"
    assert page.run("document.querySelectorAll('.verdict')[1].textContent").startswith("Right: b < c.")
    assert page.run("document.querySelector('.score').textContent").startswith("1 of 2 predicted right")


def test_what_is_no_number_shows_nothing(page):
    predict(page, "two")
    assert seen(page) == ["How much is 1 + 1?", "another section"]
    assert "A number, please" in page.run("document.querySelector('.verdict').textContent")


def test_show_me_counts_as_no_prediction(page):
    page.run("document.querySelector('.skip').click()")
    assert "between" in seen(page) and page.run("document.querySelector('.score').textContent").startswith("0 of 2")


def test_a_lecturer_shows_everything(page):
    page.run("document.querySelector('.score button').click()")
    assert len(seen(page)) == 5


@pytest.mark.parametrize("typed", ["0.5", "1/2", "0,5", " .5 "])
def test_the_page_reads_numbers_as_the_terminal_does(typed, browser, tmp_path):
    pytest.importorskip("markdown_it")
    from demos.page import Page
    made = Page("One")
    made.question(question("?", 0.5))
    made.write(tmp_path / "page.html")
    browser.open(tmp_path / "page.html")
    predict(browser, typed)
    assert browser.run("document.querySelector('.verdict').textContent").startswith("Right: 0.5")
