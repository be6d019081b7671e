import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RetryableError } from "../../../lib/domain/errors.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { type ApiDeps, v1 } from "../../../lib/http/api/v1.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";

let world: ApiWorld;
let org: OrganizationId;
let ada: Person;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  org = await world.anOrganization();
  ada = await world.aPerson(org);
});

type Sent = { key?: string; as?: Person; method?: string; deps?: Partial<ApiDeps> };
async function send(path: string, body: unknown, { key, as = ada, method = "POST", deps }: Sent = {}) {
  const handle = v1(() => ({ ...world.deps, ...deps }));
  const response = await handle(
    new Request(`http://localhost:3000${path}`, {
      method,
      headers: {
        authorization: `Bearer ${as.token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === "" ? null : JSON.parse(text) };
}
const count = async (table: string) => {
  const [row] = await world.db.query<{ n: number }>(sql`select count(*)::int as n from ${sql.raw(table)}`);
  return row?.n;
};
const nextDay = () => world.db.query(sql`delete from idempotency_keys`);
const unavailable = () => Promise.reject(new RetryableError("database_unavailable"));

describe("A request that was done, and whose answer failed, is repeated under its key", () => {
  it("createSession makes one session", async () => {
    const failing = { catalog: { ...world.deps.catalog, find: unavailable } };
    const request = { title: "Launch" };
    expect((await send("/api/v1/sessions", request, { key: "k", deps: failing })).status).toBe(503);
    expect((await send("/api/v1/sessions", request, { key: "k" })).status).toBe(201);
    expect(await count("planning_sessions")).toBe(1);
  });

  it("createEngagement makes one engagement", async () => {
    const failing = {
      engagements: {
        ...world.deps.engagements,
        async create(...given: Parameters<ApiDeps["engagements"]["create"]>) {
          await world.deps.engagements.create(...given);
          return unavailable();
        },
      },
    };
    const request = { name: "Checkout" };
    expect((await send("/api/v1/engagements", request, { key: "k", deps: failing })).status).toBe(503);
    expect((await send("/api/v1/engagements", request, { key: "k" })).status).toBe(201);
    expect(await count("engagements")).toBe(1);
  });
});

describe("A key that was used more than a day ago, for another request", () => {
  it("starts another plan", async () => {
    const first = await send("/api/plan/start", { title: "Monday" }, { key: "standup" });
    await nextDay();
    const second = await send("/api/plan/start", { title: "Tuesday" }, { key: "standup" });
    expect(second.status).toBe(200);
    expect(second.json.plan_id).not.toBe(first.json.plan_id);
    expect(await count("planning_sessions")).toBe(2);
  });

  it("makes another planning session", async () => {
    const body = (title: string) => ({ title, confluencePageUrl: "https://a.test/wiki/1", organizationId: org });
    await send("/api/planning/sessions", body("Monday"), { key: "k" });
    await nextDay();
    const second = await send("/api/planning/sessions", body("Tuesday"), { key: "k" });
    expect([second.status, second.json.planningTitle]).toEqual([201, "Tuesday"]);
  });

  it("starts no plan that has been deleted since", async () => {
    const first = await send("/api/plan/start", { title: "Monday" }, { key: "standup" });
    await world.as(ada).deleteSession({ params: { id: first.json.plan_id } });
    await nextDay();
    const second = await send("/api/plan/start", { title: "Tuesday" }, { key: "standup" });
    const plan = await world.as(ada).getPlan({ params: { plan_id: second.json.plan_id } });
    expect(plan.title).toBe("Tuesday");
  });

  it("writes another decision down", async () => {
    await send("/api/v1/memory/decisions", { title: "One", text: "First" }, { key: "k" });
    await nextDay();
    const second = await send("/api/v1/memory/decisions", { title: "Two", text: "Second" }, { key: "k" });
    const kept = await world.db.query<{ title: string }>(sql`select title from memory_nodes`);
    expect([second.status, kept.map(({ title }) => title).sort()]).toEqual([201, ["One", "Two"]]);
  });

  it("says other words to a session", async () => {
    const id = await world.aSession(ada);
    await send(`/api/v1/sessions/${id}/reply`, { text: "First words" }, { key: "k" });
    await nextDay();
    const second = await send(`/api/v1/sessions/${id}/reply`, { text: "Second words" }, { key: "k" });
    const said = await world.db.query<{ text: string }>(
      sql`select body->>'text' as text from session_events where session_id = ${id} and type = 'person.replied' order by seq`,
    );
    expect([second.status, said.map(({ text }) => text)]).toEqual([200, ["First words", "Second words"]]);
  });
});

describe("A key that failed, for another request", () => {
  it("does not answer with what the first one has made", async () => {
    const failing = { sessionStates: { ...world.deps.sessionStates, find: unavailable } };
    const body = (title: string) => ({ title, confluencePageUrl: "https://a.test/wiki/1", organizationId: org });
    expect((await send("/api/planning/sessions", body("One"), { key: "k", deps: failing })).status).toBe(503);
    const second = await send("/api/planning/sessions", body("Two"), { key: "k" });
    expect([second.status, second.json.code]).toEqual([422, "idempotency_key_reused"]);
  });
});

it("what is answered to a repeat is not what the person may no longer see", async () => {
  const engagementId = await world.anEngagement(org, { settings: { access: "members" } });
  await world.aMember(engagementId, ada);
  const request = { title: "Secret", description: "Words of a closed engagement", engagementId };
  const first = await send("/api/v1/sessions", request, { key: "k" });
  expect(first.status).toBe(201);
  const admin = await world.aPerson(org, { role: "admin" });
  await world.as(admin).removeMember({ params: { id: engagementId, userId: ada.userId } });
  expect((await world.send(`/api/v1/sessions/${first.json.id}`, {}, ada)).status).toBe(404);
  const again = await send("/api/v1/sessions", request, { key: "k" });
  expect([again.status, again.text.includes("closed engagement")]).toEqual([404, false]);
});
