import { describe, expect, it } from "vitest";
import { aLinear, createIssue } from "./support.js";

const readBack = /* GraphQL */ `
  query ReadBack($ids: [ID!]!, $size: Int = 50) {
    issues(first: $size, includeArchived: true, filter: { id: { in: $ids } }) {
      nodes {
        id identifier url title description priority estimate trashed archivedAt updatedAt
        state { id type } parent { id } team { id } labels(first: 20) { nodes { id name } }
      }
    }
  }
`;

describe("complexity", () => {
  it("charges a read-back of fifty issues with about 1,500 points", async () => {
    const { headers } = await aLinear().ask(readBack, { ids: [] });
    expect(headers.get("x-complexity")).toBe("1470");
  });

  it("takes the page size that was asked for, and fifty where none was", async () => {
    const { ask } = aLinear();
    const points = async (query: string) => (await ask(query)).headers.get("x-complexity");
    expect(await points("{ teams(first: 2) { nodes { id } } }")).toBe("3");
    expect(await points("{ teams { nodes { id } } }")).toBe("55");
    expect(await points("{ viewer { id name organization { id } } }")).toBe("3");
  });

  it("refuses a query above 10,000 points", async () => {
    const { ask, control } = aLinear();
    const { status, errors } = await ask(
      "{ teams(first: 50) { nodes { issues(first: 50) { nodes { labels(first: 5) { nodes { id } } } } } } }",
    );
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions.userPresentableMessage).toContain("at most 10000");
    expect(control.requests().at(-1)?.complexity).toBeGreaterThan(10_000);
  });
});

describe("rate limits", () => {
  it("says in each answer what is left of the hour", async () => {
    let now = 1_000_000_000_000;
    const { ask } = aLinear({ now: () => now });
    const left = async () => {
      const { headers } = await ask("{ viewer { id } }");
      const of = (name: string) => Number(headers.get(`x-ratelimit-${name}`));
      return {
        requests: [of("requests-limit"), of("requests-remaining"), of("requests-reset") - now],
        endpoint: headers.get("x-ratelimit-endpoint-name"),
        complexity: [of("complexity-limit"), of("complexity-remaining"), of("complexity-reset") - now],
      };
    };
    expect(await left()).toEqual({
      requests: [5000, 4999, 720],
      endpoint: "viewer",
      complexity: [2_000_000, 1_999_998, 4],
    });
    expect((await left()).requests).toEqual([5000, 4998, 1440]);
    now += 60_000;
    expect((await left()).requests).toEqual([5000, 4999, 720]);
  });

  it("answers RATELIMITED with HTTP 400 until the bucket has leaked enough", async () => {
    let now = 1_000_000_000_000;
    const { ask } = aLinear({ now: () => now, switches: { requestsPerHour: 2 } });
    const ping = () => ask("{ viewer { id } }");
    await ping();
    expect((await ping()).status).toBe(200);
    const { status, errors, headers } = await ping();
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions).toMatchObject({
      type: "ratelimited",
      code: "RATELIMITED",
      statusCode: 429,
      userError: true,
    });
    expect(Number(headers.get("x-ratelimit-requests-reset"))).toBe(now + 3_600_000);
    now += 1_800_000;
    expect((await ping()).status).toBe(200);
  });

  it("takes points away as well as requests", async () => {
    const { ask } = aLinear({ switches: { complexityPerHour: 2_000 } });
    expect((await ask(readBack, { ids: [] })).status).toBe(200);
    expect((await ask(readBack, { ids: [] })).errors?.[0]?.extensions.code).toBe("RATELIMITED");
    expect((await ask("{ viewer { id } }")).status).toBe(200);
  });
});

describe("requests", () => {
  it("answers a document that the schema does not know as Linear does", async () => {
    const { status, errors } = await aLinear().ask("{ viewer { shoeSize } }");
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it("refuses variables of the wrong type", async () => {
    const { status, errors } = await aLinear().ask(createIssue, { input: { title: "No team" } });
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain("teamId");
  });

  it("lets nobody in without a token, or with one that has expired", async () => {
    let now = 1_000_000_000_000;
    const { ask } = aLinear({ now: () => now });
    expect((await ask("{ viewer { id } }", {}, "guessed")).status).toBe(401);
    now += 86_400_000;
    const { status, errors } = await ask("{ viewer { id } }");
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions.code).toBe("AUTHENTICATION_ERROR");
  });

  it("shows an installation its own workspace only", async () => {
    const { ask, control } = aLinear();
    control.addOrganization({
      id: "other",
      name: "Other",
      teams: [{ key: "OPS", name: "Ops" }],
      issues: [{ title: "Secret" }],
    });
    const other = control.install("other");
    const viewer = await ask("{ viewer { id app organization { id urlKey } } }", {}, other.accessToken);
    expect(viewer.data?.viewer).toEqual({
      id: other.appUserId,
      app: true,
      organization: { id: "other", urlKey: "other" },
    });
    const secret = control.issues({ organizationId: "other" })[0];
    expect(secret?.identifier).toBe("OPS-1");
    expect((await ask(`{ issue(id: "${secret?.id}") { title } }`)).errors?.[0]?.message).toBe(
      "Entity not found: Issue",
    );
  });

  it("lists what was asked, as reads and writes", async () => {
    const { ask, control, teamId } = aLinear();
    await ask("query Who { viewer { id } }");
    await ask(createIssue, { input: { teamId, title: "x" } });
    expect(control.requests()).toMatchObject([
      { operation: "Who", rootFields: ["viewer"], complexity: 2, organizationId: "test-org-123", kind: "read" },
      { operation: "Create", rootFields: ["issueCreate"], kind: "write" },
    ]);
    control.clearRequests();
    expect(control.requests()).toEqual([]);
  });

  it("befalls requests with the faults of their first field", async () => {
    const { ask, control, simulator, accessToken, teamId } = aLinear();
    control.addFault({ kind: "rate_limited", on: "issueCreate", times: 1, ms: 50 });
    const limited = await ask(createIssue, { input: { teamId, title: "x" } });
    expect(limited.errors?.[0]?.extensions.code).toBe("RATELIMITED");
    expect((await ask("{ viewer { id } }")).status).toBe(200);
    control.addFault({ kind: "lost_answer", on: "issueCreate", times: 1 });
    const lost = await simulator.fetch(
      new Request("http://linear.test/graphql", {
        method: "POST",
        headers: { Authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({
          query: `mutation { issueCreate(input: { teamId: "${teamId}", title: "y" }) { success } }`,
        }),
      }),
    );
    expect(lost.headers.has("x-simulator-lost-answer")).toBe(true);
    expect(control.issues().map(({ title }) => title)).toEqual(["Plan the next increment", "y"]);
  });
});
