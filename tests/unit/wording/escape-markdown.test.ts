import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeLine, escapeParagraph, withoutJoiners } from "../../../lib/domain/wording/escape-markdown.js";

const joiner = "\u2060";
const marks = ["*", "`", "[", "]", "~", "a", "\\", " ", "\n", ..."# _ ( ) < > ! | + - = 1 . @ & ; : /".split(" ")];
const unescaped = (markdown: string) => withoutJoiners(markdown.replace(/\\([!-/:-@[-`{-~])/g, "$1"));

describe("text of a page in Markdown", () => {
  it.each([
    ["# Heading", "\\# Heading"],
    ["- item", "\\- item"],
    ["+ item", "\\+ item"],
    ["+++ Fold", "\\+++ Fold"],
    ["+", "\\+"],
    ["> quote", "\\> quote"],
    ["1. first", "1\\. first"],
    ["===", "\\==="],
    ["**bold** and `code`", "\\*\\*bold\\*\\* and \\`code\\`"],
    ["[click](https://evil.example)", "\\[click\\](https://evil.example)"],
    ["![x](y)", "!\\[x\\](y)"],
    ["<img src=x>", "\\<img src=x>"],
    ["~~gone~~", "\\~\\~gone\\~\\~"],
    ["&lt;b&gt;", "\\&lt;b\\&gt;"],
    ["_em_ but snake_case", "\\_em\\_ but snake_case"],
    ["___ ___ but a__b", "\\_\\_\\_ \\_\\_\\_ but a__b"],
  ])("shows %s as it is", (text, markdown) => {
    expect(escapeParagraph(text)).toBe(markdown);
  });

  it("mentions nobody", () => {
    expect(escapeLine("ask @anna, or anna@example.com")).toBe(`ask @${joiner}anna, or anna@example.com`);
    expect(escapeLine("https://linear.app/acme/profiles/anna")).toBe(`https://linear${joiner}.app/acme/profiles/anna`);
    expect(escapeLine("linear://acme/issue/ENG-1")).toBe(`linear${joiner}://acme/issue/ENG-1`);
  });

  it("leaves plain sentences alone", () => {
    const text = "As a user, I want 3–5 topics (by brand) & a cap of 10 %; it costs < 2 € – or more.";
    expect(escapeParagraph(text)).toBe(text);
  });

  it("can be read back, whatever the text", () => {
    const text = fc.string({ unit: fc.constantFrom(...marks), maxLength: 40 });
    fc.assert(
      fc.property(text, (page) => {
        expect(unescaped(escapeParagraph(page))).toBe(page.replace(/\s+/g, " ").trim());
      }),
    );
  });

  it("leaves no mark without its escape", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...marks.slice(0, 7)), maxLength: 30 }), (page) => {
        expect(escapeLine(page).replace(/\\./g, "")).not.toMatch(/[*`[\]~]/);
      }),
    );
  });
});
