import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectionStore } from "../../../lib/db/connection-store.js";
import { installationStore, linearTokenId, purgeUninstalled } from "../../../lib/db/installation-store.js";
import { keyring } from "../../../lib/db/keyring.js";
import { hashOf, oauthStateStore } from "../../../lib/db/oauth-state-store.js";
import type { OrganizationId, SessionId, UserId } from "../../../lib/domain/ids.js";
import type { NewConnection, OAuthRequest } from "../../../lib/ports-identity.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

const acme = "org-acme" as OrganizationId;
const other = "org-other" as OrganizationId;
const keys = keyring(`k1:${randomBytes(32).toString("base64")}`);
const tokens = { accessToken: "access", refreshToken: "refresh", expiresAt: new Date(), scope: "read" };
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(() => test.reset());
afterAll(() => test.close());

const installations = () => installationStore(test.db, keys);
const connections = () => connectionStore(test.db, keys);
const install = (id: OrganizationId, appUserId = "app-1") =>
  installations().install({ organization: { id, name: id, urlKey: id }, appUserId, tokens });
const revoke = async (id: OrganizationId, days = 0) => {
  await test.db.query(
    sql`update organizations set revoked_at = now() - ${days}::int * interval '1 day' where id = ${id}`,
  );
  await test.db.query(sql`update linear_tokens set revoked_at = now() where organization_id = ${id}`);
};
const aConnection = (change: Partial<NewConnection> = {}): NewConnection => ({
  organizationId: acme,
  kind: "cloud_oauth",
  siteUrl: "https://acme.atlassian.net",
  cloudId: "cloud-1",
  email: null,
  tokens,
  ...change,
});
const aSession = async (organizationId: OrganizationId, question: object | null, status = "awaiting_input") => {
  const id = randomUUID() as SessionId;
  await test.db.query(sql`
    insert into planning_sessions (id, organization_id, planning_title, prompt, status, step, work, question)
    values (${id}, ${organizationId}, 'Plan', '{}', ${status}, 'read-page', '{}', ${JSON.stringify(question)}::jsonb)`);
  return id;
};

describe("An installation", () => {
  it("is found by its organization, and gone from there once it was revoked", async () => {
    expect(await installations().find(acme)).toBeNull();
    await install(acme);
    const found = await installations().find(acme);
    expect(found).toMatchObject({ organizationId: acme, appUserId: "app-1", isRevoked: false });
    expect(found?.tokenId).toBe(linearTokenId(acme));

    await revoke(acme);
    expect(await installations().find(acme)).toMatchObject({ isRevoked: true });
  });

  it("takes up where it stopped when it is made again", async () => {
    await install(acme);
    await revoke(acme);
    await install(acme, "app-2");

    expect(await installations().find(acme)).toMatchObject({ appUserId: "app-2", isRevoked: false });
    expect(await test.db.query(sql`select revoked_at, app_user_id from organizations`)).toEqual([
      { revoked_at: null, app_user_id: "app-2" },
    ]);
    expect(await test.db.query(sql`select version from linear_tokens`)).toEqual([{ version: 2 }]);
  });

  it("leaves nothing thirty days after it was revoked, and nobody else loses anything", async () => {
    for (const id of [acme, other]) {
      await install(id);
      await connections().upsert(aConnection({ organizationId: id, spaces: ["ENG"] }));
      const session = await aSession(id, null);
      const link = { id: `link-${id}`, organizationId: id, sessionId: session, linearUserId: null, expiresAt: 0 };
      await oauthStateStore(test.db, keys).begin(id, { purpose: "connect_confluence", codeVerifier: "v", link });
      await fillPlanningTables(id, session);
    }
    await revoke(acme, 29);
    expect(await purgeUninstalled(test.db, 30)).toEqual([]);
    await revoke(acme, 31);
    expect(await purgeUninstalled(test.db, 30)).toEqual([acme]);

    expect(await tablesWith(acme)).toEqual([]);
    expect(await tablesWith(other)).toEqual(await tablesOfOrganizations());
    expect(await test.db.query(sql`select id from organizations`)).toEqual([{ id: other }]);
  });
});

/** Puts a row of the organization into each table that the stores above do not fill. */
async function fillPlanningTables(organizationId: OrganizationId, session: SessionId): Promise<void> {
  const [user, engagement, plan, item] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [merged, node] = [await aSession(organizationId, null), randomUUID()];
  const o = organizationId;
  const rows = [
    sql`insert into users (id, organization_id, linear_user_id, name) values (${user}, ${o}, 'u1', 'Ada')`,
    sql`insert into engagements (id, organization_id, team_id, name, settings) values (${engagement}, ${o}, 't1', 'Team', '{}')`,
    sql`insert into engagement_members (engagement_id, user_id, organization_id) values (${engagement}, ${user}, ${o})`,
    sql`update planning_sessions set engagement_id = ${engagement}, created_by = ${user} where id = ${session}`,
    sql`insert into session_events (session_id, seq, organization_id, type, body, actor) values (${session}, 1, ${o}, 't', '{}', 'a')`,
    sql`insert into plans (id, organization_id, source, team_id, session_id, page_title) values (${plan}, ${o}, 's', 't1', ${session}, 'P')`,
    sql`insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, source) values (${item}, ${o}, ${plan}, 0, 'epic', 'k', 't', '{}', '{}')`,
    sql`insert into plan_items (id, organization_id, plan_id, parent_id, position, kind, key, title, fields, source) values (${randomUUID()}, ${o}, ${plan}, ${item}, 1, 'story', 'l', 't', '{}', '{}')`,
    sql`insert into page_snapshots (plan_id, page_version, organization_id, title, body) values (${plan}, 1, ${o}, 't', 'b')`,
    sql`insert into conflicts (id, organization_id, plan_id, session_id, item_id, field, kind, linear_change, confluence_change) values (${randomUUID()}, ${o}, ${plan}, ${session}, ${item}, 'title', 'both_changed', '{}', '{}')`,
    sql`insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, done, started_at) values (${randomUUID()}, ${o}, ${plan}, '1', 't1', 'poll', true, '[]', now())`,
    sql`insert into page_writes (id, organization_id, plan_id, from_version, body_hash, done) values (${randomUUID()}, ${o}, ${plan}, 1, 'h', '[]')`,
    sql`insert into issue_events (organization_id, issue_id, changed_at, data) values (${o}, 'i1', '1', '{}')`,
    sql`insert into comment_links (id, organization_id, plan_id, item_id, written_in, linear_comment_id, linear_thread_id, page_kind) values (${randomUUID()}, ${o}, ${plan}, ${item}, 'linear', 'c1', 'c1', 'footer')`,
    sql`insert into webhook_deliveries (provider, delivery_id, meaning, organization_id, type) values ('linear', ${o}, 'm', ${o}, 't')`,
    sql`insert into outbox (id, organization_id, session_id, seq, n, kind, body) values (${randomUUID()}, ${o}, ${session}, 1, 0, 'step', '{}')`,
    sql`insert into sign_ins (id, organization_id, user_id, hash, expires_at) values (${randomUUID()}, ${o}, ${user}, ${`s-${o}`}, now())`,
    sql`insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at) values (${randomUUID()}, ${o}, ${user}, 'CI', 'read', ${`t-${o}`}, 'lpa_', now())`,
    sql`insert into idempotency_keys (user_id, key, organization_id, request_hash, new_id, held_until) values (${user}, 'k', ${o}, 'h', gen_random_uuid(), now())`,
    sql`insert into audit_log (id, organization_id, actor, action, resource_type, resource_id, details) values (${randomUUID()}, ${o}, 'u1', 'A', 't', 'r', '{}')`,
    sql`insert into plan_steps (session_id, id, organization_id, position, text, owner, revision) values (${session}, ${randomUUID()}, ${o}, 1, 't', 'o', 1)`,
    sql`insert into session_participants (session_id, name, organization_id) values (${session}, 'Ada', ${o})`,
    sql`insert into presence (session_id, connection_id, organization_id, user_id, name) values (${session}, ${randomUUID()}, ${o}, ${user}, 'Ada')`,
    sql`insert into session_merges (id, organization_id, target_id, source_id, record) values (${randomUUID()}, ${o}, ${session}, ${merged}, '{}')`,
    sql`insert into memory_nodes (id, organization_id, kind, title, content, metadata, search, words) values (${node}, ${o}, 'decision', 't', 'c', '{}', '', 1)`,
    sql`insert into memory_edges (source_id, target_id, kind, organization_id) values (${node}, ${node}, 'related', ${o})`,
    sql`insert into memory_terms (organization_id, term, nodes) values (${o}, 't', 1)`,
    sql`insert into metric_counts (name, organization_id, label, bucket, value) values ('m', ${o}, '', '', 1)`,
    sql`insert into metric_organizations (organization_id, counted_until) values (${o}, now())`,
  ];
  for (const row of rows) await test.db.query(row);
}

async function tablesOfOrganizations(): Promise<string[]> {
  const rows = await test.db.query<{ name: string }>(sql`
    select c.table_name as name from information_schema.columns c join pg_tables t on t.tablename = c.table_name and t.schemaname = 'public'
     where c.column_name = 'organization_id' and c.table_schema = 'public' order by 1`);
  return rows.map((row) => row.name);
}

async function tablesWith(organizationId: OrganizationId): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOfOrganizations()) {
    const rows = await test.db.query(
      sql`select 1 from ${sql.identifier(table)} where organization_id = ${organizationId} limit 1`,
    );
    if (rows.length > 0) found.push(table);
  }
  return found;
}

describe("Somebody known", () => {
  it("is found under the id that Linear gave", async () => {
    await install(acme);
    const id = randomUUID() as UserId;
    await test.db.query(
      sql`insert into users (id, organization_id, linear_user_id, name) values (${id}, ${acme}, 'linear-7', 'Ada')`,
    );
    expect(await installations().linearUserOf(id)).toBe("linear-7");
    expect(await installations().linearUserOf(randomUUID() as UserId)).toBeNull();
  });
});

describe("A Confluence connection", () => {
  beforeEach(async () => {
    await install(acme);
    await install(other);
  });

  it("is found by the host of its site once its spaces are chosen, by its own organization only", async () => {
    const id = await connections().upsert(aConnection({ siteUrl: "https://wiki.acme.test:8443/confluence" }));
    expect(await connections().findForHost(acme, "wiki.acme.test:8443")).toBeNull();

    expect(await connections().setSpaces(acme, id, ["ENG", "~ada"])).toBe(true);
    const found = await connections().findForHost(acme, "wiki.acme.test:8443");
    expect(found).toEqual({
      id,
      kind: "cloud_oauth",
      siteUrl: "https://wiki.acme.test:8443/confluence",
      cloudId: "cloud-1",
      spaces: ["ENG", "~ada"],
      email: null,
    });
    expect(await connections().findForHost(acme, null)).toEqual(found);
    expect(await connections().findForHost(acme, "wiki.acme.test")).toBeNull();
    expect(await connections().findForHost(other, null)).toBeNull();
    expect(await connections().setSpaces(other, id, ["*"])).toBe(false);
  });

  it("keeps its spaces and lives again when it is made again", async () => {
    const id = await connections().upsert(aConnection({ spaces: ["ENG"] }));
    await test.db.query(sql`update confluence_tokens set revoked_at = now(), refreshing_until = now()`);
    expect(await connections().findForHost(acme, "acme.atlassian.net")).toBeNull();

    expect(await connections().upsert(aConnection({ cloudId: "cloud-2" }))).toBe(id);
    expect(await connections().list(acme)).toMatchObject([{ id, cloudId: "cloud-2", spaces: ["ENG"] }]);
    expect(await test.db.query(sql`select version, refreshing_until from confluence_tokens`)).toEqual([
      { version: 2, refreshing_until: null },
    ]);
  });

  it("gets its spaces from a link once, by the link's organization only", async () => {
    const id = await connections().upsert(aConnection());
    const use = { id: "link-1", organizationId: acme, sessionId: randomUUID() as SessionId, expiresAt: new Date() };

    expect(await connections().chooseSpaces(id, ["ENG"], { ...use, organizationId: other })).toBe(false);
    expect(await connections().isLinkUsed("link-1")).toBe(false);
    expect(await connections().chooseSpaces(id, ["ENG"], use)).toBe(true);
    expect(await connections().isLinkUsed("link-1")).toBe(true);
    expect(await connections().chooseSpaces(id, ["*"], use)).toBe(false);
    expect(await connections().list(acme)).toMatchObject([{ spaces: ["ENG"] }]);
  });

  it("is waited for by the sessions that asked for it, of one organization or of all, once it is there", async () => {
    const question = { kind: "connect", step: "read-page", again: 0 };
    const waiting = await aSession(acme, question);
    await aSession(acme, { ...question, kind: "no_page" });
    await aSession(acme, question, "processing");
    const elsewhere = await aSession(other, question);
    const id = await connections().upsert(aConnection());
    expect(await connections().sessionsWaiting(acme)).toEqual([]);

    await connections().setSpaces(acme, id, ["ENG"]);
    expect(await connections().sessionsWaiting(acme)).toEqual([waiting]);
    expect(await connections().sessionsWaiting(other)).toEqual([]);
    await connections().upsert(aConnection({ organizationId: other, spaces: ["*"] }));
    expect(await connections().sessionsWaiting(null)).toEqual([waiting, elsewhere]);
  });
});

describe("An authorization request", () => {
  const states = () => oauthStateStore(test.db, keys);
  const request: OAuthRequest = {
    purpose: "connect_confluence",
    codeVerifier: "the-verifier",
    link: { id: "link-1", organizationId: acme, sessionId: randomUUID() as SessionId, linearUserId: "u", expiresAt: 7 },
  };

  it("is handed over once, and lies hashed and sealed until then", async () => {
    await states().begin("the-state", request);
    const [row] = await test.db.query<{ row: object }>(sql`select to_jsonb(s) as row from oauth_states s`);
    expect(row?.row).toMatchObject({ id: hashOf("the-state"), purpose: "connect_confluence", organization_id: acme });
    expect(JSON.stringify(row)).not.toMatch(/the-state|the-verifier/);

    const taken = await Promise.all([states().take("the-state"), states().take("the-state"), states().take("wrong")]);
    expect(taken.filter((one) => one !== null)).toEqual([request]);
    expect(await test.db.query(sql`select 1 from oauth_states`)).toEqual([]);
  });

  it("is not handed over after its ten minutes, and cleaned away", async () => {
    await states().begin("one", { ...request, link: null });
    await states().begin("two", { ...request, link: null });
    await states().begin("three", { ...request, link: null });
    const [lifetime] = await test.db.query(
      sql`select bool_and(expires_at between now() + interval '9 minutes' and now() + interval '10 minutes') as right from oauth_states`,
    );
    expect(lifetime).toEqual({ right: true });

    await test.db.query(
      sql`update oauth_states set expires_at = now() - interval '1 second' where id <> ${hashOf("three")}`,
    );
    expect(await states().take("one")).toBeNull();
    await states().clean();
    expect(await test.db.query(sql`select id from oauth_states`)).toEqual([{ id: hashOf("three") }]);
  });
});
