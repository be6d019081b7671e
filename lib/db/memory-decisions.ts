import { type SQL, sql } from "drizzle-orm";
import { toNode } from "../domain/memory/remember.js";
import { grantFor, type Principal } from "../domain/principal.js";
import type { Decision } from "../ports-memory.js";
import type { AuditAuthor } from "../ports-people.js";
import { within } from "./access-store.js";
import { auditInto } from "./audit-rows.js";
import { type Database, repeatable } from "./database.js";
import { countWords, oneWriter, writeMemory } from "./memory-write.js";

type Outcome = "done" | "not_found" | "forbidden";

/** Writes a decision down, where the person may plan. */
export async function decide(
  db: Database,
  principal: Principal,
  { id, engagementId, title, text, by }: Decision,
  author: AuditAuthor,
): Promise<Outcome> {
  const node = toNode({ id, kind: "decision", engagementId, title, content: text, text, metadata: { decided_by: by } });
  const entry = {
    action: "DECISION_WRITTEN",
    resourceType: "memory",
    resourceId: id,
    details: { title, engagementId },
  };
  const [row] = await db.batch<{ written: boolean; here: boolean }>([
    oneWriter(principal.organizationId),
    sql`
    with home as (
      select o.id as organization_id from organizations o
       where o.id = ${principal.organizationId} and ${within(grantFor(principal, "member"), sql`${engagementId}::uuid`)} and ${isHere(principal, engagementId)}),
    fresh as (select organization_id from home where not exists (select from memory_nodes where id = ${id})),
    ${writeMemory([node], [], sql`fresh`)},
    audited as (${auditInto(entry, author, sql`written`)})
    select exists (select from home) as written, ${isHere(principal, engagementId)} as here`,
  ]);
  if (row?.written) return "done";
  return row?.here ? "forbidden" : "not_found";
}

/** Takes a decision out of memory, with its edges. */
export async function forgetDecision(
  db: Database,
  principal: Principal,
  id: string,
  author: AuditAuthor,
): Promise<Outcome> {
  const node = (grant: ReturnType<typeof grantFor>) => sql`
    n.id = ${id} and n.organization_id = ${principal.organizationId} and n.kind = 'decision' and ${within(grant, sql`n.engagement_id`)}`;
  const [row] = await db.batch<{ removed: boolean }>([
    oneWriter(principal.organizationId),
    sql`
    with gone as (
      delete from memory_nodes n where ${node(grantFor(principal, "member"))} returning n.id, n.organization_id, n.title, n.engagement_id, n.search),
    none as (select organization_id, search from gone where false),
    ${countWords(sql`none`, sql`gone`)},
    audited as (${auditInto({ action: "DECISION_REMOVED", resourceType: "memory", resourceId: id, details: sql`jsonb_build_object('title', title, 'engagementId', engagement_id)` }, author, sql`gone`)})
    select exists (select from gone) as removed`,
  ]);
  if (row?.removed) return "done";
  const seen = await db.query(sql`select from memory_nodes n where ${node(grantFor(principal, "viewer"))}`, repeatable);
  return seen.length > 0 ? "forbidden" : "not_found";
}

/** The engagement is one of the organization's that the person may know of, or none is named. */
function isHere(principal: Principal, engagementId: string | null): SQL {
  if (engagementId === null) return sql`true`;
  return sql`exists (select from engagements e where e.id = ${engagementId}::uuid and e.organization_id = ${principal.organizationId}
                       and ${within(grantFor(principal, "viewer"), sql`e.id`)})`;
}
