// The editor of the SPARQL page: the form's text area with colours, completion and the place of a mistake.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completions } from "./_completion";

const area = document.querySelector<HTMLTextAreaElement>("textarea#query");
if (area?.form) edit(area, area.form);

function edit(area: HTMLTextAreaElement, form: HTMLFormElement): void {
  const colours = HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], class: "q-keyword" },
    { tag: [tags.string, tags.special(tags.string)], class: "q-string" },
    { tag: [tags.number, tags.bool], class: "q-number" },
    { tag: [tags.variableName], class: "q-variable" },
    { tag: [tags.url, tags.link, tags.namespace, tags.propertyName, tags.typeName], class: "q-name" },
    { tag: [tags.comment, tags.lineComment], class: "q-comment" },
  ]);
  const run = (): boolean => {
    area.value = view.state.doc.toString();
    form.requestSubmit();
    return true;
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: area.value,
      extensions: [
        EditorView.cspNonce.of(form.dataset.nonce ?? ""),
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        sparql(),
        syntaxHighlighting(colours),
        autocompletion({ override: [completions(form.dataset.vocabulary ?? "", document.documentElement.lang)] }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-labelledby": "query-label",
          "aria-describedby": "query-hint",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  area.hidden = true;
  area.removeAttribute("aria-describedby");
  area.after(view.dom);
  showMistake(view);
}

function showMistake(view: EditorView): void {
  const told = document.querySelector<HTMLElement>("#mistake");
  const number = Number(told?.dataset.line);
  if (!told || !number || number > view.state.doc.lines) return;
  const line = view.state.doc.line(number);
  const from = Math.min(line.from + Math.max(0, Number(told.dataset.column ?? 1) - 1), line.to);
  const word = /^[^\s{}().;,]+/.exec(view.state.sliceDoc(from, line.to));
  const to = Math.max(from + (word?.[0].length ?? 0), Math.min(from + 1, line.to));
  view.dispatch(
    setDiagnostics(view.state, [{ from, to, severity: "error", message: told.dataset.detail ?? "" }]),
    { selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) },
  );
}
