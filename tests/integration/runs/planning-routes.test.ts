import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "drizzle-orm";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { RetryableError } from "../../../lib/domain/errors.js";
import type { StepMessage } from "../../../lib/ports-services.js";
import { type ApiWorld, apiWorld, type Person, refusal, refused } from "../../support/api-world.js";

const page = "https://acme.atlassian.net/wiki/spaces/PLAN/pages/4711";

describe("the routes of the document on the state of planning sessions", () => {
  let world: ApiWorld;
  let acme: OrganizationId;
  let ada: Person;
  const published: StepMessage[] = [];
  let isQueueDown = false;
  beforeAll(async () => {
    world = await apiWorld();
    world.deps.world.queue.publish = async ({ body }) => {
      if (isQueueDown) throw new RetryableError("queue_unavailable");
      published.push(body);
      return { messageId: `message-${published.length}` };
    };
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    published.length = 0;
    isQueueDown = false;
    acme = await world.anOrganization();
    ada = await world.aPerson(acme);
  });

  const make = (person = ada, title = "Checkout") =>
    world
      .as(person)
      .createPlanningSession({ body: { title, confluencePageUrl: page, organizationId: person.organizationId } });
  const post = async (path: string, body: unknown, person: Person | null = ada) => {
    const headers = { "content-type": "application/json" };
    const response = await world.send(path, { method: "POST", headers, body: JSON.stringify(body) }, person);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it("make a session with its initial state", async () => {
    const made = await post("/api/planning/sessions", {
      title: "Checkout",
      confluencePageUrl: page,
      organizationId: acme,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      organizationId: acme,
      confluencePageUrl: page,
      planningTitle: "Checkout",
      status: "pending",
      progress: 0,
      errors: [],
      warnings: [],
    });
    expect(await world.as(ada).getPlanningSession({ params: { id: String(made.body.id) } })).toEqual(made.body);
  });

  it("make one session of a request that is repeated under its key", async () => {
    const body = { title: "Checkout", confluencePageUrl: page, organizationId: acme };
    const call = world.as(ada);
    const [first, second] = [
      await call.createPlanningSession({ body }, { idempotencyKey: "form-1" }),
      await call.createPlanningSession({ body }, { idempotencyKey: "form-1" }),
    ];
    expect(second.id).toBe(first.id);
    expect(await call.listPlanningSessions({ query: { organizationId: acme } })).toHaveLength(1);
  });

  it.each([
    {},
    { title: "Checkout", confluencePageUrl: page },
    { title: "", confluencePageUrl: page, organizationId: "acme" },
    { title: "Checkout", confluencePageUrl: null, organizationId: "acme" },
  ])("say that fields are missing: %j", async (body) => {
    const { status, body: problem } = await post("/api/planning/sessions", body);
    expect([status, problem.error, problem.detail]).toEqual([
      400,
      "Missing required fields",
      "Missing required fields",
    ]);
    expect(problem.issues).toContainEqual(expect.objectContaining({ in: "body" }));
  });

  it("say what is wrong with a field that is there", async () => {
    const { status, body } = await post("/api/planning/sessions", {
      title: "x",
      confluencePageUrl: "no address",
      organizationId: acme,
    });
    expect([status, body.error]).toEqual([400, "confluencePageUrl: must be an address"]);
  });

  it("list an organization's states page by page, with a link to the next", async () => {
    const made = [];
    for (const title of ["one", "two", "three", "four", "five"]) made.push((await make(ada, title)).id);
    const seen: string[][] = [];
    let next: string | undefined = `/api/planning/sessions?organizationId=${acme}&limit=2`;
    while (next) {
      const response = await world.send(next, {}, ada);
      seen.push(((await response.json()) as { id: string }[]).map(({ id }) => id));
      next = /^<(.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    }
    expect(seen.map((ids) => ids.length)).toEqual([2, 2, 1]);
    expect(seen.flat()).toEqual(made.reverse());
    expect(
      await refusal(world.as(ada).listPlanningSessions({ query: { organizationId: acme, cursor: "xyz" } })),
    ).toEqual([400, "invalid_cursor"]);
    const missing = await world.send("/api/planning/sessions", {}, ada);
    expect([missing.status, ((await missing.json()) as { error: string }).error]).toEqual([
      400,
      "Missing organizationId parameter",
    ]);
  });

  it("start a session that is pending, publish its first step before they answer, and refuse it a second time", async () => {
    const { id } = await make();
    expect(await post(`/api/planning/sessions/${id}/start`, {})).toEqual({
      status: 200,
      body: { status: "processing" },
    });
    expect(published).toMatchObject([{ kind: "session", id, step: "read-page", version: 2 }]);
    const again = await post(`/api/planning/sessions/${id}/start`, {});
    expect([again.status, again.body.error]).toEqual([400, "Planning session is not in pending status"]);
    expect(again.body.current).toMatchObject({
      id,
      status: "processing",
      progressMessage: "Starting planning process",
    });
    const conflict = await refused(world.as(ada).startSession({ params: { id }, body: {} }));
    expect([conflict.status, conflict.problem?.current]).toMatchObject([409, { id, status: "processing" }]);
  });

  it("have started a session although the queue cannot be reached: its step waits for the sweep", async () => {
    const { id } = await make();
    isQueueDown = true;
    expect((await post(`/api/planning/sessions/${id}/start`, {})).status).toBe(200);
    isQueueDown = false;
    const { unsent } = await world.deps.world.outbox.listOverdue(10);
    expect(unsent).toEqual([id]);
  });

  it("give one start where two start it at once", async () => {
    const { id } = await make();
    const starts = await Promise.all(Array.from({ length: 6 }, () => post(`/api/planning/sessions/${id}/start`, {})));
    expect(starts.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400, 400, 400, 400, 400]);
    expect(published).toHaveLength(1);
  });

  it("say which session is not there", async () => {
    const id = "0b5f9d0e-4a5b-4a43-9c2b-6a0d3c0f6b11";
    const call = world.as(ada);
    expect((await refused(call.getPlanningSession({ params: { id } }))).message).toBe(
      `Planning session not found: ${id}`,
    );
    expect((await refused(call.startPlanningSession({ params: { id } }))).message).toBe(
      `Planning session not found: ${id}`,
    );
    expect((await refused(call.deletePlanningSession({ params: { id } }))).message).toBe("Planning session not found");
    const malformed = await world.send("/api/planning/sessions/42", {}, ada);
    expect([malformed.status, ((await malformed.json()) as { error: string }).error]).toEqual([
      404,
      "Planning session not found: 42",
    ]);
  });

  it("delete a session, which is then not there, once", async () => {
    const { id } = await make();
    const call = world.as(ada);
    expect(await call.deletePlanningSession({ params: { id } })).toEqual({ status: "deleted" });
    expect(await refusal(call.getPlanningSession({ params: { id } }))).toEqual([404, "session_not_found"]);
    expect((await refused(call.deletePlanningSession({ params: { id } }))).message).toBe("Planning session not found");
    const busy = (await make()).id;
    await call.startPlanningSession({ params: { id: busy } });
    expect(await refusal(call.deletePlanningSession({ params: { id: busy } }))).toEqual([409, "session_busy"]);
  });

  it("know nothing of another organization, whatever is asked of its sessions", async () => {
    const globex = await world.anOrganization();
    const eve = await world.aPerson(globex, { role: "admin" });
    const { id } = await make();
    const [params, call] = [{ id }, world.as(eve)];
    const body = { title: "x", confluencePageUrl: page, organizationId: acme };
    for (const ask of [
      () => call.createPlanningSession({ body }),
      () => call.listPlanningSessions({ query: { organizationId: acme } }),
      () => call.getPlanningSession({ params }),
      () => call.startPlanningSession({ params }),
      () => call.deletePlanningSession({ params }),
      () => call.getSessionState({ params }),
      () => call.startSession({ params, body: {} }),
      () => call.replyToSession({ params, body: { text: "create" } }),
      () => call.cancelSession({ params, body: {} }),
      () => call.retrySession({ params, body: {} }),
    ])
      expect((await refused(ask())).status).toBe(404);
    expect((await world.as(ada).getSessionState({ params })).seq).toBe(1);
  });

  it("let a viewer look and nothing else, and hide an engagement from who is no member", async () => {
    const viewer = await world.aPerson(acme, { role: "viewer" });
    const { id } = await make();
    expect((await world.as(viewer).getSessionState({ params: { id } })).id).toBe(id);
    const act = { params: { id }, body: {} };
    for (const ask of [
      () => world.as(viewer).startSession(act),
      () => world.as(viewer).cancelSession(act),
      () => world.as(viewer).retrySession(act),
      () => world.as(viewer).replyToSession({ params: { id }, body: { text: "hello" } }),
      () => make(viewer),
    ])
      expect(await refusal(ask())).toEqual([403, "not_allowed"]);
    const engagementId = await world.anEngagement(acme, { settings: { access: "members" } });
    const hidden = await world.aSession(ada, { engagementId });
    const list = () => world.as(ada).listPlanningSessions({ query: { organizationId: acme } });
    expect((await list()).map((state) => state.id)).toEqual([id]);
    expect(await refusal(world.as(ada).startSession({ params: { id: hidden }, body: {} }))).toEqual([
      404,
      "session_not_found",
    ]);
    await world.aMember(engagementId, ada, "viewer");
    expect((await list()).map((state) => state.id)).toEqual([hidden, id]);
    expect(await refusal(world.as(ada).startSession({ params: { id: hidden }, body: {} }))).toEqual([
      403,
      "not_allowed",
    ]);
  });

  it("leave a session alone that is archived or has been merged", async () => {
    const archived = await world.aSession(ada, { archived: true });
    const merged = await world.aSession(ada);
    await world.db.query(sql`update planning_sessions set merged_into = ${archived} where id = ${merged}`);
    const calls = (id: string) => [
      () => world.as(ada).startSession({ params: { id }, body: {} }),
      () => world.as(ada).replyToSession({ params: { id }, body: { text: "hello" } }),
      () => world.as(ada).retrySession({ params: { id }, body: {} }),
    ];
    for (const ask of calls(archived)) expect(await refusal(ask())).toEqual([409, "session_archived"]);
    for (const ask of calls(merged)) expect(await refusal(ask())).toEqual([409, "session_merged"]);
  });

  it("take words to a session that has not begun, once for each operation, and none while it is being stopped", async () => {
    const { id } = await make();
    const call = world.as(ada);
    const say = (text: string, opId: string) => call.replyToSession({ params: { id }, body: { text, opId } });
    const first = await say("skip the enablers", "op-1");
    expect(first).toMatchObject({ id, status: "pending", version: 1, seq: 2 });
    expect((await say("skip the enablers", "op-1")).seq).toBe(2);
    expect((await Promise.all([1, 2, 3].map(() => say("only feature 1", "op-2")))).map(({ seq }) => seq)).toEqual([
      3, 3, 3,
    ]);
    await call.startSession({ params: { id }, body: {} });
    expect((await call.cancelSession({ params: { id }, body: {} })).isStopping).toBe(true);
    expect((await call.cancelSession({ params: { id }, body: {} })).isStopping).toBe(true);
    expect(await refusal(say("and one more thing", "op-3"))).toEqual([409, "session_stopping"]);
    expect(published.map(({ step }) => step)).toEqual(["read-page", "wind-up"]);
  });
});
