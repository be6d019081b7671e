import { type AddressInfo, createServer, type Socket } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listener } from "../../../lib/db/listen.js";
import { livePlanStore } from "../../../lib/db/live-plan-store.js";
import { logTail } from "../../../lib/db/log-tail.js";
import { notifier } from "../../../lib/db/notify.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { grantFor } from "../../../lib/domain/principal.js";
import type { Hint } from "../../../lib/ports-stream.js";
import { silent } from "../../../dev/app.js";
import { type TestDatabase, testDatabase, testServer } from "../../support/test-database.js";
import { type Stores, stores } from "../../contract/stores/stores.js";

describe("A connection for hints on which nothing can be listened for", () => {
  it("is ended before another one is made", async () => {
    const open = new Set<Socket>();
    let opened = 0;
    let most = 0;
    const server = createServer((socket) => {
      open.add(socket);
      opened += 1;
      most = Math.max(most, open.size);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
      // Lets everybody in, and answers each query with an error, as a pooler may.
      let isIn = false;
      socket.on("data", (data) => {
        if (!isIn) socket.write(Buffer.concat([message("R", Buffer.alloc(4)), ready]));
        else if (data[0] === 0x51)
          socket.write(Buffer.concat([message("E", Buffer.from("SERROR\0C0A000\0Mno\0\0")), ready]));
        else socket.end();
        isIn = true;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const warned: unknown[] = [];
    const log = { ...silent, warn: (_event: string, { reason }: Record<string, unknown>) => void warned.push(reason) };
    const stop = listener(`postgres://somebody@127.0.0.1:${port}/planning`, log)(() => undefined);
    await expect.poll(() => opened, { timeout: 10_000, interval: 10 }).toBeGreaterThan(2);
    stop();
    expect(most).toBe(1);
    expect(warned).toContain("0A000");
    await expect.poll(() => open.size, { timeout: 5_000 }).toBe(0);
    server.close();
  });

  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const ready = message("Z", Buffer.from("I"));
});

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
    const heard: (Hint | null)[] = [];
    const stop = listener(database.url, silent)((hint) => heard.push(hint));
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

    await expect.poll(() => heard, soon).toHaveLength(32);
    expect(statements).toBeLessThan(31);
    // Each says its event as the log has it.
    const { events } = await logTail(database.db).since([{ id, after: 1 }]);
    const told = heard.flatMap((hint) => (hint?.event ? { ...hint.event, sessionId: hint.id } : []));
    expect(told.toSorted((a, b) => a.seq - b.seq)).toEqual(events);
    expect(new Set(heard.map((hint) => hint?.id))).toEqual(new Set([undefined, id]));
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
    await expect.poll(() => heard, soon).toEqual([null, null, { id }]);
    stop();
  });

  it("leave out an event that is too long, and are whatever they are where somebody else has sent them", async () => {
    const { heard, stop } = listening();
    await expect.poll(() => heard, soon).toEqual([null]);
    const id = crypto.randomUUID() as SessionId;
    const announce = notifier(database.db, () => undefined);
    const eventOf = (text: string) => ({ seq: 2, type: "step_added", body: { text }, actor: "ada", at: "" });
    const room = 7_999 - Buffer.byteLength(JSON.stringify({ id, event: eventOf("") }));
    for (const text of ["x".repeat(room), "x".repeat(room + 1), `é${"x".repeat(room - 1)}`]) {
      const known = heard.length;
      announce(id, eventOf(text));
      await expect.poll(() => heard, soon).toHaveLength(known + 1);
    }
    expect(heard.slice(1)).toEqual([{ id, event: eventOf("x".repeat(room)) }, { id }, { id }]);
    const strange = ["null", "", "5", "{}", JSON.stringify({ id, event: { seq: 3 } })];
    for (const payload of strange) await database.db.query(sql`select pg_notify('session_events', ${payload})`);
    await expect.poll(() => heard.slice(4), soon).toEqual(strange.map(() => null));
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

  it("name the session alone where many events wait", async () => {
    const { heard, stop } = listening();
    await expect.poll(() => heard, soon).toEqual([null]);
    const id = crypto.randomUUID() as SessionId;
    let open = () => {};
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const slow: typeof database.db = {
      ...database.db,
      query: (statement, options) => isOpen.then(() => database.db.query(statement, options)),
    };
    const announce = notifier(slow, () => undefined);
    for (let seq = 1; seq <= 400; seq += 1) announce(id, { seq, type: "note", body: {}, actor: "ada", at: "" });
    open();
    // The first is on its way; two hundred wait, and one for all that come after.
    await expect.poll(() => heard.length, soon).toBe(1 + 1 + 200 + 1);
    expect(heard.at(-1)).toEqual({ id });
    stop();
  });
});
