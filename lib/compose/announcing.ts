import { waitUntil } from "@vercel/functions";
import type { Database } from "../db/database.js";
import { notifier } from "../db/notify.js";
import type { Announce } from "../ports-live-plans.js";
import type { Hint, Hints } from "../ports-stream.js";
import type { Environment } from "./env.js";

const readers = new Set<(hint: Hint) => void>();

/** Hints about what this process has written itself: its streams, where it has any, need not look for it. */
export const hintsOfThisProcess: Hints = (onHint) => {
  readers.add(onHint);
  return () => void readers.delete(onHint);
};

/** Tells the streams of this process at once, and those of others where they listen. */
export function announcing(env: Environment, db: Database): Announce {
  const notify = env.DATABASE_URL_DIRECT === undefined ? () => undefined : notifier(db, waitUntil);
  return (id, event) => {
    for (const onHint of readers) onHint({ id, event });
    notify(id, event);
  };
}
