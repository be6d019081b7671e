import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";
import { identityWorld, publicUrl } from "../oauth/identity-world.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

let database: TestDatabase;
let world: ApiWorld;
let org: OrganizationId;
let ada: Person;
beforeAll(async () => {
  database = await testDatabase();
  world = await apiWorld({ database });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.reset();
  org = await world.anOrganization();
  ada = await world.aPerson(org);
});
const post = (path: string, body: string, method = "POST") =>
  world.send(path, { method, body, headers: { "content-type": "application/json" } }, ada);

describe("A refusal", () => {
  it("is not many times as large as what was sent", async () => {
    const body = JSON.stringify({ title: "x", participants: Array.from({ length: 100_000 }, () => 1) });
    const response = await post("/api/v1/sessions", body);
    const said = await response.text();
    expect(response.status).toBe(400);
    expect(said.length).toBeLessThan(100_000);
  });
  it("is 400, not 500, for a revision that no step can have", async () => {
    const id = await world.aSession(ada);
    const step = await world.as(ada).addStep({ params: { id }, body: { text: "One", owner: "Ada" } });
    const at = `/api/v1/sessions/${id}/steps/${step.id}`;
    const statuses = [
      (await post(at, JSON.stringify({ text: "Two", expectedRevision: 3_000_000_000 }), "PATCH")).status,
      (await post(`${at}/move`, JSON.stringify({ after: null, expectedRevision: 3_000_000_000 }))).status,
      (await world.send(`${at}?expectedRevision=3000000000`, { method: "DELETE" }, ada)).status,
    ];
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });
});

describe("Limits", () => {
  it("hold for an address from which people begin to sign in", async () => {
    const { aBrowser } = identityWorld(database, { requestsPerMinute: 5 });
    const begin = () => aBrowser().send(`${publicUrl}/oauth/sign-in`, { headers: { "x-real-ip": "192.0.2.1" } });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await begin()).status);
    expect(statuses).toEqual([302, 302, 302, 302, 302, 429]);
    expect((await begin()).headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await database.db.query(sql`select from oauth_states`)).toHaveLength(5);
  });
});

describe("A token", () => {
  it("of a narrower scope caps the admin of an engagement", async () => {
    const engagementId = await world.anEngagement(org);
    await world.aMember(engagementId, ada, "admin");
    const token = await world.aToken(ada, "write");
    const answer = await world.send(
      `/api/v1/engagements/${engagementId}/settings`,
      { method: "PATCH", body: `{"access":"members"}`, headers: { "content-type": "application/json" } },
      { token },
    );
    expect(answer.status).toBe(403);
  });
  it("to read may not change where its owner works", async () => {
    const token = await world.aToken(ada, "read");
    const other = await world.aSession(ada);
    const answer = await world.send(`/api/v1/sessions/${other}/switch`, { method: "POST" }, { token });
    expect(answer.status).toBe(403);
  });
});
