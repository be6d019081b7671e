import { getTableName, sql } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaTables } from "../../../scripts/er-diagram.js";
import { aMove, aPlanItem, someFields } from "../../support/builders.js";
import { aSyncMove, givenRun, givenSyncedPlan } from "../../support/synced-plan.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { type Stores, stores } from "../../contract/stores/stores.js";

const tables = schemaTables();

describe("The migrated database", () => {
  let database: TestDatabase;
  let store: Stores;
  beforeAll(async () => {
    database = await testDatabase();
    store = stores(database);
  });
  afterAll(() => database.close());

  const columns = async (relation: string) => {
    const rows = await database.db.query<{
      name: string;
      type: string;
      isNullable: boolean;
      default: string | null;
    }>(sql`
      select column_name as name, data_type as type, is_nullable = 'YES' as "isNullable", column_default as "default"
        from information_schema.columns where table_schema = 'public' and table_name = ${relation}`);
    return Object.fromEntries(rows.map((row) => [row.name, row]));
  };
  const foreignKeys = () =>
    database.db.query<{ name: string; from: string; column: string; to: string; isIndexed: boolean }>(sql`
      select c.conname as name, c.conrelid::regclass::text as from, a.attname as column, c.confrelid::regclass::text as to,
             exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1] and i.indpred is null) as "isIndexed"
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       where c.contype = 'f' and c.connamespace = 'public'::regnamespace`);

  const s2: Record<string, Record<string, RegExp>> = {
    linear_tokens: {
      id: /uuid/,
      organization_id: /text/,
      access_token: /text/,
      refresh_token: /text/,
      app_user_id: /text/,
      expires_at: /timestamp/,
    },
    planning_sessions: {
      id: /uuid/,
      organization_id: /text/,
      confluence_page_url: /text/,
      planning_title: /text/,
      epic_id: /text/,
      status: /text/,
    },
    planning_features: {
      id: /uuid/,
      planning_session_id: /uuid/,
      feature_id: /text/,
      title: /text/,
      description: /text/,
    },
    sync_state: { id: /uuid/, confluence_page_id: /text/, linear_team_id: /text/, timestamp: /timestamp/ },
    conflicts: {
      id: /uuid/,
      linear_change: /jsonb/,
      confluence_change: /jsonb/,
      is_resolved: /boolean/,
      resolution_strategy: /text/,
      resolved_change: /jsonb/,
    },
    sync_history: {
      id: /uuid/,
      confluence_page_id: /text/,
      linear_team_id: /text/,
      success: /boolean/,
      error: /text/,
      created_issues: /integer/,
      updated_issues: /integer/,
      confluence_changes: /integer/,
      conflicts_detected: /integer/,
      conflicts_resolved: /integer/,
      timestamp: /timestamp/,
    },
    planning_stories: { id: /uuid/, planning_feature_id: /uuid/, story_id: /text/, title: /text/, description: /text/ },
    planning_enablers: {
      id: /uuid/,
      planning_session_id: /uuid/,
      enabler_id: /text/,
      title: /text/,
      description: /text/,
      enabler_type: /text/,
    },
  };
  for (const [relation, expected] of Object.entries(s2))
    it(`has ${relation} with the columns that the database document names`, async () => {
      const actual = await columns(relation);
      for (const [column, type] of Object.entries({ ...expected, created_at: /timestamp/, updated_at: /timestamp/ }))
        expect(actual[column]?.type, column).toMatch(type);
    });

  it("requires of a token what the document requires, one grant for each organization", async () => {
    const tokens = await columns("linear_tokens");
    for (const column of ["organization_id", "access_token", "app_user_id", "expires_at"])
      expect(tokens[column]?.isNullable, column).toBe(false);
    const uniques = await database.db.query<{ columns: string }>(sql`
      select pg_get_constraintdef(oid) as columns from pg_constraint where conrelid = 'linear_tokens'::regclass and contype = 'u'`);
    expect(uniques).toEqual([{ columns: "UNIQUE (organization_id)" }]);
  });

  it("relates tokens, sessions, plans and items through their organization and to each other", async () => {
    const keys = (await foreignKeys()).map(({ from, column, to }) => `${from}.${column} → ${to}`);

    expect(keys).toEqual(
      expect.arrayContaining([
        "linear_tokens.organization_id → organizations",
        "planning_sessions.organization_id → organizations",
        "session_events.session_id → planning_sessions",
        "plans.session_id → planning_sessions",
        "plan_items.plan_id → plans",
        "plan_items.parent_id → plan_items",
        "conflicts.plan_id → plans",
        "conflicts.item_id → plan_items",
        "sync_history.plan_id → plans",
      ]),
    );
  });

  it("shows features, stories and enablers of a session as the document has them", async () => {
    const { session, plan } = await store.givenPlan();
    const epic = aPlanItem({ fields: someFields({ key: "E-1", kind: "epic" }) });
    const feature = aPlanItem({
      parentId: epic.id,
      linearId: "linear-f",
      fields: someFields({ key: "F-1", kind: "feature", title: "Pay" }),
    });
    const story = aPlanItem({
      parentId: feature.id,
      linearId: "linear-s",
      fields: someFields({ title: "Pay by card", description: "As a buyer" }),
    });
    const orphan = aPlanItem({ parentId: epic.id, fields: someFields({ key: "US-2", title: "Pay later" }) });
    const enabler = aPlanItem({
      parentId: feature.id,
      linearId: "linear-e",
      fields: someFields({ key: "EN-1", kind: "enabler", title: "Ledger", enablerType: "architecture" }),
    });
    await store.sessions.commit(
      aMove(session, undefined, { plan: { id: plan.id, items: [epic, feature, story, orphan, enabler] } }),
    );

    expect(await database.db.query(sql`select planning_session_id, feature_id, title from planning_features`)).toEqual([
      { planning_session_id: session.id, feature_id: "linear-f", title: "Pay" },
    ]);
    expect(
      await database.db.query(sql`select planning_feature_id, story_id, title from planning_stories order by title`),
    ).toEqual([
      { planning_feature_id: feature.id, story_id: "linear-s", title: "Pay by card" },
      { planning_feature_id: null, story_id: null, title: "Pay later" },
    ]);
    expect(
      await database.db.query(sql`select planning_session_id, enabler_id, enabler_type from planning_enablers`),
    ).toEqual([{ planning_session_id: session.id, enabler_id: "linear-e", enabler_type: "architecture" }]);
  });

  it("shows the state of sync of each page that is kept in step, with the instant of its last run", async () => {
    const synced = await givenSyncedPlan(store, {
      claim: { source: "confluence:acme.atlassian.net:99", pageId: "99" },
    });
    await store.givenPlan({}, { source: "confluence:acme.atlassian.net:100", pageId: "100" });
    const states = () =>
      database.db.query(sql`
        select id, confluence_page_id, linear_team_id, timestamp is not null as "isSynced" from sync_state where confluence_page_id in ('99', '100')`);
    const state = { id: synced.planId, confluence_page_id: "99", linear_team_id: "team-eng" };
    expect(await states()).toEqual([{ ...state, isSynced: false }]);

    await store.sync.commit(aSyncMove(await givenRun(store, synced.planId)));

    expect(await states()).toEqual([{ ...state, isSynced: true }]);
  });

  it("has every table and column of the schema and no other", async () => {
    const actual = await database.db.query<{ table: string; columns: string[] }>(sql`
      select c.table_name as table, jsonb_agg(c.column_name order by c.column_name) as columns
        from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
       where c.table_schema = 'public' and t.table_type = 'BASE TABLE' group by 1 order by 1`);

    const declared = tables.map((table) => ({
      table: getTableName(table),
      columns: getTableConfig(table)
        .columns.map(({ name }) => name)
        .sort(),
    }));
    expect(actual).toEqual(declared.sort((a, b) => (a.table < b.table ? -1 : 1)));
  });

  it("stamps every row of every table", async () => {
    for (const table of tables) {
      const { created_at, updated_at } = await columns(getTableName(table));
      for (const column of [created_at, updated_at])
        expect([column?.isNullable, column?.default], getTableName(table)).toEqual([false, "now()"]);
    }
  });

  it("names the organization on every row of a tenant", async () => {
    // Callers of no organization are counted by a hash of their address.
    const others = ["organizations", "oauth_states", "rate_limits"];
    for (const name of tables.map((table) => getTableName(table)).filter((table) => !others.includes(table)))
      expect((await columns(name)).organization_id?.isNullable, name).toBe(false);
  });

  it("has an index behind every foreign key but the tenant's, so that purging an organization reads no table once for each row", async () => {
    const unindexed = (await foreignKeys()).filter(
      ({ column, isIndexed }) => column !== "organization_id" && !isIndexed,
    );

    expect(unindexed.map(({ name }) => name)).toEqual([]);
  });

  it("has one default session for an engagement, one plan for a source and team, one item for a Linear id", async () => {
    const indexes = await database.db.query<{ definition: string }>(sql`
      select indexdef as definition from pg_indexes where schemaname = 'public' and indexdef like 'CREATE UNIQUE%'`);
    const definitions = indexes.map(({ definition }) => definition.replace(/^.* ON public\./, ""));

    expect(definitions).toEqual(
      expect.arrayContaining([
        "planning_sessions USING btree (engagement_id) WHERE is_default",
        "plans USING btree (organization_id, source, team_id)",
        "plan_items USING btree (organization_id, linear_id)",
        "conflicts USING btree (item_id, field) WHERE (applied_at IS NULL)",
        "session_events USING btree (session_id, seq)",
        "webhook_deliveries USING btree (provider, delivery_id)",
        "webhook_deliveries USING btree (provider, organization_id, meaning)",
      ]),
    );
  });
});
