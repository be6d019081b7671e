import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundling, roots } from "../../scripts/bundle.js";
import { type Import, importsOf, sourceFiles, sourceOf } from "../support/module-graph.js";

const files = sourceFiles("api", "lib", "dev", "scripts");
const imports = await importsOf(files);

/** What the files of a layer may import: files by the beginning of their path, packages by their name. */
type Layer = { values: string[]; types?: string[] };

const pure = ["lib/domain/", "lib/contract/", "zod", "zod/mini", "node:crypto"];
const inside = [...pure, "lib/ports", "node:timers/promises"];
const layers: Record<string, Layer> = {
  "lib/domain/": { values: [...pure, "htmlparser2"] },
  "lib/contract/": { values: ["lib/contract/", "zod", "zod/mini"] },
  "lib/ports": { values: [], types: ["lib/domain/", "lib/contract/", "lib/ports"] },
  "lib/pipeline/": { values: [...inside, "lib/pipeline/"] },
  // step.ts is where the words of a step are made; a command that lets a session go on says them in the same way.
  "lib/commands/": {
    values: [
      ...inside,
      "lib/commands/",
      "lib/pipeline/move.ts",
      "lib/pipeline/deliver.ts",
      "lib/pipeline/step.ts",
      "lib/pipeline/publish-runs.ts",
      // Words that come by a request are taken in as those that come by a webhook.
      "lib/pipeline/receive.ts",
    ],
  },
  "lib/linear/": {
    values: [...inside, "lib/linear/", "@linear/sdk/webhooks", "oauth4webapi"],
    types: ["@linear/sdk"],
  },
  "lib/confluence/": { values: [...inside, "lib/confluence/", "oauth4webapi", "jose"] },
  "lib/qstash/": { values: [...inside, "lib/qstash/", "@upstash/qstash"] },
  "lib/otel/": {
    values: [
      ...inside,
      "lib/otel/",
      "node:async_hooks",
      "@opentelemetry/api",
      "@opentelemetry/exporter-trace-otlp-http",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace-base",
    ],
  },
  "lib/db/": { values: [...inside, "lib/db/", "drizzle-orm", "@neondatabase/serverless", "pg"] },
  "lib/http/": {
    values: [
      "lib/http/",
      "lib/pipeline/",
      "lib/commands/",
      "lib/contract/",
      "lib/domain/errors.ts",
      "lib/domain/ids.ts",
      "lib/domain/metrics.ts",
      "lib/domain/principal.ts",
      "lib/domain/public-event.ts",
      "node:async_hooks",
      "node:crypto",
      "hono",
    ],
    types: ["lib/ports", "lib/domain/"],
  },
  "lib/compose/": { values: ["lib/", "@vercel/functions", "drizzle-orm", "node:timers/promises", "zod/mini"] },
  "api/": { values: ["build/"] },
  "dev/": { values: ["dev/", "lib/", ...packagesOf("dev/")] },
  "scripts/": { values: ["scripts/", "dev/", "lib/", ...packagesOf("scripts/")] },
};

describe("the module graph", () => {
  it("is read as it is: values, types and dynamic imports", () => {
    const has = (wanted: Import) => imports.some((one) => JSON.stringify(one) === JSON.stringify(wanted));
    const run = "lib/pipeline/run-step.ts";
    expect(has({ from: run, to: "lib/pipeline/move.ts", isType: false, isDynamic: false })).toBe(true);
    expect(has({ from: run, to: "lib/ports.ts", isType: true, isDynamic: false })).toBe(true);
    expect(has({ from: "lib/qstash/queue.ts", to: "@upstash/qstash", isType: false, isDynamic: true })).toBe(true);
    expect(imports.length).toBeGreaterThan(500);
  });

  it("gives every file a layer", () => {
    expect(files.filter((file) => layerOf(file) === undefined)).toEqual([]);
  });

  it.each(Object.keys(layers))("runs downhill from %s", (name) => {
    const { values = [], types = [] } = layers[name] ?? {};
    const isAllowed = ({ to, isType }: Import) => [...values, ...(isType ? types : [])].some((one) => reaches(one, to));
    const uphill = imports.filter((one) => layerOf(one.from) === name && !isAllowed(one));
    expect(uphill.map(({ from, to, isType }) => `${from} → ${to}${isType ? " (type)" : ""}`)).toEqual([]);
  });

  it("takes no value from @linear/sdk, whose root is 1.8 MB", () => {
    const values = imports.filter(({ to, isType }) => to === "@linear/sdk" && !isType);
    expect(values.map(({ from }) => from)).toEqual([]);
  });

  it("loads the client that listens to PostgreSQL only when somebody listens", () => {
    const loading = imports.filter(({ from, to, isType }) => from.startsWith("lib/") && to === "pg" && !isType);
    expect(loading).toEqual([{ from: "lib/db/listen.ts", to: "pg", isType: false, isDynamic: true }]);
  });

  it("has no cycles", () => {
    expect(cycles(imports.filter(({ to }) => files.includes(to)))).toEqual([]);
  });

  it("has no barrel and no file of odds and ends", () => {
    expect(files.filter((file) => /(?:^|\/)(?:index|utils?|helpers)\.ts$/.test(file))).toEqual([]);
  });

  it("has no file over 400 lines", () => {
    const long = files.filter((file) => linesOf(file) > 400);
    expect(long.map((file) => `${file}: ${linesOf(file)} lines`)).toEqual([]);
  });
});

describe("the functions", () => {
  const functions = readdirSync(join(import.meta.dirname, "../../api"), { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.[cm]?[jt]sx?$/.test(name),
  );

  it("are at most twelve, as many as a Hobby deployment may have", () => {
    expect(functions.length).toBeGreaterThan(0);
    expect(functions.length).toBeLessThanOrEqual(12);
  });

  it.each(functions)("hold no decisions: api/%s has three to six lines", (name) => {
    expect(linesOf(`api/${name}`)).toBeGreaterThanOrEqual(3);
    expect(linesOf(`api/${name}`)).toBeLessThanOrEqual(6);
  });
});

describe("what a webhook loads", async () => {
  const loaded = await loadedBy("build/intake.js");

  it("is neither the page parser nor the whole of zod nor Linear's SDK", () => {
    const heavy = [
      "node_modules/htmlparser2/",
      "node_modules/zod/v4/classic/",
      // They come along as soon as anyone reaches through the namespace: `z.core.…`.
      "node_modules/zod/v4/locales/",
      "node_modules/@linear/sdk/dist/index",
    ];
    expect(loaded.filter((file) => heavy.some((start) => file.startsWith(start)))).toEqual([]);
  });

  it("is the verifier, the inbox and the database driver", () => {
    expect(loaded).toEqual(
      expect.arrayContaining(["lib/linear/webhook.ts", "lib/db/inbox-store.ts", "lib/pipeline/receive.ts"]),
    );
  });
});

describe("what a function loads before anybody asks for it", () => {
  it.each(roots)("is nothing of OpenTelemetry: build/%s.js", async (root) => {
    const loaded = await loadedBy(`build/${root}.js`);
    expect(loaded.length).toBeGreaterThan(5);
    expect(loaded.filter((file) => file.includes("@opentelemetry/") || file.startsWith("lib/otel/"))).toEqual([]);
  });
});

function layerOf(file: string): string | undefined {
  return Object.keys(layers).find((start) => file.startsWith(start));
}

/** A folder reaches what is below it, a file itself, a package itself and, unless it is named more closely, its other entries. */
function reaches(allowed: string, to: string): boolean {
  if (allowed.endsWith("/") || allowed === "lib/ports") return to.startsWith(allowed);
  return to === allowed || (allowed === "drizzle-orm" && to.startsWith("drizzle-orm/"));
}

/** Development code may take any package; the project's own folders are what counts there. */
function packagesOf(folder: string): string[] {
  const isPackage = (to: string) => !/^(?:api|build|dev|lib|scripts|tests)\//.test(to);
  return imports.filter(({ from, to }) => from.startsWith(folder) && isPackage(to)).map(({ to }) => to);
}

function linesOf(file: string): number {
  return sourceOf(file).trimEnd().split("\n").length;
}

/** Each way in which a file comes back to itself through what it imports. */
function cycles(edges: Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, isType } of edges) if (!isType) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) return void found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}

/** The sources that are in memory once a bundle is imported; what it imports later is left out. */
async function loadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({ ...bundling, write: false });
  const seen = new Set<string>();
  const visit = (output: string) => {
    if (seen.has(output)) return;
    seen.add(output);
    for (const { path, kind } of metafile.outputs[output]?.imports ?? []) if (kind === "import-statement") visit(path);
  };
  visit(entry);
  const used = [...seen].flatMap((output) => Object.entries(metafile.outputs[output]?.inputs ?? {}));
  return used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
}
