/** The local world: every outside service simulated on one origin, and the application between them. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type ConfluenceSimulator, confluenceSimulator } from "./confluence/simulator.js";
import { controlRoutes } from "./control.js";
import { type Fault, type Faults, faults } from "./faults.js";
import { type Host, type Routes, serve, simulatorRoutes } from "./host.js";
import { type LinearSimulator, linearSimulator } from "./linear/simulator.js";
import type { LinearSettings } from "./linear/settings.js";
import { openPglite } from "./neon/pglite.js";
import { neonSimulator } from "./neon/simulator.js";
import type { SqlEngine } from "./neon/sql-engine.js";
import { type QstashSimulator, qstashSimulator } from "./qstash/simulator.js";
import { migrate } from "./migrate.js";
import { type StateFile, stateFile } from "./simulator.js";

export type Services = "linear" | "confluence" | "qstash" | "neon";
export type LocalWorld = {
  url: string;
  linear: LinearSimulator;
  confluence: ConfluenceSimulator;
  qstash: QstashSimulator;
  engine: SqlEngine;
  faults: Record<Services, Faults>;
  /** The settings that connect an application to this world, by environment variable. */
  env: Record<string, string>;
  /** Puts the application's routes beside the simulators. */
  mount(routes: Routes): void;
  close(): Promise<void>;
};

export type WorldOptions = {
  /** 0 takes a free one. */
  port?: number;
  /** Keeps the world's state; without one it is gone with the process. */
  dataDir?: string;
  /** Where Linear and Confluence keep their state, instead of files in `dataDir`; `url` is the world's address. */
  state?: (name: "linear" | "confluence", url: string) => StateFile;
  /** Clocks of their own; this machine's without them. */
  clocks?: Partial<Record<"linear" | "confluence", () => number>>;
  /** Another database than the embedded one. */
  engine?: SqlEngine;
  /** Where the application is reached when it is not mounted here. */
  appUrl?: string;
  linear?: LinearSettings;
  /** Shortens the queue's default backoff, as `timeScale` of its simulator. */
  queueTimeScale?: number;
  seed?: number;
  /** Faults from the start. */
  faults?: Partial<Record<Services, Fault[]>>;
  /** Added to or changed in the application's settings. */
  env?: Record<string, string>;
};

const linearApp = {
  clientId: "local-linear-app",
  clientSecret: "local-linear-secret",
  webhookSecret: "local-linear-webhook-secret",
};

const forgeAppId = "local-forge-app";

/** Starts the simulators and the database, and migrates it. The application is mounted by the caller, or lives elsewhere. */
export async function startWorld(options: WorldOptions = {}): Promise<LocalWorld> {
  // Listening comes first: an address that was free a moment ago may be another's before it is used.
  const routes: Routes = {};
  const { host, tokenKey } = await takeAddress(options, routes);
  try {
    return await furnish(options, host, routes, tokenKey);
  } catch (error) {
    await host.close();
    throw error;
  }
}

async function furnish(options: WorldOptions, host: Host, routes: Routes, tokenKey: string): Promise<LocalWorld> {
  const { url } = host;
  const appUrl = options.appUrl ?? url;
  const engine = options.engine ?? (await openPglite(options.dataDir && join(options.dataDir, "postgres")));
  await migrate(engine);
  const inFile = (name: string): { state?: StateFile } =>
    options.dataDir ? { state: stateFile(join(options.dataDir, `${name}.json`)) } : {};
  const kept = (name: "linear" | "confluence") => {
    const now = options.clocks?.[name];
    return { ...(options.state ? { state: options.state(name, url) } : inFile(name)), ...(now ? { now } : {}) };
  };
  const seed = options.seed ?? 1;
  const drawn: Record<Services, Faults> = {
    linear: faults(seed),
    confluence: faults(seed + 1),
    qstash: faults(seed + 2),
    neon: faults(seed + 3),
  };
  for (const [name, list] of Object.entries(options.faults ?? {}))
    for (const fault of list) drawn[name as Services].add(fault);

  const linear = linearSimulator({
    baseUrl: `${url}/linear`,
    ...kept("linear"),
    faults: drawn.linear,
    webhookUrl: `${appUrl}/api/webhooks/linear`,
    ...linearApp,
    ...options.linear,
  });
  const confluence = confluenceSimulator({
    baseUrl: `${url}/confluence`,
    ...kept("confluence"),
    faults: drawn.confluence,
    settings: { webhooks: { forge: { url: `${appUrl}/api/webhooks/confluence/forge`, appId: forgeAppId } } },
  });
  const qstash = qstashSimulator({
    baseUrl: `${url}/qstash`,
    token: "local-qstash-token",
    ...inFile("qstash"),
    faults: drawn.qstash,
    ...(options.queueTimeScale === undefined ? {} : { timeScale: options.queueTimeScale }),
  });
  const neon = neonSimulator(engine, { faults: drawn.neon });
  const simulators = [linear, confluence, qstash, neon] as never[];
  Object.assign(routes, simulatorRoutes(simulators), { "/control": controlRoutes(simulators, drawn) });
  const keys = qstash.keys();

  return {
    url,
    linear,
    confluence,
    qstash,
    engine,
    faults: drawn,
    env: {
      PUBLIC_URL: appUrl,
      DATABASE_URL: "postgres://local:local@localhost/local",
      NEON_FETCH_ENDPOINT: `${url}/neon/sql`,
      TOKEN_KEYS: `local:${tokenKey}`,
      CRON_SECRET: "local-cron-secret",
      METRICS_TOKEN: "local-metrics-token",
      DEMO_ORGANIZATION: "test-org-123",
      LINEAR_CLIENT_ID: linearApp.clientId,
      LINEAR_CLIENT_SECRET: linearApp.clientSecret,
      LINEAR_WEBHOOK_SECRET: linearApp.webhookSecret,
      LINEAR_URL: `${url}/linear`,
      LINEAR_API_URL: `${url}/linear`,
      CONFLUENCE_CLIENT_ID: "confluence-client",
      CONFLUENCE_CLIENT_SECRET: "confluence-secret",
      FORGE_APP_ID: forgeAppId,
      FORGE_KEYS_URL: `${url}/confluence/.well-known/jwks.json`,
      SYNC_QUIET_MS: "1000",
      SYNC_LONGEST_MS: "5000",
      ATLASSIAN_AUTH_URL: `${url}/confluence`,
      ATLASSIAN_API_URL: `${url}/confluence`,
      QSTASH_URL: `${url}/qstash`,
      QSTASH_TOKEN: "local-qstash-token",
      QSTASH_CURRENT_SIGNING_KEY: keys.current,
      QSTASH_NEXT_SIGNING_KEY: keys.next,
      ...options.env,
    },
    mount: (more) => void Object.assign(routes, more),
    async close() {
      await Promise.all([linear.close(), confluence.close(), qstash.close()]);
      await host.close();
      await neon.close();
    },
  };
}

type Lasting = { port: number; tokenKey: string };

/** A world that is kept stays at its address, because links in it name the address, and keeps its key. */
async function takeAddress({ port, dataDir }: WorldOptions, routes: Routes): Promise<{ host: Host; tokenKey: string }> {
  const file = dataDir ? stateFile(join(dataDir, "world.json")) : null;
  const known = file?.load<Lasting>();
  const tokenKey = known?.tokenKey ?? randomBytes(32).toString("base64");
  const host = await serve({ port: port || known?.port || 0, routes });
  file?.save({ port: Number(new URL(host.url).port), tokenKey } satisfies Lasting);
  file?.flush();
  return { host, tokenKey };
}
