"""nn.module: names, states and files of anything with parameters."""
import collections
import copy
import dataclasses
import os
import pickle
import types
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.module import Module


class Line(Module):
    """As users of micrograd write one: a list of their own, and parameters() over it."""

    def __init__(self):
        self.coefficients = [Value(2.0), Value(1.0)]

    def __call__(self, x):
        return self.coefficients[0] * x + self.coefficients[1]

    def parameters(self):
        return self.coefficients


class Mixed(Module):
    """Everything a module may hold: a module, a Value, a matrix, ragged rows, what is not a parameter, one shared Value."""

    def __init__(self):
        self.hidden = nn.Layer(2, 3, "tanh")
        self.scale = Value(0.5)
        self.table = [[Value(i + j / 10) for j in range(3)] for i in range(2)]
        self.rows = [[Value(7.0)], [Value(8.0), Value(9.0)]]
        self.name, self.last = "mixed", self.scale * 2
        self.tied = self.hidden.neurons[0].b


def test_names_follow_micrograds_order():
    names = [name for name, _ in nn.MLP(2, [2, 1]).named_parameters()]
    assert names == ["layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1", "layers.0.neurons.0.b",
                     "layers.0.neurons.1.w.0", "layers.0.neurons.1.w.1", "layers.0.neurons.1.b",
                     "layers.1.neurons.0.w.0", "layers.1.neurons.0.w.1", "layers.1.neurons.0.b"]


def test_parameters_of_a_mixed_module_are_named_once_each():
    model = Mixed()
    names = [name for name, _ in model.named_parameters()]
    assert len(names) == len(set(names)) == len(model.parameters()) == 9 + 1 + 6 + 3
    assert names[9:12] == ["scale", "table.0.0", "table.0.1"]
    assert "tied" not in names and "last" not in names
    assert names[-3:] == ["rows.0.0", "rows.1.0", "rows.1.1"]


def test_state_of_a_mixed_module():
    shapes = {name: array.shape for name, array in Mixed().state_dict().items()}
    assert shapes == {"hidden.weight": (3, 2), "hidden.bias": (3,), "scale": (), "table": (2, 3), "rows.0": (1,),
                      "rows.1": (2,), "tied": ()}


def test_a_subclass_of_a_layer_keeps_what_it_adds():
    class Scaled(nn.Layer):
        def __init__(self):
            super().__init__(2, 2)
            self.scale = Value(3.0)
    assert list(Scaled().state_dict()) == ["weight", "bias", "scale"]


def test_zero_grad_of_a_users_module():
    line = Line()
    line(3.0).backward()
    assert [p.grad for p in line.parameters()] == [3.0, 1.0]
    line.zero_grad()
    assert [p.grad for p in line.parameters()] == [0.0, 0.0]


def test_state_is_in_pytorchs_shapes_and_comes_back():
    net = nn.MLP(3, [4, 2], seed=1)
    state = net.state_dict()
    assert {name: array.shape for name, array in state.items()} == {
        "layers.0.weight": (4, 3), "layers.0.bias": (4,), "layers.1.weight": (2, 4), "layers.1.bias": (2,)}
    assert state["layers.0.weight"][2, 1] == net.layers[0].neurons[2].w[1].data
    other = nn.MLP(3, [4, 2], seed=2)
    other.load_state_dict(state)
    assert [p.data for p in other.parameters()] == [p.data for p in net.parameters()]
    state["layers.0.weight"][:] = 0                         # a copy
    assert net.layers[0].neurons[2].w[1].data != 0


def damaged(state, name, array):
    return {**state, name: array}


@pytest.mark.parametrize("name, array, error, says", [
    ("layers.1.bias", np.array([np.nan]), ValueError, r"layers.1.bias is NaN at \(0,\)"),
    ("layers.1.bias", np.zeros(2), ValueError, r"layers.1.bias has shape \(2,\), this model needs \(1,\)"),
    ("layers.1.bias", np.array(["a"]), TypeError, "real numbers"),
    ("layers.1.bias", np.array([1j]), TypeError, "real numbers"),
    ("layers.2.bias", np.zeros(1), ValueError, "unknown layers.2.bias"),
])
def test_a_state_that_does_not_fit_changes_nothing(name, array, error, says):
    net = nn.MLP(2, [3, 1], seed=1)
    before = [p.data for p in net.parameters()]
    state = damaged(nn.MLP(2, [3, 1], seed=2).state_dict(), name, array)
    with pytest.raises(error, match=says):
        net.load_state_dict(state)
    assert [p.data for p in net.parameters()] == before


def test_a_missing_name_is_said():
    with pytest.raises(ValueError, match="missing bias"):
        nn.Layer(2, 2).load_state_dict({"weight": np.zeros((2, 2))})


# Files -----------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def saved(tmp_path):
    net = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    net.save(tmp_path / "net.npz")
    return net, tmp_path / "net.npz"


def test_saved_and_loaded(saved):
    net, path = saved
    same = nn.MLP(2, [4, 1], activation="tanh", seed=2)
    same.load(path)
    rebuilt = nn.load(path)
    for other in (same, rebuilt):
        assert [p.data for p in other.parameters()] == [p.data for p in net.parameters()]
        assert other([0.3, -0.2]).data == net([0.3, -0.2]).data
    assert repr(rebuilt) == repr(net)
    assert [p.label for p in rebuilt.parameters()] == [p.label for p in net.parameters()]


def test_a_saved_file_is_plain_numpy_without_pickle(saved):
    net, path = saved
    with np.load(path, allow_pickle=False) as file:
        assert set(net.state_dict()) < set(file.files)
        assert (file["layers.0.weight"] == net.state_dict()["layers.0.weight"]).all()


def test_the_same_model_gives_the_same_bytes(saved, tmp_path):
    net, path = saved
    net.save(tmp_path / "again.npz")
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_any_module_is_saved_and_loaded(tmp_path):
    model, other = Mixed(), Mixed()
    model.scale.data = 0.25
    model.save(tmp_path / "mixed.npz")
    other.load(tmp_path / "mixed.npz")
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    with pytest.raises(ValueError, match="does not hold an MLP"):
        nn.load(tmp_path / "mixed.npz")


def test_a_network_with_a_layer_of_the_users_own_is_not_rebuilt_as_another(tmp_path):
    class Residual(nn.Layer):
        def __call__(self, x):
            return [a + b for a, b in zip(super().__call__(x), x)]
    net, same = (nn.MLP(2, [2, 1], seed=s) for s in (1, 2))
    net.layers[0], same.layers[0] = Residual(2, 2), Residual(2, 2)
    net.save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match="does not hold an MLP"):
        nn.load(tmp_path / "net.npz")
    same.load(tmp_path / "net.npz")
    assert same([0.3, 0.4]).data == net([0.3, 0.4]).data


def test_parameters_in_a_dictionary():
    model = Module()
    model.state = {"wte": [[Value(1.0), Value(2.0)]], "head": nn.Neuron(1)}
    names = [name for name, _ in model.named_parameters()]
    assert names == ["state.wte.0.0", "state.wte.0.1", "state.head.w.0", "state.head.b"]
    assert [(k, a.shape) for k, a in model.state_dict().items()] == [("state.wte", (1, 2)), ("state.head.weight", (1, 1)),
                                                                    ("state.head.bias", (1,))]


def test_a_parameter_may_be_called_file(tmp_path):
    model = Module()
    model.file = Value(2.0)
    model.save(tmp_path / "m.npz")
    model.file.data = 0.0
    model.load(tmp_path / "m.npz")
    assert model.file.data == 2.0


def test_a_file_cut_off_anywhere_is_an_error_and_changes_nothing(saved):
    net, path = saved
    whole, before = path.read_bytes(), [p.data for p in net.parameters()]
    for size in range(0, len(whole), 37):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="cut off"):
            net.load(path)
        with pytest.raises(ValueError, match="cut off"):
            nn.load(path)
    assert [p.data for p in net.parameters()] == before


def test_a_damaged_number_is_found(saved):
    net, path = saved
    whole = bytearray(path.read_bytes())
    weights = net.state_dict()["layers.0.weight"].tobytes()
    whole[whole.index(weights) + 6] ^= 1
    path.write_bytes(bytes(whole))
    with pytest.raises(ValueError, match="cut off or is not a saved model"):
        nn.load(path)


@pytest.mark.parametrize("content", [b"", b"hello", pickle.dumps({"weight": 1})])
def test_another_kind_of_file(saved, content):
    net, path = saved
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a saved model"):
        net.load(path)


def test_other_files_of_arrays(saved, tmp_path):
    net, _ = saved
    np.save(tmp_path / "one.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "objects.npz", a=np.array([None]))
    for name, says in (("one.npy", "not a saved model"), ("other.npz", "does not fit"), ("objects.npz", "not a saved model")):
        with pytest.raises(ValueError, match=says):
            net.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        net.load(tmp_path / "none.npz")


@pytest.mark.parametrize("other, says", [
    (nn.MLP(2, [5, 1], activation="tanh"), "layers.0.weight has shape"),
    (nn.MLP(2, [4, 1, 1], activation="tanh"), "activations"),
    (nn.MLP(2, [4, 1]), "activations"),
])
def test_a_file_of_another_model(saved, other, says):
    before = [p.data for p in other.parameters()]
    with pytest.raises(ValueError, match=says):
        other.load(saved[1])
    assert [p.data for p in other.parameters()] == before


def test_an_activation_that_is_a_function_is_not_rebuilt_but_loaded(tmp_path):
    bump = lambda v: autograd.exp(-v * v)
    net, same = (nn.MLP(1, [3, 1], activation=bump, seed=s) for s in (1, 2))
    net.save(tmp_path / "bump.npz")
    with pytest.raises(ValueError, match="function of its own"):
        nn.load(tmp_path / "bump.npz")
    same.load(tmp_path / "bump.npz")
    assert same([0.4]).data == net([0.4]).data


def test_an_activation_of_the_users_own_operation_is_rebuilt(tmp_path):
    autograd.operation("test_module_square", lambda a: a * a, lambda y, a: 2 * a)
    net = nn.MLP(1, [2, 1], activation="test_module_square", seed=1)
    net.save(tmp_path / "own.npz")
    assert nn.load(tmp_path / "own.npz")([0.7]).data == net([0.7]).data


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(saved, monkeypatch, function):
    _, path = saved
    before = path.read_bytes()

    def full(*_):
        raise OSError("disk full")
    monkeypatch.setattr(os, function, full)
    with pytest.raises(OSError, match="disk full"):
        nn.MLP(2, [4, 1], activation="tanh", seed=9).save(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["net.npz"]


def test_a_directory_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        nn.MLP(2, [1]).save(tmp_path / "none" / "net.npz")


def test_copies_and_pickles_are_models_of_their_own():
    net = nn.MLP(2, [3, 1], seed=1)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other([1.0, 2.0]).data == net([1.0, 2.0]).data
        other.parameters()[0].data += 1
        assert other.parameters()[0].data != net.parameters()[0].data


def test_path_as_text(tmp_path):
    name = str(Path(tmp_path) / "net.npz")
    nn.MLP(2, [1], seed=3).save(name)
    assert nn.load(name)([1.0, 1.0]).data == nn.MLP(2, [1], seed=3)([1.0, 1.0]).data


# No parameter is lost --------------------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Pair:
    w: Value
    b: Value


class Plain:
    """A class with parameters() that is not a Module, as micrograd's neurons are."""

    def __init__(self):
        self.w = Value(1.0)

    def parameters(self):
        return [self.w]


@pytest.mark.parametrize("make, names", [
    (lambda: np.array([Value(1.0), Value(2.0)]), ["x.0", "x.1"]),
    (lambda: np.array([[Value(1.0)], [Value(2.0)]]), ["x.0.0", "x.1.0"]),
    (lambda: [np.array([Value(1.0)]), nn.Neuron(1)], ["x.0.0", "x.1.w.0", "x.1.b"]),
    (lambda: collections.deque([Value(1.0)]), ["x.0"]),
    (lambda: collections.OrderedDict(a=Value(1.0)), ["x.a"]),
    (lambda: types.MappingProxyType({"a": Value(1.0)}), ["x.a"]),
    (lambda: types.SimpleNamespace(a=Value(1.0)), ["x.a"]),
    (lambda: Pair(Value(1.0), Value(2.0)), ["x.w", "x.b"]),
    (lambda: collections.namedtuple("Two", "a b")(Value(1.0), Value(2.0)), ["x.0", "x.1"]),
    (lambda: Plain(), ["x.0"]),
])
def test_parameters_in_whatever_holds_them(make, names):
    model, other = Module(), Module()
    model.x, other.x = make(), make()
    assert [name for name, _ in model.named_parameters()] == names
    for i, p in enumerate(model.parameters()):
        p.data = i + 10.0
    assert sum(array.size for array in model.state_dict().values()) == len(names)
    other.load_state_dict(model.state_dict())
    assert [p.data for p in other.parameters()] == [10.0 + i for i in range(len(names))]


@pytest.mark.parametrize("x", [{Value(1.0)}, frozenset([Value(1.0)]), {nn.Neuron(1)}, [{Value(1.0)}]])
def test_a_set_has_no_order_for_its_parameters(x):
    model = Module()
    model.weights = x
    for ask in (model.parameters, model.state_dict, lambda: list(model.named_parameters()), model.zero_grad):
        with pytest.raises(TypeError, match="weights(.0)? is a set, which has no order"):
            ask()
    model.weights = {1, "a"}
    assert model.parameters() == []


@pytest.mark.parametrize("make", [lambda: Value(0.5) * 0.1, lambda: [Value(0.5) * 0.1], lambda: {"a": -Value(1.0)},
                                  lambda: np.array([Value(1.0) + Value(2.0)])])
def test_a_computed_value_that_was_meant_to_be_a_parameter(make):
    model = Module()
    model.w = make()
    with pytest.raises(TypeError, match="w.* is computed .*Write Value"):
        model.parameters()


def test_a_computed_value_that_is_kept_from_a_call():
    model = Mixed()
    model.last = model.hidden([Value(1.0), Value(2.0)])
    assert len(model.parameters()) == 9 + 1 + 6 + 3


def test_values_of_the_class_itself():
    with pytest.raises(TypeError, match="Shared.w is a Value of the class, which all its models would share"):
        class Shared(Module):
            w = Value(1.0)


def test_keys_that_are_the_same_name():
    model = Module()
    model.table = {1: Value(1.0), "1": Value(2.0)}
    assert len(model.parameters()) == 2
    with pytest.raises(ValueError, match=r"two arrays of the state are called 'table.1'.*\(1 and '1' are the same name\)"):
        model.state_dict()
    with pytest.raises(ValueError, match="two arrays"):
        model.load_state_dict({"table.1": 3.0})


def test_an_attribute_with_the_name_of_an_array():
    class Odd(nn.Layer):
        def __init__(self):
            super().__init__(2, 2)
            self.weight = Value(3.0)
    with pytest.raises(ValueError, match="two arrays of the state are called 'weight'"):
        Odd().state_dict()


def test_what_a_neuron_has_beside_w_and_b_is_in_the_state():
    layer = nn.Layer(2, 2)
    layer.neurons[1].scale = Value(3.0)
    assert list(layer.state_dict()) == ["weight", "bias", "neurons.1.scale"]


def test_a_layer_of_unequal_neurons():
    layer = nn.Layer(2, 2, seed=1)
    layer.neurons[1] = nn.Neuron(3, seed=2)
    assert [a.shape for a in layer.state_dict().values()] == [(2,), (3,), (2,)]


def test_a_child_that_knows_its_parent():
    parent, child = Module(), Module()
    parent.child, child.parent, child.w = child, parent, Value(1.0)
    parent.list = [parent, child]
    assert [name for name, _ in parent.named_parameters()] == ["child.w"]
    assert [name for name, _ in child.named_parameters()] == ["w"]
    assert "child.w" in parent.state_dict()


def test_pytorchs_forward_works():
    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = Value(2.0)

        def forward(self, x):
            return self.w * x
    assert Line()(3.0).data == 6.0
    with pytest.raises(TypeError, match=r"Module cannot be called: define __call__\(self, x\)"):
        Module()(3.0)


# States of PyTorch -----------------------------------------------------------------------------------------------------------

class Tensor:
    """What loading needs of a torch.Tensor: one that requires grad refuses to become an array by itself."""

    def __init__(self, array):
        self.array = np.asarray(array, dtype=np.float32)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.array


@pytest.mark.parametrize("names", [
    ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"],
    ["4.bias", "4.weight", "0.bias", "0.weight", "2.bias", "2.weight"],
    ["net.8.weight", "net.8.bias", "net.10.weight", "net.10.bias", "net.12.weight", "net.12.bias"],
    ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias"],
    ["module.layers.0.weight", "module.layers.0.bias", "module.layers.1.weight", "module.layers.1.bias",
     "module.layers.2.weight", "module.layers.2.bias"]])
def test_the_names_of_a_sequential(names):
    net, other = nn.MLP(2, [3, 4, 1], seed=1), nn.MLP(2, [3, 4, 1], seed=2)
    ours = net.state_dict()
    layers = sorted({int(name.split(".")[-2]) for name in names})
    state = {name: Tensor(ours[f"layers.{layers.index(int(name.split('.')[-2]))}.{name.split('.')[-1]}"]) for name in names}
    other.load_state_dict(state)
    assert [p.data for p in other.parameters()] == pytest.approx([p.data for p in net.parameters()], rel=1e-6)


@pytest.mark.parametrize("names, says", [
    (["0.weight", "0.bias"], "missing layers.0.weight"), (["0.weight", "0.bias", "2.weight"], "missing layers.1.bias"),
    (["0.weight", "0.bias", "2.weight", "2.bias", "3.running_mean"], "unknown 0.weight"),
    (["a.0.weight", "a.0.bias", "b.1.weight", "b.1.bias"], "unknown a.0.weight")])
def test_names_that_are_not_those_of_a_sequential(names, says):
    net = nn.MLP(2, [3, 1], seed=1)
    before = [p.data for p in net.parameters()]
    with pytest.raises(ValueError, match=says):
        net.load_state_dict({name: np.zeros(1) for name in names})
    assert [p.data for p in net.parameters()] == before


def test_two_arrays_for_one_parameter_must_agree():
    model = Mixed()
    state = model.state_dict()
    state["tied"] = np.array(0.5)
    with pytest.raises(ValueError, match="tied shares a parameter with another array"):
        model.load_state_dict(state)


def test_masked_arrays_in_a_state():
    layer = nn.Layer(1, 2, seed=1)
    state = {"weight": np.zeros((2, 1)), "bias": np.ma.array([1.0, 2.0], mask=[True, False])}
    with pytest.raises(ValueError, match="bias has masked entries"):
        layer.load_state_dict(state)


@pytest.mark.parametrize("error", [TypeError("Got unsupported ScalarType"), RuntimeError("no data"), NotImplementedError("Cannot copy out")])
def test_a_tensor_that_cannot_become_an_array_is_named(error):
    class Sparse(Tensor):
        def numpy(self):
            raise error
    layer = nn.Layer(1, 2, seed=1)
    before = [p.data for p in layer.parameters()]
    with pytest.raises(TypeError, match=f"^weight is a tensor that cannot become an array: {error}"):
        layer.load_state_dict({"bias": Tensor([0.0, 0.0]), "weight": Sparse([[0.0], [0.0]])})
    with pytest.raises(TypeError, match="^xs is a tensor that cannot become an array"):
        nn.fit(layer, Sparse([1.0]), [1.0])
    assert [p.data for p in layer.parameters()] == before


def test_a_tensor_of_bfloat16_loads_as_float32():
    class Brain(Tensor):
        dtype = "torch.bfloat16"

        def float(self):
            return Tensor(self.array)

        def numpy(self):
            raise TypeError("Got unsupported ScalarType BFloat16")
    layer = nn.Layer(1, 2, seed=1)
    layer.load_state_dict({"bias": Brain([0.5, 1.0]), "weight": Brain([[2.0], [3.0]])})
    assert [p.data for p in layer.parameters()] == [2.0, 0.5, 3.0, 1.0]
