import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommentSetting } from "../../../lib/domain/sync/run.js";
import { aStory, smallPage, type Story } from "../../support/story.js";

/** Ours are under the page and on the issues; what waits for the agent is not. */
describe("comments", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory({ env: { SYNC_QUIET_MS: "100", SYNC_LONGEST_MS: "1000" } });
  });
  afterAll(() => story.close());

  const request = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${story.world.url}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, never>;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };

  /** An approved plan whose engagement has its comments mirrored so, from now on. */
  const given = async (comments: CommentSetting, { before }: { before?: (page: { id: string }) => void } = {}) => {
    const page = story.page(smallPage());
    before?.(page);
    const talk = await story.mention(`please plan ${page.url}`);
    await talk.press("create#");
    const [row] = await story.query(
      "select p.id, s.engagement_id from plans p join planning_sessions s on s.id = p.session_id where p.confluence_page_id = $1",
      page.id,
    );
    const planId = String(row?.id);
    await request("PATCH", `/engagements/${row?.engagement_id}/settings`, { sync: { comments } });
    const issues = await story.issuesOf(page.url);
    const issue = (title: string) => issues.find((one) => one.title === title)?.identifier ?? "";
    const onPage = () => story.confluence.control.page({ id: page.id }).comments;
    const onIssue = (title: string) => story.linear.control.comments({ issue: issue(title) });
    const counts = () => ({ page: onPage().length, issues: issues.flatMap((one) => onIssue(one.title)).length });
    /** A person asks, and everything is at rest. */
    const run = async () => {
      await request("POST", `/plans/${planId}/sync`);
      await atRest();
    };
    const atRest = () =>
      story.waitFor("the plan at rest", async () => {
        await story.linear.control.settled();
        await story.confluence.control.idle();
        const [plan] = await story.query("select sync_status, due_at from plans where id = $1", planId);
        return plan?.sync_status === "idle" && plan.due_at === null;
      });
    return { page, planId, issue, onPage, onIssue, counts, run, atRest, talk };
  };

  it("stay where they are unless somebody wants them mirrored", async () => {
    const plan = await given("off");
    story.linear.control.comment({ issue: plan.issue("First story"), body: "Who does this?" });
    story.confluence.control.comment({ id: plan.page.id, body: "Is this all?" });
    const before = plan.counts();
    await plan.run();
    expect(plan.counts()).toEqual(before);
    expect(await story.query("select id from comment_links where plan_id = $1", plan.planId)).toEqual([]);
  });

  it("on issues come to the page, with author, item and link, and nothing in them acts there", async () => {
    const plan = await given("to_page");
    story.linear.control.comment({
      issue: plan.issue("First story"),
      body: "Is **this** <b>done</b> & dusted?\n\n- one\n- two",
    });
    const comment = await story.waitFor("the comment on the page", () => plan.onPage()[0]);
    expect(comment.kind).toBe("footer");
    expect(comment.body).toContain("<strong>Ada Lovelace</strong> on <a href=");
    expect(comment.body).toContain("First story</a>");
    expect(comment.body).toContain("<p>Is this &lt;b&gt;done&lt;/b&gt; &amp; dusted?</p><ul><li><p>one</p></li><li><p>two</p></li></ul>");
    await plan.atRest();
    story.confluence.control.comment({ id: plan.page.id, body: "Stays here" });
    await plan.run();
    expect(plan.onIssue("Small epic")).toEqual([]);
  });
});
