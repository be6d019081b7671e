import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommentSetting } from "../../../lib/domain/sync/run.js";
import { aStory, smallPage, type Story } from "../../support/story.js";

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
    const mirror = (wanted: CommentSetting) =>
      request("PATCH", `/engagements/${row?.engagement_id}/settings`, { sync: { comments: wanted } });
    await mirror(comments);
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
    return { page, planId, issue, onPage, onIssue, counts, run, atRest, mirror };
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
    expect(comment.body).toContain(
      "<p>Is this &lt;b&gt;done&lt;/b&gt; &amp; dusted?</p><ul><li><p>one</p></li><li><p>two</p></li></ul>",
    );
    await plan.atRest();
    story.confluence.control.comment({ id: plan.page.id, body: "Stays here" });
    await plan.run();
    expect(plan.onIssue("Small epic")).toEqual([]);
  });

  it("are named by a preview, and stay when the run that mirrored them is taken back", async () => {
    const plan = await given("both");
    await request("POST", `/plans/${plan.planId}/sync/pause`);
    story.linear.control.comment({ issue: plan.issue("First story"), body: "Who does this?" });
    story.confluence.control.comment({ id: plan.page.id, body: "Is this all?", selection: "Second story" });
    const { comments } = await request("POST", `/plans/${plan.planId}/sync/preview`);
    expect(comments).toEqual([
      { side: "page", title: "First story" },
      { side: "linear", title: "Second story" },
    ]);
    expect(plan.counts()).toEqual({ page: 1, issues: 1 });
    await request("POST", `/plans/${plan.planId}/sync/resume`);
    await plan.atRest();
    expect(plan.counts()).toEqual({ page: 2, issues: 2 });

    const { items } = await request("GET", `/plans/${plan.planId}/sync/runs`);
    const [run] = (items ?? []) as unknown as { id: string; done: { what: string }[] }[];
    expect(run?.done.map(({ what }) => what)).toEqual(["commented", "commented"]);
    await request("POST", `/sync-runs/${run?.id}/undo`);
    await plan.atRest();
    await plan.run();
    expect(plan.counts()).toEqual({ page: 2, issues: 2 });
  });

  it("on the page come to the issue in whose words they stand, or to the top one, and nothing in them acts there", async () => {
    const plan = await given("to_linear", {
      before: ({ id }) => void story.confluence.control.comment({ id, body: "From before" }),
    });
    const { id } = plan.page;
    story.confluence.control.comment({ id, body: "Gliffy made a *diagram*", app: "Gliffy" });
    const first = story.confluence.control.comment({ id, body: "<p>@ada is **this** all?</p><p>[link](x)</p>" });
    story.confluence.control.comment({ id, body: "Which one?", selection: "First story" });
    await story.waitFor("both on their issues", () => plan.onIssue("First story")[0] && plan.onIssue("Small epic")[0]);
    const [onTop] = plan.onIssue("Small epic");
    expect(onTop?.body).toContain("**Ben Editor** on [Plan of the small team");
    expect(onTop?.body).toContain(`focusedCommentId=${first.id}`);
    expect(onTop?.body).toContain("is \\*\\*this\\*\\* all?");
    expect(onTop?.body).toContain("\\[link\\](x)");
    expect(onTop?.body).not.toContain("@ada");
    expect(plan.onIssue("First story").map(({ body }) => body)).toEqual([
      expect.stringMatching(/> First story\n\nWhich one\?$/),
    ]);

    story.confluence.control.comment({ id, body: "An answer", replyTo: first.id });
    const answer = await story.waitFor("the answer", () => plan.onIssue("Small epic")[1]);
    expect(answer.parentId).toBe(onTop?.id);
    await plan.run();
    expect(plan.onIssue("Small epic")).toHaveLength(2);
    expect(plan.onIssue("Second story")).toEqual([]);
  });

  it("go both ways once, thread by thread, however often a run looks", async () => {
    const plan = await given("both");
    const { id } = plan.page;
    const issue = plan.issue("First story");
    const { commentId } = story.linear.control.comment({ issue, body: "Who does this?" });
    const mirrored = await story.waitFor("the question on the page", () => plan.onPage()[0]);
    story.confluence.control.comment({ id, body: "We do", replyTo: mirrored.id });
    const answer = await story.waitFor("the answer on the issue", () => plan.onIssue("First story")[1]);
    expect(answer.parentId).toBe(commentId);
    story.linear.control.comment({ issue, body: "Thanks", replyTo: commentId });
    const thanks = await story.waitFor("the thanks on the page", () => plan.onPage()[2]);
    expect(thanks.parentId).toBe(mirrored.id);

    const inline = story.confluence.control.comment({ id, body: "Really?", selection: "Second story" });
    const asked = await story.waitFor("the remark on its issue", () => plan.onIssue("Second story")[0]);
    story.linear.control.comment({ issue: plan.issue("Second story"), body: "Really.", replyTo: asked.id });
    await story.waitFor("the answer at the text", () => plan.onPage().find((one) => one.parentId === inline.id));
    await plan.atRest();
    const counts = plan.counts();
    for (let n = 0; n < 3; n += 1) await plan.run();
    expect(plan.counts()).toEqual(counts);
    expect(counts).toEqual({ page: 5, issues: 5 });

    const [history] = await story.query(
      "select jsonb_path_query_array(jsonb_agg(done), '$[*][*].what') as what from sync_history where plan_id = $1",
      plan.planId,
    );
    expect(JSON.stringify(history?.what).match(/commented/g)).toHaveLength(5);

    await story.query("update plans set writes_page = false where id = $1", plan.planId);
    story.linear.control.comment({ issue, body: "Another plan writes the page now" });
    await plan.run();
    expect(plan.onPage()).toHaveLength(5);
  });

  it("of agents, apps and old times stay where they are", async () => {
    const plan = await given("off");
    const issue = plan.issue("First story");
    story.linear.control.comment({ issue, body: "From before" });
    await plan.run();
    await plan.mirror("both");
    story.linear.control.comment({ issue, body: "Build 7 is green", app: "Bot" });
    story.linear.control.mention({ issue, body: "@planningagent sync" });
    await plan.atRest();
    story.linear.control.comment({ issue, body: "For people" });
    await story.waitFor("the one for people", () => plan.onPage()[0]);
    await plan.run();
    expect(plan.onPage().map(({ body }) => body)).toEqual([expect.stringContaining("<p>For people</p>")]);
  });

  it("are said once on each side when the answers to what we wrote are lost", async () => {
    const plan = await given("both");
    story.world.faults.confluence.add({ kind: "lost_answer", on: "POST /wiki/api/v2/footer-comments", times: 1 });
    story.world.faults.confluence.add({
      kind: "truncated",
      on: "POST /wiki/api/v2/footer-comments",
      times: 1,
      after: 1,
    });
    story.world.faults.linear.add({ kind: "lost_answer", on: "commentCreate", times: 1 });
    for (const body of ["One", "Two"]) story.linear.control.comment({ issue: plan.issue("First story"), body });
    for (const body of ["Three", "Four"]) story.confluence.control.comment({ id: plan.page.id, body });
    await story.waitFor("all on both sides", () => plan.counts().page >= 4 && plan.counts().issues >= 4, 30_000);
    await plan.atRest();
    await plan.run();
    expect(plan.counts()).toEqual({ page: 4, issues: 4 });
    const links = await story.query("select status from comment_links where plan_id = $1", plan.planId);
    expect(links.map(({ status }) => status)).toEqual(["mirrored", "mirrored", "mirrored", "mirrored"]);
    story.world.faults.confluence.clear();
    story.world.faults.linear.clear();
  });

  it("of a page that not everybody may see stay there", async () => {
    const plan = await given("to_linear");
    story.confluence.control.restrictPage({ id: plan.page.id, users: ["ada", "ben"] });
    story.confluence.control.comment({ id: plan.page.id, body: "Between us" });
    await story.waitFor("the plan paused", async () => {
      const [row] = await story.query("select paused_because->>'code' as code from plans where id = $1", plan.planId);
      return row?.code === "page_restricted";
    });
    expect(plan.onIssue("Small epic")).toEqual([]);
  });

  it("that we may not read or write are named once, and everything else is kept in step", async () => {
    const plan = await given("both");
    story.confluence.control.withdrawScope({ scope: "write:comment:confluence" });
    story.linear.control.comment({ issue: plan.issue("First story"), body: "Not for the page" });
    await plan.atRest();
    await plan.run();
    expect(plan.onPage()).toEqual([]);
    const problems = async () => {
      const [row] = await story.query(
        "select jsonb_path_query_array(jsonb_agg(done), '$[*][*] ? (@.field == \"comments\").reason') as reasons from sync_history where plan_id = $1 and trigger <> 'person'",
        plan.planId,
      );
      return JSON.parse(String(row?.reasons)) as string[];
    };
    expect(await problems()).toEqual([expect.stringContaining("may not comment on the page")]);

    story.confluence.control.withdrawScope({ scope: "read:comment:confluence" });
    story.confluence.control.editPage({
      id: plan.page.id,
      body: (body) => body.replace("Second story", "The second story"),
    });
    await story.waitFor("the new title", () => story.allIssues().some(({ title }) => title === "The second story"));
    await plan.atRest();
    expect(await problems()).toEqual([
      expect.stringContaining("may not comment on the page"),
      expect.stringContaining("may not read the comments"),
    ]);
    const [row] = await story.query("select sync_status from plans where id = $1", plan.planId);
    expect(row?.sync_status).toBe("idle");
  });
});
