// Hides what follows a question until somebody has predicted. Without a script all is there to read.
"use strict";
(() => {
  const forms = [...document.querySelectorAll("form.question")];
  if (!forms.length) return;
  const rights = new Set(), done = new Set();
  const score = document.body.appendChild(document.createElement("div"));
  score.className = "score";
  const count = score.appendChild(document.createElement("span"));
  const all = score.appendChild(document.createElement("button"));
  all.type = "button";
  all.textContent = "show everything";

  function* following(form) {                   // up to the next section
    for (let e = form.nextElementSibling; e && !e.matches("h1, h2, .score, .contents"); e = e.nextElementSibling) yield e;
  }
  function reveal(form) {                       // up to the next question, itself included
    for (const e of following(form)) {
      e.classList.remove("later");
      if (e.matches(".question")) break;
    }
  }
  function number(text) {
    const parts = text.trim().replace(/,/g, ".").replace(/−/g, "-").split("/");
    if (parts.length > 2 || parts.some(part => part.trim() === "")) return NaN;
    return parts.map(Number).reduce((a, b) => a / b);
  }
  function same(facts, a, b) {
    if (typeof b === "string") return a === b;
    if (facts.factor) return a * b > 0 && a / b >= 1 / facts.factor && a / b <= facts.factor;
    return Math.abs(a - b) <= facts.within * Math.abs(b) + 1e-9;
  }
  function say(form, word, right, html) {
    const verdict = form.querySelector(".verdict"), bold = document.createElement("b");
    verdict.hidden = false;
    verdict.classList.toggle("right", right);
    bold.textContent = word;
    verdict.replaceChildren(bold, " ");
    verdict.insertAdjacentHTML("beforeend", html);      // the lesson's own text, escaped when the page was made
  }
  function show() {
    count.textContent = `${rights.size} of ${forms.length} predicted right`;
    all.hidden = !document.querySelector(".later");
    const record = document.querySelector("[data-record]");
    if (record && done.size === forms.length) remember(record);
  }
  function remember(record) {                   // a quiz taken before and after
    const key = "predictions " + record.dataset.record;
    let before = [];
    try {
      before = JSON.parse(localStorage.getItem(key) || "[]");
      localStorage.setItem(key, JSON.stringify([...before, rights.size].slice(-20)));
    } catch (error) { /* a browser that keeps nothing for files */ }
    record.textContent = `You predicted ${rights.size} of ${forms.length} right.`
      + (before.length ? ` Before: ${before.join(", ")}.` : " Come back after the course.");
    delete record.dataset.record;
  }
  function answer(form, given, button) {
    const facts = JSON.parse(form.dataset.facts);
    const right = given !== null && same(facts, given, facts.answer);
    const hint = (given === null || right ? [] : facts.wrong.filter(([key]) => same(facts, given, key))).map(row => row[1])[0];
    if (right) rights.add(form);
    done.add(form);
    const word = given === null ? `Answer: ${facts.shown}.` : right ? `Right: ${facts.shown}.`
      : `Not ${typeof given === "number" ? +given.toPrecision(6) : given}, but ${facts.shown}.`;
    say(form, word, right, [hint, facts.why].filter(Boolean).join(" "));
    form.querySelectorAll("input, button").forEach(e => { e.disabled = true; });
    if (button) button.classList.add("chosen");
    reveal(form);
    show();
  }

  for (const form of forms) {
    for (const e of following(form)) e.classList.add("later");
    form.addEventListener("submit", event => {
      event.preventDefault();
      const field = form.querySelector("input");
      const given = field ? number(field.value) : event.submitter && event.submitter.value;
      if (given === null || given === undefined) return;
      if (field && !Number.isFinite(given)) return say(form, "A number, please,", false, "such as 0.5, -3 or 1/3.");
      answer(form, given, field ? null : event.submitter);
    });
    form.querySelector(".skip").addEventListener("click", () => answer(form, null, null));
  }
  const everything = () => { document.querySelectorAll(".later").forEach(e => e.classList.remove("later")); show(); };
  all.addEventListener("click", everything);
  if (location.hash === "#show") everything();
  show();
})();
