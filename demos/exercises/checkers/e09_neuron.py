"""Checks exercise 9: the gradients against finite differences of the neuron."""
import numpy as np

from demos.exercises.checking import as_array, as_tuple, at, compare, draw, entries, gradient


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def check(student):
    rng = np.random.default_rng(6)
    for n in (3, 4):
        w, b, x = draw(rng, n), draw(rng), draw(rng, n)
        z = w @ x + b
        f = sigmoid(z)
        answer = as_tuple(student.ask("neuron_gradients", w, b, x), 3, "neuron_gradients(w, b, x)")
        truths = {"∂f/∂w": (gradient(lambda w: sigmoid(w @ x + b), w), x, w),
                  "∂f/∂b": (gradient(lambda b: sigmoid(w @ x + b), b), np.array(1.0), np.array(1.0)),
                  "∂f/∂x": (gradient(lambda x: sigmoid(w @ x + b), x), w, x)}
        for (name, (truth, inner, other)), got in zip(truths.items(), answer):
            got = as_array(got, truth.shape, name)
            compare(entries(name, truth), got, truth,
                    [("σ'(z) is missing", inner),
                     ("σ(z) stands where σ'(z) should", f * inner),
                     ("z (1 - z) in place of σ(z) (1 - σ(z))", z * (1 - z) * inner),
                     ("σ' is taken at f, not at z", sigmoid(f) * (1 - sigmoid(f)) * inner),
                     ("b is missing in z", sigmoid(w @ x) * (1 - sigmoid(w @ x)) * inner),
                     ("w and x have changed places", f * (1 - f) * other),
                     ("the derivative of z by this input is missing", np.full_like(truth, f * (1 - f)))], at(w=w, b=b, x=x))
