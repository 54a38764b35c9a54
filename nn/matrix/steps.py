"""Back propagation as steps, each of which can be replaced: by an array, or by a wrong rule.

The steps of layer k, forward: z_k (6) and f_k (3); backward: df_k = dL/df_k, the diagonal D_k,
dz_k = D_k df_k, and dW_k, db_k by (8). df_k = W_{k+1}^T dz_{k+1} makes (7) of it. All arrays but dW
and db have a row for each sample. A place is a step and a layer, such as ("dW", 2).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn.losses import Loss
from nn.matrix.formulas import LayerMatrices, activate, derivative, output_derivatives

Place = tuple[str, int]


@dataclass
class Problem:
    """A network, m samples and a loss: what is to be differentiated."""
    layers: list[LayerMatrices]
    X: np.ndarray
    Y: np.ndarray
    loss: Loss
    known: dict[bytes, np.ndarray] = field(default_factory=dict)    # dL/df_L of outputs met before

    @property
    def L(self) -> int:
        return len(self.layers)

    @property
    def m(self) -> int:
        return len(self.X)

    def places(self) -> Iterator[Place]:
        """All places in the order in which they are computed."""
        for k in range(1, self.L + 1):
            yield from (("z", k), ("f", k))
        for k in range(self.L, 0, -1):
            yield from (("df", k), ("D", k), ("dz", k), ("dW", k), ("db", k))

    def output_derivatives(self, F: np.ndarray) -> np.ndarray:
        """dL/df_L at the outputs F, by the engine."""
        key = F.tobytes()
        if key not in self.known:
            self.known[key] = output_derivatives(self.loss, F, self.Y)
        return self.known[key]


class Arrays(dict[Place, np.ndarray]):
    """The arrays of one pass by their places, and what the rules need to know of the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__({("f", 0): problem.X})
        self.problem = problem

    def W(self, k: int) -> np.ndarray:
        return self.problem.layers[k - 1].W

    def b(self, k: int) -> np.ndarray:
        return self.problem.layers[k - 1].b

    def slope(self, k: int, z: np.ndarray, f: np.ndarray) -> np.ndarray:
        """sigma_k'(z), where f = sigma_k(z)."""
        return derivative(self.problem.layers[k - 1].sigma, z, f)

    def sigma(self, k: int, z: np.ndarray) -> np.ndarray:
        """sigma_k(z)."""
        return activate(self.problem.layers[k - 1].sigma, z)


Rule = Callable[[Arrays, int], Any]     # gives an array, or None where it does not apply


def _df(a: Arrays, k: int) -> Any:
    if k == a.problem.L:
        return a.problem.output_derivatives(a["f", k])
    return a["dz", k + 1] @ a.W(k + 1)


RULES: dict[str, Rule] = {
    "z":  lambda a, k: a["f", k - 1] @ a.W(k).T + a.b(k),                   # (6)
    "f":  lambda a, k: a.sigma(k, a["z", k]),                               # (3)
    "df": _df,
    "D":  lambda a, k: a.slope(k, a["z", k], a["f", k]),
    "dz": lambda a, k: a["D", k] * a["df", k],                              # (7)
    "dW": lambda a, k: a["dz", k].T @ a["f", k - 1],                        # (8)
    "db": lambda a, k: a["dz", k].sum(axis=0),                              # (8)
}


def run(problem: Problem, given: Mapping[Place, np.ndarray], until: Place | None = None,
        wrong: Mapping[Place, Rule] | None = None) -> Arrays | None:
    """The arrays of one pass up to a place; None where a wrong rule does not apply.

    given   arrays that stand in the pass instead of computed ones
    wrong   rules that are used instead of the right ones
    """
    arrays = Arrays(problem)
    for place in problem.places():
        step, k = place
        if place in given:
            arrays[place] = given[place]
        elif wrong and place in wrong:
            value = wrong[place](arrays, k)
            if value is None:
                return None
            arrays[place] = value
        else:
            arrays[place] = RULES[step](arrays, k)
        if place == until:
            break
    return arrays
