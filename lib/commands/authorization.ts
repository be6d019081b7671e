import { createHash, randomBytes } from "node:crypto";
import { RequestError } from "../domain/errors.js";
import type { TokenSet } from "../domain/token-set.js";
import type { Identity, OAuthProvider, OAuthRequest } from "../ports-identity.js";

/** What a browser brings back from a provider; `browser` is the secret that it was given when it left, null where it has none. */
export type Callback = { url: URL; browser: string | null };

type Route = { provider: (identity: Identity) => OAuthProvider; redirectPath: string };
const routes: Record<OAuthRequest["purpose"], Route> = {
  sign_in: { provider: (identity) => identity.linearSignIn, redirectPath: "/oauth/linear/callback" },
  install_linear: { provider: (identity) => identity.linearInstallation, redirectPath: "/oauth/linear/callback" },
  identify_linear: { provider: (identity) => identity.linearSignIn, redirectPath: "/oauth/linear/callback" },
  connect_confluence: { provider: (identity) => identity.confluence, redirectPath: "/oauth/confluence/callback" },
};

/** Where the browser goes to ask for access. The request is kept for ten minutes, and only this browser can finish it. */
export async function beginAuthorization(
  identity: Identity,
  {
    browser,
    asksAgain = false,
    ...request
  }: Omit<OAuthRequest, "codeVerifier"> & { browser: string; asksAgain?: boolean },
): Promise<string> {
  const state = newSecret();
  const codeVerifier = newSecret();
  const { provider, redirectPath } = routes[request.purpose];
  const redirectUri = `${identity.publicUrl}${redirectPath}`;
  const url = await provider(identity).authorizationUrl({ state, codeVerifier, redirectUri, asksAgain });
  await identity.states.begin(stateKey(state, browser), { ...request, codeVerifier });
  return url;
}

/** The request that a callback answers; it is used up by this. Throws RequestError where this browser has none of the kind. */
export async function takeAuthorization(
  identity: Identity,
  { url, browser }: Callback,
  purposes: OAuthRequest["purpose"][],
): Promise<OAuthRequest> {
  const state = url.searchParams.get("state");
  const request = state && browser ? await identity.states.take(stateKey(state, browser)) : null;
  if (request && purposes.includes(request.purpose)) return request;
  throw new RequestError(
    "oauth_state_unknown",
    400,
    "This belongs to nothing that was begun in this browser: it may have been used already, or ten minutes have passed. Please start again from the link.",
  );
}

/** The tokens that the callback's code stands for. */
export function exchangeCode(identity: Identity, { url }: Callback, request: OAuthRequest): Promise<TokenSet> {
  const { provider, redirectPath } = routes[request.purpose];
  return provider(identity).exchange({
    callbackUrl: url,
    state: url.searchParams.get("state") ?? "",
    codeVerifier: request.codeVerifier,
    redirectUri: `${identity.publicUrl}${redirectPath}`,
  });
}

/** A secret that nobody guesses, of letters that need no escaping anywhere. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** Lets a form be bound to a browser without showing its secret. */
export const browserMark = (browser: string): string => challengeOf(browser);

/** What is shown of a secret beforehand, so that it can be recognised later: PKCE's S256. */
export const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");

const stateKey = (state: string, browser: string) => `${state}.${browser}`;
