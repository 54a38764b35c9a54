"""Expressions as students write them, to be looked at: losses, neurons, physics, probabilities, long chains, deep brackets,
many leaves, numbers of all sizes, and names of all kinds.

`student(seed)` is one of them, of at most 20 Values, and the same each time; `python -m tests.pictures.students` prints some.
"""
from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.graph import topological_order

Leaf = Callable[..., Value]
MANY = 20

# Names of leaves, and of what is computed -----------------------------------------------------------

NAMES: list[tuple[list[str], list[str]]] = [
    (list("xywbacduvpqrstmnkgh"), list("zefjlo")),
    ([f"x{i}" for i in range(1, 20)], [f"z{i}" for i in range(1, 20)]),
    ([f"x_{i}" for i in range(1, 20)], [f"h_{i}" for i in range(1, 20)]),
    (["w[0]", "w[1]", "w[2]", "x[0]", "x[1]", "x[2]", "b", *[f"y[{i}]" for i in range(12)]], ["z[0]", "z[1]", "a[0]", "a[1]", "loss"]),
    (["W1(1,1)", "W1(1,2)", "W2(1,1)", "W2(1,2)", "b1(1)", "b2(1)", *[f"x({i})" for i in range(1, 14)]],
     ["z1(1)", "f1(1)", "z2(1)", "f2(1)", "E"]),
    (list("αβγδεζηθικλμνξπρστφ"), list("χψωΩΣΦ")),
    ([r"\alpha", r"\beta_1", r"\beta_2", r"\hat{y}", r"\theta_{12}", r"\mathbf{w}_1", r"\sigma^2", r"\mu", r"x^{(1)}", r"\tilde{x}_i",
      r"\lambda", r"\bar{z}", *[rf"w_{{{i}}}" for i in range(10, 18)]], [r"\mathcal{L}", r"z^{(2)}_1", r"\delta", r"\hat{p}"]),
    (["learning_rate", "house_price", "size_in_square_metres", "bias_of_the_output", "number_of_rooms", "distance", "target",
      "weight_of_rooms", "temperature", *[f"measurement_{i}" for i in range(12)]], ["prediction", "squared_error", "regularized_loss"]),
    (["größe", "質量", "скорость", "año", "été", "θ₁", "x₂", "W⁽²⁾₁₃", "ñ", "ß", *[f"变量{i}" for i in range(10)]], ["损失", "énergie", "ошибка"]),
    (["house price", "x'", "dL/dw", "2x", "f(x)", "a b c", "w'_1", "#rooms", "50%", *[f"in {i}" for i in range(12)]], ["net out", "y^", "E = mc²"]),
    ([], []),
    (["x", "", "w", "", "b", "", "t"], ["", "z", ""]),
]


def sized(rng: random.Random) -> Callable[[float], float]:
    """How the numbers of an expression are changed: mostly not, else negative, of many digits, zero."""
    kind = rng.randrange(8)
    if kind == 0:
        return lambda d: -d
    if kind == 1:
        return lambda d: d * rng.choice([1.0, 1.0, -1.0, 1.2345678])
    if kind == 2:
        return lambda d: d * (1 + 1e-7 * rng.random())
    if kind == 3:
        return lambda d: float(round(d)) or 1.0
    return lambda d: d


# What is computed -----------------------------------------------------------------------------------

def linear_loss(v: Leaf, r: random.Random) -> Any:
    return (v(0.7) * v(2.0) + v(-0.3) - v(1.5)) ** 2


def mean_squares(v: Leaf, r: random.Random) -> Any:
    w, b = v(0.5), v(0.1)
    return sum((w * x + b - t) ** 2 for x, t in ((1.0, 2.0), (2.0, 2.5))) / 2


def logistic_neuron(v: Leaf, r: random.Random) -> Any:
    return autograd.sigmoid(v(0.5) * v(1.2) + v(-1.5) * v(0.4) + v(0.3))


def cross_entropy(v: Leaf, r: random.Random) -> Any:
    p, t = autograd.sigmoid(v(0.8) * v(1.1) + v(-0.2)), v(1.0)
    return -(t * autograd.log(p) + (1 - t) * autograd.log(1 - p))


def softmax(v: Leaf, r: random.Random) -> Any:
    es = [autograd.exp(v(d)) for d in (1.0, -0.5, 0.3)]
    return -autograd.log(es[0] / (es[0] + es[1] + es[2]))


def hinge(v: Leaf, r: random.Random) -> Any:
    w = v(0.4)
    return autograd.relu(1 - v(-1.0) * (w * v(1.3) + v(0.2))) + v(0.01) * w ** 2


def two_layers(v: Leaf, r: random.Random) -> Any:
    x = v(0.9)
    return v(1.1) * autograd.tanh(v(0.3) * x + v(0.1)) + v(-0.7) * autograd.tanh(v(-1.2) * x + v(0.5))


def gauss(v: Leaf, r: random.Random) -> Any:
    x, mu, s = v(1.3), v(0.5), v(0.8)
    return autograd.exp(-((x - mu) / s) ** 2 / 2) / (s * 6.283185307 ** 0.5)


def gravity(v: Leaf, r: random.Random) -> Any:
    return v(6.674e-11) * v(5.972e24) * v(7.348e22) / v(3.844e8) ** 2


def relativity(v: Leaf, r: random.Random) -> Any:
    c = v(299792458.0)
    return v(9.109e-31) * c ** 2 / autograd.sqrt(1 - (v(1.5e8) / c) ** 2)


def lens(v: Leaf, r: random.Random) -> Any:
    return 1 / (1 / v(0.25) + 1 / v(1.75))


def planck(v: Leaf, r: random.Random) -> Any:
    h, c, length = v(6.626e-34), v(3e8), v(5e-7)
    return 2 * h * c ** 2 / length ** 5 / (autograd.exp(h * c / (length * 1.38e-23 * v(5800.0))) - 1)


def interest(v: Leaf, r: random.Random) -> Any:
    return v(1000.0) * (1 + v(0.05) / 12) ** (12 * v(10.0))


def chain(v: Leaf, r: random.Random) -> Any:
    y: Any = v(0.6)
    for _ in range(r.randint(10, 18)):
        y = getattr(autograd, r.choice(["tanh", "sin", "cos", "sigmoid", "exp", "atan", "softplus", "gelu"]))(y)
        if abs(y.data) > 3:
            y = autograd.tanh(y)
    return y


def brackets(v: Leaf, r: random.Random) -> Any:
    y: Any = v(0.4)
    for k in range(r.randint(4, 8)):
        y = (y + v(0.1 * k + 0.1)) * r.choice([2, -3, 0.5]) if k % 2 else autograd.tanh(y - 1)
    return y


def sharing(v: Leaf, r: random.Random) -> Any:
    a = v(1.1)
    b = a * a
    c = b + a
    d = c * b
    e = d - c * a
    return e * e + d / (1 + b)


def many_leaves(v: Leaf, r: random.Random) -> Any:
    return sum((v(0.3 * k - 1) for k in range(1, r.randint(6, 9))), v(0.5))


def one_sum(v: Leaf, r: random.Random) -> Any:
    return autograd.sum([v(0.2 * k - 1.3) for k in range(r.randint(8, 19))])


def product(v: Leaf, r: random.Random) -> Any:
    y: Any = v(1.5)
    for k in range(r.randint(4, 8)):
        y = y * v(0.5 + 0.3 * k)
    return y


def wide_dot(v: Leaf, r: random.Random) -> Any:
    count = r.randint(3, 8)
    return autograd.tanh(autograd.dot([v(0.2 * k - 0.5) for k in range(count)], [v(0.9 - 0.3 * k) for k in range(count)], v(0.1)))


def choices(v: Leaf, r: random.Random) -> Any:
    a, b, c = v(0.5), v(1.5), v(-0.7)
    return autograd.where(autograd.greater(a, c), a * b, c ** 2) + autograd.maximum(a, b) * autograd.minimum(b, c)


def bayes(v: Leaf, r: random.Random) -> Any:
    p, hit, false = v(0.01), v(0.95), v(0.08)
    return hit * p / (hit * p + false * (1 - p))


def entropy(v: Leaf, r: random.Random) -> Any:
    return -sum(p * autograd.log(p) for p in (v(0.5), v(0.3), v(0.2)))


def log_sum(v: Leaf, r: random.Random) -> Any:
    xs = [v(d) for d in (2.0, -1.0, 0.5)]
    top = autograd.max(xs)
    return top + autograd.log(autograd.sum([autograd.exp(x - top) for x in xs]))


def quadratic(v: Leaf, r: random.Random) -> Any:
    a, b, c = v(1.0), v(-5.0), v(2.0)
    return (-b + autograd.sqrt(b ** 2 - 4 * a * c)) / (2 * a)


def distance(v: Leaf, r: random.Random) -> Any:
    return autograd.sqrt((v(1.0) - v(4.0)) ** 2 + (v(2.5) - v(-1.0)) ** 2)


def cosine(v: Leaf, r: random.Random) -> Any:
    a, b, c, d = v(1.0), v(2.0), v(-0.5), v(1.5)
    return (a * c + b * d) / (autograd.sqrt(a * a + b * b) * autograd.sqrt(c * c + d * d))


def horner(v: Leaf, r: random.Random) -> Any:
    x, y = v(1.4), v(0.3)
    for _ in range(r.randint(2, 5)):
        y = y * x + v(round(r.uniform(-2, 2), 2))
    return y


def polynomial(v: Leaf, r: random.Random) -> Any:
    x = v(1.5)
    return x ** 4 - 3 * x ** 3 + 2.5 * x ** 2 - x + 7


def newton_step(v: Leaf, r: random.Random) -> Any:
    x = v(1.5)
    return x - (x ** 3 - x - v(2.0)) / (3 * x ** 2 - 1)


def heron(v: Leaf, r: random.Random) -> Any:
    a, x = v(2.0), v(1.0)
    for _ in range(r.randint(2, 4)):
        x = (x + a / x) / 2
    return x


def descent(v: Leaf, r: random.Random) -> Any:
    w, rate, x, t = v(0.2), v(0.1), 1.5, 1.0
    for _ in range(r.randint(1, 2)):
        w = w - rate * (2 * (w * x - t) * x)
    return (w * x - t) ** 2


def attention(v: Leaf, r: random.Random) -> Any:
    q, ks, vs = v(0.5), (v(1.0), v(-0.4)), (v(2.0), v(0.3))
    es = [autograd.exp(q * k) for k in ks]
    return (es[0] * vs[0] + es[1] * vs[1]) / (es[0] + es[1])


def powers(v: Leaf, r: random.Random) -> Any:
    x, y = v(1.7), v(2.2)
    return x ** x + 2 ** y * x ** y - y ** -1.5


def deviation(v: Leaf, r: random.Random) -> Any:
    xs = [v(2.0), v(3.5), v(5.0)]
    m = (xs[0] + xs[1] + xs[2]) / 3
    return autograd.sqrt(((xs[0] - m) ** 2 + (xs[1] - m) ** 2 + (xs[2] - m) ** 2) / 3)


def recurrent(v: Leaf, r: random.Random) -> Any:
    w, u, h = v(0.6), v(-0.9), v(0.0)
    for x in (0.5, -1.0, 0.25)[:r.randint(2, 3)]:
        h = autograd.tanh(w * h + u * x)
    return h


def divergence(v: Leaf, r: random.Random) -> Any:
    m, s = v(0.5), v(1.3)
    return 0.5 * (s ** 2 + m ** 2 - 1 - autograd.log(s ** 2))


def poisson(v: Leaf, r: random.Random) -> Any:
    rate = autograd.exp(v(0.3) * v(2.0) + v(0.1))
    return rate - v(3.0) * autograd.log(rate)


def production(v: Leaf, r: random.Random) -> Any:
    a = v(0.35)
    return v(1.02) * v(1500.0) ** a * v(32000.0) ** (1 - a)


def projectile(v: Leaf, r: random.Random) -> Any:
    return v(12.0) ** 2 * autograd.sin(2 * v(0.7)) / v(9.81)


def growth(v: Leaf, r: random.Random) -> Any:
    top, start = v(1e9), v(2.5e6)
    return top / (1 + (top - start) / start * autograd.exp(-v(0.03) * v(100.0)))


def resistors(v: Leaf, r: random.Random) -> Any:
    return v(9.0) / (v(100.0) + 1 / (1 / v(220.0) + 1 / v(470.0)))


def determinant(v: Leaf, r: random.Random) -> Any:
    a, b, c, d, e, f = (v(x) for x in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    return (e * d - b * f) / (a * d - b * c)


def circle(v: Leaf, r: random.Random) -> Any:
    t = v(0.8)
    return autograd.sin(t) ** 2 + autograd.cos(t) ** 2 - v(1.0)


def tiny(v: Leaf, r: random.Random) -> Any:
    return v(1e-9) * v(3e-7) + v(2e-12) / v(4e5) - v(1e-30)


def huge(v: Leaf, r: random.Random) -> Any:
    return v(1e12) * v(-3.25e9) + v(123456789.0) * v(987654.321) / v(1e-5)


def saturated(v: Leaf, r: random.Random) -> Any:
    return autograd.sigmoid(v(40.0) * v(20.0)) + autograd.tanh(v(-300.0)) * autograd.softplus(v(-50.0))


def activations(v: Leaf, r: random.Random) -> Any:
    z = v(-0.4) * v(1.3) + v(0.1)
    return autograd.leaky_relu(z) + autograd.elu(z) * autograd.gelu(z) - autograd.softplus(z)


def huber(v: Leaf, r: random.Random) -> Any:
    e = v(0.4) * v(3.0) - v(2.0)
    return autograd.where(abs(e) < 1, 0.5 * e ** 2, abs(e) - 0.5)


FAMILIES: Sequence[Callable[[Leaf, random.Random], Any]] = [
    linear_loss, mean_squares, logistic_neuron, cross_entropy, softmax, hinge, two_layers, gauss, gravity, relativity, lens, planck,
    interest, chain, brackets, sharing, many_leaves, one_sum, product, wide_dot, choices, bayes, entropy, log_sum, quadratic, distance,
    cosine, horner, polynomial, newton_step, heron, descent, attention, powers, deviation, recurrent, divergence, poisson, production,
    projectile, growth, resistors, determinant, circle, tiny, huge, saturated, activations, huber]


def written(seed: int) -> Value:
    """An expression of some family, with names of some kind and numbers of some size."""
    rng = random.Random(seed)
    family, change = FAMILIES[seed % len(FAMILIES)], sized(rng)
    leaves, inner = rng.choice(NAMES)
    names = iter(leaves)

    def leaf(data: float) -> Value:
        return Value(change(data), label=next(names, ""))

    try:
        y = family(leaf, rng)
    except (ValueError, ZeroDivisionError, OverflowError):          # outside the domain: with the numbers as they stand
        names, change = iter(leaves), float
        y = family(leaf, rng)
    named = rng.choice([0.0, 0.0, 0.3, 1.0])
    computed = [v for v in topological_order(y) if not v.is_leaf]
    for v, name in zip(computed[:-1], inner):
        if rng.random() < named:
            v.label = name
    y.label = rng.choice(["", "y", "L", "loss", r"\mathcal{L}", "total_loss_over_all_samples", *inner[-1:]])
    return y


def student(seed: int) -> tuple[Value, int]:
    """An expression of at most 20 Values, mostly with its grads, and how many Values it has."""
    rng = random.Random(seed)
    while True:
        y = written(seed)
        count = len(topological_order(y))
        if count <= MANY:
            break
        seed += 1_000_003
    if rng.random() < 0.8:
        y.backward()
    return y, count


def main(count: int = 60, first: int = 0) -> None:
    for seed in range(first, first + count):
        y, size = student(seed)
        print(seed, FAMILIES[seed % len(FAMILIES)].__name__, size, y.data, autograd.expression(y)[:150], sep=" | ")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
