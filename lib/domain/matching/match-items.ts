import type { ExtractedItem, ItemFields } from "../plan-item.js";
import { candidatesAmong, numberOf } from "./candidates.js";
import { type Names, type Readings, weigh } from "./evidence.js";
import { findNeighbours, readSightings, type Sighting } from "./sighting.js";
import { rarityIn } from "./words.js";

/** An item that is known from an earlier reading of the page, in the order of that reading. */
export type KnownItem = {
  id: string;
  fields: ItemFields;
  localId: string | null;
  /** Where it was read; says whether the key was printed on the page. */
  source?: ExtractedItem["source"];
};
export type Matching = {
  pairs: { id: string; item: ExtractedItem }[];
  added: ExtractedItem[];
  /** Ids of known items that are no longer on the page. */
  removed: string[];
};

/** The most certain are paired first: with them parents and neighbours are known, and nobody else can be taken for them. */
const ENOUGH = [6, 4.5, 3.4, 2.6, 1.8];
/** A place without anything of the item itself is no evidence. */
const ENOUGH_OF_ITS_OWN = 0.9;
/** By so much a pair must be better than any other pair of either side; what could be two items is none of them. */
const MARGIN = 0.25;
/** What one round finds out helps the next: children tell of parents, these of other children. Plans are four levels deep. */
const MOST_ROUNDS = 5;

/**
 * Finds known items again on a page that was edited. Printed id, local id, title, content (criteria, description, points, children) and
 * place are weighed together, so that a renumbered, copied or rewritten row is not misled by one of them: where title and content of an
 * item stand under another id, it is that item, numbered anew. Where two are equally likely it is none, unless they look the same.
 */
export function matchItems(base: readonly KnownItem[], next: readonly ExtractedItem[]): Matching {
  const before = readSightings(base, "earlier");
  const now = readSightings(
    next.map((item) => ({ fields: item, localId: item.localId, source: item.source })),
    "now",
  );
  const readings = readTogether(before, now);
  for (const enough of ENOUGH)
    for (let round = 0; round < MOST_ROUNDS && pairWhatIsSure(before, now, readings, enough); round++);
  // An id that nothing else has claimed by now is enough, whatever the row says.
  pairInOrder(before, now, (it) => (it.isOnlyId ? it.id : null));
  pairInOrder(before, now, (it) => looksOf(it, it.id));
  pairInOrder(before, now, (it) => looksOf(it, null));

  return {
    pairs: next.flatMap((item, index) => {
      const known = base[now[index]?.partner?.index ?? -1];
      return known ? [{ id: known.id, item }] : [];
    }),
    added: next.filter((_, index) => !now[index]?.partner),
    removed: base.filter((_, index) => !before[index]?.partner).map(({ id }) => id),
  };
}

function readTogether(before: readonly Sighting[], now: readonly Sighting[]): Readings {
  const wordsOf = (sightings: readonly Sighting[]) =>
    sightings.map((it) => new Set([...it.titleWords, ...it.contentWords]));
  const namesOf = (sightings: readonly Sighting[]): Names => ({
    titles: countOf(sightings.map((it) => it.title)),
    localIds: new Set(sightings.flatMap((it) => it.localId ?? [])),
    series: new Set(sightings.flatMap((it) => it.series ?? [])),
  });
  return { rarity: rarityIn(wordsOf(before), wordsOf(now)), before: namesOf(before), now: namesOf(now) };
}

function countOf(titles: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  return counts;
}

type Rival = { score: number; other: Sighting };

/** Pairs what is each other's best by a margin; true where it paired anything. */
function pairWhatIsSure(
  before: readonly Sighting[],
  now: readonly Sighting[],
  readings: Readings,
  enough: number,
): boolean {
  findNeighbours(before);
  findNeighbours(now);
  const rivals = new Map<Sighting, [Rival, Rival | null]>();
  const enter = (it: Sighting, rival: Rival) => {
    const [first, second] = rivals.get(it) ?? [null, null];
    if (!first || rival.score > first.score) rivals.set(it, [rival, first]);
    else if (!second || rival.score > second.score) rivals.set(it, [first, rival]);
  };
  for (const [it, others] of candidatesAmong(before, now, readings.rarity))
    for (const other of others) {
      const evidence = weigh(it, other, readings);
      if (!evidence || evidence.own < ENOUGH_OF_ITS_OWN) continue;
      const score = evidence.own + evidence.place;
      enter(it, { score, other });
      enter(other, { score, other: it });
    }
  let hasPaired = false;
  const isClear = (it: Sighting, other: Sighting) => {
    const [first, second] = rivals.get(it) ?? [];
    return first?.other === other && first.score >= enough && first.score - (second?.score ?? 0) >= MARGIN;
  };
  for (const [it, [{ other }]] of rivals) {
    if (!it.isEarlier || !isClear(it, other) || !isClear(other, it)) continue;
    it.partner = other;
    other.partner = it;
    hasPaired = true;
  }
  return hasPaired;
}

/** Pairs what is left and alike, first with first. */
function pairInOrder(before: readonly Sighting[], now: readonly Sighting[], alike: (it: Sighting) => string | null) {
  const waiting = new Map<string, Sighting[]>();
  for (const it of now.filter(({ partner }) => !partner).toReversed()) {
    const key = alike(it);
    if (key !== null) waiting.set(key, [...(waiting.get(key) ?? []), it]);
  }
  for (const it of before.filter(({ partner }) => !partner)) {
    const other = waiting.get(alike(it) ?? "")?.pop();
    if (!other) continue;
    it.partner = other;
    other.partner = it;
  }
}

/** Two items that look the same to everybody may be taken for each other without harm; a copy mostly stands below what it was made of. */
function looksOf({ level, title, fields, parent }: Sighting, id: string | null): string {
  const { description, acceptanceCriteria, storyPoints } = fields;
  const place = parent?.partner ? numberOf(parent) : (parent?.title ?? fields.parent);
  return JSON.stringify([level, id, title, description, acceptanceCriteria, storyPoints, place]);
}
