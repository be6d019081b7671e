import { describe, expect, it } from "vitest";
import { confluenceScopes } from "../../../lib/confluence/oauth.js";
import { addressOf, aConfluence, kinds } from "./world.js";

const body =
  '<h1>Plan</h1><table><tbody><tr><th>Story</th></tr><tr><td>One</td></tr></tbody></table><p class="x">End</p>';

describe.each(kinds)("writing a page over %s", (kind) => {
  const isCloud = kind !== "data_center";

  function aWorld() {
    const world = aConfluence();
    const page = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body });
    const secret = world.control.createPage({ spaceKey: "SECRET", title: "Layoffs", body: "<p>x</p>" });
    const client = world.client(kind, { timeoutMs: 200 });
    const write = (change: Partial<Parameters<typeof client.writePage>[0]> = {}) =>
      client.writePage({ pageId: page.id, from: 1, title: "Plan", body: "<p>ours</p>", message: "write-1", ...change });
    const operations = () => world.control.requests().map(({ method }) => method);
    return { ...world, newClient: world.client, page, secret, client, write, operations };
  }

  it("makes the next version with title, text and message", async () => {
    const { control, page, client, write } = aWorld();
    expect(await write({ title: "Plan B" })).toBe("written");
    expect(control.page({ id: page.id })).toMatchObject({
      title: "Plan B",
      version: 2,
      message: "write-1",
      authorId: "712020:ada",
    });
    expect(control.page({ id: page.id }).body).toMatch(/^<p local-id="[^"]+">ours<\/p>$/);
    expect(await client.findVersion(page.id)).toBe(2);
    const read = await client.readPage(addressOf(page.url));
    expect(read).toMatchObject({ page: { version: 2, authorId: isCloud ? "712020:ada" : "8a7f8ada" } });
    expect(read.kind === "page" && Date.parse(read.page.updatedAt)).toBeGreaterThan(0);
  });

  it("is refused as stale where the page moved on, and leaves it as it is", async () => {
    const { control, page, write, operations } = aWorld();
    control.editPage({ id: page.id, body: "<p>a person's</p>" });
    expect(await write()).toBe("stale");
    expect(operations()).not.toContain("PUT");
    expect(await write({ from: 3 })).toBe("stale");
    expect(control.page({ id: page.id }).body).toBe("<p>a person's</p>");
  });

  it.each([409, 400] as const)(
    "is stale too where somebody was quicker between our reading and our writing (%s)",
    async (staleWrite) => {
      const { control, page, newClient, fetch } = aWorld();
      control.configure({ staleWrite });
      const quick = newClient(kind, {
        fetch: (input, init) => {
          if (init?.method === "PUT") control.editPage({ id: page.id, body: "<p>quicker</p>" });
          return fetch(input, init);
        },
      });
      const write = { pageId: page.id, from: 1, title: "Plan", body: "<p>ours</p>", message: "m" };
      expect(await quick.writePage(write)).toBe("stale");
      expect(control.page({ id: page.id })).toMatchObject({ version: 2, body: "<p>quicker</p>" });
    },
  );

  it.each([403, 404] as const)("is forbidden where we may only read (%s)", async (forbiddenWrite) => {
    const { control, page, client, write } = aWorld();
    control.configure({ forbiddenWrite });
    control.restrictPage({ id: page.id, editors: ["ben"] });
    expect(await write()).toBe("forbidden");
    expect(await client.readPage(addressOf(page.url))).toMatchObject({ page: { version: 1, restricted: false } });
    control.restrictPage({ id: page.id, editors: null });
    expect(await write()).toBe("written");
  });

  it("finds nothing to write where Confluence shows no page, or one of a space that the connection does not name", async () => {
    const { control, page, secret, client, write, operations } = aWorld();
    control.removePage({ id: page.id });
    expect(await write()).toBe("not_found");
    expect(await client.findVersion(page.id)).toBeNull();
    expect(await client.versionsAfter(page.id, 0)).toBeNull();
    expect(await client.hasOpenDraft(page.id)).toBe(false);
    for (const pageId of [secret.id, "99", "../../spaces", "1?x=y"]) {
      expect(await write({ pageId })).toBe("not_found");
      expect(await client.findVersion(pageId)).toBeNull();
      expect(await client.versionsAfter(pageId, 0)).toBeNull();
      expect(await client.hasOpenDraft(pageId)).toBe(false);
    }
    expect(operations()).not.toContain("PUT");
    expect(control.requests().filter(({ path }) => path.endsWith("/versions"))).toEqual([]);
  });

  it("says that a page is too large", async () => {
    const { control, page, write } = aWorld();
    expect(await write({ body: `<p>${"x".repeat(5 * 1024 * 1024)}</p>` })).toBe("too_large");
    expect(control.page({ id: page.id }).version).toBe(1);
  });

  it("ends in words where Confluence does not take it as it is, without a word of the page in them", async () => {
    const { control, page, write } = aWorld();
    control.createPage({ spaceKey: "PLAN", title: "Taken", body: "<p />" });
    await expect(write({ title: "Taken" })).rejects.toMatchObject({ name: "FatalError", code: "confluence_refused" });
    const error = await write({ body: "<p>canary" }).catch((thrown: unknown) => thrown);
    expect(JSON.stringify([error, String(error)])).not.toContain("canary");
    expect(control.page({ id: page.id }).version).toBe(1);
  });

  it.each([
    ["server_error", "confluence_unavailable", 1],
    ["lost_answer", "confluence_unreachable", 2],
    ["timeout", "confluence_unreachable", 1],
    ["rate_limited", "confluence_rate_limited", 1],
  ] as const)("is sent once through %s, and for the queue to go on with", async (fault, code, version) => {
    const { control, page, client, switches, operations } = aWorld();
    switches.add({ kind: fault, on: "PUT ", times: 1, ms: 400 });
    const write = { pageId: page.id, from: 1, title: "Plan", body: "<p>ours</p>", message: "write-1" };
    await expect(client.writePage(write)).rejects.toMatchObject({ name: "RetryableError", code });
    expect(operations().filter((method) => method === "PUT")).toHaveLength(1);
    expect(control.page({ id: page.id }).version).toBe(version);
    const known = (await client.versionsAfter(page.id, 1))?.map(({ message }) => message);
    expect(known).toEqual(version === 2 ? ["write-1"] : []);
    expect(await client.writePage(write)).toBe(version === 2 ? "stale" : "written");
  });

  it("is written though its answer ends in the middle", async () => {
    const { switches, write } = aWorld();
    switches.add({ kind: "truncated", on: "PUT ", times: 1 });
    expect(await write()).toBe("written");
  });

  it("refreshes once when its authorization is refused, and says that it may not write where a fresh one is refused too", async () => {
    const { control, page, newClient, access, fetch } = aWorld();
    const good = await access(kind).authorization();
    let refreshed = 0;
    const refusingWrites = (times: number) =>
      newClient(kind, {
        authorization: () => Promise.resolve(good),
        onUnauthorized: () => Promise.resolve(void (refreshed += 1)),
        fetch: (input, init) => {
          if (init?.method !== "PUT" || times-- <= 0) return fetch(input, init);
          return Promise.resolve(Response.json({ message: "scope does not match" }, { status: 401 }));
        },
      });
    const write = { pageId: page.id, from: 1, title: "Plan", body: "<p>ours</p>", message: "m" };
    expect(await refusingWrites(2).writePage(write)).toBe("forbidden");
    expect(refreshed).toBe(1);
    expect(await refusingWrites(1).writePage(write)).toBe("written");
    expect(refreshed).toBe(2);
    expect(control.page({ id: page.id }).version).toBe(2);
    const revoked = newClient(kind, { authorization: () => Promise.resolve("Bearer revoked") });
    await expect(revoked.writePage(write)).rejects.toMatchObject({ code: "confluence_revoked" });
    await expect(revoked.findVersion(page.id)).rejects.toMatchObject({ code: "confluence_revoked" });
  });

  it("is told from what others wrote by the messages of the versions behind ours", async () => {
    const { control, page, client, write } = aWorld();
    await write();
    control.editPage({ id: page.id, body: "<p>theirs</p>" });
    control.restoreVersion({ id: page.id, version: 1 });
    expect(await client.versionsAfter(page.id, 1)).toEqual([
      {
        number: 2,
        message: "write-1",
        authorId: isCloud ? "712020:ada" : "8a7f8ada",
        createdAt: expect.any(String) as string,
      },
      {
        number: 3,
        message: "",
        authorId: isCloud ? "712020:ben" : "8a7f8ben",
        createdAt: expect.any(String) as string,
      },
      {
        number: 4,
        message: "Reverted from v. 1",
        authorId: isCloud ? "712020:ben" : "8a7f8ben",
        createdAt: expect.any(String) as string,
      },
    ]);
    expect(await client.versionsAfter(page.id, 4)).toEqual([]);
    expect(control.page({ id: page.id }).body).toBe(body);
  });

  it("finds every version behind ours, however many there are", async () => {
    const { control, page, client } = aWorld();
    const count = isCloud ? 300 : 30;
    for (let n = 0; n < count; n += 1) control.editPage({ id: page.id, body: `<p>${n}</p>` });
    const numbers = (await client.versionsAfter(page.id, 3))?.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: count - 2 }, (_, n) => n + 4));
  });

  it.each(["published_text", "none"] as const)(
    "knows of a draft that is open, and of none where nobody writes (%s)",
    async (draftOfQuietPage) => {
      const { control, page, client, write } = aWorld();
      control.configure({ draftOfQuietPage });
      expect(await client.hasOpenDraft(page.id)).toBe(false);
      control.openDraft({ id: page.id, body: (text) => text.replace("End", "The end") });
      expect(await client.hasOpenDraft(page.id)).toBe(true);
      control.discardDraft({ id: page.id });
      expect(await client.hasOpenDraft(page.id)).toBe(false);
      control.openDraft({ id: page.id, title: "Another title" });
      expect(await client.hasOpenDraft(page.id)).toBe(true);
      control.publishDraft({ id: page.id });
      expect(await client.hasOpenDraft(page.id)).toBe(false);
      expect(control.page({ id: page.id })).toMatchObject({ version: 2, title: "Another title", body });
      expect(await write()).toBe("stale");
    },
  );
});

describe("a draft that is open while its page is written", () => {
  const ours = body.replace("One", "One, ours");
  const theirs = body.replace("End", "End, theirs");

  function drafting(draft: string) {
    const world = aConfluence({ settings: { reserialize: false } });
    const page = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body });
    world.control.openDraft({ id: page.id, body: draft });
    const client = world.client("cloud_oauth");
    const write = { pageId: page.id, from: 1, title: "Plan", body: ours, message: "m" };
    return { ...world, page, client, write: () => client.writePage(write) };
  }

  it("keeps what was drafted elsewhere, and goes where both changed the same", async () => {
    const apart = drafting(theirs);
    await apart.write();
    apart.control.publishDraft({ id: apart.page.id });
    expect(apart.control.page({ id: apart.page.id }).body).toBe(ours.replace("End", "End, theirs"));
    const same = drafting(body.replace("One", "Uno"));
    await same.write();
    expect(same.control.page({ id: same.page.id }).draft).toMatchObject({ body: ours });
  });

  it("is lost where Confluence overwrites it", async () => {
    const { control, page, client, write } = drafting(theirs);
    control.configure({ draftOnUpdate: "overwritten" });
    await write();
    expect(control.page({ id: page.id }).draft).toMatchObject({ body: ours });
    expect(await client.hasOpenDraft(page.id)).toBe(false);
  });
});

it("reads an archived page of Cloud, and does not write it", async () => {
  const { control, client } = aConfluence();
  const page = control.createPage({ spaceKey: "PLAN", title: "Plan", body });
  control.archivePage({ id: page.id });
  const cloud = client("cloud_oauth");
  expect(await cloud.readPage(addressOf(page.url))).toMatchObject({ page: { body, restricted: false } });
  const write = { pageId: page.id, from: 1, title: "Plan", body: "<p />", message: "m" };
  expect(await cloud.writePage(write)).toBe("forbidden");
  expect(await client("data_center").findVersion(page.id)).toBeNull();
  control.unarchivePage({ id: page.id });
  expect(await cloud.writePage(write)).toBe("written");
});

it("may write with the scopes that a person is asked for", async () => {
  const { control, client } = aConfluence();
  const page = control.createPage({ spaceKey: "PLAN", title: "Plan", body });
  const withScopes = (scopes: string[]) => {
    const { accessToken } = control.grant({ scope: scopes.join(" ") });
    return client("cloud_oauth", { authorization: () => Promise.resolve(`Bearer ${accessToken}`) });
  };
  const write = { pageId: page.id, from: 1, title: "Plan", body: "<p />", message: "m" };
  const readOnly = withScopes(confluenceScopes.filter((scope) => !scope.startsWith("write:")));
  expect(await readOnly.writePage(write)).toBe("forbidden");
  const full = withScopes(confluenceScopes);
  expect(await full.writePage(write)).toBe("written");
  expect(await full.versionsAfter(page.id, 1)).toHaveLength(1);
  expect(await full.hasOpenDraft(page.id)).toBe(false);
});

it("finds a page that moved into a foreign space no more, and one that came back again", async () => {
  const { control, client } = aConfluence();
  const page = control.createPage({ spaceKey: "PLAN", title: "Plan", body });
  const cloud = client("cloud_token");
  control.movePage({ id: page.id, spaceKey: "SECRET" });
  expect(await cloud.findVersion(page.id)).toBeNull();
  control.movePage({ id: page.id, spaceKey: "PLAN" });
  control.removePage({ id: page.id });
  control.restorePage({ id: page.id });
  expect(await cloud.findVersion(page.id)).toBe(1);
  control.deletePage({ id: page.id });
  expect(await cloud.findVersion(page.id)).toBeNull();
});
