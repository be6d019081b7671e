import fc from "fast-check";
import { expect, it } from "vitest";
import { withoutCycles } from "../../lib/domain/dependencies.js";

const item = (key: string, ...dependsOn: string[]) => ({ key, dependsOn });

it("keeps what closes no circle, in the order of the page", () => {
  expect(withoutCycles([item("a"), item("b", "a"), item("c", "a", "b")])).toEqual({
    kept: [
      { item: "b", on: "a" },
      { item: "c", on: "a" },
      { item: "c", on: "b" },
    ],
    dropped: [],
  });
});

it("leaves out the edge that closes a circle, and an item that waits for itself", () => {
  expect(withoutCycles([item("a", "c"), item("b", "a"), item("c", "b"), item("d", "d")]).dropped).toEqual([
    { item: "c", on: "b" },
    { item: "d", on: "d" },
  ]);
});

it("knows nothing of items that are not there", () => {
  expect(withoutCycles([item("a", "elsewhere")])).toEqual({ kept: [], dropped: [] });
});

it("leaves no circle whatever waits for what, and loses no edge without saying so", () => {
  const keys = ["a", "b", "c", "d", "e", "f"];
  const plans = fc.array(fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 4 }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(plans, (waits) => {
      const items = keys.map((key, index) => item(key, ...(waits[index] ?? [])));
      const { kept, dropped } = withoutCycles(items);
      expect(kept.length + dropped.length).toBe(items.reduce((sum, one) => sum + one.dependsOn.length, 0));
      expect(
        withoutCycles(keys.map((key) => item(key, ...kept.filter((edge) => edge.item === key).map((edge) => edge.on))))
          .dropped,
      ).toEqual([]);
    }),
  );
});
