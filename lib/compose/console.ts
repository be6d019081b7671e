import { accessibleSites, listSpaces } from "../confluence/sites.js";
import { basicAuthorization, bearerAuthorization } from "../confluence/request.js";
import { accessStore } from "../db/access-store.js";
import { connectionStore } from "../db/connection-store.js";
import { installationStore } from "../db/installation-store.js";
import { keyring } from "../db/keyring.js";
import { oauthStateStore } from "../db/oauth-state-store.js";
import { signInStore } from "../db/sign-in-store.js";
import { identify } from "../linear/oauth.js";
import type { ConfluenceDirectory, Identity } from "../ports-identity.js";
import { apiBaseOf, confluenceProvider } from "./confluence.js";
import { delivering, linearProvider, openBase } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { once } from "./once.js";

export { oauth } from "../http/oauth.js";

/** What people need who install the app, connect Confluence or look at their plans. */
export function createConsole(env: Environment): Identity {
  const base = openBase(env);
  const keys = keyring(env.TOKEN_KEYS);
  return {
    publicUrl: env.PUBLIC_URL,
    keyring: keys,
    states: oauthStateStore(base.db, keys),
    installations: installationStore(base.db, keys),
    connections: connectionStore(base.db, keys),
    signIns: signInStore(base.db),
    access: accessStore(base.db),
    requestsPerMinute: env.REQUESTS_PER_MINUTE,
    linearInstallation: linearProvider(env),
    linearSignIn: linearProvider(env, "user"),
    identifyLinear: (accessToken) =>
      identify(`${env.LINEAR_API_URL}/graphql`, accessToken, { timeoutMs: env.CALL_TIMEOUT_MS }),
    confluence: confluenceProvider(env),
    directory: directory(env),
    world: delivering(base),
  };
}

function directory(env: Environment): ConfluenceDirectory {
  const timeoutMs = env.CALL_TIMEOUT_MS;
  return {
    sites: (accessToken) => accessibleSites(env.ATLASSIAN_API_URL, accessToken, { timeoutMs }),
    spaces: (connection, token) =>
      listSpaces({
        kind: connection.kind,
        apiBase: apiBaseOf(env, connection),
        authorization: () =>
          Promise.resolve(
            connection.kind === "cloud_token"
              ? basicAuthorization(connection.email ?? "", token)
              : bearerAuthorization(token),
          ),
        timeoutMs,
      }),
  };
}

export const consoleDeps = once(() => createConsole(environment()));
