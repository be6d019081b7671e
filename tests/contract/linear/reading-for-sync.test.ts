import { describe, expect, it } from "vitest";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { linearClient } from "../../../lib/linear/client.js";
import { linearErrors, recordedLinear } from "./recorded-linear.js";
import { anIssue, baseUrl, simulatedLinear } from "./simulated-linear.js";

const id = (n: number) => derivedUuid("issue", n);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

async function aTeam(count: number, switches: Parameters<typeof simulatedLinear>[0] = {}) {
  const linear = simulatedLinear(switches);
  const { client, control, teamId } = linear;
  for (let from = 0; from < count; from += 50)
    await client.createIssues(upTo(Math.min(50, count - from)).map((n) => anIssue(teamId, from + n)));
  const now = (await client.readIssues([id(count - 1)]))[0]?.updatedAt ?? "";
  control.clearRequests();
  const changed = async (since: string | null, ids: string[] = []) =>
    (await client.issuesChangedSince({ teamId, ids, since })).map((issue) => issue.id);
  return { ...linear, now, changed };
}

describe("issues that changed", () => {
  it("come with those that changed first at the head, thrown away and archived ones too", async () => {
    const { control, client, teamId, now, changed } = await aTeam(5);
    expect(await changed(now)).toEqual([]);
    control.editIssue({ issue: id(3), change: { title: "Three" } });
    control.trashIssue({ issue: id(1) });
    control.archiveIssue({ issue: id(0) });
    expect(await changed(now)).toEqual([id(3), id(1), id(0)]);
    const [, trashed, archived] = await client.issuesChangedSince({ teamId, ids: [], since: now });
    expect(trashed).toMatchObject({ trashed: true, stateName: "Backlog" });
    expect(archived).toMatchObject({ trashed: false, archivedAt: expect.any(String) as string });
    control.restoreIssue({ issue: id(1) });
    expect((await client.readIssues([id(1)]))[0]).toMatchObject({ trashed: false, archivedAt: null });
    expect((await changed(now)).at(-1)).toBe(id(1));
  });

  it("are those of the team, and the named ones wherever they are", async () => {
    const { control, send } = simulatedLinear();
    const teams = ["OPS", "DEV"].map((key) => ({ key, name: key }));
    const issues = teams.map(({ key }) => ({ team: key, title: key }));
    control.seed({ organizations: [{ id: "two", name: "Two", teams, issues }] });
    const { accessToken } = control.install();
    const client = linearClient({
      url: `${baseUrl}/graphql`,
      accessToken: () => Promise.resolve(accessToken),
      fetch: send,
    });
    const [ops, dev] = control.issues();
    const teamId = control.state().teams.find(({ key }) => key === "OPS")?.id ?? "";
    const changed = async (ids: string[], since: string | null = null) =>
      (await client.issuesChangedSince({ teamId, ids, since })).map((issue) => issue.title);
    expect(await changed([])).toEqual(["OPS"]);
    expect(await changed([ops?.id ?? "", dev?.id ?? "", id(99)])).toEqual(["OPS", "DEV"]);
    expect(await changed([dev?.id ?? ""], ops?.updatedAt ?? "")).toEqual(["DEV"]);
  });

  it("are read fifty to a request, each for a fifth of what a request may cost", async () => {
    const { control, changed } = await aTeam(120);
    expect(new Set(await changed(null)).size).toBe(121);
    expect(control.requests().map(({ operation }) => operation)).toEqual(upTo(3).map(() => "ReadChangedIssues"));
    expect(Math.max(...control.requests().map(({ complexity }) => complexity))).toBeLessThan(2_000);
  });

  it("that change while the pages are read are left to the next read, which asks from the newest on", async () => {
    const { simulator, control, client, teamId, now } = await aTeam(120);
    for (const n of upTo(120)) control.editIssue({ issue: id(n), change: { title: `Edited ${n}` } });
    const { fetch } = simulator;
    let pages = 0;
    simulator.fetch = async (request) => {
      const answer = await fetch(request);
      pages += 1;
      // The last of the first page, one of a page to come, and one that was read.
      if (pages === 1)
        for (const n of [70, 10, 119]) control.editIssue({ issue: id(n), change: { title: "Meanwhile" } });
      return answer;
    };
    const first = await client.issuesChangedSince({ teamId, ids: [], since: now });
    const since = first.at(-1)?.updatedAt ?? "";
    const second = await client.issuesChangedSince({ teamId, ids: [], since });
    expect(second.map((issue) => issue.id)).toEqual([70, 10, 119].map(id));
    expect(new Set(first.map((issue) => issue.id)).size).toBe(first.length);
    expect(new Set([...first, ...second].map((issue) => issue.id)).size).toBe(120);
  });

  it("name all their children, however many there are, and where each stands among them", async () => {
    const { control, client, teamId, now } = await aTeam(1);
    await client.createIssues(upTo(24).map((n) => anIssue(teamId, n + 1, { parentId: id(0) })));
    control.reorderIssue({ issue: id(24), position: 0 });
    const issues = await client.issuesChangedSince({ teamId, ids: [], since: now });
    const byOrder = issues.toSorted((a, b) => (a.subIssueSortOrder ?? 0) - (b.subIssueSortOrder ?? 0));
    expect(byOrder.map((issue) => issue.id)).toEqual([24, ...upTo(23).map((n) => n + 1)].map(id));
    const parent = (await client.issuesChangedSince({ teamId, ids: [], since: null })).find(
      ({ id: each }) => each === id(0),
    );
    expect(parent?.children).toHaveLength(24);
    expect(parent?.subIssueSortOrder).toBeNull();
  });

  it("put a child where it is to stand", async () => {
    const { control, client, teamId } = await aTeam(1);
    await client.createIssues(upTo(2).map((n) => anIssue(teamId, n + 1, { parentId: id(0) })));
    const [first, second] = await client.readIssues([id(1), id(2)]);
    const orders = [first?.subIssueSortOrder, second?.subIssueSortOrder].map(Number).toSorted((a, b) => a - b);
    await client.updateIssues([{ id: id(2), change: { subIssueSortOrder: orders[0]! - 1 } }]);
    const issues = await client.readIssues([id(1), id(2)]);
    const order = issues.toSorted((a, b) => Number(a.subIssueSortOrder) - Number(b.subIssueSortOrder));
    expect(order.map((issue) => issue.id)).toEqual([id(2), id(1)]);
    expect(control.history({ issue: id(2) })).toEqual([]);
  });
});

describe("the history of issues", () => {
  it("names what each change was from and to, and who made it, oldest first", async () => {
    const { control, client, now, installation, teamId } = await aTeam(3);
    const label = { id: derivedUuid("label", 1), name: "Story", teamId };
    await client.createLabels([label]);
    control.editIssue({ issue: id(0), user: "Grace", change: { title: "Hers", priority: 2, estimate: 3 } });
    await client.updateIssues([{ id: id(0), change: { title: "Ours", addedLabelIds: [label.id] } }]);
    control.moveIssue({ issue: id(1), parent: id(0) });
    control.editIssue({ issue: id(1), change: { state: "In Progress", description: "words" } });
    control.editIssue({ issue: id(0), user: "Grace", change: { estimate: null, removedLabelIds: [label.id] } });
    const { users, states } = control.state();
    const ada = users.find(({ app, organizationId }) => !app && organizationId === installation.organizationId)?.id;
    const grace = users.find(({ name }) => name.startsWith("Grace"))?.id;
    const state = (name: string) => states.find((each) => each.name === name)?.id;
    const history = await client.readHistory([id(0), id(1), id(2), id(99)], now);
    expect(history.map(({ at: _at, ...entry }) => entry)).toEqual([
      {
        issueId: id(0),
        actorId: grace,
        title: { from: "Story 0", to: "Hers" },
        priority: { from: 0, to: 2 },
        estimate: { from: null, to: 3 },
      },
      {
        issueId: id(0),
        actorId: installation.appUserId,
        title: { from: "Hers", to: "Ours" },
        addedLabelIds: [label.id],
      },
      { issueId: id(1), actorId: ada, parentId: { from: null, to: id(0) } },
      {
        issueId: id(1),
        actorId: ada,
        stateId: { from: state("Backlog"), to: state("In Progress") },
        description: true,
      },
      { issueId: id(0), actorId: grace, estimate: { from: 3, to: null }, removedLabelIds: [label.id] },
    ]);
    const since = history[3]?.at ?? "";
    expect(await client.readHistory([id(0), id(1)], since)).toEqual(history.slice(3));
  });

  it("of fifty issues is one request, and one more where descriptions changed, below what a request may cost", async () => {
    const { control, client, now } = await aTeam(60);
    for (const n of upTo(60)) control.editIssue({ issue: id(n), change: { priority: 1 } });
    expect(await client.readHistory(upTo(60).map(id), now)).toHaveLength(60);
    expect(control.requests().map(({ operation }) => operation)).toEqual(["ReadHistories", "ReadHistories"]);
    control.editIssue({ issue: id(0), change: { description: "words" } });
    await client.readHistory(upTo(50).map(id), now);
    expect(
      control
        .requests()
        .slice(2)
        .map(({ operation }) => operation),
    ).toEqual(["ReadHistories", "ReadDescriptionWriters"]);
    expect(control.requests().every(({ complexity }) => complexity < 5_000)).toBe(true);
  });

  it.each(["newest_first", "oldest_first"] as const)(
    "of much that happened is read as far as is asked (%s)",
    async (historyOrder) => {
      const { control, client, now } = await aTeam(2, { historyOrder });
      for (const n of upTo(130)) control.editIssue({ issue: id(0), change: { title: `Title ${n}` } });
      const all = await client.readHistory([id(0), id(1)], now);
      expect(all.map(({ title }) => title?.to)).toEqual(upTo(130).map((n) => `Title ${n}`));
      control.clearRequests();
      const last = await client.readHistory([id(0)], all.at(-3)?.at ?? "");
      expect(last.map(({ title }) => title?.to)).toEqual(["Title 127", "Title 128", "Title 129"]);
      expect(control.requests()).toHaveLength(historyOrder === "newest_first" ? 1 : 3);
    },
  );

  it("says of our own doing that it was the app where Linear names no user for it", async () => {
    const { client, now } = await aTeam(1, { ownActorKind: "oauth_client" });
    await client.updateIssues([{ id: id(0), change: { priority: 1 } }]);
    expect(await client.readHistory([id(0)], now)).toMatchObject([{ actorId: "linear-client" }]);
  });

  it("leaves out an issue that is gone for good between two pages", async () => {
    const node = (n: number) => ({ id: `h${n}`, updatedAt: "2026-01-02T00:00:00.000Z", actorId: "u1", toTitle: "b" });
    const page = { pageInfo: { hasNextPage: true, endCursor: "c" }, nodes: [node(1)] };
    const { client } = recordedLinear(
      { body: { data: { issues: { nodes: [{ id: "a", history: page }] } } } },
      { status: 400, body: { data: null, errors: [linearErrors.notFound("Issue")] } },
    );
    expect(await client.readHistory(["a"], "2026-01-01T00:00:00.000Z")).toHaveLength(1);
  });

  it("counts the last edit that an entry has gathered, and everybody who wrote the description in it", async () => {
    const pageInfo = { hasNextPage: false, endCursor: null };
    const node = {
      id: "h1",
      createdAt: "2026-01-01T00:00:00.000Z",
      updatedAt: "2026-01-03T00:00:00.000Z",
      actorId: "app",
      updatedDescription: true,
    };
    const { client } = recordedLinear(
      { body: { data: { issues: { nodes: [{ id: "a", history: { pageInfo, nodes: [node] } }] } } } },
      {
        body: {
          data: {
            issues: {
              nodes: [{ history: { nodes: [{ id: "h1", descriptionUpdatedBy: [{ id: "app" }, { id: "grace" }] }] } }],
            },
          },
        },
      },
    );
    const at = "2026-01-03T00:00:00.000Z";
    expect(await client.readHistory(["a"], "2026-01-02T00:00:00.000Z")).toEqual([
      { issueId: "a", at, actorId: "app", description: true },
      { issueId: "a", at, actorId: "grace", description: true },
    ]);
  });
});

describe("a conversation that the app opens", () => {
  it("is an agent session on the issue, of which the app is told only where Linear does so", async () => {
    const { client, control, webhooks } = await aTeam(1);
    await control.settled();
    const before = webhooks.length;
    const agentSessionId = await client.createAgentSession(id(0));
    expect(control.sessions()).toMatchObject([{ agentSessionId, issueId: id(0), status: "pending" }]);
    await control.settled();
    expect(webhooks).toHaveLength(before);
    control.configure({ announcesOwnSessions: true });
    await client.createAgentSession(id(0));
    await control.settled();
    expect(webhooks).toHaveLength(before + 1);
  });

  it("is refused in words on an issue that is not there", async () => {
    const { client } = simulatedLinear();
    await expect(client.createAgentSession(id(9))).rejects.toMatchObject({
      name: "FatalError",
      code: "linear_refused",
    });
  });
});

describe("what people do in the simulated Linear", () => {
  it("relates issues, parts them, and ends one for good", async () => {
    const { client, control } = await aTeam(3);
    control.relateIssues({ issue: id(0), other: id(1) });
    expect(await client.readRelations([id(1)])).toMatchObject([
      { issueId: id(0), relatedIssueId: id(1), type: "blocks" },
    ]);
    control.unrelateIssues({ issue: id(0), other: id(1) });
    expect(await client.readRelations([id(1)])).toEqual([]);
    control.moveIssue({ issue: id(2), parent: id(0) });
    control.deleteIssue({ issue: id(0) });
    const left = await client.readIssues([id(0), id(2)]);
    expect(left).toMatchObject([{ id: id(2), parentId: null }]);
  });
});
