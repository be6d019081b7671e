import * as z from "zod/mini";
import { SessionStatus } from "./sessions.js";

const everyEvent = { seq: z.int(), actor: z.string(), at: z.string() };
const event = <T extends string, Fields extends z.core.$ZodShape>(type: T, fields: Fields) =>
  z.looseObject({ ...everyEvent, type: z.literal(type), ...fields });

/** Where a session stands. */
const standing = { status: SessionStatus, progress: z.int(), message: z.string() };

/** The events of a session's log that change what a live plan shows; fields at the top, as the stream carries them. */
export const KnownEvent = z.discriminatedUnion("type", [
  event("step_added", { id: z.string(), text: z.string(), owner: z.string(), ts: z.string(), position: z.string() }),
  event("step_edited", { id: z.string(), text: z.optional(z.string()), owner: z.optional(z.string()) }),
  event("step_moved", { id: z.string(), after: z.nullable(z.string()), position: z.string() }),
  event("step_removed", { id: z.string() }),
  event("participant_added", { name: z.string() }),
  event("participant_removed", { name: z.string() }),
  event("session_edited", {
    title: z.optional(z.string()),
    description: z.optional(z.nullable(z.string())),
    pageUrl: z.optional(z.nullable(z.string())),
  }),
  event("session_archived", {}),
  event("session_unarchived", {}),
  event("session.moved", {
    ...standing,
    title: z.optional(z.string()),
    pageUrl: z.optional(z.string()),
    engagementId: z.optional(z.string()),
  }),
  event("person.replied", z.partial(z.object(standing)).shape),
  event("person.retried", z.partial(z.object(standing)).shape),
  event("session.failed", {}),
]);
export type KnownEvent = z.infer<typeof KnownEvent>;

/** Events of the log that tell how plans of the session are kept in step. They change no step of a live plan; a client that shows them asks the API for more. */
export const SyncEvent = z.discriminatedUnion("type", [
  /** A run has ended; its counts, and its id for what it has done. */
  event("sync.finished", {
    run: z.string(),
    plan: z.string(),
    trigger: z.string(),
    createdIssues: z.int(),
    updatedIssues: z.int(),
    pageChanges: z.int(),
    conflictsDetected: z.int(),
    conflictsResolved: z.int(),
  }),
  /** Nobody looks until a person has done something; `code` and `message` say why. The code `paused` stands for a person, who has no run. */
  event("sync.paused", { run: z.optional(z.string()), plan: z.string(), code: z.string(), message: z.string() }),
  event("sync.resumed", { plan: z.string() }),
  /** A person wants a run taken back; another one does it. */
  event("sync.undo_requested", { run: z.string(), plan: z.string() }),
  /** The queue has used up its retries; another run follows by itself. */
  event("sync.gave_up", { run: z.string(), plan: z.string(), step: z.string() }),
  /** Somebody has decided conflicts, here or in Linear. */
  event("conflicts.decided", {
    decisions: z.array(z.looseObject({ conflictId: z.string(), strategy: z.string() })),
    text: z.string(),
  }),
]);
export type SyncEvent = z.infer<typeof SyncEvent>;

/** An event of a session's log; a type that is not known here changes no plan and is passed on. */
export const PlanEvent = z.looseObject({ ...everyEvent, type: z.string() });
export type PlanEvent = z.infer<typeof PlanEvent>;

/** The first event of a stream. `head` is the number of the log's last event. */
export const Connected = z.looseObject({
  type: z.literal("connected"),
  plan_id: z.string(),
  head: z.int(),
  maxAgeMs: z.int(),
});
export type Connected = z.infer<typeof Connected>;

/** Somebody who watches. The `presence` events of a stream bring everybody at once, the first hundred by name, and how many there are. */
export const Person = z.object({ userId: z.string(), name: z.string(), state: z.enum(["here", "away"]) });
export type Person = z.infer<typeof Person>;
export const Presence = z.object({ people: z.array(Person), count: z.int() });
export type Presence = z.infer<typeof Presence>;
