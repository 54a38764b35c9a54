// Programs in links and in the browser's memory. A link holds the program behind its #, which no server sees.
const MARK = "#1.";                                 // the form of a link: deflate, then base64 without + and /

async function through(bytes, stream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export async function linkTo(code) {
  const bytes = await through(new TextEncoder().encode(code), new CompressionStream("deflate-raw"));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return MARK + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The program in a link's fragment; null where there is none. It fails where the link was cut.
export async function codeIn(hash) {
  if (!hash.startsWith(MARK)) return null;
  const letters = atob(hash.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

export function remember(name, text) {
  try { localStorage.setItem(`scalar-autograd ${name}`, text); } catch { /* no memory: private windows */ }
}

export function remembered(name) {
  try { return localStorage.getItem(`scalar-autograd ${name}`); } catch { return null; }
}
