import * as oauth from "oauth4webapi";
import { FatalError, RequestError, RetryableError } from "../domain/errors.js";
import { toTokenSet } from "../domain/token-set.js";
import type { LinearPerson, OAuthProvider } from "../ports-identity.js";
import { connectLinear } from "./connection.js";
import { viewer } from "./documents.js";

export type LinearOAuthOptions = {
  authorizeUrl: string;
  tokenUrl: string;
  revokeUrl: string;
  clientId: string;
  clientSecret: string;
  scopes: string[];
  /** As whom the token acts: the app itself, or the person who signs in; the app by default. */
  actor?: "app" | "user";
  fetch?: typeof fetch;
  /** Lets URLs be http: for the local world. */
  allowInsecure?: boolean;
  timeoutMs?: number;
};

/** Linear's OAuth for an app that acts as itself in the workspaces that install it, or that asks a person who they are. */
export function linearOAuth(options: LinearOAuthOptions): OAuthProvider {
  const server: oauth.AuthorizationServer = {
    issuer: new URL(options.authorizeUrl).origin,
    authorization_endpoint: options.authorizeUrl,
    token_endpoint: options.tokenUrl,
    revocation_endpoint: options.revokeUrl,
  };
  const client: oauth.Client = { client_id: options.clientId };
  const secret = oauth.ClientSecretPost(options.clientSecret);
  const http = () => ({
    signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    [oauth.allowInsecureRequests]: options.allowInsecure ?? false,
    ...(options.fetch && { [oauth.customFetch]: options.fetch }),
  });

  return {
    async authorizationUrl({ state, codeVerifier, redirectUri, asksAgain = false }) {
      const url = new URL(options.authorizeUrl);
      const parameters = {
        client_id: options.clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        // Linear parts scopes by commas, unlike the standard.
        scope: options.scopes.join(","),
        state,
        ...(options.actor !== "user" && { actor: "app" }),
        ...(asksAgain && { prompt: "consent" }),
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    async exchange({ callbackUrl, state, codeVerifier, redirectUri }) {
      const callback = readCallback(() => oauth.validateAuthResponse(server, client, callbackUrl, state));
      return translated("exchange", async () => {
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          secret,
          callback,
          redirectUri,
          codeVerifier,
          http(),
        );
        return toTokenSet(await oauth.processAuthorizationCodeResponse(server, client, response), Date.now());
      });
    },

    refresh: (refreshToken) =>
      translated("refresh", async () => {
        const response = await oauth.refreshTokenGrantRequest(server, client, secret, refreshToken, http());
        return toTokenSet(await oauth.processRefreshTokenResponse(server, client, response), Date.now());
      }),

    revoke: (token) =>
      translated("revoke", async () => {
        const response = await oauth.revocationRequest(server, client, secret, token, http());
        // 400 is a token that is unknown or already revoked: there is nothing left to do.
        if (response.status !== 400) await oauth.processRevocationResponse(response);
      }),
  };
}

/** Whose token this is, a person's or the app's own, and in which workspace: to be asked right after the exchange. */
export async function identify(
  url: string,
  accessToken: string,
  options: { fetch?: typeof fetch; timeoutMs?: number } = {},
): Promise<LinearPerson> {
  const connection = connectLinear({ url, accessToken: () => Promise.resolve(accessToken), ...options });
  const { viewer: person } = await connection.ask(viewer, {});
  const { id: userId, name, email, organization } = person;
  return { userId, name, email, isAdmin: person.admin || person.owner, isGuest: person.guest, organization };
}

function readCallback(read: () => URLSearchParams): URLSearchParams {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof oauth.AuthorizationResponseError)
      throw new RequestError(
        "oauth_denied",
        400,
        "Linear did not grant access. Please start again from the link to retry.",
        {
          context: { error: cause.error },
        },
      );
    throw new RequestError("oauth_callback_invalid", 400, "This does not belong to a request that was begun.");
  }
}

async function translated<Result>(operation: "exchange" | "refresh" | "revoke", call: () => Promise<Result>) {
  try {
    return await call();
  } catch (error) {
    throw translate(operation, error);
  }
}

/** Causes are not kept: those of the protocol library hold the answer, and with it tokens. */
function translate(operation: "exchange" | "refresh" | "revoke", error: unknown): Error {
  if (error instanceof oauth.ResponseBodyError) {
    const context = { operation, error: error.error, status: error.status };
    if (error.status === 429 || error.status >= 500) return new RetryableError("linear_unavailable", { context });
    if (operation === "exchange" && error.error === "invalid_grant")
      return new RequestError("oauth_code_refused", 400, "That took too long. Please start it again from the link.");
    return error.error === "invalid_grant" ? grantIsDead(context) : appIsRefused(context);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return appIsRefused({ operation, status: error.status });
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
    return new RetryableError("linear_unavailable", { context: { operation } });
  return new RetryableError("linear_unreachable", { context: { operation } });
}

function grantIsDead(context: Record<string, string | number>): FatalError {
  return new FatalError(
    "refresh_refused",
    "Linear no longer accepts my access to this workspace, so I stopped. What I had created before that stays as it is. " +
      "Ask an admin to install me again, then mention me again and I take up the plan where it stopped.",
    { context },
  );
}

/** Not the grant but our own registration is at fault: nobody who installed the app can mend it. */
function appIsRefused(context: Record<string, string | number>): FatalError {
  return new FatalError(
    "oauth_refused",
    "Linear did not accept how I sign in, so I stopped. What I had created before that stays as it is. " +
      "Whoever runs this agent has to check its Linear client id and secret; after that reply “retry” and I go on.",
    { context },
  );
}
