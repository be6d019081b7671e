import { RequestError } from "../domain/errors.js";
import type { OrganizationId, SessionId, UserId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { Log } from "../ports.js";
import type { CleanupStore } from "../ports-lifecycle.js";

/** Sessions of each organization that one clean-up sets aside, so that it stays short; the next one goes on. */
const batch = 50;

export type CleanUpDeps = {
  cleanup: CleanupStore;
  /** Archives a session, and remembers it, as somebody who asks for it would. */
  archive: (principal: Principal, id: SessionId) => Promise<unknown>;
  log: Log;
};

/**
 * Sets aside what nobody uses any more, by the policy of each organization: stale sessions are deleted, ended ones archived. One that cannot
 * be archived keeps no other from it; what it threw is thrown at the end.
 */
export async function cleanUp({ cleanup, archive, log }: CleanUpDeps): Promise<void> {
  const deleted = await cleanup.deleteStale(batch);
  let archived = 0;
  const failures: unknown[] = [];
  for (const { organizationId, id } of await cleanup.listEnded(batch)) {
    try {
      await archive(agentOf(organizationId), id);
      archived += 1;
    } catch (error) {
      // Somebody was first, or works in it again.
      if (error instanceof RequestError) log.info("cleanup.not_archived", { sessionId: id, code: error.code });
      else {
        log.error("cleanup.failed", { sessionId: id, reason: error instanceof Error ? error.name : "unknown" });
        failures.push(error);
      }
    }
  }
  if (deleted + archived > 0) log.info("cleanup.done", { deleted, archived });
  if (failures.length > 0) throw failures[0];
}

/** The app itself, in whose name no person has asked. */
const agentOf = (organizationId: OrganizationId): Principal => ({
  organizationId,
  userId: "00000000-0000-0000-0000-000000000000" as UserId,
  linearUserId: "agent",
  name: "agent",
  role: "admin",
  engagementRoles: {},
  hidden: [],
  scope: "admin",
  via: "token",
  credentialId: null,
});
