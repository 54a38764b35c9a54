"""Where a program goes wrong, its operations run again as Values, and name the one."""
import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import AnomalyError, Value, detect_anomaly

FORMS = ["matrices", "scalars"]


def product(form):
    """u * u * v eight times, which overflows from u = 1e200 on."""
    u, v = Value(1.0, label="u"), Value(2.0, label="v")
    return ag.compile(ag.sum([u * u * v * k for k in range(1, 9)]), [u], [v], form=form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", [lambda p, *given: p.value_and_grad(*given), lambda p, *given: p(*given)])
def test_detect_anomaly_names_the_first_operation_of_a_program_that_overflows(form, call):
    program, given = product(form), (np.array([1e200]), np.array([[1e-200], [1.0], [3.0]]))
    assert not np.isfinite(np.sum(call(program, *given)[0]))
    with pytest.raises(AnomalyError, match=r"forward pass: mul\(1e\+200, 1e\+200\) \(inputs 'u', 'u'\) is inf, recorded in ") as error:
        with detect_anomaly():
            call(program, *given)
    assert error.value.line[0] == __file__ and "inf" in ag.draw(error.value).source
    with detect_anomaly():
        assert np.isfinite(call(program, np.array([1.0]), given[1])[0]).all()
    with detect_anomaly(infinite=False):
        assert not np.isfinite(np.sum(call(program, *given)[0]))


def test_an_anomaly_in_the_gradient_alone_is_named():
    u, v = Value(1.0, label="u"), Value(1.0)
    program = ag.compile(ag.sqrt(u * 1e-20) * 1e155 * v, [u, v])
    with detect_anomaly():
        assert math.isfinite(program(np.array([1e-300, 1.0])))
        with pytest.raises(AnomalyError, match="backward pass: sqrt and its input of data 1e-320 give inf"):
            program.value_and_grad(np.array([1e-300, 1.0]))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("record, x, kind, says", [
    (lambda w, u: ag.log(w * u), [[1.0], [-2.0]], ValueError, r"log\(-4\): needs an input above 0 in sample 1$"),
    (lambda w, u: w / u, [[1.0], [2.0], [0.0]], ZeroDivisionError, r"div\(2, 0\) \(inputs 'w', 'u'\): needs a denominator other than 0 in s"),
    (lambda w, u: ag.sqrt(w * u), [0.0], ZeroDivisionError, r"the derivative of sqrt with respect to input 0 at 0 does not exist"),
    (lambda w, u: ag.exp(w * u) * w - ag.exp(w * u), [[1.0], [400.0]], ValueError, r"exp\(800\): the result is too large for a float in sample 1$"),
    (lambda w, u: (w * u) ** 0.5, [-1.0], ValueError, r"pow\(-2, 0.5\)"), (lambda w, u: ag.asin(w * u), [1.0], ValueError, r"asin\(2\)")])
def test_an_operation_outside_its_domain_is_named_with_its_sample(form, record, x, kind, says):
    w, u = Value(1.0, label="w"), Value(0.5, label="u")
    program = ag.compile(record(w, u), [w], [u], form=form)
    with pytest.raises(kind, match="^outside the domain of an operation: " + says):
        program.value_and_grad([2.0], x)


def test_a_step_of_fit_is_watched_at_the_line_of_the_model():
    class Model(nn.Module):
        def __init__(self):
            self.a = Value(1e200)

        def __call__(self, x):
            z = self.a * x[0]
            return z * z                                    # the line

    model = Model()
    with pytest.raises(AnomalyError) as error, detect_anomaly():
        nn.fit(model, [[0.0], [1.0]], [1.0, 2.0], epochs=1)
    assert error.value.line == (__file__, Model.__call__.__code__.co_firstlineno + 2) and model.a.data == 1e200
