/**
 * `npm run test:kill`: kills the application at every call that it makes to the outside, before it leaves and after its answer has come, and
 * again under every fault. `-- --all` pairs every point with every fault instead of a seeded sample; `--part matrix`, `faults` or `pairs` does
 * that part alone, `--only` what has these words in its name.
 */
import { parseArgs } from "node:util";
import { postgresDatabases } from "../support/fault-database.js";
import { type CleanRun, type KillPoint, nameOf, runOnce, type RunOptions, type RunResult } from "./run.js";
import { clean, type Scenario, scenarios } from "./scenarios.js";
import { bundleApp } from "./supervisor.js";

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "3" },
    sample: { type: "string", default: "200" },
    /** Which of the three parts; all of them without. */
    part: { type: "string" },
    only: { type: "string" },
    log: { type: "boolean", default: false },
  },
});
const parts = ["matrix", "faults", "pairs"];
if (values.part !== undefined && !parts.includes(values.part)) {
  console.error(`--part is ${parts.join(", ")}, not ${values.part}`);
  process.exit(1);
}
const seed = Number(values.seed);
const workers = Number(values.workers);
const sampleSize = Number(values.sample);
if (![seed, workers, sampleSize].every((value) => Number.isInteger(value) && value >= 0) || workers === 0) {
  console.error("--seed, --workers and --sample are whole numbers; there is at least one worker");
  process.exit(1);
}

type Planned = { scenario: Scenario; kill?: KillPoint };

// An end by a signal must take the database server along, which only hears of an exit.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const begun = Date.now();
const databases = await postgresDatabases();
const bundle = await bundleApp();
let failed = 0;
try {
  failed = await testEverything();
} finally {
  await databases.close();
  bundle.dispose();
}
process.exit(failed > 0 ? 1 : 0);

async function testEverything(): Promise<number> {
  const first = await runOnce({ databases, bundle, seed, slackMs: 5_000, scenario: clean });
  const sideBySide = await Promise.all(
    Array.from({ length: workers }, () => runOnce({ databases, bundle, seed, slackMs: 5_000, scenario: clean })),
  );
  const wrong = [first, ...sideBySide].filter(({ problems }) => problems.length > 0);
  for (const run of wrong) report(run);
  if (wrong.length > 0) return wrong.length;
  // Calls that only a slow run makes, such as the sweep's, would often not be reached.
  const cleanRun = sideBySide.reduce((least, one) => (one.calls.length < least.calls.length ? one : least));
  const stuckMs = Math.max(...sideBySide.map((run) => run.stuckMs));
  const base = { databases, bundle, seed, slackMs: 500 + 2 * stuckMs };
  const points = killPoints(cleanRun);
  console.log(
    `runs without faults: n=${points.length / 2} calls, ${cleanRun.ms} ms, longest stuck ${stuckMs} ms, so a slack of ${base.slackMs} ms`,
  );
  const groups: [part: string, name: string, runs: Planned[]][] = [
    ["matrix", "kill matrix", points.map((kill) => ({ scenario: clean, kill }))],
    ["faults", "faults", scenarios.map((scenario) => ({ scenario }))],
    values.only
      ? ["pairs", "kill × fault, those named", pairs(points).filter(isWanted).slice(0, sampleSize)]
      : values.all
        ? ["pairs", "kill × fault, every pair", pairs(points)]
        : ["pairs", `kill × fault, sample of ${sampleSize}`, sample(pairs(points))],
  ];
  let failures = 0;
  for (const [, name, planned] of groups.filter(([part]) => values.part === undefined || values.part === part))
    failures += await runGroup(name, planned.filter(isWanted), base, cleanRun, points.length / 2);
  console.log(`elapsed ${Math.round((Date.now() - begun) / 1000)} s with ${workers} workers, seed ${seed}`);
  return failures;
}

async function runGroup(
  name: string,
  planned: Planned[],
  base: Omit<RunOptions, "scenario">,
  cleanRun: CleanRun,
  n: number,
): Promise<number> {
  if (planned.length === 0) return 0;
  const from = Date.now();
  const results: RunResult[] = [];
  const waiting = planned.entries();
  const work = async () => {
    for (const [index, { scenario, kill }] of waiting) {
      const options = { ...base, seed: seed + index, scenario, clean: cleanRun, ...(kill ? { kill } : {}) };
      let result = await runOnce(options);
      // What runs side by side may make a call fewer in one run than in another.
      if (!result.reached && result.problems.length === 0 && scenario === clean) result = await runOnce(options);
      results.push(result);
      if (result.problems.length > 0) report(result);
      else if (values.only) console.log(`  right: ${result.name}, ${result.ms} ms, longest stuck ${result.stuckMs} ms`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const failures = results.filter(({ problems }) => problems.length > 0).length;
  const longest = results.reduce((max, one) => (one.stuckMs > max.stuckMs ? one : max));
  console.log(
    `${name}: n=${n}, runs=${results.length}, failed=${failures}, not reached=${results.filter(({ reached }) => !reached).length}, ` +
      `helped by a person=${results.filter(({ helped }) => helped.length > 0).length}, ` +
      `longest stuck ${longest.stuckMs} ms (${longest.name}), ${Math.round((Date.now() - from) / 1000)} s`,
  );
  return failures;
}

function killPoints({ calls }: CleanRun): KillPoint[] {
  return calls.flatMap(({ kind, key, occurrence }) =>
    (["before", "after"] as const).map((moment) => ({ kind, key, occurrence, moment })),
  );
}

function pairs(points: KillPoint[]): Planned[] {
  return scenarios.flatMap((scenario) => points.map((kill) => ({ scenario, kill })));
}

/** The same choice for the same seed. */
function sample(planned: Planned[]): Planned[] {
  let state = seed >>> 0;
  const draw = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296;
  };
  const left = [...planned];
  return Array.from(
    { length: Math.min(sampleSize, left.length) },
    () => left.splice(Math.floor(draw() * left.length), 1)[0],
  ).filter((one) => one !== undefined);
}

function isWanted({ scenario, kill }: Planned): boolean {
  return values.only === undefined || nameOf(scenario, kill).includes(values.only);
}

function report({ name, problems, log, helped }: RunResult): void {
  console.log(`  FAILED ${name}${helped.length > 0 ? ` (helped: ${helped.join()})` : ""}`);
  for (const problem of problems) console.log(`    ${problem}`);
  if (values.log)
    console.log(
      log
        .slice(-60)
        .map((line) => `      ${line}`)
        .join("\n"),
    );
}
