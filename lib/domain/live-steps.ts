import type { SessionId } from "./ids.js";
import type { CoveredBlock, ExtractedItem, Extraction } from "./plan-item.js";
import { clip } from "./wording/phrases.js";

/** A step of a live plan as planning sees it. */
export type LiveStep = { id: string; text: string; owner: string };

const prefix = "session:";
/** As much as Linear takes; a longer first line stands in the description as well. */
const longestTitle = 255;

/** The source of a plan that is made from a session's own steps. */
export const liveSource = (id: SessionId): string => `${prefix}${id}`;
export const isLiveSource = (source: string): boolean => source.startsWith(prefix);

/** The steps as a snapshot keeps them: one on each line. */
export const writeSteps = (steps: readonly LiveStep[]): string => steps.map((step) => JSON.stringify(step)).join("\n");

/** What the steps of a live plan propose: each a story whose key is the step's id, so that it stays the same story whatever is written in it. */
export function extractSteps(body: string): Extraction {
  const items: ExtractedItem[] = [];
  const coverage: CoveredBlock[] = [];
  let start = 0;
  for (const line of body.split("\n").filter(Boolean)) {
    const range = { start, end: start + line.length };
    start = range.end + 1;
    items.push(toStory(JSON.parse(line) as LiveStep, range));
    coverage.push({ range, use: "item", rule: "live-step", under: null, block: "step" });
  }
  return { items, warnings: [], coverage };
}

function toStory({ id, text, owner }: LiveStep, range: CoveredBlock["range"]): ExtractedItem {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const [first = "", ...rest] = lines;
  const title = clip(first, longestTitle);
  return {
    key: id,
    kind: "story",
    title,
    parent: null,
    description: [...(title === first ? rest : lines), `Owner: ${owner}`].join("\n\n"),
    storyPoints: null,
    priority: null,
    enablerType: null,
    acceptanceCriteria: [],
    dependsOn: [],
    issueLink: null,
    localId: id,
    source: { item: range, fields: {} },
  };
}
