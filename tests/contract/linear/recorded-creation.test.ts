import { describe, expect, it } from "vitest";
import type { IssueInput } from "../../../lib/ports-services.js";
import { linearErrors as errors, recordedLinear } from "./recorded-linear.js";

const thought = { id: "a1", agentSessionId: "as-1", content: { type: "thought" as const, body: "Reading" } };
const activityMade = { data: { agentActivityCreate: { success: true, agentActivity: { id: "a1" } } } };

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
