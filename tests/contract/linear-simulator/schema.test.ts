import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
} from "graphql";
import { describe, expect, it } from "vitest";

const ours = buildSchema(readFileSync(new URL("../../../dev/linear/schema.graphql", import.meta.url), "utf8"));
const ourTypes = Object.values(ours.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

const fullFile = new URL("../../../../shared/reference/linear-schema.graphql", import.meta.url);
const isHere = existsSync(fullFile);

describe.runIf(isHere)(
  `our part of Linear's schema${isHere ? "" : " (not held against the full one: shared/reference/linear-schema.graphql is not here)"}`,
  () => {
    it("has nothing that the full schema has otherwise, or not at all", () => {
      const full = buildSchema(readFileSync(fullFile, "utf8"));
      expect(ourTypes.flatMap((type) => differences(type, full))).toEqual([]);
    });
  },
);

/** The SDK is newer than the schema that we hold ours against. No document of ours names these comparators. */
const newerInSdk = ["ProjectFilter", "NullableProjectFilter"].map(
  (filter) => `${filter}.id is id?: InputMaybe<EntityIdentifierIdComparator>`,
);

describe("our part of Linear's schema", () => {
  it("is told in the SDK's types as we tell it", () => {
    const source = sdkTypes();
    const found = ourTypes.flatMap((type) => differencesToSdk(type, source));
    expect(found.filter((difference) => !newerInSdk.includes(difference))).toEqual([]);
  });

  it("is found to differ where it does", () => {
    const other = buildSchema(
      `type Query { issue(id: String!): Issue } type Issue { id: ID! } input IssueFilter { a: Int! }`,
    );
    const type = (name: string) => ours.getType(name) as GraphQLNamedType;
    expect(differences(type("Issue"), other)).toContain("Issue.title is not there");
    expect(differences(type("Query"), other)).toContain("Query.issue is Issue, not Issue!");
    expect(differences(type("IssueFilter"), other)).toContain("IssueFilter.a is required");
    const sdk = 'type Team = Node & {\n  id: Scalars["ID"];\n  key?: Maybe<Scalars["String"]>;\n};';
    expect(differencesToSdk(type("Team"), sdk)).toEqual(
      expect.arrayContaining(['Team.key is key?: Maybe<Scalars["String"]>', "Team.name is not there"]),
    );
  });
});

function differences(type: GraphQLNamedType, full: GraphQLSchema): string[] {
  const real = full.getType(type.name);
  if (!real) return [`${type.name} is not there`];
  if (real.constructor !== type.constructor) return [`${type.name} is a ${real.constructor.name}`];
  if (isEnumType(type) && isEnumType(real)) return missing(type, names(type.getValues()), names(real.getValues()));
  if (isUnionType(type) && isUnionType(real)) return missing(type, names(type.getTypes()), names(real.getTypes()));
  if (isInputObjectType(type) && isInputObjectType(real))
    return inputs(type.name, Object.values(type.getFields()), Object.values(real.getFields()));
  if (!(isObjectType(type) || isInterfaceType(type)) || !(isObjectType(real) || isInterfaceType(real))) return [];
  const found = missing(type, names(type.getInterfaces()), names(real.getInterfaces()));
  for (const field of Object.values(type.getFields())) {
    const place = `${type.name}.${field.name}`;
    const realField = real.getFields()[field.name];
    if (!realField) found.push(`${place} is not there`);
    else if (String(realField.type) !== String(field.type))
      found.push(`${place} is ${String(realField.type)}, not ${String(field.type)}`);
    else found.push(...inputs(place, field.args, realField.args));
  }
  return found;
}

type Input = GraphQLArgument | GraphQLInputField;

/** What must be given there must be known here, or a document could pass here and fail there. */
function inputs(place: string, mine: readonly Input[], real: readonly Input[]): string[] {
  const required = real.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
  const forgotten = required.filter(({ name }) => !mine.some((input) => input.name === name));
  const different = mine.flatMap((input) => {
    const other = real.find(({ name }) => name === input.name);
    if (!other) return [`${place}.${input.name} is not there`];
    return String(other.type) === String(input.type) ? [] : [`${place}.${input.name} is ${String(other.type)}`];
  });
  return [...forgotten.map(({ name }) => `${place}.${name} is required`), ...different];
}

function names(list: readonly { name: string }[]): string[] {
  return list.map(({ name }) => name);
}

function missing({ name }: GraphQLNamedType, mine: string[], real: string[]): string[] {
  return mine.filter((value) => !real.includes(value)).map((value) => `${name}: ${value} is not there`);
}

/** The declarations of the SDK; its file's name changes with each version. */
function sdkTypes(): string {
  const folder = new URL(".", import.meta.resolve("@linear/sdk"));
  for (const file of readdirSync(fileURLToPath(folder))) {
    if (!file.endsWith(".d.mts")) continue;
    const text = readFileSync(new URL(file, folder), "utf8");
    if (text.includes("type IssueCreateInput = {")) return text;
  }
  throw new Error("The SDK's declarations have moved");
}

/** The SDK writes `IDComparator` as `IdComparator`; otherwise names are the same. */
const sdkName = (name: string) => name.replace("ID", "Id").replace("URL", "Url");

function differencesToSdk(type: GraphQLNamedType, source: string): string[] {
  if (!(isObjectType(type) || isInputObjectType(type))) return [];
  const members = membersOf(source, sdkName(type.name));
  const optional = isInputObjectType(type) ? "InputMaybe" : "Maybe";
  return Object.values(type.getFields()).flatMap((field) => {
    const place = `${type.name}.${field.name}`;
    const found = compare(place, members.get(field.name), typescript(field.name, field.type, optional));
    if (!("args" in field) || field.args.length === 0) return found;
    const root = `${type.name}${sdkName(field.name[0]?.toUpperCase() + field.name.slice(1))}Args`;
    const args = membersOf(source, root);
    return [
      ...found,
      ...field.args.flatMap(({ name, type: argument }: GraphQLArgument) =>
        compare(`${place}(${name})`, args.get(name), typescript(name, argument, "InputMaybe")),
      ),
    ];
  });
}

function compare(place: string, real: string | undefined, mine: string): string[] {
  if (real === undefined) return [`${place} is not there`];
  return real.toLowerCase() === mine.toLowerCase() ? [] : [`${place} is ${real}`];
}

function membersOf(source: string, name: string): Map<string, string> {
  const body = new RegExp(`^type ${name} = (?:\\w+ & )*\\{\\n([\\s\\S]*?)\\n\\};`, "m").exec(source)?.[1] ?? "";
  const lines = [...body.matchAll(/^ {2}(\w+)(\??: .+);$/gm)];
  return new Map(lines.map(([, member = "", rest = ""]) => [member, `${member}${rest}`]));
}

function typescript(name: string, type: GraphQLType, optional: string): string {
  return isNonNullType(type)
    ? `${name}: ${inner(type.ofType, optional)}`
    : `${name}?: ${optional}<${inner(type, optional)}>`;
}

function inner(type: GraphQLType, optional: string): string {
  if (isNonNullType(type)) return inner(type.ofType, optional);
  if (isListType(type)) {
    const item = inner(type.ofType, optional);
    return `Array<${isNonNullType(type.ofType) ? item : `${optional}<${item}>`}>`;
  }
  return isScalarType(type) ? `Scalars["${type.name}"]` : type.name;
}
