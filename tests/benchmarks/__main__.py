"""Run the benchmarks: `python -m tests.benchmarks`, or one section by name: `... eager`.

Words after `styles` choose among its programs: `python -m tests.benchmarks styles rnn`. `growth`, graphs of up to 2,000,000 nodes,
takes many minutes, and runs only when it is named; words after it choose among its families. So does `compiling PATH`, compile time
beside the checkout at that path.
"""
import importlib
import platform
import sys
from pathlib import Path

HERE = Path(__file__).parent
SECTIONS = [name for name in ("eager", "compiler", "native", "styles", "jit", "lessons")
            if (HERE / f"{name}.py").exists()]


def main(words: list[str]) -> None:
    """Run the sections of these names, all of them when there are none.

    Raises SystemExit for a name it does not know.
    """
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}")
    if words[:1] in (["styles"], ["growth"], ["compiling"]):
        importlib.import_module(f"tests.benchmarks.{words[0]}").main(*words[1:])
        return
    for name in words:
        if name not in SECTIONS:
            raise SystemExit(f"no section {name!r}; there are {', '.join(SECTIONS)}")
    for name in words or SECTIONS:
        importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
