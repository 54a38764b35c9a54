// The editor: CodeMirror with Python's colours. This file is bundled, with what it imports, when the site is made.
import { basicSetup } from "codemirror";
import { indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { indentUnit } from "@codemirror/language";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";

const setMark = StateEffect.define();
const marked = StateField.define({                  // the line of an error, until the text changes
  create: () => Decoration.none,
  update(marks, change) {
    if (change.docChanged) return Decoration.none;
    for (const effect of change.effects) {
      if (!effect.is(setMark)) continue;
      const line = effect.value;
      if (!line || line > change.state.doc.lines) return Decoration.none;
      const at = change.state.doc.line(line).from;
      return Decoration.set([Decoration.line({ class: "wrong-line" }).range(at)]);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// An editor in `parent`: {text(), set(text), mark(line), focus()}. `run` is called for Ctrl+Enter and Shift+Enter.
export function editor(parent, { text, label, changed = () => {}, run = () => {} }) {
  const runs = () => { run(); return true; };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: runs }, { key: "Shift-Enter", run: runs }])),
        basicSetup, EditorView.lineWrapping, python(), indentUnit.of("    "), keymap.of([indentWithTab]), marked,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => { if (update.docChanged) changed(); }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (line) => view.dispatch({ effects: setMark.of(line) }),
    focus: () => view.focus(),
  };
}
