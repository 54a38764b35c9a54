"""Lists the lessons, or runs one or all: python -m demos [NAME | lecture | all | exercises | notebooks | site] [--small] [--ask]."""
from __future__ import annotations

import os
import sys
import traceback
from importlib.util import find_spec

from demos import exercises, notebooks
from demos.lesson import OUT, never_fail_to_print
from demos.mathematics import MISSING, typeset
from demos.runner import LECTURE, ORDER, opening, run, write_gallery
from demos.site import build

NEEDED = {"matplotlib": "draw with matplotlib", "markdown_it": "write their pages with markdown-it-py"}
GALLERY = OUT / "index.html"
EXERCISES = f"{len(exercises.NAMES)} exercises; shows how far you are"
NOTEBOOKS = "The lessons as notebooks, for Jupyter, VS Code and Colab"
SITE = "A workbench, the lessons and the exercises as pages in which Python runs: a folder for any web server"


def listing() -> str:
    """The lessons as text, in the order of teaching, a line for each."""
    lines = {name: opening(name)[0] for name in ORDER} | {"exercises": EXERCISES, "notebooks": NOTEBOOKS, "site": SITE}
    width = max(map(len, lines))
    return "\n".join(f"  {name:{width}}   {line}" for name, line in lines.items())


def main(arguments: list[str]) -> int:
    """0 when all that was asked for ran; else 1, with a line on stderr that says what to do."""
    never_fail_to_print()
    if arguments[:1] == ["exercises"]:
        return exercises.main(arguments[1:])
    if arguments[:1] == ["notebooks"]:
        return notebooks.main(arguments[1:])
    if arguments[:1] == ["site"]:
        return build.main(arguments[1:])
    small, ask = "--small" in arguments, "--ask" in arguments
    names = [argument for argument in arguments if argument not in ("--small", "--ask", "--help", "-h")]
    if not names:
        print(f"python -m demos NAME runs one of these and writes its page to out/NAME; python -m demos all runs all of them "
              f"and writes a gallery.\npython -m demos lecture runs the lecture's four parts: {', '.join(LECTURE)}.\n--ask waits "
              f"for a prediction at each question; --small computes as little as shows that they work.\n\n{listing()}")
        return 0
    if len(names) > 1 or names[0] not in (*ORDER, "lecture", "all"):
        print(f"no demo {' '.join(names)!r}; there are:\n{listing()}", file=sys.stderr)
        return 1
    missing = [what for module, what in NEEDED.items() if find_spec(module) is None]
    if missing:
        print(f"the demos {' and '.join(missing)}, not installed here: pip install '.[demos]'", file=sys.stderr)
        return 1
    try:
        OUT.mkdir(exist_ok=True)
    except OSError as error:
        print(f"the demos write their pages to {OUT}, which cannot be made here: {error}", file=sys.stderr)
        return 1
    if not typeset():
        print(MISSING, file=sys.stderr)
    try:
        if names[0] == "all":
            return run_all(small)
        for name in LECTURE if names[0] == "lecture" else names:
            run(name, small, ask=ask)
        return 0
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


def run_all(small: bool) -> int:
    """Run every lesson and write out/index.html; 1 where one of them failed, after all have had their turn."""
    ran, failed = [], []
    for name in ORDER:
        print(f"\n{'=' * 20} {name} {'=' * 20}")
        try:
            ran.append(run(name, small, ORDER)._replace(names={}))             # its graphs are not needed any more
            sys.modules.pop(f"demos.{name}", None)
        except BrokenPipeError:
            raise
        except Exception:                                               # the others still run
            traceback.print_exc()
            failed.append(name)
    if ran:
        write_gallery(ran, GALLERY)
        print(f"\nthe gallery of {len(ran)} lessons: {GALLERY}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:                                             # what it was piped to, such as head, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
