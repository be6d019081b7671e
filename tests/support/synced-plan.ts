import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { PlanId, SessionId } from "../../lib/domain/ids.js";
import type { PlanItem } from "../../lib/domain/plan-item.js";
import type { Conflict } from "../../lib/domain/sync/conflict.js";
import { nothingCounted, type SyncWork } from "../../lib/domain/sync/run.js";
import type { SyncedPlan, SyncMove } from "../../lib/ports-sync.js";
import type { Stores } from "../contract/stores/stores.js";
import { acme, aMove, type aPlanClaim, aPlanItem } from "./builders.js";

/** What of a plan's row says how it is kept in step; instants as milliseconds from the database's now. */
export type SyncState = {
  status: string;
  step: string | null;
  version: number;
  dirty: boolean;
  due: number | null;
  since: number | null;
  because: string | null;
  for: string | null;
  paused: { code: string; words: string } | null;
  isSynced: boolean;
};

export async function stateOf({ db }: Pick<Stores, "db">, planId: PlanId): Promise<SyncState> {
  const fromNow = (column: string) => sql`(extract(epoch from ${sql.identifier(column)} - now()) * 1000)::float8`;
  const [row] = await db.query<SyncState>(sql`
    select sync_status as status, step, version, dirty, ${fromNow("due_at")} as due, ${fromNow("due_since")} as since, due_because as because, due_for as for,
           paused_because as paused, last_synced_at is not null as "isSynced" from plans where id = ${planId}`);
  if (!row) throw new Error(`plan ${planId} is not there`);
  return row;
}

/** A plan of a page whose first run has come to its end, with items and the page as it was approved. */
export async function givenSyncedPlan(
  { sessions, givenPlan }: Stores,
  {
    items = [aPlanItem({ pending: null, linksPending: false, linearId: randomUUID() })],
    claim = {},
    differs = {},
    stays = false,
  }: {
    items?: PlanItem[];
    claim?: Partial<ReturnType<typeof aPlanClaim>>;
    differs?: Parameters<Stores["givenPlan"]>[0];
    /** The session goes on. */
    stays?: boolean;
  } = {},
): Promise<{ planId: PlanId; sessionId: SessionId; items: PlanItem[] }> {
  const { session, plan } = await givenPlan(differs, claim);
  const outcome = await sessions.commit(
    aMove(session, stays ? undefined : { type: "completed" }, {
      plan: { id: plan.id, items, basePageVersion: 3 },
      snapshot: { pageVersion: 3, title: "Checkout plan", body: "<h1>Checkout</h1>" },
    }),
  );
  if (outcome !== "committed") throw new Error(`the plan was not stored: ${outcome}`);
  return { planId: plan.id, sessionId: session.id, items };
}

export async function read({ sync }: Pick<Stores, "sync">, planId: PlanId): Promise<SyncedPlan> {
  const seen = await sync.load(planId);
  if (!seen) throw new Error(`plan ${planId} is not there`);
  return seen;
}

/** Takes the lease of a run that has begun, and reads it. */
export async function underLease(stores: Stores, planId: PlanId): Promise<{ seen: SyncedPlan; attemptId: string }> {
  const attemptId = randomUUID();
  const { held } = await stores.leases.acquire(planId, attemptId);
  if (!held) throw new Error(`plan ${planId} is leased to somebody else`);
  return { seen: await read(stores, planId), attemptId };
}

/** A run of the plan that has begun because a page or an issue changed, with its lease. */
export async function givenRun(stores: Stores, planId: PlanId): Promise<{ seen: SyncedPlan; attemptId: string }> {
  await stores.sync.request({ organizationId: acme, because: "issue", planIds: [planId] });
  const begun = await stores.sync.begin(await read(stores, planId), randomUUID());
  if (begun !== "begun") throw new Error(`the run did not begin: ${begun}`);
  return underLease(stores, planId);
}

export const someWork = (differs: Partial<SyncWork> = {}): SyncWork => ({
  runId: randomUUID(),
  trigger: "issue",
  undoOf: null,
  askedBy: null,
  startedAt: "2030-01-02T03:04:05.678Z",
  page: { version: 3, updatedAt: null, authorId: null },
  toLinear: [],
  toPage: [],
  counts: nothingCounted,
  done: [],
  stale: 0,
  commentLooks: 0,
  ...differs,
});

/** The end of a run that has nothing to say, unless `differs` says more. */
export const aSyncMove = (
  run: { seen: SyncedPlan; attemptId: string },
  differs: Partial<Omit<SyncMove, "seen" | "attemptId">> = {},
): SyncMove => ({ ...run, next: { end: "idle" }, ...differs });

export const aConflict = (item: PlanItem, differs: Partial<Conflict> = {}): Conflict => ({
  id: randomUUID(),
  itemId: item.id,
  field: "title",
  kind: "both_changed",
  base: "Sign in",
  linear: { value: "Log in", author: null, at: "2030-01-02T03:04:05.678Z" },
  page: { value: "Sign on", author: "account-1", at: null },
  decision: null,
  ...differs,
});
