"""Demos: `python -m demos` lists them, `python -m demos NAME` runs one. Each writes to out/NAME."""
