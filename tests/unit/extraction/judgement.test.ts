import { describe, expect, it } from "vitest";
import { list, outline, table } from "./outline.js";

const story = (...below: string[]) => outline(`<h2>Story US-1: Pay</h2>${below.join("")}`);

describe("what only looks like a plan", () => {
  it.each([
    [
      "a risk register",
      table(["Risk ID", "Description", "Type", "Severity"], ["R-1", "Supplier late", "Technical", "High"]),
    ],
    ["a list of people", table(["Name", "Role", "Type", "Phone"], ["Anna Meier", "Owner", "Internal", "123"])],
    [
      "the parameters of an API",
      table(["Name", "Type", "Required", "Description"], ["id", "string", "Must", "The id of it"]),
    ],
    [
      "a budget",
      table(["ID", "Position", "Type", "Amount", "Priority"], ["B-1", "New laptops", "Capex", "1000", "High"]),
    ],
    ["a list of bugs", table(["ID", "Title", "Type", "Priority"], ["BUG-1", "Login crashes", "Bug", "High"])],
    ["shirts for the team", table(["Name", "T-shirt size", "Arrival"], ["Anna Meier", "M", "Monday"])],
    ["a price list", table(["SKU", "Name", "Size", "Price"], ["X-1", "Desk, oak wood", "L", "200"])],
    ["a matrix of skills", table(["Name", "Java", "SQL", "Level"], ["Anna", "5", "3", "Senior"])],
    [
      "a summary of counts",
      `<h1>Summary</h1>${table(["Epic", "Stories", "Points"], ["Shop", "4", "23"])}`.replace("Epic", "Area"),
    ],
    ["a legend of kinds", list("Epic: a large body of work", "Feature: a service", "Story: a small piece")],
    ["features of a product", `<h2>Features</h2>${list("Single sign-on", "Fast answers", "Runs everywhere")}`],
    [
      "examples",
      `<h1>How to write user stories</h1><h2>Examples</h2>${list("As a customer, I want to pay, so that I get my goods.")}`,
    ],
    ["what went well", `<h2>Went well</h2>${list("Pairing (5 points)", "Code reviews (3 points)")}`],
    ["options of a decision", `<h2>Options</h2><h3>Option 1: Kafka</h3><p>Effort: M</p><p>Priority: High</p>`],
    ["what vendors offer", table(["Requirement", "Weight", "Vendor A"], ["Single sign-on", "5", "3"])],
    ["packages", table(["Title", "Version", "Depends on"], ["react", "18", "scheduler"])],
    ["reminders", list("As a reminder, we need the form by Friday", "As a result, I want you to stop")],
    ["a template", "<h1>Epic: &lt;Name&gt;</h1><h2>Feature: [Name of the feature]</h2><h3>Story: …</h3>"],
    [
      "what nobody sees",
      `<ul style="display: none"><li>Story: Hidden (3 SP)</li></ul><p hidden="">Story: B (1 SP)</p>`,
    ],
    [
      "what stands on another page",
      `<ac:structured-macro ac:name="excerpt-include"><ac:rich-text-body>${list("Story: A (3 SP)")}</ac:rich-text-body></ac:structured-macro>`,
    ],
    ["feature flags", `<h2>Feature flags</h2>${table(["ID", "Feature", "Default"], ["ff-1", "newCheckout", "off"])}`],
  ])("gives no item: %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});

describe("a table of items", () => {
  it("leaves out rows of other types among its kinds, and keeps tasks", () => {
    const rows = [
      ["US-1", "Pay", "Story", "3"],
      ["BUG-1", "Login crashes", "Bug", "1"],
      ["T-1", "Write the guide", "Task", "2"],
      ["M-1", "Go live", "Milestone", ""],
    ];
    expect(outline(table(["ID", "Title", "Type", "SP"], ...rows))).toEqual([
      'story US-1 "Pay" | 3',
      'story T-1 "Write the guide" | 2',
    ]);
  });

  it("goes on with the item above where only the criteria of a row are filled", () => {
    const rows = [
      ["US-1", "Refund", "3", "One"],
      ["", "", "", "Two"],
      ["US-2", "Pay", "1", "Three"],
    ];
    expect(outline(table(["ID", "Story", "SP", "Acceptance criteria"], ...rows))).toEqual([
      'story US-1 "Refund" | 3 | One; Two',
      'story US-2 "Pay" | 1 | Three',
    ]);
  });

  it("takes a table in a cell of notes for notes", () => {
    const inner = table(["ID", "Title", "Points"], ["X-1", "sub thing", "1"]);
    expect(outline(table(["ID", "Story", "SP", "Notes"], ["US-1", "Pay", "3", inner]))).toEqual([
      'story US-1 "Pay" | 3',
    ]);
  });
});

describe("values that say something else", () => {
  it.each([
    ["Not critical", ""],
    ["critical path", ""],
    ["Low hanging fruit", ""],
    ["High (customer)", "high"],
    ["P1 – pilot", "high"],
    ["Must.", "high"],
  ])("priority “%s”", (value, priority) => {
    const [item = ""] = outline(table(["ID", "Story", "SP", "Priority"], ["US-1", "Pay", "3", value]));
    expect(item).toBe(`story US-1 "Pay" | 3${priority === "" ? "" : ` ${priority}`}`);
  });

  it.each(["L–XL", "S/M", "3+2", "3–5"])("estimate “%s” is none", (value) => {
    expect(outline(table(["ID", "Story", "Estimate"], ["US-1", "Pay", value]))).toEqual(['story US-1 "Pay"']);
  });

  it("dependencies that are none, and two behind one prefix", () => {
    const needs = (value: string) =>
      outline(
        table(
          ["ID", "Story", "SP", "Depends on"],
          ["US-1", "A", "1", value],
          ["US-2", "B", "1", ""],
          ["US-3", "C", "1", ""],
        ),
      )[0];
    expect(needs("None (US-2 is done already)")).toBe('story US-1 "A" | 1');
    expect(needs("US-2/3")).toBe('story US-1 "A" | 1 | needs US-2, US-3');
  });
});

describe("what is left out", () => {
  const shop = (...below: string[]) => outline(`<h1>Epic: Shop</h1><h2>Feature: A</h2>${below.join("")}`);
  const leftOut = `<p><strong>Out of scope</strong></p>${list("Gift cards")}`;

  it("ends with the next bold line that names a section or an item", () => {
    const above = ['epic shop "Shop"', 'feature a "A" < shop'];
    expect(shop(leftOut, "<p><strong>Stories</strong></p>", list("Pay (3 SP)"))).toEqual([
      ...above,
      'story pay "Pay" < a | 3',
    ]);
    expect(shop(leftOut, "<p><strong>Story: Pay</strong></p><p>Points: 3</p>")).toEqual([
      ...above,
      'story pay "Pay" < a | 3',
    ]);
  });

  it("does not end with a bold line of which nobody knows what it is", () => {
    expect(shop(leftOut, "<p><strong>Loyalty</strong></p>", list("Stamps (3 SP)"))).toHaveLength(2);
  });

  it.each([
    "Cancelled orders",
    "Rejected payments",
    "Parking lot booking",
    "Excluded countries",
    "Risk scoring",
    "Contact centre",
    "Decision engine",
    "Goal tracking",
    "Vision test",
    "Stornierung gestrichener Flüge",
  ])("is not what a heading only speaks of: %s", (heading) => {
    const rows = table(["ID", "Story", "Points"], ["US-2", "Second", "3"]);
    expect(outline(`<h1>Backlog</h1><h2>${heading}</h2>${rows}`).join(" ")).toContain('US-2 "Second" | 3');
  });

  it.each([
    "Out of scope",
    "Rejected ideas",
    "Cancelled",
    "Excluded from this release",
    "Icebox (later)",
    "Risks of the release",
    "Risk register",
    "Questions for Anna",
    "Decisions made",
    "Verworfene Ideen",
    "Idées abandonnées",
    "Elementos descartados",
  ])("is what stands under: %s", (heading) => {
    const rows = table(["ID", "Story", "Points"], ["US-2", "Second", "3"]);
    expect(outline(`<h1>Backlog</h1><h2>${heading}</h2>${rows}`)).toEqual([]);
  });
});

describe("below an item", () => {
  it.each([
    ["a risk", table(["ID", "Risk", "Impact", "Type"], ["R-1", "Late supplier", "High", "Schedule"])],
    ["a version", table(["Version", "Date", "Points", "Author"], ["1", "1.1.", "13", "Anna"])],
    ["a test case", table(["Test case", "Priority", "Type"], ["Wrong card", "High", "Manual"])],
  ])("a table of one row that is about something else leaves the item as it is: %s", (_name, below) => {
    expect(outline(`<h2>Story US-1: Pay</h2><p>Points: 8</p><p>Priority: Low</p>${below}`)).toEqual([
      'story US-1 "Pay" | 8 low',
    ]);
  });

  it("plain bullets beside those that are called features are notes", () => {
    expect(outline(`<h1>Epic: Shop</h1>${list("We want to sell more", "Feature: Pay")}`)).toEqual([
      'epic shop "Shop"',
      'feature pay "Pay" < shop',
    ]);
  });
});

describe("tables of criteria under a story", () => {
  it.each([
    [
      "one step in each column",
      table(
        ["#", "Given", "When", "Then"],
        ["1", "a card", "I pay", "it works"],
        ["2", "no card", "I pay", "I am told"],
      ),
      "Given a card When I pay Then it works; Given no card When I pay Then I am told",
    ],
    [
      "with ids and priorities",
      table(
        ["ID", "Acceptance criterion", "Priority"],
        ["AC-1", "Card is charged", "Must"],
        ["AC-2", "Mail is sent", ""],
      ),
      "Card is charged; Mail is sent",
    ],
    ["with one row", table(["ID", "Acceptance criterion"], ["AC-1", "Card is charged"]), "Card is charged"],
  ])("%s", (_name, criteria, expected) => {
    expect(story(criteria)).toEqual([`story US-1 "Pay" | ${expected}`]);
  });
});

describe("tasks under a story", () => {
  const tasks = table(
    ["ID", "Task", "Owner", "Estimate"],
    ["T-1", "Write code", "Anna", "3"],
    ["T-2", "Test", "Bob", "1"],
  );
  it.each([
    ["a table", tasks],
    ["a table under its heading", `<h3>Subtasks</h3>${tasks}`],
    ["a list", `<h3>Tasks</h3>${list("T-1 Write code (3 SP)", "T-2 Test it (1 SP)")}`],
  ])("are no items: %s", (_name, below) => {
    expect(story(below)).toEqual(['story US-1 "Pay"']);
  });
});

describe("names", () => {
  it("that differ in spaces, hyphens and case are those of one feature, and that of the heading above", () => {
    const rows = [
      ["US-1", "A", "Check-out", "1"],
      ["US-2", "B", "Check out", "1"],
      ["US-3", "C", "CHECK-OUT", "1"],
    ];
    expect(
      outline(table(["ID", "Story", "Feature", "Points"], ...rows)).filter((line) => line.startsWith("f")),
    ).toEqual(['feature check-out "Check-out"']);
    const row = ["US-1", "A", "Self service Returns", "1"];
    expect(outline(`<h1>Epic: Self-service returns</h1>${table(["ID", "Story", "Epic", "Points"], row)}`)).toHaveLength(
      2,
    );
  });

  it("with short ids of a series are items", () => {
    const body = `<h1>Epic: Shop</h1><h2>F1: Pay</h2><h3>US1.1 Card</h3><p>Points: 3</p><h3>US1.2 Cash</h3><p>Points: 2</p>
      <h2>F2: Refund</h2><h3>US2.1 Form</h3><p>Points: 1</p>`;
    expect(outline(body)).toEqual([
      'epic shop "Shop"',
      'feature F1 "Pay" < shop',
      'story US1.1 "Card" < F1 | 3',
      'story US1.2 "Cash" < F1 | 2',
      'feature F2 "Refund" < shop',
      'story US2.1 "Form" < F2 | 1',
    ]);
  });

  it("keep shares and prices in brackets", () => {
    expect(outline(list("Story: Discount (50 %)", "Story: Voucher (5 €)"))).toEqual([
      'story discount-50 "Discount (50 %)"',
      'story voucher-5 "Voucher (5 €)"',
    ]);
  });

  it("may be ids in brackets or with a note, in their column", () => {
    const rows = table(["ID", "Story", "SP"], ["[US-9]", "Pay", "5"], ["US-12 (old: US-2)", "Refund", "1"]);
    expect(outline(rows)).toEqual(['story US-9 "Pay" | 5', 'story US-12 "Refund" | 1']);
  });

  it("may speak of another issue", () => {
    const link = '<a href="https://linear.app/acme/issue/ENG-13">ENG-13</a>';
    expect(outline(table(["Story", "SP"], [`Needs ${link} first`, "3"]))).toEqual([
      'story needs-eng-13-first "Needs ENG-13 first" | 3',
    ]);
  });
});
