import * as jose from "jose";
import { RetryableError } from "../domain/errors.js";

export type KeyOptions = { url: string; fetch?: typeof fetch; timeoutMs?: number; now?: () => number };

const freshMs = 10 * 60_000;
const shortestPauseMs = 30_000;

type Kept = { find: jose.JWTVerifyGetKey; at: number };

/**
 * The keys with which Atlassian signs its calls of a Forge app. They are fetched at the first use, when they are old, and for a key that
 * is not among them: this at most every half minute, so that strangers cannot make us ask for every key they invent.
 */
export function forgeKeys(options: KeyOptions): jose.JWTVerifyGetKey {
  const now = options.now ?? Date.now;
  let kept: Kept | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let underway: Promise<Kept> | null = null;

  const load = () => {
    askedAt = now();
    underway ??= fetchKeys(options)
      .then((find) => (kept = { find, at: now() }))
      .finally(() => (underway = null));
    return underway;
  };

  const current = async () => {
    if (kept === null) return load();
    if (now() - kept.at < freshMs || now() - askedAt < shortestPauseMs) return kept;
    const old = kept;
    return load().catch(() => old);
  };

  return async (header, token) => {
    const keys = await current();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof jose.errors.JWKSNoMatchingKey) || now() - askedAt < shortestPauseMs) throw error;
      return (await load()).find(header, token);
    }
  };
}

async function fetchKeys({ url, fetch: send = fetch, timeoutMs = 5_000 }: KeyOptions): Promise<jose.JWTVerifyGetKey> {
  try {
    const response = await send(url, { redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
    if (response.status !== 200) throw new Error(`The keys answer ${response.status}`);
    return jose.createLocalJWKSet((await response.json()) as jose.JSONWebKeySet);
  } catch (cause) {
    throw new RetryableError("confluence_keys_unavailable", { cause });
  }
}
