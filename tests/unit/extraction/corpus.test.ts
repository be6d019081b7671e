import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, type ExpectedItem, toExpected } from "../../../dev/extraction-score.js";
import { extract } from "../../../lib/domain/extraction/extract.js";

const FOLDER = "tests/fixtures/planning";
const pages = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".html"))
  .sort();

describe("the planning pages", () => {
  it("are there", () => {
    expect(pages).toHaveLength(12);
  });

  it.each(pages)("%s gives exactly its plan", (name) => {
    const { title, items: expected } = JSON.parse(
      readFileSync(join(FOLDER, name.replace(".html", ".json")), "utf8"),
    ) as { title: string; items: ExpectedItem[] };
    const { items } = extract({ title, body: readFileSync(join(FOLDER, name), "utf8") });
    expect(differences(items, expected)).toEqual([]);
    expect(items.map(toExpected)).toEqual(expected);
  });
});

describe("the demo page", () => {
  const { items, warnings, coverage } = extract({
    title: "",
    body: readFileSync(join(FOLDER, "00-demo.html"), "utf8"),
  });

  it("gives each story its sentence as description, without the field lines", () => {
    expect(items.find((item) => item.key === "US-102")?.description).toBe(
      "As a customer, I want to choose how each topic reaches me so that I am not disturbed on the wrong device.",
    );
  });

  it("keeps benefit hypothesis and leading indicators with their labels", () => {
    const descriptions = items.map((item) => item.description);
    expect(descriptions).toContain(
      "Benefit hypothesis: People who can switch off single topics stop unsubscribing from everything.",
    );
    expect(descriptions[0]).toBe(
      "Customers decide what reaches them, where and when, and every sender obeys.\n\nLeading indicators: complaints per 1,000 customers; share of customers who changed at least one preference",
    );
  });

  it("knows the local id of each heading", () => {
    expect(items.find((item) => item.key === "US-101")?.localId).toBe("b90bfe3ae8d8");
    expect(items.every((item) => item.localId !== null)).toBe(true);
  });

  it("has nothing to warn about", () => {
    expect(warnings).toEqual([]);
  });

  it("says what of the page was not used", () => {
    const unused = coverage
      .filter((block) => block.use !== "item")
      .map(({ use, under, block }) => `${use}: ${block} under ${under}`);
    expect(unused).toContain("unused: table under Open questions");
    expect(unused).toContain("context: list under Out of scope");
  });
});

const OTHERS = "../shared/corpus/confluence";
const isThere = existsSync(OTHERS);

describe(`pages that plan nothing${isThere ? "" : " (skipped: ../shared/corpus/confluence is not beside the project)"}`, () => {
  it.runIf(isThere)("are read without a throw and without an item", () => {
    const bodies = readdirSync(OTHERS).filter((name) => /\.(?:xml|xhtml|html)$/.test(name));
    expect(bodies.length).toBeGreaterThan(30);
    for (const name of bodies) {
      const { items } = extract({ title: name, body: readFileSync(join(OTHERS, name), "utf8") });
      expect(items.map((item) => `${name}: ${item.title}`)).toEqual([]);
    }
  });
});
