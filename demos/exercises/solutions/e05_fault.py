"""5. Find the wrong rule: a solution."""
from math import asinh, atan2, cosh, exp, hypot, log, log1p, sqrt, tanh

TABLE = {                                   # name: value, partial derivative for each input
    "mul":      (lambda a, b: a * b,        lambda y, a, b: b,      lambda y, a, b: a),
    "div":      (lambda a, b: a / b,        lambda y, a, b: 1 / b,  lambda y, a, b: -y / b),
    "pow":      (lambda a, b: a**b,         lambda y, a, b: b * y / a,
                                            lambda y, a, b: y * log(a)),
    "hypot":    (hypot,                     lambda y, a, b: a / y,  lambda y, a, b: b / y),
    "atan2":    (atan2,                     lambda y, a, b: b / (a * a + b * b),
                                            lambda y, a, b: -a / (a * a + b * b)),
    "sqrt":     (sqrt,                      lambda y, a: 0.5 / y),
    "tanh":     (tanh,                      lambda y, a: 1 - y * y),
    "gauss":    (lambda a: exp(-a * a),     lambda y, a: -2 * a * y),
    "log_cosh": (lambda a: log(cosh(a)),    lambda y, a: tanh(a)),
    "softplus": (lambda a: log1p(exp(a)),   lambda y, a: 1 - exp(-y)),
    "asinh":    (asinh,                     lambda y, a: 1 / sqrt(1 + y * y)),
    "softsign": (lambda a: a / (1 + a),     lambda y, a: (1 - y)**2),
}
POINTS = (0.3, 1.7), (0.8, 0.6), (2.1, 1.2)     # at one alone a wrong rule may be right


def at_fault(table):
    """The tuple (name, i) of the wrong partial: the row, and the input, counted from 0."""
    for name, (forward, *partials) in table.items():
        for i, partial in enumerate(partials):
            for point in POINTS:
                inputs = point[:len(partials)]
                rule = partial(forward(*inputs), *inputs)
                if abs(rule - quotient(forward, inputs, i)) > 1e-6:
                    return name, i


def quotient(forward, inputs, i, h=1e-5):
    """The central difference quotient of forward with respect to input i."""
    high, low = ([*inputs[:i], inputs[i] + step, *inputs[i + 1:]] for step in (h, -h))
    return (forward(*high) - forward(*low)) / (2 * h)


def right_partial(y, *inputs):
    """What should stand in TABLE in place of the wrong partial."""
    a, = inputs                         # asinh: a = sinh(y), so dy/da = 1 / cosh(y)
    return 1 / sqrt(1 + a * a)
