import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAdf } from "../../../lib/domain/extraction/adf.js";
import { textsOf } from "../../../lib/domain/extraction/blocks.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { h, json, li, node, p } from "../../support/adf-nodes.js";
import { adfTwin } from "../../support/adf-twin.js";
import { problemsOf } from "../../support/extraction-problems.js";
import { sketch } from "./sketch.js";

describe("broken ADF", () => {
  const page = json(
    h(1, "Epic: A"),
    h(2, "Story US-1: B"),
    node("bulletList", {}, li(p("c")), li(p("d"))),
    h(2, "Story US-2: E"),
  );

  it.each([
    "",
    "Story: A",
    "<h1>Story: A</h1>",
    "null",
    '"Story: A"',
    "7",
    "{}",
    "[]",
    "[[]]",
    "{{{",
    "]}",
    '{"type":"doc"}',
  ])("%j has no blocks", (body) => {
    expect(readAdf(body)).toEqual([]);
  });

  it.each([
    ["content that is none", { type: "doc", content: "Story: A" }],
    [
      "null in each place",
      { type: null, content: [null, { type: "paragraph", content: null, attrs: null, marks: null }] },
    ],
    [
      "numbers in each place",
      { type: 1, content: [2, { type: "heading", attrs: 3, content: 4 }, { type: "table", content: [5] }] },
    ],
    [
      "marks that are none",
      { type: "paragraph", content: [{ type: "text", text: "a", marks: [1, {}, { type: "link" }] }] },
    ],
  ])("is read without a throw: %s", (_name, value) => {
    expect(textsOf(readAdf(JSON.stringify(value))).filter((it) => it.text !== "").length).toBeLessThan(2);
  });

  it("is read up to where it was cut off", () => {
    for (let end = 1; end < page.length; end++) {
      const words = textsOf(readAdf(page.slice(0, end))).map((it) => it.text);
      const whole = ["Epic: A", "Story US-1: B", "c", "d", "Story US-2: E"];
      expect(whole.join("|").startsWith(words.join("|"))).toBe(true);
      expect(words[0] ?? "").toBe("Epic: A".slice(0, Math.max(0, end - page.indexOf("Epic: A"))).trim());
    }
  });

  it("knows rows and items whose table or list was cut off before it said what it is", () => {
    const cell = (words: string) => ({
      content: [{ content: [{ text: words, type: "text" }], type: "paragraph" }],
      type: "tableCell",
    });
    const row = { content: [cell("a"), cell("b")], type: "tableRow" };
    expect(
      sketch(readAdf(`{"content":[{"content":[${JSON.stringify(row)},{"content":[${JSON.stringify(cell("c"))},`)),
    ).toEqual([{ rows: [["a", "b"], ["c"]] }]);
  });

  it("goes on after a bracket too many or too few", () => {
    const tooMany = page.replace('{"type":"heading","attrs":{"level":1},', "");
    expect(textsOf(readAdf(tooMany)).map((it) => it.text)).toEqual([
      "Epic: A",
      "Story US-1: B",
      "c",
      "d",
      "Story US-2: E",
    ]);
    const tooFew = page.replace('"c"}]}', '"c"');
    expect(
      textsOf(readAdf(tooFew))
        .map((it) => it.text)
        .join(" "),
    ).toMatch(/^Epic: A Story US-1: B c.*d.*Story US-2: E$/);
  });

  it("is read however deep it is nested, without an end", () => {
    const deep = (type: string) => `{"type":"${type}","content":[`.repeat(10_000);
    for (const type of ["panel", "bulletList", "table", "unknown", "paragraph"]) {
      const { items } = extract({
        title: "",
        body: `[${JSON.stringify(h(1, "Epic: A"))},${deep(type)}`,
        format: "adf",
      });
      expect(items.map((item) => item.title)).toEqual(["A"]);
    }
    expect(readAdf("[".repeat(1_000_000))).toEqual([]);
  });

  it("gives a page that is too long its readable beginning and says so", () => {
    const long = json(h(1, "Epic: A"), ...Array.from({ length: 40 }, () => p("x ".repeat(30_000))), h(1, "Epic: B"));
    const { items, warnings, coverage } = extract({ title: "", body: long, format: "adf" });
    expect(items.map((item) => item.title)).toEqual(["A"]);
    expect(warnings.map((warning) => warning.code)).toEqual(["page_truncated"]);
    expect(coverage.at(-1)?.range.end).toBe(long.length);
  });
});

const isSound = (body: string) => problemsOf(extract({ title: "", body, format: "adf" }), body).length === 0;
const FOLDER = "tests/fixtures/planning";
const twins = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".html"))
  .map((name) => JSON.stringify(adfTwin(readFileSync(`${FOLDER}/${name}`, "utf8"))))
  .filter((body) => body.length < 60_000);

const words = fc.constantFrom(
  "Epic: A",
  "Feature F-1: B",
  "Story US-1: C (5 SP, P1)",
  "Depends on: US-1",
  "Acceptance criteria:",
  "Points",
  "Title",
  "5",
  "Out of scope",
  "",
  "\u200b",
  "😀",
  "Given a",
);
const scalar = fc.oneof(words, fc.constantFrom(null, 0, -1, 2, 1e9, "2", true));
const types = fc.constantFrom(
  ..."doc paragraph heading text bulletList listItem taskList taskItem table tableRow tableCell tableHeader panel expand extension bodiedExtension status date inlineCard blockCard hardBreak layoutSection mediaSingle decisionList codeBlock unsupportedBlock".split(
    " ",
  ),
);
const mark = fc.record({
  type: fc.constantFrom("strong", "strike", "link", "em"),
  attrs: fc.constantFrom({}, null, { href: "x" }),
});
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    fc.record(
      { type: fc.constant("text"), text: scalar, marks: fc.array(mark, { maxLength: 2 }) },
      { requiredKeys: ["type"] },
    ),
    fc.record(
      {
        type: fc.oneof({ weight: 9, arbitrary: types }, { weight: 1, arbitrary: scalar }),
        attrs: fc.oneof(
          scalar,
          fc.record(
            {
              level: scalar,
              colspan: scalar,
              rowspan: scalar,
              title: scalar,
              text: scalar,
              localId: scalar,
              url: scalar,
              timestamp: scalar,
              extensionKey: fc.constantFrom("details", "expand", "jira", null),
              originalValue: tie("tree"),
            },
            { requiredKeys: [] },
          ),
        ),
        content: fc.oneof(
          { weight: 9, arbitrary: fc.array(tie("tree"), { maxLength: 5 }) },
          { weight: 1, arbitrary: scalar },
        ),
      },
      { requiredKeys: [] },
    ),
  ),
}));

/** A body that is not read as it should be, of so many of a kind; null where all are. */
const failing = (bodies: fc.Arbitrary<string>, numRuns: number) =>
  fc.check(fc.property(bodies, isSound), { numRuns }).counterexample;

describe("extract from ADF", () => {
  it("never throws on any text", () => {
    expect(failing(fc.string({ unit: "binary", maxLength: 300 }), 300)).toBeNull();
    const signs = fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", "u", "0", "n", " ", "a");
    expect(failing(fc.string({ unit: signs, maxLength: 200 }), 1000)).toBeNull();
  });

  it("never throws on any JSON", () => {
    expect(failing(fc.json({ maxDepth: 8 }), 300)).toBeNull();
  });

  it("never throws on any tree of nodes, however odd", () => {
    const bodies = tree.map((it) => JSON.stringify(it));
    expect(failing(bodies, 1500)).toBeNull();
  });

  it("never throws on a page that ends anywhere, misses a piece or has one twice", () => {
    const damaged = fc.tuple(fc.constantFrom(...twins), fc.nat(), fc.nat({ max: 400 })).chain(([body, at, length]) => {
      const from = at % body.length;
      const [before, piece, after] = [body.slice(0, from), body.slice(from, from + length), body.slice(from + length)];
      return fc.constantFrom(before, piece + after, before + after, before + piece + piece + after);
    });
    expect(failing(damaged, 300)).toBeNull();
  });
});
