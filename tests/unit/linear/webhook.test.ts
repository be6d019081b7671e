import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DeliveryEvent } from "../../../lib/domain/delivery.js";
import { RequestError } from "../../../lib/domain/errors.js";
import { linearWebhook } from "../../../lib/linear/webhook.js";

const secret = "lin_wh_secret";
const read = linearWebhook(secret);

const issue = {
  id: "issue-1",
  identifier: "ENG-1",
  title: "Plan the release",
  description: "See https://acme.test/wiki/spaces/ENG/pages/2",
  url: "https://linear.app/acme/issue/ENG-1",
  teamId: "team-1",
  team: { id: "team-1", key: "ENG", name: "Engineering" },
};
const ada = { id: "user-1", name: "Ada", email: "ada@acme.test", url: "https://linear.app/acme/profiles/ada" };
const session = {
  id: "as-1",
  status: "pending",
  appUserId: "app-1",
  organizationId: "org-1",
  issueId: issue.id,
  issue,
  comment: { id: "comment-1", body: "@planning https://acme.test/wiki/spaces/ENG/pages/1" },
  creator: ada,
};
const common = {
  organizationId: "org-1",
  appUserId: "app-1",
  oauthClientId: "client-1",
  createdAt: "2026-11-20T10:00:00.000Z",
  webhookId: "wh-1",
};
const created = { ...common, type: "AgentSessionEvent", action: "created", agentSession: session };
const activity = {
  id: "activity-1",
  agentSessionId: "as-1",
  content: { type: "prompt", body: "create" },
  signal: null,
  userId: ada.id,
  user: ada,
};
const prompted = {
  ...common,
  type: "AgentSessionEvent",
  action: "prompted",
  agentSession: session,
  agentActivity: activity,
};

describe("a signed request", () => {
  it("is read with its delivery id, its meaning and its organization", () => {
    expect(read(signed(created))).toMatchObject({
      deliveryId: "delivery-1",
      meaning: "created:as-1",
      organizationId: "org-1",
    });
  });

  it("is refused where another secret signed it", () => {
    expect(refusalOf(() => linearWebhook("another")(signed(created)))).toMatchObject({
      status: 401,
      code: "webhook_signature_invalid",
    });
  });

  it("is refused where a byte of the body changed", () => {
    const request = signed(created);
    const raw = Buffer.from(request.raw.toString().replace("as-1", "as-2"));
    expect(refusalOf(() => read({ ...request, raw }))).toMatchObject({
      status: 401,
      code: "webhook_signature_invalid",
    });
  });

  it.each(["", "00", "ü".repeat(64)])("is refused with the signature %o", (signature) => {
    const headers = new Headers({ "Linear-Delivery": "delivery-1" });
    if (signature) headers.set("Linear-Signature", encodeURIComponent(signature));
    expect(refusalOf(() => read({ raw: signed(created).raw, headers }))).toMatchObject({ status: 401 });
  });

  it.each([-61_000, 61_000])("is refused where its time is %d ms off", (offsetMs) => {
    expect(refusalOf(() => read(signed({ ...created, webhookTimestamp: Date.now() + offsetMs })))).toMatchObject({
      status: 401,
      code: "webhook_stale",
    });
  });

  it("is refused where it names no time, or names it as text", () => {
    expect(refusalOf(() => read(signed({ ...created, webhookTimestamp: undefined })))).toMatchObject({ status: 401 });
    expect(refusalOf(() => read(signed({ ...created, webhookTimestamp: `${Date.now()}` })))).toMatchObject({
      status: 401,
    });
  });

  it("is refused where the body is not JSON, without quoting it", () => {
    const refusal = refusalOf(() => read(signedBytes(Buffer.from('{"secret-words'))));
    expect(refusal).toMatchObject({ status: 400, code: "invalid_json", cause: undefined });
    expect(refusal.message).not.toContain("secret-words");
  });

  it("is read from bytes in the middle of a larger buffer", () => {
    const { raw, headers } = signed(created);
    const larger = Buffer.concat([Buffer.from("xx"), raw, Buffer.from("yy")]);
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 2, raw.byteLength);
    expect(read({ raw: view, headers }).meaning).toBe("created:as-1");
  });
});

describe("a mention", () => {
  it("carries issue, team, person and texts, the newest first", () => {
    const body = {
      ...created,
      previousComments: [
        { id: "c1", body: "oldest" },
        { id: "c2", body: "older" },
      ],
      promptContext: "<issue>https://acme.test/x?a=1&amp;b=2</issue>",
    };
    expect(eventOf(body)).toEqual({
      type: "mentioned",
      agentSessionId: "as-1",
      appUserId: "app-1",
      issue: {
        id: "issue-1",
        identifier: "ENG-1",
        title: "Plan the release",
        description: issue.description,
        url: issue.url,
        teamId: "team-1",
      },
      teamId: "team-1",
      creator: { id: "user-1", name: "Ada", email: "ada@acme.test" },
      texts: [
        "@planning https://acme.test/wiki/spaces/ENG/pages/1",
        "older",
        "oldest",
        issue.description,
        "<issue>https://acme.test/x?a=1&b=2</issue>",
      ],
      delegated: false,
    });
  });

  it("is a delegation where there is no comment", () => {
    const event = eventOf({ ...created, agentSession: { ...session, comment: null } });
    expect(event).toMatchObject({ delegated: true, texts: [issue.description] });
  });

  it("is a delegation where the comment is the one that Linear writes itself", () => {
    const comment = { id: "comment-1", body: "This thread is for an agent session with Planning Agent." };
    const event = eventOf({ ...created, agentSession: { ...session, comment } });
    expect(event).toMatchObject({ delegated: true, texts: [issue.description] });
  });

  it("in a document has no issue, no team and is no delegation", () => {
    const event = eventOf({ ...created, agentSession: { id: "as-1", issue: null, comment: null, creator: null } });
    expect(event).toMatchObject({
      issue: null,
      teamId: null,
      creator: null,
      delegated: false,
      texts: [],
      appUserId: "app-1",
    });
  });

  it("survives that all but the session's id is missing", () => {
    expect(
      eventOf({ type: created.type, action: "created", organizationId: "org-1", agentSession: { id: "as-1" } }),
    ).toEqual({
      type: "mentioned",
      agentSessionId: "as-1",
      appUserId: "",
      issue: null,
      teamId: null,
      creator: null,
      texts: [],
      delegated: false,
    });
  });
});

describe("a reply", () => {
  it("is what stands in the activity's content", () => {
    expect(read(signed(prompted)).meaning).toBe("prompted:activity-1");
    expect(eventOf(prompted)).toMatchObject({
      type: "prompted",
      agentSessionId: "as-1",
      activityId: "activity-1",
      body: "create",
      stop: false,
      person: { id: "user-1", name: "Ada", email: "ada@acme.test" },
      issue: { id: "issue-1" },
      appUserId: "app-1",
    });
  });

  it("is what stands in the activity itself where it has no content", () => {
    const agentActivity = { ...activity, content: undefined, body: "cancel" };
    expect(eventOf({ ...prompted, agentActivity })).toMatchObject({ type: "prompted", body: "cancel" });
  });

  it("may be a stop", () => {
    expect(eventOf({ ...prompted, agentActivity: { ...activity, signal: "stop" } })).toMatchObject({ stop: true });
  });
});

describe("the other webhooks", () => {
  const unassigned = {
    ...common,
    type: "AppUserNotification",
    action: "issueUnassignedFromYou",
    notification: { id: "n-1", type: "issueUnassignedFromYou", issueId: "issue-1", issue },
  };
  const changed = {
    ...common,
    type: "Issue",
    action: "update",
    data: { id: "issue-1", updatedAt: "2026-11-20T10:00:01.000Z", title: "new" },
    updatedFrom: { title: "old" },
  };

  it.each<[string, object, string, DeliveryEvent]>([
    [
      "a taken back delegation",
      unassigned,
      "unassigned:n-1",
      { type: "unassigned", issueId: "issue-1", appUserId: "app-1" },
    ],
    [
      "a revoked installation",
      { ...common, type: "OAuthApp", action: "revoked" },
      "revoked:org-1:2026-11-20T10:00:00.000Z",
      { type: "installation_revoked" },
    ],
    [
      "changed access to teams",
      {
        ...common,
        type: "PermissionChange",
        action: "teamAccessChanged",
        addedTeamIds: ["t1"],
        removedTeamIds: ["t2"],
        canAccessAllPublicTeams: true,
      },
      "team_access_changed:org-1:2026-11-20T10:00:00.000Z",
      { type: "team_access_changed", addedTeamIds: ["t1"], removedTeamIds: ["t2"], canAccessAllPublicTeams: true },
    ],
    [
      "a changed issue",
      changed,
      "Issue:update:issue-1:2026-11-20T10:00:01.000Z",
      {
        type: "issue_changed",
        issueId: "issue-1",
        above: [],
        changedAt: "2026-11-20T10:00:01.000Z",
        actor: null,
        data: { id: "issue-1", updatedAt: "2026-11-20T10:00:01.000Z", title: "new", changed: ["title"] },
      },
    ],
    [
      "a comment on an issue",
      {
        ...common,
        type: "Comment",
        action: "create",
        actor: { id: "user-1", name: "Ada", type: "user" },
        data: { id: "comment-1", issueId: "issue-1", body: "Who does this?", updatedAt: "2026-11-20T10:00:01.000Z" },
      },
      "Comment:create:comment-1",
      { type: "commented", issueId: "issue-1", actor: { id: "user-1", name: "Ada" } },
    ],
    [
      "a comment on a document",
      { ...common, type: "Comment", action: "create", data: { id: "comment-1", issueId: null, updatedAt: "then" } },
      "Comment:create:comment-1:then",
      { type: "ignored", reason: "Comment:create in a shape that is not known" },
    ],
    [
      "a changed cycle",
      { ...changed, type: "Cycle" },
      "Cycle:update:issue-1:2026-11-20T10:00:01.000Z",
      { type: "ignored", reason: "Cycle:update is not ours" },
    ],
    [
      "another notification",
      { ...unassigned, action: "issueNewComment" },
      "AppUserNotification:issueNewComment:n-1:2026-11-20T10:00:00.000Z",
      { type: "ignored", reason: "AppUserNotification:issueNewComment is not ours" },
    ],
    [
      "a type that nobody knows",
      { ...common, type: "Asteroid", action: "landed" },
      "Asteroid:landed:org-1:2026-11-20T10:00:00.000Z",
      { type: "ignored", reason: "Asteroid:landed is not ours" },
    ],
    [
      "a mention in another shape",
      { ...created, agentSession: { id: 7 } },
      "AgentSessionEvent:created:org-1:2026-11-20T10:00:00.000Z",
      { type: "ignored", reason: "AgentSessionEvent:created in a shape that is not known" },
    ],
  ])("%s", (_, body, meaning, event) => {
    expect(read(signed(body))).toMatchObject({ meaning, organizationId: "org-1", event });
  });

  it.each([{}, { type: 1 }, { type: "OAuthApp", action: "revoked" }])(
    "%j, without an organization, is ignored",
    (body) => {
      expect(eventOf(body).type).toBe("ignored");
    },
  );

  it("of the same meaning under two delivery ids have the meaning in common", () => {
    const [first, second] = ["delivery-1", "delivery-2"].map((id) => read(signed(created, id)));
    expect(first?.meaning).toBe(second?.meaning);
    expect(first?.deliveryId).not.toBe(second?.deliveryId);
  });

  it("without a delivery id get one that a repeat has too", () => {
    const { raw, headers } = signed(created);
    headers.delete("Linear-Delivery");
    expect(read({ raw, headers }).deliveryId).toBe(read({ raw, headers }).deliveryId);
    expect(read({ raw, headers }).deliveryId).not.toBe("");
  });
});

const eventOf = (body: object) => read(signed(body)).event;

function signed(body: object, deliveryId = "delivery-1") {
  return signedBytes(Buffer.from(JSON.stringify({ webhookTimestamp: Date.now(), ...body })), deliveryId);
}

function signedBytes(raw: Buffer, deliveryId = "delivery-1") {
  const signature = createHmac("sha256", secret).update(raw).digest("hex");
  return { raw, headers: new Headers({ "Linear-Signature": signature, "Linear-Delivery": deliveryId }) };
}

function refusalOf(call: () => unknown): RequestError {
  try {
    call();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error("It was not refused");
}
