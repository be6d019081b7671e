/** Works in a local world, reads its figures and has Prometheus's own promtool check them. `promtool` comes with Debian's `prometheus`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { aStory, smallPage } from "../support/story.js";

const story = await aStory();
const { url, env } = story.world;

async function call(path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`, {
    headers: { "content-type": "application/json", "x-org-id": String(env.DEMO_ORGANIZATION) },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function scrape(): Promise<string> {
  const response = await fetch(`${url}/api/metrics`, { headers: { authorization: `Bearer ${env.METRICS_TOKEN}` } });
  assert.equal(response.status, 200);
  return response.text();
}

/** What the document of live plans does, and a plan from a page. */
async function work(): Promise<void> {
  const { plan_id: plan } = await call("/api/plan/start", { title: "Launch", participants: ["Ada", 'Ben "B" \\'] });
  for (const text of ["One", "Two"]) await call("/api/plan/step", { plan_id: plan, text, owner: "Ada" });
  await call(`/api/plan/${String(plan)}/archive`, {});
  const mention = await story.mention(`please plan ${story.page(smallPage()).url}`);
  await mention.press("create#");
  await story.mention("please plan http://nowhere.invalid/page");
}

try {
  await work();
  const samples = [
    'plan_events_total{event="PLAN_STEP",org_id="test-org-123"} 2',
    'plan_step_latency_count{org_id="test-org-123"} 2',
  ];
  const text = await story.waitFor("the figures of what was done", async () => {
    const scraped = await scrape();
    return samples.every((sample) => scraped.includes(`${sample}\n`)) ? scraped : null;
  });
  const { status, stdout, stderr, error } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  if (error) throw new Error("promtool is not here: apt-get install prometheus", { cause: error });
  process.stdout.write(stdout + stderr);
  if (status !== 0) console.log(text);
  assert.equal(status, 0, `promtool ends with ${status}`);
  assert.equal(stdout + stderr, "", "promtool warns");
  const families = text.split("\n").filter((line) => line.startsWith("# TYPE ")).length;
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  console.log(`${families} families with ${series} samples, and promtool has nothing to say`);
} finally {
  await story.close();
}
process.exit();
