// An exercise: its stub in an editor, and the check that says what is wrong.
import { editor } from "./editor.js";
import { remember, remembered } from "./keep.js";
import { Python } from "./python.js";
import { Output, text } from "./shown.js";

const byId = (id) => document.getElementById(id);
const { name } = document.body.dataset;
const stub = byId("stub").textContent;
const output = new Output(byId("result"));

const python = !document.body.hasAttribute("data-runs-here") ? null : new Python((state, message) => {
  document.body.dataset.state = state;
  byId("stop").disabled = state !== "running";
  byId("state").textContent = { starting: "Python is starting ...", ready: "ready", running: "checking ..." }[state]
    ?? `Python does not start: ${message}`;
});
byId("stub").hidden = true;
byId("check").disabled = !python;
const area = editor(byId("editor"), {
  text: remembered(name) ?? stub, label: "your answer", run: () => check(), changed: () => remember(name, area.text()),
});

async function check() {
  if (!python) return;
  output.clear();
  try {
    const { state, message, printed, parts, hints, line } = await python.ask({ kind: "check", name, code: area.text() });
    byId("result").dataset.state = state;
    const done = (parts ?? []).map(({ title, message: wrong }) => `${wrong ? "✗" : "✓"} ${title}`).join("\n");
    const said = [state, done, message, printed && `printed by your code:\n${printed}`];
    output.show({ kind: "text", text: said.filter(Boolean).join("\n\n") });
    byId("result").append(...hints.map(hint));
    area.mark(line);
    if (state === "solved") remember(`${name} solved`, "yes");
  } catch (error) {
    output.show({ kind: "error", text: error.message === "stopped" ? "stopped" : `Python ended: ${error.message}` });
  }
  document.body.dataset.runs = Number(document.body.dataset.runs ?? 0) + 1;
}

// A hint that is opened by whoever wants it; each says more than the one before.
function hint(content, number) {
  const details = document.createElement("details");
  details.append(text(`hint ${number + 1}`, "summary"), text(content, "p"));
  return details;
}

byId("check").addEventListener("click", check);
byId("stop").addEventListener("click", () => python.stop());
byId("again").addEventListener("click", () => { if (confirm("Begin afresh? Your answer is lost.")) area.set(stub); });
