"""Lists the demos, or runs the one that is named: python -m demos [NAME]."""
from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path


def demos() -> dict[str, str]:
    """The name of each demo and the first line of its docstring: every file beside this one that has a `main`."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))        # read, not imported: a list needs no matplotlib
        functions = [part.name for part in module.body if isinstance(part, ast.FunctionDef)]
        if "main" in functions and path.stem != "__main__":
            found[path.stem] = (ast.get_docstring(module) or "").partition("\n")[0]
    return found


def listing() -> str:
    """The demos as text, a line for each."""
    known = demos()
    width = max(map(len, known), default=0)
    return "\n".join(f"  {name:{width}}   {line}" for name, line in known.items())


def run(name: str) -> None:
    """Run the demo of that name; its files go to out/NAME."""
    demo = importlib.import_module(f"demos.{name}")
    out = Path("out") / name
    out.mkdir(parents=True, exist_ok=True)
    demo.main(out)


def main(arguments: list[str]) -> int:
    """0 when a demo ran or the list was asked for; else 1, with one line on stderr that says what to do."""
    if not arguments:
        print(f"python -m demos NAME runs one of these and writes to out/NAME:\n\n{listing()}")
        return 0
    if len(arguments) > 1 or arguments[0] not in demos():
        print(f"no demo {' '.join(arguments)!r}; there are:\n{listing()}", file=sys.stderr)
        return 1
    try:
        run(arguments[0])
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        print(f"{arguments[0]} draws with matplotlib, which is not installed: pip install '.[demos]'", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
