import { Problem } from "./common.js";
import { exampleOf, type JsonSchema, schemaWriter, toJsonSchema } from "./json-schema.js";
import { namedSchemas } from "./named-schemas.js";
import { problemCodes } from "./problem-codes.js";
import type { Access, Route } from "./route.js";

/** The OpenAPI 3.1 document of these operations. */
export type OpenApi = {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  security: Record<string, string[]>[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: Record<string, Record<string, unknown>>;
};
export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  /** The role without which the operation is refused, at least somewhere; `public` asks for nobody. */
  "x-access": Access;
  "x-changes-own"?: true;
  security?: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<string, Answered | { $ref: string }>;
};
export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
};
export type Answered = {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: JsonSchema; example?: unknown }>;
};

/** Writes the document from the table, so that it cannot say anything else than the server does. */
export function openApi(table: Record<string, Route>): OpenApi {
  const operations = Object.entries(table);
  const { components, refer } = schemaWriter(namedSchemas);
  const paths: OpenApi["paths"] = {};
  for (const [name, route] of operations)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(name, route, refer) };
  return {
    openapi: "3.1.0",
    info: { title: "Linear Planning Agent", version: "1", description },
    security: [{ token: [] }, { cookie: [] }],
    tags: [...new Set(operations.map(([, { tag }]) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token, for scripts and editors" },
        cookie: { type: "apiKey", in: "cookie", name: "__Host-session", description: "The sign-in of a browser" },
      },
      responses: Object.fromEntries(problemStatuses.map((status) => [`Problem${status}`, problem(status)])),
      schemas: { ...components, Problem: toJsonSchema(Problem, "output") },
    },
  };
}

const description = `Plans of an organization in Linear: its engagements, planning sessions and live plans. Answers are JSON; what is refused is \
answered as a problem (RFC 9457), whose \`code\` is stable. Every request acts for one organization, which the sign-in or the token decides; \
\`X-Org-Id\` or \`?org=\` may name it and must then be right. What belongs to another organization is answered as if it did not exist.`;

type Refer = ReturnType<typeof schemaWriter>["refer"];

function toOperation(name: string, route: Route, refer: Refer): OpenApiOperation {
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    description: accessInWords(route.access),
    "x-access": route.access,
    ...(route.changesOwn ? { "x-changes-own": true as const } : {}),
    ...(route.access === "public" ? { security: [] } : {}),
    parameters: [...parametersOf(route, "path"), ...parametersOf(route, "query"), ...headersOf(route)],
    ...(route.body ? { requestBody: bodyOf(route.body) } : {}),
    responses: answersOf(route, refer),
  };
}

/** What an operation asks for of who calls it, as people read it. */
export const accessInWords = (access: Access): string =>
  access === "public"
    ? "Open to everybody."
    : `For ${access === "viewer" ? "viewers, members and admins" : access === "member" ? "members and admins" : "admins"}.`;

function parametersOf(route: Route, place: "path" | "query"): Parameter[] {
  const schema = place === "path" ? route.params : route.query;
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, "input");
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: one,
    ...(place === "path" ? { example: exampleOf(one, name) } : {}),
  }));
}

function headersOf(route: Route): Parameter[] {
  const header = (name: string, about: string, schema: JsonSchema = { type: "string" }): Parameter => ({
    name,
    in: "header",
    required: false,
    description: about,
    schema,
  });
  return [
    ...(route.access === "public"
      ? []
      : [header("X-Org-Id", "The organization; where it is named it must be the caller's")]),
    ...(route.isRepeatable
      ? [
          header(
            "Idempotency-Key",
            "A repeat with the same key within a day is answered and not done again; it fails where the key was used for something else",
            {
              type: "string",
              minLength: 1,
              maxLength: 200,
            },
          ),
        ]
      : []),
    ...(isStream(route) ? [header("Last-Event-ID", "The number of the last event that the caller has")] : []),
    ...(hasEtag(route) ? [header("If-None-Match", "`ETag` of an answer that the caller has")] : []),
  ];
}

/** Streams are not compared with what the caller has. */
const hasEtag = (route: Route): boolean =>
  route.method === "GET" && route.answer !== null && route.status === 200 && !isStream(route);
const isStream = ({ contentType = "" }: Route): boolean => contentType.startsWith("text/event-stream");

function bodyOf(body: NonNullable<Route["body"]>): NonNullable<OpenApiOperation["requestBody"]> {
  const schema = toJsonSchema(body, "input");
  // An empty body is read as {}.
  const required = (schema.required ?? []).length > 0 || schema.type !== "object";
  return { required, content: { "application/json": { schema, example: exampleOf(schema) } } };
}

function answersOf(route: Route, refer: Refer): OpenApiOperation["responses"] {
  const isRead = route.method === "GET";
  const statuses = [
    ...(route.body || route.query || route.needsOrganization || route.isRepeatable ? [400] : []),
    ...(route.access === "public" ? [] : [401, ...(isRead && route.access === "viewer" ? [] : [403]), 404]),
    ...(isRead ? [] : [409]),
    ...(route.body ? [413, 415] : []),
    ...(route.isRepeatable ? [422] : []),
    429,
  ];
  return {
    [route.status]: success(route, refer),
    ...(hasEtag(route) ? { 304: { description: "The caller has this answer already" } } : {}),
    ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
    default: { description: "Any other problem", content: problemContent() },
  };
}

function success(route: Route, refer: Refer): Answered {
  if (route.answer === null) return { description: "Done" };
  const schema = refer(route.answer);
  const isJson = route.contentType === undefined;
  const example = isJson ? { example: exampleOf(toJsonSchema(route.answer, "output")) } : {};
  return {
    description: route.summary,
    ...(hasEtag(route) ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
    content: {
      [route.contentType ?? "application/json"]: { schema, ...example },
    },
  };
}

const problemStatuses = [400, 401, 403, 404, 409, 413, 415, 422, 429];

/** What a status says, for all operations that answer it: with every code that it may carry. */
function problem(status: number): Answered {
  const codes = Object.entries(problemCodes).filter(([, code]) => code.status === status || code.also === status);
  return {
    description: codes.map(([code, { means }]) => `\`${code}\`: ${means}.`).join("\n"),
    ...(status === 429 ? { headers: { "Retry-After": { description: "Seconds", schema: { type: "integer" } } } } : {}),
    content: problemContent(),
  };
}
const problemContent = () => ({ "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } });
