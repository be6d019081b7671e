import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, macro, outline } from "../outline.js";

const numbered = (...items: string[]) => list(...items).replaceAll("ul>", "ol>");
const tasks = (...items: string[]) =>
  `<ac:task-list>${items.map((item, n) => `<ac:task><ac:task-id>${n}</ac:task-id><ac:task-status>${n % 2 ? "complete" : "incomplete"}</ac:task-status><ac:task-body>${item}</ac:task-body></ac:task>`).join("")}</ac:task-list>`;

describe("awaited-values", () => {
  it("takes tasks, typed lines and lists after a label as criteria", () => {
    expect(
      outline(
        "<h3>Story: A</h3><p>Acceptance criteria:<br />- one<br />• two</p><h3>Story: B</h3><p>AC: one</p><p>AC: two</p>" +
          `<h3>Story: C</h3><p><strong>Acceptance criteria</strong></p><p /><ol><li>one<br />line</li></ol><p>Not a criterion.</p>`,
      ),
    ).toEqual(['story a "A" | one; two', 'story b "B" | one; two', 'story c "C" | one line']);
  });

  it.each([
    "Acceptance criteria:",
    "Acceptance Criteria",
    "<strong>Acceptance criteria</strong>",
    "<em>AC:</em>",
    "✅ Acceptance criteria:",
    "Done when:",
    "Conditions of satisfaction:",
    "Akzeptanzkriterien:",
    "Abnahmekriterien:",
    "Critères d’acceptation :",
    "Criterios de aceptación:",
  ])("knows “%s”", (label) => {
    expect(outline(`<h3>Story: A</h3><p>${label}</p>${list("one", "two")}`)).toEqual(['story a "A" | one; two']);
  });

  it.each([
    ["bullets", list("one", "two")],
    ["numbers", numbered("one", "two")],
    ["tasks, ticked or not", tasks("one", "two")],
    ["typed dashes", "<p>- one<br />- two</p>"],
    ["typed dashes in paragraphs", lines("– one", "– two")],
    ["typed numbers", "<p>1. one<br />2) two</p>"],
    ["ticks", "<p>✔ one<br />☐ two</p>"],
    ["plain lines", "<p>one<br />two</p>"],
    ["a panel", macro("panel", "", list("one", "two"))],
  ])("takes %s", (_name, body) => {
    expect(outline(`<h3>Story: A</h3><p>Acceptance criteria:</p>${body}`)).toEqual(['story a "A" | one; two']);
  });

  it("takes nested bullets for criteria of their own", () => {
    expect(outline(`<h3>Story: A</h3><p>AC:</p>${list(`one${list("two")}`, "three")}`)).toEqual([
      'story a "A" | one; two; three',
    ]);
  });

  it("keeps the words of criteria as they are", () => {
    const criteria = ["US-1 can be paid (5 SP)", "Priority: high orders come first", "As a buyer, I want “yes”"];
    expect(itemsOf(`<h3>Story: A</h3><p>Acceptance criteria:</p>${list(...criteria)}`)).toMatchObject([
      { title: "A", storyPoints: null, priority: null, acceptanceCriteria: criteria },
    ]);
  });

  it("makes one criterion of each scenario", () => {
    expect(
      itemsOf(
        "<h3>Story: A</h3><p>Acceptance criteria</p><p>Given a</p><p>When b</p><p>Then c</p><p>Given d</p><p>Then e</p>",
      )[0]?.acceptanceCriteria,
    ).toEqual(["Given a When b Then c", "Given d Then e"]);
  });

  it.each([
    ["German", "Akzeptanzkriterien", "Angenommen a", "Wenn b", "Dann c"],
    ["French", "Critères d’acceptation", "Étant donné a", "Quand b", "Alors c"],
    ["Spanish", "Criterios de aceptación", "Dado a", "Cuando b", "Entonces c"],
  ])("makes one criterion of each scenario in %s", (_name, label, given, when, then) => {
    expect(itemsOf(`<h3>Story: A</h3>${lines(label, given, when, then, given, then)}`)[0]?.acceptanceCriteria).toEqual([
      `${given} ${when} ${then}`,
      `${given} ${then}`,
    ]);
  });

  it("reads a list of dependencies", () => {
    expect(
      outline(`<h3>Story US-1: A</h3><h3>Story US-2: B</h3><p>Depends on:</p>${list("US-1", "Something else")}`)[1],
    ).toBe('story US-2 "B" | needs US-1');
  });

  it.each(["Depends on:", "Blocked by:", "Dependencies", "Abhängig von:", "Dépend de :", "Depende de:"])(
    "reads a list behind “%s”, ids and titles",
    (label) => {
      expect(
        outline(
          `<h3>Story US-1: A</h3><h3>Story: Long title</h3><h3>Story US-3: C</h3><p>${label}</p>${list("US-1", "Long title")}`,
        )[2],
      ).toBe('story US-3 "C" | needs US-1, long-title');
    },
  );

  it("reads a list of what waits for the item", () => {
    expect(outline(`<h3>Story US-1: A</h3><p>Blocks:</p>${list("US-2")}<h3>Story US-2: B</h3>`)).toEqual([
      'story US-1 "A"',
      'story US-2 "B" | needs US-1',
    ]);
  });

  it("ends with the next label", () => {
    expect(
      outline(`<h3>Story: A</h3><p>Acceptance criteria:</p>${list("one")}<p>Points: 3</p>${list("Call Anna")}`),
    ).toEqual(['story a "A" | 3 | one']);
  });

  it.each([
    ["notes", `<p>Notes:</p>${list("one", "two")}`],
    ["a definition of done", `<p>Definition of done:</p>${list("tested", "documented")}`],
    ["the next section", `<p>Acceptance criteria:</p><h4>Design</h4>${list("one", "two")}`],
    ["a list behind other words", `<p>Acceptance criteria are being written.</p>${list("Anna", "Ben")}`],
    ["nothing", "<p>Acceptance criteria: TBD</p>"],
    [
      "code",
      '<p>Acceptance criteria:</p><ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[- one]]></ac:plain-text-body></ac:structured-macro>',
    ],
  ])("takes no criteria from %s", (_name, body) => {
    expect(itemsOf(`<h3>Story: A</h3>${body}`).map((item) => item.acceptanceCriteria)).toEqual([[]]);
  });
});
