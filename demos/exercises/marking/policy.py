"""What may be called in an answer, so that it answers what was asked.

1. By the syntax tree: names that an answer imports or calls. This part the student's code cannot touch.
2. While it runs: which functions of the engine it called itself (`watch`), however it came by them.
A reason is friendly: it says what was asked instead.
"""
from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

ENGINES = ("sympy", "jax", "torch", "tensorflow", "casadi", "micrograd", "numdifftools", "theano", "aesara", "pytensor", "ad",
           "algopy", "tinygrad", "mpmath.diff", "scipy.misc", "scipy.differentiate", "scipy.optimize.approx_fprime", "nn")
GRADIENTS = ("autograd.grad", "autograd.value_and_grad", "autograd.gradients", "autograd.jvp", "autograd.vjp",
             "autograd.jacobian", "autograd.hessian", "autograd.hvp", "autograd.derivatives", "autograd.compile", "autograd.jit",
             "autograd.backward", "autograd.finite_difference", "autograd.check_gradients", "autograd.explain",
             "autograd.expression", "autograd.find", "Value.backward", "numpy.gradient")
UNUSED = ("grad", "value_and_grad", "gradients", "jacobian", "hessian", "hvp", "vjp")       # no harm where they are imported alone
LOOKS_UP = ("exec", "eval", "compile", "__import__", "importlib", "runpy", "inspect", "gc", "sys.modules", "sys._getframe",
            "builtins", "ctypes", "marshal", "pickle", "sys.settrace", "sys.setprofile", "code", "zipimport", "pkgutil",
            "subprocess", "socket", "multiprocessing", "os.system", "os.fork", "os._exit", "os.kill", "demos", "tests")


class Policy(NamedTuple):
    """What an exercise forbids: beginnings of dotted names, each group with what to say."""
    groups: tuple[tuple[tuple[str, ...], str], ...] = ()
    complex_step: str = ""              # what to say where complex numbers are used to differentiate; "" allows them
    allows: tuple[str, ...] = ()        # names that are allowed here, though they look something up elsewhere

    def broken(self, names: Iterator[str] | set[str]) -> str:
        """Why what was called is not what was asked for; "" where it is."""
        for name in sorted(names):
            name = "autograd.derivatives" if name.startswith("autograd.") and name.endswith(("partial", "partials")) else name
            for forbidden, said in (*self.groups, (LOOKS_UP, LOOK_UP)):
                if name not in self.allows and any(name == f or name.startswith(f"{f}.") for f in forbidden):
                    return said.format(name=name)
        return ""


LOOK_UP = "it uses {name}: an answer is computed from what it is given, and neither looked up nor made in another way"


def derive(what: str, values: bool = False) -> Policy:
    """The policy of an exercise where a derivative is to be found by hand; with values, Values may be made."""
    made = () if values else ("autograd.Value",)
    return Policy((((*GRADIENTS, *ENGINES, *made), f"it uses {{name}}: here {what}, with no derivative from a program"),
                   (("decimal", "fractions"), f"it uses {{name}}: here {what}, with floats")),
                  f"it uses complex numbers: here {what}, with no difference quotient, not even a complex one")


NO_ENGINE = ("autograd", "nn")


def names_used(source: bytes | str) -> set[str]:
    """The dotted names of functions and modules that a file uses, each as it is called where it was defined.

    >>> sorted(names_used("import autograd as ag\\nfrom math import sin\\ndf = ag.grad(sin)"))
    ['autograd', 'autograd.grad', 'math.sin']
    """
    tree = _without_last_cell(ast.parse(source))
    known, found = _imported(tree)
    own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        name = _dotted(node)
        first, _, rest = name.partition(".")
        if first in known:
            found.add(known[first] + (f".{rest}" if rest else ""))
        elif name and first not in own:
            found.add(name)
    return found


def _imported(tree: ast.Module) -> tuple[dict[str, str], set[str]]:
    """What each imported name stands for, and what is imported; what computes derivatives only where it is used, or looked up as text."""
    known: dict[str, str] = {}
    found: set[str] = set()
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            first = alias.name.partition(".")[0]
            name, full = alias.asname or first, alias.name if alias.asname else first
            if isinstance(node, ast.ImportFrom):
                name, full = alias.asname or alias.name, f"{node.module}.{alias.name}" if alias.name != "*" else f"{node.module}"
            known[name] = full
            if name not in UNUSED or name in used or used & {"globals", "locals", "vars", "eval", "exec", "compile"}:
                found.add(full if isinstance(node, ast.ImportFrom) else alias.name)
    return known, found


def _dotted(node: ast.AST) -> str:
    """a.b.c as text, for such a node; getattr(a, "b") is a.b. "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
        inner, second = _dotted(node.args[0]), node.args[1]
        return f"{inner}.{second.value}" if inner and isinstance(second, ast.Constant) else ""
    return ""


def _without_last_cell(tree: ast.Module) -> ast.Module:
    """The tree without `if __name__ == "__main__":`, which does not run here."""
    tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))]
    return tree


def uses_complex(source: bytes | str) -> bool:
    """Whether a file computes with complex numbers."""
    tree = _without_last_cell(ast.parse(source))
    return any(isinstance(node, ast.Constant) and isinstance(node.value, complex)
               or isinstance(node, ast.Name) and node.id in ("complex", "cmath")
               or isinstance(node, ast.Attribute) and node.attr in ("imag", "complex128", "complex64")
               for node in ast.walk(tree))


def has_a_step(source: bytes | str) -> bool:
    """Whether a file has a number that can be a step for a complex difference: a tiny or huge one, or a power of a number."""
    tree = _without_last_cell(ast.parse(source))
    numbers = [abs(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex))]
    powers = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Constant)]
    named = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Attribute))
             and {"eps", "epsilon", "tiny", "finfo", "nextafter", "ulp"} & {getattr(node, "id", ""), getattr(node, "attr", "")}]
    imaginary = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, complex) and node.value != 1j]
    return bool(powers or named or imaginary) or any(0 < x < 0.01 or x > 1000 for x in numbers)


def judge(policy: Policy, source: bytes | str) -> str:
    """Why a file does not answer what was asked, by its syntax tree; "" where nothing speaks against it."""
    try:
        names = names_used(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):      # what it is, loading it says
        return ""
    return policy.broken(names) or (policy.complex_step if uses_complex(source) and has_a_step(source) else "")
