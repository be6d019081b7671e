/** What an OAuth token answer gives, in our terms. */
export type TokenSet = { accessToken: string; refreshToken: string | null; expiresAt: Date; scope: string };

type TokenAnswer = { access_token: string; refresh_token?: string; expires_in?: number; scope?: string };

/**
 * Reads a token answer (RFC 6749, section 5.1; `expires_in` in seconds, an hour where it is missing). A token counts as expired somewhat
 * early, by a tenth of its life and at most five minutes, so that none expires on its way.
 */
export function toTokenSet(answer: TokenAnswer, now: number): TokenSet {
  const lifetimeMs = (answer.expires_in ?? 3600) * 1000;
  const marginMs = Math.min(5 * 60_000, lifetimeMs / 10);
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: new Date(now + lifetimeMs - marginMs),
    scope: answer.scope ?? "",
  };
}
