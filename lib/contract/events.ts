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
