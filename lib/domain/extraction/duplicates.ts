import { type Candidate, type Found, rankOf } from "./candidate.js";
import { titleKey } from "./fold.js";

/** Candidates that mean one item, the one that shows best where the item stands first. */
export type Group = { candidates: Candidate[]; hasForeignTwin: boolean };

/** Puts candidates together that are the same item: same id, or same title in another heading, list or table. */
export function groupDuplicates(
  candidates: readonly Candidate[],
  enclosingOf: (candidate: Candidate) => Candidate | null = (it) => it.enclosing,
): Group[] {
  const groups: Group[] = [];
  const byId = new Map<string, Group[]>();
  const byTitle = new Map<string, Group[]>();
  for (const candidate of candidates) {
    const id = candidate.id?.value.toUpperCase();
    const title = titleKey(candidate.title.value);
    const twins = id ? (byId.get(id) ?? []) : [];
    const same =
      twins.slice(0, MOST_TWINS).find((group) => !isTwin(group, candidate)) ??
      findByTitle(byTitle.get(title) ?? [], candidate, enclosingOf);
    const group = same ?? { candidates: [], hasForeignTwin: twins.length > 0 };
    if (!same) groups.push(group);
    group.candidates.push(candidate);
    if (id) remember(byId, id, group);
    remember(byTitle, title, group);
  }
  for (const group of groups) group.candidates.sort((a, b) => Number(isHeading(b)) - Number(isHeading(a)));
  return groups;
}

/** Two rows of one table that carry the same id and different titles are two items, and somebody made a mistake. */
function isTwin(group: Group, candidate: Candidate): boolean {
  return group.candidates
    .slice(0, MOST_TWINS)
    .some(
      (other) =>
        (other.structure === candidate.structure || isOtherKind(other, candidate)) &&
        titleKey(other.title.value) !== titleKey(candidate.title.value),
    );
}

function isOtherKind(a: Candidate, b: Candidate): boolean {
  return a.kindWord !== null && b.kindWord !== null && rankOf(a.kindWord.value) !== rankOf(b.kindWord.value);
}

/** A title that stands for more items than this is no name: the search ends here, so that odd pages stay quick. */
const MOST_TWINS = 20;

function findByTitle(
  groups: Group[],
  candidate: Candidate,
  enclosingOf: (candidate: Candidate) => Candidate | null,
): Group | undefined {
  return groups
    .slice(0, MOST_TWINS)
    .find((group) =>
      group.candidates
        .slice(0, MOST_TWINS)
        .every(
          (other) =>
            other.structure !== candidate.structure &&
            !standsUnder(candidate, other) &&
            (!other.id || !candidate.id || other.id.value === candidate.id.value) &&
            isSamePlace(enclosingOf(other), enclosingOf(candidate)) &&
            (!other.kindWord || !candidate.kindWord || other.kindWord.value === candidate.kindWord.value),
        ),
    );
}

/** A story may have the title of the feature that it stands under. */
function standsUnder(candidate: Candidate, other: Candidate): boolean {
  for (let around = candidate.enclosing; around; around = around.enclosing) if (around === other) return true;
  return false;
}

function isSamePlace(above: Candidate | null, other: Candidate | null): boolean {
  return (
    above === other || above === null || other === null || titleKey(above.title.value) === titleKey(other.title.value)
  );
}

function isHeading({ structure }: Candidate): boolean {
  return structure.kind !== "table" && structure.kind !== "list";
}

function remember(map: Map<string, Group[]>, key: string, group: Group) {
  const known = map.get(key);
  if (!known) map.set(key, [group]);
  else if (known.at(-1) !== group && !known.includes(group, -MOST_TWINS)) known.push(group);
}

/** The first of the candidates that has a field, has it for the item. */
export function firstOf<Value>(group: Group, pick: (candidate: Candidate) => Value | null): Value | null {
  for (const candidate of group.candidates) {
    const value = pick(candidate);
    if (value !== null) return value;
  }
  return null;
}

/** All values of a list field, each once. */
export function allOf(group: Group, pick: (candidate: Candidate) => Found<string>[]): Found<string>[] {
  const [only, another] = group.candidates;
  if (only && !another) return pick(only);
  const seen = new Map<string, Found<string>>();
  for (const found of group.candidates.flatMap(pick))
    if (!seen.has(titleKey(found.value))) seen.set(titleKey(found.value), found);
  return [...seen.values()];
}
