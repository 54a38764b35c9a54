"""Networks of scalar neurons: layers, losses, optimizers, training, data, and the lecture's matrix formulas."""
from nn import data, losses, matrix
from nn.layers import MLP, Layer, Neuron, load
from nn.losses import log_softmax, softmax
from nn.module import Module
from nn.optim import SGD, Adam, GradientDescent, Optimizer
from nn.train import History, fit
