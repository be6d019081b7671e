import { describe, expect, it } from "vitest";
import { candidatesAmong } from "../../../lib/domain/matching/candidates.js";
import { readSightings } from "../../../lib/domain/matching/sighting.js";
import { rarityIn } from "../../../lib/domain/matching/words.js";
import type { ExtractedItem } from "../../../lib/domain/plan-item.js";
import { largePlans } from "../../support/large-plans.js";

/** How many pairs are weighed in a round in which nothing has been paired yet. */
function pairsOf([before, now]: [ExtractedItem[], ExtractedItem[]]): number {
  const toSeen = (fields: ExtractedItem) => ({ fields, localId: null });
  const [left, right] = [readSightings(before.map(toSeen), "earlier"), readSightings(now.map(toSeen), "now")];
  const rarity = rarityIn(
    left.map((it) => it.titleWords),
    right.map((it) => it.titleWords),
  );
  return [...candidatesAmong(left, right, rarity).values()].reduce((sum, others) => sum + others.size, 0);
}

describe("the pairs that are looked at", () => {
  it.each(Object.entries(largePlans))("grow with the page and not with its square: %s", (_, make) => {
    const [small, large] = [pairsOf(make(1000)), pairsOf(make(2000))];
    expect(large).toBeLessThanOrEqual(2.3 * small);
    expect(large).toBeLessThanOrEqual(2000 * 20);
  });

  it("are there at all where most was left alone", () => {
    const make = largePlans["left alone"];
    expect(make && pairsOf(make(500))).toBeGreaterThanOrEqual(500);
  });
});
