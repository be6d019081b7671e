import { sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import { oneAtATime } from "../domain/one-at-a-time.js";
import type { Announce } from "../ports-live-plans.js";
import type { Hint, SessionEventRow } from "../ports-stream.js";
import { type Database, json } from "./database.js";

export const sessionChannel = "session_events";

/** PostgreSQL takes payloads of less than 8,000 bytes (documentation of NOTIFY). */
const mostBytes = 7_999;

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
    waiting.add(toPayload({ id, event: event && { ...event, sessionId: id } }));
    runBehind(send());
  };
}

/** The event, or the session's id alone, where the writer knows no event or it is too long. */
function toPayload({ id, event }: Hint): string {
  const whole = JSON.stringify(event ?? id);
  return Buffer.byteLength(whole) <= mostBytes ? whole : JSON.stringify(id);
}

/** What a payload says; null for one that nobody here has written. */
export function readPayload(payload: string): Hint | null {
  try {
    const said = JSON.parse(payload) as SessionId | SessionEventRow;
    return typeof said === "string" ? { id: said } : { id: said.sessionId, event: said };
  } catch {
    return null;
  }
}
