"""Labels from the names of variables, so that nobody has to write each name twice."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from autograd.compat.keywords import OF_PICTURES, told
from autograd.value import Value

NOTEBOOK = ("In", "Out")            # what IPython keeps beside one's own variables
Named = tuple[str, Any]             # a name and what it stands for


@told(OF_PICTURES)
def name(namespace: Mapping[str, Any]) -> None:
    """Label the Values of a namespace with their names: `autograd.name(locals())`.

    A list w gives w[0], w[1], ...; an array W gives W[0, 1]; a dict gives d['key']; an object with
    named_parameters() gives these names. A label that is there already stays; names that begin
    with an underscore are left out.

    >>> x, w = Value(2.0), [Value(3.0), Value(4.0)]
    >>> name({"x": x, "w": w})
    >>> x.label, w[1].label
    ('x', 'w[1]')
    """
    if not isinstance(namespace, Mapping):
        kind = type(namespace).__name__
        raise TypeError(f"name needs a namespace such as locals(), got {kind}")
    for key, item in list(namespace.items()):
        if isinstance(key, str) and not key.startswith("_") and key not in NOTEBOOK:
            for label, v in _values_in(key, item):
                v.label = v.label or label


def _values_in(key: str, item: Any) -> Iterator[tuple[str, Value]]:
    """All Values in item with their names, depth first and iteratively; each container once."""
    todo: list[Named] = [(key, item)]
    seen: set[int] = set()                                      # a list may contain itself
    while todo:
        label, x = todo.pop()
        if isinstance(x, Value):
            yield label, x
        elif id(x) not in seen:
            seen.add(id(x))
            todo += reversed(list(_entries(label, x)))


def _entries(label: str, x: Any) -> Iterable[Named]:
    """What a container holds, with names; nothing for anything else."""
    if isinstance(x, (list, tuple)):
        return [(f"{label}[{i}]", entry) for i, entry in enumerate(x)]
    if isinstance(x, dict):
        return [(f"{label}[{k!r}]", entry) for k, entry in x.items()]
    if str(getattr(x, "dtype", "")) == "object" and hasattr(x, "flat"):
        return _array_entries(label, x)
    if callable(getattr(x, "named_parameters", None)) and not isinstance(x, type):
        return list(x.named_parameters())
    return []


def _array_entries(label: str, array: Any) -> Iterator[Named]:
    """The entries of an array of objects, known by its shape: NumPy need not be there."""
    for index in product(*map(range, array.shape)):
        yield f"{label}[{', '.join(map(str, index))}]", array[index]
