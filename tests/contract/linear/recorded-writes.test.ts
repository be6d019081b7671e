import { describe, expect, it } from "vitest";
import { RetryableError } from "../../../lib/domain/errors.js";
import { allDone, failing, inputsOf, linearErrors as errors, recordedLinear } from "./recorded-linear.js";

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
