import type { SqlEngine } from "../../dev/neon/sql-engine.js";

/** One organization has 30 % of the sessions, the others share the rest. */
export const organizations = 50;
export const largest = "org-0";
export const small = "org-7";

const uuid = (kind: number, n: number) => `0000000${kind}-0000-4000-8000-${n.toString().padStart(12, "0")}`;

/** The ids of somebody and something in an organization, by their numbers. */
export const idIn = {
  session: (n: number) => uuid(1, n),
  user: (organization: number, n: number) => uuid(2, organization * 100 + n),
  engagement: (organization: number, n: number) => uuid(3, organization * 20 + n),
};

const idOf = (kind: number, n: string) => `('0000000${kind}-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;

/**
 * Two years of planning: in each organization 100 people and 20 engagements, the first of which has a fifth of the sessions; 6 % failed, 0.4 %
 * at work, 40 % archived; titles of three words, some in every tenth title and some in one of a hundred thousand. Indexes and checks are
 * off while it is written.
 */
export async function writeSessions(engine: SqlEngine, sessions: number): Promise<void> {
  const [found] = await engine.run(
    [
      {
        query: `select indexname, indexdef from pg_indexes i where schemaname = 'public' and tablename = 'planning_sessions'
                   and not exists (select from pg_constraint c where c.conname = i.indexname)`,
        params: [],
      },
    ],
    { transaction: null },
  );
  const indexes = (found?.rows ?? []) as [string, string][];
  await engine.exec(indexes.map(([name]) => `drop index ${name};`).join("\n"));
  await engine.exec(`
    set session_replication_role = replica;
    insert into organizations (id, name, url_key) select 'org-' || n, 'Org ' || n, 'org' || n from generate_series(0, ${organizations - 1}) n;
    insert into users (id, organization_id, linear_user_id, name)
      select ${idOf(2, "o * 100 + n")}, 'org-' || o, 'linear-' || o || '-' || n, 'Person ' || n
        from generate_series(0, ${organizations - 1}) o, generate_series(0, 99) n;
    insert into engagements (id, organization_id, name, settings, created_at)
      select ${idOf(3, "o * 20 + n")}, 'org-' || o, 'Engagement ' || n, '{"epics": "issue", "approval": "anyone", "access": "organization"}',
             now() - interval '2 years' + n * interval '1 day' from generate_series(0, ${organizations - 1}) o, generate_series(0, 19) n;
    insert into planning_sessions (id, organization_id, engagement_id, created_by, is_default, planning_title, prompt, work, status, step, last_seq,
                                   archived_at, created_at, updated_at)
      select ${idOf(1, "n")}, 'org-' || o, ${idOf(3, "o * 20 + case when r1 < 0.2 then 0 else (r1 * 20)::int % 20 end")},
             ${idOf(2, "o * 100 + (r2 * 100)::int % 100")}, false,
             'Plan w' || (power(r3, 4) * 2000)::int || ' w' || (power(r4, 4) * 20000)::int || ' ENG-' || n,
             '{"texts": ["Please plan this"], "delegated": false, "appUserId": null, "issue": null}', '{}',
             case when r5 < 0.06 then 'failed' when r5 < 0.064 then 'processing' when r5 < 0.07 then 'awaiting_input' when r5 < 0.1 then 'pending'
                  when r5 < 0.14 then 'cancelled' else 'completed' end,
             'read-page', 1, case when r6 < 0.4 then now() end,
             now() - (${sessions} - n) * interval '63 seconds', now()
        from (select n, case when n % 10 < 3 then 0 else 1 + (n / 10 * 7 + n % 10) % ${organizations - 1} end as o,
                     random() as r1, random() as r2, random() as r3, random() as r4, random() as r5, random() as r6
                from generate_series(1, ${sessions}) n) s;
    insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, 1, organization_id, 'session_created', '{}', 'agent' from planning_sessions;
    insert into plan_steps (session_id, id, organization_id, position, text, owner, revision)
      select s.id, gen_random_uuid(), s.organization_id, n, 'A step', 'Ada', n from planning_sessions s, generate_series(1, 5) n where s.planning_title like '%0';
    insert into session_participants (session_id, name, organization_id)
      select s.id, 'Person ' || n, s.organization_id from planning_sessions s, generate_series(1, 2) n where s.planning_title like '%5';
    reset session_replication_role;`);
  for (const [, definition] of indexes) await engine.exec(definition);
  await engine.exec(`
    update planning_sessions s set is_default = true from (select distinct on (engagement_id) id from planning_sessions order by engagement_id, created_at) d where d.id = s.id;`);
  await engine.exec("vacuum analyze");
}
