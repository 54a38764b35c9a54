"""Checks exercise 11: each gradient, from the loss back."""
from types import SimpleNamespace

import numpy as np

from demos.exercises.checkers.asking import Part, Stopped, Wrong, as_dict, as_matrix, at, draws, entries, shape_of
from demos.exercises.checkers.comparing import all_close, compare, exactly, no_quotient
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects

POLICY = derive("(7) and (8) are to be derived and written with NumPy")
HINTS = ("Go back from the loss: ∂ℓ/∂z₂ first. All others follow from it.",
         "z₁(j) reaches every z₂(i), by the weight W₂(i, j): so ∂ℓ/∂f₁ is a sum over i. Written as a product, which side does W₂ stand on?",
         "∂ℓ/∂W is an outer product: the gradient at the layer's z, and the layer's input. ∂ℓ/∂b is the gradient at z itself.")
KEYS = ("dz2", "dW2", "db2", "dz1", "dW1", "db1")       # from the loss back
SHAPES = ((2, 2, 2), (3, 2, 1), (1, 3, 2))              # a square one first: there no shape is wrong
WORDS = {"z1": "z₁", "f1": "f₁", "z2": "z₂", "dz2": "∂ℓ/∂z₂", "dz1": "∂ℓ/∂z₁", "return": "what is returned"}


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def network(W1, b1, W2, b2, x, y):
    z1 = W1 @ x + b1
    f1 = sigmoid(z1)
    return z1, f1, W2 @ f1 + b2


def truths(W1, b1, W2, b2, x, y):
    z1, f1, z2 = network(W1, b1, W2, b2, x, y)
    dz2 = z2 - y
    dz1 = f1 * (1 - f1) * (W2.T @ dz2)
    return {"dz2": dz2, "dW2": np.outer(dz2, f1), "db2": dz2, "dz1": dz1, "dW1": np.outer(dz1, x), "db1": dz1}


def mistakes(key, own, W1, b1, W2, b2, x, y):
    """What well-known mistakes give for one of the gradients; own holds what came for the others."""
    z1, f1, z2 = network(W1, b1, W2, b2, x, y)
    s = SimpleNamespace(W1=W1, b1=b1, W2=W2, b2=b2, x=x, y=y, z1=z1, f1=f1, z2=z2, f2=sigmoid(z2), d=f1 * (1 - f1), dz2=z2 - y,
                        back=W2.T @ (z2 - y), own=own)
    for keys, rule in RULES:
        if key in keys:
            yield from rule(s, key)


# Where a network with square matrices gives these numbers, that is the mistake; s holds the lecture's names.

def at_output(s, key):
    if key == "db2":
        yield "this is the derivative of z₂ with respect to b₂, which is 1: the factor ∂ℓ/∂z₂ is missing", np.ones_like(s.dz2)
    yield "this is the error without the square: half the square of t has the derivative t", np.sign(s.dz2)
    yield "there is a sigmoid at the output, which has no activation", s.f2 - s.y
    yield "there is a sigmoid at the output, which has no activation", s.f2 * (1 - s.f2) * (s.f2 - s.y)
    yield "σ' at the output, which has no activation", s.f2 * (1 - s.f2) * s.dz2
    yield "b₂ is missing in z₂", s.dz2 - s.b2
    for a, b, said in ((s.W1.T, s.W2, "W₁ x is taken with the transpose of W₁"), (s.W1, s.W2.T, "W₂ f₁ is taken with the transpose of W₂"),
                       (s.W1.T, s.W2.T, "both layers are taken with transposes, x W where (6) has W x")):
        yield said, b @ sigmoid(a @ s.x + s.b1) + s.b2 - s.y
    yield "z₁ stands where f₁ should, in z₂: the hidden layer's sigmoid is missing", s.W2 @ s.z1 + s.b2 - s.y
    yield "b₁ is missing in z₁", s.W2 @ sigmoid(s.W1 @ s.x) + s.b2 - s.y
    yield "this is z₂, without the target y", s.z2
    yield "this is ℓ itself, or its square", s.dz2**2
    yield "this is half of the square, not its derivative", s.dz2**2 / 2
    yield HALF if len(s.dz2) == 2 else "the mean over the outputs, where ℓ has a sum", s.dz2 / len(s.dz2)
    yield "it is twice the mean over the outputs", 2 * s.dz2 / len(s.dz2)


    for said, f1 in (("tanh stands in the hidden layer, where σ belongs", np.tanh(s.z1)),
                     ("the ReLU stands in the hidden layer, where σ belongs", np.maximum(s.z1, 0))):
        yield said, s.W2 @ f1 + s.b2 - s.y
    yield "there is a softmax at the output, which has no activation", np.exp(s.z2) / np.exp(s.z2).sum() - s.y


HALF = "half of what it should be: a ½ too much, or the mean over the two outputs, where ℓ has a sum"


def at_bias(s, key):
    yield "the derivative with respect to b₂ is ∂ℓ/∂z₂ times 1, not times b₂", s.dz2 * s.b2
    yield "a sum over the entries, where b₂ has one derivative for each", np.full_like(s.dz2, s.dz2.sum())
    yield "dz₁ stands where dz₂ should", s.back * s.d


def at_hidden(s, key):
    yield "D₁ of (7) is missing, the σ'(z₁)", s.back
    yield "σ stands where σ' should, in D₁", s.f1 * s.back
    yield "1 - σ stands where σ' should, in D₁", (1 - s.f1) * s.back
    yield "σ' is taken at f₁, not at z₁", sigmoid(s.f1) * (1 - sigmoid(s.f1)) * s.back
    yield "z₁ (1 - z₁) in place of f₁ (1 - f₁)", s.z1 * (1 - s.z1) * s.back
    yield "this is the derivative of tanh, 1 - f₁², not that of the sigmoid", (1 - s.f1**2) * s.back
    if (s.z1 > 0).any():
        yield "the derivative of relu stands in D₁, not that of the sigmoid", (s.z1 > 0) * s.back
    yield "W₂ where (7) has its transpose", s.d * (s.W2 @ s.dz2)
    yield "W₁ stands where W₂ should", s.d * (s.W1.T @ s.dz2)
    yield "W₁ stands where W₂ᵀ should", s.d * (s.W1 @ s.dz2)
    yield "W₂ is missing: the error goes back through the weights", s.d * s.dz2
    yield "σ' of z₂ in place of σ' of z₁", s.f2 * (1 - s.f2) * s.back
    yield "D₁ is there twice", s.d * s.d * s.back
    yield "two sums are multiplied, where the sum is of products: each z₂(i) has its own weight", s.d * s.W2.sum(axis=0) * s.dz2.sum()
    yield "only the first z₂ is there: z₁(j) reaches all of them", s.d * s.W2[0] * s.dz2[0]
    yield "only the last z₂ is there: z₁(j) reaches all of them, and their parts are added", s.d * s.W2[-1] * s.dz2[-1]
    yield "the mean over the z₂, where (7) has a sum", s.d * s.back / len(s.dz2)
    yield "the weights W₂ are summed, without the error of each z₂", s.d * s.W2.sum(axis=0)
    yield "W₂ is taken by rows, where (7) has its columns: a sum over j, not over i", s.d * s.W2.sum(axis=1) * s.dz2
    yield "D₁ stands on the wrong side of W₂ᵀ", s.W2.T @ (s.d * s.dz2)
    yield "dz₂ is taken as f₂ - y, with a sigmoid at the output", s.d * (s.W2.T @ (s.f2 - s.y))
    yield "y is missing: the error is taken as z₂", s.d * (s.W2.T @ s.z2)
    yield "this is right for the dz₂ that came, which is wrong; mend that first", s.d * (s.W2.T @ s.own["dz2"])


def at_weights(s, key):
    yield "z₁ stands where f₁ should", np.outer(s.dz2, s.z1)
    yield "x stands where f₁ should", np.outer(s.dz2, s.x)
    yield "it is transposed", np.outer(s.f1, s.dz2)
    yield "the entries of f₁ are summed: each weight has its own", np.outer(s.dz2, np.full_like(s.f1, s.f1.sum()))
    yield "the entries of dz₂ are summed: each row has its own", np.outer(np.full_like(s.dz2, s.dz2.sum()), s.f1)
    yield "this is ∂ℓ/∂z₂ in every column: the layer's input is missing", np.outer(s.dz2, np.ones_like(s.f1))
    yield "σ' at the output, which has no activation", np.outer(s.f2 * (1 - s.f2) * s.dz2, s.f1)
    yield "W₂ stands there too: ∂ℓ/∂W₂ has the layer's input, not its weights", np.outer(s.dz2, s.f1) * s.W2
    yield "dz₁ stands where dz₂ should", np.outer(s.back * s.d, s.f1)
    yield "σ'(z₁) is too much here", np.outer(s.dz2, s.f1 * s.d)
    yield "σ'(z₁) stands where f₁ should", np.outer(s.dz2, s.d)
    yield "this is right for the dz₂ that came, which is wrong; mend that first", np.outer(s.own["dz2"], s.f1)


def before_first(s, key):
    def outer(v):
        return np.outer(v, s.x) if key == "dW1" else v
    yield "D₁ of (7) is missing, the σ'(z₁)", outer(s.back)
    yield "W₂ where (7) has its transpose", outer(s.d * (s.W2 @ s.dz2))
    yield "dz₂ stands where dz₁ should", outer(s.dz2)
    yield "this is right for the dz₁ that came, which is wrong; mend that first", outer(s.own["dz1"])


def at_first_weights(s, key):
    dz1 = s.d * s.back
    yield "f₁ stands where x should", np.outer(dz1, s.f1)
    yield "z₁ stands where x should", np.outer(dz1, s.z1)
    yield "it is transposed", np.outer(s.x, dz1)
    yield "the entries of x are summed: each weight has its own", np.outer(dz1, np.full_like(s.x, s.x.sum()))
    yield "the entries of dz₁ are summed: each row has its own", np.outer(np.full_like(dz1, dz1.sum()), s.x)
    yield "this is ∂ℓ/∂z₁ in every column: the layer's input is missing", np.outer(dz1, np.ones_like(s.x))
    yield "W₁ stands there too: ∂ℓ/∂W₁ has the layer's input, not its weights", np.outer(dz1, s.x) * s.W1
    yield "D₁ is there twice", np.outer(s.d * dz1, s.x)


def at_first_bias(s, key):
    dz1 = s.d * s.back
    yield "the derivative with respect to b₁ is ∂ℓ/∂z₁ times 1, not times b₁", dz1 * s.b1
    yield "a sum over the entries, where b₁ has one derivative for each", np.full_like(dz1, dz1.sum())


RULES = ((("dz2", "db2"), at_output), (("db2",), at_bias), (("dz1",), at_hidden), (("dW2",), at_weights), (("dW1", "db1"), before_first),
         (("dW1",), at_first_weights), (("db1",), at_first_bias))


def of(key):
    def check(student):
        for shape in SHAPES:
            try:
                one(student, key, shape)
            except Stopped:
                raise
            except Wrong as wrong:
                if shape != SHAPES[0]:                  # what goes wrong there may have shown in the square one already
                    other_key(student, key)
                raise wrong
    return check


def other_key(student, key):
    """Raise Wrong for the first of the other gradients that is wrong in the square network."""
    for other in KEYS:
        if other != key:
            one(student, other, SHAPES[0])


def network_of(rng, n0, n1, n2):
    """W1, b1, W2, b2, x and y as lists; z₁ has both signs, lest relu and what is like it look like 0 or 1."""
    while True:
        lists = [[draws(rng, n0) for _ in range(n1)], draws(rng, n1), [draws(rng, n1) for _ in range(n2)], draws(rng, n2), draws(rng, n0),
                 draws(rng, n2)]
        z1 = network(*map(np.array, lists))[0]
        if n1 == 1 or z1.min() < 0 < z1.max():
            return lists


def one(student, key, shape):
    """Compare one gradient, for a network of that shape."""
    n0, n1, n2 = shape
    lists = network_of(student.random(shape), *shape)
    given = [np.array(x) for x in lists]
    where = at(**dict(zip(("W1", "b1", "W2", "b2", "x", "y"), given)))
    answer = as_dict(student.run("arrays", "backpropagate(W1, b1, W2, b2, x, y)", "backpropagate", *lists), KEYS, "backpropagate")
    truth = truths(*given)[key]
    elementwise(key, answer[key], given)
    got = as_matrix(answer[key], truth.shape, key)
    if getattr(answer[key], "single", False) and all_close(got, truth.ravel().tolist(), 1e-4, 1e-5):
        return                                          # float32 has seven digits
    compare(entries(key, truth.shape), got, truth.ravel().tolist(), known(key, answer, given, n0 == n1 == n2), where,
            more=suspects("e11_two_layers", ("backpropagate",), lambda names: np.ravel(names["backpropagate"](*given)[key]), WORDS))
    if not getattr(answer[key], "single", False):
        exactly(got, truth.ravel().tolist(), key)
    no_quotient(student, "backpropagate", 2 * n1, *lists)


def elementwise(key, x, given):
    """Raise Wrong where a product entry by entry stands for an outer product."""
    right, (_, f1, _) = truths(*given), network(*given)
    u, v = (right["dz2"], f1) if key == "dW2" else (right["dz1"], given[4])
    if key in ("dW1", "dW2") and u.shape == v.shape and shape_of(x) == u.shape:
        raise Wrong(f"{key} has the shape {u.shape}; it should be {right[key].shape}",
                    mistake="two vectors are multiplied entry by entry, where the outer product belongs"
                    if all_close(as_matrix(x, u.shape, key), (u * v).tolist()) else "a vector, where a matrix belongs")


def known(key, answer, given, square):
    """The mistakes; those that need square matrices only where they are."""
    own = {}
    for name in ("dz2", "dz1"):
        shape_of = truths(*given)[name].shape
        try:
            own[name] = np.array(as_matrix(answer[name], shape_of, name))
        except Exception:
            own[name] = np.full(shape_of, np.nan)
    if square:
        yield from ((said, np.ravel(x)) for said, x in mistakes(key, own, *given))


PARTS = [Part(key, of(key)) for key in KEYS]
