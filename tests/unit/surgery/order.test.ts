import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import type { ExtractedItem, Extraction } from "../../../lib/domain/plan-item.js";
import { editPage } from "../../../lib/domain/surgery/edit-page.js";
import { shapeOf } from "../../../lib/domain/surgery/extents.js";
import type { PageChange, Surgery } from "../../../lib/domain/surgery/page-change.js";
import { viewPage } from "../../../lib/domain/surgery/page-view.js";
import { isBalanced, withEdits } from "../../support/surgery-check.js";

const order = (body: string, keys: string[], parent = "feature") => {
  const change: PageChange = { type: "order", key: parent, keys };
  return editPage({ title: "", body }, [change]);
};
const titlesOf = ({ items }: Extraction) => items.filter(({ kind }) => kind === "story").map(({ title }) => title);

describe("siblings that are to stand in another order", () => {
  const sections = ["One", "Two", "Three"].map(
    (title, n) =>
      `<h3>Story A-${n + 1}: ${title}</h3><p>Text of <ac:inline-comment-marker ac:ref="c${n}">${title}</ac:inline-comment-marker>.</p>\n`,
  );
  const bullets = ["One", "Two", "Three"].map(
    (title, n) => `<li>Story A-${n + 1}: ${title}<ul><li>AC: It is ${title}</li></ul></li>`,
  );
  const keys = ["A-3", "A-1", "A-2"];
  const names = ["Print a label", "Bring a parcel", "See the parcel"];

  it("are moved as sections, with their text and the comments in it", () => {
    const page = (parts: string[]) =>
      `<h1>Epic: E</h1><h2>Feature: Feature</h2>${parts.join("")}<h2>Feature: Other</h2><p>Text.</p>`;
    const surgery = order(page(sections), keys);
    expect(surgery.refused).toEqual([]);
    expect(surgery.body).toBe(page([sections[2]!, sections[0]!, sections[1]!]));
    expect(surgery.edits).toHaveLength(2);
  });

  it("are moved as bullets, with what stands below them", () => {
    const page = (parts: string[]) =>
      `<h1>Epic: E</h1><ul><li>Feature: Feature<ul>${parts.join("")}</ul></li></ul><p>The end.</p>`;
    const surgery = order(page(bullets), keys);
    expect(surgery.refused).toEqual([]);
    expect(surgery.body).toBe(page([bullets[2]!, bullets[0]!, bullets[1]!]));
  });

  const row = (n: number, first: string) =>
    `<tr id="r${n}">${first}<td>A-${n}</td><td>${names[n - 1]}</td><td>${n}</td></tr>`;
  const table = (rows: string[]) =>
    `<h1>Epic: E</h1><h2>Feature: Feature</h2><table><tbody><tr><th>Sprint</th><th>ID</th><th>Story</th><th>Points</th></tr>${rows.join("")}</tbody></table>`;

  it("leave a cell that covers all their rows in front of the first, whichever that is", () => {
    const cell = '<td rowspan="3">1</td>';
    const surgery = order(table([row(1, cell), row(2, ""), row(3, "")]), keys);
    expect(surgery.refused).toEqual([]);
    expect(surgery.body).toBe(table([row(3, cell), row(1, ""), row(2, "")]));
    const again = order(surgery.body, ["A-1", "A-2", "A-3"]);
    expect(again.body).toBe(table([row(1, cell), row(2, ""), row(3, "")]));
  });

  it("stay where a cell of their table covers some of their rows, and the page stays as it is", () => {
    const body = table([row(1, '<td rowspan="2">1</td>'), row(2, ""), row(3, "<td>2</td>")]);
    const surgery = order(body, ["A-2", "A-1", "A-3"]);
    expect(surgery.refused.map(({ reason }) => reason)).toEqual(["The page has no place for it."]);
    expect(surgery.body).toBe(body);
  });

  it("stay where they are in different tables", () => {
    const alone = (n: number) =>
      `<table><tbody><tr><th>ID</th><th>Story</th><th>Points</th></tr><tr><td>A-${n}</td><td>${names[n - 1]}</td><td>${n}</td></tr></tbody></table>`;
    const body = `<h1>Epic: E</h1><h2>Feature: Feature</h2>${alone(1)}<p>And then</p>${alone(2)}`;
    const surgery = order(body, ["A-2", "A-1"]);
    expect(surgery.body).toBe(body);
    expect(surgery.refused).toHaveLength(1);
  });

  it("are moved in the same write in which one of them gets another title", () => {
    const body = `<h1>Epic: E</h1><h2>Feature: Feature</h2>${sections.join("")}`;
    const surgery = editPage({ title: "", body }, [
      { type: "set", key: "A-1", field: "title", value: "First of all" },
      { type: "order", key: "feature", keys },
    ]);
    expect(surgery.refused).toEqual([]);
    expect(titlesOf(surgery.extraction)).toEqual(["Three", "First of all", "Two"]);
  });
});

const ours = [
  "tests/fixtures/planning",
  ...readdirSync("tests/fixtures/planning-blind")
    .filter((name) => name.startsWith("round-"))
    .map((name) => join("tests/fixtures/planning-blind", name)),
];
const theirs = ["../shared/corpus/planning", "../shared/corpus/confluence"].filter((folder) => existsSync(folder));

/** The least share that a page takes; the rest stands in several tables or lists, or shares cells with others. */
const least = { heading: 0.95, row: 0.75, bullet: 0.8, line: 0.65 };

/** What an item says, whatever it is called and wherever it stands. */
function saidOf(item: ExtractedItem, all: readonly ExtractedItem[]): string {
  const titleOf = (key: string | null) => all.find((one) => one.key === key)?.title ?? key;
  const { key: _key, localId: _localId, source, parent, dependsOn, ...fields } = item;
  const id = source.fields.key ? item.key : null;
  return JSON.stringify({ ...fields, id, parent: titleOf(parent), dependsOn: dependsOn.map(titleOf) });
}
const sorted = (list: readonly string[]) => list.toSorted((a, b) => (a < b ? -1 : Number(a > b)));

/** What is wrong with a page whose siblings were put into another order, told without looking at how it was done. */
function problemsOf(
  body: string,
  before: Extraction,
  { keys }: PageChange & { type: "order" },
  surgery: Surgery,
): string[] {
  const after = extract({ title: "", body: surgery.body });
  const problems: string[] = [];
  if (withEdits(body, surgery.edits) !== surgery.body) problems.push("bytes outside of the edits differ");
  if (surgery.refused.length > 0)
    return surgery.body === body ? problems : [...problems, "a refused change left something"];
  const from = surgery.edits.map(({ range }) => body.slice(range.start, range.end)).join("");
  const to = surgery.edits.map(({ text }) => text).join("");
  if (sorted(from.split("")).join("") !== sorted(to.split("")).join(""))
    problems.push("something is gone, or is there twice");
  if (isBalanced(body) && !isBalanced(surgery.body)) problems.push("the page is not balanced");
  const said = (all: readonly ExtractedItem[]) => all.map((item) => saidOf(item, all));
  if (sorted(said(before.items)).join() !== sorted(said(after.items)).join())
    problems.push("the items say something else");
  // Those of each parent stand as before, but for the siblings that were moved.
  const below = (all: readonly ExtractedItem[], parent: ExtractedItem | null) =>
    all.filter((item) => item.parent === (parent?.key ?? null)).map((item) => saidOf(item, all));
  const wanted = keys.map((key) => saidOf(before.items.find((item) => item.key === key)!, before.items));
  const now = after.items.map((item) => saidOf(item, after.items)).filter((one) => wanted.includes(one));
  if (now.join() !== wanted.join()) problems.push("they do not stand in the order that was wanted");
  for (const parent of before.items.filter(
    (item) => !before.items.some((one) => one.key === item.key && keys.includes(one.parent ?? "")),
  )) {
    const same = after.items.filter((item) => saidOf(item, after.items) === saidOf(parent, before.items));
    if (keys.some((key) => before.items.find((one) => one.key === key)?.parent === parent.key) || same.length !== 1)
      continue;
    if (below(before.items, parent).join() !== below(after.items, same[0]!).join())
      problems.push(`what stands below ${parent.title} is in another order`);
  }
  return problems;
}

describe("siblings of planning pages", () => {
  it.each([
    ["ours", ours],
    ["other people's", theirs],
  ])("change places and nothing else does: %s", { timeout: 600_000 }, (_, folders) => {
    const tally = new Map<string, { made: number; all: number; reasons: Map<string, number> }>();
    const problems: string[] = [];
    for (const folder of folders)
      for (const name of readdirSync(folder).filter((one) => /\.(?:html|xml|xhtml)$/.test(one))) {
        const body = readFileSync(join(folder, name), "utf8");
        const before = extract({ title: "", body });
        const view = viewPage({ title: "", body });
        const parents = before.items.filter((item) => before.items.filter((one) => one.parent === item.key).length > 1);
        for (const parent of parents.slice(0, 3)) {
          const siblings = before.items.filter((item) => item.parent === parent.key).map(({ key }) => key);
          for (const keys of new Set([
            [siblings.at(-1)!, ...siblings.slice(0, -1)],
            [siblings[1]!, siblings[0]!, ...siblings.slice(2)],
          ])) {
            const change: PageChange = { type: "order", key: parent.key, keys };
            const surgery = editPage({ title: "", body }, [change], before);
            const candidate = view.sightings.get(keys[0]!)?.[0];
            const shape = candidate ? shapeOf(view, candidate) : "none";
            const known = tally.get(shape) ?? { made: 0, all: 0, reasons: new Map<string, number>() };
            const [refused] = surgery.refused;
            if (refused) known.reasons.set(refused.reason, (known.reasons.get(refused.reason) ?? 0) + 1);
            tally.set(shape, { ...known, made: known.made + Number(!refused), all: known.all + 1 });
            problems.push(
              ...problemsOf(body, before, change, surgery).map((one) => `${name}, below ${parent.title}: ${one}`),
            );
          }
        }
      }
    for (const [shape, { made, all, reasons }] of tally)
      console.log(`${shape.padEnd(10)} ${made}/${all} ${JSON.stringify(Object.fromEntries(reasons))}`);
    expect(problems).toEqual([]);
    const tooFew = Object.entries(least).filter(([shape, share]) => {
      const { made, all } = tally.get(shape) ?? { made: 0, all: 0 };
      return all >= 30 && made / all < share;
    });
    expect(tooFew).toEqual([]);
  });
});
