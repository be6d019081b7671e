import { waitUntil } from "@vercel/functions";
import { accessWatch } from "../db/access-watch.js";
import { listener } from "../db/listen.js";
import { logTail } from "../db/log-tail.js";
import { notifier } from "../db/notify.js";
import { presenceStore } from "../db/presence-store.js";
import type { StreamDeps } from "../http/api/handlers/streams.js";
import type { KernelDeps } from "../http/api/kernel.js";
import { watching } from "../pipeline/watching/watching.js";
import type { Log } from "../ports.js";
import type { Hints } from "../ports-stream.js";
import { hintsOfThisProcess } from "./announcing.js";
import { type Base, openBase } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { kernelDeps } from "./kernel.js";
import { jsonLog } from "./log.js";
import { once } from "./once.js";

export { streams } from "../http/stream.js";

/** What streams need: one loop for all that are open in this process, woken by its own writes and, where a direct connection is configured, by those of others. */
export function createStream(
  env: Environment,
  base: Base = openBase(env),
  log: Log = jsonLog(),
): KernelDeps & StreamDeps {
  const { db } = base;
  const tail = logTail(db);
  const direct = env.DATABASE_URL_DIRECT;
  return {
    ...kernelDeps(base, log),
    tail,
    watching: watching({
      log: tail,
      access: accessWatch(db),
      presence: presenceStore(db),
      hints: direct === undefined ? hintsOfThisProcess : both(hintsOfThisProcess, listener(direct, log)),
      announce: direct === undefined ? () => undefined : notifier(db, waitUntil),
      recheckMs: env.STREAM_RECHECK_MS,
      presenceMs: { beat: 15_000, look: 5_000 },
      runBehind: waitUntil,
      report: log,
    }),
    maxAgeMs: env.STREAM_MAX_AGE_MS,
    pingMs: env.STREAM_PING_MS,
  };
}

const both =
  (one: Hints, other: Hints): Hints =>
  (onHint) => {
    const ends = [one(onHint), other(onHint)];
    return () => ends.forEach((end) => end());
  };

export const streamDeps = once(() => createStream(environment()));
