import type { Activity, AgentSession } from "./model.js";
import type { Store } from "./store.js";

export type SessionStatus = "pending" | "active" | "awaitingInput" | "error" | "complete" | "stale";

const staleAfterMs = 30 * 60_000;

/** Linear derives the state of an agent session from its last activity. */
export function sessionStatus(store: Store, session: AgentSession): SessionStatus {
  const last = activitiesOf(store, session).at(-1);
  const status = last ? statusAfter(last) : "pending";
  const silentFor = store.now() - Date.parse(last?.createdAt ?? session.createdAt);
  return (status === "pending" || status === "active") && silentFor > staleAfterMs ? "stale" : status;
}

function statusAfter({ content, signal }: Activity): SessionStatus {
  if (content.type === "elicitation") return "awaitingInput";
  if (content.type === "error") return "error";
  if (content.type === "response" && signal !== "continue") return "complete";
  return "active";
}

/** What can be seen of a session, in order: ephemeral activities only until the next one. */
export function activitiesOf(store: Store, session: AgentSession): Activity[] {
  return store.world.activities.filter((activity) => activity.agentSessionId === session.id && !activity.vanished);
}
