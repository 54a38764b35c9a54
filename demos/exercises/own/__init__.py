"""Exercises from a teacher's own function, in any folder: exercise(f, {"x": 1.5, "w": -0.5}, ask="grad").

steps.py       the graph of a function as named steps, and what mistakes in the backward pass give
kinds.py       what can be asked about it: statement, stub and parts of each kind
exercises.py   the exercise itself: its files, its variants, its marks, its page
"""
from demos.exercises.own.exercises import Exercise, exercise

__all__ = ["Exercise", "exercise"]
