import type { Attachment, Relation, RelationType } from "./model.js";
import { refused } from "./problems.js";
import { type Actor, freshEntity, load, loadIssue, newId, type Store } from "./store.js";

export type RelationInput = { id?: string | null; issueId: string; relatedIssueId: string; type: RelationType };

/** `issueId` blocks `relatedIssueId`. */
export function createRelation(store: Store, actor: Actor, input: RelationInput): Relation {
  const { world, switches } = store;
  const id = newId(world.relations, "IssueRelation", input.id);
  const issue = loadIssue(store, actor, input.issueId);
  const relatedIssue = loadIssue(store, actor, input.relatedIssueId);
  if (issue.id === relatedIssue.id) throw refused("An issue cannot be related to itself.");
  const equal = world.relations.find(
    (relation) =>
      relation.issueId === issue.id && relation.relatedIssueId === relatedIssue.id && relation.type === input.type,
  );
  if (equal && switches.equalRelation === "refused") throw refused("The issues already have this relation.");
  if (equal && switches.equalRelation === "returns_first") return equal;
  const relation: Relation = {
    ...freshEntity(store, actor.organizationId),
    id,
    issueId: issue.id,
    relatedIssueId: relatedIssue.id,
    type: input.type,
  };
  world.relations.push(relation);
  store.touch();
  return relation;
}

export function deleteRelation(store: Store, actor: Actor, id: string): Relation {
  const relation = load(store.world.relations, actor, id, "IssueRelation");
  store.world.relations = store.world.relations.filter((candidate) => candidate !== relation);
  store.touch();
  return relation;
}

export type AttachmentInput = {
  id?: string | null;
  issueId: string;
  url: string;
  title: string;
  subtitle?: string | null;
  metadata?: Record<string, unknown> | null;
  groupBySource?: boolean | null;
};

/** One attachment for an issue and a URL: a second one replaces the fields of the first, which keeps its id. */
export function upsertAttachment(store: Store, actor: Actor, input: AttachmentInput): Attachment {
  const { world } = store;
  const issue = loadIssue(store, actor, input.issueId);
  if (!URL.canParse(input.url)) throw refused("Argument Validation Error", "url must be a URL.");
  if (input.title.trim() === "") throw refused("Argument Validation Error", "title must not be empty.");
  const fields = {
    title: input.title,
    subtitle: input.subtitle ?? null,
    metadata: input.metadata ?? {},
    groupBySource: input.groupBySource ?? false,
  };
  const present = world.attachments.find((candidate) => candidate.issueId === issue.id && candidate.url === input.url);
  if (present) {
    Object.assign(present, fields, { updatedAt: store.stamp() });
    store.touch();
    return present;
  }
  const attachment: Attachment = {
    ...freshEntity(store, actor.organizationId),
    id: newId(world.attachments, "Attachment", input.id),
    issueId: issue.id,
    url: input.url,
    creatorId: actor.userId,
    ...fields,
  };
  world.attachments.push(attachment);
  store.touch();
  return attachment;
}
