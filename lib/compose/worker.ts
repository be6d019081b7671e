import { connectLinks } from "../commands/connect-link.js";
import { connectionStore } from "../db/connection-store.js";
import { installationStore } from "../db/installation-store.js";
import { keyring } from "../db/keyring.js";
import { leaseStore } from "../db/lease-store.js";
import { planningMemory } from "../db/planning-memory.js";
import { syncStore } from "../db/sync-store.js";
import type { WorkerDeps } from "../http/steps.js";
import type { World } from "../ports.js";
import { qstashVerifier, readFailureCallback, readStepMessage } from "../qstash/verify.js";
import { confluenceOf } from "./confluence.js";
import { type Base, delivering, openBase, syncTimes } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { once } from "./once.js";
import { upkeep } from "./upkeep.js";

export { failures, steps, sweeping } from "../http/steps.js";

/** Everything a step may use. */
export function world(base: Base): World {
  const { env, db } = base;
  const keys = keyring(env.TOKEN_KEYS);
  return {
    ...delivering(base),
    leases: leaseStore(db, env.LEASE_MS),
    memory: planningMemory(db),
    sync: syncStore(db, syncTimes(env), base.announce),
    confluence: confluenceOf(base, connectionStore(db, keys)),
    connectLink: connectLinks({
      keyring: keys,
      publicUrl: env.PUBLIC_URL,
      installations: installationStore(db, keys),
      now: Date.now,
    }),
  };
}

/** What the functions that QStash calls need. */
export function createWorker(env: Environment): WorkerDeps {
  const verify = qstashVerifier({
    currentSigningKey: env.QSTASH_CURRENT_SIGNING_KEY,
    nextSigningKey: env.QSTASH_NEXT_SIGNING_KEY,
    publicBaseUrl: env.PUBLIC_URL,
  });
  const base = openBase(env);
  const everything = world(base);
  return {
    world: everything,
    verify: ({ headers, body, path }) => verify(headers, body, path),
    readStep: readStepMessage,
    readFailure: readFailureCallback,
    cronSecret: env.CRON_SECRET ?? null,
    upkeep: upkeep(base, everything),
  };
}

export const workerDeps = once(() => createWorker(environment()));
