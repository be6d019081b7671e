import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("a page and its issues", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory({ env: { SYNC_QUIET_MS: "300", SYNC_LONGEST_MS: "1500" } });
  });
  afterAll(() => story.close());

  const issueNamed = (title: string) => story.allIssues().find((issue) => issue.title === title);
  const bodyOf = (id: string) => story.confluence.control.page({ id }).body;

  it("follow each other: an edit of the page changes the issue, an edit of the issue changes the page", async () => {
    const page = story.page(smallPage());
    const talk = await story.mention(`please plan ${page.url}`);
    await talk.press("create#");

    story.confluence.control.editPage({
      id: page.id,
      body: (body) => body.replace("First story", "The very first story"),
    });
    const issue = await story.waitFor("the issue's new title", () => issueNamed("The very first story"));

    story.linear.control.editIssue({
      issue: issue.identifier,
      change: { title: "The very first story of all", priority: 1 },
    });
    await story.waitFor("the page's new title", () => bodyOf(page.id).includes("The very first story of all"));
    expect(bodyOf(page.id)).toContain("<strong>Priority:</strong> Urgent");
    expect(bodyOf(page.id)).toContain("Second story");
  });

  it("ask a person where both changed the same, and follow the answer on both sides", async () => {
    const page = story.page(smallPage(["Story US-1: Pay by card", "Story US-2: Pay by invoice"]));
    const talk = await story.mention(`please plan ${page.url}`);
    await talk.press("create#");
    const issue = story.allIssues().find(({ title }) => title === "Pay by card");

    story.confluence.control.editPage({
      id: page.id,
      body: (body) => body.replace("Pay by card", "Pay by credit card"),
    });
    story.linear.control.editIssue({ issue: issue?.identifier ?? "", change: { title: "Pay by debit card" } });
    const question = await story.waitFor("a question", () => talk.said().find(({ body }) => body?.includes("debit")));
    expect(question.type).toBe("elicitation");
    expect(question.body).toContain("Pay by credit card");

    const button = question.options?.find(({ value }) => value.startsWith("resolve-linear#"));
    story.linear.control.reply({ agentSessionId: talk.agentSessionId, body: button?.value ?? "" });
    await story.waitFor("the page to follow", () => bodyOf(page.id).includes("Pay by debit card"));
    expect(issueNamed("Pay by debit card")).toBeDefined();

    await story.waitFor("the decision to be over", async () => {
      const [row] = await story.query("select count(*) filter (where applied_at is null) as left from conflicts");
      return row?.left === "0";
    });
    story.linear.control.editIssue({ issue: issue?.identifier ?? "", change: { title: "Pay by any card" } });
    await story.waitFor("the page to follow once more", () => bodyOf(page.id).includes("Pay by any card"));
    expect(
      talk.said().filter(({ options }) => options?.some(({ value }) => value.startsWith("resolve-"))),
    ).toHaveLength(1);
  });
});
