"""A result in the forms that people and other tools read.

terminal.py     for a student, with hints one by one, and again whenever the file is saved
collected.py    JSON, Gradescope's results.json, GitHub Classroom
notebooks.py    a notebook for nbgrader and for Otter
folder.py       a folder of submissions: a table of points, and who failed at what
"""
