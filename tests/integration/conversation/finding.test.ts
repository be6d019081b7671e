import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

const twoTeams = [
  {
    id: "test-org-123",
    name: "Acme",
    urlKey: "acme",
    teams: [
      { key: "ENG", name: "Engineering", estimation: { type: "fibonacci" as const, extended: true } },
      { key: "OPS", name: "Operations", estimation: { type: "fibonacci" as const, extended: true } },
    ],
    users: [{ name: "Ada Lovelace", email: "ada@acme.test", admin: true }, { name: "Grace Hopper" }],
    issues: [{ team: "ENG", title: "Plan the next increment" }],
  },
];

describe("finding the page and the team", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory({ linear: { organizations: twoTeams } });
  });
  afterAll(() => story.close());

  it("says what it looked at where no page is linked, and goes on with the page from the reply", async () => {
    const mention = await story.mention("please plan our next increment");
    expect(mention.first.type).toBe("elicitation");
    expect(mention.first.body).toContain(mention.issue);
    const page = story.page(smallPage());
    const preview = await mention.reply(`Here it is: ${page.url}`);
    expect(preview.body).toContain("First story");
    await mention.press("cancel#");
  });

  it("finds the page in the issue's description", async () => {
    const page = story.page(smallPage());
    const issue = story.issue("The next increment", `See ${page.url} for the plan.`);
    const mention = await story.mention("please plan this", issue);
    expect(mention.first.body).toContain("First story");
    await mention.press("cancel#");
  });

  it("lets the person choose among several pages", async () => {
    const [one, two] = [story.page(smallPage()), story.page(smallPage(["Story US-9: Story of the second page"]))];
    const mention = await story.mention(`please plan ${one.url} or ${two.url}`);
    expect(mention.first.options).toHaveLength(2);
    const preview = await mention.press("page:2");
    expect(preview.body).toContain("Story of the second page");
    await mention.press("cancel#");
  });

  it("asks for the team where the mention stands in a document", async () => {
    const page = story.page(smallPage());
    const { agentSessionId } = story.linear.control.mention({ body: `please plan ${page.url}` });
    const talk = story.talk(agentSessionId);
    const question = await talk.atRest();
    expect(question.options?.map((option) => option.label)).toEqual(
      expect.arrayContaining(["Engineering", "Operations"]),
    );
    const preview = await talk.reply("Operations please");
    expect(preview.body).toContain("team Operations");
    const done = await talk.press("create#");
    expect(done.type).toBe("response");
    expect((await story.issuesOf(page.url)).every((issue) => issue.identifier.startsWith("OPS-"))).toBe(true);
  });

  it("puts the plan into another team where the person says so at the preview", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).toContain("team Engineering");
    const moved = await mention.reply("put it in team OPS");
    expect(moved.body).toContain("team Operations");
    await mention.press("create#");
    const issues = await story.issuesOf(page.url);
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.every((issue) => issue.identifier.startsWith("OPS-"))).toBe(true);
  });

  it("refuses other hosts and spaces in words, without any request", async () => {
    const secret = story.page(smallPage(), "Secret plan", "SECRET");
    const before = story.confluence.control.requests().length;
    for (const url of [
      secret.url,
      "https://evil.example/wiki/spaces/PLAN/pages/123456/Plan",
      "http://169.254.169.254/wiki/spaces/PLAN/pages/1/x",
    ]) {
      const mention = await story.mention(`please plan ${url}`);
      expect(mention.first.type).toBe("elicitation");
      expect(mention.first.body).toMatch(/space|site|connect/i);
      await mention.reply("cancel");
    }
    expect(story.confluence.control.requests()).toHaveLength(before);
  });

  it("shows a restricted page only after a person has confirmed", async () => {
    const page = story.page(smallPage());
    story.confluence.control.restrictPage({ id: page.id });
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.body).not.toContain("First story");
    const preview = await mention.press("confirm#");
    expect(preview.body).toContain("First story");
    await mention.press("cancel#");
  });

  it("says what it looked for on a page without a plan, and creates nothing", async () => {
    const page = story.page("<p>Just some prose about the weather.</p>");
    const before = story.allIssues().length;
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.type).toBe("response");
    expect(story.allIssues()).toHaveLength(before + 1);
  });

  it("becomes the delegate and starts the issue it is given, and stops when it is taken away", async () => {
    const page = story.page(smallPage());
    const issue = story.issue("Plan it", page.url);
    const { agentSessionId } = story.linear.control.delegate({ issue });
    const talk = story.talk(agentSessionId);
    const preview = await talk.atRest();
    expect(preview.body).toContain("First story");
    const given = story.allIssues().find((one) => one.identifier === issue);
    expect(given?.state.type).toBe("started");
    expect(given?.delegateId).not.toBeNull();
    story.linear.control.undelegate({ issue });
    const last = await story.waitFor("the last word", async () => {
      const rest = await talk.atRest();
      return rest.type === "response" ? rest : null;
    });
    expect(last.body).toMatch(/stopped/i);
    const [session] = await talk.sessions();
    expect(session?.status).toBe("cancelled");
  });
});
