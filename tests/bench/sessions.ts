/**
 * `npm run bench:sessions -- [--sessions 1000000] [--calls 100] [--seconds 20]`: pages of a list of a million sessions, and 50 people who
 * make and switch sessions, through the HTTP handler in this process and Neon's protocol in front of PostgreSQL without durability. A page
 * is measured as the store gives it, which is what its promise is about, and as a whole request: who asks, their rate limit, the answer.
 * Beside them stands `select 1` through the same driver.
 */
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { sql, type SQL } from "drizzle-orm";
import type { EngagementId, OrganizationId, UserId } from "../../lib/domain/ids.js";
import type { SessionStatus } from "../../lib/domain/session.js";
import type { SessionFilter } from "../../lib/ports-catalog.js";
import { placeOf } from "../../lib/db/keyset.js";
import { type ApiWorld, apiWorld, type Person } from "../support/api-world.js";
import { idIn, largest, small, writeSessions } from "../support/many-sessions.js";

/** Words of a title are found within what nobody notices, see docs/adr/0014-titles-are-searched-by-one-index.md. */
const target = { pageMs: 10, pageByWordsMs: 30, createMs: 50, switchMs: 30, errorShare: 0.001 };
const people = 50;
const limit = 50;

const { values: options } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000000" },
    calls: { type: "string", default: "100" },
    seconds: { type: "string", default: "20" },
  },
});
const [sessions, calls, seconds] = [options.sessions, options.calls, options.seconds].map(Number) as [
  number,
  number,
  number,
];

type Listed = { name: string; filter: SessionFilter; where: SQL };
let missed = 0;

async function main(): Promise<void> {
  const world = await apiWorld({ deps: { checkAnswers: false } });
  try {
    const begun = performance.now();
    await writeSessions(world.database.engine, sessions);
    console.log(
      `${sessions.toLocaleString("en")} sessions written in ${Math.round((performance.now() - begun) / 1_000)} s\n`,
    );
    const bare = await measure(1_000, () => world.db.query(sql`select 1`));
    row("select 1, one after the other", bare);
    for (const organization of [largest, small]) await lists(world, organization as OrganizationId);
    if (seconds > 0) await crowd(world);
  } finally {
    await world.close();
  }
  if (missed > 0) process.exitCode = 1;
}

async function lists(world: ApiWorld, organization: OrganizationId): Promise<void> {
  const member = await personOf(world, organization, 1);
  console.log(`\n${organization}, pages of ${limit}: p50 / p95 / worst in ms`);
  for (const { name, filter, where } of filtersFor(organization, member.userId)) {
    const [{ count } = { count: 0 }] = await world.db.query<{ count: number }>(
      sql`select count(*)::int as count from planning_sessions s where s.organization_id = ${organization} and s.deleted_at is null and ${where}`,
    );
    for (const [page, offset] of [
      ["first", 0],
      ["middle", Math.floor(count / 2)],
      ["last", count - limit],
    ] as const) {
      if (offset < 0 || (page !== "first" && count <= limit)) continue;
      const cursor = offset === 0 ? null : await cursorAt(world, organization, where, offset);
      const path = `/api/v1/sessions?${queryOf(filter, cursor)}`;
      const label = `${name}, ${count.toLocaleString("en")} found, ${page}`;
      const list = () => world.deps.catalog.list(organization, everything, filter, { limit, cursor });
      row(label, await measure(calls, list), filter.words === undefined ? target.pageMs : target.pageByWordsMs);
      row("  the whole request", await measure(calls, () => ok(world.send(path, {}, member))));
    }
  }
}

const everything = { byDefault: true, except: [] };

const queryOf = ({ isArchived, words, ...rest }: SessionFilter, cursor: string | null): URLSearchParams =>
  new URLSearchParams({
    ...rest,
    ...(isArchived === undefined ? {} : { archived: String(isArchived) }),
    ...(words === undefined ? {} : { q: words }),
    ...(cursor === null ? {} : { cursor }),
    limit: String(limit),
  });

/** A fifth of the sessions are in the first engagement; `w0` is in every fifth title, `w1` in 6 %, `w10` in 1 %, `w1500` in few. */
const filtersFor = (organization: OrganizationId, userId: UserId): Listed[] => {
  const engagementId = idIn.engagement(numberOf(organization), 0) as EngagementId;
  const words = (...all: string[]) => sql`s.words @> session_words(${organization}, ${all.join(" ")})`;
  const withStatus = (status: SessionStatus): Listed => ({
    name: `status ${status}`,
    filter: { status },
    where: sql`s.status = ${status}`,
  });
  const q = (...all: string[]): Listed => ({
    name: `q ${all.join(" ")}`,
    filter: { words: all.join(" ") },
    where: words(...all),
  });
  const both = (one: Listed, other: Listed): Listed => ({
    name: `${one.name} and ${other.name}`,
    filter: { ...one.filter, ...other.filter },
    where: sql`${one.where} and ${other.where}`,
  });
  const inEngagement: Listed = {
    name: "engagement",
    filter: { engagementId },
    where: sql`s.engagement_id = ${engagementId}`,
  };
  const byMember: Listed = { name: "by one", filter: { createdBy: userId }, where: sql`s.created_by = ${userId}` };
  const [failed, processing] = [withStatus("failed"), withStatus("processing")];
  return [
    { name: "all", filter: {}, where: sql`true` },
    withStatus("completed"),
    failed,
    processing,
    inEngagement,
    { name: "archived", filter: { isArchived: true }, where: sql`s.archived_at is not null` },
    { name: "not archived", filter: { isArchived: false }, where: sql`s.archived_at is null` },
    byMember,
    both(inEngagement, failed),
    both(byMember, failed),
    q("plan"),
    q("w0"),
    q("w1"),
    q("w10"),
    q("w300"),
    q("w1500"),
    q("w1", "w2"),
    q("w30", "w40"),
    q("plan", "w1234"),
    q("nowhere"),
    both(q("w1"), failed),
    both(q("w1"), processing),
    both(q("w1"), inEngagement),
    both(q("w1"), byMember),
    both(q("w10"), failed),
    both(q("w10"), processing),
    both(q("w10"), inEngagement),
  ];
};

async function cursorAt(world: ApiWorld, organization: OrganizationId, where: SQL, offset: number) {
  const [found] = await world.db.query<{ place: unknown }>(sql`
    select ${placeOf(sql`s.created_at`, sql`s.id`)} as place from planning_sessions s
     where s.organization_id = ${organization} and s.deleted_at is null and ${where} order by s.created_at desc, s.id desc offset ${offset - 1} limit 1`);
  return Buffer.from(JSON.stringify(found?.place)).toString("base64url");
}

async function crowd(world: ApiWorld): Promise<void> {
  const users = await Promise.all(
    Array.from({ length: people }, (_, n) => personOf(world, largest as OrganizationId, n)),
  );
  const known = await world.db.query<{ id: string }>(
    sql`select id from planning_sessions where organization_id = ${largest} and created_at > now() - interval '30 days' limit 1000`,
  );
  const create = (person: Person) =>
    world.send(
      "/api/v1/sessions",
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ title: `Plan of ${person.name}` }),
      },
      person,
    );
  const change = (person: Person) =>
    world.send(
      `/api/v1/sessions/${known[Math.floor(Math.random() * known.length)]?.id}/switch`,
      { method: "POST" },
      person,
    );
  // Everybody has a place to work in before the time runs.
  for (const person of users) await ok(create(person));
  const nothing = async () => void (await world.db.query(sql`select 1`));

  console.log(`\n${people} people, each with a request every second for ${seconds} s: p50 / p95 / worst in ms`);
  row("select 1", await together(users, nothing, 1_000));
  row("create a session", await together(users, (person) => ok(create(person)), 1_000), target.createMs);
  row("switch to a session", await together(users, (person) => ok(change(person)), 1_000), target.switchMs);
  console.log(`\n${people} people without a pause for ${seconds} s, so the machine is full: p50 / p95 / worst in ms`);
  row("select 1", await together(users, nothing, 0));
  row("create a session", await together(users, (person) => ok(create(person)), 0));
  row("switch to a session", await together(users, (person) => ok(change(person)), 0));
  const share = failures / Math.max(1, requests);
  if (share >= target.errorShare) missed += 1;
  console.log(
    `\n${failures} of ${requests.toLocaleString("en")} requests failed (${(share * 100).toFixed(3)} %, at most ${target.errorShare * 100} %)`,
  );
}

let requests = 0;
let failures = 0;
async function ok(answer: Promise<Response>): Promise<void> {
  requests += 1;
  const response = await answer;
  await response.arrayBuffer();
  if (!response.ok) failures += 1;
}

async function personOf(world: ApiWorld, organizationId: OrganizationId, n: number): Promise<Person> {
  const userId = idIn.user(numberOf(organizationId), n) as UserId;
  const person = {
    organizationId,
    userId,
    linearUserId: `linear-${numberOf(organizationId)}-${n}`,
    name: `Person ${n}`,
  };
  return { ...person, token: await world.aToken(person) };
}

const numberOf = (organizationId: OrganizationId) => Number(organizationId.slice("org-".length));

async function measure(count: number, once: () => Promise<unknown>): Promise<number[]> {
  for (let warm = 0; warm < 20; warm += 1) await once();
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await once();
    times.push(performance.now() - begun);
  }
  return times;
}

/** Everybody asks, waits for the answer, and asks again a pause after the question before. */
async function together(
  users: Person[],
  ask: (person: Person) => Promise<unknown>,
  everyMs: number,
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    users.map(async (person, index) => {
      await pause((index * everyMs) / users.length);
      while (performance.now() < end) {
        const begun = performance.now();
        await ask(person);
        const took = performance.now() - begun;
        times.push(took);
        if (everyMs > took) await pause(everyMs - took);
      }
    }),
  );
  return times;
}

function row(name: string, times: number[], targetMs?: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  const isMissed = targetMs !== undefined && !(at(0.95) < targetMs);
  if (isMissed) missed += 1;
  const verdict = targetMs === undefined ? "" : `  ${isMissed ? "MISSED" : "ok"}: p95 < ${targetMs}`;
  const figures = [at(0.5), at(0.95), at(1)].map((value) => value.toFixed(1).padStart(7)).join(" /");
  console.log(`${name.padEnd(48)}${figures}  (${times.length})${verdict}`);
}

await main();
