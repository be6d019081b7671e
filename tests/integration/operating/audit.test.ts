import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditLine } from "../../../lib/contract/routes/audit.js";
import { auditInto } from "../../../lib/db/audit-rows.js";
import { auditedEvents } from "../../../lib/domain/audit.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refusal } from "../../support/api-world.js";

describe("the audit", () => {
  let world: ApiWorld;
  let org: OrganizationId;
  let admin: Person;
  let member: Person;
  let planId: string;
  beforeAll(async () => {
    world = await apiWorld();
    org = await world.anOrganization();
    admin = await world.aPerson(org, { role: "admin", name: "Ada" });
    member = await world.aPerson(org, { name: "Ben" });
    const plan = await world
      .as(member)
      .startPlan({ body: { title: "Launch", description: "CANARY description", participants: ["Ada", "=Ben"] } });
    planId = plan.plan_id;
    for (const text of ["CANARY one", "CANARY two"])
      await world.as(member).addPlanStep({ body: { plan_id: planId, text, owner: "Ben" } });
    await anEntry("TOKEN_CREATED", { name: "=cmd()|calc", hint: "lpa_abcd" });
  });
  afterAll(() => world.close());

  const anEntry = (action: string, details: Record<string, unknown>, organizationId = org) =>
    world.db.query(sql`
      with done as (select 1)
      ${auditInto({ action, resourceType: "api_token", resourceId: "token-1", details }, { organizationId, actor: admin.linearUserId, requestId: "request-1" }, sql`done`)}`);
  const all = async (query: NonNullable<Parameters<ReturnType<typeof world.as>["listAudit"]>[0]>["query"] = {}) => {
    const lines: AuditLine[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await world.as(admin).listAudit({ query: { ...query, ...(cursor ? { cursor } : {}) } });
      lines.push(...page.items);
      if (page.next === null) return lines;
      cursor = page.next;
    }
  };
  const actions = async (query: Parameters<typeof all>[0]) => (await all(query)).map(({ action }) => action);

  it("tells of plans and of what has no session in one list, the newest first", async () => {
    expect(await actions({})).toEqual(["TOKEN_CREATED", "PLAN_STEP", "PLAN_STEP", "PLAN_START"]);
  });

  it("says who began which plan with whom, as the document of live plans asks", async () => {
    const [line] = await all({ action: "PLAN_START" });
    expect(line).toMatchObject({
      actor: member.linearUserId,
      userId: member.userId,
      actorName: "Ben",
      resourceType: "live_plan",
      resourceId: planId,
      details: { title: "Launch", participants: ["Ada", "=Ben"] },
    });
  });

  it("keeps what people wrote out of it, but not the ids of what they wrote", async () => {
    const lines = await all();
    expect(JSON.stringify(lines)).not.toContain("CANARY");
    const { steps } = await world.as(member).getPlan({ params: { plan_id: planId }, query: {} });
    const added = lines.filter(({ action }) => action === "PLAN_STEP").map(({ details }) => String(details.id));
    expect(added.sort()).toEqual(steps.map(({ id }) => id).sort());
  });

  it("shows of an event whose type it does not know only that it happened", async () => {
    await world.db.query(sql`
      with moved as (update planning_sessions set last_seq = last_seq + 1 where id = ${planId} returning id, last_seq)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, last_seq, ${org}::text, 'unheard.of', '{"text": "CANARY"}', 'agent' from moved`);
    expect(await all({ action: "UNHEARD_OF" })).toMatchObject([{ details: {}, resourceId: planId, userId: null }]);
  });

  it("knows every change that people make of a session, once each, a merge's history left where it happened", async () => {
    const own = await world.anOrganization();
    const boss = await world.aPerson(own, { role: "admin" });
    const as = world.as(boss);
    const { plan_id: id } = await as.startPlan({ body: { title: "Target", participants: ["Ada"] } });
    const [first, second] = [randomUUID(), randomUUID()];
    await as.addStep({ params: { id }, body: { id: first, text: "CANARY", owner: "Ada" } });
    await as.addStep({ params: { id }, body: { id: second, text: "CANARY" } });
    await as.editStep({ params: { id, stepId: first }, body: { text: "CANARY again" } });
    await as.moveStep({ params: { id, stepId: first }, body: { after: second } });
    await as.removeStep({ params: { id, stepId: second }, query: {} });
    await as.addParticipant({ params: { id, name: "Eve" } });
    await as.removeParticipant({ params: { id, name: "Eve" } });
    const edited = await as.getSession({ params: { id } });
    await as.updateSession({ params: { id }, body: { title: "Renamed", expectedVersion: edited.version } });
    const { plan_id: sourceId } = await as.startPlan({ body: { title: "Source", participants: ["Zoe"] } });
    await as.addStep({ params: { id: sourceId }, body: { text: "CANARY", owner: "Zoe" } });
    const versionOf = async (session: string) => (await as.getSession({ params: { id: session } })).version;
    const merged = await as.mergeSession({
      params: { id },
      body: { sourceId, targetVersion: await versionOf(id), sourceVersion: await versionOf(sourceId) },
    });
    await as.undoMerge({ params: { id: merged.id } });
    await as.setDefaultSession({ params: { id: sourceId } });
    await as.archivePlan({ params: { plan_id: id } });
    await as.unarchiveSession({ params: { id } });
    await as.deleteSession({ params: { id } });
    await as.restoreSession({ params: { id } });

    const types = await world.db.query<{ type: string }>(sql`
      select distinct type from session_events where organization_id = ${own} and not body ? 'mergedFrom'`);
    expect(types.map(({ type }) => type).filter((type) => !(type in auditedEvents))).toEqual([]);
    const { items } = await as.listAudit({ query: { limit: 100 } });
    expect(JSON.stringify(items)).not.toContain("CANARY");
    expect(items.filter(({ action }) => action === "PLAN_START")).toHaveLength(2);
    expect(items.filter(({ action, details }) => action === "PLAN_STEP" && !details.mergeId)).toHaveLength(3);
    expect(items.find(({ action }) => action === "STEP_MOVED")?.details).toMatchObject({ id: first, after: second });
    expect(items.find(({ action }) => action === "PLAN_ARCHIVE")).toMatchObject({
      resourceId: id,
      details: { title: "Renamed" },
    });
    for (const action of ["SESSION_MERGED", "SESSION_MERGE_UNDONE", "SESSION_DELETED", "SESSION_RESTORED"])
      expect(items.map((line) => line.action)).toContain(action);
    expect(items.every(({ actor }) => actor === boss.linearUserId)).toBe(true);
  });

  it("filters by actor, action, resource and time", async () => {
    expect(await actions({ actor: admin.linearUserId })).toEqual(["TOKEN_CREATED"]);
    expect(await actions({ resourceId: "token-1" })).toEqual(["TOKEN_CREATED"]);
    expect(await actions({ resourceId: planId, action: "PLAN_STEP" })).toEqual(["PLAN_STEP", "PLAN_STEP"]);
    expect(await actions({ action: "STEP_ADDED" })).toEqual([]);
    const [first] = (await all()).toReversed();
    expect(await actions({ to: first?.at ?? "" })).toEqual([]);
    expect(await actions({ from: first?.at ?? "", action: "PLAN_START" })).toEqual(["PLAN_START"]);
    expect(await actions({ from: "2999-01-01T00:00:00Z" })).toEqual([]);
  });

  it("comes page by page without leaving out or repeating a line, also where lines are of one instant", async () => {
    const elsewhere = await world.anOrganization();
    const reader = await world.aPerson(elsewhere, { role: "admin" });
    await world.aSession(reader);
    await world.db.query(sql`
      insert into audit_log (id, organization_id, actor, action, resource_type, resource_id, details, created_at)
      select gen_random_uuid(), ${elsewhere}, 'agent', 'A', 'thing', n::text, '{}', timestamptz '2026-01-01' + n / 10 * interval '1 microsecond'
        from generate_series(0, 39) n`);
    await world.db.query(sql`
      insert into session_events (session_id, seq, organization_id, type, body, actor, created_at)
      select s.id, n + 2, ${elsewhere}, 'session.moved', '{}', 'agent', timestamptz '2026-01-01' + n / 10 * interval '1 microsecond'
        from planning_sessions s, generate_series(0, 39) n where s.organization_id = ${elsewhere}`);

    const whole = await world.as(reader).listAudit({ query: { limit: 100 } });
    const paged: AuditLine[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await world.as(reader).listAudit({ query: { limit: 7, ...(cursor ? { cursor } : {}) } });
      paged.push(...page.items);
      cursor = page.next;
    }
    expect(whole.items).toHaveLength(81);
    expect(paged).toEqual(whole.items);
    expect(new Set(paged.map(({ id }) => id)).size).toBe(81);
    expect(paged.map(({ at }) => at)).toEqual(
      paged
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  });

  it("is exported as lines of JSON and leads on to the rest", async () => {
    const response = await world.send("/api/v1/audit/export?limit=2&action=PLAN_STEP", {}, admin);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as AuditLine).action)).toEqual(["PLAN_STEP", "PLAN_STEP"]);
    expect(response.headers.get("link")).toBeNull();

    const first = await world.send("/api/v1/audit/export?limit=1&action=PLAN_STEP", {}, admin);
    const [, next = ""] = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "") ?? [];
    const second = await world.send(next, {}, admin);
    expect([await first.text(), await second.text()].join("")).toBe(`${lines.join("\n")}\n`);
  });

  it("is exported as CSV in which nothing is a formula", async () => {
    await anEntry("TOKEN_REVOKED", { name: '=HYPERLINK("http://evil")' });
    await world.db.query(sql`update users set name = '=1+1' where id = ${admin.userId}`);
    const response = await world.send("/api/v1/audit/export?format=csv&resourceId=token-1", {}, admin);
    expect(response.headers.get("content-type")).toContain("text/csv");
    const [header, ...rows] = (await response.text()).trimEnd().split("\r\n");
    expect(header).toBe("id,at,actor,actorName,action,resourceType,resourceId,details,requestId");
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toContain(",'=1+1,");
    expect(rows[0]).toContain(String.raw`"{""name"":""=HYPERLINK(\""http://evil\"")""}"`);
  });

  it("knows who has exported it", async () => {
    const before = (await all({ action: "AUDIT_EXPORTED" })).length;
    await world.send(
      "/api/v1/audit/export?format=csv&action=PLAN_START",
      { headers: { "x-request-id": "mine" } },
      admin,
    );
    const [line, ...rest] = await all({ action: "AUDIT_EXPORTED" });
    expect(rest).toHaveLength(before);
    expect(line).toMatchObject({
      actor: admin.linearUserId,
      requestId: "mine",
      details: { format: "csv", lines: 1, action: "PLAN_START" },
    });
  });

  it("is for admins of the organization alone, and of no other", async () => {
    expect(await refusal(world.as(member).listAudit({ query: {} }))).toEqual([403, "not_allowed"]);
    const engagement = await world.anEngagement(org);
    await world.aMember(engagement, member, "admin");
    expect(await refusal(world.as(member).listAudit({ query: {} }))).toEqual([403, "not_allowed"]);
    expect((await world.send("/api/v1/audit/export", {}, member)).status).toBe(403);
    expect((await world.send("/api/v1/audit/export")).status).toBe(401);

    const stranger = await world.aPerson(await world.anOrganization(), { role: "admin" });
    expect((await world.as(stranger).listAudit({ query: { resourceId: planId } })).items).toEqual([]);
  });

  it("refuses a cursor that it has not given, and instants that are none", async () => {
    const ofNoDay = JSON.stringify(["2026-02-30T00:00:00.000000Z", "entry", randomUUID(), 0]);
    for (const cursor of [
      "x",
      Buffer.from(ofNoDay).toString("base64url"),
      Buffer.from('["2026-01-01T00:00:00.000000Z","event","no",1]').toString("base64url"),
    ])
      expect(await refusal(world.as(admin).listAudit({ query: { cursor } }))).toEqual([400, "invalid_cursor"]);
    for (const from of ["yesterday", "0000-01-01T00:00:00Z"])
      expect(await refusal(world.as(admin).listAudit({ query: { from } }))).toEqual([400, "invalid_request"]);
    expect(await actions({ resourceId: randomUUID() })).toEqual([]);
  });
});
