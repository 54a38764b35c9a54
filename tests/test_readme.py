"""The README's examples print the numbers they show, and its commands and links lead somewhere."""
import contextlib
import io
import re
import subprocess
from pathlib import Path

import pytest

import autograd
from demos.runner import ORDER, opening

ROOT = Path(__file__).parent.parent
SOURCE = Path(autograd.__file__).parent.parent           # elsewhere, where the wheel is installed
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```(?:[^`]*<!-- prints -->\n```\n(.*?)^```)?", README, re.S | re.M)


def test_the_readme_has_examples():
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("example, below", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_prints_what_it_says(example, below):
    """Beside each print, or on a comment line under it, is what it prints; or, for many lines, below the example."""
    shown = [line.split("# ", 1)[1].strip() for line in example.splitlines() if line.startswith(("print(", "# ")) and "# " in line]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "an example of README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue().strip().splitlines() == shown + below.strip().splitlines()


@pytest.mark.parametrize("name", ["test", "lint", "lecture", "all", "reference"])
def test_a_command_is_one_line_from_nothing(name):
    found = re.findall(rf"^<!-- command: {name} -->\n```sh\n(.*?)^```", README, re.S | re.M)
    assert len(found) == 1 and found[0].count("\n") == 1
    assert found[0].startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_the_ci_script_is_valid_and_takes_its_commands_from_the_readme():
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text()
    assert "README.md" in text and "pytest" not in text and "demos" not in text and "ruff" not in text
    assert text.index("\nrun lint") < text.index("\nrun test")


def test_the_course_is_that_of_the_demos():
    rows = re.findall(r"^\| \[`(\w+)`\]\(demos/(\w+)\.py\) \| (.+) \|$", README, re.M)
    assert rows == [(name, name, opening(name)[0]) for name in ORDER]
    lessons = [path.stem for path in (ROOT / "demos").glob("*.py") if path.read_text(encoding="utf-8").startswith("# %% [markdown]")]
    assert sorted(lessons) == sorted(ORDER)


def test_links_lead_to_files():
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists() or (SOURCE / link).exists(), link
