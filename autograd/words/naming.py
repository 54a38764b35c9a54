"""Labels from the names of variables, so that nobody has to write each name twice."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd.value import Value


def name(namespace: Mapping[str, Any]) -> None:
    """Label the Values of a namespace with their names: `autograd.name(locals())`.

    A list w gives w[0], w[1], ...; an array W gives W[0, 1]; a dict gives d['key']; an object with named_parameters() gives
    these names. A label that is there already stays; names that begin with an underscore are left out.

    >>> x, w = Value(2.0), [Value(3.0), Value(4.0)]
    >>> name({"x": x, "w": w})
    >>> x.label, w[1].label
    ('x', 'w[1]')
    """
    if not isinstance(namespace, Mapping):
        raise TypeError(f"name needs a namespace such as locals(), got {type(namespace).__name__}")
    for key, item in list(namespace.items()):
        if isinstance(key, str) and not key.startswith("_") and key not in ("In", "Out"):
            for label, v in _named(key, item):
                if not v.label:
                    v.label = label


def _named(key: str, item: Any) -> Iterator[tuple[str, Value]]:
    """All Values in item with their names, depth first and iteratively; containers in containers once."""
    todo, seen = [(key, item)], set()
    while todo:
        label, x = todo.pop()
        if isinstance(x, Value):
            yield label, x
        elif id(x) in seen:
            continue
        elif isinstance(x, (list, tuple)):
            seen.add(id(x))
            todo += reversed([(f"{label}[{i}]", e) for i, e in enumerate(x)])
        elif isinstance(x, dict):
            seen.add(id(x))
            todo += reversed([(f"{label}[{k!r}]", e) for k, e in x.items()])
        elif isinstance(x, np.ndarray):
            if x.dtype == object:
                todo += reversed([(f"{label}[{', '.join(map(str, i))}]", e) for i, e in np.ndenumerate(x)])
        elif callable(getattr(x, "named_parameters", None)) and not isinstance(x, type):
            todo += reversed(list(x.named_parameters()))
