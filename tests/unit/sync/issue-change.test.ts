import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rewriteMarkdown } from "../../../dev/linear/markdown.js";
import { toIssueChange, toProjectChange, unsayable } from "../../../lib/domain/sync/issue-change.js";
import { readIssueValues, readProjectValues, type IssueState } from "../../../lib/domain/sync/issue-values.js";
import { issueContent } from "../../../lib/domain/issue-fields.js";
import { syncFields } from "../../../lib/domain/sync/values.js";
import { aContext, allLabels, anItem, changed, contexts, items, states } from "./issue-scene.js";

const runs = { numRuns: Number(process.env["LAW_RUNS"] ?? 500) };
const context = aContext();
/** The issue of an item as we create it. */
const issueOf = (item = anItem()): IssueState => ({
  ...issueContent(item, context),
  ...context.placeBelow(item.parent),
  labelIds: [],
});

describe("the values of an issue", () => {
  it("are those that it was written with, also after Linear has rewritten it", () => {
    fc.assert(
      fc.property(items, contexts, (item, its) => {
        const labels = its.labels[item.kind];
        const content = issueContent(item, its);
        const description = rewriteMarkdown(content.description);
        const issue = {
          ...content,
          description,
          ...its.placeBelow(item.parent),
          labelIds: labels && item.kind !== "story" ? [labels] : [],
        };
        expect(readIssueValues(issue, item, { ...its, blockedBy: null })).toEqual(item);
      }),
      runs,
    );
  });

  it.each([
    ["a title", { title: "Pay  by bank " }, { title: "Pay by bank" }],
    ["an estimate", { estimate: 8 }, { storyPoints: 8 }],
    ["no estimate", { estimate: null }, { storyPoints: null }],
    ["a priority", { priority: 1 }, { priority: "urgent" }],
    ["no priority", { priority: 0 }, { priority: null }],
    ["a label", { labelIds: [allLabels.enabler, allLabels.bug] }, { kind: "enabler" }],
    ["another parent", { parentId: "issue-enabler" }, { parent: "enabler" }],
    ["a parent that is not in the plan", { parentId: "issue-elsewhere" }, { parent: "outside" }],
    ["no parent, in the project of the epic", { parentId: null, projectId: "project-epic" }, { parent: "epic" }],
    ["no parent, in some project", { parentId: null, projectId: "project-elsewhere" }, { parent: null }],
    ["bold words", { description: "**Guests** pay.\n\n### AC\n\n1. Receipt" }, {}],
    ["other words", { description: "Guests leave.\n\n## AC\n\n- [x] Receipt" }, { description: "Guests leave." }],
  ])("say what somebody set: %s", (_, change, values) => {
    expect(readIssueValues({ ...issueOf(), ...change }, anItem(), context)).toEqual(anItem(values as object));
  });

  it("stay what they were where an issue cannot say them", () => {
    const item = anItem({ title: "Long ".repeat(60), storyPoints: 4, description: "one\ntwo", parent: "unwritten" });
    const issue = issueOf(item);
    expect(issue.estimate).toBe(5);
    expect(readIssueValues(issue, item, context)).toEqual(item);
    const unused = aContext({ estimation: { ...context.estimation, scale: "notUsed" }, labels: {} });
    const enabler = anItem({ kind: "enabler" });
    expect(readIssueValues({ ...issueOf(), estimate: 3 }, enabler, unused)).toEqual(enabler);
  });

  it("keep the end of a title that Linear cuts, whatever somebody edits before it", () => {
    const item = anItem({ title: `${"Long ".repeat(60)}end` });
    const { title } = issueOf(item);
    const edited = title.replace("Long", "Big");
    const read = readIssueValues({ ...issueOf(item), title: edited }, item, context);
    expect(read.title).toBe(item.title.replace("Long", "Big"));
    expect(readIssueValues({ ...issueOf(item), title: edited }, read, context).title).toBe(read.title);
    expect(readIssueValues({ ...issueOf(item), title: title.slice(0, 200) }, item, context).title).toBe(item.title);
    expect(readIssueValues({ ...issueOf(item), title: "Short" }, item, context).title).toBe("Short");
  });

  it("keep the kind while its label is among several, and lose it with the label", () => {
    const kindOf = (...labelIds: string[]) =>
      readIssueValues({ ...issueOf(), labelIds }, anItem({ kind: "feature" }), context).kind;
    expect(kindOf(allLabels.epic, allLabels.feature)).toBe("feature");
    expect(kindOf(allLabels.enabler, allLabels.epic)).toBe("epic");
    expect(kindOf(allLabels.bug)).toBe("story");
  });

  it("hold what blocks the issue; what has no issue stays, and other issues are nothing to the plan", () => {
    const dependsOf = (blockedBy: string[] | null, dependsOn: string[]) =>
      readIssueValues(issueOf(), anItem({ dependsOn }), aContext({ blockedBy })).dependsOn;
    expect(dependsOf(null, ["other"])).toEqual(["other"]);
    expect(dependsOf(["issue-other", "issue-elsewhere", "issue-enabler"], [])).toEqual(["enabler", "other"]);
    expect(dependsOf([], ["enabler", "unwritten"])).toEqual(["unwritten"]);
  });
});

describe("the change of an issue", () => {
  it("is nothing where nothing else is wanted", () => {
    fc.assert(
      fc.property(states, items, contexts, (issue, before, its) => {
        const now = readIssueValues(issue, before, its);
        expect(toIssueChange(issue, now, now, its)).toEqual({});
        expect(readIssueValues(issue, now, its)).toEqual(now);
      }),
      runs,
    );
  });

  it("makes the issue say what is wanted, whatever it said before", () => {
    fc.assert(
      fc.property(states, items, items, contexts, (issue, before, wanted, its) => {
        const now = readIssueValues(issue, before, its);
        const after = changed(issue, toIssueChange(issue, now, wanted, its));
        const stored = { ...after, description: rewriteMarkdown(after.description) };
        // Relations are changed on their own.
        const read = { ...its, blockedBy: null };
        expect(readIssueValues(after, wanted, read)).toEqual(wanted);
        expect(readIssueValues(stored, wanted, read)).toEqual(wanted);
      }),
      runs,
    );
  });

  it("names what an issue says near the value only: all else is read back by one who knows nothing", () => {
    fc.assert(
      fc.property(states, items, contexts, (issue, wanted, its) => {
        const blank = anItem({ title: "", kind: "story", parent: "outside", storyPoints: null, priority: null });
        const now = readIssueValues(issue, blank, its);
        const read = readIssueValues(changed(issue, toIssueChange(issue, now, wanted, its)), blank, its);
        const text = ["title", "description", "acceptanceCriteria", "dependsOn"];
        const unsaid = unsayable(wanted, its);
        const said = syncFields.filter((field) => !unsaid.includes(field) && !text.includes(field));
        for (const field of said) expect([field, read[field]]).toEqual([field, wanted[field]]);
      }),
      runs,
    );
  });

  it("holds only what differs", () => {
    const issue = { ...issueOf(), labelIds: [allLabels.bug, allLabels.feature] };
    const now = anItem({ kind: "feature" });
    const change = (wanted: object) => toIssueChange(issue, now, wanted, context);
    expect(change({ title: "New", priority: null, storyPoints: 7 })).toEqual({
      title: "New",
      priority: 0,
      estimate: 8,
    });
    expect(change({ storyPoints: 4 })).toEqual({});
    expect(change({ storyPoints: null })).toEqual({ estimate: null });
    expect(change({ kind: "enabler" })).toEqual({
      addedLabelIds: [allLabels.enabler],
      removedLabelIds: [allLabels.feature],
    });
    expect(change({ kind: "story" })).toEqual({ removedLabelIds: [allLabels.feature] });
    expect(change({ parent: "epic" })).toEqual({ parentId: null });
    expect(change({ parent: null })).toEqual({ parentId: null, projectId: null });
    expect(change({ parent: "outside" })).toEqual({});
    expect(change({ acceptanceCriteria: ["Receipt", "Refund"] })).toEqual({
      description: issue.description.replace("* Receipt", "* Receipt\n\n* Refund"),
    });
  });

  it("leaves projects alone that are not the plan's", () => {
    const issue = { ...issueOf(), projectId: "project-elsewhere" };
    expect(toIssueChange(issue, anItem(), { parent: "enabler" }, context)).toEqual({ parentId: "issue-enabler" });
  });
});

describe("an epic that is a project", () => {
  it("is read and changed by name, content and priority; the rest is as it was", () => {
    const epic = anItem({ kind: "epic", parent: null, storyPoints: 40, dependsOn: ["other"] });
    const { title: name, description: content, priority } = issueContent(epic, context);
    const project = { name, content, priority };
    expect(readProjectValues(project, epic, context)).toEqual(epic);
    const now = readProjectValues({ ...project, name: "Payments", priority: 4 }, epic, context);
    expect(now).toEqual({ ...epic, title: "Payments", priority: "low" });
    const wanted = { ...now, description: "Guests pay twice.", priority: null, title: "Pay" };
    const change = toProjectChange(project, now, wanted, context);
    expect(change).toEqual({ name: "Pay", content: content.replace("pay.", "pay twice."), priority: 0 });
    expect(readProjectValues({ ...project, ...change }, wanted, context)).toEqual(wanted);
  });
});
