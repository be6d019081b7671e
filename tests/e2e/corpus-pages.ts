/**
 * Runs the demo on every storage-format page of the corpus beside the project, all in one world: each has to come to its end. The pages
 * are other people's, so they are read where they lie; without them the project's own are run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type DemoReport, runDemo } from "../../dev/demo-run.js";
import { type DemoWorld, demoWorld } from "../../dev/demo-world.js";

const root = join(import.meta.dirname, "../..");
const corpus = join(root, "../shared/corpus");
const own = join(root, "tests/fixtures/planning");

const pagesOf = (folder: string, extensions: string[]): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => extensions.includes(extname(name)))
        .sort()
        .map((name) => join(folder, name))
    : [];

function allPages(): string[] {
  const pages = [
    ...pagesOf(join(corpus, "planning"), [".html"]),
    ...pagesOf(join(corpus, "confluence"), [".xml", ".xhtml", ".html"]),
  ];
  if (pages.length > 0) return pages;
  console.log("../shared/corpus is not there: only the project's own pages are run");
  return pagesOf(own, [".html"]);
}

/** Null where the run came to its end. */
function problemOf({ status, activities }: DemoReport): string | null {
  const last = activities.at(-1);
  return status === "completed" && last?.type === "response" ? null : `${status}, last ${last?.type}: ${last?.body}`;
}

async function run(world: DemoWorld, file: string): Promise<string | null> {
  try {
    const page = { title: basename(file, extname(file)), body: readFileSync(file, "utf8") };
    const report = await runDemo(world, page, { answer: "create", tell: null, pageKey: file });
    const problem = problemOf(report);
    console.log(`${problem === null ? "✓" : "✗"} ${basename(file)}: ${problem ?? `${report.issues.length} items`}`);
    return problem;
  } catch (error) {
    console.log(`✗ ${basename(file)}: ${String(error)}`);
    return String(error);
  }
}

const pages = allPages();
const world = await demoWorld({});
let failed = 0;
for (const file of pages) if ((await run(world, file)) !== null) failed += 1;
await world.close();
console.log(`Tests  ${failed} failed | ${pages.length - failed} passed`);
process.exit(failed === 0 && pages.length > 0 ? 0 : 1);
