import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { json } from "../../../lib/db/database.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { someFields } from "../../support/builders.js";
import type { ApiWorld } from "../../support/api-world.js";

type At = Pick<ApiWorld, "db">;
export type Logged = { seq: number; type: string; body: Record<string, unknown>; actor: string };

/** The log of a session. */
export const logOf = ({ db }: At, id: SessionId) =>
  db.query<Logged>(sql`select seq, type, body, actor from session_events where session_id = ${id} order by seq`);

/** Sessions whose log does not run from 1 to `last_seq`. */
export const brokenLogs = ({ db }: At) =>
  db.query<{ id: string }>(sql`
    select s.id from planning_sessions s left join session_events e on e.session_id = s.id
     group by s.id having count(e.seq) <> s.last_seq or coalesce(max(e.seq), 0) <> s.last_seq`);

/** No engagement has two default sessions, and none is hidden. */
export async function oneDefaultAtMost({ db }: At): Promise<void> {
  const hidden = sql`deleted_at is not null or merged_into is not null`;
  const rows = await db.query(sql`
    select engagement_id from planning_sessions where is_default
     group by engagement_id having count(*) > 1 or bool_or(${hidden})`);
  expect(rows, "engagements with two default sessions, or a hidden one").toEqual([]);
}

export type GivenItem = { id?: string; key?: string; title?: string; linearId?: string | null; issueLink?: string };

/** A plan that the session holds, with items. */
export async function givenPlan(
  { db }: At,
  sessionId: SessionId,
  differs: { source?: string; teamId?: string; items?: number | GivenItem[] },
): Promise<{ planId: string; itemIds: string[] }> {
  const planId = randomUUID();
  const given: GivenItem[] =
    typeof differs.items === "number"
      ? Array.from({ length: differs.items }, (_, n) => ({ key: `US-${n}` }))
      : (differs.items ?? []);
  await db.query(sql`
    insert into plans (id, organization_id, source, team_id, session_id, page_title)
    select ${planId}, organization_id, ${differs.source ?? `confluence:acme:${planId}`}, ${differs.teamId ?? "team-eng"}, id, 'Checkout'
      from planning_sessions where id = ${sessionId}`);
  const rows = given.map((item, position) => {
    const fields = someFields({
      key: item.key ?? "US-1",
      ...(item.title ? { title: item.title } : {}),
      issueLink: item.issueLink ?? null,
    });
    const id = item.id ?? randomUUID();
    return { id, position, key: fields.key, title: fields.title, fields, linear_id: item.linearId ?? null };
  });
  await db.query(sql`
    insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, source, linear_id, linear_identifier)
    select i.id, p.organization_id, p.id, i.position, 'story', i.key, i.title, i.fields, '{}', i.linear_id, i.linear_id
      from plans p cross join jsonb_to_recordset(${json(rows)}) as i(id uuid, position int, key text, title text, fields jsonb, linear_id text)
     where p.id = ${planId}`);
  return { planId, itemIds: rows.map(({ id }) => id) };
}

export type SessionRow = {
  version: number;
  is_default: boolean;
  merged_into: string | null;
  last_seq: number;
  status: string;
};

/** How a session stands. */
export async function sessionRow({ db }: At, id: SessionId): Promise<SessionRow> {
  const [row] = await db.query<SessionRow>(
    sql`select version, is_default, merged_into, last_seq, status from planning_sessions where id = ${id}`,
  );
  if (!row) throw new Error(`session ${id} is not there`);
  return row;
}

/** Removes a step as its event says. */
export const removedStep = ({ db }: At, id: SessionId, stepId: string) =>
  db.query(sql`
    with moved as (update planning_sessions set last_seq = last_seq + 1 where id = ${id} returning id, organization_id, last_seq),
    logged as (
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, last_seq, organization_id, 'step_removed', jsonb_build_object('id', ${stepId}::text), 'ada' from moved)
    update plan_steps p set removed_at = now(), revision = moved.last_seq from moved where p.session_id = moved.id and p.id = ${stepId}`);
