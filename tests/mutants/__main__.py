"""python -m tests.mutants ROOM COUNT SEED [fast], ROOM again FILE [fast], or FILE:LINE: see tests/mutants/__init__.py."""
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.fresh import Copy
from tests.mutants.places import Places, gone, places
from tests.mutants.reach import IMPORTED, reach
from tests.mutants.rooms import PLAIN, ROOT, SOURCE, files, slow_tests

BUDGET = {"not slow": 20.0, "slow": 150.0}      # seconds of tests for one fault, as they were collected


def near(mutant, reached, speed):
    """The tests that come by a mutant, the quickest first; of what is run on import alone, those that come by its file."""
    mask = sum(1 << line for line in mutant.lines)
    file = str(mutant.file)
    tests = [(seconds, test) for test, (seconds, lines) in reached.items() if test != IMPORTED and lines.get(file, 0) & mask]
    if not tests and reached[IMPORTED][1].get(file, 0) & mask:
        tests = [(seconds, test) for test, (seconds, lines) in reached.items() if test != IMPORTED and file in lines]
    return within([(test, seconds) for seconds, test in sorted(tests)], BUDGET[speed], str(mutant))


def within(tests, budget, seed):
    """Of many tests, sorted by time, the quickest, and some of the others: together a budget of seconds, where there are more."""
    quick, others, spent = [], list(tests), 0.0
    while others and spent < budget / 3:
        quick.append(others.pop(0))
        spent += quick[-1][1]
    random.Random(seed).shuffle(others)
    for test, seconds in others:
        if spent + seconds <= budget:
            quick.append((test, seconds))
            spent += seconds
    return quick or tests[:1]


def imported(mutant, reached):
    """Whether a mutant is run while modules are imported or tests collected."""
    mask = sum(1 << line for line in mutant.lines)
    return mutant.function == "" or bool(reached[IMPORTED][1].get(str(mutant.file), 0) & mask)


def forked(mutants, reached, speed, plain):
    """{mutant: how it was seen} by the server of server.py; "" for those that survived."""
    jobs = [[str(mutant.file), mutant.source(), near(mutant, reached, speed)] for mutant in mutants]
    if not any(tests for _, _, tests in jobs):
        return dict.fromkeys(mutants, "")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "jobs.json"
        asked.write_text(json.dumps(jobs))
        command = [sys.executable, "-m", "tests.mutants.server", str(asked), *["plain"] * plain]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
            for line in process.stdout:
                told = json.loads(line)
                found[mutants[told["job"]]] = told["found"]
                print("." if real(told["found"]) else "?", end="", flush=True)
            print()
    return {mutant: found.get(mutant, "") for mutant in mutants}


def score(drawn, room, speeds):
    """{mutant: how it was seen}: quick tests before slow ones, forks before interpreters of their own, with fast.py and without."""
    found = {}
    for speed in speeds:
        for plain in (False, True):
            left = [m for m in drawn if not real(found.get(m)) and (not plain or room in ("core", "compat") and m.file.stem in PLAIN)]
            if not left:
                continue
            reached = reach(["tests"] if speed == "not slow" and not plain else slow_tests(room), speed, plain)
            told = forked(left, reached, speed, plain)
            with tempfile.TemporaryDirectory() as folder:
                copy = Copy(folder)
                for mutant in left:
                    how = told.get(mutant, "")
                    if not plain and not real(how) and (how or imported(mutant, reached)):
                        how = copy.sees(mutant, [test for test, _ in near(mutant, reached, speed)])
                    found[mutant] = how if real(how) else ""
    return found


def again(every, file):
    """The mutants that survived, by what was printed into a file."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    printed = {line.partition(": ")[2] for line in lines if line.startswith("SURVIVED ")}
    return [mutant for mutant in every if str(mutant).partition(": ")[2] in printed]


def real(how):
    return bool(how) and how != "nothing to exchange"


def main(room, count=10, seed=1, speed=""):
    if ":" in room:
        file, line = room.split(":")
        print(*[m for m in Places(SOURCE / file).found if m.line == int(line)], sep="\n")
        return
    every, known = places(files(room))
    drawn = again(every, seed) if count == "again" else random.Random(f"{room} {seed}").sample(every, min(int(count), len(every)))
    before = time.time()
    found = score(drawn, room, ("not slow",) if speed == "fast" else ("not slow", "slow"))
    survivors = [mutant for mutant in drawn if not found[mutant]]
    for key in gone(files(room)):
        print("no longer there, though equivalent.txt has it:", *key)
    for mutant in survivors:
        print(f"SURVIVED {mutant}")
    killed = len(drawn) - len(survivors)
    print(f"{room}: {killed} of {len(drawn)} seen, {killed / len(drawn):.0%}, of {len(every)} places (and {known} that change nothing), "
          f"in {time.time() - before:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
