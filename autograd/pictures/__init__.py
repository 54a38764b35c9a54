"""Pictures and words of a graph: draw, draw_network, play, explain, expression, name. The core never imports this.

words.py       numbers, labels and titles as people read them
expression.py  the formula a Value stands for
naming.py      labels from the names of variables
dot.py         pictures: where dot comes from, and what happens where it does not
cards.py       one Value, one operation, one edge as DOT
draw.py        the graph of a Value
collapse.py    which Values belong to which neuron, and which to one group
groups.py      the picture of a large graph in few nodes
columns.py     units in columns, as in the lecture's figure 2
network.py     a network as columns of neurons
layout.py      a layered layout without dot
play.py        a page that plays forward and backward pass; with play.html, play.css, play.js
explain.py     the chain rule in words and in LaTeX
"""
