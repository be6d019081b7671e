import type { SessionId } from "../../domain/ids.js";
import { oneAtATime } from "../../domain/one-at-a-time.js";
import type { Connection, PresenceList, PresenceStore } from "../../ports-stream.js";

export type PresenceDeps = {
  presence: PresenceStore;
  /** How often everybody is said to be there again. */
  beatMs: number;
  /** How often it is looked who came and went elsewhere. */
  lookMs: number;
  runBehind(work: Promise<unknown>): void;
  onError(error: unknown): void;
  /** Tells other processes that somebody has come or gone. */
  onMoved(id: SessionId): void;
  onList(id: SessionId, list: PresenceList): void;
};

/** Many people who come at once make one list, not a list each. */
const mostOftenMs = 1_000;

/** Keeps known who has a stream open in this process, and tells of a session's people when they have changed. */
export function presenceKeeping(deps: PresenceDeps) {
  const here = new Map<string, Connection>();
  const come = new Map<string, Connection>();
  const gone = new Map<string, Connection>();
  const shown = new Map<SessionId, string>();
  let timers: NodeJS.Timeout[] = [];
  let lastLookAt = 0;
  let nextLook: NodeJS.Timeout | undefined;

  const tell = oneAtATime(async () => {
    const [arrived, left] = [[...come.values()], [...gone.values()]];
    come.clear();
    gone.clear();
    if (arrived.length + left.length === 0) return;
    await deps.presence.tell(arrived, left).catch(deps.onError);
    for (const id of new Set([...arrived, ...left].map(({ sessionId }) => sessionId))) deps.onMoved(id);
    lookSoon();
  });

  const look = oneAtATime(async () => {
    lastLookAt = Date.now();
    const ids = [...new Set([...here.values()].map(({ sessionId }) => sessionId))];
    if (ids.length === 0) return;
    const lists = await deps.presence.list(ids).catch((error: unknown) => {
      deps.onError(error);
      return new Map<SessionId, PresenceList>();
    });
    for (const [id, list] of lists) {
      const written = JSON.stringify(list);
      if (shown.get(id) === written) continue;
      shown.set(id, written);
      deps.onList(id, list);
    }
  });

  function lookSoon(): void {
    if (nextLook || here.size === 0) return;
    nextLook = setTimeout(
      () => {
        nextLook = undefined;
        void look();
      },
      Math.max(0, lastLookAt + mostOftenMs - Date.now()),
    );
  }

  return {
    /** What the session's people were told last, as JSON; null where nobody was told anything yet. */
    shownIn: (id: SessionId): string | null => shown.get(id) ?? null,
    lookSoon,
    enter(connection: Connection): void {
      here.set(connection.id, connection);
      come.set(connection.id, connection);
      if (timers.length === 0)
        timers = [
          setInterval(() => {
            for (const one of here.values()) come.set(one.id, one);
            void tell();
          }, deps.beatMs),
          setInterval(() => void look(), deps.lookMs),
        ];
      void tell();
    },
    leave(connection: Connection): void {
      here.delete(connection.id);
      come.delete(connection.id);
      gone.set(connection.id, connection);
      if (![...here.values()].some(({ sessionId }) => sessionId === connection.sessionId))
        shown.delete(connection.sessionId);
      if (here.size === 0) {
        timers.forEach(clearInterval);
        timers = [];
        clearTimeout(nextLook);
        nextLook = undefined;
      }
      deps.runBehind(tell());
    },
  };
}
