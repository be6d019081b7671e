import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { observing } from "../../../lib/compose/observing.js";
import { metricsStore } from "../../../lib/db/metrics-store.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { metrics } from "../../../lib/http/metrics.js";
import type { MetricsStore } from "../../../lib/ports-operating.js";
import { type ApiWorld, apiWorld, type Person, refusal } from "../../support/api-world.js";
import { testServer } from "../../support/test-database.js";

const token = "metrics-secret";
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let world: ApiWorld;
/** Behind the answers of the API, as in production, but told when a moment is over. */
const written: Promise<unknown>[] = [];
beforeAll(async () => {
  world = await apiWorld({
    deps: {
      observe: (answered) => observe(answered),
    },
  });
});
const observe = observing({ add: (figures) => storeOf(50).add(figures) }, (work) => void written.push(work), 5);
beforeEach(async () => {
  await Promise.all(written);
  await world.reset();
});
afterAll(() => world.close());

const storeOf = (organizations: number, settledMs = 0) => metricsStore(world.db, { organizations, settledMs });
const scrapeWith = async (store: MetricsStore) => {
  const handle = metrics(() => ({ metrics: store, token, log: silent }));
  const response = await handle(
    new Request("http://localhost/api/metrics", { headers: { authorization: `Bearer ${token}` } }),
  );
  expect(response.status).toBe(200);
  return readExposition(await response.text());
};
const scrape = () => scrapeWith(storeOf(50));

/** Each sample by its name and labels. */
function readExposition(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

async function aPlan(person: Person, steps = 0): Promise<string> {
  const { plan_id } = await world.as(person).startPlan({ body: { title: "Launch" } });
  for (let n = 0; n < steps; n += 1)
    await world.as(person).addPlanStep({ body: { plan_id, text: `Step ${n}`, owner: "Ada" } });
  return plan_id;
}

/** An event of a session, as whoever archives, restores or fails it writes it. */
const anEvent = (planId: string, type: string, body: object = {}, actor = "agent") =>
  world.db.query(sql`
    with moved as (update planning_sessions set last_seq = last_seq + 1 where id = ${planId} returning *)
    insert into session_events (session_id, seq, organization_id, type, body, actor)
    select id, last_seq, organization_id, ${type}::text, ${JSON.stringify(body)}::jsonb, ${actor}::text from moved`);

describe("/api/metrics", () => {
  it("counts what was done for each organization, at once", async () => {
    const [acme, other] = [await world.anOrganization("acme"), await world.anOrganization("other-org")];
    const [ada, ben] = [await world.aPerson(acme), await world.aPerson(other)];
    const first = await aPlan(ada, 3);
    await aPlan(ada, 1);
    await aPlan(ben);
    await anEvent(first, "session_archived");
    await world.db.query(sql`update planning_sessions set archived_at = now() where id = ${first}`);

    // One that folds everything at once and one that leaves the last half minute to the reader say the same.
    for (const store of [storeOf(50, 30_000), storeOf(50)])
      expect(await scrapeWith(store)).toMatchObject({
        'plan_events_total{event="PLAN_START",org_id="acme"}': 2,
        'plan_events_total{event="PLAN_STEP",org_id="acme"}': 4,
        'plan_events_total{event="PLAN_ARCHIVE",org_id="acme"}': 1,
        'plan_events_total{event="PLAN_START",org_id="other-org"}': 1,
        'plan_events_total{event="PLAN_STEP",org_id="other-org"}': 0,
        'plan_active_total{org_id="acme"}': 2,
        'plan_active{org_id="acme"}': 1,
        'plan_active{org_id="other-org"}': 1,
        'planning_sessions{status="pending"}': 2,
        'planning_sessions{status="failed"}': 0,
        planning_database_up: 1,
        'planning_metrics_collected{part="sums"}': 1,
      });
  });

  it("measures each added step once, in the buckets that the document names", async () => {
    const ada = await world.aPerson(await world.anOrganization("acme"));
    await aPlan(ada, 5);
    expect(
      await refusal(world.as(ada).addPlanStep({ body: { plan_id: randomUUID(), text: "x", owner: "Ada" } })),
    ).toEqual([404, "plan_not_found"]);
    await Promise.all(written);
    const samples = await scrape();

    const buckets = ["0.01", "0.05", "0.1", "0.2", "0.5", "0.8", "+Inf"].map(
      (le) => samples[`plan_step_latency_bucket{org_id="acme",le="${le}"}`] ?? -1,
    );
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(buckets.at(-1)).toBe(5);
    expect(samples['plan_step_latency_count{org_id="acme"}']).toBe(5);
    expect(samples['plan_step_latency_sum{org_id="acme"}']).toBeGreaterThan(0);
    expect(samples).toMatchObject({
      'planning_api_requests_total{operation="addPlanStep",status="2xx"}': 5,
      'planning_api_requests_total{operation="addPlanStep",status="4xx"}': 1,
      'planning_api_request_duration_seconds_count{operation="addPlanStep"}': 6,
    });
  });

  it("names failures by their codes, and what is no code not at all", async () => {
    const ada = await world.aPerson(await world.anOrganization());
    const plan = await aPlan(ada);
    await anEvent(plan, "session.moved", { event: "failed", code: "page_not_found" });
    await anEvent(plan, "session.moved", { event: "advanced" });
    await anEvent(plan, "session.failed", { code: "installation_revoked" });
    await anEvent(plan, "session.moved", { event: "failed", code: "What somebody wrote" });
    await anEvent(plan, "session.moved", { event: "failed", code: "a_code_of_theirs" }, ada.linearUserId);
    expect(await scrape()).toMatchObject({
      'planning_sessions_failed_total{code="page_not_found"}': 1,
      'planning_sessions_failed_total{code="installation_revoked"}': 1,
      'planning_sessions_failed_total{code="other"}': 1,
      'planning_sessions_failed_total{code="reported"}': 1,
    });
  });

  it("tells what waits and what was given up", async () => {
    const org = await world.anOrganization();
    const plan = await aPlan(await world.aPerson(org));
    await world.db.query(sql`
      insert into outbox (id, organization_id, session_id, seq, n, kind, body, sent_at, closed_reason, created_at)
      values (gen_random_uuid(), ${org}, ${plan}, 1, 0, 'step', '{}', null, null, now() - interval '90 seconds'),
             (gen_random_uuid(), ${org}, ${plan}, 1, 1, 'activity', '{}', null, null, now() - interval '10 seconds'),
             (gen_random_uuid(), ${org}, ${plan}, 1, 2, 'activity', '{}', null, null, now()),
             (gen_random_uuid(), ${org}, ${plan}, 1, 3, 'activity', '{}', now(), 'linear_refused', now()),
             (gen_random_uuid(), ${org}, ${plan}, 1, 4, 'activity', '{}', now() - interval '2 days', 'linear_refused', now())`);
    await world.db.query(sql`update planning_sessions set status = 'processing' where id = ${plan}`);
    await world.db.query(sql`
      insert into plans (id, organization_id, source, team_id, session_id, page_title, sync_status, locked_until)
      values (gen_random_uuid(), ${org}, 'x', 'team', ${plan}, 'Page', 'paused', now() + interval '1 minute')`);
    await world.db.query(sql`
      insert into webhook_deliveries (provider, delivery_id, meaning, organization_id, type)
      values ('linear', 'd', 'm', ${org}, 'mentioned')`);
    await world.db.query(sql`
      insert into presence (session_id, connection_id, organization_id, user_id, name)
      values (${plan}, gen_random_uuid(), ${org}, gen_random_uuid(), 'Ada')`);

    const samples = await scrape();
    expect(samples).toMatchObject({
      planning_queue_unpublished_messages: 1,
      planning_outbox_unsent_effects: 2,
      'planning_outbox_closed_effects{reason="linear_refused"}': 1,
      'planning_plans_syncing{sync_status="paused"}': 1,
      'planning_plans_syncing{sync_status="running"}': 0,
      planning_leases_held: 1,
      'planning_webhook_deliveries{provider="linear"}': 1,
      planning_streams_open: 1,
    });
    expect(samples.planning_queue_oldest_message_age_seconds).toBeGreaterThanOrEqual(90);
    expect(samples.planning_outbox_oldest_effect_age_seconds).toBeGreaterThanOrEqual(10);
    expect(samples.planning_outbox_oldest_effect_age_seconds).toBeLessThan(90);
  });

  it("gives the busiest organizations series of their own and the rest one together, and no count ever falls", async () => {
    const people: Person[] = [];
    for (const id of ["a", "b", "c", "d"]) people.push(await world.aPerson(await world.anOrganization(`org-${id}`)));
    const store = storeOf(2);
    let before: Record<string, number> = {};
    const stillRises = async () => {
      const now = await scrapeWith(store);
      const fallen = Object.keys(now).filter((series) => (now[series] ?? 0) < (before[series] ?? 0));
      expect(fallen.filter((series) => series.includes("_total"))).toEqual([]);
      before = { ...before, ...now };
      return now;
    };
    const starts = (samples: Record<string, number>) =>
      Object.entries(samples)
        .filter(([series]) => series.startsWith('plan_events_total{event="PLAN_START"'))
        .map(([series, value]) => [/org_id="(.*)"/.exec(series)?.[1], value]);

    for (const person of people) await aPlan(person);
    expect(starts(await stillRises())).toEqual([
      ["org-a", 1],
      ["org-b", 1],
      ["other", 2],
    ]);
    // The last one becomes the busiest: it begins at nought, because what was counted elsewhere stays there.
    for (let n = 0; n < 5; n += 1) {
      await aPlan(people[3] as Person);
      await stillRises();
    }
    await aPlan(people[0] as Person);
    await stillRises();
    const samples = await stillRises();
    expect(starts(samples).map(([org]) => org)).toEqual(["org-a", "org-d", "other"]);
    const whole = await world.db.query<{ n: number }>(sql`
      select sum(value)::int as n from metric_counts where name = 'plan_events_total' and label = 'PLAN_START'`);
    expect(whole).toEqual([{ n: 10 }]);
    expect(samples['plan_active{org_id="other"}']).toBe(2);
  });

  it("counts on when an organization goes, and forgets it", async () => {
    const { purgeUninstalled } = await import("../../../lib/db/installation-store.js");
    const [acme, gone] = [await world.anOrganization("acme"), await world.anOrganization("gone")];
    await aPlan(await world.aPerson(acme));
    await aPlan(await world.aPerson(gone));
    expect(Object.keys(await scrape()).some((series) => series.includes("gone"))).toBe(true);
    await world.db.query(sql`update organizations set revoked_at = now() - interval '31 days' where id = 'gone'`);
    await purgeUninstalled(world.db, 30);
    const samples = await scrape();
    expect(Object.keys(samples).some((series) => series.includes("gone"))).toBe(false);
    expect(samples['plan_events_total{event="PLAN_START",org_id="acme"}']).toBe(1);
  });

  it("catches up with a log that nobody has counted for long", async () => {
    const org = await world.anOrganization("acme");
    const plan = await aPlan(await world.aPerson(org));
    await world.db.query(sql`
      insert into session_events (session_id, seq, organization_id, type, body, actor, created_at)
      select ${plan}::uuid, n + 1, ${org}, 'step_added', '{}', 'ada', now() - n * interval '20 hours' from generate_series(1, 30) n`);
    expect((await scrape())['plan_events_total{event="PLAN_STEP",org_id="acme"}']).toBe(30);
    expect((await scrape())['plan_events_total{event="PLAN_STEP",org_id="acme"}']).toBe(30);
  });

  it("answers without a token that fits to nobody, and to nobody at all where none is set", async () => {
    const handle = (set: string | null) => metrics(() => ({ metrics: storeOf(50), token: set, log: silent }));
    const ask = (set: string | null, authorization?: string) =>
      handle(set)(new Request("http://localhost/api/metrics", authorization ? { headers: { authorization } } : {}));
    expect((await ask(token)).status).toBe(401);
    expect((await ask(token, "Bearer wrong")).status).toBe(401);
    expect((await ask(token, `Basic ${token}`)).status).toBe(401);
    expect((await ask(null, "Bearer null")).status).toBe(404);
    expect((await ask(null, "Bearer ")).status).toBe(404);
  });

  it("still answers where the database does not, and says so", async () => {
    const fails = () => Promise.reject(new Error("gone"));
    const broken: MetricsStore = { fold: fails, sums: fails, sessions: fails, states: fails, add: fails };
    expect(await scrapeWith(broken)).toMatchObject({
      planning_database_up: 0,
      'planning_metrics_collected{part="sums"}': 0,
    });
  });
});

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  it("counts each event once while eight scrape and eight write", async () => {
    const org: OrganizationId = await world.anOrganization("acme");
    const ada = await world.aPerson(org);
    const plan = await aPlan(ada);
    // Twenty hours that were not counted yet, for all to fold at once.
    await world.db.query(sql`
      insert into session_events (session_id, seq, organization_id, type, body, actor, created_at)
      select ${plan}::uuid, 1000 + n, ${org}, 'step_added', '{}', 'ada', now() - interval '1 minute' - n * interval '36 seconds' from generate_series(1, 2000) n`);
    let isWriting = true;
    const readers = Array.from({ length: 8 }, async () => {
      const store = storeOf(50, 30_000);
      let last = 0;
      for (let rounds = 0; isWriting || rounds < 3; rounds += 1) {
        await store.fold();
        const figures = await store.sums();
        const steps =
          figures.find(({ name, label }) => name === "plan_events_total" && label === "PLAN_STEP")?.value ?? 0;
        expect(steps).toBeGreaterThanOrEqual(last);
        last = steps;
      }
    });
    const writers = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 40; n += 1)
        await world.as(ada).addPlanStep({ body: { plan_id: plan, text: `Step ${n}`, owner: "Ada" } });
    });
    await Promise.all(writers);
    isWriting = false;
    await Promise.all(readers);
    const samples = await scrape();
    expect(samples['plan_events_total{event="PLAN_STEP",org_id="acme"}']).toBe(2_320);
    await Promise.all([scrape(), scrape(), scrape()]);
    const [{ n } = { n: 0 }] = await world.db.query<{ n: number }>(
      sql`select value::int as n from metric_counts where name = 'plan_events_total' and label = 'PLAN_STEP'`,
    );
    expect(n).toBe(2_320);
  });
});
