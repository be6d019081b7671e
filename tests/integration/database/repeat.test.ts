import { inspect } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { faults } from "../../../dev/faults.js";
import { repeatable } from "../../../lib/db/database.js";
import { RetryableError } from "../../../lib/domain/errors.js";
import { type Stores, stores } from "../../contract/stores/stores.js";
import { acme, aDelivery, aMove, aReplyEntry, aStart, aStepEffect, aThought } from "../../support/builders.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

describe("A statement whose answer is lost", () => {
  const switches = faults();
  let database: TestDatabase;
  let store: Stores;
  beforeAll(async () => {
    database = await testDatabase({ faults: switches });
    store = stores(database);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    switches.clear();
    await database.reset();
    await store.givenOrganization(acme);
  });
  const loseNextAnswer = (on = "sql") => switches.add({ kind: "lost_answer", on, times: 1 });
  const unavailable = { name: "RetryableError", code: "database_unavailable" };

  it("is read again where it is a read", async () => {
    const session = await store.givenSession();
    loseNextAnswer();
    expect((await store.sessions.load(session.id))?.session).toEqual(session);
    switches.add({ kind: "truncated", on: "sql", times: 1 });
    expect((await store.inbox.sessionsOf(acme, session.agentSessionId ?? ""))[0]).toEqual(session);
  });

  it("is given up where the second answer is lost too", async () => {
    switches.add({ kind: "lost_answer", on: "sql", times: 2 });
    await expect(database.db.query(sql`select 1`, repeatable)).rejects.toMatchObject(unavailable);
    expect(await database.db.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  it("is not run again where it commits: the caller reads what became of it", async () => {
    const session = await store.givenSession();
    loseNextAnswer();
    await expect(store.sessions.commit(aMove(session))).rejects.toMatchObject(unavailable);
    expect(await store.read(session.id)).toMatchObject({ version: 2 });
    expect(await store.log(session.id)).toHaveLength(1);
  });

  it("is not run again where it claims or takes a lease", async () => {
    const { session, plan } = await store.givenPlan();
    await store.sessions.commit(aMove(session, undefined, { effects: [aThought()] }));
    loseNextAnswer();
    await expect(store.outbox.claimNext(session.id)).rejects.toBeInstanceOf(RetryableError);
    expect(await store.outbox.claimNext(session.id)).toBeNull();
    loseNextAnswer();
    await expect(store.leases.acquire(plan.id, session.id)).rejects.toBeInstanceOf(RetryableError);
  });

  it("acts once where a delivery is taken in: the repeat finds it there", async () => {
    const { inbox, read, count } = store;
    const [delivery, start] = [aDelivery(), aStart()];
    loseNextAnswer();
    expect(await inbox.start(delivery, start)).toEqual({ outcome: "repeated" });
    const session = await read(start.id);

    for (const act of [
      () => inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("Hello"), effects: [] }),
      () => inbox.stop(aDelivery(), session, [aStepEffect("wind-up")]),
      () => inbox.remark(aDelivery(), session, []),
      () => inbox.halt(aDelivery(), { failure: { code: "x", words: "x" }, teamIds: null, revoked: false }),
    ]) {
      loseNextAnswer();
      expect(await act()).toEqual({ outcome: "repeated" });
    }
    expect(await read(start.id)).toMatchObject({ heard: 1, status: "failed" });
    expect((await store.log(start.id)).map(({ type }) => type)).toEqual([
      "session.started",
      "person.replied",
      "stop.requested",
      "person.noted",
      "error",
      "session.failed",
    ]);
    expect([await count("planning_sessions"), await count("webhook_deliveries")]).toEqual([1, 5]);
  });

  it("is settled and renewed again, which changes nothing", async () => {
    const { outbox, leases, sessions } = store;
    const { session, plan } = await store.givenPlan();
    const thought = aThought();
    await sessions.commit(aMove(session, undefined, { effects: [thought] }));
    await leases.acquire(plan.id, session.id);
    loseNextAnswer();
    await outbox.settle({ id: thought.id });
    loseNextAnswer();
    expect(await leases.renew(plan.id, session.id, session.id)).toBe("held");
    expect(await store.queued(session.id)).toMatchObject([{ isSent: true }]);
  });
});

describe("A statement that PostgreSQL refuses", () => {
  const switches = faults();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ faults: switches });
    await database.engine.exec("create sequence tries");
  });
  afterAll(() => database.close());
  beforeEach(() => database.engine.exec("alter sequence tries restart"));

  /** Fails with `state` the first `times` times; sequences do not roll back, so they count. */
  const failing = async (state: string, times: number) => {
    await database.engine.exec(`create or replace function attempt() returns int language plpgsql as $$ declare n int := nextval('tries'); begin
      if n <= ${times} then raise exception 'no' using errcode = '${state}'; end if; return n; end $$`);
    return database.db.query<{ attempt: number }>(sql`select attempt()`);
  };

  for (const [state, name] of Object.entries({
    "40001": "a serialization failure",
    "40P01": "a deadlock",
    "55P03": "a lock time-out",
  }))
    it(`is run once more after ${name}, which has undone it`, async () => {
      expect(await failing(state, 1)).toEqual([{ attempt: 2 }]);
      await expect(failing(state, 9)).rejects.toMatchObject({ name: "RetryableError", code: "database_unavailable" });
    });

  it("comes back later after a statement time-out, and is not run again at once", async () => {
    await expect(failing("57014", 1)).rejects.toMatchObject({ code: "database_unavailable" });
    expect(await failing("57014", 1)).toEqual([{ attempt: 2 }]);
  });

  it("keeps its SQLSTATE where it is wrong, and is not run again", async () => {
    await expect(failing("22012", 1)).rejects.toMatchObject({ code: "22012" });
    expect(await failing("22012", 1)).toEqual([{ attempt: 2 }]);
  });

  it("names no value in its error", async () => {
    const canary = "canary-4711";
    const insert = sql`insert into organizations (id, name, url_key) values (${canary}, ${canary}, ${canary})`;
    await database.db.query(insert);
    const errors = [
      insert,
      sql`insert into organizations (id) values (${canary})`,
      sql`select ${canary}::text from nowhere`,
    ];
    for (const statement of errors) {
      const error: unknown = await database.db.query(statement).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
    }
    switches.add({ kind: "server_error", on: "sql", times: 1 });
    const lost: unknown = await database.db.query(sql`select ${canary}::text`).catch((thrown: unknown) => thrown);
    expect(lost).toMatchObject({ code: "database_unavailable" });
    expect(inspect(lost, { depth: 9 })).not.toContain(canary);
  });
});
