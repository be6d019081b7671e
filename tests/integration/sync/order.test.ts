import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { previewSync } from "../../../lib/pipeline/preview-sync.js";
import type { PlanId } from "../../../lib/domain/ids.js";
import type { Preview } from "../../../lib/ports-sync.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { drain, planPage } from "../../support/convergence/given-plan.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";

const titles = ["Print a label", "Bring a parcel", "See the parcel", "Get the money"];
const page = (name: string) =>
  `<h1>Epic: Returns ${name}</h1><p>People send back what they do not like.</p><h2>Feature: Labels ${name}</h2><table><tbody><tr><th><p>ID</p></th><th><p>Story</p></th><th><p>Points</p></th></tr>${titles
    .map(
      (title, n) =>
        `<tr data-n="${n}"><td><p>RET-${n + 1}</p></td><td><p>${title}</p></td><td><p>${n + 1}</p></td></tr>`,
    )
    .join("\n")}</tbody></table><p>The end.</p>`;

describe("the order of stories below a feature", () => {
  let world: QuietWorld;
  let pageId: string;
  let planId: string;
  let agentSessionId: string;
  beforeAll(async () => {
    world = await quietWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    const name = randomUUID().slice(0, 8);
    const planned = await planPage(world, page(name));
    pageId = planned.page.id;
    agentSessionId = planned.agentSessionId;
    const [row] = await world.query("select id from plans where confluence_page_id = $1", pageId);
    planId = row?.id ?? "";
    await settings({});
    world.writes.length = 0;
  });

  const body = () => world.confluence.control.page({ id: pageId }).body;
  const issues = () => {
    const feature = /Feature: (Labels \w+)/.exec(body())?.[1];
    const { id } = world.linear.control.issues().find(({ title }) => title === feature) ?? { id: "" };
    return world.linear.control
      .issues()
      .filter((issue) => issue.parentId === id && !issue.trashed)
      .toSorted((a, b) => (a.subIssueSortOrder ?? 0) - (b.subIssueSortOrder ?? 0));
  };
  const inLinear = () => issues().map(({ title }) => title);
  const onPage = () =>
    extract({ title: "", body: body() })
      .items.filter(({ kind }) => kind === "story")
      .map(({ title }) => title);
  const inOrder = (...places: number[]) => places.map((n) => titles[n - 1]);

  const rowOf = (text: string, n: number) =>
    new RegExp(`<tr data-n="${n - 1}"[^>]*>.*?</tr>`, "s").exec(text)?.[0] ?? "";
  /** Somebody drags a row of the page behind another; 0 is the top. */
  const drag = (n: number, behind: number) =>
    world.confluence.control.editPage({
      id: pageId,
      body: (text) => {
        const row = rowOf(text, n);
        const rest = text.replace(row, "");
        const seat = behind === 0 ? (/<tr[ >].*?<\/tr>/s.exec(rest)?.[0] ?? "") : rowOf(rest, behind);
        return rest.replace(seat, seat + row);
      },
    });
  /** Somebody drags an issue to a place among its siblings; 1 is the first. */
  const dragIssue = (n: number, place: number) =>
    world.linear.control.reorderIssue({
      issue: issues().find(({ title }) => title === titles[n - 1])?.id ?? "",
      position: place - 1,
    });
  const settings = (sync: object) =>
    world.query(
      "update engagements set settings = settings || jsonb_build_object('sync', $2::jsonb) where id = (select engagement_id from planning_sessions s join plans p on p.session_id = s.id where p.id = $1::uuid)",
      planId,
      JSON.stringify(sync),
    );
  /** Somebody looks at everything. */
  async function poll() {
    await world.query(
      "update plans set due_at = now() - interval '1 minute', due_since = now(), due_because = 'poll' where id = $1::uuid",
      planId,
    );
    await world.sweep();
    await drain(world);
  }
  const history = () =>
    world.query(
      "select d->>'side' as side, d->>'what' as what, d->>'field' as field, (d->'from')::text as \"from\", (d->'to')::text as \"to\" from sync_history, jsonb_array_elements(done) d where plan_id = $1::uuid",
      planId,
    );

  it("is created as the page has it, and nobody's change", async () => {
    expect(inLinear()).toEqual(inOrder(1, 2, 3, 4));
    await poll();
    expect(world.writes).toEqual([]);
  });

  it("goes from the page to Linear, by as few changes as can be", async () => {
    drag(4, 1);
    await drain(world);
    expect(inLinear()).toEqual(inOrder(1, 4, 2, 3));
    expect(world.writes).toEqual(["linear issueUpdate"]);
    await poll();
    expect(world.writes).toEqual(["linear issueUpdate"]);
    expect((await history()).map(({ side, what, field }) => [side, what, field])).toEqual([["linear", "set", "order"]]);
  });

  it("goes from Linear to the page, and every byte but the moved row's stays", async () => {
    const before = body();
    dragIssue(4, 1);
    await drain(world);
    expect(onPage()).toEqual(inOrder(4, 1, 2, 3));
    const row = rowOf(before, 4);
    // Confluence gives each element an id with the first version that somebody writes.
    const withoutIds = (text: string) => text.replace(/ (?:ac:)?local-id="[^"]*"/g, "");
    expect(withoutIds(body())).toBe(before.replace(row, "").replace(rowOf(before, 1), row + rowOf(before, 1)));
    await poll();
    expect(world.writes.filter((call) => call.startsWith("PUT"))).toHaveLength(1);
    expect(world.writes).toHaveLength(1);
  });

  it("is shown before it is written, in titles", async () => {
    await settings({ direction: "off" });
    drag(1, 2);
    dragIssue(4, 3);
    await drain(world);
    await settings({});
    const preview = await previewSync(planId as PlanId, world.world);
    const { linear, page: ranges } = preview as Extract<Preview, { pageVersion: number }>;
    expect(linear.map(({ act, change }) => [act, change])).toEqual([
      ["change", { order: { from: inOrder(1, 2, 4, 3), to: inOrder(2, 1, 4, 3) } }],
    ]);
    expect(ranges.map(({ from, to }) => (from + to).includes("Get the money"))).toEqual([true, true]);
    expect(world.writes).toEqual([]);
  });

  it("is merged where each side moved another one", async () => {
    drag(1, 2);
    dragIssue(4, 3);
    await drain(world);
    expect(inLinear()).toEqual(inOrder(2, 1, 4, 3));
    expect(onPage()).toEqual(inOrder(2, 1, 4, 3));
    await poll();
    expect(world.writes).toHaveLength(2);
  });

  const question = () =>
    world.linear.control.session({ agentSessionId }).activities.findLast((one) => one.options?.length);

  it("is asked about where both sides moved the same one, in words, and the answer goes to both", async () => {
    drag(1, 2);
    dragIssue(1, 4);
    await drain(world);
    expect(world.writes).toEqual([]);
    expect(question()?.body).toContain(
      "order of what stands below: Linear says “… → See the parcel → Get the money → Print a label”, the page says “… → Print a label → See the parcel → Get the money”",
    );
    const button = question()?.options?.find(({ value }) => value.startsWith("resolve-page#"));
    world.linear.control.reply({ agentSessionId, body: button?.value ?? "" });
    await drain(world);
    expect(inLinear()).toEqual(inOrder(2, 1, 3, 4));
    expect(onPage()).toEqual(inOrder(2, 1, 3, 4));
    const [row] = await world.query(
      "select count(*) as n from conflicts where plan_id = $1::uuid and applied_at is null",
      planId,
    );
    expect(row?.n).toBe("0");
    await poll();
    expect(world.writes).toEqual(["linear issueUpdate"]);
  });

  it("is taken from Linear where a person answers with that word; another order in words is not understood", async () => {
    drag(1, 2);
    dragIssue(1, 4);
    await drain(world);
    world.linear.control.reply({ agentSessionId, body: "“Get the money first”" });
    await drain(world);
    expect(world.linear.control.session({ agentSessionId }).activities.at(-1)?.body).toContain("I did not understand");
    expect(world.writes).toEqual([]);
    world.linear.control.reply({ agentSessionId, body: "linear" });
    await drain(world);
    expect(onPage()).toEqual(inOrder(2, 3, 4, 1));
    expect(inLinear()).toEqual(inOrder(2, 3, 4, 1));
  });

  it("follows the side that the engagement gives the last word", async () => {
    await settings({ policies: { order: "linear" } });
    drag(1, 2);
    dragIssue(1, 4);
    await drain(world);
    expect(onPage()).toEqual(inOrder(2, 3, 4, 1));
    const [kept] = await world.query(
      "select confluence_change->'value' as page from conflicts where plan_id = $1::uuid and field = 'order'",
      planId,
    );
    expect(kept).toBeDefined();
  });

  it("stays as it is on the page where changes go to Linear only", async () => {
    await settings({ direction: "to_linear" });
    dragIssue(4, 1);
    await drain(world);
    await poll();
    expect(onPage()).toEqual(inOrder(1, 2, 3, 4));
    drag(2, 3);
    await drain(world);
    expect(inLinear()).toEqual(inOrder(4, 1, 3, 2));
    expect(onPage()).toEqual(inOrder(1, 3, 2, 4));
    expect(world.writes.filter((call) => call.startsWith("PUT"))).toEqual([]);
  });

  it("has a new row of the page at its place in Linear, in the same run", async () => {
    world.confluence.control.editPage({
      id: pageId,
      body: (text) => {
        const row = rowOf(text, 2);
        return text.replace(row, `<tr><td><p>RET-9</p></td><td><p>Ask for help</p></td><td><p>1</p></td></tr>${row}`);
      },
    });
    await drain(world);
    expect(inLinear()).toEqual([titles[0], "Ask for help", ...titles.slice(1)]);
    const writes = world.writes.length;
    await poll();
    expect(world.writes).toHaveLength(writes);
  });

  it("has a new row at its place in Linear where it was planned in a conversation", async () => {
    await settings({ direction: "off" });
    world.confluence.control.editPage({
      id: pageId,
      body: (text) => {
        const row = rowOf(text, 2);
        return text.replace(row, `<tr><td><p>RET-9</p></td><td><p>Ask for help</p></td><td><p>1</p></td></tr>${row}`);
      },
    });
    await drain(world);
    const { id } = world.linear.control.createIssue({ title: "Once more", team: "ENG" });
    const talk = world.linear.control.mention({
      issue: id,
      body: `plan ${world.confluence.control.page({ id: pageId }).url}`,
    });
    await drain(world);
    const asked = world.linear.control.session(talk).activities.findLast((one) => one.options?.length);
    world.linear.control.reply({ ...talk, body: asked?.options?.[0]?.value ?? "" });
    await drain(world);
    expect(inLinear()).toContain("Ask for help");
    await settings({});
    await poll();
    expect(inLinear()).toEqual([titles[0], "Ask for help", ...titles.slice(1)]);
    expect(onPage()).toEqual(inLinear());
  });

  it("has a first row that is put back in front of the others", async () => {
    world.confluence.control.editPage({ id: pageId, body: (text) => text.replace(rowOf(text, 1), "") });
    drag(4, 2);
    await drain(world);
    const [row] = await world.query("select sync_question->>'id' as id from plans where id = $1::uuid", planId);
    world.linear.control.reply({ agentSessionId, body: `resolve-linear#${row?.id}` });
    await drain(world);
    await poll();
    await poll();
    expect(inLinear()).toEqual(inOrder(1, 2, 4, 3));
    expect(onPage()).toEqual(inLinear());
  });

  it.each([
    ["first", 0],
    ["in the middle", 2],
  ])("has a new issue that stands %s at its place on the page", async (_, place) => {
    const { id, team } = issues()[0] ?? { id: "", team: "" };
    const parentId = issues()[0]?.parentId ?? "";
    expect(id).not.toBe("");
    const made = world.linear.control.createIssue({ title: "Ask for help", team, parentId });
    world.linear.control.reorderIssue({ issue: made.id, position: place });
    await drain(world);
    await poll();
    expect(onPage()).toEqual(titles.toSpliced(place, 0, "Ask for help"));
    expect(inLinear()).toEqual(titles.toSpliced(place, 0, "Ask for help"));
    const writes = world.writes.length;
    await poll();
    expect(world.writes).toHaveLength(writes);
  });

  it("comes back where a run is taken back, on both sides", async () => {
    drag(1, 2);
    dragIssue(4, 3);
    await drain(world);
    const [run] = await world.query(
      "select id from sync_history where plan_id = $1::uuid order by timestamp desc limit 1",
      planId,
    );
    await world.query(
      "update plans set due_at = now() - interval '1 minute', due_since = now(), due_undo = $2::uuid where id = $1::uuid",
      planId,
      run?.id ?? "",
    );
    await world.sweep();
    await drain(world);
    expect(onPage()).toEqual(inOrder(2, 1, 3, 4));
    expect(inLinear()).toEqual(inOrder(1, 2, 4, 3));
    const writes = world.writes.length;
    await poll();
    expect(world.writes).toHaveLength(writes);
  });

  it("is no change where a plan that was made before has two", async () => {
    drag(4, 1);
    dragIssue(2, 4);
    await world.query(
      "update plan_items set fields = fields - 'order', base = base - 'order', source = jsonb_set(source, '{item}', '{\"start\":0,\"end\":0}') where plan_id = $1::uuid",
      planId,
    );
    await drain(world);
    await poll();
    expect(world.writes).toEqual([]);
    drag(1, 2);
    await drain(world);
    expect(inLinear()).toEqual(onPage());
  });

  it("is kept in a plan that was made before, once somebody has looked at all of it", async () => {
    await world.query(
      "update plan_items set fields = fields - 'order', base = base - 'order' where plan_id = $1::uuid",
      planId,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    await world.query("update plans set linear_seen_at = now() + interval '1 minute' where id = $1::uuid", planId);
    await poll();
    await world.query("update plans set linear_seen_at = now() - interval '1 minute' where id = $1::uuid", planId);
    expect(world.writes).toEqual([]);
    dragIssue(4, 1);
    await drain(world);
    expect(onPage()).toEqual(inOrder(4, 1, 2, 3));
  });

  it("stays in Linear alone where the page has no place for it, which is named once", async () => {
    world.confluence.control.editPage({
      id: pageId,
      body: (text) => {
        const head = /<tr[ >].*?<\/tr>/s.exec(text)?.[0] ?? "";
        return text.replace(rowOf(text, 3), `</tbody></table><p>And then</p><table><tbody>${head}${rowOf(text, 3)}`);
      },
    });
    await drain(world);
    world.writes.length = 0;
    dragIssue(4, 1);
    await drain(world);
    await poll();
    expect(onPage()).toEqual(inOrder(1, 2, 3, 4));
    expect(inLinear()).toEqual(inOrder(4, 1, 2, 3));
    expect(world.writes).toEqual([]);
    expect((await history()).map(({ side, what, field }) => [side, what, field])).toEqual([
      ["page", "left_out", "order"],
    ]);
    // Who moves something on the page afterwards moves it in Linear, to where the page has it.
    drag(1, 2);
    await drain(world);
    expect(inLinear()).toEqual(onPage());
  });
});
