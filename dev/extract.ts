import { parseArgs } from "node:util";
import { extract, type PageFormat } from "../lib/domain/extraction/extract.js";
import { toExpected } from "./extraction-score.js";
import { readPageFile } from "./page-file.js";

const USAGE = "Usage: npm run -s extract -- FILE [--format storage|adf] [--coverage]";

type Asked = { file: string; format?: PageFormat; coverage: boolean };

/** `npm run -s extract -- FILE [--format storage|adf] [--coverage]`: the plan that a page describes, as JSON. */
function main(args: readonly string[]): number {
  const asked = attempt(() => readArguments(args), USAGE);
  const page = asked && attempt(() => readPageFile(asked.file, asked.format), `Cannot read ${asked.file}.`);
  if (!asked || !page) return 1;
  const { items, warnings, coverage } = extract(page);
  const plan = items.map((item) => ({ ...toExpected(item), source: item.source }));
  const answer = { title: page.title, items: plan, warnings };
  console.log(JSON.stringify(asked.coverage ? { ...answer, coverage } : answer, null, 2));
  return 0;
}

function readArguments(args: readonly string[]): Asked {
  const options = { format: { type: "string" }, coverage: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new Error("One file, please.");
  const { format, coverage = false } = values;
  if (format === undefined) return { file, coverage };
  if (format !== "storage" && format !== "adf") throw new Error(`No format is called '${format}'.`);
  return { file, format, coverage };
}

/** What `make` makes; null where it cannot, with the reason and some advice on stderr. */
function attempt<T>(make: () => T, advice: string): T | null {
  try {
    return make();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${advice}`);
    return null;
  }
}

process.exitCode = main(process.argv.slice(2));
