import { readFileSync } from "node:fs";
import {
  buildSchema,
  type DocumentNode,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFieldResolver,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { type Fault, type Faults, withFaults } from "../faults.js";
import { complexityOf, largestComplexity } from "./complexity.js";
import type { ActivityContent, Grant } from "./model.js";
import { forbidden, notAuthenticated, rateLimited, tooComplex } from "./problems.js";
import { type BucketState, bucketStates, rateLimitHeaders, take } from "./rate-limit.js";
import type { Context, Resolver } from "./resolvers/context.js";
import { mutation } from "./resolvers/mutation.js";
import { query } from "./resolvers/query.js";
import * as types from "./resolvers/types.js";
import type { Actor, Store } from "./store.js";

const requestsToKeep = 5_000;

const schema = buildSchema(readFileSync(new URL("./schema.graphql", import.meta.url), "utf8"));

/** The same schema, but a mutation's fields may each be null, so that one that fails leaves the others standing. */
const lenientSchema = withNullableMutations(schema);

const resolvers: Record<string, Record<string, Resolver<never>>> = {
  Query: query,
  Mutation: mutation,
  Organization: types.organization,
  User: types.user,
  Team: types.team,
  WorkflowState: types.workflowState,
  IssueLabel: types.issueLabel,
  Issue: types.issue,
  IssueHistory: types.issueHistory,
  IssueRelation: types.issueRelation,
  Attachment: types.attachment,
  Project: types.project,
  Comment: types.comment,
  AgentSession: types.agentSession,
  AgentActivity: types.agentActivity,
};

const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  const resolver = resolvers[info.parentType.name]?.[info.fieldName];
  if (resolver) return resolver(source as never, args as never, context);
  return (source as Record<string, unknown> | undefined)?.[info.fieldName];
};

/** Answers `POST /graphql`. */
export function graphqlEndpoint(store: Store, faults: Faults) {
  return async (request: Request): Promise<Response> => {
    const grant = grantOf(store, request);
    if (!grant) return answer({ errors: [notAuthenticated()] });
    const actor = { organizationId: grant.organizationId, userId: grant.userId };
    const operation = await readOperation(request);
    if ("errors" in operation) return answer(operation, currentHeaders(store, actor, 0));
    log(store, actor, operation);
    const [endpoint = ""] = operation.rootFields;
    const drawn = faults.draw(endpoint);
    return withFaults(
      drawn,
      async () => run(store, grant, actor, operation),
      () => limitedFor(store, actor, drawn),
    );
  };
}

function grantOf(store: Store, request: Request): Grant | undefined {
  const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  return store.world.grants.find(
    (grant) => grant.accessToken === token && !grant.revoked && grant.expiresAt > store.now(),
  );
}

type Operation = {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  rootFields: string[];
  complexity: number;
};

async function readOperation(request: Request): Promise<Operation | { errors: GraphQLError[] }> {
  const body = (await request.json().catch(() => null)) as { query?: unknown; variables?: unknown } | null;
  if (typeof body?.query !== "string") return { errors: [badRequest("The body must be JSON with a query.")] };
  const document = readDocument(body.query);
  if ("errors" in document) return document;
  const [operation, second] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation || second) return { errors: [badRequest("The document must have one operation.")] };
  const variables = (body.variables ?? {}) as Record<string, unknown>;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const rootFields = operation.selectionSet.selections.flatMap((node) =>
    node.kind === Kind.FIELD ? [node.name.value] : [],
  );
  const complexity = complexityOf({ schema, operation, fragments, variables });
  return { document, operation, variables, rootFields, complexity };
}

/** Documents that were found valid; the app has a few dozen, and sends them over and over. */
const documents = new Map<string, DocumentNode>();
const documentsToKeep = 500;

function readDocument(text: string): DocumentNode | { errors: GraphQLError[] } {
  const known = documents.get(text);
  if (known) return known;
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    return { errors: [withCode(error as GraphQLError, "GRAPHQL_PARSE_FAILED")] };
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return { errors: errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED")) };
  if (documents.size >= documentsToKeep) documents.clear();
  documents.set(text, document);
  return document;
}

function run(store: Store, grant: Grant, actor: Actor, asked: Operation) {
  const { document, operation, variables, complexity, rootFields } = asked;
  if (complexity > largestComplexity)
    return answer({ errors: [tooComplex(complexity, largestComplexity)] }, currentHeaders(store, actor, complexity));
  if (!take(store, actor, complexity)) return limited(bucketStates(store, actor), complexity, store.now());
  const headers = currentHeaders(store, actor, complexity, rootFields[0]);
  if (operation.operation === "mutation" && !grant.scope.includes("write"))
    return answer({ errors: [forbidden("Invalid scope: `write` required")] }, headers);
  const lenient = operation.operation === "mutation" && store.switches.aliasedFailure === "only_itself";
  const result = execute({
    schema: lenient ? lenientSchema : schema,
    document,
    variableValues: variables,
    contextValue: { store, actor } satisfies Context,
    fieldResolver: resolveField,
    typeResolver: (value) => typeNameOf(value as ActivityContent),
  });
  if (result instanceof Promise) throw new Error("A resolver of the simulated Linear must not wait");
  if (result.data === undefined)
    return answer({ errors: (result.errors ?? []).map((error) => withCode(error, "BAD_USER_INPUT")) }, headers);
  const data = Object.values(result.data ?? {}).some((value) => value !== null) ? result.data : null;
  return answer({ data, ...(result.errors ? { errors: result.errors } : {}) }, headers);
}

function typeNameOf({ type }: ActivityContent): string {
  return `AgentActivity${type[0]?.toUpperCase()}${type.slice(1)}Content`;
}

function log(store: Store, actor: Actor, { operation, rootFields, complexity }: Operation): void {
  const { requests } = store.world;
  if (requests.length >= requestsToKeep) requests.splice(0, requests.length - requestsToKeep + 1);
  requests.push({
    at: store.now(),
    operation: operation.name?.value ?? null,
    rootFields,
    complexity,
    organizationId: actor.organizationId,
    kind: operation.operation === "mutation" ? "write" : "read",
  });
}

type Answer = { data?: unknown; errors?: readonly GraphQLError[] };

/** Beside data, errors stand in an answer of 200; alone they give it their own status. */
function answer({ data, errors }: Answer, headers: Record<string, string> = {}): Response {
  const status = errors && data == null ? Math.max(...errors.map(statusOf)) : 200;
  const body = { ...(data === undefined ? {} : { data }), ...(errors ? { errors: errors.map(toJson) } : {}) };
  return Response.json(body, { status, headers });
}

function statusOf(error: GraphQLError): number {
  const { http } = error.extensions as { http?: { status: number } };
  return http?.status ?? 500;
}

function toJson(error: GraphQLError) {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions: { code: "INTERNAL_SERVER_ERROR", ...extensions } };
}

function badRequest(message: string): GraphQLError {
  return withCode(new GraphQLError(message), "BAD_REQUEST");
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const extensions = { type: "graphql error", code, userError: true, http: { status: 400 } };
  return new GraphQLError(error.message, { nodes: error.nodes, source: error.source, extensions });
}

function currentHeaders(store: Store, actor: Actor, complexity: number, endpoint?: string): Record<string, string> {
  return rateLimitHeaders(bucketStates(store, actor), complexity, endpoint);
}

function limited(states: BucketState[], complexity: number, now: number): Response {
  const waitMs = Math.max(...states.map(({ resetAt }) => resetAt - now), 0);
  const headers = { ...rateLimitHeaders(states, complexity), "Retry-After": String(Math.ceil(waitMs / 1000)) };
  return answer({ errors: [rateLimited("Rate limit exceeded")] }, headers);
}

/** The answer of a fault: the bucket of requests looks empty for as long as the fault says. */
function limitedFor(store: Store, actor: Actor, drawn: Fault[]): Response {
  const ms = drawn.find((fault) => fault.kind === "rate_limited")?.ms ?? 1_000;
  const [requests, complexity] = bucketStates(store, actor);
  const states = [{ ...requests, remaining: 0, resetAt: store.now() + ms }, complexity];
  return answer({ errors: [rateLimited("Rate limit exceeded")] }, rateLimitHeaders(states, 0));
}

function withNullableMutations(strict: GraphQLSchema): GraphQLSchema {
  const config = strict.toConfig();
  const root = config.mutation?.toConfig();
  if (!root) return strict;
  const fields = Object.fromEntries(
    Object.entries(root.fields).map(([name, field]) => [
      name,
      { ...field, type: field.type instanceof GraphQLNonNull ? field.type.ofType : field.type },
    ]),
  );
  const mutation = new GraphQLObjectType({ ...root, fields });
  return new GraphQLSchema({ ...config, mutation, types: config.types.filter((type) => type.name !== "Mutation") });
}
