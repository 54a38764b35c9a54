"""The checkers: in each file `check(student)`, which raises Wrong, with what is wrong, or returns."""
