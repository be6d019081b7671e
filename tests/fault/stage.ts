/** What a scenario has at hand: the world, what the application is doing, and what people do. */
import type { LocalWorld } from "../../dev/world.js";
import { connect } from "../support/fault-world.js";
import type { RunDatabase } from "../support/fault-database.js";
import type { PlannedWorld } from "./planned-world.js";
import type { FaultProxy } from "./proxy.js";
import type { SupervisedApp } from "./supervisor.js";

export type Stage = {
  world: LocalWorld;
  database: RunDatabase;
  proxy: FaultProxy;
  app: SupervisedApp;
  pageUrl: string;
  /** What the run began with, where a page was planned before. */
  planned?: PlannedWorld | undefined;
  /** How often a person had to say "retry" or to connect Confluence again. */
  helped: string[];
};

export type SessionView = {
  id: string;
  status: string;
  agentSessionId: string;
  question: { kind: string; proposalId?: string } | null;
  failure: { code: string } | null;
};

const deadlineMs = 60_000;
const lookEveryMs = 20;
/** Seldom, because it asks the database while the application is at work. */
const lookForRestEveryMs = 100;

export async function rowsOf<Row extends Record<string, string | null>>(
  { database }: Pick<Stage, "database">,
  query: string,
): Promise<Row[]> {
  const [result] = await database.engine.run([{ query, params: [] }], { transaction: null });
  const names = result?.fields.map(({ name }) => name) ?? [];
  return (result?.rows ?? []).map((row) => Object.fromEntries(names.map((name, n) => [name, row[n] ?? null])) as Row);
}

/** Waits for a fact, not for long. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  { withinMs = deadlineMs, everyMs = lookEveryMs } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what} has not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Waits until nothing is on its way and nothing is left to do: every session waits for a person or has ended. */
export async function untilAtRest(stage: Stage): Promise<void> {
  const isQuietOutside = () =>
    stage.world.qstash.control.messages().length === 0 &&
    stage.world.linear.control.deliveries().every(({ status }) => status !== "waiting");
  let seen = "";
  const isAtRest = async () => {
    await stage.world.confluence.control.idle();
    if (!isQuietOutside()) return false;
    const [row] = await rowsOf(stage, restQuery).catch(() => []);
    seen = JSON.stringify(row);
    return row !== undefined && Object.values(row).every((count) => count === "0") && isQuietOutside();
  };
  await until("rest", isAtRest, { everyMs: lookForRestEveryMs }).catch((error: unknown) => {
    const waiting = stage.world.qstash.control
      .messages()
      .map(({ url, dueAt }) => `${new URL(url).pathname} in ${dueAt - Date.now()} ms`);
    const hooks = stage.world.linear.control
      .deliveries()
      .filter(({ status }) => status === "waiting")
      .map(({ type }) => type);
    throw new Error(`${String(error)}: ${seen}, queue [${waiting.join()}], webhooks [${hooks.join()}]`, {
      cause: error,
    });
  });
}

const restQuery = `
  select (select count(*) from planning_sessions where status in ('pending', 'processing') or (stop_requested_at is not null and status = 'awaiting_input')) as moving,
         (select count(*) from outbox where sent_at is null) as unsent,
         (select count(*) from plans where locked_until > now()) as leased,
         (select count(*) from plans p join organizations o on o.id = p.organization_id
           where p.base_page_version is not null and o.revoked_at is null and (p.sync_status = 'running' or p.due_at is not null)) as syncing`;

export async function sessionsOf(stage: Stage): Promise<SessionView[]> {
  const rows = await rowsOf<{ id: string; status: string; agent: string; question: string; failure: string }>(
    stage,
    "select id, status, agent_session_id as agent, question, failure from planning_sessions order by created_at, id",
  );
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    agentSessionId: row.agent,
    question: JSON.parse(row.question ?? "null") as SessionView["question"],
    failure: JSON.parse(row.failure ?? "null") as SessionView["failure"],
  }));
}

export const mention = (stage: Stage, issue = "ENG-1"): string =>
  stage.world.linear.control.mention({ issue, body: `@Planning Agent please plan ${stage.pageUrl}` }).agentSessionId;

export const reply = ({ world }: Stage, agentSessionId: string, body: string): void =>
  void world.linear.control.reply({ agentSessionId, body });

/**
 * Brings a session to its end as a patient person does: says Create to what is proposed, connects Confluence where asked, and says "retry"
 * where the agent gave up. Returns the newest session of the agent session.
 */
export async function seeThrough(
  stage: Stage,
  agentSessionId: string,
  create = (id: string) => `create#${id}`,
): Promise<SessionView> {
  const answered = new Set<string>();
  for (let turn = 0; turn < 6; turn += 1) {
    await untilAtRest(stage);
    const session = (await sessionsOf(stage)).findLast((one) => one.agentSessionId === agentSessionId);
    if (!session) throw new Error("the mention has left no session");
    const { question, failure } = session;
    if (session.status === "awaiting_input" && question?.kind === "approval" && question.proposalId) {
      if (answered.has(question.proposalId)) throw new Error("an answered proposal is still open");
      answered.add(question.proposalId);
      reply(stage, agentSessionId, create(question.proposalId));
    } else if (session.status === "awaiting_input" && question?.kind === "connect") {
      stage.helped.push("connects when asked");
      await connect(stage.world, stage.database);
      reply(stage, agentSessionId, "connected");
    } else if (session.status === "failed" && failure?.code === "confluence_revoked") {
      stage.helped.push("connects unasked");
      await connect(stage.world, stage.database);
      reply(stage, agentSessionId, "retry");
    } else if (session.status === "failed" && failure?.code === "step_gave_up") {
      stage.helped.push("says retry");
      reply(stage, agentSessionId, "retry");
    } else return session;
  }
  throw new Error("six turns have not brought an end");
}
