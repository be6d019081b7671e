/** `npm run demo`: the main job on a real page, told as it happens. */
import { readFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type DemoWorld, demoWorld } from "./demo-world.js";
import { printIssues, printReport } from "./demo-print.js";
import { type DemoOptions, runDemo } from "./demo-run.js";
import { resultOf, runSyncDemo } from "./demo-sync.js";

const usage =
  "npm run demo -- [--sync] [--page FILE] [--answer create|cancel|…] [--epics issue|project] [--data DIR] [--json]";
const defaultPage = join(import.meta.dirname, "../tests/fixtures/planning/00-demo.html");

const fail = (message: string): never => {
  console.error(message);
  process.exit(1);
};

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        page: { type: "string", default: defaultPage },
        answer: { type: "string", default: "create" },
        epics: { type: "string", default: "issue" },
        data: { type: "string" },
        json: { type: "boolean", default: false },
        sync: { type: "boolean", default: false },
      },
    });
    const { epics } = values;
    if (epics !== "issue" && epics !== "project") return fail(`--epics is issue or project. Usage: ${usage}`);
    return { ...values, epics } as const;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
}

function readPage(file: string): { title: string; body: string } {
  try {
    const body = readFileSync(file, "utf8");
    return { title: titleBeside(file) ?? basename(file, extname(file)), body };
  } catch (error) {
    return fail(`The page ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

/** Fixtures carry the page's title in a JSON file beside the body. */
function titleBeside(file: string): string | null {
  try {
    const { title } = JSON.parse(readFileSync(file.replace(/\.[^.]+$/, ".json"), "utf8")) as { title?: unknown };
    return typeof title === "string" ? title : null;
  } catch {
    return null;
  }
}

const options = readOptions();
const page = readPage(resolve(options.page));
try {
  const world = await demoWorld({ ...(options.data ? { dataDir: resolve(options.data) } : {}), epics: options.epics });
  const play = options.sync ? playSync : playPlan;
  const isWell = await play(world, {
    answer: options.answer,
    tell: options.json ? null : console.log,
    pageKey: resolve(options.page),
  });
  await world.close();
  process.exit(isWell ? 0 : 1);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

async function playPlan(world: DemoWorld, how: DemoOptions): Promise<boolean> {
  const report = await runDemo(world, page, how);
  if (options.json) printJson(report);
  else {
    printIssues(report.issues);
    printReport(report);
  }
  return report.status !== "failed";
}

async function playSync(world: DemoWorld, how: DemoOptions): Promise<boolean> {
  setTimeout(() => fail("Not in step: it took longer than 39 seconds."), 39_000 - performance.now()).unref();
  const report = await runSyncDemo(world, page, { ...how, withinMs: 37_000 - performance.now() });
  if (options.json) printJson(report);
  else console.log(`\n${resultOf(report)}`);
  return report.missing.length === 0;
}

function printJson(report: object): void {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
