// The workbench: a program on the left, its graph, the words for it, and a page to play with on the right.
import { editor } from "./editor.js";
import { Python } from "./python.js";
import { html, Output, page, picture, text } from "./shown.js";
import { codeIn, linkTo, remember, remembered } from "./keep.js";

const PAUSE = 700;                                  // milliseconds after the last key, before a program runs by itself
const byId = (id) => document.getElementById(id);
const examples = JSON.parse(byId("examples").textContent);
const printed = new Output(byId("printed"));
let timer, running = false, again = false;

const python = new Python((state, message) => {
  document.body.dataset.state = state;
  byId("stop").disabled = state !== "running";
  byId("state").textContent = { starting: "Python is starting ...", ready: "ready", running: "running ..." }[state]
    ?? `Python does not start: ${message}`;
});

const area = editor(byId("editor"), {
  text: "", label: "program", run: () => run(), changed: () => {
    remember("workbench", area.text());
    clearTimeout(timer);
    if (byId("by-itself").checked) timer = setTimeout(run, PAUSE);
  },
});

async function run() {
  clearTimeout(timer);
  if (running) { again = true; return; }
  running = true;
  printed.clear();
  area.mark(null);
  try {
    const { ran, about } = await python.ask({ kind: "program", code: area.text() }, (part) => printed.show(part));
    document.body.classList.toggle("stale", !ran);
    if (printed.line) area.mark(printed.line);
    if (ran) show(about);
  } catch (error) {
    printed.show({ kind: "error", text: error.message === "stopped" ? "stopped" : `Python ended: ${error.message}` });
  }
  running = false;
  document.body.dataset.runs = Number(document.body.dataset.runs ?? 0) + 1;
  if (again) { again = false; run(); }
}

function show({ graph, words, play, note, play_note }) {
  const drawn = [];
  if (graph) drawn.push(graph.kind === "svg" ? picture(graph.svg, graph.caption) : text(graph.text));
  if (note) drawn.push(text(note, "p"));
  byId("graph").replaceChildren(...drawn);
  byId("words").replaceChildren(...(words ? [html(words, "the derivatives in words")] : []));
  byId("play").replaceChildren(play ? page(play, "forward and backward pass") : text(play_note ?? note, "p"));
}

function choose(tab) {
  for (const button of document.querySelectorAll("[role=tab]")) {
    const chosen = button === tab;
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
    byId(button.getAttribute("aria-controls")).hidden = !chosen;
  }
}

// For a projector the picture has the whole window, and the program waits.
function large(on) {
  document.body.classList.toggle("wide", on);
  byId("wide").setAttribute("aria-pressed", on);
}

for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", ({ key }) => {
    const other = tab.nextElementSibling ?? tab.previousElementSibling;
    if (key === "ArrowRight" || key === "ArrowLeft") { choose(other); other.focus(); }
  });
}
byId("wide").addEventListener("click", () => large(!document.body.classList.contains("wide")));
addEventListener("keydown", ({ key }) => { if (key === "Escape") large(false); });
byId("run").addEventListener("click", run);
byId("stop").addEventListener("click", () => python.stop());
byId("share").addEventListener("click", async () => {
  location.hash = await linkTo(area.text());
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  byId("state").textContent = copied ? "the link is copied: it holds the program" : "the address is a link that holds the program";
});
byId("example").append(...Object.keys(examples).map((name) => new Option(name)));
byId("example").addEventListener("change", ({ target }) => {
  if (examples[target.value]) { area.set(examples[target.value]); run(); }
  target.selectedIndex = 0;
});

async function open() {
  let shared = null;
  try { shared = await codeIn(location.hash); } catch { byId("state").textContent = "the link does not hold a whole program"; }
  area.set(shared ?? remembered("workbench") ?? Object.values(examples)[0]);
  run();
}

addEventListener("hashchange", async () => {
  const shared = await codeIn(location.hash).catch(() => null);
  if (shared !== null && shared !== area.text()) { area.set(shared); run(); }
});
open();
