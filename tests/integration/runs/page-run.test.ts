import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallPage } from "../../support/story.js";
import { refused } from "../../support/api-world.js";
import { aRunStory, type RunStory } from "./run-story.js";

describe("a run that people ask for", () => {
  let story: RunStory;
  beforeAll(async () => {
    story = await aRunStory();
  });
  afterAll(() => story.close());

  const asked = async () => {
    const page = story.page(smallPage());
    const { id } = await story.aPlanningSession(page.url);
    await story.start(id);
    return { page, state: await story.say(id, "Engineering") };
  };

  it("starts from a form, shows its plan with what can be answered, creates what was said, and records the issues", async () => {
    const { page, state } = await asked();
    expect(state).toMatchObject({ status: "awaiting_input", progress: 40, errors: [], question: { kind: "approval" } });
    expect(state.question?.words).toContain("1 epic, 1 feature, 2 stories and 1 enabler");
    expect(state.question?.options.map(({ label }) => label)).toEqual(["Create", "Create without enablers", "Cancel"]);

    const done = await story.choose(state, "create-without-enablers#");

    expect(done).toMatchObject({ id: state.id, status: "completed", progress: 100, question: null, errors: [] });
    expect(done.progressMessage).toBe("Planning process completed");
    const issues = await story.issuesOf(page.url);
    expect(issues.map((issue) => issue.title).sort()).toEqual([
      "First story",
      "Second story",
      "Small epic",
      "Small feature",
    ]);
    const ids = story.allIssues().filter((issue) => issues.some(({ identifier }) => identifier === issue.identifier));
    const named = Object.values(done.result ?? {}).flatMap((kind) => Object.values(kind));
    expect(named.sort()).toEqual(ids.map((issue) => issue.id).sort());
    expect(Object.keys(done.result?.stories ?? {})).toEqual(["US-1", "US-2"]);
  });

  it("acts once where a reply is repeated under its operation's id, and takes up what comes after the end as a new run", async () => {
    const { page, state } = await asked();
    const body = { text: story.optionOf(state, "create#"), opId: "click-1" };
    const replies = await Promise.all(
      [1, 2, 3].map(() => story.call.replyToSession({ params: { id: state.id }, body })),
    );
    expect(replies.map(({ id }) => id)).toEqual([state.id, state.id, state.id]);
    await story.atRest(state.id);
    const heard = (await story.log(state.id)).filter(
      ({ type, body }) => type === "person.replied" && body?.includes("create#"),
    );
    expect(heard.map(({ actor }) => actor)).toEqual(["demo"]);

    const undo = { text: "undo", opId: "click-2" };
    const first = await story.call.replyToSession({ params: { id: state.id }, body: undo });
    const again = await story.call.replyToSession({ params: { id: state.id }, body: undo });
    expect(first.id).not.toBe(state.id);
    expect(again.id).toBe(first.id);
    expect((await story.atRest(first.id)).status).toBe("completed");
    expect(await story.issuesOf(page.url)).toEqual([]);
  });

  it("gives one start where several start it at once, and shows the others how it stands", async () => {
    const { id } = await story.aPlanningSession(story.page(smallPage()).url);
    const starts = await Promise.allSettled([1, 2, 3].map(() => story.call.startSession({ params: { id }, body: {} })));
    expect(starts.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    const refusal = await refused(story.call.startSession({ params: { id }, body: {} }));
    expect([refusal.status, refusal.code]).toEqual([409, "session_not_pending"]);
    expect(refusal.problem).toMatchObject({ current: { id, status: expect.stringMatching(/processing|awaiting/) } });
    await story.atRest(id);
    const begun = (await story.log(id)).filter(({ body }) => JSON.parse(body ?? "{}").event === "started");
    expect(begun).toHaveLength(1);
  });

  it("takes no step from what somebody has seen before it moved", async () => {
    const { id, version } = await story.aPlanningSession(story.page(smallPage()).url);
    const early = await refused(story.call.startSession({ params: { id }, body: { expectedVersion: version + 1 } }));
    expect([early.status, early.code]).toEqual([409, "version_conflict"]);
    await story.call.startSession({ params: { id }, body: { expectedVersion: version } });
    expect((await story.atRest(id)).status).toBe("awaiting_input");
    const late = await refused(story.call.cancelSession({ params: { id }, body: { expectedVersion: version } }));
    expect(late.problem).toMatchObject({ code: "version_conflict", current: { status: "awaiting_input" } });
  });

  it("is cancelled at once before it has begun, on the way by its wind-up, and by the word stop; an ended one says so", async () => {
    const unbegun = await story.aPlanningSession(story.page(smallPage()).url);
    expect((await story.call.cancelSession({ params: { id: unbegun.id }, body: {} })).status).toBe("cancelled");

    const { state } = await asked();
    const stopping = await story.call.cancelSession({ params: { id: state.id }, body: {} });
    expect(stopping.isStopping || stopping.status === "cancelled").toBe(true);
    expect((await story.atRest(state.id)).status).toBe("cancelled");
    const again = await refused(story.call.cancelSession({ params: { id: state.id }, body: {} }));
    expect(again.problem).toMatchObject({ status: 409, code: "session_ended", current: { status: "cancelled" } });

    const { state: other } = await asked();
    expect((await story.say(other.id, "stop")).status).toBe("cancelled");
  });

  it("goes on from the step that failed when it is retried, by button or by word", async () => {
    const { page, state } = await asked();
    story.linear.control.configure({ freeIssueLimit: story.allIssues().filter((issue) => !issue.trashed).length + 1 });
    const failed = await story.choose(state, "create#");
    expect(failed).toMatchObject({ status: "failed", errors: [{ code: "linear_plan_full" }] });
    expect(failed.errors[0]?.message).toContain("no room for more issues");
    story.linear.control.configure({ freeIssueLimit: null });
    const retried = await story.call.retrySession({ params: { id: state.id }, body: {} });
    expect(retried.id).toBe(state.id);
    const done = await story.atRest(state.id);
    expect(done).toMatchObject({ status: "completed", errors: [{ code: "linear_plan_full" }] });
    expect(await story.issuesOf(page.url)).toHaveLength(5);
    const refusal = await refused(story.call.retrySession({ params: { id: state.id }, body: {} }));
    expect(refusal.problem).toMatchObject({ code: "session_not_failed", current: { status: "completed" } });
  });

  it("answers a question that was asked in Linear, and shows there who has answered", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const [row] = await mention.sessions();
    const state = await story.call.getSessionState({ params: { id: row?.id ?? "" } });
    expect(state.question?.words).toBe(mention.first.body);
    expect((await story.choose(state, "create#")).status).toBe("completed");
    expect((await mention.atRest()).type).toBe("response");
    expect(mention.said().map(({ body }) => body)).toContainEqual(
      expect.stringContaining("Demo answered in the dashboard: “Create”"),
    );
    expect(await story.issuesOf(page.url)).toHaveLength(5);
  });

  it("lets only members approve where the engagement says so, and asks again", async () => {
    const page = story.page(smallPage());
    await story.query(`update engagements set settings = settings || '{"approval": "members"}'`);
    const { id } = await story.aPlanningSession(page.url);
    await story.start(id);
    const refusedOnce = await story.choose(await story.say(id, "Engineering"), "create#");
    expect(refusedOnce.question?.words).toContain("Only members of this engagement can approve");
    await story.query(`
      insert into engagement_members (engagement_id, user_id, organization_id, role)
      select s.engagement_id, u.id, u.organization_id, 'member' from planning_sessions s, users u
       where s.id = '${id}' and u.linear_user_id = 'demo'`);
    expect((await story.choose(refusedOnce, "create#")).status).toBe("completed");
    await story.query(`update engagements set settings = settings || '{"approval": "anyone"}'`);
  });
});
