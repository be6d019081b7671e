import { randomBytes, randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newSecret } from "../../../lib/commands/authorization.js";
import { keyring } from "../../../lib/db/keyring.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { hashOf, sealSecret, sessionCookie } from "../../../lib/http/api/authenticate.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

const acme = "test-org-123" as OrganizationId;
let database: TestDatabase;
let world: ApiWorld;
let local: ApiWorld;
let ada: Person;
beforeAll(async () => {
  database = await testDatabase();
  world = await apiWorld({ database });
  local = await apiWorld({ database, env: { DEMO_ORGANIZATION: acme } });
});
beforeEach(async () => {
  await database.reset();
  await world.anOrganization(acme);
  await world.anOrganization("rival");
  ada = await world.aPerson(acme);
});
afterAll(() => database.close());

/** What the browser of this person keeps. */
async function cookieOf(person: Person): Promise<string> {
  const secret = newSecret();
  await world.db.query(sql`
    insert into sign_ins (id, organization_id, user_id, hash, expires_at)
    values (${randomUUID()}, ${person.organizationId}, ${person.userId}, ${hashOf(secret)}, now() + interval '1 day')`);
  return `session=${sealSecret(secret, world.deps.keyring)}`;
}

type Sent = { in?: ApiWorld; query?: string; headers?: Record<string, string>; method?: string };
const plans = async ({ in: where = world, query = "", headers = {}, method = "GET" }: Sent): Promise<Response> =>
  where.send(`/api/plan/${method === "GET" ? "list" : "start"}${query}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "POST" && { body: `{"title":"Launch"}` }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("The organization of a request", () => {
  const named: [string, Sent, number][] = [
    ["nobody", {}, 200],
    ["the header", { headers: { "x-org-id": acme } }, 200],
    ["the query", { query: `?org=${acme}` }, 200],
    ["both", { headers: { "x-org-id": acme }, query: `?org=${acme}` }, 200],
    ["both, and the header twice", { headers: { "x-org-id": `${acme}, ${acme}` }, query: `?org=${acme}` }, 200],
    ["the query, twice", { query: `?org=${acme}&org=${acme}` }, 400],
    ["the header, wrongly", { headers: { "x-org-id": "rival" } }, 404],
    ["the header, with one that is not there", { headers: { "x-org-id": "nowhere" } }, 404],
    ["the query, wrongly", { query: "?org=rival" }, 404],
    ["the query, once wrongly", { query: `?org=${acme}&org=rival` }, 404],
    ["the header, once wrongly", { headers: { "x-org-id": `${acme},rival` } }, 404],
    ["both, of which the query is wrong", { headers: { "x-org-id": acme }, query: "?org=rival" }, 404],
    ["both, of which the header is wrong", { headers: { "x-org-id": "rival" }, query: `?org=${acme}` }, 404],
  ];

  it.each(named)("is the token's, whoever else names it: %s", async (_, sent, status) => {
    const response = await plans({ ...sent, headers: { ...sent.headers, ...bearer(ada.token) } });
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error?: string };
    expect(error === "Plan not found").toBe(status === 404);
  });

  it.each(named)("is the sign-in's, whoever else names it: %s", async (_, sent, status) => {
    const headers = { ...sent.headers, cookie: await cookieOf(ada) };
    expect((await plans({ ...sent, headers })).status).toBe(status);
  });

  it.each(named.slice(1))("is the demo user's, whoever else names it: %s", async (_, sent, status) => {
    expect((await plans({ ...sent, in: local })).status).toBe(status);
  });

  it("must be named where nobody is signed in, also by the demo user", async () => {
    for (const where of [world, local])
      for (const query of ["", "?org="]) {
        const response = await plans({ in: where, query });
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          error: "X-Org-Id header required",
          code: "organization_required",
        });
      }
    expect((await plans({ headers: { "x-org-id": acme } })).status).toBe(401);
  });

  it("need not be named for what asks for no name", async () => {
    expect((await local.send("/api/v1/tokens")).status).toBe(200);
    expect((await world.send("/api/v1/tokens")).status).toBe(401);
  });
});

describe("A credential", () => {
  const ends: [string, () => Promise<unknown>][] = [
    ["has expired", () => both(sql`expires_at = now()`)],
    ["was revoked", () => both(sql`revoked_at = now()`)],
    ["is of somebody who is gone", () => world.db.query(sql`delete from users where id = ${ada.userId}`)],
    ["is of an organization that uninstalled", () => world.db.query(sql`update organizations set revoked_at = now()`)],
  ];
  const both = async (change: SQL) => {
    await world.db.query(sql`update sign_ins set ${change}`);
    await world.db.query(sql`update api_tokens set ${change}`);
  };

  it.each(ends)("opens nothing where it %s", async (_, end) => {
    const inCookie = { cookie: await cookieOf(ada) };
    const inHeader = bearer(ada.token);
    for (const headers of [inCookie, inHeader]) expect((await plans({ headers })).status).toBe(200);
    await end();
    for (const headers of [inCookie, inHeader]) {
      expect((await plans({ headers })).status).toBe(401);
      // Locally too: somebody who was signed in does not turn into the demo user.
      expect((await plans({ in: local, headers: { ...headers, "x-org-id": acme } })).status).toBe(401);
    }
  });

  it("that nobody of ours sealed is none", async () => {
    const cookie = await cookieOf(ada);
    const [, sealed = ""] = cookie.split("=");
    const foreign = sealSecret(newSecret(), keyring(`test:${randomBytes(32).toString("base64")}`));
    const changed = `${sealed.slice(0, -2)}${sealed.endsWith("AA") ? "BB" : "AA"}`;
    const link = world.deps.keyring.seal("x".repeat(43), { provider: "link", row: "session", kind: "link" });
    for (const value of [foreign, changed, link, newSecret(), "", "v1.test."])
      expect((await plans({ headers: { cookie: `session=${value}` } })).status).toBe(400);
    expect((await plans({ headers: { cookie: `other=1; ${cookie}` } })).status).toBe(200);
  });

  it("in a header wins over the cookie, also where it is wrong", async () => {
    const cookie = await cookieOf(ada);
    for (const authorization of ["Bearer lpa_wrong", "Bearer wrong", "Basic YTpi", ""])
      expect((await plans({ headers: { cookie, authorization } })).status).toBe(401);
  });

  it("says when it was used last", async () => {
    await plans({ headers: bearer(ada.token) });
    const [row] = await world.db.query(sql`select used_at is not null as used from api_tokens`);
    expect(row).toEqual({ used: true });
  });
});

describe("A change that a browser is made to send", () => {
  const elsewhere: Record<string, string>[] = [
    { origin: "https://evil.test" },
    { origin: "null" },
    { origin: "http://localhost:9999" },
    { "sec-fetch-site": "cross-site" },
  ];

  it.each(elsewhere)("by another site is refused: %j", async (headers) => {
    const cookie = await cookieOf(ada);
    const response = await plans({ method: "POST", headers: { ...headers, cookie } });
    expect(await response.json()).toMatchObject({ status: 403, code: "cross_site" });
    expect((await plans({ in: local, method: "POST", headers: { ...headers, "x-org-id": acme } })).status).toBe(403);
    expect(await world.db.query(sql`select 1 from planning_sessions`)).toEqual([]);
  });

  it("by our own pages is done, and what a token sends is done from anywhere", async () => {
    const ours = { origin: "http://localhost:3000", "sec-fetch-site": "same-origin", cookie: await cookieOf(ada) };
    expect((await plans({ method: "POST", headers: ours })).status).toBe(200);
    expect((await plans({ method: "POST", headers: { ...elsewhere[0], ...bearer(ada.token) } })).status).toBe(200);
  });
});

describe("The session cookie", () => {
  it("is bound to this host and to https, where there is https", () => {
    expect(sessionCookie("https://agent.test")).toEqual({
      name: "__Host-session",
      attributes: "Path=/; HttpOnly; SameSite=Lax; Secure",
    });
    expect(sessionCookie("http://localhost:3000")).toEqual({
      name: "session",
      attributes: "Path=/; HttpOnly; SameSite=Lax",
    });
  });
});

describe("Too many requests in a minute", () => {
  it("are refused, with the time to wait, and count for the person and not for the credential", async () => {
    const few = await apiWorld({ database, env: { REQUESTS_PER_MINUTE: "4" } });
    const cookie = await cookieOf(ada);
    const answers = [];
    // Ten requests meet the end of at most one minute.
    for (let n = 0; n < 10; n++)
      answers.push(await plans({ in: few, headers: n % 2 ? { cookie } : bearer(ada.token) }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const response of refused) {
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(Number(response.headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(await response.json()).toMatchObject({ code: "rate_limited" });
    }
  });
});

describe("The demo user", () => {
  it("belongs to the organization that the configuration names, and only where it has installed the app", async () => {
    const headers = { "x-org-id": acme };
    expect((await plans({ in: local, headers })).status).toBe(200);
    const rows = await world.db.query(sql`select organization_id, name, role from users where linear_user_id = 'demo'`);
    expect(rows).toEqual([{ organization_id: acme, name: "Demo", role: "admin" }]);
    await world.db.query(sql`update organizations set revoked_at = now() where id = ${acme}`);
    expect((await plans({ in: local, headers })).status).toBe(401);
  });

  it("is nobody where the configuration names none", async () => {
    expect((await plans({ headers: { "x-org-id": acme } })).status).toBe(401);
    expect(await world.db.query(sql`select 1 from users where linear_user_id = 'demo'`)).toEqual([]);
  });
});
