import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiWorld, apiWorld } from "../../support/api-world.js";

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
