import { type Candidate, type Found } from "../extraction/candidate.js";
import { childElements } from "../extraction/storage-tree.js";
import type { EnablerType, ExtractedItem, ItemKind, Priority, SourceRange } from "../plan-item.js";
import { cellAround, lineAround, removalsOf } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { insideOf, type PageView } from "./page-view.js";
import { type Unstated, unstatedEdits } from "./places.js";
import { rewrite, runIn } from "./text-runs.js";
import {
  enablerTypeSpellings,
  kindSpellings,
  ownPriority,
  prioritySpellings,
  type Spelling,
  statusMacroAt,
} from "./vocabulary.js";

type Single = {
  value: number | string | null;
  statedAt: (candidate: Candidate) => Found<unknown> | null;
  spellings: (model: string | null, near: Candidate) => Iterable<Spelling>;
  label: Unstated["label"];
};

/** The ways to set story points. */
export function pointsEdits(view: PageView, item: ExtractedItem, value: number | null): Generator<PageEdit[]> {
  return singleEdits(view, item, {
    value,
    label: "points",
    statedAt: (it) => it.storyPoints ?? (value === null ? null : it.oddEstimate),
    spellings: (model) => pointSpellings(value ?? 0, model),
  });
}

/** The ways to set a priority. */
export function priorityEdits(view: PageView, item: ExtractedItem, value: Priority | null): Generator<PageEdit[]> {
  return singleEdits(view, item, {
    value,
    label: "priority",
    statedAt: ownPriority,
    spellings: (model, near) => prioritySpellings(view, value ?? "medium", model, near),
  });
}

/** The ways to set the type of an enabler. */
export function enablerTypeEdits(
  view: PageView,
  item: ExtractedItem,
  value: EnablerType | null,
): Generator<PageEdit[]> {
  return singleEdits(view, item, {
    value,
    label: "enablerType",
    statedAt: ({ enablerType, kindWord }) =>
      enablerType &&
      enablerType.range.start === kindWord?.range.start &&
      !/\(/.test(runIn(view, enablerType.range).text)
        ? null
        : enablerType,
    spellings: (model, near) => enablerTypeSpellings(view, value ?? "architecture", model, near),
  });
}

/** The ways to set what an item is called. */
export function kindEdits(view: PageView, item: ExtractedItem, value: ItemKind): Generator<PageEdit[]> {
  return singleEdits(view, item, {
    value,
    label: "kind",
    statedAt: ({ kindWord, range }) => (kindWord && kindWord.range.start >= range.start ? kindWord : null),
    spellings: (model, near) => kindSpellings(view, value, model, near),
  });
}

/** Sizes of shirts, as they are read. */
const SHIRTS: ReadonlyMap<number, string> = new Map([
  [1, "XS"],
  [2, "S"],
  [3, "M"],
  [5, "L"],
  [8, "XL"],
]);

/** The ways to write points in the form of a model: "5 SP", "(L)", "0,5". */
export function* pointSpellings(points: number, model: string | null): Generator<Spelling> {
  const plain = String(points);
  const number = model === null ? null : /\d{1,4}(?:[.,]\d{1,2})?/.exec(model);
  const shirt = model === null ? null : /(?<![\p{L}\p{N}])(?:xs|s|m|l|xl)(?![\p{L}\p{N}])/iu.exec(model);
  const spelled = (text: string): Spelling => ({ text, colour: null });
  const inForm = number?.[0].includes(",") ? plain.replace(".", ",") : plain;
  if (model !== null && shirt) {
    const size = SHIRTS.get(points);
    const sized = size ? (shirt[0] === shirt[0].toLowerCase() ? size.toLowerCase() : size) : null;
    const withSize =
      sized === null ? null : model.slice(0, shirt.index) + sized + model.slice(shirt.index + shirt[0].length);
    if (withSize !== null) yield spelled(number ? withSize.replace(number[0], inForm) : withSize);
    if (number) yield spelled(inForm);
    yield spelled(model.slice(0, shirt.index) + plain + model.slice(shirt.index + shirt[0].length));
  } else if (model !== null && number) {
    const text = model.slice(0, number.index) + inForm + model.slice(number.index + number[0].length);
    // "1 pt" and "3 pts"
    yield spelled(points === 1 ? text : text.replace(/(\d\s*)(pt|point|story point|punkt)(?![\p{L}])/iu, plural));
    yield spelled(text);
  }
  yield spelled(plain);
  yield spelled(`${plain} SP`);
}

function plural(_: string, number: string, unit: string): string {
  return `${number}${unit}${/punkt/i.test(unit) ? "e" : "s"}`;
}

function* singleEdits(view: PageView, item: ExtractedItem, field: Single): Generator<PageEdit[]> {
  const sightings = view.sightings.get(item.key) ?? [];
  const stated = sightings.flatMap((candidate) => {
    const found = field.statedAt(candidate);
    return found ? [{ candidate, found }] : [];
  });
  if (stated.length > 0) {
    yield* together(stated.map(({ candidate, found }) => [...changesOf(view, candidate, found.range, field)]));
    if (stated[0] && stated.length > 1) yield* changesOf(view, stated[0].candidate, stated[0].found.range, field);
  }
  if (field.value === null) return;
  for (const own of sightings)
    yield* unstatedEdits(view, item, own, {
      label: field.label,
      statedAt: (candidate) => field.statedAt(candidate)?.range ?? null,
      words: (model) => distinctTexts(field.spellings(model, own)),
    });
}

function* distinctTexts(spellings: Iterable<Spelling>): Generator<string> {
  const seen = new Set<string>();
  for (const { text } of spellings) {
    if (seen.has(text)) continue;
    seen.add(text);
    yield text;
    if (seen.size >= MOST_SPELLINGS) return;
  }
}

const MOST_SPELLINGS = 6;

/** The same attempt at all places together: the first of each, the second of each, and so on. */
function* together(attempts: readonly (readonly PageEdit[][])[]): Generator<PageEdit[]> {
  const most = Math.max(...attempts.map(({ length }) => length));
  for (let index = 0; index < most; index++)
    yield distinctEdits(attempts.flatMap((ways) => ways[Math.min(index, ways.length - 1)] ?? []));
}

function distinctEdits(edits: readonly PageEdit[]): PageEdit[] {
  return edits.filter(
    (edit, index) =>
      edits.findIndex((it) => it.range.start === edit.range.start && it.range.end === edit.range.end) === index,
  );
}

function* changesOf(view: PageView, candidate: Candidate, range: SourceRange, field: Single): Generator<PageEdit[]> {
  const line = lineAround(view, range);
  if (!line) return;
  const run = runIn(view, range);
  if (field.value === null) {
    const cell =
      candidate.structure.kind === "table" && candidate.rule !== "field-table" && cellAround(view, range) !== null;
    yield* removalsOf(view, line, cell);
    for (const nothing of ["–", "-"]) yield rewrite(view, run, nothing);
    return;
  }
  const seen = new Set<string>();
  for (const { text, colour } of field.spellings(run.text, candidate)) {
    if (seen.has(text)) continue;
    seen.add(text);
    yield [...rewrite(view, run, text), ...(colour ? colourEdits(view, range.start, colour) : [])];
    if (seen.size > 12) return;
  }
}

/** The edit that gives the lozenge at an offset another colour; none where there is no lozenge. */
export function colourEdits(view: PageView, offset: number, colour: string): PageEdit[] {
  const macro = statusMacroAt(view, offset);
  if (!macro) return [];
  const parameters = childElements(macro, "ac:parameter");
  const known = parameters.find(({ attributes }) => attributes["ac:name"] === "colour");
  const inside = known && insideOf(view, known);
  if (inside) return view.body.slice(inside.start, inside.end) === colour ? [] : [{ range: inside, text: colour }];
  const at = parameters[0]?.start;
  return at === undefined || colour === "Grey"
    ? []
    : [{ range: { start: at, end: at }, text: `<ac:parameter ac:name="colour">${colour}</ac:parameter>` }];
}
