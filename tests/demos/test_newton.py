"""The lesson on Newton's method: derivatives with pen and paper, and the orders of convergence that theory foretells."""
import numpy as np
import pytest


def gradient(p):
    x, y = p
    return np.array([x - 10 * x * (y - x**2 / 2), 10 * (y - x**2 / 2)])


def hessian(p):
    x, y = p
    return np.array([[1 - 10 * y + 15 * x**2, -10 * x], [-10 * x, 10]])


def test_the_paths_are_those_of_pen_and_paper(lesson):
    names = lesson("newton").names
    p = before = np.array(names["START"])
    for point in names["paths"]["momentum"][1:40]:
        p, before = p - 0.03 * gradient(p) + 0.8 * (p - before), p
        assert point == pytest.approx(p, abs=1e-9)
    for name, step in (("gradient descent", lambda p: -0.03 * gradient(p)),
                       ("Newton", lambda p: -np.linalg.inv(hessian(p)) @ gradient(p))):
        p = np.array(names["START"])
        for point in names["paths"][name][1:40]:
            p = p + step(p)
            assert point == pytest.approx(p, abs=1e-9), name


def test_all_arrive(lesson):
    assert all(np.abs(points[-1]).max() < 1e-11 for points in lesson("newton").names["paths"].values())


def test_the_parabola_of_the_picture_touches_the_function(lesson):
    names = lesson("newton").names
    p, parabola = np.array(names["START"]), names["parabola"]
    before, names["p"] = names["p"], p
    try:
        for s in ([0.0, 0.0], [0.3, -0.2], [-0.1, 0.4]):
            s = np.array(s)
            wanted = p[0] ** 2 / 2 + 5 * (p[1] - p[0] ** 2 / 2) ** 2 + gradient(p) @ s + s @ hessian(p) @ s / 2
            assert parabola(p + s) == pytest.approx(wanted, abs=1e-12)
    finally:
        names["p"] = before


def test_factors_are_as_predicted(lesson):
    factors = lesson("newton").names["factors"]
    assert factors["gradient descent"] == pytest.approx(0.97, abs=1e-3)
    assert factors["momentum"] == pytest.approx(np.sqrt(0.8), abs=3e-3)


def test_newton_squares_the_distance(lesson):
    e = np.linalg.norm(lesson("newton").names["paths"]["Newton"], axis=1)
    assert all(after < before**2 for before, after in zip(e, e[1:]) if after > 1e-14)
    assert e[-1] < 1e-14 and len(e) < 10


def test_products_replace_the_hessian(lesson):
    names = lesson("newton").names
    n = len(names["p"])
    assert names["difference"] < 1e-8 and np.abs(names["p"]).max() < 1e-10
    assert max(names["products"]) <= n
    A = np.diag([1.0, 2.0, 2.0, 5.0]) + 0.1
    found, used = names["conjugate_gradients"](lambda v: A @ v, np.ones(4))
    assert found == pytest.approx(np.linalg.solve(A, np.ones(4)), abs=1e-9) and 3 <= used <= 4


def test_newton_walks_into_the_saddle_and_absolute_values_past_it(lesson):
    astray = lesson("newton").names["ASTRAY"]
    x, y = 0.4, 1.0
    for point in astray["Newton"][1:]:
        x, y = x - (x**3 - x) / (3 * x**2 - 1), 0.0
        assert point == pytest.approx([x, y], abs=1e-12)
    assert astray["Newton"][-1] == pytest.approx([0, 0], abs=1e-9)
    assert astray["with |λ|"][1] == pytest.approx([0.4 - (0.4**3 - 0.4) / abs(3 * 0.4**2 - 1), 0.0], abs=1e-12)
    assert astray["with |λ|"][-1] == pytest.approx([1, 0], abs=1e-9)
