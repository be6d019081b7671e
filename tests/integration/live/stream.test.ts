import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { EventSource } from "eventsource";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SessionId } from "../../../lib/domain/ids.js";
import type { Person } from "../../support/api-world.js";
import { followed, type LiveWorld, liveWorld } from "./live-world.js";

describe("A stream", () => {
  let world: LiveWorld;
  let ada: Person;
  let session: SessionId;
  beforeAll(async () => {
    world = await liveWorld({ env: { DEMO_ORGANIZATION: "test-org-123" }, timing: { pingMs: 100 } });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    ada = await world.aPerson(await world.anOrganization("acme"));
    session = await world.aSession(ada);
  });
  const add = (text: string, by = ada) => world.as(by).addStep({ params: { id: session }, body: { text } });

  it("says first where it begins and how long it may last, and then what happens from now on", async () => {
    await add("before");
    const stream = await world.open(session, ada);

    expect(stream.response.status).toBe(200);
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    expect(await stream.connected()).toEqual({ type: "connected", plan_id: session, head: 2, maxAgeMs: 300_000 });
    const step = await add("after");
    expect(await stream.upTo(3)).toEqual([
      {
        seq: 3,
        type: "step_added",
        actor: ada.linearUserId,
        at: expect.any(String),
        id: step.id,
        text: "after",
        owner: "Ada",
        ts: step.ts,
        position: "3",
      },
    ]);
    expect(stream.events.find(({ id }) => id === "3")).toMatchObject({ id: "3" });
  });

  it("brings what was missed, after the number that is asked for, and the header wins", async () => {
    for (const text of ["a", "b", "c", "d"]) await add(text);
    const texts = async (path: string, headers?: Record<string, string>) =>
      (await (await world.open(path, ada, headers)).upTo(5)).map(({ text }) => text);

    const path = `/api/v1/sessions/${session}/stream`;
    expect(await texts(`${path}?after=1`)).toEqual(["a", "b", "c", "d"]);
    expect(await texts(`${path}?after=1`, { "last-event-id": "4" })).toEqual(["d"]);
    expect((await texts(`${path}?after=0`)).length).toBe(5);
  });

  it("brings a long log whole and in order, while it grows", async () => {
    await world.db.query(sql`
      with grown as (update planning_sessions set last_seq = 1501 where id = ${session} returning id)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select grown.id, n, 'acme', 'noted', jsonb_build_object('n', n), 'ada' from grown, generate_series(2, 1501) as n`);
    const stream = await world.open(`/api/v1/sessions/${session}/stream?after=1`, ada);
    await add("while it is read");

    const log = await stream.upTo(1502);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 1501 }, (_, i) => i + 2));
  });

  it("shows every step once, in the order of the log, to all who read, whoever adds them", async () => {
    const grace = await world.aPerson(ada.organizationId, { name: "Grace" });
    const plan = await world.as(ada).getSessionPlan({ params: { id: session } });
    const readers = await Promise.all(
      [ada, grace, ada].map((one) => world.open(`/api/v1/sessions/${session}/stream?after=${plan.seq}`, one)),
    );
    await Promise.all(Array.from({ length: 30 }, (_, n) => add(`Step ${n}`, n % 2 ? ada : grace)));

    const now = await world.as(ada).getSessionPlan({ params: { id: session } });
    for (const reader of readers)
      expect(followed(plan, await reader.upTo(31))).toEqual({ ...now, updatedAt: expect.any(String) });
  });

  it("tells of edits, moves, removals and participants, and of what the pipeline does", async () => {
    const client = world.as(ada);
    const stream = await world.open(session, ada);
    await stream.connected();
    const [one, other] = [await add("one"), await add("other")];
    await client.editStep({ params: { id: session, stepId: one.id }, body: { text: "edited", expectedRevision: 2 } });
    await client.moveStep({ params: { id: session, stepId: other.id }, body: { after: null } });
    await client.removeStep({ params: { id: session, stepId: one.id }, query: {} });
    await client.addParticipant({ params: { id: session, name: "user 1/2" }, query: {} });
    await world.db.query(sql`
      with moved as (update planning_sessions set last_seq = last_seq + 2 where id = ${session} returning id, last_seq)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, last_seq - 1, 'acme', 'warning', jsonb_build_object('message', 'No owner'), 'agent' from moved union all
      select id, last_seq, 'acme', 'agent.said',
             '{"content": {"type": "elicitation", "body": "Connect"}, "auth": {"url": "https://secret", "providerName": "Confluence"}}', 'agent' from moved`);

    const log = await stream.upTo(9);
    expect(log.map(({ type }) => type)).toEqual([
      "step_added",
      "step_added",
      "step_edited",
      "step_moved",
      "step_removed",
      "participant_added",
      "warning",
      "agent.said",
    ]);
    expect(log[5]).toMatchObject({ name: "user 1/2" });
    expect(log[7]).toMatchObject({ auth: { providerName: "Confluence" } });
    expect(JSON.stringify(stream.events)).not.toContain("secret");
  });

  it("says that the plan is to be loaded again where the number is beyond the log's end, and goes on from there", async () => {
    const stream = await world.open(`/api/v1/sessions/${session}/stream?after=1000`, ada);
    await stream.named("reset");
    await add("next");
    expect(await stream.upTo(2)).toMatchObject([{ text: "next" }]);
  });

  it.each(["?after=-1", "?after=soon", "?after=1.5"])("refuses %s", async (query) => {
    const stream = await world.open(`/api/v1/sessions/${session}/stream${query}`, ada);
    expect(stream.response.status).toBe(400);
    expect(await stream.response.json()).toMatchObject({ code: "invalid_request" });
  });

  it("refuses a Last-Event-ID that it never gave", async () => {
    const stream = await world.open(session, ada, { "last-event-id": "soon" });
    expect(stream.response.status).toBe(400);
  });

  it("pings", async () => {
    const stream = await world.open(session, ada);
    expect(await stream.named("ping", 3)).toEqual({});
  });

  it("goes on where the session is archived", async () => {
    await world.db.query(sql`update planning_sessions set archived_at = now() where id = ${session}`);
    const stream = await world.open(session, ada);
    expect(await stream.connected()).toMatchObject({ head: 1 });
  });

  it("is not there for somebody of another organization, for nobody, for no session and for a deleted one", async () => {
    const stranger = await world.aPerson(await world.anOrganization("other"));
    const status = async (id: string, as: Person | null, headers?: Record<string, string>) =>
      (await world.open(id, as, headers)).response.status;
    const plan = `/api/plan/${session}/stream`;

    expect(await status(session, stranger)).toBe(404);
    expect(await status(plan, stranger)).toBe(404);
    expect(await status(`${plan}?org=acme`, stranger)).toBe(404);
    expect(await status(session, ada, { "x-org-id": "other" })).toBe(404);
    expect(await status(session, { ...ada, token: "lpa_wrong" })).toBe(401);
    expect(await status(randomUUID(), ada)).toBe(404);
    expect(await status("not-an-id", ada)).toBe(404);
    await world.db.query(sql`update planning_sessions set deleted_at = now() where id = ${session}`);
    expect(await status(session, ada)).toBe(404);
    const refused = await world.open(`/api/plan/${session}/stream`, ada);
    expect(await refused.response.json()).toMatchObject({ error: "Plan not found", code: "plan_not_found" });
  });

  it("ends with a bye when the sign-in is revoked, the place hidden or the session deleted", async () => {
    const admin = await world.aPerson(ada.organizationId, { role: "admin" });
    const changed = (what: string) =>
      world.db.query(sql`
      insert into audit_log (id, organization_id, actor, action, resource_type, resource_id, details)
      values (gen_random_uuid(), 'acme', 'x', ${what}, 'x', 'x', '{}')`);
    const over = async (stream: Awaited<ReturnType<LiveWorld["open"]>>) => {
      await stream.over();
      return stream.events.at(-1)?.event;
    };

    const open = await Promise.all([world.open(session, ada), world.open(session, admin)]);
    await Promise.all(open.map((one) => one.connected()));
    await world.db.query(sql`update api_tokens set revoked_at = now() where user_id = ${ada.userId}`);
    await changed("TOKEN_REVOKED");
    expect(await over(open[0])).toBe("bye");
    expect(open[1].isOver()).toBe(false);
    expect((await world.open(session, ada)).response.status).toBe(401);

    const grace = await world.aPerson(ada.organizationId, { name: "Grace" });
    const hers = await world.open(session, grace);
    await hers.connected();
    await world.db.query(sql`update engagements set settings = settings || '{"access": "members"}'`);
    await changed("ENGAGEMENT_EDITED");
    expect(await over(hers)).toBe("bye");
    expect(open[1].isOver()).toBe(false);

    await world.db.query(sql`
      with moved as (update planning_sessions set last_seq = last_seq + 1, deleted_at = now() where id = ${session} returning *)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, last_seq, organization_id, 'session_deleted', '{}', 'x' from moved`);
    expect(await over(open[1])).toBe("bye");
  });

  it("tells who is there, each person once, and tells it again when somebody comes or leaves", async () => {
    const grace = await world.aPerson(ada.organizationId, { name: "Grace" });
    const mine = await world.open(session, ada);
    const namesOn = async (names: string[]) =>
      mine.until(`presence of ${names.join()}`, () => {
        const last = mine.events.findLast(({ event }) => event === "presence");
        const people = last ? (JSON.parse(last.data) as { people: { name: string }[]; count: number }) : null;
        return (
          JSON.stringify(people?.people.map(({ name }) => name)) === JSON.stringify(names) &&
          people?.count === names.length
        );
      });
    await namesOn(["Ada"]);
    const [hers, again] = [await world.open(session, grace), await world.open(session, grace)];
    await namesOn(["Ada", "Grace"]);
    expect(await world.as(ada).getPresence({ params: { id: session } })).toEqual({
      people: [
        { userId: ada.userId, name: "Ada", state: "here" },
        { userId: grace.userId, name: "Grace", state: "here" },
      ],
      count: 2,
    });
    await hers.named("presence");
    hers.leave();
    again.leave();
    await namesOn(["Ada"]);
    mine.leave();
    await mine.until("an empty table", () => mine.isOver());
    await expect
      .poll(async () => (await world.db.query<{ n: number }>(sql`select count(*)::int as n from presence`))[0]?.n, {
        timeout: 5_000,
      })
      .toBe(0);
  });

  it("serves the plain EventSource of the document, signed in by nobody, with its organization in the address", async () => {
    await world.anOrganization("test-org-123");
    const headers = { "x-org-id": "test-org-123", "content-type": "application/json" };
    const post = async (path: string, body: unknown) =>
      (await fetch(`${world.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json() as Promise<{
        plan_id: string;
      }>;
    const { plan_id: planId } = await post("/api/plan/start", { title: "Feature X", participants: ["user1"] });
    await post("/api/plan/step", { plan_id: planId, text: "Design", owner: "user1" });

    const steps: { text: string; owner: string }[] = [];
    const everything: { type?: string }[] = [];
    const source = new EventSource(`${world.url}/api/plan/${planId}/stream?org=test-org-123`);
    const opened = new Promise<void>((resolve) => source.addEventListener("open", () => resolve()));
    source.onmessage = (event) => {
      const data = JSON.parse(event.data as string) as { text: string; owner: string; ts: string };
      everything.push(data as never);
      if (data.text && data.owner && data.ts) steps.push({ text: data.text, owner: data.owner });
    };
    try {
      await opened;
      await expect.poll(() => everything.length).toBe(1);
      await post("/api/plan/step", { plan_id: planId, text: "Write unit tests", owner: "user2" });
      await expect.poll(() => steps).toEqual([{ text: "Write unit tests", owner: "user2" }]);
      expect(everything[0]).toMatchObject({ type: "connected", plan_id: planId });
    } finally {
      source.close();
    }

    const unnamed = await world.open(`/api/plan/${planId}/stream`, null);
    expect(unnamed.response.status).toBe(400);
    expect(await unnamed.response.json()).toMatchObject({ error: "X-Org-Id header required" });
  });

  it("answers HEAD without opening anything, and other methods with what there is", async () => {
    const at = (method: string) =>
      fetch(`${world.url}/api/v1/sessions/${session}/stream`, {
        method,
        headers: { authorization: `Bearer ${ada.token}` },
      });
    expect([(await at("HEAD")).status, (await at("POST")).status]).toEqual([200, 405]);
  });
});
