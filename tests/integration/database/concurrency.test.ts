import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanningSession } from "../../../lib/domain/session.js";
import { type Stores, stores } from "../../contract/stores/stores.js";
import {
  acme,
  aDelivery,
  aLogEntry,
  aMove,
  aPlanClaim,
  aReplyEntry,
  aStart,
  aStepEffect,
  aThought,
} from "../../support/builders.js";
import { type TestDatabase, testDatabase, testServer } from "../../support/test-database.js";

const bounded = 10_000;

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  let database: TestDatabase;
  let store: Stores;
  beforeAll(async () => {
    database = await testDatabase({ on: "postgres" });
    store = stores(database);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.reset();
    await store.givenOrganization(acme);
  });

  describe("Sixteen writers on one session", () => {
    it(
      "lose no commit and no reply, leave no gap in the log, and after a stop only the wind-up moves the session",
      async () => {
        const { sessions, inbox, givenSession, read, log, queued, brokenLogs } = store;
        const { id } = await givenSession();
        const accepted: string[] = [];
        let isStopped = false;

        const committer = async (writer: number) => {
          for (let turn = 0; !isStopped; turn += 1) {
            const name = `commit ${writer}.${turn}`;
            const log = [aLogEntry({ type: name }), aLogEntry({ type: `${name} again` })];
            const outcome = await sessions.commit(aMove(await read(id), undefined, { log, effects: [aThought(name)] }));
            if (outcome === "committed") accepted.push(name);
          }
        };
        const replier = async (writer: number) => {
          for (let turn = 0; !isStopped; turn += 1) {
            const text = `reply ${writer}.${turn}`;
            const reply = { session: await read(id), after: null, entry: aReplyEntry(text), effects: [] };
            const { outcome } = await inbox.reply(aDelivery(), reply);
            if (outcome === "accepted") accepted.push(text);
          }
        };
        const stopper = async () => {
          while (accepted.length < 150) await read(id);
          const { outcome } = await inbox.stop(aDelivery(), await read(id), [aStepEffect("wind-up")]);
          isStopped = true;
          if (outcome === "accepted") accepted.push("stop");
        };
        const writers = [
          ...Array.from({ length: 7 }, (_, n) => committer(n)),
          ...Array.from({ length: 7 }, (_, n) => replier(n)),
          stopper(),
          stopper(),
        ];
        expect(writers).toHaveLength(16);
        await Promise.all(writers);
        expect(await sessions.commit(aMove(await read(id), { type: "cancelled" }))).toBe("committed");

        const commits = accepted.filter((name) => name.startsWith("commit"));
        const replies = accepted.filter((name) => name.startsWith("reply"));
        expect([commits.length > 0, replies.length > 0]).toEqual([true, true]);
        expect(accepted.filter((name) => name === "stop")).toHaveLength(1);
        const after = await read(id);
        expect(after).toMatchObject({ status: "cancelled", version: 2 + commits.length, heard: replies.length });

        const lines = await log(id);
        expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
        expect(lines).toHaveLength(2 * commits.length + replies.length + 2);
        expect(
          lines
            .filter(({ type }) => type === "person.replied")
            .map(({ body }) => String(body.text))
            .sort(),
        ).toEqual(replies.sort());
        const said = (await queued(id))
          .filter(({ kind }) => kind === "activity")
          .map(({ body }) => (body as { content: { body: string } }).content.body);
        expect(said.sort()).toEqual(commits.sort());
        expect(await brokenLogs()).toEqual([]);
      },
      bounded,
    );

    it(
      "that each send what they commit leave nothing unsent, and each effect is sent once, in the order of the log",
      async () => {
        const { sessions, outbox, givenSession, read, queued } = store;
        const { id } = await givenSession();
        const sent: string[] = [];
        const deliver = async () => {
          let row = await outbox.claimNext(id);
          while (row) {
            sent.push(row.id);
            row = await outbox.claimNext(id, { id: row.id });
          }
        };
        const writer = async () => {
          for (let turn = 0; turn < 6; turn += 1) {
            while (
              (await sessions.commit(aMove(await read(id), undefined, { effects: [aThought(), aThought()] }))) !==
              "committed"
            );
            await deliver();
          }
        };

        await Promise.all(Array.from({ length: 16 }, writer));

        const effects = await queued(id);
        expect(effects.filter(({ isSent }) => !isSent)).toEqual([]);
        expect(sent).toEqual(effects.map((effect) => effect.id));
      },
      bounded,
    );
  });

  describe("The first mentions of many teams", () => {
    it(
      "that come several at once each make their session, with one engagement, one default session and one person for each team",
      async () => {
        const { inbox, sessions, count, defaultSessions } = store;
        const teams = Array.from({ length: 10 }, (_, n) => ({ id: `team-${n}`, name: `T${n}` }));
        const mention = async (team: (typeof teams)[number]) => {
          const [delivery, start] = [aDelivery(), aStart({ team })];
          let result = await inbox.start(delivery, start);
          while (result.outcome === "moved") result = await inbox.start(delivery, start);
          return result.outcome;
        };

        const outcomes = await Promise.all(
          teams.flatMap((team) => [sessions.ensureEngagement(acme, team), mention(team), mention(team), mention(team)]),
        );

        expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(30);
        expect([await count("planning_sessions"), await count("engagements"), await count("users")]).toEqual([
          30, 10, 1,
        ]);
        expect(await defaultSessions()).toHaveLength(10);
      },
      bounded,
    );
  });

  describe("Sessions that pass plans on", () => {
    it(
      "wind up and claim at once without a deadlock, and each plan ends with the session that takes over",
      async () => {
        const { sessions, givenPlan, givenSession, read, brokenLogs } = store;
        const pair = async (n: number) => {
          const source = `confluence:acme:${n}`;
          const { session: first, plan } = await givenPlan({}, { source });
          const second = await givenSession();
          await sessions.requestStop(first.id, { actor: "person-1", takenOverBy: second.id });
          return { first: await read(first.id), second, plan, claim: aPlanClaim({ source }) };
        };
        const handOver = ({ first, second, plan }: Awaited<ReturnType<typeof pair>>) =>
          sessions.commit(aMove(first, { type: "cancelled" }, { plan: { id: plan.id, handTo: second.id } }));
        const claim = async ({ second, claim: claimPlan }: Awaited<ReturnType<typeof pair>>) => {
          for (let session: PlanningSession = second; ; session = await read(second.id)) {
            const outcome = await sessions.commit(aMove(session, undefined, { claimPlan }));
            if (outcome === "committed") return outcome;
          }
        };

        for (let round = 0; round < 12; round += 1) {
          const pairs = await Promise.all(Array.from({ length: 8 }, (_, n) => pair(round * 8 + n)));
          const outcomes = await Promise.all(pairs.flatMap((one) => [handOver(one), claim(one)]));

          expect(new Set(outcomes)).toEqual(new Set(["committed"]));
          for (const { second, plan } of pairs) expect((await sessions.load(second.id))?.plan?.id).toBe(plan.id);
        }
        expect(await brokenLogs()).toEqual([]);
      },
      bounded,
    );
  });

  describe("A wind-up that hands its plan to a session that claims it at that moment", () => {
    it("does not wait for that session while that session waits for it", async () => {
      const { sessions, givenPlan, givenSession, read } = store;
      const { session, plan } = await givenPlan();
      const second = await givenSession();
      await sessions.requestStop(session.id, { actor: "person-1", takenOverBy: second.id });
      const first = await read(session.id);
      const release = await holdRow("plans", plan.id);

      const handing = sessions.commit(
        aMove(first, { type: "cancelled" }, { plan: { id: plan.id, handTo: second.id } }),
      );
      await untilBlocked(1);
      const claiming = sessions.commit(aMove(second, undefined, { claimPlan: aPlanClaim() }));
      await untilBlocked(2);
      await release();

      expect(await Promise.allSettled([handing, claiming])).toMatchObject([
        { status: "fulfilled", value: "committed" },
        { status: "fulfilled" },
      ]);
      expect((await sessions.load(second.id))?.plan?.id).toBe(plan.id);
    });
  });

  describe("A sender that settles its last effect while another is committed", () => {
    it("takes the new one along, so that nobody has to wait for the sweep", async () => {
      const { sessions, outbox, givenSession, read } = store;
      const session = await givenSession();
      const [one, two] = [aThought("one"), aThought("two")];
      await sessions.commit(aMove(session, undefined, { effects: [one] }));
      const claimed = await outbox.claimNext(session.id);
      const release = await holdRow("outbox", one.id);

      const settling = outbox.claimNext(session.id, { id: claimed?.id ?? "" });
      await untilBlocked(1);
      await sessions.commit(aMove(await read(session.id), undefined, { effects: [two] }));
      expect(await outbox.claimNext(session.id)).toBeNull();
      await release();

      expect(await settling).toMatchObject({ id: two.id });
    });
  });

  /** Locks a row as another statement does that is under way. */
  async function holdRow(table: "outbox" | "plans", id: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("begin");
    await client.query(`select 1 from ${table} where id = $1 for update`, [id]);
    return () => client.end();
  }

  async function untilBlocked(statements: number): Promise<void> {
    for (;;) {
      const [row] = await database.db.query<{ waiting: number }>(sql`
        select count(distinct pid)::int as waiting from pg_locks join pg_stat_activity using (pid)
         where not granted and datname = current_database()`);
      if (row && row.waiting >= statements) return;
    }
  }
});
