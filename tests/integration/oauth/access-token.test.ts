import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { confluenceSimulator } from "../../../dev/confluence/simulator.js";
import { faults } from "../../../dev/faults.js";
import { inProcess } from "../../../dev/in-process.js";
import { confluenceOAuth } from "../../../lib/confluence/oauth.js";
import { connectionStore } from "../../../lib/db/connection-store.js";
import { installationStore } from "../../../lib/db/installation-store.js";
import { keyring } from "../../../lib/db/keyring.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import { FatalError, RetryableError } from "../../../lib/domain/errors.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { accessTokens } from "../../../lib/pipeline/access-token.js";
import type { TokenSet } from "../../../lib/domain/token-set.js";
import type { TokenStore } from "../../../lib/ports-identity.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

const organizationId = "org-1" as OrganizationId;
const keys = keyring(`k1:${randomBytes(32).toString("base64")}`);
const past = new Date(0);
const switches = faults();
const baseUrl = "http://confluence.test";
let test: TestDatabase;
let confluence: ReturnType<typeof confluenceSimulator>;

beforeAll(async () => {
  test = await testDatabase({ faults: switches });
});
beforeEach(async () => {
  switches.clear();
  await test.reset();
  confluence = confluenceSimulator({ baseUrl, faults: switches });
});
afterAll(() => test.close());

/** A connection whose access token is due; what another process would make for itself is made by `aProcess`. */
async function aConnection(change: { refreshToken?: string | null; expiresAt?: Date | null } = {}) {
  const grant = confluence.control.grant();
  await installationStore(test.db, keys).install({
    organization: { id: organizationId, name: "Acme", urlKey: "acme" },
    appUserId: "app",
    tokens: { accessToken: "a", refreshToken: "r", expiresAt: past, scope: "" },
  });
  const id = await connectionStore(test.db, keys).upsert({
    organizationId,
    kind: "cloud_oauth",
    siteUrl: baseUrl,
    cloudId: grant.cloudId,
    email: null,
    spaces: ["*"],
    tokens: { accessToken: grant.accessToken, refreshToken: grant.refreshToken, expiresAt: past, scope: "", ...change },
  });
  return { id, stale: grant.accessToken };
}

function aProcess(change: { clientSecret?: string; store?: Partial<TokenStore> } = {}) {
  const { client } = confluence.control.state().settings;
  const provider = confluenceOAuth({
    authorizeUrl: `${baseUrl}/authorize`,
    tokenUrl: `${baseUrl}/oauth/token`,
    clientId: client.id,
    clientSecret: change.clientSecret ?? client.secret,
    fetch: inProcess((request) => confluence.fetch(request)),
    allowInsecure: true,
  });
  const store = { ...tokenStore(test.db, keys, "confluence"), ...change.store };
  return accessTokens({ store, refresh: (token) => provider.refresh(token), now: Date.now, pause: () => delay(5) });
}

const refreshes = () => confluence.control.requests().filter(({ path }) => path === "/oauth/token");
const rowOf = async (id: string) => tokenStore(test.db, keys, "confluence").load(id);

describe("An access token", () => {
  it("is used as it is until a minute before it expires", async () => {
    const inTwoMinutes = await aConnection({ expiresAt: new Date(Date.now() + 120_000) });
    expect(await aProcess().get(inTwoMinutes.id)).toBe(inTwoMinutes.stale);
    expect(refreshes()).toHaveLength(0);

    const inHalfAMinute = await aConnection({ expiresAt: new Date(Date.now() + 30_000) });
    expect(await aProcess().get(inHalfAMinute.id)).not.toBe(inHalfAMinute.stale);
    expect(refreshes()).toHaveLength(1);
  });

  it("is refreshed by one request for twenty callers in twenty processes, and all get the new one", async () => {
    const { id, stale } = await aConnection();
    const given = await Promise.all(Array.from({ length: 20 }, () => aProcess().get(id)));

    expect(new Set(given).size).toBe(1);
    expect(given[0]).not.toBe(stale);
    expect(refreshes()).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ accessToken: given[0], version: 2, isClaimed: false });
  });

  it("is renewed by one request where Confluence refused it before its time, whoever noticed", async () => {
    const { id, stale } = await aConnection({ expiresAt: new Date(Date.now() + 3_600_000) });
    const given = await Promise.all(Array.from({ length: 20 }, () => aProcess().renew(id, stale)));

    expect(new Set(given).size).toBe(1);
    expect(refreshes()).toHaveLength(1);
    expect(await aProcess().renew(id, stale)).toBe(given[0]);
    expect(refreshes()).toHaveLength(1);
  });

  it("is refreshed by the next after whoever claimed it died", async () => {
    const { id } = await aConnection();
    await tokenStore(test.db, keys, "confluence").claimRefresh(id, 1);
    const waiting = aProcess().get(id);
    await test.db.query(sql`update confluence_tokens set refreshing_until = now() - interval '1 second'`);

    expect(await waiting).toBe((await rowOf(id))?.accessToken);
    expect(refreshes()).toHaveLength(1);
  });

  it("is waited for ten seconds at most, and then it is the queue's to come again", async () => {
    const { id } = await aConnection();
    let waitedMs = 0;
    const store = { ...tokenStore(test.db, keys, "confluence"), claimRefresh: () => Promise.resolve(false) };
    const tokens = accessTokens({
      store,
      refresh: () => Promise.reject(new Error("not asked")),
      now: Date.now,
      pause: (ms) => Promise.resolve((waitedMs += ms)),
    });

    await expect(tokens.get(id)).rejects.toMatchObject({ name: "RetryableError", code: "token_refresh_pending" });
    expect(waitedMs).toBeGreaterThanOrEqual(10_000);
    expect(waitedMs).toBeLessThan(11_000);
  });

  it("ends with the grant, in words, for all callers, after one request", async () => {
    const { id } = await aConnection();
    confluence.control.revokeGrants();
    const ends = await Promise.allSettled(Array.from({ length: 5 }, () => aProcess().get(id)));

    for (const end of ends)
      expect(end).toMatchObject({
        reason: { code: "confluence_revoked", words: expect.stringContaining("connect it again") as string },
      });
    expect(refreshes()).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ isRevoked: true });
    expect(await connectionStore(test.db, keys).findForHost(organizationId, null)).toBeNull();
    await expect(aProcess().get(id)).rejects.toBeInstanceOf(FatalError);
    expect(refreshes()).toHaveLength(1);
  });

  it("ends in words where it is refused and cannot be refreshed", async () => {
    const { id, stale } = await aConnection({ refreshToken: null, expiresAt: null });
    expect(await aProcess().get(id)).toBe(stale);
    await expect(aProcess().renew(id, stale)).rejects.toMatchObject({ code: "confluence_revoked" });
    expect(refreshes()).toHaveLength(0);
  });

  it("is not given up for a wrong client secret or an accident of Confluence, and the next caller may try at once", async () => {
    const { id, stale } = await aConnection();
    await expect(aProcess({ clientSecret: "wrong" }).get(id)).rejects.toMatchObject({
      name: "RetryableError",
      code: "confluence_client_refused",
    });
    switches.add({ kind: "server_error", on: "POST /oauth/token", times: 1 });
    await expect(aProcess().get(id)).rejects.toBeInstanceOf(RetryableError);

    expect(await rowOf(id)).toMatchObject({ isRevoked: false, isClaimed: false });
    expect(await aProcess().get(id)).not.toBe(stale);
  });

  it("survives lost answers of the database where it stores a refresh token that was rotated", async () => {
    const { id } = await aConnection();
    confluence.control.configure({ refreshReuseWindow: "none" });
    let lost = 2;
    const store = tokenStore(test.db, keys, "confluence");
    const process = aProcess({
      store: {
        async save(...args: [string, number, TokenSet]) {
          const saved = await store.save(...args);
          if (lost-- > 0) throw new RetryableError("database_unavailable");
          return saved;
        },
      },
    });

    expect(await process.get(id)).toBe((await rowOf(id))?.accessToken);
    expect(refreshes()).toHaveLength(1);
  });

  it("is taken from whoever stored it where a late refresher is refused its rotated token", async () => {
    const { id } = await aConnection();
    const store = tokenStore(test.db, keys, "confluence");
    const fresh = { accessToken: "newer", refreshToken: "r2", expiresAt: new Date(Date.now() + 3_600_000), scope: "" };
    const late = accessTokens({
      store,
      refresh: async () => {
        await store.save(id, 1, fresh);
        throw new FatalError("refresh_refused", "rotated out");
      },
      now: Date.now,
    });

    expect(await late.get(id)).toBe("newer");
    expect(await rowOf(id)).toMatchObject({ isRevoked: false });
  });

  it("of Linear ends with words about the installation", async () => {
    await aConnection();
    const installation = await installationStore(test.db, keys).find(organizationId);
    const tokens = accessTokens({
      store: tokenStore(test.db, keys, "linear"),
      refresh: () => Promise.reject(new FatalError("refresh_refused", "no")),
      now: Date.now,
    });

    await expect(tokens.get(installation?.tokenId ?? "")).rejects.toMatchObject({
      code: "installation_revoked",
      words: expect.stringContaining("install me again") as string,
    });
  });

  it("that is nowhere stored is a grant that is gone", async () => {
    await expect(aProcess().get("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
      code: "confluence_revoked",
    });
  });
});
