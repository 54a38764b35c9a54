"""Which test comes by which line. `reach(tests, speed)` collects it once for each file of tests, and again where something has changed.

Kept is, for each test, how long it took, and for each file of the source a number whose bit n is line n. Lines that run while
modules are imported and tests collected belong to the test "".
"""
import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.mutants.rooms import ROOT

KEPT = Path(tempfile.gettempdir()) / f"mutants-of-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
# lessons and the README run in other processes; interrupts at a line of a given number fall elsewhere when a line is traced
LEFT_OUT = ("test_demos.py", "test_readme.py", "test_interrupts.py")
IMPORTED = ""


# In the process that runs the tests --------------------------------------------------------------------

class Collector:
    """A plugin of pytest: lines by test."""

    def __init__(self):
        from coverage import Coverage
        self.coverage = Coverage(data_file=None, source=[str(ROOT / "autograd"), str(ROOT / "nn")], config_file=False, messages=False)
        self.coverage.start()
        self.seconds, self.failed = {}, set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.coverage.switch_context(item.nodeid)
        before = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - before
        self.coverage.switch_context(IMPORTED)

    def pytest_runtest_logreport(self, report):
        if not report.passed:                   # skipped tests see nothing, either
            self.failed.add(report.nodeid)

    def found(self):
        """{test: (seconds, {file: lines})} of the tests that passed."""
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {test: {} for test in [IMPORTED, *self.seconds] if test not in self.failed}
        for file in data.measured_files():
            for line, tests in data.contexts_by_lineno(file).items():
                for test in tests:
                    if test in lines:
                        of = lines[test]
                        of[file] = of.get(file, 0) | 1 << line
        return {test: (self.seconds.get(test, 0.0), of) for test, of in lines.items()}


# In the process that asks ------------------------------------------------------------------------------

def digest(paths):
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def common():
    """A digest of what all tests share: the source, and helpers beside the tests."""
    source = [path for room in ("autograd", "nn") for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".js", ".c", ".html", ".css")]
    return digest([*source, *(path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_") and "mutants" not in path.parts)])


def test_files(tests):
    """The files of tests in these folders and files."""
    paths = [ROOT / name for name in tests]
    return sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("test_*.py"))
                   if not {"demos", "mutants"} & set(file.relative_to(ROOT).parts) and file.name not in LEFT_OUT})


def reach(tests, speed, plain=False):
    """{test: (seconds, {file: lines})} for the files and folders of tests, "slow" or "not slow"; None for docstrings' examples."""
    KEPT.mkdir(exist_ok=True)
    shared = common()
    names = {}
    for file in test_files(tests):
        name = str(file.relative_to(ROOT))
        names[name] = KEPT / f"{digest([file])}-{shared}-{name.replace('/', '.')}-{speed.replace(' ', '')}{'-plain' * plain}"
    if speed == "not slow":
        names["autograd"] = KEPT / f"{shared}-examples{'-plain' * plain}"
        names["nn"] = KEPT / f"{shared}-examples-nn{'-plain' * plain}"
    missing = [name for name, kept in names.items() if not kept.exists()]
    if missing:
        print(f"which tests come by which lines: {len(missing)} files of {speed} tests{' without fast.py' * plain} ...", flush=True)
        collect(missing, names, speed, plain)
    every = {}
    for kept in names.values():
        for test, (seconds, lines) in pickle.loads(kept.read_bytes()).items():
            if test == IMPORTED and test in every:
                before = every[test][1]
                lines = {file: before.get(file, 0) | lines.get(file, 0) for file in {*before, *lines}}
            every[test] = seconds, lines
    return every


def collect(missing, names, speed, plain):
    """Run the tests of these files, and keep what they come by, file by file."""
    out = KEPT / f"collected-{os.getpid()}"
    command = [sys.executable, "-m", "tests.mutants.reach", str(out), *["plain"] * plain, "-m", speed, *missing]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    found = pickle.loads(out.read_bytes())
    out.unlink()
    imported = found.pop(IMPORTED)
    parts = {name: {IMPORTED: imported} for name in missing}
    for test, seen in found.items():
        file = test.partition("::")[0]
        parts[file if file in parts else file.partition("/")[0]][test] = seen
    for name, part in parts.items():
        names[name].write_bytes(pickle.dumps(part))


def main(out, *arguments):
    collector = Collector()                     # before anything of ours is imported
    plugins = [collector]
    if arguments[0] == "plain":
        sys.modules["autograd.fast"] = None     # as tests.plain does
        arguments = arguments[1:]
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments], plugins=plugins)
    Path(out).write_bytes(pickle.dumps(collector.found()))


if __name__ == "__main__":
    main(*sys.argv[1:])
