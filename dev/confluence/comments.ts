/** Comments under a page and at its text, whoever writes them. */
import { randomUUID } from "node:crypto";
import type { Comment, StoredPage, World } from "./state.js";
import { current, instant, nextId } from "./state.js";
import { markSelection } from "./storage.js";

type NewComment = Pick<Comment, "body" | "authorId"> & { parent?: Comment };

export function addFooterComment(world: World, page: StoredPage, { parent, ...comment }: NewComment): Comment {
  return add(world, page, { kind: "footer", ...comment, ...(parent && { parentId: parent.id }) });
}

/** An answer stands where its thread does. Null where the page does not say the selected words. */
export function addInlineComment(
  world: World,
  page: StoredPage,
  { parent, ...comment }: NewComment,
  { selection, matchIndex }: { selection: string; matchIndex: number },
): Comment | null {
  if (parent) return add(world, page, { kind: "inline", ...comment, parentId: parent.id });
  const markerRef = randomUUID();
  const version = current(page);
  const marked = markSelection(version.body, selection, matchIndex, markerRef);
  if (marked === null) return null;
  version.body = marked;
  return add(world, page, { kind: "inline", ...comment, markerRef, selection });
}

function add(world: World, page: StoredPage, input: Omit<Comment, "id" | "createdAt">): Comment {
  const comment = { id: nextId(world), createdAt: instant(world), ...input };
  page.comments.push(comment);
  world.save();
  world.changed({ page, event: "commented", authorId: comment.authorId, commentId: comment.id });
  return comment;
}

export function findComment(world: World, id: string): { page: StoredPage; comment: Comment } | undefined {
  for (const page of Object.values(world.state.pages)) {
    const comment = page.comments.find((one) => one.id === id);
    if (comment) return { page, comment };
  }
  return undefined;
}
