import fc from "fast-check";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addError,
  addWarning,
  getState,
  type Noted,
  setProgress,
  setResult,
  setStatus,
  type StateDeps,
  updateState,
} from "../../../lib/commands/session-state.js";
import { sessionStateStore } from "../../../lib/db/session-state-store.js";
import type { RequestError } from "../../../lib/domain/errors.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { isWorking, type SessionStatus } from "../../../lib/domain/session.js";
import type { SessionStore } from "../../../lib/ports.js";
import { type Stores, stores } from "../../contract/stores/stores.js";
import { acme, aPlanItem, aSessionId, someFields, aMove } from "../../support/builders.js";
import type { TestDatabase } from "../../support/test-database.js";

const someResult = { epics: { E1: "linear-e" }, features: {}, stories: { S1: "linear-s" }, enablers: {} };
const statuses: SessionStatus[] = ["pending", "processing", "awaiting_input", "completed", "failed", "cancelled"];

/** The state of a planning session as commands, on one database. */
export function stateCommands(name: string, open: () => Promise<TestDatabase>): void {
  describe(`The state of a session on ${name}`, () => {
    let database: TestDatabase;
    let store: Stores;
    let deps: StateDeps;
    const logged: { event: string; sessionId: unknown }[] = [];
    beforeAll(async () => {
      database = await open();
      store = stores(database);
      const note = (event: string, { sessionId }: Record<string, unknown>) => void logged.push({ event, sessionId });
      deps = {
        sessions: store.sessions,
        sessionStates: sessionStateStore(database.db),
        log: { info: note, warn: note, error: note },
      };
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      logged.length = 0;
      await database.reset();
      await store.givenOrganization(acme);
    });
    afterEach(async () => {
      expect(await store.brokenLogs(), "logs with a gap").toEqual([]);
    });

    const inStatus = async (status: SessionStatus) => (await store.givenSession({ status, agentSessionId: null })).id;
    const refusal = async (change: Promise<unknown>) => {
      const error = await change.then(
        () => null,
        (reason: unknown) => reason as RequestError,
      );
      return error && { status: error.status, code: error.code, current: error.shown.current };
    };

    it("is initialised when it is read, and again by any other reader: nothing is kept in between", async () => {
      const session = await store.givenSession({
        status: "pending",
        progress: 0,
        progressMessage: "",
        pageUrl: "https://a.example/1",
      });
      const state = await getState(session.id, deps);
      expect(state).toMatchObject({
        id: session.id,
        organizationId: acme,
        confluencePageUrl: "https://a.example/1",
        planningTitle: session.title,
        status: "pending",
        progress: 0,
        errors: [],
        warnings: [],
        question: null,
        version: 1,
      });
      expect(state.result).toBeUndefined();
      await addWarning(session.id, { message: "Look here" }, deps);
      const reader: StateDeps = { ...deps, sessionStates: sessionStateStore(database.db) };
      expect(await getState(session.id, reader)).toEqual(await getState(session.id, deps));
    });

    it("says which session it does not find", async () => {
      const id = aSessionId();
      const asks = [
        () => getState(id, deps),
        () => setProgress(id, 1, undefined, deps),
        () => addError(id, { message: "x" }, deps),
      ];
      for (const ask of asks)
        await expect(ask()).rejects.toMatchObject({ status: 404, message: `Planning session not found: ${id}` });
    });

    it("takes progress from 0 to 100 with or without words, and leaves the rest, in any status that has not ended", async () => {
      for (const status of ["pending", "processing", "awaiting_input"] as const) {
        const id = await inStatus(status);
        const before = await getState(id, deps);
        const after = await setProgress(id, 35, "A third of the page", deps);
        expect(after).toEqual({
          ...before,
          progress: 35,
          progressMessage: "A third of the page",
          version: before.version + 1,
          seq: before.seq + 1,
          updatedAt: after.updatedAt,
        });
        expect((await setProgress(id, 100, undefined, deps)).progressMessage).toBe("A third of the page");
      }
      const id = await inStatus("processing");
      for (const progress of [-1, 101, 0.5, Number.NaN])
        expect(await refusal(setProgress(id, progress, undefined, deps))).toMatchObject({ status: 400 });
    });

    it("lets the step that was at work go on from where it was after somebody has said how far it is", async () => {
      const id = await inStatus("processing");
      const { version } = await setProgress(id, 15, undefined, deps);
      const [step] = await store.queued(id);
      expect(step).toMatchObject({ kind: "step", body: { step: "read-page", version } });
    });

    it("keeps a person's unanswered words over progress, a failure and a retry", async () => {
      const id = await inStatus("processing");
      await store.sessions.append(await store.read(id), []);
      await database.db.query(sql`
        with moved as (update planning_sessions set last_seq = 1, heard = 1 where id = ${id} returning id)
        insert into session_events (session_id, seq, organization_id, type, body, actor)
        select id, 1, ${acme}, 'person.replied', '{"text": "create"}', 'ada' from moved`);
      await setProgress(id, 20, undefined, deps);
      await addError(id, { message: "It broke" }, deps);
      await setStatus(id, "processing", deps);
      expect((await store.sessions.load(id))?.replies.map(({ body }) => body)).toEqual(["create"]);
    });

    it("becomes failed by an error, with message, code, details and time, and keeps those that follow in their order", async () => {
      const id = await inStatus("processing");
      const first = await addError(id, { message: "No room", code: "linear_plan_full", details: { at: "US-7" } }, deps);
      expect(first).toMatchObject({
        status: "failed",
        errors: [{ message: "No room", code: "linear_plan_full", details: { at: "US-7" } }],
      });
      expect(Number.isNaN(Date.parse(first.errors[0]?.timestamp ?? ""))).toBe(false);
      const second = await addError(id, { message: "Still no room" }, deps);
      expect(second.errors.map(({ message }) => message)).toEqual(["No room", "Still no room"]);
    });

    it("keeps a warning in every status and moves nothing by it", async () => {
      for (const status of statuses) {
        const id = await inStatus(status);
        const before = await getState(id, deps);
        const after = await addWarning(id, { message: "Odd", code: "odd", details: [1] }, deps);
        expect(after.warnings).toMatchObject([{ message: "Odd", code: "odd", details: [1] }]);
        expect(after).toMatchObject({ status, version: before.version, seq: before.seq + 1 });
      }
    });

    it("is completed by a result, which stands for what is read of it, and not undone by an error that comes late", async () => {
      const id = await inStatus("processing");
      expect(await setResult(id, someResult, deps)).toMatchObject({
        status: "completed",
        progress: 100,
        result: someResult,
      });
      const late = await addError(id, { message: "Too late", code: "late" }, deps);
      expect(late).toMatchObject({
        status: "completed",
        errors: [],
        warnings: [{ message: "Too late", code: "late" }],
      });
    });

    it("reads a result that nobody has set from the plan's items: the key on the page, the id in Linear", async () => {
      const { session, plan } = await store.givenPlan();
      const items = [
        aPlanItem({ fields: someFields({ key: "E1", kind: "epic" }), linearId: "lin-1", pending: null }),
        aPlanItem({
          fields: someFields({ key: "S1" }),
          linearId: "lin-2",
          pending: null,
          createdBySession: session.id,
        }),
        aPlanItem({ fields: someFields({ key: "S2" }), linearId: null }),
        aPlanItem({ fields: someFields({ key: "S3" }), linearId: "lin-3", pending: null, state: "undone" }),
      ];
      await store.sessions.commit(aMove(session, undefined, { plan: { id: plan.id, items } }));
      expect((await getState(session.id, deps)).result).toEqual({
        epics: { E1: "lin-1" },
        features: {},
        stories: { S1: "lin-2" },
        enablers: {},
      });
    });

    it("goes by hand only where the table of moves goes, and an ended one stays as it is", async () => {
      const reached = async (from: SessionStatus, to: SessionStatus) => {
        const id = await inStatus(from);
        const refused = await refusal(setStatus(id, to, deps));
        const { status } = await getState(id, deps);
        expect(status).toBe(refused ? from : to);
        const said = refused && [refused.status, refused.code, (refused.current as { status: string }).status];
        expect([null, [409, "status_refused", from]]).toContainEqual(said);
        return refused ? null : to;
      };
      const table: Record<string, (SessionStatus | null)[]> = {};
      for (const from of statuses) table[from] = await Promise.all(statuses.map((to) => reached(from, to)));
      const [pending, processing, awaiting, completed, failed, cancelled] = statuses;
      expect(table).toEqual({
        pending: [pending, processing, null, null, failed, cancelled],
        processing: [null, processing, null, completed, failed, cancelled],
        awaiting_input: [null, processing, awaiting, null, failed, cancelled],
        completed: [null, null, null, completed, null, null],
        failed: [null, processing, null, null, failed, null],
        cancelled: [null, null, null, null, null, cancelled],
      });
    });

    it("applies each field that an update gives and leaves the others; an error beside a result is a warning", async () => {
      const id = await inStatus("pending");
      const begun = await updateState(
        id,
        { status: "processing", progress: 5, warning: { message: "Slow" } },
        deps,
        "ada",
      );
      expect(begun).toMatchObject({ status: "processing", progress: 5, warnings: [{ message: "Slow" }], errors: [] });
      const done = await updateState(id, { error: { message: "One was refused" }, result: someResult }, deps, "ada");
      expect(done).toMatchObject({
        status: "completed",
        result: someResult,
        errors: [],
        warnings: [{ message: "Slow" }, { message: "One was refused" }],
      });
      expect((await store.log(id)).every(({ actor }) => actor === "ada")).toBe(true);
    });

    it("changes nothing of a run that is being stopped, and keeps what is reported of it", async () => {
      const { id } = await store.givenSession({ status: "processing", stopRequested: true });
      expect(await refusal(setProgress(id, 50, undefined, deps))).toMatchObject({ code: "status_refused" });
      const state = await addError(id, { message: "Broke while stopping" }, deps);
      expect(state).toMatchObject({
        status: "processing",
        isStopping: true,
        version: 1,
        warnings: [{ message: "Broke while stopping" }],
      });
    });

    it("moves nothing that was archived, at once and whatever is asked, and keeps what is reported of it", async () => {
      const loads: SessionId[] = [];
      const sessions: SessionStore = {
        ...deps.sessions,
        load: (id) => {
          loads.push(id);
          return deps.sessions.load(id);
        },
      };
      const changes = {
        pending: [
          (id: SessionId, on: StateDeps) => setStatus(id, "processing", on),
          (id: SessionId, on: StateDeps) => setProgress(id, 5, "A bit", on),
        ],
        failed: [(id: SessionId, on: StateDeps) => setStatus(id, "processing", on)],
        completed: [],
      };
      for (const status of ["pending", "failed", "completed"] as const) {
        const id = await inStatus(status);
        await database.db.query(sql`update planning_sessions set archived_at = now() where id = ${id}`);
        for (const change of changes[status]) {
          loads.length = 0;
          expect(await refusal(change(id, { ...deps, sessions }))).toMatchObject({
            status: 409,
            code: "status_refused",
            current: { status },
          });
          expect(loads.length).toBeLessThan(5);
        }
        expect(await addWarning(id, { message: "Late" }, deps)).toMatchObject({
          status,
          version: 1,
          warnings: [{ message: "Late" }],
        });
      }
    });

    it("does not find one that was deleted, and writes nothing into its log", async () => {
      for (const status of ["pending", "completed", "failed"] as const) {
        const id = await inStatus(status);
        await database.db.query(sql`update planning_sessions set deleted_at = now() where id = ${id}`);
        for (const change of [
          () => addWarning(id, { message: "Late" }, deps),
          () => addError(id, { message: "Late" }, deps),
          () => setStatus(id, "processing", deps),
          () => setProgress(id, 5, undefined, deps),
        ])
          expect(await refusal(change())).toMatchObject({ status: 404 });
        expect(await store.log(id)).toEqual([]);
      }
    });

    it("logs a failure to read or write with the session's id, and passes it on", async () => {
      const id = await inStatus("processing");
      const broken = new Error("no database");
      const sessions: SessionStore = { ...deps.sessions, commit: () => Promise.reject(broken) };
      await expect(setProgress(id, 1, undefined, { ...deps, sessions })).rejects.toBe(broken);
      expect(logged).toEqual([{ event: "session_state.failed", sessionId: id }]);
    });

    it("keeps every error and every warning of writers that write at the same time, and ends failed once", async () => {
      const id = await inStatus("processing");
      const write = (n: number) => {
        if (n % 3 === 0) return addWarning(id, { message: `warning ${n}` }, deps);
        return n % 3 === 1 ? addError(id, { message: `error ${n}` }, deps) : setProgress(id, n, undefined, deps);
      };
      const refusals = await Promise.all(Array.from({ length: 24 }, (_, n) => refusal(write(n))));
      for (const [n, refused] of refusals.entries())
        expect(n % 3 === 2 ? ["status_refused", undefined] : [undefined]).toContain(refused?.code);
      const state = await getState(id, deps);
      expect(state.status).toBe("failed");
      const messages = (list: { message: string }[]) => list.map(({ message }) => message).sort();
      const named = (kind: string, remainder: number) =>
        Array.from({ length: 8 }, (_, n) => `${kind} ${3 * n + remainder}`).sort();
      expect(messages(state.errors)).toEqual(named("error", 1));
      expect(messages(state.warnings)).toEqual(named("warning", 0));
      const failures = (await store.log(id)).filter(({ body }) => body.event === "failed");
      expect(failures).toHaveLength(1);
    });

    it("ends as the first result or error has it, whichever order they come in, and loses none", async () => {
      const change = fc.oneof(
        fc.record({ kind: fc.constant("error" as const), message: fc.uuid() }),
        fc.record({ kind: fc.constant("warning" as const), message: fc.uuid() }),
        fc.record({ kind: fc.constant("result" as const), message: fc.uuid() }),
        fc.record({ kind: fc.constant("progress" as const), message: fc.uuid() }),
      );
      const apply = (id: SessionId, { kind, message }: { kind: string; message: string }) => {
        const noted: Noted = { message };
        if (kind === "error") return addError(id, noted, deps);
        if (kind === "warning") return addWarning(id, noted, deps);
        if (kind === "result") return setResult(id, { ...someResult, stories: { S1: message } }, deps);
        return setProgress(id, 50, message, deps);
      };
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const id = await inStatus("processing");
          const outcomes = await Promise.all(
            changes.map(async (one) => ({ ...one, refused: await refusal(apply(id, one)) })),
          );
          const state = await getState(id, deps);
          const kept = [...state.errors, ...state.warnings].map(({ message }) => message).sort();
          const given = (kind: string) => outcomes.filter((one) => one.kind === kind);
          expect(kept).toEqual([...given("error"), ...given("warning")].map(({ message }) => message).sort());
          const results = given("result").filter(({ refused }) => !refused);
          const isEnded = results.length > 0 || given("error").length > 0;
          expect(isWorking(state)).toBe(!isEnded);
          expect(state.status === "completed").toBe(results.length > 0);
          expect(state.status !== "failed" || given("error").length > 0).toBe(true);
          const possible = results.length === 0 ? [undefined] : results.map(({ message }) => message);
          expect(possible).toContain(state.result?.stories.S1);
        }),
        { numRuns: 15 },
      );
    });
  });
}
