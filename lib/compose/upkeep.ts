import { archiveSession } from "../commands/archive-session.js";
import { cleanUp } from "../commands/clean-up.js";
import { resumeConnected } from "../commands/resume-connected.js";
import { archiveStore } from "../db/archive-store.js";
import { cleanupStore } from "../db/cleanup-store.js";
import { connectionStore } from "../db/connection-store.js";
import { fillDefaults } from "../db/default-session.js";
import { purgeUninstalled } from "../db/installation-store.js";
import { keyring } from "../db/keyring.js";
import { metricsStore } from "../db/metrics-store.js";
import { oauthStateStore } from "../db/oauth-state-store.js";
import { prune } from "../db/pruning.js";
import { tokenStore } from "../db/token-store.js";
import { accessTokens } from "../pipeline/access-token.js";
import type { Delivering } from "../ports.js";
import type { OAuthProvider } from "../ports-identity.js";
import { confluenceProvider } from "./confluence.js";
import { type Base, linearProvider } from "./delivering.js";

const day = 86_400_000;
/** How long tokens may lie unused before they are refreshed, so that they stay alive. Atlassian's die after 90 idle days. */
const idleMs = { linear: day, confluence: 30 * day };
const batch = 20;
const purgeAfterDays = 30;

/** What the sweep looks after besides deliveries: idle tokens, old keys, connections made, sessions that nobody uses, rows no longer needed. One that fails keeps none of the others. */
export function upkeep({ env, db, announce }: Base, world: Delivering): () => Promise<void> {
  const keys = keyring(env.TOKEN_KEYS);
  const connections = connectionStore(db, keys);
  const keepAlive = async (kind: "linear" | "confluence", provider: OAuthProvider) => {
    const store = tokenStore(db, keys, kind);
    const tokens = accessTokens({ store, refresh: provider.refresh, now: Date.now });
    for (const id of await store.listExpiring(new Date(Date.now() - idleMs[kind]), batch))
      await tokens
        .get(id)
        .catch((reason: unknown) => world.log.warn("token.not_refreshed", { kind, id, reason: String(reason) }));
    await store.resealAll(batch);
  };
  const archiveDeps = { archive: archiveStore(db, announce) };
  const tasks: Record<string, () => Promise<unknown>> = {
    resume_connected: () => resumeConnected(null, { connections, world }),
    linear_tokens: () => keepAlive("linear", linearProvider(env)),
    confluence_tokens: () => keepAlive("confluence", confluenceProvider(env)),
    oauth_states: () => oauthStateStore(db, keys).clean(),
    metrics: () => metricsStore(db, { organizations: env.METRICS_ORGANIZATIONS }).fold(),
    clean_up: () =>
      cleanUp({
        cleanup: cleanupStore(db, announce),
        archive: (principal, id) => archiveSession(principal, id, {}, archiveDeps),
        log: world.log,
      }),
    defaults: () => fillDefaults(db, null, announce),
    prune: () => prune(db),
    purge: () => purgeUninstalled(db, purgeAfterDays),
  };
  return async () => {
    for (const [task, run] of Object.entries(tasks))
      await run().catch((reason: unknown) => world.log.warn("upkeep.failed", { task, reason: String(reason) }));
  };
}
