import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, fixturePage, fixturePlan, type Story } from "../../support/story.js";

describe("the demo page", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  it("becomes exactly its expected items in Linear, a second mention adds nothing, a changed page changes just what changed", async () => {
    const { items } = fixturePlan("00-demo");
    const page = story.page(fixturePage("00-demo"));
    const first = await story.mention(`@Planning Agent please plan ${page.url}`);
    expect(first.first.type).toBe("elicitation");
    const done = await first.press("create#");
    expect(done.type).toBe("response");

    const issues = await story.issuesOf(page.url);
    const titleOf = new Map(items.map((item) => [item.key, item.title]));
    const byIdentifier = new Map(issues.map((issue) => [issue.identifier, issue]));
    const blocked = (title: string) =>
      issues
        .filter((issue) => issue.blocks.some((identifier) => byIdentifier.get(identifier)?.title === title))
        .map((issue) => issue.title)
        .sort();
    expect(
      issues.map((issue) => ({
        kind: issue.kind,
        title: issue.title,
        parent: issue.parent ? byIdentifier.get(issue.parent)?.title : null,
        estimate: issue.estimate,
        priority: issue.priority,
        waitsFor: blocked(issue.title),
      })),
    ).toEqual(
      items.map((item) => ({
        kind: item.type,
        title: item.title,
        parent: item.parent ? titleOf.get(item.parent) : null,
        estimate: item.storyPoints,
        priority: item.priority,
        waitsFor: item.dependsOn.map((key) => titleOf.get(key) ?? "").sort(),
      })),
    );

    const before = story.allIssues();
    const second = await story.mention(`again please: ${page.url}`);
    expect(second.first.type).toBe("response");
    expect(second.first.body).toMatch(/nothing|up to date|same/i);
    const after = story.allIssues().filter((issue) => issue.identifier !== second.issue);
    expect(after.map((issue) => [issue.identifier, issue.updatedAt])).toEqual(
      before.map((issue) => [issue.identifier, issue.updatedAt]),
    );

    story.confluence.control.editPage({
      id: page.id,
      body: fixturePage("00-demo").replace("See all topics in one place", "See every topic in one place"),
    });
    const third = await story.mention(`once more: ${page.url}`);
    expect(third.first.type).toBe("elicitation");
    expect(third.first.body).toContain("See every topic in one place");
    const writesBefore = story.linear.control.requests().length;
    await third.press("create#");
    const changed = await story.issuesOf(page.url);
    expect(
      changed
        .filter((issue) => !issues.some((old) => JSON.stringify(old) === JSON.stringify(issue)))
        .map((issue) => issue.title),
    ).toEqual(["See every topic in one place"]);
    expect(changed).toHaveLength(issues.length);
    const updates = story.linear.control
      .requests()
      .slice(writesBefore)
      .flatMap((request) => request.rootFields)
      .filter((field) => field === "issueUpdate" || field.startsWith("issueCreate") || field.startsWith("issueBatch"));
    expect(updates).toEqual(["issueUpdate"]);
  });

  it("hangs everything below projects where the engagement maps epics to projects", async () => {
    const body = fixturePage("00-demo");
    const page = story.page(body);
    await story.query(`update engagements set settings = settings || '{"epics":"project"}'`);
    const mention = await story.mention(`please plan ${page.url}`);
    const done = await mention.press("create#");
    await story.query(`update engagements set settings = settings || '{"epics":"issue"}'`);
    expect(done.type).toBe("response");
    const issues = await story.issuesOf(page.url);
    const epics = issues.filter((issue) => issue.kind === "epic");
    expect(epics.map((epic) => epic.title)).toEqual([
      "One preference centre for every channel",
      "Delivery we can trust",
    ]);
    const features = issues.filter((issue) => issue.kind === "feature");
    expect(new Set(features.map((feature) => feature.parent))).toEqual(new Set(epics.map((epic) => epic.identifier)));
    expect(issues).toHaveLength(fixturePlan("00-demo").items.length);
  });
});
