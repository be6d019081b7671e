import { existsSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { extract } from "../lib/domain/extraction/extract.js";
import type { ExtractedItem } from "../lib/domain/plan-item.js";

/** `npm run -s extract -- FILE [--coverage]`: the plan that a storage-format page describes, as JSON. */
function main(args: readonly string[]): number {
  const file = args.find((arg) => !arg.startsWith("--"));
  if (!file) {
    console.error("Usage: npm run -s extract -- FILE [--coverage]");
    return 1;
  }
  const page = readPageFile(file);
  if (!page) return 1;
  const { items, warnings, coverage } = extract(page);
  const answer = { title: page.title, items: items.map(toContract), warnings };
  console.log(JSON.stringify(args.includes("--coverage") ? { ...answer, coverage } : answer, null, 2));
  return 0;
}

function readPageFile(file: string): { title: string; body: string } | null {
  try {
    return { title: titleOf(file), body: readFileSync(file, "utf8") };
  } catch (error) {
    console.error(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** The title is not part of the body: it stands in the JSON file beside the page, where there is one. */
function titleOf(file: string): string {
  const name = basename(file, extname(file));
  const beside = file.slice(0, file.length - extname(file).length) + ".json";
  if (extname(file) === ".json" || !existsSync(beside)) return name;
  try {
    const { title } = JSON.parse(readFileSync(beside, "utf8")) as { title?: unknown };
    return typeof title === "string" ? title : name;
  } catch {
    return name;
  }
}

function toContract(item: ExtractedItem) {
  const { key, kind, title, parent, storyPoints, priority, enablerType, acceptanceCriteria, dependsOn, source } = item;
  return {
    key,
    type: kind,
    title,
    parent,
    storyPoints,
    priority,
    enablerType,
    acceptanceCriteria,
    dependsOn,
    source,
  };
}

process.exitCode = main(process.argv.slice(2));
