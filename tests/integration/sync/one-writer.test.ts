import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

const estimation = { type: "fibonacci" as const, extended: true };
const twoTeams = [
  {
    id: "test-org-123",
    name: "Acme",
    urlKey: "acme",
    teams: [
      { key: "ENG", name: "Engineering", estimation },
      { key: "OPS", name: "Operations", estimation },
    ],
    users: [{ name: "Ada Lovelace", email: "ada@acme.test", admin: true }],
    issues: [],
  },
];

describe("two teams that plan from one page", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory({
      linear: { organizations: twoTeams },
      env: { SYNC_QUIET_MS: "200", SYNC_LONGEST_MS: "1000" },
    });
  });
  afterAll(() => story.close());

  const planFor = (team: string, url: string) => {
    const { identifier } = story.linear.control.createIssue({ team, title: "Please plan this" });
    return story.mention(`please plan ${url}`, identifier);
  };
  const issueOf = (team: string) =>
    story.allIssues().find((one) => one.identifier.startsWith(team) && one.title.includes("story"))?.id ?? "";

  it("are told that the second one follows; what nobody has approved keeps nobody from writing", async () => {
    const page = story.page(smallPage(["Story US-1: The first story"]));
    const body = () => story.confluence.control.page({ id: page.id }).body;
    const given = await planFor("ENG", page.url);
    await given.press("cancel#");
    const first = await planFor("OPS", page.url);
    expect(first.first.body).not.toContain("Another plan keeps this page in step");
    await first.press("create#");
    const second = await planFor("ENG", page.url);
    expect(second.first.body).toContain("Another plan keeps this page in step");
    await second.press("create#");

    story.linear.control.editIssue({ issue: issueOf("OPS"), change: { title: "The first story of Operations" } });
    await story.waitFor("the page to follow Operations", () => body().includes("The first story of Operations"));
    const engineering = await story.waitFor("Engineering to follow the page", () =>
      story
        .allIssues()
        .find((one) => one.identifier.startsWith("ENG") && one.title === "The first story of Operations"),
    );
    story.linear.control.editIssue({ issue: engineering.id, change: { title: "The first story of Engineering" } });
    story.linear.control.editIssue({ issue: issueOf("OPS"), change: { title: "The second story of Operations" } });
    await story.waitFor("the page to follow Operations again", () => body().includes("The second story of Operations"));
    expect(body()).not.toContain("Engineering");
  });
});
