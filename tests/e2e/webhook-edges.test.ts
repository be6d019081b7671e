import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoWorld, demoWorld } from "../../dev/demo-world.js";

type Delivery = { body: string; headers: Record<string, string> };

const twoMinutesMs = 120_000;

describe("a webhook that is not as Linear sends it", () => {
  let world: DemoWorld;
  let genuine: Delivery;

  beforeAll(async () => {
    world = await demoWorld({});
    genuine = await caught(world);
  });
  afterAll(() => world.close());

  const sign = (body: string): Delivery => ({
    body,
    headers: {
      ...genuine.headers,
      "linear-signature": createHmac("sha256", world.env.LINEAR_WEBHOOK_SECRET ?? "")
        .update(body)
        .digest("hex"),
    },
  });
  const post = async ({ body, headers }: Delivery) =>
    (await fetch(`${world.url}/api/webhooks/linear`, { method: "POST", body, headers })).status;
  const withTimestamp = (at: number) => {
    const { headers, ...signed } = sign(
      JSON.stringify({ ...(JSON.parse(genuine.body) as object), webhookTimestamp: at }),
    );
    return { ...signed, headers: { ...headers, "linear-timestamp": String(at) } };
  };
  /** All that a delivery could have left behind: rows of every table, and what Linear was asked. */
  const traces = async () => {
    const tables = ["webhook_deliveries", "planning_sessions", "session_events", "outbox", "users", "engagements"];
    const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(", ");
    return {
      rows: await world.engine
        .run([{ query: `select ${counts}`, params: [] }], { transaction: null })
        .then(([result]) => result?.rows[0]),
      linearRequests: world.linear.control.requests().length,
      queued: world.qstash.control.messages().length,
    };
  };
  it.each<[string, number, () => Delivery]>([
    ["without a signature", 401, () => ({ ...genuine, headers: { ...genuine.headers, "linear-signature": "" } })],
    ["with another's signature", 401, () => ({ ...sign("{}"), body: genuine.body })],
    [
      "with a signature that is no hexadecimal number",
      401,
      () => ({ ...genuine, headers: { ...genuine.headers, "linear-signature": "zz".repeat(32) } }),
    ],
    ["with one byte changed after signing", 401, () => ({ ...genuine, body: `${genuine.body} ` })],
    ["signed two minutes ago", 401, () => withTimestamp(Date.now() - twoMinutesMs)],
    ["signed two minutes from now", 401, () => withTimestamp(Date.now() + twoMinutesMs)],
    [
      "as a form",
      415,
      () => ({ ...genuine, headers: { ...genuine.headers, "content-type": "application/x-www-form-urlencoded" } }),
    ],
    ["as plain text", 415, () => ({ ...genuine, headers: { ...genuine.headers, "content-type": "text/plain" } })],
    ["of 10 MB", 413, () => sign(JSON.stringify({ padding: "x".repeat(10 * 1024 * 1024) }))],
    ["that is signed and no JSON", 400, () => sign("{ not json")],
    ["that is signed and empty", 400, () => sign("")],
  ])("%s is refused with %i, stored nowhere and answered by nobody", async (_, status, delivery) => {
    const before = await traces();
    expect(await post(delivery())).toBe(status);
    // Words would go out behind the answer.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await traces()).toEqual(before);
  });

  it("is told from a genuine one, which is taken in and answered", async () => {
    const before = await traces();
    expect(await post(withTimestamp(Date.now()))).toBe(200);
    await expect.poll(async () => (await traces()).linearRequests).toBeGreaterThan(before.linearRequests);
    expect((await traces()).rows).not.toEqual(before.rows);
  });
});

/** A mention as the simulated Linear sends it, taken from the wire before the application sees it. */
async function caught(world: DemoWorld): Promise<Delivery> {
  const delivery = new Promise<Delivery>((resolve) =>
    world.mount({
      "/caught": async (request) => {
        const delivered = { body: await request.text(), headers: Object.fromEntries(request.headers) };
        if (delivered.headers["linear-event"] === "AgentSessionEvent") resolve(delivered);
        return new Response();
      },
    }),
  );
  world.linear.control.configure({ webhookUrl: `${world.url}/caught` });
  world.linear.control.mention({ issue: "ENG-1", body: "please plan this" });
  const { body, headers } = await delivery;
  const kept = Object.entries(headers).filter(([name]) => name.startsWith("linear-") || name === "content-type");
  return { body, headers: Object.fromEntries(kept) };
}
