import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("stopping, undoing and planning again", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const titles = async (url: string) => (await story.issuesOf(url)).map((issue) => issue.title);
  const planned = async (body = smallPage()) => {
    const page = story.page(body);
    const mention = await story.mention(`please plan ${page.url}`);
    const done = await mention.press("create#");
    expect(done.type).toBe("response");
    return { page, mention };
  };

  it("stops at the question with one response, and creates nothing", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const last = await mention.stop();
    expect(last.type).toBe("response");
    expect((await mention.sessions())[0]?.status).toBe("cancelled");
    expect(await titles(page.url)).toEqual([]);
  });

  it("stops during creation, says once what exists, and a later mention creates the rest and nothing twice", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.linear.add({ kind: "latency", on: "issueBatchCreate", ms: 400 });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("a first issue", () =>
      story.linear.control.requests().some((request) => request.rootFields.includes("issueBatchCreate")),
    );
    await story.waitFor(
      "an issue in Linear",
      async () =>
        (
          await story.query(
            "select 1 from plan_items i join plans p on p.id = i.plan_id where p.page_url = $1 and i.linear_id is not null",
            page.url,
          )
        ).length > 0,
    );
    const last = await mention.stop();
    story.world.faults.linear.clear();
    expect(last.type).toBe("response");
    expect(mention.said().filter((activity) => activity.type === "response")).toHaveLength(1);
    const some = await titles(page.url);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(5);

    const second = await story.mention(`please plan ${page.url}`);
    await second.press("create#");
    expect((await titles(page.url)).sort()).toEqual([
      "First story",
      "Second story",
      "Small enabler",
      "Small epic",
      "Small feature",
    ]);
  });

  it("says where it stands at a stop after the end, and starts nothing", async () => {
    const { mention } = await planned();
    const sessions = (await mention.sessions()).length;
    const last = await mention.stop();
    expect(last.type).toBe("response");
    expect(await mention.sessions()).toHaveLength(sessions);
  });

  it("undoes what nobody has touched, keeps the rest with its parents, and creates it again only when asked", async () => {
    const { page, mention } = await planned();
    const issues = await story.issuesOf(page.url);
    const touched = issues.find((issue) => issue.title === "First story");
    story.linear.control.editIssue({
      issue: touched?.identifier ?? "",
      change: { title: "First story, as Ada sees it" },
    });
    const undone = await mention.reply("undo");
    expect(undone.type).toBe("response");
    expect(undone.body).toContain("First story");
    expect((await titles(page.url)).sort()).toEqual(["First story, as Ada sees it", "Small epic", "Small feature"]);

    const again = await story.mention(`please plan ${page.url}`);
    expect(again.first.type).toBe("elicitation");
    expect(again.first.body).toMatch(/not created/i);
    await again.press("create#");
    expect((await titles(page.url)).sort()).toEqual(
      expect.arrayContaining(["Second story", "Small enabler", "Small epic", "Small feature"]),
    );
    expect(await titles(page.url)).toHaveLength(5);
  });

  it("proposes what has gone from the page for cancelling, and adds what is new", async () => {
    const { page } = await planned();
    story.confluence.control.editPage({
      id: page.id,
      body: smallPage(["Story US-1: First story", "Story US-7: Seventh story"]),
    });
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).toContain("Second story");
    expect(mention.first.body).toContain("Seventh story");
    const before = story.allIssues().length;
    const done = await mention.press("create#");
    expect(done.type).toBe("response");
    const second = story
      .allIssues()
      .find((issue) => issue.title === "Second story" && issue.attachments.some((one) => one.url.startsWith(page.url)));
    expect(second?.state.type).toBe("canceled");
    expect(story.allIssues()).toHaveLength(before + 1);
    const third = await story.mention(`please plan ${page.url}`);
    expect(third.first.type).toBe("response");
  });

  it("adopts an issue that the item's own heading links to instead of doubling it", async () => {
    const known = story.issue("Old title of the story");
    const url = `https://linear.app/acme/issue/${known}/old-title`;
    const page = story.page(smallPage([`Story US-1: First story <a href="${url}">${known}</a>`]));
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).toContain(known);
    await mention.press("create#");
    const issue = story.allIssues().find((one) => one.identifier === known);
    expect(issue?.title).toBe("First story");
    expect(issue?.parent).not.toBeNull();
    expect(await titles(page.url)).toHaveLength(4);
  });

  it("tells a second mention where the first stands, and lets it take over", async () => {
    const page = story.page(smallPage());
    const first = await story.mention(`please plan ${page.url}`);
    const second = await story.mention(`please plan ${page.url}`);
    expect(second.first.options?.map((option) => option.label)).toEqual(["Go on there", "Take over here"]);
    const preview = await second.press("take-over#");
    expect(preview.body).toContain("First story");
    const last = await first.atRest();
    expect(last.type).toBe("response");
    expect((await first.sessions())[0]?.status).toBe("cancelled");
    await second.press("create#");
    expect(await titles(page.url)).toHaveLength(5);
  });

  it("leaves the plan with the first where the second goes on there", async () => {
    const page = story.page(smallPage());
    const first = await story.mention(`please plan ${page.url}`);
    const second = await story.mention(`please plan ${page.url}`);
    const last = await second.press("go-on#");
    expect(last.type).toBe("response");
    await first.press("create#");
    expect(await titles(page.url)).toHaveLength(5);
  });

  it("comes to one right end each where two mention the agent with the same page at once", async () => {
    const page = story.page(smallPage());
    const [one, two] = [story.issue(), story.issue()];
    const talks = [one, two].map((issue) =>
      story.talk(story.linear.control.mention({ issue, body: `please plan ${page.url}` }).agentSessionId),
    );
    const ends = await Promise.all(talks.map((talk) => talk.atRest()));
    const asksWho = ends.filter((end) => end.options?.some((option) => option.label === "Take over here"));
    const previews = ends.filter((end) => end.body.includes("First story"));
    expect([asksWho.length, previews.length]).toEqual([1, 1]);
  });

  it("takes a reply after the end for a new run on the same plan", async () => {
    const { page, mention } = await planned();
    const status = await mention.reply("where do we stand?");
    expect(status.type).toBe("response");
    story.confluence.control.editPage({
      id: page.id,
      body: smallPage(["Story US-1: First story renamed", "Story US-2: Second story"]),
    });
    const preview = await mention.reply("plan it again please");
    expect(preview.type).toBe("elicitation");
    expect(preview.body).toContain("First story renamed");
    await mention.press("create#");
    expect(await titles(page.url)).toContain("First story renamed");
  });

  it("takes what is said while it stops for a new request, and starts on it when the first has ended", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const { qstash } = story.world;
    qstash.control.pause();
    story.linear.control.stop({ agentSessionId: mention.agentSessionId });
    await story.linear.control.settled();
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "no, please plan it again" });
    await story.linear.control.settled();
    qstash.control.resume();
    const last = await story.waitFor("the preview", async () => {
      const rest = await mention.atRest();
      return rest.type === "elicitation" ? rest : null;
    });
    expect(last.body).toContain("First story");
    expect((await mention.sessions()).map((session) => session.status)).toEqual(["cancelled", "awaiting_input"]);
  });
});
