// Python, in a worker of its own. Everything it needs comes in one message; it has no network, but for a site with --cdn.
import createPyodideModule from "../node_modules/pyodide/pyodide.asm.mjs";
import { loadPyodide } from "../node_modules/pyodide/pyodide.mjs";
import { Graphviz } from "@hpcc-js/wasm-graphviz";

const HERE = "https://here.invalid/";               // no address: what Pyodide would fetch comes from the message
let PythonError, session, show;

async function start({ wasm, stdlib, lock, app, packages }) {
  const files = { "pyodide.asm.wasm": [wasm, "application/wasm"], "python_stdlib.zip": [stdlib, "application/zip"] };
  const fetchElsewhere = self.fetch;
  self.fetch = (address, options) => {
    const [bytes, type] = files[String(address.url ?? address).slice(HERE.length)] ?? [];
    return bytes ? Promise.resolve(new Response(bytes, { headers: { "Content-Type": type } })) : fetchElsewhere(address, options);
  };
  const [python, graphviz] = await Promise.all([
    loadPyodide({ indexURL: HERE, packageBaseUrl: packages, lockFileContents: lock, createPyodideModule }),
    Graphviz.load(),
  ]);
  PythonError = python.ffi.PythonError;
  if (packages) await python.loadPackage(["numpy", "matplotlib"]);
  const home = "/home/pyodide/site";
  python.unpackArchive(new Uint8Array(app), "zip", { extractDir: home });
  python.runPython(`import sys; sys.path.insert(0, ${JSON.stringify(home)})`);
  python.globals.set("layout", (source, format, engine) => graphviz.layout(source, format, engine));
  python.globals.set("show", (part) => show(JSON.parse(part)));
  session = python.runPython(`
import json
from demos.site import inside
inside.begin(lambda part: show(json.dumps(part)), layout, numpy=${packages ? "True" : "False"})
`);
  session.about = () => JSON.parse(python.runPython("json.dumps(inside.about(session.names))", {
    globals: python.toPy({ json: python.pyimport("json"), inside: python.pyimport("demos.site.inside"), session }) }));
  session.check = (name, text) => JSON.parse(python.runPython("json.dumps(inside.check(name, text))", {
    globals: python.toPy({ json: python.pyimport("json"), inside: python.pyimport("demos.site.inside"), name, text }) }));
}

function answer({ id, kind, code, name }) {
  show = (part) => postMessage({ id, part });
  if (kind === "check") return session.check(name, code);
  if (kind === "program") session.clear();
  const ran = session.run(code);
  return { ran, about: kind === "program" && ran ? session.about() : null };
}

onmessage = ({ data }) => {
  try {
    postMessage({ id: data.id, result: answer(data) });
  } catch (error) {
    const dead = !(error instanceof PythonError);        // the stack of the browser ran out: nothing runs after that
    postMessage({ id: data.id, failed: String(error.message ?? error), dead });
  }
};
start(self.files).then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ failed: String(error.message ?? error) }));
