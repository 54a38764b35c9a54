"""What is said where files of HIPS's `autograd`, another package of this name, lie among ours."""
from __future__ import annotations

import os
import warnings


def warn_of_another_autograd(folder: str) -> None:
    """Warns when the folder of this package also holds a file of the other one."""
    if os.path.exists(os.path.join(folder, "tracer.py")):
        warnings.warn(
            f"in {folder} lie the files of two packages that are both imported as `autograd`: "
            "this one, scalar-autograd, and autograd by HIPS. Uninstalling one breaks the other. "
            "Use a virtual environment for each; here, run `pip uninstall autograd "
            "scalar-autograd`, then install one of them again.", stacklevel=3)
