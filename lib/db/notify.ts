import { sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import { oneAtATime } from "../domain/one-at-a-time.js";
import type { Announce } from "../ports-live-plans.js";
import { type Database, json } from "./database.js";

export const sessionChannel = "session_events";

/**
 * Tells other processes which logs have grown. A statement of its own after the commit, because NOTIFY takes a lock of the whole database
 * when it commits, and one for everything that was announced meanwhile. A hint that is lost costs its reader the time to the next look.
 */
export function notifier(db: Database, runBehind: (work: Promise<unknown>) => void): Announce {
  const grown = new Set<SessionId>();
  const send = oneAtATime(async () => {
    const ids = [...grown];
    grown.clear();
    if (ids.length === 0) return;
    await db
      .query(sql`select pg_notify(${sessionChannel}, value) from jsonb_array_elements_text(${json(ids)})`)
      .catch(() => undefined);
  });
  return (id) => {
    grown.add(id);
    runBehind(send());
  };
}
