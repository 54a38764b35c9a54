"""One pytest process that collects tests once, and forks for each mutant: `python -m tests.mutants.server JOBS [plain]`.

JOBS is a file of JSON: a list of [file, source, [[test, seconds], ...]]. For each one a line is printed, {"job": n, "found": how},
where `how` is the test that failed, "time", "memory", "crash" or "" (survived).
"""
import gc
import json
import os
import resource
import signal
import sys
import time
import types
from pathlib import Path

import pytest

MEMORY = 3 * 2**30                              # bytes of a child
PAGE = resource.getpagesize()


# New code for old functions -----------------------------------------------------------------------------

def inner(code):
    """The code of the functions, lambdas and comprehensions in this code."""
    return [x for x in code.co_consts if isinstance(x, types.CodeType)]


def changed(old, new):
    """Pairs of code that differ, old and new, from the outside in."""
    before, after = inner(old), inner(new)
    if len(before) != len(after):               # a statement with a lambda was left out
        places = {(x.co_qualname if hasattr(x, "co_qualname") else x.co_name, x.co_firstlineno): x for x in after}
        pairs = [(x, places.get((x.co_qualname if hasattr(x, "co_qualname") else x.co_name, x.co_firstlineno))) for x in before]
    else:
        pairs = list(zip(before, after))
    found = []
    for a, b in pairs:
        if b is not None and a != b:
            found += [(a, b), *changed(a, b)]
    return found


def place(code):
    """Where it stands: two lambdas of one line may be equal."""
    return list(code.co_positions())[:2]


def exchange(file, source, functions):
    """Give those of these functions that the file made the code that the source has for them; says how many."""
    pairs = changed(*(compile(text, file, "exec", dont_inherit=True) for text in (Path(file).read_text(encoding="utf-8"), source)))
    count = 0
    for x in functions:
        if x.__code__.co_filename == file:
            for old, new in pairs:
                if x.__code__ == old and place(x.__code__) == place(old):
                    if len(new.co_freevars) == len(old.co_freevars):
                        x.__code__ = new
                        count += 1
                    break
    return count


# The plugin -----------------------------------------------------------------------------------------------

class Server:
    def __init__(self, jobs):
        self.jobs, self.failing = jobs, set()
        self.reports = []

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.reports.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        items = {item.nodeid: item for item in session.items}
        self.functions = [x for x in gc.get_objects() if isinstance(x, types.FunctionType)]
        gc.freeze()                             # children copy fewer pages
        for n, (file, source, tests) in enumerate(self.jobs):
            print(json.dumps({"job": n, "found": self.seen(file, source, [(items[test], s) for test, s in tests if test in items])}), file=OUT, flush=True)
        return True

    def seen(self, file, source, tests):
        """How the tests fail on a mutant. The one that does must pass, after the same tests, where nothing is broken; else it is left out."""
        while True:
            tests = [(item, seconds) for item, seconds in tests if item.nodeid not in self.failing]
            found = self.forked(file, source, tests)
            names = [item.nodeid for item, _ in tests]
            if found not in names:
                return found
            before = self.forked("", "", tests[:names.index(found) + 1])
            if not before:
                return found
            self.failing |= set(names) if before in ("time", "memory", "crash") else {before}

    def forked(self, file, source, tests):
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            os.close(read)
            text = self.child(file, source, [item for item, _ in tests])
            os.write(write, text.encode()[-60000:])
            os._exit(0)
        os.close(write)
        how = self.watch(pid, read, 15 + 6 * sum(seconds for _, seconds in tests))
        os.close(read)
        return how

    def child(self, file, source, items):
        """The name of the first test that fails on a mutant, or on what is not broken where there is no file."""
        if file and not exchange(file, source, self.functions):
            return "nothing to exchange"
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.reports:
                return self.reports[0]
        return ""

    def watch(self, pid, read, limit):
        """What the child wrote, or why it was stopped."""
        end, how = time.monotonic() + limit, None
        while how is None:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                how = "crash" if status else os.read(read, 2**16).decode()
            elif time.monotonic() > end:
                how = "time"
            elif memory(pid) > MEMORY:
                how = "memory"
            else:
                time.sleep(.01)
        try:
            os.killpg(pid, signal.SIGKILL)      # and whatever it started
        except ProcessLookupError:
            pass
        if not done:
            os.waitpid(pid, 0)
        return how


def memory(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def main(jobs, plain=""):
    if plain:
        sys.modules["autograd.fast"] = None     # as tests.plain does
    jobs = json.loads(Path(jobs).read_text())
    files = sorted({test.partition("::")[0] for _, _, tests in jobs for test, _ in tests})
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler", *files], plugins=[Server(jobs)])


if __name__ == "__main__":
    OUT = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    main(*sys.argv[1:])
