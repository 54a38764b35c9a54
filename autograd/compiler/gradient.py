"""The end of the backward pass: what was sent to many places is added there, and the gradient is laid out like theta."""
from __future__ import annotations

from math import prod

import numpy as np

from autograd.compiler.backward import Backward, Sent
from autograd.compiler.blocks import INPUTS, PARAMETERS, Block, Gather, View
from autograd.compiler.formula import Formula, formula
from autograd.compiler.views import places_in, places_of, view_text, without_broadcast


class Gradient(Backward):
    """Writes the lines that fill `grad`."""

    def gradient(self, to_parameters: list[Sent], to_inputs: list[Sent]) -> list[str]:
        """Lines that lay what was sent to the parameters into `grad`, in the order of the parameters."""
        size = prod(self.blocks[PARAMETERS].shape)
        both = [i for i, p in enumerate(self.tape.parameters) if p in self.tape.inputs]
        written, zeros = np.zeros(size, dtype=bool), False
        lines: list[str] = []
        ordered = sorted(to_parameters, key=lambda s: -prod(s.argument.shape))      # all of theta first: the rest adds to it
        for s in ordered:
            places = places_in(s.argument, PARAMETERS, self.blocks)
            first = not written[places].any()
            zeros |= not (first or written[places].all())
            lines += self.part(s, "=" if first else "+=", lines)
            written[places] = True
        if both:
            lines += self.input_gradient(both, to_inputs)
            written[both] = True
        if ordered and self.is_all_of_theta(ordered[0]):
            return [lines[0].replace("grad[:]", "grad"), *lines[1:]]
        return [f"    grad = np.{'zeros' if zeros or not written.all() else 'empty'}({size})", *lines]

    def is_all_of_theta(self, s: Sent) -> bool:
        """Whether what was sent is an array of its own with a number for each parameter."""
        whole = isinstance(s.argument, View) and self.is_whole(s.argument)
        return whole and s.full and isinstance(s.formula, Formula) and not str(s.formula).isidentifier()

    def part(self, s: Sent, how: str, before: list[str]) -> list[str]:
        """Lines for one part of the gradient; that of a view with a name is first computed under its name, as dW2."""
        if isinstance(s.argument, View) and self.is_whole(s.argument):
            return [f"    grad[:] {how} {s.formula}"]
        name = next((name for (view, _), (name, _) in self.views.items() if without_broadcast(view) == s.argument), None)
        lines = []
        if name and isinstance(s.formula, Formula) and not any(line.startswith(f"    d{name} = ") for line in before):
            lines = [f"    d{name} = {s.formula}"]
            s = s._replace(formula=formula("d" + name))
        return lines + self.scatter("grad", PARAMETERS, s, how)

    def input_gradient(self, both: list[int], sent: list[Sent]) -> list[str]:
        """Parameters that are inputs, too: their derivative is that by the input, summed over the samples."""
        lines = [f"    dx = np.zeros((m, {len(self.tape.inputs)}))"]
        for s in sent:
            lines += self.scatter("dx", INPUTS, s, "+=")
        columns = np.array([self.tape.inputs.index(self.tape.parameters[i]) for i in both])
        return [*lines, f"    grad[{self.array(np.array(both))}] = dx.sum(0)[{self.array(columns)}]"]

    # To the places it belongs to ---------------------------------------------------------------------------------------------

    def scatter(self, target: str, b: int, s: Sent, how: str) -> list[str]:
        """Lines that add what was sent to the places of block b that it belongs to: a view, or any places."""
        block, argument = self.blocks[b], s.argument
        if isinstance(argument, View):
            if self.is_whole(argument):
                return [f"    {target} {how} {s.formula}"]
            text = view_text(target, block.shape, argument, block.batched, False)
            if text is not None and not any(st == 0 and n > 1 for st, n in zip(argument.strides, argument.shape)):
                return [f"    {text}{'' if text.endswith(']') else '[...]'} {how} {s.formula}"]
            argument = Gather((b,), argument.shape, places_of(argument))
        start = sum(prod(self.blocks[source].shape) for source in argument.blocks[:argument.blocks.index(b)])
        flat = argument.places.ravel()
        chosen = np.nonzero((flat >= start) & (flat < start + prod(block.shape)))[0]
        batched = self.batched(argument)
        values = self.broadcast(s, ["m"] * batched + [str(n) for n in argument.shape])
        return [self.scattered(target, block, values, chosen, flat[chosen] - start, len(flat), batched, how)]

    def scattered(self, target: str, block: Block, values: Formula, chosen: np.ndarray, places: np.ndarray, n: int,
                  batched: bool, how: str) -> str:
        """The line that adds values.ravel()[chosen] to target.ravel()[places], where a place may come more than once."""
        order = np.argsort(places, kind="stable")
        unique, starts = np.unique(places[order], return_index=True)
        chosen, size = chosen[order], prod(block.shape)
        as_is = len(chosen) == n and bool((chosen == np.arange(n)).all())
        all_rows, axis = (":, ", ", axis=1") if batched else ("", "")
        text = f"{values.text:atom}.reshape(m, {n})" if batched else f"np.ravel({values})"
        text += "" if as_is else f"[{all_rows}{self.array(chosen)}]"
        if len(unique) < len(places):
            text = f"np.add.reduceat({text}, {self.array(starts)}{axis})"
        if batched and not block.batched:
            text, all_rows = f"{text}.sum(0)", ""
        where = target if len(block.shape) == 1 else f"{target}.reshape({'m, ' * block.batched}{size})"
        return f"    {where}[{all_rows}{self.array(unique)}] {how} {text}"
