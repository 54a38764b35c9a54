"""nn.data: the lecture's points, and scikit-learn's data sets from the same random state."""
import numpy as np
import pytest

import nn

FROZEN_MOONS = [[1.1221146075409685, 0.08147717341718697], [-0.8188294130836691, 0.058790063907949996]]
FROZEN_LABELS = [0, 0, 1, 0, 1, 1, 1, 1]
FROZEN_CIRCLES = [[1.0989077548463533, 0.20228989889753576], [1.1476991407952983, -0.25397004323761774]]


def test_sine_is_the_lectures_example():
    xs, ys = nn.data.sine(5)
    assert xs.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ys == pytest.approx([0.0, -1.0, 0.0, 1.0, 0.0], abs=1e-15)
    assert nn.data.sine()[0].shape == (100,)


STATES = [0, 1337, "global", "generator"]


def state(kind):
    if kind == "global":
        np.random.seed(1337)
        return None
    return np.random.RandomState(5) if kind == "generator" else kind


@pytest.mark.parametrize("kind", STATES)
@pytest.mark.parametrize("n_samples", [2, 7, 100])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("noise", [None, 0.0, 0.1])
@pytest.mark.parametrize("name", ["moons", "circles"])
def test_equal_to_scikit_learn(name, kind, n_samples, shuffle, noise):
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = getattr(datasets, f"make_{name}")(n_samples, shuffle=shuffle, noise=noise, random_state=state(kind))
    ours = getattr(nn.data, name)(n_samples, shuffle=shuffle, noise=noise, random_state=state(kind))
    for a, b in zip(ours, theirs):
        assert a.dtype == b.dtype and (a == b).all()


def test_moons_frozen():
    """The first of micrograd's demo: np.random.seed(1337), 100 samples, noise 0.1."""
    np.random.seed(1337)
    xs, ys = nn.data.moons(100, noise=0.1)
    assert xs[:2] == pytest.approx(np.array(FROZEN_MOONS), rel=1e-15) and ys[:8].tolist() == FROZEN_LABELS


def test_circles_frozen():
    xs, ys = nn.data.circles(100, noise=0.1, random_state=1337)
    assert xs[:2] == pytest.approx(np.array(FROZEN_CIRCLES), rel=1e-15)
    assert sorted(set(ys.tolist())) == [0, 1]


def test_circles_of_another_factor():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.make_circles(50, random_state=0, factor=0.3)
    assert (nn.data.circles(50, random_state=0, factor=0.3)[0] == theirs[0]).all()


def test_spiral():
    xs, ys = nn.data.spiral(200, shuffle=False)
    assert xs.shape == (200, 2) and ys.tolist() == [0] * 100 + [1] * 100
    radius = np.hypot(*xs.T)
    assert radius.max() == pytest.approx(1) and radius.min() == pytest.approx(0.1)
    assert xs[:100] == pytest.approx(-xs[100:])
    angle = np.unwrap(np.arctan2(xs[:100, 1], xs[:100, 0]))
    assert angle[-1] - angle[0] == pytest.approx(2 * np.pi * 0.9)
    assert (nn.data.spiral(50, noise=0.1, random_state=3)[0] == nn.data.spiral(50, noise=0.1, random_state=3)[0]).all()


def test_xor():
    xs, ys = nn.data.xor()
    assert xs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]] and ys.tolist() == [0, 1, 1, 0]
    xs, ys = nn.data.xor(10, shuffle=True, noise=0.05, random_state=0)
    assert (np.rint(xs).sum(axis=1) % 2 == ys).all() and len(xs) == 10


@pytest.mark.parametrize("make", [lambda: nn.data.sine(1), lambda: nn.data.moons(1), lambda: nn.data.moons(2.5),
                                  lambda: nn.data.moons(10, noise=-1), lambda: nn.data.circles(10, factor=1.5),
                                  lambda: nn.data.xor(0)])
def test_what_cannot_be_made(make):
    with pytest.raises(ValueError):
        make()


@pytest.mark.parametrize("name", ["moons", "circles", "spiral", "xor"])
def test_noise_that_makes_points_infinite_is_refused(name):
    with pytest.raises(ValueError, match="noise must be a number from 0 to 1e100"):
        getattr(nn.data, name)(8, noise=1e308)
    assert np.isfinite(getattr(nn.data, name)(8, noise=1e100)[0]).all()
