/** What watching sessions as they change asks of the outside. */
import type { OrganizationId, SessionId, UserId } from "./domain/ids.js";
import type { Grant, Principal } from "./domain/principal.js";
import type { PlanEventRow } from "./ports-live-plans.js";

export type SessionEventRow = PlanEventRow & { sessionId: SessionId };

export type LogTail = {
  /** The number of a session's last event; null where there is no such session within the grant. */
  head(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<number | null>;
  /** What stands in logs after the numbers given, each log in its order; `isAll` is false where there may be more. */
  since(watched: { id: SessionId; after: number }[]): Promise<{ events: SessionEventRow[]; isAll: boolean }>;
  /** Another word as soon as anything was changed that decides who may see what in these organizations. */
  accessMark(organizationIds: OrganizationId[]): Promise<string>;
};

/** An open stream: who reads what. */
export type Connection = {
  id: string;
  sessionId: SessionId;
  organizationId: OrganizationId;
  userId: UserId;
  name: string;
  via: Principal["via"];
  credentialId: string | null;
};

/** Which of these connections would still be let in: the credential holds, and the person may see the session. */
export type AccessWatch = { stillAllowed(connections: Connection[]): Promise<Set<string>> };

export type Person = { userId: string; name: string; state: "here" | "away" };
export type PresenceList = { people: Person[]; count: number };
export type PresenceStore = {
  /** Says who is there at this moment, and which connections are no more. */
  tell(here: Connection[], gone: Connection[]): Promise<void>;
  /** Who was heard of lately, each person once, in the order of names; the first hundred of them. */
  list(ids: SessionId[]): Promise<Map<SessionId, PresenceList>>;
};

/** A session's log has grown, by this event where the writer has said so, or others watch it than before. */
export type Hint = { id: SessionId; event?: PlanEventRow | undefined };
/** Calls back with each hint, or null where some may have been missed; gives back what ends that. */
export type Hints = (onHint: (hint: Hint | null) => void) => () => void;
