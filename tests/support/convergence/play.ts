import { readIssueText } from "../../../lib/domain/sync/issue-text.js";
import type { QueueMessage } from "../../../lib/ports-services.js";
import type { QuietWorld, Waiting } from "../quiet-world.js";
import { arrived, drain, forgetPlans, type Given, type GivenPlan } from "./given-plan.js";
import type { Happening, History } from "./history.js";
import { apart } from "./order.js";
import { type Pair, people } from "./people.js";

/** What a number of histories came to. */
export type Seen = {
  histories: number;
  edits: number;
  conflicts: number;
  /** Edits that came between our reading and our writing of the same. */
  clashes: number;
  deaths: number;
  pageWrites: number;
  issueWrites: number;
  leftOut: number;
  /** Descriptions written over whose event was lost as well: Linear tells nobody what they said. */
  untold: number;
};
export const nothingSeen = (): Seen => ({
  histories: 0,
  edits: 0,
  conflicts: 0,
  clashes: 0,
  deaths: 0,
  pageWrites: 0,
  issueWrites: 0,
  leftOut: 0,
  untold: 0,
});

type People = ReturnType<typeof people>;

/** Plays one history to its end and says what is not as promised; an empty list is what is wanted. */
export async function play(
  world: QuietWorld,
  given: Given,
  { happenings, answers }: History,
  seen: Seen,
): Promise<string[]> {
  const folk = people(world, given);
  seen.histories += 1;
  try {
    const writesBefore = world.writes.length;
    for (const happening of happenings) await happen(world, given, happening, folk, seen);
    const isUndisturbed = !world.isPrepared();
    const writesOfHappenings = world.writes.length;
    // What is under way goes on while people are still there.
    await drain(world);
    const writesAlone = isUndisturbed ? writesOfHappenings : world.writes.length;
    world.forgetHooks();
    world.faults.linear.clear();
    world.faults.confluence.clear();
    await quiet(world, given);
    const writes = world.writes.slice(writesBefore);
    seen.pageWrites += writes.filter((call) => call.startsWith("PUT")).length;
    seen.issueWrites += writes.filter((call) => !call.startsWith("PUT")).length;
    const problems = [
      ...tooMany(world.writes.slice(writesAlone), given),
      ...(await lost(world, given, folk, seen)),
      ...(await unequal(world, given, folk, "before the answers")),
      ...(await apart(world, given, folk.itemsNow())).map((one) => `before the answers: ${one}`),
    ];
    for (const choice of answers) {
      const asked = await answer(world, given, choice, folk);
      if (!asked) break;
      await quiet(world, given);
    }
    problems.push(...(await unequal(world, given, folk, "after the answers")), ...(await unanswered(world, given)));
    problems.push(...(await apart(world, given, folk.itemsNow())).map((one) => `after the answers: ${one}`));
    problems.push(...(await restless(world, given)), ...(await unknown(world, given)));
    return problems;
  } finally {
    await forgetPlans(world, given);
  }
}

async function happen(world: QuietWorld, given: Given, happening: Happening, folk: People, seen: Seen): Promise<void> {
  await arrived(world);
  switch (happening.type) {
    case "edit":
      seen.edits += 1;
      return folk.act(happening.edit);
    case "between":
      return world.before(happening.call, () => {
        seen.edits += 1;
        folk.act(happening.edit);
      });
    case "clash":
      return clash(world, given, happening, folk, seen);
    case "webhook": {
      const [webhook] = world.waiting.splice(happening.which % Math.max(1, world.waiting.length), 1);
      if (!webhook) return;
      if (happening.how === "is lost") return lose(webhook, folk);
      await world.deliver(webhook);
      if (happening.how === "comes twice") await world.deliver(webhook);
      return;
    }
    case "message": {
      const message = world.messages.shift();
      if (!message || happening.how === "is lost") return;
      if (happening.dies) seen.deaths += 1;
      if (happening.how === "stalls") return stall(world, message, happening.dies?.call ?? 0);
      await world.run(message, happening.dies);
      if (happening.how === "runs twice") await world.run(message);
      return;
    }
    case "fault": {
      const { service, kind, call } = happening;
      const write = service === "linear" ? "issueUpdate" : "PUT";
      return world.faults[service].add({ kind, on: call === "any" ? "*" : write, times: 1, ms: 1 });
    }
    case "death":
      return world.dieAt(happening.call, happening.when);
    case "answer":
      await answer(world, given, happening.choice, folk);
      return;
    case "sweep":
      await world.sweep();
  }
}

/** Two people edit the same, one on each side: the second just before we write there what the first one wrote. */
async function clash(
  world: QuietWorld,
  given: Given,
  { edit, other, isTold }: Extract<Happening, { type: "clash" }>,
  folk: People,
  seen: Seen,
): Promise<void> {
  const pairs = await pairsOf(world, given);
  const pair = pairs[edit.item % Math.max(1, pairs.length)];
  if (!pair) return;
  seen.edits += 1;
  folk.act(edit, pair);
  const isOfPage = edit.side === "page";
  world.before(isOfPage ? "linear issueUpdate" : "PUT", async () => {
    await arrived(world);
    const waiting = world.waiting.length;
    seen.clashes += 1;
    folk.act({ ...edit, side: isOfPage ? "linear" : "page", value: other }, pair);
    await arrived(world);
    if (!isTold) for (const webhook of world.waiting.splice(waiting)) await lose(webhook, folk);
  });
}

/** A webhook that never comes: nobody is told what it says. */
async function lose({ request }: Waiting, folk: People): Promise<void> {
  folk.untold(await request.clone().text());
}

/** The items that both sides have. */
async function pairsOf(world: QuietWorld, given: Given): Promise<Pair[]> {
  const rows = await world.query(
    `select i.key, i.linear_id from plan_items i join plans p on p.id = i.plan_id
      where i.plan_id ${ofPlans} and i.state = 'active' and i.linear_id is not null and p.writes_page order by i.position`,
    idsOf(given),
  );
  return rows.map(({ key, linear_id }) => ({ key: key ?? "", issueId: linear_id ?? "" }));
}

/** A process that is thought dead: its lease runs out, another one does the work, and then it goes on. */
async function stall(world: QuietWorld, message: QueueMessage, call: number): Promise<void> {
  world.beforeCall(call, async () => {
    await world.freeLeases();
    await world.run(message);
  });
  await world.run(message);
}

/** Once nobody edits any more, two writes on each side of a plan are enough. */
function tooMany(writes: string[], { plans }: Given): string[] {
  const onPage = writes.filter((call) => call.startsWith("PUT")).length;
  const updates = writes.filter((call) => call === "linear issueUpdate").length;
  return onPage > 2 * plans.length || updates > 2 * plans.length
    ? [`${onPage} writes of the page and ${updates} updates of issues when nobody edits any more`]
    : [];
}

const idsOf = ({ plans }: Given): string => JSON.stringify(plans.map(({ planId }) => planId));
const ofPlans = "in (select jsonb_array_elements_text($1::jsonb)::uuid)";

/** Whatever waits arrives, the sweep finds what was lost, and somebody looks at everything once more. */
async function quiet(world: QuietWorld, given: Given): Promise<void> {
  for (let isFound = true, round = 0; isFound && round < 3; round += 1) {
    await drain(world);
    await world.query(
      `update plans set updated_at = now() - interval '1 minute', waiting_until = null, locked_until = null where id ${ofPlans}`,
      idsOf(given),
    );
    const found = await world.sweep();
    isFound = found === "died" || found.delivered + found.revived > 0;
    await drain(world);
  }
  await poll(world, given);
}

async function poll(world: QuietWorld, given: Given): Promise<void> {
  await world.query(
    `update plans set due_at = now() - interval '1 minute', due_since = now(), due_because = 'poll' where id ${ofPlans} and sync_status = 'idle'`,
    idsOf(given),
  );
  await world.sweep();
  await drain(world);
}

/** Answers the open questions in Linear, if there are any. */
async function answer(world: QuietWorld, given: Given, choice: number, folk: People): Promise<boolean> {
  let isAsked = false;
  for (const plan of given.plans) isAsked = (await answerOne(world, plan, choice, folk)) || isAsked;
  await drain(world);
  return isAsked;
}

async function answerOne(world: QuietWorld, plan: GivenPlan, choice: number, folk: People): Promise<boolean> {
  const [row] = await world.query(
    "select sync_question->>'id' as id from plans where id = $1::uuid and jsonb_typeof(sync_question) = 'object'",
    plan.planId,
  );
  if (!row?.id) return false;
  const open = await world.query(
    "select field, linear_change::text as linear, confluence_change::text as page from conflicts where plan_id = $1::uuid and not is_resolved",
    plan.planId,
  );
  const takesLinear = choice % 2 === 0;
  // What a person decides against is given up by that person.
  for (const { field, linear, page } of open)
    if (field === "existence") existenceGivenUp(folk);
    else folk.giveUp((takesLinear ? page : linear) ?? "");
  world.linear.control.reply({
    agentSessionId: plan.agentSessionId,
    body: `resolve-${takesLinear ? "linear" : "page"}#${row.id}`,
  });
  return true;
}

/** An item that is thrown away takes along whatever was written in it. */
function existenceGivenUp(folk: People): void {
  for (const { token } of folk.expected()) folk.giveUp(token);
}

/** Every word that somebody wrote stands on a side, in a conflict or in the history. */
async function lost(world: QuietWorld, given: Given, folk: People, seen: Seen): Promise<string[]> {
  const [kept] = await world.query(
    `select coalesce((select jsonb_agg(to_jsonb(c)) from conflicts c where plan_id ${ofPlans})::text, '') ||
            coalesce((select jsonb_agg(h.done) from sync_history h where plan_id ${ofPlans})::text, '') as text,
            (select count(*) from conflicts where plan_id ${ofPlans}) as conflicts,
            (select count(*) from sync_history h, jsonb_array_elements(h.done) d where plan_id ${ofPlans} and d->>'what' = 'left_out') as left_out,
            (select count(*) from conflicts where plan_id ${ofPlans} and kind = 'overwritten' and linear_change->'value' = 'null'::jsonb) as untold`,
    idsOf(given),
  );
  seen.conflicts += Number(kept?.conflicts);
  seen.leftOut += Number(kept?.left_out);
  seen.untold += Number(kept?.untold);
  const issues = given.plans.flatMap(({ organizationId }) =>
    world.linear.control.issues({ organizationId }).map((issue) => `${issue.title}\n${issue.description ?? ""}`),
  );
  const everything = [folk.bodyNow(), ...issues, kept?.text ?? ""].join("\n");
  const untold = await untoldIssues(world, given);
  const missing = folk
    .expected()
    .filter(({ token }) => !everything.includes(token))
    .filter(({ token, issueId }) => !folk.isUntold(token) || !untold.has(issueId));
  return missing.map(
    ({ token, side, field }) =>
      `“${token}”, written into a ${field} ${side === "page" ? "on the page" : "in Linear"}, is nowhere`,
  );
}

/** Issues of which people were told that a text was written over; which one, nobody may be able to say. */
async function untoldIssues(world: QuietWorld, given: Given): Promise<Set<string | null>> {
  const rows = await world.query(
    `select i.linear_id from conflicts c join plan_items i on i.id = c.item_id
      where c.plan_id ${ofPlans} and c.kind = 'overwritten' and c.field in ('description', 'acceptanceCriteria')`,
    idsOf(given),
  );
  return new Set(rows.map((row) => row.linear_id ?? null));
}

/** Each item that both sides have says the same on both, but for what is asked about or what one side cannot say. */
async function unequal(world: QuietWorld, given: Given, folk: People, when: string): Promise<string[]> {
  const rows = await world.query(
    `select i.id, i.key, i.linear_id, i.state, i.pending, i.unsettled, p.writes_page,
            (select x.key from plan_items x where x.id = i.parent_id) as parent,
            coalesce((select string_agg(c.field, ',') from conflicts c where c.item_id = i.id and (c.applied_at is null or not p.writes_page)), '') as open,
            coalesce((select string_agg(d->>'field', ',') from sync_history h, jsonb_array_elements(h.done) d
                       where h.plan_id = i.plan_id and d->>'what' = 'left_out' and d->>'itemId' = i.id::text), '') as left_out
       from plan_items i join plans p on p.id = i.plan_id where i.plan_id ${ofPlans}`,
    idsOf(given),
  );
  const items = new Map(folk.itemsNow().map((item) => [item.key, item]));
  const organizations = [...new Set(given.plans.map(({ organizationId }) => organizationId))];
  const all = organizations.flatMap((organizationId) => world.linear.control.issues({ organizationId }));
  const issues = new Map(all.map((issue) => [issue.id, issue]));
  const problems: string[] = [];
  for (const row of rows) {
    if (row.pending) problems.push(`${when}: ${row.key} is left with ${row.pending}`);
    const open = `${row.open},${row.left_out}`.split(",");
    if (row.state !== "active" || open.includes("existence") || open.includes("item")) continue;
    // A plan that does not write to the page keeps what people changed in Linear, and says so.
    if (row.writes_page === "f" && row.unsettled === "t") continue;
    const [item, issue] = [items.get(row.key ?? ""), issues.get(row.linear_id ?? "")];
    if (!item || !issue || issue.trashed) {
      problems.push(`${when}: ${row.key} is ${item ? "not in Linear" : "not on the page"}, and nobody was asked`);
      continue;
    }
    const text = readIssueText(issue.description ?? "");
    const said: Record<string, [unknown, unknown]> = {
      title: [item.title, issue.title],
      storyPoints: [item.storyPoints, issue.estimate],
      priority: [item.priority, [null, "urgent", "high", "medium", "low"][issue.priority]],
      description: [item.description, text.description],
      acceptanceCriteria: [item.acceptanceCriteria.join("\n"), text.acceptanceCriteria.join("\n")],
    };
    for (const [field, [page, linear]] of Object.entries(said))
      if (page !== linear && !open.includes(field))
        problems.push(
          `${when}: ${row.key} ${field} is ${JSON.stringify(page)} on the page and ${JSON.stringify(linear)} in Linear`,
        );
  }
  return problems;
}

async function unanswered(world: QuietWorld, given: Given): Promise<string[]> {
  const open = await world.query(
    `select field, kind from conflicts where plan_id ${ofPlans} and is_resolved and applied_at is null`,
    idsOf(given),
  );
  return open.map(({ field, kind }) => `the decision about a ${field} (${kind}) has not been written`);
}

/** When nobody does anything, we do nothing either. */
async function restless(world: QuietWorld, given: Given): Promise<string[]> {
  const before = world.writes.length;
  await poll(world, given);
  const writes = world.writes.slice(before);
  return writes.length > 0 ? [`writes when nobody has changed anything: ${writes.join(", ")}`] : [];
}

/** Of each version of the page that we made we know that we made it, and of no other. */
async function unknown(world: QuietWorld, given: Given): Promise<string[]> {
  const rows = await world.query(`select id, status from page_writes where plan_id ${ofPlans}`, idsOf(given));
  const made = world.confluence.control.page({ id: given.pageId }).versions.map(({ message }) => message);
  return rows
    .filter(({ id, status }) => made.some((message) => message.includes(id ?? "")) !== (status === "written"))
    .map(({ id, status }) => `the write ${id} of the page is known as ${status}`);
}
