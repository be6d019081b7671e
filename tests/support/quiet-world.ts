import { AsyncLocalStorage } from "node:async_hooks";
import { connectEverything } from "../../dev/connected.js";
import { confluenceSimulator } from "../../dev/confluence/simulator.js";
import { faults as drawnFaults } from "../../dev/faults.js";
import { inProcess } from "../../dev/in-process.js";
import { linearSimulator } from "../../dev/linear/simulator.js";
import { migrate } from "../../dev/migrate.js";
import { openPglite } from "../../dev/neon/pglite.js";
import { answer, readQueries } from "../../dev/neon/neon-http.js";
import type { SqlEngine } from "../../dev/neon/sql-engine.js";
import { silent } from "../../dev/app.js";
import type { LocalWorld } from "../../dev/world.js";
import { createIntake } from "../../lib/compose/intake.js";
import { createPageIntake } from "../../lib/compose/page-intake.js";
import { openBase } from "../../lib/compose/delivering.js";
import { readEnvironment } from "../../lib/compose/env.js";
import { world as everything } from "../../lib/compose/worker.js";
import { confluenceWebhook } from "../../lib/http/confluence-webhook.js";
import { linearWebhook } from "../../lib/http/linear-webhook.js";
import { giveUp } from "../../lib/pipeline/give-up.js";
import { runStep } from "../../lib/pipeline/run-step.js";
import { sweep } from "../../lib/pipeline/sweep.js";
import type { Log, World } from "../../lib/ports.js";
import type { QueueMessage } from "../../lib/ports-services.js";

const url = "http://localhost:9";
const webhookSecret = "local-linear-webhook-secret";

/** Two workspaces, the first with two teams: each may plan the same page. */
const organizations = [
  {
    id: "test-org-123",
    name: "Acme",
    urlKey: "acme",
    teams: [
      { key: "ENG", name: "Engineering", estimation: { type: "fibonacci" as const, extended: true } },
      { key: "OPS", name: "Operations", estimation: { type: "fibonacci" as const, extended: true } },
    ],
    users: [{ name: "Ada Lovelace", email: "ada@acme.test", admin: true }, { name: "Grace Hopper" }],
    issues: [{ team: "ENG", title: "Plan the next increment" }],
  },
  {
    id: "other-org",
    name: "Beta",
    urlKey: "beta",
    teams: [{ key: "BET", name: "Beta", estimation: { type: "fibonacci" as const, extended: true } }],
    users: [{ name: "Bo Beta", email: "bo@beta.test", admin: true }],
  },
];

/** A webhook that waits to be delivered. */
export type Waiting = { kind: "linear" | "confluence"; request: Request };
/** Where the application is to die: at the `call`-th call to the outside from now on, before or after it is done. */
export type Death = { call: number; when: "before" | "after" };
type Hook = { matches: (call: string) => boolean; act: (life: Life) => unknown };
/** A process of the application, with the calls that it has made. */
type Life = { isDead: boolean; calls: number; death: Death | null };

/** The process has died: nothing it does reaches anybody any more. */
class Died extends Error {
  override name = "Died";
}

export type QuietWorld = Awaited<ReturnType<typeof quietWorld>>;

/**
 * A local world without sockets, clocks and a queue of its own: the production code runs in this process, and whoever plays decides when a
 * webhook or a message arrives, which are lost, and where the application dies.
 */
export async function quietWorld({ log = silent }: { log?: Log } = {}) {
  const engine = await openPglite();
  await migrate(engine);
  const waiting: Waiting[] = [];
  const post = (kind: Waiting["kind"]) => (request: Request) => {
    waiting.push({ kind, request });
    return Promise.resolve(new Response("{}"));
  };
  const faults = { linear: drawnFaults(1), confluence: drawnFaults(2) };
  const linear = linearSimulator({
    baseUrl: `${url}/linear`,
    send: post("linear"),
    faults: faults.linear,
    webhookUrl: `${url}/api/webhooks/linear`,
    webhookSecret,
    organizations,
    switches: { requestsPerHour: 1e9, complexityPerHour: 1e12 },
  });
  const confluence = confluenceSimulator({
    baseUrl: `${url}/confluence`,
    send: post("confluence"),
    faults: faults.confluence,
    settings: {
      pointsPerHour: 1e9,
      webhooks: { forge: { url: `${url}/api/webhooks/confluence/forge`, appId: "forge-app" } },
    },
  });
  const routes = { "/linear": linear.fetch, "/confluence": confluence.fetch };
  const underApp = new AsyncLocalStorage<Life>();
  let hooks: Hook[] = [];
  const calls: string[] = [];
  const writes: string[] = [];

  const route = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const found = Object.entries(routes).find(([prefix]) => pathname.startsWith(`${prefix}/`));
    if (!found) throw new TypeError(`nobody is at ${request.url}`);
    return found[1](request);
  };
  const overNetwork = inProcess(route);
  const local = (input: RequestInfo | URL, init?: RequestInit) =>
    nameOf(input, init) === "sql" ? askDatabase(engine, init) : overNetwork(input, init);
  /** The application's calls go through here: it may die at one, and people may act just before one. */
  globalThis.fetch = async (input, init) => {
    const life = underApp.getStore();
    if (!life) return local(input, init);
    if (life.isDead) throw new Died();
    const name = nameOf(input, init);
    const hook = hooks.find((one) => one.matches(name));
    if (hook) {
      hooks = hooks.filter((one) => one !== hook);
      await hook.act(life);
    }
    calls.push(name);
    if (isWrite(name)) writes.push(name);
    const isLast = life.death !== null && life.calls++ === life.death.call;
    if (isLast && life.death?.when === "before") life.isDead = true;
    if (life.isDead) throw new Died();
    const answer = await local(input, init);
    if (isLast) life.isDead = true;
    if (life.isDead) throw new Died();
    return answer;
  };

  const env = {
    PUBLIC_URL: url,
    DATABASE_URL: "postgres://local:local@localhost/local",
    NEON_FETCH_ENDPOINT: `${url}/neon/sql`,
    TOKEN_KEYS: `local:${Buffer.alloc(32, 7).toString("base64")}`,
    LINEAR_CLIENT_ID: "local-linear-app",
    LINEAR_CLIENT_SECRET: "local-linear-secret",
    LINEAR_WEBHOOK_SECRET: webhookSecret,
    LINEAR_URL: `${url}/linear`,
    LINEAR_API_URL: `${url}/linear`,
    CONFLUENCE_CLIENT_ID: "confluence-client",
    CONFLUENCE_CLIENT_SECRET: "confluence-secret",
    ATLASSIAN_AUTH_URL: `${url}/confluence`,
    ATLASSIAN_API_URL: `${url}/confluence`,
    FORGE_APP_ID: "forge-app",
    FORGE_KEYS_URL: `${url}/confluence/.well-known/jwks.json`,
    QSTASH_URL: `${url}/qstash`,
    QSTASH_TOKEN: "token",
    QSTASH_CURRENT_SIGNING_KEY: "current",
    QSTASH_NEXT_SIGNING_KEY: "next",
    SYNC_QUIET_MS: "1",
    SYNC_LONGEST_MS: "2",
    SYNC_POLL_MS: "1000000000",
    STUCK_MS: "1",
    LEASE_MS: "10000",
    CLAIM_MS: "1",
  };
  await connectEverything({ url, linear, confluence, engine, env } as unknown as LocalWorld);

  const messages: QueueMessage[] = [];
  const seen = new Set<string>();
  let ahead = 0;
  const base = openBase(readEnvironment(env));
  const world: World = {
    ...everything(base),
    log,
    now: () => Date.now() + ahead,
    queue: {
      publish(message) {
        if (underApp.getStore()?.isDead) return Promise.reject(new Died());
        if (!seen.has(message.deduplicationId)) messages.push(message);
        seen.add(message.deduplicationId);
        return Promise.resolve({ messageId: message.deduplicationId });
      },
    },
  };
  const intake = { ...createIntake(readEnvironment(env)), world, waitUntil: (work: Promise<unknown>) => void work };
  const pageIntake = { ...createPageIntake(readEnvironment(env)), world };

  /** Runs something of the application as a process of its own, which may die. */
  async function live<T>(work: () => Promise<T>, death: Death | null = null): Promise<T | "died"> {
    const life = { isDead: false, calls: 0, death };
    try {
      return await underApp.run(life, work);
    } catch (error) {
      if (life.isDead) return "died";
      throw error;
    }
  }

  return {
    url,
    engine,
    linear,
    confluence,
    faults,
    world,
    waiting,
    messages,
    calls,
    /** Those that changed something for people, in their order. */
    writes,
    live,
    /** Something happens just before the application's next call whose name begins so. */
    before: (prefix: string, act: Hook["act"]) => void hooks.push({ matches: (call) => call.startsWith(prefix), act }),
    /** The application dies at its next call whose name begins so. */
    dieAt: (prefix: string, when: Death["when"]) =>
      void hooks.push({
        matches: (call) => call.startsWith(prefix),
        act: (life) => void (life.death = { call: life.calls, when }),
      }),
    /** Something happens just before the application's n-th call from now on. */
    beforeCall: (n: number, act: Hook["act"]) => void hooks.push({ matches: () => n-- === 0, act }),
    /** True where somebody or a fault waits for a call. */
    isPrepared: () => hooks.length + faults.linear.list().length + faults.confluence.list().length > 0,
    forgetHooks: () => void (hooks = []),
    async deliver({ kind, request }: Waiting, death: Death | null = null): Promise<void> {
      const handler = kind === "linear" ? linearWebhook(() => intake) : confluenceWebhook(() => pageIntake);
      await live(() => handler(request.clone()), death);
    },
    /** Brings a message as the queue does: again where the step asks for it, at most four times, then it gives up. */
    async run(message: QueueMessage, death: Death | null = null): Promise<void> {
      ahead = Math.max(ahead, (message.notBefore ?? 0) - Date.now());
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const outcome = await live(() => runStep(message.body, world), attempt === 0 ? death : null).catch(
          (error: unknown) => error,
        );
        if (outcome === "done") return;
        if (outcome === "died") await freeLeases();
        else log.warn("message.again", { reason: String(outcome) });
      }
      await live(() => giveUp(message.body, "gave up", world));
    },
    freeLeases,
    sweep() {
      // By the time of the next sweep the queue has forgotten what it was given before.
      seen.clear();
      return live(() => sweep(world));
    },
    query,
    async close() {
      await Promise.all([linear.close(), confluence.close()]);
      await engine.close();
    },
  };

  /** Who died holds a lease no longer than its time: here it is over at once. */
  async function freeLeases() {
    await query("update plans set locked_until = now() - interval '1 second' where locked_until > now()");
  }

  async function query(sql: string, ...params: (string | null)[]): Promise<Record<string, string | null>[]> {
    const [result] = await engine.run([{ query: sql, params }], { transaction: null });
    return (result?.rows ?? []).map((row) =>
      Object.fromEntries((result?.fields ?? []).map((field, index) => [field.name, row[index] ?? null])),
    );
  }
}

const isWrite = (call: string) =>
  /^PUT|^linear (?:issueUpdate|issueBatch|issueCreate|issueDelete|issueRelation|attachment)/.test(call);

/** Most calls are statements: they go to the database as the driver wrote them, without the ways of a network. */
async function askDatabase(
  engine: SqlEngine,
  init: { body?: unknown; headers?: HeadersInit } | undefined,
): Promise<Response> {
  const asked = readQueries(
    JSON.parse(typeof init?.body === "string" ? init.body : "null"),
    new Headers(init?.headers),
  );
  if (!asked) throw new TypeError("the driver has asked for nothing");
  const { status, body } = await answer(engine, asked);
  return { ok: status === 200, status, json: () => Promise.resolve(body) } as Response;
}

/** "PUT /wiki/api/v2/pages/1", "linear issueUpdate", "sql". */
function nameOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): string {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  if (pathname.startsWith("/neon")) return "sql";
  const method = init?.method ?? (input instanceof Request ? input.method : "GET");
  if (pathname.startsWith("/confluence"))
    return `${method} ${pathname.replace(/^\/confluence(?:\/ex\/confluence\/[^/]+)?/, "")}`;
  const { query } = JSON.parse(typeof init?.body === "string" ? init.body : "{}") as { query?: string };
  const [, field] = /(?:mutation|query)[^{]*\{\s*(?:\w+:\s*)?(\w+)/.exec(query ?? "") ?? [];
  return `linear ${field}`;
}
