"""The lecture's matrix formulas beside the scalar engine.

formulas.py     the network (3) and Theorem 1, (7) and (8), in NumPy
compare.py      the engine, the theorem and finite differences side by side
check.py        marks arrays that somebody computed, and names the mistake in them
steps.py        back propagation as steps that can be replaced one by one
mistakes.py     the mistakes that people make in each step
explanations.py which of them gives an array
proof.py        Theorem 1 line by line, from scalars to matrices
"""
from nn.matrix.check import Mark, Marks, check
from nn.matrix.compare import (Comparison, Row, compare, difference_quotients, engine_gradient)
from nn.matrix.formulas import (LayerGradients, LayerMatrices, activate, backward, derivative,
                                forward, loss_of, output_derivatives, parameters)
from nn.matrix.proof import Line, Proof, proof

__all__ = ["Comparison", "LayerGradients", "LayerMatrices", "Line", "Mark", "Marks", "Proof",
           "Row", "activate", "backward", "check", "compare", "derivative", "difference_quotients",
           "engine_gradient", "forward", "loss_of", "output_derivatives", "parameters", "proof"]
