"""Answers to the exercises beside the solutions: what is changed in a solution, into what, and what the check then says."""

FIRST_LINE = "found, seen, stack = [], set(), [(output, False)]"           # of `order`
RECURSIVE = """found, seen = [], set()

    def visit(v):
        if isinstance(v, Value) and v not in seen:
            seen.add(v)
            for u in v.inputs:
                visit(u)
            found.append(v)
    visit(output)
    return found"""

KAHN = """users = {}
    todo = [output]
    while todo:
        v = todo.pop()
        if v not in users:
            users[v] = []
            todo += [u for u in v.inputs if isinstance(u, Value)]
    for v in users:
        for u in {*v.inputs} & {*users}:
            users[u].append(v)
    found, ready = [], [output]
    while ready:
        v = ready.pop()
        found.append(v)
        for u in {*v.inputs} & {*users}:
            users[u].remove(v)
            if not users[u]:
                ready.append(u)
    return found[::-1]
    stack = []"""

BACKWARD = """        for v, partial in zip(node.inputs, node.partials):
            v.grad += partial * node.grad   # each user adds its part"""
PARTS = """        for k in range(len(node.inputs)):
            node.inputs[k].grad = node.inputs[k].grad + node.grad * node.partials[k]"""

RIGHT = [
    ("e01_slope", "(f(x + h) - f(x - h)) / (2 * h)", "0.5 * ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h)"),
    ("e02_by_hand", "return (du * v - u * dv) / v**2", "return du / v - u * dv / v**2"),
    ("e02_by_hand", "return (du * v - u * dv) / v**2", "return (du - f(x) * dv) / v"),
    ("e03_record", "return y.data, a.grad, b.grad", "return [y.data, a.grad, b.grad]"),
    ("e03_record", "return y.data, a.grad, b.grad", "import numpy as np; return np.array([y.data, a.grad, b.grad])"),
    ("e04_operation", "return a / y", "from autograd import sqrt; return a / sqrt(a * a + b * b)"),
    ("e05_fault", "    for name, (forward, *partials) in table.items():",
     "    while table:\n        name, (forward, *partials) = table.popitem()"),
    ("e05_fault", "    for name, (", "    TABLE.clear()\n    for name, ("),
    ("e05_fault", "    a, = inputs ", "    from math import cosh; return 1 / cosh(y)\n    a, = inputs "),
    ("e06_chain", "du = v * dy + 1.0 * dv", "du = 2 * x * w + x"),
    ("e07_order", FIRST_LINE, KAHN),
    ("e08_backward", "    for node in nodes:\n        node.grad = 0.0",
     "    for node in order(output):\n        node.grad -= node.grad"),
    ("e08_backward", BACKWARD, PARTS),
    ("e09_neuron", "return dz * x, dz, dz * w", "dw, dx = dz * x, dz * w; w = x = None; return [dw, dz, dx]"),
    ("e10_momentum", "points, before = [w], w", "points, before = [(*w,)], [*w]"),
    ("e11_two_layers", "np.outer(dz1, x)", "(dz1[:, None] * x).tolist()"),
    ("e12_trigonometric", "while max(map(abs, gradient)) > 1e-4", "for _ in range(300)"),
    ("e13_soft_margin", "w[0]**2 + w[1]**2 + ", "sum(wi * wi for wi in w) + "),
    ("e14_softmax", "z = z - z.max()", "z = z - z.max() + 1.0"),
    ("e14_softmax", "z - np.log(np.exp(z).sum())", "z - np.logaddexp.reduce(z)"),
    ("e15_dual", "(self.tangent - y * other.tangent) / other.value",
     "(self.tangent * other.value - self.value * other.tangent) / other.value**2"),
    ("e15_dual", "(self.tangent - y * other.tangent) / other.value",
     "self.tangent / other.value - self.value * other.tangent * other.value**-2")]

WRONG = {
    "e01_slope": [
        ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h", "one side only, from x to x + h"),
        ("(2 * h)", "h", "a factor 2 too many"),
        ("/ (2 * h)", "/ 2 * h", "parentheses are missing"),
        ("f(x + h) - f(x - h)", "f(x - h) - f(x + h)", "the sign is the wrong way round"),
        ("return", "h = 1e-5; return", "another step than h"),
        ("return (f", "return 0.5403023  #", "the same number everywhere")],
    "e02_by_hand": [
        ("return (du", "h = 1e-5; return (f(x + h) - f(x - h)) / (2 * h); (du", "it is a difference quotient"),
        ("return (du * v - u * dv) / v**2", "return du", "the derivative of the numerator only"),
        ("return (du * v - u * dv) / v**2", "return du / dv", "one derivative over the other"),
        ("/ v**2", "/ v", "the denominator has to be squared"),
        ("du * v - u * dv", "du * v + u * dv", "a + where the quotient rule has a -"),
        ("du * v - u * dv", "u * dv - du * v", "the sign is the wrong way round"),
        ("/ v**2", "/ v**2 + 1e-5", "all are off by the same number, 1e-05"),
        ("/ v**2", "/ (2 * v**2)", "all are half of what they should be")],
    "e03_record": [
        ("from autograd import Value, sin", "from autograd import Value\nfrom math import sin", "autograd.sin(v), not math.sin(v)"),
        ("sin(a * b)", "Value(sin(a * b).data)", "the sine is not in the graph"),
        ("y.backward()", "pass", "backward() was not called"),
        ("a.grad, b.grad", "b.grad, a.grad", "have changed places"),
        ("a * b**2", "a * b", ": y is ")],
    "e04_operation": [
        ("return b / y", "return b / y\n\n\nby_a, by_b = by_b, by_a", "with respect to the other input"),
        ("a * a + b * b), by_a, by_b", "a * a + b * b), by_b, by_a", "the line `length = operation(...)` was changed"),
        ("a * a + b * b), by_a", "a * a + 2 * b * b), by_a", "the line `length = operation(...)` was changed"),
        ("return a / y", "return b / y", "with respect to the other input"),
        ("return b / y", "return 2 * b / y", "the 1/2 of the root is missing"),
        ("return b / y", "return y / b", "upside down"),
        ("return b / y", "return b / math.sqrt(a * a + b * b)", "autograd.sin(v), not math.sin(v)"),
        ("return b / y", "return b / getattr(y, 'data', y)", "loses the derivative of second order")],
    "e05_fault": [
        ("in table.items()", "in TABLE.items()", "it looks at TABLE, and not at the table it is given"),
        ("> 1e-6", "> 1e+6", "nothing is ever found: the tolerance is too large, or a `return` is missing"),
        ("return name, i", "name, i", "nothing is ever found: the tolerance is too large, or a `return` is missing"),
        ("> 1e-6", "> 0.0", "the first partial is always taken for a wrong one"),
        ("1 / sqrt(1 + a * a)", "1 / sqrt(1 + y * y)", "this is what stands in TABLE"),
        ("1 / sqrt(1 + a * a)", "-1 / sqrt(1 + a * a)", "the sign is the wrong way round"),
        ("(0.3, 1.7), (0.8, 0.6), (2.1, 1.2)", "(1.0, 1.7),", "tried at one point only"),
        ("for name, (", 'return "asinh", 0\n    for name, (', "In another table: a partial that "),
        ("return name, i", "return 'mul', 0", "In another table: "),
        ("return name, i", "return name", "not a tuple of 2"),
        ("1 / sqrt(1 + y * y)),", "1 / sqrt(1 + a * a)),", "TABLE has 0 wrong partials")],
    "e06_chain": [
        ("dy = 1.0", "dy = u * v", "this is the value of y"),
        ("dw = x * du", "dw = w", "this is the value of w"),
        ("dx = w * du + 1.0 * dv", "dx = x", "this is the value of x"),
        ("v * dy + 1.0 * dv", "v * dy", "u has two users"),
        ("w * du + 1.0 * dv", "w * du", "only the part through u is there"),
        ("dv = u * dy", "dv = v * dy", "this is v, the other factor is u"),
        ("dw = x * du", "dw = -x * du", '["w"] is ')],
    "e07_order": [
        ("return found", "return found[::-1]", "stands before its input"),
        ("elif v not in seen", "else", "stands in the list 2 times"),
        ("return found", "return found[1:]", "is missing"),
        (" if isinstance(u, Value)", "", "a plain number among the inputs is not a node"),
        ("return found", "return sorted(found, key=lambda v: v.data)", "v2 = v0 + v1"),
        ("v not in seen:\n            seen.add(v)", "v.data not in seen:\n            seen.add(v.data)", "v0 = 1.5, v1 = 1.5"),
        ("found.append(v)", "found.append(v); seen.add(v)\n            found.append(Value(1.0))", "not behind the output"),
        (FIRST_LINE, RECURSIVE, "calls itself too often"),
        (FIRST_LINE, RECURSIVE.replace("visit(output)", "import sys; sys.setrecursionlimit(10**5); visit(output)"),
         "raises Python's limit of recursion"),
        (FIRST_LINE, RECURSIVE.replace("visit(output)", "try: visit(output)\n    except RecursionError: pass"),
         "a chain of 5,000 operations")],
    "e08_backward": [
        (BACKWARD, BACKWARD + "\n    for node in nodes:\n        if node.inputs: node.grad = 0.0", ".grad is 0"),
        (BACKWARD, BACKWARD + "\n    output.grad = 99.0", "after backward(y), y.grad is 99"),
        ("    nodes = order", "    if hasattr(output, 'done'): return\n    output.done = True\n    nodes = order",
         "backward did nothing in this call"),
        ("    nodes = order", "    output.calls = getattr(output, 'calls', 0) + 1\n    if output.calls % 2 == 0: return\n"
         "    nodes = order", "backward did nothing in this call"),
        ("        node.grad = 0.0", "        if node.inputs: node.grad = 0.0", "the grads of the leaves are not set to 0"),
        ("        node.grad = 0.0", "        if node.grad != 7.0 or not node.inputs: node.grad = 0.0", "the grads of the nodes between are not set to 0"),
        ("        node.grad = 0.0", "        if hasattr(output, 'm') or node.inputs: node.grad = 0.0\n    output.m = 1",
         "something is left from backward(y)"),
        ("v.grad += ", "v.grad = ", "= where += is needed"),
        ("reversed(nodes)", "nodes", "users have to come before"),
        ("node.grad = 0.0", "pass", "what was in grad before is still in it"),
        ("        node.grad = 0.0", "        if not node.inputs: node.grad = 0.0", "after a second backward(y)"),
        ("output.grad = 1.0", "output.grad = 2.0", "output.grad begins at 2")],
    "e09_neuron": [
        ("f * (1 - f) ", "1.0 #", "σ'(z) is missing"),
        ("f * (1 - f) ", "f #", "σ(z) stands where σ'(z) should"),
        ("dz * x, dz, dz * w", "dz * x, dz * x, dz * w", "∂f/∂b has the shape (3,); it should be a number"),
        ("dz * x, dz, dz * w", "dz * w, dz, dz * x", "w and x have changed places"),
        ("dz * x, dz, dz * w", "dz * x, dz, -dz * w", "∂f/∂x[0] is "),
        ("dz * x, dz, dz * w", "dz * x, dz * b, dz * w", "∂f/∂b is "),
        ("dz * x, dz, dz * w", "np.outer(dz, x), dz, dz * w", "the shape (1, 3); it should be (3,)")],
    "e10_momentum": [
        ("points, before = [w], w", "points, before = [w], [0.0, 0.0]", "w⁻¹ is 0 in the first step"),
        ("beta * (wi - bi)", "alpha * beta * (wi - bi)", "the momentum is multiplied by α too"),
        ("alpha * gi", "(1 - beta) * alpha * gi", "the gradient is multiplied by 1 - β"),
        ("grad(f)(w)", "grad(f)([wi + beta * (wi - bi) for wi, bi in zip(w, before)])", "as Nesterov does"),
        ("before)], w\n", "before)], before\n", "wʲ⁻¹ is w⁰ in every step"),
        ("return points", "pass", "descend(f, w, alpha, beta, steps) gave None"),
        ("wi - alpha", "wi + alpha", "it goes uphill"),
        (" + beta * (wi - bi)", "", "momentum is missing"),
        ("beta * (wi - bi)", "beta * (bi - wi)", "the momentum has the wrong sign"),
        ("alpha * gi", "gi", "α is missing"),
        ("grad(f)(w)", "grad(f)(points[0])", "at the first point all the time"),
        ("points.append(w) ", "points = [w] * (len(points) + 1) #", "w⁰ is "),
        ("points.append(w) ", "points[0][:] = w; points.append(points[0]) #", "one and the same list"),
        ("return points", "return points[1:]", "the shape (6, 2); it should be (7, 2)")],
    "e11_two_layers": [
        ("z2 = W2 @ f1 + b2", "z2 = sigmoid(W2 @ f1 + b2)", "there is a sigmoid at the output"),
        ("dz2 = z2 - y", "z2 = sigmoid(z2); dz2 = z2 * (1 - z2) * (z2 - y)", "there is a sigmoid at the output"),
        ("np.outer(dz2, f1)", "np.outer(dz2, z1)", "z₁ stands where f₁ should"),
        ("np.outer(dz1, x)", "np.outer(dz1, z1)", "z₁ stands where x should"),
        ("np.outer(dz1, x)", "np.outer(dz1, f1)", "f₁ stands where x should"),
        ('"db1": dz1}', '"db1": dz2}', "dz₂ stands where dz₁ should"),
        ('"db1": dz1}', '"db1": dz1 + 5j}', "it uses complex numbers"),
        ('"db1": dz1}', '"db1": dz1.astype(str)}', "not an array of numbers"),
        ("W2.T @ dz2", "W2 @ dz2", "W₂ where (7) has its transpose"),
        ("f1 * (1 - f1) * (W2", "(W2", "D₁ of (7) is missing"),
        ("np.outer(dz2, f1)", "np.outer(f1, dz2)", "it is transposed"),
        ("np.outer(dz1, x)", "np.outer(x, dz1)", "it is transposed"),
        ("dz2 = z2 - y", "dz2 = 2 * (z2 - y)", "a factor 2 too many"),
        ("dz2 = z2 - y", "dz2 = y - z2", "the sign is the wrong way round"),
        ('"db1": dz1}', '"db1": dz1.sum()}', "db1 has the shape ()"),
        ('"db1": dz1}', '"b1": dz1}', "without the key 'db1'")],
    "e12_trigonometric": [
        ("waves += [cos(k * x), sin(k * x)]", "waves[k:k] = [cos(k * x)]; waves.append(sin(k * x))",
         "its order is a₀, a₁, b₁, a₂, b₂, ..."),
        ("waves = [1.0]", "waves = [0.5]", "a₀ is halved"),
        ("cos(k * x), sin(k * x)", "sin(k * x), cos(k * x)", "cos and sin have changed places"),
        ("cos(k * x), sin(k * x)", "cos(x), sin(x)", "the k in cos(k x) and sin(k x) is missing"),
        ("waves = [1.0]", "waves = [0.0]", "a₀ is missing"),
        ("sum(ci * wave", "sum(float(ci) * wave", "write v.data if you want the number"),
        ("sum(ci * wave", "sum(getattr(ci, 'data', ci) * wave", "a plain number when c holds Values"),
        ("> 1e-4", ">= 1.0", "it stopped too early"),
        ("0.3 / len(xs)", "0.3", "the steps are too long"),
        ("    c, alpha", "    return [0.0] * (2 * n + 1)\n    c, alpha", "nothing was fitted")],
    "e13_soft_margin": [
        ("w[0]**2 + w[1]**2 + ", "(w[0]**2 + w[1]**2) / 2 + ", "not half of it"),
        ("w[0]**2 + w[1]**2 + ", "w[0]**2 + w[1]**2 + b**2 + ", "b² stands in the first term"),
        ("b - alpha * db", "b", "the steps do not change b; the others are at the minimum"),
        ("softplus(1 - margin)", "softplus(-margin)", "the margin is missing"),
        ("softplus(1 - margin)", "softplus(1 + margin)", "a + in place of a -"),
        ("w[0]**2 + w[1]**2 + ", "", "|w|², is missing"),
        ("softplus(1 - margin)", "softplus(1 - margin) / len(xs)", "the mean over the samples"),
        ("import grad, softplus", "import grad, exp, log",
         "raised NameError: name 'softplus' is not defined, at line 8 of e13_soft_margin.py"),
        ("import grad, softplus", "import grad, relu as softplus", "this is the hinge"),
        ("import grad, softplus", "import grad, exp, log\ndef softplus(t): return log(1 + exp(t))", "OverflowError"),
        ("import grad, softplus", "import grad\nimport autograd\ndef softplus(t): return autograd.softplus(getattr(t, 'data', t))",
         "only |w|² is in the graph"),
        ("range(300)", "range(3)", "it stopped too early")],
    "e14_softmax": [
        ("z - np.log(np.exp(z).sum())", "np.log(np.exp(z) / np.exp(z).sum())", "no p is under a logarithm"),
        ("z = z - z.max()", "z = z - z.min()", "take the largest score from all of them first"),
        ("z = z - z.max()", "z = z - z.mean()", "take the largest score from all of them first"),
        ("return -log_p[label]", "return -log_p[label] / np.log(2)", "the logarithm to the base 2"),
        ("    z = z", "    label -= 1; z = z", "the label is off by one"),
        ("    z = z", "    label = (label + 1) % len(z); z = z", "the label is off by one"),
        ("gradient[label] -= 1", "gradient[label - 1] -= 1", "the label is off by one"),
        ("z = z - z.max()", "pass", "take the largest score from all of them first"),
        ("gradient[label] -= 1", "pass", "these are the probabilities p"),
        (", gradient\n", ", -gradient\n", "the sign is the wrong way round"),
        ("return -log_p[label]", "return log_p[label]", "the loss is "),
        ("return -log_p[label]", "return -log_p.sum()", "only that of the label counts"),
        ("gradient[label] -= 1", "gradient -= 1", "not at the label alone")],
    "e15_dual": [
        ("Dual(sin(x.value), cos(x.value) * x", "Dual(sin(x.value), math.cos(x.value) * x",
         "use the sin and cos of this file"),
        ("return x - slope(x) / derivative(slope, x)",
         "h = 1e-5; return x - slope(x) / ((slope(x + h) - slope(x - h)) / (2 * h))", "comes from a difference quotient"),
        ("self.tangent * other.value + self.value * other.tangent", "self.tangent * other.value",
         "product rule has two terms"),
        ("self.tangent - y * other.tangent", "self.tangent + y * other.tangent", "the tangent of (x * x + 1) / (x + 3) for "),
        ("cos(x.value) * x.tangent", "cos(x.value)", "the tangent of what is inside the sine is missing"),
        ("cos(x.value) * x.tangent", "sin(x.value) * x.tangent", "the derivative of sin is cos"),
        ("Dual(sin(x.value), cos(x.value)", "Dual(sin(x.value), math.cos(x.value)", "raised TypeError"),
        ("self.tangent - y * other.tangent", "self.tangent - getattr(y, 'value', y) * other.tangent",
         "a tangent is lost on the way"),
        ("return x - slope(x)", "return x + slope(x)", "it goes the wrong way"),
        ("return x - slope(x) / derivative(slope, x)", "return x - f(x) / slope(x)", "a zero of f, not of f'"),
        ("f(Dual(x, 1.0))", "f(Dual(x, 2.0))", "a factor 2 too many")]}
