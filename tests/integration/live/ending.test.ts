import { once } from "node:events";
import { connect } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { follow, type FollowState } from "../../../lib/contract/follow.js";
import type { PlanEvent } from "../../../lib/contract/events.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import type { Person } from "../../support/api-world.js";
import { type LiveWorld, liveWorld } from "./live-world.js";

describe("A stream that is soon at its end", () => {
  let world: LiveWorld;
  let ada: Person;
  let session: SessionId;
  beforeAll(async () => {
    world = await liveWorld({ timing: { maxAgeMs: 300 } });
    ada = await world.aPerson(await world.anOrganization("acme"));
    session = await world.aSession(ada);
  });
  afterAll(() => world.close());

  it("says bye before the function is cut off, and ends itself", async () => {
    const stream = await world.open(session, ada);
    expect(await stream.connected()).toMatchObject({ maxAgeMs: 300 });
    await stream.over();
    expect(stream.events.at(-1)).toEqual({ event: "bye", data: "{}" });
  });

  it("loses nothing to a follower who comes back each time", async () => {
    const seen: number[] = [];
    const states: FollowState[] = [];
    const stop = new AbortController();
    const following = follow({
      url: () => `${world.url}/api/v1/sessions/${session}/stream?after=${seen.at(-1) ?? 1}`,
      headers: () => ({ authorization: `Bearer ${ada.token}` }),
      signal: stop.signal,
      random: () => 0,
      onState: (state) => states.push(state),
      onEvent: ({ id, data }) => {
        if (id !== undefined) seen.push((JSON.parse(data) as PlanEvent).seq);
      },
    });
    const count = 60;
    for (let n = 0; n < count; n += 1) {
      await world.as(ada).addStep({ params: { id: session }, body: { text: `Step ${n}` } });
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(count);
    stop.abort();

    expect(seen).toEqual(Array.from({ length: count }, (_, i) => i + 2));
    expect(states.filter((state) => state === "live").length).toBeGreaterThan(2);
    expect(await following).toBe("aborted");
  });
});

describe("A reader who does not read", () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await liveWorld();
  });
  afterAll(() => world.close());

  it("is cut, and costs the others nothing", async () => {
    const ada = await world.aPerson(await world.anOrganization("acme"));
    const session = await world.aSession(ada);
    const { port, hostname } = new URL(world.url);
    const idle = connect(Number(port), hostname);
    idle.write(
      `GET /api/v1/sessions/${session}/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ada.token}\r\n\r\n`,
    );
    await once(idle, "readable");
    const busy = await world.open(session, ada);
    await busy.connected();

    const ended = once(idle, "close");
    const body = JSON.stringify({ filler: "x".repeat(100_000) });
    let count = 0;
    const grow = async () => {
      count += 20;
      await world.db.query(sql`
        with grown as (update planning_sessions set last_seq = last_seq + 20 where id = ${session} returning id, last_seq)
        insert into session_events (session_id, seq, organization_id, type, body, actor)
        select grown.id, grown.last_seq - 20 + n, 'acme', 'noted', ${body}::jsonb, 'ada' from grown, generate_series(1, 20) as n`);
      await busy.upTo(1 + count);
    };
    for (let n = 0; n < 8; n += 1) await grow();
    idle.resume();
    await ended;

    expect(busy.isOver()).toBe(false);
    expect(busy.log().map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, i) => i + 2));
  });
});
