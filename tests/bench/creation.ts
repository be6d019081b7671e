/** `npm run bench:creation`: how long 75 and 500 items take from approval at 50 ms a call to Linear, beside the bare calls in the same run. */
import { runDemo } from "../../dev/demo-run.js";
import { demoWorld } from "../../dev/demo-world.js";
import { generatedPage } from "../support/generated-page.js";

const latencyMs = 50;
const world = await demoWorld({ faults: { linear: [{ kind: "latency", on: "*", ms: latencyMs }] } });
for (const items of [75, 500]) {
  const page = { title: `A plan of ${items}`, body: generatedPage(items) };
  const report = await runDemo(world, page, { answer: "create", tell: null, pageKey: `bench-${items}` });
  const bare = report.linearRequests * latencyMs;
  console.log(
    `${items} items: ${report.issues.length} created, ${report.linearRequests} requests for the plan, ${report.ms} ms from approval to the end, ${(report.ms / bare).toFixed(1)} × the ${bare} ms that the bare calls take one after another`,
  );
}
await world.close();
process.exit(0);
