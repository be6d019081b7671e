import { describe, expect, it } from "vitest";
import { preview, type PreviewInput, type PreviewItem } from "../../../lib/domain/wording/preview.js";

const item = (key: string, more: Partial<PreviewItem> = {}): PreviewItem => ({
  key,
  kind: "story",
  title: `Title of ${key}`,
  parent: null,
  storyPoints: null,
  estimate: null,
  priority: null,
  change: "new",
  ...more,
});
const show = (items: PreviewItem[], more: Partial<PreviewInput> = {}) =>
  preview({
    pageTitle: "Roadmap",
    pageUrl: "https://acme.example/wiki/1",
    team: { name: "Engineering" },
    items,
    warnings: [],
    unused: [],
    notes: [],
    ...more,
  });
const range = { start: 0, end: 1 };

describe("the preview of a new plan", () => {
  it("shows the tree with ids, estimates and priorities, the counts, and asks", () => {
    const text = show([
      item("hub", { kind: "epic", title: "Hub", priority: "high" }),
      item("topics", { kind: "feature", title: "Topics", parent: "hub" }),
      item("US-1", { parent: "topics", storyPoints: 3, estimate: 3, priority: "urgent" }),
      item("EN-1", { kind: "enabler", parent: "topics", storyPoints: 1, estimate: 1 }),
    ]);
    expect(text).toBe(
      [
        "From [Roadmap](<https://acme.example/wiki/1>) I would create 1 epic, 1 feature, 1 story and 1 enabler in team Engineering, 4 points together.",
        [
          "* **Epic** Hub · high",
          "    * **Feature** Topics",
          "        * US-1 Title of US-1 · 3 points · urgent",
          "        * **Enabler** EN-1 Title of EN-1 · 1 point",
        ].join("\n"),
        "Shall I create it like this? You can also say what to leave out, for example “skip the enablers” or “only feature 1”.",
      ].join("\n\n"),
    );
  });

  it("says which estimates are rounded, or that the team uses none", () => {
    const rounded = show([
      item("US-1", { storyPoints: 4, estimate: 5 }),
      item("US-2", { storyPoints: 3, estimate: 3 }),
    ]);
    expect(rounded).toContain("US-1 Title of US-1 · 4 points, becomes 5");
    expect(rounded).toContain("* 1 estimate is rounded to the team’s scale.");
    expect(show([item("US-1", { storyPoints: 4 })])).toContain(
      "The team does not use estimates, so the points stay on the page.",
    );
  });

  it("names what on the page was not used, by place", () => {
    const block = (kind: string, under: string | null) => ({
      range,
      use: "unused" as const,
      rule: null,
      under,
      block: kind,
    });
    const unused = [
      ...Array.from({ length: 3 }, () => block("paragraph", "Open questions")),
      block("list", "Open questions"),
      block("table", null),
      block("heading", "x"),
    ];
    expect(show([item("US-1")], { unused })).toContain(
      "**Not used from the page**\n\n* 3 paragraphs and 1 list under “Open questions”\n* 1 table without a heading",
    );
  });

  it("shows few warnings in their own words and many as one", () => {
    const warning = (itemKey: string) => ({
      code: "story_without_criteria" as const,
      message: `“${itemKey}” has no acceptance criteria.`,
      range: null,
      itemKey,
    });
    const few = show([item("US-1")], { warnings: [warning("US-1")], notes: ["A note.", "A note."] });
    expect(few).toContain("**Good to know**\n\n* “US-1” has no acceptance criteria.\n* A note.\n\nShall");
    const many = show([item("slug-of-it", { title: "Of it" })], {
      warnings: ["US-1", "US-2", "slug-of-it"].map(warning),
    });
    expect(many).toContain("* 3 stories have no acceptance criteria: US-1, US-2 and “Of it”.");
  });

  it("shows issues that exist already", () => {
    const text = show([item("US-1"), item("US-2", { change: "adopted", identifier: "ENG-7" })]);
    expect(text).toContain("1 item exists in Linear already and would be updated.");
    expect(text).toContain("US-2 Title of US-2 · is ENG-7");
  });

  it("lets no title out of its line", () => {
    expect(show([item("x", { title: "# b" }), item("y", { title: "+++ c" })])).toContain("* \\# b\n* \\+++ c");
    const text = show([item("US-1", { title: "a\n# b [c](d) @anna" })], { pageTitle: "x](http://evil.example)" });
    expect(text).toContain("* US-1 a # b \\[c\\](d) @\u2060anna");
    expect(text).toContain("[x\\](http://evil.example)](<https://acme.example/wiki/1>)");
  });

  it("folds a long plan, an item at the top to a section", () => {
    const items = ["E-1", "E-2"].flatMap((epic) => [
      item(epic, { kind: "epic" }),
      ...Array.from({ length: 20 }, (_, n) => item(`US-${epic}${n}`, { parent: epic })),
    ]);
    const text = show(items);
    expect(text).toContain("+++ Epic E-1 Title of E-1 (20 stories)\n\n* US-E-10 Title");
    expect(text.match(/^\+\+\+/gm)).toHaveLength(4);
  });

  it.each([150, 600, 4000])("stays within what an activity bears with %i items", (number) => {
    const items = Array.from({ length: number }, (_, n) =>
      n % 10 === 0
        ? item(`E-${n}`, { kind: "epic", title: "An epic ".repeat(30) })
        : item(`US-${n}`, {
            parent: `E-${n - (n % 10)}`,
            title: "A long story ".repeat(15),
            storyPoints: 5,
            estimate: 5,
          }),
    );
    const text = show(items);
    expect(text.length).toBeLessThanOrEqual(9000);
    expect(text).toMatch(/Shall I create it like this\?/);
    expect((text.match(/^\+\+\+/gm) ?? []).length % 2).toBe(0);
  });

  it("shows items whose parents go in a circle or are not there", () => {
    const text = show([item("A1", { parent: "B1" }), item("B1", { parent: "A1" }), item("C1", { parent: "gone" })]);
    expect(text.match(/Title of [ABC]1/g)).toHaveLength(3);
  });
});

describe("the preview of a plan that exists", () => {
  it("shows what is new, changed field by field, gone, taken back earlier, and how much stays", () => {
    const text = show([
      item("F-1", { kind: "feature", change: "unchanged" }),
      item("US-1", {
        change: "changed",
        identifier: "ENG-1",
        changes: [
          { field: "storyPoints", from: "3", to: "5" },
          { field: "priority", from: "", to: "high" },
        ],
      }),
      item("US-2", { parent: "F-1" }),
      item("US-3", { change: "removed", identifier: "ENG-3" }),
      item("US-4", { change: "not_created" }),
    ]);
    expect(text).toContain(
      "with the plan in team Engineering: 1 new, 1 changed, 1 no longer there, 1 not created and 1 as before.",
    );
    expect(text).toContain("**New**\n\n* US-2 Title of US-2, under “Title of F-1”");
    expect(text).toContain(
      "**Changed**\n\n* ENG-1 US-1 Title of US-1\n    * points: 3 → 5\n    * priority: none → high",
    );
    expect(text).toContain("**No longer in the plan, would be cancelled in Linear**\n\n* ENG-3 US-3");
    expect(text).toContain("**Not created, taken back earlier; saying yes creates them again**\n\n* US-4");
    expect(text).toContain("1 item stays as before.");
  });

  it("asks whether to update where nothing is to be created", () => {
    expect(show([item("US-1", { change: "changed", changes: [] }), item("US-2", { change: "unchanged" })])).toContain(
      "Shall I update Linear like this?",
    );
  });
});
