"""The layer of a network, found between a vector or a matrix of Values and an output.

A *layer* is found between them: weighted sums z(i), each of products W(i,j) f(j) and what does not
depend on wrt. What is asked for is in one of three places:

    a matrix W   its entries are the weights                  dL/dW = dL/dz fT                 (8)
    a vector b   its entries are added to the sums            dL/db = dL/dz                    (8)
    a vector u   each f(j) is computed from u(j) alone        dL/du = D WT dL/dz, D diagonal   (7)

Nothing is assumed about how the sums were written: dot, products and their sum, +, -, any order.
autograd/words/steps.py writes down what was found.
"""
from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.backward import recorded, reverse
from autograd.graph import depends_on, topological_order
from autograd.value import Value

SUMS = {"add", "sub", "sum", "dot", "neg"}
LOST = ("there is no layer between wrt and the output: no weighted sums z = W f + b in which each "
        "entry of wrt has one place. Name the sums yourself, through=[z1, z2, ...], or explain one "
        "Value at a time")

Term = tuple[float, Any, Any]       # sign, and two factors: a Value or a number each
Rows = list[list[Any]]


class Layer(NamedTuple):
    """What was found: for each sample the sums z, and f as seen from them; numbers in W and b.

    kind    "W", "W transposed", "b" or "u"
    wrt     the entries asked for, as rows; a vector is one row
    zs, fs  for each sample: the sums, and the other factors (Values or numbers)
    weights the weights as they were written, Values or numbers, a row for each sum
    W       the same as numbers, with their signs
    b       for each sample: what is added to each sum
    """
    kind: str
    wrt: Rows
    zs: Rows
    fs: Rows
    weights: Rows
    W: list[list[float]]
    b: list[list[float]]


# A sum and its terms -------------------------------------------------------------------------

def terms(v: Value, whole: set[Value]) -> list[Term]:
    """v as a sum of signed products of two factors; `whole` are Values that are not taken apart.

    >>> w, x, b = Value(2.0), Value(3.0), Value(1.0)
    >>> [(sign, data(p), data(q)) for sign, p, q in terms(b - w * x, set())]
    [(1.0, 1.0, 1.0), (-1.0, 2.0, 3.0)]
    """
    found: list[Term] = []
    waiting: list[tuple[float, Any]] = [(1.0, v)]
    while waiting:
        sign, u = waiting.pop()
        name = u.op.name if isinstance(u, Value) and u.inputs and (u is v or u not in whole) else ""
        if name == "mul":
            found.append((sign, *u.inputs))
        elif name == "dot":
            n = len(u.inputs) // 2
            found += [(sign, w, x) for w, x in zip(u.inputs[:n], u.inputs[n:])]
            waiting.append((sign, u.inputs[-1]))
        elif name in SUMS:
            signs = [sign] * len(u.inputs)
            signs[-1] *= -1.0 if name in ("sub", "neg") else 1.0
            waiting += reversed(list(zip(signs, u.inputs)))
        else:
            found.append((sign, u, 1.0))
    return found


def data(x: Any) -> float:
    """The number of a Value, or a number."""
    return x.data if isinstance(x, Value) else float(x)


def total(of: Iterable[Term]) -> float:
    """What terms add up to, in numbers."""
    return sum(sign * data(p) * data(q) for sign, p, q in of)


def is_among(x: Any, values: Container[Value]) -> bool:
    """Whether x is one of the Values; a number is not."""
    return isinstance(x, Value) and x in values


def depends(term: Term, outside: Container[Value]) -> bool:
    """Whether one of its factors is among the Values that depend on wrt."""
    return is_among(term[1], outside) or is_among(term[2], outside)


def sums(order: Sequence[Value], entries: set[Value]) -> list[Value]:
    """The first weighted sums that depend on the entries: behind no other, and part of none."""
    inside, users = depends_on(order, entries), users_of(order)
    heads: list[Value] = []
    behind: set[Value] = set()
    for v in order:
        inputs = [u for u in v.inputs if isinstance(u, Value)]
        if any(u in behind for u in inputs):
            behind.add(v)
        elif v in inside and v not in entries and is_sum(v, inside) and not is_part(v, users):
            heads.append(v)
            behind.add(v)
    return heads


def is_sum(v: Value, inside: set[Value]) -> bool:
    """Whether v is a sum of products, or one product, of weights and other Values."""
    if not v.inputs or v.op.name not in SUMS | {"mul"}:
        return False
    return v.op.name == "dot" or any(
        is_weighted(p, q, inside) for _, p, q in terms(v, set()))


def is_weighted(p: Any, q: Any, inside: set[Value]) -> bool:
    """Whether a weight is multiplied: two Values, or a leaf and a number other than 1 and -1.

    A product of two Values that both depend on wrt, `inside`, belongs to an activation function.
    """
    if isinstance(p, Value) and isinstance(q, Value):
        return not (p in inside and q in inside)
    value, number = (p, q) if isinstance(p, Value) else (q, p)
    return isinstance(value, Value) and value.is_leaf and abs(number) != 1.0


def is_part(v: Value, users: dict[Value, list[Value]]) -> bool:
    """Whether v is only a term of one larger sum: it has no label, and nothing else uses it."""
    if v.label or v.op.name == "dot" or len(users[v]) != 1:
        return False
    return users[v][0].op.name in SUMS - {"dot"}


def users_of(order: Sequence[Value]) -> dict[Value, list[Value]]:
    """For each Value what uses it, once for each use."""
    users: dict[Value, list[Value]] = {v: [] for v in order}
    for v in order:
        for u in v.inputs:
            if isinstance(u, Value):
                users[u].append(v)
    return users


# The layer -----------------------------------------------------------------------------------

def layer_of(output: Value, wrt: Any, through: Iterable[Value] | None = None) -> Layer:
    """The layer between the entries of wrt, a vector or a matrix, and the output.

    Raises TypeError for what is not Values, ValueError where there is no layer, or where wrt
    reaches the output on other ways as well.
    """
    rows, is_matrix = as_rows(wrt)
    order, entries = topological_order(output), {u for row in rows for u in row}
    refuse_unused(rows, set(order))
    heads = sums(order, entries) if through is None else list(through)
    if not heads:
        raise ValueError(LOST)
    outside = depends_on([v for v in order if v not in set(heads)], entries)
    if output in outside and output not in heads:
        raise ValueError("wrt reaches the output on other ways than through these sums, such as a "
                         "regularization or a connection that skips the layer: explain the part "
                         "of the output that it reaches through them")
    found = (of_matrix if is_matrix else of_vector)(rows, heads, outside)
    if found is None:
        raise ValueError(LOST)
    return found


def refuse_unused(rows: Rows, in_graph: set[Value]) -> None:
    """Raises ValueError for an entry that is not in the graph of the output."""
    unused = [u for row in rows for u in row if u not in in_graph]
    if unused:
        raise ValueError(f"the output does not depend on {unused[0]!r}: "
                         "it was not computed from it")


def as_rows(wrt: Any) -> tuple[Rows, bool]:
    """The entries as rows, and whether they are a matrix."""
    listed = [list(row) if is_row(row) else row for row in wrt]
    is_matrix = bool(listed) and all(isinstance(row, list) for row in listed)
    rows = listed if is_matrix else [listed]
    check_rows(rows, wrt)
    return rows, is_matrix


def is_row(x: Any) -> bool:
    """Whether x is a row of a matrix: a list, a tuple, or an array that is not a single number."""
    return isinstance(x, (list, tuple)) or bool(getattr(x, "shape", None))


def check_rows(rows: Rows, wrt: Any) -> None:
    """Raises TypeError or ValueError where the rows of wrt are not a matrix of different Values."""
    entries = [u for row in rows for u in row]
    wrong = [u for u in entries if not isinstance(u, Value)]
    if wrong or not entries or len(set(map(len, rows))) != 1:
        raise TypeError("wrt of explain must be a Value, a list of Values or a matrix of Values, "
                        f"rows of one length; got {wrong[0] if wrong else wrt!r}")
    if len(set(entries)) != len(entries):
        raise ValueError("an entry stands in wrt twice; each Value has one place in a vector")


def of_matrix(rows: Rows, heads: Sequence[Value], outside: set[Value]) -> Layer | None:
    """The layer whose weights are the entries of a matrix; None where they are something else."""
    for kind, turned in (("W", rows), ("W transposed", [list(row) for row in zip(*rows)])):
        place = {w: (i, j) for i, row in enumerate(turned) for j, w in enumerate(row)}
        samples: Rows = [[] for _ in turned]
        for z in heads:
            seen = weights_in(z, place, len(turned[0]), outside)
            if seen is None:
                break
            samples[seen[0]].append((z, *seen[1:]))
        else:
            found = by_sample(kind, rows, turned, samples)
            if found is not None:
                return found
    return None


def weights_in(z: Value, place: Mapping[Value, tuple[int, int]], width: int,
               outside: set[Value]) -> tuple[int, list[Any], float] | None:
    """Of one sum: which row of weights it takes, its other factors, and what is added.

    None where it is not f(1) W(i,1) + ... + f(width) W(i,width) + b, with f and b free of wrt.
    """
    weighted, rest = split(z, place)
    if any(depends(term, outside) for term in rest):
        return None
    if any(sign != 1.0 or is_among(f, outside) for sign, _, f in weighted):
        return None
    factors = {place[w]: f for _, w, f in weighted}
    used_rows = {i for i, _ in factors}
    if len(used_rows) != 1 or not len(factors) == len(weighted) == width:
        return None
    i = used_rows.pop()
    return i, [factors[i, j] for j in range(width)], total(rest)


def split(z: Value, weights: Container[Value]) -> tuple[list[Term], list[Term]]:
    """The terms of a sum that have a weight, with the weight as first factor; and the others."""
    weighted, rest = [], []
    for sign, p, q in terms(z, set()):
        if is_among(q, weights):
            weighted.append((sign, q, p))
        elif is_among(p, weights):
            weighted.append((sign, p, q))
        else:
            rest.append((sign, p, q))
    return weighted, rest


def by_sample(kind: str, rows: Rows, turned: Rows, samples: Rows) -> Layer | None:
    """The sums in the order of the samples: the s-th use of each row of weights is sample s."""
    if len(set(map(len, samples))) != 1 or not samples[0]:
        return None
    zs, fs, bs = [], [], []
    for one in zip(*samples):
        first = one[0][1]
        if any(data(p) != data(q) for _, f, _ in one for p, q in zip(f, first)):
            return None
        zs.append([z for z, _, _ in one])
        fs.append(first)
        bs.append([b for _, _, b in one])
    return Layer(kind, rows, zs, fs, turned, [[w.data for w in row] for row in turned], bs)


def of_vector(rows: Rows, heads: Sequence[Value], outside: set[Value]) -> Layer | None:
    """The layer whose biases are the entries of a vector, or that takes what comes from them."""
    return of_biases(rows, heads, outside) or of_inputs(rows, heads, outside)


def of_biases(rows: Rows, heads: Sequence[Value], outside: set[Value]) -> Layer | None:
    """The layer in which each entry is added to one sum of each sample."""
    place = {b: i for i, b in enumerate(rows[0])}
    samples: Rows = [[] for _ in rows[0]]
    for z in heads:
        b = bias_in(z, place, outside)
        if b is None:
            return None
        samples[place[b]].append((z, [], z.data - b.data))
    return by_sample("b", rows, [[] for _ in rows[0]], samples)


def bias_in(z: Value, biases: Container[Value], outside: set[Value]) -> Value | None:
    """The bias that is added to the sum z; None where z depends on wrt in another way."""
    dependent = [term for term in terms(z, set()) if depends(term, outside)]
    if len(dependent) != 1:
        return None
    sign, b, factor = dependent[0]
    is_added = sign == 1.0 and not isinstance(factor, Value) and factor == 1.0
    return b if is_added and b in biases else None


def of_inputs(rows: Rows, heads: Sequence[Value], outside: set[Value]) -> Layer | None:
    """The layer that takes f(j), computed from the entry u(j) alone, with weights W(i,j)."""
    entries = rows[0]
    source = sources(heads, entries)
    f: list[Any] = [None] * len(entries)
    weights: Rows = [[0.0] * len(entries) for _ in heads]
    W, b = [[0.0] * len(entries) for _ in heads], []
    for i, z in enumerate(heads):
        found = inputs_in(z, source, set(entries), outside)
        if found is None:
            return None
        taken, rest = found
        b.append(total(rest))
        for j, (sign, u, weight) in taken.items():
            if f[j] is None:
                f[j] = u
            elif not same(f[j], u):
                return None
            weights[i][j], W[i][j] = weight, sign * data(weight)
    return None if None in f else Layer("u", rows, [list(heads)], [f], weights, W, [b])


def inputs_in(z: Value, source: Mapping[Value, int | None], entries: set[Value],
              outside: set[Value]) -> tuple[dict[int, Term], list[Term]] | None:
    """Of one sum: by the entry j that it depends on, the term with f(j) first; and the other terms.

    None where a term depends on several entries, or an entry is in several terms.
    """
    taken: dict[int, Term] = {}
    rest = []
    for sign, p, q in terms(z, entries):
        inside = [u for u in (p, q) if is_among(u, outside)]
        if not inside:
            rest.append((sign, p, q))
            continue
        u, weight = (p, q) if inside[0] is p else (q, p)
        j = source[u]
        if len(inside) > 1 or j is None or j in taken:
            return None
        taken[j] = sign, u, weight
    return taken, rest


def same(p: Any, q: Any) -> bool:
    """Whether p and q are one Value, one number, or the same operation on the same inputs."""
    if p is q:
        return True
    if not isinstance(p, Value) or not isinstance(q, Value):
        return isinstance(p, float) and isinstance(q, float) and p == q
    return bool(p.inputs) and p.op == q.op and len(p.inputs) == len(q.inputs) \
        and all(map(same, p.inputs, q.inputs))


def sources(heads: Sequence[Value], entries: Sequence[Value]) -> dict[Value, int | None]:
    """Of each Value that depends on the entries: which one; None where there are several."""
    found: dict[Value, int | None] = {}
    places = {u: j for j, u in enumerate(entries)}
    for v in topological_order(*heads):
        of = {found[u] for u in v.inputs if isinstance(u, Value) and u in found}
        if v in places:
            found[v] = places[v]
        elif of:
            found[v] = of.pop() if len(of) == 1 else None
    return found


# Derivatives ---------------------------------------------------------------------------------

def sweep(output: Value, entries: Iterable[Value]) -> dict[Value, float]:
    """The derivative of the output with respect to all that lies between it and the entries."""
    order = topological_order(output)
    inside = depends_on(order, entries)

    def edges(v: Value) -> list[tuple[Value, float]]:
        return [(u, local) for u, local in recorded(v) if u in inside]

    found = dict.fromkeys(order, 0.0)
    found[output] = 1.0
    reverse([v for v in order if v in inside], found, edges)
    return found
