import { sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { SessionId } from "../domain/ids.js";
import { oneAtATime } from "../domain/one-at-a-time.js";
import type { Announce } from "../ports-live-plans.js";
import type { Hint } from "../ports-stream.js";
import { type Database, json } from "./database.js";

export const sessionChannel = "session_events";

/** PostgreSQL takes payloads of less than 8,000 bytes (documentation of NOTIFY). */
const mostBytes = 7_999;
/** So many events wait while a statement is on its way; of what comes then, ids are told, of which each waits once. */
const mostEvents = 200;

/**
 * Tells other processes which logs have grown. A statement of its own after the commit, because NOTIFY takes a lock of the whole database
 * when it commits, and one for everything that was announced meanwhile. A hint that is lost costs its reader the time to the next look.
 */
export function notifier(db: Database, runBehind: (work: Promise<unknown>) => void): Announce {
  const waiting = new Set<string>();
  const send = oneAtATime(async () => {
    const payloads = [...waiting];
    waiting.clear();
    if (payloads.length === 0) return;
    await db
      .query(sql`select pg_notify(${sessionChannel}, value) from jsonb_array_elements_text(${json(payloads)})`)
      .catch(() => undefined);
  });
  return (id, event) => {
    waiting.add(event && waiting.size < mostEvents ? toPayload({ id, event }) : id);
    runBehind(send());
  };
}

/** The session and its event, or its id alone where that is too long. */
function toPayload(hint: Hint): string {
  const whole = JSON.stringify(hint);
  return Buffer.byteLength(whole) <= mostBytes ? whole : hint.id;
}

const Payload = z.object({
  id: z.uuid(),
  event: z.object({
    seq: z.int().check(z.positive()),
    type: z.string(),
    body: z.record(z.string(), z.unknown()),
    actor: z.string(),
    at: z.string(),
  }),
});

/** What a payload says; null for what no release of ours has written. */
export function readPayload(payload: string): Hint | null {
  if (z.uuid().safeParse(payload).success) return { id: payload as SessionId };
  try {
    return Payload.parse(JSON.parse(payload)) as Hint;
  } catch {
    return null;
  }
}
