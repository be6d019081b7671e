/** The story of `npm run demo -- --sync`: a page and its issues are edited on both sides, and follow each other. */
import { extract } from "../lib/domain/extraction/extract.js";
import type { ExtractedItem, ItemFields } from "../lib/domain/plan-item.js";
import { editPage } from "../lib/domain/surgery/edit-page.js";
import { anchorFor } from "../lib/domain/surgery/marks.js";
import type { PageChange, WritableField } from "../lib/domain/surgery/page-change.js";
import { findStatuses } from "../lib/domain/surgery/status.js";
import { type DemoOptions, type DemoReport, rowsOf, runDemo, type Tell } from "./demo-run.js";
import { type Followed, watchSides } from "./demo-watch.js";
import type { DemoWorld } from "./demo-world.js";

export type SyncDemoReport = {
  /** What did not happen; nothing where all went well. */
  missing: string[];
  plan: DemoReport;
  /** What people did, and what followed. */
  acts: { told: string; followed: Followed[] }[];
  pageVersion: number;
  ms: number;
};

/** Plans the page and plays the story on it; ends early where something does not happen, and within `withinMs`. */
export async function runSyncDemo(
  world: DemoWorld,
  page: { title: string; body: string },
  { withinMs, ...options }: DemoOptions & { withinMs: number },
): Promise<SyncDemoReport> {
  const { tell } = options;
  const begun = Date.now();
  const plan = await runDemo(world, page, { ...options, keepsPage: true, tell: tell && shortly(tell) });
  const report: SyncDemoReport = { missing: [], plan, acts: [], pageVersion: 0, ms: 0 };
  try {
    await play(theStage(world, report, tell, begun + withinMs));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    report.missing.push(error.message);
  }
  report.pageVersion = world.confluence.control.page({ id: plan.page.id }).version;
  report.ms = Date.now() - begun;
  return report;
}

/** The result in one line. */
export function resultOf({ missing, acts, pageVersion, ms }: SyncDemoReport): string {
  if (missing.length > 0) return `Not in step, there is missing: ${missing.join("; ")}.`;
  const waits = acts.flatMap(({ followed }) => followed.map((one) => one.afterMs));
  const seconds = (value: number) => (value / 1000).toFixed(1);
  const [soonest, latest] = [Math.min(...waits), Math.max(...waits)].map(seconds);
  return `In step: each side followed ${soonest} to ${latest} s after the other, one question was asked and answered, the page has version ${pageVersion}; ${seconds(ms)} s in all.`;
}

/** Of the way to the first issues only the mention, the answer, and how the agent begins what it asks and says. */
const shortly = (tell: (line: string) => void) => (line: string) => {
  const [first = ""] = line.trim().split("\n");
  if (/^(?:Ada|\[elicitation|\[response)/.test(first)) tell(first);
};

/** Something that is to be so, in words for whom it is missing. */
type Wanted = [what: string, isSo: () => boolean | Promise<boolean>];
class Missing extends Error {}

type Stage = ReturnType<typeof theStage>;

/** The two sides as people see and change them. */
function theStage(world: DemoWorld, { plan, acts }: SyncDemoReport, tell: Tell, deadline: number) {
  const { linear, confluence } = world;
  // Confluence rewrites what it is sent, in its own way; the bytes that are counted here are to be those that the agent changes.
  confluence.control.configure({ reserialize: false });
  const sides = watchSides(world, plan.page.id, tell);
  const page = () => confluence.control.page({ id: plan.page.id });
  let known: { version: number; items: Map<string, Story>; statuses: ReturnType<typeof findStatuses> } | null = null;
  /** What the page says, read once for each version. */
  const read = () => {
    const { version, title, body } = page();
    if (known?.version === version) return known;
    const extraction = extract({ title, body });
    const items = new Map(extraction.items.map((item) => [item.key, item]));
    return (known = { version, items, statuses: findStatuses(body, extraction) });
  };
  const issueOf = (title: string) => linear.control.issues().find((issue) => issue.title === title && !issue.trashed);

  const until = async (...wanted: Wanted[]) => {
    for (;;) {
      sides.look();
      const open: string[] = [];
      for (const [what, isSo] of wanted) if (!(await isSo())) open.push(what);
      if (open.length === 0) return;
      if (Date.now() > deadline) throw new Missing(open.join("; "));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const rest = () => until(["rest", () => isAtRest(world)]);
  const planId = async () =>
    (await rowsOf(world, "select id from plans where confluence_page_id = $1", [plan.page.id]))[0]?.[0] ?? "";
  const api = async <Answer>(method: string, path: string): Promise<Answer> => {
    const answer = await fetch(`${world.url}${path}`, { method, headers: { "X-Org-Id": "test-org-123" } });
    if (!answer.ok) throw new Missing(`an answer to ${method} ${path} (${answer.status})`);
    return (await answer.json()) as Answer;
  };

  return {
    tell,
    page,
    issueOf,
    says: (title: string) => [...read().items.values()].some((item) => item.title === title),
    read,
    editPage: (body: string) => void confluence.control.editPage({ id: plan.page.id, body }),
    editIssue: (title: string, change: Parameters<typeof linear.control.editIssue>[0]["change"]) =>
      void linear.control.editIssue({ issue: issueOf(title)?.identifier ?? "", user: "Grace Hopper", change }),
    createIssue: (issue: Parameters<typeof linear.control.createIssue>[0]) =>
      void linear.control.createIssue({ ...issue, user: "Grace Hopper" }),
    questionAbout: (words: string) =>
      linear.control
        .session({ agentSessionId: plan.agentSession })
        .activities.findLast(({ type, body }) => type === "elicitation" && body?.includes(words))?.body,
    reply: (body: string) => void linear.control.reply({ agentSessionId: plan.agentSession, body }),
    /** Changes with whatever anybody changes on either side. */
    imprint: () => JSON.stringify([page().version, linear.control.issues().map((issue) => issue.updatedAt)]),
    async askForRun() {
      await api("POST", `/api/v1/plans/${await planId()}/sync`);
    },
    async hasFoundNothing() {
      const { items } = await api<{ items: { trigger: string; doneCount: number; success: boolean }[] }>(
        "GET",
        `/api/v1/plans/${await planId()}/sync/runs`,
      );
      const [last] = items;
      return last?.trigger === "person" && last.success && last.doneCount === 0;
    },
    rest,
    /** People do something; it is over when all that is wanted is so and nobody has anything left to do. Gives how often the page was written for it. */
    async act(told: string, edit: () => void | Promise<void>, ...wanted: Wanted[]): Promise<number> {
      tell?.(`\n${told}:\n`);
      await edit();
      const followed = sides.edited();
      const { version } = page();
      acts.push({ told, followed });
      await until(...wanted);
      await rest();
      sides.look();
      return page().version - version;
    },
  };
}

async function isAtRest({ linear, confluence, ...world }: DemoWorld): Promise<boolean> {
  await linear.control.settled();
  await confluence.control.idle();
  const [row] = await rowsOf(
    world,
    `select (select count(*) from plans where due_at is not null or sync_status = 'running') + (select count(*) from outbox where sent_at is null)`,
    [],
  );
  return row?.[0] === "0";
}

async function play(stage: Stage): Promise<void> {
  const { page, issueOf } = stage;
  await stage.rest();
  const cast = castOf(page(), (title) => issueOf(title) !== undefined);
  if (cast.length === 0) throw new Missing("issues that were made from the page");
  const story = (n: number) => cast[n % cast.length] as Story;
  await benEditsThePage(stage, [story(0), story(1), story(2)], story(5));
  await graceEditsIssues(stage, [story(3), story(4), story(5)]);
  await bothChangeOneTitle(stage, story(6));
  await nothingIsLeft(stage);
}

type Story = ExtractedItem;
type Stories = [Story, Story, Story];

/** Whom the story is about: stories that have an issue, or whatever there is; each is known by its title. */
function castOf(page: { title: string; body: string }, hasIssue: (title: string) => boolean): Story[] {
  const { items: all } = extract(page);
  const isAlone = (title: string) => all.filter((item) => item.title === title).length === 1;
  const items = all.filter(({ title }) => isAlone(title) && hasIssue(title));
  const stories = items.filter(({ kind }) => kind === "story");
  return stories.length > 0 ? stories : items;
}

/** A person can write on any page; here surgery holds the pen for him. What a page has no place for, he leaves. */
async function benEditsThePage(stage: Stage, [one, two, three]: Stories, shown: Story): Promise<void> {
  const { issueOf } = stage;
  const title = `${one.title}, on any device`;
  const points = two.storyPoints === 8 ? 5 : 8;
  const criterion = "It can be used with a screen reader";
  const added = fresh("Undo the last change", (name) => issueOf(name) !== undefined);
  const edits: { change: PageChange; wanted: Wanted }[] = [
    { change: set(one, "title", title), wanted: [`“${title}” in Linear`, () => issueOf(title) !== undefined] },
    {
      change: set(two, "storyPoints", points),
      wanted: [`${points} points in Linear`, () => issueOf(two.title)?.estimate === points],
    },
    {
      change: set(three, "acceptanceCriteria", [...three.acceptanceCriteria, criterion]),
      wanted: ["the new criterion in Linear", () => issueOf(three.title)?.description?.includes(criterion) ?? false],
    },
    { change: addition(added, three), wanted: [`“${added}” in Linear`, () => issueOf(added) !== undefined] },
  ];
  const { body, refused } = editPage(
    stage.page(),
    edits.map(({ change }) => change),
  );
  const made = edits.filter(({ change }) => !refused.some((one) => one.change === change));
  await stage.act(
    "Ben edits the page",
    () => stage.editPage(withStatus(withoutMarks(body), shown.key, issueOf(shown.title)?.state.name ?? "")),
    ...made.map(({ wanted }) => wanted),
  );
}

async function graceEditsIssues(stage: Stage, [one, two, three]: Stories): Promise<void> {
  const { issueOf, says, read } = stage;
  const title = `${one.title}, step by step`;
  const child = fresh("Tell customers about it", says);
  const parentId = issueOf(one.title)?.parentId ?? null;
  const priority = two.priority === "urgent" ? "low" : "urgent";
  const state = issueOf(three.title)?.state.name === "In Progress" ? "Todo" : "In Progress";
  const wanted: Wanted[] = [[`“${title}” on the page`, () => says(title)]];
  if (two.priority) wanted.push(["the priority on the page", () => read().items.get(two.key)?.priority === priority]);
  if (read().statuses.has(three.key))
    wanted.push([`“${state}” on the page`, () => read().statuses.get(three.key)?.text === state]);
  if (parentId) wanted.push([`“${child}” on the page`, () => says(child)]);
  const writes = await stage.act(
    "Grace edits issues",
    () => {
      stage.editIssue(one.title, { title });
      stage.editIssue(two.title, { priority: priority === "urgent" ? 1 : 4 });
      stage.editIssue(three.title, { state });
      if (parentId) stage.createIssue({ title: child, parentId, estimate: 2, priority: 3 });
    },
    ...wanted,
  );
  if (writes !== 1) throw new Missing(`all of it in one write of the page instead of ${writes}`);
}

async function bothChangeOneTitle(stage: Stage, { key, title }: Story): Promise<void> {
  const { page, issueOf, says } = stage;
  const [bens, graces, adas] = [
    `${title} for each device`,
    `${title} for each channel`,
    `${title} for each device and channel`,
  ];
  await stage.act("Ben and Grace change the same title, Ben on the page and Grace in Linear", () => {
    stage.editPage(editPage(page(), [{ type: "set", key, field: "title", value: bens }]).body);
    stage.editIssue(title, { title: graces });
  }, ["a question in Linear", () => stage.questionAbout(bens) !== undefined]);
  stage.tell?.(`[elicitation] ${stage.questionAbout(bens)}`);
  await stage.act(
    `Ada answers: “${adas}”`,
    () => stage.reply(`“${adas}”`),
    [`“${adas}” in Linear`, () => issueOf(adas) !== undefined],
    [`“${adas}” on the page`, () => says(adas)],
  );
}

/** A run that somebody asks for finds both sides as they are, and leaves them so. */
async function nothingIsLeft(stage: Stage): Promise<void> {
  const before = stage.imprint();
  await stage.act("Ada asks for one more run", stage.askForRun, ["a run that finds nothing", stage.hasFoundNothing]);
  if (stage.imprint() !== before) throw new Missing("peace: the last run changed something");
  stage.tell?.("  it finds nothing to do");
}

const set = ({ key }: Story, field: WritableField, value: ItemFields[WritableField]): PageChange => ({
  type: "set",
  key,
  field,
  value,
});

/** A story behind another one. */
const addition = (title: string, { key, parent }: Story): PageChange => ({
  type: "add",
  item: {
    kind: "story",
    title,
    description: "",
    storyPoints: 2,
    priority: "medium",
    enablerType: null,
    acceptanceCriteria: ["One click takes back what was changed last"],
    dependsOn: [],
    parent,
    after: key,
    mark: "by-hand",
    link: null,
  },
});

/** The agent marks the rows that it adds; people do not. */
const withoutMarks = (body: string): string => body.replaceAll(anchorFor("by-hand"), "");

/** The page with the state of its issue behind the title of an item, where the page still says the same then. */
function withStatus(body: string, key: string, state: string): string {
  const items = (text: string) => extract({ title: "", body: text }).items;
  const at = items(body)
    .find((item) => item.key === key)
    ?.source.fields.title?.at(-1)?.end;
  if (at === undefined) return body;
  const lozenge = `<ac:structured-macro ac:name="status"><ac:parameter ac:name="title">${state}</ac:parameter></ac:structured-macro>`;
  const shown = `${body.slice(0, at)} ${lozenge}${body.slice(at)}`;
  const said = (text: string) => JSON.stringify(items(text).map(({ source: _source, ...item }) => item));
  return said(shown) === said(body) ? shown : body;
}

/** A title that nothing has yet: where the world is kept, the story may have been played in it before. */
const fresh = (title: string, isTaken: (title: string) => boolean): string =>
  isTaken(title) ? fresh(`${title} again`, isTaken) : title;
