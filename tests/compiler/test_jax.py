"""Programs as JAX: equal to eager under jit, grad, vmap and on eight devices, also where a derivative jumps. Skipped without JAX."""
from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.compiler.languages import BOUND, KINDS, Run, difference, in_jax, of_kind, of_random, of_style
from tests.compiler.test_source import network, recurrent
from tests.styles import STYLES

needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
EIGHT = """
import os
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
import jax, numpy as np
import autograd as ag
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from tests.compiler.test_source import network
z, P, x = network([3, 5, 4, 2], "plain", ag.relu)
program = ag.compile(sum(v * v for v in z), P, x)
X = np.random.default_rng(0).normal(size=(64, 3))
f, mesh = program.jax(), Mesh(jax.devices(), ("samples",))
assert len(jax.devices()) == 8
sharded = jax.device_put(X, NamedSharding(mesh, PartitionSpec("samples")))
theta = jax.device_put(program.parameters, NamedSharding(mesh, PartitionSpec()))
value, gradient = jax.jit(jax.value_and_grad(f))(theta, sharded)
wanted = program.value_and_grad(program.parameters, X)
assert abs(value - wanted[0]) < 1e-10 * abs(wanted[0]), (value, wanted[0])
assert abs(np.asarray(gradient) - wanted[1]).max() < 1e-10 * abs(wanted[1]).max()
print("the same")
"""


@needs_jax
@pytest.mark.parametrize("how", [None, "matrices", "scalars"])
def test_programs_of_every_kind_agree_with_eager(how):
    runs = [of_kind(name, how) for name in KINDS]
    for name, run, got in zip(KINDS, runs, in_jax(runs)):
        assert difference(run, got) < BOUND, name


@needs_jax
@pytest.mark.parametrize("name", STYLES)
def test_a_program_in_a_students_style_agrees_with_eager(name):
    run = of_style(STYLES[name].make(*STYLES[name].small))
    assert difference(run, in_jax([run])[0]) < BOUND


@needs_jax
@pytest.mark.parametrize("samples", [True, False])
def test_the_printed_functions_take_arrays_of_numpy(samples):
    """Outside of jit as well, where a loop reads row t of them."""
    P, x = [Value(0.1 * i - 0.5) for i in range(12)], [Value(0.3 * t) for t in range(9)]
    h = [0.0, 0.0, 0.0]
    for v in x:
        h = [ag.tanh(ag.sum(w * u for w, u in zip(P[3 * i:3 * i + 3], h)) + P[9 + i] * v) for i in range(3)]
    program = ag.compile(ag.sum(h), P, x, samples=samples)
    assert "fori_loop" in program.source_in("jax")
    names = {}
    exec(program.source_in("jax"), names)
    theta = np.array([v.data for v in P])
    given = (np.random.default_rng(1).normal(size=(4, 9) if samples else 9),)
    value, gradient = names["value_and_grad"](theta, *given)
    wanted = program.value_and_grad(theta, *given)
    assert abs(float(value) - wanted[0]) < 1e-10 and abs(np.asarray(gradient) - wanted[1]).max() < 1e-10


@needs_jax
@pytest.mark.parametrize("seed", range(700, 712))
def test_random_programs_agree_with_numpy(seed):
    run = of_random(seed)
    assert difference(run, in_jax([run])[0]) < BOUND


@needs_jax
def test_vmap_runs_it_for_each_sample_and_grad_sums_over_them():
    import jax
    z, P, x = network([3, 5, 4, 2], "plain", ag.tanh)
    program = ag.compile(sum(v * v for v in z), P, x)
    f, theta, X = program.jax(), program.parameters, np.random.default_rng(0).normal(size=(6, 3))
    assert np.allclose(jax.vmap(f, (None, 0))(theta, X), program(theta, X), rtol=1e-12)
    each = jax.vmap(jax.grad(f), (None, 0))(theta, X)
    assert np.allclose(each.sum(0), program.value_and_grad(theta, X)[1], rtol=1e-12)
    assert each.dtype == np.float64 and each.shape == (6, len(theta))
    assert np.allclose(f(theta, X[0]), program(theta, X[0]), rtol=1e-12)


@needs_jax
def test_derivatives_with_respect_to_inputs_and_of_second_order_are_right():
    import jax
    w, x = [Value(0.3), Value(-0.8)], [Value(0.5)]
    y = ag.tanh(w[0] * x[0]) * ag.sigmoid(w[1]) + w[0] ** 3
    program = ag.compile(y, w, x)
    f, theta, X = program.jax(), program.parameters, np.array([0.5])
    assert np.allclose(jax.grad(f, 1)(theta, X), ag.gradients(y, x), rtol=1e-12)
    second = ag.hessian(lambda p: ag.tanh(p[0] * 0.5) * ag.sigmoid(p[1]) + p[0] ** 3)(theta.tolist())
    assert np.allclose(jax.hessian(f)(theta, X), second, rtol=1e-10)


@needs_jax
@pytest.mark.parametrize("op, at", [(ag.relu, 0.0), (ag.abs, 0.0), (ag.elu, 0.0), (ag.leaky_relu, 0.0), (ag.sigmoid, -800.0),
                                    (ag.sigmoid, 800.0), (ag.tanh, 30.0), (ag.softplus, -700.0), (ag.erf, 0.5), (ag.gelu, -3.0),
                                    (lambda a: ag.maximum(a, 0.0), 0.0), (lambda a: ag.maximum(0.0, a), 0.0),
                                    (lambda a: ag.minimum(a, 0.0), 0.0), (lambda a: ag.max(a, 2 * a, 3 * a), 0.0),
                                    (lambda a: ag.where(a, 2 * a, a), 0.0), (lambda a: ag.ops.sign(a) * a, 0.5),
                                    (lambda a: ag.stop_gradient(a) * a, 3.0)])
def test_derivatives_are_the_tables_where_others_differ(op, at):
    import jax
    w = Value(at)
    y = op(w)
    y.backward()
    f = ag.compile(y * 1.0, [w]).jax()
    value, gradient = jax.jit(jax.value_and_grad(f))(np.array([at]))
    assert value == pytest.approx(y.data, rel=1e-12) and gradient[0] == pytest.approx(w.grad, rel=1e-12, abs=0)


@needs_jax
def test_a_program_without_samples_takes_one_row():
    w, x = [Value(0.5), Value(-0.25)], [Value(1.5), Value(2.0)]
    program = ag.compile(ag.tanh(w[0] * x[0] + w[1] * x[1]), w, x, samples=False)
    point, row = np.array([0.5, -0.25]), np.array([1.5, 2.0])
    run = Run(program, [point], row, False, [program.value_and_grad(point, row)])
    assert difference(run, in_jax([run])[0]) < BOUND


@needs_jax
def test_a_recurrent_network_of_many_steps_compiles_in_the_time_of_few():
    import jax
    program = recurrent(400, 4, [0.01 * (i % 9) for i in range(400)])
    theta = program.parameters
    value, gradient = jax.jit(jax.value_and_grad(program.jax()))(theta)
    wanted = program.value_and_grad(theta)
    assert abs(value - wanted[0]) < 1e-10 * abs(wanted[0]) and np.allclose(gradient, wanted[1], rtol=1e-9, atol=1e-12)


@needs_jax
def test_on_eight_devices_the_gradient_is_the_same():
    root = Path(ag.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", EIGHT], capture_output=True, text=True, cwd=root, timeout=300,
                          env={**os.environ, "PYTHONPATH": str(root)})
    assert done.stdout.strip() == "the same", done.stderr[-2000:]


# What holds without JAX -----------------------------------------------------------------------------

def test_the_source_is_numpys_with_arrays_made_anew():
    z, P, x = network([3, 5, 4, 2], "plain", ag.relu)
    source = ag.compile(sum(v * v for v in z), P, x).source_in("jax")
    for line in ["import jax.numpy as np", "z1 = x @ W1.T", "f1 = relu(z1)", "dz1 = dz2 @ W2 * (z1 > 0)",
                 "relu.defjvps(\n    lambda d, y, a: d * (a > 0),\n)"]:
        assert line in source, source
    loop = recurrent(50, 4, [0.1] * 50).source_in("jax")
    assert "jax.lax.fori_loop(0, 49, turn, (h1, h2,))" in loop, loop


@pytest.mark.skipif(importlib.util.find_spec("jax") is not None, reason="JAX is installed")
def test_a_missing_jax_is_named_with_what_to_install():
    w = Value(1.0)
    with pytest.raises(ImportError, match=r"needs JAX: pip install 'scalar-autograd\[jax\]'"):
        ag.compile(w * w, [w]).jax()


def test_what_jax_cannot_run_says_so():
    odd = ag.operation("odd_two", lambda a: a * 3, lambda y, a: 3.0 + 0 * a)
    w = Value(2.0)
    with pytest.raises(LookupError, match="'odd_two' has no form in NumPy, which JAX could run.*numpy=..."):
        ag.compile(odd(w) * w, [w]).source_in("jax")
