import type { ExtractedItem, ExtractionWarning } from "../plan-item.js";
import type { Draft } from "./assemble.js";
import { type Candidate, rankOf } from "./candidate.js";
import type { Group } from "./duplicates.js";
import { findCycles } from "./cycles.js";
import { kindWordOf } from "./kinds.js";
import type { PageNotes } from "./place.js";
import { type References, referencesTo } from "./references.js";
import { flat, type RichText, rangeOf } from "./rich-text.js";

/** Gives the items their parents and dependencies; returns what could not be resolved. */
export function connect(drafts: readonly Draft[], page: PageNotes): ExtractionWarning[] {
  const warnings: ExtractionWarning[] = [];
  const items = drafts.map(({ item }) => item);
  const printed = new Set(drafts.filter((draft) => draft.hasPrintedId).map(({ item }) => item));
  const aliases = new Map(
    drafts.flatMap(({ item, group }) =>
      group.candidates.flatMap(({ alias }) => (alias ? [[alias, item] as const] : [])),
    ),
  );
  const references = referencesTo(items, printed, aliases);
  const itemOf = new Map(drafts.flatMap(({ item, group }) => group.candidates.map((it) => [it, item] as const)));
  const byKey = new Map(items.map((item) => [item.key, item]));
  const pageEpic = page.epic ? (itemOf.get(page.epic) ?? null) : null;

  // From large to small, so that a parent's own place is known when a child asks for it.
  const rankOfItem = new Map(drafts.map(({ item, group }) => [item, rankOfDraft(item, group)] as const));
  const family: Family = { references, itemOf, byKey, pageEpic, rankOfItem, warnings };
  for (const rank of [3, 2, 1])
    for (const kind of ["epic", "feature", "enabler", "story"] as const)
      for (const draft of drafts)
        if (draft.item.kind === kind && rankOfItem.get(draft.item) === rank) placeUnderParent(draft, family);
  for (const draft of drafts) addDependencies(draft, references, warnings);
  for (const draft of drafts) addBlocked(draft, references, byKey);
  for (const sentence of page.sentences) addSentence(sentence, references, byKey, warnings);
  for (const item of items) sortByPlace(item);
  for (const cycle of findCycles(items))
    warnings.push({
      code: "dependency_cycle",
      message: `These items wait for each other: ${[...cycle, cycle[0]].join(" → ")}.`,
      range: byKey.get(cycle[0] ?? "")?.source.fields.dependsOn?.[0] ?? null,
      itemKey: cycle[0] ?? null,
    });
  return warnings;
}

function rankOfDraft(item: ExtractedItem, group: Group): number {
  return rankOf(kindWordOf(group)) ?? rankOf(item.kind) ?? 1;
}

type Family = {
  references: References;
  itemOf: Map<Candidate, ExtractedItem>;
  byKey: Map<string, ExtractedItem>;
  pageEpic: ExtractedItem | null;
  /** 3 for epics, 2 for features, 1 for what stands under them. */
  rankOfItem: ReadonlyMap<ExtractedItem, number>;
  warnings: ExtractionWarning[];
};

function placeUnderParent({ item, group }: Draft, family: Family) {
  for (const { parentName } of group.candidates) {
    const named = parentName && findParent(item, parentName, family);
    if (!named) continue;
    item.parent = named.key;
    item.source.fields.parent = [rangeOf(parentName)];
    return;
  }
  for (const text of group.candidates.flatMap(({ otherCells }) => otherCells)) {
    const { keys, unknown } = family.references.find(flat(text), null);
    const parent = unknown.length === 0 && keys.length === 1 ? family.byKey.get(keys[0] ?? "") : undefined;
    if (!parent || rankOf(parent.kind) === 1 || !mayHold(parent, item, family)) continue;
    item.parent = parent.key;
    item.source.fields.parent = [rangeOf(text)];
    return;
  }
  const enclosing = group.candidates.flatMap((candidate) => holderAround(candidate, item, family) ?? []);
  const rankOfHolder = (holder: ExtractedItem) => family.rankOfItem.get(holder) ?? 1;
  const [closest] = enclosing.sort((a, b) => rankOfHolder(a) - rankOfHolder(b));
  if (closest) return placeUnder(item, closest);
  if (family.pageEpic && mayHold(family.pageEpic, item, family)) placeUnder(item, family.pageEpic);
}

/** The nearest item around a candidate that may hold it. */
function holderAround(candidate: Candidate, item: ExtractedItem, family: Family): ExtractedItem | null {
  for (let around = candidate.enclosing; around; around = around.enclosing) {
    const parent = family.itemOf.get(around);
    if (parent && mayHold(parent, item, family)) return parent;
  }
  return null;
}

/** The evidence for an enclosing parent is its title above the item. */
function placeUnder(item: ExtractedItem, parent: ExtractedItem) {
  item.parent = parent.key;
  item.source.fields.parent = parent.source.fields.title ?? [];
}

function findParent(item: ExtractedItem, name: RichText, family: Family): ExtractedItem | null {
  const { keys } = family.references.find(flat(name), null);
  const parents = keys.flatMap((key) => family.byKey.get(key) ?? []);
  const parent = parents.find((it) => mayHold(it, item, family));
  if (parents.length === 0)
    family.warnings.push({
      code: "parent_not_found",
      message: `“${item.title}” names “${flat(name)}” as its parent, which is not on this page.`,
      range: rangeOf(name),
      itemKey: item.key,
    });
  return parent ?? null;
}

/** Epics hold everything but epics, features hold stories and enablers, an enabler may stand where a feature stands. */
function mayHold(parent: ExtractedItem, child: ExtractedItem, { byKey, rankOfItem }: Family): boolean {
  if (parent === child || parent.kind === "story") return false;
  for (let above = byKey.get(parent.parent ?? ""); above; above = byKey.get(above.parent ?? ""))
    if (above === child) return false;
  const [rank, rankBelow] = [rankOfItem.get(parent) ?? 1, rankOfItem.get(child) ?? 1];
  if (rank > rankBelow) return true;
  const above = byKey.get(parent.parent ?? "");
  return rank === rankBelow && rank === 1 && (above === undefined || rankOfItem.get(above) === 3);
}

function addDependencies({ item, group }: Draft, references: References, warnings: ExtractionWarning[]) {
  for (const text of group.candidates.flatMap(({ dependsOn }) => dependsOn))
    addDependency(item, text, references, warnings);
}

/** What an item blocks depends on it. */
function addBlocked({ item, group }: Draft, references: References, byKey: Family["byKey"]) {
  for (const text of group.candidates.flatMap(({ blocks }) => blocks))
    for (const key of references.find(flat(text), item).keys) {
      const blocked = byKey.get(key);
      if (blocked) link(blocked, item.key, text);
    }
}

function addDependency(item: ExtractedItem, text: RichText, references: References, warnings: ExtractionWarning[]) {
  const { keys, unknown } = references.find(flat(text), item);
  for (const key of keys) link(item, key, text);
  for (const name of unknown)
    warnings.push({
      code: "unknown_dependency",
      message: `“${item.title}” depends on “${name}”, which is not on this page.`,
      range: rangeOf(text),
      itemKey: item.key,
    });
}

function addSentence(
  { dependent, on }: PageNotes["sentences"][number],
  references: References,
  byKey: Family["byKey"],
  warnings: ExtractionWarning[],
) {
  for (const key of references.find(flat(dependent), null).keys) {
    const item = byKey.get(key);
    if (item) addDependency(item, on, references, warnings);
  }
}

/** Keys in the order in which the page names them, whoever's row says so; `places` is filled by `link`. */
function sortByPlace(item: ExtractedItem) {
  const named = places.get(item);
  if (named) item.dependsOn.sort((a, b) => (named.get(a) ?? 0) - (named.get(b) ?? 0));
}

const places = new WeakMap<ExtractedItem, Map<string, number>>();

function link(item: ExtractedItem, key: string, text: RichText) {
  if (key === item.key || item.dependsOn.includes(key)) return;
  item.dependsOn.push(key);
  const range = rangeOf(text);
  const named = places.get(item) ?? new Map<string, number>();
  places.set(item, named.set(key, range.start));
  const known = item.source.fields.dependsOn ?? [];
  if (!known.some((it) => it.start === range.start)) item.source.fields.dependsOn = [...known, range];
}
