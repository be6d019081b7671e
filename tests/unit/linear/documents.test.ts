import { existsSync, readFileSync } from "node:fs";
import {
  buildSchema,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { describe, expect, it } from "vitest";
import * as documents from "../../../lib/linear/documents.js";
import { writeDocument, writeKinds } from "../../../lib/linear/write-documents.js";

const ownSchema = "dev/linear/schema.graphql";
const fullSchema = "../shared/reference/linear-schema.graphql";
const entries = 50;

const named = Object.values(documents).map(({ name, text }): [string, string] => [name, text]);
const written = writeKinds.map((kind): [string, string] => [
  `${entries} × ${kind}`,
  writeDocument(Array.from({ length: entries }, () => kind)).text,
]);
const all = [...named, ...written];

describe("each document", () => {
  const schema = readSchema(ownSchema);
  it.each(all)("%s is valid against our part of Linear's schema", (_, text) => {
    expect(validate(schema, parse(text)).map(String)).toEqual([]);
  });

  it.each(all)("%s costs no more than Linear allows one request to cost", (_, text) => {
    const points = complexityOf(schema, text);
    expect(points).toBeGreaterThan(0);
    expect(points).toBeLessThanOrEqual(10_000);
  });

  it.each(all)("%s names the size of each page", (_, text) => {
    expect(connectionsWithoutSize(schema, text)).toEqual([]);
  });
});

describe.runIf(existsSync(fullSchema))("each document (needs Linear's full schema beside the project)", () => {
  const schema = existsSync(fullSchema) ? readSchema(fullSchema) : undefined;
  it.each(all)("%s is valid against the full schema", (_, text) => {
    expect(validate(schema as GraphQLSchema, parse(text)).map(String)).toEqual([]);
  });
});

describe("complexity", () => {
  const schema = readSchema(ownSchema);
  it("counts a tenth for a property, one for an object, and a connection as often as its page is large", () => {
    expect(complexityOf(schema, "{ viewer { id name } }")).toBe(2);
    expect(complexityOf(schema, "{ teams(first: 10) { nodes { id key } } }")).toBe(13);
    expect(complexityOf(schema, "{ teams(first: 10) { nodes { id states(first: 10) { nodes { id } } } } }")).toBe(132);
  });
});

function readSchema(path: string): GraphQLSchema {
  return buildSchema(readFileSync(path, "utf8"));
}

/** Linear's documented rule, read strictly: the page multiplies all that is in it, and a plain list counts as a full batch. */
function complexityOf(schema: GraphQLSchema, text: string): number {
  const types = new TypeInfo(schema);
  const operation = parse(text).definitions[0] as OperationDefinitionNode;
  const costs = new Map<SelectionSetNode, number>();
  visit(
    operation,
    visitWithTypeInfo(types, {
      Field: {
        leave(field, _key, _parent, _path, ancestors) {
          const owner = ancestors.findLast(
            (node): node is SelectionSetNode => "kind" in node && node.kind === "SelectionSet",
          );
          if (owner) costs.set(owner, (costs.get(owner) ?? 0) + costOf(field, types, costs));
        },
      },
    }),
  );
  return Math.ceil((costs.get(operation.selectionSet) ?? 0) - 1e-9);
}

function costOf(field: FieldNode, types: TypeInfo, costs: Map<SelectionSetNode, number>): number {
  const type = types.getType();
  const inner = field.selectionSet ? (costs.get(field.selectionSet) ?? 0) : 0;
  if (!isObjectType(getNamedType(type))) return 0.1;
  if (isConnection(types)) return 1 + inner * pageSize(field);
  const isNodes = field.name.value === "nodes";
  const isBatch = !isNodes && String(type).startsWith("[") && isListType(type && "ofType" in type ? type.ofType : type);
  return (1 + inner) * (isBatch ? entries : 1);
}

function connectionsWithoutSize(schema: GraphQLSchema, text: string): string[] {
  const types = new TypeInfo(schema);
  const found: string[] = [];
  const look = (field: FieldNode) => {
    if (isConnection(types) && Number.isNaN(pageSize(field))) found.push(field.name.value);
  };
  visit(parse(text), visitWithTypeInfo(types, { Field: look }));
  return found;
}

const isConnection = (types: TypeInfo) => String(getNamedType(types.getType())).endsWith("Connection");

function pageSize(field: FieldNode): number {
  const first = field.arguments?.find((argument) => argument.name.value === "first")?.value;
  return first?.kind === "IntValue" ? Number(first.value) : Number.NaN;
}
