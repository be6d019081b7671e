import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, describe } from "vitest";
import { type Stores, stores } from "../../contract/stores/stores.js";
import { acme, aDelivery, aLogEntry, aMove, aPlanItem, aThought, someFields } from "../../support/builders.js";
import { aConflict, aSyncMove, givenSyncedPlan, read, someWork } from "../../support/synced-plan.js";
import { type TestDatabase, testDatabase, testServer } from "../../support/test-database.js";

const oftenEnough = 5;
const forMs = { atLeast: 4_000, atMost: 40_000 };
const bounded = 60_000;

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  let database: TestDatabase;
  let store: Stores;
  beforeAll(async () => {
    database = await testDatabase({ on: "postgres" });
    store = stores(database);
    await store.givenOrganization(acme);
  });
  afterAll(() => database.close());

  const deadlocks = async () => {
    const [row] = await database.db.query<{ n: number }>(
      sql`select deadlocks::int as n from pg_stat_database where datname = current_database()`,
    );
    return row?.n;
  };

  it(
    "lets a session, its runs, people and events work on one plan at the same time: no deadlock, no gap in the log, each commit whole or nothing",
    async () => {
      const { sessions, sync, inbox, pages, leases, db } = store;
      const items = [0, 1, 2].map((n) =>
        aPlanItem({ position: n, linearId: `issue-${n}`, fields: someFields({ key: `US-${n}` }), pending: null }),
      );
      const { planId, sessionId } = await givenSyncedPlan(store, { items });
      await db.query(sql`
        insert into confluence_tokens (id, organization_id, kind, site_url, cloud_id, spaces, access_token)
        values (gen_random_uuid(), ${acme}, 'cloud_oauth', 'https://acme.atlassian.net', 'cloud-1', '{*}', 'sealed')`);
      const before = { version: (await read(store, planId)).plan.version, log: (await store.log(sessionId)).length };
      const from = Date.now();
      const done = {
        begun: 0,
        sync: [] as string[],
        session: [] as string[],
        replies: 0,
        decided: 0,
        busy: 0,
        changed: 0,
      };
      const counts = () => [done.begun, done.sync.length, done.session.length, done.replies, done.decided];
      const goesOn = () => {
        const passedMs = Date.now() - from;
        return passedMs < forMs.atLeast || (passedMs < forMs.atMost && counts().some((n) => n <= oftenEnough));
      };

      const runner = async () => {
        while (goesOn()) {
          const seen = await read(store, planId);
          if (seen.status === "idle") {
            await sync.request({ organizationId: acme, because: "person", planIds: [planId], askedBy: "user-1" });
            const outcome = await sync.begin(await read(store, planId), randomUUID());
            if (outcome === "begun") done.begun += 1;
            else done[outcome] += 1;
            continue;
          }
          const attemptId = randomUUID();
          if (!(await leases.acquire(planId, attemptId)).held) continue;
          const run = { seen: await read(store, planId), attemptId };
          if (run.seen.status === "running") {
            const name = randomUUID();
            const item = run.seen.items[Math.floor(Math.random() * 3)];
            if (!item) throw new Error("the items are gone");
            const open = run.seen.conflicts.filter((one) => one.itemId === item.id);
            const conflicts = open.length > 0 ? open : [aConflict(item)];
            const work = someWork({ runId: name });
            const committed = await sync.commit(
              aSyncMove(run, {
                next: Math.random() < 0.6 ? { step: "apply-to-page", work } : { end: "idle" },
                items: [{ ...item, status: name }],
                conflicts: conflicts.map((one) => ({ ...one, applied: one.decision !== null })),
                history: { work, trigger: "person", error: null, toPageVersion: 3 },
                log: [aLogEntry({ type: `sync ${name}` })],
                effects: [
                  { ...aThought(name), id: name } as Extract<ReturnType<typeof aThought>, { kind: "activity" }>,
                ],
              }),
            );
            if (committed.outcome === "committed") done.sync.push(name);
            else done.changed += 1;
          }
          await leases.abandon(planId, attemptId);
        }
      };
      const planner = async () => {
        while (goesOn()) {
          const session = await store.read(sessionId);
          if (session.status !== "processing") {
            await pause(Math.random() * 150);
            const reply = { session, entry: aLogEntry({ type: "session.resumed" }), effects: [] };
            const resumed = {
              status: "processing",
              step: "read-page",
              progress: 10,
              progressMessage: "",
              waitingUntil: null,
            } as const;
            const accepted = await inbox.reply(aDelivery(), {
              ...reply,
              after: { ...session, ...resumed },
            });
            if (accepted.outcome === "accepted") done.replies += 1;
            continue;
          }
          const seen = await read(store, planId);
          const name = randomUUID();
          const item = seen.items[0];
          if (!item) throw new Error("the items are gone");
          const outcome = await sessions.commit(
            aMove(session, Math.random() < 0.5 ? { type: "completed" } : undefined, {
              plan: { id: planId, version: seen.plan.version, items: [{ ...item, localId: name }] },
              log: [aLogEntry({ type: `session ${name}` })],
              effects: [{ ...aThought(name), id: name }],
            }),
          );
          if (outcome === "committed") done.session.push(name);
        }
      };
      const listener = async () => {
        for (let n = 0; goesOn(); n += 1) {
          const event = {
            type: "issue_changed",
            issueId: `issue-${n % 3}`,
            above: [],
            changedAt: String(n),
            actor: null,
            data: {},
          } as const;
          await inbox.issueChanged(aDelivery({ event: { ...event, above: [] } }), { ...event, above: [] });
          await pages.pageChanged({
            kind: "forge",
            deliveryId: randomUUID(),
            site: { cloudId: "cloud-1" },
            pageId: "4711",
            version: null,
            authorId: null,
            change: "updated",
            occurredAt: null,
          });
          await sync.listOverdue(5);
        }
      };
      const decider = async () => {
        while (goesOn()) {
          const { session, conflicts } = await read(store, planId);
          const [conflict] = conflicts.filter((one) => one.decision === null);
          if (!conflict) continue;
          const { outcome } = await inbox.decide(aDelivery(), {
            question: { planId, questionId: "q1", session, conflicts: [conflict] },
            decisions: [{ conflictId: conflict.id, strategy: "linear", value: "Log in" }],
            entry: aLogEntry({ type: "conflicts.decided" }),
            by: "user-1",
          });
          if (outcome === "accepted") done.decided += 1;
        }
      };
      await Promise.all([runner(), runner(), runner(), planner(), listener(), decider(), decider()]);

      for (const n of counts()) expect(n).toBeGreaterThan(oftenEnough);
      const after = await read(store, planId);
      expect(after.plan.version).toBe(before.version + done.begun + done.sync.length + done.session.length);
      expect(await store.brokenLogs()).toEqual([]);
      const log = (await store.log(sessionId)).map(({ type }) => type);
      const named = (kind: string) =>
        log.filter((type) => type.startsWith(`${kind} `)).map((type) => type.slice(kind.length + 1));
      expect(named("sync").sort()).toEqual([...done.sync].sort());
      expect(named("session").sort()).toEqual([...done.session].sort());
      expect(log.filter((type) => type === "conflicts.decided")).toHaveLength(done.decided);
      const ids = async (table: string) => {
        const rows = await db.query<{ id: string }>(
          table === "outbox" ? sql`select id from outbox where kind = 'activity'` : sql`select id from sync_history`,
        );
        return rows.map(({ id }) => id).sort();
      };
      expect(await ids("sync_history")).toEqual([...done.sync].sort());
      expect(await ids("outbox")).toEqual([...done.sync, ...done.session].sort());
      for (const item of after.items) expect(item.status === null || done.sync.includes(item.status)).toBe(true);
      expect(
        await db.query(
          sql`select id from conflicts where applied_at is not null and (not is_resolved or resolved_change->>'author' <> 'user-1')`,
        ),
      ).toEqual([]);
      await pause(1_100);
      expect(await deadlocks()).toBe(0);
    },
    bounded,
  );
});
