"""Each formula, figure and definition of the lecture, in its notation: the lesson and the section where it stands."""
import re
from functools import cache

import pytest

from demos.runner import HERE, cells

LECTURE = {                             # (lesson, section): what the lecture writes there, in LaTeX or in words
    ("neuron", "Activation functions"): (
        r"f(x) = \sigma(\omega^T x + b)", r"f : \mathbb{R}^n \to \mathbb{R}", r"\sigma(t) = \max\{t, 0\} (1)",
        r"\sigma(t) = \frac{1}{1 + e^{-t}} (2)", "rectified linear unit", "sigmoid", '"figure1"'),
    ("neuron", "The network"): (
        r"f_k = \sigma_k(W_k f_{k-1} + b_k), k = 1, \dots, L (3)", r"f_0 \in \mathbb{R}^{n_0}", r"f_k \in \mathbb{R}^{n_k}",
        r"k = 1, \dots, L - 1", "f_L", "n_k", r"W_k \in \mathbb{R}^{n_k \times n_{k-1}}", r"b_k \in \mathbb{R}^{n_k}",
        "learnable parameters", "three hidden layers", "WIDTHS = [6, 2, 6, 4, 1]", '"figure2"'),
    ("descent", "Loss"): (
        r"f_L \in \mathbb{R}^{n_L}", r"\mathcal{L} : \mathbb{R}^{n_L} \to \mathbb{R}",
        r"\mathcal{L}(W_1, b_1, \dots, W_L, b_L) = \sum_{i=1}^m \ell(f_L(x_i), y_i) (4)", r"(x_i, y_i)", r"i = 1, \dots, m",
        "training data", "f_L(x)", "f_0 = x"),
    ("descent", "One step"): (
        r"\frac{\partial \mathcal{L}}{\partial W_k}", r"n_k \times n_{k-1} matrix", "(i, j) entry", "W_k(i, j)",
        r"\frac{\partial \mathcal{L}}{\partial b_k} \in \mathbb{R}^{n_k}", "b_k(i)",
        r"W_k^{j+1} = W_k^j - \alpha \frac{\partial \mathcal{L}}{\partial W_k} and "
        r"b_k^{j+1} = b_k^j - \alpha \frac{\partial \mathcal{L}}{\partial b_k} (5)", r"\alpha > 0", "time step", "learning rate"),
    ("descent", "The toy example"): (
        r"\sin(\pi x)", "2-layer", "HIDDEN = 100", r"\mathcal{L} = \sum_{i=1}^m |f_L(x_i) - \sin(\pi x_i)|",
        r"-1 = x_1 \leq x_2 \leq \dots \leq x_m = 1", '"figure3"', "(a) Training iterations", "(b) Neural network vs target"),
    ("sgd", "Mini-batches"): (
        r"\tilde{\mathcal{L}}(W_1, b_1, \dots, W_L, b_L) = \sum_{i \in I} \ell(f_L(x_i), y_i)", r"I \subset \{1, \dots, m\}",
        "mini-batch changes", "One pass over all the mini-batches is an epoch", "say 100"),
    ("sgd", "Momentum"): (
        r"W_k^{j+1} = W_k^j - \alpha \frac{\partial \mathcal{L}}{\partial W_k} + \beta (W_k^j - W_k^{j-1})",
        r"b_k^{j+1} = b_k^j - \alpha \frac{\partial \mathcal{L}}{\partial b_k} + \beta (b_k^j - b_k^{j-1})",
        r"\beta \in [0, 1]", "speed up convergence"),
    ("backpropagation", "One layer, scalar by scalar"): (
        r"z_k = W_k f_{k-1} + b_k", "f_k = \\sigma_k(z_k) (6)", r"\frac{\partial \mathcal{L}}{\partial z_k} \in \mathbb{R}^{n_k}"),
    ("backpropagation", "Theorem 1"): (
        r"diagonal n_k \times n_k matrix", r"D_k = diag(\sigma_k'(z_k))", r"k = 2, \dots, L",
        r"\frac{\partial \mathcal{L}}{\partial z_{k-1}} = D_{k-1} W_k^T \frac{\partial \mathcal{L}}{\partial z_k} (7)",
        r"\frac{\partial \mathcal{L}}{\partial W_k} = \frac{\partial \mathcal{L}}{\partial z_k} f_{k-1}^T and "
        r"\frac{\partial \mathcal{L}}{\partial b_k} = \frac{\partial \mathcal{L}}{\partial z_k} (8)"),
    ("proof", "The weights and the biases: (8)"): (
        r"W_k \in \mathbb{R}^{n_k \times n_{k-1}}", r"b_k \in \mathbb{R}^{n_k}",
        r"z_k(i) = \sum_{l=1}^{n_{k-1}} W_k(i, l) f_{k-1}(l) + b_k(i)",
        r"\frac{\partial L}{\partial W_k(i, j)} = \frac{\partial L}{\partial z_k(i)} \cdot \frac{\partial z_k(i)}{\partial W_k(i, j)} "
        r"= \frac{\partial L}{\partial z_k(i)} f_{k-1}(j)",
        r"\frac{\partial L}{\partial b_k(i)} = \frac{\partial L}{\partial z_k(i)} "
        r"\underbrace{\frac{\partial z_k(i)}{\partial b_k(i)}}_{=1} = \frac{\partial L}{\partial z_k(i)}", "This proves (8)"),
    ("proof", "Back to the layer before: (7)"): (
        r"f_{k-1} = \sigma(z_{k-1})", r"z_k(i) = \sum_{l=1}^{n_{k-1}} W_k(i, l) \sigma(z_{k-1}(l)) + b_k(i)",
        r"\sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} \frac{\partial z_k(i)}{\partial z_{k-1}(j)}",
        r"= \sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} W_k(i,j) \sigma'(z_{k-1}(j))",
        r"= \sigma'(z_{k-1}(j)) \sum_{i=1}^{n_k} \frac{\partial L}{\partial z_k(i)} W_k(i,j)",
        r"= \sigma'(z_{k-1}(j)) \left[ W_k^T \frac{\partial L}{\partial z_k} \right] (j)",
        r"\underbrace{diag(\sigma'(z_{k-1}))}_{D_{k-1}} W_k^T \frac{\partial L}{\partial z_k}", "This proves (7)"),
}
TEACHING = (HERE / "TEACHING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| .+ \| `(\w+)` \| (.+) \|$", TEACHING.partition("## Where the lecture is")[2], re.MULTILINE)


def bare(text):
    r"""A text without what does not change how it reads: spaces, \quad, \text{...}, dollars, stars, alignment."""
    text = re.sub(r"\\text\s*\{([^}]*)\}|\\(?:mathrm|begin|end)\{(\w*)\}", r"\1", text)
    return re.sub(r"\\[,; ]|\\q?quad|\\\\|[\s$*&]", "", text)


@cache
def section(lesson, title):
    """All that stands in a section of a lesson, text and code, bare."""
    parts = re.split(r"^## (.+)$", "\n".join(cell.text for cell in cells((HERE / f"{lesson}.py").read_text(encoding="utf-8"))),
                     flags=re.MULTILINE)
    return bare(dict(zip(parts[1::2], parts[2::2]))[title])


@pytest.mark.parametrize("place, written", [(place, one) for place, all_ in LECTURE.items() for one in all_])
def test_a_formula_of_the_lecture_stands_in_its_section(place, written):
    assert bare(written) in section(*place)


def test_bare_tells_formulas_apart():
    assert bare(r"W_k^T\, z \qquad (7)") == bare("W_k^T z (7)") != bare("W_k z (7)")


def test_the_page_for_lecturers_names_exactly_these_sections():
    assert set(ROWS) - {("pytorch_intro", "the whole lesson")} == set(LECTURE)
