import fc from "fast-check";
import { type JsonSchema, typesOf } from "../../lib/contract/json-schema.js";

/** Values that a schema accepts; `name` is what the value is called where it stands. */
export function valueOf(schema: JsonSchema, name = ""): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => valueOf(branch, name)));
  if (schema.allOf)
    return fc
      .tuple(...schema.allOf.map((part) => valueOf(part, name)))
      .map((parts) => Object.assign({}, ...parts) as unknown);
  const [type, ...others] = typesOf(schema);
  if (type === undefined) return fc.jsonValue({ maxDepth: 2 });
  return others.length > 0
    ? fc.oneof(...[type, ...others].map((one) => valueOf({ ...schema, type: one }, name)))
    : valueOfType(type, schema, name);
}

function valueOfType(type: string, schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case "object":
      return objectOf(schema);
    case "array":
      return fc.array(valueOf(schema.items ?? {}, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, Math.max(schema.minItems ?? 0, 4)),
      });
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

function objectOf({
  properties = {},
  required = [],
  propertyNames,
  additionalProperties,
}: JsonSchema): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === "object" && Object.keys(properties).length === 0) {
    const key = propertyNames ? valueOf(propertyNames) : fc.string();
    return fc.dictionary(key as fc.Arbitrary<string>, valueOf(additionalProperties), { maxKeys: 4 });
  }
  const fields = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, valueOf(one, key)]));
  return fc.record(fields, { requiredKeys: required });
}

function numberOf({ minimum = 0, maximum = 2_147_483_647, type }: JsonSchema): fc.Arbitrary<number> {
  if (type === "number" && minimum !== Math.floor(minimum))
    return fc.double({ min: minimum, max: maximum, noNaN: true });
  const few = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 3) });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(minimum) },
    { weight: 2, arbitrary: few },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
  );
}

const second = 1_000;
function textOf({ format, pattern, minLength = 0, maxLength = 300 }: JsonSchema): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time")
    return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * second).toISOString());
  if (pattern?.startsWith("^https"))
    return fc
      .oneof(fc.webUrl(), fc.constant("https://acme.atlassian.net/wiki/spaces/ENG/pages/4711"))
      .filter((url) => url.length <= maxLength);
  const accepts = pattern === undefined ? null : new RegExp(pattern, "u");
  // Classes of letters are drawn from the pattern; what is free text is text of all the world, up to the limit.
  if (accepts && !pattern?.includes("\\0")) return fc.stringMatching(accepts);
  const words = fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 40) });
  const longest = fc.constant("x".repeat(Math.min(maxLength, 20_000)));
  return fc
    .oneof({ weight: 9, arbitrary: words }, { weight: 1, arbitrary: longest })
    .filter((text) => text.length <= maxLength && text.length >= minLength && (accepts?.test(text) ?? true));
}

/** What nobody should send. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    -1,
    1.5,
    1e300,
    2 ** 31,
    2 ** 53,
    true,
    [],
    {},
    "\0",
    "a\0b",
    "\ud800",
    "null",
    "undefined",
  ),
  fc.constantFrom<unknown>("' or 1=1 --", "../../..", "%00", "🙂".repeat(2_000), "x".repeat(100_000), {
    __proto__: null,
    toString: 1,
  }),
  fc.string({ unit: "binary" }),
  fc.jsonValue(),
);

/** The value with something in it replaced, taken away or put beside; which of its parts is told by `at`. */
export function broken(value: unknown, at: number, by: { junk: unknown; how: "replace" | "remove" | "add" }): unknown {
  if (typeof value !== "object" || value === null) return by.junk;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(keys.length, 1)];
  const inner = key === undefined ? undefined : (value as Record<string, unknown>)[key];
  const rest = Math.floor(at / Math.max(keys.length, 1));
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const set = (name: string, one: unknown) =>
    Object.defineProperty(copy, name, { value: one, enumerable: true, configurable: true, writable: true });
  if (by.how === "add" || key === undefined) set("unknown", by.junk);
  else if (typeof inner === "object" && inner !== null && rest % 2 === 1)
    set(key, broken(inner, Math.floor(rest / 2), by));
  else if (by.how === "remove") Reflect.deleteProperty(copy, key);
  else set(key, by.junk);
  return copy;
}
