"""Turns that lack some of their nodes, for nobody needs these, are turns of a loop."""
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler.recognize.later import Completer, is_closed
from autograd.compiler.recognize.repeat import OUTSIDE, Turns
from tests.compiler.agree import eager
from tests.compiler.fields.check import Faults, case, compiled


def wave(T, n, at):
    """A wave between fixed ends, of which one cell is observed."""
    def loss(p):
        now, c, total = p[:n], p[n], 0.0
        for t in range(T):
            now = [now[0]] + [now[i] + c * (now[i - 1] - 2 * now[i] + now[i + 1]) for i in range(1, n - 1)] + [now[-1]]
            total += (now[at] - 0.1 * t) ** 2
        return total
    return loss, np.append(np.linspace(-1, 1, n) ** 3, 0.3)


def option(n, inside=lambda v, j: v):
    """The price of an option on a lattice, from its end to its beginning."""
    def loss(p):
        S, q, r = p
        V = [ag.relu(S * 1.1 ** (2 * j - n) - 1) for j in range(n + 1)]
        while len(V) > 1:
            V = [inside((q * V[j + 1] + (1 - q) * V[j]) / r, j) for j in range(len(V) - 1)]
        return V[0]
    return loss, np.array([1.1, 0.45, 1.01])


def alignment(n):
    """A table of soft minima, of which the last entry counts: its anti-diagonals grow, then shrink."""
    def loss(p):
        D = [[0.0] * (n + 1) for _ in range(n + 1)]
        for i in range(n):
            for j in range(n):
                D[i + 1][j + 1] = p[i] * p[n + j] + ag.tanh(D[i][j + 1] + D[i + 1][j] - D[i][j])
        return D[n][n]
    return loss, np.linspace(0.2, 0.9, 2 * n)


def program_of(loss, theta):
    P = [Value(t) for t in theta.tolist()]
    return ag.compile(loss(P), P)


def lines_of(*case):
    return program_of(*case).source.count("\n")


CASES = {
    "a wave, its middle": wave(20, 21, 10), "a wave, its edge": wave(25, 14, 1), "a short wave": wave(9, 40, 20),
    "a lattice": option(26), "a lattice with a choice": option(26, lambda v, j: ag.maximum(v, 0.02 * j)),
    "a lattice with what may not be computed for nothing": option(26, lambda v, j: ag.log(v + 1.0)),
    "an alignment": alignment(16),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_the_engine_gives_at_the_recorded_point_and_at_others(name):
    loss, theta = CASES[name]
    program = program_of(loss, theta)
    for k in range(3):
        point = theta * (1 + 0.03 * k)
        P = [Value(t) for t in point.tolist()]
        value, gradient, scale = eager(loss(P), P)
        got, its = program.value_and_grad(point)
        assert abs(got - value) <= 1e-12 * scale
        assert np.abs(its - gradient).max() <= 1e-12 * scale


def test_the_last_turns_of_a_wave_of_which_one_cell_is_seen_are_in_its_loop():
    assert lines_of(*wave(40, 21, 10)) == lines_of(*wave(30, 21, 10)) < 100


def test_a_lattice_has_as_many_lines_however_long_it_is():
    assert lines_of(*option(26)) == lines_of(*option(35)) < 150


def test_what_could_be_infinite_is_not_computed_for_nothing():
    lattice = option(26, lambda v, j: ag.log(v + 1.0))
    assert "for t in" not in program_of(*lattice).source


@pytest.mark.parametrize("seed, name", [
    (1, "american_lattice"), (2, "trinomial_rates"), (1, "ctc_of_digits"), (4, "wave_seen_at_points"), (6, "wave_seen_at_points"),
    (5, "lattice_of_anything"), (9, "lattice_of_anything"),
])
def test_programs_of_which_rows_become_shorter(seed, name):
    faults = Faults()
    compiled(case(seed, steps=22, name=name), faults, ["own", "matrices"])
    assert faults.compared > 3 and not faults.wrong and not faults.crashed


def observed(T, seen):
    """A reaction of which some steps are observed; its rate changes at some."""
    def loss(p):
        a, b, k, low, total = p[0], 0.0, p[1], p[2], 0.0
        for t in range(T):
            r = a * a * (low * k if t % 7 in (2, 5, 6) else k)
            a, b = a - 0.1 * r, b + 0.1 * r - 0.05 * b * b
            if seen(t):
                total = total + ag.log(b + 0.5) - 0.1 * b
        return total + a * b
    return loss, np.array([1.2, 0.4, 0.6])


SEEN = {"all": lambda t: True, "some": lambda t: t * t % 5 == 1, "the first": lambda t: t < 9, "none": lambda t: False}


@pytest.mark.parametrize("name", SEEN)
def test_steps_that_are_observed_now_and_then_are_turns_of_one_loop(name):
    loss, theta = observed(60, SEEN[name])
    assert lines_of(loss, theta) < 120
    assert lines_of(*observed(120, SEEN[name])) <= lines_of(loss, theta) + 12
    program = program_of(loss, theta)
    for point in (theta, theta * 0.8):
        P = [Value(t) for t in point.tolist()]
        value, gradient, scale = eager(loss(P), P)
        got, its = program.value_and_grad(point)
        assert abs(got - value) <= 1e-12 * scale and np.abs(its - gradient).max() <= 1e-12 * scale


def test_turns_in_which_one_number_or_another_is_used_are_turns_of_one_loop():
    def loss(p, T=90):
        w = [0.5, 0.5]
        for t in range(T):
            w = [a * (b if t * t % 3 else 1 - b) for a, b in zip(w, p)]
            w = [a / (w[0] + w[1]) for a in w]
        return w[0] - w[1]
    theta = np.array([0.4, 0.45])
    assert lines_of(loss, theta) < 160
    assert lines_of(loss, theta) == lines_of(lambda p: loss(p, 150), theta)


def recurrence(ids, args, lag):
    """A loop of one group with one node, which has one argument, so many turns before."""
    nodes, its = np.array(ids)[:, None], np.array(args)[:, None]
    return Turns([], [nodes], [its], [np.array([lag])], [np.array([0])], [np.array([0])])


@pytest.mark.parametrize("ids, args, lag, closed", [
    ([10, 11, 12], [5, 10, 11], 1, True), ([10, 11, 12], [5, 6, 7], OUTSIDE, True), ([10, 11, 12], [5, 6, 10], 2, True),
    ([10, 11, 12], [12, 10, 11], 1, False), ([10, 11, 12], [5, 10, 10], 1, False), ([10, 11, 12], [5, 6, 10], OUTSIDE, False),
    ([10, 11, 10], [5, 6, 7], OUTSIDE, False), ([10, 11, 12], [5, 6, -2], OUTSIDE, False),
])
def test_a_loop_is_closed_if_its_arguments_are_where_its_wires_lead(ids, args, lag, closed):
    assert is_closed(recurrence(ids, args, lag)) is closed


def test_turns_that_need_a_loop_after_theirs_stay_behind_it():
    finder = Completer(SimpleNamespace(kinds=[0] * 13), [recurrence([10, 11, 12], [5, 10, 11], 1)])
    assert finder.needed([5]) == set()
    assert finder.needed([5, 11]) is None
