/**
 * Tools that are too large for the dependencies, each in a directory of its own outside the project: `npm run tools -- vercel node24`
 * installs them where they are missing; `--where TOOL` prints the program and nothing else.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Tool = "vercel" | "node24";

const programs: Record<Tool, string> = {
  vercel: "node_modules/.bin/vercel",
  node24: "node_modules/node/bin/node",
};
const projectRoot = join(import.meta.dirname, "..");

/** The program of a tool, or null where it has not been installed. */
export function findTool(tool: Tool): string | null {
  const program = join(directoryOf(tool), programs[tool]);
  return existsSync(program) && isAsPinned(tool) ? program : null;
}

/** The program of a tool; installs it where it is missing. */
export function installTool(tool: Tool): string {
  const known = findTool(tool);
  if (known) return known;
  const directory = directoryOf(tool);
  mkdirSync(directory, { recursive: true });
  execFileSync("npm", ["install", "--prefix", directory, "--no-audit", "--no-fund", "--silent"], {
    cwd: prepared(tool),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return findTool(tool) ?? fail(`${tool} was installed and is not there`);
}

const pinsOf = (tool: Tool) => join(projectRoot, ".ci/tools", tool, "package.json");
const directoryOf = (tool: Tool) => join(process.env.TOOLS_DIR ?? join(tmpdir(), "linear-planning-agent-tools"), tool);

function prepared(tool: Tool): string {
  copyFileSync(pinsOf(tool), join(directoryOf(tool), "package.json"));
  return directoryOf(tool);
}

/** An older version of the pins means an older version of the tool. */
const isAsPinned = (tool: Tool) =>
  readFileSync(pinsOf(tool), "utf8") === readFileSync(join(directoryOf(tool), "package.json"), "utf8");

function fail(message: string): never {
  throw new Error(message);
}

const isTool = (name: string): name is Tool => name in programs;

function main(args: string[]): void {
  const names = args.filter((argument) => argument !== "--where");
  const unknown = names.find((name) => !isTool(name));
  if (unknown !== undefined) fail(`There is no tool ${unknown}; there are ${Object.keys(programs).join(", ")}`);
  for (const name of names.filter(isTool))
    console.log(args.includes("--where") ? installTool(name) : `${name}: ${installTool(name)}`);
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
