import { RequestError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import { deliver } from "../pipeline/deliver.js";
import { move } from "../pipeline/move.js";
import type { Delivering } from "../ports.js";

/**
 * Starts a session that waits to be started. Of two who start it at once one does, and the other is told: throws RequestError
 * `session_not_pending` (409), or `session_not_found` (404).
 */
export async function startSession(id: SessionId, actor: string, world: Delivering): Promise<void> {
  const session = (await world.sessions.load(id))?.session;
  if (!session) throw new RequestError("session_not_found", 404, `Planning session not found: ${id}`);
  const outcome =
    session.status === "pending"
      ? await move(world.sessions, session, { event: { type: "started" } }, actor)
      : "changed";
  if (outcome !== "committed")
    throw new RequestError("session_not_pending", 409, "Planning session is not in pending status");
  await deliver(id, world);
}
