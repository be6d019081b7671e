/** `npm run test:fuzz [-- --requests 10000] [--seed N] [--path P]`: generated requests to every operation; each answer is held against the OpenAPI document. */
import { parseArgs } from "node:util";
import { checkRequests } from "../support/check-requests.js";

const { values } = parseArgs({
  options: { requests: { type: "string" }, seed: { type: "string" }, path: { type: "string" } },
});
const requests = Number(values.requests ?? 10_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
console.log(`${requests} requests, --seed ${seed}`);

const begun = Date.now();
try {
  const report = await checkRequests({
    requests,
    seed,
    ...(values.path === undefined ? {} : { path: values.path }),
    onProgress: (sent) => void (sent % 1_000 === 0 && console.log(`${sent} sent`)),
  });
  for (const [name, { sent, authorised, succeeded, statuses }] of report.byOperation)
    console.log(
      `${name.padEnd(28)} ${String(sent).padStart(5)} sent ${String(authorised).padStart(5)} authorised ${String(succeeded).padStart(5)} succeeded  ${JSON.stringify(statuses)}`,
    );
  const share = (part: number) => `${((100 * part) / report.requests).toFixed(1)} %`;
  const unanswered = [...report.byOperation].filter(([, { succeeded }]) => succeeded === 0).map(([name]) => name);
  console.log(
    `${report.requests} requests in ${Math.round((Date.now() - begun) / 1_000)} s: ${share(report.authorised)} authorised, ${share(report.succeeded)} answered 2xx, no 5xx, every answer as described`,
  );
  if (unanswered.length > 0) console.log(`Without a single 2xx: ${unanswered.join(", ")}`);
  // A short run does not come to all of them.
  const areAllAnswered = unanswered.length === 0 || requests < 10_000;
  process.exitCode =
    areAllAnswered && report.authorised >= 0.6 * report.requests && report.succeeded >= 0.3 * report.requests ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? `${error.message}\n${String(error.cause)}` : error);
  process.exitCode = 1;
}
process.exit();
