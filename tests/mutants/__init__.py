"""Breaks the source on purpose, one place at a time, and says which faults no test sees.

`python -m tests.mutants ROOM COUNT SEED` draws COUNT places of a room (rooms.py), changes each (< to <=, + to -, 1 to 2, `and` to
`or`, an `if` turned round, a statement left out), and runs the tests that come by that line, the quickest first, until one fails;
those that survive meet the slow tests as well, unless a fourth word is `fast`. It prints what survived, with the line, and the score.
`again FILE`, instead of COUNT SEED, tries those once more that FILE, what was printed before, calls survivors.
`python -m tests.mutants FILE:LINE` shows what a line can become. It needs `coverage` (`pip install -e '.[mutants]'`).

- places.py: what can be changed where; left out is what only types, messages and docstrings are made of, and what
  equivalent.txt lists: changes that change nothing anybody could see, each with the reason.
- reach.py: which test comes by which line: collected once, kept, and collected again where a file has changed.
- server.py: one pytest process that has imported and collected everything, and forks for each mutant; the child gives the functions
  in question their new code. What runs while modules are imported cannot be exchanged like that: for it, fresh.py starts anew.
"""
