import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drain, planPage } from "../../support/convergence/given-plan.js";
import { generatedPage } from "../../support/generated-page.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";

describe("a page of 500 items that is in step", () => {
  let world: QuietWorld;
  let pageId: string;
  beforeAll(async () => {
    world = await quietWorld();
    const { page } = await planPage(world, generatedPage(500));
    pageId = page.id;
    // The first run reads everything once, and what happened within the last seconds before it is read again: here that is all of it.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    world.linear.control.editIssue({ issue: "ENG-1", change: { priority: 2 } });
    await edit((body) => body.replace("</p>", " </p>"));
  }, 240_000);
  afterAll(() => world.close());

  async function edit(change: (body: string) => string): Promise<string[]> {
    world.calls.length = 0;
    world.linear.control.clearRequests();
    world.confluence.control.editPage({ id: pageId, body: change });
    await drain(world);
    return world.calls.filter((call) => call !== "sql");
  }
  const requests = () => world.linear.control.requests();

  it("takes at most four requests to Linear and no write of the page for three edits of the page", async () => {
    const titles = world.linear.control
      .issues()
      .filter((issue) => issue.labels.length === 0 && issue.parentId !== null)
      .slice(5, 8)
      .map((issue) => issue.title);
    const calls = await edit((body) => titles.reduce((text, title) => text.replace(title, `${title} anew`), body));

    expect(titles).toHaveLength(3);
    expect(world.linear.control.issues().filter((issue) => issue.title.endsWith(" anew"))).toHaveLength(3);
    expect(requests().length).toBeLessThanOrEqual(4);
    expect(requests().filter((request) => request.kind === "write")).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith("PUT"))).toEqual([]);
  }, 60_000);

  it("takes one write of the page for three edits in Linear", async () => {
    const issues = world.linear.control
      .issues()
      .filter((issue) => issue.labels.length === 0 && issue.parentId !== null)
      .slice(20, 23);
    world.calls.length = 0;
    for (const issue of issues)
      world.linear.control.editIssue({ issue: issue.id, change: { title: `${issue.title} indeed` } });
    await drain(world);

    const body = world.confluence.control.page({ id: pageId }).body;
    expect(issues.filter((issue) => body.includes(`${issue.title} indeed`))).toHaveLength(3);
    expect(world.calls.filter((call) => call.startsWith("PUT"))).toHaveLength(1);
    expect(world.calls.filter((call) => /issueUpdate|issueBatch/.test(call))).toEqual([]);
  }, 60_000);
});
