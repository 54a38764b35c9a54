"""Checks exercise 14: the loss, its gradient, and both for scores of 1000 and far apart."""
import itertools

import numpy as np

from demos.exercises.checkers.asking import Part, Wrong, as_matrix, as_number, as_tuple, at, draws, entries, shape_of, show
from demos.exercises.checkers.comparing import all_close, compare, exactly
from demos.exercises.marking.policy import derive
from demos.exercises.mutations.suspects import suspects

POLICY = derive("the gradient is to be found on paper and written with NumPy")
HINTS = ("Put log p(label) in simpler terms first: the logarithm of a quotient, and of an exp.",
         "ℓ = log Σⱼ exp(zⱼ) - z(label). Its derivative with respect to zᵢ has one term from the sum, and one more where i is the label.",
         "Take the largest score from all scores before anything else; then no exp is larger than 1, and the sum is at least 1.")
OVER = "exp of such a score is inf, or all of them are 0: take the largest score from all of them first"
FAR = "exp of a difference of scores is inf: take the largest score from all of them, wherever it stands"
UNDER = "the logarithm of a p that is 0 as a float: put log p in simpler terms on paper, so that no p is under a logarithm"


def truth(z, label):
    z = z - z.max()
    log_p = z - np.log(np.exp(z).sum())
    return -log_p[label], np.exp(log_p) - np.eye(len(z))[label]


def of_loss(z, label):
    p = np.exp(z) / np.exp(z).sum()
    n = len(z)
    right = -np.log(p[label])
    yield "this is the probability, without -log", p[label]
    yield "the - before the logarithm is missing", -right
    yield "this is the logarithm to the base 2", right / np.log(2)
    yield "this is the logarithm to the base 10", right / np.log(10)
    yield "the label is off by one: classes count from 0", -np.log(p[label - 1])
    yield "the label is off by one: classes count from 0", -np.log(p[(label + 1) % n])
    yield "this is the sum over all classes; only that of the label counts", -np.log(p).sum()
    yield "this is the mean over all classes; only that of the label counts", -np.log(p).mean()
    yield "this is the entropy of p, where only the class of the label counts", -(p * np.log(p)).sum()
    yield "the logarithm is taken of 1 - p", -np.log(1 - p[label])
    yield "the losses of the other classes are added: only that of the label counts", right - np.log(1 - np.delete(p, label)).sum()
    yield "the log of the sum is missing: this is -z(label)", -z[label]
    yield "z(label) is missing: this is the log of the sum", np.log(np.exp(z).sum())
    yield "the logarithm of the sum is missing: this is the sum itself, minus z(label)", np.exp(z).sum() - z[label]
    yield "a + in place of a -: log Σ exp(z) + z(label)", np.log(np.exp(z).sum()) + z[label]
    yield "1 - p in place of -log p", 1 - p[label]
    yield "1 / p in place of -log p", 1 / p[label]
    yield "this is the loss divided by the number of classes", right / n
    yield "the shift is not put back: the largest score is missing in the loss", np.log(np.exp(z - z.max()).sum()) - z[label]
    yield "the exponentials are missing: the scores are divided by their sum", -np.log(np.abs(z[label] / z.sum()))
    yield "this is the loss of the class with the largest score, not that of the label, whose score does not stand in it", -np.log(p.max())
    yield "the label itself is subtracted, where its score z(label) belongs", np.log(np.exp(z - z.max()).sum()) - label
    yield "a sigmoid of one score, where a softmax has all scores in it", np.log1p(np.exp(-z[label]))
    yield "a sigmoid of one score, where a softmax has all scores in it", np.log1p(np.exp(z.max() - z[label]))
    yield "a minus before the scores: this is the softmax of -z", np.log(np.exp(-z).sum()) + z[label]
    yield "the softmax is taken twice", -np.log(np.exp(p)[label] / np.exp(p).sum())
    yield "the scores are cut off to whole numbers", cut_off(z)[label]
    yield "all scores are made equal: they are clipped, or lost in rounding", np.log(len(z))
    yield "this is the squared error of p, not the cross-entropy", ((p - np.eye(n)[label])**2).sum()
    yield "half the squared error of p, not the cross-entropy", ((p - np.eye(n)[label])**2).sum() / 2


def cut_off(z):
    """The losses of all classes where the shifted scores lose their digits behind the point."""
    s = np.trunc(z - z.max())
    return np.log(np.exp(s).sum()) - s


def of_gradient(z, label):
    p, one = np.exp(z) / np.exp(z).sum(), np.eye(len(z))[label]
    yield "these are the probabilities p: the score of the label is also subtracted in ℓ", p
    yield "the 1 is subtracted everywhere, not at the label alone", p - 1
    yield "1 is added at the label, not subtracted", p + one
    yield "the sign is the wrong way round", one - p
    yield "only the label has a gradient: the others are in the sum too", p * one - one
    yield "only p(label) is there: the others are missing, and the -1", p * one
    yield "this is -1 at the label: the term of the sum is missing", -one
    yield "this is 1 at the label: the term of the sum is missing, and the sign is wrong", one
    yield "this is ∂ℓ/∂p, not ∂ℓ/∂z", -one / p
    yield "this is the gradient of p(label), without the logarithm", p[label] * (one - p)
    yield "the derivative of a single sigmoid, p (1 - p): a softmax has all scores in it", p * (1 - p)
    yield "this is log p - y: the gradient has the probabilities, not their logarithms", np.log(p) - one
    yield "these are the logarithms of the probabilities", np.log(p)
    yield "it is divided by the length of the vector, the root of the sum of squares, not by the sum", np.exp(z) / np.linalg.norm(np.exp(z)) - one
    yield "the mean is subtracted, where 1 belongs, at the label alone", p - p.mean()
    yield "these are the scores minus y, not the probabilities", z - one
    yield "exp(z) is not divided by the sum", np.exp(z) - one
    yield "exp(z) is not divided by the sum", np.exp(z - z.max()) - one
    yield "p is 0 at the label, where it should be p - 1", p * (1 - one)
    yield "the label is off by one: classes count from 0", p - np.roll(one, -1)
    yield "the label is off by one: classes count from 0", p - np.roll(one, 1)
    yield "label is subtracted as a number, not as a class", p - label
    yield "it is divided by the number of classes", (p - one) / len(z)
    yield "this is the gradient of the squared error of p, not of the cross-entropy", (np.diag(p) - np.outer(p, p)) @ (2 * (p - one))
    yield "p (p - y): a factor p is too much", p * (p - one)
    yield "the class with the largest score is taken, not the label", p - np.eye(len(z))[z.argmax()]
    yield "a sigmoid of each score, where a softmax has all scores in it", 1 / (1 + np.exp(-z)) - one
    yield "a sigmoid of each score, where a softmax has all scores in it", 1 / (1 + np.exp(z.max() - z)) - one
    yield "a minus before the scores: this is the softmax of -z", np.exp(-z) / np.exp(-z).sum() - one
    yield "all scores are made equal: they are clipped, or lost in rounding", np.full(len(z), 1 / len(z)) - one
    yield "the sign of the gradient, not the gradient", np.sign(p - one)


def asked_at(student, z, label):
    where = at(z=z, label=label)
    found = as_tuple(student.run("arrays", "loss_and_gradient(z, label)", "loss_and_gradient", z.tolist(), label), 2,
                     "loss_and_gradient(z, label)")
    return where, found


def compare_all(student, cases, shift=0.0, part=0):
    """Compare the losses (part 0) or the gradients (part 1); shifted scores have those of scores that were not."""
    got, right, names, where = [], [], [], ""
    for z, label in cases:
        place, found = asked_at(student, z + shift, label)
        exchanged(found, z, label)
        exact = np.ravel(truth(z, label)[part]).tolist()
        numbers = as_matrix(found[1], z.shape, "∂ℓ/∂z") if part else [as_number(found[0], "the loss")]
        finite(z + shift, *((0.0, numbers) if part else (numbers[0], ())), place, OVER)
        where = where or ("" if all_close(numbers, exact) else place)
        got, right, names = got + numbers, right + exact, names + (entries("∂ℓ/∂z", z.shape) if part else ["the loss"])
    compare(names, got, right, known(cases, part), where, by="it should be",
            more=() if shift else mutants(lambda names: [x for z, label in cases for x in np.ravel(names["loss_and_gradient"](z + shift, label)[part])]))
    return got, right


def known(cases, part):
    """Each mistake with its numbers for all cases."""
    rule = of_gradient if part else of_loss
    for rows in zip(*([*rule(z, label)] for z, label in cases)):
        yield rows[0][0], [x for _, numbers in rows for x in np.ravel(numbers)]


def mutants(ask):
    return suspects("e14_softmax", ("loss_and_gradient",), ask, {"log_p": "the logarithms of the probabilities", "z": "the shift of the "
                                                                 "scores", "gradient": "the gradient", "return": "what is returned"})


def exchanged(found, z, label):
    """Raise Wrong where the gradient came before the loss."""
    if shape_of(found[0]) == z.shape and shape_of(found[1]) == ():
        raise Wrong("an array stands where the loss should, and a number where the gradient should",
                    mistake="loss and gradient have changed places")


def finite(z, loss, slopes, where, cause):
    if abs(z).max() > 100 and not np.isfinite([loss, *slopes]).all():
        raise Wrong(f"for large scores the loss is {loss:.4g}" + (f" and the gradient {show(list(slopes))}" if slopes else ""), where,
                    mistake=cause)


def cases(student):
    rng = student.random()
    return [(np.array(draws(rng, n)), label) for n in (3, 5) for label in (0, n - 1, 1)]


def losses(student):
    compare_all(student, cases(student))


def gradients(student):
    got, right = compare_all(student, cases(student), part=1)
    exactly(got, right, "∂ℓ/∂z")


def large(student):
    z = np.array(draws(student.random("large"), 4))
    for shift in (1000.0, -1000.0):
        for part in (0, 1):
            compare_all(student, [(z, 2)], shift, part)


def far(student):
    """With scores so far apart the softmax is 1 for the largest and 0 for all others, to the last digit."""
    one = np.eye(3)
    for scores, label in itertools.chain(zip([[1000.0, 0.0, -1000.0]] * 3, range(3)), [([-1000.0, 0.0, 1000.0], 0), ([0.0, 1000.0, -1000.0], 2)]):
        z = np.array(scores)
        where, (loss, slopes) = asked_at(student, z, label)
        loss, slopes = as_number(loss, "the loss"), as_matrix(slopes, z.shape, "∂ℓ/∂z")
        finite(z, loss, slopes, where, OVER if z[label] == z.max() else UNDER if z.argmax() == 0 else FAR)
        clipped = "p is kept away from 0 by a small number, or clipped; a formula for log p needs neither"
        compare(["the loss"], [loss], [1000.0 - z[label]], where=where, by="it should be",
                more=[(clipped, [loss])] if 10 < loss < 800 else ())
        compare(entries("∂ℓ/∂z", z.shape), slopes, one[z.argmax()] - one[label], of_gradient(z - 1000.0, label), where=where, by="it should be")


PARTS = [Part("the loss", losses), Part("the gradient", gradients, 2.0), Part("scores of 1000", large), Part("scores far apart", far)]
