import type { Relation } from "../ports-services.js";
import type { Connection } from "./connection.js";
import { type RelatedNode, readRelations, readRelationsOfOne } from "./documents.js";
import { inChunks } from "./write-entries.js";

/** Reads the relations of issues in both directions, each once; an issue with many costs requests of its own. */
export async function relationsOf(connection: Connection, issueIds: string[]): Promise<Relation[]> {
  const found = new Map<string, Relation>();
  for (const ids of inChunks([...new Set(issueIds)], 100)) {
    const { issues } = await connection.ask(readRelations, { ids });
    for (const issue of issues.nodes) {
      const pages = hasMore(issue) ? await allPages(connection, issue.id) : [issue];
      for (const relation of pages.flatMap(toRelations)) found.set(relation.id, relation);
    }
  }
  return [...found.values()];
}

async function allPages(connection: Connection, id: string): Promise<RelatedNode[]> {
  const pages: RelatedNode[] = [];
  while (pages.length === 0 || hasMore(pages.at(-1))) {
    // A side that has come to its end stays at its last cursor and brings nothing more.
    const after = lastCursor(pages, "relations");
    const afterInverse = lastCursor(pages, "inverseRelations");
    const answer = await connection.ask(readRelationsOfOne, { id, after, afterInverse });
    pages.push(answer.issue);
  }
  return pages;
}

const lastCursor = (pages: RelatedNode[], side: "relations" | "inverseRelations") =>
  pages.map((page) => page[side].pageInfo.endCursor).findLast((cursor) => cursor !== null) ?? null;

const hasMore = (issue: RelatedNode | undefined) =>
  issue !== undefined && (issue.relations.pageInfo.hasNextPage || issue.inverseRelations.pageInfo.hasNextPage);

function toRelations(issue: RelatedNode): (Relation & { id: string })[] {
  return [
    ...issue.relations.nodes.map(({ id, type, relatedIssue }) => ({
      id,
      type: toType(type),
      issueId: issue.id,
      relatedIssueId: relatedIssue.id,
    })),
    ...issue.inverseRelations.nodes.map(({ id, type, issue: other }) => ({
      id,
      type: toType(type),
      issueId: other.id,
      relatedIssueId: issue.id,
    })),
  ];
}

const types = new Set<string>(["blocks", "duplicate", "similar"]);

/** Linear names the type as text; one that we don't know is no more to us than related. */
const toType = (type: string) => (types.has(type) ? type : "related") as Relation["type"];
