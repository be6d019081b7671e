import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySelection } from "../../../lib/domain/conversation/selection.js";

const plan = [
  { key: "E1", kind: "epic", parent: null },
  { key: "F1", kind: "feature", parent: "E1" },
  { key: "US-1", kind: "story", parent: "F1" },
  { key: "EN-1", kind: "enabler", parent: "F1" },
  { key: "F2", kind: "feature", parent: "E1" },
  { key: "US-2", kind: "story", parent: "F2" },
  { key: "E2", kind: "epic", parent: null },
  { key: "EN-2", kind: "enabler", parent: "E2" },
  { key: "US-3", kind: "story", parent: "EN-2" },
] as const;
const kept = (mode: "all" | "only" | "without", ...names: string[]) => {
  const kinds = (["epic", "feature", "story", "enabler"] as const).filter((kind) => names.includes(kind));
  return applySelection(plan, { mode, kinds, keys: names.filter((name) => !kinds.some((kind) => kind === name)) });
};

describe("a selection of a plan", () => {
  it("keeps everything where nothing was said", () => {
    expect(kept("all")).toEqual(plan.map((item) => item.key));
  });

  it("keeps what stands above and below a named item", () => {
    expect(kept("only", "F1")).toEqual(["E1", "F1", "US-1", "EN-1"]);
    expect(kept("only", "US-2")).toEqual(["E1", "F2", "US-2"]);
  });

  it("keeps a kind with its ancestors, and no other kind below it", () => {
    expect(kept("only", "epic", "feature")).toEqual(["E1", "F1", "F2", "E2"]);
    expect(kept("only", "story")).toEqual(["E1", "F1", "US-1", "F2", "US-2", "E2", "EN-2", "US-3"]);
  });

  it("leaves out what stands under an item that is left out", () => {
    expect(kept("without", "F1")).toEqual(["E1", "F2", "US-2", "E2", "EN-2", "US-3"]);
    expect(kept("without", "enabler")).toEqual(["E1", "F1", "US-1", "F2", "US-2", "E2"]);
    expect(kept("without", "epic")).toEqual([]);
  });

  it("comes to an end where parents go in a circle", () => {
    const circle = [
      { key: "a", kind: "feature", parent: "b" },
      { key: "b", kind: "feature", parent: "a" },
    ] as const;
    expect(applySelection(circle, { mode: "without", kinds: [], keys: ["a"] })).toEqual([]);
    expect(applySelection(circle, { mode: "only", kinds: [], keys: ["a"] })).toEqual(["a", "b"]);
  });

  it("never keeps an item whose parent it leaves out", () => {
    const names = fc.subarray(["E1", "F1", "US-1", "EN-2", "story", "enabler", "feature"]);
    const orphans = fc.sample(fc.tuple(fc.constantFrom("only", "without"), names), 300).flatMap(([mode, chosen]) => {
      const keys = new Set(kept(mode, ...chosen));
      return plan.filter((item) => keys.has(item.key) && item.parent && !keys.has(item.parent));
    });
    expect(orphans).toEqual([]);
  });
});
