import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("approving a plan", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const titles = async (url: string) => (await story.issuesOf(url)).map((issue) => issue.title);

  it("creates what was left after the person has left something out", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const narrowed = await mention.reply("skip the enablers please");
    expect(narrowed.type).toBe("elicitation");
    expect(narrowed.body).not.toContain("Small enabler");
    await mention.press("create#");
    expect(await titles(page.url)).toEqual(["Small epic", "Small feature", "First story", "Second story"]);
  });

  it("creates without enablers at the press of that button", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    await mention.press("create-without-enablers#");
    expect(await titles(page.url)).not.toContain("Small enabler");
    expect(await titles(page.url)).toHaveLength(4);
  });

  it("asks once more where it does not understand, and never takes that for a yes", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    for (const unclear of ["hmm, purple monkeys", "not yet", "should you create it?"]) {
      const again = await mention.reply(unclear);
      expect(again.type, unclear).toBe("elicitation");
    }
    expect(await titles(page.url)).toEqual([]);
    const ended = await mention.reply("cancel");
    expect(ended.type).toBe("response");
    expect(await titles(page.url)).toEqual([]);
  });

  it("does not take the answer to an earlier proposal for one to the newest", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const old = mention.first.options?.[0]?.value ?? "";
    await mention.reply("skip the enablers");
    const again = await mention.reply(old);
    expect(again.type).toBe("elicitation");
    expect(await titles(page.url)).toEqual([]);
    await mention.press("cancel#");
  });

  it("shows the difference and asks again where the page has changed since the preview", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.confluence.control.editPage({
      id: page.id,
      body: smallPage(["Story US-1: First story", "Story US-3: Third story"]),
    });
    const again = await mention.press("create#");
    expect(again.type).toBe("elicitation");
    expect(again.body).toMatch(/changed/i);
    expect(again.body).toContain("Third story");
    expect(await titles(page.url)).toEqual([]);
    await mention.press("create#");
    expect(await titles(page.url)).toContain("Third story");
  });

  it("goes on where the page was saved again and says the same", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.confluence.control.editPage({ id: page.id, body: `${smallPage()}<p />` });
    const done = await mention.press("create#");
    expect(done.type).toBe("response");
  });

  it("lets only members approve where the engagement says so", async () => {
    const page = story.page(smallPage());
    await story.query(`update engagements set settings = settings || '{"approval":"members"}'`);
    const mention = await story.mention(`please plan ${page.url}`);
    const refused = await mention.press("create#");
    expect(refused.type).toBe("elicitation");
    expect(refused.body).toMatch(/member/i);
    await story.query(
      `insert into engagement_members (engagement_id, user_id, organization_id, role) select e.id, u.id, e.organization_id, 'viewer' from engagements e join users u on u.organization_id = e.organization_id`,
    );
    expect((await mention.press("create#")).body).toMatch(/member/i);
    await story.query("update engagement_members set role = 'member'");
    const done = await mention.press("create#");
    await story.query(`update engagements set settings = settings || '{"approval":"anyone"}'`);
    expect(done.type).toBe("response");
  });

  it("links the issue of the mention to the top of the plan, and each issue to its place on the page", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    await mention.press("create#");
    const issues = await story.issuesOf(page.url);
    const all = story.allIssues();
    const epic = issues.find((issue) => issue.kind === "epic");
    expect(
      all.find((issue) => issue.identifier === mention.issue)?.attachments.map((attachment) => attachment.url),
    ).toEqual([epic?.url]);
    for (const issue of issues) {
      const attachments = all.find((one) => one.identifier === issue.identifier)?.attachments ?? [];
      expect(attachments.map((attachment) => attachment.url.split("#")[0])).toEqual([page.url]);
    }
  });

  it("answers a person who speaks while it creates, and goes on", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.linear.add({ kind: "latency", on: "issueBatchCreate", ms: 300 });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("creating", async () => (await mention.sessions())[0]?.step === "apply-items");
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "how is it going?" });
    const done = await mention.atRest();
    story.world.faults.linear.clear();
    expect(done.type).toBe("response");
    expect(
      mention.said().some((activity) => activity.type === "thought" && /creating|working|still/i.test(activity.body)),
    ).toBe(true);
    expect(await titles(page.url)).toHaveLength(5);
  });

  it("takes two quick replies together, and asks again where they do not go together", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const { qstash } = story.world;
    const saying = (body: string) => story.linear.control.reply({ agentSessionId: mention.agentSessionId, body });
    qstash.control.pause();
    saying("cancel");
    await story.linear.control.settled();
    saying("create");
    await story.linear.control.settled();
    qstash.control.resume();
    const again = await mention.atRest();
    expect(again.type).toBe("elicitation");
    expect(await titles(page.url)).toEqual([]);

    qstash.control.pause();
    saying("skip the enablers");
    await story.linear.control.settled();
    saying("create");
    await story.linear.control.settled();
    qstash.control.resume();
    const done = await mention.atRest();
    expect(done.type).toBe("response");
    expect(await titles(page.url)).toEqual(["Small epic", "Small feature", "First story", "Second story"]);
  });

  it("remembers what was said before there was a preview", async () => {
    const page = story.page(smallPage());
    const issue = story.issue();
    const { qstash } = story.world;
    qstash.control.pause();
    const { agentSessionId } = story.linear.control.mention({ issue, body: `please plan ${page.url}` });
    await story.linear.control.settled();
    story.linear.control.reply({ agentSessionId, body: "without the enablers" });
    await story.linear.control.settled();
    qstash.control.resume();
    const preview = await story.talk(agentSessionId).atRest();
    expect(preview.type).toBe("elicitation");
    expect(preview.body).toContain("First story");
    expect(preview.body).not.toContain("EN-1");
  });
});
