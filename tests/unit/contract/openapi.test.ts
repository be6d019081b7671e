import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { wholeApi } from "../../../lib/contract/api.js";
import { openApi } from "../../../lib/contract/openapi.js";
import { problemCodes } from "../../../lib/contract/problem-codes.js";
import type { Route } from "../../../lib/contract/route.js";
import { docsPage } from "../../../lib/http/api/docs-page.js";

const document = openApi(wholeApi);
const routes = Object.entries<Route>(wholeApi);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

describe("the OpenAPI document", () => {
  it("is what OpenAPI 3.1 asks of a document", async () => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    );
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it("names every route once, and nothing else", () => {
    const named = operations.map(({ operationId, method, path }) => `${operationId} ${method} ${path}`);
    expect(named.sort()).toEqual(routes.map(([name, { method, path }]) => `${name} ${method} ${path}`).sort());
  });

  it("says of every route who may, what it takes and what it gives", () => {
    for (const [name, route] of routes) {
      const operation = operations.find(({ operationId }) => operationId === name);
      expect(operation?.["x-access"], name).toBe(route.access);
      expect(operation?.security, name).toEqual(route.access === "public" ? [] : undefined);
      expect(operation?.responses[route.status], name).toBeDefined();
      expect(operation?.requestBody === undefined, name).toBe(route.body === undefined);
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = operation?.parameters.filter(({ in: place }) => place === "path").map((one) => one.name);
      expect(described, name).toEqual(inPath);
    }
  });

  it("asks nothing in prose alone: repeats, limits and answers that have not changed stand in it", () => {
    for (const { operationId, method, parameters, responses } of operations) {
      const headers = parameters.filter(({ in: place }) => place === "header").map(({ name }) => name);
      expect(headers.includes("Idempotency-Key"), operationId).toBe(
        (wholeApi as Record<string, Route>)[operationId]?.isRepeatable ?? false,
      );
      expect(responses[429], operationId).toEqual({ $ref: "#/components/responses/Problem429" });
      const isCompared = headers.includes("If-None-Match");
      expect([isCompared && method !== "GET", "304" in responses], operationId).toEqual([false, isCompared]);
    }
  });

  it("refers to nothing that is not in it", () => {
    const text = JSON.stringify(document);
    const referred = [...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map(
      ([, place = "", name = ""]) => [place, name] as const,
    );
    expect(referred.length).toBeGreaterThan(100);
    for (const [place, name] of referred) expect(Object.keys(document.components[place] ?? {})).toContain(name);
    expect(text).not.toContain("#/$defs/");
  });

  it("says once for each status which codes it may carry, and how long to wait", () => {
    expect(document.components.responses).toHaveProperty("Problem429.headers.Retry-After");
    const said = JSON.stringify(document.components.responses);
    const answered = Object.entries(problemCodes).filter(([, { status }]) => status < 500 && status !== 405);
    for (const [code] of answered) expect(said).toContain(`\`${code}\``);
  });

  it("shows examples that its own schemas accept", () => {
    const { components } = document;
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    addFormats.default(ajv);
    const examples = operations.flatMap(({ operationId, requestBody, responses }) =>
      [requestBody, ...Object.values(responses)]
        .flatMap((one) => (one && "content" in one ? Object.values(one.content ?? {}) : []))
        .map((content) => ({ operationId, ...content })),
    );
    const wrong = examples
      .filter(({ example }) => example !== undefined)
      .flatMap(({ operationId, schema, example }) =>
        ajv.validate({ ...schema, components }, example) ? [] : [`${operationId}: ${ajv.errorsText()}`],
      );
    expect(wrong).toEqual([]);
  });
});

describe("the page of the API", () => {
  const { body, headers } = docsPage(document, 600);

  it("shows every operation with its address, and every error code", () => {
    for (const { operationId, method, path } of operations)
      expect(body, operationId).toMatch(
        new RegExp(`id="${operationId}"><h3><code>${method} ${path.replaceAll(/[{}]/g, "\\$&")}</code>`),
      );
    expect(body).toContain("<code>rate_limited</code>");
  });

  it("says how to sign in and how many requests are allowed", () => {
    expect(body).toContain("Authorization: Bearer");
    expect(body).toContain("600 requests in a minute");
  });

  it("runs and loads nothing", () => {
    expect(body).not.toMatch(/<script|<link|<img|<iframe| style=| on[a-z]+=/);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'/);
  });
});
