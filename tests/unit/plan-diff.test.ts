import { describe, expect, it } from "vitest";
import { extract } from "../../lib/domain/extraction/extract.js";
import type { PlanId, PlanItemId, SessionId } from "../../lib/domain/ids.js";
import { approve } from "../../lib/domain/plan-approval.js";
import { diffPlan, type LinkedIssues } from "../../lib/domain/plan-diff.js";
import { notDone, type PlanItem } from "../../lib/domain/plan-item.js";

const page = (...stories: string[]) =>
  extract({
    title: "",
    body: `<h1>Epic: Epic</h1><h2>Feature: Feature</h2>${stories.map((story) => `<h3>${story}</h3>`).join("")}`,
  }).items;
const noLinks: LinkedIssues = { adoptable: new Map(), own: new Map() };
const context = { planId: "plan" as PlanId, proposalId: "p1", sessionId: "s1" as SessionId, epicsAs: "issue" as const };

const propose = (existing: PlanItem[], items: ReturnType<typeof page>, linked = noLinks) =>
  diffPlan(existing, items, linked);
const approveAll = (
  existing: PlanItem[],
  proposed: ReturnType<typeof propose>,
  without: string[] = [],
  proposalId = "p1",
) =>
  approve({
    ...context,
    proposalId,
    proposed,
    existing,
    chosen: new Set(proposed.map((item) => item.fields.key).filter((key) => !without.includes(key))),
  });
/** What a run leaves behind that has written everything. */
const written = (rows: PlanItem[]): PlanItem[] =>
  rows.map((row) => ({
    ...row,
    pending: null,
    linksPending: false,
    base: row.fields,
    linearId: row.linearId ?? `linear-${row.fields.key}`,
    linearIdentifier: `ENG-${row.position + 1}`,
  }));
const changes = (proposed: ReturnType<typeof propose>) => proposed.map((item) => `${item.change} ${item.fields.title}`);

describe("what a page changes in a plan", () => {
  const items = page("Story US-1: One", "Story US-2: Two");
  const before = written(approveAll([], propose([], items)));

  it("is everything at first and nothing the second time", () => {
    expect(changes(propose([], items))).toEqual(["new Epic", "new Feature", "new One", "new Two"]);
    expect(changes(propose(before, items))).toEqual([
      "unchanged Epic",
      "unchanged Feature",
      "unchanged One",
      "unchanged Two",
    ]);
  });

  it("is a change of the item that was renamed, an addition, and a removal", () => {
    expect(changes(propose(before, page("Story US-1: Uno", "Story US-3: Three")))).toEqual([
      "unchanged Epic",
      "unchanged Feature",
      "changed Uno",
      "new Three",
      "removed Two",
    ]);
  });

  it("follows a renamed parent without changing its children", () => {
    const named = (feature: string) =>
      extract({ title: "", body: `<h1>Epic: Epic</h1><h2>Feature: ${feature}</h2><h3>Story US-1: One</h3>` }).items;
    const known = written(approveAll([], propose([], named("Search for past orders"))));
    expect(changes(propose(known, named("Search for all past orders")))).toEqual([
      "unchanged Epic",
      "changed Search for all past orders",
      "unchanged One",
    ]);
  });

  it("is the issue that an item links to, whatever it is called now, cancelled or not", () => {
    const two = before.find((row) => row.fields.key === "US-2") as PlanItem;
    const cancelled = before.map((row) => (row === two ? { ...row, state: "removed" as const } : row));
    const items = page("Story US-1: One", "Story: Something else");
    const own = new Map([[items.at(-1)?.key ?? "", two.id]]);
    const proposed = propose(cancelled, items, { adoptable: new Map(), own });
    expect(changes(proposed)).toEqual([
      "unchanged Epic",
      "unchanged Feature",
      "unchanged One",
      "changed Something else",
    ]);
    const row = approveAll(cancelled, proposed).find((one) => one.id === two.id);
    expect(row).toMatchObject({ pending: "reopen", state: "active", linearId: two.linearId });
  });
});

describe("a plan that is kept in step", () => {
  const items = page("Story US-1: One", "Story US-2: Two");
  const before = written(approveAll([], propose([], items)));
  const being = (key: string, change: Partial<PlanItem>) =>
    before.map((row) => (row.fields.key === key ? { ...row, ...change } : row));
  const rowOf = (rows: PlanItem[], key: string) => rows.find((row) => row.fields.key === key);

  it("keeps a row that is still to be put on the page, and does not take it for one that is gone", () => {
    const waiting = being("US-2", { pending: "insert" });
    const now = page("Story US-1: Uno");
    const proposed = propose(waiting, now);
    expect(changes(proposed)).toEqual(["unchanged Epic", "unchanged Feature", "changed Uno"]);
    expect(approveAll(waiting, proposed).filter((row) => row.pending === "cancel")).toEqual([]);
    expect(rowOf(approveAll(waiting, proposed), "US-2")).toBeUndefined();
  });

  it("knows such a row by its mark where it is there already, although it may say less than the issue", () => {
    const waiting = being("US-2", { pending: "insert" });
    const two = rowOf(waiting, "US-2") as PlanItem;
    const now = page("Story US-1: One", "Story US-2: Two in short");
    const proposed = propose(waiting, now, { adoptable: new Map(), own: new Map([["US-2", two.id]]) });
    expect(changes(proposed)).toContain("unchanged Two in short");
    expect(rowOf(approveAll(waiting, proposed), "US-2")).toEqual(two);
  });

  it("leaves a row to be struck that is to be struck", () => {
    const waiting = being("US-2", { pending: "strike", unsettled: true });
    for (const now of [items, page("Story US-1: One", "Story US-2: Two and more"), page("Story US-1: One")]) {
      const proposed = propose(waiting, now);
      expect(changes(proposed).filter((change) => /^(changed|removed|new)/.test(change))).toEqual([]);
      const row = rowOf(approveAll(waiting, proposed), "US-2") ?? rowOf(waiting, "US-2");
      expect(row).toMatchObject({ pending: "strike", unsettled: true });
    }
  });

  it("does not propose to take from an issue what the page has no place for", () => {
    const [fields] = [rowOf(before, "US-1")?.fields as PlanItem["fields"]];
    const richer = being("US-1", { base: { ...fields, priority: "urgent", dependsOn: ["US-2"] } });
    expect(changes(propose(richer, items))).toContain("unchanged One");
    expect(rowOf(approveAll(richer, propose(richer, items)), "US-1")?.base).toMatchObject({
      priority: "urgent",
      dependsOn: ["US-2"],
    });

    const row = rowOf(approveAll(richer, propose(richer, page("Story US-1: Uno", "Story US-2: Two"))), "US-1");
    // Only the title differs, so only the title is written; the rest is read back from the issue afterwards.
    expect(row).toMatchObject({ pending: "update", unsettled: true });
    expect(row?.base).toEqual({ ...row?.fields, title: "One" });
  });

  it("shows a change again that was approved and did not come to Linear", () => {
    const changed = page("Story US-1: Uno", "Story US-2: Two");
    const rows = approveAll(before, propose(before, changed)).map(notDone);
    expect(changes(propose(rows, changed))).toContain("changed Uno");
  });
});

describe("what an approval stores", () => {
  const items = page("Story US-1: One", "Enabler EN-1: Two");

  it("draws each id once: the same proposal gives the same rows, another one others", () => {
    const ids = (proposalId: string) => approveAll([], propose([], items), [], proposalId).map((row) => row.id);
    expect(ids("p1")).toEqual(ids("p1"));
    expect(new Set([...ids("p1"), ...ids("p2")]).size).toBe(8);
  });

  it("hangs an item below its nearest ancestor that is part of the plan", () => {
    const feature = propose([], items).find((item) => item.fields.kind === "feature");
    const rows = approveAll([], propose([], items), [feature?.fields.key ?? ""]);
    const epic = rows.find((row) => row.fields.kind === "epic");
    expect(rows.map((row) => [row.fields.title, row.parentId])).toEqual([
      ["Epic", null],
      ["One", epic?.id],
      ["Two", epic?.id],
    ]);
  });

  it("leaves nothing to do that was not approved now", () => {
    const half = approveAll([], propose([], items));
    const rows = approveAll(half, propose(half, page("Story US-1: One")), []);
    expect(rows.find((row) => row.fields.key === "EN-1")).toMatchObject({ pending: null });
    expect(rows.find((row) => row.fields.key === "US-1")).toMatchObject({ pending: "create" });
  });

  it("creates again what was thrown away only where it is chosen, under new ids", () => {
    const before = written(approveAll([], propose([], items))).map((row) =>
      row.fields.key === "EN-1" ? { ...row, state: "undone" as const } : row,
    );
    const proposed = propose(before, items);
    expect(proposed.find((item) => item.fields.key === "EN-1")?.change).toBe("not_created");
    expect(approveAll(before, proposed).find((row) => row.fields.key === "EN-1")).toMatchObject({
      pending: "create",
      generation: 2,
      linearId: null,
    });
    expect(approveAll(before, proposed, ["EN-1"]).find((row) => row.fields.key === "EN-1")).toMatchObject({
      pending: null,
      generation: 1,
      state: "undone",
    });
  });

  it("maps epics to projects where the engagement says so", () => {
    const rows = approve({
      ...context,
      epicsAs: "project",
      proposed: propose([], items),
      existing: [],
      chosen: new Set(items.map((item) => item.key)),
    });
    expect(rows.map((row) => row.linearKind)).toEqual(["project", "issue", "issue", "issue"]);
  });

  it("takes an adopted issue as it is", () => {
    const adoptable = new Map([
      ["US-1", { id: "issue-7", identifier: "ENG-7", url: "https://linear.app/acme/issue/ENG-7" }],
    ]);
    const row = approveAll([], propose([], items, { adoptable, own: new Map<string, PlanItemId>() })).find(
      (one) => one.fields.key === "US-1",
    );
    expect(row).toMatchObject({ pending: "adopt", linearId: "issue-7", adopted: true, createdBySession: null });
  });
});
