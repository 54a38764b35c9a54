"""Makes the reference from the docstrings: `python -m tests.reference`, then open out/reference/index.html."""
from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import autograd

OUT = Path("out") / "reference"
# Docstrings are laid out by hand, a line for each field, its name in a column: keep their lines as they are.
STYLE = """
@media (min-width: 770px) { #content, main { width: calc(66rem + var(--sidebar-width)); } }
.pdoc .docstring p { white-space: pre-wrap; }
"""


def main(out: Path) -> None:
    """Writes the pages of both packages to a folder."""
    import pdoc  # of the extra `docs`
    for name in autograd.__all__:                       # pictures and words come when they are first asked for
        setattr(autograd, name, getattr(autograd, name))
    with tempfile.TemporaryDirectory() as templates:
        (Path(templates) / "custom.css").write_text(STYLE, encoding="utf-8")
        pdoc.render.configure(template_directory=Path(templates), show_source=True)
        pdoc.pdoc("autograd", "nn", output_directory=out)
    print(out / "index.html")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
