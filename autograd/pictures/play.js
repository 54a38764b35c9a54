// Plays a forward and a backward pass. Everything a step shows is computed anew from the number of
// the step, so that the slider may jump. Texts of the user enter the page by textContent and
// setAttribute alone. Colours and sizes come with the style sheet and the data. RULES, which stands
// before this file, are the operations of the table: [x => value, (y, x) => partials].
(() => {
  const $ = id => document.getElementById(id);
  const story = JSON.parse($("data").textContent);
  const nodes = story.nodes;
  for (const node of nodes) {
    node.data = Number(node.data);
    node.partials = (node.partials || []).map(Number);
    node.inputs = node.inputs || [];
  }

  // Steps: the start, each operation forward, the output's grad, each operation backward ------
  const operations = nodes.map((_, i) => i).filter(i => nodes[i].op !== undefined);
  const output = nodes.length - 1;
  const forwards = operations.length, SEED = forwards + 1;
  const isOperation = i => nodes[i].op !== undefined;
  const backwards = operations.slice().reverse();
  const CHOOSING = ["where", "max", "select", "stop_gradient", "greater", "sign"];
  let pass, steps, backwardStep;

  // The right backward pass, and mistakes: the order of its nodes, how a product is put into a
  // grad, and which grads are there before.
  const add = (grad, product) => grad + product;
  const zeros = () => nodes.map(() => 0);
  const PASSES = {
    right: {order: () => backwards, put: add, before: zeros},
    overwrite: {order: () => backwards, put: (_, product) => product, before: zeros,
                why: "Where a Value is used more than once, only one product stays."},
    unordered: {order: breadthFirst, put: add, before: zeros,
                why: "It passed its grad on before all of it had come."},
    recursive: {order: recursive, put: add, before: zeros,
                why: "A Value with several paths to the output passes on again what it has passed on before."},
    unreset: {order: () => backwards, put: add, before: () => rightGrads.slice(),
              why: "The grads of the last pass are still in it."}};

  // Nodes by their distance from the output, without waiting for all that use them.
  function breadthFirst() {
    const order = [output];
    for (const i of order) {
      for (const u of nodes[i].inputs) if (isOperation(u) && !order.includes(u)) order.push(u);
    }
    return order;
  }

  // Each node as often as there are paths to it: a function that calls itself for its inputs.
  function recursive() {
    const order = [], todo = [output], MOST = 300;
    while (todo.length && order.length < MOST) {
      const i = todo.pop();
      order.push(i);
      todo.push(...nodes[i].inputs.filter(isOperation).reverse());
    }
    return order;
  }

  function choose(name) {
    pass = PASSES[name];
    steps = [{kind: "start"}, ...operations.map(node => ({kind: "forward", node})),
             {kind: "seed", node: output},
             ...pass.order().map(node => ({kind: "backward", node}))];
    backwardStep = new Map();
    steps.forEach((s, k) => { if (s.kind === "backward") backwardStep.set(s.node, k); });
  }
  choose("right");
  let rightGrads = at(steps.length - 1).grads;

  // Leaves that change ------------------------------------------------------------------------
  // A leaf is fixed if an operation that depends on it has no rule; `lacking` is that operation.
  const lacking = new Map();
  for (const i of operations.filter(i => nodes[i].rule === undefined)) {
    const behind = [i];
    for (const u of behind) behind.push(...nodes[u].inputs.filter(k => !behind.includes(k)));
    behind.filter(u => !isOperation(u) && !lacking.has(u)).forEach(u => lacking.set(u, i));
  }
  const isFree = i => !isOperation(i) && !lacking.has(i);

  // The data of all nodes where leaf i has another number.
  function dataWith(i, number) {
    const data = nodes.map(node => node.data);
    data[i] = number;
    for (const k of operations) {
      const {rule, inputs} = nodes[k];
      if (rule !== undefined) data[k] = RULES[rule][0](inputs.map(u => data[u]));
    }
    return data;
  }

  // All data and local derivatives from the leaves on, and the right grads.
  function compute() {
    for (const i of operations) {
      const node = nodes[i];
      if (node.rule === undefined) continue;
      const [value, partials] = RULES[node.rule], x = node.inputs.map(u => nodes[u].data);
      node.data = value(x);
      node.partials = partials(node.data, x);
    }
    const kept = pass;
    pass = PASSES.right;
    const grads = pass.before();
    grads[output] = 1;
    for (const i of backwards) passOn(i, grads, []);
    rightGrads = grads;
    pass = kept;
  }

  // The first operation that is not a finite number, or has no finite local derivative, though its
  // inputs are finite.
  function undefinedAt() {
    return operations.find(i => {
      const v = nodes[i], isFinite = Number.isFinite;
      return v.inputs.every(u => isFinite(nodes[u].data)) &&
             !(isFinite(v.data) && v.partials.every(isFinite));
    });
  }

  // The engine's backward pass up to a step: known data, all grads, and what the last step added.
  function at(step) {
    const place = new Map(operations.map((node, k) => [node, k]));
    const known = nodes.map((node, i) => node.op === undefined || place.get(i) < step);
    const grads = pass.before(), reached = nodes.map(() => pass === PASSES.unreset);
    let added = [];
    if (step >= SEED) {
      grads[output] = 1;
      reached[output] = true;
    }
    for (let s = SEED + 1; s <= step; s++) added = passOn(steps[s].node, grads, reached);
    return {known, grads, reached, added};
  }

  // Nothing flows into what an operation did not choose, not even 0 times infinity.
  function productOf(op, upstream, local) {
    const nothing = (op === "dot" && upstream === 0) || (local === 0 && CHOOSING.includes(op));
    return nothing ? 0 : upstream * local;
  }

  // One step of the backward pass: each input's grad grows by upstream times local.
  function passOn(i, grads, reached) {
    const node = nodes[i], upstream = grads[i];
    return node.inputs.map((input, k) => {
      const local = node.partials[k], before = grads[input], first = !reached[input];
      const product = productOf(node.op, upstream, local);
      grads[input] = pass.put(before, product);
      reached[input] = true;
      return {input, local, upstream, product, before, after: grads[input], first};
    });
  }

  // Numbers as people read them, the same as in pictures --------------------------------------
  function scientific(x) {
    if (Number.isNaN(x)) return ["nan", ""];
    if (!Number.isFinite(x)) return [x > 0 ? "inf" : "-inf", ""];
    const [mantissa, exponent] = x.toExponential(3).split("e");
    return [mantissa, "e" + Number(exponent)];
  }
  const NOISE = [1e-20, 1e-15];                         // between them: what rounding leaves of a zero
  const plain = x => x === 0 || (Math.abs(x) >= 5e-4 && Math.abs(x) < 1e6);
  const decimals = x => (Object.is(x, -0) ? "-" : "") + x.toFixed(4);
  const trimmed = text => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  function fixed(x) {
    if (Math.abs(x) > NOISE[0] && Math.abs(x) < NOISE[1]) return "0.0000";
    return plain(x) ? decimals(x) : scientific(x).join("");
  }
  function compact(x) {
    if (plain(x)) return trimmed(decimals(x));
    const [mantissa, exponent] = scientific(x);
    return trimmed(mantissa) + exponent;
  }
  const bracketed = x => (compact(x).startsWith("-") ? "(" + compact(x) + ")" : compact(x));

  // A formula with numbers in its slots: the place of a node, and s, or p for parentheses around
  // what is negative or has an exponent.
  function filled(formula, longest) {
    const text = formula.replace(/\x7f(\d+)([sp])/g, (_, i, level) => {
      const number = compact(nodes[i].data);
      return level === "p" && /^-|e/.test(number) ? `(${number})` : number;
    });
    if (text.length <= longest) return text;
    const tail = Math.floor(longest / 3);
    return text.slice(0, longest - tail - 1) + "…" + text.slice(text.length - tail);
  }
  const numbersOf = v => filled(v.numbers, 160);
  const putIn = (v, k) => filled(v.put_in[k], 90);

  // The graph ---------------------------------------------------------------------------------
  const graph = $("graph");
  function svg(name, attributes, parent, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  // Only what is new is written: the browser lays out what was written.
  function write(element, text) {
    if (element.textContent === text) return false;
    element.textContent = text;
    return true;
  }
  function set(element, name, text) {
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }

  // A route as a path of SVG: S and W are smooth curves, see page.py.
  const unfolded = route => route.replace(/([SW])(-?\d+),(-?\d+)/g, (_, kind, x, y) =>
    (kind === "S" ? `c0,${y / 2} ${x},${y / 2} ${x},${y}` : `c${x / 2},0 ${x / 2},${y} ${x},${y}`));

  const definitions = svg("defs", {}, graph);
  for (const kind of ["plain", "forward", "backward"]) {
    const marker = svg("marker", {id: kind + "-arrow", class: kind, viewBox: "0 0 10 10", refX: 9,
                                  refY: 5, markerWidth: 13, markerHeight: 13,
                                  markerUnits: "userSpaceOnUse", orient: "auto-start-reverse"},
                       definitions);
    svg("path", {d: "M0 0L10 5L0 10z"}, marker);
  }
  const [lineLayer, cardLayer, labelLayer] = [0, 1, 2].map(() => svg("g", {}, graph));

  const lines = nodes.map(node => node.inputs.map((_, k) => {
    const group = svg("g", {class: "line"}, lineLayer);
    const path = svg("path", {d: unfolded(node.routes[k])}, group);
    const [x, y] = node.labels[k];
    const label = svg("g", {}, labelLayer), tip = svg("title", {}, label, "");
    const back = svg("rect", {class: "back", x, y: y - 11, width: 0, height: 22, rx: 11}, label);
    return {group, path, x, y, back, label, tip, text: svg("text", {x, y: y + 6}, label, "")};
  }));

  const cards = nodes.map((node, i) => {
    const group = svg("g", {class: "card " + node.role, id: "node" + i}, cardLayer);
    const left = node.x - node.w / 2, top = node.y - node.h / 2, row = node.h / 3;
    const tab = node.tab, width = node.w - tab, middle = left + tab + width / 2;
    const tip = svg("title", {}, group, "");
    if (isFree(i)) {
      group.setAttribute("tabindex", 0);
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", `${node.title}: change its number`);
    }
    svg("rect", {class: "head", x: left + tab, y: top, width, height: row}, group);
    svg("rect", {class: "box", x: left, y: top, width: node.w, height: node.h, rx: 3}, group);
    if (tab) {
      svg("rect", {class: "sign", x: left, y: top, width: tab, height: node.h, rx: 3}, group);
      const sign = svg("text", {class: "sign", x: left + tab / 2, y: node.y + 7}, group, node.sign);
      fit(sign, tab - 6);
    }
    const line = (kind, k, text) =>
      svg("text", {class: kind, x: middle, y: top + (k + 0.5) * row + 6.5}, group, text);
    const title = line("title", 0, node.short ?? node.title);
    if (node.role !== "intermediate") svg("tspan", {class: "role", dx: 6}, title, node.role);
    fit(title, width - 8);
    return {group, tip, width: width - 8, data: line("data", 1, ""), grad: line("grad", 2, "")};
  });

  // A text that would leave its card, because a font is wider than planned, is squeezed.
  function squeeze(text, width, isWide) {
    if (!isWide && text.hasAttribute("textLength")) text.removeAttribute("textLength");
    if (!isWide) return;
    text.setAttribute("textLength", width);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  function fit(text, width) { squeeze(text, width, text.getComputedTextLength() > width); }

  // The width of a number, without asking the browser to lay out what has changed.
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${getComputedStyle(graph).fontSize} ${getComputedStyle(graph).fontFamily}`;
  const BOLD = 1.12;                                    // as wide, in bold type
  const letters = new Map();
  function widthOf(text) {
    let width = 0;
    for (const letter of text) {
      if (!letters.has(letter)) letters.set(letter, pen.measureText(letter).width);
      width += letters.get(letter);
    }
    return width;
  }

  // Predict mode: the questions of a step -----------------------------------------------------
  let step = 0, furthest = 0, timer = null;
  let predicting = false, answered = 0, right = 0, asked = 0, tries = 0;
  const TRIES = 2;
  const SUMS = ["add", "sub", "neg", "sum", "identity", "stop_gradient"];     // not asked forward
  const wanted = kind => $("ask-" + kind).checked;

  // A formula that is a number, such as 1, would not be a hint but the answer.
  const hint = (symbol, before) => (typed(symbol) === null ? before + symbol : "");

  // By how much a number differs from what is shown of it.
  const unshown = x => Math.abs(x - Number(compact(x))) || 0;

  // Each question: its text, the number, what it hides, how much the shown numbers leave open,
  // and typical mistakes with what to say about them.
  function questions(s) {
    const what = steps[s];
    const all = what.kind === "forward" ? forwardQuestions(what.node)
              : what.kind === "backward" ? backwardQuestions(what.node, at(s).added) : [];
    return all.filter(q => wanted(q.part));
  }

  function forwardQuestions(i) {
    const v = nodes[i];
    if (SUMS.includes(v.op)) return [];
    const open = v.inputs.reduce((sum, u, k) =>
      sum + Math.abs(v.partials[k]) * unshown(nodes[u].data), 0);
    return [{text: `${v.title} = ${numbersOf(v)} =`, value: v.data, part: "forward", row: 0, open,
             mistakes: []}];
  }

  function backwardQuestions(i, added) {
    return added.flatMap((a, row) => {
      const v = nodes[i], input = nodes[a.input].title, found = [];
      const {local, upstream, product, before, after} = a;
      const isAsked = !SUMS.includes(v.op) || local !== 1;
      if (isAsked) found.push({text: `local derivative of ${v.title} with respect to ${input}` +
                        `${hint(v.symbols[row], ": ")} =`,
                  value: local, part: "local", row, open: 1e-4,
                  mistakes: [[product, "that is upstream × local already"]]});
      if (local !== 1 && upstream !== 1) {
        found.push({text: `upstream × local: ${bracketed(upstream)} × ${bracketed(local)} =`,
                    value: product, part: "upstream", row,
                    open: Math.abs(local) * unshown(upstream) + Math.abs(upstream) * unshown(local),
                    mistakes: [[upstream, "the local derivative is missing"],
                               [local, "the upstream grad is missing"],
                               [upstream + local, "the two are multiplied, not added"]]});
      }
      if (!a.first && product !== 0) {
        found.push({text: `${gradOf(input)}: ${bracketed(before)} + ${bracketed(product)} =`,
                    value: after, part: "sum", row, open: unshown(before) + unshown(product),
                    mistakes: [[product, "it is added to the grad that is there, not put in its " +
                                         "place"]]});
      }
      return found;
    });
  }

  // A number as typed: comma or point, a fraction such as 1/3, the minus signs of all keyboards.
  function typed(text) {
    const parts = text.trim().replace(/[−–]/g, "-").replace(/,/g, ".").split("/");
    const numbers = parts.map(oneNumber);
    if (parts.length > 2 || numbers.includes(null)) return null;
    return parts.length === 2 ? numbers[0] / numbers[1] : numbers[0];
  }

  function oneNumber(part) {
    const word = part.trim().toLowerCase();
    if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
    if (word === "nan") return NaN;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : null;
  }

  // Right is what is shown the same, or within half a percent and what shown numbers leave open.
  function agrees(guess, value, open) {
    if (!Number.isFinite(value)) return Object.is(guess, value);
    if (compact(guess) === compact(value)) return true;
    return Math.abs(guess - value) <= 0.005 * Math.abs(value) + 1.01 * open;
  }

  function mistake(q, guess) {
    const known = q.mistakes.find(([number]) => agrees(guess, number, 0));
    if (known) return known[1];
    return agrees(guess, -q.value, q.open) ? "the sign is wrong" : "";
  }

  const open = () => (predicting ? questions(step).slice(answered) : []);
  const hidden = (part, row) => open().some(q => q.part === part && q.row === row);

  function ask() {
    const rest = open();
    $("ask").hidden = $("choices").hidden = !predicting;
    $("keys").hidden = predicting;
    $("question").textContent = rest.length ? rest[0].text : "";
    for (const id of ["answer", "check", "show", "question"]) $(id).hidden = rest.length === 0;
    $("score").textContent = asked ? `${right} of ${asked} right at once` : "";
    $("copy").hidden = asked === 0;
    $("answer").value = "";
    if (rest.length) $("answer").focus({preventScroll: true});
  }

  function say(text, kind) {
    $("verdict").textContent = text;
    $("verdict").className = kind;
  }

  function settle(text, kind) {
    if (tries === 0) asked++;
    answered++;
    tries = 0;
    draw();
    say(text, kind);
    if (!open().length) $("next").focus({preventScroll: true});
  }

  $("ask").addEventListener("submit", event => {
    event.preventDefault();
    const [q] = open();
    if (!q) return move(step + 1);
    const guess = typed($("answer").value);
    if (guess === null) return say("type a number, such as -1.5, 2e-3 or 1/3", "wrong");
    if (agrees(guess, q.value, q.open)) {
      if (tries === 0) right++;
      return settle(`✓ right: ${compact(q.value)}`, "right");
    }
    const why = mistake(q, guess);
    if (tries === 0) asked++;
    tries++;
    if (tries === TRIES) {
      return settle(`✗ ${compact(guess)} is wrong: it is ${compact(q.value)}`, "wrong");
    }
    $("answer").select();
    say(`✗ ${compact(guess)} is wrong, try again${why && ": " + why}`, "wrong");
  });
  $("show").addEventListener("click", () => {
    const [q] = open();
    if (q) settle(`it is ${compact(q.value)}`, "");
  });
  $("copy").addEventListener("click", () => {
    const box = document.createElement("textarea");
    box.value = `${story.name}: ${$("score").textContent}`;
    document.body.appendChild(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    say("the score is copied", "");
  });
  for (const kind of ["forward", "local", "upstream", "sum"]) {
    $("ask-" + kind).addEventListener("change", () => { answered = tries = 0; draw(); });
  }

  // The panel ---------------------------------------------------------------------------------
  function element(name, text, kind) {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function row(name, cells) {
    const tr = document.createElement("tr");
    cells.forEach(([text, kind]) => tr.appendChild(element(name, text, kind)));
    return tr;
  }

  const headsNow = () => ["input", "∂ local derivative", "upstream × local",
                          pass === PASSES.overwrite ? "grad: before replaced by product"
                                                    : "grad: before + added = after"];

  function tell(state) {
    const what = steps[step], v = nodes[what.node];
    const [title, how, rows, heads = headsNow()] =
      nudge === null ? {start: tellStart, forward: tellForward, seed: tellSeed,
                        backward: tellBackward}[what.kind](v, state, what.node) : tellNudge();
    $("what").textContent = title;
    $("how").textContent = how;
    $("panel").classList.toggle("short", step < SEED && rows.length === 0 && !predicting);
    fillTable(heads, rows);
    const spoken = rows.map(cells => cells.map(([text]) => text).join("; "));
    $("live").textContent = [title, how, ...spoken].filter(Boolean).join(". ");
  }

  // The rows; side by side where they are too many to stand below each other, and narrow enough.
  function fillTable(heads, rows) {
    const fill = count => {
      const high = Math.ceil(rows.length / count), parts = [...Array(count).keys()];
      const line = (name, cellsOf) => row(name, parts.flatMap(cellsOf));
      const head = rows.length ? [line("th", () => heads.map(text => [text]))] : [];
      const body = [...Array(high).keys()].map(k => line("td", part => rows[part * high + k] || []));
      $("table").replaceChildren(...head, ...body);
    };
    const panel = $("panel"), isHigh = () => panel.scrollHeight > panel.clientHeight;
    let count = 1;
    fill(count);
    while (rows.length > 4 && count < rows.length && isHigh()) {
      fill(++count);
      if (panel.scrollWidth > panel.clientWidth) return fill(count - 1);
    }
  }

  function tellStart() {
    return ["The leaves have their data", "Forward: each operation computes its data. " +
            "Backward: each passes its grad on to its inputs." + tellFixed(), []];
  }

  function tellFixed() {
    return [...new Set(lacking.values())].map(i => {
      const names = [...lacking.keys()].filter(u => lacking.get(u) === i).map(u => nodes[u].title);
      return ` ${names.join(", ")} cannot be changed: ${nodes[i].op} has no form in JavaScript.`;
    }).join("");
  }

  function tellForward(v) {
    const result = hidden("forward", 0) ? "?" : compact(v.data);
    const name = v.formula === v.title ? "" : v.title + " = ";
    return [`Forward ${step} of ${forwards}: ${v.title}`,
            `${name}${v.formula} = ${numbersOf(v)} = ${result}`, []];
  }

  function tellSeed(v) {
    return [`Backward begins: ${gradOf(v.title)} = 1`,
            `The derivative of ${v.title} with respect to itself is 1. All other grads are 0.`, []];
  }

  function tellBackward(v, state, i) {
    const rows = state.added.map((a, k) => tellOne(v, a, k));
    const isDone = step === steps.length - 1 && !open().length;
    return [`Backward ${step - SEED} of ${steps.length - 1 - SEED}: ${v.title} passes its grad ` +
            `${compact(state.added.length ? state.added[0].upstream : state.grads[i])} on`,
            isDone ? tellEnd(state) : "", rows];
  }

  // Finite differences: a leaf is changed by h, and the ratio approaches the derivative, until
  // rounding takes over.
  const WIDTHS = [1, 0.1, 0.001, 1e-6];
  const exact = x => (Number.isFinite(x) ? String(Number(x.toPrecision(9))) : compact(x));

  function tellNudge() {
    const y = nodes[output], {title, data} = nodes[leaf], slope = rightGrads[leaf];
    const rows = [...new Set([nudge, ...WIDTHS])].sort((a, b) => b - a).map(h => {
      const right = (dataWith(leaf, data + h)[output] - y.data) / h;
      const left = (y.data - dataWith(leaf, data - h)[output]) / h;
      const mark = h === nudge ? "new" : "";
      return [[String(h), mark], [exact(right), mark], [exact(left), mark], [compact(right - slope), "grad " + mark]];
    });
    const name = `d${asFactor(y.title)}/d${asFactor(title)}`;
    const [f, x] = [y.title.length > 8 ? "y" : y.title, title.length > 8 ? "x" : title];
    return [`Finite differences in ${title}: ${name} = ${exact(slope)}`,
            "The ratio of the changes approaches it, until rounding takes over.", rows,
            ["h", `(${f}(${x} + h) − ${f}(${x})) / h`, `(${f}(${x}) − ${f}(${x} − h)) / h`, "error of the first"]];
  }
  const isWhole = title => !/[-+*\/ ]/.test(title) || /^\w+\([^()]*\)$/.test(title);
  const asFactor = title => (isWhole(title) ? title : `(${title})`);

  // What is wrong at the end, from the output back.
  const wrong = (state, i) => compact(state.grads[i]) !== compact(rightGrads[i]);
  function tellEnd(state) {
    if (pass === PASSES.right) {
      return `Done: every grad is the derivative of ${nodes[output].title} with respect to ` +
             "that Value.";
    }
    const first = nodes.map((_, i) => i).reverse().find(i => wrong(state, i));
    if (first === undefined) return "Done: here the mistake does no harm, each grad is right.";
    return `Wrong from ${nodes[first].title} on: its grad is ${compact(state.grads[first])} ` +
           `instead of ${compact(rightGrads[first])}. ${pass.why}`;
  }

  // The grad of a Value by its title, which may be a formula.
  const gradOf = title => `${asFactor(title)}.grad`;

  function tellOne(v, a, k) {
    const [noLocal, noProduct, noAfter] = ["local", "upstream", "sum"].map(part => hidden(part, k));
    const name = nodes[a.input].title, local = compact(a.local), product = compact(a.product);
    const chain = [...new Set([v.symbols[k], putIn(v, k), local])].join(" = ");
    const known = (hide, text) => (hide ? "?" : text);
    const change = pass === PASSES.overwrite ? `${compact(a.before)} replaced by `
                                             : `${compact(a.before)} + ${bracketed(a.product)} = `;
    return [
      [name],
      [noLocal ? `${hint(v.symbols[k], "")} = ?`.replace(/^ = /, "") : chain, "local"],
      [known(noLocal, `${bracketed(a.upstream)} × ${bracketed(a.local)} = ` +
                      known(noProduct, product)), "grad"],
      [known(noLocal || noProduct, `${gradOf(name)}: ${change}${known(noAfter, compact(a.after))}`),
       "grad new"]];
  }

  // One step on the screen --------------------------------------------------------------------
  function draw() {
    const what = steps[step], state = at(step);
    drawCards(what, state);
    drawLines(what, state);
    $("slider").value = step;
    $("slider").setAttribute("aria-valuetext", `step ${step} of ${steps.length - 1}`);
    $("count").textContent = `step ${step} / ${steps.length - 1}`;
    $("back").disabled = $("first").disabled = step === 0;
    $("last").disabled = step === steps.length - 1;
    $("next").disabled = step === steps.length - 1 || open().length > 0;
    tell(state);
    look();
    ask();
  }

  function drawCards(what, state) {
    const moving = what.kind === "forward" || what.kind === "backward";
    const near = new Set(moving ? nodes[what.node].inputs : []);
    const waiting = new Set();                          // inputs whose new grad is not told yet
    state.added.forEach((a, k) => {
      if (["local", "upstream", "sum"].some(part => hidden(part, k))) waiting.add(a.input);
    });
    const changed = [];
    const numbers = nudge === null ? nodes.map(node => node.data)
                                   : dataWith(leaf, nodes[leaf].data + nudge);
    cards.forEach((card, i) => {
      const now = i === what.node, hide = now && hidden("forward", 0);
      const grad = state.reached[i] ? fixed(state.grads[i]) : "–";
      const data = "data " + (!state.known[i] || hide ? "–" : fixed(numbers[i]));
      const mistaken = step === steps.length - 1 && wrong(state, i);
      const told = mistaken ? `${compact(state.grads[i])} ≠ ${compact(rightGrads[i])}`
                            : "grad " + (waiting.has(i) ? "?" : grad);
      if (write(card.data, data)) changed.push([card.data, card.width]);
      if (write(card.grad, told)) changed.push([card.grad, card.width]);
      const full = x => (Number.isFinite(x) ? String(x) : compact(x));
      const ways = [nodes[i].role, isOperation(i) ? `by ${nodes[i].op}` : "",
                    state.known[i] && !hide ? `data ${full(numbers[i])}` : "",
                    state.reached[i] && !waiting.has(i) ? `grad ${full(state.grads[i])}` : ""];
      write(card.tip, ways.filter(Boolean).join(", "));
      const mark = now ? "now" : near.has(i) ? "near" : what.kind === "start" ? "" : "faded";
      const way = what.kind === "forward" ? "forward" : "backward";
      const kinds = ["card", nodes[i].role, mark, way, mistaken ? "wrong" : "",
                     isFree(i) && !predicting ? "free" : "",
                     nudge !== null && numbers[i] !== nodes[i].data ? "nudged" : ""];
      set(card.group, "class", kinds.join(" "));
    });
    for (const [text, width] of changed) squeeze(text, width, BOLD * widthOf(text.textContent) > width);
  }

  function drawLines(what, state) {
    const changed = [];
    lines.forEach((group, i) => group.forEach((line, k) => {
      const now = i === what.node && what.kind !== "seed", backward = what.kind === "backward";
      const told = now && backward && !hidden("local", k);
      const visible = predicting ? backwardStep.get(i) < step || told : state.known[i];
      const text = visible ? "∂ " + compact(nodes[i].partials[k]) : "";
      const way = now ? (backward ? "backward" : "forward") : "plain";
      const faded = what.kind !== "start" && !now ? "faded" : "";
      if (write(line.text, text)) changed.push(line);
      write(line.tip, visible ? `local derivative ${nodes[i].partials[k]}` : "");
      set(line.label, "class", "partial " + faded);
      set(line.group, "class", ["line", way, faded].join(" "));
      const [head, other] = way === "backward" ? ["marker-start", "marker-end"]
                                               : ["marker-end", "marker-start"];
      set(line.path, head, `url(#${way}-arrow)`);
      line.path.removeAttribute(other);
    }));
    changed.forEach(line => {
      const wide = line.text.textContent ? widthOf(line.text.textContent) + 14 : 0;
      line.back.setAttribute("width", wide);
      line.back.setAttribute("x", line.x - wide / 2);
    });
  }

  // The part of the graph that is seen: all of it while it is readable, else what the step needs;
  // or what the wheel and the mouse chose. ------------------------------------------------
  let all = false, chosen = null;                       // chosen: {x, y, scale}, its centre
  const READABLE = 1420;                                // units across, where text reads from afar
  const LARGEST = 1.7;                                  // times that size, for a small graph
  const MANY = 20, STILL_READABLE = 0.75;               // more Values are seen at once at this part of it

  function look() {
    const {width: W, height: H} = graph.getBoundingClientRect();
    if (!W || !H) return;
    const whole = Math.min(W / story.width, H / story.height), goal = W / READABLE;
    const small = whole < (nodes.length > MANY ? STILL_READABLE : 0.99) * goal;
    let view = {x: story.width / 2, y: story.height / 2, scale: Math.min(whole, LARGEST * goal)};
    if (small && !all) view = around(goal, W / goal, H / goal);
    view = chosen || view;
    const w = W / view.scale, h = H / view.scale;
    const box = [view.x - w / 2, view.y - h / 2, w, h];
    set(graph, "viewBox", box.map(n => n.toFixed(1)).join(" "));
    graph.view = view;
    hideBeyond(box, chosen === null);
    $("fit").disabled = !small && !chosen;
    $("fit").setAttribute("aria-pressed", all && !chosen);
  }

  // What is beyond the part that is seen need not be laid out when it changes; and what its edge
  // cuts has no text, unless it was moved there by hand.
  const MARGIN = 200, RIM = 12;
  function hideBeyond([left, top, w, h], isOurs) {
    const isCut = (x, y, aside, above) => isOurs && (x < left + aside || x > left + w - aside ||
                                                     y < top + above || y > top + h - above);
    const isSeen = (x, y, aside) => x > left - aside - MARGIN && x < left + w + aside + MARGIN &&
                                    y > top - MARGIN && y < top + h + MARGIN;
    cards.forEach((card, i) => {
      const display = isSeen(nodes[i].x, nodes[i].y, nodes[i].w / 2) ? "inline" : "none";
      for (const text of [card.data, card.grad]) set(text, "display", display);
      const cut = isCut(nodes[i].x, nodes[i].y, nodes[i].w / 2, nodes[i].h / 2);
      card.group.toggleAttribute("data-cut", cut);
    });
    for (const line of lines.flat()) {
      const aside = line.back.getAttribute("width") / 2;
      const isWhole = isSeen(line.x, line.y, 0) && !isCut(line.x, line.y, aside, 11);
      set(line.label, "display", isWhole ? "inline" : "none");
    }
  }

  // The place of the step's node and inputs: where it was looked before, if all that is needed is
  // seen from there, else, of the places around the node, the one from which most cards are seen.
  let looked = null;                                    // {x, y, scale}, where it was looked last
  let lookedAt = "";                                    // for which step and size
  function around(scale, w, h) {
    const now = [step, steps.length, scale, w, h].join();           // while a leaf moves, all of it stays
    if (now === lookedAt) return looked;
    lookedAt = now;
    const node = steps[step].node ?? 0, need = [node, ...nodes[node].inputs];
    const isSeen = (i, {x, y}) => Math.abs(nodes[i].x - x) <= (w - nodes[i].w) / 2 - RIM &&
                                  Math.abs(nodes[i].y - y) <= (h - nodes[i].h) / 2 - RIM;
    const isBegun = (i, {x, y}) => Math.abs(nodes[i].x - x) <= w / 2 && Math.abs(nodes[i].y - y) <= h / 2;
    const seen = (those, view) => those.filter(i => isSeen(i, view)).length;
    const cards = nodes.map((_, i) => i);
    const worth = view => 2 * nodes.length * seen(need, view) + seen(cards, view) +
                          cards.filter(i => isBegun(i, view)).length / nodes.length;
    const places = (middle, size, of, total) => {
      if (of >= total) return [total / 2];
      const free = Math.max((of - size) / 2 - RIM, 0), inside = at => Math.min(Math.max(at, of / 2), total - of / 2);
      return [...new Set([0, -0.25, 0.25, -0.5, 0.5, -0.75, 0.75, -1, 1].map(part => inside(middle + part * free)))];
    };
    const {x, y} = nodes[node], views = places(x, nodes[node].w, w, story.width).flatMap(x =>
      places(y, nodes[node].h, h, story.height).map(y => ({x, y, scale})));
    const best = views.reduce((a, b) => (worth(b) > worth(a) ? b : a));
    const isKept = looked !== null && looked.scale === scale && seen(need, looked) >= seen(need, best);
    looked = isKept ? looked : best;
    return looked;
  }

  function zoom(factor, x, y) {
    const {view} = graph;
    const scale = Math.min(Math.max(view.scale * factor, 0.05), 6), kept = view.scale / scale;
    chosen = {x: x + (view.x - x) * kept, y: y + (view.y - y) * kept, scale};
    look();
  }

  function pointed(event) {
    const box = graph.getBoundingClientRect(), {x, y, scale} = graph.view;
    return [x + (event.clientX - box.left - box.width / 2) / scale,
            y + (event.clientY - box.top - box.height / 2) / scale];
  }
  graph.addEventListener("wheel", event => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 500), ...pointed(event));
  }, {passive: false});
  let held = null;
  graph.addEventListener("pointerdown", event => {
    if (event.target.closest(".card") && grasp(event)) return;
    held = pointed(event);
    graph.setPointerCapture(event.pointerId);
  });
  graph.addEventListener("pointermove", event => {
    if (dragged) return drag(event);
    if (!held) return;
    const [x, y] = pointed(event), {view} = graph;
    chosen = {x: view.x + held[0] - x, y: view.y + held[1] - y, scale: view.scale};
    look();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    graph.addEventListener(end, () => {
      if (dragged && !dragged.moved) $("leaf-number").select();
      held = dragged = null;
    });
  }

  // A leaf's number: dragged on its card, typed, or moved by a slider --------------------------
  let leaf = null, dragged = null;                      // the leaf whose number is open, or moves
  let nudge = null;                                     // by how much it is nudged: h
  const first = nodes.map(node => node.data);
  let reach = 2;                                        // how far the slider goes from 0

  // The next of 1, 2, 5, 10, 20, 50, ... from x on.
  function round(x) {
    const ten = 10 ** Math.floor(Math.log10(x));
    return [1, 2, 5, 10].map(n => n * ten).find(n => n >= x * (1 - 1e-12)) || x;
  }
  const unit = () => reach / 200;
  const inUnits = x => Number((Math.round(x / unit()) * unit()).toPrecision(12));

  function openLeaf(i) {
    leaf = i;
    setNudge(null);
    const size = Math.abs(nodes[i].data);
    reach = round(size > 0 && size < 1e-3 ? 2 * size : Math.min(Math.max(2, 2 * size), 1e308));
    $("leaf-name").textContent = nodes[i].title + " =";
    $("leaf-slider").min = -reach;
    $("leaf-slider").max = reach;
    $("leaf").hidden = false;
    $("keys").style.visibility = "hidden";
    showLeaf();
  }

  function close() {
    if ($("leaf").contains(document.activeElement)) document.activeElement.blur();
    setNudge(null);
    leaf = null;
    $("leaf").hidden = true;
    $("keys").style.visibility = "";
  }

  function showLeaf() {
    const {data} = nodes[leaf];
    if (document.activeElement !== $("leaf-number") || typed($("leaf-number").value) !== data) {
      $("leaf-number").value = String(data);
    }
    if (nudge === null) $("leaf-slider").value = data;
    $("leaf-reset").disabled = data === first[leaf];
  }

  function setLeaf(number) {
    nodes[leaf].data = number;
    compute();
    draw();
    showLeaf();
    const told = whatBranches(), more = told.length > 3 ? `; ${told.length - 3} more` : "";
    $("notice").textContent = whatIsUndefined() || told.slice(0, 3).join("; ") + more;
  }

  function whatIsUndefined() {
    const v = nodes[undefinedAt()];
    if (!v) return "";
    const what = Number.isFinite(v.data) ? `${v.title} has no finite local derivative here`
                                         : `${v.title} = ${numbersOf(v)} = ${compact(v.data)}`;
    return what + (v.needs ? `: ${v.op} needs ${v.needs}` : "");
  }

  // The slider moves h, from 1 to 1e-12, instead of the number.
  function setNudge(h) {
    if (h === nudge) return;
    nudge = h;
    const slider = $("leaf-slider");
    $("leaf-nudge").setAttribute("aria-pressed", h !== null);
    $("leaf-h").textContent = h === null ? "" : `h = ${compact(h) === "0" ? h : Number(h.toPrecision(2))}`;
    slider.min = h === null ? -reach : 0;
    slider.max = h === null ? reach : 24;
    if (h === null && leaf !== null) slider.value = nodes[leaf].data;
    if (h !== null) slider.value = 24 + 2 * Math.log10(h);
    draw();
  }
  const slid = () => {
    const value = Number($("leaf-slider").value);
    if (nudge === null) setLeaf(inUnits(value));
    else setNudge(Number((10 ** (Math.round(value) / 2 - 12)).toPrecision(1)));
  };

  // Branches: which way each operation with a kink went, and each comparison, at first and now.
  const CHOOSE = ["max", "select"];
  function branchOf(i) {
    const {op, rule, inputs, partials, data} = nodes[i];
    if (rule === undefined) return null;
    if (CHOOSE.includes(op)) return {side: String(partials), steep: String(partials)};
    const kink = RULES[rule][2];
    if (!kink) return null;
    const none = partials.every(p => p === 0);          // greater and sign change their value alone
    return {side: Math.sign(kink(inputs.map(u => nodes[u].data))), steep: String(none ? data : partials)};
  }
  const sideOf = ([i, number]) => (i === null ? Number(number) : nodes[i].data);
  const COMPARE = {"<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b};
  const outcome = ([, a, sign, b]) => COMPARE[sign](sideOf(a), sideOf(b));
  const recorded = operations.map(branchOf), outcomes = story.comparisons.map(outcome);

  function whatBranches() {
    const told = [];
    story.comparisons.forEach((comparison, k) => {
      if (outcome(comparison) === outcomes[k]) return;
      told.push(`your program would branch otherwise (${comparison[0]}): the page keeps the recorded branch`);
    });
    operations.forEach((i, k) => {
      const now = branchOf(i), was = recorded[k];
      if (!now || now.side === was.side || now.steep === was.steep) return;
      told.push(`${nodes[i].title} has changed its branch`);
    });
    return told;
  }

  function grasp(event) {
    const i = cards.findIndex(card => card.group.contains(event.target));
    if (predicting || isOperation(i)) return false;
    $("notice").textContent = "";
    if (!isFree(i)) {
      const {op} = nodes[lacking.get(i)];
      $("notice").textContent = `${nodes[i].title} is fixed: ${op} has no form in JavaScript`;
      return true;
    }
    run(false);
    openLeaf(i);
    dragged = {x: event.clientX, from: nodes[i].data, moved: false};
    graph.setPointerCapture(event.pointerId);
    return true;
  }

  function drag(event) {
    const units = Math.round((event.clientX - dragged.x) / 2);
    if (units) dragged.moved = true;
    if (dragged.moved) setLeaf(inUnits(dragged.from + units * unit()));
  }

  $("leaf-number").addEventListener("input", () => {
    const number = typed($("leaf-number").value);
    if (Number.isFinite(number)) setLeaf(number);
  });
  $("leaf-number").addEventListener("keydown", event => {
    const way = {ArrowUp: 1, ArrowDown: -1}[event.key];
    if (way) {
      event.preventDefault();
      setLeaf(inUnits(nodes[leaf].data + way * unit()));
    }
  });
  $("leaf-slider").addEventListener("input", slid);
  $("leaf-nudge").addEventListener("click", () => setNudge(nudge === null ? 0.1 : null));
  $("leaf-reset").addEventListener("click", () => setLeaf(first[leaf]));
  $("leaf-close").addEventListener("click", close);
  $("leaf").addEventListener("submit", event => {
    event.preventDefault();
    $("leaf-number").value = String(nodes[leaf].data);
  });

  // Moving ------------------------------------------------------------------------------------
  function move(to) {
    const before = step;
    to = Math.max(0, Math.min(steps.length - 1, to));
    if (predicting && to === step + 1 && open().length) {
      say("type the number first, or let it be shown", "wrong");
      return $("answer").focus();
    }
    step = to;
    answered = step < furthest ? Infinity : 0;          // what was seen once is not asked again
    furthest = Math.max(furthest, step);
    tries = 0;
    if (step !== before) say("", "");
    draw();
  }

  function run(on) {
    clearInterval(timer);
    const next = () => (step < steps.length - 1 ? move(step + 1) : run(false));
    timer = on ? setInterval(next, 1800) : null;
    $("run").textContent = on ? "pause" : "play";
    $("run").setAttribute("aria-pressed", on);
    if (on && step === steps.length - 1) move(0);
  }

  function predict(on) {
    predicting = on;
    close();
    run(false);
    $("predict").setAttribute("aria-pressed", on);
    answered = right = asked = tries = 0;
    furthest = step;
    say("", "");
    draw();
  }

  function seeAll() {
    all = chosen === null && !all;
    chosen = null;
    look();
  }

  const middle = factor => () => zoom(factor, graph.view.x, graph.view.y);
  const actions = {ArrowLeft: () => move(step - 1), ArrowRight: () => move(step + 1),
                   Home: () => move(0), End: () => move(steps.length - 1),
                   " ": () => run(timer === null), p: () => predict(!predicting), f: seeAll,
                   "+": middle(1.2), "-": middle(1 / 1.2)};
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = event.target;
    if (event.key === "Escape") close();
    if ($("leaf").contains(place)) return;
    const card = cards.findIndex(card => card.group === place);
    if (event.key === "Enter" && card >= 0 && !predicting) {
      openLeaf(card);
      $("leaf-number").select();
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (place === $("answer") && (place.value !== "" || key.length === 1)) return;    // typing
    if (["BUTTON", "INPUT"].includes(place.tagName) && key === " " && place !== $("slider")) return;
    if (place === $("slider") && key !== " " && key.length > 1) return;
    if (actions[key]) {
      event.preventDefault();
      if (key !== " ") run(false);
      actions[key]();
    }
  });
  $("pass").addEventListener("change", () => {
    choose($("pass").value);
    $("slider").max = steps.length - 1;
    run(false);
    if (predicting) predict(false);
    $("predict").disabled = pass !== PASSES.right;
    move(Math.min(step, steps.length - 1));
    $("pass").blur();
  });
  $("slider").max = steps.length - 1;
  $("slider").addEventListener("input", () => { run(false); move(Number($("slider").value)); });
  const buttons = {first: "Home", back: "ArrowLeft", next: "ArrowRight", last: "End", run: " ",
                   predict: "p", fit: "f"};
  for (const id in buttons) {
    $(id).addEventListener("click", () => {
      if (id !== "run") run(false);
      actions[buttons[id]]();
    });
  }
  addEventListener("resize", look);
  graph.setAttribute("aria-label", `graph of ${nodes.length} values; the steps are told below it`);
  $("name").textContent = story.name;
  document.documentElement.dataset.ready = "yes";
  draw();
})();
