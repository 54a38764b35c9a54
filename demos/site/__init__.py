"""The site: a workbench, the lessons and the exercises in a browser, without installing anything: python -m demos site.

build.py      makes the folder out/site for any web server; npm brings what package.json names, checked by package-lock.json
inside.py     what runs inside the browser: Python's side
app/          the pages' side: scripts and styles
"""
