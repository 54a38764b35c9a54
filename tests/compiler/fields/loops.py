"""Loops of every kind: several states, looks back by many turns, rings, resets, loops in loops, one after the other."""
from __future__ import annotations

from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field

Step = tuple[int, int, int, int]
# what one state becomes of states r, before (some turns ago), a weight w and a number x that is data
VALUES = [
    lambda r, before, i, j, w, x: ag.tanh(w * r[j] + x),
    lambda r, before, i, j, w, x: r[i] + 0.1 * w * r[j],
    lambda r, before, i, j, w, x: r[j],
    lambda r, before, i, j, w, x: 0.5 * before[j] + 0.3 * r[i],
    lambda r, before, i, j, w, x: w,
    lambda r, before, i, j, w, x: r[i] - -x * r[j] * 0.2,
    lambda r, before, i, j, w, x: ag.sin(r[i] - before[j]),
    lambda r, before, i, j, w, x: r[i] / (1 + r[j] * r[j]),
    lambda r, before, i, j, w, x: sum(r) / len(r),
    lambda r, before, i, j, w, x: 0.9 * r[i] + 0.1,
    lambda r, before, i, j, w, x: -r[i],
]
SWAP, ROTATE, ALL = range(len(VALUES), len(VALUES) + 3)
OPERATIONS = len(VALUES) + 3


def turn(r: list[Any], w: list[Any], step: Step, x: float, seen: list[list[Any]]) -> None:
    """One statement of a turn: what it sets depends on which of its kinds it is."""
    i, j, k, kind = step
    if kind == SWAP:
        r[i], r[j] = r[j], r[i]
    elif kind == ROTATE:
        r.append(r.pop(0))
    elif kind == ALL:
        r[:] = [ag.tanh(a + 0.5 * b) for a, b in zip(r, [*r[1:], x])]
    else:
        r[i] = VALUES[kind](r, seen[-k - 1] if len(seen) > k else r, i, j, w[k % len(w)], x)


def body(s: Style, states: int, most: int) -> list[Step]:
    return [(s.choices.randrange(states), s.choices.randrange(states), s.choices.choice([0, 0, 1, 2, 3]),
             s.choices.randrange(OPERATIONS)) for _ in range(s.choices.randint(1, most))]


def first_of(s: Style, states: int) -> list[Any]:
    """What states begin with: numbers, or None for a parameter."""
    return [s.pick(None, None, 0, 0.0, 1, 1.0, 0.5) for _ in range(states)]


@field
def recurrence_of_many(s: Style) -> Any:
    form, states, T = s.form, s.size(1, 5), s.steps(1, 40)
    steps, starts, every = body(s, states, 5), first_of(s, states), s.pick(0, 0, 1, 2, 5)
    xs, skip, sub, reset = s.data(T), s.pick(0, 0, 0, 3, 4), s.pick(0, 0, 0, 2, 3), s.pick(0, 0, 0, 7)
    early, back = s.pick(0, 0, 9), s.flip(0.2)

    def f(p: Any, x: Any) -> Any:
        w, begin = p.vector(states), p.vector(states)
        r: Any = [b if a is None else a for a, b in zip(starts, begin)]
        seen: Any = []
        total = 0
        for t in range(T - 1, -1, -1) if back else range(T):
            if skip and t % skip == 1:
                continue
            for step in steps:
                turn(r, w, step, xs[t], seen)
            for _ in range(sub):
                turn(r, w, steps[0], xs[t], seen)
            if reset and t % reset == reset - 1:
                r[0] = begin[0]
            seen.append(list(r))
            if every and t % every == 0:
                total += r[0] * r[-1] if form else r[-1]
            if early and t == early:
                break
        if form == 2:
            total = total + sum(a[0] * b[-1] for a, b in zip(seen, reversed(seen)))
        return total + sum(v * v for v in r) + 0.0 * begin[0]
    return f


@field
def loops_one_after_another(s: Style) -> Any:
    form, states, T = s.form, s.size(1, 3), s.steps(1, 25)
    one, two, xs, stride = body(s, states, 3), body(s, states, 3), s.data(T), s.pick(1, 1, 2, 3)

    def f(p: Any, x: Any) -> Any:
        w, r = p.vector(states), p.vector(states)
        seen: Any = []
        for t in range(T):
            for step in one:
                turn(r, w, step, xs[t], seen)
            seen.append(list(r))
        later: Any = []
        q = list(seen[-1]) if form else [0.0] * states
        for a in seen[::-stride] if form < 2 else seen[::stride]:
            for step in two:
                turn(q, w, step, 0.3, later)
            q = [u + 0.5 * v for u, v in zip(q, a)]
            later.append(list(q))
        return sum(v[0] * v[-1] for v in later) + sum(q)
    return f


@field
def loops_in_loops(s: Style) -> Any:
    form, states, T, n = s.form, s.size(1, 3), s.steps(1, 12), s.size(1, 6)
    outer, inner, X, ragged = body(s, states, 2), body(s, states, 3), s.table(T, n), s.flip(0.3)

    def f(p: Any, x: Any) -> Any:
        w, r = p.vector(states), p.vector(states)
        total = 0
        for t in range(T):
            q, seen = (list(r), []) if form else ([0.0] * states, [])
            for v in X[t][:1 + t % n] if ragged else X[t]:
                for step in inner:
                    turn(q, w, step, v, seen)
                seen.append(list(q))
            r = [a + 0.3 * b for a, b in zip(r, q)]
            for step in outer:
                turn(r, w, step, X[t][0], [])
            total += q[0] ** 2 if form < 2 else sum(r)
        return total + r[0]
    return f


@field
def rows_of_states(s: Style) -> Any:
    form, n, T, reach = s.form, s.size(1, 8), s.steps(1, 20), s.size(0, 2)
    kinds, wrap, xs = [s.choices.randrange(6) for _ in range(s.size(1, 3))], s.flip(), s.data(T)
    fixed, shifts = s.pick(0, 0, 1, 2), [s.choices.randint(-reach, reach) for _ in range(3)]

    def at(row: Any, i: int) -> Any:
        return row[i % n] if wrap else row[min(max(i, 0), n - 1)]

    def swept(u: Any) -> Any:
        u = list(u)
        for i in range(n) if form < 2 else range(n - 1, -1, -1):
            u[i] = u[i] + 0.2 * (at(u, i - 1) - u[i])
        return u
    changes = [
        lambda u, v, w, x: ([ag.tanh(sum(w[k] * at(u, i + shifts[k]) for k in range(3))) for i in range(n)], v),
        lambda u, v, w, x: (u, [0.9 * a + 0.1 * b for a, b in zip(v, u)]),
        lambda u, v, w, x: ([a + x * at(v, i + shifts[0]) for i, a in enumerate(u)], v),
        lambda u, v, w, x: (v, [ag.sin(a) for a in u]),
        lambda u, v, w, x: ([a - 0.5 * sum(u) / n for a in u], v),
        lambda u, v, w, x: (swept(u), v),
    ]

    def f(p: Any, x: Any) -> Any:
        w, u = p.vector(3), p.vector(n)
        v: Any = [0.0] * n
        total = 0
        for t in range(T):
            for kind in kinds:
                u, v = changes[kind](u, v, w, xs[t])
            if fixed:
                u = [0.5, *u[1:]]
            if fixed == 2:
                u = [*u[:-1], w[0]]
            total += u[0] * u[-1] if form else 0.0
        return total + sum(a * a for a in u) - sum(v)
    return f
