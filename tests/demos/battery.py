"""Answers as students write them, in their own styles, to all exercises: right ones, classic mistakes, and evasions.

An answer is (what it is, source, RIGHT or words that the named cause has to hold). None comes from a solution by a change: these are
written as if the solution had never been seen.
"""
RIGHT = ""

ONE = [
    ("a lambda", "slope = lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h)", RIGHT),
    ("two sides averaged", "def slope(f, x, h):\n    right = (f(x + h) - f(x)) / h\n    left = (f(x) - f(x - h)) / h\n    return (left + right) / 2", RIGHT),
    ("NumPy", "import numpy as np\ndef slope(f, x, h):\n    a, b = np.array([f(x - h), f(x + h)])\n    return np.array([(b - a) / (2 * h)])", RIGHT),
    ("points in a list", "def slope(f, x, h):\n    low, high = [f(t) for t in (x - h, x + h)]\n    return (high - low) / ((x + h) - (x - h))", RIGHT),
    ("a callable class", "class Slope:\n    def __call__(self, f, x, h):\n        return 0.5 * (f(x + h) - f(x - h)) / h\nslope = Slope()", RIGHT),
    ("a generator", "def slope(f, x, h):\n    return sum(s * f(x + s * h) for s in (1, -1)) / (2 * h)", RIGHT),
    ("typed, with a docstring", "from collections.abc import Callable\ndef slope(f: Callable[[float], float], x: float, h: float) -> float:\n    '''slope'''\n    dy = f(x + h) - f(x - h)\n    dx = 2 * h\n    return dy / dx", RIGHT),
    ("Fraction of the step", "def slope(f, x, h):\n    return f(x + h) / (2 * h) - f(x - h) / (2 * h)", RIGHT),
    ("forward", "def slope(f, x, h):\n    return (f(x + h) - f(x)) / h", "one side only, from x to x + h"),
    ("backward", "def slope(f, x, h):\n    return (f(x) - f(x - h)) / h", "one side only, from x - h to x"),
    ("forward over 2h", "def slope(f, x, h):\n    return (f(x + h) - f(x)) / (2 * h)", "one side only"),
    ("precedence", "def slope(f, x, h):\n    return f(x + h) - f(x - h) / (2 * h)", "parentheses are missing"),
    ("precedence of 2*h", "def slope(f, x, h):\n    return (f(x + h) - f(x - h)) / 2 * h", "parentheses are missing"),
    ("no 2", "def slope(f, x, h):\n    dy = f(x + h) - f(x - h)\n    return dy / h", "a factor 2 too many"),
    ("sign", "def slope(f, x, h):\n    return (f(x - h) - f(x + h)) / (2 * h)", "sign"),
    ("own h", "def slope(f, x, h):\n    h = 1e-6\n    return (f(x + h) - f(x - h)) / (2 * h)", "another step than h"),
    ("no return", "def slope(f, x, h):\n    (f(x + h) - f(x - h)) / (2 * h)", "`return` is missing"),
    ("printed", "def slope(f, x, h):\n    print((f(x + h) - f(x - h)) / (2 * h))", "`return` is missing"),
    ("a tuple by a comma", "def slope(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h),", "a comma too many"),
    ("half the step", "def slope(f, x, h):\n    return (f(x + h/2) - f(x - h/2)) / h", "h / 2 to each side"),
    ("the change", "def slope(f, x, h):\n    return f(x + h) - f(x - h)", "the quotient is missing"),
    ("second difference", "def slope(f, x, h):\n    return (f(x + h) - 2*f(x) + f(x - h)) / h**2", "second derivative"),
    ("plus", "def slope(f, x, h):\n    return (f(x + h) + f(x - h)) / (2 * h)", "a sum of the two values"),
    ("f times", "def slope(f, x, h):\n    return (f * (x + h) - f * (x - h)) / (2 * h)", "not defined for"),
    ("swapped parameters", "def slope(f, h, x):\n    return (f(x + h) - f(x - h)) / (2 * h)", "x and h have changed places"),
    ("NameError", "def slope(f, x, h):\n    return (f(x + dx) - f(x - dx)) / (2 * dx)", "not defined"),
    ("rounded", "def slope(f, x, h):\n    return round((f(x + h) - f(x - h)) / (2 * h), 2)", "rounded"),
    ("the engine", "from autograd import grad\ndef slope(f, x, h):\n    return grad(f)(x)", "the quotient itself"),
]

DF = "import math\ndef f(x):\n    return math.sin(x) / (1 + x**2)\n"
TWO = [
    ("one line", DF + "def df(x):\n    return (math.cos(x) * (1 + x**2) - 2 * x * math.sin(x)) / (1 + x**2)**2", RIGHT),
    ("two fractions", DF + "def df(x):\n    return math.cos(x) / (1 + x*x) - 2 * x * math.sin(x) / (1 + x*x) ** 2", RIGHT),
    ("NumPy", "import numpy as np\ndef df(x):\n    d = 1 + np.square(x)\n    return (np.cos(x) * d - np.sin(x) * 2 * x) / d ** 2", RIGHT),
    ("NumPy, shape (1,)", "import numpy as np\ndef df(x):\n    x = np.atleast_1d(x)\n    return np.cos(x) / (1 + x**2) - 2 * x * np.sin(x) / (1 + x**2)**2", RIGHT),
    ("product rule", "from math import sin, cos\ndef df(x):\n    inv = (1 + x * x) ** -1\n    dinv = -1 * (1 + x * x) ** -2 * (2 * x)\n    return cos(x) * inv + sin(x) * dinv", RIGHT),
    ("with f itself", DF + "def df(x):\n    return (math.cos(x) - f(x) * 2 * x) / (1 + x**2)", RIGHT),
    ("autograd's sin", "from autograd import sin, cos\ndef df(x):\n    v = 1 + x**2\n    return (cos(x) * v - sin(x) * 2 * x) / v**2", RIGHT),
    ("a nested function", "import math\ndef df(x):\n    def q(u, du, v, dv):\n        return (du * v - u * dv) / v ** 2\n    return q(math.sin(x), math.cos(x), 1 + x ** 2, 2 * x)", RIGHT),
    ("cos by a shifted sine", "from math import sin, pi\ndef df(x):\n    return (sin(x + pi / 2) * (1 + x*x) - 2*x*sin(x)) / (1 + x*x)**2", RIGHT),
    ("numerator's only", DF + "def df(x):\n    return math.cos(x)", "the derivative of the numerator only"),
    ("u'/v'", DF + "def df(x):\n    return math.cos(x) / (2 * x) if x else 0.0", "one derivative over the other"),
    ("no square", DF + "def df(x):\n    return (math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x) / (1 + x**2)", "has to be squared"),
    ("plus", DF + "def df(x):\n    return (math.cos(x) * (1 + x**2) + math.sin(x) * 2 * x) / (1 + x**2)**2", "a + where the quotient rule has a -"),
    ("order", DF + "def df(x):\n    return (math.sin(x) * 2 * x - math.cos(x) * (1 + x**2)) / (1 + x**2)**2", "sign is the wrong way round"),
    ("-cos", DF + "def df(x):\n    return (-math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x) / (1 + x**2)**2", "sin has the sign +"),
    ("no parentheses", DF + "def df(x):\n    return math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x / (1 + x**2)**2", "only the second term is divided"),
    ("x for 2x", DF + "def df(x):\n    return (math.cos(x) * (1 + x**2) - math.sin(x) * x) / (1 + x**2)**2", "x² is 2x"),
    ("no denominator", DF + "def df(x):\n    return math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x", "the denominator is missing"),
    ("sin for cos", DF + "def df(x):\n    return (math.sin(x) * (1 + x**2) - math.sin(x) * 2 * x) / (1 + x**2)**2", "cos, not sin"),
    ("product rule", DF + "def df(x):\n    return math.cos(x) * (1 + x**2) + math.sin(x) * 2 * x", "rule of a product"),
    ("f", DF + "def df(x):\n    return f(x)", "f itself"),
    ("degrees", DF + "def df(x):\n    x = math.radians(x)\n    return (math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x) / (1 + x**2)**2", "degrees"),
    ("x ^ 2", DF + "def df(x):\n    return (math.cos(x) * (1 + x^2) - math.sin(x) * 2 * x) / (1 + x^2)**2", "not defined for"),
    ("a quotient", DF + "def df(x, h=1e-6):\n    return (f(x + h) - f(x - h)) / (2 * h)", "difference quotient"),
    ("a quotient of one's own f", DF + "def g(t): return math.sin(t) / (1 + t * t)\ndef df(x):\n    e = 1e-5\n    return (g(x + e) - g(x - e)) / (2 * e)", "difference quotient"),
    ("five points", DF + "def df(x):\n    h = 1e-3\n    return (8 * (f(x + h) - f(x - h)) - f(x + 2*h) + f(x - 2*h)) / (12 * h)", "difference quotient"),
    ("a complex step", "import cmath\ndef df(x):\n    z = complex(x, 1e-30)\n    return (cmath.sin(z) / (1 + z * z)).imag / 1e-30", "complex"),
    ("grad", "from autograd import grad, sin\ndf = grad(lambda x: sin(x) / (1 + x**2))", "autograd.grad"),
    ("grad by getattr", "import autograd\ndf = lambda x: getattr(autograd, 'gr' + 'ad')(lambda t: autograd.sin(t) / (1 + t**2))(x)", "autograd.grad"),
    ("Values", "from autograd import Value, sin\ndef df(x):\n    v = Value(x)\n    (sin(v) / (1 + v**2)).backward()\n    return v.grad", "Value.backward"),
    ("sympy", "import sympy\nt = sympy.symbols('t')\ndf = sympy.lambdify(t, sympy.diff(sympy.sin(t) / (1 + t**2)))", "sympy"),
]

V = "from autograd import Value, sin\n"
THREE = [
    ("step by step", V + "def value_and_derivatives(a, b):\n    x, y = Value(a), Value(b)\n    first = x * y * y\n    second = sin(x * y)\n    out = first + second\n    out.backward()\n    return (out.data, x.grad, y.grad)", RIGHT),
    ("import autograd", "import autograd as ag\ndef value_and_derivatives(a, b):\n    a = ag.Value(a, label='a'); b = ag.Value(b, label='b')\n    y = a * b ** 2 + ag.sin(a * b)\n    ag.backward(y)\n    return y.data, a.grad, b.grad", RIGHT),
    ("a list of Values", V + "def value_and_derivatives(*xs):\n    vs = [Value(x) for x in xs]\n    y = vs[0] * vs[1]**2 + sin(vs[0] * vs[1])\n    y.backward()\n    return [y.data] + [v.grad for v in vs]", RIGHT),
    ("NumPy array out", V + "import numpy as np\ndef value_and_derivatives(a, b):\n    a, b = map(Value, (a, b))\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return np.array([y.data, a.grad, b.grad])", RIGHT),
    ("a generator out", V + "def value_and_derivatives(a, b):\n    a, b = map(Value, (a, b))\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return (t for t in (y.data, a.grad, b.grad))", RIGHT),
    ("method sin", V + "def value_and_derivatives(a, b):\n    A, B = Value(float(a)), Value(float(b))\n    ab = A * B\n    y = ab * B + sin(ab)\n    y.backward()\n    return y.data, A.grad, B.grad", RIGHT),
    ("math.sin", "from math import sin\nfrom autograd import Value\ndef value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return y.data, a.grad, b.grad", "a function of math was called with a Value"),
    ("math.sin of data", "import math\nfrom autograd import Value\ndef value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + math.sin(a.data * b.data)\n    y.backward()\n    return y.data, a.grad, b.grad", "sine is not in the graph"),
    ("no backward", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    return y.data, a.grad, b.grad", "backward() was not called"),
    ("grads read first", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    da, db = a.grad, b.grad\n    y.backward()\n    return y.data, da, db", "after the grads were read"),
    ("swapped", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return y.data, b.grad, a.grad", "changed places"),
    ("backward twice", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    y.backward()\n    return y.data, a.grad, b.grad", "twice"),
    ("other expression", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = (a * b)**2 + sin(a * b)\n    y.backward()\n    return y.data, a.grad, b.grad", "(a b)²"),
    ("backward of the sine", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    s = sin(a * b)\n    y = a * b**2 + s\n    s.backward()\n    return y.data, a.grad, b.grad", "only the sine"),
    ("only two", V + "def value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return a.grad, b.grad", "missing in what is returned"),
    ("plain floats", "def value_and_derivatives(a, b):\n    from math import sin\n    y = a * b**2 + sin(a * b)\n    y.backward()\n    return y, a.grad, b.grad", "as if it were a Value"),
    ("wrapped again", V + "def value_and_derivatives(a, b):\n    y = Value(a) * Value(b)**2 + sin(Value(a) * Value(b))\n    y.backward()\n    a, b = Value(a), Value(b)\n    return y.data, a.grad, b.grad", "backward() was not called, or on something else"),
    ("cos", "from autograd import Value, cos\ndef value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + cos(a * b)\n    y.backward()\n    return y.data, a.grad, b.grad", "cosine in place of the sine"),
    ("by hand", "from math import sin, cos\ndef value_and_derivatives(a, b):\n    return a*b*b + sin(a*b), b*b + b*cos(a*b), 2*a*b + a*cos(a*b)", "formula by hand"),
    ("grad", "from autograd import grad, sin\ndef f(a, b):\n    return a * b**2 + sin(a * b)\ndef value_and_derivatives(a, b):\n    import math\n    return a*b**2 + math.sin(a*b), *grad(f, argnums=(0, 1))(a, b)", "autograd.grad"),
    ("quotients", "from math import sin\ndef f(a, b): return a * b**2 + sin(a * b)\ndef value_and_derivatives(a, b):\n    h = 1e-6\n    return f(a, b), (f(a+h, b)-f(a-h, b))/(2*h), (f(a, b+h)-f(a, b-h))/(2*h)", "formula by hand"),
]

ROW = "\nimport math\nfrom autograd import operation\nlength = operation('length', lambda a, b: math.sqrt(a * a + b * b), by_a, by_b)\n"
FOUR = [
    ("over y", "def by_a(y, a, b): return a / y\ndef by_b(y, a, b): return b / y" + ROW, RIGHT),
    ("lambdas", "by_a = lambda y, a, b: a / y\nby_b = lambda y, a, b: b / y" + ROW, RIGHT),
    ("with the root", "import autograd\ndef by_a(y, a, b): return a / autograd.sqrt(a**2 + b**2)\ndef by_b(y, a, b): return b / autograd.sqrt(a**2 + b**2)" + ROW, RIGHT),
    ("power 0.5", "def by_a(y, a, b): return a * (a * a + b * b) ** -0.5\ndef by_b(y, a, b): return b * (a * a + b * b) ** -0.5" + ROW, RIGHT),
    ("chain written out", "def by_a(y, a, b): return 1 / (2 * y) * (2 * a)\ndef by_b(y, a, b): return 1 / (2 * y) * (2 * b)" + ROW, RIGHT),
    ("a helper", "def part(y, x): return x / y\ndef by_a(y, a, b): return part(y, a)\ndef by_b(y, a, b): return part(y, b)" + ROW, RIGHT),
    ("swapped", "def by_a(y, a, b): return b / y\ndef by_b(y, a, b): return a / y" + ROW, "with respect to the other input"),
    ("no inner", "def by_a(y, a, b): return 1 / (2 * y)\ndef by_b(y, a, b): return 1 / (2 * y)" + ROW, "inner derivative is missing"),
    ("no 2 inside", "def by_a(y, a, b): return a / (2 * y)\ndef by_b(y, a, b): return b / (2 * y)" + ROW, "2 of the inner derivative is missing"),
    ("no half", "def by_a(y, a, b): return 2 * a / y\ndef by_b(y, a, b): return 2 * b / y" + ROW, "1/2 of the root"),
    ("only the inside", "def by_a(y, a, b): return 2 * a\ndef by_b(y, a, b): return 2 * b" + ROW, "derivative of the sum of squares"),
    ("upside down", "def by_a(y, a, b): return y / a\ndef by_b(y, a, b): return y / b" + ROW, "upside down"),
    ("sign", "def by_a(y, a, b): return -a / y\ndef by_b(y, a, b): return -b / y" + ROW, "sign"),
    ("times y", "def by_a(y, a, b): return a * y\ndef by_b(y, a, b): return b * y" + ROW, "multiplied by y"),
    ("over y²", "def by_a(y, a, b): return a / y**2\ndef by_b(y, a, b): return b / y**2" + ROW, "divided by y², not by y"),
    ("one of them", "def by_a(y, a, b): return a / y\ndef by_b(y, a, b): return a / y" + ROW, "with respect to the other input"),
    ("math.sqrt", "import math\ndef by_a(y, a, b): return a / math.sqrt(a * a + b * b)\ndef by_b(y, a, b): return b / math.sqrt(a * a + b * b)" + ROW, "of math"),
    ("math.hypot", "import math\ndef by_a(y, a, b): return a / math.hypot(a, b)\ndef by_b(y, a, b): return b / math.hypot(a, b)" + ROW, "of math"),
    ("no return", "def by_a(y, a, b): a / y\ndef by_b(y, a, b): b / y" + ROW, "`return` is missing"),
    ("no row", "def by_a(y, a, b): return a / y\ndef by_b(y, a, b): return b / y", "the name length is missing"),
    ("a function for the row", "import math\ndef by_a(y, a, b): return a / y\ndef by_b(y, a, b): return b / y\ndef length(a, b): return math.sqrt(a*a+b*b)", "`length = operation(...)` was changed"),
    ("row swapped", "def by_a(y, a, b): return a / y\ndef by_b(y, a, b): return b / y\nimport math\nfrom autograd import operation\nlength = operation('length', lambda a, b: math.sqrt(a * a + b * b), by_b, by_a)", "`length = operation(...)` was changed"),
    ("quotient", "from math import sqrt\ndef by_a(y, a, b):\n    h = 1e-6\n    return (sqrt((a+h)**2 + b*b) - sqrt((a-h)**2 + b*b)) / (2*h)\ndef by_b(y, a, b):\n    return by_a(y, b, a)" + ROW, "difference quotient"),
    ("grad", "import autograd\ndef by_a(y, a, b): return autograd.grad(lambda t: autograd.sqrt(t*t + b*b))(a)\ndef by_b(y, a, b): return b / y" + ROW, "autograd.grad"),
]

TABLE = '''from math import asinh, atan2, cosh, exp, hypot, log, log1p, sqrt, tanh
TABLE = {
    "mul":      (lambda a, b: a * b,        lambda y, a, b: b,      lambda y, a, b: a),
    "div":      (lambda a, b: a / b,        lambda y, a, b: 1 / b,  lambda y, a, b: -y / b),
    "pow":      (lambda a, b: a**b,         lambda y, a, b: b * y / a, lambda y, a, b: y * log(a)),
    "hypot":    (hypot,                     lambda y, a, b: a / y,  lambda y, a, b: b / y),
    "atan2":    (atan2,                     lambda y, a, b: b / (a * a + b * b), lambda y, a, b: -a / (a * a + b * b)),
    "sqrt":     (sqrt,                      lambda y, a: 0.5 / y),
    "tanh":     (tanh,                      lambda y, a: 1 - y * y),
    "gauss":    (lambda a: exp(-a * a),     lambda y, a: -2 * a * y),
    "log_cosh": (lambda a: log(cosh(a)),    lambda y, a: tanh(a)),
    "softplus": (lambda a: log1p(exp(a)),   lambda y, a: 1 - exp(-y)),
    "asinh":    (asinh,                     lambda y, a: 1 / sqrt(1 + y * y)),
    "softsign": (lambda a: a / (1 + a),     lambda y, a: (1 - y)**2),
}
'''
REPAIRED = "\ndef right_partial(y, *inputs):\n    return 1 / sqrt(1 + inputs[0] ** 2)\n"
SEARCH = '''
def quotient(f, xs, i, h=1e-6):
    up, down = list(xs), list(xs)
    up[i] += h
    down[i] -= h
    return (f(*up) - f(*down)) / (2 * h)

def at_fault(table):
    for name in table:
        f, partials = table[name][0], table[name][1:]
        for xs in ((0.5, 1.3), (1.7, 0.4), (2.3, 2.9)):
            xs = xs[:len(partials)]
            for i in range(len(partials)):
                if abs(partials[i](f(*xs), *xs) - quotient(f, xs, i)) > 1e-4:
                    return name, i
'''
FIVE = [
    ("loops", TABLE + SEARCH + REPAIRED, RIGHT),
    ("cosh", TABLE + SEARCH + "\ndef right_partial(y, *inputs):\n    return 1 / cosh(y)\n", RIGHT),
    ("named argument", TABLE + SEARCH + "\ndef right_partial(y, a):\n    return (1 + a * a) ** -0.5\n", RIGHT),
    ("the worst one", TABLE + '''
def at_fault(table):
    worst = {}
    for name, row in table.items():
        f, *ds = row
        for i, d in enumerate(ds):
            for p in [(0.6, 0.9), (1.1, 2.2), (1.9, 0.7)]:
                q = p[:len(ds)]
                up = tuple(x + (1e-5 if k == i else 0) for k, x in enumerate(q))
                lo = tuple(x - (1e-5 if k == i else 0) for k, x in enumerate(q))
                err = abs((f(*up) - f(*lo)) / 2e-5 - d(f(*q), *q))
                worst[name, i] = max(worst.get((name, i), 0), err)
    return max(worst, key=worst.get)
''' + REPAIRED, RIGHT),
    ("a list out", TABLE + SEARCH.replace("return name, i", "return [name, i]") + REPAIRED, RIGHT),
    ("a generator", TABLE + SEARCH.replace("def at_fault(table):", "def all_of(table):").replace("return name, i", "yield name, i") + "\ndef at_fault(table):\n    return next(all_of(table))\n" + REPAIRED, RIGHT),
    ("random points", TABLE + "import random\n" + SEARCH.replace("((0.5, 1.3), (1.7, 0.4), (2.3, 2.9))", "[(random.uniform(.3, 2), random.uniform(.3, 2)) for _ in range(20)]") + REPAIRED, RIGHT),
    ("forward quotient", TABLE + SEARCH.replace("down[i] -= h", "pass").replace("(2 * h)", "h").replace("1e-4", "1e-3") + REPAIRED, RIGHT),
    ("one point", TABLE + SEARCH.replace("((0.5, 1.3), (1.7, 0.4), (2.3, 2.9))", "((1.0, 2.0),)") + REPAIRED, "one point only"),
    ("tolerance too large", TABLE + SEARCH.replace("1e-4", "10") + REPAIRED, "tolerance"),
    ("tolerance too small", TABLE + SEARCH.replace("1e-4", "1e-16") + REPAIRED, "tolerance"),
    ("TABLE", TABLE + SEARCH.replace("for name in table:", "for name in TABLE:").replace("table[name]", "TABLE[name]") + REPAIRED, "TABLE"),
    ("from 1", TABLE + SEARCH.replace("return name, i", "return name, i + 1") + REPAIRED, "counted from 1"),
    ("name only", TABLE + SEARCH.replace("return name, i", "return name") + REPAIRED, "not a tuple of 2"),
    ("no abs", TABLE + SEARCH.replace("abs(partials", "(partials") + REPAIRED, "abs"),
    ("all inputs moved", TABLE + SEARCH.replace("up[i] += h\n    down[i] -= h", "up = [x + h for x in xs]\n    down = [x - h for x in xs]") + REPAIRED, "both inputs move at once"),
    ("no 2", TABLE + SEARCH.replace("(2 * h)", "h") + REPAIRED, "quotient is wrong"),
    ("right_partial as in TABLE", TABLE + SEARCH + "\ndef right_partial(y, *inputs):\n    return 1 / sqrt(1 + y * y)\n", "what stands in TABLE"),
    ("no root", TABLE + SEARCH + "\ndef right_partial(y, *inputs):\n    return 1 / (1 + inputs[0] ** 2)\n", "the root is missing"),
    ("minus", TABLE + SEARCH + "\ndef right_partial(y, *inputs):\n    return 1 / sqrt(1 - inputs[0] ** 2) if inputs[0] < 1 else 1 / sqrt(inputs[0]**2 - 1)\n", "a - where a + belongs"),
    ("repaired in TABLE", TABLE.replace("sqrt(1 + y * y)", "sqrt(1 + a * a)") + SEARCH + REPAIRED, "was repaired"),
    ("always that one", TABLE + "\ndef at_fault(table):\n    return 'asinh', 0\n" + REPAIRED, "the same for every table"),
    ("only first inputs", TABLE + SEARCH.replace("range(len(partials))", "range(1)") + REPAIRED, "first input"),
    ("quotient for the partial", TABLE + SEARCH + "\ndef right_partial(y, *inputs):\n    return (asinh(inputs[0] + 1e-5) - asinh(inputs[0] - 1e-5)) / 2e-5\n", "difference quotient"),
]

SIX = [
    ("steps", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dy = 1\n    dv = dy * u\n    du = dy * v + dv\n    return dict(y=dy, v=dv, u=du, w=du * x, x=du * w + dv)", RIGHT),
    ("expanded", "def derivatives(x, w):\n    # y = x²w² + x²w\n    return {'y': 1.0, 'v': x*w, 'u': 2*x*w + x, 'w': 2*x*x*w + x*x, 'x': 2*x*w*w + 2*x*w}", RIGHT),
    ("accumulated", "def derivatives(x, w):\n    u = x * w\n    v = u + x\n    g = dict.fromkeys('yvuwx', 0.0)\n    g['y'] += 1.0\n    g['u'] += v * g['y']; g['v'] += u * g['y']\n    g['u'] += g['v']; g['x'] += g['v']\n    g['x'] += w * g['u']; g['w'] += x * g['u']\n    return g", RIGHT),
    ("NumPy numbers", "import numpy as np\ndef derivatives(x, w):\n    x, w = np.float64(x), np.array([w])\n    u = x * w\n    v = u + x\n    du = v + u\n    return {'y': np.ones(1), 'v': u, 'u': du, 'w': x * du, 'x': w * du + u}", RIGHT),
    ("comprehension", "def derivatives(x, w):\n    u = x * w\n    return {k: d for k, d in zip('yvuwx', (1.0, u, 2*u + x, x*(2*u + x), w*(2*u + x) + u))}", RIGHT),
    ("a class", "class N:\n    def __init__(self, d): self.d, self.g = d, 0.0\ndef derivatives(x, w):\n    x, w = N(x), N(w)\n    u = N(x.d * w.d); v = N(u.d + x.d); y = N(u.d * v.d)\n    y.g = 1.0\n    u.g += v.d * y.g; v.g += u.d * y.g\n    u.g += v.g; x.g += v.g\n    x.g += w.d * u.g; w.g += x.d * u.g\n    return {'y': y.g, 'v': v.g, 'u': u.g, 'w': w.g, 'x': x.g}", RIGHT),
    ("u one path", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w + dv)", "u has two users"),
    ("x one path", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w)", "x has two users"),
    ("x other path", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=dv)", "x has two users"),
    ("u, v swapped", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = v; du = u + dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w + dv)", "the other factor is u"),
    ("values", "def derivatives(x, w):\n    u = x * w; v = u + x; y = u * v\n    return dict(y=y, v=v, u=u, w=w, x=x)", "value of y"),
    ("dx swapped", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(y=1.0, v=dv, u=du, w=du * w, x=du * x + dv)", "the partial derivative of u with respect to w is x"),
    ("forgot chain for w", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(y=1.0, v=dv, u=du, w=x, x=w * du + dv)", "w reaches y through u"),
    ("wrong sign", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v - dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w + dv)", "a - between"),
    ("x + 1", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w + 1)", "without dy/dv"),
    ("multiplied", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v * dv\n    return dict(y=1.0, v=dv, u=du, w=du * x, x=du * w + dv)", "multiplied, where they should be added"),
    ("no key", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return dict(v=dv, u=du, w=du * x, x=du * w + dv)", "key 'y' is missing"),
    ("a tuple", "def derivatives(x, w):\n    u = x * w; v = u + x\n    dv = u; du = v + dv\n    return 1.0, dv, du, du * x, du * w + dv", "not a dict"),
    ("Values", "from autograd import Value\ndef derivatives(x, w):\n    x, w = Value(x), Value(w)\n    u = x * w; v = u + x; y = u * v\n    y.backward()\n    return dict(y=y.grad, v=v.grad, u=u.grad, w=w.grad, x=x.grad)", "autograd"),
    ("quotients", "def derivatives(x, w):\n    h = 1e-6\n    d = lambda f, t: (f(t + h) - f(t - h)) / (2 * h)\n    Y = lambda x, w: x * w * (x * w + x)\n    u, v = x * w, x * w + x\n    return dict(y=1.0, v=d(lambda t: u * t, v), u=d(lambda t: t * (t + x), u), w=d(lambda t: Y(x, t), w), x=d(lambda t: Y(t, w), x))", "difference quotient"),
]

O = "from autograd import Value\n"
SEVEN = [
    ("two stacks", O + "def order(output):\n    out, seen, todo = [], {id(output)}, [(output, 0)]\n    while todo:\n        v, i = todo.pop()\n        ins = [u for u in v.inputs if isinstance(u, Value)]\n        if i < len(ins):\n            todo.append((v, i + 1))\n            if id(ins[i]) not in seen:\n                seen.add(id(ins[i])); todo.append((ins[i], 0))\n        else:\n            out.append(v)\n    return out", RIGHT),
    ("iterators", O + "def order(output):\n    found, seen = [], {output}\n    path = [(output, iter(output.inputs))]\n    while path:\n        v, it = path[-1]\n        for u in it:\n            if isinstance(u, Value) and u not in seen:\n                seen.add(u); path.append((u, iter(u.inputs))); break\n        else:\n            found.append(v); path.pop()\n    return tuple(found)", RIGHT),
    ("a dict", O + "def order(output):\n    done = {}\n    stack = [output]\n    while stack:\n        v = stack[-1]\n        if v in done:\n            stack.pop(); continue\n        rest = [u for u in v.inputs if not isinstance(u, (int, float)) and u not in done]\n        if rest:\n            stack.extend(rest)\n        else:\n            done[v] = True; stack.pop()\n    return list(done)", RIGHT),
    ("Kahn", O + "from collections import Counter, deque\ndef order(output):\n    users, todo, seen = Counter(), [output], {output}\n    while todo:\n        v = todo.pop()\n        for u in v.inputs:\n            if isinstance(u, Value):\n                users[u] += 1\n                if u not in seen:\n                    seen.add(u); todo.append(u)\n    ready, out = deque([output]), []\n    while ready:\n        v = ready.popleft(); out.append(v)\n        for u in v.inputs:\n            if isinstance(u, Value):\n                users[u] -= 1\n                if users[u] == 0:\n                    ready.append(u)\n    out.reverse()\n    return out", RIGHT),
    ("reversed iterator", O + "def order(output):\n    seen, post, stack = set(), [], [(output, True)]\n    while stack:\n        v, opening = stack.pop()\n        if not opening:\n            post.insert(0, v)\n        elif v not in seen:\n            seen.add(v); stack.append((v, False))\n            stack += [(u, True) for u in v.inputs if isinstance(u, Value)]\n    return reversed(post)", RIGHT),
    ("recursive", O + "def order(output):\n    found, seen = [], set()\n    def go(v):\n        if v in seen or not isinstance(v, Value): return\n        seen.add(v)\n        for u in v.inputs: go(u)\n        found.append(v)\n    go(output)\n    return found", "calls itself too often"),
    ("recursive, limit raised", O + "import sys\nsys.setrecursionlimit(100000)\ndef order(output):\n    found, seen = [], set()\n    def go(v):\n        if v in seen or not isinstance(v, Value): return\n        seen.add(v)\n        for u in v.inputs: go(u)\n        found.append(v)\n    go(output)\n    return found", None),
    ("no seen", O + "def order(output):\n    out, todo = [], [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        else:\n            todo.append((v, True))\n            todo += [(u, False) for u in v.inputs if isinstance(u, Value)]\n    return out", "what has been seen has to be remembered"),
    ("preorder reversed", O + "def order(output):\n    out, seen, todo = [], set(), [output]\n    while todo:\n        v = todo.pop()\n        if v in seen: continue\n        seen.add(v); out.append(v)\n        todo += [u for u in v.inputs if isinstance(u, Value)]\n    return out[::-1]", "when it is first met"),
    ("breadth first", O + "from collections import deque\ndef order(output):\n    out, seen, todo = [], {output}, deque([output])\n    while todo:\n        v = todo.popleft(); out.append(v)\n        for u in v.inputs:\n            if isinstance(u, Value) and u not in seen:\n                seen.add(u); todo.append(u)\n    return out[::-1]", "when it is first met"),
    ("output first", O + "def order(output):\n    out, seen, todo = [], set(), [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        elif v not in seen:\n            seen.add(v); todo.append((v, True))\n            todo += [(u, False) for u in v.inputs if isinstance(u, Value)]\n    return out[::-1]", "the wrong way round"),
    ("floats too", O + "def order(output):\n    out, seen, todo = [], set(), [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        elif v not in seen:\n            seen.add(v); todo.append((v, True))\n            todo += [(u, False) for u in getattr(v, 'inputs', ())]\n    return out", "plain numbers are among the inputs"),
    ("no leaves", O + "def order(output):\n    out, seen, todo = [], set(), [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        elif v not in seen:\n            seen.add(v); todo.append((v, True))\n            todo += [(u, False) for u in v.inputs if isinstance(u, Value) and u.inputs]\n    return out", "leaves are left out"),
    ("no output", O + "def order(output):\n    out, seen, todo = [], set(), [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        elif v not in seen:\n            seen.add(v); todo.append((v, True))\n            todo += [(u, False) for u in v.inputs if isinstance(u, Value)]\n    return out[:-1]", "output itself is missing"),
    ("by data", O + "def order(output):\n    out, seen, todo = [], set(), [(output, False)]\n    while todo:\n        v, done = todo.pop()\n        if done: out.append(v)\n        elif v.data not in seen:\n            seen.add(v.data); todo.append((v, True))\n            todo += [(u, False) for u in v.inputs if isinstance(u, Value)]\n    return out", "same number are taken for one"),
    ("sorted", O + "def order(output):\n    seen, todo = {output}, [output]\n    while todo:\n        for u in todo.pop().inputs:\n            if isinstance(u, Value) and u not in seen:\n                seen.add(u); todo.append(u)\n    return sorted(seen, key=lambda v: v.data)", "sorted by the numbers"),
    ("a set", O + "def order(output):\n    seen, todo = {output}, [output]\n    while todo:\n        for u in todo.pop().inputs:\n            if isinstance(u, Value) and u not in seen:\n                seen.add(u); todo.append(u)\n    return seen", "not a list"),
    ("no return", O + "def order(output):\n    out = [output]", "`return` is missing"),
    ("the engine's", "from autograd.graph import topological_order\ndef order(output):\n    return topological_order(output)", "asked for"),
    ("the engine's, renamed", "import autograd.graph as g\norder = g.topological_order", "asked for"),
    ("only inputs", O + "def order(output):\n    return [u for u in output.inputs if isinstance(u, Value)] + [output]", "only the inputs of the output"),
]

NODE = '''class Node:
    def __init__(self, data, inputs=(), partials=()):
        self.data, self.inputs, self.partials, self.grad = data, inputs, partials, 0.0

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), (other.data, self.data))


def order(output):
    found = []

    def visit(node):
        if node not in found:
            for v in node.inputs:
                visit(v)
            found.append(node)
    visit(output)
    return found


def backward(output):
'''
EIGHT = [
    ("three repairs", NODE + "    nodes = order(output)\n    for n in nodes: n.grad = 0.0\n    output.grad = 1.0\n    for n in nodes[::-1]:\n        for v, p in zip(n.inputs, n.partials):\n            v.grad += p * n.grad", RIGHT),
    ("a dict", NODE + "    grads = {id(n): 0.0 for n in order(output)}\n    grads[id(output)] = 1.0\n    for n in reversed(order(output)):\n        for v, p in zip(n.inputs, n.partials):\n            grads[id(v)] += p * grads[id(n)]\n    for n in order(output): n.grad = grads[id(n)]", RIGHT),
    ("paths", NODE + "    for n in order(output): n.grad = 0.0\n    def push(n, g):\n        n.grad += g\n        for v, p in zip(n.inputs, n.partials): push(v, p * g)\n    push(output, 1.0)", RIGHT),
    ("pulled", NODE + "    nodes = order(output)\n    for i in range(len(nodes) - 1, -1, -1):\n        n = nodes[i]\n        n.grad = 1.0 if n is output else sum(p * m.grad for m in nodes[i + 1:] for v, p in zip(m.inputs, m.partials) if v is n)", RIGHT),
    ("indices", NODE + "    ns = order(output)\n    for n in ns: n.grad *= 0\n    output.grad = 1.0\n    while ns:\n        n = ns.pop()\n        for k, v in enumerate(n.inputs): v.grad = v.grad + n.partials[k] * n.grad", RIGHT),
    ("forward order", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in ns:\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "from inputs to output"),
    ("=", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad = p * n.grad", "= where +="),
    ("no reset", NODE + "    output.grad = 1.0\n    for n in reversed(order(output)):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "not set to 0"),
    ("reset after the seed", NODE + "    output.grad = 1.0\n    ns = order(output)\n    for n in ns: n.grad = 0.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "set to 0 after that"),
    ("reset leaves only", NODE + "    ns = order(output)\n    for n in ns:\n        if not n.inputs: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "nodes between are not set to 0"),
    ("reset inner only", NODE + "    ns = order(output)\n    for n in ns:\n        if n.inputs: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "leaves are not set to 0"),
    ("recursion at once", NODE + "    for n in order(output): n.grad = 0.0\n    output.grad = 1.0\n    def go(n):\n        for v, p in zip(n.inputs, n.partials):\n            v.grad += p * n.grad\n            go(v)\n    go(output)", "hands on its grad twice"),
    ("no user grad", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p", "not multiplied by the grad of the user"),
    ("no partial", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += n.grad", "the partial is missing"),
    ("sum of both", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += n.grad + p", "should be multiplied"),
    ("no seed", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", None),
    ("seed is data", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = output.data\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", "begins at its data"),
    ("partials swapped", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials[::-1]): v.grad += p * n.grad", "partials have changed places"),
    ("reset in the loop", NODE + "    ns = order(output)\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials):\n            v.grad = 0.0\n            v.grad += p * n.grad", "= where +="),
    ("reset at the end", NODE + "    ns = order(output)\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad\n    for n in ns: n.grad = 0.0", "set to 0 after that"),
    ("quotients", NODE + "    def f(n):\n        return n.data\n    import autograd\n    for n in order(output): n.grad = autograd.grad(lambda t: t)(1.0)", "engine's own backward"),
    ("Node changed", NODE.replace("(other.data, self.data)", "(self.data, other.data)") + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): v.grad += p * n.grad", None),
    ("the wrong way through the inputs", NODE + "    ns = order(output)\n    for n in ns: n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(ns):\n        for v, p in zip(n.inputs, n.partials): n.grad += p * v.grad", "nothing is handed on"),
]

NP = "import numpy as np\ndef sigmoid(t):\n    return 1 / (1 + np.exp(-t))\n"
NINE = [
    ("three lines", NP + "def neuron_gradients(w, b, x):\n    s = sigmoid(np.dot(w, x) + b)\n    g = s * (1 - s)\n    return g * x, g, g * w", RIGHT),
    ("loops", NP + "def neuron_gradients(w, b, x):\n    z = b\n    for i in range(len(w)): z += w[i] * x[i]\n    f = sigmoid(z)\n    d = f - f**2\n    return [d * t for t in x], d, [d * t for t in w]", RIGHT),
    ("math", "import math\ndef neuron_gradients(w, b, x):\n    z = sum(wi * xi for wi, xi in zip(w, x)) + b\n    e = math.exp(-z)\n    d = e / (1 + e) ** 2\n    return tuple(d * xi for xi in x), d, tuple(d * wi for wi in w)", RIGHT),
    ("shape (1,)", NP + "def neuron_gradients(w, b, x):\n    z = np.atleast_1d(w @ x + b)\n    d = sigmoid(z) * sigmoid(-z)\n    return d * x, d, d * w", RIGHT),
    ("tanh", "import numpy as np\ndef neuron_gradients(w, b, x):\n    t = np.tanh((w @ x + b) / 2)\n    d = (1 - t * t) / 4\n    return d * x, d, d * w", RIGHT),
    ("a list out", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(np.sum(w * x) + b)\n    d = f * (1 - f)\n    return [np.multiply(d, x), float(d), np.multiply(d, w)]", RIGHT),
    ("no σ'", NP + "def neuron_gradients(w, b, x):\n    return x, 1.0, w", "σ'(z) is missing"),
    ("f for σ'", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    return f * x, f, f * w", "σ(z) stands where σ'(z) should"),
    ("swapped", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return d * w, d, d * x", "w and x have changed places"),
    ("no b", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x)\n    d = f * (1 - f)\n    return d * x, d, d * w", "b is missing in z"),
    ("z (1 - z)", NP + "def neuron_gradients(w, b, x):\n    z = w @ x + b\n    d = z * (1 - z)\n    return d * x, d, d * w", "z (1 - z)"),
    ("sigmoid twice", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = sigmoid(f) * (1 - sigmoid(f))\n    return d * x, d, d * w", "σ' is taken at f"),
    ("db times b", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return d * x, d * b, d * w", "not b"),
    ("tanh'", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = 1 - f**2\n    return d * x, d, d * w", None),
    ("sign", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (f - 1)\n    return d * x, d, d * w", "sign"),
    ("db vector", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return d * x, d * np.ones_like(w), d * w", "an array, where one number belongs"),
    ("summed", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return np.sum(d * x), d, np.sum(d * w)", "one number, where an array belongs"),
    ("order of return", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return d * x, d * w, d", "have changed places"),
    ("two of three", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w @ x + b)\n    d = f * (1 - f)\n    return d * x, d", "missing in what is returned"),
    ("elementwise z", NP + "def neuron_gradients(w, b, x):\n    f = sigmoid(w * x + b)\n    d = f * (1 - f)\n    return d * x, d, d * w", None),
    ("quotients", NP + "def neuron_gradients(w, b, x):\n    h, n = 1e-6, len(w)\n    F = lambda w, b, x: sigmoid(w @ x + b)\n    e = np.eye(n) * h\n    return (np.array([(F(w + e[i], b, x) - F(w - e[i], b, x)) / (2*h) for i in range(n)]), (F(w, b + h, x) - F(w, b - h, x)) / (2*h),\n            np.array([(F(w, b, x + e[i]) - F(w, b, x - e[i])) / (2*h) for i in range(n)]))", "difference quotient"),
    ("the engine", "import autograd as ag\ndef neuron_gradients(w, b, x):\n    f = lambda w, b, x: ag.sigmoid(sum(a * c for a, c in zip(w, x)) + b)\n    return ag.grad(f, argnums=(0, 1, 2))(list(w), b, list(x))", "autograd.grad"),
]

G = "from autograd import grad\n"
TEN = [
    ("velocity", G + "def descend(f, w, alpha, beta, steps):\n    v = [0.0] * len(w)\n    path = [list(w)]\n    for _ in range(steps):\n        g = grad(f)(path[-1])\n        v = [beta * vi - alpha * gi for vi, gi in zip(v, g)]\n        path.append([wi + vi for wi, vi in zip(path[-1], v)])\n    return path", RIGHT),
    ("PyTorch's form", G + "def descend(f, w, alpha, beta, steps):\n    m = [0.0 for _ in w]\n    out = [w[:]]\n    for _ in range(steps):\n        m = [beta * mi + gi for mi, gi in zip(m, grad(f)(w))]\n        w = [wi - alpha * mi for wi, mi in zip(w, m)]\n        out.append(w)\n    return out", RIGHT),
    ("NumPy", G + "import numpy as np\ndef descend(f, w, alpha, beta, steps):\n    W = np.zeros((steps + 1, len(w)))\n    W[0] = w\n    for j in range(steps):\n        W[j + 1] = W[j] - alpha * np.array(grad(f)(W[j].tolist())) + beta * (W[j] - W[max(j - 1, 0)])\n    return W", RIGHT),
    ("indices", G + "def descend(f, w, alpha, beta, steps):\n    ws = [w, w]\n    for _ in range(steps):\n        g = grad(f)(ws[-1])\n        ws.append([ws[-1][i] - alpha * g[i] + beta * (ws[-1][i] - ws[-2][i]) for i in range(len(w))])\n    return ws[1:]", RIGHT),
    ("a generator", G + "def steps_of(f, w, a, b):\n    old = w\n    while True:\n        yield w\n        w, old = [x - a * g + b * (x - o) for x, g, o in zip(w, grad(f)(w), old)], w\ndef descend(f, w, alpha, beta, steps):\n    it = steps_of(f, w, alpha, beta)\n    return [next(it) for _ in range(steps + 1)]", RIGHT),
    ("Values and backward", "from autograd import Value\ndef descend(f, w, alpha, beta, steps):\n    path, old = [list(w)], list(w)\n    for _ in range(steps):\n        vs = [Value(x) for x in path[-1]]\n        f(vs).backward()\n        new = [v.data - alpha * v.grad + beta * (v.data - o) for v, o in zip(vs, old)]\n        old = path[-1]\n        path.append(new)\n    return path", RIGHT),
    ("no momentum", G + "def descend(f, w, alpha, beta, steps):\n    p = [w]\n    for _ in range(steps):\n        p.append([x - alpha * g for x, g in zip(p[-1], grad(f)(p[-1]))])\n    return p", "momentum is missing"),
    ("uphill", G + "def descend(f, w, alpha, beta, steps):\n    p, old = [w], w\n    for _ in range(steps):\n        n = [x + alpha * g + beta * (x - o) for x, g, o in zip(p[-1], grad(f)(p[-1]), old)]\n        old = p[-1]; p.append(n)\n    return p", "uphill"),
    ("averaged", G + "def descend(f, w, alpha, beta, steps):\n    m = [0.0] * len(w); p = [w]\n    for _ in range(steps):\n        m = [beta * mi + (1 - beta) * gi for mi, gi in zip(m, grad(f)(p[-1]))]\n        p.append([x - alpha * mi for x, mi in zip(p[-1], m)])\n    return p", "1 - β"),
    ("aliased", G + "def descend(f, w, alpha, beta, steps):\n    p, v = [w], [0.0] * len(w)\n    for _ in range(steps):\n        g = grad(f)(w)\n        for i in range(len(w)):\n            v[i] = beta * v[i] - alpha * g[i]\n            w[i] += v[i]\n        p.append(w)\n    return p", "one and the same list"),
    ("one by one", G + "def descend(f, w, alpha, beta, steps):\n    w = list(w); p, v = [list(w)], [0.0] * len(w)\n    for _ in range(steps):\n        for i in range(len(w)):\n            g = grad(f)(w)\n            v[i] = beta * v[i] - alpha * g[i]\n            w[i] += v[i]\n        p.append(list(w))\n    return p", "one coordinate moves before"),
    ("no α in velocity", G + "def descend(f, w, alpha, beta, steps):\n    v = [0.0] * len(w); p = [w]\n    for _ in range(steps):\n        v = [beta * vi - gi for vi, gi in zip(v, grad(f)(p[-1]))]\n        p.append([x + vi for x, vi in zip(p[-1], v)])\n    return p", "α is missing"),
    ("no β", G + "def descend(f, w, alpha, beta, steps):\n    v = [0.0] * len(w); p = [w]\n    for _ in range(steps):\n        v = [vi - alpha * gi for vi, gi in zip(v, grad(f)(p[-1]))]\n        p.append([x + vi for x, vi in zip(p[-1], v)])\n    return p", "without β"),
    ("α too many", G + "def descend(f, w, alpha, beta, steps):\n    v = [0.0] * len(w); p = [w]\n    for _ in range(steps):\n        v = [beta * vi - alpha * gi for vi, gi in zip(v, grad(f)(p[-1]))]\n        p.append([x + alpha * vi for x, vi in zip(p[-1], v)])\n    return p", "α twice"),
    ("accumulated", "from autograd import Value\ndef descend(f, w, alpha, beta, steps):\n    acc = [0.0] * len(w); p, old = [list(w)], list(w)\n    for _ in range(steps):\n        vs = [Value(x) for x in p[-1]]\n        f(vs).backward()\n        acc = [a + v.grad for a, v in zip(acc, vs)]\n        n = [v.data - alpha * a + beta * (v.data - o) for v, a, o in zip(vs, acc, old)]\n        old = p[-1]; p.append(n)\n    return p", "not reset"),
    ("constant gradient", G + "def descend(f, w, alpha, beta, steps):\n    g = grad(f)(w); p, old = [w], w\n    for _ in range(steps):\n        n = [x - alpha * gi + beta * (x - o) for x, gi, o in zip(p[-1], g, old)]\n        old = p[-1]; p.append(n)\n    return p", "at the first point all the time"),
    ("Nesterov", G + "def descend(f, w, alpha, beta, steps):\n    p, old = [w], w\n    for _ in range(steps):\n        a = [x + beta * (x - o) for x, o in zip(p[-1], old)]\n        n = [x - alpha * g for x, g in zip(a, grad(f)(a))]\n        old = p[-1]; p.append(n)\n    return p", "Nesterov"),
    ("last only", G + "def descend(f, w, alpha, beta, steps):\n    old = w\n    for _ in range(steps):\n        w, old = [x - alpha * g + beta * (x - o) for x, g, o in zip(w, grad(f)(w), old)], w\n    return w", "only one point comes back"),
    ("one too few", G + "def descend(f, w, alpha, beta, steps):\n    p, old = [w], w\n    for _ in range(steps - 1):\n        n = [x - alpha * g + beta * (x - o) for x, g, o in zip(p[-1], grad(f)(p[-1]), old)]\n        old = p[-1]; p.append(n)\n    return p", "a point is missing"),
    ("one too many", G + "def descend(f, w, alpha, beta, steps):\n    p, old = [w], w\n    for _ in range(steps + 1):\n        n = [x - alpha * g + beta * (x - o) for x, g, o in zip(p[-1], grad(f)(p[-1]), old)]\n        old = p[-1]; p.append(n)\n    return p", "a point too many"),
    ("zero before", G + "def descend(f, w, alpha, beta, steps):\n    p, old = [w], [0.0] * len(w)\n    for _ in range(steps):\n        n = [x - alpha * g + beta * (x - o) for x, g, o in zip(p[-1], grad(f)(p[-1]), old)]\n        old = p[-1]; p.append(n)\n    return p", "w⁻¹ is 0"),
    ("quotients", "def descend(f, w, alpha, beta, steps):\n    def g(w):\n        return [(f(w[:i] + [w[i] + 1e-5] + w[i+1:]) - f(w[:i] + [w[i] - 1e-5] + w[i+1:])) / 2e-5 for i in range(len(w))]\n    p, old = [list(w)], list(w)\n    for _ in range(steps):\n        n = [x - alpha * gi + beta * (x - o) for x, gi, o in zip(p[-1], g(p[-1]), old)]\n        old = p[-1]; p.append(n)\n    return p", RIGHT),
]

def eleven(body, tail='return {"dz2": dz2, "dW2": dW2, "db2": db2, "dz1": dz1, "dW1": dW1, "db1": db1}'):
    return NP + "def backpropagate(W1, b1, W2, b2, x, y):\n" + "".join(f"    {line}\n" for line in (*body.split("; "), tail))


FORWARD = "z1 = W1 @ x + b1; f1 = sigmoid(z1); z2 = W2 @ f1 + b2; "
ELEVEN = [
    ("lecture", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = np.diag(f1 * (1 - f1)) @ W2.T @ dz2; dW1 = np.outer(dz1, x); db1 = dz1"), RIGHT),
    ("einsum", eleven("z1 = np.einsum('ij,j->i', W1, x) + b1; f1 = sigmoid(z1); z2 = np.einsum('ij,j->i', W2, f1) + b2; dz2 = z2 - y; dW2 = np.einsum('i,j->ij', dz2, f1); db2 = dz2.copy(); dz1 = np.einsum('i,ij,j->j', dz2, W2, f1 * (1 - f1)); dW1 = np.einsum('i,j->ij', dz1, x); db1 = dz1.copy()"), RIGHT),
    ("row from the left", eleven(FORWARD + "dz2 = z2 - y; dz1 = (dz2 @ W2) * f1 * (1 - f1); dW2 = dz2[:, None] * f1[None, :]; dW1 = dz1[:, None] @ x[None, :]; db2, db1 = dz2, dz1"), RIGHT),
    ("lists", eleven(FORWARD + "dz2 = [float(a - b) for a, b in zip(z2, y)]; dW2 = [[d * f for f in f1] for d in dz2]; db2 = dz2; dz1 = [sum(W2[i][j] * dz2[i] for i in range(len(dz2))) * f1[j] * (1 - f1[j]) for j in range(len(f1))]; dW1 = [[d * t for t in x] for d in dz1]; db1 = dz1"), RIGHT),
    ("columns inside", eleven("x_, y_ = x.reshape(-1, 1), y.reshape(-1, 1); z1 = W1 @ x_ + b1.reshape(-1, 1); a = sigmoid(z1); e = W2 @ a + b2.reshape(-1, 1) - y_; d = W2.T @ e * a * (1 - a)", 'return dict(dz2=e.ravel(), dW2=e @ a.T, db2=e.ravel(), dz1=d.ravel(), dW1=d @ x_.T, db1=d.ravel())'), RIGHT),
    ("no σ'", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = W2.T @ dz2; dW1 = np.outer(dz1, x); db1 = dz1"), "D₁ of (7) is missing"),
    ("σ for σ'", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "σ stands where σ' should"),
    ("sigmoid' of f1", eleven(FORWARD + "dz2 = z2 - y; s = sigmoid(f1); dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = s * (1 - s) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "σ' is taken at f₁"),
    ("no transpose", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2 @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "transpose"),
    ("outer transposed", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(f1, dz2); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "transposed"),
    ("factor 2", eleven(FORWARD + "dz2 = 2 * (z2 - y); dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "a factor 2 too many"),
    ("y - z2", eleven(FORWARD + "dz2 = y - z2; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "sign"),
    ("sigmoid at the output", eleven("z1 = W1 @ x + b1; f1 = sigmoid(z1); z2 = W2 @ f1 + b2; f2 = sigmoid(z2); dz2 = (f2 - y) * f2 * (1 - f2); dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "no activation"),
    ("z1 in dW2", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, z1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "z₁ stands where f₁ should"),
    ("f1 in dW1", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, f1); db1 = dz1"), "f₁ stands where x should"),
    ("db2 for db1", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz2"), "dz₂ stands where dz₁ should"),
    ("no W2", eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * dz2; dW1 = np.outer(dz1, x); db1 = dz1"), "W₂ is missing"),
    ("no b1", eleven("z1 = W1 @ x; f1 = sigmoid(z1); z2 = W2 @ f1 + b2; dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "b₁ is missing"),
    ("no sigmoid", eleven("z1 = W1 @ x + b1; f1 = z1; z2 = W2 @ f1 + b2; dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "sigmoid is missing"),
    ("inner for outer", eleven(FORWARD + "dz2 = z2 - y; dW2 = dz2 * f1; db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = dz1 * x; db1 = dz1"), "outer product"),
    ("quotients", NP + """def backpropagate(W1, b1, W2, b2, x, y):
    P = [W1, b1, W2, b2]
    D = [np.zeros_like(p) for p in P]
    def L():
        return 0.5 * np.sum((W2 @ sigmoid(W1 @ x + b1) + b2 - y)**2)
    for p, d in zip(P, D):
        for i in np.ndindex(p.shape):
            o = p[i]
            p[i] = o + 1e-6; u = L()
            p[i] = o - 1e-6; d[i] = (u - L()) / 2e-6
            p[i] = o
    return dict(dz2=D[3], dW2=D[2], db2=D[3], dz1=D[1], dW1=D[0], db1=D[1])
""", "difference quotient"),
    ("the engine", "import nn\n" + eleven(FORWARD + "dz2 = z2 - y; dW2 = np.outer(dz2, f1); db2 = dz2; dz1 = f1 * (1 - f1) * (W2.T @ dz2); dW1 = np.outer(dz1, x); db1 = dz1"), "it uses nn"),
]

T = "from math import cos, sin\nfrom autograd import grad\n"
POLY = "def polynomial(c, x):\n    p = c[0]\n    for k in range(1, (len(c) - 1) // 2 + 1):\n        p = p + c[2*k-1] * cos(k * x) + c[2*k] * sin(k * x)\n    return p\n"
LOSS = "def loss(c, xs, ys):\n    return sum((polynomial(c, x) - y)**2 for x, y in zip(xs, ys))\n"
def descent(line="c = [a - 0.2 / len(xs) * g for a, g in zip(c, grad(loss)(c, xs, ys))]", start="[0.0] * (2 * n + 1)", n=600, end="c"):
    return f"def fit(xs, ys, n):\n    c = {start}\n    for _ in range({n}):\n        {line}\n    return {end}\n"
FIT = descent()
TWELVE = [
    ("loop and descent", T + POLY + LOSS + FIT, RIGHT),
    ("lstsq", T + POLY + LOSS + "import numpy as np\ndef fit(xs, ys, n):\n    A = np.array([[1.0] + [w(k * x) for k in range(1, n + 1) for w in (cos, sin)] for x in xs])\n    return np.linalg.lstsq(A, np.array(ys), rcond=None)[0]", RIGHT),
    ("normal equations", T + POLY + LOSS + "import numpy as np\ndef fit(xs, ys, n):\n    A = np.column_stack([np.ones(len(xs))] + [f(k * np.array(xs)) for k in range(1, n + 1) for f in (np.cos, np.sin)])\n    return list(np.linalg.solve(A.T @ A, A.T @ ys))", RIGHT),
    ("slices", T + "def polynomial(c, x):\n    return c[0] + sum(a * cos((k+1) * x) + b * sin((k+1) * x) for k, (a, b) in enumerate(zip(c[1::2], c[2::2])))\n" + LOSS + FIT, RIGHT),
    ("momentum", T + POLY + LOSS + "def fit(xs, ys, n):\n    c = [0.0] * (2*n+1); v = [0.0] * (2*n+1)\n    for _ in range(400):\n        v = [0.8 * vi - 0.1 / len(xs) * g for vi, g in zip(v, grad(loss)(c, xs, ys))]\n        c = [a + b for a, b in zip(c, v)]\n    return tuple(c)", RIGHT),
    ("own gradient", T + POLY + LOSS + "def fit(xs, ys, n):\n    c = [0.0] * (2*n+1)\n    for _ in range(600):\n        r = [polynomial(c, x) - y for x, y in zip(xs, ys)]\n        basis = lambda i, x: 1.0 if i == 0 else (cos((i + 1) // 2 * x) if i % 2 else sin(i // 2 * x))\n        c = [a - 0.2 / len(xs) * sum(2 * ri * basis(i, x) for ri, x in zip(r, xs)) for i, a in enumerate(c)]\n    return c", RIGHT),
    ("cos and sin swapped", T + POLY.replace("cos(k * x)", "S").replace("sin(k * x)", "cos(k * x)").replace("S", "sin(k * x)") + LOSS + FIT, "cos and sin have changed places"),
    ("no k", T + POLY.replace("cos(k * x)", "cos(x)").replace("sin(k * x)", "sin(x)") + LOSS + FIT, "k in cos(k x)"),
    ("k outside", T + POLY.replace("cos(k * x)", "k * cos(x)").replace("sin(k * x)", "k * sin(x)") + LOSS + FIT, "k stands before"),
    ("one short", T + POLY.replace("// 2 + 1", "// 2") + LOSS + FIT, "last wave is missing"),
    ("a0 half", T + POLY.replace("p = c[0]", "p = c[0] / 2") + LOSS + FIT, "a₀ is halved"),
    ("grouped", T + "def polynomial(c, x):\n    n = len(c) // 2\n    return c[0] + sum(c[k] * cos(k * x) for k in range(1, n + 1)) + sum(c[n + k] * sin(k * x) for k in range(1, n + 1))\n" + LOSS + FIT, "its order is"),
    ("data", T + POLY.replace("p = p +", "p = p + getattr").replace("getattr c[2*k-1]", "getattr(c[2*k-1], 'data', c[2*k-1])") + LOSS + FIT, "derivative is lost"),
    ("no return", T + POLY.replace("    return p\n", "") + LOSS + FIT, "`return` is missing"),
    ("return too early", T + POLY.replace("    return p\n", "        return p\n") + LOSS + FIT, "only the first wave"),
    ("p = for p +=", T + POLY.replace("p = p + c[2*k-1]", "p = c[2*k-1]") + LOSS + FIT, "begins anew"),
    ("uphill", T + POLY + LOSS + descent("c = [a + 0.02 / len(xs) * g for a, g in zip(c, grad(loss)(c, xs, ys))]", n=30), "uphill"),
    ("diverging", T + POLY + LOSS + descent("c = [a - 2.5 * g for a, g in zip(c, grad(loss)(c, xs, ys))]", n=60), "too long"),
    ("too few", T + POLY + LOSS + descent(n=5), "stopped too early"),
    ("too short steps", T + POLY + LOSS + descent("c = [a - 1e-5 * g for a, g in zip(c, grad(loss)(c, xs, ys))]"), "stopped too early"),
    ("not moved", T + POLY + LOSS + descent("d = [a - 0.2 / len(xs) * g for a, g in zip(c, grad(loss)(c, xs, ys))]", n=5), "nothing was fitted"),
    ("one coefficient", T + POLY + LOSS + descent("c[0] = c[0] - 0.2 / len(xs) * grad(loss)(c, xs, ys)[0]"), "only some of the coefficients are fitted"),
    ("no return of fit", T + POLY + LOSS + descent().replace("    return c\n", ""), "`return` is missing"),
    ("Fourier sums", T + POLY + LOSS + "def fit(xs, ys, n):\n    m = len(xs)\n    c = [sum(ys) / m]\n    for k in range(1, n + 1):\n        c += [2 / m * sum(y * w(k * x) for x, y in zip(xs, ys)) for w in (cos, sin)]\n    return c", "evenly spaced"),
    ("accumulated", T + POLY + LOSS + "def fit(xs, ys, n):\n    c = [0.0] * (2*n+1); acc = [0.0] * (2*n+1)\n    for _ in range(200):\n        acc = [a + g for a, g in zip(acc, grad(loss)(c, xs, ys))]\n        c = [a - 0.01 / len(xs) * g for a, g in zip(c, acc)]\n    return c", "added up"),
    ("endless", T + POLY + LOSS + "def fit(xs, ys, n):\n    c = [0.0] * (2*n+1)\n    while True:\n        g = grad(loss)(c, xs, ys)\n        c = [a - 0.2 / len(xs) * b for a, b in zip(c, g)]\n        if max(map(abs, g)) == 0: break\n    return c", None),
]

M = "from autograd import grad, softplus\n"
L13 = "def loss(w, b, xs, ys):\n    total = w[0] * w[0] + w[1] * w[1]\n    for x, y in zip(xs, ys):\n        f = w[0] * x[0] + w[1] * x[1] + b\n        total = total + softplus(1 - y * f)\n    return total\n"
def training(step="w = [w[0] - a * dw[0], w[1] - a * dw[1]]; b = b - a * db", n=500, a="0.5 / len(xs)", end="w, b"):
    return f"def train(xs, ys):\n    w, b, a = [0.0, 0.0], 0.0, {a}\n    for _ in range({n}):\n        dw, db = grad(loss, argnums=(0, 1))(w, b, xs, ys)\n        {step}\n    return {end}\n"
T13 = training()
THIRTEEN = [
    ("loop", M + L13 + T13, RIGHT),
    ("one line", M + "def loss(w, b, xs, ys):\n    return sum(wi**2 for wi in w) + sum(softplus(1 - y * (sum(wi * xi for wi, xi in zip(w, x)) + b)) for x, y in zip(xs, ys))\n" + T13, RIGHT),
    ("autograd's names", "import autograd as ag\n" + L13.replace("softplus", "ag.softplus") + T13.replace("grad(", "ag.grad("), RIGHT),
    ("max form", "from autograd import grad, exp, log1p, maximum, abs as aabs\ndef softplus(t):\n    return maximum(t, 0.0) + log1p(exp(-aabs(t)))\n" + L13 + T13, RIGHT),
    ("Values and backward", "from autograd import Value, softplus\n" + L13 + "def train(xs, ys):\n    p = [Value(0.0) for _ in range(3)]\n    for _ in range(500):\n        for v in p: v.grad = 0.0\n        loss(p[:2], p[2], xs, ys).backward()\n        for v in p: v.data -= 0.5 / len(xs) * v.grad\n    return [p[0].data, p[1].data], p[2].data\n", RIGHT),
    ("NumPy out", M + "import numpy as np\n" + L13 + training(end="np.array(w), np.float64(b)"), RIGHT),
    ("no w²", M + L13.replace("w[0] * w[0] + w[1] * w[1]\n", "0.0\n", 1) + T13, "first term, |w|², is missing"),
    ("half w²", M + L13.replace("w[0] * w[0] + w[1] * w[1]\n", "0.5 * (w[0] * w[0] + w[1] * w[1])\n", 1) + T13, "not half of it"),
    ("b² too", M + L13.replace("w[1] * w[1]\n", "w[1] * w[1] + b * b\n", 1) + T13, "b² stands"),
    ("mean", M + L13.replace("softplus(1 - y * f)", "softplus(1 - y * f) / len(xs)") + T13, "mean over the samples"),
    ("no margin", M + L13.replace("1 - y * f", "-y * f") + T13, "margin is missing"),
    ("plus", M + L13.replace("1 - y * f", "1 + y * f") + T13, "a + in place of a -"),
    ("no y", M + L13.replace("1 - y * f", "1 - f") + T13, "label y is missing"),
    ("no b", M + L13.replace(" + b\n", "\n") + T13, "b is missing in f(x)"),
    ("hinge", "from autograd import grad, relu\n" + L13.replace("softplus", "relu") + T13, "hinge"),
    ("math", "from math import log, exp\nfrom autograd import grad\ndef softplus(t): return log(1 + exp(t))\n" + L13 + T13, None),
    ("log(1 + exp)", "from autograd import log, exp, grad\ndef softplus(t): return log(1 + exp(t))\n" + L13 + T13, "exp of a large number"),
    ("w² per sample", M + L13.replace("total + softplus", "total + w[0]**2 + w[1]**2 + softplus").replace("w[0] * w[0] + w[1] * w[1]\n", "0.0\n", 1) + T13, "once for each sample"),
    ("return in the loop", M + L13.replace("    return total", "        return total") + T13, "only the first point"),
    ("total overwritten", M + L13.replace("total = total + softplus", "total = softplus") + T13, "overwritten"),
    ("data", M + L13.replace("f = w[0]", "w0 = getattr(w[0], 'data', w[0]); f = w0") + T13, "loses the derivatives"),
    ("uphill", M + L13 + training("w = [w[0] + a * dw[0], w[1] + a * dw[1]]; b = b + a * db", n=20, a="0.01"), "uphill"),
    ("b not trained", M + L13 + training("w = [w[0] - a * dw[0], w[1] - a * dw[1]]"), "do not change b"),
    ("too few", M + L13 + training(n=3), "stopped too early"),
    ("diverges", M + L13 + training(a="5.0", n=50), "too long"),
    ("only b back", M + L13 + training(end="b"), "not a tuple of 2"),
    ("nothing", M + L13 + training("pass", n=3), "w and b are 0"),
]

Z = "import numpy as np\n"
FOURTEEN = [
    ("shifted", Z + "def loss_and_gradient(z, label):\n    s = z - np.max(z)\n    lse = np.log(np.sum(np.exp(s)))\n    p = np.exp(s - lse)\n    y = np.zeros(len(z)); y[label] = 1\n    return lse - s[label], p - y", RIGHT),
    ("logaddexp", Z + "def loss_and_gradient(z, label):\n    lp = z - np.logaddexp.reduce(z)\n    g = np.exp(lp); g[label] -= 1.0\n    return -lp[label], g", RIGHT),
    ("math", "from math import exp, log\ndef loss_and_gradient(z, label):\n    m = max(z)\n    e = [exp(t - m) for t in z]\n    s = sum(e)\n    return log(s) - (z[label] - m), [ei / s - (i == label) for i, ei in enumerate(e)]", RIGHT),
    ("shape (1,)", Z + "def loss_and_gradient(z, label):\n    z = np.asarray(z) - max(z)\n    L = np.log(np.exp(z).sum(keepdims=True)) - z[[label]]\n    return L, np.exp(z) / np.exp(z).sum() - np.eye(len(z))[label]", RIGHT),
    ("one-hot comparison", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    p = np.exp(z) / np.exp(z).sum()\n    return -(z[label] - np.log(np.exp(z).sum())), p - (np.arange(len(z)) == label)", RIGHT),
    ("no shift", Z + "def loss_and_gradient(z, label):\n    p = np.exp(z) / np.exp(z).sum()\n    g = p.copy(); g[label] -= 1\n    return -np.log(p[label]), g", "largest score"),
    ("shift, log p", Z + "def loss_and_gradient(z, label):\n    e = np.exp(z - z.max())\n    p = e / e.sum()\n    g = p.copy(); g[label] -= 1\n    return -np.log(p[label]), g", "under a logarithm"),
    ("eps", Z + "def loss_and_gradient(z, label):\n    e = np.exp(z - z.max())\n    p = e / e.sum()\n    g = p.copy(); g[label] -= 1\n    return -np.log(p[label] + 1e-300), g", "kept away from 0"),
    ("p", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return lse - z[label], np.exp(z - lse)", "probabilities p"),
    ("y - p", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return lse - z[label], np.eye(len(z))[label] - np.exp(z - lse)", "sign"),
    ("p - 1", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return lse - z[label], np.exp(z - lse) - 1", "1 is subtracted everywhere"),
    ("no minus", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return z[label] - lse, np.exp(z - lse) - np.eye(len(z))[label]", None),
    ("log2", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return (lse - z[label]) / np.log(2), np.exp(z - lse) - np.eye(len(z))[label]", "base 2"),
    ("sum", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return (lse - z).sum(), np.exp(z - lse) - np.eye(len(z))[label]", "sum over all classes"),
    ("label - 1", Z + "def loss_and_gradient(z, label):\n    z = z - z.max()\n    lse = np.log(np.exp(z).sum())\n    return lse - z[label - 1], np.exp(z - lse) - np.eye(len(z))[label - 1]", "off by one"),
    ("shift not in the loss", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    return lse - z[label], np.exp(s - lse) - np.eye(len(z))[label]", "shift is not put back"),
    ("1/p", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    p = np.exp(s - lse)\n    g = np.zeros(len(z)); g[label] = -1 / p[label]\n    return lse - s[label], g", "∂ℓ/∂p"),
    ("p (1 - p)", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    p = np.exp(s - lse)\n    return lse - s[label], p * (1 - p)", "single sigmoid"),
    ("only the label", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    p = np.exp(s - lse)\n    g = np.zeros(len(z)); g[label] = p[label] - 1\n    return lse - s[label], g", "only the label has a gradient"),
    ("not normalized", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    g = np.exp(s); g[label] -= 1\n    return lse - s[label], g", "not divided by the sum"),
    ("quotients", Z + "def loss_and_gradient(z, label):\n    L = lambda z: np.logaddexp.reduce(z) - z[label]\n    e = np.eye(len(z)) * 1e-5\n    return L(z), np.array([(L(z + d) - L(z - d)) / 2e-5 for d in e])", "difference quotient"),
    ("loss only", Z + "def loss_and_gradient(z, label):\n    return np.logaddexp.reduce(z) - z[label]", "not a tuple of 2"),
    ("swapped", Z + "def loss_and_gradient(z, label):\n    s = z - z.max()\n    lse = np.log(np.exp(s).sum())\n    return np.exp(s - lse) - np.eye(len(z))[label], lse - s[label]", "have changed places"),
]


def fifteen(mul="Dual(self.value * other.value, self.value * other.tangent + self.tangent * other.value)",
            div="Dual(self.value / other.value, (self.tangent * other.value - self.value * other.tangent) / (other.value * other.value))",
            sine="if isinstance(x, Dual):\n        return Dual(sin(x.value), x.tangent * cos(x.value))\n    return math.sin(x)",
            derivative="return f(Dual(x, 1.0)).tangent",
            newton="return x - derivative(f, x) / derivative(lambda t: derivative(f, t), x)"):
    return f'''import math


class Dual:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = dual(other)
        return {mul}

    def __truediv__(self, other):
        other = dual(other)
        return {div}

    __radd__ = __add__

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        power = math.prod([self] * abs(n), start=dual(1.0))
        return power if n >= 0 else 1.0 / power

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * dual(other)

    def __rsub__(self, other):
        return dual(other) - self

    def __rtruediv__(self, other):
        return dual(other) / self


def dual(x):
    return x if isinstance(x, Dual) else Dual(x)


def cos(x):
    return sin(x + math.pi / 2)


def sin(x):
    {sine}


def derivative(f, x):
    {derivative}


def newton_step(f, x):
    {newton}
'''


FIFTEEN = [
    ("rules", fifteen(), RIGHT),
    ("quotient by a product", fifteen(div="self * Dual(1.0 / other.value, -1.0 * other.tangent / (other.value * other.value))"), RIGHT),
    ("an inner function", fifteen(newton="def d(t):\n        return derivative(f, t)\n    slope, curve = d(x), derivative(d, x)\n    return x - slope / curve"), RIGHT),
    ("dual() in the sine", fifteen(sine="return Dual(sin(x.value), cos(x.value) * x.tangent) if isinstance(x, Dual) else math.sin(x)"), RIGHT),
    ("a dual of a dual", fifteen(newton="y = f(Dual(Dual(x, 1.0), 1.0))\n    return x - y.tangent.value / y.tangent.tangent"), RIGHT),
    ("tangents multiplied", fifteen(mul="Dual(self.value * other.value, self.tangent * other.tangent)"), "tangents are multiplied"),
    ("one term", fifteen(mul="Dual(self.value * other.value, self.tangent * other.value)"), "two terms"),
    ("minus", fifteen(mul="Dual(self.value * other.value, self.tangent * other.value - self.value * other.tangent)"), "a - between"),
    ("quotient +", fifteen(div="Dual(self.value / other.value, (self.tangent * other.value + self.value * other.tangent) / (other.value * other.value))"), None),
    ("quotient not squared", fifteen(div="Dual(self.value / other.value, (self.tangent * other.value - self.value * other.tangent) / other.value)"), None),
    ("tangents divided", fifteen(div="Dual(self.value / other.value, self.tangent / other.tangent if other.tangent else self.tangent / other.value)"), None),
    ("no chain in sin", fifteen(sine="if isinstance(x, Dual):\n        return Dual(sin(x.value), cos(x.value))\n    return math.sin(x)"), "inside the sine is missing"),
    ("sin for cos", fifteen(sine="if isinstance(x, Dual):\n        return Dual(sin(x.value), sin(x.value) * x.tangent)\n    return math.sin(x)"), "sin is cos"),
    ("math in sin", fifteen(sine="if isinstance(x, Dual):\n        return Dual(math.sin(x.value), math.cos(x.value) * x.tangent)\n    return math.sin(x)"), "dual number"),
    ("value", fifteen(derivative="return f(Dual(x, 1.0)).value"), "value, not the tangent"),
    ("tangent 0", fifteen(derivative="return f(Dual(x)).tangent"), "tangent begins at 0"),
    ("newton +", fifteen(newton="return x + derivative(f, x) / derivative(lambda t: derivative(f, t), x)"), "wrong way"),
    ("newton for a zero", fifteen(newton="return x - f(x) / derivative(f, x)"), "zero of f"),
    ("the step", fifteen(newton="return -derivative(f, x) / derivative(lambda t: derivative(f, t), x)"), "without the x"),
    ("upside down", fifteen(newton="return x - derivative(lambda t: derivative(f, t), x) / derivative(f, x)"), "upside down"),
    ("a quotient in newton", fifteen(newton="h = 1e-5\n    return x - derivative(f, x) / ((derivative(f, x + h) - derivative(f, x - h)) / (2 * h))"), "difference quotient"),
    ("derivative by a quotient", fifteen(derivative="h = 1e-6\n    return (f(x + h) - f(x - h)) / (2 * h)"), "difference quotient"),
    ("the engine", "import autograd\n" + fifteen(derivative="return autograd.grad(f)(x)"), "autograd"),
    (".value in the product", fifteen(mul="Dual(self.value * other.value, float(getattr(self.value, 'value', self.value)) * other.tangent + self.tangent * other.value)"), "lost on the way"),
]

BATTERY = {"e01_slope": ONE, "e02_by_hand": TWO, "e03_record": THREE, "e04_operation": FOUR, "e05_fault": FIVE, "e06_chain": SIX,
           "e07_order": SEVEN, "e08_backward": EIGHT, "e09_neuron": NINE, "e10_momentum": TEN, "e11_two_layers": ELEVEN,
           "e12_trigonometric": TWELVE, "e13_soft_margin": THIRTEEN, "e14_softmax": FOURTEEN, "e15_dual": FIFTEEN}
