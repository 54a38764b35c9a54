"""Scalar-level automatic differentiation: record, look, differentiate, compile."""
from autograd.differentiate import backward, grad, gradients, value_and_grad
from autograd.ops import (Operation, abs, acos, add, asin, atan, cos, cosh, div, elu, erf, erfc, exp, expm1, find, gelu,
                          greater, leaky_relu, log, log1p, maximum, minimum, mul, neg, operation, pow, relu, sech, sigmoid,
                          sign, sin, sinh, softplus, sqrt, sub, tan, tanh)
from autograd.value import Value, affine, dot, no_grad, sum
