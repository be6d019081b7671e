import { randomUUID } from "node:crypto";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import type { Principal } from "../../../domain/principal.js";
import type { ChangeResult, LivePlanStore, PlanChange, PlanStep } from "../../../ports-live-plans.js";

type Done = Extract<ChangeResult, { outcome: "applied" | "repeated" | "unchanged" }>;

/** How a surface says that there is no such plan for this person, and that it is archived. */
export type Refusals = { notFound: () => RequestError; archived: () => RequestError };

/** Changes a live plan; throws RequestError where it is refused. Without an id of the client a repeat is an operation of its own. */
export async function changeOrRefuse(
  livePlans: LivePlanStore,
  principal: Principal,
  id: string,
  opId: string | undefined,
  change: PlanChange,
  refusals: Refusals,
): Promise<Done> {
  const result = await livePlans.change(principal, id as SessionId, opId ?? randomUUID(), change);
  switch (result.outcome) {
    case "applied":
    case "repeated":
    case "unchanged":
      return result;
    case "not_found":
      throw refusals.notFound();
    case "archived":
      throw refusals.archived();
    case "forbidden":
      throw new RequestError("not_allowed", 403, "This needs the role member");
    case "unknown_step":
      throw new RequestError("step_not_found", 404, "The plan has no such step");
    case "too_many_participants":
      throw new RequestError("too_many_participants", 422, "At most 50 people take part in a plan");
    case "reused":
      throw new RequestError("operation_reused", 409, "This id was used for another change");
    case "conflict":
      throw new RequestError("step_changed", 409, "Somebody else has changed this step", {
        shown: { step: result.step },
      });
  }
}

/** The step that an operation has added, as it was then: a repeat is answered even where somebody has changed or removed it since. */
export function addedStep(done: Done): PlanStep {
  if (done.outcome === "unchanged") throw new Error("a step was neither added nor refused");
  return { ...(done.event.body as Omit<PlanStep, "revision">), revision: done.event.seq };
}
