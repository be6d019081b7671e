import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "../lib/domain/extraction/extract.js";
import { differences, type ExpectedItem, scoreOf, sum, type Tally, tally } from "./extraction-score.js";
import { readPageFile } from "./page-file.js";

/** `NAME.html` in storage format or `NAME.adf.json`; the plan that is expected of both stands in `NAME.json`. */
const PAGE = /^(.*?)(?:\.html|\.adf\.json)$/;
const USAGE = "Usage: npm run eval:extraction [-- FOLDER] [--diff]: NAME.html or NAME.adf.json beside NAME.json";

/** `npm run eval:extraction [-- FOLDER] [--diff]`: scores the extraction of a folder of pages with expected plans. */
function main(args: readonly string[]): number {
  const folder = args.find((arg) => !arg.startsWith("--")) ?? "tests/fixtures/planning";
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => PAGE.test(file)) : [];
  if (files.length === 0) {
    console.error(`No pages in ${folder}.\n${USAGE}`);
    return 1;
  }
  const rows: Record<string, object> = {};
  const tallies: Tally[] = [];
  let total = 0;
  for (const file of files.sort()) {
    const expected = readExpected(join(folder, `${PAGE.exec(file)?.[1]}.json`));
    if (!expected) continue;
    const page = readPageFile(join(folder, file));
    const started = performance.now();
    const { items } = extract(page);
    const ms = performance.now() - started;
    const counted = tally(items, expected);
    total += ms;
    tallies.push(counted);
    rows[file.replace(/\.(?:html|json)$/, "")] = { ...scoreOf(counted), ms: Math.round(ms) };
    if (args.includes("--diff")) for (const line of differences(items, expected)) console.log(`${file}: ${line}`);
  }
  const all = sum(tallies);
  rows["all pages"] = { ...scoreOf(all), ms: Math.round(total) };
  console.table(rows);
  console.log(`${all.exactPages} of ${tallies.length} pages are exactly as expected.`);
  return tallies.length === files.length ? 0 : 1;
}

function readExpected(file: string): ExpectedItem[] | null {
  try {
    const { items } = JSON.parse(readFileSync(file, "utf8")) as { items?: ExpectedItem[] };
    if (Array.isArray(items)) return items;
    console.error(`${file} has no list of items.`);
  } catch (error) {
    console.error(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

process.exitCode = main(process.argv.slice(2));
