import * as fc from "fast-check";
import type { IssueText } from "../../../lib/domain/sync/issue-text.js";

export const pageUrl = "https://acme.atlassian.net/wiki/spaces/ENG/pages/42/Plan";

const marks = ["*", "`", "[", "]", "~", "a", "\\", " ", "é", ..."# _ ( ) < > ! | + - = 1 . @ & ; : /".split(" ")];
const phrases = fc.constantFrom(
  "As a guest, I want to pay by card",
  "Als Gast möchte ich zahlen, damit ich fertig bin.",
  "Les clients voient leurs commandes : **aujourd'hui**",
  "El pedido llega en 24 h",
  "ask @anna or ada@example.com",
  "see https://acme.test/wiki/x_y_?a=1&b=2.",
  "on example.com and [site](http://acme.test/a_b)",
  "https://linear.app/acme/issue/ENG-1",
  "https://a.test/_x_ and https://a.test/*x*",
  "# not a heading",
  "1. not a list",
  "- nor this",
  "+++ no fold",
  "```",
  "| a | b |",
  "|---|---|",
  "---",
  "Acceptance criteria",
  "**Acceptance criteria**",
  "Enabler type: Architecture",
  `From the [planning page](<${pageUrl}>)`,
  "&lt;b&gt; 🎉 snake_case __init__ 5 * 3",
  "登录 用户",
);
const noise = fc.string({ unit: fc.constantFrom(...marks), maxLength: 20 });
export const line = fc.oneof({ weight: 3, arbitrary: phrases }, { weight: 2, arbitrary: noise });

const enabler = fc.constantFrom(null, "exploration", "architecture", "infrastructure", "compliance" as const);

/** What a page may say: several paragraphs and criteria, with all marks of Markdown in them. */
export const issueText: fc.Arbitrary<IssueText> = fc.record({
  description: fc
    .array(fc.tuple(line, fc.constantFrom("\n\n", "\n\n", "\n", "\n\n\n")), { maxLength: 5 })
    .map((lines) => lines.map((parts) => parts.join("")).join("")),
  acceptanceCriteria: fc.array(line, { maxLength: 4 }),
  enablerType: enabler,
});

const words = fc
  .array(
    fc.constantFrom(
      "Pay by card",
      "**now**",
      "*soon*",
      "__strong__",
      "~~gone~~",
      "`a*b`",
      "[a [nested] page](<https://acme.test/p>)",
      "![shot](https://uploads.test/1.png)",
      "<https://acme.test>",
      "example.com",
      "**bold *both* [x](http://acme.test)**",
      "&amp;",
      "a\\*b",
      "2 * 3",
      "@anna",
      "\\",
      "\\\\",
      "snake_case",
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(" "));
const indent = fc.constantFrom("", "", "  ", "    ");
const item = fc
  .tuple(indent, fc.constantFrom("-", "*", "+", "* [ ]", "- [x]", "1.", "2)"), words, fc.constantFrom("", "\n  more"))
  .map(([before, mark, text, more]) => `${before}${mark} ${text}${more}`);
const list = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 4 }), fc.constantFrom("\n", "\n\n"))
  .map(([items, gap]) => items.join(gap));
const title = fc.constantFrom(
  "**Acceptance criteria**",
  "**Acceptance Criteria:**",
  "## Acceptance criteria",
  "### AC",
  "Acceptance criteria:",
  "**Akzeptanzkriterien**",
);
const own = fc.constantFrom(
  "```ts\nconst a = 1;\n\n# no heading\n```",
  "| a | b |\n| -- | -- |\n| 1 | 2 |",
  "+++ More\n\ninside\n\n+++",
  "---",
  "![shot](https://uploads.test/2.png)",
);
const blocks = [
  { weight: 3, arbitrary: words },
  { weight: 1, arbitrary: list },
  words.map((text) => `## ${text}`),
  words.map((text) => `> ${text}\n> more`),
  title,
  fc.tuple(title, list).map((parts) => parts.join("\n\n")),
  own,
  fc.constantFrom("**Enabler type:** Architecture", "__Enabler type__: compliance"),
] as const;
const indented = fc.constantFrom("    code", "  ```\n  in a list\n  ```");
const footer = fc.constant(`From the [planning page](<${pageUrl}>)`);

/** What may stand in an issue that people have written in. */
export const markdown = fc
  .array(fc.tuple(fc.oneof(...blocks, indented, footer, noise), fc.constantFrom("\n\n", "\n\n", "\n", "\n\n\n")), {
    maxLength: 7,
  })
  .map((all) => all.map((parts) => parts.join("")).join(""));

/** The same as Linear itself would write it, block by block, with the way to the page at the end. */
export const tidyMarkdown = fc
  .tuple(fc.array(fc.oneof(...blocks), { maxLength: 7 }), footer)
  .map(([all, end]) => [...all, end].join("\n\n"));
