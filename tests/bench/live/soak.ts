/**
 * `npm run soak:stream -- [--seconds 600] [--readers 200]`: every stream is cut each 25 seconds, in the middle of whatever it says, while
 * people add steps. Each reader must have seen each event once and in order.
 */
import { randomUUID } from "node:crypto";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { follow } from "../../../lib/contract/follow.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { benchWorld, pause, type Somebody } from "./world.js";

const cutMs = 25_000;
const addsPerSecond = 8;
const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, readers: { type: "string", default: "200" } },
});
const seconds = Number(values.seconds);
const readerCount = Number(values.readers);

type Reader = {
  plan: SessionId;
  last: number;
  seen: number;
  doubled: number;
  missed: number;
  connects: number;
  refused: number;
};

const world = await benchWorld(20);
try {
  const env = { DATABASE_URL_DIRECT: world.url };
  const stream = await world.start("server.ts", { ...env, BENCH_ROLE: "stream" });
  const proxy = await cuttingProxy(stream.url);
  const plans = await Promise.all(Array.from({ length: 4 }, () => world.aPlan()));
  const stops: AbortController[] = [];
  const readers = Array.from({ length: readerCount }, (_, n): Reader => {
    const plan = plans[n % plans.length] as SessionId;
    return { plan, last: 1, seen: 0, doubled: 0, missed: 0, connects: 0, refused: 0 };
  });
  const reading = readers.map((reader, n) => {
    const stop = new AbortController();
    stops.push(stop);
    return read(proxy.url, reader, world.everybody[n % 20] as Somebody, stop.signal);
  });

  const ends = new Map<SessionId, number>(plans.map((plan) => [plan, 1]));
  const begun = performance.now();
  for (let turn = 0; performance.now() - begun < seconds * 1_000; turn += 1) {
    await pause(begun + (turn * 1_000) / addsPerSecond - performance.now());
    const plan = plans[turn % plans.length] as SessionId;
    const id = randomUUID();
    const by = world.everybody[turn % 20] as Somebody;
    const result = await world.livePlans.change(by, plan, id, {
      type: "step_added",
      id,
      text: `Step ${turn}`,
      owner: by.name,
    });
    if (result.outcome === "applied") ends.set(plan, result.event.seq);
  }
  const isWhole = () => readers.every(({ plan, last }) => last === ends.get(plan));
  for (const deadline = performance.now() + 60_000; !isWhole() && performance.now() < deadline; ) await pause(100);
  for (const stop of stops) stop.abort();
  await Promise.all(reading);
  proxy.close();

  const sum = (of: (reader: Reader) => number) => readers.reduce((all, reader) => all + of(reader), 0);
  const expected = sum(({ plan }) => (ends.get(plan) ?? 1) - 1);
  const lost = expected - sum(({ seen }) => seen);
  const [doubled, reordered] = [sum((one) => one.doubled), sum((one) => one.missed)];
  const written = [...ends.values()].reduce((all, end) => all + end - 1, 0);
  console.log(
    `${readerCount} readers of ${plans.length} plans, ${written} steps in ${seconds} s; ${proxy.cuts()} streams cut, ${sum((one) => one.connects)} connects, ${sum((one) => one.refused)} refused`,
  );
  console.log(`${expected} events to be read: ${lost} lost, ${doubled} doubled, ${reordered} reordered`);
  process.exitCode = lost === 0 && doubled === 0 && reordered === 0 ? 0 : 1;
} finally {
  await world.close();
}

/** Reads as every client of ours does. */
async function read(url: string, reader: Reader, by: Somebody, signal: AbortSignal): Promise<void> {
  const end = await follow({
    url: () => `${url}/api/v1/sessions/${reader.plan}/stream?after=${reader.last}`,
    headers: () => ({ authorization: `Bearer ${by.token}` }),
    signal,
    onState: (state) => {
      if (state === "connecting") reader.connects += 1;
      if (state === "signed_out" || state === "gone") reader.refused += 1;
    },
    onEvent({ id }) {
      if (id === undefined) return;
      const seq = Number(id);
      if (seq <= reader.last) reader.doubled += 1;
      else {
        if (seq !== reader.last + 1) reader.missed += 1;
        reader.seen += 1;
        reader.last = seq;
      }
    },
  });
  if (end !== "aborted") throw new Error(`a reader was sent away: ${end}`);
}

/** Passes bytes on and destroys each connection after its time; the first time is a part of that, so that not all are cut at once. */
async function cuttingProxy(target: string) {
  const { hostname, port } = new URL(target);
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const age = cuts < readerCount ? cutMs * Math.random() : cutMs;
    const timer = setTimeout(() => {
      cuts += 1;
      client.resetAndDestroy();
      upstream.destroy();
    }, age);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        clearTimeout(timer);
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
