import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SettingsChange } from "../../dev/confluence/control.js";
import { confluenceSimulator } from "../../dev/confluence/simulator.js";
import { controlRoutes } from "../../dev/control.js";
import { faults } from "../../dev/faults.js";
import { defaultSwitches } from "../../dev/linear/settings.js";
import { linearSimulator } from "../../dev/linear/simulator.js";
import { neonSimulator } from "../../dev/neon/simulator.js";
import { qstashSimulator } from "../../dev/qstash/simulator.js";
import type { Simulator } from "../../dev/simulator.js";
import { type TestDatabase, testDatabase } from "../support/test-database.js";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { scripts, version } = JSON.parse(read("package.json")) as { scripts: Record<string, string>; version: string };

const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`),
];

describe.each(documents)("%s", (document) => {
  const text = read(document);

  it("names only files that are there", () => {
    const named = [...text.matchAll(/`((?:api|dev|docs|drizzle|lib|scripts|tests)\/[\w./-]*)`/g)];
    expect(named.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("links only to files and sections that are there", () => {
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
    const links = [...prose.matchAll(/\]\((?!https?:|<)([^)\s]+)\)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !isThere(document, target))).toEqual([]);
  });

  it("names only commands that are there", () => {
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w:]*)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it("names only tests that are there", () => {
    expect(namedTests(text).filter(({ file, title }) => !hasTest(file, title))).toEqual([]);
  });
});

describe("the architecture", () => {
  it("shows each invariant by a test", () => {
    const [, invariants = ""] = read("ARCHITECTURE.md").split("## Invariants");
    const numbered = invariants.split(/^\d+\. /m).slice(1);
    expect(numbered.length).toBeGreaterThan(10);
    expect(numbered.filter((invariant) => namedTests(invariant).length === 0)).toEqual([]);
  });
});

describe("the README", () => {
  it("explains every command", () => {
    const [, commands = ""] = read("README.md").split("## Commands");
    expect(Object.keys(scripts).filter((name) => !commands.includes(`\`${name}\``))).toEqual([]);
  });

  it("shows of the demo what the demo's plan holds", () => {
    const { items } = JSON.parse(read("tests/fixtures/planning/00-demo.json")) as {
      items: { type: string; title: string; storyPoints: number | null; priority: string | null }[];
    };
    const lines = [...read("README.md").matchAll(/^ *ENG-\d+ {2}(\w+) {2}(.+?) {2}\((?:(\d+) points, )?(\w+)/gm)];
    const shown = lines.map(([, type, title, points, priority]) => ({ type, title, points: points ?? null, priority }));
    expect(shown.length).toBeGreaterThan(2);
    for (const { type, title, points, priority } of shown)
      expect(items).toContainEqual(
        expect.objectContaining({ type, title, storyPoints: points && Number(points), priority }),
      );
  });
});

describe("the changelog", () => {
  it("has an entry for this version", () => {
    expect(read("CHANGELOG.md")).toContain(`## ${version}\n`);
  });
});

describe("the decisions", () => {
  const pages = readdirSync(join(root, "docs/adr")).filter((name) => /^\d{4}-/.test(name));

  it.each(pages)("%s says why, what, what follows and what would change it, and is listed", (name) => {
    const parts = ["Context", "Decision", "Consequences", "What would change it"];
    expect(parts.filter((part) => !read(`docs/adr/${name}`).includes(`**${part}.**`))).toEqual([]);
    expect(read("docs/adr/README.md")).toContain(`(${name})`);
  });
});

describe("the page about the local world", () => {
  const page = read("docs/local-world.md");
  const baseUrl = "http://localhost/simulator";
  const unused = async () => Promise.reject(new Error("no statement is run"));
  const simulators = {
    Linear: linearSimulator({ baseUrl }),
    Confluence: confluenceSimulator({ baseUrl }),
    QStash: qstashSimulator({ baseUrl, token: "token" }),
    Neon: neonSimulator({ run: unused, exec: unused, close: async () => undefined }),
  };
  afterAll(async () => {
    for (const simulator of Object.values(simulators)) await simulator.close();
  });

  it.each(Object.entries(simulators))("names each control of %s, and no other", (name, { control }) => {
    expect(rowsOf(page, name, "Controls").sort()).toEqual(Object.keys(control).sort());
  });

  it("names each switch, and no other", () => {
    expect(rowsOf(page, "Linear", "Switches").sort()).toEqual(Object.keys(defaultSwitches).sort());
    expect(rowsOf(page, "Confluence", "Switches").sort()).toEqual(Object.keys(SettingsChange.shape).sort());
  });

  it("names each kind of fault, and no other", async () => {
    const control = controlRoutes([simulators.Linear as Simulator], { linear: faults() });
    const body = JSON.stringify({ kind: "", on: "*" });
    const refusal = await control(new Request("http://localhost/control/linear/faults", { method: "POST", body }));
    const { error } = (await refusal.json()) as { error: string };
    const [{ values = [] } = {}] = JSON.parse(error) as { values?: string[] }[];
    expect(values.length).toBeGreaterThan(0);
    expect(firstColumn(page.split("| kind | does |")[1]?.split("\n\n")[0] ?? "")).toEqual(values);
  });
});

describe("the runbook", () => {
  const statements = [...read("docs/runbook.md").matchAll(/```sql\n([\s\S]*?)```/g)]
    .flatMap(([, block = ""]) => block.split(/;\s*$/m))
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
    .map((statement): [beginning: string, statement: string] => [statement.split("\n")[0] ?? "", statement]);
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ on: "pglite" });
  });
  afterAll(() => database.close());

  it.each(statements)("holds SQL that the database understands: %s", async (_, statement) => {
    const query = `explain ${statement.replaceAll(/:'\w+'/g, "'00000000-0000-0000-0000-000000000000'")}`;
    const [plan] = await database.engine.run([{ query, params: [] }], { transaction: null });
    expect(plan?.rows.length).toBeGreaterThan(0);
  });
});

describe("the requirements", () => {
  const rows = requirementRows(read("docs/requirements.md"));
  const source = join(root, "../shared/requirements.md");

  it("stand there once each, 398 of them", () => {
    const counts = { S0: 73, S1: 117, S2: 23, S3: 112, S4: 65, B: 8 };
    const expected = Object.entries(counts).flatMap(([name, count]) =>
      Array.from({ length: count }, (_, index) => `${name}-${index + 1}`),
    );
    expect(expected).toHaveLength(398);
    expect(rows.map(({ id }) => id)).toEqual(expected);
  });

  it("are each met by a test, met otherwise in words, or marked for later", () => {
    expect(rows.filter(({ met }) => !/^(?:`tests\/|`npm run |met: |otherwise: |later \(|no test: )/.test(met))).toEqual(
      [],
    );
  });

  describe.runIf(existsSync(source))("(needs the full list beside the project)", () => {
    it("are those of the full list", () => {
      const ids = requirementRows(readFileSync(source, "utf8")).map(({ id }) => id);
      expect(rows.map(({ id }) => id)).toEqual(ids);
    });
  });
});

/** Tests are named by file and title, both in backticks with › between them. */
function namedTests(text: string): { file: string; title: string }[] {
  const names = text.matchAll(/`(tests\/[\w./-]+\.ts)` › `([^`]+)`/g);
  return [...names].map(([, file = "", title = ""]) => ({ file, title }));
}

/** The title stands in the file as it is written, between quotation marks or as a part of a template. */
function hasTest(file: string, title: string): boolean {
  return existsSync(join(root, file)) && read(file).includes(title);
}

function isThere(document: string, target: string): boolean {
  const [path = "", section] = target.split("#");
  const file = path === "" ? join(root, document) : resolve(root, dirname(document), path);
  if (!existsSync(file)) return false;
  if (!section || statSync(file).isDirectory()) return true;
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.some((heading) => toAnchor(heading) === section);
}

const toAnchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

/** The names in the first column of a section's tables. */
function rowsOf(page: string, chapter: string, section: string): string[] {
  const [, inChapter = ""] = page.split(`\n## ${chapter}\n`);
  const [, inSection = ""] = (inChapter.split("\n## ")[0] ?? "").split(`\n### ${section}\n`);
  return firstColumn(inSection.split("\n### ")[0] ?? "");
}

const firstColumn = (table: string) => [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);

function requirementRows(page: string): { id: string; met: string }[] {
  const rows = page.matchAll(/^\| ((?:S[0-4]|B)-\d+) \| .* \| (.*) \|$/gm);
  return [...rows].map(([, id = "", met = ""]) => ({ id, met }));
}
