import * as oauth from "oauth4webapi";
import { FatalError, RequestError, RetryableError } from "../domain/errors.js";
import { toTokenSet } from "../domain/token-set.js";
import type { OAuthProvider } from "../ports-identity.js";

export type ConfluenceOAuthOptions = {
  /** `https://auth.atlassian.com/authorize` */
  authorizeUrl: string;
  /** `https://auth.atlassian.com/oauth/token` */
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** `confluenceScopes` unless the registered app has fewer. */
  scopes?: string[];
  fetch?: typeof fetch;
  /** Lets URLs be http: for the local world. */
  allowInsecure?: boolean;
  timeoutMs?: number;
};

/** What the agent asks for: granular scopes for REST v2, one classic for the restrictions, which only v1 knows, and refreshing. */
export const confluenceScopes: string[] = [
  "read:page:confluence",
  "write:page:confluence",
  "read:space:confluence",
  "read:label:confluence",
  "read:comment:confluence",
  "write:comment:confluence",
  "read:content.metadata:confluence",
  "read:hierarchical-content:confluence",
  "read:user:confluence",
  "read:confluence-content.all",
  "offline_access",
];

/** Confluence Cloud's OAuth for a person who lets the agent act in their name; every refresh gives a new refresh token. */
export function confluenceOAuth(options: ConfluenceOAuthOptions): OAuthProvider {
  const server: oauth.AuthorizationServer = {
    issuer: new URL(options.authorizeUrl).origin,
    authorization_endpoint: options.authorizeUrl,
    token_endpoint: options.tokenUrl,
  };
  const client: oauth.Client = { client_id: options.clientId };
  const secret = oauth.ClientSecretPost(options.clientSecret);
  const http = () => ({
    signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    [oauth.allowInsecureRequests]: options.allowInsecure ?? false,
    [oauth.customFetch]: sendAsJson(options.fetch ?? fetch),
  });

  return {
    // Atlassian documents no PKCE for confidential apps: state and client secret protect this exchange.
    authorizationUrl({ state, redirectUri }) {
      const url = new URL(options.authorizeUrl);
      const parameters = {
        audience: "api.atlassian.com",
        client_id: options.clientId,
        scope: (options.scopes ?? confluenceScopes).join(" "),
        redirect_uri: redirectUri,
        state,
        response_type: "code",
        prompt: "consent",
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return Promise.resolve(url.href);
    },

    async exchange({ callbackUrl, state, redirectUri }) {
      const callback = readCallback(() => oauth.validateAuthResponse(server, client, callbackUrl, state));
      return translated("exchange", async () => {
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          secret,
          callback,
          redirectUri,
          oauth.nopkce,
          http(),
        );
        return toTokenSet(await oauth.processAuthorizationCodeResponse(server, client, response), Date.now());
      });
    },

    refresh: (refreshToken) =>
      translated("refresh", async () => {
        const response = await oauth.refreshTokenGrantRequest(server, client, secret, refreshToken, http());
        const tokens = toTokenSet(await oauth.processRefreshTokenResponse(server, client, response), Date.now());
        return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
      }),

    // Atlassian has no endpoint for it: people withdraw their consent in their account, and we forget the tokens.
    revoke: () => Promise.resolve(),
  };
}

/** Atlassian reads token requests as JSON, where the standard and the protocol library have a form. */
function sendAsJson(send: typeof fetch): typeof fetch {
  return (input, init) => {
    const body = init?.body instanceof URLSearchParams ? JSON.stringify(Object.fromEntries(init.body)) : init?.body;
    const headers = new Headers(init?.headers);
    headers.set("content-type", "application/json");
    return send(input, { ...init, body, headers });
  };
}

function readCallback(read: () => URLSearchParams): URLSearchParams {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof oauth.AuthorizationResponseError)
      throw new RequestError("oauth_denied", 400, "Confluence did not grant access. Start connecting again to retry.", {
        context: { error: cause.error },
      });
    throw new RequestError("oauth_callback_invalid", 400, "This link does not belong to a connection that was begun.");
  }
}

type Operation = "exchange" | "refresh";

async function translated<Result>(operation: Operation, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw translate(operation, error);
  }
}

/** Causes are not kept: those of the protocol library hold the answer, and with it tokens. */
function translate(operation: Operation, error: unknown): Error {
  if (error instanceof oauth.ResponseBodyError) return toRefusal(operation, error);
  if (error instanceof oauth.WWWAuthenticateChallengeError) return clientIsRefused({ operation, status: error.status });
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    const response = error.cause instanceof Response ? error.cause : null;
    if (response?.status === 429) return rateLimited(operation, response);
    return new RetryableError("confluence_unavailable", { context: { operation, status: response?.status ?? null } });
  }
  return new RetryableError("confluence_unreachable", { context: { operation } });
}

function toRefusal(operation: Operation, { error, status, response }: oauth.ResponseBodyError): Error {
  const context = { operation, error, status };
  if (status === 429) return rateLimited(operation, response);
  if (error !== "invalid_grant" && error !== "unauthorized_client")
    // A wrong client secret is told in the same word as a person's "no": nobody who connected can mend it.
    return error === "access_denied" || error === "invalid_client"
      ? clientIsRefused(context)
      : new RetryableError("confluence_unavailable", { context });
  if (operation === "exchange")
    return new RequestError("oauth_code_refused", 400, "Connecting took too long. Please start it again.", { context });
  const words = "Confluence no longer accepts our connection. Please connect it again, then ask me to retry.";
  return new FatalError("refresh_refused", words, { context });
}

/** Our registration is at fault, not the grant: it lives on, and works again once the operator has mended the secret. */
function clientIsRefused(context: Record<string, string | number>): RetryableError {
  return new RetryableError("confluence_client_refused", { context });
}

function rateLimited(operation: Operation, response: Response): RetryableError {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  return new RetryableError("confluence_rate_limited", { retryAfterMs, context: { operation } });
}
