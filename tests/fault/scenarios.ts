/** What may go wrong besides the application's death, one scenario each; every one has its right end. */
import type { Fault } from "../../dev/faults.js";
import type { Services } from "../../dev/world.js";
import type { Switches } from "../../dev/linear/settings.js";
import { type ExpectedItem, expectedItems, type FaultWorldOptions, timings } from "../support/fault-world.js";
import type { Expectation } from "./invariants.js";
import type { SyncExpectation } from "./sync-invariants.js";
import type { Call, Interceptor } from "./proxy.js";
import { mention, reply, seeThrough, sessionsOf, type Stage, until, untilAtRest } from "./stage.js";

export type Scenario = {
  name: string;
  linear?: Partial<Switches>;
  confluence?: { refreshReuseWindow?: "none" | "ten_minutes" };
  faults?: Partial<Record<Services, Fault[]>>;
  /** Clocks and settings of the world. */
  world?: Pick<FaultWorldOptions, "clocks" | "env">;
  /** How many processes of the application answer in turn; one without it. */
  processes?: number;
  arrange?: (stage: Stage) => void;
  /** What people do instead of mentioning the agent and saying Create; gives the agent session whose words count. */
  act?: (stage: Stage) => Promise<string>;
  expected: Expectation;
  /** The run begins with a page that was planned, and this is how both sides are left. */
  sync?: SyncExpectation;
  /** The database is restarted, so it must be on a server of its own. */
  needsRestart?: boolean;
  /** The faults may outlast the queue's retries, or end a connection: then a person says how to go on. */
  mayNeedHelp?: boolean;
  saysOtherWords?: boolean;
  /** Words that must be among them. */
  says?: string;
  /** What the faults themselves may add to a wait: time-outs, rate limits, backoff. */
  waitMs?: number;
};

const created: Expectation = { ends: ["completed"], items: expectedItems };

export const clean: Scenario = { name: "no fault", expected: created };

/** Runs `action` while the named call of the application is on its way, and lets the call go on afterwards. */
function during(isMeant: (call: Call) => boolean, action: () => Promise<void> | void): Interceptor {
  let isDone = false;
  return async (call, next) => {
    if (isDone || !isMeant(call)) return next();
    isDone = true;
    await action();
    return next();
  };
}

/** The named call at that occurrence, or later where a death has taken it away. */
const isCall =
  (key: string, occurrence = 1) =>
  (call: Call) =>
    call.key === key && call.occurrence >= occurrence;
const onlySession = async (stage: Stage) => (await sessionsOf(stage))[0]?.agentSessionId ?? "";
const answeredWebhooks = ({ world }: Stage) =>
  until("all webhooks are answered", () =>
    world.linear.control.deliveries().every(({ status }) => status !== "waiting"),
  );

// ---- Twice, late, out of order -----------------------------------------------------------------------------------------------

const repeated: Scenario[] = [
  { name: "each webhook twice", faults: { linear: [{ kind: "duplicate", on: "webhook:" }] }, expected: created },
  {
    name: "each webhook twice, the repeat under a new delivery id",
    linear: { webhookRetryDeliveryId: "new" },
    faults: { linear: [{ kind: "duplicate", on: "webhook:" }] },
    expected: created,
  },
  {
    name: "step messages twice",
    faults: { qstash: [{ kind: "duplicate", on: "deliver" }] },
    expected: created,
    waitMs: timings.leaseMs,
  },
  {
    name: "step messages out of order",
    faults: { qstash: [{ kind: "reorder", on: "deliver", chance: 0.5, ms: 400 }] },
    expected: created,
    waitMs: 500,
  },
  {
    name: "step messages late",
    faults: { qstash: [{ kind: "delay", on: "deliver", ms: 500 }] },
    expected: created,
    waitMs: 600,
  },
  {
    name: "step messages lost",
    faults: { qstash: [{ kind: "drop", on: "deliver", chance: 0.5, times: 3 }] },
    expected: created,
    waitMs: timings.leaseMs,
  },
  {
    name: "answers to step messages lost",
    faults: { qstash: [{ kind: "lost_answer", on: "deliver", chance: 0.5 }] },
    expected: created,
  },
];

// ---- The outside refuses, hangs, breaks off ----------------------------------------------------------------------------------

const kinds = ["rate_limited", "server_error", "timeout", "lost_answer", "truncated"] as const;
const waits = {
  rate_limited: 1_500,
  server_error: 1_200,
  timeout: timings.callTimeoutMs * 2 + 1_200,
  lost_answer: 1_200,
  truncated: 1_200,
};
const named = {
  rate_limited: "429",
  server_error: "5xx",
  timeout: "time-outs",
  lost_answer: "lost answers",
  truncated: "truncated answers",
};

const accidents: Scenario[] = (["linear", "confluence", "qstash", "neon"] as const).flatMap((service) =>
  kinds.map((kind): Scenario => {
    const on = service === "qstash" ? "publish" : service === "confluence" ? "GET /wiki" : "*";
    const fault: Fault = {
      kind,
      on,
      chance: 0.3,
      times: 3,
      ...(kind === "timeout" ? { ms: timings.callTimeoutMs + 500 } : {}),
      ...(kind === "rate_limited" ? { ms: 1_000 } : {}),
    };
    return {
      name: `${named[kind]} from ${service}`,
      faults: { [service]: [fault] },
      expected: created,
      mayNeedHelp: true,
      waitMs: waits[kind],
    };
  }),
);

const refreshing: Scenario[] = (["server_error", "lost_answer"] as const).map((kind) => ({
  name: `${named[kind]} from Confluence's token endpoint`,
  faults: { confluence: [{ kind, on: "POST /oauth/token", times: 1 }] },
  expected: created,
  mayNeedHelp: true,
  waitMs: 1_200,
}));

const restarts: Scenario[] = [
  "commit advanced propose-plan",
  "commit asked propose-plan",
  "commit advanced apply-links",
].map((key) => ({
  name: `the database restarts at ${key}`,
  needsRestart: true,
  arrange: (stage) => stage.proxy.interceptors.push(during(isCall(key), async () => stage.database.restart?.())),
  expected: created,
  mayNeedHelp: true,
  waitMs: 3_000,
}));

const lateThought: Scenario = {
  name: "the first thought arrives after the final response",
  arrange: (stage) =>
    stage.proxy.interceptors.push(async (call, next) => {
      if (call.key !== "CreateActivity thought" || call.occurrence > 1) return next();
      await until("the end", async () => (await sessionsOf(stage))[0]?.status === "completed", {
        withinMs: 20_000,
      }).catch(() => undefined);
      return next();
    }),
  expected: created,
  waitMs: timings.callTimeoutMs + 1_200,
};

// ---- What we do not know of Linear and Confluence ----------------------------------------------------------------------------

const switches: Scenario[] = (
  [
    { batchDuplicate: "fails_only_itself" },
    { trashedIssueKeepsId: false },
    { offScaleEstimate: "rounded" },
    { equalRelation: "refused" },
    { equalRelation: "returns_first" },
    { webhookRetryDeliveryId: "new" },
    { parentInSameBatch: "allowed" },
    { ownActorKind: "oauth_client" },
    { aliasedFailure: "stops_document" },
  ] satisfies Partial<Switches>[]
).map((linear) => ({
  name: Object.entries(linear)
    .map(([name, value]) => `${name} ${value}`)
    .join(),
  linear,
  expected: created,
}));

const noReuse: Scenario = {
  name: "refreshReuseWindow none",
  confluence: { refreshReuseWindow: "none" },
  expected: created,
  mayNeedHelp: true,
};

// ---- People in between -------------------------------------------------------------------------------------------------------

const isEnabler = ({ labels }: ExpectedItem) => labels.includes("Enabler");
const withoutEnablers = expectedItems.filter((item) => !isEnabler(item));

/** Somebody speaks while the named call, usually a step's commit, is on its way. */
const speaks = (stage: Stage, at: { key: string; occurrence?: number }, body: string) =>
  stage.proxy.interceptors.push(
    during(isCall(at.key, at.occurrence), async () => {
      reply(stage, await onlySession(stage), body);
      await answeredWebhooks(stage);
    }),
  );

const replies: Scenario[] = [
  {
    name: "“skip the enablers” before the question is committed",
    arrange: (stage) => void speaks(stage, { key: "commit asked propose-plan" }, "skip the enablers"),
    expected: { ends: ["completed"], items: withoutEnablers },
    saysOtherWords: true,
  },
  {
    name: "“how far are you?” before a batch is committed",
    arrange: (stage) => void speaks(stage, { key: "commit advanced apply-items", occurrence: 2 }, "how far are you?"),
    expected: created,
    saysOtherWords: true,
    says: "I’m still creating the issues.",
  },
  {
    name: "“undo” before the end is committed",
    arrange: (stage) => void speaks(stage, { key: "commit completed apply-links" }, "undo"),
    expected: created,
    saysOtherWords: true,
    says: "You wrote “undo” while I was finishing",
  },
];

const stopped: Expectation = { ends: ["cancelled"], items: "at_most_once" };

const stopsAt = (key: string, occurrence = 1): Scenario => ({
  name: `stop at ${key} #${occurrence}`,
  arrange: (stage) =>
    stage.proxy.interceptors.push(
      during(isCall(key, occurrence), async () => {
        stage.world.linear.control.stop({ agentSessionId: await onlySession(stage) });
        await answeredWebhooks(stage);
      }),
    ),
  expected: stopped,
  saysOtherWords: true,
});

const stops: Scenario[] = [
  stopsAt("commit advanced propose-plan"),
  stopsAt("commit asked propose-plan"),
  stopsAt("commit advanced apply-items", 1),
  stopsAt("commit advanced apply-items", 2),
  stopsAt("CreateIssues", 1),
  stopsAt("CreateIssues", 2),
  stopsAt("commit completed apply-links"),
];

const uninstalls: Scenario[] = [
  ["CreateIssues", 1],
  ["CreateIssues", 2],
  ["commit advanced apply-items", 2],
].map(([key, occurrence]) => ({
  name: `uninstalled at ${key} #${occurrence}`,
  arrange: (stage) =>
    stage.proxy.interceptors.push(
      during(isCall(String(key), Number(occurrence)), async () => {
        stage.world.linear.control.uninstall();
        await answeredWebhooks(stage);
      }),
    ),
  expected: { ends: ["failed:installation_revoked"], items: "at_most_once" },
  saysOtherWords: true,
}));

const twoMentions: Scenario = {
  name: "two mentions of one page at once",
  act: async (stage) => {
    const sessions = [mention(stage, "ENG-1"), mention(stage, "ENG-2")];
    await untilAtRest(stage);
    const seen = await sessionsOf(stage);
    const asked = seen.find(({ question }) => question?.kind === "approval");
    const other = seen.find(({ question }) => question?.kind === "other_session");
    if (!asked || !other)
      throw new Error(`two mentions left ${seen.map(({ status, question }) => `${status} ${question?.kind}`).join()}`);
    await seeThrough(stage, asked.agentSessionId);
    reply(stage, other.agentSessionId, "go on there");
    await untilAtRest(stage);
    return sessions.find((id) => id === asked.agentSessionId) ?? "";
  },
  // Which of the two is first is open.
  expected: { ends: ["cancelled", "completed"], items: expectedItems },
  saysOtherWords: true,
};

/** Every scenario but the one without a fault. */
export const scenarios: Scenario[] = [
  ...repeated,
  ...accidents,
  ...refreshing,
  ...restarts,
  lateThought,
  ...switches,
  noReuse,
  ...replies,
  ...stops,
  ...uninstalls,
  twoMentions,
];
