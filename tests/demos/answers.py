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

RIGHT = [
    ("e02_by_hand", "return (du * v - u * dv) / v**2", "return du / v - u * dv / v**2"),
    ("e04_operation", "return a / y", "from autograd import sqrt; return a / sqrt(a * a + b * b)"),
    ("e09_neuron", "return dz * x, dz, dz * w", "dw, dx = dz * x, dz * w; w *= 0; x *= 0; return [dw, dz, dx]"),
    ("e12_trigonometric", "while max(map(abs, gradient)) > 1e-4", "for _ in range(300)"),
    ("e14_softmax", "z - np.log(np.exp(z).sum())", "np.log(np.exp(z) / np.exp(z).sum())"),
    ("e11_two_layers", "np.outer(dz1, x)", "(dz1[:, None] * x).tolist()")]

WRONG = {
    "e01_slope": [
        ("(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h", "one side only, from x to x + h"),
        ("(2 * h)", "h", "a factor 2 too many"),
        ("/ (2 * h)", "/ 2 * h", "parentheses are missing"),
        ("f(x + h) - f(x - h)", "f(x - h) - f(x + h)", "the sign is the wrong way round"),
        ("return", "h = 1e-5; return", "another step than h"),
        ("return (f", "return 0.5403023  #", "the same number everywhere")],
    "e02_by_hand": [
        ("return (du * v - u * dv) / v**2", "return du", "the derivative of the numerator only"),
        ("return (du * v - u * dv) / v**2", "return du / dv", "one derivative over the other"),
        ("/ v**2", "/ v", "the denominator has to be squared"),
        ("du * v - u * dv", "du * v + u * dv", "a + where the quotient rule has a -"),
        ("du * v - u * dv", "u * dv - du * v", "the sign is the wrong way round"),
        ("/ v**2", "/ v**2 + 1e-5", "all are off by the same number, 1e-05"),
        ("/ v**2", "/ (2 * v**2)", "all are half of what they should be")],
    "e03_record": [
        ("from autograd import Value, sin", "from autograd import Value\nfrom math import sin", "autograd.sin a Value"),
        ("y.backward()", "pass", "backward() was not called"),
        ("a.grad, b.grad", "b.grad, a.grad", "have changed places"),
        ("a * b**2", "a * b", ": y is ")],
    "e04_operation": [
        ("return a / y", "return b / y", "by the other input"),
        ("return b / y", "return 2 * b / y", "a factor 2 too many"),
        ("return b / y", "return y / b", "upside down"),
        ("return b / y", "return b / math.sqrt(a * a + b * b)", "`length`, input 1: the derivative of its rule")],
    "e05_fault": [
        ("1 / sqrt(1 + a * a)", "1 / sqrt(1 + y * y)", "this is what stands in TABLE"),
        ("1 / sqrt(1 + a * a)", "-1 / sqrt(1 + a * a)", "the sign is the wrong way round"),
        ("(0.3, 1.7), (0.8, 0.6), (2.1, 1.2)", "(1.0, 1.7),", "tried at one point only"),
        ("for name, (", 'return "asinh", 0\n    for name, (', "In another table: a partial that "),
        ("return name, i", "return 'mul', 0", "In another table: "),
        ("return name, i", "return name", "not a tuple of 2"),
        ("1 / sqrt(1 + y * y)),", "1 / sqrt(1 + a * a)),", "TABLE has 0 wrong partials")],
    "e06_chain": [
        ("v * dy + 1.0 * dv", "v * dy", "u has two users"),
        ("w * du + 1.0 * dv", "w * du", "only the part through u is there"),
        ("dv = u * dy", "dv = v * dy", "this is v, the other factor is u"),
        ("dw = x * du", "dw = -x * du", '["w"] is ')],
    "e07_order": [
        ("return found", "return found[::-1]", "stands before its input"),
        ("elif v not in seen", "else", "stands in the list 3 times"),
        ("return found", "return found[1:]", "is missing"),
        (" if isinstance(u, Value)", "", "raised AttributeError"),
        ("found.append(v)", "found.append(v); seen.add(v)\n            found.append(Value(1.0))", "not behind the output"),
        (FIRST_LINE, RECURSIVE, "calls itself too often"),
        (FIRST_LINE, RECURSIVE.replace("visit(output)", "import sys; sys.setrecursionlimit(10**5); visit(output)"),
         "raises Python's limit of recursion"),
        (FIRST_LINE, RECURSIVE.replace("visit(output)", "try: visit(output)\n    except RecursionError: pass"),
         "a chain of 5,000 operations")],
    "e08_backward": [
        ("v.grad += ", "v.grad = ", "= where += is needed"),
        ("reversed(nodes)", "nodes", "users have to come before"),
        ("node.grad = 0.0", "pass", "something is left from the first call"),
        ("        node.grad = 0.0", "        if not node.inputs: node.grad = 0.0", "after a second backward(y)"),
        ("output.grad = 1.0", "output.grad = 2.0", "a factor 2 too many")],
    "e09_neuron": [
        ("f * (1 - f) ", "1.0 #", "σ'(z) is missing"),
        ("f * (1 - f) ", "f #", "σ(z) stands where σ'(z) should"),
        ("dz * x, dz, dz * w", "dz * w, dz, dz * x", "w and x have changed places"),
        ("dz * x, dz, dz * w", "dz * x, dz, -dz * w", "∂f/∂x[0] is "),
        ("dz * x, dz, dz * w", "dz * x, dz * b, dz * w", "∂f/∂b is "),
        ("dz * x, dz, dz * w", "np.outer(dz, x), dz, dz * w", "the shape (1, 3); it should be (3,)")],
    "e10_momentum": [
        ("wi - alpha", "wi + alpha", "it goes uphill"),
        (" + beta * (wi - bi)", "", "momentum is missing"),
        ("beta * (wi - bi)", "beta * (bi - wi)", "the momentum has the wrong sign"),
        ("alpha * gi", "gi", "α is missing"),
        ("grad(f)(w)", "grad(f)(points[0])", "at the first point all the time"),
        ("points.append(w) ", "points = [w] * (len(points) + 1) #", "w⁰[0] is "),
        ("points.append(w) ", "points[0][:] = w; points.append(points[0]) #", "one and the same list"),
        ("return points", "return points[1:]", "the shape (6, 2); it should be (7, 2)")],
    "e11_two_layers": [
        ("W2.T @ dz2", "W2 @ dz2", "W₂ where (7) has its transpose"),
        ("f1 * (1 - f1) * (W2", "(W2", "D₁ of (7) is missing"),
        ("np.outer(dz2, f1)", "np.outer(f1, dz2)", "it is transposed"),
        ("np.outer(dz1, x)", "np.outer(x, dz1)", "it is transposed"),
        ("dz2 = z2 - y", "dz2 = 2 * (z2 - y)", "a factor 2 too many"),
        ("dz2 = z2 - y", "dz2 = y - z2", "the sign is the wrong way round"),
        ('"db1": dz1}', '"db1": dz1.sum()}', "db1 has the shape ()"),
        ('"db1": dz1}', '"b1": dz1}', "without the key 'db1'")],
    "e12_trigonometric": [
        ("cos(k * x), sin(k * x)", "sin(k * x), cos(k * x)", "cos and sin have changed places"),
        ("cos(k * x), sin(k * x)", "cos(x), sin(x)", "the k in cos(k x) and sin(k x) is missing"),
        ("waves = [1.0]", "waves = [0.0]", "a₀ is missing"),
        ("sum(ci * wave", "sum(float(ci) * wave", "a plain number when c holds Values"),
        ("> 1e-4", ">= 1.0", "it stopped too early"),
        ("0.3 / len(xs)", "0.3", "a learning rate that is too large"),
        ("    c, alpha", "    return [0.0] * (2 * n + 1)\n    c, alpha", "nothing was fitted")],
    "e13_soft_margin": [
        ("softplus(1 - margin)", "softplus(-margin)", "the margin is missing"),
        ("softplus(1 - margin)", "softplus(1 + margin)", "a + in place of a -"),
        ("w[0]**2 + w[1]**2 + ", "", "|w|², is missing"),
        ("softplus(1 - margin)", "softplus(1 - margin) / len(xs)", "the mean over the samples"),
        ("import grad, softplus", "import grad, exp, log",
         "raised NameError: name 'softplus' is not defined, at line 8 of e13_soft_margin.py"),
        ("import grad, softplus", "import grad, relu as softplus", "this is the hinge"),
        ("import grad, softplus", "import grad, exp, log\ndef softplus(t): return log(1 + exp(t))", "OverflowError"),
        ("import grad, softplus", "import grad\nimport autograd\ndef softplus(t): return autograd.softplus(float(t))",
         "only |w|² is in the graph"),
        ("range(300)", "range(3)", "it stopped too early")],
    "e14_softmax": [
        ("z = z - z.max()", "pass", "take the largest score from all of them first"),
        ("gradient[label] -= 1", "pass", "these are the probabilities p"),
        (", gradient\n", ", -gradient\n", "the sign is the wrong way round"),
        ("return -log_p[label]", "return log_p[label]", "the loss is "),
        ("return -log_p[label]", "return -log_p.sum()", "only that of the label counts"),
        ("gradient[label] -= 1", "gradient -= 1", "not at the label alone")],
    "e15_dual": [
        ("self.tangent * other.value + self.value * other.tangent", "self.tangent * other.value",
         "product rule has two terms"),
        ("self.tangent - y * other.tangent", "self.tangent + y * other.tangent", "the derivative of 1 / x at "),
        ("cos(x.value) * x.tangent", "cos(x.value)", "the tangent of what is inside the sine is missing"),
        ("cos(x.value) * x.tangent", "sin(x.value) * x.tangent", "the derivative of sin is cos"),
        ("Dual(sin(x.value), cos(x.value)", "Dual(sin(x.value), math.cos(x.value)", "raised TypeError"),
        ("self.tangent - y * other.tangent", "self.tangent - getattr(y, 'value', y) * other.tangent",
         "the second derivative of 1 / x at "),
        ("return x - slope(x)", "return x + slope(x)", "it goes the wrong way"),
        ("return x - slope(x) / derivative(slope, x)", "return x - f(x) / slope(x)", "a zero of f, not of f'"),
        ("f(Dual(x, 1.0))", "f(Dual(x, 2.0))", "a factor 2 too many")]}
