"""Checks exercise 9: the three gradients of the neuron."""
import numpy as np

from demos.exercises.checkers.asking import Part, Wrong, as_matrix, as_tuple, at, draw, draws, entries
from demos.exercises.checkers.comparing import TWO, all_close, compare, exactly, no_quotient, related
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects

POLICY = derive("the gradients are to be written as formulas")
HINTS = ("Call the input of the sigmoid z. All three gradients have the factor ∂f/∂z.",
         "σ'(z) = σ(z) (1 - σ(z)), and σ(z) is f, which you have.",
         "z is a sum of products w(i) x(i), and b. Its derivative with respect to one factor is the other, and with respect to b it "
         "is 1.")
NAMES = ("∂f/∂w", "∂f/∂b", "∂f/∂x")


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def truths(w, b, x):
    f = sigmoid(w @ x + b)
    return f * (1 - f) * x, f * (1 - f), f * (1 - f) * w


def mistakes(w, b, x, k):
    """For gradient k (of w, b, x): well-known mistakes, and what each gives."""
    inner, other = ((x, w), (1.0, 1.0), (w, x))[k]
    z = w @ x + b
    f = sigmoid(z)
    d = f * (1 - f)
    yield "σ'(z) is missing", inner
    yield "σ(z) stands where σ'(z) should", f * inner
    yield "1 - σ(z) stands where σ'(z) should: a factor is missing", (1 - f) * inner
    yield "this is the derivative of tanh, 1 - f², not that of the sigmoid", (1 - f**2) * inner
    yield from other_sigmoids(w, b, x, inner)
    yield from two_mistakes(w, b, x, inner)
    yield "a + in σ (1 - σ)", f * (1 + f) * inner
    yield "e⁻ᶻ stands where σ'(z) should", np.exp(-z) * inner
    yield "the derivative of relu, not that of the sigmoid", float(z > 0) * inner
    yield "z (1 - z) in place of σ(z) (1 - σ(z))", z * (1 - z) * inner
    yield "σ' is taken at f, not at z: the sigmoid is taken twice", sigmoid(f) * (1 - sigmoid(f)) * inner
    yield "σ(1 - f) or σ(z) (1 - z): z and σ(z) are mixed", f * (1 - z) * inner
    yield "z stands where σ'(z) should", z * inner
    yield "b is missing in z", sigmoid(w @ x) * (1 - sigmoid(w @ x)) * inner
    for said, k0 in (("only the last product of w · x is in z: the others are missing", -1), ("only the first product of w · x is in z: the others "
                                                                                         "are missing", 0)):
        one = sigmoid(w[k0] * x[k0] + b)
        yield said, one * (1 - one) * inner
    yield "b is subtracted in z", sigmoid(w @ x - b) * (1 - sigmoid(w @ x - b)) * inner
    yield "w and x have changed places", d * np.asarray(other)
    yield "the derivative of z with respect to this input is missing", np.full_like(np.asarray(inner, float), d)
    yield "a factor f is too much", d * f * inner
    yield "it is divided by the number of inputs", d * np.asarray(inner) / len(w)
    yield "this is the square of σ'", d * d * inner
    yield "f stands here, not its derivative", np.full_like(np.asarray(inner, float), f)
    if k == 1:
        yield "the derivative of z with respect to b is 1, not b", d * b
        yield "the derivative of z with respect to b is 1, not 0", 0.0
        yield "the entries of ∂f/∂w are summed; b has a derivative of its own", d * x.sum()
        yield "the entries of ∂f/∂x are summed; b has a derivative of its own", d * w.sum()
        yield "the derivative of z with respect to b is 1, not w · x", d * (w @ x)
        yield "the mean of the entries of ∂f/∂w; b has a derivative of its own", d * x.mean()
    else:
        yield "w and x stand there together", d * w * x
        yield "b stands in the derivative of z with respect to this input", d * (np.asarray(inner) + b)
        yield "this is ∂f/∂b in every place", np.full_like(np.asarray(inner, float), d)


def quantities(w, b, x):
    """The numbers and vectors of the neuron by which a gradient may be off."""
    z = w @ x + b
    f = sigmoid(z)
    yield from (("f", f), ("1 - f", 1 - f), ("z", z), ("b", b), ("w · x", w @ x), ("the number of inputs", float(len(w))), ("|w|", np.linalg.norm(w)),
                ("|x|", np.linalg.norm(x)))


def two_mistakes(w, b, x, inner):
    """A wrong z, and a wrong derivative of the sigmoid besides."""
    for words, z in (("b is missing in z", w @ x), ("b is subtracted in z", w @ x - b)):
        f = sigmoid(z)
        for said, d in (("σ(z) stands where σ'(z) should", f), ("1 - σ(z) stands where σ'(z) should", 1 - f), ("σ(z)² stands where σ'(z) should", f * f),
                        ("this is the derivative of tanh, 1 - f², not that of the sigmoid", 1 - f**2), ("a + in σ (1 - σ)", f * (1 + f))):
            yield f"{TWO}{words}; and {said}", d * inner


def other_sigmoids(w, b, x, inner):
    z = w @ x + b
    t, mean, sums = np.tanh(z), sigmoid(np.mean(w * x) + b), sigmoid(w.sum() * x.sum() + b)
    f, added = sigmoid(z), sigmoid(w @ x) + b
    yield "σ(z)² stands where σ'(z) should", f * f * inner
    yield "b is added to the sigmoid, where it belongs inside", added * (1 - added) * inner
    yield "tanh stands where the sigmoid should: f is another one", t * (1 - t) * inner
    yield "tanh stands where the sigmoid should, with its own derivative", (1 - t**2) * inner
    yield "the mean of the products stands where w · x, their sum, should", mean * (1 - mean) * inner
    yield "w and x are summed first, and then multiplied: w · x is the sum of the products", sums * (1 - sums) * inner


def swapped(answer, given):
    """Raise Wrong where the right gradients came in another order."""
    def same(x, y):
        try:
            return all_close(as_matrix(x, np.shape(y), ""), np.ravel(y).tolist())
        except Wrong:
            return False
    right = truths(*given)
    for i, j in ((1, 2), (0, 1)):
        if same(answer[i], right[j]) and same(answer[j], right[i]):
            raise Wrong(f"{NAMES[i]} stands where {NAMES[j]} should", mistake=f"{NAMES[i]} and {NAMES[j]} have changed places")


def points(student):
    """Three neurons, with z on both sides of 0 and not far from it."""
    for n, sign in ((3, 1.0), (4, -1.0), (2, 1.0)):
        rng = student.random(n)
        w, b, x = draws(rng, n), draw(rng), draws(rng, n)
        while not 0.3 < sign * (sum(s * t for s, t in zip(w, x)) + b) < 1.6:
            w, b, x = draws(rng, n), draw(rng), draws(rng, n)
        yield w, b, x


def of(k):
    def check(student):
        names, got, right, known, single, where, own = [], [], [], {}, False, "", {}
        given = [*points(student)]
        for w, b, x in given:
            answer = as_tuple(student.run("arrays", "neuron_gradients(w, b, x)", "neuron_gradients", w, b, x), 3,
                              "neuron_gradients(w, b, x)")
            arrays = np.array(w), b, np.array(x)
            truth = truths(*arrays)[k]
            swapped(answer, arrays)
            numbers = as_matrix(answer[k], np.shape(truth), NAMES[k])
            single = single or getattr(answer[k], "single", False)
            where = where or ("" if all_close(numbers, np.ravel(truth).tolist()) else at(w=w, b=b, x=x))
            names, got, right = names + entries(NAMES[k], np.shape(truth)), got + numbers, right + np.ravel(truth).tolist()
            for said, y in quantities(*arrays):
                own.setdefault(said, []).extend(np.broadcast_to(y, np.shape(truth)).ravel().tolist())
            for said, y in mistakes(*arrays, k):
                known.setdefault(said, []).extend(np.broadcast_to(y, np.shape(truth)).ravel().tolist())
        if single and all_close(got, right, 1e-4, 1e-6):
            return                                      # float32 has seven digits
        compare(names, got, right, known.items(), where,
                more=[*related(got, right, [*own.items()]), *suspects("e09_neuron", ("neuron_gradients",), lambda names: [
                    y for w, b, x in given for y in np.ravel(names["neuron_gradients"](np.array(w), b, np.array(x))[k])],
                    {"dz": "∂f/∂z", "f": "f"})])
        exactly(got, right, NAMES[k])
        no_quotient(student, "neuron_gradients", 2, *given[0])
    return check


PARTS = [Part(name, of(k)) for k, name in enumerate(NAMES)]
