"""Wrong answers whose cause was once not told, or told wrongly: (exercise, source, words of the cause, words that would be false)."""

from tests.demos.battery import NODE

VALUES = "from autograd import Value, sin\n\n\ndef value_and_derivatives(a, b):\n    A, B = Value(a), Value(b)\n"
NEURON = "import numpy as np\n\n\ndef sigmoid(t):\n    return 1 / (1 + np.exp(-t))\n\n\ndef neuron_gradients(w, b, x):\n"
ENGINE = f"{NODE}    nodes = order(output)\n"
LOSS = """from autograd import grad, softplus


def loss(w, b, xs, ys):
    total = w[0] * w[0] + w[1] * w[1]
    for x, y in zip(xs, ys):
        total = total + softplus(1 - y * (w[0] * x[0] + w[1] * x[1] + b))
    return total


"""
SEARCH = """from autograd import Value


def order(output):
    out, seen, stack = [], {id(output)}, [(output, False)]
    while stack:
        n, done = stack.pop()
        if done:
            out.append(n)
            continue
        stack.append((n, True))
        for i in n.inputs:
            if isinstance(i, Value) and id(i) not in seen:
                seen.add(id(i))
                stack.append((i, False))
    return out
"""

LATER = [
    ("e01_slope", "def slope(f, x, h):\n    return (f([x + h]) - f([x - h])) / (2 * h)\n", "a list", ""),
    ("e02_by_hand", "import math\n\n\ndef df(x):\n    return (math.cos(x) * (1 + x**2) - math.sin(x) * 2 * x) / (1 + x)**2\n", "a square is missing, in line 5", ""),
    ("e02_by_hand", "import math\n\n\ndef df(x):\n    v = 1 + x**2\n    return math.cos(x) / v**2 - 2 * x * math.sin(x) / v\n",
     "the first term is the right one times 1 / v, and the second term is the right one times v", ""),
    ("e03_record", f"{VALUES}    y = A * B**2 + sin(A * B)\n    y.backward()\n    return y, A.grad, B.grad\n", "a Value comes back", ""),
    ("e06_chain", "def derivatives(x, w):\n    u = x * w\n    v = u + x\n    dv = u\n    du = v + dv\n"
     "    return {'y': 1.0, 'v': du, 'u': dv, 'w': du * x, 'x': du * w + dv}\n", "dy/dv and dy/du have changed places", "too much"),
    ("e06_chain", "def derivatives(x, w):\n    u = x * w\n    v = u - x\n    dv = u\n    du = v + dv\n"
     "    return {'y': 1.0, 'v': dv, 'u': du, 'w': du * x, 'x': du * w - dv}\n", "a - where a + belongs", "has the factor"),
    ("e07_order", SEARCH, "when it is put on the stack", ""),
    ("e08_backward", f"{ENGINE}    for n in nodes[:-1]:\n        n.grad = 0.0\n    output.grad += 1.0\n    for n in reversed(nodes):\n"
     "        for v, p in zip(n.inputs, n.partials):\n            v.grad += p * n.grad\n", "output.grad grows with each call", "not set to 0"),
    ("e08_backward", f"{ENGINE}    for n in nodes:\n        n.grad = 0.0\n    output.grad = 1.0\n    for n in reversed(nodes):\n"
     "        for v, p in zip(n.inputs, n.partials):\n            v.grad = v.grad or p * n.grad\n", "only the first part of a node counts", ""),
    ("e09_neuron", f"{NEURON}    s = sigmoid(w @ x + 1)\n    d = s * (1 - s)\n    return d * x, d, d * w\n", "w @ x + 1 is not what belongs there", "s * (1"),
    ("e13_soft_margin", f"{LOSS}def train(xs, ys):\n    c = [0.0, 0.0, 0.0]\n    for _ in range(3):\n"
     "        def f(c):\n            return loss(c[:2], c[2], xs, ys)\n        g, s = grad(f)(c), 1.0\n"
     "        while f([a - s * d for a, d in zip(c, g)]) > f(c) - 0.3 * s * sum(d * d for d in g):\n            s /= 2\n"
     "        c = [a - s * d for a, d in zip(c, g)]\n    return c[:2], c[2]\n", "before the minimum", "kept from before"),
    ("e14_softmax", "import numpy as np\n\n\ndef loss_and_gradient(z, label):\n    s = z - z.max()\n    total = np.log(np.exp(s).sum())\n"
     "    p = np.exp(s - total)\n    p[label] -= 1\n    return total, p\n", "whose score does not stand in it", "")]
