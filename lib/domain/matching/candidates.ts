import type { Sighting } from "./sighting.js";
import type { Rarity } from "./words.js";

/** What more sightings than this have in common brings nobody together: so the work grows with the page and not with its square. */
const MOST_ALIKE = 6;
/** Words that stand in more places than this lead nowhere. */
const MOST_PLACES = 12;
/** So many of the most similar are looked at more closely. */
const MOST_SIMILAR = 6;

export type Candidates = ReadonlyMap<Sighting, ReadonlySet<Sighting>>;

/** For each sighting that has no partner yet: those it could be paired with, a handful at most for each kind of evidence. */
export function candidatesAmong(before: readonly Sighting[], now: readonly Sighting[], rarity: Rarity): Candidates {
  const left = before.filter((it) => !it.partner);
  const right = now.filter((it) => !it.partner);
  const candidates = new Map(left.map((it) => [it, new Set<Sighting>()]));
  const propose = (it: Sighting, other: Sighting) => candidates.get(it)?.add(other);

  for (const sign of signs) {
    const places = groupBy(right, sign);
    for (const [key, alike] of groupBy(left, sign)) {
      const others = places.get(key) ?? [];
      if (alike.length * others.length <= MOST_ALIKE ** 2)
        for (const it of alike) for (const other of others) propose(it, other);
    }
  }
  for (const it of left)
    for (const { partner } of it.children) if (partner?.parent && !partner.parent.partner) propose(it, partner.parent);
  for (const [it, similar] of similarWords(left, right, rarity)) for (const other of similar) propose(it, other);
  return candidates;
}

type Sign = (it: Sighting) => string | null;

/** What two sightings of one item may have in common. */
const signs: readonly Sign[] = [
  (it) => it.id,
  (it) => it.localId,
  (it) => it.fields.issueLink,
  (it) => it.title,
  (it) => `${placeOf(it)} ${it.title}`,
  (it) => (it.contentWords.size > 0 ? [...it.contentWords].join(" ") : null),
  (it) => `${it.level} ${placeOf(it)} ${numberOf(it.above)} ${numberOf(it.below)}`,
];

/** The same for both readings where the parent is known on both sides. */
function placeOf({ parent, fields }: Sighting): string {
  if (!parent) return fields.parent ?? "";
  return parent.partner ? `#${numberOf(parent)}` : parent.title;
}

/** A number that a pair has in common: the place of its earlier sighting; -1 for whom has no partner. */
export function numberOf(it: Sighting | null): number {
  return it?.partner ? (it.isEarlier ? it.index : it.partner.index) : -1;
}

function groupBy(sightings: readonly Sighting[], sign: Sign): Map<string, Sighting[]> {
  const groups = new Map<string, Sighting[]>();
  for (const it of sightings) {
    const key = sign(it);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(it);
    else groups.set(key, [it]);
  }
  return groups;
}

function similarWords(left: readonly Sighting[], right: readonly Sighting[], rarity: Rarity): Candidates {
  const places = new Map<string, Sighting[]>();
  for (const it of right)
    for (const word of new Set([...it.titleWords, ...it.contentWords])) {
      const known = places.get(word);
      if (known) known.push(it);
      else places.set(word, [it]);
    }
  return new Map(
    left.map((it) => {
      const telling = new Map<Sighting, number>();
      for (const word of new Set([...it.titleWords, ...it.contentWords])) {
        const found = places.get(word) ?? [];
        if (found.length <= MOST_PLACES)
          for (const other of found) telling.set(other, (telling.get(other) ?? 0) + rarity(word) + 0.1);
      }
      const best = [...telling].sort((a, b) => b[1] - a[1]).slice(0, MOST_SIMILAR);
      return [it, new Set(best.map(([other]) => other))];
    }),
  );
}
