"""Makes the site: pages, scripts, and what npm brings, in one folder that any web server can serve.

1. Nothing comes from another server when a page is open, but for NumPy and Matplotlib with --cdn.
2. What npm brings is named in package.json with its version, and checked by the hashes in package-lock.json. It lands in out/npm,
   never in the repository.
3. Nothing that a program shows is put into a page as HTML: it runs and shows itself in frames without an origin (app/shown.js).
"""
from __future__ import annotations

import ast
import base64
import contextlib
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from demos.exercises import catalogue
from demos.asking import Question
from demos.lesson import OUT
from demos.page import Link, Page, coloured
from demos.runner import HERE as LESSONS
from demos.runner import ORDER, Ran, cells, opening, run, source
from demos.site.examples import EXAMPLES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NEEDS_NUMPY = {"numpy", "nn", "matplotlib", "sklearn"}
BROUGHT = {"graphviz": "draws", "latex2mathml": "typesets"}             # pure Python, from this environment
PAGES = {"index.html": "Workbench", "lessons.html": "Lessons", "exercises.html": "Exercises"}
CDN = "https://cdn.jsdelivr.net/pyodide/v{}/full/"                      # where Pyodide keeps its packages
PACKED = {"worker": "worker.js", "wasm": "pyodide.asm.wasm", "stdlib": "python_stdlib.zip", "lock": "pyodide-lock.json",
          "app": "app.zip"}
POLICY = ("default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self' {};"
          " style-src 'self' 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'")
OPTIONS = ("--cdn", "--one-file", "--small")
USAGE = """python -m demos site [--one-file] [--cdn] [--small]

Makes out/site, a folder for any web server, with a workbench, the lessons and the exercises: Python in the browser, offline once
it is loaded. To look at it: python -m http.server --directory out/site

--one-file  writes out/workbench.html as well: the workbench in one file, that opens without a server
--cdn       NumPy and Matplotlib are loaded from where Pyodide keeps its packages, so that every lesson runs
--small     the lessons compute as little as shows that they work

It needs npm (with Node.js), which brings Pyodide, Graphviz and an editor, about 40 MB, into out/npm."""


class CannotBuild(Exception):
    """Why the site cannot be made here, and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Make the site. 0 when it is there; else 1, with a line on stderr that says what to do."""
    if {"-h", "--help"} & {*arguments}:
        print(USAGE)
        return 0
    unknown = [argument for argument in arguments if argument not in OPTIONS]
    if unknown:
        print(f"site knows no {unknown[0]!r}\n\n{USAGE}", file=sys.stderr)
        return 1
    try:
        size = build(OUT / "site", cdn="--cdn" in arguments, small="--small" in arguments)
        if "--one-file" in arguments:
            write_one_file(OUT / "site", OUT / "npm", OUT / "workbench.html")
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{OUT / 'site'}: {size / 1e6:.1f} MB. To look at it: python -m http.server --directory {OUT / 'site'}")
    return 0


def build(site: Path, lessons: Sequence[str] = ORDER, cdn: bool = False, small: bool = False) -> int:
    """Make the site in that folder, with those lessons; its size in bytes. Raises CannotBuild."""
    site = site.absolute()
    packages = fetched((OUT / "npm").absolute())
    shutil.rmtree(site, ignore_errors=True)
    for folder in (site, site / "lessons", site / "exercises"):
        folder.mkdir(parents=True)
    copy_scripts(packages, site)
    write_zip(site / "app.zip")
    SitePage.packages = CDN.format(version_of(packages, "pyodide")) if cdn else ""
    write_workbench(site / "index.html")
    write_lessons(site, lessons, small)
    write_exercises(site)
    write_keeper(site)
    return sum(path.stat().st_size for path in site.rglob("*") if path.is_file())


# What npm brings -----------------------------------------------------------------------------------------------------------------

def fetched(folder: Path) -> Path:
    """A folder with everything that package-lock.json names, each with the right hash. Raises CannotBuild."""
    npm = shutil.which("npm")
    if npm is None:
        raise CannotBuild("the site needs npm, which comes with Node.js: install it (apt, brew or conda install nodejs)")
    lock = (HERE / "package-lock.json").read_bytes()
    done = folder / "done"
    if not done.exists() or done.read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder / name)
        call([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)
        done.write_bytes(lock)
    shutil.rmtree(folder / "app", ignore_errors=True)
    shutil.copytree(HERE / "app", folder / "app")
    call([npm, "exec", "--offline", "--", "esbuild", "app/worker.js", "app/editor.js", "app/workbench.js", "--bundle", "--format=esm", "--minify",
          "--target=es2022", "--external:node:*", "--external:ws", "--outdir=built", "--log-level=error"], folder)
    return folder


def call(command: list[str], folder: Path) -> None:
    """Run a program in a folder. Raises CannotBuild with what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-400:] or "and said nothing"
        raise CannotBuild(f"{' '.join(command[1:3])} failed: {said}")


def version_of(packages: Path, name: str) -> str:
    return str(json.loads((packages / "node_modules" / name / "package.json").read_text(encoding="utf-8"))["version"])


def copy_scripts(packages: Path, site: Path) -> None:
    """Copy the scripts, Python itself, and everybody's licence."""
    for script in (HERE / "app").iterdir():
        if script.suffix in (".js", ".css"):
            shutil.copy(script, site / script.name)
    for name in ("worker.js", "editor.js"):                             # over the sources of the same names
        shutil.copy(packages / "built" / name, site / name)
    for name in ("pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
        shutil.copy(packages / "node_modules" / "pyodide" / name, site / name)
    texts = []
    for about in sorted((packages / "node_modules").glob("**/package.json")):
        told = json.loads(about.read_text(encoding="utf-8"))
        licence = next(about.parent.glob("LICENSE*"), None)
        if {"name", "version"} <= told.keys() and told["name"] in used(packages):
            text = licence.read_text(encoding="utf-8") if licence else ""
            texts.append(f"{told['name']} {told['version']}: {told.get('license', '')}\n\n{text}")
    (site / "licences.txt").write_text(f"\n{'-' * 80}\n".join(texts), encoding="utf-8")


def used(packages: Path) -> set[str]:
    """The names of the packages that are part of the site, so not those that only build it."""
    lock = json.loads((packages / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {path.rpartition("node_modules/")[2] for path, about in lock.items() if path and not about.get("dev")}


def write_zip(path: Path) -> None:
    """Write what Python imports in the browser: the engine, the lessons, the exercises, and what they import."""
    files = {}
    for room in ("autograd", "nn", "demos"):
        files |= {file.relative_to(ROOT).as_posix(): file for file in (ROOT / room).rglob("*") if file.is_file()}
    for name in BROUGHT:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise CannotBuild(f"the site {BROUGHT[name]} with {name}, not installed here: pip install '.[demos]'")
        folder = Path(found.origin).parent
        files |= {f"{name}/{file.relative_to(folder).as_posix()}": file for file in folder.rglob("*") if file.is_file()}
        about = importlib.metadata.distribution(name)                   # its version, which it asks for
        files |= {str(file): Path(str(about.locate_file(file))) for file in about.files or () if file.name == "METADATA"}
    left_out = ("/__pycache__/", "demos/site/app/", "demos/images/", "package-lock.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in sorted(files.items()):
            if not any(part in name for part in left_out):
                archive.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED)    # with no date


def write_keeper(site: Path) -> None:
    """Write the script that keeps the site in the browser: it knows every file, and is another one when one of them is."""
    files = sorted(path for path in site.rglob("*") if path.is_file() and path.name != "offline.js")
    content = hashlib.sha256()
    for path in files:
        content.update(path.read_bytes())
    names = ["./", *(path.relative_to(site).as_posix() for path in files)]
    text = (HERE / "app" / "offline.js").read_text(encoding="utf-8")
    text = text.replace("{{name}}", f"scalar-autograd {content.hexdigest()[:16]}").replace("{{files}}", json.dumps(names))
    (site / "offline.js").write_text(text, encoding="utf-8")


# Pages -----------------------------------------------------------------------------------------------------------------------

class SitePage(Page):
    """A page of the site. `up` leads from its folder to the site's, `script` is what runs on it."""
    packages = ""                                       # where NumPy is loaded from; "" for a site without

    def __init__(self, title: str, path: Path, up: str = "", script: str = "", links: tuple[Link, ...] = ()) -> None:
        super().__init__(title, links)
        self.path, self.up, self.script = path, up, script
        self.attributes = ""
        self.inside_cell = False

    def close_cell(self) -> None:
        if self.inside_cell:
            self.parts.append("</div></div>")
            self.inside_cell = False

    def markdown(self, text: str) -> None:
        """Add text in Markdown."""
        self.close_cell()
        super().markdown(text)

    def cell(self, code: str, folded: bool = False) -> None:
        """Add a cell that can be changed and run, with a place for what it shows."""
        self.close_cell()
        self.parts.append('<div class="cell">')
        super().cell(code)
        self.parts.append('<div class="output">')
        self.inside_cell = True

    def question(self, asked: Question) -> None:
        """Add a question; the cells after it come once it is answered."""
        self.close_cell()
        super().question(asked)

    def figure(self, picture: Path, caption: str) -> None:
        """Add a picture, which is known by its name."""
        super().figure(picture, caption)
        self.parts[-1] = self.parts[-1].replace("<figure>", f'<figure data-name="{escape(picture.stem)}">', 1)

    def write(self, path: Path) -> None:
        """Write the page, to its place in the site."""
        self.close_cell()
        self.path.write_text(str(self), encoding="utf-8")

    def __str__(self) -> str:
        ways = "".join(f'<a href="{self.up}{name}">{title}</a>' for name, title in PAGES.items())
        return self.framed(super().__str__().replace("<body>", f"<body>\n<nav>{ways}</nav>", 1))

    def policy(self, body: str) -> str:
        """What the page may load: the files of the site."""
        return escape(POLICY.format(self.packages))

    def framed(self, text: str) -> str:
        """The text of a page with its styles and its script."""
        head = f'<link rel="stylesheet" href="{self.up}site.css">\n'
        if self.script:
            head += f'<script type="module" src="{self.up}{self.script}"></script>\n'
        text = text.replace("</head>", f"{head}</head>", 1).replace("<body>", f"<body {self.attributes}>", 1)
        return text.replace("<html ", f'<html data-packages="{escape(self.packages)}" ', 1)


def write_workbench(path: Path) -> None:
    """Write the page on which a program is typed and its graph appears."""
    page = SitePage("Workbench: derivatives of the Python you type", path, script="workbench.js")
    body = (HERE / "app" / "workbench.html").read_text(encoding="utf-8")
    examples = json.dumps(EXAMPLES).replace("<", "\\u003c")
    ways = "".join(f'<a href="{name}">{title}</a>' for name, title in PAGES.items() if name != path.name)
    page.attributes = 'class="bench"'
    text = Page.__str__(page).replace("<body>", "<body>" + body.replace("{{examples}}", examples).replace("{{pages}}", ways), 1)
    path.write_text(page.framed(text), encoding="utf-8")


def write_one_file(site: Path, packages: Path, path: Path) -> None:
    """Write the workbench, with everything it needs, as one file that a browser opens from anywhere."""
    packed = {name: base64.b64encode(gzip.compress((site / file).read_bytes(), 9, mtime=0)).decode("ascii")
              for name, file in PACKED.items()}
    script = (packages / "built" / "workbench.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    style = (site / "site.css").read_text(encoding="utf-8")
    text = (site / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"<nav>.*?</nav>", "", text, flags=re.DOTALL)
    for old, new in (('<link rel="stylesheet" href="site.css">', f"<style>{style}</style>"),
                     ('<script type="module" src="workbench.js"></script>', ""),
                     ("</body>", f'<script type="application/json" id="packed">{json.dumps(packed)}</script>\n'
                                 f'<script type="module">{script}</script>\n</body>')):
        head, _, tail = text.rpartition(old)
        text = head + new + tail
    path.write_text(text, encoding="utf-8")


def write_lessons(site: Path, lessons: Sequence[str], small: bool) -> None:
    """Run the lessons, and write a page for each and one with cards for all."""
    ran = []
    for name in lessons:
        page = SitePage(opening(name)[0], site / "lessons" / f"{name}.html", "../", "lesson.js", links_of(name, lessons))
        runs = bool(SitePage.packages) or not needs_numpy(name)
        page.attributes = "data-runs-here" if runs else ""
        page.parts.append(bar_of(runs))
        with working_elsewhere():
            ran.append(run(name, small, page=page)._replace(names={}, shown=[]))
            cover = ran[-1].cover
            ran[-1] = ran[-1]._replace(cover=kept(cover, site / "lessons") if cover else None)
    write_cards(site, ran)


def bar_of(runs: bool) -> str:
    """What stands above a lesson: how its cells are run, or why they are not."""
    if runs:
        return ('<div id="bar" hidden><button id="all">Run all</button><button id="stop" disabled>Stop</button>'
                '<span id="state" role="status">Change a cell, and run it: Ctrl+Enter. The cells above run '
                'first.</span></div>')
    return ('<p class="note">This lesson needs NumPy, so its cells do not run on this page: they stand here with what they showed. '
            'On your machine: <code>python -m demos</code>, or a site made with <code>--cdn</code>.</p>')


def fill_exercise(page: SitePage, name: str) -> None:
    """Put an exercise on its page: the statement, what is to be written, a solution where there is one, and a check."""
    first, *rest = cells(catalogue.stub(name))
    runs = runs_here(catalogue.stub(name))
    page.attributes = f'class="exercise" data-name="{name}"{" data-runs-here" * runs}'
    page.markdown(first.text)
    code = "\n\n\n".join(cell.text for cell in rest if "__main__" not in cell.text)
    solution = catalogue.solution_source(name)
    if solution:
        solution = f"<details><summary>a solution, for when you have tried</summary><pre>{coloured(solution)}</pre></details>"
    number = catalogue.NAMES.index(name) + 1
    note = "" if runs else ('<p class="note">This exercise needs NumPy, so it is not checked on this page. On your machine: '
                            f"<code>python -m demos exercises {number}</code></p>")
    body = (HERE / "app" / "exercise.html").read_text(encoding="utf-8")
    page.parts.append(body.replace("{{note}}", note).replace("{{stub}}", escape(code)).replace("{{solution}}", solution))


def runs_here(code: str) -> bool:
    """Whether Python code imports nothing that has no place on this site."""
    return bool(SitePage.packages) or not imports_numpy(code)


def needs_numpy(name: str) -> bool:
    """Whether a lesson imports something that has no place in a browser without NumPy."""
    return imports_numpy("\n".join(cell.text for cell in cells(source(LESSONS / f"{name}.py")) if not cell.markdown))


def imports_numpy(code: str) -> bool:
    """Whether Python code imports NumPy, or what needs it."""
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in imports if isinstance(node, ast.ImportFrom)]
    return any(name.partition(".")[0] in NEEDS_NUMPY for name in names)


def links_of(name: str, lessons: Sequence[str]) -> tuple[Link, ...]:
    """The ways to the lessons before and after."""
    i = lessons.index(name)
    return tuple(Link(word, opening(lessons[k])[0], f"{lessons[k]}.html")
                 for word, k in (("Previous", i - 1), ("Next", i + 1)) if 0 <= k < len(lessons))


@contextlib.contextmanager
def working_elsewhere() -> Iterator[None]:
    """Inside, lessons write their files to a folder that is gone afterwards."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def kept(cover: Any, folder: Path) -> Any:
    """A picture, copied to where it stays."""
    path = folder / f"cover-{cover.path.parent.name}{cover.path.suffix}"
    shutil.copy(cover.path, path)
    return cover._replace(path=path)


def write_cards(site: Path, ran: Sequence[Ran]) -> None:
    """Write the page with a card for each lesson."""
    page = SitePage("Lessons", site / "lessons.html")
    page.markdown("# Lessons\n\nEach is text, code, and what it showed. Where it says so, its cells can be changed and run here.")
    for i, one in enumerate(ran):
        runs = bool(SitePage.packages) or not needs_numpy(one.name)
        page.card(f"{i + 1}. {one.title}", one.summary, "its cells run here" if runs else "with its results", f"lessons/{one.name}.html",
                  one.cover)
        if one.cover:
            one.cover.path.unlink()                     # it is in the page now
    page.write(page.path)


def write_exercises(site: Path) -> None:
    """Write a page for each exercise, and one that lists them."""
    listing = SitePage("Exercises", site / "exercises.html", script="listing.js")
    listing.markdown("# Exercises\n\nThey are checked here, in your browser, and what you write stays in it.")
    items = []
    for i, name in enumerate(catalogue.NAMES):
        neighbours = [(word, k) for word, k in (("Previous", i - 1), ("Next", i + 1)) if 0 <= k < len(catalogue.NAMES)]
        links = tuple(Link(word, catalogue.title(catalogue.NAMES[k]), f"{catalogue.NAMES[k]}.html") for word, k in neighbours)
        page = SitePage(catalogue.title(name), site / "exercises" / f"{name}.html", "../", "exercise.js", links)
        fill_exercise(page, name)
        page.write(page.path)
        title = escape(page.title.partition(". ")[2])
        note = "" if runs_here(catalogue.stub(name)) else ' <span class="note">needs NumPy</span>'
        items.append(f'<li data-name="{name}"><a href="exercises/{name}.html">{title}</a>{note}</li>')
    listing.parts.append(f"<ol>{''.join(items)}</ol>")
    listing.write(listing.path)
