/** Builds the functions as Vercel does, without an account or a network, from a copy of the tree, into `.vercel/output`. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { installTool } from "./tools.js";

const projectRoot = join(import.meta.dirname, "..");
export const vercelOutput = join(projectRoot, ".vercel/output");

/** Builds anew and returns the directory of the output. */
export function vercelBuild(): string {
  const cli = installTool("vercel");
  const node = installTool("node24");
  const copy = mkdtempSync(join(tmpdir(), "vercel-build-"));
  try {
    copyTree(copy);
    mkdirSync(join(copy, ".vercel"));
    const project = { projectId: "local", orgId: "local", settings: { framework: null } };
    writeFileSync(join(copy, ".vercel/project.json"), JSON.stringify(project));
    execFileSync(cli, ["build", "--yes"], {
      cwd: copy,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, VERCEL_TELEMETRY_DISABLED: "1" },
    });
    rmSync(vercelOutput, { recursive: true, force: true });
    cpSync(join(copy, ".vercel/output"), vercelOutput, { recursive: true });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return vercelOutput;
}

/** What is tracked or would be; a file that is deleted and not yet committed is listed all the same. */
function copyTree(target: string): void {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  const deleted = execFileSync("git", ["ls-files", "--deleted"], { cwd: projectRoot, encoding: "utf8" }).split("\n");
  for (const file of listed.split("\n"))
    if (file && !deleted.includes(file)) cpSync(join(projectRoot, file), join(target, file));
}

if (process.argv[1] === import.meta.filename) console.log(vercelBuild());
