import { accessStore } from "../db/access-store.js";
import { auditStore } from "../db/audit-store.js";
import { apiTokenStore } from "../db/api-token-store.js";
import { idempotencyStore } from "../db/idempotency-store.js";
import { keyring } from "../db/keyring.js";
import { lifecycleStore } from "../db/lifecycle-store.js";
import { livePlanStore } from "../db/live-plan-store.js";
import { oauthStateStore } from "../db/oauth-state-store.js";
import { signInStore } from "../db/sign-in-store.js";
import type { OrganizationId } from "../domain/ids.js";
import type { ApiDeps } from "../http/api/v1.js";
import { type Base, openBase } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { jsonLog } from "./log.js";
import { once } from "./once.js";

export { v1 } from "../http/api/v1.js";

/** What the REST API needs. */
export function createApi(env: Environment, base: Base = openBase(env)): ApiDeps {
  const { db } = base;
  const keys = keyring(env.TOKEN_KEYS);
  return {
    access: accessStore(db),
    keyring: keys,
    publicUrl: env.PUBLIC_URL,
    demoOrganization: (env.DEMO_ORGANIZATION ?? null) as OrganizationId | null,
    requestsPerMinute: env.REQUESTS_PER_MINUTE,
    idempotency: idempotencyStore(db),
    log: jsonLog(),
    now: Date.now,
    signIns: signInStore(db),
    apiTokens: apiTokenStore(db),
    states: oauthStateStore(db, keys),
    audit: auditStore(db),
    livePlans: livePlanStore(db),
    lifecycle: lifecycleStore(db),
  };
}

export const apiDeps = once(() => createApi(environment()));
