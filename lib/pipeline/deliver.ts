import { FatalError, RetryableError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import type { PlanningSession } from "../domain/session.js";
import { checklist } from "../domain/wording/checklist.js";
import type { Delivering, OutboxRow, Settled } from "../ports.js";
import type { LinearClient } from "../ports-services.js";
import type { DueRun } from "../ports-sync.js";
import { publishRuns } from "./publish-runs.js";

const mostAttempts = 8;

/** Sends what a session has committed: step messages at once, words to Linear in order. Returns when nothing is left to this caller. */
export async function deliver(sessionId: SessionId, world: Delivering): Promise<void> {
  await publishSteps(sessionId, world);
  await sendWords(sessionId, world);
}

/**
 * Sends what a request has committed: its step messages before the answer, so that the work goes on whatever becomes of this process, and
 * words behind it. What cannot be sent is left to the sweep, because what was committed is not to be refused any more.
 */
export async function deliverBehind(
  { sessionIds, steps, runs = [] }: { sessionIds: SessionId[]; steps?: OutboxRow[]; runs?: DueRun[] },
  { world, waitUntil }: { world: Delivering; waitUntil: (work: Promise<unknown>) => void },
): Promise<void> {
  const warn = (reason: unknown) =>
    world.log.warn("delivery.left_to_sweep", { sessionId: sessionIds[0] ?? null, reason: String(reason) });
  const due = steps ?? (await Promise.all(sessionIds.map((id) => world.outbox.unsentSteps(id).catch(warn)))).flat();
  const sent = await Promise.all(due.map(async (step) => step && handOver(step, world).catch(warn)));
  await publishRuns(runs, world).catch(warn);
  const settled = sent.map(async (done) => done && world.outbox.settle(done).catch(warn));
  waitUntil(Promise.all([...settled, ...sessionIds.map((id) => sendWords(id, world).catch(warn))]));
}

/** Hands the session's unsent step messages to the queue. Throws RetryableError where the queue cannot be reached; the sweep tries again. */
export async function publishSteps(sessionId: SessionId, world: Delivering): Promise<void> {
  for (const row of await world.outbox.unsentSteps(sessionId)) await publish(row, world);
}

/** Publishes one step message and marks it as sent. */
export async function publish(row: OutboxRow, world: Delivering): Promise<void> {
  await world.outbox.settle(await handOver(row, world));
}

/** Publishes one step message; marking it as sent is left to the caller. A message that is sent again carries an id of its own. */
export async function handOver(row: OutboxRow, world: Delivering): Promise<Settled> {
  if (row.kind !== "step") throw new Error(`${row.kind} is nothing for the queue`);
  const { notBefore, ...body } = row.body;
  const { messageId } = await world.queue.publish({
    deduplicationId: row.attempts === 0 ? row.id : `${row.id}:${row.attempts}`,
    body,
    ...(notBefore === undefined ? {} : { notBefore }),
  });
  return { id: row.id, messageId };
}

/** Sends the session's effects for Linear one at a time, in order, as long as this caller gets the claim. */
export async function sendWords(sessionId: SessionId, world: Delivering): Promise<void> {
  let done: Settled | undefined;
  for (;;) {
    const row = await world.outbox.claimNext(sessionId, done);
    if (!row) return;
    done = await send(row, world);
  }
}

async function send(row: OutboxRow, world: Delivering): Promise<Settled> {
  try {
    await write(row, world);
    return { id: row.id };
  } catch (error) {
    if (error instanceof FatalError) {
      world.log.warn("effect.closed", { sessionId: row.sessionId, effectId: row.id, code: error.code });
      return { id: row.id, closedReason: error.code };
    }
    if (!(error instanceof RetryableError)) {
      world.log.error("effect.broken", { sessionId: row.sessionId, effectId: row.id, reason: String(error) });
      // A defect of ours must not keep everything behind it silent for ever.
      if (row.attempts >= mostAttempts) return { id: row.id, closedReason: "broken" };
    }
    const backoffMs = Math.min(30_000, 500 * 2 ** row.attempts);
    const retryAfterMs = error instanceof RetryableError ? (error.retryAfterMs ?? backoffMs) : backoffMs;
    return { id: row.id, retryAfterMs };
  }
}

async function write(row: OutboxRow, world: Delivering): Promise<void> {
  const loaded = await world.sessions.load(row.sessionId);
  if (!loaded?.session.agentSessionId) return;
  const { session } = loaded;
  const { agentSessionId } = loaded.session;
  const linear = world.linear(row.organizationId);
  switch (row.kind) {
    case "activity":
      await linear.createActivity({ id: row.id, agentSessionId, ...row.body });
      return;
    case "checklist":
      return linear.updateAgentSession(agentSessionId, { plan: checklist(session.status, session.step) });
    case "links":
      return linear.updateAgentSession(agentSessionId, {
        externalUrls: [{ label: "Open the plan", url: world.dashboardUrl(session) }],
      });
    case "take_up":
      if (session.issueId) await takeUp(session, session.issueId, linear);
      return;
    case "step":
      return;
  }
}

/**
 * As Linear asks of an agent that is given an issue: becomes its delegate and moves it to the first started state. What an automation has
 * handed over stays in triage, because nobody has looked at it yet.
 */
async function takeUp(session: PlanningSession, issueId: string, linear: LinearClient): Promise<void> {
  const [issue] = await linear.readIssues([issueId]);
  if (!issue || issue.trashed) return;
  const { appUserId } = session.prompt;
  const isOpen = [...(session.createdBy ? ["triage"] : []), "backlog", "unstarted"].includes(issue.stateType);
  const team = isOpen ? await linear.readTeam(issue.teamId) : "not_found";
  const started =
    team === "not_found"
      ? undefined
      : team.states.filter((state) => state.type === "started").sort((a, b) => a.position - b.position)[0];
  const change = {
    ...(appUserId && !issue.delegateId ? { delegateId: appUserId } : {}),
    ...(started ? { stateId: started.id } : {}),
  };
  if (Object.keys(change).length > 0) await linear.updateIssues([{ id: issue.id, change }]);
}
