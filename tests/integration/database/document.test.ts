import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getTableName } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { schemaTables, withDiagram } from "../../../scripts/er-diagram.js";

const text = readFileSync(join(import.meta.dirname, "../../../docs/database.md"), "utf8");
const everywhere = ["created_at", "updated_at", "organization_id"];

describe("docs/database.md", () => {
  it("shows the diagram of the schema as it is (npm run db:diagram)", () => {
    expect(text).toBe(withDiagram(text));
  });

  it("has a section for each table and for no other", () => {
    const sections = [...text.matchAll(/^### `(\w+)`$/gm)].map(([, name]) => String(name));
    expect(sections.sort()).toEqual(schemaTables().map((table) => getTableName(table)));
  });

  for (const table of schemaTables())
    it(`says of each column of ${getTableName(table)} what it means`, () => {
      const [, section = ""] = text.split(`### \`${getTableName(table)}\`\n`);
      const rows = section.split(/^##/m)[0]?.matchAll(/^\| (`[^|]*`) \|/gm) ?? [];
      const described = [...rows].flatMap(([, names = ""]) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => String(name)),
      );

      const columns = getTableConfig(table).columns.map(({ name }) => name);
      expect(described.sort()).toEqual(columns.filter((name) => !everywhere.includes(name)).sort());
    });

  it("notices a schema that has changed since the diagram was drawn", () => {
    expect(withDiagram(text.replace("erDiagram", "erDiagram\n  forgotten { }"))).not.toContain("forgotten");
    expect(() => withDiagram("no marks")).toThrow("docs/database.md needs the lines");
  });
});
