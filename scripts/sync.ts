/**
 * Keeps a plan in step from the command line, through the API: a run now, a preview of it, the history, and taking a run back. The address comes
 * from PLANNING_AGENT_URL, the token from PLANNING_AGENT_TOKEN; it is never printed.
 */
import { parseArgs } from "node:util";
import { api } from "../lib/contract/api.js";
import { ApiError, type Client, client } from "../lib/contract/client.js";
import type { PlanSync, SyncPreview, SyncRun } from "../lib/contract/routes/sync.js";

const usage = `PLANNING_AGENT_TOKEN=… npm run sync -- PLAN_ID [--dry-run | --undo RUN_ID | --history] [--json]

  PLAN_ID        asks for a run of the plan now
  --dry-run      prints every write of that run, on both sides, and makes none
  --undo RUN_ID  takes a run back, within seven days
  --history      prints what runs have done, the newest first
  --json         prints the API's answer as it is

PLANNING_AGENT_URL is where the agent runs; http://localhost:3000 where it is not set.`;

class UsageError extends Error {}
type Asked = { planId: string; undo: string | null; isDryRun: boolean; isHistory: boolean; isJson: boolean };

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function read(args: string[]): Asked {
  const { values, positionals } = parsed(args);
  const [planId, ...more] = positionals;
  if (planId === undefined || more.length > 0) throw new UsageError("One plan, please.");
  if (/^https?:/.test(planId))
    throw new UsageError(
      "Plans are named by their ids; GET /api/v1/sessions/{id}/coverage of the session says which it is.",
    );
  if (!uuid.test(planId)) throw new UsageError(`'${planId}' is no id of a plan.`);
  const { undo = null, "dry-run": isDryRun = false, history: isHistory = false, json: isJson = false } = values;
  if ([undo !== null, isDryRun, isHistory].filter(Boolean).length > 1)
    throw new UsageError("Only one of --dry-run, --undo and --history, please.");
  if (undo !== null && !uuid.test(undo)) throw new UsageError(`'${undo}' is no id of a run; --history lists them.`);
  return { planId, undo, isDryRun, isHistory, isJson };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        "dry-run": { type: "boolean" },
        undo: { type: "string" },
        history: { type: "boolean" },
        json: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run({ planId, undo, isDryRun, isHistory, isJson }: Asked, agent: Client): Promise<string> {
  const params = { id: planId };
  const shown = <T>(answer: T, words: (answer: T) => string) =>
    isJson ? JSON.stringify(answer, null, 2) : words(answer);
  if (isDryRun) return shown(await agent.previewSync({ params }), previewOf);
  if (isHistory) return shown(await agent.listSyncRuns({ params, query: {} }), ({ items }) => historyOf(items));
  if (undo === null) return shown(await agent.syncPlan({ params }), (plan) => `A run begins.\n${standOf(plan)}`);
  const known = await agent.getSyncRun({ params: { id: undo } });
  if (known.planId !== planId) throw new UsageError("The run is one of another plan.");
  return shown(
    await agent.undoSyncRun({ params: { id: undo } }),
    (plan) => `The run is being taken back.\n${standOf(plan)}`,
  );
}

const standOf = ({ status, openConflicts, pageVersion }: PlanSync): string =>
  `The plan is ${status} at version ${pageVersion ?? "none"} of its page; ${openConflicts} open conflicts.`;

/** Every write, as it would be made: fields of issues with both values, ranges of the page as lines that go and come. */
function previewOf({ linear, page, leftOut, comments, conflicts, pageVersion }: SyncPreview): string {
  const acts = { create: "new issue", change: "change", cancel: "cancel", take_up: "take up again" };
  const issues = linear.flatMap(({ title, identifier, act, change }) => [
    `  ${identifier ?? "(new)"} ${title}: ${acts[act]}`,
    ...Object.entries(change).map(([field, { from, to }]) => `    ${field}: ${said(from)} → ${said(to)}`),
  ]);
  const ranges = page.flatMap(({ at, from, to }) => [
    `  at ${at}`,
    ...lines(from).map((line) => `    - ${line}`),
    ...lines(to).map((line) => `    + ${line}`),
  ]);
  const left = leftOut.map(({ title, reason }) => `  ${title}: ${reason}`);
  return [
    issues.length === 0 ? "Linear: nothing" : `Linear: ${linear.length} issues`,
    ...issues,
    page.length === 0 ? "Page: nothing" : `Page: ${page.length} changes of version ${pageVersion}`,
    ...ranges,
    ...(left.length > 0 ? ["Not on the page, which has no place for it:", ...left] : []),
    ...comments.map(({ side, title }) => `Comment about ${title}, to ${side === "page" ? "the page" : "Linear"}`),
    ...(conflicts > 0 ? [`${conflicts} conflicts wait for a person.`] : []),
    "Nothing was written.",
  ].join("\n");
}

const lines = (text: string): string[] => (text === "" ? [] : text.split("\n"));
const said = (value: unknown): string =>
  value === null || value === undefined || value === ""
    ? "(nothing)"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

function historyOf(runs: readonly SyncRun[]): string {
  if (runs.length === 0) return "There was no run that did something.";
  return runs
    .map((one) => {
      const end = one.undoneAt ? "taken back" : one.success ? "done" : `ended: ${one.error}`;
      const counts = `${one.createdIssues} issues made, ${one.updatedIssues} changed, ${one.pageChanges} changes of the page`;
      return `${one.endedAt} ${one.id} ${one.trigger}, ${end}: ${counts}`;
    })
    .join("\n");
}

/** 0: done; 1: refused or failed; 2: not asked for as described. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const asked = read(args);
    const token = env.PLANNING_AGENT_TOKEN;
    if (!token) throw new UsageError("PLANNING_AGENT_TOKEN is missing.");
    const baseUrl = (env.PLANNING_AGENT_URL ?? "http://localhost:3000").replace(/\/+$/, "");
    console.log(await run(asked, client(api, { baseUrl, headers: () => ({ authorization: `Bearer ${token}` }) })));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${usage}`);
      return 2;
    }
    if (error instanceof ApiError) console.error(`${error.message} (${error.code})`);
    else console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2), process.env);
