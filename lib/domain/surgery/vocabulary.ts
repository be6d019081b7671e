import type { Candidate, Found } from "../extraction/candidate.js";
import { fold } from "../extraction/fold.js";
import { enablerTypes, kinds, priorities } from "../extraction/lexicon.js";
import type { EnablerType, ItemKind, Priority } from "../plan-item.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import { childElements } from "../extraction/storage-tree.js";
import { elementsAt, type PageView } from "./page-view.js";
import { runIn } from "./text-runs.js";

/** A word for a value as the page writes it, with the colour of its lozenge. */
export type Spelling = { text: string; colour: string | null };

const ORDER: readonly Priority[] = ["urgent", "high", "medium", "low"];

/** Words that belong together, from urgent to low. */
const FAMILIES: readonly (readonly [string | null, string, string, string])[] = [
  ["P0", "P1", "P2", "P3"],
  ["Prio 0", "Prio 1", "Prio 2", "Prio 3"],
  ["Priority 0", "Priority 1", "Priority 2", "Priority 3"],
  ["Urgent", "High", "Medium", "Low"],
  ["Critical", "High", "Medium", "Low"],
  ["Highest", "High", "Medium", "Lowest"],
  ["Critical", "Must", "Should", "Could"],
  ["Critical", "Must have", "Should have", "Could have"],
  ["Critical", "Must-have", "Should-have", "Nice-to-have"],
  ["Critical", "Must have", "Should have", "Nice to have"],
  ["Blocker", "Major", "Normal", "Minor"],
  ["Critical", "Mandatory", "Recommended", "Optional"],
  ["Kritisch", "Hoch", "Mittel", "Niedrig"],
  ["Kritisch", "Hohe", "Mittlere", "Niedrige"],
  ["Kritisch", "Muss", "Soll", "Kann"],
  ["Kritisch", "Muss", "Sollte", "Könnte"],
  ["Dringend", "Hoch", "Mittel", "Gering"],
  ["Critique", "Haute", "Moyenne", "Basse"],
  ["Critique", "Élevée", "Moyenne", "Faible"],
  ["Critique", "Indispensable", "Souhaitable", "Optionnel"],
  ["Bloquant", "Majeur", "Moyen", "Mineur"],
  ["Crítica", "Alta", "Media", "Baja"],
  ["Crítico", "Alto", "Medio", "Bajo"],
  ["Crítica", "Imprescindible", "Deseable", "Opcional"],
  [null, "M", "S", "C"],
  [null, "M", "S", "K"],
  [null, "H", "M", "L"],
  [null, "A", "M", "B"],
];

/** The ways to write a priority in place of another text, the page's own first. */
export function* prioritySpellings(
  view: PageView,
  wanted: Priority,
  model: string | null,
  near: Candidate,
): Generator<Spelling> {
  const said = spellingsOf(view, near, (it) => it.priority && ownPriority(it));
  const own = said.filter(({ value }) => value === wanted);
  const folded = model === null ? null : fold(model);
  const phrase = folded === null ? undefined : priorities.find(folded)[0];
  const around = model !== null && phrase ? [model.slice(0, phrase.start), model.slice(phrase.end)] : null;
  const keepsWords = around !== null && around.some((part) => /\p{L}/u.test(part));
  const words = [
    ...own.map(({ spelling }) => spelling),
    ...familyWords(
      model === null
        ? said.map(({ spelling }) => spelling.text)
        : [model, ...said.map(({ spelling }) => spelling.text)],
      wanted,
    ),
  ];
  for (const word of words) {
    const core = priorities.find(fold(word.text))[0];
    if (keepsWords && around && core)
      yield { ...word, text: around[0] + word.text.slice(core.start, core.end) + around[1] };
    yield word;
    if (around && core)
      yield { ...word, text: around[0] + inCase(word.text.slice(core.start, core.end), model ?? "") + around[1] };
  }
}

function familyWords(texts: readonly string[], wanted: Priority): Spelling[] {
  const index = ORDER.indexOf(wanted);
  const words: Spelling[] = [];
  const add = (text: string | null | undefined) => {
    if (text && !words.some((it) => it.text === text)) words.push({ text, colour: null });
  };
  for (const text of new Set(texts)) {
    const folded = fold(text).trim();
    const core = priorities.find(folded)[0];
    const word = core ? folded.slice(core.start, core.end) : folded;
    for (const family of FAMILIES)
      if (family.some((it) => it !== null && fold(it) === word))
        add(family[index] && inCase(family[index], core ? text.slice(core.start, core.end) : text));
  }
  add(FAMILIES[3]?.[index]);
  add(FAMILIES[0]?.[index]);
  return words;
}

/** A word in the case of another: all capitals, all small, or as it is. */
export function inCase(word: string, model: string): string {
  if (!/\p{L}{2}/u.test(model)) return /^\p{Ll}$/u.test(model.trim()) ? word.toLowerCase() : word;
  if (model === model.toUpperCase()) return word.toUpperCase();
  if (model === model.toLowerCase()) return word.toLowerCase();
  return word;
}

const KINDS: Record<ItemKind, readonly string[]> = {
  epic: ["Epic", "Epos", "Épopée", "Épica"],
  feature: ["Feature", "Funktion", "Fonctionnalité", "Funcionalidad"],
  story: ["Story", "User story", "Récit", "Historia"],
  enabler: ["Enabler", "Facilitateur", "Habilitador"],
};

/** The ways to write a kind, the page's own first. */
export function* kindSpellings(
  view: PageView,
  wanted: ItemKind,
  model: string | null,
  near: Candidate,
): Generator<Spelling> {
  const said = spellingsOf(view, near, (it) => it.kindWord);
  const cores = (text: string) => {
    const core = kinds.find(fold(text))[0];
    return core ? text.slice(core.start, core.end) : text.trim();
  };
  const own = said.filter(({ value }) => value === wanted || (wanted === "enabler" && value.startsWith("enabler")));
  const words: Spelling[] = [
    ...own.map(({ spelling }) => ({ ...spelling, text: cores(spelling.text) })),
    ...KINDS[wanted].map((text) => ({ text, colour: null })),
  ];
  const folded = model === null ? null : fold(model);
  const core = folded === null ? undefined : kinds.find(folded)[0];
  for (const word of words) {
    if (model !== null && core)
      yield {
        ...word,
        text:
          model.slice(0, core.start) +
          inCase(word.text, model.slice(core.start, core.end)) +
          model.slice(core.end).replace(/\s*\([^()]*\)/, ""),
      };
    yield word;
  }
}

const TYPES: Record<EnablerType, readonly string[]> = {
  exploration: ["exploration", "Erkundung", "exploración"],
  architecture: ["architecture", "Architektur", "arquitectura"],
  infrastructure: ["infrastructure", "Infrastruktur", "infraestructura"],
  compliance: ["compliance", "Compliance", "conformité", "cumplimiento"],
};

/** The ways to write a type of enabler, the page's own first. */
export function* enablerTypeSpellings(
  view: PageView,
  wanted: EnablerType,
  model: string | null,
  near: Candidate,
): Generator<Spelling> {
  const said = spellingsOf(view, near, (it) => it.enablerType);
  const cores = (text: string) => {
    const core = enablerTypes.find(fold(text))[0];
    return core ? text.slice(core.start, core.end) : null;
  };
  const own = said.filter(({ value }) => value === wanted).flatMap(({ spelling }) => cores(spelling.text) ?? []);
  const core = model === null ? undefined : enablerTypes.find(fold(model))[0];
  for (const text of new Set([...own, ...TYPES[wanted]])) {
    if (model !== null && core)
      yield {
        text: model.slice(0, core.start) + inCase(text, model.slice(core.start, core.end)) + model.slice(core.end),
        colour: null,
      };
    else yield { text, colour: null };
  }
}

/** How the page writes values of a field: the same table or list first, the most frequent first. */
function spellingsOf<Value>(view: PageView, near: Candidate, pick: (candidate: Candidate) => Found<Value> | null) {
  const counts = new Map<string, { value: Value; spelling: Spelling; weight: number }>();
  for (const candidates of view.sightings.values())
    for (const candidate of candidates) {
      const found = pick(candidate);
      if (!found) continue;
      const { text } = runIn(view, found.range);
      if (text === "" || text.length > 40) continue;
      const weight = candidate.structure === near.structure ? 1000 : candidate.rule === near.rule ? 10 : 1;
      const key = `${String(found.value)} ${text}`;
      const known = counts.get(key) ?? {
        value: found.value,
        spelling: { text, colour: colourAt(view, found.range.start) },
        weight: 0,
      };
      counts.set(key, { ...known, weight: known.weight + weight });
    }
  return [...counts.values()].sort((a, b) => b.weight - a.weight);
}

/** What the item itself says, not the heading above it. */
export function ownPriority({ priority, range, structure }: Candidate): Candidate["priority"] {
  return priority && (priority.range.start >= range.start || structure.kind === "section") ? priority : null;
}

/** The status macro around an offset. */
export function statusMacroAt(view: PageView, offset: number): StorageElement | null {
  return (
    elementsAt(view, offset).findLast(
      ({ name, attributes }) => name === "ac:structured-macro" && attributes["ac:name"] === "status",
    ) ?? null
  );
}

function colourAt(view: PageView, offset: number): string | null {
  const macro = statusMacroAt(view, offset);
  const colour =
    macro && childElements(macro, "ac:parameter").find(({ attributes }) => attributes["ac:name"] === "colour");
  const text = colour?.children[0];
  return text?.kind === "text" ? text.raw : null;
}
