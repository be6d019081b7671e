import { resumeConnected } from "../commands/resume-connected.js";
import { connectionStore } from "../db/connection-store.js";
import { purgeUninstalled } from "../db/installation-store.js";
import { keyring } from "../db/keyring.js";
import { oauthStateStore } from "../db/oauth-state-store.js";
import { prune } from "../db/pruning.js";
import { tokenStore } from "../db/token-store.js";
import { accessTokens } from "../pipeline/access-token.js";
import type { Delivering, OAuthProvider } from "../ports.js";
import { confluenceProvider } from "./confluence.js";
import { type Base, linearProvider } from "./delivering.js";

const aheadMs = 10 * 60_000;
const batch = 20;
const purgeAfterDays = 30;

/** What the sweep looks after besides deliveries: tokens about to expire, old keys, connections made, rows no longer needed. */
export function upkeep({ env, db }: Base, world: Delivering): () => Promise<void> {
  const keys = keyring(env.TOKEN_KEYS);
  const connections = connectionStore(db, keys);
  const refreshExpiring = async (kind: "linear" | "confluence", provider: OAuthProvider) => {
    const store = tokenStore(db, keys, kind);
    const soon = Date.now() + aheadMs;
    const tokens = accessTokens({ store, refresh: provider.refresh, now: () => soon });
    for (const id of await store.listExpiring(new Date(soon), batch))
      await tokens
        .get(id)
        .catch((reason: unknown) => world.log.warn("token.not_refreshed", { kind, id, reason: String(reason) }));
    await store.resealAll(batch);
  };
  return async () => {
    await resumeConnected(null, { connections, world });
    await refreshExpiring("linear", linearProvider(env));
    await refreshExpiring("confluence", confluenceProvider(env));
    await oauthStateStore(db, keys).clean();
    await prune(db);
    const purged = await purgeUninstalled(db, purgeAfterDays);
    if (purged.length > 0) world.log.info("organizations.purged", { count: purged.length });
  };
}
