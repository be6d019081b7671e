import { sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import type { Connection, PresenceList, PresenceStore } from "../ports-stream.js";
import { type Database, json, repeatable } from "./database.js";

/** How long somebody is taken to be there after having been heard of, in seconds. */
const presentFor = 40;
const mostPeople = 100;

/** Who watches which session. Rows that nobody refreshes are taken away by whoever tells something of the same session. */
export function presenceStore(db: Database): PresenceStore {
  const isThere = sql`p.seen_at > now() - ${presentFor}::int * interval '1 second'`;
  return {
    async tell(here, gone) {
      if (here.length + gone.length === 0) return;
      await db.query(
        sql`
        with left_ as (
          delete from presence p using jsonb_to_recordset(${json([...here, ...gone].map(toRow))}) as g(session_id uuid, id uuid)
           where p.session_id = g.session_id and (not ${isThere} or p.connection_id in (select value::uuid from jsonb_array_elements_text(${json(gone.map(({ id }) => id))})))
             and p.connection_id not in (select value::uuid from jsonb_array_elements_text(${json(here.map(({ id }) => id))})))
        insert into presence (session_id, connection_id, organization_id, user_id, name)
        select h.session_id, h.id, s.organization_id, h.user_id, h.name
          from jsonb_to_recordset(${json(here.map(toRow))}) as h(session_id uuid, id uuid, user_id uuid, name text)
          join planning_sessions s on s.id = h.session_id
        on conflict (session_id, connection_id) do update set seen_at = now(), name = excluded.name, updated_at = now()`,
        repeatable,
      );
    },

    async list(ids) {
      const rows = await db.query<{ id: SessionId } & PresenceList>(
        sql`
        select w.id, coalesce(jsonb_agg(jsonb_build_object('userId', q.user_id, 'name', q.name, 'state', q.state) order by q.name, q.user_id)
                 filter (where q.n <= ${mostPeople}), '[]') as people, count(q.user_id)::int as count
          from jsonb_array_elements_text(${json(ids)}) as t(value) cross join lateral (select t.value::uuid as id) w
          left join lateral (
            select d.*, row_number() over (order by d.name, d.user_id) as n from (
              select distinct on (p.user_id) p.user_id, p.name, p.state from presence p where p.session_id = w.id and ${isThere}
               order by p.user_id, p.state desc) d) q on true
         group by w.id`,
        repeatable,
      );
      return new Map(rows.map(({ id, people, count }) => [id, { people, count }]));
    },
  };
}

const toRow = ({ id, sessionId, userId, name }: Connection) => ({ id, session_id: sessionId, user_id: userId, name });
