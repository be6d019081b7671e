import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { families } from "../../lib/domain/metrics.js";

const text = readFileSync(join(import.meta.dirname, "../../docs/operating.md"), "utf8");

it("docs/operating.md explains every family of figures with its labels and type, and no other", () => {
  const rows = [...text.matchAll(/^\| `(\w+)(?:\{([\w,]+)\})?` \| (counter|gauge|histogram) \|/gm)];
  expect(rows.map(([, name, labels = "", type]) => ({ name, labels, type }))).toEqual(
    families.map(({ name, labels = [], isByOrganization, type }) => ({
      name,
      labels: [...labels, ...(isByOrganization ? ["org_id"] : [])].join(","),
      type,
    })),
  );
});

it("docs/operating.md names no figure in its alerts that there is not", () => {
  const named = [...text.matchAll(/\b(plan(?:ning)?_[a-z_]+)(?:\{|\[|\b)/g)].map(([, name = ""]) => name);
  const known = families.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_count`]);
  const others = ["planning_agent"];
  expect(named.filter((name) => ![...known, ...others].includes(name))).toEqual([]);
});

it("docs/forge/manifest.yml gives no two modules the same key, which Forge refuses", () => {
  const manifest = readFileSync(join(import.meta.dirname, "../../docs/forge/manifest.yml"), "utf8");
  const modules = /^modules:\n([\s\S]*?)^\S/m.exec(manifest)?.[1] ?? "";
  const keys = [...modules.matchAll(/- key: (\S+)/g)].map(([, key]) => key);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(keys.length);
});
