import { describe, expect, it } from "vitest";
import { readIssueText } from "../../../lib/domain/sync/issue-text.js";
import { patchIssueText } from "../../../lib/domain/sync/patch-issue-text.js";
import { issueDescription } from "../../../lib/domain/wording/issue-description.js";
import { pageUrl } from "./issue-markdown.js";

const footer = `From the [planning page](<${pageUrl}>)`;
const issue = (...blocks: string[]) => blocks.join("\n\n");
const patch = (markdown: string, change: Partial<ReturnType<typeof readIssueText>>) =>
  patchIssueText(markdown, { ...readIssueText(markdown), ...change }, { pageUrl });

describe("reading the text of an issue", () => {
  it("finds description, type of enabler and criteria; the way to the page is none of them", () => {
    const text = issue(
      "As a user, I want topics.",
      "**Enabler type:** Architecture",
      "**Acceptance criteria**",
      "* Sorted",
      footer,
    );
    expect(readIssueText(text)).toEqual({
      description: "As a user, I want topics.",
      acceptanceCriteria: ["Sorted"],
      enablerType: "architecture",
    });
  });

  it.each([
    ["bold, slanted and struck words", "Pay **by *card* now** ~~later~~", "Pay by card now"],
    ["links", "See [the *page*](<https://acme.test/a_b>) or <https://acme.test>", "See the page or https://acme.test"],
    ["what Linear links by itself", "Ask [ada@example.com](<mailto:ada@example.com>)", "Ask ada@example.com"],
    ["code", "Call `a*b*` and ``x ` y``", "Call a*b* and x ` y"],
    ["escapes, entities and joiners", "1\\. \\*no\\* &amp; @\u2060anna", "1. *no* & @anna"],
    ["pictures", "Like this: ![shot](https://uploads.test/1.png) fine", "Like this: fine"],
    ["marks that are just signs", "2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"],
    ["lines of one paragraph", "one\ntwo\\\nthree", "one two three"],
    ["headings", "## Why ##", "Why"],
    ["quotes", "> said\n> somebody\n>\n> twice", "said somebody\n\ntwice"],
    ["lists", "* one\n* [x] two\n  1. three\n     more", "one\n\ntwo\n\nthree more"],
  ])("reads %s as text", (_, markdown, text) => {
    expect(readIssueText(markdown).description).toBe(text);
  });

  it.each([
    ["a picture", "![shot](https://uploads.test/1.png)"],
    ["a table", "| a | b |\n| -- | -- |\n| 1 | 2 |"],
    ["code", "```ts\n# a\n\n* b\n```"],
    ["a fold, with another in it", "+++ More\n\nx\n\n+++ Even more\n\ny\n\n+++\n\n+++"],
    ["a rule", "---"],
  ])("leaves %s alone", (_, markdown) => {
    expect(readIssueText(issue("before", markdown, "after")).description).toBe("before\n\nafter");
  });

  it.each([
    "**Acceptance criteria**",
    "**Acceptance Criteria:**",
    "__acceptance criteria__:",
    "### AC",
    "Acceptance criteria:",
    "**Akzeptanzkriterien**",
  ])("knows the criteria below %s", (title) => {
    const text = issue("Why", title, "- [x] one\n- two\n  goes on\n\n  and on\n1. three", "After");
    expect(readIssueText(text)).toEqual({
      description: "Why\n\nAfter",
      acceptanceCriteria: ["one", "two goes on and on", "three"],
      enablerType: null,
    });
  });

  it("takes nothing for criteria that only speaks of them", () => {
    const text = issue("Acceptance criteria", "are on the page.", "* a point");
    expect(readIssueText(text).description).toBe("Acceptance criteria\n\nare on the page.\n\na point");
  });
});

describe("changing the text of an issue", () => {
  const edited = issue(
    "Pay **by card** at [the shop](<https://shop.test>).",
    "![shot](https://uploads.test/1.png)",
    "Second paragraph.",
    "**Acceptance criteria**",
    "* [x] Receipt by *mail*",
    "* [ ] Under 2 s",
    "+++ Notes\n\nours\n\n+++",
    footer,
  );

  it("exchanges the words that are others and keeps what people did to the rest", () => {
    const description = "Pay by card at the big shop today.\n\nSecond paragraph.";
    expect(patch(edited, { description })).toBe(
      edited.replace("[the shop](<https://shop.test>).", "[the big shop](<https://shop.test>) today."),
    );
  });

  it("puts a new paragraph where it belongs and takes one away", () => {
    const first = "Pay by card at the shop.";
    expect(patch(edited, { description: `${first}\n\nBrand new.\n\nSecond paragraph.` })).toBe(
      edited.replace("![shot]", "Brand new.\n\n![shot]"),
    );
    expect(patch(edited, { description: first })).toBe(edited.replace("Second paragraph.\n\n", ""));
  });

  it("keeps boxes ticked, and gives a new criterion a box of its own", () => {
    const acceptanceCriteria = ["Receipt by mail or post", "Refunds too", "Under 2 s"];
    expect(patch(edited, { acceptanceCriteria })).toBe(
      edited.replace("by *mail*", "by *mail* or post\n\n* [ ] Refunds too"),
    );
    expect(patch(edited, { acceptanceCriteria: ["Under 2 s"] })).toBe(
      edited.replace("* [x] Receipt by *mail*\n\n", ""),
    );
  });

  it("keeps boxes ticked and words bold where criteria are put in another order", () => {
    const text = issue("**Acceptance criteria**", "* [x] Sorted **by name**", "* [ ] Found", footer);
    expect(patch(text, { acceptanceCriteria: ["Found", "New", "Sorted by name"] })).toBe(
      issue("**Acceptance criteria**", "* [ ] Found", "* [ ] New", "* [x] Sorted **by name**", footer),
    );
  });

  it("takes the title away with the last criterion, and what is Linear's own stays", () => {
    const without = edited.replace(/\*\*Acceptance[^]*2 s\n\n/, "");
    expect(patch(edited, { acceptanceCriteria: [] })).toBe(without);
    expect(patch(without, { acceptanceCriteria: ["New"] })).toBe(
      without.replace(footer, `**Acceptance criteria**\n\n* New\n\n${footer}`),
    );
  });

  it("sets, changes and takes away the type of an enabler", () => {
    const set = patch(edited, { enablerType: "compliance" });
    expect(set).toBe(edited.replace("**Acceptance", "**Enabler type:** Compliance\n\n**Acceptance"));
    expect(patch(set, { enablerType: "exploration" })).toBe(set.replace("Compliance", "Exploration"));
    expect(patch(set, { enablerType: null })).toBe(edited);
  });

  it("counts on in a numbered list", () => {
    expect(patch("## AC\n\n1. one\n2. two", { acceptanceCriteria: ["one", "two", "x", "y"] })).toBe(
      "## AC\n\n1. one\n2. two\n\n3. x\n\n4. y",
    );
  });

  it("does not let another list become criteria when the paragraph between them goes", () => {
    const text = issue("## AC", "- [x] one", "Between", "- **two**", footer);
    expect(patch(text, { description: "two" })).toBe(issue("## AC", "- [x] one", "**two**", footer));
  });

  it("writes an empty issue as a new one", () => {
    const wanted = { description: "Why", acceptanceCriteria: ["a"], enablerType: null };
    expect(patchIssueText(" \n", wanted, { pageUrl })).toBe(issueDescription(wanted, { pageUrl }));
  });

  it("lets nothing of the page become a mark", () => {
    expect(patch("## Why", { description: "# Why [x](y)\n\n+++ fold" })).toBe("## # Why \\[x\\](y)\n\n\\+++ fold");
  });

  it("takes no long time for a long text of marks", () => {
    for (const mark of ["*a ", "_a* ", "[", "`a ``", "~~a ", "<a", "![](", "+++ a\n", "> * ", "***a_**"]) {
      const text = mark.repeat(20_000);
      const start = performance.now();
      readIssueText(text);
      expect(performance.now() - start, mark).toBeLessThan(5_000);
    }
  });
});
