"""The rooms: which files are broken, and which tests have to see it."""
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = Path(find_spec("autograd").origin).parent.parent      # elsewhere, where the wheel is installed
CORE = ("operation", "ops", "value", "graph", "backward", "recording", "fast")
ROOMS = ("core", "compat", "derivatives", "formulas", "words", "pictures", "nn", "compiler/arrays", "compiler/recognize",
         "compiler/patterns", "compiler/printers", "compiler/jit", "compiler")
# What slow tests a room has. The quick ones are those of all rooms.
SLOW = {
    "core": ["tests/test_value.py", "tests/test_ops.py", "tests/test_graph.py", "tests/test_fast.py", "tests/test_sweep.py", "tests/compat",
             "tests/derivatives/test_transforms.py"],
    "nn": ["tests/nn", "tests/compat"],
    "formulas": ["tests/formulas", "tests/test_ops.py", "tests/pictures/test_play.py"],
    "compat": ["tests/compat", "tests/test_value.py"],
}
PLAIN = ("value", "graph", "backward", "ops", "operation", "micrograd")      # of these, autograd/fast.py hides some: they are tried without it, too


def files(room):
    """The files of a room; of "compiler" those of no folder of its own."""
    if room == "core":
        return [SOURCE / "autograd" / f"{name}.py" for name in CORE]
    folder = SOURCE / room if room == "nn" else SOURCE / "autograd" / room
    return sorted(folder.glob("*.py") if room == "compiler" else folder.rglob("*.py"))


def slow_tests(room):
    """Where the slow tests of a room lie."""
    room = room.partition("/")[0]
    return SLOW.get(room, [f"tests/{room}"])
