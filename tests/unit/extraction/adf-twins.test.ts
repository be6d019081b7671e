import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, type ExpectedItem, toExpected } from "../../../dev/extraction-score.js";
import { readAdf } from "../../../lib/domain/extraction/adf.js";
import { textsOf } from "../../../lib/domain/extraction/blocks.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import type { Extraction, SourceRange } from "../../../lib/domain/plan-item.js";
import { type Adf, adfTwin } from "../../support/adf-twin.js";
import { misplacedValues, problemsOf } from "../../support/extraction-problems.js";

const FOLDER = "tests/fixtures/planning";
const pages = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".html"))
  .sort()
  .map((name) => {
    const storage = readFileSync(join(FOLDER, name), "utf8");
    const twin = adfTwin(storage);
    return { name: name.replace(".html", ""), storage, twin, body: JSON.stringify(twin) };
  });
const fromAdf = (body: string) => extract({ title: "", body, format: "adf" });
const withoutPlaces = ({ items }: Extraction) => items.map((item) => ({ ...item, source: null }));

/** Ways to write the same JSON. */
const writings: Record<string, (twin: Adf) => string> = {
  "with line breaks": (twin) => JSON.stringify(twin, null, "\t").replaceAll("\n", "\r\n"),
  "in ASCII alone": (twin) =>
    JSON.stringify(twin)
      .replaceAll("/", "\\/")
      .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "with its members in order of the alphabet": (twin) => JSON.stringify(reordered(twin, (a, b) => (a < b ? -1 : 1))),
  "with its members the other way round": (twin) => JSON.stringify(reordered(twin, (a, b) => (a < b ? 1 : -1))),
};

function reordered(value: unknown, order: (a: string, b: string) => number): unknown {
  if (Array.isArray(value)) return value.map((it) => reordered(it, order));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => order(a, b))
      .map(([name, it]) => [name, reordered(it, order)]),
  );
}

/** Words of the source of a range, which is that of a node or cuts into texts, as a reader sees them. */
function shown(body: string, { start, end }: SourceRange): string {
  const opened = '{"content":['.repeat(12);
  const slice = body.slice(start, end);
  return textsOf(readAdf(opened + (slice.startsWith("{") ? slice : `{"type":"text","text":"${slice}"}`)))
    .map((text) => text.text)
    .join(" ")
    .replace(/\s+/g, " ");
}

describe("the planning pages in ADF", () => {
  it.each(pages)("$name gives exactly its plan", ({ name, body }) => {
    const { items: expected } = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as {
      items: ExpectedItem[];
    };
    const { items } = fromAdf(body);
    expect(differences(items, expected)).toEqual([]);
    expect(items.map(toExpected)).toEqual(expected);
  });

  it.each(pages)("$name says in both formats the same of each item, and warns of the same", ({ storage, body }) => {
    const [one, other] = [extract({ title: "", body: storage }), fromAdf(body)];
    expect(withoutPlaces(other)).toEqual(withoutPlaces(one));
    expect(other.warnings.map(({ code, itemKey }) => [code, itemKey])).toEqual(
      one.warnings.map(({ code, itemKey }) => [code, itemKey]),
    );
  });

  it.each(pages)("$name is covered once, with all ranges inside", ({ body }) => {
    expect(problemsOf(fromAdf(body), body)).toEqual([]);
  });

  describe.each(Object.entries(writings))("%s", (_name, write) => {
    it.each(pages)("$name gives the same plan and is covered once", ({ twin, body }) => {
      const written = write(twin);
      expect(withoutPlaces(fromAdf(written))).toEqual(withoutPlaces(fromAdf(body)));
      expect(problemsOf(fromAdf(written), written)).toEqual([]);
    });
  });

  it.each(pages)("$name has source ranges that hold the words of their values", ({ twin, body: compact }) => {
    for (const body of [compact, writings["in ASCII alone"]?.(twin) ?? ""])
      expect(fromAdf(body).items.flatMap((item) => misplacedValues(item, (range) => shown(body, range)))).toEqual([]);
  });
});

/** What the texts of a document say, code and struck words aside. */
function wordsIn({ type, text, marks, content }: Adf): string[] {
  if (type === "codeBlock" || JSON.stringify(marks ?? []).includes('"strike"')) return [];
  return [...(typeof text === "string" ? [text] : []), ...((content ?? []) as Adf[]).flatMap(wordsIn)];
}

const OTHERS = "../shared/corpus/confluence";
const isThere = existsSync(OTHERS);

describe(`ADF pages that plan nothing${isThere ? "" : " (skipped: ../shared/corpus/confluence is not beside the project)"}`, () => {
  it.runIf(isThere)("are read without a throw, without an item and in full", () => {
    const names = readdirSync(OTHERS).filter((name) => /^adf-.*\.json$/.test(name));
    expect(names).toHaveLength(5);
    for (const name of names) {
      const body = readFileSync(join(OTHERS, name), "utf8");
      const extraction = fromAdf(body);
      expect(extraction.items.map((item) => `${name}: ${item.title}`)).toEqual([]);
      expect(problemsOf(extraction, body)).toEqual([]);
      const read = textsOf(readAdf(body)).map((text) => text.text.replace(/\s+/g, ""));
      for (const words of wordsIn(JSON.parse(body) as Adf))
        expect(read.join("\n")).toContain(words.replace(/\s+/g, ""));
    }
  });
});
