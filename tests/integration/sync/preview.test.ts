import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanId } from "../../../lib/domain/ids.js";
import type { Done } from "../../../lib/domain/sync/run.js";
import { previewSync } from "../../../lib/pipeline/preview-sync.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";
import { arrived, drain, givenPlanOfPage, type PlanOfPage } from "../../support/convergence/given-plan.js";

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
  world.confluence.control.editPage({ id: plan.pageId, body: (text) => text.replace("send back", "return") });
  await drain(world);
}, 60_000);

const body = () => world.confluence.control.page({ id: plan.pageId }).body;
const issueNamed = (title: string) => {
  const found = world.linear.control
    .issues()
    .find(
      (issue) =>
        issue.title === title && (plan.issueIds.includes(issue.id) || plan.issueIds.includes(issue.parentId ?? "")),
    );
  if (!found) throw new Error(`no issue is called ${title}`);
  return found;
};
const rows = async () => {
  const tables = [
    "plans",
    "plan_items",
    "conflicts",
    "sync_history",
    "page_snapshots",
    "page_writes",
    "outbox",
    "planning_sessions",
    "session_events",
  ];
  return Promise.all(tables.map((table) => world.query(`select to_jsonb(t)::text as row from ${table} t order by 1`)));
};
/** What a run would do, having made sure that nothing was written anywhere. */
async function preview() {
  await arrived(world);
  const before = { rows: await rows(), body: body(), issues: JSON.stringify(world.linear.control.issues()) };
  world.calls.length = 0;
  const found = await world.live(() => previewSync(plan.planId as PlanId, world.world));
  expect(world.calls.filter((call) => /^PUT|^POST \/wiki|linear \w+(?:Update|Create|Delete)/.test(call))).toEqual([]);
  expect({ rows: await rows(), body: body(), issues: JSON.stringify(world.linear.control.issues()) }).toEqual(before);
  if (found === "died" || found === null) throw new Error("no preview");
  return found;
}
async function previewed() {
  const found = await preview();
  if ("code" in found) throw new Error(found.words);
  return found;
}
const doneSince = async (known: number): Promise<Done[]> => {
  const found = await world.query(
    "select done::text as done from sync_history where plan_id = $1::uuid order by timestamp, id offset $2::int",
    plan.planId,
    String(known),
  );
  return found.flatMap(({ done }) => JSON.parse(done ?? "[]") as Done[]);
};
const runs = async () =>
  (await world.query("select id from sync_history where plan_id = $1::uuid", plan.planId)).length;
/** Without what Confluence adds when a page is written through its API, and empty elements as it writes them. */
const plain = (text: string) =>
  text.replace(/ (?:(?:ac:)?local-id|ac:schema-version|ac:macro-id)="[^"]*"/g, "").replaceAll("<p></p>", "<p />");
const newRow =
  "<tr><td><p>RET-9</p></td><td><p>Ask for a refund</p></td><td><p>3</p></td><td><p>High</p></td><td><ul><li><p>It is asked for</p></li></ul></td></tr></tbody>";

describe("a preview of a run", () => {
  it("lists every write of the run that follows, on both sides, and makes none", async () => {
    world.confluence.control.editPage({
      id: plan.pageId,
      body: (text) =>
        text
          .replace("Print a label at home", "Print a label anywhere")
          .replace("<td><p>5</p></td>", "<td><p>8</p></td>")
          .replace("</tbody>", newRow),
    });
    world.linear.control.editIssue({
      issue: issueNamed("See where the parcel is").id,
      change: { title: "See the parcel", priority: 1 },
    });
    world.linear.control.createIssue({ title: "Weigh a parcel", parentId: issueNamed("Labels").id });
    const [shown, before, known] = [await previewed(), body(), await runs()];
    await drain(world);

    const done = await doneSince(known);
    const inLinear = done.filter((one) => one.side === "linear");
    expect(shown.linear.filter(({ act }) => act === "create").map(({ title }) => title)).toEqual(
      inLinear.filter(({ what }) => what === "created").map(({ title }) => title),
    );
    expect(
      shown.linear
        .filter(({ act }) => act === "change")
        .map(({ title }) => title)
        .sort(),
    ).toEqual([...new Set(inLinear.filter(({ what }) => what === "set").map(({ title }) => title))].sort());
    expect(shown.linear.flatMap(({ act, change }) => (act === "change" ? Object.entries(change) : []))).toEqual([
      ["title", { from: "Print a label at home", to: "Print a label anywhere" }],
      ["estimate", { from: 5, to: 8 }],
    ]);
    expect(
      done
        .filter((one) => one.side === "page")
        .map(({ what }) => what)
        .sort(),
    ).toEqual(["inserted", "set", "set"]);
    const edited = shown.page.toReversed().reduce((text, { at, from, to }) => {
      expect(text.slice(at, at + from.length)).toBe(from);
      return text.slice(0, at) + to + text.slice(at + from.length);
    }, before);
    expect(plain(body())).toBe(plain(edited));
    expect(shown.conflicts).toBe(0);
  });

  it("is empty where both sides are in step", async () => {
    expect(await previewed()).toMatchObject({ linear: [], page: [], leftOut: [], conflicts: 0 });
  });

  it("leaves alone what people are asked about, before and after they are asked", async () => {
    const story = issueNamed("Print a label at home").id;
    world.confluence.control.editPage({
      id: plan.pageId,
      body: (text) =>
        text
          .replace("Print a label at home", "Print a label anywhere")
          .replace("<td><p>5</p></td>", "<td><p>8</p></td>"),
    });
    world.linear.control.editIssue({ issue: story, change: { title: "Print a label at work" } });
    const first = await previewed();
    expect([first.conflicts, first.linear.map(({ title }) => title), first.page]).toEqual([
      1,
      ["Bring a parcel to a shop"],
      [],
    ]);
    await drain(world);
    expect(await previewed()).toMatchObject({ linear: [], page: [], conflicts: 1 });
  });

  it("says in words why no run could go on", async () => {
    await world.query("update confluence_tokens set site_url = 'https://elsewhere' || site_url");
    const found = await preview();
    expect(found).toMatchObject({
      code: "confluence_not_connected",
      words: expect.stringContaining("no Confluence connection"),
    });
    await world.query("update confluence_tokens set site_url = substr(site_url, 18)");
  });

  it("is nothing for a plan that nobody knows", async () => {
    expect(await world.live(() => previewSync(randomUUID() as PlanId, world.world))).toBeNull();
  });
});
