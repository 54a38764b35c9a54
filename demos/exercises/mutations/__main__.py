"""python -m demos.exercises.mutations [NUMBER]: marks every mutant of a solution, and shows what was not caught or not named."""
from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from demos.exercises.catalogue import NAMES, asked_for, find, solution_source
from demos.exercises.marking.mark import mark_file
from demos.exercises.mutations.mutate import mutants

METHODS = {"e15_dual": ("__mul__", "__truediv__", "sin", "derivative", "newton_step")}


def main(words: list[str]) -> int:
    """Print, for each exercise, how many mutants were accepted, and how many were refused without a cause."""
    for name in [find(word) or "" for word in words] or NAMES:
        count: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.py"
            for mutant in mutants(solution_source(name), METHODS.get(name, tuple(asked_for(name)))):
                path.write_text(mutant.source, encoding="utf-8")
                result = mark_file(name, path)
                kind = "accepted" if result.solved else "named" if result.mistake else "not named"
                count[kind] += 1
                if kind != "named":
                    print(f"{kind}: {name}, line {mutant.line}: {mutant.said}: {result.message.partition(chr(10))[0]}")
        print(f"{name}: {dict(count)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
