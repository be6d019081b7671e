import type { ExtractionWarning } from "../plan-item.js";
import type { Draft } from "./assemble.js";
import { firstOf } from "./duplicates.js";

/** What a person should look at in single items. */
export function warningsAbout(drafts: readonly Draft[]): ExtractionWarning[] {
  return drafts.flatMap((draft) => [...oddEstimate(draft), ...duplicateId(draft), ...missingCriteria(draft)]);
}

function oddEstimate({ item, group }: Draft): ExtractionWarning[] {
  const odd = firstOf(group, (it) => it.oddEstimate);
  if (!odd || item.storyPoints !== null) return [];
  const message = `“${odd.value}” is no estimate in points, so “${item.title}” has none.`;
  return [{ code: "estimate_not_understood", message, range: odd.range, itemKey: item.key }];
}

function duplicateId({ item, group }: Draft): ExtractionWarning[] {
  const id = firstOf(group, (it) => it.id);
  if (!group.hasForeignTwin || !id) return [];
  const message = `Two items have the id ${id.value}; “${item.title}” is called ${item.key} here.`;
  return [{ code: "duplicate_id", message, range: id.range, itemKey: item.key }];
}

function missingCriteria({ item }: Draft): ExtractionWarning[] {
  if (item.kind !== "story" || item.acceptanceCriteria.length > 0) return [];
  const message = `“${item.title}” has no acceptance criteria.`;
  return [{ code: "story_without_criteria", message, range: item.source.item, itemKey: item.key }];
}
