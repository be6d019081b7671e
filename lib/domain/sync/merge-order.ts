import type { Entry } from "./entries.js";
import { repeatable } from "./merge-result.js";
import { bothSides, mergeSequence } from "./merge-sequence.js";

/**
 * Merges what two sides made of the order of siblings, given by their ids; each side may have added and removed some. A new one stays
 * behind the one that it was put behind. It is a conflict where both moved or added the same one to different places.
 */
export const mergeOrder = repeatable<string[]>(
  (base, page, linear) => {
    const before = base.map((id): Entry => ({ text: id, key: id, from: null }));
    const known = new Map(before.map((entry) => [entry.key, entry]));
    const toEntries = (ids: string[]) => ids.map((id): Entry => ({ text: id, key: id, from: known.get(id) ?? null }));
    const merged = mergeSequence(before, toEntries(page), toEntries(linear), {
      place: bothSides,
      entry: () => "conflict",
    });
    return merged === "conflict" || new Set(merged).size < merged.length ? "conflict" : { merged };
  },
  (a, b) => a.join() === b.join(),
);
