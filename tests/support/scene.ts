import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { json } from "../../lib/db/database.js";
import type { OrganizationId } from "../../lib/domain/ids.js";
import { defaultEngagementSettings } from "../../lib/domain/session.js";
import { hashOf, sealSecret, sessionCookie } from "../../lib/http/api/authenticate.js";
import type { ApiWorld, Person } from "./api-world.js";
import { someFields } from "./builders.js";
import type { Ids } from "./operations.js";

/**
 * One of each thing that has an id, all about one session of one engagement, made by this person; every text in it holds `word`. A merge,
 * which takes a request of its own, only where it is asked for.
 */
export async function aScene(
  world: ApiWorld,
  { organizationId, userId, linearUserId }: Omit<Person, "token">,
  {
    word = "word",
    access = "organization",
    hasMerge = true,
  }: { word?: string; access?: "organization" | "members"; hasMerge?: boolean } = {},
): Promise<Ids> {
  const names = [
    "engagement",
    "session",
    "sourceSession",
    "into",
    "from",
    "step",
    "earlierStep",
    "plan",
    "user",
    "member",
    "token",
    "signIn",
    "node",
    "conflict",
    "syncRun",
    "connection",
  ] as const;
  const ids = Object.fromEntries(names.map((name) => [name, randomUUID()])) as Record<(typeof names)[number], string>;
  const item = randomUUID();
  const ts = new Date().toISOString();
  const body = (id: string) => json({ id, text: word, owner: word, position: "1", ts });
  const session = (id: string, lastSeq: number) =>
    sql`(${id}::uuid, ${organizationId}, ${ids.engagement}::uuid, ${userId}::uuid, ${word}, ${word}, 'https://acme.atlassian.net/wiki/spaces/ENG/pages/4711',
         ${json({ texts: [word], delegated: false, appUserId: null, issue: null })}, '{}'::jsonb, 'pending', 'read-page', ${lastSeq}::int)`;
  const event = (id: string, seq: number, type: string, said = json({ title: word })) =>
    sql`(${id}::uuid, ${seq}::int, ${organizationId}, ${type}, ${said}, ${linearUserId})`;
  await world.db.query(sql`
    with place as (
      insert into engagements (id, organization_id, name, settings)
      values (${ids.engagement}, ${organizationId}, ${word}, ${json({ ...defaultEngagementSettings, access })})),
    people as (
      insert into users (id, organization_id, linear_user_id, name)
      select value::uuid, ${organizationId}, 'linear-' || value, ${word} from jsonb_array_elements_text(${json([ids.user, ids.member])})),
    membership as (
      insert into engagement_members (engagement_id, user_id, organization_id, role) values (${ids.engagement}, ${ids.member}, ${organizationId}, 'viewer')),
    sessions as (
      insert into planning_sessions (id, organization_id, engagement_id, created_by, planning_title, description, confluence_page_url, prompt, work, status, step, last_seq)
      values ${sql.join([session(ids.session, 3), ...[ids.sourceSession, ids.into, ids.from].map((id) => session(id, 1))], sql`, `)}),
    taking_part as (
      insert into session_participants (session_id, name, organization_id) values (${ids.session}, 'Ada', ${organizationId}), (${ids.session}, ${word}, ${organizationId})),
    events as (
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      values ${sql.join([...[ids.session, ids.sourceSession, ids.into, ids.from].map((id) => event(id, 1, "session_created")), event(ids.session, 2, "step_added", body(ids.earlierStep)), event(ids.session, 3, "step_added", body(ids.step))], sql`, `)}),
    steps as (
      insert into plan_steps (session_id, id, organization_id, position, text, owner, revision)
      values (${ids.session}, ${ids.earlierStep}, ${organizationId}, 2, ${word}, ${word}, 2), (${ids.session}, ${ids.step}, ${organizationId}, 3, ${word}, ${word}, 3)),
    planned as (
      insert into plans (id, organization_id, source, team_id, session_id, confluence_page_id, page_title, page_url, base_page_version)
      values (${ids.plan}, ${organizationId}, ${`confluence:acme.atlassian.net:${ids.plan}`}, 'team-eng', ${ids.session}, '4711', ${word}, 'https://acme.atlassian.net/wiki/x', 1)),
    page as (
      insert into page_snapshots (plan_id, page_version, organization_id, title, body)
      values (${ids.plan}, 1, ${organizationId}, ${word}, ${`<h1>Epic: ${word}</h1><h2>Feature: ${word}</h2><ul><li>Story: ${word}</li></ul>`})),
    item as (
      insert into plan_items (id, organization_id, plan_id, created_by_session, position, kind, key, title, fields, source)
      values (${item}, ${organizationId}, ${ids.plan}, ${ids.session}, 0, 'story', 'US-1', ${word}, ${json(someFields({ title: word }))},
              ${json({ item: { start: 0, end: 10 }, fields: {} })})),
    conflict as (
      insert into conflicts (id, organization_id, plan_id, session_id, item_id, field, kind, base, linear_change, confluence_change)
      values (${ids.conflict}, ${organizationId}, ${ids.plan}, ${ids.session}, ${item}, 'title', 'both_changed', ${json(word)},
              ${json({ value: `${word} L`, author: null, at: ts })}, ${json({ value: `${word} P`, author: null, at: ts })})),
    run as (
      insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, done, started_at)
      values (${ids.syncRun}, ${organizationId}, ${ids.plan}, '4711', 'team-eng', 'page', true,
              ${json([{ side: "linear", itemId: item, title: word, what: "set", field: "title", from: word, to: `${word} P` }])}, now())),
    connected as (
      insert into confluence_tokens (id, organization_id, kind, site_url, spaces, access_token)
      values (${ids.connection}, ${organizationId}, 'data_center', ${`https://${ids.connection}.${word}.example`}, '{ENG}', 'sealed')),
    tokens as (
      insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
      values (${ids.token}, ${organizationId}, ${userId}, ${word}, 'read', ${ids.token}, 'lpa_', now() + interval '1 day')),
    browser as (
      insert into sign_ins (id, organization_id, user_id, hash, user_agent, expires_at)
      values (${ids.signIn}, ${organizationId}, ${userId}, ${ids.signIn}, ${word}, now() + interval '1 day'))
    insert into memory_nodes (id, organization_id, engagement_id, kind, title, content, metadata, search, words)
    values (${ids.node}, ${organizationId}, ${ids.engagement}, 'decision', ${word}, ${word}, '{}', to_tsvector('simple', ${word}), 1)`);
  return { ...ids, organization: organizationId, merge: hasMerge ? await merged() : randomUUID() };

  async function merged(): Promise<string> {
    const admin = await world.aPerson(organizationId, { role: "admin", name: word });
    const versions = { targetVersion: 1, sourceVersion: 1 };
    const { id } = await world
      .as(admin)
      .mergeSession({ params: { id: ids.into }, body: { sourceId: ids.from, ...versions } });
    return id;
  }
}

/** Headers of a browser in which this person is signed in. */
export async function aBrowser(
  world: ApiWorld,
  person: Pick<Person, "organizationId" | "userId">,
): Promise<Record<string, string>> {
  const secret = randomBytes(24).toString("base64url");
  await world.db.query(sql`
    insert into sign_ins (id, organization_id, user_id, hash, expires_at)
    values (gen_random_uuid(), ${person.organizationId}, ${person.userId}, ${hashOf(secret)}, now() + interval '1 day')`);
  return { cookie: `${sessionCookie(world.deps.publicUrl).name}=${sealSecret(secret, world.deps.keyring)}` };
}

/** Every row that belongs to an organization, by table. */
export async function rowsOf(world: ApiWorld, organizationId: OrganizationId): Promise<Record<string, unknown[]>> {
  const tables = await world.db.query<{ name: string }>(sql`
    select table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where table_schema = 'public' and column_name = 'organization_id' and table_type = 'BASE TABLE' order by 1`);
  const rows: Record<string, unknown[]> = {
    organizations: await world.db.query(
      sql`select to_jsonb(o) as row from organizations o where id = ${organizationId}`,
    ),
  };
  for (const { name } of tables)
    rows[name] = await world.db.query(
      sql`select to_jsonb(t) as row from ${sql.identifier(name)} t where organization_id = ${organizationId} order by to_jsonb(t)::text`,
    );
  return rows;
}
