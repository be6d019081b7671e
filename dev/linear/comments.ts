import { commentEvent } from "./events.js";
import { rewriteMarkdown } from "./markdown.js";
import type { Comment } from "./model.js";
import { refused } from "./problems.js";
import { type Actor, freshEntity, load, loadIssue, newId, type Store } from "./store.js";

export type CommentInput = {
  id?: string | null;
  issueId?: string | null;
  parentId?: string | null;
  body?: string | null;
};

export function createComment(store: Store, actor: Actor, input: CommentInput): Comment {
  const { world } = store;
  const id = newId(world.comments, "Comment", input.id);
  const parent = input.parentId ? load(world.comments, actor, input.parentId, "Comment") : null;
  const issueId = input.issueId ?? parent?.issueId;
  if (!issueId) throw refused("Argument Validation Error", "One of issueId and parentId must be given.");
  if (!input.body?.trim()) throw refused("Argument Validation Error", "body must not be empty.");
  const comment: Comment = {
    ...freshEntity(store, actor.organizationId),
    id,
    issueId: loadIssue(store, actor, issueId).id,
    documentContentId: null,
    // Threads have one level: a reply to a reply belongs to the root.
    parentId: parent?.parentId ?? parent?.id ?? null,
    body: rewriteMarkdown(input.body),
    userId: actor.userId,
    editedAt: null,
  };
  world.comments.push(comment);
  store.touch();
  store.notify(comment.organizationId, commentEvent(store, actor, comment));
  return comment;
}
