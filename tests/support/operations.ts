import { randomUUID } from "node:crypto";
import { exampleOf, type JsonSchema, typesOf } from "../../lib/contract/json-schema.js";
import type { OpenApi, OpenApiOperation } from "../../lib/contract/openapi.js";

/** What an id in a request names. A `new` one is made by whoever asks; a `filter` is a word that is compared and never looked up. */
export type Kind = keyof typeof kindNames;
const kindNames = {
  engagement: true,
  session: true,
  sourceSession: true,
  step: true,
  earlierStep: true,
  plan: true,
  user: true,
  member: true,
  token: true,
  signIn: true,
  merge: true,
  node: true,
  conflict: true,
  syncRun: true,
  connection: true,
  organization: true,
  new: true,
  filter: true,
};

/** An id of each kind that are about one thing: the step is of the session, the session of the engagement. */
export type Ids = Record<Exclude<Kind, "new" | "filter">, string>;

/** A place in a request where an id stands. */
export type Slot = { place: "path" | "query" | "body"; path: string[]; kind: Kind };
export type Operation = OpenApiOperation & {
  method: string;
  path: string;
  slots: Slot[];
  body?: { schema: JsonSchema; required: boolean };
};

/** By what stands before them in the path, or by their name elsewhere. A new kind of id is told here how it is named, and in scenes how it is made. */
const kinds: Record<string, Kind> = {
  "sessions/{id}": "session",
  "plan/{plan_id}": "session",
  "steps/{stepId}": "step",
  "engagements/{id}": "engagement",
  "members/{userId}": "member",
  "users/{id}": "user",
  "tokens/{id}": "token",
  "sign-ins/{id}": "signIn",
  "merges/{id}": "merge",
  "memory/{id}": "node",
  "decisions/{id}": "node",
  "plans/{id}": "plan",
  "sync-runs/{id}": "syncRun",
  "conflicts/{id}": "conflict",
  "confluence/{id}": "connection",
  plan_id: "session",
  sessionId: "session",
  sourceId: "sourceSession",
  engagementId: "engagement",
  defaultEngagementId: "engagement",
  planId: "plan",
  userId: "user",
  contextId: "node",
  after: "earlierStep",
  createdBy: "user",
  organizationId: "organization",
  id: "new",
  opId: "new",
  teamId: "filter",
  resourceId: "filter",
};
/** Words in paths that name nothing of ours. */
const words = ["participants/{name}"];

/** The operations of a document with every place where an id stands; throws where one is of no known kind. */
export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const content = operation.requestBody?.content["application/json"];
      const body = content && { schema: content.schema, required: operation.requestBody?.required ?? false };
      const parameters = operation.parameters.flatMap((one): Slot[] => {
        if (one.in === "header" || (one.in === "query" && !isId(one.name, one.schema))) return [];
        const [, before = ""] = new RegExp(`/([^/]+)/\\{${one.name}\\}`).exec(path) ?? [];
        const name = one.in === "path" ? `${before}/{${one.name}}` : one.name;
        return words.includes(name)
          ? []
          : [{ place: one.in, path: [one.name], kind: kindOf(name, operation.operationId) }];
      });
      const inBody = body ? idsIn(body.schema, [], operation.operationId) : [];
      return {
        ...operation,
        method: method.toUpperCase(),
        path,
        slots: [...parameters, ...inBody],
        ...(body ? { body } : {}),
      };
    }),
  );
}

function idsIn(schema: JsonSchema, path: string[], operationId: string): Slot[] {
  const name = path.findLast((part) => part !== "0") ?? "";
  if (isId(name, schema)) return [{ place: "body", path, kind: kindOf(name, operationId) }];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, one]) => idsIn(one, [...path, key], operationId)),
    ...(schema.items ? idsIn(schema.items, [...path, "0"], operationId) : []),
    ...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []).flatMap((one) => idsIn(one, path, operationId)),
  ];
}

const isId = (name: string, schema: JsonSchema): boolean => {
  const variants = [schema, ...(schema.anyOf ?? [])];
  if (variants.some(({ format }) => format === "uuid")) return true;
  return /(?:^|_)ids?$|Ids?$/.test(name) && variants.some((one) => typesOf(one).includes("string"));
};

function kindOf(name: string, operationId: string): Kind {
  const kind = kinds[name];
  if (kind) return kind;
  throw new Error(`${operationId} takes ${name}: say in tests/support/operations.ts what it names`);
}

export type Built = { path: string; method: string; body?: unknown };

/** A request as the document shows one, with these ids; `instead` puts another id into one place. Parameters that may be left out are, but for that place and `query`. */
export function requestFor(
  operation: Operation,
  ids: Ids,
  { instead, query = {} }: { instead?: { slot: Slot; id: string }; query?: Record<string, string> } = {},
): Built {
  const idAt = (slot: Slot): string => (slot === instead?.slot ? instead.id : idOf(slot.kind, ids));
  let path = operation.path;
  const search = new URLSearchParams(query);
  for (const parameter of operation.parameters) {
    const slot = operation.slots.find((one) => one.place === parameter.in && one.path[0] === parameter.name);
    const value = slot ? idAt(slot) : String(exampleOf(parameter.schema, parameter.name));
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (parameter.in === "query" && (parameter.required || (slot && slot === instead?.slot)))
      search.set(parameter.name, value);
  }
  const body = operation.body && withoutExpectations(exampleOf(operation.body.schema));
  for (const slot of operation.slots) if (slot.place === "body") put(body, slot.path, idAt(slot));
  const address = search.size === 0 ? path : `${path}?${search.toString()}`;
  return { path: address, method: operation.method, ...(body === undefined ? {} : { body }) };
}

const idOf = (kind: Kind, ids: Ids): string =>
  kind === "new" ? randomUUID() : kind === "filter" ? "anything" : ids[kind];

/** What somebody need not know of a thing before they change it. */
function withoutExpectations(body: unknown): unknown {
  if (typeof body === "object" && body !== null && "expectedRevision" in body) delete body.expectedRevision;
  return body;
}

/** Puts a value into a body, at a place that is there. */
export function put(body: unknown, path: string[], value: string): void {
  let at = body as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ""] = value;
}
