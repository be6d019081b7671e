/**
 * `npm run bench:stream -- [--seconds 20]`: how long a step takes to everybody who reads, writer and stream in two processes as they are
 * deployed: with NOTIFY on a direct connection, by polling alone, and beside a bare loop of node:http. `write` counts from the instant that
 * the statement has given the event, `request` from the request that asked for it.
 */
import { randomUUID } from "node:crypto";
import http from "node:http";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { SessionId } from "../../../lib/domain/ids.js";
import { at, type BenchWorld, benchWorld, line, ms, pause, type Somebody } from "./world.js";

const targets = [
  { readers: 100, everyMs: 100, p95: 10 },
  { readers: 1_000, everyMs: 500, p95: 50 },
];
const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" } } });
const seconds = Number(values.seconds);

/** When the event was given, where the stream says that, and when the request was sent. */
const stepPattern = /data: \{(?:.*?"at":"([^"]+)")?.*?"text":"at ([\d.]+)"/g;

type Reading = { requests: number[]; writes: number[]; connects: number[]; stop(): void };
const failures: string[] = [];
console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before`);
const world = await benchWorld(20);
try {
  for (const { readers, everyMs, p95 } of targets) {
    const notified = await measure(world, readers, everyMs, { DATABASE_URL_DIRECT: world.url });
    print(`${readers} readers, NOTIFY`, notified);
    if (!(at(notified.writes, 0.95) < p95)) failures.push(`p95 at ${readers} readers is not under ${p95} ms`);
    print(`${readers} readers, bare loop`, await measureBare(world, readers, everyMs));
  }
  print("100 readers, polling", await measure(world, 100, 100, {}));
  print("100 readers, polling, a step each 10 s", await measure(world, 100, 10_000, {}));
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
): Promise<Reading> {
  const plan = await bench.aPlan();
  const api = await bench.start("server.ts", { ...env, BENCH_ROLE: "api" });
  const stream = await bench.start("server.ts", { ...env, BENCH_ROLE: "stream" });
  const reading = await read(count, () => `${stream.url}/api/v1/sessions/${plan}/stream`, bench.everybody);
  await write(reading, everyMs, (text) => post(api.url, plan, bench.everybody[0] as Somebody, text));
  reading.stop();
  api.stop();
  stream.stop();
  return reading;
}

async function measureBare(bench: BenchWorld, count: number, everyMs: number): Promise<Reading> {
  const server = await bench.start("bare-sse.ts");
  const reading = await read(count, () => server.url, bench.everybody);
  await write(reading, everyMs, async (text) => {
    await (await fetch(server.url, { method: "POST", body: JSON.stringify({ text }) })).arrayBuffer();
  });
  reading.stop();
  server.stop();
  return reading;
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

/** A step says when it was sent, so that each reader knows how long it took; the first steps are for warming up. */
async function write(reading: Reading, everyMs: number, send: (text: string) => Promise<void>): Promise<void> {
  const duration = Math.max(seconds * 1_000, everyMs * 4);
  for (let n = 0; n < 300; n += 1) await send("warm up");
  await pause(1_500);
  reading.requests.length = 0;
  reading.writes.length = 0;
  const begun = performance.now();
  for (let turn = 0; turn * everyMs < duration; turn += 1) {
    await pause(begun + turn * everyMs - performance.now());
    await send(`at ${performance.now()}`);
  }
  await pause(2_000);
}

/** Opens so many streams, twenty at a time, and keeps what each step took to get there. */
async function read(count: number, urlOf: () => string, people: Somebody[]): Promise<Reading> {
  const open: http.ClientRequest[] = [];
  const reading: Reading = {
    requests: [],
    writes: [],
    connects: [],
    stop: () => open.forEach((request) => request.destroy()),
  };
  const connect = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const asked = performance.now();
      const headers = { authorization: `Bearer ${people[n % people.length]?.token}`, accept: "text/event-stream" };
      const request = http.get(urlOf(), { headers, agent: false }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`a stream was answered ${response.statusCode}`));
        response.setEncoding("utf8");
        let rest = "";
        let isConnected = false;
        response.on("data", (chunk: string) => {
          const now = performance.now();
          rest += chunk;
          if (!isConnected && rest.includes('"connected"')) {
            isConnected = true;
            reading.connects.push(now - asked);
            resolve();
          }
          const end = rest.lastIndexOf("\n\n");
          if (end < 0) return;
          for (const [, written, sent] of rest.slice(0, end).matchAll(stepPattern)) {
            reading.requests.push(now - Number(sent));
            if (written) reading.writes.push(performance.timeOrigin + now - Date.parse(written));
          }
          rest = rest.slice(end + 2);
        });
      });
      request.on("error", (error) => (isOver(error) ? undefined : reject(error)));
      open.push(request);
    });
  for (let n = 0; n < count; n += 20)
    await Promise.all(Array.from({ length: Math.min(20, count - n) }, (_, i) => connect(n + i)));
  await pause(1_000);
  return reading;
}

const isOver = (error: Error): boolean => "code" in error && error.code === "ECONNRESET";

function print(name: string, { requests, writes, connects }: Reading): void {
  if (writes.length > 0) console.log(`${name.padEnd(42)} write    ${line(writes)}`);
  console.log(`${(writes.length > 0 ? "" : name).padEnd(42)} request  ${line(requests)}`);
  console.log(`${"".padEnd(42)} ${requests.length} read; connected p95 ${ms(at(connects, 0.95))}`);
}
