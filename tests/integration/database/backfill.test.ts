import { afterAll, beforeAll, expect, it } from "vitest";
import { openPglite } from "../../../dev/neon/pglite.js";
import { openPostgres } from "../../../dev/neon/postgres.js";
import type { SqlEngine } from "../../../dev/neon/sql-engine.js";
import { createDatabase } from "../../support/postgres.js";
import { migrationScripts, testServer } from "../../support/test-database.js";

const scripts = migrationScripts();
const backfill = scripts[3] ?? "";
const tables = ["organizations", "users", "engagements", "planning_sessions", "session_events", "plans", "plan_items"];
const id = (kind: number, n: number) => `0000000${kind}-0000-4000-8000-${n.toString().padStart(12, "0")}`;

let engine: SqlEngine;
let before: Map<string, Record<string, string | null>[]>;
beforeAll(async () => {
  engine =
    testServer === ""
      ? await openPglite()
      : openPostgres(await createDatabase(testServer, `backfill_${process.pid}`), { max: 2 });
  for (const script of scripts.slice(0, 2)) await engine.exec(script);
  await engine.exec(beforePeople);
  before = await everything();
  for (const script of scripts.slice(2)) await engine.exec(script);
});
afterAll(() => engine.close());

const query = async (text: string): Promise<Record<string, string | null>[]> => {
  const [result] = await engine.run([{ query: text, params: [] }], { transaction: null });
  return (result?.rows ?? []).map((row) =>
    Object.fromEntries((result?.fields ?? []).map(({ name }, index) => [name, row[index] ?? null])),
  );
};
const everything = async () => {
  const rows = new Map<string, Record<string, string | null>[]>();
  for (const table of tables) rows.set(table, await query(`select * from ${table} order by 1, 2`));
  return rows;
};

it("loses nothing that was there", async () => {
  const after = await everything();
  // What the migration is for.
  const filled = ["updated_at", "engagement_id", "is_default", "settings"];
  for (const [table, rows] of before)
    for (const row of rows) {
      const kept = Object.fromEntries(Object.entries(row).filter(([column]) => !filled.includes(column)));
      expect(after.get(table), table).toContainEqual(expect.objectContaining(kept));
    }
});

it("gives everybody a default engagement: the first they planned in, or their organization's", async () => {
  const rows = await query(`
    select u.name, e.name as engagement, e.organization_id = u.organization_id as own from users u left join engagements e on e.id = u.default_engagement_id order by 1`);
  expect(rows).toEqual([
    { name: "Ada planned in ENG, then in OPS", engagement: "ENG", own: "t" },
    { name: "Grace's team was never known", engagement: "General", own: "t" },
    { name: "Linus of another organization", engagement: "General", own: "t" },
  ]);
});

it("gives every engagement one default session: the one it has, its oldest, or a first one", async () => {
  const rows = await query(`
    select e.organization_id || ' ' || e.name as engagement, s.planning_title as title, s.status, s.last_seq,
           (select count(*) from session_events v where v.session_id = s.id) as lines
      from engagements e left join planning_sessions s on s.engagement_id = e.id and s.is_default order by 1, 2`);
  expect(rows).toEqual([
    { engagement: "one ENG", title: "Younger, and default", status: "completed", last_seq: "1", lines: "1" },
    { engagement: "one General", title: "Planning", status: "pending", last_seq: "1", lines: "1" },
    { engagement: "one OPS", title: "Oldest of OPS", status: "failed", last_seq: "1", lines: "1" },
    { engagement: "one WEB", title: "Planning", status: "pending", last_seq: "1", lines: "1" },
    { engagement: "two General", title: "Planning", status: "pending", last_seq: "1", lines: "1" },
  ]);
});

it("puts sessions and plans where their team plans", async () => {
  const rows = await query(`
    select s.planning_title as title, e.name from planning_sessions s join engagements e on e.id = s.engagement_id
     where s.id = '${id(1, 6)}' union all
    select p.page_title, e.name from plans p join planning_sessions s on s.id = p.session_id join engagements e on e.id = s.engagement_id`);
  expect(rows).toEqual([
    { title: "Without an engagement, of OPS", name: "OPS" },
    { title: "Plan of OPS", name: "OPS" },
  ]);
});

it("changes nothing when it runs again", async () => {
  const after = await everything();
  await engine.exec(backfill);
  expect(await everything()).toEqual(after);
});

const session = (
  n: number,
  values: {
    by: number | null;
    engagement: number | null;
    team: string | null;
    isDefault?: boolean;
    title: string;
    status?: string;
  },
) => `
  insert into planning_sessions (id, organization_id, engagement_id, created_by, is_default, planning_title, team_id, prompt, work, status, step, last_seq, created_at)
  values ('${id(1, n)}', 'one', ${values.engagement === null ? "null" : `'${id(3, values.engagement)}'`}, ${values.by === null ? "null" : `'${id(2, values.by)}'`},
          ${values.isDefault ?? false}, '${values.title}', ${values.team === null ? "null" : `'${values.team}'`}, '{"texts": ["Plan it"]}', '{}',
          '${values.status ?? "completed"}', 'read-page', 1, now() - interval '1 day' + ${n} * interval '1 minute');
  insert into session_events (session_id, seq, organization_id, type, body, actor) values ('${id(1, n)}', 1, 'one', 'session.started', '{}', 'linear-1');`;

/** A database as it was before people could sign in. */
const beforePeople = `
  insert into organizations (id, name, url_key) values ('one', 'One', 'one'), ('two', 'Two', 'two');
  insert into users (id, organization_id, linear_user_id, name) values
    ('${id(2, 1)}', 'one', 'linear-1', 'Ada planned in ENG, then in OPS'), ('${id(2, 2)}', 'one', 'linear-2', 'Grace''s team was never known'),
    ('${id(2, 3)}', 'two', 'linear-3', 'Linus of another organization');
  insert into engagements (id, organization_id, team_id, name, settings) values
    ('${id(3, 1)}', 'one', 'team-eng', 'ENG', '{"epics": "project", "approval": "members"}'),
    ('${id(3, 2)}', 'one', 'team-ops', 'OPS', '{"epics": "issue", "approval": "anyone"}'),
    ('${id(3, 3)}', 'one', 'team-web', 'WEB', '{"epics": "issue", "approval": "anyone"}');
  ${session(1, { by: 1, engagement: 1, team: "team-eng", title: "Older, but not default" })}
  ${session(2, { by: 1, engagement: 1, team: "team-eng", isDefault: true, title: "Younger, and default" })}
  ${session(3, { by: 1, engagement: 2, team: "team-ops", title: "Oldest of OPS", status: "failed" })}
  ${session(4, { by: 1, engagement: 2, team: "team-ops", title: "Younger of OPS", status: "awaiting_input" })}
  ${session(5, { by: 2, engagement: null, team: null, title: "Nobody knows the team" })}
  ${session(6, { by: null, engagement: null, team: "team-ops", title: "Without an engagement, of OPS" })}
  insert into plans (id, organization_id, source, team_id, session_id, page_title) values ('${id(4, 1)}', 'one', 'confluence:acme:1', 'team-ops', '${id(1, 6)}', 'Plan of OPS');
  insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, source, linear_id)
    values ('${id(5, 1)}', 'one', '${id(4, 1)}', 0, 'story', 'US-1', 'Sign in', '{"key": "US-1"}', '{}', 'linear-issue-1');`;
