import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../../lib/contract/api.js";
import { client } from "../../../lib/contract/client.js";
import { follow } from "../../../lib/contract/follow.js";
import { type BenchWorld, benchWorld, type Server, type Somebody } from "../../bench/live/world.js";
import { refusal } from "../../support/api-world.js";
import { testServer } from "../../support/test-database.js";

describe.runIf(testServer !== "")("Two processes of each function, taken in turn (needs PostgreSQL)", () => {
  let world: BenchWorld;
  let answering: Server[];
  let streaming: Server[];
  let ada: Somebody;
  let bo: Somebody;
  let cy: Somebody;
  beforeAll(async () => {
    world = await benchWorld(3);
    [ada, bo, cy] = world.everybody as [Somebody, Somebody, Somebody];
    const two = (role: string) =>
      Promise.all([1, 2].map(() => world.start("server.ts", { BENCH_ROLE: role, DATABASE_URL_DIRECT: world.url })));
    [answering, streaming] = await Promise.all([two("api"), two("stream")]);
  }, 60_000);
  afterAll(() => world?.close());

  /** Each request goes to the process after the one that had the last, or to the one named. */
  let turn = 0;
  const as = (person: Somebody, process?: number, headers: Record<string, string> = {}) =>
    client(api, {
      baseUrl: "http://balancer",
      fetch: (input, init) => {
        const { pathname, search } = new URL(new Request(input).url);
        return fetch(`${answering[(process ?? turn++) % 2]?.url}${pathname}${search}`, init);
      },
      headers: () => ({ authorization: `Bearer ${person.token}`, ...headers }),
    });
  const aPlan = async () => (await as(ada).startPlan({ body: { title: "Launch", participants: [] } })).plan_id;

  it("show the same plan, whose steps both have added at the same time", async () => {
    const id = await aPlan();
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        as(n % 3 === 0 ? ada : bo, n).addStep({ params: { id }, body: { id: randomUUID(), text: `Step ${n}` } }),
      ),
    );
    expect(added.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 2),
    );
    const [one, other] = await Promise.all([0, 1].map((n) => as(ada, n).getSessionPlan({ params: { id } })));
    expect(one?.steps).toHaveLength(40);
    expect(other).toEqual(one);
  });

  it("do once what is asked of both", async () => {
    const id = await aPlan();
    const body = { id: randomUUID(), text: "Once" };
    const steps = await Promise.all([0, 1].map((n) => as(ada, n).addStep({ params: { id }, body })));
    expect(steps[0]).toEqual(steps[1]);
    const key = { "idempotency-key": randomUUID() };
    const sessions = [];
    for (const n of [0, 1]) sessions.push(await as(ada, n, key).createSession({ body: { title: "Once" } }));
    expect(sessions[0]?.id).toBe(sessions[1]?.id);
  });

  it("know at once what the other has been told", async () => {
    expect(await as(cy, 1).getMe({})).toMatchObject({ user: { id: cy.userId } });
    await as(cy, 0).revokeToken({ params: { id: cy.credentialId ?? "" } });
    expect(await refusal(as(cy, 1).getMe({}))).toEqual([401, "not_signed_in"]);
  });

  it("give a reader who comes back to the other one all events, once and in order", async () => {
    const id = await aPlan();
    const seen: number[] = [];
    const stop = new AbortController();
    let turns = 0;
    let cut = new AbortController();
    const reading = follow({
      url: () => `${streaming[turns++ % 2]?.url}/api/v1/sessions/${id}/stream?after=${seen.at(-1) ?? 1}`,
      headers: () => ({ authorization: `Bearer ${bo.token}` }),
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.any([cut.signal, stop.signal]) }),
      signal: stop.signal,
      onEvent: ({ id: seq }) => void (seq !== undefined && seen.push(Number(seq))),
    });
    const readSoFar = async (count: number) => {
      await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(count);
    };
    for (let n = 0; n < 30; n += 1) {
      // Cut while it reads, and told more before it is back.
      if (n === 10 || n === 20) {
        await readSoFar(n);
        cut.abort();
        cut = new AbortController();
      }
      await as(ada).addStep({ params: { id }, body: { text: `Step ${n}` } });
    }
    await readSoFar(30);
    stop.abort();
    await reading;
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n + 2));
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});
