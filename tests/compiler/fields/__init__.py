"""Programs of many fields of work, each in the many ways in which people write it, tried by the thousand.

A field is a function of a Style, which picks sizes, numbers and ways of writing, and returns f(p, x): p and x hand out
the parameters and inputs that f asks for. By hand: `python -m tests.compiler.fields COUNT FIRST`.
"""
