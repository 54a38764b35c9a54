"""Checks exercise 14: the loss, its gradient against finite differences, and both for scores of 1000 and far apart."""
import numpy as np

from demos.exercises.checking import Wrong, as_array, as_number, as_tuple, at, compare, draw, entries, gradient, show


def plain(z, label):
    return float(np.log(np.exp(z).sum()) - z[label])


def check(student):
    rng = np.random.default_rng(13)
    for n, shift in ((3, 0), (5, 0), (4, 1000), (4, -1000)):
        z, label = draw(rng, n), int(rng.integers(n))
        check_at(student, z, label, shift)
    for label in range(3):
        check_far(student, np.array([1000.0, 0.0, -1000.0]), label)


def check_at(student, z, label, shift):
    """Shifted scores have the loss and the gradient of those that were not."""
    where = at(z=z + shift, label=label)
    loss, slopes = answer(student, z + shift, label, where)
    p, one = np.exp(z) / np.exp(z).sum(), np.eye(len(z))[label]
    compare(["the loss"], [loss], [plain(z, label)],
            [("this is the probability, without -log", p[label]),
             ("this is the logarithm to the base 2", plain(z, label) / np.log(2)),
             ("the label is off by one: classes count from 0", plain(z, label - 1)),
             ("the label is off by one: classes count from 0", plain(z, (label + 1) % len(z))),
             ("this is the sum over all classes; only that of the label counts", -np.log(p).sum())],
            where, by="it should be")
    compare(entries("∂ℓ/∂z", z), slopes, gradient(lambda z: plain(z, label), z),
            [("these are the probabilities p: the score of the label is also subtracted in ℓ", p),
             ("the 1 is subtracted everywhere, not at the label alone", p - 1),
             ("this is ∂ℓ/∂p, not ∂ℓ/∂z", -one / p),
             ("this is the gradient of p(label), without the logarithm", p[label] * (one - p)),
             ("the label is off by one: classes count from 0", p - np.roll(one, -1)),
             ("the label is off by one: classes count from 0", p - np.roll(one, 1))], where)


def check_far(student, z, label):
    """With scores so far apart the softmax is 1 for the largest and 0 for all others, to the last digit."""
    where, one = at(z=z, label=label), np.eye(len(z))
    loss, slopes = answer(student, z, label, where)
    compare(["the loss"], [loss], [z.max() - z[label]], where=where, by="it should be")
    compare(entries("∂ℓ/∂z", z), slopes, one[z.argmax()] - one[label], where=where, by="it should be")


def answer(student, z, label, where):
    loss, slopes = as_tuple(student.ask("loss_and_gradient", z, label), 2, "loss_and_gradient(z, label)")
    loss, slopes = as_number(loss, "the loss"), as_array(slopes, z.shape, "∂ℓ/∂z")
    if abs(z).max() > 100 and not np.isfinite([loss, *slopes]).all():
        raise Wrong(f"for large scores the loss is {loss:.4g} and the gradient {show(slopes)}", where,
                    "Perhaps: exp of such a score is inf or 0; take the largest score from all of them first, "
                    "and no log of a p: put  the log of the formula for p in simpler terms on paper.")
    return loss, slopes
