// What a program shows, on the page: text as text, a picture as an image, HTML and pages in frames without an origin.
const POLICY = `<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none';`
  + ` script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">`;
const STYLE = `<style>
body { margin: 0; font: clamp(15px, 2vw, 26px)/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1a1a1a; overflow-x: auto; }
pre { font: .92em/1.45 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; margin: 0; padding: .6rem .8rem; white-space: pre-wrap;
      background: #f3f6fa; }
math { font-size: 1.15em; } .equations { margin: .6rem .8rem; line-height: 2.6; } .equations math { font-size: 1.35em; math-style: normal; }
section + section { border-top: 1px solid #ccc; margin-top: .8rem; padding-top: .8rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem; border-bottom: 1px solid #ccc; text-align: left; }
</style>`;
const HEIGHT = `<script>
new ResizeObserver(() => parent.postMessage({ height: document.documentElement.scrollHeight }, "*")).observe(document.body);
</script>`;

function frame(text, title, height) {
  const made = document.createElement("iframe");
  made.setAttribute("sandbox", "allow-scripts");
  made.title = title;
  made.srcdoc = POLICY + text;
  if (height) made.style.height = height;
  return made;
}

// A frame as high as the HTML in it.
export function html(text, title = "result") {
  const made = frame(`${STYLE}<body>${text}${HEIGHT}`, title);
  made.className = "fitted";
  addEventListener("message", function fit(event) {
    if (!made.isConnected) { removeEventListener("message", fit); return; }
    const height = Number(event.data?.height);
    if (event.source === made.contentWindow && height > 0) made.style.height = `${Math.min(height, 20000)}px`;
  });
  return made;
}

export function page(text, title = "page") {
  const made = frame(text, title);
  made.className = "page";
  return made;
}

export function picture(svg, caption = "") {
  const figure = document.createElement("figure"), image = new Image();
  const [, width] = /<svg [^>]*?width="([\d.]+)pt"/.exec(svg) ?? [];
  image.alt = caption || "computational graph";
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  if (width) image.style.width = `${Math.round(1.6 * width)}px`;
  figure.append(image);
  if (caption) figure.append(text(caption, "figcaption"));
  return figure;
}

export function text(content, tag = "pre") {
  const made = document.createElement(tag);
  made.textContent = content;
  return made;
}

// A list of parts in an element: text that follows text is one block. `recorded(name)` finds a plot of the lesson's own.
export class Output {
  constructor(element, recorded = () => null) {
    this.element = element;
    this.recorded = recorded;
    this.last = this.line = null;                   // the text that grows, the line of an error
  }

  clear() {
    this.element.replaceChildren();
    this.last = this.line = null;
  }

  show(part) {
    if (part.kind === "text") {
      if (!this.last) {
        this.last = text("");
        this.last.className = "out";
        this.element.append(this.last);
      }
      this.last.append(part.text);
      return;
    }
    this.last = null;
    if (part.kind === "error") {
      const made = text(part.text);
      made.className = "wrong";
      this.line = part.line;
      this.element.append(made);
    } else {
      this.element.append(this.made(part));
    }
  }

  made(part) {
    if (part.kind === "svg") return picture(part.svg, part.caption);
    if (part.kind === "page") return page(part.html, part.title);
    if (part.kind === "html") return html(part.html);
    const plot = this.recorded(part.name);
    const note = text("This plot is the lesson's own: there is no Matplotlib on this page to draw yours.", "p");
    note.className = "note";
    const both = document.createElement("div");
    both.append(...[plot, note].filter(Boolean));
    return both;
  }
}
