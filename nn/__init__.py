"""Networks of scalar neurons: layers, losses, optimizers, training, data, matrix formulas.

>>> import nn
>>> xs, ys = nn.data.xor()
>>> net = nn.MLP(2, [8, 1], activation="tanh", seed=3)
>>> history = nn.fit(net, xs, ys, loss="binary_cross_entropy", optimizer=nn.Adam(0.05), epochs=100)
>>> print(f"{history[0]:.3f} -> {history[-1]:.3f}")
3.024 -> 0.025
>>> ys.tolist(), [int(net(x) > 0) for x in xs]
([0, 1, 1, 0], [0, 1, 1, 0])
"""
from nn import data, losses, matrix
from nn.layers import MLP, Layer, Neuron, load
from nn.losses import log_softmax, softmax
from nn.module import Module
from nn.optim import SGD, Adam, GradientDescent, Optimizer
from nn.train import History, fit

__all__ = ["MLP", "SGD", "Adam", "GradientDescent", "History", "Layer", "Module", "Neuron",
           "Optimizer", "data", "fit", "load", "log_softmax", "losses", "matrix", "softmax"]
