import { confluenceClient } from "../confluence/client.js";
import { confluenceOAuth } from "../confluence/oauth.js";
import { basicAuthorization, bearerAuthorization } from "../confluence/request.js";
import { keyring } from "../db/keyring.js";
import { tokenStore } from "../db/token-store.js";
import { accessTokens } from "../pipeline/access-token.js";
import type { World } from "../ports.js";
import type { ConfluenceClient } from "../ports-services.js";
import type { ConnectionStore, StoredConnection } from "../ports-identity.js";
import type { Base } from "./delivering.js";
import type { Environment } from "./env.js";

export const confluenceProvider = (env: Environment) =>
  confluenceOAuth({
    authorizeUrl: `${env.ATLASSIAN_AUTH_URL}/authorize`,
    tokenUrl: `${env.ATLASSIAN_AUTH_URL}/oauth/token`,
    clientId: env.CONFLUENCE_CLIENT_ID,
    clientSecret: env.CONFLUENCE_CLIENT_SECRET,
    allowInsecure: env.ATLASSIAN_AUTH_URL.startsWith("http://"),
    timeoutMs: env.CALL_TIMEOUT_MS,
  });

/** Where a connection's API is: behind Atlassian's gateway for OAuth, on the site itself for the others. */
export const apiBaseOf = (
  env: Environment,
  connection: Pick<StoredConnection, "kind" | "cloudId" | "siteUrl">,
): string =>
  connection.kind === "cloud_oauth"
    ? `${env.ATLASSIAN_API_URL}/ex/confluence/${connection.cloudId}`
    : connection.siteUrl;

/** Confluence as an organization may use it, through its connection to the host in question. */
export function confluenceOf({ env, db }: Base, connections: ConnectionStore): World["confluence"] {
  const tokens = accessTokens({
    store: tokenStore(db, keyring(env.TOKEN_KEYS), "confluence", env.CLAIM_MS),
    refresh: (refreshToken) => confluenceProvider(env).refresh(refreshToken),
    now: Date.now,
  });
  return async (organizationId, host) => {
    const connection = await connections.findForHost(organizationId, host);
    return connection ? toClient(connection) : null;
  };

  function toClient(connection: StoredConnection): ConfluenceClient {
    const authorize = (token: string) =>
      connection.kind === "cloud_token"
        ? basicAuthorization(connection.email ?? "", token)
        : bearerAuthorization(token);
    let token = "";
    return confluenceClient({
      connection,
      apiBase: apiBaseOf(env, connection),
      authorization: async () => authorize((token = await tokens.get(connection.id))),
      onUnauthorized: async () => void (token = await tokens.renew(connection.id, token)),
      timeoutMs: env.CALL_TIMEOUT_MS,
    });
  }
}
