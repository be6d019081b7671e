import type { PlanningSession } from "../../../domain/session.js";
import type { Engagement, World } from "../../../ports.js";

/** Whose rules a plan is made under: what people have made stays in their engagement, a conversation in Linear belongs to the team that it plans for. */
export const engagementOf = (
  session: PlanningSession,
  team: { id: string; name: string },
  world: World,
): Promise<Engagement> =>
  world.sessions.ensureEngagement(
    session.organizationId,
    team,
    session.agentSessionId === null ? session.engagementId : null,
  );
