import { describe, expect, it } from "vitest";
import { extract } from "../../../../lib/domain/extraction/extract.js";
import { itemsOf, list, outline } from "../outline.js";

const blanks = ["<p />", "<p></p>", "<p>&nbsp;</p>", "<p><br /></p>", "<p>\u200b</p>", "<p> \n </p>"];

describe("blank-line", () => {
  it.each(blanks)("a label still waits for its value behind %j", (blank) => {
    expect(outline(`<h3>Story: A</h3><p>Acceptance criteria:</p>${blank}${blank}${list("one", "two")}`)).toEqual([
      'story a "A" | one; two',
    ]);
  });

  it.each(blanks)("is context of the page, not a part that nobody read: %j", (blank) => {
    const { coverage } = extract({ title: "", body: `<h3>Story: A</h3>${blank}` });
    expect(coverage.at(-1)).toMatchObject({ use: "context", rule: "blank-line" });
  });

  it("does not part an item from its fields, nor join what a heading parts", () => {
    expect(
      outline("<h3>Story: A</h3><p /><p>Points: 3</p><p /><h2>Something else</h2><p /><p>Priority: High</p>"),
    ).toEqual(['story a "A" | 3']);
  });

  it("adds nothing to the description", () => {
    expect(itemsOf("<h3>Story: A</h3><p>One.</p><p>&nbsp;</p><p>Two.</p>")[0]?.description).toBe("One.\n\nTwo.");
  });
});
