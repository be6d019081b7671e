import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { readStorage } from "../../../lib/domain/extraction/storage.js";
import { textsOf } from "../../../lib/domain/extraction/blocks.js";
import type { Extraction, SourceRange } from "../../../lib/domain/plan-item.js";

const FOLDER = "tests/fixtures/planning";
const bodies = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".html"))
  .map((name) => ({ name, body: readFileSync(`${FOLDER}/${name}`, "utf8") }));
const small = bodies.filter(({ body }) => body.length < 30_000);

function expectSound({ items, warnings, coverage }: Extraction, body: string) {
  let at = 0;
  for (const { range } of coverage) {
    expect(range.start).toBe(at);
    expect(range.end).toBeGreaterThan(range.start);
    at = range.end;
  }
  expect(at).toBe(body.length);
  const keys = items.map((item) => item.key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const item of items) {
    expect(item.title).not.toBe("");
    for (const key of [...item.dependsOn, ...(item.parent === null ? [] : [item.parent])]) expect(keys).toContain(key);
    for (const range of [item.source.item, ...Object.values(item.source.fields).flat()]) expectInside(range, body);
  }
  for (const warning of warnings) if (warning.range) expectInside(warning.range, body);
}
function expectInside({ start, end }: SourceRange, body: string) {
  expect(start).toBeGreaterThanOrEqual(0);
  expect(end).toBeGreaterThanOrEqual(start);
  expect(end).toBeLessThanOrEqual(body.length);
}

const tag = fc.constantFrom(
  "p",
  "h1",
  "h2",
  "h3",
  "ul",
  "li",
  "ol",
  "table",
  "tbody",
  "tr",
  "td",
  "th",
  "strong",
  "s",
  "span",
  "a",
  "br",
  "hr",
  "div",
  "ac:structured-macro",
  "ac:rich-text-body",
  "ac:parameter",
  "ac:task-list",
  "ac:task",
  "ac:task-body",
  "ac:link",
  "ac:layout",
  "ac:adf-extension",
  "ac:adf-node",
  "ac:adf-content",
  "ac:placeholder",
  "time",
);
const attribute = fc.constantFrom(
  "",
  ' ac:name="expand"',
  ' ac:name="status"',
  ' ac:name="title"',
  ' ac:name="details"',
  ' rowspan="3"',
  ' colspan="999999"',
  ' rowspan="x"',
  ' style="text-decoration: line-through"',
  ' href="https://linear.app/acme/issue/ENG-12/x"',
  ' local-id="a"',
);
const words = fc.constantFrom(
  "Epic: A",
  "Feature F-1: B",
  "Story US-1: C (5 SP, P1)",
  "Depends on: US-1",
  "US-2 depends on US-1",
  "Acceptance criteria:",
  "Points",
  "Priority",
  "Title",
  "ID",
  "Epic",
  "Must",
  "5",
  "3–5",
  "Out of scope",
  "&nbsp;",
  "&rsquo;",
  "&broken",
  "&#0;",
  "<![CDATA[x",
  "]]>",
  "<",
  "Total",
  "\u200b",
  "ß",
  "😀",
  "Given a",
  "When b",
  "Als Kunde möchte ich",
  "(",
  "[P1]",
  "– 3 SP",
);
const soup = fc
  .array(
    fc.oneof(
      fc.tuple(tag, attribute).map(([name, it]) => `<${name}${it}>`),
      tag.map((name) => `</${name}>`),
      words,
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("extract", () => {
  it.each(bodies)("covers every character of $name once and keeps all ranges inside", ({ body }) => {
    expectSound(extract({ title: "", body }), body);
  });

  it("never throws on any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (body) =>
        expectSound(extract({ title: "", body }), body),
      ),
      {
        numRuns: 300,
      },
    );
  });

  it("never throws on broken storage format", () => {
    fc.assert(
      fc.property(soup, (body) => expectSound(extract({ title: "", body }), body)),
      { numRuns: 1500 },
    );
  });

  it("never throws on a page that ends anywhere, or misses a piece", () => {
    const page = fc.constantFrom(...small.map(({ body }) => body));
    const damaged = fc.tuple(page, fc.nat(), fc.nat({ max: 400 })).chain(([body, at, length]) => {
      const from = at % body.length;
      return fc.constantFrom(body.slice(0, from), body.slice(from), body.slice(0, from) + body.slice(from + length));
    });
    fc.assert(
      fc.property(damaged, (body) => expectSound(extract({ title: "", body }), body)),
      { numRuns: 200 },
    );
  });

  it("reads a page the same way each time, whatever it is called", () => {
    for (const { body } of small) expect(extract({ title: "Other", body })).toEqual(extract({ title: "", body }));
  });

  it("survives elements inside elements without end", () => {
    const deep = "<ul><li>".repeat(20_000) + "Story: deep down (3 SP)" + "<p>".repeat(20_000);
    expectSound(extract({ title: "", body: deep }), deep);
  });
});

/** Words of the source of a range, as a reader sees them. */
function shown(body: string, { start, end }: SourceRange): string {
  return textsOf(readStorage(`<p>${body.slice(start, end)}</p>`))
    .map((text) => text.text)
    .join(" ")
    .replace(/\s+/g, " ");
}

describe("source ranges", () => {
  it.each(bodies)("in $name hold the words of their values", ({ body }) => {
    for (const item of extract({ title: "", body }).items) {
      const {
        title,
        acceptanceCriteria = [],
        storyPoints = [],
        dependsOn = [],
        description = [],
        key = [],
      } = item.source.fields;
      expect(shown(body, title?.[0] ?? { start: 0, end: 0 })).toBe(item.title);
      expect(acceptanceCriteria.map((range) => shown(body, range))).toEqual(item.acceptanceCriteria);
      expect(description.map((range) => shown(body, range))).toEqual(
        item.description === "" ? [] : item.description.replace(/(?<!\n)\n(?!\n)/g, " ").split("\n\n"),
      );
      for (const range of key) expect(shown(body, range)).toBe(item.key);
      for (const range of storyPoints) expect(shown(body, range)).toMatch(/\d|XS|S|M|L|XL/);
      expect(dependsOn.length > 0).toBe(item.dependsOn.length > 0);
      expect(shown(body, item.source.item)).toContain(item.title.split(" ")[0]);
    }
  });
});
