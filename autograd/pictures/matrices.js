// Scalars, the blocks they become, and the lines of NumPy: what is pointed at in one is marked in
// the others. Texts of the user enter the page by textContent alone.
(() => {
  const $ = id => document.getElementById(id);
  const {name, nodes, blocks, rows, lines} = JSON.parse($("data").textContent);
  const USUAL = {sign: "", role: "intermediate", inputs: [], line: null};
  nodes.forEach((node, i) => { nodes[i] = {...USUAL, ...node}; });
  const graph = $("graph");
  function svg(kind, attributes, parent, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }
  const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  // What belongs together ---------------------------------------------------------------------------
  const blockNamed = new Map(blocks.map((block, b) => [block.name, b]));
  const cellsOf = nodes.map(() => []);                  // of each scalar: [block, cell]
  blocks.forEach((block, b) => block.cells.forEach((places, c) => {
    for (const i of places) cellsOf[i].push([b, c]);
  }));
  const home = i => cellsOf[i].find(([b, c]) => blocks[b].mains[c] === i) || cellsOf[i][0] || null;
  const isMain = i => home(i) && blocks[home(i)[0]].mains[home(i)[1]] === i;
  const scalarsOf = b => [...new Set(blocks[b].cells.flat())];
  const edges = nodes.flatMap((node, to) => node.inputs.map(from => ({from, to})));

  // The page ------------------------------------------------------------------------------------------
  $("name").textContent = name;
  graph.classList.toggle("many", nodes.length > 300);
  const edgeLayer = svg("g", {}, graph), blockLayer = svg("g", {}, graph), layer = svg("g", {}, graph);
  for (const edge of edges) edge.line = svg("path", {class: "edge"}, edgeLayer);
  const drawn = blocks.map((block, b) => {
    const group = svg("g", {class: "block", tabindex: 0, role: "button", "aria-label": block.name}, blockLayer);
    const cells = block.cells.map((_, c) => {
      const cell = svg("rect", {class: "cell"}, group);
      cell.addEventListener("pointerenter", () => point(aboutCell(b, c)));
      return cell;
    });
    const frame = svg("rect", {class: "frame"}, group), title = svg("text", {}, group, block.name);
    title.addEventListener("pointerenter", () => point(aboutBlock(b)));
    group.addEventListener("focus", () => point(aboutBlock(b)));
    group.addEventListener("pointerleave", () => point(null));
    return {group, cells, frame, title};
  });
  const scalars = nodes.map((node, i) => {
    const group = svg("g", {class: `scalar ${node.role}`}, layer);
    const box = svg("rect", {rx: 4}, group), text = svg("text", {}, group, node.sign || node.title);
    group.addEventListener("pointerenter", () => point(aboutScalar(i)));
    group.addEventListener("pointerleave", () => point(null));
    return {group, box, text};
  });

  function item(list, text, about, kind = "") {
    const made = document.createElement("li");
    const [, code, comment] = /^(.*?)\s*(#[^"']*)?$/.exec(text);
    made.append(code);
    if (comment) {
      const aside = document.createElement("span");
      aside.textContent = comment;
      made.append(" ", aside);
    }
    made.className = kind;
    if (about) {
      made.tabIndex = 0;
      for (const event of ["pointerenter", "focus"]) made.addEventListener(event, () => point(about(), false));
      for (const event of ["pointerleave", "blur"]) made.addEventListener(event, () => point(null));
    }
    list.append(made);
    return made;
  }
  const WORDS = {parameters: "parts of theta", forward: "forward", backward: "backward"};
  const rowItems = rows.map((row, r) => {
    if (!r || rows[r - 1].part !== row.part) item($("rows"), WORDS[row.part], null, "part");
    return item($("rows"), row.text.trim(), () => aboutRow(r));
  });
  const lineItems = lines.map(([number, text], k) => item($("lines"), `${number}  ${text}`, () => aboutLine(k)));
  $("yours").hidden = lines.length === 0;

  // Places --------------------------------------------------------------------------------------------
  let moved = 0;                                        // 0: as a graph; 1: in their blocks
  let places = null;

  function layOut() {
    const {width, height} = graph.getBoundingClientRect();
    const letter = parseFloat(getComputedStyle(document.body).fontSize);
    graph.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const split = width * 0.7, margin = 1.6 * letter;
    const columns = new Map();                          // what stands in each, from top to bottom
    nodes.forEach(({x}, i) => columns.set(x, [...(columns.get(x) ?? []), i]));
    const w = Math.max(5, Math.min(5.4 * letter, (split - margin) / columns.size * 0.8));
    const graphed = [];
    for (const [x, column] of columns) {
      for (const [i, y, h] of stacked(column.sort((a, b) => nodes[a].y - nodes[b].y), height, letter)) {
        graphed[i] = {x: margin / 2 + w / 2 + x * (split - margin - w), y, w, h};
      }
    }
    const aside = blockPlaces(split + 1.2 * letter, width - split - 1.8 * letter, height - letter, letter);
    const alone = blockPlaces(2 * letter, width - 4 * letter, height - letter, letter);
    places = {graphed, aside, alone, letter};
    move();
  }

  // [node, y, height] of a column. Where all cannot be read, parameters, which fill it, are thin.
  function stacked(column, height, letter) {
    const even = height / column.length, isThin = i => nodes[i].role === "parameter";
    const wide = column.filter(i => !isThin(i)).length, thin = column.length - wide;
    const room = Math.min(1.8 * letter, thin ? 0.7 * height / wide : even);
    const ofWide = even > room ? even : room, ofThin = thin ? (height - wide * ofWide) / thin : 0;
    let top = 0;
    return column.map(i => {
      const mine = isThin(i) ? ofThin : ofWide;
      top += mine;
      return [i, top - mine / 2, Math.max(3, Math.min(1.5 * letter, 0.8 * mine))];
    });
  }

  // Between two numbers of each kind.
  const between = (a, b, t, keys) => Object.fromEntries(keys.map(key => [key, a[key] + (b[key] - a[key]) * t]));

  function drawBlocks(boxes, letter) {
    boxes.forEach(({x, y, size}, b) => {
      const {cells, frame, title} = drawn[b], c = columnsOf(blocks[b]);
      cells.forEach((cell, k) => place(cell, x + k % c * WIDE * size, y + Math.floor(k / c) * size, WIDE * size, size));
      place(frame, x, y, c * WIDE * size, cells.length / c * size);
      title.setAttribute("x", x.toFixed(1));
      title.setAttribute("y", (y - 0.3 * letter).toFixed(1));
    });
  }
  const WIDE = 1.5;                                     // times as wide as high, a cell
  const columnsOf = block => block.shape.at(-1) ?? 1;

  function place(rect, x, y, width, height) {
    for (const [key, value] of Object.entries({x, y, width, height})) rect.setAttribute(key, value.toFixed(1));
  }

  // Blocks beside each other, line by line, with the largest cells for which there is room.
  function blockPlaces(left, width, height, letter) {
    for (let size = 3.2 * letter; ; size *= 0.93) {
      const found = [];
      let x = left, y = 1.5 * letter, tallest = 0;
      for (const block of blocks) {
        const c = columnsOf(block), r = block.cells.length / c;
        const wide = Math.max(c * WIDE * size, block.name.length * 0.62 * letter);
        if (x > left && x + wide > left + width) {
          x = left;
          y += tallest + 2.2 * letter;
          tallest = 0;
        }
        found.push({x, y, size});
        x += wide + 1.2 * letter;
        tallest = Math.max(tallest, r * size);
      }
      const fits = y + tallest <= height &&
                   found.every((box, b) => box.x + columnsOf(blocks[b]) * WIDE * size <= left + width + 1);
      if (fits || size < 3) return found;
    }
  }

  // The width of each text, times its size.
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `100px ${getComputedStyle(document.body).fontFamily}`;
  const widths = scalars.map(({text}) => pen.measureText(text.textContent || "0").width / 100);
  const LEAST = 0.5;                                    // of a letter: a smaller text is not shown

  function move() {
    const {graphed, aside, alone, letter} = places, ease = moved * moved * (3 - 2 * moved);
    const boxes = aside.map((box, b) => between(box, alone[b], ease, ["x", "y", "size"]));
    drawBlocks(boxes, letter);
    const now = nodes.map((_, i) => {
      const from = graphed[i], at = home(i);
      if (!at) return from;
      const {x, y, size} = boxes[at[0]], k = at[1], c = columnsOf(blocks[at[0]]);
      const to = {x: x + (k % c + 0.5) * WIDE * size, y: y + (Math.floor(k / c) + 0.5) * size,
                  w: 0.9 * WIDE * size, h: 0.84 * size};
      return between(from, to, ease, ["x", "y", "w", "h"]);
    });
    scalars.forEach(({group, box, text}, i) => {
      const {x, y, w, h} = now[i], size = Math.min(0.85 * h, letter, (w - 5) / widths[i]);
      const isRead = size >= LEAST * letter;
      place(box, x - w / 2, y - h / 2, w, h);
      text.setAttribute("x", x.toFixed(1));
      text.setAttribute("y", (y + 0.35 * size).toFixed(1));
      text.setAttribute("font-size", size.toFixed(1));
      text.setAttribute("display", isRead ? "inline" : "none");
      group.setAttribute("opacity", isMain(i) || !home(i) ? 1 : 1 - ease);
    });
    for (const {line, from, to} of edges) {
      const a = now[from], b = now[to], x1 = a.x + a.w / 2, x2 = b.x - b.w / 2, middle = (x1 + x2) / 2;
      line.setAttribute("d", `M${x1.toFixed(1)},${a.y.toFixed(1)}C${middle.toFixed(1)},${a.y.toFixed(1)} ` +
                             `${middle.toFixed(1)},${b.y.toFixed(1)} ${x2.toFixed(1)},${b.y.toFixed(1)}`);
    }
    edgeLayer.setAttribute("opacity", Math.max(1 - ease, 0.12).toFixed(2));
  }

  // What is pointed at --------------------------------------------------------------------------------
  // {on: scalars, read: scalars, cells: [block, cell], blocks, reads: blocks, rows, told}

  function aboutScalar(i) {
    const v = nodes[i], at = home(i);
    const told = [`${v.title}${v.title === v.data ? "" : ` = ${v.data}`}, ${v.role}${v.sign ? `, by ${v.sign}` : ""}.`];
    if (at) {
      const [b, c] = at;
      told.push(isMain(i) ? `It is ${cellName(b, c)}.` : `It is inside the formula of ${cellName(b, c)}.`);
    } else {
      told.push("No array holds it.");
    }
    return {on: [i], read: v.inputs, cells: cellsOf[i], rows: rowsOf(cellsOf[i].map(([b]) => b)),
            lines: v.line === null ? [] : [v.line], told: told.join(" ")};
  }

  function cellName(b, c) {
    const {name, shape} = blocks[b], index = [];
    let rest = c;
    for (const n of [...shape].reverse()) {
      index.unshift(rest % n);
      rest = Math.floor(rest / n);
    }
    return index.length ? `${name}[${index.join(", ")}]` : name;
  }

  const rowsOf = those => rows.map((_, r) => r).filter(r => rows[r].blocks.some(n => those.includes(blockNamed.get(n))));
  const linesOf = those => [...new Set(those.map(i => nodes[i].line).filter(k => k !== null))];

  function aboutCell(b, c) {
    const places = blocks[b].cells[c];
    if (!places.length) return aboutBlock(b);
    return {...aboutScalar(blocks[b].mains[c] ?? places.at(-1)), on: places, lines: linesOf(places)};
  }

  function aboutBlock(b) {
    const on = scalarsOf(b), {name, shape, cells} = blocks[b], size = shape.length ? ` (${shape.join(" × ")})` : "";
    return {on, blocks: [b], rows: rowsOf([b]), lines: linesOf(on),
            told: `${name}${size}: ${count(on.length, "scalar")} of the graph in ${count(cells.length, "cell")}.`};
  }

  function aboutLine(k) {
    const on = nodes.map((_, i) => i).filter(i => nodes[i].line === k);
    const cells = on.flatMap(i => cellsOf[i]), names = [...new Set(cells.map(([b]) => blocks[b].name))];
    return {on, cells, rows: rowsOf([...new Set(cells.map(([b]) => b))]), lines: [k],
            told: `Your line ${lines[k][0]} made ${count(on.length, "scalar")}` + (names.length ? `: of ${names.join(", ")}.` : ".")};
  }

  function aboutRow(r) {
    const row = rows[r], own = row.blocks.map(n => blockNamed.get(n)), reads = row.uses.map(n => blockNamed.get(n)).filter(b => b !== undefined);
    const on = own.flatMap(scalarsOf), read = reads.flatMap(scalarsOf);
    const bundle = bundleOf(row, new Set(on), new Set(read));
    return {on, read, blocks: own, reads, rows: [r], lines: linesOf(on), bundle, told: tellRow(row, bundle, own, reads)};
  }

  // The edges that a line stands for: from what it reads to what it computes; backward they run the
  // other way. An outer product is about the edges at its parameters.
  function bundleOf(row, on, read) {
    if (row.part === "parameters") return [];
    if (row.part === "forward") return edges.filter(e => on.has(e.to) && (read.has(e.from) || on.has(e.from)));
    if (row.kind === "outer" || row.kind === "sum") return edges.filter(e => on.has(e.from));
    return edges.filter(e => on.has(e.from) && (read.has(e.to) || on.has(e.to)));
  }

  function tellRow(row, bundle, own, reads) {
    const names = those => those.map(b => blocks[b].name).join(", ");
    const matrix = reads.find(b => blocks[b].kind === "parameters" && blocks[b].shape.length > 1) ??
                   reads.find(b => blocks[b].kind === "parameters");
    const n = count(bundle.length, "edge");
    if (row.part === "parameters") return `${names(own)}: ${count(own.flatMap(scalarsOf).length, "parameter")} of theta, as an array.`;
    if (row.kind === "product") {
      return `${n} become one product: the bundle is the matrix ${names([matrix])}, a row for each scalar of ${names(own)}.`;
    }
    if (row.kind === "transposed") {
      return `Backward through the same bundle: the matrix is ${names([matrix])} transposed. Each scalar of ` +
             `${names(own)} sums what comes back along its edges.`;
    }
    if (row.kind === "outer") {
      return `An outer product: the derivative of each weight of ${names(own)} is upstream grad times input, ` +
             `for ${n}, summed over the samples.`;
    }
    if (row.kind === "sum") return `The derivative of ${names(own)}: what comes back along ${n}, summed over the samples.`;
    if (row.part === "forward") return `${n}: the same operations for each scalar of ${names(own)}, at once.`;
    if (own.length > 1) return `The gradient with respect to theta, put together from ${names(own)}.`;
    return `Backward along ${n}: upstream grad times local derivative, for each scalar of ${names(own)}.`;
  }

  const REST = "Point at a scalar, a cell, a block's name, or a line: what it is in the others is marked.";
  function point(about, isScrolled = true) {
    const {on = [], read = [], cells = [], blocks: own = [], reads = [], rows: some = [], lines: mine = [],
           bundle = null, told = REST} = about || {};
    const isOn = new Set(on), isRead = new Set(read), isEdge = new Set(bundle || edges.filter(e => isOn.has(e.to) && about.on.length < 12));
    scalars.forEach(({group}, i) => {
      group.classList.toggle("on", isOn.has(i));
      group.classList.toggle("read", isRead.has(i) && !isOn.has(i));
    });
    for (const edge of edges) edge.line.classList.toggle("on", about !== null && isEdge.has(edge));
    drawn.forEach(({group, cells: rects}, b) => {
      group.classList.toggle("on", own.includes(b));
      group.classList.toggle("read", reads.includes(b) && !own.includes(b));
      rects.forEach((rect, c) => rect.classList.toggle("on", cells.some(([k, l]) => k === b && l === c)));
    });
    rowItems.forEach((made, r) => made.classList.toggle("on", some.includes(r)));
    lineItems.forEach((made, k) => made.classList.toggle("on", mine.includes(k)));
    if (isScrolled) for (const r of [some.at(-1), some[0]]) rowItems[r]?.scrollIntoView({block: "nearest"});
    $("told").textContent = told;
  }

  // Flowing -------------------------------------------------------------------------------------------
  let frame = null;
  function setMoved(value) {
    moved = value;
    $("slider").value = 1000 * value;
    $("flow").setAttribute("aria-pressed", value > 0.5);
    move();
  }
  function flow() {
    cancelAnimationFrame(frame);
    const from = moved, to = moved > 0.5 ? 0 : 1, start = performance.now();
    const quick = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = now => {
      const t = quick ? 1 : Math.min((now - start) / 1600, 1);
      setMoved(from + (to - from) * t);
      if (t < 1) frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
  }
  $("flow").addEventListener("click", flow);
  $("slider").addEventListener("input", () => { cancelAnimationFrame(frame); setMoved($("slider").value / 1000); });
  document.addEventListener("keydown", event => {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || ["BUTTON", "INPUT"].includes(event.target.tagName)) return;
    event.preventDefault();
    flow();
  });
  addEventListener("resize", layOut);
  layOut();
  point(null);
  document.documentElement.dataset.ready = "yes";
})();
