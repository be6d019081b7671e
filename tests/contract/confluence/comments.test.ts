import { describe, expect, it } from "vitest";
import { confluenceScopes } from "../../../lib/confluence/oauth.js";
import { aConfluence } from "./world.js";

const start = Date.parse("2030-01-01T00:00:00.000Z");

/** A page in a Confluence whose clock moves by a second with each comment. */
function aCommentedPage() {
  let now = start;
  const world = aConfluence({ now: () => now });
  const { id } = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p>Pay by card</p>" });
  const comment = (input: Partial<Parameters<typeof world.control.comment>[0]> = {}) => {
    now += 1_000;
    return world.control.comment({ id, body: `At ${(now - start) / 1_000}`, ...input }).id;
  };
  const second = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
  const after = (seconds: number) => new Date(start + seconds * 1_000 + 1).toISOString();
  const edit = (which: string) => {
    now += 1_000;
    world.control.editComment({ comment: which, body: "Edited" });
  };
  return { ...world, id, comment, second, after, edit };
}

describe.each(["cloud_oauth", "cloud_token"] as const)("comments over %s", (kind) => {
  it("are read from an instant on, those under the page and those at its words, the oldest first", async () => {
    const { client, id, comment, second, control } = aCommentedPage();
    comment();
    const under = comment();
    const at = comment({ selection: "card" });
    const found = await client(kind).readComments({ pageId: id, since: second(2), threads: [] });
    expect(found).toMatchObject([
      {
        id: under,
        kind: "footer",
        threadId: under,
        body: "<p>At 2</p>",
        createdAt: second(2),
        authorId: "712020:ben",
        anchor: null,
      },
      { id: at, kind: "inline", threadId: at, anchor: { words: "card", ref: expect.any(String) as string } },
    ]);
    const [first, last] = found as Exclude<typeof found, string>;
    expect(first?.url).toMatch(new RegExp(`/wiki/spaces/PLAN/pages/${id}/Plan\\?focusedCommentId=${under}$`));
    expect(control.page({ id }).body).toContain(`ac:ref="${last?.anchor?.ref}"`);
  });

  it("of a thread are read by the one that begins it", async () => {
    const { client, id, comment, after } = aCommentedPage();
    const [under, at] = [comment(), comment({ selection: "card" })];
    const answers = [comment({ replyTo: at }), comment({ replyTo: under })];
    const query = { pageId: id, since: after(2) };
    expect(await client(kind).readComments({ ...query, threads: [] })).toEqual([]);
    const threads = [
      { id: under, kind: "footer" as const },
      { id: at, kind: "inline" as const },
      { id: "404", kind: "footer" as const },
    ];
    expect(await client(kind).readComments({ ...query, threads })).toMatchObject([
      { id: answers[0], threadId: at, kind: "inline" },
      { id: answers[1], threadId: under, kind: "footer" },
    ]);
  });

  it("are as old as their first version, however late they were edited", async () => {
    const { client, id, comment, second, after, edit } = aCommentedPage();
    const old = comment();
    const young = comment();
    edit(old);
    edit(young);
    const found = await client(kind).readComments({ pageId: id, since: after(1), threads: [] });
    expect(found).toMatchObject([{ id: young, createdAt: second(2), body: "<p>Edited</p>" }]);
  });

  it("are read to the last, a hundred to a request", async () => {
    const { client, id, comment, after, control } = aCommentedPage();
    for (let n = 0; n < 250; n += 1) comment();
    const found = await client(kind).readComments({ pageId: id, since: after(0), threads: [] });
    expect(found).toHaveLength(250);
    expect(control.requests().filter(({ operation }) => operation.endsWith("/footer-comments"))).toHaveLength(3);
    const asked = control.requests().length;
    await client(kind).readComments({ pageId: id, since: after(240), threads: [] });
    const more = control.requests().slice(asked);
    expect(more.filter(({ operation }) => operation.endsWith("/footer-comments"))).toHaveLength(1);
  });

  it("are written under the page and into threads of both kinds", async () => {
    const { client, id, comment, control } = aCommentedPage();
    const [under, at] = [comment(), comment({ selection: "card" })];
    const written = await client(kind).createComments(id, [
      { thread: null, body: "<p>New</p>" },
      { thread: { id: under, kind: "footer" }, body: "<p>Under</p>" },
      { thread: { id: at, kind: "inline" }, body: "<p>At</p>" },
    ]);
    const made = control.page({ id }).comments.slice(2);
    expect(made).toMatchObject([
      { kind: "footer", body: "<p>New</p>", authorId: "712020:ada" },
      { kind: "footer", body: "<p>Under</p>", parentId: under },
      { kind: "inline", body: "<p>At</p>", parentId: at },
    ]);
    expect(written).toEqual([
      { id: made[0]?.id, thread: { id: made[0]?.id, kind: "footer" } },
      { id: made[1]?.id, thread: { id: under, kind: "footer" } },
      { id: made[2]?.id, thread: { id: at, kind: "inline" } },
    ]);
  });

  it("stand under the page where the thread is gone, and are refused where they are no storage format", async () => {
    const { client, id, control } = aCommentedPage();
    const [orphan, broken] = (await client(kind).createComments(id, [
      { thread: { id: "404", kind: "inline" }, body: "<p>Alone</p>" },
      { thread: null, body: "<p>Open" },
    ])) as unknown[];
    const [made] = control.page({ id }).comments;
    expect(orphan).toEqual({ id: made?.id, thread: { id: made?.id, kind: "footer" } });
    expect(broken).toBe("refused");
  });

  it("are written no further than whoever writes them may go on", async () => {
    const { client, id, control } = aCommentedPage();
    let asked = 0;
    const mayGoOn = async () => {
      asked += 1;
      if (asked > 2) throw new Error("the lease is lost");
    };
    const four = [1, 2, 3, 4].map((n) => ({ thread: null, body: `<p>${n}</p>` }));
    await expect(client(kind).createComments(id, four, mayGoOn)).rejects.toThrow("the lease is lost");
    expect(control.page({ id }).comments.map(({ body }) => body)).toEqual(["<p>1</p>", "<p>2</p>"]);
  });

  it("are neither read nor written in a space that the connection does not name", async () => {
    const { client, control, after } = aCommentedPage();
    const { id } = control.createPage({ spaceKey: "SECRET", title: "Layoffs", body: "<p>x</p>" });
    const before = control.requests().length;
    expect(await client(kind).readComments({ pageId: id, since: after(0), threads: [] })).toBe("not_readable");
    expect(await client(kind).createComments(id, [{ thread: null, body: "<p>x</p>" }])).toEqual(["not_writable"]);
    const asked = control.requests().slice(before);
    expect(asked.filter(({ operation }) => operation.includes("comments"))).toEqual([]);
  });

  it("name people, and no apps", async () => {
    const { client, comment, control, id } = aCommentedPage();
    comment({ app: "Gliffy" });
    const [app] = control.page({ id }).comments;
    const people = await client(kind).findPeople(["712020:ben", "712020:ben", app?.authorId ?? "", "712020:nobody"]);
    expect(people).toEqual(new Map([["712020:ben", "Ben Editor"]]));
  });

  it("throw what another try may get over, and no try is made by itself", async () => {
    const { client, id, control, switches } = aCommentedPage();
    for (const fault of ["server_error", "rate_limited", "lost_answer", "truncated"] as const) {
      switches.add({ kind: fault, on: "POST /wiki/api/v2/footer-comments", times: 1 });
      await expect(client(kind).createComments(id, [{ thread: null, body: "<p>x</p>" }])).rejects.toMatchObject({
        name: "RetryableError",
      });
    }
    expect(control.page({ id }).comments).toHaveLength(2);
  });
});

describe("a connection without the scopes for comments", () => {
  const without = (...scopes: string[]) => {
    const world = aCommentedPage();
    const scope = confluenceScopes.filter((one) => !scopes.includes(one)).join(" ");
    const { accessToken } = world.control.grant({ scope });
    let refreshed = 0;
    const client = world.client("cloud_oauth", {
      authorization: async () => `Bearer ${accessToken}`,
      onUnauthorized: async () => void (refreshed += 1),
    });
    return { ...world, client, refreshes: () => refreshed };
  };

  it("reads or writes none, refreshes nothing, and lives on", async () => {
    const { client, id, after, refreshes } = without("read:comment:confluence", "write:comment:confluence");
    expect(await client.readComments({ pageId: id, since: after(0), threads: [] })).toBe("not_readable");
    const two = [
      { thread: null, body: "<p>x</p>" },
      { thread: null, body: "<p>y</p>" },
    ];
    expect(await client.createComments(id, two)).toEqual(["not_writable", "not_writable"]);
    expect(await client.findVersion(id)).toBe(1);
    expect(refreshes()).toBe(0);
  });

  it("does not know who people are without that scope", async () => {
    const { client } = without("read:user:confluence");
    expect(await client.findPeople(["712020:ben"])).toBeNull();
  });
});

it("comments of Data Center are neither read nor written", async () => {
  const { client, id, after } = aCommentedPage();
  const site = client("data_center");
  expect(await site.readComments({ pageId: id, since: after(0), threads: [] })).toBe("not_supported");
  expect(await site.createComments(id, [{ thread: null, body: "<p>x</p>" }])).toBe("not_supported");
  expect(await site.findPeople(["712020:ben"])).toBeNull();
});
