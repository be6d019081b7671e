import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { arrived, drain } from "../../support/convergence/given-plan.js";
import { withoutRow } from "../../support/convergence/people.js";
import { given, make, quietPlans, world } from "./quiet-plans.js";

describe("what somebody sets between our read and our write", () => {
  quietPlans();

  const issueNamed = (title: string) =>
    world.linear.control
      .issues()
      .find((issue) => given.plans[0]?.issueIds.includes(issue.id) && issue.title.startsWith(title));
  const body = () => world.confluence.control.page({ id: given.pageId }).body;
  const editPage = (from: string, to: string) =>
    world.confluence.control.editPage({ id: given.pageId, body: (text) => text.replace(from, to) });
  const conflicts = () =>
    world.query(
      "select field, kind, linear_change->>'value' as linear, confluence_change->>'value' as page, is_resolved, applied_at is not null as is_applied from conflicts where plan_id = $1::uuid",
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

  const editText = (id: string | undefined, from: string, to: string) => {
    const description = world.linear.control.issues().find((issue) => issue.id === id)?.description ?? "";
    world.linear.control.editIssue({ issue: id ?? "", change: { description: description.replace(from, to) } });
  };
  const moveThereAndBack = (id: string) => {
    const [parent, other] = [issueNamed("Filters")?.id ?? "", issueNamed("Search")?.id ?? ""];
    for (const to of [other, parent]) world.linear.control.moveIssue({ issue: id, parent: to });
  };
  /** A description is changed on the page, and in Linear just before we write it there. What tells of that is held back, and given. */
  const writtenOverUnheard = async (issue = issueNamed("Filter by price")) => {
    const late: typeof world.waiting = [];
    editPage("so that I find it sooner.", "so that I find it at once.");
    world.before("linear issueUpdate", async () => {
      editText(issue?.id, "sooner", "today");
      await arrived(world);
      late.push(...world.waiting.splice(0));
    });
    await drain(world);
    return late;
  };

  it("in the same field of the issue is kept and asked about, and comes back where a person wants it", async () => {
    await make(0, 0);
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
        is_applied: "f",
      },
    ]);
    await answer("linear");
    expect(issueNamed("Print a label in the office")?.id).toBe(issue?.id);
    expect(body()).toContain("Print a label in the office");
  });

  it("in the issue's description is known from its event, because the history does not say it", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    const text = "As a buyer I want to filter by price, so that I find it sooner.";
    editPage(text, "As a buyer I want to filter by price, so that I find it at once.");
    world.before("linear issueUpdate", () => editText(issue?.id, "sooner", "today"));
    await drain(world);

    expect(await conflicts()).toMatchObject([{ field: "description", kind: "overwritten" }]);
    const [conflict] = await conflicts();
    expect(conflict?.linear ?? "").toContain("find it today");
    await answer("linear");
    expect(body()).toContain("so that I find it today.");
  });

  it("in the issue's description is known from its event also where the same run has read the issue once more, for the page", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    const id = issue?.id ?? "";
    editPage("so that I find it sooner.", "so that I find it at once.");
    world.linear.control.editIssue({ issue: id, change: { title: "Filter by prices" } });
    world.before("linear issueUpdate", () => editText(id, "sooner", "today"));
    await drain(world);

    expect(body()).toContain("Filter by prices");
    const [conflict] = await conflicts();
    expect(conflict).toMatchObject({ field: "description", kind: "overwritten" });
    expect(conflict?.linear ?? "").toContain("find it today");
  });

  it("in the issue's description is known from its event also where that comes after the issue was written once more", async () => {
    await make(1, 0);
    const late = await writtenOverUnheard();
    editPage("It can be set", "It can be set by anybody");
    await drain(world);
    expect(issueNamed("Filter by price")?.description).toContain("It can be set by anybody");
    world.waiting.push(...late);
    await drain(world);

    expect((await conflicts())[0]?.linear ?? "").toContain("find it today");
  });

  it("in the issue's description is known from its event also where somebody has changed it again before that comes", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    const late = await writtenOverUnheard();
    editText(issue?.id, "As a buyer", "As a regular buyer");
    await arrived(world);
    world.waiting.splice(0, world.waiting.length, ...late);
    await drain(world);

    expect((await conflicts())[0]?.linear ?? "").toContain("find it today");
    expect(body()).toContain("As a regular buyer");
  });

  it("in the issue's description cannot be brought back where no event told of it, and people are told so", async () => {
    await make(1, 0);
    await writtenOverUnheard();

    expect(await conflicts()).toMatchObject([{ field: "description", kind: "overwritten", linear: null }]);
    const { activities } = world.linear.control.session({ agentSessionId: given.plans[0]?.agentSessionId ?? "" });
    expect(activities.findLast((one) => one.type === "elicitation")?.body).toContain("Linear does not tell me to what");
    await answer("page");
    expect(await conflicts()).toMatchObject([{ field: "description", is_resolved: "t", is_applied: "t" }]);
    expect(issueNamed("Filter by price")?.description).toContain("find it at once");
    expect(body()).toContain("find it at once");
  });

  it.each(["told", "untold"])(
    "in the same field is kept and asked about also where the answer to our write was lost: %s",
    async (how) => {
      await make(0, 0);
      const issue = issueNamed("Print a label at home");
      editPage("Print a label at home", "Print a label in the kitchen");
      world.before("linear issueUpdate", async () => {
        world.linear.control.editIssue({ issue: issue?.id ?? "", change: { title: "Print a label in the office" } });
        await arrived(world);
        if (how === "untold") world.waiting.length = 0;
      });
      world.faults.linear.add({ kind: "lost_answer", on: "issueUpdate", times: 1 });
      await drain(world);

      expect(await conflicts()).toMatchObject([
        { field: "title", kind: "overwritten", linear: "Print a label in the office", is_resolved: "f" },
      ]);
      await answer("linear");
      expect(body()).toContain("Print a label in the office");
    },
  );

  it("in the same field is kept and asked about also where the run ended before it could look", async () => {
    await make(0, 0);
    const issue = issueNamed("Print a label at home");
    editPage("Print a label at home", "Print a label in the kitchen");
    world.before("linear issueUpdate", async () => {
      world.linear.control.editIssue({ issue: issue?.id ?? "", change: { title: "Print a label in the office" } });
      await arrived(world);
      world.waiting.length = 0;
      // Nothing of the run is left but what it has written to Linear.
      world.before("linear issues", () =>
        world.query(
          "update plans set sync_status = 'idle', version = version + 1, step = null, sync_work = null, due_at = now(), due_since = now(), due_because = 'poll' where id = $1::uuid",
          given.plans[0]?.planId ?? "",
        ),
      );
    });
    await drain(world);
    await world.sweep();
    await drain(world);

    expect(issueNamed("Print a label in the kitchen")?.id).toBe(issue?.id);
    expect(await conflicts()).toMatchObject([
      { field: "title", kind: "overwritten", linear: "Print a label in the office", is_resolved: "f" },
    ]);
  });

  it("in the issue's description is kept also where a run that was thought dead writes over it, and its event comes late", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    editPage("so that I find it sooner.", "so that I find it at once.");
    await arrived(world);
    for (const webhook of world.waiting.splice(0)) await world.deliver(webhook);
    await world.sweep();
    const [started] = world.messages.splice(0);
    if (!started) throw new Error("no run has begun");
    await world.run(started);
    const [writing] = world.messages.splice(0);
    if (!writing) throw new Error("the run has nothing to write");
    const late: typeof world.waiting = [];
    world.before("linear issueUpdate", async () => {
      await world.freeLeases();
      await world.run(writing);
      editText(issue?.id, "at once", "today");
      await arrived(world);
      late.push(...world.waiting.splice(0));
    });
    await world.run(writing);
    await drain(world);
    expect(issueNamed("Filter by price")?.description).toContain("find it at once");
    // Another run reads the issue before anybody tells of the edit.
    const other = issueNamed("Filter by colour");
    world.linear.control.editIssue({ issue: other?.id ?? "", change: { title: "Filter by colours" } });
    await drain(world);
    expect(body()).toContain("Filter by colours");
    for (const webhook of late) await world.deliver(webhook);
    await drain(world);

    const [conflict] = await conflicts();
    expect(conflict).toMatchObject({ field: "description", kind: "overwritten" });
    expect(conflict?.linear ?? "").toContain("find it today");
  });

  it("in the issue's description is known from its event also where the row went from the page before that comes", async () => {
    await make(1, 0);
    const late = await writtenOverUnheard();
    const row = extract({ title: "", body: body() }).items.find((item) => item.title === "Filter by price");
    if (!row) throw new Error("the page has no such row");
    world.confluence.control.editPage({ id: given.pageId, body: (text) => withoutRow(text, row) });
    await drain(world);
    for (const webhook of late) await world.deliver(webhook);
    await drain(world);

    expect(new Set((await conflicts()).map(({ field }) => field))).toEqual(new Set(["description", "existence"]));
    const conflict = (await conflicts()).find(({ field }) => field === "description");
    expect(conflict?.linear ?? "").toContain("find it today");
  });

  it("in the issue's description is asked about before the page's next change of it is written", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    const description = () => issueNamed("Filter by price")?.description ?? "";
    editPage("so that I find it sooner.", "so that I find it at once.");
    world.before("linear issueUpdate", () => editText(issue?.id, "sooner", "today"));
    await drain(world);
    editPage("so that I find it at once.", "so that I find it in a minute.");
    await drain(world);

    expect(description()).toContain("find it at once");
    const [conflict, ...others] = await conflicts();
    expect(others).toEqual([]);
    expect(conflict?.linear ?? "").toContain("find it today");
    expect(conflict?.page ?? "").toContain("find it in a minute");
    await answer("page");
    expect(description()).toContain("find it in a minute");
  });

  it("in criteria about which people are asked already takes the place of what the question said", async () => {
    await make(1, 0);
    const issue = issueNamed("Filter by price");
    editPage("so that I find it sooner.", "so that I find it at once.");
    editPage("It can be set", "It can be set by anybody");
    editText(issue?.id, "It can be set", "It can be set once");
    await arrived(world);
    for (const webhook of world.waiting.splice(0)) await world.deliver(webhook);
    world.before("linear issueUpdate", () => editText(issue?.id, "It can be set once", "It can be set twice"));
    world.faults.linear.add({ kind: "lost_answer", on: "issueUpdate", times: 1 });
    await drain(world);

    const criteria = (await conflicts()).filter(({ field }) => field === "acceptanceCriteria");
    expect(criteria).toMatchObject([{ kind: "overwritten", is_resolved: "f" }]);
    expect(criteria[0]?.linear ?? "").toContain("It can be set twice");
    await answer("linear");
    expect(body()).toContain("It can be set twice");
    expect(issueNamed("Filter by price")?.description).toContain("It can be set twice");
  });

  it.each([
    ["a place", (id: string) => moveThereAndBack(id)],
    ["a text", (id: string) => (editText(id, "sooner", "today"), editText(id, "today", "sooner"))],
  ])("is not what a person has undone before anybody told of that: %s", async (_, thereAndBack) => {
    await make(1, 0);
    const { id = "" } = issueNamed("Filter by price") ?? {};
    editPage("It can be set", "It can be set by anybody");
    await drain(world);
    thereAndBack(id);
    await arrived(world);
    const late = world.waiting.splice(1);
    await drain(world);
    for (const webhook of late) await world.deliver(webhook);
    await drain(world);

    expect(await conflicts()).toEqual([]);
  });

  it("in another field of the issue stays, and goes to the page", async () => {
    await make(0, 0);
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
    await make(0, 0);
    const issue = issueNamed("Print a label at home");
    world.linear.control.editIssue({ issue: issue?.id ?? "", change: { title: "Print a label in the kitchen" } });
    world.before("PUT", () => editPage("Bring a parcel to a shop", "Bring a parcel to any shop"));
    await drain(world);

    expect(body()).toContain("Print a label in the kitchen");
    expect(body()).toContain("Bring a parcel to any shop");
    expect(issueNamed("Bring a parcel to any shop")).toBeDefined();
  });
});
