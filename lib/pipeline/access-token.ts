import { setTimeout as delay } from "node:timers/promises";
import { FatalError, RetryableError } from "../domain/errors.js";
import type { TokenSet } from "../domain/token-set.js";
import type { StoredTokens, TokenStore } from "../ports-identity.js";

export type AccessTokens = {
  /** A token that is good for another minute at least. */
  get(id: string): Promise<string>;
  /** Another token than `stale`, which the other side has refused. */
  renew(id: string, stale: string): Promise<string>;
};

const marginMs = 60_000;
const pollMs = 100;
const patienceMs = 10_000;

/**
 * Gives out access tokens and refreshes them when they are due: one caller claims the row and refreshes, all others wait for what it
 * stores. Throws FatalError `installation_revoked` or `confluence_revoked` where the grant is dead, RetryableError where it may live.
 */
export function accessTokens({
  store,
  refresh,
  now,
  pause = delay,
}: {
  store: TokenStore;
  refresh: (refreshToken: string) => Promise<TokenSet>;
  now: () => number;
  pause?: (ms: number) => Promise<unknown>;
}): AccessTokens {
  const isDue = ({ expiresAt }: StoredTokens) => expiresAt !== null && expiresAt.getTime() - marginMs <= now();

  async function current(id: string, isStale: (tokens: StoredTokens) => boolean): Promise<string> {
    for (let waited = 0; waited <= patienceMs; waited += pollMs) {
      const tokens = await store.load(id);
      if (!tokens || tokens.isRevoked) throw revoked(store.provider);
      if (!isStale(tokens)) return tokens.accessToken;
      if (!tokens.isClaimed && (await store.claimRefresh(id, tokens.version))) {
        const fresh = await refreshClaimed(tokens);
        if (fresh !== "replaced") return fresh;
      } else await pause(pollMs);
    }
    throw new RetryableError("token_refresh_pending", {
      retryAfterMs: 1_000,
      context: { provider: store.provider, id },
    });
  }

  /** `replaced`: somebody else has stored newer tokens meanwhile. */
  async function refreshClaimed(tokens: StoredTokens): Promise<string> {
    const { id, version, refreshToken } = tokens;
    try {
      if (refreshToken === null) throw new FatalError("refresh_refused", "These tokens cannot be refreshed.");
      const fresh = await refresh(refreshToken);
      return (await saveSurely(id, version, fresh)) ? fresh.accessToken : "replaced";
    } catch (error) {
      if (!isDeadGrant(error)) {
        await store.releaseClaim(id, version).catch(() => undefined);
        throw retryable(error);
      }
      if (await store.revoke(id, version)) throw revoked(store.provider);
      return "replaced";
    }
  }

  /** The old refresh token may be dead by now, so the new one is not given up at the first accident; saving twice is harmless. */
  async function saveSurely(id: string, version: number, fresh: TokenSet): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store.save(id, version, fresh);
      } catch (error) {
        if (!(error instanceof RetryableError) || attempt === 3) throw error;
        await pause(pollMs * attempt);
      }
    }
  }

  return {
    get: (id) => current(id, isDue),
    renew: (id, stale) => current(id, (tokens) => tokens.accessToken === stale || isDue(tokens)),
  };
}

const isDeadGrant = (error: unknown) => error instanceof FatalError && error.code === "refresh_refused";

/** Whatever else is fatal in a refresh is the operator's to mend, and the grant outlives it. */
const retryable = (error: unknown): unknown =>
  error instanceof FatalError ? new RetryableError(error.code, { cause: error, context: error.context }) : error;

function revoked(provider: TokenStore["provider"]): FatalError {
  if (provider === "confluence")
    return new FatalError(
      "confluence_revoked",
      "Confluence no longer accepts our connection. Please connect it again, then reply “retry” and I go on where I stopped.",
    );
  return new FatalError(
    "installation_revoked",
    "Linear no longer accepts my access to this workspace, so I stopped. What I had created before that stays as it is. " +
      "Ask an admin to install me again, then reply “retry” and I take up the plan where it stopped.",
  );
}
