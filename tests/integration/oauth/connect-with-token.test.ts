import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectWithToken, type TokenConnection } from "../../../lib/commands/connect-with-token.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { acme, everyRow, identityWorld, publicUrl } from "./identity-world.js";

let test: TestDatabase;
let here: ReturnType<typeof identityWorld>;
beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.reset();
  here = identityWorld(test);
  await here.aBrowser().open(`${publicUrl}/oauth/linear/install`);
});
afterAll(() => test.close());

const cloud: TokenConnection = {
  organizationId: acme,
  kind: "cloud_token",
  siteUrl: "http://confluence.test/wiki/",
  email: "ada@example.com",
  token: "api-token-of-ada",
  spaces: ["plan"],
};
const dataCenter: TokenConnection = {
  ...cloud,
  kind: "data_center",
  siteUrl: "http://confluence.test",
  email: null,
  token: "pat-of-ada",
};
/** The simulators speak plain http, as in the local world. */
const connect = (request: TokenConnection) =>
  connectWithToken({ ...here.identity, publicUrl: "http://agent.test" }, request);

describe("Connecting with a token", () => {
  it.each([
    ["Cloud's API token", cloud, "/wiki/api/v2/spaces"],
    ["Data Center's personal access token", dataCenter, "/rest/api/space"],
  ])("takes %s after one request and lets waiting sessions go on", async (_kind, request, path) => {
    const { id: sessionId } = await here.aWaitingSession();
    const { id } = await connect(request);

    expect(here.confluence.control.requests().map((each) => each.path)).toEqual([path]);
    expect(await here.identity.connections.findForHost(acme, "confluence.test")).toEqual({
      id,
      kind: request.kind,
      siteUrl: "http://confluence.test",
      cloudId: null,
      email: request.email,
      spaces: ["PLAN"],
    });
    const stored = await tokenStore(test.db, here.identity.keyring, "confluence").load(id);
    expect(stored).toMatchObject({ accessToken: request.token, refreshToken: null, expiresAt: null });
    expect((await here.world.sessions.load(sessionId))?.session.status).toBe("processing");
  });

  it.each([
    ["a token that Confluence does not know", { token: "wrong" }, "token_refused"],
    ["a space that the token does not show", { spaces: ["PLAN", "HR"] }, "space_unknown"],
    ["no space", { spaces: [] }, "no_space_chosen"],
    ["an API token of nobody", { email: null }, "email_missing"],
    ["something that is no address", { siteUrl: "confluence.test" }, "site_url_invalid"],
    ["another protocol", { siteUrl: "file:///etc/passwd" }, "site_url_invalid"],
  ])("refuses %s and stores nothing", async (_what, change, code) => {
    const before = await everyRow(test);
    await expect(connect({ ...cloud, ...change })).rejects.toMatchObject({ name: "RequestError", code, status: 400 });
    expect(await everyRow(test)).toEqual(before);
  });

  it("sends no token unencrypted, except in the local world", async () => {
    await expect(connectWithToken(here.identity, cloud)).rejects.toMatchObject({ code: "site_url_invalid" });
    expect(here.confluence.control.requests()).toEqual([]);
  });

  it("comes again where Confluence does not answer", async () => {
    here.switches.add({ kind: "server_error", on: "GET", times: 1 });
    await expect(connect(cloud)).rejects.toMatchObject({ name: "RetryableError" });
    await expect(connect(cloud)).resolves.toMatchObject({ spaces: ["PLAN"] });
  });
});
