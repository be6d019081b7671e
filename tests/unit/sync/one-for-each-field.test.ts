import { expect, it } from "vitest";
import type { StoredConflict } from "../../../lib/domain/sync/detect.js";
import { oneForEachField } from "../../../lib/domain/sync/one-for-each-field.js";
import { aPlanItem } from "../../support/builders.js";

const item = aPlanItem();
const aConflict = (id: string, differs: Partial<StoredConflict> = {}): StoredConflict => ({
  id,
  itemId: item.id,
  field: "title",
  kind: "both_changed",
  base: null,
  page: { value: "a", author: null, at: null },
  linear: { value: "b", author: null, at: null },
  decision: null,
  applied: false,
  ...differs,
});
const ids = (conflicts: StoredConflict[]) => oneForEachField(conflicts).map(({ id }) => id);

it("of two conflicts of one field that wait, the one that was found last counts", () =>
  expect(
    ids([aConflict("one"), aConflict("two", { kind: "overwritten" }), aConflict("other", { field: "parent" })]),
  ).toEqual(["two", "other"]));

it("a conflict that waits after all has not come to an end, and is there once", () => {
  expect(oneForEachField([aConflict("one", { applied: true }), aConflict("one")])).toEqual([aConflict("one")]);
  expect(ids([aConflict("one", { applied: true }), aConflict("two")])).toEqual(["one", "two"]);
});
