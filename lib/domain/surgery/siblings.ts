import type { Candidate } from "../extraction/candidate.js";
import type { ExtractedItem } from "../plan-item.js";
import type { PageView } from "./page-view.js";

/** Items that are written as one is, the likeliest models first: under the same parent, of the same kind, near. */
export function modelsFor(
  view: PageView,
  item: ExtractedItem,
  own: Candidate,
): { item: ExtractedItem; candidate: Candidate }[] {
  const index = view.extraction.items.indexOf(item);
  const models = view.extraction.items.flatMap((other, at) => {
    if (other === item) return [];
    return (view.sightings.get(other.key) ?? []).flatMap((candidate) => {
      if (candidate.rule !== own.rule) return [];
      const isNear = candidate.structure === own.structure ? 0 : 400;
      const isKin = (other.parent === item.parent ? 0 : 200) + (other.kind === item.kind ? 0 : 100);
      return [{ item: other, candidate, distance: isNear + isKin + Math.min(99, Math.abs(at - index)) }];
    });
  });
  return models.sort((a, b) => a.distance - b.distance);
}
