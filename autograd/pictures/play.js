"use strict";
// Plays a forward and a backward pass. Everything a step shows is computed anew from the step's number, so that the slider
// may jump. Texts of the user enter the page by textContent and setAttribute alone.
(() => {
  const $ = id => document.getElementById(id);
  const story = JSON.parse($("data").textContent);
  const nodes = story.nodes;
  for (const node of nodes) {
    node.data = Number(node.data);
    node.partials = (node.partials || []).map(Number);
  }

  // Steps: the start, each operation forward, the output's grad, each operation backward --------------------------------
  const operations = nodes.map((_, i) => i).filter(i => nodes[i].op !== undefined);
  const output = nodes.length - 1;
  const steps = [{kind: "start"}, ...operations.map(node => ({kind: "forward", node})), {kind: "seed", node: output},
                 ...operations.slice().reverse().map(node => ({kind: "backward", node}))];
  const forwards = operations.length, SEED = forwards + 1;

  // The engine's backward pass, once more, up to a step: which data are known, all grads, and what the last step added.
  function at(step) {
    const known = nodes.map((node, i) => node.op === undefined || operations.indexOf(i) < step);
    const grads = nodes.map(() => 0), reached = nodes.map(() => false);
    let added = [];
    for (let s = SEED; s <= step; s++) {
      added = [];
      if (s === SEED) {
        grads[output] = 1;
        reached[output] = true;
        continue;
      }
      const v = nodes[steps[s].node], g = grads[steps[s].node];
      v.inputs.forEach((u, k) => {
        const product = v.op === "dot" && g === 0 ? 0 : g * v.partials[k], before = grads[u];
        grads[u] += product;
        added.push({input: u, local: v.partials[k], upstream: g, product, before, after: grads[u], first: !reached[u]});
        reached[u] = true;
      });
    }
    return {known, grads, reached, added};
  }

  // Numbers as people read them: the same as in the pictures ---------------------------------------------------------------
  function scientific(x, strip) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
    const [mantissa, exponent] = x.toExponential(3).split("e");
    return (strip ? mantissa.replace(/\.?0+$/, "") : mantissa) + "e" + Number(exponent);
  }
  const sign0 = x => (Object.is(x, -0) ? "-" : "");
  const plain = x => x === 0 || (Math.abs(x) >= 5e-4 && Math.abs(x) < 1e6);
  const fixed = x => (plain(x) ? sign0(x) + x.toFixed(4) : scientific(x, false));
  const compact = x => (plain(x) ? sign0(x) + x.toFixed(4).replace(/\.?0+$/, "") : scientific(x, true));
  const bracketed = x => (compact(x).startsWith("-") ? "(" + compact(x) + ")" : compact(x));

  // The graph ------------------------------------------------------------------------------------------------------------
  const graph = $("graph");
  function svg(name, attributes, parent, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  const marker = svg("marker", {id: "arrow", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 11, markerHeight: 11,
                                markerUnits: "userSpaceOnUse", orient: "auto"}, svg("defs", {}, graph));
  svg("path", {d: "M0 0L10 5L0 10z", fill: "#546E7A"}, marker);
  const [lineLayer, labelLayer, cardLayer] = [0, 1, 2].map(() => svg("g", {}, graph));

  const lines = nodes.map((node, i) => (node.inputs || []).map((u, k) => {
    const group = svg("g", {class: "line"}, lineLayer), [x, y] = node.labels[k];
    svg("path", {d: node.routes[k], "marker-end": "url(#arrow)"}, group);
    const back = svg("rect", {class: "back", x, y: y - 10, width: 0, height: 20}, labelLayer);
    return {group, x, back, label: svg("text", {class: "partial", x, y: y + 5.5}, labelLayer, "")};
  }));

  const cards = nodes.map((node, i) => {
    const group = svg("g", {class: "card " + node.role, id: "node" + i}, cardLayer);
    const left = node.x - node.w / 2, top = node.y - node.h / 2, row = node.h / 3;
    const tab = node.tab, middle = left + tab + (node.w - tab) / 2;
    svg("title", {}, group, node.words);
    svg("rect", {class: "head", x: left + tab, y: top, width: node.w - tab, height: row}, group);
    svg("rect", {class: "box", x: left, y: top, width: node.w, height: node.h, "fill-opacity": 0, rx: 3}, group);
    if (tab) {
      svg("rect", {class: "sign", x: left, y: top, width: tab, height: node.h, rx: 3}, group);
      svg("text", {class: "sign", x: left + tab / 2, y: node.y + 7}, group, node.sign);
    }
    const title = svg("text", {class: "title", x: middle, y: top + row - 8}, group, node.title);
    if (node.role !== "intermediate") svg("tspan", {class: "role", dx: 7}, title, node.role);
    return {group, data: svg("text", {class: "data", x: middle, y: top + 2 * row - 7}, group, ""),
            grad: svg("text", {class: "grad", x: middle, y: top + 3 * row - 7}, group, "")};
  });

  // Predict mode: the questions of a step ------------------------------------------------------------------------------------
  let step = 0, furthest = 0, timer = null, all = false;
  let predicting = false, answered = 0, right = 0, asked = 0, missed = false;

  // A derivative that is a number, such as 1, is no hint but the answer.
  const hint = (symbol, before) => (typed(symbol) === null ? before + symbol : "");

  function questions(s) {
    const what = steps[s], name = i => nodes[i].title;
    if (what.kind === "forward") {
      const v = nodes[what.node];
      return [{text: `${v.title} = ${v.numbers} =`, value: v.data, part: "data", row: 0}];
    }
    if (what.kind !== "backward") return [];
    const found = [];
    at(s).added.forEach((a, row) => {
      const v = nodes[what.node];
      found.push({text: `local derivative of ${v.title} by ${name(a.input)}${hint(v.symbols[row], ": ")} =`,
                  value: a.local, part: "local", row});
      found.push({text: `upstream × local: ${bracketed(a.upstream)} × ${bracketed(a.local)} =`,
                  value: a.product, part: "product", row});
      if (!a.first) {
        found.push({text: `${name(a.input)}.grad: ${bracketed(a.before)} + ${bracketed(a.product)} =`,
                    value: a.after, part: "after", row});
      }
    });
    return found;
  }

  // A number as typed: comma or point, a fraction such as 1/3, and the minus signs of all keyboards.
  function typed(text) {
    const parts = text.trim().replace(/[−–]/g, "-").replace(/,/g, ".").split("/");
    const numbers = parts.map(part => {
      const word = part.trim().toLowerCase();
      if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
      return word === "nan" ? NaN : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : null;
    });
    if (parts.length > 2 || numbers.includes(null)) return null;
    return parts.length === 2 ? numbers[0] / numbers[1] : numbers[0];
  }

  // Two right digits are enough: half a percent, or half a unit of the fourth decimal where the number is 0.
  function agrees(guess, value) {
    if (!Number.isFinite(value)) return Object.is(guess, value);
    return Math.abs(guess - value) <= 0.005 * Math.abs(value) + (value === 0 ? 5e-5 : 0);
  }

  const open = () => (predicting ? questions(step).slice(answered) : []);
  const hidden = (part, row) => open().some(q => q.part === part && q.row === row);

  function ask() {
    const rest = open();
    $("ask").hidden = !predicting || questions(step).length === 0;
    $("question").textContent = rest.length ? rest[0].text : "";
    $("answer").hidden = $("show").hidden = $("question").hidden = rest.length === 0;
    $("ask").querySelector("[type=submit]").hidden = rest.length === 0;
    $("score").textContent = asked ? `${right} of ${asked} right at once` : "";
    $("answer").value = "";
    if (rest.length) $("answer").focus({preventScroll: true});
  }

  function say(text, kind) {
    $("verdict").textContent = text;
    $("verdict").className = kind;
  }

  function settle() {
    answered++;
    missed = false;
    draw();
    if (!open().length) $("next").focus({preventScroll: true});
  }

  $("ask").addEventListener("submit", event => {
    event.preventDefault();
    const rest = open();
    if (!rest.length) return move(step + 1);
    const guess = typed($("answer").value);
    if (guess === null) return say("type a number, such as -1.5, 2e-3 or 1/3", "wrong");
    if (!agrees(guess, rest[0].value)) {
      if (!missed) asked++;
      missed = true;
      $("answer").select();
      return say(`✗ ${compact(guess)} is wrong, try again`, "wrong");
    }
    if (!missed) {
      asked++;
      right++;
    }
    settle();
    say(`✓ right: ${compact(rest[0].value)}`, "right");
  });
  $("show").addEventListener("click", () => {
    const rest = open();
    if (!rest.length) return;
    if (!missed) asked++;
    settle();
    say(`it is ${compact(rest[0].value)}`, "");
  });

  // The panel ------------------------------------------------------------------------------------------------------------
  function cell(row, text, kind) {
    const td = document.createElement("td");
    td.textContent = text;
    if (kind) td.className = kind;
    row.appendChild(td);
  }

  function heading(...names) {
    const row = document.createElement("tr");
    for (const name of names) {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = name;
      row.appendChild(th);
    }
    return row;
  }

  function tell(state) {
    const what = steps[step], v = nodes[what.node], table = $("table");
    table.replaceChildren();
    let title = "", how = "";
    if (what.kind === "start") {
      title = "The leaves have their data";
      how = "Forward: each operation computes its data. Backward: each passes its grad on to its inputs.";
    } else if (what.kind === "forward") {
      title = `Forward ${step} of ${forwards}: ${v.title}`;
      const result = hidden("data", 0) ? "?" : compact(v.data);
      how = (v.formula === v.title ? "" : v.title + " = ") + `${v.formula} = ${v.numbers} = ${result}`;
    } else if (what.kind === "seed") {
      title = `Backward begins: ${v.title}.grad = 1`;
      how = `The derivative of ${v.title} by itself is 1. All other grads are 0.`;
    } else {
      const row = (hide, text) => (hide ? "?" : text);
      title = `Backward ${step - SEED} of ${forwards}: ${v.title} passes its grad ${compact(state.grads[what.node])} on`;
      table.appendChild(heading("input", "local derivative", "upstream × local", "grad: before + added = after"));
      state.added.forEach((a, k) => {
        const tr = document.createElement("tr"), name = nodes[a.input].title;
        const [noLocal, noProduct, noAfter] = ["local", "product", "after"].map(part => hidden(part, k));
        const local = compact(a.local), product = compact(a.product);
        const chain = [...new Set([v.symbols[k], v.put_in[k], local])].join(" = ");
        cell(tr, name);
        cell(tr, noLocal ? `${hint(v.symbols[k], "")} = ?`.replace(/^ = /, "") : chain, "number");
        cell(tr, noLocal ? "?" : `${bracketed(a.upstream)} × ${bracketed(a.local)} = ${row(noProduct, product)}`, "number");
        cell(tr, noProduct || noLocal ? "?" : `${name}.grad: ${compact(a.before)} + ${bracketed(a.product)} = ` +
             row(noAfter, compact(a.after)), "number new");
        table.appendChild(tr);
      });
      if (step === steps.length - 1 && !open().length) {
        how = `Done: every grad is the derivative of ${nodes[output].title} by that Value.`;
      }
    }
    $("what").textContent = title;
    $("how").textContent = how;
    const rows = [...table.rows].slice(1).map(tr => [...tr.cells].map(td => td.textContent).join("; "));
    $("live").textContent = [title, how, ...rows].filter(Boolean).join(". ");
  }

  // One step on the screen -----------------------------------------------------------------------------------------------
  function draw() {
    const what = steps[step], state = at(step), forward = what.kind === "forward";
    const near = new Set(what.kind === "forward" || what.kind === "backward" ? nodes[what.node].inputs : []);
    const waiting = new Set();                                  // inputs whose new grad is still to be predicted
    state.added.forEach((a, k) => {
      if (hidden("product", k) || hidden("after", k)) waiting.add(a.input);
    });
    cards.forEach((card, i) => {
      const hide = i === what.node && hidden("data", 0);
      card.data.textContent = "data " + (!state.known[i] || hide ? "–" : fixed(nodes[i].data));
      card.grad.textContent = "grad " + (waiting.has(i) ? "?" : state.reached[i] ? fixed(state.grads[i]) : "–");
      const now = i === what.node;
      const mark = now ? "now" : near.has(i) ? "near" : what.kind === "start" ? "" : "faded";
      card.group.setAttribute("class", ["card", nodes[i].role, mark, forward ? "forward" : ""].join(" "));
    });
    lines.forEach((group, i) => group.forEach((line, k) => {
      const now = i === what.node && what.kind !== "seed";
      const passed = steps.findIndex(s => s.kind === "backward" && s.node === i) < step;
      const visible = predicting ? passed || (now && what.kind === "backward" && !hidden("local", k)) : state.known[i];
      line.label.textContent = visible ? "∂ " + compact(nodes[i].partials[k]) : "";
      const wide = line.label.textContent.length * 9 - 4;
      line.back.setAttribute("width", Math.max(0, wide));
      line.back.setAttribute("x", line.x - wide / 2);
      const faded = what.kind !== "start" && !now ? " faded" : "";
      line.label.setAttribute("class", "partial" + faded);
      line.group.setAttribute("class", ["line", now ? "now" : "", forward ? "forward" : "", faded].join(" "));
    }));
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

  // The part of the graph that is seen: all of it while it is readable, else the surroundings of the step ---------
  function look() {
    const box = graph.getBoundingClientRect(), W = box.width || 1200, H = box.height || 420;
    const whole = Math.min(W / story.width, H / story.height), follow = whole < 0.62 && !all;
    const scale = follow ? 0.85 : Math.min(whole, 1.5);
    const w = W / scale, h = H / scale;
    let x = (story.width - w) / 2, y = (story.height - h) / 2;
    if (follow) {
      const what = steps[step], near = what.node === undefined ? [0] : [what.node, ...(nodes[what.node].inputs || [])];
      const middle = key => (Math.min(...near.map(i => nodes[i][key])) + Math.max(...near.map(i => nodes[i][key]))) / 2;
      const inside = (centre, size, total) =>
        (size >= total ? (total - size) / 2 : Math.min(Math.max(centre - size / 2, 0), total - size));
      x = inside(middle("x"), w, story.width);
      y = inside(middle("y"), h, story.height);
    }
    graph.setAttribute("viewBox", [x, y, w, h].map(n => n.toFixed(1)).join(" "));
    $("fit").disabled = whole >= 0.62;
    $("fit").setAttribute("aria-pressed", all);
  }

  function move(to) {
    const before = step;
    to = Math.max(0, Math.min(steps.length - 1, to));
    if (predicting && to === step + 1 && open().length) {
      say("type the number first, or let it be shown", "wrong");
      return $("answer").focus();
    }
    step = to;
    answered = step < furthest ? Infinity : 0;                  // what was seen once is not asked again
    furthest = Math.max(furthest, step);
    missed = false;
    if (step !== before) say("", "");
    draw();
  }

  function run(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => (step < steps.length - 1 ? move(step + 1) : run(false)), 1800) : null;
    $("run").textContent = on ? "pause" : "play";
    $("run").setAttribute("aria-pressed", on);
    if (on && step === steps.length - 1) move(0);
  }

  function predict(on) {
    predicting = on;
    run(false);
    $("predict").setAttribute("aria-pressed", on);
    answered = right = asked = 0;
    furthest = step;
    say("", "");
    draw();
  }

  const actions = {ArrowLeft: () => move(step - 1), ArrowRight: () => move(step + 1), Home: () => move(0),
                   End: () => move(steps.length - 1), " ": () => run(timer === null), p: () => predict(!predicting),
                   f: () => { all = !all; draw(); }};
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = event.target;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (place === $("answer") && (place.value !== "" || key.length === 1)) return;          // typing
    if (place.tagName === "BUTTON" && key === " ") return;                                  // the button's own key
    if (place === $("slider") && key !== " " && key.length > 1) return;
    if (actions[key]) {
      event.preventDefault();
      if (key !== " ") run(false);
      actions[key]();
    }
  });
  $("slider").max = steps.length - 1;
  $("slider").addEventListener("input", () => { run(false); move(Number($("slider").value)); });
  for (const [id, key] of [["first", "Home"], ["back", "ArrowLeft"], ["next", "ArrowRight"], ["last", "End"], ["run", " "],
                           ["predict", "p"], ["fit", "f"]]) {
    $(id).addEventListener("click", () => {
      if (id !== "run") run(false);
      actions[key]();
    });
  }
  addEventListener("resize", look);
  graph.setAttribute("aria-label", `graph of ${nodes.length} values; the steps are told below it`);
  $("name").textContent = story.name;
  document.documentElement.dataset.ready = "yes";
  draw();
})();
