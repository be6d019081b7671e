import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { drain, forgetPlans, type Given, givenPlans } from "../../support/convergence/given-plan.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";

describe("what somebody sets between our read and our write", () => {
  let world: QuietWorld;
  let given: Given;
  let make: ReturnType<typeof givenPlans>;
  beforeAll(async () => {
    world = await quietWorld();
    make = givenPlans(world);
  }, 60_000);
  afterAll(() => world.close());
  afterEach(() => forgetPlans(world, given));

  const issueNamed = (title: string) =>
    world.linear.control
      .issues()
      .find((issue) => given.plans[0]?.issueIds.includes(issue.id) && issue.title.startsWith(title));
  const body = () => world.confluence.control.page({ id: given.pageId }).body;
  const editPage = (from: string, to: string) =>
    world.confluence.control.editPage({ id: given.pageId, body: (text) => text.replace(from, to) });
  const conflicts = () =>
    world.query(
      "select field, kind, linear_change->>'value' as linear, confluence_change->>'value' as page, is_resolved from conflicts where plan_id = $1::uuid",
      given.plans[0]?.planId ?? "",
    );
  const answer = async (side: "linear" | "page") => {
    const [row] = await world.query(
      "select sync_question->>'id' as id from plans where id = $1::uuid",
      given.plans[0]?.planId ?? "",
    );
    world.linear.control.reply({
      agentSessionId: given.plans[0]?.agentSessionId ?? "",
      body: `resolve-${side}#${row?.id}`,
    });
    await drain(world);
  };

  it("in the same field of the issue is kept and asked about, and comes back where a person wants it", async () => {
    given = await make(0, 0);
    const issue = issueNamed("Print a label at home");
    editPage("Print a label at home", "Print a label in the kitchen");
    world.before("linear issueUpdate", () =>
      world.linear.control.editIssue({ issue: issue?.id ?? "", change: { title: "Print a label in the office" } }),
    );
    await drain(world);

    expect(issueNamed("Print a label in the kitchen")?.id).toBe(issue?.id);
    expect(await conflicts()).toEqual([
      {
        field: "title",
        kind: "overwritten",
        linear: "Print a label in the office",
        page: "Print a label in the kitchen",
        is_resolved: "f",
      },
    ]);
    await answer("linear");
    expect(issueNamed("Print a label in the office")?.id).toBe(issue?.id);
    expect(body()).toContain("Print a label in the office");
  });

  it("in the issue's description is known from its event, because the history does not say it", async () => {
    given = await make(1, 0);
    const issue = issueNamed("Filter by price");
    const text = "As a buyer I want to filter by price, so that I find it sooner.";
    editPage(text, "As a buyer I want to filter by price, so that I find it at once.");
    world.before("linear issueUpdate", () =>
      world.linear.control.editIssue({
        issue: issue?.id ?? "",
        change: { description: (issue?.description ?? "").replace("sooner", "today") },
      }),
    );
    await drain(world);

    expect(await conflicts()).toMatchObject([{ field: "description", kind: "overwritten" }]);
    const [conflict] = await conflicts();
    expect(conflict?.linear ?? "").toContain("find it today");
    await answer("linear");
    expect(body()).toContain("so that I find it today.");
  });

  it("in another field of the issue stays, and goes to the page", async () => {
    given = await make(0, 0);
    const issue = issueNamed("Print a label at home");
    editPage("Print a label at home", "Print a label in the kitchen");
    world.before("linear issueUpdate", () =>
      world.linear.control.editIssue({ issue: issue?.id ?? "", change: { estimate: 8 } }),
    );
    await drain(world);

    expect(issueNamed("Print a label in the kitchen")?.estimate).toBe(8);
    expect(await conflicts()).toEqual([]);
    expect(body()).toMatch(/Print a label in the kitchen<\/p><\/td><td[^>]*><p[^>]*>8</);
  });

  it("on the page makes our write refused, and both edits stand on the page", async () => {
    given = await make(0, 0);
    const issue = issueNamed("Print a label at home");
    world.linear.control.editIssue({ issue: issue?.id ?? "", change: { title: "Print a label in the kitchen" } });
    world.before("PUT", () => editPage("Bring a parcel to a shop", "Bring a parcel to any shop"));
    await drain(world);

    expect(body()).toContain("Print a label in the kitchen");
    expect(body()).toContain("Bring a parcel to any shop");
    expect(issueNamed("Bring a parcel to any shop")).toBeDefined();
  });
});
