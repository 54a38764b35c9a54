"""What is said to those who write as with PyTorch, JAX or HIPS's autograd: what does it here."""
from __future__ import annotations

OF_VALUE = {
    "numpy": "v.data is its number, a float",
    "cpu": "a Value is where Python is: leave it out",
    "requires_grad": "every Value takes part; v.detach() or no_grad() leaves one out",
    "zero_grad": "set v.grad = 0; a model has zero_grad(), and backward adds to leaves alone",
    "retain_grad": "every Value keeps its grad: leave it out",
    "grad_fn": "v.op is the operation, v.inputs what it was computed from",
    "shape": "a Value is one number: take a list or a NumPy array of Values",
    "clone": "v * 1 is a new node; copy.deepcopy copies a graph",
    "square": "write v ** 2",
    "pow": "write v ** n",
    "add_": "no operation changes a Value: write v = v + x",
    "mul_": "no operation changes a Value: write v = v * x",
    "mean": "a Value is one number: autograd.sum(values) / len(values)",
    "sum": "a Value is one number: autograd.sum(values)",
    "max": "a Value is one number: autograd.max(values), autograd.maximum(v, x)",
    "clamp": "write autograd.minimum(autograd.maximum(v, low), high)",
    "softmax": "nn.softmax takes a list of logits",
}
OF_NUMPY = {
    "log2": "write autograd.log(v) / math.log(2)",
    "log10": "write autograd.log(v) / math.log(10)",
    "cbrt": "write v ** (1 / 3), for v > 0",
    "exp2": "write 2 ** v",
    "hypot": "write autograd.sqrt(v ** 2 + w ** 2)",
    "arctan2": "write autograd.atan(v / w), for w > 0",
    "logaddexp": "write autograd.log(autograd.exp(v) + autograd.exp(w))",
}
OF_VALUE |= OF_NUMPY | {"atan2": OF_NUMPY["arctan2"]}
OF_VALUE |= dict.fromkeys(("floor", "ceil", "round", "trunc"), "it has no derivative that means "
                          "anything: of the number, round(v.data)")
OF_VALUE |= dict.fromkeys(("isnan", "isinf", "isfinite"), "of the number, math.isnan(v.data)")
OF_VALUE |= dict.fromkeys(("register_hook", "is_cuda", "is_leaf_", "stop_grad"),
                          "every Value keeps its grad, v.grad")
OF_VALUE |= dict.fromkeys(("cuda", "to", "device", "double", "float", "half"), OF_VALUE["cpu"])
OF_VALUE |= dict.fromkeys(("ndim", "size", "dim", "T", "view", "reshape", "dtype", "tolist",
                           "unsqueeze", "squeeze", "flatten", "numel", "astype", "transpose", "at",
                           "copy", "fill", "argmax", "argmin", "min", "std", "var", "cumsum", "dot",
                           "matmul", "norm"), OF_VALUE["shape"])
OF_VALUE |= {"sub_": OF_VALUE["add_"], "div_": OF_VALUE["mul_"], "zero_": OF_VALUE["zero_grad"],
             "reciprocal": "write 1 / v", "negative": "write -v", "neg": "write -v",
             "add": "write v + x", "mul": "write v * x", "sub": "write v - x", "div": "write v / x",
             "silu": "write v * v.sigmoid()", "logsigmoid": "write -autograd.softplus(-v)",
             "erfc": "write autograd.erfc(v)", "sign": "write autograd.sign(v)",
             "maximum": "write autograd.maximum(v, x)", "minimum": "write autograd.minimum(v, x)",
             "backward_": "write v.backward()", "children": "v.inputs", "prev": "v.inputs"}
OF_VALUE["requires_grad_"] = OF_VALUE["requires_grad"]

OF_PACKAGE = {
    "Tensor": "autograd.Value is one number; a vector is a list of them",
    "Variable": "autograd.Value",
    "Function": "autograd.operation defines an operation",
    "primitive": "autograd.operation defines an operation",
    "custom_vjp": "autograd.operation defines an operation",
    "elementwise_grad": "autograd.grad of a function of one number, for each entry",
    "jacfwd": 'autograd.jacobian(f, mode="forward")',
    "jacrev": 'autograd.jacobian(f, mode="reverse")',
    "make_jvp": "autograd.jvp(f, primals, tangents)",
    "make_vjp": "autograd.vjp(f, *primals)",
    "vmap": "autograd.jit(f, samples=(0,))",
    "enable_grad": "everything is recorded outside autograd.no_grad()",
    "set_grad_enabled": "autograd.no_grad()",
    "inference_mode": "autograd.no_grad()",
    "gradcheck": "autograd.check_gradients",
    "functional": "the functions are autograd's own: autograd.jacobian, autograd.hessian, ...",
    "numpy": "the functions are autograd's own, autograd.sin; autograd.numpy is HIPS's autograd, "
             "another package",
    "clamp": "autograd.minimum(autograd.maximum(v, low), high)",
    "mean": "autograd.sum(values) / len(values)",
    "softmax": "nn.softmax",
    "log_softmax": "nn.log_softmax",
    "cross_entropy": "nn.losses.cross_entropy",
    "mse_loss": "nn.losses.squared",
    "optim": "nn.SGD, nn.Adam",
    "nn": "import nn",
    "arctan": "autograd.atan", "arcsin": "autograd.asin", "arccos": "autograd.acos",
    "power": "autograd.pow", "square": "v ** 2", "relu_": "autograd.relu",
    "lerp": "a + t * (b - a)", "logistic": "autograd.sigmoid", "silu": "v * autograd.sigmoid(v)",
    "cond": "autograd.where", "detach": "autograd.stop_gradient", "argmax": "of the numbers: "
    "max(range(len(values)), key=lambda i: values[i].data)",
}
OF_PACKAGE |= {name: says.replace("write ", "") for name, says in OF_NUMPY.items()}
OF_PACKAGE |= {"value_and_gradient": "autograd.value_and_grad", "gradient": "autograd.gradients",
               "grad_and_value": "autograd.value_and_grad", "multigrad": "autograd.grad(f, (0, 1))",
               "grad_and_aux": "autograd.grad, of a function that returns the loss alone",
               "hessian_vector_product": "autograd.hvp", "custom_jvp": OF_PACKAGE["custom_vjp"],
               "vector_jacobian_product": "autograd.vjp", "linearize": "autograd.jvp",
               "checkpoint": "nothing has to be saved here: call the function itself",
               "pmap": OF_PACKAGE["vmap"], "lax": "where, select and Python's own loops",
               "mean_squared_error": "nn.losses.squared", "huber": "nn.losses, or a function",
               "defvjp": OF_PACKAGE["primitive"], "scan": "a loop of Python: jit keeps it a loop",
               "fori_loop": "a loop of Python", "while_loop": "a loop of Python",
               "clip": OF_PACKAGE["clamp"], "norm": "autograd.sqrt(autograd.dot(v, v))",
               "matmul": "autograd.affine, or Python's loops", "prod": "math.prod(values)",
               "no_recording": "autograd.no_grad()", "stop_grad": "autograd.stop_gradient",
               "compile_fn": "autograd.jit", "var": "autograd.sum of squares, over len(values)",
               "manual_seed": "nn.MLP(..., seed=1), nn.fit(..., seed=1)",
               "GradientTape": "every operation is recorded: y.backward(), then x.grad",
               "function": "autograd.jit", "cat": "lists are added, a + b",
               "stack": "a list of lists", "relu6": OF_PACKAGE["clamp"]}
OF_PACKAGE |= dict.fromkeys(("tensor", "as_tensor", "from_numpy", "array", "zeros", "ones",
                             "randn", "constant"), OF_PACKAGE["Tensor"])


def missing(owner: str, name: str, told: dict[str, str]) -> str:
    """The message of an AttributeError."""
    hint = f": {told[name]}" if name in told else ""
    return f"{owner} has no attribute {name!r}{hint}"
