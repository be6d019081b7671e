/** The module graph as it is: values as the bundler resolves them, types as they are written. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { build } from "esbuild";

/** `to` is a file of the project, or a package as it is named; `isDynamic` is not loaded with the file. */
export type Import = { from: string; to: string; isType: boolean; isDynamic: boolean };

const projectRoot = join(import.meta.dirname, "../..");

/** Every TypeScript file below the folders, from the project's root. */
export const sourceFiles = (...folders: string[]): string[] =>
  folders
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => extname(file) === ".ts")
    .sort();

export const sourceOf = (file: string): string => readFileSync(join(projectRoot, file), "utf8");

/** All imports of these files. */
export async function importsOf(files: string[]): Promise<Import[]> {
  return [...(await valueImports(files)), ...files.flatMap(typeImports)];
}

async function valueImports(files: string[]): Promise<Import[]> {
  const { metafile } = await build({
    absWorkingDir: projectRoot,
    entryPoints: files,
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "silent",
    // What `api/` imports is written by the build and need not be there.
    plugins: [
      {
        name: "build",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/build\// }, ({ path, resolveDir }) => ({
            path: relative(projectRoot, join(resolveDir, path)),
            external: true,
          })),
      },
    ],
  });
  return Object.entries(metafile.inputs)
    .filter(([from]) => files.includes(from))
    .flatMap(([from, { imports }]) =>
      imports.map(({ path, kind }) => ({ from, to: path, isType: false, isDynamic: kind === "dynamic-import" })),
    );
}

/** `import type … from`, `export type … from` and `import("…")` in the place of a type; a bundler drops them. */
function typeImports(from: string): Import[] {
  const source = withoutComments(sourceOf(from));
  const statements = source.matchAll(/^(?:import|export) type\s[^;]*?\sfrom\s*"([^"]+)"/gm);
  const inline = source.matchAll(/(?:typeof |[:<|&(]\s*)import\("([^"]+)"\)/g);
  return [...statements, ...inline].map(([, name = ""]) => ({
    from,
    to: name.startsWith(".") ? join(dirname(from), name).replace(/\.js$/, ".ts") : name,
    isType: true,
    isDynamic: false,
  }));
}

const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
