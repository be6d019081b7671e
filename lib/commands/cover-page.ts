import type { Coverage } from "../contract/routes/sessions.js";
import { readPlan } from "../domain/read-plan.js";
import type { ReadPage } from "../ports-catalog.js";

/** What a page that was read says, and what became of each of its blocks: extraction is a function of the page alone, so it is not stored. */
export function coverPage({ planId, source: from, pageUrl, pageVersion, title, body }: ReadPage): Coverage {
  const { items, warnings, coverage } = readPlan({ source: from }, { title, body });
  return {
    planId,
    page: { title, url: pageUrl, version: pageVersion, length: body.length },
    items: items.map(({ issueLink: _link, localId: _local, source, ...fields }) => ({ ...fields, range: source.item })),
    warnings,
    blocks: coverage,
  };
}
