import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { describe, expect, it } from "vitest";
import type { LinearSettings } from "../../../dev/linear/settings.js";
import type { SimulatorOptions } from "../../../dev/simulator.js";
import { aLinear, createIssue } from "./support.js";

const secret = "webhook-secret";

type Body = {
  type: string;
  action: string;
  webhookId: string;
  webhookTimestamp: number;
  [field: string]: unknown;
};
type Received = { id: string | null; event: string | null; signature: string; raw: string; body: Body };

/** A Linear whose webhooks are received here; `answer` is asked for the status of each. */
function aReceiver(
  settings: Partial<SimulatorOptions> & LinearSettings = {},
  answer: (received: Received[]) => number | Promise<number> = () => 200,
) {
  const received: Received[] = [];
  const send = async (request: Request) => {
    const raw = await request.text();
    received.push({
      id: request.headers.get("linear-delivery"),
      event: request.headers.get("linear-event"),
      signature: request.headers.get("linear-signature") ?? "",
      raw,
      body: JSON.parse(raw) as Body,
    });
    return new Response(null, { status: await answer(received) });
  };
  const linear = aLinear({
    send,
    webhookUrl: "http://app.test/webhooks/linear",
    webhookSecret: secret,
    webhookRetryDelaysMs: [1, 1, 1],
    ...settings,
  });
  const sent = (type: string) => received.filter(({ event }) => event === type).map(({ body }) => body);
  return { ...linear, received, sent };
}

const onlySessions = { webhookTypes: ["AgentSessionEvent"] };

describe("webhooks", () => {
  it("is signed so that Linear's own verifier takes it, and takes no other bytes", async () => {
    const { control, received } = aReceiver();
    control.mention({ issue: "ENG-1", body: "Plan https://acme.atlassian.net/wiki/spaces/P/pages/1" });
    await control.settled();
    const client = new LinearWebhookClient(secret);
    expect(received.length).toBeGreaterThan(1);
    for (const { raw, signature } of received) expect(client.verify(Buffer.from(raw), signature)).toBe(true);
    const [first] = received;
    expect(() => client.verify(Buffer.from(`${first?.raw} `), first?.signature ?? "")).toThrow("signature");
  });

  it("tells of a mention with the session, its issue, comment and creator", async () => {
    const { control, sent } = aReceiver({
      organizations: [
        {
          id: "o-1",
          teams: [{ key: "ENG", name: "Engineering" }],
          guidance: "Be brief",
          issues: [{ title: "Plan <it>" }],
        },
      ],
    });
    const { agentSessionId, commentId } = control.mention({ issue: "ENG-1", body: "- plan" });
    await control.settled();
    const [event] = sent("AgentSessionEvent");
    expect(event).toMatchObject({
      action: "created",
      organizationId: "o-1",
      oauthClientId: "linear-client",
      guidance: [{ body: "Be brief", origin: { type: "Organization" } }],
      agentSession: {
        id: agentSessionId,
        status: "pending",
        type: "commentThread",
        organizationId: "o-1",
        issue: { identifier: "ENG-1", title: "Plan <it>", team: { key: "ENG", name: "Engineering" } },
        comment: { id: commentId, body: "* plan" },
        creator: { name: "Ada Lovelace", email: "ada@acme.test" },
      },
    });
    expect(event?.promptContext).toContain('<issue identifier="ENG-1">\n<title>Plan &lt;it&gt;</title>');
    expect(event).not.toHaveProperty("agentActivity");
  });

  it("tells of a delegation with Linear's own comment, and of its end", async () => {
    const { control, sent } = aReceiver();
    control.delegate({ issue: "ENG-1", user: "Grace" });
    control.undelegate({ issue: "ENG-1" });
    await control.settled();
    const [created] = sent("AgentSessionEvent");
    expect(created?.agentSession).toMatchObject({
      comment: { body: "This thread is for an agent session with Planning Agent.", userId: null },
      creator: { name: "Grace Hopper" },
    });
    expect(sent("AppUserNotification").map(({ action }) => action)).toEqual([
      "issueAssignedToYou",
      "issueUnassignedFromYou",
    ]);
    expect(sent("AppUserNotification")[1]?.notification).toMatchObject({ issue: { identifier: "ENG-1" } });
  });

  it("tells of a mention in a document without an issue", async () => {
    const { control, sent } = aReceiver();
    control.mention({ body: "Plan this" });
    await control.settled();
    expect(sent("AgentSessionEvent")[0]?.agentSession).toMatchObject({ issue: null, comment: { body: "Plan this" } });
  });

  it("tells of a reply and of a stop", async () => {
    const { control, sent } = aReceiver();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan" });
    const { agentActivityId } = control.reply({ agentSessionId, body: "create", user: "Grace" });
    control.stop({ agentSessionId });
    await control.settled();
    const [, reply, stop] = sent("AgentSessionEvent");
    expect(reply).toMatchObject({
      action: "prompted",
      agentSession: { id: agentSessionId },
      agentActivity: {
        id: agentActivityId,
        content: { type: "prompt", body: "create" },
        signal: null,
        user: { name: "Grace Hopper" },
      },
    });
    expect(stop?.agentActivity).toMatchObject({ signal: "stop" });
  });

  it("tells who changed an issue and what was there before", async () => {
    const { control, ask, sent } = aReceiver();
    control.editIssue({ issue: "ENG-1", user: "Grace", change: { title: "New", estimate: 5 } });
    await ask(`mutation { issueUpdate(id: "ENG-1", input: { priority: 2 }) { success } }`);
    await control.settled();
    const [byGrace, byApp] = sent("Issue");
    expect(byGrace).toMatchObject({
      action: "update",
      actor: { name: "Grace Hopper", type: "user" },
      data: { identifier: "ENG-1", title: "New", estimate: 5, state: { type: "backlog" } },
      updatedFrom: { title: "Plan the next increment", estimate: null },
    });
    expect(byApp).toMatchObject({ actor: { name: "Planning Agent", type: "user" }, updatedFrom: { priority: 0 } });
  });

  it("names the OAuth client as actor where the switch says so", async () => {
    const { control, ask, sent, teamId } = aReceiver({ switches: { ownActorKind: "oauth_client" } });
    await ask(createIssue, { input: { teamId, title: "Mine" } });
    await control.settled();
    expect(sent("Issue")[0]?.actor).toEqual({ id: "linear-client", name: "Planning Agent", type: "oauthClient" });
  });

  it("tells of the uninstall and of teams taken away, and both take effect", async () => {
    const { control, ask, sent } = aReceiver();
    control.setTeamAccess({ removedTeamIds: ["ENG"] });
    const unseen = await ask(`{ issue(id: "ENG-1") { id } }`);
    expect(unseen.errors?.[0]?.message).toBe("Entity not found: Issue");
    control.setTeamAccess({ addedTeamIds: ["ENG"] });
    expect((await ask(`{ issue(id: "ENG-1") { id } }`)).status).toBe(200);
    control.uninstall();
    const { status, errors } = await ask(`{ viewer { id } }`);
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "AUTHENTICATION_ERROR", type: "authentication error" });
    expect(() => control.mention({ issue: "ENG-1", body: "Still there?" })).toThrow("not installed");
    await control.settled();
    expect(sent("PermissionChange")).toHaveLength(2);
    expect(sent("OAuthApp")).toMatchObject([{ action: "revoked", organizationId: "test-org-123" }]);
  });
});

describe("webhook deliveries", () => {
  it("tries a delivery that was not answered with 200 three times more, then gives up", async () => {
    const { control, received } = aReceiver(onlySessions, () => 500);
    control.mention({ issue: "ENG-1", body: "Plan" });
    await expect.poll(() => control.deliveries()[0]?.status).toBe("failed");
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(received.map(({ body }) => body.webhookId)).size).toBe(1);
  });

  it("stops trying once it is answered, with a new delivery id where the switch says so", async () => {
    const { control, received } = aReceiver({ ...onlySessions, switches: { webhookRetryDeliveryId: "new" } }, (all) =>
      all.length < 3 ? 503 : 200,
    );
    control.mention({ issue: "ENG-1", body: "Plan" });
    await expect.poll(() => control.deliveries()[0]?.status).toBe("delivered");
    expect(new Set(received.map(({ id }) => id)).size).toBe(3);
    expect(control.deliveries()[0]?.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it("takes no answer in time for a failure", async () => {
    const { control, received } = aReceiver({ ...onlySessions, webhookTimeoutMs: 5 }, (all) =>
      all.length === 1 ? new Promise<number>(() => undefined) : 200,
    );
    control.mention({ issue: "ENG-1", body: "Plan" });
    await expect.poll(() => control.deliveries()[0]?.status).toBe("delivered");
    expect(received).toHaveLength(2);
  });

  it("doubles, drops, delays and reorders deliveries as the faults say", async () => {
    const { control, sent } = aReceiver(onlySessions);
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: "Plan" });
    const words = () =>
      sent("AgentSessionEvent").flatMap(({ agentActivity }) =>
        agentActivity ? [(agentActivity as { content: { body: string } }).content.body] : [],
      );
    const replyUnder = (kind: "duplicate" | "drop" | "delay" | "reorder", body: string) => {
      control.addFault({ kind, on: "webhook:AgentSessionEvent", times: 1, ...(kind === "delay" ? { ms: 1 } : {}) });
      control.reply({ agentSessionId, body });
    };
    replyUnder("duplicate", "twice");
    replyUnder("drop", "never");
    await control.settled();
    expect(words()).toEqual(["twice", "twice"]);
    replyUnder("reorder", "second");
    control.reply({ agentSessionId, body: "first" });
    await control.settled();
    expect(words().slice(2)).toEqual(["first", "second"]);
    replyUnder("delay", "late");
    await expect.poll(words).toContain("late");
  });
});
