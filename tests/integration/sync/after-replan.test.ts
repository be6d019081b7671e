import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("a plan that is made anew before its page was compared", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const planned = async (body?: string) => {
    const page = story.page(body ?? smallPage());
    const talk = await story.mention(`please plan ${page.url}`);
    expect((await talk.press("create#")).type).toBe("response");
    return page;
  };
  const edit = (id: string, ...changes: [string, string][]) =>
    story.confluence.control.editPage({
      id,
      body: (body) => changes.reduce((text, [from, to]) => text.replace(from, to), body),
    });
  const planAgain = async (url: string) => {
    const talk = await story.mention(`please plan ${url}`);
    expect((await talk.press("create#")).type).toBe("response");
    return talk;
  };
  const issueNamed = (title: string, url: string) =>
    story
      .allIssues()
      .find((issue) => issue.title === title && issue.attachments.some((one) => one.url.startsWith(url)));
  /** The run that the edit has made due comes now, and is over. */
  const letSyncRun = async (id: string) => {
    const dueAt = async () =>
      (await story.query("select due_at, sync_status from plans where confluence_page_id = $1", id))[0];
    await story.waitFor("a run to be due", async () => (await dueAt())?.due_at);
    await story.query(
      "update plans set due_at = now() - interval '1 hour', due_since = now() - interval '1 hour' where confluence_page_id = $1",
      id,
    );
    await story.waitFor("the run to be over", async () => {
      const plan = await dueAt();
      return plan?.due_at === null && plan.sync_status === "idle";
    });
  };
  const everything = async (page: { id: string; url: string }) => ({
    issues: story.allIssues().filter((issue) => issue.attachments.some((one) => one.url.startsWith(page.url))),
    page: story.confluence.control.page({ id: page.id }),
    runs: await story.query(
      "select h.id from sync_history h join plans p on p.id = h.plan_id where p.confluence_page_id = $1",
      page.id,
    ),
    waiting: await story.query(
      `select i.title from plan_items i join plans p on p.id = i.plan_id
        where p.confluence_page_id = $1 and (i.pending is not null or i.links_pending or i.unsettled)`,
      page.id,
    ),
  });

  it("leaves nothing to be written and nothing to be asked", async () => {
    const page = await planned();
    edit(
      page.id,
      ["Story US-1: First story", "Story US-1: The very first story"],
      ["<strong>Story points:</strong> 3", "<strong>Story points:</strong> 5"],
      [
        "<h3>Enabler EN-1: Small enabler</h3><p><strong>Enabler type:</strong> Infrastructure</p>",
        "<h3>Story US-3: Third story</h3><p><strong>Depends on:</strong> US-1</p>",
      ],
    );
    const talk = await planAgain(page.url);
    const before = await everything(page);
    expect(before.issues.map(({ title }) => title).sort()).toEqual([
      "Second story",
      "Small enabler",
      "Small epic",
      "Small feature",
      "The very first story",
      "Third story",
    ]);
    const said = talk.said().length;

    await letSyncRun(page.id);

    expect(await everything(page)).toEqual({ ...before, runs: [], waiting: [] });
    expect(talk.said()).toHaveLength(said);
  });

  it("has decided where page and issue were changed at once, as the person was told", async () => {
    const page = await planned(smallPage(["Story US-1: Pay by card", "Story US-2: Pay by invoice"]));
    const issue = issueNamed("Pay by card", page.url);
    story.linear.control.editIssue({ issue: issue?.identifier ?? "", change: { title: "Pay by debit card" } });
    edit(page.id, ["Pay by card", "Pay by credit card"]);
    const talk = await planAgain(page.url);
    const before = await everything(page);
    const said = talk.said().length;

    await letSyncRun(page.id);

    expect(await everything(page)).toEqual({ ...before, runs: [], waiting: [] });
    expect(issueNamed("Pay by credit card", page.url)?.identifier).toBe(issue?.identifier);
    expect(talk.said()).toHaveLength(said);
  });

  it("keeps what was said in Linear alone, and the page hears of it", async () => {
    const page = await planned();
    const issue = issueNamed("First story", page.url);
    story.linear.control.editIssue({ issue: issue?.identifier ?? "", change: { priority: 1 } });
    edit(page.id, ["First story", "The very first story"]);
    await planAgain(page.url);
    await letSyncRun(page.id);
    expect(issueNamed("The very first story", page.url)).toMatchObject({ priority: 1 });
    expect(story.confluence.control.page({ id: page.id }).body).toMatch(
      /<h3[^>]*>Story US-1: The very first story<.*?Priority:<.strong> Urgent<.*Story US-2/s,
    );
  });
});
