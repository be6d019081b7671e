import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import { logTailing, paceMs, type Reader } from "../../../lib/pipeline/watching/tail.js";
import type { Hints, SessionEventRow } from "../../../lib/ports-stream.js";

const acme = "acme" as OrganizationId;

/** Logs in memory, and everything that was asked of them. */
function aTail({ now = Date.now, failing = () => false }: { now?: () => number; failing?: () => boolean } = {}) {
  const logs = new Map<string, SessionEventRow[]>();
  const looks: string[][] = [];
  const said: string[] = [];
  let mark = "0";
  let failures = 0;
  let listening = 0;
  let held: Promise<void> = Promise.resolve();
  let hint: Parameters<Hints>[0] = () => undefined;
  const anEvent = (seq: number) => ({ seq, type: "x", body: {}, actor: "a", at: "" });
  const add = (id: string, ...seqs: number[]) =>
    logs.set(id, [...(logs.get(id) ?? []), ...seqs.map((seq) => ({ ...anEvent(seq), sessionId: id as SessionId }))]);
  const follow = logTailing({
    log: {
      head: () => Promise.resolve(0),
      async since(watched) {
        looks.push(watched.map(({ id }) => id));
        const events = watched.flatMap(({ id, after }) =>
          (logs.get(id) ?? []).filter(({ seq }) => seq > after).slice(0, 3),
        );
        await held;
        if (failures-- > 0) throw new Error("away");
        return { events: events.map((event) => ({ ...event })), isAll: events.length < 3 };
      },
      accessMark: () => (failing() ? Promise.reject(new Error("away")) : Promise.resolve(mark)),
    },
    hints: (onHint) => {
      hint = onHint;
      listening += 1;
      return () => (listening -= 1);
    },
    now,
    onError: () => said.push("error"),
    onQuietHint: (id) => said.push(`quiet ${id}`),
    onAccessChanged: () => said.push("access"),
  });
  const aReader = (id: string, cursor = 0) => {
    const seen: (number | "gap")[] = [];
    let given = 0;
    let refusals = 0;
    const reader: Reader = {
      sessionId: id as SessionId,
      organizationId: acme,
      cursor,
      onEvents(events) {
        if (refusals-- > 0) throw new Error("not now");
        seen.push(...events.map(({ seq }) => seq));
        given += 1;
      },
      onGap: () => seen.push("gap"),
    };
    return { seen, given: () => given, refuse: (times: number) => (refusals = times), leave: follow(reader) };
  };
  return {
    add,
    aReader,
    looks,
    said,
    hint: (id: string | null) => hint(id === null ? null : { id: id as SessionId }),
    hintOf: (id: string, seq: number) => hint({ id: id as SessionId, event: anEvent(seq) }),
    listening: () => listening,
    fail: (times: number) => (failures = times),
    /** Answers nothing until what it gives back is called. */
    hold() {
      let release = () => {};
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    changeAccess: () => (mark += "1"),
  };
}
const soon = { timeout: 5_000, interval: 5 };

describe("The loop that reads logs", () => {
  it("looks more seldom the longer nothing has happened", () => {
    expect([0, 4_999, 5_000, 59_999, 60_000, 600_000].map(paceMs)).toEqual([150, 150, 500, 500, 1_500, 1_500]);
  });

  it("gives every reader what follows its own number, each event once and in order", async () => {
    const tail = aTail();
    tail.add("a", 1, 2, 3, 4, 5, 6, 7);
    const [all, some] = [tail.aReader("a"), tail.aReader("a", 5)];
    await expect.poll(() => all.seen, soon).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(some.seen).toEqual([6, 7]);
    tail.add("a", 8);
    tail.hint("a");
    await expect.poll(() => [all.seen.at(-1), some.seen], soon).toEqual([8, [6, 7, 8]]);
    all.leave();
    some.leave();
  });

  it("looks at the one log that a hint names, and at all of them by itself", async () => {
    const tail = aTail();
    const [a, b] = [tail.aReader("a"), tail.aReader("b")];
    await expect.poll(() => tail.looks.length, soon).toBeGreaterThan(1);
    tail.looks.length = 0;
    tail.add("a", 1);
    tail.hint("a");
    await expect.poll(() => a.seen, soon).toEqual([1]);
    expect(tail.looks).toContainEqual(["a"]);
    tail.add("b", 1);
    await expect.poll(() => b.seen, soon).toEqual([1]);
    expect(tail.looks).toContainEqual(["a", "b"]);
    a.leave();
    b.leave();
  });

  /** A tail whose clock stands, so that it looks at everything once and then only where it has a reason. */
  const aStandingTail = async (...readers: [id: string, cursor?: number][]) => {
    const tail = aTail({ now: () => 1_000 });
    const seen = readers.map(([id, cursor]) => tail.aReader(id, cursor));
    await expect.poll(() => tail.looks.length, soon).toBeGreaterThan(1);
    tail.looks.length = 0;
    tail.said.length = 0;
    return { tail, readers: seen, leave: () => seen.forEach((reader) => reader.leave()) };
  };

  it("gives the events that hints bring without a look, where they are the next ones", async () => {
    const { tail, readers, leave } = await aStandingTail(["a"], ["a", 1]);
    const [a, b] = readers;
    tail.hintOf("a", 2);
    tail.hintOf("a", 1);
    tail.hintOf("a", 1);
    await setImmediate();
    expect([a?.seen, b?.seen]).toEqual([[1, 2], [2]]);
    // What comes together is given together.
    expect(a?.given()).toBe(1);
    // Said once more by another who has it from the log.
    tail.add("a", 1, 2);
    tail.hintOf("a", 1);
    await setImmediate();
    expect([a?.seen, b?.seen]).toEqual([[1, 2], [2]]);
    expect(tail.looks.flat()).toEqual([]);
    tail.hint("a");
    await expect.poll(() => tail.said, soon).toEqual(["quiet a"]);
    expect([a?.seen, b?.seen]).toEqual([[1, 2], [2]]);
    leave();
  });

  it("looks at the log where a hint brings an event beyond the next one, for whoever lacks some", async () => {
    const { tail, readers, leave } = await aStandingTail(["a"], ["a", 1], ["b"]);
    const [a, b] = readers;
    tail.add("a", 1, 2);
    tail.hintOf("a", 2);
    await expect.poll(() => [a?.seen, b?.seen], soon).toEqual([[1, 2], [2]]);
    expect(tail.looks.flat()).toEqual(["a"]);
    tail.add("a", 3, 4);
    for (const seq of [5, 3]) tail.hintOf("a", seq);
    await expect.poll(() => a?.seen, soon).toEqual([1, 2, 3, 4]);
    expect(b?.seen).toEqual([2, 3, 4]);
    leave();
  });

  it("gives nothing that hints bring while it cannot look who may see it", async () => {
    let isAway = true;
    const tail = aTail({ failing: () => isAway });
    const a = tail.aReader("a");
    await expect.poll(() => tail.said, soon).toContain("error");
    tail.add("a", 1);
    tail.hintOf("a", 1);
    await setImmediate();
    expect(a.seen).toEqual([]);
    isAway = false;
    await expect.poll(() => a.seen, soon).toEqual([1]);
    a.leave();
  });

  it("goes on where somebody cannot be given an event, and loses nothing for the others", async () => {
    const { tail, readers, leave } = await aStandingTail(["a"], ["b"]);
    const [a, b] = readers;
    a?.refuse(1);
    tail.add("a", 1);
    tail.hintOf("a", 1);
    tail.hintOf("b", 1);
    await setImmediate();
    expect(b?.seen).toEqual([1]);
    expect(tail.said).toContain("error");
    await expect.poll(() => a?.seen, soon).toEqual([1]);
    leave();
  });

  it("tells nobody of a gap who comes while it looks, with less than the others have", async () => {
    const { tail, readers, leave } = await aStandingTail(["a", 6]);
    tail.add("a", 1, 2, 3, 4, 5, 6, 7);
    const release = tail.hold();
    tail.hint("a");
    await expect.poll(() => tail.looks.flat(), soon).toEqual(["a"]);
    const late = tail.aReader("a", 4);
    release();
    await expect.poll(() => late.seen, soon).toEqual([5, 6, 7]);
    expect(readers[0]?.seen).toEqual([7]);
    late.leave();
    leave();
  });

  it("looks at everything again where hints were missed while it looked", async () => {
    const { tail, readers, leave } = await aStandingTail(["a"]);
    tail.hint(null);
    const release = tail.hold();
    await expect.poll(() => tail.looks.flat(), soon).toEqual(["a"]);
    tail.add("a", 1);
    tail.hint(null);
    release();
    await expect.poll(() => readers[0]?.seen, soon).toEqual([1]);
    leave();
  });

  it("looks at everything where hints may have been missed", async () => {
    const tail = aTail();
    const a = tail.aReader("a");
    await expect.poll(() => tail.looks.length, soon).toBeGreaterThan(0);
    tail.add("a", 1);
    tail.hint(null);
    await expect.poll(() => a.seen, soon).toEqual([1]);
    a.leave();
  });

  it("says where a hint was about something else, and when access was changed", async () => {
    const tail = aTail();
    const a = tail.aReader("a");
    await expect.poll(() => tail.looks.length, soon).toBeGreaterThan(1);
    tail.said.length = 0;
    tail.hint("a");
    tail.hint("of nobody");
    await expect.poll(() => tail.said, soon).toContain("quiet a");
    expect(tail.said).not.toContain("access");
    tail.changeAccess();
    await expect.poll(() => tail.said, soon).toContain("access");
    expect(tail.said).not.toContain("quiet of nobody");
    a.leave();
  });

  it("goes on after a look that failed, and loses nothing by it", async () => {
    const tail = aTail();
    tail.fail(1);
    tail.add("a", 1, 2);
    const a = tail.aReader("a");
    await expect.poll(() => a.seen, soon).toEqual([1, 2]);
    expect(tail.said).toContain("error");
    a.leave();
  });

  it("tells of events that are missing, and goes on behind them", async () => {
    const tail = aTail();
    tail.add("a", 4, 5);
    const a = tail.aReader("a", 2);
    await expect.poll(() => a.seen, soon).toEqual(["gap", 4, 5]);
    a.leave();
  });

  it("rests and listens to nothing while nobody reads, and begins again with the next reader", async () => {
    const tail = aTail();
    const first = tail.aReader("a");
    await expect.poll(() => tail.looks.length, soon).toBeGreaterThan(0);
    expect(tail.listening()).toBe(1);
    first.leave();
    await expect.poll(() => tail.listening(), soon).toBe(0);
    tail.add("a", 1);
    const next = tail.aReader("a");
    await expect.poll(() => next.seen, soon).toEqual([1]);
    expect(first.seen).toEqual([]);
    next.leave();
    // Who leaves and who comes at the same moment do not miss each other.
    const last = tail.aReader("a");
    await expect.poll(() => last.seen, soon).toEqual([1]);
    last.leave();
    await expect.poll(() => tail.listening(), soon).toBe(0);
  });
});
