"""What goes over data in epochs: the mini-batches, the losses, and when a callback ends it."""
from __future__ import annotations

import dis
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from nn.checks import shown, whole
from nn.display import curve

Chosen = np.ndarray | slice


class History(list[float]):
    """The loss of each epoch, a list of floats; `iterations` has the loss of each iteration.

    A loss is that of the parameters before the iteration's update. That of an epoch is the sum over
    its mini-batches: each sample counts once, as in (4).
    """

    def __init__(self, losses: Iterable[float] = ()) -> None:
        super().__init__(losses)
        self.iterations: list[float] = []
        self.params: Any = None                 # what minimize has trained

    def _repr_html_(self) -> str:
        """The losses as a plot."""
        last = f": {len(self)} epochs, {self[-1]:.6g} in the last one" if self else ": no epoch yet"
        return f"<p>loss by epoch{last}</p>{curve(self, 'epoch', 'loss') if self else ''}"


class Batches:
    """The mini-batches of each epoch, places among m samples in an order drawn anew; or all.

    >>> [len(places) for places in Batches(10, 4, seed=0)]
    [4, 4, 2]
    """

    def __init__(self, m: int, size: int | None = None, seed: int | None = None) -> None:
        self.m = m
        self.size = m if size is None else whole(size, "batch_size")
        self.rng = _generator(seed)

    def __iter__(self) -> Iterator[Chosen]:
        if self.size >= self.m:
            yield slice(None)
            return
        order = self.rng.permutation(self.m)
        for start in range(0, self.m, self.size):
            yield order[start:start + self.size]


def stops(callback: Callable[[int, float, Any], bool | None], epoch: int, loss: float,
          model: Any) -> bool:
    """Whether the callback returns True.

    Raises TypeError for what is neither True, False nor None.
    """
    try:
        answer: object = callback(epoch, loss, model)
    except StopIteration as error:
        if _is_meant(error):
            return True
        raise RuntimeError("the callback raised StopIteration by a next() that ran out; "
                           "it ends training by returning True") from error
    if answer is None:
        return False
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer[()]
    if isinstance(answer, (bool, np.bool_)):
        return bool(answer)
    raise TypeError(f"the callback returned {shown(answer)}: return True to end training, False "
                    "or None to go on")


def _is_meant(error: StopIteration) -> bool:
    """Whether a raise statement of the callback raised it, not a next() that ran out."""
    here = error.__traceback__
    callback = here and here.tb_next
    if callback is None or callback.tb_next is not None:
        return False
    return dis.opname[callback.tb_frame.f_code.co_code[callback.tb_lasti]] == "RAISE_VARARGS"


def _generator(seed: int | None) -> np.random.Generator:
    if seed is None or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    return np.random.default_rng(whole(seed, "seed", 0))
