import { confluenceWebhooks } from "../confluence/webhook.js";
import { connectionStore } from "../db/connection-store.js";
import { keyring } from "../db/keyring.js";
import { pageEventStore } from "../db/page-event-store.js";
import type { PageIntakeDeps } from "../http/confluence-webhook.js";
import { delivering, openBase, syncTimes } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { once } from "./once.js";

export { confluenceWebhook } from "../http/confluence-webhook.js";

/** What a webhook of Confluence needs. */
export function createPageIntake(env: Environment): PageIntakeDeps {
  const base = openBase(env);
  const connections = connectionStore(base.db, keyring(env.TOKEN_KEYS));
  return {
    webhooks: confluenceWebhooks({
      forge: env.FORGE_APP_ID
        ? { appId: env.FORGE_APP_ID, ...(env.FORGE_KEYS_URL ? { keysUrl: env.FORGE_KEYS_URL } : {}) }
        : null,
      secretOf: (connectionId) => connections.webhookSecret(connectionId),
      timeoutMs: Math.min(3_000, env.CALL_TIMEOUT_MS),
    }),
    pages: pageEventStore(base.db, syncTimes(env)),
    world: delivering(base),
  };
}

export const pageIntakeDeps = once(() => createPageIntake(environment()));
