import { afterEach, describe, expect, it, vi } from "vitest";
import { FatalError, RetryableError } from "../../../lib/domain/errors.js";
import type { IssueInput } from "../../../lib/ports.js";
import {
  linearErrors as errors,
  type RecordedAnswer,
  type RecordedRequest,
  recordedLinear,
} from "./recorded-linear.js";

const now = Date.parse("2026-11-20T10:00:00.000Z");
const thought = { id: "a1", agentSessionId: "as-1", content: { type: "thought" as const, body: "Reading" } };
const activityMade = { data: { agentActivityCreate: { success: true, agentActivity: { id: "a1" } } } };
const noTeams = { data: { teams: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] } } };

afterEach(() => void vi.useRealTimers());

describe("an answer that never comes whole", () => {
  it.each<[string, RecordedAnswer | Error, string]>([
    ["a broken connection", new TypeError("fetch failed"), "linear_unreachable"],
    ["a server error", { status: 500, body: "upstream error" }, "linear_unavailable"],
    ["a bad gateway whose body is whole", { status: 502, body: noTeams }, "linear_unavailable"],
    ["a body cut off in the middle", { body: '{"data":{"teams":{"nodes":[{"id":"se' }, "linear_unavailable"],
    ["a page that is not GraphQL", { body: "<html>Maintenance</html>" }, "linear_unavailable"],
    ["an answer without data", { body: {} }, "linear_unavailable"],
    ["data in another shape", { body: { data: { teams: [] } } }, "linear_unavailable"],
    ["an internal error", { body: { errors: [errors.internal] } }, "linear_unavailable"],
  ])("%s is for the queue to try again", async (_, answer, code) => {
    const { client, requests } = recordedLinear(answer);
    await expect(client.listTeams()).rejects.toSatisfy(
      (error) => error instanceof RetryableError && error.code === code,
    );
    expect(requests).toHaveLength(1);
  });

  it("is waited for no longer than the time-out", async () => {
    const { client } = recordedLinear(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_unreachable" });
  });

  it("leaves nothing of its body in the error", async () => {
    const { client } = recordedLinear({ body: '{"data":{"secret-words' });
    const error = (await client.listTeams().catch((caught: unknown) => caught)) as RetryableError;
    expect(JSON.stringify([error.message, error.context, String(error.cause)])).not.toContain("secret-words");
  });
});

describe("the rate limit", () => {
  const limited = (headers: Record<string, string>) => ({
    status: 400,
    headers,
    body: { errors: [errors.rateLimited] },
  });
  const bucket = (name: string, remaining: number, resetInMs: number) => ({
    [`X-RateLimit-${name}-Limit`]: "5000",
    [`X-RateLimit-${name}-Remaining`]: String(remaining),
    [`X-RateLimit-${name}-Reset`]: String(now + resetInMs),
  });

  it.each<[string, Record<string, string>, number | null]>([
    [
      "until the bucket of requests is full",
      { ...bucket("Requests", 0, 70_000), ...bucket("Complexity", 9, 9_000) },
      70_000,
    ],
    [
      "until the bucket of points is full",
      { ...bucket("Requests", 9, 70_000), ...bucket("Complexity", 0, 9_000) },
      9_000,
    ],
    [
      "for the slower of two empty ones",
      { ...bucket("Requests", 0, 70_000), ...bucket("Complexity", 0, 9_000) },
      70_000,
    ],
    ["for an endpoint's own bucket", bucket("Endpoint-Requests", 0, 5_000), 5_000],
    ["not at all where the reset has passed", bucket("Requests", 0, -5), 0],
    ["as Retry-After says where no bucket is empty", { ...bucket("Requests", 9, 70_000), "Retry-After": "30" }, 30_000],
    ["as the queue sees fit where nothing is said", {}, null],
  ])("is waited out %s", async (_, headers, retryAfterMs) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { client } = recordedLinear(limited(headers));
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_rate_limited", retryAfterMs });
  });

  it("may also come as 429", async () => {
    const { client } = recordedLinear({ status: 429, headers: { "Retry-After": "7" }, body: "slow down" });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_rate_limited", retryAfterMs: 7_000 });
  });

  it("is read from each answer, also from one that refuses", async () => {
    const { client } = recordedLinear(
      { body: noTeams, headers: { ...bucket("Requests", 4_000, 1_000), ...bucket("Complexity", 1_000, 2_000) } },
      limited({ ...bucket("Requests", 0, 3_000), ...bucket("Complexity", 900, 2_500) }),
      { body: noTeams },
    );
    expect(client.budget()).toBeNull();
    await client.listTeams();
    expect(client.budget()).toEqual({
      requestsLimit: 5_000,
      requestsRemaining: 4_000,
      complexityLimit: 5_000,
      complexityRemaining: 1_000,
      resetAt: now + 2_000,
    });
    await client.listTeams().catch(() => undefined);
    expect(client.budget()).toMatchObject({ requestsRemaining: 0, resetAt: now + 3_000 });
    await client.listTeams();
    expect(client.budget()).toMatchObject({ requestsRemaining: 0 });
  });
});

describe("the end of a run", () => {
  it.each<[string, RecordedAnswer, string]>([
    [
      "the grant is revoked, told with 401",
      { status: 401, body: { errors: [errors.unauthorized] } },
      "installation_revoked",
    ],
    ["the grant is revoked, told with 200", { body: { errors: [errors.unauthorized] } }, "installation_revoked"],
    ["the free plan is full", { status: 400, body: { errors: [errors.planFull] } }, "linear_plan_full"],
    ["the app may not enter", { status: 403, body: { errors: [errors.forbidden] } }, "linear_no_access"],
    ["Linear refuses a single request", { status: 400, body: { errors: [errors.refused("Nope")] } }, "linear_refused"],
  ])("comes where %s, in words for a person", async (_, answer, code) => {
    const error = await recordedLinear(answer)
      .client.createActivity(thought)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code });
    expect((error as FatalError).words).toMatch(/stays as it is\. .*(reply “retry”|mention me)/);
  });

  it("does not come from a refusal that names no type", async () => {
    const { client, refreshes } = recordedLinear({ status: 401, body: { errors: [errors.untyped] } });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_refused" });
    expect(refreshes()).toBe(0);
  });
});

describe("a token that Linear does not take", () => {
  it("is refreshed once, and the request is sent again", async () => {
    const { client, requests, refreshes } = recordedLinear(
      { status: 401, body: { errors: [errors.unauthorized] } },
      { body: noTeams },
    );
    await expect(client.listTeams()).resolves.toEqual([]);
    expect(requests.map(({ authorization }) => authorization)).toEqual(["Bearer token-0", "Bearer token-1"]);
    expect(refreshes()).toBe(1);
  });

  it("is not refreshed a second time", async () => {
    const { client, requests } = recordedLinear({ status: 401, body: { errors: [errors.unauthorized] } });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "installation_revoked" });
    expect(requests).toHaveLength(2);
  });
});

describe("an activity", () => {
  it("carries signal and metadata beside its content", async () => {
    const { client, requests } = recordedLinear({ body: activityMade });
    const content = { type: "elicitation" as const, body: "Create these?" };
    const options = [{ label: "Create", value: "create#1" }];
    await expect(client.createActivity({ ...thought, content, select: options })).resolves.toBe("created");
    await client.createActivity({ ...thought, content, auth: { url: "https://a.test", providerName: "Confluence" } });
    await client.createActivity({ ...thought, ephemeral: true });
    expect(requests.map(({ variables }) => variables.input)).toEqual([
      { id: "a1", agentSessionId: "as-1", content, signal: "select", signalMetadata: { options } },
      {
        id: "a1",
        agentSessionId: "as-1",
        content,
        signal: "auth",
        signalMetadata: { url: "https://a.test", providerName: "Confluence" },
      },
      { ...thought, ephemeral: true },
    ]);
  });

  it.each([200, 400])("that was said before exists, told with %d", async (status) => {
    const answer = { status, body: { data: null, errors: [errors.conflict("AgentActivity", "a1")] } };
    await expect(recordedLinear(answer).client.createActivity(thought)).resolves.toBe("exists");
  });
});

describe("a batch of issues", () => {
  const issue = (n: number): IssueInput => ({
    id: `i${n}`,
    teamId: "t1",
    title: `Story ${n}`,
    description: "",
    parentId: n === 0 ? null : "i0",
    projectId: null,
    labelIds: [],
    priority: 2,
    estimate: n === 0 ? null : 3,
  });
  const made = (n: number) => ({
    id: `i${n}`,
    identifier: `ENG-${n}`,
    url: `https://linear.test/${n}`,
    updatedAt: "2026-11-20",
  });

  it("is one request, and what is null is left out of it", async () => {
    const nodes = [
      { ...made(0), parent: null },
      { ...made(1), parent: { id: "i0" } },
    ];
    const { client, requests } = recordedLinear({
      body: { data: { issueBatchCreate: { success: true, issues: nodes } } },
    });
    await expect(client.createIssues([issue(0), issue(1)])).resolves.toEqual({
      kind: "created",
      issues: [
        { ...made(0), parentId: null },
        { ...made(1), parentId: "i0" },
      ],
    });
    expect(requests.map(({ variables }) => variables)).toEqual([
      {
        input: {
          issues: [
            { id: "i0", teamId: "t1", title: "Story 0", description: "", labelIds: [], priority: 2 },
            {
              id: "i1",
              teamId: "t1",
              title: "Story 1",
              description: "",
              labelIds: [],
              priority: 2,
              parentId: "i0",
              estimate: 3,
            },
          ],
        },
      },
    ]);
  });

  it("is a conflict where one of them exists", async () => {
    const { client } = recordedLinear({ status: 400, body: { errors: [errors.conflict("Issue", "i0")] } });
    await expect(client.createIssues([issue(0)])).resolves.toEqual({ kind: "conflict" });
  });

  it.each(["parentId contained an entry that could not be found.", "Entity not found: Project"])(
    "is refused with Linear's words: %s",
    async (message) => {
      const { client } = recordedLinear({ status: 400, body: { errors: [errors.refused(message)] } });
      await expect(client.createIssues([issue(0)])).resolves.toEqual({ kind: "refused", message });
    },
  );

  it("of none asks nothing, and of more than fifty is a mistake", async () => {
    const { client, requests } = recordedLinear(new Error("not to be asked"));
    await expect(client.createIssues([])).resolves.toEqual({ kind: "created", issues: [] });
    await expect(client.createIssues(Array.from({ length: 51 }, (_, n) => issue(n)))).rejects.toThrow(RangeError);
    expect(requests).toHaveLength(0);
  });
});

describe("many writes", () => {
  const links = Array.from({ length: 75 }, (_, n) => ({ id: `r${n}`, issueId: `a${n}`, relatedIssueId: `b${n}` }));
  const relations = links.map((link) => ({ ...link, type: "blocks" as const }));
  const done = (id: string) => ({ id, outcome: "done" });

  it("go out fifty to a request", async () => {
    const { client, requests } = recordedLinear(allDone);
    await expect(client.createRelations(relations)).resolves.toEqual(links.map(({ id }) => done(id)));
    expect(requests.map((request) => inputsOf(request).length)).toEqual([50, 25]);
  });

  it("ask nothing where there are none", async () => {
    const { client, requests } = recordedLinear(new Error("not to be asked"));
    await expect(client.updateIssues([])).resolves.toEqual([]);
    expect(requests).toHaveLength(0);
  });

  it("of relations and attachments share a request", async () => {
    const { client, requests } = recordedLinear(allDone);
    const results = await client.writeLinks([
      { kind: "relation", id: "r1", issueId: "a", relatedIssueId: "b" },
      { kind: "attachment", issueId: "a", url: "https://acme.test/p#1", title: "Page", subtitle: "Story" },
    ]);
    expect(results).toEqual([done("r1"), done("made-1")]);
    expect(requests).toHaveLength(1);
    expect(requests.flatMap(inputsOf)).toEqual([
      { id: "r1", issueId: "a", relatedIssueId: "b", type: "blocks" },
      { issueId: "a", url: "https://acme.test/p#1", title: "Page", subtitle: "Story" },
    ]);
  });

  it("have an outcome each where Linear answers the others beside the errors", async () => {
    const { client, requests } = recordedLinear((request) => {
      const ids = inputsOf(request).map(({ id }) => id);
      const bad = { r1: errors.conflict("IssueRelation", "r1"), r3: errors.refused("Issues may not block themselves") };
      return failing(request, (n) => bad[ids[n] as keyof typeof bad]);
    });
    await expect(client.createRelations(relations.slice(0, 5))).resolves.toEqual([
      done("r0"),
      { id: "r1", outcome: "exists", message: "Entity IssueRelation with id r1 already exists." },
      done("r2"),
      { id: "r3", outcome: "refused", message: "Issues may not block themselves" },
      done("r4"),
    ]);
    expect(requests).toHaveLength(1);
  });

  it("are sent again without the refused one where its error took all answers with it", async () => {
    const { client, requests } = recordedLinear((request) => {
      const bad = inputsOf(request).findIndex(({ id }) => id === "r30");
      if (bad < 0) return allDone(request);
      return { status: 400, body: { data: null, errors: [{ ...errors.refused("No"), path: [`w${bad}`] }] } };
    });
    const results = await client.createRelations(relations);
    expect(results.filter(({ outcome }) => outcome !== "done")).toEqual([
      { id: "r30", outcome: "refused", message: "No" },
    ]);
    expect(results.map(({ id }) => id)).toEqual(links.map(({ id }) => id));
    expect(requests.map((request) => inputsOf(request).length)).toEqual([50, 49, 25]);
  });

  it("are halved until the refused one stands alone where the error names none", async () => {
    const { client, requests } = recordedLinear((request) =>
      inputsOf(request).some(({ id }) => id === "r5")
        ? { status: 400, body: { errors: [errors.refused("Argument Validation Error")] } }
        : allDone(request),
    );
    const results = await client.createRelations(relations.slice(0, 8));
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 5 }, () => "done"),
      "refused",
      "done",
      "done",
    ]);
    expect(requests.map((request) => inputsOf(request).length)).toEqual([8, 4, 4, 2, 1, 1, 2]);
  });

  it("end with the run where one error concerns the whole of it", async () => {
    const { client } = recordedLinear((request) => failing(request, (n) => (n === 2 ? errors.rateLimited : undefined)));
    await expect(client.createRelations(relations.slice(0, 5))).rejects.toMatchObject({ code: "linear_rate_limited" });
  });

  it("whose answer is lost are for the queue to try again", async () => {
    const { client } = recordedLinear({ status: 502, headers: { "x-simulator-lost-answer": "1" }, body: "" });
    await expect(client.createRelations(relations)).rejects.toBeInstanceOf(RetryableError);
  });

  it("whose answer leaves an entry out without a word are for the queue to try again", async () => {
    const { client } = recordedLinear({ body: { data: {} } });
    await expect(client.createRelations(relations.slice(0, 2))).rejects.toMatchObject({ code: "linear_unavailable" });
  });

  it("of labels exist where the name is taken", async () => {
    const { client } = recordedLinear((request) => failing(request, () => errors.labelTaken));
    await expect(client.createLabels([{ id: "l1", name: "Feature", teamId: "t1" }])).resolves.toEqual([
      { id: "l1", outcome: "exists", message: 'Label "Feature" already exists in team Engineering.' },
    ]);
  });

  it("of projects tell where they are found", async () => {
    const written = { id: "p1", url: "https://linear.test/project/x-1", slugId: "x1" };
    const { client } = recordedLinear({ body: { data: { w0: { success: true, written } } } });
    const project = { id: "p1", name: "Epic", description: "", content: "", teamIds: ["t1"], priority: 0 };
    await expect(client.createProjects([project])).resolves.toEqual([
      { id: "p1", outcome: "done", url: written.url, slug: "x1" },
    ]);
  });

  it("that take away what is not there are done", async () => {
    const { client } = recordedLinear((request) => failing(request, () => errors.notFound("Issue")));
    await expect(client.trashIssues(["i1"])).resolves.toEqual([done("i1")]);
    await expect(client.deleteRelations(["r1"])).resolves.toEqual([done("r1")]);
    await expect(client.updateIssues([{ id: "i1", change: { title: "x" } }])).resolves.toMatchObject([
      { id: "i1", outcome: "refused" },
    ]);
  });

  it("clear what is null and leave what is not named", async () => {
    const { client, requests } = recordedLinear(allDone);
    await client.updateIssues([{ id: "i1", change: { parentId: null, estimate: null, addedLabelIds: ["l1"] } }]);
    expect(requests[0]?.variables).toEqual({
      id0: "i1",
      input0: { parentId: null, estimate: null, addedLabelIds: ["l1"] },
    });
  });
});

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

type Input = { id?: string };

const inputsOf = ({ variables }: RecordedRequest): Input[] =>
  Object.entries(variables).flatMap(([name, value]) => (name.startsWith("input") ? [value as Input] : []));

const aliasesOf = ({ query }: RecordedRequest) =>
  [...query.matchAll(/^ {2}(w\d+):/gm)].map(([, alias]) => alias as string);

/** Every entry done, under the id that it names or one that Linear draws. */
function allDone(request: RecordedRequest): RecordedAnswer {
  return failing(request, () => undefined);
}

function failing(request: RecordedRequest, errorOf: (n: number) => object | undefined): RecordedAnswer {
  const aliases = aliasesOf(request);
  const inputs = inputsOf(request);
  const data = aliases.map((alias, n) => [
    alias,
    errorOf(n) ? null : { success: true, written: { id: inputs[n]?.id ?? request.variables[`id${n}`] ?? `made-${n}` } },
  ]);
  const found = aliases.flatMap((alias, n) => (errorOf(n) ? [{ ...errorOf(n), path: [alias] }] : []));
  return { body: { data: Object.fromEntries(data), ...(found.length > 0 && { errors: found }) } };
}

const idsIn = (variables: Record<string, unknown>) => (variables.filter as { id: { in: string[] } }).id.in;
