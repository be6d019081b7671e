import type { Client } from "pg";
import type { Log } from "../ports.js";
import type { Hints } from "../ports-stream.js";
import { readPayload, sessionChannel } from "./notify.js";

const wait = { firstMs: 500, longestMs: 30_000 };

/** Hints from other processes over a connection of its own, which must be a direct one: a pooler keeps no LISTEN. It is made again whenever it ends. */
export function listener(url: string, log: Log): Hints {
  return (onHint) => {
    let isWanted = true;
    let client: Client | null = null;
    let timer: NodeJS.Timeout | undefined;
    let failures = 0;

    const connect = async () => {
      // Loaded by the one function that listens, when it does.
      const { default: pg } = await import("pg");
      if (!isWanted) return;
      const mine = new pg.Client({ connectionString: url, keepAlive: true });
      client = mine;
      mine.on("notification", ({ payload }) => onHint(readPayload(payload ?? "")));
      const ended = new Promise<void>((resolve) => {
        mine.on("error", () => resolve());
        mine.on("end", () => resolve());
      });
      await mine.connect();
      try {
        // The role ends idle connections, and this one is idle by trade.
        await mine.query("set idle_session_timeout = 0");
        await mine.query(`listen ${sessionChannel}`);
        failures = 0;
        onHint(null);
        await ended;
      } finally {
        await mine.end().catch(() => undefined);
      }
    };
    const keepConnected = () => {
      connect()
        .catch((error: unknown) => log.warn("stream.not_listening", { reason: codeOf(error) }))
        .finally(() => {
          if (!isWanted) return;
          timer = setTimeout(keepConnected, Math.random() * Math.min(wait.longestMs, wait.firstMs * 2 ** failures));
          failures += 1;
        });
    };
    keepConnected();

    return () => {
      isWanted = false;
      clearTimeout(timer);
      void client?.end().catch(() => undefined);
    };
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : error instanceof Error ? error.name : "unknown";
