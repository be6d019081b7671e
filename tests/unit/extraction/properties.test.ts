import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { toExpected } from "../../../dev/extraction-score.js";
import { readStorageTree } from "../../../lib/domain/extraction/storage-tree.js";
import { readStorage } from "../../../lib/domain/extraction/storage.js";
import { textsOf } from "../../../lib/domain/extraction/blocks.js";
import type { SourceRange } from "../../../lib/domain/plan-item.js";
import { misplacedValues, problemsOf } from "../../support/extraction-problems.js";

const BLIND = "tests/fixtures/planning-blind";
const rounds = readdirSync(BLIND).filter((name) => name.startsWith("round-"));
const bodies = ["tests/fixtures/planning", ...rounds.map((round) => `${BLIND}/${round}`)].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".html"))
    .map((name) => ({ name, body: readFileSync(`${folder}/${name}`, "utf8") })),
);
const small = bodies.filter(({ body }) => body.length < 30_000);

const isSound = (body: string) => problemsOf(extract({ title: "", body }), body).length === 0;

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
const closed = fc
  .tuple(fc.constantFrom("p", "h1", "h2", "h3", "li", "td", "th"), fc.array(words, { maxLength: 3 }))
  .map(([name, inside]) => `<${name}>${inside.join(" ")}</${name}>`);
const soup = fc
  .array(
    fc.oneof(
      fc.tuple(tag, attribute).map(([name, it]) => `<${name}${it}>`),
      tag.map((name) => `</${name}>`),
      words,
      closed,
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("extract", () => {
  it.each(bodies)("covers every character of $name once and keeps all ranges inside", ({ body }) => {
    expect(problemsOf(extract({ title: "", body }), body)).toEqual([]);
  });

  it("never throws on any text", () => {
    expect(
      fc.check(fc.property(fc.string({ unit: "binary", maxLength: 300 }), isSound), { numRuns: 300 }).counterexample,
    ).toBeNull();
  });

  it("never throws on broken storage format", () => {
    expect(fc.check(fc.property(soup, isSound), { numRuns: 1500 }).counterexample).toBeNull();
  });

  it("never throws on a page that ends anywhere, or misses a piece", () => {
    const page = fc.constantFrom(...small.map(({ body }) => body));
    const damaged = fc.tuple(page, fc.nat(), fc.nat({ max: 400 })).chain(([body, at, length]) => {
      const from = at % body.length;
      return fc.constantFrom(body.slice(0, from), body.slice(from), body.slice(0, from) + body.slice(from + length));
    });
    expect(fc.check(fc.property(damaged, isSound), { numRuns: 200 }).counterexample).toBeNull();
  });

  it("never throws on a page in which pieces were doubled or have changed places", () => {
    const page = fc.constantFrom(...small.map(({ body }) => body));
    const at = fc.double({ min: 0, max: 1, noNaN: true });
    const mixed = fc.tuple(page, at, at, at, fc.boolean()).map(([body, ...rest]) => {
      const [a = 0, b = 0, c = 0] = rest
        .filter((it) => typeof it === "number")
        .map((it) => Math.floor(it * body.length))
        .sort((x, y) => x - y);
      const isDoubled = rest.at(-1) === true;
      return body.slice(0, a) + body.slice(b, c) + body.slice(a, b) + (isDoubled ? body.slice(b) : body.slice(c));
    });
    expect(fc.check(fc.property(mixed, isSound), { numRuns: 200 }).counterexample).toBeNull();
  });

  it.each(small)(
    "takes no other plan from $name when a paragraph is added that has nothing to do with it",
    ({ body }) => {
      const plan = (of: string) => extract({ title: "", body: of }).items.map(toExpected);
      const before = plan(body);
      const places = [0, body.length, ...topLevelHeadings(body)];
      const others = places.filter(
        (place) =>
          JSON.stringify(plan(`${body.slice(0, place)}<p>The canteen has soup today.</p>${body.slice(place)}`)) !==
          JSON.stringify(before),
      );
      expect(others.map((place) => body.slice(place, place + 60))).toEqual([]);
    },
  );

  it("reads a page the same way each time, whatever it is called", () => {
    for (const { body } of small) expect(extract({ title: "Other", body })).toEqual(extract({ title: "", body }));
  });

  it("survives elements inside elements without end", () => {
    const deep = "<ul><li>".repeat(20_000) + "Story: deep down (3 SP)" + "<p>".repeat(20_000);
    expect(problemsOf(extract({ title: "", body: deep }), deep)).toEqual([]);
  });
});

/** Where a larger heading begins that is in nothing else: a paragraph above a small one may be the last criterion of a section. */
function topLevelHeadings(body: string): number[] {
  return readStorageTree(body).children.flatMap((node) =>
    node.kind === "element" && /^h[1-3]$/.test(node.name) ? [node.start] : [],
  );
}

/** Words of the source of a range, as a reader sees them. */
function shown(body: string, { start, end }: SourceRange): string {
  return textsOf(readStorage(`<p>${body.slice(start, end)}</p>`))
    .map((text) => text.text)
    .join(" ")
    .replace(/\s+/g, " ");
}

describe("source ranges", () => {
  it.each(bodies)("in $name hold the words of their values", ({ body }) => {
    const { items } = extract({ title: "", body });
    expect(items.flatMap((item) => misplacedValues(item, (range) => shown(body, range)))).toEqual([]);
  });
});
