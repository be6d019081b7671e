import type { Row, Table } from "./blocks.js";
import { type Candidate, kindOf, rankOf } from "./candidate.js";
import { type Columns, textOfCell } from "./columns.js";
import { titleKey } from "./fold.js";
import { isId } from "./ids.js";
import { addCandidate } from "./item-fields.js";
import { readLeadOf } from "./lead.js";
import type { Place } from "./place.js";
import { type RichText, rangeOf } from "./rich-text.js";
import { describe } from "./table-cells.js";
import { isNothing } from "./values.js";
import type { KindWord } from "./words/words.js";

/** What the reader of a table knows of the rows above. */
export type Reading = {
  table: Table;
  columns: Columns;
  place: Place;
  /** Items that the cells of an epic or feature column name, by the words of the cell. */
  named: Map<string, Candidate>;
  epic: Candidate | null;
  feature: Candidate | null;
  isLeftOut: boolean;
  hasReferences: boolean;
};

/** What the cells of a row name as its parents. */
export type NamedParents = { epic: Candidate | null; feature: Candidate | null; reference: RichText | null };

/** The same for a row that names none. */
export const noParents: NamedParents = { epic: null, feature: null, reference: null };

/** Epic and feature columns name items, each once; an id there refers to an item that stands elsewhere. */
export function nameParents(row: Row, reading: Reading): NamedParents {
  const { columns, place, table } = reading;
  const result: NamedParents = { ...noParents };
  for (const label of ["epic", "feature"] as const) {
    const column = columns.labels.indexOf(label);
    const cell = row.cells[column];
    if (!cell || column === columns.title || cell === row.cells[columns.title]) continue;
    const text = textOfCell(cell);
    if (isNothing(text.text)) continue;
    if (isId(text.text)) {
      result.reference = text;
      continue;
    }
    const key = `${label} ${titleKey(text.text)}`;
    let item = reading.named.get(key) ?? knownCalled(text, place) ?? knownAround(text, label, place);
    if (!item) {
      const lead = readLeadOf(place, cell.blocks);
      if (!lead || lead.head.title.text === "") continue;
      item = addCandidate(place, "story-table", table, cell, lead.head);
      const isRanked = rankOf(item.kindWord?.value ?? null) === rankOf(label);
      if (!isRanked) item.kindWord = { value: rankedWord(item, label), range: rangeOf(text) };
      if (label === "feature") item.enclosing = result.epic ?? reading.epic ?? item.enclosing;
      describe(item, lead.rest, place);
    }
    reading.named.set(key, item);
    if (label === "epic" && reading.epic !== item) Object.assign(reading, { epic: item, feature: null });
    if (label === "feature") reading.feature = item;
    result[label] = item;
  }
  return result;
}

/** "E-1 Shop" names the epic E-1 that the page has introduced. */
function knownCalled({ text }: RichText, { page }: Place): Candidate | undefined {
  const [first = "", ...rest] = text.split(/\s+/);
  if (rest.length === 0 || !isId(first)) return undefined;
  return page.candidates.find(({ id, title }) => id?.value === first && titleKey(text).endsWith(titleKey(title.value)));
}

/** The epic or feature under whose heading the table stands. */
function knownAround({ text }: RichText, label: "epic" | "feature", { scopes }: Place): Candidate | undefined {
  const items = scopes.flatMap(({ item }) => item ?? []);
  return items.find(
    ({ kindWord, title }) =>
      rankOf(kindWord?.value ?? null) === rankOf(label) && titleKey(title.value) === titleKey(text),
  );
}

/** What a feature or epic column names is a feature or epic, whatever else it is. */
function rankedWord({ kindWord }: Candidate, label: "epic" | "feature"): KindWord {
  if (kindWord === null || kindOf(kindWord.value) !== "enabler") return label;
  return label === "epic" ? "enablerEpic" : "enablerFeature";
}

/** A row's item belongs to what its own cells name, else to the feature or epic row above it. */
export function placeUnder(item: Candidate, named: NamedParents, reading: Reading) {
  const rank = rankOf(item.kindWord?.value ?? null) ?? 1;
  if (reading.hasReferences && !named.epic && !named.feature) {
    if (named.reference) item.parentName ??= named.reference;
    return rememberRow(item, rank, reading);
  }
  if (named.reference) item.parentName ??= named.reference;
  const above =
    rank === 1
      ? (named.feature ?? reading.feature ?? named.epic ?? reading.epic)
      : rank === 2
        ? (named.epic ?? reading.epic)
        : null;
  if (above) item.enclosing = above;
  rememberRow(item, rank, reading);
}

function rememberRow(item: Candidate, rank: number, reading: Reading) {
  if (rank === 3) Object.assign(reading, { epic: item, feature: null });
  if (rank === 2) reading.feature = item;
}

/** Where some rows name their parents by id, a row that names none has none. */
export function hasReferences(table: Table, { labels, headerIndex, title }: Columns): boolean {
  const columns = labels.flatMap((label, column) =>
    column !== title && (label === "epic" || label === "feature" || label === "parent") ? [column] : [],
  );
  const cells = table.rows
    .slice(headerIndex + 1)
    .flatMap((row) => columns.flatMap((column) => row.cells[column] ?? []));
  return cells.some((cell) => isId(textOfCell(cell).text));
}
