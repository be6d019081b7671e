/**
 * What the audit shows of a session's events: the action, where it has a name of its own, and the fields of the event. Titles, participants,
 * owners, ids and states; what people and the agent wrote stays in the log. A type that is not listed shows that it happened and by whom.
 */
export const auditedEvents: Record<string, { action?: string; shows: string[] }> = {
  // A session is a live plan whoever began it: a person, or a mention in Linear.
  session_created: { action: "PLAN_START", shows: ["title", "participants"] },
  "session.started": { action: "PLAN_START", shows: ["delegated", "after"] },
  step_added: { action: "PLAN_STEP", shows: ["id", "owner", "position", "mergeId"] },
  session_archived: { action: "PLAN_ARCHIVE", shows: ["title", "steps", "participants", "memoryNodeId"] },

  step_edited: { shows: ["id", "owner"] },
  step_moved: { shows: ["id", "after", "position"] },
  step_removed: { shows: ["id", "mergeId"] },
  participant_added: { shows: ["name", "mergeId"] },
  participant_removed: { shows: ["name", "mergeId"] },
  session_edited: { shows: ["title", "pageUrl"] },
  session_unarchived: { shows: [] },
  session_deleted: { shows: ["unusedDays"] },
  session_restored: { shows: [] },
  session_default_set: { shows: ["from"] },
  session_default_lost: { shows: ["to"] },
  session_merged: { shows: ["mergeId", "from", "into", "title", "steps", "participants", "plans", "duplicates"] },
  session_merge_undone: { shows: ["mergeId", "from", "into"] },

  "session.moved": { shows: ["event", "status", "step", "progress", "code"] },
  "session.failed": { shows: ["code"] },
  "stop.requested": { shows: [] },
  "step.gave_up": { shows: [] },
  "agent.said": { shows: [] },
  "person.replied": { shows: [] },
  "person.retried": { shows: [] },
  "person.noted": { shows: ["meaning"] },
  "plan.approved": { shows: ["proposal", "items"] },
  "plan.applied": { shows: ["created", "pageVersion"] },
  "plan.stopped": { shows: ["created"] },
  "items.created": { shows: ["items"] },
  "items.updated": { shows: ["items"] },
  "items.undone": { shows: ["items", "of"] },
  "sync.finished": { shows: ["run", "plan", "trigger", "createdIssues", "updatedIssues", "pageChanges"] },
  "sync.paused": { shows: ["run", "plan", "code"] },
  "sync.resumed": { shows: ["plan"] },
  "sync.undo_requested": { shows: ["run", "plan"] },
  "sync.gave_up": { shows: ["run", "plan", "step"] },
  "conflicts.decided": { shows: [] },
  result: { shows: [] },
  warning: { shows: ["code", "itemKey"] },
  error: { shows: ["code"] },
};

/** How the audit names an event: `PLAN_STEP`, `SESSION_MOVED`. */
export const auditAction = (type: string): string =>
  auditedEvents[type]?.action ?? type.replace(".", "_").toUpperCase();

/** The types of events that an action may stand for. */
export function eventTypesOf(action: string): string[] {
  const named = Object.keys(auditedEvents).filter((type) => auditedEvents[type]?.action === action);
  const plain = action.toLowerCase();
  return [...named, plain, plain.replace("_", ".")].filter((type) => auditAction(type) === action);
}

/** The fields that each type shows. */
export const auditedFields: Record<string, string[]> = Object.fromEntries(
  Object.entries(auditedEvents).map(([type, { shows }]) => [type, shows]),
);
