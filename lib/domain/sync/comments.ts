import { derivedUuid, type PlanId, type PlanItemId } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import type { CommentSetting } from "./run.js";
import type { Side } from "./values.js";

/** A comment that a person wrote on one side and that is, or is about to be, on the other. */
export type CommentLink = {
  /** Its id in Linear, or the mark that it carries on the page. */
  id: string;
  itemId: PlanItemId;
  writtenIn: Side;
  linearCommentId: string;
  /** The first comment of the thread on each side; its own id where it begins one. */
  linearThreadId: string;
  /** Null until it is known to be on the page. */
  pageCommentId: string | null;
  pageThreadId: string | null;
  pageKind: PageCommentKind;
  /** `open`: sent or about to be, nobody has looked what became of it. */
  status: "open" | "mirrored" | "not_written";
};

/** Under the page, or at a stretch of its text. */
export type PageCommentKind = "footer" | "inline";

/** Up to which instant, by the clock of each side, all comments have been dealt with; `problem`: what people were last told to stand in the way. */
export type CommentsSeen = { linear: string | null; page: string | null; problem: string | null };

/** What somebody has written on an issue. */
export type IssueComment = {
  id: string;
  issueId: string;
  /** The first comment of its thread: its own id where it begins one. */
  threadId: string;
  url: string;
  /** Markdown. */
  body: string;
  createdAt: string;
  /** Null where an app, an integration or nobody wrote it. */
  author: { id: string; name: string } | null;
  /** True where the thread is a conversation with an agent. */
  isAgentThread: boolean;
};

/** What somebody has written on a page. */
export type PageComment = {
  id: string;
  kind: PageCommentKind;
  /** The comment that it answers: its own id where it begins a thread. */
  threadId: string;
  /** Storage format. */
  body: string;
  createdAt: string;
  authorId: string | null;
  url: string;
  /** For the first of an inline thread the words that it stands at, and the `ac:ref` of their marker in the body. */
  anchor: { ref: string; words: string } | null;
};

/** True where comments on issues go to the page; a setting of an older version says nothing. */
export const goesToPage = (setting: CommentSetting): boolean => setting === "to_page" || setting === "both";
/** True where comments on the page go to issues. */
export const goesToLinear = (setting: CommentSetting): boolean => setting === "to_linear" || setting === "both";

/** The id of a comment's link: the same in every attempt. */
export const commentLinkId = (planId: PlanId, writtenIn: Side, commentId: string): string =>
  derivedUuid(planId, "comment", writtenIn, commentId);

/** A comment that is to be mirrored, with what becomes of it. */
export type ToPage = { link: CommentLink; comment: IssueComment; item: PlanItem };
export type ToLinear = { link: CommentLink; comment: PageComment; item: PlanItem };

/** `waits`: something is left for the next look, as the answer to a comment that is mirrored only now. */
export type Mirroring = { toPage: ToPage[]; toLinear: ToLinear[]; waits: boolean };

export type CommentReading = {
  planId: PlanId;
  items: readonly PlanItem[];
  links: readonly CommentLink[];
  /** Oldest first; none where they are not to be mirrored. Those on the page are people's own words, with nothing of ours among them. */
  onIssues: readonly IssueComment[];
  onPage: readonly PageComment[];
  /** The item in whose words an inline comment stands, by the `ac:ref` of its marker. */
  itemAt(ref: string): PlanItem | null;
};

/** Which comments are to be mirrored now, and into which thread; at most `limit`, the oldest first. */
export function commentsToMirror(reading: CommentReading, limit: number): Mirroring {
  const toPage = pageBound(reading);
  const toLinear = linearBound(reading);
  const all = [...toPage.now, ...toLinear.now].toSorted((a, b) =>
    a.comment.createdAt.localeCompare(b.comment.createdAt),
  );
  const taken = new Set<object>(all.slice(0, limit));
  return {
    toPage: toPage.now.filter((one) => taken.has(one)),
    toLinear: toLinear.now.filter((one) => taken.has(one)),
    waits: toPage.waits || toLinear.waits || all.length > limit,
  };
}

function pageBound({ planId, items, links, onIssues }: CommentReading): { now: ToPage[]; waits: boolean } {
  const known = new Set(links.filter(({ status }) => status !== "open").map((link) => link.linearCommentId));
  const itemOf = new Map(items.flatMap((item) => (isLive(item) ? [[item.linearId, item] as const] : [])));
  const now: ToPage[] = [];
  let waits = false;
  for (const comment of onIssues) {
    const item = itemOf.get(comment.issueId);
    if (!item || known.has(comment.id) || comment.author === null || comment.isAgentThread) continue;
    // The thread on the page begins with what was mirrored of it first.
    const thread = links.find((one) => one.linearThreadId === comment.threadId && one.status === "mirrored");
    if (!thread && now.some((one) => one.link.linearThreadId === comment.threadId)) {
      waits = true;
      continue;
    }
    now.push({
      comment,
      item,
      link: {
        id: commentLinkId(planId, "linear", comment.id),
        itemId: item.id,
        writtenIn: "linear",
        linearCommentId: comment.id,
        linearThreadId: comment.threadId,
        pageCommentId: null,
        pageThreadId: thread?.pageThreadId ?? null,
        pageKind: thread?.pageKind ?? "footer",
        status: "open",
      },
    });
  }
  return { now, waits };
}

function linearBound(reading: CommentReading): { now: ToLinear[]; waits: boolean } {
  const { planId, links, onPage, itemAt } = reading;
  const now: ToLinear[] = [];
  let waits = false;
  for (const comment of onPage) {
    const thread = links.find(
      (one) => one.status === "mirrored" && [one.pageThreadId, one.pageCommentId].includes(comment.threadId),
    );
    const item = thread
      ? reading.items.find((one) => one.id === thread.itemId)
      : itemOfThread(comment, reading, itemAt);
    if (!item || !isLive(item)) continue;
    const id = commentLinkId(planId, "page", comment.id);
    // Answers to it are read once its thread is known.
    if (!thread) waits = true;
    now.push({
      comment,
      item,
      link: {
        id,
        itemId: item.id,
        writtenIn: "page",
        linearCommentId: id,
        linearThreadId: thread?.linearThreadId ?? id,
        pageCommentId: comment.id,
        // An answer to an answer is in the thread of both.
        pageThreadId: thread?.pageThreadId ?? comment.threadId,
        pageKind: comment.kind,
        status: "open",
      },
    });
  }
  return { now, waits };
}

/** What a comment that begins a thread is about: the item in whose words it stands, or for one under the page the plan as a whole. */
function itemOfThread(comment: PageComment, { items }: CommentReading, itemAt: CommentReading["itemAt"]) {
  if (comment.threadId !== comment.id) return null;
  if (comment.kind === "inline") return comment.anchor === null ? null : itemAt(comment.anchor.ref);
  return topItem(items);
}

/** The item that stands for the plan: the first that has an issue, from the top down. */
export function topItem(items: readonly PlanItem[]): PlanItem | null {
  const living = items.filter(isLive);
  const depth = (item: PlanItem): number => {
    const above = items.find((one) => one.id === item.parentId);
    return above ? 1 + depth(above) : 0;
  };
  const ranked = living.map((item) => ({ item, depth: depth(item) }));
  return ranked.toSorted((a, b) => a.depth - b.depth || a.item.position - b.item.position)[0]?.item ?? null;
}

const isLive = (item: PlanItem): boolean =>
  item.state === "active" && item.linearKind === "issue" && item.linearId !== null && item.pending !== "create";
