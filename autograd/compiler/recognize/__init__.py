"""From a graph of scalars to an array program: normal form, groups, repetition, arguments."""
