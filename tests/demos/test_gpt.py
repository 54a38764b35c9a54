"""The lesson on a GPT: its network against the same one in NumPy's matrices, its counts against counting again."""
import math
import string
from collections import Counter

import numpy as np
import pytest

from demos.lesson import DATA


@pytest.fixture
def names(lesson):
    return lesson("gpt").names


def numpy_loss(W, tokens):
    """The network in matrices, all letters at once; takes complex weights, for derivatives by complex step."""
    def normalized(x):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)

    def softmax(z):
        e = np.exp(z - z.real.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    given, wanted = tokens[:-1], tokens[1:]
    n, size = len(given), W["query"].shape[0]
    x = normalized(W["letters"][given] + W["places"][:n])
    q, k, v = (normalized(x) @ W[name].T for name in ("query", "key", "value"))
    later = np.triu(np.full((n, n), 1e9), 1)
    heads = [softmax(q[:, i:i + 4] @ k[:, i:i + 4].T / 2 - later) @ v[:, i:i + 4] for i in range(0, size, 4)]
    x = x + np.hstack(heads) @ W["out"].T
    hidden = normalized(x) @ W["up"].T
    x = x + np.where(hidden.real > 0, hidden, 0) @ W["down"].T
    return -np.log(softmax(x @ W["logits"].T)[range(n), wanted]).mean()


@pytest.fixture
def weights(names):
    """The weights after training."""
    return names["in_batches"]


@pytest.mark.parametrize("name", ["emma", "zoe", "christopher"])
def test_the_scalar_network_is_the_one_in_matrices(names, weights, name):
    tokens = names["tokens"](name)
    loss, gradient = names["eager"](weights, tokens)
    assert loss == pytest.approx(numpy_loss(weights, tokens), rel=1e-12)
    rng = np.random.default_rng(0)
    for key, matrix in weights.items():
        i, j = rng.integers(len(matrix)), rng.integers(len(matrix[0]))
        if key == "letters":
            i = tokens[1]
        stepped = {**weights, key: weights[key].astype(complex)}
        stepped[key][i, j] += 1e-30j
        assert gradient[key][i, j] == pytest.approx(numpy_loss(stepped, tokens).imag / 1e-30, rel=1e-9, abs=1e-14)


def test_compiled_steps_have_the_losses_of_the_scalars(names, weights):
    some = {len(name): names["tokens"](name) for name in names["names"]}
    for length, tokens in some.items():
        assert names["step"](weights, tokens)[0] == pytest.approx(numpy_loss(weights, tokens), rel=1e-12)
    assert not names["step"].refused and len(names["step"].programs) == len(some)
    assert not names["batch_step"].refused and not names["losses_of"].refused


def test_both_ways_of_training_take_the_same_steps(names):
    assert names["scalar_losses"] == pytest.approx(names["losses"][:len(names["scalar_losses"])], rel=1e-12)


def test_it_learns(names):
    table = list(names["table"].values())
    assert table[0] == math.log(27) and max(table[4:]) < table[0] - 0.3
    assert np.mean(names["batch_losses"][-10:]) < np.mean(names["batch_losses"][:10]) - 0.3


def test_the_held_out_loss_is_the_mean_over_their_tokens(names, weights):
    losses = [(len(name) + 1, numpy_loss(weights, names["tokens"](name))) for name in names["held_out"]]
    wanted = sum(n * loss for n, loss in losses) / sum(n for n, _ in losses)
    assert names["held_out_loss"](names["in_batches"]) == pytest.approx(wanted, rel=1e-12)


def test_pairs_are_counted(names):
    some, letters = [*names["training"], "lalala"], "abcdefghijklmnopqrstuvwxyz."
    counted = Counter(triple for name in some for triple in zip(range(99), f".{name}", f"{name}."))
    assert names["counted"](some).tolist() == [[[counted[place, a, b] for b in letters] for a in letters]
                                               for place in range(names["PLACES"])]


def test_shares_are_probabilities_and_the_losses_of_counting_are_means(names):
    for key in ("letters", "pairs", "placed"):
        assert names[key].sum(-1) == pytest.approx(np.ones(names[key].shape[:-1]))
    never = names["seen"].sum(-1) == 0                          # a letter never seen at a place: as anywhere else
    assert never.any() and names["placed"][never] == pytest.approx(names["pairs"][np.nonzero(never)[1]])
    losses = [-math.log(names["placed"][place, token, following]) for name in names["held_out"]
              for place, (token, following) in enumerate(zip(names["tokens"](name), names["tokens"](name)[1:]))]
    assert names["table"]["bigrams, by position"] == pytest.approx(np.mean(losses))


def test_attention_sees_nothing_that_comes_later(names):
    weights = names["weights"]
    assert weights.sum(-1) == pytest.approx(np.ones(weights.shape[:2]))
    assert (np.triu(weights, 1) == 0).all() and (weights[:, -1] > 0).all()


def test_made_up_names_are_made_of_letters(names):
    made = [name for some in names["made"].values() for name in some]
    assert made and all(set(name) <= set(string.ascii_lowercase) and len(name) < names["PLACES"] for name in made)


def test_the_names_are_words_and_held_out_ones_are_not_learned(names):
    listed = (DATA / "names.txt").read_text().split()
    assert listed == sorted(set(listed)) and all(set(name) <= set(string.ascii_lowercase) for name in listed)
    assert not set(names["training"]) & set(names["held_out"])
    assert set(names["training"]) | set(names["held_out"]) == {name for name in listed if len(name) <= 4}
