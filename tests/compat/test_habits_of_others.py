"""Names of PyTorch, JAX and NumPy that a Value has not: each is told what does it here, and what is told computes it."""
import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compat.finishing import AGAIN, finish

TRUTH = {                                           # what the other package computes, at v, w and x
    "square": lambda v: v ** 2, "log2": np.log2, "log10": np.log10, "cbrt": np.cbrt, "exp2": np.exp2, "reciprocal": lambda v: 1 / v,
    "negative": lambda v: -v, "neg": lambda v: -v, "silu": lambda v: v / (1 + np.exp(-v)), "logsigmoid": lambda v: -np.log1p(np.exp(-v)),
    "erfc": math.erfc, "sign": np.sign, "hypot": lambda v: np.hypot(v, 0.7), "arctan2": lambda v: np.arctan2(v, 0.7), "atan2": lambda v: np.arctan2(v, 0.7),
    "logaddexp": lambda v: np.logaddexp(v, 0.7), "add": lambda v: v + 1.5, "sub": lambda v: v - 1.5, "mul": lambda v: v * 1.5, "div": lambda v: v / 1.5,
    "maximum": lambda v: max(v, 1.5), "minimum": lambda v: min(v, 1.5), "clamp": lambda v: min(max(v, -0.5), 2.0),
}
TOLD = {                                            # names of PyTorch's tensors, and a word of what is said
    "floor": "no derivative", "ceil": "no derivative", "round": "no derivative", "trunc": "no derivative", "isnan": "math.isnan", "isinf": "math.isnan",
    "isfinite": "math.isnan", "register_hook": "keeps its grad", "cuda": "leave it out", "to": "leave it out", "device": "leave it out",
    "double": "leave it out", "float": "leave it out", "half": "leave it out", "ndim": "one number", "size": "one number", "view": "one number",
    "reshape": "one number", "std": "one number", "matmul": "one number", "norm": "one number", "sub_": "no operation changes a Value",
    "add_": "v = v + x", "div_": "v = v * x", "zero_": "v.grad = 0", "requires_grad_": "no_grad", "children": "v.inputs", "prev": "v.inputs",
    "backward_": "v.backward()", "numpy": "v.data", "clone": "deepcopy", "mean": "autograd.sum(values) / len(values)", "grad_fn": "v.op",
}
NAMES = {                                           # names of packages
    "tensor": "a vector is a list", "as_tensor": "a vector is a list", "from_numpy": "a vector is a list", "zeros": "a vector is a list",
    "randn": "a vector is a list", "log2": "autograd.log(v) / math.log(2)", "value_and_gradient": "autograd.value_and_grad", "multigrad": "(0, 1)",
    "custom_jvp": "autograd.operation", "pmap": "samples", "clip": "autograd.minimum", "prod": "math.prod", "manual_seed": "seed=1", "scan": "jit keeps it a loop",
    "jacfwd": 'mode="forward"', "jacrev": 'mode="reverse"', "vmap": "samples", "make_vjp": "autograd.vjp", "optim": "nn.SGD", "defvjp": "autograd.operation",
}


@pytest.mark.parametrize("name", TRUTH)
@pytest.mark.parametrize("at", [0.3, 1.2, 2.7])
def test_what_is_told_computes_it(name, at):
    with pytest.raises(AttributeError) as error:
        getattr(Value(at), name)
    assert str(error.value).startswith(f"a Value has no attribute {name!r}: write ")
    remedy = str(error.value).partition(": write ")[2].partition(", for")[0]
    found = eval(remedy, {"v": Value(at), "w": Value(0.7), "x": Value(1.5), "low": -0.5, "high": 2.0, "autograd": ag, "math": math})
    assert found.data == pytest.approx(TRUTH[name](at), rel=1e-12)


@pytest.mark.parametrize("name, word", TOLD.items())
def test_what_is_no_function_is_told_too(name, word):
    with pytest.raises(AttributeError, match=f"^a Value has no attribute '{name}': ") as error:
        getattr(Value(1.0), name)
    assert word in str(error.value)


@pytest.mark.parametrize("name, word", NAMES.items())
def test_names_of_packages_are_told(name, word):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': ") as error:
        getattr(ag, name)
    assert word in str(error.value)


@pytest.mark.parametrize("interrupts, changes", [(0, 1), (1, 2), (AGAIN, AGAIN + 1), (AGAIN + 1, AGAIN + 1), (50, AGAIN + 1)])
def test_a_change_is_tried_again_a_few_times_and_no_more(interrupts, changes):
    tried = []

    def change():
        tried.append(0)
        if len(tried) <= interrupts:
            raise KeyboardInterrupt
    if interrupts:
        with pytest.raises(KeyboardInterrupt):
            finish(change)
    else:
        finish(change)
    assert len(tried) == changes
