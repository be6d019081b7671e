import * as fc from "fast-check";
import type { IssueEdit } from "../../../lib/domain/sync/issue-change.js";
import type { IssueContext, IssueState } from "../../../lib/domain/sync/issue-values.js";
import type { ItemValues } from "../../../lib/domain/sync/values.js";
import { issueText, line, markdown, pageUrl } from "./issue-markdown.js";

/** A plan with an epic that is a project, a feature and an enabler that are issues, and a story that is none yet. */
export const above: Record<string, string | null> = {
  epic: null,
  feature: "epic",
  enabler: null,
  unwritten: "feature",
};
const issues: Record<string, string> = { feature: "issue-feature", enabler: "issue-enabler", other: "issue-other" };
const projects: Record<string, string> = { epic: "project-epic" };
const keyOf = (record: Record<string, string>, value: string) =>
  Object.keys(record).find((key) => record[key] === value) ?? null;

export const allLabels = { epic: "label-epic", feature: "label-feature", enabler: "label-enabler", bug: "label-bug" };

export function aContext(over: Partial<IssueContext> = {}): IssueContext {
  return {
    estimation: { scale: "fibonacci", extended: false, allowZero: false },
    labels: allLabels,
    pageUrl,
    itemIdOf: (id) => keyOf(issues, id),
    projectItemIdOf: (id) => keyOf(projects, id),
    issueIdOf: (id) => issues[id] ?? null,
    placeBelow(parent) {
      let parentId: string | null = null;
      for (let at = parent; at !== null; at = above[at] ?? null) {
        const projectId = projects[at];
        if (projectId !== undefined) return { parentId, projectId };
        parentId ??= issues[at] ?? null;
      }
      return { parentId, projectId: null };
    },
    blockedBy: null,
    ...over,
  };
}

export function anItem(over: Partial<ItemValues> = {}): ItemValues {
  return {
    title: "Pay by card",
    kind: "story",
    parent: "feature",
    description: "Guests pay.",
    storyPoints: 5,
    priority: "high",
    enablerType: null,
    acceptanceCriteria: ["Receipt"],
    dependsOn: [],
    order: null,
    ...over,
  };
}

/** What an issue is after a change, as Linear would have it. */
export function changed(
  issue: IssueState,
  { addedLabelIds = [], removedLabelIds = [], ...rest }: IssueEdit,
): IssueState {
  const left = issue.labelIds.filter((id) => !removedLabelIds.includes(id));
  return { ...issue, ...rest, labelIds: [...left, ...addedLabelIds] };
}

export const contexts: fc.Arbitrary<IssueContext> = fc
  .record({
    estimation: fc.record({
      scale: fc.constantFrom("notUsed", "exponential", "fibonacci", "linear", "tShirt" as const),
      extended: fc.boolean(),
      allowZero: fc.boolean(),
    }),
    labels: fc.constantFrom<Record<string, string>>(allLabels, {}, { feature: "label-feature", bug: "label-bug" }),
    blockedBy: fc.option(fc.subarray([...Object.values(issues), "issue-elsewhere"])),
    pageUrl: fc.constantFrom(pageUrl, null),
  })
  .map(aContext);

export const items: fc.Arbitrary<ItemValues> = fc
  .record({
    title: fc.oneof(line, fc.constant("Long ".repeat(60))),
    kind: fc.constantFrom("epic", "feature", "story", "enabler" as const),
    parent: fc.constantFrom(null, "epic", "feature", "enabler", "unwritten"),
    text: issueText,
    storyPoints: fc.constantFrom(null, 0, 1, 3, 4, 5, 13, 100, 2.5),
    priority: fc.constantFrom(null, "urgent", "high", "medium", "low" as const),
    dependsOn: fc.subarray(["enabler", "other", "unwritten"]),
  })
  .map(({ text, ...rest }) => ({ ...rest, ...text, order: null }));

export const states: fc.Arbitrary<IssueState> = fc.record({
  title: line,
  description: markdown,
  priority: fc.constantFrom(0, 1, 2, 3, 4),
  estimate: fc.constantFrom(null, 1, 3, 5, 8, 13),
  parentId: fc.constantFrom(null, ...Object.values(issues), "issue-elsewhere"),
  projectId: fc.constantFrom(null, "project-epic", "project-elsewhere"),
  labelIds: fc.subarray(Object.values(allLabels)),
});
