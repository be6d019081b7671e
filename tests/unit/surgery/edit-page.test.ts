import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { editPage } from "../../../lib/domain/surgery/edit-page.js";
import { findMarks } from "../../../lib/domain/surgery/marks.js";
import type { NewItem, PageChange } from "../../../lib/domain/surgery/page-change.js";
import { findStatuses } from "../../../lib/domain/surgery/status.js";

const edit = (body: string, ...changes: PageChange[]) => editPage({ title: "", body }, changes);
const set = (key: string, field: string, value: unknown) => ({ type: "set", key, field, value }) as PageChange;

const cell = (text: string) => `<td>${text}</td>`;
const row = (...cells: string[]) => `<tr>${cells.map(cell).join("")}</tr>`;
const table = (header: string[], ...rows: string[]) =>
  `<table><tbody><tr>${header.map((it) => `<th>${it}</th>`).join("")}</tr>${rows.join("")}</tbody></table>`;

const HEADER = ["ID", "Title", "Priority", "SP", "Acceptance criteria", "Depends on", "Status"];
const TABLE = table(
  HEADER,
  row("PAY-1", "Pay by card", "Must", "5", "<ul><li>Visa works</li><li>Amex works</li></ul>", "", "To do"),
  row("PAY-2", "Refund a payment", "Should", "", "", "PAY-1", "In progress"),
  row("PAY-3", "Save a card", "Could", "3", "<ul><li>Saved</li></ul>", "", "Done"),
);

const SECTIONS = [
  "<h2>Feature: Payments</h2>",
  "<h3>Story US-1: Pay by card</h3>",
  "<p>As a guest, I want to pay by card so that I need no cash.</p>",
  "<p><strong>Story points:</strong> 3</p>",
  "<p><strong>Priority:</strong> High</p>",
  "<p><strong>Acceptance criteria:</strong></p><ul><li><p>Visa works</p></li></ul>",
  "<h3>Story US-2: Refund &amp; cancel</h3>",
  "<p>As a guest, I want my money back.</p>",
].join("");

const BULLETS =
  "<ul><li><strong>Feature: Payments</strong><ul><li>Pay by card (3 pts, P1)<ul><li>AC: Visa works</li></ul></li><li>Refund a payment (5 pts)</li></ul></li></ul>";

describe("values in a table", () => {
  it("replaces the number in its cell", () => {
    expect(edit(TABLE, set("PAY-1", "storyPoints", 8)).body).toBe(TABLE.replace("<td>5</td>", "<td>8</td>"));
  });

  it("writes into an empty cell, and empties it again", () => {
    const { body } = edit(TABLE, set("PAY-2", "storyPoints", 2));
    expect(body).toBe(TABLE.replace("<td>Should</td><td></td>", "<td>Should</td><td>2</td>"));
    expect(edit(body, set("PAY-2", "storyPoints", null)).body).toBe(TABLE);
  });

  it("writes a priority in the page's own words", () => {
    expect(edit(TABLE, set("PAY-1", "priority", "low")).body).toBe(TABLE.replace("<td>Must</td>", "<td>Could</td>"));
  });

  it("edits, adds and removes criteria where they stand", () => {
    const criteria = ["Visa and Maestro work", "Cash is refused"];
    expect(
      edit(TABLE, set("PAY-1", "acceptanceCriteria", ["Visa works", "Cash is refused", "Amex works"])).body,
    ).toContain("<li>Visa works</li><li>Cash is refused</li><li>Amex works</li>");
    expect(edit(TABLE, set("PAY-3", "acceptanceCriteria", criteria)).extraction.items[2]?.acceptanceCriteria).toEqual(
      criteria,
    );
    expect(edit(TABLE, set("PAY-1", "acceptanceCriteria", ["Amex works"])).body).toContain(
      "<ul><li>Amex works</li></ul>",
    );
    expect(edit(TABLE, set("PAY-2", "acceptanceCriteria", ["It works"])).body).toContain("<ul><li>It works</li></ul>");
  });

  it("adds a dependency by its id", () => {
    expect(edit(TABLE, set("PAY-2", "dependsOn", ["PAY-1", "PAY-3"])).body).toContain("<td>PAY-1, PAY-3</td>");
    expect(edit(TABLE, set("PAY-3", "dependsOn", ["PAY-1"])).body).toContain("<li>Saved</li></ul></td><td>PAY-1</td>");
  });

  it("makes a hundred changes at once as well as one", () => {
    const rows = Array.from({ length: 100 }, (_, n) => row(`BIG-${n}`, `Story number ${n}`, "Must", "1", "", "", ""));
    const surgery = edit(table(HEADER, ...rows), ...rows.map((_, n) => set(`BIG-${n}`, "storyPoints", 2)));
    expect(surgery.refused).toEqual([]);
    expect(surgery.extraction.items.every(({ storyPoints }) => storyPoints === 2)).toBe(true);
    expect(surgery.edits).toHaveLength(100);
  });
});

describe("titles", () => {
  it("change word by word, so that marks and comments on other words stay", () => {
    const body = TABLE.replace(
      "Pay by card",
      'Pay <em>by</em> <ac:inline-comment-marker ac:ref="c-1">card</ac:inline-comment-marker>',
    );
    const { body: edited } = edit(body, set("PAY-1", "title", "Pay by debit card"));
    expect(edited).toBe(body.replace("</em> <ac", "</em> debit <ac"));
  });

  it("take a comment away only with all of its words", () => {
    const body = TABLE.replace(
      "Pay by card",
      'Pay <ac:inline-comment-marker ac:ref="c-1">by card</ac:inline-comment-marker>',
    );
    expect(edit(body, set("PAY-1", "title", "Pay")).body).not.toContain("inline-comment-marker");
    expect(edit(body, set("PAY-1", "title", "Pay by phone")).body).toContain('ac:ref="c-1">by phone</ac:');
  });

  it("are written with entities where the page needs them, and leave those of other words alone", () => {
    const { body } = edit(SECTIONS, set("US-2", "title", "Refund & cancel <now>"));
    expect(body).toBe(SECTIONS.replace("Refund &amp; cancel", "Refund &amp; cancel &lt;now&gt;"));
  });

  it("rename an item without an id wherever others name it", () => {
    const body =
      "<ul><li><strong>Feature: Pay</strong><ul><li>Enabler: Golden record (3 pts, architecture)</li><li>Merge (2 pts)<ul><li>Depends on: Golden record</li></ul></li></ul></li></ul>";
    const { body: edited, extraction } = edit(body, set("golden-record", "title", "Silver record"));
    expect(edited).toBe(body.replaceAll("Golden", "Silver"));
    expect(extraction.items.find(({ title }) => title === "Merge")?.dependsOn).toEqual(["silver-record"]);
  });

  it("rename an epic in each row that repeats it", () => {
    const body = table(
      ["Epic", "Feature", "ID", "Story", "SP"],
      row("Payments", "Cards", "S-1", "Pay by card", "3"),
      row("Payments", "Cards", "S-2", "Save a card", "2"),
      row("Payments", "Refunds", "S-3", "Refund a payment", "5"),
    );
    expect(edit(body, set("payments", "title", "Money")).body).toBe(body.replaceAll("Payments", "Money"));
  });

  it.each([
    ["Pay 👩\u200d👩\u200d👧 now", "Pay 👩👩👧 now"],
    ["Donau\u00adschiff \u200f(Visa)", "Donauschiff (Visa)"],
    ["Pay\nby \u0007phone", "Pay by phone"],
    ["half \ud800 a pair", "half a pair"],
  ])("are written as a page can hold them, and known when they are read: %j", (title, read) => {
    for (const key of ["PAY-1", "US-1"]) {
      const { refused, extraction } = edit(key === "US-1" ? SECTIONS : TABLE, set(key, "title", title));
      expect(refused).toEqual([]);
      expect(extraction.items.find((item) => item.key === key)?.title).toBe(read);
    }
  });

  it("stay safe in a link whose text is CDATA", () => {
    const link =
      '<ac:link><ri:page ri:content-title="X" /><ac:plain-text-link-body><![CDATA[Pay by card]]></ac:plain-text-link-body></ac:link>';
    const { body } = edit(TABLE.replace("Pay by card", link), set("PAY-1", "title", "Pay by card & ]]> more"));
    expect(body).toContain("<![CDATA[Pay by card & ]]]]><![CDATA[> more]]>");
  });

  it("are refused where there is nothing to write", () => {
    const surgery = edit(TABLE, set("PAY-1", "title", " "), set("PAY-9", "title", "Nobody"));
    expect(surgery.body).toBe(TABLE);
    expect(surgery.refused).toHaveLength(2);
  });
});

describe("values in lines and headings", () => {
  it("change in their own line", () => {
    expect(edit(SECTIONS, set("US-1", "storyPoints", 5)).body).toBe(SECTIONS.replace("</strong> 3", "</strong> 5"));
    expect(edit(SECTIONS, set("US-1", "priority", "medium")).body).toBe(
      SECTIONS.replace("</strong> High", "</strong> Medium"),
    );
  });

  it("go with their line", () => {
    expect(edit(SECTIONS, set("US-1", "storyPoints", null)).body).toBe(
      SECTIONS.replace("<p><strong>Story points:</strong> 3</p>", ""),
    );
  });

  it("are said as a sibling says them", () => {
    const { body } = edit(
      SECTIONS,
      set("US-2", "storyPoints", 8),
      set("US-2", "acceptanceCriteria", ["Within a week"]),
    );
    expect(body).toContain("<p><strong>Story points:</strong> 8</p>");
    expect(body).toContain("<p><strong>Acceptance criteria:</strong></p><ul><li><p>Within a week</p></li></ul>");
  });

  it("stand behind titles in the form of the list", () => {
    expect(edit(BULLETS, set("pay-by-card", "storyPoints", 8)).body).toBe(BULLETS.replace("(3 pts", "(8 pts"));
    expect(edit(BULLETS, set("pay-by-card", "storyPoints", null)).body).toBe(BULLETS.replace("(3 pts, P1)", "(P1)"));
    expect(edit(BULLETS, set("refund-a-payment", "priority", "high")).body).toBe(
      BULLETS.replace("(5 pts)", "(5 pts, P1)"),
    );
  });

  it("keep the paragraphs of a description", () => {
    const { body } = edit(
      SECTIONS,
      set("US-2", "description", "As a guest, I want all my money back.\n\nWithin a week."),
    );
    expect(body).toBe(SECTIONS.replace("want my money back.</p>", "want all my money back.</p><p>Within a week.</p>"));
  });
});

describe("a workflow status", () => {
  it("is found and written as text or as a lozenge", () => {
    const lozenge =
      '<ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Yellow</ac:parameter><ac:parameter ac:name="title">In progress</ac:parameter></ac:structured-macro>';
    const body = TABLE.replace("<td>In progress</td>", `<td>${lozenge}</td>`);
    const statuses = findStatuses(body, extract({ title: "", body }));
    expect([...statuses].map(([key, { text }]) => [key, text])).toEqual([
      ["PAY-1", "To do"],
      ["PAY-2", "In progress"],
      ["PAY-3", "Done"],
    ]);
    const done = (key: string): PageChange => ({ type: "status", key, text: "Done", colour: "Green" });
    const { body: edited } = edit(body, done("PAY-1"), done("PAY-2"));
    expect(edited).toBe(
      body.replace("<td>To do</td>", "<td>Done</td>").replace(">Yellow<", ">Green<").replace(">In progress<", ">Done<"),
    );
  });

  it("is refused where a row shows none", () => {
    expect(edit(SECTIONS, { type: "status", key: "US-1", text: "Done", colour: "Green" }).refused).toHaveLength(1);
  });
});

describe("striking", () => {
  it("strikes the cells of a row, and only them", () => {
    const { body, extraction } = edit(TABLE, { type: "strike", key: "PAY-3" });
    expect(body).toContain("<td><s>PAY-3</s></td><td><s>Save a card</s></td>");
    expect(extraction.items.map(({ key }) => key)).toEqual(["PAY-1", "PAY-2"]);
  });

  it("leaves a feature that stands in the row of its first story as it is", () => {
    const body = table(
      ["Feature", "Story", "SP"],
      row("F-1 Payments", "S-1 Pay by card", "3"),
      row("", "S-2 Save a card", "2"),
    );
    const { body: edited, refused } = edit(body, { type: "strike", key: "S-1" });
    expect(refused).toEqual([]);
    expect(edited).toContain("<td>F-1 Payments</td><td><s>S-1 Pay by card</s></td>");
  });

  it("is refused where items that stay would go with it", () => {
    const surgery = edit(SECTIONS, { type: "strike", key: "payments" });
    expect(surgery.refused).toHaveLength(1);
    expect(surgery.body).toBe(SECTIONS);
  });

  it("strikes all that a card says where a struck title alone would leave its values to the item above", () => {
    const body =
      '<h2>Feature PAY-1: Payments</h2><p>For guests.</p><table><tbody><tr><th colspan="2">PAY-2 – Refund a payment</th></tr><tr><th>Type</th><td>Story</td></tr><tr><th>Story points</th><td>3</td></tr></tbody></table>';
    const { refused, extraction } = edit(body, { type: "strike", key: "PAY-2" });
    expect(refused).toEqual([]);
    expect(extraction.items).toMatchObject([{ key: "PAY-1", kind: "feature", storyPoints: null }]);
  });

  it("strikes an item together with what stands under it", () => {
    const changes = ["US-1", "US-2", "payments"].map((key): PageChange => ({ type: "strike", key }));
    expect(edit(SECTIONS, ...changes).extraction.items).toEqual([]);
  });
});

const added = (change: Partial<NewItem>): PageChange => ({
  type: "add",
  item: {
    kind: "story",
    title: "Print a receipt",
    parent: null,
    after: null,
    mark: "row-1",
    link: null,
    description: "",
    storyPoints: 2,
    priority: null,
    enablerType: null,
    acceptanceCriteria: ["It fits on A4"],
    dependsOn: [],
    ...change,
  },
});

describe("a new item", () => {
  it("is a row in the form of the others, with a mark and an empty id", () => {
    const { body, extraction, refused } = edit(TABLE, added({ after: "PAY-1", dependsOn: ["PAY-1"] }));
    expect(refused).toEqual([]);
    expect(extraction.items[1]).toMatchObject({
      key: "print-a-receipt",
      storyPoints: 2,
      acceptanceCriteria: ["It fits on A4"],
      dependsOn: ["PAY-1"],
    });
    expect(findMarks(body, extraction)).toEqual(new Map([["row-1", "print-a-receipt"]]));
  });

  it("is a section in the form of its sibling", () => {
    const link = { identifier: "ENG-12", url: "https://linear.app/acme/issue/ENG-12/print" };
    const { body, extraction, refused } = edit(SECTIONS, added({ parent: "payments", after: "US-1", link }));
    expect(refused).toEqual([]);
    expect(body).toContain("<p><strong>Story points:</strong> 2</p>");
    expect(extraction.items[2]).toMatchObject({ key: "print-a-receipt", parent: "payments", issueLink: link.url });
  });

  it("is a bullet in the form of its sibling", () => {
    const { extraction, refused } = edit(BULLETS, added({ parent: "payments" }));
    expect(refused).toEqual([]);
    expect(extraction.items[3]).toMatchObject({
      title: "Print a receipt",
      storyPoints: 2,
      acceptanceCriteria: ["It fits on A4"],
    });
  });

  it("is a row beside merged cells: a feature gets cells of its own, a story makes its feature's longer", () => {
    const story = (id: string, title: string, before = "") =>
      `<tr>${before}${[id, title, "3"].map(cell).join("")}</tr>`;
    const body = table(
      ["Feature", "ID", "Story", "SP"],
      story("S-1", "Pay by card", '<td rowspan="2" class="x"><p><strong>F-1</strong></p><p>Payments</p></td>'),
      story("S-2", "Save a card"),
      story("S-3", "Refund a payment", '<td rowspan="2" class="x"><p><strong>F-2</strong></p><p>Refunds</p></td>'),
      story("S-4", "Refund a part"),
    );
    const feature = edit(body, added({ kind: "feature", after: "F-1", storyPoints: null, acceptanceCriteria: [] }));
    expect(feature.refused).toEqual([]);
    expect(feature.extraction.items.map(({ title, parent }) => `${parent ?? ""}/${title}`)).toEqual([
      "/Payments",
      "F-1/Pay by card",
      "F-1/Save a card",
      "/Print a receipt",
      "/Refunds",
      "F-2/Refund a payment",
      "F-2/Refund a part",
    ]);
    const { refused, body: edited } = edit(body, added({ parent: "F-1", acceptanceCriteria: [] }));
    expect(refused).toEqual([]);
    expect(edited).toContain('<td rowspan="3" class="x"><p><strong>F-1</strong>');
    expect(edited).toContain('<td rowspan="2" class="x"><p><strong>F-2</strong>');
  });

  it("names its parent and its values in the lines in which its siblings do", () => {
    const card = (id: string, title: string, points: number) =>
      `<td><p><strong>${id}</strong> ${title}<br /><em>F-1 · ${points} SP</em></p></td>`;
    const body = `<h2>Features</h2>${table(["ID", "Feature"], row("F-1", "Payments"))}<h2>Board</h2><table><tbody><tr><th>Team</th><th>Iteration 1</th><th>Iteration 2</th></tr><tr><th>Blue</th>${card("S-1", "Pay by card", 3)}${card("S-2", "Save a card", 5)}</tr></tbody></table>`;
    const { refused, body: edited } = edit(body, added({ parent: "F-1", after: "S-1", acceptanceCriteria: [] }));
    expect(refused).toEqual([]);
    expect(edited).toContain("<em>F-1 · 2 SP</em></p></td>");
  });

  it("stands elsewhere among its siblings where the page is sorted by something else", () => {
    const stories = (...rows: string[]) => table(["ID", "Story", "Feature", "SP"], ...rows);
    const body = `<h2>Stories by priority</h2><h3>P1 – must have</h3>${stories(row("S-1", "Pay by card", "Payments", "3"))}<h3>P3 – could have</h3>${stories(row("S-2", "Save a card", "Payments", "3"))}`;
    const feature = "<h2>Features</h2><ul><li>Feature: Payments</li></ul>";
    const item = added({ parent: "payments", after: "S-2", priority: "high", acceptanceCriteria: [] });
    const { refused, extraction } = edit(feature + body, item);
    expect(refused).toEqual([]);
    expect(extraction.items.find(({ key }) => key === "print-a-receipt")).toMatchObject({ priority: "high" });
  });

  it("names the values that its row has no place for", () => {
    const body = table(["ID", "Title", "SP"], row("PAY-1", "Pay by card", "5"), row("PAY-2", "Refund", "3"));
    const { extraction, refused } = edit(body, added({ priority: "high", acceptanceCriteria: [] }));
    expect(extraction.items[2]).toMatchObject({ title: "Print a receipt", storyPoints: 2 });
    for (const { change } of refused)
      expect(change).toMatchObject({ type: "set", key: "print-a-receipt", field: "priority" });
  });
});

describe("a link to the issue", () => {
  const link = { identifier: "ENG-12", url: "https://linear.app/acme/issue/ENG-12/pay?a=1&b=2" };
  it("stands behind the title", () => {
    const { body, extraction } = edit(TABLE, { type: "link", key: "PAY-1", link });
    expect(body).toBe(
      TABLE.replace(
        "Pay by card",
        'Pay by card <a href="https://linear.app/acme/issue/ENG-12/pay?a=1&amp;b=2">ENG-12</a>',
      ),
    );
    expect(extraction.items[0]?.issueLink).toBe(link.url);
  });

  it("leaves an item that is linked already as it is", () => {
    const { body } = edit(TABLE, { type: "link", key: "PAY-1", link });
    expect(edit(body, { type: "link", key: "PAY-1", link })).toMatchObject({ body, refused: [] });
  });
});

describe("a move", () => {
  const titles = (body: string) =>
    extract({ title: "", body }).items.map(({ title, parent }) => `${parent ?? ""}/${title}`);

  it("takes a row behind another", () => {
    const { body, refused } = edit(TABLE, { type: "move", key: "PAY-1", parent: null, after: "PAY-2" });
    expect(refused).toEqual([]);
    expect(titles(body)).toEqual(["/Refund a payment", "/Pay by card", "/Save a card"]);
  });

  it("takes a bullet below another parent, with what stands below it", () => {
    const body = `${BULLETS.slice(0, -"</ul>".length)}<li><strong>Feature: Cards</strong><ul><li>Save a card (1 pt)</li></ul></li></ul>`;
    const moved = edit(body, { type: "move", key: "pay-by-card", parent: "cards", after: null });
    expect(moved.refused).toEqual([]);
    expect(titles(moved.body)).toEqual([
      "/Payments",
      "payments/Refund a payment",
      "/Cards",
      "cards/Save a card",
      "cards/Pay by card",
    ]);
    expect(moved.body).toContain(
      "<li>Save a card (1 pt)</li><li>Pay by card (3 pts, P1)<ul><li>AC: Visa works</li></ul></li></ul>",
    );
  });

  it("takes a section below another heading", () => {
    const body = `${SECTIONS}<h2>Feature: Cards</h2><p>For regulars.</p>`;
    const moved = edit(body, { type: "move", key: "US-1", parent: "cards", after: null });
    expect(moved.refused).toEqual([]);
    expect(titles(moved.body)).toEqual(["/Payments", "payments/Refund & cancel", "/Cards", "cards/Pay by card"]);
  });

  it("names another parent where rows name their parents", () => {
    const body = table(
      ["ID", "Type", "Title", "Parent", "SP"],
      row("F-1", "Feature", "Payments", "", ""),
      row("F-2", "Feature", "Cards", "", ""),
      row("S-1", "Story", "Pay by card", "F-1", "3"),
    );
    expect(edit(body, { type: "move", key: "S-1", parent: "F-2", after: null }).body).toBe(
      body.replace("<td>F-1</td><td>3", "<td>F-2</td><td>3"),
    );
  });

  const beside = (id: string, title: string, before = "") => `<tr>${before}${[id, title, "3"].map(cell).join("")}</tr>`;
  const merged = (title: string, rows: number) => `<td rowspan="${rows}"><strong>${title}</strong></td>`;
  const MERGED = table(
    ["Feature", "ID", "Story", "SP"],
    beside("S-1", "Pay by card", merged("F-1 Payments", 2)),
    beside("S-2", "Save a card"),
    beside("S-3", "Refund a payment", merged("F-2 Refunds", 2)),
    beside("S-4", "Refund a part"),
  );

  it("takes a row from one merged cell to another, and leaves the cell where it is", () => {
    const { body, refused } = edit(MERGED, { type: "move", key: "S-1", parent: "F-2", after: "S-3" });
    expect(refused).toEqual([]);
    expect(body).toBe(
      table(
        ["Feature", "ID", "Story", "SP"],
        beside("S-2", "Save a card", merged("F-1 Payments", 1)),
        beside("S-3", "Refund a payment", merged("F-2 Refunds", 3)),
        beside("S-1", "Pay by card"),
        beside("S-4", "Refund a part"),
      ),
    );
  });

  it("takes a feature with its merged cell and its rows behind another", () => {
    const { body, refused } = edit(MERGED, { type: "move", key: "F-1", parent: null, after: "F-2" });
    expect(refused).toEqual([]);
    expect(titles(body)).toEqual([
      "/Refunds",
      "F-2/Refund a payment",
      "F-2/Refund a part",
      "/Payments",
      "F-1/Pay by card",
      "F-1/Save a card",
    ]);
  });

  it("keeps the row of a feature whose last story goes", () => {
    const body = table(
      ["Feature", "ID", "Story", "SP"],
      beside("S-1", "Pay by card", cell("<strong>F-1 Payments</strong>")),
      beside("S-2", "Refund a payment", cell("<strong>F-2 Refunds</strong>")),
    );
    const { refused, body: edited } = edit(body, { type: "move", key: "S-1", parent: "F-2", after: null });
    expect(refused).toEqual([]);
    expect(titles(edited)).toEqual(["/Payments", "/Refunds", "F-2/Refund a payment", "F-2/Pay by card"]);
  });

  it("gives a heading without a table one, with the column headings of the row that comes", () => {
    const body = `<h2>Feature: Payments</h2>${TABLE}<h2>Feature: Cards</h2><p>For regulars.</p>`;
    const { refused, body: edited } = edit(body, { type: "move", key: "PAY-3", parent: "cards", after: null });
    expect(refused).toEqual([]);
    expect(titles(edited).at(-1)).toBe("cards/Save a card");
    expect(edited.match(/<th>Acceptance criteria<\/th>/g)).toHaveLength(2);
  });

  it("takes a card of fields below another heading, and is not confused by what needs it", () => {
    const card = (id: string, title: string, needs: string) =>
      `<table><tbody><tr><th>ID</th><td>${id}</td></tr><tr><th>Type</th><td>Story</td></tr><tr><th>Title</th><td>${title}</td></tr><tr><th>Depends on</th><td>${needs}</td></tr></tbody></table>`;
    const body = `<h2>Feature F-1: Payments</h2>${card("S-1", "Pay by card", "")}${card("S-2", "Save a card", "S-1")}<h2>Feature F-2: Refunds</h2>${card("S-3", "Refund a payment", "")}`;
    const { refused, body: edited } = edit(body, { type: "move", key: "S-1", parent: "F-2", after: null });
    expect(refused).toEqual([]);
    expect(titles(edited)).toEqual([
      "/Payments",
      "F-1/Save a card",
      "/Refunds",
      "F-2/Refund a payment",
      "F-2/Pay by card",
    ]);
  });

  it("is refused below itself", () => {
    expect(edit(SECTIONS, { type: "move", key: "payments", parent: "US-1", after: null }).refused).toHaveLength(1);
  });
});

describe("any page", () => {
  it.each(["", "<", "<p>", "</p></p>", "<table><tr><td>", "<ac:structured-macro", "]]>", "&&&;", "<p>".repeat(500)])(
    "does not make it throw: %j",
    (body) => {
      expect(edit(body, set("x", "title", "y"), added({})).edits.length).toBeLessThan(9);
    },
  );
});
