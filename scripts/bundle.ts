/** Bundles what each function imports into `build/`, so that a cold start reads one small file instead of hundreds. */
import { rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("build", { recursive: true, force: true });
const result = await build({
  entryPoints: ["lib/compose/intake.ts", "lib/compose/worker.ts", "lib/compose/console.ts", "lib/compose/health.ts"],
  outdir: "build",
  bundle: true,
  splitting: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node22",
  sourcemap: true,
  logLevel: "warning",
  metafile: true,
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
});
for (const [file, { bytes, entryPoint }] of Object.entries(result.metafile.outputs))
  if (entryPoint) console.log(`${file} ${Math.round(bytes / 1024)} KB`);
