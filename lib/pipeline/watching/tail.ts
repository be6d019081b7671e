import { setTimeout as pause } from "node:timers/promises";
import type { OrganizationId, SessionId } from "../../domain/ids.js";
import type { Hint, Hints, LogTail, SessionEventRow } from "../../ports-stream.js";

/** Somebody who reads a log from an event on. */
export type Reader = {
  sessionId: SessionId;
  organizationId: OrganizationId;
  /** The number of the last event that was given to the reader. */
  cursor: number;
  /** The next events, without a gap. */
  onEvents(events: SessionEventRow[]): void;
  /** Events are missing; the reader goes on behind them. */
  onGap(): void;
};

export type TailDeps = {
  log: LogTail;
  hints: Hints;
  now(): number;
  onError(error: unknown): void;
  /** A hint about a session brought no event: something else has changed. */
  onQuietHint(id: SessionId): void;
  /** Something was changed that decides who may see what. */
  onAccessChanged(): void;
};

/** How often logs are looked at without a hint: more seldom the longer nothing has happened. */
export function paceMs(quietMs: number): number {
  if (quietMs < 5_000) return 150;
  return quietMs < 60_000 ? 500 : 1_500;
}

/** Reads all logs that anybody in this process follows in one loop, which runs while there is somebody. Returns what adds a reader, which gives back what takes it away. */
export function logTailing(deps: TailDeps): (reader: Reader) => () => void {
  const readers = new Map<SessionId, Set<Reader>>();
  const hinted = new Set<SessionId>();
  const brought: SessionEventRow[] = [];
  let isRunning = false;
  let wake: () => void = () => undefined;
  let lastEventAt = 0;
  let nextLookAt = 0;
  let mark: string | null = null;
  /** Whether the last look told everything, also who may see what. */
  let hasLooked = false;

  const hint = (said: Hint | null) => {
    if (said === null) nextLookAt = 0;
    else if (!readers.has(said.id)) return;
    else if (said.event && hasLooked) return bring({ ...said.event, sessionId: said.id });
    else hinted.add(said.id);
    wake();
  };

  /** What comes while everybody is given something is given together. */
  function bring(event: SessionEventRow): void {
    brought.push(event);
    if (brought.length === 1) setImmediate(giveBrought);
  }

  function giveBrought(): void {
    lastEventAt = deps.now();
    for (const [id, events] of bySession(brought.splice(0))) {
      const together = readers.get(id) ?? new Set();
      try {
        give(together, (cursor) => following(events, cursor).filter(({ seq }, n) => seq === cursor + 1 + n));
      } catch (error) {
        deps.onError(error);
      }
      // Before the last of them something is missing to somebody: the log has it.
      const last = events.at(-1)?.seq ?? 0;
      if ([...together].some(({ cursor }) => cursor < last)) hinted.add(id);
    }
    if (hinted.size > 0) wake();
  }

  async function run(): Promise<void> {
    const stopHints = deps.hints(hint);
    mark = null;
    hasLooked = false;
    while (readers.size > 0) {
      const isWholeLook = deps.now() >= nextLookAt;
      // Hints that were missed meanwhile put it to 0.
      if (isWholeLook) nextLookAt = Number.POSITIVE_INFINITY;
      try {
        await look(isWholeLook);
        hasLooked ||= isWholeLook;
        nextLookAt = Math.min(nextLookAt, deps.now() + paceMs(deps.now() - lastEventAt));
      } catch (error) {
        hasLooked = false;
        deps.onError(error);
        await pause(1_000);
        nextLookAt = 0;
      }
      if (hinted.size === 0) await sleep(nextLookAt - deps.now());
    }
    // In the same turn as the last look at `readers`, so that the next reader starts the loop again.
    stopHints();
    isRunning = false;
  }

  async function look(isWhole: boolean): Promise<void> {
    const asked = [...hinted];
    hinted.clear();
    const ids = isWhole ? [...readers.keys()] : asked.filter((id) => readers.has(id));
    const watched = ids.map(from);
    const [{ events, isAll }] = await Promise.all([deps.log.since(watched), isWhole ? lookAtAccess() : null]);
    const byId = bySession(events);
    if (events.length > 0) lastEventAt = deps.now();
    for (const { id, after } of watched) {
      // For who came meanwhile with less than everybody had, what was found begins too late; the next look is for them.
      const together = [...(readers.get(id) ?? [])].filter(({ cursor }) => cursor >= after);
      give(together, (cursor) => following(byId.get(id) ?? [], cursor));
    }
    for (const id of asked) if (!byId.has(id)) deps.onQuietHint(id);
    // More is there than one look takes.
    if (!isAll) for (const id of byId.keys()) hinted.add(id);
  }

  async function lookAtAccess(): Promise<void> {
    const organizations = [...readers.values()].flatMap(([first]) => (first ? [first.organizationId] : []));
    const now = await deps.log.accessMark([...new Set(organizations)].sort());
    if (mark !== null && mark !== now) deps.onAccessChanged();
    mark = now;
  }

  const from = (id: SessionId) => ({
    id,
    after: Math.min(...[...(readers.get(id) ?? [])].map(({ cursor }) => cursor)),
  });

  async function sleep(ms: number): Promise<void> {
    if (ms <= 0 || readers.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = () => undefined;
  }

  return (reader) => {
    const together = readers.get(reader.sessionId) ?? new Set();
    readers.set(reader.sessionId, together.add(reader));
    lastEventAt = deps.now();
    // What was added between the reader's last look and now.
    hinted.add(reader.sessionId);
    wake();
    if (!isRunning) {
      isRunning = true;
      nextLookAt = 0;
      void run();
    }
    return () => {
      together.delete(reader);
      if (together.size === 0 && readers.get(reader.sessionId) === together) readers.delete(reader.sessionId);
      if (readers.size === 0) wake();
    };
  };
}

/** The events of each session in their order, each once. */
function bySession(events: SessionEventRow[]): Map<SessionId, SessionEventRow[]> {
  const found = new Map<SessionId, SessionEventRow[]>();
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    const own = found.get(event.sessionId) ?? [];
    if (own.at(-1)?.seq !== event.seq) own.push(event);
    found.set(event.sessionId, own);
  }
  return found;
}

const following = (events: SessionEventRow[], cursor: number): SessionEventRow[] =>
  events.filter(({ seq }) => seq > cursor);

/** Gives each reader what comes after its number, which is the same to all who stand at the same one. */
function give(together: Iterable<Reader>, nextAfter: (cursor: number) => SessionEventRow[]): void {
  const known = new Map<number, SessionEventRow[]>();
  for (const reader of together) {
    const next = known.get(reader.cursor) ?? nextAfter(reader.cursor);
    known.set(reader.cursor, next);
    const [first] = next;
    const last = next.at(-1);
    if (!first || !last) continue;
    if (first.seq !== reader.cursor + 1) reader.onGap();
    reader.onEvents(next);
    reader.cursor = last.seq;
  }
}
