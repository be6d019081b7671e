import { describe, expect, it } from "vitest";
import type { SyncTrigger } from "../../../lib/domain/sync/run.js";
import { type RecentRun, toAndFro } from "../../../lib/domain/sync/to-and-fro.js";
import type { Side } from "../../../lib/domain/sync/values.js";
import { aPlanItem } from "../../support/builders.js";

const item = aPlanItem();
const other = aPlanItem();
const wrote = (side: Side, to: string, trigger: SyncTrigger = "page"): RecentRun => ({
  trigger,
  done: [{ side, itemId: item.id, title: "", what: "set", field: "title", from: null, to }],
});
const title = { itemId: item.id, field: "title" as const };

describe("a field goes to and fro", () => {
  const runs = [wrote("linear", "a"), wrote("page", "b"), wrote("linear", "c")];

  it("where three values were written, on both sides, and another is to follow", () =>
    expect(toAndFro(runs, [title])).toEqual(title));
  it("where two values take turns", () =>
    expect(toAndFro([wrote("linear", "a"), wrote("page", "b"), wrote("linear", "a")], [title])).toEqual(title));
  it("not where it has been written twice", () => expect(toAndFro(runs.slice(1), [title])).toBeNull());
  it("not where somebody edits one side again and again", () =>
    expect(toAndFro([wrote("linear", "a"), wrote("linear", "b"), wrote("linear", "c")], [title])).toBeNull());
  it("not where both sides were given the same", () =>
    expect(toAndFro([wrote("linear", "a"), wrote("page", "a"), wrote("linear", "b")], [title])).toBeNull());
  it("not where nothing of it is to be written", () =>
    expect(
      toAndFro(runs, [
        { itemId: item.id, field: "priority" },
        { itemId: other.id, field: "title" },
      ]),
    ).toBeNull());
  it("not since a person has asked, or has taken a run back", () => {
    for (const trigger of ["person", "undo"] as const)
      expect(toAndFro([wrote("linear", "a"), wrote("page", "b", trigger), wrote("linear", "c")], [title])).toBeNull();
    expect(toAndFro([wrote("page", "z", "person"), ...runs], [title])).toEqual(title);
  });
});
