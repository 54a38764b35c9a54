"""Networks of scalar neurons: layers, losses, optimizers, training, data, and the lecture's matrix formulas."""
from nn.layers import MLP, Layer, Neuron, load
from nn.module import Module
