"""From an empty file: the student builds the engine in twelve steps, each on the earlier ones: python -m demos exercises track.

steps.py      what each step asks for, and how it is checked
command.py    shows the step that is next, and what is wrong with it
"""
