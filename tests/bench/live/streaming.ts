/**
 * `npm run bench:stream -- [--seconds 20]`: how long a step takes to everybody who reads, writer and stream in two processes as they are
 * deployed: with NOTIFY on a direct connection, by polling alone, and beside a bare loop of node:http. `write` counts from the commit,
 * in the bare loop from the instant that it has the event; `request` from the request that asked for it.
 */
import { randomUUID } from "node:crypto";
import net from "node:net";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import type { SessionId } from "../../../lib/domain/ids.js";
import { at, type BenchWorld, benchWorld, line, ms, pause, type Somebody } from "./world.js";

const targets = [
  { readers: 100, everyMs: 100, p95: 10 },
  { readers: 1_000, everyMs: 500, p95: 50 },
];
const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" } } });
const seconds = Number(values.seconds);

type Reader = { chunks: { ms: number; bytes: Buffer }[] };
type Readers = { all: Reader[]; connects: number[]; stop(): void };
/** How long each event took to each reader, since it was asked for and since it was written, in ms. */
type Figures = { requests: number[]; writes: number[]; connects: number[] };
const failures: string[] = [];
console.log(`Node ${process.version}, ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before`);
const world = await benchWorld(20);
const notifying = { DATABASE_URL_DIRECT: world.url };
try {
  for (const { readers, everyMs, p95 } of targets) {
    const notified = await measure(world, readers, everyMs, notifying);
    print(`${readers} readers, NOTIFY`, notified);
    if (!(at(notified.writes, 0.95) < p95)) failures.push(`p95 at ${readers} readers is not under ${p95} ms`);
    print(`${readers} readers, bare loop`, await measureBare(world, readers, everyMs));
  }
  print("1000 readers, each of a plan of its own", await measure(world, 1_000, 10, notifying, 1_000));
  print("100 readers, polling", await measure(world, 100, 100, {}));
} finally {
  await world.close();
}
console.log(failures.length === 0 ? "as wanted" : `not as wanted: ${failures.join("; ")}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function measure(
  bench: BenchWorld,
  count: number,
  everyMs: number,
  env: Record<string, string>,
  planCount = 1,
): Promise<Figures> {
  const plans = await Promise.all(Array.from({ length: planCount }, () => bench.aPlan()));
  const any = (n: number) => plans[n % planCount] as SessionId;
  const api = await bench.start("server.ts", { ...env, BENCH_ROLE: "api" });
  const stream = await bench.start("server.ts", { ...env, BENCH_ROLE: "stream" });
  const readers = await connect(count, (n) => `${stream.url}/api/v1/sessions/${any(n)}/stream`, bench.everybody);
  let turn = 0;
  await write(readers, everyMs, (text) => post(api.url, any(turn++), bench.everybody[0] as Somebody, text));
  readers.stop();
  api.stop();
  stream.stop();
  const commits = await bench.db.query<{ id: string; ms: number }>(sql`
    select body->>'id' as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float * 1000 as ms from session_events where type = 'step_added'`);
  const committed = new Map(commits.map(({ id, ms: at }) => [id, at]));
  return figures(readers, ({ id }) => committed.get(String(id)));
}

async function measureBare(bench: BenchWorld, count: number, everyMs: number): Promise<Figures> {
  const server = await bench.start("bare-sse.ts");
  const readers = await connect(count, () => server.url, bench.everybody);
  await write(readers, everyMs, async (text) => {
    await (await fetch(server.url, { method: "POST", body: JSON.stringify({ text }) })).arrayBuffer();
  });
  readers.stop();
  server.stop();
  return figures(readers, ({ written }) => Number(written));
}

async function post(url: string, plan: SessionId, by: Somebody, text: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/sessions/${plan}/steps`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${by.token}` },
    body: JSON.stringify({ id: randomUUID(), text }),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a step was answered ${response.status}`);
}

/** A step says when it was asked for, so that each reader knows how long it took; the first steps are for warming up. */
async function write(readers: Readers, everyMs: number, send: (text: string) => Promise<void>): Promise<void> {
  for (let n = 0; n < 300; n += 1) await send("warm up");
  await pause(1_500);
  for (const { chunks } of readers.all) chunks.length = 0;
  const begun = performance.now();
  for (let turn = 0; turn * everyMs < seconds * 1_000; turn += 1) {
    await pause(begun + turn * everyMs - performance.now());
    await send(`at ${performance.now()}`);
  }
  await pause(2_000);
}

/**
 * Opens so many streams, twenty at a time, each a bare socket. What comes is kept with its instant and read after all is over: everybody who
 * reads is on this one machine, and shall take as little of it as can be.
 */
async function connect(count: number, urlOf: (n: number) => string, people: Somebody[]): Promise<Readers> {
  const sockets: net.Socket[] = [];
  const readers: Readers = { all: [], connects: [], stop: () => sockets.forEach((socket) => socket.destroy()) };
  const open = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const asked = performance.now();
      const reader: Reader = { chunks: [] };
      const { hostname, port, pathname } = new URL(urlOf(n));
      let isOpen = false;
      const callback = (size: number, buffer: Uint8Array) => {
        const bytes = Buffer.from(buffer.subarray(0, size));
        reader.chunks.push({ ms: performance.now(), bytes });
        if (isOpen) return true;
        isOpen = true;
        readers.connects.push(performance.now() - asked);
        if (bytes.toString().startsWith("HTTP/1.1 200 ")) resolve();
        else reject(new Error(`a stream was answered ${bytes.toString().split("\r\n")[0]}`));
        return true;
      };
      const socket = net.connect({
        port: Number(port),
        host: hostname,
        onread: { buffer: Buffer.alloc(64 * 1024), callback },
      });
      socket.on("error", reject);
      const token = people[n % people.length]?.token;
      socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n\r\n`);
      readers.all.push(reader);
      sockets.push(socket);
    });
  for (let n = 0; n < count; n += 20)
    await Promise.all(Array.from({ length: Math.min(20, count - n) }, (_, i) => open(n + i)));
  await pause(1_000);
  return readers;
}

/** An event counts as read when its last byte is there. */
function figures(
  { all, connects }: Readers,
  writtenAt: (event: Record<string, unknown>) => number | undefined,
): Figures {
  const requests: number[] = [];
  const writes: number[] = [];
  for (const { chunks } of all) {
    let rest = "";
    for (const { ms: now, bytes } of chunks) {
      const frames = (rest + bytes.toString()).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const data = /^data: (.*"text":"at .*)$/m.exec(frame)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(data) as Record<string, unknown>;
        requests.push(now - Number(String(event.text).slice("at ".length)));
        const written = writtenAt(event);
        if (written === undefined) throw new Error("an event was read that nobody has written");
        writes.push(performance.timeOrigin + now - written);
      }
    }
  }
  return { requests, writes, connects };
}

function print(name: string, { requests, writes, connects }: Figures): void {
  console.log(`${name.padEnd(42)} write    ${line(writes)}`);
  console.log(`${"".padEnd(42)} request  ${line(requests)}`);
  console.log(`${"".padEnd(42)} ${requests.length} read; connected p95 ${ms(at(connects, 0.95))}`);
}
