import { sql } from "drizzle-orm";
import type { AccessWatch } from "../ports-stream.js";
import { type Database, json, repeatable } from "./database.js";

/** What was asked of each stream when it was opened, asked of all of them again: one statement for a process. */
export function accessWatch(db: Database): AccessWatch {
  return {
    async stillAllowed(connections) {
      const asked = connections.map(({ id, sessionId, userId, via, credentialId }) => ({
        id,
        session_id: sessionId,
        user_id: userId,
        via,
        credential_id: credentialId,
      }));
      const living = sql`c.id = a.credential_id and c.user_id = u.id and c.revoked_at is null and c.expires_at > now()`;
      const rows = await db.query<{ id: string }>(
        sql`
        select a.id from jsonb_to_recordset(${json(asked)}) as a(id uuid, session_id uuid, user_id uuid, via text, credential_id uuid)
          join users u on u.id = a.user_id
          join organizations o on o.id = u.organization_id and o.revoked_at is null
          join planning_sessions s on s.id = a.session_id and s.organization_id = u.organization_id and s.deleted_at is null
          left join engagements e on e.id = s.engagement_id
         where case a.via when 'browser' then exists (select from sign_ins c where ${living})
                          when 'token' then exists (select from api_tokens c where ${living})
                          else a.via = 'demo' end
           and (u.role = 'admin' or e.settings->>'access' is distinct from 'members'
                or exists (select from engagement_members m where m.engagement_id = e.id and m.user_id = u.id))`,
        repeatable,
      );
      return new Set(rows.map(({ id }) => id));
    },
  };
}
