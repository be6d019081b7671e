import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("a field that two others keep changing", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory({ env: { SYNC_QUIET_MS: "100", SYNC_LONGEST_MS: "500" } });
  });
  afterAll(() => story.close());

  it("pauses the plan in words; asking for a run goes on", async () => {
    const page = story.page(smallPage(["Story US-1: Title 0"]));
    const talk = await story.mention(`please plan ${page.url}`);
    await talk.press("create#");
    const issue = story.allIssues().find(({ title }) => title === "Title 0");
    const bodyOf = () => story.confluence.control.page({ id: page.id }).body;
    const onPage = (from: number, to: number) =>
      story.confluence.control.editPage({ id: page.id, body: (body) => body.replace(`Title ${from}`, `Title ${to}`) });
    const inLinear = (to: number) =>
      story.linear.control.editIssue({ issue: issue?.identifier ?? "", change: { title: `Title ${to}` } });
    const titleInLinear = () => story.allIssues().find(({ id }) => id === issue?.id)?.title;
    const isIdle = async () => {
      const [row] = await story.query("select sync_status, due_at from plans where confluence_page_id = $1", page.id);
      return row?.sync_status === "idle" && row.due_at === null;
    };

    for (const n of [0, 2]) {
      onPage(n, n + 1);
      await story.waitFor("the issue to follow", () => titleInLinear() === `Title ${n + 1}`);
      await story.waitFor("the run to end", isIdle);
      if (n === 2) break;
      inLinear(n + 2);
      await story.waitFor("the page to follow", () => bodyOf().includes(`Title ${n + 2}`));
      await story.waitFor("the run to end", isIdle);
    }
    inLinear(4);
    const words = await story.waitFor("the words of the pause", () =>
      talk.said().find(({ body }) => body?.includes("went to and fro")),
    );
    expect(words.body).toContain("Linear says “Title 4” now, the page says “Title 3”");
    const [plan] = await story.query(
      "select sync_status, paused_because->>'code' as code from plans where confluence_page_id = $1",
      page.id,
    );
    expect(plan).toEqual({ sync_status: "paused", code: "back_and_forth" });
    expect(bodyOf()).toContain("Title 3");

    story.linear.control.reply({ agentSessionId: talk.agentSessionId, body: "sync" });
    await story.waitFor("the page to follow after all", () => bodyOf().includes("Title 4"));
  });
});
