// What Python needs, as bytes and text: from this site, or from the page itself where all of it is one file.
const HERE = new URL(".", import.meta.url);

async function fetched(name, kind) {
  const response = await fetch(new URL(name, HERE));
  if (!response.ok) throw new Error(`${name} cannot be loaded: ${response.status}`);
  return response[kind]();
}

// From now on the site works without a network. The browser allows that over https and on one's own machine.
export function keep() {
  navigator.serviceWorker?.register(new URL("offline.js", HERE)).catch(() => {});
}

export async function files() {
  if (location.protocol === "file:") throw new Error("a browser loads Python from a web server alone: python -m http.server");
  const [worker, wasm, stdlib, lock, app] = await Promise.all([
    fetched("worker.js", "text"), fetched("pyodide.asm.wasm", "arrayBuffer"), fetched("python_stdlib.zip", "arrayBuffer"),
    fetched("pyodide-lock.json", "text"), fetched("app.zip", "arrayBuffer")]);
  return { worker, wasm, stdlib, lock, app, packages: document.documentElement.dataset.packages ?? "" };
}
