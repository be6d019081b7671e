import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { list, outline, table } from "./outline.js";

const codes = (body: string) =>
  extract({ title: "", body })
    .warnings.map((it) => it.code)
    .filter((code) => code === "duplicate_id");

describe("items that stand on the page twice", () => {
  it("are one item with the fields of both places", () => {
    expect(
      outline(
        `<h1>Stories</h1>${table(["Title", "SP", "Prio"], ["Pay by card", "3", "High"])}<h1>Details</h1><h2>Pay by card</h2><p>Acceptance criteria:</p>${list("x")}`,
      ),
    ).toEqual(['story pay-by-card "Pay by card" | 3 high | x']);
  });

  it("are one item by their ids, whatever their titles, in page order of the place that says most", () => {
    expect(
      outline(
        `<h1>Overview</h1>${table(["ID", "Story", "SP", "Prio"], ["US-1", "Pay", "3", "P1"], ["US-2", "Sell", "5", "P2"])}` +
          `<h1>Details</h1><h2>US-1: Pay by card</h2><p>Depends on: US-2</p><h2>US-2: Sell</h2><p>AC: one</p>`,
      ),
    ).toEqual(['story US-1 "Pay by card" | 3 high | needs US-2', 'story US-2 "Sell" | 5 medium | one']);
  });

  it("are one item where only one place has the id", () => {
    expect(
      outline(
        `${table(["ID", "Story", "SP"], ["US-1", "Pay by card", "3"], ["US-2", "Sell", "5"])}<h2>Story: Pay by card</h2><p>Priority: High</p>`,
      ),
    ).toEqual(expect.arrayContaining(['story US-1 "Pay by card" | 3 high', 'story US-2 "Sell" | 5']));
  });

  it("are one item though spelled with other case, accents and signs", () => {
    expect(
      outline(`${table(["Story", "SP"], ["Pay by card!", "3"])}<h2>Story: Pay By Card</h2><p>Priority: High</p>`),
    ).toHaveLength(1);
  });

  it("have each criterion and each dependency once", () => {
    expect(
      outline(
        `${table(["ID", "Story", "AC", "Depends on"], ["US-1", "Pay", list("one", "two"), ""], ["US-2", "Sell", "", "US-1"])}` +
          `<h2>US-1 Pay</h2><p>AC:</p>${list("One.", "three")}<h2>US-2 Sell</h2><p>Depends on: US-1</p>`,
      ),
    ).toEqual(['story US-1 "Pay" | One.; three; two', 'story US-2 "Sell" | needs US-1']);
  });

  it("are one epic where an overview and the headings name it", () => {
    expect(
      outline(
        `${table(["Epic", "Priority", "Points"], ["Shop", "High", "40"], ["Stock", "Low", "20"])}<h1>Epic: Shop</h1><h2>Feature: Basket</h2><h1>Epic: Stock</h1><h2>Feature: Count</h2>`,
      ).sort(),
    ).toEqual([
      'epic shop "Shop" | 40 high',
      'epic stock "Stock" | 20 low',
      'feature basket "Basket" < shop',
      'feature count "Count" < stock',
    ]);
  });
});

describe("items that are alike and not the same", () => {
  it.each([
    ["rows of one table", table(["Story", "SP"], ["Tests", "3"], ["Tests", "5"])],
    ["stories of two features", "<h1>Feature: A</h1><h2>Story: Tests</h2><h1>Feature: B</h1><h2>Story: Tests</h2>"],
    ["a feature and its story", "<h1>Feature: Tests</h1><h2>Story: Tests</h2>"],
    ["an epic and a feature elsewhere", "<h1>Epic: Tests</h1><h1>Other</h1><h2>Feature: Tests</h2>"],
    ["items with other ids", `${list("US-1 Tests (3 SP)")}<h2>US-2 Tests</h2>`],
    ["titles that begin alike", `${list("Story: Pay (3 SP)")}<h2>Story: Pay by card</h2>`],
  ])("stay two: %s", (_name, body) => {
    expect(outline(body).filter((line) => !/^feature [ab] /.test(line))).toHaveLength(2);
  });

  it("get numbers where their keys would be the same", () => {
    expect(
      outline(
        `<h1>Feature: A</h1><h2>Story: Tests</h2><h1>Feature: B</h1><h2>Story: Tests</h2><h1>Feature: C</h1><h2>Story: Tests</h2>`,
      ).filter((line) => line.startsWith("story")),
    ).toEqual(['story tests "Tests" < a', 'story tests-2 "Tests" < b', 'story tests-3 "Tests" < c']);
  });

  it("are warned of where two rows have one id", () => {
    const body = table(["ID", "Story", "AC"], ["US-1", "A", "x"], ["US-1", "B", "x"]);
    expect(outline(body)).toEqual(['story US-1 "A" | x', 'story US-1-2 "B" | x']);
    expect(codes(body)).toEqual(["duplicate_id"]);
  });

  it("are not warned of where a summary and its details have one id", () => {
    expect(codes(`${table(["ID", "Story", "SP"], ["US-1", "A", "3"])}<h2>Story US-1: A</h2>`)).toEqual([]);
  });
});
