import type { ExtractedItem, SourceRange } from "../../../lib/domain/plan-item.js";
import type { QuietWorld } from "../quiet-world.js";
import type { Given } from "./given-plan.js";
import type { Edit } from "./people.js";

/** Somebody drags a story of the page in front of another one of the same feature, or behind it: the body after it. */
export function draggedOnPage(
  body: string,
  items: readonly ExtractedItem[],
  { item: n, value }: Edit,
  unitOf: (body: string, item: ExtractedItem) => SourceRange | null,
): string {
  const stories = items.filter(({ kind }) => kind === "story");
  const dragged = stories[n % Math.max(1, stories.length)];
  const others = stories.filter((one) => one !== dragged && one.parent === dragged?.parent);
  const seat = others[value % Math.max(1, others.length)];
  const [from, to] = [dragged, seat].map((one) => one && unitOf(body, one));
  if (!from || !to || (from.start < to.end && to.start < from.end)) return body;
  const text = body.slice(from.start, from.end);
  return from.end <= to.start
    ? body.slice(0, from.start) + body.slice(from.end, to.end) + text + body.slice(to.end)
    : body.slice(0, to.start) + text + body.slice(to.start, from.start) + body.slice(from.end);
}

type Issue = ReturnType<QuietWorld["linear"]["control"]["issues"]>[number];

/** Somebody drags an issue to another place among its siblings. */
export function dragInLinear({ linear }: QuietWorld, issues: readonly Issue[], { item, value }: Edit): void {
  const below = issues.filter((one) => one.labels.length === 0 && one.parentId !== null);
  const issue = below[item % Math.max(1, below.length)];
  if (!issue) return;
  const siblings = issues.filter((one) => one.parentId === issue.parentId).length;
  linear.control.reorderIssue({ issue: issue.id, position: value % Math.max(1, siblings) });
}

/** Children stand in the same order on both sides, but for those of which people are asked, or that one side has no place for. */
export async function apart(world: QuietWorld, { plans }: Given, items: readonly ExtractedItem[]): Promise<string[]> {
  const rows = await world.query(
    `select i.id, i.key, i.linear_id, i.parent_id, p.writes_page,
            exists (select from conflicts c where c.item_id = i.id and c.field = 'order' and (c.applied_at is null or not p.writes_page)) or
            exists (select from sync_history h, jsonb_array_elements(h.done) d where h.plan_id = i.plan_id and d->>'what' = 'left_out' and d->>'itemId' = i.id::text and d->>'field' = 'order') or
            (not p.writes_page and i.unsettled) as excused
       from plan_items i join plans p on p.id = i.plan_id
      where i.state = 'active' and i.plan_id in (select jsonb_array_elements_text($1::jsonb)::uuid)`,
    JSON.stringify(plans.map(({ planId }) => planId)),
  );
  const issues = [...new Set(plans.map(({ organizationId }) => organizationId))].flatMap((organizationId) =>
    world.linear.control.issues({ organizationId }),
  );
  return rows.flatMap((row) => {
    const below = rows.filter((one) => one.parent_id === row.id);
    const onPage = items
      .filter((item) => item.parent === row.key)
      .flatMap((item) => below.filter((one) => one.key === item.key));
    const inLinear = issues
      .filter((issue) => issue.parentId === row.linear_id && !issue.trashed)
      .toSorted((a, b) => (a.subIssueSortOrder ?? 0) - (b.subIssueSortOrder ?? 0))
      .flatMap((issue) => below.filter((one) => one.linear_id === issue.id));
    const both = onPage.filter((one) => inLinear.includes(one));
    const placeOf = (one: (typeof rows)[number]) =>
      issues.find(({ id }) => id === one.linear_id)?.subIssueSortOrder ?? 0;
    // Of what stands at one place in Linear nobody can say which comes first.
    const isSame = both.every((one, n) => n === 0 || placeOf(both[n - 1] ?? one) <= placeOf(one));
    const keys = (side: typeof rows) => side.map(({ key }) => key).join();
    return isSame || row.excused === "t"
      ? []
      : [`what stands below ${row.key} is ${keys(onPage)} on the page and ${keys(inLinear)} in Linear`];
  });
}
