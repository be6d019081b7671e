import { describe, expect, it } from "vitest";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { aLinear, createActivity } from "./support.js";

const one = derivedUuid("activity", 1);

describe("agent sessions", () => {
  it("has the state that the last activity gives", async () => {
    let now = Date.parse("2026-10-01T09:00:00Z");
    const { ask, control } = aLinear({ now: () => now });
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this, please" });
    const status = () => control.session({ agentSessionId }).status;
    const say = (type: string) => ask(createActivity, { input: { agentSessionId, content: { type, body: "…" } } });
    expect(status()).toBe("pending");
    await say("thought");
    expect(status()).toBe("active");
    await say("elicitation");
    expect(status()).toBe("awaitingInput");
    control.reply({ agentSessionId, body: "Create" });
    expect(status()).toBe("active");
    now += 31 * 60_000;
    expect(status()).toBe("stale");
    await say("error");
    expect(status()).toBe("error");
    await say("response");
    expect(status()).toBe("complete");
    const asked = await ask(`{ agentSession(id: "${agentSessionId}") { status issue { identifier } } }`);
    expect(asked.data?.agentSession).toEqual({ status: "complete", issue: { identifier: "ENG-1" } });
  });

  it("lets an ephemeral thought vanish when the next activity comes", async () => {
    const { ask, control } = aLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this" });
    const say = (body: string, ephemeral: boolean) =>
      ask(createActivity, { input: { agentSessionId, content: { type: "thought", body }, ephemeral } });
    await say("Reading", true);
    expect(control.session({ agentSessionId }).activities).toMatchObject([{ body: "Reading", ephemeral: true }]);
    await say("Read", false);
    expect(control.session({ agentSessionId }).activities.map(({ body }) => body)).toEqual(["Read"]);
    expect(control.session({ agentSessionId, vanished: true }).activities).toHaveLength(2);
  });

  it("says each activity once: a repeated id is a conflict", async () => {
    const { ask, control } = aLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this" });
    const input = { id: one, agentSessionId, content: { type: "response", body: "Done" } };
    await ask(createActivity, { input });
    const { status, errors } = await ask(createActivity, { input });
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions.userPresentableMessage).toBe(`Entity AgentActivity with id ${one} already exists.`);
    expect(control.session({ agentSessionId }).activities).toHaveLength(1);
  });

  it.each([
    ["a prompt, which only people write", { content: { type: "prompt", body: "Go" } }],
    ["an ephemeral answer", { content: { type: "response", body: "Done" }, ephemeral: true }],
    ["choices on a thought", { content: { type: "thought", body: "?" }, signal: "select", signalMetadata: {} }],
    ["choices without a value", { content: { type: "elicitation", body: "?" }, signal: "select", signalMetadata: {} }],
    ["a signal inside the content", { content: { type: "elicitation", body: "?", signal: "select" } }],
    ["an unknown type", { content: { type: "remark", body: "?" } }],
    ["an action without a parameter", { content: { type: "action", action: "Read" } }],
  ])("refuses %s", async (_, activity) => {
    const { ask, control } = aLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this" });
    const { status, errors } = await ask(createActivity, { input: { agentSessionId, ...activity } });
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions.code).toBe("INPUT_ERROR");
    expect(control.session({ agentSessionId }).activities).toEqual([]);
  });

  it("replaces the whole checklist and changes links as asked", async () => {
    const { ask, control } = aLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this" });
    const update = `mutation Session($id: String!, $input: AgentSessionUpdateInput!) { agentSessionUpdate(id: $id, input: $input) { success } }`;
    const plan = [{ content: "Read the page", status: "inProgress" }];
    const link = (label: string) => ({ label, url: `https://planner.test/${label}` });
    await ask(update, { id: agentSessionId, input: { plan: [...plan, ...plan], externalUrls: [link("a")] } });
    await ask(update, { id: agentSessionId, input: { plan, addedExternalUrls: [link("b")] } });
    await ask(update, { id: agentSessionId, input: { removedExternalUrls: [link("a").url] } });
    expect(control.session({ agentSessionId })).toMatchObject({ plan, externalUrls: [link("b")] });
    const wrong = await ask(update, { id: agentSessionId, input: { plan: [{ content: "x", status: "done" }] } });
    expect(wrong.status).toBe(400);
  });

  it("can be opened by the app, on an issue and on a comment", async () => {
    const { ask, control } = aLinear();
    const onIssue = await ask(
      `mutation { agentSessionCreateOnIssue(input: { issueId: "ENG-1" }) { agentSession { id status } } }`,
    );
    expect(onIssue.data?.agentSessionCreateOnIssue?.agentSession?.status).toBe("pending");
    await ask(
      `mutation { commentCreate(input: { id: "${one}", issueId: "ENG-1", body: "Both sides changed" }) { success } }`,
    );
    await ask(`mutation { agentSessionCreateOnComment(input: { commentId: "${one}" }) { agentSession { id } } }`);
    const found = await ask(`{ comment(id: "${one}") { agentSession { id issue { identifier } } } }`);
    expect(found.data?.comment?.agentSession?.issue?.identifier).toBe("ENG-1");
    expect(control.sessions()).toHaveLength(2);
  });

  it("reads a session's activities with their content", async () => {
    const { ask, control } = aLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan this" });
    control.reply({ agentSessionId, body: "Create", user: "Grace" });
    await ask(createActivity, { input: { agentSessionId, content: { type: "response", body: "Done" } } });
    const { data } =
      await ask(`{ agentSession(id: "${agentSessionId}") { activities(first: 10) { nodes { user { name } content { __typename
      ... on AgentActivityPromptContent { body } ... on AgentActivityResponseContent { body } } } } } }`);
    expect(data?.agentSession?.activities?.nodes).toEqual(
      expect.arrayContaining([
        { user: { name: "Grace Hopper" }, content: { __typename: "AgentActivityPromptContent", body: "Create" } },
        { user: { name: "Planning Agent" }, content: { __typename: "AgentActivityResponseContent", body: "Done" } },
      ]),
    );
  });
});
