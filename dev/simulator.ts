/** What every simulator of an outside service has in common. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Faults } from "./faults.js";

/**
 * One simulated provider. `fetch` answers the provider's own HTTP API, its paths as they are on the provider's own host (below `baseUrl`).
 * `control` holds what people and tests do there, by name; a host serves it as `POST /control/<simulator>/<name>` with a JSON body.
 */
export type Simulator = {
  name: string;
  fetch(request: Request): Promise<Response>;
  control: Record<string, (input: never) => unknown>;
  /** Stops timers and writes what is not yet on disk. */
  close(): Promise<void>;
};

export type SimulatorOptions = {
  /** Where the simulator is reached, without a slash at the end: `http://localhost:3000/linear`. */
  baseUrl: string;
  /** Keeps the state; without one the state is gone with the process. */
  state?: StateFile;
  /** How requests leave the simulator (webhooks, queue deliveries); the global fetch by default. */
  send?: (request: Request) => Promise<Response>;
  now?: () => number;
  faults?: Faults;
};

/** A JSON file that holds a simulator's state and is replaced as a whole, so that a kill leaves the old one or the new one. */
export type StateFile = { load<T>(): T | undefined; save(state: unknown): void; flush(): void };

export function stateFile(path: string): StateFile {
  let waiting: unknown;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(waiting));
    renameSync(`${path}.new`, path);
    waiting = undefined;
  };
  return {
    load<T>() {
      try {
        return JSON.parse(readFileSync(path, "utf8")) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new Error(`The state file ${path} cannot be read`, { cause: error });
      }
    },
    save(state) {
      waiting = state;
      timer ??= setTimeout(flush, 20);
    },
    flush,
  };
}
