import { accessStore } from "../db/access-store.js";
import { idempotencyStore } from "../db/idempotency-store.js";
import { keyring } from "../db/keyring.js";
import { lifecycleStore } from "../db/lifecycle-store.js";
import { livePlanStore } from "../db/live-plan-store.js";
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
  return {
    access: accessStore(db),
    keyring: keyring(env.TOKEN_KEYS),
    publicUrl: env.PUBLIC_URL,
    demoOrganization: (env.DEMO_ORGANIZATION ?? null) as OrganizationId | null,
    requestsPerMinute: env.REQUESTS_PER_MINUTE,
    idempotency: idempotencyStore(db),
    log: jsonLog(),
    now: Date.now,
    livePlans: livePlanStore(db),
    lifecycle: lifecycleStore(db),
  };
}

export const apiDeps = once(() => createApi(environment()));
