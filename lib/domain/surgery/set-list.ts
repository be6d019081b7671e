import type { Candidate } from "../extraction/candidate.js";
import { titleKey } from "../extraction/fold.js";
import type { ExtractedItem } from "../plan-item.js";
import { blocksOfList, type Entry, entryAfter, entryBefore, type Form, FORMS, withoutEntry } from "./entries.js";
import type { PageEdit } from "./page-change.js";
import { isWithin, type PageView } from "./page-view.js";
import { removeUnits, runIn, rewriteValue } from "./text-runs.js";
import { criteriaCell, criteriaFromNothing, criteriaLikeModels, descriptionFromNothing } from "./unstated-lists.js";
import { alignLists, type Step } from "./word-diff.js";

/** The ways to set acceptance criteria: entries that stay are left alone, others are edited, added beside their neighbours, or removed. */
export function* criteriaEdits(view: PageView, item: ExtractedItem, wanted: readonly string[]): Generator<PageEdit[]> {
  yield* listEdits(view, item, item.acceptanceCriteria, wanted, (it) => it.criteria);
  if (item.acceptanceCriteria.length > 0 || wanted.length === 0) return;
  for (const own of view.sightings.get(item.key) ?? []) {
    yield* criteriaCell(view, own, wanted);
    yield* criteriaLikeModels(view, item, own, wanted);
    yield* criteriaFromNothing(view, own, wanted);
  }
}

/** The ways to set a description, paragraph by paragraph. */
export function* descriptionEdits(view: PageView, item: ExtractedItem, wanted: string): Generator<PageEdit[]> {
  const paragraphs = paragraphsOf(wanted);
  yield* listEdits(view, item, paragraphsOf(item.description), paragraphs, (it) => it.description);
  if (item.description !== "" || paragraphs.length === 0) return;
  for (const own of view.sightings.get(item.key) ?? []) yield* descriptionFromNothing(view, own, paragraphs);
}

/** The paragraphs of a description. */
export function paragraphsOf(description: string): string[] {
  return description
    .split(/\n{2,}/)
    .map((it) => it.trim())
    .filter((it) => it !== "");
}

function* listEdits(
  view: PageView,
  item: ExtractedItem,
  old: readonly string[],
  wanted: readonly string[],
  pick: (candidate: Candidate) => readonly Entry[],
): Generator<PageEdit[]> {
  if (old.length === 0) return;
  const entries = (view.sightings.get(item.key) ?? []).flatMap((candidate) => pick(candidate));
  const standing = old.map((value) =>
    entries.filter((it) => titleKey(it.value) === titleKey(value) || it.value === value),
  );
  if (standing.some(({ length }) => length === 0)) return;
  const [aligned, literal] = [alignLists(old, wanted), inOrder(old, wanted)];
  for (const steps of [aligned, literal])
    for (const form of FORMS)
      for (const isThorough of [true, false]) yield edited(view, steps, standing, old, wanted, form, isThorough);
  if (wanted.length === 0) yield* wholeList(view, entries);
}

/** The first becomes the first, and so on. */
function inOrder(old: readonly string[], wanted: readonly string[]): Step[] {
  return Array.from({ length: Math.max(old.length, wanted.length) }, (_, at) => ({
    old: at < old.length ? at : -1,
    wanted: at < wanted.length ? at : -1,
  }));
}

function edited(
  view: PageView,
  steps: readonly Step[],
  standing: readonly (readonly Entry[])[],
  old: readonly string[],
  wanted: readonly string[],
  form: Form,
  isThorough: boolean,
): PageEdit[] {
  const edits: PageEdit[] = [];
  let before: Entry | undefined;
  const waiting: string[] = [];
  for (const step of steps) {
    const found = step.old >= 0 ? (standing[step.old] ?? []) : [];
    const text = step.wanted >= 0 ? (wanted[step.wanted] ?? "") : null;
    if (step.old < 0 && text !== null) {
      if (before) edits.push(...entryAfter(view, before, text, form));
      else waiting.push(text);
      continue;
    }
    const [first] = found;
    if (first && waiting.length > 0)
      for (const it of waiting.splice(0)) edits.push(...entryBefore(view, first, it, form));
    for (const entry of isThorough ? found : found.slice(0, 1)) {
      if (text === null) edits.push(...withoutEntry(view, entry, isThorough));
      else if (text !== old[step.old]) edits.push(...rewriteValue(view, entry.range, entry.value, text));
    }
    before = first ?? before;
  }
  return merged(edits);
}

/** Deletions that contain each other are one. */
function merged(edits: readonly PageEdit[]): PageEdit[] {
  return edits.filter(
    (edit, index) =>
      edit.range.start === edit.range.end ||
      !edits.some(
        (other, at) =>
          at !== index &&
          isWithin(edit.range, other.range) &&
          (at < index || !isWithin(other.range, edit.range)) &&
          other.text === "",
      ),
  );
}

/** With the last entry its list goes, and the label above it. */
function* wholeList(view: PageView, entries: readonly Entry[]): Generator<PageEdit[]> {
  const [first] = entries;
  if (!first) return;
  const blocks = blocksOfList(view, entries);
  if (blocks) yield blocks.map(({ start, end }): PageEdit => ({ range: { start, end }, text: "" }));
  yield merged(
    entries.flatMap(({ range }) => removeUnits(view, runIn(view, range), 0, runIn(view, range).text.length)),
  );
}
