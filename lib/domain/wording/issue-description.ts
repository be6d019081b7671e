import type { EnablerType } from "../plan-item.js";
import { escapeParagraph } from "./escape-markdown.js";
import { safeUrl } from "./phrases.js";

/**
 * The Markdown body of an item's issue: what the page says, its acceptance criteria, and a link to the page. Written as Linear
 * itself would write it (`*` marks, loose lists, `<url>` targets), so that reading it back shows no change.
 */
export function issueDescription(
  item: { description: string; acceptanceCriteria: readonly string[]; enablerType: EnablerType | null },
  { pageUrl }: { pageUrl: string | null },
): string {
  const criteria = item.acceptanceCriteria.map((criterion) => criterion.replace(/\s+/g, " ").trim()).filter(Boolean);
  return [
    ...paragraphs(item.description),
    ...enablerLine(item.enablerType),
    ...criteriaList(criteria),
    ...footer(pageUrl),
  ].join("\n\n");
}

/** A single line break means nothing in Markdown, so each line becomes a paragraph. */
function paragraphs(description: string): string[] {
  const lines = description.split(/\n+/).map((line) => line.trim());
  return lines.filter(Boolean).map(escapeParagraph);
}

function enablerLine(type: EnablerType | null): string[] {
  return type ? [`**Enabler type:** ${type.charAt(0).toUpperCase()}${type.slice(1)}`] : [];
}

function criteriaList(criteria: readonly string[]): string[] {
  if (criteria.length === 0) return [];
  return ["**Acceptance criteria**", ...criteria.map((criterion) => `* ${escapeParagraph(criterion)}`)];
}

function footer(pageUrl: string | null): string[] {
  const url = pageUrl === null ? null : safeUrl(pageUrl);
  return url ? [`From the [planning page](<${url}>)`] : [];
}
