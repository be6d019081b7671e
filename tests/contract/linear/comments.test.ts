import { describe, expect, it } from "vitest";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { anIssue, simulatedLinear } from "./simulated-linear.js";

const id = (n: number) => derivedUuid("issue", n);
const long = "2020-01-01T00:00:00.000Z";

async function twoIssues() {
  const linear = simulatedLinear();
  await linear.client.createIssues([anIssue(linear.teamId, 0), anIssue(linear.teamId, 1)]);
  linear.control.clearRequests();
  return linear;
}

describe("comments on issues", () => {
  it("are read from an instant on, the oldest first, with author, thread and address", async () => {
    const { client, control } = await twoIssues();
    const first = control.comment({ issue: id(0), body: "First", user: "Ada" }).commentId;
    const answer = control.comment({ issue: id(0), body: "Answer", replyTo: first }).commentId;
    control.comment({ issue: id(1), body: "On another" });
    const all = await client.readComments([id(0)], long);
    expect(all).toMatchObject([
      {
        id: first,
        issueId: id(0),
        threadId: first,
        body: "First",
        author: { name: "Ada Lovelace" },
        isAgentThread: false,
      },
      { id: answer, threadId: first, body: "Answer" },
    ]);
    expect(all[0]?.url).toMatch(/#comment-/);
    expect(await client.readComments([id(0), id(1)], all[1]?.createdAt ?? "")).toMatchObject([
      { body: "Answer" },
      { body: "On another" },
    ]);
    expect(await client.readComments([], long)).toEqual([]);
  });

  it("of apps have no author, and threads of an agent are told", async () => {
    const { client, control } = await twoIssues();
    await client.createComments([{ id: derivedUuid("ours"), issueId: id(0), parentId: null, body: "Ours" }]);
    control.comment({ issue: id(0), body: "Build is green", app: "Bot" });
    const { commentId } = control.mention({ issue: id(0), body: "@planningagent hello" });
    control.comment({ issue: id(0), body: "And more", replyTo: commentId });
    control.delegate({ issue: id(0) });
    const found = await client.readComments([id(0)], long);
    expect(found.map(({ author, isAgentThread }) => [author?.name ?? null, isAgentThread])).toEqual([
      [null, false],
      [null, false],
      ["Ada Lovelace", true],
      ["Ada Lovelace", true],
      [null, true],
    ]);
  });

  it("are read fifty to a request", async () => {
    const { client, control } = await twoIssues();
    for (let n = 0; n < 120; n += 1) control.comment({ issue: id(n % 2), body: `No. ${n}` });
    const found = await client.readComments([id(0), id(1)], long);
    expect(found.map(({ body }) => body)).toEqual(Array.from({ length: 120 }, (_, n) => `No. ${n}`));
    expect(control.requests()).toHaveLength(3);
  });

  it("are written once under their ids, in one request, and each has an outcome of its own", async () => {
    const { client, control } = await twoIssues();
    const root = { id: derivedUuid("a"), issueId: id(0), parentId: null, body: "Root" };
    const answer = { id: derivedUuid("b"), issueId: id(0), parentId: root.id, body: "Answer" };
    const lost = { id: derivedUuid("c"), issueId: id(9), parentId: null, body: "Nowhere" };
    expect(await client.createComments([root, answer])).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
    expect(control.requests()).toHaveLength(1);
    const again = await client.createComments([root, lost, answer]);
    expect(again.map(({ outcome }) => outcome)).toEqual(["exists", "refused", "exists"]);
    const made = control.comments({ issue: id(0) });
    expect(made.map(({ id: one, body, parentId }) => [one, body, parentId])).toEqual([
      [root.id, "Root", null],
      [answer.id, "Answer", root.id],
    ]);
  });
});
