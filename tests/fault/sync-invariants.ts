/** What must be true of a page and its issues once nothing is on its way any more. Each problem is one line for people. */
import { extract } from "../../lib/domain/extraction/extract.js";
import { readIssueText } from "../../lib/domain/sync/issue-text.js";
import { pageId } from "../support/fault-world.js";
import type { Expectation } from "./invariants.js";
import { rowsOf, type Stage } from "./stage.js";

export type SyncExpectation = {
  /** The scenario without faults that this one must end like. */
  like?: string;
  /** Texts that stand on both sides. */
  says?: string[];
  /** How often we write the page where nothing goes wrong. */
  pageWrites: number;
  /** How often at most; twice as often without it. */
  mostPageWrites?: number;
  /** How many questions people are asked. */
  asked?: number;
  /** How many comments there are on each side: people's and ours. */
  comments?: { onPage: number; onIssues: number };
};

export async function problemsOfSync(stage: Stage, expected: Expectation, sync: SyncExpectation): Promise<string[]> {
  const found = await Promise.all([
    sidesAgree(stage, expected),
    pageWrites(stage, sync),
    plansAtRest(stage),
    historyIsTrue(stage),
    questions(stage, sync),
    comments(stage, sync),
  ]);
  return [...found.flat(), ...texts(stage, sync)];
}

/** Every item that is wanted stands once on the page, has one issue, and says the same on both. */
async function sidesAgree({ world, ...stage }: Stage, { items: wanted }: Expectation): Promise<string[]> {
  const { body, title } = world.confluence.control.page({ id: pageId });
  const onPage = extract({ title, body }).items;
  const keys = new Map(onPage.map((item) => [item.key, item.title]));
  const issues = world.linear.control.issues();
  const titles = new Map(issues.map((issue) => [issue.id, issue.title]));
  const rows = await rowsOf<{ title: string; issue: string; state: string; pending: string; rest: string }>(
    stage,
    "select title, linear_id as issue, state, pending, concat_ws(' ', case when links_pending then 'links' end, case when unsettled then 'unsettled' end) as rest from plan_items",
  );
  const problems = rows.flatMap(({ title: name, pending, rest, state }) =>
    pending || (rest && state === "active") ? [`“${name}” is left with ${pending ?? ""} ${rest ?? ""}`] : [],
  );
  if (wanted === "at_most_once") return problems;
  const active = rows.filter(({ state }) => state === "active");
  const names = (list: { title: string | null }[]) =>
    list
      .map((one) => one.title ?? "")
      .sort()
      .join(" | ");
  if (names(onPage) !== names(wanted)) problems.push(`the page has ${names(onPage)} instead of ${names(wanted)}`);
  if (names(active) !== names(wanted)) problems.push(`the plan has ${names(active)} instead of ${names(wanted)}`);
  for (const item of onPage) {
    const issue = issues.find(({ id }) => id === active.find((row) => row.title === item.title)?.issue);
    if (!issue) {
      problems.push(`“${item.title}” has no issue`);
      continue;
    }
    const text = readIssueText(issue.description ?? "");
    const blockers = issues.filter(({ relations }) =>
      relations.some((one) => one.type === "blocks" && one.issueId === issue.id),
    );
    const page = [
      item.title,
      item.parent === null ? null : keys.get(item.parent),
      item.storyPoints,
      item.priority,
      item.description,
      item.acceptanceCriteria,
      item.dependsOn.map((key) => keys.get(key) ?? key).sort(),
    ];
    const linear = [
      issue.title,
      titles.get(issue.parentId ?? "") ?? null,
      issue.estimate,
      [null, "urgent", "high", "medium", "low"][issue.priority],
      text.description,
      text.acceptanceCriteria,
      blockers.map((one) => one.title).sort(),
    ];
    if (JSON.stringify(page) !== JSON.stringify(linear))
      problems.push(`the page says ${JSON.stringify(page)} and Linear ${JSON.stringify(linear)}`);
  }
  return problems;
}

/** Each version of ours names a write that was put down before, each write is settled, and there are no more than needed. */
async function pageWrites(
  stage: Stage,
  { pageWrites: wanted, mostPageWrites: most = 2 * wanted }: SyncExpectation,
): Promise<string[]> {
  const { versions } = stage.world.confluence.control.page({ id: pageId });
  const rows = await rowsOf<{ id: string; status: string; from: string }>(
    stage,
    "select id, status, from_version as from from page_writes",
  );
  const ours = versions.filter(({ message }) => message.startsWith("From Linear"));
  const problems = rows.flatMap(({ id, status, from }) => {
    const made = ours.filter(({ message }) => message.includes(id ?? ""));
    const isTrue = status === "written" ? made.length === 1 && made[0]?.number === Number(from) + 1 : made.length === 0;
    return status === "open" || !isTrue ? [`a page write is ${status} and made ${made.length} versions`] : [];
  });
  for (const { message } of ours)
    if (!rows.some(({ id }) => message.includes(id ?? ""))) problems.push(`nobody put down “${message}”`);
  if (ours.length < wanted || ours.length > most)
    problems.push(`the page was written ${ours.length} times: ${ours.map(({ message }) => message).join(" | ")}`);
  return problems;
}

async function plansAtRest(stage: Stage): Promise<string[]> {
  const rows = await rowsOf<{ sync_status: string }>(
    stage,
    `select sync_status, step, case when due_because is distinct from 'poll' then due_at end::text as due_at, waiting_until::text, dirty::text, sync_work::text, sync_question::text, paused_because::text,
            (select string_agg(field || ' ' || kind, ',') from conflicts c where c.plan_id = p.id and c.applied_at is null) as conflicts from plans p`,
  );
  return rows.flatMap(({ sync_status: status, ...row }) => {
    const left = Object.entries(row).filter(([, value]) => value !== null && value !== "false" && value !== "null");
    return status === "idle" && left.length === 0 ? [] : [`a plan is ${status} with ${JSON.stringify(left)}`];
  });
}

/** Nothing is said to have been done twice, no run has failed, and the figures are those of the list. */
async function historyIsTrue(stage: Stage): Promise<string[]> {
  const rows = await rowsOf<{ error: string; counts: string; done: string }>(
    stage,
    "select error, array[created_issues, updated_issues, confluence_changes]::text as counts, done::text from sync_history order by timestamp",
  );
  const problems = rows.flatMap(({ error }) => (error ? [`a run has ended with ${error}`] : []));
  const all = rows.flatMap(({ done }) => historyLines(done));
  const twice = all.filter((line, n) => all.indexOf(line) !== n);
  return [...problems, ...twice.map((line) => `the history says twice: ${line}`)];
}

const historyLines = (done: string | null): string[] =>
  (JSON.parse(done ?? "[]") as Record<string, unknown>[]).map((one) =>
    [one.side, one.what, one.field ?? one.to ?? "", "of", one.title].join(" "),
  );

/** What the runs say that they have done, for comparison with a run in which nothing went wrong. */
export async function historyOf(stage: Stage): Promise<string[]> {
  const rows = await rowsOf<{ done: string }>(stage, "select done::text from sync_history order by timestamp");
  return rows.flatMap(({ done }) => historyLines(done)).sort();
}

/** Each question is asked once and answered once. */
async function questions({ world, planned }: Stage, { asked = 0 }: SyncExpectation): Promise<string[]> {
  const { activities } = world.linear.control.session({ agentSessionId: planned?.agentSessionId ?? "" });
  const count = activities.filter(({ options }) => options?.some(({ value }) => value.startsWith("resolve-"))).length;
  return count === asked ? [] : [`people were asked ${count} times instead of ${asked}`];
}

/** Each comment of a person is on the other side once, and nothing is left open. */
async function comments(stage: Stage, { comments: wanted = { onPage: 0, onIssues: 0 } }: SyncExpectation) {
  const { confluence, linear } = stage.world;
  const issues = await rowsOf<{ id: string }>(
    stage,
    "select linear_id as id from plan_items where linear_id is not null",
  );
  const found = {
    onPage: confluence.control.page({ id: pageId }).comments.length,
    onIssues: issues.flatMap(({ id }) => linear.control.comments({ issue: id ?? "" })).length,
  };
  const links = await rowsOf<{ status: string }>(stage, "select status from comment_links where status <> 'mirrored'");
  return [
    ...(JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`there are comments ${JSON.stringify(found)}`]),
    ...links.map(({ status }) => `a comment is ${status}`),
  ];
}

function texts({ world }: Stage, { says = [] }: SyncExpectation): string[] {
  const { body } = world.confluence.control.page({ id: pageId });
  const issues = world.linear.control.issues().map(({ description }) => description ?? "");
  return says.flatMap((text) => [
    ...(body.includes(text) ? [] : [`the page does not say “${text}”`]),
    ...(issues.filter((one) => one.includes(text)).length === 1 ? [] : [`Linear does not say “${text}” once`]),
  ]);
}
