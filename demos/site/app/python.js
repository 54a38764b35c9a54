// Python as a page uses it: in a worker, inside a frame that has no origin and no network. It can be stopped at any time.
//
// What a shared link brings may be anybody's program, so nothing of it runs on this page: Python in the frame made here,
// pages and HTML that it shows in frames of their own (shown.js).
import { files, keep } from "./files.js";

const DEEP = "A browser's stack is small: more than about 1,000 calls inside calls are too many here, and so is a chain of as many "
  + "objects of your own, each holding the one before. (Values may be any number.) Python starts anew.";
const PACKAGES = document.documentElement.dataset.packages ?? "";        // where a site with --cdn finds NumPy
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: 'wasm-unsafe-eval'; worker-src blob:; "
  + `connect-src ${PACKAGES || "'none'"}`;
const FRAME = `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>
let worker, files;
const address = (script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
onmessage = ({ source, data }) => {
  if (source !== parent) return;
  files = data.files ?? files;
  if (!data.start) { worker.postMessage(data.request); return; }
  worker?.terminate();
  worker = new Worker(address("onmessage = ({ data }) => { self.files = data.files; import(data.program); };"));
  worker.onmessage = ({ data: said }) => parent.postMessage({ run: data.start, said }, "*");
  worker.onerror = (error) => parent.postMessage({ run: data.start, said: { failed: error.message || "it does not start" } }, "*");
  worker.postMessage({ files, program: address(files.worker) });      // a module: without an origin, a worker cannot be one itself
};
</script>`;

export class Python {
  // `state` is called with "starting", "ready", "running", or "failed" and a message.
  constructor(state = () => {}) {
    this.state = state;
    this.run = 0;                                   // how often a worker was started
    this.waiting = new Map();                       // what was asked, by number
    this.asked = 0;
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.hidden = true;
    this.frame.title = "Python";
    this.frame.srcdoc = FRAME;
    this.ready = Promise.all([files(), new Promise((done) => { this.frame.onload = done; })])
      .then(([found]) => this.start(found));
    this.ready.then(keep, (error) => state("failed", error.message));
    state("starting");
    addEventListener("message", (event) => { if (event.source === this.frame.contentWindow) this.hear(event.data); });
    document.body.append(this.frame);
  }

  start(found) {
    this.state("starting");
    this.run += 1;
    const started = new Promise((done, failed) => { this.started = { done, failed }; });
    this.frame.contentWindow.postMessage({ start: this.run, files: found }, "*");
    return started;
  }

  hear({ run, said }) {
    if (run !== this.run) return;                   // a worker that was stopped
    const asked = this.waiting.get(said.id);
    if (said.ready) {
      this.state("ready");
      this.started.done();
    } else if (said.part) {
      asked?.show(said.part);
    } else if (asked) {
      this.waiting.delete(said.id);
      if (!this.waiting.size) this.state("ready");
      if (said.dead) this.stop();
      if (said.dead) asked.failed(new Error(`${said.failed}. ${DEEP}`));
      else if (said.failed) asked.failed(new Error(said.failed));
      else asked.done(said.result);
    } else if (said.failed) {
      this.state("failed", said.failed);
      this.started.failed(new Error(said.failed));
    }
  }

  // What a request gives: {kind: "program" | "cell" | "check", code, ...}. `show` gets each part as it comes.
  async ask(request, show = () => {}) {
    await this.ready;
    const id = this.asked += 1;
    this.state("running");
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed, show });
      this.frame.contentWindow.postMessage({ request: { ...request, id } }, "*");
    });
  }

  // Ends what runs; Python starts anew, and all names are gone.
  stop() {
    const left = [...this.waiting.values()];
    this.waiting.clear();
    this.ready = this.start();
    this.ready.catch(() => {});
    for (const { failed } of left) failed(new Error("stopped"));
  }
}
