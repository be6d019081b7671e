import fc from "fast-check";
import type { Parameter } from "../../lib/contract/openapi.js";
import { junk, valueOf } from "./json-arbitrary.js";
import type { Operation, Slot } from "./operations.js";

export type Caller = "admin" | "member" | "viewer" | "readToken" | "stranger" | "nobody" | "guess";
export type Choice = { from: "scene" | "pool" | "theirs" | "unknown" | "junk"; n: number; junk: string };
/** A request before it is known which ids there are. */
export type Drawn = {
  operationId: string;
  caller: Caller;
  choices: Choice[];
  words: string[];
  query: Record<string, unknown>;
  body: unknown;
  breaking: { at: number; junk: unknown; how: "replace" | "remove" | "add" } | null;
  key: string | null;
  /** With the versions that things were seen in, where the body names any. */
  asSeen: boolean;
  organization: "none" | "own" | "other";
};

/** Sequences of requests: mostly by people who may, with ids that exist and bodies that fit; the rest is not. */
export function sequencesOf(operations: Operation[], length: number): fc.Arbitrary<Drawn[]> {
  return fc.array(fc.oneof(...operations.map(requestOf)), { minLength: length, maxLength: length, size: "max" });
}

function requestOf(operation: Operation): fc.Arbitrary<Drawn> {
  const { operationId, slots, body } = operation;
  const words = operation.parameters.filter((one) => one.in === "path" && !slotOf(operation, one));
  const inQuery = operation.parameters.filter((one) => one.in === "query" && !slotOf(operation, one));
  return fc.record<Drawn>({
    operationId: fc.constant(operationId),
    caller: weighted<Caller>({ admin: 60, member: 18, viewer: 8, readToken: 3, stranger: 5, nobody: 3, guess: 3 }),
    choices: fc.tuple(...slots.map(() => choice)) as fc.Arbitrary<Choice[]>,
    words: fc.tuple(...words.map(({ schema, name }) => valueOf(schema, name))) as fc.Arbitrary<string[]>,
    query: fc.record(
      Object.fromEntries(
        inQuery.map(({ name, schema, required }) => {
          const value = fc.oneof({ weight: 15, arbitrary: valueOf(schema, name) }, { weight: 1, arbitrary: junk });
          return [name, required ? value : rarely(4, value)];
        }),
      ),
    ),
    body: body ? valueOf(body.schema) : fc.constant(undefined),
    breaking: rarely(
      7,
      fc.record({ at: fc.nat(), junk, how: fc.constantFrom("replace" as const, "remove" as const, "add" as const) }),
    ),
    key: rarely(10, fc.constantFrom("a", "b")),
    asSeen: weighted({ yes: 3, no: 1 }).map((answer) => answer === "yes"),
    organization: weighted({ none: 30, own: 20, other: 1 }),
  });
}

/** Once in so many times. */
const rarely = <T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** The id that stands in a parameter, if one does. */
export const slotOf = (operation: Operation, { in: place, name }: Parameter): Slot | undefined =>
  operation.slots.find((slot) => slot.place === place && slot.path[0] === name);

function weighted<T extends string>(weights: Record<T, number>): fc.Arbitrary<T> {
  const entries = Object.entries(weights) as [T, number][];
  return fc.oneof(...entries.map(([value, weight]) => ({ weight, arbitrary: fc.constant(value) })));
}

const choice: fc.Arbitrary<Choice> = fc.record({
  from: weighted<Choice["from"]>({ scene: 66, pool: 26, theirs: 3, unknown: 3, junk: 2 }),
  n: fc.nat(1_000),
  junk: fc.constantFrom(
    "x",
    "0",
    "%00",
    "..",
    "null",
    "' or 1=1",
    "x".repeat(3_000),
    "🙂",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
  ),
});
