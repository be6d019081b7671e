import * as z from "zod/mini";

/** The part of JSON Schema 2020-12 in which the contract is written down. */
export type JsonSchema = {
  type?: TypeName | TypeName[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  format?: string;
  pattern?: string;
  enum?: (string | number)[];
  const?: unknown;
  default?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
};

type TypeName = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";

/** A schema of the contract as JSON Schema: what is sent (`input`) or what is answered (`output`). */
export const toJsonSchema = (schema: z.ZodMiniType, io: "input" | "output"): JsonSchema =>
  write(schema, io, z.registry());

/** Writes answers with references to the schemas that have a name; `components` are those that were named so far. */
export function schemaWriter(named: Record<string, z.ZodMiniType>): {
  components: Record<string, JsonSchema>;
  refer: (schema: z.ZodMiniType) => JsonSchema;
} {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const components: Record<string, JsonSchema> = {};
  const refer = (schema: z.ZodMiniType): JsonSchema => {
    const text = JSON.stringify(write(schema, "output", registry)).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $defs = {}, ...written } = JSON.parse(text) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    Object.assign(components, $defs);
    return written;
  };
  return { components, refer };
}

function write(
  schema: z.ZodMiniType,
  io: "input" | "output",
  metadata: NonNullable<Parameters<typeof z.toJSONSchema>[1]>["metadata"] & object,
): JsonSchema {
  const { $schema: _dialect, ...written } = z.toJSONSchema(schema, {
    io,
    metadata,
    override({ jsonSchema }) {
      // A format says it shorter than its pattern, and that a number is exact in JavaScript is no limit of ours.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return written as JsonSchema;
}

/** The types that a value may have; an empty list where none is named. */
export const typesOf = ({ type = [] }: JsonSchema): TypeName[] => [type].flat();

/** A value that fits, for people to read: every field there is, and words where words are wanted. */
export function exampleOf(schema: JsonSchema, name = ""): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const branch = schema.anyOf ?? schema.oneOf;
  if (branch) return exampleOf(branch.find(({ type }) => type !== "null") ?? {}, name);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, name)));
  switch (typesOf(schema).find((type) => type !== "null")) {
    case "object":
      return Object.fromEntries(fieldsOf(schema).map(([key, one]) => [key, exampleOf(one, key)]));
    case "array":
      return [exampleOf(schema.items ?? {}, name)];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, Math.min(schema.maximum ?? 1, 1));
    case "boolean":
      return true;
    case "string":
      return exampleText(schema, name);
    default:
      return {};
  }
}

/** The fields of an object, and the keys of a record that names them. */
const fieldsOf = ({ properties = {}, propertyNames, additionalProperties }: JsonSchema): [string, JsonSchema][] =>
  typeof additionalProperties === "object" && propertyNames?.enum
    ? propertyNames.enum.map((key) => [String(key), additionalProperties])
    : Object.entries(properties);

function exampleText({ format, pattern = "", minLength = 0, maxLength = 255 }: JsonSchema, name: string): string {
  if (format === "uuid") return "5f0c6c1e-8a34-4d0e-9f0b-2d6f3a1b7c90";
  if (format === "date-time") return "2026-11-29T09:30:00.000Z";
  if (format === "date") return "2026-11-29";
  if (format === "uri" || pattern.startsWith("^https")) return "https://acme.atlassian.net/wiki/spaces/ENG/pages/4711";
  const words: Record<string, string> = {
    title: "Checkout",
    text: "Agree on the API",
    owner: "Ada",
    name: "Ada",
    position: "2",
  };
  // Secrets have a length that their pattern says at its end.
  const [, shortest = minLength, longest = maxLength] = /\{(\d+)(?:,(\d+))?\}\$$/.exec(pattern) ?? [];
  return (words[name] ?? name).padEnd(Number(shortest), "x").slice(0, Number(longest));
}
