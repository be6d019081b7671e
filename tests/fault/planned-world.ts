/** A page that was planned and is in step with its issues: made once the long way, put back for each run. */
import type { StateFile } from "../../dev/simulator.js";
import type { LocalWorld } from "../../dev/world.js";
import { copyRows, pasteRows } from "../support/database-copy.js";
import type { Databases, RunDatabase } from "../support/fault-database.js";
import {
  connect,
  type FaultWorldOptions,
  startBareWorld,
  startFaultWorld,
  syncedPage,
} from "../support/fault-world.js";
import { startProxy } from "./proxy.js";
import { mention, seeThrough, type Stage, untilAtRest } from "./stage.js";
import { type Bundle, superviseApp } from "./supervisor.js";

/** All that a world knows; its addresses are in it, and are other ones wherever it is put back. */
export type PlannedWorld = {
  urls: { world: string; app: string };
  linear: string;
  confluence: string;
  rows: string;
  tokenKeys: string;
  pageUrl: string;
  agentSessionId: string;
};

/** Plans the page as a person has it planned. */
export async function planOnce(databases: Databases, bundle: Bundle): Promise<PlannedWorld> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const database = await databases.open();
    undo.unshift(database.release);
    const proxy = await startProxy();
    undo.unshift(proxy.close);
    const [linear, confluence] = [inMemory(), inMemory()];
    const { world, pageUrl } = await startFaultWorld(database, proxy.url, {
      page: syncedPage,
      state: (name) => (name === "linear" ? linear.file : confluence.file),
    });
    undo.unshift(world.close);
    const app = superviseApp(bundle, world.env);
    undo.unshift(app.stop);
    proxy.connect({ world, app: app.url });
    const stage: Stage = { world, database, proxy, app, pageUrl, helped: [] };
    const agentSessionId = mention(stage);
    const { status } = await seeThrough(stage, agentSessionId);
    if (status !== "completed") throw new Error(`the page that runs begin with was not planned: ${status}`);
    await untilAtRest(stage);
    await app.keepCode();
    await app.stop();
    return {
      urls: { world: world.url, app: proxy.url },
      linear: longAgo(linear.text()),
      confluence: longAgo(confluence.text()),
      rows: longAgo(await copyRows(database.engine)),
      tokenKeys: world.env.TOKEN_KEYS ?? "",
      pageUrl,
      agentSessionId,
    };
  } finally {
    for (const step of undo) await step();
  }
}

/** Half an hour earlier, so that what happens now is later by every clock. */
const longAgo = (text: string) =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g, (at) =>
    new Date(Date.parse(at) - 30 * 60_000).toISOString(),
  );

/** The same world at other addresses. */
export async function startPlannedWorld(
  planned: PlannedWorld,
  database: RunDatabase,
  appUrl: string,
  options: FaultWorldOptions,
): Promise<{ world: LocalWorld; pageUrl: string }> {
  const moved = (text: string, url: string) =>
    text.replaceAll(planned.urls.app, appUrl).replaceAll(planned.urls.world, url);
  const world = await startBareWorld(database, appUrl, {
    ...options,
    env: { ...options.env, TOKEN_KEYS: planned.tokenKeys },
    state: (name, url) => inMemory(moved(planned[name], url)).file,
  });
  await pasteRows(database.engine, withoutScheme(planned, appUrl, world.url));
  await connect(world, database);
  return { world, pageUrl: moved(planned.pageUrl, world.url) };
}

/** Some rows name hosts without "http". */
const withoutScheme = ({ rows, urls }: PlannedWorld, appUrl: string, worldUrl: string) =>
  rows.replaceAll(hostOf(urls.app), hostOf(appUrl)).replaceAll(hostOf(urls.world), hostOf(worldUrl));
const hostOf = (url: string) => new URL(url).host;

/** A state that is kept in this process. */
function inMemory(begin?: string): { file: StateFile; text: () => string } {
  let kept: unknown = begin === undefined ? undefined : JSON.parse(begin);
  return {
    file: { load: <T>() => kept as T | undefined, save: (state) => void (kept = state), flush: () => undefined },
    text: () => JSON.stringify(kept),
  };
}
