"""The quiz: its twelve answers against what pen and paper give, and each misconception's lesson."""
import re

import pytest

from demos.runner import HERE, ORDER, cells, run, source

WANTED = [7.0, "no", 8.0, 6.0, 2.0, "an error", 0.0, "less than a thousandth", "yes", 1.0, None, "no"]


def test_there_are_twelve_questions_with_the_answers_of_pen_and_paper(lesson):
    asked = lesson("quiz").ran.names["lesson"].asked
    assert len(asked) == len(WANTED)
    for question, wanted in zip(asked, WANTED):
        assert wanted is None or question.answer == wanted
    assert 2 < asked[10].answer < 5                                     # 200 inputs, a small multiple


def test_each_question_names_the_lessons_that_are_about_it(lesson):
    for question in lesson("quiz").ran.names["lesson"].asked:
        named = [name for name in ORDER if f"`{name}`" in question.why]
        assert named, question.text
        for name in named:                                              # and that lesson asks about it, too
            assert any(cell.asks for cell in cells(source(HERE / f"{name}.py")))


def test_the_page_remembers_the_score(lesson):
    page = lesson("quiz").page
    assert 'data-record="quiz"' in page and "localStorage" in page
    assert 'data-record="derivative"' not in lesson("derivative").page


@pytest.mark.parametrize("name", ["derivative", "chain_rule"])
def test_a_lesson_has_a_page_to_play_with(name, lesson):
    assert "<iframe srcdoc=" in lesson(name).page


def test_in_the_course_each_question_links_to_its_lessons(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = run("quiz", small=True, course=ORDER).page.read_text(encoding="utf-8")
    linked = [re.findall(r"\.\./(\w+)/index\.html", facts) for facts in re.findall(r'data-facts="([^"]*)"', page)]
    named = [re.findall(r"`(\w+)`", cell.text[cell.text.index("Lesson"):]) for cell in cells(source(HERE / "quiz.py")) if cell.asks]
    assert len(linked) == 12 and linked == named
