"""Wrong answers made out of a right one, by its syntax tree, each with the mistake in words: python -m demos.exercises.mutations [N].

mutate.py     the mistakes, one change each
suspects.py   what each of them would give, for a checker that looks for the cause of wrong numbers
__main__.py   marks all of them, and shows which are accepted and which get no cause
"""
