import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "../lib/domain/extraction/extract.js";
import { differences, type ExpectedItem, scorePage } from "./extraction-score.js";

/** `tsx dev/eval-extraction.ts [FOLDER] [--diff]`: scores the extraction of a folder of pages with expected plans. */
function main(args: readonly string[]) {
  const folder = args.find((arg) => !arg.startsWith("--")) ?? "tests/fixtures/planning";
  const pages = readdirSync(folder)
    .filter((name) => name.endsWith(".html"))
    .sort();
  const rows: Record<string, Record<string, string | number>> = {};
  for (const name of pages) {
    const body = readFileSync(join(folder, name), "utf8");
    const expected = JSON.parse(readFileSync(join(folder, name.replace(/\.html$/, ".json")), "utf8")) as {
      title: string;
      items: ExpectedItem[];
    };
    const started = performance.now();
    const { items } = extract({ title: expected.title, body });
    const ms = Math.round(performance.now() - started);
    rows[name.replace(/\.html$/, "")] = { ...scorePage(items, expected.items), ms };
    if (args.includes("--diff")) for (const line of differences(items, expected.items)) console.log(`${name}: ${line}`);
  }
  console.table(rows);
}

main(process.argv.slice(2));
