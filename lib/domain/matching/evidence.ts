import { mayBeSameParent, type Sighting } from "./sighting.js";
import { type Rarity, sharedWords } from "./words.js";

/** What both readings know together. */
export type Readings = {
  rarity: Rarity;
  before: Names;
  now: Names;
};
/** Titles, local ids and series of printed ids that a reading has. */
export type Names = {
  /** How often each title stands there. */
  titles: ReadonlyMap<string, number>;
  localIds: ReadonlySet<string>;
  series: ReadonlySet<string>;
};

/**
 * How strongly each kind of evidence speaks. The whole title outweighs a printed id that it has parted from (a renumbered row), an id with
 * anything else outweighs a title alone, and no single one outweighs two others.
 */
const WEIGHT = {
  id: 2.6,
  repeatedId: 1.3,
  otherId: -3,
  sameNumber: 0.6,
  issueLink: 2.6,
  localId: 2.5,
  repeatedLocalId: 1.5,
  otherLocalId: -0.8,
  wholeTitle: 3.2,
  partOfTitle: 2.6,
  content: 1.8,
  otherContent: -0.5,
  points: 0.2,
  priority: 0.1,
  children: 2.6,
  otherChildren: -1,
  otherLevel: -1,
  parent: 0.8,
  parentOfSameName: 0.5,
  otherParent: -0.3,
  neighbour: 0.35,
};
/** From this rarity of common words on they count in full. */
const TELLING = 6;

/** `own` is what the two have in common by themselves; `place` only helps to tell which of several it is. */
export type Evidence = { own: number; place: number };

/** Weighs what speaks for two sightings being the same item; null where they cannot be. */
export function weigh(before: Sighting, now: Sighting, readings: Readings): Evidence | null {
  const title = similarTitle(before, now, readings);
  const content = weighContent(before, now, readings.rarity);
  const isLinked = before.fields.issueLink !== null && before.fields.issueLink === now.fields.issueLink;
  const isSameLevel = before.level === now.level;
  const isNamed = isLinked || isSame(before.id, now.id) || isSame(before.localId, now.localId);
  if (!isSameLevel && !isNamed && !(title === 1 && isOnlyTitle(before, now, readings))) return null;
  const own =
    weighId(before, now, title, readings) +
    weighLocalId(before, now, title, readings) +
    (title === 1 ? WEIGHT.wholeTitle : WEIGHT.partOfTitle * title) +
    content +
    (isLinked ? WEIGHT.issueLink : 0) +
    (isSameLevel ? 0 : WEIGHT.otherLevel) +
    weighChildren(before, now);
  return { own, place: weighParent(before, now) + weighNeighbours(before, now) };
}

/** A title that stands unchanged at another item says nothing for this one, however similar the two are. */
function similarTitle(before: Sighting, now: Sighting, readings: Readings): number {
  if (before.title === now.title) return 1;
  const times = (reading: Names, title: string) => reading.titles.get(title) ?? 0;
  const isStill = times(readings.now, before.title) >= times(readings.before, before.title);
  const wasBefore = times(readings.before, now.title) >= times(readings.now, now.title);
  const elsewhere = Number(isStill) + Number(wasBefore);
  return sharedWords(before.titleWords, now.titleWords, readings.rarity).part * 0.95 * (1 - elsewhere / 2);
}

/** A story may have the title of its feature: only a title that nobody else has says that a feature is a story now. */
function isOnlyTitle(before: Sighting, now: Sighting, readings: Readings): boolean {
  return readings.before.titles.get(before.title) === 1 && readings.now.titles.get(now.title) === 1;
}

const isSame = (a: string | null, b: string | null) => a !== null && a === b;

/** Another id speaks against two items unless the title stayed; where the whole series was renamed, the number still says something. */
function weighId(before: Sighting, now: Sighting, title: number, readings: Readings): number {
  if (!before.id || !now.id) return 0;
  if (before.id === now.id) return before.isOnlyId && now.isOnlyId ? WEIGHT.id : WEIGHT.repeatedId;
  const isSeriesKept = readings.now.series.has(before.series ?? "") && readings.before.series.has(now.series ?? "");
  if (isSeriesKept) return WEIGHT.otherId * (1 - title);
  return before.series !== now.series && numberIn(before) === numberIn(now) ? WEIGHT.sameNumber : 0;
}

const numberIn = ({ id, series }: Sighting) => id?.slice(series?.length ?? 0);

/** Another local id speaks against two items where one of them is seen on the other side too. */
function weighLocalId(before: Sighting, now: Sighting, title: number, readings: Readings): number {
  if (!before.localId || !now.localId) return 0;
  if (before.localId === now.localId)
    return before.isOnlyLocalId && now.isOnlyLocalId ? WEIGHT.localId : WEIGHT.repeatedLocalId;
  const isElsewhere = readings.now.localIds.has(before.localId) || readings.before.localIds.has(now.localId);
  return isElsewhere ? WEIGHT.otherLocalId * (1 - title) : 0;
}

function weighContent(before: Sighting, now: Sighting, rarity: Rarity): number {
  let weight = 0;
  if (before.contentWords.size > 0 && now.contentWords.size > 0) {
    const { part, telling } = sharedWords(before.contentWords, now.contentWords, rarity);
    weight = part < 0.1 ? WEIGHT.otherContent : WEIGHT.content * part * Math.min(1, telling / TELLING);
  }
  const same = (field: "storyPoints" | "priority") =>
    before.fields[field] !== null && before.fields[field] === now.fields[field];
  return weight + (same("storyPoints") ? WEIGHT.points : 0) + (same("priority") ? WEIGHT.priority : 0);
}

/** A parent whose children stayed is the same parent, whatever it is called. */
function weighChildren(before: Sighting, now: Sighting): number {
  if (before.children.length === 0 || now.children.length === 0) return 0;
  const stayed = before.children.filter((child) => child.partner?.parent === now).length;
  const wentElsewhere = before.children.filter((child) => child.partner && child.partner.parent !== now).length;
  const cameFromElsewhere = now.children.filter((child) => child.partner && child.partner.parent !== before).length;
  if (stayed > 0) return (WEIGHT.children * stayed) / (stayed + Math.max(wentElsewhere, cameFromElsewhere));
  return wentElsewhere > 0 || cameFromElsewhere > 0 ? WEIGHT.otherChildren : 0;
}

function weighParent(before: Sighting, now: Sighting): number {
  const [parent, other] = [before.parent, now.parent];
  if (!parent || !other) {
    const isSame = !parent && !other && before.fields.parent === now.fields.parent;
    return isSame ? WEIGHT.parent : WEIGHT.otherParent;
  }
  if (parent.partner === other) return WEIGHT.parent;
  if (parent.partner || other.partner) return WEIGHT.otherParent;
  return parent.title === other.title ? WEIGHT.parentOfSameName : 0;
}

/** Neighbours tell a place only where the parents may be the same. */
function weighNeighbours(before: Sighting, now: Sighting): number {
  if (!mayBeSameParent(before, now)) return 0;
  const isKept = (it: Sighting | null, other: Sighting | null) => (it?.partner ?? null) === other;
  return (
    (isKept(before.above, now.above) ? WEIGHT.neighbour : 0) + (isKept(before.below, now.below) ? WEIGHT.neighbour : 0)
  );
}
