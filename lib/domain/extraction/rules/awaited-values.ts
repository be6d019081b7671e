import { type Block, type Row, type Table, textsOf } from "../blocks.js";
import { type Candidate, rankOf } from "../candidate.js";
import { readColumns, textOfCell } from "../columns.js";
import { continuesScenario, isStep, looksLikeCriterion, readCriteria } from "../criteria.js";
import { fold } from "../fold.js";
import { applyField } from "../item-fields.js";
import { readFields } from "../labelled-line.js";
import { labels } from "../lexicon.js";
import { type Awaited, type Rule, scopeOf } from "../place.js";
import { flat, linesOf, type RichText, rangeOf } from "../rich-text.js";
import type { Label } from "../words/words.js";

/** After "Acceptance criteria:" or "Depends on:" without a value, the next list or lines are the value. */
export const awaitedValues: Rule = {
  name: "awaited-values",
  read(block, place) {
    const { awaited } = place;
    const { item, mode } = scopeOf(place);
    if (block.kind === "table" && item && mode === "items" && isOfCriteria(block, item)) {
      takeTable(block, item);
      return "item";
    }
    if (!awaited) return null;
    if (block.kind === "list" || (block.kind === "paragraph" && isValue(block, awaited))) {
      take(block, awaited);
      return "item";
    }
    if (block.kind === "table" && awaited.label === "criteria") {
      if (readColumns(block) !== null) return null;
      takeTable(block, awaited.item);
      return "item";
    }
    if (block.kind !== "section" && block.kind !== "opaque") place.awaited = null;
    return null;
  },
};

/** Takes a line of the same paragraph as the label; false where it is no value. */
export function takeLine(line: RichText, awaited: Awaited): boolean {
  const block: Block = { kind: "paragraph", text: line, range: rangeOf(line), localId: null };
  if (!isValue(block, awaited) && awaited.label !== "criteria") return false;
  take(block, awaited);
  return true;
}

/** Columns of a table of criteria: one for them, or one for each step of a scenario. */
function isOfCriteria({ rows: [header, first] }: Table, item: Candidate): boolean {
  if (!header || !first) return false;
  const names = header.cells.map((cell) => fold(textOfCell(cell).text));
  const found = names.map((name) => labels.get(name) ?? null);
  // Under an epic or a feature the ids may be those of stories.
  const isStory = rankOf(item.kindWord?.value ?? null) === 1;
  const isNamed = found.some((label) => label !== null && (NAMING.has(label) || (label === "id" && !isStory)));
  return !isNamed && (stepsOf(header).length > 1 || found.filter((label) => label === "criteria").length === 1);
}

/** Columns that only a table of items has. */
const NAMING: ReadonlySet<Label> = new Set([
  "title",
  "sentence",
  "wish",
  "feature",
  "epic",
  "points",
  "kind",
  "parent",
]);

/** The columns Given, When and Then. */
function stepsOf({ cells }: Row): number[] {
  return cells.flatMap((cell, column) => (isStep(textOfCell(cell).text) ? [column] : []));
}

/** One criterion in each row: in the column of that name, in those of the steps, or in the one with the most words. */
function takeTable(table: Table, item: Candidate) {
  const [header, ...rows] = table.rows;
  if (!header) return;
  const steps = stepsOf(header);
  if (steps.length > 1) {
    for (const { cells } of rows) {
      const words = steps.flatMap((column) => {
        const [name, cell] = [header.cells[column], cells[column]];
        return name && cell && textOfCell(cell).text !== "" ? [textOfCell(name), textOfCell(cell)] : [];
      });
      const last = words.at(-1);
      const value = words.map(flat).join(" ");
      if (words[1] && last)
        item.criteria.push({ value, range: { start: rangeOf(words[1]).start, end: rangeOf(last).end } });
    }
    return;
  }
  const isHeaded = header.cells.every((cell) => cell.isHeader);
  const columns = header.cells.map((_, column) =>
    rows.reduce((sum, { cells }) => sum + (cells[column] ? textOfCell(cells[column]).text.length : 0), 0),
  );
  const named = header.cells.findIndex((cell) => labels.get(fold(textOfCell(cell).text)) === "criteria");
  const column = named >= 0 ? named : columns.indexOf(Math.max(...columns));
  for (const { cells } of isHeaded ? rows : table.rows)
    if (cells[column]) item.criteria.push(...readCriteria(cells[column].blocks));
}

function isValue(block: Block & { kind: "paragraph" }, { label, taken, isSection }: Awaited): boolean {
  const lines = linesOf(block.text);
  if (lines.length === 0 || lines.some((line) => readFields(line).length > 0)) return false;
  if (isSection && label === "criteria") return true;
  return label === "criteria" ? taken === 0 || lines.every(looksLikeCriterion) : taken === 0;
}

function take(block: Block, awaited: Awaited) {
  const { item, label } = awaited;
  awaited.taken++;
  // Where criteria are listed, the paragraphs below the list are something else.
  if (block.kind === "list") awaited.isSection = false;
  if (label !== "criteria") {
    for (const text of textsOf([block])) applyField(item, { label, name: "", value: text, line: text });
    return;
  }
  for (const criterion of readCriteria([block])) {
    const before = item.criteria.at(-1);
    if (before && block.kind === "paragraph" && continuesScenario(before.value, criterion.value)) {
      before.value += ` ${criterion.value}`;
      before.range = { start: before.range.start, end: criterion.range.end };
    } else item.criteria.push(criterion);
  }
}
