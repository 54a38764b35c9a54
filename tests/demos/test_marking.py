"""Marking: right answers in any style pass, wrong ones get one true cause, evasions a reason, and nothing gets out of its process."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demos.exercises import NAMES, check, mark_file
from demos.exercises.catalogue import solution_source, stub
from demos.exercises.checkers.asking import Student, as_number
from demos.exercises.marking import channel, policy, repairs
from demos.exercises.marking.channel import Array, Odd, Recorded, decode, encode
from demos.exercises.marking.clock import WALL, Clock
from demos.exercises.marking.desk import TimeUp, within
from demos.exercises.marking.mark import Checker
from demos.exercises.marking.process import SECONDS
from demos.exercises.marking.result import NOT_RIGHT
from demos.exercises.moved import Stays, moved
from tests.demos.battery import BATTERY, RIGHT
from tests.demos.fresh import FRESH, put_in
from tests.demos.hostile import HOSTILE
from tests.demos.hostile import RIGHT as SLOPE
from tests.load import busy

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def marked(tmp_path):
    """marked(name, source): the result of that source in a file of its own."""
    def marked(name, source, **options):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        return mark_file(name, tmp_path / f"{name}.py", **options)
    return marked


# Answers ------------------------------------------------------------------------------------------------------------------------

def test_the_battery_has_twenty_answers_to_each_exercise_three_of_them_right():
    assert set(BATTERY) == set(NAMES)
    for rows in BATTERY.values():
        assert len(rows) >= 20 and sum(words == RIGHT for _, _, words in rows) >= 3


ENDLESS = ("e07no seen", "e12endless")          # stopped by the clock, which is the same after three seconds


@pytest.mark.parametrize("name, what, source, words", [(name, *row) for name, rows in BATTERY.items() for row in rows],
                         ids=[f"{name[:3]}-{what}" for name, rows in BATTERY.items() for what, *_ in rows])
def test_an_answer_gets_its_verdict_and_a_true_cause(name, what, source, words, marked):
    result = marked(name, source, **({"seconds": 3.0} if name[:3] + what in ENDLESS else {}))
    if words == RIGHT:
        assert result.solved, result
    else:
        assert result.state == NOT_RIGHT and result.mistake and (words or "") in result.mistake, result
        assert len(result.hints) == 3 and result.score < result.most


@pytest.mark.parametrize("name, what, words, answer", FRESH, ids=[f"{name[:3]}-{what}" for name, what, *_ in FRESH])
def test_a_fresh_answer_gets_its_verdict_and_a_true_cause(name, what, words, answer, marked):
    result = marked(name, put_in(stub(name), answer))
    assert result.solved if words == RIGHT else result.state == NOT_RIGHT and words in result.mistake, result


def test_two_mistakes_are_found_one_after_the_other(marked):
    source = solution_source("e09_neuron").replace("(w @ x + b)", "(w @ x)").replace("dz * x, dz, dz * w", "dz * w, dz, dz * x")
    assert "two mistakes" in marked("e09_neuron", source).mistake


@pytest.mark.parametrize("seed", ["a", "b", "c"])
@pytest.mark.parametrize("name", NAMES)
def test_points_drawn_from_another_seed_change_no_verdict(name, seed, marked):
    assert marked(name, solution_source(name), seed=seed).solved
    wrong = next((source, words) for what, source, words in BATTERY[name] if words)
    result = marked(name, wrong[0], seed=seed)
    assert result.state == NOT_RIGHT and wrong[1] in result.mistake, result


def test_hidden_points_differ_from_those_that_students_see(marked):
    wrong = "def slope(f, x, h):\n    return 0.0\n"
    messages = {marked("e01_slope", wrong, seed=seed).message for seed in ("", "a", "b")}
    assert len(messages) == 3


def test_parts_have_points_of_their_own(marked):
    half = solution_source("e09_neuron").replace("dz * x, dz, dz * w", "dz * x, dz, dz")
    result = marked("e09_neuron", half)
    assert (result.score, result.most) == (2, 3) and [part.right for part in result.parts] == [True, True, False]
    assert result.mistake == result.parts[2].mistake


# Hostile files ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_gets_a_verdict_in_time_and_changes_no_other(what, marked):
    check_hostile(what, marked, 2.5)


@pytest.mark.parametrize("what", ["an endless loop that catches everything", "a loop in C inside", "many threads"])
def test_a_hostile_file_gets_a_verdict_in_ten_seconds(what, marked):
    check_hostile(what, marked, SECONDS)


def test_no_cause_is_looked_for_while_threads_run(marked, monkeypatch):
    """They take turns with every try. Threads that have ended do no harm, and a right answer may leave some waiting."""
    monkeypatch.setattr(repairs, "cause", lambda *_, **__: "a line too much")
    start = "import threading\nend = threading.Event()\nwaiting = threading.Thread(target=end.wait, daemon=True)\nwaiting.start()\n"
    wrong = "def slope(f, x, h):\n    return f(x) * x * h\n"
    assert marked("e01_slope", wrong).mistake == "a line too much"
    assert marked("e01_slope", start + "end.set()\nwaiting.join()\n" + wrong).mistake == "a line too much"
    assert marked("e01_slope", start + wrong).mistake == ""
    assert marked("e01_slope", start + SLOPE).solved


@pytest.mark.parametrize("what", ["a loop in C inside", "an endless loop", "a trickle of an answer"])
def test_a_hostile_file_gets_a_verdict_in_ten_seconds_on_a_busy_machine(what, marked, monkeypatch):
    """Programs that compute beside it take its share of the cores, so its clock goes slower than the wall's."""
    assert marked("e01_slope", SLOPE).solved
    monkeypatch.setattr("demos.exercises.marking.clock.WALL", WALL)
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * (os.cpu_count() or 1))]
    try:
        begun = time.monotonic()
        result = marked("e01_slope", HOSTILE[what])
        assert time.monotonic() - begun < 10 and result.state == NOT_RIGHT and result.mistake
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not say what a process has computed")
def test_a_file_that_computes_nothing_is_ended_sooner(marked):
    begun = time.monotonic()
    result = marked("e01_slope", "import threading\ndef slope(f, x, h):\n    threading.Event().wait()\n")
    assert "waits for something" in result.mistake and not result.solved
    assert time.monotonic() - begun < 3 + 3 * busy()


def check_hostile(what, marked, seconds):
    """Its verdict is there in time: as soon as its own time is up, or at the wall, which is where users have it (tests/demos/conftest.py)."""
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demos.exercises.marking.clock.WALL", WALL)
        result = marked("e01_slope", HOSTILE[what], seconds=seconds)
    assert time.monotonic() - begun < (seconds + 2) * busy()
    assert result.state == NOT_RIGHT and result.message and result.mistake
    assert marked("e01_slope", SLOPE).solved


class Waiting(Clock):
    """The clock of a process that never gets a core."""

    def now(self):
        return 0.0


class AllWaiting(Clock):
    """The clock of a process that has waited for a core all the time, for one of its own threads."""

    def without(self):
        return time.monotonic() - self.begun


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not say what a process has computed")
def test_what_the_threads_of_a_process_compute_counts_while_they_wait_for_each_other():
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    clock, last = AllWaiting(child.pid), time.monotonic() + 20
    try:
        while clock.now() < 0.2:
            assert time.monotonic() < last
            time.sleep(0.02)
    finally:
        child.kill()
        child.wait()
        clock.close()


def test_time_without_a_core_does_not_count_and_patience_ends():
    begun = time.monotonic()
    with within(0.2, Waiting()):
        time.sleep(0.3)
    with pytest.raises(TimeUp), within(0.05, Waiting()):
        while time.monotonic() - begun < 9:
            pass
    assert time.monotonic() - begun < 5 * busy()


def test_sleeping_counts():
    with pytest.raises(TimeUp), within(0.1):
        time.sleep(9)


def test_the_clock_of_another_process_goes_on():
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9)"])
    try:
        clock = Clock(program.pid)
        begun, last = clock.now(), time.monotonic() + 60
        while clock.now() <= begun:                     # not while it waits for a core
            assert time.monotonic() < last
            time.sleep(0.02)
    finally:
        program.kill()
        program.wait()
    assert clock.now() > begun                          # and where it is gone
    clock.close()


def test_no_process_of_an_answer_is_left(marked):
    marked("e01_slope", HOSTILE["many threads"], seconds=2.0)
    marked("e01_slope", HOSTILE["an endless loop that catches everything"], seconds=2.0)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"marking.worker" in _read(path)]
    if left:                                            # the one that splits them off, of this process
        mine = [path for path in left if int(_read(path.parent / "stat").rpartition(b")")[2].split()[1]) == os.getpid()]
        assert len(mine) <= 1


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_file_may_import_what_stands_beside_it(marked, tmp_path):
    (tmp_path / "helper.py").write_text("def half(x):\n    return x / 2\n", encoding="utf-8")
    assert marked("e01_slope", "from helper import half\ndef slope(f, x, h):\n    return half(f(x + h) - f(x - h)) / h\n").solved


def test_without_fork_a_process_is_started_for_each_file(marked, monkeypatch):
    monkeypatch.setattr("demos.exercises.marking.process.FORKS", False)
    assert marked("e01_slope", SLOPE).solved
    assert "does not end" in marked("e01_slope", HOSTILE["an endless loop"], seconds=1.0).mistake


# What travels -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("x", [None, True, 1, 1.5, "text", [1, 2.0], (1, (2, 3)), {"a": [1]}, {1: 2.0}, float("inf"), []])
def test_data_travel_as_they_are(x):
    assert decode(json.loads(json.dumps(encode(x)))) == x


def test_arrays_values_and_odd_things_travel_in_words():
    numpy, autograd = pytest.importorskip("numpy"), pytest.importorskip("autograd")
    assert decode(encode(numpy.eye(2))) == Array((2, 2), [1.0, 0.0, 0.0, 1.0])
    assert decode(encode(numpy.float64(0.5))) == 0.5 and decode(encode(autograd.Value(2.0))) == Recorded(2.0)
    assert decode(encode(iter([1, 2]))) == [1, 2] and decode(encode(range(3))) == [0, 1, 2]
    assert decode(encode(object())) == Odd("a object") and decode(encode(10**5000)) == Odd("a huge int")
    assert as_number(decode(encode(numpy.array([[3.0]]))), "x") == 3.0


@pytest.mark.parametrize("message", [b"", b"[]", b"3", b"{", b"[" * 100_000, b"\xff", b'"is"'])
def test_what_is_no_answer_is_refused(message):
    with pytest.raises(EOFError):
        channel.from_json(message)


@pytest.mark.parametrize("x", [{"array": [2], "flat": [1.0], "single": False}, {"array": "x", "flat": 3}, {"value": []}, {"dict": 3},
                               {}, {"list": 5}, {"array": [-1, -1], "flat": [1.0], "single": 0}, {"odd": [1]}])
def test_what_a_forger_writes_raises_nothing(x):
    decode(x)


# What may be called -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("source, name", [
    ("import autograd as ag\nag.grad(f)", "autograd.grad"), ("from autograd import grad as g\ng(f)", "autograd.grad"),
    ("from autograd.derivatives import transforms\ntransforms.grad(f)", "autograd.derivatives.transforms.grad"),
    ("import autograd\ngetattr(autograd, 'grad')(f)", "autograd.grad"), ("exec('x')", "exec"), ("import sys\nsys.modules['x']", "sys.modules")])
def test_a_name_is_found_however_it_was_imported(source, name):
    assert name in policy.names_used(source)


def test_a_name_of_ones_own_is_no_name_of_the_engine():
    assert "compile" not in policy.names_used("def compile(x):\n    return x\ncompile(3)\n")
    assert policy.names_used("if __name__ == '__main__':\n    from demos.exercises import check_file\n") == set()


@pytest.mark.parametrize("name", NAMES)
def test_solutions_and_stubs_keep_to_the_policy(name):
    for source in (solution_source(name), stub(name)):
        assert policy.judge(Checker.of(name).policy, source) == ""


# In a notebook ------------------------------------------------------------------------------------------------------------------

def test_functions_of_a_notebook_are_checked_as_they_are():
    def slope(f, x, h):
        return (f(x + h) - f(x - h)) / h
    assert "a factor 2 too many" in check("e01", slope).mistake
    assert check(1, lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h)).solved
    assert check("slope", slope=lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h)).solved


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_passes_in_a_notebook(name):
    names = {}
    exec(compile(solution_source(name), f"<cell {name}>", "exec"), names)
    assert check(name, names).solved


HALF = 2


def helped(x):
    return x / HALF


def slope_with_help(f, x, h):
    return helped(f(x + h) - f(x - h)) / h


def slope_of_memory(f, x, h):
    filled = []
    while True:
        filled.append(bytearray(10**7))


def slope_of_odd_divisor(f, x, h):
    return (f(x + h) - f(x - h)) / (h + 2 * x * h)


def test_functions_of_a_notebook_are_moved_with_what_they_use_and_cannot_fill_its_memory():
    assert check("e01", slope_with_help).solved
    result = check("e01", slope_of_memory)
    assert "memory" in result.mistake and "filled.append(bytearray(10**7))" in result.message and "this notebook" not in result.note


def test_a_cause_found_by_a_change_quotes_the_line_of_the_notebook():
    assert "`return (f(x + h) - f(x - h)) / (h + 2 * x * h)`" in check("e01", slope_of_odd_divisor).mistake


def test_what_cannot_be_moved_is_checked_where_it_is_and_says_so():
    h2 = 2.0
    result = check("e01", slope=lambda f, x, h: (f(x + h) - f(x - h)) / h2)
    assert not result.solved and "no limit of memory" in str(result)


@pytest.mark.parametrize("names, why", [({"f": (lambda x: x), "g": object()}, "g is object"), ({"f": len}, ""), ({"f": [1, {"a": 2.0}]}, "")])
def test_plain_data_and_imports_are_moved_and_all_else_stays(names, why):
    if why:
        with pytest.raises(Stays, match=why):
            moved({"g": names["g"]}, {"__name__": "elsewhere"})
    else:
        made = {}
        exec(moved(names, {"__name__": "elsewhere"}), made)
        assert made["f"] == names["f"]


def test_a_missing_function_is_asked_for():
    with pytest.raises(ValueError, match="hand over fit too"):
        exec("def polynomial(c, x): return 0.0\ncheck('e12', polynomial)", {"check": check})
    with pytest.raises(ValueError, match="no exercise 'e99'"):
        check("e99", len)


def test_evasions_are_told_in_a_notebook_too():
    names = {"check": check}
    exec("from autograd import grad, sin\nslope = grad(lambda x: sin(x) / (1 + x**2))\ndef df(x):\n    return grad(lambda t: sin(t) / (1 + t**2))(x)", names)
    assert "autograd.grad" in check("e02", names["df"]).mistake


def test_a_check_leaves_the_engine_as_it_was():
    import autograd
    before = autograd.grad, autograd.Value.backward
    check("e01", lambda f, x, h: 0.0)
    assert (autograd.grad, autograd.Value.backward) == before


def test_where_there_is_no_numpy_check_runs_all_the_same():
    code = ("import sys; sys.modules['numpy'] = None\nfrom demos.exercises import check, NAMES\n"
            "from demos.exercises.catalogue import solution_source\n"
            "for name in NAMES:\n    if name[1:3] in ('09', '11', '14'): continue\n"
            "    names = {}; exec(solution_source(name), names)\n    print(check(name, names).solved, end=' ')")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["True"] * 12, done.stderr


# Asking -------------------------------------------------------------------------------------------------------------------------

def test_a_student_counts_answers_and_keeps_what_was_noticed():
    student = Student(lambda *_: {"is": 1.0, "called": ["autograd.grad"], "notes": ["it reads"], "raised_limit": True}, "x.py")
    assert student.number("f", 1.0) == 1.0 and student.answered == 1
    assert student.called == {"autograd.grad"} and student.notes == ["it reads"] and student.raised_limit
