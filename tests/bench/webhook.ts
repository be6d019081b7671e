/**
 * `npm run bench:webhook -- [--deliveries 1000] [--at-once 4]`: signed mentions on loopback, each of a new conversation, with services as
 * slow as real ones. Every person waits for the agent's first word before the next mention, so as many conversations begin at once as
 * there are people. The application has a process of its own; the services, the database and the people share another.
 */
import { fork } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connectEverything } from "../../dev/connected.js";
import { openPostgres } from "../../dev/neon/postgres.js";
import { type LocalWorld, startWorld } from "../../dev/world.js";
import { createDatabase, startPostgres } from "../support/postgres.js";

const latencyMs = { linear: 150, qstash: 80, neon: 10 };
const target = { answerMs: 200, firstWordMs: 1_500 };
const warmUps = 50;
/** Instants come from the services, so that looking seldom costs no precision and leaves the processor to what is measured. */
const lookEveryMs = 20;

type Measured = { answers: number[]; firstWords: number[]; refused: number };

const { values: options } = parseArgs({
  options: { deliveries: { type: "string", default: "1000" }, "at-once": { type: "string", default: "4" } },
});
const deliveries = Number(options.deliveries);
const atOnce = Number(options["at-once"]);

async function main(): Promise<void> {
  const server = await startPostgres();
  const appUrl = `http://localhost:${await freePort()}`;
  const bareUrl = `http://localhost:${await freePort()}`;
  const world = await startWorld({
    appUrl,
    engine: openPostgres(await createDatabase(server.url, "bench"), { max: 40 }),
    linear: {
      webhookTypes: ["AgentSessionEvent"],
      switches: { requestsPerHour: 1_000_000, complexityPerHour: 1_000_000_000 },
    },
  });
  await connectEverything(world);
  const bare = await start("tests/bench/bare-webhook.ts", bareUrl, world.env);
  const app = await start("dev/app-server.ts", appUrl, world.env);
  try {
    world.linear.control.configure({ webhookUrl: `${world.url}/through` });
    const through = observe(world);

    through.to = appUrl;
    await converse(world, through, warmUps);
    for (const name of ["linear", "neon"] as const)
      world.faults[name].add({ kind: "latency", on: "*", ms: latencyMs[name] });
    world.faults.qstash.add({ kind: "latency", on: "publish", ms: latencyMs.qstash });
    const measured = await converse(world, through, deliveries);

    world.faults.linear.clear();
    through.to = bareUrl;
    await converse(world, through, warmUps, false);
    const baseline = await converse(world, through, deliveries, false);
    print(measured, baseline);
  } finally {
    app.kill();
    bare.kill();
    await world.close();
    await server.stop();
  }
}

type Through = { to: string; answered: Map<string, { sentAt: number; ms: number; status: number }> };

/** Passes webhooks on and keeps how long each took to be answered. */
function observe(world: LocalWorld): Through {
  const through: Through = { to: "", answered: new Map() };
  world.mount({
    "/through": async (request) => {
      const body = await request.text();
      const { agentSession } = JSON.parse(body) as { agentSession: { id: string } };
      const sentAt = Date.now();
      const begun = performance.now();
      const response = await fetch(`${through.to}/api/webhooks/linear`, {
        method: "POST",
        body,
        headers: passedOn(request),
      });
      await response.arrayBuffer();
      through.answered.set(agentSession.id, { sentAt, ms: performance.now() - begun, status: response.status });
      return new Response(null, { status: response.status });
    },
  });
  return through;
}

const passedOn = ({ headers }: Request): [string, string][] =>
  [...headers].filter(([name]) => name.startsWith("linear-") || name === "content-type" || name === "user-agent");

async function converse(world: LocalWorld, through: Through, count: number, untilFirstWord = true): Promise<Measured> {
  const measured: Measured = { answers: [], firstWords: [], refused: 0 };
  let left = count;
  const person = async () => {
    while (left > 0) {
      left -= 1;
      const { agentSessionId } = world.linear.control.mention({ issue: "ENG-1", body: "please plan this" });
      const answered = await until(() => through.answered.get(agentSessionId));
      measured.answers.push(answered.ms);
      if (answered.status !== 200) measured.refused += 1;
      if (!untilFirstWord) continue;
      const word = await until(() =>
        world.linear.control.session({ agentSessionId }).activities.find(({ author }) => author.app),
      );
      measured.firstWords.push(new Date(word.createdAt).getTime() - answered.sentAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, person));
  return measured;
}

async function until<T>(look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("No answer within 30 s");
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Starts a server in a process of its own and waits until it listens. */
async function start(file: string, url: string, env: Record<string, string>) {
  const child = fork(join(import.meta.dirname, "../..", file), {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...env, PORT: new URL(url).port },
  });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return child;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function print({ answers, firstWords, refused }: Measured, baseline: Measured): void {
  const at = (values: number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
  const line = (values: number[]) =>
    [0.5, 0.95, 0.99, 1]
      .map((share) => `${share === 1 ? "max" : `p${share * 100}`} ${at(values, share).toFixed(0)} ms`)
      .join("   ");
  console.log(
    `${answers.length} signed deliveries, ${atOnce} at once; Linear ${latencyMs.linear} ms, QStash ${latencyMs.qstash} ms, a statement ${latencyMs.neon} ms`,
  );
  console.log(`answer          ${line(answers)}   (${refused} not 200)`);
  console.log(`only verifying  ${line(baseline.answers)}`);
  console.log(`first activity  ${line(firstWords)}`);
  const isMet = at(answers, 0.99) < target.answerMs && at(firstWords, 0.99) < target.firstWordMs && refused === 0;
  console.log(
    `answer p99 < ${target.answerMs} ms and first activity p99 < ${target.firstWordMs} ms: ${isMet ? "yes" : "no"}`,
  );
  process.exitCode = isMet ? 0 : 1;
}

await main();
