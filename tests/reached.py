"""A plugin of pytest for tests.mutants: which tests call which functions, and tests chosen by that.

REACH names a file of JSON, {source: [line, ...]}: beside it, in the same name with ".out", the tests are written that call a function
with one of these lines, {"source:line": [test, ...]}. ONLY names a file with a list of tests: all others are left out.
"""
import json
import os
import sys
import threading
from pathlib import Path

import pytest

REACH, ONLY = os.environ.get("REACH"), os.environ.get("ONLY")
WANTED = {file: set(lines) for file, lines in json.loads(Path(REACH).read_text()).items()} if REACH else {}
tests, keys, called = {}, {}, set()                 # by line; of a code object; of the test that runs


def keys_of(code):
    """The wanted lines of a function, as "source:line"."""
    if code not in keys:
        wanted = WANTED.get(code.co_filename, ())
        keys[code] = {f"{code.co_filename}:{line}" for _, _, line in code.co_lines() if line in wanted} if wanted else ()
    return keys[code]


def on_call(frame, event, argument):
    called.update(keys_of(frame.f_code))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    called.clear()
    if REACH:
        threading.settrace(on_call)
        sys.settrace(on_call)
    yield
    sys.settrace(None)
    threading.settrace(None)
    for key in called:
        tests.setdefault(key, []).append(item.nodeid)


def pytest_collection_modifyitems(config, items):
    if ONLY:
        only = set(json.loads(Path(ONLY).read_text()))
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in only])
        items[:] = [item for item in items if item.nodeid in only]


def pytest_sessionfinish():
    if REACH:
        Path(f"{REACH}.out").write_text(json.dumps(tests))
