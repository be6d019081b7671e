import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { kernelWorld, make, now, refusal, send, server } from "./kernel-world.js";

kernelWorld();

describe("who asks", () => {
  it("must show a token or a sign-in that is valid", async () => {
    for (const authorization of ["Bearer lpa_unknown", "Bearer", "Basic YTpi", "lpa_x"]) {
      const response = await send("/api/v1/things", { headers: { authorization } });
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(await refusal(response), authorization).toEqual([401, "not_signed_in"]);
    }
    expect(await refusal(send("/api/v1/things", { person: null }))).toEqual([401, "not_signed_in"]);
    expect(await refusal(send("/api/v1/things", { person: null, headers: { cookie: "session=forged" } }))).toEqual([
      401,
      "not_signed_in",
    ]);
  });

  it("must have the role", async () => {
    const viewer = await now.world.aPerson(now.ada.organizationId, { role: "viewer" });
    expect(await refusal(make({ text: "a" }, {}, { person: viewer }))).toEqual([403, "not_allowed"]);
    expect(await refusal(send("/api/v1/decide", { method: "POST" }))).toEqual([403, "not_allowed"]);
    expect(now.made).toEqual([]);
  });

  it("must name no other organization", async () => {
    const other = await now.world.anOrganization();
    const own = now.ada.organizationId;
    expect((await send(`/api/v1/things?org=${own}`, { headers: { "x-org-id": own } })).status).toBe(200);
    for (const query of [`org=${other}`, `org=${own}&org=${other}`, "org=nobody"])
      expect(await refusal(send(`/api/v1/things?${query}`)), query).toEqual([404, "not_found"]);
    for (const header of [other, `${own}, ${other}`])
      expect(await refusal(send("/api/v1/things", { headers: { "x-org-id": header } })), header).toEqual([
        404,
        "not_found",
      ]);
  });
});

describe("too many requests", () => {
  const limit = 3;
  const limited = () => server({ requestsPerMinute: limit });

  it("of one person are refused for the rest of the minute, in every process, and of nobody else", async () => {
    const [one, other] = [limited(), limited()];
    const grace = await now.world.aPerson(now.ada.organizationId);
    await inOneMinute(async () => {
      for (let n = 0; n < limit; n++) expect((await send("/api/v1/things", {}, n % 2 ? one : other)).status).toBe(200);
      for (const process of [one, other]) {
        const refused = await send("/api/v1/things", {}, process);
        const seconds = Number(refused.headers.get("retry-after"));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(60);
        expect(await refusal(refused)).toEqual([429, "rate_limited"]);
      }
      expect((await send("/api/v1/things", { person: grace }, one)).status).toBe(200);
    });
  });

  it("of one address are refused where nobody is signed in, and of no other address", async () => {
    const serve = limited();
    const knock = (address: string) => {
      const headers = { "x-forwarded-for": `${address}, 10.0.0.1` };
      return send("/api/v1/knock", { method: "POST", person: null, headers }, serve);
    };
    await inOneMinute(async () => {
      for (let n = 0; n < limit; n++) expect((await knock("192.0.2.1")).status).toBe(200);
      expect(await refusal(knock("192.0.2.1"))).toEqual([429, "rate_limited"]);
      expect((await knock("192.0.2.2")).status).toBe(200);
    });
  });

  it("with tokens that are guessed are refused too", async () => {
    const serve = limited();
    const headers = { authorization: "Bearer lpa_guess", "x-real-ip": "192.0.2.3" };
    const guess = () => send("/api/v1/things", { headers }, serve);
    await inOneMinute(async () => {
      for (let n = 0; n < limit; n++) expect((await guess()).status).toBe(401);
      expect(await refusal(guess())).toEqual([429, "rate_limited"]);
    });
  });

  /** Again where a minute ended in between, which began a new count. */
  async function inOneMinute(check: () => Promise<void>): Promise<void> {
    const minute = async () => {
      const [row] = await now.world.db.query<{ minute: string }>(
        sql`select date_trunc('minute', now())::text as minute`,
      );
      return row?.minute;
    };
    const begun = await minute();
    try {
      await check();
    } catch (error) {
      if ((await minute()) === begun) throw error;
      await check();
    }
  }
});
