"""What a function does to Values from outside while it is recorded: grads, backward(), data.

1. Nothing is done to the Values themselves. `data` and `grads` hold what they would hold by now, as
   expressions; when the function has ended, these are what a program computes.
2. backward() is put off until a grad is read or the function ends. Until then parameters have not
   changed, so several passes are one, over the sum of their outputs.
3. To what comes after a pass, its derivatives are numbers: new leaves, one for each parameter.
4. A Value whose data was set cannot be used in an operation any more: the graph would mean the old
   number. A Gone stands where its number was, and says so.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from autograd import ops
from autograd.compiler.jit.memory import (Memory, gradient_of, holds, lent, nests, number_of,
                                          put_number)
from autograd.derivatives.gradients import pullback
from autograd.graph import topological_order
from autograd.value import Value

AFTER = "computes with a parameter after it has changed it"
PASSES = 8                              # of backward, one after another


class Pass(NamedTuple):
    """A backward pass from `root`, the sum of some outputs times their seeds.

    order         the Values of its graph, in topological order
    sources       the leaves from outside in it
    derivatives   a leaf for the derivative with respect to each
    """
    root: Value
    order: list[Value]
    sources: list[Value]
    derivatives: list[Value]


class Effects:
    """What one recording does to Values from outside.

    outside    those that may be changed
    memories   lists and dicts of numbers that may be, each with the leaves that stand in it, and
               what stands there in the end
    numbers    what is a number in the function: leaves are added
    seeds      the outputs of backward passes, and what each was given
    incoming   for a Value the leaf that stands for its grad before the function ran
    refuse     notes why what was recorded cannot stand for other numbers, and ends it
    """

    def __init__(self, outside: Iterable[Value], numbers: set[Value],
                 refuse: Callable[[str], None]) -> None:
        self.outside, self.numbers, self.refuse = set(outside), numbers, refuse
        self.data: dict[Value, Any] = {}
        self.grads: dict[Value, Any] = {}
        self.incoming: dict[Value, Value] = {}
        self.seeds: dict[Value, Any] = {}
        self.pending: list[tuple[Value, Any]] = []
        self.passes: list[Pass] = []
        self.leaves: set[Value] = set()         # that were made here
        self.memories: list[tuple[Memory, list[Value], list[Any]]] = []
        self.lent: list[Callable[[], None]] = []    # give memories back what they held
        self.held: dict[Value, float] = {}      # the data of what is gone

    @property
    def any(self) -> bool:
        """Whether there are any, or grads are read."""
        return bool(self.data or self.grads or self.incoming or self.passes or self.memories)

    def touched(self) -> list[Value]:
        """The Values from outside that are changed, or whose grads are read."""
        return list(dict.fromkeys([*self.data, *self.grads, *self.incoming]))

    def computed(self) -> list[Value]:
        """What the changes are computed from, and the outputs of backward passes."""
        every = [*self.data.values(), *self.grads.values(), *self.seeds.values(),
                 *(one.root for one in self.passes), *self.remembered()]
        return [x for x in every if isinstance(x, Value)]

    def remembered(self) -> list[Any]:
        """What stands in memories in the end."""
        return [x for _, _, contents in self.memories for x in contents]

    def lend(self, memories: Iterable[Memory], whole: Callable[[float], Value]) -> None:
        """Put leaves into memories, `whole` ones for ints."""
        for memory in memories:
            held = memory.held()
            leaves = [self.number(x, whole if type(x) is int else Value) for x in held]
            self.lent.append(lent(memory.x))
            self.memories.append((memory, leaves, []))
            memory.put(leaves)

    # What is read and set -------------------------------------------------------------------------

    def data_of(self, v: Value) -> Any:
        """v.data, as data."""
        return self.data[v] if v in self.data else ops.stop_gradient(v)

    def grad_of(self, v: Value) -> Any:
        """v.grad."""
        self.flush()
        self.check(v, "reads .grad")
        if v not in self.grads:
            self.grads[v] = self.came_in(v)
        return self.grads[v]

    def set_data(self, v: Value, x: Any) -> None:
        """v.data = x."""
        self.flush()
        self.check(v, "sets .data")
        self.held.setdefault(v, number_of(v))
        self.data[v] = x if isinstance(x, Value) else float(x)
        put_number(v, Gone(self.refuse))

    def set_grad(self, v: Value, x: Any) -> None:
        """v.grad = x."""
        self.flush()
        self.check(v, "sets .grad")
        self.grads[v] = x if isinstance(x, Value) else float(x or 0.0)

    def check(self, v: Value, what: str) -> None:
        """Refuse what is done to a Value that is no parameter."""
        if v not in self.outside:
            self.refuse(f"{what} of a Value that is not a parameter from outside")

    def came_in(self, v: Value) -> Value:
        """The leaf for the grad of v before the function ran."""
        if v not in self.incoming:
            self.incoming[v] = self.number(gradient_of(v))
        return self.incoming[v]

    def number(self, x: float, make: Callable[[float], Value] = Value) -> Value:
        """A leaf that is a number in the function."""
        leaf = make(float(x))
        self.numbers.add(leaf)
        self.leaves.add(leaf)
        return leaf

    def refuse_gone(self, inputs: Iterable[Any]) -> None:
        """Refuse an operation on a Value whose data was set, also where it is not chosen."""
        if self.data and not self.data.keys().isdisjoint(x for x in inputs if type(x) is Value):
            self.refuse(AFTER)

    def put_back(self) -> None:
        """Give Values their numbers again."""
        for v, x in self.held.items():
            put_number(v, x)
        for put_back in self.lent:
            put_back()

    # Backward passes ------------------------------------------------------------------------------

    def backward(self, output: Value, seed: Any) -> None:
        """output.backward(seed), put off."""
        self.pending.append((output, seed))
        self.seeds[output] = seed

    def flush(self) -> None:
        """Make the passes that were put off, as one."""
        if not self.pending:
            return
        pending, self.pending = self.pending, []
        if len(self.passes) >= PASSES:
            self.refuse(f"calls backward() more than {PASSES} times between changes of parameters; "
                        "make a step of one call")
        root = sum_of(pending)
        order = topological_order(root)
        self.refuse_computed(order)
        sources = [v for v in order if v in self.outside]
        found = pullback(order, sources, {root: 1.0}, False)
        self.passes.append(Pass(root, order, sources, [self.number(float(x)) for x in found]))
        for v, derivative in zip(sources, self.passes[-1].derivatives):
            before = self.grads[v] if v in self.grads else self.came_in(v)
            is_zero = not isinstance(before, Value) and before == 0
            self.grads[v] = derivative if is_zero else before + derivative

    def refuse_computed(self, order: list[Value]) -> None:
        """Refuse a pass through what was computed outside of the function: it goes on there."""
        if any(v in self.outside and not v.is_leaf for v in order):
            self.refuse("calls backward() through a Value that was computed outside")

    def finish(self, returned: Any) -> None:
        """The function has ended, and gives this."""
        self.flush()
        if holds(returned, [part for memory, _, _ in self.memories for part in nests(memory.x)]):
            self.refuse("returns a list that it keeps between calls; return a copy")
        unchanged = [v for v, x in self.grads.items() if x is self.incoming.get(v)]
        for v in unchanged:
            del self.grads[v]
        for memory, _, contents in self.memories:
            if not memory.is_whole():
                self.refuse("changes the structure of what it keeps between calls")
            contents += memory.held()


def sum_of(pending: list[tuple[Value, Any]]) -> Value:
    """The sum of outputs times their seeds; one with the seed 1 is itself."""
    parts = [y if type(seed) in (int, float) and seed == 1 else y * seed for y, seed in pending]
    found: Value = parts[0] if len(parts) == 1 else ops.sum_of(parts)
    return found


class Gone(float):
    """What stands for the number of a Value whose data was set: nothing can be computed with it."""
    __slots__ = ("refuse",)
    refuse: Callable[[str], None]

    def __new__(cls, refuse: Callable[[str], None]) -> Gone:
        found = super().__new__(cls, "nan")
        found.refuse = refuse
        return found


def _refused(self: Gone, *rest: Any) -> Any:
    """The recording ends: another number is meant."""
    self.refuse(AFTER)
    return float("nan")                         # in another thread


for _name in ("add", "sub", "mul", "truediv", "pow", "floordiv", "mod", "divmod"):
    setattr(Gone, f"__{_name}__", _refused)
    setattr(Gone, f"__r{_name}__", _refused)
for _name in ("neg", "abs", "bool", "lt", "le", "gt", "ge", "eq", "ne", "float", "int", "round",
              "trunc", "floor", "ceil", "is_integer"):
    setattr(Gone, f"__{_name}__" if _name != "is_integer" else _name, _refused)
Gone.__hash__ = float.__hash__                  # type: ignore[method-assign]
