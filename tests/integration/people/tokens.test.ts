import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newSecret } from "../../../lib/commands/authorization.js";
import { tokensPerPerson } from "../../../lib/db/api-token-store.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { hashOf, sealSecret } from "../../../lib/http/api/authenticate.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";

let world: ApiWorld;
let acme: OrganizationId;
let ada: Person;
let grace: Person;
beforeAll(async () => {
  world = await apiWorld();
});
beforeEach(async () => {
  await world.reset();
  acme = await world.anOrganization("acme");
  ada = await world.aPerson(acme, { name: "Ada", role: "admin" });
  grace = await world.aPerson(acme, { name: "Grace" });
});
afterAll(() => world.close());

type Answer = { status: number; body: Record<string, unknown> };
type Listed = { items: { id: string; name: string; userName: string }[]; next: string | null };

/** Requests from a browser in which this person is signed in. */
async function browserOf(person: Person) {
  const secret = newSecret();
  await world.db.query(sql`
    insert into sign_ins (id, organization_id, user_id, hash, expires_at)
    values (${randomUUID()}, ${person.organizationId}, ${person.userId}, ${hashOf(secret)}, now() + interval '1 day')`);
  const headers = {
    cookie: `session=${sealSecret(secret, world.deps.keyring)}`,
    "content-type": "application/json",
  };
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await world.send(path, init);
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}

const statusWith = async (token: unknown, path = "/api/v1/tokens", method = "GET") =>
  (await world.send(path, { method }, { token: String(token) })).status;
const planned = (token: unknown) =>
  world.send(
    "/api/plan/start",
    { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: "Launch" }) },
    { token: String(token) },
  );
const names = (answer: Answer) => (answer.body as unknown as Listed).items.map(({ name }) => name);
const audited = () =>
  world.db.query(sql`select action, actor, resource_type, resource_id, details from audit_log order by created_at`);

describe("An API token", () => {
  it("is shown once and stored as a hash", async () => {
    const browser = await browserOf(grace);
    const { status, body } = await browser("POST", "/api/v1/tokens", { name: "Nightly report", scope: "read" });

    expect(status).toBe(201);
    expect(body.token).toMatch(/^lpa_[\w-]{43}$/);
    expect(body).toMatchObject({ name: "Nightly report", scope: "read", hint: String(body.token).slice(0, 8) });
    const [row] = await world.db.query(
      sql`select to_jsonb(t) as row, expires_at - created_at = interval '90 days' as quarter from api_tokens t where name = 'Nightly report'`,
    );
    expect(row).toMatchObject({ row: { hash: hashOf(String(body.token)) }, quarter: true });
    const list = await browser("GET", "/api/v1/tokens");
    expect(JSON.stringify([list.body, row])).not.toContain(String(body.token));
    expect(names(list)).toEqual(["Nightly report", "test"]);
  });

  it.each([
    ["viewer", "admin", 403],
    ["member", "read", 403],
    ["member", "write", 200],
    ["admin", "read", 403],
  ] as const)("of a %s with the scope %s answers planning with %i", async (role, scope, status) => {
    const person = await world.aPerson(acme, { role });
    const browser = await browserOf(person);
    const { body } = await browser("POST", "/api/v1/tokens", { name: "CI", scope });
    expect((await planned(body.token)).status).toBe(status);
  });

  it("loses what its owner loses", async () => {
    const { body } = await (await browserOf(grace))("POST", "/api/v1/tokens", { name: "CI", scope: "admin" });
    expect((await planned(body.token)).status).toBe(200);
    await world.db.query(sql`update users set role = 'viewer' where id = ${grace.userId}`);
    expect((await planned(body.token)).status).toBe(403);
  });

  it("lasts as long as was asked for, at most a year", async () => {
    const browser = await browserOf(grace);
    const wish = { name: "CI", scope: "read" };
    const { body } = await browser("POST", "/api/v1/tokens", { ...wish, expiresInDays: 365 });
    expect(await statusWith(body.token)).toBe(200);
    for (const expiresInDays of [0, 366, 1.5, "30"])
      expect((await browser("POST", "/api/v1/tokens", { ...wish, expiresInDays })).status).toBe(400);

    await world.db.query(sql`update api_tokens set expires_at = now() where id = ${String(body.id)}`);
    expect(await statusWith(body.token)).toBe(401);
  });

  it.each([{}, { name: " ", scope: "read" }, { name: "x".repeat(61), scope: "read" }, { name: "CI", scope: "all" }])(
    "is not made of %j",
    async (wish) => {
      const browser = await browserOf(grace);
      expect((await browser("POST", "/api/v1/tokens", wish)).status).toBe(400);
    },
  );

  it("makes no tokens, so that it does not outlive its end", async () => {
    const response = await world.send(
      "/api/v1/tokens",
      { method: "POST", headers: { "content-type": "application/json" }, body: `{"name":"heir","scope":"admin"}` },
      ada,
    );
    expect(await response.json()).toMatchObject({ status: 403, code: "not_by_token" });
  });

  it("works until its owner revokes it", async () => {
    const browser = await browserOf(grace);
    const { body } = await browser("POST", "/api/v1/tokens", { name: "CI", scope: "write" });
    expect(await statusWith(body.token)).toBe(200);

    expect((await browser("DELETE", `/api/v1/tokens/${String(body.id)}`)).status).toBe(204);
    expect(await statusWith(body.token)).toBe(401);
    expect((await browser("DELETE", `/api/v1/tokens/${String(body.id)}`)).status).toBe(404);
    expect(names(await browser("GET", "/api/v1/tokens"))).toEqual(["test"]);
  });

  it("ends itself by signing out, also where it may only read", async () => {
    const reader = await world.aToken(grace, "read");
    const other = await browserOf(grace);
    const { items } = (await other("GET", "/api/v1/tokens")).body as unknown as Listed;
    expect(await statusWith(reader, `/api/v1/tokens/${items.at(-1)?.id}`, "DELETE")).toBe(403);
    expect(await statusWith(reader, "/api/v1/auth/sign-out", "POST")).toBe(204);
    expect(await statusWith(reader)).toBe(401);
    expect(await statusWith(grace.token)).toBe(200);
  });

  it("is one of at most fifty of a person", async () => {
    const browser = await browserOf(grace);
    await world.db.query(sql`
      insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
      select gen_random_uuid(), ${acme}, ${grace.userId}, 'many', 'read', 'hash-' || n, 'lpa_0000', now() + interval '1 day'
        from generate_series(2, ${tokensPerPerson}::int) n`);
    const one = { name: "one more", scope: "read" };
    expect(await browser("POST", "/api/v1/tokens", one)).toMatchObject({
      status: 409,
      body: { code: "too_many_tokens" },
    });
    await world.db.query(sql`update api_tokens set revoked_at = now() where hash = 'hash-2'`);
    expect((await browser("POST", "/api/v1/tokens", one)).status).toBe(201);
  });
});

describe("The tokens of an organization", () => {
  it("are seen and revoked by its admins, and by nobody else", async () => {
    const [admin, member] = [await browserOf(ada), await browserOf(grace)];
    await member("POST", "/api/v1/tokens", { name: "CI of Grace", scope: "write" });

    expect((await member("GET", "/api/v1/tokens?all=true")).status).toBe(403);
    const all = await admin("GET", "/api/v1/tokens?all=true");
    expect(names(all).sort()).toEqual(["CI of Grace", "test", "test"]);
    expect(names(await admin("GET", "/api/v1/tokens"))).toEqual(["test"]);
    const { items } = all.body as unknown as Listed;
    const ofGrace = items.find(({ name }) => name === "CI of Grace")?.id;
    const ofAda = items.find(({ userName }) => userName === "Ada")?.id;
    expect((await member("DELETE", `/api/v1/tokens/${ofAda}`)).status).toBe(404);
    expect((await admin("DELETE", `/api/v1/tokens/${ofGrace}`)).status).toBe(204);
  });

  it("are not known to admins of another", async () => {
    const rival = await world.anOrganization("rival");
    const mallory = await world.aPerson(rival, { role: "admin" });
    const browser = await browserOf(mallory);
    const [row] = await world.db.query<{ id: string }>(sql`select id from api_tokens where user_id = ${ada.userId}`);

    expect((await browser("DELETE", `/api/v1/tokens/${row?.id}`)).status).toBe(404);
    expect(names(await browser("GET", "/api/v1/tokens?all=true"))).toEqual(["test"]);
    expect(await statusWith(ada.token)).toBe(200);
  });

  it("are listed in pages that together show each once", async () => {
    const browser = await browserOf(grace);
    await world.db.query(sql`
      insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
      select gen_random_uuid(), ${acme}, ${grace.userId}, 'made at once', 'read', 'hash-' || n, 'lpa_0000', now() + interval '1 day'
        from generate_series(1, 6) n`);
    const seen: string[] = [];
    for (let from: string | null = ""; from !== null; ) {
      const answer: Answer = await browser("GET", `/api/v1/tokens?limit=3${from && `&cursor=${from}`}`);
      const { items, next } = answer.body as unknown as Listed;
      seen.push(...items.map(({ id }) => id));
      from = next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it("leave in the audit who made and revoked them, and no secret", async () => {
    const [admin, member] = [await browserOf(ada), await browserOf(grace)];
    const { body } = await member("POST", "/api/v1/tokens", { name: "CI", scope: "write" });
    await admin("DELETE", `/api/v1/tokens/${String(body.id)}`);

    const entries = await audited();
    const about = { resource_type: "api_token", resource_id: body.id };
    expect(entries).toEqual([
      { ...about, action: "TOKEN_CREATED", actor: grace.linearUserId, details: expect.anything() as unknown },
      { ...about, action: "TOKEN_REVOKED", actor: ada.linearUserId, details: { userId: grace.userId, name: "CI" } },
    ]);
    expect(entries[0]?.details).toMatchObject({ name: "CI", scope: "write", userId: grace.userId });
    expect(JSON.stringify(entries)).not.toContain(String(body.token).slice(4, 12));
  });
});
