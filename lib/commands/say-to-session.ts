import type { SessionState } from "../contract/session-state.js";
import type { Delivery, DeliveryEvent } from "../domain/delivery.js";
import type { SessionId } from "../domain/ids.js";
import { grantFor, type Principal } from "../domain/principal.js";
import { isWorking } from "../domain/session.js";
import { deliverBehind } from "../pipeline/deliver.js";
import { receive, sessionIdOf } from "../pipeline/receive.js";
import type { InboxStore } from "../ports.js";
import { loadState } from "./run-refusals.js";
import type { RunDeps } from "./start-session.js";

export type SayDeps = RunDeps & { inbox: InboxStore };

type Words = { act: Extract<DeliveryEvent, { type: "said" }>["act"]; text: string; opId: string };

/**
 * Takes in what a person says to a session, in the way in which Linear's words are taken in; a repeat of the operation acts once. Returns
 * the state of the session that took it, which is a new one where words to an ended run begin another; null where there was nothing to take.
 */
export async function sayToSession(
  principal: Principal,
  state: SessionState,
  { act, text, opId }: Words,
  deps: SayDeps,
): Promise<SessionState | null> {
  const { organizationId, linearUserId, name } = principal;
  const meaning = `said:${state.id}:${principal.userId}:${opId}`;
  const delivery: Delivery = {
    provider: "api",
    deliveryId: meaning,
    meaning,
    organizationId,
    event: {
      type: "said",
      sessionId: state.id as SessionId,
      act,
      body: text,
      shown: labelOf(state, text),
      person: { id: linearUserId, name, email: null },
    },
  };
  const result = await receive(delivery, deps.inbox);
  if (result.outcome === "ignored") return null;
  await deliverBehind(result, deps);
  const now = await loadState(principal, state.id as SessionId, deps.sessionStates);
  if (isWorking(now)) return now;
  const begun = await deps.sessionStates.find(organizationId, sessionIdOf(delivery), grantFor(principal, "viewer"));
  return begun ?? now;
}

/** The value of a button is nothing to read; its label is. */
const labelOf = ({ question }: SessionState, text: string): string =>
  question?.options.find((option) => option.value === text)?.label ?? text;
