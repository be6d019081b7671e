import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

/** A function as `vercel build` emits it: its path, without slash at the front, and the module that Vercel would load. */
export type EmittedFunction = { path: string; module: string };

/**
 * The emitted functions, copied away from the project, so that what they need has to be with them. Empty where there is no output of
 * `vercel build`.
 */
export function emittedFunctions(output: string): EmittedFunction[] {
  const emitted = join(output, "functions");
  if (!existsSync(emitted)) return [];
  const copy = mkdtempSync(join(tmpdir(), "functions-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(emitted, copy, { recursive: true });
  return readdirSync(copy, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".func/.vc-config.json"))
    .sort()
    .map((file) => {
      const config = JSON.parse(readFileSync(join(copy, file), "utf8")) as { handler: string };
      const directory = dirname(join(copy, file));
      return { path: relative(copy, directory).replace(/\.func$/, ""), module: join(directory, config.handler) };
    });
}
