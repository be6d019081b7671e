import { afterAll, beforeAll, expect, it } from "vitest";
import { drain, planPage } from "../../support/convergence/given-plan.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";
import { smallPage } from "../../support/story.js";

let world: QuietWorld;
beforeAll(async () => {
  world = await quietWorld();
}, 60_000);
afterAll(() => world.close());

const issueNamed = (title: string) => world.linear.control.issues().find((issue) => issue.title === title);

it("keeps an issue that somebody has changed, although the page says the same by now", async () => {
  const { page, agentSessionId } = await planPage(world, smallPage());
  world.linear.control.editIssue({
    issue: issueNamed("First story")?.id ?? "",
    change: { title: "First story of all" },
  });
  await drain(world);
  expect(world.confluence.control.page({ id: page.id }).body).toContain("First story of all");

  world.linear.control.reply({ agentSessionId, body: "undo" });
  await drain(world);

  expect(issueNamed("First story of all")?.trashed).toBe(false);
  expect(issueNamed("Second story")?.trashed).toBe(true);
  const said = world.linear.control.session({ agentSessionId }).activities.findLast((one) => one.type === "response");
  expect(said?.body).toContain("First story of all");
});
