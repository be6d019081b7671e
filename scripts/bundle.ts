/** Bundles what each function imports into `build/`, so that a cold start reads one small file instead of hundreds. */
import { rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const roots = ["intake", "worker", "console", "health"];

await rm("build", { recursive: true, force: true });
const result = await build({
  entryPoints: roots.map((root) => `lib/compose/${root}.ts`),
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
// Before a build the compiler finds the sources through `rootDirs`; after one it would find the bundles first.
for (const root of roots) await writeFile(`build/${root}.d.ts`, `export * from "../lib/compose/${root}.js";\n`);
for (const [file, { bytes, entryPoint }] of Object.entries(result.metafile.outputs))
  if (entryPoint) console.log(`${file} ${Math.round(bytes / 1024)} KB`);
