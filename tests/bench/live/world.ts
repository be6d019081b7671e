import { type ChildProcess, fork } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate } from "../../../dev/migrate.js";
import { openPostgres } from "../../../dev/neon/postgres.js";
import type { Database } from "../../../lib/db/database.js";
import { livePlanStore } from "../../../lib/db/live-plan-store.js";
import type { OrganizationId, SessionId, UserId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import { hashOf, tokenPrefix } from "../../../lib/http/api/authenticate.js";
import type { LivePlanStore } from "../../../lib/ports-live-plans.js";
import { databaseOf } from "../../support/fault-database.js";
import { createDatabase, startPostgres } from "../../support/postgres.js";

export type Somebody = Principal & { token: string };
export type Server = { url: string; stop(): void };
export type BenchWorld = Awaited<ReturnType<typeof benchWorld>>;

/** A PostgreSQL of its own with an organization and its people, and the production handlers in processes of their own. */
export async function benchWorld(people: number) {
  const server = await startPostgres(["track_commit_timestamp=on"]);
  const url = await createDatabase(server.url, "bench");
  const engine = openPostgres(url, { max: 64 });
  await migrate(engine);
  const db: Database = databaseOf(engine);
  const organizationId = "bench" as OrganizationId;
  await db.query(sql`insert into organizations (id, name, url_key) values (${organizationId}, 'Bench', 'bench')`);
  const everybody: Somebody[] = [];
  for (let n = 0; n < people; n += 1) everybody.push(await aPerson(db, organizationId, `Person ${n}`));
  const livePlans = livePlanStore(db);
  const children: ChildProcess[] = [];
  const tokenKey = randomBytes(32).toString("base64");

  return {
    url,
    db,
    livePlans,
    everybody,
    aPlan: (title = "Bench") => aPlan(livePlans, everybody[0] as Somebody, title),
    /** A process with one of the functions; `env` adds to its settings. */
    async start(file: string, env: Record<string, string> = {}): Promise<Server> {
      const child = fork(join(import.meta.dirname, file), {
        execArgv: ["--import", "tsx"],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        env: { ...process.env, BENCH_DATABASE: url, BENCH_TOKEN_KEY: tokenKey, ...env },
      });
      children.push(child);
      const listening = await new Promise<string>((resolve, reject) => {
        child.once("message", (message) => resolve((message as { url: string }).url));
        child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
      });
      return { url: listening, stop: () => void child.kill() };
    },
    async close() {
      for (const child of children) child.kill();
      await engine.close();
      await server.stop();
    },
  };
}

async function aPerson(db: Database, organizationId: OrganizationId, name: string): Promise<Somebody> {
  const [userId, credentialId] = [randomUUID() as UserId, randomUUID()];
  const token = `${tokenPrefix}${randomBytes(24).toString("base64url")}`;
  await db.query(sql`
    insert into users (id, organization_id, linear_user_id, name, role) values (${userId}, ${organizationId}, ${userId}, ${name}, 'member')`);
  await db.query(sql`
    insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
    values (${credentialId}, ${organizationId}, ${userId}, 'bench', 'write', ${hashOf(token)}, 'lpa_', now() + interval '1 day')`);
  return {
    organizationId,
    userId,
    linearUserId: userId,
    name,
    role: "member",
    engagementRoles: {},
    hidden: [],
    scope: "write",
    via: "token",
    credentialId,
    token,
  };
}

async function aPlan(livePlans: LivePlanStore, by: Somebody, title: string): Promise<SessionId> {
  const id = randomUUID() as SessionId;
  await livePlans.create({
    id,
    organizationId: by.organizationId,
    engagementId: null,
    title,
    description: null,
    pageUrl: null,
    participants: [],
    createdBy: by.userId,
    actor: by.linearUserId,
    writable: { byDefault: true, except: [] },
  });
  return id;
}

export const at = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
export const line = (values: number[]): string =>
  `p50 ${ms(at(values, 0.5))}   p95 ${ms(at(values, 0.95))}   p99 ${ms(at(values, 0.99))}   max ${ms(at(values, 1))}`;
export const pause = (wait: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
