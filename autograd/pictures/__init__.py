"""Pictures of a graph: draw, draw_network, play. The core never imports this.

A picture is first a Scene, plain data; then it gets a layout; then it is written, as DOT or as a
page. What knows Values makes scenes; what writes scenes knows no Values.

  scene.py       what a picture shows: nodes, edges, boxes, columns, a note
  style.py       every colour, role and size
                     scenes of Values
  operations.py  every Value, every operation
  neurons.py     which Values belong to which neuron
  groups.py      which Values are drawn as one node
  grouped.py     what is in each group, and what runs between groups
  descriptions.py    groups as nodes
  collapsed.py   a large graph in few nodes
  network.py     a network as columns of neurons
                     layouts
  ranks.py       which column each node stands in
  columns.py     units in columns, as in the lecture's figure 2
  strip.py       columns, the order in them, and heights
  layout.py      where cards stand on a page, and along which arrows
  cards.py       the same for slides, in DOT
  arrows.py      arrows as curves
  labelling.py   where the labels of arrows stand
  worksheets.py  blanks to be filled in
                     writers
  shapes.py      nodes as DOT
  dot.py         a scene as DOT
  svg.py         a scene as SVG, for where there is no Graphviz
  program.py     the Graphviz program, and how it is replaced
  marks.py       an SVG as outlines and texts
  canvas.py      these as PDF, EPS, PNG and GIF
  tikz.py        and as TikZ
  picture.py     what displays in a notebook and saves itself
  page.py        a scene as a page; with play.html, play.css, play.js
  comparisons.py what a function compares while it is recorded
                     compiled programs
  lines.py       which line made which Value
  matrices.py    scalars, blocks and lines of NumPy; with matrices.html, matrices.css, matrices.js
                     models that train
  tape.py        a recorded graph as a list for JavaScript
  units.py       which Values are drawn as units of a model
  playground.py  the page; with playground.html, .css, .js, training.js, random.js
                     what users call
  draw.py        draw
  play.py        play
  frames.py      frames
"""
from autograd.pictures.program import PictureError, use_graphviz

__all__ = ["PictureError", "use_graphviz"]
