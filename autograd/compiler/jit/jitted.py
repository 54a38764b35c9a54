"""A function that is recorded and compiled at its first call, and run as a program after.

1. Nothing is silently different: a first call is eager and the program must give the same; guards
   and what the function reads are checked on every call; some calls are compared with eager ones.
2. What cannot be compiled runs as it was written, with one warning that says why.
3. A function runs as it was written before it is recorded: what it changes is noticed then, and it
   is not recorded.
"""
from __future__ import annotations

import functools
import pickle
import random
import sys
import threading
import types
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from operator import is_
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograd.compat.finishing import finish
from autograd.compat.numbers import is_array
from autograd.compiler import paused_collector
from autograd.compiler.jit.arguments import Arguments, Signature
from autograd.compiler.jit.branch import Branch, How, Refused, agree
from autograd.compiler.jit.fields import OfFields, given, has_fields
from autograd.compiler.jit.flat import INT, classes_in, flatten, kinds_of, numbers, without_values
from autograd.compiler.jit.guards import OURS, REMEDY, notes_here
from autograd.compiler.jit.memory import Kept, Memory, memory_of
from autograd.compiler.jit.reach import TRANSPARENT, Reach, where_named
from autograd.compiler.run import Program
from autograd.derivatives.anomaly import is_watched
from autograd.derivatives.level import VARIABLES_AT_WORK
from autograd.recording import OPEN, is_recording
from autograd.value import Value

BRANCHES = 32                       # of one structure of arguments; more are not recorded
STRUCTURES = 64
CHECKED = {2 * 32 ** k for k in range(10)}      # the calls that are compared with eager ones
MEMORIES = 16                       # lists and dicts that keep numbers between calls
OBJECTS = 8                         # as many objects for one argument
CHANGES = 8                         # as often what a function refers to may be found changed
DIFFERENT = "the compiled program gives other numbers than the function"
NOTHING = None, None
NOT_NAMED: dict[str, Any] = {}
EAGER, DUE = object(), object()     # see by_branches
Function = Callable[..., Any]


class Direct(NamedTuple):
    """How calls that look alike are run: what reads their arguments, and what it finds beside the
    numbers; what gives the result for these, while what the function refers to is as it was."""
    read: Callable[..., Any]
    looks: Any
    run: Callable[[Any], Any]
    reach: Reach


class Jitted:
    """A function that is compiled for each structure of its arguments; see jit.

    refused     why it runs as it was written; "" while it is compiled
    programs    what was compiled so far, one Program for each branch
    """

    branch_kind: type[Branch] = Branch

    def __init__(self, f: Function, target: str = "numpy") -> None:
        functools.update_wrapper(self, f)
        self.f = f
        self.how = How(target)
        self.known: dict[Signature, list[Branch]] = {}
        self.reach: Reach | None = None
        self.classes: dict[type, None] = {}     # of arguments, whose methods f may call
        self.refused = ""
        self.calls = self.changes = 0
        self.direct: Direct | None = None
        self.last: Branch | None = None                 # the one that was taken last
        self.runs: WeakKeyDictionary[Branch, Any] = WeakKeyDictionary()     # Branch.direct of each
        self.arguments = Arguments()
        self.lock = threading.RLock()
        self.bound: dict[Any, Jitted] = {}
        self.methods: WeakKeyDictionary[Any, Jitted] = WeakKeyDictionary()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with suppress(TypeError):                       # no weak references, or no hash
            if instance not in self.methods:
                self.methods[instance] = Jitted(self.f.__get__(instance, owner), self.how.target)
            return self.methods[instance]
        return self.f.__get__(instance, owner)

    def __copy__(self) -> Jitted:
        return self                                     # as a copy of a function is

    def __deepcopy__(self, memo: object) -> Jitted:
        return self

    def __reduce__(self) -> str:
        return str(getattr(self, "__qualname__", repr(self)))       # by its name, as a function

    @property
    def programs(self) -> list[Program]:
        """The Programs of all branches: of a step those of its passes, then that of what they are
        used for."""
        return [program for branches in self.known.values() for branch in branches
                for program in branch.programs()]

    def __call__(self, *args: Any, **named: Any) -> Any:
        if self.direct is not None and not named:
            found = self.directly(self.direct, args)
            if found is not None:
                return found
        if not self.uses_programs():
            return self.f(*args, **named)
        try:
            signature, theta, values = self.arguments.find(args, named)
        except TypeError as error:
            return self.with_objects(str(error), args, named)
        if not self.is_for_programs(args, named, values):
            return self.f(*args, **named)
        branch, result = self.by_branches(signature, theta, values)
        if result is EAGER:
            return self.f(*args, **named)
        if branch is not None:
            return (self.compared if result is DUE else self.checked)(branch, result, args, named)
        with self.lock:
            return self.first(signature, theta, args, named, values)

    def directly(self, direct: Direct, args: tuple[Any, ...]) -> Any:
        """The result of a call that looks like earlier ones; None where that is not so, or there is
        something to check or to say."""
        if direct.reach is not self.reach or self.refused or OPEN or notes_here() is not None:
            return None
        read = direct.read(args, NOT_NAMED)
        if read is None or read[1] != direct.looks or self.calls + 1 in CHECKED:
            return None
        found = direct.run(read[0]) if direct.reach.same() else None
        self.calls += found is not None
        return found

    def remember(self, branch: Branch, args: tuple[Any, ...]) -> None:
        """Let calls that look like this one go directly to a branch, when it was taken again."""
        self.direct, before = None, self.last
        self.last, reach = branch, self.reach
        if branch is not before or reach is None or reach.asks_same or reach.memories:
            return
        if branch not in self.runs:
            self.runs[branch] = branch.direct()
        run, reading = self.runs[branch], self.arguments.reading(args)
        if run is not None and reading is not None:
            self.direct = Direct(*reading, run, reach)

    def by_branches(self, signature: Signature, theta: Any, values: Sequence[Value]
                    ) -> tuple[Branch | None, Any]:
        """The branch that is for these numbers, None where there is none, and its result: EAGER
        where only the function can tell, DUE where it changes something and is to be compared."""
        try:
            for branch in self.known.get(signature, ()):
                given = branch.given(theta)
                holds = branch.holds(given, values)
                if holds < 0 or holds and branch.outside and VARIABLES_AT_WORK:
                    return branch, EAGER
                if holds and given is not None:
                    is_due = branch.step is not None and self.calls + 1 in CHECKED
                    return branch, DUE if is_due else branch.run(given, values)
        except (ArithmeticError, ValueError):
            return None, EAGER
        return None, None

    def uses_programs(self) -> bool:
        """Whether programs are used at all: f was not refused, and is not called while something
        is recorded, nor where anomalies are looked for."""
        return not self.refused and notes_here() is None and not (OPEN and is_watched())

    def is_for_programs(self, args: Any, named: Any, values: Sequence[Value]) -> bool:
        """Whether programs may be used, and recorded, for arguments with these Values among them;
        where what f refers to has changed, they are forgotten first."""
        if (named or values) and not self.takes(named, values) or not self.is_current():
            return False
        reach = self.reach
        may_share = reach is None or not (reach.asks_same or reach.memories)
        return may_share or not self.are_shared([args, named])

    def takes(self, named: Any, values: Sequence[Value]) -> bool:
        """Whether a program can be given these arguments by name, and these Values."""
        if hasattr(self.f, "differentiated"):
            if named:                                   # of which it takes none: an error
                return False
            if not VARIABLES_AT_WORK:
                self.give_up("it is given Values, of which it gives Values; pass numbers, as in "
                             "v.data")
                return False
        return not values or not VARIABLES_AT_WORK

    def with_objects(self, reason: str, args: Any, named: Any) -> Any:
        """The result where there are objects among the arguments, such as a Module: a function of
        the other arguments is compiled for them."""
        objects = {k: x for k, x in (*enumerate(args), *named.items()) if is_object(x)}
        if not objects:
            return self.give_up(reason, args, named)
        fields = {k: x for k, x in objects.items() if has_fields(x)}
        if fields and not hasattr(self.f, "differentiated"):
            return self.with_fields(fields, args, named)
        return self.bound_to(objects, args, named)

    def bound_to(self, objects: dict[Any, Any], args: Any, named: Any) -> Any:
        """The same where they are watched as what the function refers to."""
        key = tuple([(k, id(x)) for k, x in objects.items()])
        if key not in self.bound and len(self.bound) >= OBJECTS:
            return self.give_up(f"more than {OBJECTS} objects were given for one argument", args,
                                named)
        one = self.bound.setdefault(key, Jitted(Bound(self.f, objects), self.how.target))
        return one(*[x for i, x in enumerate(args) if i not in objects],
                   **{name: x for name, x in named.items() if name not in objects})

    def with_fields(self, objects: dict[Any, Any], args: Any, named: Any) -> Any:
        """The same where some objects hold numbers alone, such as a dataclass of parameters: a
        function of their attributes is compiled."""
        classes = {k: type(x) for k, x in objects.items()}
        key = "fields", *classes.items()
        one = self.bound.setdefault(key, Jitted(OfFields(self.f, classes), self.how.target))
        with given(objects.values()):
            found = one(*[vars(x) if i in objects else x for i, x in enumerate(args)],
                        **{name: vars(x) if name in objects else x for name, x in named.items()})
        self.refused = one.refused
        return found

    def is_current(self) -> bool:
        """Whether branches may be used and recorded: what f refers to is known, and as it was."""
        reach = self.reach
        return reach is not None and reach.same() or self.is_known_again()

    def reached(self, memories: Sequence[Memory] = ()) -> Reach:
        """What f refers to, and the classes of its arguments."""
        return Reach(self.f, memories, self.classes)

    def watches_classes(self, key: Any) -> bool:
        """Whether the classes among arguments with this key are watched from now on, too; branches
        are forgotten where some are new."""
        new = [kind for kind in classes_in(key) if kind not in self.classes]
        if not new:
            return True
        self.classes.update(dict.fromkeys(new))
        self.reach = None
        return self.is_known_again()

    def is_known_again(self) -> bool:
        """Whether, after a change, what f refers to may be watched anew: branches are forgotten."""
        with self.lock:
            self.changes += self.reach is not None
            if self.changes > CHANGES:
                where = self.reach.changed() if self.reach is not None else ""
                self.give_up(f"what it refers to{where} changes from call to call; make it an "
                             "argument")
                return False
            self.known = {}
            try:
                self.reach = self.reached()
            except Exception as error:              # of a __getattribute__ of somebody's own
                self.reach = None
                self.give_up("what it refers to cannot be looked through: "
                             f"{type(error).__name__}: {error}")
        if self.reach is not None and self.reach.refusals:
            self.give_up(self.reach.refusals[0])
        return not self.refused

    def are_shared(self, given: Any) -> bool:
        """Whether some lists in the arguments are the same object, inside of others, or are known
        to f already: it asks whether things are the same object."""
        seen: set[int] = set(self.reach.seen) if self.reach else set()
        top = {id(x): x for x in (*given[0], *given[1].values())}
        stack = list(top.values())
        while stack:
            x = stack.pop()
            if isinstance(x, (list, tuple, dict, np.ndarray)):
                if id(x) in seen:
                    return True
                seen.add(id(x))
                stack += x.values() if isinstance(x, dict) else () if is_array(x) else x
        return False

    def compared(self, branch: Branch, _: Any, args: Any, named: Any) -> Any:
        """The eager result of a call that changes something, which the program must give, too."""
        self.calls += 1
        _, theta, values = self.arguments.find(args, named)
        before = self.kept(values)
        try:
            given = branch.given(theta)
            branch.holds(given, values)
            result = branch.run(given, values) if given is not None else EAGER
        except (ArithmeticError, ValueError):
            result = EAGER
        found = before.now()
        before.put_back()
        eager = self.f(*args, **named)
        if result is not EAGER and not (agree(eager, result) and found.agrees(before.now())):
            self.give_up(DIFFERENT)
        return eager

    def checked(self, branch: Branch, result: Any, args: Any, named: Any) -> Any:
        """The result, now and then compared with an eager one; where the branch was recorded
        before the function had run, the first time in full."""
        self.calls += 1
        is_due = (self.calls in CHECKED and branch.step is None
                  and not self.is_proved(branch, result, args, named))
        if not is_due and not branch.is_unproved:
            if not named:
                self.remember(branch, args)
            return result
        branch.is_unproved = False
        eager = self.f(*args, **named)
        if not agree(eager, result):
            self.give_up(DIFFERENT)
            return eager
        return result

    def is_proved(self, branch: Branch, result: Any, args: Any, named: Any) -> bool:
        """Whether a value and gradient have the value that the function itself gives for numbers,
        where it cannot change anything: that takes a fraction of the time of its gradient."""
        over, reach = branch.over, self.reach
        if over is None or not over.with_value or reach is None or reach.can_change:
            return False
        try:
            return agree(over.f(*deepcopy(args), **deepcopy(named)), result[0])
        except Exception:
            return False

    def first(self, key: Signature, theta: Any, args: Any, named: Any,
              values: Sequence[Value] = ()) -> Any:
        """The result of a call that no branch is for; the branch that was taken is recorded."""
        if not self.watches_classes(key.key):
            return self.f(*args, **named)
        branch, result = self.proved(key, theta)
        if branch is None:
            branch, result = self.run_and_recorded(key, theta, args, named, values)
        if branch is not None:
            self.known.setdefault(key, []).append(branch)
        return result

    def run_and_recorded(self, key: Signature, theta: Any, args: Any, named: Any,
                         values: Sequence[Value]) -> tuple[Branch | None, Any]:
        """A branch, where it may be recorded after f has run as it was written, and the result."""
        reach, known = self.reach, self.known.get(key, [])
        before = drawn(reach)
        kept = self.kept(values)
        result = self.f(*args, **named)
        self.check_result(result)
        if not is_recording() or self.refused or reach is None:
            return None, result
        if drawn(reach) != before:
            self.give_up(f"{reach.may_draw}; draw them outside, and make them an argument")
        elif not self.is_same(args, named, key.key, theta, values):
            self.give_up("changes its arguments")
        elif not self.is_as_known(reach, kept):
            self.count_change_by_f(reach)
        elif reason := self.too_many(key, known):
            self.give_up(reason)
        else:
            return self.recorded(key, theta, result, self.reach or reach, values, kept), result
        return None, result

    def may_keep(self) -> bool:
        """Whether f may keep numbers between calls: a function of many samples or a derivative may
        not."""
        return self.branch_kind is Branch and not hasattr(self.f, "differentiated")

    def kept(self, values: Sequence[Value]) -> Kept:
        """What f may change: Values it refers to, or among its arguments, and memories."""
        reach = self.reach
        return Kept(values) if reach is None else Kept([*reach.values, *values], reach.memories)

    def is_as_known(self, reach: Reach, before: Kept) -> bool:
        """Whether f has changed nothing it refers to but numbers in lists and dicts: these, added
        to what was kept `before`, are its memories from now on."""
        if reach.same() or not self.may_keep():
            return reach.same()
        found = reach.newly_changed()
        again = self.reached([*reach.memories, *(memory for memory, _ in found)])
        if not found or again.refusals or len(again.memories) > MEMORIES:
            return False
        before.memories += found
        self.reach, self.known = again, {}
        return True

    def count_change_by_f(self, reach: Reach) -> None:
        """Note that f changed what it refers to; it may do so a few times, as at a first call."""
        self.changes += 2
        if self.changes > CHANGES:
            self.give_up(f"changes what it refers to{reach.changed()}")

    def too_many(self, key: Signature, known: list[Branch]) -> str:
        """Of what there is too much to record one more branch; "" where there is room."""
        if len(known) >= BRANCHES:
            line = known[-1].lines[-1] if known[-1].lines else "arguments that index"
            return f"more than {BRANCHES} branches at {line}; {REMEDY}"
        if len(self.known) >= STRUCTURES and key not in self.known:
            return (f"more than {STRUCTURES} structures of arguments: other lengths, other "
                    "strings, or ints where there were floats")
        return ""

    def check_result(self, result: Any) -> None:
        """Raise TypeError for a result that cannot be."""

    def is_same(self, args: Any, named: Any, key: Any, theta: Any,
                values: Sequence[Value]) -> bool:
        """Whether the arguments are as they were."""
        leaves: list[Any] = []
        same = flatten((args, named), leaves) == key
        leaves, places, now = without_values(leaves)
        same = same and len(now) == len(values) and all(map(is_, now, values))
        if not same:
            return False
        found = numbers(leaves)
        found[places] = theta[places]                   # of a Value another data is an effect
        return bool(found.tobytes() == theta.tobytes())

    def proved(self, key: Signature, theta: Any) -> tuple[Branch | None, Any]:
        """A branch and its result, without a call of the eager gradient: where f cannot change
        anything, it may be recorded before it has run. None, None where that is not enough."""
        reach = self.reach
        if reach is None or reach.can_change or reach.asks_kind or reach.may_draw:
            return NOTHING
        if not hasattr(self.f, "differentiated") or len(self.known) >= STRUCTURES:
            return NOTHING
        if not is_recording() or len(self.known.get(key, ())) >= BRANCHES:
            return NOTHING
        try:
            with paused_collector():
                branch = self.unproved(key, theta, reach)
                return (branch, branch.proved(theta, not self.known)) if branch.over else NOTHING
        except Exception:                               # the function itself says what is wrong
            return NOTHING

    def recorded(self, key: Signature, theta: Any, result: Any, reach: Reach,
                 values: Sequence[Value], before: Kept) -> Branch | None:
        """A branch that gives the result, and changes what f changed since `before`; None where
        there is none, or not at these numbers."""
        put_back_states, after = states_of(reach.generators), before.now()
        lent = reach.lent()
        try:
            before.put_back()
            with paused_collector():
                branch = self.branch(key, theta, reach, result)
            if self.writes_again(lent, reach):
                return None
            given = branch.given(theta)
            if given is None or not branch.agrees(result, branch.run(given, values), values):
                raise Refused(DIFFERENT)
            if not after.agrees(before.now()):
                raise Refused(DIFFERENT)
            if reach.asks_kind and not values:
                self.try_elsewhere(branch, theta, reach)
            if not reach.same():
                raise Refused("changes what it refers to")
            return branch
        except (ArithmeticError, ValueError):           # at the edge of a domain: eager, this time
            return None
        except Exception as error:
            self.give_up(str(error))
            return None
        finally:
            finish(lambda: [put_back() for watch, put_back in lent if not watch.same()])
            after.put_back()
            put_back_states()

    def writes_again(self, lent: Any, reach: Reach) -> bool:
        """Whether the recording has put Values into lists and dicts that f did not change when it
        ran: they get their numbers back, and are memories from now on."""
        changed = [(watch.of, put_back) for watch, put_back in lent if not watch.same()]
        finish(lambda: [put_back() for _, put_back in changed])
        if changed and not self.refused:
            memories = [memory for x, _ in changed if (memory := memory_of(x)) is not None]
            if len(memories) < len(changed) or not self.may_keep():
                where = where_named(reach.functions, changed[0][0])
                raise Refused(f"changes what it refers to{where}")
            self.reach, self.known = self.reached([*reach.memories, *memories]), {}
        return bool(changed)

    def branch(self, signature: Signature, theta: Any, reach: Reach, result: Any) -> Branch:
        """A recording, compiled."""
        return self.branch_kind(self.f, signature, theta, reach, self.how, result)

    def unproved(self, signature: Signature, theta: Any, reach: Reach) -> Branch:
        """A recording before f has run, with its graph."""
        how = self.how._replace(keeps_graph=True)
        return self.branch_kind(self.f, signature, theta, reach, how)

    def try_elsewhere(self, branch: Branch, theta: Any, reach: Reach) -> None:
        """Compare with eager at other numbers, as a function that asks whether something is a
        Value may do something else for floats."""
        rng = np.random.default_rng(0)
        is_int = np.array(kinds_of(branch.signature.key)) == INT
        moved = np.where(is_int, theta, theta * rng.uniform(0.999, 1.001, len(theta)))
        args, named = branch.signature.filled(moved)
        before = Kept(reach.values, reach.memories)
        try:
            given = branch.given(moved)
            if given is None or branch.holds(given) != 1:
                return
            found, changed = branch.run(given), before.now()
            before.put_back()
            eager = self.f(*args, **named)
        except Exception:                               # numbers that f does not take
            return
        finally:
            after = before.now()
            before.put_back()
        if not agree(eager, found) or not changed.agrees(after):
            raise Refused("does something else for Values than for numbers")

    def give_up(self, reason: str, args: Any = None, named: Any = None) -> Any:
        """Run the function as it was written from now on, and say why."""
        self.refused, self.known = reason, {}
        name = getattr(self.f, "__name__", "the function")
        warn(f"jit runs {name} without compiling: {reason}")
        return None if args is None else self.f(*args, **named)


class Bound:
    """A function with some of its arguments, by place or name, given."""

    def __init__(self, f: Function, objects: dict[Any, Any]) -> None:
        self.f, self.objects = f, objects
        self.__name__ = getattr(f, "__name__", "the function")

    def __call__(self, *args: Any, **named: Any) -> Any:
        rest, by_place = iter(args), sum(1 for k in self.objects if isinstance(k, int))
        every = [self.objects[i] if i in self.objects else next(rest)
                 for i in range(len(args) + by_place)]
        by_name = {k: x for k, x in self.objects.items() if isinstance(k, str)}
        return self.f(*every, **named, **by_name)


def is_object(x: Any) -> bool:
    """Whether x is neither a number nor a nest, but has attributes, or can be called."""
    if isinstance(x, (Value, np.ndarray, np.generic, BaseException)):
        return False
    return hasattr(x, "__dict__") and not isinstance(x, types.ModuleType)


def drawn(reach: Reach | None) -> Any:
    """The state of the generators of random numbers that a function may draw from, and of those
    that everybody shares."""
    if reach is None or not reach.may_draw:
        return None
    state: Any = np.random.get_state(legacy=False)
    inside = state["state"]
    rest = inside["pos"], state["has_gauss"], state["gauss"]
    others = [pickle.dumps(generator) for generator in reach.generators]
    return random.getstate(), inside["key"].tobytes(), rest, others


def states_of(generators: Sequence[Any]) -> Callable[[], None]:
    """A function that gives all these generators the state they have now."""
    put_back: list[tuple[Callable[[Any], Any], Any]] = [
        (random.setstate, random.getstate()), (np.random.set_state, np.random.get_state())]
    for one in generators:
        if isinstance(one, random.Random):
            put_back.append((one.setstate, one.getstate()))
        elif isinstance(one, np.random.RandomState):
            put_back.append((one.set_state, one.get_state()))
        else:
            bits = one.bit_generator
            put_back.append((partial(setattr, bits, "state"), bits.state))
    return lambda: finish(lambda: [put(state) for put, state in put_back])


TRANSPARENT.add(Jitted)


def warn(message: str) -> None:
    """Warn at the line outside of this project that is at work."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__", "")).startswith(OURS):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level + 1)
