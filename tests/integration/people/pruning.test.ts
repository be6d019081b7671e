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
