// A lesson whose cells can be changed and run. Results that came with the page stay until their cell runs again.
import { editor } from "./editor.js";
import { Python } from "./python.js";
import { Output } from "./shown.js";

const plots = new Map([...document.querySelectorAll("figure[data-name]")].map((figure) => [figure.dataset.name, figure]));
const recorded = (name) => plots.get(name)?.cloneNode(true);
const bar = document.getElementById("bar");
const state = document.getElementById("state");
let python = null, cells = [], busy = false;

function begin() {                                  // Python is loaded when the first cell runs
  python ??= new Python((now, message) => {
    document.body.dataset.state = now;
    document.getElementById("stop").disabled = now !== "running";
    state.textContent = { starting: "Python is starting ...", ready: "ready", running: "running ..." }[now]
      ?? `Python does not start: ${message}`;
  });
}

class Cell {
  constructor(element, number) {
    this.number = number;
    this.ran = null;                                // the text that ran last
    this.original = element.querySelector("pre.in").textContent;
    this.output = new Output(element.querySelector(".output"), recorded);
    const place = document.createElement("div");
    element.querySelector("pre.in").replaceWith(place);
    place.className = "editor";
    this.area = editor(place, { text: this.original, label: `cell ${number + 1}`, run: () => runTo(this) });
    this.button = document.createElement("button");
    this.button.textContent = "Run";
    this.button.className = "run";
    this.button.addEventListener("click", () => runTo(this));
    place.after(this.button);
    this.element = element;
  }

  // Whether the cell ran without an error. What it showed before gives way to what it shows now.
  async run() {
    this.output.clear();
    this.area.mark(null);
    this.ran = this.area.text();
    const { ran } = await python.ask({ kind: "cell", code: this.ran }, (part) => this.output.show(part));
    if (this.output.line) this.area.mark(this.output.line);
    if (!ran) this.ran = null;
    return ran;
  }
}

// Runs a cell, after those above it that have not run, or that were changed since.
async function runTo(cell) {
  if (busy) return;
  busy = true;
  begin();
  try {
    for (const above of cells.slice(0, cell.number)) {
      if (above.ran !== above.area.text() && !(await above.run())) throw new Error(`cell ${above.number + 1} has an error`);
    }
    await cell.run();
  } catch (error) {
    cell.output.show({ kind: "error", text: error.message === "stopped" ? "stopped: all names are gone" : error.message });
  }
  busy = false;
  document.body.dataset.runs = Number(document.body.dataset.runs ?? 0) + 1;
}

if (document.body.hasAttribute("data-runs-here")) {
  bar.hidden = false;
  cells = [...document.querySelectorAll(".cell")].map((element, number) => new Cell(element, number));
  document.getElementById("all").addEventListener("click", () => runTo(cells.at(-1)));
  document.getElementById("stop").addEventListener("click", () => {
    python.stop();
    for (const cell of cells) cell.ran = null;
  });
}
