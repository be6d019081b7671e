import { connect, type Database } from "../db/database.js";
import { linearTokenId } from "../db/installation-store.js";
import { keyring } from "../db/keyring.js";
import { outboxStore } from "../db/outbox-store.js";
import { sessionStore } from "../db/session-store.js";
import type { SyncTimes } from "../db/sync-due.js";
import { tokenStore } from "../db/token-store.js";
import type { OrganizationId } from "../domain/ids.js";
import { currentRequestId } from "../http/request.js";
import { linearClient } from "../linear/client.js";
import { linearOAuth } from "../linear/oauth.js";
import { accessTokens } from "../pipeline/access-token.js";
import type { Delivering } from "../ports.js";
import type { Announce } from "../ports-live-plans.js";
import type { Tracer } from "../ports-operating.js";
import type { LinearClient } from "../ports-services.js";
import { qstashQueue } from "../qstash/queue.js";
import { announcing } from "./announcing.js";
import type { Environment } from "./env.js";
import { jsonLog } from "./log.js";
import { tracing } from "./tracing.js";

/** One connection for a process, and what tells others of what is written through it; every function instance has its own. */
export type Base = { env: Environment; db: Database; announce: Announce; tracer?: Tracer | undefined };

export function openBase(env: Environment): Base {
  // Before the driver takes hold of `fetch`.
  const tracer = tracing(env);
  const db = connect({
    url: env.DATABASE_URL,
    fetchEndpoint: env.NEON_FETCH_ENDPOINT,
    timeoutMs: env.CALL_TIMEOUT_MS,
  });
  return { env, db, announce: announcing(env, db), tracer };
}

/** How long plans are left in peace, and when somebody looks after them. */
export const syncTimes = (env: Environment): SyncTimes => ({
  quietMs: env.SYNC_QUIET_MS,
  longestMs: env.SYNC_LONGEST_MS,
  stuckMs: env.STUCK_MS,
  pollMs: env.SYNC_POLL_MS,
  linearClientId: env.LINEAR_CLIENT_ID,
});

/** What sending needs: the outbox, the queue and Linear. */
export function delivering(base: Base): Delivering {
  const { env, db } = base;
  return {
    sessions: sessionStore(db, base.announce),
    outbox: outboxStore(db, { claimMs: env.CLAIM_MS, stuckMs: env.STUCK_MS }),
    queue: qstashQueue({
      url: env.QSTASH_URL,
      token: env.QSTASH_TOKEN,
      destination: `${env.PUBLIC_URL}/api/steps`,
      failureCallback: `${env.PUBLIC_URL}/api/failures`,
      retries: env.QSTASH_RETRIES,
      retryDelay: env.QSTASH_RETRY_DELAY,
      timeoutMs: Math.min(5_000, env.CALL_TIMEOUT_MS),
      carry: () => carried(base.tracer),
    }),
    linear: linearOf(base),
    dashboardUrl: (session) => `${env.PUBLIC_URL}/plan/${session.id}`,
    log: jsonLog(),
    tracer: base.tracer,
    now: Date.now,
  };
}

/** What a step message takes along of the request that queues it, so that both are found together. */
function carried(tracer: Tracer | undefined): Record<string, string> {
  const requestId = currentRequestId();
  const traceparent = tracer?.traceparent() ?? null;
  return { ...(requestId ? { "x-request-id": requestId } : {}), ...(traceparent ? { traceparent } : {}) };
}

/** Linear's OAuth: for the app as itself, or for a person who shows who they are. */
export const linearProvider = (env: Environment, actor: "app" | "user" = "app") =>
  linearOAuth({
    actor,
    authorizeUrl: `${env.LINEAR_URL}/oauth/authorize`,
    tokenUrl: `${env.LINEAR_API_URL}/oauth/token`,
    revokeUrl: `${env.LINEAR_API_URL}/oauth/revoke`,
    clientId: env.LINEAR_CLIENT_ID,
    clientSecret: env.LINEAR_CLIENT_SECRET,
    scopes: actor === "app" ? ["read", "write", "app:assignable", "app:mentionable"] : ["read"],
    allowInsecure: env.LINEAR_API_URL.startsWith("http://"),
    timeoutMs: env.CALL_TIMEOUT_MS,
  });

function linearOf({ env, db }: Base): (organizationId: OrganizationId) => LinearClient {
  const tokens = accessTokens({
    store: tokenStore(db, keyring(env.TOKEN_KEYS), "linear", env.CLAIM_MS),
    refresh: (refreshToken) => linearProvider(env).refresh(refreshToken),
    now: Date.now,
  });
  return (organizationId) => {
    const id = linearTokenId(organizationId);
    let token = "";
    return linearClient({
      url: `${env.LINEAR_API_URL}/graphql`,
      accessToken: async () => (token = await tokens.get(id)),
      onUnauthorized: async () => void (token = await tokens.renew(id, token)),
      timeoutMs: env.CALL_TIMEOUT_MS,
    });
  };
}
