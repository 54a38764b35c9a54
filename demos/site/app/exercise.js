// An exercise: its stub in an editor, and the check that says what is wrong.
import { editor } from "./editor.js";
import { remember, remembered } from "./keep.js";
import { Python } from "./python.js";
import { Output } from "./shown.js";

const byId = (id) => document.getElementById(id);
const { name } = document.body.dataset;
const stub = byId("stub").textContent;
const output = new Output(byId("result"));

const python = new Python((state, message) => {
  document.body.dataset.state = state;
  byId("stop").disabled = state !== "running";
  byId("state").textContent = { starting: "Python is starting ...", ready: "ready", running: "checking ..." }[state]
    ?? `Python does not start: ${message}`;
});
byId("stub").hidden = true;
const area = editor(byId("editor"), {
  text: remembered(name) ?? stub, label: "your answer", run: () => check(), changed: () => remember(name, area.text()),
});

async function check() {
  output.clear();
  try {
    const { state, message, printed } = await python.ask({ kind: "check", name, code: area.text() });
    byId("result").dataset.state = state;
    output.show({ kind: "text", text: [state, message, printed && `printed by your code:\n${printed}`].filter(Boolean).join("\n\n") });
    if (state === "solved") remember(`${name} solved`, "yes");
  } catch (error) {
    output.show({ kind: "error", text: error.message === "stopped" ? "stopped" : `Python ended: ${error.message}` });
  }
  document.body.dataset.runs = Number(document.body.dataset.runs ?? 0) + 1;
}

byId("check").addEventListener("click", check);
byId("stop").addEventListener("click", () => python.stop());
byId("again").addEventListener("click", () => { if (confirm("Begin afresh? Your answer is lost.")) area.set(stub); });
