"""Walks over a graph: the order, what it depends on, and that nothing recurses."""
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.graph import depends_on, topological_order

GRAPHS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=30)


def build(steps):
    nodes = [Value(1.0), Value(2.0)]
    for kind, *places in steps:
        a, b, c = (nodes[-1 - i % len(nodes)] for i in places)
        nodes.append([lambda: a + b, lambda: a * 2, lambda: autograd.sum([a, 1.0, b, c]), lambda: autograd.dot([a, b], [c, 2], a)][kind]())
    return nodes


def reachable(v):
    found, todo = {v}, [v]
    while todo:
        for u in todo.pop().inputs:
            if isinstance(u, Value) and u not in found:
                found.add(u)
                todo.append(u)
    return found


@settings(max_examples=200)
@given(GRAPHS)
def test_inputs_come_before_what_uses_them_and_each_value_comes_once(steps):
    output = build(steps)[-1]
    order = topological_order(output)
    place = {v: i for i, v in enumerate(order)}
    assert len(place) == len(order) and set(order) == reachable(output) and order[-1] is output
    for v in order:
        assert all(place[u] < place[v] for u in v.inputs if isinstance(u, Value))


@settings(max_examples=60)
@given(GRAPHS)
def test_the_order_depends_on_the_program_alone(steps):
    def numbered():
        nodes = build(steps)
        return [nodes.index(v) for v in topological_order(nodes[-1])]
    assert numbered() == numbered()


def test_several_outputs():
    a = Value(1.0)
    b, c = a * 2, a * 3
    assert topological_order(b, c) == [a, b, c] and topological_order(b, b, a) == [a, b] and topological_order() == []


@settings(max_examples=60)
@given(GRAPHS, st.integers(0, 99))
def test_depends_on(steps, i):
    nodes = build(steps)
    source = nodes[i % len(nodes)]
    order = topological_order(nodes[-1])
    assert depends_on(order, [source]) == {v for v in order if source in reachable(v)} | {source}


def test_no_walk_recurses():
    v = x = Value(1.0)
    for _ in range(5_000):
        v = autograd.sum([v, x, 1.0])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(120)
    try:
        order = topological_order(v)
        depends_on(order, [x])
        v.backward()
    finally:
        sys.setrecursionlimit(limit)
    assert len(order) == 5_001 and x.grad == 5_001.0
