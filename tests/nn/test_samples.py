"""nn.samples: whatever holds data becomes an array of finite numbers, or an error that names the bad entry."""
import array
import decimal
import fractions

import numpy as np
import pytest

import nn
from autograd import Value
from nn.samples import samples


class Table:
    """What is needed of a pandas.DataFrame: iterating it gives the names of its columns."""

    def __init__(self, rows):
        self.rows = np.array(rows)
        self.shape = self.rows.shape

    def __array__(self, *args, **kwargs):
        return self.rows

    def __iter__(self):
        return iter("abc")

    def to_numpy(self):
        return self.rows


class Tensor:
    """What is needed of a torch.Tensor that requires grad."""
    shape = (2,)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return np.array([1.0, 2.0], dtype=np.float32)


@pytest.mark.parametrize("data, rows", [
    ([1, 2], [1, 2]), ((1.5, 2), [1.5, 2.0]), (range(3), [0, 1, 2]), ((x for x in [1.0, 2.0]), [1.0, 2.0]),
    (array.array("d", [1.0, 2.0]), [1.0, 2.0]), (np.float32([[1, 2]]), [[1.0, 2.0]]), ([True, False], [True, False]),
    ([np.float64(1), 2], [1.0, 2.0]), ([fractions.Fraction(1, 4)], [0.25]), ([10 ** 30, 1], [1e30, 1.0]),
    (Table([[1.0, 2.0]]), [[1.0, 2.0]]), (Tensor(), [1.0, 2.0]), (np.array([1, 2], dtype=object), [1.0, 2.0]),
    (np.ma.array([1.0, 2.0], mask=False), [1.0, 2.0]), ([np.array([1, 2]), [3, 4]], [[1, 2], [3, 4]])])
def test_what_holds_samples(data, rows):
    assert samples(data, "xs").tolist() == rows


@pytest.mark.parametrize("data, error, says", [
    (np.ma.array([1.0, 2.0, 3.0], mask=[False, True, True]), ValueError, "xs has 2 masked entries.*filled"),
    ([np.ma.array([1.0, 2.0], mask=[False, True]), [1.0, 2.0]], ValueError, "xs has 1 masked entries"),
    (["a", "b"], TypeError, r"xs\[0\] is 'a'"), ([1.0, "2.0"], TypeError, r"xs\[1\] is '2.0'"),
    ([[1.0, 2.0], [3.0, None]], TypeError, r"xs\[1\]\[1\] is None"), ([1.0, 2j], TypeError, r"xs\[1\] is 2j"),
    ([1.0, Value(2.0)], TypeError, r"xs\[1\] is Value.*write v.data for the number"),
    (np.array(["1", "x"]), TypeError, r"xs\[0\] is np.str_"), (np.array([1.0, None], dtype=object), TypeError, r"xs\[1\] is None"),
    ([1.0, decimal.Decimal(2)], TypeError, r"xs\[1\] is Decimal"), ([np.datetime64("2020")], TypeError, r"xs\[0\] is np.datetime64"),
    (Table([["x", "y"]]), TypeError, r"xs\[0\]\[0\] is np.str_"),
    ({1: 2.0}, TypeError, "xs must be a list of samples, got {1: 2.0}"), ({1.0, 2.0}, TypeError, "got {"),
    ("12", TypeError, "got '12'"), (b"12", TypeError, "got b'12'"), (None, TypeError, "got None"), (3, TypeError, "got 3"),
    (np.array(3.0), TypeError, "must be a list of samples"), (Value(1.0), TypeError, "got Value"),
    (nn.MLP, TypeError, "xs must be a list of samples"), (lambda: 1, TypeError, "got the function"),
    ([[1.0, 2.0], [3.0]], ValueError, "xs is ragged.*sample 1 has 1 and sample 0 has 2"),
    ([1.0, [2.0]], ValueError, "xs is ragged"), ([[[1.0]]], ValueError, r"shape \(1, 1, 1\).*reshape"),
    (np.longdouble([1, "1e4000"]), ValueError, r"xs\[1\] is inf"), ([10 ** 400], ValueError, "too large for a float"),
    ([[1.0], [-np.inf]], ValueError, r"xs\[1\]\[0\] is -inf"), ([], ValueError, "xs is empty"),
    (np.zeros((0, 3)), ValueError, "xs is empty"), (np.zeros((3, 0)), ValueError, "xs is empty")])
def test_what_does_not_is_named(data, error, says):
    with pytest.raises(error, match=says):
        samples(data, "xs")
    net = nn.MLP(1, [1], seed=1)
    before = [p.data for p in net.parameters()]
    for arguments in ((data, [1.0]), ([1.0], data)):
        with pytest.raises((TypeError, ValueError)):
            nn.fit(net, *arguments)
    assert [p.data for p in net.parameters()] == before
