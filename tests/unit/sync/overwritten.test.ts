import { expect, it } from "vitest";
import type { Conflict } from "../../../lib/domain/sync/conflict.js";
import { overwrittenConflicts, type Overwritten } from "../../../lib/domain/sync/overwritten.js";
import { aPlanItem } from "../../support/builders.js";

const item = aPlanItem();
const page = { value: "What the page says", author: null, at: null };
const first = "2026-11-30T10:00:00.000Z";
const second = "2026-11-30T10:00:05.000Z";
const found = (value: string | undefined, at: string): Overwritten => ({ field: "description", value, by: "ada", at });
const asked = (value: string | null, at: string, differs: Partial<Conflict> = {}): Conflict => ({
  id: "open",
  itemId: item.id,
  field: "description",
  kind: "overwritten",
  base: null,
  linear: { value, author: "ada", at },
  page,
  decision: null,
  ...differs,
});
const values = (open: Conflict | undefined, one: Overwritten) =>
  overwrittenConflicts(item, one, { open, base: "Yesterday", page }).map(({ linear, applied }) => [
    linear.value,
    applied,
  ]);

it("what was written over is asked about, known or not", () => {
  expect(values(undefined, found("Today", first))).toEqual([["Today", false]]);
  expect(values(undefined, found(undefined, first))).toEqual([[null, false]]);
  const [conflict] = overwrittenConflicts(item, found("Today", first), { open: undefined, base: "Yesterday", page });
  expect(conflict?.base).toBe("Yesterday");
});

it("what is found once more stays as it is asked about, with its value and with what was decided", () => {
  expect(values(asked("Today", first), found(undefined, first))).toEqual([]);
  expect(values(asked("Today", first), found("Today", first))).toEqual([]);
  const decision = { strategy: "confluence", value: page.value, by: "ada" } as const;
  expect(values(asked("Today", first, { decision }), found("Today", first))).toEqual([]);
});

it("a text that nobody could say gets its value, and stays open where nobody can say the next one either", () => {
  const [conflict, ...others] = overwrittenConflicts(item, found("Today", first), {
    open: asked(null, first),
    base: "Yesterday",
    page,
  });
  expect([conflict?.id, conflict?.linear.value, others]).toEqual(["open", "Today", []]);
  expect(values(asked(null, first), found(undefined, second))).toEqual([]);
});

it("a known value makes room for the next one and is kept", () => {
  expect(values(asked("Today", first), found("Tomorrow", second))).toEqual([
    ["Today", true],
    ["Tomorrow", false],
  ]);
});
