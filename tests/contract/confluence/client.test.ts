import { describe, expect, it } from "vitest";
import { toTinyCode } from "../../../lib/domain/page-address.js";
import { aConfluence, addressOf, baseUrl, kinds } from "./world.js";

const body =
  '<h1>Plan &ndash; Q3</h1><!-- kept --><p class="x">Ünïcode &amp; “quotes”</p><ac:structured-macro ac:name="toc" />\r\n<hr/>';

describe.each(kinds)("a Confluence client over %s", (kind) => {
  function aWorld() {
    const world = aConfluence();
    const page = world.control.createPage({ spaceKey: "PLAN", title: "PI Planning (Q3)", body });
    const secret = world.control.createPage({ spaceKey: "SECRET", title: "Layoffs", body: "<p>nobody knows</p>" });
    return { ...world, page, secret, read: (url: string) => world.client(kind).readPage(addressOf(url)) };
  }

  it("reads a page with its body to the byte", async () => {
    const { control, page, read } = aWorld();
    const { id, url } = page;
    const path = kind === "data_center" ? url.replace("/wiki/", "/") : url;
    expect(await read(page.url)).toEqual({
      kind: "page",
      page: {
        id,
        title: "PI Planning (Q3)",
        spaceKey: "PLAN",
        version: 1,
        body,
        url: path,
        restricted: false,
        updatedAt: control.page({ id }).versions[0].createdAt,
        authorId: kind === "data_center" ? "8a7f8ben" : "712020:ben",
      },
    });
  });

  it("finds the page under every shape of its address", async () => {
    const { page, read } = aWorld();
    const urls = [
      `${baseUrl}/wiki/spaces/PLAN/pages/${page.id}`,
      `${baseUrl}/wiki/spaces/plan/pages/${page.id}`,
      `${baseUrl}/wiki/spaces/PLAN/pages/edit-v2/${page.id}`,
      `${baseUrl}/wiki/pages/viewpage.action?pageId=${page.id}`,
      `${baseUrl}/wiki/pages/viewpage.action?spaceKey=PLAN&title=PI+Planning+(Q3)`,
      `${baseUrl}/wiki/display/PLAN/PI+Planning+%28Q3%29`,
      `${baseUrl}/wiki/display/plan/PI+Planning+%28Q3%29`,
      `${baseUrl}/wiki/x/${toTinyCode(page.id)}`,
      `${baseUrl}/spaces/PLAN/pages/${page.id}/Title`,
      `${baseUrl}/x/${toTinyCode(page.id)}`,
    ];
    const found = await Promise.all(urls.map(read));
    expect(found.map((result) => (result.kind === "page" ? result.page.id : result))).toEqual(urls.map(() => page.id));
  });

  it("reads the home page of a space", async () => {
    const { read } = aWorld();
    expect(await read(`${baseUrl}/wiki/spaces/PLAN/overview`)).toMatchObject({ page: { title: "Planning Home" } });
  });

  it("reads the newest version", async () => {
    const { control, page, read } = aWorld();
    control.editPage({ id: page.id, title: "PI Planning", body: "<p>new</p>" });
    expect(await read(page.url)).toMatchObject({ page: { title: "PI Planning", version: 2, body: "<p>new</p>" } });
  });

  it("says that a page has view restrictions of its own", async () => {
    const { control, page, read } = aWorld();
    control.restrictPage({ id: page.id });
    expect(await read(page.url)).toMatchObject({ page: { restricted: true } });
    control.restrictPage({ id: page.id, users: [] });
    expect(await read(page.url)).toMatchObject({ page: { restricted: false } });
  });

  it("finds nothing where Confluence shows nothing: unknown, trashed, or restricted to others", async () => {
    const { control, page, read } = aWorld();
    const other = control.createPage({ spaceKey: "PLAN", title: "Other", body: "<p />" });
    control.removePage({ id: page.id });
    control.restrictPage({ id: other.id, users: ["ben"] });
    const urls = [
      page.url,
      other.url,
      `${baseUrl}/wiki/spaces/PLAN/pages/99`,
      `${baseUrl}/wiki/display/PLAN/Nowhere`,
      `${baseUrl}/wiki/spaces/PLAN/whiteboard/123`,
    ];
    expect(await Promise.all(urls.map(read))).toEqual(urls.map(() => ({ kind: "not_found" })));
  });

  it("makes no request for a host or space that the connection does not name", async () => {
    const { control, page, secret, read } = aWorld();
    const tiny = toTinyCode(page.id);
    const foreignHosts = [
      `https://evil.example/wiki/spaces/PLAN/pages/${page.id}`,
      `http://localhost:3001/confluence/wiki/spaces/PLAN/pages/${page.id}`,
      `http://localhost/confluence/wiki/spaces/PLAN/pages/${page.id}`,
      `http://localhost:3000/wiki/spaces/PLAN/pages/${page.id}`,
      `http://localhost:3000/linear/wiki/spaces/PLAN/pages/${page.id}`,
      `http://localhost.evil.example:3000/confluence/wiki/x/${tiny}`,
      `http://localhost:3000@evil.example/confluence/wiki/x/${tiny}`,
      `https://acme.atlassian.net/wiki/x/${tiny}`,
      `http://169.254.169.254/wiki/spaces/PLAN/pages/1`,
      `http://[::1]:3000/confluence/wiki/x/${tiny}`,
    ];
    const foreignSpaces = [
      secret.url,
      `${baseUrl}/wiki/spaces/secret/pages/${secret.id}`,
      `${baseUrl}/wiki/spaces/SECRET/pages/${page.id}`,
      `${baseUrl}/wiki/spaces/SECRET/overview`,
      `${baseUrl}/wiki/spaces/SECRET`,
      `${baseUrl}/wiki/display/SECRET/Layoffs`,
      `${baseUrl}/wiki/display/SECRET`,
      `${baseUrl}/wiki/pages/viewpage.action?spaceKey=SECRET&title=Layoffs`,
      `${baseUrl}/wiki/spaces/SECRET/pages/edit-v2/${secret.id}`,
      `${baseUrl}/wiki/spaces/%53ECRET/pages/${secret.id}`,
      `${baseUrl}/wiki/spaces/PLAN2/pages/${page.id}`,
      `${baseUrl}/wiki/spaces/~ada/pages/1`,
    ];
    const hosts = await Promise.all(foreignHosts.map(read));
    const spaces = await Promise.all(foreignSpaces.map(read));
    expect(hosts.map((result) => result.kind)).toEqual(foreignHosts.map(() => "host_not_allowed"));
    expect(spaces.map((result) => result.kind)).toEqual(foreignSpaces.map(() => "space_not_allowed"));
    expect(control.requests()).toEqual([]);
  });

  it("never fetches the text of a page whose address hides or belies its space", async () => {
    const { control, secret, read } = aWorld();
    const urls = [
      `${baseUrl}/wiki/spaces/PLAN/pages/${secret.id}`,
      `${baseUrl}/wiki/pages/viewpage.action?pageId=${secret.id}`,
      `${baseUrl}/wiki/pages/viewpage.action?spaceKey=PLAN&pageId=${secret.id}`,
      `${baseUrl}/wiki/x/${toTinyCode(secret.id)}`,
    ];
    const denied = await Promise.all(urls.map(read));
    expect(denied).toEqual(urls.map(() => ({ kind: "space_not_allowed", space: "SECRET" })));
    expect(control.requests().filter(({ path }) => path.includes("restriction"))).toEqual([]);
    const paths = control.requests().map(({ operation }) => operation.replace(/\d+$/, ""));
    const perUrl =
      kind === "data_center" ? ["GET /rest/api/content/"] : ["GET /wiki/api/v2/pages/", "GET /wiki/api/v2/spaces"];
    expect(paths.toSorted()).toEqual(perUrl.flatMap((path) => urls.map(() => path)));
  });

  it("reads every space where the connection names all", async () => {
    const { client, secret } = aWorld();
    const result = await client(kind, { spaces: ["*"] }).readPage(addressOf(secret.url));
    expect(result).toMatchObject({ page: { spaceKey: "SECRET" } });
  });

  it("waits as long as a rate limit says", async () => {
    const { switches, page, read } = aWorld();
    switches.add({ kind: "rate_limited", on: "GET ", times: 1, ms: 7000 });
    await expect(read(page.url)).rejects.toMatchObject({
      name: "RetryableError",
      code: "confluence_rate_limited",
      retryAfterMs: 7000,
    });
    expect(await read(page.url)).toMatchObject({ kind: "page" });
  });

  it.each([
    ["server_error", "confluence_unavailable"],
    ["lost_answer", "confluence_unreachable"],
    ["truncated", "confluence_unavailable"],
    ["timeout", "confluence_unreachable"],
  ] as const)("takes %s for %s, to be tried again", async (fault, code) => {
    const { switches, page, client } = aWorld();
    switches.add({ kind: fault, on: "GET ", times: 1, ms: 400 });
    const once = client(kind, { timeoutMs: 200 });
    await expect(once.readPage(addressOf(page.url))).rejects.toMatchObject({ name: "RetryableError", code });
    expect(await once.readPage(addressOf(page.url))).toMatchObject({ kind: "page" });
  });

  it("puts neither page nor token into the error of an answer that it cannot read", async () => {
    const { control, switches, client, access } = aWorld();
    const page = control.createPage({ spaceKey: "PLAN", title: "Canary", body: "<p>canary-page</p>".repeat(50) });
    switches.add({ kind: "truncated", on: "GET ", after: kind === "data_center" ? 1 : 2 });
    const authorization = await access(kind).authorization();
    const tried = client(kind, { authorization: () => Promise.resolve(authorization) });
    const error = await tried.readPage(addressOf(page.url)).catch((thrown: unknown) => thrown);
    const told = JSON.stringify([error, String(error), (error as Error).cause, (error as Error).stack]);
    expect(told).toContain("RetryableError");
    expect(told).not.toContain("canary-page");
    expect(told).not.toContain(authorization);
  });

  it("refreshes once when its authorization is refused, and goes on", async () => {
    const { page, access, client } = aWorld();
    const good = access(kind).authorization;
    let refreshed = 0;
    const expired = client(kind, {
      authorization: () => (refreshed === 0 ? Promise.resolve("Bearer expired") : good()),
      onUnauthorized: () => Promise.resolve(void (refreshed += 1)),
    });
    expect(await expired.readPage(addressOf(page.url))).toMatchObject({ kind: "page" });
    expect(refreshed).toBe(1);
  });

  it("tells the person to connect again when a fresh authorization is refused too", async () => {
    const { control, page, client } = aWorld();
    const revoked = client(kind, {
      authorization: () => Promise.resolve("Bearer revoked"),
      onUnauthorized: () => Promise.resolve(),
    });
    await expect(revoked.readPage(addressOf(page.url))).rejects.toMatchObject({
      name: "FatalError",
      code: "confluence_revoked",
    });
    expect(control.requests()).toHaveLength(2);
  });
});

it("asks before it shows a page whose restrictions a missing scope hides", async () => {
  const { control, client, cloudId } = aConfluence();
  const page = control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p />" });
  const { accessToken } = control.grant({ scope: "read:page:confluence read:space:confluence" });
  const narrow = client("cloud_oauth", { authorization: () => Promise.resolve(`Bearer ${accessToken}`) });
  expect(await narrow.readPage(addressOf(page.url))).toMatchObject({ page: { restricted: true } });
  expect(control.requests().every(({ path }) => path.startsWith(`/ex/confluence/${cloudId}/wiki/`))).toBe(true);
});

it("refuses an OAuth token on the site's own host, as Confluence does", async () => {
  const { control, access, client } = aConfluence();
  const page = control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p />" });
  const onSite = client("cloud_oauth", { ...access("cloud_oauth"), apiBase: baseUrl });
  await expect(onSite.readPage(addressOf(page.url))).rejects.toMatchObject({ code: "confluence_revoked" });
});
