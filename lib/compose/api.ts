import { waitUntil } from "@vercel/functions";
import { archiveStore } from "../db/archive-store.js";
import { auditStore } from "../db/audit-store.js";
import { connectionStore } from "../db/connection-store.js";
import { apiTokenStore } from "../db/api-token-store.js";
import { engagementStore } from "../db/engagement-store.js";
import { exportStore } from "../db/export-store.js";
import { inboxStore } from "../db/inbox-store.js";
import { keyring } from "../db/keyring.js";
import { lifecycleStore } from "../db/lifecycle-store.js";
import { livePlanStore } from "../db/live-plan-store.js";
import { memoryStore } from "../db/memory-store.js";
import { mergeStore } from "../db/merge-store.js";
import { oauthStateStore } from "../db/oauth-state-store.js";
import { peopleStore } from "../db/people-store.js";
import { sessionCatalog } from "../db/session-catalog.js";
import { sessionStateStore } from "../db/session-state-store.js";
import { signInStore } from "../db/sign-in-store.js";
import { organizationSettings } from "../db/organization-settings.js";
import { syncCatalog } from "../db/sync-catalog.js";
import { syncRequests } from "../db/sync-requests.js";
import { presenceStore } from "../db/presence-store.js";
import type { ApiDeps } from "../http/api/v1.js";
import { type Base, delivering, openBase, syncTimes } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { kernelDeps } from "./kernel.js";
import { once } from "./once.js";

export { v1 } from "../http/api/v1.js";

/** What the REST API needs. */
export function createApi(env: Environment, base: Base = openBase(env)): ApiDeps {
  const { db } = base;
  const keys = keyring(env.TOKEN_KEYS);
  return {
    ...kernelDeps(base),
    signIns: signInStore(db),
    apiTokens: apiTokenStore(db),
    states: oauthStateStore(db, keys),
    audit: auditStore(db),
    livePlans: livePlanStore(db, base.announce),
    presence: presenceStore(db),
    people: peopleStore(db),
    engagements: engagementStore(db),
    catalog: sessionCatalog(db, base.announce),
    sessionStates: sessionStateStore(db),
    inbox: inboxStore(db, base.announce, syncTimes(env)),
    world: delivering(base),
    waitUntil,
    lifecycle: lifecycleStore(db, base.announce),
    merges: mergeStore(db, base.announce),
    exports: exportStore(db),
    archive: archiveStore(db, base.announce),
    memory: memoryStore(db),
    organizationSettings: organizationSettings(db),
    connections: connectionStore(db, keys),
    syncCatalog: syncCatalog(db),
    syncRequests: syncRequests(db, syncTimes(env), base.announce),
    // Reading both sides takes what a worker has, which no other request should have to load.
    preview: async (id) => (await import("./previewing.js")).preview(base, id),
  };
}

export const apiDeps = once(() => createApi(environment()));
