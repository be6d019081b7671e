import {
  type CommentLink,
  commentsToMirror,
  type Mirroring,
  type PageComment,
  type ToLinear,
  type ToPage,
  topItem,
} from "../../../domain/sync/comments.js";
import { itemAround } from "../../../domain/sync/item-around.js";
import type { Done } from "../../../domain/sync/run.js";
import {
  commentForIssue,
  commentForPage,
  type CommentProblem,
  commentProblems,
  markIn,
} from "../../../domain/wording/comments.js";
import type {
  ConfluenceClient,
  LinearClient,
  Page,
  PageThread,
  WriteResult,
  WrittenComment,
} from "../../../ports-services.js";
import type { SyncedPlan } from "../../../ports-sync.js";
import type { World } from "../../../ports.js";
import { LeaseEnded } from "../../step.js";
import type { SyncInput, SyncResult, SyncStep } from "../../sync-step.js";
import { finish, halt } from "./finish.js";
import { isHalt, readPlanPage } from "./read-sides.js";

/** How many comments are mirrored at once. */
const batchSize = 25;
/** How often a run looks for comments at most; the next one goes on. */
export const mostLooks = 4;
/** Comments on the page whose answers are looked for: those that were mirrored last, and the first of their threads. */
const mostAnswered = 20;
/** What a side commits at one instant may be listed a moment later. */
const overlapMs = 5_000;
/** How far clocks may differ: what was put down is looked for on the page from so much earlier on. */
const clockSkewMs = 10 * 60_000;

/**
 * Mirrors one batch of comments. Each is put down before it is sent; where nobody knows what became of it, the page is searched for its mark, and
 * Linear knows its id. That comments may not be read or written ends nothing else.
 */
export const mirrorComments: SyncStep = async (input) => {
  const { seen, lease, world } = input;
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return halt(input, read);
  const { page, confluence } = read;
  const linear = world.linear(seen.plan.organizationId);
  const found = await readComments(seen, world, { page, confluence, linear });
  if (typeof found === "string") return withProblem(input, found);
  const { mirroring } = found;
  const opened = [...mirroring.toPage, ...mirroring.toLinear].map((one) => one.link);
  if (opened.length > 0) {
    await lease.renew();
    if (!(await world.sync.openComments(seen, lease.attemptId, opened))) throw new LeaseEnded("lost");
  }
  const sent = [
    ...(await sendToLinear(found, page, linear)),
    ...(await sendToPage(found, page, confluence, () => lease.renew())),
  ];
  const budget = linear.budget();
  if (budget) await world.sessions.noteBudget(seen.plan.organizationId, budget);
  return settle(input, found, sent);
};

/** Everything that a look at both sides has found. */
export type FoundComments = {
  mirroring: Mirroring;
  /** Put down by an earlier attempt: those that were found on the page, and those that nobody can send any more. */
  landed: CommentLink[];
  lost: CommentLink[];
  /** Names of the people who wrote the comments on the page. */
  people: ReadonlyMap<string, string>;
  /** The youngest comment of each side. */
  newest: { linear: string | null; page: string | null };
};
type Sides = { page: Page; confluence: ConfluenceClient; linear: LinearClient };

/** Reads the comments of both sides, as far as they are mirrored, and says which ones are to be; writes nothing. */
export async function readComments(
  seen: SyncedPlan,
  world: Pick<World, "sync">,
  { page, confluence, linear }: Sides,
): Promise<FoundComments | CommentProblem> {
  const { plan, items, commentsSince, commentsSeen } = seen;
  const { links, openSince } = await world.sync.commentLinks(plan.id);
  const fromLinear = seen.writesPage ? startOf(commentsSince.linear, commentsSeen.linear) : null;
  const fromPage = startOf(commentsSince.page, commentsSeen.page);
  const onIssues = fromLinear === null ? [] : await linear.readComments(issueIdsOf(seen), fromLinear);
  const since = earliest(fromPage, openSince && shifted(openSince, -clockSkewMs));
  const onPage =
    since === null ? [] : await confluence.readComments({ pageId: page.id, since, threads: threadsOf(links) });
  if (typeof onPage === "string") return onPage;

  const open = links.filter(({ status }) => status === "open");
  const landed = landedOnPage(open, onPage);
  const known = [...new Map([...links, ...landed].map((link) => [link.id, link])).values()];
  const settled = new Set(known.flatMap((link) => (link.status === "open" ? [] : (link.pageCommentId ?? []))));
  const fresh = onPage.filter(
    ({ id, body, createdAt }) =>
      fromPage !== null && isSince(createdAt, fromPage) && !settled.has(id) && markIn(body) === null,
  );
  const people = await peopleOf(fresh, confluence);
  if (people === null) return "not_readable";
  const byPeople = fresh.filter(({ authorId }) => authorId === null || people.has(authorId));
  const itemAt = itemAround(items, page);
  const mirroring = commentsToMirror(
    { planId: plan.id, items, links: known, onIssues, onPage: byPeople, itemAt },
    batchSize,
  );
  const again = new Set([...landed, ...[...mirroring.toPage, ...mirroring.toLinear].map((one) => one.link)].map(idOf));
  const lost = mirroring.waits ? [] : open.filter(({ id }) => !again.has(id));
  return {
    mirroring,
    landed,
    lost: lost.map((link) => ({ ...link, status: "not_written" })),
    people,
    newest: {
      linear: latest(commentsSeen.linear, ...onIssues.map(({ createdAt }) => createdAt)),
      page:
        fromPage === null ? commentsSeen.page : latest(commentsSeen.page, ...onPage.map(({ createdAt }) => createdAt)),
    },
  };
}

const issueIdsOf = ({ items }: SyncedPlan): string[] =>
  items.flatMap((item) => (item.linearKind === "issue" && item.linearId ? [item.linearId] : []));

/** What people may have answered on the page. */
function threadsOf(links: readonly CommentLink[]): PageThread[] {
  const threads = new Map<string, PageThread>();
  for (const { pageThreadId, pageCommentId, pageKind: kind } of links)
    for (const id of [pageThreadId, pageCommentId])
      if (id !== null && threads.size < mostAnswered) threads.set(id, { id, kind });
  return [...threads.values()];
}

/** Comments that were sent although nobody heard of it: they carry the mark. */
function landedOnPage(open: readonly CommentLink[], onPage: readonly PageComment[]): CommentLink[] {
  const marked = new Map(onPage.map((comment) => [markIn(comment.body), comment]));
  return open.flatMap((link) => {
    const comment = link.writtenIn === "linear" ? marked.get(link.id) : undefined;
    return comment ? [onThePage(link, { id: comment.id, thread: { id: comment.threadId, kind: comment.kind } })] : [];
  });
}

const onThePage = (link: CommentLink, { id, thread }: WrittenComment): CommentLink => ({
  ...link,
  pageCommentId: id,
  pageThreadId: thread.id,
  pageKind: thread.kind,
  status: "mirrored",
});

/** Names of who wrote on the page; apps are not among them. */
async function peopleOf(comments: readonly PageComment[], confluence: ConfluenceClient) {
  const ids = [...new Set(comments.flatMap(({ authorId }) => authorId ?? []))];
  return ids.length === 0 ? new Map<string, string>() : confluence.findPeople(ids);
}

/** A link after it was sent, with what is to be said of it; `problem`: it was not, and waits. */
type Sent = { link: CommentLink; done: Done | null; problem?: CommentProblem };

async function sendToLinear({ mirroring, people }: FoundComments, page: Page, linear: LinearClient): Promise<Sent[]> {
  const { toLinear } = mirroring;
  if (toLinear.length === 0) return [];
  const author = ({ comment: { authorId } }: ToLinear) => people.get(authorId ?? "") || "Somebody";
  const send = async (some: readonly ToLinear[]) => {
    const results = await linear.createComments(
      some.map((one) => ({
        id: one.link.id,
        issueId: one.item.linearId ?? "",
        parentId: beginsThread(one.link) ? null : one.link.linearThreadId,
        body: commentForIssue(one, { author: author(one), pageTitle: page.title }),
      })),
    );
    return some.map((one, n) => ({ ...one, result: results[n] }));
  };
  const isRefused = ({ result }: { result: WriteResult | undefined }) => (result?.outcome ?? "refused") === "refused";
  const first = await send(toLinear);
  // What was answered is gone, it seems: then the answer stands on the issue by itself.
  const orphans = first.filter((one) => isRefused(one) && !beginsThread(one.link));
  const second = await send(
    orphans.map(({ link, ...one }) => ({ ...one, link: { ...link, linearThreadId: link.id } })),
  );
  return [...first.filter((one) => !orphans.includes(one)), ...second].map((one): Sent => {
    const { link, item, result } = one;
    const about = { side: "linear" as const, itemId: item.id, title: item.fields.title };
    if (isRefused(one)) return refused(link, about, result?.message ?? "Linear did not take it.");
    return { link: { ...link, status: "mirrored" }, done: { ...about, what: "commented" } };
  });
}

const beginsThread = ({ id, linearThreadId }: CommentLink): boolean => linearThreadId === id;

/** Each is a request of its own, so the hold on the plan is made sure of before each. */
async function sendToPage(
  { mirroring }: FoundComments,
  page: Page,
  confluence: ConfluenceClient,
  renew: () => Promise<void>,
): Promise<Sent[]> {
  const { toPage } = mirroring;
  if (toPage.length === 0) return [];
  const results = await confluence.createComments(
    page.id,
    toPage.map((one) => ({ thread: threadOf(one), body: commentForPage(one) })),
    renew,
  );
  return toPage.map(({ link, item }, n): Sent => {
    const result = typeof results === "string" ? results : (results[n] ?? "refused");
    const about = { side: "page" as const, itemId: item.id, title: item.fields.title };
    if (result === "not_writable" || result === "not_supported") return { link, done: null, problem: result };
    if (result === "refused") return refused(link, about, "Confluence did not take it.");
    return { link: onThePage(link, result), done: { ...about, what: "commented" } };
  });
}

const threadOf = ({ link }: ToPage): PageThread | null =>
  link.pageThreadId === null ? null : { id: link.pageThreadId, kind: link.pageKind };

const refused = (link: CommentLink, about: Pick<Done, "side" | "itemId" | "title">, reason: string): Sent => ({
  link: { ...link, status: "not_written" },
  done: { ...about, what: "left_out", field: "comments", reason },
});

/** Keeps what became of each; a side has been dealt with up to its youngest comment where nothing is left. */
function settle(input: SyncInput, found: FoundComments, sent: readonly Sent[]): SyncResult {
  const { seen, work } = input;
  const { landed, lost, mirroring, newest } = found;
  const problem = sent.find((one) => one.problem)?.problem ?? null;
  const settled = sent.filter((one) => !one.problem);
  const titles = new Map(seen.items.map((item) => [item.id, item.fields.title]));
  const done = [
    ...landed.map(({ itemId }): Done => ({ side: "page", itemId, title: titles.get(itemId) ?? "", what: "commented" })),
    ...settled.flatMap((one) => one.done ?? []),
  ];
  const isAll = problem === null && !mirroring.waits;
  const looksAgain = problem === null && mirroring.waits && settled.length > 0 && work.commentLooks > 1;
  const next = { ...work, done: [...work.done, ...done], commentLooks: looksAgain ? work.commentLooks - 1 : 0 };
  const stored = {
    comments: [...landed, ...lost, ...settled.map((one) => one.link)],
    commentsSeen: isAll ? { ...newest, problem } : { ...seen.commentsSeen, problem },
    ...(mirroring.waits && settled.length > 0 && !looksAgain ? { retryAt: input.world.now() } : {}),
  };
  if (looksAgain) return { ...stored, next: { step: "mirror-comments", work: next } };
  const told = problem ? tell(seen, next, problem) : next;
  return finish({ ...input, work: told }, stored);
}

/** The run ends as it would have; that comments are not mirrored is said once. */
function withProblem(input: SyncInput, problem: CommentProblem): SyncResult {
  const { seen, work } = input;
  const told = tell(seen, { ...work, commentLooks: 0 }, problem);
  return finish({ ...input, work: told }, { commentsSeen: { ...seen.commentsSeen, problem } });
}

function tell(seen: SyncedPlan, work: SyncInput["work"], problem: CommentProblem): SyncInput["work"] {
  const top = topItem(seen.items);
  if (!top || (seen.commentsSeen.problem === problem && work.askedBy === null)) return work;
  const said: Done = {
    side: "page",
    itemId: top.id,
    title: top.fields.title,
    what: "left_out",
    field: "comments",
    reason: commentProblems[problem],
  };
  return { ...work, done: [...work.done, said] };
}

/** From where a side is read: nothing from before comments were mirrored, and nothing twice but what may have been listed late. */
const startOf = (since: string | null, seen: string | null): string | null =>
  since === null ? null : latest(since, seen && shifted(seen, -overlapMs));

const idOf = ({ id }: CommentLink): string => id;
const isSince = (at: string, since: string): boolean => Date.parse(at) >= Date.parse(since);
const shifted = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
const inOrder = (instants: (string | null)[]) =>
  instants.filter((at) => at !== null).toSorted((a, b) => Date.parse(a) - Date.parse(b));
const latest = (...instants: (string | null)[]): string | null => inOrder(instants).at(-1) ?? null;
const earliest = (...instants: (string | null)[]): string | null => inOrder(instants)[0] ?? null;
