"""How a Program shows itself in a notebook: what it is, and its source in colours."""
from __future__ import annotations

from html import escape

FONT = "font-family: monospace"     # exported notebooks have none for <pre>


def highlighted(source: str, title: str) -> str:
    """Python source as HTML under a line of text; in colours where Pygments is installed, as it is
    with Jupyter.
    """
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        code = f'<pre style="{FONT}">{escape(source)}</pre>'
    else:
        code = highlight(source, PythonLexer(), HtmlFormatter(noclasses=True, prestyles=FONT))
    return f"<p>{escape(title)}</p>{code}"
