"""The rows of the table and their derivatives up to third order as closed forms in mpmath, for every float.

`TRUTH[name](order, *point)` is the derivative of the row: order says how often with respect to each input. Closed forms,
not difference quotients: they are right at 1e-320 and at 1e308, where a difference quotient would need a thousand digits.
"""
from mpmath import mp, mpf


def _unary(*derivatives):
    """A row of one input from itself and its first three derivatives."""
    return lambda order, a: derivatives[order[0]](a)


def _root(a):                                   # without cancellation at both ends
    return mp.sqrt((1 - a) * (1 + a))


def _erfc(a):
    return mp.erfc(a) if abs(a) < 1e3 else mpf(0 if a > 0 else 2)


def _bell(a, c):
    return c * mp.exp(-a * a)


def _density(a):
    return mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)


def _sigmoid(a):
    return 1 / (1 + mp.exp(-a)) if a > 0 else mp.exp(a) / (1 + mp.exp(a))


def _arcsine(sign, value):
    return _unary(value, lambda a: sign / _root(a), lambda a: sign * a / _root(a) ** 3,
                  lambda a: sign * (1 + 2 * a * a) / _root(a) ** 5)


def _piecewise(below, above, at_0):
    """Values and derivatives below 0, above 0, and what is stated at 0."""
    def row(order, a):
        side = above if a > 0 else below if a < 0 else at_0
        return side[order[0]](a)
    return row


def _const(x):
    return lambda a: mpf(x)


LEAK = mpf(0.01)
ROOT_PI = mp.sqrt(mp.pi)


def _power(order, a, b):
    """d^i/da^i d^j/db^j a^b: the falling factorial of b, times powers of log a, by the product rule in b."""
    i, j = order
    if a == 0:
        if j:
            return mpf(0) if b > i else None
        falling = mp.fprod(b - k for k in range(i))
        return mpf(0) if falling == 0 or b > i else falling if b == i else None
    if a < 0 and j:
        return None
    factors = [mpf(1), *[mpf(0)] * 6]                  # (b + t) (b - 1 + t) ... as a polynomial in t
    for k in range(i):
        factors = [c * (b - k) + (factors[n - 1] if n else 0) for n, c in enumerate(factors)]
    logs = [mp.log(a) ** k / mp.factorial(k) for k in range(j + 1)] if a > 0 else [mpf(1)]
    return mp.factorial(j) * sum(factors[j - k] * logs[k] for k in range(j + 1)) * mp.power(a, b - i)


def _quotient(order, a, b):
    i, j = order
    if i > 1:
        return mpf(0)
    return (a if i == 0 else 1) * (-1) ** j * mp.factorial(j) / b ** (j + 1)


def _product(order, a, b):
    return (a, 1, 0, 0)[order[0]] * mpf((b, 1, 0, 0)[order[1]])


def _linear(*signs):
    def row(order, *point):
        if sum(order) == 0:
            return mp.fsum(s * x for s, x in zip(signs, point))
        return mpf(signs[order.index(1)] if sum(order) == 1 else 0)
    return row


def _choice(chosen):
    """A row that chooses one input, `chosen(point)`."""
    def row(order, *point):
        i = chosen(point)
        if sum(order) == 0:
            return mpf(point[i])
        return mpf(int(sum(order) == 1 and order[i] == 1))
    return row


def _dot(order, *x):
    w, v, b = (x[0], x[1]), (x[2], x[3]), x[4]
    if sum(order) == 0:
        return w[0] * v[0] + w[1] * v[1] + b
    if sum(order) == 1:
        return mpf((*v, *w, 1)[order.index(1)])
    return mpf(int(tuple(order) in ((1, 0, 1, 0, 0), (0, 1, 0, 1, 0))))


TRUTH = {
    "add": _linear(1, 1), "sub": _linear(1, -1), "mul": _product, "div": _quotient, "pow": _power, "neg": _linear(-1),
    "identity": _linear(1), "sum": _linear(1, 1, 1), "dot": _dot,
    "stop_gradient": lambda order, a: a if order == (0,) else mpf(0),
    "abs": _piecewise([lambda a: -a, _const(-1), _const(0), _const(0)], [lambda a: a, _const(1), _const(0), _const(0)],
                      [_const(0)] * 4),
    "sign": _piecewise([_const(-1), *[_const(0)] * 3], [_const(1), *[_const(0)] * 3], [_const(0)] * 4),
    "relu": _piecewise([_const(0)] * 4, [lambda a: a, _const(1), _const(0), _const(0)], [_const(0)] * 4),
    "leaky_relu": _piecewise([lambda a: LEAK * a, lambda a: LEAK, _const(0), _const(0)],
                             [lambda a: a, _const(1), _const(0), _const(0)], [_const(0), lambda a: LEAK, _const(0), _const(0)]),
    "elu": _piecewise([mp.expm1, mp.exp, mp.exp, mp.exp], [lambda a: a, _const(1), _const(0), _const(0)],
                      [_const(0), _const(1), _const(1), _const(1)]),
    "exp": _unary(*[mp.exp] * 4), "expm1": _unary(mp.expm1, *[mp.exp] * 3),
    "log": _unary(mp.log, lambda a: 1 / a, lambda a: -1 / a ** 2, lambda a: 2 / a ** 3),
    "log1p": _unary(mp.log1p, lambda a: 1 / (1 + a), lambda a: -1 / (1 + a) ** 2, lambda a: 2 / (1 + a) ** 3),
    "sqrt": _unary(mp.sqrt, lambda a: a ** mpf(-0.5) / 2, lambda a: -a ** mpf(-1.5) / 4, lambda a: 3 * a ** mpf(-2.5) / 8),
    "sin": _unary(mp.sin, mp.cos, lambda a: -mp.sin(a), lambda a: -mp.cos(a)),
    "cos": _unary(mp.cos, lambda a: -mp.sin(a), lambda a: -mp.cos(a), mp.sin),
    "tan": _unary(mp.tan, lambda a: mp.sec(a) ** 2, lambda a: 2 * mp.tan(a) * mp.sec(a) ** 2,
                  lambda a: 2 * mp.sec(a) ** 2 * (1 + 3 * mp.tan(a) ** 2)),
    "asin": _arcsine(1, mp.asin), "acos": _arcsine(-1, mp.acos),
    "atan": _unary(mp.atan, lambda a: 1 / (1 + a * a), lambda a: -2 * a / (1 + a * a) ** 2,
                   lambda a: (6 * a * a - 2) / (1 + a * a) ** 3),
    "sinh": _unary(mp.sinh, mp.cosh, mp.sinh, mp.cosh), "cosh": _unary(mp.cosh, mp.sinh, mp.cosh, mp.sinh),
    "tanh": _unary(mp.tanh, lambda a: mp.sech(a) ** 2, lambda a: -2 * mp.sech(a) ** 2 * mp.tanh(a),
                   lambda a: mp.sech(a) ** 2 * (4 * mp.tanh(a) ** 2 - 2 * mp.sech(a) ** 2)),
    "sech": _unary(mp.sech, lambda a: -mp.sech(a) * mp.tanh(a), lambda a: mp.sech(a) * (1 - 2 * mp.sech(a) ** 2),
                   lambda a: mp.sech(a) * mp.tanh(a) * (6 * mp.sech(a) ** 2 - 1)),
    "sigmoid": _unary(_sigmoid, lambda a: _sigmoid(a) * _sigmoid(-a),
                      lambda a: -_sigmoid(a) * _sigmoid(-a) * mp.tanh(a / 2),
                      lambda a: _sigmoid(a) * _sigmoid(-a) * (mp.tanh(a / 2) ** 2 - 2 * _sigmoid(a) * _sigmoid(-a))),
    "softplus": _unary(lambda a: mp.log1p(mp.exp(-abs(a))) + max(a, mpf(0)), _sigmoid,
                       lambda a: _sigmoid(a) * _sigmoid(-a), lambda a: -_sigmoid(a) * _sigmoid(-a) * mp.tanh(a / 2)),
    "erf": _unary(mp.erf, lambda a: _bell(a, 2 / ROOT_PI), lambda a: -2 * a * _bell(a, 2 / ROOT_PI),
                  lambda a: (4 * a * a - 2) * _bell(a, 2 / ROOT_PI)),
    "erfc": _unary(_erfc, lambda a: _bell(a, -2 / ROOT_PI), lambda a: 2 * a * _bell(a, 2 / ROOT_PI),
                   lambda a: (2 - 4 * a * a) * _bell(a, 2 / ROOT_PI)),
    "gelu": _unary(lambda a: a * _erfc(-a / mp.sqrt(2)) / 2, lambda a: _erfc(-a / mp.sqrt(2)) / 2 + a * _density(a),
                   lambda a: (2 - a * a) * _density(a), lambda a: a * (a * a - 4) * _density(a)),
    "power_log": lambda order, a, b, n: _power((order[0], order[1] + int(n)), a, b),
    "bell": _unary(lambda a: mp.exp(-a * a / 2), lambda a: -a * mp.exp(-a * a / 2), lambda a: (a * a - 1) * mp.exp(-a * a / 2),
                   lambda a: (3 - a * a) * a * mp.exp(-a * a / 2)),
    "sec_asin": _unary(lambda a: 1 / _root(a), lambda a: a / _root(a) ** 3, lambda a: (1 + 2 * a * a) / _root(a) ** 5,
                       lambda a: (9 * a + 6 * a ** 3) / _root(a) ** 7),
    "cos_atan": _unary(lambda a: (1 + a * a) ** mpf(-0.5), lambda a: -a * (1 + a * a) ** mpf(-1.5),
                       lambda a: (2 * a * a - 1) * (1 + a * a) ** mpf(-2.5),
                       lambda a: (9 * a - 6 * a ** 3) * (1 + a * a) ** mpf(-3.5)),
    "maximum": _choice(lambda x: 0 if x[0] >= x[1] else 1), "minimum": _choice(lambda x: 0 if x[0] <= x[1] else 1),
    "max": _choice(lambda x: 0 if x[0] >= x[1] else 1), "where": _choice(lambda x: 1 if x[0] != 0 else 2),
    "select": _choice(lambda x: 1 + int(x[0])),
    "greater": lambda order, a, b: mpf(int(sum(order) == 0 and a > b)),
}
