import { sql } from "drizzle-orm";
import type { HealthDeps } from "../http/health.js";
import { openBase } from "./delivering.js";
import { type Environment, environment } from "./env.js";
import { jsonLog } from "./log.js";
import { once } from "./once.js";

export { health } from "../http/health.js";

/** What the health function looks at. */
export function createHealth(env: Environment): HealthDeps {
  const { db } = openBase(env);
  return {
    ping: async () => void (await db.query(sql`select 1 as one`)),
    log: jsonLog(),
    version: process.env.VERCEL_GIT_COMMIT_SHA ?? "local",
  };
}

export const healthDeps = once(() => createHealth(environment()));
