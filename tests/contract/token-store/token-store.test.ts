import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectionStore } from "../../../lib/db/connection-store.js";
import { installationStore, linearTokenId } from "../../../lib/db/installation-store.js";
import { keyring } from "../../../lib/db/keyring.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import type { TokenSet } from "../../../lib/domain/token-set.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

const organizationId = "org-1" as OrganizationId;
const organization = { id: organizationId, name: "Acme", urlKey: "acme" };
const inAnHour = () => new Date(Date.now() + 3_600_000);
const tokens = (name: string): TokenSet => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  expiresAt: inAnHour(),
  scope: "read",
});
const [oldKey, newKey] = ["old", "new"].map((kid) => `${kid}:${randomBytes(32).toString("base64")}`);

describe.each(["linear", "confluence"] as const)("The tokens of %s", (provider) => {
  let test: TestDatabase;
  const keys = keyring(String(oldKey));
  const table = provider === "linear" ? sql`linear_tokens` : sql`confluence_tokens`;
  const store = () => tokenStore(test.db, keys, provider);

  beforeAll(async () => {
    test = await testDatabase();
  });
  beforeEach(() => test.reset());
  afterAll(() => test.close());

  /** Returns the id of the row. */
  async function stored(): Promise<string> {
    const installations = installationStore(test.db, keys);
    await installations.install({ organization, appUserId: "app-1", tokens: tokens("0") });
    if (provider === "linear") return linearTokenId(organizationId);
    return connectionStore(test.db, keys).upsert({
      organizationId,
      kind: "cloud_oauth",
      siteUrl: "https://acme.atlassian.net",
      cloudId: "cloud-1",
      email: null,
      tokens: tokens("0"),
    });
  }

  it("come back as they were stored and lie sealed in the database", async () => {
    const id = await stored();
    expect(await store().load(id)).toMatchObject({
      id,
      accessToken: "access-0",
      refreshToken: "refresh-0",
      isClaimed: false,
      isRevoked: false,
    });

    const [row] = await test.db.query<{ row: object }>(sql`select to_jsonb(t) as row from ${table} t`);
    expect(JSON.stringify(row)).toContain("v1.old.");
    expect(JSON.stringify(row)).not.toMatch(/access-0|refresh-0/);
  });

  it("are claimed by one caller at a time, until the claim ends or is given back", async () => {
    const id = await stored();
    const { version } = (await store().load(id)) ?? { version: 0 };
    const claims = await Promise.all(Array.from({ length: 8 }, () => store().claimRefresh(id, version)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store().load(id)).toMatchObject({ isClaimed: true });

    await test.db.query(sql`update ${table} set refreshing_until = now() - interval '1 second'`);
    expect(await store().load(id)).toMatchObject({ isClaimed: false });
    expect(await store().claimRefresh(id, version)).toBe(true);
    await store().releaseClaim(id, version);
    expect(await store().claimRefresh(id, version)).toBe(true);
    expect(await store().claimRefresh(id, version + 1)).toBe(false);
  });

  it("are replaced only as long as nobody else has replaced them, which ends the claim", async () => {
    const id = await stored();
    const { version } = (await store().load(id)) ?? { version: 0 };
    await store().claimRefresh(id, version);

    expect(await store().save(id, version, tokens("1"))).toBe(true);
    expect(await store().save(id, version, tokens("2"))).toBe(false);
    expect(await store().load(id)).toMatchObject({
      accessToken: "access-1",
      refreshToken: "refresh-1",
      version: version + 1,
      isClaimed: false,
    });
  });

  it("are revoked only as they were read, and then neither claimed nor replaced", async () => {
    const id = await stored();
    const { version } = (await store().load(id)) ?? { version: 0 };
    expect(await store().revoke(id, version - 1)).toBe(false);
    expect(await store().revoke(id, version)).toBe(true);

    expect(await store().load(id)).toMatchObject({ isRevoked: true });
    expect(await store().claimRefresh(id, version)).toBe(false);
    expect(await store().save(id, version, tokens("1"))).toBe(false);
    expect(await store().listExpiring(new Date(Date.now() + 7_200_000), 10)).toEqual([]);
  });

  it("are listed when they expire", async () => {
    const id = await stored();
    expect(await store().listExpiring(new Date(), 10)).toEqual([]);
    expect(await store().listExpiring(new Date(Date.now() + 7_200_000), 10)).toEqual([id]);
  });

  it("are sealed with the first key again, and stay what they were", async () => {
    const id = await stored();
    const rotated = tokenStore(test.db, keyring(`${newKey},${oldKey}`), provider);

    expect(await rotated.resealAll(10)).toBe(1);
    expect(await rotated.resealAll(10)).toBe(0);
    expect(await tokenStore(test.db, keyring(String(newKey)), provider).load(id)).toMatchObject({
      accessToken: "access-0",
      refreshToken: "refresh-0",
      version: 1,
    });
    await expect(store().load(id)).rejects.toMatchObject({ code: "secret_unreadable" });
    expect(await store().resealAll(10)).toBe(0);
  });

  it("do not open in another row, and the error names none of them", async () => {
    const id = await stored();
    const other = "00000000-0000-4000-8000-000000000009";
    await test.db.query(sql`update ${table} set id = ${other}`);

    const error: unknown = await store()
      .load(other)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "secret_unreadable", context: { row: other, kind: "access_token" } });
    expect(JSON.stringify(error)).not.toContain("v1.");
    expect(await store().load(id)).toBeNull();
  });
});
