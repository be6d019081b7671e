import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { editPage } from "../../../lib/domain/surgery/edit-page.js";
import { casesFor } from "../../support/surgery-cases.js";
import { problemsOfSurgery } from "../../support/surgery-check.js";
import { lostComments, withComments } from "../../support/surgery-comments.js";
import { randomFrom } from "../../support/surgery-random.js";

const row = (...cells: string[]) => `<tr>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;
const table = (header: string[], ...rows: string[]) =>
  `<table><tbody><tr>${header.map((text) => `<th>${text}</th>`).join("")}</tr>${rows.join("")}</tbody></table>`;
const macro = (name: string, body: string, title = "") =>
  `<ac:structured-macro ac:name="${name}">${title && `<ac:parameter ac:name="title">${title}</ac:parameter>`}<ac:rich-text-body>${body}</ac:rich-text-body></ac:structured-macro>`;
const link = (text: string) =>
  `<ac:link><ri:page ri:content-title="X" /><ac:plain-text-link-body><![CDATA[${text}]]></ac:plain-text-link-body></ac:link>`;
const task = (id: number, text: string) =>
  `<ac:task><ac:task-id>${id}</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body><span>${text}</span></ac:task-body></ac:task>`;

const HEADER = ["ID", "Title", "Priority", "SP", "Acceptance criteria", "Depends on"];
const TABLE = table(
  HEADER,
  row("PAY-1", "Pay by card", "Must", "5", "<ul><li>Visa works</li><li>Amex works</li></ul>", ""),
  row("PAY-2", "Refund a payment", "Should", "3", "", "PAY-1"),
  row("PAY-3", "Save a card", "Could", "3", "<ul><li>Saved</li></ul>", ""),
);
const SECTIONS =
  "<h2>Feature: Payments</h2><h3>Story US-1: Pay by card</h3><p>As a guest, I want to pay by card so that I need no cash.</p><p><strong>Story points:</strong> 3</p><p><strong>Acceptance criteria:</strong></p><ul><li><p>Visa works</p></li></ul><h3>Story US-2: Refund &amp; cancel</h3><p>As a guest, I want my money back.</p><h2>Feature: Cards</h2><h3>Story US-3: Save a card</h3><p>As a guest, I want it saved.</p>";
const CODE =
  '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[if (a < b && "PAY-1") { </td> }]]></ac:plain-text-body></ac:structured-macro>';

const PAGES: Record<string, string> = {
  "titles and code in CDATA": TABLE.replace("Pay by card", link("Pay by card")).replace(
    "<li>Saved</li></ul>",
    `<li>Saved</li></ul>${CODE}`,
  ),
  "tables in the cells of a table": table(
    ["Feature", "Stories"],
    row("<strong>F-1 Payments</strong>", TABLE),
    row("<strong>F-2 Cards</strong>", table(HEADER, row("PAY-9", "Another one", "Must", "1", "", ""))),
  ),
  "merged cells of features and of points":
    '<table><tbody><tr><th>Feature</th><th>ID</th><th>Story</th><th>SP</th></tr><tr><td rowspan="2">F-1 Payments</td><td>S-1</td><td>Pay by card</td><td rowspan="3">3</td></tr><tr><td>S-2</td><td>Save a card</td></tr><tr><td rowspan="2">F-2 Refunds</td><td>S-3</td><td>Refund</td></tr><tr><td>S-4</td><td>Refund a part</td><td>8</td></tr></tbody></table>',
  "stories over two rows":
    '<table><tbody><tr><th>ID</th><th>Story</th><th>SP</th><th>Acceptance criteria</th></tr><tr><td rowspan="2">S-1</td><td rowspan="2">Pay by card</td><td rowspan="2">3</td><td>Visa works</td></tr><tr><td>Amex works</td></tr><tr><td>S-2</td><td>Save a card</td><td>5</td><td>Saved</td></tr></tbody></table>',
  "rows that span the table": table(
    ["ID", "Story", "SP", "Priority"],
    '<tr><td colspan="4"><strong>Feature F-1: Payments</strong></td></tr>',
    row("S-1", "Pay by card", "3", "Must"),
    '<tr><td colspan="4"><strong>Feature F-2: Cards</strong></td></tr>',
    '<tr><td>S-2</td><td>Save a card</td><td colspan="2">5</td></tr>',
  ),
  "columns of a layout": `<ac:layout><ac:layout-section ac:type="two_equal"><ac:layout-cell>${SECTIONS}</ac:layout-cell><ac:layout-cell>${TABLE}</ac:layout-cell></ac:layout-section></ac:layout>`,
  "expand and panel": macro("expand", SECTIONS, "Stories") + macro("panel", TABLE, "More"),
  "panels that are stories":
    macro("panel", "<p>Pay.</p><ul><li>Story points: 3</li><li>Priority: High</li></ul>", "Story US-1: Pay by card") +
    macro("panel", "<p>Save.</p><ul><li>Story points: 5</li></ul>", "Story US-2: Save a card"),
  "task lists": `<h2>Feature: Payments</h2><ac:task-list>${task(1, "Story: Pay by card (3 pts)")}${task(2, "Story: Save a card (5 pts)")}</ac:task-list><h2>Feature: Cards</h2><ac:task-list>${task(3, "Story: Block a card (1 pt)")}</ac:task-list>`,
  entities: TABLE.replace(
    "Pay by card",
    "Zahlen&nbsp;mit Karte f&uuml;r &bdquo;G&auml;ste&ldquo; &ndash; &#8364;5 &amp; mehr",
  ).replace(">Save a card<", ">&nbsp;Save&nbsp;a&nbsp;card&nbsp;<"),
  emoji: TABLE.replace(
    "Pay by card",
    '<ac:emoticon ac:name="blue-star" ac:emoji-shortname=":rocket:" ac:emoji-fallback="🚀" /> Pay 👩\u200d👩\u200d👧 by card 💳',
  ),
  "right to left": TABLE.replace("Pay by card", "الدفع بالبطاقة &rlm;(Visa)&lrm;").replace(
    "Save a card",
    "שמירת כרטיס אשראי",
  ),
  "newlines of Windows": TABLE.replaceAll("<td>", "<td>\r\n  ")
    .replaceAll("</td>", "\r\n</td>\r\n")
    .replace("by card", "by\r\ncard"),
  "numbered headings":
    "<h1>1 Epic: Shop</h1><h2>1.1 Feature: Payments</h2><h3>1.1.1 Story: Pay by card (3 SP)</h3><p>As a guest, I want to pay.</p><h3>1.1.2 Story: Refund (5 SP)</h3><p>Back.</p><h2>1.2 Feature: Cards</h2><h3>1.2.1 Story: Save a card (2 SP)</h3><p>Saved.</p>",
  "attributes and comments with brackets": TABLE.replace("<td>PAY-1", `<td title="a > b" data-x='"'>PAY-1`).replace(
    "Save a card",
    "Save <!-- hidden > --> a card",
  ),
};

describe("generated edits of", { timeout: 60_000 }, () => {
  it.each(Object.entries(PAGES))("%s change what is meant and nothing else, and keep comments", (_, plain) => {
    const problems: string[] = [];
    for (const body of [plain, withComments(plain, randomFrom(11))]) {
      const before = extract({ title: "", body });
      expect(before.items.length).toBeGreaterThan(1);
      for (const [index, item] of before.items.entries())
        for (const { kind, change } of casesFor(item, before, randomFrom(index))) {
          const surgery = editPage({ title: "", body }, [change]);
          const after = extract({ title: "", body: surgery.body });
          const found = [
            ...problemsOfSurgery(body, before, change, surgery, after),
            ...lostComments(body, surgery.body),
          ];
          problems.push(...found.map((problem) => `${kind} of ${item.key}: ${problem}`));
        }
    }
    expect(problems).toEqual([]);
  });
});
