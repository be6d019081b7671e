import type { ExtractedItem, ExtractionWarning, ItemFields, SourceRange } from "../plan-item.js";
import type { Candidate } from "./candidate.js";
import { connect } from "./connect.js";
import { allOf, firstOf, type Group, groupDuplicates } from "./duplicates.js";
import { slug, titleKey } from "./fold.js";
import { isStorySentence } from "./lexicon.js";
import { enablerTypeOf, foundKindWord, kindOfGroup } from "./kinds.js";
import type { PageNotes } from "./place.js";
import { rangeOf } from "./rich-text.js";
import { warningsAbout } from "./warnings.js";

/** An item in the making, with what the page says of its neighbours. */
export type Draft = { item: ExtractedItem; group: Group; hasPrintedId: boolean };

/** Makes the items of a page from the candidates that the rules found. */
export function assemble(page: PageNotes): { drafts: Draft[]; warnings: ExtractionWarning[] } {
  settleBracketedIds(page.candidates);
  const named = new Set(page.candidates.filter((it) => !it.isTentative).map((it) => titleKey(it.title.value)));
  const isKept = (it: Candidate) => !isDropped(it) && (isBorneOut(it) || named.has(titleKey(it.title.value)));
  const kept = page.candidates.filter(isKept);
  const groups = groupDuplicates(kept, (candidate) => enclosingOf(candidate, isKept))
    .filter(hasTitle)
    .sort((a, b) => startOf(a) - startOf(b));
  const parents = new Set(kept.map((candidate) => enclosingOf(candidate, isKept)));
  const keys = new Map<string, number>();
  const drafts = groups.map((group) =>
    draft(
      group,
      group.candidates.some((it) => parents.has(it)),
      keys,
    ),
  );
  const problems = connect(drafts, page);
  return { drafts, warnings: [...warningsAbout(drafts), ...problems] };
}

/** "Epic: Returns (RET-1)" gives the epic its id, "Story: Labels (RET-1)" and "Labels (Epic RET-1)" name the epic of the story. */
function settleBracketedIds(candidates: readonly Candidate[]) {
  const taken = new Set(candidates.map(({ id }) => id?.value.toUpperCase()));
  for (const candidate of candidates) {
    const text = candidate.bracketedId;
    if (!text || candidate.id) continue;
    const range = rangeOf(text);
    if (!taken.has(text.text.toUpperCase())) {
      candidate.id = { value: text.text, range };
      taken.add(text.text.toUpperCase());
    } else {
      candidate.parentName ??= text;
      if (candidate.kindWord && candidate.kindWord.range.start > candidate.title.range.start) candidate.kindWord = null;
    }
  }
}

/** What is only referred to by its id is no item. */
function hasTitle({ candidates }: Group): boolean {
  return candidates.some(({ title }) => title.value !== "");
}

function startOf({ candidates: [first] }: Group): number {
  return (first?.structure.kind === "section" ? first.structure : first?.title)?.range.start ?? 0;
}

/** What stands under something that was struck or cancelled is gone with it. */
function isDropped(candidate: Candidate): boolean {
  for (let it: Candidate | null = candidate; it; it = it.enclosing) if (it.isDropped) return true;
  return false;
}

/** A heading that nobody calls an item is one only if its fields say so: two kinds of them, or one under "User stories". */
function isBorneOut(candidate: Candidate): boolean {
  if (!candidate.isTentative) return true;
  const { id, storyPoints, priority, criteria, dependsOn, description, groupWord } = candidate;
  const sentence = description.find((it) => isStorySentence(it.value));
  const evidence = [id, storyPoints, priority, criteria[0], dependsOn[0], sentence].filter(Boolean).length;
  return evidence >= (groupWord ? 1 : 2);
}

/** The nearest item around that is left after candidates without evidence are gone. */
function enclosingOf(candidate: Candidate, isKept: (it: Candidate) => boolean): Candidate | null {
  let enclosing = candidate.enclosing;
  while (enclosing && !isKept(enclosing)) enclosing = enclosing.enclosing;
  return enclosing;
}

function draft(group: Group, hasChildren: boolean, keys: Map<string, number>): Draft {
  const kind = kindOfGroup(group, hasChildren);
  const id = firstOf(group, (it) => it.id);
  const title = firstOf(group, (it) => (it.title.value === "" ? null : it.title)) ?? {
    value: "",
    range: { start: 0, end: 0 },
  };
  const points = firstOf(group, (it) => it.storyPoints);
  const priority = firstOf(group, (it) => it.priority);
  const enablerType = kind === "enabler" ? enablerTypeOf(group) : null;
  const criteria = allOf(group, (it) => it.criteria);
  const description = allOf(group, (it) => it.description);
  const issueLink = firstOf(group, (it) => it.issueLink);
  const kindWord = foundKindWord(group);
  const first = group.candidates[0];
  const item: ExtractedItem = {
    key: uniqueKey(id?.value ?? slug(title.value), keys),
    kind,
    title: title.value,
    parent: null,
    description: description.map((it) => it.value).join("\n\n"),
    storyPoints: points?.value ?? null,
    priority: priority?.value ?? null,
    enablerType: enablerType?.value ?? null,
    acceptanceCriteria: criteria.map((it) => it.value),
    dependsOn: [],
    issueLink: issueLink?.value ?? null,
    localId: firstOf(group, (it) => it.localId),
    source: {
      item: first?.range ?? title.range,
      fields: rangesOf({
        key: id ? [id.range] : [],
        kind: kindWord ? [kindWord.range] : [],
        title: [title.range],
        description: description.map((it) => it.range),
        storyPoints: points ? [points.range] : [],
        priority: priority ? [priority.range] : [],
        enablerType: enablerType ? [enablerType.range] : [],
        acceptanceCriteria: criteria.map((it) => it.range),
        issueLink: issueLink ? [issueLink.range] : [],
      }),
    },
  };
  return { item, group, hasPrintedId: id !== null };
}

function rangesOf(ranges: Partial<Record<keyof ItemFields, SourceRange[]>>): ExtractedItem["source"]["fields"] {
  return Object.fromEntries(Object.entries(ranges).filter(([, found]) => found.length > 0));
}

/** A key that no other item has; `keys` remembers the last number given to each. */
export function uniqueKey(wanted: string, keys: Map<string, number>): string {
  const base = wanted === "" ? "item" : wanted;
  let key = base;
  let n = keys.get(base) ?? 0;
  while (keys.has(key)) key = `${base}-${(n = Math.max(n, 1) + 1)}`;
  keys.set(base, n);
  if (key !== base) keys.set(key, 0);
  return key;
}
