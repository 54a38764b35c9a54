"""The compiler: from a graph of scalar Values to a NumPy program.

    record    the graph as a flat list, sums and products gathered       record.py
    group     nodes that do the same                                     group.py
    shape     their arrays, and views of other arrays as arguments       shape.py
    emit      NumPy source, forward and backward                         emit.py
    scalar    for graphs too narrow for arrays: straight-line code       scalar.py
    run       the program and its checks                                 run.py
"""
from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.emit import emit
from autograd.compiler.group import groups
from autograd.compiler.record import record
from autograd.compiler.run import Program
from autograd.compiler.scalar import straight
from autograd.compiler.shape import plan
from autograd.value import Value

NARROW, NARROW_WITH_SAMPLES = 40, 8     # with fewer terms for each array operation, straight-line code is faster

def compile(output: Value | Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value] = ()) -> Program:
    """The Program that computes `output` and its derivatives by `parameters`, for any numbers in `parameters` and `inputs`.

    output      a Value, or K of them (then the program computes values only)
    parameters  P Values; their order is that of theta and of the gradient
    inputs      I Values, the numbers of one sample; the program runs for any number m of samples

    All other leaves are constants. Raises TypeError for what is no Value, ValueError for a Value given twice.
    """
    outputs = [output] if isinstance(output, Value) else list(output)
    parameters, inputs = list(parameters), list(inputs)
    for what, values in (("output", outputs), ("parameters", parameters), ("inputs", inputs)):
        for i, v in enumerate(values):
            if not isinstance(v, Value):
                raise TypeError(f"{what}[{i}] must be a Value, got {type(v).__name__} {v!r}")
    for what, values in (("parameters", parameters), ("inputs", inputs)):
        if len(set(values)) < len(values):
            twice = next(i for i, v in enumerate(values) if v in values[:i])
            raise ValueError(f"{what}[{twice}] is given twice")
    if not outputs:
        raise ValueError("compile needs at least one output")
    tape = record(outputs, parameters, inputs)
    grouped = groups(tape)
    terms = sum(len(args) for _, args in tape.nodes.values())
    narrow = terms < (NARROW_WITH_SAMPLES if inputs else NARROW) * len(grouped) or not grouped
    code = straight(tape) if narrow else emit(tape, plan(tape, grouped))
    return Program(code, tape, parameters, inputs)
