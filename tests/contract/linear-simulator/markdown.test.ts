import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rewriteMarkdown } from "../../../dev/linear/markdown.js";
import { aLinear, createIssue } from "./support.js";

describe("Markdown as Linear stores it", () => {
  it.each([
    ["writes bullets as stars, with a blank line between them", "- a\n- b", "* a\n\n* b"],
    ["keeps the levels of nested lists", "- a\n    - b\n    - c\n- d", "* a\n\n  * b\n\n  * c\n\n* d"],
    ["keeps the numbers of numbered lists", "1. a\n2. b", "1. a\n\n2. b"],
    ["sets a list off from the paragraph before it", "Why:\n+ a", "Why:\n\n* a"],
    ["puts the target of a link in angle brackets", "[page](https://a.test/x)", "[page](<https://a.test/x>)"],
    ["makes a link of a bare address", "See https://a.test/x?y=1.", "See <https://a.test/x?y=1>."],
    ["makes a link of a bare domain", "on acme.com", "on [acme.com](<http://acme.com>)"],
    ["makes a link of an e-mail address", "ask ada@acme.test", "ask [ada@acme.test](<mailto:ada@acme.test>)"],
    ["makes links even in code fences", "```\ncurl https://a.test\n```", "```\ncurl <https://a.test>\n```"],
    ["takes runs of blank lines for one", "a\n\n\n\nb", "a\n\nb"],
    ["drops one to three leading blanks", "   a", "a"],
    ["drops blanks at the ends", "a  \nb \n\n", "a\nb"],
    ["leaves rules, emphasis and inline code alone", "---\n**a** `b.com`", "---\n**a** `b.com`"],
    [
      "leaves what is a link already",
      "<https://a.test> [b](<https://b.test>)",
      "<https://a.test> [b](<https://b.test>)",
    ],
  ])("%s", (_, written, stored) => {
    expect(rewriteMarkdown(written)).toBe(stored);
  });

  it("leaves alone what it has rewritten once", () => {
    const lines =
      "- a|* b|  - c|1. d|2) e||  |f https://a.test/b|[g](http://h.io)|```|   k|acme.com|ada@acme.test.|---|> l|# m|    n|`o.com`|word  ";
    const piece = fc.constantFrom(...lines.split("|"));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (written) => {
        const once = rewriteMarkdown(written.join("\n"));
        expect(rewriteMarkdown(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it("is what comes back of a description and of a comment", async () => {
    const { ask, control, teamId } = aLinear();
    const { data } = await ask(createIssue, { input: { teamId, title: "x", description: "- a\n- b" } });
    expect(data?.issueCreate?.issue?.description).toBe("* a\n\n* b");
    control.comment({ issue: "ENG-1", body: "see https://a.test" });
    expect(control.comments({ issue: "ENG-1" }).map(({ body }) => body)).toEqual(["see <https://a.test>"]);
  });
});
