import { waitUntil } from "@vercel/functions";
import { accessStore } from "../db/access-store.js";
import { idempotencyStore } from "../db/idempotency-store.js";
import { keyring } from "../db/keyring.js";
import { metricsStore } from "../db/metrics-store.js";
import type { OrganizationId } from "../domain/ids.js";
import type { KernelDeps } from "../http/api/kernel.js";
import type { Log } from "../ports.js";
import type { Base } from "./delivering.js";
import { jsonLog } from "./log.js";
import { observing } from "./observing.js";

/** What decides who makes a request, for every function that people call. */
export const kernelDeps = ({ env, db, tracer }: Base, log: Log = jsonLog()): KernelDeps => ({
  access: accessStore(db),
  keyring: keyring(env.TOKEN_KEYS),
  publicUrl: env.PUBLIC_URL,
  demoOrganization: (env.DEMO_ORGANIZATION ?? null) as OrganizationId | null,
  requestsPerMinute: env.REQUESTS_PER_MINUTE,
  idempotency: idempotencyStore(db),
  log,
  tracer,
  now: Date.now,
  observe: observing(metricsStore(db, { organizations: env.METRICS_ORGANIZATIONS }), waitUntil),
});
