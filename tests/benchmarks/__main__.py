"""Run the benchmarks: `python -m tests.benchmarks`, or one section by name: `python -m tests.benchmarks eager`."""
import importlib
import platform
import sys
from pathlib import Path

SECTIONS = [name for name in ("eager", "compiler", "lessons") if (Path(__file__).parent / f"{name}.py").exists()]


def main(names: list[str]) -> None:
    """Run the sections of these names, all of them when there are none. Raises SystemExit for a name it does not know."""
    for name in names:
        if name not in SECTIONS:
            raise SystemExit(f"no section {name!r}; there are {', '.join(SECTIONS)}")
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}")
    for name in names or SECTIONS:
        importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
