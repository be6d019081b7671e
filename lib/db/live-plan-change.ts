import { setTimeout as pause } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import { RetryableError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import { grantFor, type Principal } from "../domain/principal.js";
import type { ChangeResult, PlanChange, PlanEventRow, PlanStep } from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { type Database, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { eventJson, stepJson } from "./live-plan-rows.js";

/** As many people as take part in a plan. */
export const maxParticipants = 50;
const maxTries = 60;

type Row = { event: PlanEventRow; repeated: boolean; step: PlanStep | null };

/**
 * Applies one change to a live plan, or tells why not. A statement sees the plan as it was when it began, which may be before it got the
 * session's row; where that matters it does nothing in such a case and is run again.
 */
export async function changePlan(
  db: Database,
  principal: Principal,
  id: SessionId,
  opId: string,
  change: PlanChange,
): Promise<ChangeResult> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const [row] = await db
      .query<Row>(changeStatement(principal, id, opId, change), repeatable)
      .catch((error: unknown) => {
        // The same operation ran at the same moment: a look tells.
        if (sqlState(error) === uniqueViolation) return [];
        throw error;
      });
    if (row) {
      if (!row.repeated) return { outcome: "applied", event: row.event, step: row.step };
      if (!isSame(change, row.event)) return { outcome: "reused" };
      return { outcome: "repeated", event: row.event, step: "id" in change ? await findStep(db, id, change.id) : null };
    }
    const refused = await refusal(db, principal, id, opId, change);
    if (refused) return refused;
    await pause(Math.random() * Math.min(tries, 10));
  }
  throw new RetryableError("plan_busy", { context: { sessionId: id } });
}

async function findStep(db: Database, sessionId: SessionId, id: string): Promise<PlanStep | null> {
  const [row] = await db.query<{ step: PlanStep }>(
    sql`select ${stepJson(sql`p`)} as step from plan_steps p where p.session_id = ${sessionId} and p.id = ${id} and p.removed_at is null`,
    repeatable,
  );
  return row?.step ?? null;
}

function changeStatement(principal: Principal, id: SessionId, opId: string, change: PlanChange): SQL {
  const { body, changed } = partsOf(change);
  const isHere = (needed: "viewer" | "member") =>
    sql`s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
        and ${within(grantFor(principal, needed), sql`s.engagement_id`)}`;
  const isOpen = sql`${isHere("member")} and s.archived_at is null and not exists (select from seen)`;
  const raise = sql`update planning_sessions s set last_seq = s.last_seq + 1, updated_at = now()`;
  // What a new step needs to find, the row of the session says by itself.
  const moved =
    change.type === "step_added"
      ? sql`
    moved as (
      ${raise} where ${isOpen} and not exists (select from plan_steps p where p.session_id = s.id and p.id = ${change.id}::uuid)
      returning s.id, s.organization_id, s.last_seq)`
      : sql`
    held as (select s.id, s.organization_id, s.last_seq from planning_sessions s where ${isOpen} for no key update),
    target as (${targetOf(change)}),
    moved as (${raise} from target where s.id = target.session_id returning s.id, s.organization_id, s.last_seq)`;
  return sql`
    with seen as (
      select e.* from planning_sessions s join session_events e on e.session_id = s.id where ${isHere("viewer")} and e.op_id = ${opId}),
    ${moved},
    logged as (
      insert into session_events (session_id, seq, organization_id, type, body, op_id, actor)
      select moved.id, moved.last_seq, moved.organization_id, ${change.type}::text, ${body}, ${opId}::text, ${principal.linearUserId}::text
        from moved
      returning seq, type, body, actor, created_at),
    changed as (${changed})
    select ${eventJson(sql`e`)} as event, false as repeated, (select step from changed) as step from logged e
    union all
    select ${eventJson(sql`e`)}, true, null from seen e`;
}

/** What the event of a change says, and what it writes. */
function partsOf(change: PlanChange): { body: SQL; changed: SQL } {
  switch (change.type) {
    case "step_added": {
      const { id, text, owner } = change;
      return {
        body: sql`jsonb_build_object('id', ${id}::text, 'text', ${text}::text, 'owner', ${owner}::text, 'position', moved.last_seq::text,
                                     'ts', ${utc(sql`now()`)})`,
        changed: sql`
          insert into plan_steps as p (session_id, id, organization_id, position, text, owner, revision)
          select moved.id, ${id}::uuid, moved.organization_id, moved.last_seq, ${text}::text, ${owner}::text, moved.last_seq from moved
          returning ${stepJson(sql`p`)} as step`,
      };
    }
    case "step_edited": {
      const { id, text = null, owner = null } = change;
      return {
        body: sql`jsonb_strip_nulls(jsonb_build_object('id', ${id}::text, 'text', ${text}::text, 'owner', ${owner}::text))`,
        changed: changeStep(id, sql`text = coalesce(${text}::text, p.text), owner = coalesce(${owner}::text, p.owner)`),
      };
    }
    case "step_removed":
      return {
        body: sql`jsonb_build_object('id', ${change.id}::text)`,
        changed: changeStep(change.id, sql`removed_at = now()`),
      };
    case "step_moved":
      return {
        body: sql`jsonb_build_object('id', ${change.id}::text, 'after', ${change.after}::text, 'position', (select place::text from target))`,
        changed: changeStep(change.id, sql`position = (select place from target)`),
      };
    case "participant_added":
      return {
        body: sql`jsonb_build_object('name', ${change.name}::text)`,
        changed: sql`
          insert into session_participants (session_id, name, organization_id)
          select moved.id, ${change.name}::text, moved.organization_id from moved returning null::jsonb as step`,
      };
    case "participant_removed":
      return {
        body: sql`jsonb_build_object('name', ${change.name}::text)`,
        changed: sql`
          delete from session_participants a using moved where a.session_id = moved.id and a.name = ${change.name}::text
          returning null::jsonb as step`,
      };
  }
}

/** What a change needs to find in the plan whose row is `held`: one row with the session's id, or none. */
function targetOf(change: Exclude<PlanChange, { type: "step_added" }>): SQL {
  switch (change.type) {
    case "step_edited":
    case "step_removed":
      return lockedStep(change);
    case "step_moved":
      return placeFor(change);
    case "participant_added":
      return sql`
        select held.id as session_id from held
         where ${isCurrent} and not exists (select from session_participants a where a.session_id = held.id and a.name = ${change.name}::text)
           and (select count(*) from session_participants a where a.session_id = held.id) < ${maxParticipants}::int`;
    case "participant_removed":
      return sql`
        select held.id as session_id from held join session_participants a on a.session_id = held.id
         where a.name = ${change.name}::text for update of a`;
  }
}

/** The statement began after the last change of the plan, so that everything that it reads is as it stands now. */
const isCurrent = sql`held.last_seq = (select c.last_seq from planning_sessions c where c.id = held.id)`;

const isAsExpected = (expected: number | undefined): SQL =>
  expected === undefined ? sql`true` : sql`p.revision = ${expected}::int`;

/** The step as it stands when the session's row is held: the lock looks at it again. */
const lockedStep = ({ id, expectedRevision }: { id: string; expectedRevision?: number }): SQL => sql`
  select p.session_id from held join plan_steps p on p.session_id = held.id
   where p.id = ${id}::uuid and p.removed_at is null and ${isAsExpected(expectedRevision)} for update of p`;

/** Where a step comes to stand: in the middle between its neighbours, which is exact in decimals, or behind all, at its event's number. */
function placeFor({ id, after, expectedRevision }: Extract<PlanChange, { type: "step_moved" }>): SQL {
  const others = sql`from plan_steps o where o.session_id = held.id and o.removed_at is null and o.id <> ${id}::uuid`;
  return sql`
    select held.id as session_id,
           trim_scale(coalesce((coalesce(a.position, 0) + next.position) * 0.5, greatest(held.last_seq, floor(a.position)) + 1)) as place
      from held join plan_steps p on p.session_id = held.id
      left join lateral (select o.position, o.id ${others} and o.id = ${after}::uuid) a on true
      left join lateral (
        select o.position ${others} and (a.id is null or (o.position, o.id) > (a.position, a.id)) order by o.position, o.id limit 1) next on true
     where ${isCurrent} and p.id = ${id}::uuid and p.removed_at is null and ${isAsExpected(expectedRevision)} and (${after}::uuid is null or a.id is not null)`;
}

const changeStep = (id: string, set: SQL): SQL => sql`
  update plan_steps p set ${set}, revision = moved.last_seq, updated_at = now()
    from moved where p.session_id = moved.id and p.id = ${id}::uuid
  returning ${stepJson(sql`p`)} as step`;

/** Whether an event is what this change would have become. */
function isSame(change: PlanChange, { type, body }: PlanEventRow): boolean {
  const { type: wanted, ...fields } = change;
  const said = Object.entries(fields).filter(([name, value]) => name !== "expectedRevision" && value !== undefined);
  // What an edit leaves out, it leaves as it is: an event that says more was another one.
  const isWhole = wanted !== "step_edited" || said.length === Object.keys(body).length;
  return type === wanted && isWhole && said.every(([name, value]) => body[name] === value);
}

type Facts = {
  done: boolean;
  writable: boolean;
  archived: boolean;
  step: PlanStep | null;
  known: boolean;
  after_known: boolean;
  takes_part: boolean;
  participants: number;
};

/** Why a change did nothing; null where there is no reason any more and it should be tried again. */
async function refusal(
  db: Database,
  principal: Principal,
  id: SessionId,
  opId: string,
  change: PlanChange,
): Promise<ChangeResult | null> {
  const stepId = "id" in change ? change.id : null;
  const after = change.type === "step_moved" ? change.after : null;
  const name = "name" in change ? change.name : null;
  const stepWhere = (step: string | null) => sql`from plan_steps p where p.session_id = s.id and p.id = ${step}::uuid`;
  const [facts] = await db.query<Facts>(
    sql`
    select exists (select from session_events e where e.session_id = s.id and e.op_id = ${opId}) as done,
           ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable, s.archived_at is not null as archived,
           (select ${stepJson(sql`p`)} ${stepWhere(stepId)} and p.removed_at is null) as step, exists (select ${stepWhere(stepId)}) as known,
           exists (select ${stepWhere(after)} and p.removed_at is null) as after_known,
           exists (select from session_participants a where a.session_id = s.id and a.name = ${name}::text) as takes_part,
           (select count(*) from session_participants a where a.session_id = s.id)::int as participants
      from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
       and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
    repeatable,
  );
  if (!facts) return { outcome: "not_found" };
  // It was done at the same moment: the next try finds it.
  if (facts.done) return null;
  if (!facts.writable) return { outcome: "forbidden" };
  if (facts.archived) return { outcome: "archived" };
  return refusalOf(change, facts);
}

function refusalOf(
  change: PlanChange,
  { step, known, after_known, takes_part, participants }: Facts,
): ChangeResult | null {
  switch (change.type) {
    case "step_added":
      // Its id is that of a step which another operation has made.
      return known ? { outcome: "reused" } : null;
    case "participant_added":
      if (takes_part) return { outcome: "unchanged" };
      return participants >= maxParticipants ? { outcome: "too_many_participants" } : null;
    case "participant_removed":
      return takes_part ? null : { outcome: "unchanged" };
    default: {
      if (!step) return { outcome: "unknown_step" };
      const { expectedRevision } = change;
      if (expectedRevision !== undefined && expectedRevision !== step.revision) return { outcome: "conflict", step };
      if (change.type !== "step_moved" || change.after === null) return null;
      return after_known && change.after !== change.id ? null : { outcome: "unknown_step" };
    }
  }
}
