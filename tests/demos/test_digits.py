"""The lesson on digits: its data, and its network against one written out in NumPy."""
import numpy as np
import pytest

import nn


@pytest.fixture
def names(lesson):
    return lesson("digits").names


def by_hand(net, images):
    """The ten logits for each image (m, 10): the lecture's (3), written out."""
    (W1, b1), (W2, b2) = [(np.array([[w.data for w in n.w] for n in layer.neurons]), [n.b.data for n in layer.neurons])
                          for layer in net.layers]
    return np.maximum(images @ W1.T + b1, 0) @ W2.T + b2


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_the_data_are_1797_images_and_their_digits(names):
    rows = names["rows"]
    assert rows.shape == (1797, 65)
    assert (rows == rows.astype(int)).all() and rows[:, :64].min() == 0 and rows[:, :64].max() == 16
    assert (names["xs"] * 16 == rows[:, :64]).all() and (names["ys"] == rows[:, 64]).all()
    assert np.bincount(rows[:, 64].astype(int)).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_data_are_those_of_scikit_learn(names):
    images, digits = pytest.importorskip("sklearn.datasets").load_digits(return_X_y=True)
    assert (names["xs"] * 16 == images).all() and (names["ys"] == digits).all()


def test_every_image_is_either_for_training_or_for_the_test(names):
    assert sorted([*names["train"], *names["test"]]) == list(range(1797))


def test_the_program_gives_the_probabilities_of_the_network(names):
    net, xs, test = names["net"], names["xs"], names["test"]
    wanted = softmax(by_hand(net, xs[test]))
    assert names["p"] == pytest.approx(wanted, abs=1e-12)
    by_scalars = [[p.data for p in nn.softmax(net(image))] for image in xs[test[:3]].tolist()]
    assert by_scalars == pytest.approx(wanted[:3], abs=1e-12)


def test_the_last_epoch_is_that_of_the_network_found(names):
    net, xs, ys = names["net"], names["xs"], names["ys"]
    for column, chosen in ((1, names["train"]), (2, names["test"])):
        assert names["seen"][-1][column] == np.mean(by_hand(net, xs[chosen]).argmax(axis=1) == ys[chosen])
    assert len(names["seen"]) == names["epochs"]


def test_few_epochs_read_most_digits(names):
    assert names["seen"][-1][2] > 0.85
    assert min(names["shares"]) > 0.85
    assert names["seen"][-1][0] < names["seen"][0][0] / 2


def test_the_full_training_reads_96_percent_of_the_test(names):
    net = nn.MLP(64, [32, 10], init="he", seed=0)
    names["learn"](net, names["train"], 30)
    images, digits = names["xs"][names["test"]], names["ys"][names["test"]]
    assert np.mean(by_hand(net, images).argmax(axis=1) == digits) >= 0.96


def test_the_confusion_matrix_counts_each_test_image_once(names):
    confusion, written = names["confusion"], names["ys"][names["test"]]
    assert confusion.sum(axis=1).tolist() == np.bincount(written).tolist()
    assert confusion.trace() / len(written) == pytest.approx(names["seen"][-1][2])
    assert len(names["wrong"]) == len(written) - confusion.trace()


def test_only_weights_of_pixels_with_ink_have_changed(names):
    changed = (names["W1"] != names["began"]).any(axis=0)
    assert changed.tolist() == (names["rows"][names["train"], :64] > 0).any(axis=0).tolist()


def test_a_dead_neuron_passes_nothing_on(names):
    z1 = names["xs"][names["train"]] @ names["layers"][0].W.T + names["layers"][0].b
    assert names["dead"].tolist() == (z1 <= 0).all(axis=0).tolist()


def test_what_pixels_speak_for_is_the_slope_of_the_logits(names):
    net, h = names["net"], 1e-7
    image, a, b = names["xs"][names["test"][3]], 4, 9
    around = by_hand(net, np.vstack([image + h * np.eye(64), image - h * np.eye(64)]))
    slopes = (around[:64] - around[64:]) / (2 * h)
    assert names["speak"](image, a) == pytest.approx(slopes[:, a], abs=1e-6)
    assert names["speak"](image, a, against=b) == pytest.approx(slopes[:, a] - slopes[:, b], abs=1e-6)
