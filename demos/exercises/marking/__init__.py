"""Marking that can be trusted: a student's code answers questions in a process of its own; what is right is decided elsewhere.

channel.py    what travels between the two: questions, and answers that are nothing but data
guard.py      what a student's process may not do, and how much time and memory it has
desk.py       where a student's file is loaded and its functions are asked
policy.py     what may be called in an answer: by its syntax tree, and while it runs
worker.py     the program of a student's process
process.py    the marker's end: starts processes, asks, gives up after the time limit
result.py     the result of marking: parts, score, the mistake's name, hints
mark.py       asks all parts of an exercise
"""
