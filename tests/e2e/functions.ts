/** Calls each function that `vercel build` has emitted, with signed requests, in a local world. `npm run build:vercel` comes first. */
import assert from "node:assert/strict";
import { connectEverything } from "../../dev/connected.js";
import { signDelivery } from "../../dev/qstash/signature.js";
import { type LocalWorld, startWorld } from "../../dev/world.js";
import { vercelOutput } from "../../scripts/vercel-build.js";
import { type EmittedFunction, emittedFunctions } from "../../scripts/emitted-functions.js";

type Handler = (request: Request) => Promise<Response>;
type Call = { promise: string; path: string; made: () => Promise<Request> | Request; status: number };

const unknownStep = { kind: "session", id: "00000000-0000-4000-8000-000000000000", step: "read-page", version: 1 };

function calls(world: LocalWorld): Call[] {
  const at = (path: string, init?: RequestInit) => new Request(`${world.url}${path}`, init);
  const bySchedule = { headers: { authorization: `Bearer ${world.env.CRON_SECRET}` } };
  const byDemo = { headers: { "x-org-id": world.env.DEMO_ORGANIZATION ?? "" } };
  const byScraper = { headers: { authorization: `Bearer ${world.env.METRICS_TOKEN}` } };
  const fromQueue = (path: string, content: unknown) => {
    const body = JSON.stringify(content);
    const url = `${world.url}${path}`;
    const signature = signDelivery(world.qstash.keys().current, { url, body: Buffer.from(body), now: Date.now() });
    return at(path, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "upstash-signature": signature },
    });
  };
  const report = { status: 500, sourceBody: btoa(JSON.stringify(unknownStep)), body: btoa("failed") };
  const unsigned = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  return [
    {
      promise: "a signed step of no session is over",
      path: "/api/steps",
      made: () => fromQueue("/api/steps", unknownStep),
      status: 200,
    },
    { promise: "an unsigned step is refused", path: "/api/steps", made: () => at("/api/steps", unsigned), status: 401 },
    {
      promise: "a signed failure callback is heard",
      path: "/api/failures",
      made: () => fromQueue("/api/failures", report),
      status: 200,
    },
    {
      promise: "an unsigned failure callback is refused",
      path: "/api/failures",
      made: () => at("/api/failures", unsigned),
      status: 401,
    },
    {
      promise: "the queue's schedule sweeps",
      path: "/api/sweep",
      made: () => fromQueue("/api/sweep", {}),
      status: 200,
    },
    { promise: "the scheduler sweeps", path: "/api/sweep", made: () => at("/api/sweep", bySchedule), status: 200 },
    { promise: "a stranger does not sweep", path: "/api/sweep", made: () => at("/api/sweep"), status: 401 },
    {
      promise: "figures are told to who may know them",
      path: "/api/metrics",
      made: () => at("/api/metrics", byScraper),
      status: 200,
    },
    { promise: "a stranger gets no figures", path: "/api/metrics", made: () => at("/api/metrics"), status: 401 },
    { promise: "the API lists live plans", path: "/api/v1", made: () => at("/api/plan/list", byDemo), status: 200 },
    { promise: "the API asks who asks", path: "/api/v1", made: () => at("/api/plan/list"), status: 400 },
    {
      promise: "the stream of no plan is not there",
      path: "/api/stream",
      made: () => at(`/api/plan/${unknownStep.id}/stream`, byDemo),
      status: 404,
    },
    { promise: "health is told", path: "/api/health", made: () => at("/api/health"), status: 200 },
    { promise: "installing leads to Linear", path: "/api/oauth", made: () => at("/oauth/linear/install"), status: 302 },
    {
      promise: "an unsigned webhook is refused",
      path: "/api/webhooks/linear",
      made: () => at("/api/webhooks/linear", unsigned),
      status: 401,
    },
    {
      promise: "an unsigned call of a Forge app is refused",
      path: "/api/webhooks/confluence",
      made: () => at("/api/webhooks/confluence/forge", unsigned),
      status: 401,
    },
  ];
}

async function main(): Promise<void> {
  const emitted = emittedFunctions(vercelOutput);
  assert.ok(emitted.length > 0, "There is no output of `vercel build`: npm run build:vercel");
  const world = await startWorld();
  await connectEverything(world);
  Object.assign(process.env, world.env);
  const handlers = new Map(await Promise.all(emitted.map(load)));
  const handle =
    (path: string): Handler =>
    async (request) =>
      (await handlers.get(path)?.(request)) ?? new Response(null, { status: 405 });
  world.mount(Object.fromEntries([...handlers.keys()].map((path) => [path, handle(path)])));

  const results: [string, string | null][] = [];
  const called = new Set<string>(["/api/webhooks/linear"]);
  for (const { promise, path, made, status } of calls(world)) {
    called.add(path);
    const response = await handle(path)(await made());
    results.push([promise, response.status === status ? null : `${response.status}: ${await response.text()}`]);
  }
  results.push(["a mention is taken in, moved on and answered", await mention(world)]);
  results.push(["a signed call of a Forge app is taken in", await pageChange(world)]);
  const forgotten = [...handlers.keys()].filter((path) => !called.has(path));
  results.push(["every function has been called", forgotten.length === 0 ? null : forgotten.join(", ")]);
  await world.close();

  const failed = results.filter(([, problem]) => problem !== null);
  for (const [promise, problem] of results) console.log(problem === null ? `✓ ${promise}` : `✗ ${promise}: ${problem}`);
  console.log(`Tests  ${failed.length} failed | ${results.length - failed.length} passed on Node ${process.version}`);
  process.exit(failed.length === 0 ? 0 : 1);
}

/** A module exports a handler for each method, or one for all of them as the `fetch` of its default export. */
async function load({
  path,
  module,
}: EmittedFunction): Promise<[string, (request: Request) => Promise<Response> | null]> {
  const emitted = (await import(module)) as { default?: { fetch: Handler } };
  const methods = emitted as Record<string, Handler | undefined>;
  return [`/${path}`, (request) => emitted.default?.fetch(request) ?? methods[request.method]?.(request) ?? null];
}

/** The simulated Linear signs the webhook and the simulated queue brings the steps; null where the page's plan was shown. */
async function mention(world: LocalWorld): Promise<string | null> {
  const body = "<h1>Epic: Small</h1><h2>Feature: Smaller</h2><h3>Story US-1: Smallest</h3><p>Priority: High</p>";
  const { url } = world.confluence.control.createPage({ spaceKey: "PLAN", title: "Plan", body });
  const { agentSessionId } = world.linear.control.mention({ issue: "ENG-1", body: `@Planning Agent ${url}` });
  const deadline = Date.now() + 20_000;
  for (;;) {
    const said = world.linear.control.session({ agentSessionId }).activities.filter(({ author }) => author.app);
    if (said.some(({ type, body: words }) => type === "elicitation" && words.includes("Smallest"))) return null;
    if (Date.now() > deadline) return `said ${JSON.stringify(said.map((one) => one.body))}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The simulated Forge app tells of an edited page; null where that was taken in. */
async function pageChange(world: LocalWorld): Promise<string | null> {
  const { id } = world.confluence.control.createPage({ spaceKey: "PLAN", title: "Another plan", body: "<p>Soon.</p>" });
  world.confluence.control.editPage({ id, body: "<p>Now.</p>" });
  const deadline = Date.now() + 20_000;
  for (;;) {
    const told = world.confluence.control.deliveries().filter(({ pageId }) => pageId === id);
    if (told.some(({ status }) => status === 200)) return null;
    if (Date.now() > deadline) return `answered ${JSON.stringify(told.map(({ status }) => status))}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

await main();
