import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "../lib/domain/extraction/extract.js";
import { differences, type ExpectedItem, scorePage } from "./extraction-score.js";
import { readPageFile } from "./page-file.js";

/** `NAME.html` in storage format or `NAME.adf.json`; the plan that is expected of both stands in `NAME.json`. */
const PAGE = /^(.*?)(?:\.html|\.adf\.json)$/;

/** `tsx dev/eval-extraction.ts [FOLDER] [--diff]`: scores the extraction of a folder of pages with expected plans. */
function main(args: readonly string[]) {
  const folder = args.find((arg) => !arg.startsWith("--")) ?? "tests/fixtures/planning";
  const rows: Record<string, Record<string, string | number>> = {};
  for (const file of readdirSync(folder).sort()) {
    const name = PAGE.exec(file)?.[1];
    if (name === undefined) continue;
    const { items: expected } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as {
      items: ExpectedItem[];
    };
    const page = readPageFile(join(folder, file));
    const started = performance.now();
    const { items } = extract(page);
    const ms = Math.round(performance.now() - started);
    rows[file.replace(/\.(?:html|json)$/, "")] = { ...scorePage(items, expected), ms };
    if (args.includes("--diff")) for (const line of differences(items, expected)) console.log(`${file}: ${line}`);
  }
  console.table(rows);
}

main(process.argv.slice(2));
