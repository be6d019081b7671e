import { waitUntil } from "@vercel/functions";
import { inboxStore } from "../db/inbox-store.js";
import type { IntakeDeps } from "../http/linear-webhook.js";
import { linearWebhook as linearVerifier } from "../linear/webhook.js";
import { delivering, openBase, syncTimes } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { once } from "./once.js";

export { linearWebhook } from "../http/linear-webhook.js";

/** What a webhook needs, and no more: it must be loaded and answer fast. */
export function createIntake(env: Environment): IntakeDeps {
  const base = openBase(env);
  return {
    verify: linearVerifier(env.LINEAR_WEBHOOK_SECRET),
    inbox: inboxStore(base.db, base.announce, syncTimes(env)),
    world: delivering(base),
    waitUntil,
  };
}

export const intakeDeps = once(() => createIntake(environment()));
