import { describe, expect, it } from "vitest";
import { drain, type GivenPlan } from "../../support/convergence/given-plan.js";
import { given, make, quietPlans, world } from "./quiet-plans.js";

describe("what people write", () => {
  quietPlans();

  const plan = () => given.plans[0] as GivenPlan;
  const issues = () => world.linear.control.issues().filter(({ id }) => plan().issueIds.includes(id));
  const issueNamed = (title: string) => {
    const found = issues().find((issue) => issue.title.startsWith(title));
    if (!found)
      throw new Error(
        `no issue is called ${title}: ${issues()
          .map((issue) => issue.title)
          .join("; ")}`,
      );
    return found;
  };
  const body = () => world.confluence.control.page({ id: given.pageId }).body;
  const editPage = async (from: string | RegExp, to: string) => {
    const before = body();
    world.confluence.control.editPage({ id: given.pageId, body: (text) => text.replace(from, to) });
    expect(body()).not.toBe(before);
    await drain(world);
  };
  const edit = (issue: { id: string }, change: { title?: string; estimate?: number; priority?: number }) =>
    world.linear.control.editIssue({ issue: issue.id, change });
  const done = async () =>
    (
      await world.query(
        "select d->>'what' as what, d->>'field' as field, d->>'reason' as reason from sync_history h, jsonb_array_elements(h.done) d where h.plan_id = $1::uuid order by h.timestamp",
        plan().planId,
      )
    ).map(({ what, field, reason }) => ({ what, field, reason }));

  it.each([
    ["its title", "Print a label at home", "Print a label at home, unlike "],
    ["a criterion", "A label is printed", "A label is printed, unlike "],
  ])("of another item in a row, with a link to its issue in %s, makes the row no other item", async (_, from, to) => {
    await make(0, 0);
    const [own, other] = [issueNamed("Print a label"), issueNamed("Bring a parcel")];
    const before = world.linear.control.issues().length;
    await editPage(from, `${to}<a href="${other.url}">${other.identifier}</a>`);

    expect(issues().find(({ id }) => id === other.id)).toEqual(other);
    const after = issues().find(({ id }) => id === own.id);
    expect(`${after?.title} ${after?.description}`).toContain("unlike");
    expect(world.linear.control.issues()).toHaveLength(before);
  });

  it("on the page stays there when Linear does not show the issue, and is not taken back when it does again", async () => {
    await make(0, 0);
    const team = world.linear.control.state().teams.find(({ key }) => key === "ENG")?.id ?? "";
    world.linear.control.setTeamAccess({ removedTeamIds: [team] });
    await editPage("Print a label at home", "Print a label in the kitchen");
    expect(await done()).toEqual([
      { what: "left_out", field: "title", reason: "Linear does not show me this issue any more." },
    ]);

    world.linear.control.setTeamAccess({ addedTeamIds: [team] });
    edit(issueNamed("Print a label"), { priority: 1 });
    await drain(world);
    expect(body()).toContain("Print a label in the kitchen");
    expect(body()).toContain("Urgent");
  });

  it("in an issue whose row went from the page stands in the row that is put back", async () => {
    await make(0, 0);
    const issue = issueNamed("Bring a parcel");
    edit(issue, { title: "Bring a parcel to a kiosk", estimate: 8 });
    await editPage(/<tr[^>]*><td[^>]*><p[^>]*>RET-2[\s\S]*?<\/tr>/, "");
    expect(body()).not.toContain("Bring a parcel");
    world.linear.control.reply({ agentSessionId: plan().agentSessionId, body: "linear" });
    await drain(world);

    expect(body()).toMatch(/Bring a parcel to a kiosk<\/p><\/td><td[^>]*><p[^>]*>8</);
    expect(issueNamed("Bring a parcel")).toMatchObject({ title: "Bring a parcel to a kiosk", estimate: 8 });
  });

  it("above stories as a new feature is the parent of their issues too", async () => {
    await make(1, 0);
    await editPage(/(?=<h3[^>]*>Story SEA-2)/, "<h2>Feature: Looks</h2>");
    const looks = world.linear.control.issues().find(({ title }) => title === "Looks");
    const parents = ["Filter by price", "Filter by colour", "Filter by size"].map((title) => issueNamed(title).parent);
    expect(parents).toEqual([issueNamed("Filters").identifier, looks?.identifier, looks?.identifier]);
  });

  it("of what waits for a new story blocks in Linear too", async () => {
    await make(1, 0);
    await editPage(/(?=<h3[^>]*>Story SEA-2)/, "<p><strong>Depends on:</strong> SEA-9</p>");
    await editPage(/$/, "<h3>Story SEA-9: Filter by shop</h3>");
    const shop = world.linear.control.issues().find(({ title }) => title === "Filter by shop");
    expect(shop?.relations).toMatchObject([{ type: "blocks", issueId: issueNamed("Filter by price").id }]);
  });
});
