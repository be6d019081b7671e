import { RetryableError } from "../domain/errors.js";
import type { OrganizationId, SessionId } from "../domain/ids.js";
import { deliver } from "../pipeline/deliver.js";
import { move } from "../pipeline/move.js";
import { thought } from "../pipeline/step.js";
import type { Delivering } from "../ports.js";
import type { ConnectionStore } from "../ports-identity.js";

/**
 * Lets the sessions go on that waited for a connection which is there now: those of one organization, or of all. What cannot be sent
 * at once is left to the sweep. Returns the sessions that moved.
 */
export async function resumeConnected(
  organizationId: OrganizationId | null,
  { connections, world }: { connections: Pick<ConnectionStore, "sessionsWaiting">; world: Delivering },
  actor = "agent",
): Promise<SessionId[]> {
  const resumed: SessionId[] = [];
  for (const id of await connections.sessionsWaiting(organizationId)) {
    if (!(await answer(id, world, actor))) continue;
    resumed.push(id);
    await deliver(id, world).catch((reason: unknown) =>
      world.log.warn("connection.left_to_sweep", { sessionId: id, reason: nameOf(reason) }),
    );
  }
  return resumed;
}

/** False where somebody else has moved the session: then there is nothing left to answer. */
async function answer(id: SessionId, world: Delivering, actor: string): Promise<boolean> {
  const session = (await world.sessions.load(id))?.session;
  if (session?.status !== "awaiting_input" || session.question?.kind !== "connect") return false;
  const say = [thought("Confluence is connected, thank you. I go on.")];
  return (await move(world.sessions, session, { event: { type: "answered" }, say }, actor)) === "committed";
}

/** What may stand in a log: the message of a failed statement would quote its values. */
export const nameOf = (reason: unknown): string =>
  reason instanceof RetryableError ? reason.code : reason instanceof Error ? reason.name : "unknown";
