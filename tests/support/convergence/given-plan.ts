import { randomUUID } from "node:crypto";
import type { QuietWorld } from "../quiet-world.js";

/** A plan that is in step with its page: its issues, and what the database knows of them. */
export type GivenPlan = {
  planId: string;
  sessionId: string;
  organizationId: string;
  agentSessionId: string;
  issueIds: string[];
  /** Of several plans of an organization the first writes to the page. */
  writesPage: boolean;
};
/** A page with the plans that were made of it. */
export type Given = { pageId: string; plans: GivenPlan[] };

/** Where a page may be planned: two teams of one workspace, and another workspace. */
const places = [
  { organizationId: "test-org-123", team: "ENG" },
  { organizationId: "test-org-123", team: "OPS" },
  { organizationId: "other-org", team: "BET" },
];
type Place = (typeof places)[number];
/** Which of them a history has: most have one. */
export const companies = [[0], [0], [0], [0, 1], [0, 2]];

const row = (id: string, title: string, points: string, priority: string, criteria: string[]) =>
  `<tr><td><p>${id}</p></td><td><p>${title}</p></td><td><p>${points}</p></td><td><p>${priority}</p></td><td><ul>${criteria.map((one) => `<li><p>${one}</p></li>`).join("")}</ul></td></tr>`;

/** Pages in three shapes; each says the same kind of plan. */
const pages: string[] = [
  `<h1>Epic: Returns</h1><p>People send back what they do not like.</p><h2>Feature: Labels</h2><table><tbody><tr><th><p>ID</p></th><th><p>Story</p></th><th><p>Points</p></th><th><p>Priority</p></th><th><p>Acceptance criteria</p></th></tr>${[
    row("RET-1", "Print a label at home", "3", "High", ["A label is printed", "It can be printed twice"]),
    row("RET-2", "Bring a parcel to a shop", "5", "Medium", ["The shop scans the code"]),
    row("RET-3", "See where the parcel is", "2", "Low", ["The place is shown", "The day is shown"]),
  ].join("")}</tbody></table>`,
  `<h1>Epic: Search</h1><p>People find what they look for.</p><h2>Feature: Filters</h2>${[
    "Filter by price",
    "Filter by colour",
    "Filter by size",
  ]
    .map(
      (title, n) =>
        `<h3>Story SEA-${n + 1}: ${title}</h3><p>As a buyer I want to ${title.toLowerCase()}, so that I find it sooner.</p><p><strong>Story points:</strong> ${[3, 5, 8][n]}</p><p><strong>Priority:</strong> ${["High", "Medium", "Low"][n]}</p><p><strong>Acceptance criteria</strong></p><ul><li>It can be ${["set", "changed", "cleared"][n]}</li><li>The count is right</li></ul>`,
    )
    .join("")}`,
  `<h1>Epic: Accounts</h1><ul><li>Feature: Sign-in<ul><li>Story ACC-1: Sign in with a code (3 SP, P1)<ul><li>AC: The code ends after an hour</li><li>AC: It is sent once</li></ul></li><li>Story ACC-2: Stay signed in (5 SP, P2)<ul><li>AC: For thirty days</li></ul></li><li>Story ACC-3: Sign out everywhere (2 SP, P3)<ul><li>AC: All devices are signed out</li></ul></li></ul></li></ul>`,
];
export const shapes = pages.length;

type Template = {
  body: string;
  place: Place;
  issues: Issue[];
  labels: Label[];
  sql: { plan: Row; session: Row; items: Row[] };
};
type Row = Record<string, unknown>;
type Label = { id: string; name: string };
type Issue = ReturnType<QuietWorld["linear"]["control"]["issues"]>[number];

/** Makes plans that are alike as fast as they can be copied: each shape is planned once, the long way. */
export function givenPlans(world: QuietWorld) {
  const templates = new Map<string, Promise<Template>>();
  const templateOf = (shape: number, place: number) => {
    const key = `${shape}/${place}`;
    const known = templates.get(key) ?? plan(world, pages[shape] ?? "", places[place] as Place);
    templates.set(key, known);
    return known;
  };
  return async (shape: number, company: number): Promise<Given> => {
    const wanted = companies[company] ?? [0];
    const made: Template[] = [];
    for (const place of wanted) made.push(await templateOf(shape, place));
    const body = made[0]?.body ?? "";
    const page = world.confluence.control.createPage({ spaceKey: "PLAN", title: `Plan ${randomUUID()}`, body });
    const plans: GivenPlan[] = [];
    for (const template of made) plans.push(await copy(world, { ...template, body }, page, plans));
    return { pageId: page.id, plans };
  };
}

/** A history asks for a few dozen steps; what asks for so many goes round in circles. */
const mostTurns = 80;

/** The same for pages that are planned once. */
export function givenPlanOfPage(world: QuietWorld) {
  const given = givenPlans(world);
  return async (shape: number): Promise<PlanOfPage> => {
    const { pageId, plans } = await given(shape, 0);
    return { ...(plans[0] as GivenPlan), pageId };
  };
}
export type PlanOfPage = GivenPlan & { pageId: string };

/** Everything that waits arrives, and everything that is queued runs. */
export async function drain(world: QuietWorld): Promise<void> {
  for (let idle = 0, turns = 0; idle < 2; ) {
    await arrived(world);
    if (turns > mostTurns)
      throw new Error(`never at rest: ${JSON.stringify(world.messages)} after ${world.calls.slice(-60).join()}`);
    const webhook = world.waiting.shift();
    if (webhook) await world.deliver(webhook);
    const message = world.messages.shift();
    if (message) await world.run(message);
    turns += message ? 1 : 0;
    idle = webhook || message ? 0 : idle + 1;
  }
}

/** What people have just done is on its way. */
export async function arrived(world: QuietWorld): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await world.linear.control.settled();
  await world.confluence.control.idle();
}

/** Plans a page the long way: mention, question, yes. */
export async function planPage(
  world: QuietWorld,
  body: string,
  { organizationId, team }: Place = places[0] as Place,
): Promise<{ page: { id: string; url: string }; agentSessionId: string }> {
  const { linear, confluence } = world;
  const page = confluence.control.createPage({ spaceKey: "PLAN", title: `Template ${randomUUID()}`, body });
  const { id } = linear.control.createIssue({ title: "Please plan this", team, organizationId });
  const { agentSessionId } = linear.control.mention({ issue: id, body: `plan ${page.url}`, organizationId });
  await drain(world);
  const question = linear.control.session({ agentSessionId }).activities.findLast((one) => one.options?.length);
  linear.control.reply({ agentSessionId, body: question?.options?.[0]?.value ?? "" });
  await drain(world);
  return { page, agentSessionId };
}

async function plan(world: QuietWorld, body: string, place: Place): Promise<Template> {
  const { linear, confluence } = world;
  const { page } = await planPage(world, body, place);
  const one = async (table: string, where: string, value: string) =>
    (
      await world.query(
        `select to_jsonb(t)::text as row from ${table} t where ${where} = $1 ${table === "plan_items" ? "order by position" : ""}`,
        value,
      )
    ).map((found) => JSON.parse(found.row ?? "{}") as Row);
  const [planRow] = await one("plans", "confluence_page_id", page.id);
  if (!planRow) throw new Error("The template was not planned");
  const [session] = await one("planning_sessions", "id::text", String(planRow.session_id));
  const items = await one("plan_items", "plan_id::text", String(planRow.id));
  const ids = new Set(items.map((item) => item.linear_id));
  const { organizationId } = place;
  const issues = linear.control.issues({ organizationId }).filter((issue) => ids.has(issue.id));
  return {
    body: confluence.control.page({ id: page.id }).body,
    place,
    issues,
    labels: linear.control.labels({ organizationId }).filter(({ teamId }) => teamId === planRow.team_id),
    sql: { plan: planRow, session: session ?? {}, items },
  };
}

async function copy(
  world: QuietWorld,
  template: Template,
  page: { id: string; url: string },
  before: GivenPlan[],
): Promise<GivenPlan> {
  const { linear } = world;
  const { organizationId, team } = template.place;
  const { plan: planRow, session, items } = template.sql;
  const made = new Map<string, { id: string; identifier: string }>();
  for (const issue of template.issues) {
    const { title, priority, estimate } = issue;
    const labelIds = template.labels.flatMap(({ id, name }) => (issue.labels.includes(name) ? [id] : []));
    const text = String(issue.description ?? "").replaceAll(String(planRow.page_url), page.url);
    const parentId = issue.parentId ? (made.get(issue.parentId)?.id ?? null) : null;
    const copied = linear.control.createIssue({
      title,
      team,
      organizationId,
      priority,
      labelIds,
      description: text,
      ...(estimate === null ? {} : { estimate }),
      ...(parentId ? { parentId } : {}),
    });
    made.set(issue.id, copied);
  }
  const ids = new Map(items.map((item) => [String(item.id), randomUUID()]));
  const [planId, sessionId, agentSessionId] = [randomUUID(), randomUUID(), String(session.agent_session_id)];
  const newItems = items.map((item) => {
    const issue = made.get(String(item.linear_id));
    return {
      ...item,
      id: ids.get(String(item.id)),
      plan_id: planId,
      parent_id: typeof item.parent_id === "string" ? ids.get(item.parent_id) : null,
      created_by_session: sessionId,
      linear_id: issue?.id,
      linear_identifier: issue?.identifier,
      fields: withOrder(item.fields as Row, ids),
      base: withOrder(item.base as Row, ids),
    };
  });
  const source = String(planRow.source).replace(/[^:]+$/, page.id);
  const writesPage = !before.some((other) => other.organizationId === organizationId);
  const newPlan = {
    ...planRow,
    id: planId,
    session_id: sessionId,
    source,
    confluence_page_id: page.id,
    page_url: page.url,
    base_page_version: 1,
    due_at: null,
    writes_page: writesPage,
  };
  const newSession = {
    ...session,
    id: sessionId,
    is_default: false,
    agent_session_id: agentSessionId,
    confluence_page_url: page.url,
  };
  await world.query(
    `with s as (insert into planning_sessions (${columnsOf(session)}) select ${columnsOf(session)} from jsonb_populate_record(null::planning_sessions, $1::jsonb)),
          p as (insert into plans select * from jsonb_populate_record(null::plans, $2::jsonb)),
          i as (insert into plan_items select * from jsonb_populate_recordset(null::plan_items, $3::jsonb))
     insert into page_snapshots (plan_id, page_version, organization_id, title, body) values ($4::uuid, 1, $5, $6, $7)`,
    JSON.stringify(newSession),
    JSON.stringify(newPlan),
    JSON.stringify(newItems),
    planId,
    String(planRow.organization_id),
    String(planRow.page_title),
    template.body,
  );
  world.waiting.length = 0;
  return {
    planId,
    sessionId,
    organizationId,
    agentSessionId,
    issueIds: [...made.values()].map(({ id }) => id),
    writesPage,
  };
}

/** What an item says, with the copies of the items that stand below it. */
const withOrder = (fields: Row, ids: ReadonlyMap<string, string>): Row =>
  Array.isArray(fields.order) ? { ...fields, order: (fields.order as string[]).map((id) => ids.get(id)) } : fields;

/** Generated columns cannot be written. */
const columnsOf = (session: Row): string =>
  Object.keys(session)
    .filter((name) => name !== "words")
    .map((name) => `"${name}"`)
    .join(", ");

/** What a history has left behind is of no use to the next. */
export async function forgetPlans(world: QuietWorld, { plans }: Given): Promise<void> {
  for (const { organizationId, issueIds, planId, sessionId } of plans) {
    for (const issue of world.linear.control.issues({ organizationId }))
      if (issueIds.includes(issue.id) || issueIds.includes(issue.parentId ?? ""))
        world.linear.control.deleteIssue({ issue: issue.id });
    await world.query("delete from plans where id = $1::uuid", planId);
    await world.query("delete from planning_sessions where id = $1::uuid", sessionId);
  }
  world.linear.control.clearRequests();
  world.waiting.length = 0;
  world.messages.length = 0;
  for (const table of ["outbox", "issue_events", "webhook_deliveries"]) await world.query(`delete from ${table}`);
}
