import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalWorld, startWorld, type WorldOptions } from "../../dev/world.js";
import { connectionStore } from "../../lib/db/connection-store.js";
import { installationStore } from "../../lib/db/installation-store.js";
import { keyring } from "../../lib/db/keyring.js";
import type { OrganizationId } from "../../lib/domain/ids.js";
import { databaseOf, type RunDatabase } from "./fault-database.js";

const fixtures = join(import.meta.dirname, "../fixtures/kill");

export type ExpectedItem = {
  title: string;
  parent: string | null;
  estimate: number | null;
  priority: number;
  labels: string[];
  blocks: string[];
};
const plan = JSON.parse(readFileSync(join(fixtures, "small-plan.json"), "utf8")) as {
  title: string;
  items: ExpectedItem[];
};
/** What the small page's plan must look like in Linear. */
export const expectedItems = plan.items;

const item = (title: string, parent: string | null, rest: Partial<ExpectedItem> = {}): ExpectedItem => ({
  title,
  parent,
  estimate: null,
  priority: 0,
  labels: [],
  blocks: [],
  ...rest,
});
/** What the page that is kept in step was planned as. */
export const syncedItems: ExpectedItem[] = [
  item("Returns", null, { labels: ["Epic"] }),
  item("Labels", "Returns", { labels: ["Feature"] }),
  item("Print a label at home", "Labels", { estimate: 3, priority: 2, blocks: ["Bring a parcel to a shop"] }),
  item("Bring a parcel to a shop", "Labels", { estimate: 5, priority: 3 }),
  item("See where the parcel is", "Labels", { estimate: 2, priority: 4 }),
  item("Refunds", "Returns", { labels: ["Feature"] }),
  item("Get the money back", "Refunds", { estimate: 8, priority: 2 }),
];

/** Waits and intervals of the application under test, in ms. */
export const timings = { sweepMs: 1_000, leaseMs: 2_000, claimMs: 2_000, callTimeoutMs: 1_500, quietMs: 300 };

export type FaultPage = { title: string; body: string };
const read = (name: string) => readFileSync(join(fixtures, name), "utf8");
const smallPage: FaultPage = { title: plan.title, body: read("small-plan.html") };
/** A page with a table and a section, which is kept in step with its issues. */
export const syncedPage: FaultPage = { title: "Returns of a shop", body: read("synced-plan.html") };
export const pageId = "700100";

export type FaultWorldOptions = Pick<WorldOptions, "linear" | "seed" | "faults" | "state" | "clocks" | "env">;

/** A world around an application that lives elsewhere: installed, connected, with the page and two issues to be mentioned on. */
export async function startFaultWorld(
  database: RunDatabase,
  appUrl: string,
  { page = smallPage, ...options }: FaultWorldOptions & { page?: FaultPage },
): Promise<{ world: LocalWorld; pageUrl: string }> {
  const world = await startBareWorld(database, appUrl, options);
  await install(world, database);
  await connect(world, database);
  world.linear.control.createIssue({ team: "ENG", title: "Plan it here as well" });
  await world.linear.control.settled();
  const { url } = world.confluence.control.createPage({ spaceKey: "PLAN", id: pageId, ...page });
  return { world, pageUrl: url };
}

/** The same with nothing in it that was not there before. */
export function startBareWorld(
  { engine }: RunDatabase,
  appUrl: string,
  options: FaultWorldOptions,
): Promise<LocalWorld> {
  return startWorld({
    engine,
    appUrl,
    ...options,
    // Failure callbacks have the default backoff: 12 s, then 2.5 minutes.
    queueTimeScale: 0.02,
    linear: { webhookRetryDelaysMs: [400, 1_000, 2_000, 4_000], ...options.linear },
    env: {
      NEON_FETCH_ENDPOINT: `${appUrl}/neon/sql`,
      LINEAR_URL: `${appUrl}/linear`,
      LINEAR_API_URL: `${appUrl}/linear`,
      ATLASSIAN_AUTH_URL: `${appUrl}/confluence`,
      ATLASSIAN_API_URL: `${appUrl}/confluence`,
      QSTASH_URL: `${appUrl}/qstash`,
      QSTASH_RETRY_DELAY: "300 * pow(2, retried)",
      CALL_TIMEOUT_MS: String(timings.callTimeoutMs),
      LEASE_MS: String(timings.leaseMs),
      CLAIM_MS: String(timings.claimMs),
      STUCK_MS: String(timings.leaseMs),
      SWEEP_MS: String(timings.sweepMs),
      SYNC_QUIET_MS: String(timings.quietMs),
      SYNC_LONGEST_MS: String(5 * timings.quietMs),
      // Nobody looks at a plan of which nothing is reported, unless a run is about that.
      SYNC_POLL_MS: "86400000",
      ...options.env,
    },
  });
}

const organizationOf = (world: LocalWorld) => {
  const [organization] = world.linear.control.state().organizations;
  if (!organization) throw new Error("the world has no organization");
  return { id: organization.id as OrganizationId, name: organization.name, urlKey: organization.urlKey };
};

async function install(world: LocalWorld, { engine }: RunDatabase): Promise<void> {
  const { appUserId, expiresIn, ...grant } = world.linear.control.install();
  const expiresAt = new Date(Date.now() + expiresIn * 1000);
  const installations = installationStore(databaseOf(engine), keyring(world.env.TOKEN_KEYS ?? ""));
  await installations.install({ organization: organizationOf(world), appUserId, tokens: { ...grant, expiresAt } });
}

/** Connects Confluence with an access token that is about to expire, so that refreshing it is part of every run. */
export async function connect(world: LocalWorld, { engine }: RunDatabase): Promise<void> {
  const { cloudId, ...grant } = world.confluence.control.grant();
  const connections = connectionStore(databaseOf(engine), keyring(world.env.TOKEN_KEYS ?? ""));
  await connections.upsert({
    organizationId: organizationOf(world).id,
    kind: "cloud_oauth",
    siteUrl: `${world.url}/confluence`,
    cloudId,
    email: null,
    spaces: ["PLAN"],
    tokens: { ...grant, expiresAt: new Date(Date.now() + 1_000) },
  });
}
