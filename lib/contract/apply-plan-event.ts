import { KnownEvent, type PlanEvent } from "./events.js";
import { inOrder, type PlacedStep, type PlanState } from "./plan-state.js";

/** Events that change more of a plan than they say. */
const rewriting = ["session_merged", "session_merge_undone"];

/**
 * A plan after one more event of its log. An event that it has seen changes nothing; "gap" where events are missing before this one, or
 * where it cannot be told from it what has changed: load the plan again.
 */
export function applyPlanEvent(plan: PlanState, event: PlanEvent): PlanState | "gap" {
  if (event.seq <= plan.seq) return plan;
  if (event.seq !== plan.seq + 1 || rewriting.includes(event.type)) return "gap";
  const known = KnownEvent.safeParse(event);
  const changed = known.success ? reduce(plan, known.data) : plan;
  return { ...changed, seq: event.seq, updatedAt: event.at };
}

function reduce(plan: PlanState, event: KnownEvent): PlanState {
  switch (event.type) {
    case "step_added": {
      const { id, text, owner, ts, position, seq } = event;
      return withStep(plan, { id, text, owner, ts, position, revision: seq });
    }
    case "step_edited": {
      const { text, owner } = event;
      return changeStep(plan, event, {
        ...(text === undefined ? {} : { text }),
        ...(owner === undefined ? {} : { owner }),
      });
    }
    case "step_moved":
      return changeStep(plan, event, { position: event.position });
    case "step_removed":
      return { ...plan, steps: plan.steps.filter(({ id }) => id !== event.id) };
    case "participant_added":
      return { ...plan, participants: [...plan.participants.filter((name) => name !== event.name), event.name] };
    case "participant_removed":
      return { ...plan, participants: plan.participants.filter((name) => name !== event.name) };
    case "session_edited": {
      const { title = plan.title, description = plan.description, pageUrl = plan.pageUrl } = event;
      return { ...plan, title, description, pageUrl };
    }
    case "session_archived":
      return { ...plan, archivedAt: event.at };
    case "session_unarchived":
      return { ...plan, archivedAt: null };
    case "session.moved": {
      const { title = plan.title, pageUrl = plan.pageUrl, engagementId = plan.engagementId } = event;
      return { ...standingAt(plan, event), title, pageUrl, engagementId };
    }
    case "person.replied":
    case "person.retried":
      return standingAt(plan, event);
    case "session.failed":
      return { ...plan, status: "failed" };
  }
}

function standingAt(
  plan: PlanState,
  {
    status = plan.status,
    progress = plan.progress,
    message = plan.progressMessage,
  }: { status?: PlanState["status"] | undefined; progress?: number | undefined; message?: string | undefined },
): PlanState {
  return { ...plan, status, progress, progressMessage: message };
}

const withStep = (plan: PlanState, step: PlacedStep): PlanState => ({
  ...plan,
  steps: [...plan.steps.filter(({ id }) => id !== step.id), step].sort(inOrder),
});

function changeStep(plan: PlanState, { id, seq }: { id: string; seq: number }, change: Partial<PlacedStep>): PlanState {
  const step = plan.steps.find((one) => one.id === id);
  return step ? withStep(plan, { ...step, ...change, revision: seq }) : plan;
}
