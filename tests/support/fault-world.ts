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

/** Waits and intervals of the application under test, in ms. */
export const timings = { sweepMs: 1_000, leaseMs: 2_000, claimMs: 2_000, callTimeoutMs: 1_500 };

/** A world around an application that lives elsewhere: installed, connected, with the small page and two issues to be mentioned on. */
export async function startFaultWorld(
  database: RunDatabase,
  appUrl: string,
  options: Pick<WorldOptions, "linear" | "seed" | "faults">,
): Promise<{ world: LocalWorld; pageUrl: string }> {
  const world = await startWorld({
    engine: database.engine,
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
    },
  });
  await install(world, database);
  await connect(world, database);
  world.linear.control.createIssue({ team: "ENG", title: "Plan it here as well" });
  await world.linear.control.settled();
  const body = readFileSync(join(fixtures, "small-plan.html"), "utf8");
  const { url } = world.confluence.control.createPage({ spaceKey: "PLAN", title: plan.title, body, id: "700100" });
  return { world, pageUrl: url };
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
