"""A plugin for pytest, `-p tests.plain`: the tests run with the plain core, without autograd/fast.py."""
import sys


def pytest_configure(config):
    sys.modules["autograd.fast"] = None         # importing it raises ModuleNotFoundError
