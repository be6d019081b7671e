import { describe, expect, it } from "vitest";
import { linearErrors as errors, recordedLinear } from "./recorded-linear.js";

describe("reading", () => {
  const page = (endCursor: string | null, nodes: unknown[]) => ({
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
    nodes,
  });

  it("follows the pages of teams", async () => {
    const team = (n: number) => ({ id: `t${n}`, key: `T${n}`, name: `Team ${n}` });
    const { client, requests } = recordedLinear(
      { body: { data: { teams: page("c1", [team(1)]) } } },
      { body: { data: { teams: page(null, [team(2)]) } } },
    );
    await expect(client.listTeams()).resolves.toEqual([team(1), team(2)]);
    expect(requests.map(({ variables }) => variables.after)).toEqual([null, "c1"]);
  });

  it("follows the pages of what a team has to do, to a thousand issues and no further", async () => {
    const issue = (n: number) => ({
      id: `i${n}`,
      identifier: `ENG-${n}`,
      url: `https://linear.app/i${n}`,
      title: `Issue ${n}`,
    });
    const issues = (from: number, endCursor: string | null) => ({
      body: {
        data: {
          issues: page(
            endCursor,
            Array.from({ length: 250 }, (_, n) => issue(from + n)),
          ),
        },
      },
    });
    const few = recordedLinear(issues(0, "c1"), { body: { data: { issues: page(null, [issue(250)]) } } });
    await expect(few.client.openIssues("t1")).resolves.toHaveLength(251);
    expect(few.requests.map(({ variables }) => variables)).toEqual([{ teamId: "t1" }, { teamId: "t1", after: "c1" }]);
    const many = recordedLinear(issues(0, "c1"), issues(250, "c2"), issues(500, "c3"), issues(750, "c4"));
    await expect(many.client.openIssues("t1")).resolves.toHaveLength(1_000);
  });

  const setup = (labels: unknown, workspaceLabels: unknown, scale = "fibonacci") => ({
    data: {
      team: {
        id: "t1",
        key: "ENG",
        name: "Engineering",
        issueEstimationType: scale,
        issueEstimationAllowZero: false,
        issueEstimationExtended: true,
        states: { nodes: [{ id: "s1", name: "Todo", type: "unstarted", position: 1 }] },
        labels,
      },
      issueLabels: workspaceLabels,
    },
  });
  const label = (id: string, teamId: string | null) => ({
    id,
    name: id,
    isGroup: false,
    team: teamId === null ? null : { id: teamId },
  });

  it("brings a team with the labels of team and workspace in one request", async () => {
    const { client, requests } = recordedLinear({
      body: setup(page(null, [label("l1", "t1"), label("l2", null)]), page(null, [label("l2", null)])),
    });
    await expect(client.readTeam("t1")).resolves.toEqual({
      id: "t1",
      key: "ENG",
      name: "Engineering",
      estimation: { scale: "fibonacci", extended: true, allowZero: false },
      states: [{ id: "s1", name: "Todo", type: "unstarted", position: 1 }],
      labels: [
        { id: "l1", name: "l1", isGroup: false, teamId: "t1" },
        { id: "l2", name: "l2", isGroup: false, teamId: null },
      ],
    });
    expect(requests).toHaveLength(1);
  });

  it("follows the labels where there are more than a page", async () => {
    const { client, requests } = recordedLinear(
      { body: setup(page(null, []), page("c1", [label("l1", null)])) },
      { body: setup(page(null, []), page(null, [label("l2", null)])) },
    );
    await expect(client.readTeam("t1")).resolves.toMatchObject({ labels: [{ id: "l1" }, { id: "l2" }] });
    expect(requests[1]?.variables).toEqual({ id: "t1", afterLabel: null, afterWorkspaceLabel: "c1" });
  });

  it("takes a scale that it doesn't know for none", async () => {
    const { client } = recordedLinear({ body: setup(page(null, []), page(null, []), "cubic") });
    await expect(client.readTeam("t1")).resolves.toMatchObject({ estimation: { scale: "notUsed" } });
  });

  it("says of a team that is not there that it is not", async () => {
    const { client } = recordedLinear({ status: 400, body: { data: null, errors: [errors.notFound("Team")] } });
    await expect(client.readTeam("t9")).resolves.toBe("not_found");
  });

  it("asks for issues fifty to a request, each once", async () => {
    const { client, requests } = recordedLinear({ body: { data: { issues: { nodes: [] } } } });
    await client.readIssues([...Array.from({ length: 60 }, (_, n) => `i${n}`), "i0", "i1"]);
    expect(requests.map(({ variables }) => idsIn(variables).length)).toEqual([50, 10]);
  });

  it("asks for identifiers by team and number, and for none where none is one", async () => {
    const { client, requests } = recordedLinear({ body: { data: { issues: { nodes: [] } } } });
    await client.readIssuesByIdentifier(["ENG-1", "eng-12", "OPS-3", "no identifier"]);
    await client.readIssuesByIdentifier(["nothing"]);
    expect(requests.map(({ variables }) => variables.filter)).toEqual([
      {
        or: [
          { team: { key: { eq: "ENG" } }, number: { in: [1, 12] } },
          { team: { key: { eq: "OPS" } }, number: { in: [3] } },
        ],
      },
    ]);
  });

  it("brings relations of both directions, each once, and all pages of an issue with many", async () => {
    const out = (id: string, to: string) => ({ id, type: "blocks", relatedIssue: { id: to } });
    const into = (id: string, from: string) => ({ id, type: "blocks", issue: { id: from } });
    const { client, requests } = recordedLinear(
      {
        body: {
          data: {
            issues: {
              nodes: [
                { id: "a", relations: page(null, [out("r1", "b")]), inverseRelations: page(null, []) },
                { id: "b", relations: page("c1", [out("r2", "x")]), inverseRelations: page(null, [into("r1", "a")]) },
              ],
            },
          },
        },
      },
      {
        body: {
          data: {
            issue: {
              id: "b",
              relations: page("c2", [out("r2", "x")]),
              inverseRelations: page(null, [into("r1", "a")]),
            },
          },
        },
      },
      {
        body: {
          data: { issue: { id: "b", relations: page(null, [out("r3", "y")]), inverseRelations: page(null, []) } },
        },
      },
    );
    const found = await client.readRelations(["a", "b"]);
    expect(found).toEqual([
      { id: "r1", type: "blocks", issueId: "a", relatedIssueId: "b" },
      { id: "r2", type: "blocks", issueId: "b", relatedIssueId: "x" },
      { id: "r3", type: "blocks", issueId: "b", relatedIssueId: "y" },
    ]);
    expect(requests.slice(1).map(({ variables }) => variables)).toEqual([
      { id: "b", after: null, afterInverse: null },
      { id: "b", after: "c2", afterInverse: null },
    ]);
  });
});

const idsIn = (variables: Record<string, unknown>) => (variables.filter as { id: { in: string[] } }).id.in;
