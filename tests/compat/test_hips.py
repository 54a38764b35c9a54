"""Beside HIPS's autograd, importing ours says so loudly, and says what to do."""
import shutil
import subprocess
import sys
from pathlib import Path

import autograd
import nn


def test_the_files_of_both_in_one_folder_are_noticed(tmp_path):
    shutil.copytree(Path(autograd.__file__).parent, tmp_path / "autograd")
    code = [sys.executable, "-c", "import autograd; print(autograd.Value(2.0).data)"]
    alone = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (alone.stdout, alone.stderr) == ("2.0\n", "")
    (tmp_path / "autograd" / "tracer.py").write_text("# a file of HIPS's autograd\n", encoding="utf-8")
    both = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert both.stdout == "2.0\n"
    assert "UserWarning: in" in both.stderr and "pip uninstall autograd scalar-autograd" in both.stderr


def test_nn_says_that_another_autograd_is_found(tmp_path):
    """HIPS's package installed after ours: its __init__.py stands where ours stood, and has no Value."""
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("from math import sin as grad\n", encoding="utf-8")
    shutil.copytree(Path(nn.__file__).parent, tmp_path / "nn")
    done = subprocess.run([sys.executable, "-c", "import nn"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith("ImportError: nn needs the autograd of scalar-autograd")
