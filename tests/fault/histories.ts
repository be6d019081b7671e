/** `npm run test:sync`: plays random histories of people, webhooks and deaths on a page and its issues, in several processes, and says what is not as promised. */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { givenPlans } from "../support/convergence/given-plan.js";
import { type History, history } from "../support/convergence/history.js";
import { nothingSeen, play, type Seen } from "../support/convergence/play.js";
import { quietWorld } from "../support/quiet-world.js";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

type Report = { seen: Seen; failed: { seed: number; problems: string[] }[] };

/** Each history has a seed of its own, so that one can be played again by itself. */
const historyOf = (seed: number): History => fc.sample(history, { seed, numRuns: 1 })[0] as History;

async function playAll(seeds: number[], tell: (report: Report) => void): Promise<Report> {
  const world = await quietWorld();
  const given = givenPlans(world);
  const report: Report = { seen: nothingSeen(), failed: [] };
  for (const [n, seed] of seeds.entries()) {
    const played = historyOf(seed);
    const problems = await play(world, await given(played.shape, played.company), played, report.seen).catch(
      (error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    );
    if (problems.length > 0) {
      report.failed.push({ seed, problems });
      show(seed, played, problems);
    }
    if (n % 50 === 49) tell(report);
  }
  await world.close();
  return report;
}

/** Told as it is found, so that a run that is broken off has said it. */
function show(seed: number, played: History, problems: string[]): void {
  console.log(`seed ${seed}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  if (values.verbose) console.log(JSON.stringify(played, null, 1));
}

const sum = (reports: Report[]): Report => ({
  seen: reports.reduce((all, { seen }) => {
    for (const [name, number] of Object.entries(seen)) all[name as keyof Seen] += number;
    return all;
  }, nothingSeen()),
  failed: reports.flatMap(({ failed }) => failed),
});

async function main(): Promise<void> {
  const [first, count, jobs] = [Number(values.seed), Number(values.histories), Number(values.jobs)];
  const seeds = values.only ? [Number(values.only)] : Array.from({ length: count }, (_, n) => first * 1_000_000 + n);
  const begun = performance.now();
  const reports =
    jobs <= 1 || seeds.length === 1
      ? [await playAll(seeds, () => undefined)]
      : await Promise.all(
          Array.from({ length: jobs }, (_, job) => inProcess(seeds.filter((_, n) => n % jobs === job))),
        );
  const whole = sum(reports);
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `${whole.seen.histories} histories in ${seconds} s, ${whole.failed.length} failed: ${JSON.stringify(whole.seen)}`,
  );
  process.exit(whole.failed.length > 0 ? 1 : 0);
}

/** The same in a process of its own. */
function inProcess(seeds: number[]): Promise<Report> {
  return new Promise((resolve, reject) => {
    let last: Report = { seen: nothingSeen(), failed: [] };
    const child = fork(import.meta.filename, ["--jobs", "0", ...(values.verbose ? ["--verbose"] : [])], {
      env: { ...process.env, HISTORY_SEEDS: "1" },
    });
    child.on("message", (report: Report) => void (last = report));
    child.on("exit", (code) => (code === 0 ? resolve(last) : reject(new Error(`a process ended with ${code}`))));
    child.send(seeds);
  });
}

if (process.env.HISTORY_SEEDS === undefined) await main();
else
  process.once("message", (seeds: number[]) => {
    void playAll(seeds, (report) => process.send?.(report)).then((report) =>
      process.send?.(report, () => process.exit(0)),
    );
  });
