import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { adfTwin } from "../../support/adf-twin.js";

const folder = mkdtempSync(join(tmpdir(), "extract-"));
afterAll(() => rmSync(folder, { recursive: true }));

const storage = '<h1>Epic: A</h1><h2>Story US-1: B <em>(3 SP)</em></h2><p>Depends on: US-2</p><h2>Story US-2: "C"</h2>';
const adf = JSON.stringify(adfTwin(storage));
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

type Answer = {
  title: string;
  items: { key: string; title: string; source: { item: Range; fields: { title: Range[] } } }[];
};
type Range = { start: number; end: number };

/** Runs the tool as a person does. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", "dev/extract.ts", ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
async function extracted(...args: string[]): Promise<Answer & { coverage?: { range: Range }[] }> {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Answer;
}
const keys = ({ items }: Answer) => items.map((item) => item.key);

describe("npm run extract", () => {
  it("prints the plan of a planning page with source ranges and warnings", async () => {
    const page = "tests/fixtures/planning/01-story-table.html";
    const expected = JSON.parse(readFileSync(page.replace(".html", ".json"), "utf8")) as {
      title: string;
      items: object[];
    };
    const { title, items, ...rest } = await extracted(page);
    expect(title).toBe(expected.title);
    expect(items.map(({ source: _source, ...item }) => item)).toEqual(expected.items);
    expect(items[0]?.source.fields.title).toHaveLength(1);
    expect(Object.keys(rest)).toEqual(["warnings"]);
  });

  it("tells the format by the name of the file, unless it is given", async () => {
    const plan = ["a", "US-1", "US-2"];
    expect(keys(await extracted(file("page.html", storage)))).toEqual(plan);
    expect(keys(await extracted(file("page.adf.json", adf)))).toEqual(plan);
    expect(keys(await extracted(file("other.json", adf)))).toEqual(plan);
    expect(keys(await extracted(file("page.txt", adf), "--format", "adf"))).toEqual(plan);
    expect(keys(await extracted("--format=storage", file("page.json", storage)))).toEqual(plan);
  });

  it("gives ranges in the file as it is", async () => {
    const { items, coverage } = await extracted(file("ranges.adf.json", adf), "--coverage");
    const { start, end } = items[2]?.source.fields.title[0] ?? { start: 0, end: 0 };
    expect(adf.slice(start, end)).toBe('\\"C\\"');
    expect(coverage?.[0]?.range.start).toBe(0);
    expect(coverage?.at(-1)?.range.end).toBe(adf.length);
  });

  it("understands an answer of Confluence's REST API, with its title", async () => {
    const answer = (body: object) => JSON.stringify({ id: "1", title: "Our plan", body });
    const one = await extracted(
      file("one.json", `\ufeff${answer({ storage: { value: storage, representation: "storage" } })}`),
    );
    expect([one.title, keys(one)]).toEqual(["Our plan", ["a", "US-1", "US-2"]]);
    const other = await extracted(file("other.txt", answer({ atlas_doc_format: { value: adf } })));
    expect([other.title, keys(other)]).toEqual(["Our plan", ["a", "US-1", "US-2"]]);
    const both = file("both.json", answer({ storage: { value: "<p />" }, atlas_doc_format: { value: adf } }));
    expect(keys(await extracted(both))).toEqual([]);
    expect(keys(await extracted(both, "--format", "adf"))).toEqual(["a", "US-1", "US-2"]);
  });

  it.each([
    ["nothing", "empty.html", ""],
    ["bytes that are no text", "bytes.html", Buffer.from([0, 255, 254, 60, 128, 0])],
    ["broken JSON", "broken.json", '{"type":"doc","content":[{"type":"heading"'],
    ["no JSON", "none.adf.json", "Story: A"],
    ["JSON of something else", "else.json", '{"body":{"storage":{"value":7}}}'],
  ])("has an empty plan for %s", async (_name, name, content) => {
    expect(keys(await extracted(file(name, content)))).toEqual([]);
  });

  it.each([
    ["no file", [], "One file, please."],
    ["two files", ["a.html", "b.html"], "One file, please."],
    ["an unknown format", ["a.html", "--format", "word"], "No format is called 'word'."],
    ["a format without a name", ["a.html", "--format"], "--format"],
    ["an unknown option", ["a.html", "--converge"], "--converge"],
    ["a file that is not there", ["nowhere.html"], "Cannot read nowhere.html."],
    ["a folder", ["tests"], "Cannot read tests."],
  ])("says what is wrong with %s", async (_name, args, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("    at ");
  });
});

describe("npm run eval:extraction", () => {
  it("scores pages in both formats against one expected plan", async () => {
    const name = "tests/fixtures/planning/01-story-table";
    const page = readFileSync(`${name}.html`, "utf8");
    const pages = mkdtempSync(join(folder, "pages-"));
    writeFileSync(join(pages, "table.html"), page);
    writeFileSync(join(pages, "table.adf.json"), JSON.stringify(adfTwin(page)));
    writeFileSync(join(pages, "table.json"), readFileSync(`${name}.json`));
    const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
      execFile(process.execPath, ["--import", "tsx", "dev/eval-extraction.ts", pages], (error, out) =>
        error ? reject(error) : resolve({ stdout: out }),
      );
    });
    const rows = stdout.split("\n").filter((line) => line.includes("table"));
    expect(rows.map((row) => row.split("│").map((cell) => cell.trim())[1])).toEqual(["table.adf", "table"]);
    expect(stdout).toContain("2 of 2 pages are exactly as expected.");
  });
});
