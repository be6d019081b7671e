import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { type Death, type QuietWorld, quietWorld } from "../../support/quiet-world.js";
import { drain, givenPlanOfPage, type PlanOfPage } from "../../support/convergence/given-plan.js";

let world: QuietWorld;
let given: (shape: number) => Promise<PlanOfPage>;
let plan: PlanOfPage;
beforeAll(async () => {
  world = await quietWorld();
  given = givenPlanOfPage(world);
}, 120_000);
afterAll(() => world.close());
beforeEach(async () => {
  plan = await given(0);
  // The first run of a plan reads everything.
  await edit((body) => body.replace("send back", "return"));
}, 60_000);
afterEach(() => world.forgetHooks());

const body = () => world.confluence.control.page({ id: plan.pageId }).body;
const edit = async (change: (body: string) => string) => {
  const before = body();
  world.confluence.control.editPage({ id: plan.pageId, body: change });
  expect(body()).not.toBe(before);
  await drain(world);
};
/** Confluence gives elements ids of its own when a page is written through its API. */
const plain = (text: string) => text.replace(/ (?:ac:)?local-id="[^"]*"/g, "");
const mine = () => {
  const all = world.linear.control.issues();
  const isMine = (id: string | null): boolean =>
    id !== null && (plan.issueIds.includes(id) || isMine(all.find((one) => one.id === id)?.parentId ?? null));
  return all.filter((issue) => isMine(issue.id));
};
/** What people see of the issues. */
const issues = () =>
  mine()
    .filter((issue) => !issue.trashed)
    .map(({ identifier, title, description, priority, estimate, parentId, state }) => ({
      identifier,
      title,
      description,
      priority,
      estimate,
      parentId,
      state,
    }));
const issueNamed = (title: string) => {
  const found = mine().find((issue) => issue.title === title);
  if (!found)
    throw new Error(
      `no issue is called ${title}: ${mine()
        .map((one) => one.title)
        .join("; ")}`,
    );
  return found;
};
const lastRun = async () => {
  const [row] = await world.query(
    "select id, trigger, undone_at, done::text as done from sync_history where plan_id = $1::uuid order by timestamp desc, id limit 1",
    plan.planId,
  );
  return {
    id: row?.id ?? "",
    trigger: row?.trigger,
    undoneAt: row?.undone_at,
    done: JSON.parse(row?.done ?? "[]") as { what: string; side: string; reason?: string }[],
  };
};
const questions = async () =>
  (await world.query("select id from conflicts where plan_id = $1::uuid", plan.planId)).length;
/** As the API asks for it: written down, and then a message is on its way. */
async function undo(runId: string, death: Death | null = null): Promise<void> {
  await world.query(
    "update plans set due_undo = $2::uuid, due_at = now(), due_since = now(), due_because = 'person' where id = $1::uuid",
    plan.planId,
    runId,
  );
  await world.run(message(), death);
  await drain(world);
}
const message = () => ({
  body: { kind: "sync" as const, id: plan.planId, step: "detect-changes" as const, version: 0 },
  deduplicationId: randomUUID(),
});
/** Looks at everything once more: nobody writes anything and nobody is asked. */
async function expectQuiet(): Promise<void> {
  const before = {
    body: body(),
    issues: issues(),
    questions: await questions(),
    version: world.confluence.control.page({ id: plan.pageId }).version,
  };
  await world.query(
    "update plans set due_at = now(), due_since = now(), due_because = 'poll' where id = $1::uuid",
    plan.planId,
  );
  world.calls.length = 0;
  await world.run(message());
  await drain(world);
  expect(world.calls.filter((call) => /^PUT|Update|Create|Delete/.test(call))).toEqual([]);
  expect({
    body: body(),
    issues: issues(),
    questions: await questions(),
    version: world.confluence.control.page({ id: plan.pageId }).version,
  }).toEqual(before);
}

const newRow =
  "<tr><td><p>RET-9</p></td><td><p>Ask for a refund</p></td><td><p>3</p></td><td><p>High</p></td><td><ul><li><p>It is asked for</p></li></ul></td></tr></tbody>";
const onPage = (text: string) =>
  text
    .replace("Print a label at home", "Print a label anywhere")
    .replace("<td><p>5</p></td>", "<td><p>8</p></td>")
    .replace("The place is shown", "The place is shown on a map")
    .replace("</tbody>", newRow);

describe("taking back a run that brought the page to Linear", () => {
  it("gives issues what they had, throws the new one away, and leaves the page as it is", async () => {
    const before = issues();
    await edit(onPage);
    expect(issues()).not.toEqual(before);
    const [page, run] = [body(), await lastRun()];
    await undo(run.id);

    expect(issues()).toEqual(before);
    expect(issueNamed("Ask for a refund").trashed).toBe(true);
    expect(body()).toBe(page);
    await expectQuiet();
  });

  it("lets what people write there later flow again", async () => {
    await edit(onPage);
    await undo((await lastRun()).id);
    await edit((text) => text.replace("<td><p>8</p></td>", "<td><p>2</p></td>"));
    expect(issueNamed("Bring a parcel to a shop").estimate).toBe(2);
    world.linear.control.editIssue({ issue: issueNamed("Bring a parcel to a shop").id, change: { estimate: 3 } });
    await drain(world);
    expect(plain(body())).toContain("<td><p>3</p></td><td><p>Medium</p></td>");
    await expectQuiet();
  });

  it("asks where people write over the very words that were taken back on the other side", async () => {
    await edit(onPage);
    await undo((await lastRun()).id);
    await edit((text) => text.replace("Print a label anywhere", "Print a label everywhere"));
    expect(await world.query("select field from conflicts where plan_id = $1::uuid", plan.planId)).toEqual([
      { field: "title" },
    ]);
    expect(issueNamed("Print a label at home")).toBeDefined();
  });

  it("keeps a new issue on which somebody has said something, and names it", async () => {
    await edit(onPage);
    const run = await lastRun();
    world.linear.control.comment({ issue: issueNamed("Ask for a refund").id, body: "Who does this?" });
    await undo(run.id);
    expect(issueNamed("Ask for a refund").trashed).toBe(false);
    expect(issueNamed("Print a label at home")).toBeDefined();
    expect((await lastRun()).done.filter(({ what }) => what === "left_out")).toMatchObject([
      { title: "Ask for a refund", field: "item" },
    ]);
    await expectQuiet();
  });

  it("keeps what somebody has set since, and names it", async () => {
    await edit(onPage);
    const run = await lastRun();
    world.linear.control.editIssue({
      issue: issueNamed("Print a label anywhere").id,
      change: { title: "Print labels" },
    });
    await drain(world);
    await undo(run.id);
    expect(issueNamed("Print labels")).toBeDefined();
    expect(body()).toContain("Print labels");
    expect((await lastRun()).done).toContainEqual(expect.objectContaining({ what: "left_out", field: "title" }));
    await expectQuiet();
  });

  it("keeps what somebody sets between its read and its write, and asks which one counts", async () => {
    await edit(onPage);
    const [run, { id }] = [await lastRun(), issueNamed("Print a label anywhere")];
    world.before("linear issueUpdate", () =>
      world.linear.control.editIssue({ issue: id, change: { title: "Print two labels" } }),
    );
    await undo(run.id);
    expect(issueNamed("Print a label at home").id).toBe(id);
    expect(
      await world.query(
        "select field, kind, linear_change->>'value' as linear, confluence_change->>'value' as page from conflicts where plan_id = $1::uuid",
        plan.planId,
      ),
    ).toEqual([{ field: "title", kind: "overwritten", linear: "Print two labels", page: "Print a label anywhere" }]);

    const [row] = await world.query("select sync_question->>'id' as id from plans where id = $1::uuid", plan.planId);
    world.linear.control.reply({ agentSessionId: plan.agentSessionId, body: `resolve-linear#${row?.id}` });
    await drain(world);
    expect(issueNamed("Print two labels").id).toBe(id);
    expect(body()).toContain("Print two labels");
    await expectQuiet();
  });

  it("does nothing the second time, for a run of another plan, or for one that nobody knows", async () => {
    await edit(onPage);
    const run = await lastRun();
    await undo(run.id);
    await edit((text) => text.replace("Print a label anywhere", "Print a label everywhere"));
    const before = issues();
    await undo(run.id);
    expect(issues()).toEqual(before);

    plan = await given(0);
    await edit((text) => text.replace("Print a label at home", "Print it"));
    const here = issues();
    await undo(run.id);
    await undo(randomUUID());
    expect(issues()).toEqual(here);
  });
});

describe("taking back a run that brought Linear to the page", () => {
  const inLinear = async () => {
    world.linear.control.editIssue({
      issue: issueNamed("Print a label at home").id,
      change: { title: "Print a label anywhere", priority: 1 },
    });
    const above = issueNamed("Labels").id;
    world.linear.control.createIssue({ title: "Ask for a refund", parentId: above });
    await drain(world);
    expect(body()).toContain("Ask for a refund");
    expect(body()).toContain("Print a label anywhere");
  };

  it("gives the page the version that it had, to the byte, where nobody has written since", async () => {
    world.linear.control.editIssue({ issue: issueNamed("See where the parcel is").id, change: { priority: 1 } });
    await drain(world);
    const before = body();
    expect(before).toContain("local-id");
    await inLinear();
    const [there, run] = [issues(), await lastRun()];
    await undo(run.id);
    expect(body()).toBe(before);
    expect(issues()).toEqual(there);
    await expectQuiet();
  });

  it("sets back what is still ours where somebody has edited the page since", async () => {
    await inLinear();
    const [run, there] = [await lastRun(), issues().length];
    await edit((text) => text.replace("Bring a parcel to a shop", "Bring a parcel to any shop"));
    await undo(run.id);
    expect(body()).toContain("Bring a parcel to any shop");
    expect(body()).toContain("Print a label at home");
    expect(issueNamed("Print a label anywhere")).toBeDefined();
    expect(issues()).toHaveLength(there);
    await expectQuiet();
  });

  it.each([0, 1, 2])("sets fields and rows back in a page of shape %i, edited since or not", async (shape) => {
    for (const isEdited of [false, true]) {
      plan = await given(shape);
      await drain(world);
      const [first, second] = mine().filter((issue) => issue.labels.length === 0 && issue.estimate !== null);
      if (!first || !second) throw new Error("no stories");
      world.linear.control.editIssue({
        issue: first.id,
        change: { title: `${first.title} twice`, estimate: 13, priority: 1 },
      });
      world.linear.control.createIssue({
        title: "Something new",
        ...(first.parentId ? { parentId: first.parentId } : {}),
      });
      await drain(world);
      const run = await lastRun();
      expect(body()).toContain(`${first.title} twice`);
      if (isEdited) await edit((text) => text.replace(second.title, `${second.title} often`));
      const there = issues();
      await undo(run.id);
      expect(body()).not.toContain(`${first.title} twice`);
      expect(body()).toContain(first.title);
      expect(body().includes(`${second.title} often`)).toBe(isEdited);
      const names = extract({ title: "", body: body() }).items.map((item) => item.title);
      expect(names).not.toContain("Something new");
      expect(issues()).toEqual(there);
      await expectQuiet();
    }
  });

  it("does not lose what somebody writes while the run is being taken back", async () => {
    await inLinear();
    const run = await lastRun();
    world.before("PUT", () =>
      world.confluence.control.editPage({
        id: plan.pageId,
        body: (text) =>
          text
            .replace("Bring a parcel to a shop", "Bring a parcel to any shop")
            .replace("</tbody>", newRow.replaceAll("Ask for a refund", "Get a voucher")),
      }),
    );
    await undo(run.id);
    expect(body()).toContain("Bring a parcel to any shop");
    expect(body()).toContain("Print a label at home");
    expect(issueNamed("Bring a parcel to any shop")).toBeDefined();
    expect(issueNamed("Get a voucher")).toBeDefined();
    await expectQuiet();
  });
});

describe("taking back a run that went both ways", () => {
  const bothWays = async () => {
    world.confluence.control.editPage({
      id: plan.pageId,
      body: (text) => text.replace("Print a label at home", "Print a label anywhere").replace("</tbody>", newRow),
    });
    world.linear.control.editIssue({
      issue: issueNamed("Bring a parcel to a shop").id,
      change: { title: "Bring a parcel to any shop" },
    });
    await drain(world);
    expect([issueNamed("Print a label anywhere").trashed, body().includes("to any shop")]).toEqual([false, true]);
  };
  const expectBack = async (page: string) => {
    expect(plain(body())).toBe(page);
    expect(issueNamed("Print a label at home")).toBeDefined();
    expect(issueNamed("Bring a parcel to any shop")).toBeDefined();
    expect(issueNamed("Ask for a refund").trashed).toBe(true);
    await expectQuiet();
  };
  const pageBefore = () =>
    body().replace("Print a label at home", "Print a label anywhere").replace("</tbody>", newRow);

  it("sets each side back to what it said before", async () => {
    const before = pageBefore();
    await bothWays();
    await undo((await lastRun()).id);
    expect((await lastRun()).trigger).toBe("undo");
    await expectBack(before);
    expect((await lastRun()).trigger).toBe("undo");
  });

  it("comes to the same end where the application dies before or after any call to the outside", {
    timeout: 300_000,
  }, async () => {
    const taken = async (death: Death | null) => {
      plan = await given(0);
      await edit((text) => text.replace("send back", "return"));
      const before = pageBefore();
      await bothWays();
      const run = await lastRun();
      world.calls.length = 0;
      await undo(run.id, death);
      const calls = [...world.calls];
      await world.query(
        "update plans set updated_at = now() - interval '1 hour', locked_until = null where id = $1::uuid and sync_status = 'running'",
        plan.planId,
      );
      await world.sweep();
      await drain(world);
      expect(
        await world.query("select 1 from sync_history where id = $1::uuid and undone_at is not null", run.id),
        JSON.stringify(death),
      ).toHaveLength(1);
      await expectBack(before);
      return calls;
    };
    const calls = await taken(null);
    const write = calls.findIndex((name) => name.startsWith("PUT"));
    const outside = calls.slice(0, write + 1).flatMap((name, call) => (name === "sql" ? [] : [call]));
    expect(outside.length).toBeGreaterThan(4);
    for (const call of outside) for (const when of ["before", "after"] as const) await taken({ call, when });
  });
});
