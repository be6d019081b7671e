import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiWorld, apiWorld, refusal } from "../../support/api-world.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

const defaultsOf = async (engagementId: string) =>
  (
    await world.db.query<{ id: string }>(
      sql`select id from planning_sessions where engagement_id = ${engagementId} and is_default`,
    )
  ).map(({ id }) => id);

it("the first session of an engagement becomes its default, however many are made at once", async () => {
  const organization = await world.anOrganization();
  const ada = await world.aPerson(organization);
  const engagementId = await world.anEngagement(organization);

  const made = await Promise.all(Array.from({ length: 16 }, () => world.aSession(ada, { engagementId })));

  expect(await defaultsOf(engagementId)).toHaveLength(1);
  const [{ count } = { count: 0 }] = await world.db.query<{ count: number }>(
    sql`select count(*)::int as count from planning_sessions where engagement_id = ${engagementId}`,
  );
  expect(count).toBe(made.length);
});

it("people who have not chosen begin in one place, however many begin at once, and stay there", async () => {
  const organization = await world.anOrganization();
  const people = await Promise.all(Array.from({ length: 8 }, () => world.aPerson(organization)));

  await Promise.all(people.flatMap((person) => [world.aSession(person), world.aSession(person)]));

  const places = await world.db.query<{ name: string; people: number; sessions: number }>(sql`
    select e.name, (select count(*)::int from users u where u.default_engagement_id = e.id and u.current_engagement_id = e.id
                       and exists (select from planning_sessions s where s.id = u.current_session_id and s.engagement_id = e.id)) as people,
           (select count(*)::int from planning_sessions s where s.engagement_id = e.id) as sessions
      from engagements e where e.organization_id = ${organization}`);
  expect(places).toEqual([{ name: "General", people: 8, sessions: 16 }]);
});

it("another session takes the default over, and the logs of both say so", async () => {
  const organization = await world.anOrganization();
  const ada = await world.aPerson(organization);
  const engagementId = await world.anEngagement(organization);
  const [first, second] = [await world.aSession(ada, { engagementId }), await world.aSession(ada, { engagementId })];

  expect(await world.as(ada).setDefaultSession({ params: { id: second } })).toMatchObject({ isDefault: true, seq: 2 });
  expect(await world.as(ada).setDefaultSession({ params: { id: second } })).toMatchObject({ isDefault: true, seq: 2 });
  expect(await world.as(ada).getSession({ params: { id: first } })).toMatchObject({
    isDefault: false,
    lastActivity: { type: "session_default_lost", actor: ada.linearUserId },
  });
  const archived = await world.aSession(ada, { engagementId, archived: true });
  expect(await refusal(world.as(ada).setDefaultSession({ params: { id: archived } }))).toEqual([
    409,
    "session_archived",
  ]);
  const viewer = await world.aPerson(organization, { role: "viewer" });
  expect(await refusal(world.as(viewer).setDefaultSession({ params: { id: first } }))).toEqual([403, "not_allowed"]);
});

it("sixteen people who make sessions and move the default at once leave exactly one, and no gap in any log", async () => {
  const organization = await world.anOrganization();
  const ada = await world.aPerson(organization);
  const engagementId = await world.anEngagement(organization);
  const there = await Promise.all(Array.from({ length: 8 }, () => world.aSession(ada, { engagementId })));

  await Promise.all([
    ...there.map((id) => world.as(ada).setDefaultSession({ params: { id } })),
    ...Array.from({ length: 8 }, () => world.aSession(ada, { engagementId })),
  ]);

  expect(await defaultsOf(engagementId)).toHaveLength(1);
  const logs = await world.db.query<{ seqs: number[]; last: number }>(sql`
    select s.last_seq as last, jsonb_agg(e.seq order by e.seq) as seqs
      from planning_sessions s join session_events e on e.session_id = s.id where s.engagement_id = ${engagementId} group by s.id`);
  for (const { seqs, last } of logs) expect(seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
});
