import { describe, expect, it } from "vitest";
import { extract } from "../../../../lib/domain/extraction/extract.js";
import { itemsOf, outline, status, table } from "../outline.js";

describe("story-table: rows that are no items", () => {
  it("leaves out totals, repeated headers, rejected rows and what a spanning row rules out", () => {
    const rows = table(
      ["ID", "Story", "SP", "Status"],
      ["US-1", "A", "3", status("Done")],
      ["US-2", "B", "3", status("Rejected")],
      ["ID", "Story", "SP", "Status"],
    );
    const spanning =
      '<tr><td colspan="4">Out of scope</td></tr><tr><td>US-3</td><td>C</td><td>1</td><td></td></tr><tr><td></td><td>Total</td><td>7</td><td></td></tr>';
    expect(outline(rows.replace("</tbody>", `${spanning}</tbody>`))).toEqual(['story US-1 "A" | 3']);
  });

  it.each([
    ["Total", "", "8"],
    ["", "Subtotal", "8"],
    ["", "TOTAL (5 stories)", "8"],
    ["Sum", "", "8"],
    ["", "Velocity", "30"],
    ["", "Team capacity", "30"],
    ["", "Summe", "8"],
    ["", "Zwischensumme", "8"],
    ["", "Sous-total", "8"],
    ["", "Suma", "8"],
    ["", "", "8"],
    ["", "", ""],
    ["…", "…", "…"],
    ["US-9", "<s>Gone</s>", "8"],
    ["<s>US-9</s>", "<s>Gone</s>", "<s>8</s>"],
    ["US-9", "<s>Gone</s> (moved)", "8"],
    ["US-9", "Gone (won’t do)", "8"],
    ["US-9", "REJECTED Gone", "8"],
    ["US-9", "Gone", "won't do"],
    ["US-9", `Gone ${status("CANCELLED")}`, "8"],
    ["US-9", "Gone", status("Entfallen")],
    ["US-9", "TBD", ""],
    ["US-9", "–", ""],
  ])("leaves out the row %s | %s | %s", (...row) => {
    expect(outline(table(["ID", "Story", "SP"], ["US-1", "Pay", "3"], row, ["US-2", "Sell", "5"]))).toEqual([
      'story US-1 "Pay" | 3',
      'story US-2 "Sell" | 5',
    ]);
  });

  it.each(["Show the total price", "Sum up the basket", "Capacity of the warehouse", "Drop rejected orders"])(
    "keeps the row “%s”",
    (title) => {
      expect(outline(table(["ID", "Story", "SP"], ["US-1", title, "3"]))).toEqual([`story US-1 "${title}" | 3`]);
    },
  );

  it("takes a struck estimate for none, the one after it for the estimate", () => {
    expect(outline(table(["Story", "SP"], ["Pay", "<s>3</s>"], ["Sell", "<s>3</s> 5"]))).toEqual([
      'story pay "Pay"',
      'story sell "Sell" | 5',
    ]);
  });

  it("keeps apart two rows with the same id, and says so", () => {
    const { items, warnings } = extract({
      title: "",
      body: table(["ID", "Story", "AC"], ["US-1", "A", "x"], ["US-1", "B", "x"]),
    });
    expect(items.map((item) => item.key)).toEqual(["US-1", "US-1-2"]);
    expect(warnings.map((warning) => warning.code)).toEqual(["duplicate_id"]);
  });

  it("finds the Linear issue that a row links to, outside its dependencies", () => {
    const link = (id: string) => `<a href="https://linear.app/acme/issue/${id}/slug">${id}</a>`;
    const items = itemsOf(
      table(
        ["Story", "SP", "Linear", "Depends on"],
        [`Sell ${link("ENG-1")}`, "3", "", ""],
        ["Rent", "3", link("ENG-2"), link("ENG-1")],
        ["Buy", "1", "", link("ENG-2")],
      ),
    );
    expect(items.map((item) => [item.title, item.issueLink])).toEqual([
      ["Sell", "https://linear.app/acme/issue/ENG-1/slug"],
      ["Rent", "https://linear.app/acme/issue/ENG-2/slug"],
      ["Buy", null],
    ]);
  });
});

describe("story-table: tables of something else", () => {
  it.each([
    ["risks", table(["Risk", "Priority", "Owner"], ["R-1 Late", "High", "A"])],
    [
      "numbered risks",
      table(["ID", "Risk", "Impact", "Probability"], ["R-1", "Late", "High", "Low"], ["R-2", "Costs", "Low", "Low"]),
    ],
    ["ROAM", table(["Risk", "ROAM", "Owner"], ["Supplier is late", "Owned", "Anna"])],
    ["people", table(["Name", "Role"], ["Anna", "PO"])],
    ["people and teams", table(["Name", "Team", "Capacity"], ["Anna", "Falcon", "8"])],
    ["meanings", table(["Priority", "Meaning"], ["P0", "now"])],
    ["kinds explained", table(["Type", "Meaning"], ["Epic", "large"], ["Story", "small"])],
    ["sizes explained", table(["Size", "Points"], ["S", "2"], ["M", "3"])],
    [
      "estimates explained",
      table(["Size", "Story points", "Example"], ["S", "2", "A new field"], ["M", "3", "A new page"]),
    ],
    ["a calendar", table(["Date", "Event"], ["3 March", "Feature freeze"], ["10 March", "Story mapping"])],
    ["an agenda", table(["Time", "Topic", "Who"], ["9:00", "Story 12", "Anna"])],
    ["capacity", table(["Team", "Velocity", "Load"], ["Falcon", "30", "28"], ["Eagle", "25", "25"])],
    ["objectives", table(["Objective", "Business value", "Actual"], ["Sell online", "8", "7"])],
    ["decisions", table(["Decision", "Date", "Status"], ["Use Kafka", "3 March", "Done"])],
    ["questions", table(["Question", "Answer", "Date"], ["Who pays?", "Anna", "3 March"])],
    ["changes of the page", table(["Version", "Date", "Author", "Comment"], ["1", "3 March", "Anna", "Epic added"])],
    ["metrics", table(["KPI", "Today", "Target"], ["Conversion", "3", "5"])],
    ["confidence votes", table(["Team", "Vote"], ["Falcon", "4"])],
    [
      "items under risks",
      `<h2>Risks</h2>${table(["ID", "Title", "Priority"], ["R-1", "Late", "High"], ["R-2", "Costs", "Low"])}`,
    ],
    ["items out of scope", `<h2>Nicht im Umfang</h2>${table(["ID", "Story", "SP"], ["US-1", "A", "3"])}`],
  ])("takes no items from %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});
