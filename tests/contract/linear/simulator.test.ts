import { describe, expect, it } from "vitest";
import type { Switches } from "../../../dev/linear/settings.js";
import { normalizeMarkdown } from "../../../lib/domain/markdown.js";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { RetryableError } from "../../../lib/domain/errors.js";
import { identify, linearOAuth } from "../../../lib/linear/oauth.js";
import { linearWebhook } from "../../../lib/linear/webhook.js";
import { anIssue, baseUrl, clientId, clientSecret, simulatedLinear, webhookSecret } from "./simulated-linear.js";

const page = "https://acme.atlassian.test/wiki/spaces/ENG/pages/1";
const relation = (n: number, from: number, to: number) => ({
  id: derivedUuid("relation", n),
  issueId: derivedUuid("issue", from),
  relatedIssueId: derivedUuid("issue", to),
  type: "blocks" as const,
});
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("a plan in the simulated Linear", () => {
  it("of 75 items with labels, links and pages costs few requests and is read back as it was sent", async () => {
    const { client, control, teamId } = simulatedLinear();
    const setup = await client.readTeam(teamId);
    expect(setup).toMatchObject({ key: "ENG", estimation: { scale: "fibonacci", extended: true } });
    const label = { id: derivedUuid("label", "Story"), name: "Story", teamId };
    await expect(client.createLabels([label])).resolves.toEqual([{ id: label.id, outcome: "done" }]);
    const epic = anIssue(teamId, 0, {
      title: "Epic",
      description: "- a\n- see https://acme.test",
      priority: 2,
      estimate: 8,
    });
    const children = upTo(74).map((n) => anIssue(teamId, n + 1, { parentId: epic.id, labelIds: [label.id] }));
    for (const batch of [[epic], children.slice(0, 50), children.slice(50)])
      await expect(client.createIssues(batch)).resolves.toMatchObject({ kind: "created" });
    const links = await client.writeLinks([
      ...upTo(37).map((n) => ({ kind: "relation" as const, ...relation(n, 2 * n + 1, 2 * n + 2) })),
      ...upTo(75).map((n) => ({
        kind: "attachment" as const,
        issueId: derivedUuid("issue", n),
        url: `${page}#${n}`,
        title: "Page",
      })),
    ]);
    expect(new Set(links.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
    expect(control.requests()).toHaveLength(1 + 1 + 3 + 3);

    const found = await client.readIssues([epic.id, ...children.map(({ id }) => id)]);
    const first = found.find(({ id }) => id === epic.id);
    const others = found.filter((issue) => issue !== first);
    expect(first).toMatchObject({
      id: epic.id,
      title: "Epic",
      priority: 2,
      estimate: 8,
      parentId: null,
      teamId,
      trashed: false,
    });
    expect(first?.description).not.toBe(epic.description);
    expect(normalizeMarkdown(first?.description ?? "")).toBe(normalizeMarkdown(epic.description));
    expect(new Set(first?.children.map(({ id }) => id))).toEqual(new Set(children.map(({ id }) => id)));
    expect(others.every(({ parentId, labelIds }) => parentId === epic.id && labelIds.includes(label.id))).toBe(true);
    expect(others).toHaveLength(74);

    const relations = await client.readRelations(children.map(({ id }) => id));
    expect(relations).toHaveLength(37);
    expect(relations).toContainEqual(relation(0, 1, 2));
    expect(client.budget()?.requestsRemaining).toBeLessThan(client.budget()?.requestsLimit ?? 0);
    expect(control.requests().every(({ complexity }) => complexity <= 10_000)).toBe(true);
  });

  it.each<Switches["batchDuplicate"]>(["fails_batch", "fails_only_itself"])(
    "tells of a conflict where one of a batch exists (a duplicate %s)",
    async (batchDuplicate) => {
      const { client, teamId } = simulatedLinear({ batchDuplicate });
      await client.createIssues([anIssue(teamId, 1)]);
      await expect(client.createIssues([anIssue(teamId, 1), anIssue(teamId, 2)])).resolves.toEqual({
        kind: "conflict",
      });
    },
  );

  it("refuses a batch in words where one of it cannot be made", async () => {
    const { client, teamId } = simulatedLinear();
    const orphan = anIssue(teamId, 1, { parentId: derivedUuid("nobody") });
    await expect(client.createIssues([orphan])).resolves.toMatchObject({ kind: "refused", message: /parentId/ });
  });

  it("ends with the free plan, and with access to the team", async () => {
    const { client, control, teamId } = simulatedLinear({ freeIssueLimit: 1 });
    await expect(client.createIssues([anIssue(teamId, 1)])).rejects.toMatchObject({ code: "linear_plan_full" });
    control.configure({ freeIssueLimit: null });
    control.setTeamAccess({ removedTeamIds: [teamId] });
    await expect(client.createIssues([anIssue(teamId, 1)])).rejects.toMatchObject({ code: "linear_no_access" });
    await expect(client.readTeam(teamId)).resolves.toBe("not_found");
    control.uninstall();
    await expect(client.listTeams()).rejects.toMatchObject({ code: "installation_revoked" });
  });

  it("waits as long as an empty bucket asks", async () => {
    const { client, control } = simulatedLinear();
    control.addFault({ kind: "rate_limited", on: "teams", ms: 30_000, times: 1 });
    const error: unknown = await client.listTeams().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "linear_rate_limited" });
    expect((error as RetryableError).retryAfterMs).toBeGreaterThan(0);
    expect((error as RetryableError).retryAfterMs).toBeLessThanOrEqual(30_000);
    await expect(client.listTeams()).resolves.toHaveLength(1);
  });

  it.each(["lost_answer", "truncated", "server_error"] as const)(
    "is for the queue to go on with after %s",
    async (kind) => {
      const { client, control, teamId } = simulatedLinear();
      control.addFault({ kind, on: "issueBatchCreate", times: 1 });
      await expect(client.createIssues([anIssue(teamId, 1)])).rejects.toBeInstanceOf(RetryableError);
      const made = await client.readIssues([derivedUuid("issue", 1)]);
      expect(made).toHaveLength(kind === "server_error" ? 0 : 1);
    },
  );
});

describe.each<Switches["aliasedFailure"]>(["only_itself", "stops_document"])(
  "many writes where one failure %s",
  (aliasedFailure) => {
    const world = async () => {
      const linear = simulatedLinear({ aliasedFailure });
      await linear.client.createIssues(upTo(10).map((n) => anIssue(linear.teamId, n)));
      return linear;
    };

    it("have their own outcomes: done, exists, refused", async () => {
      const { client } = await world();
      await client.createRelations([relation(2, 2, 3)]);
      const results = await client.createRelations([
        relation(1, 1, 2),
        relation(2, 2, 3),
        relation(3, 3, 3),
        relation(4, 4, 5),
      ]);
      // What was done before the document stopped exists when it is sent again.
      const firstOutcome = aliasedFailure === "only_itself" ? "done" : "exists";
      expect(results.map(({ outcome }) => outcome)).toEqual([firstOutcome, "exists", "refused", "done"]);
      expect(results.map(({ id }) => id)).toEqual([1, 2, 3, 4].map((n) => derivedUuid("relation", n)));
      await expect(client.readRelations(upTo(10).map((n) => derivedUuid("issue", n)))).resolves.toHaveLength(3);
    });

    it("are harmless to repeat", async () => {
      const { client, control, teamId } = await world();
      const label = { id: derivedUuid("label"), name: "Enabler", teamId };
      const project = {
        id: derivedUuid("p"),
        name: "Epic",
        description: "",
        content: "",
        teamIds: [teamId],
        priority: 2,
      };
      const attachment = { issueId: derivedUuid("issue", 1), url: page, title: "Page" };
      for (const outcome of ["done", "exists"]) {
        await expect(client.createLabels([label])).resolves.toMatchObject([{ id: label.id, outcome }]);
        await expect(client.createProjects([project])).resolves.toMatchObject([{ id: project.id, outcome }]);
        await expect(client.upsertAttachments([attachment])).resolves.toMatchObject([{ outcome: "done" }]);
      }
      expect(control.labels()).toHaveLength(1);
      expect(control.state().attachments).toHaveLength(1);
      await expect(client.updateProjects([{ id: project.id, change: { name: "Big epic" } }])).resolves.toMatchObject([
        { outcome: "done" },
      ]);
      await expect(client.readProjects([project.id, derivedUuid("none")])).resolves.toMatchObject([
        { id: project.id, name: "Big epic", priority: 2, trashed: false },
      ]);
    });

    it("trash issues and take relations away, also those that are gone", async () => {
      const { client } = await world();
      await client.createRelations([relation(1, 1, 2)]);
      const ids = [derivedUuid("issue", 1), derivedUuid("nobody"), derivedUuid("issue", 2)];
      await expect(client.trashIssues(ids)).resolves.toEqual(ids.map((id) => ({ id, outcome: "done" })));
      const trashed = await client.readIssues(ids);
      expect(trashed.map(({ id, trashed }) => [id, trashed])).toEqual(
        expect.arrayContaining([
          [ids[0], true],
          [ids[2], true],
        ]),
      );
      for (const _ of upTo(2))
        await expect(client.deleteRelations([relation(1, 1, 2).id])).resolves.toMatchObject([{ outcome: "done" }]);
    });

    it("change issues, each in its own way", async () => {
      const { client, teamId } = await world();
      const setup = await client.readTeam(teamId);
      const started = setup === "not_found" ? undefined : setup.states.find(({ type }) => type === "started");
      const [first, second] = [derivedUuid("issue", 1), derivedUuid("issue", 2)];
      const results = await client.updateIssues([
        { id: first, change: { title: "New", parentId: second, estimate: 5, stateId: started?.id ?? "" } },
        { id: derivedUuid("nobody"), change: { title: "None" } },
        { id: second, change: { priority: 1 } },
      ]);
      expect(results.map(({ outcome }) => outcome)).toEqual(["done", "refused", "done"]);
      await client.updateIssues([{ id: first, change: { estimate: null, parentId: null } }]);
      await expect(client.readIssuesByIdentifier(["ENG-2", "ENG-3", "ENG-4", "OPS-1"])).resolves.toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: first, title: "New", parentId: null, estimate: null, stateType: "started" }),
          expect.objectContaining({ id: second, priority: 1 }),
        ]),
      );
    });
  },
);

describe("a conversation in the simulated Linear", () => {
  it("is heard from its webhooks and answered once", async () => {
    const { client, control, webhooks } = simulatedLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: `@planning ${page}` });
    const activity = { id: derivedUuid("a1"), agentSessionId, content: { type: "thought" as const, body: "Reading" } };
    await expect(client.createActivity(activity)).resolves.toBe("created");
    await expect(client.createActivity(activity)).resolves.toBe("exists");
    const options = [{ label: "Create", value: "create" }];
    const question = { type: "elicitation" as const, body: "Create?" };
    await client.createActivity({ id: derivedUuid("a2"), agentSessionId, content: question, select: options });
    const plan = [{ content: "Read the page", status: "completed" as const }];
    await client.updateAgentSession(agentSessionId, {
      plan,
      externalUrls: [{ label: "Plan", url: "https://agent.test/1" }],
    });
    expect(control.session({ agentSessionId })).toMatchObject({
      status: "awaitingInput",
      plan,
      externalUrls: [{ label: "Plan" }],
      activities: [{ id: activity.id }, { signal: "select", signalMetadata: { options } }],
    });

    control.reply({ agentSessionId, body: "create" });
    control.delegate({ issue: "ENG-1" });
    control.undelegate({ issue: "ENG-1" });
    control.setTeamAccess({ removedTeamIds: ["ENG"] });
    control.uninstall();
    await control.settled();
    const deliveries = await Promise.all(webhooks.map(toDelivery));
    const heard = deliveries.filter(({ event }) => event.type !== "ignored");
    expect(heard.map(({ event }) => event.type)).toEqual([
      // The mention is a comment on the issue too.
      "commented",
      "mentioned",
      "prompted",
      // The issue itself is given to the agent, and taken back.
      "issue_changed",
      "mentioned",
      "issue_changed",
      "unassigned",
      "team_access_changed",
      "installation_revoked",
    ]);
    expect(heard[1]).toMatchObject({
      meaning: `created:${agentSessionId}`,
      organizationId: "test-org-123",
      event: { delegated: false, issue: { identifier: "ENG-1" } },
    });
    expect(heard[1]?.event).toHaveProperty("texts.0", expect.stringContaining(page));
    expect(heard[2]?.event).toMatchObject({ body: "create", stop: false });
    expect(heard[4]?.event).toMatchObject({ delegated: true });
    expect(new Set(deliveries.map(({ meaning }) => meaning)).size).toBe(deliveries.length);
  });

  it("can be stopped", async () => {
    const { control, webhooks } = simulatedLinear();
    const { agentSessionId } = control.mention({ issue: "ENG-1", body: page });
    control.stop({ agentSessionId });
    await control.settled();
    const deliveries = await Promise.all(webhooks.map(toDelivery));
    expect(deliveries.at(-1)?.event).toMatchObject({ type: "prompted", stop: true });
  });
});

describe("an installation in the simulated Linear", () => {
  it("is granted, refreshed, named and revoked", async () => {
    const { send } = simulatedLinear();
    const oauth = linearOAuth({
      authorizeUrl: `${baseUrl}/oauth/authorize`,
      tokenUrl: `${baseUrl}/oauth/token`,
      revokeUrl: `${baseUrl}/oauth/revoke`,
      clientId,
      clientSecret,
      scopes: ["read", "write", "app:assignable", "app:mentionable"],
      fetch: send,
      allowInsecure: true,
    });
    const request = {
      state: "s1",
      codeVerifier: "v".repeat(43),
      redirectUri: "http://agent.test/oauth/linear/callback",
    };
    const consent = await send(await oauth.authorizationUrl(request));
    const callbackUrl = new URL(consent.headers.get("Location") ?? "");
    const granted = await oauth.exchange({ ...request, callbackUrl });
    await expect(oauth.exchange({ ...request, callbackUrl })).rejects.toMatchObject({ code: "oauth_code_refused" });
    const refreshed = await oauth.refresh(granted.refreshToken ?? "");
    expect(refreshed.refreshToken).not.toBe(granted.refreshToken);
    expect(refreshed.expiresAt.getTime()).toBeGreaterThan(Date.now());
    await expect(identify(`${baseUrl}/graphql`, refreshed.accessToken, { fetch: send })).resolves.toMatchObject({
      name: "Planning Agent",
      isAdmin: false,
      isGuest: false,
      organization: { id: "test-org-123", urlKey: "acme" },
    });
    await oauth.revoke(refreshed.accessToken);
    await oauth.revoke(refreshed.accessToken);
    await expect(oauth.refresh("nonsense")).rejects.toMatchObject({ code: "refresh_refused" });
  });
});

async function toDelivery(request: Request) {
  return linearWebhook(webhookSecret)({ raw: new Uint8Array(await request.arrayBuffer()), headers: request.headers });
}
