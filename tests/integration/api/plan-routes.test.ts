import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiWorld, apiWorld, type Person, refused } from "../../support/api-world.js";

let world: ApiWorld;
let ada: Person;

beforeAll(async () => {
  world = await apiWorld();
  ada = await world.aPerson(await world.anOrganization());
});
afterAll(() => world.close());

const start = (body: { title: string; description?: string; participants?: string[] }) =>
  world.as(ada).startPlan({ body });
const x = (length: number) => "x".repeat(length);

describe("/api/plan", () => {
  it("begins a plan, shows it, adds to it and lists it, in the document's own words", async () => {
    const started = await start({ title: "Launch", description: "The first one", participants: ["user1"] });
    expect(started).toEqual({ status: "started", plan_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const { plan_id } = started;
    const added = await world.as(ada).addPlanStep({ body: { plan_id, text: "Write the notes", owner: "user1" } });
    expect(added).toMatchObject({ status: "step_added", step: { text: "Write the notes", owner: "user1" } });
    expect(added.step.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

    const plan = await world.as(ada).getPlan({ params: { plan_id } });
    expect(plan).toMatchObject({
      id: plan_id,
      org_id: ada.organizationId,
      title: "Launch",
      description: "The first one",
      steps: [added.step],
      participants: ["user1"],
      archived: false,
    });
    const { plans, count } = await world.as(ada).listPlans({ query: {} });
    expect([plans[0], count]).toEqual([plan, plans.length]);
  });

  it("gives its list page by page, every plan once, archived ones where they are asked for", async () => {
    const made = [];
    for (const title of ["One", "Two", "Three"]) made.push((await start({ title })).plan_id);
    await world.as(ada).archivePlan({ params: { plan_id: made[1] ?? "" } });

    const listed: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: { archived: "false"; limit: number; cursor?: string } = { archived: "false", limit: 1 };
      const page = await world.as(ada).listPlans({ query: cursor === "" ? query : { ...query, cursor } });
      expect(page.count).toBe(page.plans.length);
      listed.push(...page.plans.map(({ id }) => id));
      cursor = page.next;
    }
    expect(listed.slice(0, 2)).toEqual([made[2], made[0]]);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).not.toContain(made[1]);
    const archived = await world.as(ada).listPlans({ query: { archived: "true" } });
    expect(archived.plans.map(({ id, archived: is }) => [id, is])).toEqual([[made[1], true]]);
  });

  it.each([
    ["a title of 255 characters", () => start({ title: x(255) })],
    ["a description of 2,000", () => start({ title: "Launch", description: x(2_000) })],
    [
      "fifty participants",
      () => start({ title: "Launch", participants: Array.from({ length: 50 }, (_, n) => `u${n}`) }),
    ],
    ["a step of 1,000 by somebody of 100", () => addTo({ text: x(1_000), owner: x(100) })],
  ])("takes %s", async (_, send) => {
    await expect(send()).resolves.toMatchObject({ status: expect.stringMatching(/^(started|step_added)$/) });
  });

  it.each([
    ["no title", () => start({ title: "" })],
    ["a title of spaces", () => start({ title: "  " })],
    ["a title of 256 characters", () => start({ title: x(256) })],
    ["a description of 2,001", () => start({ title: "Launch", description: x(2_001) })],
    ["a participant of 101", () => start({ title: "Launch", participants: [x(101)] })],
    ["51 participants", () => start({ title: "Launch", participants: Array.from({ length: 51 }, (_, n) => `u${n}`) })],
    ["a step without text", () => addTo({ text: "", owner: "user1" })],
    ["a step of spaces", () => addTo({ text: " \n", owner: "user1" })],
    ["a step of 1,001 characters", () => addTo({ text: x(1_001), owner: "user1" })],
    ["an owner of 101", () => addTo({ text: "Write", owner: x(101) })],
    ["a step by nobody", () => addTo({ text: "Write", owner: "" })],
  ])("refuses %s, and nothing has happened", async (_, send) => {
    const before = await world.as(ada).listPlans({ query: { limit: 1 } });
    const error = await refused(send());
    expect([error.status, error.code]).toEqual([400, "invalid_request"]);
    expect((await world.as(ada).listPlans({ query: { limit: 1 } })).plans[0]).toEqual(before.plans[0]);
  });
});

/** A step of the newest plan. */
async function addTo(step: { text: string; owner: string }) {
  const [plan] = (await world.as(ada).listPlans({ query: { limit: 1, archived: "false" } })).plans;
  return world.as(ada).addPlanStep({ body: { plan_id: plan?.id ?? "", ...step } });
}
