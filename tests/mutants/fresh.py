"""A mutant in a copy of the source and an interpreter of its own, for what runs while modules are imported.

`Copy(folder).sees(mutant, tests)` says how one of these tests fails. Inside, `python -m tests.mutants.fresh TESTS` runs them.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.rooms import ROOT, SOURCE

LIMIT = 200                                     # seconds; an endless loop is seen by them
MOST = 250                                      # tests that are tried


class Copy:
    """The source in a folder, with links to all else."""

    def __init__(self, folder):
        self.folder = Path(folder)
        for name in ("autograd", "nn"):
            shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in ROOT.iterdir():
            if path.name not in ("autograd", "nn", ".git", "out"):
                (self.folder / path.name).symlink_to(path)

    def sees(self, mutant, tests):
        """How one of the tests fails on the mutant: "failed", "time", or "" when it survives."""
        target = self.folder / mutant.file.relative_to(SOURCE)
        target.write_text(mutant.source(), encoding="utf-8")
        try:
            return self.run(tests)
        finally:
            shutil.copy(mutant.file, target)

    def run(self, tests):
        chosen = tests[::len(tests) // MOST + 1]
        (self.folder / "only.json").write_text(json.dumps(chosen))
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen([sys.executable, "-m", "tests.mutants.fresh", "only.json"], cwd=self.folder, env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return "failed" if process.wait(LIMIT) else ""
        except subprocess.TimeoutExpired:
            return "time"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Only:
    """A plugin of pytest: these tests, in this order, and no others."""

    def __init__(self, tests):
        self.place = {test: i for i, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid])


if __name__ == "__main__":
    tests = json.loads(Path(sys.argv[1]).read_text())
    files = sorted({test.partition("::")[0] for test in tests})
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files], plugins=[Only(tests)])
    sys.exit(code not in (0, 5))                # 5: there was no test
