"""Words about a graph: explain, expression, name. They know Values; the core knows nothing of them.

numbers.py     numbers as people read them
labels.py      labels of users as clean text, and in LaTeX
titles.py      what a Value is called, the sign of its operation, its role
local.py       a local derivative as recorded and as a formula
naming.py      labels from the names of variables
expression.py  the formula a Value stands for
between.py     paths and derivatives between a Value and an output
notation.py    names, numbers and products in text and in LaTeX
explain.py     the chain rule in words
"""
