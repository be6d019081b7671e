/** One run: a world, an application that may be killed at one point, people who do what the scenario says, and what was left. */
import { expectedItems, startFaultWorld, syncedItems } from "../support/fault-world.js";
import type { Databases } from "../support/fault-database.js";
import { checklistOf, longestAllowedMs, longestStuckMs, problemsOf, wordsOf } from "./invariants.js";
import { type PlannedWorld, startPlannedWorld } from "./planned-world.js";
import { type Call, gone, type Interceptor, startProxy } from "./proxy.js";
import type { Scenario } from "./scenarios.js";
import { mention, seeThrough, type Stage, untilAtRest } from "./stage.js";
import { type Bundle, type SupervisedApp, superviseApp } from "./supervisor.js";
import { historyOf } from "./sync-invariants.js";

/** Death of the application around one of its calls: before it leaves, or after its answer has come and before anybody has read it. */
export type KillPoint = Pick<Call, "kind" | "key" | "occurrence"> & { moment: "before" | "after" };

export type RunResult = {
  name: string;
  problems: string[];
  /** False where the run did not come to the point at which it was to be killed. */
  reached: boolean;
  calls: Call[];
  words: string[];
  checklist: string;
  /** What syncing says that it has done. */
  history: string[];
  /** The longest time without a move; of a sync run, all the time that it took. */
  stuckMs: number;
  helped: string[];
  ms: number;
  /** The last lines of the application's log. */
  log: string[];
};

/** How a run without faults goes: what it calls and what it says. */
export type CleanRun = Pick<RunResult, "calls" | "words" | "checklist" | "history" | "stuckMs" | "ms">;

export type RunOptions = {
  databases: Databases;
  bundle: Bundle;
  scenario: Scenario;
  kill?: KillPoint;
  seed: number;
  clean?: CleanRun;
  /** What scenarios of syncing begin with. */
  planned?: PlannedWorld;
  /** What a busy machine adds to every wait. */
  slackMs: number;
};

export async function runOnce(options: RunOptions): Promise<RunResult> {
  const { databases, bundle, scenario, kill, seed } = options;
  const begun = Date.now();
  const result: RunResult = {
    name: nameOf(scenario, kill),
    problems: [],
    reached: true,
    calls: [],
    words: [],
    checklist: "",
    history: [],
    stuckMs: 0,
    helped: [],
    ms: 0,
    log: [],
  };
  const undo: (() => Promise<void>)[] = [];
  try {
    const database = await databases.open(scenario.needsRestart ?? false);
    undo.unshift(database.release);
    const proxy = await startProxy();
    undo.unshift(proxy.close);
    const settings = {
      seed,
      ...(scenario.faults ? { faults: scenario.faults } : {}),
      linear: { switches: { ...scenario.linear } },
      ...scenario.world,
    };
    const planned = scenario.sync ? options.planned : undefined;
    const { world, pageUrl } = await (planned
      ? startPlannedWorld(planned, database, proxy.url, settings)
      : startFaultWorld(database, proxy.url, settings));
    undo.unshift(world.close);
    const apps = Array.from({ length: scenario.processes ?? 1 }, () => superviseApp(bundle, world.env));
    for (const one of apps) undo.unshift(one.stop);
    const app = apps[0] as SupervisedApp;
    let turn = 0;
    proxy.connect({ world, app: () => (apps[(turn += 1) % apps.length] as SupervisedApp).url() });
    world.confluence.control.configure({ refreshReuseWindow: "ten_minutes", ...scenario.confluence });
    const stage: Stage = { world, database, proxy, app, pageUrl, planned, helped: result.helped };
    const killer = kill ? killAt(kill, app.kill) : null;
    if (killer) proxy.interceptors.push(killer.intercept);
    Object.assign(result, { calls: proxy.calls, log: app.log });

    if (planned) await Promise.all(apps.map((one) => one.url()));
    const actedAt = Date.now();
    scenario.arrange?.(stage);
    const agentSessionId = await act(stage, scenario);
    await untilAtRest(stage);
    result.reached = killer?.reached() ?? true;
    result.words = wordsOf(stage, agentSessionId);
    result.checklist = checklistOf(stage, agentSessionId);
    result.stuckMs = scenario.sync ? upMs(stage, actedAt) : await longestStuckMs(stage);
    if (scenario.sync) result.history = await historyOf(stage);
    const possible = scenario.sync ? syncedItems : expectedItems;
    const { items } = scenario.expected;
    const all = items === "at_most_once" ? possible : [...possible, ...items];
    result.problems.push(...apps.slice(1).flatMap(({ crashes }) => crashes));
    result.problems.push(...(await problemsOf(stage, scenario, all)), ...compare(result, options));
    // What later runs are compared with has also compiled what they need.
    if (!options.clean) await app.keepCode();
  } catch (error) {
    result.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    for (const step of undo) await step();
  }
  return { ...result, ms: Date.now() - begun };
}

export const nameOf = (scenario: Scenario, kill?: KillPoint): string =>
  kill ? `${scenario.name} × ${kill.moment} ${kill.kind} ${kill.key} #${kill.occurrence}` : scenario.name;

/** Mentions the agent and sees it through, unless the scenario has people do something else; returns the agent session to look at. */
async function act(stage: Stage, scenario: Scenario): Promise<string> {
  if (scenario.act) return scenario.act(stage);
  const agentSessionId = mention(stage);
  await seeThrough(stage, agentSessionId);
  return agentSessionId;
}

/** Faults may change when things happen, not what is said in the end. */
function compare(
  result: Pick<RunResult, "words" | "checklist" | "history" | "stuckMs" | "helped">,
  { scenario, clean, slackMs }: RunOptions,
): string[] {
  const problems: string[] = [];
  const isHelped = result.helped.length > 0;
  if (result.helped.includes("connects unasked"))
    problems.push("it failed for want of a Confluence connection instead of asking for one");
  if (isHelped && !scenario.mayNeedHelp) problems.push(`a person had to help: ${result.helped.join()}`);
  const { says } = scenario;
  if (says && !result.words.some((words) => words.includes(says))) problems.push(`nobody was told “${says}”`);
  if (clean && !scenario.saysOtherWords && !isHelped) {
    if (result.words.join("\n") !== clean.words.join("\n"))
      problems.push(
        `it said\n      ${result.words.map(short).join("\n      ")}\n    instead of\n      ${clean.words.map(short).join("\n      ")}`,
      );
    if (result.checklist !== clean.checklist) problems.push(`the checklist is ${result.checklist}`);
    problems.push(...compareHistory(result.history, clean.history));
  }
  const allowedMs =
    longestAllowedMs + slackMs + (scenario.waitMs ?? 0) + (scenario.sync ? (clean?.stuckMs ?? 5_000) : 0);
  if (result.stuckMs > allowedMs) problems.push(`stuck for ${result.stuckMs} ms, more than ${allowedMs} ms`);
  return problems;
}

/** What was written before a death and found to be there afterwards may be missing; nothing else may. */
function compareHistory(history: string[], clean: string[]): string[] {
  const more = history.filter((line) => !clean.includes(line));
  return more.map((line) => `the history says: ${line}`);
}

/** How long something has taken, without the time in which there was no process. */
function upMs({ app }: Stage, from: number): number {
  const now = Date.now();
  const down = app.downtimes.reduce(
    (sum, one) => sum + Math.max(0, Math.min(one.to, now) - Math.max(one.from, from)),
    0,
  );
  return now - from - down;
}

const short = (words: string) => (words.length > 110 ? `${words.slice(0, 110)}…` : words).replaceAll("\n", " ");

function killAt(point: KillPoint, kill: () => void): { intercept: Interceptor; reached: () => boolean } {
  let isReached = false;
  const intercept: Interceptor = async (call, next) => {
    const isHere = call.kind === point.kind && call.key === point.key && call.occurrence === point.occurrence;
    if (!isHere || isReached) return next();
    isReached = true;
    if (point.moment === "after") await next().then((answer) => answer.arrayBuffer());
    kill();
    return gone();
  };
  return { intercept, reached: () => isReached };
}
