"""What a function reads besides its arguments: closures, globals, defaults, attributes, and the
functions it calls; so that a compiled function notices when something of it changes.

1. `Reach(f).same()` tells whether all of it is as it was; `values` are the Values among it.
2. What gives something else each time (random numbers, the clock, an iterator, a file), or reads in
   a way that cannot be followed (eval, globals(), frames, objects made in C), is a refusal.
3. Data, nests of numbers and strings, is compared as bytes, everything else by identity: two ints
   of one value are the same, 2 and 2.0 are not.
"""
from __future__ import annotations

import abc
import builtins
import dis
import importlib
import inspect
import marshal
import random
import sys
import sysconfig
import types
import warnings
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.jit.memory import Memory, changed_memory, lent, lent_fields, nests
from autograd.compiler.jit.unchanged import Term, Watch, alike, are_held, together
from autograd.operation import Operation
from autograd.value import Value

OURS = {"autograd", "nn", "numpy"}
# the standard library's modules that give the same for the same
SAFE = {"builtins", "math", "cmath", "operator", "_operator", "functools", "_functools",
        "itertools", "collections", "_collections", "_collections_abc", "typing", "types",
        "dataclasses", "enum", "abc", "numbers", "fractions", "statistics", "string",
        "re", "copy", "bisect", "_bisect", "heapq", "_heapq", "contextlib", "textwrap", "array",
        "__future__", "struct", "_struct"}
CHANGING = {"random": "random numbers", "secrets": "random numbers", "time": "the clock",
            "datetime": "the clock", "_random": "random numbers", "uuid": "random numbers"}
# functions of `random` and `numpy.random` that change a state which everybody shares
DRAWS = {"random", "uniform", "randint", "randrange", "choice", "choices", "sample", "shuffle",
         "gauss", "normalvariate", "expovariate", "betavariate", "triangular", "rand", "randn",
         "random_sample", "normal", "permutation", "binomial", "poisson", "standard_normal",
         "exponential"}
FOREIGN = {id(f): f.__name__ for f in (
    eval, exec, compile, globals, locals, vars, open, input, print, id, __import__, breakpoint,
    memoryview, np.load, np.loadtxt, np.genfromtxt, np.fromfile, np.memmap, np.geterr)}
REFUSED: tuple[type, ...] = (
    memoryview, attrgetter, methodcaller, super, type({}.keys()), type({}.values()),
    type({}.items()), types.FrameType, types.TracebackType, types.CoroutineType,
    types.AsyncGeneratorType)
# of this project, what reads numbers unseen or has no place in a function that is compiled
NO_PLACE = {"gradients": "calls gradients(); use grad or value_and_grad",
            "no_grad": "uses no_grad(); write stop_gradient"}
NO_ROOMS = ("autograd.pictures", "autograd.words", "autograd.derivatives.check",
            "autograd.derivatives.culprits", "nn.train", "nn.files", "nn.matrix", "nn.optim")
INSIDE = {"__globals__", "__code__", "__closure__", "__builtins__", "__subclasses__", "f_locals",
          "f_globals", "f_back", "gi_frame", "cr_frame", "tb_frame", "__self__", "__func__"}
BY_NAME = {"getattr", "attrgetter", "methodcaller", "__dict__", "__getattribute__"}
ABOUT = {"__name__", "__qualname__", "__doc__", "__annotations__", "__module__"}
ASKS_KIND = {"isinstance", "issubclass", "type", "hasattr", "callable", "__class__"}
PLAIN = (int, float, str, bytes, complex, type(None), type(...), Value, np.generic, range, slice,
         types.CodeType, types.GetSetDescriptorType, types.MemberDescriptorType,
         types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType,
         types.MethodWrapperType, inspect.Signature)
ATOMS = (int, float, str, bytes, complex)   # those that may be the base of a class
HEAP_TYPE = 1 << 9                          # the flag of a class that is made by Python code
WRAPPERS = (types.MethodType, types.BuiltinFunctionType, property, cached_property, staticmethod,
            classmethod, partial, types.MappingProxyType)
CONTAINERS = (list, tuple, dict, set, frozenset, deque, np.ndarray, bytearray, array)
CALLED_BY_NN = {"forward", "parameters", "_arrays", "_apart"}   # methods that Module calls itself
OF_CLASSES = {"__dict__", "__weakref__", "__doc__", "_abc_impl", "__annotations__"}
HERE = Path(__file__).resolve().parents[3]
PACKAGES = {HERE / "autograd", HERE / "nn", Path(np.__file__).resolve().parent}
LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
MOST = 20000                                # more objects than this are not looked through
TRANSPARENT: set[type] = set()              # objects that stand for their `f`: jit adds its own
OFTEN = 3                                   # calls after which `same` is worth an expression
MISSING = object()
DRAWING = "uses random numbers"
GENERATORS = {random.Random, np.random.Generator, np.random.RandomState}
# what a dataclass writes itself; it asks for kinds of objects only
OF_DATACLASSES = {"__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__setattr__", "__delattr__",
                  "__repr__", "__init__"}


class Reach:
    """The present state of what f reads; `refusals` says what cannot be watched.

    asks_kind    whether something asks what kind of object it was given
    asking       the functions that ask for kinds, or whether two things are the same object
    can_change   whether there is anything that f could change, beside its arguments
    asks_same    whether something asks whether two things are the same object
    memories     the lists and dicts whose numbers f changes; it may know some before
    generators   of random numbers, of which f may draw

    `classes` are those of arguments, whose methods f may call.
    """

    def __init__(self, f: Any, memories: Sequence[Memory] = (),
                 classes: Iterable[type] = ()) -> None:
        self.memories = list(memories)
        self.refusals: list[str] = []
        self.values: list[Value] = []
        self.functions: list[types.FunctionType] = []
        self.asking: list[types.FunctionType] = []
        self.watches: list[Watch] = []
        self.seen: dict[int, Any] = {}                  # what was visited, so that ids stay its own
        self.asks_kind = self.asks_same = self.by_name = self.can_change = False
        self.asks_abstract = False
        self.cells: list[types.CellType] = []
        self.globals: list[tuple[Callable[..., Any], str]] = []
        self.modules: set[tuple[str, ...]] = set()
        self.unread: list[types.ModuleType] = []
        self.may_draw = ""              # that it may draw random numbers
        self.generators: list[Any] = []
        self.written: set[types.CodeType] = set()   # by dataclasses
        self.pending: dict[str, list[Any]] = {}     # methods whose names nothing has read yet
        self.asked = set(CALLED_BY_NN)  # attributes that are read
        self.about: set[str] = set()    # what is read about functions and classes
        self.calls = 0                  # of `same`, which for many is `quick`
        self.quick: Callable[[], bool] | None = None
        for x in (f, *classes):
            self.visit(x)
        while self.by_name and (self.unread or self.pending):
            held = self.pending.popitem()[1] if self.pending else self.of_module(self.unread.pop())
            for x in held:
                self.visit(x)
        self.refuse_other_draws()
        self.watch_names_read()

    def refuse_other_draws(self) -> None:
        """Refuse functions of random numbers that do more than to draw, such as seed."""
        asked = {name for name in self.asked if hasattr(random, name) or hasattr(np.random, name)}
        if self.may_draw and (self.by_name or not asked <= DRAWS):
            self.refuse(self.may_draw)

    def watch_names_read(self) -> None:
        """Watch the functions, globals and closures that were met, and what is asked about them."""
        self.watch_definitions()
        self.watch_variables()
        if "label" in self.asked:
            self.watch(lambda: [v.label for v in self.values])
        if self.asks_same:
            for x in [x for x in self.seen.values() if type(x) in (list, tuple, dict)]:
                self.watch_items(x)
        self.watch_descriptions()

    def watch_definitions(self) -> None:
        """Watch the code and the defaults of the functions that were met."""
        self.watch(lambda: [x for f in self.functions
                            for x in (f.__code__, f.__defaults__, f.__kwdefaults__)],
                   terms=[("{}." + name, (f,)) for f in self.functions
                          for name in ("__code__", "__defaults__", "__kwdefaults__")])

    def watch_variables(self) -> None:
        """Watch the globals and the variables of closures that these functions read."""
        self.watch(lambda: [get(name, MISSING) for get, name in self.globals],
                   terms=[("{}({}, {})", (*read, MISSING)) for read in self.globals])
        self.watch(lambda: [_contents(cell) for cell in self.cells],
                   terms=[("{}.cell_contents", (cell,)) for cell in self.cells])

    def watch_descriptions(self) -> None:
        """Watch the names and docstrings of functions and classes, where something reads them."""
        named = [x for x in self.seen.values() if isinstance(x, (types.FunctionType, type))
                 and not is_trusted(_module(x))]
        for name in sorted(self.about):
            self.watch(lambda name=name: [getattr(x, name, MISSING)      # type: ignore[misc]
                                          for x in named])

    def same(self) -> bool:
        """Whether everything is as it was."""
        if self.quick is not None and self.quick():
            return True
        self.calls += 1
        if self.calls == OFTEN:
            self.quick = together(self.watches, self.asks_same)
        return all([watch.same(self.asks_same) for watch in self.watches])

    def lent(self) -> list[tuple[Watch, Callable[[], None]]]:
        """Lists and dicts of numbers, and objects, each with a function that makes it what it is
        now."""
        nested = [(watch, lent(watch.of)) for watch in self.watches
                  if type(watch.of) in (list, dict) and type(watch.held[0]) is bytes]
        return nested + [(watch, lent_fields(watch.of)) for watch in self.watches
                         if type(_attribute(watch.of, "__dict__")) is dict]

    def newly_changed(self) -> list[tuple[Memory, list[Any]]]:
        """What has changed, where that are numbers in lists and dicts alone, and what these held;
        [] for any other change."""
        changed = [watch for watch in self.watches if not watch.same()]
        found = [changed_memory(watch.of, watch.held) for watch in changed]
        if self.asks_same:
            return []
        return [one for one in found if one] if all(found) else []

    def refuse(self, reason: str, culprit: Any = MISSING) -> None:
        """Note what cannot be watched, and where it is named."""
        self.refusals.append(reason + where_named(self.functions, culprit))

    def watch(self, look: Callable[[], list[Any]], of: Any = None,
              terms: list[Term] | None = None, tests: list[Term] | None = None) -> list[Any]:
        """What look() gives, which is watched from now on; see Watch. `terms` are what it gives, as
        an expression for each."""
        held = look()
        self.watches.append(Watch(look, held, of, tests if terms is None else
                                  are_held(terms, held)))
        return held

    def watch_items(self, x: Any) -> None:
        """Watch which objects a nest holds, not only that they are equal."""
        stack = [x]
        while stack:
            x = stack.pop()
            items = self.watch(items_of(x))
            stack += [item for item in items if type(item) in (list, tuple, dict)]

    def changed(self) -> str:
        """Where the first thing that is not as it was is named, such as ` (model.py, line 12)`."""
        for look, held, of, _ in self.watches:
            for x, before in zip(look(), held):
                if not alike(x, before):
                    where = where_named(self.functions, x if of is None else of)
                    return where or where_named(self.functions, x)
        return ""

    def visit(self, x: Any) -> None:
        """Note the state of x and of what it holds."""
        stack = [x]
        while stack and not self.refusals:
            x = stack.pop()
            if isinstance(x, Value) and id(x) not in self.seen:
                self.can_change = True
                self.values.append(x)
            if id(x) in self.seen or isinstance(x, PLAIN) and not is_of_own_kind(x):
                self.seen[id(x)] = x
                continue
            self.seen[id(x)] = x
            if len(self.seen) > MOST:
                return self.refuse("refers to too many objects")
            if id(x) in FOREIGN:
                return self.refuse(f"calls {FOREIGN[id(x)]}()", x)
            if isinstance(x, REFUSED):
                return self.refuse(f"refers to a {type(x).__name__}, which cannot be watched", x)
            stack += self.inside(x)

    def inside(self, x: Any) -> list[Any]:
        """What x holds, which is watched."""
        if type(x) in TRANSPARENT:
            return [x.f]
        if type(x) in GENERATORS:
            self.may_draw = DRAWING
            self.generators.append(x)
            return []
        owner = _module(x)
        if reason := _changing(x, owner):
            self.refuse(reason, x)
            return []
        if isinstance(x, types.ModuleType):
            return self.of_module(x)
        if isinstance(x, types.FunctionType):
            return self.of_function(x)
        if isinstance(x, type):
            self.watch_registered(x)
            return [] if is_trusted(owner) else self.of_class(x)
        if isinstance(x, CONTAINERS):
            return self.of_container(x) + self.of_object(x)
        return self.of_wrapper(x) if isinstance(x, WRAPPERS) else self.of_object(x)

    # Each kind ----------------------------------------------------------------------------------

    def of_function(self, f: types.FunctionType) -> list[Any]:
        """Its closure, its defaults, its globals by name."""
        owner = _module(f)
        self.refuse_out_of_place(f, owner)
        held = [*map(_contents, f.__closure__ or ()), *f.__dict__.values()]
        self.cells += f.__closure__ or ()
        if is_trusted(owner):
            return held
        self.functions.append(f)
        self.watch_attributes(f)
        reads = names_in(f.__code__)
        held += [*(f.__defaults__ or ()), f.__kwdefaults__, *self.note(f, reads),
                 *self.globals_of(f, sorted(reads.names)), *self.imported(reads.imports)]
        attributes = sorted(reads.attributes | reads.names)
        for x in held:
            if isinstance(x, types.ModuleType):
                self.read_of_module(x, attributes)
        return held

    def refuse_out_of_place(self, f: types.FunctionType, owner: str) -> None:
        """Refuse what of this project has no place in a function that is compiled."""
        if owner.startswith(("autograd.", "nn.")) and f.__name__ in NO_PLACE:
            self.refuse(NO_PLACE[f.__name__])
        if owner.startswith(NO_ROOMS):
            self.refuse(f"calls {f.__name__}()")

    def watch_attributes(self, f: types.FunctionType) -> None:
        """Watch the attributes that were set on a function; most have none."""
        if f.__dict__:
            self.watch(lambda: [*f.__dict__, *f.__dict__.values()])
        else:
            self.watch(lambda: [len(f.__dict__)], terms=[("len({}.__dict__)", (f,))])

    def globals_of(self, f: types.FunctionType, names: list[str]) -> list[Any]:
        """The globals that a function reads by these names, and the built-in objects where there is
        no such global: both are watched."""
        space, built_in = f.__globals__, vars(builtins)
        not_there = [name for name in names if name not in space]
        self.globals += [(space.get, name) for name in names]
        self.globals += [(built_in.get, name) for name in not_there]
        return [*(space.get(name, MISSING) for name in names), *map(built_in.get, not_there)]

    def imported(self, names: set[str]) -> list[types.ModuleType]:
        """The modules that a function imports when it runs, which are watched."""
        held = []
        for name in names:
            try:
                held.append(importlib.import_module(name))
                self.globals.append((sys.modules.get, name))
            except ImportError:
                self.refuse(f"imports {name}")
        return held

    def note(self, f: types.FunctionType, reads: Reads) -> list[Any]:
        """Note what a function asks for; the methods that it is the first to call by name."""
        for refusal in reads.refusals:
            self.refuse(f"{refusal} ({file_of(f)}, in {f.__name__})")
        self.can_change |= reads.stores
        if f.__code__ not in self.written:
            self.note_questions(f, reads)
        self.about |= ABOUT & reads.attributes
        self.by_name |= bool(BY_NAME & (reads.names | reads.attributes))
        self.asked |= reads.attributes
        called = self.pending.keys() & reads.attributes
        return [x for name in sorted(called) for x in self.pending.pop(name)]

    def note_questions(self, f: types.FunctionType, reads: Reads) -> None:
        """Note whether a function asks for kinds, or whether things are the same object."""
        self.asks_same |= reads.asks_same
        asks_kind = bool(ASKS_KIND & (reads.names | reads.attributes))
        self.asks_kind |= asks_kind
        if asks_kind or reads.asks_same:
            self.asking.append(f)

    def read_of_module(self, module: types.ModuleType, attributes: list[str]) -> None:
        """Watch some attributes of a module, and of the modules among them."""
        if (module.__name__, *attributes) in self.modules or self.refusals:
            return
        if module in (random, np.random) and DRAWS.issuperset(there_in(module, attributes)):
            return self.note_drawing(module, there_in(module, attributes))
        if reason := _changing(module, _module(module)):
            return self.refuse(reason, module)
        there = there_in(module, attributes)
        self.modules.add((module.__name__, *attributes))
        look: Callable[[], list[Any]] = lambda: [getattr(module, n, MISSING) for n in there]
        for x in self.watch(look, terms=[("{}." + name, (module,)) for name in there]):
            if isinstance(x, types.ModuleType):
                self.read_of_module(x, attributes)
            else:
                self.visit(x)

    def note_drawing(self, module: types.ModuleType, names: list[str]) -> None:
        """Watch functions that draw random numbers, without a look into them: whether they do is
        seen when it runs."""
        self.may_draw = DRAWING
        self.seen[id(module)] = module
        self.watch(lambda: [getattr(module, name, MISSING) for name in names])

    def of_module(self, module: types.ModuleType) -> list[Any]:
        """All of it where it is read by names that are computed; else nothing."""
        if not self.by_name:
            self.unread.append(module)
        elif not is_trusted(_module(module)):
            return self.watch(lambda: list(vars(module).values()))
        return []

    def watch_registered(self, kind: type) -> None:
        """Watch which classes are registered as derived from abstract ones, which isinstance asks
        for."""
        if isinstance(kind, abc.ABCMeta) and not self.asks_abstract:
            self.asks_abstract = True
            self.watch(lambda: [str(abc.get_cache_token()).encode()])

    def of_class(self, kind: type) -> list[Any]:
        """What a class of the user's defines, and what it is derived from."""
        self.can_change = True
        self.watch(lambda: [*kind.__bases__, type(kind), *(
            x for name, x in vars(kind).items() if name not in OF_CLASSES)])
        held = [*kind.__bases__, type(kind)]
        self.written |= written_by_dataclass(kind)
        for name, x in vars(kind).items():
            is_method = isinstance(x, (types.FunctionType, property, staticmethod, classmethod))
            if name in OF_CLASSES:
                continue
            if is_method and not name.startswith("__") and name not in self.asked:
                self.pending.setdefault(name, []).append(x)
            else:
                held.append(x)
        return held

    def of_container(self, x: Any) -> list[Any]:
        """The items of a list, tuple, dict, set, deque or array."""
        self.can_change |= not isinstance(x, (tuple, frozenset))
        if isinstance(x, np.ndarray):
            self.watch(lambda: [f"{x.dtype.str} {x.shape}".encode(), x.tobytes()], x)
            return x.ravel().tolist() if x.dtype == object else []
        if self.is_memory(x):
            return []
        if _bytes_of(x) is not None:
            if not isinstance(x, tuple) or not all(isinstance(item, PLAIN) for item in x):
                written = _bytes_of(x)
                test: list[Term] = [("dumps({}, 2) == {}", (x, written))]
                self.watch(lambda: [_bytes_of(x)], x, tests=test if is_plain(x) else None)
            return []
        if isinstance(x, dict):
            return self.watch(lambda: [*x, *x.values()])
        if isinstance(x, (set, frozenset)):
            return self.watch(lambda: sorted(x, key=hash))
        return list(x) if isinstance(x, tuple) else self.of_items(x)

    def is_memory(self, x: Any) -> bool:
        """Whether a container is one of the memories, whose structure is watched."""
        memory = next((memory for memory in self.memories if memory.x is x), None)
        if memory is not None:
            self.watch(lambda: [memory.is_alike()])
            self.seen.update((id(part), part) for part in nests(x))
        return memory is not None

    def of_items(self, x: Any) -> list[Any]:
        """The items of a list or deque, which are watched."""
        compares = {getattr(kind, "__eq__", None) for kind in {*map(type, x)} - {Value}}
        same: list[Term] = [("{} == {}", (list(x), x))]     # by identity, all in C
        is_list = type(x) is list and compares <= {object.__eq__}
        return self.watch(lambda: list(x), tests=same if is_list else None)

    def of_wrapper(self, x: Any) -> list[Any]:
        """What a method, a property, a partial, or a view of a dict is made of."""
        if isinstance(x, types.MethodType):
            return [x.__self__, x.__func__]
        if isinstance(x, types.BuiltinFunctionType):
            return [] if isinstance(x.__self__, (types.ModuleType, type(None))) else [x.__self__]
        if isinstance(x, partial):
            return self.watch(lambda: [x.func, x.args, x.keywords]) + self.of_object(x)
        if isinstance(x, types.MappingProxyType):
            return self.watch(lambda: [*x, *x.values()])
        return [_attribute(x, name) for name in ("fget", "fset", "fdel", "func", "__func__")]

    def of_object(self, x: Any) -> list[Any]:
        """The attributes of an object, and its class."""
        kind = type(x)
        if kind in CONTAINERS:
            return []
        if _module(kind).startswith("numpy"):
            return self.of_numpy(x)
        if is_made_in_c(kind) and not is_trusted(_module(kind)):
            self.refuse(f"refers to a {kind.__name__}, which cannot be watched")
        if isinstance(x, Operation):                        # a row of the table stays as it is
            self.watch(lambda: [x.forward, x.partials],
                       terms=[("{}.forward", (x,)), ("{}.partials", (x,))])
            return [*_attribute(x, "__dict__").values(), kind]
        return [*self.attributes_of(x), kind]

    def of_numpy(self, x: Any) -> list[Any]:
        """What an object of NumPy's holds, such as the function of an np.vectorize."""
        if isinstance(x, np.ufunc) and getattr(np, x.__name__, None) is not x:
            self.refuse("calls a function of NumPy made of one in Python", x)
        return [] if isinstance(x, np.ndarray) else self.attributes_of(x)

    def attributes_of(self, x: Any) -> list[Any]:
        """What an object's attributes hold, which is watched: those in its dict, and its slots."""
        fields = _attribute(x, "__dict__")
        slots = slots_of(type(x))
        self.can_change |= fields is not MISSING or bool(slots)
        held: list[Any] = []
        if fields is not MISSING:
            held = self.watch(lambda: [type(x), x.__dict__ is fields, *fields, *fields.values()], x,
                              tests=tests_of(x, fields))
        if slots:
            held = held + self.watch(lambda: [_attribute(x, name) for name in slots])
        return held


def tests_of(x: Any, fields: dict[str, Any]) -> list[Term]:
    """Tests of whether an object has its class and its attributes."""
    return [("type({}) is {}", (x, type(x))), ("{}.__dict__ is {}", (x, fields)),
            ("tuple({}) == {}", (fields, tuple(fields))),
            *(("{}[{}] is {}", (fields, name, a)) for name, a in fields.items())]


# What code reads ----------------------------------------------------------------------------------

class Reads(NamedTuple):
    """What a piece of code reads by name, the functions inside it included."""
    names: set[str]                         # globals
    attributes: set[str]
    imports: set[str]
    refusals: list[str]
    asks_same: bool
    stores: bool                            # whether it sets attributes or variables from outside

    def with_those_of(self, other: Reads) -> Reads:
        """What this piece of code and another read."""
        return Reads(self.names | other.names, self.attributes | other.attributes,
                     self.imports | other.imports, self.refusals + other.refusals,
                     self.asks_same or other.asks_same, self.stores or other.stores)


REFUSED_CODE = {"STORE_GLOBAL": "changes the global {}", "DELETE_GLOBAL": "changes the global {}",
                "MATCH_CLASS": "asks for the kind of something by match"}

GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "LOAD_SUPER_ATTR"}


@cache
def names_in(code: types.CodeType) -> Reads:
    """What a piece of code reads."""
    found = read_by_itself(code)
    for inside in code.co_consts:
        if isinstance(inside, types.CodeType):
            found = found.with_those_of(names_in(inside))
    looks = INSIDE & found.attributes
    if looks:
        found.refusals.append(f"looks into functions and frames (.{min(looks)})")
    return found


def read_by_itself(code: types.CodeType) -> Reads:
    """What a piece of code reads, without the functions inside it."""
    every = list(dis.get_instructions(code))
    in_pairs = list(zip([None, *every], every))             # each after the one before it

    def names(opnames: set[str]) -> set[str]:
        return {i.argval for i in every if i.opname in opnames}
    refusals = [reason for pair in in_pairs if (reason := refusal_of(*pair))]
    asks_same = any(i.opname == "IS_OP" and not _is_constant(before) for before, i in in_pairs)
    stores = any(_stores(i, code.co_freevars) for i in every)
    return Reads(names(GLOBALS), names(ATTRIBUTES), names({"IMPORT_NAME"}), refusals, asks_same,
                 stores)


def refusal_of(before: dis.Instruction | None, i: dis.Instruction) -> str:
    """Why an instruction, after another one, cannot be compiled; "" where it can."""
    if i.opname in REFUSED_CODE:
        return REFUSED_CODE[i.opname].format(i.argval)
    if i.opname == "IS_OP" and before and _is_constant(before) and isinstance(before.argval, bool):
        return f"asks whether something is {before.argval}"
    return ""


def _stores(i: dis.Instruction, free: tuple[str, ...]) -> bool:
    """Whether an instruction sets an attribute or a variable from outside that is no global."""
    if i.opname in REFUSED_CODE or not i.opname.startswith(("STORE", "DELETE")):
        return False
    return i.opname in ("STORE_ATTR", "DELETE_ATTR") or i.argval in free


def _is_constant(i: dis.Instruction | None) -> bool:
    return i is not None and i.opname == "LOAD_CONST"


def items_of(x: Any) -> Callable[[], list[Any]]:
    """A function that gives the items of a list, tuple or dict as they are then."""
    return lambda: list(x.values() if type(x) is dict else x)


def where_named(functions: list[types.FunctionType], x: Any) -> str:
    """Where a function first names x, such as ` (model.py, line 12)`; "" where none does."""
    for f in functions:
        line, last = f.__code__.co_firstlineno, None
        for i in dis.get_instructions(f.__code__):
            line = line_number(i) or line
            last = named_by(i, f, last)
            if x is not MISSING and last is x:
                return f" ({file_of(f)}, line {line})"
    return ""


def named_by(i: dis.Instruction, f: types.FunctionType, last: Any) -> Any:
    """What an instruction of f names, where `last` is what was named before it: after a module
    follows its attribute. Instructions without names leave `last` as it is."""
    if i.opname in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"):
        is_module = type(last) is types.ModuleType
        return getattr(last, str(i.argval), None) if is_module else None
    if i.opname == "IMPORT_NAME":
        return sys.modules.get(str(i.argval))
    if i.opname == "LOAD_DEREF":
        free = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
        return _contents(free[i.argval]) if i.argval in free else None
    if i.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
        return f.__globals__.get(i.argval, vars(builtins).get(i.argval))
    return last


def line_number(i: dis.Instruction) -> int | None:
    """The line of an instruction, where Python knows it."""
    position = getattr(i, "positions", None)
    if position is not None:
        found: int | None = position.lineno
        return found
    return i.starts_line


def file_of(f: types.FunctionType) -> str:
    """The name of the file that a function is in."""
    return f.__code__.co_filename.rpartition("/")[2]


# What things are ----------------------------------------------------------------------------------

def _contents(cell: types.CellType) -> Any:
    """What a variable of a closure holds."""
    try:
        return cell.cell_contents
    except ValueError:                                  # not set yet
        return MISSING


def _bytes_of(x: Any) -> bytes | None:
    """Data as bytes; None for what holds anything but numbers, strings and nests of them, or NaN:
    `x in values` asks whether it is the same."""
    stack = [x]
    while stack:
        item = stack.pop()
        if type(item) is dict:
            stack += [*item, *item.values()]
        elif type(item) in (list, tuple, set, frozenset):
            stack += item
        elif type(item) not in WRITTEN or item != item:     # marshal writes an array as its bytes
            return None
    try:
        return marshal.dumps(x, 2)
    except ValueError:
        return None


def is_plain(x: Any) -> bool:
    """Whether data holds no bytes: what marshal writes as these may have been something else."""
    kind = type(x)
    if kind in (list, tuple, set, frozenset):
        return all(map(is_plain, x))
    return kind is not bytes and (kind is not dict or all(map(is_plain, [*x, *x.values()])))


WRITTEN = {int, float, complex, bool, str, bytes, type(None)}


def _changing(x: Any, owner: str) -> str:
    """Why x gives something else each time; "" where it does not."""
    first = owner.partition(".")[0]
    if owner.startswith("numpy.random") or first in CHANGING:
        return f"uses {CHANGING.get(first, 'random numbers')}"
    if isinstance(x, Iterator):
        return "reads from an iterator"
    if type(x) is type(names_in):
        return f"calls {getattr(x, '__name__', '?')}(), whose results are kept (functools.cache)"
    if first in sys.stdlib_module_names and first not in SAFE and first != "__main__":
        return f"uses the module {first}"
    if isinstance(x, types.BuiltinFunctionType) and isinstance(x.__self__, types.ModuleType):
        if not is_trusted(owner):
            return f"calls {x.__name__}(), which is not written in Python"
    return ""


def _module(x: Any) -> str:
    """The module that x is, or that made it."""
    if isinstance(x, types.ModuleType):
        return name_of(vars(x))
    if isinstance(x, types.FunctionType):               # functools.wraps sets its __module__
        return name_of(x.__globals__)
    named: object = None
    if isinstance(x, (type, types.BuiltinFunctionType)):
        named = x.__module__
    if isinstance(x, types.BuiltinFunctionType) and named is None:
        named = type(x.__self__).__module__
    named = named if isinstance(named, str) else str(type(x).__module__)
    module = sys.modules.get(named)
    return named if module is None else name_of(vars(module))


def name_of(space: Mapping[str, Any]) -> str:
    """The name of a module, after a dot where it is the user's, but called as one that is trusted:
    a file nn.py, or test.py."""
    name, file = str(space.get("__name__", "")), space.get("__file__")
    is_users = isinstance(file, str) and is_trusted(name) and not is_at_home(name, file)
    return f".{name}" if is_users else name


@cache
def is_at_home(module: str, file: str) -> bool:
    """Whether a file is in this project, in NumPy or in Python's library."""
    folder = Path(file).resolve().parent
    if module.partition(".")[0] in OURS:
        return any(folder.is_relative_to(package) for package in PACKAGES)
    outside = "site-packages" in folder.parts or not folder.is_relative_to(LIBRARY)
    return not outside or ".zip" in file                # as in Pyodide


def is_trusted(module: str) -> bool:
    """Whether a module is Python's, NumPy's or this project's: its globals do not change."""
    first = module.partition(".")[0]
    return first in OURS or first in sys.stdlib_module_names and first != "__main__"


def there_in(module: types.ModuleType, attributes: list[str]) -> list[str]:
    """Those of some attributes that a module has. NumPy warns where it is asked for a name that it
    had once, such as np.object.
    """
    def has(name: str) -> bool:
        try:
            return hasattr(module, name)
        except Exception:                       # from a __getattr__ of the module's own
            return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [name for name in attributes if has(name)]


def _attribute(x: Any, name: str) -> Any:
    """An attribute of an object, without asking its __getattr__."""
    try:
        return object.__getattribute__(x, name)
    except AttributeError:
        return MISSING


def written_by_dataclass(kind: type) -> set[types.CodeType]:
    """The code of the methods that dataclasses wrote for a class."""
    if "__dataclass_fields__" not in vars(kind):
        return set()
    methods = [vars(kind).get(name) for name in OF_DATACLASSES]
    found = [inspect.unwrap(f) for f in methods if isinstance(f, types.FunctionType)]
    return {f.__code__ for f in found if f.__code__.co_filename == "<string>"}


def is_of_own_kind(x: Any) -> bool:
    """Whether x is a number or a text of a class of the user's, which may have attributes and
    methods: an IntEnum, say."""
    return isinstance(x, ATOMS) and bool(type(x).__flags__ & HEAP_TYPE)


def is_made_in_c(kind: type) -> bool:
    """Whether a class, or one that it is derived from, keeps things where Python code cannot see
    them; the containers that are looked into, and what never changes, do not count."""
    return any(not base.__flags__ & HEAP_TYPE and base is not object
               and base not in CONTAINERS and base not in ATOMS for base in kind.__mro__)


def slots_of(kind: type) -> list[str]:
    """The attributes that a class keeps in slots."""
    return [name for base in kind.__mro__ for name in _slots(base)]


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(f"_{kind.__name__.lstrip('_')}{n}" if n.startswith("__") and not n.endswith("__")
                 else n for n in names)
