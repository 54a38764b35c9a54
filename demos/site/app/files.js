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

// A file of the page itself: compressed, in letters.
async function unpacked(letters, kind) {
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))[kind]();
}

async function embedded(packed) {
  const { worker, wasm, stdlib, lock, app } = JSON.parse(packed.textContent);
  const found = await Promise.all([unpacked(worker, "text"), unpacked(wasm, "arrayBuffer"), unpacked(stdlib, "arrayBuffer"),
    unpacked(lock, "text"), unpacked(app, "arrayBuffer")]);
  return { worker: found[0], wasm: found[1], stdlib: found[2], lock: found[3], app: found[4], packages: "" };
}

export async function files() {
  const packed = document.getElementById("packed");
  if (packed) return embedded(packed);
  if (location.protocol === "file:") throw new Error("a browser loads Python from a web server alone: python -m http.server");
  const [worker, wasm, stdlib, lock, app] = await Promise.all([
    fetched("worker.js", "text"), fetched("pyodide.asm.wasm", "arrayBuffer"), fetched("python_stdlib.zip", "arrayBuffer"),
    fetched("pyodide-lock.json", "text"), fetched("app.zip", "arrayBuffer")]);
  return { worker, wasm, stdlib, lock, app, packages: document.documentElement.dataset.packages ?? "" };
}
