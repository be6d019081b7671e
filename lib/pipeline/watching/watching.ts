import type { SessionId } from "../../domain/ids.js";
import { oneAtATime } from "../../domain/one-at-a-time.js";
import type { Log } from "../../ports.js";
import type {
  AccessWatch,
  Connection,
  Hints,
  LogTail,
  PresenceList,
  PresenceStore,
  SessionEventRow,
} from "../../ports-stream.js";
import { presenceKeeping } from "./presence.js";
import { logTailing } from "./tail.js";

export type WatchingDeps = {
  log: LogTail;
  access: AccessWatch;
  presence: PresenceStore;
  hints: Hints;
  /** Tells other processes that somebody has come or gone. */
  announce(id: SessionId): void;
  /** How often it is asked again who may still read. */
  recheckMs: number;
  presenceMs: { beat: number; look: number };
  runBehind(work: Promise<unknown>): void;
  report: Log;
};

/** An open stream, and what it is told. */
export type Watcher = Connection & {
  onEvents(events: SessionEventRow[]): void;
  onGap(): void;
  onPresence(list: PresenceList): void;
  /** The person may not read on. */
  onRefused(): void;
};

/** Everybody in this process who watches a session: one loop reads the logs, one statement says who is there, one asks who may still read. */
export type Watching = {
  /** Adds a stream that has been given everything up to `cursor`; gives back what takes it away. */
  watch(watcher: Watcher, cursor: number): () => void;
};

export function watching(deps: WatchingDeps): Watching {
  const watchers = new Map<SessionId, Set<Watcher>>();
  const failed = (what: string) => (error: unknown) =>
    deps.report.warn("stream.look_failed", { what, reason: error instanceof Error ? error.name : "unknown" });

  const recheck = oneAtATime(async () => {
    const all = [...watchers.values()].flatMap((one) => [...one]);
    if (all.length === 0) return;
    const allowed = await deps.access.stillAllowed(all.map(toConnection)).catch(failed("access"));
    if (allowed) for (const watcher of all) if (!allowed.has(watcher.id)) watcher.onRefused();
  });

  const people = presenceKeeping({
    presence: deps.presence,
    beatMs: deps.presenceMs.beat,
    lookMs: deps.presenceMs.look,
    runBehind: deps.runBehind,
    onError: failed("presence"),
    onMoved: deps.announce,
    onList: (id, list) => watchers.get(id)?.forEach((watcher) => watcher.onPresence(list)),
  });

  const follow = logTailing({
    log: deps.log,
    hints: deps.hints,
    now: Date.now,
    onError: failed("log"),
    onQuietHint: () => people.lookSoon(),
    onAccessChanged: () => void recheck(),
  });

  let timer: NodeJS.Timeout | undefined;
  return {
    watch(watcher, cursor) {
      const together = watchers.get(watcher.sessionId) ?? new Set();
      watchers.set(watcher.sessionId, together.add(watcher));
      timer ??= setInterval(() => void recheck(), deps.recheckMs);
      const unfollow = follow({
        sessionId: watcher.sessionId,
        organizationId: watcher.organizationId,
        cursor,
        onGap: () => watcher.onGap(),
        onEvents(events) {
          watcher.onEvents(events);
          // A session that was deleted, or now belongs elsewhere, is not everybody's any more.
          if (events.some(({ type }) => type.startsWith("session"))) void recheck();
        },
      });
      people.enter(toConnection(watcher));
      const shown = people.shownIn(watcher.sessionId);
      if (shown !== null) watcher.onPresence(JSON.parse(shown) as PresenceList);
      return () => {
        unfollow();
        together.delete(watcher);
        if (together.size === 0 && watchers.get(watcher.sessionId) === together) watchers.delete(watcher.sessionId);
        if (watchers.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        people.leave(toConnection(watcher));
      };
    },
  };
}

const toConnection = ({ id, sessionId, organizationId, userId, name, via, credentialId }: Watcher): Connection => ({
  id,
  sessionId,
  organizationId,
  userId,
  name,
  via,
  credentialId,
});
