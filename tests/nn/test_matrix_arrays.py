"""nn.matrix.check on arrays that somebody computed by hand with NumPy: each wrong one gets its cause."""
import numpy as np
import pytest

import nn

SLOPES = {"tanh": lambda z: 1 - np.tanh(z)**2, "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z))**2, "relu": lambda z: (z > 0) * 1.0}
VALUES = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0)}


class Hand:
    """A network of two layers and m samples, with all arrays by hand, from the loss back."""

    def __init__(self, activation, seed):
        rng = np.random.default_rng(seed)
        self.net = nn.MLP(3, [4, 2], activation=activation, seed=seed)
        for p in self.net.parameters():
            p.data = float(rng.normal())
        self.x, self.y, self.s, self.ds = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), VALUES[activation], SLOPES[activation]
        (self.W1, self.b1, _), (self.W2, self.b2, _) = nn.matrix.parameters(self.net)
        self.z1 = self.x @ self.W1.T + self.b1
        self.f1 = self.s(self.z1)
        self.e = self.f1 @ self.W2.T + self.b2 - self.y
        self.dz2 = 2 * self.e
        self.dz1 = self.ds(self.z1) * (self.dz2 @ self.W2)
        self.dW1, self.dW2 = self.dz1.T @ self.x, self.dz2.T @ self.f1


CASES = [
    ("z1", lambda h: h.f1, "the activation stands in z1 already"),
    ("df1", lambda h: h.dz1, "D1 is in dL/df1 already"),
    ("dz2", lambda h: h.e**2, "itself, not its derivative"),
    ("dz2", lambda h: h.e**2 / 2, "half of (f - y)²"),
    ("dz2", lambda h: np.sign(h.e), "the absolute error"),
    ("dz2", lambda h: h.dz2 / h.y, "divided by y"),
    ("dz1", lambda h: abs(h.dz1), "the signs are lost"),
    ("dz1", lambda h: h.ds(h.z1) * h.dz2.sum(1, keepdims=True), "W2ᵀ is missing"),
    ("dz1", lambda h: h.ds(h.z1) * h.dz2.sum(1, keepdims=True) * h.W2.sum(0), "each summed before they were multiplied"),
    ("dz1", lambda h: h.ds(h.z1) * h.W2.sum(0), "only the weights are summed"),
    ("dz1", lambda h: h.ds(h.z1) * (h.dz2[:, :1] @ h.W2[:1]), "only the first neuron of layer 2"),
    ("dz1", lambda h: h.ds(h.z1) * (h.dz2[:, 1:] @ h.W2[1:]), "only the last neuron of layer 2"),
    ("dz1", lambda h: h.ds(h.z1) * (h.dz2 @ (h.W2 - 0.1 * h.dW2)), "W2 had been moved by a step of 0.1"),
    ("dz1", lambda h: h.f1**2 * (h.dz2 @ h.W2), "f1² stands where"),
    ("dW2", lambda h: np.outer(h.dz2.mean(0), h.f1.mean(0)), "means of dz2 and of f1"),
    ("dW1", lambda h: h.W1 - 0.05 * h.dW1, "W1 after a step of 0.05"),
    ("db1", lambda h: np.ones(4), "which is 1: dz1 is missing"),
    ("db2", lambda h: h.b2 - 0.3 * h.dz2.sum(0), "b2 after a step of 0.3"),
    ("db1", lambda h: h.dz1.max(0), "the largest of the samples")]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("name, wrong, words", CASES, ids=[f"{name}-{words}" for name, _, words in CASES])
def test_an_array_by_hand_gets_its_cause(name, wrong, words, activation):
    for seed in (1, 2):
        h = Hand(activation, seed)
        mark = nn.matrix.check(h.net, h.x, h.y, **{name: wrong(h)})[name]
        assert not mark.right and words in mark.message, mark


@pytest.mark.parametrize("wrong, words", [(lambda h: (h.z1 < 0) * (h.dz2 @ h.W2), "the wrong way round"),
                                          (lambda h: np.sign(h.z1) * (h.dz2 @ h.W2), "derivative of |z|")])
def test_a_wrong_slope_of_relu_is_told(wrong, words):
    h = Hand("relu", 3)
    assert words in nn.matrix.check(h.net, h.x, h.y, dz1=wrong(h))["dz1"].message


@pytest.mark.parametrize("activation", VALUES)
def test_right_arrays_by_hand_are_right(activation):
    h = Hand(activation, 4)
    assert nn.matrix.check(h.net, h.x, h.y, z1=h.z1, f1=h.f1, dz2=h.dz2, dz1=h.dz1, dW1=h.dW1, dW2=h.dW2, db1=h.dz1.sum(0)).right
