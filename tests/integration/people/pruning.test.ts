import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prune } from "../../../lib/db/pruning.js";
import { type ApiWorld, apiWorld } from "../../support/api-world.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

const left = async () => {
  const [row] = await world.db.query(sql`
    select (select jsonb_agg(hash order by hash) from sign_ins) as sign_ins, (select jsonb_agg(name order by name) from api_tokens) as tokens,
           (select jsonb_agg(key order by key) from idempotency_keys) as answers, (select jsonb_agg(key order by key) from rate_limits) as counts,
           (select jsonb_agg(name order by name) from presence) as people`);
  return row;
};

it("takes away what has ended and been seen to end, and nothing that lives", async () => {
  const acme = await world.anOrganization("acme");
  const ada = await world.aPerson(acme);
  const session = await world.aSession(ada);
  const whose = sql`gen_random_uuid(), ${acme}, ${ada.userId}`;
  await world.db.query(sql`delete from api_tokens`);
  await world.db.query(sql`
    insert into sign_ins (id, organization_id, user_id, hash, expires_at, revoked_at)
    values (${whose}, 'living', now() + interval '1 day', null), (${whose}, 'ended yesterday', now() - interval '1 day', null),
           (${whose}, 'ended long ago', now() - interval '31 days', null),
           (${whose}, 'revoked yesterday', now() + interval '1 day', now() - interval '1 day'),
           (${whose}, 'revoked long ago', now() + interval '1 day', now() - interval '31 days')`);
  await world.db.query(sql`
    insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at, revoked_at)
    select gen_random_uuid(), organization_id, user_id, hash, 'read', hash, 'lpa_0000', expires_at, revoked_at from sign_ins`);
  await world.db.query(sql`
    insert into idempotency_keys (user_id, key, organization_id, request_hash, new_id, held_until, created_at)
    select ${ada.userId}, k.key, ${acme}, '', gen_random_uuid(), now(), now() - k.age
      from (values ('today', interval '0'), ('two days ago', interval '2 days')) k(key, age)`);
  await world.db.query(sql`delete from rate_limits`);
  await world.db.query(sql`
    insert into rate_limits (key, window_start, used) values ('now', now(), 1), ('two days ago', now() - interval '2 days', 1)`);
  await world.db.query(sql`
    insert into presence (session_id, connection_id, organization_id, user_id, name, seen_at)
    values (${session}, gen_random_uuid(), ${acme}, ${ada.userId}, 'there', now()),
           (${session}, gen_random_uuid(), ${acme}, ${ada.userId}, 'gone', now() - interval '2 days')`);

  await prune(world.db);

  const credentials = ["ended yesterday", "living", "revoked yesterday"];
  expect(await left()).toEqual({
    sign_ins: credentials,
    tokens: credentials,
    answers: ["today"],
    counts: ["now"],
    people: ["there"],
  });
});

it("keeps the pages that a plan goes on from and those that a run may be taken back to, changes of issues for a week, settled page writes for a month and mirrored comments for half a year", async () => {
  const acme = await world.anOrganization("prune");
  const ada = await world.aPerson(acme);
  const session = await world.aSession(ada);
  const plan = randomUUID();
  const { db } = world;
  await db.query(sql`update planning_sessions set status = 'completed' where id = ${session}`);
  await db.query(sql`
    insert into plans (id, organization_id, source, team_id, session_id, page_title, base_page_version) values (${plan}, ${acme}, 's', 't', ${session}, 'P', 9)`);
  await db.query(sql`
    insert into page_snapshots (plan_id, page_version, organization_id, title, body, updated_at)
    select ${plan}, v, ${acme}, 't', 'b', now() - case when v = 8 then interval '0' else interval '2 days' end from generate_series(1, 9) v`);
  await db.query(sql`
    insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, done, started_at, timestamp, from_page_version, to_page_version)
    select gen_random_uuid(), ${acme}, ${plan}, '1', 't', 'poll', true, '[]', now(), now() - r.age, r.a, r.b
      from (values (interval '8 days', 1, 2), (interval '6 days', 4, 5), (interval '0', 5, null)) r(age, a, b)`);
  await db.query(sql`
    insert into issue_events (organization_id, issue_id, changed_at, data, created_at)
    values (${acme}, 'six days', '1', '{}', now() - interval '6 days'), (${acme}, 'eight days', '1', '{}', now() - interval '8 days')`);
  await db.query(sql`
    insert into page_writes (id, organization_id, plan_id, from_version, body_hash, done, status, updated_at)
    select gen_random_uuid(), ${acme}, ${plan}, 1, w.name, '[]', w.status, now() - w.age
      from (values ('open for long', 'open', interval '90 days'), ('settled lately', 'written', interval '29 days'), ('settled long ago', 'not_written', interval '31 days')) w(name, status, age)`);

  const item = randomUUID();
  await db.query(sql`
    insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, source) values (${item}, ${acme}, ${plan}, 0, 'epic', 'k', 't', '{}', '{}')`);
  await db.query(sql`
    insert into comment_links (id, organization_id, plan_id, item_id, written_in, linear_comment_id, linear_thread_id, page_kind, status, updated_at)
    select gen_random_uuid(), ${acme}, ${plan}, ${item}, 'linear', c.name, c.name, 'footer', c.status, now() - c.age
      from (values ('open for long', 'open', interval '400 days'), ('lately', 'mirrored', interval '179 days'), ('long ago', 'mirrored', interval '181 days')) c(name, status, age)`);

  await prune(db);

  const [kept] = await db.query(sql`
    select (select jsonb_agg(linear_comment_id order by linear_comment_id) from comment_links) as comments, (select jsonb_agg(page_version order by page_version) from page_snapshots where plan_id = ${plan}) as pages,
           (select jsonb_agg(issue_id) from issue_events) as events, (select jsonb_agg(body_hash order by body_hash) from page_writes) as writes`);
  expect(kept).toEqual({
    comments: ["lately", "open for long"],
    pages: [4, 5, 8, 9],
    events: ["six days"],
    writes: ["open for long", "settled lately"],
  });
});
