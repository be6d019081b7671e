import { describe, expect, it } from "vitest";
import { type KnownItem, matchItems } from "../../../lib/domain/matching/match-items.js";
import type { ExtractedItem } from "../../../lib/domain/plan-item.js";
import { bareFields } from "../../support/builders.js";

function known(id: string, change: Parameters<typeof bareFields>[0], localId: string | null = null): KnownItem {
  return { id, fields: bareFields(change), localId };
}
function found(change: Parameters<typeof bareFields>[0], localId: string | null = null): ExtractedItem {
  return { ...bareFields(change), localId, source: { item: { start: 0, end: 0 }, fields: {} } };
}
function summary(base: KnownItem[], next: ExtractedItem[]) {
  const { pairs, added, removed } = matchItems(base, next);
  return { pairs: pairs.map(({ id, item }) => `${id}=${item.key}`), added: added.map((item) => item.key), removed };
}

describe("matchItems", () => {
  it("finds an item again by its printed id, whatever else changed", () => {
    expect(
      summary(
        [known("a", { key: "US-1", title: "Sign in", parent: "f1" })],
        [found({ key: "US-1", title: "Log on with a passkey", parent: "f2", kind: "enabler" })],
      ),
    ).toEqual({ pairs: ["a=US-1"], added: [], removed: [] });
  });

  it("follows a renamed item without an id by its local id", () => {
    expect(
      summary(
        [known("a", { key: "sign-in", title: "Sign in" }, "l1")],
        [found({ key: "welcome", title: "Welcome" }, "l1")],
      ),
    ).toEqual({ pairs: ["a=welcome"], added: [], removed: [] });
  });

  it("does not take a copied row with another printed id for the original", () => {
    expect(
      summary(
        [known("a", { key: "US-1", title: "Sign in" }, "l1")],
        [found({ key: "US-1", title: "Sign in" }, "l1"), found({ key: "US-2", title: "Sign out" }, "l1")],
      ),
    ).toEqual({ pairs: ["a=US-1"], added: ["US-2"], removed: [] });
  });

  it("keeps apart two items of the same title under different parents", () => {
    expect(
      summary(
        [
          known("a", { key: "guide", title: "Guide", parent: "f1" }),
          known("b", { key: "guide-2", title: "Guide", parent: "f2" }),
        ],
        [
          found({ key: "guide", title: "Guide", parent: "f2" }),
          found({ key: "guide-2", title: "Guide", parent: "f1" }),
        ],
      ),
    ).toEqual({ pairs: ["b=guide", "a=guide-2"], added: [], removed: [] });
  });

  it("recognises an item that gets its first printed id", () => {
    expect(
      summary([known("a", { key: "sign-in", title: "Sign in" })], [found({ key: "US-9", title: "Sign in" })]),
    ).toEqual({ pairs: ["a=US-9"], added: [], removed: [] });
  });

  it("follows a slightly reworded title in the same place, also when the parent was reworded", () => {
    expect(
      summary(
        [
          known("f", { key: "preference-centre", title: "Preference centre", kind: "feature" }),
          known("a", {
            key: "see-all-topics-in-one-place",
            title: "See all topics in one place",
            parent: "preference-centre",
          }),
        ],
        [
          found({ key: "the-preference-centre", title: "The preference centre", kind: "feature" }),
          found({
            key: "see-all-topics-in-a-place",
            title: "See all topics in a place",
            parent: "the-preference-centre",
          }),
        ],
      ).pairs,
    ).toEqual(["f=the-preference-centre", "a=see-all-topics-in-a-place"]);
  });

  it("takes a title that resembles two items for a new one", () => {
    expect(
      summary(
        [
          known("a", { key: "export-report-as-pdf", title: "Export report as PDF" }),
          known("b", { key: "export-report-as-csv", title: "Export report as CSV" }),
        ],
        [found({ key: "export-report-as-xml", title: "Export report as XML" })],
      ),
    ).toEqual({ pairs: [], added: ["export-report-as-xml"], removed: ["a", "b"] });
  });

  it("does not turn a deleted feature into its story of the same title", () => {
    expect(
      summary(
        [
          known("f", { key: "search", title: "Search", kind: "feature" }),
          known("a", { key: "search-2", title: "Search", parent: "search" }),
        ],
        [found({ key: "search", title: "Search" })],
      ),
    ).toEqual({ pairs: ["a=search"], added: [], removed: ["f"] });
  });

  it("lets an item that moved to another parent keep its identity", () => {
    expect(
      summary(
        [known("a", { key: "sign-in", title: "Sign in", parent: "f1" })],
        [found({ key: "sign-in", title: "Sign in", parent: "f2" })],
      ).pairs,
    ).toEqual(["a=sign-in"]);
  });
});
