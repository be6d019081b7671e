/** Keeps the application running in a process of its own, however often it is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/** The application as a script for plain Node, and what starts it: what is started hundreds of times must start fast. */
export type Bundle = { start: string; app: string; code: string; dispose(): void };

export async function bundleApp(): Promise<Bundle> {
  const dir = mkdtempSync(join(tmpdir(), "app-"));
  await build({
    entryPoints: {
      app: join(import.meta.dirname, "../../dev/app-server.ts"),
      start: join(import.meta.dirname, "start-app.ts"),
    },
    outdir: dir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
  });
  return {
    start: join(dir, "start.cjs"),
    app: join(dir, "app.cjs"),
    code: join(dir, "app.code"),
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export type SupervisedApp = {
  /** The address of the running process; waits for one that is starting. */
  url(): Promise<string>;
  /** Ends the process as a crash does, and starts the next one. */
  kill(): void;
  /** When there was no process that could answer, in ms since the epoch. */
  downtimes: { from: number; to: number }[];
  /** Ends that nobody asked for, with the last words. */
  crashes: string[];
  /** The newest lines of the processes' logs. */
  log: string[];
  /** Those who are started later need not compile what this one has compiled. */
  keepCode(): Promise<void>;
  stop(): Promise<void>;
};

const keptLines = 400;

export function superviseApp(bundle: Bundle, env: Record<string, string>): SupervisedApp {
  const downtimes: SupervisedApp["downtimes"] = [];
  const crashes: string[] = [];
  const log: string[] = [];
  const ended: Promise<void>[] = [];
  let running: { child: ChildProcess; url: Promise<string>; killed: boolean };
  let stopping = false;

  const remember = (chunk: Buffer) => {
    log.push(...chunk.toString("utf8").split("\n").filter(Boolean));
    log.splice(0, Math.max(0, log.length - keptLines));
  };

  function start(from: number): typeof running {
    const child = spawn(process.execPath, [bundle.start, bundle.app, bundle.code], {
      env: { ...env, PORT: "0", PATH: process.env.PATH },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child.stdout?.on("data", remember);
    child.stderr?.on("data", remember);
    const url = new Promise<string>((resolve) => {
      child.once("message", (message: { url: string }) => {
        downtimes.push({ from, to: Date.now() });
        resolve(message.url);
      });
    });
    const started = { child, url, killed: false };
    ended.push(
      new Promise((resolve) => {
        child.once("exit", (code) => {
          if (!started.killed && !stopping) {
            crashes.push(`the application ended by itself with ${code}: ${log.slice(-5).join(" | ")}`);
            if (crashes.length < 5) running = start(Date.now());
          }
          resolve();
        });
      }),
    );
    return started;
  }

  running = start(Date.now());
  return {
    url: () => running.url,
    kill() {
      if (stopping) return;
      running.killed = true;
      running.child.kill("SIGKILL");
      running = start(Date.now());
    },
    downtimes,
    crashes,
    log,
    async keepCode() {
      const { child } = running;
      await new Promise<void>((resolve) => {
        child.once("message", () => resolve()).once("exit", () => resolve());
        child.send("keep your code", (failure) => {
          if (failure) resolve();
        });
      });
    },
    async stop() {
      stopping = true;
      running.child.kill("SIGKILL");
      await Promise.all(ended);
    },
  };
}
