import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, uniqueViolation } from "../../../lib/db/database.js";
import { mergeStore } from "../../../lib/db/merge-store.js";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import { type ApiWorld, apiWorld, type Person, refused, refusal } from "../../support/api-world.js";
import { brokenLogs, givenPlan, logOf, oneDefaultAtMost, removedStep, sessionRow } from "./lifecycle-world.js";

describe("Merging two sessions", () => {
  let world: ApiWorld;
  let org: OrganizationId;
  let ada: Person;
  let engagementId: EngagementId;
  let target: SessionId;
  let source: SessionId;
  beforeAll(async () => {
    world = await apiWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    org = await world.anOrganization();
    ada = await world.aPerson(org);
    engagementId = await world.anEngagement(org);
    source = await world.aSession(ada, { engagementId, title: "Source", participants: ["Ada", "Bo"] });
    target = await world.aSession(ada, { engagementId, title: "Target", participants: ["Cy", "Ada"] });
  });
  afterEach(async () => {
    expect(await brokenLogs(world)).toEqual([]);
    await oneDefaultAtMost(world);
  });
  const row = (id: SessionId) => sessionRow(world, id);
  const addStep = async (id: SessionId, text: string, stepId?: string) => {
    const { step } = await world.as(ada).addPlanStep({
      query: {},
      body: { plan_id: id, text, owner: "Ada", ...(stepId ? { id: stepId } : {}) },
    });
    return step.id;
  };
  const merge = async (from = source, into = target) =>
    world.as(ada).mergeSession({
      params: { id: into },
      body: { sourceId: from, targetVersion: (await row(into)).version, sourceVersion: (await row(from)).version },
    });
  const whole = (id: SessionId) => world.as(ada).exportSession({ params: { id } });
  const textsOf = async (id: SessionId) =>
    (await world.as(ada).getPlan({ params: { plan_id: id }, query: {} })).steps.map(({ text }) => text);

  it("takes the source's steps over behind the target's, in their order, under their ids", async () => {
    const first = await addStep(source, "S1");
    const gone = await addStep(source, "S2");
    await addStep(source, "S3");
    await addStep(target, "T1");
    await removedStep(world, source, gone);

    const done = await merge();

    expect(await textsOf(target)).toEqual(["T1", "S1", "S3"]);
    expect(done.steps.map(({ id, as }) => id === as)).toEqual([true, true, true]);
    expect((await whole(target)).steps.find(({ id }) => id === gone)?.removedAt).toEqual(expect.any(String));
    await addStep(target, "T2");
    expect(await textsOf(target)).toEqual(["T1", "S1", "S3", "T2"]);
    expect((await logOf(world, target)).filter(({ body }) => body.id === first).map(({ type }) => type)).toEqual([
      "merged.step_added",
      "step_added",
    ]);
  });

  it("is one step where both have the same, and gives another one of that id an id of its own", async () => {
    const [same, other] = [randomUUID(), randomUUID()];
    await addStep(target, "Same", same);
    await addStep(source, "Same", same);
    await addStep(target, "One", other);
    await addStep(source, "Other", other);

    const done = await merge();

    expect(await textsOf(target)).toEqual(["Same", "One", "Other"]);
    expect(done.steps).toEqual([
      { id: same, as: same, united: true },
      { id: other, as: expect.not.stringContaining(other) as string, united: false },
    ]);
  });

  it("unites participants, those of the target first", async () => {
    await merge();
    expect((await whole(target)).participants).toEqual(["Ada", "Cy", "Bo"]);
  });

  it("is refused before anything is done where there would be more than 50 participants", async () => {
    await world.db.query(sql`
      insert into session_participants (session_id, organization_id, name) select ${target}, ${org}, 'P' || n from generate_series(1, 48) n`);
    const error = await refused(merge());
    expect([error.status, error.code, error.problem?.participants]).toEqual([409, "too_many_participants", 51]);
    expect((await row(source)).merged_into).toBeNull();
  });

  it("copies the source's log, each line with where it stood, and lets errors and warnings count", async () => {
    await world.db.query(sql`
      with moved as (update planning_sessions set last_seq = last_seq + 2 where id = ${source} returning id, organization_id, last_seq)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, last_seq - n, organization_id, case n when 0 then 'error' else 'warning' end, '{"message": "Hm"}', 'agent' from moved, generate_series(0, 1) n`);
    const before = await logOf(world, source);

    const { seq, events } = await merge();

    const log = await logOf(world, target);
    expect(events).toBe(before.length);
    for (const line of before) {
      const copy = log[seq + line.seq - 1];
      expect(copy?.body).toMatchObject({ ...line.body, mergedFrom: { sessionId: source, seq: line.seq } });
      const isProblem = ["error", "warning"].includes(line.type);
      expect(copy?.type).toBe(isProblem ? line.type : `merged.${line.type}`);
    }
    expect((await logOf(world, source)).at(-1)).toMatchObject({ type: "session_merged", body: { into: target } });
  });

  it("makes the source a pointer that says where it went, refuses changes and is in no list", async () => {
    await merge();
    expect(await row(source)).toMatchObject({ merged_into: target, is_default: false });
    expect((await whole(source)).session.mergedInto).toBe(target);
    expect((await refused(addStep(source, "Late"))).status).toBe(400);
    const error = await refused(world.as(ada).deleteSession({ params: { id: source } }));
    expect([error.code, error.problem?.mergedInto]).toEqual(["session_merged", target]);
    const again = await refused(merge());
    expect([again.status, again.code, again.problem?.mergedInto]).toEqual([409, "session_merged", target]);
  });

  it("gives the target the plans, and marks items that are the same: by issue, else by key and title", async () => {
    const mine = await givenPlan(world, target, {
      items: [{ key: "US-1" }, { key: "US-2", title: "Pay", linearId: "ENG-7" }, { key: "US-3", title: "Same key" }],
    });
    const theirs = await givenPlan(world, source, {
      items: [
        { key: "US-1", linearId: "ENG-9" },
        { key: "X", title: "Payment", issueLink: "ENG-7" },
        { key: "US-3", title: "Other story" },
      ],
    });

    const { duplicates, planIds } = await merge();

    expect(planIds).toEqual([theirs.planId]);
    const items = (await whole(target)).items;
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([...mine.itemIds, ...theirs.itemIds]));
    expect(new Map(duplicates.map(({ item, ...why }) => [item, why]))).toEqual(
      new Map([
        [mine.itemIds[0], { of: theirs.itemIds[0], by: "key" }],
        [theirs.itemIds[1], { of: mine.itemIds[1], by: "issue" }],
      ]),
    );
    expect(items.find(({ id }) => id === theirs.itemIds[1])?.duplicateOf).toBe(mine.itemIds[1]);
  });

  it("lets an item follow its step to the step's new id", async () => {
    const id = randomUUID();
    await addStep(target, "One", id);
    await addStep(source, "Other", id);
    await givenPlan(world, source, {
      source: `session:${source}`,
      items: [{ key: id, title: "Other", linearId: "ENG-1" }],
    });

    const { id: mergeId, steps } = await merge();

    expect((await whole(target)).items).toMatchObject([{ key: steps[0]?.as, fields: { key: steps[0]?.as } }]);
    await world.as(ada).undoMerge({ params: { id: mergeId } });
    expect((await whole(source)).items).toMatchObject([{ key: id, fields: { key: id } }]);
  });

  it("makes the target the default where the source was that of the same engagement", async () => {
    expect(await row(source)).toMatchObject({ is_default: true });
    const { id } = await merge();
    expect(await row(target)).toMatchObject({ is_default: true });
    await world.as(ada).undoMerge({ params: { id } });
    expect([(await row(source)).is_default, (await row(target)).is_default]).toEqual([true, false]);
  });

  it("passes the default of another engagement on to its newest other session", async () => {
    const elsewhere = await world.anEngagement(org);
    const moved = await world.aSession(ada, { engagementId: elsewhere });
    const heir = await world.aSession(ada, { engagementId: elsewhere });
    const { id } = await merge(moved, target);
    expect(await row(heir)).toMatchObject({ is_default: true });
    await world.as(ada).undoMerge({ params: { id } });
    expect([(await row(moved)).is_default, (await row(heir)).is_default]).toEqual([true, false]);
  });

  it("takes along who works in the source, and back", async () => {
    await world.db.query(sql`update users set current_session_id = ${source} where id = ${ada.userId}`);
    const current = async () =>
      (
        await world.db.query<{ id: string }>(sql`select current_session_id as id from users where id = ${ada.userId}`)
      )[0]?.id;
    const { id } = await merge();
    expect(await current()).toBe(target);
    await world.as(ada).undoMerge({ params: { id } });
    expect(await current()).toBe(source);
  });

  it("brings back who was left without a session by it, but nobody who has gone to another engagement since", async () => {
    const elsewhere = await world.anEngagement(org);
    const third = await world.anEngagement(org);
    const bo = await world.aPerson(org);
    const moved = await world.aSession(ada, { engagementId: elsewhere });
    await world.db.query(sql`
      update users set current_engagement_id = ${elsewhere}, current_session_id = ${moved} where id in (${ada.userId}, ${bo.userId})`);
    const places = async () =>
      new Map(
        (
          await world.db.query<{ id: string; at: string; session: string | null }>(
            sql`select id, current_engagement_id as at, current_session_id as session from users`,
          )
        ).map(({ id, at, session }) => [id, [at, session]]),
      );
    const { id } = await merge(moved, target);
    expect((await places()).get(bo.userId)).toEqual([elsewhere, null]);
    await world.db.query(sql`update users set current_engagement_id = ${third} where id = ${ada.userId}`);

    await world.as(ada).undoMerge({ params: { id } });

    expect((await places()).get(ada.userId)).toEqual([third, null]);
    expect((await places()).get(bo.userId)).toEqual([elsewhere, moved]);
  });

  for (const [what, change, code] of [
    [
      "is at work",
      sql`update planning_sessions set status = 'processing' where planning_title = 'Source'`,
      "session_busy",
    ],
    [
      "waits for an answer",
      sql`update planning_sessions set status = 'awaiting_input' where planning_title = 'Target'`,
      "session_busy",
    ],
    [
      "is being stopped",
      sql`update planning_sessions set stop_requested_at = now() where planning_title = 'Source'`,
      "session_busy",
    ],
    ["is synchronised", sql`update plans set sync_status = 'running'`, "session_busy"],
    [
      "is archived",
      sql`update planning_sessions set archived_at = now() where planning_title = 'Source'`,
      "session_archived",
    ],
  ] as const)
    it(`is refused where one of them ${what}`, async () => {
      await givenPlan(world, source, {});
      await world.db.query(change);
      expect(await refusal(merge())).toEqual([409, code]);
    });

  it("is refused with the version of now where one has moved since it was seen", async () => {
    const { version } = await row(source);
    const error = await refused(
      world.as(ada).mergeSession({
        params: { id: target },
        body: { sourceId: source, targetVersion: (await row(target)).version, sourceVersion: version + 1 },
      }),
    );
    expect([error.status, error.code, error.problem?.sessionId, error.problem?.version]).toEqual([
      409,
      "version_conflict",
      source,
      version,
    ]);
  });

  it("needs to be a member in both engagements, and both of the organization", async () => {
    const other = await world.anEngagement(org);
    const bo = await world.aPerson(org, { role: "viewer" });
    await world.aMember(engagementId, bo);
    const theirs = await world.aSession(ada, { engagementId: other });
    const stranger = await world.aPerson(await world.anOrganization());
    const foreign = await world.aSession(stranger);
    const body = { sourceId: theirs, targetVersion: 1, sourceVersion: 1 };
    expect(await refusal(world.as(bo).mergeSession({ params: { id: target }, body }))).toEqual([403, "not_allowed"]);
    expect(
      await refusal(world.as(ada).mergeSession({ params: { id: target }, body: { ...body, sourceId: foreign } })),
    ).toEqual([404, "session_not_found"]);
    expect(
      await refusal(world.as(ada).mergeSession({ params: { id: target }, body: { ...body, sourceId: target } })),
    ).toEqual([400, "same_session"]);
    const { id } = await merge();
    expect(await refusal(world.as(stranger).undoMerge({ params: { id } }))).toEqual([404, "merge_not_found"]);
    expect((await refusal(world.as(stranger).listMerges({ params: { id: target } })))[0]).toBe(404);
    expect((await refusal(world.as(stranger).exportSession({ params: { id: target } })))[0]).toBe(404);
  });

  it("lists its merges, also those that were taken back, and takes one back once or twice alike", async () => {
    const { id } = await merge();
    const undone = await world.as(ada).undoMerge({ params: { id } });
    expect(undone.undoneAt).not.toBeNull();
    expect(await world.as(ada).undoMerge({ params: { id } })).toEqual(undone);
    const second = await merge();
    expect((await world.as(ada).listMerges({ params: { id: source } })).items.map((one) => one.id)).toEqual([
      second.id,
      id,
    ]);
  });

  it("goes on: what was merged can be merged further, and comes back one by one", async () => {
    const step = await addStep(source, "Travels");
    const last = await world.aSession(ada, { engagementId, title: "Last" });
    const before = await whole(source);
    const one = await merge(source, target);
    const two = await merge(target, last);
    const all = await whole(last);
    expect(all.mergedSessions.map(({ id }) => id).sort()).toEqual([source, target].sort());
    expect(all.steps.map(({ id }) => id)).toEqual([step]);
    expect(await refusal(world.as(ada).undoMerge({ params: { id: one.id } }))).toEqual([409, "merge_not_undoable"]);
    await world.as(ada).undoMerge({ params: { id: two.id } });
    await world.as(ada).undoMerge({ params: { id: one.id } });
    expect((await whole(source)).steps).toEqual(before.steps);
    expect((await whole(target)).steps).toEqual([]);
  });

  describe("after which a second one was merged into the same target", () => {
    let second: SessionId;
    beforeEach(async () => {
      second = await world.aSession(ada, { engagementId, title: "Second", participants: ["Dee"] });
    });
    const undo = (id: string) => world.as(ada).undoMerge({ params: { id } });
    const isKept = async (one: string, two: string) => {
      const before = await whole(target);
      const error = await refused(undo(one));
      expect([error.status, error.code, error.problem?.why]).toEqual([409, "merge_not_undoable", "later_merge"]);
      expect(await whole(target)).toEqual(before);
      await undo(two);
      await undo(one);
    };

    it("is not taken back before the second one where both have brought the same step", async () => {
      const same = randomUUID();
      await addStep(source, "Same", same);
      await addStep(second, "Same", same);
      await isKept((await merge()).id, (await merge(second)).id);
      expect([await textsOf(target), await textsOf(source), await textsOf(second)]).toEqual([[], ["Same"], ["Same"]]);
    });

    it("is not taken back before the second one where both have brought the same participant", async () => {
      const third = await world.aSession(ada, { engagementId, participants: ["Bo", "Dee"] });
      await isKept((await merge()).id, (await merge(third)).id);
      expect((await whole(target)).participants).toEqual(["Ada", "Cy"]);
    });

    it("is taken back in any order where they have nothing in common", async () => {
      await addStep(source, "S1");
      await addStep(second, "S2");
      const [one, two] = [await merge(), await merge(second)];
      await undo(one.id);
      expect([await textsOf(target), (await whole(target)).participants]).toEqual([["S2"], ["Ada", "Cy", "Dee"]]);
      await undo(two.id);
      expect([await textsOf(target), (await whole(target)).participants]).toEqual([[], ["Ada", "Cy"]]);
    });
  });

  it("leaves the id of a step free that it had brought, once it is taken back", async () => {
    const step = await addStep(source, "Same");
    const { id } = await merge();
    expect(await refusal(addStep(target, "Same", step))).toEqual([409, "operation_reused"]);
    await world.as(ada).undoMerge({ params: { id } });
    expect(await addStep(target, "Same", step)).toBe(step);
    expect(await textsOf(target)).toEqual(["Same"]);
  });

  it("is taken back where another session becomes the default at the same moment", async () => {
    const { id } = await merge();
    let tries = 0;
    const db: Database = {
      query: (...given) => world.db.query(...given),
      batch(...given) {
        tries += 1;
        const taken = Object.assign(new Error("planning_sessions_one_default"), { code: uniqueViolation });
        return tries === 1 ? Promise.reject(taken) : world.db.batch(...given);
      },
    };
    const { token: _, ...person } = ada;
    const principal: Principal = {
      ...person,
      role: "member",
      engagementRoles: {},
      hidden: [],
      scope: "admin",
      via: "token",
      credentialId: null,
    };
    expect((await mergeStore(db).undo(principal, id)).outcome).toBe("done");
    expect([tries, (await row(source)).merged_into]).toEqual([2, null]);
  });

  const spoiling: Record<string, [string, () => Promise<unknown>]> = {
    "a step that was taken over has been removed": [
      "steps_changed",
      async () => removedStep(world, target, (await whole(source)).steps[0]?.id ?? ""),
    ],
    "another session has the plan": [
      "plans_changed",
      async () => world.db.query(sql`update plans set session_id = ${await world.aSession(ada, { engagementId })}`),
    ],
    "the target was started": [
      "target_busy",
      () => world.db.query(sql`update planning_sessions set status = 'processing' where id = ${target}`),
    ],
    "the target has ended": [
      "target_moved",
      () => world.db.query(sql`update planning_sessions set status = 'completed' where id = ${target}`),
    ],
    "the target was archived": [
      "target_set_aside",
      () => world.db.query(sql`update planning_sessions set archived_at = now() where id = ${target}`),
    ],
    "the source has moved": [
      "source_moved",
      () => world.db.query(sql`update planning_sessions set version = version + 1 where id = ${source}`),
    ],
  };
  it("can be taken back after its plans were brought in step with their pages, which is no work of the session's", async () => {
    await givenPlan(world, source, { items: 1 });
    const { id } = await merge();
    await world.db.query(sql`update plans set version = version + 1, last_synced_at = now()`);
    await world.as(ada).undoMerge({ params: { id } });
    expect((await row(source)).merged_into).toBeNull();
  });

  for (const [what, [why, spoil]] of Object.entries(spoiling))
    it(`cannot be taken back where ${what}, and the refusal says so`, async () => {
      await addStep(source, "S1");
      await givenPlan(world, source, { items: 1 });
      const { id } = await merge();
      await spoil();
      const error = await refused(world.as(ada).undoMerge({ params: { id } }));
      expect([error.status, error.code, error.problem?.why]).toEqual([409, "merge_not_undoable", why]);
      expect((await row(source)).merged_into).toBe(target);
    });

  it("leaves the default to a session that has become it in the source's engagement since", async () => {
    const elsewhere = await world.anEngagement(org);
    const moved = await world.aSession(ada, { engagementId: elsewhere });
    const { id } = await merge(moved, target);
    const fresh = await world.aSession(ada, { engagementId: elsewhere });
    await world.as(ada).undoMerge({ params: { id } });
    expect([(await row(fresh)).is_default, (await row(moved)).is_default]).toEqual([true, false]);
  });

  it("can be taken back once the target has come out of the archive again", async () => {
    await addStep(source, "S1");
    const { id } = await merge();
    await world.as(ada).archiveSession({ params: { id: target }, body: {} });
    expect(await refusal(world.as(ada).undoMerge({ params: { id } }))).toEqual([409, "merge_not_undoable"]);
    await world.as(ada).unarchiveSession({ params: { id: target } });
    await world.as(ada).undoMerge({ params: { id } });
    expect([await textsOf(target), await textsOf(source)]).toEqual([[], ["S1"]]);
  });

  it("leaves what came to the target since then where it is", async () => {
    await addStep(source, "S1");
    const { id } = await merge();
    await addStep(target, "New");
    await world.as(ada).undoMerge({ params: { id } });
    expect(await textsOf(target)).toEqual(["New"]);
    expect(await textsOf(source)).toEqual(["S1"]);
  });
});
