/**
 * `npm run bench:live -- [--seconds 60]`: many people who add steps at the same time, on PostgreSQL. First as fast as they can on one plan,
 * beside pgbench with one update and one insert; then 200 adds a second together, by statement on one plan, ten and a thousand, and through the
 * API for the figure; then one plan with ten steps beside one with five hundred.
 */
import { randomUUID } from "node:crypto";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import type { SessionId } from "../../../lib/domain/ids.js";
import { at, type BenchWorld, benchWorld, line, ms, pause, type Somebody } from "./world.js";
import { pgbench } from "./pgbench.js";

const target = { addMs: 20, ofTenSteps: 1.2 };
const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const seconds = Number(values.seconds);
const shortly = Math.max(2, Math.round(seconds / 3));

const world = await benchWorld(50);
const failures: string[] = [];
console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before`);
try {
  await saturate(world);
  const several = await Promise.all(Array.from({ length: 10 }, () => world.aPlan()));
  const thousand = await Promise.all(Array.from({ length: 1_000 }, () => world.aPlan()));
  const one = await world.aPlan();
  const direct = (plan: SessionId, by: Somebody) => add(world, plan, by);
  await pacedBy("by statement, one plan", () => one, direct, target.addMs);
  await pacedBy("by statement, ten plans", (n) => several[n % several.length] as SessionId, direct, target.addMs);
  let turn = 0;
  const anyOfThousand = () => thousand[turn++ % thousand.length] as SessionId;
  await pacedBy("by statement, a thousand plans", anyOfThousand, direct, target.addMs);
  const api = await world.start("server.ts", { BENCH_ROLE: "api" });
  const posting = (plan: SessionId, by: Somebody) => post(api.url, plan, by);
  const busy = await world.aPlan();
  await pacedBy("through the API, one plan", () => busy, posting);
  await pacedBy("through the API, ten plans", (n) => several[n % several.length] as SessionId, posting);
  await compareSizes(world);
} finally {
  await world.close();
}
console.log(failures.length === 0 ? "as wanted" : `not as wanted: ${failures.join("; ")}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function add({ livePlans }: BenchWorld, plan: SessionId, by: Somebody): Promise<string> {
  const id = randomUUID();
  const result = await livePlans.change(by, plan, id, {
    type: "step_added",
    id,
    text: "A step of the plan",
    owner: by.name,
  });
  if (result.outcome !== "applied") throw new Error(`a step was not added: ${result.outcome}`);
  return id;
}

async function post(url: string, plan: SessionId, by: Somebody): Promise<void> {
  const response = await fetch(`${url}/api/v1/sessions/${plan}/steps`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${by.token}` },
    body: JSON.stringify({ id: randomUUID(), text: "A step of the plan" }),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a step was answered ${response.status}`);
}

/** Sixteen writers, each with its next step as soon as the last is there. */
async function saturate(bench: BenchWorld): Promise<void> {
  const plan = await bench.aPlan();
  const latencies: number[] = [];
  const added: string[] = [];
  const begun = performance.now();
  await Promise.all(
    bench.everybody.slice(0, 16).map(async (person) => {
      while (performance.now() - begun < seconds * 1_000) {
        const asked = performance.now();
        added.push(await add(bench, plan, person));
        latencies.push(performance.now() - asked);
      }
    }),
  );
  const [log] = await bench.db.query<{ count: number; last: number; steps: number; known: number }>(sql`
    select count(e.seq)::int as count, s.last_seq as last, (select count(*)::int from plan_steps p where p.session_id = s.id) as steps,
           (select count(*)::int from plan_steps p where p.session_id = s.id and p.id::text in (select jsonb_array_elements_text(${JSON.stringify(added)}::jsonb))) as known
      from planning_sessions s join session_events e on e.session_id = s.id where s.id = ${plan} group by s.id`);
  const isWhole =
    log?.count === log?.last &&
    log?.steps === added.length &&
    log.known === added.length &&
    log.last === added.length + 1;
  if (!isWhole) failures.push("the log has gaps or steps are missing");
  console.log(
    `16 writers on one plan for ${seconds} s: ${(latencies.length / seconds).toFixed(0)} adds/s   ${line(latencies)}`,
  );
  console.log(
    `  ${added.length} steps added, ${log?.steps} in the plan, events 1 to ${log?.last} without a gap: ${isWhole ? "yes" : "no"}`,
  );

  const bare = pgbench(bench.url, await bareStatement(bench), 16, shortly);
  console.log(
    `  bare pgbench, one update and one insert, 16 clients: ${bare.perSecond.toFixed(0)}/s   ${line(bare.latencies)}`,
  );
}

async function bareStatement(bench: BenchWorld): Promise<string> {
  const plan = await bench.aPlan();
  return `with moved as (update planning_sessions set last_seq = last_seq + 1, updated_at = now() where id = '${plan}' returning id, organization_id, last_seq)
    insert into session_events (session_id, seq, organization_id, type, body, op_id, actor)
    select id, last_seq, organization_id, 'step_added', '{"text": "A step of the plan", "owner": "Person 0"}', gen_random_uuid()::text, 'ada' from moved`.replaceAll(
    "\n",
    " ",
  );
}

/** Fifty writers, two hundred adds a second together, whatever the answers take. */
async function pacedBy(
  name: string,
  planOf: (writer: number) => SessionId,
  write: (plan: SessionId, by: Somebody) => Promise<unknown>,
  wantedMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const writers = world.everybody.slice(0, 50);
  const everyMs = (1_000 * writers.length) / 200;
  const measure = async (duration: number) => {
    const latencies: number[] = [];
    const begun = performance.now();
    await Promise.all(
      writers.map(async (person, n) => {
        const first = (everyMs * n) / writers.length;
        for (let turn = 0; first + turn * everyMs < duration; turn += 1) {
          const due = begun + first + turn * everyMs;
          await pause(due - performance.now());
          const asked = performance.now();
          await write(planOf(n), person);
          latencies.push(performance.now() - asked);
        }
      }),
    );
    return latencies;
  };
  await measure(1_000);
  const latencies = await measure(shortly * 1_000);
  if (at(latencies, 0.95) >= wantedMs) failures.push(`${name}: p95 ${ms(at(latencies, 0.95))}`);
  console.log(`50 writers at ${(latencies.length / shortly).toFixed(0)} adds/s, ${name}: ${line(latencies)}`);
}

/** In turn, so that whatever else the machine does befalls both. */
async function compareSizes(bench: BenchWorld): Promise<void> {
  const person = bench.everybody[0] as Somebody;
  const withSteps = async (count: number) => {
    const plan = await bench.aPlan();
    for (let n = 0; n < count; n += 1) await add(bench, plan, person);
    return plan;
  };
  const rounds = 300;
  const times = { ten: [] as number[], many: [] as number[] };
  for (let round = 0; round < 3; round += 1) {
    const [ten, many] = [await withSteps(10), await withSteps(500)];
    for (let n = 0; n < rounds / 3; n += 1)
      for (const [name, plan] of [
        ["ten", ten],
        ["many", many],
      ] as const) {
        const asked = performance.now();
        const id = await add(bench, plan, person);
        times[name].push(performance.now() - asked);
        // The plan stays as long as it is.
        await bench.livePlans.change(person, plan, randomUUID(), { type: "step_removed", id });
      }
  }
  const share = at(times.many, 0.5) / at(times.ten, 0.5);
  if (share > target.ofTenSteps) failures.push(`500 steps take ${share.toFixed(2)} × the time of 10`);
  console.log(`an add to a plan of 10 steps   ${line(times.ten)}`);
  console.log(`an add to a plan of 500 steps  ${line(times.many)}   ${share.toFixed(2)} × by the median`);
}
