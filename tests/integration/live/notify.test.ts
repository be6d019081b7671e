import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listener } from "../../../lib/db/listen.js";
import { livePlanStore } from "../../../lib/db/live-plan-store.js";
import { notifier } from "../../../lib/db/notify.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { grantFor } from "../../../lib/domain/principal.js";
import { silent } from "../../../dev/app.js";
import { type TestDatabase, testDatabase, testServer } from "../../support/test-database.js";
import { type Stores, stores } from "../../contract/stores/stores.js";

describe.runIf(testServer !== "")("Hints between processes, on PostgreSQL (TEST_POSTGRES_URL)", () => {
  let database: TestDatabase;
  let opened: Stores;
  beforeAll(async () => {
    database = await testDatabase({ on: "postgres" });
    opened = stores(database);
  });
  afterAll(() => database.close());

  const soon = { timeout: 10_000, interval: 10 };
  const listening = () => {
    const heard: (SessionId | null)[] = [];
    const stop = listener(database.url, silent)((id) => heard.push(id));
    return { heard, stop };
  };
  const listeners = () =>
    database.db.query<{ pid: number }>(sql`select pid from pg_stat_activity where query = 'listen session_events'`);

  it("tell the sessions of many changes with few statements, behind the answers", async () => {
    const { heard, stop } = listening();
    await expect.poll(() => heard, soon).toEqual([null]);
    const behind: Promise<unknown>[] = [];
    let statements = 0;
    const counting: typeof database.db = {
      ...database.db,
      query: (statement, options) => {
        statements += 1;
        return database.db.query(statement, options);
      },
    };
    const announce = notifier(counting, (work) => behind.push(work));
    const person = await opened.givenPerson();
    const plans = livePlanStore(database.db, announce);
    const id = crypto.randomUUID() as SessionId;
    await plans.create({
      id,
      organizationId: person.organizationId,
      engagementId: null,
      title: "Launch",
      description: null,
      pageUrl: null,
      participants: [],
      createdBy: person.userId,
      actor: person.linearUserId,
      writable: grantFor(person, "member"),
    });
    await Promise.all(
      Array.from({ length: 30 }, () => {
        const step = crypto.randomUUID();
        return plans.change(person, id, step, { type: "step_added", id: step, text: "a", owner: "Ada" });
      }),
    );
    await Promise.all(behind);

    await expect.poll(() => heard.includes(id), soon).toBe(true);
    expect(statements).toBeLessThan(31);
    stop();
    await expect.poll(listeners, soon).toEqual([]);
  });

  it("come again after the connection was lost, with the word that some may have been missed", async () => {
    const { heard, stop } = listening();
    await expect.poll(() => heard, soon).toEqual([null]);
    const [first] = await listeners();
    await database.db.query(sql`select pg_terminate_backend(${first?.pid ?? 0})`);
    await expect.poll(() => heard, soon).toEqual([null, null]);

    const id = crypto.randomUUID() as SessionId;
    notifier(database.db, () => undefined)(id);
    await expect.poll(() => heard, soon).toEqual([null, null, id]);
    stop();
  });

  it("are tried for again where nothing can be reached, and stop being when nobody wants them", async () => {
    const warned: string[] = [];
    const log = { ...silent, warn: (event: string) => void warned.push(event) };
    const stop = listener("postgres://nobody@127.0.0.1:1/nothing", log)(() => undefined);
    await expect.poll(() => warned.length, soon).toBeGreaterThan(1);
    stop();
    const count = warned.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(warned.length - count).toBeLessThanOrEqual(1);
  });
});
