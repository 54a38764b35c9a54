"""Lists the lessons, or runs one or all of them: python -m demos [NAME | all | exercises] [--small]."""
from __future__ import annotations

import sys
import traceback
from pathlib import Path

from demos import exercises
from demos.runner import ORDER, opening, run, write_gallery

OPTIONAL = {"matplotlib": "draws with matplotlib", "markdown_it": "writes its page with markdown-it-py"}
EXERCISES = "fifteen exercises, checked by finite differences; shows how far you are"


def listing() -> str:
    """The lessons as text, in the order of teaching, a line for each."""
    lines = {name: opening(name)[0] for name in ORDER} | {"exercises": EXERCISES}
    width = max(map(len, lines))
    return "\n".join(f"  {name:{width}}   {line}" for name, line in lines.items())


def main(arguments: list[str]) -> int:
    """0 when all that was asked for ran; else 1, with a line on stderr that says what to do."""
    small = "--small" in arguments
    names = [argument for argument in arguments if argument != "--small"]
    if not names:
        print(f"python -m demos NAME runs one of these and writes its page to out/NAME; python -m demos all runs all of them "
              f"and writes a gallery.\n--small computes as little as shows that they work.\n\n{listing()}")
        return 0
    if names[0] == "exercises":
        return exercises.main(names[1:])
    if len(names) > 1 or names[0] not in (*ORDER, "all"):
        print(f"no demo {' '.join(names)!r}; there are:\n{listing()}", file=sys.stderr)
        return 1
    try:
        return run_all(small) if names[0] == "all" else _run_one(names[0], small)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


def run_all(small: bool) -> int:
    """Run every lesson and write out/index.html; 1 where one of them failed, after all have had their turn."""
    ran, failed = [], []
    for name in ORDER:
        print(f"\n{'=' * 20} {name} {'=' * 20}")
        try:
            ran.append(run(name, small))
        except Exception:                                               # the others still run
            traceback.print_exc()
            failed.append(name)
    write_gallery(ran, Path("out") / "index.html")
    print(f"\nthe gallery of {len(ran)} lessons: {Path('out') / 'index.html'}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run_one(name: str, small: bool) -> int:
    try:
        run(name, small)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in OPTIONAL:
            raise
        print(f"{name} {OPTIONAL[missing]}, which is not installed: pip install '.[demos]'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
