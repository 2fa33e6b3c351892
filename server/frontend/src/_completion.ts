// What the editor offers: words of SPARQL, variables in use, the terms of our vocabulary, and things by name.
import { type Completion, type CompletionContext, type CompletionResult, type CompletionSource } from "@codemirror/autocomplete";
import { type EditorView } from "@codemirror/view";

interface Term {
  name: string;
  kind: "class" | "property" | "concept";
  label: string;
  info: string;
}
interface Vocabulary {
  prefixes: Record<string, string>;
  terms: Term[];
}

const WORDS =
  "SELECT DISTINCT WHERE OPTIONAL FILTER UNION MINUS BIND VALUES GRAPH SERVICE EXISTS NOT ORDER BY GROUP HAVING LIMIT OFFSET " +
  "CONSTRUCT ASK DESCRIBE FROM NAMED PREFIX BASE AS DESC ASC COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT STR LANG LANGMATCHES " +
  "DATATYPE BOUND IRI CONTAINS STRSTARTS STRENDS STRLEN SUBSTR REPLACE REGEX LCASE UCASE IF COALESCE ABS ROUND CEIL FLOOR YEAR NOW IN";

/** Returns a source of completions for the vocabulary at an address; it is fetched when first needed. */
export function completions(address: string, lang: string): CompletionSource {
  let asked: Promise<Vocabulary | null> | undefined;
  const vocabulary = (): Promise<Vocabulary | null> =>
    (asked ??= fetch(address).then((r) => (r.ok ? (r.json() as Promise<Vocabulary>) : null), () => null));

  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const variable = context.matchBefore(/\?[\w\u4e00-\u9fff]*/);
    if (variable) return variables(context, variable.from);
    const word = context.matchBefore(/[\w-]*:?[\w\u4e00-\u9fff-]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const known = await vocabulary();
    const terms = known ? known.terms.map((t) => option(t, known.prefixes)) : [];
    const options: Completion[] = [...terms];
    if (!word.text.includes(":")) {
      for (const w of WORDS.split(" ")) options.push({ label: w, type: "keyword", boost: -1 });
      for (const p of Object.keys(known?.prefixes ?? {})) options.push({ label: `${p}:`, type: "namespace", boost: -2 });
      if (/[\u4e00-\u9fff]|\w{3}/.test(word.text)) options.push(...(await things(word.text, lang)));
    }
    return { from: word.from, options, validFor: /[\u4e00-\u9fff]/.test(word.text) ? undefined : /^[\w:-]*$/ };
  };
}

function variables(context: CompletionContext, from: number): CompletionResult {
  const before = context.state.doc.toString();
  const names = new Set(before.match(/\?[\w\u4e00-\u9fff]+/g) ?? []);
  names.delete(context.state.sliceDoc(from, context.pos));
  return { from, options: [...names].map((label) => ({ label, type: "variable" })), validFor: /^\?[\w\u4e00-\u9fff]*$/ };
}

function option(term: Term, prefixes: Record<string, string>): Completion {
  return {
    label: `${term.name} ${term.label}`,
    displayLabel: term.kind === "concept" ? term.name.slice(1, -1).replace(/^.*\/concept\//, "concept/") : term.name,
    detail: term.label,
    info: term.info || undefined,
    type: term.kind === "class" ? "class" : term.kind === "property" ? "property" : "constant",
    apply: (view, _completion, from, to) => insert(view, term.name, from, to, prefixes),
  };
}

/** Writes a prefixed name, and the PREFIX line that it needs where there is none. */
function insert(view: EditorView, name: string, from: number, to: number, prefixes: Record<string, string>): void {
  const prefix = name.slice(0, name.indexOf(":"));
  const iri = prefixes[prefix];
  const isDeclared = new RegExp(`prefix\\s+${prefix}:`, "i").test(view.state.doc.toString());
  const line = iri && !isDeclared ? `PREFIX ${prefix}: <${iri}>\n` : "";
  view.dispatch({
    changes: [
      { from: 0, insert: line },
      { from, to, insert: name },
    ],
    selection: { anchor: from + line.length + name.length },
    userEvent: "input.complete",
  });
}

/** Returns things that have a name like these words, as completions that write their IRI. */
async function things(words: string, lang: string): Promise<Completion[]> {
  try {
    const answer = await fetch(`/autocomplete?${new URLSearchParams({ q: words, lang })}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return [];
    const told = (await answer.json()) as { results?: { id: string; name: string; hint?: string; type?: string }[] };
    return (told.results ?? []).slice(0, 8).map((r) => ({
      label: `${words} ${r.name}`,
      displayLabel: r.name,
      detail: r.hint ?? r.type,
      type: "text",
      apply: `<${r.id}>`,
    }));
  } catch {
    return [];
  }
}
