import { describe, expect, it } from "vitest";
import { arrived, drain, type GivenPlan } from "../../support/convergence/given-plan.js";
import { given, make, quietPlans, world } from "./quiet-plans.js";

describe("an answer to a question about conflicts", () => {
  quietPlans();

  const plan = () => given.plans[0] as GivenPlan;
  const issueNamed = (title: string) => {
    const issues = world.linear.control.issues().filter(({ id }) => plan().issueIds.includes(id));
    const found = issues.find((issue) => issue.title.startsWith(title));
    if (!found) throw new Error(`no issue is called ${title}: ${issues.map((issue) => issue.title).join("; ")}`);
    return found;
  };
  const rename = (issue: { id: string }, title: string) =>
    world.linear.control.editIssue({ issue: issue.id, change: { title } });
  const body = () => world.confluence.control.page({ id: given.pageId }).body;
  const editPage = (from: string, to: string) =>
    world.confluence.control.editPage({ id: given.pageId, body: (text) => text.replace(from, to) });
  const said = () => world.linear.control.session({ agentSessionId: plan().agentSessionId }).activities;
  const asked = () => said().findLast(({ body: text }) => text.includes("do not agree"));
  const reply = async (text: string) => {
    world.linear.control.reply({ agentSessionId: plan().agentSessionId, body: text });
    await drain(world);
  };
  const conflicts = () =>
    world.query(
      "select id, field, is_resolved, applied_at is not null as applied, resolution_strategy as strategy from conflicts where plan_id = $1::uuid order by created_at, id",
      plan().planId,
    );

  it("goes by the numbers that the question has, also where somebody has decided one of them since", async () => {
    await make(0, 0);
    const titles = { "Print a label": "at home", "Bring a parcel": "to a shop", "See where the parcel": "is" };
    for (const [start, end] of Object.entries(titles)) {
      editPage(`${start} ${end}`, `${start} on the page`);
      rename(issueNamed(start), `${start} in the issue`);
    }
    await drain(world);
    const [first, second, third] = [...(asked()?.body ?? "").matchAll(/^\d\. \*\*\S+ (\S+)/gm)].map((line) => line[1]);
    const [row] = await world.query(
      "select sync_question->'conflicts'->>0 as id from plans where id = $1::uuid",
      plan().planId,
    );
    await world.query(
      "update conflicts set is_resolved = true, resolution_strategy = 'linear', resolved_change = linear_change where id = $1::uuid",
      row?.id ?? "",
    );

    await reply("2 page");
    const titleOf = (start: string | undefined) => issueNamed(start ?? "none").title;
    expect(titleOf(first)).toContain("in the issue");
    expect(titleOf(second)).toContain("on the page");
    expect(titleOf(third)).toContain("in the issue");
    expect(body()).toContain(titleOf(second));
    expect((await conflicts()).filter(({ applied }) => applied === "f")).toMatchObject([{ is_resolved: "f" }]);
  });

  it("is not taken for what was asked before somebody went on editing: the question comes anew", async () => {
    await make(0, 0);
    editPage("Print a label at home", "Print a label in the kitchen");
    rename(issueNamed("Print a label"), "Print a label in the office");
    await drain(world);
    const before = asked();
    editPage("Print a label in the kitchen", "Print a label in the bath");
    await drain(world);

    expect(asked()?.id).not.toBe(before?.id);
    expect(asked()?.body).toContain("in the bath");
    await reply(before?.options?.[0]?.value ?? "");
    expect(body()).toContain("Print a label in the bath");
    expect(said().at(-1)?.body).toContain("about what stood there before");
    expect(await conflicts()).toMatchObject([{ is_resolved: "f" }]);
    await reply(said().at(-1)?.options?.[0]?.value ?? "");
    expect(body()).toContain("Print a label in the office");
  });

  it("cannot be a text that nobody knows: the question says so, and whoever writes another one is followed", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    const text = "As a buyer I want to filter by price, so that I find it sooner.";
    editPage(text, text.replace("sooner", "at once"));
    world.before("linear issueUpdate", () =>
      world.linear.control.editIssue({
        issue: issue.id,
        change: { description: (issue.description ?? "").replace("sooner", "today") },
      }),
    );
    await drainWithoutLinear();

    expect(asked()?.body).toContain("Linear does not tell me to what");
    expect(asked()?.options?.map(({ label }) => label)).toEqual(["Take the page's"]);
    await reply("linear");
    expect(await conflicts()).toMatchObject([{ field: "description", is_resolved: "f" }]);
    expect(said().at(-1)?.body).toContain("I changed nothing");
    await reply(`“${text.replace("sooner", "today")}”`);
    expect(body()).toContain("so that I find it today.");
    expect(issueNamed("Filter by price").description).toContain("so that I find it today.");
  });

  it("is over where the page cannot say what was decided: people are told so once", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by size");
    world.linear.control.moveIssue({ issue: issue.id, parent: issueNamed("Search").id });
    editPage("<h3>Story SEA-3", "<h2>Feature: Measures</h2><p>What fits.</p><h3>Story SEA-3");
    await drain(world);
    expect(await conflicts()).toMatchObject([{ field: "parent", is_resolved: "f" }]);
    await reply(asked()?.options?.find(({ label }) => label?.includes("Linear"))?.value ?? "");

    expect(await conflicts()).toMatchObject([{ field: "parent", is_resolved: "t", applied: "t" }]);
    const told = () => said().filter(({ body: text }) => text?.includes("cannot say this")).length;
    expect(told()).toBe(1);
    await reply("sync now");
    expect(told()).toBe(1);
  });

  it("cannot be a title that Linear does not take", async () => {
    await make(0, 0);
    editPage("Print a label at home", "Print a label in the kitchen");
    rename(issueNamed("Print a label"), "Print a label in the office");
    await drain(world);
    for (const title of [" ", "long ".repeat(60)]) await reply(`“${title}”`);
    expect(await conflicts()).toMatchObject([{ is_resolved: "f" }]);
    expect(issueNamed("Print a label").title).toBe("Print a label in the office");
  });

  /** Linear's webhooks are lost. */
  async function drainWithoutLinear(): Promise<void> {
    for (let idle = 0; idle < 3; idle += 1) {
      await arrived(world);
      for (const webhook of world.waiting.splice(0)) if (webhook.kind === "confluence") await world.deliver(webhook);
      for (let message = world.messages.shift(); message; message = world.messages.shift()) {
        await world.run(message);
        idle = 0;
      }
    }
    world.waiting.length = 0;
  }
});
