// The page of a model that trains: what is seen, and the controls. random.js and training.js stand
// before this file. Texts of the user enter the page by textContent alone.
(() => {
  const $ = id => document.getElementById(id);
  const story = JSON.parse($("data").textContent);
  const {units, task} = story;
  const scalars = new Scalars(story.nodes, RULES);
  const lastNode = story.nodes.length - 1;
  const gradientOf = PROGRAM || scalarGradient(scalars, story.theta.length);
  const PLUS = story.colors.positive, MINUS = story.colors.negative, INK = story.colors.ink;
  const CLASSES = story.colors.classes;
  const outputs = units.map((_, i) => i).filter(i => units[i].kind === "output");

  // Numbers as people read them -------------------------------------------------------------------
  function short(x, digits = 4) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
    if (x === 0) return "0";
    const size = Math.abs(x);
    if (size < 1e-4 || size >= 1e6) {
      const [mantissa, exponent] = x.toExponential(2).split("e");
      return `${mantissa.replace(/\.?0+$/, "")}e${Number(exponent)}`;
    }
    return String(Number(x.toPrecision(digits)));
  }
  const bracketed = (x, digits) => (x < 0 ? `(${short(x, digits)})` : short(x, digits));

  // Settings ----------------------------------------------------------------------------------------
  const NUMBERS = {                                     // what may be typed
    rate: [x => x > 0 && Number.isFinite(x), String],
    momentum: [x => x >= 0 && x <= 1, String],
    batch: [x => x === 0 || (Number.isInteger(x) && x > 0), x => (x ? String(x) : "all")],
    seed: [x => Number.isInteger(x) && x >= 0, String]};
  const REDRAWS = ["batch", "seed", "noise", "share", "weights"];       // begin anew
  const settings = {...story.settings};

  function readNumber(id) {
    const text = $(id).value.trim().replace(",", ".");
    const number = id === "batch" && /^(all|)$/i.test(text) ? 0 : text === "" ? NaN : Number(text);
    return NUMBERS[id][0](number) ? number : null;
  }

  function change(name, value) {
    if (settings[name] === value) return;
    settings[name] = value;
    if (REDRAWS.includes(name)) return reset();
    training.changed = training.changed || training.iteration > 0;
    show();
  }

  for (const id in NUMBERS) {
    $(id).value = NUMBERS[id][1](settings[id]);
    $(id).addEventListener("change", () => {
      const number = readNumber(id);
      $(id).classList.toggle("wrong", number === null);
      if (number !== null) change(id, number);
    });
  }
  if (![...$("share").options].some(option => Number(option.value) === settings.share)) {
    $("share").add(new Option(`${Number((100 * settings.share).toPrecision(3))} %`, settings.share));
  }
  for (const id of ["optimizer", "share", "weights"]) {
    $(id).value = String(settings[id]);
    $(id).addEventListener("change", () => {
      change(id, id === "optimizer" ? $(id).value : Number($(id).value));
      $("of-momentum").hidden = settings.optimizer === "adam";
    });
  }
  $("of-momentum").hidden = settings.optimizer === "adam";
  $("share").closest("label").hidden = story.test !== null;
  $("noise").max = story.noiseMost;
  $("noise").step = story.noiseMost / 50;
  $("noise").value = settings.noise;
  $("noise").addEventListener("input", () => change("noise", Number($("noise").value)));
  $("settings").addEventListener("submit", event => event.preventDefault());

  const training = new Training(story, gradientOf, settings);

  // The units over the plane ------------------------------------------------------------------------
  const [[left, right], [bottom, top]] = story.bounds;
  const unitNodes = units.map(unit => unit.node);
  const needed = scalars.behind(unitNodes);
  const padding = story.ys[0].map(() => 0);             // targets, which units do not need

  // The data of all units on a grid: values[unit][row * size + column], from the upper left.
  function overThePlane(size, chosen = units.map((_, i) => i)) {
    if (OUTPUTS && chosen.every(i => outputs.includes(i))) return outputsOverThePlane(size, chosen);
    const only = chosen.length === units.length ? needed : scalars.behind(chosen.map(i => unitNodes[i]));
    const values = new Map(chosen.map(i => [i, new Float64Array(size * size)]));
    for (let r = 0; r < size; r++) {
      const b = top - (top - bottom) * (r + 0.5) / size;
      for (let c = 0; c < size; c++) {
        const a = left + (right - left) * (c + 0.5) / size;
        const data = scalars.run(training.theta, [a, b, ...padding], only);
        for (const i of chosen) values.get(i)[r * size + c] = data[unitNodes[i]];
      }
    }
    return values;
  }

  // The same of outputs, by their compiled program.
  function outputsOverThePlane(size, chosen) {
    const points = Array.from({length: size * size}, (_, k) => [
      left + (right - left) * (k % size + 0.5) / size, top - (top - bottom) * (Math.floor(k / size) + 0.5) / size]);
    const found = OUTPUTS(training.theta, points);
    return new Map(chosen.map(i => {
      const place = outputs.indexOf(i);
      return [i, Float64Array.from(found, f => (typeof f === "number" ? f : f[place]))];
    }));
  }

  const channels = color => [1, 3, 5].map(k => parseInt(color.slice(k, k + 2), 16));
  const [PLUS_RGB, MINUS_RGB] = [PLUS, MINUS].map(channels), CLASS_RGB = CLASSES.map(channels);

  // White at the centre, blue above it and orange below.
  function shade(x, centre, scale) {
    const t = Math.max(-1, Math.min(1, (x - centre) / scale)) || 0;
    const [target, amount] = [t < 0 ? MINUS_RGB : PLUS_RGB, 0.85 * Math.abs(t) ** 0.8];
    return target.map(c => 255 + (c - 255) * amount);
  }
  const largest = values => values.reduce((m, x) => Math.max(m, Number.isFinite(x) ? Math.abs(x) : 0), 0) || 1;

  function paint(canvas, size, colorAt) {
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = canvas.getContext("2d"), image = context.createImageData(size, size);
    for (let k = 0; k < size * size; k++) {
      const [r, g, b] = colorAt(k);
      image.data.set([r, g, b, 255], 4 * k);
    }
    context.putImageData(image, 0, 0);
  }

  // The network -------------------------------------------------------------------------------------
  const MOST = 24;                                      // units of a column that are drawn
  const columns = [];
  units.forEach((unit, i) => (columns[unit.column] ??= []).push(i));
  const filled = columns.filter(Boolean);
  const drawn = new Set(filled.flatMap(column => column.slice(0, MOST)));
  const hidden = units.length - drawn.size;
  $("more").textContent = hidden ? `${hidden} more units are not drawn` : "";
  const pictures = new Map();
  for (const i of drawn) {
    const box = document.createElement("div"), canvas = document.createElement("canvas");
    const name = document.createElement("span");
    box.className = `unit ${units[i].kind}`;
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    box.setAttribute("aria-label", `show ${units[i].title} large`);
    name.textContent = units[i].title;
    box.append(canvas, name);
    $("units").append(box);
    pictures.set(i, {box, canvas, name});
    box.addEventListener("pointerenter", () => look(i));
    box.addEventListener("pointerleave", () => look(null));
    box.addEventListener("focus", () => look(i));
    box.addEventListener("blur", () => look(null));
  }

  let looked = null;                                    // the unit whose picture is shown large
  function look(i) {
    looked = i;
    drawPlane();
  }

  const links = [];                                     // {from, to, parameter, path, hit}
  function element(name, attributes, parent) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    parent.append(made);
    return made;
  }
  units.forEach((unit, to) => {
    for (const [from, parameter] of unit.links) {
      if (!drawn.has(from) || !drawn.has(to) || from === to) continue;
      const path = element("path", {class: "weight"}, $("links"));
      const link = {from, to, parameter, path};
      links.push(link);
      if (parameter === null) continue;
      link.hit = element("path", {class: "hit"}, $("links"));
      link.tip = element("title", {}, link.hit);
      link.hit.addEventListener("click", () => choose(parameter));
    }
  });

  // Where units stand: columns side by side, the output in the last.
  function layOut() {
    const {width, height} = $("network").getBoundingClientRect();
    const letter = parseFloat(getComputedStyle(document.body).fontSize);
    const most = Math.max(...filled.map(column => Math.min(column.length, MOST)));
    const room = (height - letter) / most, aside = room < 3.6 * letter;
    const size = Math.max(14, Math.min(aside ? 0.86 * room : room - 1.9 * letter, width / (filled.length * 1.9), 150));
    const first = 4.2 * letter, last = width - size - 1.6 * letter;
    const places = new Map();
    filled.forEach((column, c) => {
      const shown = column.slice(0, MOST);
      const x = filled.length === 1 ? (first + last) / 2 : first + (last - first) * c / (filled.length - 1);
      const step = Math.min((height - letter) / shown.length, 2.2 * size + 1.5 * letter);
      shown.forEach((i, k) => {
        const y = (height - letter) / 2 + (k - (shown.length - 1) / 2) * step;
        places.set(i, {x: x + size / 2, y, size});
        const {box} = pictures.get(i);
        box.classList.toggle("aside", aside && units[i].kind !== "input");
        Object.assign(box.style, {left: `${x}px`, top: `${y - size / 2}px`, width: `${size}px`});
      });
    });
    for (const link of links) {
      const a = places.get(link.from), b = places.get(link.to);
      const [x1, x2] = [a.x + a.size / 2, b.x - b.size / 2], middle = (x1 + x2) / 2;
      const d = `M${x1.toFixed(1)},${a.y.toFixed(1)}C${middle.toFixed(1)},${a.y.toFixed(1)} ` +
                `${middle.toFixed(1)},${b.y.toFixed(1)} ${x2.toFixed(1)},${b.y.toFixed(1)}`;
      link.path.setAttribute("d", d);
      if (link.hit) link.hit.setAttribute("d", d);
    }
  }

  let onPath = new Set();                               // links of the path that is pointed at
  function drawLinks() {
    const {theta} = training, size = largest(links.filter(l => l.parameter !== null).map(l => theta[l.parameter]));
    for (const link of links) {
      const {parameter, path} = link;
      const w = parameter === null ? null : theta[parameter];
      const kinds = ["weight", w === null ? "use" : w < 0 ? "minus" : "plus"];
      if (parameter !== null && parameter === chosen) kinds.push("chosen");
      if (onPath.has(`${link.from}-${link.to}`)) kinds.push("on-path");
      const wide = w === null ? 2 : 0.7 + 7 * Math.abs(w) / size;
      path.setAttribute("class", kinds.join(" "));
      path.setAttribute("stroke-width", (kinds.length > 2 ? Math.max(wide, 4) : wide).toFixed(1));
      if (link.tip) link.tip.textContent = `${story.names[parameter]} = ${short(w)}`;
    }
  }

  const SMALL = 26, LARGE = 64;
  function drawUnits() {
    const values = overThePlane(SMALL, [...drawn]);
    for (const [i, {box, canvas}] of pictures) {
      const of = values.get(i), scale = largest(of);
      const [low, high] = [Math.min(...of), Math.max(...of)];
      box.classList.toggle("dead", low === high && units[i].kind === "unit");
      paint(canvas, SMALL, k => shade(of[k], centreOf(i), scaleOf(i, scale)));
    }
  }
  const centreOf = i => (units[i].kind === "output" ? task.centre : 0);
  const scaleOf = (i, size) => (units[i].kind === "output" && task.scale ? task.scale : size);

  // The plane: the output, or the unit that is pointed at, and the samples ----------------------------
  let fieldOf = null;                                   // what the plane shows: values on a grid

  function classAt(values, k) {
    let best = 0;
    outputs.forEach((i, c) => { if (values.get(i)[k] > values.get(outputs[best])[k]) best = c; });
    return best;
  }

  // By how much output i is above the largest other.
  function lead(values, i, k) {
    return values.get(i)[k] - Math.max(...outputs.filter(o => o !== i).map(o => values.get(o)[k]));
  }

  function drawPlane() {
    const byClass = task.classes > 2 && looked === null;
    const chosenUnits = byClass ? outputs : [looked ?? outputs[0]];
    const values = overThePlane(LARGE, chosenUnits), of = values.get(chosenUnits[0]);
    const scale = scaleOf(chosenUnits[0], largest(of)), centre = centreOf(chosenUnits[0]);
    const picture = document.createElement("canvas");
    paint(picture, LARGE, k => (byClass ? CLASS_RGB[classAt(values, k)].map(c => 255 + (c - 255) * 0.45)
                                        : shade(of[k], centre, scale)));
    const canvas = $("plane"), room = $("world").getBoundingClientRect();
    const letter = parseFloat(getComputedStyle(document.body).fontSize);
    const side = Math.max(80, Math.floor(Math.min(room.width, room.height - 1.4 * letter)));
    const sharp = window.devicePixelRatio || 1;
    canvas.width = canvas.height = side * sharp;
    canvas.style.width = canvas.style.height = `${side}px`;
    const context = canvas.getContext("2d");
    context.scale(sharp, sharp);
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, 0, 0, side, side);
    if (byClass) outputs.forEach(i => drawBoundary(context, side, k => lead(values, i, k)));
    else if (looked === null && task.threshold !== null) drawBoundary(context, side, k => of[k] - task.threshold);
    drawSamples(context, side, letter);
    pictures.forEach(({box}, i) => box.classList.toggle("shown", i === looked));
    fieldOf = chosenUnits[0];
  }

  // Where `level`, a function of places of the grid, is 0 (between two neighbours by proportion), or
  // where their kinds differ.
  function drawBoundary(context, side, level) {
    const cell = side / LARGE, at = k => [(k % LARGE + 0.5) * cell, (Math.floor(k / LARGE) + 0.5) * cell];
    const levels = Array.from({length: LARGE * LARGE}, (_, k) => level(k));
    context.beginPath();
    for (let k = 0; k < LARGE * (LARGE - 1); k++) {
      if (k % LARGE === LARGE - 1) continue;
      const corners = [k, k + 1, k + LARGE + 1, k + LARGE], found = [];
      corners.forEach((a, i) => {
        const b = corners[(i + 1) % 4], [p, q] = [levels[a], levels[b]];
        if (p > 0 === q > 0) return;
        const t = p / (p - q), [x, y] = at(a), [u, v] = at(b);
        found.push([x + t * (u - x), y + t * (v - y)]);
      });
      for (let i = 0; i + 1 < found.length; i += 2) {
        context.moveTo(...found[i]);
        context.lineTo(...found[i + 1]);
      }
    }
    context.lineWidth = 3;
    context.strokeStyle = INK;
    context.stroke();
  }

  // Classes are told apart by form as well: a circle, then polygons of 4, 3, 6, 5 and 8 corners.
  const CORNERS = [0, 4, 3, 6, 5, 8];
  function shape(context, kind, x, y, r) {
    const n = CORNERS[kind], turn = n === 4 ? Math.PI / 4 : -Math.PI / 2;
    if (!n) context.arc(x, y, r, 0, 7);
    for (let k = 0; k < n; k++) {
      const angle = turn + 2 * Math.PI * k / n;
      context.lineTo(x + 1.3 * r * Math.cos(angle), y + 1.3 * r * Math.sin(angle));
    }
    if (n) context.closePath();
  }

  const atPlace = ([a, b], side) => [(a - left) / (right - left) * side, (top - b) / (top - bottom) * side];

  function drawSamples(context, side, letter) {
    const r = Math.max(3, letter * (training.rows.length > 300 ? 0.2 : 0.32));
    const inBatch = new Set(training.last ? training.last.batch : []);
    const small = inBatch.size < training.rows.length;
    const marks = [...training.testRows.map(row => [row, true, false]),
                   ...training.rows.map((row, i) => [row, false, small && inBatch.has(i)])];
    const rim = story.task.threshold === null && !story.task.classes ? INK : "white";   // of pale colours, dark
    for (const [row, isTest, now] of marks) {
      const [x, y] = atPlace(row, side), color = colorOf(row.slice(2));
      context.beginPath();
      shape(context, kindOf(row.slice(2)), x, y, r);
      context.fillStyle = isTest ? "white" : color;
      context.fill();
      context.lineWidth = isTest ? 3 : now ? 4 : 1.5;
      context.strokeStyle = isTest ? color : now ? "black" : rim;
      context.stroke();
    }
    if (picked === null) return;
    const [x, y] = atPlace(picked, side);
    context.beginPath();
    context.arc(x, y, 2.6 * r, 0, 7);
    context.lineWidth = 5;
    context.strokeStyle = story.colors.local;
    context.stroke();
  }

  // The class of a target, or 0; and its colour.
  function kindOf(y) {
    if (task.classes > 2) return y.indexOf(Math.max(...y));
    return task.threshold === null ? 0 : Number(y[0] > task.centreOfTargets);
  }
  function colorOf(y) {
    if (task.classes > 2) return CLASSES[kindOf(y)];
    if (task.threshold !== null) return kindOf(y) ? PLUS : MINUS;
    return `rgb(${shade(y[0], task.centre, task.scale || 1).map(Math.round).join()})`;
  }

  function isRight(row) {
    const data = scalars.run(training.theta, row, needed), f = outputs.map(i => data[unitNodes[i]]);
    if (task.classes > 2) return f.indexOf(Math.max(...f)) === kindOf(row.slice(2));
    return (f[0] > task.threshold) === Boolean(kindOf(row.slice(2)));
  }

  $("plane").addEventListener("pointermove", event => {
    const box = $("plane").getBoundingClientRect();
    const a = left + (event.clientX - box.left) / box.width * (right - left);
    const b = top - (event.clientY - box.top) / box.height * (top - bottom);
    const data = scalars.run(training.theta, [a, b, ...padding], needed);
    $("reading").textContent = `${units[0].title} = ${short(a, 3)}, ${units[1].title} = ${short(b, 3)}: ` +
                               `${units[fieldOf].title} = ${short(data[unitNodes[fieldOf]])}`;
  });
  $("plane").addEventListener("pointerleave", () => { $("reading").textContent = ""; });

  // Charts --------------------------------------------------------------------------------------------
  function sheet(id) {
    const canvas = $(id), box = canvas.getBoundingClientRect(), sharp = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(box.width * sharp));
    canvas.height = Math.max(1, Math.round(box.height * sharp));
    const context = canvas.getContext("2d"), letter = parseFloat(getComputedStyle(document.body).fontSize);
    context.scale(sharp, sharp);
    context.font = `${0.85 * letter}px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = INK;
    context.textBaseline = "middle";
    return [context, box.width, box.height, letter];
  }

  function drawLosses() {
    const [context, w, h, letter] = sheet("losses");
    const {losses, tests} = training;
    const all = [...losses, ...tests].filter(Number.isFinite);
    $("of-losses").textContent = training.testRows.length ? "loss; dashed: test" : "loss of each epoch";
    if (!all.length) return;
    const [low, high] = [Math.min(...all), Math.max(...all)], isLog = low > 0 && high / low > 30;
    const scaled = isLog ? Math.log10 : x => x, from = isLog ? scaled(low) : Math.min(0, low), to = scaled(high);
    const margin = 3.6 * letter, below = 1.3 * letter, above = 0.6 * letter;
    const x = i => margin + (w - margin - 6) * (losses.length > 1 ? i / (losses.length - 1) : 0.5);
    const y = l => h - below - (h - below - above) * (to > from ? (scaled(l) - from) / (to - from) : 0.5);
    context.textAlign = "right";
    context.fillText(short(high, 3), margin - 8, y(high));
    if (y(low) - y(high) > letter) context.fillText(short(isLog ? low : from, 3), margin - 8, h - below);
    context.textAlign = "left";
    context.fillText("1", margin, h - 0.5 * letter);
    context.textAlign = "right";
    if (losses.length > 1) context.fillText(String(losses.length), w - 4, h - 0.5 * letter);
    context.textAlign = "center";
    context.fillText(isLog ? "epoch (log scale)" : "epoch", (margin + w) / 2, h - 0.5 * letter);
    context.strokeStyle = INK;
    context.strokeRect(margin - 3, above - 3, w - margin - 1, h - below - above + 6);
    curve(context, losses, x, y, PLUS, []);
    curve(context, tests, x, y, MINUS, [8, 6]);
  }

  function curve(context, numbers, x, y, color, dashes) {
    context.beginPath();
    const step = Math.max(1, Math.floor(numbers.length / 2000));
    numbers.forEach((l, i) => {
      if (Number.isFinite(l) && (i % step === 0 || i === numbers.length - 1)) context.lineTo(x(i), y(l));
    });
    context.lineWidth = 3;
    context.strokeStyle = color;
    context.setLineDash(dashes);
    context.stroke();
    context.setLineDash([]);
    if (numbers.length === 1 && Number.isFinite(numbers[0])) context.fillRect(x(0) - 4, y(numbers[0]) - 4, 8, 8);
  }

  // Of each layer the sizes of its derivatives, on a scale of powers of ten.
  const LOW = -8, HIGH = 3, BINS = 22, MOST_LAYERS = 5;
  function drawGradients() {
    const [context, w, h, letter] = sheet("gradients");
    const gradient = training.last ? training.last.plain : null;
    const layers = story.layers.slice(0, MOST_LAYERS), below = 1.3 * letter, margin = 3.4 * letter;
    const height = (h - below) / layers.length, wide = (w - margin) / (BINS + 1);
    layers.forEach((layer, k) => {
      const bottom = (k + 1) * height - 4;
      context.fillStyle = INK;
      context.textAlign = "left";
      context.fillText(layer.name, 0, bottom - height / 2);
      context.fillRect(margin, bottom, w - margin, 1);
      if (!gradient) return;
      const counts = new Array(BINS + 1).fill(0);
      for (const p of layer.parameters) counts[binOf(Math.abs(gradient[p]))]++;
      const most = Math.max(...counts);
      counts.forEach((n, bin) => {
        context.fillStyle = bin ? PLUS : MINUS;
        const size = n / most * (height - 10);
        context.fillRect(margin + bin * wide + 1, bottom - size, wide - 2, size);
      });
    });
    context.fillStyle = INK;
    context.textAlign = "center";
    context.fillText("0", margin + wide / 2, h - 0.5 * letter);
    for (const power of [-6, -3, 0]) {
      context.fillText(short(10 ** power), margin + wide * (1 + (power - LOW) / (HIGH - LOW) * BINS), h - 0.5 * letter);
    }
  }
  function binOf(size) {
    if (size === 0) return 0;
    const part = (Math.log10(size) - LOW) / (HIGH - LOW);
    return 1 + Math.max(0, Math.min(BINS - 1, Math.floor(part * BINS)));
  }

  // Why a weight moved ----------------------------------------------------------------------------------
  const SAMPLES = 4, PATHS = 4;
  let chosen = 0, picked = null, pickedPlace = null;    // a parameter; a sample, and its place
  story.names.forEach((name, p) => {
    const option = document.createElement("option");
    option.value = p;
    option.textContent = name;
    $("parameter").append(option);
  });
  $("parameter").addEventListener("change", () => choose(Number($("parameter").value)));

  function choose(p) {
    chosen = p;
    pickedPlace = null;
    $("parameter").value = p;
    explain();
    drawLinks();
    drawPlane();
  }

  function rowOf(cells, tag, parent, kind = "") {
    const row = document.createElement("tr");
    row.className = kind;
    for (const [text, style = ""] of cells) {
      const cell = document.createElement(tag);
      cell.textContent = text;
      cell.className = style;
      row.append(cell);
    }
    parent.append(row);
    return row;
  }

  // Of the last step; before the first, what it would be for all samples.
  function lastStep() {
    if (training.last) return training.last;
    return {theta: training.theta, batch: training.rows.map((_, i) => i), move: null};
  }

  function explain() {
    const {theta, batch, move, plain, rate, momentum, memory} = lastStep();
    const parts = shares(gradientOf, theta, batch.map(i => training.rows[i]), chosen);
    const total = parts.reduce((a, b) => a + b, 0);
    const name = story.names[chosen];
    $("moved").textContent = !move ? `${name} = ${short(theta[chosen])}; it has not moved yet. ∂L/∂${name} = ${short(total)}`
                                   : tellMove(name, {theta, move, plain, rate, momentum, memory});
    const order = parts.map((_, k) => k).sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]));
    const first = order.slice(0, SAMPLES), rest = order.slice(SAMPLES);
    const place = order.includes(pickedPlace) ? pickedPlace : order[0];
    tellSamples(first, rest, parts, batch, place);
    tellPaths(theta, batch[place], parts[place]);
  }

  function tellMove(name, {theta, move, plain, rate, momentum, memory}) {
    const from = theta[chosen], by = move[chosen];
    let how = "";
    if (training.settings.optimizer === "descent" && !training.settings.decay && !training.settings.nesterov) {
      how = ` = -${short(rate)} × ${bracketed(plain[chosen])}`;
      if (momentum) how += ` + ${short(momentum)} × ${bracketed(memory.length ? memory[0][chosen] : 0)}`;
    }
    how ||= `; ∂L/∂${name} = ${short(plain[chosen])}`;
    return `${short(from)} → ${short(from + by)}: by ${short(by)}${how}`;
  }

  function tellSamples(first, rest, parts, batch, place) {
    const table = $("samples");
    table.replaceChildren();
    rowOf([["sample"], ["target"], [`∂l/∂${story.names[chosen]}`]], "th", table);
    for (const k of first) {
      const row = training.rows[batch[k]];
      const target = task.classes > 2 ? `class ${kindOf(row.slice(2))}` : row.slice(2).map(y => short(y)).join(", ");
      const line = rowOf([[String(training.places[batch[k]])], [target], [short(parts[k]), "grad"]],
                         "td", table, k === place ? "pick now" : "pick");
      line.addEventListener("click", () => {
        pickedPlace = k;
        explain();
        drawPlane();
      });
    }
    const others = rest.reduce((sum, k) => sum + parts[k], 0);
    const zeros = parts.filter(x => x === 0).length;
    if (rest.length) rowOf([[`${rest.length} others`], [""], [short(others), "grad"]], "td", table);
    if (!zeros) return;
    const [cell] = rowOf([[`${zeros} of ${parts.length} give 0`]], "td", table).cells;
    cell.colSpan = 3;
  }

  function tellPaths(theta, i, share) {
    picked = training.rows[i];
    scalars.run(theta, picked);
    const node = story.nodes.findIndex(n => n[0] === "p" && n[1] === chosen);
    const {paths, count} = node < 0 ? {paths: [], count: 0} : pathsOf(scalars, unitNodes, node, PATHS);
    const name = story.names[chosen], table = $("paths");
    table.replaceChildren();
    onPath = new Set();
    const many = count > paths.length ? `, the ${paths.length} largest of ${count} paths` : "";
    $("of-paths").textContent = count ? `Sample ${training.places[i]}: local derivatives along each path${many}` :
      `Sample ${training.places[i]}: no path from ${name} to the loss passes anything on.`;
    for (const path of paths) {
      const way = [name, ...path.units.slice(1).map(titleOf)].join(" → ");
      const factors = path.locals.map(x => bracketed(x, 3)).join(" × ");
      const line = rowOf([[way], [short(path.product, 3), "grad"], [`= ${factors}`, "local"]], "td", table, "pick");
      line.addEventListener("pointerenter", () => pointAt(path));
      line.addEventListener("pointerleave", () => pointAt(null));
    }
    const rest = share - paths.reduce((sum, path) => sum + path.product, 0);
    if (count > paths.length) rowOf([[`${count - paths.length} other paths`], [short(rest, 3), "grad"], [""]], "td", table);
  }

  const titleOf = node => (node === lastNode ? "l" : units[unitNodes.indexOf(node)].title);

  function pointAt(path) {
    const way = path ? path.units.map(node => unitNodes.indexOf(node)) : [];
    onPath = new Set(way.slice(1).map((to, k) => `${way[k]}-${to}`));
    drawLinks();
  }

  // The whole page ----------------------------------------------------------------------------------
  // All that has changed; while it trains, the words only now and then.
  function show(words = true) {
    const {losses, tests} = training, last = losses.length - 1;
    const parts = [`epoch ${training.epoch}`];
    if (training.isBetween) parts[0] += `, ${training.coming.length} mini-batches to come`;
    if (last >= 0) parts.push(`loss ${short(losses[last], 5)}`);
    if (last >= 0 && training.testRows.length) parts.push(`test ${short(tests[last], 5)}`);
    if (task.threshold !== null || task.classes > 2) {
      const rows = training.rows, n = rows.filter(isRight).length;
      parts.push(`accuracy ${(100 * n / rows.length).toFixed(1)} %`);
      if (training.testRows.length) {
        const k = training.testRows.filter(isRight).length;
        parts.push(`test ${(100 * k / training.testRows.length).toFixed(1)} %`);
      }
    }
    $("numbers").textContent = training.problem || parts.join("; ");
    $("numbers").classList.toggle("wrong", training.problem !== "");
    for (const id of ["run", "step", "epoch"]) $(id).disabled = training.problem !== "";
    $("noise-number").textContent = short(settings.noise, 2);
    drawLinks();
    if (words) {
      $("code").textContent = inPython();
      explain();
    }
    drawUnits();
    drawPlane();
    drawLosses();
    drawGradients();
  }

  function inPython() {
    const {settings: s} = training, lines = [], data = [];
    let [xs, ys] = ["xs", "ys"];
    if (s.noise) {
      data.push(`xs = xs + ${s.noise} * np.random.default_rng(0).standard_normal(np.shape(xs))`);
    }
    if (!story.test && s.share) {
      data.push(`rows = np.random.default_rng(${s.seed}).permutation(len(xs))[${Math.round(s.share * story.xs.length)}:]`);
      [xs, ys] = ["xs[rows]", "ys[rows]"];
    }
    if (s.weights) {
      data.push(`spread = np.array(${JSON.stringify(story.spread)})`,
                `theta = (2 * np.random.default_rng(${s.weights}).random(len(spread)) - 1) * spread`,
                "for p, number in zip(net.parameters(), theta.tolist()):", "    p.data = number");
    }
    const rest = [s.momentum && s.optimizer === "descent" ? `momentum=${s.momentum}` : "",
                  s.nesterov ? "nesterov=True" : "",
                  s.decay ? `weight_decay=${s.decay}` : ""].filter(Boolean);
    const adam = ["beta1", "beta2", "epsilon"].map(k => `${k}=${s[k]}`);
    const maker = s.optimizer === "adam" ? "Adam" : "GradientDescent";
    const optimizer = `nn.${maker}(${[s.rate, ...(s.optimizer === "adam" ? adam : []), ...rest].join(", ")})`;
    lines.push(`history = nn.fit(net, ${xs}, ${ys}, loss=${story.lossName}, optimizer=${optimizer},`,
               `                 epochs=${Math.max(training.epoch, 1)}` +
               `${s.batch ? `, batch_size=${s.batch}, seed=${s.seed}` : ""})`);
    if (training.epoch) lines.push(`# history[-1] is ${training.losses[training.epoch - 1]}`);
    if (training.changed) lines.push("# settings were changed on the way: reset, for a run that fit repeats");
    return [...(data.length ? ["import numpy as np", ""] : []), ...data, ...lines].join("\n");
  }

  const SLOW = 60, PAUSE = 400;                         // milliseconds: to show what has changed; between words
  let running = null, shownIn = 0, told = 0;
  function run(on) {
    cancelAnimationFrame(running);
    if (running !== null && !on) show();
    running = null;
    $("run").textContent = on ? "pause" : "train";
    $("run").setAttribute("aria-pressed", on);
    if (!on) return;
    const frame = () => {                               // an epoch, or more where showing takes longer
      const start = performance.now();
      let fine = true;
      do fine = training.runEpoch(); while (fine && shownIn > SLOW && performance.now() - start < shownIn);
      const trained = performance.now();
      const words = trained - told > PAUSE;
      if (words) told = trained;
      show(words);
      shownIn = performance.now() - trained;
      if (fine) running = requestAnimationFrame(frame);
      else run(false);
    };
    running = requestAnimationFrame(frame);
  }

  function reset() {
    run(false);
    training.restart(settings);
    pickedPlace = null;
    show();
  }

  const actions = {
    " ": () => run(running === null), ArrowRight: () => { run(false); training.step(); show(); },
    e: () => { run(false); training.runEpoch(); show(); }, r: reset};
  const buttons = {run: " ", step: "ArrowRight", epoch: "e", reset: "r"};
  for (const id in buttons) $(id).addEventListener("click", () => actions[buttons[id]]());
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || training.problem) return;
    if (["INPUT", "SELECT", "SUMMARY", "PRE"].includes(event.target.tagName)) return;
    if (event.target.tagName === "BUTTON" && event.key === " ") return;
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
  addEventListener("resize", () => { layOut(); show(); });
  $("name").textContent = story.name;
  layOut();
  show();

  // For who opens the console: the run itself, and of the last step all shares and paths of a parameter.
  window.playground = Object.assign(training, {why(p) {
    const {theta, batch} = lastStep(), rows = batch.map(i => training.rows[i]);
    const node = story.nodes.findIndex(n => n[0] === "p" && n[1] === p);
    const paths = rows.map(row => {
      scalars.run(theta, row);
      return pathsOf(scalars, unitNodes, node, Infinity).paths;
    });
    return {shares: shares(gradientOf, theta, rows, p), paths};
  }});
  document.documentElement.dataset.ready = "yes";
})();
