import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("what people said and made lasts", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const titles = async (url: string) => (await story.issuesOf(url)).map((issue) => issue.title).sort();
  const everything = ["First story", "Second story", "Small enabler", "Small epic", "Small feature"];
  const byTitle = (title: string, url: string) =>
    story
      .allIssues()
      .find((issue) => issue.title === title && issue.attachments.some((one) => one.url.startsWith(url)));
  const planned = async (body = smallPage()) => {
    const page = story.page(body);
    const mention = await story.mention(`please plan ${page.url}`);
    expect((await mention.press("create#")).type).toBe("response");
    return { page, mention };
  };
  const slowly = () => story.world.faults.linear.add({ kind: "latency", on: "issueBatchCreate", ms: 400 });

  it("takes a stop that is typed while it creates", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    slowly();
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("creating", async () => (await mention.sessions())[0]?.step === "apply-items");
    const last = await mention.reply("stop please");
    story.world.faults.linear.clear();
    expect(last.body).toMatch(/stopped/i);
    expect((await mention.sessions())[0]?.status).toBe("cancelled");
    expect((await titles(page.url)).length).toBeLessThan(5);
  });

  it("ends a stopped run also where Linear asks to slow down meanwhile", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    slowly();
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("creating", async () => (await mention.sessions())[0]?.step === "apply-items");
    story.world.faults.linear.add({ kind: "rate_limited", on: "issues", times: 1, ms: 500 });
    story.linear.control.stop({ agentSessionId: mention.agentSessionId });
    const last = await mention.atRest();
    story.world.faults.linear.clear();
    expect(last.type).toBe("response");
    expect((await mention.sessions())[0]?.status).toBe("cancelled");
  });

  it("stops again after a failure and a retry", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const { qstash } = story.world;
    const team = story.linear.control.state().teams[0]?.id ?? "";
    qstash.control.pause();
    story.linear.control.stop({ agentSessionId: mention.agentSessionId });
    await story.linear.control.settled();
    story.linear.control.setTeamAccess({ removedTeamIds: [team] });
    await story.linear.control.settled();
    story.linear.control.setTeamAccess({ addedTeamIds: [team] });
    qstash.control.resume();
    expect((await mention.sessions())[0]?.status).toBe("failed");
    expect((await mention.reply("retry")).type).toBe("elicitation");
    await mention.stop();
    expect((await mention.sessions())[0]?.status).toBe("cancelled");
  });

  it("does not create later what was left out, nor what an earlier run did not get to", async () => {
    const page = story.page(smallPage());
    const first = await story.mention(`please plan ${page.url}`);
    story.linear.control.configure({ freeIssueLimit: story.allIssues().length + 2 });
    expect((await first.press("create#")).type).toBe("error");
    story.linear.control.configure({ freeIssueLimit: null });
    story.confluence.control.editPage({ id: page.id, body: smallPage(["Story US-1: First story"]) });
    const second = await story.mention(`please plan ${page.url}`);
    await second.press("create-without-enablers#");
    expect(await titles(page.url)).toEqual(["First story", "Small epic", "Small feature"]);
  });

  it("does not forget a yes because Confluence asked to slow down", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.confluence.add({ kind: "rate_limited", on: "GET /wiki/api/v2/pages", times: 1, ms: 300 });
    const done = await mention.press("create#");
    story.world.faults.confluence.clear();
    expect(done.type).toBe("response");
    expect(await titles(page.url)).toEqual(everything);
  });

  it("takes back the last run of the conversation, also after a question in between", async () => {
    const { page, mention } = await planned();
    await mention.reply("where do we stand?");
    const undone = await mention.reply("undo");
    expect(undone.body).toMatch(/5 issues/);
    expect(await titles(page.url)).toEqual([]);
  });

  it("takes back the page that was planned, not the one that was linked first", async () => {
    const [one, two] = [story.page(smallPage()), story.page(smallPage(["Story US-8: Story of the other page"]))];
    const mention = await story.mention(`please plan ${one.url}`);
    await mention.reply(two.url);
    await mention.press("create#");
    expect(await titles(two.url)).toContain("Story of the other page");
    expect((await mention.reply("plan it again")).body).toMatch(/nothing has changed/i);
    await mention.reply("undo");
    expect(await titles(two.url)).toEqual([]);
  });

  it("leaves what somebody has commented on when it takes a run back", async () => {
    const { page, mention } = await planned();
    story.linear.control.comment({
      issue: byTitle("Second story", page.url)?.identifier ?? "",
      body: "I have a question",
    });
    await mention.reply("undo");
    expect(await titles(page.url)).toEqual(["Second story", "Small epic", "Small feature"]);
  });

  it("takes a renamed item for the issue that it links to", async () => {
    const known = story.issue("Login by password");
    const link = `<a href="https://linear.app/acme/issue/${known}/x">${known}</a>`;
    const { page } = await planned(smallPage([`Story: Login by password ${link}`]));
    story.confluence.control.editPage({ id: page.id, body: smallPage([`Story: Passkeys everywhere ${link}`]) });
    const mention = await story.mention(`please plan ${page.url}`);
    await mention.press("create#");
    const issue = story.allIssues().find((one) => one.identifier === known);
    expect([issue?.title, issue?.state.type]).toEqual(["Passkeys everywhere", "backlog"]);
    expect(story.allIssues().filter((one) => one.title === "Passkeys everywhere")).toHaveLength(1);
  });

  it("keeps what the page does not mention when it adopts an issue", async () => {
    const known = story.issue("Own words");
    story.linear.control.editIssue({
      issue: known,
      change: { priority: 1, estimate: 5, description: "Written by hand" },
    });
    const page = story.page(
      `<h1>Epic: Small epic</h1><h2>Feature: Small feature</h2><h3>Story: Own words <a href="https://linear.app/acme/issue/${known}/x">${known}</a></h3>`,
    );
    const mention = await story.mention(`please plan ${page.url}`);
    await mention.press("create#");
    const issue = story.allIssues().find((one) => one.identifier === known);
    expect([issue?.priority, issue?.estimate, issue?.description]).toEqual([1, 5, "Written by hand"]);
    expect(issue?.parent).not.toBeNull();
  });

  it("shows what was thrown away in Linear as not created, and puts nothing under it", async () => {
    const { page } = await planned();
    story.linear.control.trashIssue({ issue: byTitle("Small feature", page.url)?.identifier ?? "" });
    story.confluence.control.editPage({
      id: page.id,
      body: smallPage(["Story US-1: First story", "Story US-2: Second story", "Story US-4: Fourth story"]),
    });
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).toMatch(/not created/i);
    await mention.reply("only US-4");
    await mention.press("create#");
    const parent = byTitle("Fourth story", page.url)?.parentId;
    const feature = story.allIssues().filter((issue) => issue.title === "Small feature" && issue.id === parent);
    expect(feature.every((issue) => !issue.trashed)).toBe(true);
    expect(byTitle("Fourth story", page.url)).toBeDefined();
  });

  it("says before a yes which words in Linear the page would replace", async () => {
    const { page } = await planned();
    story.linear.control.editIssue({
      issue: byTitle("First story", page.url)?.identifier ?? "",
      change: { title: "First story, better" },
    });
    story.confluence.control.editPage({
      id: page.id,
      body: smallPage(["Story US-1: First story, renamed", "Story US-2: Second story"]),
    });
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).toMatch(/edited in Linear/i);
    await mention.press("cancel#");
  });

  it("finishes the links of a run that was stopped while it linked", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.linear.add({ kind: "latency", on: "attachmentCreate", ms: 600 });
    story.world.faults.linear.add({ kind: "server_error", on: "attachmentCreate", times: 1 });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("linking", async () => (await mention.sessions())[0]?.step === "apply-links");
    await mention.stop();
    story.world.faults.linear.clear();
    const again = await story.mention(`please plan ${page.url}`);
    expect(again.first.type).toBe("response");
    const [row] = await story.query(
      "select count(*) as pending from plan_items i join plans p on p.id = i.plan_id where p.page_url = $1 and links_pending",
      page.url,
    );
    expect(row?.pending).toBe("0");
    expect(
      story.allIssues().filter((issue) => issue.attachments.some((one) => one.url.startsWith(`${page.url}#`))),
    ).toHaveLength(5);
  });

  it("starts one run where two people reply at once after the end", async () => {
    const { mention } = await planned();
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "plan it again" });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "please plan it again" });
    await mention.atRest();
    const working = (await mention.sessions()).filter((session) =>
      ["pending", "processing", "awaiting_input"].includes(session.status ?? ""),
    );
    expect(working.length).toBeLessThanOrEqual(1);
    expect(
      mention.said().some((activity) => activity.options?.some((option) => option.label === "Take over here")),
    ).toBe(false);
  });

  it("starts nothing where a stop overtakes its mention", async () => {
    const page = story.page(smallPage());
    story.world.faults.linear.add({ kind: "delay", on: "webhook:AgentSessionEvent", times: 1, ms: 800 });
    const { agentSessionId } = story.linear.control.mention({ issue: story.issue(), body: `please plan ${page.url}` });
    story.linear.control.stop({ agentSessionId });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await story.linear.control.settled();
    story.world.faults.linear.clear();
    expect(await story.talk(agentSessionId).sessions()).toEqual([]);
    expect(story.talk(agentSessionId).said()).toEqual([]);
  });

  it("writes what extraction was not sure of into the log, once", async () => {
    const { mention } = await planned();
    const rows = await story.query(
      "select e.body->>'code' as code from session_events e join planning_sessions s on s.id = e.session_id where s.agent_session_id = $1 and e.type = 'warning'",
      mention.agentSessionId,
    );
    expect(rows.map((row) => row.code)).toEqual(["story_without_criteria", "story_without_criteria"]);
  });
});
