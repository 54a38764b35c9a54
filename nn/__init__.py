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
from typing import Any

try:
    from autograd import Value as _Value  # noqa: F401 - first of all: is this the right autograd?
except ImportError:
    raise ImportError(
        "nn needs the autograd of scalar-autograd, but `import autograd` finds another package of "
        "that name, HIPS's perhaps, whose files lie in the same folder. Uninstall both, then "
        "install scalar-autograd again: pip uninstall autograd scalar-autograd") from None

from nn import data, losses, matrix
from nn.checks import hint
from nn.epochs import History
from nn.function import Function
from nn.layers import MLP, Layer, Neuron, load
from nn.losses import log_softmax, softmax
from nn.minimizing import minimize
from nn.module import Module
from nn.optim import SGD, Adam, GradientDescent, Optimizer
from nn.playground import playground
from nn.train import fit

__all__ = ["MLP", "SGD", "Adam", "Function", "GradientDescent", "History", "Layer", "Module",
           "Neuron", "Optimizer", "data", "fit", "load", "log_softmax", "losses", "matrix",
           "minimize", "playground", "softmax"]

PYTORCH = {                     # its names: what does it here
    "Linear": "nn.Layer(nin, nout, 'linear')",
    "Sequential": "nn.MLP(nin, [n1, n2, nL], activation)",
    "ModuleList": "a list",
    "ModuleDict": "a dictionary",
    "Parameter": "autograd.Value, as an attribute of a Module",
    "ReLU": "activation='relu'",
    "Tanh": "activation='tanh'",
    "Sigmoid": "activation='sigmoid'",
    "Softmax": "nn.softmax",
    "MSELoss": "loss='squared', a sum instead of a mean",
    "L1Loss": "loss='absolute', a sum instead of a mean",
    "CrossEntropyLoss": "loss='cross_entropy', a sum instead of a mean",
    "BCEWithLogitsLoss": "loss='binary_cross_entropy', a sum instead of a mean",
    "BCELoss": "loss='binary_cross_entropy', of the logit before the sigmoid",
    "functional": "autograd, with relu, tanh, sigmoid, and nn.losses",
    "NLLLoss": "loss='cross_entropy', of the logits, a sum instead of a mean",
    "HuberLoss": "a loss of your own, a function of a prediction and a target",
    "AdamW": "nn.Adam(weight_decay=...), which adds the decay to the gradient",
    "RMSprop": "nn.Adam, or an Optimizer of your own",
    "Adagrad": "nn.Adam, or an Optimizer of your own",
    "DataLoader": "nn.fit(..., batch_size=32), which shuffles and cuts mini-batches",
    "init": "nn.MLP(..., init='xavier'), or 'he'",
    "Dropout": "weight_decay= of an optimizer, another regularization",
    "BatchNorm1d": "a function of yours: subtract the mean, divide by the standard deviation",
    "LayerNorm": "a function of yours: subtract the mean, divide by the standard deviation",
    "Embedding": "a list of lists of Values, indexed by the token",
    "clip_grad_norm_": "a loop: p.grad = p.grad * factor for each p in model.parameters()",
    "utils": "nn.fit, and plain Python",
}
PYTORCH |= {"Dense": PYTORCH["Linear"], "LogSoftmax": "nn.log_softmax"}
PYTORCH |= {name: f"activation={own!r}" for name, own in (
    ("Softplus", "softplus"), ("GELU", "gelu"), ("ELU", "elu"), ("LeakyReLU", "leaky_relu"))}


def __getattr__(name: str) -> Any:
    instead = hint(name, PYTORCH, "; what does it here is ")
    raise AttributeError(f"module 'nn' has no attribute {name!r}{instead}")
