/**
 * How long a cold start takes to import each function, in fresh processes on the Node that Vercel runs, beside the import of
 * `@linear/sdk` in the same run. `--built` takes the output of the last `vercel build`.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { emittedFunctions } from "./emitted-functions.js";
import { roots } from "./bundle.js";
import { findTool } from "./tools.js";
import { vercelBuild, vercelOutput } from "./vercel-build.js";

type Subject = { name: string; module: string };

const runs = 15;
const webhookTargetMs = 60;
const projectRoot = join(import.meta.dirname, "..");

function subjects(): Subject[] {
  if (!process.argv.includes("--built") && findTool("vercel")) vercelBuild();
  const emitted = emittedFunctions(vercelOutput).map(({ path, module }) => ({ name: path, module }));
  if (emitted.length > 0) return emitted;
  console.log(
    "Without the Vercel CLI (npm run tools -- vercel) these are the bundles of `npm run build`, not the emitted functions",
  );
  execFileSync("npm", ["run", "--silent", "build"], { cwd: projectRoot, stdio: "inherit" });
  return roots
    .map((name) => ({ name: `build/${name}.js`, module: join(projectRoot, "build", `${name}.js`) }))
    .filter(({ module }) => existsSync(module));
}

function chooseNode(): string {
  const node24 = findTool("node24");
  if (!node24 && !process.version.startsWith("v24."))
    console.log(`Without Node 24 (npm run tools -- node24) this runs on Node ${process.version}`);
  return node24 ?? process.execPath;
}

const measure = (node: string, { module }: Subject): number => {
  const script = `const begun = performance.now(); await import(process.argv[1]); console.log(performance.now() - begun);`;
  const args = ["--input-type=module", "-e", script, pathToFileURL(module).href];
  return Number(execFileSync(node, args, { encoding: "utf8" }));
};

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function main(): void {
  const sdk = { name: "@linear/sdk", module: new URL(import.meta.resolve("@linear/sdk")).pathname };
  const all = [...subjects(), sdk];
  const node = chooseNode();
  const times = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  // In turns, so that what else the machine does befalls all of them alike; the first round warms the disk's cache.
  for (let run = 0; run <= runs; run += 1)
    for (const subject of all) {
      const ms = measure(node, subject);
      if (run > 0) times.get(subject.name)?.push(ms);
    }
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const sdkMs = median(times.get(sdk.name) ?? []);
  console.log(`\nImport in a fresh process, Node ${version}, median and fastest of ${runs}`);
  for (const { name } of all) {
    const ms = median(times.get(name) ?? []);
    const fastest = Math.min(...(times.get(name) ?? []));
    console.log(
      `${name.padEnd(24)} ${ms.toFixed(1).padStart(7)} ms ${fastest.toFixed(1).padStart(7)} ms   ${(ms / sdkMs).toFixed(2)} of @linear/sdk`,
    );
  }
  const webhooks = all.filter(({ name }) => /webhooks|intake/.test(name));
  const slow = webhooks.filter(({ name }) => median(times.get(name) ?? []) > webhookTargetMs);
  console.log(`Webhook functions within ${webhookTargetMs} ms: ${slow.length === 0 ? "yes" : "no"}`);
}

main();
