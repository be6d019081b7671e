import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallPage } from "../../support/story.js";
import { aRunStory, type RunStory } from "./run-story.js";

describe("a live plan that is started", () => {
  let story: RunStory;
  beforeAll(async () => {
    story = await aRunStory();
  });
  afterAll(() => story.close());

  const issueIds = (issues: { id: string; trashed: boolean }[]) =>
    issues.filter((issue) => !issue.trashed).map((issue) => issue.id);
  /** The issues that were made of these steps, in their order. */
  const issuesOf = async (stepIds: string[]) => {
    const rows = await story.query("select key, linear_id from plan_items where linear_id is not null");
    const byKey = new Map(rows.map((row) => [row.key, row.linear_id]));
    const byId = new Map(story.allIssues().map((issue) => [issue.id, issue]));
    return stepIds.flatMap((id) => byId.get(byKey.get(id) ?? "") ?? []);
  };
  const editStep = (sessionId: string, stepId: string, text: string) =>
    story.call.editStep({ params: { id: sessionId, stepId }, body: { text } });
  const shown = async (id: string) => {
    const asked = await story.start(id);
    return asked.question?.kind === "which_team" ? story.say(id, "Engineering") : asked;
  };

  it("proposes each step as a story, creates them after approval and links each issue to the plan", async () => {
    const { id, steps } = await story.aLivePlan(
      "Order the licences\nFive seats, before June",
      "Book a room *big* enough",
    );
    const preview = await shown(id);
    expect(preview.question?.words).toContain("2 stories");
    expect(preview.question?.words).toContain("Order the licences");
    expect(preview.confluencePageUrl).toBeNull();

    const done = await story.choose(preview, "create#");

    expect(done.status).toBe("completed");
    expect(Object.keys(done.result?.stories ?? {}).sort()).toEqual(steps.map((step) => step.id).sort());
    const [licences, room] = await issuesOf(steps.map((step) => step.id));
    expect(licences?.title).toBe("Order the licences");
    expect(licences?.description).toContain("Five seats, before June");
    expect(licences?.description).toContain("Owner: Ada");
    expect(room?.title).toBe("Book a room *big* enough");
    expect(licences?.attachments.map(({ url }) => url)).toEqual([`${story.world.url}/plan/${id}#${steps[0]?.id}`]);
    expect(done.planningTitle).toBe("Retro actions");
  });

  it("shows what has changed at a second look, updates it and creates nothing twice; undo takes all of it back", async () => {
    const { id, steps } = await story.aLivePlan("Paint the wall", "Buy a lamp", "Hang a picture");
    await story.choose(await shown(id), "create#");
    const [wall, lamp, picture] = steps.map((step) => step.id);
    await editStep(id, lamp ?? "", "Something entirely different");
    await story.call.removeStep({ params: { id, stepId: picture ?? "" }, query: {} });
    const added = (await story.addStep(id, "Water the plant")).step;
    const before = issueIds(story.allIssues()).length;

    const preview = await story.say(id, "please plan it again");
    expect(preview.id).not.toBe(id);
    expect(preview.question?.words).toContain("1 new, 1 changed, 1 no longer there and 1 as before");
    const done = await story.choose(preview, "create#");

    expect(done.status).toBe("completed");
    expect(issueIds(story.allIssues())).toHaveLength(before + 1);
    const issues = await issuesOf([wall ?? "", lamp ?? "", picture ?? "", added.id]);
    expect(issues.map(({ title }) => title)).toEqual([
      "Paint the wall",
      "Something entirely different",
      "Hang a picture",
      "Water the plant",
    ]);
    const third = await story.say(done.id, "plan it again");
    expect(third).toMatchObject({ status: "completed", question: null });
    expect(issueIds(story.allIssues())).toHaveLength(before + 1);

    const undone = await story.say(third.id, "undo");
    expect(undone.status).toBe("completed");
    const left = (await issuesOf([added.id])).filter((issue) => !issue.trashed);
    expect(left).toEqual([]);
  });

  it("shows the plan again where somebody writes in it before the answer", async () => {
    const { id } = await story.aLivePlan("First thing");
    const preview = await shown(id);
    await story.addStep(id, "Second thing");
    const again = await story.choose(preview, "create#");
    expect(again).toMatchObject({ id, status: "awaiting_input", question: { kind: "approval" } });
    expect(again.question?.words).toContain("Second thing");
    expect((await story.choose(again, "create#")).status).toBe("completed");
  });

  it("says in words that there is nothing to plan, and goes on with the steps or with a page", async () => {
    const { id } = await story.aLivePlan();
    const empty = await story.start(id);
    expect(empty).toMatchObject({ status: "awaiting_input", errors: [], question: { kind: "no_page" } });
    expect(empty.question?.words).toContain("There is nothing to plan here yet");
    await story.addStep(id, "Now there is something");
    expect((await story.say(id, "go on")).question?.kind).toBe("which_team");
    expect((await story.say(id, "Engineering")).question?.words).toContain("Now there is something");

    const other = await story.aLivePlan();
    const asked = await story.start(other.id);
    const page = story.page(smallPage());
    await story.say(asked.id, `take ${page.url}`);
    const preview = await story.say(asked.id, "Engineering");
    expect(preview.question?.words).toContain("1 epic, 1 feature");
    expect(preview.confluencePageUrl).toContain(page.id);
  });

  it("asks for the team where its engagement has none, and stays in that engagement", async () => {
    const engagement = await story.call.createEngagement({ body: { name: "Offsite" } });
    const { id } = await story.call.createSession({ body: { title: "Offsite", engagementId: engagement.id } });
    await story.call.addStep({ params: { id }, body: { text: "Rent a boat" } });
    const asked = await story.start(id);
    expect(asked.question?.kind).toBe("which_team");
    expect(asked.question?.options.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["Engineering", "Operations"]),
    );
    const preview = await story.say(id, "Operations");
    expect(preview.question?.words).toContain("team Operations");
    const done = await story.choose(preview, "create#");
    expect(done).toMatchObject({ status: "completed", engagementId: engagement.id });
    const [made] = Object.values(done.result?.stories ?? {});
    expect(story.allIssues().find((issue) => issue.id === made)?.identifier).toMatch(/^OPS-/);
  });

  it("leaves out what people say before it is shown", async () => {
    const { id } = await story.aLivePlan("Keep this one", "Leave that one");
    await story.call.replyToSession({ params: { id }, body: { text: "without “Leave that one”" } });
    const preview = await shown(id);
    expect(preview.question?.words).toContain("1 story");
    expect(preview.question?.words).not.toContain("Leave that one");
  });
});
