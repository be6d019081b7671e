/** What must be true after every run, whatever happened in it. Each problem is one line for people. */
import { type ExpectedItem, timings } from "../support/fault-world.js";
import { rowsOf, type Stage } from "./stage.js";
import { problemsOfSync, type SyncExpectation } from "./sync-invariants.js";

export type Expectation = {
  /** How the sessions end, in the order of the alphabet: status, and the failure's code behind a colon. */
  ends: string[];
  /** Exactly these items, or any of them once at most. */
  items: ExpectedItem[] | "at_most_once";
};

/** Of a scenario, what must be true in the end. */
type Wanted = { expected: Expectation; sync?: SyncExpectation };
type Said = { type: string; body: string };

export async function problemsOf(
  stage: Stage,
  { expected, sync }: Wanted,
  possible: ExpectedItem[],
): Promise<string[]> {
  const found = await Promise.all([
    endsOf(stage, expected),
    sync ? problemsOfSync(stage, expected, sync) : itemsInDatabase(stage, expected),
    wordsInOrder(stage),
    nothingLeft(stage),
    logsWithoutGaps(stage),
  ]);
  return [...stage.app.crashes, ...itemsInLinear(stage, expected, possible), ...found.flat()];
}

async function endsOf(stage: Stage, { ends }: Expectation): Promise<string[]> {
  const rows = await rowsOf<{ status: string; code: string }>(
    stage,
    "select status, failure->>'code' as code from planning_sessions order by created_at, id",
  );
  const seen = rows.map(({ status, code }) => (code ? `${status}:${code}` : status));
  return seen.sort().join() === ends.join() ? [] : [`sessions ended ${seen.join()} instead of ${ends.join()}`];
}

/** Titles, parents, estimates, priorities, labels, relations and attachments, each as often as it should be. */
function itemsInLinear({ world, pageUrl }: Stage, { items }: Expectation, possible: ExpectedItem[]): string[] {
  const all = world.linear.control.issues().filter((issue) => !issue.trashed);
  const titles = new Set(possible.map(({ title }) => title));
  const mine = all.filter((issue) => titles.has(issue.title));
  const twice = mine.filter((issue, index) => mine.findIndex(({ title }) => title === issue.title) !== index);
  const problems = twice.map(({ title }) => `“${title}” exists twice`);
  const labels = world.linear.control.labels().map(({ name }) => name);
  problems.push(
    ...labels.filter((name, index) => labels.indexOf(name) !== index).map((name) => `label ${name} exists twice`),
  );
  if (items === "at_most_once") return problems;

  const byApp = new Set(world.linear.control.state().organizations.map(({ appUserId }) => appUserId));
  const titleOf = (id: string | null) => all.find((issue) => issue.id === id)?.title ?? null;
  const byName = (a: string | null, b: string | null) => String(a).localeCompare(String(b));
  const shapes = mine.map((issue) => ({
    title: issue.title,
    parent: titleOf(issue.parentId),
    estimate: issue.estimate,
    priority: issue.priority,
    labels: [...issue.labels].sort(byName),
    blocks: issue.relations
      .filter(({ type }) => type === "blocks")
      .map(({ issueId }) => titleOf(issueId))
      .sort(byName),
  }));
  for (const wanted of items) {
    const shape = shapes.find(({ title }) => title === wanted.title);
    if (JSON.stringify(shape) !== JSON.stringify(wanted))
      problems.push(`item is ${JSON.stringify(shape)} instead of ${JSON.stringify(wanted)}`);
  }
  for (const issue of mine) {
    if (!items.some(({ title }) => title === issue.title)) problems.push(`“${issue.title}” was not asked for`);
    // What a person has made in Linear has no link of ours.
    if (!byApp.has(issue.creatorId ?? "")) continue;
    const links = issue.attachments.filter(({ url }) => url.startsWith(`${pageUrl}#`));
    if (links.length !== 1) problems.push(`“${issue.title}” has ${links.length} links to the page`);
  }
  return problems;
}

async function itemsInDatabase(stage: Stage, { items }: Expectation): Promise<string[]> {
  const rows = await rowsOf<{ title: string; linear_id: string; pending: string; links: string; state: string }>(
    stage,
    "select title, linear_id, pending, links_pending as links, state from plan_items",
  );
  const problems: string[] = [];
  const issues = stage.world.linear.control.issues();
  for (const { title, linear_id: linearId } of rows)
    if (linearId && !issues.some(({ id }) => id === linearId))
      problems.push(`“${title}” names an issue that is not there`);
  if (items === "at_most_once") return problems;
  for (const { title, pending, links, state, linear_id: linearId } of rows)
    if (pending !== null || links === "t" || (linearId && state !== "active"))
      problems.push(`“${title}” is left with pending ${pending}, links ${links}, state ${state}`);
  const stored = rows.filter(({ linear_id: linearId }) => linearId !== null).length;
  if (stored !== items.length) problems.push(`${stored} items are stored with an issue instead of ${items.length}`);
  return problems;
}

/** What Linear shows is what the outbox holds, each once and in its order; nothing follows a final activity but a new session's words. */
async function wordsInOrder(stage: Stage): Promise<string[]> {
  const rows = await rowsOf<{
    id: string;
    session: string;
    status: string;
    agent: string;
    closed: string;
    type: string;
  }>(
    stage,
    `select o.id, o.session_id as session, s.status, s.agent_session_id as agent, o.closed_reason as closed, o.body->'content'->>'type' as type
       from outbox o join planning_sessions s on s.id = o.session_id where o.kind = 'activity' order by s.created_at, o.seq, o.n`,
  );
  const problems: string[] = [];
  for (const agentSessionId of new Set(rows.map(({ agent }) => agent ?? ""))) {
    const shown = stage.world.linear.control
      .session({ agentSessionId, vanished: true })
      .activities.filter(({ author }) => author.app);
    const own = rows.filter(({ agent }) => agent === agentSessionId);
    const isShown = (id: string) => shown.some((activity) => activity.id === id);
    const wanted = own.filter(({ id, closed }) => closed === null || isShown(id)).map(({ id }) => id);
    const seen = shown.map(({ id }) => id);
    if (seen.join() !== wanted.join())
      problems.push(
        `Linear shows [${shown.map(({ type }) => type).join()}] where the outbox has [${own.map(({ type, closed }) => type + (closed ? `(${closed})` : "")).join()}]`,
      );
  }
  for (const session of new Set(rows.map((row) => row.session))) {
    const own = rows.filter((row) => row.session === session);
    problems.push(
      ...oneLastWord(
        own[0]?.status ?? "",
        own.map(({ type }) => type ?? ""),
        stage.planned !== undefined,
      ),
    );
  }
  return problems;
}

/** A session that was completed or cancelled has one response, and that is its last word but for what keeping in step asks and answers. */
function oneLastWord(status: string, said: string[], isKeptInStep: boolean): string[] {
  const types = isKeptInStep ? said.slice(0, said.indexOf("response") + 1) : said;
  const responses = types.filter((type) => type === "response").length;
  const isOver = status === "completed" || status === "cancelled";
  const isRight = isOver ? responses === 1 && types.at(-1) === "response" : responses === 0;
  return isRight ? [] : [`a ${status} session said ${types.join()}`];
}

async function nothingLeft(stage: Stage): Promise<string[]> {
  const [row] = await rowsOf<{ unsent: string; leased: string; moving: string; claims: string }>(
    stage,
    `select (select count(*) from outbox where sent_at is null) as unsent, (select count(*) from plans where locked_until > now()) as leased,
            (select count(*) from planning_sessions where status in ('pending', 'processing')) as moving,
            (select count(*) from planning_sessions where stop_requested_at is not null) as claims`,
  );
  return Object.entries({
    "unsent effects": row?.unsent,
    "held leases": row?.leased,
    "sessions at work": row?.moving,
    "stops not carried out": row?.claims,
  })
    .filter(([, count]) => count !== "0")
    .map(([what, count]) => `${count} ${what} left`);
}

async function logsWithoutGaps(stage: Stage): Promise<string[]> {
  const rows = await rowsOf<{ id: string; last: string; count: string; max: string }>(
    stage,
    `select s.id, s.last_seq as last, count(e.seq) as count, coalesce(max(e.seq), 0) as max from planning_sessions s
       left join session_events e on e.session_id = s.id group by s.id`,
  );
  return rows
    .filter(({ last, count, max }) => last !== count || last !== max)
    .map(({ last, count, max }) => `a log says ${last} entries, has ${count} and ends with ${max}`);
}

/** What the agent said in an agent session, without what differs from world to world. */
export function wordsOf({ world }: Stage, agentSessionId: string): string[] {
  return world.linear.control
    .session({ agentSessionId, vanished: true })
    .activities.filter(({ author }) => author.app)
    .map(
      ({ type, body }: Said) =>
        `${type}: ${body
          .replace(/localhost:\d+/g, "host")
          .replace(/ENG-\d+/g, "ENG")
          .replace(/session=[\w-]+/g, "session")}`,
    );
}

/** The last checklist as people see it. */
export const checklistOf = ({ world }: Stage, agentSessionId: string): string =>
  JSON.stringify(world.linear.control.session({ agentSessionId }).plan);

/**
 * The longest time in which a session that had something to do or to say did neither, in ms: between two entries of its log or deliveries
 * of its words, without the time in which there was no process and without the time before a person spoke.
 */
export async function longestStuckMs(stage: Stage): Promise<number> {
  const rows = await rowsOf<{ session: string; at: string; person: string }>(
    stage,
    `select session_id as session, extract(epoch from created_at) * 1000 as at, (type like 'person.%' or type like 'stop.%') as person from session_events
     union all
     select session_id, extract(epoch from sent_at) * 1000, false from outbox where sent_at is not null and kind <> 'step'
     order by 1, 2`,
  );
  let longest = 0;
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before?.session !== row.session || row.person === "t") continue;
    const [from, to] = [Number(before.at), Number(row.at)];
    const down = stage.app.downtimes.reduce(
      (sum, one) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)),
      0,
    );
    longest = Math.max(longest, to - from - down);
  }
  return Math.round(longest);
}

/** How long a session may be stuck: until the lease of a dead holder ends and the next sweep has come by. */
export const longestAllowedMs = timings.sweepMs + timings.leaseMs;
