/**
 * `npm run test:kill`: kills the application at every call that it makes to the outside, before it leaves and after its answer has come, and
 * again under every fault. `-- --all` pairs every point with every fault instead of a seeded sample; `--part matrix`, `faults`, `pairs`, `sync`
 * or `sync-faults` does that part alone, `--only` what has these words in its name, `--sync 40` so many points of syncing and of
 * accidents at its calls instead of all.
 */
import { parseArgs } from "node:util";
import { postgresDatabases } from "../support/fault-database.js";
import { planOnce } from "./planned-world.js";
import { type CleanRun, type KillPoint, nameOf, runOnce, type RunOptions, type RunResult } from "./run.js";
import { clean, type Scenario, scenarios } from "./scenarios.js";
import { bundleApp } from "./supervisor.js";
import { accidentScenarios, accidentsOf, syncFaults, syncScenarios } from "./sync-scenarios.js";

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    /** How many runs at once; without it as many as two processors have work for. */
    workers: { type: "string" },
    sample: { type: "string", default: "200" },
    /** How many of the points at which keeping in step is killed, and of the accidents at its calls; all of them without. */
    sync: { type: "string" },
    /** Which of the parts; all of them without. */
    part: { type: "string" },
    only: { type: "string" },
    log: { type: "boolean", default: false },
  },
});
const planningParts = ["matrix", "faults", "pairs"];
const parts = [...planningParts, "sync", "sync-faults"];
if (values.part !== undefined && !parts.includes(values.part)) {
  console.error(`--part is ${parts.join(", ")}, not ${values.part}`);
  process.exit(1);
}
const seed = Number(values.seed);
/** Planning works most of its time; keeping in step waits: for quiet, for a lease to end. */
const workers = { planning: Number(values.workers ?? 3), syncing: Number(values.workers ?? 5) };
const sampleSize = Number(values.sample);
const syncSize = Number(values.sync ?? Number.MAX_SAFE_INTEGER);
const isWhole = (value: number) => Number.isInteger(value) && value >= 0;
if (![seed, workers.planning, sampleSize, syncSize].every(isWhole) || workers.planning === 0) {
  console.error("--seed, --workers, --sample and --sync are whole numbers; there is at least one worker");
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
  const isWithout = (names: string[]) => values.part !== undefined && !names.includes(values.part);
  if (!isWithout(planningParts)) failed += await testPlanning();
  if (!isWithout(["sync", "sync-faults"])) failed += await testSyncing();
  console.log(
    `elapsed ${Math.round((Date.now() - begun) / 1000)} s with ${workers.planning} and ${workers.syncing} workers, seed ${seed}`,
  );
} finally {
  await databases.close();
  bundle.dispose();
}
process.exit(failed > 0 ? 1 : 0);

async function testPlanning(): Promise<number> {
  const first = await runOnce({ databases, bundle, seed, slackMs: 5_000, scenario: clean });
  const sideBySide = await Promise.all(
    Array.from({ length: workers.planning }, () =>
      runOnce({ databases, bundle, seed, slackMs: 5_000, scenario: clean }),
    ),
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
        : ["pairs", `kill × fault, sample of ${sampleSize}`, sample(pairs(points), sampleSize)],
  ];
  let failures = 0;
  for (const [, name, planned] of groups.filter(([part]) => values.part === undefined || values.part === part))
    failures += await runGroup(
      name,
      planned.filter(isWanted),
      base,
      () => cleanRun,
      points.length / 2,
      workers.planning,
    );
  return failures;
}

/** The same for a page and its issues that are in step; every run begins with a plan that was made before. */
async function testSyncing(): Promise<number> {
  const planned = await planOnce(databases, bundle);
  const base = { databases, bundle, planned, seed };
  const cleanRuns = new Map<string, CleanRun>();
  const points: Planned[] = [];
  let failures = 0;
  for (const scenario of syncScenarios.filter(({ name }) => isNamed(name))) {
    // As many side by side as later, so that a busy machine is not taken for a run that is stuck.
    const sideBySide = await Promise.all(
      Array.from({ length: workers.syncing }, () => runOnce({ ...base, slackMs: 5_000, scenario })),
    );
    const wrong = sideBySide.filter(({ problems }) => problems.length > 0);
    failures += wrong.length;
    for (const run of wrong) report(run);
    if (wrong.length > 0) continue;
    const least = sideBySide.reduce((one, other) => (other.calls.length < one.calls.length ? other : one));
    const cleanRun = { ...least, stuckMs: Math.max(...sideBySide.map(({ stuckMs }) => stuckMs)) };
    cleanRuns.set(scenario.name, cleanRun);
    // The sweep's own look is the same in every run, and the planning's matrix has it.
    const own = killPoints(cleanRun).filter(({ key }) => !key.startsWith("sweep"));
    points.push(...own.map((kill) => ({ scenario, kill })));
    console.log(`${scenario.name}: n=${own.length / 2} calls, ${cleanRun.ms} ms`);
  }
  const slackMs = 500 + Math.max(0, ...[...cleanRuns.values()].map(({ stuckMs }) => stuckMs));
  const cleanOf = ({ sync, name }: Scenario) => cleanRuns.get(sync?.like ?? name);
  if (values.part !== "sync-faults") {
    const chosen = sample(points.filter(isWanted), syncSize);
    failures += await runGroup(
      "sync: kill matrix",
      chosen,
      { ...base, slackMs },
      cleanOf,
      points.length / 2,
      workers.syncing,
    );
  }
  if (values.part !== "sync") {
    const accidents = accidentScenarios.flatMap((scenario) =>
      accidentsOf(scenario, cleanRuns.get(scenario.name)?.calls ?? []),
    );
    const wanted = (list: Scenario[]) => list.map((scenario) => ({ scenario })).filter(isWanted);
    const chosen = [...wanted(syncFaults), ...sample(wanted(accidents), syncSize)];
    failures += await runGroup(
      "sync: faults",
      chosen,
      { ...base, slackMs },
      cleanOf,
      points.length / 2,
      workers.syncing,
    );
  }
  return failures;
}

async function runGroup(
  name: string,
  planned: Planned[],
  base: Omit<RunOptions, "scenario">,
  cleanOf: (scenario: Scenario) => CleanRun | undefined,
  n: number,
  atOnce: number,
): Promise<number> {
  if (planned.length === 0) return 0;
  const from = Date.now();
  const results: RunResult[] = [];
  const waiting = planned.entries();
  const work = async () => {
    for (const [index, { scenario, kill }] of waiting) {
      const cleanRun = cleanOf(scenario);
      const options = {
        ...base,
        seed: seed + index,
        scenario,
        ...(cleanRun ? { clean: cleanRun } : {}),
        ...(kill ? { kill } : {}),
      };
      let result = await runOnce(options);
      // What runs side by side may make a call fewer in one run than in another.
      if (!result.reached && result.problems.length === 0 && (scenario === clean || scenario.sync))
        result = await runOnce(options);
      results.push(result);
      if (result.problems.length > 0) report(result);
      else if (values.only) console.log(`  right: ${result.name}, ${result.ms} ms, longest stuck ${result.stuckMs} ms`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
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

/** The same choice for the same seed; all in their order where there are no more. */
function sample(planned: Planned[], size: number): Planned[] {
  if (planned.length <= size) return planned;
  let state = seed >>> 0;
  const draw = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296;
  };
  const left = [...planned];
  return Array.from({ length: size }, () => left.splice(Math.floor(draw() * left.length), 1)[0]).filter(
    (one) => one !== undefined,
  );
}

function isWanted({ scenario, kill }: Planned): boolean {
  return values.only === undefined || nameOf(scenario, kill).includes(values.only);
}

/** Whether what is asked for by name may be in this scenario. */
function isNamed(name: string): boolean {
  return values.only === undefined || values.only.includes(name) || name.includes(values.only);
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
