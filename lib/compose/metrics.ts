import { metricsStore } from "../db/metrics-store.js";
import type { MetricsDeps } from "../http/metrics.js";
import { openBase } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { jsonLog } from "./log.js";
import { once } from "./once.js";

export { metrics } from "../http/metrics.js";

/** What the figures are read from, and who may read them. */
export function createMetrics(env: Environment): MetricsDeps {
  return {
    metrics: metricsStore(openBase(env).db, { organizations: env.METRICS_ORGANIZATIONS }),
    token: env.METRICS_TOKEN ?? null,
    log: jsonLog(),
  };
}

export const metricsDeps = once(() => createMetrics(environment()));
