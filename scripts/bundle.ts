/** Bundles what each function imports into `build/`, so that a cold start reads one small file instead of hundreds. */
import { rm, writeFile } from "node:fs/promises";
import { build, type BuildOptions } from "esbuild";

export const roots = ["intake", "page-intake", "worker", "console", "api", "stream", "metrics", "health"];

/** How the composition roots become `build/`; tests look into the same bundles. */
export const bundling = {
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
} satisfies BuildOptions;

async function main(): Promise<void> {
  await rm("build", { recursive: true, force: true });
  const { metafile } = await build(bundling);
  // Before a build the compiler finds the sources through `rootDirs`; after one it would find the bundles first.
  for (const root of roots) await writeFile(`build/${root}.d.ts`, `export * from "../lib/compose/${root}.js";\n`);
  for (const [file, { bytes, entryPoint }] of Object.entries(metafile.outputs))
    if (entryPoint?.startsWith("lib/")) console.log(`${file} ${Math.round(bytes / 1024)} KB`);
}

if (process.argv[1] === import.meta.filename) await main();
