import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rewriteMarkdown } from "../../../dev/linear/markdown.js";
import { normalizeMarkdown } from "../../../lib/domain/markdown.js";

const word = fc.constantFrom(
  "Plan",
  "the",
  "release",
  "*soon*",
  "**now**",
  "`code`",
  "naïve",
  "(maybe)",
  "A-1",
  "5 points",
);
const address = fc.constantFrom(
  "https://acme.test/wiki/x?a=1&b=2",
  "http://acme.test",
  "example.com",
  "docs.example.org",
  "ada@example.com",
  "[the page](https://acme.test/page)",
  "[site](http://acme.test/a_b)",
);
const sentence = fc
  .array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: address }), { minLength: 1, maxLength: 7 })
  .map((words) => words.join(" "))
  .filter((text) => !/^\d/.test(text));
const blanks = fc.constantFrom("", " ", "   ");

// Two blanks or more before a paragraph may make it part of the list above: they are no spare blanks.
const paragraph = fc.tuple(fc.constantFrom("", " "), sentence, blanks).map((parts) => parts.join(""));
const item = fc
  .tuple(fc.constantFrom("", "  ", "    "), fc.constantFrom("-", "*", "+", "- [ ]", "- [x]"), sentence, blanks)
  .map(([indent, bullet, text, end]) => `${indent}${bullet} ${text}${end}`);
const list = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([items, loose]) => items.map((line, n) => (n === 0 ? line.trimStart() : line)).join(loose ? "\n\n" : "\n"));
const numbered = fc
  .array(sentence, { minLength: 1, maxLength: 4 })
  .map((texts) => texts.map((text, n) => `${n + 1}. ${text}`).join("\n"));
const fence = fc
  .array(fc.oneof(sentence, fc.constant(""), fc.constant("    indented")), { maxLength: 4 })
  .map((lines) => ["```", ...lines, "```"].join("\n"));
const heading = sentence.map((text) => `## ${text}`);
const gap = fc.constantFrom("\n\n", "\n\n\n", "\n \n\n\n");

const markdown = fc
  .array(fc.tuple(fc.oneof(paragraph, list, numbered, fence, heading), gap), { maxLength: 6 })
  .map((blocks) => blocks.map(([block, after]) => block + after).join(""));

describe("normalized Markdown", () => {
  it("is the same before and after Linear has rewritten it", () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(normalizeMarkdown(rewrittenByLinear(text))).toBe(normalizeMarkdown(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is the same before and after the simulated Linear has rewritten it", () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(normalizeMarkdown(rewriteMarkdown(text))).toBe(normalizeMarkdown(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("stays what it is when it is normalized again, whatever the text", () => {
    const signs = fc.stringMatching(/^[ab \-*+#`[\]()<>.:/@1\n\t~_\\]{0,60}$/);
    fc.assert(
      fc.property(fc.oneof(markdown, signs, fc.string({ unit: "binary" })), (text) => {
        const once = normalizeMarkdown(text);
        expect(normalizeMarkdown(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["a changed word", "Plan the release", "Plan the retreat"],
    ["a link with another target", "[page](https://acme.test/1)", "[page](https://acme.test/2)"],
    ["a link instead of its text", "page", "[page](https://acme.test/1)"],
    ["a ticked box", "- [ ] done", "- [x] done"],
    ["another order", "- a\n- b", "- b\n- a"],
    ["a parted paragraph", "one\ntwo", "one\n\ntwo"],
    ["a nested item", "- a\n- b", "- a\n  - b"],
    ["blanks in code", "```\na\n```", "```\n  a\n```"],
    ["a bullet that became a number", "- a", "1. a"],
    ["a heading of another level", "# a", "## a"],
  ])("tells %s apart", (_, one, other) => {
    expect(normalizeMarkdown(one)).not.toBe(normalizeMarkdown(other));
  });

  it.each([
    ["bullets", "- a\n- b", "* a\n* b"],
    ["tight and loose lists", "- a\n- b", "- a\n\n- b"],
    ["angle brackets around a target", "[x](https://acme.test)", "[x](<https://acme.test>)"],
    ["a bare URL", "see https://acme.test/x.", "see <https://acme.test/x>."],
    ["a URL linked to itself", "https://acme.test", "[https://acme.test](<https://acme.test/>)"],
    ["a domain", "on example.com", "on [example.com](<http://example.com>)"],
    ["an e-mail", "ask ada@example.com", "ask [ada@example.com](<mailto:ada@example.com>)"],
    ["a link in a code fence", "```\ncurl example.com\n```", "```\ncurl [example.com](<http://example.com>)\n```"],
    ["blanks before a paragraph", "   a", "a"],
    ["blanks at the end of a line", "a  \nb", "a\nb"],
    ["runs of blank lines", "a\n\n\n\nb\n", "a\n\nb"],
    ["line ends of Windows", "a\r\nb", "a\nb"],
  ])("does not tell apart %s", (_, one, other) => {
    expect(normalizeMarkdown(one)).toBe(normalizeMarkdown(other));
  });
});

/** What Linear was seen to do to the Markdown that it stores, line by line. */
function rewrittenByLinear(text: string): string {
  let inCode = false;
  const lines = text.split("\n").flatMap((raw) => {
    const line = linkAddresses(raw.trimEnd());
    if (line.startsWith("```")) inCode = !inCode;
    if (inCode || line.startsWith("```")) return [line];
    const item = /^( *)(?:[-*+]|(\d+)\.) (.*)$/.exec(line);
    if (!item) return [line.replace(/^ {1,3}(?=\S)/, "")];
    const [, indent = "", number, words = ""] = item;
    return ["", number ? `${indent}${number}. ${words}` : `${indent}* ${words}`];
  });
  return withoutRunsOfBlanks(lines).join("\n");
}

function withoutRunsOfBlanks(lines: string[]): string[] {
  let inCode = false;
  return lines.filter((line, n) => {
    if (line.startsWith("```")) inCode = !inCode;
    return inCode || line !== "" || (n > 0 && lines[n - 1] !== "");
  });
}

function linkAddresses(line: string): string {
  return line
    .split(" ")
    .map((part) => {
      if (/^https?:/.test(part)) return `[${part}](<${part}>)`;
      if (/^[a-z]+@[a-z.]+$/.test(part)) return `[${part}](<mailto:${part}>)`;
      return /^[a-z]+(\.[a-z]+)+$/.test(part) ? `[${part}](<http://${part}>)` : part;
    })
    .join(" ")
    .replace(/\]\(([^<>()]+)\)/g, "](<$1>)");
}
