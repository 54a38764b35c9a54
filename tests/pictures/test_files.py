"""Pictures as files for slides: PDF, EPS, PNG and GIF by Matplotlib, TikZ, and the steps of a pass as frames."""
import os
import html
import re
import shutil
import subprocess
import sys

import pytest

import autograd
import nn
from autograd import Value, exp, relu, sigmoid, sin
from autograd.pictures import PictureError
from autograd.pictures.marks import Outline, Text, drawing_of
from autograd.pictures.tikz import in_latex, tikz_of
from tests.expressions import HOSTILE as MORE
from tests.expressions import expression

HOSTILE = ("$x$", "50% & #1_{a}^b~", "\\input{x}", "<b>", "}{", 'say "a"', "ŷ", "σ_1²", "日本", "W⁽²⁾₁₃", "", "-a -- b", "|x|*y")


def neuron():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(7.0, label="b")
    y = (w * x + b).tanh()
    y.label = "y"
    return y


def twice():
    a = Value(3.0, label="a")
    b = a + a
    return b * a


def greek():
    s, d = Value(0.5, label="σ"), Value(1.5, label="Δx_1²")
    return sigmoid(s * d) / (1 + exp(-s))


def chain():
    v = Value(1.1, label="v")
    for i in range(8):
        v = sin(v) if i % 2 else v * 1.3
    return v


def losses():
    return sum((Value(0.1 * i, label=f"W{i}") * 2 - 1) ** 2 for i in range(3))


def network():
    return nn.MLP(2, [3, 1], "tanh", seed=0)([1.0, 2.0])


def kinks():
    a, b = Value(1.0, label="a"), Value(0.0, label="b")
    return relu(a + b - 0.5) - 2 * relu(a + b - 1.5)


def small():
    return (Value(2.0, label="base") ** Value(3.0, label="exponent")).log() * 1e-7


def product():
    return autograd.dot([Value(0.5 * i, label=f"w_{i}") for i in range(4)], [1.0, 2.0, 3.0, 4.0])


def layers():
    return nn.MLP(2, [8, 8, 1], "tanh", seed=0)([1.0, 2.0])


EXPRESSIONS = (neuron, twice, greek, chain, losses, network, kinks, small, product, layers)


def drawn(make):
    y = make()
    y.backward()
    return autograd.draw(y)


# Marks -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make", EXPRESSIONS)
def test_every_text_and_every_arrow_of_the_svg_is_a_mark_inside_the_picture(make):
    svg = drawn(make).svg()
    drawing = drawing_of(svg)
    texts = [mark for mark in drawing.marks if isinstance(mark, Text)]
    assert len(texts) == svg.count("<text")
    shapes = sum(svg.count(f"<{kind}") for kind in ("path", "polygon", "polyline", "ellipse", "rect"))
    assert len(drawing.marks) - len(texts) == shapes
    for mark in drawing.marks:
        points = [mark.at] if isinstance(mark, Text) else [point for _, some in mark.steps for point in some]
        assert all(-20 <= x <= drawing.width + 20 and -20 <= y <= drawing.height + 20 for x, y in points)
        assert re.fullmatch(r"#[0-9A-F]{6}|", mark.fill)


def test_groups_move_and_scale_what_is_in_them():
    marks = drawing_of('<svg viewBox="10 0 9 9"><g transform="scale(2) rotate(0) translate(4 8)"><polygon points="1,1 2,1 2,3" '
                       'fill="none" stroke="black" stroke-width="3"/><ellipse cx="1" cy="1" rx="1" ry="2"/></g></svg>').marks
    assert marks[0] == Outline([("M", [(0.0, 18.0)]), ("L", [(2.0, 18.0)]), ("L", [(2.0, 22.0)]), ("Z", [])], "", "#000000", 6.0, ())
    assert [letter for letter, _ in marks[1].steps] == ["M", "L", "C", "L", "C", "L", "C", "L", "C", "Z"]


# PDF, EPS, PNG, GIF ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make", EXPRESSIONS)
def test_a_pdf_needs_no_program_and_is_the_same_each_time(make, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    picture = drawn(make)
    svg = picture.svg()
    monkeypatch.setattr(type(picture), "svg", lambda self: svg)
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("a program was run"))
    first = picture.write(tmp_path / "a.pdf").read_bytes()
    assert first == picture.write(tmp_path / "b.pdf").read_bytes()
    assert first.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", first)) == 1
    box = list(map(float, re.findall(rb"/MediaBox \[ ?([\d. ]+)\]", first)[0].split()))
    assert box[2:] == pytest.approx(drawing_of(svg)[:2], abs=1)
    assert picture.write(tmp_path / "a.eps").read_bytes().startswith(b"%!PS")


def test_without_matplotlib_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PictureError, match="PDF files are written by Matplotlib.*pip install matplotlib"):
        drawn(twice).write(tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("width", [640, 1920])
def test_frames_have_the_width_that_was_asked_for(width, tmp_path):
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("PIL.Image")
    frames = autograd.frames(twice())
    paths = frames.write(tmp_path / "steps.png", width=width)
    assert len(paths) == len(frames)
    for path in paths:
        with image.open(path) as picture:
            assert picture.size[0] == pytest.approx(width, abs=1)
    with image.open(frames.write(tmp_path / "steps.gif", width=width)[0]) as film:
        assert film.n_frames == len(frames) and film.is_animated


# Frames ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make", EXPRESSIONS[:-1])
def test_the_frames_end_with_the_gradients_of_the_engine(make):
    y = make()
    frames = autograd.frames(y)
    order = autograd.graph.topological_order(y)
    edges = sum(isinstance(u, Value) for v in order for u in v.inputs)
    assert len(frames) == 2 + sum(not v.is_leaf for v in order) + edges == len(frames.captions)
    assert all(not v.grad for v in order)
    assert len({re.search(r'viewBox="([^"]*)"', svg)[1] for svg in frames.svgs}) == 1
    y.backward()
    shown = [re.findall(r">grad ([^<]*)<", html.unescape(svg)) for svg in (frames.svgs[0], frames.svgs[-1], autograd.draw(y).svg())]
    assert set(shown[0]) == {"–"} and len(shown[1]) == len(order)
    if len(shown[1]) == len(shown[2]):                  # drawn in full
        assert shown[1] == shown[2]


def test_each_frame_shows_what_is_known_at_its_step():
    frames = autograd.frames(twice())
    assert frames.captions == ["the leaves have their data", "a + a = 6", "(a + a) * a = 18", "the grad of (a + a) * a is 1",
                               "(a + a).grad += 1 * 3", "a.grad += 1 * 6", "a.grad += 3 * 1", "a.grad += 3 * 1"]
    data = [re.findall(r">data ([^<]*)<", svg) for svg in frames.svgs]
    grad = [re.findall(r">grad ([^<]*)<", svg) for svg in frames.svgs]
    assert data[0] == ["3.0000", "–", "–"] and data[1] == ["3.0000", "6.0000", "–"] and data[2] == ["3.0000", "6.0000", "18.0000"]
    assert [row[0] for row in grad] == ["–", "–", "–", "–", "–", "6.0000", "9.0000", "12.0000"]
    assert "∂" not in frames.svgs[2] and frames.svgs[3].count("∂") == 4


@pytest.mark.parametrize("value, error, said", [
    (3.0, TypeError, "needs a Value"), (Value(1.0), ValueError, "a leaf has no pass"), (layers(), ValueError, "too many to read"),
])
def test_what_has_no_frames_is_told(value, error, said):
    with pytest.raises(error, match=said):
        autograd.frames(value)


def test_frames_of_another_kind_are_refused(tmp_path):
    with pytest.raises(ValueError, match="svg, pdf, eps, png, gif"):
        autograd.frames(twice()).write(tmp_path / "steps.mp4")
    paths = autograd.frames(twice()).write(tmp_path / "steps.svg")
    assert [path.name for path in paths][:2] == ["steps-01.svg", "steps-02.svg"] and len(paths) == 8


def test_a_pdf_of_frames_has_a_page_for_each_step(tmp_path):
    pytest.importorskip("matplotlib")
    frames = autograd.frames(neuron())
    (path,) = frames.write(tmp_path / "steps.pdf")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == len(frames) == 10


# TikZ ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, latex", [
    ("a_1 & b", r"a\_1 \& b"), ("50%", r"50\%"), ("α·β", r"$\alpha$$\cdot$$\beta$"), ("x²", "x$^{2}$"), ("W₁₃", "W$_{1}$$_{3}$"),
    ("ŷ", r"\^{y}"), ("\\", r"\textbackslash{}"), ("日", "?"), ("Ω", r"$\Omega$"), ("Α", "A"), ("λ", r"$\lambda$"), ("–", "--"),
])
def test_text_becomes_latex_in_ascii(text, latex):
    assert in_latex(text) == latex


@pytest.mark.parametrize("make", EXPRESSIONS)
def test_tikz_is_ascii_and_the_same_each_time(make, tmp_path):
    picture = drawn(make)
    text = picture.write(tmp_path / "a.tex").read_text(encoding="ascii")
    assert text == tikz_of(drawing_of(picture.svg())) and text.count(r"\node") == picture.svg().count("<text")


def test_tikz_compiles_with_pdftex_whatever_the_labels(tmp_path):
    """Ten expressions, random ones, and labels that are commands of TeX."""
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex to compile with")
    pictures = [drawn(make) for make in EXPRESSIONS]
    pictures += [autograd.draw(expression(seed)[0]) for seed in range(10)]
    pictures += [autograd.draw(Value(1.0, label=label) * 2) for label in (*HOSTILE, *MORE)]
    pages = []
    for k, picture in enumerate(pictures):
        picture.write(tmp_path / f"p{k}.tex")
        pages.append(rf"\resizebox{{\linewidth}}{{!}}{{\input{{p{k}.tex}}}}\newpage")
    begin, end = r"\documentclass{article}\usepackage{tikz}\begin{document}", r"\end{document}"
    (tmp_path / "all.tex").write_text("\n\n".join([begin, *pages, end]), encoding="ascii")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True,
                          text=True, errors="replace", timeout=300)
    assert done.returncode == 0, done.stdout[-1500:]
    assert f"({len(pictures)} pages" in done.stdout


@pytest.mark.parametrize("ending", ["svg", "dot", "tex"])
def test_a_full_disk_leaves_the_file_that_was_there(ending, tmp_path):
    resource = pytest.importorskip("resource")
    code = f"""if True:
        import resource, signal, sys, autograd as ag
        picture = ag.draw(ag.Value(2.0, label="x") * 3.0)
        picture.write("a.{ending}")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        before = open("a.{ending}", "rb").read()
        try:
            picture.write("a.{ending}")
        except OSError:
            sys.exit(open("a.{ending}", "rb").read() != before)
        sys.exit(2)"""
    assert resource and subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.getcwd()}).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{ending}"]
