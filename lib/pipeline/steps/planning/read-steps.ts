import { writeSteps } from "../../../domain/live-steps.js";
import type { SessionId } from "../../../domain/ids.js";
import type { PlanningSession } from "../../../domain/session.js";
import type { PageSnapshot, World } from "../../../ports.js";

/** The session whose steps a session plans: its own, or those of the one that it goes on from. */
export const stepsOf = (session: PlanningSession): SessionId => session.work.stepsOf ?? session.id;

/** The steps of a live plan as they stand now; null where there are none to plan. */
export async function readSteps(session: PlanningSession, world: World): Promise<PageSnapshot | null> {
  const { version, steps } = await world.sessions.steps(stepsOf(session));
  return steps.length > 0 ? { pageVersion: version, title: session.title, body: writeSteps(steps) } : null;
}
