import { describe, expect, it } from "vitest";
import type { Conflict } from "../../../lib/domain/sync/conflict.js";
import { followedDecisions } from "../../../lib/domain/sync/followed.js";
import type { Done } from "../../../lib/domain/sync/run.js";
import type { PlanItem } from "../../../lib/domain/plan-item.js";
import { aPlanItem } from "../../support/builders.js";

const { fields } = aPlanItem();
const item = aPlanItem({ unsettled: false, pending: null });
const said = (page: number, linear: number, more: Partial<PlanItem> = {}): PlanItem => ({
  ...item,
  fields: { ...fields, storyPoints: page },
  base: { ...fields, storyPoints: linear },
  ...more,
});
const conflict = (decision: Conflict["decision"]): Conflict => ({
  id: "conflict",
  itemId: item.id,
  field: "storyPoints",
  kind: "both_changed",
  base: 2,
  page: { value: 3, author: null, at: null },
  linear: { value: 5, author: null, at: null },
  decision,
});
const decided = conflict({ strategy: "linear", value: 5, by: "somebody" });
const followed = (one: Conflict, settled: PlanItem[], done: Done[] = []) =>
  followedDecisions([one], settled, [said(2, 2)], done).length;
const leftOut = (side: Done["side"], field: "storyPoints" | "title"): Done => {
  return { side, itemId: item.id, title: "", what: "left_out", field, reason: "" };
};

describe("a decision", () => {
  it("is over once both sides follow it", () => expect(followed(decided, [said(5, 5)])).toBe(1));
  it("is not while one side says something else", () => expect(followed(decided, [said(3, 5)])).toBe(0));
  it("is over where a side that says something else cannot say it", () => {
    expect(followed(decided, [said(3, 5)], [leftOut("page", "storyPoints")])).toBe(1);
    expect(followed(decided, [said(3, 5)], [leftOut("linear", "storyPoints")])).toBe(0);
    expect(followed(decided, [said(3, 5)], [leftOut("page", "title")])).toBe(0);
  });
  it("is not while the item has something left to be written", () =>
    expect(followed(decided, [said(5, 5, { unsettled: true })])).toBe(0));
  it("is not where the step has not written the item", () => expect(followed(decided, [])).toBe(0));
  it("must have been made", () => expect(followed(conflict(null), [said(5, 5)])).toBe(0));
});
