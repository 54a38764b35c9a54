"""Every public function and method of nn, with every kind of wrong argument.

A call with something wrong raises TypeError or ValueError with a message of nn's own, which names the argument or shows
what was given, and leaves everything as it was; what is listed as right works.
"""
import io
import math
import re
import types

import numpy as np
import pytest

import nn
from autograd import Value

CLOSED = io.StringIO()
CLOSED.close()


class Unshown:
    def __repr__(self):
        raise RuntimeError("cannot be shown")


WRONG = {
    "None": None, "text": "seven", "empty text": "", "number": 7.5, "negative": -3, "nan": math.nan, "infinite": math.inf,
    "complex": 2j, "list": [1.0, "a"], "empty list": [], "dict": {"a": 1}, "set": {1, 2}, "array": np.ones((2, 2, 2)),
    "Value": Value(2.0), "function": len, "lambda": lambda: 1, "class": int, "object": types.SimpleNamespace(), "bytes": b"x",
    "model": nn.Neuron(1, seed=1), "generator": (i for i in "ab"), "bool": True, "nested": [[1.0], [1.0, 2.0]],
    "timedelta": np.timedelta64(3, "D"), "closed file": CLOSED, "unshown": Unshown(),
}
ALL = set(WRONG)
NUMBERS = {"number", "negative", "bool"}

XS, YS = nn.data.sine(4)


def network():
    return nn.MLP(1, [2, 1], activation="tanh", seed=1)


NET = network()
LAYERS = nn.matrix.parameters(NET)
ZS, FS = nn.matrix.forward(LAYERS, XS[:, None])
GRADIENT = [1.0] * 7
LOGITS = [Value(1.0), Value(2.0)]
HISTORY = nn.fit(network(), XS, YS, epochs=1)

PROOF = nn.matrix.proof(network(), [XS[1]], [1.0])
MARKS = nn.matrix.check(NET, XS, YS, dW2=np.zeros((1, 2)))

# (name, function of one argument, the kinds that are right, what a message names)
CALLS = [
    ("fit model", lambda x: nn.fit(x, XS, YS), {"model"}, "model|class|parameters"),
    ("fit xs", lambda x: nn.fit(network(), x, YS), set(), "xs"),
    ("fit ys", lambda x: nn.fit(network(), XS, x), set(), "ys"),
    ("fit loss", lambda x: nn.fit(network(), XS, YS, loss=x), set(), "loss"),
    ("fit optimizer", lambda x: nn.fit(network(), XS, YS, optimizer=x), {"None"}, "optimizer"),
    ("fit epochs", lambda x: nn.fit(network(), XS, YS, epochs=x), set(), "epochs"),
    ("fit batch_size", lambda x: nn.fit(network(), XS, YS, batch_size=x), {"None"}, "batch_size"),
    ("fit seed", lambda x: nn.fit(network(), XS, YS, seed=x), {"None"}, "seed"),
    ("fit compiled", lambda x: nn.fit(network(), XS, YS, compiled=x), {"bool"}, "compiled"),
    ("fit callback", lambda x: nn.fit(network(), XS, YS, epochs=1, callback=x), {"None"}, "callback"),
    ("fit progress", lambda x: nn.fit(network(), XS, YS, epochs=1, progress=x), {"None", "bool"}, "progress"),
    ("MLP nin", lambda x: nn.MLP(x, [2, 1]), set(), "width"),
    ("MLP nouts", lambda x: nn.MLP(2, x), set(), "nouts|width"),
    ("MLP nouts[0]", lambda x: nn.MLP(2, [x, 1]), set(), "width"),
    ("MLP activation", lambda x: nn.MLP(2, [2, 1], activation=x), {"function", "model", "bool"}, "activation"),
    ("MLP output", lambda x: nn.MLP(2, [2, 1], output=x), {"function", "model", "bool"}, "activation"),
    ("MLP init", lambda x: nn.MLP(2, [2, 1], init=x), set(), "init"),
    ("MLP rng", lambda x: nn.MLP(2, [2, 1], rng=x), {"None"}, "rng"),
    ("MLP seed", lambda x: nn.MLP(2, [2, 1], seed=x), {"None", "negative"}, "seed"),
    ("Layer nin", lambda x: nn.Layer(x, 1), set(), "number of inputs"),
    ("Layer nout", lambda x: nn.Layer(1, x), set(), "number of neurons"),
    ("Layer activation", lambda x: nn.Layer(1, 1, x), {"function", "model", "bool"}, "activation"),
    ("Layer nonlin", lambda x: nn.Layer(1, 1, nonlin=x), {"None", "bool"}, "nonlin"),
    ("Neuron nin", lambda x: nn.Neuron(x), set(), "number of inputs"),
    ("Neuron nout", lambda x: nn.Neuron(2, nout=x), set(), "nout"),
    ("Neuron activation", lambda x: nn.Neuron(1, x), {"function", "model", "bool"}, "activation"),
    ("Neuron init", lambda x: nn.Neuron(1, init=x), set(), "init"),
    ("calling a neuron", lambda x: nn.Neuron(2, seed=1)(x), set(), "neuron|real number|NaN"),
    ("calling a layer", lambda x: nn.Layer(2, 2, seed=1)(x), set(), "layer|real number|NaN"),
    ("calling an MLP", lambda x: nn.MLP(2, [1], seed=1)(x), set(), "layer|real number|NaN"),
    ("GradientDescent rate", lambda x: nn.SGD(x), {"number", "function"}, "learning_rate|parameters"),
    ("GradientDescent momentum", lambda x: nn.SGD(0.1, x), set(), "momentum"),
    ("GradientDescent nesterov", lambda x: nn.SGD(0.1, 0.5, x), {"bool"}, "nesterov"),
    ("GradientDescent weight_decay", lambda x: nn.SGD(0.1, weight_decay=x), {"number"}, "weight_decay"),
    ("Adam rate", lambda x: nn.Adam(x), {"number", "function"}, "learning_rate"),
    ("Adam beta1", lambda x: nn.Adam(0.1, x), set(), "beta1"),
    ("Adam beta2", lambda x: nn.Adam(0.1, 0.9, x), set(), "beta2"),
    ("Adam epsilon", lambda x: nn.Adam(0.1, epsilon=x), {"number"}, "epsilon"),
    ("step", lambda x: nn.SGD(0.1).step(x), set(), "parameters"),
    ("update theta", lambda x: nn.SGD(0.1).update(x, GRADIENT), set(), "theta|parameters"),
    ("update gradient", lambda x: nn.SGD(0.1).update(GRADIENT, x), set(), "gradient|derivatives"),
    ("load_state_dict", lambda x: network().load_state_dict(x), set(), "state"),
    ("load_state_dict array", lambda x: network().load_state_dict({**NET.state_dict(), "layers.1.bias": x}), set(),
     r"layers\.1\.bias"),
    ("save", lambda x: network().save(x), {"text", "bytes"}, "path"),
    ("load", lambda x: network().load(x), set(), "path|file|seven|x"),
    ("nn.load", lambda x: nn.load(x), set(), "path|file|seven|x"),
    ("softmax", lambda x: nn.softmax(x), set(), "logit"),
    ("log_softmax", lambda x: nn.log_softmax(x), set(), "logit"),
    ("absolute f", lambda x: nn.losses.absolute(x, 1.0), {"Value", "infinite"} | NUMBERS, "output"),
    ("absolute y", lambda x: nn.losses.absolute(Value(1.0), x), {"Value", "infinite"} | NUMBERS, "target"),
    ("squared f", lambda x: nn.losses.squared(x, 1.0), {"Value", "infinite"} | NUMBERS, "output"),
    ("squared y", lambda x: nn.losses.squared(Value(1.0), x), {"Value", "infinite"} | NUMBERS, "target"),
    ("hinge f", lambda x: nn.losses.hinge(x, 1), {"Value", "infinite"} | NUMBERS, "output"),
    ("hinge y", lambda x: nn.losses.hinge(Value(1.0), x), {"Value", "bool"}, "target|label"),
    ("binary_cross_entropy f", lambda x: nn.losses.binary_cross_entropy(x, 1), {"Value", "infinite"} | NUMBERS, "output"),
    ("binary_cross_entropy y", lambda x: nn.losses.binary_cross_entropy(Value(1.0), x), {"Value", "bool"}, "target|label"),
    ("cross_entropy f", lambda x: nn.losses.cross_entropy(x, 1), set(), "logit|class"),
    ("cross_entropy y", lambda x: nn.losses.cross_entropy(LOGITS, x), {"bool"}, "class"),
    ("total loss", lambda x: nn.losses.total(x, LOGITS, [1.0, 2.0]), set(), "loss"),
    ("total predictions", lambda x: nn.losses.total("squared", x, [1.0]), set(), "predictions|output"),
    ("total targets", lambda x: nn.losses.total("squared", LOGITS[:1], x), set(), "targets?"),
    ("find_loss", lambda x: nn.losses.find_loss(x), set(), "loss"),
    ("sine", lambda x: nn.data.sine(x), set(), "m must be"),
    *[(f"{name} n_samples", lambda x, name=name: getattr(nn.data, name)(x), set(), "n_samples")
      for name in ("moons", "circles", "spiral")],
    ("xor n_samples", lambda x: nn.data.xor(x), set(), "n_samples"),
    *[(f"{name} shuffle", lambda x, name=name: getattr(nn.data, name)(10, x), {"bool"}, "shuffle")
      for name in ("moons", "circles", "spiral", "xor")],
    *[(f"{name} noise", lambda x, name=name: getattr(nn.data, name)(10, noise=x), {"None", "number"}, "noise")
      for name in ("moons", "circles", "spiral", "xor")],
    *[(f"{name} random_state", lambda x, name=name: getattr(nn.data, name)(10, random_state=x), {"None"}, "random_state")
      for name in ("moons", "circles", "spiral", "xor")],
    ("circles factor", lambda x: nn.data.circles(10, factor=x), set(), "factor"),
    ("spiral turns", lambda x: nn.data.spiral(10, turns=x), {"number", "negative"}, "turns"),
    ("compare model", lambda x: nn.matrix.compare(x, XS, YS), set(), "MLP"),
    ("compare xs", lambda x: nn.matrix.compare(NET, x, YS), set(), "xs"),
    ("compare ys", lambda x: nn.matrix.compare(NET, XS, x), set(), "ys"),
    ("compare loss", lambda x: nn.matrix.compare(NET, XS, YS, x), set(), "loss"),
    ("matrix.parameters", lambda x: nn.matrix.parameters(x), set(), "MLP"),
    ("matrix.forward", lambda x: nn.matrix.forward(LAYERS, x), set(), "X"),
    ("matrix.forward layers", lambda x: nn.matrix.forward(x, XS[:, None]), set(), "layers"),
    ("matrix.forward layer", lambda x: nn.matrix.forward([x, LAYERS[1]], XS[:, None]), set(), r"layers\[0\]"),
    ("matrix.backward layers", lambda x: nn.matrix.backward(x, ZS, FS, FS[-1]), set(), "layers"),
    ("matrix.backward zs", lambda x: nn.matrix.backward(LAYERS, x, FS, FS[-1]), set(), "zs"),
    ("matrix.backward zs[0]", lambda x: nn.matrix.backward(LAYERS, [x, ZS[1]], FS, FS[-1]), set(), r"zs\[0\]|zs and fs"),
    ("matrix.backward fs", lambda x: nn.matrix.backward(LAYERS, ZS, x, FS[-1]), set(), "fs"),
    ("matrix.backward", lambda x: nn.matrix.backward(LAYERS, ZS, FS, x), set(), "df"),
    ("matrix.proof x", lambda x: nn.matrix.proof(NET, x, [1.0]), set(), "x"),
    ("one_hot", lambda x: nn.losses.one_hot(x, 3), {"bool"}, "class"),
    ("activate z", lambda x: nn.matrix.activate(None, x), {"array", "empty list"}, "z"),
    ("activate sigma", lambda x: nn.matrix.activate(3 if x is len else x, np.ones(2)), {"None", "model"}, "sigma|len|returned|lambda|inputs"),
    ("derivative z", lambda x: nn.matrix.derivative(None, x, np.ones(2)), {"array", "empty list"}, "z"),
    ("output_derivatives F", lambda x: nn.matrix.output_derivatives("squared", x, YS), set(), "F"),
    ("output_derivatives Y", lambda x: nn.matrix.output_derivatives("squared", FS[-1], x), set(), "Y|F has 4 samples"),
    ("loss_of F", lambda x: nn.matrix.loss_of("squared", x, YS), set(), "F"),
    ("loss_of Y", lambda x: nn.matrix.loss_of("squared", FS[-1], x), set(), "Y|F has 4 samples"),
    ("engine_gradient model", lambda x: nn.matrix.engine_gradient(x, XS, YS, nn.losses.squared), set(), "MLP"),
    ("engine_gradient X", lambda x: nn.matrix.engine_gradient(NET, x, YS, nn.losses.squared), set(), "xs"),
    ("difference_quotients layers", lambda x: list(nn.matrix.difference_quotients(x, XS, YS, nn.losses.squared)), set(), "layers"),
    ("difference_quotients Y", lambda x: list(nn.matrix.difference_quotients(LAYERS, XS, x, nn.losses.squared)), set(), "ys"),
    ("proof line", lambda x: PROOF.line(x), set(), "no line"),
    ("proof fill name", lambda x: PROOF.fill(x, np.ones(2)), set(), "no line"),
    ("proof fill array", lambda x: PROOF.fill("z2", x), {"array", "empty list", "nested"} - {"nested"}, "array"),
    ("proof shuffled", lambda x: PROOF.shuffled(x), set(), "seed"),
    ("proof with_fault", lambda x: PROOF.with_fault(x), set(), "seed"),
    ("proof ordered", lambda x: PROOF.ordered(x), {"empty list"}, "no line|names"),
    ("marks", lambda x: MARKS[x], set(), "no mark"),
    ("playground title", lambda x: nn.playground(nn.MLP(2, [1], seed=1), [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], title=x),
     {"None", "text", "empty text"}, "title"),
    ("playground optimizer", lambda x: nn.playground(nn.MLP(2, [1], seed=1), [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], optimizer=x), {"None"}, "page knows"),
    ("minimize progress", lambda x: nn.minimize(lambda w: w * w, 1.0, epochs=1, progress=x), {"None", "bool"}, "progress"),
]

GENERIC = re.compile(r"unsupported operand|object (is not|has no|cannot)|not supported between|required positional|unpack|"
                     r"could not convert|ambiguous|invalid literal|must be str, bytes|has no len|argument must be|"
                     r"unhashable|expected str|takes \d+ positional|inhomogeneous|ufunc|dtype|broadcast|numpy boolean")


def fault(call, right, names, kind):
    """What is wrong with the answer to an argument of this kind; None where nothing is."""
    x = iter("ab") if kind == "generator" else WRONG[kind]
    if kind in right:
        call(x)
        return None
    try:
        call(x)
    except (TypeError, ValueError, OSError, KeyError) as error:
        message = str(error)
        generic = GENERIC.search(message) or " at 0x" in message or len(message) > 400
        return None if re.search(names, message) and not generic else f"{kind}: {type(error).__name__}: {message}"
    return f"{kind}: was taken"


@pytest.mark.parametrize("name, call, right, names", CALLS, ids=[call[0] for call in CALLS])
def test_a_wrong_argument_is_named(name, call, right, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    faults = [fault(call, right, names, kind) for kind in WRONG]
    assert [text for text in faults if text] == []


@pytest.mark.parametrize("name", nn.PYTORCH)
def test_names_of_pytorch_are_told(name):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; what does it here is"):
        getattr(nn, name)
    assert not hasattr(nn, "nothing")


@pytest.mark.parametrize("name", nn.module.PYTORCH)
def test_methods_of_pytorchs_modules_are_told(name):
    with pytest.raises(AttributeError, match=f"MLP has no attribute '{name}': "):
        getattr(NET, name)
    with pytest.raises(AttributeError, match="MLP has no attribute 'nothing'$"):
        NET.nothing


# Names of arguments that there are not ----------------------------------------------------------------------------------

@pytest.mark.parametrize("call", [lambda **k: nn.fit(NET, XS, YS, **k), lambda **k: nn.minimize(lambda w: w * w, 1.0, **k),
                                  lambda **k: nn.playground(NET, XS, YS, **k)])
@pytest.mark.parametrize("name", [*nn.checks.OF_FIT, "nothing"])
def test_settings_of_other_packages_are_told(call, name):
    before = NET.state_dict()
    with pytest.raises(TypeError, match=f"^(fit|minimize|playground) has no argument '{name}'.*; (fit|minimize|playground) takes "):
        call(**{name: None})
    assert all((before[key] == array).all() for key, array in NET.state_dict().items())


@pytest.mark.parametrize("call", [lambda **k: nn.MLP(2, [1], **k), lambda **k: nn.Layer(2, 1, **k), lambda **k: nn.Neuron(2, **k)])
@pytest.mark.parametrize("name", [*nn.checks.OF_LAYERS, "nothing"])
def test_settings_of_other_packages_layers_are_told(call, name):
    with pytest.raises(TypeError, match=f"^(MLP|Layer|Neuron) has no argument '{name}'.*; .* takes nin, "):
        call(**{name: None})


def test_a_call_with_too_few_arguments_shows_what_there_is():
    with pytest.raises(TypeError, match="^fit takes model, xs, ys, .*, and was called otherwise: missing 2 required"):
        nn.fit()
    with pytest.raises(TypeError, match="^MLP takes nin, nouts, .*, and was called otherwise: missing 1 required"):
        nn.MLP(3)


def test_lists_that_contain_themselves_are_named():
    endless = [1.0, (2.0, 3.0)]
    endless.append(endless)
    for call in (lambda: nn.Function(lambda p, x: x, endless), lambda: nn.SGD(0.1).update(endless, endless),
                 lambda: nn.minimize(lambda p: p[0] ** 2, endless)):
        with pytest.raises(ValueError, match=r"is nested 100 deep: does a list contain itself\?"):
            call()


@pytest.mark.parametrize("call, name", [
    (lambda: nn.SGD(10 ** 400), "learning_rate"), (lambda: nn.SGD(0.1).update([10 ** 400, [1.0]], [0.0, [0.0]]), "params|theta"),
    (lambda: nn.softmax([10 ** 400, 1.0]), "logit 0"), (lambda: nn.losses.squared(Value(1.0), -10 ** 400), "target"),
    (lambda: nn.data.sine(10 ** 400), "m must be at most"), (lambda: nn.data.xor(10 ** 400), "n_samples must be at most"),
    (lambda: nn.Function(lambda p, x: p, [10 ** 400]), "parameters"), (lambda: nn.data.spiral(10, turns=10 ** 400), "turns"),
])
def test_an_int_too_large_for_a_float_is_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()


@pytest.mark.parametrize("given, write", [("adam", "nn.Adam(0.001)"), ("SGD", "nn.SGD(0.01)"), (nn.Adam, "nn.Adam(0.001)"), ("rmsprop", ""), (3, "")])
def test_an_optimizer_by_its_name_is_told_what_to_write(given, write):
    for call in (lambda: nn.fit(nn.MLP(1, [1]), [1.0, 2.0], [1.0, 2.0], optimizer=given),
                 lambda: nn.minimize(lambda p: (p[0] - 1) ** 2, [0.0], optimizer=given)):
        with pytest.raises(TypeError, match="optimizer must be one of nn's") as caught:
            call()
        assert str(caught.value).endswith(f": write optimizer={write}") == bool(write)
